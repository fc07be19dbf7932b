//! What happens in a simulated web, and when.

use std::{collections::BTreeMap, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use url::Url;

use crate::trouble::{RobotsPlan, Spell, Trouble};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// How large a simulated web is, and how long it is watched.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// How many feeds there are.
    pub feeds: usize,
    /// How many feeds share a host, at most.
    pub feeds_per_host: usize,
    /// For how long entries appear and things go wrong.
    pub active: Duration,
    /// For how long it is watched after that, in peace: long enough for every retry to come to its end.
    pub quiet: Duration,
    /// How many entries a feed announces per day, on average over all feeds.
    pub entries_per_day: f64,
    /// How many times the daemon is restarted, with its clock jumping.
    pub restarts: usize,
    /// Whether each feed has a trouble of its own for days, on a host of its own; then hosts have none.
    pub troubled: bool,
}

impl Scale {
    /// A web small enough that hundreds of seeds can be tried: some faults, some edits, one restart.
    pub const SMALL: Self = Self {
        feeds: 5,
        feeds_per_host: 2,
        active: Duration::from_secs(24 * HOUR),
        quiet: Duration::from_secs(72 * HOUR),
        entries_per_day: 6.0,
        restarts: 1,
        troubled: false,
    };

    /// More feeds than are polled at once, on few hosts, so that most of what is due has to wait for its turn.
    pub const CROWDED: Self =
        Self { feeds: 80, feeds_per_host: 20, active: Duration::from_secs(12 * HOUR), ..Self::SMALL };

    /// One feed for each trouble that a feed can have, watched for weeks.
    pub const TROUBLED: Self = Self {
        feeds: Trouble::ALL.len(),
        feeds_per_host: 1,
        active: Duration::from_secs(30 * 24 * HOUR),
        quiet: Duration::from_secs(24 * HOUR),
        entries_per_day: 2.0,
        restarts: 0,
        troubled: true,
    };
}

/// Everything that happens. Moments are counted from the start of the simulation.
#[derive(Debug)]
pub struct Plan {
    /// The seed it follows from.
    pub seed: u64,
    /// When nothing happens any more.
    pub active: Duration,
    /// When the simulation ends.
    pub end: Duration,
    /// The feeds.
    pub feeds: Vec<FeedPlan>,
    /// The pages by address.
    pub pages: BTreeMap<String, PagePlan>,
    /// What goes wrong at each host.
    pub faults: BTreeMap<String, Vec<Fault>>,
    /// What each host answers for its robots.txt; rules that close `/private/` where nothing is said.
    pub robots: BTreeMap<String, RobotsPlan>,
    /// When the daemon is restarted, and by how many seconds its clock then jumps.
    pub restarts: Vec<(Duration, i64)>,
}

/// A feed.
#[derive(Debug)]
pub struct FeedPlan {
    /// Where it is.
    pub url: Url,
    /// Where it moves to for good, and when.
    pub moved: Option<(Duration, Url)>,
    /// How it is written.
    pub format: Format,
    /// How many entries it shows at once.
    pub window: usize,
    /// Whether it answers conditional requests.
    pub conditional: bool,
    /// Its entries in the order in which they appear.
    pub entries: Vec<EntryPlan>,
    /// What is the matter with it for days, in a plan that has such troubles.
    pub spell: Option<Spell>,
}

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Rss,
    Atom,
}

/// An entry.
#[derive(Debug)]
pub struct EntryPlan {
    /// When it appears.
    pub appears: Duration,
    /// Its guid; without one, its link tells it apart.
    pub guid: Option<String>,
    /// The page it announces.
    pub link: Url,
    /// Its title.
    pub title: String,
    /// When its title is edited, and to what.
    pub edit: Option<(Duration, String)>,
    /// Whether the feed lists it twice over.
    pub twice: bool,
}

impl EntryPlan {
    /// Its edition at a moment: the number and the title.
    pub fn edition(&self, at: Duration) -> (u32, &str) {
        match &self.edit {
            Some((edited, title)) if *edited <= at => (2, title),
            _ => (1, &self.title),
        }
    }
}

