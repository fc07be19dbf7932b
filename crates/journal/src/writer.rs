//! The one desk at which changes are made, whoever sits at it.
//!
//! As a rule that is a thread of the journal's own ([`Writing::Apart`]): changes that arrive while a transaction is on its way
//! to the disk wait together and share the next one (group commit), so that the journal's throughput is bounded by the disk's
//! flushes times the batch, not by flushes alone. Each change that shares one stands in a savepoint of its own: one that fails
//! leaves its neighbours be. A change is answered only once its transaction is durable.
//!
//! Under a virtual clock it is whoever hands a change in ([`Writing::InPlace`]), and the change is answered when that returns.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use dateline_wire::Sequence;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot, watch};

use crate::claims::Claims;
use crate::ledger::{Ledger, Totals};
use crate::lock::Lock;
use crate::{JournalError, Options, Writing};

/// How many changes may wait for the writer before callers wait in turn.
const QUEUE: usize = 1024;

/// One change of the journal's state: whole or not at all.
pub(crate) trait Change: Send + 'static {
    /// What the caller gets once the change is durable.
    type Done: Send + 'static;

    /// Makes the change within the open transaction. May be called again if that transaction had to be given up.
    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError>;

    /// Tells the claims, once the change is durable.
    fn settle(_done: &Self::Done, _claims: &Claims) {}
}

/// A change on its way, whatever its type.
trait Job: Send {
    fn apply(&mut self, ledger: &mut Ledger<'_>) -> Result<(), JournalError>;
    fn durable(self: Box<Self>, claims: &Claims);
    fn failed(self: Box<Self>, error: JournalError);
}

/// The changes that share a transaction.
type Jobs = Vec<Box<dyn Job>>;

struct Submitted<C: Change> {
    change: C,
    done: Option<C::Done>,
    reply: oneshot::Sender<Result<C::Done, JournalError>>,
}

impl<C: Change> Job for Submitted<C> {
    fn apply(&mut self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        self.done = None;
        self.done = Some(self.change.apply(ledger)?);
        Ok(())
    }

    fn durable(self: Box<Self>, claims: &Claims) {
        let result = self.done.ok_or(JournalError::Closed);
        if let Ok(done) = &result {
            C::settle(done, claims);
        }
        // Nobody may be waiting any more: the change stands all the same.
        let _ = self.reply.send(result);
    }

    fn failed(self: Box<Self>, error: JournalError) {
        let _ = self.reply.send(Err(error));
    }
}

/// The way to the desk. Dropping it lets what waits be finished, and closes the file.
pub(crate) struct Writer {
    way: Way,
    durable: watch::Receiver<Sequence>,
    full: watch::Receiver<bool>,
}

/// Where changes are handed in.
enum Way {
    /// To the thread at the desk; none of either once the writer is being dropped.
    Apart { queue: Option<mpsc::Sender<Box<dyn Job>>>, thread: Option<JoinHandle<()>> },
    /// At the desk itself.
    InPlace(Mutex<Desk>),
}

impl Writer {
    /// Opens the desk on a connection that is ready to write. The lock is held until it is closed.
    pub(crate) fn start(
        connection: Connection,
        lock: Lock,
        claims: Arc<Claims>,
        options: &Options,
    ) -> Result<Self, JournalError> {
        let totals = Totals::read(&connection)?;
        let (durable_sender, durable) = watch::channel(totals.last_sequence);
        let (full_sender, full) = watch::channel(false);
        let desk =
            Desk { connection, claims, totals, durable: durable_sender, full: full_sender, _lock: lock };
        let way = match options.writing {
            Writing::InPlace => Way::InPlace(Mutex::new(desk)),
            Writing::Apart => {
                let (queue, waiting) = mpsc::channel(QUEUE);
                let max_batch = options.max_batch.max(1);
                let thread = thread::Builder::new()
                    .name("journal".into())
                    .spawn(move || desk.serve(waiting, max_batch))
                    .map_err(JournalError::io("the journal's thread"))?;
                Way::Apart { queue: Some(queue), thread: Some(thread) }
            }
        };
        Ok(Self { way, durable, full })
    }

    /// Hands a change in and waits until it is durable. A caller that stops waiting doesn't take the change back.
    pub(crate) async fn submit<C: Change>(&self, change: C) -> Result<C::Done, JournalError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Submitted { change, done: None, reply });
        match &self.way {
            Way::Apart { queue, .. } => {
                let queue = queue.as_ref().ok_or(JournalError::Closed)?;
                queue.send(job).await.map_err(|_| JournalError::Closed)?;
            }
            // Between two changes the desk is in order, even after one that panicked: its transaction was rolled back.
            Way::InPlace(desk) => {
                desk.lock().unwrap_or_else(PoisonError::into_inner).commit_batch(vec![job]);
            }
        }
        answer.await.map_err(|_| JournalError::Closed)?
    }

    pub(crate) fn writing(&self) -> Writing {
        match self.way {
            Way::Apart { .. } => Writing::Apart,
            Way::InPlace(_) => Writing::InPlace,
        }
    }

    pub(crate) fn durable(&self) -> watch::Receiver<Sequence> {
        self.durable.clone()
    }

    pub(crate) fn full(&self) -> watch::Receiver<bool> {
        self.full.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Way::Apart { queue, thread } = &mut self.way else { return };
        *queue = None;
        if let Some(thread) = thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's thread panicked");
        }
    }
}

