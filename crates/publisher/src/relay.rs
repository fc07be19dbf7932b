//! From the journal to Kafka, for as long as the daemon runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_journal::{HeldOutcomes, Journal};
use dateline_wire::{Envelope, Sequence};
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::SessionError;
use crate::position::Position;
use crate::registry::{SchemaIds, SchemaRegistry};
use crate::session::{DeliveryObserver, Session, SessionContext};
use crate::topics::RelayTopicCheck;
use crate::{KafkaSettings, RelayError, RelayStatus, position, topics};

/// The pause after the first failure; it doubles with each further one.
const MIN_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause: how late the relay may notice that Kafka is back.
const MAX_PAUSE: Duration = Duration::from_secs(15);
/// How often a relay at work looks whether Kafka still has, and keeps, its position; and, while there is nothing to deliver, whether brokers
/// that went away are back.
const LOOK_AFTER: Duration = Duration::from_secs(10);
/// How long to wait before a schema registry is asked again that did not take the schemas, where delivery goes on without it.
const REGISTRY_PAUSE: Duration = Duration::from_secs(300);
/// How long a relay that was fenced waits for its rival to write its name, before it takes the id back.
const RIVAL_GRACE: Duration = Duration::from_secs(3);

/// Delivers a journal's events to Kafka, each exactly once.
pub struct Relay {
    context: SessionContext,
    /// Where the schemas of events are registered.
    registry: Option<SchemaRegistry>,
    next_visit: NextVisit,
}

/// When the page of an article that was published at a moment is visited next, if it still is.
pub type NextVisit = Arc<dyn Fn(Timestamp) -> Option<Timestamp> + Send + Sync>;

impl Relay {
    /// A relay that delivers the events of `journal`; `envelope` is what they say of the daemon.
    ///
    /// # Errors
    /// If a setting is wrong, or a file that one names cannot be read.
    pub fn new(settings: KafkaSettings, journal: Journal, envelope: Envelope) -> Result<Self, RelayError> {
        settings.check()?;
        crate::client::common(&settings)?;
        let transactional_id = settings.transactional_id_of(journal.lineage());
        let context = SessionContext {
            settings: Arc::new(settings),
            journal,
            envelope,
            transactional_id,
            instance: instance(),
            status: watch::Sender::new(RelayStatus::default()),
            observer: None,
        };
        Ok(Self { context, registry: None, next_visit: Arc::new(|_| None) })
    }

    /// The same relay, which asks the schema registry of its settings through `client`.
    ///
    /// # Errors
    /// If the registry's credentials cannot be read.
    pub fn with_registry(mut self, client: reqwest::Client) -> Result<Self, RelayError> {
        self.registry = match self.context.settings.schema_registry.is_empty() {
            true => None,
            false => Some(SchemaRegistry::new(&self.context.settings, client)?),
        };
        Ok(self)
    }

    /// The same relay, which tells `observer` of the events of each transaction once Kafka has them.
    #[must_use]
    pub fn observed_by(mut self, observer: DeliveryObserver) -> Self {
        self.context.observer = Some(observer);
        self
    }

    /// The same relay, which has the pages visited as `next_visit` says of those articles that a restored journal learns of from Kafka.
    #[must_use]
    pub fn planning_visits(mut self, next_visit: NextVisit) -> Self {
        self.next_visit = next_visit;
        self
    }

    /// What the relay is doing, as it changes.
    pub fn status(&self) -> watch::Receiver<RelayStatus> {
        self.context.status.subscribe()
    }

    /// Delivers until `stop` is cancelled. The transaction that is on its way then is brought to its end first.
    ///
    /// Outages are waited out, however long.
    ///
    /// # Errors
    /// Only when somebody has to act: see [`RelayError`].
    pub async fn run(self, stop: CancellationToken) -> Result<(), RelayError> {
        let handle = Handle::current();
        // librdkafka's transactions block, for as long as the broker takes.
        let work = tokio::task::spawn_blocking(move || RelayWorker { relay: self, stop, handle }.run());
        work.await.map_err(|_| RelayError::Thread)?
    }
}

/// Has Kafka and the journal say that the journal's events up to `after` are delivered, whatever they say now: for the operator,
/// where an error that [needs an operator](RelayError::needs_operator) stopped the relay. The next relay goes on after it.
///
/// # Errors
/// If a setting is wrong, Kafka cannot be used now, or the journal has no such event.
pub async fn overrule_position(
    settings: KafkaSettings,
    journal: Journal,
    after: Sequence,
) -> Result<(), RelayError> {
    let relay = Relay::new(settings, journal, Envelope::default())?;
    overrule(relay, move |_| Ok(ResumedDelivery { noted: after, after })).await?;
    Ok(())
}

/// Where delivery goes on after [`resume_delivery`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResumedDelivery {
    /// The last event that the journal had noted as delivered.
    pub noted: Sequence,
    /// The last event that is delivered: on the topics there may be some that the journal had not noted yet.
    pub after: Sequence,
}

