//! No address that isn't public, by whatever way it is named.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use dateline_fetcher::{
    FetchSettings,
    transport::{FailureKind, LiveTransport, Purpose, Request, Resolver, Transport},
};
use dateline_wire::RejectReason;
use futures_util::future::BoxFuture;

use crate::support::*;

async fn failure(live: &LiveTransport, address: &str) -> Option<FailureKind> {
    let request = Request::get(url(address), Purpose::Page);
    live.send(request).await.err().map(|error| error.kind)
}

#[tokio::test]
async fn inside_addresses_are_refused_in_every_notation() {
    let server = Server::always(Reply::page(PAGE)).await;
    let port = server.address.port();
    let live = LiveTransport::new(&FetchSettings::default()).unwrap();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.0.0.0x1",
        "127.0.0.1.",
        "0.0.0.0",
        "0",
        "１２７.０.０.１",
        "127.0.0.1%2e",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:0001]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "10.0.0.1",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
    ] {
        assert_eq!(
            failure(&live, &format!("http://{host}:{port}/")).await,
            Some(FailureKind::Address),
            "{host}"
        );
    }
    assert!(server.log().is_empty());
}

#[tokio::test]
async fn names_that_resolve_inside_are_refused() {
    let server = Server::always(Reply::page(PAGE)).await;
    let live = LiveTransport::new(&FetchSettings::default()).unwrap();
    let address = format!("http://localhost:{}/", server.address.port());
    assert_eq!(failure(&live, &address).await, Some(FailureKind::Address));
    let allowed =
        LiveTransport::new(&FetchSettings { allow_private_addresses: true, ..FetchSettings::default() })
            .unwrap();
    assert_eq!(failure(&allowed, &address).await, None);
}

#[tokio::test]
async fn redirects_to_inside_addresses_are_refused_for_feeds_and_pages() {
    let inside = Server::always(Reply::feed(&[])).await;
    let target = format!("http://127.0.0.1:{}/admin", inside.address.port());
    let outside = Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        "/meta" => Reply::page(&format!("<meta http-equiv=refresh content='0; url={target}'>")),
        _ => Reply::redirect(302, &target),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], outside.address));
    let outcome = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert!(outcome.feed.last_error.unwrap().to_string().contains("no public address"));
    for page in ["http://news.example/1", "http://news.example/meta"] {
        let error = fetcher.page(&url(page)).await.unwrap_err();
        assert_eq!((error.reason(), error.retry_in(1, monday())), (RejectReason::Address, None));
    }
    assert!(inside.log().is_empty());
}

/// Answers with a public address first, and with loopback ever after: DNS rebinding. No real resolver can be made to, so
/// this one stands in.
struct Rebinding(AtomicUsize);

impl Resolver for Rebinding {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        // Documentation's TEST-NET is not public either; 192.0.1.0 is, and nothing answers there.
        let address = if first { "192.0.1.0" } else { "127.0.0.1" };
        Box::pin(async move { Ok(vec![address.parse().map_err(io::Error::other)?]) })
    }
}

#[tokio::test]
async fn a_name_that_changes_its_answer_does_not_get_inside() {
    let server = Server::always(Reply::page(PAGE)).await;
    let settings =
        FetchSettings { connect_timeout: std::time::Duration::from_millis(200), ..FetchSettings::default() };
    let live = LiveTransport::with_resolver(&settings, Arc::new(Rebinding(AtomicUsize::new(0)))).unwrap();
    let address = format!("http://rebinding.example:{}/", server.address.port());
    // The first answer passes, and the connection goes there and nowhere else; the second is refused.
    assert_ne!(failure(&live, &address).await, Some(FailureKind::Address));
    assert_eq!(failure(&live, &address).await, Some(FailureKind::Address));
    assert!(server.log().is_empty());
}

/// Answers with an inside address beside a public one.
struct Mixed;

impl Resolver for Mixed {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async {
            ["127.0.0.1", "::1", "192.0.1.0"]
                .iter()
                .map(|text| text.parse().map_err(io::Error::other))
                .collect()
        })
    }
}

#[tokio::test]
async fn of_several_addresses_only_the_public_ones_are_tried() {
    let server = Server::always(Reply::page(PAGE)).await;
    let settings =
        FetchSettings { connect_timeout: std::time::Duration::from_millis(200), ..FetchSettings::default() };
    let live = LiveTransport::with_resolver(&settings, Arc::new(Mixed)).unwrap();
    let address = format!("http://mixed.example:{}/", server.address.port());
    assert!(failure(&live, &address).await.is_some());
    assert!(server.log().is_empty());
}

#[tokio::test]
async fn only_the_web_is_asked() {
    let live =
        LiveTransport::new(&FetchSettings { allow_private_addresses: true, ..FetchSettings::default() })
            .unwrap();
    for address in ["file:///etc/passwd", "ftp://news.example/", "data:text/html,x", "gopher://127.0.0.1/"] {
        assert_eq!(failure(&live, address).await, Some(FailureKind::Url), "{address}");
    }
    let long = format!("http://127.0.0.1/?{}", "q".repeat(1 << 16));
    assert_eq!(failure(&live, &long).await, Some(FailureKind::Url));
}
