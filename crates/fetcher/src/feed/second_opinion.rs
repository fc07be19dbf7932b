//! What feed-rs reads in a document in which our own reader finds no entry.
//!
//! No such document is known; this is insurance, and `Warning::SecondOpinion` tells when it pays.
//!
//! feed-rs can panic on hostile input, so it runs behind a boundary that turns a panic into `None` and keeps the
//! panic's message from standard error: whoever reads the log of a daemon would take it for the daemon's own.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use feed_rs::model;
use jiff::Timestamp;
use url::Url;

use super::document::{FeedDocument, Format, Link, Person, ReadEntry};

/// Reads `text` with feed-rs; `None` where it fails or panics.
pub(super) fn read(text: &str, url: Option<&Url>) -> Option<FeedDocument> {
    let base = url.map(Url::as_str);
    let parser = feed_rs::parser::Builder::new()
        .base_uri(base)
        .id_generator(|_, _, _| String::new())
        .sanitize_content(false)
        .build();
    let feed = quietly(|| parser.parse(text.as_bytes()).ok())??;
    Some(document(feed))
}

/// Runs `work` and answers `None` if it panics. The panic is not printed.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    thread_local! {
        static QUIET: Cell<bool> = const { Cell::new(false) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    QUIET.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    outcome.ok()
}

fn document(feed: model::Feed) -> FeedDocument {
    let links: Vec<Link> = feed.links.into_iter().map(link).collect();
    let named =
        |rel: &str| links.iter().filter(|link| link.rel == rel).map(|link| link.href.clone()).collect();
    let hubs: Vec<String> = named("hub");
    let own: Vec<String> = named("self");
    FeedDocument {
        format: match feed.feed_type {
            model::FeedType::Atom => Format::Atom,
            model::FeedType::JSON => Format::Json,
            model::FeedType::RSS1 => Format::Rdf,
            model::FeedType::RSS0 | model::FeedType::RSS2 => Format::Rss,
        },
        title: feed.title.map(|text| text.content),
        description: feed.description.map(|text| text.content),
        link: page_of(&links),
        language: feed.language,
        updated: feed.updated.and_then(|at| Timestamp::from_second(at.timestamp()).ok()),
        ttl: feed.ttl.map(|minutes| std::time::Duration::from_secs(u64::from(minutes) * 60)),
        self_link: own.into_iter().next(),
        hubs,
        entries: feed.entries.into_iter().map(entry).collect(),
        links,
        ..FeedDocument::default()
    }
}

fn entry(entry: model::Entry) -> ReadEntry {
    let links: Vec<Link> = entry.links.into_iter().map(link).collect();
    let moment = |at: i64| Timestamp::from_second(at).ok();
    ReadEntry {
        guid: Some(entry.id.trim().to_owned()).filter(|id| !id.is_empty()),
        link: page_of(&links),
        links,
        title: entry.title.map(|text| text.content),
        published: entry.published.and_then(|at| moment(at.timestamp())),
        updated: entry.updated.and_then(|at| moment(at.timestamp())),
        authors: entry.authors.into_iter().map(|who| Person { name: who.name, email: who.email }).collect(),
        summary: entry.summary.map(|text| text.content),
        content: entry.content.and_then(|content| content.body),
        ..ReadEntry::default()
    }
}

fn link(link: model::Link) -> Link {
    Link {
        href: link.href,
        rel: link.rel.map_or_else(|| "alternate".to_owned(), |rel| rel.to_ascii_lowercase()),
        media_type: link.media_type,
    }
}

fn page_of(links: &[Link]) -> Option<String> {
    links.iter().find(|link| link.rel == "alternate").or(links.first()).map(|link| link.href.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feed_rs_is_asked_with_the_address_of_the_feed() {
        let text = "<rss version='2.0'><channel><title>Port</title><item><title>A ship</title><link>/1</link></item>\
                    </channel></rss>";
        let feed = read(text, Url::parse("https://a.example/feed").ok().as_ref()).unwrap();
        assert_eq!(feed.title.as_deref(), Some("Port"));
        assert_eq!(feed.entries[0].guid, None);
        assert_eq!(feed.entries[0].link.as_deref(), Some("https://a.example/1"));
    }

    #[test]
    fn a_document_that_makes_feed_rs_panic_is_one_it_cannot_read() {
        let late_declaration = "<rss version='2.0'><channel><title>Ü</title><?xml version='1.0' encoding='iso-8859-1'?>\
                                <item><title>Ü</title></item></channel></rss>";
        assert_eq!(read(late_declaration, None), None);
        assert_eq!(quietly(|| -> u8 { panic!("nobody hears this") }), None);
    }

    #[test]
    fn after_a_panic_it_reads_on() {
        assert_eq!(quietly(|| -> u8 { panic!("nobody hears this") }), None);
        assert_eq!(quietly(|| 7), Some(7));
    }
}
