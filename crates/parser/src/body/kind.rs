//! What kind of page it is: an article, or one of the things that come in its place.

use dateline_text::date::has_digit;
use dateline_wire::{Body, PageKind, ParagraphKind};
use url::Url;

use super::area::Tag;
use super::frame::Frame;
use super::marks::MarkupFamily;
use super::run::{Layout, Run, units};
use super::witness::{Declared, Witness};
use super::{list, paywall, wall};
use crate::dom::{Document, local_name};

/// Length from which a body is an article whatever else stands on the page, in units.
const ARTICLE: f32 = 600.0;

/// Length up to which a notice behind a text makes it a teaser, in units: some papers give three paragraphs away.
const TEASER: f32 = 1200.0;

/// Length below which a page has nothing to say, and below which not even a whole sentence does.
const NOTHING: f32 = 60.0;
const NO_SENTENCE: f32 = 24.0;

/// What the kind is decided from, besides the body.
pub(super) struct PageFacts<'p> {
    pub(super) document: &'p Document,
    pub(super) url: Option<&'p Url>,
    pub(super) witness: &'p Witness,
    pub(super) layout: &'p Layout,
    pub(super) frame: &'p Frame,
    /// Which runs are body.
    pub(super) kept: &'p [bool],
}

/// Decides from the body found and from what else stands on the page.
pub(super) fn of(page: &PageFacts<'_>, body: &Body) -> PageKind {
    let (layout, kept) = (page.layout, page.kept);
    // Beyond the length of a teaser, how long it is makes no difference.
    let length = units(&body.text, TEASER);
    let on_page: f32 = layout.runs.iter().map(|run| run.units).sum();
    if length < ARTICLE && on_page < 4.0 * ARTICLE {
        if let Some(wall) = wall::of(page.document, layout, kept, page.witness.declared == Declared::Article)
        {
            return wall;
        }
        if length < ARTICLE / 2.0 && asks_for_password(page.document) && !has_story(page) {
            return PageKind::Login;
        }
    }
    if length >= NOTHING && is_live_blog(page, body) {
        return PageKind::LiveBlog;
    }
    let is_front = page.url.is_some_and(is_front_page);
    if is_front && list::has_cards(layout, page.frame)
        || page.witness.declared != Declared::Article && list::is_list(layout, page.frame, kept)
    {
        return PageKind::Index;
    }
    if length < TEASER && paywall::is_said(layout, kept) || length < ARTICLE && page.witness.is_paid {
        return PageKind::PaywalledTeaser;
    }
    if length >= ARTICLE {
        return PageKind::Article;
    }
    let is_link = |run: &&Run| run.linked > 0.8 && run.units >= 25.0;
    let linked: f32 = layout.runs.iter().filter(is_link).map(|run| run.units).sum();
    if length < ARTICLE / 2.0 {
        let media = |mark: MarkupFamily| layout.areas.iter().filter(|area| area.marks.has(mark)).count();
        let pictures = page.document.elements(local_name!("figure")).count();
        match () {
            () if page.document.elements(local_name!("video")).next().is_some() => return PageKind::Video,
            () if pictures >= 8 && media(MarkupFamily::Media) >= 4 => return PageKind::Gallery,
            () if linked > 4.0 * length.max(NOTHING) && (is_front || h1_is_missing_or_short(layout)) => {
                return PageKind::Index;
            }
            () => {}
        }
    }
    let is_sentence = || length >= NO_SENTENCE && has_story(page);
    if length >= NOTHING || is_sentence() { PageKind::Article } else { PageKind::Empty }
}

fn asks_for_password(document: &Document) -> bool {
    document.elements(local_name!("input")).any(|node| node.attr("type") == Some("password"))
}

/// Whether there is a headline, and a sentence below it that was taken for the body.
fn has_story(page: &PageFacts<'_>) -> bool {
    let headline = page.layout.runs.iter().position(|run| run.heading > 0);
    let mut body = page.layout.runs.iter().zip(page.kept).enumerate().filter(|(_, (_, kept))| **kept);
    headline.is_some_and(|headline| body.any(|(index, (run, _))| index > headline && run.ends))
}

