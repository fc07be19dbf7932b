//! What is sent to a receiver when: a function of values, without a clock, a network or a journal.
//!
//! Events that were read and are not settled are *open*; the position stands before the first of them. One that fails becomes
//! *waiting*, with all behind it that have its key, and the position passes it: so an article that its receiver chokes on holds up no
//! other. A receiver that fails for one event after the other is left alone for a while as a whole, then asked with one event at a time.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use dateline_journal::{SinkOutage, SinkProgress, SinkState, UndeliveredEvent};
use dateline_wire::{CloudEvent, Sequence};
use jiff::{SignedDuration, Timestamp};

use super::schedule::{pause_after, rest_after};
use crate::{SinkCondition, SinkReport};

/// How many events are on their way to one receiver at once, each of another key.
const MAX_IN_FLIGHT: usize = 8;
/// With how many open events no more are read.
const MAX_OPEN: usize = 64;
/// With how many waiting events no more are read: then it is the receiver that fails, not some events.
const MAX_WAITING: usize = 1_000;
/// After failing for this long a receiver counts as having been away: when it is back, what it failed is tried again at once.
const MIN_OUTAGE: SignedDuration = SignedDuration::from_secs(60);

/// What is to be delivered to one receiver.
#[derive(Debug)]
pub struct DeliveryQueue {
    name: String,
    give_up_after: SignedDuration,
    /// Everything up to here was read.
    scanned: Sequence,
    /// What the journal has for the position.
    saved: Sequence,
    open: BTreeMap<Sequence, Arc<CloudEvent>>,
    waiting: BTreeMap<Sequence, UndeliveredEvent>,
    /// What is on its way, with its key.
    in_flight: BTreeMap<Sequence, String>,
    unsaved: UnsavedProgress,
    /// What was delivered and is not counted in the journal. It counts once the position passes it: what a crash has delivered again
    /// counts once.
    uncounted: BTreeSet<Sequence>,
    /// What the journal has of the receiver's failures.
    saved_outage: Option<SinkOutage>,
    receiver: Receiver,
}

/// How the receiver is doing.
#[derive(Debug, Default)]
struct Receiver {
    disabled: Option<Timestamp>,
    failures_in_a_row: u32,
    failing_since: Option<Timestamp>,
    /// When it was last decided to leave it alone, and until when.
    rest: Option<(Timestamp, Timestamp)>,
    last_error: Option<String>,
    last_success: Option<Timestamp>,
    delivered: u64,
    failures: u64,
}

impl Receiver {
    /// As the journal has it, where the last attempts failed with `last_error`.
    fn as_it_was(state: &SinkState, last_error: Option<String>) -> Self {
        let as_it_was = Self { disabled: state.disabled, ..Self::default() };
        match state.outage {
            None => as_it_was,
            Some(outage) => Self {
                failures_in_a_row: outage.failures,
                failing_since: Some(outage.since),
                rest: Some((outage.since, outage.resting_until)),
                last_error,
                ..as_it_was
            },
        }
    }

    /// How it fails, if it does.
    fn outage(&self) -> Option<SinkOutage> {
        let (since, (_, resting_until)) = (self.failing_since?, self.rest?);
        Some(SinkOutage { failures: self.failures_in_a_row, since, resting_until })
    }
}

/// What the journal has not been told yet.
#[derive(Debug, Default)]
struct UnsavedProgress {
    /// What was delivered when its turn had passed.
    delivered: u64,
    failed: BTreeMap<Sequence, UndeliveredEvent>,
    settled: Vec<Sequence>,
    disabled: Option<Timestamp>,
    /// When something was delivered last, or nothing was lacking.
    worked: Option<Timestamp>,
}

