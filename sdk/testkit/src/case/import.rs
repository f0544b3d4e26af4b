//! Importing an object that the state has already, to see that the same comes out.

use super::change;
use super::failure::StepProblem;
use super::step::Step;
use crate::attribute::{AttributePath, Step as PathStep};
use crate::expected::Expected;
use crate::known::{exact, show};
use crate::terraform::{Resource, State};

/// An import beside the state, and what is compared.
#[derive(Debug)]
#[must_use = "an import is a step of a case"]
pub struct Import {
    pub(super) address: String,
    id: Id,
    ignored: Vec<String>,
    error: Option<Expected>,
}

#[derive(Debug)]
enum Id {
    Given(String),
    Attribute(String),
}

impl Import {
    pub(super) fn new(address: &str) -> Self {
        Self { address: address.into(), id: Id::Attribute("id".into()), ignored: Vec::new(), error: None }
    }

    /// The id to import by. If not said, it is the attribute `id` of the object in the state.
    pub fn id(self, id: &str) -> Self {
        Self { id: Id::Given(id.into()), ..self }
    }

    /// Imports by what this attribute of the object in the state is.
    pub fn id_from(self, path: &str) -> Self {
        Self { id: Id::Attribute(path.into()), ..self }
    }

    /// Attributes that an import need not bring back: those that no API returns.
    pub fn ignoring<'a>(mut self, attributes: impl IntoIterator<Item = &'a str>) -> Self {
        self.ignored.extend(attributes.into_iter().map(Into::into));
        self
    }

    /// The import fails, and one of its errors is this.
    pub fn expect_error(self, error: impl Into<Expected>) -> Self {
        Self { error: Some(error.into()), ..self }
    }

    /// The id, given the state.
    pub(super) fn find_id(&self, state: &State) -> Result<String, StepProblem> {
        let path = match &self.id {
            Id::Given(id) => return Ok(id.clone()),
            Id::Attribute(path) => path,
        };
        let problem = || StepProblem::NoImportId { address: self.address.clone(), path: path.clone() };
        let resource = state.resource(&self.address).ok_or_else(problem)?;
        let parsed = AttributePath::parse(path).map_err(|_| problem())?;
        let id = parsed.find(&resource.values).map_err(|_| problem())?;
        id.as_str().map(Into::into).ok_or_else(problem)
    }

    /// Compares what was imported with what is there.
    pub(super) fn verify(&self, imported: &State, state: &State) -> Result<(), StepProblem> {
        let find = |state: &'_ State| state.resource(&self.address).cloned();
        let Some(imported) = find(imported) else {
            return Err(StepProblem::NotImported { address: self.address.clone() });
        };
        let Some(there) = find(state) else {
            return Err(StepProblem::NothingToCompare { address: self.address.clone() });
        };
        let differences = self.differences(&there, &imported);
        if differences.is_empty() {
            return Ok(());
        }
        Err(StepProblem::ImportDiffers { address: self.address.clone(), differences: differences.concat() })
    }

    fn differences(&self, there: &Resource, imported: &Resource) -> Vec<String> {
        let ignored = |name: &str| self.ignored.iter().any(|other| other == name);
        let differing = change::differences(&there.values, &imported.values);
        let lines =
            differing.into_iter().filter(|(name, _, _)| !ignored(name)).map(|(name, before, after)| {
                let mut path = AttributePath::default();
                path.push(PathStep::Key(name.clone()));
                if there.sensitive_values.is_sensitive(&path) {
                    return format!("\n    {name}: the sensitive value is another");
                }
                match exact(&before).check(&after) {
                    Err(mismatch) if !mismatch.at.is_empty() => {
                        format!("\n    {name}{}", mismatch_line(&mismatch))
                    }
                    _ => format!("\n    {name}: {} in the state, {} imported", show(&before), show(&after)),
                }
            });
        lines.collect()
    }
}

fn mismatch_line(mismatch: &crate::known::Mismatch) -> String {
    format!("{}: {} in the state, {} imported", mismatch.at, mismatch.expected, mismatch.found)
}

impl From<Import> for Step {
    fn from(mut import: Import) -> Self {
        let error = import.error.take();
        Self::of_import(import, error)
    }
}
