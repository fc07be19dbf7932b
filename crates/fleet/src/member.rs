//! A member of a fleet at work: it joins the group, restores each shard that it gets, and has it worked on until it is another's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use dateline_journal::{Durability, HandedEntry, Journal, JournalError, Options};
use dateline_publisher::{EventRecords, KafkaSettings, RelayError, RelayStatus, TransactionalProducer};
use dateline_wire::Envelope;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::committer::{Committer, Fence, ShardTransaction};
use crate::error::{FleetError, FleetSessionError};
use crate::feed_request::FeedRequest;
use crate::handover::{HandedReport, HandoverContent, HandoverRecord};
use crate::handover_trim::HandoverTrimmer;
use crate::held_shard::{ContactRule, HeldShard, HeldStories};
use crate::lease::MemberLease;
use crate::member_report::MemberProcess;
use crate::membership::{self, GroupConsumer, ShardNews};
use crate::restore::restore;
use crate::shard::{Shard, ShardMap};
use crate::shard_log::ShardLog;
use crate::tenure::{Tenures, Term};
use crate::twin::{Suspicion, TwinWatch};
use crate::unheld::UnheldShards;
use crate::{FleetSettings, topics};

/// The pauses after a session that failed.
const MIN_PAUSE: Duration = Duration::from_millis(200);
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// How long to wait before what failed for a moment is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// How long the group's consumer waits for news at a time, and so how long it takes to notice the end of a session.
const POLL_PATIENCE: Duration = Duration::from_millis(300);

/// How many transactions may wait for the committer, one of each shard.
const MAX_WAITING_TRANSACTIONS: usize = 64;

/// How many shards are restored at once: each takes two connections of its own meanwhile.
const MAX_RESTORES: usize = 8;

/// How many entries that were handed over may wait for a shard, and how many of them it takes in at once.
const MAX_WAITING_HANDOVERS: usize = 1_024;
const MAX_HANDOVERS_AT_ONCE: usize = 256;

/// How many wishes for a shard's feeds may wait for whoever polls them.
const MAX_WAITING_REQUESTS: usize = 64;

/// What is done with a shard.
pub trait ShardWork: Send + Sync + 'static {
    /// Works on a shard until `stop`. What is under way then is dropped: the shard is another's. An error is logged, and the session
    /// begins anew.
    fn work(&self, shard: HeldShard, stop: CancellationToken) -> BoxFuture<'static, Result<(), String>>;

    /// Tells stories until `stop`, in the same way. A fleet that tells none leaves it at that.
    fn tell_stories(
        &self,
        _held: HeldStories,
        stop: CancellationToken,
    ) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async move {
            stop.cancelled().await;
            Ok(())
        })
    }
}

/// What a member holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberStatus {
    /// The shards whose state is here and that are worked on, in order.
    pub shards: Vec<Shard>,
    /// Whether the fleet's stories are told here.
    pub tells_stories: bool,
    /// Why the last session ended, until the next one has a shard.
    pub last_error: Option<String>,
    /// Whether the name is this process's, as far as is known: what it says of itself it says under that.
    pub has_name: bool,
}

impl MemberStatus {
    /// It holds nothing.
    fn let_go(&mut self) {
        self.shards.clear();
        self.tells_stories = false;
        self.has_name = false;
    }
}

/// A member of a fleet.
pub struct Member {
    kafka: Arc<KafkaSettings>,
    fleet: FleetSettings,
    envelope: Envelope,
    folder: PathBuf,
    process: MemberProcess,
    fence: Fence,
    checks_session: bool,
    tells_stories: bool,
    status: watch::Sender<MemberStatus>,
}

impl Member {
    /// The member that the settings speak of. The files of its shards are made in `folder`, which is emptied first: nothing in them is
    /// needed again.
    ///
    /// # Errors
    /// If a setting is wrong.
    pub fn new(
        kafka: KafkaSettings,
        fleet: FleetSettings,
        envelope: Envelope,
        folder: impl Into<PathBuf>,
    ) -> Result<Self, FleetError> {
        if let Some((setting, expected)) = fleet.objections().into_iter().next() {
            return Err(FleetError::Settings(format!("fleet.{setting}: {expected}")));
        }
        // So that what a stopped member left open is aborted by the time its shards are another's, or soon after.
        let transaction_timeout = kafka.transaction_timeout.min(fleet.session() * 2 / 3);
        let kafka = Arc::new(KafkaSettings { transaction_timeout, ..kafka });
        Ok(Self {
            kafka,
            fleet,
            envelope,
            folder: folder.into(),
            process: MemberProcess::new(String::new()),
            fence: Fence::Offsets,
            checks_session: true,
            tells_stories: false,
            status: watch::Sender::default(),
        })
    }

