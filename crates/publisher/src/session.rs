//! The life of one producer: from taking over the transactional id to its first failure that it cannot abort.

use std::collections::BTreeSet;
use std::mem;
use std::sync::Arc;

use dateline_journal::{Journal, JournalError};
use dateline_wire::{CloudEvent, Envelope, Sequence};
use jiff::Timestamp;
use rdkafka::error::KafkaError;
use tokio::sync::watch;

use crate::delivered::DeliveredSearch;
use crate::error::SessionError;
use crate::event_records::{EventRecords, SizeVerdict};
use crate::position::{PARTITION, Position, TIMEOUT};
use crate::producer::TransactionalProducer;
use crate::record;
use crate::registry::SchemaIds;
use crate::relay::ResumedDelivery;
use crate::{KafkaSettings, RelayError, RelayStatus};

/// How often one event is sent by itself before the session is given up. The first attempt after a refused record may fail
/// for the gap that it left in the idempotent producer's numbers; aborting that attempt closes it.
const MAX_SINGLE_ATTEMPTS: u32 = 5;

/// An event that Kafka has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveredEvent {
    /// Its place in the journal.
    pub sequence: Sequence,
    /// When it was committed to the journal.
    pub time: Timestamp,
    /// The trace that it belongs to.
    pub traceparent: String,
}

/// Is told of the events of each transaction, once Kafka has them. It is called on the relay's thread, and is not to block.
pub type DeliveryObserver = Arc<dyn Fn(&[DeliveredEvent]) + Send + Sync>;

/// What every session of a relay shares.
#[derive(Clone)]
pub(crate) struct SessionContext {
    pub(crate) settings: Arc<KafkaSettings>,
    pub(crate) journal: Journal,
    pub(crate) envelope: Envelope,
    pub(crate) transactional_id: String,
    pub(crate) instance: String,
    pub(crate) status: watch::Sender<RelayStatus>,
    pub(crate) observer: Option<DeliveryObserver>,
}

/// A producer that holds the transactional id.
pub(crate) struct Session {
    context: SessionContext,
    producer: TransactionalProducer,
    records: EventRecords,
    /// Where the next transaction starts.
    position: Sequence,
    /// The id of the event at the position.
    event: Option<String>,
    /// The place up to which events may be missing, since retention let them go when Kafka had them or there was no Kafka.
    gone: Sequence,
    /// Events that the broker refused for their size, although we hadn't.
    refused: BTreeSet<Sequence>,
    /// Read from the journal and not delivered yet.
    ahead: Vec<CloudEvent>,
}

impl Session {
    /// Takes over the transactional id: the predecessor is fenced, and what it left open is aborted.
    pub(crate) fn take_over(context: SessionContext) -> Result<Self, SessionError> {
        let SessionContext { settings, transactional_id, status, envelope, .. } = &context;
        let producer = TransactionalProducer::take_over(settings, transactional_id, status.clone())?;
        let records = EventRecords::new(settings.clone(), envelope.clone());
        Ok(Self {
            context,
            producer,
            records,
            position: Sequence::START,
            event: None,
            gone: Sequence::START,
            refused: BTreeSet::new(),
            ahead: Vec::new(),
        })
    }

    /// Frames values by the schemas with these ids, if there are any.
    pub(crate) fn frame_with(&mut self, schema_ids: SchemaIds) {
        self.records.frame_with(schema_ids);
    }

    /// Continues after `position`, once it is certain that it speaks of this journal and is the last one, and writes our name
    /// beside it, so that a rival that we have fenced finds out who did.
    pub(crate) fn continue_from(&mut self, position: Option<Position>) -> Result<(), SessionError> {
        if let Some(position) = position.as_ref().filter(|found| found.journal != *self.context.journal.id())
        {
            let (position, by) = (position.sequence, position.instance.clone());
            return Err(RelayError::Superseded { position, by }.into());
        }
        self.continue_after(position)
    }

    /// The same, whichever journal of the lineage delivered last.
    fn continue_after(&mut self, position: Option<Position>) -> Result<(), SessionError> {
        self.gone = self.context.journal.reader().gone(None)?;
        self.ask_second_witness(position.as_ref().map(|position| position.sequence))?;
        if let Some(position) = position {
            self.agree(&position)?;
            self.position = position.sequence;
            self.event = position.event;
        }
        self.confirm()
    }

