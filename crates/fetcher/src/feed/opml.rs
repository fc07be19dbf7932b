//! Lists of feeds as other readers give and take them: OPML 2.0 (opml.org), the "subscription list" of it.

use std::fmt::Write;

use dateline_text::charset::{self, Markup};
use dateline_text::markup::{MarkupScanner, MarkupToken, StartTag};
use thiserror::Error;
use url::Url;

use super::link;
use super::text;

/// How deep folders may nest; what is deeper belongs to the last.
const MAX_FOLDERS: usize = 32;
/// How many categories one feed may have.
const MAX_CATEGORIES: usize = 32;
/// How many feeds one list may hold.
const MAX_FEEDS: usize = 1_000_000;

/// A list of feeds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opml {
    /// Its title.
    pub title: Option<String>,
    /// The feeds, in the list's order, each address once.
    pub feeds: Vec<OpmlFeed>,
    /// Outlines that name a feed by something that is no web address, as written.
    pub skipped: Vec<String>,
}

/// A feed in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpmlFeed {
    /// The feed's address (`xmlUrl`).
    pub url: Url,
    /// What the list calls it.
    pub name: Option<String>,
    /// The page it belongs to (`htmlUrl`).
    pub page: Option<Url>,
    /// The folders it lies in, the outermost first.
    pub folders: Vec<String>,
    /// What it is sorted under (`category`), each without the slash in front.
    pub categories: Vec<String>,
}

/// Why a document could not be read as a list of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpmlError {
    /// It has no `<opml>` element.
    #[error("the document is not OPML: it has no <opml> element")]
    NotOpml,
}

/// Reads a list of feeds.
///
/// # Errors
/// When the document isn't OPML. Outlines that can't be used are in [`Opml::skipped`].
pub fn read(bytes: &[u8]) -> Result<Opml, OpmlError> {
    let text = charset::decode(bytes, None, Markup::Xml).text;
    let mut opml = Opml::default();
    let mut seen = std::collections::HashSet::new();
    let mut is_opml = false;
    let mut in_title = false;
    // A folder's name, or `None` for an outline that is none.
    let mut open: Vec<Option<String>> = Vec::new();
    for token in MarkupScanner::new(&text) {
        match token {
            MarkupToken::Open(tag) if tag.name.eq_ignore_ascii_case("opml") => is_opml = true,
            MarkupToken::Open(tag) if tag.name.eq_ignore_ascii_case("title") => {
                in_title = opml.title.is_none() && !tag.empty
            }
            MarkupToken::Open(tag) if tag.name.eq_ignore_ascii_case("outline") => {
                let is_typed = || tag.attribute("type").is_some_and(|kind| is_feed_type(&kind));
                let feed = tag.attribute("xmlurl").or_else(|| tag.attribute("url").filter(|_| is_typed()));
                if let Some(written) = &feed {
                    match web(written) {
                        Some(url) if seen.len() < MAX_FEEDS && seen.insert(url.clone()) => {
                            opml.feeds.push(subscription(&tag, url, &open));
                        }
                        Some(_) => {}
                        None => opml.skipped.push(written.clone().into_owned()),
                    }
                }
                if !tag.empty {
                    open.push(if feed.is_none() { name(&tag) } else { None });
                }
            }
            MarkupToken::Close(name) if name.eq_ignore_ascii_case("outline") => {
                open.pop();
            }
            MarkupToken::Close(name) if name.eq_ignore_ascii_case("title") => in_title = false,
            MarkupToken::Text(text) if in_title => {
                opml.title = Some(text::from_html(text)).filter(|title| !title.is_empty())
            }
            _ => {}
        }
    }
    if is_opml { Ok(opml) } else { Err(OpmlError::NotOpml) }
}

/// Writes a list of feeds. Those of one folder stand together where its first one stood.
pub fn write(title: &str, feeds: &[OpmlFeed]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>",
    );
    escape(title, &mut out);
    out.push_str("</title>\n  </head>\n  <body>\n");
    let feeds: Vec<(&[String], &OpmlFeed)> = feeds.iter().map(|feed| (&feed.folders[..], feed)).collect();
    write_folder(&feeds, 2, &mut out);
    out.push_str("  </body>\n</opml>\n");
    out
}

