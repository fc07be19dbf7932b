//! A second look at a whole stream, when all of it is known.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::evidence::Sign;
use super::index::{Comparison, MAX_REVIEWED_CANDIDATES, StoryIndex};

/// Larger streams keep the stories that were told on arrival: all pairs of likely reports are held in memory.
const MAX_REVIEWED: usize = 20_000;
/// Streams of no more reports are reviewed on the way, where they are a multiple of so many: who has read little asked for more likeness when the first
/// of them came, and knew little of what is common.
const MAX_RECONSIDERED: usize = 300;
const RECONSIDERED_EVERY: usize = 25;
/// By how much their reports have to fit better together for their stories to change then, so that none goes in and out.
const MIN_RECONSIDERED_GAIN: f32 = 0.02;
/// What a pair counts that shares too little to be compared.
const UNLIKE: f32 = -0.15;
/// No pair counts more than this for being one story, nor less against it: one that is nearly a copy settles nothing for the others.
const MAX_SCORE: f32 = 0.58;
const MIN_SCORE: f32 = -0.59;

/// What a score counts among others.
pub(super) fn bounded(score: f32) -> f32 {
    score.clamp(MIN_SCORE, MAX_SCORE)
}

/// Two groups that may tell one happening, by the numbers of their first reports.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Proposal {
    mean: f32,
    groups: (u32, u32),
    /// How large the two were when it was made; it is void once one has grown.
    sizes: (usize, usize),
}

impl Eq for Proposal {}

impl Ord for Proposal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.mean.total_cmp(&other.mean).then_with(|| other.groups.cmp(&self.groups))
    }
}

impl PartialOrd for Proposal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The groups of a review.
#[derive(Debug, Default)]
pub(super) struct ReviewGroups {
    members: BTreeMap<u32, Vec<u32>>,
    /// What a mean has to be above for two groups to be merged.
    margin: f32,
    /// For each group, the sum of the scores between it and another, and of how many pairs.
    bonds: BTreeMap<u32, BTreeMap<u32, (f32, u32)>>,
    proposals: BinaryHeap<Proposal>,
}

impl ReviewGroups {
    /// No groups yet; two are merged if their mean is above `margin`.
    pub(super) fn new(margin: f32) -> Self {
        Self { margin, ..Self::default() }
    }

    /// A group of its own, known by its first member.
    pub(super) fn add(&mut self, members: Vec<u32>) {
        if let Some(first) = members.first() {
            self.members.insert(*first, members);
        }
    }

    /// Notes the mean score between two groups.
    pub(super) fn bind(&mut self, a: u32, b: u32, mean: f32) {
        let pairs = self.size(a) * self.size(b);
        for (one, other) in [(a, b), (b, a)] {
            self.bonds.entry(one).or_default().insert(other, (bounded(mean) * pairs as f32, pairs as u32));
        }
    }

    /// Merges the likest groups until no two are alike, and gives what they are then.
    pub(super) fn merged(mut self) -> impl Iterator<Item = Vec<u32>> {
        let pairs: Vec<(u32, u32)> = self
            .bonds
            .iter()
            .flat_map(|(one, others)| others.keys().filter(|other| *other > one).map(|other| (*one, *other)))
            .collect();
        for (one, other) in pairs {
            self.propose(one, other);
        }
        self.merge_all();
        self.members.into_values()
    }

    /// Proposes to merge two groups, if the mean of all pairs between them is above the margin.
    fn propose(&mut self, a: u32, b: u32) {
        let groups = (a.min(b), a.max(b));
        let Some((sum, known)) = self.bonds.get(&groups.0).and_then(|bonds| bonds.get(&groups.1)) else {
            return;
        };
        let sizes = (self.size(groups.0), self.size(groups.1));
        let pairs = (sizes.0 * sizes.1) as f32;
        let mean = (sum + (pairs - *known as f32) * UNLIKE) / pairs;
        if mean > self.margin {
            self.proposals.push(Proposal { mean, groups, sizes });
        }
    }

    fn size(&self, group: u32) -> usize {
        self.members.get(&group).map_or(0, Vec::len)
    }

    /// Merges the likest groups until no two are alike.
    fn merge_all(&mut self) {
        while let Some(Proposal { groups: (kept, gone), sizes, .. }) = self.proposals.pop() {
            if (self.size(kept), self.size(gone)) != sizes {
                continue;
            }
            let moved = self.members.remove(&gone).unwrap_or_default();
            self.members.entry(kept).or_default().extend(moved);
            for (other, (sum, known)) in self.bonds.remove(&gone).unwrap_or_default() {
                if let Some(bonds) = self.bonds.get_mut(&other) {
                    bonds.remove(&gone);
                }
                if other == kept {
                    continue;
                }
                for (one, other) in [(kept, other), (other, kept)] {
                    let bond = self.bonds.entry(one).or_default().entry(other).or_insert((0.0, 0));
                    *bond = (bond.0 + sum, bond.1 + known);
                }
            }
            let others: Vec<u32> =
                self.bonds.get(&kept).into_iter().flat_map(|bonds| bonds.keys().copied()).collect();
            for other in others {
                self.propose(kept, other);
            }
        }
    }
}

