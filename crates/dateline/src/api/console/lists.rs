//! The lists of what was published and what was not, single rejects, and the search over all of it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use dateline_journal::{EventFilter, Facet, FoundArticle, JournalError};
use dateline_wire::{ArticleEvent, ArticleId, CanonicalUrl, EventKind, FeedId, FeedRef, Sequence, StoryId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::asked_list::{AskedList, AskedPage, mistaken, other_list};
use super::{PageProblem, Shown, answer, frame, shown};
use crate::api::article::{self, ArticleQuery};
use crate::api::lookup::{self, AddressOutcome, LookupReport};
use crate::api::parameters::{Parameters, limit};
use crate::api::reject::{self, RejectOrder, RejectQuery, Rejected};
use crate::api::story::{self, StoryQuery};
use crate::api::{Api, Problem, Shared};
use crate::console::frame::{Section, Viewer};
use crate::console::page;
use crate::console::page::articles::{ArticleList, ArticleRow, Found};
use crate::console::page::feeds::FeedFilter;
use crate::console::page::rejects::{RejectList, RejectRow};
use crate::console::page::stories::StoryRows;
use crate::console::page::times::TimeChoice;
use crate::status::FeedStatus;
use crate::text::given_id;

/// How many of each kind a search shows.
const MAX_FOUND: usize = 12;

/// Of how many of the newest rejects the feeds are counted.
const MAX_COUNTED_REJECTS: usize = 300;

/// The stories that are asked for.
pub(super) async fn stories(
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    AskedList(parameters): AskedList<StoryQuery>,
) -> Shown {
    let State(api) = state.clone();
    let filter = parameters.filter.clone();
    if let Some(other) = other_list(&filter, EventKind::Story) {
        return Ok(other);
    }
    let page = story::list(state, parameters).await?.0;
    let times = TimeChoice::at(api.now());
    // What is chosen by more than time is not counted: that would be to read it.
    let counted = times.into_iter().filter(|_| page::times::is_by_time_alone(&filter));
    let since: Vec<Timestamp> = counted.map(|time| time.since.unwrap_or(Timestamp::MIN)).collect();
    let counted = api.read(move |journal| {
        since.into_iter().map(|since| journal.story_count(since)).collect::<Result<Vec<u64>, JournalError>>()
    });
    let counts = counted.await?;
    let list = StoryRows { stories: &page.stories, filter: &filter, next: page.next.as_deref() };
    let main = page::stories::page(&list, &times, &counts, api.now());
    Ok(shown(&api, &viewer, Section::Stories, "Stories", &main))
}

/// The articles that are asked for.
pub(super) async fn articles(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    AskedList(Parameters { filter, own }): AskedList<ArticleQuery>,
) -> Shown {
    if let Some(other) = other_list(&filter, EventKind::Article) {
        return Ok(other);
    }
    let found = article::find(&api, filter.clone(), own).await?;
    let list = ArticleList {
        articles: &rows(&api, found.page.articles, &filter).await?,
        filter: &filter,
        next: found.page.next.map(|next| next.to_text(api.sources.journal.id(), &filter)),
        is_incomplete: found.gap.is_some(),
    };
    Ok(shown(&api, &viewer, Section::Articles, "Articles", &page::articles::page(&list, api.now())))
}

/// How much is shown of a body for the words that it was found by, in characters: two lines.
const PASSAGE_CHARS: usize = 200;

/// Articles of a list that was asked for by a filter. One that another version wrote, and this one cannot read, is left out.
pub(super) async fn rows(
    api: &Api,
    found: Vec<FoundArticle>,
    filter: &EventFilter,
) -> Result<Vec<ArticleRow>, Problem> {
    let filter = filter.clone();
    let row = move |found: FoundArticle| {
        let event: ArticleEvent = serde_json::from_str(&found.event.data).ok()?;
        let passage = filter.passage(&event.content.body.text, PASSAGE_CHARS);
        Some(ArticleRow { event, is_withdrawn: found.withdrawal.is_some(), passage })
    };
    // Finding words in long texts takes its time.
    api.read(move |_| Ok::<_, Problem>(found.into_iter().filter_map(row).collect())).await
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

/// What can be asked for of the rejects beside a filter, as in `/v1/rejects`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RejectListQuery {
    /// What comes first. Where nothing is asked for, the nearest to the threshold: what is missed is looked for here.
    order: Option<RejectOrder>,
    /// Where to go on among the newest.
    before: Option<Sequence>,
    /// How many, up to 500: more counts as 500.
    #[serde(deserialize_with = "limit")]
    limit: Option<NonZeroUsize>,
}

/// What was not published, as it is asked for.
pub(super) async fn rejects(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    AskedList(Parameters { filter, own }): AskedList<RejectListQuery>,
) -> Shown {
    if let Some(other) = other_list(&filter, EventKind::Reject) {
        return Ok(other);
    }
    let RejectListQuery { order, before, limit } = own;
    let is_gone_on = before.is_some();
    // What goes on does so among the newest, unless it says otherwise.
    let order = order.or(before.map(|_| RejectOrder::Newest));
    let query = |order| RejectQuery { order, before, limit };
    let nearest = match order {
        Some(RejectOrder::Newest) => None,
        _ => Some(reject::find(&api, filter.clone(), query(RejectOrder::Nearest)).await?),
    };
    // Where nothing has a distance, and none was asked for, there is no nearest.
    let nearest = nearest.filter(|nearest| order.is_some() || !nearest.rejects.is_empty());
    let first = RejectQuery { limit: NonZeroUsize::new(MAX_COUNTED_REJECTS), ..RejectQuery::default() };
    let newest = reject::find(&api, filter.clone(), first).await?;
    let feeds = match filter.values(Facet::Feed).next() {
        Some(_) => Vec::new(),
        None => by_feed(&newest.rejects),
    };
    let counted = newest.rejects.len();
    let is_nearest = nearest.is_some();
    let (found, unjudged) = match nearest {
        Some(nearest) => {
            let room = reject::PAGE.saturating_sub(nearest.rejects.len());
            let unjudged = newest.rejects.into_iter().filter(|reject| reject.event.relevance.is_none());
            (nearest, unjudged.take(room).map(reject_row).collect())
        }
        // What was counted begins with the page itself where that is the first.
        None if !is_gone_on && limit.is_none() => (newest.first_page(), Vec::new()),
        None => (reject::find(&api, filter.clone(), query(RejectOrder::Newest)).await?, Vec::new()),
    };
    let rows: Vec<RejectRow> = found.rejects.into_iter().map(reject_row).collect();
    let activity = api.activity.read();
    let reasons = page::overview::rejects_by_reason(&activity);
    let list = RejectList {
        rejects: &rows,
        filter: &filter,
        asked_order: order.map(RejectOrder::word),
        is_nearest,
        unjudged: &unjudged,
        extent: found.extent,
        next: found.next,
        reasons: &reasons,
        since: activity.since(),
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
    let (found, judged) = reject::at(&api, &place).await?;
    let row = reject_row(found);
    let main = page::rejects::reject(&row, judged.as_ref(), api.now(), &viewer);
    Ok(shown(&api, &viewer, Section::Rejects, "Rejects", &main))
}

/// What is searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct SearchQuery {
    q: String,
}

/// What the search box was given: an address or an id leads to the page about it, words to what has them.
pub(super) async fn search(
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    AskedPage(SearchQuery { q }): AskedPage<SearchQuery>,
) -> Shown {
    let State(api) = state.clone();
    let text = without_login(q.trim()).into_owned();
    if text.is_empty() {
        return Ok(Redirect::to("/articles").into_response());
    }
    if let Some(page) = page_of(&api, text.clone()).await? {
        return Ok(Redirect::to(&page).into_response());
    }
    if let Some(page) = page_at(&state, &viewer, &text).await? {
        return Ok(page);
    }
    let mut filter = EventFilter::default();
    if let Err(error) = filter.set("q", &text) {
        let query = format!("q={}", page::query_value(&text));
        let problem = Problem::new(StatusCode::BAD_REQUEST, error.to_string());
        return Ok(mistaken(&api, &viewer, "/articles", &query, &problem));
    }
    let own = ArticleQuery { limit: NonZeroUsize::new(MAX_FOUND), ..ArticleQuery::default() };
    let articles = article::find(&api, filter.clone(), own).await?.page.articles;
    let articles = rows(&api, articles, &filter).await?;
    let asked = filter.clone();
    let stories = api.read(move |journal| journal.story_page(&asked, None, MAX_FOUND)).await?.0;
    let own = RejectQuery { limit: NonZeroUsize::new(MAX_FOUND), ..RejectQuery::default() };
    let rejects: Vec<RejectRow> =
        reject::find(&api, filter, own).await?.rejects.into_iter().map(reject_row).collect();
    let status = api.status().await?;
    let called = FeedFilter { text: Some(text.clone()), ..FeedFilter::default() };
    let feeds: Vec<&FeedStatus> =
        status.feeds.iter().filter(|feed| called.admits(feed)).take(MAX_FOUND).collect();
    let found =
        Found { text: &text, feeds: &feeds, articles: &articles, stories: &stories, rejects: &rejects };
    let main = page::articles::found(&found, api.now());
    let page = frame(&api, &viewer).page_searched(Section::Articles, "Search", &text, &main);
    Ok(answer(StatusCode::OK, page))
}

/// An address without the user name and the password that it was given with: the page that answers repeats it. Without a scheme, a name alone
/// before an `@` is that of somebody's mail, and what has spaces is no address.
fn without_login(text: &str) -> Cow<'_, str> {
    let scheme = text.find("://").map(|at| at + "://".len());
    let begin = scheme.unwrap_or(0);
    let end = text[begin..].find(['/', '?', '#']).map_or(text.len(), |at| begin + at);
    let whose = &text[begin..end];
    let may_lack_scheme = |login: &str| login.contains(':') && !whose.contains(char::is_whitespace);
    match whose.rsplit_once('@') {
        Some((login, host)) if scheme.is_some() || may_lack_scheme(login) => {
            format!("{}{host}{}", &text[..begin], &text[end..]).into()
        }
        _ => text.into(),
    }
}

