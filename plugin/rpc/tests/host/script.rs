//! Plugins that are shell scripts.

use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tf_plugin::Cookie;
use tf_plugin::host::{Launch, LaunchError};
use tf_plugin::stream::{Plain, Stream};
use tokio::net::UnixListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::service::Routes;
use tonic::transport::Server;

/// The cookie of all scripts; none of them looks at it.
pub(crate) const COOKIE: Cookie = Cookie::new("SCRIPT_PLUGIN", "a-value-that-is-never-printed");

/// A folder with a script in it.
pub(crate) struct Script {
    folder: TempDir,
}

impl Script {
    /// A script of the shell.
    pub(crate) fn new(lines: &str) -> Script {
        let script = Script { folder: tempfile::tempdir().expect("a folder") };
        fs::write(script.path(), format!("#!/bin/sh\n{lines}\n")).expect("written");
        fs::set_permissions(script.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
        script
    }

    /// The script's file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("plugin.sh")
    }

    /// A path beside it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// It as a plugin without TLS, of version 1.
    pub(crate) fn launch(&self) -> Launch {
        // On a busy machine an executable that was just written may be "busy" for a moment: the shell reads it instead.
        Launch::new("/bin/sh", COOKIE).arg(self.path()).plaintext().start_limit(Duration::from_secs(20))
    }

    /// Why it does not start.
    pub(crate) async fn refused(&self) -> LaunchError {
        self.launch().start().await.expect_err("it is no plugin")
    }
}

/// Serves nothing but health, without TLS, on a socket of this path: what a script may say that it does.
pub(crate) fn serve(path: &Path) {
    let listener = UnixListener::bind(path).expect("a socket");
    let (sender, incoming) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = sender.send(Ok::<_, Infallible>(Stream::from(Plain::Unix(stream)))).await;
        }
    });
    tokio::spawn(async move {
        let (reporter, health) = tonic_health::server::health_reporter();
        reporter.set_service_status("plugin", tonic_health::ServingStatus::Serving).await;
        let server = Server::builder().add_routes(Routes::new(health));
        server.serve_with_incoming(ReceiverStream::new(incoming)).await
    });
}
