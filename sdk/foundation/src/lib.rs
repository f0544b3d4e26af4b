//! Logging, errors, configuration, files and processes for everything above the package core.
//!
//! Start with the module you need; each stands alone:
//! [`codes`] and [`failure`] (what a user is told when something fails), [`files`] and [`process`] (the few
//! operations that are easy to get wrong), [`secret`] and [`redact`] (what must not be printed), and behind
//! features `logging`, `das`, `audit` (`log`), `config`, `retry` and `breaker` (`retry`), `render`.
//!
//! What this crate never does: install anything global unless asked, write to standard output, print a
//! secret, or panic because a sink, a file or a peer misbehaves. The package format and the launcher do not
//! depend on it.
#![forbid(unsafe_code)]

#[cfg(feature = "log")]
pub mod audit;
#[cfg(feature = "retry")]
pub mod breaker;
pub mod codes;
#[cfg(feature = "config")]
pub mod config;
#[cfg(feature = "log")]
pub mod das;
pub mod exit;
pub mod failure;
pub mod files;
pub mod json;
#[cfg(feature = "log")]
pub mod logging;
#[cfg(unix)]
pub mod process;
pub mod redact;
#[cfg(feature = "render")]
pub mod render;
#[cfg(feature = "retry")]
pub mod retry;
pub mod secret;

#[cfg(feature = "log")]
pub use tracing;

/// The README's code runs as a test.
#[cfg(all(doctest, feature = "log"))]
#[doc = include_str!("../README.md")]
struct Readme;
