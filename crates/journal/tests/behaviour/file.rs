//! The journal's file: who may open it, what happens when there is no room, and what a crash leaves.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::harness::{announce, article, at, entry, feed, finish, link, reject};
use dateline_journal::{
    Durability, EntryOutcome, Journal, JournalError, JournalReader, JournalStatus, Options, RestoreOptions,
    inspect,
};
use dateline_wire::{ArticleId, CanonicalUrl, EventKind, RejectReason, Sequence};
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

#[cfg(unix)]
#[tokio::test]
async fn all_files_of_a_new_journal_are_for_its_own_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempdir().unwrap();
    let journal = Journal::open(folder.path().join("journal.db"), Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    journal.index_all().unwrap();
    let mut files: Vec<(String, u32)> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap())
        .map(|file| {
            let mode = file.metadata().unwrap().permissions().mode();
            (file.file_name().into_string().unwrap(), mode & 0o777)
        })
        .collect();
    files.sort();
    let search = ["journal.search.db", "journal.search.db-shm", "journal.search.db-wal"];
    let journal = ["journal.db", "journal.db-shm", "journal.db-wal", "journal.db.lock"];
    let expected = [&journal[..], &search].concat();
    assert_eq!(files, expected.iter().map(|name| ((*name).to_owned(), 0o600)).collect::<Vec<_>>());
}

#[test]
fn a_journal_that_was_emptied_is_no_new_one() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    assert!(!inspect(&path).unwrap(), "there is none yet");
    drop(Journal::open(&path, Options::default()).unwrap());
    assert!(inspect(&path).unwrap());
    std::fs::write(&path, "").unwrap();
    let refused = [
        inspect(&path).unwrap_err(),
        Journal::open(&path, Options::default()).map(drop).unwrap_err(),
        JournalReader::open(&path).map(drop).unwrap_err(),
    ];
    for error in refused {
        assert!(matches!(error, JournalError::Emptied { .. }), "{error}");
        assert!(
            error.to_string().contains("dateline restore") && error.to_string().contains("remove it"),
            "{error}"
        );
    }
    std::fs::remove_file(&path).unwrap();
    assert!(Journal::open(&path, Options::default()).is_ok());
}

#[test]
fn a_disk_that_is_full_at_the_first_start_leaves_no_journal_behind() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let full = Options { max_bytes: Some(8_192), ..Options::default() };
    let error = Journal::open(&path, full).map(drop).unwrap_err();
    assert!(error.is_full() && error.is_retryable(), "{error}");
    assert!(!inspect(&path).unwrap());
    assert!(Journal::open(&path, Options::default()).is_ok());
}

#[test]
fn a_journal_that_is_gone_while_its_write_ahead_log_is_left_is_not_begun_anew() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let log = folder.path().join("journal.db-wal");
    drop(Journal::open(&path, Options::default()).unwrap());
    let left = {
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch("CREATE TABLE left_over (x); INSERT INTO left_over VALUES (1)").unwrap();
        std::fs::read(&log).unwrap()
    };
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&log, &left).unwrap();
    let refused = [
        inspect(&path).unwrap_err(),
        Journal::open(&path, Options::default()).map(drop).unwrap_err(),
        JournalReader::open(&path).map(drop).unwrap_err(),
    ];
    for error in refused {
        assert!(matches!(error, JournalError::Gone { .. }) && !error.is_retryable(), "{error}");
        let told = error.to_string();
        assert!(told.contains("dateline restore") && told.contains("journal.db-wal"), "{told}");
    }
    assert_eq!(std::fs::read(&log).unwrap(), left, "what is left stays as it is");
    std::fs::remove_file(&log).unwrap();
    assert!(Journal::open(&path, Options::default()).is_ok());
}

