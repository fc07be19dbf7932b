//! Articles that other journals publish, taken in by the one that tells stories by them.

use std::sync::Arc;

use dateline_wire::{ArticleEvent, ArticleId, Event};
use jiff::Timestamp;
use rusqlite::params;

use super::revisit::remember_withdrawal;
use super::story::{StoryUpdate, tell};
use crate::JournalError;
use crate::digest;
use crate::ledger::{EventDraft, Ledger};
use crate::writer::Change;

/// What another journal published.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportedChange {
    /// An article, or a revision of one, which is as it is said to be there.
    Article(Box<ArticleEvent>),
    /// An article was withdrawn.
    Withdrawal(ArticleId),
}

/// [`ReportedChange`], with what it changes of stories.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenReport {
    /// What was published.
    pub change: ReportedChange,
    /// What is told by it.
    pub stories: StoryUpdate,
    /// When it was taken in.
    pub at: Timestamp,
    /// `traceparent` of the work that led to it.
    pub traceparent: String,
}

/// [`TakenReport`]s in their order, the last of which stood before `until` among all that are handed over.
pub(crate) struct TakenReports {
    pub(crate) reports: Arc<[TakenReport]>,
    pub(crate) until: i64,
}

impl Change for TakenReports {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        for report in &*self.reports {
            report.take(ledger)?;
        }
        ledger.draft.taken_until = Some(self.until);
        Ok(())
    }
}

impl TakenReport {
    fn take(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        match &self.change {
            ReportedChange::Article(article) => {
                let event = Event::Article(article.clone());
                let told = ledger.append(&EventDraft::of(&event, self.at, &self.traceparent))?;
                ledger
                    .connection
                    .prepare_cached(
                        "INSERT INTO revisions (id, revision, digest, withdrawn, sequence) VALUES (?1, ?2, ?3, 0, ?4) \
                         ON CONFLICT (id) DO UPDATE SET revision = ?2, digest = ?3, withdrawn = 0, sequence = ?4",
                    )?
                    .execute(params![
                        digest::bits_of(article.article.as_str()),
                        article.revision,
                        digest::of_article(&article.content),
                        told.sequence.0
                    ])?;
            }
            ReportedChange::Withdrawal(article) => remember_withdrawal(ledger, article)?,
        }
        tell(ledger, &self.stories, self.at, &self.traceparent)
    }
}