    /// A member of a fleet that tells stories, as all its members are to be: what its shards publish is handed to whoever tells them.
    #[must_use]
    pub fn with_stories(self) -> Self {
        Self { tells_stories: true, ..self }
    }

    /// A member that is this process, by which it is told from others of its name.
    #[must_use]
    pub fn of_process(self, process: MemberProcess) -> Self {
        Self { process, ..self }
    }

    /// A member whose transactions are not fenced: for the test that shows that it would be found out.
    #[doc(hidden)]
    #[must_use]
    pub fn without_fence(self) -> Self {
        Self { fence: Fence::None, ..self }
    }

    /// A member that asks hosts without asking itself whether it is one still: for the test that shows that it would be found out.
    #[doc(hidden)]
    #[must_use]
    pub fn without_session_check(self) -> Self {
        Self { checks_session: false, ..self }
    }

    /// What it holds, as it changes.
    pub fn status(&self) -> watch::Receiver<MemberStatus> {
        self.status.subscribe()
    }

    /// Is a member until `stop`.
    ///
    /// # Errors
    /// If somebody has to act.
    pub async fn run(self, work: Arc<dyn ShardWork>, stop: CancellationToken) -> Result<(), FleetError> {
        let mut pause = MIN_PAUSE;
        let twins =
            TwinWatch::new(self.kafka.clone(), self.fleet.clone(), self.process.clone(), &self.folder);
        let mut suspicion = twins.at_start();
        while !stop.is_cancelled() {
            let told = |why: String| self.status.send_modify(|status| status.last_error = Some(why));
            tokio::select! {
                () = stop.cancelled() => break,
                found = twins.await_name(suspicion, told) => found?,
            }
            self.status.send_modify(|status| status.has_name = true);
            let ended = self.session(&work, &stop).await;
            self.status.send_modify(MemberStatus::let_go);
            let why = match ended {
                Ok(()) => break,
                Err(FleetSessionError::Fatal(error)) => return Err(error),
                Err(why) => why,
            };
            tracing::warn!(%why, "the member's session has ended; it joins again");
            suspicion = Suspicion::after(&why);
            told(why.to_string());
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(MAX_PAUSE),
            }
        }
        Ok(())
    }

    /// From joining the group to the first failure after which it isn't known what Kafka has.
    async fn session(
        &self,
        work: &Arc<dyn ShardWork>,
        stop: &CancellationToken,
    ) -> Result<(), FleetSessionError> {
        let (kafka, fleet) = (self.kafka.clone(), self.fleet.clone());
        let lease = match self.checks_session {
            true => MemberLease::new(fleet.session()),
            false => MemberLease::without_end(),
        };
        let (tenures, lease) = (Arc::new(Tenures::default()), Arc::new(lease));
        let (news, mut told) = mpsc::unbounded_channel();
        let (joining, runtime) = ((kafka.clone(), fleet.clone(), tenures.clone()), Handle::current());
        dateline_publisher::make_topics(&kafka).await.map_err(|error| match error {
            RelayError::Unavailable(why) => FleetSessionError::Transient(why),
            error => error.into(),
        })?;
        let joined = tokio::task::spawn_blocking(move || {
            let (kafka, fleet, tenures) = joining;
            topics::ensure(&kafka, &fleet, &runtime)?;
            // Whatever the predecessor of this name left open is aborted before its shards are asked for.
            let producer = TransactionalProducer::take_over(
                &kafka,
                &fleet.transactional_id(),
                watch::Sender::new(RelayStatus::default()),
            )?;
            Ok::<_, FleetSessionError>((producer, membership::join(&kafka, &fleet, tenures, news)?))
        });
        let (producer, consumer) = joined.await.map_err(|_| FleetError::Thread)??;
        let consumer = Arc::new(consumer);
        let (queue, waiting) = sync_channel::<ShardTransaction>(MAX_WAITING_TRANSACTIONS);
        let (ended, mut has_ended) = oneshot::channel();
        let committer = Committer {
            producer,
            records: EventRecords::new(kafka.clone(), self.envelope.clone()),
            consumer: consumer.clone(),
            tenures: tenures.clone(),
            lease: lease.clone(),
            map: ShardMap::new(fleet.shards),
            fleet: fleet.clone(),
            tells_stories: self.tells_stories,
            max_record_bytes: kafka.max_record_bytes,
            state_topic: fleet.state_topic(),
            handover_topic: fleet.handover_topic(),
            fence_timeout: kafka.transaction_timeout,
            retry_for: fleet.session(),
            proof_interval: fleet.session() / 6,
            fence: self.fence,
            ended,
        };
        let committing = tokio::task::spawn_blocking(move || committer.run(waiting));
        let folder = self.folder.join("shards");
        let mut session = ShardSession {
            kafka,
            fleet,
            consumer: consumer.clone(),
            tenures: tenures.clone(),
            lease,
            folder: folder.clone(),
            queue,
            work: work.clone(),
            status: self.status.clone(),
            restores: Arc::new(Semaphore::new(MAX_RESTORES)),
            held: HashMap::new(),
            tasks: JoinSet::new(),
        };
        let mut trimmer = HandoverTrimmer::new(&session.kafka, &session.fleet, tenures.clone())?;
        let trimming = session.tasks.spawn(async move {
            trimmer.run().await;
            Ok(())
        });
        let unheld = UnheldShards { kafka: session.kafka.clone(), fleet: session.fleet.clone() };
        let looking = session.tasks.spawn(async move {
            unheld.run().await;
            Ok(())
        });
        empty(&folder).map_err(FleetSessionError::Transient)?;
        let session_over = CancellationToken::new();
        let (handovers, mut handed) = mpsc::channel(MAX_WAITING_HANDOVERS);
        let polling = tokio::task::spawn_blocking({
            let (consumer, fleet, over) = (consumer.clone(), self.fleet.clone(), session_over.clone());
            move || {
                while !over.is_cancelled() {
                    let record = membership::poll(&consumer, &fleet, POLL_PATIENCE)?;
                    if record.is_some_and(|record| handovers.blocking_send(record).is_err()) {
                        break;
                    }
                }
                Ok::<(), FleetSessionError>(())
            }
        });
        tokio::pin!(polling);
        let outcome = loop {
            tokio::select! {
                () = stop.cancelled() => break Ok(()),
                Some(news) = told.recv() => session.take(news),
                Some(record) = handed.recv() => session.pass_on(record).await,
                Some(task) = session.tasks.join_next() => match task {
                    Ok(Ok(())) => {}
                    Ok(Err(why)) => break Err(FleetSessionError::Transient(why)),
                    Err(broken) => break Err(FleetSessionError::Transient(format!("a shard's work broke off: {broken}"))),
                },
                why = &mut has_ended => break Err(why.unwrap_or_else(|_| {
                    FleetSessionError::Transient("the committing thread has ended".to_owned())
                })),
                polled = &mut polling => {
                    let polled = polled.map_err(|_| FleetError::Thread)?;
                    break polled.and(Err(FleetSessionError::Transient("the group's consumer has ended".to_owned())));
                }
            }
        };
        // From here on nothing is committed and no host is asked.
        tenures.lock().end_all();
        session.stop_all();
        session_over.cancel();
        drop(handed);
        let ShardSession { mut tasks, queue, .. } = session;
        drop(queue);
        trimming.abort();
        looking.abort();
        while tasks.join_next().await.is_some() {}
        let _ = committing.await;
        let closing = tokio::task::spawn_blocking(move || drop(consumer));
        let _ = closing.await;
        outcome
    }
}

