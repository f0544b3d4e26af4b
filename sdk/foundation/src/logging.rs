//! Logging: `tracing` in front, our own layer behind it.
//!
//! A program's `main` calls [`Builder::init`] once and keeps the [`Guard`] until its end:
//!
//! ```
//! let log = foundation::logging::Builder::new().writer(std::io::sink()).init();
//! foundation::das!(Config, Load, Success, path = "app.toml");
//! foundation::tracing::warn!(tries = 3, "still waiting");
//! drop(log); // everything is written
//! ```
//!
//! Each record is rendered once, into a buffer of its thread, with what is secret masked; then it joins one
//! ordered buffer which a thread writes out: within 50 ms, at once for WARN and above, at the guard's end, on
//! panic, and on SIGTERM if asked ([`Builder::flush_on_sigterm`]). On a terminal and for Terraform every record
//! is written by itself. The buffer is bounded; what does not fit is counted, and the count is logged.
//!
//! Levels come from `FOUNDRY_LOG` (`info,hyper=off,acc[request]=trace`); for a provider Terraform's variables
//! win: `TF_LOG_PROVIDER_<NAME>`, `TF_LOG_PROVIDER`, `TF_LOG`. `FOUNDRY_LOG_MARKS` is `emoji`, `ascii` or
//! `none`.

mod clock;
mod filter;
mod layer;
mod pipe;
mod record;
mod sink;
mod site;

pub use layer::LogLayer;

use pipe::Pipe;
use record::{Format, Shape};
use sink::Sink;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Arc, Once};
use std::thread::JoinHandle;
use tracing::Level;
use tracing_subscriber::layer::SubscriberExt;

/// The marks of domain, action and status, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// One emoji per word.
    Emoji,
    /// The words in brackets.
    Ascii,
    /// None.
    None,
}

/// What to log, how, and where to.
#[derive(Debug)]
pub struct Builder {
    provider: Option<String>,
    directives: Option<String>,
    default: String,
    shape: Option<Shape>,
    marks: Option<Marks>,
    colour: Option<bool>,
    target: Target,
    audit: Option<PathBuf>,
    sigterm: bool,
    redact: bool,
}

enum Target {
    Stderr,
    File { path: PathBuf, limit_bytes: Option<u64>, keep: u32 },
    Writer(Box<dyn Write + Send>),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Stderr => f.write_str("Stderr"),
            Target::File { path, .. } => f.debug_tuple("File").field(path).finish(),
            Target::Writer(_) => f.write_str("Writer"),
        }
    }
}

/// Keeps logging alive. Dropping it writes everything out and ends the writer.
#[must_use = "logging ends when the guard is dropped"]
pub struct Guard {
    pipe: Arc<Pipe>,
    writer: Option<JoinHandle<()>>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

impl Builder {
    /// To standard error: for people if that is a terminal, JSON lines if not; WARN and above unless
    /// `FOUNDRY_LOG` says otherwise.
    pub fn new() -> Builder {
        Builder {
            provider: None,
            directives: None,
            default: "warn".to_owned(),
            shape: None,
            marks: None,
            colour: None,
            target: Target::Stderr,
            audit: None,
            sigterm: false,
            redact: true,
        }
    }

    /// For the Terraform provider `name` (`acc`, not `terraform-provider-acc`): hclog JSON on standard error,
    /// levels from Terraform's variables, and panics announced the way Terraform shows them.
    #[must_use]
    pub fn provider(mut self, name: &str) -> Builder {
        self.provider = Some(name.to_owned());
        self.shape = Some(Shape::Hclog);
        self
    }

    /// The filter where the environment has none, in `FOUNDRY_LOG`'s syntax.
    #[must_use]
    pub fn default_filter(mut self, directives: &str) -> Builder {
        self.default = directives.to_owned();
        self
    }

    /// The filter, whatever the environment has: a `--log` flag, a test.
    #[must_use]
    pub fn filter(mut self, directives: &str) -> Builder {
        self.directives = Some(directives.to_owned());
        self
    }

    /// JSON lines, wherever they go.
    #[must_use]
    pub fn json(mut self) -> Builder {
        self.shape = Some(Shape::Json);
        self
    }

    /// Text for people, wherever it goes.
    #[must_use]
    pub fn text(mut self) -> Builder {
        self.shape = Some(Shape::Text);
        self
    }

    /// The marks, whatever the environment and terminal say.
    #[must_use]
    pub fn marks(mut self, marks: Marks) -> Builder {
        self.marks = Some(marks);
        self
    }

    /// Appends to a file: JSON lines unless said otherwise.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Builder {
        self.target = Target::File { path: path.into(), limit_bytes: None, keep: 0 };
        self
    }

    /// Appends to a file of at most `limit_bytes` (a single longer line aside); `keep` older ones stay as
    /// `path.1`, `path.2`, …
    #[must_use]
    pub fn rotating_file(mut self, path: impl Into<PathBuf>, limit_bytes: u64, keep: u32) -> Builder {
        self.target = Target::File { path: path.into(), limit_bytes: Some(limit_bytes), keep };
        self
    }

    /// Writes to `writer`, in batches.
    #[must_use]
    pub fn writer(mut self, writer: impl Write + Send + 'static) -> Builder {
        self.target = Target::Writer(Box::new(writer));
        self
    }

