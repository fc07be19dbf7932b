//! The one place where changes are committed.
//!
//! As a rule a thread of the journal's own commits ([`Writing::Apart`]): changes that arrive while a transaction is on its way
//! to the disk wait together and share the next one (group commit), so that the journal's throughput is bounded by the disk's
//! flushes times the batch, not by flushes alone. Each change that shares one stands in a savepoint of its own: one that fails
//! leaves its neighbours be. A change is answered only once its transaction is durable.
//!
//! Under a virtual clock the caller commits ([`Writing::InPlace`]), and the change is answered when that returns.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dateline_wire::Sequence;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot, watch};

use crate::claims::EntryClaims;
use crate::commit_log::{LogDraft, LoggedTransaction, SharedCommitLog};
use crate::ledger::{Ledger, Totals};
use crate::lock::{FilePlace, Lock};
use crate::query::IndexBell;
use crate::written_feeds::{NewFeedRows, WrittenFeeds};
use crate::{JournalError, Options, Writing, backup, connection, reader, schema, state_rows};

/// How often the size of the write-ahead log is looked at.
const WAL_RETRY: Duration = Duration::from_secs(1);

/// How long cutting it back may wait for those who read.
const WAL_PATIENCE: Duration = Duration::from_millis(100);

/// How many changes may wait for the writer before callers wait in turn.
const MAX_WAITING_CHANGES: usize = 1024;

/// One change of the journal's state: whole or not at all.
pub(crate) trait Change: Send + 'static {
    /// What the caller gets once the change is durable.
    type Done: Send + 'static;

    /// Whether it finds room only where there is room for any other, so that there is room again once it has found some.
    const SHOWS_ROOM: bool = false;

    /// Makes the change within the open transaction. May be called again if that transaction had to be given up.
    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError>;

    /// Tells the claims, once the change is durable.
    fn settle(_done: &Self::Done, _claims: &EntryClaims) {}
}

/// A change and who waits for it, whatever its type.
trait QueuedChange: Send {
    fn apply(&mut self, ledger: &mut Ledger<'_>) -> Result<(), JournalError>;
    fn durable(self: Box<Self>, claims: &EntryClaims);
    fn failed(self: Box<Self>, error: JournalError);
    fn shows_room(&self) -> bool;
}

/// The changes that share a transaction.
type Jobs = Vec<Box<dyn QueuedChange>>;

struct ChangeRequest<C: Change> {
    change: C,
    done: Option<C::Done>,
    reply: oneshot::Sender<Result<C::Done, JournalError>>,
}

impl<C: Change> QueuedChange for ChangeRequest<C> {
    fn apply(&mut self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        self.done = None;
        self.done = Some(self.change.apply(ledger)?);
        Ok(())
    }

    fn durable(self: Box<Self>, claims: &EntryClaims) {
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

    fn shows_room(&self) -> bool {
        C::SHOWS_ROOM
    }
}

/// Hands changes to the committer. Dropping it lets what waits be finished, and closes the file.
pub(crate) struct JournalWriter {
    backend: Backend,
    durable: watch::Receiver<Sequence>,
    is_full: Arc<AtomicBool>,
}

/// Where the committer is.
enum Backend {
    /// On a thread of its own; neither queue nor thread is left once the writer is being dropped.
    Apart { queue: Option<mpsc::Sender<Box<dyn QueuedChange>>>, thread: Option<JoinHandle<()>> },
    /// With whoever hands a change in.
    InPlace(Box<Mutex<Committer>>),
}

impl JournalWriter {
    /// Starts committing to a connection that is ready to write. The lock is held until it is closed.
    pub(crate) fn start(
        path: &Path,
        connection: Connection,
        lock: Arc<Lock>,
        claims: Arc<EntryClaims>,
        bell: Arc<IndexBell>,
        options: &Options,
    ) -> Result<Self, JournalError> {
        let totals = Totals::read(&connection, schema::VERSION)?.counted_anew(&connection)?;
        let mut written_feeds = WrittenFeeds::default();
        if let Some(log) = &options.commit_log {
            state_rows::watch(&connection, log.keeps_articles())?;
            written_feeds = WrittenFeeds::in_file(&connection)?;
        }
        let (durable_sender, durable) = watch::channel(totals.last_sequence);
        let is_full = Arc::new(AtomicBool::new(false));
        let committer = Committer {
            connection,
            path: path.to_owned(),
            busy_timeout: options.busy_timeout,
            max_held: options.max_held,
            wal_tried: Instant::now(),
            claims,
            bell,
            totals,
            durable: durable_sender,
            is_full: is_full.clone(),
            log: options.commit_log.clone(),
            written_feeds,
            displaced: None,
            is_rescued: false,
            lock,
        };
        let backend = match options.writing {
            Writing::InPlace => Backend::InPlace(Box::new(Mutex::new(committer))),
            Writing::Apart => {
                let (queue, waiting) = mpsc::channel(MAX_WAITING_CHANGES);
                let max_batch = options.max_batch.max(1);
                let thread = thread::Builder::new()
                    .name("journal".into())
                    .spawn(move || committer.serve(waiting, max_batch))
                    .map_err(JournalError::io("the journal's thread"))?;
                Backend::Apart { queue: Some(queue), thread: Some(thread) }
            }
        };
        Ok(Self { backend, durable, is_full })
    }

