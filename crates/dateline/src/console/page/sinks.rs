//! Ways out: Kafka, webhooks and files, how far each has come, and what it could not deliver.

use jiff::Timestamp;
use maud::{Markup, html};

use super::live::{self, LiveRow};
use crate::api::DeadLetter;
use crate::console::figures::{counted, moment, number, since, until, words};
use crate::console::frame::Viewer;
use crate::console::shown::{line, visible};
use crate::status::{SinkStatus, StatusReport};

/// The page of all.
pub(crate) fn page(status: &StatusReport, viewer: &Viewer) -> Markup {
    html! {
        h1 { "Sinks" }
        p.lead { "Where events go: Kafka, webhooks and files. Each has a place of its own in the log, and holds nothing else up." }
        ol.rows.panel {
            (kafka(status))
            @for sink in &status.sinks { (row(sink, status.now, viewer)) }
        }
        @if status.member.is_some() {
            p.note { "Webhooks and files are fed by a daemon by itself, not by a fleet." }
        } @else if status.sinks.is_empty() {
            p.note { "No webhook and no file is configured: " code { "[[webhook]]" } " and " code { "[[file]]" } " in the configuration name them." }
        }
        (super::other_forms(&[("JSON", "/v1/status")], ""))
    }
}

/// How far the relay is.
fn kafka(status: &StatusReport) -> Markup {
    let (class, state) = match &status.relay {
        None if status.member.is_some() => ("good", "by the fleet"),
        None => ("dull", "off"),
        Some(relay) if relay.connected => ("good", "connected"),
        Some(relay) if relay.has_stopped => ("bad", "stopped"),
        Some(_) => ("fair", "not connected"),
    };
    html! {
        li.feed-row {
            span.chip.(class) { (state) }
            div {
                p.headline { "Kafka" }
                @match (&status.relay, &status.member) {
                    (None, Some(member)) => p.meta { (visible(&member.source_in_words(), 200)) ". " a href="/fleet" { "Members and shards" } },
                    (None, None) => p.meta { "No " code { "brokers" } " are configured in " code { "[kafka]" } "." },
                    (Some(relay), _) => {
                        @if let Some(error) = &relay.last_error { p.error { (line(error)) } }
                        p.meta {
                            "has everything up to event " (number(status.relay_position.0)) " · "
                            @match status.undelivered_since {
                                Some(first) if status.undelivered() > 0 => a href=(format!("/live?since={first}")) { (number(status.undelivered())) " behind" },
                                _ => "nothing is left",
                            }
                            @if let Some(last) = relay.last_commit { " · last " (since(Some(last), status.now)) }
                            @if let Some(failing) = relay.failing_since { " · fails since " (moment(failing, status.now)) }
                        }
                    },
                }
            }
        }
    }
}

fn condition(sink: &SinkStatus) -> (&'static str, &str) {
    match sink.condition.as_deref() {
        Some("working") if sink.dead_letters == 0 && sink.missed_events == 0 => ("good", "working"),
        Some("working") => ("fair", "working"),
        Some("failing") => ("fair", "failing"),
        Some(other) => ("bad", other),
        None => ("dull", "not configured any more"),
    }
}

fn row(sink: &SinkStatus, now: Timestamp, viewer: &Viewer) -> Markup {
    let (class, state) = condition(sink);
    let (kind, name) = sink.sink.split_once('/').unwrap_or(("sink", &sink.sink));
    let page = format!("/sinks/{}", super::query_value(name));
    html! {
        li.feed-row {
            span.chip.(class) { (words(&state)) }
            div {
                p.headline {
                    (line(name)) " " span.soft { (kind) }
                }
                @if let Some(to) = &sink.to { p.address { "to " bdi { (visible(to, 100)) } } }
                @if let Some(error) = &sink.last_error { p.error { (line(error)) } }
                p.meta {
                    (number(sink.delivered)) " delivered"
                    " · " @if sink.behind == 0 { "nothing is left" } @else { (number(sink.behind)) " behind" }
                    @if sink.waiting > 0 { " · " (number(sink.waiting)) " tried again" }
                    @if let Some(success) = sink.last_success { " · last " (since(Some(success), now)) }
                    @if let Some(failing) = sink.failing_since { " · fails since " (moment(failing, now)) }
                    @if let Some(resting) = sink.resting_until { " · left alone, goes on " (until(resting, now)) }
                    @if let Some(disabled) = sink.disabled_since { " · its receiver wants no more since " (moment(disabled, now)) }
                    @if sink.missed_events > 0 { " · " span.error { "lacks " (counted(sink.missed_events, "event that was", "events that were")) " let go" } }
                }
                @if sink.dead_letters > 0 {
                    p { a href=(page) data-row { (counted(sink.dead_letters, "event was given up", "events were given up")) } }
                }
                @if viewer.may_operate && kind == "webhook" && sink.disabled_since.is_some() {
                    form.inline method="post" action=(format!("{page}/enable")) { button type="submit" { "Deliver again" } }
                }
            }
        }
    }
}

/// What a webhook has given up: some of it, each with its event where the log still has that, and how many there are.
pub(crate) struct GivenUp<'g> {
    pub(crate) webhook: &'g str,
    pub(crate) letters: &'g [(DeadLetter, Option<LiveRow>)],
    pub(crate) count: u64,
}

/// The page of what a webhook has given up, and what was just done about it.
pub(crate) fn letters(given_up: &GivenUp<'_>, now: Timestamp, viewer: &Viewer, done: Option<u64>) -> Markup {
    let GivenUp { webhook, letters, count } = given_up;
    let path = format!("/sinks/{}/redeliver", super::query_value(webhook));
    html! {
        p.crumbs { a href="/sinks" data-up { "Sinks" } }
        h1 { "Given up by " (line(webhook)) }
        @if let Some(done) = done { p.notice role="status" { (counted(done, "event is", "events are")) " tried again." } }
        @if letters.is_empty() {
            div.panel { p.empty { "Nothing is given up." } }
        } @else {
            p.lead { "Events that its receiver did not take for so long that they are not tried any more." }
            @if viewer.may_operate {
                form.actions method="post" action=(path) { button type="submit" { "Try " (counted(*count, "event", "events")) " again" } }
            }
            ol.rows.panel.given-up {
                @for (letter, event) in *letters { (row_given_up(letter, event.as_ref(), now, viewer, &path)) }
            }
            @if *count > letters.len() as u64 { p.note { "The first " (number(letters.len() as u64)) " of " (number(*count)) " are shown." } }
        }
        (super::other_forms(&[("JSON", &format!("/v1/webhooks/{}/dead-letters", super::query_value(webhook)))], ""))
    }
}

fn row_given_up(
    letter: &DeadLetter,
    event: Option<&LiveRow>,
    now: Timestamp,
    viewer: &Viewer,
    path: &str,
) -> Markup {
    let id = visible(&letter.id, 80);
    html! {
        li.reject-row {
            div {
                @match event {
                    Some(event) => p.headline { (live::kind_and_link(event)) },
                    None => p.headline { "An event that is gone by " code { "[retention]" } },
                }
                p.error { (line(&letter.error)) }
                p.meta {
                    "tried " (counted(letter.attempts.into(), "time", "times")) " since " (moment(letter.since, now)) " · given up " (since(Some(letter.given_up), now))
                    " · " code { (id) }
                }
            }
            @if viewer.may_operate {
                form.aside method="post" action=(path) {
                    input type="hidden" name="event" value=(letter.id);
                    button type="submit" aria-label=(format!("Try again: {id}")) { "Try again" }
                }
            }
        }
    }
}
