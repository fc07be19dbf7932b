//! What happens to a journal whose files are moved or removed while it is in use, or changed by somebody else.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::harness::{announce, at, entry, feed, finish, reject};
use dateline_journal::{
    AdoptedJournal, FilePlace, Journal, JournalError, JournalReader, Options, RestoreOptions, backup,
    inspect, restore, writer_of,
};
use dateline_wire::{EntryId, RejectReason, Sequence};
use rusqlite::Connection;
use tempfile::tempdir;

async fn journal_with_an_event(path: &Path) -> Journal {
    let journal = Journal::open(path, Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    announce(&journal, 0, vec![entry("a", "A"), entry("b", "B")], 1).await.unwrap();
    finish(&journal, &feed(0).id, "a", reject(RejectReason::NotRelevant), 2).await.unwrap();
    journal
}

/// Leaves of a journal what a kill does: the write-ahead log stays.
fn killed(journal: Journal, path: &Path) {
    let (log, kept) = (path.with_extension("db-wal"), path.with_extension("kept"));
    fs::hard_link(&log, &kept).unwrap();
    drop(journal);
    fs::rename(&kept, &log).unwrap();
}

#[tokio::test]
async fn a_lock_file_that_is_removed_lets_nobody_else_in_and_is_made_anew() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let lock = folder.path().join("journal.db.lock");
    let journal = journal_with_an_event(&path).await;
    fs::remove_file(&lock).unwrap();
    assert!(journal.needs_care());
    let refused = Journal::open(&path, Options::default()).map(drop).unwrap_err();
    assert!(matches!(refused, JournalError::InUse { .. }), "{refused}");
    let replaced =
        restore(&path, &path, RestoreOptions { replace: true, reconcile: false, unchecked: false })
            .unwrap_err();
    assert!(matches!(replaced, JournalError::InUse { .. }), "{replaced}");
    finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
    assert!(!journal.needs_care() && lock.exists());
    assert!(
        writer_of(&path).is_some_and(|writer| writer.to_string().contains(&std::process::id().to_string()))
    );
    let refused = Journal::open(&path, Options::default()).map(drop).unwrap_err();
    assert!(refused.to_string().contains(&std::process::id().to_string()), "{refused}");
    let reader = journal.reader().clone();
    drop(journal);
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.last_sequence().unwrap(), Sequence(2));
    assert_eq!(reader.last_sequence().unwrap(), Sequence(2), "who only reads doesn't hold it");
}

#[tokio::test]
async fn a_journal_that_is_removed_takes_nothing_more_and_is_copied_before_it_ends() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_with_an_event(&path).await;
    fs::remove_file(&path).unwrap();
    assert_eq!(journal.file_place(), FilePlace::Removed);
    let refused = finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap_err();
    assert!(matches!(refused, JournalError::Displaced { .. }) && refused.is_retryable(), "{refused}");
    let copy = folder.path().join("journal.db.rescued");
    assert_eq!(journal.last_sequence().unwrap(), Sequence(1), "it can still be read");
    let refused = inspect(&path).unwrap_err();
    assert!(matches!(refused, JournalError::Rescued { .. }), "while it is read, too: {refused}");
    drop(journal);
    for refused in [
        inspect(&path).unwrap_err(),
        Journal::open(&path, Options::default()).map(drop).unwrap_err(),
        JournalReader::open(&path).map(drop).unwrap_err(),
    ] {
        assert!(matches!(refused, JournalError::Rescued { .. }), "{refused}");
        assert!(refused.to_string().contains(&format!("dateline restore {}", copy.display())), "{refused}");
    }
    restore(&copy, &path, RestoreOptions { replace: false, reconcile: false, unchecked: false }).unwrap();
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.last_sequence().unwrap(), Sequence(1));
    let waiting = journal.pending(at(3), 10).unwrap().entries;
    assert_eq!(waiting.iter().map(|entry| entry.entry.title.as_deref()).collect::<Vec<_>>(), [Some("B")]);
    // Once more: what is named is the copy of this time, and not the one that was restored.
    finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
    fs::remove_file(&path).unwrap();
    drop(journal);
    let refused = inspect(&path).unwrap_err().to_string();
    let second = folder.path().join("journal.db.rescued-2");
    assert!(refused.contains(&format!("dateline restore {}", second.display())), "{refused}");
    restore(&second, &path, RestoreOptions { replace: false, reconcile: false, unchecked: false }).unwrap();
    assert_eq!(JournalReader::open(&path).unwrap().last_sequence().unwrap(), Sequence(2));
}