    /// Takes from Kafka what a restored journal lacks, and continues after it: the journal has everything up to Kafka's position
    /// then, and Kafka says that it is this journal that goes on. `import` takes events in and gives the last one that the journal has.
    pub(crate) fn reconcile(
        &mut self,
        position: Option<Position>,
        mut import: impl FnMut(Vec<CloudEvent>) -> Result<Sequence, JournalError>,
        stopped: &dyn Fn() -> bool,
    ) -> Result<(), SessionError> {
        let mut last = self.context.journal.last_sequence()?;
        if let Some(position) = &position
            && position.sequence > last
        {
            tracing::info!(
                copy = last.0,
                position = position.sequence.0,
                "the journal was restored from a copy; reading from Kafka what was delivered since"
            );
            let since = self.context.journal.reader().event(last)?.map(|event| event.time);
            let search = DeliveredSearch {
                settings: &self.context.settings,
                lineage: self.context.journal.lineage(),
                source: &self.context.envelope.source,
                until: position.sequence,
                stopped,
            };
            // Records are delivered after their event was committed. Where the clock was set back meanwhile, all are looked at.
            for since in [since, None] {
                while last < position.sequence {
                    let found = search.after(last, since)?;
                    if found.is_empty() {
                        break;
                    }
                    last = import(found)?;
                }
            }
            if last < position.sequence {
                return Err(
                    RelayError::DeliveredLost { missing: last.next(), position: position.sequence }.into()
                );
            }
        }
        self.continue_after(position)
    }

    /// Has Kafka say that everything up to `position` is delivered, whatever it says now.
    pub(crate) fn overrule(&mut self, position: Sequence) -> Result<(), SessionError> {
        let journal = &self.context.journal;
        let last = journal.last_sequence()?;
        if position > last && !journal.is_reconciling()? {
            return Err(RelayError::JournalBehind { position, last }.into());
        }
        self.event = self.event_id(position)?;
        self.position = position;
        self.confirm()
    }

    /// Writes the position once more: shows that deliveries would go through.
    pub(crate) fn confirm(&mut self) -> Result<(), SessionError> {
        self.transact(Vec::new())
    }

    /// Fails where the topic of positions is gone or empty. Its news is only a sign (a broker that has just started may not know
    /// its topics yet): the next session asks again, and the second witness decides.
    pub(crate) fn look_for_position(&self) -> Result<(), SessionError> {
        let topic = self.context.settings.topics.relay.as_str();
        let watermarks = self.producer.watermarks(topic, PARTITION, TIMEOUT);
        let (first, end) =
            watermarks.map_err(|error| SessionError::Transient(self.producer.describe(&error)))?;
        if first >= end {
            return Err(SessionError::Transient(format!("the topic {topic} has nothing in it any more")));
        }
        Ok(())
    }

    /// The last event that the journal or the topics know to be delivered: the journal's copy may be a transaction behind.
    pub(crate) fn find_last_delivered(&self) -> Result<ResumedDelivery, SessionError> {
        let SessionContext { settings, journal, envelope, .. } = &self.context;
        if journal.is_reconciling()? {
            return Err(RelayError::NotReconciled.into());
        }
        let noted = journal.relay_position()?;
        let since = journal.reader().event_time(noted)?;
        let search = DeliveredSearch {
            settings,
            lineage: journal.lineage(),
            source: &envelope.source,
            until: journal.last_sequence()?,
            stopped: &|| false,
        };
        let on_topics = search.last_after(noted, since)?;
        Ok(ResumedDelivery { noted, after: on_topics.unwrap_or(noted) })
    }

    /// Refuses to go on from no position, or from an older one, where the journal or this run of the relay knows of deliveries: both
    /// note them after they are committed, and never run ahead.
    fn ask_second_witness(&self, position: Option<Sequence>) -> Result<(), SessionError> {
        let remembered = self.context.status.borrow().position;
        let noted = self.context.journal.relay_position()?.max(remembered.unwrap_or(Sequence::START));
        if position.unwrap_or(Sequence::START) >= noted {
            return Ok(());
        }
        let topic = self.context.settings.topics.relay.clone();
        Err(RelayError::PositionLost { topic, position, noted }.into())
    }

