//! The example provider as a process, with the environment of a host and nothing else.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;
use tf_plugin::{Handshake, Identity, Pin, Stream, limits, terraform, tls};
use tf_plugin_proto::plugin::grpc_controller_client::GrpcControllerClient;
use tf_plugin_proto::tfplugin6::provider_client::ProviderClient;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint};

/// What anything here may take before it counts as stuck: a whole command of Terraform too, with a large schema on a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// The value that no output may hold.
pub(crate) fn cookie_value() -> String {
    terraform::COOKIE.value.into_owned()
}

/// The example's executable: built once, unless it is there and fresh.
pub(crate) fn executable() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let profile = std::env::current_exe().expect("a path");
        let profile = profile.ancestors().nth(2).expect("the profile's directory").to_owned();
        let mut build = std::process::Command::new(env!("CARGO"));
        // What cargo told this test of its package would be news to the build scripts: everything would be built again.
        let told = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(told)) {
            build.env_remove(name);
        }
        // As one with all others, or their dependencies would be built a second time with the features of this one alone.
        build.args(["build", "--quiet", "--workspace", "--example", "bare_provider", "--target-dir"]);
        build.arg(profile.parent().expect("the target directory"));
        if profile.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo runs").success(), "the example does not build");
        profile.join("examples/bare_provider")
    })
}

/// A plugin to be started.
pub(crate) struct Start {
    pub(crate) command: Command,
    pub(crate) temporary: TempDir,
    identity: Option<Identity>,
}

impl Start {
    /// With the variables that Terraform sets, a directory for temporary files of its own, and no TLS.
    pub(crate) fn plain() -> Start {
        Start::of(Command::new(executable()))
    }

    /// The same, but started by `command`.
    pub(crate) fn of(mut command: Command) -> Start {
        let temporary = tempfile::tempdir().expect("a directory");
        command.env_clear().kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("TMPDIR", temporary.path()).env("PLUGIN_PROTOCOL_VERSIONS", "6,5");
        command.env(terraform::COOKIE.key.as_ref(), cookie_value());
        command.env("PLUGIN_MIN_PORT", "10000").env("PLUGIN_MAX_PORT", "25000");
        Start { command, temporary, identity: None }
    }

    /// With TLS.
    pub(crate) fn tls() -> Start {
        let mut start = Start::plain();
        let identity = Identity::generate().expect("an identity");
        start.command.env("PLUGIN_CLIENT_CERT", identity.pem());
        start.identity = Some(identity);
        start
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Start {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Start {
        self.command.env_remove(name);
        self
    }

    /// Starts it and waits for its end.
    pub(crate) async fn output(mut self) -> Output {
        in_time(self.command.output()).await.expect("it starts")
    }

    /// Starts it and reads its handshake line.
    pub(crate) async fn serve(mut self) -> Bare {
        let mut child = self.command.spawn().expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        in_time(stdout.read_line(&mut line)).await.expect("a line");
        let Ok(handshake) = Handshake::parse(&line) else {
            let output = in_time(child.wait_with_output()).await;
            panic!("{line:?} is no handshake: {output:?}");
        };
        Bare { child, stdout, line, handshake, temporary: self.temporary, identity: self.identity }
    }
}

/// A plugin that serves.
pub(crate) struct Bare {
    pub(crate) child: Child,
    pub(crate) stdout: BufReader<ChildStdout>,
    pub(crate) line: String,
    pub(crate) handshake: Handshake,
    pub(crate) temporary: TempDir,
    pub(crate) identity: Option<Identity>,
}

impl Bare {
    /// TLS as the host speaks it, if it does.
    pub(crate) fn tls(&self) -> Option<std::sync::Arc<rustls::ClientConfig>> {
        let certificate = self.handshake.certificate.clone()?;
        let pin = Pin::from_der(certificate).expect("a certificate");
        Some(tls::client_config(self.identity.as_ref().expect("TLS was asked for"), &pin))
    }

    /// A connection for calls.
    pub(crate) async fn channel(&self) -> Channel {
        let (address, config) = (self.handshake.address.clone(), self.tls());
        let connector = tower::service_fn(move |_| {
            let (address, config) = (address.clone(), config.clone());
            async move { Stream::connect(&address, config).await.map(hyper_util::rt::TokioIo::new) }
        });
        let endpoint = Endpoint::from_static("http://localhost");
        in_time(endpoint.connect_with_connector(connector)).await.expect("a connection")
    }

    /// The provider, in version 6.
    pub(crate) async fn provider(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.channel().await).max_decoding_message_size(limits::MESSAGE_MAX_BYTES)
    }

    /// Sends Shutdown, waits for the end; how it ended, and what it wrote to its real standard output after the line and to
    /// standard error.
    pub(crate) async fn shutdown(self) -> (ExitStatus, String, String) {
        let mut controller = GrpcControllerClient::new(self.channel().await);
        in_time(controller.shutdown(tf_plugin_proto::plugin::Empty {})).await.expect("an answer");
        self.end().await
    }

    /// Waits for the end, as [`Bare::shutdown`] does. Nothing may be left behind.
    pub(crate) async fn end(mut self) -> (ExitStatus, String, String) {
        let mut stderr = self.child.stderr.take().expect("a pipe");
        let (mut printed, mut logged) = (String::new(), String::new());
        let read = async {
            let (out, err) =
                tokio::join!(self.stdout.read_to_string(&mut printed), stderr.read_to_string(&mut logged));
            out.and(err).expect("text");
        };
        in_time(read).await;
        let status = in_time(self.child.wait()).await.expect("a status");
        assert!(is_empty(self.temporary.path()), "something was left behind");
        (status, printed, logged)
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.id().expect("it runs")).expect("a process number");
        let pid = rustix::process::Pid::from_raw(pid).expect("a process number");
        rustix::process::kill_process(pid, signal).expect("it runs");
    }
}

pub(crate) fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).expect("a directory").next().is_none()
}

pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.expect("it takes too long")
}
