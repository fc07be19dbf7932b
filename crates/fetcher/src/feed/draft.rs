//! A feed or an entry while it is being read: values come from several elements, and the best source of each wins.

use std::mem;

use dateline_text::date;
use jiff::Timestamp;
use url::Url;

use super::document::{FeedEntry, FeedLink, FeedSource, MAX_AUTHORS, Person};
use super::link;
use super::vocabulary::Rank;

/// A value and how much its source is worth. Among equals, the first that isn't empty stays.
#[derive(Debug)]
pub(super) struct BestValue<T> {
    value: Option<T>,
    rank: Rank,
}

impl<T> Default for BestValue<T> {
    fn default() -> Self {
        Self { value: None, rank: 0 }
    }
}

impl<T> BestValue<T> {
    /// Takes `value` if its source is worth more than the present one's; gives back what loses.
    pub(super) fn offer(&mut self, rank: Rank, value: T) -> Option<T> {
        if self.value.is_some() && rank <= self.rank {
            return Some(value);
        }
        self.rank = rank;
        self.value.replace(value)
    }

    pub(super) fn take(&mut self) -> Option<T> {
        self.value.take()
    }
}

/// A date as written, with the instant it means where that is known.
#[derive(Debug)]
struct DateValue {
    text: String,
    at: Option<Timestamp>,
}

impl BestValue<DateValue> {
    /// Takes the date if it says more: an instant before mere words, then the better source, then the later element.
    fn offer_date(&mut self, rank: Rank, text: String) {
        let at = date::read_field(&text);
        let present = self.value.as_ref().map(|present| (present.at.is_some(), self.rank));
        if present.is_none_or(|present| (at.is_some(), rank) >= present) {
            *self = Self { value: Some(DateValue { text, at }), rank };
        }
    }
}

/// A feed's or an entry's values so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) guid: Option<String>,
    pub(super) guid_is_permalink: bool,
    pub(super) title: BestValue<String>,
    pub(super) links: Vec<FeedLink>,
    /// The address that is the text of a `link` element, as in RSS. Of several the last counts.
    pub(super) written_link: Option<String>,
    /// The page's own address, where `links` hold that of a service which counts readers.
    pub(super) original_link: Option<String>,
    /// Where the text stands, if not in the feed.
    pub(super) content_link: Option<String>,
    published: BestValue<DateValue>,
    updated: BestValue<DateValue>,
    pub(super) summary: BestValue<String>,
    pub(super) content: BestValue<String>,
    pub(super) source: Option<FeedSource>,
    pub(super) authors: Vec<Person>,
    authors_rank: Rank,
}

impl Draft {
    /// Offers a date of publication, as written.
    pub(super) fn offer_published(&mut self, rank: Rank, text: String) {
        self.published.offer_date(rank, text);
    }

    /// Offers a date of the last change, as written.
    pub(super) fn offer_updated(&mut self, rank: Rank, text: String) {
        self.updated.offer_date(rank, text);
    }

    /// When it was last changed.
    pub(super) fn updated_at(&self) -> Option<Timestamp> {
        self.updated.value.as_ref().and_then(|date| date.at)
    }

    /// Adds an author named by a source of this worth. Authors from a better source replace those from a worse one.
    pub(super) fn add_author(&mut self, rank: Rank, person: Person) {
        if rank < self.authors_rank {
            return;
        }
        if rank > self.authors_rank {
            self.authors.clear();
            self.authors_rank = rank;
        }
        if self.authors.len() < MAX_AUTHORS && !self.authors.contains(&person) {
            self.authors.push(person);
        }
    }

    /// The page that its links name, if one does: the one written as text, else the first that is no relation but the thing
    /// itself, in HTML before other types (RFC 4287, section 4.2.7.2).
    pub(super) fn page(&self) -> Option<String> {
        let pages = || self.links.iter().filter(|link| link.rel == "alternate");
        let html = |link: &&FeedLink| link.media_type.as_deref().is_none_or(|kind| kind.contains("html"));
        let linked = || pages().find(html).or_else(|| pages().next()).map(|link| link.href.clone());
        self.written_link.clone().or_else(linked)
    }

    /// The finished entry.
    pub(super) fn into_entry(mut self, base: Option<&Url>) -> FeedEntry {
        let permalink = || {
            let guid = self.guid.as_deref().filter(|_| self.guid_is_permalink)?;
            (link::is_web(guid) || guid.starts_with('/')).then(|| link::resolve(guid, base)).flatten()
        };
        let link = self.page().or_else(|| self.content_link.clone()).or_else(permalink);
        let published = self.published.take();
        let updated = self.updated.take();
        let date_text = published.as_ref().or(updated.as_ref()).map(|date| date.text.clone());
        FeedEntry {
            guid: mem::take(&mut self.guid),
            guid_is_shared: false,
            link,
            original_link: self.original_link.take(),
            links: self.links,
            title: self.title.take(),
            published: published.and_then(|date| date.at),
            updated: updated.and_then(|date| date.at),
            date_text,
            source: self.source.take(),
            authors: self.authors,
            summary: self.summary.take(),
            content: self.content.take(),
        }
    }
}
