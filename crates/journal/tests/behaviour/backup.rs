//! Copies of a journal, and journals made of copies.

use std::fs;
use std::path::Path;

use crate::harness::{announce, article, at, entry, feed, finish, link, reject};
use dateline_journal::{
    EntryCompletion, HeldOutcomes, Journal, JournalError, JournalReader, Options, RestoreOptions,
    RevisitCompletion, RevisitFinding, RevisitPlan, StoryUpdate, backup, restore,
};
use dateline_wire::{
    Entry, EntryId, EntryRef, Event, FeedRef, FeedState, RejectReason, Sequence, Source, Validators,
};
use jiff::ToSpan as _;
use rusqlite::Connection;
use tempfile::tempdir;

const PLAIN: RestoreOptions = RestoreOptions { replace: false, reconcile: false, unchecked: false };

async fn journal_at(path: &Path) -> Journal {
    let journal = Journal::open(path, Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0), feed(1)]).await.unwrap();
    journal
}

async fn dismiss(journal: &Journal, guid: &str, second: i64) {
    announce(journal, 0, vec![entry(guid, "A")], second).await.unwrap();
    finish(journal, &feed(0).id, guid, reject(RejectReason::NotRelevant), second).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_made_of_one_moment_while_the_journal_is_written() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = journal_at(&path).await;
    for number in 0..300 {
        announce(&journal, 0, vec![entry(&number.to_string(), &"x".repeat(20_000))], 1).await.unwrap();
    }
    let writer = {
        let journal = journal.clone();
        tokio::spawn(async move {
            for number in 0..200 {
                dismiss(&journal, &format!("w{number}"), 2).await;
            }
        })
    };
    let mut told = Vec::new();
    for number in 0..3 {
        let file = folder.path().join(format!("copy-{number}"));
        let copied =
            tokio::task::block_in_place(|| backup(&path, &file, |done, all| told.push((done, all)))).unwrap();
        let copy = JournalReader::open(&file).unwrap();
        let status = copy.status().unwrap();
        assert_eq!(status.last_sequence, copied.last_sequence);
        assert_eq!(
            copy.events_after(Sequence::START, usize::MAX, None).unwrap().len() as u64,
            status.last_sequence.0
        );
        assert_eq!(
            status.backlog + status.last_sequence.0,
            status.entries,
            "each entry waits or has its event"
        );
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("unfinished"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
    writer.await.unwrap();
    assert!(told.iter().any(|(done, all)| done == all));
    assert_eq!(journal.last_sequence().unwrap(), Sequence(200));
}

#[cfg(unix)]
#[tokio::test]
async fn a_copy_is_for_its_own_user_alone_and_overwrites_nothing() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let _journal = journal_at(&path).await;
    let file = folder.path().join("copy");
    backup(&path, &file, |_, _| {}).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&file).unwrap();
    let error = backup(&path, &file, |_, _| {}).unwrap_err();
    assert!(matches!(error, JournalError::Exists { .. }), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before);
    let missing = backup(&folder.path().join("none"), &folder.path().join("other"), |_, _| {}).unwrap_err();
    assert!(matches!(missing, JournalError::Missing { .. }), "{missing}");
}

#[tokio::test]
async fn a_copy_that_cannot_be_made_is_told_of_the_copy_and_not_of_the_journal() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let _journal = journal_at(&path).await;
    let file = folder.path().join("missing/copy.db");
    let told = backup(&path, &file, |_, _| {}).unwrap_err().to_string();
    assert!(
        told.starts_with(&format!("the copy {} cannot be made: there is no folder ", file.display())),
        "{told}"
    );
    assert!(!told.contains("journal.db") && !told.contains(".unfinished"), "{told}");
}

