//! An operation that failed: which, and with which diagnostics.

use std::fmt;

use tf_cty::Value;
use tf_sdk::{Diagnostic, Diagnostics, Severity};

use crate::attribute::AttributePath;
use crate::expected::{Expected, Place, Said};

/// The part of an operation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Getting the schema.
    Schema,
    /// Reading the test's configuration: what Terraform itself says against it.
    Config,
    /// The provider's validation.
    Validate,
    /// Configuring the provider.
    Configure,
    /// Upgrading state.
    Upgrade,
    /// Reading.
    Read,
    /// Planning, and Terraform's checks on the plan.
    Plan,
    /// Applying, and Terraform's checks on the result.
    Apply,
    /// Importing.
    Import,
    /// Moving from another type.
    Move,
    /// Opening an ephemeral resource.
    Open,
    /// Renewing one.
    Renew,
    /// Closing one.
    Close,
    /// Calling a function.
    Call,
    /// Stopping the provider.
    Stop,
    /// A secret is where it should not be.
    Canary,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Schema => "getting the schema",
            Self::Config => "the configuration",
            Self::Validate => "validating",
            Self::Configure => "configuring",
            Self::Upgrade => "upgrading the state",
            Self::Read => "reading",
            Self::Plan => "planning",
            Self::Apply => "applying",
            Self::Import => "importing",
            Self::Move => "moving",
            Self::Open => "opening",
            Self::Renew => "renewing",
            Self::Close => "closing",
            Self::Call => "calling",
            Self::Stop => "stopping",
            Self::Canary => "the search for canaries",
        })
    }
}

/// An operation that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Where.
    pub stage: Stage,
    /// Of what: `acc_item`.
    pub object: String,
    /// All that was said, errors and warnings.
    pub diagnostics: Diagnostics,
    /// The state that Terraform would save in spite of the failure; None if the state is as it was.
    pub saved: Option<Value>,
}

impl Failure {
    pub(super) fn new(stage: Stage, object: &str, diagnostics: Diagnostics) -> Self {
        Self { stage, object: object.into(), diagnostics, saved: None }
    }

    /// Asserts that one of the errors is this.
    ///
    /// # Panics
    ///
    /// If none is.
    #[track_caller]
    pub fn expect(&self, error: impl Into<Expected>) -> &Self {
        let expected = error.into();
        let errors = self.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        assert!(
            errors.clone().any(|error| expected.is(&said(error, &self.object))),
            "an error {expected} was expected, but {self}"
        );
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} failed", self.object, self.stage)?;
        self.diagnostics.iter().try_for_each(|diagnostic| write!(f, "\n  {}", line(diagnostic)))
    }
}

impl std::error::Error for Failure {}

/// A diagnostic for a message.
pub(super) fn line(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{severity}: {}", diagnostic.to_string().replace('\n', "\n    "))
}

pub(super) fn said(diagnostic: &Diagnostic, object: &str) -> Said {
    Said {
        summary: diagnostic.summary.clone(),
        detail: diagnostic.detail.clone(),
        address: Some(object.into()),
        place: match &diagnostic.path {
            Some(path) => Place::Path(AttributePath::from(path)),
            None => Place::Name(None),
        },
    }
}
