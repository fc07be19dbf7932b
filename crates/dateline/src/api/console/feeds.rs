//! Feeds: the list, one of them, what can be done with it, and how others are added.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Redirect, Response};
use dateline_wire::FeedId;
use schemars::JsonSchema;
use serde::Deserialize;
use std::num::NonZeroUsize;
use url::Url;

use super::asked_list::AskedPage;
use super::form_body::FormBody;
use super::visitor::{MayOperate, check_may_operate};
use super::{PageProblem, Shown, frame, refusal_with, shown};
use crate::api::json_body::JsonBody;
use crate::api::parameters::{GivenId, OwnParameters};
use crate::api::{Api, Problem, Shared, feed, feed_entries, opml};
use crate::console::frame::{Section, Viewer};
use crate::console::page;
use crate::console::page::feed_add::AdditionForm;
use crate::console::page::feeds::FeedFilter;
use crate::status::FeedCondition;

/// How many of its last entries the page of a feed shows.
const MAX_ENTRIES: usize = 30;

/// The feeds that are asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct FeedsQuery {
    state: Option<FeedCondition>,
    tag: Option<String>,
    q: Option<String>,
    page: usize,
}

/// Whoever looks at feeds, who is offered no change where there is no configuration to change, as in the demo.
fn of_feeds(api: &Api, viewer: Viewer) -> Viewer {
    Viewer { may_operate: viewer.may_operate && api.sources.reloader.is_some(), ..viewer }
}

/// The feeds.
pub(super) async fn list(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    AskedPage(query): AskedPage<FeedsQuery>,
) -> Shown {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let FeedsQuery { state, tag, q, page } = query;
    let filter = FeedFilter { state, tag: given(tag), text: given(q), page };
    let status = api.status().await?;
    let main = page::feeds::page(&status, &filter, &of_feeds(&api, viewer.clone()));
    Ok(shown(&api, &viewer, Section::Feeds, "Feeds", &main))
}

/// What was just done with a feed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

/// One feed.
pub(super) async fn one(
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<GivenId>,
    AskedPage(DoneQuery { done }): AskedPage<DoneQuery>,
) -> Shown {
    let State(api) = state.clone();
    let history = match feed::show(state.clone(), Path(id.clone())).await {
        Ok(Json(history)) => history,
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            return former(&api, &viewer, id).await;
        }
        Err(problem) => return Err(problem.into()),
    };
    let query =
        feed_entries::FeedEntriesQuery { limit: NonZeroUsize::new(MAX_ENTRIES), ..Default::default() };
    let entries = feed_entries::list(state, Path(id), OwnParameters(query)).await?.0;
    let offered = of_feeds(&api, viewer.clone());
    let main = page::feed::page(&history, &entries, api.now(), &offered, done.as_deref());
    let title = history.feed.name.as_deref().unwrap_or(history.feed.url.as_str());
    Ok(shown(&api, &viewer, Section::Feeds, title, &main))
}

/// The page of what is no feed any more, or never was.
async fn former(api: &Api, viewer: &Viewer, id: GivenId) -> Shown {
    let asked = FeedId::from_stored(id);
    let Some(feed) = api.read(move |journal| journal.feed(&asked)).await? else {
        let detail = "no feed has this id, and none had it that was removed";
        let problem = Problem::new(StatusCode::NOT_FOUND, detail);
        return Ok(refusal_with(problem, ("/feeds", "To the feeds")));
    };
    let main = page::feed::former(&feed, api.now());
    let title = feed.url.as_str();
    Ok(super::answer(StatusCode::GONE, frame(api, viewer).page(Section::Feeds, title, &main)))
}

/// Back to the feed, which says what was done.
fn done(id: &str, action: &str) -> Shown {
    Ok(Redirect::to(&format!("/feeds/{}?done={action}", page::query_value(id))).into_response())
}

pub(super) async fn pause(operator: MayOperate, state: Shared, Path(id): Path<GivenId>) -> Shown {
    drop(feed::pause(operator.may_write(), state, Path(id.clone())).await?);
    done(id.as_str(), "pause")
}

pub(super) async fn resume(operator: MayOperate, state: Shared, Path(id): Path<GivenId>) -> Shown {
    drop(feed::resume(operator.may_write(), state, Path(id.clone())).await?);
    done(id.as_str(), "resume")
}

pub(super) async fn poll(operator: MayOperate, state: Shared, Path(id): Path<GivenId>) -> Shown {
    drop(feed::poll(operator.may_write(), state, Path(id.clone())).await?);
    done(id.as_str(), "poll")
}