/// A page.
#[derive(Debug)]
pub enum PagePlan {
    /// An article, and the number that makes its text unlike all others.
    Article {
        /// Its number.
        number: u64,
        /// Whether it is on the subject.
        relevant: bool,
        /// When a paragraph is added to it.
        edited: Option<Duration>,
        /// When it is taken down for good.
        gone: Option<Duration>,
    },
    /// Not there.
    NotFound,
    /// Somewhere else.
    Redirect(Url),
    /// Off limits by robots.txt.
    Forbidden,
}

/// Something that goes wrong at a host.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// From when.
    pub from: Duration,
    /// Until when.
    pub to: Duration,
    /// What.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// No connection.
    Refused,
    /// Nothing comes for as long as the client waits.
    Silence,
    /// The answer breaks off.
    Cut,
    /// An answer that says so: 500, 502, 503, 403 or 404.
    Status(u16),
    /// 429 or 503 with `Retry-After` in seconds.
    Busy(u16, u32),
    /// The same with `Retry-After` as a date.
    BusyUntil(u16, u32),
    /// Answers come, but late.
    Slow(Duration),
    /// Answers come, but what comes isn't what it should be: half a feed, a login page.
    Garbage,
}

impl Plan {
    /// The plan that follows from `seed`.
    pub fn new(seed: u64, scale: Scale) -> Self {
        Planner { rng: StdRng::seed_from_u64(seed), scale, pages: BTreeMap::new(), numbers: 0 }.plan(seed)
    }

    /// What goes wrong at `host` at a moment.
    pub fn fault(&self, host: &str, at: Duration) -> Option<FaultKind> {
        let faults = self.faults.get(host)?;
        faults.iter().find(|fault| (fault.from..fault.to).contains(&at)).map(|fault| fault.kind)
    }
}

struct Planner {
    rng: StdRng,
    scale: Scale,
    pages: BTreeMap<String, PagePlan>,
    numbers: u64,
}

impl Planner {
    fn plan(mut self, seed: u64) -> Plan {
        if self.scale.troubled {
            return self.troubled(seed);
        }
        let hosts = self.scale.feeds.div_ceil(self.scale.feeds_per_host).max(1);
        let mut feeds = Vec::new();
        let mut announced: Vec<Url> = Vec::new();
        for number in 0..self.scale.feeds {
            let host = format!("h{}.example", self.rng.random_range(0..hosts));
            feeds.push(self.feed(number, &host, &mut announced));
        }
        let names: std::collections::BTreeSet<String> = feeds
            .iter()
            .flat_map(|feed| std::iter::once(&feed.url).chain(feed.moved.iter().map(|(_, url)| url)))
            .filter_map(|url| url.host_str().map(str::to_owned))
            .collect();
        let faults = names.into_iter().map(|host| (host, self.faults())).collect();
        let restarts = self.restarts();
        Plan { faults, restarts, ..self.without_faults(seed, feeds) }
    }

    /// What was drawn, without faults of hosts, robots.txt and restarts.
    fn without_faults(self, seed: u64, feeds: Vec<FeedPlan>) -> Plan {
        let Scale { active, quiet, .. } = self.scale;
        Plan {
            seed,
            active,
            end: active + quiet,
            feeds,
            pages: self.pages,
            faults: BTreeMap::new(),
            robots: BTreeMap::new(),
            restarts: Vec::new(),
        }
    }

    fn troubled(mut self, seed: u64) -> Plan {
        let mut announced = Vec::new();
        let feeds = (0..self.scale.feeds)
            .map(|number| {
                self.troubled_feed(number, Trouble::ALL[number % Trouble::ALL.len()], &mut announced)
            })
            .collect();
        let kinds = [
            RobotsPlan::Closed,
            RobotsPlan::Moved,
            RobotsPlan::Slow(7),
            RobotsPlan::None,
            RobotsPlan::Page,
            RobotsPlan::FailingUntil(Duration::from_secs(3 * HOUR)),
        ];
        // Another robots.txt with each seed, so that each meets every trouble.
        let shift = seed as usize;
        let robots = (0..self.scale.feeds)
            .map(|number| (format!("t{number}.example"), kinds[(number + shift) % kinds.len()]))
            .collect();
        Plan { robots, ..self.without_faults(seed, feeds) }
    }

