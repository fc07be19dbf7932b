//! What the forests cannot see, since it is about the page and not about the run.

use std::collections::HashMap;

use super::area::{AreaId, Tag};
use super::feature::Heard;
use super::run::Layout;

/// Times from which a text on one page is a refrain: a placeholder, a prompt, a label.
const REFRAIN: u32 = 3;

/// Length of what an article must hold for the others on its page to be its neighbours, in units.
const ARTICLE: f32 = 300.0;

/// Drops what stands on the page three times or more: no story says the same sentence three times in the same words.
/// Cells of tables and items of lists may.
pub(super) fn drop_refrains(layout: &Layout, kept: &mut [bool]) {
    const TELLING: f32 = 20.0;
    let mut times: HashMap<u64, u32> = HashMap::new();
    for run in layout.runs.iter().filter(|run| run.units >= TELLING) {
        *times.entry(run.hash).or_default() += 1;
    }
    for (run, kept) in layout.runs.iter().zip(kept) {
        let mut around = layout.around(run.area).take(2).map(|area| layout.areas[area as usize].tag);
        let may_repeat = around.any(|tag| matches!(tag, Tag::Cell | Tag::Item));
        *kept &= may_repeat || times.get(&run.hash).is_none_or(|times| *times < REFRAIN);
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
pub(super) fn drop_other_articles(layout: &Layout, heard: &[Heard], kept: &mut [bool]) {
    let headline =
        (0..layout.runs.len()).find(|index| layout.runs[*index].heading > 0 && heard[*index].title == 2);
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
