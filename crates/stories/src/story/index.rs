//! The stories known so far, and the way of a report into one.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::day::nearest;
use super::evidence::{Compared, FactKind, Sign, WeighedProfile, contributions, score};
use super::number::expected_share;
use super::profile::Profile;
use super::review::bounded;
use super::tables::StoryTables;
use crate::Report;

/// Reports that are kept: two weeks at 70,000 a day. Beyond it the oldest are forgotten.
const MAX_REPORTS: usize = 1_000_000;
/// Earlier reports that a new one is compared with, the likest by their rare words and facts.
const MAX_CANDIDATES: usize = 200;
/// Stories that a report is weighed against, and reports of each that speak for it: the first and the latest.
const MAX_STORIES: usize = 40;
const MAX_SPEAKERS: usize = 32;
/// Members of a profile that it can be found by, the rarest; a member that more than this share of many texts has leads nowhere.
const MAX_INDEXED_WORDS: usize = 24;
const MAX_INDEXED_FACTS: usize = 16;
const MAX_SHARE: f32 = 0.1;
/// Texts that the expected shares of words count as, against the texts that were read; and of facts.
const WORD_PRIOR: f32 = 100.0;
const FACT_PRIOR: f32 = 50.0;
/// How much more the rarest words count than their rarity says.
const WORD_POWER: f32 = 1.2;
/// Shares of texts in which an act and an entity are expected.
const ACT_EXPECTED: f32 = 0.08;
const ENTITY_EXPECTED: f32 = 0.1;
/// Nothing is so common that it says nothing.
const MIN_RARITY: f32 = 0.05;
/// Which of a report's likenesses, in order, tell how much of a crowd it stands in: those that are likely of other stories.
const CROWD: std::ops::Range<usize> = 8..20;
/// What likenesses that are not known yet are expected to be, in one language and across: the first reports stand in a crowd too.
const EXPECTED_LIKENESS: [f32; 2] = [0.15, 0.3];
/// By how much a score has to be above 0 while no report is known, and how many known reports halve that; twice as many leave a fifth.
/// Who has read little knows little of what is common, and takes what all of a subject's reports share for likeness.
const FIRST_MARGIN: f32 = 0.3;
const MARGIN_HALVED: f32 = 50.0;
/// Words that a reason shows.
const MAX_EVIDENCE: usize = 6;

/// The stories known so far: what is common, what was read, and which report tells which story.
///
/// Memory is bounded: of each report about a kilobyte is kept, of a million reports at most.
#[derive(Debug, Clone)]
pub struct StoryIndex {
    tables: Arc<StoryTables>,
    /// The number of the oldest report that is kept; reports are numbered in their order of arrival.
    first: u32,
    reports: VecDeque<PlacedReport>,
    numbers: HashMap<Box<str>, u32>,
    /// By the number of the first report of each, its reports in their order of arrival.
    stories: HashMap<u32, Vec<u32>>,
    /// In how many of the kept reports something stands.
    holders: HashMap<(FactKind, u32), u32>,
    /// The reports that can be found by something, in their order.
    postings: HashMap<(FactKind, u32), VecDeque<u32>>,
    /// The reports whose story is another than it was when [`StoryIndex::take_changes`] was called last.
    changed: BTreeSet<u32>,
}

/// What a report tells, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFacts {
    /// The acts that its title and first sentences tell.
    pub acts: Vec<String>,
    /// The days that they name, in the year that lies nearest to its publication; none where that isn't known.
    pub days: Vec<Date>,
}

#[derive(Debug, Clone)]
struct PlacedReport {
    id: Box<str>,
    profile: Profile,
    story: u32,
    /// Its greatest likenesses to others, the greatest first: in its own language, and across.
    likenesses: [Vec<f32>; 2],
    indexed: Box<[(FactKind, u32)]>,
}

/// Where a report belongs, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryVerdict {
    /// The story's id: the id of its first report.
    pub story: String,
    /// What spoke for and against the story's likest report; empty for the first report of a story.
    pub joined_by: Vec<StoryReason>,
    /// The stories that the report brought into this one, by their ids.
    pub merged: Vec<String>,
}

