//! The records of a shard's state and of what is handed over to it, as an open transaction sends them.

use dateline_journal::{HandedEntry, StateRecord};
use dateline_publisher::{Record, TransactionalProducer};
use rdkafka::error::KafkaError;

use crate::shard::Shard;

/// Sends a row of a shard's state, or that it is gone.
pub(crate) fn row(
    producer: &TransactionalProducer,
    topic: &str,
    shard: Shard,
    row: &StateRecord,
) -> Result<(), KafkaError> {
    let (partition, value) = (Some(shard.partition()), row.value.as_deref().map(str::as_bytes));
    producer.send(Record { topic, partition, key: &row.key, value, headers: None })
}

/// Hands an entry over to a shard.
pub(crate) fn handed_entry(
    producer: &TransactionalProducer,
    topic: &str,
    shard: Shard,
    handed: &HandedEntry,
) -> Result<(), KafkaError> {
    let key = format!("{}/{}", handed.feed, handed.entry.id);
    producer.send_json(topic, shard.partition(), &key, handed)
}
