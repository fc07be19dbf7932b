//! The feed that an address is, or that the site there names.

use dateline_fetcher::feed::{self, FeedError};
use dateline_fetcher::{Feed, Fetcher, PollOutcome, PollResult};
use dateline_wire::{FeedState, PublicUrl, SecretQuery};
use jiff::Timestamp;
use url::Url;

/// Why there is none to add.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// Neither is it a feed, nor does it name one.
    #[error(
        "{address} is no feed ({why}), and names none; --unchecked (over HTTP \"unchecked\": true) adds it all the same"
    )]
    None {
        /// The address.
        address: PublicUrl,
        /// Why it is none.
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

fn list(feeds: &[PublicUrl]) -> String {
    feeds.iter().map(PublicUrl::as_str).collect::<Vec<_>>().join("\n  ")
}

/// The address of the feed that is at `url`, or of the one that the page there names, and what it answered. Asks both, each in its
/// host's turn.
///
/// # Errors
/// Why there is none, or none alone.
pub async fn discover(
    fetcher: &Fetcher,
    secret_query: &SecretQuery,
    url: &Url,
) -> Result<(Url, PollOutcome), DiscoveryError> {
    let why = match ask(fetcher, secret_query, url).await {
        Ok(outcome) => return Ok((url.clone(), outcome)),
        Err(why) => why,
    };
    let public = |url: &Url| secret_query.public(url);
    let address = public(url);
    let named = named_by_page(fetcher, url).await;
    match named.as_slice() {
        [] => Err(DiscoveryError::None { address, why }),
        [only] => match ask(fetcher, secret_query, only).await {
            Ok(outcome) => Ok((only.clone(), outcome)),
            Err(why) => Err(DiscoveryError::Failing { address, feed: public(only), why }),
        },
        several => Err(DiscoveryError::Several { address, feeds: several.iter().map(public).collect() }),
    }
}

/// What the feed at `url` answers; otherwise why none is there.
async fn ask(fetcher: &Fetcher, secret_query: &SecretQuery, url: &Url) -> Result<PollOutcome, String> {
    let feed = Feed::new(url.clone(), None, secret_query);
    let outcome = fetcher.poll(&FeedState::new(feed.published(), Timestamp::now()), &feed).await;
    match &outcome.result {
        PollResult::Failed(reason) => Err(reason.clone()),
        PollResult::Gone => Err("gone (410)".to_owned()),
        PollResult::PutOff => Err("its host asks to be left alone".to_owned()),
        _ => Ok(outcome),
    }
}

/// The feeds that the page at `url` names, if it is one.
async fn named_by_page(fetcher: &Fetcher, url: &Url) -> Vec<Url> {
    let Ok(fetched) = fetcher.page(url).await else { return Vec::new() };
    let page = fetched.page;
    match feed::read(&page.bytes, page.url.as_ref(), page.content_type.as_deref()) {
        Err(FeedError::WebPage { feeds }) => feeds,
        _ => Vec::new(),
    }
}
