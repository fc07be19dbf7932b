//! The stories known so far, and the way of a report into one.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Read, Write};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::bag::KEY_BITS;
use super::day::nearest;
use super::evidence::{Compared, FactKind, Sign, contributions, evidence, score};
use super::number::expected_share;
use super::postings::{MAX_POSTED, MemberCode, Postings, code};
use super::profile::Profile;
use super::reading::{Stems, read};
use super::review::bounded;
use super::settle::MIN_NEAR;
use super::tables::StoryTables;
use super::weighing::{Lengths, Likeness, WeighedProfile};
use crate::Report;
use crate::compact_id::CompactId;
use crate::id_map::IdNumbers;
use crate::number_map::NumberMap;
use crate::pack::{Packed, packed};

/// Reports that are kept: two weeks at 70,000 a day. Beyond it the oldest are forgotten.
const MAX_REPORTS: usize = 1_000_000;
/// Earlier reports that a new one is compared with, the likest by their rare words and facts.
const MAX_CANDIDATES: usize = 100;
/// Stories that a report is weighed against, and reports of each that speak for it: the first and the latest.
const MAX_STORIES: usize = 40;
const MAX_SPEAKERS: usize = 16;
/// Members of a profile that it can be found by, the rarest; a member that more than this share of many texts has leads nowhere.
const MAX_POSTED_WORDS: usize = 24;
const MAX_POSTED_FACTS: usize = MAX_POSTED - MAX_POSTED_WORDS;
const MAX_SHARE: f32 = 0.1;
/// As many where a stream is reviewed, once.
pub(super) const MAX_REVIEWED_CANDIDATES: usize = 200;
/// By how much an edited report has to be likelier elsewhere to leave its story: of nearly alike stories each edit would find another.
const MIN_LIKELIER: f32 = 0.1;
/// Reports that each of them leads to, the latest.
const MAX_LED_TO: usize = 100;
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
/// Memory is bounded: of each report about 0.7 kB is kept, of a million reports at most.
#[derive(Debug, Clone)]
pub struct StoryIndex {
    tables: Arc<StoryTables>,
    /// The number of the oldest report that is kept; reports are numbered in their order of arrival.
    first: u32,
    reports: VecDeque<PlacedReport>,
    numbers: IdNumbers,
    /// By the number of the first report of each story of several reports, these in their order of arrival.
    stories: NumberMap<u32, Vec<u32>>,
    /// In how many of the kept reports something stands, and which can be found by it.
    postings: Postings,
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
    id: CompactId,
    profile: Profile,
    story: u32,
    /// Its greatest likenesses to others: in its own language, and across.
    likenesses: [Likenesses; 2],
    measured: KnownLengths,
}

/// How long a report's weighed bags were when they were measured last. What few tell weighs more, so they change as others come that tell the
/// same; they are measured anew with each quarter more of new reports that it was compared with.
#[derive(Debug, Clone, Copy, Default)]
struct KnownLengths {
    lengths: Lengths,
    /// The new reports that it was compared with, and how many of them it takes until it is measured anew.
    compared: u32,
    due: u32,
}

impl KnownLengths {
    /// Counts one more comparison; whether they are to be measured anew.
    fn are_due(&mut self) -> bool {
        self.compared = self.compared.saturating_add(1);
        let due = self.compared >= self.due;
        if due {
            self.due = self.compared.saturating_add(1 + self.compared / 4);
        }
        due
    }
}

/// The greatest likenesses of a report, the greatest first, each as a byte: 0 where none is known, else from 1 for unlike to 255 for
/// alike.
#[derive(Debug, Clone, Copy, Default)]
struct Likenesses([u8; CROWD.end]);

packed!(PlacedReport { id, profile, story, likenesses, measured });
packed!(KnownLengths { lengths, compared, due });

impl Packed for [Likenesses; 2] {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.iter().try_for_each(|likenesses| likenesses.0.pack(output))
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        Ok([Likenesses(Packed::unpack(input)?), Likenesses(Packed::unpack(input)?)])
    }
}

impl Likenesses {
    fn note(&mut self, likeness: f32) {
        let likeness = 1 + (likeness.clamp(0.0, 1.0) * 254.0).round() as u8;
        // Most are less than all that is known.
        if self.0[self.0.len() - 1] >= likeness {
            return;
        }
        let place = self.0.partition_point(|known| *known >= likeness);
        if place < self.0.len() {
            self.0.copy_within(place..CROWD.end - 1, place + 1);
            self.0[place] = likeness;
        }
    }

