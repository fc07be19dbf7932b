//! All shards of a fleet at once, for a change of the fleet as a whole.
//!
//! Whoever makes one is the only member of the group, and its transaction is fenced as a member's is: if a member joins meanwhile, the broker
//! refuses it. It is made under the transactional id of changes to the fleet's feeds, so that two such changes fence each other.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use dateline_publisher::{KafkaSettings, TransactionalProducer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::change_record::ChangeRecord;
use crate::error::{FleetError, FleetSessionError};
use crate::feeds::{given_up, make_topics, take_right};
use crate::handover::{HandoverContent, HandoverRecord};
use crate::membership::{self, GroupConsumer, ShardNews};
use crate::report::member_names;
use crate::shard::{Shard, ShardMap};
use crate::tenure::{Tenures, Term};
use crate::topic_reader::{read_from, read_to_end};
use crate::topics::{TIMEOUT, reach};
use crate::{FleetSettings, GroupProtocol};

/// How long a transaction may take that holds all that a fleet has. Brokers allow 15 minutes unless they are told otherwise
/// (`transaction.max.timeout.ms`).
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(600);

/// How long the offsets of the transaction may take.
const FENCE_TIMEOUT: Duration = Duration::from_secs(30);

/// How much longer than a session it may take until the group knows that its members were stopped, and until it has given out all shards.
const GROUP_PATIENCE: Duration = Duration::from_secs(10);

/// The same of a group whose session is the broker's setting (45 s unless it was told otherwise).
const BROKER_PATIENCE: Duration = Duration::from_secs(60);

/// How long to wait before the group is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// Holds all shards of a fleet.
pub(crate) struct WholeFleet {
    pub(crate) kafka: Arc<KafkaSettings>,
    pub(crate) fleet: FleetSettings,
    pub(crate) producer: TransactionalProducer,
    consumer: Arc<GroupConsumer>,
    tenures: Arc<Tenures>,
    /// What `tenures` counted when all were held.
    held: (usize, Term),
    is_over: Arc<AtomicBool>,
    polling: Option<JoinHandle<()>>,
}

impl WholeFleet {
    /// Holds the fleet of the settings, whose topics are made where they are missing. Blocks, and is to be called where a runtime may be blocked.
    pub(crate) fn hold(
        kafka: &KafkaSettings,
        fleet: &FleetSettings,
        runtime: &Handle,
    ) -> Result<Self, FleetError> {
        // A member of no name: it leaves the group in the moment in which it is closed.
        let fleet = FleetSettings { member: String::new(), ..fleet.clone() };
        let kafka = Arc::new(KafkaSettings { transaction_timeout: TRANSACTION_TIMEOUT, ..kafka.clone() });
        reach(&kafka)?;
        runtime.block_on(dateline_publisher::make_topics(&kafka))?;
        make_topics(&kafka, &fleet, runtime)?;
        await_no_members(&kafka, &fleet)?;
        let producer = take_right(&kafka, &fleet)?;
        let tenures = Arc::new(Tenures::default());
        let (news, told) = mpsc::unbounded_channel();
        let (failed, failure) = std::sync::mpsc::channel();
        let joined = membership::join(&kafka, &fleet, tenures.clone(), news).map_err(given_up)?;
        let (consumer, is_over) = (Arc::new(joined), Arc::new(AtomicBool::new(false)));
        let polling = std::thread::spawn({
            let (consumer, fleet, is_over) = (consumer.clone(), fleet.clone(), is_over.clone());
            // What is handed over isn't read here: partitions are paused when they are given out.
            move || {
                while !is_over.load(Ordering::Acquire) {
                    if let Err(error) = membership::poll(&consumer, &fleet, PAUSE) {
                        // Once all shards are held, it shows in the transaction.
                        let _ = failed.send(error);
                        return;
                    }
                }
            }
        });
        let mut whole =
            Self { kafka, fleet, producer, consumer, tenures, held: (0, 0), is_over, polling: Some(polling) };
        whole.await_all(told, &failure)?;
        whole.held = whole.tenures.lock().counts();
        Ok(whole)
    }

