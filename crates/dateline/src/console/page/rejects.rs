//! What was not published, and why: to look for what is missed.

use dateline_journal::EventFilter;
use dateline_wire::{FeedId, FeedRef, RejectEvent, RejectReason, Sequence, Stage};
use jiff::Timestamp;
use maud::{Markup, html};

use super::articles::{chosen_by_name, feed_named, form, pairs};
use super::overview::reject_bars;
use crate::api::judge_queue::JudgedKind;
use crate::api::label::JudgedArticle;
use crate::api::near_rejects::NearExtent;
use crate::api::reject::PAGE;
use crate::console::figures::{self, count, moment, number, verdict, word, words};
use crate::console::frame::Viewer;
use crate::console::plot::level;
use crate::console::shown::{
    address, failure_in, feed_name, is_tag, line, may_lead, site_name, visible, with_commands,
};

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
    /// The word of the order that was asked for, if one was.
    pub(crate) asked_order: Option<&'static str>,
    /// Whether those nearest to the threshold come first.
    pub(crate) is_nearest: bool,
    /// What stands below the nearest: the newest that have no distance, as they were not judged.
    pub(crate) unjudged: &'l [RejectRow],
    /// Of what the nearest are.
    pub(crate) extent: Option<NearExtent>,
    pub(crate) next: Option<Sequence>,
    /// How often each reason spoke in the last week, the most frequent first.
    pub(crate) reasons: &'l [(String, u64)],
    /// From when on that is counted.
    pub(crate) since: Option<Timestamp>,
    /// Of which feeds the newest were, the most frequent first; empty where one feed is asked for.
    pub(crate) feeds: &'l [(FeedRef, u64)],
    /// How many those were.
    pub(crate) newest: usize,
}

/// How many of the nearest another page has, where one has as many as it holds: what is beyond them nobody looks through.
const MORE: usize = 200;

