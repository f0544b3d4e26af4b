//! A panic caught, with its place, which only the panic hook sees.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Once;

thread_local! {
    /// Where the thread's last panic was.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a panic said, secrets masked, and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    message: String,
    place: Option<String>,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "panic: {} at {place}", self.message),
            None => write!(f, "panic: {}", self.message),
        }
    }
}

/// Makes the hook that is there be told after the place is noted. Once per process.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
            // A thread that is ending has no place to note it in.
            let _ = PLACE.try_with(|last| *last.borrow_mut() = place);
            before(info);
        }));
    });
}

/// What `run` returns, or its panic.
pub(super) fn catch<T>(run: impl FnOnce() -> T) -> Result<T, Panic> {
    // A panic that somebody else caught on this thread is not this one's place.
    let _ = PLACE.try_with(|last| last.take());
    // Whoever calls this asks what panicked nothing more; what it shared with others is guarded by its own locks.
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| Panic {
        message: foundation::redact::text(message(payload.as_ref())).into_owned(),
        place: PLACE.with_borrow_mut(Option::take),
    })
}

/// What the future of `start` returns, or the panic of making or of polling it. The place of a panic is known once there is a
/// [`Guard`](super::Guard) in the process.
///
/// # Errors
/// The panic.
pub async fn caught<F: Future>(start: impl FnOnce() -> F) -> Result<F::Output, Panic> {
    let mut future = pin!(catch(start)?);
    poll_fn(|cx| match catch(|| future.as_mut().poll(cx)) {
        Ok(polled) => polled.map(Ok),
        Err(panic) => std::task::Poll::Ready(Err(panic)),
    })
    .await
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}
