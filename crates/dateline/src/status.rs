//! How it is going, from the journal alone: for `dateline status`, whether a daemon runs or not, and for the API.

use std::collections::{BTreeMap, HashMap};

use dateline_fetcher::Feed;
use dateline_journal::{JournalError, JournalReader};
use dateline_publisher::RelayStatus;
use dateline_wire::{EventKind, FeedId, FeedRef, FeedState, PublicUrl, Sequence, Subscription};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::site_rules::SiteRuleStatus;

/// How many of the last events are shown.
const LAST_EVENTS: u64 = 5;

/// The configured feeds as they are published, by id.
#[derive(Debug, Clone, Default)]
pub struct FeedNames(HashMap<FeedId, FeedRef>);

impl FeedNames {
    /// Those of `feeds`.
    pub fn of(feeds: &[Feed]) -> Self {
        Self(feeds.iter().map(|feed| (feed.id().clone(), feed.published().clone())).collect())
    }
}

/// The whole picture.
#[derive(Debug, Serialize)]
pub struct StatusReport {
    /// The journal's id: the epoch of the sequence.
    pub journal: String,
    /// The size of its file in bytes.
    pub journal_bytes: u64,
    /// The size of its write-ahead log in bytes.
    pub journal_wal_bytes: u64,
    /// Its rows that could not be read and were set aside.
    pub journal_set_aside: u64,
    /// Entries ever announced.
    pub entries: u64,
    /// Entries that wait for their page.
    pub backlog: u64,
    /// Events by the plural of their kind; of articles each revision counts.
    #[serde(flatten)]
    pub events: BTreeMap<&'static str, u64>,
    /// The last event's place.
    pub last_sequence: Sequence,
    /// When it was committed.
    pub last_event: Option<Timestamp>,
    /// The last event that Kafka is known to have.
    pub relay_position: Sequence,
    /// What the relay is doing; absent where no daemon tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relay: Option<RelaySummary>,
    /// The rules for single sites that were applied since the daemon started; absent where no daemon tells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub site_rules: Vec<SiteRuleStatus>,
    /// The last few events, newest first.
    pub last_events: Vec<LastEvent>,
    /// The configured feeds.
    pub feeds: Vec<FeedStatus>,
}

