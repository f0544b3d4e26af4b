//! Functions.
use crate::{CapsuleType, CapsuleValue, Type, Value};
use std::sync::LazyLock;
static B: LazyLock<CapsuleType> = LazyLock::new(|| CapsuleType::new::<Vec<u8>>("bytes"));
/// x
pub fn bytes_type() -> CapsuleType { B.clone() }
/// x
pub fn bytes(b: &[u8]) -> Value { Value::capsule(bytes_type(), CapsuleValue::new(b.to_vec())).unwrap() }
/// x
pub fn as_bytes(v: &Value) -> Option<Vec<u8>> { v.as_capsule()?.downcast::<Vec<u8>>().cloned() }
/// x
pub struct F;
/// x
pub fn get(_: &str) -> Option<F> { None }
impl F {
    /// x
    pub fn call(&self, _: &[Value]) -> Result<Value, FunctionError> { Err(FunctionError) }
    /// x
    pub fn return_type_for_values(&self, _: &[Value]) -> Result<Type, FunctionError> { Err(FunctionError) }
}
/// x
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct FunctionError;
impl FunctionError {
    /// x
    pub fn argument(&self) -> Option<usize> { None }
}
