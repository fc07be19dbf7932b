//! One story: who reported it when, who copied whom, and who tells it in words of their own.

use std::collections::HashMap;

use dateline_wire::{
    ArticleId, OriginEvidence, StoryArticle, StoryChange, StoryChangeKind, StoryEvent, StoryRole, StoryState,
};
use jiff::Timestamp;
use maud::{Markup, html};

use super::stories::titles;
use super::story_chart;
use crate::api::story::reports::{JoinedReport, StoryMoment, StoryReports};
use crate::console::figures::{counted, happening, language, moment, number, signed, since, word, words};
use crate::console::plot::series_class;
use crate::console::shown::{self, line, line_in};
use crate::text::rounded;

/// The height of one report in the picture, in CSS pixels. The style gives its rows the same.
const ROW: usize = 64;
/// The width of one lane.
const LANE: usize = 16;
/// With how many reports at most the picture beside them draws who copies whom across lines; with more it would be a tangle, and each
/// report says it in words.
const MAX_DRAWN_COPIES: usize = 24;
/// How many copies at most stand open among what joined each report.
const MAX_OPEN_COPIES: usize = 6;
/// The most lanes; origins beyond share the last.
pub(super) const MAX_LANES: usize = 6;

/// The page.
pub(crate) fn page(story: &StoryEvent, more: &StoryReports, now: Timestamp) -> Markup {
    let title = story.title.as_deref().unwrap_or("(without a title)");
    html! {
        p.crumbs { a href="/stories" data-up { "Stories" } }
        h1 { (line(title)) }
        @if story.state == StoryState::Merged {
            p.notice {
                "This story turned out to tell what another tells, and ended"
                @if let Some(into) = &story.merged_into { " in " a href=(format!("/stories/{into}")) { "that one" } } "."
            }
        }
        p.lead {
            (counted(story.article_count.into(), "article", "articles")) " by "
            (counted(story.origin_count.into(), "independent source", "independent sources"))
            " in " (counted(story.languages.len() as u64, "language", "languages"))
            ", from " (moment(story.first_reported, now)) " to " (moment(story.last_reported, now)) " (" (since(Some(story.last_reported), now)) ")"
            @if let Some(day) = story.happened_on { "; " (happening(day, now)) }
            "."
        }
        (titles(story))
        div.columns {
            div {
                @if story.articles.len() > 2 {
                    section.panel aria-labelledby="chart-title" {
                        div.heading { h2 #chart-title { "Who first, and who after whom" } }
                        (story_chart::chart(story, now))
                    }
                }
                (differing(story, more))
                section.panel aria-labelledby="reports-title" {
                    div.heading { h2 #reports-title { "Reports, in their order of arrival" } }
                    (timeline(story))
                }
            }
            div {
                section.panel aria-labelledby="origins-title" {
                    div.heading { h2 #origins-title { "Independent sources" } }
                    @if story.independent_origins.is_empty() { p.empty { "Not known: none of its reports says whose text it is." } }
                    (origins(story))
                }
                @if !story.entities.is_empty() || !story.acts.is_empty() {
                    section.panel aria-labelledby="about-title" {
                        div.heading { h2 #about-title { "What it is about" } }
                        @if !story.acts.is_empty() { ul.chips aria-label="What is told" { @for act in story.acts.iter().take(12) { li { span.chip.told { (shown::visible(&words(act), 40)) } } } } }
                        ul.chips {
                            @for entity in story.entities.iter().take(40) {
                                li { a.chip href=(super::entity_href(&entity.id)) {
                                    bdi { (name_of(more, &entity.id)) } " " b { (entity.articles) }
                                } }
                            }
                        }
                    }
                }
                (joined(story, more))
                (history(story, more, now))
                @let query = format!("story={}", super::query_value(story.story.as_str()));
                (super::other_forms(&[("articles", &format!("/articles?{query}")), ("events as they come", &format!("/live?kind=story&{query}")), ("Atom", &format!("/v1/feed.atom?{query}")), ("CSV", &format!("/v1/articles.csv?{query}")), ("JSON", &format!("/v1/stories/{}", story.story)), ("its reports as JSON", &format!("/v1/stories/{}/reports", story.story))], ""))
            }
        }
    }
}

/// What somebody is called whom the story names: by the id where no report that is read here has a name.
fn name_of(more: &StoryReports, id: &str) -> String {
    more.names.get(id).map_or_else(|| shown::visible(&words(&id), 60), |name| shown::visible(name, 60))
}

/// The lane of each article: that of the origin whose text it is.
pub(super) fn lanes(story: &StoryEvent) -> HashMap<&ArticleId, usize> {
    let mut lanes = HashMap::new();
    for (lane, origin) in story.independent_origins.iter().enumerate() {
        for evidence in &origin.evidence {
            lanes.entry(&evidence.article).or_insert(lane.min(MAX_LANES - 1));
        }
    }
    lanes
}

/// The reports, with a picture of who repeats whom beside them.
fn timeline(story: &StoryEvent) -> Markup {
    let lanes = lanes(story);
    let lane = |article: &ArticleId| lanes.get(article).copied().unwrap_or(0);
    let used = story.articles.iter().map(|article| lane(&article.article)).max().unwrap_or(0) + 1;
    let places: HashMap<&ArticleId, usize> =
        story.articles.iter().enumerate().map(|(at, article)| (&article.article, at)).collect();
    let is_first_of_lane = |place: usize| {
        let own = lane(&story.articles[place].article);
        !story.articles[..place].iter().any(|before| lane(&before.article) == own)
    };
    let at = |place: usize, lane: usize| (lane * LANE + LANE / 2, place * ROW + ROW / 2);
    let gap = (story.article_count as usize).saturating_sub(story.articles.len());
    html! {
        div.timeline {
            svg.graph width=(used * LANE) height=(story.articles.len() * ROW) aria-hidden="true" {
                @for lane_of in 0..used {
                    @let members: Vec<usize> = (0..story.articles.len()).filter(|at| lane(&story.articles[*at].article) == lane_of).collect();
                    @if let (Some(first), Some(last)) = (members.first(), members.last()) {
                        @let ((x, top), (_, bottom)) = (at(*first, lane_of), at(*last, lane_of));
                        line.(lane_class(lane_of)).trunk x1=(x) x2=(x) y1=(top) y2=(bottom) {}
                    }
                }
                @for (place, article) in story.articles.iter().enumerate() {
                    @let (x, y) = at(place, lane(&article.article));
                    @let source = article.copy_of.as_ref().and_then(|source| Some((*places.get(source)?, source)));
                    // What copies the first of its own line is joined to it by the line.
                    @if let Some((from, source)) = source.filter(|(from, source)| story.articles.len() <= MAX_DRAWN_COPIES && lane(source) != lane(&article.article) || !is_first_of_lane(*from)) {
                        @let (x0, y0) = at(from, lane(source));
                        @let bend = x.max(x0) + LANE;
                        path.copies d=(format!("M{x0} {y0} C{bend} {y0} {bend} {y} {x} {y}")) {}
                    }
                }
                @for (place, article) in story.articles.iter().enumerate() {
                    @let (x, y) = at(place, lane(&article.article));
                    circle.(lane_class(lane(&article.article))).(dot(article.role)) cx=(x) cy=(y) r=(if article.role == StoryRole::Copy { 4 } else { 6 }) {}
                }
            }
            ol.reports {
                @for article in &story.articles { li.(lane_class(lane(&article.article))) { (report(article, story, &places)) } }
            }
        }
        @if gap > 0 { p.note { (counted(gap as u64, "report", "reports")) " in the middle of the order are not listed." } }
    }
}

/// The colour of a lane; the first of the series is for what has none.
pub(super) fn lane_class(lane: usize) -> &'static str {
    series_class(lane + 1)
}

pub(super) fn dot(role: StoryRole) -> &'static str {
    match role {
        StoryRole::Origin => "full",
        StoryRole::OwnReport => "ring",
        StoryRole::Copy => "hollow",
    }
}

fn report(article: &StoryArticle, story: &StoryEvent, places: &HashMap<&ArticleId, usize>) -> Markup {
    let title = article.title.as_deref().unwrap_or("(without a title)");
    let later = article.received_at.duration_since(story.first_reported);
    let copied = article.copy_of.as_ref().map(|source| {
        let source = places.get(source).and_then(|place| story.articles.get(*place));
        source.and_then(|source| source.publisher.as_deref()).unwrap_or("an earlier article")
    });
    let role = match article.role {
        StoryRole::Origin => "repeated by others",
        StoryRole::OwnReport => "a report of its own",
        StoryRole::Copy => "a copy",
    };
    html! {
        p.headline { a data-row href=(format!("/articles/{}", article.article)) { (line_in(title, article.language.as_deref())) } }
        p.meta {
            b { @match &article.publisher { Some(publisher) => (line(publisher)), None => { @if let Some(url) = &article.url { (shown::site_name(url)) } } } }
            " · " @if places.get(&article.article) == Some(&0) { "first" } @else { "+" (rounded(later)) }
            " · " @if let Some(tag) = &article.language { (language(tag)) " · " }
            @match copied {
                Some(source) => { span.copy { "copies " (line(source)) } },
                None => { (role) @if let Some(origin) = article.origins.first() { ", by " (line(&origin.name)) } },
            }
        }
    }
}

/// Who published a report of the story.
pub(super) fn publisher<'s>(story: &'s StoryEvent, article: &ArticleId) -> &'s str {
    let report = story.articles.iter().find(|report| report.article == *article);
    let named = report.and_then(|report| {
        report.publisher.as_deref().or_else(|| report.url.as_ref().and_then(|url| url.host_str()))
    });
    named.unwrap_or("a report")
}

