//! Identifiers. Each is made in one place from what it identifies, so that a replay finds the same ones.

use std::fmt;

use data_encoding::HEXLOWER;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::{Position, Url};

use crate::CanonicalUrl;
use crate::session::without_session;

/// The first 128 bits of SHA-256 over the parts, each preceded by its length, in lower-case hexadecimal.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    HEXLOWER.encode(&hash.finalize()[..16])
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier as text, as it stands in events and in the journal.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes back an identifier that was stored. It is not checked: only stored identifiers belong here.
            pub fn from_stored(text: impl Into<String>) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A feed, by the URL it is configured under: 128 bits of SHA-256 in hexadecimal. What is secret in that URL cannot be read
    /// from it, but a password short enough to be guessed can be tried against it: better to have none in the address.
    FeedId
}
id! {
    /// An entry within its feed: by its guid, else its link, else its title and date. Never random, and stable when a
    /// title is edited under a guid or link.
    EntryId
}
id! {
    /// An article, by the canonical URL that it was first published under, whichever feed announced it.
    ArticleId
}
id! {
    /// A story, by the article that began it and the one whose coming made that known. It stays the same whatever joins or leaves.
    StoryId
}
id! {
    /// An event. An article's is `ARTICLE.REVISION`, a story's `STORY.REVISION`; others digest what they are about.
    EventId
}
id! {
    /// A journal file, made once at its creation. It is the epoch of the sequence: a new journal starts a new one.
    JournalId
}

impl FeedId {
    /// The id of the feed configured under `url`. A fragment is never sent to a server (RFC 9110, section 4.2.5), so it makes no other
    /// feed.
    pub fn of(url: &Url) -> Self {
        Self(digest(&["feed", &url[..Position::AfterQuery]]))
    }
}

impl EntryId {
    /// By guid, as the feed writes it, trimmed; one that is an address, without session and click ids.
    pub fn of_guid(guid: &str) -> Self {
        Self(digest(&["guid", &without_session(guid.trim())]))
    }

    /// By link, without session and click ids, for an entry without a guid.
    pub fn of_link(link: &Url) -> Self {
        Self(digest(&["link", &without_session(link.as_str())]))
    }

    /// By title and date as written, for an entry that has neither guid nor link.
    pub fn of_title(title: &str, date: &str) -> Self {
        Self(digest(&["title", title.trim(), date.trim()]))
    }
}

impl ArticleId {
    /// The id of the article at `url`.
    pub fn of(url: &CanonicalUrl) -> Self {
        Self(digest(&["article", url.as_str()]))
    }
}

impl StoryId {
    /// The id of the story that `first` began when revision `revision` of `cause` came: often `first` itself, but a later article may
    /// show that an earlier one tells something of its own.
    pub fn of(first: &ArticleId, cause: &ArticleId, revision: u32) -> Self {
        Self(digest(&["story", first.as_str(), cause.as_str(), &revision.to_string()]))
    }
}

impl EventId {
    /// The id of a story's revision. Revisions count from 1.
    pub fn of_story(story: &StoryId, revision: u32) -> Self {
        Self(format!("{story}.{revision}"))
    }

    /// The id of an article's revision. Revisions count from 1.
    pub fn of_revision(article: &ArticleId, revision: u32) -> Self {
        Self(format!("{article}.{revision}"))
    }

    /// The id of an event about `parts`, which together must name it uniquely.
    pub fn of_parts(parts: &[&str]) -> Self {
        Self(digest(parts))
    }
}

/// The place of an event in its journal: 1 for the first, without gaps. 0 stands before the first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Sequence(pub u64);

impl Sequence {
    /// Before the first event.
    pub const START: Self = Self(0);
    /// The last place that a journal can number: SQLite's integers have a sign.
    pub const MAX: Self = Self(i64::MAX as u64);

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(EntryId::of_title("ab", "c"), EntryId::of_title("a", "bc"));
        assert_ne!(
            EntryId::of_guid("https://news.example/1"),
            EntryId::of_title("https://news.example/1", "")
        );
    }

    #[test]
    fn a_session_id_is_no_part_of_an_identity() {
        let with = |session: &str| format!("https://news.example/view?id=7&PHPSESSID={session}");
        assert_eq!(EntryId::of_guid(&with("a1")), EntryId::of_guid(&with("b2")));
        let link = |session: &str| Url::parse(&with(session)).unwrap();
        assert_eq!(EntryId::of_link(&link("a1")), EntryId::of_link(&link("b2")));
        assert_eq!(
            ArticleId::of(&CanonicalUrl::of(&link("a1"))),
            ArticleId::of(&CanonicalUrl::of(&link("b2")))
        );
    }

    #[test]
    fn a_click_id_is_no_part_of_an_identity_and_a_campaign_is() {
        let link = |query: &str| Url::parse(&format!("https://news.example/view?id=7&{query}")).unwrap();
        assert_eq!(EntryId::of_link(&link("fbclid=a1")), EntryId::of_link(&link("fbclid=b2")));
        assert_eq!(EntryId::of_guid(link("yclid=1").as_str()), EntryId::of_guid(link("yclid=2").as_str()));
        assert_ne!(EntryId::of_link(&link("utm_content=1")), EntryId::of_link(&link("utm_content=2")));
    }

    #[test]
    fn white_space_around_a_guid_is_not_part_of_it() {
        assert_eq!(EntryId::of_guid(" tag:1\n"), EntryId::of_guid("tag:1"));
    }
}
