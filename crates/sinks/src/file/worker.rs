//! A file sink's task: it reads the journal, writes, and commits how far it has come.

use std::io;
use std::time::Duration;

use dateline_journal::{JournalError, SinkProgress};
use dateline_wire::{CloudEvent, Envelope, Sequence};
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::FileSink;
use super::writer::{Line, LineWriter};
use crate::SinkCondition;
use crate::scan::JournalScan;

/// How long to wait before trying again after file or journal failed.
const PAUSE: Duration = Duration::from_secs(5);
/// By how many places the position moves before it is committed though nothing was written, and how long it may take to move that far.
const MAX_UNSAVED_PLACES: u64 = 512;
const MAX_UNSAVED_TIME: Duration = Duration::from_secs(5);

pub(super) struct FileWorker {
    sink: FileSink,
    /// Away while it writes, and made when it is needed.
    writer: Option<LineWriter>,
    /// When the time of the file is over.
    period_end: Timestamp,
    position: Sequence,
    /// What the journal has not been told yet.
    unsaved: SinkProgress,
    saved: Sequence,
    saved_at: Instant,
    /// Until when nothing is tried.
    rests: Option<Instant>,
}

/// Why a sink could not go on.
#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error("{0}")]
    File(#[from] io::Error),
    #[error("the journal: {0}")]
    Journal(#[from] JournalError),
    #[error("the thread that writes was lost")]
    Thread,
}

impl FileWorker {
    pub(super) fn new(sink: FileSink) -> Self {
        Self {
            sink,
            writer: None,
            period_end: Timestamp::MAX,
            position: Sequence::START,
            unsaved: SinkProgress::default(),
            saved: Sequence::START,
            saved_at: Instant::now(),
            rests: None,
        }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut scan = None;
        let mut durable = self.sink.journal.watch();
        while !stop.is_cancelled() {
            let last = *durable.borrow_and_update();
            let is_ready = self.rests.is_none_or(|until| until <= Instant::now());
            if is_ready {
                self.rests = None;
                match self.step(&mut scan, last).await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => self.note_failure(&error),
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Ok(()) = durable.changed(), if self.rests.is_none() => {}
                () = sleep_until(self.wake()) => {}
            }
        }
        if scan.is_some()
            && let Err(error) = self.save(true).await
        {
            tracing::debug!(%error, "a file sink's position was not noted at the end");
        }
    }

    /// Writes the next events, up to `last`. Whether there are more.
    async fn step(&mut self, scan: &mut Option<JournalScan>, last: Sequence) -> Result<bool, StepError> {
        let scan = match scan {
            Some(scan) => scan,
            none => {
                let opened = self.open().await?;
                // Takes back what is torn, and says at once what is wrong with the file.
                self.write(Vec::new()).await?;
                none.insert(opened)
            }
        };
        if self.position >= last {
            if self.period_end <= self.sink.clock.now() {
                self.write(Vec::new()).await?;
            }
            self.save(false).await?;
            self.note_success(0);
            return Ok(false);
        }
        let batch = scan.read(self.position).await?;
        let count = batch.events.len() as u64;
        if count > 0 {
            self.write(batch.events).await?;
        }
        self.position = batch.until;
        self.unsaved.delivered += count;
        self.note_success(count);
        self.save(false).await?;
        Ok(true)
    }

    /// Has the journal know the sink.
    async fn open(&mut self) -> Result<JournalScan, JournalError> {
        let FileSink { settings, journal, .. } = &self.sink;
        let state = self.sink.open().await?;
        (self.position, self.saved) = (state.position, state.position);
        let path = settings.path.display();
        tracing::info!(file = settings.name, to = %path, position = state.position.0, "writing events to a file");
        Ok(JournalScan::new(journal.clone(), settings.filter.clone()))
    }

    /// Writes events; with none, only opens the file and has it begin anew where its time is over.
    async fn write(&mut self, events: Vec<CloudEvent>) -> Result<(), StepError> {
        let settings = &self.sink.settings;
        let new = || LineWriter::new(settings.path.clone(), settings.max_bytes, settings.max_age);
        let mut writer = self.writer.take().unwrap_or_else(new);
        let (envelope, now) = (self.sink.envelope.clone(), self.sink.clock.now());
        let work = tokio::task::spawn_blocking(move || {
            let lines: Vec<Line> = events.iter().filter_map(|event| line(event, &envelope)).collect();
            let written = writer.rotate_if_due(now).and_then(|()| writer.append(&lines, now));
            (writer, written)
        });
        let (writer, written) = work.await.map_err(|_| StepError::Thread)?;
        self.period_end = writer.period_end(now);
        self.writer = Some(writer);
        Ok(written?)
    }

    /// Commits how far the sink has come; a mere position now and then.
    async fn save(&mut self, at_once: bool) -> Result<(), JournalError> {
        let places = self.position.0.saturating_sub(self.saved.0);
        let has_news = self.unsaved.delivered > 0;
        let is_due = places >= MAX_UNSAVED_PLACES
            || (places > 0 && (at_once || self.saved_at.elapsed() >= MAX_UNSAVED_TIME));
        if !has_news && !is_due {
            return Ok(());
        }
        self.saved_at = Instant::now();
        // The position moves only once everything before it is written.
        let worked = Some(self.sink.clock.now());
        let progress = SinkProgress { position: self.position, worked, ..self.unsaved.clone() };
        self.sink.journal.step_sink(self.sink.settings.id(), progress).await?;
        (self.saved, self.unsaved) = (self.position, SinkProgress::default());
        Ok(())
    }

    /// When to go round again if nothing happens.
    fn wake(&self) -> Instant {
        if let Some(until) = self.rests {
            return until;
        }
        let end = (self.period_end < Timestamp::MAX).then(|| self.sink.clock.instant_of(self.period_end));
        let save = (self.position > self.saved).then(|| self.saved_at + MAX_UNSAVED_TIME);
        let forever = Instant::now() + Duration::from_secs(3_600);
        [end, save].into_iter().flatten().fold(forever, Instant::min)
    }

    fn note_failure(&mut self, error: &StepError) {
        self.rests = Some(Instant::now() + PAUSE);
        let name = &self.sink.settings.name;
        let now = self.sink.clock.now();
        self.sink.report.send_modify(|report| {
            if report.failures_in_a_row == 0 {
                tracing::error!(file = name, %error, "a file sink rests; everything else goes on, and it tries again");
            }
            report.condition = SinkCondition::Failing;
            report.failures += 1;
            report.failures_in_a_row = report.failures_in_a_row.saturating_add(1);
            report.failing_since.get_or_insert(now);
            report.last_error = Some(error.to_string());
        });
    }

    fn note_success(&self, delivered: u64) {
        let now = self.sink.clock.now();
        self.sink.report.send_modify(|report| {
            if report.failures_in_a_row > 0 {
                tracing::info!(file = self.sink.settings.name, "a file sink goes on");
            }
            report.condition = SinkCondition::Working;
            report.position = self.position;
            (report.failures_in_a_row, report.failing_since, report.last_error) = (0, None, None);
            report.delivered += delivered;
            if delivered > 0 {
                report.last_success = Some(now);
            }
        });
    }
}

/// An event as its line. One that is no JSON, which only another hand can have made of it, is left out, as over HTTP.
fn line(event: &CloudEvent, envelope: &Envelope) -> Option<Line> {
    match event.to_structured_json(envelope) {
        Ok(text) => Some((text + "\n").into_bytes()),
        Err(error) => {
            tracing::error!(sequence = event.sequence.0, %error, "an event is no JSON, and is left out of a file");
            None
        }
    }
}
