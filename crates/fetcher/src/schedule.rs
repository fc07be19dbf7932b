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
    feeds: HashMap<FeedId, Place>,
    hosts: HashMap<Arc<str>, Host>,
    /// Every host with feeds, by the moment its next one may start.
    ready: BTreeSet<(Timestamp, Arc<str>)>,
}

#[derive(Debug)]
struct Place {
    host: Arc<str>,
    due: Timestamp,
}

#[derive(Debug, Default)]
struct Host {
    feeds: BTreeSet<(Timestamp, FeedId)>,
    /// No feed of the host comes out before this.
    free_at: Option<Timestamp>,
}

impl Host {
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

    /// Puts `feed`, which is asked for at `host`, down for `due`, in place of what was down for it before.
    pub fn insert(&mut self, feed: FeedId, host: &str, due: Timestamp) {
        self.remove(&feed);
        let name = match self.hosts.get_key_value(host) {
            Some((name, _)) => name.clone(),
            None => Arc::from(host),
        };
        self.change(&name, |host| {
            host.feeds.insert((due, feed.clone()));
        });
        self.feeds.insert(feed, Place { host: name, due });
    }

    /// Takes `feed` out. Whether it was in.
    pub fn remove(&mut self, feed: &FeedId) -> bool {
        let Some(place) = self.feeds.remove(feed) else { return false };
        self.change(&place.host, |host| {
            host.feeds.remove(&(place.due, feed.clone()));
        });
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
    fn change<T>(&mut self, name: &Arc<str>, change: impl FnOnce(&mut Host) -> T) -> T {
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
