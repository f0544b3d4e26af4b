//! What a function is and how it is called.

use std::fmt::Write;

use super::FunctionError;
use crate::mark::Marks;
use crate::types::Type;
use crate::value::{RefinementBuilder, Value};

pub(super) type Result<T> = std::result::Result<T, FunctionError>;

type TypeFn = Box<dyn Fn(&[Value]) -> Result<Type> + Send + Sync>;
type ImplFn = Box<dyn Fn(&[Value], &Type) -> Result<Value> + Send + Sync>;
type RefineFn = fn(RefinementBuilder) -> RefinementBuilder;

/// What a parameter takes beyond known values of its type, unless it is refused or dealt with before the call.
pub(super) mod takes {
    pub(in crate::functions) const PLAIN: u8 = 0;
    pub(in crate::functions) const NULL: u8 = 1;
    pub(in crate::functions) const UNKNOWN: u8 = 2;
    pub(in crate::functions) const DYNAMIC: u8 = 4;
    pub(in crate::functions) const MARKED: u8 = 8;
}

/// One parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    name: &'static str,
    ty: Type,
    takes: u8,
}

impl Parameter {
    /// The name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the type of an argument must conform to.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// True when the function accepts null here.
    pub fn allows_null(&self) -> bool {
        self.takes & takes::NULL != 0
    }

    /// True when the function itself deals with unknown values here.
    pub fn allows_unknown(&self) -> bool {
        self.takes & takes::UNKNOWN != 0
    }

    /// True when the function itself infers a type from arguments of unknown type here.
    pub fn allows_dynamic_type(&self) -> bool {
        self.takes & takes::DYNAMIC != 0
    }

    /// True when the function itself deals with marks here.
    pub fn allows_marked(&self) -> bool {
        self.takes & takes::MARKED != 0
    }
}

/// A function over values.
pub struct Function {
    name: &'static str,
    description: String,
    params: Vec<Parameter>,
    var_param: Option<Parameter>,
    returns: TypeFn,
    body: ImplFn,
    refine: Option<RefineFn>,
}

/// Starts a function whose result is never null.
pub(super) fn function(name: &'static str, description: &str) -> Function {
    Function {
        name,
        description: description.to_owned(),
        params: Vec::new(),
        var_param: None,
        returns: Box::new(|_| Ok(Type::Dynamic)),
        body: Box::new(|_, _| Err(FunctionError::new("not implemented"))),
        refine: Some(RefinementBuilder::not_null),
    }
}

impl Function {
    pub(super) fn param(mut self, name: &'static str, ty: Type, takes: u8) -> Self {
        self.params.push(Parameter { name, ty, takes });
        self
    }

    pub(super) fn variadic(mut self, name: &'static str, ty: Type, takes: u8) -> Self {
        self.var_param = Some(Parameter { name, ty, takes });
        self
    }

    pub(super) fn returns(self, ty: Type) -> Self {
        self.returns_from(move |_| Ok(ty.clone()))
    }

    pub(super) fn returns_from(
        mut self,
        f: impl Fn(&[Value]) -> Result<Type> + Send + Sync + 'static,
    ) -> Self {
        self.returns = Box::new(f);
        self
    }

    pub(super) fn refined(mut self, refine: Option<RefineFn>) -> Self {
        self.refine = refine;
        self
    }

    /// Sets the implementation, which gets the arguments and the type inferred for them.
    pub(super) fn does(
        mut self,
        f: impl Fn(&[Value], &Type) -> Result<Value> + Send + Sync + 'static,
    ) -> Self {
        self.body = Box::new(f);
        self
    }

    /// The name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the function does, in a sentence.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The fixed parameters.
    pub fn parameters(&self) -> &[Parameter] {
        &self.params
    }

    /// The parameter of all further arguments, if the function takes any.
    pub fn variadic_parameter(&self) -> Option<&Parameter> {
        self.var_param.as_ref()
    }

    /// Name and parameters as in a call.
    pub fn signature(&self) -> String {
        let mut out = format!("{}(", self.name);
        for (i, p) in self.params.iter().chain(&self.var_param).enumerate() {
            let dots = if i == self.params.len() { "..." } else { "" };
            let comma = if i > 0 { ", " } else { "" };
            // Writing into a String cannot fail.
            let _ = write!(out, "{comma}{}: {}{dots}", p.name, p.ty.friendly_name_for_constraint());
        }
        out.push(')');
        out
    }

