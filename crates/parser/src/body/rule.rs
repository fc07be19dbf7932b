//! What the forests cannot see, since it is about the page and not about the run, and what they leave on pages that are shorter
//! than most they have learnt from.

use std::cell::LazyCell;

use dateline_text::date;
use jiff::Timestamp;

use super::area::Tag;
use super::cue::{self, Cue};
use super::feature::PageContext;
use super::frame::{Frame, Testimony};
use super::marks::MarkupFamily;
use super::run::{Layout, Run, ends_question, units};

/// Length of the longest announcement of an advertisement, in units.
const ANNOUNCEMENT: f32 = 30.0;

/// Length of the longest line of names, in units.
const BYLINE: f32 = 80.0;

/// Length of the longest line that only points to another story, in units.
const POINTER: f32 = 250.0;

/// Characters of the longest label before such a link.
const LABEL: usize = 30;

/// Length of the longest advertisement in a box of its own, in units, and runs that one in the middle of a sentence has.
const ADVERT: f32 = 400.0;
const MAX_INSERTED: usize = 8;

/// Length of the shortest part of a sentence that something interrupts, in units.
const SENTENCE_PART: f32 = 25.0;

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

/// Keeps headings of the first rank that head a section.
pub(super) fn keep_first_rank(layout: &Layout, testimony: &[Testimony], kept: &mut [bool]) {
    for index in behind_first(layout) {
        kept[index] |= layout.runs[index].heading == 1 && heads_section(layout, testimony, kept, index);
    }
}

/// The runs behind the first heading of the first rank, which heads the page or the article.
fn behind_first(layout: &Layout) -> std::ops::Range<usize> {
    let first = layout.runs.iter().position(|run| run.heading == 1);
    first.map_or(0..0, |first| first + 1..layout.runs.len())
}

/// Whether a heading of the first rank, none of the page's first, is not the page's title and stands between two paragraphs in their box.
fn heads_section(layout: &Layout, testimony: &[Testimony], kept: &[bool], index: usize) -> bool {
    const PROMPTS: [Cue; 6] =
        [Cue::Related, Cue::Newsletter, Cue::Follow, Cue::Comments, Cue::Advert, Cue::App];
    let parent = |index: usize| layout.areas[layout.runs[index].area as usize].parent;
    let is_text_beside = |beside: usize| {
        let text = layout.runs.get(beside);
        text.is_some_and(|run| kept[beside] && run.is_prose() && parent(beside) == parent(index))
    };
    let run = &layout.runs[index];
    !testimony[index].is_title_of_head
        && run.linked < 0.5
        && !PROMPTS.into_iter().any(|cue| run.cues.has(cue))
        && is_text_beside(index - 1)
        && is_text_beside(index + 1)
}

/// Drops what stands in a box that calls itself a newsletter, a prompt for an application or a footer, whatever it says.
pub(super) fn drop_furniture(scene: &PageContext, layout: &Layout, kept: &mut [bool]) {
    for (run, kept) in layout.runs.iter().zip(kept).filter(|(_, kept)| **kept) {
        *kept = !scene.is_furniture(run);
    }
}

/// Drops what only announces the advertisement that stands, or stood, between two paragraphs.
pub(super) fn drop_announcements(layout: &Layout, kept: &mut [bool]) {
    for (run, kept) in layout.runs.iter().zip(kept).filter(|(_, kept)| **kept) {
        *kept = run.units > ANNOUNCEMENT || !cue::announces_advert(layout.str(run));
    }
}

/// Drops lines that only point to other stories: "read also" and its like, and a link behind it; and, whatever they say, lines beside
/// paragraphs that are nothing but one link, or one behind a label, worded as headlines are.
pub(super) fn drop_pointers(layout: &Layout, kept: &mut [bool]) {
    let places: Vec<usize> = (0..kept.len()).filter(|index| kept[*index]).collect();
    let is_prose = |place: Option<&usize>| place.is_none_or(|index| layout.runs[*index].is_prose());
    let is_pointer = |at: usize| {
        let run = &layout.runs[places[at]];
        let are_beside = || at > 0 && is_prose(places.get(at - 1)) && is_prose(places.get(at + 1));
        run.units <= POINTER
            && (run.cues.starts(Cue::Related) && run.linked > 0.5
                || points_by_its_shape(layout, run) && are_beside())
    };
    let pointers: Vec<usize> = (0..places.len()).filter(|at| is_pointer(*at)).map(|at| places[at]).collect();
    pointers.into_iter().for_each(|index| kept[index] = false);
}

