//! Failures and refusals: when the feed is asked again.

use std::sync::atomic::{AtomicUsize, Ordering};

use dateline_fetcher::PollResult;
use dateline_wire::{FailureKind, HealthKind, RejectReason};
use jiff::ToSpan;

use crate::support::*;

#[tokio::test]
async fn a_feed_that_is_gone_is_left_alone_for_a_week_with_a_health_event() {
    let server = Server::always(Reply::status(410)).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let outcome = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert_eq!(outcome.result, PollResult::Gone);
    assert!(outcome.feed.retired);
    assert!(minutes_until_next(&outcome.feed) >= 7 * 24 * 60);
    assert_eq!(outcome.health[0].kind, HealthKind::Dead);
}

#[tokio::test]
async fn a_410_behind_a_temporary_redirect_says_nothing_about_the_feed() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/feed.xml" => Reply::redirect(302, "/elsewhere"),
        _ => Reply::status(410),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let outcome = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert!(matches!(outcome.result, PollResult::Failed(_)));
    assert!(!outcome.feed.retired);
}

#[tokio::test]
async fn errors_back_off_further_each_time_up_to_a_cap() {
    for status in [404, 500, 502, 504] {
        let server = Server::always(Reply::status(status)).await;
        let mut state = feed("http://news.example/feed.xml");
        let mut waits = Vec::new();
        for _ in 0..12 {
            let fetcher = fetcher(settings(&["news.example"], server.address));
            state = poll(&fetcher, &state).await.feed;
            waits.push(minutes_until_next(&state));
        }
        assert!((5..=7).contains(&waits[0]), "{status}: {waits:?}");
        assert!(waits[..8].windows(2).all(|pair| pair[1] > pair[0]), "{status}: {waits:?}");
        assert!(waits[8..].iter().all(|wait| (18 * 60..=24 * 60).contains(wait)), "{status}: {waits:?}");
        assert_eq!(state.last_status, Some(status));
    }
}

#[tokio::test]
async fn retry_after_is_obeyed_in_both_forms_and_capped() {
    let in_two_hours = monday().checked_add(2.hours()).unwrap();
    let date = in_two_hours.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for status in [429, 503] {
        for (value, minutes) in [("7200", 120..=133), (date.as_str(), 119..=133), ("31536000", 360..=397)] {
            let server = Server::always(Reply::new(status, &[("retry-after", value)], "")).await;
            let fetcher = fetcher(settings(&["news.example"], server.address));
            let outcome = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
            let waited = minutes_until_next(&outcome.feed);
            assert!(minutes.contains(&waited), "{status} {value}: {waited}");
        }
    }
}

#[tokio::test]
async fn a_host_that_asks_for_patience_is_not_asked_for_its_other_feeds_and_pages_either() {
    let server = Server::always(Reply::new(429, &[("retry-after", "3600")], "")).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    let other = feed("http://news.example/other.xml");
    let put_off = poll(&fetcher, &other).await;
    assert_eq!(put_off.result, PollResult::PutOff);
    assert_eq!(put_off.feed.failures, 0);
    let wait = put_off.feed.next_poll.duration_since(monday()).as_mins();
    assert!((59..=66).contains(&wait), "{wait}");
    let page = fetcher.page(&url("http://news.example/1")).await.unwrap_err();
    assert!(page.retry_in(1, monday()).unwrap().as_secs() > 3500, "{page}");
    assert!(
        !page.was_asked(),
        "neither the page nor its robots.txt was asked for, so this is no attempt: {page}"
    );
    assert_eq!(page.reason(), RejectReason::Resting);
    assert_eq!(server.paths(), ["/feed.xml"]);
}

#[tokio::test]
async fn a_refusal_slows_polls_down() {
    for status in [401, 403, 451] {
        let server = Server::always(Reply::status(status)).await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let outcome = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
        assert!(minutes_until_next(&outcome.feed) >= 60, "{status}");
        assert!(!outcome.feed.retired);
    }
}

#[tokio::test]
async fn what_is_no_feed_is_a_failure_that_names_itself_and_recovers() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::page(PAGE),
        _ => Reply::feed(&[]),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let failed = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    assert!(matches!(failed.result, PollResult::Failed(_)));
    assert!(failed.feed.last_error.is_some());
    let recovered = poll(&fetcher, &failed.feed).await;
    assert_eq!((recovered.feed.failures, recovered.feed.last_error), (0, None));
    assert_eq!(recovered.entries.len(), 2);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_failure_like_any_other() {
    let server = Server::always(Reply::status(200)).await;
    let address = server.address;
    drop(server);
    tokio::task::yield_now().await;
    let fetcher = fetcher(settings(&["news.example"], address));
    let outcome = poll_first(&fetcher, "http://user:secret@news.example/feed.xml").await;
    let error = outcome.feed.last_error.unwrap().to_string();
    assert!(error.contains("cannot connect to news.example"), "{error}");
    assert!(!error.contains("secret"), "{error}");
    assert_eq!(outcome.feed.failures, 1);
}

#[tokio::test]
async fn a_feed_that_no_answer_came_from_says_what_kind_of_failure_that_was_until_one_comes() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let away = fetcher(settings(&["news.example"], nobody));
    let failed = poll(&away, &feed("http://news.example/feed.xml")).await.feed;
    assert_eq!(failed.last_failure, Some(FailureKind::Connect));
    let server = Server::always(Reply::status(500)).await;
    let there = fetcher(settings(&["news.example"], server.address));
    assert_eq!(poll(&there, &failed).await.feed.last_failure, None);
}
