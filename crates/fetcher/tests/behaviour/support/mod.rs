//! A server that does as it is told and remembers what it was asked, and a fetcher that reaches it under any name.

pub(crate) mod nginx;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod tls;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use dateline_fetcher::{
    Clock, Feed, FetchSettings, Fetcher, PollOutcome, PollSettings, transport::LiveTransport,
};
use dateline_wire::{FeedState, SecretQuery};
use jiff::Timestamp;
use url::Url;

pub(crate) use server::{Reply, Server};
pub(crate) use tls::TlsServer;

/// Says that a test is skipped, and `why`. Where everything is installed (`CI` is set), it fails instead.
pub(crate) fn skipped<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "cannot run: {why}");
    eprintln!("skipped: {why}");
    None
}

/// A feed with two entries.
pub(crate) const FEED: &str = "<?xml version='1.0'?><rss version='2.0'><channel><title>Harbour news</title>\
    <item><guid>1</guid><title>The ferry was late</title><link>http://news.example/1</link></item>\
    <item><guid>2</guid><title>The bridge reopened</title><link>http://news.example/2</link></item>\
    </channel></rss>";

/// A page with a sentence.
pub(crate) const PAGE: &str =
    "<!doctype html><title>The ferry was late</title><p>The ferry from the island came an hour late.";

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The moment at which tests begin that care for the time: a Monday.
pub(crate) fn monday() -> Timestamp {
    moment("2026-03-02T08:00:00Z")
}

/// Settings that reach the named hosts at `server` and lose no time.
pub(crate) fn settings(hosts: &[&str], server: SocketAddr) -> FetchSettings {
    FetchSettings {
        connect_to: hosts
            .iter()
            .map(|host| ((*host).to_owned(), server.to_string()))
            .collect::<BTreeMap<_, _>>(),
        per_host_delay: Duration::ZERO,
        ..FetchSettings::default()
    }
}

/// A fetcher over the network, whose clock starts at `now`.
pub(crate) fn fetcher_at(settings: FetchSettings, now: Timestamp) -> Fetcher {
    let live = LiveTransport::new(&settings).unwrap();
    Fetcher::new(Arc::new(live), settings, PollSettings::default(), Clock::starting_at(now), 1)
}

pub(crate) fn fetcher(settings: FetchSettings) -> Fetcher {
    fetcher_at(settings, monday())
}

/// The state of a feed that was never polled.
pub(crate) fn feed(address: &str) -> FeedState {
    FeedState::new(configured(address).published(), monday())
}

/// A feed that is configured under `address` and nothing else.
pub(crate) fn configured(address: &str) -> Feed {
    Feed::new(url(address), None, &SecretQuery::default())
}

pub(crate) async fn poll(fetcher: &Fetcher, state: &FeedState) -> PollOutcome {
    fetcher.poll(state, &configured(state.url.as_str())).await
}

/// The first poll of the feed that is configured under `address`.
pub(crate) async fn poll_first(fetcher: &Fetcher, address: &str) -> PollOutcome {
    let feed = configured(address);
    fetcher.poll(&FeedState::new(feed.published(), monday()), &feed).await
}

/// Whole minutes from the poll to the next one.
pub(crate) fn minutes_until_next(state: &FeedState) -> i64 {
    // The clock runs on while the test does: a few seconds do not count.
    (state.next_poll.duration_since(state.last_poll.unwrap()).as_secs() + 5) / 60
}
