//! Scans pages for a subject's names and says how fast, and what it would let through.
//!
//! ```console
//! $ cargo run --release -p dateline-parser --example scan -- config/subjects/russia-dprk pages/*.html
//! ```
//!
//! Rates are of this thread's processor time in the best of several rounds, pages in memory; so a busy machine matters little. It
//! reads that time from Linux's /proc. Where others share the core's caches, the second rate says more: each page at its best
//! round, by the clock.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use dateline_parser::Subject;

/// Rounds over the pages.
const ROUNDS: u32 = 9;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: scan SUBJECT-FOLDER PAGE…")?;
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        files
            .insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path())?);
    }
    let subject = Subject::from_files(&files)?;
    let scanner = subject.scanner();
    let pages =
        arguments.map(|path| Ok((std::fs::read(&path)?, path))).collect::<std::io::Result<Vec<_>>>()?;
    let (passed, dismissed): (Vec<_>, Vec<_>) =
        pages.iter().partition(|(page, _)| scanner.names_subject(page));
    let both = passed.iter().filter(|(page, _)| scanner.names_both_sides(page)).count();
    println!(
        "{} pages: {} name a side, {both} both, {} dismissed",
        pages.len(),
        passed.len(),
        dismissed.len()
    );
    for (what, pages) in [("dismissed", &dismissed), ("that pass", &passed)] {
        let bytes: usize = pages.iter().map(|(page, _)| page.len()).sum();
        let time = time_of(|| pages.iter().filter(|(page, _)| scanner.names_subject(page)).count())?;
        let best: Duration = pages.iter().map(|(page, _)| shortest(|| scanner.names_subject(page))).sum();
        println!(
            "pages {what}: {:.1} MB at {:.2} GB/s; each at its best {:.2} GB/s",
            bytes as f64 / 1e6,
            bytes as f64 / 1e9 / time.as_secs_f64(),
            bytes as f64 / 1e9 / best.as_secs_f64()
        );
    }
    let texts: Vec<_> = pages.iter().map(|(page, _)| String::from_utf8_lossy(page)).take(100).collect();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let time = time_of(|| texts.iter().map(|text| subject.judge("", text, None).entities.len()).sum())?;
    println!("judging pages as if they were text: {:.0} MB/s", bytes as f64 / 1e6 / time.as_secs_f64());
    Ok(())
}

/// The processor time of the shortest round of `work`.
fn time_of(work: impl Fn() -> usize) -> Result<Duration, Box<dyn std::error::Error>> {
    let now = || -> Result<u64, Box<dyn std::error::Error>> {
        let status = std::fs::read_to_string("/proc/thread-self/schedstat")?;
        Ok(status.split(' ').next().ok_or("no time in schedstat")?.parse()?)
    };
    let mut shortest = u64::MAX;
    for _ in 0..ROUNDS {
        let start = now()?;
        std::hint::black_box(work());
        shortest = shortest.min(now()? - start);
    }
    Ok(Duration::from_nanos(shortest))
}

/// The shortest time that `work` takes by the clock.
fn shortest(work: impl Fn() -> bool) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    });
    times.min().unwrap_or_default()
}
