//! TLS between a host and its plugin: each side shows one certificate, each side takes exactly one.
//!
//! The trust is a [`Pin`], the peer's whole certificate, handed over beforehand (in `PLUGIN_CLIENT_CERT`, in the handshake line).
//! As a certificate is public, the peer also has to sign the handshake with its key, and that signature is verified: with
//! ring's algorithms, and for go-plugin's own P-521 certificates with RustCrypto's. No certificate authority, name, or date decides.
//! TLS 1.2 and later, ALPN `h2` always, no resumption.

use crate::identity::{Identity, NAME};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, ServerConfig};
use std::sync::Arc;

mod p521;
mod verifier;

#[cfg(test)]
mod tests;

/// The only application protocol: HTTP/2. Hosts of newer Go refuse a server that does not say so.
const ALPN: &[u8] = b"h2";

/// The one certificate that the peer must show, and whose key it must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin(CertificateDer<'static>);

/// Why a text or bytes are no [`Pin`].
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// Not PEM.
    #[error("it is not PEM")]
    Pem(#[source] pem::Error),
    /// No certificate, or more than one.
    #[error("it holds {found} certificates, not one")]
    Count {
        /// The certificates counted.
        found: usize,
    },
    /// The certificate cannot be read.
    #[error("its certificate cannot be read")]
    Certificate(#[source] rustls::Error),
}

impl Pin {
    /// The certificate of a PEM text, as in `PLUGIN_CLIENT_CERT`.
    ///
    /// # Errors
    /// Unless it holds exactly one certificate, and one that can be read.
    pub fn from_pem(text: &str) -> Result<Pin, PinError> {
        let certificates = CertificateDer::pem_slice_iter(text.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(PinError::Pem)?;
        match <[CertificateDer<'static>; 1]>::try_from(certificates) {
            Ok([certificate]) => Pin::from_der(certificate),
            Err(certificates) => Err(PinError::Count { found: certificates.len() }),
        }
    }

    /// The certificate itself, as a handshake line carries it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn from_der(certificate: CertificateDer<'static>) -> Result<Pin, PinError> {
        rustls::server::ParsedCertificate::try_from(&certificate).map_err(PinError::Certificate)?;
        Ok(Pin(certificate))
    }

    /// The certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.0
    }
}

/// A server that is `identity` and takes only the client that is `pin`.
#[must_use]
pub fn server_config(identity: &Identity, pin: &Pin) -> Arc<ServerConfig> {
    let resolver = Arc::new(SingleCertAndKey::from((*identity.certified()).clone()));
    let mut config = ServerConfig::builder_with_provider(verifier::provider())
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .expect("ring has suites for TLS 1.2 and 1.3")
        .with_client_cert_verifier(verifier::Pinned::new(pin))
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Arc::new(config)
}

/// A client that is `identity` and takes only the server that is `pin`.
#[must_use]
pub fn client_config(identity: &Identity, pin: &Pin) -> Arc<ClientConfig> {
    let resolver = Arc::new(SingleCertAndKey::from((*identity.certified()).clone()));
    let mut config = ClientConfig::builder_with_provider(verifier::provider())
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .expect("ring has suites for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier::Pinned::new(pin))
        .with_client_cert_resolver(resolver);
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config)
}

/// The name that clients ask for: `localhost`, as go-plugin's do.
#[must_use]
pub fn server_name() -> ServerName<'static> {
    ServerName::try_from(NAME).expect("a valid name")
}
