//! Starting a plugin: its process, its handshake line, its certificate, the first connection.

use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ClientConfig;
use tokio::process::{ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::checksum::Checksum;
use super::environment::{self, Inheritance};
use super::error::{LaunchError, LaunchErrorKind};
use super::evidence::{Evidence, Tail};
use super::log::LogLine;
use super::output::{self, Beginning, FirstLine, LogSink, OutputSink};
use super::plugin::Plugin;
use super::process::Process;
use crate::handshake::Protocol;
use crate::limits::{LAST_WORDS, START};
use crate::serve::Link;
use crate::stream::Stream;
use crate::{Cookie, Handshake, Identity, Pin, versions};

/// The ports that plugins on TCP are told to use, as go-plugin's hosts say.
const PORTS: RangeInclusive<u16> = 10_000..=25_000;
/// What a limit is at most, for a moment can be no later than the clock goes.
const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);

/// A plugin that is to be started.
///
/// By default it gets the variables [`KEPT`](super::KEPT) of this process's environment and no other, speaks TLS with
/// certificates of this one run (AutoMTLS), has a minute to start, and its log goes to `tracing`. Its standard input is empty.
#[must_use = "it does nothing until it is started"]
pub struct Launch {
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    cookie: Cookie,
    versions: Vec<u32>,
    inheritance: Inheritance,
    variables: Vec<(OsString, OsString)>,
    is_plaintext: bool,
    ports: RangeInclusive<u16>,
    limit: Duration,
    checksum: Option<Checksum>,
    log: Option<LogSink>,
    output: Option<OutputSink>,
}

impl Launch {
    /// A program that is a plugin of the kind of this cookie. A name without a folder is searched in PATH.
    pub fn new(program: impl Into<PathBuf>, cookie: Cookie) -> Launch {
        Launch {
            program: program.into(),
            arguments: Vec::new(),
            folder: None,
            cookie,
            versions: vec![1],
            inheritance: Inheritance::Least,
            variables: Vec::new(),
            is_plaintext: false,
            ports: PORTS,
            limit: START,
            checksum: None,
            log: None,
            output: None,
        }
    }

    /// The versions of the service that this host speaks; without this, version 1.
    pub fn versions(mut self, versions: impl IntoIterator<Item = u32>) -> Launch {
        self.versions = versions.into_iter().collect();
        self
    }

    /// One more argument of the program.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Launch {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// The folder it is started in; without this, this process's.
    pub fn current_dir(mut self, folder: impl Into<PathBuf>) -> Launch {
        self.folder = Some(folder.into());
        self
    }

    /// One more variable of its environment. What the protocol says itself cannot be changed.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Launch {
        self.variables.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Gives it this process's whole environment, secrets and all, but for what the protocol said to this process.
    pub fn inherit_environment(mut self) -> Launch {
        self.inheritance = Inheritance::All;
        self
    }

    /// Without TLS: whoever reaches its socket can call it.
    pub fn plaintext(mut self) -> Launch {
        self.is_plaintext = true;
        self
    }

    /// The ports it may choose from, if it listens on TCP; without this, 10000 to 25000.
    pub fn ports(mut self, ports: RangeInclusive<u16>) -> Launch {
        self.ports = ports;
        self
    }

    /// How long it may take from its start to its first connection; without this, a minute.
    pub fn start_limit(mut self, limit: Duration) -> Launch {
        self.limit = limit;
        self
    }

    /// The program must be this one, or it is not started. It must be given with its folder then.
    pub fn checksum(mut self, expected: Checksum) -> Launch {
        self.checksum = Some(expected);
        self
    }

    /// What is called with each line of its log, instead of `tracing`. It must be quick: the plugin's log waits for it.
    pub fn on_log(mut self, sink: impl Fn(LogLine) + Send + Sync + 'static) -> Launch {
        self.log = Some(Arc::new(sink));
        self
    }

    /// What is called with what it writes to standard output after its handshake line; without this, that is dropped.
    pub fn on_output(mut self, sink: impl Fn(&[u8]) + Send + Sync + 'static) -> Launch {
        self.output = Some(Arc::new(sink));
        self
    }

    /// Starts it and connects. Must be called within a tokio runtime, on which the plugin's pipes are read from then on.
    ///
    /// # Errors
    /// Whatever keeps it from starting, with all that is known of it. Its process is gone then. A plugin that refuses this host's
    /// certificate tells so in TLS 1.3 only at the first call, which fails.
    pub async fn start(self) -> Result<Plugin, LaunchError> {
        let deadline = Instant::now() + self.limit.min(FOR_EVER);
        let evidence = Evidence::of(&self.program);
        let fail = |kind| LaunchError::new(kind, evidence.clone());
        let program = self.checked_program().await.map_err(fail)?;
        let identity = if self.is_plaintext { None } else { Some(Identity::generate()) };
        let identity = identity.transpose().map_err(|error| fail(LaunchErrorKind::Identity(error)))?;
        let mut child = self.command(&program, identity.as_ref());
        let mut child = child.spawn().map_err(|error| fail(LaunchErrorKind::Spawn(error)))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let tail = Arc::new(Mutex::new(Tail::default()));
        let log =
            stderr.map(|pipe| tokio::spawn(output::read_log(pipe, Arc::clone(&tail), self.log.clone())));
        let process = Process::supervise(child);
        let mut starting = Starting { evidence, process, tail, log, beginning: Beginning::default() };
        match starting.meet(&self, stdout, identity, deadline).await {
            Ok(met) => Ok(Plugin::started(met, starting.process, starting.tail)),
            Err(kind) => Err(starting.give_up(kind).await),
        }
    }

