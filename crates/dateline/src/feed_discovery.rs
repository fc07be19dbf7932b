//! The feed that an address is, or that the site there names.

use std::pin::Pin;

use dateline_fetcher::feed::{self, FeedError};
use dateline_fetcher::{Feed, Fetcher, PageError, PageFailure, PollOutcome, PollResult};
use dateline_wire::{FeedState, FetchFailure, HttpStatus, PublicUrl};
use jiff::Timestamp;
use url::Url;

use crate::feed_finding::wish_of_host;

/// Why there is none to add.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// Neither is it a feed, nor does it name one.
    #[error("{address} is no feed ({why}), and names none")]
    None {
        /// The address.
        address: PublicUrl,
        /// Why it is none.
        why: String,
    },
    /// There is no answer to read.
    #[error("{address} cannot be had ({why})")]
    Unanswered {
        /// The address.
        address: PublicUrl,
        /// Why it cannot.
        why: String,
    },
    /// It names one, which fails.
    #[error("{address} names {feed} as its feed, but that fails: {why}")]
    Failing {
        /// The address.
        address: PublicUrl,
        /// The feed that it names.
        feed: PublicUrl,
        /// Why that fails.
        why: String,
    },
    /// It names several.
    #[error("{address} names several feeds; add one of them by its address:\n  {}", list(feeds))]
    Several {
        /// The address.
        address: PublicUrl,
        /// The feeds that it names.
        feeds: Vec<PublicUrl>,
    },
}

/// The feed at an address as it would be asked.
pub type FeedPlan<'p, E> = Pin<Box<dyn Future<Output = Result<Feed, E>> + Send + 'p>>;

fn list(feeds: &[PublicUrl]) -> String {
    feeds.iter().map(PublicUrl::as_str).collect::<Vec<_>>().join("\n  ")
}

/// The feed that is at `url`, or the one that the page there names, with its address, and what it answered. Asks both, each in its host's turn, with the
/// options that `plan` gives a feed at an address.
///
/// # Errors
/// Why there is none, or none alone; what `plan` says.
pub async fn discover<'p, E: From<DiscoveryError>>(
    fetcher: &Fetcher,
    url: &Url,
    plan: impl Fn(Url) -> FeedPlan<'p, E>,
) -> Result<(Url, Feed, PollOutcome), E> {
    let there = plan(url.clone()).await?;
    let why = match ask(fetcher, &there).await {
        Ok(outcome) => return Ok((url.clone(), there, outcome)),
        Err(why) => why,
    };
    let public = |url: &Url| fetcher.secret_query().public(url);
    let address = public(url);
    let Some(named) = named_by_page(fetcher, url, &there).await else {
        return Err(DiscoveryError::Unanswered { address, why }.into());
    };
    match named.as_slice() {
        [] => Err(DiscoveryError::None { address, why }.into()),
        [only] => {
            let feed = plan(only.clone()).await?;
            match ask(fetcher, &feed).await {
                Ok(outcome) => Ok((only.clone(), feed, outcome)),
                Err(why) => {
                    let feed = public(only);
                    Err(DiscoveryError::Failing { address, feed, why }.into())
                }
            }
        }
        several => {
            let feeds = several.iter().map(public).collect();
            Err(DiscoveryError::Several { address, feeds }.into())
        }
    }
}

/// What the feed answers; otherwise why none is there.
async fn ask(fetcher: &Fetcher, feed: &Feed) -> Result<PollOutcome, String> {
    let outcome = fetcher.poll(&FeedState::new(feed.published(), Timestamp::now()), feed).await;
    match &outcome.result {
        PollResult::Failed(failure) => Err(failure.beside(feed.published().url.as_str())),
        PollResult::Gone => Err(FetchFailure::of_status(HttpStatus::GONE).to_string()),
        PollResult::PutOff => Err(wish_of_host(&outcome)),
        _ => Ok(outcome),
    }
}

/// The feeds that the page at `url` names, if it is one; it is asked for as a page of `feed` is. `None` where there is no answer to read.
async fn named_by_page(fetcher: &Fetcher, url: &Url, feed: &Feed) -> Option<Vec<Url>> {
    let page = match fetcher.page_of(url, Some(feed)).await {
        Ok(fetched) => fetched.page,
        // Pages are not to be read there, which says nothing of feeds.
        Err(PageError { failure: PageFailure::Robots, .. }) => return Some(Vec::new()),
        Err(_) => return None,
    };
    match feed::read(&page.bytes, page.url.as_ref(), page.content_type.as_deref()) {
        Err(FeedError::WebPage { feeds }) => Some(feeds),
        _ => Some(Vec::new()),
    }
}
