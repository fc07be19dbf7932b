//! What is kept of an article of a story.

use std::collections::BTreeMap;

use dateline_wire::{ArticleEvent, FeedRef, Label, Origin, Precision, StoryArticle, StoryRole};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Report;
use crate::story::ReportFacts;

/// The most that is kept of the words that say whose text it is, in scalar values.
const MAX_EVIDENCE_CHARS: usize = 200;

/// The most entities that are kept of an article.
const MAX_ENTITIES: usize = 40;

/// An article of a story, and what of it goes into what is said of the story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoryReport {
    /// As subscribers get it; its role depends on the others.
    #[serde(flatten)]
    pub shown: StoryArticle,
    /// Whom and what it names: ids and types.
    pub entities: Vec<(String, String)>,
    /// The items in Wikidata of those that have one, by id.
    #[serde(default)]
    pub wikidata: BTreeMap<String, String>,
    /// The verdict on its relevance; absent from what was kept by a version that didn't keep it.
    #[serde(default)]
    pub label: Option<Label>,
    /// The ids of what it is about.
    #[serde(default)]
    pub topics: Vec<String>,
    /// The feed that announced it.
    #[serde(default)]
    pub feed: Option<FeedRef>,
    /// What it begins with.
    pub acts: Vec<String>,
    /// The days that it begins with.
    pub days: Vec<Date>,
}

impl StoryReport {
    /// What is to be kept of an article.
    pub(super) fn of(article: &ArticleEvent, facts: ReportFacts) -> Self {
        let content = &article.content;
        let cut = |text: &str| text.chars().take(MAX_EVIDENCE_CHARS).collect();
        let origins = content.origins.iter().map(|origin| Origin {
            name: cut(&origin.name),
            kind: origin.kind,
            evidence: cut(&origin.evidence),
            span: None,
        });
        let entities = || article.entities.iter().take(MAX_ENTITIES);
        Self {
            shown: StoryArticle {
                article: article.article.clone(),
                revision: article.revision,
                role: StoryRole::OwnReport,
                withdrawn: false,
                title: content.title.clone(),
                language: content.language.clone(),
                url: content.canonical_url.clone().or_else(|| content.url.clone()),
                publisher: content.publisher.clone(),
                published: content.published.clone(),
                received_at: article.received_at,
                copy_of: article.copy_of.as_ref().map(|copy| copy.article.clone()),
                origins: origins.collect(),
            },
            entities: entities().map(|entity| (entity.id.clone(), entity.kind.clone())).collect(),
            wikidata: entities()
                .filter_map(|entity| Some((entity.id.clone(), entity.wikidata.clone()?)))
                .collect(),
            label: Some(article.relevance.label),
            topics: article.topics.iter().map(|topic| topic.id.clone()).collect(),
            feed: article.feed.clone(),
            acts: facts.acts,
            days: facts.days,
        }
    }
}

/// An article as the index compares it.
pub(super) fn report_of(article: &ArticleEvent) -> Report {
    let content = &article.content;
    let on_page = content.published.as_ref().filter(|moment| moment.precision >= Precision::Day);
    let published = on_page.and_then(|moment| moment.value.get(..10)?.parse().ok());
    let announced = article.entry.as_ref().and_then(|entry| entry.published);
    Report {
        id: article.article.as_str().to_owned(),
        title: content.title.clone().unwrap_or_default(),
        text: content.body.text.clone(),
        language: content.language.clone(),
        published: published.or_else(|| Some(announced?.to_zoned(jiff::tz::TimeZone::UTC).date())),
        url: content.canonical_url.clone().or_else(|| content.url.clone()),
        entities: article.entities.clone(),
    }
}
