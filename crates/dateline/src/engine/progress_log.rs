//! What a daemon says of its work: a line for each article that it publishes, and a summary now and then.

use std::collections::BTreeMap;
use std::time::Duration;

use dateline_fetcher::PollResult;
use dateline_journal::{EntryEnd, EntryOutcome};
use dateline_wire::{ArticleEvent, Event, RejectReason, Sequence};
use jiff::{SignedDuration, Timestamp};

/// The first summary comes this soon: by then each feed has been asked once, and who has just started the daemon is watching.
const FIRST_SUMMARY: Duration = Duration::from_secs(120);

/// Writes the log of what was published, and counts for the summary.
#[derive(Debug)]
pub(super) struct ProgressLog {
    every: SignedDuration,
    since: Timestamp,
    due: Timestamp,
    counts: ProgressCounts,
}

/// What was done since the last summary.
#[derive(Debug, Default, PartialEq, Eq)]
struct ProgressCounts {
    asked: u64,
    new_entries: u64,
    published: u64,
    withdrawn: u64,
    held: u64,
    rejected: BTreeMap<&'static str, u64>,
}

impl ProgressLog {
    /// A log that begins at `now`, with a summary `every` so often; none for zero.
    pub(super) fn new(every: Duration, now: Timestamp) -> Self {
        let length = |duration: Duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let every = match length(every) {
            SignedDuration::ZERO => SignedDuration::MAX,
            every => every,
        };
        let due = now.saturating_add(every.min(length(FIRST_SUMMARY)));
        let due = if every == SignedDuration::MAX { Timestamp::MAX } else { due.unwrap_or(Timestamp::MAX) };
        Self { every, since: now, due, counts: ProgressCounts::default() }
    }

    /// A poll ended with `result`, and `fresh` entries that are new or changed.
    pub(super) fn polled(&mut self, result: &PollResult, fresh: usize) {
        let was_asked =
            !matches!(result, PollResult::PutOff | PollResult::Pushed | PollResult::UnreadablePush(_));
        self.counts.asked += u64::from(was_asked);
        self.counts.new_entries += fresh as u64;
    }

    /// An entry ended: `event` was handed in, and this is what the journal made of it.
    pub(super) fn finished(&mut self, event: &Event, end: &EntryEnd) {
        let Some(sequence) = end.sequence else {
            self.counts.held += 1;
            if let (EntryOutcome::Article { .. }, Event::Article(article)) = (end.outcome, event) {
                let (title, url) = (title_of(article), url_of(article));
                tracing::info!(title, %url, "held until it is known what Kafka has; published then, if it is new");
            }
            return;
        };
        let reason = match (end.outcome, event) {
            (EntryOutcome::Article { revision }, Event::Article(article)) => {
                self.counts.published += 1;
                return log_article(article, revision, sequence);
            }
            (EntryOutcome::Reject, Event::Reject(reject)) => reject.reason,
            _ => RejectReason::Unchanged,
        };
        *self.counts.rejected.entry(reason.as_str()).or_default() += 1;
    }

    /// A visit to the page of a published article came to an event.
    pub(super) fn revisited(&mut self, event: &Event, sequence: Sequence) {
        match event {
            Event::Article(article) => {
                self.counts.published += 1;
                log_article(article, article.revision, sequence);
            }
            Event::Withdrawal(withdrawal) => {
                self.counts.withdrawn += 1;
                let (url, detail) = (&withdrawal.url, &withdrawal.detail);
                tracing::info!(%url, detail, %sequence, "withdrawn");
            }
            _ => {}
        }
    }

    /// Whether a summary is due.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.due <= now
    }

    /// Writes the summary up to `now`, at which so many feeds fail, and begins the next.
    pub(super) fn summarise(&mut self, failing: usize, now: Timestamp) {
        let counts = std::mem::take(&mut self.counts);
        tracing::info!(
            feeds_asked = counts.asked,
            feeds_failing = failing,
            new_entries = counts.new_entries,
            published = counts.published,
            withdrawn = counts.withdrawn,
            held = (counts.held > 0).then_some(counts.held),
            rejected = counts.rejected.values().sum::<u64>(),
            reasons = counts.reasons().as_deref(),
            "the last {:#}",
            SignedDuration::from_secs(now.duration_since(self.since).as_secs())
        );
        self.since = now;
        self.due = now.saturating_add(self.every).unwrap_or(Timestamp::MAX);
    }
}

