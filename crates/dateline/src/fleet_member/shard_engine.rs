//! What works on a shard: an engine over its journal, whose hosts are asked while it is certain that the shard is held.

use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::{Clock, ContactGuard, ContactVerdict, Fetcher, HostWish};
use dateline_fleet::{ContactRule, FeedRequest, HeldShard, HeldStories, HostContact, Shard, ShardWork};
use dateline_journal::{HostWishRow, Journal, JournalError, Retention};
use dateline_parser::{SiteRules, Subject};
use dateline_stories::origin::Agencies;
use dateline_stories::story::StoryTables;
use futures_util::future::BoxFuture;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::feeds::MemberFeeds;
use super::journals::HeldJournals;
use super::stories;
use crate::config::{EngineSettings, Settings};
use crate::engine::{ComparisonTables, Engine, EngineCommand, EngineParts, EngineUpdate, StopCondition};
use crate::metrics::Metrics;
use crate::retention;
use crate::traces::Traces;

/// How many wishes of hosts may wait to be noted; what comes beside them is heard again from the host.
const MAX_WAITING_WISHES: usize = 256;

/// How long to wait before what the journal could not take is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// Why a shard that waits for the fleet's feeds is worked on no more.
const STOPPING: &str = "the member stops";

/// What works on shards.
pub(super) struct ShardEngine {
    /// One for all shards: whose turn it is at a host is known in one place.
    pub(super) fetcher: Fetcher,
    pub(super) subject: Arc<Subject>,
    pub(super) sites: Arc<SiteRules>,
    pub(super) agencies: Arc<Agencies>,
    /// What stories are told by; none are without.
    pub(super) story_tables: Option<Arc<StoryTables>>,
    /// The fleet's feeds, once they are known.
    pub(super) feeds: watch::Receiver<Option<Arc<MemberFeeds>>>,
    /// Where the journals of the shards that are worked on are looked up.
    pub(super) journals: Arc<HeldJournals>,
    pub(super) retention: watch::Sender<Retention>,
    /// One for all shards: a machine has only so many cores.
    pub(super) extraction_room: Arc<Semaphore>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) traces: Traces,
    pub(super) settings: Settings,
}

impl ShardWork for ShardEngine {
    fn work(&self, held: HeldShard, stop: CancellationToken) -> BoxFuture<'static, Result<(), String>> {
        let HeldShard { shard, journal, contact, mut handed_over, mut requests } = held;
        let (wishes, told_wishes) = mpsc::channel(MAX_WAITING_WISHES);
        let fetcher = Arc::new(self.fetcher.guarded(Arc::new(ShardGuard { contact, wishes })));
        let world = EngineParts {
            fetcher: fetcher.clone(),
            journal: journal.clone(),
            subject: self.subject.clone(),
            sites: self.sites.clone(),
            agencies: self.agencies.clone(),
            copies: self.settings.stories.copies,
            story_tables: None,
            revisit: self.settings.revisit.clone(),
            metrics: self.metrics.clone(),
            traces: self.traces.clone(),
            extraction_room: Some(self.extraction_room.clone()),
        };
        let (mut feeds, settings) = (self.feeds.clone(), self.settings.engine.clone());
        let (rules, delay) = (self.retention.subscribe(), self.settings.fetch.per_host_delay);
        let held = self.journals.hold(shard, journal.reader().clone());
        Box::pin(async move {
            let _held = held;
            // Whoever held the shard may have asked its hosts a moment ago.
            for wish in journal.reader().host_wishes().map_err(|error| told(&error))? {
                let HostWishRow { host, delay, until } = wish;
                let wish = match delay {
                    Some(delay) => HostWish::CrawlDelay { delay, until },
                    None => HostWish::Rest { until },
                };
                fetcher.recall(&host, wish);
            }
            tokio::time::sleep(delay).await;
            let known = feeds.wait_for(Option::is_some).await.map_err(|_| STOPPING)?.clone();
            let known = known.ok_or(STOPPING)?;
            let engine = Engine::new(world.clone(), known.of_shard(shard), settings.clone());
            let engine = engine.await.map_err(|error| told(&error))?;
            let engine = engine.with_announcers(known.announcers());
            let commands = engine.commands();
            let claims = commands.clone();
            let claim = async move {
                while handed_over.changed().await.is_ok() {
                    if claims.send(EngineCommand::Claim).await.is_err() {
                        break;
                    }
                }
                std::future::pending().await
            };
            let wants = commands.clone();
            let request = async move {
                while let Some(FeedRequest { feed, request }) = requests.recv().await {
                    // What the engine doesn't poll (yet, or any more) needs no request.
                    let (done, _) = oneshot::channel();
                    if wants.send(EngineCommand::Poll(feed, request, done)).await.is_err() {
                        break;
                    }
                }
                std::future::pending().await
            };
            let follow = async move {
                while feeds.changed().await.is_ok() {
                    let Some(known) = feeds.borrow_and_update().clone() else { continue };
                    go_on_with(&known, shard, &world, &settings, &commands).await?;
                }
                std::future::pending().await
            };
            tokio::select! {
                ended = engine.run(StopCondition::Stopped, stop.clone(), Duration::ZERO) => {
                    ended.map_err(|error| told(&error))
                }
                () = claim => Ok(()),
                () = request => Ok(()),
                failed = follow => failed,
                noted = note_wishes(&journal, told_wishes) => noted.map_err(|error| told(&error)),
                () = retention::run(journal.clone(), rules, stop) => Ok(()),
            }
        })
    }

    fn tell_stories(
        &self,
        held: HeldStories,
        stop: CancellationToken,
    ) -> BoxFuture<'static, Result<(), String>> {
        let (agencies, stories) = (self.agencies.clone(), self.story_tables.clone());
        let rules = self.retention.borrow().clone();
        Box::pin(async move {
            if stories.is_none() {
                stop.cancelled().await;
                return Ok(());
            }
            let tables = ComparisonTables { agencies, stories };
            stories::tell(held, tables, rules, stop).await.map_err(|error| told(&error))
        })
    }
}