    /// Hands a change in and waits until it is durable. A caller that stops waiting doesn't take the change back.
    pub(crate) async fn submit<C: Change>(&self, change: C) -> Result<C::Done, JournalError> {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn QueuedChange> = Box::new(ChangeRequest { change, done: None, reply });
        match &self.backend {
            Backend::Apart { queue, .. } => {
                let queue = queue.as_ref().ok_or(JournalError::Closed)?;
                queue.send(job).await.map_err(|_| JournalError::Closed)?;
            }
            Backend::InPlace(committer) => commit_in_place(committer, job),
        }
        answer.await.map_err(|_| JournalError::Closed)?
    }

    /// Hands in a change that nobody waits for. It is dropped where too many wait already.
    pub(crate) fn submit_unawaited<C: Change>(&self, change: C) {
        let (reply, _) = oneshot::channel();
        let job: Box<dyn QueuedChange> = Box::new(ChangeRequest { change, done: None, reply });
        match &self.backend {
            Backend::Apart { queue, .. } => {
                if queue.as_ref().is_none_or(|queue| queue.try_send(job).is_err()) {
                    tracing::debug!("a change was put off: too many wait for the journal");
                }
            }
            Backend::InPlace(committer) => commit_in_place(committer, job),
        }
    }

    pub(crate) fn writing(&self) -> Writing {
        match self.backend {
            Backend::Apart { .. } => Writing::Apart,
            Backend::InPlace(_) => Writing::InPlace,
        }
    }

    /// Whether the last change found no room.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    pub(crate) fn durable(&self) -> watch::Receiver<Sequence> {
        self.durable.clone()
    }
}

impl Drop for JournalWriter {
    fn drop(&mut self) {
        let Backend::Apart { queue, thread } = &mut self.backend else { return };
        *queue = None;
        if let Some(thread) = thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's thread panicked");
        }
    }
}

fn commit_in_place(committer: &Mutex<Committer>, job: Box<dyn QueuedChange>) {
    // Between two changes the committer is in order, even after one that panicked: its transaction was rolled back.
    committer.lock().unwrap_or_else(PoisonError::into_inner).commit_batch(vec![job]);
}

/// Whether a transaction found room for all of its changes.
#[derive(PartialEq, Eq)]
enum TransactionRoom {
    Enough,
    Lacking,
}

/// Commits changes.
struct Committer {
    connection: Connection,
    path: PathBuf,
    busy_timeout: Duration,
    /// How many outcomes may be held.
    max_held: u64,
    /// When the size of the write-ahead log was last looked at.
    wal_tried: Instant,
    claims: Arc<EntryClaims>,
    bell: Arc<IndexBell>,
    totals: Totals,
    durable: watch::Sender<Sequence>,
    /// Whether the last change found no room.
    is_full: Arc<AtomicBool>,
    /// Where transactions are committed before the file has them, if they are.
    log: Option<SharedCommitLog>,
    /// The rows of feeds that the log has.
    written_feeds: WrittenFeeds,
    /// What is told of the journal's file while that isn't where it was.
    displaced: Option<FilePlace>,
    /// Whether all that the journal held was copied, since its file was removed.
    is_rescued: bool,
    /// Given up after the connection is closed: fields are dropped in this order.
    lock: Arc<Lock>,
}

