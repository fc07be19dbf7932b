//! Of several articles on one page, the one that the page is about.
//!
//! Pages append the next stories to themselves, and hold other posts beside one. Each stands in an element made for articles, or in
//! a box with a heading of its own that looks like the box of the headline.

use super::area::{AreaId, Tag};
use super::frame::Frame;
use super::run::{Layout, Run};

/// Length of what an article must hold for the others on its page to be its neighbours, in units.
const ARTICLE: f32 = 300.0;

/// The same where the others have headings of their own.
const HEADED_ARTICLE: f32 = 60.0;

/// Headings of one page that are looked at.
const MAX_HEADINGS: usize = 200;

/// Drops what was kept of other articles than that of the headline.
pub(super) fn drop_other_articles(layout: &Layout, frame: &Frame, kept: &mut [bool]) {
    let Some(headline) = headline(layout, frame) else { return };
    drop_other_elements(layout, headline, kept);
    drop_other_boxes(layout, headline, kept);
}

/// The heading that is the title of the page's head, or else of its body.
fn headline(layout: &Layout, frame: &Frame) -> Option<usize> {
    let is_of_head =
        |index: &usize| layout.runs[*index].heading > 0 && frame.testimony[*index].is_title_of_head;
    let headings = || 0..layout.runs.len();
    let level = |level: u8| headings().filter(is_of_head).find(|index| layout.runs[*index].heading == level);
    level(1)
        .or_else(|| headings().find(is_of_head))
        .or_else(|| frame.h1.filter(|h1| frame.testimony[*h1].title == 2))
}

/// By elements that are made for articles.
fn drop_other_elements(layout: &Layout, headline: usize, kept: &mut [bool]) {
    let Some(own) = article_of(layout, layout.runs[headline].area) else { return };
    let is_own = |area: AreaId| layout.around(area).any(|around| around == own);
    let runs = || layout.runs.iter().zip(kept.iter()).filter(|(_, kept)| **kept).map(|(run, _)| run);
    let length: f32 = runs().filter(|run| is_own(run.area)).map(|run| run.units).sum();
    let headed: Vec<AreaId> = layout
        .runs
        .iter()
        .filter(|run| run.heading > 0)
        .filter_map(|run| article_of(layout, run.area))
        .collect();
    for (run, kept) in layout.runs.iter().zip(kept).filter(|(_, kept)| **kept) {
        if is_own(run.area) {
            continue;
        }
        let other = article_of(layout, run.area).filter(|other| !encloses(layout, *other, own));
        *kept =
            other.is_none_or(|other| length < if headed.contains(&other) { HEADED_ARTICLE } else { ARTICLE });
    }
}

/// By boxes side by side that look the same, each with a heading of the headline's level. What each box holds is added up once,
/// since a page may have as many boxes as it has lines.
fn drop_other_boxes(layout: &Layout, headline: usize, kept: &mut [bool]) {
    let level = layout.runs[headline].heading;
    let own_line: Vec<AreaId> = layout.around(layout.runs[headline].area).collect();
    let is_other = |run: &&Run| run.heading == level && run.text.start != layout.runs[headline].text.start;
    let mut others = layout.runs.iter().filter(is_other).take(MAX_HEADINGS).peekable();
    if others.peek().is_none() {
        return;
    }
    let mut held = vec![0.0_f32; layout.areas.len()];
    for (run, _) in layout.runs.iter().zip(kept.iter()).filter(|(_, kept)| **kept) {
        layout.around(run.area).for_each(|around| held[around as usize] += run.units);
    }
    let mut is_dropped = vec![false; layout.areas.len()];
    for heading in others {
        let Some((own, other)) = sides(layout, &own_line, heading.area) else { continue };
        let is_gone = || layout.around(other).any(|around| is_dropped[around as usize]);
        let length = |side: AreaId| held[side as usize];
        if are_twins(layout, own, other) && length(other) > 0.0 && length(own) >= HEADED_ARTICLE && !is_gone()
        {
            let gone = length(other);
            layout.around(other).for_each(|around| held[around as usize] -= gone);
            is_dropped[other as usize] = true;
        }
    }
    if is_dropped.contains(&true) {
        for (run, kept) in layout.runs.iter().zip(kept.iter_mut()).filter(|(_, kept)| **kept) {
            *kept = !layout.around(run.area).any(|around| is_dropped[around as usize]);
        }
    }
}

/// The two boxes side by side of which one is on the headline's line of boxes, and the other holds `area`.
fn sides(layout: &Layout, own_line: &[AreaId], area: AreaId) -> Option<(AreaId, AreaId)> {
    let mut side = None;
    for around in layout.around(area) {
        if let Some(at) = own_line.iter().position(|own| *own == around) {
            return Some((*own_line.get(at.checked_sub(1)?)?, side?));
        }
        side = Some(around);
    }
    None
}

/// Whether two boxes play the same part. Sections without a name are those of one text.
fn are_twins(layout: &Layout, one: AreaId, other: AreaId) -> bool {
    let (one, other) = (&layout.areas[one as usize], &layout.areas[other as usize]);
    let looks_the_same = one.look == other.look && (one.tag == Tag::Div || one.is_named);
    one.tag == other.tag
        && matches!(one.tag, Tag::Div | Tag::Section | Tag::Item | Tag::Article)
        && (looks_the_same || one.marks.is_article() && other.marks.is_article())
}

/// The innermost element around a box that is made for an article, by its name or its microdata.
fn article_of(layout: &Layout, area: AreaId) -> Option<AreaId> {
    layout.around(area).find(|area| {
        let area = &layout.areas[*area as usize];
        area.tag == Tag::Article || area.marks.is_article()
    })
}

fn encloses(layout: &Layout, outer: AreaId, inner: AreaId) -> bool {
    layout.around(inner).any(|around| around == outer)
}
