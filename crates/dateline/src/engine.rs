//! The engine: feeds become polls, polls become entries, entries become pages, pages become events in the journal.
//!
//! One task owns all of it and decides everything: what to poll ([`dateline_fetcher::Schedule`]), whose page to
//! fetch, what the outcome is (`outcome`). Only waiting and heavy work happen elsewhere: fetches are tasks of a set,
//! extraction runs on threads of its own, commits on the journal's.
//!
//! Live, what is ready is committed at once. Under a virtual clock commits are made in place, so is extraction where it has one
//! thread, and what they yield is committed in the order in which the *fetches* completed, so that the events depend on the
//! recording alone, on however many threads pages are extracted. `scheduling` holds the two apart.
//!
//! What a hub pushes for a feed is taken in as a poll of it would be, in turn with its polls. Whoever has read the configuration
//! anew hands it in as a command, between two steps.
//!
//! Everything is bounded: polls and pages in flight, extractions at once. While the journal has
//! no room, what is in flight waits and nothing new is begun.

mod command;
mod commit;
mod comparison;
mod comparison_cache;
mod extraction;
mod intake;
pub(crate) mod outcome;
mod poll_log;
mod progress_log;
mod push;
mod revisit;
mod scheduling;
mod story_stage;
mod story_teller;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::{Clock, Feed, Fetcher};
use dateline_journal::{FilePlace, Journal, JournalError, Writing};
use dateline_parser::{SiteRules, Subject};
use dateline_stories::origin::Agencies;
use dateline_stories::story::StoryTables;
use dateline_wire::{FeedId, FeedState};
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::{CopyPolicy, EngineSettings, RevisitSettings};
use crate::metrics::Metrics;
use crate::traces::Traces;
pub use command::{EngineCommand, EngineUpdate};
use comparison::Comparison;
pub(crate) use comparison::ComparisonTables;
pub(crate) use extraction::{MissingPage, shared_room};
use intake::Intake;
pub use outcome::ReadingRules;
pub use push::{Push, PushEnd};
pub(crate) use story_stage::StoryStage;

/// What the engine works with. Network, clock and chance are the fetcher's; storage is the journal's.
#[derive(Clone)]
pub struct EngineParts {
    /// Polls feeds and fetches pages.
    pub fetcher: Arc<Fetcher>,
    /// Keeps what is known and what is to be done. Under a virtual clock it is to be written in place
    /// ([`Writing::InPlace`]), so that no time passes meanwhile.
    pub journal: Journal,
    /// Says what is relevant.
    pub subject: Arc<Subject>,
    /// Says how single sites are read.
    pub sites: Arc<SiteRules>,
    /// Says whose texts others carry.
    pub agencies: Arc<Agencies>,
    /// What becomes of copies.
    pub copies: CopyPolicy,
    /// What stories are told by; none are without.
    pub story_tables: Option<Arc<StoryTables>>,
    /// When pages of published articles are visited again.
    pub revisit: RevisitSettings,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Tells what became of each entry.
    pub traces: Traces,
    /// Places for pages that are being extracted, where several engines share a machine; one by itself has its own.
    pub extraction_room: Option<Arc<Semaphore>>,
}

impl EngineParts {
    fn comparison_tables(&self) -> ComparisonTables {
        ComparisonTables { agencies: self.agencies.clone(), stories: self.story_tables.clone() }
    }
}

/// When the engine stops by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopCondition {
    /// Never.
    Stopped,
    /// When nothing is left to do before this moment: no poll, no page, no entry that waits for another try.
    Idle(Timestamp),
}

impl StopCondition {
    /// Whether a poll may begin at `now`.
    fn allows(self, now: Timestamp) -> bool {
        match self {
            Self::Stopped => true,
            Self::Idle(end) => now < end,
        }
    }
}

/// What the engine is doing, for status, metrics and the watchdog.
#[derive(Debug, Clone, Copy)]
pub struct EngineActivity {
    /// When the engine last went round. It does so at least once a [`HEARTBEAT`] unless it hangs.
    pub at: Instant,
    /// What its clock showed then: that of the machine, or of a recording that is played.
    pub time: Timestamp,
    /// Polls under way.
    pub polls: usize,
    /// Pages being fetched, extracted or committed.
    pub pages: usize,
    /// Why intake waits for the journal, where it does.
    pub paused: Option<PauseCause>,
}