/// Has Kafka and the journal say that what the journal noted as delivered, and what the topics have of it beyond that, is delivered:
/// for the operator, where the position was lost from Kafka and subscribers still have the events. `envelope` is what the daemon's
/// events say of it.
///
/// # Errors
/// If a setting is wrong, Kafka cannot be used now, or the journal was restored and what Kafka has beyond it isn't known yet.
pub async fn resume_delivery(
    settings: KafkaSettings,
    journal: Journal,
    envelope: Envelope,
) -> Result<ResumedDelivery, RelayError> {
    overrule(Relay::new(settings, journal, envelope)?, Session::find_last_delivered).await
}

/// Has both witnesses say what `find` finds out once the transactional id is taken over, and with it whatever stood open is aborted.
async fn overrule(
    relay: Relay,
    find: impl FnOnce(&Session) -> Result<ResumedDelivery, SessionError> + Send + 'static,
) -> Result<ResumedDelivery, RelayError> {
    let context = relay.context;
    let journal = context.journal.clone();
    topics::ensure(&context.settings, &context.status).await.map_err(SessionError::give_up)?;
    let work = tokio::task::spawn_blocking(move || {
        let mut session = Session::take_over(context)?;
        let found = find(&session)?;
        session.overrule(found.after)?;
        Ok(found)
    });
    let found = work.await.map_err(|_| RelayError::Thread)?.map_err(SessionError::give_up)?;
    journal.reconcile(found.after).await?;
    journal.set_relay_position(found.after).await?;
    Ok(found)
}

/// A relay at work, on its thread.
struct RelayWorker {
    relay: Relay,
    stop: CancellationToken,
    handle: Handle,
}

impl RelayWorker {
    fn run(self) -> Result<(), RelayError> {
        let mut pause = MIN_PAUSE;
        while !self.stop.is_cancelled() {
            let trouble = match self.session(&mut pause) {
                Ok(()) => break,
                Err(SessionError::Fenced(reason)) => self.face_rival(reason),
                Err(trouble) => trouble,
            };
            match trouble {
                SessionError::Fatal(error) => {
                    self.relay.context.status.send_modify(|status| {
                        status.connected = false;
                        status.has_stopped = true;
                        status.failing_since.get_or_insert_with(Timestamp::now);
                        status.last_error = Some(error.to_string());
                    });
                    return Err(error);
                }
                SessionError::Transient(reason) | SessionError::Fenced(reason) => self.note_failure(reason),
            }
            self.sleep(pause);
            pause = (pause * 2).min(MAX_PAUSE);
        }
        self.relay.context.status.send_modify(|status| status.connected = false);
        Ok(())
    }

    /// One producer's life. Ends well only when the relay is to stop.
    fn session(&self, pause: &mut Duration) -> Result<(), SessionError> {
        let context = &self.relay.context;
        self.handle.block_on(topics::ensure(&context.settings, &context.status))?;
        let (schema_ids, mut register_again) = self.register_schemas()?;
        let mut session = Session::take_over(context.clone())?;
        session.frame_with(schema_ids);
        let found = self.read_position()?;
        if context.journal.is_reconciling()? {
            self.reconcile(&mut session, found.own)?;
        } else {
            session.continue_from(found.own)?;
        }
        let (position, gone) = (session.position(), context.journal.reader().gone(None)?);
        if position < gone {
            tracing::warn!(
                position = position.0,
                "events up to {gone} are gone from the journal, or some of them: Kafka gets what is left"
            );
        }
        tracing::info!(position = position.0, "delivering to Kafka");
        self.note_success(session.position(), 0);
        let check = RelayTopicCheck::new(&context.settings)?;
        self.note_risk(&check);
        let mut looked = Instant::now();
        let mut durable = context.journal.watch();
        while !self.stop.is_cancelled() {
            if register_again.is_some_and(|due| due <= Instant::now()) {
                (_, register_again) = self.register_schemas()?;
            }
            durable.mark_unchanged();
            let delivered = session.deliver_next()?;
            if delivered > 0 {
                *pause = MIN_PAUSE;
                self.note_success(session.position(), delivered);
            } else {
                self.handle.block_on(async {
                    tokio::select! {
                        () = self.stop.cancelled() => {}
                        // The journal outlives the relay, so that this ends only with news.
                        _ = durable.changed() => {}
                        () = tokio::time::sleep(LOOK_AFTER) => {}
                    }
                });
                // The brokers went away while there was nothing to deliver. Are they back?
                if !self.stop.is_cancelled() && !context.status.borrow().connected {
                    session.confirm()?;
                    self.note_success(session.position(), 0);
                }
            }
            if looked.elapsed() >= LOOK_AFTER {
                session.look_for_position()?;
                self.note_risk(&check);
                looked = Instant::now();
            }
        }
        Ok(())
    }

