//! Pages that only send elsewhere: `<meta http-equiv="refresh">`.

use std::sync::LazyLock;

use regex::bytes::Regex;
use url::Url;

use crate::client::web_target;

/// A page that sends elsewhere does so in its head.
const LOOKED_AT: usize = 64 << 10;

/// A longer wait is meant for reading: the page is the page.
const LONGEST_WAIT: f64 = 5.0;

/// What matters of a head: `<meta>` tags outside comments, scripts, styles and what is meant for browsers without scripts.
#[allow(clippy::expect_used)]
static PIECES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?is-u)<!--.*?-->|<noscript\b.*?</noscript|<script\b.*?</script|<style\b.*?</style|<body\b|(?<meta><meta\b[^>]*>)",
    )
    .expect("a constant pattern")
});

#[allow(clippy::expect_used)]
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?is-u)[\s"'](?<name>http-equiv|content)\s*=\s*(?:"(?<a>[^"]*)"|'(?<b>[^']*)'|(?<c>[^\s>]+))"#,
    )
    .expect("a constant pattern")
});

/// Where the page `html` at `url` sends at once, if anywhere but to itself.
pub(crate) fn target(html: &[u8], url: &Url) -> Option<Url> {
    let head = &html[..html.len().min(LOOKED_AT)];
    for piece in PIECES.captures_iter(head) {
        if piece.get(0).is_some_and(|whole| whole.as_bytes().to_ascii_lowercase().starts_with(b"<body")) {
            return None;
        }
        if let Some(content) = piece.name("meta").and_then(|meta| refresh_content(meta.as_bytes())) {
            let target = web_target(url, &address(&content)?)?;
            let mut own = url.clone();
            own.set_fragment(None);
            return (target != own).then_some(target);
        }
    }
    None
}

/// The `content` of a `<meta>` tag whose `http-equiv` is `refresh`.
fn refresh_content(tag: &[u8]) -> Option<String> {
    let (mut is_refresh, mut content) = (false, None);
    for attribute in ATTRIBUTE.captures_iter(tag) {
        let value = ["a", "b", "c"].iter().find_map(|group| attribute.name(group))?.as_bytes();
        match attribute.name("name")?.as_bytes().to_ascii_lowercase().as_slice() {
            b"http-equiv" => is_refresh = value.trim_ascii().eq_ignore_ascii_case(b"refresh"),
            _ => content = Some(String::from_utf8_lossy(value).into_owned()),
        }
    }
    content.filter(|_| is_refresh)
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
    let address = address.trim().replace("&amp;", "&");
    (wait <= LONGEST_WAIT && !address.is_empty()).then_some(address)
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
