//! Is it well, what happened, what needs somebody.

use dateline_wire::{RejectReason, StoryEvent};
use jiff::Timestamp;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::stories::story_row;
use super::times::TimeChoice;
use crate::api::activity::{ActivityReport, Counts, HourActivity};
use crate::console::figures::{
    bytes, count, counted, day_name, language, number, short, since, until, words,
};
use crate::console::plot::{Bar, Histogram, Series, histogram, level};
use crate::console::shown::{cause, failure, feed_name, line, visible, with_commands};
use crate::status::{FeedCondition, FeedStatus, RelaySummary, SinkStatus, StatusReport, Verdict};
use crate::text::rounded;

/// What the overview shows.
pub(crate) struct Overview<'o> {
    pub(crate) status: &'o StatusReport,
    /// Those of the last day, the most widely told first,
    pub(crate) stories: &'o [StoryEvent],
    /// and of how many they are where not all of the day were looked at.
    pub(crate) looked_at: Option<usize>,
    /// What was published over time,
    pub(crate) activity: &'o ActivityReport,
    /// and what is told apart of it.
    pub(crate) by: PublishedBy,
    /// The one language or topic that is shown of it, if not all are.
    pub(crate) only: Option<&'o str>,
}

/// The page.
pub(crate) fn page(overview: &Overview<'_>) -> Markup {
    let Overview { status, stories, looked_at, activity, by, only } = overview;
    let rejects = rejects_by_reason(activity);
    html! {
        (verdict(status))
        (figures(status))
        (published(activity, *by, *only, status.now))
        div.columns {
            section.panel aria-labelledby="stories-title" {
                div.heading { h2 #stories-title { "Stories of the day" } span { a href=(TimeChoice::last_week("/stories", status.now)) { "Last week" } " · " a href="/stories" { "All stories" } } }
                @if let Some(looked_at) = looked_at { p.note { "Of the last " (count(*looked_at)) " that were reported: there were more in the last day." } }
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
                    div.heading { h2 #rejects-title { "Not published in the last week, by reason" } a href="/rejects" { "All rejects" } }
                    (reject_bars(&rejects, activity.since(), None, MAX_REASONS))
                    @if rejects.len() > MAX_REASONS { p.note { "And " (count(rejects.len() - MAX_REASONS)) " more reasons among all rejects." } }
                }
            }
        }
    }
}

/// What the plot of published articles tells apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PublishedBy {
    /// Their languages.
    #[default]
    Language,
    /// Their topics, of which an article has several, or none.
    Topic,
}

impl PublishedBy {
    /// Its word in addresses, and the name of what chooses events by it.
    fn word(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Topic => "topic",
        }
    }
}

/// How many series a plot has; what is rarer is one together.
const MAX_SERIES: usize = 6;
/// How many reasons are shown.
const MAX_REASONS: usize = 12;

