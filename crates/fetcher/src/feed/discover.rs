//! The feeds that a web page names for itself.

use dateline_text::charset::{self, Markup};
use dateline_text::markup::{MarkupScanner, MarkupToken, Tag};
use url::Url;

use super::link;
use super::text;

/// Media types that say "feed". `application/json` doesn't: sites name their programming interfaces so.
const FEED_TYPES: [&str; 6] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/x.atom+xml",
    "text/rss+xml",
];

/// How many feeds of one page are answered.
const FOUND_MAX: usize = 100;

/// A feed that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFeed {
    /// Where it is.
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
    /// The media type that the page gives.
    pub media_type: Option<String>,
}

/// The feeds that a page names in `<link rel="alternate">` of a feed's type or `<link rel="feed">` (HTML Standard, 4.6.6.2 and
/// the microformat of that name), in the page's order, each address once.
///
/// `page` is the body as it was received, decompressed; `url` the address that answered, against which relative addresses
/// resolve unless the page has a `<base>`.
pub fn discover(page: &[u8], url: &Url, content_type: Option<&str>) -> Vec<FoundFeed> {
    let page = charset::decode(page, content_type, Markup::Html).text;
    let mut base = url.clone();
    let mut found: Vec<FoundFeed> = Vec::new();
    for token in MarkupScanner::new(&page) {
        let MarkupToken::Open(tag) = token else {
            continue;
        };
        if tag.name.eq_ignore_ascii_case("base") {
            if let Some(named) = tag.attribute("href").and_then(|href| url.join(href.trim()).ok()) {
                base = named;
            }
        } else if tag.name.eq_ignore_ascii_case("link")
            && let Some(feed) = feed_of(&tag, &base)
            && !found.iter().any(|known| known.url == feed.url)
        {
            found.push(feed);
            if found.len() == FOUND_MAX {
                break;
            }
        }
    }
    found
}

fn feed_of(tag: &Tag<'_>, base: &Url) -> Option<FoundFeed> {
    let rel = tag.attribute("rel")?;
    let is = |name: &str| rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case(name));
    let media_type = tag.attribute("type").map(|kind| kind.trim().to_ascii_lowercase());
    let essence = media_type.as_deref().and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !(is("feed") || is("alternate") && FEED_TYPES.contains(&essence)) {
        return None;
    }
    let url = Url::parse(&link::resolve(&tag.attribute("href")?, Some(base))?).ok()?;
    let title = tag.attribute("title").map(|title| text::collapse(&title)).filter(|title| !title.is_empty());
    matches!(url.scheme(), "http" | "https").then_some(FoundFeed { url, title, media_type })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> Vec<String> {
        let url = Url::parse("https://port.example/news/today.html").unwrap();
        discover(page.as_bytes(), &url, None).into_iter().map(|feed| feed.url.into()).collect()
    }

    #[test]
    fn links_to_feeds_are_found_and_others_are_not() {
        let page = r#"<html><head><LINK REL="alternate" TYPE="application/rss+xml" HREF="/rss" title="All &amp; sundry">
            <link rel=alternate type="application/atom+xml; charset=utf-8" href=atom.xml>
            <link rel="alternate" hreflang="ko" href="/ko/"><link rel="stylesheet" href="/s.css">
            <link rel="alternate" type="application/json" href="/wp-json/posts/1">
            <link rel="alternate" type="application/rss+xml" href="/rss">
            <link rel="feed" href="/feed/"><link rel="alternate" type="application/rss+xml" href="javascript:void(0)">"#;
        assert_eq!(
            found(page),
            ["https://port.example/rss", "https://port.example/news/atom.xml", "https://port.example/feed/"]
        );
    }

    #[test]
    fn the_base_of_the_page_counts() {
        let page =
            r#"<base href="//cdn.example/x/"><link rel="alternate" type="application/rss+xml" href="rss">"#;
        assert_eq!(found(page), ["https://cdn.example/x/rss"]);
    }
}
