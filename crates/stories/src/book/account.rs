//! What the reports of a story come to: all that its event says. It is added up as they come, are edited and withdrawn, so that a story of
//! thousands isn't told from all of them each time.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use dateline_wire::{
    ArticleId, EventId, FeedId, FeedRef, IndependentOrigin, Label, Origin, OriginEvidence, OriginKind,
    StoryArticle, StoryEntity, StoryEvent, StoryId, StoryRole, StoryState, StoryTopic,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use url::Url;

use super::StoryReport;
use crate::origin::{Agencies, Carrier, canonical_name, is_publisher};
use crate::site;

/// The most articles that an event lists at each end, ...
const MAX_ARTICLES_AT_END: usize = 50;
/// ... and the most of everything else.
const MAX_ORIGINS: usize = 200;
const MAX_FEEDS: usize = 200;
/// The most pieces of evidence of one origin, ...
const MAX_EVIDENCE: usize = 10;
/// ... and of all of them, but that each has one.
const MAX_EVIDENCE_IN_ALL: usize = 100;
const MAX_ENTITIES: usize = 100;
const MAX_ACTS: usize = 8;
/// Copies of copies that are followed to the first.
const MAX_CHAIN: usize = 8;

/// The language of a text whose language is not known (BCP 47, section 4.1).
const UNDETERMINED: &str = "und";

/// The reports of a story, by numbers in their order of arrival.
pub(super) type Reports = [(u64, Arc<StoryReport>)];

/// What the reports of a story come to. Those that were withdrawn count for nothing, unless there are no others.
#[derive(Debug, Clone)]
pub(super) struct Account {
    first_reported: Timestamp,
    last_reported: Timestamp,
    /// How many were not withdrawn.
    standing: usize,
    languages: Counts<String>,
    /// The languages of those that are no copies.
    own_languages: Counts<String>,
    /// Ids and types.
    entities: Counts<(String, String)>,
    wikidata: HashMap<String, String>,
    acts: Counts<String>,
    topics: Counts<String>,
    labels: Counts<Label>,
    days: Counts<Date>,
    feeds: Vec<FeedRef>,
    known_feeds: HashSet<FeedId>,
    /// The best title in each language.
    titles: BTreeMap<String, Title>,
    names: Names,
    /// The articles whose texts others repeat.
    copied: HashSet<ArticleId>,
    /// Where each article stands among the reports.
    places: HashMap<ArticleId, usize>,
    texts: Vec<Text>,
    /// Which of the texts an article has first.
    texts_by_first: HashMap<ArticleId, usize>,
}

/// A headline: the first of an article that is no copy is best, an origin's before others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Title {
    rank: u8,
    place: usize,
    title: String,
}

impl Account {
    /// Of all reports; nothing where there are none.
    pub(super) fn of(agencies: &Agencies, reports: &Reports) -> Option<Self> {
        let articles = || reports.iter().map(|(_, report)| &report.shown);
        let received = || articles().map(|article| article.received_at);
        let (first_reported, last_reported) = (received().min()?, received().max()?);
        let mut account = Self {
            first_reported,
            last_reported,
            standing: articles().filter(|article| !article.withdrawn).count(),
            languages: Counts::default(),
            own_languages: Counts::default(),
            entities: Counts::default(),
            wikidata: HashMap::new(),
            acts: Counts::default(),
            topics: Counts::default(),
            labels: Counts::default(),
            days: Counts::default(),
            feeds: Vec::new(),
            known_feeds: HashSet::new(),
            titles: BTreeMap::new(),
            names: Names::of(agencies, reports),
            copied: articles().filter_map(|article| article.copy_of.clone()).collect(),
            places: articles().enumerate().map(|(place, article)| (article.article.clone(), place)).collect(),
            texts: Vec::new(),
            texts_by_first: HashMap::new(),
        };
        account.read_texts(reports);
        for (place, (_, report)) in reports.iter().enumerate() {
            if account.standing == 0 || !report.shown.withdrawn {
                account.tally(report, place);
            }
        }
        Some(account)
    }

