//! What is said of polls: once that a feed fails, once that it works again; and where nothing can be reached, that once, rather
//! than the same of every feed.

use std::collections::HashSet;
use std::time::Duration;

use dateline_fetcher::transport::FailureKind;
use dateline_fetcher::{PollOutcome, PollResult};
use dateline_wire::{FeedId, FeedState};
use jiff::Timestamp;

/// How many hosts must be out of reach, one after another and no other in reach meanwhile, to be called all. Two that are gone
/// for good may well be asked one after the other.
const MIN_HOSTS: usize = 3;
/// How long the failure of a feed is held back for whether others fail likewise.
const HELD_FOR: Duration = Duration::from_secs(30);

/// Writes the log of polls.
#[derive(Debug, Default)]
pub(super) struct PollLog {
    reach: Reach,
    /// The feeds whose failure was not told, because nothing could be reached.
    untold: HashSet<FeedId>,
}

/// How far the network reaches, as far as polls tell.
#[derive(Debug)]
enum Reach {
    /// Hosts answer, but for these: failures in a row that are yet to be told.
    Some(Vec<Unreached>),
    /// No host answers.
    None,
}

/// A feed whose host was not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unreached {
    id: FeedId,
    feed: String,
    host: String,
    kind: FailureKind,
    reason: String,
    at: Timestamp,
    /// Whether it has not been told so far that the feed fails.
    is_news: bool,
}

impl Default for Reach {
    fn default() -> Self {
        Self::Some(Vec::new())
    }
}

/// What follows from a poll for the log.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    /// Nothing.
    None,
    /// No host can be reached any more. These are the failures that say so.
    Lost(Vec<Unreached>),
    /// One host was reached, so those that were not are on their own.
    Single(Vec<Unreached>),
    /// Hosts can be reached again.
    Regained,
}

impl Reach {
    /// A host was not reached.
    fn fail(&mut self, failure: Unreached) -> Change {
        let Self::Some(held) = self else { return Change::None };
        held.push(failure);
        let hosts: HashSet<&str> = held.iter().map(|failure| failure.host.as_str()).collect();
        if hosts.len() < MIN_HOSTS {
            return Change::None;
        }
        let lost = std::mem::take(held);
        *self = Self::None;
        Change::Lost(lost)
    }

    /// A host answered.
    fn answer(&mut self) -> Change {
        match std::mem::take(self) {
            Self::None => Change::Regained,
            Self::Some(held) if held.is_empty() => Change::None,
            Self::Some(held) => Change::Single(held),
        }
    }

    /// The failures that have been held back for long enough.
    fn overdue(&mut self, now: Timestamp) -> Vec<Unreached> {
        match self {
            Self::Some(held)
                if held.first().is_some_and(|first| now.duration_since(first.at) >= held_for()) =>
            {
                std::mem::take(held)
            }
            _ => Vec::new(),
        }
    }
}

fn held_for() -> jiff::SignedDuration {
    jiff::SignedDuration::try_from(HELD_FOR).unwrap_or(jiff::SignedDuration::MAX)
}

impl PollLog {
    /// A poll of the feed that was `before` ended at `at`.
    pub(super) fn polled(&mut self, before: &FeedState, outcome: &PollOutcome, at: Timestamp) {
        let feed = before.url.as_str();
        match &outcome.result {
            PollResult::Failed(failure) => {
                let reason = failure.to_string();
                let is_news = before.failures == 0 || self.untold.remove(&before.id);
                if let Some(kind @ (FailureKind::Resolve | FailureKind::Connect)) = outcome.feed.last_failure
                {
                    let host = before.url.as_url().host_str().unwrap_or_default().to_owned();
                    let (id, feed) = (before.id.clone(), feed.to_owned());
                    return self.unreached(Unreached { id, feed, host, kind, reason, at, is_news });
                }
                self.reached();
                match is_news {
                    true => tracing::warn!(feed, reason, "the feed fails"),
                    false => {
                        tracing::debug!(
                            feed,
                            reason,
                            failures = outcome.feed.failures,
                            "the feed still fails"
                        )
                    }
                }
            }
            PollResult::PutOff => {}
            PollResult::Pushed => tracing::debug!(feed, entries = outcome.entries.len(), "pushed"),
            PollResult::UnreadablePush(reason) => {
                tracing::debug!(feed, reason, "what the hub pushed cannot be read")
            }
            PollResult::Gone => {
                self.reached();
                match before.retired {
                    true => tracing::debug!(feed, "the feed is still gone"),
                    false => {
                        tracing::warn!(feed, "the feed is gone (410) and is asked once a week from now on")
                    }
                }
            }
            PollResult::NotModified | PollResult::Unchanged | PollResult::Read => {
                self.reached();
                let was_untold = self.untold.remove(&before.id);
                match (before.failures > 0 || before.retired) && !was_untold {
                    true => tracing::info!(feed, "the feed works again"),
                    false => tracing::debug!(feed, entries = outcome.entries.len(), "polled"),
                }
            }
        }
    }

