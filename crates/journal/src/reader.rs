//! Reading, beside the writer and beside other processes.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dateline_wire::{
    ArticleId, CloudEvent, DueRevisit, EventKind, FeedId, FeedState, FetchFailure, JournalId, PendingEntry,
    RevisitState, Sequence, Subscription,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use url::Url;

use crate::change::{HostWishRow, PollRecord};
use crate::claims::{ClaimKey, EntryClaim, EntryClaims};
use crate::ledger::Totals;
use crate::lock::{FilePlace, place_of};
use crate::status::{FeedCounts, JournalStatus};
use crate::{JournalError, connection, digest, query, schema, space};

/// Entries that wait for pages of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostQueue {
    /// The host.
    pub host: String,
    /// How many they are.
    pub waiting: u64,
    /// Since when the page is due that has waited longest.
    pub since: Timestamp,
}

/// Reads a journal, whether a daemon writes it or not. Cheap to clone.
///
/// Every call answers from one consistent moment of the file. Calls block for as long as the disk takes, which for all of
/// them is short when their `limit` is.
#[derive(Debug, Clone)]
pub struct JournalReader {
    pool: Arc<Pool>,
}

/// Connections that nobody uses right now, and how to make another.
#[derive(Debug)]
struct Pool {
    path: PathBuf,
    busy_timeout: Duration,
    idle: Mutex<Vec<Connection>>,
    /// Wakes who waits for a connection to be idle.
    freed: Condvar,
    id: JournalId,
    lineage: JournalId,
    created: Timestamp,
    /// The version of the schema when it was opened; an older one is read as far as it goes.
    version: u32,
    /// The file, where this process has it open for writing.
    held: Option<Arc<File>>,
}

impl Pool {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle connection, or a new one. Where no further one can be opened (file descriptors may have run out, the file was moved), the next that
    /// is put back, within `busy_timeout`.
    fn take(&self) -> Result<Connection, JournalError> {
        if let Some(connection) = self.idle().pop() {
            return Ok(connection);
        }
        let opened = match &self.held {
            // Another file that stands there by now is another journal.
            Some(held) if place_of(held, &self.path) != FilePlace::Kept => {
                Err(JournalError::Displaced { path: self.path.clone() })
            }
            _ => connection::for_reading(&self.path, self.busy_timeout),
        };
        match opened {
            Err(error) if error.is_retryable() => {
                let idle = self.idle();
                let waited = self.freed.wait_timeout_while(idle, self.busy_timeout, |idle| idle.is_empty());
                let (mut idle, _) = waited.unwrap_or_else(PoisonError::into_inner);
                idle.pop().ok_or(error)
            }
            opened => opened,
        }
    }

    fn put_back(&self, connection: Connection) {
        self.idle().push(connection);
        self.freed.notify_one();
    }
}

/// What became of a link whose page was read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenLink {
    /// When.
    pub at: Timestamp,
    /// The event that came of it.
    pub sequence: Sequence,
}

/// The entries that were handed out, and what of the others is to be known.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingBatch {
    /// Longest due first.
    pub entries: Vec<PendingEntry>,
    /// Whether more are due that nobody has in hand: there was no room for them, or their host or link is busy.
    pub are_left: bool,
    /// When the next of those that are not due yet will be.
    pub next_due: Option<Timestamp>,
}

/// An entry that waits for an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingEntry {
    /// The entry, and when it is due.
    pub entry: PendingEntry,
    /// Why it was put off last, for people, if it was.
    pub reason: Option<String>,
}

/// Which of the entries that wait are meant.
#[derive(Debug, Clone, Copy)]
pub enum WaitingChoice<'c> {
    /// All of them.
    All,
    /// Those whose link is this, in its canonical form.
    Link(&'c Url),
    /// Those that this feed announced.
    Feed(&'c FeedId),
}

/// The pages that were handed out to be visited again, and what of the others is to be known.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisitBatch {
    /// Longest due first.
    pub revisits: Vec<DueRevisit>,
    /// Whether more are due that nobody has in hand.
    pub are_left: bool,
    /// When the next of those that are not due yet will be.
    pub next_due: Option<Timestamp>,
}

/// How long whoever visits pages waits for a journal that is being reconciled with Kafka.
const RECONCILIATION_PAUSE: Duration = Duration::from_secs(60);

