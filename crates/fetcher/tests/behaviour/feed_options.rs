//! What one feed is given beyond its address.

use std::time::Duration;

use dateline_fetcher::{
    Authorization, Feed, FeedOptions, PageFailure, PollInterval, RobotsRule,
    transport::{ProxyChoice, ProxyCredentials, ProxyServer},
};
use dateline_wire::FeedState;
use http::{HeaderMap, HeaderValue};

use crate::support::*;

const ADDRESS: &str = "http://news.example/feed.xml";
const ROBOTS: &str = "User-agent: Dateline\nDisallow: /\n\nUser-agent: Reader\nAllow: /\n";

/// A server that has the feed's address answer from another host, a page, and a robots.txt that lets a `Reader` in and us not.
async fn server() -> Server {
    Server::start(|asked| match (asked.host(), asked.path.as_str()) {
        ("news.example", "/feed.xml") => Reply::redirect(302, "http://other.example/feed.xml"),
        (_, "/robots.txt") => Reply::new(200, &[("content-type", "text/plain")], ROBOTS),
        (_, "/feed.xml") => Reply::feed(&[]),
        _ => Reply::page(PAGE),
    })
    .await
}

fn given(options: FeedOptions) -> Feed {
    configured(ADDRESS).with_options(options)
}

async fn poll_of(fetcher: &dateline_fetcher::Fetcher, feed: &Feed) -> FeedState {
    fetcher.poll(&FeedState::new(feed.published(), monday()), feed).await.feed
}

#[tokio::test]
async fn a_feeds_own_fields_and_credentials_go_to_its_server_and_to_no_other() {
    let server = server().await;
    let fetcher = fetcher(settings(&["news.example", "other.example"], server.address));
    let headers = HeaderMap::from_iter([("x-reader".parse().unwrap(), HeaderValue::from_static("7"))]);
    // The name that robots.txt lets in.
    let user_agent = Some(HeaderValue::from_static("Reader/1"));
    let feed = given(FeedOptions { headers, user_agent, ..FeedOptions::default() })
        .with_authorization(Authorization::bearer("abc").unwrap());
    poll_of(&fetcher, &feed).await;
    for page in ["http://news.example/1", "http://other.example/1"] {
        fetcher.page_of(&url(page), Some(&feed)).await.unwrap();
    }
    let asked = server.log();
    let told = |host: &str, path: &str| {
        let asked = asked.iter().find(|asked| asked.host() == host && asked.path == path).unwrap();
        (asked.header("x-reader").is_some(), asked.header("authorization").is_some())
    };
    assert_eq!(told("news.example", "/feed.xml"), (true, true));
    assert_eq!(told("other.example", "/feed.xml"), (false, false));
    assert_eq!(told("news.example", "/1"), (true, true));
    assert_eq!(told("other.example", "/1"), (false, false));
    assert_eq!(told("news.example", "/robots.txt"), (true, false), "robots.txt is for everybody");
}

#[tokio::test]
async fn a_feeds_own_user_agent_asks_for_feed_robots_and_pages_and_obeys_the_rules_for_its_name() {
    let server = server().await;
    let fetcher = fetcher(settings(&["news.example", "other.example"], server.address));
    let page = url("http://news.example/1");
    let refused = fetcher.page_of(&page, Some(&configured(ADDRESS))).await.unwrap_err();
    assert_eq!(refused.failure, PageFailure::Robots);
    let agent = HeaderValue::from_static("Reader/1 (+https://reader.example)");
    let feed = given(FeedOptions { user_agent: Some(agent.clone()), ..FeedOptions::default() });
    let before = server.log().len();
    poll_of(&fetcher, &feed).await;
    fetcher.page_of(&page, Some(&feed)).await.unwrap();
    let asked = server.log();
    assert_eq!(asked.len() - before, 4, "feed and its redirect, robots.txt, page");
    assert!(asked[before..].iter().all(|asked| asked.header("user-agent") == agent.to_str().ok()));
}

#[tokio::test]
async fn robots_txt_is_not_asked_for_a_feed_that_is_to_ignore_it() {
    let server = server().await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let feed = given(FeedOptions { robots: RobotsRule::Ignore, ..FeedOptions::default() });
    fetcher.page_of(&url("http://news.example/1"), Some(&feed)).await.unwrap();
    assert_eq!(server.paths(), ["/1"]);
}

#[tokio::test]
async fn a_feeds_own_proxy_is_passed_by_feed_robots_and_pages_and_told_its_credentials() {
    let proxy = server().await;
    let credentials: ProxyCredentials = "me:hush".parse().unwrap();
    let server = ProxyServer::new(&format!("http://{}", proxy.address), Some(&credentials)).unwrap();
    assert!(!format!("{server:?} {server}").contains("hush"));
    let agent = Some(HeaderValue::from_static("Reader"));
    let choice = ProxyChoice::Server(server);
    let feed = given(FeedOptions { proxy: Some(choice), user_agent: agent, ..FeedOptions::default() });
    // Whatever it is asked for, the proxy answers itself: the names lead nowhere.
    let fetcher = fetcher(settings(&[], proxy.address));
    poll_of(&fetcher, &feed).await;
    fetcher.page_of(&url("http://news.example/1"), Some(&feed)).await.unwrap();
    let expected = [ADDRESS, "http://news.example/robots.txt", "http://news.example/1"];
    assert_eq!(proxy.paths(), expected);
    // base64 of "me:hush"
    assert!(
        proxy.log().iter().all(|asked| asked.header("proxy-authorization") == Some("Basic bWU6aHVzaA=="))
    );
    let inside = fetcher.page_of(&url("http://127.0.0.1/1"), Some(&feed)).await.unwrap_err();
    assert!(inside.to_string().contains("no public address"), "{inside}");
}

#[tokio::test]
async fn a_feed_that_chooses_no_proxy_goes_straight_to_its_host() {
    let server = Server::always(Reply::feed(&[])).await;
    let nobody = format!("http://{}", proxy::nobody().await);
    let with_proxy = dateline_fetcher::FetchSettings {
        proxy: nobody,
        allow_private_addresses: true,
        ..settings(&[], server.address)
    };
    let fetcher = fetcher(with_proxy);
    let address = format!("http://{}/feed.xml", server.address);
    let direct = configured(&address)
        .with_options(FeedOptions { proxy: Some(ProxyChoice::None), ..FeedOptions::default() });
    assert!(poll_of(&fetcher, &configured(&address)).await.last_error.is_some());
    assert_eq!(poll_of(&fetcher, &direct).await.last_error, None);
}

#[tokio::test]
async fn a_feeds_own_interval_holds_for_its_polls() {
    let server = Server::always(Reply::feed(&[])).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let minutes = async |min: Option<u64>, max: Option<u64>| {
        let bound = |minutes: Option<u64>| minutes.map(|minutes| Duration::from_secs(60 * minutes));
        let interval = PollInterval { min: bound(min), max: bound(max) };
        let feed = given(FeedOptions { interval, ..FeedOptions::default() });
        minutes_until_next(&poll_of(&fetcher, &feed).await)
    };
    assert_eq!(minutes(Some(40), Some(40)).await, 40);
    assert_eq!(minutes(None, Some(2)).await, 2);
    assert!((600..=660).contains(&minutes(Some(600), None).await));
}
