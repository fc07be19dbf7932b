//! Events as the records of a transaction: on the topic of their kind, with their headers, framed where a registry knows their schemas.

use std::borrow::Cow;
use std::sync::Arc;

use dateline_wire::{CloudEvent, Envelope, EventKind, JournalId};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::KafkaSettings;
use crate::producer::{Record, TransactionalProducer};
use crate::record;
use crate::registry::SchemaIds;

/// Whether the broker has refused an event for its size, although it is no larger than the settings allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeVerdict {
    /// Not so far.
    NotRefused,
    /// It has.
    Refused,
}

/// Makes records of events.
pub struct EventRecords {
    settings: Arc<KafkaSettings>,
    envelope: Envelope,
    /// By which schemas values are framed; empty where they are not.
    schema_ids: SchemaIds,
}

impl EventRecords {
    /// For the topics of `settings`; events say of themselves what `envelope` says.
    pub fn new(settings: Arc<KafkaSettings>, envelope: Envelope) -> Self {
        Self { settings, envelope, schema_ids: SchemaIds::default() }
    }

    /// Frames values by the schemas with these ids, if there are any.
    pub(crate) fn frame_with(&mut self, schema_ids: SchemaIds) {
        self.schema_ids = schema_ids;
    }

    /// Hands over what stands for an event of the journal with this `lineage`: the event, with a tombstone where it withdraws an article
    /// of a compacted topic; or, where it is too large, a reject that announces it.
    ///
    /// # Errors
    /// If the client refuses a record.
    pub fn send(
        &self,
        producer: &TransactionalProducer,
        event: &CloudEvent,
        lineage: &JournalId,
        verdict: SizeVerdict,
    ) -> Result<(), KafkaError> {
        let topics = &self.settings.topics;
        let headers = self.headers(event, lineage);
        let limit = self.settings.max_record_bytes;
        let bytes = record::size(event, &headers) + self.schema_ids.frame_bytes();
        if bytes <= limit && verdict == SizeVerdict::NotRefused {
            if event.kind == EventKind::Withdrawal && self.settings.sends_tombstones() {
                // Its headers say of what it is the end; a restored journal passes over records without a value.
                producer.send(Record {
                    topic: &topics.articles,
                    partition: None,
                    key: &event.key,
                    value: None,
                    headers: Some(record::owned(&headers)),
                })?;
            }
            return self.send_value(producer, event, &headers);
        }
        tracing::error!(
            sequence = event.sequence.0,
            id = event.id,
            bytes,
            limit,
            "an event is too large for Kafka: a reject announces it instead"
        );
        let stand_in = record::stand_in(event, bytes, limit)
            .map_err(|_| KafkaError::MessageProduction(RDKafkaErrorCode::InvalidArgument))?;
        self.send_value(producer, &stand_in, &self.headers(&stand_in, lineage))
    }

    fn send_value(
        &self,
        producer: &TransactionalProducer,
        event: &CloudEvent,
        headers: &[(&'static str, Cow<'_, str>)],
    ) -> Result<(), KafkaError> {
        producer.send(Record {
            topic: self.settings.topics.of(event.kind),
            partition: None,
            key: &event.key,
            value: Some(&self.schema_ids.framed(event.kind, &event.data)),
            headers: Some(record::owned(headers)),
        })
    }

    fn headers<'e>(
        &'e self,
        event: &'e CloudEvent,
        lineage: &'e JournalId,
    ) -> Vec<(&'static str, Cow<'e, str>)> {
        let mut headers = record::headers(event, &self.envelope, lineage);
        if !self.schema_ids.is_empty() {
            record::mark_as_framed(&mut headers);
        }
        headers
    }
}
