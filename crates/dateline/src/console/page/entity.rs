//! Somebody or something that is named: how often over time, with whom, in which stories and articles, and what it is called.

use dateline_wire::{EntitySide, StoryEvent};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::articles::{ArticleRow, article_row};
use super::stories::story_row;
use crate::api::entity::EntityReport;
use crate::console::figures::{counted, language, number, short_day, words};
use crate::console::plot::{Bar, Histogram, Series, histogram, level};
use crate::console::shown::{is_tag, line, line_in, outside_link, visible};

/// What is known of it.
pub(crate) struct EntityView<'a> {
    pub(crate) entity: &'a EntityReport,
    /// The last stories that name it.
    pub(crate) stories: &'a [StoryEvent],
    /// The last articles that name it.
    pub(crate) articles: &'a [ArticleRow],
}

/// The page.
pub(crate) fn page(view: &EntityView<'_>, now: Timestamp) -> Markup {
    let EntityView { entity, stories, articles } = view;
    let query = format!("entity={}", super::query_value(&entity.id));
    let named: u64 = entity.days.values().sum();
    html! {
        p.crumbs { a href="/articles" data-up { "Articles" } }
        h1 { (line(name(entity))) " " span.chip { (visible(&words(&entity.kind), 40)) } }
        p.lead {
            @if entity.is_complete { "Named in " } @else { "Named in more than " }
            a href=(format!("/articles?{query}")) { (counted(named, "article", "articles")) } " in the last thirty days"
            @match entity.side {
                Some(EntitySide::A) => "; it belongs to the subject’s first side",
                Some(EntitySide::B) => "; it belongs to the subject’s second side",
                Some(EntitySide::Both) => "; it belongs to both sides of the subject",
                None => {},
            }
            ". "
            @if let Some(item) = entity.wikidata.as_deref().filter(|item| is_item(item)) {
                (outside_link(&format!("https://www.wikidata.org/wiki/{item}"), html! { "Wikidata " (item) }))
            }
        }
        section.panel aria-labelledby="mentions-title" {
            div.heading { h2 #mentions-title { "Articles a day" } a href=(format!("/live?kind=article&{query}")) { "As they come" } }
            (mentions(entity, &query))
        }
        div.columns {
            div {
                section.panel aria-labelledby="stories-title" {
                    div.heading { h2 #stories-title { "Stories" } a href=(format!("/stories?{query}")) { "All stories" } }
                    @if stories.is_empty() { p.empty { "No story that most reports of which name it." } }
                    ol.rows { @for story in *stories { (story_row(story, now)) } }
                }
                section.panel aria-labelledby="articles-title" {
                    div.heading { h2 #articles-title { "Articles" } a href=(format!("/articles?{query}")) { "All articles" } }
                    ol.rows { @for article in *articles { (article_row(article, now)) } }
                }
            }
            div {
                section.panel aria-labelledby="names-title" {
                    div.heading { h2 #names-title { "What it is called" } }
                    (names(entity))
                }
                section.panel aria-labelledby="with-title" {
                    div.heading { h2 #with-title { "Named with" } small.soft { "in its last " (counted(entity.articles_read, "article", "articles")) } }
                    (company(entity))
                }
                @if !entity.topics.is_empty() {
                    section.panel aria-labelledby="topics-title" {
                        div.heading { h2 #topics-title { "Topics" } }
                        ul.chips { @for topic in &entity.topics { li {
                            a.chip href=(format!("/articles?{query}&topic={}", super::query_value(&topic.id))) { (visible(&words(&topic.id), 40)) " " b { (number(topic.articles)) } }
                        } } }
                    }
                }
                (super::other_forms(&[("Atom", &format!("/v1/feed.atom?{query}")), ("CSV", &format!("/v1/articles.csv?{query}")), ("JSON", &format!("/v1{}", super::entity_href(&entity.id)))], ""))
            }
        }
    }
}

/// What it is called here.
pub(crate) fn name(entity: &EntityReport) -> &str {
    entity.label.as_deref().unwrap_or(&entity.id)
}

/// Whether it is the name of an item in Wikidata.
fn is_item(item: &str) -> bool {
    item.len() <= 12
        && item
            .strip_prefix('Q')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn mentions(entity: &EntityReport, query: &str) -> Markup {
    const DAYS_OF_A_TICK: usize = 5;
    let day = SignedDuration::from_hours(24);
    let bars: Vec<Bar> = entity
        .days
        .iter()
        .map(|(begin, articles)| {
            let end = begin.checked_add(day).unwrap_or(Timestamp::MAX);
            Bar {
                label: format!("{}: {}", short_day(*begin), counted(*articles, "article", "articles")),
                href: format!("/articles?since={begin}&until={end}&{query}"),
                parts: vec![*articles],
            }
        })
        .collect();
    let ticks: Vec<String> =
        entity.days.keys().step_by(DAYS_OF_A_TICK).map(|begin| short_day(*begin)).collect();
    let series = [Series { name: "articles".to_owned(), href: None, condition: None }];
    html! {
        (histogram(&Histogram { title: "Articles a day that name it", series: &series, bars: &bars, ticks: &ticks, now: None }))
        @if !entity.is_complete { p.note { "The newest " (number(entity.days.values().sum::<u64>())) " articles are counted; there are more." } }
    }
}

/// Its names by language, with the spellings that articles use.
fn names(entity: &EntityReport) -> Markup {
    html! {
        dl.facts {
            @for (tag, names) in &entity.names {
                @let lang = Some(tag.as_str()).filter(|tag| is_tag(tag));
                div {
                    dt { (language(tag)) }
                    dd {
                        @if let Some(label) = &names.label { b { (line_in(label, lang)) } }
                        @let others: Vec<&String> = names.spellings.iter().filter(|spelling| Some(*spelling) != names.label.as_ref()).collect();
                        @if !others.is_empty() {
                            span.soft lang=[lang] {
                                @if names.label.is_some() { " as " }
                                @for (at, spelling) in others.iter().enumerate() { @if at > 0 { ", " } (line(spelling)) }
                            }
                        }
                    }
                }
            }
            div { dt { "Its id" } dd { code { (visible(&entity.id, 60)) } } }
        }
    }
}

/// Who is named in the same articles.
fn company(entity: &EntityReport) -> Markup {
    const OPEN: usize = 12;
    let most = entity.named_with.first().map_or(0, |named| named.articles);
    let (first, rest) = entity.named_with.split_at(entity.named_with.len().min(OPEN));
    let listed = |named_with: &[crate::api::entity::NamedWith]| {
        html! {
            ul.levels {
                @for named in named_with {
                    li { a href=(super::entity_href(&named.id)) {
                        span { (line(&named.label)) } b { (number(named.articles)) }
                        (level(named.articles, most, "s1"))
                    } }
                }
            }
        }
    };
    html! {
        @if first.is_empty() { p.empty { "Nobody else." } }
        (listed(first))
        @if !rest.is_empty() { details { summary { (rest.len()) " more" } (listed(rest)) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_an_item_leads_to_wikidata() {
        assert!(is_item("Q159"));
        for other in ["Q", "159", "Q1/../x", "Q1?x", "P31", "Q12345678901234"] {
            assert!(!is_item(other), "{other}");
        }
    }
}
