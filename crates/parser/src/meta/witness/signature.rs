//! Signatures in the text itself: at the head of the lede ("(서울=통신) 홍길동 기자 =") or at the foot ("【name】").

use dateline_wire::Source;

use super::{is_foreign, text_below};
use crate::dom::{Node, local_name};
use crate::meta::authors;
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::{Scan, TextLine};
use crate::meta::text;

/// How many lines of the text's head and foot are looked at.
const HEAD: usize = 4;
const FOOT: usize = 6;

/// What the words before a signature begin with in Chinese and Japanese.
const LABELS: [char; 5] = ['記', '记', '文', '撰', '作'];

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    let Some(at) = scan.headline else { return };
    let below = scan.lines.get(at + 1..).unwrap_or_default();
    let Some((first, last)) = text_below(scan) else { return };
    edited(below, last, claims);
    for line in below.iter().skip(first).take(HEAD) {
        let head = authors::signed(text::head(line.text(), 240));
        // A paper may name its reporter behind the first paragraph.
        let is_reported = || line.is_long && line.last.contains(['記', '记']);
        let found = if head.is_empty() && is_reported() { reported_at_end(line) } else { head };
        if !found.is_empty() {
            return claims.authors(found, Source::Visible, 1.5);
        }
    }
    // A byline right above the text, however far boxes of buttons push both from the headline.
    for line in below.iter().take(first).skip(first.saturating_sub(3)) {
        let found = if line.is_long { Vec::new() } else { authors::worded(line.text()).names };
        if !found.is_empty() && text::weight(line.text()) <= 100 && !is_foreign(scan, line.node) {
            return claims.authors(found, Source::Visible, 1.5);
        }
    }
    // Boxes may follow the text, so a paragraph that ends in a signature counts wherever it stands.
    let signed =
        below[first..=last].iter().rev().filter(|line| line.is_long && line.last.trim_end().ends_with('】'));
    for line in signed.take(3) {
        let found = signed_at_end(line);
        if !found.is_empty() && !is_foreign(scan, line.node) {
            return claims.authors(found, Source::Visible, 1.5);
        }
    }
    let labelled = below[first..=last]
        .iter()
        .filter(|line| !line.is_long && line.raw().contains(LABELS))
        .filter(|line| line.text().len() < 60 && line.text().starts_with(LABELS));
    for line in labelled {
        let found = authors::worded(line.text()).names;
        if !found.is_empty() {
            return claims.authors(found, Source::Visible, 1.5);
        }
    }
    let foot = (last.saturating_sub(1)..(last + FOOT).min(below.len())).rev();
    for index in foot {
        let line = &below[index];
        let found = if line.is_long { signed_at_end(line) } else { authors::worded(line.text()).names };
        if !found.is_empty() && !is_foreign(scan, line.node) {
            return claims.authors(found, Source::Visible, 1.5);
        }
    }
    if let Some(line) = below.get(last + 1) {
        let found = last_of_text(&below[last], line);
        if !is_common(scan, &found)
            && !found.is_empty()
            && !is_foreign(scan, line.node)
            && !is_source(scan, line.node)
        {
            return claims.authors(found, Source::Visible, 1.2);
        }
    }
    // A name alone in its line, set apart right before or right behind the text.
    let beside = (first.saturating_sub(3)..first)
        .rev()
        .chain(0..first.min(4))
        .chain(last + 1..(last + 3).min(below.len()));
    // Behind a standfirst, which may be a heading as long as text, the line of name and date follows.
    let standfirst = is_heading(below[first].node).then_some(first);
    let behind_standfirst = standfirst.into_iter().flat_map(|first| first + 1..(first + 3).min(below.len()));
    let behind_standfirst = behind_standfirst.filter(|index| date::read(below[*index].text()).is_some());
    for index in beside.chain(behind_standfirst) {
        let line = &below[index];
        let found = alone(line, below.get(index + 1));
        if !is_common(scan, &found)
            && !found.is_empty()
            && !is_button(line.node)
            && !is_foreign(scan, line.node)
            && !is_source(scan, line.node)
        {
            return claims.authors(found, Source::Visible, 1.2);
        }
    }
}