    /// A feed with a steady rhythm, so that what is told about it follows from its trouble alone.
    fn troubled_feed(&mut self, number: usize, trouble: Trouble, announced: &mut Vec<Url>) -> FeedPlan {
        const DAY: u64 = 24 * HOUR;
        let host = format!("t{number}.example");
        let from = Duration::from_secs(self.rng.random_range(8 * DAY..10 * DAY));
        // Longer than it takes to be called dead, and longer than ten of its own intervals.
        let to = from + Duration::from_secs(self.rng.random_range(9 * DAY..11 * DAY));
        let spell = Spell { trouble, from, to };
        let interval = DAY as f64 / self.scale.entries_per_day;
        let (mut at, mut moments) = (0.0, vec![Duration::ZERO; 3]);
        while at < self.scale.active.as_secs_f64() {
            let moment = Duration::from_secs_f64(at);
            let hidden = trouble.hides() && (from..to).contains(&moment);
            if !(trouble == Trouble::Silent && (from..to).contains(&moment)) {
                moments.push(moment);
            }
            // Few enough come unseen that the feed still shows what was seen before.
            at += interval * self.rng.random_range(0.8..1.2) * if hidden { 4.0 } else { 1.0 };
        }
        if trouble == Trouble::Burst {
            // One after another within a minute: the same date on all would be another trouble.
            moments.extend((0..40).map(|second| from + Duration::from_secs(second)));
        }
        moments.sort();
        let url = address(&format!("https://{host}/feed{number}.xml"));
        FeedPlan {
            moved: (trouble == Trouble::Moved).then(|| (from, address(&format!("https://{host}/moved.xml")))),
            url,
            format: if self.rng.random_bool(0.5) { Format::Rss } else { Format::Atom },
            window: 16,
            conditional: self.rng.random_bool(0.7),
            entries: moments
                .into_iter()
                .map(|moment| self.plain_entry(number, &host, moment, announced))
                .collect(),
            spell: Some(spell),
        }
    }

    /// An entry that is listed once and never edited.
    fn plain_entry(
        &mut self,
        feed: usize,
        host: &str,
        appears: Duration,
        announced: &mut Vec<Url>,
    ) -> EntryPlan {
        let entry = self.entry(feed, host, appears, true, announced);
        EntryPlan { edit: None, twice: false, ..entry }
    }

    fn moment(&mut self) -> Duration {
        Duration::from_secs(self.rng.random_range(0..self.scale.active.as_secs().max(1)))
    }

    fn feed(&mut self, number: usize, host: &str, announced: &mut Vec<Url>) -> FeedPlan {
        let url = address(&format!("https://{host}/feed{number}.xml"));
        let moved = self.rng.random_bool(0.1).then(|| {
            let to = address(&format!("https://{host}/moved/feed{number}.xml"));
            (self.moment(), to)
        });
        // Some feeds hardly ever say anything, some never stop.
        let busy: f64 = *[0.1, 0.5, 1.0, 2.4].choose(&mut self.rng).unwrap_or(&1.0);
        let days = self.scale.active.as_secs_f64() / (24 * HOUR) as f64;
        let count = (self.scale.entries_per_day * busy * days).round() as usize;
        let mut moments: Vec<Duration> = (0..count).map(|_| self.moment()).collect();
        // Some stand there already when the simulation begins.
        moments.extend([Duration::ZERO; 3]);
        moments.sort();
        let has_guids = self.rng.random_bool(0.7);
        let entries =
            moments.into_iter().map(|appears| self.entry(number, host, appears, has_guids, announced));
        FeedPlan {
            entries: entries.collect(),
            url,
            moved,
            format: if self.rng.random_bool(0.5) { Format::Rss } else { Format::Atom },
            window: self.rng.random_range(8..30),
            conditional: self.rng.random_bool(0.7),
            spell: None,
        }
    }

    fn entry(
        &mut self,
        feed: usize,
        host: &str,
        appears: Duration,
        has_guids: bool,
        announced: &mut Vec<Url>,
    ) -> EntryPlan {
        self.numbers += 1;
        let number = self.numbers;
        let link = match announced.choose(&mut self.rng) {
            // Another feed, or the same one, announced this page before.
            // Every other time under a twin of its address.
            Some(link) if has_guids && self.rng.random_bool(0.08) => {
                if number.is_multiple_of(2) {
                    twin_of(link)
                } else {
                    link.clone()
                }
            }
            _ => self.page(host, number),
        };
        announced.push(link.clone());
        let edit = self.rng.random_bool(0.1).then(|| {
            let after = Duration::from_secs(self.rng.random_range(10 * MINUTE..8 * HOUR));
            ((appears + after).min(self.scale.active), format!("Corrected: report {number}"))
        });
        EntryPlan {
            appears,
            guid: has_guids.then(|| format!("tag:{host},2026:{feed}-{number}")),
            link,
            title: format!("Report {number}"),
            edit,
            twice: self.rng.random_bool(0.05),
        }
    }

