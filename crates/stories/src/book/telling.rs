//! What is said of a story: the event that tells all of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use dateline_wire::{
    ArticleEvent, ArticleId, EventId, FeedRef, IndependentOrigin, OriginEvidence, OriginKind, StoryArticle,
    StoryChange, StoryChangeKind, StoryEntity, StoryEvent, StoryId, StoryRole, StoryState, StoryTopic,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use url::Url;

use super::{Move, StoredStory, StoryReport};
use crate::origin::{Agencies, Carrier, canonical_name, is_publisher};
use crate::site;
use crate::story::ReportFacts;

/// The most articles that an event lists at each end, ...
const MAX_ARTICLES_AT_END: usize = 100;
/// ... and the most of everything else.
const MAX_ORIGINS: usize = 200;
const MAX_FEEDS: usize = 200;
const MAX_EVIDENCE: usize = 20;
const MAX_ENTITIES: usize = 100;
const MAX_ACTS: usize = 8;
/// Copies of copies that are followed to the first.
const MAX_CHAIN: usize = 8;

/// The language of a text whose language is not known (BCP 47, section 4.1).
const UNDETERMINED: &str = "und";

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
            let told = match kept.reports.is_empty() {
                true => last.get(story),
                false => Some(&kept.reports),
            };
            let Some(told) = told.filter(|_| !changes.is_empty()) else { continue };
            let Some(mut event) = event_of(self.agencies, story, kept.revision + 1, told) else { continue };
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
            let goes =
                |article: &ArticleId| article == id || goes.get(article).is_some_and(|to| *to != story);
            let gone = kept.reports.extract_if(.., |(_, report)| goes(&report.shown.article));
            under_way.extend(gone.map(|(number, report)| (report.shown.article.clone(), (number, report))));
        }
        let mut report = StoryReport::of(self.article, self.facts.clone());
        let before = under_way.remove(id);
        if let Some((_, before)) = &before {
            report.shown.received_at = before.shown.received_at;
        }
        let number = before.map_or(self.number, |(number, _)| number);
        let mut records = vec![(number, Arc::new(report), own)];
        for change in others() {
            let moved = under_way.remove(&change.article);
            records.extend(moved.map(|(number, report)| (number, report, &change.to)));
        }
        for (number, report, story) in &records {
            if let Some(kept) = stored.get_mut(*story) {
                let place = kept.reports.partition_point(|(before, _)| before <= number);
                kept.reports.insert(place, (*number, report.clone()));
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
            let mut shown = stored.reports.iter().map(|(_, report)| &report.shown);
            let kind = match shown.find(|shown| shown.article == *id) {
                Some(before) if before.withdrawn => StoryChangeKind::Returned,
                Some(_) => StoryChangeKind::Edited,
                None if stored.reports.is_empty() => StoryChangeKind::Begun,
                None => StoryChangeKind::Joined,
            };
            changes.push(change(kind, Some(id), from.filter(|from| *from != own)));
        }
        let ended_here =
            |from: &StoryId| self.ended.iter().any(|(ended, into)| ended == from && into == story);
        for (ended, _) in self.ended.iter().filter(|(_, into)| into == story) {
            changes.push(change(StoryChangeKind::Merged, None, Some(ended)));
        }
        let mut begun = stored.reports.is_empty() && story != own;
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
    stored: StoredStory,
) -> Option<(Arc<StoryReport>, StoryEvent)> {
    let StoredStory { revision, mut reports } = stored;
    let is_it = |report: &&mut Arc<StoryReport>| report.shown.article == *article && !report.shown.withdrawn;
    let gone = reports.iter_mut().map(|(_, report)| report).find(is_it)?;
    Arc::make_mut(gone).shown.withdrawn = true;
    let gone = gone.clone();
    let mut event = event_of(agencies, story, revision + 1, &reports)?;
    let kind = StoryChangeKind::Withdrawn;
    event.changes = vec![StoryChange { kind, article: Some(article.clone()), story: None }];
    Some((gone, event))
}

