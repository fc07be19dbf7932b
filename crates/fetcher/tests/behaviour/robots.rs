//! robots.txt for pages (RFC 9309).

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use dateline_fetcher::{FetchSettings, PageFailure};
use dateline_wire::RejectReason;
use futures_util::future::join_all;

use crate::support::*;

/// A server with `robots` as its robots.txt and pages everywhere else.
async fn with_robots(robots: Reply) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => robots.clone(),
        path if path.ends_with(".xml") => Reply::feed(&[]),
        _ => Reply::page(PAGE),
    })
    .await
}

fn text(robots: &str) -> Reply {
    Reply::new(200, &[("content-type", "text/plain")], robots)
}

async fn page_failure(server: &Server) -> Option<PageFailure> {
    let fetcher = fetcher(settings(&["news.example"], server.address));
    fetcher.page(&url("http://news.example/closed/1")).await.err().map(|error| error.failure)
}

#[tokio::test]
async fn a_page_that_robots_txt_closes_is_not_asked_for_and_will_not_be() {
    let server =
        with_robots(text("User-agent: *\nDisallow: /\n\nUser-agent: dateline\nDisallow: /closed/")).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let error = fetcher.page(&url("http://news.example/closed/1")).await.unwrap_err();
    assert_eq!((error.failure.clone(), error.reason()), (PageFailure::Robots, RejectReason::Robots));
    assert_eq!(error.retry_in(1, monday()), None);
    assert!(fetcher.page(&url("http://news.example/open/1")).await.is_ok());
    assert_eq!(server.paths(), ["/robots.txt", "/open/1"]);
}

#[tokio::test]
async fn feeds_are_fetched_as_announced() {
    let server = with_robots(text("User-agent: *\nDisallow: /")).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    assert_eq!(poll(&fetcher, &feed("http://news.example/feed.xml")).await.entries.len(), 2);
    assert_eq!(server.paths(), ["/feed.xml"]);
}

#[tokio::test]
async fn robots_txt_is_asked_for_once_for_many_pages_of_one_origin() {
    let server = with_robots(text("").delayed(Duration::from_millis(50))).await;
    let fetcher = fetcher(settings(&["news.example", "other.example"], server.address));
    let pages: Vec<_> = (0..4).map(|number| url(&format!("http://news.example/{number}"))).collect();
    assert!(join_all(pages.iter().map(|page| fetcher.page(page))).await.iter().all(Result::is_ok));
    fetcher.page(&url("http://other.example/1")).await.unwrap();
    let asked: Vec<String> = server
        .log()
        .iter()
        .filter(|asked| asked.path == "/robots.txt")
        .map(|asked| asked.host().to_owned())
        .collect();
    assert_eq!(asked, ["news.example", "other.example"]);
}

#[tokio::test]
async fn where_there_is_no_robots_txt_everything_is_open() {
    for status in [400, 401, 403, 404, 410] {
        assert_eq!(page_failure(&with_robots(Reply::status(status)).await).await, None, "{status}");
    }
}

#[tokio::test]
async fn where_robots_txt_cannot_be_had_nothing_is_open_for_now() {
    for reply in [Reply::status(500), Reply::status(503), Reply::status(429), Reply::raw("")] {
        let server = with_robots(reply.clone()).await;
        let failure = page_failure(&server).await;
        assert!(matches!(failure, Some(PageFailure::RobotsUnreachable { .. })), "{reply:?}: {failure:?}");
        assert_eq!(server.paths(), ["/robots.txt"]);
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let error = fetcher.page(&url("http://news.example/1")).await.unwrap_err();
        assert!(error.retry_in(1, monday()).unwrap() >= Duration::from_secs(500));
    }
}

