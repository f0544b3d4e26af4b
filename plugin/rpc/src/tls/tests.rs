//! Handshakes in memory: who is let in, and who is not.

use super::*;
use ::p521::ecdsa::signature::Signer as _;
use ::p521::ecdsa::{DerSignature, SigningKey};
use rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use rustls::sign::{CertifiedKey, Signer, SingleCertAndKey};
use rustls::{ProtocolVersion, SignatureAlgorithm, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// A certificate as go-plugin makes it, P-521 and its own authority, and the key that it was made with. For these tests only.
const GO: (&str, &str) =
    (include_str!("../../tests/data/p521.pem"), include_str!("../../tests/data/p521.key.pem"));

/// Signs with P-521, which ring cannot.
#[derive(Debug, Clone)]
struct P521Key(Arc<SigningKey>);

impl P521Key {
    /// The key of an RFC 5208 or RFC 5915 document: the 66 bytes after its first OCTET STRING of that length.
    fn from_pem(text: &str) -> P521Key {
        let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).expect("a key");
        let der = der.secret_pkcs8_der();
        let at = der.windows(2).position(|head| head == [4, 66]).expect("a scalar") + 2;
        P521Key(Arc::new(SigningKey::from_slice(&der[at..at + 66]).expect("a key")))
    }

    fn other() -> P521Key {
        let mut scalar = [7; 66];
        scalar[0] = 0;
        P521Key(Arc::new(SigningKey::from_slice(&scalar).expect("below the order")))
    }
}

impl rustls::sign::SigningKey for P521Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered
            .contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
            .then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        None
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature: DerSignature = self.0.sign(message);
        Ok(signature.as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

fn go_pin() -> Pin {
    Pin::from_pem(GO.0).expect("a certificate")
}

/// A certificate shown with any key, matching or not.
fn shown(certificate: &CertificateDer<'static>, key: Arc<dyn rustls::sign::SigningKey>) -> SingleCertAndKey {
    SingleCertAndKey::from(CertifiedKey::new(vec![certificate.clone()], key))
}

fn client(
    resolver: SingleCertAndKey,
    pin: &Pin,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(verifier::provider())
        .with_protocol_versions(versions)
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier::Pinned::new(pin))
        .with_client_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![ALPN.to_vec()];
    Arc::new(config)
}

fn server(resolver: SingleCertAndKey, pin: &Pin) -> Arc<ServerConfig> {
    let config = ServerConfig::builder_with_provider(verifier::provider())
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .expect("versions")
        .with_client_cert_verifier(verifier::Pinned::new(pin))
        .with_cert_resolver(Arc::new(resolver));
    Arc::new(config)
}

/// A handshake and a byte each way; the version, or the first side's error.
async fn meet(client: Arc<ClientConfig>, server: Arc<ServerConfig>) -> Result<ProtocolVersion, String> {
    let (near, far) = tokio::io::duplex(1 << 16);
    let accept = async {
        let mut stream = TlsAcceptor::from(server).accept(far).await?;
        stream.write_all(b"y").await?;
        let alpn = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        stream.read_u8().await.map(|_| alpn)
    };
    let connect = async {
        let mut stream = TlsConnector::from(client).connect(server_name(), near).await?;
        stream.write_all(b"x").await?;
        stream.read_u8().await?;
        stream.get_ref().1.protocol_version().ok_or_else(|| std::io::Error::other("no version"))
    };
    let (accepted, connected) = tokio::join!(accept, connect);
    let alpn = accepted.map_err(|error| format!("server: {error}"))?;
    assert!(alpn.is_none_or(|protocol| protocol == ALPN));
    connected.map_err(|error| format!("client: {error}"))
}

fn identity() -> (Identity, Pin) {
    let identity = Identity::generate().expect("an identity");
    let pin = Pin::from_der(identity.certificate().clone()).expect("a certificate");
    (identity, pin)
}