/// All that is said of a story with these reports; nothing of one without any. Reports that were withdrawn count for nothing, unless
/// there are no others.
fn event_of(
    agencies: &Agencies,
    story: &StoryId,
    revision: u32,
    reports: &[(u64, Arc<StoryReport>)],
) -> Option<StoryEvent> {
    let reports = || reports.iter().map(|(_, report)| &**report);
    let articles: Vec<&StoryArticle> = reports().map(|report| &report.shown).collect();
    let names = Names::of(agencies, &articles);
    let roles = roles(&articles, &names);
    let received = || articles.iter().map(|article| article.received_at);
    let (first_reported, last_reported) = (received().min()?, received().max()?);
    let standing = articles.iter().filter(|article| !article.withdrawn).count();
    let is_told = |article: &StoryArticle| standing == 0 || !article.withdrawn;
    let told: Vec<(&StoryArticle, StoryRole)> =
        articles.iter().copied().zip(roles.iter().copied()).filter(|(article, _)| is_told(article)).collect();
    let reports: Vec<&StoryReport> = reports().filter(|report| is_told(&report.shown)).collect();
    let titles = titles(&told);
    let languages = by_count(told.iter().map(|(article, _)| language(article)));
    let own = told.iter().filter(|(_, role)| *role != StoryRole::Copy);
    let main = by_count(own.map(|(article, _)| language(article))).first().copied();
    let main = main.or_else(|| languages.first().copied()).map(|(language, _)| language);
    let title = main.and_then(|language| titles.get(language)).or_else(|| titles.values().next()).cloned();
    let entities = by_count(reports.iter().flat_map(|report| report.entities.iter().collect::<HashSet<_>>()));
    let acts = by_count(reports.iter().flat_map(|report| &report.acts));
    let topics = by_count(reports.iter().flat_map(|report| &report.topics));
    let labels = by_count(reports.iter().filter_map(|report| report.label));
    let independent = independent_origins(&articles, &names);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Some(StoryEvent {
        id: EventId::of_story(story, revision),
        story: story.clone(),
        revision,
        supersedes: (revision > 1).then(|| EventId::of_story(story, revision - 1)),
        state: StoryState::Open,
        merged_into: None,
        changes: Vec::new(),
        title,
        titles,
        first_reported,
        last_reported,
        happened_on: happened_on(&reports),
        entities: entities
            .into_iter()
            .take(MAX_ENTITIES)
            .map(|((id, kind), articles)| StoryEntity {
                wikidata: reports.iter().find_map(|report| report.wikidata.get(id)).cloned(),
                id: id.clone(),
                kind: kind.clone(),
                articles: count(articles),
            })
            .collect(),
        acts: acts.into_iter().take(MAX_ACTS).map(|(act, _)| act.clone()).collect(),
        topics: topics
            .into_iter()
            .map(|(id, articles)| StoryTopic { id: id.clone(), articles: count(articles) })
            .collect(),
        labels: labels.into_iter().map(|(label, _)| label).collect(),
        feeds: feeds(&reports),
        languages: languages.into_iter().map(|(language, _)| language.to_owned()).collect(),
        article_count: count(standing),
        origin_count: count(independent.len()),
        independent_origins: independent.into_iter().take(MAX_ORIGINS).collect(),
        articles: ends(&articles, &roles),
    })
}

/// The feeds that announced them, each once.
fn feeds(reports: &[&StoryReport]) -> Vec<FeedRef> {
    let mut known = HashSet::new();
    let feeds = reports.iter().filter_map(|report| report.feed.as_ref());
    feeds.filter(|feed| known.insert(&feed.id)).take(MAX_FEEDS).cloned().collect()
}

/// The first and the last of many articles, each with its role.
fn ends(articles: &[&StoryArticle], roles: &[StoryRole]) -> Vec<StoryArticle> {
    let last = articles.len().saturating_sub(MAX_ARTICLES_AT_END);
    let with_role = |(article, role): (&&StoryArticle, &StoryRole)| {
        let mut article = StoryArticle::clone(article);
        article.role = *role;
        article
    };
    let all = articles.iter().zip(roles).enumerate();
    all.filter(|(place, _)| *place < MAX_ARTICLES_AT_END || *place >= last)
        .map(|(_, shown)| with_role(shown))
        .collect()
}

/// How often each comes, the most frequent first; of equals the first in their own order.
fn by_count<T: Copy + Hash + Eq + Ord>(items: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts: HashMap<T, usize> = HashMap::new();
    for item in items {
        *counts.entry(item).or_insert(0) += 1;
    }
    let mut counts: Vec<(T, usize)> = counts.into_iter().collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts
}