/// Empties a folder, and makes it where it is missing.
fn empty(folder: &Path) -> Result<(), String> {
    let named = |error: std::io::Error| format!("{}: {error}", folder.display());
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(named(error)),
        _ => {}
    }
    std::fs::create_dir_all(folder).map_err(named)
}

/// The shards of one session.
struct ShardSession {
    kafka: Arc<KafkaSettings>,
    fleet: FleetSettings,
    consumer: Arc<GroupConsumer>,
    tenures: Arc<Tenures>,
    lease: Arc<MemberLease>,
    folder: PathBuf,
    queue: std::sync::mpsc::SyncSender<ShardTransaction>,
    work: Arc<dyn ShardWork>,
    status: watch::Sender<MemberStatus>,
    restores: Arc<Semaphore>,
    held: HashMap<Shard, ShardTask>,
    tasks: JoinSet<Result<(), String>>,
}

/// What is known of a shard's task.
struct ShardTask {
    stop: CancellationToken,
    handovers: mpsc::Sender<HandoverRecord>,
}

impl ShardSession {
    fn take(&mut self, news: ShardNews) {
        match news {
            ShardNews::Assigned(shard, term) => {
                let (stop, (handovers, handed)) =
                    (CancellationToken::new(), mpsc::channel(MAX_WAITING_HANDOVERS));
                self.held.insert(shard, ShardTask { stop: stop.clone(), handovers });
                let holding = self.holding(shard, term);
                let work = self.work.clone();
                self.tasks.spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => Ok(()),
                        worked = holding.hold(work, handed, stop.clone()) => worked,
                    }
                });
            }
            ShardNews::Revoked(shard, _) => {
                if let Some(task) = self.held.remove(&shard) {
                    task.stop.cancel();
                }
                let is_of_stories = shard == ShardMap::new(self.fleet.shards).stories();
                self.status.send_modify(|status| {
                    status.shards.retain(|held| *held != shard);
                    status.tells_stories &= !is_of_stories;
                });
            }
        }
    }

    /// Has the work on all shards stop, also on those of which the group has said already that they are another's, in news that nobody read.
    fn stop_all(&mut self) {
        self.held.drain().for_each(|(_, task)| task.stop.cancel());
        self.status.send_modify(MemberStatus::let_go);
    }

    fn holding(&self, shard: Shard, term: Term) -> ShardHolding {
        ShardHolding {
            shard,
            term,
            kafka: self.kafka.clone(),
            fleet: self.fleet.clone(),
            consumer: self.consumer.clone(),
            tenures: self.tenures.clone(),
            lease: self.lease.clone(),
            path: self.folder.join(format!("{shard}-{term}.db")),
            queue: self.queue.clone(),
            status: self.status.clone(),
            restores: self.restores.clone(),
        }
    }

    /// Brings what was handed over to its shard.
    async fn pass_on(&mut self, record: HandoverRecord) {
        if let Some(task) = self.held.get(&record.shard) {
            // The shard's task may have ended; then its records come again to whoever holds it next.
            let _ = task.handovers.send(record).await;
        }
    }
}

