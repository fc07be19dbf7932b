//! Pages of published articles that are visited again.

use std::sync::atomic::{AtomicUsize, Ordering};

use dateline_fetcher::{PageFailure, PageVisit};
use dateline_wire::HttpStatus;

use crate::support::*;

const ARTICLE: &str = "http://news.example/1";

/// A server whose article answers with what `page` says to its visits, counted from 0.
async fn server_of(page: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Server {
    let visits = AtomicUsize::new(0);
    Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        "/1" => page(visits.fetch_add(1, Ordering::Relaxed)),
        _ => Reply::page("<!doctype html><title>Front</title><p>All the news of the day."),
    })
    .await
}

#[tokio::test]
async fn a_page_is_asked_for_again_with_the_validators_that_it_gave_and_304_is_no_page() {
    let server = server_of(|visit| match visit {
        0 => Reply::new(
            200,
            &[
                ("content-type", "text/html"),
                ("etag", "W/\"a,b\""),
                ("last-modified", "Mon, 02 Mar 2026 07:00:00 GMT"),
            ],
            PAGE,
        ),
        _ => Reply::new(304, &[("etag", "\"c\"")], ""),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let first = fetcher.page(&url(ARTICLE)).await.unwrap();
    let again = fetcher.page_again(&url(ARTICLE), &first.validators, None).await.unwrap();
    let PageVisit::NotModified(validators) = again else { panic!("{again:?}") };
    assert_eq!(validators.etag.as_deref(), Some("\"c\""));
    assert_eq!(validators.last_modified, first.validators.last_modified);
    let asked = server.log();
    let last = asked.last().unwrap();
    assert_eq!(last.header("if-none-match"), Some("W/\"a,b\""));
    assert_eq!(last.header("if-modified-since"), Some("Mon, 02 Mar 2026 07:00:00 GMT"));
}

#[tokio::test]
async fn a_redirect_to_the_front_page_is_told_and_the_front_page_left_alone() {
    let server = server_of(|_| Reply::redirect(302, "/")).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let again = fetcher.page_again(&url(ARTICLE), &Default::default(), None).await.unwrap();
    assert!(matches!(&again, PageVisit::FrontPage(front) if front.path() == "/"), "{again:?}");
    assert!(!server.paths().contains(&"/".to_owned()));
    // Of an entry's link, whose page may well be there.
    assert!(fetcher.page(&url(ARTICLE)).await.is_ok());
}

#[tokio::test]
async fn validators_of_one_address_are_not_sent_to_where_it_redirects() {
    let server = server_of(|_| Reply::redirect(301, "http://www.news.example/2")).await;
    let fetcher = fetcher(settings(&["news.example", "www.news.example"], server.address));
    let validators = dateline_wire::Validators {
        url: Some(dateline_wire::SecretQuery::default().public(&url(ARTICLE))),
        etag: Some("\"1\"".into()),
        last_modified: None,
    };
    let again = fetcher.page_again(&url(ARTICLE), &validators, None).await.unwrap();
    let PageVisit::Read(fetched) = again else { panic!("{again:?}") };
    assert_eq!(fetched.page.url, Some(url("http://www.news.example/2")));
    let asked = server.log();
    assert_eq!(asked.iter().find(|asked| asked.path == "/1").unwrap().header("if-none-match"), Some("\"1\""));
    assert_eq!(asked.iter().find(|asked| asked.path == "/2").unwrap().header("if-none-match"), None);
}

#[tokio::test]
async fn robots_txt_and_a_wish_for_rest_count_for_visits_too() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::new(200, &[("content-type", "text/plain")], "User-agent: *\nDisallow: /1\n"),
        _ => Reply::new(503, &[("retry-after", "3600")], ""),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let visit = |path: &str| {
        let address = url(&format!("http://news.example{path}"));
        let fetcher = &fetcher;
        async move { fetcher.page_again(&address, &Default::default(), None).await.unwrap_err().failure }
    };
    assert_eq!(visit("/1").await, PageFailure::Robots);
    assert!(matches!(visit("/2").await, PageFailure::Status { status: HttpStatus(503), .. }));
    assert!(matches!(visit("/2").await, PageFailure::Resting { .. }));
}
