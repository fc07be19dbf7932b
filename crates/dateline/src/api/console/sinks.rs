//! Ways out beside Kafka: how each is doing, and what is done about it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use dateline_journal::JournalError;
use schemars::JsonSchema;
use serde::Deserialize;

use super::asked_list::AskedPage;
use super::form_body::FormBody;
use super::visitor::MayOperate;
use super::{Shown, shown};
use crate::api::parameters::OwnParameters;
use crate::api::webhook::{self, RedeliveryQuery};
use crate::api::{DeadLetter, Shared};
use crate::console::frame::{Section, Viewer};
use crate::console::page;
use crate::console::page::live::LiveRow;
use crate::console::page::sinks::WebhookPage;

/// All of them.
pub(super) async fn list(State(api): Shared, Extension(viewer): Extension<Viewer>) -> Shown {
    let status = api.status().await?;
    Ok(shown(&api, &viewer, Section::Sinks, "Sinks", &page::sinks::page(&status, &viewer)))
}

/// What was just done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct RedeliveredQuery {
    again: Option<u64>,
}

/// How many of the events that were given up are shown, the first of them.
const MAX_GIVEN_UP: usize = 100;

/// How one webhook is doing, and what it has given up.
pub(super) async fn webhook(
    state: Shared,
    Extension(viewer): Extension<Viewer>,
    Path(name): Path<String>,
    AskedPage(RedeliveredQuery { again }): AskedPage<RedeliveredQuery>,
) -> Shown {
    let State(api) = state.clone();
    let id = webhook::known(&api, &name)?;
    let status = api.status().await?;
    let sink = status.sinks.iter().find(|sink| sink.sink == id.to_string());
    let next = sink.filter(|sink| sink.behind > 0).map(|sink| sink.position.next());
    let asked = id.clone();
    let (letters, behind_since) = api
        .read(move |journal| {
            let letters = journal.dead_letters(&asked, MAX_GIVEN_UP)?.into_iter();
            let letters = letters.map(|letter| {
                let event = journal.event(letter.sequence)?;
                Ok((DeadLetter::of(letter), event.as_ref().map(LiveRow::of)))
            });
            let letters = letters.collect::<Result<Vec<_>, JournalError>>()?;
            let behind_since = next.map(|next| journal.event_time(next)).transpose()?.flatten();
            Ok::<_, JournalError>((letters, behind_since))
        })
        .await?;
    let shown_webhook = WebhookPage { name: &name, sink, behind_since, letters: &letters };
    let main = page::sinks::webhook(&shown_webhook, api.now(), &viewer, again);
    Ok(shown(&api, &viewer, Section::Sinks, &name, &main))
}

/// Has it try again what it has given up.
pub(super) async fn redeliver(
    operator: MayOperate,
    state: Shared,
    Path(name): Path<String>,
    FormBody(query): FormBody<RedeliveryQuery>,
) -> Shown {
    let report =
        webhook::redeliver(operator.may_write(), state, Path(name.clone()), OwnParameters(query)).await?.0;
    let path = format!("/sinks/{}?again={}", page::query_value(&name), report.events);
    Ok(Redirect::to(&path).into_response())
}

/// Has it deliver again after its receiver had wanted no more.
pub(super) async fn enable(operator: MayOperate, state: Shared, Path(name): Path<String>) -> Shown {
    drop(webhook::enable(operator.may_write(), state, Path(name)).await?);
    Ok(Redirect::to("/sinks").into_response())
}