#[tokio::test]
async fn a_copy_becomes_a_journal_of_a_new_epoch_that_knows_what_the_copy_knew() {
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("copy"));
    let journal = journal_at(&path).await;
    dismiss(&journal, "a", 1).await;
    announce(&journal, 0, vec![entry("b", "B")], 2).await.unwrap();
    journal.set_relay_position(Sequence(1)).await.unwrap();
    backup(&path, &file, |_, _| {}).unwrap();
    dismiss(&journal, "c", 3).await;
    let (id, lineage) = (journal.id().clone(), journal.lineage().clone());
    assert_eq!(id, lineage);
    drop(journal);

    let moved = folder.path().join("elsewhere/data/journal.db");
    let restored = restore(&file, &moved, PLAIN).unwrap();
    assert_eq!(restored.replaced, None);
    let restored = restored.copy;
    assert_eq!((restored.last_sequence, restored.relay_position), (Sequence(1), Sequence(1)));
    let journal = journal_at(&moved).await;
    assert_eq!((journal.id(), journal.lineage()), (&restored.journal, &lineage));
    assert_ne!(*journal.id(), id);
    assert!(!journal.is_reconciling().unwrap());
    assert_eq!(announce(&journal, 0, vec![entry("a", "A")], 4).await.unwrap().new, 0);
    assert_eq!(journal.pending(at(4), 10).unwrap().entries[0].entry, entry("b", "B"));
    finish(&journal, &feed(0).id, "b", article("b", "B", "One."), 5).await.unwrap();
    assert_eq!(journal.last_sequence().unwrap(), Sequence(2));

    // And again, from a copy of the restored one.
    let (second, again) = (folder.path().join("second"), folder.path().join("again.db"));
    backup(&moved, &second, |_, _| {}).unwrap();
    restore(&second, &again, PLAIN).unwrap();
    let twice = JournalReader::open(&again).unwrap();
    assert_eq!(*twice.lineage(), lineage);
    assert!(twice.id() != journal.id() && *twice.id() != id);
}

#[tokio::test]
async fn a_restore_overwrites_nothing_unless_told_and_then_keeps_what_was_there() {
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("copy"));
    let journal = journal_at(&path).await;
    dismiss(&journal, "a", 1).await;
    backup(&path, &file, |_, _| {}).unwrap();
    dismiss(&journal, "b", 1).await;

    let replacing = RestoreOptions { replace: true, ..PLAIN };
    let error = restore(&file, &path, replacing).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    let id = journal.id().clone();
    drop(journal);
    let error = restore(&file, &path, PLAIN).unwrap_err();
    assert!(matches!(error, JournalError::Exists { .. }), "{error}");
    assert_eq!(*JournalReader::open(&path).unwrap().id(), id);

    restore(&file, &path, replacing).unwrap();
    assert_eq!(JournalReader::open(&path).unwrap().last_sequence().unwrap(), Sequence(1));
    let aside = JournalReader::open(folder.path().join("journal.db.replaced")).unwrap();
    assert_eq!((aside.id(), aside.last_sequence().unwrap()), (&id, Sequence(2)));

    // Once more: what was put aside first stays, and no file of one stands beside another's.
    fs::write(folder.path().join("journal.db.replaced-2-wal"), "a log of another").unwrap();
    let second = JournalReader::open(&path).unwrap().id().clone();
    let restored = restore(&file, &path, replacing).unwrap();
    let kept = folder.path().join("journal.db.replaced-3");
    assert_eq!(restored.replaced.as_ref(), Some(&kept));
    assert_eq!(*JournalReader::open(&kept).unwrap().id(), second);
    assert_eq!(*JournalReader::open(folder.path().join("journal.db.replaced")).unwrap().id(), id);
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_behind_a_link_stays_where_it_is_and_is_not_begun_anew_while_its_disk_is_away() {
    let folder = tempdir().unwrap();
    let (disk, away) = (folder.path().join("disk"), folder.path().join("away"));
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("copy"));
    fs::create_dir(&disk).unwrap();
    std::os::unix::fs::symlink(disk.join("journal.db"), &path).unwrap();
    let journal = journal_at(&disk.join("journal.db")).await;
    dismiss(&journal, "a", 1).await;
    drop(journal);
    backup(&path, &file, |_, _| {}).unwrap();
    restore(&file, &path, RestoreOptions { replace: true, ..PLAIN }).unwrap();
    assert!(path.is_symlink() && disk.join("journal.db.replaced").exists());

    fs::rename(&disk, &away).unwrap();
    let refused = [
        dateline_journal::inspect(&path).unwrap_err(),
        Journal::open(&path, Options::default()).err().unwrap(),
        restore(&file, &path, PLAIN).unwrap_err(),
    ];
    for error in refused {
        assert!(matches!(error, JournalError::Dangling { .. }), "{error}");
    }
    assert!(path.is_symlink() && !path.exists());
    fs::rename(&away, &disk).unwrap();
    assert_eq!(JournalReader::open(&path).unwrap().last_sequence().unwrap(), Sequence(1));
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_that_root_restores_is_its_folders_owners() {
    use std::os::unix::fs::{MetadataExt as _, chown};

    let folder = tempdir().unwrap();
    let (path, file, data) =
        (folder.path().join("journal.db"), folder.path().join("copy"), folder.path().join("data"));
    drop(journal_at(&path).await);
    backup(&path, &file, |_, _| {}).unwrap();
    fs::create_dir(&data).unwrap();
    if chown(&data, Some(54_321), Some(54_321)).is_err() {
        eprintln!("skipped: only root can give a folder away");
        return;
    }
    restore(&file, &data.join("journal.db"), PLAIN).unwrap();
    for name in ["journal.db", "journal.db.lock"] {
        assert_eq!(fs::metadata(data.join(name)).unwrap().uid(), 54_321, "{name}");
    }
}

