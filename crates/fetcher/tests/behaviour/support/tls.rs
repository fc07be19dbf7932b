//! TLS on loopback, with an authority of our own.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use dateline_fetcher::FetchSettings;
use rcgen::{CertifiedIssuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// A server whose certificate an authority of our own signed, which is in a file. Stopped when dropped.
pub(crate) struct TlsServer {
    pub(crate) address: SocketAddr,
    authority: PathBuf,
    accepting: JoinHandle<()>,
    _folder: TempDir,
}

impl TlsServer {
    /// Hands every connection for `host`, in one of the protocols that `alpn` names, to `serve`.
    pub(crate) async fn start<S, F>(host: &str, alpn: &[&[u8]], serve: S) -> Self
    where
        S: Fn(TlsStream<TcpStream>) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec![host.to_owned()])
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("authority.pem");
        std::fs::write(&path, authority.pem()).unwrap();

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        tls.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serve = Arc::new(serve);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, serve) = (acceptor.clone(), serve.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream).await;
                    }
                });
            }
        });
        Self { address, authority: path, accepting, _folder: folder }
    }

    /// Settings that reach `host` there and trust its authority.
    pub(crate) fn settings(&self, host: &str) -> FetchSettings {
        FetchSettings { extra_ca: vec![self.authority.clone()], ..super::settings(&[host], self.address) }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
