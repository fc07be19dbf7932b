//! What follows from a poll: the feed's next state, when to ask again, and what to tell about it.
//!
//! All of it is a function of values ([`after`]): the state before, what the exchange showed, the time, and a drawn number.

mod explain;
mod freshness;
mod health;
mod hints;
mod moves;
mod rhythm;

use std::time::Duration;

use dateline_wire::{
    Entry, FailureKind, FeedState, FetchFailure, HealthKind, HttpStatus, PollHints, Validators,
};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::PollSettings;

pub use explain::reason_for_next_poll;
pub(crate) use freshness::fresh_for;
pub(crate) use health::HealthNotice;
pub(crate) use hints::hints_of;
pub(crate) use moves::address;
pub(crate) use rhythm::RhythmReading;

/// Healthy polls come up to this share later than decided, so that feeds that began in step do not stay so.
const JITTER: f64 = 0.1;

/// Retries vary by this share: what failed together shall not come back together.
const BACKOFF_JITTER: f64 = 0.25;

/// Who is refused (403 and the like) comes back after this many times the pause after another failure.
const REFUSED_FACTOR: u32 = 12;

/// How long a feed that is gone (410) is left alone. Servers are known to say so by mistake, and a feed may come back; one request
/// a week costs nobody anything.
const GONE_PAUSE: Duration = Duration::from_secs(7 * 24 * 3600);

/// What an exchange with a feed's server showed, as far as it matters for what follows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PollExchange {
    /// The status of the last answer, if one came.
    pub(crate) status: Option<u16>,
    /// Why no answer came, if none did.
    pub(crate) failure: Option<FailureKind>,
    /// Where permanent redirects alone lead from the address asked.
    pub(crate) moved_to: Option<Url>,
    /// For how long the answer says that it stays fresh.
    pub(crate) fresh_for: Option<Duration>,
    /// How it ended.
    pub(crate) outcome: ExchangeOutcome,
}

/// How an exchange with a feed's server ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExchangeOutcome {
    /// Nothing has changed, says the server (304) or the body.
    Unchanged { validators: Validators },
    /// The feed was read.
    Read {
        /// To ask with next time; none, if what came was damaged and is to be asked for again.
        validators: Validators,
        body_sha256: Option<String>,
        hints: PollHints,
        reading: RhythmReading,
    },
    /// Gone (410).
    Gone,
    /// The server doesn't want us (401, 403, 451).
    Refused { failure: FetchFailure },
    /// Any other failure; `retry_after` is the wait that the server asks for, already capped.
    Failed { failure: FetchFailure, retry_after: Option<Duration> },
    /// Its host is to be left alone; nothing was asked.
    Resting { until: Timestamp },
}

