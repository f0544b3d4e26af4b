//! A circuit breaker: after repeated failures calls stop for a while, then one probe decides.

use crate::failure::Coded;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shared state of the calls to one service. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Breaker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    failures_max: u32,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One probe is out; nobody else gets through. Numbered, so that a late outcome of an earlier call
    /// decides nothing.
    HalfOpen {
        probe: u64,
    },
}

/// Leave to make one call; say how it went. Dropped without a word (a panic, a cancelled future) it counts as
/// a failure, so a probe cannot be lost and block the service for ever.
#[derive(Debug)]
#[must_use = "report the call's outcome"]
pub struct Permit {
    shared: Arc<Shared>,
    probe: Option<u64>,
    reported: bool,
}

/// The call was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("calls are suspended for {:.1} s after repeated failures", retry_in.as_secs_f64())]
pub struct Suspended {
    /// When to ask again; zero while another call's probe is out.
    pub retry_in: Duration,
}

impl Coded for Suspended {
    fn code(&self) -> &'static str {
        "circuit-open"
    }
}

impl Breaker {
    /// Opens after `failures_max` failures in a row (at least one), for `pause`.
    pub fn new(failures_max: u32, pause: Duration) -> Breaker {
        let state = Mutex::new(State::Closed { failures: 0 });
        Breaker { shared: Arc::new(Shared { failures_max: failures_max.max(1), pause, state }) }
    }

    /// Asks to make a call now.
    pub fn permit(&self) -> Result<Permit, Suspended> {
        self.permit_at(Instant::now())
    }

    /// Asks to make a call at `now`, of the monotonic clock.
    pub fn permit_at(&self, now: Instant) -> Result<Permit, Suspended> {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let probe = match *state {
            State::Closed { .. } => None,
            State::Open { until } if now < until => return Err(Suspended { retry_in: until - now }),
            State::Open { .. } => {
                let probe = next_probe();
                *state = State::HalfOpen { probe };
                Some(probe)
            }
            State::HalfOpen { .. } => return Err(Suspended { retry_in: Duration::ZERO }),
        };
        Ok(Permit { shared: Arc::clone(&self.shared), probe, reported: false })
    }

    /// Makes `call` if permitted. `Err(None)`-like nesting is avoided: the outer error is the breaker's.
    pub fn call<T, E>(&self, call: impl FnOnce() -> Result<T, E>) -> Result<Result<T, E>, Suspended> {
        let permit = self.permit()?;
        let outcome = call();
        match &outcome {
            Ok(_) => permit.success(),
            Err(_) => permit.failure(),
        }
        Ok(outcome)
    }
}

fn next_probe() -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

impl Permit {
    /// The call succeeded.
    pub fn success(mut self) {
        self.report(true, Instant::now());
    }

    /// The call failed in a way that says the service is ill (not: that the request was wrong).
    pub fn failure(mut self) {
        self.report(false, Instant::now());
    }

    /// As [`Permit::failure`], at `now`.
    pub fn failure_at(mut self, now: Instant) {
        self.report(false, now);
    }

    fn report(&mut self, well: bool, now: Instant) {
        self.reported = true;
        let shared = &self.shared;
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let open = State::Open { until: now + shared.pause };
        *state = match (*state, self.probe, well) {
            (State::HalfOpen { probe }, Some(own), well) if probe == own => {
                if well {
                    State::Closed { failures: 0 }
                } else {
                    open
                }
            }
            (State::Closed { .. }, None, true) => State::Closed { failures: 0 },
            (State::Closed { failures }, None, false) if failures + 1 >= shared.failures_max => open,
            (State::Closed { failures }, None, false) => State::Closed { failures: failures + 1 },
            // The outcome of a call from before the state changed.
            (state, _, _) => state,
        };
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.reported {
            self.report(false, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    const PAUSE: Duration = Duration::from_secs(60);

    fn opened(breaker: &Breaker, now: Instant) {
        for _ in 0..3 {
            breaker.permit_at(now).unwrap().failure_at(now);
        }
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let (breaker, now) = (Breaker::new(3, PAUSE), Instant::now());
        breaker.permit_at(now).unwrap().failure_at(now);
        breaker.permit_at(now).unwrap().failure_at(now);
        breaker.permit_at(now).unwrap().success();
        opened(&breaker, now);
        let half = now + PAUSE / 2;
        assert_eq!(breaker.permit_at(half).unwrap_err(), Suspended { retry_in: PAUSE / 2 });
        assert!(breaker.call(|| Ok::<_, ()>(())).is_err());
    }

    #[test]
    fn half_open_lets_exactly_one_of_many_threads_through() {
        let (breaker, now) = (Breaker::new(3, PAUSE), Instant::now());
        opened(&breaker, now);
        let (later, barrier) = (now + PAUSE, Barrier::new(8));
        let permits: Vec<_> = std::thread::scope(|scope| {
            let ask = || {
                barrier.wait();
                breaker.permit_at(later)
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(permits.iter().filter(|permit| permit.is_ok()).count(), 1);
        permits.into_iter().flatten().for_each(Permit::success);
        assert!(breaker.permit_at(later).is_ok());
    }

    #[test]
    fn a_failed_or_forgotten_probe_opens_again() {
        let (breaker, now) = (Breaker::new(3, PAUSE), Instant::now());
        opened(&breaker, now);
        breaker.permit_at(now + PAUSE).unwrap().failure_at(now + PAUSE);
        assert!(breaker.permit_at(now + PAUSE + PAUSE / 2).is_err());
        drop(breaker.permit_at(now + PAUSE * 2).unwrap());
        assert!(breaker.permit_at(Instant::now()).is_err());
    }

    #[test]
    fn a_late_outcome_of_an_old_call_decides_nothing() {
        let (breaker, now) = (Breaker::new(3, PAUSE), Instant::now());
        let (old_success, old_failure) = (breaker.permit_at(now).unwrap(), breaker.permit_at(now).unwrap());
        opened(&breaker, now);
        old_success.success();
        assert!(breaker.permit_at(now + PAUSE / 2).is_err(), "still open");
        let probe = breaker.permit_at(now + PAUSE).unwrap();
        old_failure.failure();
        assert!(breaker.permit_at(now + PAUSE).is_err(), "still half-open");
        probe.success();
        assert!(breaker.permit_at(now + PAUSE).is_ok());
    }
}
