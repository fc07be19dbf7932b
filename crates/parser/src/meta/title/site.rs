//! The name of the site, the section and the day around a headline.

use super::words::words;
use crate::meta::authors;
use crate::meta::date;
use crate::meta::text;

/// What stands between a headline and the name of the site. Those in the first group never occur inside headlines with
/// spaces around them, or nearly so.
const STRONG: &[&str] = &[
    " | ", " ｜ ", "｜", " :: ", " » ", " › ", " « ", " ‹ ", " • ", " ⋆ ", " │ ", " – ", " — ", " - ",
    " -- ", "|", "--",
];
const WEAK: &[&str] = &[" : ", "：", ": ", " · ", " / ", "_", "，", " , "];

/// What may stand between a headline and what is exactly the name of the site, with or without spaces.
const BEFORE_NAME: &[char] = &[
    '|', '｜', '│', 'ㅣ', '❘', '┃', '‖', '¦', ':', '：', '-', '–', '—', '―', '_', '/', '／', '·', '・', '•',
    '⋆', '●', '■', '▷', '▶', '►', '▸', '❯', '⎟', '*', '<', '>', '＜', '＞', '«', '»', '‹', '›', '~', '(',
    '（', '[', '【', '〔', ',', '，', '@',
];

/// A headline of fewer letters is left alone, whatever stands behind it.
const SHORTEST: usize = 4;

/// The separators from the end that are looked at.
const MAX_SEPARATORS: usize = 8;

/// What the site calls itself, as keys of [`text::key`].
#[derive(Debug, Default)]
pub(super) struct Site {
    keys: Vec<String>,
    /// The words of each name.
    words: Vec<Vec<String>>,
    /// What it calls the sections that the page is in.
    sections: Vec<String>,
}

impl Site {
    /// From the names that witnesses give and the host of the page.
    pub(super) fn new<'a>(
        names: impl Iterator<Item = &'a str>,
        sections: impl Iterator<Item = &'a str>,
        host: Option<&str>,
    ) -> Self {
        let names: Vec<&str> = names.filter(|name| text::key(name).chars().count() >= 2).collect();
        let mut keys: Vec<String> = names.iter().map(|name| text::key(name)).collect();
        let words = names.iter().map(|name| words(name)).collect();
        let sections = sections.map(text::key).filter(|key| key.chars().count() >= 2).collect();
        if let Some(host) = host {
            let host = host.trim_start_matches("www.");
            keys.push(text::key(host));
            // The name before the public suffix, where it is long enough to mean something by itself.
            let labels: Vec<&str> = host.split('.').collect();
            keys.extend(
                labels.iter().rev().skip(1).filter(|label| label.len() >= 4).map(|label| text::key(label)),
            );
        }
        Self { keys, words, sections }
    }

    /// Whether `part` is the site's name: exactly, or one of both with a little around it.
    pub(super) fn is_named(&self, part: &str) -> bool {
        self.holds(part, 3)
    }

    /// Whether `part` is one of the site's names and nothing else.
    fn is_called(&self, part: &str) -> bool {
        let key = text::key(part);
        self.keys.contains(&key)
    }

    /// Whether `title` says little more than the site's name: no number, and not two words beside it.
    pub(super) fn is_all_of(&self, title: &str) -> bool {
        let says_more = || {
            let own = words(title);
            self.words.iter().any(|name| {
                let more: Vec<&String> = own.iter().filter(|word| !name.contains(word)).collect();
                let has_number = more.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
                own.len() > name.len() && (more.len() >= 2 || has_number)
            })
        };
        self.is_called(title) || self.is_half_of(title) && !says_more()
    }

    /// Whether half of `title` at least is the site's name, as in a logo with its motto.
    pub(super) fn is_half_of(&self, title: &str) -> bool {
        self.holds(title, 2)
    }

    /// Whether `part` is what the page calls its section.
    pub(super) fn is_section(&self, part: &str) -> bool {
        self.sections.contains(&text::key(part))
    }

    /// Whether one of the site's names is `part`, or the shorter of the two is in the longer and at least a `share`th of it.
    fn holds(&self, part: &str, share: usize) -> bool {
        let key = text::key(part);
        if key.is_empty() {
            return false;
        }
        self.keys.iter().any(|site| {
            let (short, long) = if site.len() < key.len() { (site, &key) } else { (&key, site) };
            let few = if short.is_ascii() { 3 } else { 6 };
            site == &key
                || (short.len() >= few && long.contains(short.as_str()) && short.len() * share >= long.len())
        })
    }
}

