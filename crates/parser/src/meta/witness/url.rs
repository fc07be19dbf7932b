//! The page's own address, in which many sites write the day.

use dateline_wire::Source;
use jiff::civil::Date;

use crate::meta::claims::Claims;
use crate::meta::date::WrittenDate;
use crate::meta::scan::Scan;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    let Some(url) = scan.url else { return };
    claims.published(day(url.path()).map(WrittenDate::day), Source::Url, 1.2);
}

/// The day that a path names: `/2025/03/21/`, `/2025-03-21-`, `/20250321`.
fn day(path: &str) -> Option<Date> {
    let numbers: Vec<&str> =
        path.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let parsed = |run: &str| run.parse::<i16>().ok();
    let apart = numbers.windows(3).find_map(|run| {
        if run[0].len() != 4 || run[1].len() > 2 || run[2].len() > 2 {
            return None;
        }
        checked(parsed(run[0])?, parsed(run[1])?, parsed(run[2])?)
    });
    apart.or_else(|| {
        numbers.iter().find_map(|run| {
            // A day may open a longer number, the article's own: 2025032101234.
            let day = run.get(..8).filter(|_| run.len() == 8 || run.len() >= 12)?;
            checked(parsed(&day[..4])?, parsed(&day[4..6])?, parsed(&day[6..])?)
        })
    })
}

fn checked(year: i16, month: i16, day: i16) -> Option<Date> {
    // Article numbers look like days by chance; addresses with days in them are of the web's years.
    if !(1995..=2060).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_the_path_is_read() {
        let expected = Some(jiff::civil::date(2025, 3, 21));
        for path in [
            "/articles/2025/03/21/ferry",
            "/2025-03-21-ferry.html",
            "/news/20250321/ferry",
            "/view/20250321001234",
            "/2025/3/21/x",
        ] {
            assert_eq!(day(path), expected, "{path}");
        }
    }

    #[test]
    fn numbers_that_are_no_day_are_left_alone() {
        for path in
            ["/article/123456789", "/2025/13/45/x", "/1812/06/24/borodino", "/2025/03/ferry", "/99991231"]
        {
            assert_eq!(day(path), None, "{path}");
        }
    }
}
