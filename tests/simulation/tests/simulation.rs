//! The engine lives through hundreds of small worlds, and nothing that must not happen happens.

#![allow(clippy::unwrap_used)] // also in the helpers of the tests: a failure is theirs

use std::{env, path::Path, sync::Arc, thread};

use dateline_parser::Subject;
use dateline_simulation::{Extent, Plan, Scale, Simulation, simulate, subject};

/// How many seeds are tried; `SIMULATION_SEEDS` says otherwise (`7` for the first seven, `113..114` for one that failed).
const SEEDS: std::ops::Range<u64> = 0..200;

fn seeds() -> std::ops::Range<u64> {
    let Ok(wanted) = env::var("SIMULATION_SEEDS") else { return SEEDS };
    match wanted.split_once("..") {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => 0..wanted.parse().unwrap(),
    }
}

fn the_subject() -> Arc<Subject> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk");
    Arc::new(subject(&folder).unwrap())
}

fn run(seed: u64, subject: &Arc<Subject>, extract_threads: usize) -> Simulation {
    simulate(Plan::new(seed, Scale::SMALL), subject.clone(), extract_threads, Extent::Whole).unwrap()
}

#[test]
fn whatever_goes_wrong_each_visible_entry_ends_once_and_no_limit_is_broken() {
    let subject = the_subject();
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    let failures: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let subject = &subject;
                let mine = seeds().filter(move |seed| seed % threads == worker);
                scope.spawn(move || {
                    mine.filter_map(|seed| {
                        let report = run(seed, subject, 1).report;
                        assert!(report.entries > 0, "seed {seed} shows nothing");
                        let what = report.violations.join("\n  ");
                        (!what.is_empty()).then(|| format!("seed {seed}:\n  {what}"))
                    })
                    .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// How many seeds the troubles are tried with; each is a month of thirteen feeds.
const TROUBLED_SEEDS: std::ops::Range<u64> = 0..3;

#[test]
fn what_is_the_matter_with_a_feed_for_days_is_told_and_costs_no_entry() {
    let subject = the_subject();
    thread::scope(|scope| {
        for seed in TROUBLED_SEEDS {
            let subject = &subject;
            scope.spawn(move || {
                let report = simulate(Plan::new(seed, Scale::TROUBLED), subject.clone(), 2, Extent::Whole)
                    .unwrap()
                    .report;
                assert!(report.violations.is_empty(), "seed {seed}:\n  {}", report.violations.join("\n  "));
                assert!(report.entries > 300, "seed {seed}: {} entries", report.entries);
            });
        }
    });
}

#[test]
fn a_crowd_of_feeds_on_few_hosts_waits_its_turn() {
    let report = simulate(Plan::new(1, Scale::CROWDED), the_subject(), 2, Extent::Whole).unwrap().report;
    assert!(report.violations.is_empty(), "{}", report.violations.join("\n"));
    assert!(report.entries > 200, "{} entries", report.entries);
}

#[test]
fn a_seed_gives_the_same_events_again_on_any_number_of_threads() {
    let subject = the_subject();
    for seed in 0..6 {
        let once = run(seed, &subject, 1);
        for threads in [1, 2] {
            let again = run(seed, &subject, threads);
            assert_eq!(once.report, again.report, "seed {seed} on {threads} threads");
            assert_eq!(once.events, again.events, "seed {seed} on {threads} threads");
        }
    }
}
