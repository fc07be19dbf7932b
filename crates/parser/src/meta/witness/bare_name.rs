//! Names alone in a line between the headline and the text, without a word that says what they are: those of people whose given name is
//! known, right below the headline or beside a date. Places, sections and topics stand there, too.

use dateline_wire::Source;

use super::{is_foreign, text_below};
use crate::dom::{Node, local_name};
use crate::meta::authors;
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::{Scan, TextLine};
use crate::meta::text;

/// The lines below the headline, and behind a standfirst as long as text, that are looked at.
const LINES: usize = 8;
const BEHIND_STANDFIRST: usize = 3;

/// A line of a name or several and of a date has so many letters of an alphabet at most.
const MAX_LETTERS: usize = 80;

/// The authors that one such line names, at most, and the places of theirs.
const MAX_NAMES: usize = 4;
const MAX_PLACES: usize = 2;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    let below = scan.headline.and_then(|at| scan.lines.get(at + 1..)).unwrap_or_default();
    let Some((first, _)) = text_below(scan) else { return };
    let is_dated = |index: usize| below.get(index).is_some_and(is_dated);
    let is_beside_date =
        |index: &usize| is_dated(*index) || is_dated(index + 1) || index.checked_sub(1).is_some_and(is_dated);
    let above = (0..first.min(LINES)).filter(|index| *index == 0 || is_beside_date(index));
    let behind = (first + 1..(first + 1 + BEHIND_STANDFIRST).min(below.len())).filter(is_beside_date);
    for line in above.chain(behind).map(|index| &below[index]).filter(|line| !line.is_long) {
        let names = people(line);
        let are_unknown = || names.iter().all(|name| is_of_nothing_else(scan, name));
        if !names.is_empty() && are_unknown() && !is_foreign(scan, line.node) && !stands_apart(line.node) {
            return claims.authors(names, Source::Visible, 1.2);
        }
    }
}

/// Whether a short line gives a day.
fn is_dated(line: &TextLine<'_>) -> bool {
    !line.is_long
        && date::has_digit(line.raw())
        && text::weight(line.text()) <= MAX_LETTERS
        && date::read(line.text()).is_some_and(|written| written.date().is_some())
}

/// The people in a line that says nothing beside their names but a date, and where they are.
fn people(line: &TextLine<'_>) -> Vec<String> {
    let line = line.text();
    if text::weight(line) > MAX_LETTERS || line.ends_with(['.', '!', '?', ':', '…', '"', '”', '»']) {
        return Vec::new();
    }
    let said = undated(line).replace(" – ", ", ").replace(" — ", ", ");
    let mut names = authors::clean(&said);
    let count = names.len();
    let is_place = |name: &String| {
        authors::is_known_wire(name) || name.split(' ').all(|word| word.starts_with(char::is_uppercase))
    };
    if !names.first().is_some_and(|name| authors::has_given_name(name)) || !names.iter().all(is_place) {
        return Vec::new();
    }
    names.retain(|name| authors::has_given_name(name) || authors::is_known_wire(name));
    let is_full = names.len() <= MAX_NAMES && count - names.len() <= MAX_PLACES;
    if is_full { names } else { Vec::new() }
}

/// What stands before the date in a line, or behind it where nothing does.
fn undated(line: &str) -> &str {
    let is_sign = |c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')' | '.');
    let Some(day) = date::read_all(line).into_iter().next().filter(|_| date::has_digit(line)) else {
        return line;
    };
    let before = authors::undated(line).trim_end_matches(is_sign);
    if !before.is_empty() {
        return before;
    }
    // A clock, and words beside it, stand behind the day.
    let behind = line.get(day.place.end..).unwrap_or_default();
    let behind = behind.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    let behind = behind.strip_prefix(" Uhr").unwrap_or(behind);
    behind.trim_start_matches(is_sign)
}

