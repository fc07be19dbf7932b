//! Judging: which article is next, and what is said of it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use dateline_journal::{LabelCondition, LabelValue, OtherLabel};
use dateline_wire::ArticleId;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use url::form_urlencoded;

use super::form_body::FormBody;
use super::login::own_path;
use super::visitor::MayOperate;
use super::{PageProblem, Shown, refusal_with, shown};
use crate::api::expectation::shown as shown_value;
use crate::api::judge_queue::{self, JudgedKind, MAX_QUEUE};
use crate::api::label::{self, JudgedArticle};
use crate::api::parameters::{GivenId, Parameters};
use crate::api::{Problem, Shared};
use crate::console::frame::{Section, Viewer};
use crate::console::page::judge::{self, GivenLabel, GivenLabels, Judging};

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
    let (queue, extent) = judge_queue::find(&api, of, filter.clone()).await?;
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
        most: MAX_QUEUE,
        extent,
        left: queue.iter().filter(is_open).count(),
        given: &undo.as_deref().map(GivenLabels::of).unwrap_or_default(),
    };
    Ok(shown(&api, &viewer, Section::Judge, "Judge", &judge::page(&judging, api.now(), &viewer)))
}

/// What a form says of an article, and which page follows.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct LabelForm {
    label: String,
    /// When the label was given that it replaces, in microseconds; nothing where there is none.
    #[serde(default)]
    replaced: Option<i64>,
    #[serde(default)]
    back: String,
    #[serde(default)]
    then: String,
}

/// Gives the article a label, unless it has another by now than the page showed.
pub(super) async fn label(
    operator: MayOperate,
    State(api): Shared,
    Path(id): Path<GivenId>,
    FormBody(LabelForm { label, replaced, back, then }): FormBody<LabelForm>,
) -> Shown {
    let article = ArticleId::from_stored(id);
    let value = value_of(&label)?;
    let author = operator.user().to_owned();
    let condition = match replaced {
        None => LabelCondition::Absent,
        Some(at) => LabelCondition::GivenAt(Timestamp::from_microsecond(at).unwrap_or(Timestamp::MIN)),
    };
    let receipt = match label::label_article(&api, article.clone(), value, author, condition).await? {
        Ok((_, receipt)) => receipt,
        Err(other) => return Ok(refusal_with(not_given(&other), (own_path(&back), "See it as it is now"))),
    };
    let then = own_path(&then);
    if !then.starts_with("/judge") {
        return Ok(Redirect::to(then).into_response());
    }
    // The page that follows knows of one label more.
    let label = GivenLabel { article, was: receipt.before, at: receipt.at };
    Ok(Redirect::to(&with_given(then, |given| given.and(label))).into_response())
}

/// The page of the queue at the path `then`, to which the labels that were given there are what `change` makes of them.
fn with_given(then: &str, change: impl FnOnce(GivenLabels) -> GivenLabels) -> String {
    let (path, query) = then.split_once('?').unwrap_or((then, ""));
    let (given, others): (Vec<_>, Vec<_>) =
        form_urlencoded::parse(query.as_bytes()).partition(|(name, _)| name == "undo");
    let given = given.first().map(|(_, given)| GivenLabels::of(given)).unwrap_or_default();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(others);
    let given = change(given).to_text();
    if !given.is_empty() {
        query.append_pair("undo", &given);
    }
    format!("{path}?{}", query.finish())
}

/// That a label is not taken back, since somebody else has said something meanwhile.
fn not_undone(other: &OtherLabel) -> Problem {
    let detail = format!("nothing is undone: since you gave it, {}", label::said_since(other));
    Problem::new(StatusCode::CONFLICT, detail)
}

/// That a label is not given, since somebody else has said something since the page was shown.
fn not_given(other: &OtherLabel) -> Problem {
    let detail = format!("nothing is changed: since you opened the page, {}", label::said_since(other));
    Problem::new(StatusCode::CONFLICT, detail)
}

fn value_of(word: &str) -> Result<LabelValue, PageProblem> {
    LabelValue::from_word(word).ok_or_else(|| {
        let detail = format!("`label` is {}; expected `relevant`, `not` or `borderline`", shown_value(word));
        PageProblem(Problem::new(StatusCode::BAD_REQUEST, detail))
    })
}

/// Which label is taken back, and where the article is shown.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct UndoForm {
    given: String,
    #[serde(default)]
    back: String,
}

/// Gives the article the label that it had, or takes away the one that it has, unless that is another by now than was given here.
pub(super) async fn undo(
    operator: MayOperate,
    State(api): Shared,
    Path(id): Path<GivenId>,
    FormBody(UndoForm { given, back }): FormBody<UndoForm>,
) -> Shown {
    let given = GivenLabel::of(&given).filter(|given| given.article == ArticleId::from_stored(id));
    let Some(GivenLabel { article, was, at }) = given else {
        let detail = "this names no label that was given: open Judge anew, and take back what it offers";
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail).into());
    };
    let (condition, back) = (LabelCondition::GivenAt(at), own_path(&back));
    let undone = match was {
        None => api.sources.journal.remove_label(article, condition).await?.map(|_| back.to_owned()),
        Some(value) => {
            let author = operator.user().to_owned();
            let given = label::label_article(&api, article.clone(), value, author, condition).await?;
            // It stands there again: what was given before is taken back as it was then.
            given.map(|(_, receipt)| with_given(back, |given| given.restored(&article, receipt.at)))
        }
    };
    Ok(match undone {
        Ok(back) => Redirect::to(&back).into_response(),
        Err(other) => refusal_with(not_undone(&other), (back, "Back to Judge")),
    })
}
