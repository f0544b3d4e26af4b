//! The verifier of both roles: the certificate is the pinned one byte for byte, and its key signed this handshake.

use super::Pin;
use super::p521::ECDSA_P521_SHA512;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use std::sync::{Arc, LazyLock};

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// A scheme and the algorithms that verify it.
type Scheme = (SignatureScheme, &'static [Algorithm]);

/// ring's algorithms and P-521's.
static ALGORITHMS: LazyLock<Vec<Algorithm>> = LazyLock::new(|| {
    let mut algorithms = ring().all.to_vec();
    algorithms.push(ECDSA_P521_SHA512);
    algorithms
});

/// ring's schemes and P-521's.
static SCHEMES: LazyLock<Vec<Scheme>> = LazyLock::new(|| {
    static P521: &[Algorithm] = &[ECDSA_P521_SHA512];
    let mut schemes = ring().mapping.to_vec();
    schemes.push((SignatureScheme::ECDSA_NISTP521_SHA512, P521));
    schemes
});

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
    let algorithms = algorithms();
    Arc::new(CryptoProvider {
        signature_verification_algorithms: algorithms,
        ..rustls::crypto::ring::default_provider()
    })
});

fn algorithms() -> WebPkiSupportedAlgorithms {
    WebPkiSupportedAlgorithms { all: &ALGORITHMS, mapping: &SCHEMES }
}

fn ring() -> WebPkiSupportedAlgorithms {
    rustls::crypto::ring::default_provider().signature_verification_algorithms
}

/// ring, with P-521's signatures.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::clone(&PROVIDER)
}

/// Takes one certificate, whoever shows it, and only with a signature of its key.
#[derive(Debug)]
pub(super) struct Pinned(Pin);

impl Pinned {
    pub(super) fn new(pin: &Pin) -> Arc<Pinned> {
        Arc::new(Pinned(pin.clone()))
    }

    fn check(&self, shown: &CertificateDer<'_>) -> Result<(), Error> {
        if shown == self.0.certificate() {
            Ok(())
        } else {
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
        }
    }
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // No hint: a Go client then shows the one certificate that it has.
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        algorithms().supported_schemes()
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        algorithms().supported_schemes()
    }
}
