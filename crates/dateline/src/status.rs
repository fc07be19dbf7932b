//! How it is going: from the journal, and from the daemon itself where one runs. For the API, and for `dateline status`, which asks
//! that or, where no daemon answers, reads the journal alone.

mod catalogue;
mod history;
mod member;
mod page;
mod sink;

use std::collections::{BTreeMap, HashMap};

use dateline_fetcher::Feed;
use dateline_journal::{JournalError, JournalReader, LockHolder, SearchGap};
use dateline_publisher::RelayStatus;
use dateline_wire::{
    CloudEvent, EventKind, FailureKind, FeedId, FeedState, FetchFailure, HealthKind, PublicUrl, Sequence,
    Subscription,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::disk::DiskSpace;
use crate::faults::{self, Fault, LiveState};
use crate::proxies::ProxyStatus;
use crate::run_record::RunRecord;
use crate::site_rules::SiteRuleStatus;
use crate::text::{ago, counted, moment, shown_address};

pub use catalogue::FeedCatalogue;
pub use history::FeedHistory;
pub use member::{FleetMembership, MemberSummary};
pub use page::page;
pub use sink::SinkStatus;

/// How many of the last events are shown.
const LAST_EVENTS: u64 = 5;

/// What is said of a relay that has neither delivered nor failed since it began.
pub(crate) const DELIVERY_UNKNOWN: &str = "delivery to Kafka is not yet known to work";

/// How a daemon is, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does what it should.
    Ok,
    /// It takes entries in and keeps them, but something is wrong.
    Degraded,
    /// It takes nothing in.
    NotReady,
    /// There is none; the journal tells.
    NotRunning,
}

/// What is said, as JSON, where neither a daemon nor a journal tells more.
#[derive(Debug, Serialize)]
pub struct UnknownStatus {
    /// When this was so.
    pub now: Timestamp,
    /// That none runs, as far as can be told.
    pub verdict: Verdict,
    /// Why nothing more can be told.
    pub summary: String,
}

/// The whole picture.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct StatusReport {
    /// When this was so, by the daemon's clock: that of its machine, but in a demonstration that of the recorded day.
    pub now: Timestamp,
    /// How the daemon is.
    pub verdict: Verdict,
    /// The same in a line.
    pub summary: String,
    /// What is wrong, the worst first.
    pub faults: Vec<Fault>,
    /// The daemon that says so, or the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daemon: Option<RunRecord>,
    /// Whether that daemon asks no feed and no page, as `dateline run --no-intake` has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_intake: bool,
    /// The journal's id: the epoch of the sequence.
    pub journal: String,
    /// The size of its file in bytes.
    pub journal_bytes: u64,
    /// The size of its write-ahead log in bytes.
    pub journal_wal_bytes: u64,
    /// The size of the search index beside it in bytes, with the write-ahead log of that.
    #[serde(default)]
    pub journal_search_bytes: u64,
    /// Events that cannot be found by what they say yet, since the log is still being gone over; absent where all can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search_gap: Option<SearchGap>,
    /// How many outcomes are held until the relay knows what Kafka has of the journal, which was restored; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_held: Option<u64>,
    /// The place up to which events are gone by the rules of retention.
    #[serde(default)]
    pub journal_gone: Sequence,
    /// The place of the oldest event that is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_oldest: Option<Sequence>,
    /// Its rows that could not be read and were set aside.
    pub journal_set_aside: u64,
    /// Entries ever announced.
    pub entries: u64,
    /// Entries that wait for their page.
    pub backlog: u64,
    /// When the entry that has been due for longest became so.
    #[serde(default)]
    pub due_since: Option<Timestamp>,
    /// The visits to pages of published articles.
    #[serde(default)]
    pub visits: VisitStatus,
    /// Events by the plural of their kind; of articles each revision counts.
    pub events: BTreeMap<String, u64>,
    /// The last event's place.
    pub last_sequence: Sequence,
    /// When it was committed.
    pub last_event: Option<Timestamp>,
    /// The last event that Kafka is known to have.
    pub relay_position: Sequence,
    /// When the first event after it was committed, if there is one.
    #[serde(default)]
    pub undelivered_since: Option<Timestamp>,
    /// What the relay is doing; absent where no daemon tells, or delivers to no Kafka.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<RelaySummary>,
    /// What the daemon says of itself as a member of a fleet, whose events the others are; absent where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberSummary>,
    /// The room on the journal's disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<DiskSpace>,
    /// The rules for single sites that were applied since the daemon started; absent where no daemon tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub site_rules: Vec<SiteRuleStatus>,
    /// How the proxies do that anything has passed since the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proxies: Vec<ProxyStatus>,
    /// The ways out beside Kafka.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sinks: Vec<SinkStatus>,
    /// The last few events, newest first.
    pub last_events: Vec<LastEvent>,
    /// The configured feeds.
    pub feeds: Vec<FeedStatus>,
}

