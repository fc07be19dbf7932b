//! What a feed says, whatever format it says it in.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use dateline_wire::{Entry, EntryId};
use jiff::{Timestamp, civil::Weekday};
use serde_json::{Value, json};
use url::Url;

/// How many entries are read: as many as a sitemap may have (sitemaps.org, 2008).
pub(super) const MAX_ENTRIES: usize = 50_000;

/// How many authors one entry may have.
pub(super) const MAX_AUTHORS: usize = 64;

/// How many authors of a feed are passed on to its entries. Each entry repeats them.
const MAX_INHERITED_AUTHORS: usize = 4;

/// A feed as it was read: what it says about itself, and its entries in the order in which it lists them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeedDocument {
    /// The format it is written in.
    pub format: FeedFormat,
    /// Its title, as plain text.
    pub title: Option<String>,
    /// What it says it is about, as HTML or text.
    pub description: Option<String>,
    /// The page it belongs to, resolved.
    pub link: Option<String>,
    /// Every address it names for itself, resolved, in its order.
    pub links: Vec<FeedLink>,
    /// Its language, as a BCP 47 tag, as written.
    pub language: Option<String>,
    /// When it says it was last changed.
    pub updated: Option<Timestamp>,
    /// How long it may be kept before it is asked for again (RSS 2.0 `ttl`, there in minutes).
    pub ttl: Option<Duration>,
    /// The hours, 0 to 23 in GMT, in which it says that nothing new comes (RSS 2.0 `skipHours`), ascending.
    pub skip_hours: Vec<u8>,
    /// The days in GMT on which it says that nothing new comes (RSS 2.0 `skipDays`), in the feed's order.
    pub skip_days: Vec<Weekday>,
    /// The time between updates that it announces (RSS 1.0 syndication module: `updatePeriod` / `updateFrequency`).
    pub update_period: Option<Duration>,
    /// The moment from which those updates are counted (`updateBase`).
    pub update_base: Option<Timestamp>,
    /// Its own address, as it names it (`rel="self"`).
    pub self_link: Option<String>,
    /// The WebSub hubs that announce its changes (W3C WebSub, section 4).
    pub hubs: Vec<String>,
    /// Its entries.
    pub entries: Vec<FeedEntry>,
    /// What was wrong with it and was read nevertheless.
    pub warnings: Vec<Warning>,
}

/// The format of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FeedFormat {
    /// RSS 0.91 to 2.0 and what calls itself `rss`.
    #[default]
    Rss,
    /// RSS 0.90, 1.0 and 1.1, which are RDF.
    Rdf,
    /// Atom 0.3 and 1.0 (RFC 4287).
    Atom,
    /// The Channel Definition Format of 1997.
    Cdf,
    /// JSON Feed 1.0 and 1.1.
    Json,
    /// A sitemap with Google's news extension.
    NewsSitemap,
}

impl FeedFormat {
    /// The word for it, in `feed read` and `feed check`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Rdf => "rdf",
            Self::Atom => "atom",
            Self::Cdf => "cdf",
            Self::Json => "json",
            Self::NewsSitemap => "news_sitemap",
        }
    }
}

/// A defect of a feed that did not keep it from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Warning {
    /// Bytes that are not text in the feed's charset.
    Charset,
    /// Markup that is not well-formed XML.
    Malformed,
    /// It ends before its root element does.
    Truncated,
    /// Only the second reader found entries in it.
    SecondOpinion,
    /// It is larger or deeper than what is read; the rest was left.
    Limit,
}

impl Warning {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Charset => "charset",
            Self::Malformed => "malformed",
            Self::Truncated => "truncated",
            Self::SecondOpinion => "second_opinion",
            Self::Limit => "limit",
        }
    }
}

/// An address and what it is to whoever names it (RFC 4287, section 4.2.7).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedLink {
    /// The address, resolved where there was a base; otherwise as written.
    pub href: String,
    /// The relation, in lower case; `alternate` where none is written.
    pub rel: String,
    /// The media type, where one is written.
    pub media_type: Option<String>,
}

/// Somebody named as an author.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The name.
    pub name: Option<String>,
    /// The mail address.
    pub email: Option<String>,
}

/// Another feed or site, from which an entry was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSource {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: Option<Url>,
}

/// One entry of a feed, as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeedEntry {
    /// Its guid as written (Atom `id`, RSS `guid`, RDF `about`), trimmed.
    pub guid: Option<String>,
    /// Whether another entry of the document, with another link, carries the same guid, so that it identifies neither.
    pub guid_is_shared: bool,
    /// The page it announces, resolved.
    pub link: Option<String>,
    /// That page's own address, where `link` is that of a service which counts readers.
    pub original_link: Option<String>,
    /// Every address it names, resolved, in its order.
    pub links: Vec<FeedLink>,
    /// Its title, as plain text; empty where it is nothing but a picture.
    pub title: Option<String>,
    /// When it says it was published.
    pub published: Option<Timestamp>,
    /// When it says it was last changed.
    pub updated: Option<Timestamp>,
    /// Its date as written: the published one, else the updated one.
    pub date_text: Option<String>,
    /// Where it was taken from.
    pub source: Option<FeedSource>,
    /// Who wrote it.
    pub authors: Vec<Person>,
    /// The summary, as HTML or text.
    pub summary: Option<String>,
    /// The full text, as HTML, where the feed carries it.
    pub content: Option<String>,
}