    /// The return type for arguments of given types.
    pub fn return_type(&self, types: &[Type]) -> Result<Type> {
        let unknown: Vec<Value> = types.iter().cloned().map(Value::unknown).collect();
        self.return_type_for_values(&unknown)
    }

    /// The return type for given arguments, some of which may be unknown.
    pub fn return_type_for_values(&self, args: &[Value]) -> Result<Type> {
        self.infer(args).map(|t| t.unwrap_or(Type::Dynamic))
    }

    /// Calls the function.
    pub fn call(&self, args: &[Value]) -> Result<Value> {
        let inferred = self.infer(args)?;
        let (plain, marks) = self.strip(args);
        let refine = self.refine.filter(|_| inferred.is_some());
        let unknown = inferred.is_none() || self.any_unknown(args);
        let expected = inferred.unwrap_or(Type::Dynamic);
        let result = if unknown {
            Value::unknown(expected).with_marks(&marks)
        } else {
            let value = (self.body)(&plain, &expected)?.with_marks(&marks);
            if let Some(error) = value.ty().conformance_errors(&expected).first() {
                let got = value.ty().friendly_name();
                return Err(FunctionError::new(format_args!("{} returned {got}: {error}", self.name)));
            }
            value
        };
        match refine {
            Some(refine) if result.is_known() || !result.ty().is_dynamic() => {
                Ok(refine(result.refine()).build()?)
            }
            _ => Ok(result),
        }
    }

    /// The parameter of each argument.
    fn matched<'a>(&'a self, args: &'a [Value]) -> impl Iterator<Item = (&'a Parameter, &'a Value)> {
        let rest = self.var_param.iter().cycle();
        self.params.iter().chain(rest).zip(args)
    }

    fn any_unknown(&self, args: &[Value]) -> bool {
        self.matched(args).any(|(p, v)| !v.is_known() && !p.allows_unknown())
    }

    /// Takes the marks off arguments whose parameters do not want them.
    fn strip(&self, args: &[Value]) -> (Vec<Value>, Marks) {
        let mut marks = Marks::EMPTY;
        let take = |(p, v): (&Parameter, &Value)| {
            if p.allows_marked() { v.clone() } else { v.clone().unmark_deep_into(&mut marks) }
        };
        (self.matched(args).map(take).collect(), marks)
    }

    /// Checks the arguments and infers the return type: nothing when an argument's type is not known.
    fn infer(&self, args: &[Value]) -> Result<Option<Type>> {
        let required = self.params.len();
        if args.len() < required || (self.var_param.is_none() && args.len() > required) {
            let least = if self.var_param.is_some() { "at least " } else { "" };
            let message =
                format!("wrong number of arguments ({least}{required} required; {} given)", args.len());
            return Err(FunctionError::new(message));
        }
        for (i, (p, v)) in self.matched(args).enumerate() {
            if v.is_null() && !p.allows_null() {
                return Err(FunctionError::of_argument(i, "argument must not be null"));
            }
            if v.ty().is_dynamic() {
                if !p.allows_dynamic_type() {
                    return Ok(None);
                }
            } else if let Some(error) = v.ty().conformance_errors(&p.ty).first() {
                // The reference counts further arguments from the first of them here.
                let i = if i < required { i } else { i - required };
                return Err(FunctionError::of_argument(i, error));
            }
        }
        (self.returns)(&self.strip(args).0).map(Some)
    }
}

/// A known string argument.
pub(super) fn text(v: &Value) -> Result<&str> {
    v.as_str().ok_or_else(|| FunctionError::new("a known string is required"))
}

/// A known number that is an integer.
pub(super) fn integer(v: &Value) -> Result<i64> {
    let n = v.as_number().ok_or_else(|| FunctionError::new("a known number is required"))?;
    n.to_i64().ok_or_else(|| FunctionError::new("value must be a whole number"))
}

/// The elements of a known sequence.
pub(super) fn elements(v: &Value) -> Result<&[Value]> {
    v.as_slice().ok_or_else(|| FunctionError::new("a known sequence is required"))
}