/// The addresses that a text may mean. The console shows them without their scheme, and people leave it out.
fn addresses(text: &str) -> Vec<Url> {
    let is_of_web = |url: &Url| url.has_host() && matches!(url.scheme(), "http" | "https");
    if let Some(url) = Url::parse(text).ok().filter(is_of_web) {
        return vec![url];
    }
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let has_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    if !has_host || text.contains(char::is_whitespace) || text.contains("://") {
        return Vec::new();
    }
    let schemes = ["https://", "http://"].into_iter();
    schemes.filter_map(|scheme| Url::parse(&format!("{scheme}{text}")).ok()).filter(is_of_web).collect()
}

/// The page about what is at an address: a feed, an article, or why there is none. A text that has no scheme, and of which nothing is
/// known as an address, may be words.
async fn page_at(state: &Shared, viewer: &Viewer, text: &str) -> Result<Option<Response>, PageProblem> {
    let State(api) = state;
    let urls = addresses(text);
    let is_certain = urls.len() == 1;
    let mut known = None;
    for url in urls {
        let report = lookup::find(state.clone(), url.clone()).await?;
        if let Some(feed) = report.feeds.iter().find(|feed| feed.url.as_str() == url.as_str()) {
            return Ok(Some(Redirect::to(&format!("/feeds/{}", feed.id)).into_response()));
        }
        let id = FeedId::of(&url);
        let asked = id.clone();
        // One that was removed has a page of what is left of it.
        if api.read(move |journal| journal.feed(&asked)).await?.is_some() {
            return Ok(Some(Redirect::to(&format!("/feeds/{id}")).into_response()));
        }
        let is_known = report.outcome != AddressOutcome::NeverAnnounced;
        if is_known || is_certain || (known.is_none() && !report.feeds.is_empty()) {
            known = Some((url, report));
        }
        if is_known {
            break;
        }
    }
    match known {
        Some((url, report)) => looked_up(api, viewer, text, &url, report).await.map(Some),
        None => Ok(None),
    }
}

