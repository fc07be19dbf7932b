//! Published articles whose page is visited again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{ArticleId, Entry, FeedId, Validators};

/// What is remembered of a published article whose page is visited again. One JSON value in the journal; fields join with a serde
/// default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RevisitState {
    /// The address that answered with its page.
    pub url: Url,
    /// What it gave to ask with next time.
    #[serde(default)]
    pub validators: Validators,
    /// When the article was published, or seen by us for the first time: visits are counted from then.
    pub published: Timestamp,
    /// How many visits in a row have failed for reasons that may pass.
    #[serde(default)]
    pub attempts: u32,
    /// When a visit first found the page gone; absent where the last that was answered found it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
    /// The entry that announced it.
    pub entry: Entry,
}

/// A published article whose page is due to be visited.
#[derive(Debug, Clone, PartialEq)]
pub struct DueRevisit {
    /// The article.
    pub article: ArticleId,
    /// The feed that announced it.
    pub feed: FeedId,
    /// Since when it is due.
    pub due: Timestamp,
    /// Whether it was withdrawn.
    pub is_withdrawn: bool,
    /// What is remembered of it.
    pub state: RevisitState,
}
