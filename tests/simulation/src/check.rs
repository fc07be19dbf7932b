//! What must hold at the end of every simulation.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use dateline_fetcher::{FetchSettings, PollSettings, transport::Purpose};
use dateline_wire::{CloudEvent, EntryId, EventKind, FeedId};
use url::Url;

use crate::{
    plan::{Fault, FaultKind, PagePlan, Plan, page_at},
    trouble::{RobotsPlan, Trouble},
    web::{Log, LoggedRequest, VisibleEntries, Web},
};

/// When a page answered with itself: all answers, and those to visits.
type Answers = (Vec<Duration>, Vec<Duration>);

/// What a simulation came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Requests of any kind.
    pub requests: usize,
    /// Polls of feeds, redirects counted as one more.
    pub polls: usize,
    /// Entries that were visible.
    pub entries: usize,
    /// Article events.
    pub articles: usize,
    /// Reject events.
    pub rejects: usize,
    /// Health events.
    pub health: usize,
    /// The most requests that were under way at once.
    pub most_under_way: usize,
    /// What should never have happened, for people.
    pub violations: Vec<String>,
}

/// The bounds that were set.
pub(crate) struct Bounds<'s> {
    pub(crate) fetch: &'s FetchSettings,
    pub(crate) poll: &'s PollSettings,
    pub(crate) under_way: usize,
    /// Entries that wait in the journal at the end.
    pub(crate) backlog: u64,
}

impl Report {
    pub(crate) fn new(plan: &Plan, web: &Web, events: &[CloudEvent], bounds: &Bounds<'_>) -> Self {
        let visible = web.visible();
        let log = &web.log();
        let count = |kind| events.iter().filter(|event| event.kind == kind).count();
        let mut report = Self {
            requests: log.asked.len(),
            polls: log.asked.iter().filter(|asked| asked.purpose == Purpose::Feed).count(),
            entries: visible.len(),
            articles: count(EventKind::Article),
            rejects: count(EventKind::Reject),
            health: count(EventKind::Health),
            most_under_way: log.most_under_way,
            violations: Vec::new(),
        };
        report.check_entries(&visible, events, bounds);
        report.check_pages(plan, log, events);
        report.check_log(events);
        report.check_hosts(plan, log, bounds);
        report.check_polls(log, bounds);
        report.check_health(plan, log, events);
        if log.most_under_way > bounds.under_way {
            report.violate(format!("{} requests were under way at once", log.most_under_way));
        }
        report
    }

    fn violate(&mut self, what: String) {
        self.violations.push(what);
    }

    /// Each visible entry ends in one event for each of its editions that was seen, or for the last of them.
    fn check_entries(&mut self, visible: &VisibleEntries, events: &[CloudEvent], bounds: &Bounds<'_>) {
        // All that tells of an entry, and of that what no visit to a published article's page may have found.
        let mut ended: BTreeMap<(FeedId, EntryId), (u32, u32)> = BTreeMap::new();
        let ends = |event: &&CloudEvent| matches!(event.kind, EventKind::Article | EventKind::Reject);
        for event in events.iter().filter(ends) {
            match entry_of(event) {
                Some(entry) => {
                    let (all, first) = ended.entry(entry).or_default();
                    *all += 1;
                    *first += u32::from(event.kind == EventKind::Reject || event.id.ends_with(".1"));
                }
                None => self.violate(format!("event {} names no entry", event.sequence)),
            }
            if event.kind == EventKind::Reject && !event.data.contains("\"reason\":\"") {
                self.violate(format!("reject {} gives no reason", event.sequence));
            }
        }
        for (entry, editions) in visible {
            let (events, first) = ended.remove(entry).unwrap_or_default();
            if events == 0 || first > *editions {
                let (feed, id) = entry;
                self.violate(format!("entry {id} of feed {feed}: {editions} editions seen, {events} events"));
            }
        }
        for ((feed, id), _) in ended {
            self.violate(format!("entry {id} of feed {feed} was never visible and ended"));
        }
        if bounds.backlog > 0 {
            self.violate(format!("{} entries still wait", bounds.backlog));
        }
    }

