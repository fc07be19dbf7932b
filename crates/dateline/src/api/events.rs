//! `/v1/events`: the journal as a stream.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dateline_journal::{EventFilter, Facet, Journal, JournalError};
use dateline_wire::{CloudEvent, EventKind, Sequence};
use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::acceptable::{Accept, EVENT_KINDS};
use super::expectation::shown;
use super::parameters::{Parameters, limit};
use super::{Api, Problem, Shared};

/// How many events are read from the journal at once: bounds what one client costs in memory.
const PAGE: usize = 64;
/// How many events before a place are told unless another number is asked for, and at most.
const PAST: usize = 100;
const MAX_PAST: usize = 1_000;
/// How often a silent stream of server-sent events says that it is still there (WHATWG HTML, section 9.2.7: about 15 s).
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What can be asked for beside a filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EventQuery {
    /// The sequence after which to begin, or `earliest` (the default) or `latest`.
    after: Option<String>,
    /// The journal that `after` is of, as `Dateline-Journal` named it.
    journal: Option<String>,
    /// Whether to go on with new events as they come.
    follow: bool,
    /// At most so many events; without it, all that there are. It is a stream: there is no largest.
    #[serde(deserialize_with = "limit")]
    limit: Option<NonZeroUsize>,
    /// The place before which to end, or `latest`: the events up to there, the newest first, 100 unless `limit` says otherwise, and 1,000 at
    /// most. Not with `after` or `follow`.
    before: Option<String>,
    /// `sse` for server-sent events, `ndjson` for lines; else the Accept header decides.
    format: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Ndjson,
    ServerSent,
}

impl Format {
    fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => EVENT_KINDS[0],
            Self::ServerSent => EVENT_KINDS[1],
        }
    }

    fn write(self, event: &CloudEvent, json: &str, out: &mut String) {
        match self {
            Self::Ndjson => out.push_str(json),
            Self::ServerSent => {
                out.push_str("id: ");
                out.push_str(&event.sequence.to_string());
                out.push_str("\nevent: ");
                out.push_str(event.kind.word());
                out.push_str("\ndata: ");
                out.push_str(json);
                out.push('\n');
            }
        }
        out.push('\n');
    }
}

/// Events, from where the client left off.
pub(super) async fn events(
    State(api): Shared,
    headers: HeaderMap,
    Parameters { filter, own: query }: Parameters<EventQuery>,
) -> Result<Response, Problem> {
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let format = format_of(&query, &headers).map_err(bad)?;
    if let Some(before) = &query.before {
        return past(&api, format, filter, before, &query).await;
    }
    let selection = EventSelection::of(filter);
    let kind = selection.kind();
    let journal = api.sources.journal.id().as_str();
    if let Some(other) = query.journal.as_deref().filter(|other| *other != journal) {
        let detail = format!(
            "the journal is {journal}, not {}: its events are numbered anew, so no sequence of the other means anything here. \
             after=earliest&journal={journal} begins with its first",
            shown(other)
        );
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    // A browser that reconnects says what it saw last; that is newer than what the address says.
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let last = *api.sources.journal.watch().borrow();
    let name = if resumed.is_some() { "Last-Event-ID" } else { "after" };
    let asked = resumed.or(query.after.as_deref());
    let after = match asked {
        None | Some("earliest") => Sequence::START,
        Some("latest") => last,
        Some(number) => {
            let meant = |_| {
                format!("`{name}` is {}; expected a sequence number, `earliest` or `latest`", shown(number))
            };
            let place = Sequence(number.parse().map_err(meant).map_err(bad)?).min(Sequence::MAX);
            // Of this journal, as the client says, it is waited for.
            if place > last && query.journal.is_none() {
                return Err(Problem::new(StatusCode::CONFLICT, beyond(place, last, journal)));
            }
            place
        }
    };
    let gone = api.sources.journal.reader().gone(kind)?;
    if after < gone && !matches!(asked, None | Some("earliest")) {
        return Err(Problem::gone(gone));
    }
    let follower = match query.follow {
        true => Some(api.followers.clone().try_acquire_owned().map_err(|_| {
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "as many clients follow as may (max_followers); try again later",
            )
        })?),
        false => None,
    };
    let stream = EventStream {
        durable: api.sources.journal.watch(),
        api,
        format,
        selection,
        after,
        gone,
        until: if query.follow { None } else { Some(last) },
        left: query.limit.map_or(usize::MAX, NonZeroUsize::get),
        _follower: follower,
    };
    let body = stream::unfold(stream, |mut stream| async move {
        let chunk = stream.next().await?;
        Some((chunk, stream))
    });
    // What compresses it may ask again after its end.
    let body = Body::from_stream(body.fuse());
    // What compresses would hold events back.
    let caching = if query.follow { "no-store, no-transform" } else { "no-store" };
    let headers = [(header::CONTENT_TYPE, format.content_type()), (header::CACHE_CONTROL, caching)];
    Ok((headers, body).into_response())
}

