//! From what a fetch brought to the event that ends its entry: on blocking threads, a few at once, within a time limit,
//! behind a boundary that no panic passes. Under a virtual clock, one thread is the engine's own: nothing else would go on
//! meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_fetcher::{Clock, FetchedPage, PageError};
use dateline_journal::{Journal, RevisitCompletion, RevisitFinding, RevisitPlan};
use dateline_parser::{SiteRules, Subject};
use dateline_stories::origin::Agencies;
use dateline_wire::{Event, RejectReason, Stage};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::EngineParts;
use super::commit::CommitRequest;
use super::outcome::{self, EntryContext, ReadingRules};
use crate::config::EngineSettings;
use crate::contained::contained;
use crate::metrics::Metrics;
use crate::traces::Traces;
use crate::traces::span::{self, Extent};

/// Why an entry has no page.
pub(crate) enum MissingPage {
    /// It has no link.
    NoLink,
    /// The feed's own text is taken, so it was not asked for.
    NotWanted,
    /// The page cannot be had.
    Fetch(PageError),
    /// The fetch panicked.
    Panic(String),
}

impl MissingPage {
    /// The reason, as events give it.
    pub(crate) fn reason(&self) -> RejectReason {
        match self {
            Self::NoLink => RejectReason::NoLink,
            Self::NotWanted => RejectReason::NoText,
            Self::Fetch(error) => error.reason(),
            Self::Panic(_) => RejectReason::Panic,
        }
    }

    /// The same for people.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::NoLink => "the entry has no link".to_owned(),
            Self::NotWanted => {
                "the feed carries no text of it, and `full_text = \"feed\"` asks for no page".to_owned()
            }
            Self::Fetch(error) => error.to_string(),
            Self::Panic(message) => format!("fetching it panicked: {message}"),
        }
    }

    /// How far its entry came.
    pub(crate) fn stage(&self) -> Stage {
        match self {
            Self::NoLink | Self::NotWanted => Stage::Feed,
            Self::Fetch(_) | Self::Panic(_) => Stage::Fetch,
        }
    }
}

/// Extracts and judges.
pub(super) struct Extraction {
    subject: Arc<Subject>,
    sites: Arc<SiteRules>,
    agencies: Arc<Agencies>,
    journal: Journal,
    metrics: Arc<Metrics>,
    traces: Traces,
    clock: Clock,
    place: Workplace,
    /// How long after its publication a page is visited again for the first time.
    first_revisit: Option<Duration>,
}

/// Where pages are extracted.
#[derive(Clone)]
enum Workplace {
    /// On threads of their own, so many at once.
    Apart {
        room: Arc<Semaphore>,
        /// None under a virtual clock, where real time must not matter.
        limit: Option<Duration>,
    },
    /// Where it is asked for.
    Here,
}

/// How many pages are extracted at once.
fn threads_of(settings: &EngineSettings) -> usize {
    match settings.extract_threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

/// Room for as many pages at once as `settings` say, for several engines.
pub(crate) fn shared_room(settings: &EngineSettings) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(threads_of(settings)))
}

impl Extraction {
    pub(super) fn new(world: &EngineParts, settings: &EngineSettings, clock: Clock) -> Self {
        let threads = threads_of(settings);
        let place = if clock.is_virtual() && threads == 1 {
            Workplace::Here
        } else {
            let limit = (!clock.is_virtual()).then_some(settings.extract_timeout);
            let room = world.extraction_room.clone();
            Workplace::Apart { room: room.unwrap_or_else(|| Arc::new(Semaphore::new(threads))), limit }
        };
        Self {
            subject: world.subject.clone(),
            sites: world.sites.clone(),
            agencies: world.agencies.clone(),
            journal: world.journal.clone(),
            metrics: world.metrics.clone(),
            traces: world.traces.clone(),
            clock,
            place,
            first_revisit: world.revisit.after.first().copied().filter(|_| world.fetcher.has_revisits()),
        }
    }

