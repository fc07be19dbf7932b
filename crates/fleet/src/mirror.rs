//! The whole fleet in one journal, for people to look at: its events, feeds, stories and what waits, read from the topics.
//!
//! It is read from their beginning whenever a member starts, and followed from then on. Nothing rests on it: it commits nothing to Kafka, and
//! what lags behind in it is only shown late.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use dateline_journal::{Journal, JournalError, MirrorUpdate, StateRecord};
use dateline_publisher::{KafkaSettings, TopicEvent, client_config};
use dateline_wire::{EventKind, PublicUrl};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::FleetSettings;
use crate::error::FleetSessionError;
use crate::shard::{Shard, ShardMap};
use crate::topic_reader::{PartitionReader, key_and_value};
use crate::topics::TIMEOUT;

/// How long to wait before what failed for a moment is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// For how long what comes is gathered before it is committed together, and how much at most.
const MAX_GATHERING: Duration = Duration::from_millis(500);
const MAX_GATHERED_RECORDS: usize = 1_000;

/// How much of what was there before is brought into order of time at once, in bytes: partitions are read side by side.
const MAX_SORTED_BYTES: usize = 128 << 20;

/// How far a mirror is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MirrorProgress {
    /// It reads what there was before.
    Reading,
    /// It has what there is.
    Current,
}

/// Follows a fleet in a journal.
pub struct FleetMirror {
    /// Where the fleet's topics are.
    pub kafka: KafkaSettings,
    /// Which fleet.
    pub fleet: FleetSettings,
    /// An empty journal that nothing else writes events to.
    pub journal: Journal,
    /// Told how far it is.
    pub progress: watch::Sender<MirrorProgress>,
}

impl FleetMirror {
    /// Follows it until `stop`. Blocks, and is to be called where a runtime may be blocked.
    pub fn follow(&self, runtime: &Handle, stop: &CancellationToken) {
        // The topics are read from their beginning by one reader: a second one would bring everything once more.
        let reader = loop {
            match self.reader() {
                Ok(reader) => break reader,
                Err(error) => tracing::debug!(%error, "the fleet cannot be mirrored yet"),
            }
            if stop.is_cancelled() {
                return;
            }
            std::thread::sleep(RETRY);
        };
        let (reader, mut unread) = reader;
        let mut gathered = Gathered::new(&self.fleet);
        while !stop.is_cancelled() {
            match reader.poll(MAX_GATHERING / 5) {
                Some(Ok(message)) => gathered.take(&message),
                Some(Err(KafkaError::PartitionEOF(_))) => unread = unread.saturating_sub(1),
                Some(Err(error)) => tracing::debug!(%error, "mirroring the fleet"),
                None => {}
            }
            if gathered.is_due(unread > 0) {
                self.commit(gathered.drain(), runtime, stop);
            }
            if unread == 0 && *self.progress.borrow() == MirrorProgress::Reading {
                self.commit(gathered.drain(), runtime, stop);
                tracing::info!("what there is of the fleet can be looked at here");
                self.progress.send_replace(MirrorProgress::Current);
            }
        }
    }

    /// What reads all topics, and how many partitions they have.
    fn reader(&self) -> Result<(PartitionReader, usize), FleetSessionError> {
        let mut config = client_config(&self.kafka)?;
        config
            .set("group.id", "dateline-fleet-mirror")
            .set("enable.auto.commit", "false")
            .set("enable.partition.eof", "true")
            .set("auto.offset.reset", "earliest")
            .set("isolation.level", "read_committed")
            // One queue for all partitions.
            .set("queued.max.messages.kbytes", "16384");
        let reader = PartitionReader::from_config_and_context(&config, Default::default())?;
        let metadata = reader.fetch_metadata(None, TIMEOUT)?;
        let mut wanted: BTreeSet<String> =
            EventKind::ALL.iter().map(|kind| self.kafka.topics.of(*kind).to_owned()).collect();
        wanted.insert(self.fleet.state_topic());
        let mut assignment = TopicPartitionList::new();
        for topic in metadata.topics().iter().filter(|topic| wanted.remove(topic.name())) {
            for partition in topic.partitions() {
                assignment.add_partition_offset(topic.name(), partition.id(), Offset::Beginning)?;
            }
        }
        if let Some(missing) = wanted.first() {
            return Err(FleetSessionError::Transient(format!("there is no topic {missing} yet")));
        }
        reader.assign(&assignment)?;
        Ok((reader, assignment.count()))
    }

    /// Has the journal know it, however long that takes.
    fn commit(&self, update: MirrorUpdate, runtime: &Handle, stop: &CancellationToken) {
        if update == MirrorUpdate::default() {
            return;
        }
        while let Err(error) = runtime.block_on(self.journal.mirror(update.clone())) {
            match error {
                JournalError::Full => tracing::warn!("the fleet cannot be mirrored: its file has no room"),
                error => tracing::warn!(%error, "the fleet cannot be mirrored for now"),
            }
            if stop.is_cancelled() {
                return;
            }
            std::thread::sleep(RETRY);
        }
    }
}

