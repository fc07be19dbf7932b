//! What the journal holds, and the room that it takes.

use dateline_wire::EventKind;
use maud::{Markup, html};

use crate::console::figures::{bytes, counted, number, since};
use crate::console::plot::level;
use crate::disk::DiskSpace;
use crate::status::StatusReport;

/// The page.
pub(crate) fn page(status: &StatusReport) -> Markup {
    html! {
        p.crumbs { a href="/" data-up { "Overview" } }
        h1 { "Journal" }
        p.lead { "What was taken in, what was decided, and what is still to be done: one file, and the search index beside it." }
        div.columns.even {
            (events(status))
            div {
                (room(status))
                (entries(status))
            }
        }
        (super::other_forms(&[("JSON", "/v1/status")], ""))
    }
}

/// Its events by their kind, each number the way to them.
fn events(status: &StatusReport) -> Markup {
    let counts = EventKind::ALL.map(|kind| (kind, status.events.get(kind.plural()).copied().unwrap_or(0)));
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    html! {
        section.panel aria-labelledby="events-title" {
            div.heading { h2 #events-title { "Events" } a href="/live" { "All events" } }
            ul.levels {
                @for (kind, count) in counts {
                    li { a href=(format!("/live?kind={}", kind.word())) {
                        span { (kind.plural()) } b { (number(count)) }
                        (level(count, most, "s1"))
                    } }
                }
            }
            dl.facts.apart {
                div { dt { "Newest" } dd { @match status.last_event { None => "none yet", Some(_) => { "event " (number(status.last_sequence.0)) ", " (since(status.last_event, status.now)) } } } }
                div { dt { "Oldest" } dd { @match status.journal_oldest { None => "none", Some(oldest) => { "event " (number(oldest.0)) } } } }
                div { dt { "Let go" } dd { @if status.journal_gone.0 == 0 { "none" } @else { "by [retention], up to event " (number(status.journal_gone.0)) } } }
                div { dt { "Searchable" } dd { @if status.search_gap.is_none() { "all of them" } @else { "not all yet: the log is being gone over, the newest first" } } }
                @if status.journal_set_aside > 0 { div { dt { "Set aside" } dd.error { (counted(status.journal_set_aside, "row", "rows")) " that could not be read" } } }
                @if let Some(held) = status.journal_held { div { dt { "Held" } dd { (counted(held, "outcome", "outcomes")) ", until it is known what Kafka has" } } }
            }
        }
    }
}

/// The room that it takes, and that is left.
fn room(status: &StatusReport) -> Markup {
    let files = [
        ("The journal", status.journal_bytes),
        ("Its write-ahead log", status.journal_wal_bytes),
        ("Its search index", status.journal_search_bytes),
    ];
    html! {
        section.panel aria-labelledby="room-title" {
            div.heading { h2 #room-title { "On disk" } }
            dl.sums {
                @for (name, size) in files { div { dt { (name) } dd { (bytes(size)) } } }
                div { dt { "Together" } dd { b { (bytes(files.iter().map(|(_, size)| size).sum())) } } }
            }
            @match status.disk {
                None => p.note { "How much its disk has left is not known." },
                Some(DiskSpace { free_bytes, total_bytes }) => {
                    p.note { "Its disk has " (bytes(free_bytes)) " of " (bytes(total_bytes)) " left." }
                    (level(total_bytes.saturating_sub(free_bytes), total_bytes, "s0"))
                },
            }
        }
    }
}

/// What was announced, and what of it is still to be done.
fn entries(status: &StatusReport) -> Markup {
    html! {
        section.panel aria-labelledby="entries-title" {
            div.heading { h2 #entries-title { "Entries and visits" } }
            dl.sums {
                div { dt { "Entries announced" } dd { (number(status.entries)) } }
                div { dt { a href="/waiting" { "Waiting for their page" } } dd { (number(status.backlog)) } }
                div { dt { a href="/rejects" { "Not published" } } dd { (number(status.events.get(EventKind::Reject.plural()).copied().unwrap_or(0))) } }
                div { dt { "Pages that are visited again" } dd { (number(status.visits.pages)) } }
                div { dt { "Visits due" } dd { (number(status.visits.due)) } }
            }
        }
    }
}