    /// Adds the last of the reports. Whether that can be done without looking at the others anew: it may say otherwise whose their texts are.
    #[must_use]
    pub(super) fn add(&mut self, agencies: &Agencies, reports: &Reports) -> bool {
        let Some((place, (_, report))) = reports.iter().enumerate().next_back() else { return false };
        let article = &report.shown;
        if article.withdrawn || self.standing == 0 || self.copied.contains(&article.article) {
            return false;
        }
        if !self.names.add(agencies, article) {
            return false;
        }
        let article_with = |id: &ArticleId| Some(&reports.get(*self.places.get(id)?)?.1.shown);
        let first = first_with(article, article_with);
        let text = *self.texts_by_first.entry(first.clone()).or_insert(self.texts.len());
        let is_added = match self.texts.get_mut(text) {
            Some(text) => text.add(article, &self.names),
            None => {
                // Where articles repeat each other in turn, another may be the first with it.
                let first = article_with(first).unwrap_or(article);
                self.texts.push(Text::of(first, &[article], &self.names));
                true
            }
        };
        if !is_added {
            return false;
        }
        self.first_reported = self.first_reported.min(article.received_at);
        self.last_reported = self.last_reported.max(article.received_at);
        self.standing += 1;
        self.places.insert(article.article.clone(), place);
        if let Some(copied) = &article.copy_of
            && self.copied.insert(copied.clone())
            && let Some(place) = self.places.get(copied).copied()
            && let Some((_, copied)) = reports.get(place).filter(|(_, copied)| !copied.shown.withdrawn)
        {
            // It is an origin from now on.
            self.offer_title(&copied.shown, place);
        }
        self.tally(report, place);
        true
    }

    /// Takes in that the report at a place says something else than `before`. Whether that can be done without looking at all the others
    /// anew: they may repeat it, or be somebody else's by what it said.
    #[must_use]
    pub(super) fn replace(
        &mut self,
        agencies: &Agencies,
        reports: &Reports,
        place: usize,
        before: &StoryReport,
    ) -> bool {
        let Some((_, report)) = reports.get(place) else { return false };
        let (article, old) = (&report.shown, &before.shown);
        if article.withdrawn || old.withdrawn || article.received_at != old.received_at {
            return false;
        }
        if !has_same_text(old, article) {
            let articles = || reports.iter().map(|(_, report)| &report.shown);
            let names =
                |article: &StoryArticle, name: &str| article.origins.iter().any(|origin| origin.name == name);
            let is_named_no_more = |origin: &Origin| !articles().any(|article| names(article, &origin.name));
            if self.copied.contains(&article.article)
                || old.origins.iter().any(is_named_no_more)
                || !self.names.add(agencies, article)
            {
                return false;
            }
            self.copied = articles().filter_map(|article| article.copy_of.clone()).collect();
            self.texts_by_first.clear();
            self.read_texts(reports);
        }
        self.untally(before);
        self.tally(report, place);
        self.correct(reports, place, before);
        // What it repeated, or repeats now, is another's own report, or its origin, from now on.
        for copied in [&old.copy_of, &article.copy_of].into_iter().flatten() {
            if old.copy_of != article.copy_of
                && let Some((_, copied)) = self.places.get(copied).and_then(|place| reports.get(*place))
            {
                self.read_title(language(&copied.shown), reports);
            }
        }
        true
    }

    /// Takes in that the report at a place was withdrawn. Whether that can be done without looking at all the others anew: it may be the last
    /// that stood.
    #[must_use]
    pub(super) fn withdraw(&mut self, reports: &Reports, place: usize) -> bool {
        let Some((_, report)) = reports.get(place).filter(|_| self.standing > 1) else { return false };
        self.standing -= 1;
        self.untally(report);
        self.correct(reports, place, report);
        self.read_text_of(&report.shown, reports);
        true
    }

    /// Where an article stands among the reports.
    pub(super) fn place_of(&self, article: &ArticleId) -> Option<usize> {
        self.places.get(article).copied()
    }

    /// Adds what one report says by itself.
    fn tally(&mut self, report: &StoryReport, place: usize) {
        let article = &report.shown;
        self.languages.add(language(article).to_owned());
        if self.role(article) != StoryRole::Copy {
            self.own_languages.add(language(article).to_owned());
        }
        let entities: HashSet<&(String, String)> = report.entities.iter().collect();
        entities.into_iter().for_each(|entity| self.entities.add(entity.clone()));
        for (id, item) in &report.wikidata {
            self.wikidata.entry(id.clone()).or_insert_with(|| item.clone());
        }
        report.acts.iter().for_each(|act| self.acts.add(act.clone()));
        report.topics.iter().for_each(|topic| self.topics.add(topic.clone()));
        report.label.into_iter().for_each(|label| self.labels.add(label));
        // What a report tells of a later day than it was anywhere when it was received is going to happen.
        let last = latest_day(article.received_at);
        report.days.iter().filter(|day| **day <= last).for_each(|day| self.days.add(*day));
        self.know_feed(report);
        self.offer_title(article, place);
    }

