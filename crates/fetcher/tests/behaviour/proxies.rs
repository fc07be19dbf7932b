//! Through real proxies: tinyproxy speaks HTTP, microsocks SOCKS 5. Both resolve names themselves, and `localhost` is a name
//! that leads inside wherever they run.

use std::process::Command;

use dateline_fetcher::{
    Clock, FetchSettings, FetchSettingsError,
    transport::{
        FailureKind, LiveTransport, ProxyCredentials, Purpose, RecordSettings, RecordingTransport, Request,
        Secrets, Transport, TransportError,
    },
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    proxy::{CREDENTIALS, ProxyProgram, nobody, tls_in_front_of},
    *,
};

fn through(proxy: &str) -> FetchSettings {
    FetchSettings { proxy: proxy.to_owned(), ..FetchSettings::default() }
}

async fn ask(settings: &FetchSettings, address: &str) -> Result<u16, TransportError> {
    let live = LiveTransport::new(settings).unwrap();
    Ok(live.send(Request::get(url(address), Purpose::Page)).await?.status)
}

/// A server with TLS that gives every request the same page.
async fn tls_page() -> TlsServer {
    TlsServer::start("localhost", &[b"http/1.1"], async |mut stream| {
        let _ = stream.read(&mut [0; 4096]).await;
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{PAGE}", PAGE.len());
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
    })
    .await
}

#[tokio::test]
async fn requests_pass_an_http_proxy_that_resolves_the_names() {
    let Some(proxy) = ProxyProgram::tinyproxy("").await else { return };
    let server = Server::always(Reply::page(PAGE)).await;
    let settings = through(&format!("http://{}", proxy.address));
    let port = server.address.port();
    assert_eq!(ask(&settings, &format!("http://localhost:{port}/a")).await.unwrap(), 200);
    assert_eq!(server.paths(), ["/a"]);
    assert!(proxy.log().contains(&format!("GET http://localhost:{port}/a")), "{}", proxy.log());

    let secure = tls_page().await;
    let settings =
        FetchSettings { connect_to: Default::default(), proxy: settings.proxy, ..secure.settings("x") };
    let port = secure.address.port();
    assert_eq!(ask(&settings, &format!("https://localhost:{port}/")).await.unwrap(), 200);
    assert!(proxy.log().contains(&format!("CONNECT localhost:{port}")), "{}", proxy.log());
}

#[tokio::test]
async fn requests_pass_a_proxy_that_speaks_tls_and_has_a_name_that_resolves_inside() {
    // Whatever it is asked for, it asks the server, so that any name will do.
    let server = Server::always(Reply::page(PAGE)).await;
    let onward = format!("Upstream http {}", server.address);
    let Some(proxy) = ProxyProgram::tinyproxy(&onward).await else { return };
    let front = tls_in_front_of("localhost", proxy.address).await;
    let settings = FetchSettings {
        proxy: format!("https://localhost:{}", front.address.port()),
        connect_to: Default::default(),
        ..front.settings("x")
    };
    assert_eq!(ask(&settings, "http://news.example/a").await.unwrap(), 200);
    assert_eq!(server.paths(), ["http://news.example:80/a"]);
    let refused = ask(&settings, "http://localhost/a").await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.detail.as_str()),
        (FailureKind::Address, "localhost is the proxy itself")
    );
}

#[tokio::test]
async fn requests_pass_a_socks_proxy_that_resolves_the_names_and_demands_credentials() {
    let Some(proxy) = ProxyProgram::microsocks().await else { return };
    let server = Server::always(Reply::page(PAGE)).await;
    let settings = FetchSettings {
        proxy_credentials: Some(CREDENTIALS.parse().unwrap()),
        ..through(&format!("socks5h://{}", proxy.address))
    };
    assert_eq!(ask(&settings, &format!("http://localhost:{}/a", server.address.port())).await.unwrap(), 200);
    assert_eq!(server.paths(), ["/a"]);
    let secure = tls_page().await;
    let trusting = FetchSettings { connect_to: Default::default(), ..secure.settings("x") };
    let settings = FetchSettings { extra_ca: trusting.extra_ca, ..settings };
    assert_eq!(ask(&settings, &format!("https://localhost:{}/", secure.address.port())).await.unwrap(), 200);

    let without = FetchSettings { proxy_credentials: None, ..settings };
    let refused = ask(&without, &format!("http://localhost:{}/b", server.address.port())).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Connect);
    assert_eq!(server.paths(), ["/a"]);
}

