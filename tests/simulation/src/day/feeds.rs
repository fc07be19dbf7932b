//! The formats in which the day's feeds are written.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::json;

use super::Story;

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedFormat {
    /// RSS 2.0.
    Rss,
    /// RSS 1.0.
    Rdf,
    /// Atom 1.0.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

/// One entry as a feed lists it.
pub(super) struct Listed<'s> {
    pub(super) story: &'s Story,
    pub(super) title: String,
    pub(super) link: String,
    pub(super) at: Timestamp,
}

impl FeedFormat {
    /// The media type that servers send it with.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Rdf => "text/xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// The feed at `url` with these entries.
    pub(super) fn write(self, url: &str, entries: &[Listed<'_>]) -> String {
        match self {
            Self::Rss => rss(url, entries),
            Self::Rdf => rdf(url, entries),
            Self::Atom => atom(url, entries),
            Self::Json => {
                let items: Vec<_> = entries
                    .iter()
                    .map(|entry| {
                        json!({ "id": entry.link, "url": entry.link, "title": entry.title, "date_published": entry.at })
                    })
                    .collect();
                json!({ "version": "https://jsonfeed.org/version/1.1", "title": "Feed", "feed_url": url, "items": items })
                    .to_string()
            }
        }
    }
}

fn rss(url: &str, entries: &[Listed<'_>]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Feed</title><link>{url}</link>\n\
         <description>News</description>\n"
    );
    for Listed { story, title, link, at } in entries {
        let date = at.strftime("%a, %d %b %Y %H:%M:%S +0000");
        let _ = writeln!(
            xml,
            "<item><title>{title}</title><link>{link}?utm_source=rss</link><guid isPermaLink=\"false\">{}</guid>\
             <pubDate>{date}</pubDate><description>{}</description></item>",
            story.id, story.paragraphs[0]
        );
    }
    xml + "</channel></rss>\n"
}

fn rdf(url: &str, entries: &[Listed<'_>]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n\
         <channel rdf:about=\"{url}\"><title>Feed</title><link>{url}</link></channel>\n"
    );
    for Listed { title, link, at, .. } in entries {
        let _ = writeln!(
            xml,
            "<item rdf:about=\"{link}\"><title>{title}</title><link>{link}</link><dc:date>{at}</dc:date></item>"
        );
    }
    xml + "</rdf:RDF>\n"
}

fn atom(url: &str, entries: &[Listed<'_>]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Feed</title><id>{url}</id>\n"
    );
    for Listed { story, title, link, at } in entries {
        let _ = writeln!(
            xml,
            "<entry><title>{title}</title><id>tag:{},2026</id><link href=\"{link}\"/><updated>{at}</updated>\
             <author><name>{}</name></author></entry>",
            story.id, story.author
        );
    }
    xml + "</feed>\n"
}