/// Has a shard's engine go on with the feeds of another version. Ends once it does.
async fn go_on_with(
    known: &MemberFeeds,
    shard: Shard,
    world: &EngineParts,
    settings: &EngineSettings,
    commands: &mpsc::Sender<EngineCommand>,
) -> Result<(), String> {
    loop {
        let update = EngineUpdate {
            feeds: known.of_shard(shard),
            announcers: known.announcers(),
            fetcher: world.fetcher.clone(),
            subject: world.subject.clone(),
            sites: world.sites.clone(),
            agencies: world.agencies.clone(),
            story_tables: None,
            compares_anew: false,
            revisit: world.revisit.clone(),
            settings: settings.clone(),
        };
        let (done, answer) = oneshot::channel();
        if commands.send(EngineCommand::Reload(Box::new(update), done)).await.is_err() {
            return Ok(());
        }
        match answer.await {
            Ok(Err(error)) if error.is_retryable() => tokio::time::sleep(RETRY).await,
            Ok(Err(error)) => return Err(told(&error)),
            Ok(Ok(())) | Err(_) => return Ok(()),
        }
    }
}

/// Has the journal know what hosts wish, for whoever holds the shard next. Ends with an error only.
async fn note_wishes(journal: &Journal, mut told: mpsc::Receiver<HostWishRow>) -> Result<(), JournalError> {
    while let Some(wish) = told.recv().await {
        loop {
            match journal.note_host_wish(wish.clone(), Clock::System.now()).await {
                Err(error) if error.is_retryable() => tokio::time::sleep(RETRY).await,
                done => break done?,
            }
        }
    }
    std::future::pending().await
}

/// An error with its cause.
fn told(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}

/// Lets a shard's engine ask those hosts only that lie in the shard, while it is certain that it is held, and passes on what they wish.
struct ShardGuard {
    contact: ContactRule,
    wishes: mpsc::Sender<HostWishRow>,
}

impl ContactGuard for ShardGuard {
    fn verdict(&self, host: &str) -> ContactVerdict {
        match self.contact.contact(host) {
            HostContact::Allowed => ContactVerdict::Allowed,
            HostContact::Elsewhere => ContactVerdict::Elsewhere,
            HostContact::NotNow => ContactVerdict::NotNow,
        }
    }

    fn note(&self, host: &str, wish: HostWish) {
        let (delay, until) = match wish {
            HostWish::Rest { until } => (None, until),
            HostWish::CrawlDelay { delay, until } => (Some(delay), until),
        };
        if self.wishes.try_send(HostWishRow { host: host.to_owned(), delay, until }).is_err() {
            tracing::debug!(
                host,
                "what a host wishes was not noted: too much waits, or the shard has passed on"
            );
        }
    }
}
