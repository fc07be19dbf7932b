//! What cannot be read: for now, or one row of many.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use crate::harness::{announce, at, entry, feed, finish, poll, reject};
use dateline_journal::{Journal, JournalReader, Options};
use dateline_wire::{EventKind, HubLink, HubNews, RejectEvent, RejectReason, Sequence};
use rusqlite::Connection;
use tempfile::tempdir;

const FOLDER: &str = "DATELINE_TEST_STARVED_FOLDER";

fn spoil(path: &Path, sql: &str) {
    assert_eq!(Connection::open(path).unwrap().execute(sql, []).unwrap(), 1, "{sql}");
}

async fn journal_at(path: &Path) -> Journal {
    let journal = Journal::open(path, Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0), feed(1)]).await.unwrap();
    journal
}

/// The process that may open few files, and has opened all of them.
#[tokio::test]
async fn starved_child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let journal = journal_at(&Path::new(&folder).join("journal.db")).await;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    let held: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(held.len() < 64);
    let error = JournalReader::open(Path::new(&folder).join("journal.db")).map(|_| ()).unwrap_err();
    assert!(error.is_retryable(), "{error}");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    assert_eq!(journal.feeds().unwrap().len(), 2);
                    assert_eq!(journal.status().unwrap().backlog, 1);
                }
            });
        }
    });
    finish(&journal, &feed(0).id, "a", reject(RejectReason::NotRelevant), 2).await.unwrap();
}

#[test]
fn many_read_at_once_without_a_file_descriptor_to_spare() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let folder = tempdir().unwrap();
    let ended = Command::new("sh")
        .args(["-c", "ulimit -n 40; exec \"$0\" --exact unreadable::starved_child"])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}

#[tokio::test]
async fn a_feed_whose_state_cannot_be_read_begins_anew_and_harms_no_other() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_at(&path).await;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    drop(journal);
    spoil(&path, "UPDATE feeds SET state = '{' WHERE number = 1");
    assert_eq!(JournalReader::open(&path).unwrap().feeds().unwrap(), [feed(1)]);
    let journal = journal_at(&path).await;
    assert_eq!(journal.feeds().unwrap(), [feed(0), feed(1)]);
    let status = journal.status().unwrap();
    assert_eq!((status.set_aside, status.feeds.active), (1, 2));
    // Its entries are known as before.
    assert_eq!(announce(&journal, 0, vec![entry("a", "A")], 2).await.unwrap().new, 0);
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_ends_as_a_reject_and_the_others_are_handed_out() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_at(&path).await;
    let entries = vec![entry("a", "A"), entry("b", "B"), entry("c", "C")];
    announce(&journal, 0, entries, 1).await.unwrap();
    spoil(&path, "UPDATE pending SET entry = '{\"id\"' WHERE number = 2");
    let taken = journal.pending(at(1), 10).unwrap();
    assert_eq!(taken.entries.len(), 2);
    // Whatever was handed in before is committed before.
    announce(&journal, 1, Vec::new(), 2).await.unwrap();
    let status = journal.status().unwrap();
    assert_eq!((status.backlog, status.set_aside, status.events.of(EventKind::Reject)), (2, 1, 1));
    let event = &journal.events_after(Sequence::START, 10, None).unwrap()[0];
    let event: RejectEvent = serde_json::from_str(&event.data).unwrap();
    assert_eq!(event.reason, RejectReason::UnreadableEntry);
    assert_eq!(event.entry.unwrap().id, entry("b", "B").id);
    // An edit brings it back.
    announce(&journal, 0, vec![entry("b", "B, corrected")], 3).await.unwrap();
    assert_eq!(journal.pending(at(3), 10).unwrap().entries[0].entry, entry("b", "B, corrected"));
}

#[tokio::test]
async fn a_subscription_that_cannot_be_read_is_made_anew() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_at(&path).await;
    let link = HubLink {
        hub: "https://hub.example/".parse().unwrap(),
        topic: "https://news.example/0.xml".parse().unwrap(),
    };
    let announced = |second| {
        let mut poll = poll(feed(0), Vec::new(), second);
        poll.hub = HubNews::Announced(link.clone());
        poll
    };
    journal.commit_poll(announced(1)).await.unwrap();
    spoil(&path, "UPDATE subscriptions SET state = '[]'");
    assert!(journal.reader().subscriptions().unwrap().is_empty());
    journal.commit_poll(announced(2)).await.unwrap();
    assert_eq!(journal.reader().subscriptions().unwrap()[0].link, link);
    assert_eq!(journal.status().unwrap().set_aside, 1);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_a_gap_in_the_log_and_not_its_end() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_at(&path).await;
    for guid in ["a", "b", "c"] {
        announce(&journal, 0, vec![entry(guid, "x")], 1).await.unwrap();
        finish(&journal, &feed(0).id, guid, reject(RejectReason::NotRelevant), 2).await.unwrap();
    }
    spoil(&path, "UPDATE events SET kind = 'unheard-of' WHERE sequence = 2");
    let read = journal.events_after(Sequence::START, 10, None).unwrap();
    assert_eq!(read.iter().map(|event| event.sequence.0).collect::<Vec<_>>(), [1, 3]);
    let error = journal.reader().event(Sequence(2)).unwrap_err();
    assert!(error.to_string().contains("the event 2") && !error.is_retryable(), "{error}");
}