#[tokio::test]
async fn two_of_ours_meet_in_tls_1_3() {
    let ((host, host_pin), (plugin, plugin_pin)) = (identity(), identity());
    let version = meet(client_config(&host, &plugin_pin), server_config(&plugin, &host_pin)).await;
    assert_eq!(version, Ok(ProtocolVersion::TLSv1_3));
}

#[tokio::test]
async fn a_p521_certificate_is_taken_from_either_side_in_both_versions() {
    let (ours, our_pin) = identity();
    for (versions, expected) in [
        (&[&rustls::version::TLS13][..], ProtocolVersion::TLSv1_3),
        (&[&rustls::version::TLS12][..], ProtocolVersion::TLSv1_2),
    ] {
        let go = shown(go_pin().certificate(), Arc::new(P521Key::from_pem(GO.1)));
        let version = meet(client(go, &our_pin, versions), server_config(&ours, &go_pin())).await;
        assert_eq!(version, Ok(expected), "Go's host");
    }
    let go = shown(go_pin().certificate(), Arc::new(P521Key::from_pem(GO.1)));
    let version = meet(client_config(&ours, &go_pin()), server(go, &our_pin)).await;
    assert_eq!(version, Ok(ProtocolVersion::TLSv1_3), "Go's plugin");
}

#[tokio::test]
async fn the_right_certificate_with_another_key_is_refused() {
    let ((ours, our_pin), (stranger, _)) = (identity(), identity());
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12][..]] {
        let forged = shown(go_pin().certificate(), Arc::new(P521Key::other()));
        let refused = meet(client(forged, &our_pin, versions), server_config(&ours, &go_pin())).await;
        assert!(refused.as_ref().is_err_and(|error| error.contains("BadSignature")), "{refused:?}");

        let (_, known) = identity();
        let forged = shown(known.certificate(), Arc::clone(&stranger.certified().key));
        let refused = meet(client(forged, &our_pin, versions), server_config(&ours, &known)).await;
        assert!(refused.as_ref().is_err_and(|error| error.contains("BadSignature")), "{refused:?}");
    }
    let forged = shown(go_pin().certificate(), Arc::new(P521Key::other()));
    let refused = meet(client_config(&ours, &go_pin()), server(forged, &our_pin)).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn a_foreign_certificate_is_refused_on_either_side() {
    let ((host, host_pin), (plugin, plugin_pin), (stranger, stranger_pin)) =
        (identity(), identity(), identity());
    let refused = meet(client_config(&stranger, &plugin_pin), server_config(&plugin, &host_pin)).await;
    assert!(refused.as_ref().is_err_and(|error| error.contains("UnknownIssuer")), "{refused:?}");
    let refused = meet(client_config(&host, &stranger_pin), server_config(&plugin, &host_pin)).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    let ((_, host_pin), (plugin, plugin_pin)) = (identity(), identity());
    let config = ClientConfig::builder_with_provider(verifier::provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier::Pinned::new(&plugin_pin))
        .with_no_client_auth();
    let refused = meet(Arc::new(config), server_config(&plugin, &host_pin)).await;
    assert!(refused.as_ref().is_err_and(|error| error.contains("no certificates")), "{refused:?}");
}

#[test]
fn a_pin_is_exactly_one_certificate() {
    let (identity, _) = identity();
    let one = identity.pem();
    assert!(Pin::from_pem(&one).is_ok() && Pin::from_pem(GO.0).is_ok());
    assert!(Pin::from_pem(&format!("words before\n{one}")).is_ok());
    let broken = one.replacen("MII", "MIJ", 1);
    let key = GO.1;
    let cut = &one[..one.len() / 2];
    for wrong in ["", "x", "-----BEGIN CERTIFICATE-----", cut, &broken, key, &format!("{one}{one}")] {
        assert!(Pin::from_pem(wrong).is_err(), "{wrong}");
    }
}
