//! The words around names, in the languages of the field.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use dateline_wire::Role;

use super::vocabulary::{
    self, ARTICLES, BODIES, BOTH, COLLECTIVES, DEGREES, DESKS, FURNITURE, KNOWN_WIRES, LABELS, MAX_LABEL,
    NOBODY, ROLES, SUFFIXES, WIRES,
};
use crate::meta::text;

/// The labels of those who did both, to tell that none is there.
static BOTH_LABELS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(BOTH.iter().map(|(both, _)| both)).expect("a few short labels make an automaton")
});

/// `byline` with the label of those who wrote in place of one that says of them that they took the pictures, too.
pub(super) fn without_both(byline: &str) -> Cow<'_, str> {
    if !BOTH_LABELS.is_match(byline) {
        return Cow::Borrowed(byline);
    }
    let both = BOTH.iter().find_map(|(both, wrote)| {
        let at = byline.find(both)?;
        let behind = byline[at + both.len()..].trim_start();
        let is_spaced = |behind: &str| both.chars().any(text::is_dense) && behind.starts_with([' ', '　']);
        let is_label = behind.starts_with([':', '：', '=', '＝', '/', '／', '|', '｜', '・'])
            || at == 0 && is_spaced(&byline[both.len()..])
            || behind.starts_with("by ")
            || both.chars().any(text::is_dense) && is_reporter(behind);
        is_label.then(|| format!("{}{wrote}{}", &byline[..at], &byline[at + both.len()..]))
    });
    both.map_or(Cow::Borrowed(byline), Cow::Owned)
}

/// The line without a prefix, if it has one.
pub(super) fn after_prefix(line: &str) -> Option<&str> {
    let article = ARTICLES
        .iter()
        .find(|article| line.get(..article.len()).is_some_and(|start| start.eq_ignore_ascii_case(article)));
    let bare = line.get(article.map_or(0, |article| article.len())..).unwrap_or(line);
    strip(bare, &WRITTEN_BY).or_else(|| after_label(line)).or_else(|| strip(line, &TELLING))
}

/// What follows a label that prose doesn't begin with: of several words, or before a colon.
pub(super) fn after_sure_label(line: &str) -> Option<&str> {
    let telling = || {
        let rest = strip(line, &TELLING)?;
        let label = line[..line.len() - rest.len()].trim();
        (label.contains(' ') || label.ends_with(':')).then_some(rest)
    };
    strip(line, &WRITTEN_BY).or_else(|| after_label(line)).or_else(telling)
}

/// What follows the label of a byline: "Reporter: …", "Авторка — …", "採訪／…".
fn after_label(line: &str) -> Option<&str> {
    const SIGNS: &[char] =
        &[':', '：', '﹕', '=', '＝', '／', '/', '|', '｜', '丨', '︱', '・', '·', '—', '–', '-'];
    let at = line.char_indices().take(MAX_LABEL + 2).find(|(_, c)| SIGNS.contains(c))?.0;
    // "取材・文：": a point may stand within a label.
    let ends = [Some(at), line[at..].find([':', '：', '=', '＝']).map(|more| at + more)];
    ends.into_iter().flatten().find_map(|end| {
        let label =
            line.get(..end)?.trim().trim_start_matches(['[', '［', '（', '(', '■', '▶', '●']).to_lowercase();
        let is_label = label.split(['・', '·', '／', '/', '&']).any(|label| LABELS.contains(&label.trim()))
            && label.chars().count() <= MAX_LABEL;
        let rest = line[end..].trim_start_matches(|c: char| SIGNS.contains(&c) || c.is_whitespace());
        // A dash within a word joins it.
        let is_apart = !line[end..].starts_with('-') || line[..end].ends_with(' ');
        (is_label && is_apart && rest.chars().count() >= 2).then_some(rest)
    })
}

/// What stands behind a label.
pub(super) const SIGNS: &[char] = &[':', '：', '﹕', '=', '＝', '／', '/', '・'];

/// The label that `text` begins with, and what stands behind its sign, where what stands before `text` ends there.
pub(super) fn label(text: &str) -> Option<(&str, &str)> {
    let end = text.char_indices().take(MAX_LABEL + 2).find(|(_, c)| SIGNS.contains(c))?.0;
    let rest = role_before(text).map(|(_, rest)| rest).or_else(|| after_label(text))?;
    let label = &text[..text.len() - rest.len()];
    let is_signed = label.len() > end && label.trim_end().ends_with(SIGNS);
    is_signed.then(|| (label.trim_end_matches(|c: char| c.is_whitespace() || SIGNS.contains(&c)), rest))
}

