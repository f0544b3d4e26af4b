//! What the other side has announced and nobody has dialled yet: so many, for so long.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::address::{Address, AddressError};
use crate::limits::{BROKER_ANNOUNCEMENTS, BROKER_WAIT};

type Announcement = Result<Address, AddressError>;

/// The announcements of one plugin, by number.
#[derive(Debug, Default)]
pub(super) struct Announced {
    waiting: Mutex<BTreeMap<u32, (Instant, Announcement)>>,
    arrived: Notify,
}

impl Announced {
    /// Keeps an announcement for as long as somebody may dial it. One of the same number is replaced; one too many is dropped.
    pub(super) fn put(&self, id: u32, announcement: Announcement) {
        let mut waiting = self.lock();
        waiting.retain(|_, (since, _)| since.elapsed() <= BROKER_WAIT);
        if waiting.len() >= BROKER_ANNOUNCEMENTS && !waiting.contains_key(&id) {
            tracing::warn!(id, "the peer announces more connections than it dials: dropped");
            return;
        }
        waiting.insert(id, (Instant::now(), announcement));
        drop(waiting);
        self.arrived.notify_waiters();
    }

    /// Waits for the announcement of this number, and takes it away.
    pub(super) async fn take(&self, id: u32) -> Announcement {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            // From here on nothing that arrives is missed.
            arrived.as_mut().enable();
            if let Some((_, announcement)) = self.lock().remove(&id) {
                return announcement;
            }
            arrived.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, (Instant, Announcement)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{advance, timeout};

    use super::*;

    fn address(number: u32) -> Announcement {
        Ok(Address::Unix(format!("/{number}").into()))
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_first_waits() {
        let announced = Announced::default();
        announced.put(1, address(1));
        announced.put(2, address(2));
        announced.put(2, address(3));
        assert_eq!(announced.take(2).await, address(3));
        let (taken, ()) = tokio::join!(announced.take(4), async { announced.put(4, address(4)) });
        assert_eq!(taken, address(4));
        assert!(timeout(Duration::from_secs(60), announced.take(4)).await.is_err(), "taken is taken");
    }

    #[tokio::test(start_paused = true)]
    async fn they_are_kept_so_many_and_so_long() {
        let announced = Announced::default();
        (0..5000).for_each(|number| announced.put(number, address(number)));
        assert_eq!(announced.lock().len(), BROKER_ANNOUNCEMENTS);
        advance(BROKER_WAIT + Duration::from_millis(1)).await;
        announced.put(9000, address(9000));
        assert_eq!(announced.lock().len(), 1);
    }
}
