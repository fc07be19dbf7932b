//! The feeds that a web page names for itself.

use dateline_text::markup::{MarkupScanner, MarkupToken, StartTag};
use url::Url;

use super::link;

/// Media types that say "feed". `application/json` doesn't: sites name their programming interfaces so.
const FEED_TYPES: [&str; 6] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/x.atom+xml",
    "text/rss+xml",
];

/// How many feeds of one page are named.
const MAX_FEEDS: usize = 5;

/// The feeds that a page names in `<link rel="alternate">` of a feed's type or `<link rel="feed">` (HTML Standard, 4.6.6.2 and
/// the microformat of that name), in the page's order, each address once, without the credentials of the page's own.
///
/// `url` is the address that answered, against which relative addresses resolve unless the page has a `<base>`.
pub(super) fn feeds_of(page: &str, url: Option<&Url>) -> Vec<Url> {
    let mut base = url.cloned();
    let mut feeds: Vec<Url> = Vec::new();
    let mut scanner = MarkupScanner::new(page);
    while let Some(token) = scanner.next() {
        let MarkupToken::Open(tag) = token else {
            continue;
        };
        if tag.name.eq_ignore_ascii_case("script") {
            scanner.skip_element("script");
        } else if tag.name.eq_ignore_ascii_case("base") {
            let href = tag.attribute("href").and_then(|href| link::resolve(&href, url));
            base = href.and_then(|href| Url::parse(&href).ok()).or(base);
        } else if tag.name.eq_ignore_ascii_case("link")
            && let Some(feed) = feed_of(&tag, base.as_ref())
            && !feeds.contains(&feed)
        {
            feeds.push(feed);
            if feeds.len() == MAX_FEEDS {
                break;
            }
        }
    }
    feeds
}

fn feed_of(tag: &StartTag<'_>, base: Option<&Url>) -> Option<Url> {
    let rel = tag.attribute("rel")?;
    let is = |name: &str| rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case(name));
    let media_type = tag.attribute("type").map(|kind| kind.trim().to_ascii_lowercase()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !(is("feed") || is("alternate") && FEED_TYPES.contains(&essence)) {
        return None;
    }
    let href = tag.attribute("href")?;
    let mut url = Url::parse(&link::resolve(&link::without_feed_scheme(&href), base)?).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && url.set_username("").is_ok() && url.set_password(None).is_ok()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(page: &str) -> Vec<String> {
        let url = Url::parse("https://me:secret@port.example/news/today.html").unwrap();
        feeds_of(page, Some(&url)).into_iter().map(String::from).collect()
    }

    #[test]
    fn links_to_feeds_are_found_and_others_are_not() {
        let page = r#"<html><head><LINK REL="alternate" TYPE="application/rss+xml" HREF="/rss" title="All &amp; sundry">
            <link rel=alternate type="application/atom+xml; charset=utf-8" href=atom.xml>
            <link rel="alternate" hreflang="ko" href="/ko/"><link rel="stylesheet" href="/s.css">
            <link rel="alternate" type="application/json" href="/wp-json/posts/1">
            <link rel="alternate" type="application/rss+xml" href="/rss"><script>'<link rel="feed" href="/script">'</script>
            <link rel="feed" href="feed:https://port.example/feed/"><link rel="alternate" type="application/rss+xml" href="javascript:void(0)">"#;
        assert_eq!(
            named(page),
            ["https://port.example/rss", "https://port.example/news/atom.xml", "https://port.example/feed/"]
        );
    }

    #[test]
    fn the_base_of_the_page_counts() {
        let page =
            r#"<base href="//cdn.example/x/"><link rel="alternate" type="application/rss+xml" href="rss">"#;
        assert_eq!(named(page), ["https://cdn.example/x/rss"]);
    }
}