pub(super) async fn revive(operator: MayOperate, state: Shared, Path(id): Path<GivenId>) -> Shown {
    drop(feed::revive(operator.may_write(), state, Path(id.clone())).await?);
    done(id.as_str(), "revive")
}

/// Asks before a feed is taken out.
pub(super) async fn ask_to_remove(
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<GivenId>,
) -> Shown {
    let State(api) = state.clone();
    check_may_operate(&viewer)?;
    drop(feed::reloader(&api)?);
    let feed = feed::show(state, Path(id)).await?.0.feed;
    Ok(shown(&api, &viewer, Section::Feeds, "Remove a feed", &page::feed::removal(&feed)))
}

/// Takes the feed out.
pub(super) async fn remove(operator: MayOperate, state: Shared, Path(id): Path<GivenId>) -> Shown {
    drop(feed::remove(operator.may_write(), state, Path(id)).await?);
    Ok(Redirect::to("/feeds").into_response())
}

/// What is changed of a feed.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct EditForm {
    name: String,
    tags: String,
    /// What the form showed when it was opened.
    #[serde(default)]
    shown_name: String,
    #[serde(default)]
    shown_tags: String,
}

/// What a field was changed to. What a browser takes out of a line by itself is no change.
fn changed<'f>(field: &'f str, shown: &str) -> Option<&'f str> {
    let kept = |text: &str| {
        let is_kept = |character: &char| !character.is_control() && *character != char::REPLACEMENT_CHARACTER;
        text.trim().chars().filter(is_kept).collect::<String>()
    };
    (kept(field) != kept(shown)).then_some(field.trim())
}

/// Changes what was edited of a feed's name and tags, unless somebody else has done so since they were shown.
pub(super) async fn edit(
    operator: MayOperate,
    state: Shared,
    Path(id): Path<GivenId>,
    FormBody(form): FormBody<EditForm>,
) -> Shown {
    let name = changed(&form.name, &form.shown_name);
    let tags = changed(&form.tags, &form.shown_tags);
    if name.is_none() && tags.is_none() {
        return done(id.as_str(), "same");
    }
    let now = feed::show(state.clone(), Path(id.clone())).await?.0.feed;
    let (name_now, tags_now) = (now.name.unwrap_or_default(), now.tags.join(", "));
    let fields = [("name", name, &form.shown_name, name_now), ("tags", tags, &form.shown_tags, tags_now)];
    for (field, new, shown, now) in fields {
        if new.is_some_and(|new| changed(&now, shown).is_some() && changed(&now, new).is_some()) {
            let detail = format!(
                "nothing is saved: the {field} of this feed was changed to “{now}” since you opened its page; open it again, and change that"
            );
            return Err(Problem::new(StatusCode::CONFLICT, detail).into());
        }
    }
    let edits = feed::FeedEdits { name: name.map(str::to_owned), tags: tags.map(tags_of), interval: None };
    drop(feed::edit(operator.may_write(), state, Path(id.clone()), JsonBody(edits)).await?);
    done(id.as_str(), "edit")
}

/// The tags in a field: between commas, each once.
fn tags_of(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// What the form for a new feed says.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Addition {
    url: String,
    name: String,
    group: String,
    tags: String,
    interval: String,
    language: String,
    full_text: String,
    subject: String,
    keep: String,
    drop: String,
}

impl Addition {
    fn form(&self) -> AdditionForm {
        let Self { url, name, group, tags, interval, language, full_text, subject, keep, drop } =
            self.clone();
        AdditionForm { url, name, group, tags, interval, language, full_text, subject, keep, drop }
    }

    /// What is asked for. What leads is taken for an address of the web: people leave the scheme out.
    fn meant(&self) -> Result<feed::FeedAddition, Problem> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let written = self.url.trim();
        let url = Url::parse(written)
            .ok()
            .filter(Url::has_host)
            .or_else(|| Url::parse(&format!("https://{written}")).ok().filter(|_| !written.contains("://")))
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| {
            let detail = "this is no address of the web; one looks like https://news.example/rss";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        })?;
        let patterns = |text: &str| text.lines().filter_map(given).collect();
        Ok(feed::FeedAddition {
            name: given(&self.name),
            group: given(&self.group),
            tags: tags_of(&self.tags),
            interval: given(&self.interval),
            language: given(&self.language),
            full_text: given(&self.full_text),
            subject: given(&self.subject),
            keep: patterns(&self.keep),
            drop: patterns(&self.drop),
            ..feed::FeedAddition::at(url)
        })
    }
}

