//! The [console](crate::console): who may see a page, and what is read for it, which is what the API itself answers.

mod asked_list;
mod feeds;
mod form_body;
mod judging;
mod lists;
mod login;
mod session;
mod sinks;
mod sites;
mod visitor;

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use dateline_journal::{EventFilter, Facet, JournalError};
use dateline_wire::{ArticleEvent, ArticleId, Sequence, StoryEvent};
use jiff::SignedDuration;
use maud::Markup;
use schemars::JsonSchema;
use serde::Deserialize;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use self::asked_list::{AskedList, AskedPage};
pub(super) use self::session::Sessions;
pub(super) use self::visitor::{client_address, is_logged_in};
use super::acceptable::Accept;
use super::article::ArticleQuery;
use super::expectation::shown as shown_value;
use super::parameters::{GivenId, OwnParameters, Parameters};
use super::story::reports::reports_of;
use super::{Api, Problem, Shared, article, entity, lookup, opml, recorded, story};
use crate::console::assets::Asset;
use crate::console::frame::{Frame, Section, Viewer, bare_page, page_apart};
use crate::console::page;
use crate::console::page::article::ArticleView;
use crate::console::page::entity::EntityView;
use crate::console::page::live::{LiveList, LiveRow};
use crate::console::page::overview::{Overview, PublishedBy};

/// How many of the last stories are looked at for those of the day, and how many of them are shown.
const STORIES_OF_THE_DAY: usize = 300;
const STORIES_SHOWN: usize = 8;
/// How many stories, and articles, are shown of somebody who is named.
const ENTITY_ROWS: usize = 8;
/// How many revisions of an article are shown.
const MAX_REVISIONS: usize = 20;
/// How many of the last events the live list begins with.
const MAX_LIVE_EVENTS: usize = 40;

/// The pages, and what goes with them.
pub(super) fn routes(api: &Arc<Api>) -> Router<Arc<Api>> {
    Router::new()
        .route("/", get(overview))
        .route("/live", get(live))
        .route("/stories", get(lists::stories))
        .route("/stories/{id}", get(story_page))
        .route("/articles", get(lists::articles))
        .route("/articles/{id}", get(article_page))
        .route("/articles/{id}/reading", get(reading_page))
        .route("/rejects", get(lists::rejects))
        .route("/rejects/{place}", get(lists::reject))
        .route("/judge", get(judging::ask))
        .route("/judge/{article}", post(judging::label))
        .route("/judge/{article}/undo", post(judging::undo))
        .route("/feeds", get(feeds::list))
        .route("/feeds/add", get(feeds::ask).post(feeds::add))
        .route("/feeds/preview", post(feeds::preview))
        .route("/feeds/import", get(feeds::ask_for_list).merge(long_form(post(feeds::compare_list))))
        .route("/feeds/import/save", long_form(post(feeds::save_list)))
        .route("/feeds/{id}", get(feeds::one))
        .route("/feeds/{id}/edit", post(feeds::edit))
        .route("/feeds/{id}/remove", get(feeds::ask_to_remove).post(feeds::remove))
        .route("/feeds/{id}/pause", post(feeds::pause))
        .route("/feeds/{id}/resume", post(feeds::resume))
        .route("/feeds/{id}/poll", post(feeds::poll))
        .route("/feeds/{id}/revive", post(feeds::revive))
        .route("/entities/{id}", get(entity_page))
        .route("/waiting", get(waiting_page))
        .route("/journal", get(journal_page))
        .route("/fleet", get(fleet_page))
        .route("/sites", get(sites::show).merge(long_form(post(sites::try_rule))))
        .route("/sites/save", long_form(post(sites::save)))
        .route("/sites/remove", get(sites::ask_to_remove).post(sites::remove))
        .route("/sinks", get(sinks::list))
        .route("/sinks/{name}", get(sinks::webhook))
        .route("/sinks/{name}/redeliver", post(sinks::redeliver))
        .route("/sinks/{name}/enable", post(sinks::enable))
        .route("/search", get(lists::search))
        .route_layer(middleware::from_fn_with_state(api.clone(), visitor::admit))
        .route_layer(middleware::from_fn(refuse_long_addresses))
        .route("/login", get(login::ask).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/console/{digest}/{name}", get(asset))
        .route_layer(middleware::map_response(as_page))
        .route_layer(
            CompressionLayer::new()
                .compress_when(DefaultPredicate::new().and(NotForContentType::const_new("text/plain"))),
        )
        .route_layer(middleware::from_fn_with_state(api.clone(), make_beside))
}

/// The longest address of a page, with what it asks for, in bytes: as many words as can be searched for, in any script. A page repeats what was
/// asked for in each of its links to more of the same.
const MAX_ADDRESS_BYTES: usize = 16 << 10;

/// Refuses an address that is longer than any that a page leads to (414).
async fn refuse_long_addresses(request: Request, next: Next) -> Response {
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if length <= MAX_ADDRESS_BYTES {
        return next.run(request).await;
    }
    let detail = format!(
        "this address has {length} bytes, of which {MAX_ADDRESS_BYTES} are read at most: ask with fewer words or conditions"
    );
    refusal(Problem::new(StatusCode::URI_TOO_LONG, detail))
}

/// Has a page made, and compressed, by threads that give way to the rest of the daemon. What the framework refuses, in plain text, is made
/// a page later.
async fn make_beside(State(api): Shared, request: Request, next: Next) -> Response {
    let made = api.reading_threads.make(async move {
        let (head, body) = next.run(request).await.into_parts();
        // No page is endless.
        let body = to_bytes(Body::new(body), usize::MAX).await?;
        Ok::<_, axum::Error>(Response::from_parts(head, Body::from(body)))
    });
    match made.await {
        Ok(Ok(page)) => page,
        Ok(Err(error)) => refusal(Problem::internal(&error.to_string())),
        Err(lost) => refusal(Problem::internal(&lost.to_string())),
    }
}

/// That an answer is one of the console's, whose failures are pages.
#[derive(Clone)]
pub(super) struct OfConsole;

async fn as_page(mut response: Response) -> Response {
    response.extensions_mut().insert(OfConsole);
    response
}

/// A form that holds a whole list or page, each byte of which may take three.
fn long_form(route: MethodRouter<Arc<Api>>) -> MethodRouter<Arc<Api>> {
    route.layer(DefaultBodyLimit::max(3 * opml::MAX_OPML_BYTES))
}

/// Whether whoever asks would rather have a page than JSON.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    Accept::of(headers).best([Problem::CONTENT_TYPE, "text/html"]) == "text/html"
}

