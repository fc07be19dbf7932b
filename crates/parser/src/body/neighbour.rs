//! Of several articles on one page, the one that the page is about.
//!
//! Pages append the next stories to themselves, and hold other posts beside one. Each stands in an element made for articles, or in
//! a box with a heading of its own that looks like the box of the headline.

use std::collections::HashSet;
use std::ops::Range;

use dateline_text::date;

use super::area::{AreaId, Tag};
use super::cue::{self, Cue};
use super::frame::Frame;
use super::run::{Layout, Run};

/// Length of what an article must hold for the others on its page to be its neighbours, in units.
const ARTICLE: f32 = 300.0;

/// The same where the others have headings of their own.
const HEADED_ARTICLE: f32 = 60.0;

/// Length of what another story tells at least, where its words tell it, in units; and how many longer words a heading must have
/// for that.
const OTHER_STORY: f32 = 150.0;
const FEWEST_STEMS: usize = 3;

/// Parts of one page whose words are compared, since each costs as much as the page is long.
const MAX_ASKED: usize = 6;

/// Letters of such a word, and of one that a text is searched for.
const LONG_WORD: usize = 5;
const WORD: usize = 4;

/// Length of a line of date and byline, in units, and how many runs behind a headline it may stand.
const DATE_LINE: f32 = 80.0;
const DATED_WITHIN: usize = 3;

/// Headings of one page that are looked at.
const MAX_HEADINGS: usize = 200;

/// Drops what was kept of other articles than that of the headline.
pub(super) fn drop_other_articles(layout: &Layout, frame: &Frame, kept: &mut [bool]) {
    let Some(headline) = headline(layout, frame) else { return };
    drop_other_elements(layout, headline, kept);
    drop_other_boxes(layout, headline, kept);
    drop_other_headings(layout, frame, headline, kept);
    drop_parted(layout, frame, headline, kept);
    drop_unrelated(layout, frame, headline, kept);
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
        let is_inside = layout.around(run.area).any(|around| around == container);
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
/// have many such parts. Words tell nothing here: the sections of a story share as few as two stories do.
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
    let signed = match is_signed_or_dated(layout, headline) {
        true => few(&|index| is_signed(layout, index)),
        false => Vec::new(),
    };
    let others = signed.into_iter().chain(few(&is_behind_rule));
    let held = |to: usize| -> f32 {
        (headline..to).filter(|index| kept[*index]).map(|index| layout.runs[index].units).sum()
    };
    if let Some(other) = others.filter(|other| held(*other) >= HEADED_ARTICLE).min() {
        kept[other..].fill(false);
    }
}

/// By headings whose words the story doesn't have, before a text that doesn't have the headline's: in an `<aside>`, of the first rank
/// before or behind a headline of that, and behind a thematic break. A heading of a word or two tells nothing, and letters and live pages have
/// many such parts.
fn drop_unrelated(layout: &Layout, frame: &Frame, headline: usize, kept: &mut [bool]) {
    const PARTS: usize = 2;
    let is_heading = |index: &usize| {
        layout.runs[*index].heading > 0 && !frame.testimony[*index].is_title_of_head && *index != headline
    };
    let level = |index: usize| layout.runs[index].heading;
    let are_first_rank = |heading: usize| [headline, heading].iter().all(|index| level(*index) == 1);
    let is_parted = |heading: usize| layout.rules.contains(&heading) && level(heading) >= level(headline);
    let own_line: Vec<AreaId> = layout.around(layout.runs[headline].area).collect();
    let aside = |index: usize| {
        let mut around = layout.around(layout.runs[index].area).filter(|area| !own_line.contains(area));
        around.find(|area| layout.areas[*area as usize].tag == Tag::Aside)
    };
    let part = |heading: usize| -> Option<Range<usize>> {
        let runs = &layout.runs;
        match aside(heading) {
            Some(aside) => {
                let is_inside = |index: &usize| layout.around(runs[*index].area).any(|area| area == aside);
                let start = (0..heading).rev().take_while(is_inside).last().unwrap_or(heading);
                let end = (heading..runs.len()).take_while(is_inside).last().unwrap_or(heading) + 1;
                Some(start..end)
            }
            None if heading < headline => are_first_rank(heading).then_some(heading..headline),
            None => {
                let begins = are_first_rank(heading) || is_parted(heading);
                // A story that has sections of that rank goes on in another.
                let is_like = |index: &usize| level(*index) == level(heading);
                let sections = (headline + 1..heading).filter(is_like).count();
                let more = (heading + 1..runs.len()).filter(|index| kept[*index] && is_like(index)).count();
                (begins && sections == 0 && more < PARTS).then_some(heading..runs.len())
            }
        }
    };
    let headings = (0..kept.len()).filter(is_heading).take(MAX_HEADINGS);
    let mut others: Vec<Range<usize>> = Vec::new();
    let mut asked = 0;
    for (heading, part) in headings.filter_map(|heading| Some((heading, part(heading)?))) {
        let is_known = others.iter().any(|other| other.contains(&heading));
        let in_aside = aside(heading).is_some();
        if is_known || !holds_stories(layout, &part, in_aside, kept) {
            continue;
        }
        asked += 1;
        if asked > MAX_ASKED {
            break;
        }
        if is_other_story(layout, [headline, heading], &part, in_aside, kept) {
            others.push(part);
        }
    }
    if others.len() <= PARTS {
        others.into_iter().for_each(|other| kept[other].fill(false));
    }
}