/// What others call the headline, as keys: what stands behind one of those, or before one that data gives, is no part of it.
#[derive(Clone, Copy)]
pub(super) struct OtherTitles<'a> {
    pub(super) told: &'a dyn Fn(&str) -> bool,
    /// A heading may also be the site's name, which ends a title but never begins one that goes on.
    pub(super) is_heading: &'a dyn Fn(&str) -> bool,
    /// Whether a link of the page says that and nothing else, as those to its sections do.
    pub(super) is_link: &'a dyn Fn(&str) -> bool,
}

/// `title` without the site's name at either end, and without the sections beside that name.
pub(super) fn without(title: &str, site: &Site, others: OtherTitles<'_>) -> String {
    let mut title = unarchived(title.trim());
    let mut cut_by_name = false;
    for _ in 0..4 {
        let Some(shorter) = shortened(title, site, others, cut_by_name) else { break };
        cut_by_name = true;
        title = shorter;
    }
    // A closing quotation mark is no separator.
    let is_quoted = title.contains(['«', '‹']);
    let is_around =
        |c: char| c.is_whitespace() || matches!(c, '|' | '｜') || !is_quoted && matches!(c, '»' | '›');
    let title = title.trim_matches(is_around);
    // Two signs may have parted what was cut.
    let title = if cut_by_name {
        title.trim_end_matches(" –").trim_end_matches(" -").trim_start_matches("– ").trim_start_matches("- ")
    } else {
        title
    };
    without_credit(title).to_owned()
}

fn shortened<'t>(title: &'t str, site: &Site, others: OtherTitles<'_>, after_name: bool) -> Option<&'t str> {
    if !title.contains(BEFORE_NAME) {
        return None;
    }
    if let Some(headline) = unnamed(title, site).or_else(|| unsigned(title, after_name)) {
        return Some(headline);
    }
    if after_name && let Some(headline) = unsectioned(title, site, others) {
        return Some(headline);
    }
    if let Some(headline) =
        prefixed(title, site).or_else(|| behind_name(title, site)).or_else(|| twice_sectioned(title))
    {
        return Some(headline);
    }
    if let Some(headline) = undated(title, after_name) {
        return Some(headline);
    }
    if let Some(headline) = begun(title, site, others) {
        return Some(headline);
    }
    let separators = STRONG.iter().map(|separator| (separator, true));
    let separators = separators.chain(WEAK.iter().map(|separator| (separator, false)));
    let stands_between =
        |separator: &str| title.contains(separator) && !(is_quoted(title) && is_quote(separator));
    for (separator, is_strong) in separators.filter(|(separator, _)| stands_between(separator)) {
        // Sections may stand behind the name too, so the first place where the site is named ends the headline.
        let mut from = 0;
        while let Some(at) = title[from..].find(separator).map(|at| from + at) {
            let (head, tail) = (title[..at].trim(), &title[at + separator.len()..]);
            let segment = tail.split(separator).next().unwrap_or(tail).trim();
            let is_name = site.is_named(segment) && is_enough(head, segment);
            if is_name || is_strong && site.is_called(segment) && text::weight(head) >= SHORTEST {
                return Some(head);
            }
            from = at + separator.len();
        }
        if let Some((head, tail)) = title.rsplit_once(separator) {
            let (head, tail) = (head.trim(), tail.trim());
            // A section stands between headline and site: "Headline | World | Site". Dashes also divide headlines; bars don't.
            let is_dash =
                separator.trim().chars().all(|c| matches!(c, '-' | '–' | '—')) && separator.trim() != "--";
            let is_short =
                text::weight(tail) <= 24 && tail.split(' ').count() <= 3 && text::weight(head) >= 30;
            let is_section = is_strong
                && !is_dash
                && is_short
                && (after_name || text::weight(head) >= 2 * text::weight(tail));
            if is_enough(head, tail) && is_section {
                return Some(head);
            }
        }
        if let Some((head, tail)) = title.split_once(separator) {
            let (head, tail) = (head.trim(), tail.trim());
            // Before a colon stands rather the subject of the headline, unless it is the whole name, of several words.
            let is_whole_name = matches!(*separator, ": " | "：")
                && site.is_called(head)
                && (head.contains(' ') || head.chars().filter(|c| text::is_dense(*c)).count() >= 4);
            let is_name =
                is_whole_name || site.is_named(head) && !matches!(*separator, ": " | "：" | "，" | "_");
            if text::weight(tail) >= 15 && (is_name || (is_strong && (others.told)(&text::key(tail)))) {
                return Some(tail);
            }
        }
    }
    None
}