#[tokio::test]
async fn a_copy_that_is_damaged_newer_or_no_journal_is_refused_and_nothing_is_touched() {
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("copy"));
    let journal = journal_at(&path).await;
    for number in 0..200 {
        dismiss(&journal, &number.to_string(), 1).await;
    }
    backup(&path, &file, |_, _| {}).unwrap();
    let target = folder.path().join("new/journal.db");

    let damaged = folder.path().join("damaged");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 20_000].fill(0xa5);
    fs::write(&damaged, bytes).unwrap();
    let error = restore(&damaged, &target, PLAIN).unwrap_err();
    assert!(error.to_string().contains("damaged") || error.to_string().contains("malformed"), "{error}");

    for (kept, name) in [(middle, "short"), (60, "shorter")] {
        let short = folder.path().join(name);
        fs::write(&short, &fs::read(&file).unwrap()[..kept]).unwrap();
        let error = restore(&short, &target, PLAIN).unwrap_err().to_string();
        assert!(error.contains(&format!("it is cut short: {kept} ")), "{error}");
    }

    let newer = folder.path().join("newer");
    fs::copy(&file, &newer).unwrap();
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = restore(&newer, &target, PLAIN).unwrap_err();
    assert!(matches!(error, JournalError::NewerSchema { found: 99, .. }), "{error}");

    let other = folder.path().join("other");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let error = restore(&other, &target, PLAIN).unwrap_err();
    assert!(matches!(error, JournalError::NoCopy { .. }), "{error}");

    for (name, contents) in
        [("none", None), ("empty", Some("")), ("page", Some("<p>A page, no journal.</p>"))]
    {
        let no_copy = folder.path().join(name);
        if let Some(contents) = contents {
            fs::write(&no_copy, contents.repeat(100)).unwrap();
        }
        let error = restore(&no_copy, &target, PLAIN).unwrap_err();
        assert!(matches!(error, JournalError::NoCopy { .. }), "{name}: {error}");
    }
    let left: Vec<_> =
        fs::read_dir(target.parent().unwrap()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["journal.db.lock"]);
}

#[tokio::test]
async fn what_happens_before_the_reconciliation_is_held_and_follows_what_kafka_has() {
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("copy"));
    let first = journal_at(&path).await;
    dismiss(&first, "a", 1).await;
    backup(&path, &file, |_, _| {}).unwrap();
    let target = folder.path().join("new.db");
    restore(&file, &target, RestoreOptions { replace: false, reconcile: true, unchecked: false }).unwrap();
    let journal = journal_at(&target).await;
    assert!(journal.is_reconciling().unwrap());
    let ended = {
        announce(&journal, 0, vec![entry("b", "B")], 2).await.unwrap();
        finish(&journal, &feed(0).id, "b", article("b", "B", "One."), 2).await.unwrap()
    };
    assert_eq!(ended.sequence, None);
    assert_eq!((journal.last_sequence().unwrap(), journal.backlog().unwrap()), (Sequence(1), 0));
    assert_eq!(journal.status().unwrap().held, Some(1));
    drop(journal);
    let journal = journal_at(&target).await;
    // Somebody says that Kafka has nine.
    journal.reconcile(Sequence(9)).await.unwrap();
    let events = journal.events_after(Sequence::START, 10, None).unwrap();
    assert_eq!(events.iter().map(|event| event.sequence.0).collect::<Vec<_>>(), [1, 10]);
    assert_eq!((journal.status().unwrap().held, journal.relay_position().unwrap()), (None, Sequence(9)));
    assert_eq!(journal.reader().gone(None).unwrap(), Sequence(9));
    dismiss(&journal, "c", 3).await;
    assert_eq!(journal.last_sequence().unwrap(), Sequence(11));
}