    /// Takes out of what is counted what one report said by itself.
    fn untally(&mut self, report: &StoryReport) {
        let article = &report.shown;
        self.languages.remove(language(article));
        if self.role(article) != StoryRole::Copy {
            self.own_languages.remove(language(article));
        }
        let entities: HashSet<&(String, String)> = report.entities.iter().collect();
        entities.into_iter().for_each(|entity| self.entities.remove(entity));
        report.acts.iter().for_each(|act| self.acts.remove(act));
        report.topics.iter().for_each(|topic| self.topics.remove(topic));
        report.label.iter().for_each(|label| self.labels.remove(label));
        let last = latest_day(article.received_at);
        report.days.iter().filter(|day| **day <= last).for_each(|day| self.days.remove(day));
    }

    /// Looks for what is told by the first that says so, where the report at a place said it and doesn't any more.
    fn correct(&mut self, reports: &Reports, place: usize, before: &StoryReport) {
        let now = reports.get(place).map(|(_, report)| report).filter(|report| !report.shown.withdrawn);
        let standing = || reports.iter().map(|(_, report)| report).filter(|report| !report.shown.withdrawn);
        let said = language(&before.shown);
        if self.titles.get(said).is_some_and(|best| best.place == place) {
            self.read_title(said, reports);
        }
        if now.is_none_or(|report| report.wikidata != before.wikidata) {
            for id in before.wikidata.keys().chain(now.iter().flat_map(|report| report.wikidata.keys())) {
                match standing().find_map(|report| report.wikidata.get(id)) {
                    Some(item) => drop(self.wikidata.insert(id.clone(), item.clone())),
                    None => drop(self.wikidata.remove(id)),
                }
            }
        }
        if now.is_none_or(|report| report.feed != before.feed) {
            self.feeds.clear();
            self.known_feeds.clear();
            standing().for_each(|report| self.know_feed(report));
        }
    }

    /// Looks for the best title in a language anew.
    fn read_title(&mut self, said: &str, reports: &Reports) {
        self.titles.remove(said);
        for (place, (_, report)) in reports.iter().enumerate() {
            if !report.shown.withdrawn && language(&report.shown) == said {
                self.offer_title(&report.shown, place);
            }
        }
    }

    /// Takes note of the feed that announced a report, unless there are many.
    fn know_feed(&mut self, report: &StoryReport) {
        if let Some(feed) = &report.feed
            && self.feeds.len() < MAX_FEEDS
            && self.known_feeds.insert(feed.id.clone())
        {
            self.feeds.push(feed.clone());
        }
    }

    /// Takes the title of an article for the best in its language, if it is.
    fn offer_title(&mut self, article: &StoryArticle, place: usize) {
        let Some(title) = &article.title else { return };
        let rank = match self.role(article) {
            StoryRole::Origin => 0,
            StoryRole::OwnReport => 1,
            StoryRole::Copy => 2,
        };
        let title = Title { rank, place, title: title.clone() };
        match self.titles.get_mut(language(article)) {
            Some(best) => *best = title.min(best.clone()),
            None => drop(self.titles.insert(language(article).to_owned(), title)),
        }
    }

    /// What an article is among the others.
    fn role(&self, article: &StoryArticle) -> StoryRole {
        let is_named = || self.names.publisher(article).is_some_and(|publisher| publisher.is_named);
        match article.copy_of.is_some() || !article.origins.is_empty() {
            true => StoryRole::Copy,
            false if self.copied.contains(&article.article) || is_named() => StoryRole::Origin,
            false => StoryRole::OwnReport,
        }
    }

    /// The texts of the story, each with all that repeat it, in the order in which these came.
    fn read_texts(&mut self, reports: &Reports) {
        let article_with = |id: &ArticleId| Some(&reports.get(*self.places.get(id)?)?.1.shown);
        let mut texts: Vec<(&ArticleId, Vec<&StoryArticle>)> = Vec::new();
        for (_, report) in reports {
            let first = first_with(&report.shown, article_with);
            let place = *self.texts_by_first.entry(first.clone()).or_insert(texts.len());
            match texts.get_mut(place) {
                Some((_, text)) => text.push(&report.shown),
                None => texts.push((first, vec![&report.shown])),
            }
        }
        let of = |(first, text): (&ArticleId, Vec<&StoryArticle>)| {
            Text::of(article_with(first).unwrap_or(text[0]), &text, &self.names)
        };
        self.texts = texts.into_iter().map(of).collect();
    }

