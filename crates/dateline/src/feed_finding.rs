//! What one poll tells of a feed, in a verdict and a few words: for `dateline feed check` and for who is about to add one.

use std::time::Duration;

use dateline_fetcher::transport::FailureKind;
use dateline_fetcher::{PollOutcome, PollResult};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::text::counted_as;

/// A feed whose newest entry is older than this has fallen silent, or moved without a word.
const STALE_AFTER: Duration = Duration::from_secs(14 * 24 * 3600);

/// How a feed is, from the worst on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeedVerdict {
    /// It says that it is gone (410).
    Gone,
    /// No answer, or none that is a feed.
    Failed,
    /// Its host asks to be left alone for now.
    PutOff,
    /// A feed without entries.
    Empty,
    /// Its newest entry is older than two weeks.
    Stale,
    /// It has entries, some of them new or without a date.
    Ok,
}

impl FeedVerdict {
    /// The verdict in a word or two.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failed => "failed",
            Self::PutOff => "put off",
            Self::Empty => "empty",
            Self::Stale => "stale",
            Self::Ok => "ok",
        }
    }

    /// Whether it answered as a feed does.
    pub(crate) fn is_answer(self) -> bool {
        self >= Self::Empty
    }
}

/// What is said of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FeedFinding {
    /// How it is.
    pub(crate) verdict: FeedVerdict,
    /// What came, in words.
    pub(crate) what: String,
    /// Whether its host's name doesn't resolve.
    pub(crate) is_unresolved: bool,
}

/// What the host of a feed asks for whose poll was put off.
pub(crate) fn wish_of_host(outcome: &PollOutcome) -> String {
    format!("its host asks to be left alone until {:.0}", outcome.feed.next_poll)
}

/// What a poll tells of a feed.
pub(crate) fn finding(outcome: &PollOutcome, now: Timestamp) -> FeedFinding {
    let count = outcome.entries.len();
    let entries = counted_as(count as u64, "entry", "entries");
    let newest = outcome.entries.iter().filter_map(|entry| entry.published).max();
    let is_stale =
        |newest: Timestamp| Duration::try_from(now.duration_since(newest)).is_ok_and(|age| age > STALE_AFTER);
    let (verdict, what) = match &outcome.result {
        PollResult::Failed(failure) => (FeedVerdict::Failed, failure.to_string()),
        PollResult::Gone => (FeedVerdict::Gone, "410: it is gone".to_owned()),
        PollResult::PutOff => (FeedVerdict::PutOff, wish_of_host(outcome)),
        _ if count == 0 => (FeedVerdict::Empty, "no entries".to_owned()),
        _ => match newest {
            Some(newest) if is_stale(newest) => {
                (FeedVerdict::Stale, format!("{entries}, the newest of {newest:.0}"))
            }
            Some(newest) => (FeedVerdict::Ok, format!("{entries}, the newest of {newest:.0}")),
            None => (FeedVerdict::Ok, format!("{entries} without a date")),
        },
    };
    let is_unresolved =
        verdict == FeedVerdict::Failed && outcome.feed.last_failure == Some(FailureKind::Resolve);
    FeedFinding { verdict, what, is_unresolved }
}
