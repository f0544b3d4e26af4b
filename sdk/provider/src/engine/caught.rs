//! A panic of an author's function as a diagnostic, where the rest of the operation must go on: what was saved of an object, or the
//! object as it was, still reaches Terraform. Everywhere else the guard around the server is enough.

use std::future::Future;

use tf_plugin::terraform::{self, Panic};

use crate::{Diagnostic, Result};

/// The result of a future, or the diagnostic of its panic.
pub(crate) async fn caught<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match terraform::caught(|| future).await {
        Ok(result) => result,
        Err(panic) => Err(Diagnostic::error(Panic::SUMMARY, panic.detail()).into()),
    }
}
