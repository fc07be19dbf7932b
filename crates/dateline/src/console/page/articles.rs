//! Lists of articles: by filter, by words.

use std::collections::BTreeMap;

use dateline_journal::{EventFilter, Facet, Passage};
use dateline_wire::{ArticleEvent, FeedRef, StoryEvent};
use jiff::Timestamp;
use maud::{Markup, html};

use super::rejects::{RejectRow, reject_row};
use super::stories::story_row;
use super::times::{self, TimeChoice};
use crate::console::figures::{language, moment, short, since, verdict, words};
use crate::console::marked;
use crate::console::shown::{line, line_in, site_name, visible};
use crate::status::FeedStatus;

/// An article in a list.
pub(crate) struct ArticleRow {
    /// Its latest event.
    pub(crate) event: ArticleEvent,
    /// Whether it was withdrawn since.
    pub(crate) is_withdrawn: bool,
    /// What its body says of the words that were asked for.
    pub(crate) passage: Option<Passage>,
}

/// The articles that a filter asks for.
pub(crate) struct ArticleList<'l> {
    pub(crate) articles: &'l [ArticleRow],
    pub(crate) filter: &'l EventFilter,
    /// The cursor of the next page, if there may be one.
    pub(crate) next: Option<String>,
    /// Whether older events are not found yet.
    pub(crate) is_incomplete: bool,
}

/// The page.
pub(crate) fn page(list: &ArticleList<'_>, now: Timestamp) -> Markup {
    let ArticleList { articles, filter, next, is_incomplete } = list;
    let query = filter.to_query();
    html! {
        h1 { "Articles" }
        (form("/articles", filter, &[Choice::Language, Choice::Verdict]))
        (times::links("/articles", filter, &TimeChoice::at(now), &[]))
        (chosen_by_name("/articles", filter, &|name, value| named(articles, name, value)))
        @if *is_incomplete { p.notice { "Older events are still being made ready for searching: what they say may be missing here." } }
        @if articles.is_empty() {
            p.empty {
                @if filter.is_empty() { "Nothing is published yet." }
                @else { "No article is like that. Fewer conditions find more: each above is taken away by a click." }
            }
        } @else {
            ol.rows.panel { @for article in *articles { (article_row(article, now)) } }
        }
        @if let Some(next) = next {
            nav.pages aria-label="Pages" { a rel="next" href=(format!("/articles?{query}{}cursor={}", if query.is_empty() { "" } else { "&" }, super::query_value(next))) { "Older articles" } }
        }
        (super::other_forms(&[("events as they come", "/live?kind=article"), ("Atom", "/v1/feed.atom"), ("CSV", "/v1/articles.csv"), ("JSON", "/v1/articles")], &query))
    }
}

/// What a form offers beside words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// What language an article is in, or a story is told in.
    Language,
    /// What the subject says of an article.
    Verdict,
}

/// What can be chosen by typing; the rest is chosen by following links, and stays.
pub(crate) fn form(path: &str, filter: &EventFilter, choices: &[Choice]) -> Markup {
    form_with(path, filter, choices, parameter(filter, "q").as_deref())
}

/// The same with words that may be none that can be searched for.
fn form_with(path: &str, filter: &EventFilter, choices: &[Choice], text: Option<&str>) -> Markup {
    const LANGUAGES: [&str; 8] = ["en", "ru", "ko", "uk", "ja", "zh", "de", "fr"];
    let chosen = filter.values(Facet::Language).next();
    let label = filter.values(Facet::Label).next();
    let offers = |choice| choices.contains(&choice);
    let others = pairs(filter).into_iter().filter(|(name, _)| match name.as_str() {
        "q" => false,
        "language" => !offers(Choice::Language),
        "label" => !offers(Choice::Verdict),
        _ => true,
    });
    html! {
        form.filters.wide #which method="get" action=(path) role="search" aria-label="Which ones" {
            label.hidden for="words" { "Words" }
            input #words type="search" name="q" value=[text] placeholder="Words, “words in a row”, begin*, -unwanted" maxlength="300";
            @if offers(Choice::Language) {
                label.hidden for="language" { "Language" }
                select #language name="language" data-submit {
                    option value="" { "any language" }
                    @for tag in LANGUAGES { option value=(tag) selected[chosen == Some(tag)] { (language(tag)) } }
                    @if let Some(tag) = chosen.filter(|tag| !LANGUAGES.contains(tag)) { option value=(tag) selected { (language(tag)) } }
                }
            }
            @if offers(Choice::Verdict) {
                label.hidden for="label" { "Verdict" }
                select #label name="label" data-submit {
                    option value="" { "any verdict" }
                    @for word in ["relevant", "borderline", "not_judged"] { option value=(word) selected[label == Some(word)] { (words(&word)) } }
                }
            }
            @for (name, value) in others { input type="hidden" name=(name) value=(value); }
            button type="submit" { "Find" }
        }
    }
}