/// Whether the angles in `title` are quotation marks, and so part nothing.
fn is_quoted(title: &str) -> bool {
    [('«', '»'), ('‹', '›')].iter().any(|(open, close)| {
        let opened = title.find(*open);
        opened.is_some()
            && opened < title.rfind(*close)
            && title.matches(*open).count() == title.matches(*close).count()
    })
}

fn is_quote(separator: &str) -> bool {
    separator.contains(['«', '»', '‹', '›'])
}

/// `title` without what is exactly the site's name at its end, whatever parts both.
fn unnamed<'t>(title: &'t str, site: &Site) -> Option<&'t str> {
    let title = title.trim_end_matches(|c: char| c.is_whitespace() || ".)）]】〕>＞*|｜".contains(c));
    let separators = title.char_indices().rev().filter(|(_, c)| BEFORE_NAME.contains(c)).take(MAX_SEPARATORS);
    for (at, c) in separators {
        let tail = title[at + c.len_utf8()..].trim();
        let is_mark = |c: char| BEFORE_NAME.contains(&c) && !(is_quoted(title) && matches!(c, '»' | '›'));
        let head = title[..at].trim_end_matches(|c: char| c.is_whitespace() || is_mark(c));
        // A comma also parts the words of a headline, so the name behind it must be one that no word is.
        let is_apart = !matches!(c, ',' | '，') || tail.chars().any(text::is_dense) || tail.contains(' ');
        let is_name = site.is_called(tail) || parts_names(&title[..at], c) && is_paper(tail);
        if is_apart && is_name && text::weight(head) >= SHORTEST && !site.is_all_of(head) {
            return Some(head);
        }
    }
    None
}

/// Whether a sign parts names from headlines and little else: a bar, an underscore, a dash with spaces around it.
fn parts_names(before: &str, sign: char) -> bool {
    matches!(sign, '|' | '｜' | '│' | 'ㅣ' | '_') || matches!(sign, '-' | '–') && before.ends_with(' ')
}

/// Whether a word of a dense script ends as the names of papers and of their sites do, and as no section does.
fn is_paper(name: &str) -> bool {
    const ENDS: [&str; 12] = [
        "新闻网",
        "新聞網",
        "日报",
        "日報",
        "晚报",
        "晚報",
        "在线",
        "일보",
        "신문",
        "新聞",
        "ニュース",
        "新聞社",
    ];
    let letters = name.chars().count();
    (3..=10).contains(&letters)
        && name.chars().all(text::is_dense)
        && ENDS.iter().any(|end| name.strip_suffix(end).is_some_and(|before| !before.is_empty()))
}

