//! The journal at a glance, for `dateline status` and the metrics.

use dateline_wire::{EventKind, JournalId, Sequence};
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
    /// How many events there are of each kind; of articles each revision counts.
    pub events: EventCounts,
    /// The place of the last event.
    pub last_sequence: Sequence,
    /// The place up to which events are gone by the rules of retention; the counts above are of all that ever were.
    pub gone: Sequence,
    /// The place of the oldest event that is there.
    pub oldest: Option<Sequence>,
    /// How many outcomes are held until it is known what Kafka has, where the journal was restored and that isn't known yet.
    pub held: Option<u64>,
    /// When the last event was committed.
    pub last_event: Option<Timestamp>,
    /// How far the relay had delivered when it last said so.
    pub relay_position: Sequence,
    /// The size of the file in bytes, without its write-ahead log.
    pub bytes: u64,
    /// The size of its write-ahead log in bytes.
    pub wal_bytes: u64,
    /// The size of the search index beside it in bytes, with the write-ahead log of that.
    pub search_bytes: u64,
    /// How many rows could not be read and were set aside, in the table `set_aside`.
    pub set_aside: u64,
    /// How many published articles have their page visited again.
    pub revisits: u64,
}

/// Events by their kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventCounts([u64; EventKind::ALL.len()]);

impl EventCounts {
    /// How many there are of a kind.
    pub fn of(&self, kind: EventKind) -> u64 {
        self.0[kind as usize]
    }

    /// Every kind, and how many there are of it.
    pub fn iter(&self) -> impl Iterator<Item = (EventKind, u64)> + '_ {
        EventKind::ALL.into_iter().map(|kind| (kind, self.of(kind)))
    }

    pub(crate) fn of_mut(&mut self, kind: EventKind) -> &mut u64 {
        &mut self.0[kind as usize]
    }
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
    /// Active, but gone (410).
    pub retired: u64,
}
