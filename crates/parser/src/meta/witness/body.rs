//! The ends of the article's own text, once it is known: a byline in its first lines, a signature in its last. They speak where
//! nobody else names a person: around the headline there may be none, and behind the text boxes of all kinds.

use dateline_wire::Source;

use crate::meta::authors::{self, Byline};
use crate::meta::claims::Claims;
use crate::meta::scan::Scan;
use crate::meta::text;

/// How many lines of the text's head and foot are looked at.
const HEAD: usize = 3;
const FOOT: usize = 2;

/// A byline or a signature has so many letters of an alphabet at most.
const MAX_BYLINE: usize = 100;
const MAX_SIGNATURE: usize = 40;

pub(super) fn testify(scan: &Scan<'_>, body: &str, claims: &mut Claims) {
    let mut names = claims.authors.iter().flat_map(|claim| &claim.value);
    if names.any(|name| authors::is_person(name) && !authors::is_desk(name)) {
        return;
    }
    let byline = |line: &str| -> Option<Byline> {
        let is_short = line.len() <= 4 * MAX_BYLINE && text::weight(line) <= MAX_BYLINE;
        let byline = if is_short { authors::worded(line) } else { return None };
        byline.names.iter().any(|name| authors::is_person(name)).then_some(byline)
    };
    let lines = || body.lines().map(str::trim).filter(|line| !line.is_empty());
    let worded = lines().take(HEAD).find_map(byline).or_else(|| lines().rev().take(FOOT).find_map(byline));
    if let Some(byline) = worded {
        return claims.byline(byline, Source::Visible, 1.5);
    }
    // A name alone signs where nobody is named at all, and where the sentence before it has come to its end.
    let mut from_end = lines().rev();
    if let (true, Some(last), Some(before)) = (claims.authors.is_empty(), from_end.next(), from_end.next())
        && before.ends_with(['.', '!', '?', '…', '"', '”', '“', '»', ')', '。', '」'])
    {
        claims.authors(alone(scan, last), Source::Visible, 1.0);
    }
}

/// The people in a line that names nobody and nothing else, in words that the page doesn't use otherwise.
fn alone(scan: &Scan<'_>, line: &str) -> Vec<String> {
    if line.len() > 4 * MAX_SIGNATURE
        || text::weight(line) > MAX_SIGNATURE
        || line.ends_with(['.', '!', '?', ':', '。'])
    {
        return Vec::new();
    }
    let names = authors::clean(line);
    let is_name = |name: &String| {
        let mut words = name.split(' ');
        words.clone().count() <= 3
            && authors::is_person(name)
            && !authors::is_desk(name)
            && !words.any(|word| scan.is_common(word))
    };
    if names.iter().all(is_name) { names } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    const TEXT: &str =
        "The ferry left the harbour at six in the morning.\nTwo hundred people had crossed by noon.";

    fn names(body: &str, known: &[&str]) -> Vec<String> {
        let document = Document::from_html(&body.replace('\n', "<p>"));
        let scan = Scan::of(&document, None);
        let mut claims = Claims::default();
        claims.authors(known.iter().map(|name| (*name).to_owned()).collect(), Source::Meta, 1.0);
        testify(&scan, body, &mut claims);
        claims.authors.into_iter().next_back().map(|claim| claim.value).unwrap_or_default()
    }

    #[test]
    fn the_text_itself_names_its_author_at_its_head_or_foot() {
        assert_eq!(names(&format!("By Ana Lund\n{TEXT}"), &[]), ["Ana Lund"]);
        assert_eq!(names(&format!("{TEXT}\nText: Ana Lund"), &[]), ["Ana Lund"]);
        assert_eq!(names(&format!("{TEXT}\nAna Lund"), &[]), ["Ana Lund"]);
        assert_eq!(names(&format!("{TEXT}\nText: Ana Lund"), &["Harbour Desk"]), ["Ana Lund"]);
    }

    #[test]
    fn what_names_nobody_or_comes_after_others_signs_nothing() {
        for foot in ["Two Hundred People", "Ana Lund crossed.", "The Harbour"] {
            assert!(names(&format!("{TEXT}\n{foot}"), &[]).is_empty(), "{foot}");
        }
        assert_eq!(names(&format!("{TEXT}\nAna Lund"), &["Bo Ek"]), ["Bo Ek"]);
        assert_eq!(names(&format!("{TEXT}\nAna Lund"), &["Harbour Desk"]), ["Harbour Desk"]);
        assert!(names(&format!("{TEXT}\nWalrus Audio Polychrome Flanger"), &[]).is_empty());
        assert!(names("And the ferry sails again\nRepeat Chorus", &[]).is_empty());
        assert!(names("Ana Lund", &[]).is_empty());
    }
}
