//! Pages: from an entry's link to the bytes of an article.

use std::{io::Write, time::Duration};

use dateline_fetcher::PageFailure;
use dateline_wire::{HttpStatus, RejectReason};

use crate::support::*;

async fn server_of(page: Reply) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        _ => page.clone(),
    })
    .await
}

async fn failure_of(page: Reply) -> (PageFailure, Option<Duration>) {
    let server = server_of(page).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let error = fetcher.page(&url("http://news.example/1")).await.unwrap_err();
    let retry = error.retry_in(1, monday());
    (error.failure, retry)
}

#[tokio::test]
async fn a_page_comes_with_the_address_that_answered_and_the_way_there() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        "/short" => Reply::redirect(301, "http://www.news.example/long?utm_source=feed#top"),
        _ => Reply::page(PAGE),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example", "www.news.example"], server.address));
    let fetched = fetcher.page(&url("http://news.example/short")).await.unwrap();
    assert_eq!(fetched.page.bytes, PAGE.as_bytes());
    assert_eq!(fetched.page.url, Some(url("http://www.news.example/long?utm_source=feed")));
    assert_eq!(fetched.page.content_type.as_deref(), Some("text/html; charset=utf-8"));
    assert!(fetched.page.received_at.is_some());
    assert_eq!(fetched.hops.len(), 1);
    assert_eq!((fetched.hops[0].url.as_str(), fetched.hops[0].status), ("http://news.example/short", 301));
}

#[tokio::test]
async fn a_redirect_in_a_legacy_charset_gives_the_server_its_own_bytes_back() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        "/1" => {
            Reply::raw(b"HTTP/1.1 302 Found\r\nlocation: /\xb4\xba\r\ncontent-length: 0\r\n\r\n".to_vec())
        }
        _ => Reply::page(PAGE),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    fetcher.page(&url("http://news.example/1")).await.unwrap();
    assert_eq!(server.paths()[2], "/%B4%BA");
}

#[tokio::test]
async fn fields_that_break_the_grammar_do_not_cost_the_answer() {
    let odd = "HTTP/1.1 200 OK\r\nbad name: 1\r\nserver : old\r\nx-note: two\r\n lines\r\nno colon\r\n\
               content-type: text/html\r\nconnection: close\r\n\r\n";
    let server = server_of(Reply::raw(format!("{odd}{PAGE}"))).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let fetched = fetcher.page(&url("http://news.example/1")).await;
    assert_eq!(fetched.map(|fetched| fetched.page.bytes).unwrap(), PAGE.as_bytes());
}

