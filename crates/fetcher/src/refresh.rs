//! Pages that only send elsewhere: `<meta http-equiv="refresh">`, or the `Refresh` field of the answer.

use std::borrow::Cow;

use dateline_text::markup::{MarkupScanner, MarkupToken, StartTag};
use url::Url;

use crate::client::web_target;

/// A page that sends elsewhere does so in its head: what is read of it, in bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// A longer wait, in seconds, is meant for reading: the page is the page.
const MAX_WAIT_SECONDS: f64 = 5.0;

/// Elements whose content doesn't count: it is no markup, or meant for browsers without scripts.
const SKIPPED: [&str; 3] = ["script", "style", "noscript"];

/// Where the page `html` at `url` sends at once, if anywhere but to itself.
pub(crate) fn target(html: &[u8], url: &Url) -> Option<Url> {
    let head = String::from_utf8_lossy(&html[..html.len().min(MAX_HEAD_BYTES)]);
    let mut scanner = MarkupScanner::new(&head);
    while let Some(token) = scanner.next() {
        let MarkupToken::Open(tag) = token else { continue };
        if tag.name.eq_ignore_ascii_case("body") {
            return None;
        }
        if let Some(skipped) = SKIPPED.iter().find(|name| tag.name.eq_ignore_ascii_case(name)) {
            scanner.skip_element(skipped);
        } else if let Some(content) = refresh_content(&tag) {
            return in_field(&content, url);
        }
    }
    None
}

/// Where the value of a `Refresh` field of the answer of `url` sends at once, if anywhere but to itself.
pub(crate) fn in_field(value: &str, url: &Url) -> Option<Url> {
    let target = web_target(url, &address(value)?)?;
    let mut own = url.clone();
    own.set_fragment(None);
    (target != own).then_some(target)
}

/// The `content` of a `<meta>` tag whose `http-equiv` is `refresh`.
fn refresh_content(tag: &StartTag<'_>) -> Option<String> {
    let is_refresh = tag.name.eq_ignore_ascii_case("meta")
        && tag.attribute("http-equiv")?.trim().eq_ignore_ascii_case("refresh");
    if is_refresh { tag.attribute("content").map(Cow::into_owned) } else { None }
}

/// The address in `0; url='…'`, as the HTML Standard reads it (section 4.2.5.3), if its wait is short.
fn address(content: &str) -> Option<String> {
    let content = content.trim_start();
    let end = content.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(content.len());
    let wait: f64 = content[..end].parse().ok()?;
    let rest = content[end..].trim_start().trim_start_matches([';', ',']).trim_start();
    let rest = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            let after = rest[3..].trim_start();
            after.strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let address = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next().unwrap_or_default(),
        _ => rest,
    };
    let address = address.trim();
    (wait <= MAX_WAIT_SECONDS && !address.is_empty()).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sends_to(html: &str) -> Option<String> {
        let url = Url::parse("https://news.example/a/1").unwrap();
        target(html.as_bytes(), &url).map(String::from)
    }

    #[test]
    fn a_page_that_sends_elsewhere_at_once_is_followed() {
        let there = Some("https://news.example/a/2?x=1&y=2".to_owned());
        for head in [
            r#"<meta http-equiv="refresh" content="0; url=/a/2?x=1&amp;y=2">"#,
            r#"<META CONTENT='0;URL="2?x=1&y=2"' HTTP-EQUIV=Refresh>"#,
            "<meta http-equiv=refresh content=0;url=https://news.example/a/2?x=1&y=2#top>",
            r#"<!-- <meta http-equiv="refresh" content="0; url=/no"> --><meta http-equiv="refresh" content="1,2?x=1&y=2">"#,
        ] {
            assert_eq!(sends_to(head), there, "{head}");
        }
    }

    /// Work that grows with the square of the length would not end in the time of a test.
    #[test]
    fn a_head_of_openings_that_nothing_closes_is_read_once() {
        for opening in
            ["<!--<meta x", "<meta x", "<script>", "<noscript <!--", "<meta content=\"", "<meta content='<"]
        {
            assert_eq!(sends_to(&opening.repeat(MAX_HEAD_BYTES / opening.len())), None, "{opening}");
        }
    }

    #[test]
    fn a_page_that_waits_or_means_itself_or_others_is_the_page() {
        for head in [
            r#"<meta http-equiv="refresh" content="300">"#,
            r#"<meta http-equiv="refresh" content="300; url=/a/2">"#,
            r#"<meta http-equiv="refresh" content="0; url=/a/1#top">"#,
            r#"<meta http-equiv="refresh" content="0; url=javascript:go()">"#,
            r#"<noscript><meta http-equiv="refresh" content="0; url=/noscript"></noscript>"#,
            r#"<script>'<meta http-equiv="refresh" content="0; url=/script">'</script>"#,
            r#"<meta name="refresh" content="0; url=/a/2">"#,
            r#"<body><meta http-equiv="refresh" content="0; url=/a/2">"#,
            "<meta http-equiv=refresh content>",
            "",
        ] {
            assert_eq!(sends_to(head), None, "{head}");
        }
    }
}
