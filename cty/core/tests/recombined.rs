//! Calls every function with arguments taken at random from its vectors: nothing panics, results have the promised type, and
//! what is known of a result with an unknown argument holds for the result with the argument known.

#[path = "vectors/node.rs"]
#[expect(dead_code, reason = "shared with the vectors runner, which needs more of it")]
mod node;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value as Json;
use tf_cty::functions::{self, Function};
use tf_cty::{Type, Value};

const ROUNDS: usize = 150;

/// A generator of its own, so that every run makes the same calls.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

/// The argument lists of each function.
fn calls() -> BTreeMap<String, Vec<Vec<Value>>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-fixtures/cty/cty_functions.jsonl");
    let mut calls: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
    for line in fs::read_to_string(path).expect("the vectors").lines() {
        let vector: Json = serde_json::from_str(line).expect("JSON");
        let name = vector["fn"].as_str().expect("a name").to_owned();
        let args = vector["args"].as_array().map_or(&[][..], Vec::as_slice);
        if let Ok(args) = args.iter().map(node::read).collect() {
            calls.entry(name).or_default().push(args);
        }
    }
    calls
}

#[test]
fn functions_keep_their_promises() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut succeeded = 0;
    for (name, lists) in calls() {
        let function = functions::get(&name).expect("a function");
        let pool: Vec<&Value> = lists.iter().flatten().collect();
        for _ in 0..ROUNDS {
            let len = lists[random.below(lists.len())].len().min(pool.len());
            let args: Vec<Value> = (0..len).map(|_| pool[random.below(pool.len())].clone()).collect();
            let Ok(value) = function.call(&args) else { continue };
            let ty = function.return_type_for_values(&args).expect("what can be called has a type");
            assert!(value.ty().conforms_to(&ty), "{name}{args:?} gave {value:?}, not {ty:?}");
            check_unknowns(function, &args, &value);
            succeeded += 1;
        }
    }
    assert!(succeeded > 3000, "only {succeeded} calls succeeded");
}

/// Calls the function with each argument unknown in turn.
fn check_unknowns(function: &Function, args: &[Value], known: &Value) {
    for i in 0..args.len() {
        let (bare, marks) = args[i].clone().unmark();
        let unknown = Value::unknown(bare.ty().clone());
        let refined = unknown.refine().not_null().build();
        let refined = refined.ok().filter(|_| !bare.is_null() && !bare.ty().is_dynamic());
        for unknown in [Some(unknown), refined].into_iter().flatten() {
            let mut args = args.to_vec();
            args[i] = unknown.with_marks(&marks);
            let result = function.call(&args);
            let result = result.unwrap_or_else(|e| panic!("{}{args:?}: {e}", function.name()));
            if let Err(why) = check_within(known, &result) {
                panic!("{}{args:?} gave {result:?}, but with {bare:?} {known:?}: {why}", function.name());
            }
        }
    }
}

/// Checks that a value is one of those that a result with unknowns allows.
fn check_within(known: &Value, result: &Value) -> Result<(), &'static str> {
    let ((known, _), (result, _)) = (known.clone().unmark(), result.clone().unmark());
    let range = result.range();
    let allowed = match (known.is_known(), result.is_known()) {
        // `merge` takes attributes of unknown objects for sure that null objects do not have, as the reference does.
        (true, false) if known.ty().is_object() && !known.ty().conforms_to(result.ty()) => true,
        (true, false) if known.is_null() => !range.definitely_not_null(),
        (true, false) => {
            let ty = known.ty().conforms_to(result.ty()) || *result.ty() == Type::Dynamic;
            let prefix = range.string_prefix().zip(known.as_str()).is_none_or(|(p, s)| s.starts_with(p));
            let length = range.length_bounds().zip(known.len().filter(|_| known.ty().is_collection()));
            ty && prefix && length.is_none_or(|((min, max), len)| (min..=max).contains(&(len as i64)))
        }
        (true, true) => !result.is_wholly_known() || result.raw_equals(&known),
        (false, _) => true,
    };
    if allowed { Ok(()) } else { Err("not among them") }
}