/// Articles an hour, over as many days as there is something, two at least and seven at most. A day has an equal part of the width.
fn published(activity: &ActivityReport, by: PublishedBy, only: Option<&str>, now: Timestamp) -> Markup {
    let counts = |hour: &HourActivity| {
        let mut counts = match by {
            PublishedBy::Language => hour.languages.clone(),
            PublishedBy::Topic => hour.topics.clone(),
        };
        counts.retain(|name, _| only.is_none_or(|only| only == name));
        counts
    };
    let chosen = only.map(|only| format!("&{}={}", by.word(), super::query_value(only))).unwrap_or_default();
    let day_of = |time: Timestamp| time.as_second().div_euclid(86_400);
    let today = day_of(now);
    let oldest = activity.since().map_or(today, day_of);
    let days = (today - oldest + 1).clamp(2, 7);
    let names = most_frequent(activity.hours.values().map(counts));
    let (names, rest) = names.split_at(names.len().min(MAX_SERIES));
    // The series of what is rarer is the first, at the bottom, and grey.
    let mut series = vec![Series { name: format!("{} more", rest.len()), href: None, condition: None }];
    series.extend(names.iter().map(|(name, _)| {
        // What has none, or is one of too many, cannot be asked for.
        let condition = (only.is_none() && !matches!(name.as_str(), "und" | "other"))
            .then(|| format!("{}={}", by.word(), super::query_value(name)));
        Series {
            name: match by {
                PublishedBy::Language => language(name),
                PublishedBy::Topic => visible(&words(name), 30),
            },
            href: condition
                .is_some()
                .then(|| format!("/?by={}&only={}", by.word(), super::query_value(name))),
            condition,
        }
    }));
    let begin = (today - days + 1) * 24;
    let moment_of = |hour: i64| Timestamp::from_second((begin + hour) * 3600).unwrap_or(now);
    let bars: Vec<Bar> = (0..days * 24)
        .map(|hour| {
            let (start, end) = (moment_of(hour), moment_of(hour + 1));
            let hour = activity.hours.get(&start);
            let of_hour = hour.map(counts).unwrap_or_default();
            let of = |name: &String| of_hour.get(name).copied().unwrap_or(0);
            let others = rest.iter().map(|(name, _)| of(name)).sum();
            let parts: Vec<u64> =
                std::iter::once(others).chain(names.iter().map(|(name, _)| of(name))).collect();
            let label = match (by, only) {
                // An article has several topics, or none.
                (PublishedBy::Topic, None) => {
                    let events = counted(hour.map_or(0, |hour| hour.articles), "event", "events");
                    let mentions = counted(parts.iter().sum(), "mention of a topic", "mentions of topics");
                    format!("{}: {events}, {mentions}", short(start, now))
                }
                _ => format!("{}: {}", short(start, now), counted(parts.iter().sum(), "event", "events")),
            };
            let href = format!("/live?kind=article&since={start}&until={end}{chosen}");
            Bar { label, href, parts }
        })
        .collect();
    #[allow(clippy::cast_precision_loss)]
    let passed = (now.as_second() - begin * 3600) as f64 / 3600.0;
    let ticks: Vec<String> = (0..days).map(|day| day_name(moment_of(day * 24))).collect();
    html! {
        section.panel aria-labelledby="published-title" {
            div.heading {
                h2 #published-title { "Articles and revisions an hour, by " @match by { PublishedBy::Language => "language", PublishedBy::Topic => "topic" } }
                span {
                    @if only.is_some() { a href=(format!("/?by={}", by.word())) { "All" } " · " }
                    @match by {
                        PublishedBy::Language => a href="/?by=topic" { "By topic" },
                        PublishedBy::Topic => a href="/" { "By language" },
                    }
                }
            }
            @if !activity.is_complete { p.note { "The last week is still being counted." } }
            (histogram(&Histogram { title: "Articles and revisions an hour", series: &series, bars: &bars, ticks: &ticks, now: Some(passed) }))
        }
    }
}

/// The sums of what was counted apart, the most frequent first.
fn most_frequent(counts: impl Iterator<Item = Counts>) -> Vec<(String, u64)> {
    let mut sums = Counts::new();
    for (name, count) in counts.flatten() {
        *sums.entry(name).or_default() += count;
    }
    let mut sums: Vec<(String, u64)> = sums.into_iter().collect();
    sums.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    sums
}

/// How often each reason spoke, the most frequent first.
pub(crate) fn rejects_by_reason(activity: &ActivityReport) -> Vec<(String, u64)> {
    most_frequent(activity.hours.values().map(|hour| hour.rejects.clone()))
}

/// Is it well, in a sentence; and if not, what to do.
fn verdict(status: &StatusReport) -> Markup {
    let failing = status.feeds.iter().any(|feed| super::feeds::is_troubled(feed.condition()));
    let (class, word) = match status.verdict {
        Verdict::Ok if failing => ("verdict fair", "It works, and some feeds fail"),
        Verdict::Ok => ("verdict good", "All is well"),
        Verdict::Degraded => ("verdict fair", "It works, but something is wrong"),
        Verdict::NotReady => ("verdict bad", "It takes nothing in"),
        Verdict::NotRunning => ("verdict bad", "It is not running"),
    };
    html! {
        section class=(class) aria-labelledby="verdict" {
            h1 #verdict { (word) }
            @if status.faults.is_empty() {
                // The summary begins with its verdict, which stands above.
                p {
                    (visible(status.summary.split_once(": ").map_or(status.summary.as_str(), |(_, rest)| rest), 500))
                    @if status.last_event.is_some() { "; the last event came " (since(status.last_event, status.now)) }
                }
            }
            @for fault in &status.faults {
                div.fault {
                    p { b { (visible(&fault.what, 500)) } @if let Some(since) = fault.since { ", for " (rounded(status.now.duration_since(since))) } }
                    @if let Some(detail) = &fault.detail { p.said { "Detail: " (line(detail)) } }
                    p { "To do: " (with_commands(&fault.remedy, 500)) }
                }
            }
            (sinks_lacking(status))
            @if let Some(member) = &status.member {
                p { "This is " (visible(&member.member, 80)) ", a member of a fleet. " a href="/fleet" { "Members and shards" } }
            }
        }
    }
}