/// Whether a line is one link that reads as a headline, with signs around it or a label before it. Entries of lists and tables may be.
fn points_by_its_shape(layout: &Layout, run: &Run) -> bool {
    /// How far the share of a line that is link may lie from what it is taken for.
    const SLACK: f32 = 0.04;
    let line = layout.str(run);
    let is_entry = || {
        let around = layout.around(run.area).take(3);
        around.map(|area| layout.areas[area as usize].tag).any(|tag| matches!(tag, Tag::Item | Tag::Cell))
    };
    if run.links != 1 || run.heading > 0 || run.ends || run.sentences > 0 || is_entry() {
        return false;
    }
    let bytes = line.len() as f32 * run.linked;
    let is_link = |part: &str| (bytes - part.len() as f32).abs() <= part.len() as f32 * SLACK + 3.0;
    let label = line.find([':', '：', '|', '»', '→', '▶', '►', '>']);
    let label = label.filter(|at| line[..*at].chars().count() <= LABEL);
    let behind = label.map(|at| line[at..].trim_start_matches(|c: char| !c.is_alphanumeric()));
    let whole = line.trim_matches(|c: char| !c.is_alphanumeric());
    [Some(whole), behind].into_iter().flatten().any(|part| is_link(part) && is_headline(part))
}

/// Whether a line has the words of a headline: a few, and no address.
fn is_headline(line: &str) -> bool {
    const WORDS: usize = 4;
    const DENSE: f32 = 24.0;
    let is_address = line.starts_with("http") || line.starts_with("www.") || line.contains("://");
    let is_dense = line.chars().any(|c| c >= '\u{2e80}');
    !is_address && (line.split_whitespace().count() >= WORDS || is_dense && units(line, DENSE) >= DENSE)
}

/// Drops captions that stand as paragraphs, as East Asian papers set them: a triangle that points at the picture, what it shows, and whose
/// it is. Where one of them says no such thing, they are of a list.
pub(super) fn drop_pointing_captions(layout: &Layout, kept: &mut [bool]) {
    const CREDITS: [&str; 15] = [
        "（圖／",
        "(圖／",
        "（圖/",
        "(圖/",
        "（圖：",
        "(圖：",
        "（图／",
        "（图/",
        "(图/",
        "（图：",
        " 사진=",
        " 사진 =",
        " [사진=",
        " 사진제공=",
        " ⓒ",
    ];
    let said = |run: &Run| layout.str(run).strip_prefix(['▲', '▼', '△', '▽']).map(str::trim_start);
    let is_caption = |run: &Run| {
        let is_credited = |said: &str| CREDITS.iter().any(|credit| said.contains(credit));
        run.units <= POINTER && said(run).is_some_and(is_credited)
    };
    let pointing: Vec<usize> =
        (0..kept.len()).filter(|index| kept[*index] && said(&layout.runs[*index]).is_some()).collect();
    if pointing.iter().all(|index| is_caption(&layout.runs[*index])) {
        pointing.into_iter().for_each(|index| kept[index] = false);
    }
}