/// Those whom a line behind the text says to have edited.
fn edited(below: &[TextLine<'_>], last: usize, claims: &mut Claims) {
    const LINES: usize = 10;
    let behind = below.iter().skip(last).take(LINES).filter(|line| !line.is_long);
    let credits = behind.flat_map(|line| authors::edited(line.text())).collect();
    claims.byline(authors::Byline { names: Vec::new(), credits }, Source::Visible, 0.0);
}

/// Whether a name that nobody calls one is made of words that the page also uses in lower case: "Harbour Affairs".
fn is_common(scan: &Scan<'_>, names: &[String]) -> bool {
    let last_is_common = |name: &String| name.rsplit(' ').next().is_some_and(|last| scan.is_common(last));
    names.iter().any(last_is_common)
}

/// Whether `node` stands in an element that calls itself the source: what it names is a paper.
fn is_source(scan: &Scan<'_>, node: Node<'_>) -> bool {
    std::iter::once(node)
        .chain(node.ancestors().take(2))
        .any(|around| scan.sources.iter().any(|placed| placed.node == around))
}

/// The names at the end of a line, in the last bytes of it, as many as a signature takes.
fn signed_at_end(line: &TextLine<'_>) -> Vec<String> {
    let text = line.last;
    let mut start = text.trim_end().len().saturating_sub(160);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let tail = &text[start..];
    if authors::can_be_signed(tail) { authors::signed(&text::line(tail)) } else { Vec::new() }
}

/// Whether a link opens a mail to an address: one without shares the page.
fn writes_to_somebody(href: &str) -> bool {
    href.strip_prefix("mailto:")
        .is_some_and(|address| address.split('?').next().is_some_and(|to| to.contains('@')))
}

/// Whether `node` is a button, or stands in a small box of such by its class, whatever the language of what it says.
fn is_button(node: Node<'_>) -> bool {
    const ABOVE: usize = 3;
    const BOX: usize = 250;
    const WORDS: [&str; 6] = ["share", "sharing", "social", "button", "btn", "follow"];
    let says = |node: &Node<'_>| {
        let names_button = |value: &str| {
            let value = value.to_ascii_lowercase();
            WORDS.iter().any(|word| value.contains(word))
        };
        node.is(&local_name!("button")) || node.class().is_some_and(names_button)
    };
    // The element that holds the text may be named after the buttons that it holds, too.
    let is_small = |above: &Node<'_>| text::weight(&text::of(*above)) <= BOX;
    says(&node) || node.ancestors().take(ABOVE).any(|above| says(&above) && is_small(&above))
}

/// Whether `node` stands in a heading.
fn is_heading(node: Node<'_>) -> bool {
    let mut near = std::iter::once(node).chain(node.ancestors().take(3));
    near.any(|near| {
        near.name().is_some_and(|name| {
            matches!(*name, local_name!("h2") | local_name!("h3") | local_name!("h4") | local_name!("h5"))
        })
    })
}

/// The reporter behind the last sentence of a line.
fn reported_at_end(line: &TextLine<'_>) -> Vec<String> {
    let is_at_end = line
        .last
        .trim_end()
        .rsplit(['。', '！', '？', '」'])
        .next()
        .is_some_and(|end| end.trim_start().starts_with(['記', '记']) && text::weight(end) <= 40);
    if is_at_end { signed_at_end(line) } else { Vec::new() }
}

/// The names in a line that holds nothing else and is set apart: in bold or italics, as a link to write to, beside a date,
/// or above a line that names a desk.
fn alone(line: &TextLine<'_>, next: Option<&TextLine<'_>>) -> Vec<String> {
    if text::weight(line.text()) > 60 || line.text().ends_with(['.', '!', '?', ':', '。']) {
        return Vec::new();
    }
    let is_dated = date::read(line.text()).is_some();
    let node = line.node;
    let is_set_apart = std::iter::once(node).chain(node.ancestors().take(1)).any(|around| {
        around.name().is_some_and(|name| {
            matches!(*name, local_name!("strong") | local_name!("b") | local_name!("em") | local_name!("i"))
        }) || around.attr("href").is_some_and(writes_to_somebody)
    });
    let is_above_desk = next.is_some_and(|next| authors::is_desk(next.text()));
    if !(is_set_apart || is_dated || is_above_desk) {
        return Vec::new();
    }
    // The place and day of a report are no name: "PORTO NORD, 21 marzo 2025".
    let is_place = |before: &str| before.ends_with(',') && !before.contains(char::is_lowercase);
    if is_dated && !is_set_apart && is_place(authors::undated(line.text())) {
        return Vec::new();
    }
    // A name stands before a date; behind one stand the section and labels.
    let mut names = people(if is_dated { authors::undated(line.text()) } else { line.text() });
    names.retain(|name| !authors::is_bare_word(name));
    let is_told = is_set_apart || is_above_desk || names.iter().all(|name| is_known_name(name));
    if is_told { names } else { Vec::new() }
}

