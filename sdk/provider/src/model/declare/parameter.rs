//! Parameters of functions, and the arguments given for them.

use std::marker::PhantomData;
use std::sync::Arc;

use tf_cty::{Cty, Value};

use crate::FunctionError;
use crate::function::Parameter;
use crate::model::AttributeType;
use crate::schema::Description;
use crate::validator::ValidatorOf;

/// A parameter of a kind, being declared.
#[must_use]
pub struct ParameterField<K> {
    parameter: Parameter,
    kind: PhantomData<fn() -> K>,
}

impl ParameterField<()> {
    /// A parameter of a plain type.
    pub fn of<T: AttributeType>(name: &str) -> ParameterField<T::Kind> {
        let parameter = Parameter {
            name: name.into(),
            ty: T::cty_type(),
            checks: T::CHECKS,
            allow_null: false,
            allow_unknown: false,
            description: Description::default(),
            validators: Vec::new(),
        };
        ParameterField { parameter, kind: PhantomData }
    }
}

impl<K> ParameterField<K> {
    /// The function is called with null too.
    pub fn allow_null(mut self) -> Self {
        self.parameter.allow_null = true;
        self
    }

    /// The function is called with unknown values too.
    pub fn allow_unknown(mut self) -> Self {
        self.parameter.allow_unknown = true;
        self
    }

    /// With words for people.
    pub fn described(mut self, description: Description) -> Self {
        self.parameter.description = description;
        self
    }

    /// With one more validator.
    pub fn validate(mut self, validator: impl ValidatorOf<K>) -> Self {
        self.parameter.validators.push(Arc::new(validator));
        self
    }

    /// Declared.
    pub fn parameter(self) -> Parameter {
        self.parameter
    }
}

/// Refuses another number of arguments.
pub fn exactly_arguments(values: &[Value], count: usize) -> Result<(), FunctionError> {
    match values.len() == count {
        true => Ok(()),
        false => {
            Err(FunctionError::new(format!("{count} arguments are required, but got {}.", values.len())))
        }
    }
}

/// Refuses a smaller number of arguments.
pub fn at_least_arguments(values: &[Value], count: usize) -> Result<(), FunctionError> {
    match values.len() >= count {
        true => Ok(()),
        false => {
            let text = format!("At least {count} arguments are required, but got {}.", values.len());
            Err(FunctionError::new(text))
        }
    }
}

/// One argument. An error says which one does not fit, and why.
pub fn argument<T: Cty>(values: &[Value], index: usize) -> Result<T, FunctionError> {
    let position = u32::try_from(index).unwrap_or(u32::MAX);
    let value = values.get(index);
    let value = value.ok_or_else(|| FunctionError::argument(position, "There is no such argument."))?;
    T::from_cty(value).map_err(|error| {
        let at = error.path.to_string();
        let text = if at.is_empty() { error.to_string() } else { format!("{at}: {error}") };
        FunctionError::argument(position, crate::diagnostic::sentence(&text))
    })
}

/// The arguments of the variadic parameter, the first of which has this index.
pub fn rest<T: Cty>(values: &[Value], first: usize) -> Result<Vec<T>, FunctionError> {
    (first..values.len()).map(|index| argument(values, index)).collect()
}
