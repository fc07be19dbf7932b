//! How long each part of a backfill took: reading apart from scanning, scanning apart from extraction.

use std::{fmt, time::Duration};

/// Time spent by all threads together, as clocks tell it: on a busy machine, more than the work took.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackfillPace {
    /// Reading records and undoing their compression, the archive's and the pages' own.
    pub reading: Duration,
    /// Looking for the subject's names in pages that were dismissed.
    pub dismissing: Duration,
    /// The bytes of those pages, decompressed.
    pub dismissed_bytes: u64,
    /// Scanning, extracting and judging the pages that went through.
    pub judging: Duration,
    /// How many those were.
    pub judged: u64,
}

impl fmt::Display for BackfillPace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reading, dismissing, dismissed_bytes, judging, judged } = self;
        write!(
            f,
            "reading and decompressing took {:.1} s; dismissing {:.1} s ({:.2} GB/s a thread); extracting and judging \
             {judged} pages {:.1} s ({:.0} pages/s a thread)",
            reading.as_secs_f64(),
            dismissing.as_secs_f64(),
            *dismissed_bytes as f64 / 1e9 / dismissing.as_secs_f64().max(1e-9),
            judging.as_secs_f64(),
            *judged as f64 / judging.as_secs_f64().max(1e-9),
        )
    }
}
