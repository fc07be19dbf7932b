//! A webhook's task: it reads the journal, sends what the queue says, and commits what came of it.

use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::retry_after;
use dateline_journal::{JournalError, SinkState};
use dateline_wire::{CloudEvent, HttpStatus};
use http::header;
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::request::request;
use super::{Attempt, AttemptFailure, DeliveryQueue, Webhook};
use crate::scan::JournalScan;

/// How long to wait before going on after the journal failed.
const JOURNAL_PAUSE: Duration = Duration::from_secs(5);
/// By how many places the position moves before it is committed by itself, and how long it may take to move that far.
const MAX_UNSAVED_PLACES: u64 = 512;
const MAX_UNSAVED_TIME: Duration = Duration::from_secs(5);
/// How long what is on its way has to arrive once the webhook is to stop.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The end of an attempt.
type Answered = (Attempt, Result<(), AttemptFailure>);

pub(super) struct WebhookWorker {
    webhook: Arc<Webhook>,
    attempts: JoinSet<Answered>,
    /// When the journal was last told of the position, or failed to be.
    saved_at: Instant,
    /// Until when the journal is left alone.
    journal_rests: Option<Instant>,
}

impl WebhookWorker {
    pub(super) fn new(webhook: Webhook) -> Self {
        Self {
            webhook: Arc::new(webhook),
            attempts: JoinSet::new(),
            saved_at: Instant::now(),
            journal_rests: None,
        }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let opened = tokio::select! {
            () = stop.cancelled() => return,
            opened = self.open() => opened,
        };
        let (mut queue, scan) = opened;
        let mut durable = self.webhook.journal.watch();
        while !stop.is_cancelled() {
            let last = *durable.borrow_and_update();
            let are_left = self.fill(&mut queue, &scan, last).await;
            self.send_due(&mut queue, &scan).await;
            self.save(&mut queue, false).await;
            self.report(&queue);
            if are_left && queue.has_room() {
                continue;
            }
            let wake = self.wake(&queue);
            tokio::select! {
                () = stop.cancelled() => {}
                Some(answered) = self.attempts.join_next() => {
                    self.note(&mut queue, answered);
                    while let Some(answered) = self.attempts.try_join_next() {
                        self.note(&mut queue, answered);
                    }
                }
                Ok(()) = durable.changed(), if queue.has_room() => {}
                () = self.webhook.changed.notified() => self.resume(&mut queue).await,
                () = sleep_until(wake) => {}
            }
        }
        let last = async {
            while let Some(answered) = self.attempts.join_next().await {
                self.note(&mut queue, answered);
            }
        };
        let _ = timeout(LAST_WORDS, last).await;
        self.journal_rests = None;
        self.save(&mut queue, true).await;
    }

    /// Has the journal know the webhook; for as long as that takes.
    async fn open(&self) -> (DeliveryQueue, JournalScan) {
        loop {
            match self.try_open().await {
                Ok(opened) => return opened,
                Err(error) => {
                    let name = &self.webhook.settings.name;
                    tracing::error!(webhook = name, %error, "a webhook waits for the journal");
                    sleep(JOURNAL_PAUSE).await;
                }
            }
        }
    }

    async fn try_open(&self) -> Result<(DeliveryQueue, JournalScan), JournalError> {
        let Webhook { settings, journal, .. } = &*self.webhook;
        let state = self.webhook.open().await?;
        let waiting = journal.reader().waiting(&settings.id())?;
        let scan = JournalScan::new(journal.clone(), settings.filter.clone());
        tracing::info!(
            webhook = settings.name,
            to = settings.target(),
            position = state.position.0,
            waiting = waiting.len(),
            disabled = state.disabled.is_some(),
            "delivering to a webhook"
        );
        let queue = DeliveryQueue::new(settings.name.clone(), &state, waiting, settings.give_up_after);
        Ok((queue, scan))
    }

    /// Reads on where there is room. Whether more is there.
    async fn fill(
        &mut self,
        queue: &mut DeliveryQueue,
        scan: &JournalScan,
        last: dateline_wire::Sequence,
    ) -> bool {
        if !queue.has_room() || queue.scanned() >= last || self.journal_rests() {
            return false;
        }
        match scan.read(queue.scanned()).await {
            Ok(batch) => {
                queue.take(batch.events, batch.until, self.now());
                queue.scanned() < last
            }
            Err(error) => {
                self.rest_journal(&error);
                false
            }
        }
    }

    /// Sends whatever is to be sent now.
    async fn send_due(&mut self, queue: &mut DeliveryQueue, scan: &JournalScan) {
        while let Some(attempt) = queue.next(self.now()) {
            let event = match &attempt.event {
                Some(event) => Some(event.clone()),
                None => match scan.event(attempt.sequence).await {
                    Ok(event) => event.map(Arc::new),
                    Err(error) => {
                        self.rest_journal(&error);
                        let why = "the journal cannot be read".to_owned();
                        let failure = AttemptFailure::Failed { why, retry_after: Some(JOURNAL_PAUSE) };
                        queue.failed(&attempt, failure, self.now());
                        return;
                    }
                },
            };
            match event {
                None => queue.failed(&attempt, AttemptFailure::Lost, self.now()),
                Some(event) => {
                    let webhook = self.webhook.clone();
                    self.attempts.spawn(async move {
                        let answered = webhook.send(&event).await;
                        (attempt, answered)
                    });
                }
            }
        }
    }

