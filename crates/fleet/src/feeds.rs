//! The feeds of a fleet, and the settings that all its members share: tables of feeds files, and files of a configuration, on a topic of their own,
//! which all members follow.
//!
//! A version is one transaction: the tables and files that are new, changed or gone, and the number of the version, last. Whoever changes them takes
//! over the transactional id before they look, so that of two who change them at once the first is fenced, and nobody's change is lost.
//! Members read what is committed, and go by a version as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_publisher::{KafkaSettings, Record, RelayStatus, SessionError, TransactionalProducer};
use jiff::Timestamp;
use rdkafka::error::KafkaError;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::{FleetError, FleetSessionError};
use crate::topic_reader::{PartitionReader, go_on, key_and_value, read_to_end};
use crate::{FleetSettings, topics};

/// The key of the record that says which version the tables and files are.
const VERSION: &str = "version";

/// What the keys of the files of the settings begin with.
const SETTINGS: &str = "settings/";

/// How long the topics may take to be there once they are made.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait before what failed for a moment is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How long a follower waits for news at a time.
const POLL_PATIENCE: Duration = Duration::from_millis(500);

/// The feeds of a fleet, in one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetFeeds {
    /// Counted from 1; 0 while nobody has given the fleet any feeds.
    pub version: u64,
    /// When it was made.
    pub applied: Option<Timestamp>,
    /// The tables, as a feeds file has them, by names that tell them apart.
    pub tables: Arc<BTreeMap<String, String>>,
    /// What all members share of their configuration.
    pub settings: SharedFiles,
}

/// The files of the settings that all members of a fleet share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedFiles {
    /// The version of the fleet's feeds and settings in which these were last changed; 0 while each member goes by its own.
    pub version: u64,
    /// Their texts, by their paths.
    pub files: Arc<BTreeMap<String, String>>,
}

/// The record of a version.
#[derive(Debug, Clone, Copy, Deserialize)]
struct VersionRecord {
    version: u64,
    applied: Timestamp,
    /// The version of the settings.
    #[serde(default)]
    settings: u64,
}

/// What a fleet's feeds and settings are to be. What isn't named stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct FleetChange<'a> {
    /// The tables of the feeds.
    pub tables: Option<&'a BTreeMap<String, String>>,
    /// The files of the settings.
    pub settings: Option<&'a BTreeMap<String, String>>,
}

impl FleetFeeds {
    fn take(&mut self, key: &str, value: Option<&str>) -> Result<(), FleetSessionError> {
        match (key, value) {
            (VERSION, Some(value)) => {
                let VersionRecord { version, applied, settings } =
                    serde_json::from_str(value).map_err(|error| {
                        FleetSessionError::Transient(format!(
                            "the version of the fleet's feeds cannot be read: {error}"
                        ))
                    })?;
                (self.version, self.applied, self.settings.version) = (version, Some(applied), settings);
            }
            (key, value) if key.starts_with(SETTINGS) => {
                let (path, files) = (&key[SETTINGS.len()..], Arc::make_mut(&mut self.settings.files));
                match value {
                    Some(text) => drop(files.insert(path.to_owned(), text.to_owned())),
                    None => drop(files.remove(path)),
                }
            }
            (key, Some(table)) => {
                Arc::make_mut(&mut self.tables).insert(key.to_owned(), table.to_owned());
            }
            (key, None) => drop(Arc::make_mut(&mut self.tables).remove(key)),
        }
        Ok(())
    }

    /// What is there.
    pub(crate) fn now(kafka: &KafkaSettings, fleet: &FleetSettings) -> Result<Self, FleetError> {
        Self::read(kafka, fleet, &|| false).map(|(_, feeds)| feeds).map_err(given_up)
    }

    /// What reads on, and what is there.
    fn read(
        kafka: &KafkaSettings,
        fleet: &FleetSettings,
        stopped: &dyn Fn() -> bool,
    ) -> Result<(PartitionReader, Self), FleetSessionError> {
        let mut feeds = Self::default();
        let topic = fleet.feeds_topic();
        let reader = read_to_end(kafka, (&topic, 0), stopped, |key, value| feeds.take(key, value))?;
        Ok((reader, feeds))
    }
}

/// A change of a fleet's feeds, by whoever has the right to it.
pub struct FleetFeedsChange {
    producer: TransactionalProducer,
    topic: String,
    before: FleetFeeds,
}

impl FleetFeedsChange {
    /// Takes the right to change the feeds of the fleet, and reads them. The fleet's topics are made where they are missing. Blocks, and is to
    /// be called where a runtime may be blocked.
    ///
    /// # Errors
    /// If Kafka cannot be used, or the fleet is another.
    pub fn begin(kafka: &KafkaSettings, fleet: &FleetSettings, runtime: &Handle) -> Result<Self, FleetError> {
        topics::reach(kafka)?;
        make_topics(kafka, fleet, runtime)?;
        let producer = take_right(&Arc::new(kafka.clone()), fleet)?;
        let before = FleetFeeds::now(kafka, fleet)?;
        Ok(Self { producer, topic: fleet.feeds_topic(), before })
    }

    /// The feeds as they are.
    pub fn before(&self) -> &FleetFeeds {
        &self.before
    }

    /// Has the fleet's feeds and settings be what `change` says, at `now`; gives the version.
    ///
    /// # Errors
    /// If somebody else has begun to change them since, or Kafka cannot be used.
    pub fn commit(self, change: FleetChange<'_>, now: Timestamp) -> Result<u64, FleetError> {
        match self.try_commit(change, now) {
            Ok(()) => Ok(self.before.version + 1),
            Err(error) => {
                let why = self.producer.describe(&error);
                match self.producer.abort(&error) {
                    Err(SessionError::Fenced(_)) => Err(FleetError::FeedsChanged),
                    _ => Err(FleetError::Unusable(why)),
                }
            }
        }
    }