/// What one sign said of a report and the likest one of its story.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoryReason {
    /// The sign's name in `weights.tsv`.
    pub sign: &'static str,
    /// How much of it there is; nearly always from 0 to 1.
    pub value: f32,
    /// What it added to the score; negative where it spoke against.
    pub weight: f32,
    /// The id of the report that it was compared with.
    pub with: String,
    /// The stems, acts or entities that say so, where there are some: the weightiest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

impl StoryIndex {
    /// No stories yet.
    pub fn new(tables: Arc<StoryTables>) -> Self {
        Self {
            tables,
            first: 0,
            reports: VecDeque::new(),
            numbers: HashMap::new(),
            stories: HashMap::new(),
            holders: HashMap::new(),
            postings: HashMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// How many reports are kept.
    pub fn len(&self) -> usize {
        self.reports.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// The story that the report `id` belongs to now: a later report may have merged its first story into another, or shown it
    /// a better place. `None` where the report is not known, or forgotten.
    pub fn story_of(&self, id: &str) -> Option<&str> {
        self.numbers.get(id).map(|number| self.id(self.report(*number).story))
    }

    /// Puts a report into the story that it tells, or begins one. A report whose id is known is where it was.
    ///
    /// The time is bounded, however many reports are kept.
    pub fn place(&mut self, report: &Report) -> StoryVerdict {
        if let Some(story) = self.story_of(&report.id) {
            return StoryVerdict { story: story.to_owned(), joined_by: Vec::new(), merged: Vec::new() };
        }
        let tables = Arc::clone(&self.tables);
        let (profile, stems) = Profile::of(report, &tables);
        let number = self.add(&report.id, profile);
        self.changed.insert(number);
        let candidates = self.candidates(number);
        let mut comparison = Comparison::default();
        self.measure_likeness(number, &candidates, &mut comparison);

        let rivals = self.stories_of(&candidates);
        let joined = self.likest(number, &rivals, &mut comparison);
        if let Some(story) = joined {
            self.assign(number, story);
        }
        let joined_by = joined
            .map(|_| self.reasons(number, &report.entities, &stems, &mut comparison))
            .unwrap_or_default();
        let merged = self.settle(number, &rivals, &mut comparison);
        let story = self.id(self.report(number).story).to_owned();
        StoryVerdict { story, joined_by, merged }
    }

    /// Takes back a report that was placed before, into the story of the report `beside`, or a story of its own: nothing is judged. What
    /// is common, and how much of a crowd each stands in, is known afterwards as though it had been placed.
    pub fn restore(&mut self, report: &Report, beside: Option<&str>) {
        if self.numbers.contains_key(report.id.as_str()) {
            return;
        }
        let (profile, _) = Profile::of(report, &Arc::clone(&self.tables));
        let number = self.add(&report.id, profile);
        let candidates = self.candidates(number);
        self.measure_likeness(number, &candidates, &mut Comparison::default());
        if let Some(beside) = beside.and_then(|id| self.numbers.get(id).copied()) {
            self.assign(number, self.report(beside).story);
        }
    }

    /// Forgets one report, whose text is another by now. Its story goes on without it.
    pub fn remove(&mut self, id: &str) {
        let Some(number) = self.numbers.get(id).copied() else { return };
        self.leave(number);
        self.numbers.remove(id);
        self.changed.remove(&number);
        let at = (number - self.first) as usize;
        // The number stays taken, by a report that says nothing.
        let empty = PlacedReport {
            id: "".into(),
            profile: Profile::default(),
            story: number,
            likenesses: Default::default(),
            indexed: Box::default(),
        };
        let report = std::mem::replace(&mut self.reports[at], empty);
        self.release(number, &report);
        while self.reports.front().is_some_and(|report| report.id.is_empty()) {
            self.reports.pop_front();
            self.first += 1;
        }
    }

    /// The reports whose story is another than it was when this was last asked, with the new ones.
    pub fn take_changes(&mut self) -> Vec<String> {
        let changed = std::mem::take(&mut self.changed);
        let known = changed.into_iter().filter(|number| *number >= self.first);
        known.map(|number| self.id(number).to_owned()).filter(|id| !id.is_empty()).collect()
    }

    /// The ids of the reports in the story of report `id`, in their order of arrival.
    pub fn reports_beside(&self, id: &str) -> Vec<&str> {
        let members = self.numbers.get(id).and_then(|number| self.stories.get(&self.report(*number).story));
        members.into_iter().flatten().map(|member| self.id(*member)).collect()
    }

    /// A number that is greater for reports that came later.
    pub fn order_of(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    /// What the report `id` tells.
    pub fn facts_of(&self, id: &str) -> ReportFacts {
        let Some(number) = self.numbers.get(id) else { return ReportFacts::default() };
        let profile = &self.report(*number).profile;
        let acts = profile.lead_acts.iter().map(|act| self.tables.act_name(*act).to_owned()).collect();
        let days = profile.lead_days.iter().filter_map(|day| nearest(*day, profile.published?)).collect();
        ReportFacts { acts, days }
    }

    fn report(&self, number: u32) -> &PlacedReport {
        &self.reports[(number - self.first) as usize]
    }

    pub(super) fn id(&self, number: u32) -> &str {
        if number >= self.first { &self.report(number).id } else { "" }
    }

    /// Keeps a report, as the first of a story of its own.
    fn add(&mut self, id: &str, profile: Profile) -> u32 {
        while self.reports.len() >= MAX_REPORTS {
            self.forget_oldest();
        }
        let number = self.first + self.reports.len() as u32;
        for held in facts(&profile) {
            *self.holders.entry(held).or_insert(0) += 1;
        }
        let indexed = self.rarest(&profile);
        for key in &indexed {
            self.postings.entry(*key).or_default().push_back(number);
        }
        self.numbers.insert(id.into(), number);
        self.stories.insert(number, vec![number]);
        self.reports.push_back(PlacedReport {
            id: id.into(),
            profile,
            story: number,
            likenesses: Default::default(),
            indexed,
        });
        number
    }

    /// Forgets the oldest report; its story goes on under its next one.
    fn forget_oldest(&mut self) {
        let number = self.first;
        let Some(report) = self.reports.pop_front() else { return };
        self.first += 1;
        self.numbers.remove(&report.id);
        self.release(number, &report);
        if let Some(mut members) = self.stories.remove(&report.story) {
            members.retain(|member| *member != number);
            if let Some(next) = members.first().copied() {
                self.rename(&members, next);
                self.stories.insert(next, members);
            }
        }
    }

    /// Counts no more what a report held.
    fn release(&mut self, number: u32, report: &PlacedReport) {
        for held in facts(&report.profile) {
            if let Some(holders) = self.holders.get_mut(&held) {
                *holders -= 1;
                if *holders == 0 {
                    self.holders.remove(&held);
                }
            }
        }
        for key in &report.indexed {
            if let Some(posted) = self.postings.get_mut(key) {
                posted.retain(|posted| *posted != number);
                if posted.is_empty() {
                    self.postings.remove(key);
                }
            }
        }
    }

    fn rename(&mut self, members: &[u32], story: u32) {
        for member in members {
            let at = (*member - self.first) as usize;
            if std::mem::replace(&mut self.reports[at].story, story) != story {
                self.changed.insert(*member);
            }
        }
    }

    /// How much it says that two reports share something: the rarer, the more.
    fn rarity(&self, kind: FactKind, key: u32) -> f32 {
        let (expected, prior) = match kind {
            FactKind::Word => (self.tables.expected_share(key), WORD_PRIOR),
            FactKind::Entity => (ENTITY_EXPECTED, FACT_PRIOR),
            FactKind::Act => (ACT_EXPECTED, FACT_PRIOR),
            FactKind::Number => (expected_share(u64::from(key)), FACT_PRIOR),
        };
        let holders = self.holders.get(&(kind, key)).copied().unwrap_or(0) as f32;
        let texts = self.reports.len() as f32 + 1.0 + prior;
        let rarity = (texts / (holders + expected * prior + 0.5)).ln().max(MIN_RARITY);
        if kind == FactKind::Word { rarity.powf(WORD_POWER) } else { rarity }
    }

    /// What a profile can be found by.
    fn rarest(&self, profile: &Profile) -> Box<[(FactKind, u32)]> {
        let many = self.reports.len() as f32 + WORD_PRIOR;
        let mut weighed: Vec<(f32, (FactKind, u32))> = weighed_facts(profile)
            .filter(|(key, _)| {
                self.reports.len() < 1000
                    || self.holders.get(key).is_none_or(|holders| (*holders as f32) < MAX_SHARE * many)
            })
            .map(|(key, weight)| (weight * self.rarity(key.0, key.1), key))
            .collect();
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        // Words lead to reports in the same language only, so the facts have room of their own.
        let (words, facts): (Vec<_>, Vec<_>) =
            weighed.into_iter().map(|(_, key)| key).partition(|(kind, _)| *kind == FactKind::Word);
        words.into_iter().take(MAX_INDEXED_WORDS).chain(facts.into_iter().take(MAX_INDEXED_FACTS)).collect()
    }

    /// The earlier reports that share the rarest words and facts with this one, the likest first.
    pub(super) fn candidates(&self, number: u32) -> Vec<u32> {
        let mut shared: HashMap<u32, f32> = HashMap::new();
        let report = self.report(number);
        for key in &report.indexed {
            let rarity = self.rarity(key.0, key.1);
            let Some(posted) = self.postings.get(key) else { continue };
            // The latest of those that a common key leads to.
            for other in posted.iter().rev().filter(|other| **other != number).take(2000) {
                *shared.entry(*other).or_insert(0.0) += rarity * rarity;
            }
        }
        let mut candidates: Vec<(u32, f32)> = shared.into_iter().collect();
        candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        candidates.truncate(MAX_CANDIDATES);
        candidates.into_iter().map(|(other, _)| other).collect()
    }

    /// Measures how alike the new report and the candidates are, which tells for each how much of a crowd it stands in.
    fn measure_likeness(&mut self, number: u32, candidates: &[u32], comparison: &mut Comparison) {
        for other in candidates {
            let (across, likeness) = comparison.likeness(self, number, *other);
            for report in [number, *other] {
                self.note_likeness(report, across, likeness);
            }
        }
    }

    fn note_likeness(&mut self, number: u32, across: bool, likeness: f32) {
        let at = (number - self.first) as usize;
        let likenesses = &mut self.reports[at].likenesses[usize::from(across)];
        let place = likenesses.partition_point(|known| *known >= likeness);
        if place < CROWD.end {
            likenesses.insert(place, likeness);
            likenesses.truncate(CROWD.end);
        }
    }

    /// The stories of the candidates, in the candidates' order.
    fn stories_of(&self, candidates: &[u32]) -> Vec<u32> {
        let mut seen = BTreeSet::new();
        let stories = candidates.iter().map(|candidate| self.report(*candidate).story);
        stories.filter(|story| seen.insert(*story)).take(MAX_STORIES).collect()
    }

    /// The story that a report is likest to on average, if it tells the same as that.
    fn likest(&self, number: u32, stories: &[u32], comparison: &mut Comparison) -> Option<u32> {
        let own = self.report(number).story;
        self.best(stories.iter().filter(|story| **story != own).filter_map(|story| {
            let others = self.stories.get(story)?;
            Some((*story, self.mean(&[number], others, comparison)))
        }))
    }

    /// The story with the greatest score, if that is above the margin; the older of two alike.
    fn best(&self, scored: impl Iterator<Item = (u32, f32)>) -> Option<u32> {
        let mut best: Option<(u32, f32)> = None;
        let margin = self.margin();
        for (story, score) in scored.filter(|(_, score)| *score > margin) {
            if best.is_none_or(|(chosen, most)| score > most || score == most && story < chosen) {
                best = Some((story, score));
            }
        }
        best.map(|(story, _)| story)
    }

    /// By how much a score has to be above 0.
    pub(super) fn margin(&self) -> f32 {
        FIRST_MARGIN / (1.0 + (self.reports.len() as f32 / MARGIN_HALVED).powi(2))
    }

    /// The mean score between reports of two groups, those that speak for them.
    pub(super) fn mean(&self, group: &[u32], others: &[u32], comparison: &mut Comparison) -> f32 {
        let (mut sum, mut pairs) = (0.0, 0u32);
        for a in speakers(group) {
            for b in speakers(others).filter(|b| *b != a) {
                sum += bounded(comparison.score(self, a, b));
                pairs += 1;
            }
        }
        if pairs == 0 { 0.0 } else { sum / pairs as f32 }
    }

    /// The story of a report, and the reports of a story.
    pub(super) fn story_number(&self, number: u32) -> u32 {
        self.report(number).story
    }

    pub(super) fn members(&self, story: u32) -> &[u32] {
        self.stories.get(&story).map_or(&[], Vec::as_slice)
    }

    /// Puts these reports, which are all of their stories, into new ones.
    pub(super) fn replace(&mut self, ended: &[u32], groups: impl Iterator<Item = Vec<u32>>) {
        for story in ended {
            self.stories.remove(story);
        }
        self.take_groups(groups);
    }

    /// Moves a report to a story.
    fn assign(&mut self, number: u32, story: u32) {
        self.leave(number);
        if let Some(mut members) = self.stories.remove(&story) {
            let place = members.partition_point(|member| *member < number);
            members.insert(place, number);
            let first = members[0];
            self.rename(&members, first);
            self.stories.insert(first, members);
        }
    }

    /// Takes a report out of its story, which goes on under the first of the others.
    fn leave(&mut self, number: u32) {
        let from = self.report(number).story;
        if let Some(mut members) = self.stories.remove(&from) {
            members.retain(|member| *member != number);
            if let Some(next) = members.first().copied() {
                self.rename(&members, next);
                self.stories.insert(next, members);
            }
        }
    }

    /// The numbers of the reports that are in a story, in their order.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.stories.values().flatten().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    /// Measures anew how much of a crowd a report stands in, among these others.
    pub(super) fn measure_crowd(&mut self, number: u32, others: &[u32], comparison: &mut Comparison) {
        self.reports[(number - self.first) as usize].likenesses = Default::default();
        for other in others {
            let (across, likeness) = comparison.likeness(self, number, *other);
            self.note_likeness(number, across, likeness);
        }
    }

    /// Puts the reports into these stories instead of those that they were in.
    pub(super) fn regroup(&mut self, groups: impl Iterator<Item = Vec<u32>>) {
        self.stories.clear();
        self.take_groups(groups);
    }

    fn take_groups(&mut self, groups: impl Iterator<Item = Vec<u32>>) {
        for mut members in groups {
            members.sort_unstable();
            if let Some(first) = members.first().copied() {
                self.rename(&members, first);
                self.stories.insert(first, members);
            }
        }
    }

    /// What spoke for and against the likest report of the story.
    fn reasons(
        &self,
        number: u32,
        entities: &[dateline_wire::Entity],
        stems: &BTreeMap<u32, String>,
        comparison: &mut Comparison,
    ) -> Vec<StoryReason> {
        let members = &self.stories[&self.report(number).story];
        let mut likest: Option<(u32, f32)> = None;
        for other in speakers(members).filter(|other| *other != number) {
            let score = comparison.score(self, number, other);
            if likest.is_none_or(|(_, most)| score > most) {
                likest = Some((other, score));
            }
        }
        let Some((other, _)) = likest else { return Vec::new() };
        let (a, b) = (comparison.weighed(self, number), comparison.weighed(self, other));
        let compared = [self.compared(number, &a), self.compared(other, &b)];
        contributions(compared[0], compared[1], &self.tables)
            .into_iter()
            .map(|(sign, value, weight)| {
                let evidence = match sign {
                    Sign::Wording => top(a.wording.shared(&b.wording), |key| stems.get(&key).cloned()),
                    Sign::Acts => top(a.acts.shared(&b.acts), |key| {
                        u16::try_from(key).ok().map(|act| self.tables.act_name(act).to_owned())
                    }),
                    Sign::Facts | Sign::Entities => {
                        let theirs = self.report(other).profile.entities.keys();
                        let shared = entities
                            .iter()
                            .filter(|entity| theirs.contains(&super::bag::key("entity", &entity.id)));
                        shared.map(|entity| entity.id.clone()).take(MAX_EVIDENCE).collect()
                    }
                    _ => Vec::new(),
                };
                StoryReason { sign: sign.as_str(), value, weight, with: self.id(other).to_owned(), evidence }
            })
            .collect()
    }

    fn compared<'p>(&'p self, number: u32, weighed: &'p WeighedProfile) -> Compared<'p> {
        let report = self.report(number);
        let crowd = [0, 1].map(|across| {
            let likenesses = &report.likenesses[across];
            let known = likenesses.iter().skip(CROWD.start);
            let unknown = CROWD.len() - known.len();
            (known.sum::<f32>() + unknown as f32 * EXPECTED_LIKENESS[across]) / CROWD.len() as f32
        });
        Compared { profile: &report.profile, weighed, crowd }
    }
}

/// The reports of a story that speak for it: all of a small one, the first and the latest of a large one.
fn speakers(members: &[u32]) -> impl Iterator<Item = u32> + '_ {
    let (first, rest) = members.split_at(members.len().min(MAX_SPEAKERS / 2));
    let latest = &rest[rest.len().saturating_sub(MAX_SPEAKERS / 2)..];
    first.iter().chain(latest).copied()
}

/// The names of the weightiest of what is shared.
fn top(shared: impl Iterator<Item = (u32, f32)>, name: impl Fn(u32) -> Option<String>) -> Vec<String> {
    let mut shared: Vec<(u32, f32)> = shared.collect();
    shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shared.into_iter().filter_map(|(key, _)| name(key)).take(MAX_EVIDENCE).collect()
}

/// Everything a profile holds, by kind and key.
fn facts(profile: &Profile) -> impl Iterator<Item = (FactKind, u32)> + '_ {
    weighed_facts(profile).map(|(key, _)| key)
}

fn weighed_facts(profile: &Profile) -> impl Iterator<Item = ((FactKind, u32), f32)> + '_ {
    let of = |kind| move |(key, weight)| ((kind, key), weight);
    let words = profile.wording.members().map(of(FactKind::Word));
    let entities = profile.entities.members().map(of(FactKind::Entity));
    let acts = profile.acts.members().map(of(FactKind::Act));
    let numbers = profile.numbers.members().map(of(FactKind::Number));
    words.chain(entities).chain(acts).chain(numbers)
}

/// What was worked out while one report is placed.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    weighed: HashMap<u32, Arc<WeighedProfile>>,
    scores: HashMap<(u32, u32), f32>,
}