    /// What a visit found that read the page again, ready to be committed.
    pub(super) async fn read_again(
        self: Arc<Self>,
        context: EntryContext,
        visit: RevisitCompletion,
        fetched: FetchedPage,
    ) -> CommitRequest {
        let context = Arc::new(context);
        let url = fetched.page.url.clone().unwrap_or_else(|| visit.url.clone());
        let validators = fetched.validators.clone();
        let finding = match self.in_time(context.clone(), Ok(fetched)).await {
            Ok(Event::Article(event)) => RevisitFinding::Article { event, url, validators },
            Ok(_) => RevisitFinding::Nothing(validators),
            Err((reason, detail)) => {
                tracing::warn!(url = context.url(), %reason, detail, "a page that was visited again could not be extracted");
                RevisitFinding::Failed
            }
        };
        CommitRequest::Revisit { visit: Box::new(RevisitCompletion { finding, ..visit }), was_read: true }
    }

    /// The end of an entry: its event, ready to be committed.
    pub(super) async fn conclude(
        self: Arc<Self>,
        context: EntryContext,
        fetched: Result<FetchedPage, MissingPage>,
    ) -> CommitRequest {
        let context = Arc::new(context);
        let (page_was_read, start) = (fetched.is_ok(), self.clock.now());
        let revisit = fetched.as_ref().ok().and_then(|fetched| self.plan(fetched, context.at));
        let event = match self.clone().in_time(context.clone(), fetched).await {
            Ok(event) => event,
            Err((reason, detail)) => {
                tracing::warn!(url = context.url(), %reason, detail, "a page could not be extracted");
                Event::Reject(Box::new(outcome::reject(&context, Stage::Extract, reason, detail)))
            }
        };
        self.traces
            .tell(|_| Some(span::extract(context.trace, &event, Extent { start, end: self.clock.now() })));
        context.finish(event, page_was_read, revisit)
    }

    /// Where a page that was read `at` is visited again.
    fn plan(&self, fetched: &FetchedPage, at: Timestamp) -> Option<RevisitPlan> {
        Some(RevisitPlan {
            url: fetched.page.url.clone()?,
            validators: fetched.validators.clone(),
            due: at.checked_add(self.first_revisit?).ok()?,
        })
    }

    async fn in_time(
        self: Arc<Self>,
        context: Arc<EntryContext>,
        fetched: Result<FetchedPage, MissingPage>,
    ) -> Result<Event, (RejectReason, String)> {
        let place = self.place.clone();
        let work = move || {
            let started = Instant::now();
            let event = contained(|| self.event_of(&context, fetched));
            self.metrics.extracted(started.elapsed().as_secs_f64());
            event
        };
        let done = match place {
            Workplace::Here => Ok(work()),
            Workplace::Apart { room, limit } => {
                // The semaphore is never closed; were it, the work would go on without a place of its own.
                let held = room.acquire_owned().await;
                let work = spawn_blocking(move || {
                    let event = work();
                    drop(held);
                    event
                });
                match limit {
                    None => work.await,
                    Some(limit) => match timeout(limit, work).await {
                        Ok(done) => done,
                        // The thread cannot be stopped: it keeps its place among the extractors until it is done.
                        Err(_) => {
                            return Err((RejectReason::TooSlow, format!("not extracted within {limit:?}")));
                        }
                    },
                }
            }
        };
        match done {
            Ok(Ok(event)) => Ok(event),
            Ok(Err(panic)) => Err((RejectReason::Panic, panic)),
            Err(lost) => Err((RejectReason::Panic, lost.to_string())),
        }
    }

    fn event_of(&self, context: &EntryContext, fetched: Result<FetchedPage, MissingPage>) -> Event {
        let rules = ReadingRules { subject: &self.subject, sites: &self.sites, agencies: &self.agencies };
        let outcome = outcome::of_fetch(context, fetched, rules);
        if let Some(applied) = &outcome.site_rule {
            self.metrics.read_by_rule(applied);
        }
        if let Some(text) = outcome.rejected_text {
            self.journal.keep_rejected_text(text);
        }
        outcome.event
    }
}
