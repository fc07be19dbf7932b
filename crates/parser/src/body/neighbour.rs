//! Of several articles on one page, the one that the page is about.
//!
//! Pages append the next stories to themselves, and hold other posts beside one. Each stands in an element made for articles, or in
//! a box with a heading of its own that looks like the box of the headline.

use std::collections::HashMap;

use dateline_text::date;
use jiff::civil::Date;

use super::area::{AreaId, Tag};
use super::cue::{self, Cue};
use super::flash;
use super::frame::Frame;
use super::list;
use super::marks::MarkupFamily;
use super::run::{Layout, Run};

/// Length of what an article must hold for the others on its page to be its neighbours, in units.
const ARTICLE: f32 = 300.0;

/// The same where the others have headings of their own.
const HEADED_ARTICLE: f32 = 60.0;

/// Length of a line of date and byline, in units, and how many runs behind a headline it may stand.
const DATE_LINE: f32 = 80.0;
const DATED_WITHIN: usize = 3;

/// Length from which a heading is worded as a headline and not as that of a section, in units.
pub(super) const HEADLINE: f32 = 30.0;

/// Days that another story may be older than the one it stands behind.
const MAX_AGE_DAYS: i32 = 14;

/// Other stories behind one whose headlines only lead elsewhere or have a day in common with its, at most: a digest and a chronicle have more parts.
pub(super) const MAX_BEHIND: usize = 2;

/// Length of the shortest sentence that tells something, in units.
const FLASH: f32 = 24.0;

/// Headings of one page that are looked at.
const MAX_HEADINGS: usize = 200;