#[tokio::test]
async fn credentials_come_from_a_file_and_are_shown_nowhere() {
    let Some(proxy) = ProxyProgram::tinyproxy("BasicAuth reporter sesame7").await else { return };
    let server = Server::always(Reply::page(PAGE)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proxy");
    std::fs::write(&file, "reporter:sesame7\n").unwrap();
    let settings = FetchSettings {
        proxy_credentials_file: Some(file.clone()),
        ..through(&format!("http://{}", proxy.address))
    };
    let address = format!("http://localhost:{}/a", server.address.port());
    let recorded = folder.path().join("recording.warc.gz");
    let about = RecordSettings { seed: 1, record_ids: [1; 16], secrets: Secrets::default() };
    let live = LiveTransport::new(&settings).unwrap();
    let recording = RecordingTransport::open(live, &recorded, about, Clock::System).unwrap();
    let answer = recording.send(Request::get(url(&address), Purpose::Page)).await.unwrap();
    assert_eq!(answer.status, 200);

    std::fs::write(&file, "reporter:wrong").unwrap();
    // tinyproxy says 401 where RFC 9110, section 15.5.8, says 407.
    assert!(matches!(ask(&settings, &address).await.unwrap(), 401 | 407));
    let secure = format!("https://localhost:{}/", server.address.port());
    let refused = ask(&settings, &secure).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Connect);

    let mut text = String::new();
    let bytes = std::fs::read(&recorded).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(&bytes[..]), &mut text).unwrap();
    let given: ProxyCredentials = "reporter:sesame7".parse().unwrap();
    let shown = [
        text,
        refused.detail,
        format!("{:?} {given:?}", FetchSettings { proxy_credentials: Some(given.clone()), ..settings }),
    ];
    for text in shown {
        // The second as Basic credentials have it.
        for secret in
            ["sesame7", "wrong", "cmVwb3J0ZXI6c2VzYW1lNw", "Proxy-Authorization", "proxy-authorization"]
        {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[tokio::test]
async fn inside_addresses_are_refused_before_the_proxy_is_asked() {
    let Some(proxy) = ProxyProgram::tinyproxy("").await else { return };
    let server = Server::always(Reply::page(PAGE)).await;
    let settings = through(&format!("http://{}", proxy.address));
    for address in
        [server.address.to_string(), proxy.address.to_string(), "[::1]:80".into(), "10.0.0.1".into()]
    {
        let refused = ask(&settings, &format!("http://{address}/a")).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Address, "{address}");
    }
    assert!(server.log().is_empty());
    assert!(!proxy.log().contains("GET"), "{}", proxy.log());
}

#[tokio::test]
async fn what_no_proxy_and_connect_to_name_is_reached_without_the_proxy() {
    let server = Server::always(Reply::page(PAGE)).await;
    let placed = settings(&["news.example"], server.address);
    let behind = FetchSettings { proxy: format!("http://{}", nobody().await), ..placed };
    assert_eq!(ask(&behind, "http://news.example/a").await.unwrap(), 200);
    let refused = ask(&behind, "http://other.example/a").await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Connect);
    // The filter holds for what is reached without it.
    let direct = FetchSettings { no_proxy: vec!["localhost".into()], ..behind };
    let address = format!("http://localhost:{}/b", server.address.port());
    assert_eq!(ask(&direct, &address).await.unwrap_err().kind, FailureKind::Address);
    let open = FetchSettings { allow_private_addresses: true, ..direct };
    assert_eq!(ask(&open, &address).await.unwrap(), 200);
    assert_eq!(server.paths(), ["/a", "/b"]);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_fails_the_request_and_nothing_goes_past_it() {
    let server = Server::always(Reply::page(PAGE)).await;
    let nobody = nobody().await;
    for proxy in [format!("http://{nobody}"), format!("https://{nobody}"), format!("socks5h://{nobody}")] {
        let settings = FetchSettings { allow_private_addresses: true, ..through(&proxy) };
        let failed =
            ask(&settings, &format!("http://localhost:{}/", server.address.port())).await.unwrap_err();
        assert_eq!(failed.kind, FailureKind::Connect, "{proxy}: {failed}");
    }
    assert!(server.log().is_empty());
}

/// The environment belongs to the whole process, so each case is a process of its own: this test, run again.
#[tokio::test]
async fn the_environment_names_a_proxy_only_where_the_settings_say_so() {
    const CASE: &str = "PROXY_TEST_SETTING";
    if let (Ok(proxy), Ok(address)) = (std::env::var(CASE), std::env::var("PROXY_TEST_ADDRESS")) {
        let settings = FetchSettings { allow_private_addresses: true, ..through(&proxy) };
        let status = ask(&settings, &address)
            .await
            .map_or_else(|error| error.kind.as_str().to_owned(), |status| status.to_string());
        eprintln!("came to {status}.");
        return;
    }
    let server = Server::always(Reply::page(PAGE)).await;
    let address = format!("http://localhost:{}/", server.address.port());
    let nobody = format!("http://user:pass@{}", nobody().await);
    let name = "proxies::the_environment_names_a_proxy_only_where_the_settings_say_so";
    for (setting, variable, comes_to) in [
        ("", "HTTP_PROXY", "200"),
        ("", "all_proxy", "200"),
        ("environment", "HTTP_PROXY", "connect"),
        ("environment", "http_proxy", "connect"),
        ("environment", "ALL_PROXY", "connect"),
        ("environment", "HTTPS_PROXY", "200"),
    ] {
        let mut case = Command::new(std::env::current_exe().unwrap());
        case.args(["--exact", name, "--nocapture"])
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .env(variable, &nobody)
            .env(CASE, setting)
            .env("PROXY_TEST_ADDRESS", &address);
        // The server runs on this thread: it must not be kept waiting.
        let case = tokio::task::spawn_blocking(move || case.output()).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&case.stderr);
        assert!(said.contains(&format!("came to {comes_to}.")), "{setting} {variable}: {said}");
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_without_showing_a_password() {
    for (proxy, says) in [
        ("http://reporter:sesame7@proxy.example:3128", "user name and password never stand there"),
        ("socks4://proxy.example", "expected an address such as"),
        ("proxy.example:3128", "expected an address"),
        ("http://reporter:sesame7@proxy.example:3128/path", "expected an address"),
        ("http://", "expected an address"),
    ] {
        let error: FetchSettingsError = LiveTransport::new(&through(proxy)).err().unwrap();
        let said = error.to_string();
        assert!(said.starts_with("`proxy` in [fetch]: ") && said.contains(says), "{proxy}: {said}");
        assert!(!format!("{said} {error:?}").contains("sesame7"));
    }
    let settings = FetchSettings {
        proxy_credentials_file: Some("missing".into()),
        ..through("http://proxy.example:3128")
    };
    assert!(
        LiveTransport::new(&settings)
            .err()
            .unwrap()
            .to_string()
            .starts_with("`proxy_credentials_file` in [fetch] is missing: ")
    );
    assert!("no colon".parse::<ProxyCredentials>().is_err());
}
