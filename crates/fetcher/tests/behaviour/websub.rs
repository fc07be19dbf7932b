//! Hubs: how they are asked, and what a push changes. The whole way, through the daemon, is in the program's own tests.

use dateline_fetcher::{
    Fetcher, PollResult, SubscribeError,
    websub::{PushContent, new_keys},
};
use dateline_wire::{FeedState, HttpStatus, HubLink, HubNews, Subscription, SubscriptionStep};
use http::HeaderMap;

use crate::support::*;

const FEED_URL: &str = "http://news.example/feed.xml";

fn subscription(hub: &str) -> Subscription {
    let link = HubLink { hub: url(hub), topic: url(FEED_URL) };
    Subscription::new(feed(FEED_URL).id, link, monday())
}

/// The subscription of the feed at the hub that it names, for ten days.
fn granted() -> Subscription {
    let lease_end = monday().checked_add(std::time::Duration::from_secs(10 * 86_400)).unwrap();
    subscription("http://hub.example/").after(&SubscriptionStep::Granted { lease_end, due: lease_end })
}

async fn subscribe(fetcher: &Fetcher, hub: &str) -> Result<(), SubscribeError> {
    let lease = std::time::Duration::from_secs(86_400);
    fetcher.subscribe(&subscription(hub), &new_keys(), &url("https://dateline.example/websub/"), lease).await
}

/// A feed of the entries with these numbers, as a hub posts it.
fn push(numbers: impl IntoIterator<Item = usize>) -> PushContent {
    PushContent { headers: HeaderMap::new(), body: feed_of(numbers).into() }
}

fn feed_of(numbers: impl IntoIterator<Item = usize>) -> String {
    let item = |number| {
        format!(
            "<item><guid>{number}</guid><title>Report {number}</title><link>http://news.example/{number}</link></item>"
        )
    };
    let items: String = numbers.into_iter().map(item).collect();
    format!(
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Harbour news</title>\
         <atom:link rel='hub' href='http://hub.example/'/><atom:link rel='self' href='{FEED_URL}'/>{items}</channel></rss>"
    )
}

async fn read_push(
    fetcher: &Fetcher,
    state: &FeedState,
    content: PushContent,
) -> dateline_fetcher::PollOutcome {
    fetcher.read_push(state, &configured(state.url.as_str()), content).await
}

