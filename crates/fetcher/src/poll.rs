//! One poll of a feed: the request that its state asks for, and what came of it.

use std::ops::ControlFlow;

use data_encoding::HEXLOWER;
use dateline_wire::{
    Entry, EventId, FeedRef, FeedState, FetchFailure, FetchFailureCause, HealthEvent, HttpStatus, HubNews,
    PublicUrl, SecretQuery, Validators,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    Feed, Fetcher, Hop,
    chance::chance,
    client::RequestFailure,
    coding::{CodedExtent, read_body},
    feed::{self, FeedDocument, FeedEntry, Warning},
    policy::{self, ExchangeOutcome, HealthNotice, PollExchange, RhythmReading},
    refresh,
    retry_after::retry_after,
    transport::{Purpose, Response},
    websub::announcement,
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
    /// What it said about who pushes the feed.
    pub hub: HubNews,
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
    /// It failed; the state says when it is tried again.
    Failed(FetchFailure),
    /// 410: the feed is gone; it is asked once a week from now on.
    Gone,
    /// Its host is to be left alone; nothing was asked.
    PutOff,
    /// Its hub pushed.
    Pushed,
    /// Its hub pushed what cannot be read, for the reason given.
    UnreadablePush(String),
}

impl Fetcher {
    /// Asks for `feed`, of which `before` is known, and reads what comes.
    pub async fn poll(&self, before: &FeedState, feed: &Feed) -> PollOutcome {
        let PollAnswer { exchange, entries, hub, result } = self.exchange(before, feed).await;
        let now = self.client.clock.now();
        let drawn = chance(self.seed, feed.id().as_str(), now.as_second());
        let settings = feed.options().interval.within(&self.settings);
        let (mut state, told) = policy::after(before, exchange, now, drawn, &settings);
        self.leases.hear(feed.id(), &hub);
        if let Some(until) = self.leases.relied_on_until(feed.id(), now) {
            if state.last_new_entry == before.last_new_entry {
                policy::rest_while_pushed(&mut state, until, now, drawn, &settings);
            } else {
                // Something new that its hub has not pushed: it is asked as if there were none, until there is a push again.
                self.leases.note_miss(feed.id());
            }
        }
        let health = health_events(feed.published(), told, now);
        let entries =
            entries.into_iter().map(|entry| feed.without_secrets(entry, self.secret_query())).collect();
        PollOutcome { feed: state, entries, health, hub, result }
    }

    async fn exchange(&self, before: &FeedState, feed: &Feed) -> PollAnswer {
        let mut url = policy::address(before, feed.address()).clone();
        let mut hops: Vec<Hop> = Vec::new();
        loop {
            let headers = self.conditions(&before.validators, &url);
            let response = match self.client.send(&url, Purpose::Feed, headers, Some(feed)).await {
                Ok(response) => response,
                Err(failure) if hops.is_empty() => return PollAnswer::without_answer(failure),
                Err(failure) => {
                    let target = self.secret_query().public(&url);
                    return PollAnswer::without_answer(failure).by_way_of(&target);
                }
            };
            match self.client.redirect(&url, &response, &hops) {
                Some(Ok((hop, target))) => {
                    hops.push(hop);
                    url = target;
                }
                Some(Err(failure)) => {
                    return PollAnswer::without_answer(failure).with_status(response.status);
                }
                None => match self.answered((before, feed), &url, &hops, response).await {
                    ControlFlow::Break(answer) => return *answer,
                    ControlFlow::Continue((hop, target)) => {
                        hops.push(hop);
                        url = target;
                    }
                },
            }
        }
    }

