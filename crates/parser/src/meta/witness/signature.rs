//! Signatures in the text itself: at the head of the lede ("(서울=통신) 홍길동 기자 =") or at the foot ("【name】").

use dateline_wire::Source;

use super::is_foreign;
use crate::meta::authors;
use crate::meta::claims::Claims;
use crate::meta::scan::Scan;
use crate::meta::text;

/// How many lines of the text's head and foot are looked at.
const HEAD: usize = 4;
const FOOT: usize = 6;

pub(super) fn testify(scan: &Scan<'_>, headline: Option<usize>, claims: &mut Claims) {
    let Some(at) = headline else { return };
    let below = scan.lines.get(at + 1..).unwrap_or_default();
    let mut long =
        below.iter().enumerate().filter(|(_, line)| line.is_long && !is_foreign(scan, headline, line.node));
    let Some((first, _)) = long.next() else { return };
    // The text goes on as long as running text follows at no great distance.
    let mut last = first;
    for (index, _) in long {
        if index > last + 25 {
            break;
        }
        last = index;
    }
    let names = |text: &str| authors::signed(text);
    for line in below.iter().skip(first).take(HEAD) {
        let found = names(text::head(&line.text, 240));
        if !found.is_empty() {
            return claims.authors(found, Source::Visible, 1.5);
        }
    }
    let foot = (last.saturating_sub(1)..(last + FOOT).min(below.len())).rev();
    for index in foot {
        let line = &below[index];
        let mut start = line.text.len().saturating_sub(160);
        while !line.text.is_char_boundary(start) {
            start += 1;
        }
        let found = names(&line.text[start..]);
        if !found.is_empty() && !is_foreign(scan, headline, line.node) {
            return claims.authors(found, Source::Visible, 1.5);
        }
    }
}