    /// Reads the text of an article anew.
    fn read_text_of(&mut self, article: &StoryArticle, reports: &Reports) {
        let article_with = |id: &ArticleId| Some(&reports.get(*self.places.get(id)?)?.1.shown);
        let first = first_with(article, article_with);
        let articles = reports.iter().map(|(_, report)| &report.shown);
        let text: Vec<_> = articles.filter(|other| first_with(other, article_with) == first).collect();
        if let Some(place) = self.texts_by_first.get(first) {
            self.texts[*place] = Text::of(article_with(first).unwrap_or(text[0]), &text, &self.names);
        }
    }

    /// Who tells the story in words of their own, in the order in which they first do, and how many they are; all but the first are left out.
    fn independent_origins(&self) -> (Vec<IndependentOrigin>, usize) {
        let mut origins: Vec<(&str, Vec<&OriginEvidence>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for told in self.texts.iter().flat_map(|text| &text.whose).filter(|told| !told.evidence.is_empty()) {
            let place = *places.entry(&told.name).or_insert(origins.len());
            match origins.get_mut(place) {
                Some((_, evidence)) => {
                    evidence.extend(told.evidence.iter().take(MAX_EVIDENCE.saturating_sub(evidence.len())));
                }
                None => origins.push((&told.name, told.evidence.iter().collect())),
            }
        }
        let count = origins.len();
        let each = (MAX_EVIDENCE_IN_ALL / count.max(1)).clamp(1, MAX_EVIDENCE);
        let listed = origins.into_iter().take(MAX_ORIGINS).map(|(name, evidence)| IndependentOrigin {
            name: name.to_owned(),
            evidence: evidence.into_iter().take(each).cloned().collect(),
        });
        (listed.collect(), count)
    }

    /// The day that most openings name; of equals the latest.
    fn happened_on(&self) -> Option<Date> {
        let most = self.days.0.values().max()?;
        self.days.0.iter().filter(|(_, count)| *count == most).map(|(day, _)| *day).max()
    }

    /// All that is said of the story of these reports.
    pub(super) fn event(&self, story: &StoryId, revision: u32, reports: &Reports) -> StoryEvent {
        let languages = self.languages.ranked();
        let own_languages = self.own_languages.ranked();
        let main = own_languages.first().or(languages.first());
        let title = main.and_then(|(language, _)| self.titles.get(*language));
        let title = title.or_else(|| self.titles.values().next()).map(|title| title.title.clone());
        let titles = self.titles.iter().map(|(language, title)| (language.clone(), title.title.clone()));
        let (independent_origins, origin_count) = self.independent_origins();
        let ids = |counts: &Counts<String>| -> Vec<String> {
            counts.ranked().into_iter().map(|(id, _)| id.clone()).collect()
        };
        let entity = |((id, kind), articles): (&(String, String), usize)| StoryEntity {
            wikidata: self.wikidata.get(id).cloned(),
            id: id.clone(),
            kind: kind.clone(),
            articles: count(articles),
        };
        let topic =
            |(id, articles): (&String, usize)| StoryTopic { id: id.clone(), articles: count(articles) };
        StoryEvent {
            id: EventId::of_story(story, revision),
            story: story.clone(),
            revision,
            supersedes: (revision > 1).then(|| EventId::of_story(story, revision - 1)),
            state: StoryState::Open,
            merged_into: None,
            changes: Vec::new(),
            title,
            titles: titles.collect(),
            first_reported: self.first_reported,
            last_reported: self.last_reported,
            happened_on: self.happened_on(),
            entities: self.entities.ranked().into_iter().take(MAX_ENTITIES).map(entity).collect(),
            acts: ids(&self.acts).into_iter().take(MAX_ACTS).collect(),
            topics: self.topics.ranked().into_iter().map(topic).collect(),
            labels: self.labels.ranked().into_iter().map(|(label, _)| *label).collect(),
            feeds: self.feeds.clone(),
            languages: ids(&self.languages),
            article_count: count(self.standing),
            origin_count: count(origin_count),
            independent_origins,
            articles: self.ends(reports),
        }
    }

    /// The first and the last of many articles, each with its role.
    fn ends(&self, reports: &Reports) -> Vec<StoryArticle> {
        let (begin, rest) = reports.split_at(reports.len().min(MAX_ARTICLES_AT_END));
        let end = &rest[rest.len().saturating_sub(MAX_ARTICLES_AT_END)..];
        let with_role = |(_, report): &(u64, Arc<StoryReport>)| StoryArticle {
            role: self.role(&report.shown),
            ..report.shown.clone()
        };
        begin.iter().chain(end).map(with_role).collect()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How often each comes.
#[derive(Debug, Clone)]
struct Counts<T>(HashMap<T, usize>);

impl<T> Default for Counts<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Hash + Ord> Counts<T> {
    fn add(&mut self, item: T) {
        *self.0.entry(item).or_insert(0) += 1;
    }

    fn remove<Q: Hash + Eq + ?Sized>(&mut self, item: &Q)
    where
        T: Borrow<Q>,
    {
        match self.0.get_mut(item) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(self.0.remove(item)),
        }
    }

    /// The most frequent first; of equals the first in their own order.
    fn ranked(&self) -> Vec<(&T, usize)> {
        let mut ranked: Vec<(&T, usize)> = self.0.iter().map(|(item, count)| (item, *count)).collect();
        ranked.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(other.0)));
        ranked
    }
}

