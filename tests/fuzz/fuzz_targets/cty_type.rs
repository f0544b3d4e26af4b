//! The type decoder: no panic for any text, and what is read is written and read as the same type.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tf_cty::Type;

fuzz_target!(|text: &str| {
    if let Ok(ty) = Type::from_json(text) {
        assert_eq!(Type::from_json(&ty.to_json()).expect("what was written reads"), ty);
    }
});
