//! Days that a text names: by date, or by weekday, which the day of publication settles.

use jiff::civil::{Date, Weekday};

use super::token::Token;

/// A day of the year: 32 times the month and the day of it. The year is seldom written in reports, and not needed within weeks.
pub(super) type YearDay = u16;

fn year_day(month: i8, day: i8) -> Option<YearDay> {
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| month as u16 * 32 + day as u16)
}

/// The date of a day of the year that lies nearest to another.
pub(super) fn nearest(day: YearDay, to: Date) -> Option<Date> {
    let (month, day) = (i8::try_from(day / 32).ok()?, i8::try_from(day % 32).ok()?);
    let far = |date: &Date| {
        dateline_text::date::days_since_epoch(*date).abs_diff(dateline_text::date::days_since_epoch(to))
    };
    (-1..=1).filter_map(|years| Date::new(to.year() + years, month, day).ok()).min_by_key(far)
}

/// The days named in a sentence.
pub(super) fn days(sentence: &str, tokens: &[Token<'_>], published: Option<Date>) -> Vec<YearDay> {
    let mut found = Vec::new();
    let number = |token: &Token<'_>| token.text.parse::<i8>().ok().filter(|_| token.number);
    for (at, token) in tokens.iter().enumerate() {
        if token.number {
            continue;
        }
        if let Some(month) = token.meaning.month.filter(|_| token.text.chars().count() > 2) {
            let latin = token.text.is_ascii();
            let before = at.checked_sub(1).map(|before| &tokens[before]);
            let beyond = at.checked_sub(2).map(|beyond| &tokens[beyond]);
            let behind = tokens.get(at + 1).filter(|_| latin && token.is_capital()).and_then(number);
            let day = behind
                .or_else(|| before.and_then(number))
                .or_else(|| beyond.filter(|_| before.is_some_and(|word| word.text == "de")).and_then(number));
            found.extend(day.and_then(|day| year_day(month, day)));
        } else if let (Some(day), Some(published)) = (token.meaning.weekday, published) {
            found.extend(latest(day, published));
        }
    }
    if tokens.iter().any(|token| token.dense) {
        east_asian(sentence, published, &mut found);
    }
    found
}

/// The weekdays named in a sentence.
pub(super) fn weekdays(sentence: &str, tokens: &[Token<'_>]) -> Vec<Weekday> {
    let mut found: Vec<Weekday> = tokens.iter().filter_map(|token| token.meaning.weekday).collect();
    if tokens.iter().any(|token| token.dense) {
        let chars: Vec<char> = sentence.chars().collect();
        found.extend((0..chars.len()).filter_map(|at| east_asian_weekday(&chars[at..])));
    }
    found
}

/// The last such weekday up to the day of publication.
fn latest(day: Weekday, published: Date) -> Option<YearDay> {
    let back = (published.weekday().to_monday_zero_offset() - day.to_monday_zero_offset()).rem_euclid(7);
    let date = published.checked_sub(jiff::Span::new().days(i64::from(back))).ok()?;
    year_day(date.month(), date.day())
}

/// Days as Chinese, Japanese and Korean write them: `6月17日`, `6월 17일`, `17日` alone, 周二, 火曜, 화요일.
fn east_asian(sentence: &str, published: Option<Date>, found: &mut Vec<YearDay>) {
    let chars: Vec<char> = sentence.chars().collect();
    let mut month: Option<i8> = None;
    let mut at = 0;
    while at < chars.len() {
        if let Some(weekday) = east_asian_weekday(&chars[at..]) {
            found.extend(published.and_then(|published| latest(weekday, published)));
        }
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < chars.len() && chars[at].is_ascii_digit() {
            at += 1;
        }
        let number =
            chars[start..at].iter().collect::<String>().parse::<i8>().ok().filter(|_| at - start <= 2);
        let skipped = usize::from(chars.get(at) == Some(&' '));
        let unit = chars.get(at + skipped).copied().unwrap_or(' ');
        let after = chars.get(at + skipped + 1).copied().unwrap_or(' ');
        match unit {
            '月' | '월' => month = number,
            '日' | '일' if !matches!(after, '间' | '間' | '간' | '本') => {
                let named = month.take().or_else(|| {
                    let published = published?;
                    let earlier = number? > published.day() + 1;
                    let month = published.month() - i8::from(earlier);
                    Some(if month == 0 { 12 } else { month })
                });
                found.extend(named.zip(number).and_then(|(month, day)| year_day(month, day)));
            }
            _ => month = None,
        }
    }
}

fn east_asian_weekday(chars: &[char]) -> Option<Weekday> {
    let (names, name) = match chars {
        ['周' | '週', name, ..] | ['星', '期', name, ..] => {
            ("一二三四五六日", if *name == '天' { '日' } else { *name })
        }
        [name, '曜', ..] => ("月火水木金土日", *name),
        [name, '요', '일', ..] => ("월화수목금토일", *name),
        _ => return None,
    };
    let offset = names.chars().position(|day| day == name)?;
    Weekday::from_monday_zero_offset(i8::try_from(offset).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::tables::tests::shipped;
    use super::super::token::tokens;
    use super::*;

    #[test]
    fn a_day_is_read_in_every_language() {
        let tuesday = Some(date(2025, 6, 18));
        let tables = shipped();
        for sentence in [
            "arrived on June 17",
            "arrived on 17 June",
            "said on Tuesday",
            "прибыл 17 июня",
            "во вторник",
            "прибув 17 червня",
            "el 17 de junio",
            "6월 17일 도착",
            "17일 러시아 매체",
            "화요일에",
            "6月17日到平壤",
            "周二",
            "火曜日",
        ] {
            assert_eq!(days(sentence, &tokens(sentence, &tables), tuesday), [6 * 32 + 17], "{sentence}");
        }
        assert!(days("may take 17 days", &tokens("may take 17 days", &tables), None).is_empty());
        assert!(days("三日间 5日間", &tokens("三日间 5日間", &tables), tuesday).is_empty());
    }
}
