//! Terraform's type system: types, values that may be unknown, marks, paths, conversion, functions, and the codecs that
//! Terraform speaks. The measure is the reference implementation, go-cty 1.18: answers are the same, and where it panics an
//! error is returned.
//!
//! What is absent: I/O, global state, panics on input, and limits that only a large machine meets ([`limits`]).
//!
//! Start with [`Type`] and [`Value`]; [`msgpack`] and [`json`] carry them over the wire, [`convert()`] and [`unify`] change
//! types, [`functions`] has the standard library, and [`derive@Cty`] maps Rust structs.
#![forbid(unsafe_code)]

mod bridge;
mod codec;
mod convert;
pub mod functions;
pub mod json;
pub mod limits;
mod mark;
pub mod msgpack;
mod native;
mod number;
mod path;
mod text;
mod types;
mod value;

pub use bridge::{SerdeError, from_value, to_value};
pub use codec::{DecodeError, DecodeProblem, EncodeError, EncodeProblem};
pub use convert::{
    Conversion, ConvertError, ConvertProblem, Safety, Unified, convert, mismatch_message, unify,
};
pub use mark::{Mark, Marks};
pub use native::{Attributes, Cty, FromCtyError, FromCtyProblem, Tf, ToCtyError, ToCtyProblem, Unknown};
pub use number::{NanError, Number, ParseNumberError};
pub use path::{Path, PathApplyError, PathProblem, PathSet, PathStep};
pub use text::normalize;
#[cfg(feature = "derive")]
pub use tf_cty_derive::Cty;
pub use types::{
    Attribute, CapsuleOps, CapsuleType, ConformanceError, ConformanceProblem, FromConverter, ObjectType,
    OptionalAttributeError, ToConverter, Type, TypeJsonError,
};
pub use value::{
    BuildError, CapsuleValue, OpError, PathMarks, RefineError, RefinementBuilder, Transformer, Value,
    ValueRange, Visit, WrangleAction,
};
