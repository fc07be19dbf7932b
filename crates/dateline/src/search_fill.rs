//! Has what an older version stored be found by what it says, while everything else goes on.

use std::time::Duration;

use dateline_journal::{Journal, JournalError, SearchGap};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The pause after a step, in the time that the step took: half of the journal's time is others'.
const PAUSE_FACTOR: u32 = 1;

/// The longest pause after a step.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait before what could not be done is tried again.
const RETRY: Duration = Duration::from_secs(60);

/// Goes over the events that are not found yet, the oldest first, until there are none or `stop`. A crash loses nothing of it: the next
/// start goes on where this one was.
pub(crate) async fn run(journal: Journal, stop: CancellationToken) {
    let gap = match journal.reader().search_gap() {
        Ok(Some(gap)) => gap,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%error, "events of an older version stay out of searches: the journal could not be read");
            return;
        }
    };
    let SearchGap { first, last } = gap;
    tracing::info!(
        first = first.0,
        last = last.0,
        "events of an older version are gone over, so that they can be searched; until that is done, searches lack them"
    );
    tokio::select! {
        () = stop.cancelled() => {}
        () = fill(&journal) => tracing::info!("all events can be searched"),
    }
}

async fn fill(journal: &Journal) {
    loop {
        let begun = Instant::now();
        match journal.fill_search().await {
            Ok(true) => tokio::time::sleep((begun.elapsed() * PAUSE_FACTOR).min(MAX_PAUSE)).await,
            Ok(false) => return,
            Err(JournalError::Closed) => return,
            Err(error) => {
                tracing::warn!(%error, "searches lack events of an older version for now: the journal could not be written");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}