/// Whether a transaction found room for all of its changes.
#[derive(PartialEq, Eq)]
enum Room {
    Enough,
    Lacking,
}

/// What changes are made with.
struct Desk {
    connection: Connection,
    claims: Arc<Claims>,
    totals: Totals,
    durable: watch::Sender<Sequence>,
    full: watch::Sender<bool>,
    /// Given up after the connection is closed: fields are dropped in this order.
    _lock: Lock,
}

impl Desk {
    fn serve(mut self, mut waiting: mpsc::Receiver<Box<dyn Job>>, max_batch: usize) {
        while let Some(first) = waiting.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < max_batch
                && let Ok(next) = waiting.try_recv()
            {
                batch.push(next);
            }
            self.commit_batch(batch);
        }
    }

    /// Commits all that can be committed of a batch, and answers everyone.
    fn commit_batch(&mut self, batch: Jobs) {
        let is_alone = batch.len() == 1;
        match self.commit_together(batch, is_alone) {
            Ok(room) => self.note_full(room == Room::Lacking),
            Err((jobs, error)) if is_alone => {
                self.note_full(matches!(error, JournalError::Full));
                jobs.into_iter().for_each(|job| job.failed(error.clone()));
            }
            // The transaction as a whole was lost, which one change can cause (no room for the largest of them): each
            // gets its own.
            Err((jobs, _)) => jobs.into_iter().for_each(|job| self.commit_batch(vec![job])),
        }
    }

    /// One transaction. An error gives back the changes that were not answered yet, none of which was made.
    fn commit_together(&mut self, batch: Jobs, is_alone: bool) -> Result<Room, (Jobs, JournalError)> {
        let transaction = match self.connection.transaction_with_behavior(TransactionBehavior::Immediate) {
            Ok(transaction) => transaction,
            Err(error) => return Err((batch, error.into())),
        };
        let mut ledger = Ledger { connection: &transaction, totals: self.totals };
        let mut made: Jobs = Vec::with_capacity(batch.len());
        let mut jobs = batch.into_iter();
        let mut room = Room::Enough;
        while let Some(mut job) = jobs.next() {
            let before = ledger.totals;
            let applied = match is_alone {
                true => job.apply(&mut ledger),
                false => apply_in_savepoint(job.as_mut(), &mut ledger),
            };
            match applied {
                Ok(()) => made.push(job),
                // With the transaction goes the only change, or SQLite rolled all of them back (disk full, I/O error).
                Err(error) if is_alone || transaction.is_autocommit() => {
                    made.push(job);
                    made.extend(jobs);
                    return Err((made, error));
                }
                Err(error) => {
                    ledger.totals = before;
                    if matches!(error, JournalError::Full) {
                        room = Room::Lacking;
                    }
                    job.failed(error);
                }
            }
        }
        let totals = ledger.totals;
        let written = if totals == self.totals { Ok(()) } else { totals.write(&transaction) };
        if let Err(error) = written.and_then(|()| transaction.commit().map_err(JournalError::from)) {
            return Err((made, error));
        }
        self.totals = totals;
        self.durable
            .send_if_modified(|last| std::mem::replace(last, totals.last_sequence) != totals.last_sequence);
        made.into_iter().for_each(|job| job.durable(&self.claims));
        Ok(room)
    }

    fn note_full(&self, full: bool) {
        let changed = self.full.send_if_modified(|was| std::mem::replace(was, full) != full);
        if changed && full {
            tracing::error!(
                "the journal has no room: intake stops, delivery goes on, until there is room again"
            );
        } else if changed {
            tracing::info!("the journal has room again");
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize") {
            tracing::debug!(%error, "the journal's statistics were not refreshed");
        }
    }
}

fn apply_in_savepoint(job: &mut dyn Job, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
    ledger.connection.prepare_cached("SAVEPOINT change")?.execute([])?;
    let result = job.apply(ledger);
    if !ledger.connection.is_autocommit() {
        if result.is_err() {
            ledger.connection.prepare_cached("ROLLBACK TO change")?.execute([])?;
        }
        ledger.connection.prepare_cached("RELEASE change")?.execute([])?;
    }
    result
}
