//! A shard's state, from its topic to a file of this member's.

use std::path::Path;
use std::time::{Duration, Instant};

use dateline_journal::{JournalError, JournalRebuild};
use dateline_publisher::{DeliveryTracker, KafkaSettings, client_config};
use dateline_wire::JournalId;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::FleetSettings;
use crate::error::FleetSessionError;
use crate::shard::Shard;

/// How long one request to the broker may take here.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How long the topic may give nothing before it is given up. A transaction that its owner left open may hide its end for as long as it may
/// stand open, and as long again as brokers let pass before they look for such (`transaction.abort.timed.out.transaction.cleanup.interval.ms`, 10 s).
const MAX_HIDDEN: Duration = Duration::from_secs(60);

/// How long to wait before the broker is asked again.
const POLL_PAUSE: Duration = Duration::from_millis(50);

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
    let id = JournalId::from_stored(format!("{}.{shard}", fleet.name));
    let mut rebuild = JournalRebuild::begin(path, &id).map_err(broken)?;
    let (topic, partition) = (fleet.state_topic(), shard.partition());
    let hindrance = |since: Instant| match (stopped(), since.elapsed() >= MAX_HIDDEN) {
        (true, _) => Some(FleetSessionError::Transient("the shard has passed on meanwhile".to_owned())),
        (_, true) => Some(FleetSessionError::Transient(format!("{topic} could not be read to its end"))),
        _ => None,
    };
    // Where the last owner was stopped in a transaction, the end of what is written cannot be read before the broker has aborted that. A
    // topic that was made a moment ago may have no leader yet.
    let began = Instant::now();
    let await_end = |consumer: &BaseConsumer<DeliveryTracker>, least: i64| loop {
        match consumer.fetch_watermarks(&topic, partition, TIMEOUT) {
            Ok((_, end)) if end >= least => return Ok(end),
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, %shard, "the end of the shard's state is asked for again"),
        }
        if let Some(hindrance) = hindrance(began) {
            return Err(hindrance);
        }
        std::thread::sleep(POLL_PAUSE);
    };
    let end = await_end(&reader(kafka, "read_uncommitted")?, 0)?;
    let consumer = reader(kafka, "read_committed")?;
    await_end(&consumer, end)?;
    let mut assignment = TopicPartitionList::new();
    assignment.add_partition_offset(&topic, partition, Offset::Beginning)?;
    consumer.assign(&assignment)?;
    let mut last_record = Instant::now();
    loop {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => {
                let (key, value) = (text_of(message.key()), text_of(message.payload()));
                rebuild.take(key.unwrap_or_default(), value).map_err(broken)?;
                last_record = Instant::now();
            }
            Some(Err(KafkaError::PartitionEOF(_))) => break,
            Some(Err(error)) => tracing::debug!(%error, "reading a shard's state"),
            None => {}
        }
        if let Some(hindrance) = hindrance(last_record) {
            return Err(hindrance);
        }
    }
    rebuild.finish().map_err(broken)
}

fn text_of(bytes: Option<&[u8]>) -> Option<&str> {
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok())
}

fn broken(error: JournalError) -> FleetSessionError {
    FleetSessionError::Transient(format!("the shard's file: {error}"))
}

fn reader(
    kafka: &KafkaSettings,
    isolation: &str,
) -> Result<BaseConsumer<DeliveryTracker>, FleetSessionError> {
    let mut config = client_config(kafka)?;
    config
        .set("group.id", "dateline-fleet-state")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", isolation);
    Ok(BaseConsumer::from_config_and_context(&config, DeliveryTracker::default())?)
}