#[test]
fn what_is_no_journal_is_told_as_that_with_what_to_do() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    std::fs::write(&path, "neither a database nor anything else. ".repeat(100)).unwrap();
    for error in
        [inspect(&path).unwrap_err(), Journal::open(&path, Options::default()).map(drop).unwrap_err()]
    {
        assert!(matches!(error, JournalError::NoDatabase { .. }), "{error}");
        assert!(error.to_string().contains("dateline restore"), "{error}");
    }
    // A page of a journal, and then something else.
    drop(std::fs::remove_file(&path));
    drop(Journal::open(&path, Options::default()).unwrap());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let error = inspect(&path).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
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
        for word in ["journal.db", "99", "versions up to 17", "run the newer Dateline"] {
            assert!(text.contains(word), "{text}");
        }
    }
    assert_eq!(std::fs::read(&path).unwrap(), before, "the file stays as it was");
}

/// The newest schema.
const NEWEST: u32 = 17;

/// A journal as a released version wrote it: one feed, one entry that waits, an article in its third revision, and events of each
/// kind.
fn journal_of_version(path: &Path, version: u32) {
    let file = Connection::open(path).unwrap();
    file.pragma_update(None, "journal_mode", "WAL").unwrap();
    let step = |number: u32| {
        let step = format!("{}/src/schema/{number}.sql", env!("CARGO_MANIFEST_DIR"));
        file.execute_batch(&std::fs::read_to_string(step).unwrap()).unwrap();
    };
    step(1);
    let feed = feed(0);
    file.execute_batch(&format!(
        "PRAGMA application_id = 0x44617465; \
         INSERT INTO journal (one, id, created, last_sequence, articles, rejects, health, entries, pending, \
         relay_position) VALUES (1, 'epoch', 7, 6, 3, 2, 1, 9, 1, 5); \
         INSERT INTO entries VALUES (1, '{}', zeroblob(16), 1, 7); \
         INSERT INTO articles VALUES ('{}', 3, zeroblob(16), 6);",
        entry("e", "E").id,
        ArticleId::of(&CanonicalUrl::of(&link("a"))),
    ))
    .unwrap();
    let state = serde_json::to_string(&feed).unwrap();
    file.execute("INSERT INTO feeds VALUES (1, ?1, 1, 0, 0, 7, ?2)", (feed.id.as_str(), state)).unwrap();
    let waiting = entry("e", "E");
    let columns = "(number, feed, id, due, attempts, host, link, entry)";
    file.execute(
        &format!("INSERT INTO pending {columns} VALUES (1, 1, ?1, 7, 0, 'news.example', NULL, ?2)"),
        (waiting.id.as_str(), serde_json::to_string(&waiting).unwrap()),
    )
    .unwrap();
    for (sequence, kind) in
        ["article", "article", "article", "reject", "reject", "health"].into_iter().enumerate()
    {
        let place = i64::try_from(sequence).unwrap() + 1;
        file.execute("INSERT INTO events VALUES (?1, 7, ?2, 'id', 'key', '', '{}')", (place, kind)).unwrap();
    }
    (2..=version).for_each(step);
    file.pragma_update(None, "user_version", version).unwrap();
}

fn assert_holds(status: &JournalStatus) {
    assert_eq!(status.events.iter().map(|(_, events)| events).collect::<Vec<_>>(), [3, 0, 2, 1, 0]);
    assert_eq!((status.entries, status.backlog, status.set_aside), (9, 1, 0));
    assert_eq!((status.last_sequence, status.relay_position), (Sequence(6), Sequence(5)));
    assert_eq!((status.feeds.active, status.gone, status.held), (1, Sequence::START, None));
}

