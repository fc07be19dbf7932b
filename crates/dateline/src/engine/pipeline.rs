//! What fetches bring, on its way into the journal: first made ready (a page is extracted and judged), then committed, both in
//! the order in which the fetches completed, many at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dateline_fetcher::PollResult;
use dateline_journal::{Delay, EntryEnd, Finish, Journal, JournalError, PollCommit};
use dateline_wire::{EntryId, Event, FeedId, FeedState};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use jiff::Timestamp;
use tokio::sync::oneshot;

use super::push::PushEnd;

/// How long to wait before asking a journal without room again.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// A change that the journal is asked to commit.
pub(super) enum CommitRequest {
    /// A poll or a push: the feed's new state, its entries and events, and who waits for the end of a push.
    Poll { commit: Box<PollCommit>, result: PollResult, pushed: Option<oneshot::Sender<PushEnd>> },
    /// The end of an entry.
    Finish(Box<Finish>),
    /// An entry whose page may be had later.
    Postpone { feed: FeedId, entry: EntryId, due: Timestamp, delay: Delay },
}

/// What the journal says of a change that it committed.
pub(super) enum CommitReceipt {
    /// A poll, and how many entries are new or changed.
    Poll { feed: Box<FeedState>, result: PollResult, fresh: usize, pushed: Option<oneshot::Sender<PushEnd>> },
    /// The end of an entry.
    Finished { event: Event, finished: EntryEnd },
    /// An entry that waits again, until then.
    Postponed { due: Timestamp },
}

/// Both stages.
pub(super) struct Pipeline {
    journal: Journal,
    readying: FuturesOrdered<BoxFuture<'static, CommitRequest>>,
    committing: FuturesOrdered<BoxFuture<'static, Result<CommitReceipt, JournalError>>>,
    stuck: Arc<AtomicUsize>,
}

impl Pipeline {
    pub(super) fn new(journal: Journal) -> Self {
        Self {
            journal,
            readying: FuturesOrdered::new(),
            committing: FuturesOrdered::new(),
            stuck: Arc::default(),
        }
    }

    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.readying.is_empty() && self.committing.is_empty()
    }

    /// Whether a commit waits for room.
    pub(super) fn is_stuck(&self) -> bool {
        self.stuck.load(Ordering::Relaxed) > 0
    }

    /// Puts what a fetch brought behind what is on its way already.
    pub(super) fn push(&mut self, work: BoxFuture<'static, CommitRequest>) {
        self.readying.push_back(work);
    }

    /// What was committed next; pending for ever while nothing is on its way. Dropping the future loses nothing.
    ///
    /// # Errors
    /// If the journal fails in a way that doesn't pass.
    pub(super) async fn next(&mut self) -> Result<CommitReceipt, JournalError> {
        loop {
            tokio::select! {
                biased;
                Some(receipt) = self.committing.next() => return receipt,
                Some(request) = self.readying.next() => {
                    let committed = commit(self.journal.clone(), request, self.stuck.clone());
                    self.committing.push_back(Box::pin(committed));
                }
                else => std::future::pending().await,
            }
        }
    }
}

async fn commit(
    journal: Journal,
    request: CommitRequest,
    stuck: Arc<AtomicUsize>,
) -> Result<CommitReceipt, JournalError> {
    match request {
        CommitRequest::Poll { commit, result, pushed } => {
            let done = until_there_is_room(&stuck, || journal.commit_poll((*commit).clone())).await?;
            Ok(CommitReceipt::Poll {
                feed: Box::new(commit.feed),
                result,
                fresh: done.new + done.changed,
                pushed,
            })
        }
        CommitRequest::Finish(finish) => {
            let finished = until_there_is_room(&stuck, || journal.finish((*finish).clone())).await?;
            Ok(CommitReceipt::Finished { event: finish.event, finished })
        }
        CommitRequest::Postpone { feed, entry, due, delay } => {
            let postpone = || journal.postpone(feed.clone(), entry.clone(), due, delay.clone());
            until_there_is_room(&stuck, postpone).await?;
            Ok(CommitReceipt::Postponed { due })
        }
    }
}

/// Repeats a commit until the journal has room for it, counted in `stuck` meanwhile.
async fn until_there_is_room<T, C: Future<Output = Result<T, JournalError>>>(
    stuck: &AtomicUsize,
    commit: impl Fn() -> C,
) -> Result<T, JournalError> {
    let first = commit().await;
    let Err(error) = &first else { return first };
    if !error.is_retryable() {
        return first;
    }
    if stuck.fetch_add(1, Ordering::Relaxed) == 0 {
        tracing::error!(%error, "intake pauses until the journal can be written again");
    }
    let done = loop {
        tokio::time::sleep(FULL_PAUSE).await;
        match commit().await {
            Err(error) if error.is_retryable() => {}
            done => break done,
        }
    };
    if stuck.fetch_sub(1, Ordering::Relaxed) == 1 {
        tracing::info!("the journal can be written again; intake goes on");
    }
    done
}
