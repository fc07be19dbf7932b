//! Why a document could not be read as a feed.

use thiserror::Error;
use url::Url;

/// Why a document could not be read as a feed. Reading the same bytes again cannot help; asking for them again may.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FeedError {
    /// There is nothing in it but white space.
    #[error("the document is empty")]
    Empty,
    /// It is a web page.
    #[error("the document is a web page, not a feed{}", and_names(.feeds))]
    WebPage {
        /// The feeds that the page names.
        feeds: Vec<Url>,
    },
    /// It is something else.
    #[error("the document is not a feed: {0}")]
    NotAFeed(String),
}

fn and_names(feeds: &[Url]) -> String {
    let all: Vec<&str> = feeds.iter().map(Url::as_str).collect();
    if all.is_empty() { String::new() } else { format!("; the page names as its feeds: {}", all.join(", ")) }
}
