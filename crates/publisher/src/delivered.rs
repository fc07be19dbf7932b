//! What Kafka has of a journal beyond a copy of it: the records of the topics, as the events that they were.

use std::collections::btree_map::{BTreeMap, Entry};
use std::time::{Duration, Instant};

use dateline_wire::{CloudEvent, EventKind, JournalId, Sequence};
use jiff::{SignedDuration, Timestamp};
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::{Offset, TopicPartitionList};

use crate::error::SessionError;
use crate::position::{self, TIMEOUT};
use crate::{KafkaSettings, RelayError, record};

/// How much of what was found is kept in memory at once; the rest is found again.
const MAX_BYTES: usize = 64 << 20;

/// How far the clocks of brokers and daemons may differ, and a daemon's own may have been set back.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(1);

/// A search for the records of one sequence.
pub(crate) struct DeliveredSearch<'s> {
    pub(crate) settings: &'s KafkaSettings,
    /// Whose sequence it is.
    pub(crate) lineage: &'s JournalId,
    /// The `ce_source` by which records are told that don't say whose sequence they are in.
    pub(crate) source: &'s str,
    /// The last place that is of interest.
    pub(crate) until: Sequence,
    pub(crate) stopped: &'s dyn Fn() -> bool,
}

impl DeliveredSearch<'_> {
    /// The events that follow `after` without a gap, as many as fit into memory, among what was delivered since a moment, or ever.
    pub(crate) fn after(
        &self,
        after: Sequence,
        since: Option<Timestamp>,
    ) -> Result<Vec<CloudEvent>, SessionError> {
        let mut found = FoundRecords {
            after,
            until: self.until,
            events: BTreeMap::new(),
            bytes: 0,
            max_bytes: MAX_BYTES,
        };
        self.scan(since, |event| found.take(event))?;
        Ok(found.contiguous())
    }

    /// The last event after `after` that the topics have, among what was delivered since a moment, or ever.
    pub(crate) fn last_after(
        &self,
        after: Sequence,
        since: Option<Timestamp>,
    ) -> Result<Option<Sequence>, SessionError> {
        let mut last = None;
        self.scan(since, |event| {
            if after < event.sequence && event.sequence <= self.until {
                last = last.max(Some(event.sequence));
            }
            Ok(())
        })?;
        Ok(last)
    }

    /// Goes through the sequence's records, in no particular order, to the end of what is written now.
    fn scan(
        &self,
        since: Option<Timestamp>,
        mut take: impl FnMut(CloudEvent) -> Result<(), RelayError>,
    ) -> Result<(), SessionError> {
        let consumer = position::reader(self.settings)?;
        let mut assignment = TopicPartitionList::new();
        for (topic, partition) in self.partitions(&consumer)? {
            let end = position::written_end(self.settings, &topic, partition)?;
            position::await_readable(self.settings, &consumer, (&topic, partition), end, self.stopped)?;
            assignment.add_partition_offset(&topic, partition, Offset::Beginning)?;
        }
        if let Some(since) = since.and_then(|since| since.checked_sub(CLOCK_TOLERANCE).ok()) {
            let mut moments = TopicPartitionList::new();
            for element in assignment.elements() {
                let moment = Offset::Offset(since.as_millisecond().max(0));
                moments.add_partition_offset(element.topic(), element.partition(), moment)?;
            }
            assignment = consumer.offsets_for_times(moments, TIMEOUT)?;
        }
        consumer.assign(&assignment)?;
        let mut open = assignment.count();
        let mut quiet_since = Instant::now();
        while open > 0 {
            match consumer.poll(Duration::from_millis(200)) {
                None if (self.stopped)() || quiet_since.elapsed() > TIMEOUT => {
                    return Err(SessionError::Transient(
                        "the topics could not be read to their end".to_owned(),
                    ));
                }
                None => continue,
                Some(Ok(message)) => {
                    if let Some(event) = self.event_of(&message) {
                        take(event)?;
                    }
                }
                Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
                Some(Err(error)) => tracing::debug!(%error, "reading what was delivered"),
            }
            quiet_since = Instant::now();
        }
        Ok(())
    }

    /// Every partition of the topics of events.
    fn partitions(
        &self,
        consumer: &impl Consumer<crate::client::DeliveryTracker>,
    ) -> Result<Vec<(String, i32)>, SessionError> {
        let mut partitions = Vec::new();
        for kind in EventKind::ALL {
            let topic = self.settings.topics.of(kind);
            let metadata = consumer.fetch_metadata(Some(topic), TIMEOUT)?;
            for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
                partitions.push((topic.to_owned(), partition.id()));
            }
        }
        partitions.sort();
        partitions.dedup();
        Ok(partitions)
    }

    /// The event that a record was made of, if it is one of this sequence.
    fn event_of(&self, message: &BorrowedMessage<'_>) -> Option<CloudEvent> {
        let found = record::event_of(message)?;
        let is_ours = match &found.journal {
            Some(lineage) => lineage == self.lineage,
            None => found.source == self.source,
        };
        is_ours.then_some(found.event)
    }
}