fn write_folder(feeds: &[(&[String], &OpmlFeed)], depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let mut written: Vec<&str> = Vec::new();
    for (folders, feed) in feeds {
        let Some(folder) = folders.first().filter(|_| depth < MAX_FOLDERS + 2) else {
            write_feed(feed, &indent, out);
            continue;
        };
        if written.contains(&folder.as_str()) {
            continue;
        }
        written.push(folder);
        let inside: Vec<(&[String], &OpmlFeed)> = feeds
            .iter()
            .filter(|(path, _)| path.first() == Some(folder))
            .map(|(path, feed)| (&path[1..], *feed))
            .collect();
        let _ = write!(out, "{indent}<outline text=\"");
        escape(folder, out);
        out.push_str("\">\n");
        write_folder(&inside, depth + 1, out);
        let _ = writeln!(out, "{indent}</outline>");
    }
}

fn write_feed(feed: &OpmlFeed, indent: &str, out: &mut String) {
    let name = feed.name.as_deref().unwrap_or(feed.url.as_str());
    let _ = write!(out, "{indent}<outline type=\"rss\"");
    let page = feed.page.as_ref().map(Url::as_str);
    // A comma parts categories, and nothing stands for it.
    let categories: Vec<String> = feed.categories.iter().map(|category| category.replace(',', " ")).collect();
    let categories = Some(categories.join(",")).filter(|categories| !categories.is_empty());
    for (attribute, value) in [
        ("text", Some(name)),
        ("title", Some(name)),
        ("xmlUrl", Some(feed.url.as_str())),
        ("htmlUrl", page),
        ("category", categories.as_deref()),
    ] {
        if let Some(value) = value {
            let _ = write!(out, " {attribute}=\"");
            escape(value, out);
            out.push('"');
        }
    }
    out.push_str("/>\n");
}

fn subscription(tag: &StartTag<'_>, url: Url, open: &[Option<String>]) -> OpmlFeed {
    OpmlFeed {
        // An outline without a name is written with its address for one.
        name: name(tag).filter(|name| name != url.as_str()),
        page: tag.attribute("htmlurl").and_then(|written| web(&written)),
        categories: categories(tag),
        folders: open.iter().flatten().take(MAX_FOLDERS).cloned().collect(),
        url,
    }
}

/// What an outline is sorted under: strings between commas, in which slashes part levels.
fn categories(tag: &StartTag<'_>) -> Vec<String> {
    let written = tag.attribute("category").unwrap_or_default();
    let categories = written.split(',').map(|one| text::collapse(one.trim().trim_start_matches('/')));
    categories.filter(|one| !one.is_empty()).take(MAX_CATEGORIES).collect()
}

fn name(tag: &StartTag<'_>) -> Option<String> {
    ["title", "text"]
        .into_iter()
        .filter_map(|attribute| tag.attribute(attribute))
        .map(|name| text::collapse(&name))
        .find(|name| !name.is_empty())
}

/// Whether an outline's `type` says that its address is a feed's, in whichever attribute it stands.
fn is_feed_type(kind: &str) -> bool {
    ["rss", "atom", "feed"].iter().any(|known| kind.trim().eq_ignore_ascii_case(known))
}