impl Comparison {
    fn weighed(&mut self, index: &StoryIndex, number: u32) -> Arc<WeighedProfile> {
        let weigh = || {
            let profile = &index.report(number).profile;
            Arc::new(WeighedProfile::of(profile, |kind, key| index.rarity(kind, key)))
        };
        Arc::clone(self.weighed.entry(number).or_insert_with(weigh))
    }

    /// Whether two reports are in two languages, and how alike they are, by their wording or by what they tell.
    fn likeness(&mut self, index: &StoryIndex, number: u32, other: u32) -> (bool, f32) {
        let (a, b) = (self.weighed(index, number), self.weighed(index, other));
        let across = index.report(number).profile.language != index.report(other).profile.language;
        (across, if across { a.facts(&b) } else { a.wording.cosine(&b.wording) })
    }

    pub(super) fn score(&mut self, index: &StoryIndex, a: u32, b: u32) -> f32 {
        let pair = (a.min(b), a.max(b));
        if let Some(score) = self.scores.get(&pair) {
            return *score;
        }
        let (first, second) = (self.weighed(index, pair.0), self.weighed(index, pair.1));
        let score = score(index.compared(pair.0, &first), index.compared(pair.1, &second), &index.tables);
        self.scores.insert(pair, score);
        score
    }
}
