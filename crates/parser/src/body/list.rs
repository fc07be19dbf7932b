//! Whether a page is a list of other pages: a section, a tag, a search, the front page that a dead link leads to.
//!
//! It consists of cards. A card has a headline that leads to its article, or a line that does above the opening or at its head, or a link to
//! more behind the opening.

use std::collections::{HashMap, HashSet};

use super::area::{AreaId, Tag};
use super::frame::Frame;
use super::marks::MarkupFamily;
use super::run::{Layout, Run};
use super::wall;

/// Cards from which a page may be a list: a story has some beside it.
const CARDS: usize = 5;

/// Length of the longest card, in units: a headline and an opening.
const CARD: f32 = 700.0;

/// The share of the body that stands in cards on a page that is a list.
const MOST: f32 = 0.6;

/// Length of the shortest line that leads to an article without being a heading, and of the opening below it, in units.
const LINE: f32 = 18.0;
const OPENING: f32 = 40.0;

/// What leads from an opening to the rest of it, in lower case.
const MORE: &[&str] = &[
    "read more",
    "continue reading",
    "full story",
    "read the full",
    "read on",
    "подробнее",
    "читать далее",
    "читать дальше",
    "читать полностью",
    "далее",
    "докладніше",
    "детальніше",
    "читати далі",
    "weiterlesen",
    "mehr lesen",
    "lire la suite",
    "lire plus",
    "en savoir plus",
    "leer más",
    "seguir leyendo",
    "leia mais",
    "leggi tutto",
    "continua a leggere",
    "lees meer",
    "czytaj więcej",
    "czytaj dalej",
    "devamı",
    "더보기",
    "자세히",
    "전문보기",
    "続きを読む",
    "もっと見る",
    "全文を読む",
    "阅读全文",
    "閱讀全文",
    "查看全文",
    "查看详情",
    "更多",
];

/// Whether most of what was taken for the body are the openings of other articles, each with what leads there.
pub(super) fn is_list(layout: &Layout, frame: &Frame, kept: &[bool]) -> bool {
    is_list_by(layout, frame, |cards| is_list_of(layout, kept, cards))
}

/// Whether there are openings of other articles in number, whatever was taken for the body: on a front page its lead is.
pub(super) fn has_cards(layout: &Layout, frame: &Frame) -> bool {
    is_list_by(layout, frame, |cards| count(cards) >= CARDS)
}

/// Whether the cards of one kind or another, told for each run, are those of a list.
fn is_list_by(layout: &Layout, frame: &Frame, is_list: impl Fn(&[Option<AreaId>]) -> bool) -> bool {
    let runs = || 0..layout.runs.len();
    let is_other = |index: &usize| {
        let run = &layout.runs[*index];
        frame.testimony[*index].title < 2 && !is_framed(layout, run)
    };
    let is_heading = |index: &usize| layout.runs[*index].heading > 0 && is_other(index);
    let linked_headings = || -> Vec<usize> {
        runs().filter(is_heading).filter(|index| leads_elsewhere(layout, *index)).collect()
    };
    let linked_lines = || -> Vec<usize> {
        runs().filter(|index| leads_to_opening(layout, *index) && is_other(index)).collect()
    };
    let led_lines =
        || -> Vec<usize> { runs().filter(|index| is_led(&layout.runs[*index]) && is_other(index)).collect() };
    let headings = || runs().filter(is_heading).collect();
    let leads_on = |run: &Run| run.links > 0 && leads_to_more(layout.str(run));
    let more_lines = || -> Vec<usize> {
        runs().filter(|index| leads_on(&layout.runs[*index]) && is_other(index)).collect()
    };
    let last = last_runs(layout);
    let ends_with_more =
        |card: AreaId| last[card as usize].map(|index| &layout.runs[index]).is_some_and(leads_on);
    is_list(&cards(layout, linked_headings(), |_| true))
        || is_list(&cards(layout, linked_lines(), |_| true))
        || is_list(&cards(layout, headings(), ends_with_more))
        || is_list(&cards(layout, more_lines(), ends_with_more))
        // A digest of links has a day of its own.
        || !wall::has_day(layout) && is_list(&cards(layout, led_lines(), |_| true))
        || is_list(&cards_without_boxes(layout, &linked_headings()))
        || is_list(&cards_without_boxes(layout, &linked_lines()))
}

/// How many different cards there are.
fn count(cards: &[Option<AreaId>]) -> usize {
    cards.iter().flatten().collect::<HashSet<_>>().len()
}

