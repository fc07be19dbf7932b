//! Bounds on everything a server can send or not send.

use std::time::{Duration, Instant};

use dateline_fetcher::{
    FetchSettings,
    transport::{FailureKind, LiveTransport, Purpose, Request, Transport, TransportError},
};

use crate::support::*;

/// Short bounds, so that tests are.
fn bounded(server: &Server) -> FetchSettings {
    FetchSettings {
        timeout: Duration::from_millis(900),
        connect_timeout: Duration::from_millis(300),
        first_byte_timeout: Duration::from_millis(500),
        stall_timeout: Duration::from_millis(300),
        max_body_bytes: 100_000,
        max_decoded_bytes: 200_000,
        max_header_bytes: 16_384,
        ..settings(&["news.example"], server.address)
    }
}

async fn exchange(reply: Reply) -> (Result<usize, TransportError>, Duration) {
    let server = Server::always(reply).await;
    let live = LiveTransport::new(&bounded(&server)).unwrap();
    let request = Request::get(url("http://news.example/1"), Purpose::Page);
    let started = Instant::now();
    let answer = live.send(request).await;
    (answer.map(|response| response.body.len()), started.elapsed())
}

async fn failure(reply: Reply) -> FailureKind {
    exchange(reply).await.0.unwrap_err().kind
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_after_the_bound_for_the_first_byte() {
    let (answer, took) = exchange(Reply::silence()).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::Timeout);
    assert!(took < Duration::from_millis(850), "{took:?}");
}

#[tokio::test]
async fn a_head_that_drips_is_left_after_the_bound_for_the_first_byte() {
    let mut drip = Reply::raw("HTTP/1.1 200 OK\r\n");
    for _ in 0..40 {
        drip = drip.then(Duration::from_millis(100), "a: b\r\n");
    }
    let (answer, took) = exchange(drip).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::Timeout);
    assert!(took < Duration::from_millis(850), "{took:?}");
}

#[tokio::test]
async fn a_body_that_stalls_is_left_after_the_bound_for_a_pause() {
    let stalls = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nten bytes ").staying();
    let (answer, took) = exchange(stalls).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::Timeout);
    assert!(took < Duration::from_millis(800), "{took:?}");
}

#[tokio::test]
async fn a_body_that_drips_is_left_after_the_bound_for_the_whole() {
    let mut drip = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
    for _ in 0..100 {
        drip = drip.then(Duration::from_millis(50), "x");
    }
    let (answer, took) = exchange(drip).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::Timeout);
    assert!((850..2500).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test]
async fn a_flood_of_headers_ends_at_the_bound() {
    let one_huge = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(1 << 20));
    assert_eq!(failure(Reply::raw(one_huge)).await, FailureKind::TooLarge);
    let many: String = (0..100_000).map(|number| format!("x{number}: y\r\n")).collect();
    assert_eq!(failure(Reply::raw(format!("HTTP/1.1 200 OK\r\n{many}\r\n"))).await, FailureKind::TooLarge);
    // Above the bound, though below what the client takes by itself.
    let above = Reply::new(200, &[("x", &"a".repeat(16_384))], "");
    assert_eq!(failure(above).await, FailureKind::TooLarge);
    let below = Reply::new(200, &[("x", &"a".repeat(16_000))], "body");
    assert_eq!(exchange(below).await.0, Ok(4));
}

#[tokio::test]
async fn a_body_that_is_too_large_ends_at_the_bound_declared_or_not() {
    let declared = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nx").staying();
    let (answer, took) = exchange(declared).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::TooLarge);
    assert!(took < Duration::from_millis(300), "at once, not after {took:?}");
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(1 << 20));
    assert_eq!(failure(Reply::raw(endless)).await, FailureKind::TooLarge);
    assert_eq!(exchange(Reply::new(200, &[], vec![b'x'; 100_000])).await.0, Ok(100_000));
}

#[tokio::test]
async fn a_body_that_ends_before_its_length_is_no_answer() {
    let cut = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nten bytes ");
    assert_eq!(failure(cut).await, FailureKind::Cut);
    let cut_chunk = Reply::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nten bytes ");
    assert_eq!(failure(cut_chunk).await, FailureKind::Cut);
    assert_eq!(failure(Reply::raw("")).await, FailureKind::Cut);
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    assert_eq!(failure(Reply::raw("SSH-2.0-OpenSSH_9.2\r\n")).await, FailureKind::Protocol);
    let bad_chunk = Reply::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    assert!(exchange(bad_chunk).await.0.is_err());
}

#[tokio::test]
async fn a_bomb_ends_at_the_cap_in_every_coding() {
    let zeros = vec![0u8; 8 << 20];
    let gzip = {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&zeros).unwrap();
        encoder.finish().unwrap()
    };
    let brotli = {
        let mut compressed = Vec::new();
        brotli::BrotliCompress(
            &mut &zeros[..],
            &mut compressed,
            &brotli::enc::BrotliEncoderParams { quality: 3, ..Default::default() },
        )
        .unwrap();
        compressed
    };
    let zstd = zstd::encode_all(&zeros[..], 3).unwrap();
    for (coding, body) in [("gzip", gzip), ("br", brotli), ("zstd", zstd)] {
        assert!(body.len() < 100_000, "{coding}: {}", body.len());
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/robots.txt" => Reply::status(404),
            _ => Reply::new(200, &[("content-type", "text/html"), ("content-encoding", coding)], &body),
        })
        .await;
        let fetcher = fetcher(bounded(&server));
        let error = fetcher.page(&url("http://news.example/1")).await.unwrap_err();
        assert_eq!(error.failure.to_string(), "the body decompresses to more than 200000 bytes", "{coding}");
        let outcome = poll(&fetcher, &feed("http://news.example/1")).await;
        assert!(outcome.feed.last_error.unwrap().to_string().contains("200000"), "{coding}");
    }
}
