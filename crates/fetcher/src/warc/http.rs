//! HTTP messages as they stand in the blocks of request and response records.

use std::borrow::Cow;

use dateline_wire::HttpStatus;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

/// Where the `Transfer-Encoding` of a body is told that is stored without its chunks: the name that Common Crawl uses.
const X_CRAWL_TRANSFER_ENCODING: HeaderName = HeaderName::from_static("x-crawl-transfer-encoding");

/// A response as recorded: the body without chunks, still content-encoded.
#[derive(Debug, Clone)]
pub struct RecordedResponse<'b> {
    /// The status code.
    pub status: u16,
    /// The header fields that are valid by RFC 9110.
    pub headers: HeaderMap,
    /// The body.
    pub body: Cow<'b, [u8]>,
}

/// Reads the block of a response record. `None` if it doesn't begin with a status line.
///
/// Reading is lenient, since tools write what servers sent: any HTTP version, bare line feeds, folded lines, fields without a
/// valid name (passed over). Chunks are taken out where the message says that it is chunked and its body really is.
pub fn read_response(block: &[u8]) -> Option<RecordedResponse<'_>> {
    let (head, body) = split_head(block);
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let status = parse_status(lines.next()?)?;
    let headers = parse_headers(lines);
    let chunked = headers
        .get_all(header::TRANSFER_ENCODING)
        .iter()
        .any(|coding| coding.as_bytes().to_ascii_lowercase().ends_with(b"chunked"));
    let body = if chunked { dechunk(body).map_or(body.into(), Cow::Owned) } else { body.into() };
    Some(RecordedResponse { status, headers, body })
}

/// The head without the empty line, and what follows that.
fn split_head(block: &[u8]) -> (&[u8], &[u8]) {
    let mut line_at = 0;
    while let Some(length) = memchr::memchr(b'\n', &block[line_at..]) {
        let next = line_at + length + 1;
        if matches!(&block[line_at..next], b"\r\n" | b"\n") {
            return (&block[..line_at], &block[next..]);
        }
        line_at = next;
    }
    (block, &[])
}

fn parse_status(line: &[u8]) -> Option<u16> {
    let line = str::from_utf8(line.get(..line.len().min(64))?).unwrap_or_default();
    let mut words = line.split_ascii_whitespace();
    words.next().filter(|version| version.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("HTTP/")))?;
    words.next()?.parse().ok().filter(|status| (100..1000).contains(status))
}

fn parse_headers<'l>(lines: impl Iterator<Item = &'l [u8]>) -> HeaderMap {
    let mut fields: Vec<(&[u8], Vec<u8>)> = Vec::new();
    for line in lines {
        if let ([b' ' | b'\t', ..], Some((_, value))) = (line, fields.last_mut()) {
            value.push(b' ');
            value.extend(line.trim_ascii());
        } else if let Some(colon) = memchr::memchr(b':', line) {
            fields.push((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii().to_vec()));
        }
    }
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(&value)) {
            // A map holds 32,768 fields; what a hostile record has above that is of no use to anybody.
            let _ = headers.try_append(name, value);
        }
    }
    headers
}