/// How the visits to pages of published articles go.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct VisitStatus {
    /// How many pages are visited again, now or later.
    pub pages: u64,
    /// How many of them are due.
    pub due: u64,
    /// Since when the first of those is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_since: Option<Timestamp>,
    /// How many visits were made since the daemon started, by their result; empty where no daemon tells.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub results: BTreeMap<String, u64>,
}

/// What the relay is doing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RelaySummary {
    /// The last event that Kafka has for certain; absent until Kafka said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Sequence>,
    /// Whether it is connected.
    pub connected: bool,
    /// Whether it has stopped until somebody acts.
    #[serde(default)]
    pub has_stopped: bool,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Since when nothing can be delivered, while that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// When it last delivered something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_commit: Option<Timestamp>,
}

impl RelaySummary {
    /// Whether it is known by now whether delivery works: at the start, and while a broker says nothing, it isn't.
    pub fn is_known(&self) -> bool {
        self.connected || self.has_stopped || self.last_error.is_some()
    }

    /// As the relay says.
    pub fn of(status: &RelayStatus) -> Self {
        Self {
            position: status.position,
            connected: status.connected,
            has_stopped: status.has_stopped,
            last_error: status.last_error.clone(),
            failing_since: status.failing_since,
            last_commit: status.last_commit,
        }
    }
}

/// One of the last events, in a line.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LastEvent {
    /// Its place.
    pub sequence: Sequence,
    /// When it was committed.
    pub time: Timestamp,
    /// Its kind.
    pub kind: String,
    /// What it is about: the article's title, the reason and address, the feed and what happened.
    pub about: String,
}

impl LastEvent {
    /// Of an event.
    pub(crate) fn of(event: &CloudEvent) -> Self {
        Self {
            sequence: event.sequence,
            time: event.time,
            kind: event.kind.word().to_owned(),
            about: about(event.kind, &event.data),
        }
    }
}

/// One feed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct FeedStatus {
    /// Its id.
    pub id: FeedId,
    /// Its address, without what is secret in it.
    pub url: PublicUrl,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is sorted under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whether it is paused: it stands in the feeds file and is not polled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// When it is polled next; absent while it is paused, and from a daemon that polls nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_poll: Option<Timestamp>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<FetchFailure>,
    /// Since when it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// Why no answer came to the last poll, if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<FailureKind>,
    /// What is the matter with it beyond single failures; each was told by a health event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<HealthKind>,
    /// Whether it is gone (410) and therefore asked once a week only.
    pub retired: bool,
    /// Its subscription at a hub, if it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub websub: Option<WebSubStatus>,
}

/// A feed's subscription at its hub, without its keys.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct WebSubStatus {
    /// The hub.
    pub hub: Url,
    /// Until when the hub pushes, if it granted that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_end: Option<Timestamp>,
    /// When it last pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_push: Option<Timestamp>,
    /// Why it doesn't, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

impl WebSubStatus {
    fn of(subscription: Subscription) -> Self {
        let Subscription { link, lease_end, last_push, last_error, .. } = subscription;
        Self { hub: shown_address(&link.hub).as_url().clone(), lease_end, last_push, last_error }
    }
}

