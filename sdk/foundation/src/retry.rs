//! Trying again: exponential pauses with jitter, never longer than the cap, a deadline for all of it, and
//! the server's `Retry-After` obeyed. The loop is backon's; the rules about time are here.

use backon::{BackoffBuilder, ExponentialBuilder, Retryable};
use std::time::{Duration, Instant, SystemTime};

/// How often and how long to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    tries_max: u32,
    first: Duration,
    cap: Duration,
    deadline: Option<Duration>,
}

/// What a failed try means for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Do not try again.
    Stop,
    /// Try again after the usual pause.
    Again,
    /// Try again, not before this time has passed: the server's `Retry-After`. It may exceed the cap, not the
    /// deadline.
    After(Duration),
}

impl Default for Retry {
    /// Five tries, pauses of 100 ms doubling up to 5 s, 30 s in all.
    fn default() -> Retry {
        Retry {
            tries_max: 5,
            first: Duration::from_millis(100),
            cap: Duration::from_secs(5),
            deadline: Some(Duration::from_secs(30)),
        }
    }
}

impl Retry {
    /// As [`Retry::default`].
    pub fn new() -> Retry {
        Retry::default()
    }

    /// At most this many tries, the first included.
    #[must_use]
    pub fn tries_max(mut self, tries: u32) -> Retry {
        self.tries_max = tries;
        self
    }

    /// The pause before the second try (jitter takes up to half of it away).
    #[must_use]
    pub fn first_pause(mut self, pause: Duration) -> Retry {
        self.first = pause;
        self
    }

    /// No pause is longer, jitter included.
    #[must_use]
    pub fn cap(mut self, pause: Duration) -> Retry {
        self.cap = pause;
        self
    }

    /// No try begins later than this after the first one began.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Retry {
        self.deadline = Some(deadline);
        self
    }

    /// Calls `attempt` on this thread until it succeeds, `advice` says stop, or tries or time are used up.
    /// The last error is returned.
    pub fn run<T, E>(
        &self,
        attempt: impl FnMut() -> Result<T, E>,
        advice: impl Fn(&E) -> Advice,
    ) -> Result<T, E> {
        self.run_with(attempt, advice, std::thread::sleep, Instant::now)
    }

    /// As [`Retry::run`], with the way to sleep and the monotonic clock given.
    pub fn run_with<T, E>(
        &self,
        mut attempt: impl FnMut() -> Result<T, E>,
        advice: impl Fn(&E) -> Advice,
        sleep: impl Fn(Duration),
        now: impl Fn() -> Instant,
    ) -> Result<T, E> {
        let begun = now();
        let mut pauses = self.pauses().build();
        loop {
            let error = match attempt() {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let spent = now().saturating_duration_since(begun);
            match pauses.next().and_then(|pause| self.next(advice(&error), pause, spent)) {
                Some(pause) => sleep(pause),
                None => return Err(error),
            }
        }
    }

    /// As [`Retry::run`] for a future; `sleep` is the runtime's, for example `tokio::time::sleep`.
    pub async fn run_async<T, E, F: Future<Output = Result<T, E>>, S: Future<Output = ()>>(
        &self,
        attempt: impl FnMut() -> F,
        advice: impl Fn(&E) -> Advice,
        sleep: impl Fn(Duration) -> S + 'static,
    ) -> Result<T, E> {
        let begun = Instant::now();
        attempt
            .retry(self.pauses())
            .sleep(sleep)
            .when(|error| advice(error) != Advice::Stop)
            .adjust(|error, pause| self.next(advice(error), pause?, begun.elapsed()))
            .await
    }

    fn pauses(&self) -> ExponentialBuilder {
        let builder =
            ExponentialBuilder::new().with_min_delay(self.first).with_max_delay(self.cap).with_factor(2.0);
        builder.with_max_times(self.tries_max.saturating_sub(1) as usize).with_jitter()
    }

    /// The pause to make, or `None` to give up. backon's jitter adds up to a whole pause; taking half of the
    /// sum leaves it between half of the pause and all of it.
    fn next(&self, advice: Advice, pause: Duration, spent: Duration) -> Option<Duration> {
        let pause = match advice {
            Advice::Stop => return None,
            Advice::Again => (pause / 2).min(self.cap),
            Advice::After(least) => least,
        };
        let begins = spent.checked_add(pause)?;
        self.deadline.is_none_or(|deadline| begins <= deadline).then_some(pause)
    }
}

