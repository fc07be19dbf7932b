//! The `<title>`: headline and site, and sometimes the day.

use dateline_wire::Source;

use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::Scan;
use crate::meta::text;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    if let Some(title) = &scan.title {
        claims.published(dated(title), Source::Meta, 2.0);
        claims.title(title.clone(), Source::Meta, 1.4);
    }
}

/// The day that some sites put at the end of every title: "Headline | Section | Site | 21.03.2025".
fn dated(title: &str) -> Option<date::WrittenDate> {
    let tail = [" | ", " – ", " — ", " - "]
        .iter()
        .filter_map(|separator| title.rsplit_once(separator))
        .map(|(_, tail)| tail);
    let tail = tail.min_by_key(|tail| tail.len()).filter(|tail| text::weight(tail) <= 24)?;
    let words = tail.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 2).count();
    date::read(tail).filter(|written| words <= 2 && written.date().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_at_the_end_of_a_title_is_its_date() {
        let expected = Some(jiff::civil::date(2025, 3, 21));
        assert_eq!(
            dated("Ferry runs | World | Gazette | 21.03.2025").and_then(|written| written.date()),
            expected
        );
        assert_eq!(dated("Ferry runs - what happened on 21 March 2025 at the pier"), None);
    }
}
