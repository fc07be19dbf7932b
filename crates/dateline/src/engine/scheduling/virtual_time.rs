//! Under a virtual clock: commits come in the order in which fetches were completed, and nothing is begun meanwhile, so that
//! what happens when depends on the recording alone, not on the threads of this run.

use std::time::Duration;

use dateline_journal::JournalError;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use tokio::time::Instant;

use super::Scheduling;
use crate::engine::commit::{CommitReceipt, CommitRequest, CommitRetry};

/// Nothing is begun at the very moment at which something ended, but this much later: whatever else ends at that moment has
/// ended by then, however the threads of this run were scheduled.
const QUIET: Duration = Duration::from_millis(1);
/// Where nothing is due, this is as good as never.
const NEVER: Duration = Duration::from_secs(1000 * 365 * 86_400);

/// Commits in the order of the fetches.
pub(super) struct Virtual {
    commits: CommitRetry,
    readying: FuturesOrdered<BoxFuture<'static, CommitRequest>>,
    committing: FuturesOrdered<BoxFuture<'static, Result<CommitReceipt, JournalError>>>,
    /// Whether something ended since something was last begun.
    ended: bool,
    /// Whether time has passed since something last ended.
    quiet: bool,
}

impl Virtual {
    pub(super) fn new(commits: CommitRetry) -> Self {
        Self {
            commits,
            readying: FuturesOrdered::new(),
            committing: FuturesOrdered::new(),
            ended: false,
            quiet: true,
        }
    }
}

impl Scheduling for Virtual {
    fn push(&mut self, work: BoxFuture<'static, CommitRequest>) {
        self.readying.push_back(work);
    }

    fn next(&mut self) -> BoxFuture<'_, Result<CommitReceipt, JournalError>> {
        Box::pin(async {
            loop {
                tokio::select! {
                    biased;
                    Some(receipt) = self.committing.next() => return receipt,
                    Some(request) = self.readying.next() => {
                        self.committing.push_back(Box::pin(self.commits.clone().commit(request)));
                    }
                    else => std::future::pending().await,
                }
            }
        })
    }

    fn may_begin_when_due(&self) -> bool {
        self.readying.is_empty() && self.committing.is_empty()
    }

    fn may_begin(&self) -> bool {
        self.quiet && self.may_begin_when_due()
    }

    fn is_at_rest(&self) -> bool {
        !self.ended
    }

    fn wake(&self, due: Option<Instant>) -> Instant {
        match due {
            _ if self.ended => Instant::now() + QUIET,
            Some(due) => due,
            None => Instant::now() + NEVER,
        }
    }

    fn note_beginning(&mut self) {
        self.ended = false;
        self.quiet = false;
    }

    fn note_end(&mut self) {
        self.ended = true;
        self.quiet = false;
    }

    fn note_wake(&mut self) {
        self.quiet = true;
    }
}
