//! Polls and page fetches, as the engine calls them.

use std::{sync::Arc, time::Duration};

use dateline_wire::{FeedId, FeedState};
use jiff::Timestamp;

use crate::{
    Clock, ContactGuard, Feed, FetchSettings, HostWish, PollSettings, Schedule, chance::chance,
    client::PoliteClient, memory::PageMemory, policy, robots::Robots, transport::Transport, websub::Leases,
};

/// Polls feeds and fetches pages through one transport, with one politeness for all.
pub struct Fetcher {
    pub(crate) client: PoliteClient,
    pub(crate) robots: Robots,
    pub(crate) fetch: FetchSettings,
    pub(crate) settings: PollSettings,
    pub(crate) seed: u64,
    pub(crate) leases: Arc<Leases>,
    /// What pages may hold together; unbounded without.
    pub(crate) memory: Option<PageMemory>,
}

impl Fetcher {
    /// A fetcher that asks through `transport`. All its chance comes from `seed`.
    pub fn new(
        transport: Arc<dyn Transport>,
        fetch: FetchSettings,
        poll: PollSettings,
        clock: Clock,
        seed: u64,
    ) -> Self {
        let robots = Robots::new(&fetch.user_agent);
        Self {
            client: PoliteClient::new(transport, &fetch, clock),
            robots,
            fetch,
            settings: poll,
            seed,
            leases: Arc::default(),
            memory: None,
        }
    }

    /// The same, whose pages hold at most `bytes` together, but for one of them: from the first byte of an answer until the
    /// [`FetchedPage`](crate::FetchedPage) is dropped. Who finds no room waits. Not for a virtual clock, under which what waits
    /// would depend on the speed of the work.
    #[must_use]
    pub fn with_page_memory(mut self, bytes: usize) -> Self {
        self.memory = Some(PageMemory::new(bytes));
        self
    }

    /// A fetcher that asks through `transport` under other settings, and goes on with what this one knows: whose turn it is at
    /// each host and which want to be left alone, the robots.txt files (unless `fetch` asks under another name), the leases
    /// of hubs, and the memory of pages. `per_host_concurrency` stays as it is. What this one has under way goes on.
    #[must_use]
    pub fn under(&self, transport: Arc<dyn Transport>, fetch: FetchSettings, poll: PollSettings) -> Self {
        Self {
            client: self.client.under(transport, &fetch),
            robots: self.robots.known_to(&fetch.user_agent),
            fetch,
            settings: poll,
            seed: self.seed,
            leases: self.leases.clone(),
            memory: self.memory.clone(),
        }
    }

    /// The same fetcher, which asks those hosts only that `guard` allows, and goes on with what this one knows.
    #[must_use]
    pub fn guarded(&self, guard: Arc<dyn ContactGuard>) -> Self {
        Self {
            client: self.client.guarded(&self.fetch, guard),
            robots: self.robots.known_to(&self.fetch.user_agent),
            fetch: self.fetch.clone(),
            settings: self.settings.clone(),
            seed: self.seed,
            leases: self.leases.clone(),
            memory: self.memory.clone(),
        }
    }

    /// Keeps to what `host` wished of others who asked it before: the last time a moment ago, for all that is known.
    pub fn recall(&self, host: &str, wish: HostWish) {
        self.client.recall(host, wish);
    }

    /// When to poll a feed for the first time: between `from` and the configured spread later, always the same for the same
    /// feed and seed, so that a start doesn't ask for everything at once.
    pub fn first_poll(&self, feed: &FeedId, from: Timestamp) -> Timestamp {
        let wait = self.settings.start_spread.mul_f64(chance(self.seed, feed.as_str(), 0));
        from.checked_add(wait).unwrap_or(Timestamp::MAX)
    }

    /// When to poll `feed` next whose state is `state`: when its last poll decided, or as soon as its interval by now wants, where
    /// that was made shorter since.
    pub fn planned_poll(&self, feed: &Feed, state: &FeedState) -> Timestamp {
        let settings = feed.options().interval.within(&self.settings);
        let asked = state.last_poll.map_or(0, Timestamp::as_second);
        policy::within_interval(state, chance(self.seed, state.id.as_str(), asked), &settings)
    }

    /// An empty schedule that lets feeds of one host out as far apart as this fetcher asks them.
    pub fn schedule(&self) -> Schedule {
        Schedule::new(self.pause_at_host())
    }

    /// How far apart one host's feeds are asked.
    pub fn pause_at_host(&self) -> Duration {
        self.fetch.per_host_delay
    }

    /// Which feeds are pushed by a hub, as whoever subscribes to them says. Polls of these are rare.
    pub fn leases(&self) -> &Leases {
        &self.leases
    }

    /// Whether pages can be visited again: a recording that was made without holds no answers to that.
    pub fn has_revisits(&self) -> bool {
        self.client.has_revisits()
    }

    /// What the time of day is taken from.
    pub fn clock(&self) -> Clock {
        self.client.clock
    }
}