/// The body without its chunks (RFC 9112, section 7.1), up to where it was cut off if it was. `None` if it isn't chunked:
/// some writers take the chunks out and leave the header as it was.
fn dechunk(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::with_capacity(body.len());
    let mut chunks = 0_u32;
    loop {
        let Some(end) = memchr::memchr(b'\n', body) else {
            return (chunks > 0).then_some(whole);
        };
        let line = body[..end].trim_ascii();
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let size = str::from_utf8(digits).ok().and_then(|digits| usize::from_str_radix(digits, 16).ok())?;
        body = &body[end + 1..];
        if size == 0 {
            return Some(whole);
        }
        let Some((chunk, rest)) = body.split_at_checked(size) else {
            whole.extend(body);
            return Some(whole);
        };
        whole.extend(chunk);
        chunks += 1;
        body = match rest {
            [] => return Some(whole),
            [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => rest,
            _ => return None,
        };
    }
}

/// The block of a request record: a GET of `url` with these headers.
pub fn write_request(url: &Url, headers: &HeaderMap) -> Vec<u8> {
    let mut block = format!("GET {}", url.path()).into_bytes();
    if let Some(query) = url.query() {
        block.push(b'?');
        block.extend(query.as_bytes());
    }
    block.extend(b" HTTP/1.1\r\n");
    if !headers.contains_key(header::HOST) {
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        block.extend(format!("host: {host}{port}\r\n").as_bytes());
    }
    write_headers(headers, &mut block);
    block
}

/// The block of a response record, for a body that came out of its chunks but is still content-encoded.
pub fn write_response(status: u16, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let words = HttpStatus(status).words().unwrap_or_default();
    let mut block = format!("HTTP/1.1 {status} {words}\r\n").into_bytes();
    write_headers(headers, &mut block);
    block.extend(body);
    block
}

fn write_headers(headers: &HeaderMap, block: &mut Vec<u8>) {
    for (name, value) in headers {
        let name = if *name == header::TRANSFER_ENCODING { &X_CRAWL_TRANSFER_ENCODING } else { name };
        block.extend(name.as_str().as_bytes());
        block.extend(b": ");
        block.extend(value.as_bytes());
        block.extend(b"\r\n");
    }
    block.extend(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        headers.append(header::LINK, HeaderValue::from_static("</a>; rel=next"));
        headers.append(header::LINK, HeaderValue::from_bytes(b"</\xe9>; rel=prev").unwrap());
        let block = write_response(200, &headers, b"<p>\r\n\r\ntext");
        let read = read_response(&block).unwrap();
        assert_eq!((read.status, &*read.body), (200, b"<p>\r\n\r\ntext".as_slice()));
        assert_eq!(read.headers, headers);
    }

    #[test]
    fn a_body_that_came_out_of_its_chunks_is_not_called_chunked() {
        let mut headers = HeaderMap::new();
        headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        let block = write_response(200, &headers, b"5 o'clock");
        assert_eq!(&*read_response(&block).unwrap().body, b"5 o'clock");
        assert!(String::from_utf8(block).unwrap().contains("x-crawl-transfer-encoding: chunked"));
    }

    #[test]
    fn chunks_written_by_others_are_taken_out() {
        let read = |body: &[u8]| {
            let block = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", body].concat();
            read_response(&block).unwrap().body.into_owned()
        };
        assert_eq!(read(b"4;a=b\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n"), b"Wikipedia");
        assert_eq!(read(b"4\r\nWiki\r\n5\r\nped"), b"Wikiped", "cut off");
        assert_eq!(read(b"<html>\r\n"), b"<html>\r\n", "taken out already");
        assert_eq!(read(b"5 dead\r\n text"), b"5 dead\r\n text", "never chunked");
    }

    #[test]
    fn heads_of_strangers_are_read() {
        let read =
            read_response(b"HTTP/2 404\nX-Folded: a\n  b\nno colon\nbad name: 1\nEmpty:\n\nbody").unwrap();
        assert_eq!((read.status, &*read.body), (404, b"body".as_slice()));
        assert_eq!(read.headers["x-folded"], "a b");
        assert_eq!(read.headers.len(), 2);
        assert!(read_response(b"GET / HTTP/1.1\r\n\r\n").is_none());
        assert!(read_response(b"").is_none());
        assert_eq!(read_response(b"HTTP/1.1 204 No Content").unwrap().body.len(), 0);
    }

    #[test]
    fn a_request_names_its_host_once() {
        let url = Url::parse("http://news.example:8080/a?b=c").unwrap();
        let text = String::from_utf8(write_request(&url, &HeaderMap::new())).unwrap();
        assert_eq!(text, "GET /a?b=c HTTP/1.1\r\nhost: news.example:8080\r\n\r\n");
    }
}