/// Drops boxes of advertisements in the middle of the text: such as begin with the word for it, or bear its name.
pub(super) fn drop_advert_boxes(layout: &Layout, kept: &mut [bool]) {
    let mut ends = vec![0_usize; layout.areas.len()];
    let mut starts = vec![usize::MAX; layout.areas.len()];
    let mut holds_label = vec![false; layout.areas.len()];
    for (index, run) in layout.runs.iter().enumerate() {
        let area = run.area as usize;
        if starts[area] == usize::MAX {
            starts[area] = index;
            holds_label[area] = run.cues.has(Cue::Advert)
                && run.units <= ANNOUNCEMENT
                && cue::announces_advert(layout.str(run));
        }
        ends[area] = index + 1;
    }
    for area in (1..layout.areas.len()).rev() {
        let parent = layout.areas[area].parent as usize;
        if starts[area] < starts[parent] {
            starts[parent] = starts[area];
            holds_label[parent] = holds_label[area];
        }
        ends[parent] = ends[parent].max(ends[area]);
    }
    let length = |from: usize, to: usize, kept: &[bool]| -> f32 {
        (from..to).filter(|index| kept[*index]).map(|index| layout.runs[index].units).sum()
    };
    for (area, held) in
        layout.areas.iter().enumerate().skip(1).filter(|(_, held)| held.runs > 0 && held.units <= ADVERT)
    {
        let (start, end) = (starts[area], ends[area]);
        let is_named = held.marks.is_advert()
            && !held.marks.has(MarkupFamily::Body)
            && !held.marks.has(MarkupFamily::Story);
        let is_labelled = holds_label[area] && end - start > 1 && held.tag != Tag::Paragraph;
        if (is_named || is_labelled)
            && length(start, end, kept) > 0.0
            && length(0, start, kept) > 0.0
            && length(end, kept.len(), kept) > 0.0
        {
            kept[start..end].fill(false);
        }
    }
}

/// Drops what stands in the middle of a sentence: between a paragraph that does not end and one beside it that goes on, in boxes of
/// its own.
pub(super) fn drop_insertions(layout: &Layout, kept: &mut [bool]) {
    for from in 0..kept.len() {
        if !kept[from] {
            continue;
        }
        let mut behind = from + 1..kept.len().min(from + 1 + MAX_INSERTED);
        if let Some(to) = behind.find(|to| goes_on(layout, from, *to)).filter(|to| kept[*to]) {
            kept[from + 1..to].fill(false);
        }
    }
}

/// Whether a sentence that `from` leaves open goes on in `to`, in the same box or a twin beside it, with boxes of another kind between
/// them. What a text itself sets between its lines is a list, a quotation, a heading, code.
pub(super) fn goes_on(layout: &Layout, from: usize, to: usize) -> bool {
    const OWN: [Tag; 6] = [Tag::Item, Tag::Quote, Tag::Pre, Tag::Heading, Tag::Cell, Tag::Definition];
    if to <= from + 1 {
        return false;
    }
    let (before, behind) = (&layout.runs[from], &layout.runs[to]);
    let (above, below) = (&layout.areas[before.area as usize], &layout.areas[behind.area as usize]);
    let in_one_box = before.area == behind.area && !behind.after_break;
    let are_beside = above.parent == below.parent && above.tag == below.tag && above.look == below.look;
    let host = if in_one_box { before.area } else { above.parent };
    let is_inserted = |run: &Run| {
        let mut outermost = None;
        for area in layout.around(run.area).take_while(|area| *area != host) {
            let area = &layout.areas[area as usize];
            if OWN.contains(&area.tag) {
                return false;
            }
            outermost = Some(area);
        }
        outermost.is_some_and(|area| area.tag != Tag::Paragraph && area.look != above.look)
    };
    let is_open =
        |text: &str| text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | '、' | '，'));
    let is_dense = |text: &str| text.starts_with(|c: char| c >= '\u{2e80}');
    let rest = layout.str(behind);
    let between = &layout.runs[from + 1..to];
    (in_one_box || are_beside)
        && before.heading == 0
        && before.units >= SENTENCE_PART
        && !matches!(above.tag, Tag::Item | Tag::Cell | Tag::Heading | Tag::Pre)
        && is_open(layout.str(before))
        && (rest.starts_with(char::is_lowercase) || in_one_box && is_dense(rest))
        && between.iter().map(|run| run.units).sum::<f32>() <= ADVERT
        && between.iter().all(is_inserted)
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

