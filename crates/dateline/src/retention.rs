//! Lets go what the journal needn't keep, now and then, and never for long at a time.

use std::time::Duration;

use dateline_fetcher::Clock;
use dateline_journal::{Journal, Retention, RetentionPass, RetentionReport};
use dateline_stories::copy::MEMORY;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;

/// How often the journal is gone over.
const INTERVAL: Duration = Duration::from_secs(3_600);

/// The pause after a step, in the time that the step took: four fifths of the time the journal is others'.
const PAUSE_FACTOR: u32 = 4;

/// The shortest and the longest pause after a step.
const MIN_PAUSE: Duration = Duration::from_millis(20);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// The rules that the settings come to.
pub fn rules(settings: &Settings) -> Retention {
    let retention = &settings.retention;
    Retention {
        events: retention.events.limit(),
        // What may still grow stays, however soon its events go.
        stories: retention.events.limit().map(|age| age.max(MEMORY)),
        story_growth: MEMORY,
        rejects: retention.rejects.limit(),
        entries: retention.entries.limit(),
        // Nobody asks for one that was read longer ago than that.
        links: settings.engine.refetch_after,
        max_bytes: (retention.max_bytes > 0).then_some(retention.max_bytes),
        only_delivered: settings.kafka.is_enabled(),
        // Which there are is settled at the start, by the daemon.
        sinks: Vec::new(),
        max_sink_wait: retention.for_sinks.limit().unwrap_or(Duration::MAX),
    }
}

/// Goes over the journal now, every hour, and when there are other `rules`, until `stop`. What cannot be done now is done the next
/// time.
pub async fn run(journal: Journal, mut rules: watch::Receiver<Retention>, stop: CancellationToken) {
    let mut was_over_size = false;
    loop {
        let in_force = rules.borrow_and_update().clone();
        let max_bytes = in_force.max_bytes;
        let pass = async {
            let report = go_over(&journal, in_force).await;
            let is_over_size = report.is_some_and(|report| report.is_over_size);
            if is_over_size && !was_over_size {
                tracing::warn!(
                    max_bytes,
                    "the journal holds more than retention.max_bytes, and all that may go is gone: what Kafka lacks stays"
                );
            }
            was_over_size = is_over_size;
            tokio::time::sleep(INTERVAL).await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            // A pass by rules that count no more is broken off: it may be letting go what is to stay.
            Ok(()) = rules.changed() => {}
            () = pass => {}
        }
    }
}

/// One pass; what it let go, where it came to its end.
async fn go_over(journal: &Journal, rules: Retention) -> Option<RetentionReport> {
    let mut pass = RetentionPass::new(rules, Clock::System.now());
    loop {
        let begun = Instant::now();
        match pass.step(journal).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(%error, "old events and entries stay for now: the journal could not be written");
                tell_missed(&pass.report());
                return None;
            }
        }
        tokio::time::sleep((begun.elapsed() * PAUSE_FACTOR).clamp(MIN_PAUSE, MAX_PAUSE)).await;
    }
    let report = pass.report();
    let RetentionReport { events, stories, links, entries, pages, .. } = &report;
    if events + stories + links + entries + pages > 0 {
        tracing::info!(events, stories, links, entries, pages, "let go what the journal needn't keep");
    }
    tell_missed(&report);
    Some(report)
}

/// Says in the log which sinks lacked what was let go. The journal counts it as well.
fn tell_missed(report: &RetentionReport) {
    for (sink, events) in &report.missed {
        tracing::error!(
            %sink,
            events,
            "events were let go before a sink had them: it has done nothing for as long as for_sinks in [retention] says, or the journal \
             is larger than max_bytes"
        );
    }
}