    /// Refuses to go on from a position that isn't in this journal's past.
    fn agree(&self, position: &Position) -> Result<(), SessionError> {
        let journal = &self.context.journal;
        let last = journal.last_sequence()?;
        if position.sequence > last {
            return Err(RelayError::JournalBehind { position: position.sequence, last }.into());
        }
        match (self.event_id(position.sequence)?, &position.event) {
            (Some(own), Some(delivered))
                if own != *delivered && own != *record::stand_in_id(delivered).as_str() =>
            {
                Err(RelayError::Diverged { position: position.sequence, delivered: delivered.clone(), own }
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// The id of the event at a place, if there is one that can be read.
    fn event_id(&self, place: Sequence) -> Result<Option<String>, JournalError> {
        match self.context.journal.reader().event(place) {
            Err(JournalError::UnreadableRow { .. }) => Ok(None),
            event => Ok(event?.map(|event| event.id)),
        }
    }

    /// The last event that was delivered.
    pub(crate) fn position(&self) -> Sequence {
        self.position
    }

    /// Delivers the next events in one transaction, and says how many they were: 0 when the journal has no more.
    pub(crate) fn deliver_next(&mut self) -> Result<usize, SessionError> {
        let last = *self.context.journal.watch().borrow();
        let mut batch = mem::take(&mut self.ahead);
        if batch.is_empty() {
            batch = self.read_after(self.position)?;
        }
        batch.truncate(self.contiguous(&batch));
        if batch.is_empty() {
            return match self.position < last {
                true => Err(RelayError::Gap { missing: self.position.next() }.into()),
                false => Ok(0),
            };
        }
        let count = batch.len();
        let told = |event: &CloudEvent| DeliveredEvent {
            sequence: event.sequence,
            time: event.time,
            traceparent: event.traceparent.clone(),
        };
        let observer = self.context.observer.clone();
        let delivered: Vec<DeliveredEvent> =
            if observer.is_some() { batch.iter().map(told).collect() } else { Vec::new() };
        match self.transact(batch) {
            Ok(()) => {
                if let Some(observer) = observer {
                    observer(&delivered);
                }
                Ok(count)
            }
            Err(error) => {
                // Whatever comes next starts from the journal again.
                self.ahead.clear();
                Err(error)
            }
        }
    }

    /// How many of the events follow the position without a gap, but for what retention let go.
    fn contiguous(&self, batch: &[CloudEvent]) -> usize {
        let mut expected = self.position;
        batch
            .iter()
            .take_while(|event| {
                let before = mem::replace(&mut expected, event.sequence);
                event.sequence == before.next() || event.sequence.0 <= self.gone.0 + 1
            })
            .count()
    }

    /// The journal's events after `position`, as many as fit into one transaction.
    fn read_after(&self, position: Sequence) -> Result<Vec<CloudEvent>, JournalError> {
        let KafkaSettings { max_batch, max_batch_bytes, .. } = *self.context.settings;
        self.context.journal.events_within(position, max_batch, max_batch_bytes)
    }

    /// One transaction: the events and the position after them, or nothing of either.
    fn transact(&mut self, batch: Vec<CloudEvent>) -> Result<(), SessionError> {
        let count = batch.len();
        match self.try_transact(batch) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.producer.abort(&error)?;
                if self.producer.was_too_large(&error) && count > 0 {
                    self.single_out(count)
                } else {
                    Err(SessionError::Transient(self.producer.describe(&error)))
                }
            }
        }
    }

    /// Finds the event that the broker refuses for its size (its topic allows less than we do) by sending the next `count` one
    /// at a time.
    fn single_out(&mut self, count: usize) -> Result<(), SessionError> {
        for _ in 0..count {
            let mut attempts = MAX_SINGLE_ATTEMPTS;
            loop {
                let event = self.context.journal.events_within(self.position, 1, 0)?;
                let Err(error) = self.try_transact(event) else { break };
                self.producer.abort(&error)?;
                attempts -= 1;
                if self.producer.was_too_large(&error) {
                    self.refused.insert(self.position.next());
                }
                if attempts == 0 {
                    return Err(SessionError::Transient(self.producer.describe(&error)));
                }
            }
        }
        // What was read meanwhile follows an event of the batch, not its last.
        self.ahead.clear();
        Ok(())
    }

    /// Tries one transaction. The client keeps a copy of each event until the broker has it, so each is let go once it is handed
    /// over.
    fn try_transact(&mut self, batch: Vec<CloudEvent>) -> Result<(), KafkaError> {
        self.producer.begin()?;
        let (position, event) = match batch.last() {
            Some(last) => (last.sequence, Some(last.id.clone())),
            None => (self.position, self.event.clone()),
        };
        let delivers = !batch.is_empty();
        for event in batch {
            let verdict = match self.refused.contains(&event.sequence) {
                true => SizeVerdict::Refused,
                false => SizeVerdict::NotRefused,
            };
            self.records.send(&self.producer, &event, self.context.journal.lineage(), verdict)?;
        }
        self.send_position(position, event.clone())?;
        // The broker is at work: time to read what the next transaction needs. What fails here is read again then.
        if self.ahead.is_empty() && delivers {
            self.ahead = self.read_after(position).unwrap_or_default();
        }
        self.producer.await_deliveries()?;
        self.producer.commit()?;
        self.position = position;
        self.event = event;
        Ok(())
    }

    fn send_position(&self, sequence: Sequence, event: Option<String>) -> Result<(), KafkaError> {
        let position = Position {
            journal: self.context.journal.id().clone(),
            lineage: Some(self.context.journal.lineage().clone()),
            sequence,
            event,
            transactional_id: self.context.transactional_id.clone(),
            instance: self.context.instance.clone(),
        };
        let (topic, key) = (&self.context.settings.topics.relay, self.context.journal.lineage().as_str());
        self.producer.send_json(topic, PARTITION, key, &position)
    }
}
