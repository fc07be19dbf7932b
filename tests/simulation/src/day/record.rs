//! Making the recorded day.

use std::{path::Path, sync::Arc, time::Duration};

use dateline::{
    config::Config,
    engine::{Engine, EngineParts, StopCondition},
    metrics::Metrics,
};
use dateline_fetcher::{
    Clock, Fetcher,
    transport::{RecordSettings, RecordingTransport, Secrets},
};
use dateline_journal::{Durability, Journal, Options, Writing};
use dateline_wire::Sequence;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{DAY, Day, MORNING};

/// Fixes the chance and the record ids of the day.
const SEED: u64 = 20_260_302;

/// Has the engine live through the day told by `stories`, under the configuration at `config`, and records what passes in a
/// new file at `recording`. Gives the events, one CloudEvent as JSON a line.
///
/// # Errors
/// If a file can't be read or written, or the engine fails.
pub fn record(stories: &Path, config: &Path, recording: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let config = Config::load_to_replay(config).map_err(|errors| format!("{errors:?}"))?;
    if recording.exists() {
        std::fs::remove_file(recording)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        // Records are appended by blocking tasks: with one thread for them, in one order.
        .max_blocking_threads(1)
        .build()?;
    runtime.block_on(live(stories, config, recording))
}

async fn live(
    stories: &Path,
    config: Config,
    recording: &Path,
) -> Result<String, Box<dyn std::error::Error>> {
    let morning: Timestamp = MORNING.parse()?;
    let clock = Clock::starting_at(morning);
    let settings = RecordSettings {
        seed: SEED,
        record_ids: u128::from(SEED).to_be_bytes(),
        secrets: Secrets::default(),
    };
    let day = Day::open(stories, clock)?;
    let transport = Arc::new(RecordingTransport::open(day, recording, settings, clock)?);
    let scratch = tempfile::tempdir()?;
    let options =
        Options { durability: Durability::Process, writing: Writing::InPlace, ..Options::default() };
    let journal = Journal::open(scratch.path().join("journal.db"), options)?;
    let envelope = config.settings.envelope();
    let fetcher = Fetcher::new(transport.clone(), config.settings.fetch, config.settings.poll, clock, SEED);
    let world = EngineParts {
        fetcher: Arc::new(fetcher),
        journal: journal.clone(),
        subject: Arc::new(config.subject),
        sites: Arc::new(config.sites),
        agencies: Arc::new(config.agencies),
        copies: config.settings.stories.copies,
        story_tables: config.story_tables.map(Arc::new),
        revisit: config.settings.revisit,
        metrics: Arc::new(Metrics::default()),
        traces: dateline::traces::Traces::off(),
        extraction_room: None,
    };
    let engine = Engine::new(world, config.feeds, config.settings.engine).await?;
    engine
        .run(StopCondition::Idle(morning.checked_add(DAY)?), CancellationToken::new(), Duration::ZERO)
        .await?;
    transport.sync()?;
    let mut lines = String::new();
    for event in journal.events_after(Sequence::START, 10_000, None)? {
        lines.push_str(&event.to_structured_json(&envelope)?);
        lines.push('\n');
    }
    Ok(lines)
}
