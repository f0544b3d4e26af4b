//! Matchers of lists, sets, maps and objects: whole, in part, or by size; and the comparison behind `exact`.

use tf_cty::Value;

use super::{IntoValue, Known, Matcher, Mismatch, exact, show};

/// How elements are found: in order, without order, by key.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    List,
    Set,
    Map,
}

impl Shape {
    fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Set => "set",
            Self::Map => "map",
        }
    }

    fn fits(self, found: &Value) -> bool {
        let is_keyed = found.ty().is_object() || found.ty().is_map();
        found.len().is_some() && found.is_known() && !found.is_null() && is_keyed == (self == Self::Map)
    }
}

/// Whether elements that nobody asked for may be there.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    Whole,
    Part,
}

/// The length of a collection.
struct Size(Shape, usize);

impl Matcher for Size {
    fn describe(&self) -> String {
        format!("a {} of {}", self.0.word(), count(self.1))
    }

    fn check(&self, found: &Value) -> Result<(), Mismatch> {
        if !self.0.fits(found) {
            return Err(Mismatch::new(self.describe(), found));
        }
        has_length(self.1, found)
    }
}

/// Elements by position.
struct InOrder {
    elements: Vec<(usize, Known)>,
    extent: Extent,
}

impl Matcher for InOrder {
    fn describe(&self) -> String {
        match self.extent {
            Extent::Whole => format!("a list of {}", count(self.elements.len())),
            Extent::Part => format!("a list with {} as expected", count(self.elements.len())),
        }
    }

    fn check(&self, found: &Value) -> Result<(), Mismatch> {
        if !Shape::List.fits(found) {
            return Err(Mismatch::new(self.describe(), found));
        }
        if self.extent == Extent::Whole {
            has_length(self.elements.len(), found)?;
        }
        let values = found.as_slice().unwrap_or_default();
        self.elements.iter().try_for_each(|(position, known)| {
            let value =
                values.get(*position).ok_or_else(|| absent(known, &format!("[{position}]"), found))?;
            known.check(value).map_err(|mismatch| mismatch.inside(&format!("[{position}]")))
        })
    }
}

/// Elements by key.
struct Keyed {
    entries: Vec<(String, Known)>,
    extent: Extent,
}

impl Matcher for Keyed {
    fn describe(&self) -> String {
        match self.extent {
            Extent::Whole => format!("a map of {}", count(self.entries.len())),
            Extent::Part => format!("a map with {} as expected", count(self.entries.len())),
        }
    }

    fn check(&self, found: &Value) -> Result<(), Mismatch> {
        if !Shape::Map.fits(found) {
            return Err(Mismatch::new(self.describe(), found));
        }
        for (key, known) in &self.entries {
            let value = found.get(key).ok_or_else(|| absent(known, &format!("{key:?}"), found))?;
            known.check(value).map_err(|mismatch| mismatch.inside(&step(key)))?;
        }
        let mut others = found.entries().filter(|(key, _)| !self.entries.iter().any(|(k, _)| **k == ***key));
        match others.next() {
            Some((key, value)) if self.extent == Extent::Whole => {
                Err(Mismatch::new(format!("nothing at {key:?}"), value))
            }
            _ => Ok(()),
        }
    }
}

/// Elements wherever they are, each matcher with one of its own.
struct Unordered {
    elements: Vec<Known>,
    extent: Extent,
}

impl Matcher for Unordered {
    fn describe(&self) -> String {
        match self.extent {
            Extent::Whole => format!("a set of {}", count(self.elements.len())),
            Extent::Part => format!("a set with {} as expected", count(self.elements.len())),
        }
    }

    fn check(&self, found: &Value) -> Result<(), Mismatch> {
        if !Shape::Set.fits(found) {
            return Err(Mismatch::new(self.describe(), found));
        }
        if self.extent == Extent::Whole {
            has_length(self.elements.len(), found)?;
        }
        let values = found.as_slice().unwrap_or_default();
        match unpaired(self.elements.len(), values.len(), &|m, v| self.elements[m].check(&values[v]).is_ok())
        {
            None => Ok(()),
            Some(left) => Err(Mismatch {
                at: String::new(),
                expected: format!("an element that is {}", self.elements[left].describe()),
                found: format!("none left among {}", show(found)),
            }),
        }
    }
}

/// Pairs each left with a right of its own where `fits` says so; the first left that cannot be paired, if there is one.
///
/// Augmenting paths: a pair once made is changed as long as that lets another be made.
fn unpaired(left_count: usize, right_count: usize, fits: &dyn Fn(usize, usize) -> bool) -> Option<usize> {
    let mut left_of = vec![None; right_count];
    (0..left_count).find(|&left| !pair(left, &mut vec![false; right_count], &mut left_of, fits))
}

fn pair(
    left: usize,
    seen: &mut [bool],
    left_of: &mut [Option<usize>],
    fits: &dyn Fn(usize, usize) -> bool,
) -> bool {
    for right in 0..left_of.len() {
        if seen[right] || !fits(left, right) {
            continue;
        }
        seen[right] = true;
        if left_of[right].is_none_or(|other| pair(other, seen, left_of, fits)) {
            left_of[right] = Some(left);
            return true;
        }
    }
    false
}