#[tokio::test]
async fn a_journal_whose_write_ahead_log_is_removed_takes_nothing_more_and_has_what_that_held() {
    let folder = tempdir().unwrap();
    let (path, log) = (folder.path().join("journal.db"), folder.path().join("journal.db-wal"));
    let journal = journal_with_an_event(&path).await;
    fs::remove_file(&log).unwrap();
    assert_eq!(journal.file_place(), FilePlace::LogRemoved);
    let refused = finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap_err();
    assert!(matches!(refused, JournalError::Displaced { .. }), "{refused}");
    // As after a kill: the file alone, by itself.
    let left = folder.path().join("left.db");
    fs::copy(&path, &left).unwrap();
    let left = Connection::open(&left).unwrap();
    assert_eq!(left.query_row("SELECT count(*) FROM events", [], |row| row.get::<_, u32>(0)).unwrap(), 1);
    drop(journal);
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!((journal.file_place(), journal.last_sequence().unwrap()), (FilePlace::Kept, Sequence(1)));
    finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
}

#[tokio::test]
async fn a_journal_that_is_removed_and_closed_at_once_is_copied_even_so() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_with_an_event(&path).await;
    for file in fs::read_dir(folder.path()).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    drop(journal);
    let copy = JournalReader::open(folder.path().join("journal.db.rescued")).unwrap();
    assert_eq!(copy.status().unwrap().last_sequence, Sequence(1));
}

#[tokio::test]
async fn a_folder_that_is_moved_stops_its_journal_until_it_is_back() {
    let folder = tempdir().unwrap();
    let (here, there) = (folder.path().join("data"), folder.path().join("elsewhere"));
    let path = here.join("journal.db");
    let journal = journal_with_an_event(&path).await;
    fs::rename(&here, &there).unwrap();
    assert_eq!(journal.file_place(), FilePlace::Moved);
    let refused = finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap_err();
    assert!(matches!(refused, JournalError::Displaced { .. }), "{refused}");
    assert!(!here.exists(), "nothing is begun there");
    // Nobody else begins one there, and the folder isn't made, into which it would be moved back.
    for refused in [
        inspect(&path).unwrap_err(),
        Journal::open(&path, Options::default()).map(drop).unwrap_err(),
        restore(&there.join("journal.db"), &path, RestoreOptions { replace: false, ..PLAIN }).unwrap_err(),
    ] {
        assert!(matches!(refused, JournalError::Vacated { .. }), "{refused}");
        assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
    }
    assert!(!here.exists());
    fs::rename(&there, &here).unwrap();
    assert_eq!(journal.file_place(), FilePlace::Kept);
    finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 4).await.unwrap();
    assert!(!here.join("journal.db.rescued").exists());
    drop(journal);
    fs::remove_dir_all(&here).unwrap();
    assert!(!inspect(&path).unwrap(), "the place is free once it was back");
}

const PLAIN: RestoreOptions = RestoreOptions { replace: true, reconcile: false, unchecked: false };

