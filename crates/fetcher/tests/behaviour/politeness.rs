//! One's turn at a host, feeds and pages together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_fetcher::{ContactGuard, ContactVerdict, HostWish, PageFailure};
use futures_util::future::join_all;
use jiff::ToSpan as _;

use crate::support::*;

#[tokio::test]
async fn requests_to_one_host_start_a_delay_apart_whether_feeds_or_pages() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        path if path.starts_with("/feed") => Reply::feed(&[]),
        _ => Reply::page(PAGE),
    })
    .await;
    let delay = Duration::from_millis(150);
    let settings = dateline_fetcher::FetchSettings {
        per_host_delay: delay,
        ..settings(&["news.example"], server.address)
    };
    let fetcher = fetcher(settings);
    let feeds = [feed("http://news.example/feed1.xml"), feed("http://news.example/feed2.xml")];
    let pages = [url("http://news.example/1"), url("http://news.example/2")];
    let (polls, pages) = tokio::join!(
        join_all(feeds.iter().map(|feed| poll(&fetcher, feed))),
        join_all(pages.iter().map(|page| fetcher.page(page))),
    );
    assert!(polls.iter().all(|poll| poll.entries.len() == 2));
    assert!(pages.iter().all(Result::is_ok));
    let log = server.log();
    assert_eq!(log.len(), 5, "two feeds, two pages, one robots.txt");
    for pair in log.windows(2) {
        let apart = pair[1].at - pair[0].at;
        // Arrival varies by what the network and this machine add.
        assert!(apart > delay * 3 / 5, "{apart:?}");
    }
}

#[tokio::test]
async fn a_request_starts_a_delay_after_the_one_before_was_answered_which_may_have_come_late() {
    let (delay, slowness) = (Duration::from_millis(100), Duration::from_millis(300));
    let server = Server::always(Reply::feed(&[]).delayed(slowness)).await;
    let fetcher = fetcher(dateline_fetcher::FetchSettings {
        per_host_delay: delay,
        per_host_concurrency: 1,
        ..settings(&["news.example"], server.address)
    });
    let feeds = [feed("http://news.example/1.xml"), feed("http://news.example/2.xml")];
    join_all(feeds.iter().map(|feed| poll(&fetcher, feed))).await;
    let log = server.log();
    let apart = log[1].at - log[0].at;
    assert!(apart >= slowness + delay, "{apart:?}");
}

#[tokio::test]
async fn no_more_requests_to_a_host_are_under_way_than_allowed() {
    let server = Server::always(Reply::feed(&[]).delayed(Duration::from_millis(100))).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let feeds: Vec<_> = (0..8).map(|number| feed(&format!("http://news.example/{number}.xml"))).collect();
    let polls = join_all(feeds.iter().map(|feed| poll(&fetcher, feed))).await;
    assert!(polls.iter().all(|poll| poll.entries.len() == 2));
    assert_eq!(server.most_at_once(), 2);
}

#[tokio::test]
async fn one_host_does_not_wait_for_another() {
    let server = Server::start(|asked| match asked.host() {
        "slow.example" => Reply::silence(),
        _ => Reply::feed(&[]),
    })
    .await;
    let fetcher = fetcher(settings(&["slow.example", "news.example"], server.address));
    let (slow, quick) = (feed("http://slow.example/feed.xml"), feed("http://news.example/feed.xml"));
    tokio::select! {
        _ = poll(&fetcher, &slow) => panic!("the slow host answered"),
        outcome = poll(&fetcher, &quick) => assert_eq!(outcome.entries.len(), 2),
    }
}

#[tokio::test]
async fn every_request_carries_the_configured_user_agent_and_nothing_that_identifies_more() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/feed.xml" => {
            Reply::new(200, &[("content-type", "application/rss+xml"), ("set-cookie", "id=1; Path=/")], FEED)
        }
        _ => Reply::page(PAGE),
    })
    .await;
    let user_agent = "Harbourwatch/2.0 (+mailto:desk@harbour.example)";
    let settings = dateline_fetcher::FetchSettings {
        user_agent: user_agent.to_owned(),
        ..settings(&["news.example"], server.address)
    };
    let fetcher = fetcher(settings);
    poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    fetcher.page(&url("http://news.example/1")).await.unwrap();
    let log = server.log();
    assert_eq!(server.paths(), ["/feed.xml", "/robots.txt", "/1"]);
    for asked in log {
        assert_eq!(asked.header("user-agent"), Some(user_agent));
        assert_eq!(asked.header("accept-encoding"), Some("gzip, deflate, br, zstd"));
        assert!(asked.header("cookie").is_none() && asked.header("referer").is_none());
    }
}

