//! The past, worked on again: a recording under a virtual clock ([`Replay`]), or an archive without one ([`archive`]).

pub mod archive;
mod deliver;
mod playback;

use std::{
    fs,
    io::{self, Write},
    num::NonZero,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
};

use dateline_fetcher::{
    Clock,
    transport::{RecordingIndex, ReplayError},
};
use dateline_journal::{Durability, Journal, JournalError, Options, Writing};
use dateline_wire::{Envelope, Sequence};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

pub use deliver::{DeliveryFailure, deliver};
pub(crate) use playback::Playback;

use crate::{config::Config, engine::EngineError, logs::LogClock, metrics::Metrics};

/// How many events are read from the journal at a time.
const EVENTS_AT_ONCE: usize = 256;

/// A recording to be replayed.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The WARC files, in any order.
    pub files: Vec<PathBuf>,
    /// How many threads extract and judge. The events don't depend on it.
    pub threads: NonZero<usize>,
    /// The journal that the events go to; without one, a journal of its own that is forgotten at the end.
    pub journal: Option<PathBuf>,
    /// The clock of the logs, which shows the replay's time.
    pub log_clock: LogClock,
}

/// What came of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplaySummary {
    /// The exchanges that were recorded.
    pub exchanges: usize,
    /// How often something was asked for that isn't recorded, or not as often.
    pub unrecorded: u64,
    /// The damaged places in the files, each named in the log.
    pub damaged: usize,
    /// The time that the recording spans.
    pub span: SignedDuration,
    /// The events.
    pub events: u64,
}

/// Why a replay ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReplayFailure {
    /// The recording can't be used.
    #[error(transparent)]
    Recording(#[from] ReplayError),
    /// The recording answers none of the configured feeds, so there would be nothing to live through.
    #[error("{}", no_feed(*.configured, .recorded))]
    NoFeed {
        /// How many feeds are configured.
        configured: usize,
        /// The feeds that the recording holds, as far as it tells.
        recorded: Vec<String>,
    },
    /// The journal can't be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// An earlier replay into the journal was broken off. What it did not come to can't be told from what feeds and pages say of it later.
    #[error(
        "a replay into {} was broken off, so that its journal has a part of a recording, which cannot be made whole: name another folder, or \
         remove this one, or put a copy of before in the journal's place (`dateline restore`) and remove {}; then replay again",
        mark.parent().unwrap_or(mark).display(),
        mark.display()
    )]
    BrokenOff {
        /// The file that says so.
        mark: PathBuf,
    },
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The events can't be written, or there is no room for the journal.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What is wrong with a recording that answers none of the `configured` feeds, and what to do.
fn no_feed(configured: usize, recorded: &[String]) -> String {
    /// How many feeds are named: more than a screen holds help nobody.
    const MAX_NAMED: usize = 30;
    let configured = match configured {
        0 => "no feed is configured".to_owned(),
        1 => "the one configured feed is not in the recording".to_owned(),
        many => format!("none of the {many} configured feeds is in the recording"),
    };
    if recorded.is_empty() {
        return format!(
            "{configured}, which doesn't say that it holds any. If it is an archive of pages, replay it with --archive"
        );
    }
    let mut text = format!("{configured}, which holds these:\n");
    for feed in recorded.iter().take(MAX_NAMED) {
        text.push_str(&format!("  {feed}\n"));
    }
    if let Some(more) = recorded.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        text.push_str(&format!("  and {more} more\n"));
    }
    text + "Name the configuration that it was recorded with (--config FILE), or put these feeds into the feeds file"
}

