//! `/v1/articles/ID/witnesses` and `/v1/articles/ID/page`: what an article was read from, where its page is recorded.

use std::io;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use dateline_journal::JournalReader;
use dateline_parser::dom::Document;
use dateline_parser::meta::Witnesses;
use dateline_wire::{ArticleEvent, ArticleId, CanonicalUrl, Page};
use schemars::JsonSchema;
use serde::Serialize;
use url::Url;

use super::article::not_in_log;
use super::parameters::GivenId;
use super::{Api, Problem, Shared};
use crate::console::bare_html::bare_html;
use crate::rivals::{Agreement, Rivals};

/// What a browser may do with a recorded page: show it. It has an origin of its own, runs nothing, loads nothing, sends nothing
/// (CSP 3), and stands in this console's frames alone.
const POLICY: &str =
    "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// What a page offers for an article's title, authors and time, believed or not.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Witnesses")]
pub(crate) struct WitnessReport {
    /// The article.
    pub(crate) article: ArticleId,
    /// Its revision whose page was read: the latest.
    pub(crate) revision: u32,
    /// Whether the page is in a recording. Where it is not, nothing follows: what was believed is in the article's event.
    pub(crate) is_recorded: bool,
    /// Where the page says what was believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) agreeing: Option<Agreement>,
    /// What else it says, and why that was not believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_believed: Option<Rivals>,
}

/// The latest revision of an article, and the page that it was read from where that is recorded.
async fn read(state: Shared, id: GivenId) -> Result<(ArticleEvent, Option<Page>), Problem> {
    let State(api) = state;
    let article = ArticleId::from_stored(id);
    let pages = api.sources.recorded_pages.clone();
    let read = move |journal: &JournalReader| {
        let history = journal.article_history(&article)?;
        let latest = history.as_ref().and_then(|history| history.revisions.first());
        let latest = latest.ok_or_else(|| not_in_log(&article))?;
        let event: ArticleEvent = serde_json::from_str(&latest.data)?;
        let recorded = event.recording.as_ref().map(|recording| {
            pages
                .page(&recording.record_id)
                .map_err(|error| Problem::internal(&format!("the recording cannot be read: {error}")))
        });
        Ok::<_, Problem>((event, recorded.transpose()?.flatten()))
    };
    api.read(read).await
}

/// The page at an address as it was recorded: that of the article there, or what came last from it; `None` where no recording has it.
pub(super) async fn recorded_page_at(api: &Arc<Api>, url: &Url) -> Result<Option<Page>, Problem> {
    let (pages, url) = (api.sources.recorded_pages.clone(), url.clone());
    let read = move |journal: &JournalReader| {
        let unreadable =
            |error: io::Error| Problem::internal(&format!("the recording cannot be read: {error}"));
        let own = ArticleId::of(&CanonicalUrl::of(&url));
        let article = match journal.latest_revision(&own)? {
            0 => journal.article_at(&url)?,
            _ => Some(own),
        };
        let history = article.map(|article| journal.article_history(&article)).transpose()?.flatten();
        let latest = history.as_ref().and_then(|history| history.revisions.first());
        // What another version wrote, and this one cannot read, cites nothing.
        let event = latest.and_then(|latest| serde_json::from_str::<ArticleEvent>(&latest.data).ok());
        if let Some(recording) = event.and_then(|event| event.recording)
            && let Some(page) = pages.page(&recording.record_id).map_err(unreadable)?
        {
            return Ok(Some(page));
        }
        pages.last_page_at(&url).map_err(unreadable)
    };
    api.read(read).await
}

/// What the page of an article offers for its title, its authors and its time.
pub(super) async fn witnesses(
    state: Shared,
    Path(id): Path<GivenId>,
) -> Result<Json<WitnessReport>, Problem> {
    let (_, witnesses) = read_witnesses(state, id).await?;
    Ok(Json(witnesses))
}

/// The same with the article's latest revision.
pub(super) async fn read_witnesses(
    state: Shared,
    id: GivenId,
) -> Result<(ArticleEvent, WitnessReport), Problem> {
    let State(api) = state.clone();
    let (event, page) = read(state, id).await?;
    let heard = api.reading_threads.spawn(move || {
        let mut report = WitnessReport {
            article: event.article.clone(),
            revision: event.revision,
            is_recorded: page.is_some(),
            agreeing: None,
            not_believed: None,
        };
        if let Some(page) = page {
            let document = Document::parse(&page);
            let testimony = Witnesses::of(&document, &page).testimony();
            report.agreeing = Some(Agreement::of(&testimony, &event.content));
            report.not_believed = Some(Rivals::of(&testimony, &event.content));
        }
        (event, report)
    });
    heard.await.map_err(|lost| Problem::internal(&lost.to_string()))
}

/// The recorded page of an article.
pub(super) async fn page(state: Shared, Path(id): Path<GivenId>) -> Result<Response, Problem> {
    let State(api) = state.clone();
    let (event, page) = read(state, id).await?;
    let page = page.ok_or_else(|| {
        let detail = format!("the page of {} is in no recording that this daemon knows", event.article);
        Problem::new(StatusCode::NOT_FOUND, detail)
    })?;
    let written = api.reading_threads.spawn(move || bare_html(&Document::parse_whole(&page)));
    let html = written.await.map_err(|lost| Problem::internal(&lost.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-dns-prefetch-control"), "off"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    Ok((headers, html).into_response())
}
