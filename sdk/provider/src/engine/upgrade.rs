//! Stored state as state of the schema of now.

use tf_cty::Value;

use super::component::Component;
use super::erased::{ErasedResource, Foreign};
use super::{decode_state_json, result, shown};
use crate::{Diagnostic, Diagnostics};

/// Upgrades state. State of the schema's own version loses attributes that are no more, and is otherwise as it was.
pub(crate) async fn upgrade(
    component: &Component<dyn ErasedResource>,
    state: Foreign,
) -> (Option<Value>, Diagnostics) {
    let shape = component.shape();
    let mut diagnostics = Diagnostics::new();
    if state.version > shape.version {
        let detail = format!(
            "The state of this {} was written by version {} of its schema; this provider has version {}. Use the provider that wrote \
             it, or a later one.",
            component.name, state.version, shape.version
        );
        diagnostics.push(failed(detail));
        return (None, diagnostics);
    }
    let object = if state.version == shape.version {
        match decode_state_json(&state.json, &shape.ty) {
            Ok(object) => object,
            Err(error) => {
                let place =
                    if error.path.is_empty() { String::new() } else { format!(" at {}", shown(&error.path)) };
                let detail = format!("The stored state does not fit the schema{place}: {error}.");
                diagnostics.push(failed(detail).at(error.path));
                return (None, diagnostics);
            }
        }
    } else {
        let reply = component.calls.upgrade(state).await;
        diagnostics.extend(reply.told);
        match reply.result {
            Ok(object) => object,
            Err(errors) => {
                diagnostics.extend(errors);
                return (None, diagnostics);
            }
        }
    };
    let object = result::formed(component, object);
    result::conforms(component, &object, "upgraded state", &mut diagnostics);
    let object = result::known(object, "Provider produced invalid object", &mut diagnostics);
    (Some(object).filter(|_| !diagnostics.has_errors()), diagnostics)
}

fn failed(detail: String) -> Diagnostic {
    Diagnostic::error("Unable to Upgrade Resource State", detail)
}
