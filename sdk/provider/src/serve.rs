//! From `main` to a served provider.
//!
//! ```no_run
//! # use tf_sdk::{Components, Empty, Provider, Result, provider::Configure};
//! # struct Acc;
//! # impl Provider for Acc {
//! #     type Config = Empty;
//! #     type Client = ();
//! #     type Meta = Empty;
//! #     const NAME: &'static str = "acc";
//! #     const VERSION: &'static str = "1";
//! #     fn components(&self, _: &mut Components<Self>) {}
//! #     async fn configure(&self, _: &mut Configure, _: Empty) -> Result<()> { Ok(()) }
//! # }
//! fn main() -> std::process::ExitCode {
//!     tf_sdk::main(Acc)
//! }
//! ```

use std::ffi::OsString;
use std::num::NonZero;
use std::process::ExitCode;

use foundation::logging;
use foundation::secret::Secret;
use tf_plugin::{ServeError, terraform};

use crate::{Provider, Server};

/// Threads that run the author's futures: enough that one that blocks does not hold up all others, few enough to cost nothing.
const MAX_WORKERS: usize = 8;

/// The whole of a provider's `main`: logging as Terraform reads it, a runtime, and the provider served.
///
/// Terraform gives no arguments. A person gives `-debug` (or `--debug`), to be told how a Terraform process finds this one; it is then
/// served until SIGINT or SIGTERM, whatever Terraform processes come and go, under a debugger for one.
pub fn main<P: Provider>(provider: P) -> ExitCode {
    let mode = match Mode::of(std::env::args_os().skip(1)) {
        Ok(mode) => mode,
        Err(error) => return failed(&error),
    };
    // Whatever the author prints from here on goes to Terraform's log and not into the handshake.
    if mode == Mode::Serve
        && let Err(error) = tf_plugin::claim_stdout()
    {
        return failed(&error);
    }
    let _logging = logging::Builder::new().provider(P::NAME).init();
    let workers = std::thread::available_parallelism().map_or(2, NonZero::get).clamp(2, MAX_WORKERS);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let served = runtime.block_on(async {
        match mode {
            Mode::Serve => serve(provider).await,
            Mode::Debug => debug(provider).await,
        }
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

/// Serves the Terraform that started this process, until it says that it is done. For a `main` with a runtime of its own.
///
/// # Errors
///
/// Whatever keeps it from serving: above all, that it was not started by Terraform.
pub async fn serve<P: Provider>(provider: P) -> Result<(), ServeError> {
    let server = server(provider);
    terraform::Server::new(address::<P>()).v6(server.clone()).v5(server).serve().await
}

/// Serves until SIGINT or SIGTERM, and prints what Terraform processes need to find this one. They do not negotiate: it is version 6.
///
/// # Errors
///
/// Whatever keeps it from serving.
pub async fn debug<P: Provider>(provider: P) -> Result<(), ServeError> {
    terraform::Server::new(address::<P>()).v6(server(provider)).debug().await
}

fn server<P: Provider>(provider: P) -> Server {
    let mut builder = Server::builder(provider);
    if let Some(key) = P::PRIVATE_STATE_KEY.and_then(key) {
        builder = builder.private_state_key(key);
    }
    builder.build()
}

/// The key of private state. An empty variable is as good as none.
fn key(variable: &str) -> Option<Secret<String>> {
    std::env::var(variable).ok().filter(|key| !key.is_empty()).map(Secret::new)
}

fn address<P: Provider>() -> String {
    match P::ADDRESS {
        "" => P::NAME.to_owned(),
        address => address.to_owned(),
    }
}

/// How the process was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Serve,
    Debug,
}

/// An argument that means nothing.
#[derive(Debug, thiserror::Error)]
#[error("argument {0:?} is not known; a provider is started by Terraform, or by a person with -debug")]
struct ArgumentError(OsString);

impl Mode {
    fn of(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, ArgumentError> {
        let mut mode = Self::Serve;
        for argument in arguments {
            match argument.to_str() {
                Some("-debug" | "--debug") => mode = Self::Debug,
                _ => return Err(ArgumentError(argument)),
            }
        }
        Ok(mode)
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    use std::io::Write;
    // Whoever could read it may be gone.
    let _ = writeln!(std::io::stderr(), "{error}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flag_and_nothing_else() {
        let mode = |arguments: &[&str]| Mode::of(arguments.iter().map(OsString::from)).ok();
        assert_eq!(mode(&[]), Some(Mode::Serve));
        for debug in [&["-debug"][..], &["--debug"], &["-debug", "--debug"]] {
            assert_eq!(mode(debug), Some(Mode::Debug));
        }
        for unknown in [&["debug"][..], &[""], &["-debug", "x"], &["-h"], &["-debug=true"]] {
            assert_eq!(mode(unknown), None, "{unknown:?}");
        }
    }
}
