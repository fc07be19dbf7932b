//! `/v1/stories/ID/reports`: what joined each report of a story, what its reports count differently, and what happened to it.
//!
//! That is read in the reports' own events and the story's earlier ones, the newest, up to bounds that an answer keeps to however large
//! the story is.

use std::collections::{BTreeMap, HashMap};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Json;
use dateline_journal::{EventFilter, Facet, JournalError, JournalReader};
use dateline_stories::story::{ReportFigures, StoryTables, differing_figures};
use dateline_wire::{
    ArticleEvent, ArticleId, EventKind, JoinReason, StoryChange, StoryEvent, StoryId, StoryRole,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::expectation::shown;
use super::super::parameters::GivenId;
use super::super::{Problem, Shared};

/// How many reports, and bytes of them, are read.
const MAX_REPORTS: usize = 100;
const MAX_REPORT_BYTES: usize = 3 << 20;
/// How many events of the story, and bytes of them, are read, so many at a time.
const MAX_EVENTS: usize = 100;
const MAX_EVENT_BYTES: usize = 4 << 20;
const EVENTS_AT_ONCE: usize = 10;

/// What is known of a story's reports beside what its event tells.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct StoryReports {
    /// The story.
    pub(crate) story: StoryId,
    /// What joined each of its newest reports, in their order of arrival.
    pub(crate) reports: Vec<JoinedReport>,
    /// What reports that are no copies count differently: of something that both count, two have each a number that the other has not.
    pub(crate) differing: Vec<DifferingNumber>,
    /// What those whom its reports name are called, by their ids: in English where a report that is read here does so.
    pub(crate) names: BTreeMap<String, String>,
    /// What happened to it, the newest first, as far back as it was read.
    pub(crate) history: Vec<StoryMoment>,
    /// Whether that is all that is still in the log.
    pub(crate) is_complete: bool,
}

/// A report, and why it is in its story.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct JoinedReport {
    /// The report.
    pub(crate) article: ArticleId,
    /// Whether it came in another story, from which a later report moved it: then what joined it is told of that one.
    pub(crate) was_moved: bool,
    /// What spoke for the story that it came in and against; empty for the first report of a story.
    pub(crate) joined_by: Vec<JoinReason>,
}

/// Something that reports count differently.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct DifferingNumber {
    /// What is counted, by its id in `words.tsv`, such as `soldier`.
    pub(crate) counted: String,
    /// The numbers that not all tell, the smallest first.
    pub(crate) values: Vec<ToldNumber>,
}

/// A number, and who tells it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ToldNumber {
    /// The number.
    pub(crate) value: f64,
    /// Who tells it, in which words.
    pub(crate) told_by: Vec<TellingPassage>,
}

/// The words in which a report tells a number.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct TellingPassage {
    /// The report.
    pub(crate) article: ArticleId,
    /// Its sentence.
    pub(crate) passage: String,
}

/// What happened to a story in one of its events.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct StoryMoment {
    /// The story's revision.
    pub(crate) revision: u32,
    /// When it was told.
    #[schemars(with = "String")]
    pub(crate) time: Timestamp,
    /// What happened.
    pub(crate) changes: Vec<StoryChange>,
}

/// What is known of the reports of one story.
pub(in crate::api) async fn show(
    state: Shared,
    Path(id): Path<GivenId>,
) -> Result<Json<StoryReports>, Problem> {
    let State(api) = state;
    let story = StoryId::from_stored(id);
    let tables = api.sources.story_tables.borrow().clone();
    let read = move |journal: &JournalReader| {
        let found = journal.story(&story)?;
        let event = found.ok_or_else(|| {
            Problem::new(
                StatusCode::NOT_FOUND,
                format!("there is no story {}; see /v1/stories", shown(story.as_str())),
            )
        })?;
        Ok::<_, Problem>(reports_of(journal, &event, tables.as_deref())?)
    };
    api.read(read).await.map(Json)
}