/// The names of what lies in a folder, in order.
fn names_in(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        files.map(|file| file.unwrap().file_name().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_journal_put_in_the_place_of_one_that_is_in_use_waits_for_a_decision() {
    let folder = tempdir().unwrap();
    let (path, other) = (folder.path().join("journal.db"), folder.path().join("other.db"));
    drop(journal_with_an_event(&other).await);
    let journal = journal_with_an_event(&path).await;
    fs::rename(&other, &path).unwrap();
    let refused = finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap_err();
    assert!(matches!(refused, JournalError::Displaced { .. }), "{refused}");
    drop(journal);
    let copy = folder.path().join("journal.db.rescued");
    for refused in [
        inspect(&path).unwrap_err(),
        Journal::open(&path, Options::default()).map(drop).unwrap_err(),
        JournalReader::open(&path).map(drop).unwrap_err(),
    ] {
        assert!(matches!(refused, JournalError::Swapped { .. }), "{refused}");
        let remedy = format!("`dateline restore {} --replace`", copy.display());
        assert!(refused.to_string().contains(&remedy), "{refused}");
    }
    restore(&copy, &path, PLAIN).unwrap();
    let names = names_in(folder.path());
    assert!(names.contains(&"journal.db.replaced".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.ends_with("-wal") || name.ends_with("-shm")), "{names:?}");
    for journal in ["journal.db", "journal.db.replaced"] {
        let reader = JournalReader::open(folder.path().join(journal)).unwrap();
        assert_eq!(reader.last_sequence().unwrap(), Sequence(1), "{journal}");
    }
    assert!(Journal::open(&path, Options::default()).is_ok());
}

#[tokio::test]
async fn the_log_of_a_daemon_that_was_killed_is_not_taken_for_that_of_another_journal() {
    let folder = tempdir().unwrap();
    let (path, other) = (folder.path().join("journal.db"), folder.path().join("other.db"));
    let (log, kept) = (folder.path().join("journal.db-wal"), folder.path().join("kept"));
    drop(journal_with_an_event(&other).await);
    let journal = journal_with_an_event(&path).await;
    // What a kill leaves: the log stays. Taken along to another disk, all of it is a journal there.
    fs::hard_link(&log, &kept).unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for name in ["journal.db", "journal.db-wal", "journal.db.lock"] {
        fs::copy(folder.path().join(name), elsewhere.join(name)).unwrap();
    }
    drop(journal);
    let moved = Journal::open(elsewhere.join("journal.db"), Options::default()).unwrap();
    assert_eq!(moved.last_sequence().unwrap(), Sequence(1));
    drop(moved);
    fs::rename(&kept, &log).unwrap();
    assert!(inspect(&path).unwrap(), "the log is its own");
    fs::rename(&other, &path).unwrap();
    let refused = Journal::open(&path, Options::default()).map(drop).unwrap_err();
    assert!(matches!(refused, JournalError::Swapped { .. }), "{refused}");
    assert!(refused.to_string().contains(&format!("move {} away", log.display())), "{refused}");
    let refused = inspect(&path).unwrap_err();
    assert!(matches!(refused, JournalError::Swapped { .. }), "told once, and told again: {refused}");
    fs::rename(&log, &kept).unwrap();
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.last_sequence().unwrap(), Sequence(1));
}

#[tokio::test]
async fn another_journal_that_is_written_over_one_whose_log_is_left_is_refused() {
    let folder = tempdir().unwrap();
    let (path, other) = (folder.path().join("journal.db"), folder.path().join("other.db"));
    drop(journal_with_an_event(&other).await);
    // The log of a journal that was stopped before, so that its id stands in its file.
    drop(journal_with_an_event(&path).await);
    let journal = Journal::open(&path, Options::default()).unwrap();
    finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
    killed(journal, &path);
    assert!(inspect(&path).unwrap(), "the log is its own");
    fs::write(&path, fs::read(&other).unwrap()).unwrap();
    for refused in
        [inspect(&path).unwrap_err(), Journal::open(&path, Options::default()).map(drop).unwrap_err()]
    {
        assert!(matches!(refused, JournalError::Swapped { .. }), "{refused}");
    }
}

#[tokio::test]
async fn a_copy_that_is_written_over_a_journal_whose_log_is_left_is_refused() {
    let folder = tempdir().unwrap();
    let (path, copy) = (folder.path().join("journal.db"), folder.path().join("copy"));
    let journal = journal_with_an_event(&path).await;
    backup(&path, &copy, |_, _| {}).unwrap();
    finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
    killed(journal, &path);
    // As `cp` does: the file stays the same one.
    fs::write(&path, fs::read(&copy).unwrap()).unwrap();
    for refused in
        [inspect(&path).unwrap_err(), Journal::open(&path, Options::default()).map(drop).unwrap_err()]
    {
        assert!(matches!(refused, JournalError::Swapped { .. }), "{refused}");
    }
    restore(&copy, &path, PLAIN).unwrap();
    let names = names_in(folder.path());
    assert!(!names.contains(&"journal.db.replaced-wal".to_owned()), "it is not its log: {names:?}");
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.last_sequence().unwrap(), Sequence(1));
}