/// The day that it is at a moment where the day begins first: at UTC+14.
fn latest_day(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::fixed(offset(14))).date()
}

/// Whether an article says the same of whose text it is as it did `before`.
fn has_same_text(before: &StoryArticle, article: &StoryArticle) -> bool {
    Imprint::of(before) == Imprint::of(article)
        && before.copy_of == article.copy_of
        && before.origins == article.origins
}

fn language(article: &StoryArticle) -> &str {
    article.language.as_deref().unwrap_or(UNDETERMINED)
}

/// Host and name: what says who publishes an article.
#[derive(Clone, Copy, PartialEq)]
struct Imprint<'a> {
    host: Option<&'a str>,
    publisher: Option<&'a str>,
}

impl<'a> Imprint<'a> {
    fn of(article: &'a StoryArticle) -> Self {
        Self { host: article.url.as_ref().and_then(Url::host_str), publisher: article.publisher.as_deref() }
    }

    fn carrier(self) -> Carrier<'a> {
        Carrier { host: self.host, publisher: self.publisher, ..Carrier::default() }
    }
}

/// Who is named in a story, and who publishes it: the same few, again and again.
#[derive(Debug, Clone, Default)]
struct Names {
    /// The origins that articles name: as they are written, with the names that they go by.
    origins: BTreeMap<String, String>,
    /// Who publishes by host and by the name that an article gives; both may be unknown, which is an empty one.
    publishers: HashMap<String, HashMap<String, Publisher>>,
}

/// Who publishes an article.
#[derive(Debug, Clone)]
struct Publisher {
    /// By name, or by the site if that is all that is known.
    name: Option<String>,
    /// Whether an article of the story names it as an origin.
    is_named: bool,
    /// The agency whose own site it is.
    agency: Option<String>,
}

impl Names {
    fn of(agencies: &Agencies, reports: &Reports) -> Self {
        let mut names = Self::default();
        let articles = || reports.iter().map(|(_, report)| &report.shown);
        for origin in articles().flat_map(|article| &article.origins) {
            names.know_origin(agencies, &origin.name);
        }
        articles().for_each(|article| names.know_publisher(agencies, Imprint::of(article)));
        names
    }

    /// Adds those of an article. Whether that leaves those before it as they are: a name may be that of their publisher.
    fn add(&mut self, agencies: &Agencies, article: &StoryArticle) -> bool {
        for origin in article.origins.iter().filter(|origin| !self.origins.contains_key(&origin.name)) {
            if self.imprints().any(|imprint| is_publisher(agencies, &imprint.carrier(), &origin.name)) {
                return false;
            }
        }
        article.origins.iter().for_each(|origin| self.know_origin(agencies, &origin.name));
        self.know_publisher(agencies, Imprint::of(article));
        true
    }

    fn know_origin(&mut self, agencies: &Agencies, name: &str) {
        if !self.origins.contains_key(name) {
            self.origins.insert(name.to_owned(), canonical_name(agencies, name));
        }
    }

    fn know_publisher(&mut self, agencies: &Agencies, imprint: Imprint<'_>) {
        if self.publisher_of(imprint).is_some() {
            return;
        }
        let Imprint { host, publisher } = imprint;
        let own = self.origins.keys().find(|name| is_publisher(agencies, &imprint.carrier(), name));
        let name = own.map(String::as_str).or(publisher).map(|name| canonical_name(agencies, name));
        let agency = agencies.publishing(host, publisher).map(|agency| agency.name.clone());
        let known =
            Publisher { name: name.or_else(|| host.map(site::of_host)), is_named: own.is_some(), agency };
        let of_host = self.publishers.entry(host.unwrap_or_default().to_owned()).or_default();
        of_host.insert(publisher.unwrap_or_default().to_owned(), known);
    }

