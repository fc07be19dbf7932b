//! Reading feeds: from bytes as a server sent them to a [`FeedDocument`].
//!
//! [`read`] takes the bytes through these steps, each in a file of its own: `inflate` unwraps them, and [`dateline_text`] finds
//! their charset and cuts the text into tokens, whatever stands in it; `xml` reads the tokens of every XML format, with the
//! meaning of each element in `vocabulary` and the choice between sources of one value in `draft`; `json` reads JSON Feed.
//! `link`, `person`, `pace`, `text` and [`dateline_text::date`] read the values. A document in which all this finds no entry is given to feed-rs for a
//! `second_opinion`.
//!
//! A page that isn't a feed may name one, and the error that it gives does (`discover`). Lists of feeds come and go as OPML: [`opml`].
//!
//! The rules and where they come from are in `docs/feeds.md`.
//!
//! ```
//! let bytes = b"<rss version='2.0'><channel><title>Port news</title>\
//!     <item><guid isPermaLink='false'>7</guid><title>A ship came in</title><link>https://port.example/7</link></item>\
//!     </channel></rss>";
//! let feed = dateline_fetcher::feed::read(bytes, None, Some("application/rss+xml"))?;
//! assert_eq!(feed.title.as_deref(), Some("Port news"));
//! assert_eq!(feed.entries[0].to_wire().link.unwrap().as_str(), "https://port.example/7");
//! # Ok::<(), dateline_fetcher::feed::FeedError>(())
//! ```

mod discover;
mod document;
mod draft;
mod entities;
mod error;
mod inflate;
mod json;
mod link;
pub mod opml;
mod pace;
mod person;
mod second_opinion;
mod text;
mod vocabulary;
mod xml;

use dateline_text::charset::{self, Decoding, Markup};
use url::Url;

pub use document::{FeedDocument, FeedEntry, FeedFormat, FeedLink, Person, Warning};
pub use error::FeedError;

/// Reads a feed.
///
/// `bytes` is the body, decompressed, in whatever charset it was sent; `url` the address that answered, against which
/// relative links resolve; `content_type` the header of that name. The same arguments always give the same document.
///
/// # Errors
/// When the document is not a feed. A feed that is damaged is read as far as it can be, with [`Warning`]s.
pub fn read(bytes: &[u8], url: Option<&Url>, content_type: Option<&str>) -> Result<FeedDocument, FeedError> {
    let inflated = inflate::inflate(bytes);
    let Decoding { text, damaged } = charset::decode(&inflated, content_type, Markup::Xml);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    if text.is_empty() {
        return Err(FeedError::Empty);
    }
    let mut feed = match first_opinion(text, url) {
        Ok(feed) if !feed.entries.is_empty() => feed,
        first => second_opinion::read(text, url)
            .filter(|feed| !feed.entries.is_empty())
            .map(marked)
            .map_or(first, Ok)?,
    };
    feed.warnings.extend(damaged.then_some(Warning::Charset));
    feed.distrust_shared_guids();
    Ok(feed)
}

fn first_opinion(text: &str, url: Option<&Url>) -> Result<FeedDocument, FeedError> {
    if let Some(json) = json::document_in(text)
        && let Some(feed) = json::read(json, url)
    {
        return Ok(feed);
    }
    match xml::read(text, url) {
        xml::XmlReading::Feed(feed) => Ok(*feed),
        xml::XmlReading::WebPage => Err(FeedError::WebPage { feeds: discover::feeds_of(text, url) }),
        xml::XmlReading::Unknown(Some(name)) if is_name(&name) => {
            Err(FeedError::NotAFeed(format!("its root element is <{name}>")))
        }
        xml::XmlReading::Unknown(_) => Err(FeedError::NotAFeed("it has no markup".to_owned())),
    }
}

/// Whether an element may be called so (XML 1.0, section 2.3, of which this is a part): in a picture, too, something follows a `<`.
fn is_name(name: &str) -> bool {
    name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'))
}

fn marked(mut feed: FeedDocument) -> FeedDocument {
    feed.warnings.push(Warning::SecondOpinion);
    feed
}
