//! `env`: how a command's environment differs from the caller's.
//!
//! The launcher applies the changes in one order, whatever the order in the manifest: pass, unset, map, prepend, set.

use psp_format::limits;

use super::{ManifestProblem, Spanned, Template, document::Problems, document::Table, template::Scope};

/// The changes to a command's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Globs: if there are any, only variables that match one are kept to begin with.
    pub pass: Vec<String>,
    /// Globs: variables that are removed.
    pub unset: Vec<String>,
    /// The new name and the old: the variable is renamed.
    pub map: Vec<(String, String)>,
    /// Put before the variable's value with a `:` between.
    pub prepend: Vec<(String, Template)>,
    /// Set to this.
    pub set: Vec<(String, Template)>,
}

impl Environment {
    /// Reads `env` of a command's table.
    pub(crate) fn read(command: &mut Table<'_>, scope: &Scope<'_>, problems: &mut Problems<'_>) -> Self {
        let Some(mut table) = command.table("env", problems) else { return Self::default() };
        let pass = globs(table.strings("pass", problems), problems);
        let unset = globs(table.strings("unset", problems), problems);
        let map = pairs(&mut table, "map", problems);
        let prepend = pairs(&mut table, "prepend", problems);
        let set = pairs(&mut table, "set", problems);
        let map =
            map.into_iter().filter(|(_, old)| check_name(old, problems)).map(|(new, old)| (new, old.value));
        let environment = Self {
            pass,
            unset,
            map: map.collect(),
            prepend: templates(prepend, scope, problems),
            set: templates(set, scope, problems),
        };
        if environment.len() > limits::ENVIRONMENT_CHANGES as usize {
            problems.add(
                table.span(),
                ManifestProblem::TooMany {
                    what: "changes to the environment",
                    limit: limits::ENVIRONMENT_CHANGES as usize,
                },
            );
        }
        table.finish(problems);
        environment
    }

    /// The number of changes.
    pub fn len(&self) -> usize {
        self.pass.len() + self.unset.len() + self.map.len() + self.prepend.len() + self.set.len()
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// This environment on top of another: globs are added, variables of the same name replaced.
    pub fn on_top_of(self, base: &Self) -> Self {
        Self {
            pass: joined(&base.pass, self.pass),
            unset: joined(&base.unset, self.unset),
            map: merged(&base.map, self.map),
            prepend: merged(&base.prepend, self.prepend),
            set: merged(&base.set, self.set),
        }
    }
}

fn joined(base: &[String], own: Vec<String>) -> Vec<String> {
    let mut all = base.to_vec();
    all.extend(own.into_iter().filter(|glob| !base.contains(glob)));
    all
}

fn merged<T: Clone>(base: &[(String, T)], own: Vec<(String, T)>) -> Vec<(String, T)> {
    let kept = base.iter().filter(|(name, _)| own.iter().all(|(other, _)| other != name));
    let mut all: Vec<_> = kept.cloned().collect();
    all.extend(own);
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

fn globs(written: Vec<Spanned<String>>, problems: &mut Problems<'_>) -> Vec<String> {
    written.into_iter().filter(|glob| check_name(glob, problems)).map(|glob| glob.value).collect()
}

fn pairs(
    env: &mut Table<'_>,
    key: &'static str,
    problems: &mut Problems<'_>,
) -> Vec<(String, Spanned<String>)> {
    let Some(table) = env.table(key, problems) else { return Vec::new() };
    let pairs = table.string_pairs(problems);
    pairs
        .into_iter()
        .filter(|(name, _)| check_name(name, problems))
        .map(|(name, value)| (name.value, value))
        .collect()
}

fn templates(
    pairs: Vec<(String, Spanned<String>)>,
    scope: &Scope<'_>,
    problems: &mut Problems<'_>,
) -> Vec<(String, Template)> {
    let read = pairs.into_iter().map(|(name, value)| (name, Template::read(&value, scope, problems)));
    read.filter_map(|(name, template)| Some((name, template?))).collect()
}

fn check_name(name: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let good = (1..=limits::ENVIRONMENT_NAME_BYTES as usize).contains(&name.value.len())
        && !name.value.contains(['=', '\0']);
    if !good {
        problems.add(name.span.clone(), ManifestProblem::BadVariable { name: name.value.clone() });
    }
    good
}
