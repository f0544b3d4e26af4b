//! The middle of some numbers.

use std::fmt;
use std::time::Duration;

/// Times that something took.
#[derive(Debug, Default)]
pub(crate) struct Spread {
    seconds: Vec<f64>,
}

impl Spread {
    /// One more.
    pub(crate) fn push(&mut self, time: Duration) {
        self.seconds.push(time.as_secs_f64());
    }

    /// The one that half of them are below.
    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }

    fn at(&self, part: f64) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
        sorted.get(place).copied().unwrap_or(f64::NAN)
    }
}

/// Median and quartiles, and how many there are: `1.20 ms (1.10 ms … 1.40 ms), 200 times`.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, median, high] = [0.25, 0.5, 0.75].map(|part| time(self.at(part)));
        write!(f, "{median} ({low} … {high}), {} times", self.seconds.len())
    }
}

/// A time with the unit that suits it.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        0.0..0.000_999_5 => format!("{:.1} µs", seconds * 1e6),
        0.000_999_5..0.999_5 => format!("{:.2} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}
