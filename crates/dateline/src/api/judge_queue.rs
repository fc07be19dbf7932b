//! `/v1/judge`: what is to be judged by people, the nearest to the threshold first.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Json;
use dateline_journal::{EventFilter, LabelValue};
use dateline_wire::{ArticleEvent, ArticleId, EventKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::article::{self, ArticleQuery};
use super::near_rejects::NearExtent;
use super::parameters::{Parameters, check_list};
use super::reject::{self, RejectOrder, RejectQuery};
use super::{Api, Problem, Shared};

/// How many articles a queue holds.
pub(super) const MAX_QUEUE: usize = 300;

/// What is judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JudgedKind {
    /// What was judged and not published, the nearest to the threshold first.
    #[default]
    Rejects,
    /// What was published, the nearest to the threshold first.
    Articles,
}

impl JudgedKind {
    /// Its word in addresses.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Rejects => "rejects",
            Self::Articles => "articles",
        }
    }
}

/// What can be asked for beside a filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct JudgeQueueQuery {
    /// Of what: `rejects` (the default), of the last week and as far as their text is kept, or the newest `articles`.
    of: JudgedKind,
}

/// What is to be judged.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct JudgeQueue {
    /// The nearest to the threshold first, 300 at most.
    articles: Vec<QueuedArticle>,
}

/// One of them.
#[derive(Debug, Serialize, JsonSchema)]
struct QueuedArticle {
    /// The article, published or not, as `/v1/labels/ID` takes it.
    article: ArticleId,
    /// What people say of it: `relevant`, `not` or `borderline`; absent where nobody has said anything yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

/// What is to be judged.
pub(super) async fn list(
    State(api): Shared,
    Parameters { filter, own: JudgeQueueQuery { of } }: Parameters<JudgeQueueQuery>,
) -> Result<Json<JudgeQueue>, Problem> {
    let listed = match of {
        JudgedKind::Rejects => EventKind::Reject,
        JudgedKind::Articles => EventKind::Article,
    };
    check_list(&filter, listed)?;
    let (queue, _) = find(&api, of, filter).await?;
    let asked = queue.clone();
    let labels = api.read(move |journal| journal.label_values(&asked)).await?;
    let queued = queue.into_iter().map(|article| {
        let label = labels.get(&article).copied().map(LabelValue::as_str).map(str::to_owned);
        QueuedArticle { article, label }
    });
    Ok(Json(JudgeQueue { articles: queued.collect() }))
}

/// What is to be judged, the nearest to the threshold first, and of what that is the nearest; the order doesn't follow from labels.
pub(super) async fn find(
    api: &Arc<Api>,
    of: JudgedKind,
    filter: EventFilter,
) -> Result<(Vec<ArticleId>, Option<NearExtent>), Problem> {
    let (mut articles, mut extent) = (Vec::new(), None);
    match of {
        JudgedKind::Rejects => {
            let own = RejectQuery {
                order: RejectOrder::Nearest,
                limit: NonZeroUsize::new(MAX_QUEUE),
                ..RejectQuery::default()
            };
            let found = reject::find(api, filter, own).await?;
            extent = found.extent;
            let found: Vec<ArticleId> =
                found.rejects.into_iter().filter_map(|reject| reject.event.article).collect();
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
    Ok((articles, extent))
}