impl FeedDocument {
    /// Gives its own authors to the entries that have none, as Atom and JSON Feed have it (RFC 4287, section 4.2.1).
    pub(super) fn inherit_authors(&mut self, authors: &[Person]) {
        let authors = &authors[..authors.len().min(MAX_INHERITED_AUTHORS)];
        for entry in self.entries.iter_mut().filter(|entry| entry.authors.is_empty()) {
            entry.authors = authors.to_vec();
        }
    }

    /// Marks guids that several entries with different links carry.
    pub(super) fn distrust_shared_guids(&mut self) {
        let mut links: HashMap<&str, Option<&str>> = HashMap::with_capacity(self.entries.len());
        let mut shared: HashSet<String> = HashSet::new();
        for entry in &self.entries {
            let Some(guid) = entry.guid.as_deref() else {
                continue;
            };
            match links.entry(guid) {
                Slot::Occupied(known) if *known.get() != entry.link.as_deref() => {
                    shared.insert(guid.to_owned());
                }
                Slot::Occupied(_) => {}
                Slot::Vacant(slot) => {
                    slot.insert(entry.link.as_deref());
                }
            }
        }
        for entry in &mut self.entries {
            entry.guid_is_shared = entry.guid.as_ref().is_some_and(|guid| shared.contains(guid));
        }
    }

    /// The JSON that `dateline feed read` prints. Times are Unix seconds.
    pub fn to_json(&self) -> Value {
        json!({
            "ok": true,
            "format": self.format.word(),
            "feed": {
                "title": self.title,
                "subtitle": self.description,
                "link": self.link,
                "links": hrefs(&self.links),
                "language": self.language,
                "updated": seconds(self.updated),
                "ttl_seconds": self.ttl.map(|ttl| ttl.as_secs()),
                "skip_hours": self.skip_hours,
                "skip_days": self.skip_days.iter().map(|day| day_word(*day)).collect::<Vec<_>>(),
                "update_period_seconds": self.update_period.map(|period| period.as_secs()),
                "update_base": seconds(self.update_base),
                "self": self.self_link,
                "hubs": self.hubs,
            },
            "entries": self.entries.iter().map(FeedEntry::to_json).collect::<Vec<_>>(),
            "warnings": self.warnings.iter().map(|warning| warning.word()).collect::<Vec<_>>(),
        })
    }
}

impl FeedEntry {
    /// Its identity within its feed: by guid, else by link, else by title and date as written. A guid that several
    /// entries share identifies none of them. An entry that has nothing else is known by the start of its text.
    pub fn id(&self) -> EntryId {
        if let Some(guid) = self.guid.as_deref().filter(|_| !self.guid_is_shared) {
            return EntryId::of_guid(guid);
        }
        if let Some(link) = self.page() {
            return match Url::parse(link) {
                Ok(url) => EntryId::of_link(&url),
                Err(_) => EntryId::of_guid(link),
            };
        }
        let title = self.title.as_deref().filter(|title| !title.is_empty());
        let words = title.or(self.summary.as_deref()).or(self.content.as_deref());
        EntryId::of_title(words.unwrap_or_default(), self.date_text.as_deref().unwrap_or_default())
    }

    /// The address at which its page is asked for.
    fn page(&self) -> Option<&String> {
        self.original_link.as_ref().or(self.link.as_ref())
    }

    /// The source it was taken from, where that is another site than its own page's.
    fn foreign_source(&self) -> Option<&FeedSource> {
        let page = self.page().and_then(|page| Url::parse(page).ok());
        let host = |url: &Url| url.host_str().map(|host| host.trim_start_matches("www.").to_owned());
        let own = page.as_ref().and_then(host);
        self.source.as_ref().filter(|source| own.is_none() || source.url.as_ref().and_then(host) != own)
    }

    /// The entry as the journal keeps it. A link that is no web address is left out.
    pub fn to_wire(&self) -> Entry {
        let web =
            |link: &String| Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        Entry {
            id: self.id(),
            guid: self.guid.clone(),
            link: self.page().and_then(web),
            title: self.title.clone().filter(|title| !title.is_empty()),
            published: self.published,
            updated: self.updated,
            source: self.foreign_source().map(|source| source.name.clone()),
            authors: self.authors.iter().filter_map(Person::display_name).collect(),
            summary: self.summary.clone(),
            content: self.content.clone(),
        }
    }

    fn to_json(&self) -> Value {
        let author = self.authors.first().map(|who| json!({ "name": who.name, "email": who.email }));
        json!({
            "id": self.guid.as_ref().or(self.link.as_ref()),
            "title": self.title,
            "link": self.link,
            "original_link": self.original_link,
            "links": hrefs(&self.links),
            "published": seconds(self.published),
            "updated": seconds(self.updated),
            "author": author,
            "authors": self.authors.iter().filter_map(Person::display_name).collect::<Vec<_>>(),
            "summary": self.summary,
            "content": self.content,
        })
    }
}

impl Person {
    fn display_name(&self) -> Option<String> {
        self.name.clone().or_else(|| self.email.clone())
    }
}

fn hrefs(links: &[FeedLink]) -> Vec<&str> {
    links.iter().map(|link| link.href.as_str()).collect()
}

fn seconds(moment: Option<Timestamp>) -> Option<i64> {
    moment.map(Timestamp::as_second)
}

fn day_word(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}
