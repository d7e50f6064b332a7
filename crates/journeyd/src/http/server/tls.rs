//! TLS, from files that may change while the server runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::config::Tls;
use crate::sync::{read, write};

/// Why there can be no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One file is named and the other is not.
    #[error("TLS needs both `server.tls.certificate` and `server.tls.key`")]
    Half,
    /// A file cannot be read, or is no PEM.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The certificate and the key do not go together, or are of a kind that is not known.
    #[error("the certificate {} and its key: {source}", path.display())]
    Unfit {
        /// The certificate.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// The files of TLS, and what was last read of them.
#[derive(Clone)]
pub struct TlsFiles(Arc<Files>);

struct Files {
    certificate: PathBuf,
    key: PathBuf,
    now: RwLock<(Changed, TlsAcceptor)>,
}

/// When the files were last written, as far as the system says.
type Changed = [Option<SystemTime>; 2];

impl TlsFiles {
    /// Reads the files; nothing if none is named.
    ///
    /// # Errors
    /// They cannot be used.
    pub fn load(settings: &Tls) -> Result<Option<TlsFiles>, TlsError> {
        let (certificate, key) = (settings.certificate.clone(), settings.key.clone());
        match [&certificate, &key].map(|path| path.as_os_str().is_empty()) {
            [true, true] => Ok(None),
            [false, false] => {
                let changed = changed(&certificate, &key);
                let now = RwLock::new((changed, acceptor(&certificate, &key)?));
                Ok(Some(TlsFiles(Arc::new(Files { certificate, key, now }))))
            }
            _ => Err(TlsError::Half),
        }
    }

    /// Reads the files again if they have changed; says whether they had. What was read before
    /// stays in use if they cannot be used.
    ///
    /// # Errors
    /// They cannot be used.
    pub fn renew(&self) -> Result<bool, TlsError> {
        let Files { certificate, key, now } = &*self.0;
        let changed = changed(certificate, key);
        if read(now).0 == changed {
            return Ok(false);
        }
        let acceptor = acceptor(certificate, key)?;
        *write(now) = (changed, acceptor);
        Ok(true)
    }

    /// What new connections are taken with.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        read(&self.0.now).1.clone()
    }
}

fn changed(certificate: &Path, key: &Path) -> Changed {
    [certificate, key].map(|path| path.metadata().and_then(|it| it.modified()).ok())
}

fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let file = |path: &Path, source| TlsError::File { path: path.to_owned(), source };
    let unfit = |source| TlsError::Unfit { path: certificate.to_owned(), source };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|source| file(certificate, source))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|source| file(key, source))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
