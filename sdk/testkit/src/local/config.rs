//! Configurations of tests, made into what Terraform would send.

use serde_json::Value as Json;
use tf_cty::{Path, Type, Value, convert};
use tf_sdk::{Diagnostic, Diagnostics};

use super::schema::{Attribute, Block, Kind, NestedBlock, Nesting, elements};
use crate::attribute::{AttributePath, AttributePathError, Step};
use crate::known::{IntoValue, of_json};

/// A configuration: JSON, or a [`Value`]. Attributes that it does not have are null, blocks that it does not have are absent.
///
/// ```
/// use serde_json::json;
/// use tf_testkit::Config;
///
/// let config = Config::from(json!({ "name": "a", "network": { "cidr": null } })).unknown("network.cidr");
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    value: Value,
    unknown: Vec<String>,
}

impl Config {
    /// The same with the value at this path not known yet, as if it came from an object that is still to be created.
    #[must_use]
    pub fn unknown(mut self, path: &str) -> Self {
        self.unknown.push(path.into());
        self
    }

    /// The object that Terraform would send, or what Terraform itself would say against it.
    pub(crate) fn resolve(&self, block: &Block) -> Result<Value, Diagnostics> {
        let mut value = self.value.clone();
        for text in &self.unknown {
            value = AttributePath::parse(text).map(|path| with_unknown(&value, path.steps())).map_err(
                |error: AttributePathError| Diagnostic::error("Invalid Attribute Path", error.to_string()),
            )?;
        }
        let mut resolver = Resolver { diagnostics: Diagnostics::new() };
        let object = resolver.block(&value, block, &Path::new());
        if resolver.diagnostics.has_errors() { Err(resolver.diagnostics) } else { Ok(object) }
    }
}

impl From<Json> for Config {
    fn from(json: Json) -> Self {
        Self { value: of_json(&json), unknown: Vec::new() }
    }
}

impl From<Value> for Config {
    fn from(value: Value) -> Self {
        Self { value, unknown: Vec::new() }
    }
}

impl From<&Config> for Config {
    fn from(config: &Config) -> Self {
        config.clone()
    }
}

impl IntoValue for Config {
    fn into_value(self) -> Value {
        self.value
    }
}

/// The value with what is at the steps made unknown; objects on the way are made.
fn with_unknown(value: &Value, steps: &[Step]) -> Value {
    let Some((step, rest)) = steps.split_first() else { return Value::dynamic() };
    match step {
        Step::Index(index) if value.as_slice().is_some() && !value.ty().is_object() => {
            let elements = value.as_slice().unwrap_or_default().iter().enumerate();
            Value::tuple(elements.map(|(i, e)| if i == *index { with_unknown(e, rest) } else { e.clone() }))
        }
        Step::Index(_) => value.clone(),
        Step::Key(key) => {
            let inner = with_unknown(&value.get(key).cloned().unwrap_or_else(Value::dynamic), rest);
            let others = elements(value).into_iter().filter(|(name, _)| name != key);
            Value::object(others.chain([(key.clone(), inner)]))
        }
    }
}

struct Resolver {
    diagnostics: Diagnostics,
}

impl Resolver {
    fn block(&mut self, value: &Value, block: &Block, path: &Path) -> Value {
        if !value.is_known() {
            return Value::unknown(block.ty());
        }
        let is_known_name = |name: &str| {
            block.attributes.iter().any(|a| a.name == name) || block.blocks.iter().any(|b| b.name == name)
        };
        for (name, _) in elements(value).iter().filter(|(name, _)| !is_known_name(name)) {
            let detail = format!("An argument named {name:?} is not expected here.");
            self.diagnostics.push(Diagnostic::error("Unsupported argument", detail).at(path.clone()));
        }
        let attributes: Vec<_> = block
            .attributes
            .iter()
            .map(|attribute| {
                let path = path.clone().attr(&attribute.name);
                (attribute.name.clone(), self.attribute(value.get(&attribute.name), attribute, &path))
            })
            .collect();
        let blocks: Vec<_> = block
            .blocks
            .iter()
            .map(|nested| {
                let path = path.clone().attr(&nested.name);
                (nested.name.clone(), self.nested_block(value.get(&nested.name), nested, &path))
            })
            .collect();
        Value::object(attributes.into_iter().chain(blocks))
    }

