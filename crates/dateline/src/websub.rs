//! Subscriptions at WebSub hubs: asks for them, answers what hubs ask back, and hands what they push to the engine.
//!
//! What is decided is decided in [`dateline_fetcher::websub`]; what has been decided stands in the journal, so that leases
//! are renewed whatever restarts between. Whoever posts to a callback is told "taken" once its entries are committed, and
//! "busy" when that takes too long, so that the hub brings them again.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use dateline_fetcher::websub::{HubMessage, HubReply, PushContent, WebSubSettings, ask_again, new_keys};
use dateline_fetcher::{Fetcher, SubscribeError};
use dateline_journal::{Journal, JournalError};
use dateline_wire::{Subscription, SubscriptionStep};
use futures_util::{StreamExt, stream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::engine::{EngineParts, Push, PushEnd};
use crate::metrics::Metrics;
use crate::text::shown_address;

/// How often the journal is asked whose hub is to be asked; a look at the first row of an index.
const LOOK: Duration = Duration::from_secs(1);
/// How many hubs are asked at once.
const AT_ONCE: usize = 8;
/// How many subscriptions are taken up in one go.
const BATCH: usize = 64;
/// How long a hub waits for its push to be committed before it is told to come back. Hubs give up after 10 s or more.
const COMMIT_PATIENCE: Duration = Duration::from_secs(8);
/// How long to wait before going on after the journal failed.
const JOURNAL_PAUSE: Duration = Duration::from_secs(30);

/// Everything that subscribing needs.
pub struct WebSub {
    journal: Journal,
    fetcher: RwLock<Arc<Fetcher>>,
    metrics: Arc<Metrics>,
    pushes: mpsc::Sender<Push>,
    settings: WebSubSettings,
    callbacks: Callbacks,
}

/// Where hubs reach this daemon, and what is taken from them.
#[derive(Debug, Clone)]
pub struct Callbacks {
    /// The address under which each subscription has a callback of its own.
    pub base: Url,
    /// The most that is taken of a post's body, in bytes.
    pub max_body_bytes: usize,
    /// How long a post's body may take to come.
    pub body_timeout: Duration,
}

/// How a post ended, for the answer and the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PostResult {
    /// Its entries are committed.
    Taken,
    /// It was not signed as it should be, or cannot be read: nothing was done.
    Ignored,
    /// Nothing is subscribed to there.
    Gone,
    /// It could not be taken now.
    Busy,
}