/// Why nothing is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseCause {
    /// The journal's disk has no room.
    Full,
    /// The journal was restored, and holds as many outcomes as it may until it is known what Kafka has of it.
    Restored,
    /// The journal's file, or its folder, was moved.
    Moved,
    /// The journal's file was removed.
    Removed,
    /// The journal's write-ahead log was.
    LogRemoved,
    /// The journal cannot be written, for another reason.
    Unwritable,
}

impl PauseCause {
    /// Why `journal` takes nothing now, whoever asks, if that can be told.
    pub fn of_files(journal: &Journal) -> Option<Self> {
        match journal.file_place() {
            FilePlace::Moved => Some(Self::Moved),
            FilePlace::Removed => Some(Self::Removed),
            FilePlace::LogRemoved => Some(Self::LogRemoved),
            FilePlace::Kept => journal.is_full().then_some(Self::Full),
        }
    }

    /// Why a commit waits that failed with `error`.
    fn of(error: &JournalError) -> Self {
        match error {
            JournalError::HoldsTooMany { .. } => Self::Restored,
            error if error.is_full() => Self::Full,
            _ => Self::Unwritable,
        }
    }
}

/// Has feeds asked by when their interval wants it, where it was made shorter since they were asked last.
async fn keep_to_intervals<'f>(
    world: &EngineParts,
    states: impl Iterator<Item = &'f mut FeedState>,
    feed: impl Fn(&FeedId) -> Option<&'f Feed>,
) -> Result<(), JournalError> {
    let mut sooner = Vec::new();
    for state in states {
        let planned = feed(&state.id).map_or(state.next_poll, |feed| world.fetcher.planned_poll(feed, state));
        if planned < state.next_poll {
            state.next_poll = planned;
            sooner.push((state.id.clone(), planned));
        }
    }
    match sooner.is_empty() {
        true => Ok(()),
        false => world.journal.limit_polls(sooner).await,
    }
}

/// How many pushes may wait for the engine; whoever brings one more waits in turn.
const PUSHES_WAITING: usize = 16;

/// How many commands may wait for the engine; whoever gives one more waits in turn.
const MAX_COMMANDS_WAITING: usize = 16;

/// How often the engine goes round even if nothing happens.
pub const HEARTBEAT: Duration = Duration::from_secs(1);

/// Why the engine had to stop.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The journal failed in a way that doesn't pass.
    #[error("the journal failed")]
    Journal(#[from] JournalError),
}

/// The engine, ready to run.
pub struct Engine {
    intake: Intake,
    pulse: watch::Sender<EngineActivity>,
    push: mpsc::Sender<Push>,
    pushes: mpsc::Receiver<Push>,
    command: mpsc::Sender<EngineCommand>,
    commands: mpsc::Receiver<EngineCommand>,
}

impl Engine {
    /// An engine for `feeds`, which become the journal's configured set. The first polls of feeds that it has not known so far
    /// are spread over the configured time.
    ///
    /// # Errors
    /// If the journal fails.
    pub async fn new(
        world: EngineParts,
        feeds: Vec<Feed>,
        settings: EngineSettings,
    ) -> Result<Self, EngineError> {
        let clock = world.fetcher.clock();
        debug_assert!(matches!(clock, Clock::System) || world.journal.writing() == Writing::InPlace);
        let now = clock.now();
        let unknown = feeds
            .iter()
            .map(|feed| FeedState::new(feed.published(), world.fetcher.first_poll(feed.id(), now)))
            .collect();
        world.journal.configure_feeds(unknown).await?;
        if let Some(latest) = world.revisit.last().and_then(|last| now.checked_add(last).ok()) {
            world.journal.limit_revisits(latest).await?;
        }
        let mut states = world.journal.feeds()?;
        let feeds: HashMap<FeedId, Feed> = feeds.into_iter().map(|feed| (feed.id().clone(), feed)).collect();
        keep_to_intervals(&world, states.iter_mut(), |id| feeds.get(id)).await?;
        let mut comparison = Comparison::new(world.journal.clone(), world.copies, world.comparison_tables());
        comparison.read_log(now).await?;
        let intake = Intake::new(world, feeds, states, comparison, settings);
        let pulse = watch::Sender::new(intake.pulse());
        let (push, pushes) = mpsc::channel(PUSHES_WAITING);
        let (command, commands) = mpsc::channel(MAX_COMMANDS_WAITING);
        Ok(Self { intake, pulse, push, pushes, command, commands })
    }