/// The page about an address under which nothing was published, or a twin of it was.
async fn looked_up(
    api: &Arc<Api>,
    viewer: &Viewer,
    text: &str,
    url: &Url,
    mut report: LookupReport,
) -> Shown {
    if let Some(article) = &report.article {
        return Ok(Redirect::to(&format!("/articles/{article}")).into_response());
    }
    let rejects: Vec<RejectRow> = std::mem::take(&mut report.rejects).into_iter().map(reject_row).collect();
    let main = page::lookup::page(url, &report, &rejects, api.now());
    let page = frame(api, viewer).page_searched(Section::Feeds, "An address", text, &main);
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
    fn a_login_in_an_address_is_not_searched_for() {
        for (given, searched) in [
            ("https://anna:hunter2@news.example/1?a=b", "https://news.example/1?a=b"),
            ("https://anna:hunt@er2@news.example", "https://news.example"),
            ("anna:hunter2@news.example/1", "news.example/1"),
            ("anna@news.example", "anna@news.example"),
            ("https://news.example/@anna:1", "https://news.example/@anna:1"),
            ("Kim: “talks @ Moscow”", "Kim: “talks @ Moscow”"),
        ] {
            assert_eq!(without_login(given), searched);
        }
    }

    #[test]
    fn an_address_may_lack_its_scheme_where_it_looks_like_one() {
        let meant = |text: &str| addresses(text).iter().map(Url::to_string).collect::<Vec<_>>();
        assert_eq!(meant("odd.example/cut"), ["https://odd.example/cut", "http://odd.example/cut"]);
        assert_eq!(meant("http://odd.example"), ["http://odd.example/"]);
        for words in
            ["Pyongyang", "and so on...", "e.g.", "north korea.", "javascript:alert(1)", "ftp://odd.example/"]
        {
            assert!(meant(words).is_empty(), "{words}");
        }
    }
}
