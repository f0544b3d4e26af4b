//! The json decoder: no panic for any bytes under any of a few types, and what decodes encodes and decodes to the same value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tf_cty::{Type, json};

fn types() -> [Type; 8] {
    let object = Type::object([("a", Type::String), ("b", Type::list(Type::Number)), ("c", Type::Dynamic)]);
    [
        Type::Dynamic,
        Type::Bool,
        Type::Number,
        Type::String,
        Type::list(Type::Dynamic),
        Type::set(Type::map(Type::Number)),
        Type::tuple([Type::String, object.clone()]),
        object,
    ]
}

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let ty = &types()[*choice as usize % 8];
    let _ = json::implied_type(bytes);
    let Ok(value) = json::decode(bytes, ty) else { return };
    // A short object or tuple decodes to another type, as in the reference, and then need not encode under this one.
    if !value.ty().conforms_to(ty) || !value.is_wholly_known() {
        return;
    }
    if let Ok(again) = json::encode(&value, ty) {
        let back = json::decode(&again, ty).expect("what was encoded decodes");
        assert_eq!(json::encode(&back, ty).expect("encodes again"), again);
    }
});
