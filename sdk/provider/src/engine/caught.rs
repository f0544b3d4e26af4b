//! A panic of an author's function as a diagnostic, where the rest of the operation must go on: what was saved of an object, or the
//! object as it was, still reaches Terraform.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::{Diagnostic, Result};

/// The result of a future, or the diagnostic of its panic.
pub(crate) async fn caught<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled,
        Err(payload) => Poll::Ready(Err(diagnostic(&*payload).into())),
    })
    .await
}

fn diagnostic(payload: &(dyn Any + Send)) -> Diagnostic {
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    Diagnostic::error(
        "The provider ended in a panic",
        format!(
            "{}\n\nThis is a bug of the provider. It still runs; only this call failed.",
            message.unwrap_or("The panic has no message.")
        ),
    )
}
