//! `/v1/articles.csv`, `/v1/stories.csv`, `/v1/rejects.csv`: lists as tables for spreadsheets (RFC 4180), whole, the newest first.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use dateline_journal::{EventFilter, Facet, JournalError, JournalReader, PageCursor, StoryCursor};
use dateline_wire::{EventKind, Sequence};
use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Deserialize;

use super::parameters::{Parameters, check_list};
use super::{Api, Problem, Shared};
use crate::table::{
    ARTICLE_COLUMNS, REJECT_COLUMNS, STORY_COLUMNS, article_cells, reject_cells, story_cells, write_row,
};

/// How many rows, and bytes of articles, are read at once: bounds what one client costs in memory.
const PAGE: usize = 200;
const MAX_PAGE_BYTES: usize = 4 << 20;

/// What can be asked for beside a filter: nothing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TableQuery {}

/// What a table lists, and where it goes on.
#[derive(Debug, Clone)]
enum TableCursor {
    Articles(Option<PageCursor>),
    Stories(Option<StoryCursor>),
    Rejects(Option<Sequence>),
}

/// Articles in their latest revision.
pub(super) async fn articles(
    State(api): Shared,
    Parameters { filter, .. }: Parameters<TableQuery>,
) -> Result<Response, Problem> {
    check_list(&filter, EventKind::Article)?;
    Ok(table(api, filter, TableCursor::Articles(None), &ARTICLE_COLUMNS, "articles.csv"))
}

/// The stories that have not ended in another.
pub(super) async fn stories(
    State(api): Shared,
    Parameters { filter, .. }: Parameters<TableQuery>,
) -> Result<Response, Problem> {
    check_list(&filter, EventKind::Story)?;
    Ok(table(api, filter, TableCursor::Stories(None), &STORY_COLUMNS, "stories.csv"))
}

/// What was not published.
pub(super) async fn rejects(
    State(api): Shared,
    Parameters { mut filter, .. }: Parameters<TableQuery>,
) -> Result<Response, Problem> {
    check_list(&filter, EventKind::Reject)?;
    if filter.values(Facet::Kind).next().is_none() {
        let added = filter.add(Facet::Kind, EventKind::Reject.word());
        added.map_err(|error| Problem::internal(&error.to_string()))?;
    }
    Ok(table(api, filter, TableCursor::Rejects(None), &REJECT_COLUMNS, "rejects.csv"))
}

/// A table with its columns' names, which is read page by page as the client takes it.
fn table(api: Arc<Api>, filter: EventFilter, from: TableCursor, columns: &[&str], name: &str) -> Response {
    let mut head = Vec::new();
    // Writing to memory does not fail.
    let _ = write_row(columns.iter().copied(), &mut head);
    let rows = stream::unfold(Some(from), move |cursor| {
        let (api, filter) = (api.clone(), filter.clone());
        async move {
            let cursor = cursor?;
            match api.read(move |journal| page(journal, &filter, cursor)).await {
                Ok((rows, next)) => Some((Ok(Bytes::from(rows)), next)),
                Err(problem) => Some((Err(broken(&problem.detail)), None)),
            }
        }
    });
    let body = stream::iter([Ok(Bytes::from(head))]).chain(rows);
    // What compresses it may ask again after its end.
    let mut response = Body::from_stream(body.fuse()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

fn broken(error: &dyn std::fmt::Display) -> std::io::Error {
    tracing::error!(%error, "a table could not be read");
    std::io::Error::other(error.to_string())
}

/// The next rows, and where the table goes on after them. What another version wrote, and this one cannot read, is left out.
fn page(
    journal: &JournalReader,
    filter: &EventFilter,
    cursor: TableCursor,
) -> Result<(Vec<u8>, Option<TableCursor>), JournalError> {
    let mut rows = Vec::new();
    // Writing to memory does not fail.
    let mut write = |cells: &[String]| drop(write_row(cells.iter().map(String::as_str), &mut rows));
    let next = match cursor {
        TableCursor::Articles(cursor) => {
            let page = journal.articles(filter, cursor, PAGE, MAX_PAGE_BYTES)?;
            page.articles
                .iter()
                .filter_map(|found| article_cells(found).ok())
                .for_each(|cells| write(&cells));
            page.next.map(|next| TableCursor::Articles(Some(next)))
        }
        TableCursor::Stories(cursor) => {
            let (stories, next) = journal.story_page(filter, cursor.as_ref(), PAGE)?;
            stories.iter().for_each(|story| write(&story_cells(story)));
            next.map(|next| TableCursor::Stories(Some(next)))
        }
        TableCursor::Rejects(before) => {
            let events = journal.events_before(filter, before, PAGE)?;
            let rejects = events.iter().filter(|event| event.kind == EventKind::Reject);
            rejects.filter_map(|event| reject_cells(event).ok()).for_each(|cells| write(&cells));
            let last = events.last().filter(|_| events.len() == PAGE);
            last.map(|last| TableCursor::Rejects(Some(last.sequence)))
        }
    };
    Ok((rows, next))
}
