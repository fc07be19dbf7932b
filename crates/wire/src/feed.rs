//! Feeds and their entries, as the journal keeps them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{EntryId, FailureKind, FeedId, FeedRef, FetchFailure, HealthKind, PublicUrl};

/// What a server gave to ask with next time, byte for byte, and the URL it belongs to (RFC 9110, section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The URL that gave them, without what is secret in it; they are sent to no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<PublicUrl>,
    /// The `ETag` field value as received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The `Last-Modified` field value as received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// What a feed says itself about when to ask for it again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollHints {
    /// How long it may be kept (RSS 2.0 `ttl`), in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// The time between updates that it announces (RSS 1.0 syndication module), in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_period: Option<u32>,
    /// The hours in GMT in which nothing new comes (RSS 2.0 `skipHours`): bit 0 is midnight to one.
    #[serde(default)]
    pub skip_hours: u32,
    /// The days in GMT on which nothing new comes (RSS 2.0 `skipDays`): bit 0 is Monday.
    #[serde(default)]
    pub skip_days: u8,
}

/// All that is remembered of a feed between polls. One JSON value in the journal; fields join with a serde default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedState {
    /// The id, of the configured URL.
    pub id: FeedId,
    /// The configured URL, without what is secret in it.
    pub url: PublicUrl,
    /// When it is due.
    pub next_poll: Timestamp,
    /// What to ask with.
    #[serde(default)]
    pub validators: Validators,
    /// SHA-256 of the last body read, so that an unchanged 200 costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_sha256: Option<String>,
    /// When it was last asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_poll: Option<Timestamp>,
    /// When it last answered with a readable feed or "not modified".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
    /// When it last had a new entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_new_entry: Option<Timestamp>,
    /// Failures since the last success.
    #[serde(default)]
    pub failures: u32,
    /// Why the last poll failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<FetchFailure>,
    /// The HTTP status of the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_status: Option<u16>,
    /// Why no answer came to the last poll, if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<FailureKind>,
    /// The smoothed time between new entries, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_interval: Option<f64>,
    /// The address the feed has moved to for good. One that has something secret in it is never remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<Url>,
    /// When the move was first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_since: Option<Timestamp>,
    /// How many polls have seen the move.
    #[serde(default)]
    pub moved_polls: u32,
    /// What it says itself about when to ask again, as last read.
    #[serde(default)]
    pub hints: PollHints,
    /// The time from the oldest to the newest entry that it listed when last read, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
    /// The date of the newest entry that it ever listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_entry: Option<Timestamp>,
    /// The newest entries that it listed when last read, each by 32 bits of its id: enough to estimate how many are new.
    /// Whether an entry is known is the journal's to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<u32>,
    /// When the failures since the last success began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// What is the matter with it now; each was told by a health event when it began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<HealthKind>,
    /// Set when its server has said that the feed is gone (410). It is asked rarely from then on, until it answers again or is
    /// [revived](FeedState::revive).
    #[serde(default)]
    pub retired: bool,
}

impl FeedState {
    /// A feed that has never been polled, due at `next_poll`.
    pub fn new(feed: &FeedRef, next_poll: Timestamp) -> Self {
        Self {
            id: feed.id.clone(),
            url: feed.url.clone(),
            next_poll,
            validators: Validators::default(),
            body_sha256: None,
            last_poll: None,
            last_success: None,
            last_new_entry: None,
            failures: 0,
            last_error: None,
            last_status: None,
            last_failure: None,
            entry_interval: None,
            moved_to: None,
            moved_since: None,
            moved_polls: 0,
            hints: PollHints::default(),
            window: None,
            newest_entry: None,
            recent: Vec::new(),
            failing_since: None,
            conditions: Vec::new(),
            retired: false,
        }
    }

    /// Takes back that the feed is gone: it is asked at `next_poll`, and from then on like any other. What is known of it stays.
    pub fn revive(&mut self, next_poll: Timestamp) {
        self.retired = false;
        self.last_error = None;
        self.next_poll = next_poll;
    }
}

/// One entry of a feed, as the feed gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its identity within the feed.
    pub id: EntryId,
    /// The guid as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// The page it announces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Url>,
    /// The title, as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When the feed says it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Timestamp>,
    /// When the feed says it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Timestamp>,
    /// What the feed names as the source that the entry was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The authors that the feed names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// The summary, as HTML or text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The full text, as HTML, where the feed carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl Entry {
    /// An entry of which nothing is known but its identity.
    pub fn new(id: EntryId) -> Self {
        Self {
            id,
            guid: None,
            link: None,
            title: None,
            published: None,
            updated: None,
            source: None,
            authors: Vec::new(),
            summary: None,
            content: None,
        }
    }
}

/// An entry that waits for its page.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingEntry {
    /// The feed that announced it.
    pub feed: FeedId,
    /// The entry.
    pub entry: Entry,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// 1 when it was new, one more for every edit that the feed has shown since.
    pub edition: u32,
    /// How many fetches of its page have failed.
    pub attempts: u32,
    /// Not before this moment.
    pub due: Timestamp,
}