fn report_link(story: &StoryEvent, article: &ArticleId) -> Markup {
    html! { a href=(format!("/articles/{article}")) { (line(publisher(story, article))) } }
}

/// What reports count differently, with their words.
fn differing(story: &StoryEvent, more: &StoryReports) -> Markup {
    const MAX_TELLERS: usize = 6;
    html! {
        @if !more.differing.is_empty() {
            section.panel aria-labelledby="differing-title" {
                div.heading { h2 #differing-title { "Numbers that differ" } }
                dl.differing {
                    @for thing in more.differing.iter().take(12) {
                        dt { (shown::visible(&words(&thing.counted), 40)) }
                        @for told in thing.values.iter().take(12) {
                            dd {
                                b.number { (amount(told.value)) }
                                ul {
                                    @for telling in told.told_by.iter().take(MAX_TELLERS) {
                                        li { (report_link(story, &telling.article)) " " q.soft { (line(&telling.passage)) } }
                                    }
                                    @if told.told_by.len() > MAX_TELLERS { li.soft { (told.told_by.len() - MAX_TELLERS) " more" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A number that a report tells: with its fraction if it has one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // what is told is positive, and bounded where it is read
fn amount(value: f64) -> String {
    if value.fract() == 0.0 { number(value as u64) } else { format!("{value}") }
}

/// Why each report is in the story.
fn joined(story: &StoryEvent, more: &StoryReports) -> Markup {
    let (copies, told): (Vec<&JoinedReport>, Vec<_>) =
        more.reports.iter().partition(|report| is_copy(report));
    let listed = |reports: &[&JoinedReport]| {
        html! { ol.joined { @for report in reports { li { (joined_report(story, report)) } } } }
    };
    html! {
        @if !more.reports.is_empty() {
            section.panel aria-labelledby="joined-title" {
                div.heading { h2 #joined-title { "What joined each report" } }
                (listed(&told))
                @if copies.len() > MAX_OPEN_COPIES {
                    details { summary { (copies.len()) " copies" } (listed(&copies)) }
                } @else if !copies.is_empty() {
                    (listed(&copies))
                }
                @if more.reports.len() < story.article_count as usize { p.note { "Of " (number(story.article_count)) " reports, those that are read here." } }
            }
        }
    }
}

fn is_copy(report: &JoinedReport) -> bool {
    report.joined_by.first().is_some_and(|reason| reason.sign == "copy")
}

fn joined_report(story: &StoryEvent, report: &JoinedReport) -> Markup {
    let sum: f64 = report.joined_by.iter().map(|reason| reason.weight).sum();
    html! {
        @match report.joined_by.first() {
            None => { (report_link(story, &report.article)) span.soft { " began " @if report.was_moved { "another story, and was moved here by a later report" } @else { "it" } } },
            Some(with) if is_copy(report) => { (report_link(story, &report.article)) span.soft { " copies " (report_link(story, &with.with)) } },
            Some(with) => details {
                summary { bdi { (shown::visible(publisher(story, &report.article), 60)) } " " b { (signed(sum)) } @if report.was_moved { ", when it came in another story" } }
                p.note { (report_link(story, &report.article)) " was compared with " (report_link(story, &with.with)) "; above 0 they tell one happening." }
                (super::article::join_reasons(&report.joined_by))
            },
        }
    }
}

/// What happened to the story, the newest first.
fn history(story: &StoryEvent, more: &StoryReports, now: Timestamp) -> Markup {
    const OPEN: usize = 8;
    let (first, rest) = more.history.split_at(more.history.len().min(OPEN));
    let listed = |moments: &[StoryMoment]| {
        html! {
            ol.history {
                @for moment_of in moments {
                    li {
                        span.soft { (moment(moment_of.time, now)) }
                        span { @for (at, change) in moment_of.changes.iter().take(8).enumerate() { @if at > 0 { "; " } (change_in_words(story, change)) } }
                    }
                }
            }
        }
    };
    html! {
        @if !more.history.is_empty() {
            section.panel aria-labelledby="history-title" {
                div.heading { h2 #history-title { "What happened to it" } }
                (listed(first))
                @if !rest.is_empty() { details { summary { (rest.len()) " before that" } (listed(rest)) } }
                @if !more.is_complete { p.note { "What is older is not shown." } }
            }
        }
    }
}

fn change_in_words(story: &StoryEvent, change: &StoryChange) -> Markup {
    let report = || match &change.article {
        Some(article) => report_link(story, article),
        None => html! { "a report" },
    };
    let other = |before: &str, after: &str| {
        html! { @if let Some(other) = &change.story { (before) a href=(format!("/stories/{other}")) { "another story" } (after) } }
    };
    html! {
        @match change.kind {
            StoryChangeKind::Begun => { (report()) " began it" },
            StoryChangeKind::Joined => { (report()) " joined" (other(", out of ", "")) },
            StoryChangeKind::Left => { (report()) " left" (other(" for ", "")) },
            StoryChangeKind::Edited => { (report()) " was edited" },
            StoryChangeKind::Withdrawn => { (report()) " was withdrawn" },
            StoryChangeKind::Returned => { (report()) " is back" },
            StoryChangeKind::Merged => { b { "merged" } (other(" with ", "")) },
        }
    }
}

/// The words of an evidence, and the report of the story that they stand in where that is another, which they name at their end.
fn in_report<'s>(story: &'s StoryEvent, words: &'s str) -> (&'s str, Option<&'s ArticleId>) {
    let parts = words.rsplit_once(" in ").and_then(|(said, id)| {
        let copied = story.articles.iter().find(|article| article.article.as_str() == id)?;
        Some((said, Some(&copied.article)))
    });
    parts.unwrap_or((words, None))
}

/// Who tells it in words of their own, and what says so.
fn origins(story: &StoryEvent) -> Markup {
    const OPEN: usize = 6;
    let listed = |evidence: &[OriginEvidence]| {
        html! {
            ul {
                @for evidence in evidence {
                    li {
                        (report_link(story, &evidence.article)) ": "
                        @match (&evidence.kind, &evidence.words) {
                            (Some(kind), Some(words)) => {
                                @match in_report(story, words) {
                                    (said, Some(copied)) if said == publisher(story, copied) => { (word(kind)) " of " (report_link(story, copied)) },
                                    (said, Some(copied)) => { (word(kind)) " “" (line(said)) "” in " (report_link(story, copied)) },
                                    (said, None) => { (word(kind)) " “" (line(said)) "”" },
                                }
                            },
                            (Some(kind), None) => (word(kind)),
                            (None, _) => "its own text",
                        }
                    }
                }
            }
        }
    };
    html! {
        ol.origins {
            @for (lane, origin) in story.independent_origins.iter().enumerate() {
                @let (first, rest) = origin.evidence.split_at(origin.evidence.len().min(OPEN));
                li {
                    h3 {
                        svg.swatch viewBox="0 0 10 10" aria-hidden="true" { rect.(lane_class(lane.min(MAX_LANES - 1))) width="10" height="10" rx="2" {} }
                        (line(&origin.name))
                    }
                    (listed(first))
                    @if !rest.is_empty() { details { summary { (rest.len()) " more" } (listed(rest)) } }
                }
            }
        }
    }
}
