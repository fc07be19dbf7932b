//! What is said of a story: the event that tells all of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use dateline_wire::{ArticleEvent, ArticleId, StoryChange, StoryChangeKind, StoryEvent, StoryId, StoryState};

use super::account::{Account, Reports};
use super::{Move, StoredStory, StoryReport};
use crate::origin::Agencies;
use crate::story::ReportFacts;

/// The records that change, each with its story.
type Records = Vec<(Arc<StoryReport>, StoryId)>;

/// The stories that an article changes.
pub(super) struct Retold<'r> {
    pub(super) agencies: &'r Agencies,
    pub(super) article: &'r ArticleEvent,
    pub(super) facts: ReportFacts,
    pub(super) moves: &'r [Move],
    pub(super) ended: &'r [(StoryId, StoryId)],
    /// The number of the article, if it is new.
    pub(super) number: u64,
}

impl Retold<'_> {
    /// The records to keep and the events to tell; `own` is the story of the article that came. What is `stored` is as it will be then.
    pub(super) fn tell(
        self,
        own: &StoryId,
        stored: &mut BTreeMap<StoryId, StoredStory>,
    ) -> (Records, Vec<StoryEvent>) {
        let changes: Vec<Vec<StoryChange>> =
            stored.iter().map(|(story, kept)| self.changes(story, own, kept)).collect();
        let last: HashMap<&StoryId, Vec<(u64, Arc<StoryReport>)>> = self
            .ended
            .iter()
            .filter_map(|(story, _)| Some((story, stored.get(story)?.reports.clone())))
            .collect();
        let reports = self.put(own, stored);
        let mut events = Vec::new();
        for ((story, kept), changes) in stored.iter_mut().zip(changes) {
            let ended = self.ended.iter().find(|(ended, _)| ended == story).map(|(_, into)| into);
            if changes.is_empty() {
                continue;
            }
            let told = match last.get(story).filter(|_| kept.is_empty()) {
                Some(last) => event_of(self.agencies, story, kept.revision + 1, last),
                None => kept.event(self.agencies, story),
            };
            let Some(mut event) = told else { continue };
            event.changes = changes;
            if let Some(into) = ended {
                event.state = StoryState::Merged;
                event.merged_into = Some(into.clone());
                event.articles.clear();
                event.independent_origins.clear();
                (event.article_count, event.origin_count) = (0, 0);
            }
            kept.revision = event.revision;
            events.push(event);
        }
        (reports, events)
    }

    /// Puts every article where it stands now. The records that change by it.
    fn put(&self, own: &StoryId, stored: &mut BTreeMap<StoryId, StoredStory>) -> Records {
        let id = &self.article.article;
        let others = || self.moves.iter().filter(|change| change.article != *id);
        let goes: HashMap<&ArticleId, &StoryId> =
            others().map(|change| (&change.article, &change.to)).collect();
        let mut under_way: HashMap<ArticleId, (u64, Arc<StoryReport>)> = HashMap::new();
        for (story, kept) in stored.iter_mut() {
            let leaving = goes.iter().filter(|(_, to)| **to != story).map(|(article, _)| *article);
            let leaving: HashSet<&ArticleId> = leaving.chain((story != own).then_some(id)).collect();
            for (number, report) in kept.take_out(&leaving) {
                under_way.insert(report.shown.article.clone(), (number, report));
            }
        }
        let mut report = StoryReport::of(self.article, self.facts.clone());
        let before = under_way.remove(id);
        let told = before.as_ref().map(|(_, before)| &**before);
        if let Some(told) = told.or_else(|| stored.get(own)?.report(id)) {
            report.shown.received_at = told.shown.received_at;
        }
        let number = before.map_or(self.number, |(number, _)| number);
        let report = Arc::new(report);
        let mut records = vec![(number, report.clone(), own)];
        for change in others() {
            let moved = under_way.remove(&change.article);
            records.extend(moved.map(|(number, report)| (number, report, &change.to)));
        }
        let is_replaced = stored.get_mut(own).is_some_and(|kept| kept.replace(self.agencies, report));
        for (number, report, story) in records.iter().skip(usize::from(is_replaced)) {
            if let Some(kept) = stored.get_mut(*story) {
                kept.put(self.agencies, *number, report.clone());
            }
        }
        records.into_iter().map(|(_, report, story)| (report, story.clone())).collect()
    }

    /// What happened to a story.
    fn changes(&self, story: &StoryId, own: &StoryId, stored: &StoredStory) -> Vec<StoryChange> {
        let id = &self.article.article;
        let change = |kind, article: Option<&ArticleId>, story: Option<&StoryId>| StoryChange {
            kind,
            article: article.cloned(),
            story: story.cloned(),
        };
        let mut changes = Vec::new();
        if let Some((_, into)) = self.ended.iter().find(|(ended, _)| ended == story) {
            return vec![change(StoryChangeKind::Merged, None, Some(into))];
        }
        let from =
            self.moves.iter().find(|change| change.article == *id).and_then(|change| change.from.as_ref());
        if story == own {
            let kind = match stored.report(id).map(|report| &report.shown) {
                Some(before) if before.withdrawn => StoryChangeKind::Returned,
                Some(_) => StoryChangeKind::Edited,
                None if stored.is_empty() => StoryChangeKind::Begun,
                None => StoryChangeKind::Joined,
            };
            changes.push(change(kind, Some(id), from.filter(|from| *from != own)));
        }
        let ended_here =
            |from: &StoryId| self.ended.iter().any(|(ended, into)| ended == from && into == story);
        for (ended, _) in self.ended.iter().filter(|(_, into)| into == story) {
            changes.push(change(StoryChangeKind::Merged, None, Some(ended)));
        }
        let mut begun = stored.is_empty() && story != own;
        for moved in
            self.moves.iter().filter(|moved| moved.article != *id || moved.from.as_ref() == Some(story))
        {
            let comes = moved.to == *story && moved.article != *id;
            if comes && !moved.from.as_ref().is_some_and(ended_here) {
                let kind =
                    if std::mem::take(&mut begun) { StoryChangeKind::Begun } else { StoryChangeKind::Joined };
                changes.push(change(kind, Some(&moved.article), moved.from.as_ref()));
            } else if moved.from.as_ref() == Some(story) && moved.to != *story {
                changes.push(change(StoryChangeKind::Left, Some(&moved.article), Some(&moved.to)));
            }
        }
        changes
    }
}

/// What changes of a story when one of its articles is withdrawn: what is kept of the article, and what is told then. Nothing if the
/// story has no such article, or has it as withdrawn.
pub(super) fn withdrawn(
    agencies: &Agencies,
    article: &ArticleId,
    story: &StoryId,
    stored: &mut StoredStory,
) -> Option<(Arc<StoryReport>, StoryEvent)> {
    let gone = stored.withdraw(article)?;
    let mut event = stored.event(agencies, story)?;
    stored.revision = event.revision;
    let kind = StoryChangeKind::Withdrawn;
    event.changes = vec![StoryChange { kind, article: Some(article.clone()), story: None }];
    Some((gone, event))
}

/// All that is said of a story with these reports; nothing of one without any.
fn event_of(agencies: &Agencies, story: &StoryId, revision: u32, reports: &Reports) -> Option<StoryEvent> {
    Some(Account::of(agencies, reports)?.event(story, revision, reports))
}
