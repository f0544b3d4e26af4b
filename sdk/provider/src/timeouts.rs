//! Timeouts that the user sets: a `timeouts` block or attribute whose values are durations in Go's form.
//!
//! [`Timeouts`] has all four operations; a model of one's own has the fields that it supports, each an `Option<String>`.
//!
//! ```
//! use std::time::Duration;
//! use tf_sdk::{Model, timeouts};
//!
//! #[derive(Model)]
//! struct SlowTimeouts {
//!     #[attr(optional)]
//!     create: Option<String>,
//! }
//!
//! #[derive(Model)]
//! struct Slow {
//!     #[attr(required)]
//!     seconds: u64,
//!     #[block]
//!     timeouts: Option<SlowTimeouts>,
//! }
//!
//! async fn create(planned: &Slow) -> tf_sdk::Result<()> {
//!     let configured = planned.timeouts.as_ref().and_then(|t| t.create.as_deref());
//!     let limit = timeouts::duration(configured, "create", Duration::from_secs(20 * 60))?;
//!     timeouts::within(limit, "create", async {
//!         tokio::time::sleep(Duration::from_secs(planned.seconds)).await;
//!         Ok(())
//!     })
//!     .await
//! }
//! ```

use std::future::Future;
use std::time::Duration;

use tf_cty::Path;

use crate::types::{GoDuration, parse_go_duration};
use crate::{Diagnostic, Model, Result};

/// Timeouts of the four operations.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Timeouts {
    /// How long the creation may take, such as "30s" or "2h45m".
    #[attr(optional)]
    pub create: Option<String>,
    /// How long reading may take, such as "30s" or "2h45m".
    #[attr(optional)]
    pub read: Option<String>,
    /// How long a change may take, such as "30s" or "2h45m".
    #[attr(optional)]
    pub update: Option<String>,
    /// How long the destruction may take, such as "30s" or "2h45m".
    #[attr(optional)]
    pub delete: Option<String>,
}

/// The time that `timeouts.OPERATION` gives, or the default. What is no duration, or a negative one, is an error there:
/// `Timeout Cannot Be Parsed`.
pub fn duration(
    configured: Option<&str>,
    operation: &str,
    default: Duration,
) -> Result<Duration, Diagnostic> {
    let Some(text) = configured else { return Ok(default) };
    let reason = match parse_go_duration(text) {
        Ok(nanoseconds) => match u64::try_from(nanoseconds) {
            Ok(nanoseconds) => return Ok(Duration::from_nanos(nanoseconds)),
            Err(_) => format!("{text:?} is negative"),
        },
        Err(error) => error.to_string(),
    };
    let detail = format!("The timeout of {operation} cannot be parsed: {reason}.");
    Err(Diagnostic::error("Timeout Cannot Be Parsed", detail)
        .at(Path::new().attr("timeouts").attr(operation)))
}

/// Runs something for so long and no longer. It is dropped then: the error says `Timeout`, and the operation and the time in its
/// detail.
pub async fn within<T>(limit: Duration, operation: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(exceeded(limit, operation).into()),
    }
}

/// The error for what took too long.
pub(crate) fn exceeded(limit: Duration, operation: &str) -> Diagnostic {
    Diagnostic::error("Timeout", format!("{operation} did not end within {}", GoDuration::from(limit)))
}