/// Whether nothing but a date beside it is needed to know a name as one: sections and places stand before dates, too ("New York", "社会",
/// "강원도").
fn is_known_name(name: &str) -> bool {
    const BODIES: [char; 27] = [
        '都', '道', '府', '県', '市', '区', '町', '村', '省', '州', '国', '國', '面', '部', '課', '版', '欄',
        '社', '网', '網', '報', '报', '局', '시', '도', '부', '면',
    ];
    match name.chars().filter(|c| text::is_dense(*c)).count() {
        0 => authors::has_given_name(name),
        // "山田 太郎": a word of four is a section's.
        letters => {
            letters >= 3
                && !name.ends_with(BODIES)
                && (!name.contains(' ') || name.split(' ').all(|word| word.chars().count() <= 3))
        }
    }
}

/// The people in a text that names nobody else but, in quotation marks behind them, their paper.
fn people(text: &str) -> Vec<String> {
    let quoted = [", «", ", „", ", “", " («"].iter().filter_map(|open| text.find(open)).min();
    let names = authors::clean(&text[..quoted.unwrap_or(text.len())]);
    if names.iter().all(|name| authors::is_person(name)) { names } else { Vec::new() }
}

/// The people in a paragraph that is the last of the text's own element and holds nothing but their names.
fn last_of_text(text: &TextLine<'_>, line: &TextLine<'_>) -> Vec<String> {
    let (Some(own), Some(before)) = (paragraph(line.node), paragraph(text.node)) else { return Vec::new() };
    let shows_text = |node: Node<'_>| !text::is_blank(&text::of(node));
    let is_last = own.parent() == before.parent()
        && std::iter::successors(own.next_sibling(), |node| node.next_sibling())
            .take(20)
            .all(|node| !shows_text(node));
    let is_name = is_last && text::weight(line.text()) <= 60 && !line.text().ends_with(['!', '?', ':', '。']);
    if is_name { people(line.text().trim_end_matches('.')) } else { Vec::new() }
}