#[tokio::test]
async fn a_journal_of_each_older_version_becomes_a_current_one_and_keeps_what_it_holds() {
    for version in 1..=NEWEST {
        let folder = tempdir().unwrap();
        let path = folder.path().join("journal.db");
        journal_of_version(&path, version);
        let beside = JournalReader::open(&path).unwrap();
        assert_holds(&beside.status().unwrap());
        assert_eq!(beside.status().unwrap().schema, version, "it can be looked at before a daemon has run");
        assert!(beside.subscriptions().unwrap().is_empty());
        assert!(beside.polls(&feed(0).id).unwrap().is_empty());
        assert!(beside.stories(10).unwrap().is_empty());
        assert!(beside.sinks().unwrap().is_empty());
        assert_eq!(beside.events_after(Sequence::START, 10, None).unwrap().len(), 6);
        assert_eq!((beside.id().as_str(), beside.lineage().as_str()), ("epoch", "epoch"));
        assert_eq!(beside.gone(None).unwrap(), Sequence::START);
        drop(beside);
        let journal = Journal::open(&path, Options::default()).unwrap();
        let status = journal.status().unwrap();
        assert_holds(&status);
        assert_eq!((status.schema, journal.feeds().unwrap()), (NEWEST, vec![feed(0)]));
        assert_eq!((journal.id().as_str(), journal.lineage().as_str()), ("epoch", "epoch"));
        assert_eq!(journal.events_after(Sequence::START, 10, None).unwrap().len(), 6);
        let waiting = journal.pending(at(0), 10).unwrap().entries;
        assert_eq!(waiting[0].entry, entry("e", "E"));
        // And it goes on counting from there, articles' revisions too.
        announce(&journal, 0, vec![entry("new", "x"), entry("a", "A")], 1).await.unwrap();
        finish(&journal, &feed(0).id, "new", reject(RejectReason::NotRelevant), 2).await.unwrap();
        let revised = finish(&journal, &feed(0).id, "a", article("a", "A", "One."), 2).await.unwrap();
        assert_eq!(revised.outcome, EntryOutcome::Article { revision: 4 });
        drop(journal);
        let status = JournalReader::open(&path).unwrap().status().unwrap();
        assert_eq!((status.events.of(EventKind::Reject), status.last_sequence), (3, Sequence(8)));
    }
}

#[test]
fn a_copy_of_each_older_version_can_be_made_and_restored() {
    for version in 1..=NEWEST {
        let folder = tempdir().unwrap();
        let path = |name| folder.path().join(name);
        journal_of_version(&path("journal.db"), version);
        dateline_journal::backup(&path("journal.db"), &path("copy"), |_, _| {}).unwrap();
        let options = RestoreOptions { replace: false, reconcile: false, unchecked: false };
        dateline_journal::restore(&path("copy"), &path("new.db"), options).unwrap();
        let journal = Journal::open(path("new.db"), Options::default()).unwrap();
        assert_holds(&journal.status().unwrap());
        assert_eq!(journal.lineage().as_str(), "epoch");
        assert_ne!(journal.id().as_str(), "epoch");
    }
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
    let events = journal.events_after(Sequence::START, usize::MAX, None).unwrap();
    assert_eq!((events.len() as u64, journal.last_sequence().unwrap()), (made, Sequence(made)));
    journal.set_relay_position(Sequence(made)).await.unwrap();
    assert_eq!(journal.relay_position().unwrap(), Sequence(made));
    drop(journal);

    let journal = Journal::open(&path, Options::default()).unwrap();
    announce(&journal, 0, vec![entry(&guid, "x")], 3).await.unwrap();
    let finished = finish(&journal, &feed(0).id, &guid, reject(RejectReason::NotRelevant), 4).await.unwrap();
    assert_eq!(finished.sequence, Some(Sequence(made + 1)));
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
    assert_eq!(journal.backlog().unwrap(), 2);
}

