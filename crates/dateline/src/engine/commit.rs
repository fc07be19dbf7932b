//! From a change that is ready to its receipt: the journal is asked until it has room.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dateline_fetcher::PollResult;
use dateline_journal::{Delay, EntryCompletion, EntryEnd, Journal, JournalError, PollCommit};
use dateline_wire::{EntryId, Event, FeedId, FeedState};
use jiff::Timestamp;
use tokio::sync::{Mutex, oneshot};

use super::comparison::Comparison;
use super::push::PushEnd;

/// How long to wait before asking a journal without room again.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// A change that the journal is asked to commit.
pub(super) enum CommitRequest {
    /// A poll or a push: the feed's new state, its entries and events, and who waits for the end of a push.
    Poll { commit: Box<PollCommit>, result: PollResult, pushed: Option<oneshot::Sender<PushEnd>> },
    /// The end of an entry.
    Finish { completion: Box<EntryCompletion>, announced: Option<Timestamp> },
    /// An entry whose page may be had later.
    Postpone { feed: FeedId, entry: EntryId, due: Timestamp, delay: Delay },
}

/// What the journal says of a change that it committed.
pub(super) enum CommitReceipt {
    /// A poll, and how many entries are new or changed.
    Poll { feed: Box<FeedState>, result: PollResult, fresh: usize, pushed: Option<oneshot::Sender<PushEnd>> },
    /// The end of an entry.
    Finished { event: Event, finished: EntryEnd, announced: Option<Timestamp> },
    /// An entry that waits again, until then.
    Postponed { due: Timestamp },
}

/// Commits changes, again and again while the journal has no room. Clones count as one.
#[derive(Clone)]
pub(super) struct CommitRetry {
    journal: Journal,
    /// How many commits wait for room.
    stuck: Arc<AtomicUsize>,
    /// What articles are compared with. One is compared and committed at a time, so that the next is compared with it.
    comparison: Arc<Mutex<Comparison>>,
}

impl CommitRetry {
    pub(super) fn new(journal: Journal, comparison: Comparison) -> Self {
        Self { journal, stuck: Arc::default(), comparison: Arc::new(Mutex::new(comparison)) }
    }

    /// Whether a commit waits for room.
    pub(super) fn is_stuck(&self) -> bool {
        self.stuck.load(Ordering::Relaxed) > 0
    }

    /// Commits a change, however long the journal has no room for it.
    ///
    /// # Errors
    /// If the journal fails in a way that doesn't pass.
    pub(super) async fn commit(self, request: CommitRequest) -> Result<CommitReceipt, JournalError> {
        let journal = &self.journal;
        match request {
            CommitRequest::Poll { commit, result, pushed } => {
                let done = self.until_there_is_room(|| journal.commit_poll((*commit).clone())).await?;
                let fresh = done.new + done.changed;
                Ok(CommitReceipt::Poll { feed: Box::new(commit.feed), result, fresh, pushed })
            }
            CommitRequest::Finish { completion, announced }
                if matches!(completion.event, Event::Article(_)) =>
            {
                let mut comparison = self.comparison.lock().await;
                let completion = comparison.compare(*completion);
                let finished = self.until_there_is_room(|| journal.finish(completion.clone())).await?;
                comparison.committed(&completion, &finished);
                Ok(CommitReceipt::Finished { event: completion.event, finished, announced })
            }
            CommitRequest::Finish { completion, announced } => {
                let finished = self.until_there_is_room(|| journal.finish((*completion).clone())).await?;
                Ok(CommitReceipt::Finished { event: completion.event, finished, announced })
            }
            CommitRequest::Postpone { feed, entry, due, delay } => {
                let postpone = || journal.postpone(feed.clone(), entry.clone(), due, delay.clone());
                self.until_there_is_room(postpone).await?;
                Ok(CommitReceipt::Postponed { due })
            }
        }
    }

    /// Repeats a commit until the journal has room for it.
    async fn until_there_is_room<T, C: Future<Output = Result<T, JournalError>>>(
        &self,
        commit: impl Fn() -> C,
    ) -> Result<T, JournalError> {
        let first = commit().await;
        let Err(error) = &first else { return first };
        if !error.is_retryable() {
            return first;
        }
        if self.stuck.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::error!(%error, "intake pauses until the journal can be written again");
        }
        let done = loop {
            tokio::time::sleep(FULL_PAUSE).await;
            match commit().await {
                Err(error) if error.is_retryable() => {}
                done => break done,
            }
        };
        if self.stuck.fetch_sub(1, Ordering::Relaxed) == 1 {
            tracing::info!("the journal can be written again; intake goes on");
        }
        done
    }
}