/// The paragraph that holds `node`.
fn paragraph(node: Node<'_>) -> Option<Node<'_>> {
    std::iter::once(node).chain(node.ancestors()).take(4).find(|around| around.is(&local_name!("p")))
}

#[cfg(test)]
mod tests {
    use super::super::tests::claims;
    use super::*;

    fn names(html: &str) -> Vec<String> {
        claims(testify, html).authors.into_iter().flat_map(|claim| claim.value).collect()
    }

    const LONG: &str = "The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had \
        crossed by noon, the port authority said.";

    #[test]
    fn a_name_alone_in_bold_beside_the_text_signs_it() {
        assert_eq!(names(&format!("<p><b>Ana Lund</b></p><p>{LONG}</p>")), ["Ana Lund"]);
        assert_eq!(names(&format!("<p>{LONG}</p><p><strong>Ana Lund</strong></p>")), ["Ana Lund"]);
    }

    #[test]
    fn buttons_sign_nothing_whatever_they_say() {
        for button in [
            "<div class=share-box><b>Greta Lund</b></div>",
            "<button><b>Greta Lund</b></button>",
            "<div><a href='mailto:?subject=Ferry'>Greta Lund</a></div>",
        ] {
            assert!(names(&format!("<p>{LONG}</p>{button}")).is_empty(), "{button}");
        }
        let inside = format!("<div class=has-share-buttons><p>{LONG}</p><p><b>Greta Lund</b></p></div>");
        assert_eq!(names(&inside), ["Greta Lund"]);
        let written = "<p><a href='mailto:greta@sea.example?subject=Ferry'>Greta Lund</a></p>";
        assert_eq!(names(&format!("<p>{LONG}</p>{written}")), ["Greta Lund"]);
    }

    #[test]
    fn a_name_before_a_date_signs_and_a_section_behind_one_does_not() {
        assert_eq!(names(&format!("<p>Ana Lund, 21 March 2025</p><p>{LONG}</p>")), ["Ana Lund"]);
        assert!(names(&format!("<p>21 March 2025 Harbour Affairs</p><p>{LONG}</p>")).is_empty());
        assert!(names(&format!("<p>Updated: 21 March 2025</p><p>{LONG}</p>")).is_empty());
        assert!(names(&format!("<p>PORT NORTH, 21 March 2025</p><p>{LONG}</p>")).is_empty());
        for line in [
            "New York 21 March 2025",
            "World News | 21 March 2025",
            "社会 2025年3月21日",
            "강원도 2025.03.21",
        ] {
            assert!(names(&format!("<p>{line}</p><p>{LONG}</p>")).is_empty(), "{line}");
        }
        assert_eq!(names(&format!("<p>김하나 2025.03.21</p><p>{LONG}</p>")), ["김하나"]);
    }

    #[test]
    fn a_name_before_a_date_behind_a_standfirst_signs() {
        let byline = "<div><span>Ana Lund |</span> <span>21.03.2025 - Updated: 22.03.2025</span></div>";
        assert_eq!(names(&format!("<h4>{LONG}</h4>{byline}<p>{LONG}</p>")), ["Ana Lund"]);
    }

    #[test]
    fn a_byline_right_above_the_text_signs_it_however_far_the_headline_is() {
        let buttons = "<p>Share</p>".repeat(20);
        assert_eq!(names(&format!("{buttons}<p>By Ana Lund</p><p>{LONG}</p>")), ["Ana Lund"]);
    }

    #[test]
    fn a_name_that_is_the_last_paragraph_of_the_text_signs_it() {
        assert_eq!(
            names(&format!("<div><p>{LONG}</p><p>Ana Lund</p></div><p>Harbour Affairs</p>")),
            ["Ana Lund"]
        );
        assert!(
            names(&format!("<div><p>{LONG}</p><p>Ferry Terminal</p><p>Ferries leave hourly.</p></div>"))
                .is_empty()
        );
        assert_eq!(names(&format!("<p>{LONG}</p><p><b>Анна Лунд, «Гавань»</b></p>")), ["Анна Лунд"]);
    }

    #[test]
    fn words_that_the_text_uses_sign_nothing() {
        for words in ["Old Harbour", "Port Authority"] {
            assert!(names(&format!("<p><b>{words}</b></p><p>{LONG}</p>")).is_empty(), "{words}");
            assert!(names(&format!("<div><p>{LONG}</p><p>{words}</p></div>")).is_empty(), "{words}");
        }
    }

    #[test]
    fn those_who_edited_are_credited_behind_the_text() {
        let text = "渡輪在清晨六時離開港口，這是風暴過後的第一班，中午前已有二百人渡過海峽，港口當局星期三公布了這個數字。";
        let found = claims(testify, &format!("<p>{text}</p><div>[责任编辑:王小芳]</div>"));
        let editor =
            dateline_wire::Credit { name: "王小芳".to_owned(), role: dateline_wire::Role::Editor };
        assert!(found.authors.is_empty() && found.credits == [editor]);
    }

    #[test]
    fn buttons_and_sections_of_scripts_without_cases_sign_nothing() {
        let text = "渡輪在清晨六時離開港口，這是風暴過後的第一班，中午前已有二百人渡過海峽，港口當局星期三公布了這個數字。";
        for line in [
            "<em>昨天</em>",
            "<p><span>港口市场</span> <span>海港</span> 2026-05-12 10:15</p>",
            "<p>【纠错】</p>",
        ] {
            assert!(names(&format!("{line}<p>{text}</p>")).is_empty(), "{line}");
        }
        assert_eq!(names(&format!("<p>林小明 2026-05-12 10:15</p><p>{text}</p>")), ["林小明"]);
    }

    #[test]
    fn two_capitalised_words_alone_sign_nothing() {
        assert!(names(&format!("<p>World News</p><p>{LONG}</p>")).is_empty());
    }

    #[test]
    fn papers_of_east_asia_sign_in_the_text() {
        let japanese =
            "船は朝六時に港を出発し、嵐のあと初めて二百人が海峡を渡ったと港の当局が水曜日に発表した。";
        assert_eq!(names(&format!("<p>{japanese}【山田太郎】</p>")), ["山田太郎"]);
        let chinese = "渡輪在清晨六時離開港口，這是風暴過後的第一班，中午前已有二百人渡過海峽，港口當局星期三公布了這個數字。";
        assert_eq!(names(&format!("<p>{chinese}記者 林小明<br>{chinese}</p>")), ["林小明"]);
        let korean = "여객선이 아침 여섯 시에 항구를 떠나 폭풍 이후 처음으로 이백 명이 해협을 건넜다고 항만 당국이 수요일 밝혔다.";
        assert_eq!(names(&format!("<p>(부산=바다통신) 김하나 기자 = {korean}</p>")), ["김하나"]);
        assert_eq!(names(&format!("<p>{korean}</p><p>김하나 PD (hana@sea.example)</p>")), ["김하나"]);
    }
}
