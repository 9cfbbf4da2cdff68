//! The certificate that the site presents, and how a renewed one replaces it while the site runs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

/// The largest certificate or key file that is read, bytes; a long chain is some 10 kB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// A certificate chain and its key, read from two PEM files and read again when they change.
pub struct Certificate {
    provider: Arc<CryptoProvider>,
    /// The pair for new connections. Never one that does not belong together.
    shown: ArcSwap<CertifiedKey>,
    files: Mutex<Files>,
}

/// The paths of the pair, and what was found there last.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    seen: [u8; 32],
    /// Found once by [`Certificate::watch`]: it is used once it is found twice, so that a renewal may write its two
    /// files one after the other.
    settling: [u8; 32],
}

/// Result of reading the files again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reread {
    /// The files hold the same as before.
    Same,
    /// A new pair is presented from the next connection on.
    Renewed,
}

impl Certificate {
    /// Reads the pair from two PEM files.
    ///
    /// # Errors
    /// If a file cannot be read, holds no certificate or key, or the two do not belong together; the file is named.
    pub fn read(certificate: &Path, key: &Path) -> io::Result<Arc<Self>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let pair = Pair::read(certificate, key)?;
        let shown = ArcSwap::new(pair.check(&provider, certificate, key)?);
        let seen = pair.digest();
        let files = Files { certificate: certificate.to_owned(), key: key.to_owned(), seen, settling: seen };
        Ok(Arc::new(Self { provider, shown, files: Mutex::new(files) }))
    }

    /// Accepts connections with whatever pair is newest then; offers HTTP/2 and HTTP/1.1.
    ///
    /// # Errors
    /// If the library supports none of its own protocol versions.
    pub fn acceptor(self: &Arc<Self>) -> io::Result<TlsAcceptor> {
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files again on request. Waits for the disk.
    ///
    /// # Errors
    /// As [`Certificate::read`]; the pair that was presented then stays.
    pub fn reread(&self) -> io::Result<Reread> {
        let mut files = self.files.lock();
        let pair = Pair::read(&files.certificate, &files.key)?;
        files.settling = pair.digest();
        self.take(&mut files, &pair)
    }

    /// The same, from other files.
    ///
    /// # Errors
    /// As [`Certificate::read`]; then everything stays as it is.
    pub fn read_from(&self, certificate: &Path, key: &Path) -> io::Result<Reread> {
        let pair = Pair::read(certificate, key)?;
        pair.check(&self.provider, certificate, key)?;
        let mut files = self.files.lock();
        (files.certificate, files.key) = (certificate.to_owned(), key.to_owned());
        files.settling = pair.digest();
        self.take(&mut files, &pair)
    }

    /// Checks the files periodically. A change is judged when it is found the same twice, and only once. Waits for the
    /// disk.
    ///
    /// # Errors
    /// As [`Certificate::read`], once for each change; the pair that was presented then stays.
    pub fn watch(&self) -> io::Result<Reread> {
        let mut files = self.files.lock();
        let found = Pair::read(&files.certificate, &files.key);
        let digest =
            found.as_ref().map_or_else(|error| digest_of(&[error.to_string().as_bytes()]), Pair::digest);
        if digest != files.settling || digest == files.seen {
            files.settling = digest;
            return Ok(Reread::Same);
        }
        match found {
            Ok(pair) => self.take(&mut files, &pair),
            Err(error) => {
                files.seen = digest;
                Err(error)
            }
        }
    }

    fn take(&self, files: &mut Files, pair: &Pair) -> io::Result<Reread> {
        files.seen = pair.digest();
        let key = pair.check(&self.provider, &files.certificate, &files.key)?;
        let before = self.shown.swap(Arc::clone(&key));
        Ok(if before.cert == key.cert { Reread::Same } else { Reread::Renewed })
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.load_full())
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificate")
    }
}

/// Contents of the two files.
struct Pair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Pair {
    fn read(certificate: &Path, key: &Path) -> io::Result<Self> {
        Ok(Self { certificate: read(certificate)?, key: read(key)? })
    }

    fn digest(&self) -> [u8; 32] {
        digest_of(&[&self.certificate, &self.key])
    }

    fn check(
        &self,
        provider: &CryptoProvider,
        certificate: &Path,
        key: &Path,
    ) -> io::Result<Arc<CertifiedKey>> {
        let chain = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| named(certificate, &error))?;
        if chain.is_empty() {
            return Err(named(certificate, &"holds no certificate"));
        }
        let private = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| named(key, &error))?;
        let pair = CertifiedKey::from_der(chain, private, provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                named(key, &format!("is not the key of the certificate in {}", certificate.display()))
            }
            rustls::Error::InvalidCertificate(_) => named(certificate, &error),
            error => named(key, &error),
        })?;
        Ok(Arc::new(pair))
    }
}

fn digest_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    use io::Read;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| named(path, &error))?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| named(path, &error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(named(path, &format!("is larger than {MAX_FILE_BYTES} bytes; that is no PEM file")));
    }
    Ok(bytes)
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
}
