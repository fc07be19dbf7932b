//! How far the relay has come: a record in Kafka, committed in the same transaction as the events that it speaks of.

use std::time::{Duration, Instant};

use dateline_wire::{JournalId, Sequence};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Message, Offset, TopicPartitionList};
use serde::{Deserialize, Serialize};

use crate::client::{self, DeliveryTracker};
use crate::error::SessionError;
use crate::{KafkaSettings, TransactionalProducer};

/// Positions stand on this partition of the relay's topic, so that their order is one.
pub(crate) const PARTITION: i32 = 0;

/// How long one request to the broker may take here.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);

/// The value of a position record. Its key is the lineage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Which journal delivered it: an epoch of the sequence.
    pub(crate) journal: JournalId,
    /// Whose sequence it is: that journal's, and those's that it was restored from. What an older version wrote doesn't say; then no
    /// journal of it had been restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lineage: Option<JournalId>,
    /// The last event that was delivered.
    pub(crate) sequence: Sequence,
    /// That event's id, which tells copies of a journal apart once they have gone different ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<String>,
    /// Under which id it was delivered.
    pub(crate) transactional_id: String,
    /// By which run of which daemon.
    pub(crate) instance: String,
}

/// Has the open transaction say that the events of a journal that never delivered any count as delivered up to `sequence`: those that
/// others delivered and that it knows of.
///
/// # Errors
/// If the client refuses it.
pub fn send_first_position(
    producer: &TransactionalProducer,
    settings: &KafkaSettings,
    journal: &JournalId,
    sequence: Sequence,
) -> Result<(), KafkaError> {
    let position = Position {
        journal: journal.clone(),
        lineage: Some(journal.clone()),
        sequence,
        event: None,
        transactional_id: settings.transactional_id_of(journal),
        instance: String::new(),
    };
    producer.send_json(&settings.topics.relay, PARTITION, journal.as_str(), &position)
}

/// What the relay's topic says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RelayTopic {
    /// The last position of our lineage, whichever journal of it delivered.
    pub(crate) own: Option<Position>,
    /// Who wrote last under our transactional id.
    pub(crate) holder: Option<String>,
}

/// Reads the committed positions to the end of the topic as it is now.
///
/// "The end" is the end of everything written, not of what happens to be readable: while a transaction of another daemon
/// stands open, what was committed after it cannot be read yet. So this waits for it, at most as long as such a
/// transaction may live.
pub(crate) fn read(
    settings: &KafkaSettings,
    lineage: &JournalId,
    transactional_id: &str,
    stopped: &dyn Fn() -> bool,
) -> Result<RelayTopic, SessionError> {
    let topic = settings.topics.relay.as_str();
    let end = written_end(settings, topic, PARTITION)?;
    let consumer = reader(settings)?;
    await_readable(settings, &consumer, (topic, PARTITION), end, stopped)?;
    let mut assignment = TopicPartitionList::new();
    assignment.add_partition_offset(topic, PARTITION, Offset::Beginning)?;
    consumer.assign(&assignment)?;
    let mut found = RelayTopic::default();
    let mut quiet_since = Instant::now();
    loop {
        match consumer.poll(Duration::from_millis(200)) {
            None if stopped() || quiet_since.elapsed() > TIMEOUT => {
                return Err(SessionError::Transient(format!("{topic} could not be read to its end")));
            }
            None => continue,
            Some(Ok(message)) => found.take(message.payload(), lineage, transactional_id),
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(found),
            Some(Err(error)) => tracing::debug!(%error, "reading the relay's position"),
        }
        quiet_since = Instant::now();
    }
}

/// A consumer of what is committed.
pub(crate) fn reader(settings: &KafkaSettings) -> Result<BaseConsumer<DeliveryTracker>, SessionError> {
    Ok(BaseConsumer::from_config_and_context(&client::consumer(settings)?, DeliveryTracker::default())?)
}

/// Waits until everything before `end` can be read, for at most as long as a transaction that hides it may live.
pub(crate) fn await_readable(
    settings: &KafkaSettings,
    consumer: &BaseConsumer<DeliveryTracker>,
    (topic, partition): (&str, i32),
    end: i64,
    stopped: &dyn Fn() -> bool,
) -> Result<(), SessionError> {
    let deadline = Instant::now() + settings.transaction_timeout * 2;
    loop {
        let (_, readable) = consumer.fetch_watermarks(topic, partition, TIMEOUT)?;
        if readable >= end {
            return Ok(());
        }
        if stopped() || Instant::now() >= deadline {
            return Err(SessionError::Transient(format!("an open transaction hides the end of {topic}")));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The end of what was written to a partition, committed or not.
pub(crate) fn written_end(
    settings: &KafkaSettings,
    topic: &str,
    partition: i32,
) -> Result<i64, SessionError> {
    let mut config = client::consumer(settings)?;
    config.set("isolation.level", "read_uncommitted");
    let consumer = BaseConsumer::from_config_and_context(&config, DeliveryTracker::default())?;
    let (_, end) = consumer.fetch_watermarks(topic, partition, TIMEOUT)?;
    Ok(end)
}

impl RelayTopic {
    fn take(&mut self, payload: Option<&[u8]>, lineage: &JournalId, transactional_id: &str) {
        let Some(payload) = payload else { return };
        let position: Position = match serde_json::from_slice(payload) {
            Ok(position) => position,
            Err(error) => {
                tracing::warn!(%error, "a record in the relay's topic is not a position");
                return;
            }
        };
        if position.transactional_id == transactional_id {
            self.holder = Some(position.instance.clone());
        }
        if position.lineage.as_ref().unwrap_or(&position.journal) == lineage {
            self.own = Some(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(journal: &str, sequence: u64, id: &str, instance: &str) -> Position {
        Position {
            journal: JournalId::from_stored(journal),
            lineage: None,
            sequence: Sequence(sequence),
            event: Some(format!("e{sequence}")),
            transactional_id: id.into(),
            instance: instance.into(),
        }
    }

    #[test]
    fn the_last_position_of_our_journal_counts_and_the_last_holder_of_our_id() {
        let mut found = RelayTopic::default();
        let own = JournalId::from_stored("own");
        for record in [
            position("own", 4, "t", "first"),
            position("other", 9, "u", "stranger"),
            position("own", 6, "t", "second"),
            position("other", 12, "t", "third"),
        ] {
            found.take(Some(&serde_json::to_vec(&record).unwrap()), &own, "t");
        }
        found.take(Some(b"not json"), &own, "t");
        found.take(None, &own, "t");
        assert_eq!(found.own.unwrap().sequence, Sequence(6));
        assert_eq!(found.holder.as_deref(), Some("third"));
    }
}
