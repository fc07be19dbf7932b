//! Scans pages for a subject's names and says how fast, and what it would let through.
//!
//! ```console
//! $ cargo run --release -p dateline-parser --example scan -- config/subjects/russia-dprk pages/*.html
//! ```
//!
//! Times are the best of several rounds over pages in memory, one thread.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use dateline_parser::Subject;

/// Rounds over the pages; the best counts, since a busy machine only ever adds time.
const ROUNDS: usize = 9;

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
        let times = pages.iter().map(|(page, _)| best_time(|| scanner.names_subject(page)));
        let mut by_page: Vec<(Duration, &str, usize)> =
            times.zip(pages.iter()).map(|(time, (page, path))| (time, path.as_str(), page.len())).collect();
        let total: Duration = by_page.iter().map(|(time, _, _)| *time).sum();
        let rate = bytes as f64 / 1e9 / total.as_secs_f64();
        println!("pages {what}: {:.1} MB at {rate:.2} GB/s", bytes as f64 / 1e6);
        by_page.sort_unstable_by_key(|(time, _, _)| std::cmp::Reverse(*time));
        for (time, path, length) in by_page.iter().take(5) {
            println!("  {:6.0} µs {:8} bytes {path}", time.as_secs_f64() * 1e6, length);
        }
    }
    let texts: Vec<_> = pages.iter().map(|(page, _)| String::from_utf8_lossy(page)).collect();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let total: Duration = texts.iter().map(|text| best_time(|| subject.judge("", text, None))).sum();
    println!("judging the same as if it were text: {:.0} MB/s", bytes as f64 / 1e6 / total.as_secs_f64());
    Ok(())
}

fn best_time<T>(work: impl Fn() -> T) -> Duration {
    let round = || {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    };
    (0..ROUNDS).map(|_| round()).min().unwrap_or_default()
}
