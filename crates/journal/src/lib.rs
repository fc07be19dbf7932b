//! The durable state of Dateline, in one SQLite file, and beside it an index to search it by, which can be made anew.
//!
//! A [`Journal`] remembers feeds, the entries they announced, what became of each entry, and the log of events that came
//! of it all. Whatever belongs together is committed together, so that a crash at any moment loses nothing and repeats
//! nothing:
//!
//! 1. [`Journal::configure_feeds`] lays down the set of feeds.
//! 2. [`Journal::commit_poll`] commits a poll: the feed's new validators *and* the entries it found, as pending.
//! 3. [`Journal::pending`] hands out entries whose page is due, each to one caller at a time.
//! 4. [`Journal::finish`] commits an entry's outcome *and* its event; [`Journal::postpone`] puts it off.
//! 5. [`Journal::events_after`] reads the log, whose places ([`Sequence`](dateline_wire::Sequence)) have no gaps;
//!    [`Journal::watch`] tells when it grows.
//!
//! Pages of published articles are visited again: [`Journal::revisits_due`] hands out whose, and [`Journal::finish_revisit`] commits what was
//! found there, with the revision or the withdrawal that comes of it.
//!
//! Ways out beside Kafka (webhooks, files) each have a position of their own: [`Journal::open_sink`] has the journal know one, and
//! [`Journal::step_sink`] commits how far it has come and what it could not deliver.
//!
//! What people say of articles stands there too ([`Journal::label`]), with the texts that were not published ([`Journal::keep_rejected_text`]), and
//! who is logged in to the console ([`Journal::keep_session`]).
//!
//! Beside that stand the subscriptions of feeds at hubs: a poll tells of them in its commit, [`Journal::subscriptions_due`]
//! hands out whose hub is to be asked, and [`Journal::step_subscription`] commits how that went.
//!
//! Events are found by what they say, newest first or in order: an [`EventFilter`] says which, and [`JournalReader::articles`],
//! [`JournalReader::story_page`] and [`JournalReader::events_by`] give them.
//!
//! It lasts for years: a [`RetentionPass`] lets go what nobody asks for any more, and has what must be remembered for ever take little
//! room. [`backup()`] copies it while it is in use; [`restore()`] makes a journal of a copy, which [reconciles](Journal::reconcile) with
//! what Kafka has before it goes on.
//!
//! A journal can be one of a fleet's: then a [`CommitLog`] has each transaction before the file does, and the file is a cache, which
//! [`JournalRebuild`] makes anew.
//!
//! One thread writes (but see [`Writing`]); any number of [`JournalReader`]s look on, in this process or in another. A
//! change is answered once it would survive the loss of power. When there is no room, changes are refused with
//! [`JournalError::Full`] while reading goes on, and succeed again as soon as there is room.
//!
//! ```
//! use dateline_journal::{Journal, Options};
//! use dateline_wire::{FeedRef, FeedState, SecretQuery, Sequence};
//! use jiff::Timestamp;
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let folder = tempfile::tempdir()?;
//! let journal = Journal::open(folder.path().join("journal.db"), Options::default())?;
//! let feed = FeedRef::new(&"https://news.example/rss".parse()?, None, &SecretQuery::default());
//! let feed = FeedState::new(&feed, Timestamp::now());
//! assert_eq!(journal.configure_feeds(vec![feed]).await?.added, 1);
//! assert_eq!(journal.last_sequence()?, Sequence::START);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adoption;
mod arrival;
mod backup;
mod change;
mod claims;
mod commit_log;
mod connection;
mod digest;
mod error;
mod identity;
mod journal;
mod label_reader;
mod ledger;
mod lock;
mod on_disk;
mod options;
mod private;
mod query;
mod reader;
mod rebuild;
mod retention;
mod revision;
mod schema;
mod sink_reader;
mod space;
mod state_rows;
mod status;
mod story_reader;
mod unfinished;
mod writer;
mod written_feeds;

pub use adoption::{AdoptedJournal, AdoptedRecord, AdoptedTotals, ShardDivision};
pub use arrival::{ArrivedJournal, JournalArrival, PublishedReport};
pub use backup::{CopyReport, RestoreOptions, RestoreReport, backup, restore};
pub use change::{
    ArticleLabel, Delay, EntryCompletion, EntryCounts, EntryEnd, FeedChanges, HeldOutcomes, HostWishRow,
    LabelCondition, LabelReceipt, LabelValue, MirrorUpdate, MissedEvents, OtherLabel, PollCommit, PollRecord,
    PollRequest, RejectedText, ReportedChange, RevisitCompletion, RevisitEnd, RevisitFinding, RevisitPlan,
    SinkId, SinkOpening, SinkOutage, SinkProgress, SinkStart, SinkState, StoredSession, StoryArticleRow,
    StoryUpdate, TakenReport, UndeliveredEvent,
};
pub use commit_log::{CommitLog, HandedEntry, LoggedTransaction, SharedCommitLog, StateRecord};
pub use connection::inspect;
pub use digest::ContentDigest;
pub use error::JournalError;
pub use journal::Journal;
pub use lock::{FilePlace, LockHolder, writer_of};
pub use on_disk::{file_identity, kind_of_file};
pub use options::{Durability, Options, Writing};
pub use query::{
    ArticleHistory, ArticlePage, EventFilter, Facet, FilterError, FoundArticle, PageCursor, Passage,
    SearchGap, SinkFilter, StoryCursor, TextQuery,
};
pub use reader::{
    HostQueue, JournalReader, PendingBatch, RevisitBatch, SeenLink, WaitingChoice, WaitingEntry,
};
pub use rebuild::JournalRebuild;
pub use retention::{Retention, RetentionPass, RetentionReport};
pub use revision::{EntryOutcome, FinalEvent, LatestRevision, reject_id};
pub use sink_reader::UndeliveredCounts;
pub use status::{EventCounts, FeedCounts, JournalStatus};
