//! What a record of an archive is to a reader of news.

use dateline_fetcher::{
    coding,
    warc::{Record, RecordType, field, http},
};
use dateline_wire::Page;
use jiff::Timestamp;
use url::Url;

/// The longest page that is read, decompressed. As in live fetching, what is longer is no article.
const MAX_PAGE: usize = 16 << 20;
/// How many bytes of a body are looked at to tell whether it is HTML where nothing says so.
const SNIFFED: usize = 512;

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
    let sent = response.headers.get("content-type").map(|value| value.as_bytes());
    if !says_html(record, sent, &response.body) {
        return Err(NonPage::NotHtml);
    }
    let content_type = sent.map(|value| String::from_utf8_lossy(value).into_owned());
    let bytes =
        coding::decode_body(&response.headers, &response.body, MAX_PAGE).map_err(|_| NonPage::Coding)?;
    Ok((content_type, bytes))
}

/// The same of a page that was stored without the protocol around it (WARC 1.1, section 6.4): the block is the body, and the record
/// says of what type. Tools store their own findings likewise, at addresses of other schemes.
fn body_of_resource(record: &Record) -> Result<(Option<String>, Vec<u8>), NonPage> {
    let is_of_web = record.target().is_some_and(|url| matches!(url.scheme(), "http" | "https"));
    let said = record.fields.get(field::CONTENT_TYPE);
    if !is_of_web
        || record.block.len() > MAX_PAGE
        || !says_html(record, said.map(str::as_bytes), &record.block)
    {
        return Err(NonPage::NotHtml);
    }
    Ok((said.map(str::to_owned), record.block.clone()))
}

/// Whether `sent`, the type that came with the body, or the archive calls it HTML, or it looks like it where neither says anything.
fn says_html(record: &Record, sent: Option<&[u8]>, body: &[u8]) -> bool {
    let is_html = |media_type: &[u8]| {
        let essence = media_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        essence.eq_ignore_ascii_case(b"text/html") || essence.eq_ignore_ascii_case(b"application/xhtml+xml")
    };
    let identified = record.fields.get("WARC-Identified-Payload-Type").map(str::as_bytes);
    if sent.is_none() && identified.is_none() {
        let start = body[..body.len().min(SNIFFED)].trim_ascii_start().to_ascii_lowercase();
        return start.starts_with(b"<!doctype html") || start.starts_with(b"<html");
    }
    sent.into_iter().chain(identified).any(is_html)
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
        assert_eq!(other(&record(response, "HTTP/1.1 200 OK", b"plain text")), Some(NonPage::NotHtml));
        let head = format!("{HTML}\r\nContent-Encoding: compress");
        assert_eq!(other(&record(response, &head, b"")), Some(NonPage::Coding));
    }
}