impl StoryIndex {
    /// Tells the stories of all reports anew, by what is known now: what is common among them, and how much of a crowd each stands in,
    /// is known better than when the first of them came. The two groups that are the likest on average over all their pairs are
    /// merged, and so on while that average is above 0, or above a margin where few are known.
    ///
    /// Of more than twenty thousand reports none is looked at again. The cost is that of placing every report.
    pub fn review(&mut self) {
        if self.len() > MAX_REVIEWED {
            return;
        }
        let (groups, _) = self.reviewed();
        self.regroup(groups.into_iter());
    }

    /// Reviews the stories of a small stream after a report came, if it is its turn. Stories change only where their reports fit better together
    /// so.
    pub(super) fn reconsider(&mut self) {
        if !self.is_reconsidered() {
            return;
        }
        let (groups, mut comparison) = self.reviewed();
        for (stories, after) in self.entangled(groups) {
            self.replace_if_better(&stories, after, MIN_RECONSIDERED_GAIN, &mut comparison);
        }
    }

    /// Measures what [`StoryIndex::reconsider`] measures, of a stream whose stories are known.
    pub(super) fn measure_reconsidered(&mut self) {
        if self.is_reconsidered() {
            self.measure_all();
        }
    }

    /// Whether the stream is small, and it is the turn of the report that came last. That goes by how many are known: their numbers depend on how
    /// many were forgotten or edited, which a stream that was restored doesn't know.
    fn is_reconsidered(&self) -> bool {
        let known = self.known();
        known <= MAX_RECONSIDERED && known.is_multiple_of(RECONSIDERED_EVERY)
    }

    /// What the stories of all reports would be by what is known now, each in its order of arrival.
    fn reviewed(&mut self) -> (Vec<Vec<u32>>, Comparison) {
        let (candidates, mut comparison) = self.measure_all();
        let mut groups = ReviewGroups::new(self.margin());
        for (number, _) in &candidates {
            groups.add(vec![*number]);
        }
        for (number, others) in &candidates {
            for other in others {
                groups.bind(*number, *other, comparison.score(self, *number, *other));
            }
        }
        let mut groups: Vec<Vec<u32>> = groups.merged().collect();
        groups.iter_mut().for_each(|group| group.sort_unstable());
        (groups, comparison)
    }

    /// The groups of all reports, those together that share stories with one another: those stories have no other reports.
    fn entangled(&self, groups: Vec<Vec<u32>>) -> Vec<(Vec<u32>, Vec<Vec<u32>>)> {
        let mut tangles: Vec<(BTreeSet<u32>, Vec<Vec<u32>>)> = Vec::new();
        for group in groups {
            let mut stories: BTreeSet<u32> = group.iter().map(|number| self.story_number(*number)).collect();
            let (touched, mut apart): (Vec<_>, Vec<_>) =
                tangles.into_iter().partition(|(known, _)| !known.is_disjoint(&stories));
            let mut together = Vec::new();
            for (known, groups) in touched {
                stories.extend(known);
                together.extend(groups);
            }
            together.push(group);
            apart.push((stories, together));
            tangles = apart;
        }
        tangles.into_iter().map(|(stories, groups)| (stories.into_iter().collect(), groups)).collect()
    }

    /// Of every report those that share some of its rarest words and facts, with crowds by what is common now.
    fn measure_all(&mut self) -> (Vec<(u32, Vec<u32>)>, Comparison) {
        let mut comparison = Comparison::default();
        let candidates: Vec<(u32, Vec<u32>)> = self
            .numbers()
            .into_iter()
            .map(|number| {
                let rarest = self.rarest(number, &mut comparison);
                (number, self.candidates(number, &rarest, MAX_REVIEWED_CANDIDATES, &mut comparison))
            })
            .collect();
        for (number, _) in &candidates {
            self.measure_lengths(*number, &mut comparison);
        }
        for (number, others) in &candidates {
            self.measure_crowd(*number, others, &mut comparison);
        }
        (candidates, comparison)
    }

    /// The names of the signs, in the order in which [`StoryIndex::pairs`] gives their values.
    pub fn signs() -> impl Iterator<Item = &'static str> {
        Sign::ALL.iter().map(|sign| sign.as_str())
    }

    /// Every pair of reports that a review compares, with the values of all signs, whatever they weigh: what weights are fitted to.
    pub fn pairs(&mut self) -> Vec<PairEvidence> {
        let (candidates, mut comparison) = self.measure_all();
        let mut pairs = Vec::new();
        for (number, others) in &candidates {
            for other in
                others.iter().filter(|other| *other > number || !is_candidate(&candidates, **other, *number))
            {
                let (across, values) = comparison.evidence(self, *number, *other);
                let ids = [*number, *other].map(|number| self.id(number).into_owned());
                pairs.push(PairEvidence { ids, across, values: values.to_vec() });
            }
        }
        pairs
    }
}

/// Two reports that a review compares.
#[derive(Debug, Clone, PartialEq)]
pub struct PairEvidence {
    /// The ids of the two.
    pub ids: [String; 2],
    /// Whether they are in two languages.
    pub across: bool,
    /// The values of the signs.
    pub values: Vec<f32>,
}

/// Whether `other` is among the candidates of `number`.
fn is_candidate(candidates: &[(u32, Vec<u32>)], number: u32, other: u32) -> bool {
    let at = candidates.binary_search_by_key(&number, |(number, _)| *number);
    at.is_ok_and(|at| candidates[at].1.contains(&other))
}
