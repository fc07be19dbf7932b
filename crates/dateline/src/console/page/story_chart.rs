//! A story over time at a glance, however many report it: a line for each origin, and on it whoever tells or repeats its text, when
//! they did.

use dateline_wire::{StoryArticle, StoryEvent, StoryRole};
use jiff::Timestamp;
use maud::{Markup, html};

use super::story::{MAX_LANES, dot, lane_class, lanes, publisher};
use crate::console::figures::{language, moment, short};
use crate::console::shown::{line, visible};

/// The height of a line, in CSS pixels.
const LINE: usize = 26;

/// The picture, and what its marks mean.
pub(super) fn chart(story: &StoryEvent, now: Timestamp) -> Markup {
    let lanes_of = lanes(story);
    let lane = |article: &StoryArticle| lanes_of.get(&article.article).copied().unwrap_or(0);
    let used = story.articles.iter().map(lane).max().unwrap_or(0) + 1;
    let (first, last) = ends(story);
    html! {
        div.chart {
            @for lane_of in 0..used {
                @let members: Vec<&StoryArticle> = story.articles.iter().filter(|article| lane(article) == lane_of).collect();
                @if let (Some(begin), Some(end)) = (members.first(), members.last()) {
                    span.name {
                        (name(story, lane_of))
                        span.hidden { ": " (visible(&summary(story, &members, now), 300)) }
                    }
                    // The list of reports tells the same to those who don't see it, in the order of time.
                    svg height=(LINE) aria-hidden="true" {
                        line.track x1="0" x2="100%" y1=(LINE / 2) y2=(LINE / 2) {}
                        line.(lane_class(lane_of)).trunk x1=(percent(begin.received_at, first, last)) x2=(percent(end.received_at, first, last)) y1=(LINE / 2) y2=(LINE / 2) {}
                        // Where marks are too close to stand apart, whoever came first is on top.
                        @for article in members.iter().rev() {
                            a href=(format!("/articles/{}", article.article)) tabindex="-1" {
                                title { (label(story, article, now)) }
                                circle.(lane_class(lane_of)).(dot(article.role)) cx=(percent(article.received_at, first, last)) cy=(LINE / 2)
                                    r=(if article.role == StoryRole::Copy { 4 } else { 6 }) {}
                            }
                        }
                    }
                }
            }
            div.axis { (moment(first, now)) (moment(last, now)) }
        }
        ul.key aria-label="What the marks mean" {
            @for (class, meaning) in [("full", "repeated by others"), ("ring", "a report of its own"), ("hollow", "a copy")] {
                li { svg viewBox="0 0 12 12" aria-hidden="true" { circle.(class) cx="6" cy="6" r=(if class == "hollow" { 4 } else { 5 }) {} } (meaning) }
            }
        }
    }
}

/// When the first and the last of its reports came.
fn ends(story: &StoryEvent) -> (Timestamp, Timestamp) {
    let times = || story.articles.iter().map(|article| article.received_at);
    (times().min().unwrap_or(story.first_reported), times().max().unwrap_or(story.last_reported))
}

/// Where a moment lies between two, with room for a mark at both ends.
#[allow(clippy::cast_precision_loss)]
fn percent(time: Timestamp, first: Timestamp, last: Timestamp) -> String {
    let length = last.duration_since(first).as_secs().max(1) as f64;
    let share = time.duration_since(first).as_secs() as f64 / length;
    format!("{:.2}%", 1.5 + share.clamp(0.0, 1.0) * 97.0)
}

fn name_text(story: &StoryEvent, lane: usize) -> String {
    let more = story.independent_origins.len().saturating_sub(MAX_LANES);
    match story.independent_origins.get(lane) {
        Some(origin) if lane + 1 == MAX_LANES && more > 0 => format!("{} and {more} more", origin.name),
        Some(origin) => origin.name.clone(),
        None => "not known".to_owned(),
    }
}

fn name(story: &StoryEvent, lane: usize) -> Markup {
    line(&name_text(story, lane))
}

/// What a line shows, in words.
fn summary(story: &StoryEvent, members: &[&StoryArticle], now: Timestamp) -> String {
    let report = |article: &StoryArticle| {
        format!("{} on {}", publisher(story, &article.article), short(article.received_at, now))
    };
    match members {
        [] => String::new(),
        [one] => format!("1 report, by {}", report(one)),
        [first, .., last] => {
            format!("{} reports, the first by {}, the last by {}", members.len(), report(first), report(last))
        }
    }
}

/// What a mark says to those who point at it.
fn label(story: &StoryEvent, article: &StoryArticle, now: Timestamp) -> String {
    let language = article.language.as_deref().map(language).unwrap_or_default();
    let publisher = publisher(story, &article.article);
    let what = match article.copy_of.as_ref() {
        Some(source) => format!("copies {}", self::publisher(story, source)),
        None => article.title.clone().unwrap_or_default(),
    };
    visible(&format!("{publisher}, {}, {language}: {what}", short(article.received_at, now)), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_lie_in_proportion_and_none_hangs_over_the_side() {
        let time = |seconds| Timestamp::from_second(seconds).expect("a moment");
        assert_eq!(percent(time(100), time(100), time(300)), "1.50%");
        assert_eq!(percent(time(200), time(100), time(300)), "50.00%");
        assert_eq!(percent(time(300), time(100), time(300)), "98.50%");
        assert_eq!(percent(time(100), time(100), time(100)), "1.50%");
    }
}