/// `line` without the prefixes before its names.
pub(super) fn without_prefix(line: &str) -> &str {
    let mut line = line;
    for _ in 0..3 {
        match strip(line, &WRITTEN_BY).or_else(|| strip(line, &PREFIXES)).or_else(|| after_label(line)) {
            Some(rest) => line = rest,
            None => break,
        }
    }
    line
}

/// What the beginning of a part of a byline says that those behind it did, and what stands behind it.
pub(super) fn role_before(part: &str) -> Option<(Role, &str)> {
    let roles = [
        (Role::Text, &WROTE),
        (Role::Photo, &PICTURED),
        (Role::Editor, &EDITED),
        (Role::Translator, &TRANSLATED),
    ];
    roles.into_iter().find_map(|(role, labels)| Some((role, strip(part, labels)?)))
}

/// Whether a part of a byline begins with the short word that says so in its language, and names somebody.
pub(super) fn begins_by(part: &str) -> bool {
    const SHORT: [&str; 8] = ["by", "von", "par", "por", "di", "door", "av", "af"];
    part.split_once(' ').is_some_and(|(first, name)| {
        SHORT.iter().any(|word| first.eq_ignore_ascii_case(word)) && name.starts_with(char::is_uppercase)
    })
}

/// Whether a text is nothing but the label of a byline: "By", "Fotos".
pub(super) fn is_bare_label(part: &str) -> bool {
    let lower = part.trim().to_lowercase();
    let labels = [&WRITTEN_BY, &PREFIXES, &TELLING, &WROTE, &PICTURED, &EDITED, &TRANSLATED];
    labels.iter().any(|labels| labels.holds(&lower)) || LABELS.contains(&lower.as_str())
}

/// Whether what stands in brackets behind a name says that it took pictures.
pub(super) fn is_picture(bracket: &str) -> bool {
    const PICTURES: &[&str] = &[
        "foto",
        "photo",
        "bild",
        "video",
        "kamera",
        "camera",
        "illustration",
        "grafik",
        "фото",
        "사진",
        "写真",
        "撮影",
        "摄影",
        "攝影",
    ];
    let lower = bracket.trim().to_lowercase();
    let is_both =
        ["text", "author", "autor", "auteur", "автор", "文", "글"].iter().any(|word| lower.contains(word));
    !is_both && PICTURES.iter().any(|picture| lower.starts_with(picture))
}

/// Whether a name is that of a wire: letters that stand for one, or the words that such bodies are called by.
pub(super) fn is_wire(name: &str) -> bool {
    // Letters of an alphabet that stand for a name, all of one case.
    let is_letters = (2..=5).contains(&name.chars().count())
        && (name.chars().all(char::is_uppercase) || name.chars().all(char::is_lowercase))
        && !is_furniture(name);
    let lower = name.to_lowercase();
    is_letters
        || lower.split([' ', '-']).any(|word| WIRES.contains(&word))
        || is_dense(&lower) && WIRES.iter().any(|word| is_dense(word) && lower.ends_with(word))
}

/// Whether a name is that of a wire known the world over, whose single word would pass for a place or a thing otherwise.
pub(super) fn is_known_wire(name: &str) -> bool {
    KNOWN_WIRES.iter().any(|wire| name == *wire || name == wire.to_uppercase())
}