/// What a browser may do with a page: load this program's own style and script, ask this program, and send forms to it; nothing in line,
/// nothing of others, in no frame (CSP 3). What it shows in a frame is this program's own, under a policy of its own.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The fields that every page carries. With `no-referrer` a browser would leave out where a form comes from (Fetch, section 3.2).
const PAGE_FIELDS: [(HeaderName, &str); 7] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// A page as an answer.
fn answer(status: StatusCode, page: Markup) -> Response {
    let mut response = (status, page.into_string()).into_response();
    for (name, value) in PAGE_FIELDS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A failure as a page.
pub(super) fn refusal(problem: Problem) -> Response {
    refusal_from(problem, "/")
}

/// The same for whoever comes from the page `from`, to which a log-in leads back.
fn refusal_from(problem: Problem, from: &str) -> Response {
    let log_in = match from {
        "/" => "/login".to_owned(),
        from => format!("/login?next={}", page::query_value(from)),
    };
    let way_on = match problem.status {
        StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => (log_in.as_str(), "To the log-in"),
        _ => ("/", "To the overview"),
    };
    refusal_with(problem, way_on)
}

/// The same with a way on: a path, and what it is called.
fn refusal_with(problem: Problem, way_on: (&str, &str)) -> Response {
    let title = match problem.status {
        StatusCode::NOT_FOUND => "There is no such page",
        StatusCode::UNAUTHORIZED => "Log in first",
        StatusCode::FORBIDDEN => "You may not do this",
        StatusCode::TOO_MANY_REQUESTS => "Too many tries",
        status if status.is_server_error() => "This cannot be shown now",
        _ => "That did not work",
    };
    let main = page::problem::page(title, &problem.detail, &problem.errors, way_on);
    // Whoever has to log in first sees where, and nothing else.
    let page = match problem.status {
        StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => bare_page(title, &main),
        _ => page_apart(title, &main),
    };
    answer(problem.status, page)
}

/// A failure that is answered as a page.
struct PageProblem(Problem);

impl IntoResponse for PageProblem {
    fn into_response(self) -> Response {
        refusal(self.0)
    }
}

impl<P: Into<Problem>> From<P> for PageProblem {
    fn from(problem: P) -> Self {
        Self(problem.into())
    }
}

type Shown = Result<Response, PageProblem>;

/// What is around the pages of a visitor.
fn frame(api: &Api, viewer: &Viewer) -> Frame {
    Frame { now: api.now(), journal: api.sources.journal.id().clone(), viewer: viewer.clone() }
}

fn shown(api: &Api, viewer: &Viewer, here: Section, title: &str, main: &Markup) -> Response {
    answer(StatusCode::OK, frame(api, viewer).page(here, title, main))
}

/// What the overview's plot tells apart.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct OverviewQuery {
    by: PublishedBy,
    /// Of which alone, if not of all.
    only: Option<String>,
}

