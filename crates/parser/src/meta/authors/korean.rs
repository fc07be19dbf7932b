//! Korean bylines: the name stands right before "기자" (reporter) or before paper and "기자".

use crate::meta::text;

/// The first syllables of nearly all Korean family names.
const FAMILY: &str = "가간갈감강개견경계고곡공곽교구국궁권금기길김나남낭내노뇌누단담당대도독돈동두라란랑려로록뢰류리림마만망매맹명모목묘묵문미민박반방배백범변복봉부비빈빙사삼상서석선설섭성소손송수순승시신심십아안애야양어엄여연엽영예오옥온옹왕요용우운원위유육윤은음이인임자장저전점정제조종좌주준증지진차창채천초최추탁탄탕태판팽편평포표풍피필하학한함해허현형호홍화환황후";

/// Titles that stand between a name and "기자".
const RANKS: &[&str] = &[
    "선임",
    "전문",
    "인턴",
    "객원",
    "수습",
    "수석",
    "부장",
    "차장",
    "편집",
    "취재",
    "사진",
    "대표",
    "시민",
    "디지털",
];

/// The names before one title that are looked at, at most.
const MAX_SIGNED: usize = 6;

/// What ends a Korean byline.
const TITLES: &[&str] =
    &["대기자", "기자", "특파원", "앵커", "논설위원", "위원", "통신원", "작가", "리포터", "에디터", "PD"];

/// What else those are who write, with their desk or their house before it: "김하나 문화부장".
const POSTS: &[&str] = &[
    "부장",
    "차장",
    "국장",
    "실장",
    "팀장",
    "칼럼니스트",
    "평론가",
    "교수",
    "연구원",
    "연구위원",
    "변호사",
    "대표",
    "사장",
    "원장",
    "소장",
    "이사",
    "의원",
    "박사",
];

/// The name that stands first in a line and has a post behind it.
pub(super) fn ranked(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (name, last) = (words.first()?, words.last()?);
    let is_post = (2..=4).contains(&words.len()) && POSTS.iter().any(|post| last.ends_with(post));
    (is_post && is_whole_name(name)).then(|| (*name).to_owned())
}

/// The names in a part of a byline, which stand before a title; the part itself where it has none.
pub(super) fn names(part: &str) -> Vec<String> {
    // A place or a title stands before the name, or a place behind both: "김하나 특파원 = 모스크바".
    let is_signed = |part: &&str| {
        part.split_whitespace().any(is_titled)
            && part.split_whitespace().any(|word| is_whole_name(word) && !is_titled(word) || is_glued(word))
    };
    let last = part.rsplit(['=', '＝']).next();
    let part = part.rsplit(['=', '＝']).find(is_signed).or(last).unwrap_or(part).trim();
    let words: Vec<&str> = part.split_whitespace().collect();
    let title = words.iter().position(|word| is_titled(word));
    let Some(title) = title else { return vec![ranked(part).unwrap_or_else(|| part.to_owned())] };
    // "기자 김하나": the title stands first.
    let behind: Vec<String> = words[title + 1..]
        .iter()
        .take_while(|word| is_whole_name(word))
        .map(|word| (*word).to_owned())
        .collect();
    if title == 0 && TITLES.iter().any(|title| words[0].ends_with(title)) && !behind.is_empty() {
        return behind;
    }
    // "김하나기자": the title is glued to the name.
    let glued = TITLES.iter().find_map(|title_word| words[title].strip_suffix(title_word));
    let before: Vec<&str> = words[..title]
        .iter()
        .copied()
        .chain(glued)
        .filter(|word| is_name(word) && !RANKS.contains(word))
        .collect();
    // Nearly all names have three syllables; papers and places that could pass for one have two or four.
    let whole: Vec<String> =
        before.iter().filter(|word| is_whole_name(word)).map(|word| (*word).to_owned()).collect();
    match (whole.is_empty(), before.last()) {
        // "김하나 기자 박두리 기자": each name has its title.
        (false, _) => match words[title + 1..] {
            [name, next, ..] if is_whole_name(name) && !name.ends_with('국') && is_title(next) => {
                whole.into_iter().chain(names(&words[title + 1..].join(" "))).collect()
            }
            _ => whole,
        },
        (true, Some(name)) => vec![(*name).to_owned()],
        (true, None) => vec![words[..title].join(" ")],
    }
}

/// Whether a word is a reporter's title and no more, with a rank or without: "선임기자", but not "기자페이지".
fn is_title(word: &str) -> bool {
    TITLES
        .iter()
        .filter_map(|title| word.strip_suffix(title))
        .any(|rank| rank.is_empty() || RANKS.contains(&rank))
}