    /// Time has passed: tells what has been held back for long enough.
    pub(super) fn tick(&mut self, now: Timestamp) {
        tell(self.reach.overdue(now));
    }

    fn unreached(&mut self, failure: Unreached) {
        if matches!(self.reach, Reach::None) {
            self.untold.extend(failure.is_news.then_some(failure.id));
            return;
        }
        if let Change::Lost(lost) = self.reach.fail(failure) {
            let reason = lost.last().map(|last| last.reason.clone()).unwrap_or_default();
            match lost.iter().all(|failure| failure.kind == FailureKind::Resolve) {
                true => tracing::warn!(
                    reason,
                    "no name resolves, so no feed can be asked; is this machine offline, or its name server down? Feeds are \
                     tried again as they fall due"
                ),
                false => tracing::warn!(
                    reason,
                    "no host can be reached, so no feed can be asked; is this machine offline, or does a firewall or proxy \
                     stop it? Feeds are tried again as they fall due"
                ),
            }
            let news = lost.into_iter().filter(|failure| failure.is_news);
            self.untold.extend(news.map(|failure| failure.id));
        }
    }

    fn reached(&mut self) {
        match self.reach.answer() {
            Change::Regained => tracing::info!("hosts can be reached again"),
            Change::Single(failures) => tell(failures),
            Change::None | Change::Lost(_) => {}
        }
    }
}

fn tell(failures: Vec<Unreached>) {
    for Unreached { feed, reason, .. } in failures.iter().filter(|failure| failure.is_news) {
        tracing::warn!(feed, reason, "the feed fails");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(host: &str, second: i64) -> Unreached {
        let feed = format!("https://{host}/rss");
        Unreached {
            id: FeedId::of(&feed.parse().expect("a URL")),
            feed,
            host: host.to_owned(),
            kind: FailureKind::Resolve,
            reason: "the name does not resolve".to_owned(),
            at: Timestamp::from_second(second).expect("a moment"),
            is_news: true,
        }
    }

    #[test]
    fn many_hosts_out_of_reach_are_told_as_one_thing_and_once() {
        let mut reach = Reach::default();
        let changes: Vec<Change> = (0..72).map(|n| reach.fail(failure(&format!("{n}.example"), 0))).collect();
        assert_eq!(changes.iter().filter(|change| **change != Change::None).count(), 1);
        assert!(matches!(&changes[2], Change::Lost(failures) if failures.len() == 3));
        assert_eq!((reach.answer(), reach.answer()), (Change::Regained, Change::None));
    }

    #[test]
    fn one_host_out_of_reach_is_told_once_another_answers_or_time_has_passed() {
        let mut reach = Reach::default();
        assert_eq!(reach.fail(failure("a.example", 0)), Change::None);
        assert_eq!(reach.answer(), Change::Single(vec![failure("a.example", 0)]));
        for feed in 0..9 {
            assert_eq!(reach.fail(failure("a.example", feed)), Change::None, "many feeds of one host");
        }
        assert!(reach.overdue(Timestamp::from_second(29).expect("a moment")).is_empty());
        assert_eq!(reach.overdue(Timestamp::from_second(30).expect("a moment")).len(), 9);
        assert_eq!(reach.answer(), Change::None);
    }
}
