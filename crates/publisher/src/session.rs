//! The life of one producer: from taking over the transactional id to its first failure that it cannot abort.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_journal::{Journal, JournalError};
use dateline_wire::{CloudEvent, Envelope, EventKind, JournalId, Sequence};
use jiff::Timestamp;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use tokio::sync::watch;

use crate::client::{self, DeliveryTracker};
use crate::delivered::DeliveredSearch;
use crate::error::SessionError;
use crate::position::{PARTITION, Position, TIMEOUT};
use crate::record;
use crate::registry::SchemaIds;
use crate::relay::ResumedDelivery;
use crate::{KafkaSettings, RelayError, RelayStatus};

/// How long taking over may take: the broker first has to abort what the predecessor left.
const INIT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long reported records may take to be let go; after that, committing waits for them.
const MAX_RELEASE_WAIT: Duration = Duration::from_millis(100);

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
    producer: ThreadedProducer<DeliveryTracker>,
    /// Where the next transaction starts.
    position: Sequence,
    /// The id of the event at the position.
    event: Option<String>,
    /// The place up to which events may be missing, since retention let them go when Kafka had them or there was no Kafka.
    gone: Sequence,
    /// By which schemas values are framed; empty where they are not.
    schema_ids: SchemaIds,
    /// Events that the broker refused for their size, although we hadn't.
    refused: BTreeSet<Sequence>,
    /// Read from the journal and not delivered yet.
    ahead: Vec<CloudEvent>,
}

impl Session {
    /// Takes over the transactional id: the predecessor is fenced, and what it left open is aborted.
    pub(crate) fn take_over(context: SessionContext) -> Result<Self, SessionError> {
        let config = client::producer(&context.settings, &context.transactional_id)?;
        let producer: ThreadedProducer<DeliveryTracker> = ThreadedProducer::from_config_and_context(
            &config,
            DeliveryTracker::with_status(context.status.clone()),
        )
        .map_err(|error| RelayError::Client(error.to_string()))?;
        let session = Self {
            context,
            producer,
            position: Sequence::START,
            event: None,
            gone: Sequence::START,
            schema_ids: SchemaIds::default(),
            refused: BTreeSet::new(),
            ahead: Vec::new(),
        };
        session.producer.init_transactions(INIT_TIMEOUT).map_err(|error| session.trouble(&error))?;
        Ok(session)
    }

