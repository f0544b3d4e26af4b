//! How the provider behaves: as told by its environment, and the same in both versions.

use bytes::Bytes;
use std::env;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use tf_plugin::terraform::Stop;
use tf_plugin_proto::tfplugin6::{DynamicValue, RawState};

/// What the environment asks for.
pub(crate) struct Behaviour {
    /// `BARE_VERSIONS`: `5`, `6`, or both if unset.
    versions: Option<String>,
    /// `BARE_PANIC`: the RPC that panics.
    panic: Option<String>,
    /// `BARE_WAIT`: the RPC that waits until Terraform asks it to stop, after connecting to the unix socket `BARE_WAITING`.
    wait: Option<String>,
    waiting: Option<PathBuf>,
    /// `BARE_STUBBORN`: does not stop when asked to.
    stubborn: bool,
    /// `BARE_SCHEMA_BYTES`: the length of a description in the schema.
    pub(crate) schema_bytes: usize,
    /// `BARE_PRINT`: prints before the handshake and in every RPC.
    print: bool,
    /// `BARE_FLOOD_BYTES`: prints that much at once.
    flood_bytes: usize,
    /// `BARE_TCP`: listens on TCP.
    pub(crate) tcp: bool,
    /// `BARE_DEBUG`: waits for Terraform to attach.
    pub(crate) debug: bool,
    /// `BARE_THREADS`: runs on many threads rather than on one.
    pub(crate) threads: bool,
}

impl Behaviour {
    /// The one that the environment asks for.
    pub(crate) fn read() -> Behaviour {
        let text = |name: &str| env::var(name).ok();
        let set = |name: &str| env::var_os(name).is_some();
        Behaviour {
            versions: text("BARE_VERSIONS"),
            panic: text("BARE_PANIC"),
            wait: text("BARE_WAIT"),
            waiting: env::var_os("BARE_WAITING").map(PathBuf::from),
            stubborn: set("BARE_STUBBORN"),
            schema_bytes: text("BARE_SCHEMA_BYTES").and_then(|bytes| bytes.parse().ok()).unwrap_or(0),
            print: set("BARE_PRINT"),
            flood_bytes: text("BARE_FLOOD_BYTES").and_then(|bytes| bytes.parse().ok()).unwrap_or(0),
            tcp: set("BARE_TCP"),
            debug: set("BARE_DEBUG"),
            threads: set("BARE_THREADS"),
        }
    }

    /// Whether it speaks `version`.
    pub(crate) fn speaks(&self, version: u32) -> bool {
        self.versions.as_ref().is_none_or(|versions| versions.contains(&version.to_string()))
    }

    /// Prints to standard output, if it prints at all.
    pub(crate) fn print(&self, line: &str) {
        if self.print {
            println!("{line}{}", "x".repeat(self.flood_bytes));
        }
    }

    /// What happens at the start of every RPC.
    pub(crate) async fn enter(&self, rpc: &str, stop: Option<&Stop>) {
        tracing::info!(rpc, "called");
        self.print(&format!("printed in {rpc}"));
        if self.panic.as_deref() == Some(rpc) {
            tokio::task::yield_now().await;
            panic!("asked to, in {rpc}");
        }
        if self.wait.as_deref() == Some(rpc)
            && let Some(stop) = stop
        {
            let _told = self.waiting.as_ref().map(UnixStream::connect);
            stop.requested().await;
            tracing::info!(rpc, "asked to stop");
            if self.stubborn {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// The attributes of `bare_thing`: name and type.
pub(crate) fn attributes() -> [(&'static str, &'static str); 2] {
    [("name", "\"string\""), ("size", "\"number\"")]
}

/// The state as Terraform kept it, unchanged.
pub(crate) fn kept(raw: Option<RawState>) -> Option<DynamicValue> {
    raw.map(|raw| DynamicValue { json: raw.json, msgpack: Bytes::new() })
}
