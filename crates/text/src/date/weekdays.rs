//! The names of weekdays.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Weekday;

/// Full names, Monday first, in the languages of the field; Russian and Ukrainian also in the case that tells when.
const NAMES: [(Weekday, &[&str]); 7] = [
    (
        Weekday::Monday,
        &[
            "monday",
            "montag",
            "lundi",
            "lunes",
            "segunda-feira",
            "lunedì",
            "maandag",
            "понедельник",
            "понеділок",
        ],
    ),
    (
        Weekday::Tuesday,
        &[
            "tuesday",
            "dienstag",
            "mardi",
            "martes",
            "terça-feira",
            "martedì",
            "dinsdag",
            "вторник",
            "вівторок",
        ],
    ),
    (
        Weekday::Wednesday,
        &[
            "wednesday",
            "mittwoch",
            "mercredi",
            "miércoles",
            "quarta-feira",
            "mercoledì",
            "woensdag",
            "среду",
            "середу",
        ],
    ),
    (
        Weekday::Thursday,
        &[
            "thursday",
            "donnerstag",
            "jeudi",
            "jueves",
            "quinta-feira",
            "giovedì",
            "donderdag",
            "четверг",
            "четвер",
        ],
    ),
    (
        Weekday::Friday,
        &[
            "friday",
            "freitag",
            "vendredi",
            "viernes",
            "sexta-feira",
            "venerdì",
            "vrijdag",
            "пятницу",
            "п'ятницю",
        ],
    ),
    (
        Weekday::Saturday,
        &["saturday", "samstag", "sonnabend", "samedi", "sábado", "sabato", "zaterdag", "субботу", "суботу"],
    ),
    (
        Weekday::Sunday,
        &["sunday", "sonntag", "dimanche", "domingo", "domenica", "zondag", "воскресенье", "неділю"],
    ),
];

/// Each name's day.
static DAYS: LazyLock<HashMap<&str, Weekday>> =
    LazyLock::new(|| NAMES.iter().flat_map(|(day, names)| names.iter().map(|name| (*name, *day))).collect());

/// All full names of days, in lower case and in no order, each with its day.
pub fn weekday_names() -> impl Iterator<Item = (&'static str, Weekday)> {
    DAYS.iter().map(|(name, day)| (*name, *day))
}

/// The day that a full name, in lower case, means.
pub fn weekday(word: &str) -> Option<Weekday> {
    DAYS.get(word).copied()
}

/// The day that an English name means, in either case, by its first three letters as dates abbreviate it.
pub fn abbreviated_weekday(word: &str) -> Option<Weekday> {
    let start = word.get(..3)?;
    NAMES
        .iter()
        .find(|(_, names)| names[0].get(..3).is_some_and(|name| name.eq_ignore_ascii_case(start)))
        .map(|(day, _)| *day)
}

/// The day that a word in lower case means: a full name, or an English one by its first three letters and no more.
pub fn named_weekday(word: &str) -> Option<Weekday> {
    let abbreviated = || (word.len() == 3).then(|| abbreviated_weekday(word)).flatten();
    weekday(word).or_else(abbreviated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_known_by_name_and_in_english_by_abbreviation() {
        assert_eq!(weekday("среду"), Some(Weekday::Wednesday));
        assert_eq!(weekday("wed"), None);
        assert_eq!(abbreviated_weekday("Weds"), Some(Weekday::Wednesday));
        assert_eq!(abbreviated_weekday("ср"), None);
        assert_eq!(named_weekday("wed"), Some(Weekday::Wednesday));
        assert_eq!(named_weekday("среду"), Some(Weekday::Wednesday));
        assert_eq!(named_weekday("wedding"), None);
    }
}