/// A list that was asked for in a way that means nothing: why, and the form as it was filled in.
pub(crate) fn mistaken(path: &str, filter: &EventFilter, text: &str, detail: &str) -> Markup {
    html! {
        (super::problem::page("That cannot be searched for", detail, &[], (path, "To the whole list")))
        (form_with(path, filter, &[Choice::Language, Choice::Verdict], Some(text)))
    }
}

/// What people call an id that articles were chosen by, where these say so.
fn named(articles: &[ArticleRow], name: &str, value: &str) -> Option<String> {
    match name {
        "feed" => articles.iter().find_map(|article| feed_named(article.event.feed.as_ref()?, value)),
        "entity" => {
            let entity =
                articles.iter().flat_map(|row| &row.event.entities).find(|entity| entity.id == value)?;
            Some(entity.label.clone().unwrap_or_else(|| entity.surface.clone()))
        }
        _ => None,
    }
}

/// What people call `feed`, if `id` is its.
pub(crate) fn feed_named(feed: &FeedRef, id: &str) -> Option<String> {
    let address = || feed.url.as_str().trim_start_matches("https://").to_owned();
    (feed.id.as_str() == id).then(|| feed.name.clone().unwrap_or_else(address))
}

/// What a filter asks for, each with a way to ask without it.
pub(crate) fn chosen(path: &str, filter: &EventFilter) -> Markup {
    chosen_by_name(path, filter, &|_, _| None)
}

/// The same, with what people call the value of a parameter where that is known. What `path` itself asks for stays.
pub(crate) fn chosen_by_name(
    path: &str,
    filter: &EventFilter,
    called: &dyn Fn(&str, &str) -> Option<String>,
) -> Markup {
    let pairs = pairs(filter);
    let joint = if path.contains('?') { '&' } else { '?' };
    html! {
        @if !pairs.is_empty() {
            ul.chips.chosen aria-label="What is asked for" {
                @for (at, (name, value)) in pairs.iter().enumerate() {
                    @let without: Vec<String> = pairs.iter().enumerate().filter(|(other, _)| *other != at)
                        .map(|(_, (name, value))| format!("{name}={}", super::query_value(value))).collect();
                    li {
                        a.chip href=(format!("{path}{joint}{}", without.join("&"))) title="remove this condition" {
                            (condition(name)) ": " b { (visible(called(name, value).or_else(|| moment_in_words(name, value)).as_ref().unwrap_or(value), 60)) } span aria-hidden="true" { " ×" } span.hidden { " (remove this condition)" }
                        }
                        @match name.as_str() {
                            "entity" => { " " a href=(super::entity_href(value)) { "about it" } },
                            "story" => { " " a href=(format!("/stories/{}", super::query_value(value))) { "the story" } },
                            "feed" => { " " a href=(format!("/feeds/{}", super::query_value(value))) { "the feed" } },
                            _ => {},
                        }
                    }
                }
            }
        }
    }
}

/// When a list begins or ends, as people write a moment of any year.
fn moment_in_words(name: &str, value: &str) -> Option<String> {
    let then = value.parse().ok().filter(|_| matches!(name, "since" | "until"))?;
    Some(short(then, Timestamp::MIN))
}

/// What people call a parameter.
fn condition(name: &str) -> String {
    match name {
        "q" => "words".to_owned(),
        "label" => "verdict".to_owned(),
        name => words(&name),
    }
}

/// The parameters that spell a filter.
pub(crate) fn pairs(filter: &EventFilter) -> Vec<(String, String)> {
    url::form_urlencoded::parse(filter.to_query().as_bytes()).into_owned().collect()
}