/// `title` without the author behind a separator: "… * by Ana Lund".
fn unsigned(title: &str, after_name: bool) -> Option<&str> {
    let (at, separator) = [" * ", " | ", " - ", " – ", " — ", "｜"]
        .iter()
        .filter_map(|separator| Some((title.rfind(separator)?, separator)))
        .max()?;
    let (head, tail) = (&title[..at], &title[at + separator.len()..]);
    let is_bar = matches!(separator.trim(), "*" | "|" | "｜");
    let is_byline = text::weight(tail) <= 40 && tail.contains(' ') && !authors::worded(tail).names.is_empty();
    (is_byline && (after_name || is_bar) && text::weight(head) >= 15).then(|| head.trim_end())
}

/// `title`, from which the site's name was cut, without the section that stood before the name.
fn unsectioned<'t>(title: &'t str, site: &Site, others: OtherTitles<'_>) -> Option<&'t str> {
    let (at, c) = title.char_indices().rev().find(|(_, c)| BEFORE_NAME.contains(c))?;
    let (head, tail) = (title[..at].trim_end(), title[at + c.len_utf8()..].trim());
    let letters = tail.chars().count();
    let is_dense = tail.chars().all(text::is_dense);
    // A dash or a colon may also part the headline, and a word behind it is no section unless somebody says so.
    let is_named = site.is_section(tail);
    let parts_sections = matches!(c, '_' | '<' | '>' | '＜' | '＞' | '*' | 'ㅣ' | '|' | '｜' | '│' | '❘');
    let is_spaced = title[..at].ends_with(' ') && c == ':';
    let is_glued = is_dense && (2..=4).contains(&letters) && matches!(c, '-' | '–' | '—' | 'ㅣ' | '_' | ':');
    let is_short =
        letters <= 24 && tail.split(' ').count() <= 3 && text::weight(head) >= 2 * text::weight(tail);
    let is_sure = is_named || parts_sections || is_spaced || is_glued;
    (is_short && text::weight(head) >= 20 && (is_sure || (others.is_link)(&text::key(tail)))).then_some(head)
}

/// `title` without the site's name in brackets before it: `[바다일보] …`.
fn prefixed<'t>(title: &'t str, site: &Site) -> Option<&'t str> {
    let rest = title.strip_prefix(['[', '【', '〔', '(', '（', '<', '＜'])?;
    let (name, headline) = rest.split_once([']', '】', '〕', ')', '）', '>', '＞'])?;
    (site.is_called(name) && text::weight(headline) >= SHORTEST).then(|| headline.trim_start())
}

/// `title` without what is exactly the site's name at its beginning, where a sign parts both that parts names and little else.
fn behind_name<'t>(title: &'t str, site: &Site) -> Option<&'t str> {
    const SIGNS: &[char] =
        &['|', '｜', '│', 'ㅣ', '❘', '⎟', '_', '~', '●', '■', '▷', '▶', '►', '▸', '❯', '@'];
    let (at, sign) = title.char_indices().find(|(_, c)| SIGNS.contains(c))?;
    let headline = title[at + sign.len_utf8()..].trim_start();
    (site.is_called(title[..at].trim_end()) && text::weight(headline) >= 15).then_some(headline)
}

/// `title` without two sections or more behind colons that stand apart, as no headline has them: "… : WORLD : NEWS".
fn twice_sectioned(title: &str) -> Option<&str> {
    let is_section = |part: &str| text::weight(part) <= 24 && part.split(' ').count() <= 2;
    let (rest, last) = title.rsplit_once(" : ")?;
    let (head, section) = rest.rsplit_once(" : ")?;
    (is_section(last.trim()) && is_section(section.trim()) && text::weight(head) >= 20)
        .then(|| head.trim_end())
}

/// `title` without the day that stands behind a bar or a colon of its own, or between the headline and the name that was cut.
fn undated(title: &str, after_name: bool) -> Option<&str> {
    let separators: &[&str] =
        if after_name { &[" | ", " : ", " - ", " – ", " — "] } else { &[" | ", " : "] };
    let (head, tail) = separators.iter().find_map(|separator| title.rsplit_once(separator))?;
    let letters = tail.chars().filter(|c| c.is_alphabetic()).count();
    let most = if after_name { 12 } else { 3 };
    let is_day = letters <= most
        && tail.split(' ').count() <= 5
        && date::read(tail).is_some_and(|written| written.date().is_some());
    (is_day && text::weight(head) >= 15).then(|| head.trim_end())
}