/// The runs that are kept within `part`, or outside of it.
fn held<'l>(
    layout: &'l Layout,
    part: &'l Range<usize>,
    inside: bool,
    kept: &'l [bool],
) -> impl Iterator<Item = &'l Run> {
    let runs = layout.runs.iter().enumerate().zip(kept).filter(|(_, kept)| **kept).map(|(run, _)| run);
    runs.filter(move |(index, _)| part.contains(index) == inside).map(|(_, run)| run)
}

/// Whether there is enough within `part` and outside of it to be two stories. Short sections of a text may share no word; a box that
/// is made for other things holds none.
fn holds_stories(layout: &Layout, part: &Range<usize>, in_aside: bool, kept: &[bool]) -> bool {
    let held = |inside: bool| held(layout, part, inside, kept);
    let length = |inside: bool| held(inside).map(|run| run.units).sum::<f32>();
    let paragraphs = |inside: bool| held(inside).filter(|run| run.heading == 0 && run.is_prose()).count();
    let fewest = if in_aside { 2 } else { 3 };
    paragraphs(true) >= fewest
        && (in_aside || paragraphs(false) >= fewest)
        && length(true) >= OTHER_STORY
        && length(false) >= HEADED_ARTICLE
}

/// Whether the runs of `part` tell another story than those outside of it, by the words of both headings.
fn is_other_story(
    layout: &Layout,
    headings: [usize; 2],
    part: &Range<usize>,
    in_aside: bool,
    kept: &[bool],
) -> bool {
    let [own, other] = headings.map(|heading| stems(layout.str(&layout.runs[heading]), LONG_WORD));
    let is_foreign_to = |heading: &HashSet<String>, inside: bool| {
        let text: HashSet<String> =
            held(layout, part, inside, kept).flat_map(|run| stems(layout.str(run), WORD)).collect();
        let most = if in_aside { heading.len() / 4 } else { 0 };
        heading.len() >= FEWEST_STEMS && heading.intersection(&text).count() <= most
    };
    is_foreign_to(&other, false) && is_foreign_to(&own, true)
}

/// The beginnings of the words of a text that have so many letters; where words aren't parted, its characters two by two.
fn stems(text: &str, shortest: usize) -> HashSet<String> {
    const STEM: usize = 5;
    let mut stems = HashSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
        let is_hangul = |c: &char| matches!(c, '\u{ac00}'..='\u{d7a3}');
        if letters.iter().all(is_hangul) {
            // Particles are glued to the end.
            stems.extend((letters.len() >= 2).then(|| letters[..2].iter().collect::<String>()));
        } else if letters.iter().any(|c| *c >= '\u{2e80}') {
            stems.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if letters.len() >= shortest {
            stems.insert(letters[..letters.len().min(STEM)].iter().collect());
        }
    }
    stems
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

/// Whether a short line behind a heading gives a day, as below headlines.
fn is_dated(layout: &Layout, heading: usize) -> bool {
    let behind = layout.runs.iter().skip(heading + 1).take(DATED_WITHIN);
    let mut lines =
        behind.take_while(|run| run.heading == 0).filter(|run| run.units <= DATE_LINE && run.digits > 0);
    lines.any(|run| date::read(layout.str(run)).is_some_and(|written| written.date().is_some()))
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

    const FERRY: &str = "<p>The ferry left the harbour at six in the morning, the first time since the storm closed the crossing.</p>
        <p>Two hundred people had crossed by noon, the port authority said, and the channel is restored to its depth.</p>
        <p>Engineers had worked through the nights to clear the channel of sand before the first passengers came.</p>";
    const BAKERS: &str = "<p>The bakers of Westport put down their rolling pins on Monday, since flour has doubled in price within a year.</p>
        <p>Their guild wants the council to lower the market fee, which the mayor has refused twice.</p>
        <p>Shoppers drove to the next town for loaves, and the mill offered a rebate.</p>";

    #[test]
    fn a_second_story_is_told_by_words_that_neither_shares() {
        let page = |before: &str, behind: &str| {
            format!(
                "<title>Ferry crossing restored to the islands</title><main>{before}<h1>Ferry crossing restored to the islands</h1>{FERRY}{behind}</main>"
            )
        };
        let story = |heading: &str| format!("{heading}{BAKERS}");
        let aside = format!("<aside>{}</aside>", story("<h2>Bakers strike over flour prices</h2>"));
        let first_rank = story("<h1>Bakers strike over flour prices</h1>");
        let parted = format!("<hr>{}", story("<h2>Bakers strike over flour prices</h2>"));
        for html in [page("", &aside), page("", &first_rank), page("", &parted), page(&first_rank, "")] {
            let text = text(&html);
            assert!(text.contains("The ferry left") && text.contains("Engineers had worked"), "{text}");
            assert!(!text.contains("bakers") && !text.contains("Bakers"), "{text}");
        }
    }

    #[test]
    fn a_section_of_the_story_stays_whatever_its_heading_is() {
        for heading in [
            "<h1>How the channel was cleared of sand again</h1>",
            "<hr><h2>How engineers cleared the channel of sand</h2>",
            "<h1>Clearing up</h1>",
            "<h1>Fishermen brought medicine over rough water</h1>",
            "<hr><h2>Fishermen brought medicine over rough water</h2>",
        ] {
            let html = format!(
                "<title>Ferry crossing restored to the islands</title><main><h1>Ferry crossing restored to the islands</h1>{FERRY}{heading}
                 <p>The crossing was full of sand, which dredgers took away night after night, and the ferry waited.</p>
                 <p>Nobody on the islands had milk or medicine in the second week, so that boats of fishermen helped.</p></main>"
            );
            let text = text(&html);
            assert!(
                text.contains("dredgers took away") && text.contains("boats of fishermen"),
                "{heading}: {text}"
            );
        }
    }
}
