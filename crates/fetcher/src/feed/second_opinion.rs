//! What feed-rs reads in a document in which our own reader finds no entry.
//!
//! No such document is known; this is insurance, and `Warning::SecondOpinion` tells when it pays.
//!
//! feed-rs can panic on hostile input, so it runs behind a boundary that turns a panic into `None`. What is said of the panic
//! is up to the process's panic hook, which is no business of a library.

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::model;
use jiff::Timestamp;
use url::Url;

use super::document::{FeedDocument, FeedEntry, FeedFormat, FeedLink, Person};

/// Reads `text` with feed-rs; `None` where it fails or panics.
pub(super) fn read(text: &str, url: Option<&Url>) -> Option<FeedDocument> {
    let base = url.map(Url::as_str);
    let parser = feed_rs::parser::Builder::new()
        .base_uri(base)
        .id_generator(|_, _, _| String::new())
        .sanitize_content(false)
        .build();
    let feed = catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes()).ok())).ok()??;
    Some(document(feed))
}

fn document(feed: model::Feed) -> FeedDocument {
    let links: Vec<FeedLink> = feed.links.into_iter().map(link).collect();
    let named =
        |rel: &str| links.iter().filter(|link| link.rel == rel).map(|link| link.href.clone()).collect();
    let hubs: Vec<String> = named("hub");
    let own: Vec<String> = named("self");
    FeedDocument {
        format: match feed.feed_type {
            model::FeedType::Atom => FeedFormat::Atom,
            model::FeedType::JSON => FeedFormat::Json,
            model::FeedType::RSS1 => FeedFormat::Rdf,
            model::FeedType::RSS0 | model::FeedType::RSS2 => FeedFormat::Rss,
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

fn entry(entry: model::Entry) -> FeedEntry {
    let links: Vec<FeedLink> = entry.links.into_iter().map(link).collect();
    let moment = |at: i64| Timestamp::from_second(at).ok();
    FeedEntry {
        guid: Some(entry.id.trim().to_owned()).filter(|id| !id.is_empty()),
        link: page_of(&links),
        links,
        title: entry.title.map(|text| text.content),
        published: entry.published.and_then(|at| moment(at.timestamp())),
        updated: entry.updated.and_then(|at| moment(at.timestamp())),
        authors: entry.authors.into_iter().map(|who| Person { name: who.name, email: who.email }).collect(),
        summary: entry.summary.map(|text| text.content),
        content: entry.content.and_then(|content| content.body),
        ..FeedEntry::default()
    }
}

fn link(link: model::Link) -> FeedLink {
    FeedLink {
        href: link.href,
        rel: link.rel.map_or_else(|| "alternate".to_owned(), |rel| rel.to_ascii_lowercase()),
        media_type: link.media_type,
    }
}

fn page_of(links: &[FeedLink]) -> Option<String> {
    links.iter().find(|link| link.rel == "alternate").or(links.first()).map(|link| link.href.clone())
}

#[cfg(test)]
mod tests {
    use std::panic;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

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

    const LATE_DECLARATION: &str = "<rss version='2.0'><channel><title>Ü</title><?xml version='1.0' encoding='iso-8859-1'?>\
                                    <item><title>Ü</title></item></channel></rss>";

    #[test]
    fn a_document_that_makes_feed_rs_panic_is_one_it_cannot_read_and_it_reads_on() {
        assert_eq!(read(LATE_DECLARATION, None), None);
        assert!(read("<rss version='2.0'><channel><title>Port</title></channel></rss>", None).is_some());
    }

    #[test]
    fn a_panic_of_feed_rs_is_told_to_the_hook_that_the_process_has() {
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        let here = thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if thread::current().id() == here {
                TOLD.fetch_add(1, Ordering::Relaxed);
            } else {
                before(panic);
            }
        }));
        assert_eq!(read(LATE_DECLARATION, None), None);
        drop(panic::take_hook());
        assert_eq!(TOLD.load(Ordering::Relaxed), 1);
    }
}
