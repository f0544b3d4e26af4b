//! Opening, renewing and closing ephemeral resources.

use std::time::SystemTime;

use tf_cty::Value;

use super::component::Component;
use super::data_source::{completed, defaulted};
use super::erased::{Call, ErasedEphemeral};
use crate::{Diagnostics, Private};

/// What was opened.
pub(crate) struct Opened {
    /// None after an error.
    pub(crate) result: Option<Value>,
    pub(crate) lease: Lease,
}

/// What lasts until the next renewal.
pub(crate) struct Lease {
    pub(crate) private: Private,
    pub(crate) renew_at: Option<SystemTime>,
    pub(crate) diagnostics: Diagnostics,
}

/// Opens a resource.
pub(crate) async fn open(component: &Component<dyn ErasedEphemeral>, call: Call, config: Value) -> Opened {
    let (config, mut diagnostics) = defaulted(component, config);
    let (mut reply, renew_at) = component.calls.open(call, config.clone()).await;
    let private = std::mem::take(&mut reply.private);
    let result = completed(component, &config, reply, &mut diagnostics);
    Opened { result, lease: Lease { private, renew_at, diagnostics } }
}

/// Makes it last longer.
pub(crate) async fn renew(component: &Component<dyn ErasedEphemeral>, call: Call, private: Private) -> Lease {
    let (reply, renew_at) = component.calls.renew(call, private).await;
    let mut diagnostics = reply.told;
    if let Err(errors) = reply.result {
        diagnostics.extend(errors);
    }
    Lease { private: reply.private, renew_at, diagnostics }
}

/// Ends it.
pub(crate) async fn close(
    component: &Component<dyn ErasedEphemeral>,
    call: Call,
    private: Private,
) -> Diagnostics {
    let reply = component.calls.close(call, private).await;
    let mut diagnostics = reply.told;
    if let Err(errors) = reply.result {
        diagnostics.extend(errors);
    }
    diagnostics
}