/// For each run, the card that it is a part of where no box holds a card together: a line that leads to an article and the
/// opening below it, up to the next line that looks the same.
fn cards_without_boxes(layout: &Layout, lines: &[usize]) -> Vec<Option<AreaId>> {
    let look = |index: usize| layout.areas[layout.runs[index].area as usize].look;
    let mut looks: HashMap<u64, u32> = HashMap::new();
    lines.iter().for_each(|line| *looks.entry(look(*line)).or_default() += 1);
    let mut card = vec![None; layout.runs.len()];
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| looks[&look(**line)] as usize >= CARDS) {
        let next = lines.get(at + 1).copied().unwrap_or(layout.runs.len());
        let (mut length, mut opens) = (0.0, false);
        let is_opening = |index: &usize| {
            let run = &layout.runs[*index];
            length += run.units;
            opens |= run.linked < 0.5 && run.units >= OPENING;
            run.heading == 0 && length <= CARD
        };
        let end = (line + 1..next).take_while(is_opening).last();
        if let Some(end) = end.filter(|_| opens) {
            (*line..=end).for_each(|index| card[index] = Some(*line as AreaId));
        }
    }
    card
}

/// For each box, the last run in it and below it.
fn last_runs(layout: &Layout) -> Vec<Option<usize>> {
    let mut last = vec![None; layout.areas.len()];
    for (index, run) in layout.runs.iter().enumerate() {
        last[run.area as usize] = Some(index);
    }
    for index in (1..last.len()).rev() {
        let parent = layout.areas[index].parent as usize;
        last[parent] = last[parent].max(last[index]);
    }
    last
}

/// Whether a text ends with what leads to the rest of it.
fn leads_to_more(text: &str) -> bool {
    const SIGNS: [char; 7] = [' ', '.', '…', '»', '>', '→', '›'];
    let text = text.to_lowercase();
    let text = text.trim_end_matches(SIGNS);
    MORE.iter().any(|more| text.ends_with(more.trim_end_matches(SIGNS)))
}

/// Whether a line begins with a link to an article, as long as a headline, and goes on with its opening.
fn is_led(run: &Run) -> bool {
    run.links == 1
        && run.heading == 0
        && run.led * run.units >= LINE
        && (1.0 - run.led) * run.units >= OPENING
}

/// Whether a line is all link, and leads to another page: one that leads to its own place on this heads a part of the text.
pub(super) fn leads_elsewhere(layout: &Layout, index: usize) -> bool {
    layout.runs[index].linked > 0.8 && layout.anchors.binary_search(&index).is_err()
}

/// Whether a line is all link, and the opening of what it leads to stands below it.
fn leads_to_opening(layout: &Layout, index: usize) -> bool {
    leads_elsewhere(layout, index)
        && layout.runs[index].units >= LINE
        && layout
            .runs
            .get(index + 1)
            .is_some_and(|next| next.linked < 0.5 && next.units >= OPENING && next.heading == 0)
}

/// Whether there are cards in number, and most of the body stands in them.
fn is_list_of(layout: &Layout, kept: &[bool], card: &[Option<AreaId>]) -> bool {
    if count(card) < CARDS {
        return false;
    }
    let (mut all, mut in_cards) = (0.0, 0.0);
    for (run, card) in layout.runs.iter().zip(card).zip(kept).filter(|(_, kept)| **kept).map(|(both, _)| both)
    {
        all += run.units;
        in_cards += if card.is_some() { run.units } else { 0.0 };
    }
    in_cards >= MOST * all
}

/// For each run, the card that it is a part of: the largest box around one of `lines` that holds no other one and is no longer
/// than a card. Cards come in numbers, in boxes that look the same, and are cards by `is_card`.
fn cards(layout: &Layout, lines: Vec<usize>, is_card: impl Fn(AreaId) -> bool) -> Vec<Option<AreaId>> {
    if lines.len() < CARDS {
        return Vec::new();
    }
    let mut held = vec![0_u32; layout.areas.len()];
    for index in &lines {
        held[layout.runs[*index].area as usize] += 1;
    }
    for index in (1..held.len()).rev() {
        held[layout.areas[index].parent as usize] += held[index];
    }
    let is_small = |area: &AreaId| held[*area as usize] == 1 && layout.areas[*area as usize].units <= CARD;
    let mut looks: HashMap<u64, u32> = HashMap::new();
    let mut is_top = vec![false; layout.areas.len()];
    let mut top = |card: AreaId| {
        if is_card(card) {
            is_top[card as usize] = true;
            *looks.entry(layout.areas[card as usize].look).or_default() += 1;
        }
    };
    lines
        .into_iter()
        .filter_map(|index| layout.around(layout.runs[index].area).take_while(is_small).last())
        .for_each(&mut top);
    let mut card: Vec<Option<AreaId>> = Vec::with_capacity(layout.areas.len());
    for (index, area) in layout.areas.iter().enumerate() {
        let above = if index == 0 { None } else { card[area.parent as usize] };
        let own = is_top[index] && looks[&area.look] as usize >= CARDS;
        card.push(above.or(own.then_some(index as AreaId)));
    }
    layout.runs.iter().map(|run| card[run.area as usize]).collect()
}

fn is_framed(layout: &Layout, run: &Run) -> bool {
    let is_frame = |tag| matches!(tag, Tag::Header | Tag::Footer | Tag::Nav | Tag::Aside);
    layout.marks_around(run).has(MarkupFamily::Sidebar)
        || layout.around(run.area).any(|area| is_frame(layout.areas[area as usize].tag))
}