/// The day that most openings name; of equals the latest. What a report tells of a later day than it was anywhere when it was received is
/// going to happen.
fn happened_on(reports: &[&StoryReport]) -> Option<Date> {
    let named = reports.iter().flat_map(|report| {
        let last = latest_day(report.shown.received_at);
        report.days.iter().copied().filter(move |day| *day <= last)
    });
    let days = by_count(named);
    let most = days.first()?.1;
    days.into_iter().filter(|(_, count)| *count == most).map(|(day, _)| day).max()
}

/// The day that it is at a moment where the day begins first: at UTC+14.
fn latest_day(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::fixed(offset(14))).date()
}

fn language(article: &StoryArticle) -> &str {
    article.language.as_deref().unwrap_or(UNDETERMINED)
}

/// The best title in each language: the first of an article that is no copy, an origin before others.
fn titles(articles: &[(&StoryArticle, StoryRole)]) -> BTreeMap<String, String> {
    let mut best: BTreeMap<&str, (StoryRole, &str)> = BTreeMap::new();
    let rank = |role| match role {
        StoryRole::Origin => 0,
        StoryRole::OwnReport => 1,
        StoryRole::Copy => 2,
    };
    for (article, role) in articles {
        let Some(title) = &article.title else { continue };
        let known = best.get(language(article));
        if known.is_none_or(|(known, _)| rank(*role) < rank(*known)) {
            best.insert(language(article), (*role, title));
        }
    }
    best.into_iter().map(|(language, (_, title))| (language.to_owned(), title.to_owned())).collect()
}

fn host(article: &StoryArticle) -> Option<&str> {
    article.url.as_ref().and_then(Url::host_str)
}

/// What says who publishes an article.
type Imprint<'a> = (Option<&'a str>, Option<&'a str>);

fn imprint(article: &StoryArticle) -> Imprint<'_> {
    (host(article), article.publisher.as_deref())
}

/// Who is named in a story, and who publishes it: the same few, again and again.
struct Names<'a> {
    /// The origins that articles name: as they are written, with the names that they go by.
    origins: BTreeMap<&'a str, String>,
    publishers: HashMap<Imprint<'a>, Publisher>,
}

/// Who publishes an article.
struct Publisher {
    /// By name, or by the site if that is all that is known.
    name: Option<String>,
    /// Whether an article of the story names it as an origin.
    is_named: bool,
    /// The agency whose own site it is.
    agency: Option<String>,
}

impl<'a> Names<'a> {
    fn of(agencies: &Agencies, articles: &[&'a StoryArticle]) -> Self {
        let mut names = Self { origins: BTreeMap::new(), publishers: HashMap::new() };
        for origin in articles.iter().flat_map(|article| &article.origins) {
            let canonical = || canonical_name(agencies, &origin.name);
            names.origins.entry(&origin.name).or_insert_with(canonical);
        }
        for article in articles {
            let imprint = imprint(article);
            let publisher = || Publisher::of(agencies, imprint, names.origins.keys().copied());
            names.publishers.entry(imprint).or_insert_with(publisher);
        }
        names
    }

    /// The names of an article's origins.
    fn of_origins(&self, article: &StoryArticle) -> Vec<&str> {
        article.origins.iter().filter_map(|origin| Some(self.origins.get(&*origin.name)?.as_str())).collect()
    }

    fn publisher(&self, article: &'a StoryArticle) -> Option<&Publisher> {
        self.publishers.get(&imprint(article))
    }
}

impl Publisher {
    fn of<'n>(
        agencies: &Agencies,
        (host, publisher): Imprint<'_>,
        mut named: impl Iterator<Item = &'n str>,
    ) -> Self {
        let carrier = Carrier { host, publisher, ..Carrier::default() };
        let own = named.find(|name| is_publisher(agencies, &carrier, name));
        let name = own.or(publisher).map(|name| canonical_name(agencies, name));
        let agency = agencies.publishing(host, publisher);
        Self {
            name: name.or_else(|| host.map(site::of_host)),
            is_named: own.is_some(),
            agency: agency.map(|agency| agency.name.clone()),
        }
    }
}

