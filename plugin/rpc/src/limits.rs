//! Every limit of this crate, in one place: sizes in bytes, counts, times.

use std::time::Duration;

/// The largest gRPC message that is taken or given, either way: what Terraform's own plugins allow.
pub const MESSAGE_MAX_BYTES: usize = 256 << 20;

/// The longest handshake line that is read, without its newline. A certificate of the largest keys in use is below 4 KiB.
pub const HANDSHAKE_LINE_MAX_BYTES: usize = 16 << 10;

/// A sixth field of at most this many characters is no certificate: go-plugin's hosts ignore it.
pub const CERTIFICATE_IGNORED_CHARACTERS: usize = 50;

/// The time that a new connection has for its TLS handshake, or without TLS for its first byte.
pub const CONNECTION_SETUP: Duration = Duration::from_secs(10);

/// How many connections may be in setup at once; one more evicts the oldest.
pub const CONNECTIONS_IN_SETUP: usize = 64;

/// How much of what a plugin prints waits for a host to read it; beyond that the oldest is dropped.
pub const STDIO_BACKLOG_BYTES: usize = 1 << 20;

/// What running calls have after a Shutdown before the process ends under them.
pub const SHUTDOWN_GRACE: Duration = Duration::from_millis(50);