    fn imprints(&self) -> impl Iterator<Item = Imprint<'_>> {
        let said = |text| Some(text).filter(|text: &&str| !text.is_empty());
        self.publishers.iter().flat_map(move |(host, names)| {
            names.keys().map(move |name| Imprint { host: said(host), publisher: said(name) })
        })
    }

    /// The names of an article's origins.
    fn of_origins(&self, article: &StoryArticle) -> Vec<&str> {
        article.origins.iter().filter_map(|origin| Some(self.origins.get(&origin.name)?.as_str())).collect()
    }

    fn publisher_of(&self, imprint: Imprint<'_>) -> Option<&Publisher> {
        self.publishers.get(imprint.host.unwrap_or_default())?.get(imprint.publisher.unwrap_or_default())
    }

    fn publisher(&self, article: &StoryArticle) -> Option<&Publisher> {
        self.publisher_of(Imprint::of(article))
    }

    fn agency(&self, article: &StoryArticle) -> Option<&str> {
        self.publisher(article)?.agency.as_deref()
    }

    fn publisher_name(&self, article: &StoryArticle) -> Option<&str> {
        self.publisher(article)?.name.as_deref()
    }
}

/// What says whose a text is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Basis {
    /// The first article with it names whose it is.
    First,
    /// It stands on an agency's own site.
    Agency,
    /// Another article with it names whose it is.
    Others,
    /// The publisher of the first.
    Publisher,
}

/// A text that one or more articles of a story have: a text and its copies are one witness.
#[derive(Debug, Clone)]
struct Text {
    basis: Basis,
    /// Whose it is, with what says so.
    whose: Vec<IndependentOrigin>,
}

impl Text {
    /// That of these articles; `first` has it first.
    fn of(first: &StoryArticle, articles: &[&StoryArticle], names: &Names) -> Self {
        let standing = || articles.iter().copied().filter(|article| !article.withdrawn);
        let named = |article| Some(names.of_origins(article)).filter(|names| !names.is_empty());
        let (basis, whose) = None
            .or_else(|| Some((Basis::First, named(first)?)))
            .or_else(|| Some((Basis::Agency, vec![standing().find_map(|article| names.agency(article))?])))
            .or_else(|| Some((Basis::Others, standing().find_map(named)?)))
            .unwrap_or_else(|| (Basis::Publisher, names.publisher_name(first).into_iter().collect()));
        let mut text = Self { basis, whose: Vec::new() };
        for name in whose {
            if !text.whose.iter().any(|known| known.name == name) {
                text.whose.push(IndependentOrigin { name: name.to_owned(), evidence: Vec::new() });
            }
        }
        standing().for_each(|article| text.hear(article, names));
        text
    }

    /// Adds an article with the same text. Whether that leaves open whose it is: the article may say so better than those before it.
    fn add(&mut self, article: &StoryArticle, names: &Names) -> bool {
        let is_better = self.basis > Basis::Agency && names.agency(article).is_some()
            || self.basis > Basis::Others && !article.origins.is_empty();
        if !is_better {
            self.hear(article, names);
        }
        !is_better
    }

    /// Takes an article for a witness of whose the text is.
    fn hear(&mut self, article: &StoryArticle, names: &Names) {
        for IndependentOrigin { name, evidence } in
            self.whose.iter_mut().filter(|whose| whose.evidence.len() < MAX_EVIDENCE)
        {
            let said = article.origins.iter().zip(names.of_origins(article)).find(|(_, said)| said == name);
            let is_own =
                || [names.publisher_name(article), names.agency(article)].contains(&Some(name.as_str()));
            let kind =
                said.map(|(origin, _)| origin.kind).or_else(|| (!is_own()).then_some(OriginKind::Copy));
            let words = said.map(|(origin, _)| origin.evidence.clone());
            evidence.push(OriginEvidence { article: article.article.clone(), kind, words });
        }
    }
}