    /// An article, of which some are edited or taken down without a word in their feed.
    fn article(&mut self, number: u64, relevant: bool) -> PagePlan {
        let moments = [self.moment(), self.moment()];
        let (edited, gone) = match self.rng.random_range(0..6) {
            0 => (Some(moments[0]), None),
            1 => (None, Some(moments[1])),
            _ => (None, None),
        };
        PagePlan::Article { number, relevant, edited, gone }
    }

    fn page(&mut self, host: &str, number: u64) -> Url {
        let at = |folder| address(&format!("https://{host}/{folder}/{number}.html"));
        let (url, page) = match self.rng.random_range(0..20) {
            0 => (at("gone"), PagePlan::NotFound),
            1 => (at("private"), PagePlan::Forbidden),
            2 => {
                let target = at("stories");
                let article = self.article(number, true);
                self.pages.insert(target.to_string(), article);
                (at("short"), PagePlan::Redirect(target))
            }
            roll => (at("stories"), self.article(number, roll % 2 == 0)),
        };
        self.pages.insert(url.to_string(), page);
        url
    }

    fn faults(&mut self) -> Vec<Fault> {
        let days = self.scale.active.as_secs_f64() / (24 * HOUR) as f64;
        let count = self.rng.random_range(0..=(1.0 + days).ceil() as usize);
        (0..count)
            .map(|_| {
                let from = self.moment();
                let lasts = Duration::from_secs(self.rng.random_range(5 * MINUTE..5 * HOUR));
                let kind = match self.rng.random_range(0..9) {
                    0 => FaultKind::Refused,
                    1 => FaultKind::Silence,
                    2 => FaultKind::Cut,
                    3 => FaultKind::Status(*[500, 502, 503, 403, 404].choose(&mut self.rng).unwrap_or(&500)),
                    4 => FaultKind::Busy(429, self.rng.random_range(30..2 * HOUR as u32)),
                    5 => FaultKind::Busy(503, self.rng.random_range(30..2 * HOUR as u32)),
                    6 => {
                        let status = *[429, 503].choose(&mut self.rng).unwrap_or(&503);
                        FaultKind::BusyUntil(status, self.rng.random_range(30..2 * HOUR as u32))
                    }
                    7 => FaultKind::Slow(Duration::from_secs(self.rng.random_range(2..20))),
                    _ => FaultKind::Garbage,
                };
                Fault { from, to: (from + lasts).min(self.scale.active), kind }
            })
            .collect()
    }

    fn restarts(&mut self) -> Vec<(Duration, i64)> {
        let mut moments: Vec<Duration> = (0..self.scale.restarts).map(|_| self.moment()).collect();
        moments.sort();
        let jumps =
            moments.into_iter().map(|at| (at, self.rng.random_range(-3 * HOUR as i64..12 * HOUR as i64)));
        jumps.collect()
    }
}

/// What a twin of a page's address has more.
const TWIN_QUERY: &str = "ref=feed";

/// Another address of the page at `link`.
fn twin_of(link: &Url) -> Url {
    let mut twin = link.clone();
    twin.set_query(Some(TWIN_QUERY));
    twin
}

/// The address of the page that is found at `address`, whether that is its own or a twin of it.
pub(crate) fn page_at(address: &str) -> &str {
    address.strip_suffix(TWIN_QUERY).and_then(|page| page.strip_suffix('?')).unwrap_or(address)
}

/// An address of the simulated web, which is one by construction.
#[allow(clippy::expect_used)]
fn address(text: &str) -> Url {
    Url::parse(text).expect("a host and path made of letters and digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_plan_again_and_another_seed_another() {
        let plan = |seed| format!("{:?}", Plan::new(seed, Scale::SMALL));
        assert_eq!(plan(1), plan(1));
        assert_ne!(plan(1), plan(2));
    }
}
