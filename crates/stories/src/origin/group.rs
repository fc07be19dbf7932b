//! Brackets, and whether nothing but sources stands between them.

use super::agency::{Agencies, Agency, AgencyKind};
use super::place::is_about_picture;

/// The longest content of brackets that is read, in bytes.
const MAX_BYTES: usize = 160;

/// Opening and closing brackets.
pub(super) const OPENING: [char; 6] = ['(', '（', '[', '［', '【', '〔'];
pub(super) const CLOSING: [char; 6] = [')', '）', ']', '］', '】', '〕'];

/// Whether `c` is one of them, told quickly of other characters.
fn is_bracket(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '【' | '】' | '〔' | '〕' | '（' | '）' | '［' | '］')
}

/// A pair of brackets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group<'t> {
    /// What stands before it in its line.
    pub(super) lead: &'t str,
    /// What stands in it.
    pub(super) content: &'t str,
    /// What stands behind it.
    pub(super) tail: &'t str,
    /// Where it ends in its line, in bytes, with its bracket.
    pub(super) end: usize,
    /// Its bracket is one that scripts without spaces have.
    pub(super) is_wide: bool,
}

/// The groups of a line, in order. Of nested ones the inner.
pub(super) fn groups(line: &str) -> impl Iterator<Item = Group<'_>> {
    let mut open: Option<(usize, char)> = None;
    line.char_indices().filter(|(_, c)| is_bracket(*c)).filter_map(move |(at, c)| {
        if OPENING.contains(&c) {
            open = Some((at, c));
            return None;
        }
        if !CLOSING.contains(&c) {
            return None;
        }
        let (from, bracket) = open.take()?;
        let content = &line[from + bracket.len_utf8()..at];
        let end = at + c.len_utf8();
        let is_wide = !matches!(bracket, '(' | '[');
        (content.len() <= MAX_BYTES).then_some(Group {
            lead: &line[..from],
            content,
            tail: &line[end..],
            end,
            is_wide,
        })
    })
}

/// The sources in `content`, if it holds nothing else but initials of editors, dates and pages; empty where it does. `may_be_short` allows
/// the forms that say enough only in brackets, and letters of the wrong case.
pub(super) fn pure<'a>(agencies: &'a Agencies, content: &str, may_be_short: bool) -> Vec<&'a Agency> {
    let mut found: Vec<&Agency> = Vec::new();
    let mut at = 0;
    let mentions = agencies.mentions(content);
    if mentions.is_empty() || is_about_picture(content) {
        return Vec::new();
    }
    for mention in &mentions {
        if !is_filler(&content[at..mention.start], at == 0)
            || !(may_be_short || mention.is_exact && !mention.is_short)
        {
            return Vec::new();
        }
        at = mention.end;
        found.push(mention.agency);
    }
    let is_picture = found.iter().any(|agency| agency.kind == AgencyKind::Picture);
    if is_picture || !is_filler(&content[at..], false) {
        return Vec::new();
    }
    found.dedup_by(|one, other| one.name == other.name);
    found
}

/// Whether `text` beside a source is no more than what parts sources, initials, a date or a page.
fn is_filler(text: &str, is_first: bool) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).all(|word| {
        let letters = word.chars().count();
        let is_initials = letters <= 3 && word.chars().all(char::is_lowercase);
        let is_number = word.chars().next().is_some_and(char::is_numeric);
        let is_place = [
            "USA", "UK", "News", "page", "page1", "The", "the", "from", "via", "By", "by", "and", "avec",
            "und", "con",
        ]
        .contains(&word);
        let is_page = word.strip_prefix("page").is_some_and(|rest| rest.chars().all(char::is_numeric));
        word.is_empty() || is_number || is_page || (is_initials || is_place) && (letters > 0 || is_first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_those_that_open_and_those_that_close() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_bracket(c), OPENING.contains(&c) || CLOSING.contains(&c), "{c:?}");
        }
    }
}
