//! A shard's state, from its topic to a file of this member's.

use std::path::Path;

use dateline_journal::{JournalError, JournalRebuild};
use dateline_publisher::KafkaSettings;

use crate::FleetSettings;
use crate::error::FleetSessionError;
use crate::shard::Shard;
use crate::topic_reader::read_to_end;

/// Makes the file at `path` from the shard's topic. Whoever held the shard before commits nothing to it any more that isn't there by
/// now: everything that it wrote was written before the group let it commit, and the group had given the shard to this member before
/// this began.
pub(crate) fn restore(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    shard: Shard,
    path: &Path,
    stopped: &dyn Fn() -> bool,
) -> Result<u64, FleetSessionError> {
    let id = fleet.journal_of(shard);
    let mut rebuild = JournalRebuild::begin(path, &id).map_err(broken)?;
    let partition = (fleet.state_topic(), shard.partition());
    read_to_end(kafka, (&partition.0, partition.1), stopped, |key, value| {
        rebuild.take(key, value).map_err(broken)
    })?;
    rebuild.finish().map_err(broken)
}

fn broken(error: JournalError) -> FleetSessionError {
    FleetSessionError::Transient(format!("the shard's file: {error}"))
}