    /// Frames values by the schemas with these ids, if there are any.
    pub(crate) fn frame_with(&mut self, schema_ids: SchemaIds) {
        self.schema_ids = schema_ids;
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
        let watermarks = self.producer.client().fetch_watermarks(topic, PARTITION, TIMEOUT);
        let (first, end) = watermarks.map_err(|error| SessionError::Transient(self.describe(&error)))?;
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
                self.abort(&error)?;
                if self.was_too_large(&error) && count > 0 {
                    self.single_out(count)
                } else {
                    Err(SessionError::Transient(self.describe(&error)))
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
                self.abort(&error)?;
                attempts -= 1;
                if self.was_too_large(&error) {
                    self.refused.insert(self.position.next());
                }
                if attempts == 0 {
                    return Err(SessionError::Transient(self.describe(&error)));
                }
            }
        }
        // What was read meanwhile follows an event of the batch, not its last.
        self.ahead.clear();
        Ok(())
    }

    fn was_too_large(&self, error: &KafkaError) -> bool {
        client::is_too_large(error) || self.producer.context().found_too_large()
    }

    /// Tries one transaction. The client keeps a copy of each event until the broker has it, so each is let go once it is handed
    /// over.
    fn try_transact(&mut self, batch: Vec<CloudEvent>) -> Result<(), KafkaError> {
        let timeout = self.context.settings.transaction_timeout;
        let tracker = self.producer.context().clone();
        tracker.reset();
        self.producer.begin_transaction()?;
        let (position, event) = match batch.last() {
            Some(last) => (last.sequence, Some(last.id.clone())),
            None => (self.position, self.event.clone()),
        };
        let delivers = !batch.is_empty();
        for event in batch {
            self.send_event(&event)?;
        }
        self.send_position(position, event.clone())?;
        // The broker is at work: time to read what the next transaction needs. What fails here is read again then.
        if self.ahead.is_empty() && delivers {
            self.ahead = self.read_after(position).unwrap_or_default();
        }
        tracker.await_deliveries(timeout)?;
        self.await_release();
        self.commit(timeout)?;
        self.position = position;
        self.event = event;
        Ok(())
    }

    /// Waits until the client has let go of the records that it has reported as delivered, which it does a moment after the last
    /// report. Asked to commit before that, it would look for further reports for 100 ms.
    fn await_release(&self) {
        let deadline = Instant::now() + MAX_RELEASE_WAIT;
        while self.producer.in_flight_count() > 0 && Instant::now() < deadline {
            std::thread::sleep(MAX_RELEASE_WAIT / 500);
        }
    }

    /// Commits, asking again for as long as the broker's answer is only late: the transaction is then either committed or
    /// still open, and asking again tells which.
    fn commit(&self, timeout: Duration) -> Result<(), KafkaError> {
        let mut attempts = 3;
        loop {
            match self.producer.commit_transaction(timeout) {
                Err(KafkaError::Transaction(error)) if error.is_retriable() && attempts > 0 => attempts -= 1,
                result => return result,
            }
        }
    }

    fn send_event(&self, event: &CloudEvent) -> Result<(), KafkaError> {
        let lineage = self.context.journal.lineage().clone();
        let headers = self.headers(event, &lineage);
        let limit = self.context.settings.max_record_bytes;
        let bytes = record::size(event, &headers) + self.schema_ids.frame_bytes();
        if bytes <= limit && !self.refused.contains(&event.sequence) {
            let topics = &self.context.settings.topics;
            if event.kind == EventKind::Withdrawal && self.context.settings.sends_tombstones() {
                // Its headers say of what it is the end; a restored journal passes over records without a value.
                self.send(&topics.articles, None, &event.key, None, Some(record::owned(&headers)))?;
            }
            let value = self.schema_ids.framed(event.kind, &event.data);
            let headers = Some(record::owned(&headers));
            return self.send(topics.of(event.kind), None, &event.key, Some(&value), headers);
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
        self.send(
            self.context.settings.topics.of(stand_in.kind),
            None,
            &stand_in.key,
            Some(&self.schema_ids.framed(stand_in.kind, &stand_in.data)),
            Some(record::owned(&self.headers(&stand_in, &lineage))),
        )
    }

    fn headers<'e>(
        &'e self,
        event: &'e CloudEvent,
        lineage: &'e JournalId,
    ) -> Vec<(&'static str, Cow<'e, str>)> {
        let mut headers = record::headers(event, &self.context.envelope, lineage);
        if !self.schema_ids.is_empty() {
            record::mark_as_framed(&mut headers);
        }
        headers
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
        let value = serde_json::to_string(&position)
            .map_err(|_| KafkaError::MessageProduction(RDKafkaErrorCode::InvalidArgument))?;
        let topic = &self.context.settings.topics.relay;
        self.send(
            topic,
            Some(PARTITION),
            self.context.journal.lineage().as_str(),
            Some(value.as_bytes()),
            None,
        )
    }

    fn send(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: &str,
        value: Option<&[u8]>,
        headers: Option<rdkafka::message::OwnedHeaders>,
    ) -> Result<(), KafkaError> {
        let tracker = self.producer.context();
        let mark = tracker.expect();
        let mut record = BaseRecord {
            topic,
            partition,
            payload: value,
            key: Some(key),
            // The time of delivery: by the time of an event, which a replay sets long ago, retention would delete it at once.
            timestamp: None,
            headers,
            delivery_opaque: mark,
        };
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err((error, _)) => {
                    tracker.withdraw();
                    return Err(error);
                }
            }
        }
    }

    /// Takes back what a failed transaction has sent. Fails itself when this producer is of no use any more.
    fn abort(&self, cause: &KafkaError) -> Result<(), SessionError> {
        if self.is_dead(cause) {
            return Err(self.trouble(cause));
        }
        self.producer
            .abort_transaction(self.context.settings.transaction_timeout)
            .map_err(|error| self.trouble(&error))
    }

    fn is_dead(&self, error: &KafkaError) -> bool {
        matches!(error, KafkaError::Transaction(error) if error.is_fatal())
            || self.producer.client().fatal_error().is_some()
    }

    fn trouble(&self, error: &KafkaError) -> SessionError {
        let fatal = self.producer.client().fatal_error();
        let codes = [fatal.as_ref().map(|(code, _)| *code), error.rdkafka_error_code()];
        let text = match &fatal {
            Some((_, reason)) => reason.clone(),
            None => self.describe(error),
        };
        if codes.into_iter().flatten().any(is_fencing) {
            SessionError::Fenced(text)
        } else {
            SessionError::Transient(text)
        }
    }

    /// The error in the words that say most: a time-out only says that something took long.
    fn describe(&self, error: &KafkaError) -> String {
        let said = match error {
            KafkaError::Transaction(error) => error.string(),
            other => other.to_string(),
        };
        match self.producer.context().last_complaint() {
            Some(complaint) if !said.contains(&complaint) => format!("{said} ({complaint})"),
            _ => said,
        }
    }
}

fn is_fencing(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced | RDKafkaErrorCode::InvalidProducerEpoch
    )
}