/// Words that may begin a text, by their first character, and those of one in their order.
struct PrefixList(LazyLock<Vec<(char, &'static str)>>);

static WRITTEN_BY: PrefixList = PrefixList(LazyLock::new(|| by_first(vocabulary::WRITTEN_BY)));
static PREFIXES: PrefixList = PrefixList(LazyLock::new(|| by_first(vocabulary::PREFIXES)));
static TELLING: PrefixList = PrefixList(LazyLock::new(|| by_first(vocabulary::TELLING)));
static WROTE: PrefixList = PrefixList(LazyLock::new(|| by_first(vocabulary::WROTE)));
static PICTURED: PrefixList = PrefixList(LazyLock::new(|| by_first(vocabulary::PICTURED)));
static EDITED: PrefixList = PrefixList(LazyLock::new(|| by_first(vocabulary::EDITED)));
static TRANSLATED: PrefixList = PrefixList(LazyLock::new(|| by_first(vocabulary::TRANSLATED)));

fn by_first(words: &'static [&str]) -> Vec<(char, &'static str)> {
    let mut by_first: Vec<_> = words.iter().filter_map(|word| Some((word.chars().next()?, *word))).collect();
    by_first.sort_by_key(|(first, _)| *first);
    by_first
}

impl PrefixList {
    /// Those that begin with a character.
    fn beginning_with(&self, first: char) -> impl Iterator<Item = &'static str> {
        let from = self.0.partition_point(|(known, _)| *known < first);
        self.0[from..].iter().take_while(move |(known, _)| *known == first).map(|(_, word)| *word)
    }

    /// Whether a text is one of them.
    fn holds(&self, text: &str) -> bool {
        text.chars().next().is_some_and(|first| self.beginning_with(first).any(|word| word == text))
    }
}

fn strip<'l>(line: &'l str, prefixes: &PrefixList) -> Option<&'l str> {
    let first = line.chars().next()?;
    let first = first.to_lowercase().next().unwrap_or(first);
    prefixes.beginning_with(first).find_map(|prefix| {
        let mut rest = line.chars();
        for expected in prefix.chars() {
            let found = rest.next()?;
            if found != expected && !found.to_lowercase().eq(expected.to_lowercase()) {
                return None;
            }
        }
        let rest = rest.as_str();
        let is_word = prefix.chars().all(|c| !text::is_dense(c));
        let bare = rest.trim_start_matches([
            ' ', ':', '：', '﹕', '=', '＝', '|', '｜', '丨', '︱', '/', '／', '·', '・', '\u{a0}', '　',
            '—', '–',
        ]);
        let bare = match bare.strip_prefix("- ") {
            Some(behind) if !prefix.is_ascii() => behind.trim_start(),
            _ => bare,
        };
        // "文" and "記者" are glued to the name; words of an alphabet are not.
        let separated = bare.len() < rest.len() || prefix.ends_with([':', '：', '=', '＝', '/', '／']);
        let enough = bare.chars().count() >= 2;
        let glued = !is_word && prefix.chars().count() >= 2;
        ((separated || glued) && enough).then_some(bare)
    })
}

/// `part` without what stands behind a name.
pub(super) fn without_suffix(part: &str) -> &str {
    let mut part = part.trim();
    for suffix in SUFFIXES {
        if let Some(rest) = part.strip_suffix(suffix).filter(|rest| rest.trim().chars().count() >= 2) {
            part = rest.trim();
        }
    }
    part
}

/// Whether a part says that it is a reporter's.
pub(super) fn is_reporter(part: &str) -> bool {
    const REPORTERS: &[&str] =
        &["기자", "특파원", "記者", "记者", "앵커", "논설위원", "편집위원", "통신원", "논설실장"];
    !part.is_ascii() && REPORTERS.iter().any(|word| part.contains(word)) && text::weight(part) < 100
}

