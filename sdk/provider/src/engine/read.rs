//! Reading an object as it is now.

use tf_cty::Value;

use super::component::Component;
use super::erased::{Call, ErasedResource};
use super::semantic::Extent;
use super::{result, semantic};
use crate::{Diagnostics, Private};

/// What is there.
pub(crate) struct Answer {
    /// Null if the object is gone; the state as it was after an error.
    pub(crate) state: Value,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

/// Reads an object. What differs from the state in form only keeps the state's form.
pub(crate) async fn read(
    component: &Component<dyn ErasedResource>,
    call: Call,
    state: Value,
    private: Private,
) -> Answer {
    let reply = component.calls.read(call, state.clone(), private).await;
    let mut diagnostics = reply.told;
    let found = match reply.result {
        Ok(found) => found,
        Err(errors) => {
            diagnostics.extend(errors);
            return Answer { state, private: reply.private, diagnostics };
        }
    };
    let Some(object) = found else {
        let gone = Value::null(component.shape().ty.clone());
        return Answer { state: gone, private: Private::default(), diagnostics };
    };
    let object = result::formed(component, object);
    let before = diagnostics.iter().count();
    result::conforms(component, &object, "state", &mut diagnostics);
    if diagnostics.iter().count() > before {
        return Answer { state, private: reply.private, diagnostics };
    }
    let object =
        semantic::kept(&component.shape().block, Extent::Elements, &state, &object).unwrap_or(object);
    let object = result::known(object, "Provider produced invalid object", &mut diagnostics);
    Answer { state: object, private: reply.private, diagnostics }
}