    /// The mean of those that are likely of other stories; what is not known yet counts as `expected`.
    fn crowd(&self, expected: f32) -> f32 {
        let value =
            |likeness: &u8| likeness.checked_sub(1).map_or(expected, |likeness| f32::from(likeness) / 254.0);
        self.0[CROWD].iter().map(value).sum::<f32>() / CROWD.len() as f32
    }
}

/// Where a report belongs, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryVerdict {
    /// The story's id: the id of its first report.
    pub story: String,
    /// What spoke for and against the story's likest report; empty for the first report of a story.
    pub joined_by: Vec<StoryReason>,
    /// The stories that the report brought into this one, by their ids; none of those that a review on the way put together.
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
            numbers: IdNumbers::default(),
            stories: NumberMap::default(),
            postings: Postings::default(),
            changed: BTreeSet::new(),
        }
    }

    /// Writes the stories, for [`StoryIndex::unpack`].
    ///
    /// # Errors
    /// Those of `output`.
    pub(crate) fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.first.pack(output)?;
        self.reports.pack(output)?;
        self.stories.pack(output)?;
        self.postings.pack(output)
    }

    /// Reads the stories that [`StoryIndex::pack`] has written, which were told by the same tables.
    ///
    /// # Errors
    /// Those of `input`, or that it makes no sense.
    pub(crate) fn unpack(tables: Arc<StoryTables>, input: &mut impl Read) -> io::Result<Self> {
        let mut index = Self::new(tables);
        index.first = Packed::unpack(input)?;
        index.reports = Packed::unpack(input)?;
        index.stories = Packed::unpack(input)?;
        index.postings = Packed::unpack(input)?;
        let (reports, first) = (&index.reports, index.first);
        let id_of = |number: u32| reports.get(number.checked_sub(first)? as usize).map(|report| &report.id);
        for (number, report) in (first..).zip(reports).filter(|(_, report)| !report.id.is_empty()) {
            index.numbers.insert(&report.id, number, id_of);
        }
        Ok(index)
    }

    /// How many reports are kept.
    pub fn len(&self) -> usize {
        self.reports.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// How many reports are known by their ids; those kept that were edited or removed since are not.
    pub(super) fn known(&self) -> usize {
        self.numbers.len()
    }

    /// The story that the report `id` belongs to now: a later report may have merged its first story into another, or shown it
    /// a better place. `None` where the report is not known, or forgotten.
    pub fn story_of(&self, id: &str) -> Option<Cow<'_, str>> {
        self.number_of(id).map(|number| self.id(self.report(number).story))
    }

    /// Puts a report into the story that it tells, or begins one. A report whose id is known is where it was.
    ///
    /// The time is bounded, however many reports are kept.
    pub fn place(&mut self, report: &Report) -> StoryVerdict {
        if let Some(story) = self.story_of(&report.id) {
            return StoryVerdict { story: story.into_owned(), joined_by: Vec::new(), merged: Vec::new() };
        }
        self.place_beside(report, None)
    }

    /// Puts a report that is known, and reads otherwise now, where it belongs: into its story, unless it is clearly likelier in another.
    pub fn place_again(&mut self, report: &Report) -> StoryVerdict {
        let number = self.number_of(&report.id);
        let others = number.map(|number| self.members(self.report(number).story)).into_iter().flatten();
        let beside = others.copied().find(|other| Some(*other) != number);
        self.remove(&report.id);
        self.place_beside(report, beside)
    }

    /// Puts a new report into the story that it tells, sooner into that of the report `beside`.
    fn place_beside(&mut self, report: &Report, beside: Option<u32>) -> StoryVerdict {
        let (profile, stems) = read(report, &Arc::clone(&self.tables));
        let (number, candidates, mut comparison) = self.take_in(&report.id, profile);
        let rivals = self.rivals(number, &candidates, &mut comparison);
        self.changed.insert(number);
        let before = beside.filter(|beside| *beside >= self.first).map(|beside| self.report(beside).story);
        if let Some(story) = self.likest(number, &rivals, before, &mut comparison) {
            self.assign(number, story);
        }
        let merged = self.settle(number, &rivals, &mut comparison);
        self.reconsider();
        // Of the story where it stands in the end.
        let joined_by = self.reasons(number, &report.entities, &stems, &mut comparison);
        let story = self.id(self.report(number).story).into_owned();
        StoryVerdict { story, joined_by, merged }
    }

    /// Takes back a report that was placed before, into the story of the report `beside`, or a story of its own: nothing is judged. What
    /// is common, and how much of a crowd each stands in, is known afterwards as though it had been placed.
    pub fn restore(&mut self, report: &Report, beside: Option<&str>) {
        if self.number_of(&report.id).is_some() {
            return;
        }
        let (profile, _) = read(report, &Arc::clone(&self.tables));
        let (number, ..) = self.take_in(&report.id, profile);
        self.measure_reconsidered();
        if let Some(beside) = beside.and_then(|id| self.number_of(id)) {
            self.assign(number, self.report(beside).story);
        }
    }

    /// Puts a report that is known into the story of the report `beside`, or into one of its own: nothing is judged.
    pub(crate) fn move_beside(&mut self, id: &str, beside: Option<&str>) {
        let Some(number) = self.number_of(id) else { return };
        match beside.and_then(|id| self.number_of(id)) {
            Some(beside) => self.assign(number, self.report(beside).story),
            None => {
                self.leave(number);
                self.keep_story(vec![number]);
            }
        }
    }

    /// Forgets one report, whose text is another by now. Its story goes on without it.
    pub fn remove(&mut self, id: &str) {
        let Some(number) = self.number_of(id) else { return };
        self.leave(number);
        self.numbers.remove(&CompactId::of(id), number);
        self.changed.remove(&number);
        let at = (number - self.first) as usize;
        // The number stays taken, by a report that says nothing.
        let report = std::mem::replace(&mut self.reports[at], PlacedReport::of_nothing(number));
        self.release(&report);
        while self.reports.front().is_some_and(|report| report.id.is_empty()) {
            self.reports.pop_front();
            self.postings.forget_oldest();
            self.first += 1;
        }
    }

    /// The reports whose story is another than it was when this was last asked, with the new ones.
    pub fn take_changes(&mut self) -> Vec<String> {
        self.take_changed().into_iter().map(|number| self.id(number).into_owned()).collect()
    }

    /// The same, by their numbers, which are greater for reports that came later.
    pub(crate) fn take_changed(&mut self) -> Vec<u32> {
        let changed = std::mem::take(&mut self.changed);
        let is_known = |number: &u32| *number >= self.first && !self.id_of(*number).is_empty();
        changed.into_iter().filter(is_known).collect()
    }

    /// The reports in the story of a report, by their numbers, in their order of arrival.
    pub(crate) fn beside(&self, number: u32) -> &[u32] {
        self.members(self.report(number).story)
    }

    /// The number of a report that is known.
    pub(crate) fn number(&self, id: &CompactId) -> Option<u32> {
        self.numbers.get(id, |number| Some(self.id_of(number)))
    }

    fn number_of(&self, id: &str) -> Option<u32> {
        self.number(&CompactId::of(id))
    }

    /// The id of a report that is kept.
    pub(crate) fn id_of(&self, number: u32) -> &CompactId {
        &self.report(number).id
    }

    /// The ids of the reports in the story of report `id`, in their order of arrival.
    pub fn reports_beside(&self, id: &str) -> Vec<Cow<'_, str>> {
        let members = self.number_of(id).map(|number| self.members(self.report(number).story));
        members.into_iter().flatten().map(|member| self.id(*member)).collect()
    }

    /// What the report `id` tells.
    pub fn facts_of(&self, id: &str) -> ReportFacts {
        let Some(number) = self.number_of(id) else { return ReportFacts::default() };
        let profile = &self.report(number).profile;
        let acts = profile.lead_acts().map(|act| self.tables.act_name(act).to_owned()).collect();
        let days = profile.lead_days().filter_map(|day| nearest(day, profile.published?)).collect();
        ReportFacts { acts, days }
    }

    fn report(&self, number: u32) -> &PlacedReport {
        &self.reports[(number - self.first) as usize]
    }

    fn report_mut(&mut self, number: u32) -> &mut PlacedReport {
        &mut self.reports[(number - self.first) as usize]
    }

    pub(super) fn id(&self, number: u32) -> Cow<'_, str> {
        if number >= self.first { self.report(number).id.text() } else { Cow::Borrowed("") }
    }

    /// Keeps a report, as the first of a story of its own, and learns how alike it and others are. Gives its number, and the reports that it
    /// was compared with.
    fn take_in(&mut self, id: &str, profile: Profile) -> (u32, Vec<u32>, Comparison) {
        while self.reports.len() >= MAX_REPORTS {
            self.forget_oldest();
        }
        let number = self.first + self.reports.len() as u32;
        for (kind, key) in facts(&profile) {
            self.postings.hold(kind, key);
        }
        let id = CompactId::of(id);
        self.reports.push_back(PlacedReport { id: id.clone(), profile, ..PlacedReport::of_nothing(number) });
        let (reports, first) = (&self.reports, self.first);
        self.numbers.insert(&id, number, |number| {
            reports.get(number.checked_sub(first)? as usize).map(|report| &report.id)
        });
        let mut comparison = Comparison::default();
        let rarest = self.rarest(number, &mut comparison);
        self.postings.post(number, &rarest);
        let candidates = self.candidates(number, &rarest, MAX_CANDIDATES, &mut comparison);
        self.measure_likeness(number, &candidates, &mut comparison);
        (number, candidates, comparison)
    }

    /// Forgets the oldest report; its story goes on under its next one.
    fn forget_oldest(&mut self) {
        let number = self.first;
        if self.reports.is_empty() {
            return;
        }
        self.leave(number);
        let Some(report) = self.reports.pop_front() else { return };
        self.numbers.remove(&report.id, number);
        self.postings.forget_oldest();
        self.first += 1;
        self.release(&report);
    }

    /// Counts no more what a report held.
    fn release(&mut self, report: &PlacedReport) {
        for (kind, key) in facts(&report.profile) {
            self.postings.release(kind, key);
        }
    }

    /// Keeps a story of these reports, which stand in their order of arrival, under the first of them.
    fn keep_story(&mut self, members: Vec<u32>) {
        let Some(story) = members.first().copied() else { return };
        for member in &members {
            if std::mem::replace(&mut self.report_mut(*member).story, story) != story {
                self.changed.insert(*member);
            }
        }
        // That a report is a story of its own is known from it.
        if members.len() > 1 {
            self.stories.insert(story, members);
        }
    }

    /// The reports of a story, which is known no more.
    fn take_story(&mut self, story: u32) -> Vec<u32> {
        self.stories.remove(&story).unwrap_or_else(|| self.members(story).to_vec())
    }

    /// How much it says that two reports share something: the rarer, the more.
    fn rarity(&self, kind: FactKind, key: u32) -> f32 {
        let (expected, prior) = match kind {
            FactKind::Word => (self.tables.expected_share(key), WORD_PRIOR),
            FactKind::Entity => (ENTITY_EXPECTED, FACT_PRIOR),
            FactKind::Act => (ACT_EXPECTED, FACT_PRIOR),
            FactKind::Number => (expected_share(u64::from(key)), FACT_PRIOR),
        };
        let holders = self.postings.holders(kind, key) as f32;
        let texts = self.reports.len() as f32 + 1.0 + prior;
        let rarity = (texts / (holders + expected * prior + 0.5)).ln().max(MIN_RARITY);
        if kind == FactKind::Word { rarity.powf(WORD_POWER) } else { rarity }
    }

    /// What a report can be found by.
    pub(super) fn rarest(&self, number: u32, comparison: &mut Comparison) -> Vec<(FactKind, u32)> {
        let many = self.reports.len() as f32 + WORD_PRIOR;
        let is_common = |(kind, key): (FactKind, u32)| {
            self.reports.len() >= 1000 && self.postings.holders(kind, key) as f32 >= MAX_SHARE * many
        };
        let mut weighed: Vec<(f32, (FactKind, u32))> = weighed_facts(&self.report(number).profile)
            .filter(|(member, _)| !is_common(*member))
            .map(|(member, weight)| (weight * comparison.rarities.of(self, member.0, member.1), member))
            .collect();
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        // Words lead to reports in the same language only, so the facts have room of their own.
        let (words, facts): (Vec<_>, Vec<_>) =
            weighed.into_iter().map(|(_, member)| member).partition(|(kind, _)| *kind == FactKind::Word);
        words.into_iter().take(MAX_POSTED_WORDS).chain(facts.into_iter().take(MAX_POSTED_FACTS)).collect()
    }

    /// The other reports that share the rarest words and facts with this one, the likest first, at most so many.
    pub(super) fn candidates(
        &self,
        number: u32,
        rarest: &[(FactKind, u32)],
        most: usize,
        comparison: &mut Comparison,
    ) -> Vec<u32> {
        let mut shared: NumberMap<u32, f32> = NumberMap::default();
        for (kind, key) in rarest {
            let rarity = comparison.rarities.of(self, *kind, *key);
            for other in self.postings.newest(*kind, *key).filter(|other| *other != number).take(MAX_LED_TO) {
                *shared.entry(other).or_insert(0.0) += rarity * rarity;
            }
        }
        let mut candidates: Vec<(u32, f32)> = shared.into_iter().collect();
        candidates.retain(|(other, _)| !self.report(*other).id.is_empty());
        let likest_first = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if candidates.len() > most {
            candidates.select_nth_unstable_by(most, likest_first);
            candidates.truncate(most);
        }
        candidates.sort_by(likest_first);
        candidates.into_iter().map(|(other, _)| other).collect()
    }

    /// Measures how alike the new report and the candidates are, which tells for each how much of a crowd it stands in.
    fn measure_likeness(&mut self, number: u32, candidates: &[u32], comparison: &mut Comparison) {
        self.measure_lengths(number, comparison);
        for other in candidates {
            if self.report_mut(*other).measured.are_due() {
                self.measure_lengths(*other, comparison);
            }
            let (across, likeness) = comparison.likeness_of(self, number, *other);
            for report in [number, *other] {
                self.report_mut(report).likenesses[usize::from(across)].note(likeness);
            }
        }
    }

    /// Measures anew how long a report's weighed bags are.
    pub(super) fn measure_lengths(&mut self, number: u32, comparison: &mut Comparison) {
        let square = |kind, key| comparison.rarities.square(self, kind, key);
        let lengths = Lengths::of(&self.report(number).profile, square);
        self.report_mut(number).measured.lengths = lengths;
    }

    /// The stories that the new report may belong to, in the order of the candidates by which they are found: of most, no candidate lies
    /// near to it, and what shares less with it than those does not either.
    fn rivals(&self, number: u32, candidates: &[u32], comparison: &mut Comparison) -> Vec<u32> {
        let mut seen = BTreeSet::new();
        let near = candidates.iter().filter(|other| comparison.score(self, number, **other) > MIN_NEAR);
        let stories = near.map(|candidate| self.report(*candidate).story);
        stories.filter(|story| seen.insert(*story)).take(MAX_STORIES).collect()
    }

    /// The story that a report is likest to on average, if it tells the same as that; sooner the one that it was in `before`.
    fn likest(
        &self,
        number: u32,
        stories: &[u32],
        before: Option<u32>,
        comparison: &mut Comparison,
    ) -> Option<u32> {
        let own = self.report(number).story;
        let missing = before.filter(|before| !stories.contains(before));
        self.best(stories.iter().chain(&missing).filter(|story| **story != own).filter_map(|story| {
            let others = self.members(*story);
            let more = if before == Some(*story) { MIN_LIKELIER } else { 0.0 };
            (!others.is_empty()).then(|| (*story, self.mean(&[number], others, comparison) + more))
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
        if let Some(members) = self.stories.get(&story) {
            return members;
        }
        let alone = story.checked_sub(self.first).and_then(|at| self.reports.get(at as usize));
        let alone = alone.filter(|report| report.story == story && !report.id.is_empty());
        alone.map_or(&[], |report| std::slice::from_ref(&report.story))
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
        let mut members = self.take_story(story);
        let place = members.partition_point(|member| *member < number);
        members.insert(place, number);
        self.keep_story(members);
    }

    /// Takes a report out of its story, which goes on under the first of the others.
    fn leave(&mut self, number: u32) {
        let mut members = self.take_story(self.report(number).story);
        members.retain(|member| *member != number);
        self.keep_story(members);
    }

    /// The numbers of the reports that say something, in their order.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let known = self.reports.iter().zip(self.first..).filter(|(report, _)| !report.id.is_empty());
        known.map(|(_, number)| number).collect()
    }

    /// Measures anew how much of a crowd a report stands in, among these others.
    pub(super) fn measure_crowd(&mut self, number: u32, others: &[u32], comparison: &mut Comparison) {
        self.report_mut(number).likenesses = Default::default();
        for other in others {
            let (across, likeness) = comparison.likeness_of(self, number, *other);
            self.report_mut(number).likenesses[usize::from(across)].note(likeness);
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
            self.keep_story(members);
        }
    }

    /// What spoke for and against the likest report of the story.
    fn reasons(
        &self,
        number: u32,
        entities: &[dateline_wire::Entity],
        stems: &Stems,
        comparison: &mut Comparison,
    ) -> Vec<StoryReason> {
        let members = self.members(self.report(number).story);
        let mut likest: Option<(u32, f32)> = None;
        for other in speakers(members).filter(|other| *other != number) {
            let score = comparison.score(self, number, other);
            if likest.is_none_or(|(_, most)| score > most) {
                likest = Some((other, score));
            }
        }
        let Some((other, _)) = likest else { return Vec::new() };
        let weighed = comparison.weighed(self, number);
        let theirs = &self.report(other).profile;
        let likeness = comparison.likeness(self, number, other);
        contributions(self.compared(number), self.compared(other), &likeness, &self.tables)
            .into_iter()
            .map(|(sign, value, weight)| {
                let evidence = match sign {
                    Sign::Wording => {
                        top(weighed.shared_words(theirs), |key| stems.get(key).map(str::to_owned))
                    }
                    Sign::Acts => top(weighed.shared_acts(theirs), |key| {
                        u16::try_from(key).ok().map(|act| self.tables.act_name(act).to_owned())
                    }),
                    Sign::Facts | Sign::Entities => {
                        let named = |key| theirs.entities().any(|(entity, _)| entity == key);
                        let shared =
                            entities.iter().filter(|entity| named(super::bag::key("entity", &entity.id)));
                        shared.map(|entity| entity.id.clone()).take(MAX_EVIDENCE).collect()
                    }
                    _ => Vec::new(),
                };
                StoryReason {
                    sign: sign.as_str(),
                    value,
                    weight,
                    with: self.id(other).into_owned(),
                    evidence,
                }
            })
            .collect()
    }

    fn compared(&self, number: u32) -> Compared<'_> {
        let report = self.report(number);
        let crowd = [0, 1].map(|across| report.likenesses[across].crowd(EXPECTED_LIKENESS[across]));
        Compared { profile: &report.profile, crowd }
    }
}

