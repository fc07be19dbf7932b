//! What was not published, and why: to look for what is missed.

use dateline_journal::EventFilter;
use dateline_wire::{RejectEvent, RejectReason, Sequence, Stage};
use jiff::Timestamp;
use maud::{Markup, html};

use super::articles::{chosen, pairs};
use super::overview::reject_bars;
use super::story::raw;
use crate::api::label::JudgedArticle;
use crate::console::figures::{moment, since, verdict, word, words};
use crate::console::frame::Viewer;
use crate::console::shown::{address, host, line, visible};

/// A reject in a list.
pub(crate) struct RejectRow {
    /// The place of its event.
    pub(crate) sequence: Sequence,
    /// When it was committed.
    pub(crate) time: Timestamp,
    /// The event.
    pub(crate) event: RejectEvent,
}

/// The list.
pub(crate) struct RejectList<'l> {
    pub(crate) rejects: &'l [RejectRow],
    pub(crate) filter: &'l EventFilter,
    /// Whether those nearest to the threshold come first.
    pub(crate) is_nearest: bool,
    pub(crate) next: Option<Sequence>,
    /// How often each reason spoke in the last week, the most frequent first.
    pub(crate) reasons: &'l [(String, u64)],
}

/// The page.
pub(crate) fn page(list: &RejectList<'_>, now: Timestamp) -> Markup {
    let RejectList { rejects, filter, is_nearest, next, reasons } = list;
    let query = filter.to_query();
    let with = |more: &str| match query.is_empty() {
        true => format!("/rejects?{more}"),
        false => format!("/rejects?{query}&{more}"),
    };
    let reason = pairs(filter).into_iter().find(|(name, _)| name == "reason").map(|(_, reason)| reason);
    html! {
        h1 { "Not published" }
        p.lead { "Every entry that was announced and became no article, with the stage that it reached and why it went no further. " a href=(super::judge::href(super::judge::JudgedKind::Rejects, filter, None)) { "Judge them" } "." }
        div.columns.reverse {
            section.panel aria-labelledby="rejected-title" {
                div.heading {
                    h2 #rejected-title { @if *is_nearest { "Nearest to the threshold first" } @else { "Newest first" } }
                    @if *is_nearest { a href=(with("order=newest")) { "Newest first" } } @else { a href=(with("order=nearest")) { "Nearest to the threshold first" } }
                }
                (chosen("/rejects", filter))
                @if rejects.is_empty() {
                    p.empty { "Nothing is like that." @if *is_nearest { " Only what was judged has a distance from the threshold." } }
                } @else {
                    ol.rows { @for reject in *rejects { (reject_row(reject, now)) } }
                }
                @if let Some(next) = next { nav.pages aria-label="Pages" { a rel="next" href=(with(&format!("before={next}"))) { "Older" } } }
            }
            div {
                section.panel aria-labelledby="reasons-title" {
                    div.heading { h2 #reasons-title { "By reason, in the last week" } @if reason.is_some() { a href="/rejects" { "All" } } }
                    (reject_bars(reasons, reason.as_deref()))
                }
                (super::other_forms(&[("events as they come", "/live?kind=reject"), ("CSV", "/v1/rejects.csv"), ("JSON", "/v1/rejects")], &query))
            }
        }
    }
}

/// One reject in a list.
pub(crate) fn reject_row(reject: &RejectRow, now: Timestamp) -> Markup {
    let RejectRow { sequence, time, event } = reject;
    let title = event.entry.as_ref().and_then(|entry| entry.title.as_deref());
    html! {
        li.reject-row {
            div {
                a.headline data-row href=(format!("/rejects/{sequence}")) {
                    @match (title, &event.url) {
                        (Some(title), _) => (line(title)),
                        (None, Some(url)) => (line(url.as_str())),
                        (None, None) => (line(&event.detail)),
                    }
                }
                p.meta {
                    // The verdict beside it says it already.
                    @if event.reason != RejectReason::NotRelevant || event.relevance.is_none() { span.chip { (words(&event.reason)) } " " }
                    @match (&event.feed, &event.url) {
                        (Some(feed), _) => { a href=(format!("/rejects?feed={}", feed.id)) { (line(feed.name.as_deref().unwrap_or(feed.url.as_str()))) } },
                        (None, Some(url)) => (host(url)),
                        (None, None) => {},
                    }
                    " · " (since(Some(*time), now))
                }
            }
            @if let Some(relevance) = &event.relevance { div.aside { (verdict(relevance.label, relevance.score)) } }
        }
    }
}

/// One reject: what it says, and what spoke for and against where it was judged.
pub(crate) fn reject(
    reject: &RejectRow,
    judged: Option<&JudgedArticle>,
    now: Timestamp,
    viewer: &Viewer,
) -> Markup {
    let RejectRow { sequence, time, event } = reject;
    let title = event.entry.as_ref().and_then(|entry| entry.title.as_deref()).unwrap_or("(without a title)");
    html! {
        p.crumbs { a href="/rejects" data-up { "Not published" } }
        h1 { (line(title)) }
        @if let Some(url) = &event.url { p.address { (address(url.as_str())) } }
        div.fault {
            p { b { "Not published: " (words(&event.reason)) } ", at the stage " (words(&event.stage)) "." }
            p { (visible(event.reason.meaning(), 300)) }
            @if !event.detail.is_empty() { p.said { "It was said: " (line(&event.detail)) } }
        }
        div.columns {
            @if let Some(relevance) = &event.relevance {
                section.panel aria-labelledby="judgement-title" {
                    div.heading { h2 #judgement-title { "About the subject" } (verdict(relevance.label, relevance.score)) }
                    (super::article::reasons(&relevance.reasons, None))
                    @if let (Some(judged), Some(article)) = (judged, &event.article) {
                        (super::judge::buttons(article, judged.label.as_ref().map(|label| label.value), &format!("/rejects/{sequence}"), viewer))
                    }
                }
            } @else {
                section.panel { p.empty { "It was not judged: it did not come that far." } }
            }
            div {
                section.panel aria-labelledby="from-title" {
                    div.heading { h2 #from-title { "Where it came from" } }
                    dl.facts {
                        @if let Some(feed) = &event.feed { div { dt { "Feed" } dd { a href=(format!("/feeds/{}", feed.id)) { (line(feed.name.as_deref().unwrap_or(feed.url.as_str()))) } } } }
                        div { dt { "When" } dd { (moment(*time)) ", " (since(Some(*time), now)) } }
                        @if let Some(published) = event.entry.as_ref().and_then(|entry| entry.published) { div { dt { "Feed’s date" } dd { (moment(published)) } } }
                        div { dt { "Stage" } dd { (word(&event.stage)) } }
                        // A rule helps where the page was read, and read wrong.
                        @if let (Some(url), Stage::Extract | Stage::Judge) = (&event.url, event.stage) { div { dt { "Read wrong?" } dd { a href=(super::sites::href(url)) { "Try a rule for its site on it" } } } }
                        @if let Some(article) = &event.article { div { dt { "Article" } dd { a href=(format!("/search?q={article}")) { code { (visible(article.as_str(), 40)) } } } } }
                    }
                }
                (raw(&format!("/v1/events?after={}&limit=1", sequence.0.saturating_sub(1))))
            }
        }
    }
}
