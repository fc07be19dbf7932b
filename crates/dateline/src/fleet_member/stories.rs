//! The stories of the fleet, told here while this member holds them.

use dateline_fetcher::Clock;
use dateline_fleet::{HandedReport, HeldStories};
use dateline_journal::{JournalError, Retention};
use dateline_stories::copy::MEMORY;
use dateline_wire::EventKind;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::engine::{ComparisonTables, StoryStage};
use crate::retention;

/// How much of what is published is taken in together, where so much waits.
const MAX_AT_ONCE: usize = 64;

/// Tells them until `stop`.
///
/// # Errors
/// If their journal fails in a way that doesn't pass.
pub(super) async fn tell(
    held: HeldStories,
    tables: ComparisonTables,
    rules: Retention,
    stop: CancellationToken,
) -> Result<(), JournalError> {
    let HeldStories { journal, reports } = held;
    let stage = StoryStage::open(journal.clone(), tables, Clock::System.now()).await?;
    // What an article is compared with is what is kept; who subscribes to stories has them from their topic.
    let kept = Retention { events: Some(MEMORY), stories: Some(MEMORY), max_bytes: None, ..rules };
    let (_kept, rules) = watch::channel(kept);
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        () = retention::run(journal, rules, stop.clone()) => Ok(()),
        told = take_in(stage, reports) => told,
    }
}

/// Takes in what is published, as it comes. Ends with an error, or with the shard.
async fn take_in(
    mut stage: StoryStage,
    mut reports: mpsc::Receiver<HandedReport>,
) -> Result<(), JournalError> {
    let mut waiting = Vec::new();
    while reports.recv_many(&mut waiting, MAX_AT_ONCE).await > 0 {
        let now = Clock::System.now();
        let (mut articles, mut read_until) = (Vec::new(), 0);
        for HandedReport { kind, traceparent, data, until, .. } in waiting.drain(..) {
            let unreadable = |error: serde_json::Error| {
                tracing::error!(%error, until, "what was published cannot be read, so no story has it");
            };
            match kind {
                EventKind::Article => match serde_json::from_str(&data) {
                    Ok(article) => {
                        articles.push((article, traceparent));
                        read_until = until;
                    }
                    Err(error) => unreadable(error),
                },
                EventKind::Withdrawal => match serde_json::from_str(&data) {
                    Ok(withdrawal) => {
                        // It may be of one of the articles before it.
                        if !articles.is_empty() {
                            stage.take_articles(std::mem::take(&mut articles), read_until, now).await?;
                        }
                        stage.take_withdrawal(withdrawal, until, (now, traceparent)).await?;
                    }
                    Err(error) => unreadable(error),
                },
                EventKind::Reject | EventKind::Health | EventKind::Story => {}
            }
        }
        if !articles.is_empty() {
            stage.take_articles(articles, read_until, now).await?;
        }
    }
    Ok(())
}