/// The state that follows, and what to tell. `drawn` is a number from 0 up to 1.
pub(crate) fn after(
    state: &FeedState,
    exchange: PollExchange,
    now: Timestamp,
    drawn: f64,
    settings: &PollSettings,
) -> (FeedState, Vec<HealthNotice>) {
    let mut state = state.clone();
    leave_out_unasked(&mut state, now);
    if let ExchangeOutcome::Resting { until } = exchange.outcome {
        state.next_poll = later(until.max(now), settings.min_interval.mul_f64(JITTER * drawn));
        return (state, Vec::new());
    }
    state.last_poll = Some(now);
    state.last_status = exchange.status;
    state.last_failure = exchange.failure;
    let mut told = Vec::new();
    match exchange.outcome {
        ExchangeOutcome::Unchanged { validators } => {
            told.extend(succeed(&mut state, exchange.moved_to.as_ref(), now, settings));
            state.validators = validators;
            told.extend(health::nothing_new(&mut state, now));
            state.next_poll = next_healthy(&state, exchange.fresh_for, now, drawn, settings);
        }
        ExchangeOutcome::Read { validators, body_sha256, hints, reading } => {
            told.extend(succeed(&mut state, exchange.moved_to.as_ref(), now, settings));
            state.validators = validators;
            state.body_sha256 = body_sha256;
            state.hints = hints;
            let change = reading.against(&state);
            told.extend(health::read(&mut state, change, reading.stuck_dates, reading.entries));
            reading.remember(&mut state, change, now);
            if change.new == 0 {
                told.extend(health::nothing_new(&mut state, now));
            }
            state.next_poll = next_healthy(&state, exchange.fresh_for, now, drawn, settings);
        }
        ExchangeOutcome::Gone => {
            state.retired = true;
            state.failing_since.get_or_insert(now);
            state.last_error = Some(FetchFailure::of_status(HttpStatus::GONE));
            told.extend(health::begin(
                &mut state,
                HealthKind::Dead,
                "its server says that it is gone (410); it is asked once a week from now on".to_owned(),
            ));
        }
        ExchangeOutcome::Refused { failure } => {
            told.extend(fail(&mut state, failure, now, settings));
            state.next_poll = next_retry(&state, REFUSED_FACTOR, None, now, drawn, settings);
        }
        ExchangeOutcome::Failed { failure, retry_after } => {
            told.extend(fail(&mut state, failure, now, settings));
            state.next_poll = next_retry(&state, 1, retry_after, now, drawn, settings);
        }
        ExchangeOutcome::Resting { .. } => {}
    }
    // Only an answer with the feed in it says that it is back.
    if state.retired {
        state.next_poll = later(now, GONE_PAUSE.mul_f64(1.0 + JITTER * drawn));
    }
    (state, told)
}

/// Leaves out of what is measured in time how long the feed was not asked although it was due, as while the daemon was stopped:
/// neither a failure nor a move goes on while nobody looks.
fn leave_out_unasked(state: &mut FeedState, now: Timestamp) {
    let unasked = now.duration_since(state.next_poll);
    if unasked.is_positive() {
        for since in [&mut state.failing_since, &mut state.moved_since].into_iter().flatten() {
            *since = since.checked_add(unasked).unwrap_or(now).min(now);
        }
    }
}

/// The state that follows from a push of `entries`, and what to tell. When the feed is polled next stays as it is.
pub(crate) fn after_push(
    state: &FeedState,
    entries: &[Entry],
    now: Timestamp,
) -> (FeedState, Vec<HealthNotice>) {
    let mut state = state.clone();
    let reading = RhythmReading::of(entries, now);
    let new = reading.against(&state).new;
    let told = health::news(&mut state, new).into_iter().collect();
    reading.add(&mut state, new, now);
    (state, told)
}

/// Puts the next poll of a feed that its hub pushes until `until` off as far as the settings allow. A feed that failed, or
/// whose entries came and went unseen, is asked as if there were no hub.
pub(crate) fn rest_while_pushed(
    state: &mut FeedState,
    until: Timestamp,
    now: Timestamp,
    drawn: f64,
    settings: &PollSettings,
) {
    // A poll that was put off asked for nothing.
    let asked = state.last_poll == Some(now);
    if !asked || state.failures > 0 || state.retired || state.conditions.contains(&HealthKind::Gap) {
        return;
    }
    let (_, max) = bounds(settings);
    let rare = later(now, max.mul_f64(1.0 - JITTER * drawn)).min(until);
    state.next_poll = state.next_poll.max(hints::outside_skipped(&state.hints, rare));
}

fn succeed(
    state: &mut FeedState,
    moved_to: Option<&Url>,
    now: Timestamp,
    settings: &PollSettings,
) -> impl Iterator<Item = HealthNotice> + use<> {
    let recovered = health::answers(state, now);
    state.failures = 0;
    state.retired = false;
    state.last_error = None;
    state.last_success = Some(now);
    let moved = moves::answered(state, moved_to, now, settings);
    recovered.into_iter().chain(moved)
}

