//! Ways out: Kafka, webhooks and files, how far each has come, and what it could not deliver.

use jiff::Timestamp;
use maud::{Markup, html};

use super::live::{self, LiveRow};
use crate::api::DeadLetter;
use crate::console::figures::{counted, moment, number, since, until, words};
use crate::console::frame::Viewer;
use crate::console::shown::{cause, line, visible, with_commands};
use crate::faults::remedy_of_failing_sink;
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
                        @if let Some(error) = &relay.last_error { p.error { (cause(error)) } }
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
    let (kind, name) = sink.kind_and_name();
    let page = format!("/sinks/{}", super::query_value(name));
    // A file has no page: what there is to say of it stands here.
    let has_page = kind == "webhook" && sink.condition.is_some();
    html! {
        li.feed-row {
            span.chip.(class) { (words(&state)) }
            div {
                p.headline {
                    @if has_page { a.headline data-row href=(page) { (line(name)) } } @else { (line(name)) }
                    " " span.soft { (kind) }
                }
                @if let Some(to) = &sink.to { p.address { "to " bdi { (visible(to, 100)) } } }
                @if let Some(error) = &sink.last_error { p.error { (cause(error)) } }
                p.meta {
                    (number(sink.delivered)) " delivered"
                    " · " @if sink.lacking() == 0 { "nothing is left" } @else { (number(sink.lacking())) " behind" }
                    @if sink.waiting > 0 { ", " (number(sink.waiting)) " of them tried again" }
                    @if let Some(success) = sink.last_success { " · last " (since(Some(success), now)) }
                    @if let Some(failing) = sink.failing_since { " · fails since " (moment(failing, now)) }
                    @if let Some(resting) = sink.resting_until { " · left alone, goes on " (until(resting, now)) }
                    @if let Some(disabled) = sink.disabled_since { " · its receiver wants no more since " (moment(disabled, now)) }
                    @if sink.missed_events > 0 { " · " (missed(sink)) }
                }
                @if sink.dead_letters > 0 {
                    p { a href=(page) { (counted(sink.dead_letters, "event was given up", "events were given up")) } }
                }
                (enable(sink, &page, viewer))
            }
        }
    }
}

fn missed(sink: &SinkStatus) -> Markup {
    html! { span.error { "lacks " (counted(sink.missed_events, "event that was", "events that were")) " let go" } }
}

/// The way to go on after the receiver wanted no more.
fn enable(sink: &SinkStatus, page: &str, viewer: &Viewer) -> Markup {
    let is_webhook = sink.kind_and_name().0 == "webhook";
    html! {
        @if viewer.may_operate && is_webhook && sink.disabled_since.is_some() {
            form.inline method="post" action=(format!("{page}/enable")) { button type="submit" { "Deliver again" } }
        }
    }
}

/// What there is to say of a webhook.
pub(crate) struct WebhookPage<'w> {
    pub(crate) name: &'w str,
    /// How it is doing.
    pub(crate) sink: Option<&'w SinkStatus>,
    /// When the first event was committed that it has yet to come to, if there is one.
    pub(crate) behind_since: Option<Timestamp>,
    /// Some of what it has given up, each with its event where the log still has that.
    pub(crate) letters: &'w [(DeadLetter, Option<LiveRow>)],
}

/// The page of a webhook: how it is doing, what to do, what it has given up, and what was just done about that.
pub(crate) fn webhook(page: &WebhookPage<'_>, now: Timestamp, viewer: &Viewer, done: Option<u64>) -> Markup {
    let WebhookPage { name, sink, behind_since, letters: _ } = page;
    let own = format!("/sinks/{}", super::query_value(name));
    html! {
        p.crumbs { a href="/sinks" data-up { "Sinks" } }
        h1 { (line(name)) @if let Some(sink) = sink { @let (class, state) = condition(sink); " " span.chip.(class) { (words(&state)) } } }
        p.lead { "A webhook" @if let Some(to) = sink.and_then(|sink| sink.to.as_ref()) { ", to " bdi { (visible(to, 100)) } } "." }
        @if let Some(done) = done { p.notice role="status" { (counted(done, "event is", "events are")) " tried again." } }
        @if let Some(sink) = sink {
            (fault(sink, now))
            (enable(sink, &own, viewer))
            section.panel aria-labelledby="delivery-title" {
                div.heading { h2 #delivery-title { "How far it is" } }
                (delivery(sink, *behind_since, now))
            }
        }
        (given_up(page, &format!("{own}/redeliver"), now, viewer))
        (super::other_forms(&[("JSON", &format!("/v1/webhooks/{}/dead-letters", super::query_value(name)))], ""))
    }
}

/// Why a webhook delivers nothing, and what to do about it.
fn fault(sink: &SinkStatus, now: Timestamp) -> Markup {
    html! {
        @if let Some(disabled) = sink.disabled_since {
            div.fault {
                p { b { "Its receiver answered that it wants no more (410)" } ", " (since(Some(disabled), now)) }
                p { "To do: mend the receiver or its " code { "url" } ", then have it deliver again; or take it out of the configuration" }
            }
        } @else if let Some(error) = &sink.last_error {
            div.fault {
                p { b { (cause(error)) } @if let Some(failing) = sink.failing_since { ", first " (since(Some(failing), now)) } }
                p { "To do: " (with_commands(remedy_of_failing_sink("webhook"), 500)) }
            }
        }
    }
}

/// What was delivered, and what was not.
fn delivery(sink: &SinkStatus, behind_since: Option<Timestamp>, now: Timestamp) -> Markup {
    html! {
        dl.facts {
            div { dt { "Delivered" } dd { (counted(sink.delivered, "event", "events")) @if let Some(success) = sink.last_success { ", the last " (since(Some(success), now)) } } }
            div { dt { "Behind" } dd { @if sink.lacking() == 0 { "nothing is left" } @else { (counted(sink.lacking(), "event", "events")) } } }
            @if sink.waiting > 0 { div { dt { "Tried again" } dd { (number(sink.waiting)) " of them" } } }
            @if sink.behind > 0 {
                div { dt { "Not sent yet" } dd { @match behind_since {
                    None => (number(sink.behind)),
                    Some(first) => a href=(format!("/live?since={first}")) { (number(sink.behind)) ", the first " (since(Some(first), now)) },
                } } }
            }
            @if let Some(resting) = sink.resting_until { div { dt { "Next attempt" } dd { (until(resting, now)) } } }
            @if sink.missed_events > 0 { div { dt { "Lost" } dd { (missed(sink)) " by " code { "[retention]" } } } }
        }
    }
}

/// What a webhook has given up.
fn given_up(page: &WebhookPage<'_>, path: &str, now: Timestamp, viewer: &Viewer) -> Markup {
    let letters = page.letters;
    let count = page.sink.map_or(0, |sink| sink.dead_letters).max(letters.len() as u64);
    html! {
        section.panel aria-labelledby="given-up-title" {
            div.heading { h2 #given-up-title { "Given up" } }
            @if letters.is_empty() {
                p.empty { "Nothing is given up." }
            } @else {
                p.note { "Events that its receiver did not take for so long that they are not tried any more." }
                @if viewer.may_operate {
                    form.actions method="post" action=(path) { button type="submit" { "Try " (counted(count, "event", "events")) " again" } }
                }
                ol.rows.given-up {
                    @for (letter, event) in letters { (row_given_up(letter, event.as_ref(), now, viewer, path)) }
                }
                @if count > letters.len() as u64 { p.note { "The first " (number(letters.len() as u64)) " of " (number(count)) " are shown." } }
            }
        }
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
                p.error { (cause(&letter.error)) }
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
