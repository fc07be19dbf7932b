//! Datelines: what stands before the first sentence, in the manner of each script.

use std::sync::LazyLock;

use dateline_wire::OriginKind;
use regex::{Captures, Regex};

use super::agency::{Agencies, AgencyKind, Mention};
use super::group::{Group, groups, pure};
use super::place::{is_about_picture, is_marked, is_place_and_day};
use super::{Line, Statement};

/// The longest content of a dateline's brackets in a script without spaces, in scalar values.
const MAX_DENSE: usize = 40;

/// What follows a wire without place or day is no less, in bytes; else it is a credit beside another.
const MIN_SENTENCE: usize = 16;

/// How many words before a bracket are looked at for the place, where other text stands before them.
const PLACE_WORDS: usize = 5;

/// 新华社北京3月21日电, 中新网3月21日讯: what follows the wire.
static TELEGRAM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[^，。、,]{0,30}?[0-9]{1,2} ?日[^，。,]{0,16}?[电電讯訊]").expect("the pattern is constant")
});

/// The words that follow the name of a site which reports itself.
static SITE_REPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?(?:报道|報道|報導|讯|訊|消息|综合报道|綜合報導)")
        .expect("the pattern is constant")
});

/// An unknown wire of the same shape: 海洋社平港3月21日电.
static UNKNOWN_TELEGRAM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[（(【]?(?:据|據)?([^社網网报報，。、 （(【]{1,5}[社網网报報])[^，。、 ]{0,20}[0-9]{1,2}日(?:[（(][^）)]{1,12}[）)])?[综綜]?合?外?[电電]")
        .expect("the pattern is constant")
});

/// 【大海2025年3月21日讯】: who reports, with the day of it.
static REPORTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^([^0-9，。]{2,10}?)(?:北京时间|北京時間)?(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日[讯訊电電]$",
    )
    .expect("the pattern is constant")
});

/// PORT CITY, March 21 (WN) —: an unknown wire whose place stands in capitals.
static UNKNOWN_WIRE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^([^()]{3,60}) \(([A-Z][A-Za-z .&-]{1,24})\) ?(?:--|[-–—]) ")
        .expect("the pattern is constant")
});

/// (부산=바다통신): an unknown wire behind its place.
static UNKNOWN_KOREAN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[가-힣·, ]{2,20}[=＝]([가-힣A-Za-z0-9]{2,10})$").expect("the pattern is constant")
});

/// ПОРТ, 29 июня. /ВЕСТЬ/: an unknown wire between strokes.
static UNKNOWN_STROKES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^([^/]{3,40}[0-9][^/]{2,14})/(?:Корр?\. ?)?([^/ ][^/]{1,20})/[. ]")
        .expect("the pattern is constant")
});

/// Quotation marks around the name of a wire.
const QUOTES: [char; 5] = ['«', '»', '"', '“', '”'];

/// What the head of a line says; `whole` is the line that it is the head of.
pub(super) fn read(agencies: &Agencies, head: Line<'_>, whole: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let is_caption = is_caption(whole);
    for group in groups(head.text) {
        if !is_caption {
            found.extend(in_brackets(agencies, head, &group));
        }
    }
    let mentions = agencies.mentions(head.text);
    for mention in &mentions {
        if mention.is_source() && is_bare(head.text, mention) {
            let end = mention.end;
            found.push(head.statement(&mention.agency.name, OriginKind::Dateline, 0, end));
        }
    }
    if found.is_empty() && !is_caption {
        found.extend(unknown(agencies, head));
    }
    found
}

/// A caption under a picture of a Korean agency ends with a day and an address.
fn is_caption(line: &str) -> bool {
    line.contains('@') && line.contains("photo@")
        || line.contains('*') && (line.contains("*재판매") || line.contains("*사진"))
}

