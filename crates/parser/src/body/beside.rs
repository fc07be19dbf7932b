//! A story of a sentence or two, beside longer boxes of others: related stories, a newsletter's praise, a portrait of the house.
//!
//! The forests look for the most text, and of a short story they keep the longer box beside it, too, or in its place. Where what
//! stands right below the headline is short prose, boxes as long as that are left out that their markup sets beside it: by their
//! names, as `<aside>`, behind the end of the element that is made for the article, or by a heading of far lower rank.

use super::apart;
use super::area::{AreaId, Tag};
use super::frame::Frame;
use super::marks::MarkupFamily;
use super::run::Layout;

/// Lengths between which what stands below the headline is a short story, in units.
const SHORTEST: f32 = 50.0;
const SHORT: f32 = 500.0;

/// Levels by which the heading of another box is lower than the headline.
const FAR_BELOW: u8 = 2;

const NAMES_OF_OTHERS: [MarkupFamily; 12] = [
    MarkupFamily::Related,
    MarkupFamily::Advert,
    MarkupFamily::Share,
    MarkupFamily::Comments,
    MarkupFamily::Newsletter,
    MarkupFamily::Tags,
    MarkupFamily::Navigation,
    MarkupFamily::Footer,
    MarkupFamily::Sidebar,
    MarkupFamily::Aside,
    MarkupFamily::Legal,
    MarkupFamily::App,
];

/// A box beside the story, as far as it was kept.
struct SideBox {
    area: AreaId,
    units: f32,
    runs: Vec<usize>,
}

impl SideBox {
    /// The level of the heading that it begins with, if what was kept of it stands right under that, and whether that is the only one in
    /// it. A box of several things, the story's own text among them, is none of one kind.
    fn heading(&self, layout: &Layout) -> Option<(u8, bool)> {
        let is_inside =
            |index: &usize| layout.around(layout.runs[*index].area).any(|above| above == self.area);
        let host = |index: usize| layout.areas[layout.runs[index].area as usize].parent;
        let known = *self.runs.first()?;
        let first = (0..known).rev().take_while(is_inside).last().unwrap_or(known);
        let level = layout.runs[first].heading;
        let is_under = self.runs.iter().all(|index| host(*index) == host(first));
        let mut rest = (first + 1..layout.runs.len()).take_while(is_inside);
        (level > 0 && is_under).then(|| (level, rest.all(|index| layout.runs[index].heading == 0)))
    }
}

/// Keeps a short story below its headline, and drops longer boxes beside it.
pub(super) fn keep_short_story(layout: &Layout, frame: &Frame, kept: &mut [bool]) {
    let Some(headline) = frame.h1.filter(|h1| frame.testimony[*h1].title == 2) else { return };
    let own_line: Vec<AreaId> = layout.around(layout.runs[headline].area).collect();
    let mut is_on_line = vec![false; layout.areas.len()];
    own_line.iter().for_each(|area| is_on_line[*area as usize] = true);
    let off_line =
        |index: usize| layout.around(layout.runs[index].area).take_while(|area| !is_on_line[*area as usize]);
    // The box right below the line of boxes around the headline that holds a run.
    let side = |index: usize| off_line(index).last();
    let is_named = |area: AreaId| {
        let area = &layout.areas[area as usize];
        matches!(area.tag, Tag::Aside | Tag::Footer | Tag::Nav | Tag::Form)
            || NAMES_OF_OTHERS.into_iter().any(|name| area.marks.has(name))
    };
    let is_beside = |index: usize| off_line(index).any(is_named);
    let below = (headline + 1..kept.len()).take_while(|index| layout.runs[*index].heading == 0);
    let own: Vec<usize> = below
        .filter(|index| !is_beside(*index) && apart::plain(layout, &layout.runs[*index]) > 0.0)
        .collect();
    let length: f32 = own.iter().map(|index| layout.runs[*index].units).sum();
    let Some(last) = own.last().copied().filter(|_| (SHORTEST..SHORT).contains(&length)) else { return };
    let mut boxes: Vec<SideBox> = Vec::new();
    for index in (last + 1..kept.len()).filter(|index| kept[*index]) {
        let Some(area) = side(index) else { continue };
        match boxes.last_mut().filter(|known| known.area == area) {
            Some(known) => {
                known.units += layout.runs[index].units;
                known.runs.push(index);
            }
            None => boxes.push(SideBox { area, units: layout.runs[index].units, runs: vec![index] }),
        }
    }
    // Where the element that is made for the article holds the story, the rest of the page is none of it.
    let article = own_line
        .iter()
        .find(|area| matches!(layout.areas[**area as usize].tag, Tag::Article | Tag::Main))
        .filter(|area| {
            own.iter().all(|index| layout.around(layout.runs[*index].area).any(|above| above == **area))
        });
    let is_other = |beside: &SideBox| {
        let says_body = beside.runs.iter().any(|index| {
            frame.testimony[*index].in_body
                || off_line(*index).map(|area| layout.areas[area as usize].marks).any(|marks| {
                    marks.has(MarkupFamily::Body) || marks.has(MarkupFamily::Story) || marks.is_article()
                })
        });
        let is_named = || beside.runs.iter().all(|index| is_beside(*index));
        let is_behind = || {
            let is_inside = |area: &&AreaId| layout.around(beside.area).any(|above| above == **area);
            article.is_some_and(|area| !is_inside(&area))
        };
        let holds_text = beside.runs.iter().any(|index| layout.runs[*index].heading == 0);
        if beside.units < length || !holds_text || says_body {
            return false;
        }
        beside.heading(layout).is_some_and(|(level, is_only)| {
            let is_far_below = is_only && level >= layout.runs[headline].heading + FAR_BELOW;
            is_named() || is_behind() || is_far_below
        })
    };
    let others: Vec<SideBox> = boxes.into_iter().filter(is_other).collect();
    if others.is_empty() {
        return;
    }
    others.iter().flat_map(|beside| &beside.runs).for_each(|index| kept[*index] = false);
    own.into_iter().for_each(|index| kept[index] = true);
}