/// One term of one shard.
struct ShardHolding {
    shard: Shard,
    term: Term,
    kafka: Arc<KafkaSettings>,
    fleet: FleetSettings,
    consumer: Arc<GroupConsumer>,
    tenures: Arc<Tenures>,
    lease: Arc<MemberLease>,
    path: PathBuf,
    queue: std::sync::mpsc::SyncSender<ShardTransaction>,
    status: watch::Sender<MemberStatus>,
    restores: Arc<Semaphore>,
}

impl ShardHolding {
    /// Restores the shard, and has it worked on.
    async fn hold(
        self,
        work: Arc<dyn ShardWork>,
        handed: mpsc::Receiver<HandoverRecord>,
        stop: CancellationToken,
    ) -> Result<(), String> {
        let journal = match self.restored(&stop).await {
            Ok(journal) => journal,
            // It is another's by now, or will be restored in the next session.
            Err(_) if stop.is_cancelled() => return Ok(()),
            Err(why) => return Err(why),
        };
        let (shard, term) = (self.shard, self.term);
        let map = ShardMap::new(self.fleet.shards);
        membership::resume(&self.consumer, &self.fleet.handover_topic(), shard)
            .map_err(|error| error.to_string())?;
        if !self.note_held(map) {
            return Ok(());
        }
        let worked = match shard == map.stories() {
            true => {
                let (reports, handed_reports) = mpsc::channel(MAX_WAITING_HANDOVERS);
                let held = HeldStories { journal, reports: handed_reports };
                tokio::select! {
                    worked = work.tell_stories(held, stop) => worked,
                    () = pass_reports(handed, reports) => Ok(()),
                }
            }
            false => {
                let (is_open, lease) = (self.tenures.lock().sign_of(shard, term), self.lease.clone());
                let contact = ContactRule { shard, map, is_open, lease };
                let (taken, handed_over) = watch::channel(0);
                let (requested, requests) = mpsc::channel(MAX_WAITING_REQUESTS);
                let held = HeldShard { shard, journal: journal.clone(), contact, handed_over, requests };
                let taking = HandoverIntake { journal, taken, requested };
                tokio::select! {
                    worked = work.work(held, stop) => worked,
                    taken = taking.run(handed) => taken.map_err(|error| error.to_string()),
                }
            }
        };
        match worked {
            // Its last words were refused, since it is another's: no news.
            Err(why) if !self.tenures.lock().is_open(shard, term) => {
                tracing::debug!(why, %shard, "a shard has passed on");
                Ok(())
            }
            worked => worked.map_err(|why| format!("shard {shard}: {why}")),
        }
    }

