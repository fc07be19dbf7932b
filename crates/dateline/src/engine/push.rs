//! What a hub pushed, on its way through the engine.

use dateline_fetcher::websub::PushContent;
use dateline_wire::FeedId;
use tokio::sync::oneshot;

/// What a hub pushed for a feed.
#[derive(Debug)]
pub struct Push {
    /// The feed.
    pub feed: FeedId,
    /// The content, whose signature has been checked.
    pub content: PushContent,
    /// Is told when it has ended; dropped without a word if the engine stops before.
    pub done: oneshot::Sender<PushEnd>,
}

/// How a push ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushEnd {
    /// Its entries are committed.
    Committed,
    /// It cannot be read; nothing was committed.
    Unreadable,
    /// Its feed is not polled any more.
    NoFeed,
}