#[tokio::test]
async fn whether_the_journal_has_room_is_known_and_found_out_without_a_change() {
    let folder = tempdir().unwrap();
    let options = Options { max_bytes: Some(400_000), ..Options::default() };
    let journal = Journal::open(folder.path().join("journal.db"), options).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    assert!(!journal.is_full());
    let large = entry("large", &"x".repeat(600_000));
    announce(&journal, 0, vec![large], 1).await.unwrap_err();
    assert!(journal.is_full());
    announce(&journal, 0, vec![entry("small", "x")], 2).await.unwrap();
    assert!(journal.is_full(), "there may be room for a small change, and none for others");
    journal.look_after_files();
    // Changes are made one after the other: this one is answered when the journal has looked.
    let nothing = journal.last_sequence().unwrap();
    while journal.is_full() {
        tokio::task::yield_now().await;
    }
    assert_eq!(journal.last_sequence().unwrap(), nothing);
    assert_eq!(journal.status().unwrap().set_aside, 0, "nothing is left of the look");
}

#[tokio::test]
async fn the_write_ahead_log_that_a_long_reader_let_grow_is_cut_back_once_the_reader_is_done() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let options = Options { durability: Durability::Process, ..Options::default() };
    let journal = Journal::open(&path, options).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    let long_reader = Connection::open(&path).unwrap();
    long_reader.execute_batch("BEGIN; SELECT count(*) FROM feeds").unwrap();
    let mut rounds = 0..;
    while journal.status().unwrap().wal_bytes < 40_000_000 {
        let round = rounds.next().unwrap();
        announce(&journal, 0, vec![entry(&format!("{round}"), &"x".repeat(2_000_000))], 1).await.unwrap();
    }
    long_reader.execute_batch("ROLLBACK").unwrap();
    for round in 0..3 {
        announce(&journal, 0, vec![entry(&format!("after {round}"), "x")], 1).await.unwrap();
    }
    let left = journal.status().unwrap().wal_bytes;
    assert!(left <= 17_000_000, "{left} bytes are left");
}

#[tokio::test]
async fn the_write_ahead_log_is_cut_back_though_there_is_always_somebody_reading() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let options = Options { durability: Durability::Process, ..Options::default() };
    let journal = Journal::open(&path, options).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    // Each begins before the other has ended.
    let is_over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (path, is_over) = (path.clone(), is_over.clone());
            std::thread::spawn(move || {
                let connection = Connection::open(&path).unwrap();
                while !is_over.load(Ordering::SeqCst) {
                    connection.execute_batch("BEGIN; SELECT count(*) FROM feeds").unwrap();
                    std::thread::sleep(Duration::from_millis(30));
                    connection.execute_batch("ROLLBACK").unwrap();
                }
            })
        })
        .collect();
    for round in 0..30 {
        announce(&journal, 0, vec![entry(&format!("{round}"), &"x".repeat(2_000_000))], 1).await.unwrap();
    }
    for round in 0..20 {
        announce(&journal, 0, vec![entry(&format!("after {round}"), "x")], 1).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let left = journal.status().unwrap().wal_bytes;
    is_over.store(true, Ordering::SeqCst);
    readers.into_iter().for_each(|reader| reader.join().unwrap());
    assert!(left <= 33_000_000, "{left} bytes are left");
}

#[tokio::test]
async fn events_are_read_within_so_many_bytes_but_one_in_any_case() {
    let folder = tempdir().unwrap();
    let journal = Journal::open(folder.path().join("journal.db"), Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    for guid in ["a", "b", "c"] {
        announce(&journal, 0, vec![entry(guid, "x")], 1).await.unwrap();
        finish(&journal, &feed(0).id, guid, article(guid, "A", &"x".repeat(10_000)), 2).await.unwrap();
    }
    let read = |after, bytes| journal.events_within(Sequence(after), 10, bytes).unwrap().len();
    assert_eq!([read(0, usize::MAX), read(0, 30_000), read(0, 1), read(2, 1), read(3, 1)], [3, 2, 1, 1, 0]);
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
            println!("durable {}", finished.sequence.unwrap());
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
            .args(["--exact", "file::child", "--nocapture"])
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
        assert_eq!(
            status.entries,
            status.events.of(EventKind::Article) + status.backlog,
            "each entry waits or has its event"
        );
    }
}
