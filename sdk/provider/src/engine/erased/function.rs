//! Functions.

use tf_cty::{Cty, Type, Value};

use super::{Boxed, ErasedFunction};
use crate::function::{Arguments, Function, FunctionError, Parameters};
use crate::schema::Description;

/// An author's type; the erased trait is implemented by this.
pub(crate) struct TypedFunction<F>(pub(crate) F);

impl<F: Function> ErasedFunction for TypedFunction<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn summary(&self) -> &'static str {
        F::SUMMARY
    }

    fn description(&self) -> Description {
        self.0.description()
    }

    fn deprecation(&self) -> Option<String> {
        self.0.deprecation()
    }

    fn parameters(&self) -> Parameters {
        F::Arguments::parameters()
    }

    fn output_type(&self) -> Type {
        F::Output::cty_type()
    }

    fn call(&self, arguments: Vec<Value>) -> Boxed<'_, Result<Value, FunctionError>> {
        Box::pin(async move {
            let output = self.0.call(F::Arguments::from_values(&arguments)?).await?;
            output.to_cty().map_err(|error| FunctionError::new(error.to_string()))
        })
    }
}
