//! No text twice: which of several copies is the story's.
//!
//! Pages hold the lede again above the picture, the whole story again for another width of screen. A story repeats itself,
//! too: the question of a series of interviews, the step of a recipe. What tells them apart is how much is repeated in one
//! go, and whether the copies look alike.

use std::collections::HashMap;

use super::area::Tag;
use super::frame::Frame;
use super::marks::Separation;
use super::run::{Layout, Run, ends_question};

/// Length from which a sequence of texts that stood on the page before is a copy, in units.
const COPY: f32 = 300.0;

/// Mean length of the texts in such a sequence, in units: plans and recipes repeat whole days and steps, in short lines.
const LINE: f32 = 80.0;

/// Length from which a single text in another dress is a copy, in units.
const TELLING: f32 = 40.0;

/// Length from which a paragraph in the same dress is a copy, in units: what a story says again is shorter, or a question.
const PARAGRAPH: f32 = 100.0;

/// The same in scripts of few letters, where a unit says more.
const PARAGRAPH_IN_DENSE_SCRIPT: f32 = 70.0;

/// Texts that one of two copies may hold in between and the other not: an advertisement, a link.
const MAX_GAP: usize = 3;

/// The share of all different text on a page that stands in a sequence which is a copy, however short.
const WHOLE: f32 = 0.5;

/// Openings of paragraphs on one page that are looked for further on.
const MAX_PREVIEWS: usize = 20;

/// Earlier occurrences of a text that a sequence is compared with.
const COMPARED: usize = 4;

/// Sets apart all but the first of the copies that a page holds of its whole text, for several widths of screen, before they
/// are taken for refrains.
pub(super) fn set_apart(layout: &mut Layout) {
    let runs = &layout.runs;
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    let is_text = |run: &Run| run.linked < 0.4 && run.units >= TELLING;
    let mut different = 0.0;
    for (index, run) in runs.iter().enumerate().filter(|(_, run)| is_text(run)) {
        let places = places.entry(run.hash).or_default();
        if places.is_empty() {
            different += run.units;
        }
        places.push(index);
    }
    if places.values().all(|places| places.len() == 1) {
        return;
    }
    let mut is_copy = vec![false; runs.len()];
    let mut at = 0;
    while at < runs.len() {
        let earlier = places.get(&runs[at].hash).map_or(&[][..], Vec::as_slice);
        let copies = earlier
            .iter()
            .take(COMPARED)
            .take_while(|from| **from < at)
            .map(|from| Pairs::of(runs, *from, at));
        let longest = copies.max_by(|one, other| one.units.total_cmp(&other.units));
        match longest {
            // The headline above a copy is a copy, too.
            Some(pairs) if pairs.units >= WHOLE * different => {
                let above = (1..=pairs.from.min(at))
                    .take_while(|back| runs[pairs.from - back].hash == runs[at - back].hash);
                above.for_each(|back| is_copy[at - back] = true);
                pairs.found.iter().for_each(|index| is_copy[*index] = true);
                // What stands in a copy and is no text belongs to it.
                (at..pairs.end)
                    .filter(|index| !is_text(&runs[*index]))
                    .for_each(|index| is_copy[index] = true);
                at = pairs.end;
            }
            // What begins within half of what was too short is too short as well, or its better half.
            Some(pairs) => at += (pairs.found.len() / 2).max(1),
            None => at += 1,
        }
    }
    layout.set_apart(|index, _| is_copy[index].then_some(Separation::Copy));
}

/// The runs of a copy that stand in the original, too.
struct Pairs {
    from: usize,
    found: Vec<usize>,
    units: f32,
    /// Behind the last of them.
    end: usize,
}

