//! Is it well, what happened, what needs somebody.

use dateline_wire::StoryEvent;
use maud::{Markup, html};

use super::stories::story_row;
use crate::console::figures::{bytes, count, number, since, until};
use crate::console::plot::{Histogram, histogram, level};
use crate::console::shown::{line, visible};
use crate::status::{FeedCondition, FeedStatus, RelaySummary, StatusReport, Verdict};
use crate::text::rounded;

/// What the overview shows.
pub(crate) struct Overview<'o> {
    pub(crate) status: &'o StatusReport,
    /// The stories that were reported last, the most widely told first.
    pub(crate) stories: &'o [StoryEvent],
    /// What was published, over time.
    pub(crate) published: Option<Histogram<'o>>,
    /// How often each reason kept an entry from being published, in the same time.
    pub(crate) rejects: &'o [(String, u64)],
}

/// The page.
pub(crate) fn page(overview: &Overview<'_>) -> Markup {
    let Overview { status, stories, published, rejects } = overview;
    html! {
        (verdict(status))
        (figures(status))
        @if let Some(published) = published {
            section.panel aria-labelledby="published-title" {
                div.heading { h2 #published-title { (published.title) } a href="/articles" { "All articles" } }
                (histogram(published))
            }
        }
        div.columns {
            section.panel aria-labelledby="stories-title" {
                div.heading { h2 #stories-title { "Stories of the day" } a href="/stories" { "All stories" } }
                @if stories.is_empty() {
                    p.empty { "No story was reported in the last day." }
                } @else {
                    ol.rows { @for story in *stories { (story_row(story, status.now)) } }
                }
            }
            div {
                section.panel aria-labelledby="feeds-title" {
                    div.heading { h2 #feeds-title { "Feeds" } a href="/feeds" { "All feeds" } }
                    (feeds(status))
                }
                section.panel aria-labelledby="rejects-title" {
                    div.heading { h2 #rejects-title { "Not published, by reason" } a href="/rejects" { "All rejects" } }
                    (reject_bars(rejects, None))
                }
            }
        }
    }
}

/// Is it well, in a sentence; and if not, what to do.
fn verdict(status: &StatusReport) -> Markup {
    let (class, word) = match status.verdict {
        Verdict::Ok => ("verdict good", "All is well"),
        Verdict::Degraded => ("verdict fair", "It works, but something is wrong"),
        Verdict::NotReady => ("verdict bad", "It takes nothing in"),
        Verdict::NotRunning => ("verdict bad", "It is not running"),
    };
    html! {
        section class=(class) aria-labelledby="verdict" {
            h1 #verdict { (word) }
            // The summary begins with its verdict, which stands above.
            p { (visible(status.summary.split_once(": ").map_or(status.summary.as_str(), |(_, rest)| rest), 500)) }
            @for fault in &status.faults {
                div.fault {
                    p { b { (visible(&fault.what, 500)) } @if let Some(since) = fault.since { ", for " (rounded(status.now.duration_since(since))) } }
                    @if let Some(detail) = &fault.detail { p.said { "It was said: " (line(detail)) } }
                    p { "To do: " (visible(&fault.remedy, 500)) }
                }
            }
        }
    }
}

/// The numbers, each a way to what it counts.
fn figures(status: &StatusReport) -> Markup {
    let events = |kind: &str| status.events.get(kind).copied().unwrap_or(0);
    let relay = status.relay.as_ref();
    html! {
        ul.figures aria-label="In numbers" {
            (figure("/articles", &number(events("articles")), "articles", html! { "last event " (since(status.last_event, status.now)) }))
            (figure("/stories", &number(events("stories")), "story events", html! { "told as they change" }))
            (figure("/rejects", &number(events("rejects")), "not published", html! { "of " (number(status.entries)) " entries" }))
            (figure("/feeds", &count(status.feeds.len()), "feeds", html! { (count(status.feeds_in(FeedCondition::Ok))) " as they should be" }))
            (figure("/feeds?order=backlog", &number(status.backlog), "entries waiting", html! {
                @match status.due_since { None => "none is overdue", Some(due) => { "due " (since(Some(due), status.now)) } }
            }))
            (figure("/live", &relay.map_or_else(|| "off".to_owned(), |_| number(status.undelivered())), "Kafka lag", relay_state(relay)))
            (figure("/#storage", &bytes(status.journal_bytes + status.journal_wal_bytes), "journal", html! {
                @match status.disk { None => "disk not known", Some(disk) => { (bytes(disk.free_bytes)) " free" } }
            }))
        }
    }
}

fn figure(href: &str, value: &str, name: &str, detail: Markup) -> Markup {
    html! { li { a href=(href) { b { (value) } span { (name) } small { (detail) } } } }
}

fn relay_state(relay: Option<&RelaySummary>) -> Markup {
    html! {
        @match relay {
            None => "no [kafka] brokers",
            Some(relay) if relay.connected => "connected",
            Some(relay) if relay.has_stopped => "stopped",
            Some(_) => "not connected",
        }
    }
}

/// How many feeds are in each state, and those that need somebody.
fn feeds(status: &StatusReport) -> Markup {
    let total = status.feeds.len() as u64;
    let mut troubled: Vec<&FeedStatus> =
        status.feeds.iter().filter(|feed| super::feeds::is_troubled(feed.condition())).collect();
    troubled.sort_by_key(|feed| std::cmp::Reverse(feed.condition()));
    html! {
        ul.levels {
            @for condition in FeedCondition::ALL {
                @let feeds = status.feeds_in(condition) as u64;
                @if feeds > 0 {
                    li { a href=(format!("/feeds?state={}", condition.word())) {
                        span { (condition.word()) } b { (number(feeds)) }
                        (level(feeds, total, super::feeds::class_of(condition)))
                    } }
                }
            }
        }
        @if !troubled.is_empty() {
            ol.troubles {
                @for feed in troubled.iter().take(6) {
                    li {
                        a href=(format!("/feeds/{}", feed.id)) { (line(feed.name.as_deref().unwrap_or(feed.url.as_str()))) }
                        span.soft {
                            (feed.condition().word())
                            @if let Some(error) = &feed.last_error { ": " (line(error)) }
                            @if let Some(next) = feed.next_poll { "; asked again " (until(next, status.now)) }
                        }
                    }
                }
            }
        }
    }
}

/// How often each reason spoke.
pub(crate) fn reject_bars(rejects: &[(String, u64)], chosen: Option<&str>) -> Markup {
    let most = rejects.iter().map(|(_, count)| *count).max().unwrap_or(0);
    html! {
        @if rejects.is_empty() {
            p.empty { "Nothing was rejected." }
        } @else {
            ul.levels {
                @for (reason, count) in rejects.iter().take(12) {
                    li { a href=(format!("/rejects?reason={reason}")) aria-current=[(chosen == Some(reason)).then_some("true")] {
                        span { (reason.replace('_', " ")) } b { (number(*count)) }
                        (level(*count, most, "s0"))
                    } }
                }
            }
        }
    }
}