/// Drops what was kept of other articles than that of the headline.
pub(super) fn drop_other_articles(layout: &Layout, frame: &Frame, kept: &mut [bool]) {
    let Some(headline) = headline(layout, frame) else { return };
    flash::keep(layout, frame, headline, kept);
    drop_behind_own(layout, frame, headline, kept);
    drop_other_elements(layout, headline, kept);
    drop_other_boxes(layout, headline, kept);
    drop_other_headings(layout, frame, headline, kept);
    drop_parted(layout, frame, headline, kept);
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

/// The box that a headline has for itself and what it heads: the innermost element that is made for an article, or else the innermost box
/// that holds as much text behind the headline as an article has, or that is made for what the page is about.
fn own_box(layout: &Layout, headline: usize) -> Option<AreaId> {
    article_of(layout, layout.runs[headline].area).or_else(|| own_plain_box(layout, headline, ARTICLE))
}

/// The innermost box that holds `enough` text behind the headline, in units, or that is made for what the page is about.
fn own_plain_box(layout: &Layout, headline: usize, enough: f32) -> Option<AreaId> {
    let (mut at, mut held) = (headline + 1, 0.0);
    layout.around(layout.runs[headline].area).filter(|area| *area != 0).find(|area| {
        while at < layout.runs.len() && encloses(layout, *area, layout.runs[at].area) {
            let run = &layout.runs[at];
            held += if is_sentence(run) { run.units } else { 0.0 };
            at += 1;
        }
        held >= enough || layout.areas[*area as usize].tag == Tag::Main
    })
}

/// Whether a run is a sentence of a text, and tells something.
pub(super) fn is_sentence(run: &Run) -> bool {
    run.heading == 0 && run.ends && run.linked < 0.2 && run.units >= FLASH
}

/// The box of a headline that may have a flash below it: an element for an article or for what the page is about, or else the box that holds a
/// sentence, where it isn't the head of what follows.
pub(super) fn flash_box(layout: &Layout, headline: usize) -> Option<AreaId> {
    let is_main = |area: &AreaId| layout.areas[*area as usize].tag == Tag::Main;
    let main = || layout.around(layout.runs[headline].area).find(is_main);
    let is_head = |area: AreaId| {
        let area = &layout.areas[area as usize];
        area.tag == Tag::Header || area.marks.has(MarkupFamily::Header)
    };
    article_of(layout, layout.runs[headline].area)
        .or_else(main)
        .or_else(|| own_plain_box(layout, headline, FLASH).filter(|area| !is_head(*area)))
}

/// By headings, of whatever rank, outside and behind the element that holds the headline and its text: one that begins another story, which
/// goes on to the end of its box.
fn drop_behind_own(layout: &Layout, frame: &Frame, headline: usize, kept: &mut [bool]) {
    let Some(own) = own_box(layout, headline) else { return };
    let is_own = |area: AreaId| encloses(layout, own, area);
    let length = |kept: &[bool], is_in: &dyn Fn(AreaId) -> bool| -> f32 {
        let runs = layout.runs.iter().zip(kept).filter(|(run, kept)| **kept && is_in(run.area));
        runs.map(|(run, _)| run.units).sum()
    };
    let own_length = length(kept, &is_own);
    if own_length < HEADED_ARTICLE {
        return;
    }
    let is_heading = |index: &usize| {
        let run = &layout.runs[*index];
        run.heading > 0 && !is_own(run.area) && !frame.testimony[*index].is_title_of_head
    };
    let headings: Vec<usize> = (headline + 1..kept.len()).filter(is_heading).take(MAX_HEADINGS).collect();
    let (mut others, alike): (Vec<usize>, Vec<usize>) =
        headings.into_iter().partition(|index| is_announced(layout, own, *index));
    // Each part of a digest leads elsewhere, too, and a section of a text may.
    let is_led = |index: usize| is_led_headline(layout, index) && side_of(layout, own, index).is_some();
    let alike: Vec<usize> = alike
        .into_iter()
        .filter(|index| is_told_like(layout, headline, *index) || is_led(*index))
        .take(MAX_BEHIND + 1)
        .collect();
    if alike.len() <= MAX_BEHIND {
        others.extend(alike);
    }
    others.sort_unstable();
    // Each begins in a box beside the element, or right in one around it.
    let mut begins: HashMap<AreaId, usize> = HashMap::new();
    let mut flat = usize::MAX;
    for heading in others {
        match side_of(layout, own, heading) {
            Some(side) => {
                begins.entry(side).or_insert(heading);
            }
            None => flat = flat.min(heading),
        }
    }
    let is_gone = |index: &usize| {
        let area = layout.runs[*index].area;
        let is_beside = |around: AreaId| begins.get(&around).is_some_and(|heading| index >= heading);
        kept[*index] && (layout.around(area).any(is_beside) || *index >= flat && !is_own(area))
    };
    let gone: Vec<usize> = (headline + 1..kept.len()).filter(is_gone).collect();
    let gone_length: f32 = gone.iter().map(|index| layout.runs[*index].units).sum();
    // The parts of a chronicle are longer than what introduces them.
    if own_length >= ARTICLE.min(gone_length) {
        gone.into_iter().for_each(|index| kept[index] = false);
    }
}

/// The box of a heading beside `own`; the heading's alone is none.
fn side_of(layout: &Layout, own: AreaId, heading: usize) -> Option<AreaId> {
    let around = layout.around(layout.runs[heading].area);
    let side = around.take_while(|around| !encloses(layout, *around, own)).last();
    side.filter(|side| layout.areas[*side as usize].runs > 1)
}

/// By elements that are made for articles.
fn drop_other_elements(layout: &Layout, headline: usize, kept: &mut [bool]) {
    let Some(own) = article_of(layout, layout.runs[headline].area) else { return };
    let is_own = |area: AreaId| encloses(layout, own, area);
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

/// By boxes side by side that look the same, each with a heading of the headline's level, or of any where both are articles by their
/// microdata. What each box holds is added up once, since a page may have as many boxes as it has lines.
fn drop_other_boxes(layout: &Layout, headline: usize, kept: &mut [bool]) {
    let level = layout.runs[headline].heading;
    let own_line: Vec<AreaId> = layout.around(layout.runs[headline].area).collect();
    let is_other = |run: &&Run| run.heading >= level && run.text.start != layout.runs[headline].text.start;
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
        let is_article = |side: AreaId| layout.areas[side as usize].marks.is_article();
        let is_headline = heading.heading == 1 && heading.units >= HEADLINE;
        if are_twins(layout, own, other, level == 1 && is_headline)
            && length(other) > 0.0
            && length(own) >= HEADED_ARTICLE
            && !is_gone()
            && (heading.heading == level || is_article(own) && is_article(other))
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

/// By headings in one flat box: each of the headline's level that is followed by a date, as the headline is, begins another
/// article, which goes on to the end of the box or to the headline.
fn drop_other_headings(layout: &Layout, frame: &Frame, headline: usize, kept: &mut [bool]) {
    let own = &layout.runs[headline];
    let container = layout.areas[own.area as usize].parent;
    let is_beside =
        |run: &Run| run.heading == own.heading && layout.areas[run.area as usize].parent == container;
    let begins_other = |index: usize| !frame.testimony[index].is_title_of_head && is_dated(layout, index);
    let places = 0..layout.runs.len();
    let mut headings =
        places.filter(|index| is_beside(&layout.runs[*index]) && *index != headline).take(MAX_HEADINGS);
    if !headings.any(begins_other) || !is_dated(layout, headline) {
        return;
    }
    let mut dropped: Vec<usize> = Vec::new();
    let mut in_other = false;
    for (index, run) in layout.runs.iter().enumerate() {
        let is_inside = encloses(layout, container, run.area);
        in_other = match () {
            () if index == headline || !is_inside => false,
            () if is_beside(run) => in_other || begins_other(index),
            () => in_other,
        };
        if in_other && kept[index] {
            dropped.push(index);
        }
    }
    let units = |index: &usize| layout.runs[*index].units;
    let all: f32 = (0..kept.len()).filter(|index| kept[*index]).map(|index| units(&index)).sum();
    let gone: f32 = dropped.iter().map(units).sum();
    if all - gone >= HEADED_ARTICLE {
        dropped.into_iter().for_each(|index| kept[index] = false);
    }
}

/// By headings behind the text, in its box, that begin another story, which goes on to the end of the page: those that have a byline as
/// the headline has, or that stand behind a thematic break and are of the headline's level or have a day. Letters and live pages
/// have many such parts, and the two sides of a debate are each longer than what introduces them. Words tell nothing here: the sections
/// of a story share as few as two stories do.
fn drop_parted(layout: &Layout, frame: &Frame, headline: usize, kept: &mut [bool]) {
    const PARTS: usize = 2;
    let level = layout.runs[headline].heading;
    let parent = |index: usize| layout.areas[layout.runs[index].area as usize].parent;
    let is_in_text = |index: usize| {
        let before = (headline..index).rfind(|before| kept[*before]);
        before.is_some_and(|before| parent(before) == parent(index))
    };
    let is_heading = |index: &usize| {
        layout.runs[*index].heading > 0 && !frame.testimony[*index].is_title_of_head && is_in_text(*index)
    };
    let headings: Vec<usize> = (headline + 1..kept.len()).filter(is_heading).take(MAX_HEADINGS).collect();
    let few = |of: &dyn Fn(usize) -> bool| -> Vec<usize> {
        let found: Vec<usize> = headings.iter().copied().filter(|index| of(*index)).collect();
        if found.len() <= PARTS { found } else { Vec::new() }
    };
    let is_behind_rule = |index| {
        layout.rules.contains(&index) && (layout.runs[index].heading == level || is_dated(layout, index))
    };
    let held = |from: usize, to: usize| -> f32 {
        (from..to).filter(|index| kept[*index]).map(|index| layout.runs[index].units).sum()
    };
    let is_debate = |parts: &[usize]| match parts {
        [one, other] => held(headline, *one) < held(*one, *other).min(held(*other, kept.len())),
        _ => false,
    };
    let signed = match is_signed_or_dated(layout, headline) {
        true => few(&|index| is_signed(layout, index)),
        false => Vec::new(),
    };
    let signed = if is_debate(&signed) { Vec::new() } else { signed };
    let others = signed.into_iter().chain(few(&is_behind_rule));
    if let Some(other) = others.filter(|other| held(headline, *other) >= HEADED_ARTICLE).min() {
        kept[other..].fill(false);
    }
}

/// Whether a short line right behind a heading names those who wrote what follows.
fn is_signed(layout: &Layout, heading: usize) -> bool {
    let line = layout.runs.get(heading + 1);
    line.is_some_and(|run| run.heading == 0 && run.units <= DATE_LINE && cue::is_byline(layout.str(run)))
}

fn is_signed_or_dated(layout: &Layout, headline: usize) -> bool {
    let behind = layout.runs.iter().skip(headline + 1).take(DATED_WITHIN).take_while(|run| run.heading == 0);
    is_dated(layout, headline)
        || behind.filter(|run| run.units <= DATE_LINE).any(|run| run.cues.starts(Cue::Byline))
}

/// Whether a heading is worded as a headline and leads elsewhere.
fn is_led_headline(layout: &Layout, heading: usize) -> bool {
    list::leads_elsewhere(layout, heading) && layout.runs[heading].units >= HEADLINE
}

/// Whether a heading has a day or a byline and leads elsewhere or is of the first rank. Behind an element that is made for an article, also
/// whether it has one in a box that calls itself one of other stories, or is worded as a headline and leads elsewhere: beside a plain box, the
/// parts of a live report and of a digest look the same.
fn is_announced(layout: &Layout, own: AreaId, heading: usize) -> bool {
    let area = layout.runs[heading].area;
    let boxes = || layout.around(area).take_while(|around| !encloses(layout, *around, own));
    let is_of_others = |around: AreaId| {
        let marks = layout.areas[around as usize].marks;
        marks.has(MarkupFamily::Related) || marks.is_article()
    };
    let leads_elsewhere = list::leads_elsewhere(layout, heading);
    let is_behind_article = is_article(layout, own);
    let is_marked = || is_behind_article && boxes().any(is_of_others);
    is_behind_article && is_led_headline(layout, heading)
        || (is_dated(layout, heading) || is_signed(layout, heading))
            && (leads_elsewhere || layout.runs[heading].heading == 1 || is_marked())
}

/// Whether a heading is worded as a headline, and goes on as the page's does: with a byline where that has one or a day, or with a day that
/// is no later than its, nor much earlier. The sections of a story have days, too: what comes next, a chronicle.
pub(super) fn is_told_like(layout: &Layout, headline: usize, heading: usize) -> bool {
    let is_recent = || {
        let (own, other) =
            (day(layout, headline).or_else(|| day_above(layout, headline))?, day(layout, heading)?);
        let age = (own - other).get_days();
        Some((0..=MAX_AGE_DAYS).contains(&age))
    };
    layout.runs[heading].units >= HEADLINE
        && (is_signed(layout, heading) && is_signed_or_dated(layout, headline) || is_recent() == Some(true))
}

/// Whether a short line behind a heading gives a day, as below headlines.
pub(super) fn is_dated(layout: &Layout, heading: usize) -> bool {
    day(layout, heading).is_some()
}

/// The day that a short line behind a heading gives.
fn day(layout: &Layout, heading: usize) -> Option<Date> {
    let behind = layout.runs.iter().skip(heading + 1).take(DATED_WITHIN);
    let mut lines =
        behind.take_while(|run| run.heading == 0).filter(|run| run.units <= DATE_LINE && run.digits > 0);
    lines.find_map(|run| date::read(layout.str(run))?.date())
}

/// The day that a short line right above a headline gives.
fn day_above(layout: &Layout, headline: usize) -> Option<Date> {
    let line = &layout.runs[headline.checked_sub(1)?];
    let is_short = line.heading == 0 && line.units <= DATE_LINE && line.digits > 0;
    is_short.then(|| date::read(layout.str(line))?.date()).flatten()
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

/// Whether two boxes play the same part. Sections without a name are those of one text, and so are lists and tables but where each has a
/// heading of the first rank, and the other's is worded as a headline.
fn are_twins(layout: &Layout, one: AreaId, other: AreaId, have_headlines: bool) -> bool {
    let (one, other) = (&layout.areas[one as usize], &layout.areas[other as usize]);
    let is_of_layout = have_headlines && matches!(one.tag, Tag::List | Tag::Table | Tag::Cell);
    let looks_the_same = one.look == other.look && (one.tag == Tag::Div || one.is_named || is_of_layout);
    one.tag == other.tag
        && (matches!(one.tag, Tag::Div | Tag::Section | Tag::Item | Tag::Article) || is_of_layout)
        && (looks_the_same || one.marks.is_article() && other.marks.is_article())
}

/// The innermost element around a box that is made for an article, by its name or its microdata.
fn article_of(layout: &Layout, area: AreaId) -> Option<AreaId> {
    layout.around(area).find(|area| is_article(layout, *area))
}

/// Whether a box is made for an article.
pub(super) fn is_article(layout: &Layout, area: AreaId) -> bool {
    let area = &layout.areas[area as usize];
    area.tag == Tag::Article || area.marks.is_article()
}

pub(super) fn encloses(layout: &Layout, outer: AreaId, inner: AreaId) -> bool {
    layout.around(inner).any(|around| around == outer)
}

#[cfg(test)]
mod tests {
    use dateline_wire::Page;

    fn text(html: &str) -> String {
        let page = Page { url: None, content_type: None, bytes: html.into(), received_at: None };
        crate::extract(&page).body.text
    }

    fn story(of: &str) -> String {
        let line = |time: &str| {
            format!(
                "<p>The {of} left the harbour at {time} in the morning, the first time since the storm, and two hundred people \
                 had crossed by noon, the port authority said on Wednesday.</p>"
            )
        };
        ["six", "seven", "eight"].map(line).concat()
    }

    #[test]
    fn articles_appended_in_one_flat_box_are_told_by_their_dated_headings() {
        let page = |dates: [&str; 2]| {
            format!(
                "<title>Ferry runs again after storm</title><main><h1>Ferry runs again after storm</h1>{}{}<h1>Lighthouse has a new lamp</h1>{}{}</main>",
                dates[0],
                story("ferry"),
                dates[1],
                story("keeper")
            )
        };
        let dated = page(["<p>By Ana Lund, 21 March 2025</p>", "<p>By Bo Ek, 20 March 2025</p>"]);
        assert!(text(&dated).contains("The ferry left") && !text(&dated).contains("The keeper left"));
        // Without dates of their own, headings part one article.
        let parted = page(["<p>By Ana Lund, 21 March 2025</p>", ""]);
        assert!(text(&parted).contains("The ferry left") && text(&parted).contains("The keeper left"));
    }

    #[test]
    fn an_article_before_the_headline_in_its_box_is_another() {
        let html = format!(
            "<title>Ferry runs again after storm</title><main><h1>Lighthouse has a new lamp</h1><p>20 March 2025</p>{}
             <h1>Ferry runs again after storm</h1><p>21 March 2025</p>{}</main>",
            story("keeper"),
            story("ferry")
        );
        assert!(text(&html).contains("The ferry left") && !text(&html).contains("The keeper left"));
    }

    /// A headline that leads elsewhere, above the opening of what it leads to.
    fn card(number: usize) -> String {
        format!(
            "<div class=card><h3><a href=/{number}>Lighthouse number {number} has a new lamp</a></h3><p>The keeper of lighthouse {number} \
             lit the lamp that he had waited for since the spring, and the whole of the coast came to look at it, the council said.</p></div>"
        )
    }

    #[test]
    fn a_flash_stays_and_the_openings_of_other_articles_beside_it_go() {
        let flash = "The ferry ran aground off the western pier. Nobody was hurt.";
        let cards: String = (1..5).map(card).collect();
        for element in ["article", "main"] {
            let head = format!("<{element}><h1>Ferry runs aground</h1><p>{flash}</p></{element}>");
            let page =
                format!("<title>Ferry runs aground</title>{head}<section><h2>More</h2>{cards}</section>");
            assert_eq!(text(&page), flash, "{element}");
        }
    }

    #[test]
    fn parts_of_a_text_outside_of_the_element_of_its_headline_stay() {
        let lede = "The ferry left the harbour at six in the morning, the first time since the storm, the port authority said on Wednesday.";
        let head = format!(
            "<title>Ferry runs again</title><article><h1>Ferry runs again</h1><p>{lede}</p></article>"
        );
        // Headings that lead to their own place on the page, or to nothing.
        for heading in ["<a href=#lamp>What the keeper says</a>", "What the keeper says"] {
            let parts: String = (1..4)
                .map(|number| {
                    card(number).replace(
                        &format!("<a href=/{number}>Lighthouse number {number} has a new lamp</a>"),
                        heading,
                    )
                })
                .collect();
            assert!(text(&format!("{head}{parts}")).contains("The keeper of lighthouse 2"), "{heading}");
        }
        // A chronicle's parts have days, and are longer than what introduces them.
        let parts: String = (1..4)
            .map(|number| {
                format!(
                    "<section><h2>Day {number}</h2><p class=date>1{number} March 2025</p>{}</section>",
                    story("ferry")
                )
            })
            .collect();
        assert!(text(&format!("{head}{parts}")).contains("The ferry left the harbour at eight"));
    }

    #[test]
    fn a_dated_story_behind_the_element_of_the_headline_is_another_whatever_its_heading() {
        let head = format!(
            "<title>Ferry runs again</title><main><article><h1>Ferry runs again</h1>{}</article></main>",
            story("ferry")
        );
        for line in ["<time>20 March 2025</time>", "<p>By Bo Ek</p>"] {
            let other =
                format!("<div class=next><h2>Lighthouse has a new lamp</h2>{line}{}</div>", story("keeper"));
            let found = text(&format!("{head}{other}"));
            assert!(found.contains("The ferry left") && !found.contains("The keeper left"), "{line}");
        }
    }
}
