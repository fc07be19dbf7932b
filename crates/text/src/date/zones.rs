//! Time zones: by abbreviation, by the name of the tz database, by the long names that people write.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::token::{DatePart, DateToken};
use super::written::ZoneOffset;

/// The largest offset in use, in hours.
pub(super) const MAX_OFFSET_HOURS: u64 = 14;

/// The longest name of the tz database has 32 bytes.
const MAX_NAME_BYTES: usize = 40;

/// Abbreviations that mean the same offset wherever they are written, in minutes east of Greenwich.
const CERTAIN: [(&str, i16); 61] = [
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 60),
    ("cet", 60),
    ("mez", 60),
    ("cest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("мск", 180),
    ("trt", 180),
    ("samt", 240),
    ("azt", 240),
    ("yekt", 300),
    ("екб", 300),
    ("pkt", 300),
    ("uzt", 300),
    ("npt", 345),
    ("omst", 360),
    ("mmt", 390),
    ("novt", 420),
    ("krat", 420),
    ("wib", 420),
    ("ict", 420),
    ("irkt", 480),
    ("ulat", 480),
    ("wita", 480),
    ("hkt", 480),
    ("sgt", 480),
    ("myt", 480),
    ("awst", 480),
    ("kst", 540),
    ("jst", 540),
    ("wit", 540),
    ("yakt", 540),
    ("acst", 570),
    ("acdt", 630),
    ("aest", 600),
    ("vlat", 600),
    ("chst", 600),
    ("aedt", 660),
    ("magt", 660),
    ("sakt", 660),
    ("sret", 660),
    ("nzst", 720),
    ("pett", 720),
    ("anat", 720),
    ("nzdt", 780),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("brt", -180),
];

/// Abbreviations with several meanings, each with that of RFC 5322, section 4.3, else with the one that has the most speakers
/// among feeds.
const LIKELY: [(&str, i16); 17] = [
    ("ut", 0),
    ("bst", 60),
    ("met", 60),
    ("mest", 120),
    ("sast", 120),
    ("cat", 120),
    ("eat", 180),
    ("msd", 240),
    ("gst", 240),
    ("ist", 330),
    ("pht", 480),
    ("art", -180),
    ("adt", -180),
    ("nst", -210),
    ("ast", -240),
    ("cst", -360),
    ("hst", -600),
];

/// Such abbreviations that are words, too ("get", "bot"), or rare: they are zones in capitals.
const LIKELY_IN_CAPITALS: [(&str, i16); 29] = [
    ("wat", 60),
    ("idt", 180),
    ("irst", 210),
    ("get", 240),
    ("mut", 240),
    ("aft", 270),
    ("almt", 300),
    ("aqtt", 300),
    ("tjt", 300),
    ("tmt", 300),
    ("mvt", 300),
    ("kgt", 360),
    ("btt", 360),
    ("hovt", 420),
    ("bnt", 480),
    ("phst", 480),
    ("tlt", 540),
    ("pgt", 600),
    ("fjt", 720),
    ("uyt", -180),
    ("pyt", -180),
    ("clst", -180),
    ("clt", -240),
    ("bot", -240),
    ("vet", -240),
    ("cot", -300),
    ("pet", -300),
    ("ect", -300),
    ("ndt", -150),
];

/// Abbreviations of North America that mean winter's or summer's clock, whichever holds.
const SEASONLESS: [(&str, &str); 5] = [
    ("et", "America/New_York"),
    ("ct", "America/Chicago"),
    ("mt", "America/Denver"),
    ("pt", "America/Los_Angeles"),
    ("akt", "America/Anchorage"),
];

/// The zones of the tz database by their last part, in lower case, as in "Seoul time".
static CITIES: LazyLock<HashMap<String, TimeZone>> = LazyLock::new(|| {
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let cities = names.iter().filter_map(|name| {
        let (region, city) = name.rsplit_once('/')?;
        (region != "Etc").then_some((city.to_lowercase(), TimeZone::get(name).ok()?))
    });
    cities.collect()
});

/// A zone as it was written.
#[derive(Debug, Clone)]
pub(super) enum DateZone {
    /// An offset from Greenwich.
    Offset(ZoneOffset),
    /// A place whose clocks decide.
    Place(TimeZone),
}

