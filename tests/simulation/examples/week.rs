//! A simulated week of a thousand feeds, or as many as are asked for, with faults:
//! `cargo run --release -p dateline-simulation --example week [SEED [FEEDS [without-stories]]]`.

use std::{path::Path, sync::Arc, time::Duration, time::Instant};

use dateline_simulation::{Extent, Plan, Scale, simulate, subject};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seed = std::env::args().nth(1).map_or(Ok(1), |seed| seed.parse())?;
    let day = Duration::from_secs(24 * 3600);
    let scale = Scale {
        feeds: std::env::args().nth(2).map_or(Ok(1_000), |feeds| feeds.parse())?,
        feeds_per_host: 2,
        active: 6 * day,
        quiet: day,
        entries_per_day: 6.0,
        restarts: 1,
        troubled: false,
    };
    let subject =
        Arc::new(subject(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk"))?);
    let extent = match std::env::args().nth(3).as_deref() {
        Some("without-stories") => Extent::WithoutStories,
        _ => Extent::Whole,
    };
    let started = Instant::now();
    let outcome = simulate(Plan::new(seed, scale), subject, 1, extent)?;
    let report = outcome.report;
    println!(
        "seed {seed}: {} requests ({} polls), {} entries, {} articles, {} rejects, {} health events; at most {} requests \
         at once; {:.1} s",
        report.requests,
        report.polls,
        report.entries,
        report.articles,
        report.rejects,
        report.health,
        report.most_under_way,
        started.elapsed().as_secs_f64()
    );
    for violation in &report.violations {
        println!("violation: {violation}");
    }
    if report.violations.is_empty() { Ok(()) } else { Err("something happened that must not".into()) }
}
