//! The server's certificate and key.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::{ServeError, TlsFiles};

/// What makes TLS of connections. Neither file's content reaches a message.
pub(super) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, ServeError> {
    let certificates = read(&files.certificates, "certificate", |bytes| {
        CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>()
    })?;
    if certificates.is_empty() {
        return Err(ServeError::TlsFile { path: files.certificates.clone(), what: "certificate" });
    }
    let key = read(&files.key, "private key", PrivateKeyDer::from_pem_slice)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pair = |source| ServeError::TlsPair {
        certificates: files.certificates.clone(),
        key: files.key.clone(),
        source,
    };
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(pair)?
        .with_no_client_auth();
    let mut config = config.with_single_cert(certificates, key).map_err(pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// No file of PEM for a server is larger.
const MAX_FILE_BYTES: u64 = 1 << 20;

fn read<T>(
    path: &Path,
    what: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<T, pem::Error>,
) -> Result<T, ServeError> {
    use std::io::Read;
    let unreadable = |source| ServeError::TlsUnreadable { path: path.to_owned(), source };
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    parse(&bytes).map_err(|_| ServeError::TlsFile { path: path.to_owned(), what })
}
