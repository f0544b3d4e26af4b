//! What a provider's files are written with: `use tf_sdk::prelude::*;`.

pub use crate::data_source::ReadData;
pub use crate::diagnostic::Diagnose;
pub use crate::ephemeral::{Close, Open, Renew};
pub use crate::provider::{Configure, Validate};
pub use crate::resource::{Change, Create, Delete, Import, MoveFrom, Plan, Read, Update, Upgrade};
pub use crate::{
    Arguments, Components, Context, Cty, Data, DataSource, Diagnostic, Diagnostics, Empty, EphemeralResource,
    Function, FunctionError, Model, Number, Object, Path, Private, Provider, Resource, Result, Set, Severity,
    Tf, Value,
};
