//! `/v1/entities`: somebody or something that the subject knows by name, as articles tell of it.
//!
//! How often it is named is asked of the search index. The rest (what it is called, with whom it is named) is read in its newest
//! articles, [`MAX_READ`] at most, so that one that every article names costs no more than another.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Json;
use dateline_journal::{EventFilter, Facet, JournalError, JournalReader};
use dateline_wire::{ArticleTopic, Entity, EntitySide};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expectation::shown;
use super::{Problem, Shared};

/// Over how many days mentions are counted.
const DAYS: i64 = 30;
/// How many articles are counted at most, the newest.
const MAX_COUNTED: usize = 20_000;
/// How many articles, and bytes of them, are read for what it is called and with whom it is named.
const MAX_READ: usize = 200;
const MAX_READ_BYTES: usize = 3 << 20;
/// How many spellings are given of a language, others that it is named with, and topics.
const MAX_SPELLINGS: usize = 12;
const MAX_OTHERS: usize = 40;
const MAX_TOPICS: usize = 12;

/// Somebody or something, as articles tell of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Entity")]
pub(crate) struct EntityReport {
    /// Its id in the subject's gazetteer.
    pub(crate) id: String,
    /// Its type there: `person`, `organisation`, `place`, …
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Its name in English, else in the language of an article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// The side of the subject that it belongs to, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) side: Option<EntitySide>,
    /// Its item in Wikidata, such as `Q159`, where the gazetteer knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wikidata: Option<String>,
    /// What it is called, by language; `und` stands for one that is not known.
    pub(crate) names: BTreeMap<String, EntityNames>,
    /// How many articles name it, by day in UTC, over the last thirty days; days without one among them.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub(crate) days: BTreeMap<Timestamp, u64>,
    /// Whether those are all: the newest 20,000 articles are counted.
    pub(crate) is_complete: bool,
    /// How many of its newest articles were read for what follows.
    pub(crate) articles_read: u64,
    /// Who and what is named in the same articles, those in most of them first.
    pub(crate) named_with: Vec<NamedWith>,
    /// What those articles are about, by topic, the commonest first.
    pub(crate) topics: Vec<TopicCount>,
}

/// What something is called in a language.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct EntityNames {
    /// Its name in the gazetteer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// The spellings of first mentions.
    pub(crate) spellings: BTreeSet<String>,
}

/// Somebody or something that is named in the same articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct NamedWith {
    /// Its id in the subject's gazetteer.
    pub(crate) id: String,
    /// Its type there.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Its name in English, else in the language of an article.
    pub(crate) label: String,
    /// In how many of the articles.
    pub(crate) articles: u64,
}

/// How many articles are about a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct TopicCount {
    /// The topic's id.
    pub(crate) id: String,
    /// How many of the articles.
    pub(crate) articles: u64,
}

/// What is read of an article.
#[derive(Debug, Deserialize)]
struct NamingArticle {
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    entities: Vec<Entity>,
    #[serde(default)]
    topics: Vec<ArticleTopic>,
}

/// One entity, by its id in the subject's gazetteer or its item in Wikidata.
pub(super) async fn show(State(api): Shared, Path(id): Path<String>) -> Result<Json<EntityReport>, Problem> {
    let mut filter = EventFilter::default();
    filter
        .add(Facet::Entity, &id)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    let (now, asked) = (api.now(), id.clone());
    let found = api.read(move |journal| find(journal, &filter, &asked, now)).await?;
    found.map(Json).ok_or_else(|| {
        let detail =
            format!("no article in the log names {}; /v1/articles gives the ids of `entities`", shown(&id));
        Problem::new(StatusCode::NOT_FOUND, detail)
    })
}

fn find(
    journal: &JournalReader,
    filter: &EventFilter,
    id: &str,
    now: Timestamp,
) -> Result<Option<EntityReport>, JournalError> {
    let page = journal.articles(filter, None, MAX_READ, MAX_READ_BYTES)?;
    // What another version wrote, and this one cannot read, is left out.
    let articles = page.articles.iter().filter_map(|found| serde_json::from_str(&found.event.data).ok());
    let Some(mut report) = report_of(id, articles) else { return Ok(None) };
    let today = now.as_second().div_euclid(86_400);
    let begin_of = |day: i64| Timestamp::from_second(day * 86_400).unwrap_or(now);
    let edges: Vec<Timestamp> = (today - DAYS + 1..=today + 1).map(begin_of).collect();
    let (counts, is_complete) = journal.article_counts(filter, &edges, MAX_COUNTED)?;
    report.days = edges.into_iter().zip(counts).collect();
    report.is_complete = is_complete;
    Ok(Some(report))
}

