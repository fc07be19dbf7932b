//! Why a document could not be read as a feed.

use thiserror::Error;

/// Why a document could not be read as a feed. Reading the same bytes again cannot help; asking for them again may.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FeedError {
    /// There is nothing in it but white space.
    #[error("the document is empty")]
    Empty,
    /// It is a web page. Its `<link>` elements may name the feed ([`crate::feed::discover()`]).
    #[error("the document is a web page, not a feed")]
    WebPage,
    /// It is something else.
    #[error("the document is not a feed: {0}")]
    NotAFeed(String),
}
