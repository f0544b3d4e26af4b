//! Creations, changes and destructions.
//!
//! Whatever happens, the answer says what is there: an error during a creation keeps what was saved, one during a change or a
//! destruction keeps the object as it was, or as it was saved.

use tf_cty::Value;

use super::component::Component;
use super::erased::{Call, ErasedResource, Reply, WriteCall};
use super::semantic::Extent;
use super::{compatible, result, semantic};
use crate::{Diagnostics, Private};

/// What is to be applied.
pub(crate) struct Request {
    pub(crate) config: Value,
    /// Null for a creation.
    pub(crate) prior: Value,
    /// Null for a destruction.
    pub(crate) planned: Value,
    pub(crate) private: Private,
}

/// What is there now.
pub(crate) struct Answer {
    /// Null if there is no object.
    pub(crate) state: Value,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

/// Carries out a plan.
pub(crate) async fn apply(component: &Component<dyn ErasedResource>, call: Call, request: Request) -> Answer {
    if request.planned.is_null() {
        return destroy(component, call, request).await;
    }
    let Request { config, prior, planned, private } = request;
    let write = WriteCall { config, prior: prior.clone(), planned: planned.clone(), private };
    let reply = match prior.is_null() {
        true => component.calls.create(call, write).await,
        false => component.calls.update(call, write).await,
    };
    written(component, &prior, &planned, reply)
}

async fn destroy(component: &Component<dyn ErasedResource>, call: Call, request: Request) -> Answer {
    if request.prior.is_null() {
        let diagnostics = Diagnostics::new();
        return Answer { state: request.prior, private: Private::default(), diagnostics };
    }
    let reply = component.calls.delete(call, request.prior.clone(), request.private).await;
    let mut diagnostics = reply.told;
    if let Err(errors) = reply.result {
        diagnostics.extend(errors);
    }
    if diagnostics.has_errors() {
        return Answer { state: request.prior, private: reply.private, diagnostics };
    }
    Answer { state: Value::null(component.shape().ty.clone()), private: Private::default(), diagnostics }
}

/// Checks what a creation or a change left behind.
fn written(
    component: &Component<dyn ErasedResource>,
    prior: &Value,
    planned: &Value,
    reply: Reply<Value>,
) -> Answer {
    let mut diagnostics = reply.told;
    let (object, whole) = match reply.result {
        Ok(object) => (object, true),
        Err(errors) => {
            diagnostics.extend(errors);
            match reply.saved {
                Some(saved) => (saved, false),
                None => return Answer { state: prior.clone(), private: reply.private, diagnostics },
            }
        }
    };
    let block = &component.shape().block;
    let mut state = result::formed(component, object);
    let before = diagnostics.iter().count();
    result::conforms(component, &state, "result", &mut diagnostics);
    if diagnostics.iter().count() > before {
        return Answer { state: prior.clone(), private: reply.private, diagnostics };
    }
    if let Some(kept) = semantic::kept(block, Extent::Elements, planned, &state) {
        state = kept;
    }
    if !whole {
        // Saved on the way: what was not known yet is not there, and the plan need not be fulfilled.
        return Answer { state: state.unknown_as_null(), private: reply.private, diagnostics };
    }
    if !diagnostics.has_errors() {
        compatible::check(block, planned, &state, &mut diagnostics);
    }
    let summary = "Provider returned invalid result object after apply";
    let state = result::known(state, summary, &mut diagnostics);
    Answer { state, private: reply.private, diagnostics }
}