/// Whether a word is a name that a title is glued to: "김하나기자".
fn is_glued(word: &str) -> bool {
    TITLES.iter().filter_map(|title| word.strip_suffix(title)).any(is_whole_name)
}

/// Whether a word is a reporter's title, or a name that one is glued to.
fn is_titled(word: &str) -> bool {
    TITLES.iter().any(|title| {
        word.starts_with(title) || word.ends_with(title) && word.chars().count() > title.chars().count() + 1
    })
}

/// Whether a part of a byline names somebody who took the pictures.
pub(super) fn is_photographer(part: &str) -> bool {
    part.contains("사진기자") || part.contains("사진 기자") || part.contains("촬영기자")
}

/// Whether a word is a name of three syllables, or of four with a family name of two, and no desk.
pub(super) fn is_whole_name(word: &str) -> bool {
    const OF_TWO: &[&str] = &["남궁", "황보", "제갈", "선우", "독고", "사공", "서문", "동방"];
    let syllables = if OF_TWO.iter().any(|family| word.starts_with(family)) { 4 } else { 3 };
    word.chars().count() == syllables
        && is_name(word)
        && !word.ends_with(['부', '팀'])
        && !RANKS.contains(&word)
}

/// Two to four syllables, the first of which can begin a family name.
pub(super) fn is_name(word: &str) -> bool {
    let count = word.chars().count();
    (2..=4).contains(&count)
        && word.chars().all(text::is_hangul)
        && word.chars().next().is_some_and(|first| FAMILY.contains(first))
}

/// The name that a text is signed with: right before a title, at its head or foot.
pub(super) fn signed(text: &str) -> Option<Vec<String>> {
    titled(text).or_else(|| addressed(text)).or_else(|| spoken(text))
}

/// "바다뉴스 김하나입니다.": how a reporter signs off who is heard, in a line of its own.
fn spoken(text: &str) -> Option<Vec<String>> {
    const HOUSES: &[&str] = &["뉴스", "방송", "TV", "티브이"];
    let line = text.trim().trim_end_matches('.');
    let mut words = line.strip_suffix("입니다")?.split_whitespace().rev();
    let (name, house) = (words.next()?, words.next()?);
    let is_house =
        HOUSES.iter().any(|end| house.ends_with(end)) || house.chars().all(|c| c.is_ascii_uppercase());
    (is_house && is_whole_name(name) && text::weight(line) <= 60).then(|| vec![name.to_owned()])
}

/// "김하나 PD (hana@…)", "바다뉴스 김하나입니다. (hana@…)": the name stands before an address of mail at the end.
fn addressed(text: &str) -> Option<Vec<String>> {
    let at = text.find('@').filter(|at| text.len() - at < 60)?;
    let before = text[..at].trim_end_matches(|c: char| c.is_ascii() && !c.is_whitespace());
    let words = before.rsplit(|c: char| !text::is_hangul(c)).filter(|word| !word.is_empty());
    let words = words
        .map(|word| word.trim_end_matches("입니다").trim_end_matches("기자"))
        .filter(|word| !word.is_empty())
        .take(2);
    let name =
        words.into_iter().find(|word| word.chars().count() == 3 && is_name(word) && !RANKS.contains(word))?;
    Some(vec![name.to_owned()])
}

fn titled(text: &str) -> Option<Vec<String>> {
    let at = text.find("기자").or_else(|| text.find("특파원"))?;
    let before = text[..at].trim_end();
    let is_end = |c: char| c.is_whitespace() || ")=]/.\"】·ㆍ∙,".contains(c);
    let words = before.rsplit(is_end).filter(|word| !word.is_empty() && !RANKS.contains(word));
    let words: Vec<&str> = words.take(MAX_SIGNED).collect();
    let mut names: Vec<String> =
        words.iter().take_while(|word| is_whole_name(word)).map(|word| (*word).to_owned()).collect();
    names.reverse();
    if names.is_empty() {
        names.extend(words.first().filter(|word| is_name(word)).map(|word| (*word).to_owned()));
    }
    // "the reporter's question" is prose: a signature is followed by "=", an address, a bracket or nothing.
    let behind = text[at..].trim_start_matches(|c: char| text::is_hangul(c)).trim_start();
    let ends = behind.is_empty()
        || behind.starts_with(['=', ']', ')', '(', '/', '|', '■', '▶', '】'])
        || behind.split_whitespace().next().is_some_and(|word| word.contains('@'));
    let title = text[at..].chars().take_while(|c| text::is_hangul(*c)).count();
    (ends && title <= 3 && !names.is_empty()).then_some(names)
}