    /// The program that is started: of one whose checksum was compared, the very path that was read.
    async fn checked_program(&self) -> Result<PathBuf, LaunchErrorKind> {
        let Some(expected) = self.checksum else { return Ok(self.program.clone()) };
        let program = self.program.clone();
        let read = move || {
            let path = program.canonicalize()?;
            Ok((Checksum::of(&path)?, path))
        };
        let read =
            tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(io::Error::other(error)));
        match read.map_err(LaunchErrorKind::Unreadable)? {
            (found, path) if found == expected => Ok(path),
            (found, _) => Err(LaunchErrorKind::Checksum { expected, found }),
        }
    }

    fn command(&self, program: &Path, identity: Option<&Identity>) -> Command {
        let mut command = Command::new(program);
        let said = self.protocol_variables(identity);
        let whole = environment::compose(self.inheritance, std::env::vars_os(), &self.variables, &said);
        command.args(&self.arguments).env_clear().envs(whole).kill_on_drop(true);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn protocol_variables(&self, identity: Option<&Identity>) -> Vec<(OsString, OsString)> {
        let mut said = vec![
            (self.cookie.key.as_ref().into(), self.cookie.value.as_ref().into()),
            ("PLUGIN_PROTOCOL_VERSIONS".into(), versions::list(&self.versions).into()),
            ("PLUGIN_MIN_PORT".into(), self.ports.start().to_string().into()),
            ("PLUGIN_MAX_PORT".into(), self.ports.end().to_string().into()),
        ];
        said.extend(identity.map(|identity| ("PLUGIN_CLIENT_CERT".into(), identity.pem().into())));
        said
    }
}

/// What a plugin has become once it is connected to.
pub(super) struct Met {
    pub(super) handshake: Handshake,
    pub(super) link: Link,
    pub(super) stream: Stream,
}

/// A process that is to become a plugin.
struct Starting {
    evidence: Evidence,
    process: Process,
    tail: Arc<Mutex<Tail>>,
    log: Option<JoinHandle<()>>,
    beginning: Beginning,
}

impl Starting {
    /// Reads the handshake line, checks what it says, and connects.
    async fn meet(
        &mut self,
        launch: &Launch,
        stdout: Option<ChildStdout>,
        identity: Option<Identity>,
        deadline: Instant,
    ) -> Result<Met, LaunchErrorKind> {
        let mut stdout = stdout.ok_or(LaunchErrorKind::NoLine)?;
        let timed_out = |_| LaunchErrorKind::TimedOut { limit: launch.limit };
        let first = timeout_at(deadline, self.beginning.read(&mut stdout)).await.map_err(timed_out)?;
        match first.map_err(LaunchErrorKind::Output)? {
            FirstLine::Whole => {}
            FirstLine::Ended => return Err(LaunchErrorKind::NoLine),
            FirstLine::TooLong => return Err(LaunchErrorKind::LineTooLong),
        }
        let handshake = Handshake::parse(&self.beginning.line()).map_err(LaunchErrorKind::Handshake)?;
        check(&handshake, &launch.versions)?;
        output::drain(stdout, &self.beginning, launch.output.clone());
        let link = secure(&handshake, identity)?;
        let connect = connect(&handshake, link.client_config());
        let stream = timeout_at(deadline, connect).await.map_err(timed_out)??;
        Ok(Met { handshake, link, stream })
    }

    /// Ends the process and tells what is known of it.
    async fn give_up(mut self, kind: LaunchErrorKind) -> LaunchError {
        // These two mostly mean that it is ending on its own: how, is the next question.
        if matches!(kind, LaunchErrorKind::NoLine | LaunchErrorKind::Connect { .. }) {
            self.evidence.status = timeout(LAST_WORDS, self.process.ended()).await.ok().flatten();
        }
        self.process.kill().await;
        if let Some(log) = self.log {
            // A grandchild may hold the pipe open for as long as it likes.
            let _ = timeout(LAST_WORDS, log).await;
        }
        self.evidence.stderr = self.tail.lock().unwrap_or_else(PoisonError::into_inner).lines();
        self.evidence.line = Some(self.beginning.line()).filter(|line| !line.is_empty());
        LaunchError::new(kind, self.evidence)
    }
}

fn check(handshake: &Handshake, versions: &[u32]) -> Result<(), LaunchErrorKind> {
    if handshake.protocol == Protocol::NetRpc {
        return Err(LaunchErrorKind::NetRpc);
    }
    if !versions.contains(&handshake.version) {
        return Err(LaunchErrorKind::Version { found: handshake.version, asked: versions.to_vec() });
    }
    Ok(())
}

/// TLS with exactly the certificate of the line, or none at all.
fn secure(handshake: &Handshake, identity: Option<Identity>) -> Result<Link, LaunchErrorKind> {
    let certificates = match (identity, &handshake.certificate) {
        (None, None) => None,
        (Some(identity), Some(certificate)) => {
            let pin = Pin::from_der(certificate.clone()).map_err(LaunchErrorKind::Certificate)?;
            Some((identity, pin))
        }
        (Some(_), None) => return Err(LaunchErrorKind::NoCertificate),
        (None, Some(_)) => return Err(LaunchErrorKind::UnaskedCertificate),
    };
    Ok(Link { place: super::place(), certificates })
}

async fn connect(
    handshake: &Handshake,
    config: Option<Arc<ClientConfig>>,
) -> Result<Stream, LaunchErrorKind> {
    let connected = Stream::connect(&handshake.address, config).await;
    connected.map_err(|source| LaunchErrorKind::Connect { address: handshake.address.clone(), source })
}