/// Where a feed's row says that it is.
#[derive(Deserialize)]
struct FeedRow {
    state: String,
}

#[derive(Deserialize)]
struct FeedAddress {
    url: PublicUrl,
}

/// What was read and is not committed.
struct Gathered {
    topic: String,
    map: ShardMap,
    update: MirrorUpdate,
    bytes: usize,
    since: Option<Instant>,
    /// In which shards an entry waits for its page. It passes from one to another, whose partitions are read in no order.
    waiting: HashMap<String, BTreeSet<Shard>>,
}

impl Gathered {
    fn new(fleet: &FleetSettings) -> Self {
        Self {
            topic: fleet.state_topic(),
            map: ShardMap::new(fleet.shards),
            update: MirrorUpdate::default(),
            bytes: 0,
            since: None,
            waiting: HashMap::new(),
        }
    }

    fn take(&mut self, message: &BorrowedMessage<'_>) {
        if message.topic() == self.topic {
            let (key, value) = key_and_value(message);
            if !self.is_shown(Shard::of_partition(message.partition()), key, value) {
                return;
            }
            self.update.rows.push(StateRecord { key: key.to_owned(), value: value.map(str::to_owned) });
        } else {
            let Some(TopicEvent { event, .. }) = TopicEvent::of_record(message) else { return };
            self.update.events.push(event);
        }
        self.bytes += message.key_len() + message.payload_len();
        self.since.get_or_insert_with(Instant::now);
    }

    /// Whether a row of a shard's state is one that is shown, and says what is so in the fleet.
    fn is_shown(&mut self, shard: Shard, key: &str, value: Option<&str>) -> bool {
        // Keys are JSON arrays, the table first.
        let table = key.strip_prefix("[\"").and_then(|rest| rest.split('"').next()).unwrap_or_default();
        match table {
            // Of a feed other shards have a row as well, where pages of it lie; the one that polls it knows how it is.
            "feeds" => value.is_some_and(|value| self.home_of_feed(value) == Some(shard)),
            "pending" if value.is_some() => {
                self.waiting.entry(key.to_owned()).or_default().insert(shard);
                true
            }
            "pending" => match self.waiting.get_mut(key) {
                Some(shards) => {
                    shards.remove(&shard);
                    let waits_nowhere = shards.is_empty();
                    if waits_nowhere {
                        self.waiting.remove(key);
                    }
                    waits_nowhere
                }
                None => false,
            },
            table => MirrorUpdate::shows(table),
        }
    }

    fn home_of_feed(&self, row: &str) -> Option<Shard> {
        let row: FeedRow = serde_json::from_str(row).ok()?;
        let address: FeedAddress = serde_json::from_str(&row.state).ok()?;
        Some(self.map.of_url(address.url.as_url()))
    }

    /// Whether it is to be committed now; while there is more that was there before, as much as possible at once.
    fn is_due(&self, is_reading: bool) -> bool {
        let is_full = self.update.rows.len() + self.update.events.len() >= MAX_GATHERED_RECORDS;
        let is_old = self.since.is_some_and(|since| since.elapsed() >= MAX_GATHERING);
        match is_reading {
            true => self.bytes >= MAX_SORTED_BYTES,
            false => is_full || is_old,
        }
    }

    /// All of it, events by their time.
    fn drain(&mut self) -> MirrorUpdate {
        (self.bytes, self.since) = (0, None);
        let mut update = std::mem::take(&mut self.update);
        update.events.sort_by_key(|event| event.time);
        update
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered() -> Gathered {
        Gathered::new(&FleetSettings { name: "news".into(), shards: 128, ..FleetSettings::default() })
    }

    #[test]
    fn an_entry_waits_until_no_shard_has_it_in_whichever_order_they_are_read() {
        let mut gathered = gathered();
        let key = r#"["pending","f","e"]"#;
        assert!(gathered.is_shown(Shard(1), key, Some("{}")));
        assert!(gathered.is_shown(Shard(2), key, Some("{}")), "it has passed on");
        assert!(!gathered.is_shown(Shard(1), key, None), "and waits where it is now");
        assert!(gathered.is_shown(Shard(2), key, None));
        assert!(!gathered.is_shown(Shard(2), key, None), "nobody knows of it any more");
    }

    #[test]
    fn a_feed_is_shown_as_the_shard_knows_it_that_polls_it() {
        let mut gathered = gathered();
        let state = serde_json::json!({ "url": "https://news.example/rss" }).to_string();
        let row = serde_json::json!({ "id": "f", "state": state }).to_string();
        let home = gathered.map.of_host("news.example");
        assert!(gathered.is_shown(home, r#"["feeds","f"]"#, Some(&row)));
        assert!(!gathered.is_shown(Shard(home.0 ^ 1), r#"["feeds","f"]"#, Some(&row)));
        for other in [r#"["journal",1]"#, r#"["entries","f","e"]"#, "adopted", ""] {
            assert!(!gathered.is_shown(home, other, Some("{}")), "{other}");
        }
    }
}