    /// Waits until this is given all shards, or until that has failed.
    fn await_all(
        &self,
        mut told: mpsc::UnboundedReceiver<ShardNews>,
        failure: &std::sync::mpsc::Receiver<FleetSessionError>,
    ) -> Result<(), FleetError> {
        let (began, mut held) = (Instant::now(), HashSet::new());
        let patience = match self.fleet.group_protocol {
            GroupProtocol::Classic => GROUP_PATIENCE,
            GroupProtocol::Consumer => BROKER_PATIENCE,
        };
        while held.len() < self.fleet.partitions() as usize {
            if let Ok(error) = failure.try_recv() {
                return Err(given_up(error));
            }
            match told.try_recv() {
                Ok(ShardNews::Assigned(shard, _)) => drop(held.insert(shard)),
                Ok(ShardNews::Revoked(shard, _)) => drop(held.remove(&shard)),
                Err(_) if began.elapsed() > self.fleet.session() + patience => {
                    let members = member_names(&self.kafka, &self.fleet).map_err(given_up)?;
                    return Err(FleetError::AtWork { members });
                }
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
        Ok(())
    }

    /// The shards, that of stories last.
    pub(crate) fn shards(&self) -> impl Iterator<Item = Shard> + use<> {
        (0..self.fleet.partitions()).map(Shard)
    }

    /// Where the handovers of a shard go on, and the end of what is handed over to it by now.
    pub(crate) fn handovers(&self, shard: Shard) -> Result<(i64, i64), FleetSessionError> {
        let topic = self.fleet.handover_topic();
        let next = membership::committed(&self.consumer, &topic, shard)?;
        let (first, end) = self.producer.watermarks(&topic, shard.partition(), TIMEOUT)?;
        Ok((next.max(first), end))
    }

    /// Hands the rows of a shard to `take`, in the order in which they were written, and gives the keys of those that are there.
    pub(crate) fn read_rows(
        &self,
        shard: Shard,
        mut take: impl FnMut(&str, Option<&str>) -> Result<(), FleetSessionError>,
    ) -> Result<BTreeSet<String>, FleetSessionError> {
        let (topic, mut keys) = (self.fleet.state_topic(), BTreeSet::new());
        let (first, end) = self.producer.watermarks(&topic, shard.partition(), TIMEOUT)?;
        if first < end {
            read_to_end(&self.kafka, (&topic, shard.partition()), &|| false, |key, value| {
                if ChangeRecord::has_key(key) {
                    return Ok(());
                }
                match value {
                    Some(_) => keys.insert(key.to_owned()),
                    None => keys.remove(key),
                };
                take(key, value)
            })?;
        }
        Ok(keys)
    }

    /// What was handed over to a shard from a place on.
    pub(crate) fn handed_over(
        &self,
        shard: Shard,
        next: i64,
    ) -> Result<Vec<HandoverContent>, FleetSessionError> {
        let (topic, mut found) = (self.fleet.handover_topic(), Vec::new());
        let is_report = shard == ShardMap::new(self.fleet.shards).stories();
        let (place, first) = ((topic.as_str(), shard.partition()), Offset::Offset(next));
        read_from(&self.kafka, place, first, &|| false, |message| {
            found.push(HandoverRecord::read(shard, message, is_report).content);
            Ok(())
        })?;
        Ok(found)
    }

    /// Commits one transaction of all that `send` sends, after which the handovers of each shard go on at `places`.
    pub(crate) fn commit(
        &self,
        places: &[(Shard, i64)],
        send: impl FnOnce(&TransactionalProducer) -> Result<(), FleetSessionError>,
    ) -> Result<(), CommitFailure> {
        // No shard is given up under this lock, and so none is another's.
        let held = self.tenures.lock();
        if held.counts() != self.held || self.held.0 != self.fleet.partitions() as usize {
            let members = member_names(&self.kafka, &self.fleet).unwrap_or_default();
            return Err(CommitFailure::Nothing(FleetError::AtWork { members }));
        }
        let committed = self.producer.begin().map_err(FleetSessionError::from).and_then(|()| {
            send(&self.producer)?;
            self.producer.await_deliveries()?;
            self.fence(places)?;
            Ok(())
        });
        let failed = match committed {
            Ok(()) => match self.producer.commit() {
                Ok(()) => return Ok(()),
                Err(error) => {
                    let why = self.producer.describe(&error);
                    return Err(match self.producer.abort(&error) {
                        Ok(()) => CommitFailure::Nothing(FleetError::Unusable(why)),
                        Err(_) => CommitFailure::Unknown(why),
                    });
                }
            },
            Err(failed) => failed,
        };
        // Nobody has asked for the commit, so that it is nothing, now or once the broker has given up waiting.
        let _ = self.producer.abort(&KafkaError::MessageProduction(RDKafkaErrorCode::Fail));
        Err(CommitFailure::Nothing(given_up(failed)))
    }

    fn fence(&self, places: &[(Shard, i64)]) -> Result<(), KafkaError> {
        let topic = self.fleet.handover_topic();
        let mut offsets = TopicPartitionList::with_capacity(places.len());
        for (shard, place) in places {
            offsets.add_partition_offset(&topic, shard.partition(), Offset::Offset(*place))?;
        }
        let membership = membership::metadata(&self.consumer)?;
        self.producer.send_offsets(offsets, membership, FENCE_TIMEOUT)
    }
}

impl Drop for WholeFleet {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(polling) = self.polling.take() {
            let _ = polling.join();
        }
    }
}

/// What came of a transaction that wasn't seen to be committed.
pub(crate) enum CommitFailure {
    /// Nothing of it is there.
    Nothing(FleetError),
    /// It may be there or not.
    Unknown(String),
}

/// Waits until the group knows no members. One that was stopped is known until its session is over.
fn await_no_members(kafka: &KafkaSettings, fleet: &FleetSettings) -> Result<(), FleetError> {
    let began = Instant::now();
    loop {
        let members = member_names(kafka, fleet).map_err(given_up)?;
        if members.is_empty() {
            return Ok(());
        }
        if began.elapsed() > fleet.session() + GROUP_PATIENCE {
            return Err(FleetError::AtWork { members });
        }
        std::thread::sleep(PAUSE);
    }
}
