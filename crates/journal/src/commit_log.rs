//! A log that has a transaction before the file does: the one place where a journal by itself and one of a fleet differ.
//!
//! Without a log, a transaction is committed when the file has it. With one, the file is a cache: what the transaction changed is
//! first committed to the log, as records of the rows that changed ([`StateRecord`]), events, and entries for other journals; the file
//! follows. What the log refuses is rolled back. From the log's records a [`JournalRebuild`](crate::JournalRebuild) makes the file anew.

use std::fmt::Debug;
use std::sync::Arc;

use dateline_wire::{CloudEvent, Entry, FeedId, PublicUrl};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{ContentDigest, JournalError};

/// Where transactions are committed before the file has them.
pub trait CommitLog: Debug + Send + Sync {
    /// Whether the page at `page` is for another journal to read: an entry with this link is [handed over](LoggedTransaction::handed_over)
    /// instead of waiting here.
    fn is_elsewhere(&self, page: &Url) -> bool;

    /// Whether the articles themselves are state: of a journal that tells stories by what others publish they are, for as long as it has
    /// them.
    fn keeps_articles(&self) -> bool {
        false
    }

    /// Commits a transaction, and returns once it is durable. Blocks the journal's thread meanwhile.
    ///
    /// # Errors
    /// [`JournalError::LogUnavailable`] if nothing was committed and trying again may help; [`JournalError::LogLost`] if nobody may
    /// commit to it from here any more, or it isn't known whether the transaction was.
    fn commit(&self, transaction: LoggedTransaction) -> Result<(), JournalError>;
}

/// What [`Options`](crate::Options) name.
pub type SharedCommitLog = Arc<dyn CommitLog>;

/// What one transaction of the journal changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoggedTransaction {
    /// The rows that it changed, as they are now, one record for each.
    pub state: Vec<StateRecord>,
    /// The events that it appended, in their order.
    pub events: Vec<CloudEvent>,
    /// The entries that others are to go on with.
    pub handed_over: Vec<HandedEntry>,
    /// Up to where (exclusively) entries that others handed over were taken in, if any were.
    pub taken_until: Option<i64>,
}

impl LoggedTransaction {
    /// Whether it changed nothing that the log is to have.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A row of the journal's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRecord {
    /// Tells which row. The latest record of a key counts.
    pub key: String,
    /// The row as JSON; none where there is no such row any more.
    pub value: Option<String>,
}

/// An entry whose page another journal reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandedEntry {
    /// The feed that announced it.
    pub feed: FeedId,
    /// That feed's address.
    pub feed_url: PublicUrl,
    /// The entry, with the link that is to be read.
    pub entry: Entry,
    /// A digest of what it says, in this edition.
    pub digest: ContentDigest,
    /// 1 when it was new, one more for every edit.
    pub edition: u32,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When its page is due.
    pub due: Timestamp,
    /// How often it was tried, each handing over of a page that redirected elsewhere included.
    pub attempts: u32,
}

/// What of a transaction is for the log alone, while it is open.
#[derive(Debug, Default)]
pub(crate) struct LogDraft {
    pub(crate) handed_over: Vec<HandedEntry>,
    pub(crate) taken_until: Option<i64>,
}

impl LogDraft {
    /// What there is, to [go back](Self::go_back) to.
    pub(crate) fn mark(&self) -> (usize, Option<i64>) {
        (self.handed_over.len(), self.taken_until)
    }

    /// Forgets what came since `mark`.
    pub(crate) fn go_back(&mut self, mark: (usize, Option<i64>)) {
        self.handed_over.truncate(mark.0);
        self.taken_until = mark.1;
    }
}
