//! `/v1/activity`: how much was published, and how much was not and why, hour by hour, over the last week.
//!
//! Counting a week of a large log takes seconds, so it is done once, beside the API, and then event by event as they come.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::response::Json;
use dateline_journal::{Journal, JournalError};
use dateline_wire::{CloudEvent, EventKind, Sequence};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::near_rejects::{NearExtent, NearRejects};
use super::{Problem, Shared};

/// How far back is counted, in hours.
const WINDOW_HOURS: i64 = 7 * 24;
/// How many events, and bytes of them, are read at once.
const PAGE: usize = 500;
const MAX_PAGE_BYTES: usize = 8 << 20;
/// How many languages, topics and so on are told apart in an hour; those beyond count as `other`.
const MAX_NAMES: usize = 60;
/// How many pages are read at most for whoever asks while there is more.
const MAX_PAGES_AT_ONCE: usize = 2;
/// How long the counting rests after a page, so that it takes a part of one core at most.
const REST: Duration = Duration::from_millis(20);
/// How long it rests before it looks again, or after the journal could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// How much of each name.
pub(crate) type Counts = BTreeMap<String, u64>;

/// One hour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct HourActivity {
    /// Events of articles: those that were published, and their revisions.
    pub(crate) articles: u64,
    /// The same by language; `und` stands for one that is not known.
    pub(crate) languages: Counts,
    /// The same by topic: an article has several, or none.
    pub(crate) topics: Counts,
    /// What was not published, by reason.
    pub(crate) rejects: Counts,
}

/// What was counted.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct ActivityReport {
    /// Each hour in which something happened, by its beginning, from the first to the last.
    #[schemars(with = "BTreeMap<String, HourActivity>")]
    pub(crate) hours: BTreeMap<Timestamp, HourActivity>,
    /// The place up to which events were counted.
    pub(crate) counted: Sequence,
    /// Whether that is all there was when it was last looked.
    pub(crate) is_complete: bool,
}

impl ActivityReport {
    /// From when on what happened is counted, if anything did.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.hours.keys().next().copied()
    }
}

/// Counts what happens.
#[derive(Debug, Default)]
pub(super) struct ActivityCounter {
    week: Mutex<CountedWeek>,
}

/// What was counted of a week.
#[derive(Debug, Default)]
struct CountedWeek {
    report: ActivityReport,
    near: NearRejects,
}

impl ActivityCounter {
    fn week(&self) -> MutexGuard<'_, CountedWeek> {
        self.week.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was counted so far.
    pub(super) fn read(&self) -> ActivityReport {
        self.week().report.clone()
    }

    /// Where that is which was judged and not published, the nearest to the threshold first, and of what that is the nearest. What was
    /// just committed is among it, unless a whole week is still to be counted.
    pub(super) fn nearest(&self, journal: &Journal) -> Result<(Vec<Sequence>, NearExtent), JournalError> {
        let last = *journal.watch().borrow();
        for _ in 0..MAX_PAGES_AT_ONCE {
            if self.count_page(journal, last)? {
                break;
            }
        }
        let CountedWeek { report, near } = &*self.week();
        let extent = NearExtent {
            rejects: near.len(),
            are_all: near.are_all(),
            since: report.since(),
            is_complete: report.counted >= last,
        };
        Ok((near.places(), extent))
    }

    /// Counts until `stop` is cancelled.
    pub(super) async fn follow(self: Arc<Self>, journal: Journal, stop: CancellationToken) {
        let mut durable = journal.watch();
        loop {
            let last = *durable.borrow_and_update();
            let (counter, source) = (self.clone(), journal.clone());
            let read = tokio::task::spawn_blocking(move || counter.count_page(&source, last)).await;
            let pause = match read {
                Ok(Ok(true)) => PAUSE,
                Ok(Ok(false)) => REST,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "what happened in the last week cannot be counted now");
                    PAUSE * 30
                }
                Err(_) => return,
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            if self.week().report.counted >= last {
                tokio::select! {
                    () = stop.cancelled() => return,
                    news = durable.changed() => if news.is_err() { return },
                }
            }
        }
    }

    /// Counts the next events up to `last`. Whether that is all.
    fn count_page(&self, journal: &Journal, last: Sequence) -> Result<bool, JournalError> {
        let reader = journal.reader();
        let counted = self.week().report.counted;
        let mut after = counted;
        if after == Sequence::START
            && let Some(newest) = reader.event_time(last)?
        {
            let begin =
                newest.checked_sub(SignedDuration::from_hours(WINDOW_HOURS)).unwrap_or(Timestamp::MIN);
            after = reader.place_before(begin)?;
        }
        let events = reader.events_within(after, PAGE, MAX_PAGE_BYTES)?;
        let read: Vec<(&CloudEvent, Counted)> =
            events.iter().filter_map(|event| Some((event, Counted::of(event)?))).collect();
        let CountedWeek { report, near } = &mut *self.week();
        // Somebody else may have counted the same meanwhile.
        if report.counted != counted {
            return Ok(report.counted >= last);
        }
        for (event, counted) in read {
            let hour = hour_of(event.time);
            if let Counted::Reject { score: Some(score), .. } = counted {
                near.add(score, event.sequence, hour);
            }
            counted.add_to(report.hours.entry(hour).or_default());
        }
        report.counted = events.last().map_or(last, |event| event.sequence).max(after);
        report.is_complete = report.counted >= last;
        if let Some((newest, _)) = report.hours.last_key_value() {
            let begin =
                newest.checked_sub(SignedDuration::from_hours(WINDOW_HOURS)).unwrap_or(Timestamp::MIN);
            if report.since().is_some_and(|since| since < begin) {
                report.hours = report.hours.split_off(&begin);
                near.forget_before(begin);
            }
        }
        Ok(report.is_complete)
    }
}

