//! The group's word on which shards this member holds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_publisher::{KafkaSettings, client_config};
use rdkafka::client::ClientContext;
use rdkafka::config::{FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, ConsumerGroupMetadata, Rebalance};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message, Offset, TopicPartitionList};
use tokio::sync::mpsc;

use crate::error::FleetSessionError;
use crate::handover::HandoverRecord;
use crate::shard::{Shard, ShardMap};
use crate::tenure::{Tenures, Term};
use crate::topics::TIMEOUT;
use crate::{FleetSettings, GroupProtocol};

/// How often a member says that it is there, within its session.
const HEARTBEATS_PER_SESSION: u32 = 4;

/// How long the group waits for members that say that they are there and don't join when shards move, in sessions. It is as long as a member
/// may take between two polls: longer than a transaction, which a member waits for before it gives shards up.
const SESSIONS_PER_REBALANCE: u32 = 5;

/// What the group says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShardNews {
    /// The shard is this member's.
    Assigned(Shard, Term),
    /// It is this member's no more.
    Revoked(Shard, Term),
}

/// The consumer that is a member of the group.
pub(crate) type GroupConsumer = BaseConsumer<GroupContext>;

/// Takes shards and gives them up in the moment in which the group says so.
pub(crate) struct GroupContext {
    tenures: Arc<Tenures>,
    news: mpsc::UnboundedSender<ShardNews>,
}

impl GroupContext {
    fn tell(&self, news: ShardNews) {
        // The session may have ended.
        let _ = self.news.send(news);
    }
}

impl ClientContext for GroupContext {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(facility, "kafka client: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, "kafka client: {reason}");
    }
}

impl ConsumerContext for GroupContext {
    fn pre_rebalance(&self, _consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        // Before the group hears that they are given up, and so before anybody else has them.
        if let Rebalance::Revoke(partitions) = rebalance {
            let mut held = self.tenures.lock();
            for shard in shards_of(partitions) {
                if let Some(term) = held.end(shard) {
                    self.tell(ShardNews::Revoked(shard, term));
                }
            }
        }
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(partitions) => {
                // What is handed over to a shard is not read before its state is.
                if let Err(error) = consumer.pause(partitions) {
                    tracing::debug!(%error, "partitions were not paused");
                }
                let mut held = self.tenures.lock();
                for shard in shards_of(partitions) {
                    let term = held.begin(shard);
                    self.tell(ShardNews::Assigned(shard, term));
                }
            }
            Rebalance::Revoke(_) => {}
            Rebalance::Error(error) => {
                tracing::warn!(%error, "the group could not say who holds what");
                for (shard, term) in self.tenures.lock().end_all() {
                    self.tell(ShardNews::Revoked(shard, term));
                }
            }
        }
    }
}

fn shards_of(partitions: &TopicPartitionList) -> Vec<Shard> {
    partitions.elements().iter().map(|element| Shard::of_partition(element.partition())).collect()
}

/// Joins the group. One without a name is a member for as long as it says that it is, and leaves when it is closed.
pub(crate) fn join(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    tenures: Arc<Tenures>,
    news: mpsc::UnboundedSender<ShardNews>,
) -> Result<GroupConsumer, FleetSessionError> {
    let mut config = client_config(kafka)?;
    let session = fleet.session();
    config
        .set("group.id", &fleet.name)
        .set("max.poll.interval.ms", (session * SESSIONS_PER_REBALANCE).as_millis().to_string())
        .set("socket.timeout.ms", (session * 2).as_millis().to_string())
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_committed");
    match fleet.group_protocol {
        GroupProtocol::Classic => config
            // Shards that don't move are worked on while others do (KIP-429).
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", session.as_millis().to_string())
            .set("heartbeat.interval.ms", (session / HEARTBEATS_PER_SESSION).as_millis().to_string()),
        // Session and heartbeats are the broker's settings, and the client refuses them here.
        GroupProtocol::Consumer => config.set("group.protocol", "consumer"),
    };
    if !fleet.member.is_empty() {
        // A member that is restarted within its session keeps its shards (KIP-345).
        config.set("group.instance.id", &fleet.member);
    }
    let consumer: GroupConsumer =
        BaseConsumer::from_config_and_context(&config, GroupContext { tenures, news })?;
    consumer.subscribe(&[&fleet.handover_topic()])?;
    Ok(consumer)
}

/// Asks the group and the topic for what is new, for at most `patience`.
pub(crate) fn poll(
    consumer: &GroupConsumer,
    fleet: &FleetSettings,
    patience: Duration,
) -> Result<Option<HandoverRecord>, FleetSessionError> {
    match consumer.poll(patience) {
        None => Ok(None),
        Some(Ok(message)) => {
            let shard = Shard::of_partition(message.partition());
            let is_report = shard == ShardMap::new(fleet.shards).stories();
            Ok(Some(HandoverRecord::read(shard, &message, is_report)))
        }
        Some(Err(error)) => {
            if let Some((code, why)) = consumer.client().fatal_error() {
                return Err(match code {
                    RDKafkaErrorCode::FencedInstanceId => FleetSessionError::Fenced(why),
                    _ => FleetSessionError::Transient(why),
                });
            }
            if let KafkaError::MessageConsumption(
                code @ (RDKafkaErrorCode::GroupAuthorizationFailed
                | RDKafkaErrorCode::TopicAuthorizationFailed),
            ) = error
            {
                // It would be asked again and again, and be a member that holds nothing.
                return Err(FleetSessionError::Transient(format!(
                    "the brokers don't let this user be a member of the group {}: {code}; docs/fleet.md names the rights that it needs",
                    fleet.name
                )));
            }
            tracing::debug!(%error, "the group's consumer");
            Ok(None)
        }
    }
}

/// What says in a transaction that it is made by this member, for the broker to refuse it once it is one no more.
pub(crate) fn metadata(consumer: &GroupConsumer) -> Result<ConsumerGroupMetadata, KafkaError> {
    consumer.group_metadata().ok_or(KafkaError::ConsumerCommit(RDKafkaErrorCode::UnknownMemberId))
}

/// Where the handovers of a shard go on: after what was committed with the last of them. Waits for a transaction that stands open.
pub(crate) fn committed(
    consumer: &GroupConsumer,
    topic: &str,
    shard: Shard,
) -> Result<i64, FleetSessionError> {
    let mut asked = TopicPartitionList::new();
    asked.add_partition(topic, shard.partition());
    let deadline = Instant::now() + TIMEOUT;
    loop {
        match consumer.committed_offsets(asked.clone(), TIMEOUT) {
            Ok(found) => {
                let offset = found.find_partition(topic, shard.partition()).map(|found| found.offset());
                return Ok(match offset {
                    Some(Offset::Offset(offset)) => offset,
                    _ => 0,
                });
            }
            Err(error) if Instant::now() < deadline => {
                tracing::debug!(%error, %shard, "asking for the shard's place again");
                std::thread::sleep(Duration::from_millis(200));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Has what is handed over to a shard come.
pub(crate) fn resume(consumer: &GroupConsumer, topic: &str, shard: Shard) -> Result<(), FleetSessionError> {
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition(topic, shard.partition());
    Ok(consumer.resume(&partitions)?)
}