fn fail(
    state: &mut FeedState,
    failure: FetchFailure,
    now: Timestamp,
    settings: &PollSettings,
) -> Option<HealthNotice> {
    state.failures = state.failures.saturating_add(1);
    moves::failed(state);
    let dead_after = SignedDuration::try_from(settings.dead_after).unwrap_or(SignedDuration::MAX);
    let told = health::fails(state, &failure, now, dead_after);
    state.last_error = Some(failure);
    told
}

/// When to ask a feed again that answered.
fn next_healthy(
    state: &FeedState,
    fresh_for: Option<Duration>,
    now: Timestamp,
    drawn: f64,
    settings: &PollSettings,
) -> Timestamp {
    let (min, max) = bounds(settings);
    let gap = state.conditions.contains(&HealthKind::Gap);
    let seconds = |seconds: Option<u32>| Duration::from_secs(u64::from(seconds.unwrap_or(0)));
    let announced = seconds(state.hints.ttl).max(seconds(state.hints.update_period));
    let lossless = if gap { Some(min) } else { rhythm::lossless(state) };
    let by_feed = rhythm::wanted(state, settings.latency, now).max(announced);
    // What the feed announces may cost time, but no entries; what HTTP says holds in any case: within it there is nothing
    // new to see.
    let floor = fresh_for.unwrap_or_default().clamp(min, max);
    let interval = by_feed.min(lossless.unwrap_or(Duration::MAX)).clamp(floor, max);
    let spread = interval.mul_f64(1.0 + JITTER * drawn);
    let interval = if spread <= max { spread } else { max.mul_f64(1.0 - JITTER * drawn).max(floor) };
    hints::outside_skipped(&state.hints, later(now, interval))
}

/// When to ask a feed next: when that was decided, or sooner where the settings by now allow it no such wait. `drawn` is a number from 0 up
/// to 1.
pub(crate) fn within_interval(state: &FeedState, drawn: f64, settings: &PollSettings) -> Timestamp {
    let Some(last) = state.last_poll.filter(|_| !state.retired) else {
        return state.next_poll;
    };
    if state.failures > 0 {
        let factor = match state.last_status {
            // The server may have said itself how long to wait.
            Some(429 | 503) => return state.next_poll,
            Some(401..=403 | 407 | 451) => REFUSED_FACTOR,
            _ => 1,
        };
        let retry = |drawn| next_retry(state, factor, None, last, drawn, settings);
        return if state.next_poll <= retry(1.0).max(retry(0.0)) { state.next_poll } else { retry(drawn) };
    }
    let (_, max) = bounds(settings);
    let after = |wait| hints::outside_skipped(&state.hints, later(last, wait));
    match state.next_poll <= after(max) {
        true => state.next_poll,
        false => after(max.mul_f64(1.0 - JITTER * drawn)),
    }
}

/// When to ask a feed again that failed.
fn next_retry(
    state: &FeedState,
    factor: u32,
    retry_after: Option<Duration>,
    now: Timestamp,
    drawn: f64,
    settings: &PollSettings,
) -> Timestamp {
    let (min, _) = bounds(settings);
    let cap = settings.max_backoff.max(min);
    let doublings = state.failures.saturating_sub(1).min(31);
    let backoff = min.saturating_mul(factor).saturating_mul(1 << doublings).min(cap);
    let spread = backoff.mul_f64(1.0 + BACKOFF_JITTER * drawn);
    let wait = if spread <= cap { spread } else { cap.mul_f64(1.0 - BACKOFF_JITTER * drawn).max(min) };
    let asked = retry_after.unwrap_or_default();
    // A tenth on top: many were told the same.
    later(now, wait.max(asked.saturating_add(asked.mul_f64(JITTER * drawn))))
}

/// The least and the most between two healthy polls.
fn bounds(settings: &PollSettings) -> (Duration, Duration) {
    // Not even a mistaken configuration asks all the time.
    let min = settings.min_interval.max(Duration::from_secs(1));
    (min, settings.max_interval.max(min))
}

fn later(moment: Timestamp, wait: Duration) -> Timestamp {
    moment.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
