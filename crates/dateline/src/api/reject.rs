//! `/v1/rejects`: what was not published, and why.

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Json;
use dateline_journal::{EventFilter, Facet, JournalError, JournalReader};
use dateline_wire::{CloudEvent, EventKind, RejectEvent, Sequence};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expectation::shown;
use super::label::JudgedArticle;
use super::near_rejects::NearExtent;
use super::parameters::{Parameters, check_list, limit};
use super::{Api, Problem, Shared};

/// How many rejects a page holds unless another number is asked for, and at most.
pub(crate) const PAGE: usize = 50;
const MAX_PAGE: usize = 500;

/// What comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RejectOrder {
    /// The newest.
    #[default]
    Newest,
    /// What was judged in the last week, of which the nearest 20,000 are remembered, the most relevant first.
    Nearest,
}

impl RejectOrder {
    /// Its word in addresses.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Nearest => "nearest",
        }
    }
}

/// What can be asked for beside a filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RejectQuery {
    /// What comes first: `newest` (the default), or `nearest` to the threshold of relevance.
    pub(super) order: RejectOrder,
    /// Where to go on, as `next` of the page before says, with the same filter.
    pub(super) before: Option<Sequence>,
    /// How many, up to 500: more counts as 500.
    #[serde(deserialize_with = "limit")]
    pub(super) limit: Option<NonZeroUsize>,
}

/// A reject as it is in the log.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Rejected {
    /// The place of the event.
    pub(crate) sequence: Sequence,
    /// When it was committed.
    #[schemars(with = "String")]
    pub(crate) time: Timestamp,
    /// The event.
    #[serde(flatten)]
    pub(crate) event: RejectEvent,
}

/// What was not published.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct RejectPage {
    /// In the order that was asked for.
    pub(crate) rejects: Vec<Rejected>,
    /// Where the next page begins, if there may be one: of the newest alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<Sequence>,
    /// Of what the nearest are.
    #[serde(skip)]
    pub(crate) extent: Option<NearExtent>,
}

/// One reject, with what is kept of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RejectReport {
    /// The reject.
    #[serde(flatten)]
    reject: Rejected,
    /// The text of its page, the first 16 KiB, where it was judged and is still kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The language of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// What people say of it: `relevant`, `not` or `borderline`; absent where nobody has said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// Who says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    labelled_by: Option<String>,
    /// Since when: what a change of the label names in `If-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    labelled_at: Option<Timestamp>,
}

/// One reject.
pub(super) async fn show(
    State(api): Shared,
    Path(place): Path<String>,
) -> Result<Json<RejectReport>, Problem> {
    let (reject, judged) = at(&api, &place).await?;
    let (text, language, label) =
        judged.map_or((String::new(), None, None), |judged| (judged.text, judged.language, judged.label));
    Ok(Json(RejectReport {
        reject,
        text: Some(text).filter(|text| !text.is_empty()),
        language,
        label: label.as_ref().map(|label| label.value.as_str().to_owned()),
        labelled_at: label.as_ref().map(|label| label.at),
        labelled_by: label.map(|label| label.author),
    }))
}

/// The reject at a place, and what is known of its article where that was judged.
pub(super) async fn at(api: &Arc<Api>, place: &str) -> Result<(Rejected, Option<JudgedArticle>), Problem> {
    let sequence = Sequence(place.parse().unwrap_or(u64::MAX)).min(Sequence::MAX);
    let event = api.read(move |journal| journal.event(sequence)).await?;
    let event = event.filter(|event| event.kind == EventKind::Reject).ok_or_else(|| {
        let detail =
            format!("there is no reject at the place {}; it may be gone by [retention]", shown(place));
        Problem::new(StatusCode::NOT_FOUND, detail)
    })?;
    let data: RejectEvent = serde_json::from_str(&event.data)?;
    let judged = match data.article.clone() {
        Some(article) => api.read(move |journal| JudgedArticle::read(journal, &article)).await?,
        None => None,
    };
    Ok((Rejected { sequence: event.sequence, time: event.time, event: data }, judged))
}

impl RejectPage {
    /// As many of them as a page holds unless another number is asked for.
    pub(super) fn first_page(mut self) -> Self {
        if self.rejects.len() > PAGE {
            self.rejects.truncate(PAGE);
            self.next = self.rejects.last().map(|reject| reject.sequence);
        }
        self
    }
}

/// What was not published, and why: by feed, by reason, by words of the entry's title, as the filter says.
pub(super) async fn list(
    State(api): Shared,
    Parameters { filter, own }: Parameters<RejectQuery>,
) -> Result<Json<RejectPage>, Problem> {
    check_list(&filter, EventKind::Reject)?;
    find(&api, filter, own).await.map(Json)
}

/// The rejects that a filter asks for, whatever kinds it names.
pub(super) async fn find(
    api: &Arc<Api>,
    filter: EventFilter,
    RejectQuery { order, before, limit }: RejectQuery,
) -> Result<RejectPage, Problem> {
    let limit = limit.map_or(PAGE, NonZeroUsize::get).min(MAX_PAGE);
    match order {
        RejectOrder::Newest => {
            let mut filter = filter;
            if filter.values(Facet::Kind).next().is_none() {
                filter
                    .add(Facet::Kind, EventKind::Reject.word())
                    .map_err(|error| Problem::internal(&error.to_string()))?;
            }
            api.read(move |journal| newest(journal, &filter, before, limit)).await
        }
        RejectOrder::Nearest => {
            let (activity, source) = (api.activity.clone(), api.sources.journal.clone());
            let nearest = move |journal: &JournalReader| {
                let (mut ranked, extent) = activity.nearest(&source)?;
                ranked.retain(|place| before.is_none_or(|before| *place < before));
                let events = journal.events_ranked(&filter, &ranked, limit)?;
                Ok::<_, JournalError>(RejectPage { rejects: read(events), next: None, extent: Some(extent) })
            };
            api.read(nearest).await
        }
    }
}

fn newest(
    journal: &JournalReader,
    filter: &EventFilter,
    before: Option<Sequence>,
    limit: usize,
) -> Result<RejectPage, JournalError> {
    // One more tells whether there is another page.
    let mut events = journal.events_before(filter, before, limit + 1)?;
    let are_more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| are_more).map(|event| event.sequence);
    Ok(RejectPage { rejects: read(events), next, extent: None })
}

/// Rejects among events. One that another version wrote, and this one cannot read, is left out.
fn read(events: Vec<CloudEvent>) -> Vec<Rejected> {
    let rejects = events.into_iter().filter(|event| event.kind == EventKind::Reject);
    let read = |event: CloudEvent| {
        let data = serde_json::from_str(&event.data).ok()?;
        Some(Rejected { sequence: event.sequence, time: event.time, event: data })
    };
    rejects.filter_map(read).collect()
}
