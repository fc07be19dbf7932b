//! The headline that a reader sees: which heading it is, or which line where no heading is one.

use super::decide::{MAX_LETTERS, TitleCandidate};
use super::site::{self, OtherTitles, Site};
use super::words::{agreement, words};
use crate::dom::{Node, local_name};
use crate::meta::scan::{self, Heading, Scan, TextLine};
use crate::meta::text;

/// A heading that shares so much with what data calls the headline is it.
const CONFIRMED: f32 = 0.4;

/// With so much in common, no later heading is asked.
const SURE: f32 = 0.7;

/// A heading of fewer letters that nobody confirms may be a section.
const SECTION: usize = 25;

/// A line of fewer letters is no headline, whoever says the same.
const SHORTEST_LINE: usize = 15;

/// A line of more letters is no kicker.
const MAX_KICKER: usize = 30;

/// How far above an element its boxes are looked at.
const MAX_BOXES: usize = 12;

/// What a reader sees as the headline.
#[derive(Debug)]
pub(super) struct VisibleHeadline {
    pub(super) text: String,
    pub(super) key: String,
    /// The texts of the elements it is made of, where it is made of several: kicker and headline, headline and label.
    pub(super) parts: Vec<String>,
}

/// The visible headline: the heading of the first rank that has most in common with what data says; where none has, a line
/// that says exactly what data does; else the heading that stands in the headline's place.
pub(super) fn find(scan: &Scan<'_>, site: &Site, told: &[TitleCandidate]) -> Option<VisibleHeadline> {
    let mut best: Option<(VisibleHeadline, f32, f32)> = None;
    let mut in_path = false;
    for heading in &scan.headings {
        let Some(visible) = visible(heading, site, told) else { continue };
        let confirmed = confirmation(&visible, told);
        // Beside another heading that somebody confirms, one in the path to the page is written for search engines.
        let is_of_path = scan.headings.len() > 1 && stands_in_path(heading.placed.node);
        let apart = if is_of_path || stands_apart(heading.placed.node, scan) { 0.5 } else { 0.0 };
        // Of several that say much the same the first is it; a later one is another story on it.
        if best.as_ref().is_some_and(|(_, known, score)| *known >= SURE && *score >= SURE) {
            break;
        }
        // Of headings that nobody confirms a longer one is more of a headline.
        let length = text::weight(&visible.text).min(40) as f32 / 400.0;
        let score = confirmed - apart + length;
        if best.as_ref().is_none_or(|(_, _, known)| score > *known) {
            best = Some((visible, confirmed, score));
            in_path = stands_in_path(heading.placed.node);
        }
    }
    // A path to the page may end in an `<h1>` for search engines, with the headline as a heading of the second rank below.
    // So may the headline be where there is no `<h1>`, with a kicker in an element of its own.
    if (in_path || scan.headings.is_empty())
        && let Some(subheading) = subheading_told(scan, site, told)
    {
        return Some(subheading);
    }
    let is_confirmed = best.as_ref().is_some_and(|(_, confirmed, _)| *confirmed >= CONFIRMED);
    // A logo's heading says what stands at the end of every `<title>`.
    let is_tail = best.as_ref().is_some_and(|(heading, ..)| ends_title(heading, scan, told));
    if (!is_confirmed || is_tail)
        && let Some(line) = line_told(scan, site, told, is_tail)
    {
        return Some(line);
    }
    let (heading, confirmed, score) = best?;
    let length = text::weight(&heading.text);
    let is_long = length >= SECTION || told.iter().all(|candidate| text::weight(&candidate.title) < length);
    let stands_for_itself = score >= 0.0 && is_long;
    (confirmed >= CONFIRMED || stands_for_itself).then_some(heading)
}

fn visible(heading: &Heading<'_>, site: &Site, told: &[TitleCandidate]) -> Option<VisibleHeadline> {
    let is_told = |key: &str| told.iter().any(|candidate| candidate.key == key);
    let text = site::without(
        &heading.text,
        site,
        OtherTitles { told: &is_told, is_heading: &|_| false, is_link: &|_| false },
    );
    // A label that stands in the headline itself is the reader's, too, if no section.
    let label =
        heading.text.strip_prefix(&text).map(|label| label.trim_matches(|c: char| !c.is_alphanumeric()));
    let is_label =
        label.is_some_and(|label| !label.is_empty() && !site.is_named(label) && !site.is_section(label));
    let text = if is_label { heading.text.clone() } else { text };
    let is_name = site.is_all_of(&text) || site.is_half_of(&text) && !is_told(&text::key(&text));
    let is_nothing = text.is_empty() || text::weight(&text) > MAX_LETTERS || is_name;
    let parts = if text::key(&text) == text::key(&heading.text) { heading.parts.clone() } else { Vec::new() };
    (!is_nothing && !text::is_placeholder(&text)).then(|| VisibleHeadline {
        key: text::key(&text),
        text,
        parts,
    })
}

