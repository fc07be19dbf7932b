//! What the forests cannot see, since it is about the page and not about the run, and what they leave on pages that are shorter
//! than most they have learnt from.

use super::area::{AreaId, Tag};
use super::cue::{self, Cue};
use super::feature::Scene;
use super::frame::{Frame, Heard};
use super::run::{Layout, Run, ends_question};

/// Length of what an article must hold for the others on its page to be its neighbours, in units.
const ARTICLE: f32 = 300.0;

/// Length of the longest announcement of an advertisement, in units.
const ANNOUNCEMENT: f32 = 30.0;

/// Length of the longest line of names, in units.
const BYLINE: f32 = 80.0;

/// What a question that is no part of a story speaks of.
const PROMPTING: [Cue; 5] = [Cue::Newsletter, Cue::App, Cue::Cookies, Cue::Login, Cue::Paywall];

/// Keeps a table of data in the main box: figures, results, ingredients. Its cells are too short to look like a story's, but
/// where they are no links, and stand where the story stands, they are told as a part of it.
pub(super) fn keep_tables(scene: &Scene, layout: &Layout, kept: &mut [bool]) {
    for (index, (run, kept)) in layout.runs.iter().zip(kept).enumerate() {
        *kept |= layout.areas[run.area as usize].tag == Tag::Cell && scene.is_in_data_table(index);
    }
}

/// Drops what stands in a box that calls itself a newsletter, a prompt for an application or a footer, whatever it says.
pub(super) fn drop_furniture(scene: &Scene, layout: &Layout, kept: &mut [bool]) {
    for (run, kept) in layout.runs.iter().zip(kept) {
        *kept &= !scene.is_furniture(run);
    }
}

/// Drops what only announces the advertisement that stands, or stood, between two paragraphs.
pub(super) fn drop_announcements(layout: &Layout, kept: &mut [bool]) {
    for (run, kept) in layout.runs.iter().zip(kept).filter(|(_, kept)| **kept) {
        *kept = run.units > ANNOUNCEMENT || !cue::announces_advert(layout.str(run));
    }
}

/// Drops the line above the text that says who wrote it.
pub(super) fn drop_byline(layout: &Layout, kept: &mut [bool]) {
    let is_above = |run: &Run| run.units <= BYLINE && !run.ends;
    let is_byline = |run: &Run| run.heading == 0 && cue::is_byline(layout.str(run));
    let mut above =
        layout.runs.iter().zip(kept).filter(|(_, kept)| **kept).take_while(|(run, _)| is_above(run));
    if let Some((_, kept)) = above.find(|(run, _)| is_byline(run)) {
        *kept = false;
    }
}

/// Drops prompts and placeholders: a long text that stands on the page three times or more, with the short ones beside it that
/// do, and the title wherever it is repeated as often. What a story does repeat is short (a step, a label), or a question.
/// Cells of tables and items of lists may say anything again.
pub(super) fn drop_refrains(layout: &Layout, frame: &Frame, kept: &mut [bool]) {
    const TIMES: u32 = 3;
    const LONG: f32 = 100.0;
    let is_long = |(run, times): (&Run, &u32)| {
        let mut around = layout.around(run.area).take(2).map(|area| layout.areas[area as usize].tag);
        let is_question = ends_question(layout.str(run)) && !PROMPTING.iter().any(|cue| run.cues.has(*cue));
        run.units >= LONG
            && *times >= TIMES
            && !is_question
            && !around.any(|tag| matches!(tag, Tag::Cell | Tag::Item))
    };
    let long: Vec<bool> = layout.runs.iter().zip(&frame.times).map(is_long).collect();
    for index in (0..long.len()).filter(|index| frame.times[*index] >= TIMES) {
        let beside = index.saturating_sub(1)..(index + 2).min(long.len());
        kept[index] &= frame.heard[index].title != 2 && !long[beside].contains(&true);
    }
}

/// Drops the headline, which is the title and not the text.
pub(super) fn drop_headline(layout: &Layout, heard: &[Heard], kept: &mut [bool]) {
    for ((run, heard), kept) in layout.runs.iter().zip(heard).zip(kept) {
        *kept &= !(run.heading == 1 && heard.title == 2);
    }
}

/// Where the page's headline stands in one of several `<article>`s, drops what was kept of the others: neighbouring posts,
/// and the next stories that a page appends to itself.
pub(super) fn drop_other_articles(layout: &Layout, frame: &Frame, kept: &mut [bool]) {
    let headline = frame.h1.filter(|h1| frame.heard[*h1].title == 2);
    let Some(own) = headline.and_then(|index| article_of(layout, layout.runs[index].area)) else { return };
    let is_own = |area: AreaId| layout.around(area).any(|around| around == own);
    let runs = || layout.runs.iter().zip(kept.iter()).filter(|(_, kept)| **kept).map(|(run, _)| run);
    let length: f32 = runs().filter(|run| is_own(run.area)).map(|run| run.units).sum();
    if length < ARTICLE {
        return;
    }
    for (run, kept) in layout.runs.iter().zip(kept) {
        if *kept
            && !is_own(run.area)
            && article_of(layout, run.area).is_some_and(|other| !encloses(layout, other, own))
        {
            *kept = false;
        }
    }
}

fn article_of(layout: &Layout, area: AreaId) -> Option<AreaId> {
    layout.around(area).find(|area| layout.areas[*area as usize].tag == Tag::Article)
}

fn encloses(layout: &Layout, outer: AreaId, inner: AreaId) -> bool {
    layout.around(inner).any(|around| around == outer)
}
