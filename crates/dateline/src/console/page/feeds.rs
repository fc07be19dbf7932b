//! The feeds, those that need somebody first.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::console::figures::{count, since, until};
use crate::console::frame::Viewer;
use crate::console::shown::{failure, feed_name, visible};
use crate::status::{FeedCondition, FeedStatus, StatusReport};

/// The most feeds on one page.
const PAGE: usize = 100;

/// Which feeds are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FeedFilter {
    /// Only those in a state.
    pub(crate) state: Option<FeedCondition>,
    /// Only those under a tag.
    pub(crate) tag: Option<String>,
    /// Only those whose name or address holds this.
    pub(crate) text: Option<String>,
    /// The page, from 0.
    pub(crate) page: usize,
}

impl FeedFilter {
    /// Whether a feed is among them.
    pub(crate) fn admits(&self, feed: &FeedStatus) -> bool {
        let holds = |text: &str| {
            let text = text.to_lowercase();
            feed.url.as_str().to_lowercase().contains(&text)
                || feed.name.as_deref().is_some_and(|name| name.to_lowercase().contains(&text))
        };
        self.state.is_none_or(|state| feed.condition() == state)
            && self.tag.as_ref().is_none_or(|tag| feed.tags.contains(tag))
            && self.text.as_deref().is_none_or(holds)
    }

    fn href(&self, state: Option<FeedCondition>, page: usize) -> String {
        let mut query = Vec::new();
        query.extend(state.map(|state| format!("state={}", state.word())));
        query.extend(self.tag.as_deref().map(|tag| format!("tag={}", super::query_value(tag))));
        query.extend(self.text.as_deref().map(|text| format!("q={}", super::query_value(text))));
        if page > 0 {
            query.push(format!("page={page}"));
        }
        if query.is_empty() { "/feeds".to_owned() } else { format!("/feeds?{}", query.join("&")) }
    }
}

/// Whether somebody should look.
pub(crate) fn is_troubled(condition: FeedCondition) -> bool {
    use FeedCondition::{Dead, Failing, Gone, Ok, Paused, Silent, Waiting};
    match condition {
        Silent | Failing | Dead | Gone => true,
        Ok | Paused | Waiting => false,
    }
}

/// The colour of a state.
pub(crate) fn class_of(condition: FeedCondition) -> &'static str {
    match condition {
        FeedCondition::Ok => "good",
        FeedCondition::Paused | FeedCondition::Waiting => "dull",
        FeedCondition::Silent | FeedCondition::Failing => "fair",
        FeedCondition::Dead | FeedCondition::Gone => "bad",
    }
}

/// A state as a chip.
pub(crate) fn chip(condition: FeedCondition) -> Markup {
    html! { span.chip.(class_of(condition)) { (condition.word()) } }
}

/// The page.
pub(crate) fn page(status: &StatusReport, filter: &FeedFilter, viewer: &Viewer) -> Markup {
    let mut feeds: Vec<&FeedStatus> = status.feeds.iter().filter(|feed| filter.admits(feed)).collect();
    feeds.sort_by_key(|feed| {
        let condition = feed.condition();
        let rank = match condition {
            _ if is_troubled(condition) => 0,
            FeedCondition::Paused => 2,
            _ => 1,
        };
        (rank, std::cmp::Reverse(feed.failures))
    });
    let first = filter.page.saturating_mul(PAGE).min(feeds.len());
    let shown = &feeds[first..(first + PAGE).min(feeds.len())];
    html! {
        div.heading.title {
            h1 { "Feeds" }
            div.actions {
                @if viewer.may_operate {
                    a.button href="/feeds/add" { "Add a feed" }
                    a.button href="/feeds/import" { "Import OPML" }
                }
                a.button href="/v1/opml" { "Export OPML" }
            }
        }
        nav.filters aria-label="Feeds by state" {
            a.chip href=(FeedFilter { page: 0, ..filter.clone() }.href(None, 0)) aria-current=[filter.state.is_none().then_some("true")] {
                "all " b { (count(status.feeds.len())) }
            }
            @for condition in FeedCondition::ALL {
                @let feeds = status.feeds_in(condition);
                @if feeds > 0 {
                    a.chip.(class_of(condition)) href=(filter.href(Some(condition), 0))
                        aria-current=[(filter.state == Some(condition)).then_some("true")] {
                        (condition.word()) " " b { (count(feeds)) }
                    }
                }
            }
            form method="get" action="/feeds" role="search" aria-label="Feeds by name" {
                @if let Some(state) = filter.state { input type="hidden" name="state" value=(state.word()); }
                label.hidden for="feed-text" { "Name or address" }
                input #feed-text type="search" name="q" placeholder="Name or address" maxlength="200" value=[filter.text.as_deref().map(|text| visible(text, 200))];
                button type="submit" { "Find" }
            }
        }
        @if let Some(tag) = &filter.tag { p.notice { "Only feeds under the tag " b { (visible(tag, 60)) } ". " a href="/feeds" { "All feeds" } } }
        @if shown.is_empty() {
            p.empty { "No feed is like that. " a href="/feeds" { "All feeds" } }
        } @else {
            ol.rows.panel { @for feed in shown { (row(feed, status.now)) } }
        }
        @if feeds.len() > PAGE {
            nav.pages aria-label="Pages" {
                @if filter.page > 0 { a rel="prev" href=(filter.href(filter.state, filter.page - 1)) { "Before" } }
                span { (first + 1) "–" (first + shown.len()) " of " (count(feeds.len())) }
                @if first + PAGE < feeds.len() { a rel="next" href=(filter.href(filter.state, filter.page + 1)) { "After" } }
            }
        }
    }
}

/// One feed in a list.
pub(super) fn row(feed: &FeedStatus, now: Timestamp) -> Markup {
    html! {
        li.feed-row {
            (chip(feed.condition()))
            div {
                a.headline data-row href=(format!("/feeds/{}", feed.id)) { (feed_name(feed.name.as_deref(), feed.url.as_str())) }
                @if feed.name.is_some() { p.address { bdi { (visible(feed.url.as_str(), 100)) } } }
                @if let Some(error) = &feed.last_error {
                    p.error { "failed " @if feed.failures > 1 { (feed.failures) " times" } @else { "once" } ": " (failure(error, feed.url.as_str())) }
                }
                @if !feed.tags.is_empty() {
                    p.meta { @for (at, tag) in feed.tags.iter().take(8).enumerate() { @if at > 0 { " · " } a href=(format!("/feeds?tag={}", super::query_value(tag))) { (visible(tag, 40)) } } }
                }
            }
            (times(feed, now))
        }
    }
}

/// When a feed was polled, had something new, and is polled next: below one another from row to row.
pub(super) fn times(feed: &FeedStatus, now: Timestamp) -> Markup {
    html! {
        p.meta.times {
            span { "polled " (since(feed.last_poll, now)) } " "
            span { "news " (since(feed.last_new_entry, now)) } " "
            span { @match feed.next_poll { Some(next) => { "next " (until(next, now)) }, None => "not polled" } }
        }
    }
}