async fn overview(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    AskedPage(OverviewQuery { by, only }): AskedPage<OverviewQuery>,
) -> Shown {
    let status = api.status().await?;
    let mut stories = api.read(|journal| journal.stories(STORIES_OF_THE_DAY)).await?;
    let day_ago = status.now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(status.now);
    stories.retain(|story| story.last_reported >= day_ago);
    let looked_at = Some(stories.len()).filter(|looked_at| *looked_at == STORIES_OF_THE_DAY);
    let widely = |story: &StoryEvent| std::cmp::Reverse((story.origin_count, story.article_count));
    stories.sort_by_key(widely);
    stories.truncate(STORIES_SHOWN);
    let activity = api.activity.read();
    let only = only.as_deref().filter(|only| !only.is_empty());
    let overview = Overview { status: &status, stories: &stories, looked_at, activity: &activity, by, only };
    Ok(shown(&api, &viewer, Section::Overview, "Overview", &page::overview::page(&overview)))
}

/// The events that are asked for beside a filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct LiveQuery {
    /// Those before this place.
    before: Option<Sequence>,
}

async fn live(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    AskedList(Parameters { filter, own: LiveQuery { before } }): AskedList<LiveQuery>,
) -> Shown {
    let last = *api.sources.journal.watch().borrow();
    let asked = filter.clone();
    // What is committed meanwhile is left to the stream, which goes on after `last`.
    let from = before.unwrap_or(last.next());
    let events = api.read(move |journal| journal.events_before(&asked, Some(from), MAX_LIVE_EVENTS)).await?;
    let rows: Vec<LiveRow> = events.iter().map(LiveRow::of).collect();
    let is_past = before.is_some() || page::live::ends(&filter).is_some_and(|end| end <= api.now());
    let main = page::live::page(&LiveList {
        rows: &rows,
        filter: &filter,
        goes_on_after: (!is_past).then_some(last),
        older: events.last().filter(|_| events.len() == MAX_LIVE_EVENTS).map(|event| event.sequence),
        journal: api.sources.journal.id(),
        now: api.now(),
    });
    Ok(shown(&api, &viewer, Section::Live, "Live", &main))
}

async fn story_page(state: Shared, Extension(viewer): Extension<Viewer>, id: Path<GivenId>) -> Shown {
    let State(api) = state.clone();
    let story = story::show(state, id).await?.0;
    let (told, tables) = (story.clone(), api.sources.story_tables.borrow().clone());
    let more = api.read(move |journal| reports_of(journal, &told, tables.as_deref())).await?;
    let main = page::story::page(&story, &more, api.now());
    Ok(shown(&api, &viewer, Section::Stories, story.title.as_deref().unwrap_or("A story"), &main))
}

async fn entity_page(state: Shared, Extension(viewer): Extension<Viewer>, id: Path<String>) -> Shown {
    let State(api) = state.clone();
    let entity = entity::show(state, id).await?.0;
    let mut filter = EventFilter::default();
    filter.add(Facet::Entity, &entity.id).map_err(|error| Problem::internal(&error.to_string()))?;
    let asked = filter.clone();
    let stories = api.read(move |journal| journal.story_page(&asked, None, ENTITY_ROWS)).await?.0;
    let own = ArticleQuery { limit: NonZeroUsize::new(ENTITY_ROWS), ..ArticleQuery::default() };
    let articles = article::find(&api, filter.clone(), own).await?.page.articles;
    let articles = lists::rows(&api, articles, &filter).await?;
    let view = EntityView { entity: &entity, stories: &stories, articles: &articles };
    let main = page::entity::page(&view, api.now());
    Ok(shown(&api, &viewer, Section::Articles, page::entity::name(&entity), &main))
}