/// Whether an address is that of a site's front page, in whatever language: a link that is dead often leads there.
fn is_front_page(url: &Url) -> bool {
    let path = url.path().trim_matches('/');
    url.query().is_none()
        && (path.is_empty() || path.len() == 2 && path.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// A running log: many times of day, each above a post of its own.
fn is_live_blog(page: &PageFacts<'_>, body: &Body) -> bool {
    const POSTS: usize = 8;
    const POST: f32 = 60.0;
    let layout = page.layout;
    const PARAGRAPHS: usize = 12;
    let is_declared = page.witness.declared == Declared::LiveBlog;
    if !is_declared && body.paragraphs.len() < PARAGRAPHS {
        return false;
    }
    let says_time = |text: &str| is_time_of_day(text) || is_declared && is_dated_time(text);
    let is_time = |run: &Run| layout.areas[run.area as usize].tag != Tag::Cell && says_time(layout.str(run));
    let times: Vec<usize> = (0..layout.runs.len()).filter(|index| is_time(&layout.runs[*index])).collect();
    // A timetable, a programme: what stands under a time there is a name.
    let is_post = |(from, to): (usize, usize)| {
        layout.runs[from..to]
            .iter()
            .filter(|run| run.ends && run.linked < 0.8)
            .map(|run| run.units)
            .sum::<f32>()
            >= POST
    };
    let ends = times.iter().skip(1).copied().chain([layout.runs.len()]);
    let posts = times.iter().copied().zip(ends).filter(|post| is_post(*post)).count();
    let headings = body.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Heading).count();
    let is_enough = posts >= POSTS && (headings >= 5 || posts * 4 >= body.paragraphs.len());
    body.paragraphs.len() >= PARAGRAPHS && is_enough || is_declared && posts * 2 >= POSTS
}

/// Whether a line says a time of day, with at most a word beside it: `14:05`, `09.30`, `8h10`, "2:05 p.m.", "오후 3시 5분",
/// "下午3时05分".
fn is_time_of_day(text: &str) -> bool {
    const LONGEST: usize = 20;
    text.len() <= LONGEST
        && has_digit(text)
        && (text.split_whitespace().next().is_some_and(|first| is_clock(first, &[':', '.', 'h']))
            || is_clock_of_signs(text))
}

/// Whether a line says a day and a time of it and hardly more: "18. Juni 2025, 10:05 Uhr". Comments have such lines, too.
fn is_dated_time(text: &str) -> bool {
    const LONGEST: usize = 64;
    const WORDS: usize = 9;
    let words = || text.split_whitespace().map(|word| word.trim_matches([',', '|', '(', ')', '-', '–', '·']));
    text.len() <= LONGEST
        && has_digit(text)
        && words().count() <= WORDS
        && (words().any(|word| is_clock(word, &[':', 'h'])) || is_clock_of_signs(text))
}

fn is_clock(word: &str, between: &[char]) -> bool {
    let is_number =
        |part: &str| matches!(part.len(), 1..=2) && part.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once(between).is_some_and(|(hour, minute)| is_number(hour) && is_number(minute))
}

/// An hour and a minute as the scripts of East Asia write them.
fn is_clock_of_signs(text: &str) -> bool {
    !text.is_ascii()
        && [('시', '분'), ('時', '分'), ('时', '分'), ('點', '分'), ('点', '分')].into_iter().any(
            |(hour, minute)| {
                let Some((before, behind)) = text.split_once(hour) else { return false };
                let minutes = behind.split(minute).next().unwrap_or_default().trim();
                before.ends_with(|c: char| c.is_ascii_digit())
                    && behind.contains(minute)
                    && matches!(minutes.len(), 1..=2)
                    && minutes.bytes().all(|byte| byte.is_ascii_digit())
            },
        )
}

/// A front or section page has no headline, or one of a word or two.
fn h1_is_missing_or_short(layout: &Layout) -> bool {
    layout.runs.iter().find(|run| run.heading == 1).is_none_or(|run| run.units < 30.0)
}
