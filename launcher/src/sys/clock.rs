//! Time and chance.
//!
//! Must never sleep. Start at [`now`].

use super::Errno;
use super::call::{call2, call3, nr, uninterrupted};

/// A point in time: seconds, and nanoseconds below 1,000,000,000 (the kernel's `struct timespec`).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Whole seconds since the clock's start.
    pub seconds: i64,
    /// Nanoseconds beyond them.
    pub nanoseconds: i64,
}

/// Which clock to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Seconds since 1970, which people may set.
    Real = 0,
    /// Never goes back; stands still while the machine sleeps.
    Monotonic = 1,
    /// Never goes back; counts from the machine's start, sleep included.
    SinceBoot = 7,
}

/// What a clock says; zero should the kernel not have it.
pub fn now(clock: Clock) -> Timestamp {
    let mut time = Timestamp::default();
    // SAFETY: the kernel writes one timespec, which Timestamp is.
    let _ = unsafe { call2(nr::CLOCK_GETTIME, clock as usize, &raw mut time as usize) };
    time
}

/// Fills `buffer` with bytes nobody can foretell.
pub fn random(buffer: &mut [u8]) -> Result<(), Errno> {
    let mut done = 0;
    while done < buffer.len() {
        let rest = &mut buffer[done..];
        // SAFETY: the kernel writes at most rest.len() bytes into memory we hold exclusively.
        done += uninterrupted(|| unsafe { call3(nr::GETRANDOM, rest.as_mut_ptr() as usize, rest.len(), 0) })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_go_forward() {
        for clock in [Clock::Monotonic, Clock::SinceBoot] {
            let before = now(clock);
            let after = now(clock);
            assert!(before <= after && before.seconds + before.nanoseconds > 0, "{clock:?}");
        }
        let std = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert!((std as i64..std as i64 + 60).contains(&now(Clock::Real).seconds));
    }

    #[test]
    fn random_fills_the_whole_buffer_differently_each_time() {
        let (mut one, mut two) = ([0u8; 300], [0u8; 300]);
        random(&mut one).unwrap();
        random(&mut two).unwrap();
        assert_ne!(one, two);
        assert!(one[256..].iter().any(|byte| *byte != 0));
        random(&mut []).unwrap();
    }
}