/// The article whose text one repeats, as far as it is known: the first in the chain of copies.
fn first_with<'a>(
    article: &'a StoryArticle,
    article_with: impl Fn(&ArticleId) -> Option<&'a StoryArticle>,
) -> &'a ArticleId {
    let mut first = &article.article;
    let mut repeated = article.copy_of.as_ref();
    // Edits may have two articles repeat each other.
    for _ in 0..MAX_CHAIN {
        let Some(earlier) = repeated else { break };
        first = earlier;
        repeated = article_with(earlier).and_then(|earlier| earlier.copy_of.as_ref());
    }
    first
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{MIN_ACCOUNTED, StoredStory};
    use super::*;

    const AGENCIES: &str = "name\tkind\tdomains\tnames\nWestland News\tagency\twn.example\tWN;Westland News\n\
                            Eastland Press\tagency\tep.example\tEP\nGazette\tpress\tgazette.example\tGazette";

    fn report(place: usize, seed: &[u8; 8]) -> Arc<StoryReport> {
        let [site, origin, copied, language, withdrawn, entity, act, day] = seed.map(usize::from);
        let id = |place: usize| format!("{:032x}", place + 1);
        let hosts = ["wn.example", "gazette.example", "courier.example", "herald.example", "ep.example"];
        let names = ["WN", "Westland News", "EP", "Gazette", "The Courier"];
        let origins: Vec<_> = names
            .get(origin % 12)
            .map(|name| json!({"name": name, "kind": "dateline", "evidence": format!("({name})")}))
            .into_iter()
            .collect();
        // Of an article to come, too: it may have come again.
        let copied = (copied % 3 == 0).then(|| id((place + 3).saturating_sub(1 + copied % 9)));
        let report = json!({
            "article": id(place), "revision": 1, "role": "own_report", "withdrawn": withdrawn % 40 == 0,
            "title": (entity % 5 > 0).then(|| format!("Title {place}")),
            "language": (["en", "ru", "ko"].get(language % 4)),
            "url": format!("https://{}/{place}", hosts[site % hosts.len()]),
            "publisher": (["Gazette", "The Courier"].get(site % 6)),
            "received_at": format!("2026-03-0{}T08:00:00Z", 1 + site % 9),
            "copy_of": copied, "origins": origins,
            "entities": [[format!("e{}", entity % 6), "person"], ["e0", "person"]],
            "wikidata": {"e0": format!("Q{entity}")}, "label": (["relevant", "borderline"].get(act % 3)),
            "topics": [format!("t{}", act % 4)], "acts": [format!("a{}", act % 7)],
            "feed": {"id": format!("f{}", day % 5), "url": format!("https://feeds.example/{}", day % 5)},
            "days": [format!("2026-03-0{}", 1 + day % 9)],
        });
        Arc::new(serde_json::from_value(report).unwrap())
    }

    #[test]
    fn of_a_large_story_the_first_and_the_last_articles_are_listed_and_all_are_counted() {
        let (agencies, story) = (Agencies::parse(AGENCIES).unwrap(), StoryId::from_stored("s"));
        let reports: Vec<_> = (0..130).map(|place| (place as u64, report(place, &[1; 8]))).collect();
        let event = Account::of(&agencies, &reports).unwrap().event(&story, 1, &reports);
        assert_eq!(event.article_count, 130);
        let listed: Vec<_> = event.articles.iter().map(|article| article.article.clone()).collect();
        let ends = reports[..50].iter().chain(&reports[80..]);
        assert_eq!(listed, ends.map(|(_, report)| report.shown.article.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn of_many_origins_a_hundred_pieces_of_evidence_are_listed_and_each_has_one() {
        let reports = [(0, report(0, &[1; 8]))];
        let mut account = Account::of(&Agencies::parse(AGENCIES).unwrap(), &reports).unwrap();
        let piece = OriginEvidence { article: reports[0].1.shown.article.clone(), kind: None, words: None };
        let mut listed = |origins: usize| {
            let whose = |number: usize| IndependentOrigin {
                name: number.to_string(),
                evidence: vec![piece.clone(); MAX_EVIDENCE + 2],
            };
            let texts = (0..origins).map(|number| Text { basis: Basis::First, whose: vec![whose(number)] });
            account.texts = texts.collect();
            let (origins, count) = account.independent_origins();
            (
                count,
                origins.len(),
                origins.iter().map(|origin| origin.evidence.len()).collect::<BTreeSet<_>>(),
            )
        };
        assert_eq!(listed(1), (1, 1, BTreeSet::from([MAX_EVIDENCE])));
        assert_eq!(listed(20), (20, 20, BTreeSet::from([5])));
        assert_eq!(listed(300), (300, MAX_ORIGINS, BTreeSet::from([1])));
    }

    /// A story, as each change is told by the account that takes it in alone.
    struct ToldStory {
        agencies: Agencies,
        seeds: Vec<[u8; 8]>,
        reports: Vec<(u64, Arc<StoryReport>)>,
        account: Option<Account>,
        /// How many changes were taken in without looking at all.
        taken_in: usize,
    }

    impl ToldStory {
        fn new() -> Self {
            let agencies = Agencies::parse(AGENCIES).unwrap();
            Self { agencies, seeds: Vec::new(), reports: Vec::new(), account: None, taken_in: 0 }
        }

        fn join(&mut self, seed: [u8; 8]) -> Result<(), TestCaseError> {
            let place = self.seeds.len();
            self.seeds.push(seed);
            self.reports.push((place as u64, report(place, &seed)));
            let Self { agencies, reports, account, .. } = self;
            account.take_if(|account| !account.add(agencies, reports));
            self.compare()
        }

        /// An edit: in one of four cases of everything, else of all but whose text it is.
        fn edit(&mut self, place: u8, seed: [u8; 8]) -> Result<(), TestCaseError> {
            let place = usize::from(place) % self.seeds.len();
            let [site, origin, copied, ..] = self.seeds[place];
            let [_, _, _, language, withdrawn, rest @ ..] = seed;
            let edited = match seed[0] % 4 {
                0 => seed,
                _ => [site, origin, copied, language, withdrawn, rest[0], rest[1], rest[2]],
            };
            self.seeds[place] = edited;
            let before = std::mem::replace(&mut self.reports[place].1, report(place, &edited));
            let Self { agencies, reports, account, .. } = self;
            account.take_if(|account| !account.replace(agencies, reports, place, &before));
            self.compare()
        }

        fn withdraw(&mut self, place: u8) -> Result<(), TestCaseError> {
            let place = usize::from(place) % self.seeds.len();
            if self.reports[place].1.shown.withdrawn {
                return Ok(());
            }
            Arc::make_mut(&mut self.reports[place].1).shown.withdrawn = true;
            let Self { reports, account, .. } = self;
            account.take_if(|account| !account.withdraw(reports, place));
            self.compare()
        }

        fn compare(&mut self) -> Result<(), TestCaseError> {
            let story = StoryId::from_stored("s");
            let whole = Account::of(&self.agencies, &self.reports).unwrap();
            self.taken_in += usize::from(self.account.is_some());
            let account = self.account.get_or_insert_with(|| whole.clone());
            prop_assert_eq!(account.event(&story, 1, &self.reports), whole.event(&story, 1, &self.reports));
            Ok(())
        }
    }

    #[test]
    fn an_edit_and_a_withdrawal_are_taken_in_without_looking_at_all_reports() {
        let mut story = ToldStory::new();
        for place in 0..6 {
            story.join([place, 11, 1, place, 1, place, place, place]).unwrap();
        }
        let before = story.taken_in;
        story.edit(2, [1, 11, 1, 7, 1, 9, 9, 9]).unwrap();
        // Of another's text.
        story.edit(4, [4, 11, 6, 7, 1, 9, 9, 9]).unwrap();
        story.withdraw(0).unwrap();
        assert_eq!(story.taken_in, before + 3);
    }

    proptest! {
        #[test]
        fn an_account_that_took_in_each_change_says_what_one_of_all_reports_says(
            changes in prop::collection::vec(any::<([u8; 8], u8, u8)>(), 1..60)
        ) {
            let mut story = ToldStory::new();
            for (seed, kind, place) in changes {
                match kind % 8 {
                    _ if story.seeds.is_empty() => story.join(seed)?,
                    0 | 1 => story.edit(place, seed)?,
                    2 if place % 2 == 0 => story.withdraw(place)?,
                    _ => story.join(seed)?,
                }
            }
        }
    }

    proptest! {
        // Each case tells a story of dozens of reports dozens of times.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_large_story_whose_articles_come_and_go_is_told_as_one_that_is_read_from_its_records(
            changes in prop::collection::vec(any::<([u8; 8], u8, u8)>(), 1..80)
        ) {
            let (agencies, id) = (Agencies::parse(AGENCIES).unwrap(), StoryId::from_stored("s"));
            let begun = (0..MIN_ACCOUNTED).map(|number| (number as u64, report(number, &[number as u8; 8])));
            let mut story = StoredStory::new(1, begun.collect());
            let (mut elsewhere, mut next) = (Vec::new(), MIN_ACCOUNTED);
            for (seed, kind, place) in changes {
                let (number, known) = story.reports[usize::from(place) % story.len()].clone();
                let article = &known.shown.article;
                match kind % 8 {
                    0 if story.len() > 1 => elsewhere.extend(story.take_out(&HashSet::from([article]))),
                    1 => elsewhere.drain(..).for_each(|(number, report)| story.put(&agencies, number, report)),
                    2 => drop(story.withdraw(article)),
                    3 | 4 => {
                        let mut edited = report(number as usize, &seed);
                        Arc::make_mut(&mut edited).shown.received_at = known.shown.received_at;
                        prop_assert!(story.replace(&agencies, edited));
                    }
                    _ => {
                        story.put(&agencies, next as u64, report(next, &seed));
                        next += 1;
                    }
                }
                let mut read = StoredStory::new(story.revision, story.reports.clone());
                prop_assert_eq!(story.event(&agencies, &id), read.event(&agencies, &id));
            }
        }
    }
}
