//! Which feed is due when.
//!
//! A data structure, no timer: it is told the time. Feeds of one host come out one at a time, a pause apart, however many
//! of them are due, so that they never start in step.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use dateline_wire::FeedId;
use jiff::Timestamp;

/// Feeds by host and by the time they are due.
///
/// ```
/// use std::time::Duration;
/// use dateline_fetcher::Schedule;
/// use dateline_wire::FeedId;
///
/// let feed = FeedId::of(&url::Url::parse("https://news.example/feed.xml")?);
/// let eight: jiff::Timestamp = "2026-03-01T08:00:00Z".parse()?;
/// let mut schedule = Schedule::new(Duration::from_secs(1));
/// schedule.insert(feed.clone(), "news.example", eight);
/// assert_eq!(schedule.next_due(), Some(eight));
/// assert_eq!(schedule.pop_due(eight), Some(feed));
/// assert_eq!(schedule.pop_due(eight), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Schedule {
    pause: Duration,
    feeds: HashMap<FeedId, QueuePlace>,
    hosts: HashMap<Arc<str>, ScheduledHost>,
    /// Every host with feeds, by the moment its next one may start.
    ready: BTreeSet<(Timestamp, Arc<str>)>,
}

#[derive(Debug)]
struct QueuePlace {
    host: Arc<str>,
    due: Timestamp,
}

#[derive(Debug, Default)]
struct ScheduledHost {
    feeds: BTreeSet<(Timestamp, FeedId)>,
    /// No feed of the host comes out before this.
    free_at: Option<Timestamp>,
}

impl ScheduledHost {
    /// When its next feed may start.
    fn ready_at(&self) -> Option<Timestamp> {
        let due = self.feeds.first()?.0;
        Some(self.free_at.map_or(due, |free| free.max(due)))
    }
}

impl Schedule {
    /// An empty schedule that lets feeds of one host out at least `pause` apart.
    pub fn new(pause: Duration) -> Self {
        Self { pause, feeds: HashMap::new(), hosts: HashMap::new(), ready: BTreeSet::new() }
    }

    /// Lets feeds of one host out at least `pause` apart from now on.
    pub fn set_pause(&mut self, pause: Duration) {
        self.pause = pause;
    }

    /// Puts `feed`, which is asked for at `host`, down for `due`, in place of what was down for it before.
    pub fn insert(&mut self, feed: FeedId, host: &str, due: Timestamp) {
        if let Some(place) = self.feeds.get(&feed)
            && *place.host == *host
        {
            let before = place.due;
            let name = place.host.clone();
            self.change(&name, |host| {
                host.feeds.remove(&(before, feed.clone()));
                host.feeds.insert((due, feed.clone()));
            });
            self.feeds.insert(feed, QueuePlace { host: name, due });
            return;
        }
        self.remove(&feed);
        let name = match self.hosts.get_key_value(host) {
            Some((name, _)) => name.clone(),
            None => Arc::from(host),
        };
        self.change(&name, |host| {
            host.feeds.insert((due, feed.clone()));
        });
        self.feeds.insert(feed, QueuePlace { host: name, due });
    }

    /// Takes `feed` out. Whether it was in.
    pub fn remove(&mut self, feed: &FeedId) -> bool {
        let Some(place) = self.feeds.remove(feed) else { return false };
        let none_left = self.change(&place.host, |host| {
            host.feeds.remove(&(place.due, feed.clone()));
            host.feeds.is_empty()
        });
        if none_left {
            self.hosts.remove(&place.host);
        }
        true
    }