impl DateZone {
    /// The offset that holds at `moment`, a day and a time in this zone.
    pub(super) fn offset_at(&self, moment: DateTime) -> Option<ZoneOffset> {
        match self {
            Self::Offset(offset) => Some(*offset),
            Self::Place(place) => {
                let seconds = place
                    .to_ambiguous_timestamp(moment)
                    .compatible()
                    .ok()
                    .map(|at| place.to_offset(at).seconds())?;
                Some(ZoneOffset { minutes: i16::try_from(seconds / 60).ok()?, zulu: false })
            }
        }
    }
}

/// How far the meaning of a name may be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// Not at all: an offset that isn't certain is not given.
    Never,
    /// To the likeliest meaning, where a date without any would be taken as UTC.
    Likely,
}

/// The zone that is named at `at`, and the index behind it: `KST`, `MSK+7`, `Asia/Seoul`, `Seoul time`, `Japan Standard Time`.
pub(super) fn named(tokens: &[DateToken], at: usize, guess: Guess) -> Option<(DateZone, usize)> {
    let word = tokens.get(at)?.word()?;
    if let Some(found) = in_database(tokens, at)
        .or_else(|| from_capital(tokens, at))
        .or_else(|| long(tokens, at))
        .or_else(|| in_words(tokens, at))
    {
        return Some(found);
    }
    let in_capitals = || {
        let token = tokens.get(at).filter(|token| token.is_in_capitals && guess == Guess::Likely)?;
        let (_, minutes) = LIKELY_IN_CAPITALS.iter().find(|(name, _)| token.word() == Some(name))?;
        Some(DateZone::Offset(ZoneOffset { minutes: *minutes, zulu: false }))
    };
    let abbreviated = abbreviated(word, guess).or_else(in_capitals);
    // A field that is nothing but a date names a place for its zone alone.
    let place = || CITIES.get(word).cloned().or_else(|| TimeZone::get(word).ok()).map(DateZone::Place);
    let likely = || if guess == Guess::Likely { place() } else { None };
    abbreviated.or_else(likely).map(|zone| (zone, at + 1))
}

/// Zones as people name them in words: the stems of adjectives before the word for time in Russian and Ukrainian, and what stands
/// glued to it, or apart, in East Asia.
const IN_WORDS: [(&str, &str); 30] = [
    ("московск", "Europe/Moscow"),
    ("московськ", "Europe/Moscow"),
    ("киевск", "Europe/Kyiv"),
    ("київськ", "Europe/Kyiv"),
    ("минск", "Europe/Minsk"),
    ("мінськ", "Europe/Minsk"),
    ("владивостокск", "Asia/Vladivostok"),
    ("сахалинск", "Asia/Sakhalin"),
    ("сеульск", "Asia/Seoul"),
    ("сеульськ", "Asia/Seoul"),
    ("пхеньянск", "Asia/Pyongyang"),
    ("токийск", "Asia/Tokyo"),
    ("пекинск", "Asia/Shanghai"),
    ("гринвичск", "Etc/UTC"),
    ("ґринвіцьк", "Etc/UTC"),
    ("北京", "Asia/Shanghai"),
    ("中国", "Asia/Shanghai"),
    ("台北", "Asia/Taipei"),
    ("香港", "Asia/Hong_Kong"),
    ("首尔", "Asia/Seoul"),
    ("首爾", "Asia/Seoul"),
    ("平壤", "Asia/Pyongyang"),
    ("东京", "Asia/Tokyo"),
    ("東京", "Asia/Tokyo"),
    ("莫斯科", "Europe/Moscow"),
    ("日本", "Asia/Tokyo"),
    ("韓国", "Asia/Seoul"),
    ("한국", "Asia/Seoul"),
    ("일본", "Asia/Tokyo"),
    ("모스크바", "Europe/Moscow"),
];

/// The word for time that the names of East Asia stand before.
const EAST_ASIAN_TIME: [&str; 3] = ["时间", "時間", "시간"];