/// Whether a page uses a name for nothing but those who wrote: no word of it stands in lower case, and neither headline nor text speaks of
/// them.
fn is_of_nothing_else(scan: &Scan<'_>, name: &str) -> bool {
    let family = name.rsplit(' ').next().unwrap_or(name);
    let family = memchr::memmem::Finder::new(family);
    let headline = scan.headline.and_then(|at| scan.lines.get(at));
    let mut told = headline.into_iter().chain(scan.lines.iter().filter(|line| line.is_long));
    !told.any(|line| family.find(line.raw().as_bytes()).is_some())
        && !name.split(' ').any(|word| !word.ends_with('.') && scan.is_common(word))
}

/// Whether a line is a heading, or stands right behind a picture, as captions do.
fn stands_apart(node: Node<'_>) -> bool {
    let mut around = std::iter::once(node).chain(node.ancestors().take(3));
    if around
        .any(|around| around.name().is_some_and(|name| matches!(&**name, "h2" | "h3" | "h4" | "h5" | "h6")))
    {
        return true;
    }
    let before = std::iter::successors(node.previous_sibling(), |node| node.previous_sibling());
    let element = before.filter(|node| node.is_element()).take(1).next();
    element.is_some_and(|element| {
        let mut within = std::iter::once(element).chain(element.descendants().take(8));
        within.any(|inner| inner.is(&local_name!("img"))) && text::is_blank(&text::of(element))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::claims;
    use super::*;

    fn names(html: &str) -> Vec<String> {
        claims(testify, html).authors.into_iter().flat_map(|claim| claim.value).collect()
    }

    const LONG: &str = "<p>The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had \
        crossed by noon, the port authority said.</p>";
    const DAY: &str = "<div>21 March 2025</div>";

    #[test]
    fn a_name_below_the_headline_or_beside_a_date_is_the_authors_in_whatever_order() {
        for head in [
            format!("<div>Greta Lund</div>{DAY}"),
            format!("{DAY}<div>Greta Lund</div>"),
            format!("<p>Share</p><p>Greta Lund</p>{DAY}"),
            "<p>Greta Lund</p>".to_owned(),
            "<p>21 March 2025, 10:15 | Greta Lund</p>".to_owned(),
            format!("{LONG}<div>Greta Lund</div>{DAY}"),
            format!("<div>Greta Lund, Puerto Norte</div>{DAY}"),
            format!("<div>Greta Lund (Tarrow)</div>{DAY}"),
            format!("<div>Greta Lund – Tarrow</div>{DAY}"),
        ] {
            assert_eq!(names(&format!("{head}{LONG}")), ["Greta Lund"], "{head}");
        }
        assert_eq!(names(&format!("<div>GRETA LUND</div>{DAY}{LONG}")), ["GRETA LUND"]);
        assert_eq!(names(&format!("<div>Анна Лунд</div><div>21.03.2025</div>{LONG}")), ["Анна Лунд"]);
        assert_eq!(
            names(&format!("<div>Greta Lund, Hugo Dahl</div>{DAY}{LONG}")),
            ["Greta Lund", "Hugo Dahl"]
        );
    }

    #[test]
    fn places_sections_and_those_whom_the_story_is_about_are_no_authors() {
        for line in [
            "New York",
            "World News",
            "Puerto Norte",
            "Harbour Gazette",
            "Greta",
            "Greta Lund said so.",
            "Greta Lund wins again",
            "Greta Noon",
        ] {
            assert!(names(&format!("<div>{line}</div>{DAY}{LONG}")).is_empty(), "{line}");
        }
        let about = LONG.replace("port authority", "captain, Greta Lund,");
        assert!(names(&format!("<div>Greta Lund</div>{DAY}{about}")).is_empty());
        assert!(names(&format!("<div><img src=a.jpg><div>Greta Lund</div></div>{DAY}{LONG}")).is_empty());
        assert!(names(&format!("<p>Share</p><p>Greta Lund</p><p>Print</p>{LONG}")).is_empty());
        assert!(names(&format!("<h2>Greta Lund</h2>{DAY}{LONG}")).is_empty());
    }
}
