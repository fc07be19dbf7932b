//! The stories, the last reported first.

use dateline_journal::EventFilter;
use dateline_wire::StoryEvent;
use jiff::Timestamp;
use maud::{Markup, html};

use super::articles::{Choice, chosen, form};
use super::times::{self, TimeChoice};
use crate::console::figures::{counted, happening, language, since};
use crate::console::shown::{line, line_in};

/// The stories that a filter asks for.
pub(crate) struct StoryRows<'l> {
    pub(crate) stories: &'l [StoryEvent],
    pub(crate) filter: &'l EventFilter,
    /// The cursor of the next page, if there is one.
    pub(crate) next: Option<&'l str>,
}

/// The page; `counts` says how many stories there are of each of `times`, where that is known.
pub(crate) fn page(list: &StoryRows<'_>, times: &[TimeChoice], counts: &[u64], now: Timestamp) -> Markup {
    let StoryRows { stories, filter, next } = list;
    let query = filter.to_query();
    html! {
        h1 { "Stories" }
        p.lead { "What is happening, told once: each with the articles that report it, and how many tell it in words of their own." }
        (form("/stories", filter, &[Choice::Language]))
        (times::links("/stories", filter, times, counts))
        (chosen("/stories", filter))
        @if stories.is_empty() {
            p.empty { @if filter.is_empty() { "There are no stories yet. One begins with the first article about a happening." } @else { "No story is like that." } }
        } @else {
            ol.rows.panel { @for story in *stories { (story_row(story, now)) } }
        }
        @if let Some(next) = next {
            nav.pages aria-label="Pages" { a rel="next" href=(format!("/stories?{query}{}cursor={next}", if query.is_empty() { "" } else { "&" })) { "Older stories" } }
        }
        (super::other_forms(&[("events as they come", "/live?kind=story"), ("Atom of its articles", "/v1/feed.atom"), ("CSV", "/v1/stories.csv"), ("JSON", "/v1/stories")], &query))
    }
}

/// One story in a list.
pub(crate) fn story_row(story: &StoryEvent, now: Timestamp) -> Markup {
    let title = story.title.as_deref().unwrap_or("(without a title)");
    let language_of_title = story
        .titles
        .iter()
        .find(|(_, other)| Some(*other) == story.title.as_ref())
        .map(|(tag, _)| tag.as_str());
    html! {
        li.story-row {
            (sources(story.origin_count, story.article_count))
            div {
                a.headline data-row href=(format!("/stories/{}", story.story)) { (line_in(title, language_of_title)) }
                p.meta {
                    (counted(story.article_count.into(), "article", "articles")) " · "
                    (counted(story.origin_count.into(), "source", "sources")) " · "
                    @for (at, tag) in story.languages.iter().take(8).enumerate() { @if at > 0 { ", " } (language(tag)) }
                    " · last report " (since(Some(story.last_reported), now))
                    @if let Some(day) = story.happened_on { " · " (happening(day, now)) }
                }
            }
        }
    }
}

/// How many sources a story has: a dot each, hollow for what only repeats.
fn sources(origins: u32, articles: u32) -> Markup {
    const MAX_DOTS: u32 = 9;
    let filled = origins.min(MAX_DOTS);
    let hollow = articles.saturating_sub(origins).min(MAX_DOTS - filled);
    html! {
        svg.sources viewBox="0 0 30 30" width="30" height="30" aria-hidden="true" {
            @for at in 0..filled + hollow {
                circle.(if at < filled { "full" } else { "hollow" }) cx=(5 + at % 3 * 10) cy=(5 + at / 3 * 10) r="3.5" {}
            }
        }
    }
}

/// The titles of a story in its other languages.
pub(crate) fn titles(story: &StoryEvent) -> Markup {
    html! {
        @if story.titles.len() > 1 {
            ul.titles {
                @for (tag, title) in &story.titles {
                    li { span.chip { (language(tag)) } " " (line_in(title, Some(tag))) }
                }
            }
        } @else if let Some(title) = &story.title {
            p.hidden { (line(title)) }
        }
    }
}
