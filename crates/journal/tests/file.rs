//! The journal's file: who may open it, what happens when there is no room, and what a crash leaves.

#![allow(clippy::unwrap_used)] // the whole file is test code

mod harness;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use dateline_journal::{Journal, JournalError, JournalReader, Options};
use dateline_wire::{RejectReason, Sequence};
use harness::{announce, article, at, entry, feed, finish, reject};
use rusqlite::Connection;
use tempfile::tempdir;

const FOLDER: &str = "DATELINE_TEST_CHILD_FOLDER";

#[tokio::test]
async fn a_second_daemon_is_refused_and_told_who_has_the_journal() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let first = Journal::open(&path, Options::default()).unwrap();
    let error = Journal::open(&path, Options::default()).map(|_| ()).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }));
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    let id = first.id().clone();
    drop(first);
    assert_eq!(*Journal::open(&path, Options::default()).unwrap().id(), id);
}

#[test]
fn a_journal_of_a_newer_version_is_refused_with_the_file_the_versions_and_a_remedy() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    drop(Journal::open(&path, Options::default()).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&path).unwrap();
    for error in [
        Journal::open(&path, Options::default()).map(|_| ()).unwrap_err(),
        JournalReader::open(&path).map(|_| ()).unwrap_err(),
    ] {
        let text = error.to_string();
        for word in ["journal.db", "99", "versions up to 2", "run the newer Dateline"] {
            assert!(text.contains(word), "{text}");
        }
    }
    assert_eq!(std::fs::read(&path).unwrap(), before, "the file stays as it was");
}

#[tokio::test]
async fn a_journal_of_an_older_version_becomes_a_current_one_and_keeps_what_it_holds() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Journal::open(&path, Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    drop(journal);
    // What version 2 brought goes.
    let older = "DROP TABLE subscriptions; PRAGMA user_version = 1";
    Connection::open(&path).unwrap().execute_batch(older).unwrap();
    let beside = JournalReader::open(&path).unwrap();
    assert!(beside.subscriptions().unwrap().is_empty(), "it can be looked at before a daemon has run");
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.feeds().unwrap(), [feed(0)]);
    assert!(journal.reader().subscriptions().unwrap().is_empty());
    assert_eq!(journal.status().unwrap().schema, 2);
}

#[test]
fn a_database_of_somebody_else_is_refused_and_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Journal::open(&path, Options::default()).map(|_| ()).unwrap_err();
    assert!(matches!(error, JournalError::Foreign { .. }), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_journal_that_is_not_there_cannot_be_read() {
    let folder = tempdir().unwrap();
    let error = JournalReader::open(folder.path().join("journal.db")).map(|_| ()).unwrap_err();
    assert!(matches!(error, JournalError::Missing { .. }), "{error}");
}

#[tokio::test]
async fn without_room_intake_stops_while_reading_goes_on_and_with_room_it_recovers() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let options = Options { max_bytes: Some(400_000), ..Options::default() };
    let journal = Journal::open(&path, options).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    let mut made = 0_u64;
    let mut last = None;
    for number in 0..10_000 {
        let guid = number.to_string();
        let step = match announce(&journal, 0, vec![entry(&guid, "x")], 1).await {
            Ok(_) => finish(&journal, &feed(0).id, &guid, article(&guid, "A", &"x".repeat(5_000)), 2)
                .await
                .map(|_| ()),
            Err(error) => Err(error),
        };
        match step {
            Ok(()) => made += 1,
            Err(error) => {
                last = Some((guid, error));
                break;
            }
        }
    }
    let (guid, error) = last.unwrap();
    assert!(matches!(error, JournalError::Full) && error.is_retryable(), "{error}");
    assert!(*journal.watch_full().borrow());
    let events = journal.events_after(Sequence::START, usize::MAX, None).unwrap();
    assert_eq!((events.len() as u64, journal.last_sequence().unwrap()), (made, Sequence(made)));
    journal.set_relay_position(Sequence(made)).await.unwrap();
    assert_eq!(journal.relay_position().unwrap(), Sequence(made));
    drop(journal);

    let journal = Journal::open(&path, Options::default()).unwrap();
    announce(&journal, 0, vec![entry(&guid, "x")], 3).await.unwrap();
    let finished = finish(&journal, &feed(0).id, &guid, reject(RejectReason::NotRelevant), 4).await.unwrap();
    assert_eq!(finished.sequence, Sequence(made + 1));
}

#[tokio::test]
async fn room_that_comes_back_while_the_journal_is_open_is_used() {
    let folder = tempdir().unwrap();
    let options = Options { max_bytes: Some(400_000), ..Options::default() };
    let journal = Journal::open(folder.path().join("journal.db"), options).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    let large = entry("large", &"x".repeat(600_000));
    let small = entry("small", "x");
    // Together, so that the one that doesn't fit could take the other with it.
    let (refused, taken) =
        tokio::join!(announce(&journal, 0, vec![large], 1), announce(&journal, 0, vec![small], 1));
    assert!(matches!(refused, Err(JournalError::Full)), "{refused:?}");
    assert_eq!(taken.unwrap().new, 1);
    announce(&journal, 0, vec![entry("next", "x")], 2).await.unwrap();
    assert!(!*journal.watch_full().borrow());
    assert_eq!(journal.backlog().unwrap(), 2);
}

/// The process that is killed: takes entries in and finishes them without end, saying what is durable.
#[tokio::test]
async fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let journal = Journal::open(format!("{folder}/journal.db"), Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    println!("\nopened");
    for round in journal.status().unwrap().entries.. {
        let guid = round.to_string();
        announce(&journal, 0, vec![entry(&guid, "x")], 1).await.unwrap();
        for pending in journal.pending(at(1), 10).unwrap().entries {
            let guid = pending.entry.guid.unwrap();
            let event = article(&guid, "A", &"x".repeat(3_000));
            let finished = finish(&journal, &feed(0).id, &guid, event, 2).await.unwrap();
            println!("durable {}", finished.sequence);
        }
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill_and_nothing_is_half_done() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let folder = tempdir().unwrap();
    for round in 0..12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line == "opened"));
        let mut promised = lines.by_ref().take(3 + round * 2).last();
        child.kill().unwrap();
        child.wait().unwrap();
        promised = lines.filter(|line| line.starts_with("durable ")).last().or(promised);
        let promised: u64 = promised
            .and_then(|line| line.strip_prefix("durable ").and_then(|number| number.parse().ok()))
            .unwrap_or(0);

        let journal = Journal::open(folder.path().join("journal.db"), Options::default()).unwrap();
        let events = journal.events_after(Sequence::START, usize::MAX, None).unwrap();
        let status = journal.status().unwrap();
        assert!(
            status.last_sequence.0 >= promised,
            "{promised} was answered, {} is there",
            status.last_sequence
        );
        let sequences: Vec<u64> = events.iter().map(|event| event.sequence.0).collect();
        assert_eq!(sequences, (1..=status.last_sequence.0).collect::<Vec<_>>());
        assert_eq!(status.entries, status.articles + status.backlog, "each entry waits or has its event");
    }
}