/// An article as subscribers have it: with its feed and entry, and its title where `source` says.
fn delivered(guid: &str, source: Source) -> Event {
    let Event::Article(mut event) = article(guid, guid, "One.") else { unreachable!() };
    let FeedState { id, url, .. } = feed(0);
    event.feed = Some(FeedRef { id, url, name: None, tags: Vec::new() });
    let Entry { id, guid, link, title, published, .. } = entry(guid, guid);
    event.entry = Some(EntryRef { id, guid, link, title, published });
    event.content.title_source = Some(source);
    Event::Article(event)
}

#[tokio::test]
async fn pages_that_a_restored_journal_learns_of_from_kafka_are_visited_as_though_it_had_published_them() {
    const HOUR: i64 = 3_600;
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("copy"));
    let lost = journal_at(&path).await;
    backup(&path, &file, |_, _| {}).unwrap();
    let pages = [("known", Source::JsonLd), ("read again", Source::JsonLd), ("of the feed", Source::Feed)];
    for (guid, source) in pages {
        announce(&lost, 0, vec![entry(guid, guid)], 0).await.unwrap();
        finish(&lost, &feed(0).id, guid, delivered(guid, source), 0).await.unwrap();
    }
    let kafka = lost.events_after(Sequence::START, 10, None).unwrap();

    let target = folder.path().join("new.db");
    restore(&file, &target, RestoreOptions { replace: false, reconcile: true, unchecked: false }).unwrap();
    let journal = journal_at(&target).await;
    announce(&journal, 0, vec![entry("read again", "read again")], 3 * HOUR).await.unwrap();
    let plan = RevisitPlan {
        url: link("read again"),
        validators: Validators { etag: Some("new".into()), ..Validators::default() },
        due: at(4 * HOUR),
    };
    let read_again = EntryCompletion {
        feed: feed(0).id,
        entry: EntryId::of_guid("read again"),
        event: delivered("read again", Source::JsonLd),
        page_was_read: true,
        revisit: Some(plan.clone()),
        stories: StoryUpdate::default(),
        at: at(3 * HOUR),
        traceparent: String::new(),
    };
    assert_eq!(journal.finish(read_again).await.unwrap().sequence, None, "it has no place yet");
    journal.import_delivered(kafka, |published| Some(published + (6 * HOUR).seconds())).await.unwrap();
    let held = journal.reconcile(Sequence(3)).await.unwrap();
    assert_eq!(held, HeldOutcomes { held: 1, new: 0 });

    assert!(journal.revisits_due(at(6 * HOUR - 1), 10).unwrap().revisits.is_empty());
    let mut visited = Vec::new();
    // One host, so one at a time.
    while let Some(due) = journal.revisits_due(at(6 * HOUR), 10).unwrap().revisits.pop() {
        assert_eq!(due.state.published, at(0));
        visited.push((due.state.url, due.state.validators));
        let visit = RevisitCompletion {
            article: due.article,
            url: visited[visited.len() - 1].0.clone(),
            finding: RevisitFinding::NotAsked,
            stories: StoryUpdate::default(),
            next: None,
            at: at(6 * HOUR),
            traceparent: String::new(),
        };
        journal.finish_revisit(visit).await.unwrap();
    }
    visited.sort_by_key(|(url, _)| url.to_string());
    assert_eq!(visited, [(link("known"), Validators::default()), (plan.url, plan.validators)]);
}