impl Committer {
    fn serve(mut self, mut waiting: mpsc::Receiver<Box<dyn QueuedChange>>, max_batch: usize) {
        while let Some(first) = waiting.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < max_batch
                && let Ok(next) = waiting.try_recv()
            {
                batch.push(next);
            }
            self.commit_batch(batch);
            self.truncate_wal();
        }
    }

    /// Cuts the write-ahead log back where it has grown far beyond what a checkpoint leaves: somebody read for long, or there was
    /// always somebody reading, so that it could not begin again at its front.
    fn truncate_wal(&mut self) {
        if self.wal_tried.elapsed() < WAL_RETRY {
            return;
        }
        self.wal_tried = Instant::now();
        if connection::wal_bytes(&self.path) <= 2 * connection::MAX_IDLE_WAL_BYTES {
            return;
        }
        // Waits for those who read now, while all changes wait for it: so not for long.
        let cut = self.connection.busy_timeout(WAL_PATIENCE).and_then(|()| {
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        });
        if let Err(error) = self.connection.busy_timeout(self.busy_timeout) {
            tracing::debug!(%error, "the journal's time-out was not restored");
        }
        match cut {
            Ok(0) => tracing::debug!("the journal's write-ahead log was cut back"),
            Ok(_) => tracing::debug!("the journal's write-ahead log is still being read"),
            Err(error) => tracing::debug!(%error, "the journal's write-ahead log was not cut back"),
        }
    }

    /// Commits all that can be committed of a batch, and answers everyone.
    fn commit_batch(&mut self, batch: Jobs) {
        if self.is_displaced() {
            let error = JournalError::Displaced { path: self.path.clone() };
            batch.into_iter().for_each(|job| job.failed(error.clone()));
            return;
        }
        let is_alone = batch.len() == 1;
        let shows_room = batch.iter().any(|job| job.shows_room());
        match self.commit_together(batch, is_alone) {
            Ok(TransactionRoom::Lacking) => self.note_full(true),
            // A small change may find room where others find none.
            Ok(TransactionRoom::Enough) if shows_room => self.note_full(false),
            Ok(TransactionRoom::Enough) => {}
            Err((jobs, error)) if is_alone || error.is_of_log() => {
                if error.is_full() {
                    self.note_full(true);
                }
                jobs.into_iter().for_each(|job| job.failed(error.clone()));
            }
            // The transaction as a whole was lost, which one change can cause (no room for the largest of them): each
            // gets its own.
            Err((jobs, _)) => jobs.into_iter().for_each(|job| self.commit_batch(vec![job])),
        }
    }

    /// One transaction. An error gives back the changes that were not answered yet, none of which was made.
    fn commit_together(
        &mut self,
        batch: Jobs,
        is_alone: bool,
    ) -> Result<TransactionRoom, (Jobs, JournalError)> {
        let transaction = match self.connection.transaction_with_behavior(TransactionBehavior::Immediate) {
            Ok(transaction) => transaction,
            Err(error) => return Err((batch, error.into())),
        };
        let (log, max_held) = (self.log.as_deref(), self.max_held);
        let draft = LogDraft::default();
        let mut ledger = Ledger { connection: &transaction, totals: self.totals, max_held, log, draft };
        let mut made: Jobs = Vec::with_capacity(batch.len());
        let mut jobs = batch.into_iter();
        let mut room = TransactionRoom::Enough;
        while let Some(mut job) = jobs.next() {
            let before = (ledger.totals, ledger.draft.mark());
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
                    ledger.totals = before.0;
                    ledger.draft.go_back(before.1);
                    if matches!(error, JournalError::Full) {
                        room = TransactionRoom::Lacking;
                    }
                    job.failed(error);
                }
            }
        }
        let (mut totals, draft) = (ledger.totals, ledger.draft);
        if log.is_some() {
            // What is committed there is delivered.
            totals.relay_position = totals.last_sequence;
        }
        let written = if totals == self.totals { Ok(()) } else { totals.write(&transaction, &self.totals) };
        let logged = written.and_then(|()| match log {
            Some(log) => {
                let (changed, feeds) =
                    logged(&transaction, draft, self.totals.last_sequence, &self.written_feeds)?;
                if !changed.is_empty() {
                    log.commit(changed)?;
                    self.written_feeds.note(feeds);
                }
                Ok(())
            }
            None => Ok(()),
        });
        let committed = logged.and_then(|()| {
            let in_file = transaction.commit().map_err(JournalError::from);
            // The log has it, so that the file isn't what the log says any more.
            if log.is_some() {
                in_file.map_err(|error| JournalError::LogLost(error.to_string()))
            } else {
                in_file
            }
        });
        if let Err(error) = committed {
            return Err((made, error));
        }
        self.totals = totals;
        let has_grown = self
            .durable
            .send_if_modified(|last| std::mem::replace(last, totals.last_sequence) != totals.last_sequence);
        if has_grown {
            self.bell.ring();
        }
        made.into_iter().for_each(|job| job.durable(&self.claims));
        Ok(room)
    }

    /// Whether the journal's file is not where it was, where it is no cache: then it takes nothing that would be lost with this process. One
    /// that was removed is copied to its folder, once.
    fn is_displaced(&mut self) -> bool {
        if self.log.is_some() {
            return false;
        }
        let place = self.lock.place();
        self.keep_place(place);
        if place == FilePlace::Kept {
            if self.displaced.take().is_some() {
                tracing::info!(journal = %self.path.display(), "the journal is where it was again: intake goes on");
            }
            if !self.lock.is_signed() {
                self.lock.sign_again();
            }
            return false;
        }
        if self.displaced.replace(place) != Some(place) {
            match place {
                FilePlace::Removed => self.rescue(),
                FilePlace::LogRemoved => self.take_in_log(),
                FilePlace::Moved | FilePlace::Kept => {
                    let error = JournalError::Displaced { path: self.path.clone() };
                    tracing::error!("nothing is taken in: {error}");
                }
            }
        }
        self.keep_place(place);
        true
    }

    /// Has nobody begin another journal in the place of one that is away. A copy keeps the place by itself, and says what to do.
    fn keep_place(&self, place: FilePlace) {
        self.lock.keep_place(match place {
            FilePlace::Kept | FilePlace::LogRemoved => false,
            FilePlace::Moved => true,
            FilePlace::Removed => !self.is_rescued,
        });
    }

    /// Brings into the journal's file what its write-ahead log holds, which was removed and ends with this process.
    fn take_in_log(&self) {
        let is_kept = self
            .connection
            .query_row("PRAGMA wal_checkpoint(FULL)", [], |row| Ok(row.get::<_, i64>(0)? == 0))
            .unwrap_or_default();
        match is_kept {
            true => tracing::error!(
                journal = %self.path.display(),
                "nothing is taken in: the journal's -wal was removed. All that it held is in the journal's file: restart the daemon"
            ),
            false => tracing::error!(
                journal = %self.path.display(),
                "nothing is taken in: the journal's -wal was removed, and what it held ends with this daemon unless that is stopped in \
                 order: stop it with SIGTERM, not with a kill, and start it again"
            ),
        }
    }

    /// Copies a journal whose file was removed, and which ends with this process, to its folder.
    fn rescue(&mut self) {
        let (cause, replace) = match self.path.exists() {
            true => ("another file was put in its place", " --replace"),
            false => ("its file was removed", ""),
        };
        match backup::rescue(&self.connection, &self.path) {
            Ok(copy) => {
                self.is_rescued = true;
                tracing::error!(
                    copy = %copy.display(),
                    "nothing is taken in: the journal is gone, since {cause}, and all that it held was copied: stop the daemon, then \
                     `dateline restore {}{replace}`",
                    copy.display()
                );
            }
            Err(error) => tracing::error!(
                %error,
                "nothing is taken in: the journal is gone, since {cause}, ends with this daemon, and could not be copied, which is tried \
                 once more at the end: see to that before the daemon is stopped (on Linux the file and its -wal can be copied from \
                 /proc/{}/fd)", std::process::id()
            ),
        }
    }

    fn note_full(&mut self, full: bool) {
        let changed = self.is_full.swap(full, Ordering::Relaxed) != full;
        if changed && full {
            tracing::error!(
                "the journal has no room: intake stops, delivery goes on, until there is room again"
            );
        } else if changed {
            tracing::info!("the journal has room again");
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        // Whoever removed it and stopped the daemon at once has it copied now.
        let has_failed = self.displaced == Some(FilePlace::Removed) && !self.is_rescued;
        if self.is_displaced() {
            if has_failed {
                self.rescue();
            }
            return;
        }
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize") {
            tracing::debug!(%error, "the journal's statistics were not refreshed");
        }
    }
}

/// What the log is given of the open transaction: what it changed and what it appended after `last`.
fn logged(
    connection: &Connection,
    draft: LogDraft,
    last: Sequence,
    written_feeds: &WrittenFeeds,
) -> Result<(LoggedTransaction, NewFeedRows), JournalError> {
    let mut select = connection.prepare_cached(
        "SELECT sequence, time, kind, id, key, traceparent, data, entry_digest FROM events \
         WHERE sequence > ?1 ORDER BY sequence",
    )?;
    let mut rows = select.query([last.0])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(reader::event(row)?);
    }
    let LogDraft { handed_over, taken_until } = draft;
    let mut state = state_rows::take_changed(connection)?;
    let feeds = written_feeds.leave_out_known(&mut state);
    Ok((LoggedTransaction { state, events, handed_over, taken_until }, feeds))
}

fn apply_in_savepoint(job: &mut dyn QueuedChange, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
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
