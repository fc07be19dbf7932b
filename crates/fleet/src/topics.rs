//! The fleet's topics, made where they are missing: those of state and handovers with a partition for every shard, that of stories too, the others with one.

use std::time::Duration;

use dateline_publisher::{DeliveryTracker, KafkaSettings, OutageCause, RelayError, client_config};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;

use crate::FleetSettings;
use crate::error::{FleetError, FleetSessionError};

/// How long one request to the broker may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);

/// How long a command waits for a broker, and so whoever has typed it.
const REACH_PATIENCE: Duration = Duration::from_secs(8);

/// How long a member that starts waits for one, before it goes on without.
const START_PATIENCE: Duration = Duration::from_secs(4);

/// Sees that a broker answers, before anything is done that waits for one for longer. Blocks.
pub(crate) fn reach(kafka: &KafkaSettings) -> Result<(), FleetError> {
    dateline_publisher::reach(kafka, REACH_PATIENCE).map_err(|error| match error {
        RelayError::Unavailable(why) => {
            let brokers = kafka.brokers.clone();
            match OutageCause::of(&why) {
                cause @ (OutageCause::Login | OutageCause::Permission | OutageCause::Tls) => {
                    FleetError::Refused { brokers, cause, why }
                }
                _ => FleetError::NoBroker { brokers, patience: REACH_PATIENCE, why },
            }
        }
        other => other.into(),
    })
}

/// Refuses topics of another number of shards than the settings have, as far as a broker answers and they are there: a member that starts
/// without Kafka is refused when it joins. Blocks.
///
/// # Errors
/// If the fleet was made with another number of shards, or a setting is wrong.
pub fn check_shards(kafka: &KafkaSettings, fleet: &FleetSettings) -> Result<(), FleetError> {
    if let Err(RelayError::Unavailable(why)) = dateline_publisher::reach(kafka, START_PATIENCE) {
        tracing::warn!(why, "Kafka doesn't answer; the number of shards is checked once it does");
        return Ok(());
    }
    match check(kafka, fleet) {
        Err(FleetSessionError::Fatal(error)) => Err(error),
        // It is looked at again when the member joins.
        _ => Ok(()),
    }
}

/// Whether a broker answers that has the fleet's topics. Blocks.
pub(crate) fn are_there(kafka: &KafkaSettings, fleet: &FleetSettings) -> bool {
    dateline_publisher::reach(kafka, START_PATIENCE).is_ok() && check(kafka, fleet).is_ok()
}

/// Whether the fleet's topics have been made; refuses those of another fleet. Blocks.
pub(crate) fn are_made(kafka: &KafkaSettings, fleet: &FleetSettings) -> Result<bool, FleetSessionError> {
    match partitions_of(kafka, &fleet.feeds_topic())? {
        0 => Ok(false),
        _ => check(kafka, fleet).map(|()| true),
    }
}

/// Makes the topics that are missing, and refuses those that have another number of partitions than there are shards. Blocks.
pub(crate) fn ensure(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    runtime: &tokio::runtime::Handle,
) -> Result<(), FleetSessionError> {
    let config = client_config(kafka)?;
    let (state, handovers) = (fleet.state_topic(), fleet.handover_topic());
    let (feeds, members) = (fleet.feeds_topic(), fleet.member_topic());
    let partitions = i32::try_from(fleet.partitions()).unwrap_or(i32::MAX);
    // -1 asks for the broker's default (KIP-464).
    let replication = || TopicReplication::Fixed(kafka.replication.map_or(-1, i32::from));
    let max_bytes = (kafka.max_record_bytes + 4_096).to_string();
    // The newest segment is never compacted, and is read as a whole whenever a shard passes on: it is kept small. What is handed over is
    // deleted by no clock, since a fleet may be stopped for any time.
    let topics = [
        NewTopic::new(&state, partitions, replication())
            .set("cleanup.policy", "compact")
            .set("segment.bytes", "16777216")
            .set("max.message.bytes", &max_bytes),
        NewTopic::new(&handovers, partitions, replication())
            .set("cleanup.policy", "delete")
            .set("retention.ms", "-1")
            .set("max.message.bytes", &max_bytes),
        NewTopic::new(&feeds, 1, replication())
            .set("cleanup.policy", "compact")
            .set("max.message.bytes", &max_bytes),
        NewTopic::new(&members, 1, replication())
            .set("cleanup.policy", "compact")
            .set("segment.bytes", "1048576"),
    ];
    let admin = AdminClient::from_config_and_context(&config, DeliveryTracker::default())?;
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT)).operation_timeout(Some(TIMEOUT));
    let missing: Vec<&NewTopic<'_>> = topics
        .iter()
        .filter(|topic| partitions_of(kafka, topic.name).is_ok_and(|found| found == 0))
        .collect();
    if !missing.is_empty() && !kafka.create_topics {
        return Err(FleetSessionError::Transient(format!(
            "the topics {} are missing, and kafka.create_topics is off",
            missing.iter().map(|topic| topic.name).collect::<Vec<_>>().join(", ")
        )));
    }
    // The client refuses to make none.
    let made = match missing.is_empty() {
        true => Vec::new(),
        false => runtime.block_on(admin.create_topics(missing, &options))?,
    };
    for made in made {
        match made {
            Ok(name) => tracing::info!(topic = name, "made a topic"),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => {
                return Err(FleetSessionError::Transient(format!(
                    "the topic {name} could not be made: {code}"
                )));
            }
        }
    }
    check(kafka, fleet)
}

/// Refuses topics with another number of partitions than the fleet is to have.
fn check(kafka: &KafkaSettings, fleet: &FleetSettings) -> Result<(), FleetSessionError> {
    let expected = [
        (fleet.state_topic(), fleet.partitions()),
        (fleet.handover_topic(), fleet.partitions()),
        (fleet.feeds_topic(), 1),
        (fleet.member_topic(), 1),
    ];
    for (topic, expected) in expected {
        match partitions_of(kafka, &topic)? {
            found if u32::try_from(found) == Ok(expected) => {}
            // Made a moment ago, and not everywhere yet.
            0 => return Err(FleetSessionError::Transient(format!("the topic {topic} is not there yet"))),
            found if expected == 1 => return Err(FleetError::Partitions { topic, found }.into()),
            found => {
                return Err(FleetError::Shards { topic, found: found - 1, expected: expected - 1 }.into());
            }
        }
    }
    Ok(())
}

/// How many partitions a topic has; 0 where there is no such topic.
fn partitions_of(kafka: &KafkaSettings, topic: &str) -> Result<usize, FleetSessionError> {
    let mut config = client_config(kafka)?;
    config.set("allow.auto.create.topics", "false");
    let client: BaseConsumer<DeliveryTracker> =
        BaseConsumer::from_config_and_context(&config, DeliveryTracker::default())?;
    let metadata = client.fetch_metadata(Some(topic), TIMEOUT)?;
    Ok(metadata
        .topics()
        .iter()
        .find(|found| found.name() == topic)
        .map_or(0, |topic| topic.partitions().len()))
}