    /// Says that the shard is worked on here from now on, unless it is another's by now. It cannot pass on meanwhile, so that the news of that
    /// come afterwards.
    fn note_held(&self, map: ShardMap) -> bool {
        let tenures = self.tenures.lock();
        let is_held = tenures.is_open(self.shard, self.term);
        if is_held {
            self.status.send_modify(|status| {
                match self.shard == map.stories() {
                    true => status.tells_stories = true,
                    false => status.shards.push(self.shard),
                }
                status.shards.sort_unstable();
                status.last_error = None;
            });
        }
        is_held
    }

    async fn restored(&self, stop: &CancellationToken) -> Result<Journal, String> {
        let (shard, term, path) = (self.shard, self.term, self.path.clone());
        let (kafka, fleet, stopped) = (self.kafka.clone(), self.fleet.clone(), stop.clone());
        let (consumer, tenures) = (self.consumer.clone(), self.tenures.clone());
        let log = ShardLog {
            shard,
            term,
            map: ShardMap::new(fleet.shards),
            max_record_bytes: kafka.max_record_bytes,
            queue: self.queue.clone(),
        };
        // It is never closed.
        let _turn = self.restores.acquire().await;
        let restoring = tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let next = membership::committed(&consumer, &fleet.handover_topic(), shard)
                .map_err(|error| error.to_string())?;
            let records = restore(&kafka, &fleet, shard, &path, &|| stopped.is_cancelled())
                .map_err(|error| error.to_string())?;
            let options = Options {
                durability: Durability::Process,
                commit_log: Some(Arc::new(log)),
                ..Options::default()
            };
            let journal = Journal::open(&path, options).map_err(|error| error.to_string())?;
            tenures.lock().open(shard, term, next);
            tracing::info!(%shard, records, took = ?began.elapsed(), "holding a shard");
            Ok(journal)
        });
        restoring.await.map_err(|_| "restoring a shard broke off".to_owned())?
    }
}

/// Has a shard's journal take in what others hand over.
struct HandoverIntake {
    journal: Journal,
    /// Counts up whenever entries wait.
    taken: watch::Sender<u64>,
    /// Told what is wanted of feeds.
    requested: mpsc::Sender<FeedRequest>,
}

impl HandoverIntake {
    /// Ends with an error only.
    async fn run(self, mut handed: mpsc::Receiver<HandoverRecord>) -> Result<(), JournalError> {
        let mut records = Vec::new();
        while handed.recv_many(&mut records, MAX_HANDOVERS_AT_ONCE).await > 0 {
            let until = records.last().map_or(0, |record: &HandoverRecord| record.until);
            let (mut entries, mut requests): (Vec<HandedEntry>, _) = (Vec::new(), Vec::new());
            for record in records.drain(..) {
                match record.content {
                    HandoverContent::Entry(entry) => entries.push(*entry),
                    HandoverContent::Request(request) => requests.push(request),
                    HandoverContent::Report(_) | HandoverContent::Unreadable => {}
                }
            }
            // Before their places are taken, so that none is lost; what is wanted twice is done once.
            for FeedRequest { feed, request } in &requests {
                let ask = || self.journal.request_poll(feed.clone(), *request, Timestamp::now());
                match retried(ask).await {
                    // One that is new here is asked without being told to.
                    Err(JournalError::UnknownFeed(_)) => {}
                    done => drop(done?),
                }
            }
            let entries: Arc<[HandedEntry]> = entries.into();
            retried(|| self.journal.take_handed_over(entries.clone(), until, Timestamp::now())).await?;
            self.taken.send_modify(|count| *count += 1);
            for request in requests {
                // Whoever has so many to do has begun to ask feeds anew.
                let _ = self.requested.try_send(request);
            }
        }
        std::future::pending().await
    }
}

/// Has the journal make a change, as often as it fails for a reason that passes.
async fn retried<T, C: Future<Output = Result<T, JournalError>>>(
    make: impl Fn() -> C,
) -> Result<T, JournalError> {
    loop {
        match make().await {
            Err(error) if error.is_retryable() => tokio::time::sleep(RETRY).await,
            done => return done,
        }
    }
}

/// Brings what is published to whoever tells stories. One that cannot be read is passed over.
async fn pass_reports(mut handed: mpsc::Receiver<HandoverRecord>, reports: mpsc::Sender<HandedReport>) {
    while let Some(record) = handed.recv().await {
        if let HandoverContent::Report(report) = record.content
            && reports.send(report).await.is_err()
        {
            break;
        }
    }
    std::future::pending().await
}