/// "SEOUL, South Korea (AP) —", "(서울=연합뉴스)", "【ソウル共同】": sources in brackets.
fn in_brackets(agencies: &Agencies, line: Line<'_>, group: &Group<'_>) -> Vec<Statement> {
    let lead = group.lead.trim();
    let names = pure(agencies, group.content, group.is_wide);
    if !names.is_empty() && !group.tail.trim().is_empty() {
        let is_dash =
            group.tail.trim_start().starts_with(['-', '–', '—', '―', ':']) || group.tail.starts_with(".-");
        let begins = group.tail.trim_start().chars().next().is_some_and(|c| !c.is_lowercase());
        let is_place = is_place_and_day(lead) && lead.len() < 90 && agencies.mentions(lead).is_empty();
        let from = if is_place && begins {
            0
        } else if let Some(place) = place_at_end(group.lead).filter(|_| is_dash) {
            group.lead.len() - place.len()
        } else {
            return Vec::new();
        };
        return names
            .iter()
            .map(|agency| line.statement(&agency.name, OriginKind::Dateline, from, group.end))
            .collect();
    }
    dense(agencies, line, group)
}

/// The last words of `lead` that are a place with its day; nothing where they are not.
fn place_at_end(lead: &str) -> Option<&str> {
    let starts = lead.trim_end().rmatch_indices(' ').take(PLACE_WORDS).map(|(at, _)| at + 1).chain([0]);
    let words = starts.map(|at| &lead[at..]).take_while(|words| is_place_and_day(words));
    words.filter(|words| is_marked(words) && words.starts_with(char::is_uppercase)).last()
}

/// Brackets of scripts without spaces, which hold place, day and wire.
fn dense(agencies: &Agencies, line: Line<'_>, group: &Group<'_>) -> Vec<Statement> {
    let content = group.content.trim();
    let from = group.lead.len();
    if content.chars().count() > MAX_DENSE
        || is_about_picture(content)
        || !content.chars().any(crate::script::is_dense)
    {
        return Vec::new();
    }
    let mentions = agencies.mentions(content);
    let say = |mention: &Mention<'_>, kind| line.statement(&mention.agency.name, kind, from, group.end);
    // "(서울=연합뉴스)", "(항구 WN=바다통신)", "【港町WN＝海洋通信】", "[항구=바다통신 김하나 기자]"
    if let Some((place, _)) = content.split_once(['=', '＝']) {
        let named = mentions.iter().filter(|mention| {
            let before = &content[..mention.start];
            let after = content[mention.end..].trim_start();
            let is_parted = before.is_empty()
                || before.ends_with([' ', '\u{3000}', '・', '·'])
                || content[mention.start..].starts_with(|c: char| !crate::script::is_dense(c));
            let begins = is_parted && mention.end == place.trim_end().len()
                || before.trim_end().ends_with(['=', '＝', '/', '·', '、']);
            let ends = after.is_empty()
                || after.starts_with(['=', '＝', '/', '·', '、'])
                || after.ends_with("기자")
                || after.ends_with("특파원");
            begins && ends && mention.is_exact
        });
        return named.map(|mention| say(mention, OriginKind::Dateline)).collect();
    }
    let is_first = group.lead.trim().is_empty();
    let last = mentions.last();
    let is_telegram = content.ends_with(['电', '電', '讯', '訊']);
    mentions
        .iter()
        .filter_map(|mention| {
            let before = content[..mention.start].trim();
            let after = content[mention.end..].trim();
            // "【港町・海洋通信ＷＮ】": one wire through another.
            let ends_group = last.is_some_and(|last| {
                content[last.end..].trim().is_empty() && [last.start, last.end].contains(&mention.end)
            });
            let is_day = before.contains(['월', '月', '日', '일']);
            // "【ソウル共同】", "［ソウル　２１日　ロイター］", "(평양 4월 22일발 조선중앙통신)"
            let has_place = !before.is_empty() && !before.ends_with(['の', '는', '은', '이', '가']);
            let is_place = ends_group && has_place && is_first && (group.is_wide || is_day);
            // "（中央社記者陳大文台北21日電）", "【海洋社3月21日讯】"
            let is_wire = before.is_empty() && is_telegram;
            // "（海洋社记者某某综合报导）"
            let is_report =
                before.is_empty() && after.contains("记者") | after.contains("記者") && is_report(after);
            match (is_place || is_wire, is_report) {
                (true, _) => Some(say(mention, OriginKind::Dateline)),
                (_, true) => Some(say(mention, OriginKind::Byline)),
                _ => None,
            }
        })
        .collect()
}

fn is_report(words: &str) -> bool {
    ["报导", "報導", "报道", "報道"].iter().any(|word| words.ends_with(word))
}

