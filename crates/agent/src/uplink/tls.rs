//! Whose certificates are trusted: those of this machine, or of one file.

use std::io;
use std::path::Path;
use std::sync::Arc;

use ashkar_terms::Blame;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

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
        None => (of_machine()?, Vec::new()),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::new(Blame::Centre, error.to_string()))?;
    let pinned = roots.1;
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots.0), Arc::clone(&provider)).build();
    let verifier = verifier.map_err(|error| Fault::new(Blame::Operator, error.to_string()))?;
    let verifier = Arc::new(Verifier { verifier, pinned });
    let mut config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Certificates of authorities, and those that stand for themselves.
type Trusted = (RootCertStore, Vec<CertificateDer<'static>>);

fn of_file(file: &Path) -> io::Result<Trusted> {
    if std::fs::metadata(file)?.len() > MAX_FILE_BYTES {
        return Err(io::Error::other("the file is longer than 1 MiB"));
    }
    let pem = std::fs::read(file)?;
    let mut roots = RootCertStore::empty();
    let mut all = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(io::Error::other)?;
        roots.add(certificate.clone()).map_err(io::Error::other)?;
        all.push(certificate);
    }
    if all.is_empty() { Err(io::Error::other("it holds no certificate in PEM")) } else { Ok((roots, all)) }
}

/// The usual verifier; and a server may show a certificate of the operator's file itself, as one that signed itself
/// does. Its name is verified, and that it has the key; there is no chain to follow and no date to keep, since the
/// operator named this very certificate.
#[derive(Debug)]
struct Verifier {
    verifier: Arc<WebPkiServerVerifier>,
    pinned: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.pinned.iter().any(|pinned| pinned == end_entity) {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
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
