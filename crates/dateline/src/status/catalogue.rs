//! The feeds that are configured, polled or paused, for whoever tells about them.

use std::collections::HashMap;

use dateline_fetcher::{Feed, PollSettings};
use dateline_wire::FeedId;

/// The configured feeds, and how they are polled unless they say otherwise.
#[derive(Debug, Default)]
pub struct FeedCatalogue {
    polled: HashMap<FeedId, Feed>,
    /// In the order of the file.
    paused: Vec<Feed>,
    poll: PollSettings,
    is_idle: bool,
}

impl FeedCatalogue {
    /// Of the feeds that are polled by `poll` and those that are paused.
    pub fn new(polled: &[Feed], paused: &[Feed], poll: &PollSettings) -> Self {
        let polled = polled.iter().map(|feed| (feed.id().clone(), feed.clone())).collect();
        Self { polled, paused: paused.to_vec(), poll: poll.clone(), is_idle: false }
    }

    /// The same for a daemon that asks none of them (`run --no-intake`).
    #[must_use]
    pub fn idle(self) -> Self {
        Self { is_idle: true, ..self }
    }

    /// Whether none of them is asked by whoever tells.
    pub fn is_idle(&self) -> bool {
        self.is_idle
    }

    /// The feed with this id, polled or paused.
    pub fn get(&self, id: &FeedId) -> Option<&Feed> {
        self.polled.get(id).or_else(|| self.paused.iter().find(|feed| feed.id() == id))
    }

    /// Whether the feed with this id is paused.
    pub fn is_paused(&self, id: &FeedId) -> bool {
        !self.polled.contains_key(id) && self.paused.iter().any(|feed| feed.id() == id)
    }

    /// The feeds that are polled, in no order.
    pub fn polled(&self) -> impl Iterator<Item = &Feed> {
        self.polled.values()
    }

    /// The feeds that are paused.
    pub fn paused(&self) -> &[Feed] {
        &self.paused
    }

    /// How feeds are polled unless they say otherwise.
    pub fn poll_settings(&self) -> &PollSettings {
        &self.poll
    }
}
