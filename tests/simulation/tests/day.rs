//! The recorded day replays to the events that people have looked at, and to no others.

#![allow(clippy::unwrap_used)] // also in the helpers of the tests: a failure is theirs

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    num::NonZero,
    path::{Path, PathBuf},
};

use dateline::{
    config::Config,
    logs::LogClock,
    replay::{Replay, ReplaySummary},
};
use dateline_fetcher::warc::{WarcItem, WarcReader};
use dateline_simulation::day;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/day").join(name)
}

fn replay(files: &[PathBuf], threads: usize) -> (ReplaySummary, String) {
    let threads = NonZero::new(threads).unwrap();
    let replay = Replay { files: files.to_vec(), threads, journal: None, log_clock: LogClock::default() };
    let mut lines = Vec::new();
    let replayed =
        replay.run(Config::load_to_replay(&fixture("dateline.toml")).unwrap(), &mut lines).unwrap();
    (replayed, String::from_utf8(lines).unwrap())
}

/// The offsets of the records in the recording, and its length.
fn offsets(bytes: &[u8]) -> Vec<u64> {
    let mut reader = WarcReader::new(std::io::Cursor::new(bytes)).unwrap();
    let mut offsets = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        let WarcItem::Record(place, _) = item else { panic!("the recording is damaged") };
        offsets.push(place.offset);
    }
    offsets.push(bytes.len() as u64);
    offsets
}

#[test]
fn the_recorded_day_gives_the_events_that_were_reviewed() {
    let (replayed, lines) = replay(&[fixture("day.warc.gz")], 2);
    assert_eq!((replayed.unrecorded, replayed.damaged), (0, 0));
    let reviewed = fs::read_to_string(fixture("events.txt")).unwrap();
    let readable = day::readable(&lines).unwrap();
    for (line, (now, then)) in (1..).zip(readable.lines().zip(reviewed.lines())) {
        assert_eq!(
            now, then,
            "line {line} of events.txt; after a wanted change, run the example make_day --events"
        );
    }
    assert_eq!(readable.len(), reviewed.len());
}

/// The reports of each story when the day has ended, by the names of their pages, in the order of those.
fn stories(lines: &str) -> BTreeSet<BTreeSet<String>> {
    let mut last = BTreeMap::new();
    for line in lines.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        if event["type"] == "dateline.story.v1" {
            last.insert(event["data"]["story"].as_str().unwrap().to_owned(), event["data"].clone());
        }
    }
    let page = |article: &serde_json::Value| {
        let url: url::Url = article["url"].as_str().unwrap().parse().unwrap();
        url.path().trim_matches('/').trim_end_matches(".html").to_owned()
    };
    let open = last.values().filter(|story| story["state"] == "open");
    open.map(|story| story["articles"].as_array().unwrap().iter().map(page).collect()).collect()
}

/// Sixteen texts on the subject were written for the day, of seven happenings: the rail link is told in five languages, the ferry, the container train and the shells in
/// one each.
#[test]
fn the_recorded_day_reads_as_its_seven_happenings() {
    let (_, lines) = replay(&[fixture("day.warc.gz")], 2);
    let expected: BTreeSet<BTreeSet<String>> = [
        &["rail-link", "poezd", "cheoldo", "tielu", "ressha"][..],
        &["timber", "robitnyky", "nodong"],
        &["vizit", "daepyodan", "houbun"],
        &["shipment", "youlun"],
        &["gruz"],
        &["snaryady"],
        &["sudno"],
    ]
    .iter()
    .map(|story| story.iter().map(|page| (*page).to_owned()).collect())
    .collect();
    assert_eq!(stories(&lines), expected);
}

#[test]
fn one_thread_and_eight_give_the_same_bytes_and_again() {
    let files = [fixture("day.warc.gz")];
    let (_, once) = replay(&files, 1);
    for threads in [8, 1, 8] {
        assert!(replay(&files, threads).1 == once, "{threads} threads");
    }
}

#[test]
fn the_replay_gives_the_events_of_the_day_itself() {
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("day.warc.gz");
    let told = day::record(&fixture("stories.toml"), &fixture("dateline.toml"), &recording).unwrap();
    assert!(replay(&[recording], 2).1 == told);
}

#[test]
fn the_day_split_into_files_and_given_in_any_order_is_the_same_day() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(fixture("day.warc.gz")).unwrap();
    let offsets = offsets(&bytes);
    // After the metadata record of an exchange, which refers to the records before it.
    let middle = offsets[1 + (offsets.len() - 2) / 6 * 3] as usize;
    let parts = ["b", "a"].map(|name| folder.path().join(name));
    fs::write(&parts[0], &bytes[middle..]).unwrap();
    fs::write(&parts[1], &bytes[..middle]).unwrap();
    let whole = replay(&[fixture("day.warc.gz")], 1);
    assert!(replay(&parts, 1) == whole, "in two files, the later one first");
    let joined = folder.path().join("joined");
    fs::write(&joined, [&bytes[..middle], &bytes[middle..]].concat()).unwrap();
    assert!(replay(&[joined], 1) == whole, "joined again");
}

#[test]
fn a_truncated_day_ends_early_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(fixture("day.warc.gz")).unwrap();
    let path = folder.path().join("truncated.warc.gz");
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let (whole, _) = replay(&[fixture("day.warc.gz")], 2);
    let (replayed, lines) = replay(&[path], 2);
    assert_eq!(replayed.damaged, 1);
    assert!(replayed.exchanges < whole.exchanges && replayed.exchanges > 0);
    assert!(!lines.is_empty());
}

#[test]
fn a_flipped_bit_costs_the_exchange_it_hits() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(fixture("day.warc.gz")).unwrap();
    let offsets = offsets(&bytes);
    // An exchange that succeeded is a request, a response and a metadata record.
    let hit = 1 + (offsets.len() / 2) / 3 * 3 + 1;
    let at = (offsets[hit] + offsets[hit + 1]) / 2;
    bytes[at as usize] ^= 0x20;
    let path = folder.path().join("flipped.warc.gz");
    fs::write(&path, &bytes).unwrap();
    let (whole, _) = replay(&[fixture("day.warc.gz")], 2);
    let (replayed, _) = replay(&[path], 2);
    assert_eq!(replayed.damaged, 1);
    assert!(whole.exchanges - replayed.exchanges <= 1);
}