#[tokio::test]
async fn what_is_restored_of_a_removed_journal_leaves_nothing_of_it_behind() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_with_an_event(&path).await;
    fs::remove_file(&path).unwrap();
    drop(journal);
    restore(&folder.path().join("journal.db.rescued"), &path, PLAIN).unwrap();
    assert_eq!(
        names_in(folder.path()),
        ["journal.db", "journal.db.lock", "journal.db.rescued", "journal.search.db"]
    );
}

#[tokio::test]
async fn a_journal_that_could_not_be_copied_when_it_was_removed_is_copied_at_its_end() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    let path = data.join("journal.db");
    let journal = journal_with_an_event(&path).await;
    fs::remove_dir_all(&data).unwrap();
    fs::write(&data, "no folder").unwrap();
    assert!(finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.is_err());
    fs::remove_file(&data).unwrap();
    drop(journal);
    let copy = JournalReader::open(data.join("journal.db.rescued")).unwrap();
    assert_eq!(copy.last_sequence().unwrap(), Sequence(1));
}

#[tokio::test]
async fn a_journal_that_is_in_use_is_not_taken_over_by_a_fleet_though_its_lock_file_is_gone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_with_an_event(&path).await;
    fs::remove_file(folder.path().join("journal.db.lock")).unwrap();
    let refused = AdoptedJournal::open(&path).map(drop).unwrap_err();
    assert!(matches!(refused, JournalError::InUse { .. }), "{refused}");
    drop(journal);
    AdoptedJournal::open(&path).unwrap().note_owner(Some("desk")).unwrap();
    let refused = inspect(&path).unwrap_err();
    assert!(matches!(refused, JournalError::Adopted { .. }), "as a start would: {refused}");
}

#[tokio::test]
async fn what_keeps_a_damaged_journal_from_starting_is_found_without_a_start() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    drop(journal_with_an_event(&path).await);
    let database = Connection::open(&path).unwrap();
    let page: u64 = database
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'feeds'", [], |row| row.get(0))
        .unwrap();
    drop(database);
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&[0xa5; 4096], (page - 1) * 4096).unwrap();
    let refused = inspect(&path).unwrap_err();
    assert!(matches!(refused, JournalError::Damaged { .. }), "{refused}");
    assert!(refused.to_string().contains("`dateline restore FILE --replace`"), "{refused}");
}

#[tokio::test]
async fn totals_that_somebody_else_has_left_wrong_are_set_right_when_the_journal_is_opened() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    drop(journal_with_an_event(&path).await);
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("UPDATE journal SET pending = 0, last_sequence = 0; DELETE FROM event_counts")
        .unwrap();
    drop(other);
    let journal = Journal::open(&path, Options::default()).unwrap();
    let status = journal.reader().status().unwrap();
    assert_eq!((status.backlog, status.last_sequence), (1, Sequence(1)));
    assert_eq!(status.events.iter().map(|(_, events)| events).sum::<u64>(), 1);
    let end = finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
    assert_eq!(end.sequence, Some(Sequence(2)));
}

#[tokio::test]
async fn an_entry_that_is_in_no_count_is_told_with_what_to_do_and_breaks_nothing_off() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_with_an_event(&path).await;
    // Another program adds what this one has not counted.
    let (known, added) = (EntryId::of_guid("b"), EntryId::of_guid("c"));
    let other = Connection::open(&path).unwrap();
    for table in ["entries", "pending"] {
        let number = if table == "pending" { ", number = number + 1" } else { "" };
        other
            .execute_batch(&format!(
                "CREATE TEMP TABLE more AS SELECT * FROM {table} WHERE id = '{known}'; UPDATE more SET id = '{added}'{number}; \
                 INSERT INTO {table} SELECT * FROM more; DROP TABLE more"
            ))
            .unwrap();
    }
    drop(other);
    finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
    let refused = finish(&journal, &feed(0).id, "c", reject(RejectReason::NotRelevant), 3).await.unwrap_err();
    assert!(
        matches!(refused, JournalError::Miscounted) && refused.to_string().contains("restart"),
        "{refused}"
    );
    drop(journal);
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.reader().status().unwrap().backlog, 1);
    finish(&journal, &feed(0).id, "c", reject(RejectReason::NotRelevant), 4).await.unwrap();
}