    /// Takes in the answer of `url`, reached by way of `hops`; where it only sends elsewhere, the step there.
    async fn answered(
        &self,
        (before, feed): (&FeedState, &Feed),
        url: &Url,
        hops: &[Hop],
        response: Response,
    ) -> ControlFlow<Box<PollAnswer>, (Hop, Url)> {
        let now = self.client.clock.now();
        let status = response.status;
        let fresh_for = policy::fresh_for(&response.headers, now);
        // What is secret in an address is not remembered, so such a move is followed each time anew.
        let moved_to = permanent_target(hops, url).filter(|target| !self.secret_query().is_secret_in(target));
        let polled = |outcome, entries, result| PollAnswer {
            exchange: PollExchange {
                status: Some(status),
                failure: None,
                moved_to: moved_to.clone(),
                fresh_for,
                outcome,
            },
            entries,
            hub: HubNews::Nothing,
            result,
        };
        let asked = self.secret_query().public(url);
        let refused = || FetchFailure {
            address: (asked != feed.published().url).then(|| asked.to_string()),
            cause: FetchFailureCause::Status(HttpStatus(status)),
        };
        // Each address is asked once on the way, so that circles end.
        let is_new =
            |target: &Url| hops.len() < MAX_REFRESHED_HOPS && hops.iter().all(|hop| hop.url != *target);
        let follow = |target| ControlFlow::Continue((Hop { url: url.clone(), status }, target));
        let answer = match status {
            _ if response.has_representation() => match self.read(before, url, response, now).await {
                Err(ReadFailure::Elsewhere(target)) if is_new(&target) => return follow(target),
                Ok(FeedAnswer { outcome, entries, hub }) => {
                    let unchanged = matches!(outcome, ExchangeOutcome::Unchanged { .. });
                    let result = if unchanged { PollResult::Unchanged } else { PollResult::Read };
                    PollAnswer { hub, ..polled(outcome, entries, result) }
                }
                Err(failure) => {
                    let failure = FetchFailure::from(FetchFailureCause::Other(failure.to_string()));
                    polled(
                        ExchangeOutcome::Failed { failure: failure.clone(), retry_after: None },
                        Vec::new(),
                        PollResult::Failed(failure),
                    )
                }
            },
            304 if !self.conditions(&before.validators, url).is_empty() => {
                let given = validators_of(self.secret_query().public(url), &response.headers);
                let validators = refreshed(&before.validators, given);
                polled(ExchangeOutcome::Unchanged { validators }, Vec::new(), PollResult::NotModified)
            }
            // Only the configured address, or what it has moved to for good, can say that the feed is gone.
            410 if feed.address() == url
                || (policy::address(before, feed.address()) == feed.address()
                    && permanent_target(hops, url).as_ref() == Some(url)) =>
            {
                polled(ExchangeOutcome::Gone, Vec::new(), PollResult::Gone)
            }
            401..=403 | 407 | 451 => polled(
                ExchangeOutcome::Refused { failure: refused() },
                Vec::new(),
                PollResult::Failed(refused()),
            ),
            _ => {
                let retry_after =
                    retry_after(&response.headers, now).map(|wait| wait.min(self.fetch.max_retry_after));
                let outcome = ExchangeOutcome::Failed { failure: refused(), retry_after };
                polled(outcome, Vec::new(), PollResult::Failed(refused()))
            }
        };
        ControlFlow::Break(Box::new(answer))
    }

    /// Reads the body of an answer that holds the feed.
    async fn read(
        &self,
        before: &FeedState,
        url: &Url,
        response: Response,
        now: Timestamp,
    ) -> Result<FeedAnswer, ReadFailure> {
        let sent_on = response.header(refresh::REFRESH).and_then(|field| refresh::in_field(field, url));
        let public = self.secret_query().public(url);
        let validators = validators_of(public.clone(), &response.headers);
        let known = before.body_sha256.clone();
        let content_type = response.header(header::CONTENT_TYPE).map(str::to_owned);
        // Relative addresses in the feed take over nothing secret.
        let base = public.as_url().clone();
        let asked = url.clone();
        let read = move |bytes: Vec<u8>| {
            FeedBody::read(&bytes, &base, content_type.as_deref(), known.as_deref()).map_err(|reason| {
                // What is no feed may only send to it.
                let target = sent_on.or_else(|| refresh::target(&bytes, &asked));
                target.map_or(ReadFailure::NoFeed(reason), ReadFailure::Elsewhere)
            })
        };
        let extent = CodedExtent::Whole(self.fetch.max_decoded_bytes);
        let body = read_body(&response.headers, &response.body, extent, read).await;
        match body.map_err(|error| ReadFailure::NoFeed(error.to_string()))?? {
            FeedBody::Same => Ok(FeedAnswer {
                outcome: ExchangeOutcome::Unchanged { validators },
                entries: Vec::new(),
                hub: HubNews::Nothing,
            }),
            FeedBody::New { sha256, document } => {
                let entries: Vec<Entry> = document.entries.iter().map(FeedEntry::to_wire).collect();
                // What was cut short is asked for again, whole.
                let whole = !document.warnings.contains(&Warning::Truncated);
                let outcome = ExchangeOutcome::Read {
                    validators: if whole { validators } else { Validators::default() },
                    body_sha256: whole.then_some(sha256),
                    hints: policy::hints_of(&document),
                    reading: RhythmReading::of(&entries, now),
                };
                let hub = announcement(&document, &response.headers, public.as_url(), self.secret_query());
                Ok(FeedAnswer { outcome, entries, hub })
            }
        }
    }
}

impl Fetcher {
    /// What is secret in the addresses of feeds.
    pub fn secret_query(&self) -> &SecretQuery {
        &self.fetch.secret_query
    }

    /// The fields that make a request to `url` conditional: both validators, if they came from there (RFC 9110, section 13.1).
    pub(crate) fn conditions(&self, validators: &Validators, url: &Url) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if validators.url.as_ref().is_some_and(|from| *from == self.secret_query().public(url)) {
            let mut add = |name: HeaderName, value: &Option<String>| {
                if let Some(value) =
                    value.as_ref().and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok())
                {
                    headers.insert(name, value);
                }
            };
            add(header::IF_NONE_MATCH, &validators.etag);
            add(header::IF_MODIFIED_SINCE, &validators.last_modified);
        }
        headers
    }
}

