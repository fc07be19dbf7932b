//! A shard's state, from its topic to a file of this member's.

use std::path::Path;

use dateline_journal::{JournalError, JournalRebuild};
use dateline_publisher::KafkaSettings;

use crate::FleetSettings;
use crate::error::FleetSessionError;
use crate::shard::Shard;
use crate::topic_reader::read_to_end;

/// What a shard's file was made of.
pub(crate) struct RestoredState {
    /// How many records it was made of.
    pub(crate) records: u64,
    /// The end of the partition.
    pub(crate) end: i64,
}

/// Makes the file at `path` from the shard's topic. Whoever held the shard before commits nothing to it any more that isn't there by
/// now: everything that it wrote was written before the group let it commit, and the group had given the shard to this member before
/// this began.
pub(crate) fn restore(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    shard: Shard,
    path: &Path,
    stopped: &dyn Fn() -> bool,
) -> Result<RestoredState, FleetSessionError> {
    let id = fleet.journal_of(shard);
    let mut rebuild = JournalRebuild::begin(path, &id).map_err(broken)?;
    let partition = (fleet.state_topic(), shard.partition());
    let read = read_to_end(kafka, (&partition.0, partition.1), stopped, |key, value| {
        rebuild.take(key, value).map_err(broken)
    })?;
    Ok(RestoredState { records: rebuild.finish().map_err(broken)?, end: read.end })
}

fn broken(error: JournalError) -> FleetSessionError {
    FleetSessionError::Transient(format!("the shard's file: {error}"))
}
