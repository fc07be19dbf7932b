//! Events as they come. The list begins with the last ones; the script lets it grow.

use dateline_wire::{EventKind, JournalId, Sequence};
use maud::{Markup, html};
use serde::Deserialize;

use crate::console::figures::moment;
use crate::console::shown::line;
use crate::status::LastEvent;

/// Which events are shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LiveFilter {
    kind: String,
}

impl LiveFilter {
    /// The kind that is asked for, if one is.
    pub(crate) fn kind(&self) -> Option<EventKind> {
        EventKind::from_word(&self.kind)
    }
}

/// The page: `rows` are the last events, newest first, each with its key; `last` is the place after which the list goes on.
pub(crate) fn page(
    rows: &[(LastEvent, String)],
    last: Sequence,
    journal: &JournalId,
    filter: &LiveFilter,
) -> Markup {
    let kind = filter.kind();
    let asked = kind.map(|kind| format!("kind={}", kind.word()));
    let stream = format!(
        "/v1/events?follow=true&format=sse&journal={journal}{}",
        asked.as_ref().map(|asked| format!("&{asked}")).unwrap_or_default()
    );
    html! {
        h1 { "Live" }
        div.filters {
            nav aria-label="Kinds of event" {
                a.chip href="/live" aria-current=[kind.is_none().then_some("true")] { "all" }
                @for each in EventKind::ALL {
                    a.chip href=(format!("/live?kind={}", each.word())) aria-current=[(kind == Some(each)).then_some("true")] { (each.plural()) }
                }
            }
            button #hold type="button" hidden aria-pressed="false" { "Hold" }
            p #live-state.soft role="status" { "Reload to see what came since." }
        }
        ol.rows.panel.live #live data-stream=(stream) data-after=(last) {
            @for (event, key) in rows { (row(event, key)) }
        }
        @if rows.is_empty() { p.empty #live-empty { "Nothing has happened yet." } }
        p.raw { a href=(format!("/v1/events?after=earliest{}", asked.map(|asked| format!("&{asked}")).unwrap_or_default())) { "The same as JSON lines" } }
    }
}

/// One event. The script writes the same.
fn row(event: &LastEvent, key: &str) -> Markup {
    let href = match event.kind.as_str() {
        "article" | "withdrawal" => format!("/articles/{key}"),
        "story" => format!("/stories/{key}"),
        "health" => format!("/feeds/{key}"),
        _ => format!("/rejects/{}", event.sequence),
    };
    html! {
        li {
            span.chip.kind.(event.kind) { (event.kind) }
            a data-row href=(href) { (line(&event.about)) }
            span.soft { (moment(event.time)) }
        }
    }
}