fn web(written: &str) -> Option<Url> {
    Url::parse(&link::without_feed_scheme(written))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folders_names_and_pages_are_read_and_each_feed_once() {
        let list = br#"<?xml version="1.0"?><opml version="1.0"><head><title>Sea &amp; port</title></head><body>
            <outline text="Harbours"><outline title="North" text="n" type="rss" xmlUrl="https://north.example/rss"
                htmlUrl="https://north.example/"/><outline text="Deep"><outline xmlurl="https://deep.example/feed"/></outline>
            </outline>
            <outline text="Again" xmlUrl="https://north.example/rss"/><outline text="Odd" xmlUrl="feed:nothing"/>
            </body></opml>"#;
        let opml = read(list).unwrap();
        assert_eq!(opml.title.as_deref(), Some("Sea & port"));
        let [north, deep] = &opml.feeds[..] else { panic!("two feeds: {:?}", opml.feeds) };
        assert_eq!(
            (north.name.as_deref(), &north.folders[..]),
            (Some("North"), &["Harbours".to_owned()][..])
        );
        assert_eq!(north.page.as_ref().map(Url::as_str), Some("https://north.example/"));
        assert_eq!(deep.name, None);
        assert_eq!(deep.folders, ["Harbours", "Deep"]);
        assert_eq!(opml.skipped, ["feed:nothing"]);
    }

    #[test]
    fn the_feed_scheme_is_http_in_disguise() {
        let list = r#"<opml><body><outline xmlUrl="feed://a.example/rss"/><outline xmlUrl=" FEED:https://b.example/rss"/>
            <outline xmlUrl="feed:http://c.example/rss" htmlUrl="feed://c.example/"/><outline xmlUrl="feed:"/>
            <outline xmlUrl="FEEDS://d.example/rss"/><outline xmlUrl="feed://https://e.example/rss"/></body></opml>"#;
        let opml = read(list.as_bytes()).unwrap();
        let urls: Vec<&str> = opml.feeds.iter().map(|feed| feed.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "http://a.example/rss",
                "https://b.example/rss",
                "http://c.example/rss",
                "https://d.example/rss",
                "https://e.example/rss"
            ]
        );
        assert_eq!(opml.feeds[2].page.as_ref().map(Url::as_str), Some("http://c.example/"));
        assert_eq!(opml.skipped, ["feed:"]);
    }

    #[test]
    fn the_schemes_of_readers_are_http_however_they_are_written() {
        for (written, meant) in [
            ("feed:a.example/rss", "http://a.example/rss"),
            ("feed:////a.example/rss", "http://a.example/rss"),
            ("feed:https//a.example/rss", "https://a.example/rss"),
            ("feed://http//a.example/rss", "http://a.example/rss"),
            ("Feed:HTTPS://a.example/rss", "https://a.example/rss"),
            ("feed:&#47;&#47;a.example/rss?x=1&amp;y=2", "http://a.example/rss?x=1&y=2"),
            ("pcast://a.example/rss", "http://a.example/rss"),
            ("itpc://a.example:8080/rss", "http://a.example:8080/rss"),
            ("podcast://a.example/rss", "http://a.example/rss"),
            ("rss://a.example/rss", "http://a.example/rss"),
            ("feed://localhost:8080/rss", "http://localhost:8080/rss"),
            ("feeds://intranet/rss", "https://intranet/rss"),
        ] {
            let list = format!(r#"<opml><body><outline xmlUrl="{written}"/></body></opml>"#);
            let opml = read(list.as_bytes()).unwrap();
            assert_eq!(opml.feeds.first().map(|feed| feed.url.as_str()), Some(meant), "{written}");
        }
        for none in ["feed:", "feed:rss", "feeds", "mailto:a@a.example", "javascript:a.example/rss"] {
            let list = format!(r#"<opml><body><outline xmlUrl="{none}"/></body></opml>"#);
            assert_eq!(read(list.as_bytes()).unwrap().skipped, [none]);
        }
    }

    #[test]
    fn an_outline_of_a_feeds_type_may_give_its_address_as_a_links() {
        let list = r#"<opml><body><outline type="rss" url="https://a.example/rss"/>
            <outline type="link" url="https://b.example/"/></body></opml>"#;
        let urls: Vec<String> =
            read(list.as_bytes()).unwrap().feeds.into_iter().map(|feed| feed.url.into()).collect();
        assert_eq!(urls, ["https://a.example/rss"]);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        assert_eq!(read(b"<rss/>"), Err(OpmlError::NotOpml));
    }

    fn subscriptions() -> impl Strategy<Value = Vec<OpmlFeed>> {
        let words = "[a-z<>&\"' ]{0,8}[a-zж]";
        let one = (words, proptest::collection::vec("[a-c&]", 0..3), proptest::bool::ANY);
        proptest::collection::vec(one, 0..12).prop_map(|all| {
            let feed = |(at, (name, folders, page)): (usize, (String, Vec<String>, bool))| OpmlFeed {
                url: Url::parse(&format!("https://f{at}.example/?a=1&b=2")).unwrap(),
                name: Some(text::collapse(&name)),
                page: page.then(|| Url::parse("https://page.example/").unwrap()),
                folders,
                categories: if page { vec!["a/b".to_owned(), "c & d".to_owned()] } else { Vec::new() },
            };
            all.into_iter().enumerate().map(feed).collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(feeds in subscriptions()) {
            let mut back = read(write("A <list>", &feeds).as_bytes()).unwrap();
            prop_assert_eq!(back.title.as_deref(), Some("A <list>"));
            let mut feeds = feeds;
            feeds.sort_by(|a, b| a.url.cmp(&b.url));
            back.feeds.sort_by(|a, b| a.url.cmp(&b.url));
            prop_assert_eq!(back.feeds, feeds);
        }
    }
}