    /// What became of each published article's page is told, once, under whichever of its addresses it was announced: an edit between two looks at it by a revision, its end by a
    /// withdrawal if two visits found it. Where a whole host answered 404 for a while, that may count as an end as well.
    fn check_pages(&mut self, plan: &Plan, log: &Log, events: &[CloudEvent]) {
        let mut answered: HashMap<(&str, &str), Answers> = HashMap::new();
        for asked in log.asked.iter().filter(|asked| asked.end.is_some()) {
            if matches!(plan.fault(&asked.host, asked.start), None | Some(FaultKind::Slow(_))) {
                let (all, visits) = answered.entry((&asked.host, page_at(&asked.path))).or_default();
                match asked.purpose {
                    Purpose::Page => all.push(asked.start),
                    Purpose::Revisit => {
                        all.push(asked.start);
                        visits.push(asked.start);
                    }
                    _ => {}
                }
            }
        }
        let mut told: HashMap<String, (usize, usize)> = HashMap::new();
        for event in events {
            let url = || {
                let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
                page_at(data["url"].as_str().unwrap_or_default()).to_owned()
            };
            match event.kind {
                EventKind::Article => told.entry(url()).or_default().0 += 1,
                EventKind::Withdrawal => told.entry(url()).or_default().1 += 1,
                _ => {}
            }
        }
        for (page, what) in &plan.pages {
            let (PagePlan::Article { edited, gone, .. }, Some((revisions, withdrawals))) =
                (what, told.remove(page))
            else {
                continue;
            };
            let Ok(url) = Url::parse(page) else { continue };
            let host = url.host_str().unwrap_or_default();
            let is_lost = |fault: &Fault| fault.kind == FaultKind::Status(404);
            if plan.faults.get(host).is_some_and(|faults| faults.iter().any(is_lost)) {
                continue;
            }
            let (all, visits) = answered.get(&(host, url.path())).cloned().unwrap_or_default();
            let between = |moment: &Duration| {
                all.iter().any(|look| look < moment) && all.iter().any(|look| look > moment)
            };
            let edits = usize::from(edited.is_some_and(|edited| between(&edited)));
            let ends = gone.map_or(0, |gone| visits.iter().filter(|visit| **visit > gone).count());
            if revisions != 1 + edits {
                self.violate(format!("{page}: {edits} edits seen, {revisions} revisions told"));
            }
            if withdrawals != usize::from(ends >= 2) {
                self.violate(format!("{page}: found gone {ends} times, {withdrawals} withdrawals told"));
            }
        }
    }

    /// The log of events has no gap and says nothing twice.
    fn check_log(&mut self, events: &[CloudEvent]) {
        let mut ids = HashSet::new();
        for (place, event) in (1..).zip(events) {
            if event.sequence.0 != place {
                self.violate(format!("event {} stands at place {place}", event.sequence));
            }
            if !ids.insert(&event.id) {
                self.violate(format!("event {} has the id of another", event.sequence));
            }
        }
    }

    /// Limits on each host hold within each life of the daemon, which remembers no requests of the one before.
    fn check_hosts(&mut self, plan: &Plan, log: &Log, bounds: &Bounds<'_>) {
        let mut hosts: HashMap<(&str, usize), Vec<&LoggedRequest>> = HashMap::new();
        // Those whose robots.txt is refused (4xx) close nothing (RFC 9309, section 2.3.1.3) until it is had again.
        let mut open: HashSet<(&str, usize)> = HashSet::new();
        for asked in &log.asked {
            let host = (asked.host.as_str(), asked.life);
            hosts.entry(host).or_default().push(asked);
            match (asked.purpose, plan.fault(&asked.host, asked.start)) {
                (Purpose::Robots, Some(FaultKind::Status(400..=499))) => _ = open.insert(host),
                (Purpose::Robots, None) => _ = open.remove(&host),
                _ => {}
            }
            let closes = plan.robots.get(&asked.host).is_none_or(|robots| robots.closes());
            if closes && !open.contains(&host) && asked.path.starts_with("/private/") {
                self.violate(format!("{}{} was asked for against robots.txt", asked.host, asked.path));
            }
        }
        for ((host, _), mut asked) in hosts {
            asked.sort_by_key(|asked| asked.start);
            let gaps = asked.windows(2).map(|pair| pair[1].start - pair[0].start);
            // Tokio's timers have a resolution of one millisecond.
            let least = bounds.fetch.per_host_delay - Duration::from_millis(1);
            if let Some(gap) = gaps.filter(|gap| *gap < least).min() {
                self.violate(format!("{host} was asked again after {gap:?}"));
            }
            let mut moments: Vec<(Duration, i32)> = asked
                .iter()
                .flat_map(|asked| [(asked.start, 1), (asked.end.unwrap_or(Duration::MAX), -1)])
                .collect();
            moments.sort();
            let mut under_way = 0;
            for (_, change) in moments {
                under_way += change;
                if under_way > bounds.fetch.per_host_concurrency as i32 {
                    self.violate(format!("{host} was asked {under_way} things at once"));
                    break;
                }
            }
            for resting in asked.iter().filter(|asked| asked.rest.is_some()) {
                let from = resting.end.unwrap_or(Duration::MAX);
                let rest = resting.rest.unwrap_or_default().min(bounds.fetch.max_retry_after);
                let rest = rest.saturating_sub(Duration::from_millis(1));
                let early = asked.iter().find(|asked| asked.start > from && asked.start < from + rest);
                if let Some(early) = early {
                    let after = early.start - from;
                    self.violate(format!("{host} was asked {after:?} after it asked for {rest:?} of rest"));
                }
            }
        }
    }

