//! Reading feeds: from bytes as a server sent them to a [`FeedDocument`].
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

mod document;
mod error;
mod second_opinion;

use url::Url;

pub use document::{FeedDocument, Format, Link, Person, ReadEntry, Warning};
pub use error::FeedError;

/// Reads a feed.
///
/// `bytes` is the body, decompressed, in whatever charset it was sent; `url` the address that answered, against which
/// relative links resolve; `content_type` the header of that name. The same arguments always give the same document.
///
/// # Errors
/// When the document is not a feed. A feed that is damaged is read as far as it can be, with [`Warning`]s.
pub fn read(bytes: &[u8], url: Option<&Url>, content_type: Option<&str>) -> Result<FeedDocument, FeedError> {
    let _ = content_type;
    let text = String::from_utf8_lossy(bytes);
    if text.trim().is_empty() {
        return Err(FeedError::Empty);
    }
    second_opinion::read(&text, url).ok_or_else(|| FeedError::NotAFeed("no known root element".to_owned()))
}
