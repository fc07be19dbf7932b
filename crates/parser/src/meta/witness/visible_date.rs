//! The dates a reader sees near the headline.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use dateline_wire::Source;
use jiff::Timestamp;

use super::{is_foreign, text_in};
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::{Line, Scan};
use crate::meta::text;

/// How many lines above and below the headline a date may stand.
const ABOVE: usize = 10;
const BELOW: usize = 14;

/// How many lines below the text it may stand, with a label.
const FOOT: usize = 6;

/// How many lines of running text may stand between the headline and the date: a dek, a lede set apart.
const LONG_BETWEEN: usize = 2;

/// A date line says little else; longer lines are prose that mentions a date.
const MAX_LETTERS: usize = 140;

/// What a date is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Published,
    Modified,
}

const MODIFIED: &[&str] = &[
    "modified",
    "updated",
    "update",
    "edited",
    "revised",
    "수정",
    "업데이트",
    "更新",
    "修改",
    "обновлен",
    "изменен",
    "оновлен",
    "редактир",
    "змінен",
    "aktualisiert",
    "geändert",
    "mis à jour",
    "modifié",
    "mise à jour",
    "actualizado",
    "actualizada",
    "aggiornat",
    "atualizad",
    "bijgewerkt",
    "gewijzigd",
    "oppdatert",
    "opdateret",
    "uppdaterad",
    "zaktualizowan",
    "güncellenme",
    "güncelleme",
    "päivitetty",
    "cập nhật",
    "diperbarui",
];
const PUBLISHED: &[&str] = &[
    "published",
    "publish",
    "posted",
    "created",
    "입력",
    "등록",
    "발행",
    "작성",
    "송고",
    "승인",
    "게재",
    "発表",
    "公開",
    "配信",
    "掲載",
    "投稿",
    "登録",
    "發表",
    "发表",
    "发布",
    "發布",
    "опубликован",
    "дата",
    "опублікован",
    "размещен",
    "розміщен",
    "veröffentlicht",
    "erschienen",
    "datum:",
    "erstellt",
    "publié",
    "publicado",
    "pubblicat",
    "gepubliceerd",
    "publisert",
    "publiceret",
    "publicerad",
    "opublikowan",
    "yayınlan",
    "datepublished",
];

/// The words above, those of publication first.
static LABELS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(PUBLISHED.iter().chain(MODIFIED)).expect("the words are few and plain")
});

/// What `line` calls its first date. Where it names both, publication is meant by the first.
pub(super) fn label(line: &str) -> Option<Label> {
    let line = line.to_lowercase();
    let (mut published, mut modified): (Option<usize>, Option<usize>) = (None, None);
    for found in LABELS.find_overlapping_iter(&line) {
        let first = if found.pattern().as_usize() < PUBLISHED.len() { &mut published } else { &mut modified };
        *first = Some(first.map_or(found.start(), |first| first.min(found.start())));
    }
    match (published, modified) {
        (Some(published), Some(modified)) if modified < published => Some(Label::Modified),
        (Some(_), _) => Some(Label::Published),
        (None, Some(modified)) => {
            // "2025.03.21 14:05 수정 15:10": a label behind a date belongs to the next one.
            let first_digit = line.find(|c: char| c.is_ascii_digit()).unwrap_or(line.len());
            let is_behind = modified > first_digit && line[modified..].contains(|c: char| c.is_ascii_digit());
            (!is_behind).then_some(Label::Modified)
        }
        (None, None) => None,
    }
}

/// Whether a line is near the headline. Without a known headline only the top of the page is near.
pub(in crate::meta) fn near(scan: &Scan<'_>, line: usize) -> bool {
    let at = scan.headline.unwrap_or(0);
    if line < at {
        return at - line <= ABOVE;
    }
    let end = line.min(scan.lines.len());
    line - at <= BELOW + LONG_BETWEEN
        && scan.lines.get(at + 1..end).unwrap_or_default().iter().filter(|line| line.is_long).count()
            <= LONG_BETWEEN
}

pub(super) fn testify(scan: &Scan<'_>, received_at: Option<Timestamp>, claims: &mut Claims) {
    let Some(at) = scan.headline else { return };
    let start = at.saturating_sub(ABOVE);
    let end = (at + BELOW + 1).min(scan.lines.len());
    let mut seen = 0;
    // From the headline down first, then what stands above it, nearest first.
    for index in (at + 1..end).chain((start..at).rev()) {
        let line = &scan.lines[index];
        if line.is_long || line.is_h1 || !near(scan, index) {
            continue;
        }
        // Dates and ages are written with digits.
        let text = line.text();
        if text::weight(text) > MAX_LETTERS || !date::has_digit(text) || is_foreign(scan, line.node) {
            continue;
        }
        let Some(written) = date::read(text) else {
            let age =
                received_at.filter(|_| index > at && index <= at + 4).and_then(|at| date::read_age(text, at));
            claims.published(age, Source::Visible, 1.0);
            continue;
        };
        let label = label(text);
        if !is_date_line(text) && label.is_none() {
            continue;
        }
        let weight = match (seen, label) {
            (_, Some(Label::Published)) => 3.0,
            (0, _) => 2.0,
            _ => 1.0,
        };
        seen += 1;
        if label == Some(Label::Modified) {
            claims.modified(Some(written), Source::Visible, 2.0);
        } else {
            claims.published(Some(written), Source::Visible, weight);
        }
    }
    if seen == 0 {
        let below = scan.lines.get(at + 1..).unwrap_or_default();
        claims.published(at_foot(scan, below), Source::Visible, 1.0);
    }
}

/// The day by which a line at the foot of the text says that it was published.
fn at_foot(scan: &Scan<'_>, below: &[Line<'_>]) -> Option<date::Written> {
    let (_, last) = text_in(scan, below)?;
    let foot = below.iter().skip(last + 1).take(FOOT).filter(|line| date::has_digit(line.raw()));
    let said = foot.filter(|line| !line.is_long && text::weight(line.text()) <= MAX_LETTERS);
    said.filter(|line| label(line.text()) == Some(Label::Published) && !is_foreign(scan, line.node))
        .find_map(|line| date::read(line.text()))
}

/// Whether most of the line is the date: beside numbers, a few words at most.
fn is_date_line(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 1).count();
    let sentence = line.ends_with(['.', '!', '?', '。']) && words > 6;
    words <= 14 && !sentence
}

#[cfg(test)]
mod tests {
    use super::super::tests::claims;
    use super::*;

    #[test]
    fn a_day_at_the_foot_needs_a_label() {
        let text = "The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had \
            crossed by noon, the port authority said.";
        let dates = |foot: &str| {
            let body = format!("<p>{text}</p>").repeat(20);
            claims(|scan, claims| testify(scan, None, claims), &format!("{body}<p>{foot}</p>"))
                .published
                .len()
        };
        assert_eq!(dates("Published: 21 March 2025"), 1);
        assert_eq!(dates("21 March 2025"), 0);
        assert_eq!(dates("Updated: 21 March 2025"), 0);
    }

    #[test]
    fn a_label_says_which_date_it_is() {
        assert_eq!(label("Updated 21 March 2025"), Some(Label::Modified));
        assert_eq!(label("Published 20 March 2025, updated 21 March 2025"), Some(Label::Published));
        assert_eq!(label("입력 2025.03.20 수정 2025.03.21"), Some(Label::Published));
        assert_eq!(label("2025.03.20 14:05 수정 15:10"), None);
        assert_eq!(label("21 March 2025"), None);
    }
}
