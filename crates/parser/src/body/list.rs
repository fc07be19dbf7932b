//! Whether a page is a list of other pages: a section, a tag, a search, the front page that a dead link leads to.

use std::collections::HashMap;

use super::area::{AreaId, Tag};
use super::frame::Frame;
use super::marks::MarkupFamily;
use super::run::{Layout, Run};

/// Cards from which a page may be a list: a story has some beside it.
const CARDS: usize = 5;

/// Length of the longest card, in units: a headline and an opening.
const CARD: f32 = 700.0;

/// The share of the body that stands in cards on a page that is a list.
const MOST: f32 = 0.6;

/// Whether most of what was taken for the body are the openings of other articles, each under a headline that leads there.
pub(super) fn is_list(layout: &Layout, frame: &Frame, kept: &[bool]) -> bool {
    let card = cards(layout, frame);
    let count = card.iter().flatten().collect::<std::collections::HashSet<_>>().len();
    if count < CARDS {
        return false;
    }
    let (mut all, mut in_cards) = (0.0, 0.0);
    for (run, card) in
        layout.runs.iter().zip(&card).zip(kept).filter(|(_, kept)| **kept).map(|(both, _)| both)
    {
        all += run.units;
        in_cards += if card.is_some() { run.units } else { 0.0 };
    }
    in_cards >= MOST * all
}

/// For each run, the card that it is a part of: the largest box around a heading which is all link that holds no other one
/// and is no longer than a card. Cards come in numbers, in boxes that look the same, outside of the page's frame.
fn cards(layout: &Layout, frame: &Frame) -> Vec<Option<AreaId>> {
    let is_link = |index: &usize| {
        let run = &layout.runs[*index];
        run.heading > 0 && run.linked > 0.8 && frame.testimony[*index].title < 2 && !is_framed(layout, run)
    };
    let links: Vec<usize> = (0..layout.runs.len()).filter(is_link).collect();
    let mut held = vec![0_u32; layout.areas.len()];
    for index in &links {
        held[layout.runs[*index].area as usize] += 1;
    }
    for index in (1..held.len()).rev() {
        held[layout.areas[index].parent as usize] += held[index];
    }
    let is_card = |area: &AreaId| held[*area as usize] == 1 && layout.areas[*area as usize].units <= CARD;
    let mut looks: HashMap<u64, u32> = HashMap::new();
    let mut is_top = vec![false; layout.areas.len()];
    for index in links {
        if let Some(card) = layout.around(layout.runs[index].area).take_while(is_card).last() {
            is_top[card as usize] = true;
            *looks.entry(layout.areas[card as usize].look).or_default() += 1;
        }
    }
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