/// What each article is among the others.
fn roles<'a>(articles: &[&'a StoryArticle], names: &Names<'a>) -> Vec<StoryRole> {
    let copied: HashSet<&ArticleId> =
        articles.iter().filter_map(|article| article.copy_of.as_ref()).collect();
    let role = |article: &&'a StoryArticle| {
        let is_anothers = article.copy_of.is_some() || !article.origins.is_empty();
        let is_origin = || {
            copied.contains(&article.article)
                || names.publisher(article).is_some_and(|publisher| publisher.is_named)
        };
        match is_anothers {
            true => StoryRole::Copy,
            false if is_origin() => StoryRole::Origin,
            false => StoryRole::OwnReport,
        }
    };
    articles.iter().map(role).collect()
}

/// Who tells a story in words of their own, in the order in which they first do. A text and its copies are by whomever the first of them
/// names, by the agency on whose own site one of them stands, by whomever another of them names, or by the publisher of the first.
fn independent_origins<'a>(articles: &[&'a StoryArticle], names: &Names<'a>) -> Vec<IndependentOrigin> {
    let agency = |article: &'a StoryArticle| names.publisher(article)?.agency.as_deref();
    let publisher = |article: &'a StoryArticle| names.publisher(article)?.name.as_deref();
    let mut origins: Vec<IndependentOrigin> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let by_id: HashMap<&ArticleId, &StoryArticle> =
        articles.iter().map(|article| (&article.article, *article)).collect();
    for (first, text) in texts(articles, &by_id) {
        let standing = || text.iter().copied().filter(|article| !article.withdrawn);
        let first = by_id.get(first).copied().unwrap_or(text[0]);
        let whose = Some(names.of_origins(first))
            .filter(|names| !names.is_empty())
            .or_else(|| Some(vec![standing().find_map(agency)?]))
            .or_else(|| standing().map(|article| names.of_origins(article)).find(|names| !names.is_empty()))
            .or_else(|| Some(vec![publisher(first)?]))
            .unwrap_or_default();
        for (article, name) in standing().flat_map(|article| whose.iter().map(move |name| (article, *name))) {
            let place = *places.entry(name).or_insert(origins.len());
            if place == origins.len() {
                origins.push(IndependentOrigin { name: name.to_owned(), evidence: Vec::new() });
            }
            let evidence = &mut origins[place].evidence;
            if evidence.len() >= MAX_EVIDENCE {
                continue;
            }
            let said = article.origins.iter().zip(names.of_origins(article)).find(|(_, said)| *said == name);
            let is_own = || [publisher(article), agency(article)].contains(&Some(name));
            let kind =
                said.map(|(origin, _)| origin.kind).or_else(|| (!is_own()).then_some(OriginKind::Copy));
            let words = said.map(|(origin, _)| origin.evidence.clone());
            evidence.push(OriginEvidence { article: article.article.clone(), kind, words });
        }
    }
    origins
}

/// The texts of a story, each with the article that has it first, and with all that repeat it, in the order in which these came.
fn texts<'a>(
    articles: &[&'a StoryArticle],
    by_id: &HashMap<&'a ArticleId, &'a StoryArticle>,
) -> Vec<(&'a ArticleId, Vec<&'a StoryArticle>)> {
    let mut texts: Vec<(&ArticleId, Vec<&StoryArticle>)> = Vec::new();
    let mut places: HashMap<&ArticleId, usize> = HashMap::new();
    for article in articles {
        let first = first_with(article, by_id);
        let place = *places.entry(first).or_insert(texts.len());
        match texts.get_mut(place) {
            Some((_, text)) => text.push(article),
            None => texts.push((first, vec![article])),
        }
    }
    texts
}

/// The article whose text one repeats, as far as it is known: the first in the chain of copies.
fn first_with<'a>(
    article: &'a StoryArticle,
    by_id: &HashMap<&'a ArticleId, &'a StoryArticle>,
) -> &'a ArticleId {
    let mut first = &article.article;
    let mut repeated = article.copy_of.as_ref();
    // Edits may have two articles repeat each other.
    for _ in 0..MAX_CHAIN {
        let Some(earlier) = repeated else { break };
        first = earlier;
        repeated = by_id.get(earlier).and_then(|earlier| earlier.copy_of.as_ref());
    }
    first
}