/// The zone that is named in words at `at`: "по московскому времени", "за київським часом", "北京时间", "한국 시간". The time of
/// an unnamed place ("по местному времени", "local time") is none.
fn in_words(tokens: &[DateToken], at: usize) -> Option<(DateZone, usize)> {
    let word = |at: usize| tokens.get(at).and_then(DateToken::word);
    let first = word(at)?;
    if let Some(zone) = glued(first) {
        return Some((zone, at + 1));
    }
    let is_east_asian = |word: Option<&str>| word.is_some_and(|word| EAST_ASIAN_TIME.contains(&word));
    if is_east_asian(word(at + 1)) {
        let (_, place) = IN_WORDS.iter().find(|(name, _)| *name == first)?;
        return Some((DateZone::Place(TimeZone::get(place).ok()?), at + 2));
    }
    let at = if matches!(first, "по" | "за") { at + 1 } else { at };
    let is_time = |word: &str| ["врем", "час"].iter().any(|stem| word.starts_with(stem));
    let adjective = word(at).filter(|_| word(at + 1).is_some_and(is_time))?;
    let is_of = |stem: &str| !stem.chars().any(is_east_asian_letter) && adjective.starts_with(stem);
    let (_, place) = IN_WORDS.iter().find(|(stem, _)| is_of(stem))?;
    Some((DateZone::Place(TimeZone::get(place).ok()?), at + 2))
}

/// The zone that a word of East Asia names at its end: "北京时间", "发布于北京时间", "한국시간".
pub(super) fn glued(word: &str) -> Option<DateZone> {
    let named =
        EAST_ASIAN_TIME.iter().find_map(|time| word.strip_suffix(time)).filter(|name| !name.is_empty())?;
    let (_, place) =
        IN_WORDS.iter().find(|(name, _)| name.chars().all(is_east_asian_letter) && named.ends_with(name))?;
    TimeZone::get(place).ok().map(DateZone::Place)
}

