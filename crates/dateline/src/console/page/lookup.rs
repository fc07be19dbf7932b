//! What became of an address, or why nothing did; and the entries that wait.

use jiff::Timestamp;
use maud::{Markup, html};
use url::{Position, Url};

use super::feeds::{chip, times};
use super::rejects::{RejectRow, reject_row};
use crate::api::lookup::{AddressOutcome, LookupReport, WaitingDocument, WaitingList};
use crate::console::figures::{counted, moment, number, since, until};
use crate::console::shown::{address, failure, failure_in, feed_name, line};
use crate::status::{FeedCondition, FeedStatus};

/// The page about an address under which nothing was published.
pub(crate) fn page(url: &Url, report: &LookupReport, rejects: &[RejectRow], now: Timestamp) -> Markup {
    let is_site = url.path() == "/" && url.query().is_none() && !report.feeds.is_empty();
    let (class, verdict, meaning) = match report.outcome {
        AddressOutcome::NeverAnnounced if is_site => (
            "verdict",
            "A site with feeds",
            "Its feeds are below. No entry of a feed leads to its front page itself.",
        ),
        outcome => in_words(outcome),
    };
    html! {
        section class=(class) aria-labelledby="verdict" {
            h1 #verdict { (verdict) }
            p.address { (address(url.as_str())) }
            p { (meaning) }
            @if report.outcome == AddressOutcome::NeverAnnounced && !is_site { @if let Some(why) = why_unseen(&report.feeds) { p { (why) } } }
            @if let (AddressOutcome::Forgotten, Some(read)) = (report.outcome, report.read_at) { p { "Its page was read on " (moment(read, now)) "." } }
        }
        @if !report.waiting.is_empty() {
            section.panel aria-labelledby="waiting-title" {
                div.heading { h2 #waiting-title { "It waits" } a href="/waiting" { "All that waits" } }
                ol.rows { @for entry in &report.waiting { (waiting_row(entry, now)) } }
            }
        }
        @if !rejects.is_empty() {
            section.panel aria-labelledby="rejects-title" {
                div.heading { h2 #rejects-title { "Why it was not published" } }
                ol.rows { @for reject in rejects { (reject_row(reject, now)) } }
            }
        }
        section.panel aria-labelledby="feeds-title" {
            div.heading { h2 #feeds-title { "Feeds of its site" } a href="/feeds" { "All feeds" } }
            @if report.feeds.is_empty() {
                p.empty {
                    "No feed of this site is configured, so nothing announces its pages. "
                    a href=(format!("/feeds/add?url={}", super::query_value(&url[..Position::BeforePath]))) { "Look for one" } "."
                }
            }
            ol.rows { @for feed in &report.feeds { (feed_row(feed, now)) } }
        }
        (super::other_forms(&[("JSON", &format!("/v1/lookup?url={}", super::query_value(url.as_str())))], ""))
    }
}

fn in_words(outcome: AddressOutcome) -> (&'static str, &'static str, &'static str) {
    match outcome {
        AddressOutcome::Published => {
            ("verdict good", "Published", "An article was published under this address.")
        }
        AddressOutcome::Rejected => (
            "verdict fair",
            "Announced, and not published",
            "A feed announced it. Below is how far it came, and why it went no further.",
        ),
        AddressOutcome::Waiting => (
            "verdict fair",
            "Announced, and not read yet",
            "A feed announced it, and its page is still to be read.",
        ),
        AddressOutcome::Forgotten => (
            "verdict fair",
            "Read, and forgotten",
            "Its page was read once, and what came of that is not in the log any more: [retention] has let it go.",
        ),
        AddressOutcome::NeverAnnounced => (
            "verdict bad",
            "Never seen in any feed",
            "No feed that is configured has announced this address, so its page was never asked for.",
        ),
    }
}

/// What may have kept the feeds of its site from announcing an address; nothing where it has none.
fn why_unseen(feeds: &[FeedStatus]) -> Option<String> {
    use FeedCondition::{Dead, Failing, Gone, Ok, Paused, Silent, Waiting};
    let held_up = [
        (Paused, "is paused", "are paused"),
        (Waiting, "was not asked yet", "were not asked yet"),
        (Failing, "fails", "fail"),
        (Dead, "has failed for long", "have failed for long"),
        (Gone, "is gone", "are gone"),
    ];
    let answers = |feed: &FeedStatus| matches!(feed.condition(), Ok | Silent);
    let told = match feeds {
        [] => return None,
        [only] => {
            let held_up = held_up.iter().find(|(condition, ..)| *condition == only.condition());
            held_up.map(|(_, one, _)| {
                format!("The feed of its site {one}: what it lists meanwhile is not seen.")
            })
        }
        several => {
            let of = |condition| several.iter().filter(|feed| feed.condition() == condition).count();
            let held_up = held_up.iter().map(|(condition, one, more)| match of(*condition) {
                0 => None,
                1 => Some(format!("1 {one}")),
                count => Some(format!("{count} {more}")),
            });
            let held_up: Vec<String> = held_up.flatten().collect();
            let told = || {
                format!(
                    "Of the {} feeds of its site, {}: what those list meanwhile is not seen.",
                    several.len(),
                    held_up.join(", ")
                )
            };
            (!held_up.is_empty()).then(told)
        }
    };
    let listed = "A feed lists its newest entries alone: what was published before it was added here, or came and went between two polls, is too old to be seen.";
    let listed = feeds.iter().any(answers).then(|| listed.to_owned());
    let told: Vec<String> = told.into_iter().chain(listed).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

fn feed_row(feed: &FeedStatus, now: Timestamp) -> Markup {
    html! {
        li.feed-row {
            (chip(feed.condition()))
            div {
                a.headline data-row href=(format!("/feeds/{}", feed.id)) { (feed_name(feed.name.as_deref(), feed.url.as_str())) }
                @if let Some(error) = &feed.last_error { p.error { (failure(error, feed.url.as_str())) } }
            }
            (times(feed, now))
        }
    }
}

fn waiting_row(entry: &WaitingDocument, now: Timestamp) -> Markup {
    html! {
        li.single {
            div {
                p.headline { @match (&entry.title, &entry.link) { (Some(title), _) => (line(title)), (None, Some(link)) => (line(link.as_str())), (None, None) => "(without a title)" } }
                @if let Some(link) = &entry.link { p.address { (address(link.as_str())) } }
                @if let Some(reason) = &entry.reason { p.error { "put off: " (failure_in(reason, entry.link.as_ref().map_or("", Url::as_str))) } }
                p.meta {
                    a data-row href=(format!("/feeds/{}", entry.feed)) { @match &entry.feed_name { Some(name) => (feed_name(None, name)), None => "a feed that was removed" } } " · announced " (since(Some(entry.first_seen), now))
                    " · " @if entry.due > now { "asked for " (until(entry.due, now)) } @else { "due " (since(Some(entry.due), now)) }
                    @if entry.attempts > 0 { " · " (counted(entry.attempts.into(), "attempt", "attempts")) " failed" }
                }
            }
        }
    }
}

/// The page of all that waits.
pub(crate) fn waiting(list: &WaitingList, now: Timestamp) -> Markup {
    html! {
        p.crumbs { a href="/feeds" data-up { "Feeds" } }
        h1 { "Waiting" }
        p.lead { "Entries that were announced and whose page is still to be read: " (number(list.backlog)) @if list.backlog > list.waiting.len() as u64 { ", of which the longest due are here" } "." }
        @if list.waiting.is_empty() {
            p.empty { "Nothing waits." }
        } @else {
            ol.rows.panel { @for entry in &list.waiting { (waiting_row(entry, now)) } }
        }
        (super::other_forms(&[("JSON", "/v1/waiting")], ""))
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::FeedId;

    use super::*;

    #[test]
    fn what_waits_is_told_why_without_its_address_twice() {
        let now: Timestamp = "2026-05-04T10:00:00Z".parse().unwrap();
        let entry = WaitingDocument {
            feed: FeedId::of(&Url::parse("https://news.example/rss").unwrap()),
            feed_name: Some("https://news.example/rss".to_owned()),
            link: Some(Url::parse("https://news.example/1").unwrap()),
            title: None,
            first_seen: now,
            due: now,
            attempts: 1,
            reason: Some("https://news.example/1: status 503".to_owned()),
        };
        let shown = waiting_row(&entry, now).into_string();
        assert!(shown.contains("put off: <bdi>answered 503 Service Unavailable</bdi>"), "{shown}");
        assert!(shown.contains("rss</bdi></a> · announced"), "{shown}");
    }
}