#[tokio::test]
async fn every_content_coding_that_is_asked_for_is_undone() {
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(PAGE.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zlib = {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(PAGE.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let bare = {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(PAGE.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let brotli = {
        let mut compressed = Vec::new();
        brotli::CompressorWriter::new(&mut compressed, 4096, 4, 20).write_all(PAGE.as_bytes()).unwrap();
        compressed
    };
    let zstd = zstd::encode_all(PAGE.as_bytes(), 1).unwrap();
    let twice = zstd::encode_all(&gzip[..], 1).unwrap();
    for (coding, body) in [
        ("gzip", gzip.clone()),
        ("x-gzip", gzip),
        ("deflate", zlib),
        ("deflate", bare),
        ("br", brotli),
        ("zstd", zstd),
        ("gzip, zstd", twice),
        ("identity", PAGE.into()),
        ("gzip", PAGE.into()),
    ] {
        let server =
            server_of(Reply::new(200, &[("content-type", "text/html"), ("content-encoding", coding)], body))
                .await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let fetched = fetcher.page(&url("http://news.example/1")).await;
        assert_eq!(fetched.map(|fetched| fetched.page.bytes).unwrap(), PAGE.as_bytes(), "{coding}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_its_coding_is_refused_and_an_unknown_coding_too() {
    let coded = |coding, body: &[u8]| {
        failure_of(Reply::new(200, &[("content-type", "text/html"), ("content-encoding", coding)], body))
    };
    let (failure, retry) = coded("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03only the start").await;
    assert!(matches!(failure, PageFailure::Coding(_)), "{failure}");
    assert!(retry.is_some());
    let (failure, retry) = coded("compress", b"?").await;
    assert_eq!(failure.to_string(), "unknown content coding \"compress\"");
    assert!(retry.is_none());
}

#[tokio::test]
async fn only_html_is_a_page_whatever_it_is_called() {
    for (declared, body, is_page) in [
        ("text/html", PAGE, true),
        ("application/xhtml+xml", PAGE, true),
        ("text/plain", PAGE, true),
        ("application/octet-stream", "%PDF-1.7", false),
        ("text/html", "%PDF-1.7", false),
        ("application/pdf", "%PDF-1.7", false),
        ("image/jpeg", "", false),
        ("application/json", "{}", false),
    ] {
        let server = server_of(Reply::new(200, &[("content-type", declared)], body)).await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let fetched = fetcher.page(&url("http://news.example/1")).await;
        match fetched {
            Ok(_) => assert!(is_page, "{declared} {body}"),
            Err(error) => {
                assert_eq!((is_page, error.reason()), (false, RejectReason::NotHtml), "{declared} {body}")
            }
        }
    }
}

#[tokio::test]
async fn a_page_that_only_sends_elsewhere_is_followed() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        "/1" => Reply::page("<meta http-equiv=\"refresh\" content=\"0; url=/2\">"),
        "/circle" => Reply::page("<meta http-equiv=\"refresh\" content=\"0; url=/back\">"),
        "/back" => Reply::page("<meta http-equiv=\"refresh\" content=\"0; url=/circle\">"),
        _ => Reply::page(PAGE),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let fetched = fetcher.page(&url("http://news.example/1")).await.unwrap();
    assert_eq!((fetched.page.bytes, fetched.hops[0].status), (PAGE.as_bytes().to_vec(), 200));
    assert!(fetcher.page(&url("http://news.example/circle")).await.is_ok(), "a circle ends");
}

#[tokio::test]
async fn a_redirect_to_nowhere_goes_where_its_page_sends() {
    let moved = "<meta http-equiv=refresh content='0; url=/2'>";
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        "/page" => Reply::new(302, &[("content-type", "text/html")], moved),
        "/field" => Reply::new(301, &[("refresh", "0; url=/2")], ""),
        "/nowhere" => Reply::new(302, &[("content-type", "text/html")], "<p>Moved."),
        "/circle" => Reply::new(302, &[], "<meta http-equiv=refresh content='0; url=/circle'>"),
        _ => Reply::page(PAGE),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    for (path, status) in [("/page", 302), ("/field", 301)] {
        let fetched = fetcher.page(&url(&format!("http://news.example{path}"))).await.unwrap();
        assert_eq!(
            (fetched.page.bytes, fetched.hops[0].status),
            (PAGE.as_bytes().to_vec(), status),
            "{path}"
        );
    }
    for path in ["/nowhere", "/circle"] {
        assert!(fetcher.page(&url(&format!("http://news.example{path}"))).await.is_err(), "{path}");
    }
}

#[tokio::test]
async fn a_page_that_a_proxy_changed_on_its_way_is_a_page() {
    let server = server_of(Reply::new(203, &[("content-type", "text/html")], PAGE)).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    assert_eq!(fetcher.page(&url("http://news.example/1")).await.unwrap().page.bytes, PAGE.as_bytes());
}

#[tokio::test]
async fn a_page_that_was_made_from_another_is_a_page() {
    let server = server_of(Reply::new(226, &[("content-type", "text/html")], PAGE)).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    assert_eq!(fetcher.page(&url("http://news.example/1")).await.unwrap().page.bytes, PAGE.as_bytes());
}

#[tokio::test]
async fn a_status_of_success_that_nobody_knows_is_that_of_a_page() {
    for status in [201, 209, 299] {
        let server = server_of(Reply::new(status, &[("content-type", "text/html")], PAGE)).await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let page = fetcher.page(&url("http://news.example/1")).await.unwrap().page;
        assert_eq!(page.bytes, PAGE.as_bytes(), "{status}");
    }
    for status in [202, 205, 207] {
        let (failure, _) = failure_of(Reply::new(status, &[("content-type", "text/html")], PAGE)).await;
        assert_eq!(failure, PageFailure::Status { status: HttpStatus(status), retry_after: None });
    }
}

#[tokio::test]
async fn a_range_that_nobody_asked_for_is_a_page_where_it_holds_all_of_it() {
    let length = PAGE.len();
    let whole = format!("bytes 0-{}/{length}", length - 1);
    let html = ("content-type", "text/html");
    for fields in [vec![html], vec![html, ("content-range", whole.as_str())]] {
        let server = server_of(Reply::new(206, &fields, PAGE)).await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        assert_eq!(fetcher.page(&url("http://news.example/1")).await.unwrap().page.bytes, PAGE.as_bytes());
    }
    for range in ["bytes 0-49/200", "bytes 1-199/200", "bytes 0-49/*", "50"] {
        let (failure, _) = failure_of(Reply::new(206, &[html, ("content-range", range)], PAGE)).await;
        assert_eq!(failure, PageFailure::Status { status: HttpStatus(206), retry_after: None }, "{range}");
    }
}

#[tokio::test]
async fn zlib_data_that_is_called_gzip_is_read() {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut zlib, PAGE.as_bytes()).unwrap();
    let fields = [("content-type", "text/html"), ("content-encoding", "gzip")];
    let server = server_of(Reply::new(200, &fields, zlib.finish().unwrap())).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    assert_eq!(fetcher.page(&url("http://news.example/1")).await.unwrap().page.bytes, PAGE.as_bytes());
}

#[tokio::test]
async fn of_several_choices_the_one_that_the_server_prefers_is_taken() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        "/1" => Reply::redirect(300, "/1.html"),
        _ => Reply::page(PAGE),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let fetched = fetcher.page(&url("http://news.example/1")).await.unwrap();
    assert_eq!(fetched.page.url.unwrap().path(), "/1.html");
}

#[tokio::test]
async fn a_status_says_whether_trying_again_can_help() {
    for (status, helps) in [
        (400, false),
        (401, false),
        (403, false),
        (404, true),
        (410, false),
        (429, true),
        (451, false),
        (500, true),
        (503, true),
    ] {
        let (failure, retry) = failure_of(Reply::status(status)).await;
        assert_eq!(failure, PageFailure::Status { status: HttpStatus(status), retry_after: None });
        assert_eq!(retry.is_some(), helps, "{status}");
    }
}

#[tokio::test]
async fn retries_get_rarer_and_end() {
    let server = server_of(Reply::status(500)).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let error = fetcher.page(&url("http://news.example/1")).await.unwrap_err();
    let minutes: Vec<_> =
        (1..9).map(|attempts| error.retry_in(attempts, monday()).map(|wait| wait.as_secs() / 60)).collect();
    assert_eq!(minutes, [Some(1), Some(4), Some(16), Some(64), Some(256), None, None, None]);
}

#[tokio::test]
async fn an_error_names_the_address_without_its_credentials() {
    let server = server_of(Reply::status(403)).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let error = fetcher.page(&url("http://reader:secret@news.example/1?x=y")).await.unwrap_err();
    assert_eq!(error.to_string(), "http://news.example/1?x=y: answered 403 Forbidden");
}

/// A link of the one redirector that is known, with the id `message` makes.
fn wrapped(message: &[u8]) -> url::Url {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let id = BASE64_URL_SAFE_NO_PAD.encode(message);
    url(&format!("http://news.google.com/rss/articles/{id}?oc=5"))
}

#[tokio::test]
async fn a_redirectors_link_that_carries_the_article_is_unwrapped_without_asking_it() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/ferry" => Reply::page(PAGE),
        _ => Reply::status(404),
    })
    .await;
    let fetcher = fetcher(settings(&["news.google.com", "news.example"], server.address));
    let link = wrapped(b"\x08\x13\x22\x19http://news.example/ferry\xd2\x01\x00");
    let fetched = fetcher.page(&link).await.unwrap();
    assert_eq!(fetched.page.url, Some(url("http://news.example/ferry")));
    assert!(server.log().iter().all(|asked| asked.host() == "news.example"));
}

#[tokio::test]
async fn a_redirectors_page_is_asked_where_the_article_is_and_is_never_taken_for_one() {
    let server = Server::start(|asked| match (asked.host(), asked.path.as_str()) {
        (_, "/robots.txt") => Reply::status(404),
        ("news.example", _) => Reply::page(PAGE),
        (_, path) if path.contains("?oc=5") => {
            Reply::page(r#"<title>News</title><c-wiz data-n-au="http://news.example/ferry"></c-wiz>"#)
        }
        _ => Reply::page("<title>News</title><p>Before you continue, please agree to our terms."),
    })
    .await;
    let fetcher = fetcher(settings(&["news.google.com", "news.example"], server.address));
    let link = wrapped(b"\x08\x13\x22\x08AU_yqLMa");
    let fetched = fetcher.page(&link).await.unwrap();
    assert_eq!(fetched.page.url, Some(url("http://news.example/ferry")));
    assert_eq!(fetched.hops.len(), 1);
    let mut silent = link;
    silent.set_query(None);
    let error = fetcher.page(&silent).await.unwrap_err();
    assert_eq!(error.reason(), RejectReason::Redirector);
    assert_eq!(error.retry_in(1, monday()), None, "asking again would not help");
}

#[tokio::test]
async fn pages_wait_for_memory_that_other_pages_hold() {
    let server = server_of(Reply::page(&format!("{PAGE}{}", "<p>More of the same.".repeat(20_000)))).await;
    let fetcher = fetcher(settings(&["news.example"], server.address)).with_page_memory(64 << 10);
    let first = fetcher.page(&url("http://news.example/1")).await.unwrap();
    let address = url("http://news.example/2");
    let mut second = Box::pin(fetcher.page(&address));
    let waits = tokio::time::timeout(Duration::from_millis(500), second.as_mut()).await;
    assert!(waits.is_err(), "the first holds what may be held");
    drop(first);
    assert!(second.await.unwrap().page.bytes.len() > 300_000);
}

#[tokio::test]
async fn a_refresh_field_is_followed_as_the_element_is() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        "/1" => Reply::new(200, &[("content-type", "text/html"), ("refresh", "0; url=/2")], ""),
        _ => Reply::page(PAGE),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let fetched = fetcher.page(&url("http://news.example/1")).await.unwrap();
    assert_eq!(fetched.page.url, Some(url("http://news.example/2")));
}

#[tokio::test]
async fn an_answer_without_a_byte_is_asked_for_again() {
    let server = server_of(Reply::page(" \n")).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let error = fetcher.page(&url("http://news.example/1")).await.unwrap_err();
    assert_eq!(error.reason(), RejectReason::Empty);
    assert!(error.retry_in(1, monday()).is_some());
    assert_eq!(error.retry_in(3, monday()), None);
}

#[tokio::test]
async fn an_answer_that_says_it_holds_nothing_or_holds_an_empty_document_is_asked_for_again() {
    let frame = "<!doctype html><html><head></head><body></body></html>";
    for reply in [Reply::status(204), Reply::page(frame)] {
        let server = server_of(reply).await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let error = fetcher.page(&url("http://news.example/1")).await.unwrap_err();
        assert_eq!(error.reason(), RejectReason::Empty);
        assert!(error.retry_in(1, monday()).is_some());
    }
}

#[tokio::test]
async fn a_link_that_carries_the_article_in_its_query_needs_no_request_to_the_redirector() {
    let server = server_of(Reply::page(PAGE)).await;
    let fetcher = fetcher(settings(&["www.google.com", "news.example"], server.address));
    let link = url("http://www.google.com/url?sa=t&url=http://news.example/1%3Fx%3D1");
    let fetched = fetcher.page(&link).await.unwrap();
    assert_eq!(fetched.page.url, Some(url("http://news.example/1?x=1")));
    assert_eq!(server.paths(), ["/robots.txt", "/1?x=1"]);
}
