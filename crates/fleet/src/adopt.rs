//! A journal of a daemon by itself becomes the state of a fleet.
//!
//! 1. The journal has to be delivered: its events stay those of a daemon by itself.
//! 2. All shards are held, and none of them has state.
//! 3. The journal notes whose it is: from here on no daemon by itself opens it.
//! 4. One transaction holds all: the rows of all shards, entries that wait as handovers, the fleet's feeds if it has none, the record of the
//!    change, and as the fence the places of the handovers.
//!
//! Broken off before 4, the next attempt finds nothing and begins anew; after it, the record of the change, and is done.

use std::collections::BTreeMap;

use dateline_journal::{AdoptedJournal, AdoptedRecord, AdoptedTotals, LoggedTransaction, ShardDivision};
use dateline_publisher::{KafkaSettings, TransactionalProducer};
use jiff::Timestamp;
use tokio::runtime::Handle;

use crate::FleetSettings;
use crate::change_record::ChangeRecord;
use crate::error::{FleetError, FleetSessionError};
use crate::feeds::{FleetChange, FleetFeeds, given_up, read_feeds, send_feeds};
use crate::shard::{Shard, ShardMap};
use crate::whole_fleet::{CommitFailure, WholeFleet};
use crate::{record_size, sending};

/// What a fleet takes in.
pub struct Adoption<'a> {
    /// The journal.
    pub journal: &'a AdoptedJournal,
    /// The tables of the feeds that it was polling. A fleet that has feeds keeps its own.
    pub feeds: &'a BTreeMap<String, String>,
    /// Articles and stories since then go to the stage that tells stories, if there is one.
    pub stories_since: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// What a fleet has taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptionReport {
    /// How much; nothing where it had been done before.
    pub totals: Option<AdoptedTotals>,
    /// The version of the fleet's feeds.
    pub feeds_version: u64,
    /// Whether the fleet had feeds already, which stay.
    pub had_feeds: bool,
    /// The version of the settings that all members share, which stay; 0 where each goes by its own.
    pub settings_version: u64,
}

/// Has the fleet of the settings take in a journal. Blocks, and is to be called where a runtime may be blocked.
///
/// # Errors
/// If the journal is another fleet's or isn't delivered, members run, the fleet has state, or Kafka cannot be used. Where
/// it isn't known whether it was done, the same call finds out.
pub fn adopt(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    adoption: &Adoption<'_>,
    runtime: &Handle,
) -> Result<AdoptionReport, FleetError> {
    let Adoption { journal, .. } = adoption;
    let owner = journal.owner()?;
    if let Some(owner) = owner.clone().filter(|owner| *owner != fleet.name) {
        let path = journal.path().to_owned();
        return Err(FleetError::OtherOwner { path, owner, fleet: fleet.name.clone() });
    }
    let whole = WholeFleet::hold(kafka, fleet, runtime)?;
    let change = ChangeRecord::read(kafka, fleet).map_err(given_up)?;
    let feeds = read_feeds(kafka, fleet)?;
    let (had_feeds, settings_version) = (!feeds.tables.is_empty(), feeds.settings.version);
    if owner.is_some() && change == Some(ChangeRecord::Adopted(journal.id().as_str().to_owned())) {
        let feeds_version = feeds.version;
        return Ok(AdoptionReport { totals: None, feeds_version, had_feeds, settings_version });
    }
    if journal.is_ahead_of_kafka() {
        return Err(FleetError::Undelivered { path: journal.path().to_owned() });
    }
    let places = places_of_empty(&whole).map_err(given_up)?;
    journal.note_owner(Some(&fleet.name))?;
    let mut totals = AdoptedTotals::default();
    let sent = whole.commit(&places, |producer| {
        totals = send(producer, &whole, adoption, &feeds)?;
        Ok(())
    });
    match sent {
        Ok(()) => {
            let feeds_version = feeds.version + u64::from(!had_feeds);
            Ok(AdoptionReport { totals: Some(totals), feeds_version, had_feeds, settings_version })
        }
        Err(CommitFailure::Nothing(why)) => {
            journal.note_owner(None)?;
            Err(why)
        }
        Err(CommitFailure::Unknown(why)) => Err(FleetError::Unknown(why)),
    }
}

/// Where the handovers of each shard go on, where no shard has state and nothing is handed over.
fn places_of_empty(whole: &WholeFleet) -> Result<Vec<(Shard, i64)>, FleetSessionError> {
    let mut places = Vec::new();
    for shard in whole.shards() {
        let rows = whole.read_rows(shard, |_, _| Ok(()))?;
        let (next, end) = whole.handovers(shard)?;
        let is_waiting = next < end && !whole.handed_over(shard, next)?.is_empty();
        if !rows.is_empty() || is_waiting {
            return Err(FleetError::NotEmpty { fleet: whole.fleet.name.clone(), shard: shard.0 }.into());
        }
        places.push((shard, next));
    }
    Ok(places)
}

/// Sends all of it.
fn send(
    producer: &TransactionalProducer,
    whole: &WholeFleet,
    adoption: &Adoption<'_>,
    feeds: &FleetFeeds,
) -> Result<AdoptedTotals, FleetSessionError> {
    let fleet = &whole.fleet;
    let map = ShardMap::new(fleet.shards);
    let (state, handovers) = (fleet.state_topic(), fleet.handover_topic());
    let totals = adoption.journal.divide(&map, adoption.stories_since, |shard, record| {
        let mut one = LoggedTransaction::default();
        match record {
            AdoptedRecord::State(record) => one.state.push(record),
            AdoptedRecord::Pending(entry) => one.handed_over.push(*entry),
        }
        record_size::fit(&mut one, whole.kafka.max_record_bytes);
        for record in &one.state {
            sending::row(producer, &state, Shard(shard), record)?;
        }
        for handed in &one.handed_over {
            sending::handed_entry(producer, &handovers, Shard(shard), handed)?;
        }
        Ok::<(), FleetSessionError>(())
    })?;
    if feeds.tables.is_empty() {
        let change = FleetChange { tables: Some(adoption.feeds), ..FleetChange::default() };
        send_feeds(producer, &fleet.feeds_topic(), feeds, change, adoption.now)?;
    }
    ChangeRecord::Adopted(adoption.journal.id().as_str().to_owned()).send(producer, fleet)?;
    Ok(totals)
}

impl ShardDivision for ShardMap {
    fn shards(&self) -> u32 {
        ShardMap::shards(*self)
    }

    fn of_host(&self, host: &str) -> u32 {
        ShardMap::of_host(*self, host).0
    }
}
