//! Given names of people, by which a line is known as a byline where nothing else says that it is one.

use std::cmp::Ordering;

/// Names in lower case, one a line, sorted by their bytes; `tools/names` writes them.
const GIVEN_NAMES: &str = include_str!("given_names.txt");

/// Whether a name begins with a given name, in whatever case, or with the first letter of one: "Ana Lund", "Jean-Marc Ek", "A. Lund".
pub(super) fn begins(name: &str) -> bool {
    let Some((first, rest)) = name.split_once(' ') else { return false };
    let is_initial = || first.chars().count() == 2 && first.ends_with('.') && !rest.ends_with('.');
    let given = first.split('-').next().unwrap_or(first).to_lowercase();
    is_given(&given) || first.starts_with(char::is_uppercase) && is_initial()
}

fn is_given(name: &str) -> bool {
    let (mut from, mut to) = (0, GIVEN_NAMES.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let bytes = GIVEN_NAMES.as_bytes();
        let start =
            bytes[from..middle].iter().rposition(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
        let end = bytes[middle..to].iter().position(|byte| *byte == b'\n').map_or(to, |at| middle + at);
        match GIVEN_NAMES[start..end].cmp(name) {
            Ordering::Equal => return !name.is_empty(),
            Ordering::Less => from = (end + 1).min(to),
            Ordering::Greater => to = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_table_is_found_and_nothing_between_them() {
        for name in GIVEN_NAMES.lines() {
            assert!(is_given(name), "{name}");
            assert!(!is_given(&format!("{name}\u{1}")) && !is_given(&format!("\u{1}{name}")), "{name}");
        }
        assert!(!is_given("") && !is_given("\u{10ffff}"));
        assert!(GIVEN_NAMES.lines().is_sorted());
    }

    #[test]
    fn people_begin_with_a_given_name_and_places_and_sections_do_not() {
        for name in ["Ana Lund", "ANA LUND", "Jean-Marc Ek", "A. Lund", "Анна Лунд", "Олена Ек", "Łukasz Dal"]
        {
            assert!(begins(name), "{name}");
        }
        for name in [
            "New York",
            "World News",
            "San Francisco",
            "Нижний Новгород",
            "Ana",
            "Victoria Falls",
            "U.S. Open",
            "A.",
            "",
        ] {
            assert!(!begins(name), "{name}");
        }
    }
}