#[tokio::test]
async fn a_feed_tells_its_hub_in_the_header_or_in_the_document_and_a_304_nothing() {
    let link = "<http://hub.example/>; rel=hub, </feed.xml>; rel=self";
    let server = Server::start(move |asked| match asked.header("if-none-match") {
        Some(_) => Reply::status(304),
        None => Reply::feed(&[("link", link), ("etag", "\"1\"")]),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let first = poll(&fetcher, &feed(FEED_URL)).await;
    assert_eq!(first.hub, HubNews::Announced(subscription("http://hub.example/").link));
    let second = poll(&fetcher, &first.feed).await;
    assert_eq!((second.result, second.hub), (PollResult::NotModified, HubNews::Nothing));
}

#[tokio::test]
async fn a_hub_is_asked_with_a_form_and_followed_to_another_hub_by_307_and_308_only() {
    let server = Server::start(|asked| match (asked.host(), asked.path.as_str()) {
        ("hub.example", "/old") => Reply::redirect(308, "http://other.example/new"),
        ("hub.example", "/found") => Reply::redirect(302, "http://other.example/new"),
        ("hub.example", "/circle") => Reply::redirect(307, "/circle"),
        _ => Reply::status(202),
    })
    .await;
    let fetcher = fetcher(settings(&["hub.example", "other.example"], server.address));
    assert_eq!(subscribe(&fetcher, "http://hub.example/old").await, Ok(()));
    let asked = server.log();
    assert_eq!(server.paths(), ["/old", "/new"]);
    assert!(
        asked.iter().all(|asked| asked.header("content-type") == Some("application/x-www-form-urlencoded"))
    );
    let refused = subscribe(&fetcher, "http://hub.example/found").await.unwrap_err();
    assert!(matches!(refused, SubscribeError::Status { status: HttpStatus(302), .. }), "{refused}");
    let circle = subscribe(&fetcher, "http://hub.example/circle").await.unwrap_err();
    assert!(matches!(circle, SubscribeError::NoAnswer { .. }), "{circle}");
}

#[tokio::test]
async fn a_hub_inside_is_not_asked_and_a_busy_one_is_left_alone() {
    let server = Server::always(Reply::new(429, &[("retry-after", "3600")], "slow down")).await;
    let fetcher = fetcher(settings(&["hub.example"], server.address));
    let inside = subscribe(&fetcher, &format!("http://{}/", server.address)).await.unwrap_err();
    assert!(inside.to_string().contains("no public address"), "{inside}");
    let busy = subscribe(&fetcher, "http://user:word@hub.example/").await.unwrap_err();
    assert_eq!(busy.to_string(), "http://hub.example/ answers 429 Too Many Requests: slow down");
    let resting = subscribe(&fetcher, "http://hub.example/").await.unwrap_err();
    assert!(matches!(resting, SubscribeError::Resting { .. }), "{resting}");
    assert_eq!(server.paths().len(), 1);
}

#[tokio::test]
async fn a_push_gives_its_entries_and_leaves_validators_and_the_next_poll_as_they_are() {
    let server = Server::always(Reply::feed(&[("etag", "\"1\"")])).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let polled = poll(&fetcher, &feed(FEED_URL)).await.feed;
    let pushed = read_push(&fetcher, &polled, push([3, 2])).await;
    assert_eq!((&pushed.result, &pushed.hub), (&PollResult::Pushed, &HubNews::Pushed));
    let titles: Vec<_> = pushed.entries.iter().filter_map(|entry| entry.title.as_deref()).collect();
    assert_eq!(titles, ["Report 3", "Report 2"]);
    assert_eq!(pushed.feed.validators, polled.validators);
    assert_eq!(pushed.feed.next_poll, polled.next_poll);
    assert!(pushed.feed.last_new_entry > polled.last_new_entry);
}

#[tokio::test]
async fn what_cannot_be_read_changes_nothing() {
    let fetcher = fetcher(settings(&[], "127.0.0.1:9".parse().unwrap()));
    let state = feed(FEED_URL);
    let content = PushContent { headers: HeaderMap::new(), body: PAGE.into() };
    let outcome = read_push(&fetcher, &state, content).await;
    assert!(matches!(outcome.result, PollResult::UnreadablePush(_)));
    assert_eq!((outcome.feed, outcome.hub), (state, HubNews::Nothing));
}

/// A fetcher and the state of a feed that lists entries 0 to 9 and was polled once.
async fn polled_feed(server: &Server) -> (Fetcher, FeedState) {
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let polled = poll(&fetcher, &feed(FEED_URL)).await.feed;
    (fetcher, polled)
}

#[tokio::test]
async fn a_feed_that_is_pushed_is_polled_rarely_and_what_was_pushed_is_no_gap() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let from = if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 { 0 } else { 10 };
        Reply::new(200, &[("content-type", "application/rss+xml")], feed_of((from..from + 10).rev()))
    })
    .await;
    let (fetcher, mut state) = polled_feed(&server).await;
    let often = minutes_until_next(&state);
    assert!(often < 60, "{often}");
    fetcher.leases().note(&granted());
    for number in 10..20 {
        state = read_push(&fetcher, &state, push([number])).await.feed;
    }
    let polled = poll(&fetcher, &state).await;
    assert!(polled.health.is_empty(), "{:?}", polled.health);
    let rarely = minutes_until_next(&polled.feed);
    assert!((320..=360).contains(&rarely), "within poll.max_interval of 6 h, not {rarely} min");
}

#[tokio::test]
async fn a_hub_that_pushes_nothing_or_misses_something_saves_no_poll() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let newest = 10 + asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Reply::new(200, &[("content-type", "application/rss+xml")], feed_of((0..newest).rev()))
    })
    .await;
    let (fetcher, state) = polled_feed(&server).await;
    fetcher.leases().note(&granted());
    let unpushed = poll(&fetcher, &state).await.feed;
    assert!(minutes_until_next(&unpushed) < 60, "a hub that never pushed is not relied on");
    let pushed = read_push(&fetcher, &unpushed, push([10])).await.feed;
    let missed = poll(&fetcher, &pushed).await.feed;
    assert!(minutes_until_next(&missed) < 60, "nor one that missed an entry");
}