    fn attribute(&mut self, value: Option<&Value>, attribute: &Attribute, path: &Path) -> Value {
        let Some(value) = value else {
            if attribute.is_required {
                let detail =
                    format!("The argument {:?} is required, but no definition was found.", attribute.name);
                self.diagnostics
                    .push(Diagnostic::error("Missing required argument", detail).at(path.clone()));
            }
            return Value::null(attribute.ty());
        };
        match &attribute.kind {
            Kind::Plain(ty) => self.convert(value, ty, path),
            Kind::Nested(_, _) if value.is_null() => Value::null(attribute.ty()),
            Kind::Nested(_, _) if !value.is_known() => Value::unknown(attribute.ty()),
            Kind::Nested(nesting, block) => self.objects(value, *nesting, block, path),
        }
    }

    fn nested_block(&mut self, value: Option<&Value>, nested: &NestedBlock, path: &Path) -> Value {
        let value = match value.filter(|value| !value.is_null()) {
            Some(value) if !value.is_known() => return Value::unknown(nested.ty()),
            Some(value) => self.objects(value, nested.nesting, &nested.block, path),
            None => nested.absent(),
        };
        let is_single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
        let count =
            if is_single { i64::from(!value.is_null()) } else { value.len().unwrap_or_default() as i64 };
        let plural = |n: i64| if n == 1 { "" } else { "s" };
        if count < nested.min_items {
            let (name, least) = (&nested.name, nested.min_items);
            let detail =
                format!("At least {least} {name:?} block{} must be there; there are {count}.", plural(least));
            let summary = format!("Insufficient {name} blocks");
            self.diagnostics.push(Diagnostic::error(summary, detail).at(path.clone()));
        }
        if nested.max_items > 0 && count > nested.max_items {
            let (name, most) = (&nested.name, nested.max_items);
            let detail =
                format!("At most {most} {name:?} block{} may be there; there are {count}.", plural(most));
            self.diagnostics
                .push(Diagnostic::error(format!("Too many {name} blocks"), detail).at(path.clone()));
        }
        value
    }

    /// Known, non-null objects of a nested attribute or of blocks.
    fn objects(&mut self, value: &Value, nesting: Nesting, block: &Block, path: &Path) -> Value {
        let is_keyed = value.ty().is_object() || value.ty().is_map();
        let wants_keys = matches!(nesting, Nesting::Single | Nesting::Group | Nesting::Map);
        if is_keyed != wants_keys || value.len().is_none() {
            self.mismatch(path, &format!("{} required.", nesting.of(block.ty()).friendly_name()));
            return Value::unknown(nesting.of(block.ty()));
        }
        if matches!(nesting, Nesting::Single | Nesting::Group) {
            return self.block(value, block, path);
        }
        let members = elements(value).into_iter().enumerate().map(|(position, (key, element))| {
            let path = match nesting {
                Nesting::Map => path.clone().index(key.as_str()),
                _ => path.clone().index(position),
            };
            let object =
                if element.is_null() { Value::null(block.ty()) } else { self.block(&element, block, &path) };
            (key, object)
        });
        let members = members.collect();
        nesting.collect(&block.ty(), members)
    }

    fn convert(&mut self, value: &Value, ty: &Type, path: &Path) -> Value {
        match convert(value, ty) {
            Ok(value) => value,
            Err(error) => {
                self.mismatch(&path.join(&error.path), &format!("{error}."));
                Value::unknown(ty.clone())
            }
        }
    }

    fn mismatch(&mut self, path: &Path, words: &str) {
        let place = AttributePath::from(path).to_string();
        let detail = format!("Inappropriate value for attribute {place:?}: {words}");
        self.diagnostics.push(Diagnostic::error("Incorrect attribute value type", detail).at(path.clone()));
    }
}

#[cfg(test)]
mod tests;
