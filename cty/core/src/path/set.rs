//! Sets of paths.

use std::collections::HashMap;

use super::{Path, PathStep};

/// A set of paths, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct PathSet {
    paths: Vec<Path>,
    buckets: HashMap<u64, Vec<usize>>,
}

impl PathSet {
    /// The empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a path; false when it was there already.
    pub fn insert(&mut self, path: Path) -> bool {
        if self.contains(&path) {
            return false;
        }
        self.buckets.entry(hash(&path)).or_default().push(self.paths.len());
        self.paths.push(path);
        true
    }

    /// Adds a path and every path on the way to it, except the empty one.
    pub fn insert_all_steps(&mut self, path: &Path) {
        for end in 1..=path.steps().len() {
            self.insert(path.steps()[..end].iter().cloned().collect());
        }
    }

    /// Removes a path; false when it was not there.
    pub fn remove(&mut self, path: &Path) -> bool {
        if !self.contains(path) {
            return false;
        }
        *self = self.paths.drain(..).filter(|p| p != path).collect();
        true
    }

    /// True when the path is in the set.
    pub fn contains(&self, path: &Path) -> bool {
        let same = |i: &usize| self.paths[*i] == *path;
        self.buckets.get(&hash(path)).is_some_and(|b| b.iter().any(same))
    }

    /// True when the set has no path.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Number of paths.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// The paths.
    pub fn iter(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter()
    }

    /// The paths of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }

    /// The paths that are in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter().filter(|p| other.contains(p)).cloned().collect()
    }

    /// The paths that are not in the other set.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.iter().filter(|p| !other.contains(p)).cloned().collect()
    }

    /// The paths that are in only one of the sets.
    #[must_use]
    pub fn symmetric_difference(&self, other: &Self) -> Self {
        self.difference(other).union(&other.difference(self))
    }
}

/// The same paths, in any order.
impl PartialEq for PathSet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|p| other.contains(p))
    }
}

impl Eq for PathSet {}

impl FromIterator<Path> for PathSet {
    fn from_iter<I: IntoIterator<Item = Path>>(paths: I) -> Self {
        let mut set = Self::new();
        for path in paths {
            set.insert(path);
        }
        set
    }
}

/// Equal paths hash alike; the kind of a step and the text of a key are looked at.
fn hash(path: &Path) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for step in path.steps() {
        match step {
            PathStep::Attr(name) => (0u8, name).hash(&mut hasher),
            PathStep::Index(key) => (1u8, key.hash_ignoring_marks()).hash(&mut hasher),
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{Path, PathSet};

    #[test]
    fn set_algebra() {
        let (a, b, c) = (Path::new().attr("a"), Path::new().attr("b").index(0), Path::new().index("x"));
        let left: PathSet = [a.clone(), b.clone(), a.clone()].into_iter().collect();
        let right: PathSet = [b.clone(), c.clone()].into_iter().collect();
        assert_eq!(left.len(), 2);
        assert_eq!(left.union(&right).len(), 3);
        assert_eq!(left.intersection(&right), [b.clone()].into_iter().collect());
        assert_eq!(left.difference(&right), [a.clone()].into_iter().collect());
        assert_eq!(left.symmetric_difference(&right), [c, a].into_iter().collect());
        let mut steps = PathSet::new();
        steps.insert_all_steps(&b);
        assert!(
            steps.contains(&Path::new().attr("b")) && steps.contains(&b) && !steps.contains(&Path::new())
        );
        assert!(steps.remove(&b) && !steps.remove(&b) && steps.len() == 1);
    }
}