impl Pairs {
    /// Lays the runs from `at` on along those from `from` on, with small gaps in either.
    fn of(runs: &[Run], mut from: usize, mut at: usize) -> Self {
        let start = at;
        let mut pairs = Self { from, found: Vec::new(), units: 0.0, end: at };
        'pairs: while from < start && at < runs.len() {
            for gap in 0..=2 * MAX_GAP {
                for skipped in gap.saturating_sub(MAX_GAP)..=gap.min(MAX_GAP) {
                    let (here, there) = (from + skipped, at + gap - skipped);
                    let pair = (here < start)
                        .then(|| runs.get(there).filter(|run| run.hash == runs[here].hash))
                        .flatten();
                    if let Some(run) = pair {
                        pairs.found.push(there);
                        pairs.units += run.units * (1.0 - run.linked);
                        (from, at) = (here + 1, there + 1);
                        pairs.end = at;
                        continue 'pairs;
                    }
                }
            }
            break;
        }
        pairs
    }
}

/// Drops copies. Of a text that stands in boxes of different looks the surest one stays, of a paragraph that stands twice the
/// first.
pub(super) fn drop_copies(frame: &Frame, layout: &Layout, verdicts: &[f32], kept: &mut [bool]) {
    let runs = &layout.runs;
    let order: Vec<usize> = (0..runs.len()).filter(|index| kept[*index]).collect();
    let mut places: HashMap<u64, Vec<usize>> = HashMap::with_capacity(order.len());
    let mut at = 0;
    while at < order.len() {
        let earlier = places.get(&runs[order[at]].hash).map_or(&[][..], Vec::as_slice);
        let copied = |from: usize| {
            let same = (0..at - from).take_while(|step| {
                order.get(at + step).is_some_and(|to| runs[*to].hash == runs[order[from + step]].hash)
            });
            same.count()
        };
        let length = |count: usize| order[at..at + count].iter().map(|index| runs[*index].units).sum::<f32>();
        let longest = earlier.iter().take(COMPARED).map(|from| copied(*from)).max().unwrap_or(0);
        if length(longest) >= COPY.max(LINE * longest as f32) {
            order[at..at + longest].iter().for_each(|index| kept[*index] = false);
            at += longest;
        } else {
            places.entry(runs[order[at]].hash).or_default().push(at);
            at += 1;
        }
    }
    for places in places.values().filter(|places| places.len() > 1) {
        let indices = || places.iter().map(|place| order[*place]);
        let first = order[places[0]];
        let alike = indices().all(|index| frame.look[index] == frame.look[first]);
        if runs[first].units < TELLING || alike && !is_said_once(layout, &runs[first]) {
            continue;
        }
        let surest =
            indices().fold(first, |best, index| if verdicts[index] > verdicts[best] { index } else { best });
        let stays = if alike { first } else { surest };
        indices().filter(|index| *index != stays).for_each(|index| kept[index] = false);
    }
}

/// Drops the openings of paragraphs, broken off with an ellipsis, that stand whole further on: what a page shows until more is
/// asked for.
pub(super) fn drop_previews(layout: &Layout, kept: &mut [bool]) {
    let text = |index: usize| layout.str(&layout.runs[index]);
    let opening = |index: usize| {
        let opening = text(index).strip_suffix('…').or_else(|| text(index).strip_suffix("..."))?.trim_end();
        (layout.runs[index].units >= TELLING).then_some(opening)
    };
    let broken: Vec<(usize, &str)> = (0..kept.len())
        .filter(|index| kept[*index])
        .filter_map(|index| Some((index, opening(index)?)))
        .take(MAX_PREVIEWS)
        .collect();
    for (index, opening) in broken {
        let is_whole = |other: usize| kept[other] && other != index && text(other).starts_with(opening);
        let is_told_whole =
            (index + 1..kept.len()).any(|other| is_whole(other) && text(other).len() > text(index).len());
        kept[index] = !is_told_whole;
    }
}

/// Whether a text is a whole paragraph of the kind that a story says once.
fn is_said_once(layout: &Layout, run: &Run) -> bool {
    let mut around = layout.around(run.area).take(2).map(|area| layout.areas[area as usize].tag);
    // Spaces have length, too, but nowhere so much.
    let is_dense = run.units > 1.6 * run.letters as f32;
    run.units >= if is_dense { PARAGRAPH_IN_DENSE_SCRIPT } else { PARAGRAPH }
        && run.ends
        && !ends_question(layout.str(run))
        && !around.any(|tag| matches!(tag, Tag::Cell | Tag::Item))
}
