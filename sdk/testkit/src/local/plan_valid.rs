//! What Terraform demands of a plan: configured attributes are planned as configured, or kept as they were; only what is computed
//! and not configured is the provider's to plan.

use tf_cty::{Path, Value};

use super::problem::Problem;
use super::schema::{Attribute, Block, Kind, Nesting, elements, member};
use crate::known::show;

/// Every way in which a planned object breaks the rules. All three are of the block's type; each may be null.
pub(crate) fn check(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    found.object(block, prior, config, planned, &Path::new());
    found.0
}

struct Found(Vec<Problem>);

impl Found {
    fn say(&mut self, path: &Path, words: impl Into<String>) {
        self.0.push(Problem { path: path.clone(), words: words.into() });
    }

    fn object(&mut self, block: &Block, prior: &Value, config: &Value, planned: &Value, path: &Path) {
        match (planned.is_null(), config.is_null()) {
            (true, false) => return self.say(path, "planned for absence but config wants existence"),
            (false, true) => return self.say(path, "planned for existence but config wants absence"),
            (true, true) => return,
            (false, false) => {}
        }
        if !planned.is_known() {
            if config.is_known() {
                self.say(path, "planned unknown as a whole, where only attributes in it may be unknown");
            }
            return;
        }
        for a in &block.attributes {
            let ty = a.ty();
            let of = |object: &Value| member(object, &a.name, &ty);
            self.attribute(a, &of(prior), &of(config), &of(planned), &path.clone().attr(&a.name));
        }
        for b in &block.blocks {
            let ty = b.ty();
            let of = |object: &Value| member(object, &b.name, &ty);
            let path = path.clone().attr(&b.name);
            self.nested(b.nesting, &b.block, [&of(prior), &of(config), &of(planned)], &path);
        }
    }

    fn attribute(&mut self, a: &Attribute, prior: &Value, config: &Value, planned: &Value, path: &Path) {
        if a.is_write_only {
            // Of these the engine asks separately: they must be null.
            return;
        }
        let is_kept = planned.raw_equals(prior) && !prior.is_null() && !config.is_null();
        if planned.raw_equals(config) || is_kept {
            return;
        }
        let shown = |value: &Value| if a.is_sensitive { "(sensitive)".into() } else { show(value) };
        if config.is_null() {
            if !a.is_computed {
                self.say(path, format!("planned value {} for a non-computed attribute", shown(planned)));
            }
            return;
        }
        if let Kind::Nested(nesting, block) = &a.kind {
            return self.nested(*nesting, block, [prior, config, planned], path);
        }
        let (planned, config, was) = (shown(planned), shown(config), shown(prior));
        let words = format!("planned value {planned} does not match config value {config}");
        match prior.is_null() {
            true => self.say(path, words),
            false => self.say(path, format!("{words} nor prior value {was}")),
        }
    }

    fn nested(&mut self, nesting: Nesting, block: &Block, values: [&Value; 3], path: &Path) {
        let [prior, config, planned] = values;
        if matches!(nesting, Nesting::Single | Nesting::Group) {
            return self.object(block, prior, config, planned, path);
        }
        if !config.is_known() {
            return;
        }
        if !planned.is_known() {
            return self.say(path, "planned unknown, while the configuration says how many there are");
        }
        if planned.is_null() != config.is_null() {
            let (planned, config) = (show(planned), show(config));
            return self.say(path, format!("planned value {planned} does not match config value {config}"));
        }
        let (priors, configs, planneds) = (elements(prior), elements(config), elements(planned));
        if nesting == Nesting::Set {
            return self.set(block, &configs, &planneds, path);
        }
        if configs.len() != planneds.len() {
            let words =
                format!("count in plan {} disagrees with count in config {}", planneds.len(), configs.len());
            return self.say(path, words);
        }
        for (key, planned) in &planneds {
            let path = step(path, nesting, key);
            match find(&configs, key) {
                Some(config) => {
                    let prior = find(&priors, key).cloned().unwrap_or_else(|| Value::null(block.ty()));
                    self.object(block, &prior, config, planned, &path);
                }
                None => self.say(&path, "is planned, but not in the configuration"),
            }
        }
    }

    /// Elements of sets have no keys: each planned one must be right for some configured one, and each configured one be planned.
    fn set(&mut self, block: &Block, configs: &[(String, Value)], planneds: &[(String, Value)], path: &Path) {
        let none = Value::null(block.ty());
        let is_right = |planned: &Value, config: &Value| check(block, &none, config, planned).is_empty();
        for (_, planned) in planneds {
            if !configs.iter().any(|(_, config)| is_right(planned, config)) {
                self.say(path, format!("planned set element {} matches nothing in config", show(planned)));
            }
        }
        for (_, config) in configs {
            if !planneds.iter().any(|(_, planned)| is_right(planned, config)) {
                self.say(path, format!("configured set element {} is not planned", show(config)));
            }
        }
    }
}

fn find<'a>(elements: &'a [(String, Value)], key: &str) -> Option<&'a Value> {
    elements.iter().find(|(other, _)| other == key).map(|(_, value)| value)
}

fn step(path: &Path, nesting: Nesting, key: &str) -> Path {
    match key.parse::<usize>() {
        Ok(position) if nesting == Nesting::List => path.clone().index(position),
        _ => path.clone().index(key),
    }
}

#[cfg(test)]
mod tests;
