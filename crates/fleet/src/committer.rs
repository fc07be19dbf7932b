//! Where the transactions of all shards of a member are committed: many in one of Kafka's.
//!
//! What shards commit while one transaction is on its way shares the next. A transaction holds, for each of them, the rows of its state
//! that changed, its events, the entries that pass to other shards, and as an offset of the group how far it has taken in what passed
//! to it. That offset is the fence: the broker takes it only from a member of the group's present generation (KIP-447). It is sent
//! when the broker has all else, so that nothing of a transaction is written after its membership was seen.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use dateline_journal::{HandedEntry, JournalError, LoggedTransaction};
use dateline_publisher::{EventRecords, Record, SizeVerdict, TransactionalProducer};
use dateline_wire::CloudEvent;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::oneshot;

use crate::FleetSettings;
use crate::error::FleetSessionError;
use crate::handover::report_record;
use crate::lease::MemberLease;
use crate::membership::{self, GroupConsumer};
use crate::sending;
use crate::shard::{Shard, ShardMap};
use crate::tenure::{Tenures, Term};

/// How many of the shards' transactions share one of Kafka's at most.
const MAX_SHARED: usize = 512;

/// How many records, beyond which no further transaction joins.
const MAX_RECORDS: usize = 2_000;

/// How long to wait before a transaction is made again that was refused.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// A transaction of a shard's journal, and who waits for it.
pub(crate) struct ShardTransaction {
    pub(crate) shard: Shard,
    pub(crate) term: Term,
    pub(crate) transaction: LoggedTransaction,
    pub(crate) reply: SyncSender<Result<(), JournalError>>,
}

/// Whether transactions are fenced. Only tests make some that are not, of a member that believes that it holds what it held: to show that
/// they would find that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fence {
    Offsets,
    None,
}

/// What came of making a transaction once.
enum Outcome {
    /// Everyone has an answer.
    Done,
    /// These have none: nothing of them is committed.
    Refused(Vec<ShardTransaction>, Refusal),
}

/// Why nothing of a transaction is committed, and it can be made again.
enum Refusal {
    /// A record is too large for its topic.
    TooLarge(String),
    /// Something that passes.
    Passing(String),
}

/// What the committing thread works with.
pub(crate) struct Committer {
    pub(crate) producer: TransactionalProducer,
    pub(crate) records: EventRecords,
    pub(crate) consumer: Arc<GroupConsumer>,
    pub(crate) tenures: Arc<Tenures>,
    pub(crate) lease: Arc<MemberLease>,
    pub(crate) map: ShardMap,
    pub(crate) fleet: FleetSettings,
    /// Whether the fleet tells stories.
    pub(crate) tells_stories: bool,
    pub(crate) max_record_bytes: usize,
    pub(crate) state_topic: String,
    pub(crate) handover_topic: String,
    /// How long the offsets of a transaction may take: they are never answered where the group's coordinator goes away at the wrong moment.
    pub(crate) fence_timeout: Duration,
    /// How long a refused transaction is made again and again before whoever asked for it hears of it. While shards move, the group knows no
    /// generation that all its members have heard of, and takes offsets from nobody.
    pub(crate) retry_for: Duration,
    /// After how long without a transaction an empty one is made.
    pub(crate) proof_interval: Duration,
    pub(crate) fence: Fence,
    /// Told when the session has to end, and why.
    pub(crate) ended: oneshot::Sender<FleetSessionError>,
}