impl PlacedReport {
    /// A report of its own story that says nothing, and that nobody asks for.
    fn of_nothing(number: u32) -> Self {
        Self {
            id: CompactId::of(""),
            profile: Profile::default(),
            story: number,
            likenesses: Default::default(),
            measured: KnownLengths::default(),
        }
    }
}

/// The reports of a story that speak for it: all of a small one, the first and the latest of a large one.
fn speakers(members: &[u32]) -> impl Iterator<Item = u32> + '_ {
    let (first, rest) = members.split_at(members.len().min(MAX_SPEAKERS / 2));
    let latest = &rest[rest.len().saturating_sub(MAX_SPEAKERS / 2)..];
    first.iter().chain(latest).copied()
}

/// The names of the weightiest of what is shared.
fn top(mut shared: Vec<(u32, f32)>, name: impl Fn(u32) -> Option<String>) -> Vec<String> {
    shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shared.into_iter().filter_map(|(key, _)| name(key)).take(MAX_EVIDENCE).collect()
}

/// Everything a profile holds, by kind and key.
fn facts(profile: &Profile) -> impl Iterator<Item = (FactKind, u32)> + '_ {
    weighed_facts(profile).map(|(key, _)| key)
}

fn weighed_facts(profile: &Profile) -> impl Iterator<Item = ((FactKind, u32), f32)> + '_ {
    let of = |kind| move |(key, weight)| ((kind, key), weight);
    let words = profile.wording().map(|word| ((FactKind::Word, word.key), word.weight));
    let entities = profile.entities().map(of(FactKind::Entity));
    let acts = profile.acts().map(of(FactKind::Act));
    let numbers = profile.numbers().map(of(FactKind::Number));
    words.chain(entities).chain(acts).chain(numbers)
}

