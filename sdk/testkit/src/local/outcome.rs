//! What operations in the process give, and assertions on it.

use bytes::Bytes;
use tf_cty::{Path, Value};
use tf_sdk::{Diagnostics, Severity};

use super::failure::{line, said};
use crate::attribute::AttributePath;
use crate::case::has;
use crate::expected::Expected;
use crate::known::{Known, unknown};
use crate::terraform::Action;

/// A plan for one object.
#[derive(Clone, Debug)]
#[must_use = "a plan changes nothing until it is applied"]
pub struct Planned {
    /// The resource's type.
    pub type_name: String,
    /// What would be done.
    pub action: Action,
    /// The object before, just read; null if there is none.
    pub prior: Value,
    /// What Terraform proposed to the provider.
    pub proposed: Value,
    /// What the provider planned; null for a destruction.
    pub planned: Value,
    /// The attributes because of which the object is replaced.
    pub requires_replace: Vec<Path>,
    /// Private state that goes with the plan.
    pub private: Bytes,
    /// Warnings.
    pub diagnostics: Diagnostics,
}

/// An object that was created, changed or replaced, or left as it was.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The plan that was carried out.
    pub planned: Planned,
    /// The object.
    pub state: Value,
    /// Warnings of planning and applying.
    pub diagnostics: Diagnostics,
}

/// An object that was read, imported, upgraded or moved.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// The resource's type.
    pub type_name: String,
    /// The object; null if it is gone.
    pub state: Value,
    /// Warnings.
    pub diagnostics: Diagnostics,
}

/// An object that was destroyed.
#[derive(Clone, Debug)]
pub struct Destroyed {
    /// The resource's type.
    pub type_name: String,
    /// Warnings of planning and applying.
    pub diagnostics: Diagnostics,
}

impl Planned {
    /// Asserts what would be done.
    ///
    /// # Panics
    ///
    /// If it is something else.
    #[track_caller]
    pub fn expect_action(&self, expected: Action) -> &Self {
        assert!(
            self.action == expected,
            "{}: expected {expected}, the plan is to {}{}",
            self.type_name,
            self.action,
            self.changes()
        );
        self
    }

    /// Asserts a planned value.
    ///
    /// # Panics
    ///
    /// If it is another, or there is none.
    #[track_caller]
    pub fn expect_value(&self, path: &str, known: impl Into<Known>) -> &Self {
        expect_value(&self.type_name, &self.planned, path, &known.into());
        self
    }

    /// Asserts that a value is known only after applying.
    ///
    /// # Panics
    ///
    /// If it is known in the plan, or there is none.
    #[track_caller]
    pub fn expect_unknown(&self, path: &str) -> &Self {
        expect_value(&self.type_name, &self.planned, path, &unknown());
        self
    }

    /// Asserts that the attribute, or one inside it, is why the object is replaced.
    ///
    /// # Panics
    ///
    /// If it is not, or the path is none.
    #[track_caller]
    pub fn expect_replaced_by(&self, path: &str) -> &Self {
        let wanted = AttributePath::parse(path).unwrap_or_else(|error| panic!("{error}"));
        let found: Vec<AttributePath> = self.requires_replace.iter().map(AttributePath::from).collect();
        let names: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(
            found.iter().any(|path| path.starts_with(&wanted)),
            "{}, {path}: does not force replacement; what does: [{}]",
            self.type_name,
            names.join(", ")
        );
        self
    }

    /// Asserts a warning.
    ///
    /// # Panics
    ///
    /// If there is no such one.
    #[track_caller]
    pub fn expect_warning(&self, warning: impl Into<Expected>) -> &Self {
        expect_warning(&self.type_name, &self.diagnostics, &warning.into());
        self
    }

    /// The attributes that change, a line each.
    fn changes(&self) -> String {
        crate::case::describe_differences(&self.prior, &self.planned)
    }
}

impl Applied {
    /// Asserts what was done.
    ///
    /// # Panics
    ///
    /// If it was something else.
    #[track_caller]
    pub fn expect_action(&self, expected: Action) -> &Self {
        self.planned.expect_action(expected);
        self
    }
}

macro_rules! state_assertions {
    ($($name:ident, |$outcome:ident| $type_name:expr;)*) => {$(
        impl $name {
            /// Asserts a value of the object.
            ///
            /// # Panics
            ///
            /// If it is another, or there is none.
            #[track_caller]
            pub fn expect_value(&self, path: &str, known: impl Into<Known>) -> &Self {
                let $outcome = self;
                expect_value($type_name, &self.state, path, &known.into());
                self
            }

            /// Asserts a warning.
            ///
            /// # Panics
            ///
            /// If there is no such one.
            #[track_caller]
            pub fn expect_warning(&self, warning: impl Into<Expected>) -> &Self {
                let $outcome = self;
                expect_warning($type_name, &self.diagnostics, &warning.into());
                self
            }
        }
    )*};
}
state_assertions! {
    Applied, |applied| &applied.planned.type_name;
    Refreshed, |refreshed| &refreshed.type_name;
}

impl Refreshed {
    /// True if the object is gone.
    pub fn is_gone(&self) -> bool {
        self.state.is_null()
    }
}

impl Destroyed {
    /// Asserts a warning.
    ///
    /// # Panics
    ///
    /// If there is no such one.
    #[track_caller]
    pub fn expect_warning(&self, warning: impl Into<Expected>) -> &Self {
        expect_warning(&self.type_name, &self.diagnostics, &warning.into());
        self
    }
}

#[track_caller]
pub(super) fn expect_value(object: &str, value: &Value, path: &str, known: &Known) {
    if let Err(error) = has(object, value, path, known) {
        panic!("{error}");
    }
}

#[track_caller]
pub(super) fn expect_warning(object: &str, diagnostics: &Diagnostics, expected: &Expected) {
    let mut warnings = diagnostics.iter().filter(|d| d.severity == Severity::Warning);
    let lines = || diagnostics.iter().map(|d| format!("\n  {}", line(d))).collect::<String>();
    assert!(
        warnings.any(|warning| expected.is(&said(warning, object))),
        "{object}: a warning {expected} was expected{}",
        if diagnostics.is_empty() { "; there were none".into() } else { lines() }
    );
}
