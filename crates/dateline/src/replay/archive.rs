//! Backfill: the pages of crawl archives, written by whatever tool, become entries as if a feed had announced them.
//!
//! One thread reads and decompresses, the others work, and this one writes events in the order of the records: the output
//! depends on the files alone. A page whose bytes name neither side of the subject is dismissed unparsed; that is most of any
//! archive, and goes at the speed of scanning.

pub(crate) mod capture;
mod files;
mod ordered;
mod output;
mod pace;
mod progress_file;
mod tally;

use std::{
    io,
    num::NonZero,
    path::PathBuf,
    time::{Duration, Instant},
};

use dateline_fetcher::warc::{RecordPlace, WarcItem};
use dateline_journal::{FinalEvent, reject_id};
use dateline_parser::Scanner;
use dateline_wire::{CloudEvent, Entry, EntryId, Envelope, Event, EventId, FeedId, RejectReason, Stage};
use jiff::Timestamp;
use url::Url;

use crate::{
    contained::contained,
    engine::outcome::{self, EntryContext, ReadingRules},
    traces::TraceContext,
};
use capture::{Capture, CapturedPage, NonPage};
use files::{ArchiveItem, Files};
use output::EventOutput;
pub use output::EventTarget;
pub use pace::BackfillPace;
use progress_file::ProgressFile;
pub use tally::BackfillTally;
use tally::Progress;

/// Blocks under way between the threads, in bytes.
const UNDER_WAY: usize = 256 << 20;
/// How often progress is written to the state file, so that a killed run repeats little.
const COMMIT_INTERVAL: Duration = Duration::from_secs(2);

/// What to read, and how.
#[derive(Debug, Clone)]
pub struct Backfill {
    /// The WARC files, in order.
    pub files: Vec<PathBuf>,
    /// Where progress is kept; without it, the next run starts anew.
    pub state: Option<PathBuf>,
    /// How many threads scan and extract, besides the one that reads.
    pub threads: NonZero<usize>,
    /// What the envelopes of the events say.
    pub envelope: Envelope,
    /// Whether progress shows on stderr.
    pub show_progress: bool,
}

/// Why a backfill ended early.
#[derive(Debug, thiserror::Error)]
pub enum BackfillError {
    /// The state file can't be used.
    #[error("the state file {}: {source}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
    /// A file isn't there.
    #[error("{0}")]
    File(io::Error),
    /// The events can't be written.
    #[error("cannot write the events: {0}")]
    Output(io::Error),
}

/// What became of a record.
enum RecordOutcome {
    Other(NonPage),
    Dismissed,
    Event(Box<PageEvent>),
    /// The file is damaged here, or fails.
    Trouble(String),
}

/// The event of a page.
struct PageEvent {
    event: Event,
    feed: FeedId,
    entry: EntryId,
    /// When the page was captured.
    at: Timestamp,
}

/// A record that was worked on.
struct RecordResult {
    found: ArchiveItem,
    page_bytes: usize,
    outcome: RecordOutcome,
    /// How long it took to undo the page's own compression.
    decoding: Duration,
    /// How long it took to dismiss or judge the page.
    working: Duration,
}

impl Backfill {
    /// Reads the files and writes each event as a line to `events`. What is damaged is named on stderr and passed over.
    ///
    /// # Errors
    /// If a file or the state file can't be opened, or the output or the state file can't be written.
    pub fn run(
        &self,
        rules: ReadingRules<'_>,
        events: EventTarget<'_>,
    ) -> Result<(BackfillTally, BackfillPace), BackfillError> {
        let state_error =
            |source| BackfillError::State { path: self.state.clone().unwrap_or_default(), source };
        let mut progress_file = ProgressFile::open(self.state.as_deref()).map_err(state_error)?;
        let (files, extent) = Files::open(&self.files, &progress_file).map_err(BackfillError::File)?;
        let output = EventOutput::open(events, &mut progress_file).map_err(BackfillError::Output)?;
        let scanner = rules.subject.scanner();
        let progress = Progress::new(&extent, self.show_progress);
        let mut writer = EventWriter {
            progress_file,
            output,
            envelope: &self.envelope,
            tally: BackfillTally::default(),
            pace: BackfillPace::default(),
            progress,
            last: None,
            committed: Instant::now(),
        };
        let feed = archive_feed();
        let work = |found| read_record(found, &scanner, rules, &feed);
        let state_error = |failure| match failure {
            WriteFailure::State(source) => state_error(source),
            WriteFailure::Output(source) => BackfillError::Output(source),
        };
        ordered::run(files, self.threads, UNDER_WAY, work, |result| writer.take(result))
            .map_err(state_error)?;
        writer.commit().map_err(state_error)?;
        writer.progress.clear();
        Ok((writer.tally, writer.pace))
    }
}

/// The feed that entries of an archive belong to, wherever an id of a feed is needed.
fn archive_feed() -> FeedId {
    FeedId::from_stored(EventId::of_parts(&["archive"]).as_str())
}

