//! Checks of a configuration: what the schema says, then the component's rules, then the author's own function.
//!
//! What is unknown may yet become anything and is not checked.

use tf_cty::{Path, Value};

use super::component::Component;
use super::defaults::below;
use super::erased::Described;
use super::member::{Member, is_sensitive, objects};
use super::shown;
use crate::schema::{Attribute, AttributeKind, Block, BlockNesting, NestedBlock, Presence};
use crate::validator::{ValidateValue, Validator};
use crate::{Diagnostic, Diagnostics, data};

/// What Terraform can do with write-only attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteOnly {
    Allowed,
    /// Terraform is older than 1.11 and would store them.
    Unsupported,
}

/// Checks the configuration of a component.
pub(crate) async fn validate<C: Described + ?Sized>(
    component: &Component<C>,
    config: Value,
    write_only: WriteOnly,
) -> Diagnostics {
    let block = &component.shape().block;
    let mut check = Check { config: &config, write_only, root: block, diagnostics: Diagnostics::new() };
    if let Some(message) = &block.deprecation {
        let name = &component.name;
        check.diagnostics.push(Diagnostic::warning("Deprecated", format!("{name} is deprecated: {message}")));
    }
    check.block(block, &Path::new(), &config);
    let mut diagnostics = check.diagnostics;
    for validator in component.calls.config_validators() {
        validator.validate(&config, &mut diagnostics);
    }
    diagnostics.extend(component.calls.validate(config).await);
    diagnostics
}

/// What the schema alone has against a configuration.
pub(crate) fn schema_errors<C: Described + ?Sized>(component: &Component<C>, config: &Value) -> Diagnostics {
    let (block, write_only) = (&component.shape().block, WriteOnly::Allowed);
    let mut check = Check { config, write_only, root: block, diagnostics: Diagnostics::new() };
    check.block(block, &Path::new(), config);
    check.diagnostics
}

struct Check<'a> {
    config: &'a Value,
    write_only: WriteOnly,
    /// The block of the whole configuration.
    root: &'a Block,
    diagnostics: Diagnostics,
}

impl Check<'_> {
    /// Checks an object; nothing to check in null and unknown.
    fn block(&mut self, block: &Block, path: &Path, object: &Value) {
        for member in super::member::members(block) {
            let Some(value) = object.get(member.name()) else { continue };
            let path = path.clone().attr(member.name());
            match member {
                Member::Attribute(attribute) => self.attribute(attribute, &path, value),
                Member::Block(nested) => self.nested_block(nested, &path, value),
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, path: &Path, value: &Value) {
        if value.is_null() && attribute.presence == Presence::Required {
            self.diagnostics.push(missing(path));
            return;
        }
        if !value.is_null() && attribute.presence == Presence::Computed {
            self.diagnostics.push(read_only(path));
            return;
        }
        if !value.is_null() && attribute.write_only && self.write_only == WriteOnly::Unsupported {
            self.diagnostics.push(write_only_unsupported(path));
        }
        if let Some(message) = &attribute.deprecation
            && value.is_known()
            && !value.is_null()
        {
            self.diagnostics
                .push(Diagnostic::warning("Attribute Deprecated", message.as_str()).at(path.clone()));
        }
        if let AttributeKind::Plain { checks, .. } = &attribute.kind
            && let Err(misfit) = (checks.conversion)(value)
        {
            self.diagnostics.push(data::misfit(self.root, path.join(&misfit.path), misfit.detail));
            return;
        }
        self.ask(&attribute.validators, path, value);
        if let AttributeKind::Nested { object, .. } = &attribute.kind {
            self.objects(object, path, value);
        }
    }

    fn nested_block(&mut self, nested: &NestedBlock, path: &Path, value: &Value) {
        if value.is_known() {
            self.count(nested, path, value);
            if let Some(message) = &nested.block.deprecation
                && !objects(value).is_empty()
            {
                self.diagnostics
                    .push(Diagnostic::warning("Block Deprecated", message.as_str()).at(path.clone()));
            }
        }
        self.ask(&nested.validators, path, value);
        self.objects(&nested.block, path, value);
    }

    fn objects(&mut self, block: &Block, path: &Path, value: &Value) {
        for (step, object) in objects(value) {
            self.block(block, &below(path, step), object);
        }
    }

    fn count(&mut self, nested: &NestedBlock, path: &Path, value: &Value) {
        let count = match nested.nesting {
            BlockNesting::Single | BlockNesting::Group => u64::from(!value.is_null()),
            _ => value.len().unwrap_or(0) as u64,
        };
        let (name, min, max) = (&nested.name, nested.min_items, nested.max_items);
        if count < min {
            let detail = format!("At least {min} {name:?} block{} required.", are(min));
            self.diagnostics
                .push(Diagnostic::error(format!("Insufficient {name} blocks"), detail).at(path.clone()));
        }
        if max > 0 && count > max {
            let detail = format!("No more than {max} {name:?} block{} allowed.", are(max));
            self.diagnostics
                .push(Diagnostic::error(format!("Too many {name} blocks"), detail).at(path.clone()));
        }
    }

    fn ask(&mut self, validators: &[std::sync::Arc<dyn Validator>], path: &Path, value: &Value) {
        if !value.is_known() {
            return;
        }
        let request =
            ValidateValue { path, value, config: self.config, sensitive: is_sensitive(self.root, path) };
        for validator in validators.iter().filter(|v| !value.is_null() || v.wants_null()) {
            validator.validate(&request, &mut self.diagnostics);
        }
    }
}

fn are(count: u64) -> &'static str {
    if count == 1 { " is" } else { "s are" }
}

fn missing(path: &Path) -> Diagnostic {
    let detail = format!(
        "The attribute {} must be set: the provider has marked it as required.\n\nThe provider's documentation says which attributes \
         are required.",
        shown(path)
    );
    Diagnostic::error("Missing Configuration for Required Attribute", detail).at(path.clone())
}

fn read_only(path: &Path) -> Diagnostic {
    let detail = format!(
        "The attribute {} cannot be set: the provider has marked it as read-only. Remove the line that sets it.\n\nThe provider's \
         documentation says which attributes can be set.",
        shown(path)
    );
    Diagnostic::error("Invalid Configuration for Read-Only Attribute", detail).at(path.clone())
}

fn write_only_unsupported(path: &Path) -> Diagnostic {
    let detail = format!(
        "The attribute {} is write-only. Write-only attributes need Terraform 1.11 or later.",
        shown(path)
    );
    Diagnostic::error("Write-Only Attribute Not Allowed", detail).at(path.clone())
}
