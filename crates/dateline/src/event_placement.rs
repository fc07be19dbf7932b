//! Has it known which events of an older version tell their article or story last, while everything else goes on.

use std::time::Duration;

use dateline_journal::{Journal, JournalError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The pause after a step, in the time that the step took: half of the journal's time is others'.
const PAUSE_FACTOR: u32 = 1;

/// The longest pause after a step.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait before what could not be done is tried again.
const RETRY: Duration = Duration::from_secs(60);

/// Goes over the events of which that isn't known, the oldest first, until there are none or `stop`. A crash loses nothing of it: the
/// next start goes on where this one was.
pub(crate) async fn run(journal: Journal, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = place(&journal) => {}
    }
}

async fn place(journal: &Journal) {
    loop {
        let begun = Instant::now();
        match journal.place_events().await {
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
