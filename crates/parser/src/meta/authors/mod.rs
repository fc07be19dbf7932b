//! Authors: from a byline as written to names.
//!
//! [`clean`] takes a byline from data or markup apart. [`worded`] and [`signed`] find one in visible text, where the words
//! themselves ("By …", "… 기자", "【…】") must say that it is one. [`words`] holds what those words are.

mod decide;
mod korean;
mod words;

use std::sync::LazyLock;

use regex::Regex;

use super::{date, text};
pub(super) use decide::decide;

/// A name longer than this, in letters of an alphabet, is a sentence.
const MAX_LETTERS: usize = 70;

/// At most this many authors are believed.
const MAX_AUTHORS: usize = 20;

/// What is never part of a name: addresses of mail and web, handles, dates and times.
static NOISE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) [\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+ | (?i:https?://|www\.)\S+ | @[\p{L}\p{N}_]+
          | \d{4}\s*[-./年년]\s*\d{1,2}\s*[-./月월]\s*\d{1,2}\s*[日일.]? | \b\d{1,2}:\d{2}(:\d{2})?\b | \d+",
    )
    .expect("the pattern is constant")
});

/// Takes a byline apart into names: prefixes ("By", "Автор:", "記者"), roles, addresses and dates go.
pub(super) fn clean(byline: &str) -> Vec<String> {
    let byline = text::line(byline);
    let byline = byline.trim();
    if byline.is_empty() || byline.starts_with('@') && !byline.contains(' ') || text::weight(byline) > 400 {
        return Vec::new();
    }
    if byline.starts_with("http://")
        || byline.starts_with("https://")
        || byline.starts_with("www.")
        || byline.contains(".com/")
    {
        return Vec::new();
    }
    let byline = without_brackets(byline);
    let byline = if byline.contains(|c: char| c.is_ascii_digit() || c == '@') || byline.contains("://") {
        let noise = |found: &regex::Captures<'_>| {
            let (at, text) = found.get(0).map_or((0, ""), |found| (found.start(), found.as_str()));
            // Digits within a word are a pen name's: "sailor7".
            let is_of_word = byline[..at].ends_with(|c: char| c.is_ascii_alphabetic());
            if is_of_word && text.bytes().all(|byte| byte.is_ascii_digit()) {
                text.to_owned()
            } else {
                " | ".to_owned()
            }
        };
        NOISE.replace_all(&byline, noise).into_owned()
    } else {
        byline
    };
    let parts = split(byline.trim());
    // Where one part says that it is a reporter's, parts that don't are desks and papers.
    let has_reporter = parts.iter().any(|part| words::is_reporter(part));
    let mut names = Vec::new();
    for part in &parts {
        if words::is_others(part) {
            continue;
        }
        if has_reporter && !words::is_reporter(part) && part.chars().any(text::is_dense) {
            continue;
        }
        names.extend(name(part));
        if names.len() == MAX_AUTHORS {
            break;
        }
    }
    let has_plain = names.iter().any(|name| !words::is_role(name));
    if has_plain {
        names.retain(|name| !words::is_role(name));
    }
    distinct(names)
}

/// The same names in the same order, each once, whatever their case.
pub(super) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut kept = Vec::new();
    for name in names {
        let key = text::key(&name);
        if !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
            kept.push(name);
        }
    }
    kept
}

/// Whether a visible text can be a name: a few words that begin as names do.
pub(super) fn is_plausible(name: &str) -> bool {
    if name.contains([':', '：']) {
        return false;
    }
    let count = name.split(' ').count();
    let dense = name.chars().filter(|c| text::is_dense(*c)).count();
    if dense > 0 {
        return (2..=12).contains(&dense) && count <= 3 && !words::is_furniture(name);
    }
    (1..=6).contains(&count) && name.split(' ').all(words::begins_name) && !words::is_furniture(name)
}

