//! Marks on values: adding, removing, and moving them with their paths.

use super::{Repr, Value};
use crate::mark::{Mark, Marks};
use crate::path::{Path, PathStep};

/// Marks and where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathMarks {
    /// Path of the marked value.
    pub path: Path,
    /// Its own marks.
    pub marks: Marks,
}

/// What to do with one mark at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrangleAction {
    /// Leave it.
    Keep,
    /// Remove it.
    Drop,
    /// Leave it and put it on the whole value too.
    Expand,
    /// Put another mark in its place.
    Replace(Mark),
}

impl Value {
    /// The value's own marks, not those of values inside.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// True when the value itself is marked.
    pub fn is_marked(&self) -> bool {
        !self.marks.is_empty()
    }

    /// True when the value or anything inside is marked.
    pub fn contains_marked(&self) -> bool {
        self.is_marked() || self.children().any(Self::contains_marked)
    }

    /// The marks of the value and of everything inside.
    pub fn deep_marks(&self) -> Marks {
        let mut all = Marks::EMPTY;
        self.collect_marks(&mut all);
        all
    }

    fn collect_marks(&self, all: &mut Marks) {
        all.extend(&self.marks);
        self.children().for_each(|c| c.collect_marks(all));
    }

    /// The value with one more mark.
    #[must_use]
    pub fn mark(self, mark: impl Into<Mark>) -> Self {
        self.with_marks(&Marks::from(mark.into()))
    }

    /// The value with more marks.
    #[must_use]
    pub fn with_marks(mut self, marks: &Marks) -> Self {
        self.marks.extend(marks);
        self
    }

    /// The value without its own marks, and those.
    pub fn unmark(mut self) -> (Self, Marks) {
        let marks = std::mem::take(&mut self.marks);
        (self, marks)
    }

    /// The value without marks anywhere, and all of them.
    pub fn unmark_deep(&self) -> (Self, Marks) {
        let mut marks = Marks::EMPTY;
        let value = self.clone().unmark_deep_into(&mut marks);
        (value, marks)
    }

    pub(crate) fn unmark_deep_into(self, all: &mut Marks) -> Self {
        if !self.contains_marked() {
            return self;
        }
        self.collect_marks(all);
        self.wrangle_marks(&mut |_, _| WrangleAction::Drop)
    }

    /// The value without marks, and for every marked value inside its path and marks.
    pub fn unmark_deep_with_paths(&self) -> (Self, Vec<PathMarks>) {
        let mut found: Vec<PathMarks> = Vec::new();
        let value = self.wrangle_marks(&mut |mark, path| {
            match found.last_mut() {
                Some(last) if last.path == *path => last.marks.extend(&mark.clone().into()),
                _ => found.push(PathMarks { path: path.clone(), marks: mark.clone().into() }),
            }
            WrangleAction::Drop
        });
        (value, found)
    }

    /// Puts marks at the given paths; paths that lead nowhere are ignored. In a set they end on the set itself.
    #[must_use]
    pub fn mark_with_paths(&self, marks: &[PathMarks]) -> Self {
        if marks.is_empty() {
            return self.clone();
        }
        let place = |path: &Path, value: Self| {
            let here = marks.iter().find(|m| m.path == *path);
            Ok::<_, std::convert::Infallible>(here.map_or(value.clone(), |m| value.with_marks(&m.marks)))
        };
        match self.transform(place) {
            Ok(marked) => marked,
            Err(never) => match never {},
        }
    }

    /// Decides for every mark in the value, outer values first, what becomes of it.
    #[must_use]
    pub fn wrangle_marks(&self, decide: &mut dyn FnMut(&Mark, &Path) -> WrangleAction) -> Self {
        let mut expanded = Marks::EMPTY;
        let value = self.wrangle(&mut Path::new(), decide, &mut expanded);
        value.with_marks(&expanded)
    }

    fn wrangle(
        &self,
        path: &mut Path,
        decide: &mut dyn FnMut(&Mark, &Path) -> WrangleAction,
        expanded: &mut Marks,
    ) -> Self {
        let mut kept = Vec::new();
        for mark in self.marks.iter() {
            match decide(mark, path) {
                WrangleAction::Keep => kept.push(mark.clone()),
                WrangleAction::Drop => {}
                WrangleAction::Expand => {
                    expanded.extend(&mark.clone().into());
                    kept.push(mark.clone());
                }
                WrangleAction::Replace(new) => kept.push(new),
            }
        }
        let mut child = |step: PathStep, value: &Self| {
            path.push(step);
            let new = value.wrangle(path, decide, expanded);
            path.pop();
            new
        };
        let repr = match &self.repr {
            // Elements of sets have no marks; they are on the set.
            Repr::Seq(_) if self.ty.is_object() => {
                Repr::Seq(self.entries().map(|(k, v)| child(PathStep::Attr(k.clone()), v)).collect())
            }
            Repr::Seq(values) => {
                let step = |i: usize| PathStep::Index(Self::from(i));
                Repr::Seq(values.iter().enumerate().map(|(i, v)| child(step(i), v)).collect())
            }
            Repr::Map(entries) => {
                let step = |k: &std::sync::Arc<str>| PathStep::Index(Self::from(k.clone()));
                Repr::Map(entries.iter().map(|(k, v)| (k.clone(), child(step(k), v))).collect())
            }
            other => other.clone(),
        };
        Self { ty: self.ty.clone(), repr, marks: kept.into_iter().collect() }
    }
}