async fn adding(
    state: Shared,
    viewer: &Viewer,
    addition: &Addition,
    preview: Option<&crate::feed_preview::FeedPreview>,
    refusal: Option<&Problem>,
) -> Response {
    let State(api) = &state;
    // Where there is no configuration, or none that can be read, there is no choice.
    let groups = feed::groups(state.clone()).await.map(|groups| groups.0).unwrap_or_default();
    let refused = refusal.map(|problem| (problem.detail.as_str(), problem.errors.as_slice()));
    let offered = of_feeds(api, viewer.clone());
    let main = page::feed_add::page(&addition.form(), &groups, preview, refused, &offered, api.now());
    let status = refusal.map_or(StatusCode::OK, |problem| problem.status);
    super::answer(status, frame(api, viewer).page(Section::Feeds, "Add a feed", &main))
}

/// The form for a new feed.
pub(super) async fn ask(
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    AskedPage(addition): AskedPage<Addition>,
) -> Shown {
    Ok(adding(state, &viewer, &addition, None, None).await)
}

/// What the feed would bring.
pub(super) async fn preview(
    operator: MayOperate,
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    FormBody(addition): FormBody<Addition>,
) -> Shown {
    let previewed = match addition.meant() {
        Ok(meant) => feed::preview(operator.may_write(), state.clone(), JsonBody(meant)).await,
        Err(problem) => Err(problem),
    };
    Ok(match previewed {
        Ok(Json(preview)) => adding(state, &viewer, &addition, Some(&preview), None).await,
        Err(problem) => adding(state, &viewer, &addition, None, Some(&problem)).await,
    })
}

/// Adds the feed.
pub(super) async fn add(
    operator: MayOperate,
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    FormBody(addition): FormBody<Addition>,
) -> Shown {
    let added = match addition.meant() {
        Ok(meant) => feed::add_feed(operator.may_write(), &state, meant).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(report) => done(report.feed.id.as_str(), "add"),
        Err(problem) => Ok(adding(state, &viewer, &addition, None, Some(&problem)).await),
    }
}

/// A list, as it is pasted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ListForm {
    opml: String,
}

/// The form for a list.
pub(super) async fn ask_for_list(State(api): Shared, Extension(viewer): Extension<Viewer>) -> Shown {
    let main = page::feed_add::import_page("", None, None, &of_feeds(&api, viewer.clone()));
    Ok(shown(&api, &viewer, Section::Feeds, "Import feeds", &main))
}

/// What a list would change.
pub(super) async fn compare_list(
    operator: MayOperate,
    state: Shared,
    viewer: Extension<Viewer>,
    form: FormBody<ListForm>,
) -> Shown {
    take_in(operator, state, viewer, form, true).await
}

/// Takes a list in.
pub(super) async fn save_list(
    operator: MayOperate,
    state: Shared,
    viewer: Extension<Viewer>,
    form: FormBody<ListForm>,
) -> Shown {
    take_in(operator, state, viewer, form, false).await
}

async fn take_in(
    _: MayOperate,
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    FormBody(ListForm { opml }): FormBody<ListForm>,
    dry_run: bool,
) -> Result<Response, PageProblem> {
    let (status, main) = match opml::take_in(&api, opml.as_bytes(), dry_run).await {
        Ok(report) => (StatusCode::OK, page::feed_add::import_page(&opml, Some(&report), None, &viewer)),
        Err(problem) => {
            let refused = Some((problem.detail.as_str(), problem.errors.as_slice()));
            (problem.status, page::feed_add::import_page(&opml, None, refused, &viewer))
        }
    };
    Ok(super::answer(status, frame(&api, &viewer).page(Section::Feeds, "Import feeds", &main)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_stand_between_commas_each_once() {
        assert_eq!(tags_of(" asia, wire ,,asia"), ["asia", "wire"]);
        assert!(tags_of(" , ").is_empty());
    }

    #[test]
    fn a_field_is_changed_by_people_alone() {
        assert_eq!(changed("wire\u{202e} ", "wire\u{202e}"), None);
        assert_eq!(changed("one\u{fffd}two", "one\0\ntwo"), None);
        assert_eq!(changed(" wire", "asia"), Some("wire"));
        assert_eq!(changed("", "asia"), Some(""));
    }

    #[test]
    fn an_address_may_lack_its_scheme_and_is_one_of_the_web() {
        let meant = |url: &str| {
            let addition = Addition { url: url.to_owned(), ..Addition::default() };
            addition.meant().map(|meant| meant.url.to_string()).map_err(|problem| problem.status)
        };
        assert_eq!(meant("news.example/rss").as_deref(), Ok("https://news.example/rss"));
        for other in ["javascript:alert(1)", "file:///etc/passwd", "", "https://"] {
            assert!(meant(other).is_err(), "{other}");
        }
    }
}