impl StatusReport {
    /// Reads the journal at `now`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(
        journal: &JournalReader,
        catalogue: &FeedCatalogue,
        now: Timestamp,
    ) -> Result<Self, JournalError> {
        let totals = journal.status()?;
        let after = Sequence(totals.last_sequence.0.saturating_sub(LAST_EVENTS));
        let mut last_events: Vec<LastEvent> =
            journal.events_after(after, usize::MAX, None)?.iter().map(LastEvent::of).collect();
        last_events.reverse();
        let subscriptions = journal.subscriptions()?.into_iter();
        let mut subscriptions: HashMap<FeedId, WebSubStatus> =
            subscriptions.map(|one| (one.feed.clone(), WebSubStatus::of(one))).collect();
        let mut feeds = Vec::new();
        // Two may be shown under one address: what is secret in it tells them apart.
        let key = |feed: &Feed| (feed.published().url.as_str().to_owned(), feed.id().clone());
        let mut unknown: BTreeMap<_, &Feed> = catalogue.polled().map(|feed| (key(feed), feed)).collect();
        for state in journal.feeds()? {
            let websub = subscriptions.remove(&state.id);
            if let Some(configured) = catalogue.get(&state.id) {
                unknown.remove(&key(configured));
            }
            // A daemon that was told to pause a feed says so before its journal does.
            if !catalogue.is_paused(&state.id) {
                feeds.push(FeedStatus { websub, ..FeedStatus::of(state, catalogue) });
            }
        }
        // What no daemon has been started with yet.
        let unknown = unknown.into_values().map(|feed| FeedState::new(feed.published(), now));
        feeds.extend(unknown.map(|state| FeedStatus::of(state, catalogue)));
        for feed in catalogue.paused() {
            let state = journal.feed(feed.id())?;
            feeds.push(FeedStatus::of(
                state.unwrap_or_else(|| FeedState::new(feed.published(), now)),
                catalogue,
            ));
        }
        let (due, due_since) = journal.visits_due(now)?;
        let visits = VisitStatus { pages: totals.revisits, due, due_since, results: BTreeMap::new() };
        let undelivered_since = journal.event_time(totals.relay_position.next())?;
        Ok(Self {
            now,
            verdict: Verdict::NotRunning,
            summary: String::new(),
            faults: Vec::new(),
            daemon: None,
            no_intake: catalogue.is_idle(),
            journal: totals.id.to_string(),
            journal_bytes: totals.bytes,
            journal_wal_bytes: totals.wal_bytes,
            journal_search_bytes: totals.search_bytes,
            search_gap: journal.search_gap()?,
            journal_held: totals.held,
            journal_gone: totals.gone,
            journal_oldest: totals.oldest,
            journal_set_aside: totals.set_aside,
            entries: totals.entries,
            backlog: totals.backlog,
            due_since: journal.due_since(now)?,
            visits,
            events: totals.events.iter().map(|(kind, events)| (kind.plural().to_owned(), events)).collect(),
            last_sequence: totals.last_sequence,
            last_event: totals.last_event,
            relay_position: totals.relay_position,
            undelivered_since,
            relay: None,
            member: None,
            disk: journal.path().parent().and_then(|folder| DiskSpace::at(folder).ok()),
            site_rules: Vec::new(),
            proxies: Vec::new(),
            sinks: journal
                .sinks()?
                .into_iter()
                .map(|(state, counts)| SinkStatus::of(state, counts, totals.last_sequence))
                .collect(),
            last_events,
            feeds,
        })
    }
}

impl StatusReport {
    /// How many events Kafka doesn't have yet, as far as is known.
    pub fn undelivered(&self) -> u64 {
        let confirmed = self.relay.as_ref().and_then(|relay| relay.position);
        self.last_sequence.0.saturating_sub(confirmed.unwrap_or_default().max(self.relay_position).0)
    }

    /// How many feeds are in a condition.
    pub fn feeds_in(&self, condition: FeedCondition) -> usize {
        self.feeds.iter().filter(|feed| feed.condition() == condition).count()
    }