fn hour_of(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second().div_euclid(3600) * 3600).unwrap_or(time)
}

/// What counts of an event.
enum Counted {
    Article { language: String, topics: Vec<String> },
    Reject { reason: String, score: Option<f64> },
}

impl Counted {
    /// `None` for what is not counted: other kinds, and what cannot be read.
    fn of(event: &CloudEvent) -> Option<Self> {
        #[derive(Deserialize)]
        struct Article {
            #[serde(default)]
            language: Option<String>,
            #[serde(default)]
            topics: Vec<Topic>,
        }
        #[derive(Deserialize)]
        struct Topic {
            id: String,
        }
        #[derive(Deserialize)]
        struct Reject {
            reason: String,
            #[serde(default)]
            relevance: Option<Relevance>,
        }
        #[derive(Deserialize)]
        struct Relevance {
            #[serde(default)]
            score: Option<f64>,
        }
        match event.kind {
            EventKind::Article => {
                let Article { language, topics } = serde_json::from_str(&event.data).ok()?;
                let topics = topics.into_iter().map(|topic| topic.id).collect();
                let language = language.unwrap_or_else(|| "und".to_owned());
                Some(Self::Article { language, topics })
            }
            EventKind::Reject => {
                let Reject { reason, relevance } = serde_json::from_str(&event.data).ok()?;
                Some(Self::Reject { reason, score: relevance.and_then(|relevance| relevance.score) })
            }
            EventKind::Withdrawal | EventKind::Health | EventKind::Story => None,
        }
    }

    fn add_to(self, hour: &mut HourActivity) {
        match self {
            Self::Article { language, topics } => {
                hour.articles += 1;
                add(&mut hour.languages, language);
                topics.into_iter().for_each(|topic| add(&mut hour.topics, topic));
            }
            Self::Reject { reason, .. } => add(&mut hour.rejects, reason),
        }
    }
}

fn add(counts: &mut Counts, name: String) {
    let is_known = counts.contains_key(&name);
    let name = if is_known || counts.len() < MAX_NAMES { name } else { "other".to_owned() };
    *counts.entry(name).or_default() += 1;
}

/// How much was published and how much was not, hour by hour.
pub(super) async fn show(State(api): Shared) -> Result<Json<ActivityReport>, Problem> {
    Ok(Json(api.activity.read()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind, data: &str) -> CloudEvent {
        CloudEvent {
            sequence: Sequence(1),
            time: "2026-03-01T08:59:59Z".parse().unwrap(),
            kind,
            id: String::new(),
            key: String::new(),
            traceparent: String::new(),
            data: data.to_owned(),
            entry_digest: None,
        }
    }

    #[test]
    fn articles_with_their_revisions_and_rejects_count_and_nothing_else_does() {
        let mut hour = HourActivity::default();
        for (kind, data) in [
            (
                EventKind::Article,
                r#"{"revision":1,"language":"ko","topics":[{"id":"arms"}],"body":{"text":"x"}}"#,
            ),
            (EventKind::Article, r#"{"revision":2,"language":"ko"}"#),
            (EventKind::Article, r#"{"revision":1}"#),
            (EventKind::Reject, r#"{"reason":"not_relevant"}"#),
            (EventKind::Reject, "not json"),
            (EventKind::Story, r#"{"revision":1}"#),
        ] {
            Counted::of(&event(kind, data)).into_iter().for_each(|counted| counted.add_to(&mut hour));
        }
        assert_eq!(hour.articles, 3);
        assert_eq!(hour.languages, Counts::from([("ko".into(), 2), ("und".into(), 1)]));
        assert_eq!(hour.topics, Counts::from([("arms".into(), 1)]));
        assert_eq!(hour.rejects, Counts::from([("not_relevant".into(), 1)]));
    }

    #[test]
    fn names_without_end_take_bounded_room() {
        let mut counts = Counts::new();
        (0..1_000).for_each(|number| add(&mut counts, number.to_string()));
        assert_eq!((counts.len(), counts["other"]), (MAX_NAMES + 1, 1_000 - MAX_NAMES as u64));
    }

    #[test]
    fn an_hour_begins_on_the_hour_also_before_1970() {
        assert_eq!(hour_of("2026-03-01T08:59:59Z".parse().unwrap()).to_string(), "2026-03-01T08:00:00Z");
        assert_eq!(hour_of("1969-12-31T23:30:00Z".parse().unwrap()).to_string(), "1969-12-31T23:00:00Z");
    }
}
