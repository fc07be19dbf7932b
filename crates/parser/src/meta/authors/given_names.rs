//! Given names of people, by which a line is known as a byline where nothing else says that it is one.

use std::sync::LazyLock;

/// Names in lower case, sorted by their bytes; `tools/names` writes them.
static GIVEN_NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("given_names.txt").lines().collect());

/// Whether a name begins with a given name, in whatever case, or with the first letter of one: "Ana Lund", "Jean-Marc Ek", "A. Lund".
pub(super) fn begins(name: &str) -> bool {
    let Some((first, rest)) = name.split_once(' ') else { return false };
    let is_initial = || first.chars().count() == 2 && first.ends_with('.') && !rest.ends_with('.');
    let given = first.split('-').next().unwrap_or(first).to_lowercase();
    is_given(&given) || first.starts_with(char::is_uppercase) && is_initial()
}

fn is_given(name: &str) -> bool {
    GIVEN_NAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_table_is_found_and_nothing_between_them() {
        for name in GIVEN_NAMES.iter() {
            assert!(is_given(name), "{name}");
            assert!(!is_given(&format!("{name}\u{1}")) && !is_given(&format!("\u{1}{name}")), "{name}");
        }
        assert!(!is_given("") && !is_given("\u{10ffff}"));
        assert!(GIVEN_NAMES.is_sorted());
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
