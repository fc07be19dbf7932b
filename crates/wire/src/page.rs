//! A page as it was received.

use jiff::Timestamp;
use url::Url;

/// The bytes of one page and what came with them.
#[derive(Debug, Clone)]
pub struct Page {
    /// The address that answered, after redirects; a saved page may come without one.
    pub url: Option<Url>,
    /// The `Content-Type` header, as sent.
    pub content_type: Option<String>,
    /// The body, decompressed, in whatever charset it was sent.
    pub bytes: Vec<u8>,
    /// When the answer arrived, where that is known. Only for ages ("26 minutes ago") that a page counts from its delivery.
    pub received_at: Option<Timestamp>,
}