/// How rare members are, of those that were asked for last: many reports share most of their words, and each costs a
/// place in memory that is far away, a logarithm and a power.
#[derive(Debug)]
struct Rarities(Vec<(MemberCode, f32)>);

/// How many are remembered; a power of two.
const MAX_RARITIES: usize = 1 << 13;
/// What no member is known by.
const NO_MEMBER: MemberCode = MemberCode::MAX;

impl Default for Rarities {
    fn default() -> Self {
        Self(vec![(NO_MEMBER, 0.0); MAX_RARITIES])
    }
}

impl Rarities {
    fn of(&mut self, index: &StoryIndex, kind: FactKind, key: u32) -> f32 {
        // The code of a number is not all of it, and how often it is expected depends on the whole.
        if kind == FactKind::Number {
            return index.rarity(kind, key);
        }
        let code = code(kind, key);
        let place = &mut self.0[(code ^ code >> KEY_BITS) as usize % MAX_RARITIES];
        if place.0 != code {
            *place = (code, index.rarity(kind, key));
        }
        place.1
    }

    fn square(&mut self, index: &StoryIndex, kind: FactKind, key: u32) -> f32 {
        self.of(index, kind, key).powi(2)
    }
}

/// What was worked out while one report is placed: by how rare members are now, since a word that was one report's is ten reports'
/// within an hour.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    rarities: Rarities,
    weighed: NumberMap<u32, Arc<WeighedProfile>>,
    likenesses: NumberMap<u64, Likeness>,
    scores: NumberMap<u64, f32>,
}