/// How much the witness that agrees most has in common with a heading, or with one of its parts.
fn confirmation(visible: &VisibleHeadline, told: &[TitleCandidate]) -> f32 {
    if told.iter().any(|candidate| candidate.key == visible.key) {
        return 1.0;
    }
    let of = |words: &[String]| {
        told.iter().map(|candidate| agreement(words, &candidate.words)).fold(0.0, f32::max)
    };
    let parts = visible.parts.iter().filter(|part| text::weight(part) >= SHORTEST_LINE);
    parts.map(|part| of(&words(part))).fold(of(&words(&visible.text)), f32::max)
}

/// Whether a heading is the end of the `<title>`, and nobody else gives it as the headline.
fn ends_title(heading: &VisibleHeadline, scan: &Scan<'_>, told: &[TitleCandidate]) -> bool {
    let title = text::key(scan.title.as_deref().unwrap_or_default());
    title.len() > 2 * heading.key.len()
        && title.ends_with(&heading.key)
        && !told.iter().any(|candidate| candidate.key == heading.key)
}

/// Whether a heading belongs to a box beside the article, or leads elsewhere as a whole.
fn stands_apart(node: Node<'_>, scan: &Scan<'_>) -> bool {
    let in_box = node.ancestors().take(MAX_BOXES).any(|above| {
        above.name().is_some_and(|name| {
            matches!(
                *name,
                local_name!("nav")
                    | local_name!("footer")
                    | local_name!("aside")
                    | local_name!("figure")
                    | local_name!("dialog")
            )
        })
    });
    in_box || leads_elsewhere(node, scan)
}

/// Whether a heading is an item of a list or of the path to the page.
fn stands_in_path(node: Node<'_>) -> bool {
    std::iter::once(node).chain(node.ancestors().take(MAX_BOXES / 2)).any(|near| {
        let is_item = near.is(&local_name!("nav")) || near.is(&local_name!("li"));
        let mut names = near.attrs().filter(|(name, _)| matches!(*name, "class" | "id" | "itemtype"));
        is_item || names.any(|(_, value)| value.contains("crumb") || value.contains("Breadcrumb"))
    })
}

/// The first heading of the second rank that says, as a whole or in one of its elements, what data calls the headline.
fn subheading_told(scan: &Scan<'_>, site: &Site, told: &[TitleCandidate]) -> Option<VisibleHeadline> {
    let is_told = |text: &str| told.iter().any(|candidate| candidate.key == text::key(text));
    let headings = scan.subheadings.iter().filter_map(|placed| scan::heading(*placed));
    let placed = headings.filter(|heading| !stands_apart(heading.placed.node, scan));
    let mut visible = placed.filter_map(|heading| visible(&heading, site, told));
    visible.find(|heading| is_told(&heading.text) || heading.parts.iter().any(|part| is_told(part)))
}

/// The first heading of the second rank, where the page has none of the first and nobody gives more than the site's name.
pub(super) fn untold(scan: &Scan<'_>, site: &Site) -> Option<String> {
    if !scan.headings.is_empty() {
        return None;
    }
    let headings = scan.subheadings.iter().filter_map(|placed| scan::heading(*placed));
    let mut placed = headings.filter(|heading| !stands_apart(heading.placed.node, scan));
    let heading = placed.next().and_then(|heading| visible(&heading, site, &[]))?;
    (text::weight(&heading.text) >= SHORTEST_LINE).then_some(heading.text)
}

/// Whether a link to another page covers all of `node`.
fn leads_elsewhere(node: Node<'_>, scan: &Scan<'_>) -> bool {
    link_over(node).is_some_and(|href| scan.leads_elsewhere(href))
}

/// Where the link leads that covers all of `node`.
fn link_over(node: Node<'_>) -> Option<&str> {
    let inside = node.children().find(|child| child.text().is_none_or(|text| !text::is_blank(text)));
    let link = inside.into_iter().chain(node.ancestors().take(3)).find(|near| near.is(&local_name!("a")));
    link.and_then(|link| link.attr("href"))
}

/// The headings that link to the site's front page, as logos do: the site's name.
pub(super) fn logos<'s>(scan: &'s Scan<'_>) -> impl Iterator<Item = &'s str> {
    let headings = scan
        .headings
        .iter()
        .filter(|heading| link_over(heading.placed.node).is_some_and(|href| is_front(href, scan)));
    headings.map(|heading| heading.text.as_str()).chain(front_link(scan))
}

fn is_front(href: &str, scan: &Scan<'_>) -> bool {
    let to = scan.url.map_or_else(|| url::Url::parse(href), |own| own.join(href.trim()));
    to.is_ok_and(|to| to.path() == "/" && to.query().is_none() && to.fragment().is_none())
}

