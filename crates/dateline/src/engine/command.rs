//! What a running engine can be told to do.

use std::collections::HashMap;
use std::sync::Arc;

use dateline_fetcher::{Feed, Fetcher};
use dateline_journal::{JournalError, PollRequest};
use dateline_parser::{SiteRules, Subject};
use dateline_stories::origin::Agencies;
use dateline_stories::story::StoryTables;
use dateline_wire::FeedId;
use tokio::sync::oneshot;

use crate::config::{EngineSettings, RevisitSettings};

/// What a running engine is told to do. Each is answered once it is done; the answer is dropped without a word if the engine
/// stops before.
pub enum EngineCommand {
    /// Go on with what was read anew.
    Reload(Box<EngineUpdate>, oneshot::Sender<Result<(), JournalError>>),
    /// Ask a feed now.
    Poll(FeedId, PollRequest, oneshot::Sender<Result<(), JournalError>>),
    /// Look for entries that wait: others have handed some over. Nobody waits for the answer.
    Claim,
}

/// What the engine is to go on with, in place of what it has. What is under way ends as it began.
pub struct EngineUpdate {
    /// The feeds that are polled. Those that the journal doesn't know are due at once.
    pub feeds: Vec<Feed>,
    /// The feeds that others poll, for entries that are handed over; none for a daemon by itself.
    pub announcers: Arc<HashMap<FeedId, Arc<Feed>>>,
    /// Polls feeds and fetches pages; made from the one before ([`Fetcher::under`]).
    pub fetcher: Arc<Fetcher>,
    /// Says what is relevant.
    pub subject: Arc<Subject>,
    /// Says how single sites are read.
    pub sites: Arc<SiteRules>,
    /// Says whose texts others carry.
    pub agencies: Arc<Agencies>,
    /// What stories are told by. Whether they are told at all is settled at the start.
    pub story_tables: Option<Arc<StoryTables>>,
    /// Whether agencies or story tables are others: then what is known of earlier articles is judged anew by them.
    pub compares_anew: bool,
    /// When pages of published articles are visited again.
    pub revisit: RevisitSettings,
    /// How much is done at once.
    pub settings: EngineSettings,
}