/// Whether a name looks like a person's: two capitalised words at least, or a few characters of a dense script and nothing
/// else. Pen names of one word look like desks and papers, and must be vouched for by data.
pub(super) fn is_person(name: &str) -> bool {
    if name.chars().any(text::is_dense) {
        let letters = name.chars().filter(|c| c.is_alphabetic()).count();
        let all_dense =
            name.chars().all(|c| text::is_dense(c) || c.is_whitespace() || matches!(c, '・' | '·' | '＝'));
        // A Korean name without a title is told from a word only by its three syllables.
        if name.chars().all(text::is_hangul) {
            return letters == 3 && korean::is_name(name);
        }
        let is_korean = name.chars().any(text::is_hangul);
        return all_dense
            && !is_korean
            && (2..=8).contains(&letters)
            && !words::is_house(name)
            && !words::is_furniture(name);
    }
    is_plausible(name)
        && !words::is_label(name)
        && name.split(' ').filter(|word| word.chars().count() > 1 || word.ends_with('.')).count() >= 2
}

/// Whether a line names a desk or a paper rather than a person, in a dense script.
pub(super) fn is_desk(line: &str) -> bool {
    let line = line.trim();
    text::weight(line) <= 40
        && line.chars().any(text::is_dense)
        && (words::is_house(line) || words::is_reporter(line) && !is_person(line))
}

/// The names in a line of visible text whose words say that it is a byline, or that a part of it is.
pub(super) fn worded(line: &str) -> Vec<String> {
    let line = line.trim();
    let bars = ['|', '｜', '•', '·', '●'];
    let part = line.split(bars).find_map(|part| words::after_prefix(part.trim()));
    if let Some(rest) = part.or_else(|| words::after_prefix(line)) {
        let mut names = clean(undated(rest));
        let is_labelled =
            line.split(rest).next().is_some_and(|label| label.trim_end().ends_with([':', '：']));
        if names.first().is_some_and(|first| is_person(first) && first.contains(' ')) {
            // Behind the people stand the letters of a wire, and behind a label what the first of them is.
            let is_wire = |name: &str| {
                name.len() <= 5 && !name.contains(' ') && name.bytes().all(|byte| byte.is_ascii_alphabetic())
            };
            let is_people = |name: &&String| is_plausible(name) && !is_wire(name) && !words::is_label(name);
            let people = 1 + names[1..].iter().take_while(is_people).count();
            if is_labelled || names[people..].iter().all(|name| is_wire(name)) {
                names.truncate(people);
            }
        }
        let plausible = !names.is_empty()
            && names
                .iter()
                .all(|name| is_plausible(name) && (name.contains(' ') || name.chars().any(text::is_dense)));
        return if plausible && names.len() <= 4 { names } else { Vec::new() };
    }
    if words::is_reporter(line) {
        let names = clean(line).into_iter();
        return names.filter(|name| is_plausible(name) && !words::is_house(name)).collect();
    }
    signed(line)
}

/// What stands before a date in a byline: "Ana Lund on March 21, 2025" names her.
pub(super) fn undated(byline: &str) -> &str {
    let is_digit = |c: char| c.is_ascii_digit();
    let Some(digit) = byline.find(is_digit).filter(|_| date::read(byline).is_some()) else { return byline };
    let mut names = byline[..digit].trim_end();
    while let Some((before, last)) = names.rsplit_once(' ') {
        let is_of_date = matches!(last, "on" | "am" | "at" | "vom" | "le" | "el" | "em" | "-" | "–");
        if !date::is_month(last) && !is_of_date && !words::is_furniture(last) {
            break;
        }
        names = before.trim_end();
    }
    names
}

/// Whether [`signed`] needs to look at a text at all: nobody who writes in ASCII signs like that.
pub(super) fn can_be_signed(text: &str) -> bool {
    !text.is_ascii()
}

/// The names in the head or the foot of a text that is signed there.
pub(super) fn signed(text: &str) -> Vec<String> {
    if !can_be_signed(text) {
        return Vec::new();
    }
    let found = korean::signed(text).or_else(|| bracketed(text));
    found
        .map(|names| {
            distinct(names.iter().flat_map(|name| clean(name)).filter(|name| is_plausible(name)).collect())
        })
        .unwrap_or_default()
}

