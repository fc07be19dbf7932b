//! When the engine may begin something, and in which order it commits what fetches brought: [`Live`], or under a virtual
//! clock ([`Virtual`]).
//!
//! Live, what is due is begun at once and whatever is ready is committed at once. Under a virtual clock both have an order that
//! follows from the recording alone, and each waits for the other; a live engine pays nothing for that.

mod live;
mod virtual_time;

use dateline_fetcher::Clock;
use dateline_journal::JournalError;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::commit::{CommitReceipt, CommitRequest, CommitRetry};
use live::Live;
use virtual_time::Virtual;

/// The order in which things are begun and committed.
pub(super) trait Scheduling: Send {
    /// Takes on what a fetch brought: work that makes a change ready, which is then committed.
    fn push(&mut self, work: BoxFuture<'static, CommitRequest>);

    /// The next change that was committed; pending for ever while nothing is on its way. Dropping the future loses nothing.
    ///
    /// # Errors
    /// If the journal fails in a way that doesn't pass.
    fn next(&mut self) -> BoxFuture<'_, Result<CommitReceipt, JournalError>>;

    /// Whether something may be begun once it is due. Otherwise something has to end first.
    fn may_begin_when_due(&self) -> bool;

    /// Whether what is due may be begun now.
    fn may_begin(&self) -> bool;

    /// Whether nothing that ended is still to be followed by a beginning.
    fn is_at_rest(&self) -> bool;

    /// When to look again if nothing ends before: something is `due` then, or nothing is.
    fn wake(&self, due: Option<Instant>) -> Instant;

    /// What was due has been begun.
    fn note_beginning(&mut self);

    /// Something has been committed.
    fn note_end(&mut self);

    /// The moment that [`Scheduling::wake`] gave has come.
    fn note_wake(&mut self);
}

/// The scheduling that belongs to `clock`.
pub(super) fn under(clock: Clock, commits: CommitRetry) -> Box<dyn Scheduling> {
    if clock.is_virtual() { Box::new(Virtual::new(commits)) } else { Box::new(Live::new(commits)) }
}

#[cfg(test)]
mod tests {
    use dateline_fetcher::PollResult;
    use dateline_journal::{Durability, Journal, Options, PollCommit, Writing};
    use dateline_wire::{FeedRef, FeedState, HubNews, SecretQuery};
    use futures_util::FutureExt;
    use jiff::Timestamp;

    use super::*;
    use crate::config::CopyPolicy;
    use crate::engine::comparison::{Comparison, ComparisonTables};
    use crate::traces::Traces;

    /// A poll of a feed, ready to be committed.
    fn poll(feed: FeedState) -> BoxFuture<'static, CommitRequest> {
        let commit = Box::new(PollCommit {
            feed,
            entries: Vec::new(),
            events: Vec::new(),
            hub: HubNews::Nothing,
            at: Timestamp::UNIX_EPOCH,
            traceparent: String::new(),
        });
        let began = Timestamp::UNIX_EPOCH;
        std::future::ready(CommitRequest::Poll { commit, result: PollResult::Read, pushed: None, began })
            .boxed()
    }

    /// Whether a poll is committed while the extraction that was pushed before it goes on.
    async fn overtakes(clock: Clock) -> bool {
        let folder = tempfile::tempdir().expect("a place for files");
        let options =
            Options { durability: Durability::Process, writing: Writing::InPlace, ..Options::default() };
        let journal = Journal::open(folder.path().join("journal.db"), options).expect("a journal");
        let url = "https://news.example/rss".parse().expect("a URL");
        let feed = FeedState::new(&FeedRef::new(&url, None, &SecretQuery::default()), Timestamp::UNIX_EPOCH);
        journal.configure_feeds(vec![feed.clone()]).await.expect("the journal takes feeds");
        let mut scheduling = under(
            clock,
            CommitRetry::new(
                journal.clone(),
                Comparison::new(journal, CopyPolicy::default(), ComparisonTables::default()),
                clock,
                Traces::off(),
            ),
        );
        let (go_on, extraction) = tokio::sync::oneshot::channel::<CommitRequest>();
        scheduling.push(async move { extraction.await.expect("it goes on") }.boxed());
        scheduling.push(poll(feed.clone()));
        // The journal is written in place, so that what can be committed is committed at once.
        let was_first = scheduling.next().now_or_never().is_some();
        assert!(go_on.send(poll(feed).await).is_ok());
        assert!(matches!(scheduling.next().await, Ok(CommitReceipt::Poll { .. })));
        was_first
    }

    #[tokio::test]
    async fn a_live_commit_waits_for_nobodys_extraction() {
        assert!(overtakes(Clock::System).await);
    }

    #[tokio::test]
    async fn under_a_virtual_clock_commits_keep_the_order_of_the_fetches() {
        assert!(!overtakes(Clock::starting_at(Timestamp::UNIX_EPOCH)).await);
    }
}
