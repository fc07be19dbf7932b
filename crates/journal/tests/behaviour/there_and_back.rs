//! A journal whose state a fleet takes over, and a journal made of a fleet's state.

use std::collections::BTreeMap;
use std::path::Path;

use crate::harness::{announce, article, at, entry, feed, finish, poll, reject};
use dateline_journal::{
    AdoptedJournal, AdoptedRecord, ArrivedJournal, HandedEntry, Journal, JournalArrival, JournalError,
    Options, PublishedReport, ShardDivision,
};
use dateline_wire::{Entry, EntryId, EntryRef, Event, EventKind, FeedState, RejectReason, Sequence};
use jiff::Timestamp;
use tempfile::{TempDir, tempdir};
use url::Url;

/// Two shards: what is elsewhere, and the rest.
struct Halves;

impl ShardDivision for Halves {
    fn shards(&self) -> u32 {
        2
    }

    fn of_host(&self, host: &str) -> u32 {
        u32::from(host == "elsewhere.example")
    }
}

/// What a fleet has on its topics, and what is on its way between its shards.
#[derive(Default)]
struct Fleet {
    rows: BTreeMap<(u32, String), String>,
    handed: Vec<(u32, HandedEntry)>,
}

impl Fleet {
    fn of(journal: &AdoptedJournal, stories_since: Option<Timestamp>) -> Self {
        let mut fleet = Self::default();
        let given = journal.divide(&Halves, stories_since, |shard, record| {
            match record {
                AdoptedRecord::State(row) => {
                    fleet.rows.insert((shard, row.key), row.value.unwrap());
                }
                AdoptedRecord::Pending(entry) => fleet.handed.push((shard, *entry)),
            }
            Ok::<(), JournalError>(())
        });
        given.unwrap();
        fleet
    }

    fn shards_of(&self, table: &str) -> Vec<u32> {
        let prefix = format!("[\"{table}\",");
        self.rows.keys().filter(|(_, key)| key.starts_with(&prefix)).map(|(shard, _)| *shard).collect()
    }

    fn arrive(&self, journal: &Path, untold: &[PublishedReport]) -> ArrivedJournal {
        let mut arrival = JournalArrival::begin(journal).unwrap();
        for shard in 0..3 {
            for ((_, key), value) in self.rows.iter().filter(|((of, _), _)| *of == shard) {
                arrival.take(key, Some(value)).unwrap();
            }
            arrival.end_shard().unwrap();
        }
        let waiting = self.handed.iter().map(|(_, entry)| entry.clone()).collect();
        arrival.finish(waiting, untold, at(50)).unwrap()
    }
}

fn elsewhere(guid: &str) -> (Entry, Url) {
    let link: Url = format!("https://elsewhere.example/{guid}").parse().unwrap();
    (Entry { link: Some(link.clone()), ..entry(guid, "A visit") }, link)
}

fn open(path: &Path) -> Journal {
    Journal::open(path, Options::default()).unwrap()
}

