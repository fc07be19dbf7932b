//! The journal at a glance, for `dateline status` and the metrics.

use dateline_wire::{JournalId, Sequence};
use jiff::Timestamp;

/// The journal at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalStatus {
    /// Its id.
    pub id: JournalId,
    /// The version of its schema.
    pub schema: u32,
    /// When it was made.
    pub created: Timestamp,
    /// Its feeds.
    pub feeds: FeedCounts,
    /// How many entries were ever announced.
    pub entries: u64,
    /// How many of them wait for an outcome.
    pub backlog: u64,
    /// How many article events there are, revisions included.
    pub articles: u64,
    /// How many rejects.
    pub rejects: u64,
    /// How many health events.
    pub health: u64,
    /// The place of the last event.
    pub last_sequence: Sequence,
    /// When the last event was committed.
    pub last_event: Option<Timestamp>,
    /// How far the relay had delivered when it last said so.
    pub relay_position: Sequence,
    /// The size of the file, without its write-ahead log.
    pub bytes: u64,
}

/// Feeds by how they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Ever configured.
    pub known: u64,
    /// FeedChanges now.
    pub active: u64,
    /// Active, and their last poll failed.
    pub failing: u64,
    /// Active, but gone for good.
    pub retired: u64,
}
