//! From a change that is ready to its receipt: the journal is asked until it has room.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use dateline_fetcher::{Clock, PollResult};
use dateline_journal::{
    Delay, EntryCompletion, EntryEnd, EntryOutcome, Journal, JournalError, PollCommit, RevisitCompletion,
    RevisitEnd, RevisitFinding,
};
use dateline_wire::{EntryId, Event, FeedId, FeedState};
use jiff::Timestamp;
use tokio::sync::{Mutex, MutexGuard, oneshot};
use url::Url;

use super::PauseCause;
use super::comparison::{Comparison, ComparisonTables};
use super::push::PushEnd;
use super::revisit;
use crate::metrics::poll_result_word;
use crate::traces::span::{self, Extent};
use crate::traces::{TraceContext, Traces};

/// How long to wait before asking a journal without room again.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// A change that the journal is asked to commit.
pub(super) enum CommitRequest {
    /// A poll or a push: the feed's new state, its entries and events, who waits for the end of a push, and when it began.
    Poll {
        commit: Box<PollCommit>,
        result: PollResult,
        pushed: Option<oneshot::Sender<PushEnd>>,
        began: Timestamp,
    },
    /// The end of an entry, and when the last attempt at its page began.
    Finish { completion: Box<EntryCompletion>, announced: Option<Timestamp>, began: Timestamp },
    /// A visit to the page of a published article, and whether the page was read.
    Revisit { visit: Box<RevisitCompletion>, was_read: bool },
    /// An entry whose page sends to a host that another member of the fleet asks.
    HandOver { feed: FeedId, entry: EntryId, link: Box<Url> },
    /// An entry whose page may be had later.
    Postpone { feed: FeedId, entry: EntryId, due: Timestamp, delay: Delay },
}

/// What the journal says of a change that it committed.
pub(super) enum CommitReceipt {
    /// A poll, and how many entries are new or changed.
    Poll { feed: Box<FeedState>, result: PollResult, fresh: usize, pushed: Option<oneshot::Sender<PushEnd>> },
    /// The end of an entry.
    Finished {
        event: Event,
        finished: EntryEnd,
        /// How many events of stories followed from it.
        stories: u64,
        announced: Option<Timestamp>,
        /// When its page is visited again, if it is.
        visit: Option<Timestamp>,
    },
    /// A visit to the page of a published article: what came of it, in a word where that is no event, how many events of stories
    /// followed from it, and when the next is due.
    Revisited { end: RevisitEnd, result: &'static str, stories: u64, next: Option<Timestamp> },
    /// An entry that others go on with.
    HandedOver,
    /// An entry that waits again, until then.
    Postponed { due: Timestamp },
}

/// Commits changes, again and again while the journal has no room. Clones count as one.
#[derive(Clone)]
pub(super) struct CommitRetry {
    journal: Journal,
    /// How many commits wait for the journal.
    stuck: Arc<AtomicUsize>,
    /// Why the last of these does.
    cause: Arc<std::sync::Mutex<Option<PauseCause>>>,
    /// What articles are compared with. One is compared and committed at a time, so that the next is compared with it.
    comparison: Arc<Mutex<Comparison>>,
    /// The tables that the next is compared by, where they are others. Nobody waits here for a commit that waits for room.
    next_tables: Arc<std::sync::Mutex<Option<ComparisonTables>>>,
    clock: Clock,
    traces: Traces,
}

impl CommitRetry {
    pub(super) fn new(journal: Journal, comparison: Comparison, clock: Clock, traces: Traces) -> Self {
        let comparison = Arc::new(Mutex::new(comparison));
        let (stuck, cause, next_tables) = Default::default();
        Self { journal, stuck, cause, comparison, next_tables, clock, traces }
    }

    /// Has articles compared by other tables, from the next one that is compared.
    pub(super) fn set_tables(&self, tables: ComparisonTables) {
        *self.next_tables.lock().unwrap_or_else(PoisonError::into_inner) = Some(tables);
    }

    /// What articles are compared with, by the tables in force.
    async fn comparison(&self) -> MutexGuard<'_, Comparison> {
        let mut comparison = self.comparison.lock().await;
        let next = self.next_tables.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(tables) = next {
            comparison.set_tables(tables);
        }
        comparison
    }

