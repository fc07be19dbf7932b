//! What a record of an archive is to a reader of news.

use dateline_fetcher::{
    coding, other_than_html,
    warc::{Record, RecordType, field, http},
};
use dateline_wire::Page;
use jiff::Timestamp;
use url::Url;

/// The longest page that is read, decompressed. As in live fetching, what is longer is no article.
const MAX_PAGE: usize = 16 << 20;
/// What begins the types of what a page brings with it, whose bodies need not be decoded to be told.
const BROUGHT_BY_PAGES: [&str; 5] = ["image/", "audio/", "video/", "font/", "text/css"];

/// What a record holds.
pub(crate) enum Capture {
    /// An HTML page that was there.
    Page(Box<CapturedPage>),
    /// Anything else.
    Other(NonPage),
}

/// An HTML page and where it is from.
pub(crate) struct CapturedPage {
    /// The address that was asked.
    pub(crate) url: Url,
    /// The page.
    pub(crate) page: Page,
    /// When it was captured.
    pub(crate) at: Timestamp,
    /// The `WARC-Record-ID`.
    pub(crate) record_id: Option<String>,
}

/// Why a record holds no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NonPage {
    /// It is no answer: a request, metadata, the further piece of a split record.
    NotResponse,
    /// It repeats a page that was captured before.
    Revisit,
    /// It has no address, date or HTTP head that can be read.
    Unreadable,
    /// Its status isn't 200.
    Status,
    /// It isn't HTML.
    NotHtml,
    /// Its content coding can't be undone.
    Coding,
}

impl Capture {
    /// What `record` holds.
    pub(crate) fn of(record: &Record) -> Self {
        read(record).map_or_else(Self::Other, |page| Self::Page(Box::new(page)))
    }
}

fn read(record: &Record) -> Result<CapturedPage, NonPage> {
    let (content_type, bytes) = match record.kind() {
        RecordType::Response if record.is_http() => body_of_response(record)?,
        RecordType::Resource => body_of_resource(record)?,
        RecordType::Revisit => return Err(NonPage::Revisit),
        _ => return Err(NonPage::NotResponse),
    };
    let (Some(url), Some(at)) = (record.target(), record.date()) else { return Err(NonPage::Unreadable) };
    let page = Page { url: Some(url.clone()), content_type, bytes, received_at: Some(at) };
    Ok(CapturedPage { url, page, at, record_id: record.id().map(str::to_owned) })
}

/// The `Content-Type` and the body of a page that a server answered with.
fn body_of_response(record: &Record) -> Result<(Option<String>, Vec<u8>), NonPage> {
    let response = http::read_response(&record.block).ok_or(NonPage::Unreadable)?;
    if response.status != 200 {
        return Err(NonPage::Status);
    }
    let sent = response.headers.get("content-type");
    let sent = sent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if is_brought_by_pages(record, sent.as_deref()) {
        return Err(NonPage::NotHtml);
    }
    let bytes =
        coding::decode_body(&response.headers, &response.body, MAX_PAGE).map_err(|_| NonPage::Coding)?;
    if is_html(record, sent.as_deref(), &bytes) { Ok((sent, bytes)) } else { Err(NonPage::NotHtml) }
}

/// The same of a page that was stored without the protocol around it (WARC 1.1, section 6.4): the block is the body, and the record
/// says of what type. Tools store their own findings likewise, at addresses of other schemes.
fn body_of_resource(record: &Record) -> Result<(Option<String>, Vec<u8>), NonPage> {
    let is_of_web = record.target().is_some_and(|url| matches!(url.scheme(), "http" | "https"));
    let said = record.fields.get(field::CONTENT_TYPE);
    if !is_of_web || record.block.len() > MAX_PAGE || !is_html(record, said, &record.block) {
        return Err(NonPage::NotHtml);
    }
    Ok((said.map(str::to_owned), record.block.clone()))
}

/// The type that the archive itself found.
fn identified(record: &Record) -> Option<&str> {
    record.fields.get("WARC-Identified-Payload-Type")
}

/// Whether a body is a script, a picture or the like by its type, and the archive says nothing else.
fn is_brought_by_pages(record: &Record, sent: Option<&str>) -> bool {
    let sent = sent.unwrap_or_default().trim_start().to_ascii_lowercase();
    let is_it = BROUGHT_BY_PAGES.iter().any(|begin| sent.starts_with(begin))
        || ["javascript", "json"].iter().any(|kind| sent.contains(kind));
    is_it && identified(record).is_none()
}