#[tokio::test]
async fn a_robots_txt_that_decompresses_to_far_more_than_is_read_closes_what_its_beginning_closes() {
    let rules = [&b"User-agent: *\nDisallow: /closed\n"[..], &b"# nothing\n".repeat(1 << 18)].concat();
    let zstd = zstd::encode_all(&rules[..], 1).unwrap();
    let server = with_robots(Reply::new(200, &[("content-encoding", "zstd")], zstd)).await;
    let fetcher =
        fetcher(FetchSettings { max_decoded_bytes: 1 << 20, ..settings(&["news.example"], server.address) });
    let error = fetcher.page(&url("http://news.example/closed/1")).await.unwrap_err();
    assert_eq!(error.failure, PageFailure::Robots);
}

#[tokio::test]
async fn a_robots_txt_that_breaks_its_coding_cannot_be_had() {
    let server = with_robots(Reply::new(200, &[("content-encoding", "gzip")], b"\x1f\x8b\x08 broken")).await;
    let failure = page_failure(&server).await;
    assert!(matches!(failure, Some(PageFailure::RobotsUnreachable { .. })), "{failure:?}");
}

#[tokio::test]
async fn robots_txt_may_be_five_redirects_away() {
    let far = |redirects: usize| {
        Server::start(move |asked| match asked.path.trim_start_matches("/robots.txt").parse::<usize>() {
            _ if !asked.path.starts_with("/robots") => Reply::page(PAGE),
            Ok(step) if step >= redirects => text("User-agent: *\nDisallow: /closed"),
            step => Reply::redirect(302, &format!("/robots.txt{}", step.unwrap_or(0) + 1)),
        })
    };
    assert_eq!(page_failure(&far(5).await).await, Some(PageFailure::Robots));
    assert_eq!(page_failure(&far(6).await).await, None, "more count as none");
}

#[tokio::test]
async fn every_step_of_a_redirect_is_asked_about() {
    let server = Server::start(|asked| match (asked.host(), asked.path.as_str()) {
        ("news.example", "/robots.txt") => Reply::status(404),
        ("closed.example", "/robots.txt") => text("User-agent: *\nDisallow: /"),
        ("news.example", _) => Reply::redirect(302, "http://closed.example/1"),
        _ => Reply::page(PAGE),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example", "closed.example"], server.address));
    let error = fetcher.page(&url("http://news.example/1")).await.unwrap_err();
    assert_eq!((error.url.as_str(), error.failure), ("http://closed.example/1", PageFailure::Robots));
    assert_eq!(server.log().len(), 3);
}

#[tokio::test]
async fn a_crawl_delay_is_kept_up_to_the_bound() {
    for (delay, least) in [("0.2", Duration::from_millis(100)), ("3600", Duration::from_millis(250))] {
        let server = with_robots(text(&format!("User-agent: *\nCrawl-delay: {delay}"))).await;
        let settings = FetchSettings {
            max_crawl_delay: Duration::from_millis(400),
            ..settings(&["news.example"], server.address)
        };
        let fetcher = fetcher(settings);
        for page in ["http://news.example/1", "http://news.example/2"] {
            fetcher.page(&url(page)).await.unwrap();
        }
        let log = server.log();
        // As they arrived: on a busy machine that is not as they started.
        let apart = log[2].at - log[1].at;
        assert!(apart >= least && apart < Duration::from_secs(5), "{delay}: {apart:?}");
    }
}

#[tokio::test]
async fn a_copy_is_used_for_a_day_at_most() {
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let server = Server::start({
        let asked = asked.clone();
        move |request| match request.path.as_str() {
            "/robots.txt" => {
                asked.fetch_add(1, Ordering::SeqCst);
                Reply::new(200, &[("cache-control", "max-age=31536000")], "User-agent: *\nDisallow: /closed")
            }
            _ => Reply::page(PAGE),
        }
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let page = url("http://news.example/closed/1");
    fetcher.page(&page).await.unwrap_err();
    let count_after = async |hours: u64| {
        // Between requests nothing is under way, so that time can be let pass.
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(hours * 3600)).await;
        tokio::time::resume();
        fetcher.page(&page).await.unwrap_err();
        asked.load(Ordering::SeqCst)
    };
    assert_eq!(count_after(23).await, 1);
    assert_eq!(count_after(2).await, 2);
}