    /// Also appends every event of target `audit`, whatever the filter, to the file at `path`, each one written before the call
    /// that logs it returns: it survives `kill -9`. See [`crate::audit`] for a log that reports its failures.
    #[must_use]
    pub fn audit(mut self, path: impl Into<PathBuf>) -> Builder {
        self.audit = Some(path.into());
        self
    }

    /// Writes everything out on SIGTERM, then ends by it as if nothing had been installed.
    #[must_use]
    pub fn flush_on_sigterm(mut self) -> Builder {
        self.sigterm = true;
        self
    }

    /// For measuring what redaction costs. Not for programs: secrets would be written.
    #[doc(hidden)]
    #[must_use]
    pub fn without_redaction(mut self) -> Builder {
        self.redact = false;
        self
    }

    /// Installs everything: the subscriber for the whole process, the panic hook. Where the process has a
    /// subscriber already, that is said once on standard error and this one stays without use.
    pub fn init(mut self) -> Guard {
        let provider = self.provider.is_some();
        let sigterm = std::mem::take(&mut self.sigterm);
        let (subscriber, guard) = self.build();
        if tracing::subscriber::set_global_default(subscriber).is_err() {
            sink::say("foundation: another logger was installed before; ours stays without use");
        }
        install_panic_hook(provider);
        if sigterm {
            flush_on_sigterm();
        }
        guard
    }

    /// The subscriber and its guard, nothing installed: for `tracing::subscriber::with_default` in tests.
    pub fn build(mut self) -> (impl tracing::Subscriber + Send + Sync, Guard) {
        let environment =
            |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let directives = match self.directives.take() {
            Some(directives) => directives,
            None => {
                let choice = filter::choose(self.provider.as_deref(), &self.default, &environment);
                choice.complaint.iter().for_each(|complaint| sink::say(&format!("foundation: {complaint}")));
                choice.directives
            }
        };
        let mut filter = filter::build(&directives);
        if self.audit.is_some() {
            // What is to be on record must not depend on how talkative the log is.
            filter =
                "audit=trace".parse().map_or(filter::build(&directives), |audit| filter.add_directive(audit));
        }
        let audit = self.audit.take().map(|path| audit_layer(path, self.redact));
        let (layer, guard) = self.layer();
        let subscriber = tracing_subscriber::registry().with(filter).with(audit).with(layer);
        (subscriber, guard)
    }

    /// The layer alone, to be put on a registry beside others. Filters and audit are then the caller's.
    pub fn layer(self) -> (LogLayer, Guard) {
        let terminal = matches!(self.target, Target::Stderr) && std::io::stderr().is_terminal();
        let shape = self.shape.unwrap_or(if terminal { Shape::Text } else { Shape::Json });
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let format = Format {
            shape,
            colour: self.colour.unwrap_or(terminal && !plain) && shape == Shape::Text,
            marks: self.marks.unwrap_or_else(|| marks(terminal)),
            redact: self.redact,
        };
        let each = matches!(self.target, Target::Stderr) && (terminal || shape == Shape::Hclog);
        let sink = match self.target {
            Target::Stderr => Sink::stderr(),
            Target::File { path, limit_bytes, keep } => Sink::file(path, limit_bytes, keep),
            Target::Writer(writer) => Sink::writer(writer),
        };
        let pipe = Pipe::new(sink, format, each);
        let writer = pipe.start();
        let urgent = if writer.is_some() || each { Level::WARN } else { Level::TRACE };
        (LogLayer::new(Arc::clone(&pipe), format, None, urgent), Guard { pipe, writer })
    }
}

fn audit_layer(path: PathBuf, redact: bool) -> LogLayer {
    let format = Format { shape: Shape::Json, colour: false, marks: Marks::None, redact };
    LogLayer::new(Pipe::new(Sink::file(path, None, 0), format, true), format, Some("audit"), Level::TRACE)
}

fn marks(terminal: bool) -> Marks {
    match std::env::var("FOUNDRY_LOG_MARKS").as_deref() {
        Ok("emoji") => Marks::Emoji,
        Ok("ascii") => Marks::Ascii,
        Ok("none") => Marks::None,
        _ if terminal => Marks::Emoji,
        _ => Marks::Ascii,
    }
}

impl Guard {
    /// Writes out everything logged so far.
    pub fn flush(&self) {
        self.pipe.drain();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.pipe.close();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
        self.pipe.drain();
    }
}

/// Appends `now` as every record has it.
pub(crate) fn stamp(out: &mut String, now: std::time::SystemTime) {
    clock::Stamp::default().push(out, now);
}

/// Writes out everything every guard of the process holds.
pub fn flush() {
    pipe::flush_all();
}

/// Before the hook that was there: what is logged gets out, and for Terraform the line it looks for.
fn install_panic_hook(provider: bool) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            pipe::flush_all();
            if provider {
                let message = info.payload_as_str().unwrap_or("(no message)");
                let place = info
                    .location()
                    .map(|place| format!(" at {}:{}", place.file(), place.line()))
                    .unwrap_or_default();
                sink::say(&format!("panic: {}{place}", crate::redact::text(message)));
            }
            before(info);
        }));
    });
}

#[cfg(unix)]
fn flush_on_sigterm() {
    let Ok(mut signals) = signal_hook::iterator::Signals::new([signal_hook::consts::SIGTERM]) else { return };
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            pipe::flush_all();
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    };
    let _ = std::thread::Builder::new().name("sigterm".into()).stack_size(128 << 10).spawn(wait);
}

#[cfg(not(unix))]
fn flush_on_sigterm() {}