/// `name` without the academic degrees before it: "Prof. Dr. Ana Lund".
pub(super) fn without_degrees(name: &str) -> &str {
    let mut rest = name.trim();
    while let Some((word, behind)) = rest.split_once([' ', '\u{a0}']) {
        let is_degree = DEGREES.contains(&word.to_lowercase().as_str());
        // What is left must be a name still.
        if !is_degree || !behind.trim().contains(char::is_alphabetic) {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

/// `name` without the role that follows it in the same breath: "Ana Lund Political editor".
pub(super) fn without_role(name: &str) -> &str {
    let words: Vec<&str> = name.split(' ').collect();
    let is_role = |word: &str| ROLES.contains(&word.to_lowercase().as_str());
    if words.len() < 3 || !words.last().is_some_and(|last| is_role(last)) {
        return name;
    }
    let is_before_role = |word: &&&str| is_role(word) || DESKS.contains(&word.to_lowercase().as_str());
    let count = words.iter().rev().take_while(is_before_role).count();
    match words.len() - count {
        kept @ 2.. => {
            let length: usize = words[..kept].iter().map(|word| word.len() + 1).sum();
            name[..length - 1].trim_end_matches([',', ' '])
        }
        _ => name,
    }
}

/// `name` of two words at least without the buttons and labels behind it: "Ana Lund Follow", "Ana Lund A A A", "Ana Lund BBC News".
pub(super) fn without_furniture(name: &str) -> &str {
    // The house, by the letters that it is known by.
    let is_station = |rest: &str| {
        rest.split_once(' ').is_some_and(|(letters, kind)| {
            matches!(kind, "News" | "Radio" | "Sport")
                && (2..=5).contains(&letters.len())
                && letters.bytes().all(|byte| byte.is_ascii_uppercase())
        })
    };
    let mut at = 0;
    for (index, word) in name.split(' ').enumerate() {
        if index >= 2 && (is_furniture(word) || is_text_size(&name[at..]) || is_station(&name[at..])) {
            return name[..at].trim_end();
        }
        at += word.len() + 1;
    }
    name
}

/// Whether a word and the next begin what somebody else did: "… Translated by Bo Ek".
pub(super) fn begins_role(word: &str, next: Option<&str>) -> bool {
    const DONE: &[&str] = &[
        "translated",
        "translation",
        "edited",
        "editing",
        "photographs",
        "photography",
        "photographed",
        "photos",
        "pictures",
        "illustrated",
        "illustrations",
        "übersetzt",
        "traduit",
        "traducido",
        "tradotto",
    ];
    next.is_some_and(|next| matches!(next, "by" | "von" | "par" | "por" | "da"))
        && DONE.iter().any(|done| word.eq_ignore_ascii_case(done))
}

/// Whether a name is a role alone.
pub(super) fn is_role(name: &str) -> bool {
    let lower = name.to_lowercase();
    let last = lower.rsplit(' ').next().unwrap_or(&lower);
    let first = lower.split(' ').next().unwrap_or(&lower);
    let is_known = |word: &str| ROLES.contains(&word) || COLLECTIVES.contains(&word);
    is_known(last)
        || (is_known(first) && lower.contains(' '))
        || ["報導", "报道", "專電", "专电", "外電", "外电"].iter().any(|end| lower.ends_with(end))
        || lower.ends_with("編集部")
}

/// Whether a text has a character of a dense script.
fn is_dense(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(text::is_dense)
}

static FURNITURE_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| FURNITURE.iter().copied().collect());

/// Whether a visible text is a button or a label.
pub(super) fn is_furniture(name: &str) -> bool {
    let lower = name.to_lowercase();
    // The capital of the Turkish "i" leaves its point behind.
    let lower = if lower.contains('\u{307}') { lower.replace('\u{307}', "") } else { lower };
    let lower = unvocalised(&lower);
    let is_word = |word: &str| FURNITURE_WORDS.contains(word.trim_matches(|c: char| !c.is_alphanumeric()));
    // "Whats App"
    let is_parted = || lower.len() <= MAX_BUTTON && FURNITURE_WORDS.contains(&*lower.replace(' ', ""));
    let holds_dense = || FURNITURE.iter().any(|word| is_dense(word) && lower.contains(word));
    lower.split(' ').any(is_word) || is_parted() || is_dense(&lower) && holds_dense()
}

/// A button whose one word is written as two has so many bytes at most.
const MAX_BUTTON: usize = 12;

/// Whether a letter is small. Those of Georgian are, by Unicode, and begin its names.
pub(super) fn is_small(c: char) -> bool {
    c.is_lowercase() && !matches!(c, '\u{10d0}'..='\u{10ff}')
}

/// Whether a word of a name begins as such words do; particles may stay small.
pub(super) fn begins_name(word: &str) -> bool {
    const PARTICLES: &[&str] = &[
        "von", "van", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "el", "al",
        "bin", "ibn", "ter", "ten", "zu", "und", "y", "e", "af", "av", "op", "'t", "d", "do", "das", "bint",
    ];
    word.chars().next().is_some_and(|c| c.is_alphabetic() && !is_small(c)) || PARTICLES.contains(&word)
}

/// Whether a name in a dense script ends as those of papers, stations and desks do.
pub(super) fn is_house(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "社",
        "刊",
        "杂志",
        "雜誌",
        "频道",
        "頻道",
        "在线",
        "報",
        "报",
        "网",
        "網",
        "台",
        "局",
        "部",
        "組",
        "组",
        "聞",
        "闻",
        "訊",
        "讯",
        "中文",
        "專欄",
        "专栏",
        "編輯部",
        "뉴스",
        "신문",
        "일보",
        "방송",
        "통신",
        "편집부",
        "취재팀",
        "온라인",
        "センター",
        "新聞",
        "ニュース",
        "編集部",
        "取材班",
    ];
    ENDS.iter().any(|end| name.ends_with(end))
}

/// A name without its repetition: pages write it once for the picture and once for the reader.
pub(super) fn undoubled(name: &str) -> &str {
    let half = name.len() / 2;
    if name.len() >= 9
        && name.is_char_boundary(half)
        && name.as_bytes()[half] == b' '
        && name[..half] == name[half + 1..]
    {
        return &name[..half];
    }
    name
}

/// Whether a text is the label of a byline and not a name: it begins or ends with a word that needs another.
pub(super) fn is_label(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(' ');
    let first = words.next().unwrap_or_default();
    let last = words.next_back().unwrap_or(first);
    matches!(last, "von" | "by" | "par" | "por" | "door" | "av" | "af" | "di")
        || matches!(
            first,
            "the"
                | "posted"
                | "published"
                | "updated"
                | "photo"
                | "photos"
                | "fotos"
                | "foto"
                | "image"
                | "alle"
                | "mehr"
                | "more"
        )
        || matches!(last, "news" | "newsletter")
        || lower.split(' ').any(|word| BODIES.contains(&word))
        || first.ends_with(':')
}

/// Whether a name stands for nobody: what is written where no author was entered, a reporter whom the paper doesn't name, or who made the
/// site.
pub(super) fn is_nobody(name: &str) -> bool {
    const MAKERS: [&str; 6] =
        ["developed by ", "designed by ", "powered by ", "created by ", "hosted by ", "website by "];
    let lower = name.to_lowercase();
    NOBODY.contains(&lower.as_str())
        || MAKERS.iter().any(|made| lower.starts_with(made))
        || is_dense(name) && LABELS.contains(&name)
        || is_unnamed(name)
}

/// Whether words say that one of a paper's own people wrote, and not who: "our special correspondent", "staff reporter", "HT Correspondent",
/// "Online News Editor". "Staff Writer" is what a house signs with, as with its name.
fn is_unnamed(name: &str) -> bool {
    const OF_PAPER: [&str; 10] =
        ["our", "own", "special", "staff", "foreign", "a", "the", "from", "online", "news"];
    const POSTS: [&str; 6] =
        ["correspondent", "correspondents", "reporter", "reporters", "editor", "editors"];
    let Some((before, last)) = name.rsplit_once(' ') else { return false };
    let is_of_paper = |word: &str| {
        let lower = word.to_lowercase();
        // The letters that a paper is known by.
        let is_letters = (2..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
        is_letters || OF_PAPER.contains(&lower.as_str()) || DESKS.contains(&lower.as_str())
    };
    POSTS.contains(&last.to_lowercase().as_str()) && before.split(' ').all(is_of_paper)
}

/// Whether words are the buttons for the size of the text: "A A A", "A+ A-".
fn is_text_size(words: &str) -> bool {
    let is_size = |word: &str| matches!(word, "A" | "a" | "A+" | "A-" | "A−" | "Aa" | "AA");
    words.contains(' ') && words.split(' ').all(is_size)
}

/// Whether words in the place of an author are those of a button or a box and no more: "Watch live", "Share this article".
pub(super) fn is_of_widget(name: &str) -> bool {
    const BETWEEN: [&str; 14] =
        ["us", "this", "article", "to", "the", "a", "now", "by", "on", "of", "story", "page", "your", "news"];
    if is_text_size(name) {
        return true;
    }
    let lower = name.to_lowercase();
    let is_furniture = |word: &str| FURNITURE_WORDS.contains(word);
    lower.split(' ').any(is_furniture)
        && lower.split(' ').all(|word| is_furniture(word) || BETWEEN.contains(&word))
}

/// Whether a word joins names. A capital "E" or "Y" is an initial.
pub(super) fn is_and(word: &str) -> bool {
    matches!(
        word,
        "AND"
            | "and"
            | "und"
            | "et"
            | "y"
            | "e"
            | "и"
            | "і"
            | "й"
            | "та"
            | "och"
            | "og"
            | "en"
            | "ve"
            | "with"
            | "mit"
            | "avec"
            | "con"
            | "com"
            | "med"
            | "및"
            | "ja"
    )
}

/// The name beside a verb that says what somebody did: "Aus Nordhafen berichtet Jana Holm", "Ana Lund reports from Northhaven".
pub(super) fn behind_verb(part: &str) -> &str {
    const VERBS: [&str; 2] = [" berichtet ", " berichten "];
    const FROM: [&str; 4] = [" reports from ", " reports for ", " berichtet aus ", " berichtet für "];
    if let Some((name, _)) = FROM.iter().find_map(|verb| part.split_once(verb)) {
        return name;
    }
    match VERBS.iter().find_map(|verb| part.split_once(verb)) {
        Some((name, behind)) if behind.starts_with("aus ") || behind.starts_with("für ") => name,
        Some((before, name)) if before.split(' ').count() <= 4 => name,
        _ => part,
    }
}

/// `byline` with a colon behind the labels that Chinese pages set apart by a bar: "记者 | 林小明 编辑 | 王小芳".
pub(super) fn with_signs(byline: &str) -> Cow<'_, str> {
    const LABELS: &[&str] =
        &["记者", "記者", "编辑", "編輯", "作者", "撰文", "文", "摄影", "攝影", "图", "圖"];
    if byline.is_ascii() || !byline.contains(['|', '｜', '丨', '︱']) {
        return Cow::Borrowed(byline);
    }
    let mut signed = byline.to_owned();
    for label in LABELS {
        for bar in [" | ", "|", " ｜ ", "｜", " 丨 ", "丨", "︱"] {
            let (label, from) = ([label, "："].concat(), [label, bar].concat());
            if signed.contains(&from) {
                signed = signed.replace(&from, &label);
            }
        }
    }
    Cow::Owned(signed)
}

/// A line that says where a text is from with a space before the author, whom Chinese pages set right behind it: "来源：海港网作者：林小明".
pub(super) fn with_author_apart(line: &str) -> Cow<'_, str> {
    const SOURCES: [&str; 4] = ["来源：", "來源：", "来源:", "來源:"];
    const AUTHOR: &str = "作者";
    if line.is_ascii() {
        return Cow::Borrowed(line);
    }
    let source = SOURCES.iter().find_map(|source| line.find(source));
    let author = source.and_then(|source| Some(source + line[source..].find(AUTHOR)?));
    match author.filter(|author| line[author + AUTHOR.len()..].starts_with([':', '：'])) {
        Some(author) if !line[..author].ends_with(char::is_whitespace) => {
            Cow::Owned(format!("{} {}", &line[..author], &line[author..]))
        }
        _ => Cow::Borrowed(line),
    }
}

