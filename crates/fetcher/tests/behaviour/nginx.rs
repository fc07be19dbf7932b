//! Against nginx, which judges by its own log.

use std::time::Duration;

use dateline_fetcher::{FetchSettings, PollResult};
use futures_util::future::join_all;

use crate::support::{nginx::Nginx, *};

#[tokio::test]
async fn nginx_answers_304_to_what_it_gave_itself() {
    let Some(nginx) = Nginx::start("", "", &[("feed.xml", FEED)]).await else { return };
    let fetcher = fetcher(settings(&["news.example"], nginx.address));
    let first = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    let second = poll(&fetcher, &first.feed).await;
    assert_eq!((first.result, second.result), (PollResult::Read, PollResult::NotModified));
    let log = nginx.log().await;
    assert!(log[0].starts_with("200|/feed.xml|-|-|gzip, deflate, br, zstd|Dateline/"), "{}", log[0]);
    let etag = first.feed.validators.etag.unwrap().replace('"', "\\x22");
    let modified = first.feed.validators.last_modified.unwrap();
    assert!(log[1].starts_with(&format!("304|/feed.xml|{etag}|{modified}|")), "{}", log[1]);
}

#[tokio::test]
async fn nginx_compresses_and_the_feed_is_read() {
    let compress = "gzip on; gzip_types application/rss+xml; gzip_min_length 1;";
    let Some(nginx) = Nginx::start(compress, "", &[("feed.xml", FEED)]).await else { return };
    let fetcher = fetcher(settings(&["news.example"], nginx.address));
    let first = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert_eq!(first.entries.len(), 2);
    // nginx weakens the ETag of what it compresses.
    assert!(first.feed.validators.etag.as_ref().unwrap().starts_with("W/"));
    assert_eq!(poll(&fetcher, &first.feed).await.result, PollResult::NotModified);
}

#[tokio::test]
async fn nginx_finds_its_limits_on_rate_and_connections_kept() {
    // Five requests a second and two connections at once for each host; whoever asks for more is answered 503.
    let limits = "limit_req_zone $host zone=rate:1m rate=5r/s; limit_conn_zone $host zone=connections:1m;";
    let keep = "limit_req zone=rate; limit_conn connections 2;";
    let files = [("1.xml", FEED), ("2.xml", FEED), ("3.xml", FEED), ("1.html", PAGE), ("2.html", PAGE)];
    let Some(nginx) = Nginx::start(limits, keep, &files).await else { return };
    let fetcher = fetcher(FetchSettings {
        per_host_delay: Duration::from_millis(250),
        ..settings(&["news.example"], nginx.address)
    });
    let feeds: Vec<_> = (1..4).map(|number| feed(&format!("http://news.example/{number}.xml"))).collect();
    let pages: Vec<_> = (1..3).map(|number| url(&format!("http://news.example/{number}.html"))).collect();
    let (polls, pages) = tokio::join!(
        join_all(feeds.iter().map(|feed| poll(&fetcher, feed))),
        join_all(pages.iter().map(|page| fetcher.page(page))),
    );
    assert!(polls.iter().all(|poll| poll.result == PollResult::Read));
    assert!(pages.iter().all(Result::is_ok));
    let log = nginx.log().await;
    assert_eq!(log.len(), 6, "{log:#?}");
    assert!(log.iter().all(|line| !line.starts_with("503")), "{log:#?}");
}
