//! Ages: "26 minutes ago".

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::token::{DateToken, tokens};
use super::written::{Calendar, TimeOfDay, WrittenDate, ZoneOffset};

/// The units of an age: their words, in lower case, and their length in minutes.
const UNITS: [(i64, &[&str]); 3] = [
    (
        1,
        &[
            "minute",
            "minutes",
            "min",
            "mins",
            "m",
            "минута",
            "минуту",
            "минуты",
            "минут",
            "мин",
            "хвилин",
            "хвилини",
            "хвилину",
            "хв",
            "分",
            "分钟",
            "分鐘",
            "분",
            "minuten",
            "minuto",
            "minutos",
            "minuti",
            "minuut",
            "minutter",
            "minuter",
            "dakika",
            "minut",
            "minuty",
        ],
    ),
    (
        60,
        &[
            "hour",
            "hours",
            "hr",
            "hrs",
            "h",
            "ч",
            "час",
            "часа",
            "часов",
            "годину",
            "години",
            "годин",
            "год",
            "小时",
            "小時",
            "時間",
            "시간",
            "stunde",
            "stunden",
            "heure",
            "heures",
            "hora",
            "horas",
            "ora",
            "ore",
            "uur",
            "timer",
            "timmar",
            "saat",
            "godzin",
            "godziny",
            "godzinę",
        ],
    ),
    (
        1440,
        &[
            "day", "days", "d", "день", "дн", "дня", "дней", "дні", "днів", "天", "日", "일", "tag", "tage",
            "tagen", "jour", "jours", "día", "días", "dia", "dias", "giorno", "giorni", "dag", "dagen",
            "dagar", "gün", "dni",
        ],
    ),
];

/// The words that make a length of time an age.
const AGO: &[&str] = &[
    "ago",
    "назад",
    "тому",
    "前",
    "전",
    "vor",
    "il",
    "hace",
    "há",
    "fa",
    "geleden",
    "siden",
    "sedan",
    "önce",
    "temu",
    "för",
    "sen",
];

/// A longer age is too coarse to be turned into a day.
const MAX_AGE_MINUTES: i64 = 14 * 1440;

/// The moment that an age names, counted back from `received_at`. It is as precise as its unit, in UTC: minutes give a
/// minute, hours and days a day.
pub fn read(text: &str, received_at: Timestamp) -> Option<WrittenDate> {
    let tokens = tokens(text);
    let at = tokens.iter().position(|token| token.number().is_some_and(|(_, digits)| digits <= 3))?;
    let (count, _) = tokens[at].number()?;
    let word = tokens.get(at + 1)?.word()?;
    let mut is_age = tokens.iter().filter_map(DateToken::word).any(|word| AGO.contains(&word));
    // Han and Hangul write the age in one word: "26分钟前", "5분전".
    let unit = ["前", "전"].iter().find_map(|ago| word.strip_suffix(ago));
    is_age |= unit.is_some();
    let unit = unit.unwrap_or(word);
    let (minutes, _) = UNITS.iter().find(|(_, words)| words.contains(&unit)).filter(|_| is_age)?;
    let age = i64::try_from(count).ok()?.checked_mul(*minutes).filter(|age| *age <= MAX_AGE_MINUTES)?;
    let then = received_at.checked_sub(jiff::SignedDuration::from_mins(age)).ok()?;
    let then = then.to_zoned(TimeZone::UTC).datetime();
    let mut written = WrittenDate { calendar: Calendar::Day(then.date()), clock: None, offset: None };
    if *minutes == 1 {
        written.clock = Some(TimeOfDay { hour: then.hour(), minute: then.minute(), second: None });
        written.offset = Some(ZoneOffset { minutes: 0, zulu: true });
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Option<String> {
        let received: Timestamp = "2025-06-04T09:30:00Z".parse().unwrap();
        read(text, received).map(|written| written.to_string())
    }

    #[test]
    fn an_age_counts_back_from_the_moment_the_page_was_received() {
        assert_eq!(moment("26 minutes ago").as_deref(), Some("2025-06-04T09:04Z"));
        assert_eq!(moment("15 минут назад").as_deref(), Some("2025-06-04T09:15Z"));
        assert_eq!(moment("10分钟前").as_deref(), Some("2025-06-04T09:20Z"));
        assert_eq!(moment("5분 전").as_deref(), Some("2025-06-04T09:25Z"));
    }

    #[test]
    fn an_age_in_hours_is_no_more_precise_than_a_day() {
        assert_eq!(moment("vor 2 Stunden").as_deref(), Some("2025-06-04"));
        assert_eq!(moment("12時間前").as_deref(), Some("2025-06-03"));
        for age in ["3시간 전", "2 часа назад", "2 ч. назад", "4小时前", "4小時前", "3 години тому", "9h ago"]
        {
            assert_eq!(moment(age).as_deref(), Some("2025-06-04"), "{age}");
        }
        for age in ["2일 전", "2日前", "2天前", "2 дня назад", "2 дні тому", "2 days ago"]
        {
            assert_eq!(moment(age).as_deref(), Some("2025-06-02"), "{age}");
        }
    }

    #[test]
    fn a_length_of_time_is_no_age() {
        assert_eq!(moment("5 min read"), None);
        assert_eq!(moment("3 months ago"), None);
    }
}