/// Whether a body is HTML by `sent`, the type that came with it, or by what the archive calls it; told as in live fetching, where pages
/// that servers call by another type are pages all the same.
fn is_html(record: &Record, sent: Option<&str>, body: &[u8]) -> bool {
    let is_html_as = |media_type: Option<&str>| other_than_html(media_type, body).is_none();
    is_html_as(sent) || identified(record).is_some_and(|kind| is_html_as(Some(kind)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use dateline_fetcher::warc::RecordIds;

    use super::*;

    fn record(kind: RecordType, head: &str, body: &[u8]) -> Record {
        let block = [head.as_bytes(), b"\r\n\r\n", body].concat();
        Record::new(kind, &RecordIds::new([1; 16]).next_id(), "2026-03-01T06:00:00Z".parse().unwrap())
            .with(field::TARGET_URI, "https://news.example/a")
            .with_block("application/http; msgtype=response", block)
    }

    fn other(record: &Record) -> Option<NonPage> {
        match Capture::of(record) {
            Capture::Page(_) => None,
            Capture::Other(other) => Some(other),
        }
    }

    const HTML: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=euc-kr";

    #[test]
    fn a_page_comes_with_its_address_date_charset_and_record() {
        let Capture::Page(captured) = Capture::of(&record(RecordType::Response, HTML, b"<p>text")) else {
            panic!("it is a page")
        };
        assert_eq!(captured.url.as_str(), "https://news.example/a");
        assert_eq!(captured.at.to_string(), "2026-03-01T06:00:00Z");
        assert_eq!(captured.page.content_type.as_deref(), Some("text/html; charset=euc-kr"));
        assert_eq!(captured.page.bytes, b"<p>text");
        assert!(captured.record_id.unwrap().starts_with("urn:uuid:"));
    }

    #[test]
    fn a_compressed_page_is_decompressed_and_one_that_only_claims_to_be_is_taken_as_it_is() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(b"<p>text").unwrap();
        let head = format!("{HTML}\r\nContent-Encoding: gzip");
        for body in [gzip.finish().unwrap(), b"<p>text".to_vec()] {
            let Capture::Page(captured) = Capture::of(&record(RecordType::Response, &head, &body)) else {
                panic!("it is a page")
            };
            assert_eq!(captured.page.bytes, b"<p>text");
        }
    }

    fn resource(target: &str, media_type: &str, body: &[u8]) -> Record {
        let id = RecordIds::new([2; 16]).next_id();
        Record::new(RecordType::Resource, &id, "2026-03-01T06:00:00Z".parse().unwrap())
            .with(field::TARGET_URI, target)
            .with_block(media_type, body.to_vec())
    }

    #[test]
    fn a_page_that_was_stored_without_an_answer_around_it_is_read_as_it_is() {
        let record = resource("https://news.example/a", "text/html; charset=euc-kr", b"<p>text");
        let Capture::Page(captured) = Capture::of(&record) else { panic!("it is a page") };
        assert_eq!(captured.url.as_str(), "https://news.example/a");
        assert_eq!(captured.at.to_string(), "2026-03-01T06:00:00Z");
        assert_eq!(captured.page.content_type.as_deref(), Some("text/html; charset=euc-kr"));
        assert_eq!(captured.page.bytes, b"<p>text");
        for (target, media_type) in [
            ("https://news.example/a.png", "image/png"),
            ("dns:news.example", "text/dns"),
            ("urn:view:https://news.example/a", "text/html"),
        ] {
            assert_eq!(other(&resource(target, media_type, b"<p>")), Some(NonPage::NotHtml), "{target}");
        }
    }

    #[test]
    fn what_is_no_page_is_told_apart() {
        let response = RecordType::Response;
        assert_eq!(other(&record(RecordType::Request, "GET / HTTP/1.1", b"")), Some(NonPage::NotResponse));
        assert_eq!(other(&record(RecordType::Revisit, HTML, b"")), Some(NonPage::Revisit));
        assert_eq!(other(&record(response, "HTTP/1.1 404 Not Found", b"<html>")), Some(NonPage::Status));
        assert_eq!(
            other(&record(response, "HTTP/1.1 200 OK\r\nContent-Type: image/png", b"")),
            Some(NonPage::NotHtml)
        );
        assert_eq!(other(&record(response, "no head", b"")), Some(NonPage::Unreadable));
        assert_eq!(other(&record(response, "HTTP/1.1 200 OK", b" <!DOCTYPE HTML><p>")), None);
        let says = |media_type: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: {media_type}");
        for media_type in ["text/plain", "application/octet-stream", "application/x-httpd-php"] {
            let page = record(response, &says(media_type), b"<!DOCTYPE html><title>Port</title>");
            assert_eq!(other(&page), None, "{media_type}");
            let text = record(response, &says(media_type), b"plain text");
            assert_eq!(other(&text), Some(NonPage::NotHtml), "{media_type}");
        }
        let stored = resource("https://news.example/a", "text/plain", b"<html lang=ko><p>text");
        assert_eq!(other(&stored), None);
        assert_eq!(other(&record(response, "HTTP/1.1 200 OK", b"plain text")), Some(NonPage::NotHtml));
        let head = format!("{HTML}\r\nContent-Encoding: compress");
        assert_eq!(other(&record(response, &head, b"")), Some(NonPage::Coding));
    }
}