impl Comparison {
    fn weighed(&mut self, index: &StoryIndex, number: u32) -> Arc<WeighedProfile> {
        let square = |kind, key| self.rarities.square(index, kind, key);
        let weigh = || Arc::new(WeighedProfile::of(&index.report(number).profile, square));
        Arc::clone(self.weighed.entry(number).or_insert_with(weigh))
    }

    fn likeness(&mut self, index: &StoryIndex, a: u32, b: u32) -> Likeness {
        let pair = pair(a, b);
        if let Some(likeness) = self.likenesses.get(&pair) {
            return *likeness;
        }
        // One of the two is kept weighed: of a report that came, what all others are compared with.
        let (one, other) = if self.weighed.contains_key(&b) { (b, a) } else { (a, b) };
        let weighed = self.weighed(index, one);
        let [one, other] = [one, other].map(|number| index.report(number));
        let likeness = weighed.likeness(&one.measured.lengths, &other.profile, &other.measured.lengths);
        self.likenesses.insert(pair, likeness);
        likeness
    }

    /// Whether two reports are in two languages, and how alike they are, by their wording or by what they tell.
    fn likeness_of(&mut self, index: &StoryIndex, a: u32, b: u32) -> (bool, f32) {
        let across = index.report(a).profile.language != index.report(b).profile.language;
        let likeness = self.likeness(index, a, b);
        (across, if across { likeness.facts } else { likeness.wording })
    }

    /// Whether two reports are in two languages, and the values of all signs between them.
    pub(super) fn evidence(&mut self, index: &StoryIndex, a: u32, b: u32) -> (bool, [f32; Sign::COUNT]) {
        let likeness = self.likeness(index, a, b);
        let (a, b) = (index.compared(a.min(b)), index.compared(a.max(b)));
        (a.profile.language != b.profile.language, evidence(a, b, &likeness, &index.tables))
    }

    pub(super) fn score(&mut self, index: &StoryIndex, a: u32, b: u32) -> f32 {
        let pair = pair(a, b);
        if let Some(score) = self.scores.get(&pair) {
            return *score;
        }
        let likeness = self.likeness(index, a, b);
        let (first, second) = (a.min(b), a.max(b));
        let score = score(index.compared(first), index.compared(second), &likeness, &index.tables);
        self.scores.insert(pair, score);
        score
    }
}

/// What a pair of reports is known by, in whichever order.
fn pair(a: u32, b: u32) -> u64 {
    u64::from(a.min(b)) << 32 | u64::from(a.max(b))
}