/// What is told about the feed at `now`, as events.
pub(crate) fn health_events(feed: &FeedRef, told: Vec<HealthNotice>, now: Timestamp) -> Vec<HealthEvent> {
    let event = |told: HealthNotice| HealthEvent {
        id: EventId::of_parts(&["health", feed.id.as_str(), told.kind.as_str(), &now.to_string()]),
        feed: feed.clone(),
        kind: told.kind,
        detail: told.detail,
    };
    told.into_iter().map(event).collect()
}

/// A poll before its consequences.
struct PollAnswer {
    exchange: PollExchange,
    entries: Vec<Entry>,
    hub: HubNews,
    result: PollResult,
}

/// Why an answer gave no feed.
#[derive(Debug, thiserror::Error)]
enum ReadFailure {
    #[error("{0}")]
    NoFeed(String),
    /// It only sends there, by `<meta http-equiv="refresh">` or a field that says the same.
    #[error("it sends in a circle")]
    Elsewhere(Url),
}

/// How many steps to a feed may have been taken before an answer that sends on without being a redirect.
const MAX_REFRESHED_HOPS: usize = 3;

/// What a 200 gave.
struct FeedAnswer {
    outcome: ExchangeOutcome,
    entries: Vec<Entry>,
    hub: HubNews,
}

impl PollAnswer {
    fn without_answer(failure: RequestFailure) -> Self {
        let told = FetchFailure::from(FetchFailureCause::Other(failure.to_string()));
        let kind = match &failure {
            RequestFailure::Transport(error) => Some(error.kind),
            _ => None,
        };
        let (outcome, result) = match failure {
            RequestFailure::Resting { until } => (ExchangeOutcome::Resting { until }, PollResult::PutOff),
            _ => (
                ExchangeOutcome::Failed { failure: told.clone(), retry_after: None },
                PollResult::Failed(told),
            ),
        };
        let exchange = PollExchange { status: None, failure: kind, moved_to: None, fresh_for: None, outcome };
        Self { exchange, entries: Vec::new(), hub: HubNews::Nothing, result }
    }

    /// Tells that it was `target`, another address than that of the feed, which gave no answer.
    fn by_way_of(mut self, target: &PublicUrl) -> Self {
        let told = |failure: &mut FetchFailure| {
            let words = format!("it redirects to {target}: {failure}");
            failure.cause = FetchFailureCause::Other(words);
        };
        if let ExchangeOutcome::Failed { failure, .. } = &mut self.exchange.outcome {
            told(failure);
        }
        if let PollResult::Failed(failure) = &mut self.result {
            told(failure);
        }
        self
    }

    fn with_status(mut self, status: u16) -> Self {
        self.exchange.status = Some(status);
        self
    }
}

/// The body of a feed, against the one read before.
enum FeedBody {
    Same,
    New { sha256: String, document: Box<FeedDocument> },
}

impl FeedBody {
    fn read(
        bytes: &[u8],
        url: &Url,
        content_type: Option<&str>,
        known_sha256: Option<&str>,
    ) -> Result<Self, String> {
        let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
        if known_sha256 == Some(sha256.as_str()) {
            return Ok(Self::Same);
        }
        let document = feed::read(bytes, Some(url), content_type).map_err(|error| error.to_string())?;
        Ok(Self::New { sha256, document: Box::new(document) })
    }
}

/// Where the permanent redirects at the start of `hops` lead, which end at `last`.
fn permanent_target(hops: &[Hop], last: &Url) -> Option<Url> {
    let permanent = hops.iter().take_while(|hop| matches!(hop.status, 301 | 308)).count();
    (permanent > 0).then(|| hops.get(permanent).map_or(last, |hop| &hop.url).clone())
}

/// The validators that `url` gave, byte for byte. What isn't UTF-8 cannot be kept and counts as none.
pub(crate) fn validators_of(url: PublicUrl, headers: &HeaderMap) -> Validators {
    let field = |name: HeaderName| {
        let value = std::str::from_utf8(headers.get(name)?.as_bytes()).ok()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    Validators { url: Some(url), etag: field(header::ETAG), last_modified: field(header::LAST_MODIFIED) }
}

/// What a 304 leaves of the validators asked with: those it gives anew replace theirs (RFC 9111, section 4.3.4).
pub(crate) fn refreshed(asked: &Validators, given: Validators) -> Validators {
    Validators {
        url: given.url,
        etag: given.etag.or_else(|| asked.etag.clone()),
        last_modified: given.last_modified.or_else(|| asked.last_modified.clone()),
    }
}
