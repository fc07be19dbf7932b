//! Stories of a fleet: told by what its shards publish, in the order in which that is handed over, as a daemon by itself tells them of its own
//! articles.

use std::sync::Arc;
use std::time::Duration;

use dateline_journal::{Journal, JournalError, ReportedChange, TakenReport};
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

    /// Takes in articles that were published, in their order, with the `traceparent` of each. The last of them stood before `until` among all
    /// that is handed over. What comes together is committed together, which takes as long as one.
    ///
    /// # Errors
    /// If the journal fails in a way that doesn't pass.
    pub(crate) async fn take_articles(
        &mut self,
        articles: Vec<(ArticleEvent, String)>,
        until: i64,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let mut reports = Vec::with_capacity(articles.len());
        for (mut article, traceparent) in articles {
            let stories = self.comparison.follow(&mut article, at)?;
            let change = ReportedChange::Article(Box::new(article));
            reports.push(TakenReport { change, stories, at, traceparent });
        }
        self.commit(reports, until).await?;
        self.comparison.committed_followed()
    }

    /// Takes in that an article was withdrawn.
    ///
    /// # Errors
    /// As for [`take_articles`](Self::take_articles).
    pub(crate) async fn take_withdrawal(
        &mut self,
        withdrawal: WithdrawalEvent,
        until: i64,
        (at, traceparent): (Timestamp, String),
    ) -> Result<(), JournalError> {
        let stories = self.comparison.withdraw(&withdrawal.article, at).await?;
        let change = ReportedChange::Withdrawal(withdrawal.article);
        self.commit(vec![TakenReport { change, stories, at, traceparent }], until).await
    }

    /// The comparison is ahead of the journal until this is committed, so it is tried until it is.
    async fn commit(&self, reports: Vec<TakenReport>, until: i64) -> Result<(), JournalError> {
        let reports: Arc<[TakenReport]> = reports.into();
        loop {
            match self.journal.take_reports(reports.clone(), until).await {
                Err(error) if error.is_retryable() => tokio::time::sleep(RETRY).await,
                done => return done,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use dateline_journal::Options;
    use dateline_wire::{ArticleId, CanonicalUrl, CloudEvent, EventKind, Sequence};
    use serde_json::json;

    use super::*;
    use crate::config::read_story_tables;

    const FERRY: &str = "The ferry Maria left the harbour of Kirkwall at six on Monday morning with 40 passengers, for the first time since the \
                         storm of 12 January tore its ramp away and sank two boats beside it.";
    const FERRY_AGAIN: &str = "For the first time since the storm of 12 January sank two boats and tore its ramp away the ferry Maria left the \
                               harbour of Kirkwall on Monday morning at six. On board were 40 passengers.";
    const MILL: &str = "The old mill on the river Tay closes after two hundred years, since its owner Jean Burns finds no grain that is cheap \
                        enough, and nobody in Perth wants to buy it.";

    fn article(name: &str, revision: u32, text: &str) -> ArticleEvent {
        let url = format!("https://{name}.example/1");
        let id = ArticleId::of(&CanonicalUrl::of(&url.parse().unwrap()));
        serde_json::from_value(json!({
            "id": format!("{id}.{revision}"), "article": id, "revision": revision, "url": url, "canonical_url": url,
            "page_kind": "article", "publisher": name, "language": "en", "title": &text[..30], "authors": [], "cuts": [],
            "body": {"text": text, "paragraphs": [], "sha256": "", "extractor": "test"},
            "received_at": "2026-03-01T08:00:00Z", "entities": [],
            "relevance": {"label": "relevant", "reasons": [], "passages": []},
        }))
        .unwrap()
    }

    /// What a stage stands on: a journal in a folder, the shipped tables, and the time.
    fn ground() -> (tempfile::TempDir, Journal, ComparisonTables, Timestamp) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path().join("journal.db"), Options::default()).unwrap();
        let tables = read_story_tables(Path::new("../../config/stories")).unwrap();
        let tables = ComparisonTables { stories: Some(Arc::new(tables)), ..ComparisonTables::default() };
        (folder, journal, tables, "2026-03-01T09:00:00Z".parse().unwrap())
    }

    /// What is told of these articles when so many come together.
    async fn told(articles: &[ArticleEvent], together: usize) -> Vec<CloudEvent> {
        let (_folder, journal, tables, now) = ground();
        let mut stage = StoryStage::open(journal.clone(), tables, now).await.unwrap();
        for (number, batch) in articles.chunks(together).enumerate() {
            let batch = batch.iter().map(|article| (article.clone(), String::new())).collect();
            stage.take_articles(batch, i64::try_from(number).unwrap() + 1, now).await.unwrap();
        }
        journal.events_after(Sequence::START, 100, None).unwrap()
    }

    #[tokio::test]
    async fn a_stage_that_runs_on_tells_what_one_that_begins_anew_for_each_article_tells() {
        let articles = [
            article("first", 1, FERRY),
            article("second", 1, FERRY_AGAIN),
            article("third", 1, MILL),
            article("fourth", 1, MILL),
            article("second", 2, MILL),
            article("second", 3, FERRY_AGAIN),
            article("fifth", 1, FERRY_AGAIN),
        ];
        let mut told = Vec::new();
        for begins_anew in [false, true] {
            let (_folder, journal, tables, now) = ground();
            let mut stage = StoryStage::open(journal.clone(), tables.clone(), now).await.unwrap();
            for (number, article) in (0..).zip(&articles) {
                let batch = vec![(article.clone(), String::new())];
                stage.take_articles(batch, 2 * number + 1, now).await.unwrap();
                if number == 3 {
                    let (id, url) = (&article.article, &article.content.url);
                    let withdrawal = serde_json::from_value(json!({
                        "id": format!("{id}.w"), "article": id, "withdraws": format!("{id}.1"), "url": url,
                        "reason": "gone", "detail": "404 twice", "missing_since": now,
                    }))
                    .unwrap();
                    stage.take_withdrawal(withdrawal, 2 * number + 2, (now, String::new())).await.unwrap();
                }
                if begins_anew {
                    stage = StoryStage::open(journal.clone(), tables.clone(), now).await.unwrap();
                }
            }
            told.push(journal.events_after(Sequence::START, 100, None).unwrap());
        }
        assert!(told[0].len() > articles.len(), "{}", told[0].len());
        assert_eq!(told[0], told[1]);
    }

    #[tokio::test]
    async fn articles_that_are_taken_in_together_tell_what_they_tell_one_by_one() {
        let articles = [
            article("first", 1, FERRY),
            article("second", 1, FERRY_AGAIN),
            article("third", 1, MILL),
            // A copy of one that came with it, a report that becomes another, and a copy of what that was.
            article("fourth", 1, FERRY_AGAIN),
            article("second", 2, MILL),
            article("fifth", 1, FERRY),
            article("first", 2, FERRY_AGAIN),
        ];
        let one_by_one = told(&articles, 1).await;
        let stories = one_by_one.iter().filter(|event| event.kind == EventKind::Story).count();
        assert!(stories >= articles.len(), "each changes a story: {stories}");
        for together in [2, 3, articles.len()] {
            assert_eq!(told(&articles, together).await, one_by_one, "{together} together");
        }
    }
}
