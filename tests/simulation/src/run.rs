//! The engine's lives in a simulated web.

use std::{fs, path::Path, sync::Arc, time::Duration};

use dateline::{
    config::{ConfigError, EngineSettings, RevisitSettings, read_story_tables},
    engine::{Engine, EngineError, EngineParts, StopCondition},
    metrics::Metrics,
};
use dateline_fetcher::{Clock, Feed, FetchSettings, Fetcher, PollSettings};
use dateline_journal::{Durability, Journal, JournalError, Options, Writing};
use dateline_parser::Subject;
use dateline_wire::{CloudEvent, Sequence};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{
    check::{Bounds, Report},
    plan::Plan,
    web::{MAX_DECODED_BYTES, Web},
};

/// When simulations begin. Any moment would do.
const ORIGIN: &str = "2026-03-01T00:00:00Z";
/// What stories are told by.
const STORY_TABLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/stories");
/// How long the daemon may take to stop.
const GRACE: Duration = Duration::from_secs(20);

/// What came of a simulation.
#[derive(Debug)]
pub struct Simulation {
    /// What it came to, and what went wrong.
    pub report: Report,
    /// Every event, in order.
    pub events: Vec<CloudEvent>,
}

/// Why a simulation could not be run to its end.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum SimulationError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the story tables cannot be read: {0:?}")]
    StoryTables(Vec<ConfigError>),
    #[error("the origin is no timestamp")]
    Origin(#[from] jiff::Error),
}

/// The subject in `folder`.
///
/// # Errors
/// If a file can't be read, or the subject is invalid.
pub fn subject(folder: &Path) -> Result<Subject, Box<dyn std::error::Error>> {
    let mut files = std::collections::BTreeMap::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, fs::read_to_string(&path)?);
    }
    Ok(Subject::from_files(&files)?)
}

/// How much is made of articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Stories are told.
    Whole,
    /// None are, to tell what they cost.
    WithoutStories,
}

/// Lets the engine live through `plan`. All waiting happens on a paused clock, so that only work takes time. On how many threads
/// pages are extracted changes nothing.
///
/// # Errors
/// If the journal or the engine fails, which nothing in a plan explains.
pub fn simulate(
    plan: Plan,
    subject: Arc<Subject>,
    extract_threads: usize,
    extent: Extent,
) -> Result<Simulation, SimulationError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .max_blocking_threads(2)
        .build()?;
    let settings = EngineSettings { extract_threads, ..EngineSettings::default() };
    runtime.block_on(live(Arc::new(plan), subject, settings, extent))
}

async fn live(
    plan: Arc<Plan>,
    subject: Arc<Subject>,
    settings: EngineSettings,
    extent: Extent,
) -> Result<Simulation, SimulationError> {
    let origin: Timestamp = ORIGIN.parse()?;
    let folder = tempfile::tempdir()?;
    let options =
        Options { durability: Durability::Process, writing: Writing::InPlace, ..Options::default() };
    let web = Arc::new(Web::new(plan.clone(), origin));
    let world_clock = Clock::starting_at(origin);
    let fetch = FetchSettings { max_decoded_bytes: MAX_DECODED_BYTES, ..FetchSettings::default() };
    let poll = PollSettings::default();
    let metrics = Arc::new(Metrics::default());
    let story_tables =
        Arc::new(read_story_tables(Path::new(STORY_TABLES)).map_err(SimulationError::StoryTables)?);
    let feeds: Vec<Feed> =
        plan.feeds.iter().map(|feed| Feed::new(feed.url.clone(), None, &fetch.secret_query)).collect();
    let start = tokio::time::Instant::now();

    let mut offset = SignedDuration::ZERO;
    let ends = plan.restarts.iter().map(|(at, jump)| (*at, Some(*jump))).chain([(plan.end, None)]);
    let mut journal = Journal::open(folder.path().join("journal.db"), options.clone())?;
    for (end, jump) in ends {
        let shown = world_clock.now().checked_add(offset)?;
        let clock = Clock::starting_at(shown);
        web.restarted(clock);
        let transport: Arc<Web> = web.clone();
        let fetcher = Fetcher::new(transport, fetch.clone(), poll.clone(), clock, plan.seed);
        let world = EngineParts {
            fetcher: Arc::new(fetcher),
            journal: journal.clone(),
            subject: subject.clone(),
            sites: Arc::default(),
            agencies: Arc::default(),
            copies: dateline::config::CopyPolicy::Publish,
            story_tables: (extent == Extent::Whole).then(|| story_tables.clone()),
            revisit: RevisitSettings::default(),
            metrics: metrics.clone(),
            traces: dateline::traces::Traces::off(),
            extraction_room: None,
        };
        let engine = Engine::new(world, feeds.clone(), settings.clone()).await?;
        let stop = CancellationToken::new();
        let until = match jump {
            None => StopCondition::Idle(
                shown.checked_add((start + end).duration_since(tokio::time::Instant::now()))?,
            ),
            Some(_) => StopCondition::Stopped,
        };
        let stopping = stop.clone();
        let alarm = async move {
            tokio::time::sleep_until(start + end).await;
            stopping.cancel();
        };
        let (ran, ()) = match jump {
            Some(_) => tokio::join!(engine.run(until, stop, GRACE), alarm),
            None => (engine.run(until, stop, GRACE).await, ()),
        };
        ran?;
        if let Some(jump) = jump {
            offset += SignedDuration::from_secs(jump);
            drop(journal);
            journal = Journal::open(folder.path().join("journal.db"), options.clone())?;
        }
    }

    let events = all_events(&journal)?;
    let bounds = Bounds {
        fetch: &fetch,
        poll: &poll,
        under_way: settings.polls_in_flight + settings.pages_in_flight,
        backlog: journal.backlog()?,
    };
    let report = Report::new(&plan, &web, &events, &bounds);
    Ok(Simulation { report, events })
}

fn all_events(journal: &Journal) -> Result<Vec<CloudEvent>, JournalError> {
    let mut events: Vec<CloudEvent> = Vec::new();
    loop {
        let after = events.last().map_or(Sequence::START, |event| event.sequence);
        let more = journal.events_after(after, 1_000, None)?;
        if more.is_empty() {
            return Ok(events);
        }
        events.extend(more);
    }
}
