//! Marks: labels that values carry through operations, such as "sensitive".
//!
//! A mark is a text. The reference lets any Go value be a mark; here the text is the whole identity, so that marks have
//! an order, compare the same in every process and can be logged. Name marks after the crate that owns them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// One mark.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(Arc<str>);

impl Mark {
    /// A mark with the given name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl From<&str> for Mark {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A set of marks; cheap to clone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Marks(Option<Arc<BTreeSet<Mark>>>);

impl Marks {
    /// No marks.
    pub const EMPTY: Self = Self(None);

    /// True when there is no mark.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// True when the mark is one of these.
    pub fn contains(&self, mark: &Mark) -> bool {
        self.0.as_ref().is_some_and(|s| s.contains(mark))
    }

    /// The marks in order.
    pub fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.0.iter().flat_map(|s| s.iter())
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (_, None) => {}
            (mine @ None, Some(_)) => mine.clone_from(&other.0),
            (Some(mine), Some(theirs)) => {
                if !Arc::ptr_eq(mine, theirs) && !theirs.is_subset(mine) {
                    Arc::make_mut(mine).extend(theirs.iter().cloned());
                }
            }
        }
    }

    /// The union of two sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.extend(other);
        all
    }
}

impl FromIterator<Mark> for Marks {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Self {
        let set: BTreeSet<Mark> = marks.into_iter().collect();
        Self((!set.is_empty()).then(|| Arc::new(set)))
    }
}

impl From<Mark> for Marks {
    fn from(mark: Mark) -> Self {
        Self::from_iter([mark])
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