    /// When the next feed may start, or `None` when no feed is down.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.ready.first().map(|(at, _)| *at)
    }

    /// Takes out the feed that has waited longest of those that may start at `now`.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<FeedId> {
        let (at, name) = self.ready.first()?;
        if *at > now {
            return None;
        }
        let name = name.clone();
        let free_at = now.checked_add(self.pause).unwrap_or(Timestamp::MAX);
        let feed = self.change(&name, |host| {
            host.free_at = Some(free_at);
            host.feeds.pop_first().map(|(_, feed)| feed)
        })?;
        self.feeds.remove(&feed);
        Some(feed)
    }

    /// How many feeds are down.
    pub fn len(&self) -> usize {
        self.feeds.len()
    }

    /// Whether no feed is down.
    pub fn is_empty(&self) -> bool {
        self.feeds.is_empty()
    }

    /// Changes a host, keeping its place among the ready ones true.
    fn change<T>(&mut self, name: &Arc<str>, change: impl FnOnce(&mut ScheduledHost) -> T) -> T {
        let host = self.hosts.entry(name.clone()).or_default();
        let before = host.ready_at();
        let changed = change(host);
        let after = host.ready_at();
        if before != after {
            if let Some(before) = before {
                self.ready.remove(&(before, name.clone()));
            }
            if let Some(after) = after {
                self.ready.insert((after, name.clone()));
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn feed(number: u32) -> FeedId {
        FeedId::from_stored(format!("{number:032x}"))
    }

    fn start() -> Timestamp {
        "2026-03-02T08:00:00Z".parse().unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        start() + seconds.seconds()
    }

    #[test]
    fn feeds_come_out_in_the_order_in_which_they_are_due() {
        let mut schedule = Schedule::new(Duration::from_secs(1));
        for (number, due) in [(1, 30), (2, 10), (3, 20)] {
            schedule.insert(feed(number), &format!("{number}.example"), at(due));
        }
        assert_eq!(schedule.next_due(), Some(at(10)));
        assert_eq!(schedule.pop_due(at(9)), None);
        let out: Vec<_> = std::iter::from_fn(|| schedule.pop_due(at(60))).collect();
        assert_eq!(out, [feed(2), feed(3), feed(1)]);
        assert!(schedule.is_empty());
    }

    #[test]
    fn feeds_of_one_host_come_out_a_pause_apart_and_hold_up_nobody_else() {
        let mut schedule = Schedule::new(Duration::from_secs(2));
        for number in 0..3 {
            schedule.insert(feed(number), "many.example", at(0));
        }
        schedule.insert(feed(9), "one.example", at(0));
        let mut out = Vec::new();
        for second in 0..10 {
            while schedule.pop_due(at(second)).is_some() {
                out.push(second);
            }
        }
        assert_eq!(out, [0, 0, 2, 4]);
    }

    #[test]
    fn a_feed_is_down_once_for_the_time_it_was_last_put_down_for() {
        let mut schedule = Schedule::new(Duration::ZERO);
        schedule.insert(feed(1), "a.example", at(10));
        schedule.insert(feed(1), "a.example", at(30));
        assert_eq!((schedule.len(), schedule.next_due()), (1, Some(at(30))));
        schedule.insert(feed(1), "b.example", at(20));
        assert_eq!((schedule.len(), schedule.next_due()), (1, Some(at(20))));
        assert!(schedule.remove(&feed(1)));
        assert!(!schedule.remove(&feed(1)));
        assert_eq!(schedule.next_due(), None);
    }

    #[test]
    fn a_million_feeds_come_out_once_each_in_order() {
        const FEEDS: u32 = 1_000_000;
        let mut schedule = Schedule::new(Duration::from_secs(1));
        for number in 0..FEEDS {
            // Spread over an hour by a multiplicative hash, ten feeds to a host.
            let due = i64::from(number.wrapping_mul(2_654_435_761) % 3600);
            schedule.insert(feed(number), &format!("{}.example", number / 10), at(due));
        }
        assert_eq!(schedule.len(), FEEDS as usize);
        let mut seen = vec![false; FEEDS as usize];
        let mut now = start();
        while let Some(due) = schedule.next_due() {
            assert!(due >= now, "time runs forward");
            now = due;
            while let Some(id) = schedule.pop_due(now) {
                let number = usize::from_str_radix(id.as_str(), 16).unwrap();
                assert!(!std::mem::replace(&mut seen[number], true));
            }
        }
        assert!(seen.into_iter().all(|seen| seen));
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_list_that_is_searched(
            steps in prop::collection::vec((0u8..4, 0u32..12, 0u32..3, 0i64..50), 1..120),
        ) {
            let pause = 3;
            let mut schedule = Schedule::new(Duration::from_secs(pause));
            let mut list: Vec<(FeedId, u32, i64)> = Vec::new();
            let mut free = [i64::MIN; 3];
            let mut now = 0;
            for (step, number, host, due) in steps {
                match step {
                    0 | 1 => {
                        // A host without feeds is forgotten, with its pause.
                        let old = list.iter().find(|(id, ..)| *id == feed(number)).map(|(_, old, _)| *old);
                        list.retain(|(id, ..)| *id != feed(number));
                        if let Some(old) = old && old != host && list.iter().all(|(_, host, _)| *host != old) {
                            free[old as usize] = i64::MIN;
                        }
                        list.push((feed(number), host, due));
                        schedule.insert(feed(number), &host.to_string(), at(due));
                    }
                    2 => {
                        let old = list.iter().find(|(id, ..)| *id == feed(number)).map(|(_, old, _)| *old);
                        list.retain(|(id, ..)| *id != feed(number));
                        if let Some(old) = old && list.iter().all(|(_, host, _)| *host != old) {
                            free[old as usize] = i64::MIN;
                        }
                        prop_assert_eq!(schedule.remove(&feed(number)), old.is_some());
                    }
                    _ => {
                        now += due / 5;
                        let popped = schedule.pop_due(at(now));
                        let ready = |host: u32, due: i64| due.max(free[host as usize]);
                        let soonest = list.iter().map(|(_, host, due)| ready(*host, *due)).min();
                        prop_assert_eq!(popped.is_some(), soonest.is_some_and(|soonest| soonest <= now));
                        if let Some(id) = popped {
                            let place = list.iter().position(|(listed, ..)| *listed == id);
                            let (_, host, due) = list.remove(place.unwrap());
                            prop_assert_eq!(Some(ready(host, due)), soonest);
                            free[host as usize] = now + pause as i64;
                        }
                    }
                }
                prop_assert_eq!(schedule.len(), list.len());
            }
        }
    }
}