/// Drops the lines above the text that say who wrote it, and under which number the paper keeps it.
pub(super) fn drop_byline(layout: &Layout, kept: &mut [bool]) {
    let is_above = |run: &Run| run.units <= BYLINE && !run.ends;
    let is_number = |run: &Run| run.digits > 0 && cue::is_number_of_house(&layout.str(run).to_lowercase());
    let lines = layout.runs.iter().zip(kept.iter_mut()).filter(|(_, kept)| **kept);
    for (_, kept) in lines.take_while(|(run, _)| is_above(run)).filter(|(run, _)| is_number(run)) {
        *kept = false;
    }
    let is_byline = |run: &Run| run.heading == 0 && cue::is_byline(layout.str(run));
    let mut above =
        layout.runs.iter().zip(kept).filter(|(_, kept)| **kept).take_while(|(run, _)| is_above(run));
    if let Some((_, kept)) = above.find(|(run, _)| is_byline(run)) {
        *kept = false;
    }
}

/// Drops the lines between the headline and the text that say when it was published, how long it takes to read, whose the picture is. A
/// day above the text that is not the only one belongs to a diary, or to a programme.
pub(super) fn drop_head_lines(layout: &Layout, kept: &mut [bool]) {
    const CUES: [Cue; 4] = [Cue::Byline, Cue::Photo, Cue::Source, Cue::Time];
    let is_short = |run: &Run| run.units <= BYLINE && !run.is_prose();
    let is_above = |run: &Run| run.heading == 0 && is_short(run);
    let of_kept: Vec<usize> = (0..kept.len()).filter(|index| kept[*index]).collect();
    let above = of_kept.iter().take_while(|index| is_above(&layout.runs[**index])).count();
    let (lines, text) = of_kept.split_at(above);
    let is_day =
        |index: &usize| is_short(&layout.runs[*index]) && is_date_line(layout.str(&layout.runs[*index]));
    let goes_by_days = LazyCell::new(|| text.iter().any(is_day));
    for index in lines {
        let run = &layout.runs[*index];
        let says = !run.ends && CUES.iter().any(|cue| run.cues.starts(*cue));
        if says || is_day(index) && !*goes_by_days || cue::is_about_reading(layout.str(run)) {
            kept[*index] = false;
        }
    }
}

/// Whether a line is a date and few words beside it.
pub(super) fn is_date_line(line: &str) -> bool {
    const WORDS: usize = 4;
    if !date::has_digit(line) {
        return false;
    }
    // "4 hours ago": from whatever moment it is counted.
    if line.split_whitespace().count() <= WORDS && date::read_age(line, Timestamp::UNIX_EPOCH).is_some() {
        return true;
    }
    let words_in =
        |part: &str| part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
    let dates = date::read_all(line);
    let (mut from, mut words) = (0, 0);
    for found in &dates {
        words += words_in(line.get(from..found.place.start).unwrap_or_default());
        from = found.place.end;
    }
    words += words_in(&line[from..]);
    !dates.is_empty() && words <= WORDS
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

/// Drops the headline where no heading is one: the first line of the text, which is the title of the page's head and no sentence.
pub(super) fn drop_headline_without_heading(layout: &Layout, testimony: &[Testimony], kept: &mut [bool]) {
    const TEXT: f32 = 120.0;
    let is_title = |index: usize| testimony[index].title == 2;
    if (0..kept.len()).any(|index| layout.runs[index].heading > 0 && is_title(index)) {
        return;
    }
    let Some(first) = kept.iter().position(|kept| *kept) else { return };
    let rest: f32 =
        (first + 1..kept.len()).filter(|index| kept[*index]).map(|index| layout.runs[index].units).sum();
    if is_title(first) && testimony[first].is_title_of_head && !layout.runs[first].ends && rest >= TEXT {
        kept[first] = false;
    }
}

/// Drops the headline, which is the title and not the text.
pub(super) fn drop_headline(layout: &Layout, testimony: &[Testimony], kept: &mut [bool]) {
    let behind = behind_first(layout);
    for index in 0..kept.len() {
        let is_headline = layout.runs[index].heading == 1 && testimony[index].title == 2;
        let is_section = behind.contains(&index) && heads_section(layout, testimony, kept, index);
        if is_headline && !is_section {
            kept[index] = false;
        }
    }
}
