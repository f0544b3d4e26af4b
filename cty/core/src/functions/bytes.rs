//! Buffers of bytes as values, and functions over them.

use std::sync::LazyLock;

use super::FunctionError;
use super::spec::{Function, Result, function, integer, takes};
use crate::types::{CapsuleType, Type};
use crate::value::{CapsuleValue, Repr, Value};

static BYTES: LazyLock<CapsuleType> = LazyLock::new(|| CapsuleType::new::<Vec<u8>>("bytes"));

/// The type of buffers.
pub fn bytes_type() -> CapsuleType {
    BYTES.clone()
}

/// A buffer as a value.
pub fn bytes(buffer: &[u8]) -> Value {
    Value::new(Type::Capsule(bytes_type()), Repr::Capsule(CapsuleValue::new(buffer.to_vec())))
}

/// The bytes of a known buffer.
pub fn as_bytes(value: &Value) -> Option<Vec<u8>> {
    value.as_capsule()?.downcast::<Vec<u8>>().cloned()
}

fn buffer(value: &Value) -> Result<&[u8]> {
    let inner = value.as_capsule().and_then(CapsuleValue::downcast::<Vec<u8>>);
    inner.map(Vec::as_slice).ok_or_else(|| FunctionError::new("a known buffer is required"))
}

pub(super) fn all() -> Vec<Function> {
    let bytes_param = || Type::Capsule(bytes_type());
    vec![
        function("byteslen", "Returns the total number of bytes in the given buffer.")
            .param("buf", bytes_param(), takes::DYNAMIC)
            .returns(Type::Number)
            .does(|args, _| Ok(buffer(&args[0])?.len().into())),
        function("bytesslice", "Extracts a subslice from the given buffer.")
            .param("buf", bytes_param(), takes::DYNAMIC)
            .param("offset", Type::Number, takes::DYNAMIC)
            .param("length", Type::Number, takes::DYNAMIC)
            .returns(bytes_param())
            .does(|args, _| {
                let all = buffer(&args[0])?;
                let (offset, length) = (integer(&args[1])?, integer(&args[2])?);
                let (Ok(offset), Ok(length)) = (usize::try_from(offset), usize::try_from(length)) else {
                    return Err(FunctionError::new("offset and length must be non-negative"));
                };
                let part = offset.checked_add(length).and_then(|end| all.get(offset..end));
                part.map(bytes).ok_or_else(|| {
                    let total = all.len();
                    let what = format!(
                        "offset {offset} + length {length} is greater than total buffer length {total}"
                    );
                    FunctionError::new(what)
                })
            }),
    ]
}
