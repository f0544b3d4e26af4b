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

use std::ffi::{OsStr, OsString};
use std::num::NonZero;
use std::process::ExitCode;
use std::time::Duration;

use foundation::logging;
use foundation::secret::Secret;
use tf_plugin::{ServeError, terraform};

use crate::server::Builder;
use crate::{Components, Provider, Server, helper};

/// Threads that run the author's futures: enough that one that blocks does not hold up all others, few enough to cost nothing.
const MAX_WORKERS: usize = 8;
/// How long blocking work may go on when the provider is to end: as long as tf-plugin gives it after a Shutdown.
const LAST_WORK: Duration = Duration::from_secs(1);

/// The whole of a provider's `main`: logging as Terraform reads it, a runtime, and the provider served.
///
/// Terraform gives no arguments. The provider itself gives some where it starts a [`Helper`](crate::Helper), which is then all that
/// runs. A person gives `-debug` (or `--debug`), to be told how a Terraform process finds this one; it is then
/// served until SIGINT or SIGTERM, whatever Terraform processes come and go, under a debugger for one.
pub fn main<P: Provider>(provider: P) -> ExitCode {
    let mode = match Mode::of(std::env::args_os().skip(1)) {
        Ok(mode) => mode,
        Err(error) => return failed(&error),
    };
    if let Mode::Helper(name) = &mode {
        return help(&provider, name);
    }
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
        let builder = builder(provider);
        helper::are_runnable(builder.helpers());
        match mode {
            Mode::Debug => debug_server::<P>(builder.build()).await,
            _ => serve_server::<P>(builder.build()).await,
        }
    });
    // What blocks is not waited for, for whoever wants the end would wait too.
    runtime.shutdown_timeout(LAST_WORK);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

/// Serves the Terraform that started this process, until it says that it is done. For a `main` with a runtime of its own, which runs
/// no [`Helper`](crate::Helper): what has one does without.
///
/// # Errors
///
/// Whatever keeps it from serving: above all, that it was not started by Terraform.
pub async fn serve<P: Provider>(provider: P) -> Result<(), ServeError> {
    serve_server::<P>(builder(provider).build()).await
}

/// Serves until SIGINT or SIGTERM, and prints what Terraform processes need to find this one. They do not negotiate: it is version 6.
///
/// # Errors
///
/// Whatever keeps it from serving.
pub async fn debug<P: Provider>(provider: P) -> Result<(), ServeError> {
    debug_server::<P>(builder(provider).build()).await
}

async fn serve_server<P: Provider>(server: Server) -> Result<(), ServeError> {
    terraform::Server::new(address::<P>()).v6(server.clone()).v5(server).serve().await
}

async fn debug_server<P: Provider>(server: Server) -> Result<(), ServeError> {
    terraform::Server::new(address::<P>()).v6(server).debug().await
}

/// Runs a helper, and nothing else.
fn help<P: Provider>(provider: &P, name: &OsStr) -> ExitCode {
    match Components::of(provider).helpers.iter().find(|helper| helper.name == name) {
        Some(helper) => (helper.main)(),
        None => failed(&ArgumentError(name.to_owned())),
    }
}

fn builder<P: Provider>(provider: P) -> Builder {
    let builder = Server::builder(provider);
    match P::PRIVATE_STATE_KEY.and_then(key) {
        Some(key) => builder.private_state_key(key),
        None => builder,
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mode {
    Serve,
    Debug,
    Helper(OsString),
}

/// An argument that means nothing.
#[derive(Debug, thiserror::Error)]
#[error("argument {0:?} is not known; a provider is started by Terraform, or by a person with -debug")]
struct ArgumentError(OsString);

impl Mode {
    fn of(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, ArgumentError> {
        let mut mode = Self::Serve;
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("-debug" | "--debug") => mode = Self::Debug,
                Some(helper::ARGUMENT) => {
                    return arguments.next().map(Self::Helper).ok_or(ArgumentError(argument));
                }
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
        assert_eq!(mode(&["-helper", "jq"]), Some(Mode::Helper("jq".into())));
        for unknown in [&["-helper"][..], &["debug"], &[""], &["-debug", "x"], &["-h"], &["-debug=true"]] {
            assert_eq!(mode(unknown), None, "{unknown:?}");
        }
    }
}
