//! Conditional requests (RFC 9110, section 13).

use dateline_fetcher::PollResult;

use crate::support::*;

#[tokio::test]
async fn validators_are_kept_byte_for_byte_and_both_are_sent() {
    // Odd on purpose: weak, spaces inside, not a date. Whatever the server made is what it gets back.
    const ETAG: &str = "W/\"a b--7;gzip\"";
    const MODIFIED: &str = "Sunday, 1-Mar-26 07:00:00 +0000";
    let server = Server::start(|asked| match asked.header("if-none-match") {
        None => Reply::feed(&[("etag", ETAG), ("last-modified", MODIFIED)]),
        Some(_) => Reply::status(304),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let first = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert_eq!((&first.result, first.entries.len()), (&PollResult::Read, 2));
    let second = poll(&fetcher, &first.feed).await;
    assert_eq!((&second.result, second.entries.len()), (&PollResult::NotModified, 0));

    let log = server.log();
    assert_eq!(log[0].header("if-none-match"), None);
    assert_eq!(log[0].header("if-modified-since"), None);
    assert_eq!(log[1].header("if-none-match"), Some(ETAG));
    assert_eq!(log[1].header("if-modified-since"), Some(MODIFIED));
}

#[tokio::test]
async fn a_304_keeps_the_validators_and_takes_on_those_it_gives() {
    let server = Server::start(|asked| match asked.header("if-none-match") {
        None => Reply::feed(&[("etag", "\"1\""), ("last-modified", "Sun, 01 Mar 2026 07:00:00 GMT")]),
        Some("\"1\"") => Reply::new(304, &[("etag", "\"2\"")], ""),
        Some(_) => Reply::status(304),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let mut state = feed("http://news.example/feed.xml");
    for _ in 0..4 {
        state = poll(&fetcher, &state).await.feed;
    }
    let log = server.log();
    assert_eq!(log[2].header("if-none-match"), Some("\"2\""));
    assert_eq!(log[3].header("if-none-match"), Some("\"2\""));
    assert_eq!(log[3].header("if-modified-since"), Some("Sun, 01 Mar 2026 07:00:00 GMT"));
}

#[tokio::test]
async fn validators_go_only_to_the_url_that_gave_them() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/feed.xml" => Reply::redirect(302, "http://other.example/real.xml"),
        _ if asked.header("if-none-match").is_some() => Reply::status(304),
        _ => Reply::feed(&[("etag", "\"1\"")]),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example", "other.example"], server.address));
    let first = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    let second = poll(&fetcher, &first.feed).await;
    assert_eq!(second.result, PollResult::NotModified);
    let conditional: Vec<(String, bool)> = server
        .log()
        .iter()
        .map(|asked| (asked.host().to_owned(), asked.header("if-none-match").is_some()))
        .collect();
    let expected =
        [("news.example", false), ("other.example", false), ("news.example", false), ("other.example", true)];
    assert_eq!(conditional, expected.map(|(host, sent)| (host.to_owned(), sent)));
}

#[tokio::test]
async fn a_304_to_an_unconditional_request_is_a_failure() {
    let server = Server::always(Reply::status(304)).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let outcome = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert!(matches!(outcome.result, PollResult::Failed(_)));
    assert_eq!(outcome.feed.failures, 1);
}

#[tokio::test]
async fn an_unchanged_body_is_not_read_again() {
    let server = Server::always(Reply::feed(&[])).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let first = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    let second = poll(&fetcher, &first.feed).await;
    assert_eq!((second.result, second.entries.len()), (PollResult::Unchanged, 0));
    assert_eq!(second.feed.failures, 0);
}

#[tokio::test]
async fn a_feed_that_was_cut_short_gives_its_entries_and_is_asked_for_again_whole() {
    let cut = FEED.split("<item><guid>2").next().unwrap();
    let reply = Reply::new(200, &[("content-type", "application/rss+xml"), ("etag", "\"1\"")], cut);
    let server = Server::always(reply).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let first = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert_eq!(first.entries.len(), 1);
    let second = poll(&fetcher, &first.feed).await;
    assert_eq!(second.result, PollResult::Read);
    assert_eq!(server.log()[1].header("if-none-match"), None);
}
