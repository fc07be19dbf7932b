//! Which feeds are pushed now, so that polls of these can be rare.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use dateline_wire::{FeedId, HubLink, HubNews, Subscription};
use jiff::Timestamp;

/// The leases that hubs have granted, and whether they keep what they promise: only a hub that has pushed is believed, and
/// only until a poll finds what it should have pushed. In memory; the journal has the truth.
#[derive(Debug, Default)]
pub struct Leases {
    by_feed: Mutex<HashMap<FeedId, Lease>>,
}

#[derive(Debug, Clone)]
struct Lease {
    link: HubLink,
    end: Timestamp,
    delivers: bool,
}

impl Leases {
    /// Takes over what `subscription` has come to: a lease, or none any more. Of a renewed one it is known whether the hub
    /// delivers.
    pub fn note(&self, subscription: &Subscription) {
        let Subscription { feed, link, lease_end, last_push, .. } = subscription;
        self.with(|leases| {
            let known = leases.remove(feed).filter(|lease| lease.link == *link);
            if let Some(end) = *lease_end {
                let delivers = last_push.is_some() && known.is_none_or(|lease| lease.delivers);
                leases.insert(feed.clone(), Lease { link: link.clone(), end, delivers });
            }
        });
    }

    /// A poll of `feed` told this about its hub: a lease of another hub is worth nothing any more.
    pub(crate) fn hear(&self, feed: &FeedId, news: &HubNews) {
        self.with(|leases| {
            let ends = leases.get(feed).is_some_and(|lease| match news {
                HubNews::Announced(link) => *link != lease.link,
                HubNews::Withdrawn => true,
                HubNews::Nothing | HubNews::Pushed => false,
            });
            if ends {
                leases.remove(feed);
            }
        });
    }

    /// A hub pushed `feed`.
    pub(crate) fn note_delivery(&self, feed: &FeedId) {
        self.with(|leases| leases.get_mut(feed).map(|lease| lease.delivers = true));
    }

    /// A poll of `feed` found what its hub should have pushed.
    pub(crate) fn note_miss(&self, feed: &FeedId) {
        self.with(|leases| leases.get_mut(feed).map(|lease| lease.delivers = false));
    }

    /// Until when a hub can be relied on to push `feed`, if at all.
    pub(crate) fn relied_on_until(&self, feed: &FeedId, now: Timestamp) -> Option<Timestamp> {
        let lease = self.with(|leases| leases.get(feed).cloned())?;
        (lease.delivers && lease.end > now).then_some(lease.end)
    }

    fn with<T>(&self, then: impl FnOnce(&mut HashMap<FeedId, Lease>) -> T) -> T {
        // Nothing panics while the lock is held; were it so, the map would still be whole.
        then(&mut self.by_feed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::SubscriptionStep;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn granted(hub: &str, until: i64) -> Subscription {
        let topic: url::Url = "https://news.example/rss".parse().unwrap();
        let link = HubLink { hub: hub.parse().unwrap(), topic: topic.clone() };
        let step = SubscriptionStep::Granted { lease_end: at(until), due: at(until) };
        Subscription::new(FeedId::of(&topic), link, at(0)).after(&step)
    }

    const HUB: &str = "https://hub.example/";

    #[test]
    fn a_hub_is_relied_on_once_it_has_pushed_until_it_misses_something_or_its_lease_ends() {
        let leases = Leases::default();
        let lease = granted(HUB, 100);
        let feed = &lease.feed;
        assert_eq!(leases.relied_on_until(feed, at(0)), None);
        leases.note(&lease);
        assert_eq!(leases.relied_on_until(feed, at(0)), None, "it has not pushed yet");
        leases.note_delivery(feed);
        assert_eq!(leases.relied_on_until(feed, at(0)), Some(at(100)));
        assert_eq!(leases.relied_on_until(feed, at(100)), None, "its lease is over");
        let renewed = Subscription { last_push: Some(at(50)), ..granted(HUB, 200) };
        leases.note(&renewed);
        assert_eq!(leases.relied_on_until(feed, at(100)), Some(at(200)), "a renewal changes nothing");
        leases.note_miss(feed);
        leases.note(&renewed);
        assert_eq!(leases.relied_on_until(feed, at(100)), None, "nor does it make up for a miss");
    }

    #[test]
    fn a_lease_that_was_running_before_a_restart_is_relied_on_as_before() {
        let leases = Leases::default();
        leases.note(&Subscription { last_push: Some(at(1)), ..granted(HUB, 100) });
        assert!(leases.relied_on_until(&granted(HUB, 0).feed, at(2)).is_some());
    }

    #[test]
    fn a_denial_another_hub_or_none_ends_it() {
        let pushed = Subscription { last_push: Some(at(1)), ..granted(HUB, 100) };
        let relied_on = |then: &dyn Fn(&Leases)| {
            let leases = Leases::default();
            leases.note(&pushed);
            then(&leases);
            leases.relied_on_until(&pushed.feed, at(2)).is_some()
        };
        let hear = |news: HubNews| relied_on(&|leases| leases.hear(&pushed.feed, &news));
        assert!(hear(HubNews::Nothing));
        assert!(hear(HubNews::Announced(pushed.link.clone())));
        assert!(!hear(HubNews::Withdrawn));
        assert!(!hear(HubNews::Announced(granted("https://other.example/", 0).link)));
        let denied = SubscriptionStep::Denied { reason: "no".into(), due: at(9) };
        assert!(!relied_on(&|leases| leases.note(&pushed.clone().after(&denied))));
    }
}