    fn note(&self, queue: &mut DeliveryQueue, answered: Result<Answered, tokio::task::JoinError>) {
        let (attempt, answered) = match answered {
            Ok(answered) => answered,
            Err(error) => {
                // Nothing in an attempt panics; were it so, the event would stay on its way until the next start.
                tracing::error!(%error, "an attempt at a webhook was lost");
                return;
            }
        };
        let (now, name) = (self.now(), &self.webhook.settings.name);
        let was_failing = queue.is_failing();
        match answered {
            Ok(()) => {
                queue.delivered(&attempt, now);
                if was_failing {
                    tracing::info!(webhook = name, "a webhook takes events again");
                }
            }
            Err(AttemptFailure::Gone) => {
                tracing::error!(
                    webhook = name,
                    "the receiver of a webhook answers 410: it wants no more, and the webhook is disabled until `dateline webhook enable`"
                );
                queue.failed(&attempt, AttemptFailure::Gone, now);
            }
            Err(failure) => {
                if let AttemptFailure::Failed { why, .. } = &failure
                    && !was_failing
                {
                    tracing::warn!(
                        webhook = name,
                        why,
                        "a webhook does not take an event; it is tried again"
                    );
                }
                queue.failed(&attempt, failure, now);
            }
        }
    }

    /// Commits what came of attempts, and the position now and then.
    async fn save(&mut self, queue: &mut DeliveryQueue, at_once: bool) {
        let places = queue.unsaved_places();
        let is_due = places >= MAX_UNSAVED_PLACES
            || (places > 0 && (at_once || self.saved_at.elapsed() >= MAX_UNSAVED_TIME));
        if !(queue.has_news() || is_due) || self.journal_rests() {
            return;
        }
        let Webhook { settings, journal, .. } = &*self.webhook;
        let progress = queue.progress();
        for event in progress.failed.iter().filter(|event| event.dead.is_some()) {
            tracing::error!(
                webhook = settings.name,
                event = event.event,
                attempts = event.attempts,
                why = event.error,
                "a webhook gives an event up; `dateline webhook redeliver` tries it again"
            );
        }
        self.saved_at = Instant::now();
        match journal.step_sink(settings.id(), progress).await {
            Ok(()) => queue.note_saved(),
            // Deliveries go on: what is not noted is delivered again after a restart.
            Err(error) => self.rest_journal(&error),
        }
    }

    /// Goes on with what somebody has changed in the journal.
    async fn resume(&mut self, queue: &mut DeliveryQueue) {
        self.journal_rests = None;
        self.save(queue, true).await;
        let id = self.webhook.settings.id();
        let reader = self.webhook.journal.reader();
        let state: Result<Option<SinkState>, JournalError> = reader
            .sinks()
            .map(|sinks| sinks.into_iter().map(|(state, _)| state).find(|state| state.id == id));
        match state.and_then(|state| Ok((state, reader.waiting(&id)?))) {
            Ok((Some(state), waiting)) if !queue.has_news() => queue.resume(&state, waiting, self.now()),
            Ok(_) => {}
            Err(error) => self.rest_journal(&error),
        }
    }

    fn rest_journal(&mut self, error: &JournalError) {
        if !self.journal_rests() {
            let name = &self.webhook.settings.name;
            tracing::warn!(webhook = name, %error, "what a webhook did was not noted, or not read, in the journal");
        }
        self.journal_rests = Some(Instant::now() + JOURNAL_PAUSE);
    }

    fn journal_rests(&self) -> bool {
        self.journal_rests.is_some_and(|until| Instant::now() < until)
    }

    /// When to go round again if nothing happens.
    fn wake(&self, queue: &DeliveryQueue) -> Instant {
        let due = queue.wake(self.now()).map(|moment| self.webhook.clock.instant_of(moment));
        // A moment that has passed waits for an attempt that is on its way.
        let due = due.filter(|due| *due > Instant::now() || self.attempts.is_empty());
        let rest = self.journal_rests.filter(|_| self.journal_rests());
        let save = (queue.unsaved_places() > 0 || queue.has_news()).then(|| self.saved_at + MAX_UNSAVED_TIME);
        let save = save.map(|save| rest.map_or(save, |rest| save.max(rest)));
        let forever = Instant::now() + Duration::from_secs(3_600);
        [due, save, rest].into_iter().flatten().fold(forever, Instant::min)
    }

    fn report(&self, queue: &DeliveryQueue) {
        let now = self.now();
        self.webhook.report.send_if_modified(|report| {
            let before = report.clone();
            queue.report(report, now);
            *report != before
        });
    }

    fn now(&self) -> Timestamp {
        self.webhook.clock.now()
    }
}

impl Webhook {
    /// Posts one event.
    async fn send(&self, event: &CloudEvent) -> Result<(), AttemptFailure> {
        let now = self.clock.now();
        let (mut headers, body) = request(event, &self.envelope, &self.settings.keys, now);
        headers.extend(self.user_agent.clone().map(|agent| (header::USER_AGENT, agent)));
        let answer = self.transport.post(self.settings.url.clone(), headers, body).await;
        let answer =
            answer.map_err(|error| AttemptFailure::Failed { why: error.to_string(), retry_after: None })?;
        match answer.status {
            200..=299 => Ok(()),
            410 => Err(AttemptFailure::Gone),
            status => {
                let what =
                    if (300..=399).contains(&status) { ", and redirects are not followed" } else { "" };
                let wait = retry_after(&answer.headers, self.clock.now());
                Err(AttemptFailure::Failed {
                    why: format!("the receiver answers {}{what}", HttpStatus(status)),
                    retry_after: wait.map(|wait| wait.min(self.max_retry_after)),
                })
            }
        }
    }
}