/// `title` without what a common journal's software writes before it: "Site » Blog Archive » Headline".
fn unarchived(title: &str) -> &str {
    let is_archive = |part: &str| ["Blog Archive", "Blog Archiv"].contains(&part.trim());
    let headline = title.rsplit_once(" » ").filter(|(before, headline)| {
        is_archive(before.rsplit(" » ").next().unwrap_or(before)) && text::weight(headline) >= SHORTEST
    });
    headline.map_or(title, |(_, headline)| headline.trim())
}

/// `title` without a picture credit in brackets at its end, as East Asian papers put it there.
fn without_credit(title: &str) -> &str {
    let credit = ["（写真", "（動画", "(사진", "[사진", "（圖", "（图"]
        .iter()
        .filter_map(|open| title.rfind(open))
        .max();
    match credit {
        Some(at) if at > 0 && title.ends_with(['）', ')', ']']) && title.len() - at < 60 => {
            title[..at].trim_end()
        }
        _ => title,
    }
}

fn is_enough(head: &str, tail: &str) -> bool {
    text::weight(head) >= 12 && text::weight(head) >= text::weight(tail) / 2
}

/// The part of `title` that another witness gives as the whole headline, where a separator ends it.
fn begun<'t>(title: &'t str, site: &Site, others: OtherTitles<'_>) -> Option<&'t str> {
    let separators = STRONG.iter().filter(|separator| !(is_quoted(title) && is_quote(separator)));
    separators.filter(|separator| title.contains(**separator)).find_map(|separator| {
        let mut from = 0;
        while let Some(at) = title[from..].find(separator).map(|at| from + at) {
            let head = title[..at].trim();
            if text::weight(head) >= 15 && !site.is_named(head) {
                let key = text::key(head);
                if (others.told)(&key) || (others.is_heading)(&key) {
                    return Some(head);
                }
            }
            from = at + separator.len();
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_may_speak_of_the_site_itself() {
        let site = Site::new(["Harbour Gazette"].into_iter(), [].into_iter(), None);
        for headline in
            ["15 years of Harbour Gazette", "Harbour Gazette wins prize", "Harbour Gazette 02/2022"]
        {
            assert!(!site.is_all_of(headline), "{headline}");
        }
        for name in ["Harbour Gazette", "The Harbour Gazette", "Gazette", "Harbour Gazette Online"] {
            assert!(site.is_all_of(name), "{name}");
        }
    }

    fn cleaned(title: &str) -> String {
        let names = ["Harbour Gazette", "港灣日報", "바다일보"].into_iter();
        let site = Site::new(names, ["world", "정치"].into_iter(), Some("www.harbour-gazette.example"));
        let headline = text::key("The ferry runs again after the storm");
        without(
            title,
            &site,
            OtherTitles { told: &|key| key == headline, is_heading: &|_| false, is_link: &|_| false },
        )
    }

    #[test]
    fn the_sites_name_goes_from_either_end_whatever_divides_it() {
        for title in [
            "The ferry leaves at six in the morning | Harbour Gazette",
            "The ferry leaves at six in the morning - Harbour Gazette",
            "The ferry leaves at six in the morning — HARBOUR GAZETTE",
            "The ferry leaves at six in the morning : Harbour Gazette",
            "Harbour Gazette » The ferry leaves at six in the morning",
            "Harbour Gazette: The ferry leaves at six in the morning",
            "The ferry leaves at six in the morning | World | Harbour Gazette",
            "The ferry leaves at six in the morning | Harbour Gazette Online",
            "The ferry leaves at six in the morning │ Harbour Gazette",
            "The ferry leaves at six in the morning | Harbour Gazette | 21.03.2025",
            "The ferry leaves at six in the morning : 21.03.2025, 10.19 Uhr",
            "The ferry leaves at six in the morning-Harbour Gazette",
            "The ferry leaves at six in the morning ❘ Harbour Gazette",
            "The ferry leaves at six in the morning < World < Harbour Gazette",
            "The ferry leaves at six in the morning - World - Harbour Gazette",
            "The ferry leaves at six in the morning : World : Harbour Gazette",
            "The ferry leaves at six in the morning (Harbour Gazette)",
            "The ferry leaves at six in the morning [harbour-gazette.example]",
            "The ferry leaves at six in the morning, Harbour Gazette",
            "The ferry leaves at six in the morning * Harbour Gazette * by Ana Lund",
            "The ferry leaves at six in the morning - By Ana Lund | Harbour Gazette",
            "[Harbour Gazette] The ferry leaves at six in the morning",
            "The ferry leaves at six in the morning : ISLANDS : NEWS",
            "The ferry leaves at six in the morning - 21 March 2025 - Harbour Gazette",
            "Harbour Gazette » Blog Archive » The ferry leaves at six in the morning",
            "Sea and Shore » Blog Archiv » The ferry leaves at six in the morning",
            "The ferry leaves at six in the morning ● Harbour Gazette",
            "The ferry leaves at six in the morning ▷ Harbour Gazette",
            "The ferry leaves at six in the morning – – Harbour Gazette",
            "Harbour Gazette ~ The ferry leaves at six in the morning",
            "Harbour Gazette_The ferry leaves at six in the morning",
            "Harbour Gazette ► The ferry leaves at six in the morning",
        ] {
            assert_eq!(cleaned(title), "The ferry leaves at six in the morning", "{title}");
        }
        assert_eq!(cleaned("渡輪早上六時啟航：港灣日報"), "渡輪早上六時啟航");
        assert_eq!(cleaned("渡輪早上六時啟航--港灣日報"), "渡輪早上六時啟航");
        assert_eq!(cleaned("渡輪早上六時啟航（港灣日報）"), "渡輪早上六時啟航");
        for tail in
            ["ㅣ바다일보", "-정치ㅣ바다일보", " < 정치 < 바다일보", "_정치_바다일보", " : 정치 : 바다일보"]
        {
            let title = "폭풍 뒤 여객선 운항 재개…주민들 안도";
            assert_eq!(cleaned(&format!("{title}{tail}")), title, "{tail}");
        }
    }

    #[test]
    fn what_stands_behind_a_headline_that_others_give_goes_too() {
        assert_eq!(
            cleaned("The ferry runs again after the storm - World news"),
            "The ferry runs again after the storm"
        );
    }

    #[test]
    fn what_exactly_is_the_sites_name_goes_from_short_titles_too() {
        assert_eq!(cleaned("Storm | Harbour Gazette"), "Storm");
        assert_eq!(cleaned("Storm ⋆ Harbour Gazette"), "Storm");
        assert_eq!(cleaned("Sea - the gazette"), "Sea - the gazette");
    }

    #[test]
    fn separators_inside_a_headline_stay() {
        for title in [
            "Ferry disaster - what we know so far",
            "Timetable of the ferry, 14 - 20 March 2025",
            "The storm of the century in numbers - 20 March 2025",
            "[Storm] The ferry leaves at six in the morning",
            "The ferry : a story of the sea and of us : part two",
            "Storm: the ferry that never came",
            "Ferry | Storm",
            "Ferry disaster – what we know",
            "The storm seen from the «Albatross»",
            "«The sea gives and takes»",
            "« The sea gives and takes »",
            "Interview: « The sea gives and takes »",
            "Gazette: The ferry leaves at six in the morning",
            "여객선 운항 앞둔 한-미",
            "The sea gives and takes, gazette",
            "Gazette ~ The ferry leaves at six in the morning",
            "Harbour ● The ferry leaves at six in the morning",
        ] {
            assert_eq!(cleaned(title), title);
        }
    }
}
