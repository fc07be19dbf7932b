//! TLS: whom it trusts, and HTTP/2 over it.

use std::{convert::Infallible, net::SocketAddr, path::PathBuf, sync::Arc};

use bytes::Bytes;
use dateline_fetcher::{
    FetchSettings, SettingsError,
    transport::{FailureKind, Live, Purpose, Request, Transport},
};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedIssuer, KeyPair, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

use crate::support::*;

/// An authority of our own, in a file, and a server whose certificate it signed.
struct TlsServer {
    address: SocketAddr,
    authority: PathBuf,
    accepting: JoinHandle<()>,
    _folder: TempDir,
}

impl TlsServer {
    /// Serves the version of HTTP it was asked in, for `host`, in the versions that `alpn` names.
    async fn start(host: &str, alpn: &[&[u8]]) -> Self {
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
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = hyper::service::service_fn(async |request: hyper::Request<_>| {
                        let _: &hyper::body::Incoming = request.body();
                        let version = format!("{:?} {}", request.version(), request.uri().path());
                        Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from(version))))
                    });
                    let _ = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { address, authority: path, accepting, _folder: folder }
    }

    fn settings(&self, host: &str) -> FetchSettings {
        FetchSettings { extra_ca: vec![self.authority.clone()], ..settings(&[host], self.address) }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn ask(settings: &FetchSettings, address: &str) -> Result<String, FailureKind> {
    let live = Live::new(settings).unwrap();
    let request = Request { url: url(address), headers: Default::default(), purpose: Purpose::Page };
    let answer = live.send(request).await.map_err(|error| error.kind)?;
    Ok(String::from_utf8(answer.body.to_vec()).unwrap())
}

#[tokio::test]
async fn an_extra_authority_is_trusted_and_connect_to_reaches_the_host_at_any_port() {
    let server = TlsServer::start("news.example", &[b"http/1.1"]).await;
    let settings = server.settings("news.example");
    for address in ["https://news.example/a", "https://news.example:444/a", "https://NEWS.example/a"] {
        assert_eq!(ask(&settings, address).await.as_deref(), Ok("HTTP/1.1 /a"), "{address}");
    }
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_speaks_it() {
    let server = TlsServer::start("news.example", &[b"h2", b"http/1.1"]).await;
    let answer = ask(&server.settings("news.example"), "https://news.example/a").await;
    assert_eq!(answer.as_deref(), Ok("HTTP/2.0 /a"));
}

#[tokio::test]
async fn an_unknown_authority_and_a_wrong_name_are_refused() {
    let server = TlsServer::start("news.example", &[b"http/1.1"]).await;
    let untrusting = FetchSettings { extra_ca: Vec::new(), ..server.settings("news.example") };
    assert_eq!(ask(&untrusting, "https://news.example/").await, Err(FailureKind::Tls));
    let other = server.settings("other.example");
    assert_eq!(ask(&other, "https://other.example/").await, Err(FailureKind::Tls));
}

#[tokio::test]
async fn a_server_without_tls_is_refused_and_one_that_stalls_in_it_is_left() {
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let answering = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    assert_eq!(
        ask(&settings(&["news.example"], address), "https://news.example/").await,
        Err(FailureKind::Tls)
    );
    answering.await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let impatient = FetchSettings {
        connect_timeout: std::time::Duration::from_millis(200),
        ..settings(&["news.example"], listener.local_addr().unwrap())
    };
    assert_eq!(ask(&impatient, "https://news.example/").await, Err(FailureKind::Timeout));
}

#[test]
fn settings_that_cannot_work_say_what_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    for (settings, says) in [
        (FetchSettings { extra_ca: vec![empty], ..Default::default() }, "empty.pem: holds no certificate"),
        (FetchSettings { extra_ca: vec!["missing.pem".into()], ..Default::default() }, "missing.pem"),
        (
            FetchSettings { connect_to: [("a".into(), "b".into())].into(), ..Default::default() },
            "127.0.0.1:8443",
        ),
        (FetchSettings { max_header_bytes: 10, ..Default::default() }, "at least 8192"),
        (FetchSettings { user_agent: "a\nb".into(), ..Default::default() }, "visible ASCII"),
    ] {
        let error: SettingsError = Live::new(&settings).err().unwrap();
        assert!(error.to_string().contains(says), "{error}");
    }
    let key = generate_simple_self_signed(vec!["news.example".to_owned()]).unwrap();
    let path = folder.path().join("own.pem");
    std::fs::write(&path, key.cert.pem()).unwrap();
    assert!(Live::new(&FetchSettings { extra_ca: vec![path], ..Default::default() }).is_ok());
}
