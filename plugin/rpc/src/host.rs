//! The host role: starts any go-plugin, trusts it, calls it, and ends it.
//!
//! A plugin is somebody else's program. It gets little of this process's environment, is believed only what its handshake line
//! and its certificate prove, is read for life so that it never waits for us, and is killed and reaped whatever happens. Must
//! never wait without a limit for something that a plugin does.
//!
//! Start with [`Launch`]; what comes of it is a [`Plugin`]. [`terraform`] has what is special to providers.

mod checksum;
mod environment;
mod error;
mod evidence;
mod launch;
mod lines;
mod log;
mod output;
mod plugin;
mod process;
mod reattach;
mod stdio;
pub mod terraform;

pub use checksum::{Checksum, ChecksumError};
pub use environment::KEPT;
pub use error::{LaunchError, LaunchErrorKind};
pub use evidence::Evidence;
pub use launch::Launch;
pub use log::{Level, LogLine};
pub use plugin::{Ended, PingError, Plugin};
pub use reattach::ReattachError;
pub use stdio::{Stdio, StdioChunk};

use crate::socket::{Network, Place, Ports};

/// Where this side's sockets are made.
fn place() -> Place {
    let temporary = std::env::temp_dir();
    Place { network: Network::Unix, directory: None, temporary, group: None, ports: Ok(Ports::ANY) }
}
