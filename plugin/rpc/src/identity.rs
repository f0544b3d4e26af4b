//! A certificate and its key, made for one process's life: each side shows one to the other and pins the one it was shown.
//!
//! The key never leaves the process and is printed by nothing.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long before now a certificate begins, for clocks that differ a little: as go-plugin has it.
const BEFORE: Duration = Duration::from_secs(30);
/// How long after now it ends, about thirty years: as go-plugin has it.
const AFTER: Duration = Duration::from_secs(262_980 * 3600);
/// The one name in every certificate; hosts check it.
pub(crate) const NAME: &str = "localhost";

/// A self-signed certificate with its key: P-256, for `localhost`, for servers and clients.
#[derive(Clone)]
pub struct Identity {
    certified: Arc<CertifiedKey>,
    certificate: CertificateDer<'static>,
}

/// Why no identity could be made.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No key or no signature: the system gives no random numbers.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The new key was not understood.
    #[error("cannot use a new key")]
    Key(#[from] rustls::Error),
}

impl Identity {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Identity, IdentityError> {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let certificate = CertificateDer::from(params()?.self_signed(&key)?);
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signer = rustls::crypto::ring::sign::any_ecdsa_type(&key)?;
        let certified = Arc::new(CertifiedKey::new(vec![certificate.clone()], signer));
        Ok(Identity { certified, certificate })
    }

    /// The certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The certificate, PEM: what `PLUGIN_CLIENT_CERT` holds.
    #[must_use]
    pub fn pem(&self) -> String {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(&self.certificate);
        let mut pem = String::with_capacity(text.len() + text.len() / 64 + 60);
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        for start in (0..text.len()).step_by(64) {
            pem.push_str(&text[start..text.len().min(start + 64)]);
            pem.push('\n');
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        pem
    }

    /// Certificate and key as rustls takes them.
    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("certificate_bytes", &self.certificate.len()).finish_non_exhaustive()
    }
}

fn params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec![NAME.to_owned()])?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    // A Go peer adds the certificate to its pool of roots and verifies it against itself.
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages =
        vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyAgreement, KeyUsagePurpose::KeyCertSign];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(BEFORE);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + now.saturating_sub(BEFORE);
    params.not_after = epoch + now + AFTER;
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;

    #[test]
    fn each_is_another_and_its_pem_is_its_certificate() {
        let first = Identity::generate().expect("an identity");
        let second = Identity::generate().expect("an identity");
        assert_ne!(first.certificate(), second.certificate());
        let read = CertificateDer::from_pem_slice(first.pem().as_bytes()).expect("a certificate");
        assert_eq!(&read, first.certificate());
        assert!(first.pem().lines().all(|line| line.len() <= 64));
    }

    #[test]
    fn the_key_is_not_printed() {
        let text = format!("{:?}", Identity::generate().expect("an identity"));
        assert_eq!(
            text.split_once(':').map(|(start, _)| start),
            Some("Identity { certificate_bytes"),
            "{text}"
        );
    }

    #[test]
    fn a_host_finds_localhost_in_it() {
        let identity = Identity::generate().expect("an identity");
        let parsed = rustls::server::ParsedCertificate::try_from(identity.certificate()).expect("X.509");
        let name = rustls::pki_types::ServerName::try_from(NAME).expect("a name");
        rustls::client::verify_server_name(&parsed, &name).expect("the name is in it");
    }
}