/// A journal in which entries have ended and entries wait, here and elsewhere, all delivered; closed.
async fn delivered(folder: &TempDir) -> (std::path::PathBuf, FeedState) {
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    journal.configure_feeds(vec![feed(0), feed(1)]).await.unwrap();
    let mut polled = feed(0);
    polled.validators.etag = Some("\"v1\"".into());
    polled.last_poll = Some(at(1));
    let entries = vec![
        entry("a", "A visit"),
        entry("b", "A visit"),
        entry("c", "A visit"),
        elsewhere("d").0,
        elsewhere("e").0,
    ];
    journal.commit_poll(poll(polled.clone(), entries, 1)).await.unwrap();
    finish(&journal, &polled.id, "a", article("a", "A visit", "It began."), 2).await.unwrap();
    finish(&journal, &polled.id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
    let Event::Article(mut far) = article("d", "A far visit", "It ended.") else { unreachable!() };
    far.content.url = Some(elsewhere("d").1);
    let id = EntryId::of_guid("d");
    far.entry = Some(EntryRef { id, guid: None, link: Some(elsewhere("d").1), title: None, published: None });
    finish(&journal, &polled.id, "d", Event::Article(far), 4).await.unwrap();
    let last = journal.last_sequence().unwrap();
    journal.set_relay_position(last).await.unwrap();
    (path, polled)
}

#[tokio::test]
async fn what_a_journal_knows_goes_to_the_shards_that_will_ask_for_it_and_comes_back() {
    let folder = tempdir().unwrap();
    let (path, polled) = delivered(&folder).await;
    let journal = AdoptedJournal::open(&path).unwrap();
    assert!(!journal.is_ahead_of_kafka());
    let fleet = Fleet::of(&journal, Some(at(0)));
    assert_eq!(fleet.shards_of("feeds"), [0, 0]);
    assert_eq!(fleet.shards_of("entries"), [0; 5]);
    assert_eq!(fleet.shards_of("journal"), [0, 1, 2]);
    assert_eq!(fleet.shards_of("events"), [2, 2], "articles, for stories");
    assert_eq!(fleet.shards_of("revisions"), [0, 1, 2, 2], "each where its page lies, and with stories");
    let waiting: Vec<_> =
        fleet.handed.iter().map(|(shard, handed)| (*shard, handed.entry.guid.as_deref().unwrap())).collect();
    assert_eq!(waiting, [(0, "c"), (1, "e")]);
    journal.note_owner(Some("news")).unwrap();
    drop(journal);

    let made = fleet.arrive(&path, &[]);
    let (id, after) = (made.id().clone(), made.last_sequence());
    assert_eq!(after, Sequence(3));
    // As if the machine had failed here.
    drop(made);
    let found = ArrivedJournal::left_at(&path).unwrap().unwrap();
    assert_eq!(found.id(), &id);
    let kept = found.put_in_place().unwrap().unwrap();
    assert!(ArrivedJournal::left_at(&path).unwrap().is_none());
    assert_eq!(AdoptedJournal::open(&kept).unwrap().owner().unwrap().as_deref(), Some("news"));

    let again = open(&path);
    let mut feeds = again.feeds().unwrap();
    feeds.sort_by_key(|feed| feed.url.to_string());
    assert_eq!(feeds, [polled.clone(), feed(1)]);
    let places = (again.id(), again.last_sequence().unwrap(), again.relay_position().unwrap());
    assert_eq!(places, (&id, after, after));
    let mut due: Vec<_> = again.pending(at(100), 10).unwrap().entries;
    due.sort_by_key(|due| due.entry.guid.clone());
    let guids: Vec<_> = due.iter().map(|due| due.entry.guid.as_deref().unwrap()).collect();
    assert_eq!(guids, ["c", "e"]);
    assert_eq!(again.status().unwrap().entries, 5);
    let listed = vec![entry("a", "A visit"), entry("b", "A visit"), elsewhere("d").0];
    let news = announce(&again, 0, listed, 60).await.unwrap();
    assert_eq!((news.new, news.changed), (0, 0));
    let same = finish(&again, &polled.id, "c", article("a", "A visit", "It began."), 61).await.unwrap();
    assert_eq!(same.sequence, Some(after.next()));
    assert_eq!(again.seen_link(&elsewhere("d").1).unwrap().unwrap().at, at(4));
    let kept: Vec<_> = again.events_after(Sequence::START, 10, Some(EventKind::Article)).unwrap();
    assert_eq!(kept.iter().map(|event| event.sequence.0).collect::<Vec<_>>(), [1, 3], "to tell stories by");
}

#[tokio::test]
async fn a_row_whose_place_the_log_does_not_tell_goes_to_every_shard() {
    let folder = tempdir().unwrap();
    let (path, _) = delivered(&folder).await;
    rusqlite::Connection::open(&path).unwrap().execute("DELETE FROM events", []).unwrap();
    let fleet = Fleet::of(&AdoptedJournal::open(&path).unwrap(), None);
    assert_eq!(fleet.shards_of("revisions"), [0, 0, 1, 1]);
    assert_eq!(fleet.shards_of("journal"), [0, 1], "no stories are asked for");
}

#[tokio::test]
async fn a_journal_that_a_fleet_owns_is_opened_by_no_daemon_until_the_fleet_gives_it_back() {
    let folder = tempdir().unwrap();
    let (path, _) = delivered(&folder).await;
    let journal = AdoptedJournal::open(&path).unwrap();
    assert!(matches!(AdoptedJournal::open(&path), Err(JournalError::InUse { .. })));
    journal.note_owner(Some("news")).unwrap();
    drop(journal);
    let refused = Journal::open(&path, Options::default()).err().unwrap();
    assert!(refused.to_string().contains("taken over by the fleet news"), "{refused}");
    let journal = AdoptedJournal::open(&path).unwrap();
    assert_eq!(journal.owner().unwrap().as_deref(), Some("news"));
    journal.note_owner(None).unwrap();
    drop(journal);
    drop(open(&path));
    let refused = JournalArrival::begin(&path).err().unwrap();
    assert!(matches!(refused, JournalError::Exists { .. }), "what no fleet owns is not put aside: {refused}");
}

#[tokio::test]
async fn of_what_two_shards_know_the_newer_counts_and_what_no_story_tells_is_kept_for_one() {
    let folder = tempdir().unwrap();
    let (path, polled) = delivered(&folder).await;
    let journal = AdoptedJournal::open(&path).unwrap();
    let mut fleet = Fleet::of(&journal, None);
    journal.note_owner(Some("news")).unwrap();
    drop(journal);
    // The other shard knows the feed by name only, an entry in a newer edition, and an older revision of an article.
    let row = |table: &str| {
        let prefix = format!("[\"{table}\",");
        fleet
            .rows
            .iter()
            .find(|((_, key), _)| key.starts_with(&prefix))
            .map(|((_, key), row)| (key.clone(), row.clone()))
    };
    let ((feed_key, feed_row), (entry_key, entry_row)) = (row("feeds").unwrap(), row("entries").unwrap());
    let changed = |row: &str, changes: &[(&str, serde_json::Value)]| {
        let mut row: serde_json::Value = serde_json::from_str(row).unwrap();
        changes.iter().for_each(|(name, value)| row[*name] = value.clone());
        row.to_string()
    };
    fleet.rows.insert((1, feed_key), changed(&feed_row, &[("active", 0.into()), ("next_poll", 0.into())]));
    fleet.rows.insert((1, entry_key), changed(&entry_row, &[("edition", 7.into())]));
    fleet.rows.insert((1, "[\"journal\",1]".to_owned()), r#"{"last_sequence":40,"entries":2}"#.to_owned());

    let Event::Article(untold) = article("new", "A new visit", "It goes on.") else { unreachable!() };
    // The shard that published it knows it.
    let bits = untold.article.as_str().to_uppercase();
    let known = format!(
        r#"{{"id":"{bits}","revision":1,"digest":"00112233445566778899AABBCCDDEEFF","withdrawn":0}}"#
    );
    fleet.rows.insert((0, format!("[\"revisions\",\"{bits}\"]")), known);
    let report = PublishedReport {
        time: at(45),
        traceparent: String::new(),
        data: serde_json::to_string(&untold).unwrap(),
    };
    fleet.arrive(&path, &[report]).put_in_place().unwrap();
    let again = open(&path);
    assert_eq!(again.feeds().unwrap().len(), 2, "the feeds are polled still");
    assert_eq!(again.last_sequence().unwrap(), Sequence(41), "after the highest place of any shard");
    assert_eq!(again.relay_position().unwrap(), Sequence(41), "and delivered");
    let events = again.events_after(Sequence::START, 10, Some(EventKind::Article)).unwrap();
    assert_eq!(events.iter().map(|event| (event.sequence.0, event.time)).collect::<Vec<_>>(), [(41, at(45))]);
    assert_eq!(again.reader().latest_article(&untold.article).unwrap(), Some(*untold));
    // The next edit is the edition after the newest.
    let first = fleet.rows.keys().find(|(_, key)| key.starts_with("[\"entries\"")).unwrap();
    let first: (String, String, String) = serde_json::from_str(&first.1).unwrap();
    let guid = ["a", "b", "c", "d", "e"].into_iter().find(|guid| EntryId::of_guid(guid).as_str() == first.2);
    let edited = Entry { title: Some("A visit ends".into()), ..entry(guid.unwrap(), "") };
    announce(&again, 0, vec![edited], 60).await.unwrap();
    let due = again.pending(at(1_000_000), 10).unwrap().entries;
    let edition = due.iter().find(|due| due.entry.guid.as_deref() == guid).unwrap().edition;
    assert_eq!((edition, &due[0].feed), (8, &polled.id));
}