/// Whether two values are the same whatever their types are called: lists and tuples, maps and objects, typed nulls.
pub(super) fn same(expected: &Value, found: &Value) -> Result<(), Mismatch> {
    let differs = || Err(Mismatch::new(show(expected), found));
    if !expected.is_known() || !found.is_known() {
        return if expected.is_known() == found.is_known() { Ok(()) } else { differs() };
    }
    if expected.is_null() || found.is_null() {
        return if expected.is_null() == found.is_null() { Ok(()) } else { differs() };
    }
    if expected.ty().is_set() && !Shape::Map.fits(found) {
        let elements = expected.as_slice().unwrap_or_default().iter().map(exact).collect();
        return Unordered { elements, extent: Extent::Whole }.check(found);
    }
    if Shape::List.fits(expected) && Shape::List.fits(found) {
        let elements = expected.as_slice().unwrap_or_default().iter().map(exact).enumerate().collect();
        return InOrder { elements, extent: Extent::Whole }.check(found);
    }
    if Shape::Map.fits(expected) && Shape::Map.fits(found) {
        let entries = expected.entries().map(|(key, value)| (key.to_string(), exact(value))).collect();
        return Keyed { entries, extent: Extent::Whole }.check(found);
    }
    let is_same = match (expected.as_str(), expected.as_number(), expected.as_bool()) {
        (Some(text), _, _) => found.as_str() == Some(text),
        (_, Some(number), _) => found.as_number() == Some(number),
        (_, _, Some(bool)) => found.as_bool() == Some(bool),
        _ => expected.raw_equals(found),
    };
    if is_same { Ok(()) } else { differs() }
}

fn has_length(expected: usize, found: &Value) -> Result<(), Mismatch> {
    match found.len() {
        Some(length) if length == expected => Ok(()),
        length => Err(Mismatch {
            at: String::new(),
            expected: count(expected),
            found: format!("{}: {}", count(length.unwrap_or_default()), show(found)),
        }),
    }
}

fn absent(known: &Known, place: &str, found: &Value) -> Mismatch {
    Mismatch {
        at: String::new(),
        expected: format!("{} at {place}", known.describe()),
        found: format!("nothing there: {}", show(found)),
    }
}

fn count(elements: usize) -> String {
    if elements == 1 { "1 element".into() } else { format!("{elements} elements") }
}

fn step(key: &str) -> String {
    let is_name = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_name { format!(".{key}") } else { format!("[{key:?}]") }
}

/// A list with exactly these elements.
pub fn list<K: Into<Known>>(elements: impl IntoIterator<Item = K>) -> Known {
    let elements = elements.into_iter().map(Into::into).enumerate().collect();
    Known::new(InOrder { elements, extent: Extent::Whole })
}

/// A list with these elements at these positions, counted from 0.
pub fn list_partial<K: Into<Known>>(elements: impl IntoIterator<Item = (usize, K)>) -> Known {
    let elements = elements.into_iter().map(|(position, known)| (position, known.into())).collect();
    Known::new(InOrder { elements, extent: Extent::Part })
}

/// A list of this length.
pub fn list_size(length: usize) -> Known {
    Known::new(Size(Shape::List, length))
}

/// A set with exactly these elements, each matcher for one of them.
pub fn set<K: Into<Known>>(elements: impl IntoIterator<Item = K>) -> Known {
    let elements = elements.into_iter().map(Into::into).collect();
    Known::new(Unordered { elements, extent: Extent::Whole })
}

/// A set with exactly the elements of this list: `set_exact(json!([22, 80]))`.
pub fn set_exact(elements: impl IntoValue) -> Known {
    match elements.into_value().as_slice() {
        Some(elements) => set(elements.iter().map(exact)),
        None => set([] as [Known; 0]),
    }
}

/// A set with these elements among others.
pub fn set_partial<K: Into<Known>>(elements: impl IntoIterator<Item = K>) -> Known {
    let elements = elements.into_iter().map(Into::into).collect();
    Known::new(Unordered { elements, extent: Extent::Part })
}

/// A set of this many elements.
pub fn set_size(length: usize) -> Known {
    Known::new(Size(Shape::Set, length))
}

/// A map with exactly these entries.
pub fn map<N: Into<String>, K: Into<Known>>(entries: impl IntoIterator<Item = (N, K)>) -> Known {
    Known::new(Keyed { entries: keyed(entries), extent: Extent::Whole })
}

/// A map with these entries among others.
pub fn map_partial<N: Into<String>, K: Into<Known>>(entries: impl IntoIterator<Item = (N, K)>) -> Known {
    Known::new(Keyed { entries: keyed(entries), extent: Extent::Part })
}

/// A map of this many entries.
pub fn map_size(length: usize) -> Known {
    Known::new(Size(Shape::Map, length))
}

/// An object with exactly these attributes.
pub fn object<N: Into<String>, K: Into<Known>>(attributes: impl IntoIterator<Item = (N, K)>) -> Known {
    map(attributes)
}

/// An object with these attributes among others.
pub fn object_partial<N: Into<String>, K: Into<Known>>(
    attributes: impl IntoIterator<Item = (N, K)>,
) -> Known {
    map_partial(attributes)
}

/// A tuple with exactly these elements.
pub fn tuple<K: Into<Known>>(elements: impl IntoIterator<Item = K>) -> Known {
    list(elements)
}

/// A tuple with these elements at these positions, counted from 0.
pub fn tuple_partial<K: Into<Known>>(elements: impl IntoIterator<Item = (usize, K)>) -> Known {
    list_partial(elements)
}

/// A tuple of this length.
pub fn tuple_size(length: usize) -> Known {
    list_size(length)
}

fn keyed<N: Into<String>, K: Into<Known>>(entries: impl IntoIterator<Item = (N, K)>) -> Vec<(String, Known)> {
    entries.into_iter().map(|(name, known)| (name.into(), known.into())).collect()
}