/// Whether a text is what is left of a time of day: "AM IST".
pub(super) fn is_clock(name: &str) -> bool {
    const CLOCK: &[&str] = &[
        "AM", "PM", "GMT", "UTC", "IST", "EST", "EDT", "ET", "CST", "PST", "PDT", "CET", "CEST", "BST",
        "JST", "KST", "HKT", "at", "um", "min", "read", "a.m.", "p.m.", "MSK", "WIB", "WITA", "WIT",
    ];
    name.split(' ').all(|word| CLOCK.contains(&word))
}

/// The word at `at` without the "and" that Arabic and Hebrew glue to it, where whole names stand before it and begin with it.
pub(super) fn glued<'w>(byline: &[&'w str], at: usize) -> Option<&'w str> {
    /// Names that begin with that letter.
    const NAMES: &[&str] = &[
        "وليد",
        "وائل",
        "وسام",
        "وسيم",
        "وجدي",
        "وجيه",
        "وداد",
        "وردة",
        "وعد",
        "وهيب",
        "وهبي",
        "وحيد",
        "وضاح",
        "وصفي",
        "وديع",
        "وفيق",
        "وفاء",
        "وفا",
        "وكيع",
        "ورد",
        "ויקטור",
        "ולדימיר",
        "ולרי",
        "ורד",
        "ורדה",
        "ויקי",
        "ויויאן",
        "וולף",
        "וילי",
        "ויטלי",
    ];
    let word = byline[at];
    let name = word.strip_prefix(['و', 'ו']).filter(|name| name.chars().count() >= 2)?;
    let is_end = |word: &&&str| word.ends_with([',', '،', '|', '/', ':']) || is_and(word);
    let before = byline[..at].iter().rev().take_while(|word| !is_end(word)).count();
    let behind = 1 + byline[at + 1..].iter().take_while(|word| !is_end(word)).count();
    (before >= 2 && behind >= 2 && !NAMES.contains(&word)).then_some(name)
}

/// `text` without the signs for vowels, which Arabic and Hebrew leave out or write.
fn unvocalised(text: &str) -> Cow<'_, str> {
    let is_vowel = |c: char| matches!(c, '\u{64b}'..='\u{652}' | '\u{670}' | '\u{5b0}'..='\u{5bc}');
    match text.is_ascii() || !text.contains(is_vowel) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.replace(is_vowel, "")),
    }
}
