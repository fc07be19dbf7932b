//! The words that dates are written with.

use jiff::civil::Weekday;

/// The starts of the names of the months, in the languages of the feeds seen. A name counts by its start, so that its cases
/// and abbreviations do too; the longest start that fits decides.
const MONTHS: [&[&str]; 12] = [
    &["jan", "gen", "ene", "янв", "січ", "sty", "led", "oca", "ιαν", "يناير", "sij"],
    &["feb", "fev", "fév", "фев", "лют", "lut", "úno", "şub", "φεβ", "فبراير", "helmi"],
    &["mar", "mär", "maa", "мар", "бер", "bře", "már", "μαρ", "μάρ", "مارس", "mrt"],
    &["apr", "abr", "avr", "апр", "кві", "kwi", "dub", "nis", "ápr", "απρ", "أبريل", "huhti"],
    &[
        "may", "mai", "maj", "mei", "mag", "май", "мая", "тра", "kvě", "máj", "μαι", "μάι", "μαΐ", "مايو",
        "touko",
    ],
    &["jun", "juin", "giu", "июн", "чер", "cze", "haz", "červn", "červen", "ιουν", "ιούν", "jún", "يونيو"],
    &["jul", "juil", "lug", "июл", "лип", "lip", "tem", "červenc", "ιουλ", "ιούλ", "júl", "يوليو"],
    &[
        "aug",
        "ago",
        "août",
        "aoû",
        "aou",
        "авг",
        "сер",
        "sie",
        "srp",
        "ağu",
        "agu",
        "αυγ",
        "αύγ",
        "أغسطس",
        "elo",
    ],
    &["sep", "set", "сен", "вер", "wrz", "zář", "eyl", "szept", "σεπ", "سبتمبر", "syys"],
    &["oct", "okt", "ott", "out", "окт", "жов", "paź", "říj", "eki", "οκτ", "أكتوبر", "loka"],
    &["nov", "ноя", "лис", "lis", "kas", "νοε", "νοέ", "نوفمبر", "marras"],
    &["dec", "dez", "dic", "déc", "des", "дек", "гру", "gru", "pros", "ara", "δεκ", "ديسمبر", "joulu"],
];

/// Names of days that start like a month.
const NO_MONTHS: [&str; 2] = ["mard", "marte"];

/// Names of zones and their offsets in seconds. Where a name has several meanings it is that of RFC 5322, section 4.3,
/// else the one with the most speakers among feeds.
const ZONES: [(&str, i32); 43] = [
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 3600),
    ("bst", 3600),
    ("cet", 3600),
    ("mez", 3600),
    ("met", 3600),
    ("cest", 7200),
    ("mesz", 7200),
    ("mest", 7200),
    ("eet", 7200),
    ("sast", 7200),
    ("cat", 7200),
    ("eest", 10800),
    ("msk", 10800),
    ("мск", 10800),
    ("trt", 10800),
    ("eat", 10800),
    ("msd", 14400),
    ("gst", 14400),
    ("pkt", 18000),
    ("ist", 19800),
    ("wib", 25200),
    ("ict", 25200),
    ("hkt", 28800),
    ("sgt", 28800),
    ("pht", 28800),
    ("awst", 28800),
    ("jst", 32400),
    ("kst", 32400),
    ("aest", 36000),
    ("aedt", 39600),
    ("nzst", 43200),
    ("nzdt", 46800),
    ("art", -10800),
    ("brt", -10800),
    ("nst", -12600),
    ("ast", -14400),
    ("adt", -10800),
    ("hst", -36000),
];

/// The zones of North America with their winter and summer names, and the one name that means whichever holds.
const AMERICA: [(&str, &str, &str, i32, &str); 5] = [
    ("est", "edt", "et", -5 * 3600, "America/New_York"),
    ("cst", "cdt", "ct", -6 * 3600, "America/Chicago"),
    ("mst", "mdt", "mt", -7 * 3600, "America/Denver"),
    ("pst", "pdt", "pt", -8 * 3600, "America/Los_Angeles"),
    ("akst", "akdt", "akt", -9 * 3600, "America/Anchorage"),
];

/// What the name of a zone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// An offset in seconds east of Greenwich.
    Offset(i32),
    /// A place whose clocks decide.
    Place(&'static str),
}

/// The month, 1 to 12, that a word in lower case names.
pub(super) fn month(word: &str) -> Option<i8> {
    if NO_MONTHS.iter().any(|day| word.starts_with(day)) {
        return None;
    }
    let fits = |starts: &[&str]| {
        starts.iter().filter(|start| word.starts_with(**start)).map(|start| start.len()).max()
    };
    let best = (1_i8..).zip(MONTHS).filter_map(|(month, starts)| fits(starts).map(|length| (length, month)));
    best.max_by_key(|(length, _)| *length).map(|(_, month)| month)
}

/// The day of the week that an English word in lower case names.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word.get(..3)? {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// The zone that a word in lower case names.
pub(super) fn zone(word: &str) -> Option<Zone> {
    for (winter, summer, either, offset, place) in AMERICA {
        match word {
            _ if word == winter => return Some(Zone::Offset(offset)),
            _ if word == summer => return Some(Zone::Offset(offset + 3600)),
            _ if word == either => return Some(Zone::Place(place)),
            _ => {}
        }
    }
    ZONES.iter().find(|(name, _)| *name == word).map(|(_, offset)| Zone::Offset(*offset))
}

/// Whether a word in lower case says that the hours of the clock are those after noon, or before it.
pub(super) fn after_noon(word: &str) -> Option<bool> {
    match word {
        "am" | "오전" | "上午" | "午前" | "ng" => Some(false),
        "pm" | "오후" | "下午" | "午後" | "晚上" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_in_many_languages_and_cases() {
        for (word, number) in [
            ("september", 9),
            ("mär", 3),
            ("juillet", 7),
            ("juin", 6),
            ("červen", 6),
            ("července", 7),
            ("октября", 10),
            ("листопада", 11),
            ("aralık", 12),
            ("ιούλ", 7),
            ("déc", 12),
            ("dicembre", 12),
        ] {
            assert_eq!(month(word), Some(number), "{word}");
        }
    }

    #[test]
    fn a_day_that_starts_like_a_month_is_none() {
        assert_eq!(month("mardi"), None);
        assert_eq!(month("martes"), None);
        assert_eq!(month("monday"), None);
    }

    #[test]
    fn a_zone_is_an_offset_or_the_clocks_of_a_place() {
        assert_eq!(zone("pdt"), Some(Zone::Offset(-7 * 3600)));
        assert_eq!(zone("et"), Some(Zone::Place("America/New_York")));
        assert_eq!(zone("kst"), Some(Zone::Offset(9 * 3600)));
        assert_eq!(zone("xyz"), None);
    }
}
