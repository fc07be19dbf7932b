//! One feed: how it is, when it is asked next and why then, how it has been going, and what can be done with it.

use dateline_journal::PollRecord;
use dateline_wire::FeedState;
use jiff::Timestamp;
use maud::{Markup, html};

use super::feeds::chip;
use super::question::Question;
use crate::api::feed_entries::{EndedEntry, FeedEntries, FeedEntryOutcome};
use crate::console::figures::{counted, moment, short, since, until, verdict, words};
use crate::console::frame::Viewer;
use crate::console::shown::{address, failure, failure_in, feed_name, line, outside_link, visible};
use crate::status::{FeedCondition, FeedHistory, FeedStatus};

/// The page; `done` is what was just done.
pub(crate) fn page(
    history: &FeedHistory,
    entries: &FeedEntries,
    now: Timestamp,
    viewer: &Viewer,
    done: Option<&str>,
) -> Markup {
    let FeedHistory { feed, why, polls } = history;
    let condition = feed.condition();
    // A form carries what there is, as it is: it is sent back, and saved.
    let (name, tags) = (feed.name.as_deref().unwrap_or_default(), feed.tags.join(", "));
    html! {
        p.crumbs { a href="/feeds" data-up { "Feeds" } }
        @if let Some(done) = done.and_then(done_in_words) { p.notice role="status" { (done) } }
        h1 { (feed_name(feed.name.as_deref(), feed.url.as_str())) " " (chip(condition)) }
        p.address { @if feed.name.is_some() { (address(feed.url.as_str())) } @else { (outside_link(feed.url.as_str(), html! { "The feed itself" })) } }
        @if let Some(error) = &feed.last_error {
            div.fault {
                p { b { (failure(error, feed.url.as_str())) } }
                p.meta {
                    "Failed " @if feed.failures == 1 { "once" } @else { (feed.failures) " times in a row" }
                    @if let Some(began) = feed.failing_since { ", since " (moment(began, now)) " (" (since(Some(began), now)) ")" }
                    @if let Some(kind) = feed.last_failure { "; the kind of failure is " b { (words(&kind.as_str())) } }
                    "."
                }
            }
        }
        (actions(history, viewer))
        div.columns {
            div {
                (last_entries(feed, entries, now))
                section.panel aria-labelledby="polls-title" {
                    div.heading { h2 #polls-title { "Its last polls" } }
                    (rhythm(polls, now))
                    (poll_table(feed, polls, now))
                }
            }
            div {
                section.panel aria-labelledby="next-title" {
                    div.heading { h2 #next-title { "How it is polled" } }
                    dl.facts {
                        div { dt { "Next" } dd { @match feed.next_poll { Some(next) => { (until(next, now)) ", " (moment(next, now)) }, None if feed.paused => "not while it is paused", None => "not by this daemon (run --no-intake)" } } }
                        @if let Some(why) = why { div { dt { "Why then" } dd { (line(why)) } } }
                        div { dt { "Polled" } dd { (since(feed.last_poll, now)) @if let Some(status) = feed.last_status { ", answered " (status) } } }
                        div { dt { "Answered well" } dd { (since(feed.last_success, now)) } }
                        div { dt { "Had news" } dd { (since(feed.last_new_entry, now)) } }
                        @if !feed.conditions.is_empty() {
                            div { dt { "Health" } dd { @for condition in &feed.conditions { span.chip.fair { (words(condition)) } " " } } }
                        }
                        @if !feed.tags.is_empty() {
                            div { dt { "Tags" } dd { @for tag in &feed.tags { a.chip href=(format!("/feeds?tag={}", super::query_value(tag))) { (visible(tag, 40)) } " " } } }
                        }
                        @if let Some(websub) = &feed.websub {
                            div { dt { "Hub" } dd {
                                (address(websub.hub.as_str()))
                                @if let Some(end) = websub.lease_end { ", its lease ends " (until(end, now)) }
                                @if let Some(pushed) = websub.last_push { ", pushed " (since(Some(pushed), now)) }
                                @if let Some(error) = &websub.last_error { ": " (line(error)) }
                            } }
                        }
                    }
                }
                @if viewer.may_operate {
                    section.panel aria-labelledby="edit-title" {
                        div.heading { h2 #edit-title { "Name and tags" } }
                        form.fields method="post" action=(format!("/feeds/{}/edit", feed.id)) {
                            div.field.whole { label for="name" { "Name" } input #name type="text" name="name" maxlength="200" value=(name) autocomplete="off"; }
                            div.field.whole { label for="tags" { "Tags, between commas" } input #tags type="text" name="tags" maxlength="400" value=(tags) autocomplete="off"; }
                            // What is as it was shown here is not changed: somebody else may have done so meanwhile.
                            input type="hidden" name="shown_name" value=(name);
                            input type="hidden" name="shown_tags" value=(tags);
                            div.actions.whole { button type="submit" { "Save" } }
                        }
                        p.note { "The tags of its group stay." }
                        p.apart { a.danger href=(format!("/feeds/{}/remove", feed.id)) { "Remove the feed" } }
                    }
                }
                (super::other_forms(&[("JSON", &format!("/v1/feeds/{}", feed.id))], ""))
            }
        }
    }
}

/// What came of what it announced last.
fn last_entries(feed: &FeedStatus, entries: &FeedEntries, now: Timestamp) -> Markup {
    let FeedEntries { waiting, entries, next } = entries;
    html! {
        section.panel aria-labelledby="entries-title" {
            div.heading {
                h2 #entries-title { "What came of its entries" }
                span { a href=(format!("/articles?feed={}", feed.id)) { "Published" } " · " a href=(format!("/rejects?feed={}", feed.id)) { "Not published" } }
            }
            @if waiting.is_empty() && entries.is_empty() { p.empty { "Nothing that it announced is in the log." } }
            ol.rows {
                @for entry in waiting {
                    li.article-row {
                        div {
                            p.headline { @match (&entry.title, &entry.link) { (Some(title), _) => (line(title)), (None, Some(link)) => (line(link.as_str())), (None, None) => "(without a title)" } }
                            p.meta {
                                @if let Some(reason) = &entry.reason { span.error { "put off: " (failure_in(reason, entry.link.as_ref().map_or("", |link| link.as_str()))) } " · " }
                                "announced " (since(Some(entry.first_seen), now)) " · asked for " (until(entry.due, now))
                            }
                        }
                        div.aside { span.chip.fair { "waits" } }
                    }
                }
                @for entry in entries { (ended_entry(entry, now)) }
            }
            @if next.is_some() { p.note { "The last " (entries.len()) " that ended." } }
        }
    }
}

fn ended_entry(entry: &EndedEntry, now: Timestamp) -> Markup {
    let EndedEntry { sequence, time, outcome, article, url, title, reason, detail, label, score, .. } = entry;
    let href = match (outcome, article) {
        (FeedEntryOutcome::Published | FeedEntryOutcome::Revised, Some(article)) => {
            format!("/articles/{article}")
        }
        _ => format!("/rejects/{sequence}"),
    };
    html! {
        li.article-row {
            div {
                a.headline data-row href=(href) {
                    @match (title, url) { (Some(title), _) => (line(title)), (None, Some(url)) => (line(url.as_str())), (None, None) => "(without a title)" }
                }
                p.meta {
                    @match outcome {
                        FeedEntryOutcome::Published => "published",
                        FeedEntryOutcome::Revised => "published in another revision",
                        // The verdict beside it says why.
                        FeedEntryOutcome::Rejected if label.is_some() => "not published",
                        FeedEntryOutcome::Rejected => { "not published: " (failure_in(detail, url.as_ref().map_or("", |url| url.as_str()))) },
                    }
                    " · " (since(Some(*time), now))
                }
            }
            div.aside {
                @match (label, reason) {
                    (Some(label), _) => (verdict(*label, *score)),
                    (None, Some(reason)) => span.chip { (words(reason)) },
                    (None, None) => {},
                }
            }
        }
    }
}

/// A feed that is not configured any more: what is left of it.
pub(crate) fn former(feed: &FeedState, now: Timestamp) -> Markup {
    let url = feed.url.as_str();
    let of = |path: &str| format!("{path}?feed={}", feed.id);
    html! {
        p.crumbs { a href="/feeds" data-up { "Feeds" } }
        h1 { (feed_name(None, url)) " " span.chip { "removed" } }
        p.address { (outside_link(url, html! { "The feed itself" })) }
        div.fault {
            p { b { "This feed stands in the feeds file no more, and is not polled." } }
            p.meta {
                @match feed.last_poll {
                    Some(last) => { "It was polled last " (moment(last, now)) ", " (since(Some(last), now)) ", and removed after that." },
                    None => "It was removed before it was polled.",
                }
            }
        }
        section.panel aria-labelledby="left-title" {
            div.heading { h2 #left-title { "What is left of it" } }
            ul.plain {
                li { a href=(of("/articles")) { "Its articles" } ", and " a href=(of("/rejects")) { "what of it was not published" } ", for as long as [retention] keeps them" }
                li { "Where it was: added again under the same address, it goes on from there, and brings nothing twice" }
            }
        }
        p.actions { a.button href="/feeds" { "All feeds" } " " a.button href=(format!("/feeds/add?url={}", super::query_value(url))) { "Add it again" } }
    }
}

/// Whether it is to go.
pub(crate) fn removal(feed: &FeedStatus) -> Markup {
    let page = format!("/feeds/{}", feed.id);
    super::question::page(&Question {
        title: "Remove this feed?",
        about: feed_name(feed.name.as_deref(), feed.url.as_str()),
        consequence: "The feed leaves the feeds file and is not polled any more. What the journal knows of it stays.",
        action: &format!("{page}/remove"),
        field: None,
        yes: "Remove the feed",
        back: &page,
    })
}

/// What was done, by the word in the address.
fn done_in_words(word: &str) -> Option<&'static str> {
    match word {
        "pause" => Some("The feed is paused: it stands in the feeds file and is not polled any more."),
        "resume" => Some("The feed is polled again."),
        "poll" => Some("The feed is polled now. Reload in a moment to see what came of it."),
        "add" => Some("The feed is added, and polled now. Reload in a moment to see what came of it."),
        "edit" => Some("What you changed of the feed's name and tags stands in the feeds file."),
        "same" => Some("Nothing was changed: name and tags are as they were."),
        "revive" => Some("The feed counts as alive, and is polled now."),
        _ => None,
    }
}

/// What can be done with it.
fn actions(history: &FeedHistory, viewer: &Viewer) -> Markup {
    let action = |action: &str, name: &str| {
        html! {
            form.inline method="post" action=(format!("/feeds/{}/{action}", history.feed.id)) {
                button type="submit" { (name) }
            }
        }
    };
    html! {
        @if viewer.may_operate {
            div.actions role="group" aria-label="What to do with the feed" {
                @match history.feed.condition() {
                    FeedCondition::Paused => (action("resume", "Resume")),
                    condition => {
                        @if condition == FeedCondition::Gone { (action("revive", "Revive")) }
                        @else { (action("poll", "Poll now")) }
                        (action("pause", "Pause"))
                    }
                }
            }
        }
    }
}

/// The last polls over time: how much was new, and which failed.
#[allow(clippy::cast_precision_loss)]
fn rhythm(polls: &[PollRecord], now: Timestamp) -> Markup {
    const WIDTH: f64 = 600.0;
    const HEIGHT: f64 = 56.0;
    let (Some(newest), Some(oldest)) = (polls.first(), polls.last()) else {
        return html! { p.empty { "It was not polled yet." } };
    };
    let length = newest.time.duration_since(oldest.time).as_secs().max(1) as f64;
    let most = f64::from(polls.iter().map(|poll| poll.new).max().unwrap_or(0).max(1));
    let x = |poll: &PollRecord| {
        4.0 + poll.time.duration_since(oldest.time).as_secs() as f64 / length * (WIDTH - 8.0)
    };
    html! {
        figure.rhythm {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) preserveAspectRatio="none" role="img"
                aria-label=(format!("{} from {} to {}", counted(polls.len() as u64, "poll", "polls"), short(oldest.time, now), short(newest.time, now))) {
                line.axis x1="0" x2=(WIDTH) y1=(HEIGHT - 8.0) y2=(HEIGHT - 8.0) {}
                @for poll in polls {
                    @let height = f64::from(poll.new) / most * (HEIGHT - 14.0);
                    @if poll.new > 0 { rect.s1 x=(format!("{:.1}", x(poll) - 2.0)) width="4" y=(format!("{:.1}", HEIGHT - 8.0 - height)) height=(format!("{height:.1}")) {} }
                    rect.(if poll.error.is_some() { "bad" } else { "tick" }) x=(format!("{:.1}", x(poll) - 1.0)) width="2" y=(HEIGHT - 8.0) height="8" {}
                }
            }
            figcaption { span { (moment(oldest.time, now)) } span { "bars: new entries; red: failed" } span { (moment(newest.time, now)) } }
        }
    }
}

/// What came of a poll. An error says its status itself.
fn poll_answer(feed: &FeedStatus, poll: &PollRecord) -> Markup {
    html! {
        @if let Some(error) = &poll.error {
            span.error { (failure(error, feed.url.as_str())) }
        } @else {
            @if let Some(status) = poll.status { span.soft { (status) } " " }
            @match (poll.new, poll.changed) {
                (0, 0) => "nothing new",
                (new, 0) => { b { (new) " new" } },
                (0, changed) => { (changed) " changed" },
                (new, changed) => { b { (new) " new" } ", " (changed) " changed" },
            }
        }
    }
}

fn poll_table(feed: &FeedStatus, polls: &[PollRecord], now: Timestamp) -> Markup {
    html! {
        @if !polls.is_empty() {
            p.note { "The last " (counted(polls.len() as u64, "poll is", "polls are")) " remembered, the newest first." }
            div.scroll tabindex="0" role="region" aria-labelledby="polls-title" {
                table {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Answer" } th scope="col" { "Next" } } }
                    tbody {
                        @for poll in polls {
                            tr {
                                td { (moment(poll.time, now)) }
                                td { (poll_answer(feed, poll)) }
                                td { (moment(poll.next_poll, now)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
