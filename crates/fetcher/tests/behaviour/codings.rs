//! Content codings as servers send them: pages, feeds and robots.txt alike.

use std::io::Write;

use dateline_fetcher::PollResult;
use flate2::Compression;

use crate::support::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    brotli::CompressorWriter::new(&mut compressed, 4096, 4, 20).write_all(bytes).unwrap();
    compressed
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// What stands in `Content-Encoding`, each field of it, and the body as it is sent.
type Coded = (&'static [&'static str], Vec<u8>);

/// `plain` in codings that are named rightly, wrongly, by names that are none, twice, or not at all, with bytes too many and too few.
fn shapes(plain: &[u8]) -> Vec<Coded> {
    let with = |bytes: &[u8], end: &[u8]| [bytes, end].concat();
    let gz = gzip(plain);
    let cut = |by: usize| gz[..gz.len() - by].to_vec();
    let (half, rest) = plain.split_at(plain.len() / 2);
    vec![
        // Bytes behind the end.
        (&["gzip"], with(&gz, b"\n")),
        (&["gzip"], with(&gz, b"\0")),
        (&["gzip"], with(&gz, &[0; 1000])),
        (&["gzip"], with(&gz, b"0\r\n\r\n")),
        (&["gzip"], with(&gz, b"<!-- served by cache 7 -->")),
        (&["gzip"], with(&gz, &[0x1f])),
        (&["gzip"], with(&gz, &gzip(b""))),
        (&["deflate"], with(&zlib(plain), b"\r\n")),
        (&["br"], with(&brotli(plain), b"\r\n")),
        (&["zstd"], with(&zstd(plain), b"\r\n")),
        // Without the trailer, whole or in part, or with a wrong one.
        (&["gzip"], cut(8)),
        (&["gzip"], cut(4)),
        (&["gzip"], cut(1)),
        (&["gzip"], with(&cut(8), &[0xff; 8])),
        (&["deflate"], zlib(plain)[..zlib(plain).len() - 2].to_vec()),
        (&["deflate"], with(&zlib(plain)[..zlib(plain).len() - 4], &[0; 4])),
        // In several members, the last without its trailer.
        (&["gzip"], with(&gzip(half), &gzip(rest))),
        (&["gzip"], with(&gzip(half), &gzip(rest)[..gzip(rest).len() - 8])),
        (&["zstd"], with(&zstd(half), &zstd(rest))),
        // Names that are no coding.
        (&["binary"], plain.to_vec()),
        (&["identity"], plain.to_vec()),
        (&["none"], plain.to_vec()),
        (&["null"], plain.to_vec()),
        (&["utf-8"], plain.to_vec()),
        (&["UTF8"], plain.to_vec()),
        (&["8bit"], plain.to_vec()),
        (&["text/html"], plain.to_vec()),
        (&["chunked"], plain.to_vec()),
        (&["amazon-s3"], plain.to_vec()),
        (&["aws-chunked"], plain.to_vec()),
        (&["*"], plain.to_vec()),
        (&[""], plain.to_vec()),
        (&[","], plain.to_vec()),
        // Beside one that is.
        (&["identity, gzip"], gz.clone()),
        (&["gzip, identity"], gz.clone()),
        (&["gzip,"], gz.clone()),
        (&["GZip"], gz.clone()),
        (&["gzip;q=1.0"], gz.clone()),
        (&["br;q=1.0"], brotli(plain)),
        (&["br; charset=utf-8"], brotli(plain)),
        (&["deflate;q=0.5"], zlib(plain)),
        (&["aws-chunked,gzip"], gz.clone()),
        (&["utf-8", "gzip"], gz.clone()),
        (&["br", "binary"], brotli(plain)),
        // On top of one another, said in one field or in two.
        (&["gzip, gzip"], gzip(&gz)),
        (&["deflate, gzip"], gzip(&zlib(plain))),
        (&["gzip, br"], brotli(&gz)),
        (&["br", "gzip"], gzip(&brotli(plain))),
        (&["zstd, br"], brotli(&zstd(plain))),
        (&["br, br"], brotli(&brotli(plain))),
        // Said twice and done once, or said once and done twice.
        (&["gzip, gzip"], gz.clone()),
        (&["gzip", "gzip"], gz.clone()),
        (&["br, br"], brotli(plain)),
        (&["br", "br"], brotli(plain)),
        (&["zstd", "zstd"], zstd(plain)),
        (&["deflate, deflate"], zlib(plain)),
        (&["gzip"], gzip(&gz)),
        (&["gzip, br"], brotli(plain)),
        (&["br, gzip"], gz.clone()),
        // Called something else.
        (&["gzip"], zlib(plain)),
        (&["gzip"], zstd(plain)),
        (&["br"], gz.clone()),
        (&["br"], zstd(plain)),
        (&["deflate"], zstd(plain)),
        (&["zstd"], zlib(plain)),
        (&["zstd"], plain.to_vec()),
        (&[], gz),
        (&[], zstd(plain)),
    ]
}

fn reply(media_type: &'static str, (codings, body): &Coded) -> Reply {
    let mut fields = vec![("content-type", media_type)];
    fields.extend(codings.iter().map(|coding| ("content-encoding", *coding)));
    Reply::new(200, &fields, body)
}

#[tokio::test]
async fn a_page_is_read_in_every_shape_of_its_codings() {
    let mut wrong = Vec::new();
    for coded in shapes(PAGE.as_bytes()) {
        let page = reply("text/html", &coded);
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/robots.txt" => Reply::status(404),
            _ => page.clone(),
        })
        .await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        match fetcher.page(&url("http://news.example/1")).await {
            Ok(fetched) if fetched.page.bytes == PAGE.as_bytes() => {}
            Ok(fetched) => {
                wrong.push(format!("{:?}: {:?}", coded.0, String::from_utf8_lossy(&fetched.page.bytes)))
            }
            Err(error) => wrong.push(format!("{:?}: {error}", coded.0)),
        }
    }
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn a_feed_is_read_in_every_shape_of_its_codings() {
    let mut wrong = Vec::new();
    for coded in shapes(FEED.as_bytes()) {
        let server = Server::always(reply("application/rss+xml", &coded)).await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let outcome = poll_first(&fetcher, "http://news.example/feed.xml").await;
        if outcome.result != PollResult::Read || outcome.entries.len() != 2 {
            wrong.push(format!("{:?}: {:?}", coded.0, outcome.result));
        }
    }
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn robots_txt_is_obeyed_in_every_shape_of_its_codings() {
    let rules =
        b"User-agent: *\nDisallow: /1\n\n# Whatever else is here may be read by anybody who asks for it.\n";
    let mut wrong = Vec::new();
    for coded in shapes(rules) {
        let robots = reply("text/plain", &coded);
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/robots.txt" => robots.clone(),
            _ => Reply::page(PAGE),
        })
        .await;
        let fetcher = fetcher(settings(&["news.example"], server.address));
        let (closed, open) = (
            fetcher.page(&url("http://news.example/1")).await,
            fetcher.page(&url("http://news.example/2")).await,
        );
        if closed.is_ok() || open.is_err() {
            wrong.push(format!(
                "{:?}: {:?}, {:?}",
                coded.0,
                closed.is_ok(),
                open.err().map(|error| error.to_string())
            ));
        }
    }
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}