impl ProgressCounts {
    /// The reasons for which entries were rejected, the most frequent first: `not_relevant 12, same_link 3`.
    fn reasons(&self) -> Option<String> {
        let mut reasons: Vec<_> = self.rejected.iter().collect();
        reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), **reason));
        let words: Vec<String> = reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

fn log_article(article: &ArticleEvent, revision: u32, sequence: Sequence) {
    let (title, url) = (title_of(article), url_of(article));
    let feed = article.feed.as_ref().map(|feed| feed.name.as_deref().unwrap_or(feed.url.as_str()));
    let feed = feed.unwrap_or_default();
    match revision {
        0 | 1 => tracing::info!(title, feed, %url, %sequence, "published"),
        _ => tracing::info!(title, feed, %url, %sequence, revision, "published, revised"),
    }
}

fn title_of(article: &ArticleEvent) -> &str {
    article.content.title.as_deref().unwrap_or("(no title)")
}

fn url_of(article: &ArticleEvent) -> &str {
    let content = &article.content;
    let entry_link = || article.entry.as_ref().and_then(|entry| entry.link.as_ref());
    let url = content.canonical_url.as_ref().or(content.url.as_ref()).or_else(entry_link);
    url.map_or("", |url| url.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    #[test]
    fn the_first_summary_comes_soon_and_the_others_as_often_as_wanted() {
        let mut log = ProgressLog::new(Duration::from_secs(600), at(0));
        assert!(!log.is_due(at(119)) && log.is_due(at(120)));
        log.summarise(0, at(120));
        assert!(!log.is_due(at(719)) && log.is_due(at(720)));
        assert!(!ProgressLog::new(Duration::ZERO, at(0)).is_due(at(1_000_000_000)), "zero is never");
        assert!(ProgressLog::new(Duration::from_secs(5), at(0)).is_due(at(5)));
    }

    #[test]
    fn reasons_come_with_the_most_frequent_first() {
        let rejected = BTreeMap::from([("index", 1), ("not_relevant", 12), ("same_link", 1)]);
        let counts = ProgressCounts { rejected, ..ProgressCounts::default() };
        assert_eq!(counts.reasons().as_deref(), Some("not_relevant 12, index 1, same_link 1"));
        assert_eq!(ProgressCounts::default().reasons(), None);
    }

    #[test]
    fn what_is_held_until_it_is_known_what_kafka_has_is_not_told_as_published() {
        let text = r#"{"id":"a.1","article":"a","revision":1,"url":"https://a.example/","page_kind":"article","body":{"text":"","paragraphs":[],"sha256":"","extractor":""},"relevance":{"label":"relevant","reasons":[],"passages":[]},"received_at":"2026-03-01T00:00:00Z","entities":[],"topics":[],"cuts":[],"authors":[],"origins":[]}"#;
        let event = Event::Article(serde_json::from_str(text).expect("an article"));
        let outcome = EntryOutcome::Article { revision: 1 };
        let mut log = ProgressLog::new(Duration::from_secs(600), at(0));
        let mut end = EntryEnd { sequence: None, event: event.id().clone(), outcome, waits: false };
        log.finished(&event, &end);
        assert_eq!((log.counts.published, log.counts.held), (0, 1));
        end.sequence = Some(Sequence(7));
        log.finished(&event, &end);
        assert_eq!((log.counts.published, log.counts.held), (1, 1));
    }

    #[test]
    fn a_feed_that_was_put_off_was_not_asked() {
        let mut log = ProgressLog::new(Duration::from_secs(600), at(0));
        log.polled(&PollResult::PutOff, 0);
        log.polled(&PollResult::Read, 3);
        log.polled(&PollResult::Pushed, 2);
        assert_eq!((log.counts.asked, log.counts.new_entries), (1, 5));
    }
}