/// The page.
pub(crate) fn page(list: &RejectList<'_>, now: Timestamp) -> Markup {
    let RejectList {
        rejects,
        filter,
        asked_order,
        is_nearest,
        unjudged,
        extent,
        next,
        reasons,
        since,
        feeds,
        newest,
    } = list;
    let query = filter.to_query();
    let with = |more: &str| match query.is_empty() {
        true => format!("/rejects?{more}"),
        false => format!("/rejects?{query}&{more}"),
    };
    // An order that was asked for stays, whatever else is asked for.
    let kept = asked_order.map(|word| format!("order={word}"));
    let path = kept.as_ref().map_or_else(|| "/rejects".to_owned(), |kept| format!("/rejects?{kept}"));
    let of_feed = |feed: &FeedId| {
        let kept = kept.as_ref().map(|kept| format!("{kept}&")).unwrap_or_default();
        with(&format!("{kept}feed={feed}"))
    };
    let reason = pairs(filter).into_iter().find(|(name, _)| name == "reason").map(|(_, reason)| reason);
    let other_order = |href: &str, name: &str| html! { a href=(href) data-key="o" { (name) " " kbd aria-hidden="true" { "o" } } };
    html! {
        h1 { "Rejects" }
        p.lead { "Every entry that was announced and not published, with the stage that it reached and why it went no further. " a href=(super::judge::href(JudgedKind::Rejects, filter, None, &super::judge::GivenLabels::default())) { "Judge them" } "." }
        (form("/rejects", filter, &[]))
        @if let Some(word) = asked_order { input type="hidden" name="order" value=(word) form="which"; }
        div.columns.reverse.woven {
            section.panel aria-labelledby="rejected-title" {
                div.heading {
                    h2 #rejected-title { @if *is_nearest { "Nearest to the threshold first" } @else { "Newest first" } }
                    @if *is_nearest { (other_order(&with("order=newest"), "Newest first")) }
                    // Where no order was asked for and the newest are first, none has a distance.
                    @else if asked_order.is_some() { (other_order(&with("order=nearest"), "Nearest to the threshold first")) }
                }
                (chosen_by_name(&path, filter, &|name, value| match name {
                    "feed" => rejects.iter().chain(*unjudged).find_map(|reject| feed_named(reject.event.feed.as_ref()?, value)),
                    _ => None,
                }))
                @if let Some(reason) = reason.as_deref().and_then(RejectReason::from_word) { p.note { (reason.meaning()) } }
                @if let Some(extent) = extent.as_ref().filter(|_| !rejects.is_empty()) {
                    p.note {
                        "The nearest " (count(rejects.len())) " of " (extent_in_words(extent, now))
                        @if !filter.is_empty() { ", that are as you ask" } "."
                    }
                }
                @if rejects.is_empty() {
                    p.empty {
                        @if let Some(extent) = extent {
                            @if extent.rejects == 0 { "Nothing that was judged stayed unpublished in the last week. " } @else { "None of " (extent_in_words(extent, now)) " is as you ask. " }
                            "What was not judged has no distance from the threshold, and what is older than a week stands among the " a href=(with("order=newest")) { "newest" } " alone."
                        }
                        @else if filter.is_empty() { "Nothing was rejected yet." }
                        @else { "Nothing is like that." }
                    }
                } @else {
                    ol.rows { @for reject in *rejects { (reject_row(reject, now)) } }
                }
                @if *is_nearest && rejects.len() == PAGE { nav.pages aria-label="Pages" { a rel="next" href=(with(&format!("order=nearest&limit={MORE}"))) { "The nearest " (MORE) } } }
                @if !unjudged.is_empty() {
                    h3 { "Not judged, so without a distance: the newest first" }
                    ol.rows { @for reject in *unjudged { (reject_row(reject, now)) } }
                }
                @if let Some(next) = next { nav.pages aria-label="Pages" { a rel="next" href=(with(&format!("order=newest&before={next}"))) { "Older" } } }
            }
            div {
                section.panel.first aria-labelledby="reasons-title" {
                    div.heading { h2 #reasons-title { "By reason, in the last week" } @if reason.is_some() { a href="/rejects" { "All" } } }
                    (reject_bars(reasons, *since, reason.as_deref(), reasons.len()))
                }
                (by_feed(feeds, *newest, &of_feed))
                @let (csv, json) = if *is_nearest { ("CSV, the newest first", "/v1/rejects?order=nearest") } else { ("CSV", "/v1/rejects") };
                (super::other_forms(&[("events as they come", "/live?kind=reject"), (csv, "/v1/rejects.csv"), ("JSON", json)], &query))
            }
        }
    }
}

/// Of what the nearest to the threshold are.
pub(crate) fn extent_in_words(extent: &NearExtent, now: Timestamp) -> Markup {
    let NearExtent { rejects, are_all, since, is_complete } = extent;
    html! {
        @if *are_all { "the " (count(*rejects)) " that were" } @else { "the " (count(*rejects)) " that came nearest among all that were" }
        " judged and not published "
        @match since { Some(since) => { "since " (moment(*since, now)) }, None => "in the last week" }
        @if !is_complete { " (the last week is still being counted)" }
    }
}

/// Which feeds bring most of what is not published. `of_feed` gives the way to what of the list is of one.
fn by_feed(feeds: &[(FeedRef, u64)], newest: usize, of_feed: &dyn Fn(&FeedId) -> String) -> Markup {
    const MAX_FEEDS: usize = 10;
    let most = feeds.first().map_or(0, |(_, count)| *count);
    html! {
        @if !feeds.is_empty() {
            section.panel aria-labelledby="by-feed-title" {
                div.heading { h2 #by-feed-title { "By feed, of the newest " (count(newest)) } }
                ul.levels {
                    @for (feed, rejects) in feeds.iter().take(MAX_FEEDS) {
                        li { a href=(of_feed(&feed.id)) {
                            span { (feed_name(feed.name.as_deref(), feed.url.as_str())) } b { (number(*rejects)) }
                            (level(*rejects, most, "s0"))
                        } }
                    }
                }
                @if feeds.len() > MAX_FEEDS { p.note { "And " (count(feeds.len() - MAX_FEEDS)) " more feeds, each with no more than the last." } }
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
                    @match (&event.feed, &event.url) {
                        (Some(feed), _) => { a href=(format!("/rejects?feed={}", feed.id)) { (feed_name(feed.name.as_deref(), feed.url.as_str())) } },
                        (None, Some(url)) => (site_name(url)),
                        (None, None) => {},
                    }
                    " · " (figures::since(Some(*time), now))
                }
            }
            div.aside {
                // What was judged and not published for another reason is told with both.
                @if event.reason != RejectReason::NotRelevant || event.relevance.is_none() { span.chip { (words(&event.reason)) } " " }
                @if let Some(relevance) = &event.relevance { (verdict(relevance.label, relevance.score)) }
            }
        }
    }
}

/// What is said of the reason. The article whose text another repeats is led to.
fn detail(event: &RejectEvent) -> Markup {
    let told = visible(&event.detail, 300);
    html! {
        @if event.stage == Stage::Duplicate {
            bdi {
                @for (at, word) in told.split(' ').enumerate() {
                    @if at > 0 { " " }
                    @match article_of(word) { Some(article) => a href=(format!("/articles/{article}")) { (word) }, None => (word) }
                }
            }
        } @else {
            (failure_in(&event.detail, event.url.as_ref().map_or("", |url| url.as_str())))
        }
    }
}

/// The article whose id a word is, or that of one of its revisions.
fn article_of(word: &str) -> Option<&str> {
    let id = word.split('.').next().unwrap_or(word);
    let is_id = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_id.then_some(id)
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
    let leading = event.url.as_ref().filter(|url| may_lead(url.as_str()));
    html! {
        p.crumbs { a href="/rejects" data-up { "Rejects" } }
        h1 { (line(title)) }
        @if let Some(url) = &event.url { p.address { (address(url.as_str())) } }
        div.fault {
            p { b { "Not published: " (words(&event.reason)) } ", at the stage " (words(&event.stage)) "." }
            p { (with_commands(event.reason.meaning(), 300)) }
            @if !event.detail.is_empty() { p.said { "Detail: " (detail(event)) } }
        }
        div.columns {
            @if let Some(relevance) = &event.relevance {
              @let text = judged.map_or("", |judged| judged.text.as_str());
              div {
                section.panel aria-labelledby="text-title" {
                    div.heading { h2 #text-title { "What it says" } }
                    (super::judge::kept_text(text, judged.and_then(|judged| judged.language.as_deref()).filter(|tag| is_tag(tag))))
                }
                section.panel aria-labelledby="judgement-title" {
                    div.heading { h2 #judgement-title { "About the subject" } (verdict(relevance.label, relevance.score)) }
                    (super::article::reasons(&relevance.reasons, None, text))
                    @if let (Some(judged), Some(article)) = (judged, &event.article) {
                        @let own_page = format!("/rejects/{sequence}");
                        (super::judge::buttons(article, judged.label.as_ref(), &own_page, &own_page, viewer))
                    }
                }
              }
            } @else {
                section.panel { p.empty { "It was not judged: it did not come that far." } }
            }
            div {
                section.panel aria-labelledby="from-title" {
                    div.heading { h2 #from-title { "Where it came from" } }
                    dl.facts {
                        @if let Some(feed) = &event.feed { div { dt { "Feed" } dd { a href=(format!("/feeds/{}", feed.id)) { (feed_name(feed.name.as_deref(), feed.url.as_str())) } } } }
                        div { dt { "When" } dd { (moment(*time, now)) ", " (figures::since(Some(*time), now)) } }
                        @if let Some(published) = event.entry.as_ref().and_then(|entry| entry.published) { div { dt { "Feed’s date" } dd { (moment(published, now)) } } }
                        div { dt { "Stage" } dd { (word(&event.stage)) } }
                        // A rule helps where the page was read, and read wrong.
                        @if let (Some(url), Stage::Extract | Stage::Judge) = (leading, event.stage) { div { dt { "Read wrong?" } dd { a href=(super::sites::href(url)) { "Try a site rule on it" } } } }
                        @if let Some(url) = leading { div { dt { "Address" } dd { a href=(format!("/search?q={}", super::query_value(url.as_str()))) { "What is known of it" } } } }
                    }
                }
                (super::other_forms(&[("JSON", &format!("/v1/events?after={}&limit=1", sequence.0.saturating_sub(1)))], ""))
            }
        }
    }
}
