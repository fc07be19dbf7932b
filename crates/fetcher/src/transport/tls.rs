//! Whom TLS trusts.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::FetchSettingsError;

/// A configuration that speaks HTTP/2 or HTTP/1.1, and trusts the system's authorities and those in `extra`, with its own crypto provider: nothing is
/// installed for the whole process.
///
/// # Errors
/// If one of `extra` cannot be read, or holds no certificate.
pub fn client_config(extra: &[PathBuf]) -> Result<ClientConfig, FetchSettingsError> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!(%error, "an authority of the system cannot be read");
    }
    // The system's store may hold certificates too old for the library; the rest still count.
    let (trusted, _) = roots.add_parsable_certificates(system.certs);
    if trusted == 0 && extra.is_empty() {
        tracing::warn!(
            "the system trusts no authority: every https exchange will fail; install ca-certificates"
        );
    }
    for path in extra {
        roots.extend(read_authorities(path)?.roots);
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The authorities in the PEM file at `path`: one or more.
pub(crate) fn read_authorities(path: &Path) -> Result<RootCertStore, FetchSettingsError> {
    let failed = |why: String| FetchSettingsError::ExtraCa { path: path.to_owned(), why };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(error.to_string()))?;
    if certificates.is_empty() {
        return Err(failed("it holds no certificate".to_owned()));
    }
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|error| failed(error.to_string()))?;
    }
    Ok(roots)
}

fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}