/// 【name】 or 【name、name】 at the end, as Japanese papers sign; （记者 name） as Chinese agencies do.
fn bracketed(text: &str) -> Option<Vec<String>> {
    if let Some(inner) = text.trim_end().strip_suffix('】') {
        let start = inner.rfind('【')?;
        let inner = &inner[start + '【'.len_utf8()..];
        let is_name = inner.chars().count() <= 30 && inner.split(['、', '，', '・']).all(is_japanese_name);
        return is_name.then(|| vec![inner.to_owned()]);
    }
    for label in ["記者", "记者"].into_iter().filter(|label| text.contains(label)) {
        for open in ["（", "(", "【", "［"] {
            let Some((_, rest)) = text.split_once(&format!("{open}{label}")) else { continue };
            let inner = rest.split(['）', ')', '】', '］', '／', '/', '，', ' ', '报', '報']).next()?;
            let inner = inner.trim_matches(['：', ':', ' ', '　']);
            if (2..=4).contains(&inner.chars().count()) && inner.chars().all(text::is_han) {
                return Some(vec![inner.to_owned()]);
            }
        }
    }
    None
}

/// Two to six characters of Han or kana, perhaps with a space between family and given name.
fn is_japanese_name(name: &str) -> bool {
    let letters = name.chars().filter(|c| !c.is_whitespace()).count();
    (2..=7).contains(&letters)
        && name.chars().all(|c| text::is_han(c) || text::is_kana(c) || c.is_whitespace())
}

/// Brackets hold addresses, papers and places, unless they hold everything.
fn without_brackets(byline: &str) -> String {
    let pairs = [('(', ')'), ('[', ']'), ('（', '）'), ('【', '】'), ('［', '］'), ('<', '>'), ('〈', '〉')];
    let mut current = byline.to_owned();
    for (open, close) in pairs.into_iter().filter(|(open, _)| byline.contains(*open)) {
        let inner = current.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(inner) = inner.filter(|inner| !inner.contains(open)) {
            current = inner.to_owned();
            continue;
        }
        while let Some(start) = current.find(open) {
            let Some(length) = current[start..].find(close) else { break };
            current.replace_range(start..start + length + close.len_utf8(), " ");
        }
    }
    current
}

