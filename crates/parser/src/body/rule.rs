//! What the forests cannot see, since it is about the page and not about the run, and what they leave on pages that are shorter
//! than most they have learnt from.

use super::area::Tag;
use super::cue::{self, Cue};
use super::feature::PageContext;
use super::frame::{Frame, Testimony};
use super::run::{Layout, Run, ends_question};

/// Length of the longest announcement of an advertisement, in units.
const ANNOUNCEMENT: f32 = 30.0;

/// Length of the longest line of names, in units.
const BYLINE: f32 = 80.0;

/// Length of the longest line that only points to another story, in units.
const POINTER: f32 = 250.0;

/// Length of the longest closing line of a paper's own, in units, and how many of them are looked for.
const CLOSING: f32 = 160.0;
const CLOSING_LINES: usize = 4;

/// What a question that is no part of a story speaks of.
const PROMPTING: [Cue; 5] = [Cue::Newsletter, Cue::App, Cue::Cookies, Cue::Login, Cue::Paywall];

/// Keeps a table of data in the main box: figures, results, ingredients. Its cells are too short to look like a story's, but
/// where they are no links, and stand where the story stands, they are told as a part of it.
pub(super) fn keep_tables(scene: &PageContext, layout: &Layout, kept: &mut [bool]) {
    for (index, (run, kept)) in layout.runs.iter().zip(kept).enumerate() {
        *kept |= layout.areas[run.area as usize].tag == Tag::Cell && scene.is_in_data_table(index);
    }
}

/// Drops what stands in a box that calls itself a newsletter, a prompt for an application or a footer, whatever it says.
pub(super) fn drop_furniture(scene: &PageContext, layout: &Layout, kept: &mut [bool]) {
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

/// Drops lines that only point to other stories: "read also" and its like, and a link behind it.
pub(super) fn drop_pointers(layout: &Layout, kept: &mut [bool]) {
    for (run, kept) in layout.runs.iter().zip(kept).filter(|(_, kept)| **kept) {
        *kept = !(run.cues.starts(Cue::Related) && run.linked > 0.5 && run.units <= POINTER);
    }
}

/// Drops from the end of the text the lines in which a paper speaks of itself: whose the rights are, where to follow it.
pub(super) fn drop_closing_lines(layout: &Layout, kept: &mut [bool]) {
    let last: Vec<usize> =
        (0..kept.len()).rev().filter(|index| kept[*index]).take(CLOSING_LINES + 1).collect();
    let is_of_house = |run: &Run| {
        run.heading == 0 && run.units <= CLOSING && cue::is_of_house(layout.str(run), run.links > 0)
    };
    let count = last.iter().take_while(|index| is_of_house(&layout.runs[**index])).count();
    // A text that consists of nothing else is no article's.
    if count < last.len() {
        last[..count].iter().for_each(|index| kept[*index] = false);
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
    let is_refrain = |index: usize| {
        let beside = index.saturating_sub(1)..(index + 2).min(long.len());
        frame.times[index] >= TIMES && (frame.testimony[index].title == 2 || long[beside].contains(&true))
    };
    let length = |counts: &dyn Fn(usize) -> bool| -> f32 {
        let runs = (0..long.len()).filter(|index| kept[*index] && counts(*index));
        runs.map(|index| layout.runs[index].units).sum()
    };
    // What is most of a text is no refrain of it, however often it stands there.
    if 2.0 * length(&is_refrain) <= length(&|_| true) {
        (0..long.len()).filter(|index| is_refrain(*index)).for_each(|index| kept[index] = false);
    }
}

/// Drops the headline, which is the title and not the text.
pub(super) fn drop_headline(layout: &Layout, testimony: &[Testimony], kept: &mut [bool]) {
    for ((run, testimony), kept) in layout.runs.iter().zip(testimony).zip(kept) {
        *kept &= !(run.heading == 1 && testimony.title == 2);
    }
}