    /// What the engine is doing, as it goes.
    pub fn pulse(&self) -> watch::Receiver<EngineActivity> {
        self.pulse.subscribe()
    }

    /// The same engine, which logs each article as it is published, and a summary `every` so often; none for zero.
    #[must_use]
    pub fn with_progress_log(mut self, every: Duration) -> Self {
        self.intake.log_progress(every);
        self
    }

    /// The same engine, to which entries of `feeds` are handed over that others poll.
    #[must_use]
    pub fn with_announcers(mut self, feeds: Arc<HashMap<FeedId, Arc<Feed>>>) -> Self {
        self.intake.know_announcers(feeds);
        self
    }

    /// Where what hubs push is handed in. Its signature is to be checked before.
    pub fn pushes(&self) -> mpsc::Sender<Push> {
        self.push.clone()
    }

    /// Where the engine is told what to do while it runs.
    pub fn commands(&self) -> mpsc::Sender<EngineCommand> {
        self.command.clone()
    }

    /// Runs until it is idle, if `until` says so, or `stop` is cancelled. Then nothing new is begun, and what is in flight may
    /// go on for `grace`; what is not done by then is left pending in the journal, where the next run finds it.
    ///
    /// # Errors
    /// If the journal fails in a way that doesn't pass.
    pub async fn run(
        mut self,
        until: StopCondition,
        stop: CancellationToken,
        grace: Duration,
    ) -> Result<(), EngineError> {
        self.work(until, stop, grace).await?;
        Ok(self.intake.keep_comparison()?)
    }

    async fn work(
        &mut self,
        until: StopCondition,
        stop: CancellationToken,
        grace: Duration,
    ) -> Result<(), EngineError> {
        let mut stopping: Option<Instant> = None;
        loop {
            if stopping.is_none() {
                self.intake.begin(until)?;
            }
            self.pulse.send_replace(self.intake.pulse());
            self.intake.look_after_files();
            let wake = match stopping {
                None if self.intake.is_idle(until) => return Ok(()),
                Some(_) if self.intake.in_flight() == 0 => return Ok(()),
                Some(deadline) if deadline <= Instant::now() => {
                    tracing::warn!(
                        left = self.intake.in_flight(),
                        "the grace is over; what is in flight stays pending"
                    );
                    return Ok(());
                }
                Some(deadline) => deadline.min(Instant::now() + HEARTBEAT),
                None => self.intake.wake(until),
            };
            tokio::select! {
                biased;
                () = stop.cancelled(), if stopping.is_none() => {
                    tracing::info!(in_flight = self.intake.in_flight(), "stopping: what is in flight is finished");
                    stopping = Some(Instant::now() + grace);
                }
                step = self.intake.step(), if self.intake.in_flight() > 0 => step?,
                Some(push) = self.pushes.recv(), if stopping.is_none() && self.intake.has_room_for_pushes() => {
                    self.intake.take_push(push);
                }
                Some(command) = self.commands.recv(), if stopping.is_none() => self.obey(command).await,
                () = tokio::time::sleep_until(wake) => self.intake.woken(),
            }
        }
    }

    async fn obey(&mut self, command: EngineCommand) {
        match command {
            EngineCommand::Reload(update, done) => {
                // Whoever asked may have gone.
                let _ = done.send(self.intake.reload(*update).await);
            }
            EngineCommand::Poll(feed, request, done) => {
                let _ = done.send(self.intake.request_poll(feed, request).await);
            }
            EngineCommand::Claim => self.intake.claim_now(),
        }
    }
}