    /// Each feed with a trouble of its own is told about as its trouble explains; one that is gone is asked once a week; and
    /// robots.txt is kept to where it is unlike others.
    fn check_health(&mut self, plan: &Plan, log: &Log, events: &[CloudEvent]) {
        let mut told: HashMap<String, Vec<String>> = HashMap::new();
        for event in events.iter().filter(|event| event.kind == EventKind::Health) {
            let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            told.entry(text(&data["feed"]["url"])).or_default().push(text(&data["kind"]));
        }
        for feed in &plan.feeds {
            let Some(spell) = feed.spell else { continue };
            let told = told.remove(feed.url.as_str()).unwrap_or_default();
            let expected: Vec<&str> = spell.trouble.told().iter().map(|kind| kind.as_str()).collect();
            if told != expected {
                self.violate(format!("{}: {:?}, but {told:?} was told", feed.url, spell.trouble));
            }
            let host = feed.url.host_str().unwrap_or_default();
            let of_feed = |asked: &&LoggedRequest| asked.host == host && asked.purpose == Purpose::Feed;
            if spell.trouble == Trouble::Gone {
                let asked = log.asked.iter().filter(of_feed).map(|asked| asked.start);
                let after: Vec<Duration> = asked.filter(|start| *start > spell.from).collect();
                self.check_gone(&feed.url, &after, plan.end);
            }
        }
        for (host, robots) in &plan.robots {
            let pages =
                log.asked.iter().filter(|asked| asked.host == *host && asked.purpose == Purpose::Page);
            let starts: Vec<Duration> = pages.map(|asked| asked.start).collect();
            match *robots {
                RobotsPlan::FailingUntil(end) if starts.iter().any(|start| *start < end) => {
                    self.violate(format!(
                        "{host} was asked for a page while its robots.txt could not be had"
                    ));
                }
                RobotsPlan::Slow(seconds) => {
                    let least = Duration::from_secs(seconds) - Duration::from_millis(1);
                    if starts.windows(2).any(|pair| pair[1].saturating_sub(pair[0]) < least) {
                        self.violate(format!(
                            "{host} was asked for pages faster than its Crawl-delay allows"
                        ));
                    }
                }
                _ => {}
            }
        }
    }

    /// A feed that is gone since before the first of the moments at which it was `asked` is left alone for a week after each
    /// of them, and for a tenth of one more at most; up to the `end` of the simulation.
    fn check_gone(&mut self, url: &Url, asked: &[Duration], end: Duration) {
        const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
        let latest = WEEK.mul_f64(1.1) + Duration::from_secs(60);
        let Some(last) = asked.last() else {
            return self.violate(format!("{url} was never asked after it was gone"));
        };
        if *last + latest < end {
            self.violate(format!("{url} is gone and was not asked again after {last:?}"));
        }
        for pair in asked.windows(2) {
            let pause = pair[1] - pair[0];
            if pause < WEEK - Duration::from_secs(1) || pause > latest {
                self.violate(format!("{url} is gone and was asked again after {pause:?}"));
            }
        }
    }

    /// No feed is polled more often than configured.
    fn check_polls(&mut self, log: &Log, bounds: &Bounds<'_>) {
        let mut last: HashMap<(&str, &str, usize), Duration> = HashMap::new();
        let mut violations = Vec::new();
        for asked in log.asked.iter().filter(|asked| asked.purpose == Purpose::Feed) {
            let before = last.insert((&asked.host, &asked.path, asked.life), asked.start);
            if let Some(gap) = before.map(|before| asked.start.saturating_sub(before))
                && gap < bounds.poll.min_interval - Duration::from_millis(1)
            {
                violations.push(format!("{}{} was polled again after {gap:?}", asked.host, asked.path));
            }
        }
        self.violations.extend(violations);
    }
}

/// The feed and entry that an event ends.
fn entry_of(event: &CloudEvent) -> Option<(FeedId, EntryId)> {
    let data: serde_json::Value = serde_json::from_str(&event.data).ok()?;
    let id = |name: &str| data.get(name)?.get("id")?.as_str().map(str::to_owned);
    Some((FeedId::from_stored(id("feed")?), EntryId::from_stored(id("entry")?)))
}
