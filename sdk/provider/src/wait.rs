//! Waiting for a remote object to reach a state.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use crate::diagnostic::capitalised;
use crate::timeouts::exceeded;
use crate::{Diagnostic, Result};

/// How to wait: how long, how often to look, what to put up with.
///
/// ```
/// use std::time::Duration;
/// use tf_sdk::wait::{Seen, Wait};
/// # #[derive(Clone)] struct Client;
/// # impl Client { async fn status(&self, _: &str) -> std::io::Result<Option<String>> { Ok(None) } }
///
/// async fn until_running(client: &Client, id: &str, stopping: impl Future<Output = ()>) -> tf_sdk::Result<String> {
///     Wait::new("the server", Duration::from_secs(600))
///         .pending(["starting", "booting"])
///         .target(["running"])
///         .until(stopping, async || {
///             let status = client.status(id).await?;
///             Ok(status.map_or(Seen::Nothing, |status| Seen::state(status.clone(), status)))
///         })
///         .await
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Wait {
    what: String,
    limit: Duration,
    first: Duration,
    cap: Duration,
    absent_max: u32,
    in_a_row: u32,
    pending: Vec<String>,
    target: Vec<String>,
}

/// What a look at the remote object finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<T> {
    /// There is none, or not yet.
    Nothing,
    /// It, and the name of its state.
    State(T, String),
}

impl<T> Seen<T> {
    /// An object in a state.
    pub fn state(object: T, state: impl Into<String>) -> Self {
        Self::State(object, state.into())
    }
}

impl Wait {
    /// For so long at most. What is waited for is named in messages: `the server`. It is looked at once at the beginning, then after
    /// half a second, and then in pauses that double up to ten seconds.
    pub fn new(what: impl Into<String>, limit: Duration) -> Self {
        Self {
            what: what.into(),
            limit,
            first: Duration::from_millis(500),
            cap: Duration::from_secs(10),
            absent_max: 20,
            in_a_row: 1,
            pending: Vec::new(),
            target: Vec::new(),
        }
    }

    /// The first pause between looks, and the longest. Both the same: a fixed pause.
    pub fn pauses(self, first: Duration, longest: Duration) -> Self {
        Self { first, cap: longest.max(first), ..self }
    }

    /// States in which to wait on. None of them named: every state that is no target.
    pub fn pending<S: Into<String>>(self, states: impl IntoIterator<Item = S>) -> Self {
        Self { pending: states.into_iter().map(Into::into).collect(), ..self }
    }

    /// States to wait for.
    pub fn target<S: Into<String>>(self, states: impl IntoIterator<Item = S>) -> Self {
        Self { target: states.into_iter().map(Into::into).collect(), ..self }
    }

    /// How many looks in a row may find nothing, for services that answer before they know. 20 unless this is called.
    pub fn absent_at_most(self, looks: u32) -> Self {
        Self { absent_max: looks, ..self }
    }

    /// How many looks in a row must find a target, for services that change their mind. 1 unless this is called.
    pub fn target_in_a_row(self, looks: u32) -> Self {
        Self { in_a_row: looks.max(1), ..self }
    }

    /// Waits for a target, and returns the object as it was seen then. An error is one of `look`'s, or says that time is up, that
    /// the state is neither pending nor a target, that there is nothing, or that the user has asked Terraform to stop.
    pub async fn until<T, F>(&self, stopping: impl Future<Output = ()>, look: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<Seen<T>>>,
    {
        self.in_time(stopping, self.watch(look)).await
    }

    /// Waits until there is nothing any more. Pending states are checked, targets are not asked for.
    pub async fn until_gone<T, F>(
        &self,
        stopping: impl Future<Output = ()>,
        mut look: impl FnMut() -> F,
    ) -> Result<()>
    where
        F: Future<Output = Result<Seen<T>>>,
    {
        let watch = async {
            let mut pauses = self.intervals();
            loop {
                match look().await? {
                    Seen::Nothing => return Ok(()),
                    Seen::State(_, state) if self.is_unexpected(&state) => {
                        return Err(self.unexpected(&state).into());
                    }
                    Seen::State(..) => pauses.pause().await,
                }
            }
        };
        self.in_time(stopping, watch).await
    }

    async fn in_time<T>(
        &self,
        stopping: impl Future<Output = ()>,
        watch: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        tokio::select! {
            biased;
            result = watch => result,
            () = stopping => Err(Diagnostic::error("Interrupted", format!("Stopped waiting for {}.", self.what)).into()),
            () = sleep(self.limit) => Err(exceeded(self.limit, &format!("Waiting for {}", self.what)).into()),
        }
    }

    async fn watch<T, F: Future<Output = Result<Seen<T>>>>(&self, mut look: impl FnMut() -> F) -> Result<T> {
        let (mut pauses, mut absent, mut reached) = (self.intervals(), 0, 0);
        loop {
            match look().await? {
                Seen::Nothing if absent == self.absent_max => return Err(self.missing().into()),
                Seen::Nothing => (absent, reached) = (absent + 1, 0),
                Seen::State(object, state) if self.target.contains(&state) => {
                    (absent, reached) = (0, reached + 1);
                    if reached == self.in_a_row {
                        return Ok(object);
                    }
                }
                Seen::State(_, state) if self.is_unexpected(&state) => {
                    return Err(self.unexpected(&state).into());
                }
                Seen::State(..) => (absent, reached) = (0, 0),
            }
            pauses.pause().await;
        }
    }

    fn intervals(&self) -> Intervals {
        Intervals { next: self.first, cap: self.cap }
    }

    fn is_unexpected(&self, state: &str) -> bool {
        !self.pending.is_empty() && !self.pending.iter().any(|pending| pending == state)
    }

    fn unexpected(&self, state: &str) -> Diagnostic {
        let detail = format!(
            "{} is {state:?}. Expected: {}.",
            capitalised(&self.what),
            [&self.pending[..], &self.target[..]].concat().join(", ")
        );
        Diagnostic::error("Unexpected State", detail)
    }

    fn missing(&self) -> Diagnostic {
        let looks = self.absent_max + 1;
        Diagnostic::error(
            "Not Found",
            format!("{} was not there, {looks} times in a row.", capitalised(&self.what)),
        )
    }
}

struct Intervals {
    next: Duration,
    cap: Duration,
}

impl Intervals {
    async fn pause(&mut self) {
        sleep(self.next).await;
        self.next = self.next.saturating_mul(2).min(self.cap);
    }
}
