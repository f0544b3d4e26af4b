//! The handshake line: the one line that a plugin writes to standard output, by which the host finds it.
//!
//! `CORE|VERSION|NETWORK|ADDRESS|PROTOCOL|CERTIFICATE[|MULTIPLEX]`, ended by a newline. Written as go-plugin writes it; read as
//! liberally as go-plugin's hosts read it, and no further. Nothing here reads or writes a stream.

use crate::address::{Address, AddressError};
use crate::limits::{CERTIFICATE_IGNORED_CHARACTERS, HANDSHAKE_LINE_MAX_BYTES};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

/// The only version of the handshake itself.
pub const CORE: u32 = 1;

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The handshake's own version: [`CORE`].
    pub core: u32,
    /// The negotiated version of what is spoken; for Terraform 5 or 6.
    pub version: u32,
    /// Where the plugin listens.
    pub address: Address,
    /// How it speaks.
    pub protocol: Protocol,
    /// The certificate that it will show, where the host asked for TLS.
    pub certificate: Option<CertificateDer<'static>>,
    /// Whether the broker's connections are multiplexed on the one socket; absent where the host did not ask.
    pub multiplex: Option<bool>,
}

/// How a plugin speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// gRPC: the only one that this crate speaks.
    Grpc,
    /// Go's net/rpc: what a line without the field means.
    NetRpc,
}

/// Why a line is no handshake. Each variant carries what stands in the line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HandshakeError {
    /// Longer than [`HANDSHAKE_LINE_MAX_BYTES`].
    #[error("the line is longer than {HANDSHAKE_LINE_MAX_BYTES} bytes")]
    TooLong,
    /// Fewer than four fields: something else was printed.
    #[error("the line has {found} fields, not at least 4")]
    FieldCount {
        /// The fields counted.
        found: usize,
    },
    /// The first field is no number, or another than [`CORE`].
    #[error("core version {found:?} is not \"{CORE}\"")]
    Core {
        /// What stands there.
        found: String,
    },
    /// The second field is no number.
    #[error("version {found:?} is no number")]
    Version {
        /// What stands there.
        found: String,
    },
    /// The third and fourth field are no address.
    #[error("it does not say where the plugin listens")]
    Address(#[source] AddressError),
    /// The fifth field is neither `grpc` nor `netrpc`.
    #[error("protocol {found:?} is neither \"grpc\" nor \"netrpc\"")]
    Protocol {
        /// What stands there.
        found: String,
    },
    /// The sixth field is not base64 as go-plugin reads it: standard alphabet, no padding.
    #[error("the certificate is not unpadded base64")]
    Base64(#[source] base64::DecodeError),
    /// The sixth field is base64 of something else than a certificate.
    #[error("the certificate cannot be read")]
    Certificate(#[source] rustls::Error),
    /// The seventh field is no boolean.
    #[error("multiplexing {found:?} is neither \"true\" nor \"false\"")]
    Multiplex {
        /// What stands there.
        found: String,
    },
}

impl Handshake {
    /// The handshake of a gRPC plugin that listens at `address`.
    #[must_use]
    pub fn new(version: u32, address: Address) -> Handshake {
        Handshake {
            core: CORE,
            version,
            address,
            protocol: Protocol::Grpc,
            certificate: None,
            multiplex: None,
        }
    }

    /// The line, without its newline. The sixth field is always there. The address must be [speakable](Address::is_speakable).
    #[must_use]
    pub fn line(&self) -> String {
        let protocol = match self.protocol {
            Protocol::Grpc => "grpc",
            Protocol::NetRpc => "netrpc",
        };
        let certificate = self.certificate.as_ref().map(|der| STANDARD_NO_PAD.encode(der));
        let mut line = format!(
            "{}|{}|{}|{}|{protocol}|{}",
            self.core,
            self.version,
            self.address.network(),
            self.address.text(),
            certificate.unwrap_or_default()
        );
        if let Some(multiplex) = self.multiplex {
            line.push_str(if multiplex { "|true" } else { "|false" });
        }
        line
    }

    /// The handshake of a line, with or without its newline and white space around it. Fields beyond the seventh are ignored, and
    /// a sixth too short for a certificate.
    ///
    /// # Errors
    /// The first thing wrong with it, from the left.
    pub fn parse(line: &str) -> Result<Handshake, HandshakeError> {
        if line.len() > HANDSHAKE_LINE_MAX_BYTES {
            return Err(HandshakeError::TooLong);
        }
        let fields: Vec<&str> = line.trim().split('|').collect();
        let [core, version, network, address, rest @ ..] = fields.as_slice() else {
            return Err(HandshakeError::FieldCount { found: fields.len() });
        };
        if number(core) != Some(CORE) {
            return Err(HandshakeError::Core { found: (*core).to_owned() });
        }
        let version =
            number(version).ok_or_else(|| HandshakeError::Version { found: (*version).to_owned() })?;
        Ok(Handshake {
            core: CORE,
            version,
            address: Address::parse(network, address).map_err(HandshakeError::Address)?,
            protocol: rest.first().map_or(Ok(Protocol::NetRpc), |field| protocol(field))?,
            certificate: rest.get(1).map_or(Ok(None), |field| certificate(field))?,
            multiplex: rest.get(2).map_or(Ok(None), |field| boolean(field).map(Some))?,
        })
    }
}

/// Decimal digits only: no sign, no space.
fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn protocol(field: &str) -> Result<Protocol, HandshakeError> {
    match field {
        "grpc" => Ok(Protocol::Grpc),
        "netrpc" => Ok(Protocol::NetRpc),
        other => Err(HandshakeError::Protocol { found: other.to_owned() }),
    }
}

fn certificate(field: &str) -> Result<Option<CertificateDer<'static>>, HandshakeError> {
    if field.chars().count() <= CERTIFICATE_IGNORED_CHARACTERS {
        return Ok(None);
    }
    let der = CertificateDer::from(STANDARD_NO_PAD.decode(field).map_err(HandshakeError::Base64)?);
    rustls::server::ParsedCertificate::try_from(&der).map_err(HandshakeError::Certificate)?;
    Ok(Some(der))
}

/// What Go's strconv.ParseBool takes.
fn boolean(field: &str) -> Result<bool, HandshakeError> {
    match field {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => Err(HandshakeError::Multiplex { found: other.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
