//! Checks of plans and states.

use std::fmt;
use std::sync::Arc;

use super::change;
use crate::attribute::{AttributePath, AttributePathError, Nowhere};
use crate::known::{Known, Mismatch};
use crate::terraform::{Action, Plan, ResourceChange, State};

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The plan or the state has no such object.
    #[error("there is no {address} in the {document}{}", others(known))]
    NoObject {
        /// The object.
        address: String,
        /// `plan` or `state`.
        document: &'static str,
        /// The objects that are there.
        known: Vec<String>,
    },
    /// The state has an object that it should not have.
    #[error("{0} is still there")]
    Present(String),
    /// Another action is planned.
    #[error("{address}: expected {expected}, the plan is to {found}{changes}")]
    Action {
        /// The object.
        address: String,
        /// What should be done.
        expected: Action,
        /// What is planned.
        found: String,
        /// The attributes that change.
        changes: String,
    },
    /// A text that is no attribute path.
    #[error(transparent)]
    Path(#[from] AttributePathError),
    /// A path that leads nowhere.
    #[error("{object}: {nowhere}; it has {}", attributes.join(", "))]
    Nowhere {
        /// The object.
        object: String,
        /// How far the path leads.
        nowhere: Nowhere,
        /// The attributes that the object has.
        attributes: Vec<String>,
    },
    /// A value that is not as expected.
    #[error("{place}: {mismatch}")]
    Value {
        /// Object and attribute.
        place: String,
        /// What is wrong with it.
        mismatch: Mismatch,
    },
    /// An attribute that is not sensitive.
    #[error("{0}: is not sensitive")]
    NotSensitive(String),
    /// An attribute that does not cause a replacement.
    #[error("{place}: does not force replacement; {found}")]
    NotReplacing {
        /// Object and attribute.
        place: String,
        /// What does.
        found: String,
    },
    /// Something is planned.
    #[error("the plan should be empty, and is:{0}")]
    NotEmpty(String),
    /// Nothing is planned.
    #[error("the plan is empty")]
    Empty,
    /// There is no such output.
    #[error("there is no output {0}")]
    NoOutput(String),
    /// A check of the test's own.
    #[error("{0}")]
    Other(String),
}

fn others(known: &[String]) -> String {
    if known.is_empty() { ", which is empty".into() } else { format!(", which has {}", known.join(", ")) }
}

type Test<T> = Arc<dyn Fn(&T) -> Result<(), CheckError> + Send + Sync>;

/// A check of a plan.
#[derive(Clone)]
pub struct PlanCheck(Test<Plan>);

/// A check of a state.
#[derive(Clone)]
pub struct StateCheck(Test<State>);