async fn journal_page(State(api): Shared, Extension(viewer): Extension<Viewer>) -> Shown {
    let main = page::journal::page(&api.status().await?);
    Ok(shown(&api, &viewer, Section::Overview, "Journal", &main))
}

async fn fleet_page(State(api): Shared, Extension(viewer): Extension<Viewer>) -> Shown {
    let Some(member) = &api.sources.member else {
        let detail = "this daemon is one by itself, and no member of a fleet";
        return Err(Problem::new(StatusCode::NOT_FOUND, detail).into());
    };
    let unavailable = |why| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("Kafka cannot be asked about the fleet: {why}"))
    };
    let report = member.inquiry.ask().await.map_err(unavailable)?;
    let main = page::fleet::page(&member.fleet, &report, api.now());
    Ok(shown(&api, &viewer, Section::Overview, "Fleet", &main))
}

async fn waiting_page(state: Shared, Extension(viewer): Extension<Viewer>) -> Shown {
    let State(api) = state.clone();
    let list = lookup::waiting(state, OwnParameters(lookup::WaitingQuery::default())).await?.0;
    Ok(shown(&api, &viewer, Section::Feeds, "Waiting", &page::lookup::waiting(&list, api.now())))
}

fn no_article(id: &ArticleId) -> Problem {
    let detail = format!(
        "the journal holds no article {}; it may be gone by [retention], or never have been published",
        shown_value(id.as_str())
    );
    Problem::new(StatusCode::NOT_FOUND, detail)
}

async fn article_page(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<GivenId>,
) -> Shown {
    let id = ArticleId::from_stored(id);
    let asked = id.clone();
    let found = api
        .read(move |journal| {
            let Some(history) = journal.article_history(&asked)? else { return Ok::<_, JournalError>(None) };
            let story = history.story.as_ref().map(|story| journal.story(story)).transpose()?.flatten();
            // What another version wrote, and this one cannot read, is left out.
            let revisions = history.revisions.iter().take(MAX_REVISIONS);
            let revisions: Vec<ArticleEvent> =
                revisions.filter_map(|event| serde_json::from_str(&event.data).ok()).collect();
            let copied = revisions.first().and_then(|event| event.copy_of.as_ref());
            let source = copied.map(|copy| journal.article_history(&copy.article)).transpose()?.flatten();
            let source = source.and_then(|source| serde_json::from_str(&source.revisions.first()?.data).ok());
            let label = journal.label(&asked)?;
            Ok(Some((revisions, story, source, history.is_withdrawn, label)))
        })
        .await?;
    let (revisions, story, source, is_withdrawn, label) = found.ok_or_else(|| no_article(&id))?;
    let (event, earlier) = revisions.split_first().ok_or_else(|| no_article(&id))?;
    let view = ArticleView {
        event,
        story: story.as_ref(),
        source: source.as_ref(),
        earlier,
        is_withdrawn,
        label: label.as_ref(),
        viewer: &viewer,
    };
    let main = page::article::page(&view, api.now());
    Ok(shown(&api, &viewer, Section::Articles, event.content.title.as_deref().unwrap_or("An article"), &main))
}

async fn reading_page(state: Shared, Extension(viewer): Extension<Viewer>, Path(id): Path<GivenId>) -> Shown {
    let State(api) = state.clone();
    let (event, witnesses) = recorded::read_witnesses(state, id).await?;
    let main = page::reading::page(&event, &witnesses, api.now());
    Ok(shown(&api, &viewer, Section::Articles, "How it was read", &main))
}

async fn asset(Path((digest, name)): Path<(String, String)>) -> Response {
    let Some(asset) = Asset::named(&name) else {
        return Problem::new(StatusCode::NOT_FOUND, "no such file").into_response();
    };
    // A page of an older program gets what there is, and keeps it for itself alone.
    let caching = if asset.is(&digest) { "public, max-age=31536000, immutable" } else { "no-store" };
    ([(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, caching)], asset.content)
        .into_response()
}