    /// The same as the daemon `by` tells it, which is as `live` says.
    #[must_use]
    pub fn told_by(mut self, by: RunRecord, live: LiveState) -> Self {
        self.daemon = Some(by);
        self.relay = live.relay.as_ref().map(RelaySummary::of);
        self.member.clone_from(&live.member);
        // Those that are configured no more have nobody who tells of them.
        self.sinks.retain_mut(|sink| {
            let report = live.sinks.iter().find(|report| report.id.as_str() == sink.sink);
            report.map(|report| sink.add(report)).is_some()
        });
        self.faults = faults::of_daemon(&live);
        self.faults.extend(faults::of_journal(&self));
        self.faults.sort_by_key(|fault| fault.kind);
        self.site_rules = live.site_rules;
        self.visits.results = live.visits;
        self.proxies = live.proxies;
        self.verdict = match self.faults.first() {
            None => Verdict::Ok,
            Some(worst) if worst.kind.is_ready() => Verdict::Degraded,
            Some(_) => Verdict::NotReady,
        };
        self.summary = self.summary_of_faults();
        self
    }

    /// The same where no daemon answers: `last` is the last one that ran, as far as is known, `holder` who has the journal, and `silence`
    /// why it didn't answer.
    #[must_use]
    pub fn without_daemon(
        mut self,
        last: Option<RunRecord>,
        holder: Option<&LockHolder>,
        silence: Option<&str>,
    ) -> Self {
        let has_it = |run: &RunRecord| run.stopped.is_none() && holder.is_some_and(|holder| run.is(holder));
        self.summary = match (&last, holder) {
            (Some(run), Some(_)) if has_it(run) => format!(
                "not answering: process {} on {} should: {}",
                run.process,
                run.host,
                silence.unwrap_or("it does not speak for this journal"),
            ),
            (_, Some(holder)) => format!(
                "not answering: {holder} has the journal, and has not said where it answers: a daemon that starts, or a command that changes \
                 the journal"
            ),
            (Some(RunRecord { stopped: Some(stopped), failure, .. }), None) => {
                let why = failure.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
                format!("not running since {} ({}){why}", moment(*stopped), ago(Some(*stopped), self.now))
            }
            (Some(run), None) => format!(
                "not running: process {} on {}, started {}, ended without a word (killed, or its machine went down)",
                run.process,
                run.host,
                moment(run.started)
            ),
            (None, None) => "not running, as far as can be told from here".to_owned(),
        };
        self.faults = faults::of_journal(&self);
        self.daemon = last;
        self
    }

    fn summary_of_faults(&self) -> String {
        let Some(worst) = self.faults.first() else {
            let kafka = match (&self.relay, &self.member, self.undelivered()) {
                (None, Some(member), _) => member.source_in_words(),
                (None, None, _) => "no Kafka is configured".to_owned(),
                (Some(relay), ..) if !relay.is_known() => DELIVERY_UNKNOWN.to_owned(),
                (Some(_), _, 0) => "Kafka has every event".to_owned(),
                (Some(_), _, events) => format!("{events} events are on their way to Kafka"),
            };
            return match self.no_intake {
                true => format!("ok: nothing is polled here (run --no-intake), {kafka}"),
                false => {
                    let wait = if self.backlog == 1 { "entry waits" } else { "entries wait" };
                    format!("ok: {}, {} {wait}, {kafka}", self.feeds_in_words(), self.backlog)
                }
            };
        };
        let state = if self.verdict == Verdict::NotReady { "not taking entries in" } else { "degraded" };
        let others = match self.faults.len() - 1 {
            0 => String::new(),
            1 => " (and one thing more, see below)".to_owned(),
            more => format!(" (and {more} things more, see below)"),
        };
        let waiting = match (self.relay.is_some(), self.undelivered()) {
            (true, events @ 1..) => format!("; {events} events wait in the journal"),
            _ => String::new(),
        };
        format!("{state}: {}{waiting}{others}", worst.what)
    }

