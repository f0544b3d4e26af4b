//! The elements of a set, in the reference's order and with its notion of sameness.
//!
//! Membership goes by hash bucket and then by `equals` answering true: two unknowns stay two elements, and so do 0 and
//! -0, whose hashes differ. Iteration is by value for primitives and by the hashed bytes for other types; unknown
//! elements come after known ones, nulls last.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{Repr, Tri, Value};
use crate::text::quote;
use crate::types::Type;

/// Distinct elements in iteration order.
pub(crate) struct SetData {
    values: Box<[Value]>,
    /// Hash and position in `values`, sorted.
    index: Box<[(u32, u32)]>,
}

struct Entry {
    hash: u32,
    bytes: Vec<u8>,
    value: Value,
}

impl SetData {
    /// Takes unmarked values of one type, dropping those that equal an earlier one.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        let mut buckets: HashMap<u32, Vec<usize>> = HashMap::with_capacity(values.len());
        let mut entries: Vec<Entry> = Vec::with_capacity(values.len());
        for value in values {
            let bytes = value.hash_bytes();
            let hash = crc32fast::hash(&bytes);
            let bucket = buckets.entry(hash).or_default();
            if !bucket.iter().any(|i| entries[*i].value.same_as(&value) == Tri::True) {
                bucket.push(entries.len());
                entries.push(Entry { hash, bytes, value });
            }
        }
        entries.sort_by_key(|e| e.hash);
        entries.sort_by(order);
        let mut index: Box<[(u32, u32)]> = entries.iter().zip(0u32..).map(|(e, i)| (e.hash, i)).collect();
        index.sort_unstable();
        Self { values: entries.into_iter().map(|e| e.value).collect(), index }
    }

    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// True when an element certainly equals the value.
    pub(crate) fn contains(&self, value: &Value) -> bool {
        let hash = value.hash_ignoring_marks();
        let start = self.index.partition_point(|(h, _)| *h < hash);
        let bucket = self.index[start..].iter().take_while(|(h, _)| *h == hash);
        bucket.into_iter().any(|(_, i)| self.values[*i as usize].same_as(value) == Tri::True)
    }
}

/// Known elements first, then unknown ones, nulls last.
fn class(value: &Value) -> u8 {
    match value.repr() {
        Repr::Null => 2,
        Repr::Unknown(_) => 1,
        _ => 0,
    }
}

fn order(a: &Entry, b: &Entry) -> Ordering {
    class(&a.value).cmp(&class(&b.value)).then_with(|| match (a.value.repr(), b.value.repr()) {
        (Repr::String(x), Repr::String(y)) => x.cmp(y),
        (Repr::Number(x), Repr::Number(y)) => x.compare(y),
        (Repr::Bool(x), Repr::Bool(y)) => x.cmp(y),
        _ => a.bytes.cmp(&b.bytes),
    })
}

impl Value {
    /// A hash that is the same for equal values, as the reference computes it; marks do not count.
    pub fn hash_ignoring_marks(&self) -> u32 {
        crc32fast::hash(&self.hash_bytes())
    }

    fn hash_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.append_hash_bytes(&mut out);
        out
    }

    fn append_hash_bytes(&self, out: &mut Vec<u8>) {
        match self.repr() {
            Repr::Unknown(_) => out.push(b'?'),
            Repr::Null => out.push(b'~'),
            Repr::Number(n) => out.extend_from_slice(n.hash_text().as_bytes()),
            Repr::Bool(b) => out.push(if *b { b'T' } else { b'F' }),
            Repr::String(s) => out.extend_from_slice(quote(s).as_bytes()),
            Repr::Map(entries) => {
                out.push(b'{');
                for (key, value) in entries.iter() {
                    out.extend_from_slice(quote(key).as_bytes());
                    out.push(b':');
                    value.append_hash_bytes(out);
                    out.push(b';');
                }
                out.push(b'}');
            }
            Repr::Set(set) => append_sequence(set.values(), b"[]", out),
            Repr::Seq(elements) => {
                append_sequence(elements, if self.ty().is_list() { b"[]" } else { b"<>" }, out);
            }
            Repr::Capsule(c) => {
                let key = match self.ty() {
                    Type::Capsule(ty) => ty.ops().hash_key(c),
                    _ => None,
                };
                out.extend_from_slice("«".as_bytes());
                out.extend_from_slice(key.map_or_else(|| "?".to_owned(), |k| quote(&k)).as_bytes());
                out.extend_from_slice("»".as_bytes());
            }
        }
    }
}

fn append_sequence(elements: &[Value], brackets: &[u8; 2], out: &mut Vec<u8>) {
    out.push(brackets[0]);
    for element in elements {
        element.append_hash_bytes(out);
        out.push(b';');
    }
    out.push(brackets[1]);
}
