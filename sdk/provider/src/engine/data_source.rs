//! Reading data sources.

use tf_cty::Value;

use super::component::Component;
use super::defaults;
use super::erased::{Call, Described, ErasedDataSource, Reply};
use super::semantic::Extent;
use super::{result, semantic};
use crate::Diagnostics;

/// Reads a data source; None after an error.
pub(crate) async fn read(
    component: &Component<dyn ErasedDataSource>,
    call: Call,
    config: Value,
) -> (Option<Value>, Diagnostics) {
    let (config, mut diagnostics) = defaulted(component, config);
    let reply = component.calls.read(call, config.clone()).await;
    let object = completed(component, &config, reply, &mut diagnostics);
    (object, diagnostics)
}

/// The configuration with the defaults of what it does not set.
pub(crate) fn defaulted<C: Described + ?Sized>(
    component: &Component<C>,
    config: Value,
) -> (Value, Diagnostics) {
    let block = &component.shape().block;
    let mut diagnostics = Diagnostics::new();
    let path = tf_cty::Path::new();
    let with = defaults::applied(block, &path, &config, &config, &mut diagnostics);
    (with.unwrap_or(config), diagnostics)
}

/// Checks what an author's function made of a configuration.
pub(crate) fn completed<C: Described + ?Sized>(
    component: &Component<C>,
    config: &Value,
    reply: Reply<Value>,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    diagnostics.extend(reply.told);
    let object = match reply.result {
        Ok(object) => result::formed(component, object),
        Err(errors) => {
            diagnostics.extend(errors);
            return None;
        }
    };
    result::conforms(component, &object, "result", diagnostics);
    let object =
        semantic::kept(&component.shape().block, Extent::Elements, config, &object).unwrap_or(object);
    let object = result::known(object, "Provider produced invalid object", diagnostics);
    Some(object).filter(|_| !diagnostics.has_errors())
}
