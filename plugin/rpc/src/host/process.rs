//! The process of a plugin: one task owns it from start to reaping. Must never touch a process that it did not start.

use std::process::ExitStatus;

use tokio::process::Child;
use tokio::sync::{oneshot, watch};

/// A child process. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Process {
    id: Option<u32>,
    /// Gone once the process was told to end.
    kill: Option<oneshot::Sender<()>>,
    /// None while it runs, then its status, which the system may not tell.
    ended: watch::Receiver<Option<Option<ExitStatus>>>,
}

impl Process {
    /// Takes over a child.
    pub(super) fn supervise(mut child: Child) -> Process {
        let id = child.id();
        let (kill, killed) = oneshot::channel::<()>();
        let (publish, ended) = watch::channel(None);
        tokio::spawn(async move {
            let status = tokio::select! {
                status = child.wait() => status,
                // Sent, or dropped with the process.
                _ = killed => {
                    // It fails only where the child has ended already.
                    let _ = child.start_kill();
                    child.wait().await
                }
            };
            publish.send_replace(Some(status.ok()));
        });
        Process { id, kill: Some(kill), ended }
    }

    /// Its number.
    pub(super) fn id(&self) -> Option<u32> {
        self.id
    }

    /// Waits until it has ended and was reaped; its status, if the system tells.
    pub(super) async fn ended(&self) -> Option<ExitStatus> {
        let mut ended = self.ended.clone();
        ended.wait_for(Option::is_some).await.ok().and_then(|status| status.flatten())
    }

    /// Kills it, if it still runs, and waits until it was reaped.
    pub(super) async fn kill(&mut self) -> Option<ExitStatus> {
        self.kill.take();
        self.ended().await
    }
}
