//! What a hub pushes, read as a poll's answer would be (WebSub, section 7).

use dateline_wire::{FeedRef, FeedState, HubNews};
use http::header;
use url::Url;

use crate::{
    Fetcher, PollOutcome, PollResult,
    coding::decode_body,
    feed::{self, FeedDocument, ReadEntry},
    policy,
    poll::{LARGE_BODY, health_events},
    websub::Pushed,
};

impl Fetcher {
    /// Reads what the hub of `feed` pushed: its entries, to be committed as those of a poll are. Hubs may leave out entries
    /// that they have delivered before, so a push says nothing about what the feed lists; nor does it change when the feed
    /// is polled next. What cannot be read changes nothing.
    ///
    /// Its signature is to be checked before.
    pub async fn read_push(&self, feed: &FeedState, feed_ref: &FeedRef, pushed: Pushed) -> PollOutcome {
        let (url, limit) = (policy::address(feed).clone(), self.fetch.max_decoded_bytes);
        let large = pushed.body.len() > LARGE_BODY;
        let read = move || read_feed(&pushed, &url, limit);
        let document = if large {
            tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(error.to_string()))
        } else {
            read()
        };
        let document = match document {
            Ok(document) => document,
            Err(reason) => {
                return PollOutcome {
                    feed: feed.clone(),
                    entries: Vec::new(),
                    health: Vec::new(),
                    hub: HubNews::Nothing,
                    result: PollResult::UnreadablePush(reason),
                };
            }
        };
        let now = self.client.clock.now();
        let entries: Vec<_> = document.entries.iter().map(ReadEntry::to_wire).collect();
        let (state, told) = policy::after_push(feed, &entries, now);
        self.leases.note_delivery(&feed.id);
        PollOutcome {
            health: health_events(feed_ref, told, now),
            feed: state,
            entries,
            hub: HubNews::Pushed,
            result: PollResult::Pushed,
        }
    }
}

fn read_feed(pushed: &Pushed, url: &Url, limit: usize) -> Result<FeedDocument, String> {
    let bytes = decode_body(&pushed.headers, &pushed.body, limit).map_err(|error| error.to_string())?;
    let content_type = pushed.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    feed::read(&bytes, Some(url), content_type).map_err(|error| error.to_string())
}