impl JournalReader {
    /// Opens the journal at `path` for reading only.
    ///
    /// # Errors
    /// If there is none, if a newer version wrote it, or if it cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        Self::of_held(path.as_ref(), Duration::from_secs(5), None)
    }

    /// The same, in the process that has it open as this `file`, if this does.
    pub(crate) fn of_held(
        path: &Path,
        busy_timeout: Duration,
        held: Option<Arc<File>>,
    ) -> Result<Self, JournalError> {
        let connection = connection::for_reading(path, busy_timeout)?;
        let version = schema::check(&connection, path)?;
        if version == 0 {
            return Err(JournalError::Missing { path: path.to_owned() });
        }
        let lineage = if version < schema::RESTORING { "id" } else { "lineage" };
        let (id, created, lineage) =
            connection.query_row(&format!("SELECT id, created, {lineage} FROM journal"), [], |row| {
                let id = |column| row.get::<_, String>(column).map(JournalId::from_stored);
                Ok((id(0)?, timestamp(row.get(1)?), id(2)?))
            })?;
        let pool = Pool {
            path: path.to_owned(),
            busy_timeout,
            idle: Mutex::new(vec![connection]),
            freed: Condvar::new(),
            id,
            lineage,
            created,
            version,
            held,
        };
        Ok(Self { pool: Arc::new(pool) })
    }

    /// Does `work` with a connection. A single statement answers from one moment by itself; for several there is
    /// [`at_one_moment`](Self::at_one_moment).
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut connection = self.pool.take()?;
        let result = work(&mut connection);
        self.pool.put_back(connection);
        result
    }

    /// Does `work`, all of whose statements see the file as it is when the first of them reads.
    pub(crate) fn at_one_moment<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.read(|connection| {
            let transaction = connection.transaction()?;
            let result = work(&transaction);
            transaction.finish()?;
            result
        })
    }

    fn totals(&self, connection: &Connection) -> Result<Totals, JournalError> {
        Totals::read(connection, self.pool.version)
    }

    /// The journal's id.
    pub fn id(&self) -> &JournalId {
        &self.pool.id
    }

    /// The id of the journal that this one was restored from, and that from, back to the first; its own if it never was. Kafka holds
    /// one sequence of them all.
    pub fn lineage(&self) -> &JournalId {
        &self.pool.lineage
    }

    /// Where the journal is.
    pub fn path(&self) -> &Path {
        &self.pool.path
    }

    /// The feeds that are configured, by the order in which they were added. One whose state cannot be read
    /// is left out, and logged.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn feeds(&self) -> Result<Vec<FeedState>, JournalError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT state, id FROM feeds WHERE active = 1 ORDER BY number")?;
            let mut rows = statement.query([])?;
            let mut feeds = Vec::new();
            while let Some(row) = rows.next()? {
                feeds.extend(unless_unreadable(feed(row))?);
            }
            Ok(feeds)
        })
    }

    /// The configured feeds whose state cannot be read, and why.
    pub(crate) fn unreadable_feeds(&self) -> Result<HashMap<String, String>, JournalError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT state, id FROM feeds WHERE active = 1 ORDER BY number")?;
            let mut rows = statement.query([])?;
            let mut unreadable = HashMap::new();
            while let Some(row) = rows.next()? {
                match feed(row) {
                    Err(JournalError::UnreadableRow { why, .. }) => drop(unreadable.insert(row.get(1)?, why)),
                    other => drop(other?),
                }
            }
            Ok(unreadable)
        })
    }

    /// One feed, whether it is still configured or not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn feed(&self, id: &FeedId) -> Result<Option<FeedState>, JournalError> {
        self.read(|connection| feed_state(connection, id))
    }

    /// The last polls of a feed, newest first; a few of them are remembered.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn polls(&self, id: &FeedId) -> Result<Vec<PollRecord>, JournalError> {
        if self.pool.version < schema::POLLS {
            return Ok(Vec::new());
        }
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT p.time, p.status, p.error, p.new, p.changed, p.next_poll FROM polls p \
                 JOIN feeds f ON f.number = p.feed WHERE f.id = ?1 ORDER BY p.time DESC",
            )?;
            let polls = statement.query_map([id.as_str()], |row| {
                Ok(PollRecord {
                    time: timestamp(row.get(0)?),
                    status: row.get(1)?,
                    error: row.get::<_, Option<String>>(2)?.map(FetchFailure::from),
                    new: row.get(3)?,
                    changed: row.get(4)?,
                    next_poll: timestamp(row.get(5)?),
                })
            })?;
            Ok(polls.collect::<Result<_, _>>()?)
        })
    }

    /// The subscriptions of the configured feeds that are not gone (410). One that cannot be read is left out, and logged.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>, JournalError> {
        self.select_subscriptions("ORDER BY s.feed", [])
    }

    /// Up to `limit` of [`subscriptions`](Self::subscriptions) whose hub is to be asked at `now`, longest due first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn subscriptions_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Subscription>, JournalError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.select_subscriptions(
            "AND s.due <= ?1 ORDER BY s.due, s.feed LIMIT ?2",
            (now.as_microsecond(), limit),
        )
    }

    /// The one of [`subscriptions`](Self::subscriptions) whose callback ends with `token`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn subscription_at(&self, token: &str) -> Result<Option<Subscription>, JournalError> {
        Ok(self.select_subscriptions("AND s.token = ?1", [token])?.pop())
    }

    fn select_subscriptions(
        &self,
        which: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<Subscription>, JournalError> {
        if self.pool.version < schema::SUBSCRIPTIONS {
            return Ok(Vec::new());
        }
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT s.state, f.id FROM subscriptions s JOIN feeds f ON f.number = s.feed \
                 WHERE f.active = 1 AND f.retired = 0 {which}"
            ))?;
            let mut rows = statement.query(parameters)?;
            let mut subscriptions = Vec::new();
            while let Some(row) = rows.next()? {
                subscriptions.extend(unless_unreadable(subscription(row))?);
            }
            Ok(subscriptions)
        })
    }

    /// What hosts wish of those who ask them, of a journal with a [`CommitLog`](crate::CommitLog), whoever heard it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn host_wishes(&self) -> Result<Vec<HostWishRow>, JournalError> {
        self.read(|connection| {
            let mut select =
                connection.prepare("SELECT host, is_rest, delay, until FROM hosts ORDER BY host, is_rest")?;
            let wishes = select.query_map([], |row| {
                let delay = Duration::from_millis(row.get(2)?);
                Ok(HostWishRow {
                    host: row.get(0)?,
                    delay: (!row.get::<_, bool>(1)?).then_some(delay),
                    until: timestamp(row.get(3)?),
                })
            })?;
            Ok(wishes.collect::<Result<_, _>>()?)
        })
    }

    /// Of the hosts whose pages are due at `now`, the one that has waited longest.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn slowest_host(&self, now: Timestamp) -> Result<Option<HostQueue>, JournalError> {
        self.at_one_moment(|connection| {
            let oldest: Option<(String, i64)> = connection
                .prepare_cached(
                    "SELECT host, due FROM pending WHERE host IS NOT NULL AND due <= ?1 ORDER BY due, number LIMIT 1",
                )?
                .query_row([now.as_microsecond()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((host, since)) = oldest else { return Ok(None) };
            let waiting = connection
                .prepare_cached("SELECT count(*) FROM pending WHERE host = ?1")?
                .query_row([&host], |row| row.get(0))?;
            Ok(Some(HostQueue { host, waiting, since: timestamp(since) }))
        })
    }

    /// How many entries wait for an outcome.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn backlog(&self) -> Result<u64, JournalError> {
        self.read(|connection| Ok(self.totals(connection)?.pending))
    }

    /// Up to `limit` of the entries that wait for an outcome, the longest due first. One that cannot be read is left out.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn waiting_entries(
        &self,
        choice: WaitingChoice<'_>,
        limit: usize,
    ) -> Result<Vec<WaitingEntry>, JournalError> {
        self.at_one_moment(|connection| {
            let (chosen, value) = match choice {
                WaitingChoice::All => ("?1 IS NULL", None),
                WaitingChoice::Link(link) => ("link = ?1", Some(digest::of_link(link))),
                WaitingChoice::Feed(feed) => {
                    ("feed = (SELECT number FROM feeds WHERE id = ?1)", Some(feed.as_str().to_owned()))
                }
            };
            let select =
                format!("SELECT number, reason FROM pending WHERE {chosen} ORDER BY due, number LIMIT ?2");
            let mut select = connection.prepare_cached(&select)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut rows = select.query(params![value, limit])?;
            let mut waiting = Vec::new();
            while let Some(row) = rows.next()? {
                match pending(connection, row.get(0)?) {
                    Err(JournalError::UnreadableRow { .. }) => {}
                    read => waiting.push(WaitingEntry { entry: read?, reason: row.get(1)? }),
                }
            }
            Ok(waiting)
        })
    }

    /// Up to `limit` events after `after`, in order, of one kind or of all. One that cannot be read is left out, and logged: where
    /// all kinds are read, its place is the gap.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events_after(
        &self,
        after: Sequence,
        limit: usize,
        kind: Option<EventKind>,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        self.select_events(after, limit, usize::MAX, kind)
    }

    /// The same of all kinds, and no more than fit into `max_bytes` of memory; one in any case.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events_within(
        &self,
        after: Sequence,
        limit: usize,
        max_bytes: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        self.select_events(after, limit, max_bytes, None)
    }

    fn select_events(
        &self,
        after: Sequence,
        limit: usize,
        max_bytes: usize,
        kind: Option<EventKind>,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        self.read(|connection| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut events: Vec<CloudEvent> = Vec::new();
            let mut bytes = 0_usize;
            let mut collect = |rows: &mut rusqlite::Rows<'_>| -> Result<(), JournalError> {
                while let Some(row) = rows.next()? {
                    let Some(event) = unless_unreadable(event(row))? else { continue };
                    bytes = bytes.saturating_add(event.bytes());
                    if bytes > max_bytes && !events.is_empty() {
                        break;
                    }
                    events.push(event);
                }
                Ok(())
            };
            match kind {
                None => collect(
                    &mut connection
                        .prepare_cached(&self.select("WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"))?
                        .query(params![after.0, limit])?,
                )?,
                Some(kind) => collect(
                    &mut connection
                        .prepare_cached(
                            &self.select("WHERE kind = ?3 AND sequence > ?1 ORDER BY sequence LIMIT ?2"),
                        )?
                        .query(params![after.0, limit, kind.word()])?,
                )?,
            }
            Ok(events)
        })
    }

    /// The statement that reads events as [`event`] takes them.
    fn select(&self, which: &str) -> String {
        let digest = if self.pool.version < schema::RESTORING { "NULL" } else { "entry_digest" };
        format!("SELECT sequence, time, kind, id, key, traceparent, data, {digest} FROM events {which}")
    }

    /// Whether what Kafka has of the journal is not known yet; see [`Journal::is_reconciling`](crate::Journal::is_reconciling).
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_reconciling(&self) -> Result<bool, JournalError> {
        self.read(|connection| Ok(self.totals(connection)?.is_reconciling))
    }

    /// The version of the schema that the file had when it was opened.
    pub(crate) fn version(&self) -> u32 {
        self.pool.version
    }

    /// The event at one place.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn event(&self, sequence: Sequence) -> Result<Option<CloudEvent>, JournalError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&self.select("WHERE sequence = ?1"))?;
            let mut rows = statement.query([sequence.0])?;
            rows.next()?.map(event).transpose()
        })
    }

    /// Up to which place events are gone by the rules of [`Retention`](crate::Retention), of one kind or of all: nothing after it is
    /// missing. Of the other kinds some before it may be there.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn gone(&self, kind: Option<EventKind>) -> Result<Sequence, JournalError> {
        if self.pool.version < schema::RETENTION {
            return Ok(Sequence::START);
        }
        self.read(|connection| {
            let gone = connection
                .prepare_cached(
                    "SELECT coalesce(max(gone), 0) FROM event_counts WHERE kind = ?1 OR ?1 IS NULL",
                )?
                .query_row([kind.map(EventKind::word)], |row| row.get(0))?;
            Ok(Sequence(gone))
        })
    }

    /// What the newest events say of who made them; nothing where the journal never heard.
    pub(crate) fn source(&self) -> Result<Option<String>, JournalError> {
        self.read(|connection| {
            let source = connection
                .prepare_cached("SELECT source FROM sources ORDER BY first DESC LIMIT 1")?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(source)
        })
    }

    /// Who made the events before those of today's source: each up to a place, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn earlier_sources(&self) -> Result<Vec<(Sequence, String)>, JournalError> {
        if self.pool.version < schema::SOURCES {
            return Ok(Vec::new());
        }
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT lead(first) OVER (ORDER BY first) - 1, source FROM sources ORDER BY first",
            )?;
            let rows = select.query_map([], |row| Ok((row.get::<_, Option<u64>>(0)?, row.get(1)?)))?;
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            // The last has no end: it is today's.
            Ok(rows.into_iter().filter_map(|(end, source)| Some((Sequence(end?), source))).collect())
        })
    }

    /// When a recording was last replayed into the journal, if that was.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn replayed(&self) -> Result<Option<Timestamp>, JournalError> {
        self.read(|connection| {
            let replayed: Option<i64> =
                connection.prepare_cached("SELECT replayed FROM journal")?.query_row([], |row| row.get(0))?;
            Ok(replayed.map(timestamp))
        })
    }

    /// What the file holds in bytes, without the room that it keeps for later.
    pub(crate) fn used_bytes(&self) -> Result<u64, JournalError> {
        self.read(|connection| Ok(space::of(connection)?.used_bytes()))
    }

    /// The place of the last event.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn last_sequence(&self) -> Result<Sequence, JournalError> {
        self.read(|connection| Ok(self.totals(connection)?.last_sequence))
    }

    /// How far the relay had delivered when it last said so. Kafka knows better: this is for people.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn relay_position(&self) -> Result<Sequence, JournalError> {
        self.read(|connection| Ok(self.totals(connection)?.relay_position))
    }

    /// When the event at a place was committed, if it is there.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn event_time(&self, sequence: Sequence) -> Result<Option<Timestamp>, JournalError> {
        self.read(|connection| {
            let time = connection
                .prepare_cached("SELECT time FROM events WHERE sequence = ?1")?
                .query_row([sequence.0], |row| row.get(0))
                .optional()?;
            Ok(time.map(timestamp))
        })
    }

    /// When the entry that is due for longest became so, if one is due at `now`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn due_since(&self, now: Timestamp) -> Result<Option<Timestamp>, JournalError> {
        self.read(|connection| {
            let due: Option<i64> = connection
                .prepare_cached("SELECT min(due) FROM pending WHERE due <= ?1")?
                .query_row([now.as_microsecond()], |row| row.get(0))?;
            Ok(due.map(timestamp))
        })
    }

    /// How many pages of published articles are due to be visited again at `now`, and since when the first of them is.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_due(&self, now: Timestamp) -> Result<(u64, Option<Timestamp>), JournalError> {
        if self.pool.version < schema::REVISITS {
            return Ok((0, None));
        }
        self.read(|connection| {
            let (due, first): (u64, Option<i64>) = connection
                .prepare_cached("SELECT count(*), min(due) FROM revisits WHERE due <= ?1")?
                .query_row([now.as_microsecond()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok((due, first.map(timestamp)))
        })
    }

    /// What became of the page at `link` (in its canonical form), if it was read before, whichever feed announced it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn seen_link(&self, link: &Url) -> Result<Option<SeenLink>, JournalError> {
        self.read(|connection| {
            let seen = connection
                .prepare_cached("SELECT time, sequence FROM links WHERE id = ?1")?
                .query_row([digest::of_link(link)], |row| {
                    Ok(SeenLink { at: timestamp(row.get(0)?), sequence: Sequence(row.get(1)?) })
                })
                .optional()?;
            Ok(seen)
        })
    }

    /// The journal at a glance.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn status(&self) -> Result<JournalStatus, JournalError> {
        self.at_one_moment(|connection| {
            let totals = self.totals(connection)?;
            let feeds = connection.query_row(
                "SELECT count(*), coalesce(sum(active), 0), coalesce(sum(active AND failures > 0), 0), \
                 coalesce(sum(active AND retired), 0) FROM feeds",
                [],
                |row| {
                    Ok(FeedCounts {
                        known: row.get(0)?,
                        active: row.get(1)?,
                        failing: row.get(2)?,
                        retired: row.get(3)?,
                    })
                },
            )?;
            let last_event = connection
                .query_row("SELECT time FROM events ORDER BY sequence DESC LIMIT 1", [], |row| row.get(0))
                .optional()?;
            let gone = match self.pool.version {
                schema::RETENTION.. => {
                    connection
                        .query_row("SELECT coalesce(max(gone), 0) FROM event_counts", [], |row| row.get(0))?
                }
                _ => 0,
            };
            let oldest: Option<u64> =
                connection.query_row("SELECT min(sequence) FROM events", [], |row| row.get(0))?;
            let bytes = connection.query_row(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                [],
                |row| row.get(0),
            )?;
            let set_aside = match self.pool.version {
                schema::EVENT_COUNTS.. => {
                    connection.query_row("SELECT count(*) FROM set_aside", [], |row| row.get(0))?
                }
                _ => 0,
            };
            let held = match (totals.is_reconciling, self.pool.version) {
                (true, schema::RESTORING..) => {
                    Some(connection.query_row("SELECT count(*) FROM held_outcomes", [], |row| row.get(0))?)
                }
                _ => None,
            };
            let revisits = match self.pool.version {
                schema::REVISITS.. => {
                    connection.query_row("SELECT count(*) FROM revisits", [], |row| row.get(0))?
                }
                _ => 0,
            };
            Ok(JournalStatus {
                id: self.pool.id.clone(),
                schema: self.pool.version,
                created: self.pool.created,
                feeds,
                entries: totals.entries,
                backlog: totals.pending,
                events: totals.events,
                last_sequence: totals.last_sequence,
                gone: Sequence(gone),
                oldest: oldest.map(Sequence),
                held,
                last_event: last_event.map(timestamp),
                relay_position: totals.relay_position,
                bytes,
                wal_bytes: connection::wal_bytes(&self.pool.path),
                search_bytes: query::index_file_bytes(&self.pool.path),
                set_aside,
                revisits,
            })
        })
    }

    /// Hands out entries that are due and in nobody's hands, and names the rows among them that cannot be read.
    pub(crate) fn claim(
        &self,
        claims: &EntryClaims,
        now: Timestamp,
        limit: usize,
        per_host: usize,
    ) -> Result<(PendingBatch, Vec<i64>), JournalError> {
        // Locked before the snapshot is taken: an entry whose claim is gone is gone from the snapshot too.
        let mut held = claims.lock();
        self.at_one_moment(|connection| {
            let mut scan = connection.prepare_cached(
                "SELECT number, host, link FROM pending WHERE due <= ?1 ORDER BY due, number",
            )?;
            let mut rows = scan.query([now.as_microsecond()])?;
            let (mut entries, mut are_left, mut unreadable) = (Vec::new(), false, Vec::new());
            while let Some(row) = rows.next()? {
                let number: i64 = row.get(0)?;
                if held.holds(ClaimKey::Entry(number)) {
                    continue;
                }
                if entries.len() == limit {
                    are_left = true;
                    break;
                }
                let (host, link): (String, Option<String>) = (row.get(1)?, row.get(2)?);
                if !held.admits(&host, link.as_deref(), per_host) {
                    are_left = true;
                    continue;
                }
                let pending = match pending(connection, number) {
                    Err(JournalError::UnreadableRow { .. }) => {
                        unreadable.push(number);
                        continue;
                    }
                    read => read?,
                };
                held.hold(ClaimKey::Entry(number), EntryClaim { host, link, edition: pending.edition });
                entries.push(pending);
            }
            let next_due: Option<i64> = connection
                .prepare_cached("SELECT min(due) FROM pending WHERE due > ?1")?
                .query_row([now.as_microsecond()], |row| row.get(0))?;
            Ok((PendingBatch { entries, are_left, next_due: next_due.map(timestamp) }, unreadable))
        })
    }

    /// Hands out pages to be visited again that are due and in nobody's hands, one of each host, none of a host where an entry waits
    /// for its first visit or has it; and names the rows among them that cannot be read.
    pub(crate) fn claim_revisits(
        &self,
        claims: &EntryClaims,
        now: Timestamp,
        limit: usize,
    ) -> Result<(RevisitBatch, Vec<i64>), JournalError> {
        let mut held = claims.lock();
        self.at_one_moment(|connection| {
            let mut batch = RevisitBatch { revisits: Vec::new(), are_left: false, next_due: None };
            let mut unreadable = Vec::new();
            if self.totals(connection)?.is_reconciling {
                batch.next_due = now.checked_add(RECONCILIATION_PAUSE).ok();
                return Ok((batch, unreadable));
            }
            let next_due: Option<i64> = connection
                .prepare_cached("SELECT min(due) FROM revisits WHERE due > ?1")?
                .query_row([now.as_microsecond()], |row| row.get(0))?;
            batch.next_due = next_due.map(timestamp);
            let mut scan = connection.prepare_cached(
                "SELECT number, host, link FROM revisits WHERE due <= ?1 ORDER BY due, number",
            )?;
            let mut rows = scan.query([now.as_microsecond()])?;
            let mut busy: Option<HashSet<String>> = None;
            while let Some(row) = rows.next()? {
                let number: i64 = row.get(0)?;
                if held.holds(ClaimKey::Revisit(number)) {
                    continue;
                }
                if batch.revisits.len() == limit {
                    batch.are_left = true;
                    break;
                }
                let (host, link): (String, String) = (row.get(1)?, row.get(2)?);
                let busy = match &mut busy {
                    Some(busy) => busy,
                    none => none.insert(hosts_with_due_entries(connection, now)?),
                };
                if busy.contains(&host) || !held.admits(&host, Some(&link), 1) {
                    batch.are_left = true;
                    continue;
                }
                let revisit = match due_revisit(connection, number) {
                    Err(JournalError::UnreadableRow { .. }) => {
                        unreadable.push(number);
                        continue;
                    }
                    read => read?,
                };
                held.hold(ClaimKey::Revisit(number), EntryClaim { host, link: Some(link), edition: 0 });
                batch.revisits.push(revisit);
            }
            Ok((batch, unreadable))
        })
    }

    /// Whether an article was withdrawn after its latest revision.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_withdrawn(&self, article: &ArticleId) -> Result<bool, JournalError> {
        if self.pool.version < schema::REVISITS {
            return Ok(false);
        }
        self.read(|connection| is_withdrawn(connection, article))
    }

    /// Whether the last visit to the page of an article found it gone: if the next one does, the article is withdrawn.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_missing(&self, article: &ArticleId) -> Result<bool, JournalError> {
        if self.pool.version < schema::REVISITS {
            return Ok(false);
        }
        self.read(|connection| {
            let state: Option<String> = connection
                .prepare_cached("SELECT state FROM revisits WHERE article = ?1")?
                .query_row([article.as_str()], |row| row.get(0))
                .optional()?;
            // One that can't be read is set aside when the visit ends.
            let state = state.and_then(|state| serde_json::from_str::<RevisitState>(&state).ok());
            Ok(state.is_some_and(|state| state.missing_since.is_some()))
        })
    }

    /// The number of a pending entry.
    pub(crate) fn pending_number(&self, feed: &FeedId, entry: &str) -> Result<Option<i64>, JournalError> {
        self.read(|connection| {
            let number = connection
                .prepare_cached(
                    "SELECT p.number FROM pending p JOIN feeds f ON f.number = p.feed WHERE f.id = ?1 AND p.id = ?2",
                )?
                .query_row(params![feed.as_str(), entry], |row| row.get(0))
                .optional()?;
            Ok(number)
        })
    }
}