fn read_record(
    mut found: ArchiveItem,
    scanner: &Scanner,
    rules: ReadingRules<'_>,
    feed: &FeedId,
) -> RecordResult {
    let started = Instant::now();
    let captured = match &mut found.item {
        Ok(WarcItem::Record(_, record)) => {
            let captured = contained(|| Capture::of(record)).map_err(fault);
            // From here on only the place is needed.
            record.block = Vec::new();
            captured
        }
        Ok(WarcItem::DamagedRecord(skipped)) => Err(skipped.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let decoding = started.elapsed();
    let (page_bytes, outcome) = match captured {
        Err(trouble) => (0, RecordOutcome::Trouble(trouble)),
        Ok(Capture::Other(other)) => (0, RecordOutcome::Other(other)),
        Ok(Capture::Page(captured)) => {
            let bytes = &captured.page.bytes;
            let length = bytes.len();
            let outcome = match contained(|| scanner.names_subject(bytes)) {
                Ok(false) => RecordOutcome::Dismissed,
                Ok(true) => RecordOutcome::Event(Box::new(event_of(*captured, rules, feed))),
                Err(panic) => RecordOutcome::Trouble(fault(panic)),
            };
            (length, outcome)
        }
    };
    RecordResult { found, page_bytes, outcome, decoding, working: started.elapsed() - decoding }
}

/// A panic as trouble with the record that it came of.
fn fault(panic: String) -> String {
    format!("a fault of Dateline's, please report it with the record: {panic}")
}

fn event_of(captured: CapturedPage, rules: ReadingRules<'_>, feed: &FeedId) -> PageEvent {
    let CapturedPage { url, page, at, record_id } = captured;
    let entry = entry_of(url);
    let context = EntryContext {
        trace: TraceContext::of_entry(feed, &entry.id, 1),
        feed_id: feed.clone(),
        feed: None,
        entry,
        began: at,
        at,
        announced: None,
    };
    let event =
        contained(|| outcome::of_page(&context, &page, record_id, rules).event).unwrap_or_else(|panic| {
            Event::Reject(Box::new(outcome::reject(&context, Stage::Extract, RejectReason::Panic, panic)))
        });
    PageEvent { event, feed: context.feed_id, entry: context.entry.id, at }
}

/// The entry that a feed would have announced the page with.
fn entry_of(url: Url) -> Entry {
    let id = EntryId::of_link(&url);
    Entry { link: Some(url), ..Entry::new(id) }
}

/// What could not be written.
enum WriteFailure {
    State(io::Error),
    Output(io::Error),
}

/// Writes events, in order, and what has been done.
struct EventWriter<'w> {
    progress_file: ProgressFile,
    output: EventOutput<'w>,
    envelope: &'w Envelope,
    tally: BackfillTally,
    pace: BackfillPace,
    progress: Progress<'w>,
    last: Option<(std::sync::Arc<str>, RecordPlace)>,
    committed: Instant,
}

impl EventWriter<'_> {
    fn take(&mut self, result: RecordResult) -> Result<(), WriteFailure> {
        let RecordResult { found, page_bytes, outcome, decoding, working } = result;
        self.pace.reading += found.reading + decoding;
        let is_record = matches!(found.item, Ok(WarcItem::Record(..)));
        self.tally.records += u64::from(is_record);
        let page = page_bytes as u64;
        match outcome {
            RecordOutcome::Other(NonPage::Unreadable | NonPage::Coding) => self.tally.unreadable += 1,
            RecordOutcome::Other(_) => self.tally.others += 1,
            RecordOutcome::Dismissed => {
                self.tally.dismissed += 1;
                self.pace.dismissed_bytes += page;
                self.pace.dismissing += working;
                self.tally.pages += 1;
                self.tally.page_bytes += page;
            }
            RecordOutcome::Event(event) => {
                self.tally.pages += 1;
                self.tally.page_bytes += page;
                self.pace.judged += 1;
                self.pace.judging += working;
                self.write(*event).map_err(WriteFailure::Output)?;
            }
            RecordOutcome::Trouble(trouble) => {
                let counted =
                    if found.item.is_ok() { &mut self.tally.damaged } else { &mut self.tally.failed_files };
                *counted += 1;
                self.progress.clear();
                tracing::warn!(file = %found.file, "{trouble}");
            }
        }
        if let Some(place) = found.place() {
            let another_file = self.last.as_ref().is_some_and(|(file, _)| *file != found.file);
            if another_file || self.committed.elapsed() >= COMMIT_INTERVAL {
                self.commit()?;
            }
            self.last = Some((found.file, place));
        }
        self.progress.tell(&self.tally);
        Ok(())
    }

    fn write(&mut self, event: PageEvent) -> io::Result<()> {
        let PageEvent { event, feed, entry, at } = event;
        let sequence = self.progress_file.next_event();
        let latest = match &event {
            Event::Article(article) => self.progress_file.latest(&article.article),
            _ => None,
        };
        let Some(FinalEvent { event, latest, .. }) =
            FinalEvent::of(event, latest, reject_id(&feed, &entry, sequence))
        else {
            return Err(io::Error::other("a page became a health event"));
        };
        match &event {
            Event::Article(article) => {
                self.tally.articles += 1;
                self.progress_file.remember(&article.article, latest);
            }
            _ => self.tally.rejects += 1,
        }
        let cloud_event = CloudEvent {
            sequence,
            kind: event.kind(),
            id: event.id().to_string(),
            key: event.key().into_owned(),
            time: at,
            traceparent: TraceContext::of_entry(&feed, &entry, 1).to_string(),
            data: event.to_json().map_err(io::Error::from)?,
            entry_digest: None,
        };
        let line = cloud_event.to_structured_json(self.envelope).map_err(io::Error::from)?;
        self.output.write_line(&line)
    }

    /// Makes what was written so far count as done.
    fn commit(&mut self) -> Result<(), WriteFailure> {
        let written = self.output.commit().map_err(WriteFailure::Output)?;
        if let Some((file, place)) = &self.last {
            self.progress_file.commit(file, *place, written).map_err(WriteFailure::State)?;
        }
        self.committed = Instant::now();
        Ok(())
    }
}