/// A source that stands at the head of a line without brackets.
fn is_bare(line: &str, mention: &Mention<'_>) -> bool {
    let (before, after) = (line[..mention.start].trim(), &line[mention.end..]);
    // "新华社平壤3月21日电", "央视网消息", "环球网报道"
    let is_dense = line[mention.start..mention.end].chars().all(crate::script::is_dense);
    if is_dense && matches!(before, "" | "据" | "據" | "（" | "(" | "【") {
        let is_site = line[mention.start..mention.end].ends_with(['网', '網']);
        return TELEGRAM.is_match(after)
            && !after.starts_with(['报', '報', '援', '引'])
            && !after.starts_with("称")
            || before.is_empty() && (after.starts_with("消息") || is_site && SITE_REPORT.is_match(after));
    }
    // "МОСКВА, 29 июня. /ТАСС/."
    let correspondent = before.trim_end_matches("Корр.").trim_end_matches("Кор.").trim_end();
    if let Some(lead) = correspondent.strip_suffix('/') {
        let closed = after.find('/').is_some_and(|at| at < 40);
        return closed && !lead.contains('/') && lead.len() < 90 && is_place_and_day(lead);
    }
    let after_dash = after.trim_start();
    let is_dash =
        after_dash.starts_with(['–', '—', '―']) || after.starts_with(" -") || after.starts_with(".-");
    if before.is_empty() {
        return is_dash && after.len() > MIN_SENTENCE && mention.agency.kind == AgencyKind::Agency;
    }
    // "МОСКВА, 21 мар - РИА Новости.", "КИЇВ. 21 березня. УНН.", "Москва. 21 марта. INTERFAX.RU -"
    let is_end = after.starts_with(['.', ':']) && !after[1..].trim().is_empty();
    let is_name = after.starts_with(',') && before.ends_with(['-', '–', '—']);
    let separated = before.ends_with(['-', '–', '—', '.', '/', ',']);
    separated
        && (is_dash || is_end || is_name)
        && before.len() < 90
        && is_place_and_day(before)
        && is_marked(before)
}

/// What a pattern captures, which is searched only where a sign stands that it cannot do without.
fn captures_with<'t>(sign: char, pattern: &Regex, text: &'t str) -> Option<Captures<'t>> {
    text.contains(sign).then(|| pattern.captures(text)).flatten()
}

/// A wire that the table doesn't know, where the shape leaves no doubt.
fn unknown(agencies: &Agencies, line: Line<'_>) -> Option<Statement> {
    let say = |name: &str, end| Some(line.statement(name.trim(), OriginKind::Dateline, 0, end));
    let is_new = |name: &str| agencies.mentions(name).is_empty();
    if let Some(found) = captures_with('(', &UNKNOWN_WIRE, line.text) {
        let (before, name) = (&found[1], &found[2]);
        let is_capitals = before
            .split(|c: char| !c.is_alphabetic())
            .next()
            .is_some_and(|word| word.chars().count() >= 3 && word.chars().all(char::is_uppercase));
        if is_capitals && is_place_and_day(before) && is_new(name) && !is_about_picture(name) {
            return say(name, found.get(2).map_or(0, |name| name.end() + 1));
        }
    }
    for group in groups(line.text) {
        let content = group.content.trim();
        let known = |pattern: &Regex| pattern.captures(content).map(|found| found[1].to_owned());
        let name = known(&UNKNOWN_KOREAN)
            .or_else(|| known(&REPORTED).filter(|_| group.lead.trim().is_empty() && group.is_wide));
        if let Some(name) =
            name.filter(|name| is_new(name) && !is_about_picture(content) && !content.ends_with("기자"))
        {
            return Some(line.statement(&name, OriginKind::Dateline, group.lead.len(), group.end));
        }
    }
    if let Some(found) = captures_with('日', &UNKNOWN_TELEGRAM, line.text).filter(|found| is_new(&found[1]))
    {
        return say(&found[1], found[0].len());
    }
    let found = captures_with('/', &UNKNOWN_STROKES, line.text)?;
    let is_wire = is_place_and_day(&found[1])
        && is_marked(&found[1])
        && found[2].trim_matches(QUOTES).starts_with(char::is_uppercase);
    if is_wire && is_new(&found[2]) { say(found[2].trim_matches(QUOTES), found[0].len() - 1) } else { None }
}