/// The state of one feed.
pub(crate) fn feed_state(connection: &Connection, id: &FeedId) -> Result<Option<FeedState>, JournalError> {
    let mut statement = connection.prepare_cached("SELECT state, id FROM feeds WHERE id = ?1")?;
    let mut rows = statement.query([id.as_str()])?;
    rows.next()?.map(feed).transpose()
}

/// A pending entry.
pub(crate) fn pending(connection: &Connection, number: i64) -> Result<PendingEntry, JournalError> {
    let read = || {
        let mut statement = connection.prepare_cached(
            "SELECT f.id, p.entry, p.due, p.attempts, e.first_seen, e.edition FROM pending p \
             JOIN feeds f ON f.number = p.feed JOIN entries e ON e.feed = p.feed AND e.id = p.id WHERE p.number = ?1",
        )?;
        let mut rows = statement.query([number])?;
        let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        Ok(PendingEntry {
            feed: FeedId::from_stored(row.get::<_, String>(0)?),
            entry: from_json(row, 1)?,
            due: timestamp(row.get(2)?),
            attempts: row.get(3)?,
            first_seen: timestamp(row.get(4)?),
            edition: row.get(5)?,
        })
    };
    read().map_err(|error: JournalError| error.of_row(|| format!("the pending entry {number}")))
}

