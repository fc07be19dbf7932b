//! A journal that a fleet takes in, and a fleet that becomes a journal, on a real broker: each once, however often it is asked for.

#![allow(clippy::unwrap_used)] // the whole file is test code

mod harness;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dateline_fleet::{
    Adoption, AdoptionReport, FleetChange, FleetError, FleetFeedsChange, adopt, leave, read_feeds, report,
};
use dateline_journal::{AdoptedJournal, Journal, Options, PollCommit};
use dateline_wire::{Entry, EntryId, FeedRef, FeedState, HubNews, SecretQuery};
use harness::{broker, fleet, kafka, unique};
use jiff::Timestamp;
use tempfile::tempdir;
use tokio::runtime::Runtime;

/// A journal with a feed that has listed two entries, which wait.
fn journal(path: PathBuf, runtime: &Runtime) -> PathBuf {
    let feed = FeedRef::new(&"https://news.example/rss".parse().unwrap(), None, &SecretQuery::default());
    let entry = |guid: &str| Entry {
        guid: Some(guid.to_owned()),
        link: Some(format!("https://{guid}.example/").parse().unwrap()),
        ..Entry::new(EntryId::of_guid(guid))
    };
    let poll = PollCommit {
        feed: FeedState::new(&feed, Timestamp::UNIX_EPOCH),
        entries: vec![entry("a"), entry("b")],
        events: Vec::new(),
        hub: HubNews::Nothing,
        at: Timestamp::UNIX_EPOCH,
        traceparent: String::new(),
    };
    runtime.block_on(async {
        let journal = Journal::open(&path, Options::default()).unwrap();
        journal.configure_feeds(vec![poll.feed.clone()]).await.unwrap();
        journal.commit_poll(poll).await.unwrap();
    });
    path
}

#[test]
fn a_journal_is_taken_in_once_and_the_fleet_is_left_once() {
    let Some(broker) = broker() else { return };
    let (runtime, folder, name) = (Runtime::new().unwrap(), tempdir().unwrap(), unique("move"));
    let (kafka, fleet) = (kafka(&broker, &name), fleet(&name, "one", 3));
    let feeds = BTreeMap::from([("feed/x".to_owned(), "[[feed]]\n".to_owned())]);
    let take_in = |path: &Path| -> Result<AdoptionReport, FleetError> {
        let (journal, now) = (&AdoptedJournal::open(path)?, Timestamp::now());
        adopt(
            &kafka,
            &fleet,
            &Adoption { journal, feeds: &feeds, stories_since: None, now },
            runtime.handle(),
        )
    };
    let become_journal = |path: &Path| {
        let mut kept = Vec::new();
        let left = leave(
            &kafka,
            &fleet,
            path,
            &mut |feeds| {
                kept.extend(feeds.tables.values().cloned());
                Ok(())
            },
            runtime.handle(),
        );
        left.map(|left| (left, kept))
    };
    let first = journal(folder.path().join("journal.db"), &runtime);
    assert!(matches!(become_journal(&folder.path().join("none.db")), Err(FleetError::Empty { .. })));
    let why = report(&kafka, &fleet).unwrap_err();
    assert!(why.contains("it has no topic"), "none is made by asking: {why}");

    let taken = take_in(&first).unwrap();
    let totals = taken.totals.unwrap();
    assert_eq!((totals.feeds, totals.entries, totals.pending, taken.feeds_version), (1, 2, 2, 1));
    assert_eq!(take_in(&first).unwrap().totals, None, "it was done before");
    let second = journal(folder.path().join("second.db"), &runtime);
    assert!(matches!(take_in(&second), Err(FleetError::NotEmpty { .. })));
    assert_eq!(AdoptedJournal::open(&second).unwrap().owner().unwrap(), None, "it is as it was");

    let (left, kept) = become_journal(&first).unwrap();
    assert!(!left.was_done && left.replaced.is_some());
    assert_eq!(kept, ["[[feed]]\n"]);
    assert!(become_journal(&first).unwrap().0.was_done);
    let elsewhere = become_journal(&folder.path().join("elsewhere.db"));
    assert!(matches!(elsewhere, Err(FleetError::Elsewhere { .. })));
    let again = Journal::open(&first, Options::default()).unwrap();
    assert_eq!((again.id(), again.backlog().unwrap()), (&left.journal, 2));
    assert_eq!(again.feeds().unwrap().len(), 1);
    drop(again);

    // A fleet that was left takes in a journal anew.
    assert_eq!(take_in(&first).unwrap().totals.unwrap().pending, 2);
}

#[test]
fn whoever_looks_at_the_feeds_is_in_nobodys_way_who_changes_them_and_of_two_who_change_them_the_first_is_refused()
 {
    let Some(broker) = broker() else { return };
    let (runtime, name) = (Runtime::new().unwrap(), unique("look"));
    let (kafka, fleet) = (kafka(&broker, &name), fleet(&name, "one", 3));
    assert_eq!(read_feeds(&kafka, &fleet).unwrap().version, 0, "nobody has made it");

    let begin = || FleetFeedsChange::begin(&kafka, &fleet, runtime.handle()).unwrap();
    let tables = BTreeMap::from([("feed/x".to_owned(), "[[feed]]\n".to_owned())]);
    let commit = |change: FleetFeedsChange| {
        change.commit(FleetChange { tables: Some(&tables), ..FleetChange::default() }, Timestamp::now())
    };
    let first = begin();
    assert!(read_feeds(&kafka, &fleet).unwrap().tables.is_empty());
    assert_eq!(commit(first).unwrap(), 1);
    assert_eq!(*read_feeds(&kafka, &fleet).unwrap().tables, tables);

    let (second, third) = (begin(), begin());
    assert!(matches!(commit(second), Err(FleetError::FeedsChanged)));
    assert_eq!(commit(third).unwrap(), 2);
    let other = dateline_fleet::FleetSettings { shards: 4, ..fleet.clone() };
    assert!(matches!(read_feeds(&kafka, &other), Err(FleetError::Shards { found: 3, expected: 4, .. })));
}
