//! Live: what is due is begun, and what is ready is committed, whatever else is under way.

use dateline_journal::JournalError;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::Scheduling;
use crate::engine::HEARTBEAT;
use crate::engine::commit::{CommitReceipt, CommitRequest, CommitRetry};

/// Commits in whatever order things become ready.
pub(super) struct Live {
    commits: CommitRetry,
    under_way: FuturesUnordered<BoxFuture<'static, Result<CommitReceipt, JournalError>>>,
}

impl Live {
    pub(super) fn new(commits: CommitRetry) -> Self {
        Self { commits, under_way: FuturesUnordered::new() }
    }
}

impl Scheduling for Live {
    fn push(&mut self, work: BoxFuture<'static, CommitRequest>) {
        let commits = self.commits.clone();
        self.under_way.push(Box::pin(async move { commits.commit(work.await).await }));
    }

    fn next(&mut self) -> BoxFuture<'_, Result<CommitReceipt, JournalError>> {
        Box::pin(async {
            match self.under_way.next().await {
                Some(receipt) => receipt,
                None => std::future::pending().await,
            }
        })
    }

    fn may_begin_when_due(&self) -> bool {
        true
    }

    fn may_begin(&self) -> bool {
        true
    }

    fn is_at_rest(&self) -> bool {
        true
    }

    fn wake(&self, due: Option<Instant>) -> Instant {
        let heartbeat = Instant::now() + HEARTBEAT;
        due.map_or(heartbeat, |due| due.min(heartbeat))
    }

    fn note_beginning(&mut self) {}

    fn note_end(&mut self) {}

    fn note_wake(&mut self) {}
}