/// The hosts at which an entry is due to have its page read.
fn hosts_with_due_entries(connection: &Connection, now: Timestamp) -> Result<HashSet<String>, JournalError> {
    let mut hosts = connection.prepare_cached("SELECT DISTINCT host FROM pending WHERE due <= ?1")?;
    let hosts = hosts.query_map([now.as_microsecond()], |row| row.get(0))?;
    Ok(hosts.collect::<Result<_, _>>()?)
}

/// Whether an article was withdrawn after its latest revision.
pub(crate) fn is_withdrawn(connection: &Connection, article: &ArticleId) -> Result<bool, JournalError> {
    let withdrawn = connection
        .prepare_cached("SELECT withdrawn FROM revisions WHERE id = ?1")?
        .query_row([digest::bits_of(article.as_str())], |row| row.get(0))
        .optional()?;
    Ok(withdrawn.unwrap_or(false))
}

/// A page to be visited again.
fn due_revisit(connection: &Connection, number: i64) -> Result<DueRevisit, JournalError> {
    let read = || {
        let mut statement = connection.prepare_cached(
            "SELECT r.article, f.id, r.due, r.state FROM revisits r JOIN feeds f ON f.number = r.feed WHERE r.number = ?1",
        )?;
        let mut rows = statement.query([number])?;
        let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let article = ArticleId::from_stored(row.get::<_, String>(0)?);
        Ok(DueRevisit {
            feed: FeedId::from_stored(row.get::<_, String>(1)?),
            due: timestamp(row.get(2)?),
            is_withdrawn: is_withdrawn(connection, &article)?,
            state: from_json(row, 3)?,
            article,
        })
    };
    read().map_err(|error: JournalError| error.of_row(|| format!("the visit {number}")))
}

