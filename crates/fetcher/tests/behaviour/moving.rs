//! Redirects of feeds: which are followed, and which are remembered.

use dateline_fetcher::{PollResult, PollSettings};
use dateline_wire::{FeedState, HealthKind};
use jiff::ToSpan;

use crate::support::*;

async fn moved_server(status: u16) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/old.xml" => Reply::redirect(status, "/new.xml"),
        _ => Reply::feed(&[]),
    })
    .await
}

/// Polls once a day, `days` times; whether the last poll asked the new address directly, and what was told.
async fn poll_daily(server: &Server, days: i64) -> (FeedState, bool, Vec<HealthKind>) {
    let mut state = feed("http://news.example/old.xml");
    let mut told = Vec::new();
    for day in 0..days {
        let now = monday().checked_add((24 * day).hours()).unwrap();
        // Time in which it was not asked although it was due would not count.
        state.next_poll = now;
        let fetcher = fetcher_at(settings(&["news.example"], server.address), now);
        let outcome = poll(&fetcher, &state).await;
        assert!(matches!(outcome.result, PollResult::Read | PollResult::Unchanged), "{:?}", outcome.result);
        told.extend(outcome.health.iter().map(|event| event.kind));
        state = outcome.feed;
    }
    let asked_before = server.log().len();
    let fetcher = fetcher_at(settings(&["news.example"], server.address), monday());
    poll(&fetcher, &state).await;
    let direct = server.log()[asked_before].path == "/new.xml";
    (state, direct, told)
}

#[tokio::test]
async fn a_permanent_redirect_is_remembered_only_after_it_has_held_for_several_polls_over_days() {
    let polls = i64::from(PollSettings::default().move_polls);
    for status in [301, 308] {
        let server = moved_server(status).await;
        let (_, direct, told) = poll_daily(&server, polls - 1).await;
        assert!(!direct && told.is_empty(), "{status}: too soon");

        let server = moved_server(status).await;
        let (state, direct, told) = poll_daily(&server, polls).await;
        assert!(direct, "{status}: remembered");
        assert_eq!(told, [HealthKind::Moved]);
        assert_eq!(state.moved_to, Some(url("http://news.example/new.xml")));
    }
}

#[tokio::test]
async fn a_temporary_redirect_is_followed_and_never_remembered() {
    for status in [302, 303, 307] {
        let server = moved_server(status).await;
        let (state, direct, told) = poll_daily(&server, 8).await;
        assert!(!direct && told.is_empty(), "{status}");
        assert_eq!(state.moved_to, None);
    }
}

#[tokio::test]
async fn only_the_permanent_steps_at_the_start_of_a_chain_count_as_a_move() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/old.xml" => Reply::redirect(301, "/b.xml"),
        "/b.xml" => Reply::redirect(302, "/c.xml"),
        "/c.xml" => Reply::redirect(301, "/d.xml"),
        _ => Reply::feed(&[]),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let outcome = poll(&fetcher, &feed("http://news.example/old.xml")).await;
    assert_eq!(outcome.feed.moved_to, Some(url("http://news.example/b.xml")));
}

#[tokio::test]
async fn a_circle_of_redirects_ends_at_once_and_an_endless_chain_at_the_bound() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/a" => Reply::redirect(302, "/b"),
        "/b" => Reply::redirect(302, "/a"),
        path => Reply::redirect(302, &format!("{path}0")),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let circle = poll(&fetcher, &feed("http://news.example/a")).await;
    assert_eq!(circle.feed.last_error, Some("redirects in a circle".into()));
    assert_eq!(server.log().len(), 2);
    let chain = poll(&fetcher, &feed("http://news.example/c")).await;
    assert_eq!(chain.feed.last_error, Some("more than 10 redirects".into()));
    assert_eq!(server.log().len(), 2 + 11);
}

#[tokio::test]
async fn an_answer_that_only_sends_to_the_feed_is_followed() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/field.xml" => Reply::new(200, &[("refresh", "0; url=/feed.xml")], ""),
        "/page" => Reply::page("<meta http-equiv=refresh content='0; url=/feed.xml'>"),
        "/circle" => Reply::page("<meta http-equiv=refresh content='0; url=/back'>"),
        "/back" => Reply::page("<meta http-equiv=refresh content='0; url=/circle'>"),
        _ => Reply::new(200, &[("content-type", "application/rss+xml"), ("refresh", "0; url=/other")], FEED),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    for path in ["field.xml", "page", "feed.xml"] {
        let outcome = poll(&fetcher, &feed(&format!("http://news.example/{path}"))).await;
        assert_eq!((outcome.result, outcome.entries.len()), (PollResult::Read, 2), "{path}");
    }
    let outcome = poll(&fetcher, &feed("http://news.example/circle")).await;
    assert!(matches!(outcome.result, PollResult::Failed(_)), "{:?}", outcome.result);
}

#[tokio::test]
async fn a_feed_in_a_range_that_holds_all_of_it_is_read() {
    let range = format!("bytes 0-{}/{}", FEED.len() - 1, FEED.len());
    let fields = [("content-type", "application/rss+xml"), ("content-range", range.as_str())];
    let server = Server::always(Reply::new(206, &fields, FEED)).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let outcome = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert_eq!((outcome.result, outcome.entries.len()), (PollResult::Read, 2));
}

#[tokio::test]
async fn a_redirect_without_a_usable_target_is_a_failure() {
    for location in ["", "http://", "javascript:alert(1)", "ftp://news.example/feed.xml", "http://a b/"] {
        let server = Server::always(Reply::redirect(301, location)).await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let outcome = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
        assert!(matches!(outcome.result, PollResult::Failed(_)), "{location:?}: {:?}", outcome.result);
        assert_eq!(outcome.feed.last_status, Some(301));
    }
}
