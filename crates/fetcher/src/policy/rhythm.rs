//! How often a feed has something new, seen from outside.

use std::{cmp::Reverse, collections::HashSet, time::Duration};

use dateline_wire::{ArticleId, CanonicalUrl, Entry, FeedState};
use jiff::{SignedDuration, Timestamp};

/// How many of a feed's newest entries are remembered. Common feeds list 10 to 50.
const RECENT: usize = 64;

/// How many of them are remembered by their links too, where their ids are not made from those: some feeds give every entry a
/// new id at each poll. Few, since of entries that are still listed any one disproves a gap.
const RECENT_LINKS: usize = 8;

/// How many of the newest dates the rhythm is taken from: enough to even out a burst, few enough to follow a change.
const DATES: usize = 20;

/// How much a newly observed interval counts against the remembered one, where no dates tell.
const WEIGHT: f64 = 0.3;

/// An entry dated further in the future than this is dated wrongly; time zones alone explain less.
const FUTURE: SignedDuration = SignedDuration::from_hours(26);

/// The share of an entry's mean interval that a poll may come later than the configured latency. A tenth: for an hourly
/// feed six minutes, for a daily one two hours and a half, which leaves about nine polls in ten of a daily feed unasked.
const LATENESS: f64 = 0.1;

/// What one reading of a feed shows of its rhythm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RhythmReading {
    /// The newest entries, newest first, by part of their ids, and behind them the first of their links, by a part of those.
    recent: Vec<u32>,
    /// How many of `recent` are entries.
    listed: usize,
    /// Each of those entries by part of its link, where it has one for itself.
    links: Vec<Option<u32>>,
    /// The plausible dates, newest first.
    dates: Vec<Timestamp>,
    /// Whether the entries' dates say nothing: all the same, or none possible.
    pub(crate) stuck_dates: bool,
    /// How many entries it lists.
    pub(crate) entries: usize,
}

/// What a reading shows against what was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RhythmChange {
    /// How many entries are new, as far as can be told.
    pub(crate) new: usize,
    /// Whether entries came and went unseen between the two readings.
    pub(crate) gap: bool,
}

impl RhythmReading {
    /// Of `entries` as listed at `now`.
    pub(crate) fn of(entries: &[Entry], now: Timestamp) -> Self {
        /// With fewer dates, "all the same" is chance.
        const TELLING: usize = 5;
        let latest = now.checked_add(FUTURE).unwrap_or(Timestamp::MAX);
        // Nothing was syndicated before; 1970 stands for a date that was missing.
        let earliest = Timestamp::from_second(631_152_000).unwrap_or(Timestamp::MIN);
        let date = |entry: &Entry| entry.published.or(entry.updated);

        let dated = entries.iter().filter_map(date).count();
        let mut dates: Vec<Timestamp> =
            entries.iter().filter_map(date).filter(|date| (earliest..=latest).contains(date)).collect();
        dates.sort_unstable_by_key(|date| Reverse(*date));
        let all_same = dates.first() == dates.last();
        let stuck_dates = dated >= TELLING && (dates.is_empty() || (all_same && dates.len() == dated));

        let mut newest: Vec<&Entry> = entries.iter().collect();
        // Those without a date stay in the order of the feed, in front.
        newest.sort_by_key(|entry| Reverse(date(entry).unwrap_or(Timestamp::MAX)));
        newest.truncate(RECENT);
        let links = own_links(&newest);
        let ids = newest.iter().map(|entry| part(entry.id.as_str()));
        let recent = ids.chain(links.iter().flatten().copied().take(RECENT_LINKS)).collect();
        Self { recent, listed: newest.len(), links, dates, stuck_dates, entries: entries.len() }
    }

    /// What has changed since `state`.
    pub(crate) fn against(&self, state: &FeedState) -> RhythmChange {
        if state.recent.is_empty() || self.recent.is_empty() {
            return RhythmChange { new: 0, gap: false };
        }
        let known: HashSet<u32> = state.recent.iter().copied().collect();
        let is_new = |(id, link): &(&u32, &Option<u32>)| {
            !known.contains(*id) && !link.is_some_and(|link| known.contains(&link))
        };
        let new = self.recent.iter().zip(&self.links).filter(is_new).count();
        // Ids may have been made anew while the entries stayed: dates that reach back to what was known disprove a gap.
        let reaches_back = match (self.dates.last(), state.newest_entry) {
            (Some(oldest), Some(newest)) => self.dates.len() == self.entries && *oldest <= newest,
            _ => false,
        };
        RhythmChange { new, gap: new == self.listed && !reaches_back }
    }

