//! Cancellation: StopProvider trips the tokens of everything that runs at that moment; what begins later has fresh ones.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// A token that one request carries: whether the user has asked Terraform to stop since it began.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A token that is never tripped.
    pub fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// True once the user has asked.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Done once the user has asked; never, if nobody does.
    pub async fn requested(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|tripped| *tripped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Where tokens come from.
#[derive(Clone, Debug)]
pub struct Stops(Arc<Mutex<watch::Sender<bool>>>);

impl Default for Stops {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(watch::channel(false).0)))
    }
}

impl Stops {
    /// A token for a request that begins now.
    pub fn token(&self) -> Stop {
        Stop(self.0.lock().unwrap_or_else(PoisonError::into_inner).subscribe())
    }

    /// Trips the tokens handed out so far.
    pub fn stop(&self) {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        current.send_replace(true);
        *current = watch::channel(false).0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_is_for_what_runs() {
        let stops = Stops::default();
        let before = stops.token();
        assert!(!before.is_requested());
        stops.stop();
        assert!(before.is_requested());
        before.requested().await;
        assert!(!stops.token().is_requested());
    }
}