/// The link to the front page whose words are all of the `<title>`, or stand at one of its ends and in a line on rights: either alone may
/// say anything ("Home"; whose a picture is).
fn front_link<'s>(scan: &'s Scan<'_>) -> Option<&'s str> {
    const LINES: usize = 40;
    let title = text::key(scan.title.as_deref()?);
    let is_rights = |line: &&TextLine<'_>| line.raw().contains('©');
    let lines = scan
        .lines
        .iter()
        .take(LINES)
        .filter(|line| line.raw().len() <= 2 * title.len() && is_link(line.node));
    lines
        .filter(|line| {
            let mut near = std::iter::once(line.node).chain(line.node.ancestors().take(3));
            near.find_map(|near| near.attr("href")).is_some_and(|href| is_front(href, scan))
        })
        .map(TextLine::text)
        .find(|name| {
            let key = text::key(name);
            let is_end = title.starts_with(&key) || title.ends_with(&key);
            let has_rights =
                || scan.lines.iter().filter(is_rights).any(|line| text::key(line.text()).contains(&key));
            key.chars().count() >= 3 && (key == title || is_end && has_rights())
        })
}

/// The line that says what data calls the headline: the whole of it, or of a `<title>` the longest piece between its
/// separators. Links are no headlines: they repeat those of other pages, and paths to the page end in its own; but a heading
/// that leads to the page itself is one. `is_name_known` says that the end of the `<title>` is known to be the site's name, so that no
/// short piece at its beginning is a kicker.
fn line_told(
    scan: &Scan<'_>,
    site: &Site,
    told: &[TitleCandidate],
    is_name_known: bool,
) -> Option<VisibleHeadline> {
    let title = scan.title.as_deref().unwrap_or_default();
    let longest = told.iter().map(|candidate| candidate.title.len()).chain([title.len()]).max()?;
    let title_key = text::key(title);
    // Short, and less than half of what data calls the headline.
    let is_kicker = |line: &str, key: &str| {
        let is_small_part = |whole: &str| whole.len() > 2 * key.len() && whole.starts_with(key);
        text::weight(line) <= MAX_KICKER && told.iter().any(|candidate| is_small_part(&candidate.key))
    };
    let mut best: Option<(usize, &TextLine<'_>, String)> = None;
    for line in scan.lines.iter().filter(|line| (SHORTEST_LINE / 3..=2 * longest).contains(&line.raw().len()))
    {
        let key = text::key(line.raw());
        let is_whole = told.iter().any(|candidate| candidate.key == key);
        // What is left of a title is the name of its site, however the site calls itself.
        let is_end_of = |whole: &str| whole.starts_with(&key) || whole.ends_with(&key);
        let is_most_of = |whole: &str| key.len() * 2 > whole.len() && is_end_of(whole);
        let is_piece = key.len() * 3 > title_key.len()
            && (is_end_of(&title_key) && (is_name_known || !is_kicker(line.raw(), &key))
                || told.iter().any(|candidate| is_most_of(&candidate.key)));
        // "[Notes from the sea] The ferry runs again"
        let is_label =
            |whole: &TitleCandidate| in_brackets(&whole.title).is_some_and(|label| text::key(label) == key);
        if !is_whole && !is_piece || text::weight(line.raw()) < SHORTEST_LINE || told.iter().any(is_label) {
            continue;
        }
        let rank = key.len() + if is_whole { 1_000 } else { 0 };
        let is_better = best.as_ref().is_none_or(|(known, ..)| rank > *known);
        let is_of_others = || is_link(line.node) && !is_heading_of_itself(line.node, scan);
        if is_better && !site.is_named(line.text()) && !is_of_others() && !stands_apart(line.node, scan) {
            best = Some((rank, line, key));
        }
    }
    best.map(|(_, line, key)| VisibleHeadline { text: line.text().to_owned(), key, parts: Vec::new() })
}

/// What stands in the brackets that a title begins with: a label, or the series that the article belongs to.
fn in_brackets(title: &str) -> Option<&str> {
    const PAIRS: [(char, char); 5] = [('[', ']'), ('【', '】'), ('〔', '〕'), ('［', '］'), ('<', '>')];
    PAIRS.into_iter().find_map(|(open, close)| {
        title.trim_start().strip_prefix(open)?.split_once(close).map(|(label, _)| label)
    })
}

/// Whether a link of the page says `key` and nothing else.
pub(super) fn is_link_called(scan: &Scan<'_>, key: &str) -> bool {
    let about = key.len()..=2 * key.len() + 8;
    let alike = |line: &&TextLine<'_>| about.contains(&line.raw().len()) && text::has_key(line.raw(), key);
    scan.lines.iter().filter(alike).any(|line| is_link(line.node))
}

/// Whether a line is a heading of a lower rank that links to the page it stands on, as journals on the web set theirs.
fn is_heading_of_itself(node: Node<'_>, scan: &Scan<'_>) -> bool {
    let mut near = std::iter::once(node).chain(node.ancestors().take(4));
    let heading = near.find(|near| [local_name!("h2"), local_name!("h3")].iter().any(|rank| near.is(rank)));
    heading.is_some_and(|heading| {
        let is_whole_page = link_over(heading).is_some_and(|href| !href.contains('#'));
        is_whole_page && !leads_elsewhere(heading, scan)
    })
}

fn is_link(node: Node<'_>) -> bool {
    std::iter::once(node).chain(node.ancestors().take(3)).any(|near| near.is(&local_name!("a")))
}
