//! The events on the topics, for somebody who looks: what is committed, without a group, and without a word to the broker about how far
//! it was read.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use dateline_wire::{CloudEvent, EventKind, JournalId};
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::{Offset, TopicPartitionList};

use crate::error::SessionError;
use crate::position::{self, TIMEOUT};
use crate::{KafkaSettings, RelayError, record};

/// An event as its record tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicEvent {
    /// The event.
    pub event: CloudEvent,
    /// Its `ce_source`: the daemon that delivered it.
    pub source: String,
    /// Its `ce_journal`: whose sequence it has.
    pub journal: Option<JournalId>,
}

impl TopicEvent {
    /// The event that a record was made of; `None` for what isn't one of ours, or has no value.
    pub fn of_record(record: &BorrowedMessage<'_>) -> Option<Self> {
        let found = record::event_of(record)?;
        Some(Self { event: found.event, source: found.source, journal: found.journal })
    }
}

/// Where the topics are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicStart {
    /// The oldest records that are left.
    Earliest,
    /// What is written from now on.
    Latest,
}

/// Hands the events of these kinds to `take` until it has enough, or there are no more and `follow` is not set. Under one key they come in
/// the order in which they were committed; over partitions and topics in none. What is no event of ours is passed over. Blocks.
///
/// # Errors
/// If Kafka cannot be used, or has none of the topics.
pub fn tail_topics(
    settings: &KafkaSettings,
    kinds: &[EventKind],
    start: TopicStart,
    follow: bool,
    take: impl FnMut(TopicEvent) -> ControlFlow<()>,
) -> Result<(), RelayError> {
    read_topics(settings, kinds, start, follow, take).map_err(SessionError::give_up)
}

fn read_topics(
    settings: &KafkaSettings,
    kinds: &[EventKind],
    start: TopicStart,
    follow: bool,
    mut take: impl FnMut(TopicEvent) -> ControlFlow<()>,
) -> Result<(), SessionError> {
    let consumer = position::reader(settings)?;
    let names: Vec<&str> = kinds.iter().map(|kind| settings.topics.of(*kind)).collect();
    // All topics are asked for: to ask for one by its name may make it.
    let metadata = consumer.fetch_metadata(None, TIMEOUT)?;
    let offset = match start {
        TopicStart::Earliest => Offset::Beginning,
        TopicStart::Latest => Offset::End,
    };
    let mut assignment = TopicPartitionList::new();
    for topic in metadata.topics().iter().filter(|topic| names.contains(&topic.name())) {
        for partition in topic.partitions() {
            assignment.add_partition_offset(topic.name(), partition.id(), offset)?;
        }
    }
    if assignment.count() == 0 {
        let names = names.join(", ");
        return Err(SessionError::Transient(format!("the broker has no topic of the name {names}")));
    }
    consumer.assign(&assignment)?;
    let mut open = assignment.count();
    let mut quiet_since = Instant::now();
    while follow || open > 0 {
        match consumer.poll(Duration::from_millis(200)) {
            None if !follow && quiet_since.elapsed() > TIMEOUT => {
                return Err(SessionError::Transient("the topics could not be read to their end".to_owned()));
            }
            None => continue,
            Some(Ok(message)) => {
                if let Some(found) = TopicEvent::of_record(&message)
                    && kinds.contains(&found.event.kind)
                    && take(found).is_break()
                {
                    return Ok(());
                }
            }
            Some(Err(KafkaError::PartitionEOF(_))) => open = open.saturating_sub(1),
            Some(Err(error)) => tracing::debug!(%error, "reading the topics"),
        }
        quiet_since = Instant::now();
    }
    Ok(())
}
