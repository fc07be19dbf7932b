//! Whether a body is HTML, whatever it is called.

use dateline_text::media;

/// How much of a body is looked at, as in the WHATWG MIME Sniffing Standard (section 7.1: at most 1445 bytes, here more for
/// the sake of long comments).
const MAX_SNIFFED_BYTES: usize = 4096;

/// The tags that a page begins with, from the same standard and from what servers send.
const FIRST_TAGS: [&str; 18] = [
    "!doctype html",
    "html",
    "head",
    "script",
    "iframe",
    "h1",
    "div",
    "font",
    "table",
    "a",
    "style",
    "title",
    "b",
    "body",
    "br",
    "p",
    "meta",
    "!--",
];

/// Nothing if `body`, sent as `content_type`, is HTML; else what it is.
pub fn other_than_html(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let essence = essence(content_type.unwrap_or_default());
    let start = &body[..body.len().min(MAX_SNIFFED_BYTES)];
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let declared_or = |what: &str| Some(if essence.is_empty() { what.to_owned() } else { essence.clone() });
    if let Some(what) = media::by_first_bytes(start) {
        return Some(what.to_owned());
    }
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" => {
            let is_utf16 = start.starts_with(b"\xff\xfe")
                || start.starts_with(b"\xfe\xff")
                || content_type.is_some_and(|declared| declared.to_ascii_lowercase().contains("utf-16"));
            (start.contains(&0) && !is_utf16).then(|| "binary data".to_owned())
        }
        "" | "text/plain" | "application/octet-stream" | "unknown/unknown" | "application/unknown" => {
            if begins_as_html(text) {
                None
            } else {
                declared_or("of no declared type")
            }
        }
        "text/xml" | "application/xml" => {
            let lower = text.to_ascii_lowercase();
            let is_xhtml = memchr::memmem::find(&lower, b"<html").is_some();
            if is_xhtml { None } else { declared_or("xml") }
        }
        _ if is_called_html(&essence) || begins_as_page(text) => None,
        _ => Some(essence),
    }
}

/// Whether a media type that is none means HTML: `text/htm`, `application/html`, `text/html charset=utf-8`.
fn is_called_html(essence: &str) -> bool {
    essence.contains("htm") && !essence.contains("image")
}

/// Whether a text says in its first tag that it is a page. Servers call pages by the name of what made them
/// (`application/x-httpd-php`), or of the folder that they lie in (`httpd/unix-directory`).
fn begins_as_page(text: &[u8]) -> bool {
    ["<!doctype html", "<html"].iter().any(|first| {
        text.get(..first.len()).is_some_and(|start| start.eq_ignore_ascii_case(first.as_bytes()))
            && text.get(first.len()).is_none_or(|next| *next == b'>' || next.is_ascii_whitespace())
    })
}

/// The media type in a `Content-Type`, in lower case: of several the last that is one (Fetch, 2.2.2, "extract a MIME type"). What
/// is none, such as `html` or `*/*`, says nothing.
fn essence(content_type: &str) -> String {
    let mut types = content_type.split(',').map(|one| one.split(';').next().unwrap_or_default().trim());
    let is_type = |text: &&str| {
        let parts = text.split_once('/');
        parts.is_some_and(|(kind, of)| !kind.is_empty() && !of.is_empty() && kind != "*")
    };
    types.rfind(is_type).unwrap_or_default().to_ascii_lowercase()
}

fn begins_as_html(text: &[u8]) -> bool {
    let Some(tag) = text.strip_prefix(b"<") else { return false };
    FIRST_TAGS.iter().any(|first| {
        tag.get(..first.len()).is_some_and(|start| start.eq_ignore_ascii_case(first.as_bytes()))
            && (*first == "!--"
                || tag
                    .get(first.len())
                    .is_none_or(|next| matches!(next, b'>' | b'/') || next.is_ascii_whitespace()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_html_and_looks_like_it_is_html() {
        for (declared, body) in [
            (Some("text/html; charset=windows-1251"), &b"<p>\xcf\xee\xf0\xf2"[..]),
            (Some("TEXT/HTML"), b"plain words"),
            (Some("text/html"), b""),
            (Some("text/html"), b"\xff\xfe<\0p\0>\0"),
            (Some("application/xhtml+xml"), b"<?xml version='1.0'?><html/>"),
            (Some("application/xml"), b"<?xml version='1.0'?><!DOCTYPE html><html/>"),
            (Some("text/plain"), b"\n <!DOCTYPE html><title>Port</title>"),
            (None, b"\xef\xbb\xbf<html lang=ko>"),
            (None, b"<!-- made by hand --><p>"),
            (Some("text/html, text/html; charset=utf-8"), b"plain words"),
            (Some("application/octet-stream, text/html"), b"plain words"),
            (Some("html"), b"<!DOCTYPE html><title>Port</title>"),
            (Some("text/html, */*"), b"plain words"),
            (Some("text/html charset=utf-8"), b"plain words"),
            (Some("text/htm"), b"plain words"),
            (Some("application/vnd.wap.xhtml+xml"), b"<?xml version='1.0'?><html/>"),
            (Some("httpd/unix-directory"), b"<!DOCTYPE html><title>Port</title>"),
            (Some("application/x-httpd-php"), b"\n<html lang=ko>"),
        ] {
            assert_eq!(other_than_html(declared, body), None, "{declared:?} {body:?}");
        }
    }

    #[test]
    fn what_is_something_else_is_named() {
        for (declared, body, what) in [
            (Some("text/html"), &b"%PDF-1.7"[..], "application/pdf"),
            (Some("text/html"), b"\x89PNG\r\n\x1a\n", "image/png"),
            (Some("text/html"), b"a\0b", "binary data"),
            (Some("application/pdf"), b"%PDF-1.7", "application/pdf"),
            (Some("application/json; charset=utf-8"), b"{}", "application/json"),
            (Some("application/x-httpd-php"), b"<htmlish>", "application/x-httpd-php"),
            (Some("text/plain"), b"plain words", "text/plain"),
            (Some("application/xml"), b"<?xml version='1.0'?><urlset/>", "application/xml"),
            (Some("text/html"), b"<rss version='2.0'>", "application/rss+xml"),
            (None, b"<abbr>", "of no declared type"),
        ] {
            assert_eq!(other_than_html(declared, body).as_deref(), Some(what), "{declared:?} {body:?}");
        }
    }
}