    /// Has a restored journal know what Kafka has of it, and gives what was held meanwhile its place after that.
    fn reconcile(&self, session: &mut Session, position: Option<Position>) -> Result<(), SessionError> {
        let journal = &self.relay.context.journal;
        let next_visit = &self.relay.next_visit;
        let import = |events| self.handle.block_on(journal.import_delivered(events, |at| next_visit(at)));
        session.reconcile(position, import, &|| self.stop.is_cancelled())?;
        // Kafka says by now that this journal goes on there: if this is the last thing done, the next run does it again.
        let HeldOutcomes { held, new } = self.handle.block_on(journal.reconcile(session.position()))?;
        tracing::info!(
            position = session.position().0,
            held,
            new,
            "the restored journal goes on after what Kafka has; of the events that were held meanwhile, Kafka lacked the new ones"
        );
        Ok(())
    }

    /// Has the registry know the schemas of events, if there is one. Where values are framed by their ids, nothing can be delivered
    /// without it; otherwise delivery goes on, and the moment is given when to try again.
    fn register_schemas(&self) -> Result<(SchemaIds, Option<Instant>), SessionError> {
        let context = &self.relay.context;
        let Some(registry) = &self.relay.registry else {
            return match context.settings.schema_registry.is_empty() {
                true => Ok((SchemaIds::default(), None)),
                false => {
                    Err(RelayError::Client("nothing was given to ask the schema registry with".into()).into())
                }
            };
        };
        let registered = self.handle.block_on(async {
            tokio::select! {
                // Nothing is delivered any more.
                () = self.stop.cancelled() => Ok(SchemaIds::default()),
                registered = registry.register(&context.settings.topics, &context.envelope.schemas) => registered,
            }
        });
        match (registered, context.settings.schema_framing) {
            (Ok(ids), true) => Ok((ids, None)),
            (Ok(_), false) => Ok((SchemaIds::default(), None)),
            (Err(why), true) => Err(SessionError::Transient(why)),
            (Err(why), false) => {
                tracing::warn!(
                    why,
                    "events are delivered all the same, since they are not framed; it is asked again"
                );
                Ok((SchemaIds::default(), Some(Instant::now() + REGISTRY_PAUSE)))
            }
        }
    }

    fn read_position(&self) -> Result<position::RelayTopic, SessionError> {
        let context = &self.relay.context;
        position::read(&context.settings, context.journal.lineage(), &context.transactional_id, &|| {
            self.stop.is_cancelled()
        })
    }

    /// Finds out whether it was another daemon that fenced us. It writes its name as soon as it has taken over; if nobody
    /// does, it was the broker that gave up on our transaction, or a predecessor's shadow.
    fn face_rival(&self, reason: String) -> SessionError {
        self.sleep(RIVAL_GRACE);
        match self.read_position() {
            Ok(position::RelayTopic { holder: Some(by), .. }) if by != self.relay.context.instance => {
                let transactional_id = self.relay.context.transactional_id.clone();
                SessionError::Fatal(RelayError::Fenced { by, transactional_id })
            }
            Ok(_) => SessionError::Transient(reason),
            Err(trouble) => trouble,
        }
    }

    fn note_success(&self, position: Sequence, delivered: usize) {
        self.relay.context.status.send_modify(|status| {
            status.connected = true;
            status.position = Some(position);
            status.last_error = None;
            status.failing_since = None;
            status.delivered += delivered as u64;
            if delivered > 0 {
                status.transactions += 1;
                status.last_commit = Some(Timestamp::now());
            }
        });
        // Only a copy, for people: a full disk must not hold up deliveries.
        if let Err(error) = self.handle.block_on(self.relay.context.journal.set_relay_position(position)) {
            tracing::debug!(%error, "the relay's position was not noted in the journal");
        }
    }

    /// Tells whether the broker may delete the position, and logs it when that is new.
    fn note_risk(&self, check: &RelayTopicCheck) {
        let risk = self.handle.block_on(check.risk());
        self.relay.context.status.send_if_modified(|status| {
            if status.position_at_risk == risk {
                return false;
            }
            if let Some(risk) = &risk {
                tracing::warn!("Kafka may lose the relay's position: {risk}");
            }
            status.position_at_risk = risk;
            true
        });
    }

    fn note_failure(&self, reason: String) {
        let repeated = self.relay.context.status.borrow().last_error.as_ref() == Some(&reason);
        if repeated {
            tracing::debug!(reason, "still no delivery to Kafka");
        } else {
            tracing::warn!(
                reason,
                "no delivery to Kafka, trying again; events stay in the journal meanwhile"
            );
        }
        self.relay.context.status.send_modify(|status| {
            status.connected = false;
            status.reconnects += 1;
            status.failing_since.get_or_insert_with(Timestamp::now);
            status.last_error = Some(reason);
        });
    }

    fn sleep(&self, time: Duration) {
        self.handle.block_on(async {
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(time) => {}
            }
        });
    }
}

/// A name for this run of this daemon that no other run shares, and that tells an operator where to look.
fn instance() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => "unknown host",
        host => host,
    };
    format!("process {} on {host}, started {}", std::process::id(), Timestamp::now())
}
