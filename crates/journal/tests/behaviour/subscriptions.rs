//! Subscriptions at hubs: from the poll that tells of one, through what is asked and granted, to its end.

use crate::harness::{at, entry, feed, poll};
use dateline_journal::{Journal, Options, PollCommit};
use dateline_wire::{HubLink, HubNews, Secret, Subscription, SubscriptionKeys, SubscriptionStep};
use tempfile::{TempDir, tempdir};

fn open(folder: &TempDir) -> Journal {
    Journal::open(folder.path().join("journal.db"), Options::default()).unwrap()
}

async fn journal() -> (TempDir, Journal) {
    let folder = tempdir().unwrap();
    let journal = open(&folder);
    journal.configure_feeds(vec![feed(0), feed(1)]).await.unwrap();
    (folder, journal)
}

fn link(hub: &str) -> HubLink {
    HubLink { hub: hub.parse().unwrap(), topic: feed(0).url.as_url().clone() }
}

fn keys() -> SubscriptionKeys {
    SubscriptionKeys { token: Secret::from_random([1; 32]), secret: Secret::from_random([2; 32]) }
}

async fn hear(journal: &Journal, hub: HubNews, second: i64) {
    journal.commit_poll(PollCommit { hub, ..poll(feed(0), Vec::new(), second) }).await.unwrap();
}

async fn step(journal: &Journal, hub: &str, step: SubscriptionStep) -> Option<Subscription> {
    journal.step_subscription(feed(0).id, link(hub), step).await.unwrap()
}

const HUB: &str = "https://hub.example/";
const OTHER: &str = "https://other.example/";

#[tokio::test]
async fn a_feed_that_names_a_hub_is_due_at_once_and_naming_it_again_changes_nothing() {
    let (_folder, journal) = journal().await;
    hear(&journal, HubNews::Announced(link(HUB)), 5).await;
    assert!(journal.subscriptions_due(at(4), 9).unwrap().is_empty());
    let due = journal.subscriptions_due(at(5), 9).unwrap();
    assert_eq!(due, [Subscription::new(feed(0).id, link(HUB), at(5))]);
    let asked = step(&journal, HUB, SubscriptionStep::Asked { keys: keys(), due: at(100) }).await.unwrap();
    for news in [HubNews::Announced(link(HUB)), HubNews::Nothing] {
        hear(&journal, news, 50).await;
        assert_eq!(journal.reader().subscriptions().unwrap(), std::slice::from_ref(&asked));
    }
    assert!(journal.subscriptions_due(at(99), 9).unwrap().is_empty());
    assert_eq!(journal.subscriptions_due(at(100), 9).unwrap(), [asked]);
}

#[tokio::test]
async fn keys_and_lease_survive_a_restart() {
    let (folder, journal) = journal().await;
    hear(&journal, HubNews::Announced(link(HUB)), 5).await;
    step(&journal, HUB, SubscriptionStep::Asked { keys: keys(), due: at(100) }).await.unwrap();
    let granted = SubscriptionStep::Granted { lease_end: at(900), due: at(700) };
    let granted = step(&journal, HUB, granted).await.unwrap();
    drop(journal);
    let journal = open(&folder);
    assert_eq!(journal.subscription_at(keys().token.reveal()).unwrap(), Some(granted.clone()));
    assert_eq!(journal.subscriptions_due(at(700), 9).unwrap(), [granted]);
    assert_eq!(journal.subscription_at("guessed").unwrap(), None);
}

#[tokio::test]
async fn a_push_is_noted_in_the_commit_of_its_entries() {
    let (_folder, journal) = journal().await;
    hear(&journal, HubNews::Announced(link(HUB)), 5).await;
    let push = PollCommit { hub: HubNews::Pushed, ..poll(feed(0), vec![entry("a", "A")], 9) };
    assert_eq!(journal.commit_poll(push).await.unwrap().new, 1);
    assert_eq!(journal.reader().subscriptions().unwrap()[0].last_push, Some(at(9)));
}

#[tokio::test]
async fn another_hub_or_none_ends_the_subscription_and_its_callback() {
    let (_folder, journal) = journal().await;
    hear(&journal, HubNews::Announced(link(HUB)), 5).await;
    step(&journal, HUB, SubscriptionStep::Asked { keys: keys(), due: at(100) }).await.unwrap();
    hear(&journal, HubNews::Announced(link(OTHER)), 6).await;
    assert_eq!(journal.subscription_at(keys().token.reveal()).unwrap(), None);
    let late = SubscriptionStep::Granted { lease_end: at(900), due: at(700) };
    assert_eq!(step(&journal, HUB, late).await, None, "the hub is not the feed's any more");
    assert_eq!(journal.subscriptions_due(at(6), 9).unwrap()[0].link, link(OTHER));
    hear(&journal, HubNews::Withdrawn, 7).await;
    assert!(journal.reader().subscriptions().unwrap().is_empty());
}

#[tokio::test]
async fn the_subscription_of_a_feed_that_is_not_configured_rests_until_it_is_again() {
    let (_folder, journal) = journal().await;
    hear(&journal, HubNews::Announced(link(HUB)), 5).await;
    step(&journal, HUB, SubscriptionStep::Asked { keys: keys(), due: at(100) }).await.unwrap();
    journal.configure_feeds(vec![feed(1)]).await.unwrap();
    assert_eq!(journal.subscription_at(keys().token.reveal()).unwrap(), None);
    assert!(journal.subscriptions_due(at(1000), 9).unwrap().is_empty());
    journal.configure_feeds(vec![feed(0), feed(1)]).await.unwrap();
    assert_eq!(journal.subscriptions_due(at(1000), 9).unwrap().len(), 1);
}