/// The events before a place, the newest first.
async fn past(
    api: &Arc<Api>,
    format: Format,
    filter: EventFilter,
    before: &str,
    query: &EventQuery,
) -> Result<Response, Problem> {
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    if query.after.is_some() || query.follow {
        return Err(bad(
            "`before` goes back from a place, `after` and `follow` go on from one: give one of them"
                .to_owned(),
        ));
    }
    let place = match before {
        "latest" => None,
        number => {
            let meant =
                |_| bad(format!("`before` is {}; expected a sequence number or `latest`", shown(number)));
            Some(Sequence(number.parse().map_err(meant)?).min(Sequence::MAX))
        }
    };
    let limit = query.limit.map_or(PAST, NonZeroUsize::get).min(MAX_PAST);
    let events = api.read(move |journal| journal.events_before(&filter, place, limit)).await?;
    let mut body = String::new();
    for event in &events {
        let json = event.to_structured_json(&api.sources.envelope)?;
        format.write(event, &json, &mut body);
    }
    let headers = [(header::CONTENT_TYPE, format.content_type()), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

/// What is said of a sequence that this journal has not come to.
fn beyond(place: Sequence, last: Sequence, journal: &str) -> String {
    format!(
        "`after` is {place}, and the last event of the journal {journal} is {last}: it is a sequence of another journal, or of this one \
         before a copy of it was restored. after=earliest begins with the first event; with journal={journal}, {place} is waited for"
    )
}

fn format_of(query: &EventQuery, headers: &HeaderMap) -> Result<Format, String> {
    match query.format.as_deref() {
        Some("sse") => Ok(Format::ServerSent),
        Some("ndjson") => Ok(Format::Ndjson),
        Some(other) => Err(format!("`format` is {}; expected `ndjson` or `sse`", shown(other))),
        None if Accept::of(headers).best(EVENT_KINDS) == Format::ServerSent.content_type() => {
            Ok(Format::ServerSent)
        }
        None => Ok(Format::Ndjson),
    }
}

/// Which events a client gets. What can be told without looking into them is told so.
#[derive(Debug, Clone)]
enum EventSelection {
    All,
    OfKind(EventKind),
    By(Arc<EventFilter>),
}

impl EventSelection {
    fn of(filter: EventFilter) -> Self {
        if filter.is_empty() {
            return Self::All;
        }
        let kind = filter.values(Facet::Kind).next().and_then(EventKind::from_word);
        match kind {
            Some(kind) if filter == EventFilter::of_kind(kind) => Self::OfKind(kind),
            _ => Self::By(Arc::new(filter)),
        }
    }

    /// The one kind of event that it gives, if there is but one.
    fn kind(&self) -> Option<EventKind> {
        match self {
            Self::All => None,
            Self::OfKind(kind) => Some(*kind),
            Self::By(filter) => {
                let mut kinds = filter.values(Facet::Kind);
                kinds.next().filter(|_| kinds.next().is_none()).and_then(EventKind::from_word)
            }
        }
    }

    fn read(
        &self,
        journal: &Journal,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        match self {
            Self::All => journal.events_after(after, limit, None),
            Self::OfKind(kind) => journal.events_after(after, limit, Some(*kind)),
            Self::By(filter) => journal.reader().events_by(filter, after, limit),
        }
    }
}

/// A client's way through the journal.
struct EventStream {
    api: Arc<Api>,
    durable: watch::Receiver<Sequence>,
    format: Format,
    selection: EventSelection,
    after: Sequence,
    /// Up to where events were gone when it began.
    gone: Sequence,
    /// The last event to send; `None` while following.
    until: Option<Sequence>,
    left: usize,
    _follower: Option<OwnedSemaphorePermit>,
}

impl EventStream {
    /// The next events as bytes, or `None` if there are none now.
    async fn read_page(&mut self) -> Result<Option<Bytes>, std::io::Error> {
        let broken = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "events could not be read");
            std::io::Error::other(error.to_string())
        };
        // Everything up to here is durable, so what the filter leaves out up to here need not be looked at again.
        let seen = *self.durable.borrow_and_update();
        let limit = self.left.min(PAGE);
        let (journal, after, selection) =
            (self.api.sources.journal.clone(), self.after, self.selection.clone());
        let read = tokio::task::spawn_blocking(move || {
            let events = selection.read(&journal, after, limit)?;
            // Asked for afterwards: what was there when it was read is not gone then.
            Ok::<_, JournalError>((events, journal.reader().gone(selection.kind())?))
        });
        let (events, gone) = read.await.map_err(|lost| broken(&lost))?.map_err(|error| broken(&error))?;
        if after < gone && self.gone < gone {
            return Err(broken(&format!(
                "a client reads so slowly that events up to {gone} were gone before it had them"
            )));
        }
        let mut chunk = String::new();
        for event in events.iter().filter(|event| self.until.is_none_or(|until| event.sequence <= until)) {
            let json =
                event.to_structured_json(&self.api.sources.envelope).map_err(|error| broken(&error))?;
            self.format.write(event, &json, &mut chunk);
            self.left -= 1;
        }
        self.after = match events.last() {
            Some(last) if events.len() == limit => last.sequence,
            Some(last) => last.sequence.max(seen),
            None => self.after.max(seen),
        };
        Ok((!chunk.is_empty()).then(|| Bytes::from(chunk)))
    }

    /// The next piece of the body, or `None` at its end. It is only asked for when the client has room for it.
    async fn next(&mut self) -> Option<Result<Bytes, std::io::Error>> {
        loop {
            if self.left == 0 || self.until.is_some_and(|until| self.after >= until) {
                return None;
            }
            match self.read_page().await {
                Err(error) => return Some(Err(error)),
                Ok(Some(chunk)) => return Some(Ok(chunk)),
                Ok(None) => {}
            }
            if self.until.is_some() {
                continue;
            }
            let quiet = match self.format {
                Format::ServerSent => KEEP_ALIVE,
                // A line of NDJSON is an event; a client that must know whether we are there asks /livez.
                Format::Ndjson => Duration::from_secs(365 * 86_400),
            };
            tokio::select! {
                () = self.api.stop.cancelled() => return None,
                news = self.durable.wait_for(|last| *last > self.after) => {
                    if news.is_err() {
                        return None;
                    }
                }
                () = tokio::time::sleep(quiet) => return Some(Ok(Bytes::from_static(b":\n\n"))),
            }
        }
    }
}
