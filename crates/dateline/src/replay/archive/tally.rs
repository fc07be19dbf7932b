//! What a backfill has met, and how fast it goes.

use std::{
    fmt,
    io::{self, Write},
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use super::files::FileExtent;

/// How often a terminal is told.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(500);
/// How long reading must have gone on before its rate says anything about the time that is left.
const MIN_RATED: Duration = Duration::from_secs(2);

/// What a backfill has met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BackfillTally {
    /// Records of any kind.
    pub records: u64,
    /// Records that hold no HTML page: requests, images, errors, copies of earlier captures.
    pub others: u64,
    /// Answers whose HTTP head, address, date or content coding can't be read.
    pub unreadable: u64,
    /// HTML pages.
    pub pages: u64,
    /// Their bytes, decompressed.
    pub page_bytes: u64,
    /// Pages that name neither side of the subject, and were dismissed unparsed.
    pub dismissed: u64,
    /// Articles on the subject.
    pub articles: u64,
    /// Pages that were parsed and rejected.
    pub rejects: u64,
    /// Places at which the files are damaged.
    pub damaged: u64,
    /// Files that could not be read to their end.
    pub failed_files: u64,
}

impl fmt::Display for BackfillTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, pages, page_bytes, dismissed, articles, rejects, unreadable, damaged, .. } = self;
        let megabytes = page_bytes / 1_000_000;
        write!(
            f,
            "{records} records, {pages} pages ({megabytes} MB), {dismissed} dismissed unparsed, {articles} articles, \
             {rejects} rejects, {unreadable} unreadable, {damaged} damaged"
        )
    }
}

/// Tells a terminal how far a backfill has come.
pub(super) struct Progress<'e> {
    extent: &'e FileExtent,
    started: Instant,
    /// How far an earlier run had come.
    from: Option<u64>,
    told: Option<Instant>,
    shown: bool,
}

impl<'e> Progress<'e> {
    /// For a terminal, if `shown`.
    pub(super) fn new(extent: &'e FileExtent, shown: bool) -> Self {
        Self { extent, started: Instant::now(), from: None, told: None, shown }
    }

    /// Tells it anew, unless it was told just now.
    pub(super) fn tell(&mut self, tally: &BackfillTally) {
        let read = self.extent.read.load(Ordering::Relaxed);
        let from = *self.from.get_or_insert(read);
        if !self.shown || self.told.is_some_and(|told| told.elapsed() < PROGRESS_INTERVAL) {
            return;
        }
        self.told = Some(Instant::now());
        let line =
            progress_line(tally, read, self.extent.size, read - from.min(read), self.started.elapsed());
        // A terminal that is gone needs no progress.
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
    }

    /// Clears the line for what is said next.
    pub(super) fn clear(&mut self) {
        if self.told.take().is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Records and bytes; rate and time left once they can be told. `now` bytes of the `read` ones were read in this run, in `elapsed`.
fn progress_line(tally: &BackfillTally, read: u64, size: u64, now: u64, elapsed: Duration) -> String {
    let mut line = format!(
        "{} records, {} dismissed, {} articles · {:.1} of {:.1} MB ({:.0} %)",
        tally.records,
        tally.dismissed,
        tally.articles,
        read as f64 / 1e6,
        size as f64 / 1e6,
        100.0 * read as f64 / size.max(1) as f64,
    );
    if elapsed >= MIN_RATED && now > 0 {
        let rate = now as f64 / elapsed.as_secs_f64();
        let left = (size.saturating_sub(read) as f64 / rate).min(1e8) as u64;
        line += &format!(
            " · {:.1} MB/s · {}:{:02}:{:02} left",
            rate / 1e6,
            left / 3600,
            left / 60 % 60,
            left % 60
        );
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_records_bytes_rate_and_time_left() {
        let tally = BackfillTally { records: 900, dismissed: 400, articles: 3, ..BackfillTally::default() };
        let line = progress_line(&tally, 60_000_000, 100_000_000, 20_000_000, Duration::from_secs(2));
        assert_eq!(
            line,
            "900 records, 400 dismissed, 3 articles · 60.0 of 100.0 MB (60 %) · 10.0 MB/s · 0:00:04 left"
        );
    }

    #[test]
    fn a_rate_and_the_time_left_are_told_once_there_is_something_to_tell_them_by() {
        let told = |read: u64, elapsed: Duration| {
            progress_line(&BackfillTally::default(), read, 9_000_000_000, read, elapsed).contains("left")
        };
        assert!(!told(65_536, Duration::from_millis(3)));
        assert!(!told(0, Duration::from_secs(60)));
        assert!(told(65_536, Duration::from_secs(2)));
    }

    #[test]
    fn nothing_to_read_divides_by_nothing() {
        let line = progress_line(&BackfillTally::default(), 0, 0, 0, Duration::ZERO);
        assert_eq!(line, "0 records, 0 dismissed, 0 articles · 0.0 of 0.0 MB (0 %)");
    }
}