/// One event on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its place.
    pub sequence: Sequence,
    /// The event; `None` where it has to be read from the journal.
    pub event: Option<Arc<CloudEvent>>,
    /// When it was sent.
    pub begun: Timestamp,
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptFailure {
    /// For a reason that may pass.
    Failed {
        /// Why, without secrets.
        why: String,
        /// How long the receiver asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The receiver wants no more (410).
    Gone,
    /// The event isn't in the journal any more.
    Lost,
}

impl DeliveryQueue {
    /// The queue of the webhook called `name`, whose state and waiting events are as the journal has them. An event that has failed
    /// for `give_up_after` is given up.
    pub fn new(
        name: String,
        state: &SinkState,
        waiting: Vec<UndeliveredEvent>,
        give_up_after: Duration,
    ) -> Self {
        let last_error =
            waiting.iter().rev().map(|event| event.error.clone()).find(|error| !error.is_empty());
        Self {
            name,
            give_up_after: SignedDuration::try_from(give_up_after).unwrap_or(SignedDuration::MAX),
            scanned: state.position,
            saved: state.position,
            open: BTreeMap::new(),
            waiting: waiting.into_iter().map(|event| (event.sequence, event)).collect(),
            in_flight: BTreeMap::new(),
            unsaved: UnsavedProgress::default(),
            uncounted: BTreeSet::new(),
            saved_outage: state.outage,
            receiver: Receiver::as_it_was(state, last_error),
        }
    }

    /// Whether there is room for events, and anybody to send them to.
    pub fn has_room(&self) -> bool {
        self.receiver.disabled.is_none() && self.open.len() < MAX_OPEN && self.waiting.len() < MAX_WAITING
    }

    /// Everything up to here was read.
    pub fn scanned(&self) -> Sequence {
        self.scanned
    }

    /// Takes in what comes after [`scanned`](Self::scanned), up to `until`.
    pub fn take(&mut self, events: Vec<CloudEvent>, until: Sequence, now: Timestamp) {
        for event in events {
            let is_blocked = self.waiting.values().any(|waiting| waiting.key == event.key);
            let event = Arc::new(event);
            match is_blocked {
                true => self.wait(&event, 0, now, now, String::new()),
                false => drop(self.open.insert(event.sequence, event)),
            }
        }
        self.scanned = self.scanned.max(until);
        if self.open.is_empty() && self.waiting.is_empty() {
            self.unsaved.worked = Some(now);
        }
    }

    /// The next event to be sent at `now`, which is on its way then.
    pub fn next(&mut self, now: Timestamp) -> Option<Attempt> {
        let limit = if self.receiver.failures_in_a_row > 0 { 1 } else { MAX_IN_FLIGHT };
        if self.receiver.disabled.is_some()
            || self.resting_until(now).is_some()
            || self.in_flight.len() >= limit
        {
            return None;
        }
        let due = self.first_of_each_key().filter(|event| event.due <= now).min_by_key(|event| event.due);
        let attempt = match due {
            Some(event) => (event.sequence, event.key.clone(), None),
            None => {
                let mut keys: HashSet<&str> = self.in_flight.values().map(String::as_str).collect();
                let event = self.open.values().find(|event| keys.insert(&event.key))?;
                (event.sequence, event.key.clone(), Some(event.clone()))
            }
        };
        let (sequence, key, event) = attempt;
        self.in_flight.insert(sequence, key);
        Some(Attempt { sequence, event, begun: now })
    }

    /// When there is something to do without anything happening before.
    pub fn wake(&self, now: Timestamp) -> Option<Timestamp> {
        if self.receiver.disabled.is_some() {
            return None;
        }
        self.resting_until(now).or_else(|| self.first_of_each_key().map(|event| event.due).min())
    }

    /// Of the waiting events those that none of their key is before, nor on its way.
    fn first_of_each_key(&self) -> impl Iterator<Item = &UndeliveredEvent> {
        let mut keys: HashSet<&str> = self.in_flight.values().map(String::as_str).collect();
        self.waiting.values().filter(move |event| keys.insert(&event.key))
    }

    /// `attempt` was delivered.
    pub fn delivered(&mut self, attempt: &Attempt, now: Timestamp) {
        match self.waiting.contains_key(&attempt.sequence) {
            true => self.unsaved.delivered += 1,
            false => drop(self.uncounted.insert(attempt.sequence)),
        }
        self.settle(attempt.sequence);
        self.unsaved.worked = Some(now);
        let receiver = &mut self.receiver;
        let was_away = receiver.failing_since.is_some_and(|since| now.duration_since(since) >= MIN_OUTAGE);
        receiver.delivered += 1;
        receiver.last_success = Some(now);
        (receiver.failures_in_a_row, receiver.failing_since) = (0, None);
        (receiver.rest, receiver.last_error) = (None, None);
        if was_away {
            self.waiting.values_mut().for_each(|event| event.due = event.due.min(now));
        }
    }

    /// `attempt` was not delivered.
    pub fn failed(&mut self, attempt: &Attempt, failure: AttemptFailure, now: Timestamp) {
        let (why, retry_after) = match failure {
            AttemptFailure::Lost => return self.settle(attempt.sequence),
            AttemptFailure::Gone => {
                self.in_flight.remove(&attempt.sequence);
                self.receiver.disabled = Some(now);
                self.unsaved.disabled = Some(now);
                return;
            }
            AttemptFailure::Failed { why, retry_after } => (why, retry_after),
        };
        self.in_flight.remove(&attempt.sequence);
        self.note_failure(&why, attempt.begun, retry_after, now);
        if let Some(event) = self.open.remove(&attempt.sequence) {
            self.wait(&event, 1, attempt.begun, now, why);
            self.park_behind(&event.key, now);
            return;
        }
        // What the operator has taken back meanwhile is no longer here.
        let Some(mut event) = self.waiting.remove(&attempt.sequence) else { return };
        let since = if event.attempts == 0 { attempt.begun } else { event.since };
        event.attempts = event.attempts.saturating_add(1);
        event.since = since;
        event.due = self.due_again(event.attempts, event.sequence, now);
        event.error = why;
        event.dead = (now.duration_since(since) >= self.give_up_after).then_some(now);
        self.unsaved.failed.insert(event.sequence, event.clone());
        if event.dead.is_none() {
            self.waiting.insert(event.sequence, event);
        }
    }

    /// Has all open events with this key wait.
    fn park_behind(&mut self, key: &str, now: Timestamp) {
        let behind: Vec<Arc<CloudEvent>> = self
            .open
            .values()
            .filter(|event| event.key == key && !self.in_flight.contains_key(&event.sequence))
            .cloned()
            .collect();
        for event in behind {
            self.open.remove(&event.sequence);
            self.wait(&event, 0, now, now, String::new());
        }
    }

    fn wait(&mut self, event: &CloudEvent, attempts: u32, since: Timestamp, now: Timestamp, error: String) {
        let due = if attempts == 0 { now } else { self.due_again(attempts, event.sequence, now) };
        let waiting = UndeliveredEvent {
            sequence: event.sequence,
            event: event.id.clone(),
            key: event.key.clone(),
            attempts,
            since,
            due,
            error,
            dead: None,
        };
        self.unsaved.failed.insert(event.sequence, waiting.clone());
        self.waiting.insert(event.sequence, waiting);
    }

    fn due_again(&self, attempts: u32, sequence: Sequence, now: Timestamp) -> Timestamp {
        now.checked_add(pause_after(attempts, &self.name, sequence.0)).unwrap_or(Timestamp::MAX)
    }

    /// Leaves the receiver alone for a while. What failed that was sent before it was last decided so is of the same outage, and makes
    /// it no longer.
    fn note_failure(&mut self, why: &str, begun: Timestamp, retry_after: Option<Duration>, now: Timestamp) {
        let receiver = &mut self.receiver;
        receiver.failures += 1;
        receiver.last_error = Some(why.to_owned());
        receiver.failing_since.get_or_insert(begun);
        let is_news = receiver.rest.is_none_or(|(decided, _)| begun > decided);
        if is_news {
            receiver.failures_in_a_row = receiver.failures_in_a_row.saturating_add(1);
        }
        let asked = retry_after.and_then(|wait| SignedDuration::try_from(wait).ok()).unwrap_or_default();
        let rest = match is_news {
            true => rest_after(receiver.failures_in_a_row, &self.name).max(asked),
            false => asked,
        };
        let until = now.checked_add(rest).unwrap_or(Timestamp::MAX);
        let decided = if is_news { now } else { receiver.rest.map_or(now, |(decided, _)| decided) };
        receiver.rest = Some((decided, receiver.rest.map_or(until, |(_, before)| before.max(until))));
    }

    fn resting_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.receiver.rest.map(|(_, until)| until).filter(|until| *until > now)
    }

    fn settle(&mut self, sequence: Sequence) {
        self.in_flight.remove(&sequence);
        self.open.remove(&sequence);
        if self.waiting.remove(&sequence).is_some() {
            self.unsaved.failed.remove(&sequence);
            self.unsaved.settled.push(sequence);
        }
    }

    /// Everything up to here is delivered, passed over, or waits.
    pub fn position(&self) -> Sequence {
        self.open.keys().next().map_or(self.scanned, |first| Sequence(first.0.saturating_sub(1)))
    }

    /// By how many places the position has moved that the journal has.
    pub fn unsaved_places(&self) -> u64 {
        self.position().0.saturating_sub(self.saved.0)
    }

    /// Whether there is more to tell the journal than another position.
    pub fn has_news(&self) -> bool {
        let UnsavedProgress { delivered, failed, settled, disabled, worked: _ } = &self.unsaved;
        *delivered > 0
            || self.to_count() > 0
            || !failed.is_empty()
            || !settled.is_empty()
            || disabled.is_some()
            || self.receiver.outage() != self.saved_outage
    }

    /// How many of the delivered events the position has passed that are not counted.
    fn to_count(&self) -> u64 {
        self.uncounted.range(..=self.position()).count() as u64
    }

    /// What the journal has not been told yet.
    pub fn progress(&self) -> SinkProgress {
        SinkProgress {
            position: self.position(),
            delivered: self.unsaved.delivered + self.to_count(),
            failed: self.unsaved.failed.values().cloned().collect(),
            settled: self.unsaved.settled.clone(),
            disabled: self.unsaved.disabled,
            worked: self.unsaved.worked,
            outage: self.receiver.outage(),
        }
    }

    /// The journal has been told [`progress`](Self::progress).
    pub fn note_saved(&mut self) {
        self.saved = self.position();
        self.uncounted.retain(|sequence| *sequence > self.saved);
        self.saved_outage = self.receiver.outage();
        self.unsaved = UnsavedProgress::default();
    }

    /// Goes on with what the journal says by now, which somebody has changed. Everything has to be [saved](Self::note_saved) before.
    pub fn resume(&mut self, state: &SinkState, waiting: Vec<UndeliveredEvent>, now: Timestamp) {
        if state.disabled.is_none() && self.receiver.disabled.take().is_some() {
            self.receiver.rest = None;
        }
        self.waiting = waiting.into_iter().map(|event| (event.sequence, event)).collect();
        let keys: HashSet<String> = self.waiting.values().map(|event| event.key.clone()).collect();
        keys.iter().for_each(|key| self.park_behind(key, now));
    }

    /// Whether the last attempt failed.
    pub fn is_failing(&self) -> bool {
        self.receiver.failures_in_a_row > 0
    }

    /// How it is going at `now`, into `report`.
    pub fn report(&self, report: &mut SinkReport, now: Timestamp) {
        let receiver = &self.receiver;
        report.condition = match (receiver.disabled, receiver.failures_in_a_row) {
            (Some(_), _) => SinkCondition::Disabled,
            (None, 0) => SinkCondition::Working,
            (None, _) => SinkCondition::Failing,
        };
        report.position = self.position();
        (report.delivered, report.failures) = (receiver.delivered, receiver.failures);
        report.failures_in_a_row = receiver.failures_in_a_row;
        report.failing_since = receiver.failing_since;
        report.last_error.clone_from(&receiver.last_error);
        report.last_success = receiver.last_success;
        report.resting_until = self.resting_until(now);
    }
}

#[cfg(test)]
#[path = "queue/tests.rs"]
mod tests;