#[tokio::test]
async fn credentials_in_a_url_go_out_as_basic_and_appear_nowhere_else() {
    let server = Server::start(|asked| match asked.header("authorization") {
        Some("Basic cmVhZGVyOnDDpHNz") => Reply::redirect(302, "http://other.example/feed.xml"),
        _ => Reply::status(500),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example", "other.example"], server.address));
    let outcome = poll_first(&fetcher, "http://reader:p%C3%A4ss@news.example/feed.xml").await;
    let log = server.log();
    assert_eq!(log[1].host(), "other.example");
    assert_eq!(log[1].header("authorization"), None);
    assert!(!outcome.feed.last_error.unwrap().to_string().contains("reader"));
}

/// Allows everything, and keeps what hosts wish.
#[derive(Default)]
struct WishRecord(Mutex<Vec<(String, HostWish)>>);

impl ContactGuard for WishRecord {
    fn verdict(&self, _host: &str) -> ContactVerdict {
        ContactVerdict::Allowed
    }

    fn note(&self, host: &str, wish: HostWish) {
        self.0.lock().unwrap().push((host.to_owned(), wish));
    }
}

#[tokio::test]
async fn what_a_host_wished_of_one_is_kept_by_the_next_who_recalls_it() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => {
            Reply::new(200, &[("content-type", "text/plain")], "User-agent: *\nCrawl-delay: 1\n")
        }
        _ => Reply::new(429, &[("retry-after", "3600")], ""),
    })
    .await;
    let settings = settings(&["news.example"], server.address);
    let (first, next) = (fetcher(settings.clone()), fetcher(settings));
    let wishes = Arc::new(WishRecord::default());
    let page = url("http://news.example/1");
    assert!(first.guarded(wishes.clone()).page(&page).await.is_err());
    let wishes = wishes.0.lock().unwrap().clone();
    assert!(
        matches!(
            &wishes[..],
            [(one, HostWish::CrawlDelay { delay, .. }), (other, HostWish::Rest { .. })]
                if one == "news.example" && other == one && *delay == Duration::from_secs(1)
        ),
        "{wishes:?}"
    );

    for (host, wish) in wishes {
        next.recall(&host, wish);
    }
    let failure = next.page(&page).await.unwrap_err().failure;
    assert!(matches!(failure, PageFailure::Resting { .. }), "{failure:?}");
    assert_eq!(server.log().len(), 2, "nobody asks it any more");
}

#[tokio::test]
async fn a_rest_that_a_machine_with_another_clock_noted_ends_by_ones_own_and_takes_no_longer_than_any() {
    let server = Server::always(Reply::page(PAGE)).await;
    let hosts = ["over.example", "late.example"];
    let settings = settings(&hosts, server.address);
    let longest = settings.max_retry_after;
    let fetcher = fetcher(settings);
    let now = monday();
    // By our clock the first rest is over, and the second as long as none may be.
    for (host, until) in hosts.into_iter().zip([now - 1.hour(), now + 24.hours()]) {
        fetcher.recall(host, HostWish::Rest { until });
    }
    let asked = fetcher.page(&url("http://over.example/1")).await;
    assert!(asked.is_ok(), "{:?}", asked.err());
    let failure = fetcher.page(&url("http://late.example/1")).await.unwrap_err().failure;
    let PageFailure::Resting { until } = failure else { panic!("{failure:?}") };
    assert!(until <= now + longest + 1.minute(), "{until}");
}

/// Allows everything for as long as it is told to.
struct Leave(AtomicBool);

impl ContactGuard for Leave {
    fn verdict(&self, _host: &str) -> ContactVerdict {
        match self.0.load(Ordering::Relaxed) {
            true => ContactVerdict::Allowed,
            false => ContactVerdict::NotNow,
        }
    }

    fn note(&self, _host: &str, _wish: HostWish) {}
}

#[tokio::test]
async fn a_request_that_is_on_its_way_is_given_up_when_its_host_may_not_be_asked_any_more() {
    let server = Server::always(Reply::silence()).await;
    let leave = Arc::new(Leave(AtomicBool::new(true)));
    let fetcher = fetcher(settings(&["news.example"], server.address)).guarded(leave.clone());
    let asked = async {
        while server.log().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        leave.0.store(false, Ordering::Relaxed);
    };
    let page = url("http://news.example/1");
    let (page, ()) = tokio::join!(fetcher.page(&page), asked);
    let failure = page.unwrap_err().failure;
    assert!(matches!(failure, PageFailure::Resting { .. }), "{failure:?}");
}
