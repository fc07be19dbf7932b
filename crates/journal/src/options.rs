//! How a journal is opened.

use std::time::Duration;

use crate::SharedCommitLog;

/// How a journal is opened. The default is what a daemon wants.
#[derive(Debug, Clone)]
pub struct Options {
    /// When a change counts as made.
    pub durability: Durability,
    /// Who makes changes.
    pub writing: Writing,
    /// The file's largest size in bytes; intake stops there as on a full disk. `None` leaves the disk as the bound.
    pub max_bytes: Option<u64>,
    /// How many outcomes may be held while it isn't known what Kafka has of a journal that was restored; intake stops there until it is
    /// known. At 5,000 a day the default is ten days, and some 300 MB.
    pub max_held: u64,
    /// How many changes may share one transaction, where a thread makes them. More spare the disk when many wait; each waits for the slowest.
    pub max_batch: usize,
    /// How many entries of one host may be handed out at a time, so that one slow host does not hold all workers.
    pub claims_per_host: usize,
    /// How long to wait for a lock that another process holds on the file (a backup, a checkpoint by `sqlite3`).
    pub busy_timeout: Duration,
    /// Where transactions are committed before the file has them, which is then a cache; `None` where the file is what counts.
    pub commit_log: Option<SharedCommitLog>,
}

/// When a change counts as made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// When it survives the loss of power.
    Full,
    /// When it is handed to the system: it survives the process, not the machine. For replays and simulations, whose
    /// journal can be made again.
    Process,
}

/// Who makes changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// A thread of the journal's own, as many as wait in one transaction; whoever hands one in waits without holding a thread.
    Apart,
    /// Whoever hands a change in, at once, each in a transaction of its own. For virtual time: a paused clock jumps to the
    /// next timer as soon as no task can go on, and would not know of another thread at work.
    InPlace,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            writing: Writing::Apart,
            max_bytes: None,
            max_held: 50_000,
            max_batch: 512,
            claims_per_host: 8,
            busy_timeout: Duration::from_secs(5),
            commit_log: None,
        }
    }
}
