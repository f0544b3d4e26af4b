//! Code that blocks: files, libraries without async. On a thread of its own, so that other resources go on.

use crate::{Diagnostic, Result};

/// Runs a function where it may block, and waits for it. Its panic is an error. It cannot be stopped: if whoever waits goes away, it
/// runs on to its end.
///
/// ```
/// async fn read(path: String) -> tf_sdk::Result<String> {
///     tf_sdk::blocking::run(move || Ok(std::fs::read_to_string(path)?)).await
/// }
/// ```
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => {
            let payload = error.into_panic();
            let text = payload.downcast_ref::<&str>().copied();
            let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            let text = foundation::redact::text(text.unwrap_or("(no message)"));
            let detail = format!(
                "panic: {text}\n\nThis is a bug of the provider. It still runs; only this call failed."
            );
            Err(Diagnostic::error("The provider ended in a panic", detail).into())
        }
        Err(_) => Err(Diagnostic::error("Interrupted", "The provider is shutting down.").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn results_errors_and_panics_come_back() {
        assert_eq!(run(|| Ok(1)).await.unwrap(), 1);
        let error = run(|| -> Result<()> { Err(Diagnostic::error("No", "").into()) }).await.unwrap_err();
        assert_eq!(error.iter().next().map(|d| d.summary.as_str()), Some("No"));
        let error = run(|| -> Result<()> { panic!("token=s3cr3t-{}", "hunter2hunter2") }).await.unwrap_err();
        let detail = error.iter().next().map(|d| d.detail.clone()).unwrap_or_default();
        assert!(detail.starts_with("panic: ") && !detail.contains("hunter2"), "{detail}");
    }
}
