//! Imports: an object by what the user calls it.

use tf_cty::Value;

use super::component::Component;
use super::erased::{Call, ErasedResource};
use super::result;
use crate::{Diagnostic, Diagnostics, Private};

/// What was found.
pub(crate) struct Answer {
    /// None after an error.
    pub(crate) state: Option<Value>,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

/// Imports an object.
pub(crate) async fn import(component: &Component<dyn ErasedResource>, call: Call, id: String) -> Answer {
    let absence = absent(&component.name, &id);
    let reply = component.calls.import(call, id).await;
    let mut diagnostics = reply.told;
    let mut state = None;
    match reply.result {
        Ok(Some(found)) => {
            let found = result::formed(component, found);
            result::conforms(component, &found, "imported object", &mut diagnostics);
            state = Some(result::known(found, "Provider produced invalid object", &mut diagnostics));
        }
        Ok(None) if !diagnostics.has_errors() => diagnostics.push(absence),
        Ok(None) => {}
        Err(errors) => diagnostics.extend(errors),
    }
    Answer { state: state.filter(|_| !diagnostics.has_errors()), private: reply.private, diagnostics }
}

fn absent(name: &str, id: &str) -> Diagnostic {
    let detail = format!(
        "There is no {name} {id:?}. Only objects that exist can be imported; check the id, and that the provider is configured for \
         the account or region that the object is in."
    );
    Diagnostic::error("Cannot import non-existent remote object", detail)
}