/// What the relay is doing.
#[derive(Debug, Serialize)]
pub struct RelaySummary {
    /// The last event that Kafka has for certain; absent until Kafka said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Sequence>,
    /// Whether it is connected.
    pub connected: bool,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

impl RelaySummary {
    /// As the relay says.
    pub fn of(status: &RelayStatus) -> Self {
        Self { position: status.position, connected: status.connected, last_error: status.last_error.clone() }
    }
}

/// One of the last events, in a line.
#[derive(Debug, Serialize)]
pub struct LastEvent {
    /// Its place.
    pub sequence: Sequence,
    /// When it was committed.
    pub time: Timestamp,
    /// Its kind.
    pub kind: &'static str,
    /// What it is about: the article's title, the reason and address, the feed and what happened.
    pub about: String,
}

/// One feed.
#[derive(Debug, Serialize)]
pub struct FeedStatus {
    /// Its id.
    pub id: FeedId,
    /// Its address, without what is secret in it.
    pub url: PublicUrl,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it is polled next.
    pub next_poll: Timestamp,
    /// When it was polled last.
    pub last_poll: Option<Timestamp>,
    /// When it last answered as it should.
    pub last_success: Option<Timestamp>,
    /// When it last had something new.
    pub last_new_entry: Option<Timestamp>,
    /// The last HTTP status.
    pub last_status: Option<u16>,
    /// Failures since the last success.
    pub failures: u32,
    /// Why it failed last, while it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Whether it is gone (410) and therefore asked once a week only.
    pub retired: bool,
    /// Its subscription at a hub, if it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub websub: Option<WebSubStatus>,
}

/// A feed's subscription at its hub, without its keys.
#[derive(Debug, Serialize)]
pub struct WebSubStatus {
    /// The hub.
    pub hub: Url,
    /// Until when the hub pushes, if it granted that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_end: Option<Timestamp>,
    /// When it last pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_push: Option<Timestamp>,
    /// Why it doesn't, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

impl WebSubStatus {
    fn of(subscription: Subscription) -> Self {
        let Subscription { link, lease_end, last_push, last_error, .. } = subscription;
        Self { hub: link.hub, lease_end, last_push, last_error }
    }
}

impl StatusReport {
    /// Reads the journal.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(journal: &JournalReader, names: &FeedNames) -> Result<Self, JournalError> {
        let totals = journal.status()?;
        let after = Sequence(totals.last_sequence.0.saturating_sub(LAST_EVENTS));
        let mut last_events: Vec<LastEvent> = journal
            .events_after(after, usize::MAX, None)?
            .into_iter()
            .map(|event| LastEvent {
                sequence: event.sequence,
                time: event.time,
                kind: event.kind.word(),
                about: about(event.kind, &event.data),
            })
            .collect();
        last_events.reverse();
        let subscriptions = journal.subscriptions()?.into_iter();
        let mut subscriptions: HashMap<FeedId, WebSubStatus> =
            subscriptions.map(|one| (one.feed.clone(), WebSubStatus::of(one))).collect();
        let feeds = journal.feeds()?.into_iter();
        let feeds = feeds.map(|feed| FeedStatus::of(subscriptions.remove(&feed.id), feed, names)).collect();
        Ok(Self {
            journal: totals.id.to_string(),
            journal_bytes: totals.bytes,
            journal_wal_bytes: totals.wal_bytes,
            journal_set_aside: totals.set_aside,
            entries: totals.entries,
            backlog: totals.backlog,
            events: totals.events.iter().map(|(kind, events)| (kind.plural(), events)).collect(),
            last_sequence: totals.last_sequence,
            last_event: totals.last_event,
            relay_position: totals.relay_position,
            relay: None,
            site_rules: Vec::new(),
            last_events,
            feeds,
        })
    }
}

impl FeedStatus {
    fn of(websub: Option<WebSubStatus>, feed: FeedState, names: &FeedNames) -> Self {
        let configured = names.0.get(&feed.id);
        Self {
            name: configured.and_then(|configured| configured.name.clone()),
            id: feed.id,
            // What an older version stored may hold what is secret in it.
            url: configured.map_or(feed.url, |configured| configured.url.clone()),
            next_poll: feed.next_poll,
            last_poll: feed.last_poll,
            last_success: feed.last_success,
            last_new_entry: feed.last_new_entry,
            last_status: feed.last_status,
            failures: feed.failures,
            last_error: feed.last_error,
            retired: feed.retired,
            websub,
        }
    }

    /// How it is doing, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self { retired: true, .. } => "gone",
            Self { failures: 1.., .. } => "failing",
            Self { last_success: Some(_), .. } => "ok",
            _ => "waiting",
        }
    }
}

/// What an event is about, in a line.
fn about(kind: EventKind, data: &str) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Fields {
        title: Option<String>,
        url: Option<String>,
        reason: Option<String>,
        detail: Option<String>,
        kind: Option<String>,
        feed: Option<Feed>,
    }
    #[derive(Deserialize)]
    struct Feed {
        url: String,
    }
    // Whatever was stored by whichever version: what cannot be read is left out of the line.
    let fields: Fields = serde_json::from_str(data).unwrap_or_default();
    let feed = fields.feed.map(|feed| feed.url);
    let parts = match kind {
        EventKind::Article => [fields.title, fields.url],
        EventKind::Reject => [fields.reason, fields.url.or(fields.detail)],
        EventKind::Health => [fields.kind, feed],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_in_a_line() {
        assert_eq!(
            about(EventKind::Article, r#"{"title":"Ferry runs again","url":"https://news.example/1"}"#),
            "Ferry runs again  https://news.example/1"
        );
        assert_eq!(
            about(EventKind::Health, r#"{"kind":"dead","feed":{"id":"1","url":"https://news.example/rss"}}"#),
            "dead  https://news.example/rss"
        );
        assert_eq!(about(EventKind::Reject, "not json"), "");
    }
}