/// How many webhooks and files that lack something are named.
const MAX_LACKING_SINKS: usize = 6;

/// Which webhooks and files have not got everything yet, or will not; and why, unless a fault says so.
fn sinks_lacking(status: &StatusReport) -> Markup {
    let configured = || status.sinks.iter().filter(|sink| sink.condition.is_some());
    let is_told = |error: &String| status.faults.iter().any(|fault| fault.detail.as_ref() == Some(error));
    let href = |sink: &SinkStatus| match sink.kind_and_name() {
        ("webhook", name) => format!("/sinks/{}", super::query_value(name)),
        _ => "/sinks".to_owned(),
    };
    let lacking: Vec<&SinkStatus> = configured().filter(|sink| sink.lacking() > 0).collect();
    html! {
        @for sink in lacking.iter().take(MAX_LACKING_SINKS) {
            @let (kind, name) = sink.kind_and_name();
            p {
                a href=(href(sink)) { "The " (kind) " " (line(name)) } " is " (counted(sink.lacking(), "event", "events")) " behind"
                @if let Some(error) = sink.last_error.as_ref().filter(|error| !is_told(error)) { ": " (cause(error)) }
                "."
            }
        }
        @if lacking.len() > MAX_LACKING_SINKS { p { a href="/sinks" { (count(lacking.len() - MAX_LACKING_SINKS)) " more" } " are behind." } }
        @for sink in configured().filter(|sink| sink.dead_letters > 0).take(MAX_LACKING_SINKS) {
            @let (kind, name) = sink.kind_and_name();
            p { a href=(href(sink)) { "What the " (kind) " " (line(name)) " has given up, and why" } }
        }
    }
}

/// The numbers, each a way to what it counts.
fn figures(status: &StatusReport) -> Markup {
    let events = |kind: &str| status.events.get(kind).copied().unwrap_or(0);
    let relay = status.relay.as_ref();
    html! {
        ul.figures aria-label="In numbers" {
            (figure("/live?kind=article", &number(events("articles")), "article events", html! { "articles and revisions" }))
            (figure("/live?kind=story", &number(events("stories")), "story events", html! { "each change of a story" }))
            (figure("/rejects", &number(events("rejects")), "not published", html! { "of " (number(status.entries)) " entries" }))
            (figure("/feeds", &count(status.feeds.len()), "feeds", html! { (count(status.feeds_in(FeedCondition::Ok))) " as they should be" }))
            (figure("/waiting", &number(status.backlog), "entries waiting", html! {
                @match status.due_since { None => "none is overdue", Some(due) => { "due " (since(Some(due), status.now)) } }
            }))
            @match (&status.member, relay) {
                (Some(member), None) => (figure("/fleet", &count(member.shards.len()), "shards held here", html! { "of the fleet " (visible(&member.fleet, 40)) })),
                _ => (figure("/sinks", &relay.map_or_else(|| "off".to_owned(), |_| number(status.undelivered())), "Kafka lag", relay_state(relay))),
            }
            (figure("/journal", &bytes(status.journal_bytes + status.journal_wal_bytes + status.journal_search_bytes), "journal", html! {
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
                        a href=(format!("/feeds/{}", feed.id)) { (feed_name(feed.name.as_deref(), feed.url.as_str())) }
                        span.soft {
                            (feed.condition().word())
                            @if let Some(error) = &feed.last_error { ": " (failure(error, feed.url.as_str())) }
                            @if let Some(next) = feed.next_poll { "; polled again " (until(next, status.now)) }
                        }
                    }
                }
            }
        }
    }
}

/// How often each reason spoke from `since` on, each bar the way to those rejects; `shown` of them at most.
pub(crate) fn reject_bars(
    rejects: &[(String, u64)],
    since: Option<Timestamp>,
    chosen: Option<&str>,
    shown: usize,
) -> Markup {
    let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
    let most = rejects.iter().map(|(_, count)| *count).max().unwrap_or(0);
    html! {
        @if rejects.is_empty() {
            p.empty { "Nothing was rejected." }
        } @else {
            ul.levels {
                @for (reason, count) in rejects.iter().take(shown) {
                    li { a href=(format!("/rejects?reason={}{since}", super::query_value(reason))) title=[RejectReason::from_word(reason).map(RejectReason::meaning)] aria-current=[(chosen == Some(reason)).then_some("true")] {
                        span { (visible(&words(reason), 40)) } b { (number(*count)) }
                        (level(*count, most, "s0"))
                    } }
                }
            }
        }
    }
}