fn is_east_asian_letter(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Zones that others of the same country are counted from, in hours: `MSK+7`.
const COUNTED_FROM: [&str; 2] = ["msk", "мск"];

fn from_capital(tokens: &[DateToken], at: usize) -> Option<(DateZone, usize)> {
    let word = tokens.get(at)?.word().filter(|word| COUNTED_FROM.contains(word))?;
    let DateZone::Offset(base) = abbreviated(word, Guess::Never)? else { return None };
    let (_, 1 | 2) = tokens.get(at + 2)?.number()? else { return None };
    let (further, end) = offset(tokens, at + 1).filter(|(_, end)| *end == at + 3)?;
    Some((DateZone::Offset(ZoneOffset { minutes: base.minutes + further.minutes, zulu: false }), end))
}

fn abbreviated(word: &str, guess: Guess) -> Option<DateZone> {
    let among =
        |names: &[(&str, i16)]| names.iter().find(|(name, _)| *name == word).map(|(_, minutes)| *minutes);
    let likely = || among(&LIKELY).filter(|_| guess == Guess::Likely);
    if let Some(minutes) = among(&CERTAIN).or_else(likely) {
        return Some(DateZone::Offset(ZoneOffset { minutes, zulu: word == "z" }));
    }
    seasonless(word).filter(|_| guess == Guess::Likely)
}

fn seasonless(word: &str) -> Option<DateZone> {
    let (_, place) = SEASONLESS.iter().find(|(name, _)| *name == word)?;
    TimeZone::get(place).ok().map(DateZone::Place)
}

/// The zone of North America that stands behind a clock of twelve hours: "8:00 a.m. ET". Elsewhere, and where it isn't written
/// in capitals ("Mt. Hood"), its letters are a word.
pub(super) fn american(token: &DateToken) -> Option<DateZone> {
    token.word().filter(|_| token.is_in_capitals).and_then(seasonless)
}

/// A name of the tz database: parts joined by strokes, without spaces.
fn in_database(tokens: &[DateToken], at: usize) -> Option<(DateZone, usize)> {
    if !tokens.get(at + 1)?.is_mark("/") {
        return None;
    }
    let mut name = tokens[at].word()?.to_owned();
    let mut end = at + 1;
    while let Some(token) = tokens.get(end).filter(|token| !token.spaced && name.len() < MAX_NAME_BYTES) {
        match &token.part {
            DatePart::Word(word) => name.push_str(word),
            DatePart::Number(value, _) => name.push_str(&value.to_string()),
            DatePart::Mark(mark @ ('/' | '_' | '-' | '+')) => name.push(*mark),
            DatePart::Mark(_) => break,
        }
        end += 1;
    }
    TimeZone::get(&name).ok().map(|place| (DateZone::Place(place), end))
}

/// The words that may stand between the name of a place and "time".
const SEASONS: [&str; 3] = ["standard", "daylight", "summer"];

/// "Seoul time", "Vladivostok Standard Time", "Japan Standard Time": a city of the tz database, else the initials of a
/// certain abbreviation.
fn long(tokens: &[DateToken], at: usize) -> Option<(DateZone, usize)> {
    let words: Vec<&str> = tokens[at..].iter().take(4).map_while(DateToken::word).collect();
    let time = words.iter().position(|word| *word == "time").filter(|time| *time > 0)?;
    let end = at + time + 1;
    let names = &words[..time];
    let place =
        names.strip_suffix(&[*names.last()?]).filter(|_| SEASONS.contains(&names[time - 1])).unwrap_or(names);
    if let Some(city) = CITIES.get(&place.join("_")) {
        return Some((DateZone::Place(city.clone()), end));
    }
    let initials: String = words[..=time].iter().filter_map(|word| word.chars().next()).collect();
    // Three standard times have the initials "MST"; the abbreviation is that of one.
    let is_whole = time > 1 && initials.len() == time + 1 && initials != "mst";
    abbreviated(&initials, Guess::Never).filter(|_| is_whole).map(|zone| (zone, end))
}

/// An offset at `at`: `+0900`, `+09:00`, `+9`.
pub(super) fn offset(tokens: &[DateToken], at: usize) -> Option<(ZoneOffset, usize)> {
    let sign = match tokens.get(at)?.part {
        DatePart::Mark('+') => 1,
        DatePart::Mark('-') => -1,
        _ => return None,
    };
    let (value, digits) = tokens.get(at + 1)?.number()?;
    let (hours, minutes, end) = match digits {
        1 | 2 => match (tokens.get(at + 2), tokens.get(at + 3).and_then(DateToken::number)) {
            (Some(mark), Some((minutes, 2))) if mark.is_mark(":") => (value, minutes, at + 4),
            _ => (value, 0, at + 2),
        },
        3 | 4 => (value / 100, value % 100, at + 2),
        _ => return None,
    };
    if hours > MAX_OFFSET_HOURS || minutes > 59 {
        return None;
    }
    let total = i16::try_from(hours * 60 + minutes).ok()?;
    Some((ZoneOffset { minutes: sign * total, zulu: false }, end))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::token::tokens;
    use super::*;

    fn minutes(written: &str, guess: Guess) -> Option<i16> {
        let summer = date(2025, 7, 8).at(12, 0, 0, 0);
        let (zone, _) = named(&tokens(written), 0, guess)?;
        zone.offset_at(summer).map(|offset| offset.minutes)
    }

    #[test]
    fn names_of_every_kind_mean_their_offset() {
        for (written, expected) in [
            ("KST", 540),
            ("Asia/Vladivostok", 600),
            ("america/new_york", -240),
            ("America/Argentina/Buenos_Aires", -180),
            ("Etc/GMT+9", -540),
            ("VLAT", 600),
            ("MSK+7", 600),
            ("МСК-1", 120),
            ("MSK+0300", 180),
            ("Seoul time", 540),
            ("Vladivostok Standard Time", 600),
            ("Ho Chi Minh time", 420),
            ("Japan Standard Time", 540),
            ("Central European Summer Time", 120),
            ("по московскому времени", 180),
            ("по киевскому времени", 180),
            ("за київським часом", 180),
            ("московского времени", 180),
            ("北京时间", 480),
            ("日本時間", 540),
            ("한국시간", 540),
            ("한국 시간", 540),
        ] {
            assert_eq!(minutes(written, Guess::Never), Some(expected), "{written}");
        }
    }

    #[test]
    fn what_has_several_meanings_is_guessed_only_where_asked() {
        assert_eq!((minutes("IST", Guess::Never), minutes("IST", Guess::Likely)), (None, Some(330)));
        assert_eq!((minutes("ET", Guess::Never), minutes("ET", Guess::Likely)), (None, Some(-240)));
        assert_eq!((minutes("Moscow", Guess::Never), minutes("Moscow", Guess::Likely)), (None, Some(180)));
        assert_eq!((minutes("Japan", Guess::Never), minutes("Japan", Guess::Likely)), (None, Some(540)));
        for written in ["по местному времени", "за місцевим часом", "当地时间", "현지시간", "現地時間"]
        {
            assert_eq!(minutes(written, Guess::Likely), None, "{written}");
        }
        for written in ["China Standard Time", "first time", "and/or", "harbour", "Asia", "Wed"] {
            assert_eq!(minutes(written, Guess::Likely), None, "{written}");
        }
    }

    #[test]
    fn no_name_has_two_offsets() {
        let names: Vec<&str> = CERTAIN.iter().chain(&LIKELY).map(|(name, _)| *name).collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[at + 1..].contains(name), "{name}");
        }
    }
}