impl WebSub {
    /// Subscriptions for the feeds of `world`, whose pushes go to `pushes`; leases that were granted before go on.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn new(
        world: &EngineParts,
        pushes: mpsc::Sender<Push>,
        settings: WebSubSettings,
        callbacks: Callbacks,
    ) -> Result<Self, JournalError> {
        let EngineParts { journal, fetcher, metrics, .. } = world.clone();
        for subscription in journal.reader().subscriptions()? {
            fetcher.leases().note(&subscription);
        }
        Ok(Self { journal, fetcher: RwLock::new(fetcher), metrics, pushes, settings, callbacks })
    }

    /// Asks hubs through `fetcher` from now on; made from the one before ([`Fetcher::under`]), so that the leases are the same.
    pub fn ask_through(&self, fetcher: Arc<Fetcher>) {
        *self.fetcher.write().unwrap_or_else(PoisonError::into_inner) = fetcher;
    }

    fn fetcher(&self) -> Arc<Fetcher> {
        self.fetcher.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where hubs reach us, and what is taken from them.
    pub(crate) fn callbacks(&self) -> &Callbacks {
        &self.callbacks
    }

    /// Asks hubs as their subscriptions fall due, until `stop` is cancelled.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let asking = async {
            loop {
                let pause = self.ask_due().await.map_or_else(
                    |error| {
                        tracing::error!(%error, "subscriptions wait for the journal");
                        JOURNAL_PAUSE
                    },
                    |()| LOOK,
                );
                sleep(pause).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = asking => {}
        }
    }

    async fn ask_due(&self) -> Result<(), JournalError> {
        let due = self.journal.subscriptions_due(self.fetcher().clock().now(), BATCH)?;
        let mut asked =
            stream::iter(due).map(|subscription| self.ask(subscription)).buffer_unordered(AT_ONCE);
        while let Some(asked) = asked.next().await {
            asked?;
        }
        Ok(())
    }

    /// Asks one hub. Its keys are committed before: it may ask back before it answers.
    async fn ask(&self, subscription: Subscription) -> Result<(), JournalError> {
        let keys = subscription.keys.clone().unwrap_or_else(new_keys);
        let due = ask_again(&self.settings, subscription.requests, self.fetcher().clock().now());
        let asked = SubscriptionStep::Asked { keys: keys.clone(), due };
        // The feed may have named another hub meanwhile.
        let Some(subscription) = self.step(&subscription, asked).await? else { return Ok(()) };
        let fetcher = self.fetcher();
        let request = fetcher.subscribe(&subscription, &keys, &self.callbacks.base, self.settings.lease);
        let step = match request.await {
            Ok(()) => return Ok(()),
            Err(SubscribeError::Resting { until }) => SubscriptionStep::PutOff { due: until },
            Err(error) => {
                tracing::info!(topic = %shown_address(&subscription.link.topic), %error, "a hub does not take the subscription");
                SubscriptionStep::Failed { reason: error.to_string() }
            }
        };
        self.step(&subscription, step).await.map(|_| ())
    }

    async fn step(
        &self,
        subscription: &Subscription,
        step: SubscriptionStep,
    ) -> Result<Option<Subscription>, JournalError> {
        self.journal.step_subscription(subscription.feed.clone(), subscription.link.clone(), step).await
    }

    /// What a hub that asks back at the callback with `token` is answered: the challenge, or nothing to say (`Some("")`), or
    /// that it is not wanted (`None`).
    pub(crate) async fn answer(&self, token: &str, query: &str) -> Result<Option<String>, JournalError> {
        let (Some(intent), Some(subscription)) =
            (HubMessage::read(query), self.journal.subscription_at(token)?)
        else {
            return Ok(None);
        };
        let now = self.fetcher().clock().now();
        let (text, step) = match intent.reply(&subscription, &self.settings, now) {
            HubReply::Confirm(challenge, step) => (challenge, step),
            HubReply::Note(step) => (String::new(), step),
            HubReply::Refuse => return Ok(None),
        };
        let Some(stepped) = self.step(&subscription, step).await? else { return Ok(None) };
        self.fetcher().leases().note(&stepped);
        let topic = stepped.link.topic.as_str();
        match stepped.lease_end {
            Some(end) => tracing::info!(topic, %end, "a hub pushes the feed"),
            None => tracing::info!(topic, reason = stepped.last_error, "a hub does not push the feed"),
        }
        Ok(Some(text))
    }

    /// The subscription whose callback has `token`.
    pub(crate) fn subscription(&self, token: &str) -> Result<Option<Subscription>, JournalError> {
        self.journal.subscription_at(token)
    }

    /// Takes in what was posted to the callback of `subscription`; until its entries are committed, or for as long as a hub
    /// can be left waiting. What isn't signed by the hub is not even read.
    pub(crate) async fn take(&self, subscription: &Subscription, content: PushContent) -> PostResult {
        if !content.is_signed_for(subscription) {
            return self.counted(PostResult::Ignored, "unsigned");
        }
        let (done, end) = oneshot::channel();
        let push = Push { feed: subscription.feed.clone(), content, done };
        let taken = async {
            self.pushes.send(push).await.ok()?;
            end.await.ok()
        };
        match timeout(COMMIT_PATIENCE, taken).await {
            Ok(Some(PushEnd::Committed)) => self.counted(PostResult::Taken, "taken"),
            Ok(Some(PushEnd::Unreadable)) => self.counted(PostResult::Ignored, "unreadable"),
            Ok(Some(PushEnd::NoFeed)) => self.counted(PostResult::Gone, "no_feed"),
            // The engine stops, or has no time.
            Ok(None) | Err(_) => self.counted(PostResult::Busy, "busy"),
        }
    }

    /// `end`, counted as `result`.
    pub(crate) fn counted(&self, end: PostResult, result: &'static str) -> PostResult {
        self.metrics.pushed(result);
        end
    }
}
