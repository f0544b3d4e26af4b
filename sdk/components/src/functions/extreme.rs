//! The least and the greatest of several numbers.

use std::cmp::Ordering;

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::present;

/// Numbers, or null in place of the list.
#[derive(Arguments)]
pub(super) struct Candidates {
    /// The numbers to choose from, at least one.
    numbers: Option<Vec<Option<Number>>>,
}

/// `min`.
pub(super) struct Min;

impl Function for Min {
    type Arguments = Candidates;
    type Output = Option<Number>;

    const NAME: &'static str = "min";
    const SUMMARY: &'static str = "Finds the least number of a list.";

    fn description(&self) -> Description {
        Description::markdown(
            "The least number of a list: `min([3, 1, 2])` is `1`. An empty list has none; that of null is null.",
        )
    }

    async fn call(&self, arguments: Candidates) -> Result<Option<Number>, FunctionError> {
        arguments.extreme(Ordering::Less)
    }
}

/// `max`.
pub(super) struct Max;

impl Function for Max {
    type Arguments = Candidates;
    type Output = Option<Number>;

    const NAME: &'static str = "max";
    const SUMMARY: &'static str = "Finds the greatest number of a list.";

    fn description(&self) -> Description {
        Description::markdown(
            "The greatest number of a list: `max([3, 1, 2])` is `3`. An empty list has none; that of null is null.",
        )
    }

    async fn call(&self, arguments: Candidates) -> Result<Option<Number>, FunctionError> {
        arguments.extreme(Ordering::Greater)
    }
}

impl Candidates {
    /// The first number to which no later one compares like this.
    fn extreme(self, order: Ordering) -> Result<Option<Number>, FunctionError> {
        let Some(numbers) = self.numbers.map(|numbers| present(numbers, 0)).transpose()? else {
            return Ok(None);
        };
        let better = |best: Number, next: Number| if next.compare(&best) == order { next } else { best };
        let best = numbers.into_iter().reduce(better);
        best.map(Some)
            .ok_or_else(|| FunctionError::argument(0, "an empty list has no least and no greatest number"))
    }
}
