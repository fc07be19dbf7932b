//! What a hub pushes, read as a poll's answer would be (WebSub, section 7).

use dateline_wire::{FeedState, HubNews};
use http::header;

use crate::{
    Feed, Fetcher, PollOutcome, PollResult,
    coding::{CodedExtent, read_body},
    feed, policy,
    poll::health_events,
    websub::PushContent,
};

impl Fetcher {
    /// Reads what the hub of `feed` pushed: its entries, to be committed as those of a poll are. Hubs may leave out entries
    /// that they have delivered before, so a push says nothing about what the feed lists; nor does it change when the feed
    /// is polled next. What cannot be read changes nothing.
    ///
    /// Its signature is to be checked before.
    pub async fn read_push(&self, before: &FeedState, feed: &Feed, pushed: PushContent) -> PollOutcome {
        let address = policy::address(before, feed.address());
        let url = self.secret_query().public(address).as_url().clone();
        let content_type = pushed.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let read = move |bytes: Vec<u8>| feed::read(&bytes, Some(&url), content_type.as_deref());
        let document = match read_body(
            &pushed.headers,
            &pushed.body,
            CodedExtent::Whole(self.fetch.max_decoded_bytes),
            read,
        )
        .await
        {
            Ok(read) => read.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let document = match document {
            Ok(document) => document,
            Err(reason) => {
                return PollOutcome {
                    feed: before.clone(),
                    entries: Vec::new(),
                    health: Vec::new(),
                    hub: HubNews::Nothing,
                    result: PollResult::UnreadablePush(reason),
                };
            }
        };
        let now = self.client.clock.now();
        let entries: Vec<_> = document
            .entries
            .iter()
            .map(|entry| feed.without_secrets(entry.to_wire(), self.secret_query()))
            .collect();
        let (state, told) = policy::after_push(before, &entries, now);
        self.leases.note_delivery(feed.id());
        PollOutcome {
            health: health_events(feed.published(), told, now),
            feed: state,
            entries,
            hub: HubNews::Pushed,
            result: PollResult::Pushed,
        }
    }
}