/// What articles tell of the entity `id`; `None` where none names it.
fn report_of(id: &str, articles: impl Iterator<Item = NamingArticle>) -> Option<EntityReport> {
    let is_meant = |entity: &Entity| {
        entity.id.eq_ignore_ascii_case(id)
            || entity.wikidata.as_deref().is_some_and(|item| item.eq_ignore_ascii_case(id))
    };
    let mut report: Option<EntityReport> = None;
    let mut others: BTreeMap<String, NamedWith> = BTreeMap::new();
    let mut topics: BTreeMap<String, u64> = BTreeMap::new();
    for NamingArticle { language, entities, topics: about } in articles {
        let Some(own) = entities.iter().find(|entity| is_meant(entity)) else { continue };
        let report = report.get_or_insert_with(|| EntityReport {
            id: own.id.clone(),
            kind: own.kind.clone(),
            label: None,
            side: own.side,
            wikidata: own.wikidata.clone(),
            names: BTreeMap::new(),
            days: BTreeMap::new(),
            is_complete: false,
            articles_read: 0,
            named_with: Vec::new(),
            topics: Vec::new(),
        });
        report.articles_read += 1;
        let language = language.unwrap_or_else(|| "und".to_owned());
        let is_english = language == "en";
        if report.label.is_none() || is_english {
            report.label = own.label.clone().or_else(|| report.label.take());
        }
        let names = report.names.entry(language).or_default();
        names.label = names.label.take().or_else(|| own.label.clone());
        if names.spellings.len() < MAX_SPELLINGS {
            names.spellings.insert(own.surface.clone());
        }
        for other in entities.iter().filter(|entity| !is_meant(entity)) {
            let named = others.entry(other.id.clone()).or_insert_with(|| NamedWith {
                id: other.id.clone(),
                kind: other.kind.clone(),
                label: other.label.as_ref().unwrap_or(&other.surface).clone(),
                articles: 0,
            });
            named.articles += 1;
            if let Some(label) = other.label.as_ref().filter(|_| is_english) {
                named.label.clone_from(label);
            }
        }
        about.into_iter().for_each(|topic| *topics.entry(topic.id).or_default() += 1);
    }
    let mut report = report?;
    let mut named_with: Vec<NamedWith> = others.into_values().collect();
    // The order of ids where the numbers are the same.
    named_with.sort_by_key(|named| std::cmp::Reverse(named.articles));
    named_with.truncate(MAX_OTHERS);
    report.named_with = named_with;
    report.topics = topics.into_iter().map(|(id, articles)| TopicCount { id, articles }).collect();
    report.topics.sort_by_key(|topic| std::cmp::Reverse(topic.articles));
    report.topics.truncate(MAX_TOPICS);
    Some(report)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn article(language: &str, entities: serde_json::Value) -> NamingArticle {
        let topics = json!([{ "id": "arms", "spans": [] }]);
        serde_json::from_value(json!({ "language": language, "entities": entities, "topics": topics }))
            .unwrap()
    }

    fn named(id: &str, surface: &str, label: &str) -> serde_json::Value {
        json!({ "id": id, "type": "person", "surface": surface, "label": label, "wikidata": "Q1", "spans": [] })
    }

    #[test]
    fn names_are_told_by_language_and_company_by_how_often() {
        let other = json!({ "id": "b", "type": "place", "surface": "B", "spans": [] });
        let third = json!({ "id": "c", "type": "place", "surface": "C", "spans": [] });
        let articles = [
            article("ru", json!([named("a", "Аной", "Аня"), other])),
            article("en", json!([other, named("a", "Anya's", "Anya"), third])),
            article("en", json!([other])),
        ];
        let report = report_of("a", articles.into_iter()).expect("it is named");
        assert_eq!((report.label.as_deref(), report.articles_read), (Some("Anya"), 2));
        assert_eq!(report.names["ru"].label.as_deref(), Some("Аня"));
        assert_eq!(report.names["en"].spellings, BTreeSet::from(["Anya's".to_owned()]));
        let company: Vec<(&str, u64)> =
            report.named_with.iter().map(|named| (named.id.as_str(), named.articles)).collect();
        assert_eq!(company, [("b", 2), ("c", 1)]);
        assert_eq!(report.topics, [TopicCount { id: "arms".into(), articles: 2 }]);
    }

    #[test]
    fn it_is_found_by_its_item_in_wikidata_and_else_not_at_all() {
        let articles = || [article("en", json!([named("a", "Anya", "Anya")]))].into_iter();
        assert_eq!(report_of("q1", articles()).map(|report| report.id), Some("a".to_owned()));
        assert!(report_of("b", articles()).is_none());
    }
}
