//! Moves: an object taken over from a resource of another type.

use tf_cty::Value;

use super::component::Component;
use super::erased::{ErasedResource, Foreign};
use super::result;
use crate::{Diagnostic, Diagnostics, Private};

/// What was taken over.
pub(crate) struct Answer {
    /// None after an error.
    pub(crate) state: Option<Value>,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

/// Asks a resource to take over an object.
pub(crate) async fn move_from(component: &Component<dyn ErasedResource>, source: Foreign) -> Answer {
    let refusal = refused(component, &source);
    let reply = component.calls.move_from(source).await;
    let mut diagnostics = reply.told;
    let state = match reply.result {
        Ok(Some(state)) => {
            let state = result::formed(component, state);
            result::conforms(component, &state, "moved object", &mut diagnostics);
            Some(result::known(state, "Provider produced invalid object", &mut diagnostics))
        }
        Ok(None) => {
            if !diagnostics.has_errors() {
                diagnostics.push(refusal);
            }
            None
        }
        Err(errors) => {
            diagnostics.extend(errors);
            None
        }
    };
    Answer { state: state.filter(|_| !diagnostics.has_errors()), private: reply.private, diagnostics }
}

fn refused(component: &Component<dyn ErasedResource>, source: &Foreign) -> Diagnostic {
    let detail = format!(
        "{} does not take over objects from this source.\n\nSource provider: {}\nSource resource type: {}\nSource schema version: \
         {}\nTarget resource type: {}",
        component.name, source.provider, source.type_name, source.version, component.name
    );
    Diagnostic::error("Unable to Move Resource State", detail)
}