/// The lowest places of what was found, within so many bytes.
struct FoundRecords {
    after: Sequence,
    until: Sequence,
    events: BTreeMap<Sequence, CloudEvent>,
    bytes: usize,
    max_bytes: usize,
}

impl FoundRecords {
    fn take(&mut self, event: CloudEvent) -> Result<(), RelayError> {
        if event.sequence <= self.after || self.until < event.sequence {
            return Ok(());
        }
        match self.events.entry(event.sequence) {
            Entry::Occupied(other) if other.get().id != event.id => {
                let ids = [other.get().id.clone(), event.id];
                return Err(RelayError::DeliveredTwice { place: event.sequence, ids });
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => {
                self.bytes += event.bytes();
                place.insert(event);
            }
        }
        while self.bytes > self.max_bytes && self.events.len() > 1 {
            let Some((_, event)) = self.events.pop_last() else { break };
            self.bytes -= event.bytes();
        }
        Ok(())
    }

    fn contiguous(self) -> Vec<CloudEvent> {
        let mut last = self.after;
        self.events
            .into_values()
            .take_while(|event| {
                let follows = event.sequence == last.next();
                last = event.sequence;
                follows
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(sequence: u64, id: &str) -> CloudEvent {
        CloudEvent {
            sequence: Sequence(sequence),
            kind: EventKind::Health,
            id: id.into(),
            key: String::new(),
            time: Timestamp::UNIX_EPOCH,
            traceparent: String::new(),
            data: "x".repeat(100),
            entry_digest: None,
        }
    }

    fn found(max_bytes: usize) -> FoundRecords {
        FoundRecords { after: Sequence(3), until: Sequence(9), events: BTreeMap::new(), bytes: 0, max_bytes }
    }

    fn places(found: FoundRecords) -> Vec<u64> {
        found.contiguous().iter().map(|event| event.sequence.0).collect()
    }

    #[test]
    fn what_follows_the_copy_without_a_gap_is_found_whatever_its_order() {
        let mut records = found(10_000);
        for sequence in [5, 2, 10, 4, 8, 5, 6] {
            records.take(event(sequence, &sequence.to_string())).unwrap();
        }
        assert_eq!(places(records), [4, 5, 6]);
    }

    #[test]
    fn of_more_than_fits_into_memory_the_first_are_kept() {
        let mut records = found(250);
        for sequence in [9, 8, 4, 6, 5, 7] {
            records.take(event(sequence, "x")).unwrap();
        }
        assert_eq!(places(records), [4, 5]);
    }

    #[test]
    fn two_events_at_one_place_are_nobodys_to_choose_from() {
        let mut records = found(10_000);
        records.take(event(4, "a")).unwrap();
        records.take(event(4, "a")).unwrap();
        let error = records.take(event(4, "b")).unwrap_err();
        assert!(error.needs_operator() && error.to_string().contains("relay --after"), "{error}");
    }
}