    fn try_commit(&self, change: FleetChange<'_>, now: Timestamp) -> Result<(), KafkaError> {
        self.producer.begin()?;
        send_feeds(&self.producer, &self.topic, &self.before, change, now)?;
        self.producer.await_deliveries()?;
        self.producer.commit()
    }
}

/// Makes the fleet's topics where they are missing, and waits for them.
pub(crate) fn make_topics(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    runtime: &Handle,
) -> Result<(), FleetError> {
    let began = Instant::now();
    loop {
        match topics::ensure(kafka, fleet, runtime) {
            Ok(()) => return Ok(()),
            Err(FleetSessionError::Transient(_)) if began.elapsed() < PATIENCE => std::thread::sleep(RETRY),
            Err(error) => return Err(given_up(error)),
        }
    }
}

/// Takes the right to change the fleet's feeds from whoever had it.
pub(crate) fn take_right(
    kafka: &Arc<KafkaSettings>,
    fleet: &FleetSettings,
) -> Result<TransactionalProducer, FleetError> {
    let (id, status) = (format!("{}.feeds", fleet.name), watch::Sender::new(RelayStatus::default()));
    TransactionalProducer::take_over(kafka, &id, status).map_err(|error| given_up(error.into()))
}

/// Has the open transaction make the feeds and settings be what `change` says, after `before`, at `now`.
pub(crate) fn send_feeds(
    producer: &TransactionalProducer,
    topic: &str,
    before: &FleetFeeds,
    change: FleetChange<'_>,
    now: Timestamp,
) -> Result<(), KafkaError> {
    let send = |key: &str, value: Option<&str>| {
        let value = value.map(str::as_bytes);
        producer.send(Record { topic, partition: Some(0), key, value, headers: None })
    };
    let send_all = |start: &str, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>| {
        for (name, text) in after.iter().filter(|(name, text)| before.get(*name) != Some(text)) {
            send(&format!("{start}{name}"), Some(text))?;
        }
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            send(&format!("{start}{name}"), None)?;
        }
        Ok::<(), KafkaError>(())
    };
    if let Some(tables) = change.tables {
        send_all("", &before.tables, tables)?;
    }
    let version = before.version + 1;
    let mut settings = before.settings.version;
    if let Some(files) = change.settings.filter(|files| **files != *before.settings.files) {
        send_all(SETTINGS, &before.settings.files, files)?;
        settings = version;
    }
    let version = serde_json::json!({ "version": version, "applied": now, "settings": settings });
    send(VERSION, Some(&version.to_string()))
}

/// The feeds and settings of a fleet, as they are now; none while the fleet has not been made. Changes nothing, and is in nobody's way who does. Blocks.
///
/// # Errors
/// If Kafka cannot be used, or the fleet is another.
pub fn read_feeds(kafka: &KafkaSettings, fleet: &FleetSettings) -> Result<FleetFeeds, FleetError> {
    topics::reach(kafka)?;
    match topics::are_made(kafka, fleet).map_err(given_up)? {
        true => FleetFeeds::now(kafka, fleet),
        false => Ok(FleetFeeds::default()),
    }
}

/// The settings that the members of a fleet share, as they are now; `None` where no broker answers, or the fleet is being made. Blocks.
pub fn read_shared_files(kafka: &KafkaSettings, fleet: &FleetSettings) -> Option<SharedFiles> {
    topics::are_there(kafka, fleet)
        .then(|| FleetFeeds::now(kafka, fleet).ok())
        .flatten()
        .map(|feeds| feeds.settings)
}

/// Has `told` know the feeds of a fleet in each version, until `stop`: from the first that is read to its end. Blocks.
pub fn follow_feeds(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    told: &watch::Sender<Option<FleetFeeds>>,
    stop: &CancellationToken,
) {
    while !stop.is_cancelled() {
        if let Err(error) = follow(kafka, fleet, told, stop)
            && !stop.is_cancelled()
        {
            tracing::warn!(%error, "the fleet's feeds cannot be read now; what is known of them stays");
            std::thread::sleep(RETRY);
        }
    }
}

fn follow(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    told: &watch::Sender<Option<FleetFeeds>>,
    stop: &CancellationToken,
) -> Result<(), FleetSessionError> {
    let (reader, mut feeds) = FleetFeeds::read(kafka, fleet, &|| stop.is_cancelled())?;
    let tell = |feeds: &FleetFeeds| {
        told.send_if_modified(|known| {
            let is_news = known.as_ref().is_none_or(|known| known.version != feeds.version);
            if is_news {
                *known = Some(feeds.clone());
            }
            is_news
        });
    };
    tell(&feeds);
    let reader = go_on(kafka, &reader)?;
    while !stop.is_cancelled() {
        match reader.poll(POLL_PATIENCE) {
            Some(Ok(message)) => {
                let (key, value) = key_and_value(&message);
                feeds.take(key, value)?;
            }
            // A transaction can be read as a whole or not at all, so here no version is half there.
            Some(Err(KafkaError::PartitionEOF(_))) => tell(&feeds),
            Some(Err(error)) => tracing::debug!(%error, "following the fleet's feeds"),
            None => {}
        }
    }
    Ok(())
}

pub(crate) fn given_up(error: FleetSessionError) -> FleetError {
    match error {
        FleetSessionError::Transient(why) | FleetSessionError::Fenced(why) => FleetError::Unusable(why),
        FleetSessionError::Fatal(error) => error,
    }
}
