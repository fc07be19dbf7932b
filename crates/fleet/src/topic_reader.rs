//! A partition of one of the fleet's topics, read to its end.

use std::time::{Duration, Instant};

use dateline_publisher::{DeliveryTracker, KafkaSettings, client_config};
use rdkafka::ClientConfig;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::error::FleetSessionError;
use crate::topics::TIMEOUT;

/// How long the topic may give nothing before it is given up. A transaction that its writer left open may hide its end for as long as it may
/// stand open, and as long again as brokers let pass before they look for such (`transaction.abort.timed.out.transaction.cleanup.interval.ms`, 10 s).
const MAX_HIDDEN: Duration = Duration::from_secs(60);

/// How long to wait before the broker is asked again.
const POLL_PAUSE: Duration = Duration::from_millis(50);

/// How long the broker waits, in milliseconds, before it says to whoever follows a partition that there is nothing new.
const FOLLOWING_WAIT_MS: &str = "1000";

/// What reads a partition.
pub(crate) type PartitionReader = BaseConsumer<DeliveryTracker>;

/// Hands what is committed to a partition to `take`, by key and value, up to the end of what is *written* by now: where a transaction stands
/// open that began before, its end is waited for. Gives what goes on reading there. Blocks.
pub(crate) fn read_to_end(
    kafka: &KafkaSettings,
    place: (&str, i32),
    stopped: &dyn Fn() -> bool,
    mut take: impl FnMut(&str, Option<&str>) -> Result<(), FleetSessionError>,
) -> Result<PartitionReader, FleetSessionError> {
    let take = |message: &BorrowedMessage<'_>| {
        let (key, value) = key_and_value(message);
        take(key, value)
    };
    read_from(kafka, place, Offset::Beginning, stopped, take)
}

/// The same, from an offset on, with each record as it stands there.
pub(crate) fn read_from(
    kafka: &KafkaSettings,
    (topic, partition): (&str, i32),
    first: Offset,
    stopped: &dyn Fn() -> bool,
    mut take: impl FnMut(&BorrowedMessage<'_>) -> Result<(), FleetSessionError>,
) -> Result<PartitionReader, FleetSessionError> {
    let hindrance = |since: Instant| match (stopped(), since.elapsed() >= MAX_HIDDEN) {
        (true, _) => Some(FleetSessionError::Transient(format!("{topic} is not needed any more"))),
        (_, true) => Some(FleetSessionError::Transient(format!("{topic} could not be read to its end"))),
        _ => None,
    };
    // A topic that was made a moment ago may have no leader yet.
    let began = Instant::now();
    let await_end = |consumer: &PartitionReader, least: i64| loop {
        match consumer.fetch_watermarks(topic, partition, TIMEOUT) {
            Ok((_, end)) if end >= least => return Ok(end),
            Ok(_) => {}
            Err(error) => {
                tracing::debug!(%error, topic, partition, "the end of a partition is asked for again")
            }
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
    assignment.add_partition_offset(topic, partition, first)?;
    consumer.assign(&assignment)?;
    let mut last_record = Instant::now();
    loop {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => {
                take(&message)?;
                last_record = Instant::now();
            }
            Some(Err(KafkaError::PartitionEOF(_))) => break,
            Some(Err(error)) => tracing::debug!(%error, topic, partition, "reading a partition"),
            None => {}
        }
        if let Some(hindrance) = hindrance(last_record) {
            return Err(hindrance);
        }
    }
    Ok(consumer)
}

/// What goes on where a reader is that has read a partition to its end, and leaves the broker alone while there is nothing new.
pub(crate) fn go_on(
    kafka: &KafkaSettings,
    reader: &PartitionReader,
) -> Result<PartitionReader, FleetSessionError> {
    let mut places = TopicPartitionList::new();
    for place in reader.position()?.elements() {
        let next = match place.offset() {
            Offset::Offset(next) => Offset::Offset(next),
            // Nothing was there.
            _ => Offset::Beginning,
        };
        places.add_partition_offset(place.topic(), place.partition(), next)?;
    }
    let mut config = reader_config(kafka, "read_committed")?;
    config.set("fetch.wait.max.ms", FOLLOWING_WAIT_MS);
    let reader = PartitionReader::from_config_and_context(&config, DeliveryTracker::default())?;
    reader.assign(&places)?;
    Ok(reader)
}

/// What a record says, and of what.
pub(crate) fn key_and_value<'m>(message: &'m BorrowedMessage<'_>) -> (&'m str, Option<&'m str>) {
    let text = |bytes: Option<&'m [u8]>| bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
    (text(message.key()).unwrap_or_default(), text(message.payload()))
}

fn reader(kafka: &KafkaSettings, isolation: &str) -> Result<PartitionReader, FleetSessionError> {
    let config = reader_config(kafka, isolation)?;
    Ok(BaseConsumer::from_config_and_context(&config, DeliveryTracker::default())?)
}

fn reader_config(kafka: &KafkaSettings, isolation: &str) -> Result<ClientConfig, FleetSessionError> {
    let mut config = client_config(kafka)?;
    config
        .set("group.id", "dateline-fleet-state")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        // What is not there yet is waited for by the broker, also where the end is asked for.
        .set("fetch.wait.max.ms", "50")
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", isolation);
    Ok(config)
}
