//! One poll of a feed: the request that its state asks for, and the state that follows from the answer.

use dateline_wire::{Entry, FeedRef, FeedState, HealthEvent};
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use url::Url;

use crate::{
    Fetcher, Hop,
    client::{Answer, Failure},
    coding::decode_body,
    feed,
    transport::{Purpose, Response},
};

/// What a poll gave. It never fails: a failure is part of the feed's new state.
#[derive(Debug, Clone, PartialEq)]
pub struct PollOutcome {
    /// The feed's new state, with its next poll; to be committed together with the entries.
    pub feed: FeedState,
    /// Every entry that the feed lists now, known or not, in its order; none when nothing has changed.
    pub entries: Vec<Entry>,
    /// What happened to the feed.
    pub health: Vec<HealthEvent>,
    /// How the poll went.
    pub result: PollResult,
}

/// How a poll went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollResult {
    /// 304: nothing has changed.
    NotModified,
    /// The same body as before.
    Unchanged,
    /// The feed was read.
    Read,
    /// It failed, for the reason given; the state says when it is tried again.
    Failed(String),
    /// 410: the feed is gone for good and is not polled any more.
    Gone,
    /// Its host is to be left alone; nothing was asked.
    PutOff,
}

impl Fetcher {
    /// Asks for `feed` and reads what comes. `feed_ref` names it in health events.
    pub async fn poll(&self, feed: &FeedState, feed_ref: &FeedRef) -> PollOutcome {
        let _ = feed_ref;
        let now = self.client.clock.now();
        let mut state = feed.clone();
        state.last_poll = Some(now);
        let (result, entries) = match self.ask(feed).await {
            Err(Failure::Resting { until }) => {
                state.next_poll = until;
                return PollOutcome {
                    feed: state,
                    entries: Vec::new(),
                    health: Vec::new(),
                    result: PollResult::PutOff,
                };
            }
            Err(failure) => (PollResult::Failed(failure.to_string()), Vec::new()),
            Ok(answer) => self.read(&mut state, &answer, now),
        };
        match &result {
            PollResult::Failed(reason) => {
                state.failures += 1;
                state.last_error = Some(reason.clone());
            }
            PollResult::Gone => state.retired = true,
            _ => {
                state.failures = 0;
                state.last_error = None;
                state.last_success = Some(now);
            }
        }
        let wait = (self.settings.min_interval * 2u32.saturating_pow(state.failures.min(16)))
            .min(self.settings.max_backoff);
        state.next_poll = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        PollOutcome { feed: state, entries, health: Vec::new(), result }
    }

    async fn ask(&self, feed: &FeedState) -> Result<Answer, Failure> {
        let mut url = feed.url.clone();
        let mut hops: Vec<Hop> = Vec::new();
        loop {
            let response = self.client.send(&url, Purpose::Feed, conditions(feed, &url)).await?;
            match self.client.redirect(&url, &response, &hops) {
                None => return Ok(Answer { response, url }),
                Some(step) => {
                    let (hop, target) = step?;
                    hops.push(hop);
                    url = target;
                }
            }
        }
    }

    fn read(&self, state: &mut FeedState, answer: &Answer, now: Timestamp) -> (PollResult, Vec<Entry>) {
        let Answer { response, url } = answer;
        state.last_status = Some(response.status);
        match response.status {
            304 => (PollResult::NotModified, Vec::new()),
            410 => (PollResult::Gone, Vec::new()),
            200 => match self.document(response, url) {
                Err(reason) => (PollResult::Failed(reason), Vec::new()),
                Ok(document) => {
                    state.validators.url = Some(url.clone());
                    state.validators.etag = response.header(header::ETAG).map(str::to_owned);
                    state.validators.last_modified =
                        response.header(header::LAST_MODIFIED).map(str::to_owned);
                    let _ = now;
                    (PollResult::Read, document.entries.iter().map(feed::ReadEntry::to_wire).collect())
                }
            },
            status => (PollResult::Failed(format!("status {status}")), Vec::new()),
        }
    }

    fn document(&self, response: &Response, url: &Url) -> Result<feed::FeedDocument, String> {
        let bytes = decode_body(&response.headers, &response.body, self.fetch.max_decoded_bytes)
            .map_err(|error| error.to_string())?;
        feed::read(&bytes, Some(url), response.header(header::CONTENT_TYPE))
            .map_err(|error| error.to_string())
    }
}

fn conditions(feed: &FeedState, url: &Url) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if feed.validators.url.as_ref() == Some(url) {
        let mut add = |name, value: &Option<String>| {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        };
        add(header::IF_NONE_MATCH, &feed.validators.etag);
        add(header::IF_MODIFIED_SINCE, &feed.validators.last_modified);
    }
    headers
}