/// The time a `Retry-After` header asks for: seconds, or an HTTP date (RFC 9110, IMF-fixdate) seen at `now`.
pub fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)));
    }
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(http_date(header)?);
    Some(at.duration_since(now).unwrap_or_default())
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<u64> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let number = |text: Option<&str>, range: std::ops::RangeInclusive<u64>| {
        text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .filter(|number| range.contains(number))
    };
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = number(words.next(), 1..=31)?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    let year = number(words.next(), 1970..=9999)?;
    let mut clock = words.next()?.split(':');
    let (hour, minute, second) =
        (number(clock.next(), 0..=23)?, number(clock.next(), 0..=59)?, number(clock.next(), 0..=60)?);
    if words.next() != Some("GMT") || words.next().is_some() || clock.next().is_some() {
        return None;
    }
    // Days of a year that begins in March: the leap day is then the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};

    /// Runs with a clock that only sleeping moves; the pauses made, and the tries.
    fn pauses(retry: Retry, advice: Advice, cost: Duration) -> (Vec<Duration>, u32) {
        let (clock, slept, tries) = (Cell::new(Instant::now()), RefCell::new(Vec::new()), Cell::new(0));
        let attempt = || {
            tries.set(tries.get() + 1);
            clock.set(clock.get() + cost);
            Err::<(), ()>(())
        };
        let sleep = |pause| {
            clock.set(clock.get() + pause);
            slept.borrow_mut().push(pause);
        };
        retry.run_with(attempt, |()| advice, sleep, || clock.get()).unwrap_err();
        (slept.take(), tries.get())
    }

    #[test]
    fn pauses_grow_with_jitter_and_never_exceed_the_cap() {
        let (first, cap) = (Duration::from_millis(100), Duration::from_secs(1));
        let retry = Retry { tries_max: 12, first, cap, deadline: None };
        for _ in 0..50 {
            let (made, tries) = pauses(retry, Advice::Again, Duration::ZERO);
            assert_eq!((made.len(), tries), (11, 12));
            for (number, pause) in made.iter().enumerate() {
                let full = (first * 2u32.pow(number as u32)).min(cap);
                assert!(*pause >= full / 2 && *pause <= full, "{number}: {pause:?}");
            }
        }
        let spread: std::collections::BTreeSet<_> =
            (0..20).map(|_| pauses(retry, Advice::Again, Duration::ZERO).0[0]).collect();
        assert!(spread.len() > 5, "no jitter");
    }

    #[test]
    fn the_deadline_counts_the_tries_own_time() {
        let retry = Retry::new().tries_max(1000).deadline(Duration::from_secs(10));
        let (made, tries) = pauses(retry, Advice::Again, Duration::from_secs(3));
        assert!((3..=4).contains(&tries), "{tries}");
        assert!(made.iter().sum::<Duration>() + Duration::from_secs(3) * tries <= Duration::from_secs(13));
    }

    #[test]
    fn retry_after_is_obeyed_up_to_the_deadline() {
        let retry = Retry::new().tries_max(4).cap(Duration::from_secs(1)).deadline(Duration::from_secs(60));
        let asked = Duration::from_secs(7);
        assert_eq!(pauses(retry, Advice::After(asked), Duration::ZERO).0, [asked; 3]);
        assert_eq!(pauses(retry, Advice::After(Duration::from_secs(61)), Duration::ZERO).1, 1);
        assert_eq!(pauses(retry, Advice::After(Duration::MAX), Duration::ZERO).1, 1);
    }

    #[test]
    fn stop_and_one_try_stop() {
        assert_eq!(pauses(Retry::new(), Advice::Stop, Duration::ZERO).1, 1);
        assert_eq!(pauses(Retry::new().tries_max(1), Advice::Again, Duration::ZERO).1, 1);
        assert_eq!(pauses(Retry::new().tries_max(0), Advice::Again, Duration::ZERO).1, 1);
    }

    #[test]
    fn success_ends_it_also_asynchronously() {
        let tries = Cell::new(0);
        let attempt = || {
            tries.set(tries.get() + 1);
            std::future::ready(if tries.get() < 3 { Err(()) } else { Ok(tries.get()) })
        };
        let retry = Retry::new();
        let mut future =
            std::pin::pin!(retry.run_async(attempt, |()| Advice::Again, |_| std::future::ready(())));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let outcome = loop {
            if let std::task::Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
                break outcome;
            }
        };
        assert_eq!(outcome, Ok(3));
    }

    #[test]
    fn retry_after_headers() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        for (header, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
        ] {
            assert_eq!(retry_after(header, now).map(|after| after.as_secs()), seconds, "{header}");
        }
        for header in [
            "",
            "-1",
            "1.5",
            "soon",
            "99999999999999999999",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 99999 08:49:37 GMT",
            "06 Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(retry_after(header, now), None, "{header}");
        }
    }
}