    /// Keeps what articles are compared with for the next start, if anything in it is new. Where a commit was broken off it stays as it was.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn keep_comparison(&self) -> Result<(), JournalError> {
        self.comparison.try_lock().map_or(Ok(()), |mut comparison| comparison.keep_after(1))
    }

    /// Whether a commit waits for room.
    pub(super) fn is_stuck(&self) -> bool {
        self.stuck.load(Ordering::Relaxed) > 0
    }

    /// Why commits wait, where they do.
    pub(super) fn pause_cause(&self) -> Option<PauseCause> {
        let cause = *self.cause.lock().unwrap_or_else(PoisonError::into_inner);
        cause.filter(|_| self.is_stuck())
    }

    fn note_cause(&self, error: &JournalError) {
        *self.cause.lock().unwrap_or_else(PoisonError::into_inner) = Some(PauseCause::of(error));
    }

    /// Commits a change, however long the journal has no room for it.
    ///
    /// # Errors
    /// If the journal fails in a way that doesn't pass.
    pub(super) async fn commit(self, request: CommitRequest) -> Result<CommitReceipt, JournalError> {
        let (journal, start) = (&self.journal, self.clock.now());
        match request {
            CommitRequest::Poll { commit, result, pushed, began } => {
                let done = self.until_there_is_room(|| journal.commit_poll((*commit).clone())).await?;
                let fresh = done.new + done.changed;
                self.tell_commit(&commit.traceparent, start);
                self.traces.tell(|_| {
                    let extent = Extent { start: began, end: self.clock.now() };
                    let word = poll_result_word(&result, fresh);
                    Some(span::poll(&commit, &result, word, fresh, extent))
                });
                Ok(CommitReceipt::Poll { feed: Box::new(commit.feed), result, fresh, pushed })
            }
            CommitRequest::Finish { completion, announced, began } => {
                let (completion, finished) = self.finish(*completion).await?;
                self.tell_commit(&completion.traceparent, start);
                self.traces.tell(|secrets| {
                    let entry = TraceContext::of_traceparent(&completion.traceparent)?;
                    let extent = Extent { start: announced.unwrap_or(began), end: self.clock.now() };
                    Some(span::entry(entry, (&completion, &finished), announced, extent, secrets))
                });
                let stories = match finished.outcome {
                    EntryOutcome::Article { .. } => completion.stories.events.len() as u64,
                    EntryOutcome::Reject | EntryOutcome::Duplicate => 0,
                };
                let visit = completion.revisit.map(|plan| plan.due);
                Ok(CommitReceipt::Finished { event: completion.event, finished, stories, announced, visit })
            }
            CommitRequest::Revisit { visit, was_read } => self.finish_revisit(*visit, was_read).await,
            CommitRequest::HandOver { feed, entry, link } => {
                let hand_over = || journal.hand_over(feed.clone(), entry.clone(), (*link).clone());
                self.until_there_is_room(hand_over).await?;
                Ok(CommitReceipt::HandedOver)
            }
            CommitRequest::Postpone { feed, entry, due, delay } => {
                let postpone = || journal.postpone(feed.clone(), entry.clone(), due, delay.clone());
                self.until_there_is_room(postpone).await?;
                Ok(CommitReceipt::Postponed { due })
            }
        }
    }

    /// Ends an entry. An article is compared with others first, and says then what it is to them.
    async fn finish(&self, completion: EntryCompletion) -> Result<(EntryCompletion, EntryEnd), JournalError> {
        if !matches!(completion.event, Event::Article(_)) {
            let finished = self.until_there_is_room(|| self.journal.finish(completion.clone())).await?;
            return Ok((completion, finished));
        }
        let mut comparison = self.comparison().await;
        let completion = comparison.compare(completion).await?;
        let finished = self.until_there_is_room(|| self.journal.finish(completion.clone())).await?;
        comparison.committed(&completion, &finished)?;
        Ok((completion, finished))
    }

    /// Ends a visit. What the page tells now is compared with what was published of it.
    async fn finish_revisit(
        &self,
        mut visit: RevisitCompletion,
        was_read: bool,
    ) -> Result<CommitReceipt, JournalError> {
        let mut comparison = self.comparison().await;
        if let RevisitFinding::Article { event, url, validators } = visit.finding {
            let compared = comparison.compare_visited(*event, &visit.article, visit.at).await?;
            visit.finding = match compared {
                Some((event, stories)) => {
                    visit.stories = stories;
                    RevisitFinding::Article { event, url, validators }
                }
                None => RevisitFinding::Nothing(validators),
            };
        }
        // The first of two visits that find a page gone changes no story.
        if matches!(visit.finding, RevisitFinding::Missing(_))
            && self.journal.reader().is_missing(&visit.article)?
        {
            visit.stories = comparison.withdraw(&visit.article, visit.at).await?;
        }
        let end = self.until_there_is_room(|| self.journal.finish_revisit(visit.clone())).await?;
        let article = end.event.as_ref().and_then(|(_, event)| match event {
            Event::Article(article) => Some(&**article),
            _ => None,
        });
        comparison.committed_article(article, visit.at)?;
        let result = revisit::result_word(&visit.finding, was_read);
        let stories = if end.event.is_some() { visit.stories.events.len() as u64 } else { 0 };
        Ok(CommitReceipt::Revisited { end, result, stories, next: visit.next })
    }

    fn tell_commit(&self, traceparent: &str, start: Timestamp) {
        self.traces.tell(|_| {
            let parent = TraceContext::of_traceparent(traceparent)?;
            Some(span::commit(parent, Extent { start, end: self.clock.now() }))
        });
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
        self.note_cause(error);
        if self.stuck.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::error!(%error, "intake pauses until the journal takes more");
        }
        let done = loop {
            tokio::time::sleep(FULL_PAUSE).await;
            match commit().await {
                Err(error) if error.is_retryable() => self.note_cause(&error),
                done => break done,
            }
        };
        if self.stuck.fetch_sub(1, Ordering::Relaxed) == 1 {
            tracing::info!("the journal takes more again; intake goes on");
        }
        done
    }
}