fn parameter(filter: &EventFilter, name: &str) -> Option<String> {
    pairs(filter).into_iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

/// One article in a list.
pub(crate) fn article_row(article: &ArticleRow, now: Timestamp) -> Markup {
    let ArticleRow { event, is_withdrawn, passage } = article;
    let content = &event.content;
    let title = content.title.as_deref().unwrap_or("(without a title)");
    html! {
        li.article-row {
            div {
                a.headline data-row href=(format!("/articles/{}", event.article)) { (line_in(title, content.language.as_deref())) }
                @if let Some(found) = passage { p.found { (marked::passage(found, content.language.as_deref())) } }
                p.meta {
                    b { @match (&content.publisher, &content.url) { (Some(publisher), _) => (line(publisher)), (None, Some(url)) => (site_name(url)), (None, None) => "unknown" } }
                    @if let Some(tag) = &content.language { " · " (language(tag)) }
                    " · " (moment(event.received_at, now)) ", " (since(Some(event.received_at), now))
                    @if event.revision > 1 { " · revision " (event.revision) }
                    @if event.copy_of.is_some() { " · copy" }
                    @if let Some(origin) = content.origins.first() { " · by " (line(&origin.name)) }
                }
            }
            div.aside {
                @if *is_withdrawn { span.chip.bad { "withdrawn" } " " }
                (verdict(event.relevance.label, event.relevance.score))
            }
        }
    }
}

/// What is found for words: articles, stories, and what was not published.
pub(crate) struct Found<'f> {
    pub(crate) text: &'f str,
    /// Feeds that are called so, or whose address has it.
    pub(crate) feeds: &'f [&'f FeedStatus],
    pub(crate) articles: &'f [ArticleRow],
    pub(crate) stories: &'f [StoryEvent],
    pub(crate) rejects: &'f [RejectRow],
}

/// Who and what the articles that were found name that is called so: the id, and what it is called.
fn names_found(found: &Found<'_>) -> BTreeMap<String, String> {
    const MAX_NAMES: usize = 12;
    let text = found.text.to_lowercase();
    let entities = found.articles.iter().flat_map(|article| &article.event.entities);
    let called = entities.filter_map(|entity| {
        let mut names = entity.label.iter().chain([&entity.surface]);
        let is_meant = names.any(|name| name.to_lowercase().contains(&text));
        is_meant.then(|| (entity.id.clone(), entity.label.as_ref().unwrap_or(&entity.surface).clone()))
    });
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (id, name) in called {
        if names.len() < MAX_NAMES {
            names.entry(id).or_insert(name);
        }
    }
    names
}

/// What was found. Where nothing was and an address was asked for, what that may mean.
pub(crate) fn found(found: &Found<'_>, now: Timestamp) -> Markup {
    let Found { text, feeds, articles, stories, rejects } = found;
    let names = names_found(found);
    let value = super::query_value(text);
    html! {
        h1 { "Search: " (line(text)) }
        @if feeds.is_empty() && articles.is_empty() && stories.is_empty() && rejects.is_empty() {
            div.panel {
                p { "Nothing is known of that." }
                p.note { "An article that is expected and not here was never announced by a feed, or waits for its page, or is gone by [retention]. "
                    a href="/feeds" { "The feeds" } " say when each was asked and what it answered; " a href="/rejects" { "the rejects" } " what was announced and not published." }
            }
        }
        @if !names.is_empty() {
            section.panel aria-labelledby="found-names" {
                div.heading { h2 #found-names { "Names" } }
                ul.chips { @for (id, name) in &names { li { a.chip href=(super::entity_href(id)) { (line(name)) } } } }
            }
        }
        @if !feeds.is_empty() {
            section.panel aria-labelledby="found-feeds" {
                div.heading { h2 #found-feeds { "Feeds" } a href=(format!("/feeds?q={value}")) { "All of them" } }
                ol.rows { @for feed in *feeds { (super::feeds::row(feed, now)) } }
            }
        }
        @if !articles.is_empty() {
            section.panel aria-labelledby="found-articles" {
                div.heading { h2 #found-articles { "Articles" } a href=(format!("/articles?q={value}")) { "All of them" } }
                ol.rows { @for article in *articles { (article_row(article, now)) } }
            }
        }
        @if !stories.is_empty() {
            section.panel aria-labelledby="found-stories" {
                div.heading { h2 #found-stories { "Stories" } a href=(format!("/stories?q={value}")) { "All of them" } }
                ol.rows { @for story in *stories { (story_row(story, now)) } }
            }
        }
        @if !rejects.is_empty() {
            section.panel aria-labelledby="found-rejects" {
                div.heading { h2 #found-rejects { "Not published" } a href=(format!("/rejects?q={value}")) { "All of them" } }
                ol.rows { @for reject in *rejects { (reject_row(reject, now)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_list_ends_is_told_as_people_write_it() {
        let told = |name, value| moment_in_words(name, value);
        assert_eq!(told("until", "2026-03-02T09:00:00Z").as_deref(), Some("2 Mar 2026 09:00"));
        assert_eq!((told("until", "soon"), told("q", "2026-03-02T09:00:00Z")), (None, None));
    }
}
