//! What is begun when, and what follows from what was done: the decisions of the engine, and its state between them.

mod reload;

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::{
    Clock, Feed, FetchedPage, FullText, PageError, PageFailure, PageVisit, PollOutcome, PollResult, Schedule,
};
use dateline_journal::{
    Delay, EntryOutcome, FilePlace, JournalError, PollCommit, RevisitCompletion, RevisitFinding, SeenLink,
};
use dateline_wire::{
    DueRevisit, Event, EventKind, FeedId, FeedRef, FeedState, FetchFailure, HubNews, PendingEntry,
    RejectReason, Stage, WithdrawalReason,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::commit::{CommitReceipt, CommitRequest, CommitRetry};
use super::comparison::Comparison;
use super::extraction::{Extraction, MissingPage};
use super::outcome::{self, EntryContext};
use super::poll_log::PollLog;
use super::progress_log::ProgressLog;
use super::push::{Push, PushEnd};
use super::revisit::{self, VisitAttempt};
use super::scheduling::{self, Scheduling};
use super::{EngineActivity, EngineParts, HEARTBEAT, PauseCause, StopCondition};
use crate::config::EngineSettings;
use crate::contained::message_of;
use crate::metrics::poll_result_word;
use crate::traces::TraceContext;
use crate::traces::span::{self, Extent};

/// How long after an entry has ended, which gives its host and link free, the journal is asked for more. Asking costs a look at
/// every entry that waits for a busy host, so it is not done after each of many that end together.
const CLAIM_PAUSE: Duration = Duration::from_millis(20);
/// How long to wait before a journal that could not be read is asked again.
const CLAIM_RETRY: Duration = Duration::from_secs(1);
/// How long a feed rests whose reader panicked.
const PANIC_REST: Duration = Duration::from_secs(3600);
/// How many pushes are held at once, read or waiting for a poll of their feed to end. With the largest allowed body each,
/// this bounds their memory.
const PUSHES_HELD: usize = 4;

/// How often an entry passes from one member of a fleet to another, because its page sends there, before it counts as going in circles.
const MAX_HANDOVERS: u32 = 8;

/// This part of the pages in flight may be visited again at once; first visits have the others to themselves.
const VISITS_SHARE: usize = 4;

/// A poll that came back, or the panic that ended it.
struct PollAttempt {
    before: FeedState,
    began: Timestamp,
    outcome: Result<PollOutcome, String>,
    /// Who waits for its end, if it was a push.
    pushed: Option<oneshot::Sender<PushEnd>>,
}

/// A page, or none, that came back.
struct PageAttempt {
    pending: PendingEntry,
    fetched: Result<FetchedPage, MissingPage>,
    elapsed: Duration,
}

/// The state of the engine.
pub(super) struct Intake {
    world: EngineParts,
    settings: EngineSettings,
    clock: Clock,
    feeds: HashMap<FeedId, Arc<Feed>>,
    /// Feeds that others poll, for the entries that are handed over.
    announcers: Arc<HashMap<FeedId, Arc<Feed>>>,
    /// Feeds that are configured no more, for the entries that they have announced.
    former_feeds: HashMap<FeedId, Arc<Feed>>,
    states: HashMap<FeedId, FeedState>,
    schedule: Schedule,
    polls: JoinSet<PollAttempt>,
    polls_in_flight: usize,
    /// The feeds that a poll or a push is under way for.
    busy: HashSet<FeedId>,
    /// Pushes that wait for what is under way for their feed.
    waiting: Vec<Push>,
    /// How many pushes are being read or committed.
    pushes_in_flight: usize,
    pages: JoinSet<PageAttempt>,
    pages_in_flight: usize,
    visits: JoinSet<VisitAttempt>,
    /// How many of the pages in flight are visited again.
    visits_in_flight: usize,
    commits: CommitRetry,
    scheduling: Box<dyn Scheduling>,
    extraction: Arc<Extraction>,
    /// When the journal is asked for entries again: at once after news, else when a postponed one is due.
    next_claim: Timestamp,
    /// Whether the journal, when it was last asked, had more that are due: for when something has ended.
    are_left: bool,
    /// Whether the journal, when it was last asked, could not be read.
    claims_fail: bool,
    /// When the journal is asked for pages that are to be visited again.
    next_visit: Timestamp,
    /// Whether the journal, when it was last asked, had more of them that are due.
    visits_are_left: bool,
    /// When the journal's files are looked after at the soonest.
    next_look_after_files: Instant,
    poll_log: PollLog,
    progress_log: Option<ProgressLog>,
}

impl Intake {
    pub(super) fn new(
        world: EngineParts,
        feeds: HashMap<FeedId, Feed>,
        states: Vec<FeedState>,
        comparison: Comparison,
        settings: EngineSettings,
    ) -> Self {
        let clock = world.fetcher.clock();
        let extraction = Arc::new(Extraction::new(&world, &settings, clock));
        let commits = CommitRetry::new(world.journal.clone(), comparison, clock, world.traces.clone());
        let mut intake = Self {
            scheduling: scheduling::under(clock, commits.clone()),
            commits,
            schedule: world.fetcher.schedule(),
            world,
            settings,
            clock,
            feeds: feeds.into_iter().map(|(id, feed)| (id, Arc::new(feed))).collect(),
            announcers: Arc::default(),
            former_feeds: HashMap::new(),
            states: HashMap::new(),
            polls: JoinSet::new(),
            polls_in_flight: 0,
            busy: HashSet::new(),
            waiting: Vec::new(),
            pushes_in_flight: 0,
            pages: JoinSet::new(),
            pages_in_flight: 0,
            visits: JoinSet::new(),
            visits_in_flight: 0,
            extraction,
            next_claim: clock.now(),
            are_left: false,
            claims_fail: false,
            next_visit: clock.now(),
            visits_are_left: false,
            next_look_after_files: Instant::now(),
            poll_log: PollLog::default(),
            progress_log: None,
        };
        states.into_iter().for_each(|state| intake.schedule(state));
        intake
    }

    /// What is going on.
    pub(super) fn pulse(&self) -> EngineActivity {
        EngineActivity {
            at: Instant::now(),
            time: self.clock.now(),
            polls: self.polls_in_flight,
            pages: self.pages_in_flight,
            paused: PauseCause::of_files(&self.world.journal).or(self.commits.pause_cause()),
        }
    }

    /// Has the journal find out whether there is room again, where it had none for a change that nobody repeats (a poll that was asked
    /// for by hand, say), and whether its files are where they were.
    pub(super) fn look_after_files(&mut self) {
        let now = Instant::now();
        if self.next_look_after_files <= now && !self.commits.is_stuck() {
            self.next_look_after_files = now + HEARTBEAT;
            if self.world.journal.needs_care() {
                self.world.journal.look_after_files();
            }
        }
    }

    /// Has what is published told as it goes, and a summary `every` so often.
    pub(super) fn log_progress(&mut self, every: Duration) {
        self.progress_log = Some(ProgressLog::new(every, self.clock.now()));
    }

    /// Has entries of these feeds be known by them, whoever polls them.
    pub(super) fn know_announcers(&mut self, feeds: Arc<HashMap<FeedId, Arc<Feed>>>) {
        self.announcers = feeds;
    }

    /// Has the journal asked for entries at once.
    pub(super) fn claim_now(&mut self) {
        self.claim_in(Duration::ZERO);
    }

    /// How many polls and pages are under way: fetched, extracted or committed.
    pub(super) fn in_flight(&self) -> usize {
        self.polls_in_flight + self.pages_in_flight
    }

    /// Whether the journal takes what is begun, as far as is known.
    fn journal_takes(&self) -> bool {
        !self.commits.is_stuck() && self.world.journal.file_place() == FilePlace::Kept
    }

    /// Begins what is due and for which there is room.
    pub(super) fn begin(&mut self, until: StopCondition) -> Result<(), JournalError> {
        if !self.journal_takes() || !self.scheduling.may_begin() {
            return Ok(());
        }
        let now = self.clock.now();
        self.poll_log.tick(now);
        if let Some(log) = self.progress_log.as_mut().filter(|log| log.is_due(now)) {
            log.summarise(self.states.values().filter(|feed| feed.failures > 0).count(), now);
        }
        while self.polls_in_flight < self.settings.polls_in_flight && until.allows(now) {
            let Some(state) = self.schedule.pop_due(now).and_then(|id| self.states.remove(&id)) else {
                break;
            };
            self.begin_poll(state);
        }
        let room = self.settings.pages_in_flight.saturating_sub(self.pages_in_flight);
        if room > 0 && self.next_claim <= now {
            self.begin_pages(room, now)?;
        }
        if self.next_visit <= now && until.allows(now) {
            self.begin_visits(now)?;
        }
        self.scheduling.note_beginning();
        Ok(())
    }

    /// Begins up to `room` of the pages that are due. Where the journal cannot be read for now, that is tried again, as commits are.
    fn begin_pages(&mut self, room: usize, now: Timestamp) -> Result<(), JournalError> {
        let claimed = match self.world.journal.pending(now, room) {
            Ok(claimed) => claimed,
            Err(error) if error.is_retryable() => {
                if !std::mem::replace(&mut self.claims_fail, true) {
                    tracing::error!(%error, "entries wait until the journal can be read again");
                }
                self.next_claim = now.checked_add(CLAIM_RETRY).unwrap_or(Timestamp::MAX);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if std::mem::take(&mut self.claims_fail) {
            tracing::info!("the journal can be read again");
        }
        self.next_claim = claimed.next_due.unwrap_or(Timestamp::MAX);
        self.are_left = claimed.are_left;
        for pending in claimed.entries {
            let announcer = self.announcer(&pending.feed);
            if let Some(objection) =
                announcer.and_then(|feed| feed.options().entries.objection(&pending.entry))
            {
                self.end_unread(pending, Stage::Feed, RejectReason::Filtered, objection, now);
                continue;
            }
            match self.read_before(&pending, now)? {
                Some(seen) => self.end_as_duplicate(pending, &seen, now),
                None => self.begin_page(pending),
            }
        }
        Ok(())
    }

    /// How many pages may be visited again now: some of what first visits leave.
    fn room_for_visits(&self) -> usize {
        let most = (self.settings.pages_in_flight / VISITS_SHARE).max(1);
        let room = self.settings.pages_in_flight.saturating_sub(self.pages_in_flight);
        most.saturating_sub(self.visits_in_flight).min(room)
    }

    /// Begins to visit pages again that are due, as far as there is room.
    fn begin_visits(&mut self, now: Timestamp) -> Result<(), JournalError> {
        let room = self.room_for_visits();
        if self.world.revisit.after.is_empty() || !self.world.fetcher.has_revisits() {
            self.next_visit = Timestamp::MAX;
            return Ok(());
        }
        if room == 0 {
            return Ok(());
        }
        let claimed = match self.world.journal.revisits_due(now, room) {
            Ok(claimed) => claimed,
            Err(error) if error.is_retryable() => {
                self.next_visit = now.checked_add(CLAIM_RETRY).unwrap_or(Timestamp::MAX);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.next_visit = claimed.next_due.unwrap_or(Timestamp::MAX);
        self.visits_are_left = claimed.are_left;
        for due in claimed.revisits {
            self.pages_in_flight += 1;
            self.visits_in_flight += 1;
            match self.polled(&due.feed) {
                Some(feed) => self.begin_visit(due, feed),
                // What a feed that is configured no more has announced is left alone, as the feed is.
                None => {
                    let visit = RevisitCompletion {
                        next: None,
                        ..revisit::completion(&due, &self.world.revisit, now)
                    };
                    let request = CommitRequest::Revisit { visit: Box::new(visit), was_read: false };
                    self.scheduling.push(Box::pin(std::future::ready(request)));
                }
            }
        }
        Ok(())
    }

    fn begin_visit(&mut self, due: DueRevisit, feed: Arc<Feed>) {
        let fetcher = self.world.fetcher.clone();
        self.visits.spawn(async move {
            let started = Instant::now();
            let validators = revisit::validators_for(&due);
            let visit = fetcher.page_again(&due.state.url, &validators, Some(&feed));
            let visited = AssertUnwindSafe(visit).catch_unwind().await;
            VisitAttempt {
                visited: visited.map_err(|panic| message_of(panic.as_ref())),
                due,
                elapsed: started.elapsed(),
            }
        });
    }

    fn visit_came(&mut self, attempt: VisitAttempt) -> BoxFuture<'static, CommitRequest> {
        let at = self.clock.now();
        let VisitAttempt { due, visited, elapsed } = attempt;
        let settings = &self.world.revisit;
        let visit = revisit::completion(&due, settings, at);
        let feed = self.announcer(&due.feed);
        let announcer = feed.as_deref().map(Feed::published);
        let visit = match visited {
            Ok(Ok(PageVisit::Read(fetched))) => {
                let context = EntryContext {
                    trace: TraceContext::of_visit(&due.article, at),
                    feed,
                    feed_id: due.feed,
                    entry: due.state.entry,
                    began: at.checked_sub(elapsed).unwrap_or(at),
                    at,
                    announced: None,
                };
                return Box::pin(self.extraction.clone().read_again(context, visit, *fetched));
            }
            Ok(Ok(PageVisit::NotModified(validators))) => {
                RevisitCompletion { finding: RevisitFinding::Nothing(validators), ..visit }
            }
            Ok(Ok(PageVisit::FrontPage(target))) => {
                let detail = format!("{} redirects to {target}", due.state.url);
                let reason = WithdrawalReason::FrontPage;
                revisit::missing(visit, (&due, announcer), settings, reason, detail)
            }
            Ok(Err(error)) => revisit::failed(visit, (&due, announcer), settings, &error),
            Err(panic) => {
                tracing::error!(url = %due.state.url, panic, "visiting a page again panicked");
                RevisitCompletion { finding: RevisitFinding::Failed, ..visit }
            }
        };
        let request = CommitRequest::Revisit { visit: Box::new(visit), was_read: false };
        Box::pin(std::future::ready(request))
    }

    /// Whether nothing is under way and nothing will be due in time.
    pub(super) fn is_idle(&self, until: StopCondition) -> bool {
        let StopCondition::Idle(end) = until else { return false };
        self.in_flight() == 0
            && self.scheduling.is_at_rest()
            && self.next_claim >= end
            && self.next_visit >= end
            && self.schedule.next_due().is_none_or(|due| due >= end)
    }

    /// When to go round again if nothing ends before.
    pub(super) fn wake(&self, until: StopCondition) -> Instant {
        // What cannot be begun waits for something to end, not for a moment, least of all for one that has passed.
        let mut due = Timestamp::MAX;
        if self.journal_takes() && self.scheduling.may_begin_when_due() {
            if self.polls_in_flight < self.settings.polls_in_flight
                && let Some(poll) = self.schedule.next_due().filter(|poll| until.allows(*poll))
            {
                due = poll;
            }
            if self.pages_in_flight < self.settings.pages_in_flight {
                due = due.min(self.next_claim);
                if self.room_for_visits() > 0 && until.allows(self.next_visit) {
                    due = due.min(self.next_visit);
                }
            }
        }
        self.scheduling.wake((due < Timestamp::MAX).then(|| self.clock.instant_of(due)))
    }

    /// Keeps what articles are compared with for the next start.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn keep_comparison(&self) -> Result<(), JournalError> {
        self.commits.keep_comparison()
    }

    /// Time has passed.
    pub(super) fn woken(&mut self) {
        self.scheduling.note_wake();
    }

    /// Waits for the next thing to end and takes it in. Dropping the future loses nothing.
    pub(super) async fn step(&mut self) -> Result<(), JournalError> {
        tokio::select! {
            biased;
            receipt = self.scheduling.next() => self.settle(receipt?),
            Some(joined) = self.pages.join_next() => {
                // Fetches contain their panics and nobody aborts them, so a task always gives what it is asked for.
                if let Ok(attempt) = joined {
                    let work = self.page_came(attempt);
                    self.scheduling.push(work);
                }
            }
            Some(joined) = self.visits.join_next() => {
                if let Ok(attempt) = joined {
                    let work = self.visit_came(attempt);
                    self.scheduling.push(work);
                }
            }
            Some(joined) = self.polls.join_next() => {
                if let Ok(attempt) = joined {
                    let work = self.poll_came(attempt);
                    self.scheduling.push(work);
                }
            }
            else => {}
        }
        Ok(())
    }

    fn schedule(&mut self, state: FeedState) {
        if self.feeds.contains_key(&state.id) {
            self.schedule.insert(
                state.id.clone(),
                state.url.as_url().host_str().unwrap_or_default(),
                state.next_poll,
            );
            self.states.insert(state.id.clone(), state);
        }
    }

    fn begin_poll(&mut self, before: FeedState) {
        let Some(feed) = self.feeds.get(&before.id).cloned() else { return };
        let (fetcher, began) = (self.world.fetcher.clone(), self.clock.now());
        self.polls_in_flight += 1;
        self.busy.insert(before.id.clone());
        self.polls.spawn(async move {
            let poll = AssertUnwindSafe(fetcher.poll(&before, &feed)).catch_unwind().await;
            PollAttempt {
                outcome: poll.map_err(|panic| message_of(panic.as_ref())),
                before,
                began,
                pushed: None,
            }
        });
    }

    /// Whether another push may come: none while the journal has no room, or while enough are held.
    pub(super) fn has_room_for_pushes(&self) -> bool {
        !self.commits.is_stuck() && self.pushes_in_flight + self.waiting.len() < PUSHES_HELD
    }

    /// Reads what a hub pushed, as soon as nothing else is under way for its feed: two changes of a feed's state never cross.
    pub(super) fn take_push(&mut self, push: Push) {
        if self.busy.contains(&push.feed) {
            self.waiting.push(push);
            return;
        }
        let (Some(before), Some(feed)) =
            (self.states.remove(&push.feed), self.feeds.get(&push.feed).cloned())
        else {
            // Whoever brought it may have gone.
            let _ = push.done.send(PushEnd::NoFeed);
            return;
        };
        self.schedule.remove(&push.feed);
        self.polls_in_flight += 1;
        self.pushes_in_flight += 1;
        self.busy.insert(push.feed);
        let (fetcher, began) = (self.world.fetcher.clone(), self.clock.now());
        let (content, done) = (push.content, push.done);
        self.polls.spawn(async move {
            let read = AssertUnwindSafe(fetcher.read_push(&before, &feed, content)).catch_unwind().await;
            // What the feed's reader cannot bear is no reason to rest from polls.
            let outcome = read.unwrap_or_else(|panic| PollOutcome {
                feed: before.clone(),
                entries: Vec::new(),
                health: Vec::new(),
                hub: HubNews::Nothing,
                result: PollResult::UnreadablePush(message_of(panic.as_ref())),
            });
            PollAttempt { before, began, outcome: Ok(outcome), pushed: Some(done) }
        });
    }

    fn poll_came(&mut self, attempt: PollAttempt) -> BoxFuture<'static, CommitRequest> {
        let at = self.clock.now();
        let outcome = attempt.outcome.unwrap_or_else(|panic| {
            let mut feed = attempt.before.clone();
            feed.failures += 1;
            feed.last_poll = Some(at);
            let failure = FetchFailure::from(format!("its reader panicked: {panic}"));
            feed.last_error = Some(failure.clone());
            feed.next_poll = at.checked_add(PANIC_REST).unwrap_or(Timestamp::MAX);
            let result = PollResult::Failed(failure);
            PollOutcome { feed, entries: Vec::new(), health: Vec::new(), hub: HubNews::Nothing, result }
        });
        self.poll_log.polled(&attempt.before, &outcome, at);
        let traceparent = TraceContext::of_poll(&outcome.feed.id, at).to_string();
        let events = outcome.health.into_iter().map(|event| Event::Health(Box::new(event))).collect();
        let PollOutcome { feed, entries, hub, result, .. } = outcome;
        let commit = Box::new(PollCommit { feed, entries, events, hub, at, traceparent });
        let (began, pushed) = (attempt.began, attempt.pushed);
        Box::pin(std::future::ready(CommitRequest::Poll { commit, result, pushed, began }))
    }

    fn begin_page(&mut self, pending: PendingEntry) {
        let fetcher = self.world.fetcher.clone();
        let feed = self.announcer(&pending.feed);
        self.pages_in_flight += 1;
        self.pages.spawn(async move {
            let started = Instant::now();
            let feed = feed.as_deref();
            let is_wanted = feed.is_none_or(|feed| feed.options().full_text != FullText::Feed);
            let fetched = match &pending.entry.link {
                None => Err(MissingPage::NoLink),
                Some(_) if !is_wanted => Err(MissingPage::NotWanted),
                Some(link) => match AssertUnwindSafe(fetcher.page_of(link, feed)).catch_unwind().await {
                    Ok(fetched) => fetched.map_err(MissingPage::Fetch),
                    Err(panic) => Err(MissingPage::Panic(message_of(panic.as_ref()))),
                },
            };
            PageAttempt { pending, fetched, elapsed: started.elapsed() }
        });
    }

    /// What became of the entry's page, if it was read for another entry a short while ago. An entry that its feed has edited
    /// is always worth a look.
    fn read_before(&self, pending: &PendingEntry, now: Timestamp) -> Result<Option<SeenLink>, JournalError> {
        let (Some(link), 1) = (&pending.entry.link, pending.edition) else { return Ok(None) };
        let since = now.checked_sub(self.settings.refetch_after).unwrap_or(Timestamp::MIN);
        match self.world.journal.seen_link(link) {
            // Then its page is fetched, which finds out that it says nothing new.
            Err(error) if error.is_retryable() => Ok(None),
            seen => Ok(seen?.filter(|seen| seen.at >= since)),
        }
    }

    /// The feed as it is configured, whoever polls it.
    fn polled(&self, feed: &FeedId) -> Option<Arc<Feed>> {
        self.feeds.get(feed).or_else(|| self.announcers.get(feed)).cloned()
    }

    /// The feed that announced an entry, as it is or was configured.
    fn announcer(&self, feed: &FeedId) -> Option<Arc<Feed>> {
        self.polled(feed).or_else(|| self.former_feeds.get(feed).cloned())
    }

    fn end_as_duplicate(&mut self, pending: PendingEntry, seen: &SeenLink, at: Timestamp) {
        let detail = format!("its page was read for another entry at {}: event {}", seen.at, seen.sequence);
        self.end_unread(pending, Stage::Duplicate, RejectReason::SameLink, detail, at);
    }

    /// Ends an entry whose page is not worth asking for.
    fn end_unread(
        &mut self,
        pending: PendingEntry,
        stage: Stage,
        reason: RejectReason,
        detail: String,
        at: Timestamp,
    ) {
        let context = self.context_of(pending, at, at);
        let reject = outcome::reject(&context, stage, reason, detail);
        self.pages_in_flight += 1;
        let event = Event::Reject(Box::new(reject));
        self.scheduling.push(Box::pin(std::future::ready(context.finish(event, false, None))));
    }

    fn page_came(&mut self, attempt: PageAttempt) -> BoxFuture<'static, CommitRequest> {
        let at = self.clock.now();
        let PageAttempt { pending, fetched, elapsed } = attempt;
        let began = at.checked_sub(elapsed).unwrap_or(at);
        if !matches!(fetched, Err(MissingPage::NotWanted)) {
            let failed = fetched.as_ref().err().map(MissingPage::reason);
            self.world.metrics.fetched(failed, elapsed.as_secs_f64());
            self.world.traces.tell(|secrets| {
                let extent = Extent { start: began, end: at };
                Some(span::fetch(&pending, fetched.as_ref().err(), extent, secrets))
            });
        }
        if let Err(MissingPage::Fetch(PageError { failure: PageFailure::Elsewhere { link }, .. })) = &fetched
            && pending.attempts < MAX_HANDOVERS
        {
            let (feed, entry, link) = (pending.feed, pending.entry.id, link.clone());
            return Box::pin(std::future::ready(CommitRequest::HandOver { feed, entry, link }));
        }
        if let Err(MissingPage::Fetch(error)) = &fetched {
            let attempts = pending.attempts + 1;
            if let Some(wait) = error.retry_in(attempts, at) {
                let due = at.checked_add(wait).unwrap_or(Timestamp::MAX);
                let reason = error.to_string();
                let delay = if error.was_asked() { Delay::Failed(reason) } else { Delay::NotAsked(reason) };
                let (feed, entry) = (pending.feed, pending.entry.id);
                return Box::pin(std::future::ready(CommitRequest::Postpone { feed, entry, due, delay }));
            }
        }
        let context = self.context_of(pending, began, at);
        Box::pin(self.extraction.clone().conclude(context, fetched))
    }

    /// What is known of an entry that ends; its last attempt `began` then, and its page, or why it has none, was there `at`.
    fn context_of(&self, pending: PendingEntry, began: Timestamp, at: Timestamp) -> EntryContext {
        EntryContext {
            trace: TraceContext::of_entry(&pending.feed, &pending.entry.id, pending.edition),
            feed: self.announcer(&pending.feed),
            announced: first_announced(&pending),
            feed_id: pending.feed,
            entry: pending.entry,
            began,
            at,
        }
    }

    /// Has the journal asked for entries after `wait` at the latest.
    fn claim_in(&mut self, wait: Duration) {
        let then = self.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        self.next_claim = self.next_claim.min(then);
    }

    /// An entry is in no hands any more: that makes room for those that the journal had left, and for itself where it `waits`.
    fn page_ended(&mut self, waits: bool) {
        self.pages_in_flight -= 1;
        if self.are_left || waits {
            self.claim_in(CLAIM_PAUSE);
        }
        if self.visits_are_left {
            let then = self.clock.now().checked_add(CLAIM_PAUSE).unwrap_or(Timestamp::MAX);
            self.next_visit = self.next_visit.min(then);
        }
    }

    fn settle(&mut self, receipt: CommitReceipt) {
        self.scheduling.note_end();
        match receipt {
            CommitReceipt::Poll { feed, result, fresh, pushed } => {
                self.polls_in_flight -= 1;
                self.busy.remove(&feed.id);
                if let Some(done) = pushed {
                    self.pushes_in_flight -= 1;
                    let unreadable = matches!(result, PollResult::UnreadablePush(_));
                    // Whoever brought it may have gone.
                    let _ = done.send(if unreadable { PushEnd::Unreadable } else { PushEnd::Committed });
                }
                let group = self.feeds.get(&feed.id).map(|feed| feed.published());
                self.world.metrics.polled(group_of(group), poll_result_word(&result, fresh), fresh as u64);
                if let Some(log) = &mut self.progress_log {
                    log.polled(&result, fresh);
                }
                if fresh > 0 {
                    self.claim_in(Duration::ZERO);
                }
                let id = feed.id.clone();
                self.schedule(*feed);
                if let Some(next) = self.waiting.iter().position(|push| push.feed == id) {
                    let push = self.waiting.remove(next);
                    self.take_push(push);
                }
            }
            CommitReceipt::Finished { event, finished, stories, announced, visit } => {
                self.world.metrics.committed(EventKind::Story, stories);
                if finished.sequence.is_some() {
                    self.world.metrics.finished(&event, finished.outcome);
                }
                if let Some(announced) = announced {
                    let way = self.clock.now().duration_since(announced);
                    self.world.metrics.took_whole_way(way.as_secs_f64());
                }
                if let Some(log) = &mut self.progress_log {
                    log.finished(&event, &finished);
                }
                if let (Some(due), EntryOutcome::Article { .. }) = (visit, finished.outcome) {
                    self.next_visit = self.next_visit.min(due);
                }
                self.page_ended(finished.waits);
            }
            CommitReceipt::Revisited { end, result, stories, next } => {
                self.world.metrics.committed(EventKind::Story, stories);
                self.visits_in_flight -= 1;
                self.world.metrics.revisited(end.event.as_ref().map(|(_, event)| event), result);
                if let (Some(log), Some((sequence, event))) = (&mut self.progress_log, &end.event) {
                    log.revisited(event, *sequence);
                }
                if let Some(next) = next {
                    self.next_visit = self.next_visit.min(next);
                }
                self.page_ended(false);
            }
            CommitReceipt::HandedOver => self.page_ended(false),
            CommitReceipt::Postponed { due } => {
                self.next_claim = self.next_claim.min(due);
                self.page_ended(false);
            }
        }
    }
}

/// When an entry was announced, where its feed has not edited it since.
fn first_announced(pending: &PendingEntry) -> Option<Timestamp> {
    (pending.edition == 1).then_some(pending.first_seen)
}

/// The group of feeds that polls are counted under: the first of a feed's tags.
fn group_of(feed: Option<&FeedRef>) -> &str {
    feed.and_then(|feed| feed.tags.first()).map_or("", String::as_str)
}
