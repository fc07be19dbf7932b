//! Events as they come. The list begins with the last ones; the script lets it grow.

use dateline_journal::{EventFilter, Facet};
use dateline_wire::{EventKind, JournalId, Sequence};
use maud::{Markup, html};

use super::articles::{chosen, pairs};
use crate::console::figures::moment;
use crate::console::shown::line;
use crate::status::LastEvent;

/// The page: `rows` are the last events, newest first, each with its key; `last` is the place after which the list goes on.
pub(crate) fn page(
    rows: &[(LastEvent, String)],
    last: Sequence,
    journal: &JournalId,
    filter: &EventFilter,
) -> Markup {
    let kind = filter.values(Facet::Kind).next();
    let query = filter.to_query();
    let more = if query.is_empty() { String::new() } else { format!("&{query}") };
    let stream = format!("/v1/events?follow=true&format=sse&journal={journal}{more}");
    let others: Vec<String> = pairs(filter)
        .into_iter()
        .filter(|(name, _)| name != "kind")
        .map(|(name, value)| format!("&{name}={}", super::query_value(&value)))
        .collect();
    let others = others.concat();
    html! {
        h1 { "Live" }
        div.filters {
            nav aria-label="Kinds of event" {
                a.chip href=(format!("/live?{}", others.trim_start_matches('&'))) aria-current=[kind.is_none().then_some("true")] { "all" }
                @for each in EventKind::ALL {
                    a.chip href=(format!("/live?kind={}{others}", each.word())) aria-current=[(kind == Some(each.word())).then_some("true")] { (each.plural()) }
                }
            }
            button #hold type="button" hidden aria-pressed="false" { "Hold" }
            p #live-state.soft role="status" { "Reload to see what came since." }
        }
        (chosen("/live", filter))
        ol.rows.panel.live #live data-stream=(stream) data-after=(last) {
            @for (event, key) in rows { (row(event, key)) }
        }
        @if rows.is_empty() { p.empty #live-empty { "Nothing has happened yet." } }
        (super::other_forms(&[("Atom of the articles", "/v1/feed.atom"), ("JSON lines", "/v1/events?after=earliest")], &query))
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