impl Committer {
    /// Commits what comes until nobody can hand anything in any more, or the session has to end.
    pub(crate) fn run(self, waiting: Receiver<ShardTransaction>) {
        loop {
            let mut batch = Vec::new();
            match waiting.recv_timeout(self.proof_interval) {
                Ok(first) => batch.push(first),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let mut records: usize = batch.iter().map(records_in).sum();
            while batch.len() < MAX_SHARED
                && records < MAX_RECORDS
                && let Ok(next) = waiting.try_recv()
            {
                records += records_in(&next);
                batch.push(next);
            }
            if let Err(why) = self.commit(batch) {
                // The session may have ended for another reason.
                let _ = self.ended.send(why);
                return;
            }
        }
    }

    /// Commits a batch, or an empty transaction for no batch, and answers everyone.
    fn commit(&self, mut batch: Vec<ShardTransaction>) -> Result<(), FleetSessionError> {
        let is_proof = batch.is_empty();
        let deadline = Instant::now() + self.retry_for;
        let mut verdict = SizeVerdict::NotRefused;
        loop {
            let (left, refusal) = match self.commit_once(batch, verdict)? {
                Outcome::Done => return Ok(()),
                Outcome::Refused(left, refusal) => (left, refusal),
            };
            batch = left;
            match refusal {
                // One record is too large for its topic: whose it is shows when each goes alone.
                Refusal::TooLarge(_) if batch.len() > 1 => {
                    return batch.into_iter().try_for_each(|job| self.commit(vec![job]));
                }
                Refusal::TooLarge(_) if verdict == SizeVerdict::NotRefused => verdict = SizeVerdict::Refused,
                Refusal::Passing(why) if !is_proof && Instant::now() < deadline => {
                    tracing::debug!(why, "a transaction is made again");
                    std::thread::sleep(RETRY_PAUSE);
                }
                Refusal::TooLarge(why) | Refusal::Passing(why) => {
                    let failed = |job: ShardTransaction| {
                        drop(job.reply.send(Err(JournalError::LogUnavailable(why.clone()))));
                    };
                    batch.into_iter().for_each(failed);
                    return Ok(());
                }
            }
        }
    }

    /// Commits a batch, or an empty transaction for no batch, and answers everyone but those who are handed back.
    fn commit_once(
        &self,
        batch: Vec<ShardTransaction>,
        verdict: SizeVerdict,
    ) -> Result<Outcome, FleetSessionError> {
        let mut tenures = self.tenures.lock();
        let was_empty = batch.is_empty();
        let (batch, late): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .partition(|job| self.fence == Fence::None || tenures.is_open(job.shard, job.term));
        for job in late {
            let _ = job.reply.send(Err(JournalError::LogLost(format!("shard {} has passed on", job.shard))));
        }
        let mut next: Vec<(Shard, Term, i64)> = Vec::new();
        for job in &batch {
            let before = tenures.next_of(job.shard, job.term).unwrap_or_default();
            // Of several transactions of one shard the last says how far it is.
            next.retain(|(shard, ..)| *shard != job.shard);
            next.push((job.shard, job.term, job.transaction.taken_until.unwrap_or(before)));
        }
        let offsets: Vec<(Shard, i64)> = match next.is_empty() {
            true if was_empty => tenures.any_open().into_iter().collect(),
            _ => next.iter().map(|(shard, _, next)| (*shard, *next)).collect(),
        };
        if offsets.is_empty() {
            return Ok(Outcome::Done);
        }
        let began = Instant::now();
        let Err(error) = self.try_commit(&batch, &offsets, verdict) else {
            self.lease.renew(began);
            next.iter().for_each(|(shard, term, next)| tenures.open(*shard, *term, *next));
            drop(tenures);
            batch.into_iter().for_each(|job| drop(job.reply.send(Ok(()))));
            return Ok(Outcome::Done);
        };
        let is_too_large = self.producer.was_too_large(&error);
        let aborted = self.producer.abort(&error);
        drop(tenures);
        let why = self.producer.describe(&error);
        tracing::debug!(why, "a transaction failed");
        match aborted {
            Ok(()) if is_too_large => Ok(Outcome::Refused(batch, Refusal::TooLarge(why))),
            Ok(()) => Ok(Outcome::Refused(batch, Refusal::Passing(why))),
            // Whether the last transaction was committed is not known, or nothing can be committed here any more.
            Err(unusable) => {
                for job in batch {
                    let _ = job.reply.send(Err(JournalError::LogLost(why.clone())));
                }
                Err(unusable.into())
            }
        }
    }

    fn try_commit(
        &self,
        batch: &[ShardTransaction],
        offsets: &[(Shard, i64)],
        verdict: SizeVerdict,
    ) -> Result<(), KafkaError> {
        self.producer.begin()?;
        for ShardTransaction { shard, transaction, .. } in batch {
            self.send(*shard, transaction, verdict)?;
        }
        self.producer.await_deliveries()?;
        if self.fence == Fence::Offsets {
            let mut places = TopicPartitionList::with_capacity(offsets.len());
            for (shard, next) in offsets {
                places.add_partition_offset(
                    &self.handover_topic,
                    shard.partition(),
                    Offset::Offset(*next),
                )?;
            }
            let membership = membership::metadata(&self.consumer)?;
            self.producer.send_offsets(places, membership, self.fence_timeout)?;
        }
        self.producer.commit()
    }

    fn send(
        &self,
        shard: Shard,
        transaction: &LoggedTransaction,
        verdict: SizeVerdict,
    ) -> Result<(), KafkaError> {
        for record in &transaction.state {
            sending::row(&self.producer, &self.state_topic, shard, record)?;
        }
        let journal = self.fleet.journal_of(shard);
        for event in &transaction.events {
            self.records.send(&self.producer, event, &journal, verdict)?;
            if self.tells_stories && shard != self.map.stories() {
                self.report(event, verdict)?;
            }
        }
        for handed in &transaction.handed_over {
            sending::handed_entry(&self.producer, &self.handover_topic, self.heir_of(handed), handed)?;
        }
        Ok(())
    }

    /// Hands an event to the stage that tells stories, if it tells that something.
    fn report(&self, event: &CloudEvent, verdict: SizeVerdict) -> Result<(), KafkaError> {
        let Some(value) = report_record(event) else { return Ok(()) };
        let value = value.map_err(|_| KafkaError::MessageProduction(RDKafkaErrorCode::InvalidArgument))?;
        if event.key.len() + value.len() > self.max_record_bytes || verdict == SizeVerdict::Refused {
            tracing::warn!(
                id = event.id,
                bytes = value.len(),
                "an article is too large for a record: no story has it"
            );
            return Ok(());
        }
        self.producer.send(Record {
            topic: &self.handover_topic,
            partition: Some(self.map.stories().partition()),
            key: &event.key,
            value: Some(value.as_bytes()),
            headers: None,
        })
    }

    /// The shard that an entry passes to.
    fn heir_of(&self, handed: &HandedEntry) -> Shard {
        handed.entry.link.as_ref().map_or(Shard(0), |link| self.map.of_url(link))
    }
}

fn records_in(job: &ShardTransaction) -> usize {
    let LoggedTransaction { state, events, handed_over, .. } = &job.transaction;
    state.len() + events.len() + handed_over.len()
}
