//! Configuring the provider.

use tf_cty::{Path, Type, Value, convert};
use tf_plugin_proto::tfplugin6 as proto;

use super::instance::Instance;
use super::wire;
use crate::engine::data_source::defaulted;
use crate::engine::validate::schema_errors;
use crate::schema::{Attribute, Block};
use crate::{Diagnostic, Diagnostics};

pub(super) async fn configure(
    instance: &Instance,
    config: Option<proto::DynamicValue>,
    terraform_version: String,
) -> Vec<proto::Diagnostic> {
    let ty = &instance.provider.shape().ty;
    let mut diagnostics = Diagnostics::new();
    if let Err(errors) = try_configure(instance, config, terraform_version, &mut diagnostics).await {
        diagnostics.extend(errors);
    }
    wire::diagnostics(diagnostics, ty)
}

async fn try_configure(
    instance: &Instance,
    config: Option<proto::DynamicValue>,
    terraform_version: String,
    diagnostics: &mut Diagnostics,
) -> Result<(), Diagnostics> {
    let shape = instance.provider.shape();
    let mut config = wire::decode(config.as_ref(), &shape.ty, "Configuration")?;
    if let Some(filled) = from_environment(instance, &shape.block, &config)? {
        config = filled;
        let errors = schema_errors(&instance.provider, &config);
        if errors.has_errors() {
            return Err(errors);
        }
    }
    let (config, errors) = defaulted(&instance.provider, config);
    diagnostics.extend(errors);
    let reply = instance.provider.calls.configure(config, terraform_version).await;
    diagnostics.extend(reply.told);
    instance.configured(reply.result?);
    Ok(())
}

/// The configuration with the values of environment variables where attributes name some and are not set.
fn from_environment(instance: &Instance, block: &Block, config: &Value) -> Result<Option<Value>, Diagnostic> {
    let mut found: Vec<(&str, Value)> = Vec::new();
    for attribute in &block.attributes {
        if let Some(variable) = &attribute.environment
            && config.get(&attribute.name).is_some_and(Value::is_null)
            && let Some(text) = (instance.environment)(variable)
        {
            let text = text.into_string().map_err(|_| unfit(attribute, variable, "it is not UTF-8"))?;
            if !text.is_empty() {
                let value = convert(&Value::from(text), &attribute.ty());
                // The value may be secret and is not shown.
                let value = value.map_err(|_| unfit(attribute, variable, &wanted(&attribute.ty())))?;
                found.push((&attribute.name, value));
            }
        }
    }
    let set = |name: &str| found.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
    Ok((!found.is_empty())
        .then(|| Value::object(config.entries().map(|(n, v)| (n, set(n).unwrap_or_else(|| v.clone()))))))
}

fn wanted(ty: &Type) -> String {
    format!("a {} is required", ty.friendly_name())
}

fn unfit(attribute: &Attribute, variable: &str, why: &str) -> Diagnostic {
    let name = &attribute.name;
    let detail = format!(
        "{name} is not set in the configuration, and the environment variable {variable} cannot stand in for it: {why}."
    );
    Diagnostic::error("Invalid Environment Variable", detail).at(Path::new().attr(name))
}
