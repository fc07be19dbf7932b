//! Topics that are compacted: what a subscriber that begins late finds of articles that were withdrawn and of stories that were merged.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::harness::{Received, append, broker, configure, deliver_all, open, read_topic, settings};
use dateline_publisher::{Cleanup, KafkaSettings};
use dateline_wire::{ArticleId, CanonicalUrl, Event, StoryEvent, WithdrawalEvent};
use serde_json::json;
use tempfile::tempdir;

fn article_id(guid: &str) -> ArticleId {
    ArticleId::of(&CanonicalUrl::of(&crate::outcomes::link(guid)))
}

fn withdrawal(guid: &str) -> Event {
    let url = crate::outcomes::link(guid);
    let mut event: WithdrawalEvent = serde_json::from_value(json!({
        "id": "", "article": article_id(guid), "withdraws": "", "url": url, "reason": "gone", "detail": "status 410",
        "missing_since": "2025-06-15T15:06:40Z",
    }))
    .unwrap();
    event.set_revision(1);
    Event::Withdrawal(Box::new(event))
}

fn story(name: &str, revision: u32, merged_into: Option<&str>) -> Event {
    let mut event = json!({
        "id": format!("{name}.{revision}"), "story": name, "revision": revision,
        "state": if merged_into.is_some() { "merged" } else { "open" },
        "changes": [], "titles": {}, "first_reported": "2025-06-15T15:06:40Z", "last_reported": "2025-06-15T15:06:40Z",
        "entities": [], "acts": [], "languages": [], "article_count": 1, "origin_count": 1, "articles": [],
        "independent_origins": [],
    });
    if let Some(other) = merged_into {
        event["merged_into"] = other.into();
    }
    Event::Story(serde_json::from_value::<StoryEvent>(event).unwrap().into())
}

/// Topics that the broker compacts as soon as it can.
fn compacted(brokers: &str) -> KafkaSettings {
    let at_once = [
        ("segment.ms", "100"),
        ("min.cleanable.dirty.ratio", "0.001"),
        ("min.compaction.lag.ms", "0"),
        ("delete.retention.ms", "0"),
    ];
    KafkaSettings {
        cleanup: Cleanup::Compact,
        partitions: 1,
        topic_config: at_once.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..settings(brokers, "tombstones")
    }
}

fn of_key<'r>(records: &'r [Received], key: &str) -> Vec<&'r Received> {
    records.iter().filter(|record| record.key == key).collect()
}

#[tokio::test]
async fn a_compacted_topic_forgets_withdrawn_articles_and_keeps_where_merged_stories_went() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = compacted(&brokers);
    let journal = open(folder.path());
    configure(&journal).await;
    let told = vec![
        crate::outcomes::article("gone", "Gone", "text"),
        crate::outcomes::article("stays", "Stays", "text"),
        story("ends", 1, None),
        story("goes on", 1, None),
        withdrawal("gone"),
        story("ends", 2, Some("goes on")),
        story("goes on", 2, None),
    ];
    append(&journal, told).await;
    deliver_all(&settings, &journal).await;

    let articles = read_topic(&brokers, &settings.topics.articles);
    let gone = of_key(&articles, article_id("gone").as_str());
    assert_eq!(gone.iter().map(|record| record.value.is_empty()).collect::<Vec<_>>(), [false, true]);
    assert_eq!((gone[1].sequence(), &*gone[1].headers["ce_type"]), (5, "dateline.withdrawal.v1"));
    let withdrawals = read_topic(&brokers, &settings.topics.withdrawals);
    assert_eq!(withdrawals.iter().map(Received::sequence).collect::<Vec<_>>(), [5]);

    // What is old is compacted once something newer stands in a segment of its own.
    let deadline = Instant::now() + Duration::from_secs(90);
    let mut number = 0;
    let (articles, stories) = loop {
        number += 1;
        append(
            &journal,
            vec![
                crate::outcomes::article(&format!("new {number}"), "New", "text"),
                story(&format!("new {number}"), 1, None),
            ],
        )
        .await;
        deliver_all(&settings, &journal).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let articles = read_topic(&brokers, &settings.topics.articles);
        let stories = read_topic(&brokers, &settings.topics.stories);
        let is_forgotten =
            of_key(&articles, article_id("gone").as_str()).iter().all(|record| record.value.is_empty());
        if is_forgotten && of_key(&stories, "ends").len() == 1 {
            break (articles, stories);
        }
        assert!(Instant::now() < deadline, "nothing is compacted");
    };
    assert_eq!(of_key(&articles, article_id("stays").as_str()).len(), 1);
    // An article's event names its story, so where that went stays to be read.
    let last: BTreeMap<&str, StoryEvent> = stories
        .iter()
        .map(|record| (record.key.as_str(), serde_json::from_str(&record.value).unwrap()))
        .collect();
    assert_eq!(last["ends"].merged_into.as_ref().unwrap().as_str(), "goes on");
    assert_eq!(last["goes on"].revision, 2);
}

#[tokio::test]
async fn a_topic_that_is_not_compacted_gets_no_tombstone_unless_somebody_asks_for_it() {
    let Some(brokers) = broker() else { return };
    for asked in [None, Some(true)] {
        let folder = tempdir().unwrap();
        let settings = KafkaSettings { tombstones: asked, ..settings(&brokers, "kept") };
        let journal = open(folder.path());
        configure(&journal).await;
        append(&journal, vec![crate::outcomes::article("gone", "Gone", "text"), withdrawal("gone")]).await;
        deliver_all(&settings, &journal).await;
        let articles = read_topic(&brokers, &settings.topics.articles);
        let tombstones = articles.iter().filter(|record| record.value.is_empty()).count();
        assert_eq!((articles.len() - tombstones, tombstones), (1, usize::from(asked.is_some())));
    }
}
