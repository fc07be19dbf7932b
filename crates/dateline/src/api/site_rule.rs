//! `/v1/sites`: the rules for single sites, each tried on a page before it is saved.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use dateline_parser::{SiteRules, extract, extract_by, other_than_page};
use dateline_wire::{Article, Page, PageKind};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use url::Url;

use super::access::MayWrite;
use super::feed::reloader;
use super::json_body::{BodyDocument, JsonBody};
use super::parameters::OwnParameters;
use super::recorded::recorded_page_at;
use super::reload::to_the_end;
use super::{Api, Problem, Shared};
use crate::config::ConfigError;
use crate::config::sites::{SiteRuleDocument, SitesEdit};
use crate::contained::contained;
use crate::reload::{ReloadError, ReloadReport};
use crate::site_rules::SiteRuleStatus;

/// How long a page may take to be fetched, and how long to be read.
const MAX_FETCH: Duration = Duration::from_secs(40);
const MAX_EXTRACTION: Duration = Duration::from_secs(10);
/// The most of a text that is answered, in scalar values.
const MAX_TEXT_CHARS: usize = 20_000;

/// A rule, and how it has been doing.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ListedSiteRule {
    /// Its name: its host, followed by its path where it has one.
    pub(crate) name: String,
    /// The rule.
    pub(crate) rule: SiteRuleDocument,
    /// Pages that were read by it since the start, and parts that it doesn't find any more; absent before the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<SiteRuleStatus>,
}

/// What is tried on which page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteRuleTrial {
    /// The page's address.
    pub(crate) url: Url,
    /// The page, where it is neither to be looked up nor fetched.
    #[serde(default)]
    pub(crate) html: Option<String>,
    /// Whether it is fetched although a recording has it.
    #[serde(default)]
    pub(crate) refetch: bool,
    /// The rule.
    pub(crate) rule: SiteRuleDocument,
}

impl BodyDocument for SiteRuleTrial {
    const EXAMPLE: &str =
        r#"{"url": "https://news.example/1.html", "rule": {"host": "news.example", "body": "article"}}"#;
}

impl BodyDocument for SiteRuleDocument {
    const EXAMPLE: &str = r#"{"host": "news.example", "body": "article"}"#;
}

/// Where the page of a trial is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TrialPageSource {
    /// From the request.
    Request,
    /// From the daemon's recording.
    Recording,
    /// From its site, just now.
    Site,
}

/// A page read both ways.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SiteRuleTrialReport {
    /// Where the page is from.
    pub(crate) page_from: TrialPageSource,
    /// When it was received, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) received_at: Option<Timestamp>,
    /// As it is read without a rule.
    pub(crate) general: PageReading,
    /// As it is read by the rule; absent where the rule isn't for the page's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ruled: Option<PageReading>,
    /// The parts that the rule's selectors did not find, so that they were read the general way.
    pub(crate) unmatched: Vec<String>,
}

/// What was read of a page.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PageReading {
    /// What kind of page it is.
    pub(crate) page_kind: PageKind,
    /// The headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// The authors.
    pub(crate) authors: Vec<String>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) published: Option<String>,
    /// The language of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// The text, a paragraph a line; the first 20,000 characters.
    pub(crate) text: String,
    /// How long the whole text is, in scalar values.
    pub(crate) text_chars: usize,
}

impl PageReading {
    fn of(article: Article) -> Self {
        let Article { page_kind, title, authors, published, language, body, .. } = article;
        Self {
            page_kind,
            title,
            authors,
            published: published.map(|published| published.value),
            language,
            text: body.text.chars().take(MAX_TEXT_CHARS).collect(),
            text_chars: body.text.chars().count(),
        }
    }
}

/// The rules, in the file's order: none where there is no configuration.
pub(super) async fn list(State(api): Shared) -> Result<Json<Vec<ListedSiteRule>>, Problem> {
    let Some(reloader) = &api.sources.reloader else { return Ok(Json(Vec::new())) };
    let rules = reloader.site_rules().await?;
    let status = api.sources.metrics.site_rules();
    let listed = |rule: SiteRuleDocument| {
        let name = rule.name();
        let status = status.iter().find(|status| status.rule == name).cloned();
        ListedSiteRule { name, rule, status }
    };
    Ok(Json(rules.into_iter().map(listed).collect()))
}

/// Reads a page by a rule and without. Nothing is kept.
pub(super) async fn try_rule(
    _: MayWrite,
    State(api): Shared,
    JsonBody(trial): JsonBody<SiteRuleTrial>,
) -> Result<Json<SiteRuleTrialReport>, Problem> {
    tried(&api, trial).await.map(Json)
}

