//! Which entries go: a decision about a list, without touching anything.

use std::time::Duration;

use super::Entry;

/// Entries that were used within this time stay: a start that has found one may not have begun to use it yet, and starts note
/// a use at most once an hour.
pub const RECENT_SECONDS: u64 = 2 * psp_format::cache::TOUCH_SECONDS;

/// What may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// What was used more recently than `older_than`, and of that the most recently used up to `max_size` bytes.
    Keep {
        /// Entries that were not used for longer go.
        older_than: Option<Duration>,
        /// The least recently used go until the rest takes no more bytes.
        max_size: Option<u64>,
    },
    /// Nothing but what is running.
    Nothing,
}

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays, as the limits allow it.
    Stays,
    /// It stays, as a process uses it.
    Running,
    /// It stays, as it was used a short time ago.
    Recent,
    /// It goes.
    Goes,
}

impl Fate {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stays => "kept",
            Self::Running => "running",
            Self::Recent => "recent",
            Self::Goes => "removed",
        }
    }
}

/// An entry, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The entry.
    pub entry: Entry,
    /// What becomes of it.
    pub fate: Fate,
}

/// Decides on entries, the least recently used of which come first.
pub fn decide(entries: Vec<Entry>, limits: Limits) -> Vec<Decision> {
    let mut left: u64 = entries.iter().map(|entry| entry.size).sum();
    let mut decisions = Vec::with_capacity(entries.len());
    for entry in entries {
        let is_over = match limits {
            Limits::Nothing => true,
            Limits::Keep { older_than, max_size } => {
                older_than.is_some_and(|limit| entry.idle > limit)
                    || max_size.is_some_and(|limit| left > limit)
            }
        };
        let fate = match limits {
            _ if !is_over => Fate::Stays,
            _ if entry.is_used => Fate::Running,
            Limits::Keep { .. } if entry.idle.as_secs() < RECENT_SECONDS => Fate::Recent,
            _ => Fate::Goes,
        };
        if fate == Fate::Goes {
            left -= entry.size;
        }
        decisions.push(Decision { entry, fate });
    }
    decisions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Kind;
    use psp_format::Digest;

    const HOUR: u64 = 3_600;

    fn check(limits: Limits, entries: &[(u64, u64, bool, Fate)]) {
        let entry = |(number, (hours, size, is_used, _)): (usize, &(u64, u64, bool, Fate))| Entry {
            kind: Kind::Slot,
            id: Digest([number as u8; 32]),
            files: 1,
            size: *size,
            idle: Duration::from_secs(hours * HOUR),
            is_used: *is_used,
        };
        let list = entries.iter().enumerate().map(entry).collect();
        let fates: Vec<Fate> = decide(list, limits).iter().map(|decision| decision.fate).collect();
        assert_eq!(fates, entries.iter().map(|entry| entry.3).collect::<Vec<_>>(), "{limits:?}");
    }

    #[test]
    fn who_goes() {
        use Fate::{Goes, Recent, Running, Stays};
        let keep = |hours: Option<u64>, max_size| Limits::Keep {
            older_than: hours.map(|hours| Duration::from_secs(hours * HOUR)),
            max_size,
        };
        check(
            keep(Some(100), None),
            &[(200, 10, false, Goes), (101, 10, true, Running), (100, 10, false, Stays)],
        );
        // The oldest go until the rest fits; what is used counts, and stays.
        check(
            keep(None, Some(20)),
            &[(50, 10, false, Goes), (40, 10, true, Running), (30, 10, false, Goes), (20, 10, false, Stays)],
        );
        check(keep(None, Some(0)), &[(3, 10, false, Goes), (2, 10, false, Goes), (1, 10, false, Recent)]);
        check(keep(Some(0), None), &[(1, 10, false, Recent), (0, 10, false, Stays)]);
        check(keep(None, None), &[(5_000, 10, false, Stays)]);
        check(Limits::Nothing, &[(9, 10, true, Running), (0, 10, false, Goes), (9, 0, false, Goes)]);
        check(Limits::Nothing, &[]);
    }
}
