//! The lists of what was published and what was not, single rejects, and the search over all of it.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use dateline_journal::{EventFilter, Facet, FoundArticle, JournalError};
use dateline_wire::{ArticleId, CanonicalUrl, EventKind, FeedId, FeedRef, Sequence, StoryId};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::{Shown, answer, frame, shown};
use crate::api::article::{self, ArticleQuery};
use crate::api::label::JudgedArticle;
use crate::api::lookup;
use crate::api::parameters::Parameters;
use crate::api::reject::{self, RejectOrder, RejectPage, RejectQuery, Rejected};
use crate::api::story::{self, StoryQuery};
use crate::api::{Api, Problem, Shared};
use crate::console::frame::{Section, Viewer};
use crate::console::page;
use crate::console::page::articles::{ArticleList, ArticleRow, Found};
use crate::console::page::rejects::{RejectList, RejectRow};
use crate::text::given_id;

/// How many of each kind a search shows.
const MAX_FOUND: usize = 12;

/// Of how many of the newest rejects the feeds are counted.
const MAX_COUNTED_REJECTS: usize = 300;

/// The stories that are asked for.
pub(super) async fn stories(
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    RawQuery(query): RawQuery,
) -> Shown {
    let State(api) = state.clone();
    let query = query.unwrap_or_default();
    if let Some(chosen) = without_empty(&query) {
        return Ok(Redirect::to(&format!("/stories?{chosen}")).into_response());
    }
    let parameters = Parameters::<StoryQuery>::of(&query)?;
    let filter = parameters.filter.clone();
    let page = story::list(state, parameters).await?.0;
    let main = page::stories::page(&page.stories, &filter, page.next.as_deref(), api.now());
    Ok(shown(&api, &viewer, Section::Stories, "Stories", &main))
}

/// The articles that are asked for.
pub(super) async fn articles(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    RawQuery(query): RawQuery,
) -> Shown {
    let query = query.unwrap_or_default();
    if let Some(chosen) = without_empty(&query) {
        return Ok(Redirect::to(&format!("/articles?{chosen}")).into_response());
    }
    let Parameters { filter, own } = Parameters::<ArticleQuery>::of(&query)?;
    let found = article::find(&api, filter.clone(), own).await?;
    let list = ArticleList {
        articles: &rows(&found.page.articles),
        filter: &filter,
        next: found.page.next.map(|next| next.to_text(api.sources.journal.id(), &filter)),
        is_incomplete: found.gap.is_some(),
    };
    Ok(shown(&api, &viewer, Section::Articles, "Articles", &page::articles::page(&list, api.now())))
}

/// A query without the parameters that have no value, which forms send for what was not chosen; `None` where each has one.
pub(super) fn without_empty(query: &str) -> Option<String> {
    if !query.contains("=&") && !query.ends_with('=') {
        return None;
    }
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
    Some(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

/// Articles of a list. One that another version wrote, and this one cannot read, is left out.
pub(super) fn rows(found: &[FoundArticle]) -> Vec<ArticleRow> {
    let row = |found: &FoundArticle| {
        let event = serde_json::from_str(&found.event.data).ok()?;
        Some(ArticleRow { event, is_withdrawn: found.withdrawal.is_some() })
    };
    found.iter().filter_map(row).collect()
}

fn reject_row(reject: Rejected) -> RejectRow {
    RejectRow { sequence: reject.sequence, time: reject.time, event: reject.event }
}

/// How many rejects each feed has, the most first.
fn by_feed(rejects: &[Rejected]) -> Vec<(FeedRef, u64)> {
    let mut counts: HashMap<&FeedId, (&FeedRef, u64)> = HashMap::new();
    for feed in rejects.iter().filter_map(|reject| reject.event.feed.as_ref()) {
        counts.entry(&feed.id).or_insert((feed, 0)).1 += 1;
    }
    let mut counts: Vec<(FeedRef, u64)> =
        counts.into_values().map(|(feed, count)| (feed.clone(), count)).collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.id.as_str().cmp(other.0.id.as_str())));
    counts
}

/// What was not published, as it is asked for.
pub(super) async fn rejects(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    RawQuery(query): RawQuery,
) -> Shown {
    let query = query.unwrap_or_default();
    if let Some(chosen) = without_empty(&query) {
        return Ok(Redirect::to(&format!("/rejects?{chosen}")).into_response());
    }
    let Parameters { filter, own } = Parameters::<RejectQuery>::of(&query)?;
    let is_nearest = own.order == RejectOrder::Nearest;
    let begins_with_newest = !is_nearest && own.before.is_none() && own.limit.is_none();
    let newest = match filter.values(Facet::Feed).next() {
        Some(_) => RejectPage::default(),
        None => {
            let own = RejectQuery { limit: NonZeroUsize::new(MAX_COUNTED_REJECTS), ..RejectQuery::default() };
            reject::find(&api, filter.clone(), own).await?
        }
    };
    let (counted, feeds) = (newest.rejects.len(), by_feed(&newest.rejects));
    // What was counted begins with the page itself where that is the first.
    let found = match begins_with_newest && counted > 0 {
        true => newest.first_page(),
        false => reject::find(&api, filter.clone(), own).await?,
    };
    let rows: Vec<RejectRow> = found.rejects.into_iter().map(reject_row).collect();
    let reasons = page::overview::rejects_by_reason(&api.activity.read());
    let list = RejectList {
        rejects: &rows,
        filter: &filter,
        is_nearest,
        next: found.next,
        reasons: &reasons,
        feeds: &feeds,
        newest: counted,
    };
    Ok(shown(&api, &viewer, Section::Rejects, "Rejects", &page::rejects::page(&list, api.now())))
}

