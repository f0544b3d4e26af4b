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

/// The time that a plugin has from its start to its first connection, unless its host says otherwise: as go-plugin's hosts have it.
pub const START: Duration = Duration::from_secs(60);

/// How long a host waits for the status, and then again for the last log lines, of a plugin that did not start: as long as a busy
/// machine may take to bring them.
pub const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long a host waits for the answer to Shutdown, and then again for the process to end, before it kills it.
pub const SHUTDOWN_WAIT: Duration = Duration::from_secs(2);

/// How long either side waits for the other's part of a connection of the broker, and an announcement for somebody to dial it.
pub const BROKER_WAIT: Duration = Duration::from_secs(5);

/// How many announcements may wait to be dialled; one more is dropped.
pub const BROKER_ANNOUNCEMENTS: usize = 1024;

/// How many messages of the broker may wait to be sent.
pub const BROKER_QUEUE: usize = 64;

/// The largest message of the broker that is read: an address is far below.
pub const BROKER_MESSAGE_MAX_BYTES: usize = 8 << 10;
