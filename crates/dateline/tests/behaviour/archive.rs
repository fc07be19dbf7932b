//! A backfill makes entries of an archive's pages, dismisses most unparsed, and goes on where it stopped.

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
};

use dateline::engine::ReadingRules;
use dateline::{
    config::read_subject,
    replay::archive::{Backfill, BackfillError, BackfillTally, EventTarget},
};
use dateline_fetcher::warc::{Record, RecordIds, RecordType, WarcWriter, field};
use dateline_parser::SiteRules;
use dateline_stories::origin::Agencies;

const RELEVANT: &str = "<!doctype html><title>Rail link</title><article><h1>Moscow and Pyongyang agree on a rail link</h1>\
    <p>Russia and North Korea have agreed the timetable for a passenger rail link, the transport ministry in Moscow said.</p>\
    <p>A North Korean delegation inspected the border station last week and asked for wider platforms.</p></article>";
const OTHER: &str = "<!doctype html><title>Library</title><article><h1>The library opens again</h1>\
    <p>Volunteers dried some nine thousand books by hand, page after page, in a school gymnasium.</p></article>";

/// An archive of these pages.
fn archive(folder: &Path, seed: u8, pages: &[(&str, &str)]) -> PathBuf {
    let mut ids = RecordIds::new([seed; 16]);
    let mut writer = WarcWriter::new(Vec::new());
    for (number, (path, html)) in (0..).zip(pages) {
        let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{html}");
        let date = jiff::Timestamp::from_second(1_772_000_000 + number).unwrap();
        let record = Record::new(RecordType::Response, &ids.next_id(), date)
            .with(field::TARGET_URI, format!("https://news.example/{path}"))
            .with_block("application/http; msgtype=response", block.into_bytes());
        writer.append(&[record]).unwrap();
    }
    let path = folder.join(format!("{seed}.warc.gz"));
    fs::write(&path, writer.into_inner()).unwrap();
    path
}

fn backfill(
    files: &[PathBuf],
    threads: usize,
    state: Option<&Path>,
    events: EventTarget<'_>,
) -> Result<BackfillTally, BackfillError> {
    let subject = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk");
    let backfill = Backfill {
        files: files.to_vec(),
        state: state.map(Path::to_owned),
        threads: NonZero::new(threads).unwrap(),
        envelope: "/test".into(),
        show_progress: false,
    };
    let (subject, sites) = (read_subject(&subject).unwrap(), SiteRules::default());
    backfill
        .run(ReadingRules { subject: &subject, sites: &sites, agencies: &Agencies::default() }, events)
        .map(|(tally, _)| tally)
}

fn run(files: &[PathBuf], threads: usize, state: Option<&Path>) -> (BackfillTally, String) {
    let mut lines = Vec::new();
    let tally = backfill(files, threads, state, EventTarget::Stream(&mut lines)).unwrap();
    (tally, String::from_utf8(lines).unwrap())
}

#[test]
fn pages_that_name_neither_side_are_dismissed_and_the_rest_become_events_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = archive(folder.path(), 1, &[("1", OTHER), ("2", RELEVANT), ("3", OTHER), ("2", RELEVANT)]);
    let (tally, lines) = run(std::slice::from_ref(&file), 1, None);
    assert_eq!((tally.records, tally.pages, tally.dismissed), (4, 4, 2));
    assert_eq!((tally.articles, tally.rejects), (1, 1), "the second capture says nothing new");
    assert_eq!(lines.lines().count(), 2);
    assert!(run(&[file], 4, None).1 == lines, "whatever the number of threads");
}

#[test]
fn a_backfill_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("progress");
    let first = archive(folder.path(), 1, &[("1", RELEVANT), ("2", OTHER)]);
    let second = archive(folder.path(), 2, &[("3", RELEVANT)]);
    let both = [first.clone(), second];
    let whole = run(&both, 2, None).1;
    let begun = run(&[first], 2, Some(&state)).1;
    let (tally, rest) = run(&both, 2, Some(&state));
    assert_eq!(tally.records, 1);
    assert!(begun + &rest == whole);
    let (tally, nothing) = run(&both, 2, Some(&state));
    assert_eq!((tally, nothing.as_str()), (BackfillTally::default(), ""));
}

#[test]
fn a_damaged_record_is_counted_and_the_rest_is_worked_through() {
    let folder = tempfile::tempdir().unwrap();
    let file = archive(folder.path(), 1, &[("1", OTHER), ("2", OTHER), ("3", RELEVANT)]);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let (tally, _) = run(&[file], 2, None);
    assert_eq!((tally.records, tally.damaged), (2, 1));
}

#[test]
fn an_output_file_is_cut_back_to_what_is_done_so_that_every_event_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let (state, output) = (folder.path().join("progress"), folder.path().join("events.jsonl"));
    let first = archive(folder.path(), 1, &[("1", RELEVANT), ("2", OTHER)]);
    let second = archive(folder.path(), 2, &[("3", RELEVANT), ("4", RELEVANT)]);
    let both = [first.clone(), second];
    let whole = run(&both, 2, None).1;
    backfill(&[first], 2, Some(&state), EventTarget::File(&output)).unwrap();
    // Killed while it wrote the next events, before they counted as done.
    let begun = fs::read_to_string(&output).unwrap();
    fs::write(&output, format!("{begun}{}", &whole[begun.len()..begun.len() + 900])).unwrap();
    backfill(&both, 2, Some(&state), EventTarget::File(&output)).unwrap();
    assert!(fs::read_to_string(&output).unwrap() == whole);
}

#[test]
fn an_output_file_of_something_else_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (state, output) = (folder.path().join("progress"), folder.path().join("events.jsonl"));
    let file = archive(folder.path(), 1, &[("1", RELEVANT)]);
    fs::write(&output, "my notes\n").unwrap();
    let refused = backfill(std::slice::from_ref(&file), 1, Some(&state), EventTarget::File(&output));
    assert!(matches!(refused, Err(BackfillError::Output(_))));
    assert_eq!(fs::read_to_string(&output).unwrap(), "my notes\n");
    fs::remove_file(&output).unwrap();
    backfill(std::slice::from_ref(&file), 1, Some(&state), EventTarget::File(&output)).unwrap();
    fs::write(&output, "").unwrap();
    let refused = backfill(&[file], 1, Some(&state), EventTarget::File(&output));
    assert!(matches!(refused, Err(BackfillError::Output(_))), "shorter than what was committed");
}