/// The state of a feed, which is followed by its id.
fn feed(row: &Row<'_>) -> Result<FeedState, JournalError> {
    from_json(row, 0).map_err(|error| error.of_row(|| format!("the state of feed {}", text_of(row, 1))))
}

/// The state of a subscription, which is followed by its feed's id.
fn subscription(row: &Row<'_>) -> Result<Subscription, JournalError> {
    from_json(row, 0)
        .map_err(|error| error.of_row(|| format!("the subscription of feed {}", text_of(row, 1))))
}

pub(crate) fn event(row: &Row<'_>) -> Result<CloudEvent, JournalError> {
    let read = || {
        let word: String = row.get(2)?;
        let kind = EventKind::from_word(&word)
            .ok_or_else(|| rusqlite::Error::InvalidColumnType(2, word, rusqlite::types::Type::Text))?;
        Ok(CloudEvent {
            sequence: Sequence(row.get(0)?),
            time: timestamp(row.get(1)?),
            kind,
            id: row.get(3)?,
            key: row.get(4)?,
            traceparent: row.get(5)?,
            data: row.get(6)?,
            entry_digest: row.get(7)?,
        })
    };
    let place = || row.get(0).map_or_else(|_| "without a place".to_owned(), |place: i64| place.to_string());
    read().map_err(|error: JournalError| error.of_row(|| format!("the event {}", place())))
}

/// What stands as JSON in a column.
fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, JournalError> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    serde_json::from_str(text).map_err(JournalError::json("what is stored could not be read"))
}

/// The text in a column, for a message.
fn text_of(row: &Row<'_>, column: usize) -> String {
    row.get(column).unwrap_or_else(|_| "without an id".to_owned())
}

/// What was read; nothing, after a word in the log, where that one row cannot be read.
pub(crate) fn unless_unreadable<T>(read: Result<T, JournalError>) -> Result<Option<T>, JournalError> {
    match read {
        Err(error @ JournalError::UnreadableRow { .. }) => {
            tracing::error!("the journal goes on without a row: {error}");
            Ok(None)
        }
        read => read.map(Some),
    }
}

/// A stored time. One that no calendar holds was never stored by us; the nearest that one does stands for it.
pub(crate) fn timestamp(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(if microseconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