    /// Puts what it shows into `state`.
    pub(crate) fn remember(self, state: &mut FeedState, change: RhythmChange, now: Timestamp) {
        let first = state.recent.is_empty() && state.last_new_entry.is_none();
        let newest = self.dates.first().map(|date| (*date).min(now));
        if let Some(interval) = self.dated_interval() {
            state.entry_interval = Some(interval);
        } else if let (true, Some(since)) = (change.new > 0, state.last_new_entry) {
            let observed = (now.duration_since(since).as_secs_f64() / change.new as f64).max(1.0);
            let smoothed = state.entry_interval.map_or(observed, |known| known + WEIGHT * (observed - known));
            state.entry_interval = Some(smoothed);
        }
        if change.new > 0 {
            state.last_new_entry = Some(now);
        } else if first && self.entries > 0 {
            state.last_new_entry = Some(newest.unwrap_or(now));
        }
        state.newest_entry = state.newest_entry.max(newest);
        state.window = self.window(state.entry_interval);
        state.recent = self.recent;
    }

    /// Adds what a push shows, which may be part of what the feed lists, to `state`; `new` of its entries are new. A feed that
    /// was never read is left to its first poll.
    pub(crate) fn add(self, state: &mut FeedState, new: usize, now: Timestamp) {
        if state.recent.is_empty() {
            return;
        }
        if new > 0 {
            state.last_new_entry = Some(now);
        }
        let newest = self.dates.first().map(|date| (*date).min(now));
        state.newest_entry = state.newest_entry.max(newest);
        let pushed: HashSet<u32> = self.recent.iter().copied().collect();
        let known = std::mem::take(&mut state.recent).into_iter().filter(|id| !pushed.contains(id));
        state.recent = self.recent.into_iter().chain(known).take(RECENT).collect();
    }

    /// The mean time between the newest dates, in seconds.
    fn dated_interval(&self) -> Option<f64> {
        let dates = &self.dates[..self.dates.len().min(DATES)];
        let span = dates.first()?.duration_since(*dates.last()?).as_secs_f64();
        (dates.len() >= 3 && span > 0.0).then(|| (span / (dates.len() - 1) as f64).max(1.0))
    }

    /// How long an entry stays listed, in seconds.
    fn window(&self, interval: Option<f64>) -> Option<u32> {
        /// A feed of fewer entries is not assumed to be full.
        const FULL: usize = 5;
        if self.entries < FULL {
            return None;
        }
        let by_rhythm = interval? * self.entries as f64;
        let window = match (self.dates.first(), self.dates.last()) {
            (Some(newest), Some(oldest)) if newest > oldest && self.dates.len() == self.entries => {
                newest.duration_since(*oldest).as_secs_f64()
            }
            _ => by_rhythm,
        };
        Some(window.min(f64::from(u32::MAX)) as u32)
    }
}

/// Part of each entry's link without what may change in it, where that isn't what the entry's id is made from and no other entry has
/// the same.
fn own_links(entries: &[&Entry]) -> Vec<Option<u32>> {
    let link = |entry: &&Entry| {
        let link = entry.link.as_ref()?;
        let canonical = CanonicalUrl::of(link);
        let is_id = entry.guid.as_deref().is_none_or(|guid| guid == link.as_str());
        let is_stable = canonical.as_str() == link.as_str();
        (!is_id || !is_stable).then(|| part(ArticleId::of(&canonical).as_str()))
    };
    let links: Vec<Option<u32>> = entries.iter().map(link).collect();
    let mut seen = HashSet::new();
    let shared: HashSet<u32> = links.iter().flatten().copied().filter(|link| !seen.insert(*link)).collect();
    links.into_iter().map(|link| link.filter(|link| !shared.contains(link))).collect()
}

/// The first 32 bits of an id that is written in hexadecimal; of any other, as many as its text gives.
fn part(text: &str) -> u32 {
    text.get(..8).and_then(|start| u32::from_str_radix(start, 16).ok()).unwrap_or_else(|| {
        text.bytes().fold(0, |hash: u32, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)))
    })
}

/// How long to wait by the feed's own rhythm: so that an entry is rarely seen later than `latency` after it came, and few
/// polls find nothing. A feed that has been quiet for longer than its rhythm says is asked as rarely as that suggests.
pub(crate) fn wanted(state: &FeedState, latency: Duration, now: Timestamp) -> Duration {
    let quiet = state.last_new_entry.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0));
    let interval = state.entry_interval.unwrap_or(0.0).max(quiet);
    latency.saturating_add(Duration::try_from_secs_f64(interval * LATENESS).unwrap_or(Duration::MAX))
}

/// How long to wait at most, lest an entry come and go unseen: half as long as entries stay listed.
pub(crate) fn lossless(state: &FeedState) -> Option<Duration> {
    state.window.map(|seconds| Duration::from_secs(u64::from(seconds / 2)))
}
