//! Who made the events: each says for ever what it said first, whatever is configured since.

use crate::harness::{announce, article, entry, feed, finish, open};
use dateline_journal::Journal;
use dateline_wire::{Envelope, Sequence};
use tempfile::tempdir;

async fn publish(journal: &Journal, guid: &str) {
    announce(journal, 0, vec![entry(guid, "A")], 0).await.unwrap();
    finish(journal, &feed(0).id, guid, article(guid, "A", "Text."), 0).await.unwrap();
}

#[tokio::test]
async fn an_event_keeps_its_source_when_another_is_configured() {
    let folder = tempdir().unwrap();
    let journal = open(folder.path());
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    // A journal from before sources were kept takes the first that it hears of for all.
    publish(&journal, "a").await;
    let first = journal.take_source(Envelope::from("/one")).await.unwrap();
    assert_eq!(first.source_of(Sequence(1)), "/one");
    publish(&journal, "b").await;
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(journal.take_source(Envelope::from("/one")).await.unwrap(), first);
    // Nothing is made under this one.
    journal.take_source(Envelope::from("/slip")).await.unwrap();
    let second = journal.take_source(Envelope::from("/two")).await.unwrap();
    publish(&journal, "c").await;
    let sources = [1, 2, 3].map(|place| second.source_of(Sequence(place)));
    assert_eq!(sources, ["/one", "/one", "/two"]);
    let event = journal.reader().event(Sequence(2)).unwrap().unwrap();
    assert!(event.to_structured_json(&second).unwrap().contains("\"source\":\"/one\""));
}