/// The same of a story that was read.
pub(in crate::api) fn reports_of(
    journal: &JournalReader,
    story: &StoryEvent,
    tables: Option<&StoryTables>,
) -> Result<StoryReports, JournalError> {
    let mut filter = EventFilter::default();
    let asked = filter.add(Facet::Story, story.story.as_str());
    // The id of a story is a value of its facet.
    let page = match asked {
        Ok(()) => journal.articles(&filter, None, MAX_REPORTS, MAX_REPORT_BYTES)?.articles,
        Err(_) => Vec::new(),
    };
    // What another version wrote, and this one cannot read, is left out.
    let articles = page.iter().filter_map(|found| serde_json::from_str(&found.event.data).ok());
    let articles: HashMap<ArticleId, ArticleEvent> =
        articles.map(|article: ArticleEvent| (article.article.clone(), article)).collect();
    let known = story.articles.iter().filter_map(|report| Some((report, articles.get(&report.article)?)));
    let reports = known.clone().map(|(_, article)| JoinedReport {
        article: article.article.clone(),
        was_moved: article.story.as_ref().is_some_and(|came_in| *came_in != story.story),
        joined_by: article.joined_by.clone(),
    });
    let figures = tables.map(|tables| {
        let own = known.clone().filter(|(report, _)| report.role != StoryRole::Copy && !report.withdrawn);
        let figures = own.map(|(_, article)| {
            let content = &article.content;
            let text = format!("{}\n{}", content.title.as_deref().unwrap_or_default(), content.body.text);
            let figures = tables.figures(&text, content.language.as_deref().unwrap_or_default());
            ReportFigures { report: article.article.clone(), figures }
        });
        differing_figures(&figures.collect::<Vec<_>>())
    });
    let differing = figures.into_iter().flatten().map(|figure| DifferingNumber {
        counted: figure.counted,
        values: figure.values.into_iter().map(told_number).collect(),
    });
    let names = names(articles.values());
    let (history, is_complete) = history(journal, filter)?;
    Ok(StoryReports {
        story: story.story.clone(),
        reports: reports.collect(),
        differing: differing.collect(),
        names,
        history,
        is_complete,
    })
}

/// What `articles` call whom they name: in English where one does, then as the first by its id does, so that the order makes no difference.
fn names<'a>(articles: impl Iterator<Item = &'a ArticleEvent>) -> BTreeMap<String, String> {
    let mut articles: Vec<&ArticleEvent> = articles.collect();
    let is_english = |article: &ArticleEvent| article.content.language.as_deref() == Some("en");
    articles.sort_by_key(|article| (!is_english(article), &article.article));
    let mut names = BTreeMap::new();
    for entity in articles.into_iter().flat_map(|article| &article.entities) {
        if let Some(label) = &entity.label {
            names.entry(entity.id.clone()).or_insert_with(|| label.clone());
        }
    }
    names
}

#[allow(clippy::cast_precision_loss)] // a number that is kept counts in hundredths of a double
fn told_number((hundredths, tellers): (u64, Vec<(ArticleId, String)>)) -> ToldNumber {
    let told_by = tellers.into_iter().map(|(article, passage)| TellingPassage { article, passage });
    ToldNumber { value: hundredths as f64 / 100.0, told_by: told_by.collect() }
}

/// What happened to the story that `filter` names, and whether that is all.
fn history(
    journal: &JournalReader,
    mut filter: EventFilter,
) -> Result<(Vec<StoryMoment>, bool), JournalError> {
    #[derive(Deserialize)]
    struct Told {
        revision: u32,
        changes: Vec<StoryChange>,
    }
    if filter.add(Facet::Kind, EventKind::Story.word()).is_err() {
        return Ok((Vec::new(), false));
    }
    let (mut moments, mut bytes, mut before) = (Vec::new(), 0, None);
    loop {
        let events = journal.events_before(&filter, before, EVENTS_AT_ONCE)?;
        let is_last = events.len() < EVENTS_AT_ONCE;
        before = events.last().map(|event| event.sequence);
        for event in events {
            bytes += event.data.len();
            if let Ok(Told { revision, changes }) = serde_json::from_str(&event.data) {
                moments.push(StoryMoment { revision, time: event.time, changes });
            }
        }
        if is_last || moments.len() >= MAX_EVENTS || bytes >= MAX_EVENT_BYTES {
            return Ok((moments, is_last));
        }
    }
}
