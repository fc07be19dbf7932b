//! A producer whose records come in transactions: all of one can be read, or none.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde::Serialize;
use tokio::sync::watch;

use crate::client::{self, DeliveryTracker};
use crate::error::SessionError;
use crate::{KafkaSettings, RelayError, RelayStatus};

/// How long taking over may take: the broker first has to abort what the predecessor left.
const INIT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long reported records may take to be let go; after that, committing waits for them.
const MAX_RELEASE_WAIT: Duration = Duration::from_millis(100);

/// How much longer than it was given the client may take to answer for offsets before it is taken to have forgotten them.
const OFFSETS_GRACE: Duration = Duration::from_secs(1);

/// How long to wait for room in the client's queue before a record is handed over again.
const QUEUE_PAUSE: Duration = Duration::from_millis(5);

/// A record as it is handed over.
pub struct Record<'r> {
    /// Where to.
    pub topic: &'r str,
    /// Where it belongs; by its key without.
    pub partition: Option<i32>,
    /// What it is about.
    pub key: &'r str,
    /// A tombstone has none.
    pub value: Option<&'r [u8]>,
    /// What stands beside its value.
    pub headers: Option<OwnedHeaders>,
}

/// How long the client is asked for news at a time. That of it which is less than a millisecond is spent asking again and again, so that
/// the shorter it is, the more an idle producer costs (`ThreadedProducer`, which asks for 100 ms, 1 % of a core); and whoever lets the producer go waits
/// that long at most.
const POLL_PATIENCE: Duration = Duration::from_millis(500);

/// A producer that holds a transactional id, and has at most one transaction open.
pub struct TransactionalProducer {
    producer: Arc<BaseProducer<DeliveryTracker>>,
    timeout: Duration,
    is_over: Arc<AtomicBool>,
    /// Asks the client for what it may never answer.
    asking: CallThread,
    /// Whether it has left that unanswered: then nothing else can be asked of it.
    is_stuck: AtomicBool,
    /// Has what the client says come to the tracker.
    polling: Option<JoinHandle<()>>,
}

