//! The pages, each a function from what the API knows to markup.

pub(crate) mod article;
pub(crate) mod articles;
pub(crate) mod feed;
pub(crate) mod feeds;
pub(crate) mod live;
pub(crate) mod login;
pub(crate) mod overview;
pub(crate) mod problem;
pub(crate) mod rejects;
pub(crate) mod stories;
pub(crate) mod story;

use url::form_urlencoded;

/// A value as it stands in an address.
pub(crate) fn query_value(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
