//! What Terraform demands of a result: it is what was planned, wherever the plan knew it.

use tf_cty::{Path, Value};

use super::problem::Problem;
use super::schema::{Block, Kind, Nesting, elements, member};
use crate::known::show;

/// Every way in which an object breaks its plan.
pub(crate) fn check(block: &Block, planned: &Value, actual: &Value) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    found.object(block, planned, actual, &Path::new());
    found.0
}

/// Where values are unknown.
pub(crate) fn unknowns(value: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    let walked: Result<(), std::convert::Infallible> = value.walk(|path, inner| {
        if !inner.is_known() {
            found.push(path.clone());
        }
        Ok(tf_cty::Visit::Descend)
    });
    match walked {
        Ok(()) => found,
    }
}

/// Where write-only attributes have values.
pub(crate) fn written(block: &Block, object: &Value, path: &Path) -> Vec<Path> {
    let mut found = Vec::new();
    if object.is_null() || !object.is_known() {
        return found;
    }
    for a in &block.attributes {
        let value = member(object, &a.name, &a.ty());
        let path = path.clone().attr(&a.name);
        match &a.kind {
            _ if a.is_write_only && !value.is_null() => found.push(path),
            Kind::Nested(nesting, inner) => found.extend(written_in(*nesting, inner, &value, &path)),
            Kind::Plain(_) => {}
        }
    }
    for b in &block.blocks {
        let value = member(object, &b.name, &b.ty());
        found.extend(written_in(b.nesting, &b.block, &value, &path.clone().attr(&b.name)));
    }
    found
}

fn written_in(nesting: Nesting, block: &Block, value: &Value, path: &Path) -> Vec<Path> {
    if matches!(nesting, Nesting::Single | Nesting::Group) {
        return written(block, value, path);
    }
    let inner = elements(value).into_iter().enumerate();
    inner
        .flat_map(|(position, (key, element))| written(block, &element, &step(path, nesting, &key, position)))
        .collect()
}

struct Found(Vec<Problem>);

impl Found {
    fn say(&mut self, path: &Path, words: impl Into<String>) {
        self.0.push(Problem { path: path.clone(), words: words.into() });
    }

    fn object(&mut self, block: &Block, planned: &Value, actual: &Value, path: &Path) {
        match (planned.is_null(), actual.is_null()) {
            (true, false) => return self.say(path, "was absent, but now present"),
            (false, true) => return self.say(path, "was present, but now absent"),
            (true, true) => return,
            (false, false) => {}
        }
        if !planned.is_known() || !actual.is_known() {
            return;
        }
        for a in &block.attributes {
            let ty = a.ty();
            let (planned, actual) = (member(planned, &a.name, &ty), member(actual, &a.name, &ty));
            let path = path.clone().attr(&a.name);
            match &a.kind {
                _ if a.is_write_only => {}
                _ if a.is_sensitive => {
                    let mut inner = Self(Vec::new());
                    inner.value(&planned, &actual, &path);
                    if !inner.0.is_empty() {
                        self.say(&path, "inconsistent values for sensitive attribute");
                    }
                }
                Kind::Nested(nesting, inner) if !planned.is_null() && !actual.is_null() => {
                    self.nested(*nesting, inner, &planned, &actual, &path);
                }
                _ => self.value(&planned, &actual, &path),
            }
        }
        for b in &block.blocks {
            let ty = b.ty();
            let (planned, actual) = (member(planned, &b.name, &ty), member(actual, &b.name, &ty));
            self.nested(b.nesting, &b.block, &planned, &actual, &path.clone().attr(&b.name));
        }
    }

    fn nested(&mut self, nesting: Nesting, block: &Block, planned: &Value, actual: &Value, path: &Path) {
        if matches!(nesting, Nesting::Single | Nesting::Group) {
            return self.object(block, planned, actual, path);
        }
        if !planned.is_known() || !actual.is_known() {
            return;
        }
        let (planneds, actuals) = (elements(planned), elements(actual));
        if planneds.len() != actuals.len() {
            let words = format!("count changed from {} to {}", planneds.len(), actuals.len());
            return self.say(path, words);
        }
        if nesting == Nesting::Set {
            return self.set(
                &planneds,
                &actuals,
                &|planned, actual| check(block, planned, actual).is_empty(),
                path,
            );
        }
        for (position, (key, planned)) in planneds.iter().enumerate() {
            let path = step(path, nesting, key, position);
            match actuals.iter().find(|(other, _)| other == key) {
                Some((_, actual)) => self.object(block, planned, actual, &path),
                None => self.say(&path, "has vanished"),
            }
        }
    }

    fn set(
        &mut self,
        planneds: &[(String, Value)],
        actuals: &[(String, Value)],
        is_right: &dyn Fn(&Value, &Value) -> bool,
        path: &Path,
    ) {
        for (_, planned) in planneds {
            if !actuals.iter().any(|(_, actual)| is_right(planned, actual)) {
                let words = format!(
                    "planned set element {} does not correlate with any element in actual",
                    show(planned)
                );
                self.say(path, words);
            }
        }
    }

    fn value(&mut self, planned: &Value, actual: &Value, path: &Path) {
        if !planned.is_known() {
            // What is promised of an unknown value, that it is not null say, holds for the value that comes.
            if actual.is_known() && planned.range().includes(actual).as_bool() == Some(false) {
                self.say(path, format!("was {}, which {} is not", show(planned), show(actual)));
            }
            return;
        }
        if planned.is_null() || actual.is_null() {
            if planned.is_null() != actual.is_null() {
                let (was, is) = (show(planned), show(actual));
                self.say(path, format!("was {was}, but now {is}"));
            }
            return;
        }
        if !actual.is_known() {
            return self.say(path, format!("was {}, but now unknown", show(planned)));
        }
        let (was, is) = (elements(planned), elements(actual));
        if planned.ty().is_set() && actual.ty().is_set() {
            if was.len() != is.len() && planned.is_wholly_known() {
                return self.say(path, format!("length changed from {} to {}", was.len(), is.len()));
            }
            let is_right = |planned: &Value, actual: &Value| {
                let mut inner = Self(Vec::new());
                inner.value(planned, actual, &Path::new());
                inner.0.is_empty()
            };
            return self.set(&was, &is, &is_right, path);
        }
        if planned.len().is_none() || actual.len().is_none() {
            if planned != actual {
                self.say(path, format!("was {}, but now {}", show(planned), show(actual)));
            }
            return;
        }
        self.elements(planned, &was, &is, path);
    }

    fn elements(&mut self, planned: &Value, was: &[(String, Value)], is: &[(String, Value)], path: &Path) {
        let place = |key: &str| match (planned.ty().is_object(), planned.ty().is_map(), key.parse::<usize>())
        {
            (true, _, _) => path.clone().attr(key),
            (_, false, Ok(position)) => path.clone().index(position),
            _ => path.clone().index(key),
        };
        for (key, planned) in was {
            match is.iter().find(|(other, _)| other == key) {
                Some((_, actual)) => self.value(planned, actual, &place(key)),
                None => self.say(path, format!("element {key} has vanished")),
            }
        }
        for (key, _) in is.iter().filter(|(key, _)| !was.iter().any(|(other, _)| other == key)) {
            self.say(path, format!("new element {key} has appeared"));
        }
    }
}

fn step(path: &Path, nesting: Nesting, key: &str, position: usize) -> Path {
    match nesting {
        Nesting::Map => path.clone().index(key),
        _ => path.clone().index(position),
    }
}

#[cfg(test)]
mod tests;