impl TransactionalProducer {
    /// Takes over the transactional id: the predecessor is fenced, and what it left open is aborted. `status` is told when no broker
    /// can be reached.
    ///
    /// # Errors
    /// If librdkafka refuses the settings, or the broker cannot be reached.
    pub fn take_over(
        settings: &Arc<KafkaSettings>,
        transactional_id: &str,
        status: watch::Sender<RelayStatus>,
    ) -> Result<Self, SessionError> {
        let config = client::producer(settings, transactional_id)?;
        let producer = BaseProducer::from_config_and_context(&config, DeliveryTracker::with_status(status))
            .map_err(|error| RelayError::Client(error.to_string()))?;
        let (producer, is_over) = (Arc::new(producer), Arc::new(AtomicBool::new(false)));
        let polling = thread::Builder::new().name("kafka deliveries".to_owned()).spawn({
            let (producer, is_over) = (producer.clone(), is_over.clone());
            move || {
                while !is_over.load(Ordering::Relaxed) {
                    producer.poll(POLL_PATIENCE);
                }
            }
        });
        let no_thread = |error: io::Error| RelayError::Client(error.to_string());
        let taken = Self {
            producer,
            timeout: settings.transaction_timeout,
            is_over,
            asking: CallThread::start("kafka offsets").map_err(no_thread)?,
            is_stuck: AtomicBool::new(false),
            polling: Some(polling.map_err(no_thread)?),
        };
        taken.producer.init_transactions(INIT_TIMEOUT).map_err(|error| taken.trouble(&error))?;
        Ok(taken)
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// If one is open, or the producer is of no use any more.
    pub fn begin(&self) -> Result<(), KafkaError> {
        self.producer.context().reset();
        self.producer.begin_transaction()
    }

    /// Hands a record over whose value is `value` as JSON, without headers.
    ///
    /// # Errors
    /// If it cannot be written as JSON, or the client refuses it.
    pub fn send_json(
        &self,
        topic: &str,
        partition: i32,
        key: &str,
        value: &impl Serialize,
    ) -> Result<(), KafkaError> {
        let value = serde_json::to_string(value)
            .map_err(|_| KafkaError::MessageProduction(RDKafkaErrorCode::InvalidArgument))?;
        let (partition, value) = (Some(partition), Some(value.as_bytes()));
        self.send(Record { topic, partition, key, value, headers: None })
    }

    /// Hands a record of the open transaction over. The client keeps a copy until the broker has it.
    ///
    /// # Errors
    /// If the client refuses it.
    pub fn send(&self, record: Record<'_>) -> Result<(), KafkaError> {
        let tracker = self.producer.context();
        let mut record = BaseRecord {
            topic: record.topic,
            partition: record.partition,
            payload: record.value,
            key: Some(record.key),
            // The time of delivery: by the time of an event, which a replay sets long ago, retention would delete it at once.
            timestamp: None,
            headers: record.headers,
            delivery_opaque: tracker.expect(),
        };
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    std::thread::sleep(QUEUE_PAUSE);
                }
                Err((error, _)) => {
                    tracker.withdraw();
                    return Err(error);
                }
            }
        }
    }

    /// Waits until the broker has every record of the open transaction.
    ///
    /// # Errors
    /// If one of them cannot be delivered.
    pub fn await_deliveries(&self) -> Result<(), KafkaError> {
        self.producer.context().await_deliveries(self.timeout)?;
        self.await_release();
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

    /// Has the open transaction commit `offsets` of the group whose member `membership` speaks of. The broker refuses that where it is a
    /// member no more, or the group has moved on since (KIP-447). To be called when [`await_deliveries`](Self::await_deliveries) has
    /// returned, so that nothing of the transaction is written after its membership was seen.
    ///
    /// The client keeps to no time while it waits for a coordinator that is away, though it is given one, so it is asked on a thread of its own.
    /// One that never answers stays behind with that thread, and this producer is of no use any more.
    ///
    /// # Errors
    /// If the broker refuses them, or doesn't answer within `timeout`.
    pub fn send_offsets(
        &self,
        offsets: TopicPartitionList,
        membership: ConsumerGroupMetadata,
        timeout: Duration,
    ) -> Result<(), KafkaError> {
        let producer = self.producer.clone();
        let sending = move || producer.send_offsets_to_transaction(&offsets, &membership, timeout);
        self.asking.within(timeout + OFFSETS_GRACE, sending).unwrap_or_else(|| {
            self.is_stuck.store(true, Ordering::Relaxed);
            Err(KafkaError::Global(RDKafkaErrorCode::OperationTimedOut))
        })
    }

    /// Commits, asking again for as long as the broker's answer is only late: the transaction is then either committed or
    /// still open, and asking again tells which.
    ///
    /// # Errors
    /// If it is not committed, or, where the producer cannot [abort](Self::abort) either, nobody knows.
    pub fn commit(&self) -> Result<(), KafkaError> {
        let mut attempts = 3;
        loop {
            match self.producer.commit_transaction(self.timeout) {
                Err(KafkaError::Transaction(error)) if error.is_retriable() && attempts > 0 => attempts -= 1,
                result => return result,
            }
        }
    }

    /// Takes back what a failed transaction has sent. Fails itself when this producer is of no use any more.
    ///
    /// # Errors
    /// If this producer is of no use any more.
    pub fn abort(&self, cause: &KafkaError) -> Result<(), SessionError> {
        if self.is_dead(cause) || self.is_stuck.load(Ordering::Relaxed) {
            return Err(self.trouble(cause));
        }
        self.producer.abort_transaction(self.timeout).map_err(|error| self.trouble(&error))
    }

    /// Whether a transaction failed because one of its records is too large for its topic.
    pub fn was_too_large(&self, error: &KafkaError) -> bool {
        client::is_too_large(error) || self.producer.context().found_too_large()
    }

    /// The first place of a partition that can be read, and the one after its last.
    ///
    /// # Errors
    /// If the broker doesn't tell.
    pub fn watermarks(
        &self,
        topic: &str,
        partition: i32,
        timeout: Duration,
    ) -> Result<(i64, i64), KafkaError> {
        self.producer.client().fetch_watermarks(topic, partition, timeout)
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
    pub fn describe(&self, error: &KafkaError) -> String {
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

impl Drop for TransactionalProducer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(polling) = self.polling.take() {
            // It ends with what it was doing; one that panicked has said so.
            let _ = polling.join();
        }
    }
}

/// A thread that makes calls one after another, for whoever must not wait for them for ever. It ends when nobody can ask it any more.
struct CallThread {
    calls: mpsc::Sender<Box<dyn FnOnce() + Send>>,
}

impl CallThread {
    fn start(name: &str) -> io::Result<Self> {
        let (calls, asked) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || asked.into_iter().for_each(|call| call()))?;
        Ok(Self { calls })
    }

    /// What `call` returns; nothing if that takes longer than `limit`: then no later call is made before it has returned.
    fn within<T: Send + 'static>(
        &self,
        limit: Duration,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (returned, returns) = mpsc::sync_channel(1);
        // Whoever waited may have gone on.
        let call = move || drop(returned.send(call()));
        self.calls.send(Box::new(call)).ok()?;
        returns.recv_timeout(limit).ok()
    }
}

fn is_fencing(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced | RDKafkaErrorCode::InvalidProducerEpoch
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_does_not_return_is_left_behind() {
        let (release, released) = mpsc::channel::<()>();
        let thread = CallThread::start("calls").unwrap();
        assert_eq!(thread.within(Duration::from_millis(10), move || released.recv().is_ok()), None);
        drop(release);
        assert_eq!(thread.within(Duration::from_secs(60), || 7), Some(7));
    }
}