/// The same for whoever may.
pub(super) async fn tried(api: &Arc<Api>, trial: SiteRuleTrial) -> Result<SiteRuleTrialReport, Problem> {
    let SiteRuleTrial { url, html, refetch, rule } = trial;
    let rules = rules_of(&rule)?;
    let _turn = api.preview_turns.try_acquire().map_err(|_| {
        let detail = "other pages are being tried; try again in a moment";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    let recorded = match html.is_some() || refetch {
        true => None,
        false => recorded_page_at(api, &url).await?,
    };
    let (page_from, page) = match (html, recorded) {
        (Some(html), _) => {
            let content_type = Some("text/html; charset=utf-8".to_owned());
            let bytes = html.into_bytes();
            (TrialPageSource::Request, Page { url: Some(url), content_type, bytes, received_at: None })
        }
        (None, Some(page)) => (TrialPageSource::Recording, page),
        (None, None) => (TrialPageSource::Site, fetched(api, &url).await?),
    };
    let received_at = page.received_at;
    if let Some(what) = other_than_page(&page) {
        let detail = format!("this is no HTML page but {what}");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let work = tokio::task::spawn_blocking(move || {
        contained(|| {
            let general = PageReading::of(extract(&page));
            let ruled = extract_by(&page, &rules);
            let applied = ruled.site_rule;
            let unmatched = applied.iter().flat_map(|applied| &applied.unmatched);
            let unmatched = unmatched.map(|part| part.as_str().to_owned()).collect();
            SiteRuleTrialReport {
                page_from,
                received_at,
                general,
                ruled: applied.map(|_| PageReading::of(ruled.article)),
                unmatched,
            }
        })
    });
    let late = |_| {
        let detail = format!("the page was not read within {MAX_EXTRACTION:?}");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    };
    let read = timeout(MAX_EXTRACTION, work).await.map_err(late)?;
    let read = read.map_err(|lost| Problem::internal(&lost.to_string()))?;
    read.map_err(|panic| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, panic))
}

/// The rule alone, as pages are read by it.
fn rules_of(rule: &SiteRuleDocument) -> Result<SiteRules, Problem> {
    let mut edit = SitesEdit::empty();
    edit.put(rule);
    edit.parsed().map_err(|errors| {
        let told = |error: ConfigError| match error.remedy {
            Some(remedy) => format!("{}; {remedy}", error.what),
            None => error.what,
        };
        let detail = "the rule is wrong, and no page is read by it";
        let errors = errors.into_iter().map(told).collect();
        Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    })
}

/// The page at `url`, in its host's turn, as any page is fetched.
async fn fetched(api: &Arc<Api>, url: &Url) -> Result<Page, Problem> {
    let fetcher = reloader(api)?.fetcher().await?;
    let refused = |detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    let fetched = timeout(MAX_FETCH, fetcher.page(url)).await;
    let fetched = fetched.map_err(|_| refused(format!("the page did not come within {MAX_FETCH:?}")))?;
    fetched.map(|fetched| fetched.page).map_err(|error| refused(error.to_string()))
}

/// Has a rule stand in the file, in the place of the one of its host and path if there is one.
pub(super) async fn save(
    _: MayWrite,
    State(api): Shared,
    JsonBody(rule): JsonBody<SiteRuleDocument>,
) -> Result<Json<ReloadReport>, Problem> {
    put(&api, rule).await.map(Json)
}

/// The same for whoever may.
pub(super) async fn put(api: &Arc<Api>, rule: SiteRuleDocument) -> Result<ReloadReport, Problem> {
    let reloader = reloader(api)?;
    // What is wrong with it is told of it, rather than of the file with all rules.
    rules_of(&rule)?;
    let change = to_the_end(async move {
        reloader
            .change_sites(move |edit| {
                edit.put(&rule);
                Ok(())
            })
            .await
    });
    Ok(change.await??)
}

/// Which rule goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedSiteRule {
    /// Its name: its host, followed by its path where it has one.
    rule: String,
}

/// Takes a rule out.
pub(super) async fn remove(
    _: MayWrite,
    State(api): Shared,
    OwnParameters(NamedSiteRule { rule }): OwnParameters<NamedSiteRule>,
) -> Result<Json<ReloadReport>, Problem> {
    take_out(&api, rule).await.map(Json)
}

/// The same for whoever may.
pub(super) async fn take_out(api: &Arc<Api>, name: String) -> Result<ReloadReport, Problem> {
    let reloader = reloader(api)?;
    let change = to_the_end(async move {
        reloader
            .change_sites(move |edit| match edit.remove(&name) {
                true => Ok(()),
                false => Err(ReloadError::UnknownSite(name)),
            })
            .await
    });
    Ok(change.await??)
}