    /// `72 feeds (3 failing, 1 gone) and 2 paused`: those that are asked, and those that are not.
    pub(crate) fn feeds_in_words(&self) -> String {
        let paused = self.feeds_in(FeedCondition::Paused);
        let feeds = match self.feeds.len() - paused {
            1 => "1 feed".to_owned(),
            feeds => format!("{feeds} feeds"),
        };
        let odd = FeedCondition::ALL
            .into_iter()
            .filter(|condition| !matches!(condition, FeedCondition::Ok | FeedCondition::Paused));
        let odd: Vec<String> = odd
            .filter_map(|condition| match self.feeds_in(condition) {
                0 => None,
                count => Some(format!("{count} {}", condition.word())),
            })
            .collect();
        let odd = if odd.is_empty() { String::new() } else { format!(" ({})", odd.join(", ")) };
        let paused = if paused == 0 { String::new() } else { format!(" and {paused} paused") };
        format!("{feeds}{odd}{paused}")
    }
}

/// How a feed is doing, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedCondition {
    /// It answered as it should when it was last asked.
    Ok,
    /// It is paused, and not asked.
    Paused,
    /// It was never asked.
    Waiting,
    /// It answers, but has had nothing new for longer than its rhythm explains.
    Silent,
    /// It failed when it was last asked.
    Failing,
    /// It has failed for as long as `dead_after` says.
    Dead,
    /// Its server said that it is gone for good (410).
    Gone,
}

impl FeedCondition {
    /// Every condition.
    pub const ALL: [Self; 7] =
        [Self::Ok, Self::Paused, Self::Waiting, Self::Silent, Self::Failing, Self::Dead, Self::Gone];

    /// The condition in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Paused => "paused",
            Self::Waiting => "waiting",
            Self::Silent => "silent",
            Self::Failing => "failing",
            Self::Dead => "dead",
            Self::Gone => "gone",
        }
    }
}

impl FeedStatus {
    /// Of a feed whose state is `feed`, configured as `catalogue` says, without its subscription.
    fn of(feed: FeedState, catalogue: &FeedCatalogue) -> Self {
        let configured = catalogue.get(&feed.id).map(|configured| configured.published());
        let paused = catalogue.is_paused(&feed.id);
        Self {
            name: configured.and_then(|configured| configured.name.clone()),
            tags: configured.map(|configured| configured.tags.clone()).unwrap_or_default(),
            id: feed.id,
            // What an older version stored may hold what is secret in it.
            url: configured.map_or(feed.url, |configured| configured.url.clone()),
            paused,
            next_poll: (!paused && !catalogue.is_idle()).then_some(feed.next_poll),
            last_poll: feed.last_poll,
            last_success: feed.last_success,
            last_new_entry: feed.last_new_entry,
            last_status: feed.last_status,
            failures: feed.failures,
            last_error: feed.last_error,
            failing_since: feed.failing_since,
            last_failure: feed.last_failure,
            conditions: feed.conditions,
            retired: feed.retired,
            websub: None,
        }
    }

    /// How it is doing.
    pub fn condition(&self) -> FeedCondition {
        match self {
            Self { paused: true, .. } => FeedCondition::Paused,
            Self { retired: true, .. } => FeedCondition::Gone,
            _ if self.conditions.contains(&HealthKind::Dead) => FeedCondition::Dead,
            Self { failures: 1.., .. } => FeedCondition::Failing,
            _ if self.conditions.contains(&HealthKind::Silent) => FeedCondition::Silent,
            Self { last_success: Some(_), .. } => FeedCondition::Ok,
            _ => FeedCondition::Waiting,
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
        article_count: Option<u32>,
        origin_count: Option<u32>,
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
        EventKind::Withdrawal | EventKind::Reject => [fields.reason, fields.url.or(fields.detail)],
        EventKind::Health => [fields.kind, feed],
        EventKind::Story => [fields.title, fields.article_count.zip(fields.origin_count).map(reach)],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// How many articles tell a story, and how many origins they have.
fn reach((articles, origins): (u32, u32)) -> String {
    format!("{}, {}", counted(articles.into(), "article"), counted(origins.into(), "origin"))
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
        assert_eq!(
            about(EventKind::Story, r#"{"title":"Ferry runs again","article_count":3,"origin_count":1}"#),
            "Ferry runs again  3 articles, 1 origin"
        );
        assert_eq!(about(EventKind::Reject, "not json"), "");
    }
}
