//! Why a plugin did not start.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io};

use super::checksum::Checksum;
use super::evidence::Evidence;
use crate::address::Address;
use crate::handshake::HandshakeError;
use crate::identity::IdentityError;
use crate::limits::HANDSHAKE_LINE_MAX_BYTES;
use crate::tls::PinError;

/// Why a plugin did not start, and what is known of it. The process, if there was one, has been killed and reaped.
#[derive(Debug)]
pub struct LaunchError {
    kind: LaunchErrorKind,
    evidence: Box<Evidence>,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum LaunchErrorKind {
    /// The program could not be read for its checksum.
    #[error("the plugin's program cannot be read")]
    Unreadable(#[source] io::Error),
    /// It is another program than was expected.
    #[error("the plugin's program has SHA-256 {found}, not {expected}")]
    Checksum {
        /// What was asked for.
        expected: Checksum,
        /// What the file has.
        found: Checksum,
    },
    /// No certificate of ours could be made.
    #[error("no certificate for this host can be made")]
    Identity(#[source] IdentityError),
    /// The system does not start the program.
    #[error("the plugin's program cannot be started")]
    Spawn(#[source] io::Error),
    /// Its standard output could not be read.
    #[error("the plugin's standard output cannot be read")]
    Output(#[source] io::Error),
    /// It ended, or closed its standard output, without a handshake line.
    #[error("the plugin ended before its handshake line")]
    NoLine,
    /// It did not write a whole line in time.
    #[error("the plugin wrote no handshake line within {} s", limit.as_secs_f64())]
    TimedOut {
        /// The time it had.
        limit: Duration,
    },
    /// Its first line does not end.
    #[error("the plugin's first line is longer than {HANDSHAKE_LINE_MAX_BYTES} bytes")]
    LineTooLong,
    /// Its first line is no handshake: mostly, something was printed before it.
    #[error("the plugin's first line is no handshake")]
    Handshake(#[source] HandshakeError),
    /// It speaks net/rpc, which only Go speaks.
    #[error("the plugin speaks net/rpc, not grpc")]
    NetRpc,
    /// It answers a version that this host does not speak.
    #[error("the plugin speaks version {found}, this host {asked:?}")]
    Version {
        /// What the plugin says.
        found: u32,
        /// What this host asked for.
        asked: Vec<u32>,
    },
    /// TLS was asked for, and its line has no certificate.
    #[error("the plugin shows no certificate, though TLS was asked for")]
    NoCertificate,
    /// Its line has a certificate, and no TLS was asked for.
    #[error("the plugin shows a certificate, though TLS was not asked for")]
    UnaskedCertificate,
    /// The certificate cannot be used.
    #[error("the plugin's certificate cannot be used")]
    Certificate(#[source] PinError),
    /// Nobody listens there, or not the one with that certificate.
    #[error("the plugin cannot be connected to at {address}")]
    Connect {
        /// Where it says that it listens.
        address: Address,
        /// What the system or TLS says.
        source: io::Error,
    },
}

impl LaunchError {
    pub(super) fn new(kind: LaunchErrorKind, evidence: Evidence) -> LaunchError {
        LaunchError { kind, evidence: Box::new(evidence) }
    }

    /// What went wrong.
    pub fn kind(&self) -> &LaunchErrorKind {
        &self.kind
    }

    /// What is known of the plugin: it prints as lines for people.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

impl fmt::Display for LaunchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Error for LaunchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}
