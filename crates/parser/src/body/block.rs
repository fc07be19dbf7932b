//! The pieces that a page falls into around its main box: branches, groups and sections.
//!
//! Related stories, a box of facts, a table of results are right or wrong as a whole, while a line of one looks like a line of
//! another. So each run is also known by the piece that it belongs to.

use super::area::{AreaId, Tag};
use super::run::Layout;

/// The pieces of one page.
#[derive(Default)]
pub(super) struct Blocks {
    /// For each box, what hangs on the main box's own line of ancestors and holds it.
    pub(super) branch: Vec<AreaId>,
    /// For each box, the outermost list or table that it is a part of, or the box itself.
    pub(super) group: Vec<AreaId>,
    /// For each box, the length of the text in it and below it that ends as sentences do, in units.
    pub(super) ended: Vec<f32>,
    /// For each box, the headings in it and below it.
    pub(super) headings: Vec<u32>,
    /// What stands between two headings, in the order of the page.
    pub(super) sections: Vec<Section>,
    /// For each run, its section.
    pub(super) section: Vec<u32>,
}

/// The runs from one heading to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Section {
    /// Its first run: the heading, except where the page begins without one.
    pub(super) first: usize,
    pub(super) runs: u32,
    pub(super) units: f32,
    pub(super) linked: f32,
    pub(super) good: f32,
}

impl Blocks {
    /// Cuts the page around `top`; `good` is the length of body text that each run is taken for.
    pub(super) fn of(layout: &Layout, top: AreaId, good: impl Fn(usize) -> f32) -> Self {
        let count = layout.areas.len();
        let mut blocks = Self {
            branch: branches(layout, top),
            group: groups(layout),
            ended: vec![0.0; count],
            headings: vec![0; count],
            sections: vec![Section::default()],
            section: Vec::with_capacity(layout.runs.len()),
        };
        for (index, run) in layout.runs.iter().enumerate() {
            let last = blocks.sections.len() - 1;
            if run.heading > 0 && blocks.sections[last].runs > 0 {
                blocks.sections.push(Section { first: index, ..Section::default() });
            }
            let number = blocks.sections.len() - 1;
            let section = &mut blocks.sections[number];
            section.runs += 1;
            section.units += run.units;
            section.linked += run.units * run.linked;
            section.good += good(index);
            blocks.section.push(number as u32);
            blocks.headings[run.area as usize] += u32::from(run.heading > 0);
            if run.ends {
                blocks.ended[run.area as usize] += run.units;
            }
        }
        for index in (1..count).rev() {
            let parent = layout.areas[index].parent as usize;
            blocks.ended[parent] += blocks.ended[index];
            blocks.headings[parent] += blocks.headings[index];
        }
        blocks
    }
}

fn branches(layout: &Layout, top: AreaId) -> Vec<AreaId> {
    let mut is_trunk = vec![false; layout.areas.len()];
    for area in layout.around(top) {
        is_trunk[area as usize] = true;
    }
    let mut branch: Vec<AreaId> = Vec::with_capacity(layout.areas.len());
    for (index, area) in layout.areas.iter().enumerate() {
        let grows_here = is_trunk[index] || is_trunk[area.parent as usize];
        branch.push(if grows_here { index as AreaId } else { branch[area.parent as usize] });
    }
    branch
}

fn groups(layout: &Layout) -> Vec<AreaId> {
    let is_part = |tag| matches!(tag, Tag::List | Tag::Item | Tag::Table | Tag::Cell | Tag::Definition);
    let mut group: Vec<AreaId> = Vec::with_capacity(layout.areas.len());
    for (index, area) in layout.areas.iter().enumerate() {
        let parent = area.parent as usize;
        let goes_on = index > 0 && is_part(layout.areas[group[parent] as usize].tag);
        group.push(if goes_on { group[parent] } else { index as AreaId });
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    fn blocks(html: &str) -> (Layout, Blocks) {
        let layout = Layout::of(&Document::from_html(html));
        let top = layout.runs[0].area;
        let blocks = Blocks::of(&layout, layout.areas[top as usize].parent, |_| 1.0);
        (layout, blocks)
    }

    #[test]
    fn a_branch_is_what_hangs_on_the_line_of_the_main_box() {
        let (layout, blocks) = blocks("<main><p>a<div><p>b</div></main><nav><ul><li>c<li>d</ul></nav>");
        let branch_of = |run: usize| blocks.branch[layout.runs[run].area as usize];
        assert_eq!(layout.areas[branch_of(1) as usize].tag, Tag::Div);
        assert_eq!(branch_of(2), branch_of(3));
        assert_eq!(layout.areas[branch_of(2) as usize].tag, Tag::Nav);
    }

    #[test]
    fn a_table_is_one_group_and_sections_begin_with_headings() {
        let (layout, blocks) = blocks("<p>a<table><tr><td>b<td>c</table><h2>d</h2><p>e");
        let group_of = |run: usize| blocks.group[layout.runs[run].area as usize];
        assert_eq!(group_of(1), group_of(2));
        assert_eq!(layout.areas[group_of(1) as usize].tag, Tag::Table);
        assert_eq!(blocks.section, [0, 0, 0, 1, 1]);
        assert_eq!(blocks.sections[1].good, 2.0);
    }
}
