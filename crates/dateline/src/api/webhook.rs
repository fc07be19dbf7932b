//! `/v1/webhooks`: how webhooks are doing, what they have given up, and what an operator does about it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Json;
use dateline_journal::{SinkId, UndeliveredEvent};
use dateline_wire::Sequence;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::MayWrite;
use super::expectation::shown;
use super::parameters::OwnParameters;
use super::{Api, Problem, Shared};
use crate::status::SinkStatus;

/// How many dead letters are shown, the first of them.
const MAX_SHOWN: usize = 1_000;

/// An event that a webhook has given up.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DeadLetter {
    /// Its place.
    pub sequence: Sequence,
    /// Its id, which is its `webhook-id`.
    pub id: String,
    /// What it is ordered by: the article's id, the story's, …
    pub key: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first.
    pub since: Timestamp,
    /// When it was given up.
    pub given_up: Timestamp,
    /// Why it failed last.
    pub error: String,
}

impl DeadLetter {
    /// What a journal holds as one.
    pub(crate) fn of(event: UndeliveredEvent) -> Self {
        let UndeliveredEvent { sequence, event: id, key, attempts, since, due, error, dead } = event;
        Self { sequence, id, key, attempts, since, given_up: dead.unwrap_or(due), error }
    }
}

/// What is to be delivered again.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RedeliveryQuery {
    /// The id of one event; without it, all that were given up.
    pub event: Option<String>,
}

/// What is delivered again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RedeliveryReport {
    /// How many events.
    pub events: u64,
}

/// A webhook that delivers again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EnabledWebhook {
    /// Its name.
    pub name: String,
}

/// The webhooks, and how each is.
pub(super) async fn list(State(api): Shared) -> Result<Json<Vec<SinkStatus>>, Problem> {
    let sinks = api.status().await?.sinks.into_iter();
    Ok(Json(sinks.filter(|sink| sink.sink.starts_with("webhook/")).collect()))
}

/// What a webhook has given up, in order.
pub(super) async fn dead_letters(
    State(api): Shared,
    Path(name): Path<String>,
) -> Result<Json<Vec<DeadLetter>>, Problem> {
    let id = known(&api, &name)?;
    let letters = api.read(move |journal| journal.dead_letters(&id, MAX_SHOWN)).await?;
    Ok(Json(letters.into_iter().map(DeadLetter::of).collect()))
}

/// Has a webhook try again what it has given up.
pub(super) async fn redeliver(
    _: MayWrite,
    State(api): Shared,
    Path(name): Path<String>,
    OwnParameters(query): OwnParameters<RedeliveryQuery>,
) -> Result<Json<RedeliveryReport>, Problem> {
    let id = known(&api, &name)?;
    if query.event.as_deref().is_some_and(str::is_empty) {
        let detail =
            "`event` is empty; expected the id of an event that was given up, or no such parameter for all";
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    let (journal, event) = (&api.sources.journal, query.event.clone());
    let events = journal.redeliver(id.clone(), event, api.now()).await?.unwrap_or_default();
    if let (0, Some(event)) = (events, query.event) {
        return Err(Problem::new(StatusCode::NOT_FOUND, not_given_up(&name, &event)));
    }
    tell(&api, &id);
    Ok(Json(RedeliveryReport { events }))
}

/// What is said of an event that is to be delivered again and was not given up.
pub(crate) fn not_given_up(webhook: &str, event: &str) -> String {
    format!(
        "the webhook {webhook} has given up no event with the id {}; `dateline webhook dead-letters {webhook}` lists those that it has",
        shown(event)
    )
}

/// Has a webhook deliver whose receiver had said that it wants no more.
pub(super) async fn enable(
    _: MayWrite,
    State(api): Shared,
    Path(name): Path<String>,
) -> Result<Json<EnabledWebhook>, Problem> {
    let id = known(&api, &name)?;
    api.sources.journal.enable_sink(id.clone()).await?;
    tell(&api, &id);
    Ok(Json(EnabledWebhook { name }))
}

/// The id of a webhook that is configured.
pub(super) fn known(api: &Api, name: &str) -> Result<SinkId, Problem> {
    let id = SinkId::webhook(name);
    match api.sources.sinks.iter().any(|sink| sink.report.borrow().id == id) {
        true => Ok(id),
        false => {
            let detail = format!("no webhook called {} is configured; see /v1/webhooks", shown(name));
            Err(Problem::new(StatusCode::NOT_FOUND, detail))
        }
    }
}

/// Tells a sink that the journal says something else of it.
fn tell(api: &Api, id: &SinkId) {
    let sinks = api.sources.sinks.iter().filter(|sink| sink.report.borrow().id == *id);
    sinks.for_each(|sink| sink.changed.notify_one());
}
