//! TLS: whom it trusts, and HTTP/2 over it.

use std::convert::Infallible;

use bytes::Bytes;
use dateline_fetcher::{
    FetchSettings, FetchSettingsError,
    transport::{FailureKind, LiveTransport, Purpose, Request, Transport},
};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::generate_simple_self_signed;
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::support::*;

/// A server that says in which version of HTTP it was asked, and for what.
async fn echo(host: &str, alpn: &[&[u8]]) -> TlsServer {
    TlsServer::start(host, alpn, async |stream| {
        let service = hyper::service::service_fn(async |request: hyper::Request<_>| {
            let _: &hyper::body::Incoming = request.body();
            let version = format!("{:?} {}", request.version(), request.uri().path());
            Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from(version))))
        });
        let _ = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(stream), service)
            .await;
    })
    .await
}

async fn ask(settings: &FetchSettings, address: &str) -> Result<String, FailureKind> {
    let live = LiveTransport::new(settings).unwrap();
    let request = Request::get(url(address), Purpose::Page);
    let answer = live.send(request).await.map_err(|error| error.kind)?;
    Ok(String::from_utf8(answer.body.to_vec()).unwrap())
}

#[tokio::test]
async fn an_extra_authority_is_trusted_and_connect_to_reaches_the_host_at_the_port_that_its_url_leaves_open()
{
    let server = echo("news.example", &[b"http/1.1"]).await;
    let settings = server.settings("news.example");
    let its_port = format!("https://news.example:{}/a", server.address.port());
    for address in
        ["https://news.example/a", "https://news.example:443/a", "https://NEWS.example/a", &its_port]
    {
        assert_eq!(ask(&settings, address).await.as_deref(), Ok("HTTP/1.1 /a"), "{address}");
    }
    // A port that the URL names is asked for at the given address.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let address = format!("https://news.example:{}/a", closed.port());
    assert_eq!(ask(&settings, &address).await, Err(FailureKind::Connect));
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_speaks_it() {
    let server = echo("news.example", &[b"h2", b"http/1.1"]).await;
    let answer = ask(&server.settings("news.example"), "https://news.example/a").await;
    assert_eq!(answer.as_deref(), Ok("HTTP/2.0 /a"));
}

#[tokio::test]
async fn an_unknown_authority_and_a_wrong_name_are_refused() {
    let server = echo("news.example", &[b"http/1.1"]).await;
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
    let live = LiveTransport::new(&settings(&["news.example"], address)).unwrap();
    let error = live.send(Request::get(url("https://news.example/"), Purpose::Page)).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Tls);
    assert!(error.to_string().contains("the server answers without it at this port"), "{error}");
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
        (FetchSettings { extra_ca: vec![empty], ..Default::default() }, "empty.pem: it holds no certificate"),
        (FetchSettings { extra_ca: vec!["missing.pem".into()], ..Default::default() }, "missing.pem"),
        (
            FetchSettings { connect_to: [("a".into(), "b".into())].into(), ..Default::default() },
            "127.0.0.1:8443",
        ),
        // The client asks nobody where an address is.
        (
            FetchSettings {
                connect_to: [("192.0.2.1".into(), "127.0.0.1:80".into())].into(),
                ..Default::default()
            },
            "expected a host with its address",
        ),
        (FetchSettings { max_header_bytes: 10, ..Default::default() }, "from 8192 to"),
        (FetchSettings { user_agent: "a\nb".into(), ..Default::default() }, "visible ASCII"),
    ] {
        let error: FetchSettingsError = LiveTransport::new(&settings).err().unwrap();
        assert!(error.to_string().contains(says), "{error}");
    }
    let key = generate_simple_self_signed(vec!["news.example".to_owned()]).unwrap();
    let path = folder.path().join("own.pem");
    std::fs::write(&path, key.cert.pem()).unwrap();
    assert!(LiveTransport::new(&FetchSettings { extra_ca: vec![path], ..Default::default() }).is_ok());
}
