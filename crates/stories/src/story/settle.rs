//! A second look at the stories around a new report.

use super::index::{Comparison, StoryIndex};
use super::review::ReviewGroups;

/// A rival whose mean score with the new report is no lower than this is looked at again with it.
pub(super) const MIN_NEAR: f32 = -0.1;
/// ... if it is among so many likest.
const MAX_NEAR: usize = 8;
/// Reports that are told anew together. Stories that would go beyond it stay whole.
const MAX_SETTLING: usize = 48;
/// By how much the reports have to fit better together for their stories to change, so that none goes in and out.
const MIN_GAIN: f32 = 0.05;

impl StoryIndex {
    /// Tells the stories anew that the new report lies near to, as a review does: the two likest groups are merged first. What comes of
    /// it is kept only if the reports fit better together so than they did. Gives the stories that ended in the report's.
    pub(super) fn settle(&mut self, number: u32, rivals: &[u32], comparison: &mut Comparison) -> Vec<String> {
        let own = self.story_number(number);
        let mut near: Vec<(f32, u32)> = rivals
            .iter()
            .filter(|rival| **rival != own && !self.members(**rival).is_empty())
            .map(|rival| (self.mean(&[number], self.members(*rival), comparison), *rival))
            .filter(|(mean, _)| *mean > MIN_NEAR)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        near.truncate(MAX_NEAR);
        let stories: Vec<u32> = [own].into_iter().chain(near.into_iter().map(|(_, rival)| rival)).collect();
        let before = self.parts(&stories);
        if before.len() < 2 {
            return Vec::new();
        }
        let mut groups = ReviewGroups::new(self.margin());
        for part in &before {
            groups.add(part.clone());
        }
        for (at, one) in before.iter().enumerate() {
            for other in &before[at + 1..] {
                groups.bind(one[0], other[0], self.mean(one, other, comparison));
            }
        }
        let after: Vec<Vec<u32>> = groups.merged().collect();
        if !self.replace_if_better(&stories, after, MIN_GAIN, comparison) {
            return Vec::new();
        }
        let story = self.story_number(number);
        // A report that has just begun a story of its own ends none.
        let ended = stories.into_iter().filter(|ended| *ended != number && *ended != story);
        ended
            .filter(|ended| self.story_number(*ended) == story)
            .map(|ended| self.id(ended).into_owned())
            .collect()
    }

    /// The reports of these stories, each by itself; of those beyond the bound, each story whole.
    fn parts(&self, stories: &[u32]) -> Vec<Vec<u32>> {
        let mut parts: Vec<Vec<u32>> = Vec::new();
        for story in stories {
            let members = self.members(*story);
            match parts.len() + members.len() <= MAX_SETTLING {
                true => parts.extend(members.iter().map(|member| vec![*member])),
                false => parts.push(members.to_vec()),
            }
        }
        parts
    }

    /// Puts groups of the reports of these stories in their place, if the reports fit better together so than they do by more than `gain`.
    /// Whether that is so.
    pub(super) fn replace_if_better(
        &mut self,
        stories: &[u32],
        after: Vec<Vec<u32>>,
        gain: f32,
        comparison: &mut Comparison,
    ) -> bool {
        let now: Vec<Vec<u32>> = stories.iter().map(|story| self.members(*story).to_vec()).collect();
        let is_better = self.fit(&after, comparison) > self.fit(&now, comparison) + gain;
        if is_better {
            self.replace(stories, after.into_iter());
        }
        is_better
    }

    /// How well reports fit together: the sum of the scores of all pairs that are in one group.
    fn fit(&self, groups: &[Vec<u32>], comparison: &mut Comparison) -> f32 {
        let pairs = |members: &[u32]| (members.len() * members.len().saturating_sub(1) / 2) as f32;
        groups.iter().map(|members| pairs(members) * self.mean(members, members, comparison)).sum()
    }
}
