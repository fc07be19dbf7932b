//! Stories of a fleet: told by what its shards publish, in the order in which that is handed over, as a daemon by itself tells them of its own
//! articles.

use std::time::Duration;

use dateline_journal::{Journal, JournalError, ReportedChange, StoryUpdate};
use dateline_wire::{ArticleEvent, WithdrawalEvent};
use jiff::Timestamp;

use super::comparison::{Comparison, ComparisonTables};
use crate::config::CopyPolicy;

/// How long to wait before what the journal could not take is tried again.
const RETRY: Duration = Duration::from_millis(200);

/// Tells stories by what others publish.
pub(crate) struct StoryStage {
    journal: Journal,
    comparison: Comparison,
}

impl StoryStage {
    /// Over a journal that has the articles of the last weeks.
    ///
    /// # Errors
    /// If the journal fails.
    pub(crate) async fn open(
        journal: Journal,
        tables: ComparisonTables,
        now: Timestamp,
    ) -> Result<Self, JournalError> {
        // Whose text an article repeats is told of its story; the article itself is published by now.
        let mut comparison = Comparison::new(journal.clone(), CopyPolicy::Publish, tables);
        comparison.read_log(now).await?;
        Ok(Self { journal, comparison })
    }

    /// Takes in an article that was published, which stood before `until` among all that is handed over.
    ///
    /// # Errors
    /// If the journal fails in a way that doesn't pass.
    pub(crate) async fn take_article(
        &mut self,
        mut article: ArticleEvent,
        until: i64,
        (at, traceparent): (Timestamp, String),
    ) -> Result<(), JournalError> {
        let stories = self.comparison.follow(&mut article, at)?;
        let change = ReportedChange::Article(Box::new(article.clone()));
        self.commit(change, stories, until, (at, traceparent)).await?;
        self.comparison.committed_article(Some(&article), at)
    }

    /// Takes in that an article was withdrawn.
    ///
    /// # Errors
    /// As for [`take_article`](Self::take_article).
    pub(crate) async fn take_withdrawal(
        &mut self,
        withdrawal: WithdrawalEvent,
        until: i64,
        (at, traceparent): (Timestamp, String),
    ) -> Result<(), JournalError> {
        let stories = self.comparison.withdraw(&withdrawal.article, at).await?;
        let change = ReportedChange::Withdrawal(withdrawal.article);
        self.commit(change, stories, until, (at, traceparent)).await
    }

    /// The comparison is ahead of the journal until this is committed, so it is tried until it is.
    async fn commit(
        &self,
        change: ReportedChange,
        stories: StoryUpdate,
        until: i64,
        at: (Timestamp, String),
    ) -> Result<(), JournalError> {
        loop {
            match self.journal.take_report(change.clone(), stories.clone(), until, at.clone()).await {
                Err(error) if error.is_retryable() => tokio::time::sleep(RETRY).await,
                done => return done,
            }
        }
    }
}
