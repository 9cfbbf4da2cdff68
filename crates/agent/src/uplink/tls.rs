//! Whose certificates are trusted: those of this machine, or of one file.

use std::io;
use std::path::Path;
use std::sync::Arc;

use ashkar_terms::Blame;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::fault::Fault;

/// The largest file of certificates that is read, bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// TLS with the certificates that this machine trusts, or with those of the PEM file `ca` alone. Waits for the disk.
///
/// # Errors
/// [`Fault`] of the operator if the file holds none, of the station if the machine has none.
pub(crate) fn client_config(ca: Option<&Path>) -> Result<Arc<ClientConfig>, Fault> {
    let roots = match ca {
        Some(file) => of_file(file).map_err(|error| {
            Fault::new(Blame::Operator, format!("{}: no certificates can be read: {error}", file.display()))
        })?,
        None => of_machine()?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::new(Blame::Centre, error.to_string()))?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn of_file(file: &Path) -> io::Result<RootCertStore> {
    if std::fs::metadata(file)?.len() > MAX_FILE_BYTES {
        return Err(io::Error::other("the file is longer than 1 MiB"));
    }
    let pem = std::fs::read(file)?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
    }
    if roots.is_empty() { Err(io::Error::other("it holds no certificate in PEM")) } else { Ok(roots) }
}

/// A certificate that this program cannot read is left out: each machine has some.
fn of_machine() -> Result<RootCertStore, Fault> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        let reason =
            "this machine trusts no certificate authority: apt install ca-certificates, or give `ca`";
        return Err(Fault::new(Blame::Station, reason));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ca.pem");
        for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            std::fs::write(&file, text).unwrap();
            let fault = client_config(Some(&file)).unwrap_err();
            assert_eq!(fault.blame, Blame::Operator);
            assert!(fault.reason.contains("ca.pem: no certificates can be read"), "{fault}");
        }
        let missing = client_config(Some(&dir.path().join("none.pem"))).unwrap_err();
        assert!(missing.reason.contains("none.pem"), "{missing}");
    }
}
