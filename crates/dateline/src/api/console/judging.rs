//! Judging: which article is next, and what is said of it.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use dateline_journal::{EventFilter, LabelValue};
use dateline_wire::{ArticleEvent, ArticleId};
use schemars::JsonSchema;
use serde::Deserialize;
use url::form_urlencoded;

use super::login::own_path;
use super::visitor::MayOperate;
use super::{PageProblem, Shown, shown};
use crate::api::article::{self, ArticleQuery};
use crate::api::label::{self, JudgedArticle};
use crate::api::parameters::{GivenId, Parameters};
use crate::api::reject::{self, RejectOrder, RejectQuery};
use crate::api::{Api, Problem, Shared};
use crate::console::frame::{Section, Viewer};
use crate::console::page::judge::{self, GivenLabels, JudgedKind, Judging};

/// How many articles a queue holds.
const MAX_QUEUE: usize = 300;

/// What is judged, and which of it is at hand.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct JudgeQuery {
    of: JudgedKind,
    /// The article at hand; the first without a label if none is named.
    item: Option<GivenId>,
    /// What was judged here, each with the label that it had before.
    undo: Option<String>,
}

/// The article at hand.
pub(super) async fn ask(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    parameters: Result<Parameters<JudgeQuery>, Problem>,
) -> Shown {
    let Parameters { filter, own: JudgeQuery { of, item, undo } } = parameters?;
    let queue = queue(&api, of, filter.clone()).await?;
    let asked = queue.clone();
    let labels = api.read(move |journal| journal.label_values(&asked)).await?;
    let is_open = |article: &&ArticleId| !labels.contains_key(*article);
    let article = match item {
        Some(item) => Some(ArticleId::from_stored(item)),
        None => queue.iter().find(is_open).cloned(),
    };
    let at = queue.iter().position(|other| Some(other) == article.as_ref());
    // The next is one without a label: further down, or else from the top. What was passed over is not lost.
    let after = at.and_then(|at| {
        let rest = queue[at + 1..].iter().chain(&queue[..at]);
        rest.into_iter().find(is_open)
    });
    let before = at.and_then(|at| queue.get(at.checked_sub(1)?));
    let judged = match article.clone() {
        Some(article) => {
            let asked = article.clone();
            let judged = api.read(move |journal| JudgedArticle::read(journal, &asked)).await?;
            Some(judged.ok_or_else(|| label::unknown(&article))?)
        }
        None => None,
    };
    let judging = Judging {
        kind: of,
        filter: &filter,
        judged: judged.as_ref(),
        article: article.as_ref(),
        before,
        after,
        all: queue.len(),
        newest: match of {
            JudgedKind::Rejects => reject::NEAREST_OF,
            JudgedKind::Articles => MAX_QUEUE,
        },
        left: queue.iter().filter(is_open).count(),
        given: &undo.as_deref().map(GivenLabels::of).unwrap_or_default(),
    };
    Ok(shown(&api, &viewer, Section::Judge, "Judge", &judge::page(&judging, api.now(), &viewer)))
}

/// What is to be judged, the nearest to the threshold first; the order doesn't follow from labels.
async fn queue(api: &Arc<Api>, of: JudgedKind, filter: EventFilter) -> Result<Vec<ArticleId>, Problem> {
    let mut articles = Vec::new();
    match of {
        JudgedKind::Rejects => {
            let own = RejectQuery {
                order: RejectOrder::Nearest,
                limit: NonZeroUsize::new(MAX_QUEUE),
                ..RejectQuery::default()
            };
            let found = reject::find(api, filter, own).await?.rejects.into_iter();
            let found: Vec<ArticleId> = found.filter_map(|reject| reject.event.article).collect();
            let asked = found.clone();
            let kept = api.read(move |journal| journal.kept_texts_of(&asked)).await?;
            // Nobody can judge what isn't there any more.
            articles.extend(found.into_iter().filter(|article| kept.contains(article)));
        }
        JudgedKind::Articles => {
            let own = ArticleQuery { limit: NonZeroUsize::new(MAX_QUEUE), ..ArticleQuery::default() };
            let found = article::find(api, filter, own).await?.page.articles;
            let mut judged: Vec<(f64, ArticleId)> = found
                .iter()
                .filter_map(|found| {
                    let event: ArticleEvent = serde_json::from_str(&found.event.data).ok()?;
                    Some((event.relevance.score?, event.article))
                })
                .collect();
            judged.sort_by(|one, other| one.0.total_cmp(&other.0));
            articles.extend(judged.into_iter().map(|(_, article)| article));
        }
    }
    let mut seen = HashSet::new();
    articles.retain(|article| seen.insert(article.clone()));
    Ok(articles)
}

/// What a form says of an article, and which page follows.
#[derive(Debug, Deserialize)]
pub(super) struct LabelForm {
    label: String,
    #[serde(default)]
    then: String,
}

/// Gives the article a label.
pub(super) async fn label(
    operator: MayOperate,
    State(api): Shared,
    Path(id): Path<GivenId>,
    Form(LabelForm { label, then }): Form<LabelForm>,
) -> Shown {
    let article = ArticleId::from_stored(id);
    let value = value_of(&label)?;
    let asked = article.clone();
    let before = api.read(move |journal| journal.label(&asked)).await?;
    label::label_article(&api, article.clone(), value, operator.user().to_owned()).await?;
    let then = own_path(&then);
    if !then.starts_with("/judge") {
        return Ok(Redirect::to(then).into_response());
    }
    // The page that follows knows of one label more.
    let (path, query) = then.split_once('?').unwrap_or((then, ""));
    let (given, others): (Vec<_>, Vec<_>) =
        form_urlencoded::parse(query.as_bytes()).partition(|(name, _)| name == "undo");
    let given = given.first().map(|(_, given)| GivenLabels::of(given)).unwrap_or_default();
    let given = given.and(article, before.map(|before| before.value));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair("undo", &given.to_text())
        .finish();
    Ok(Redirect::to(&format!("{path}?{query}")).into_response())
}

fn value_of(word: &str) -> Result<LabelValue, PageProblem> {
    LabelValue::from_word(word).ok_or_else(|| {
        PageProblem(Problem::new(StatusCode::BAD_REQUEST, "a label is `relevant`, `not` or `borderline`"))
    })
}

/// What a label was before, and where that is shown.
#[derive(Debug, Deserialize)]
pub(super) struct UndoForm {
    was: String,
    #[serde(default)]
    back: String,
}

/// Gives the article the label that it had, or takes away the one that it has.
pub(super) async fn undo(
    operator: MayOperate,
    State(api): Shared,
    Path(id): Path<GivenId>,
    Form(UndoForm { was, back }): Form<UndoForm>,
) -> Shown {
    let article = ArticleId::from_stored(id);
    match was.as_str() {
        "none" => drop(api.sources.journal.remove_label(article).await?),
        word => {
            let value = value_of(word)?;
            label::label_article(&api, article, value, operator.user().to_owned()).await?;
        }
    }
    Ok(Redirect::to(own_path(&back)).into_response())
}