macro_rules! checks {
    ($($name:ident of $document:ty),*) => {$(
        impl $name {
            /// A check of one's own.
            pub fn new(test: impl Fn(&$document) -> Result<(), CheckError> + Send + Sync + 'static) -> Self {
                Self(Arc::new(test))
            }

            /// Carries it out.
            pub fn check(&self, document: &$document) -> Result<(), CheckError> {
                (self.0)(document)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}
checks!(PlanCheck of Plan, StateCheck of State);

impl PlanCheck {
    /// This is done with the object.
    pub fn action(address: &str, expected: Action) -> Self {
        let address = address.to_owned();
        Self::new(move |plan| {
            let change = &planned(plan, &address)?.change;
            if change.action() == Some(expected) {
                return Ok(());
            }
            Err(CheckError::Action {
                address: address.clone(),
                expected,
                found: change::action_words(change),
                changes: change::describe_change(change),
            })
        })
    }

    /// Nothing is planned, for no object and no output.
    pub fn empty() -> Self {
        Self::new(|plan| match plan.is_empty() {
            true => Ok(()),
            false => Err(CheckError::NotEmpty(change::describe_plan(plan))),
        })
    }

    /// Something is planned.
    pub fn not_empty() -> Self {
        Self::new(|plan| if plan.is_empty() { Err(CheckError::Empty) } else { Ok(()) })
    }

    /// The attribute's planned value. [`crate::known::unknown`] is one that is known after apply.
    pub fn value(address: &str, path: &str, known: Known) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        Self::new(move |plan| {
            let change = planned(plan, &address)?;
            has(&address, &change.change.after, &path, &known)
        })
    }

    /// The attribute is sensitive in the plan.
    pub fn sensitive(address: &str, path: &str) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        Self::new(move |plan| {
            let change = planned(plan, &address)?;
            let is_sensitive = change.change.after_sensitive.is_sensitive(&AttributePath::parse(&path)?);
            if is_sensitive { Ok(()) } else { Err(CheckError::NotSensitive(format!("{address}, {path}"))) }
        })
    }

    /// The attribute, or one inside it, is why the object is replaced.
    pub fn replaced_by(address: &str, path: &str) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        Self::new(move |plan| {
            let paths = &planned(plan, &address)?.change.replace_paths;
            let wanted = AttributePath::parse(&path)?;
            if paths.iter().any(|found| found.starts_with(&wanted)) {
                return Ok(());
            }
            let names: Vec<String> = paths.iter().map(ToString::to_string).collect();
            let found = if names.is_empty() { "nothing does".into() } else { names.join(", ") + " does" };
            Err(CheckError::NotReplacing { place: format!("{address}, {path}"), found })
        })
    }

    /// The output's planned value.
    pub fn output(name: &str, known: Known) -> Self {
        let name = name.to_owned();
        Self::new(move |plan| {
            let change = plan.output_changes.get(&name).ok_or_else(|| CheckError::NoOutput(name.clone()))?;
            let result = known.check(&change.after);
            result.map_err(|mismatch| CheckError::Value { place: format!("output {name}"), mismatch })
        })
    }
}

impl StateCheck {
    /// The attribute's value.
    pub fn value(address: &str, path: &str, known: Known) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        Self::new(move |state| has(&address, &in_state(state, &address)?.values, &path, &known))
    }

    /// The attribute is sensitive in the state.
    pub fn sensitive(address: &str, path: &str) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        Self::new(move |state| {
            let resource = in_state(state, &address)?;
            let is_sensitive = resource.sensitive_values.is_sensitive(&AttributePath::parse(&path)?);
            if is_sensitive { Ok(()) } else { Err(CheckError::NotSensitive(format!("{address}, {path}"))) }
        })
    }

    /// There is no such object.
    pub fn absent(address: &str) -> Self {
        let address = address.to_owned();
        Self::new(move |state| match state.resource(&address) {
            Some(_) => Err(CheckError::Present(address.clone())),
            None => Ok(()),
        })
    }

    /// The object is tainted: its creation failed halfway.
    pub fn tainted(address: &str) -> Self {
        let address = address.to_owned();
        Self::new(move |state| match in_state(state, &address)?.tainted {
            true => Ok(()),
            false => Err(CheckError::Other(format!("{address} is not tainted"))),
        })
    }

    /// The output's value.
    pub fn output(name: &str, known: Known) -> Self {
        let name = name.to_owned();
        Self::new(move |state| {
            let output = state.output(&name).ok_or_else(|| CheckError::NoOutput(name.clone()))?;
            let result = known.check(&output.value);
            result.map_err(|mismatch| CheckError::Value { place: format!("output {name}"), mismatch })
        })
    }
}

/// Checks one value of an object.
pub(crate) fn has(object: &str, value: &tf_cty::Value, path: &str, known: &Known) -> Result<(), CheckError> {
    let found = AttributePath::parse(path)?.find(value).map_err(|nowhere| CheckError::Nowhere {
        object: object.into(),
        nowhere,
        attributes: value.entries().map(|(name, _)| name.to_string()).collect(),
    })?;
    let place = if path.is_empty() { object.into() } else { format!("{object}, {path}") };
    known.check(&found).map_err(|mismatch| CheckError::Value { place, mismatch })
}

fn planned<'a>(plan: &'a Plan, address: &str) -> Result<&'a ResourceChange, CheckError> {
    plan.change(address).ok_or_else(|| CheckError::NoObject {
        address: address.into(),
        document: "plan",
        known: plan.resource_changes.iter().map(|change| change.address.clone()).collect(),
    })
}

fn in_state<'a>(state: &'a State, address: &str) -> Result<&'a crate::terraform::Resource, CheckError> {
    state.resource(address).ok_or_else(|| CheckError::NoObject {
        address: address.into(),
        document: "state",
        known: state.resources().into_iter().map(|resource| resource.address.clone()).collect(),
    })
}