impl Replay {
    /// Lets the engine live through the recording, and writes each event as a line to `output` as it is committed.
    ///
    /// Time is virtual: it starts at the recording's first moment and jumps to whatever is due next, so that a day takes as
    /// long as its work. Ids, times, order and bytes of the events follow from the recording and the configuration.
    ///
    /// # Errors
    /// If a file or the journal can't be used, or `output` can't be written.
    pub fn run(&self, config: Config, output: &mut impl Write) -> Result<ReplaySummary, ReplayFailure> {
        let recorded = RecordingIndex::open(&self.files)?;
        for (path, skipped) in recorded.skipped() {
            tracing::warn!(file = %path.display(), "{skipped}");
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .max_blocking_threads(self.threads.get())
            .build()?;
        runtime.block_on(self.live(recorded, config, output))
    }

    async fn live(
        &self,
        recorded: RecordingIndex,
        config: Config,
        output: &mut impl Write,
    ) -> Result<ReplaySummary, ReplayFailure> {
        if !config.feeds.iter().any(|feed| recorded.holds(feed)) {
            let feeds = recorded.feeds().map(str::to_owned).collect();
            return Err(ReplayFailure::NoFeed { configured: config.feeds.len(), recorded: feeds });
        }
        let (first, last) = (recorded.first_moment(), recorded.last_moment());
        let mut summary = ReplaySummary {
            exchanges: recorded.len(),
            unrecorded: 0,
            damaged: recorded.skipped().len(),
            span: last.duration_since(first),
            events: 0,
        };
        let clock = Clock::starting_at(first);
        self.log_clock.follow(clock);
        let scratch = tempfile::tempdir()?;
        let path = self.journal.clone().unwrap_or_else(|| scratch.path().join("journal.db"));
        let durability = if self.journal.is_some() { Durability::Full } else { Durability::Process };
        let journal =
            Journal::open(path, Options { durability, writing: Writing::InPlace, ..Options::default() })?;
        let mark = self.journal.as_deref().map(UnfinishedMark::set).transpose()?;
        // Its retention goes by the time outside: in the recording's, all may be old.
        journal.note_replay(Clock::System.now()).await?;
        let envelope = journal.take_source(config.settings.envelope()).await?;
        let mut lines = Lines { envelope: &envelope, written: journal.last_sequence()?, output };
        let metrics = Arc::new(Metrics::default());
        let playback = Playback::new(recorded, config, journal.clone(), metrics, clock, self.threads).await?;
        let transport = playback.transport();
        let mut grown = journal.watch();
        let before = lines.written;
        {
            let mut run = pin!(playback.run(CancellationToken::new()));
            loop {
                tokio::select! {
                    biased;
                    ended = &mut run => break ended?,
                    Ok(()) = grown.changed() => lines.write(&journal)?,
                }
            }
        }
        lines.write(&journal)?;
        lines.output.flush()?;
        mark.map_or(Ok(()), UnfinishedMark::remove)?;
        summary.unrecorded = transport.unrecorded();
        summary.events = lines.written.0 - before.0;
        Ok(summary)
    }
}

/// A file beside a journal for as long as a recording is replayed into it: where it is left, the replay was broken off.
struct UnfinishedMark(PathBuf);

impl UnfinishedMark {
    fn set(journal: &Path) -> Result<Self, ReplayFailure> {
        let mark = journal.with_file_name("replay.unfinished");
        if mark.symlink_metadata().is_ok() {
            return Err(ReplayFailure::BrokenOff { mark });
        }
        fs::File::create(&mark)?.sync_all()?;
        Ok(Self(mark))
    }

    fn remove(self) -> Result<(), ReplayFailure> {
        Ok(fs::remove_file(self.0)?)
    }
}

/// Writes what is new in a journal.
struct Lines<'o, W> {
    envelope: &'o Envelope,
    written: Sequence,
    output: &'o mut W,
}

impl<W: Write> Lines<'_, W> {
    fn write(&mut self, journal: &Journal) -> Result<(), ReplayFailure> {
        loop {
            let events = journal.events_after(self.written, EVENTS_AT_ONCE, None)?;
            let Some(last) = events.last() else { return Ok(()) };
            self.written = last.sequence;
            for event in &events {
                let line = event.to_structured_json(self.envelope).map_err(io::Error::from)?;
                writeln!(self.output, "{line}")?;
            }
        }
    }
}
