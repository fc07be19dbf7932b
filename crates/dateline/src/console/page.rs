//! The pages, each a function from what the API knows to markup.

pub(crate) mod article;
pub(crate) mod articles;
pub(crate) mod entity;
pub(crate) mod feed;
pub(crate) mod feed_add;
pub(crate) mod feeds;
pub(crate) mod fleet;
pub(crate) mod journal;
pub(crate) mod judge;
pub(crate) mod live;
pub(crate) mod login;
pub(crate) mod lookup;
pub(crate) mod overview;
pub(crate) mod problem;
pub(crate) mod question;
pub(crate) mod reading;
pub(crate) mod rejects;
pub(crate) mod sinks;
pub(crate) mod sites;
pub(crate) mod stories;
pub(crate) mod story;
mod story_chart;
pub(crate) mod times;

use maud::{Markup, html};
use url::form_urlencoded;

/// A value as it stands in an address.
pub(crate) fn query_value(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// The page of somebody or something that is named.
pub(crate) fn entity_href(id: &str) -> String {
    format!("/entities/{}", path_part(id))
}

/// A value as a part of a path.
fn path_part(value: &str) -> String {
    query_value(value).replace('+', "%20")
}

/// What else a list can be had as, each with the same filter: `forms` are what it is called and its path.
pub(crate) fn other_forms(forms: &[(&str, &str)], query: &str) -> Markup {
    let href = |path: &str| match (query.is_empty(), path.contains('?')) {
        (true, _) => path.to_owned(),
        (false, true) => format!("{path}&{query}"),
        (false, false) => format!("{path}?{query}"),
    };
    html! {
        nav.forms aria-label="The same in other forms" {
            span { "Also as" }
            @for (name, path) in forms { a href=(href(path)) { (name) } }
        }
    }
}