#[tokio::test]
async fn a_restored_journal_holds_so_much_and_takes_more_when_it_knows_what_kafka_has() {
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("copy"));
    drop(journal_at(&path).await);
    backup(&path, &file, |_, _| {}).unwrap();
    let target = folder.path().join("new.db");
    restore(&file, &target, RestoreOptions { replace: false, reconcile: true, unchecked: false }).unwrap();
    let journal = Journal::open(&target, Options { max_held: 2, ..Options::default() }).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    let finish_one =
        async |name: &str| finish(&journal, &feed(0).id, name, article(name, name, "One."), 2).await;
    announce(&journal, 0, ["a", "b", "c"].map(|name| entry(name, name)).into(), 1).await.unwrap();
    finish_one("a").await.unwrap();
    finish_one("b").await.unwrap();
    let refused = finish_one("c").await.unwrap_err();
    assert!(matches!(refused, JournalError::HoldsTooMany { held: 2 }) && refused.is_retryable(), "{refused}");
    assert_eq!((journal.status().unwrap().held, journal.backlog().unwrap()), (Some(2), 1));
    journal.reconcile(Sequence::START).await.unwrap();
    finish_one("c").await.unwrap();
    assert_eq!(journal.last_sequence().unwrap(), Sequence(3));
}

#[tokio::test]
async fn a_journal_is_no_copy_of_itself_whatever_it_is_called() {
    let folder = tempdir().unwrap();
    let (path, link) = (folder.path().join("journal.db"), folder.path().join("link"));
    drop(journal_at(&path).await);
    fs::hard_link(&path, &link).unwrap();
    let before = fs::read(&path).unwrap();
    for file in [&path, &link] {
        let error =
            restore(file, &path, RestoreOptions { replace: true, reconcile: false, unchecked: false })
                .unwrap_err();
        assert!(matches!(error, JournalError::NoCopy { .. }), "{error}");
        assert!(error.to_string().contains("it is the journal itself"), "{error}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_was_copied_without_its_write_ahead_log_is_refused_unless_its_daemon_had_stopped() {
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("naked"));
    let journal = journal_at(&path).await;
    dismiss(&journal, "a", 1).await;
    fs::copy(&path, &file).unwrap();
    let target = folder.path().join("restored/journal.db");
    let refused = restore(&file, &target, PLAIN).unwrap_err();
    let told = refused.to_string();
    assert!(matches!(refused, JournalError::NoCopy { .. }), "{told}");
    assert!(told.contains("dateline backup") && told.contains("--unchecked"), "{told}");
    assert!(!target.exists());
    // With its log it is whole.
    fs::copy(folder.path().join("journal.db-wal"), folder.path().join("naked-wal")).unwrap();
    assert_eq!(restore(&file, &target, PLAIN).unwrap().copy.last_sequence, Sequence(1));
    drop(journal);
    let stopped = folder.path().join("stopped");
    fs::copy(&path, &stopped).unwrap();
    let options = RestoreOptions { replace: true, unchecked: true, ..PLAIN };
    assert_eq!(restore(&stopped, &target, options).unwrap().copy.last_sequence, Sequence(1));
}

#[tokio::test]
async fn a_copy_whose_structure_is_whole_and_whose_texts_are_not_is_refused() {
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("journal.db"), folder.path().join("copy"));
    let journal = journal_at(&path).await;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    finish(&journal, &feed(0).id, "a", article("a", "A", &"ferry ".repeat(4_000)), 2).await.unwrap();
    backup(&path, &file, |_, _| {}).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let text = b"ferry ".repeat(300);
    let begin = bytes.windows(text.len()).position(|window| window == text).unwrap();
    bytes[begin + 200..][..512].fill(0);
    fs::write(&file, bytes).unwrap();
    let target = folder.path().join("restored/journal.db");
    let refused = restore(&file, &target, PLAIN).unwrap_err().to_string();
    assert!(refused.contains("it is damaged (the event 1 cannot be read; --unchecked "), "{refused}");
    assert!(!target.exists());
    let options = RestoreOptions { unchecked: true, ..PLAIN };
    assert_eq!(restore(&file, &target, options).unwrap().copy.last_sequence, Sequence(1));
}