/// Splits at what stands between names.
fn split(byline: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let is_dense = byline.chars().any(text::is_dense);
    for (index, word) in byline.split(' ').enumerate() {
        if index > 0 && words::is_and(word) {
            parts.push(String::new());
            continue;
        }
        if index > 0 {
            parts.last_mut().expect("there is always one").push(' ');
        }
        for c in word.chars() {
            let splits = matches!(
                c,
                ',' | ';' | '|' | '/' | '／' | '&' | '、' | '，' | '；' | '•' | '｜' | '\\' | '●' | '■'
            ) || (c == '·' || c == '・') && is_dense;
            if splits {
                parts.push(String::new())
            } else {
                parts.last_mut().expect("there is always one").push(c)
            }
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// One name, without what stands around it.
fn name(part: &str) -> Option<String> {
    let part =
        part.trim_matches(|c: char| c.is_whitespace() || "-–—:：﹕·*\"“”=>»_~[]()（）【】［］".contains(c));
    let part = if part.chars().any(text::is_hangul) { korean::name(part) } else { part.to_owned() };
    let part = words::without_prefix(&part);
    let part = words::without_suffix(part);
    // A name that all capitals or a trailing full stop dress up stays itself; a lone full stop goes.
    let part = part.trim_end_matches('.').trim();
    let part = if part.len() + 1 < 4 { part } else { restore_point(part) };
    let letters = part.chars().filter(|c| c.is_alphabetic()).count();
    let part = words::undoubled(part);
    if letters < 2 || text::weight(part) > MAX_LETTERS || words::is_nobody(part) {
        return None;
    }
    Some(part.to_owned())
}

/// Names keep no final point, whatever stood there.
fn restore_point(part: &str) -> &str {
    part.trim_end_matches([',', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn cleans(cases: &[(&str, &[&str])]) {
        for (byline, expected) in cases {
            assert_eq!(clean(byline), *expected, "{byline}");
        }
    }

    #[test]
    fn prefixes_go() {
        cleans(&[
            ("By Ana Lund", &["Ana Lund"]),
            ("Von Ana Lund", &["Ana Lund"]),
            ("Автор: Анна Лунд", &["Анна Лунд"]),
            ("Written by Ana Lund", &["Ana Lund"]),
            ("記者林小明／即時報導", &["林小明"]),
            ("文：陳大文", &["陳大文"]),
            ("Byron Lund", &["Byron Lund"]),
        ]);
    }

    #[test]
    fn several_authors_are_several() {
        cleans(&[
            ("Ana Lund and Bo Ek", &["Ana Lund", "Bo Ek"]),
            ("Ana Lund, Bo Ek & Cy Dahl", &["Ana Lund", "Bo Ek", "Cy Dahl"]),
            ("Анна Лунд и Бо Эк", &["Анна Лунд", "Бо Эк"]),
            ("Ana Lund, ana lund", &["Ana Lund"]),
            ("山田太郎、鈴木花子", &["山田太郎", "鈴木花子"]),
        ]);
    }

    #[test]
    fn roles_addresses_and_dates_go() {
        cleans(&[
            ("Ana Lund, Political Correspondent", &["Ana Lund"]),
            ("Ana Lund (ana@news.example)", &["Ana Lund"]),
            ("Ana Lund @analund", &["Ana Lund"]),
            ("Ana Lund, photos by Bo Ek", &["Ana Lund"]),
            ("Übersetzt von: Bo Ek", &[]),
            ("김하나 기자 hana@news.example", &["김하나"]),
            ("김하나 매일신문 기자", &["김하나"]),
            ("매일신문=김하나 기자", &["김하나"]),
            ("오늘快訊／陳大文 2020年03月12日 20:19:00", &["오늘快訊", "陳大文"]),
            ("https://social.example/ana", &[]),
            ("@analund", &[]),
            ("sailor7", &["sailor7"]),
            ("s3a1l0r", &["s3a1l0r"]),
            ("Ana Lund 21.03.2025 14:05", &["Ana Lund"]),
            ("", &[]),
        ]);
    }

    #[test]
    fn a_byline_without_a_name_stays_as_the_page_has_it() {
        cleans(&[("Staff Writer", &["Staff Writer"]), ("Harbour Gazette", &["Harbour Gazette"])]);
    }

    #[test]
    fn visible_lines_are_bylines_only_where_their_words_say_so() {
        assert_eq!(worded("By Ana Lund"), ["Ana Lund"]);
        assert_eq!(worded("김하나 기자"), ["김하나"]);
        assert_eq!(worded("Автор: Анна Лунд"), ["Анна Лунд"]);
        assert_eq!(worded("Autorin: Ana Lund, leitet das Büro im Hafen"), ["Ana Lund"]);
        assert_eq!(worded("Von Ana Lund und Bo Ek, wna"), ["Ana Lund", "Bo Ek"]);
        assert_eq!(worded("Author: Ana Lund, University of the Harbour"), ["Ana Lund"]);
        assert!(worded("By New Harbour, the ferry had sunk").is_empty());
        assert!(worded("Ferry Terminal").is_empty());
        assert!(!is_person("公開日") && !is_person("列印 文字大小") && !is_plausible("Last Modified: Feb"));
        assert!(worded("By the end of March the ferry had sunk").is_empty());
    }

    #[test]
    fn texts_are_signed_at_head_and_foot() {
        assert_eq!(signed("(부산=바다통신) 김하나 기자 = 여객선이"), ["김하나"]);
        assert_eq!(signed("船は朝六時に出た。【山田太郎、鈴木花子】"), ["山田太郎", "鈴木花子"]);
        assert!(signed("船は朝六時に出た。").is_empty());
        assert!(signed("He said the ferry had left.").is_empty());
    }
}
