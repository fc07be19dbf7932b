//! What a member tells the fleet of itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::Clock;
use dateline_fleet::{MemberProcess, MemberReport, MemberReporter, MemberStatus, SlowHost};
use dateline_journal::JournalError;
use jiff::Timestamp;
use tokio::sync::watch;

use super::feeds::MemberFeeds;
use super::journals::HeldJournals;

/// How often.
const INTERVAL: Duration = Duration::from_secs(5);

/// What it tells of.
pub(super) struct ReportSources {
    pub(super) member: String,
    pub(super) process: MemberProcess,
    pub(super) status: watch::Receiver<MemberStatus>,
    pub(super) feeds: watch::Receiver<Option<Arc<MemberFeeds>>>,
    pub(super) feeds_error: watch::Receiver<Option<String>>,
    pub(super) journals: Arc<HeldJournals>,
    /// The version of the fleet's settings that it goes by, and why it goes by no newer one, where it doesn't.
    pub(super) settings_version: u64,
    pub(super) settings_error: watch::Receiver<Option<String>>,
    /// What of its configuration is to be the same with all members.
    pub(super) settings: BTreeMap<String, String>,
}

/// Tells it again and again, while the member's name is this process's.
pub(super) async fn run(reporter: MemberReporter, sources: ReportSources) {
    let (mut status, sources) = (sources.status.clone(), Arc::new(sources));
    while status.wait_for(|status| status.has_name).await.is_ok() {
        let asked = sources.clone();
        match tokio::task::spawn_blocking(move || asked.report(Clock::System.now())).await {
            Ok(Ok(report)) => reporter.tell(&report).await,
            Ok(Err(error)) => tracing::debug!(%error, "how this member is could not be read"),
            Err(_) => return,
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

impl ReportSources {
    fn report(&self, now: Timestamp) -> Result<MemberReport, JournalError> {
        let (mut backlog, mut slowest): (u64, Option<SlowHost>) = (0, None);
        for (shard, journal) in self.journals.all() {
            backlog += journal.backlog()?;
            let Some(queue) = journal.slowest_host(now)? else { continue };
            if slowest.as_ref().is_none_or(|known| queue.since < known.since) {
                slowest = Some(SlowHost {
                    host: queue.host,
                    shard: shard.0,
                    waiting: queue.waiting,
                    since: queue.since,
                });
            }
        }
        let MemberStatus { shards, tells_stories, last_error, .. } = self.status.borrow().clone();
        let feeds = self.feeds.borrow().clone();
        let polled =
            feeds.as_ref().map(|feeds| shards.iter().map(|shard| feeds.count_of(*shard)).sum::<usize>());
        Ok(MemberReport {
            member: self.member.clone(),
            process: Some(self.process.clone()),
            at: now,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            shards: shards.iter().map(|shard| shard.0).collect(),
            tells_stories,
            feeds_version: feeds.map_or(0, |feeds| feeds.version),
            feeds_error: self.feeds_error.borrow().clone(),
            settings_version: self.settings_version,
            settings_error: self.settings_error.borrow().clone(),
            settings: self.settings.clone(),
            feeds: polled.unwrap_or_default() as u64,
            backlog,
            slowest,
            last_error,
        })
    }
}
