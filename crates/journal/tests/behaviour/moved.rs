//! What happens to a journal whose files are moved or removed while it is in use, or changed by somebody else.

use std::fs;

use crate::harness::{announce, at, entry, feed, finish, reject};
use dateline_journal::{
    FilePlace, Journal, JournalError, JournalReader, Options, RestoreOptions, inspect, restore, writer_of,
};
use dateline_wire::{EntryId, RejectReason, Sequence};
use rusqlite::Connection;
use tempfile::tempdir;

async fn journal_with_an_event(path: &std::path::Path) -> Journal {
    let journal = Journal::open(path, Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    announce(&journal, 0, vec![entry("a", "A"), entry("b", "B")], 1).await.unwrap();
    finish(&journal, &feed(0).id, "a", reject(RejectReason::NotRelevant), 2).await.unwrap();
    journal
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
    // Another journal in its place is not taken for it.
    let other = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.file_place(), FilePlace::Moved);
    drop(other);
    fs::remove_dir_all(&here).unwrap();
    fs::rename(&there, &here).unwrap();
    assert_eq!(journal.file_place(), FilePlace::Kept);
    finish(&journal, &feed(0).id, "b", reject(RejectReason::NotRelevant), 4).await.unwrap();
    assert!(!here.join("journal.db.rescued").exists());
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