/// One reject.
pub(super) async fn reject(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(place): Path<String>,
) -> Shown {
    let sequence = Sequence(place.parse().unwrap_or(u64::MAX)).min(Sequence::MAX);
    let event = api.read(move |journal| journal.event(sequence)).await?;
    let event = event.filter(|event| event.kind == EventKind::Reject).ok_or_else(|| {
        let detail = format!("there is no reject at the place {place}; it may be gone by [retention]");
        Problem::new(StatusCode::NOT_FOUND, detail)
    })?;
    let row =
        RejectRow { sequence: event.sequence, time: event.time, event: serde_json::from_str(&event.data)? };
    let judged = match row.event.article.clone() {
        Some(article) => api.read(move |journal| JudgedArticle::read(journal, &article)).await?,
        None => None,
    };
    let main = page::rejects::reject(&row, judged.as_ref(), api.now(), &viewer);
    Ok(shown(&api, &viewer, Section::Rejects, "Rejects", &main))
}

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SearchQuery {
    q: String,
}

/// What the search box was given: an address or an id leads to the page about it, words to what has them.
pub(super) async fn search(
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    Query(SearchQuery { q }): Query<SearchQuery>,
) -> Shown {
    let State(api) = state.clone();
    let text = q.trim().to_owned();
    if text.is_empty() {
        return Ok(Redirect::to("/articles").into_response());
    }
    if let Some(page) = page_of(&api, text.clone()).await? {
        return Ok(Redirect::to(&page).into_response());
    }
    let url = Url::parse(&text).ok().filter(Url::has_host);
    if let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) {
        return looked_up(state, &viewer, &text, url).await;
    }
    let bad = |error: dateline_journal::FilterError| Problem::new(StatusCode::BAD_REQUEST, error.to_string());
    let mut filter = EventFilter::default();
    filter.set("q", &text).map_err(bad)?;
    let own = ArticleQuery { limit: NonZeroUsize::new(MAX_FOUND), ..ArticleQuery::default() };
    let articles = rows(&article::find(&api, filter.clone(), own).await?.page.articles);
    let asked = filter.clone();
    let stories = api.read(move |journal| journal.story_page(&asked, None, MAX_FOUND)).await?.0;
    let own = RejectQuery { limit: NonZeroUsize::new(MAX_FOUND), ..RejectQuery::default() };
    let rejects: Vec<RejectRow> =
        reject::find(&api, filter, own).await?.rejects.into_iter().map(reject_row).collect();
    let found = Found { text: &text, articles: &articles, stories: &stories, rejects: &rejects };
    let main = page::articles::found(&found, api.now());
    let page = frame(&api, &viewer).page_searched(Section::Articles, "Search", &text, &main);
    Ok(answer(StatusCode::OK, page))
}

/// The page about an address under which nothing was published, or a twin of it was.
async fn looked_up(state: Shared, viewer: &Viewer, text: &str, url: Url) -> Shown {
    let State(api) = state.clone();
    let mut report = lookup::find(state, url.clone()).await?;
    if let Some(article) = &report.article {
        return Ok(Redirect::to(&format!("/articles/{article}")).into_response());
    }
    let rejects: Vec<RejectRow> = std::mem::take(&mut report.rejects).into_iter().map(reject_row).collect();
    let main = page::lookup::page(&url, &report, &rejects, api.now());
    let page = frame(&api, viewer).page_searched(Section::Feeds, "An address", text, &main);
    Ok(answer(StatusCode::OK, page))
}

/// The page about what an address or id names.
async fn page_of(api: &Arc<Api>, text: String) -> Result<Option<String>, Problem> {
    let article = match Url::parse(&text) {
        Ok(url) => ArticleId::of(&CanonicalUrl::of(&url)),
        Err(_) => ArticleId::from_stored(given_id(&text)),
    };
    api.read(move |journal| {
        if journal.latest_revision(&article)? > 0 {
            return Ok(Some(format!("/articles/{article}")));
        }
        if journal.story(&StoryId::from_stored(given_id(&text)))?.is_some() {
            return Ok(Some(format!("/stories/{}", page::query_value(&text))));
        }
        if journal.feed(&FeedId::from_stored(given_id(&text)))?.is_some() {
            return Ok(Some(format!("/feeds/{}", page::query_value(&text))));
        }
        Ok::<_, JournalError>(None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_leaves_open_is_not_asked_for() {
        assert_eq!(without_empty("q=&language=ko&label=").as_deref(), Some("language=ko"));
        assert_eq!(without_empty("language=ko"), None);
        assert_eq!(without_empty(""), None);
    }
}
