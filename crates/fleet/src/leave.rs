//! The state of a fleet becomes the journal of a daemon by itself.
//!
//! 1. All shards are held.
//! 2. The journal is made of their state beside its place, with what is on its way between them.
//! 3. One transaction holds all: a tombstone for each row of all shards, feeds that are none, the record of the change, the position from
//!    which the journal's relay goes on, and as the fence the ends of the handovers.
//! 4. The journal is put in its place.
//!
//! Broken off before 3, the fleet is as it was, and the next attempt begins anew; after it, the record of the change names the journal that
//! has only to be put in its place. A member that is started then holds shards in which there is nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dateline_journal::{ArrivedJournal, HandedEntry, JournalArrival, JournalReader, PublishedReport};
use dateline_publisher::{KafkaSettings, Record, send_first_position};
use dateline_wire::{EventKind, JournalId, Sequence};
use jiff::Timestamp;
use tokio::runtime::Handle;

use crate::FleetSettings;
use crate::change_record::ChangeRecord;
use crate::error::{FleetError, FleetSessionError};
use crate::feeds::{FleetChange, FleetFeeds, given_up, read_feeds, send_feeds};
use crate::handover::HandoverContent;
use crate::shard::Shard;
use crate::topics;
use crate::whole_fleet::{CommitFailure, WholeFleet};

/// The journal that a fleet has become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveReport {
    /// Its id.
    pub journal: JournalId,
    /// The last place before its own events.
    pub after: Sequence,
    /// Where the journal is kept that the fleet had taken in, and that was there.
    pub replaced: Option<PathBuf>,
    /// Whether it was all done before.
    pub was_done: bool,
}

/// Makes the state of the fleet of the settings the journal at `path`. The fleet's feeds are handed to `keep_feeds` before it has none
/// any more. Blocks, and is to be called where a runtime may be blocked.
///
/// # Errors
/// If a journal is there that no fleet has taken in, members run, or Kafka or the file cannot be used. Where it isn't known whether
/// it was done, the same call finds out.
pub fn leave(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    path: &Path,
    keep_feeds: &mut dyn FnMut(&FleetFeeds) -> Result<(), FleetError>,
    runtime: &Handle,
) -> Result<LeaveReport, FleetError> {
    topics::reach(kafka)?;
    if !topics::are_made(kafka, fleet).map_err(given_up)? {
        return Err(FleetError::Empty { fleet: fleet.name.clone() });
    }
    let whole = WholeFleet::hold(kafka, fleet, runtime)?;
    if let Some(ChangeRecord::Left(id)) = ChangeRecord::read(kafka, fleet).map_err(given_up)? {
        return finish(fleet, path, id);
    }
    let mut making = JournalArrival::begin(path)?;
    let read = StateReading::of(&whole, &mut making).map_err(given_up)?;
    if read.keys.iter().all(|(_, keys)| keys.is_empty()) {
        return Err(FleetError::Empty { fleet: fleet.name.clone() });
    }
    let feeds = read_feeds(kafka, fleet)?;
    keep_feeds(&feeds)?;
    let now = Timestamp::now();
    let made = making.finish(read.waiting, &read.untold, now)?;
    let sent = whole.commit(&read.places, |producer| {
        let topic = fleet.state_topic();
        for (shard, keys) in &read.keys {
            for key in keys {
                let partition = Some(shard.partition());
                producer.send(Record { topic: &topic, partition, key, value: None, headers: None })?;
            }
        }
        let none = BTreeMap::new();
        let change = FleetChange { tables: Some(&none), ..FleetChange::default() };
        send_feeds(producer, &fleet.feeds_topic(), &feeds, change, now)?;
        ChangeRecord::Left(made.id().as_str().to_owned()).send(producer, fleet)?;
        send_first_position(producer, kafka, made.id(), made.last_sequence())?;
        Ok(())
    });
    match sent {
        Ok(()) => placed(made),
        Err(CommitFailure::Nothing(why)) => Err(why),
        Err(CommitFailure::Unknown(why)) => Err(FleetError::Unknown(why)),
    }
}

/// Does what is left of a change that Kafka has.
fn finish(fleet: &FleetSettings, path: &Path, id: String) -> Result<LeaveReport, FleetError> {
    if let Some(made) = ArrivedJournal::left_at(path)?.filter(|made| made.id().as_str() == id) {
        return placed(made);
    }
    let there = path.exists().then(|| JournalReader::open(path)).transpose()?;
    match there.filter(|there| there.id().as_str() == id) {
        Some(there) => {
            let (journal, after) = (there.id().clone(), there.last_sequence()?);
            Ok(LeaveReport { journal, after, replaced: None, was_done: true })
        }
        None => Err(FleetError::Elsewhere { fleet: fleet.name.clone(), journal: id, path: path.to_owned() }),
    }
}

fn placed(made: ArrivedJournal) -> Result<LeaveReport, FleetError> {
    let (journal, after) = (made.id().clone(), made.last_sequence());
    let replaced = made.put_in_place()?;
    Ok(LeaveReport { journal, after, replaced, was_done: false })
}

/// What was read of a fleet, beside the rows that are in the journal.
struct StateReading {
    /// The keys of all rows of each shard.
    keys: Vec<(Shard, BTreeSet<String>)>,
    /// The end of the handovers of each shard.
    places: Vec<(Shard, i64)>,
    waiting: Vec<HandedEntry>,
    untold: Vec<PublishedReport>,
}

impl StateReading {
    fn of(whole: &WholeFleet, making: &mut JournalArrival) -> Result<Self, FleetSessionError> {
        let mut read = Self { keys: Vec::new(), places: Vec::new(), waiting: Vec::new(), untold: Vec::new() };
        for shard in whole.shards() {
            tracing::debug!(%shard, "reading a shard");
            let keys = whole.read_rows(shard, |key, value| Ok(making.take(key, value)?))?;
            making.end_shard()?;
            read.keys.push((shard, keys));
            let (next, end) = whole.handovers(shard)?;
            read.places.push((shard, end));
            let handed = if next < end { whole.handed_over(shard, next)? } else { Vec::new() };
            for content in handed {
                match content {
                    HandoverContent::Entry(entry) => read.waiting.push(*entry),
                    HandoverContent::Report(report) if report.kind == EventKind::Article => {
                        let (time, traceparent, data) = (report.time, report.traceparent, report.data);
                        read.untold.push(PublishedReport { time, traceparent, data });
                    }
                    HandoverContent::Report(_) => return Err(FleetError::UntoldWithdrawal.into()),
                    // A feed that was to be asked now is asked by the daemon by itself when it is due.
                    HandoverContent::Request(_) | HandoverContent::Unreadable => {}
                }
            }
        }
        Ok(read)
    }
}
