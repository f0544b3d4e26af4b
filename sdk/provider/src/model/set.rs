//! Sets of elements that have no order.

use std::ops::Deref;

use tf_cty::{Cty, FromCtyError, PathStep, ToCtyError, Type, Value};

/// A set of elements that need not be `Ord`: models, for one. Elements are told apart by their values.
///
/// It keeps what it is given in order of arrival; Terraform sees each element once. Two sets are equal if each has the other's
/// elements.
///
/// ```
/// use tf_sdk::model::Set;
/// let ports: Set<f64> = [80.0, 443.0, 80.0].into_iter().collect();
/// assert_eq!(ports.len(), 2);
/// assert_eq!(ports, [443.0, 80.0].into_iter().collect());
/// ```
#[derive(Clone, Debug)]
pub struct Set<T>(Vec<T>);

impl<T> Set<T> {
    /// The empty set.
    pub const fn new() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Set<T> {
    /// Adds an element; false if it is there already. Takes time in proportion to the number of elements.
    pub fn insert(&mut self, element: T) -> bool {
        let new = !self.0.contains(&element);
        if new {
            self.0.push(element);
        }
        new
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for Set<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: PartialEq> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|element| other.0.contains(element))
    }
}

impl<T: PartialEq> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut set = Self::new();
        elements.into_iter().for_each(|element| {
            set.insert(element);
        });
        set
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Cty> Cty for Set<T> {
    fn cty_type() -> Type {
        Type::set(T::cty_type())
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        let elements = self.0.iter().map(T::to_cty).collect::<Result<_, _>>()?;
        Ok(Value::set_of(T::cty_type(), elements)?)
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        super::types::known_set(value)?;
        let element = |v: &Value| T::from_cty(v).map_err(|e| e.under(PathStep::Index(v.clone())));
        value.as_slice().unwrap_or_default().iter().map(element).collect::<Result<_, _>>().map(Self)
    }
}
