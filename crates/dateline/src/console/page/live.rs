//! Events as they come. The list begins with the last ones; the script lets it grow. What was before some moment is a list that stands.

use dateline_journal::{EventFilter, Facet};
use dateline_wire::{EventKind, JournalId, Sequence};
use jiff::Timestamp;
use maud::{Markup, html};

use super::articles::{chosen, form, pairs};
use crate::console::figures::{moment, words};
use crate::console::shown::{line, visible};
use crate::status::LastEvent;

/// The events that are shown.
pub(crate) struct LiveList<'l> {
    /// The last of them, newest first, each with its key.
    pub(crate) rows: &'l [(LastEvent, String)],
    pub(crate) filter: &'l EventFilter,
    /// The place after which the list goes on as events come; `None` where all that is asked for is past.
    pub(crate) goes_on_after: Option<Sequence>,
    /// The place before which there may be more.
    pub(crate) older: Option<Sequence>,
    pub(crate) journal: &'l JournalId,
}

/// The page.
pub(crate) fn page(list: &LiveList<'_>) -> Markup {
    let LiveList { rows, filter, goes_on_after, older, journal } = list;
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
        h1 { @if goes_on_after.is_some() { "Live" } @else { "Events" } }
        (form("/live", filter))
        div.filters {
            nav aria-label="Kinds of event" {
                a.chip href=(format!("/live?{}", others.trim_start_matches('&'))) aria-current=[kind.is_none().then_some("true")] { "all" }
                @for each in EventKind::ALL {
                    a.chip href=(format!("/live?kind={}{others}", each.word())) aria-current=[(kind == Some(each.word())).then_some("true")] { (each.plural()) }
                }
            }
            @if goes_on_after.is_some() {
                button #hold type="button" hidden aria-pressed="false" { "Hold" }
                p #live-state.soft role="status" { "Reload to see what came since." }
            } @else {
                p.soft { "These are past. " a href="/live" { "Live" } }
            }
        }
        (chosen("/live", filter))
        @match goes_on_after {
            Some(last) => ol.rows.panel.live #live data-stream=(stream) data-after=(last) { @for (event, key) in *rows { (row(event, key)) } },
            None => ol.rows.panel.live { @for (event, key) in *rows { (row(event, key)) } },
        }
        @if rows.is_empty() { p.empty #live-empty { @if filter.is_empty() { "Nothing has happened yet." } @else { "No event is like that so far." } } }
        @if let Some(older) = older { nav.pages aria-label="Pages" { a rel="next" href=(format!("/live?before={older}{more}")) { "Older events" } } }
        (super::other_forms(&[("Atom of the articles", "/v1/feed.atom"), ("CSV of the articles", "/v1/articles.csv"), ("JSON lines", "/v1/events?after=earliest")], &query))
    }
}

/// When what a filter asks for ends, if it does.
pub(crate) fn ends(filter: &EventFilter) -> Option<Timestamp> {
    let (_, until) = pairs(filter).into_iter().find(|(name, _)| name == "until")?;
    until.parse().ok()
}

/// One event. The script writes the same.
fn row(event: &LastEvent, key: &str) -> Markup {
    let href = match event.kind.as_str() {
        "article" | "withdrawal" => format!("/articles/{key}"),
        "story" => format!("/stories/{key}"),
        "health" => format!("/feeds/{key}"),
        _ => format!("/rejects/{}", event.sequence),
    };
    // What it is about stands first, where or how much behind two spaces.
    let (about, detail) = event.about.split_once("  ").unwrap_or((&event.about, ""));
    let is_word = matches!(event.kind.as_str(), "reject" | "withdrawal" | "health");
    html! {
        li {
            span.chip.kind.(event.kind) { (event.kind) }
            a data-row href=(href) {
                @if is_word { (line(&words(&about))) } @else { (line(about)) }
                @if !detail.is_empty() { " " bdi.soft { (visible(detail, 200)) } }
            }
            span.soft { (moment(event.time)) }
        }
    }
}
