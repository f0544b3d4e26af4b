//! Who is let in over TLS, and who is not.

use super::bare::{Bare, Start, in_time};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use std::sync::Arc;
use tf_plugin::{Identity, Pin, Stream, tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What opens an HTTP/2 connection: the client's preface and empty settings.
const HELLO: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Whether a client with `config` is answered.
async fn is_answered(bare: &Bare, config: Option<Arc<ClientConfig>>) -> bool {
    let Ok(mut stream) = Stream::connect(&bare.handshake.address, config).await else { return false };
    let talk = async {
        stream.write_all(HELLO).await?;
        stream.flush().await?;
        // A frame of settings: its type is the fourth byte.
        let mut answer = [0; 9];
        stream.read_exact(&mut answer).await.map(|_| answer[3] == 4)
    };
    in_time(talk).await.unwrap_or(false)
}

#[tokio::test]
async fn only_the_host_is_answered() {
    let bare = Start::tls().serve().await;
    let pin = Pin::from_der(bare.handshake.certificate.clone().expect("TLS")).expect("a certificate");
    let stranger = Identity::generate().expect("an identity");
    assert!(is_answered(&bare, bare.tls()).await, "the host");
    assert!(!is_answered(&bare, None).await, "in plain text");
    assert!(!is_answered(&bare, Some(tls::client_config(&stranger, &pin))).await, "a foreign certificate");
    assert!(!is_answered(&bare, Some(trusting(None))).await, "no certificate");
    let host = bare.identity.as_ref().expect("TLS").certificate().clone();
    assert!(!is_answered(&bare, Some(trusting(Some(host)))).await, "the host's certificate with another key");
    assert!(is_answered(&bare, bare.tls()).await, "the host again");
    let (status, _, logged) = bare.shutdown().await;
    assert!(status.success());
    assert!(logged.contains("a connection was refused"), "{logged}");
}

/// A client that takes any server and shows `certificate` with a key that is not its own, or nothing.
fn trusting(certificate: Option<CertificateDer<'static>>) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trusting));
    Arc::new(match certificate {
        None => builder.with_no_client_auth(),
        Some(certificate) => {
            let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
            let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
            let signer = rustls::crypto::ring::sign::any_ecdsa_type(&key).expect("a key");
            let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], signer));
            builder.with_client_cert_resolver(Arc::new(shown))
        }
    })
}

#[derive(Debug)]
struct Trusting;

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}
