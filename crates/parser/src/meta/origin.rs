//! The wire or paper a text was taken from, where the page says so.
//!
//! No agency's name stands here: a credit is known by its shape, and the name is whatever the page writes in its place. The
//! shapes are, in the order in which they are believed, a dateline ("CITY (WIRE) —"), a credit line ("Source: …"), an element
//! that calls itself the source, and a copyright line in the text. A name that is the publisher's own is no origin.

use std::sync::LazyLock;

use dateline_text::credit::{MAX_LABEL_BYTES, credited};
use dateline_wire::{Origin, OriginKind, Span};
use memchr::memmem::Finder;
use regex::Regex;

use super::authors;
use super::date;
use super::scan::{Scan, TextLine};
use super::text;
use super::witness::{is_foreign, near};

/// How far into a text its dateline reaches, in bytes.
const DATELINE: usize = 320;

/// The lines below a headline in which a byline is looked for.
const BYLINES: usize = 12;

/// A name longer than this, in letters of an alphabet, is a sentence.
const MAX_LETTERS: usize = 45;

/// Says cheaply whether a line may be of some shape.
type Glance = fn(&str) -> bool;

/// The shapes of datelines, each behind a glance that spares most lines the pattern. What stands before the name, and the
/// name, are checked in [`is_dateline`]: classes of letters in the patterns themselves would make them a hundred times larger.
static DATELINES: LazyLock<Vec<(Glance, Regex)>> = LazyLock::new(|| {
    let shapes: [(Glance, &str); 8] = [
        // SEOUL, South Korea (AP) — / LONDON, March 21 (Reuters) - / (Reuters) –
        (|line| line.contains('('), r"^(?P<before>[^()]*)\((?P<name>[^()]+)\)\s*(?P<dash>--|[-–—―:])"),
        // МОСКВА, 29 июня. /ТАСС/.
        (|line| line.contains('/'), r"^(?P<before>[^/]*)/(?P<name>[^/ ][^/]*)/"),
        // МОСКВА, 21 мар - РИА Новости.
        (
            |line| has_number_behind(line, ", "),
            r"^(?P<before>[^,.]+), [0-9]{1,2} [^ ,.]+\.? ?[-–—] ?(?P<name>[^.,]+)[.,]",
        ),
        // КИЇВ. 21 березня. УНН.
        (
            |line| has_number_behind(line, ". "),
            r"^(?P<before>[^,.]+)\. [0-9]{1,2} [^ ,.]+\. (?P<name>[^.,]+)\.",
        ),
        // (서울=연합뉴스) 김하나 기자 = / [서울=뉴시스]
        (
            |line| line.contains(['=', '＝']),
            r"^[(\[【](?P<before>[가-힣·, ]+)[=＝](?P<name>[^)\]】]+)[)\]】]",
        ),
        // 新华社北京3月21日电 / （中央社記者陳大文台北21日電）
        (
            |line| line.contains('日') && line.contains(['电', '電', '讯', '訊']),
            r"^[（(【]?(?P<name>[^社網网，。、 ]{1,5}[社網网])(?P<before>[^，。 ]{0,20}[0-9]{1,2}日)(?:[（(][^）)]{1,12}[）)])?[综綜]?合?外?[电電讯訊]",
        ),
        // (평양 3월 21일발 바다통신) / 【港町3月21日発海洋通信】
        (
            |line| line.starts_with(OPENING) && line.contains(['발', '発', '发']),
            r"^[(（【\[［](?P<before>[^)）】\]］0-9０-９]{1,12})[0-9０-９]{1,2} ?[월月] ?[0-9０-９]{1,2} ?[일日] ?[발発发] ?(?P<name>[^)）】\]］]{2,20})[)）】\]］]",
        ),
        // ［港町 21日 ウエスト通信］ / 【3月21日 WN】
        (
            |line| line.starts_with(OPENING) && line.contains('日'),
            r"^[(（【\[［](?P<before>[^)）】\]］0-9０-９ 　]{0,12})[ 　]?(?:[0-9０-９]{1,2}月)?[0-9０-９]{1,2}日[ 　](?P<name>[^)）】\]］0-9]{2,20})[)）】\]］]",
        ),
    ];
    let compiled =
        shapes.map(|(glance, pattern)| (glance, Regex::new(pattern).expect("the patterns are constant")));
    compiled.into()
});

/// The brackets that a dateline stands in.
const OPENING: [char; 5] = ['(', '（', '【', '[', '［'];

/// Whether a digit follows `mark` somewhere.
fn has_number_behind(line: &str, mark: &str) -> bool {
    line.match_indices(mark)
        .any(|(at, _)| line.as_bytes().get(at + mark.len()).is_some_and(u8::is_ascii_digit))
}

/// One of these stands in every line that [`COPYRIGHT`] knows.
static RESERVED: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("ights "), Finder::new("무단")]);

static COPYRIGHT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:[Cc]opyright|COPYRIGHT|©|ⓒ|\([cC]\)|저작권자)\s*(?:©|ⓒ|\([cC]\))?\s*(?:[0-9]{4}\s*)?(?:by\s+)?(?P<name>[^©ⓒ()0-9<>]{2,120}?)[.,]?\s*(?:[Aa]ll [Rr]ights [Rr]eserved|무단)",
    )
    .expect("the pattern is constant")
});

/// Whether what stands before the name and the name look as they do in a dateline: a place in capitals or in a dense script
/// (or nothing), and a short name that begins as names do.
fn is_dateline(before: &str, name: &str) -> bool {
    let before = before.trim();
    let is_place =
        before.is_empty() || before.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
    let begins = name.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
    let is_name = begins || is_code(name);
    let plain = |c: char| c.is_alphanumeric() || " .,&'’-·/".contains(c);
    // "【3月21日 更新】" tells of the page.
    let is_label = text::is_dense_only(name) && !authors::is_plausible(name);
    is_place && is_name && !is_label && before.chars().count() <= 70 && name.chars().all(plain)
}

/// Whether a bracket behind `before` ends a dateline, and not a remark upon the words before it: "HARBOUR (Wirenews)" does, by
/// its capitals, "Harbour, March 21 (Wirenews)" by its day, "Harbour (WN)" by the letters of the wire; "Harbour (Westland)" and
/// "Ana Lund (Westland Party)" do not.
fn is_place(before: &str, name: &str, dash: &str) -> bool {
    let before = before.trim();
    let mut words = before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let Some(first) = words.next() else { return dash != ":" };
    let is_capitals = first.chars().count() >= 3 && !first.chars().any(char::is_lowercase);
    let is_dense = before.chars().any(text::is_dense);
    let is_dated = before.contains(|c: char| c.is_ascii_digit());
    let are_names = !words.clone().any(|word| word.starts_with(char::is_lowercase) && !is_dated);
    let is_single = words.next().is_none() || before.contains(',');
    let is_acronym = name.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && name.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    if is_capitals && !is_dense {
        return are_names;
    }
    dash != ":" && are_names && (is_dated || is_code(name) || is_single && is_acronym)
}

/// Whether `name` is the small letters by which a wire signs: "wna", "wna/xy".
fn is_code(name: &str) -> bool {
    name.len() <= 7
        && name
            .split('/')
            .all(|part| matches!(part.len(), 2 | 3) && part.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// `name` without the reporter who stands beside the wire: "바다통신 김하나 기자".
fn without_reporter(name: &str) -> &str {
    let mut words = name.trim().rsplitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some("기자" | "특파원"), Some(_), Some(wire)) => wire,
        _ => name,
    }
}

/// Whether a colon stands so near to the beginning of a line that what is before it can be the label of a credit.
fn may_credit(raw: &str) -> bool {
    text::head(raw.trim_start(), 2 * MAX_LABEL_BYTES).contains([':', '：'])
}

/// Where `body` (or the page around it) says it was taken from.
pub(super) fn decide(scan: &Scan<'_>, body: &str, publishers: &[String]) -> Option<Origin> {
    let own = |name: &str| {
        let key = text::key(name);
        publishers.iter().any(|publisher| {
            publisher.starts_with(&key) || (publisher.len() >= 6 && key.starts_with(publisher.as_str()))
        })
    };
    let of = |kind| move |(name, evidence)| (kind, name, evidence);
    let (kind, name, evidence) = dateline(scan, body)
        .map(of(OriginKind::Dateline))
        .or_else(|| credit(scan).map(of(OriginKind::Credit)))
        .or_else(|| marked(scan).map(of(OriginKind::Marked)))
        .or_else(|| byline(scan).map(of(OriginKind::Byline)))
        .or_else(|| copyright(scan).map(of(OriginKind::Copyright)))
        .filter(|(_, name, _)| !own(name))?;
    let span = place(body, &evidence);
    Some(Origin { name, kind, evidence, span })
}

fn dateline(scan: &Scan<'_>, body: &str) -> Option<(String, String)> {
    let ledes = body.lines().take(2);
    // The extractor may have cut the dateline from the body, so the page's own first lines are looked at too.
    let below = scan.headline.and_then(|at| scan.lines.get(at + 1..)).unwrap_or_default();
    let first = below.iter().filter(|line| line.is_long).take(1).map(TextLine::text);
    let short = below.iter().take(12).filter(|line| !line.is_long).map(TextLine::text);
    ledes.chain(first).chain(short).find_map(|line| {
        let line = text::head(line, DATELINE);
        DATELINES.iter().filter(|(glance, _)| glance(line)).find_map(|(_, pattern)| {
            let found = pattern.captures(line)?;
            let name = found.name("name")?.as_str();
            let before = found.name("before").map_or("", |before| before.as_str());
            let is_bracketed = found.name("dash").is_none_or(|dash| is_place(before, name, dash.as_str()));
            let name = without_reporter(name);
            let name = checked(name).filter(|name| is_bracketed && is_dateline(before, name))?;
            // "SN/APA/" joins names; a dateline's stroke follows a space or a full stop.
            if before.ends_with(char::is_alphanumeric) && found.get(0)?.as_str().ends_with('/') {
                return None;
            }
            let evidence = found.get(0)?.as_str().trim();
            Some((name, evidence.trim_end_matches(['-', '–', '—', '―', ':', ' ']).to_owned()))
        })
    })
}

fn credit(scan: &Scan<'_>) -> Option<(String, String)> {
    text_lines(scan).filter(|line| may_credit(line.raw())).find_map(|line| {
        let name = credited(line.text()).filter(|_| !is_foreign(scan, line.node))?;
        let name = name.split(['|', '｜', '\u{3000}', '（', '(']).next().unwrap_or(name);
        let name = name.trim().trim_end_matches([')', '）', ']', '.', '。']);
        Some((checked(name)?, line.text().to_owned()))
    })
}

fn marked(scan: &Scan<'_>) -> Option<(String, String)> {
    scan.sources.iter().find_map(|placed| {
        if scan.headline.is_none() || !near(scan, placed.line) || is_foreign(scan, placed.node) {
            return None;
        }
        let is_named = placed.node.attrs().any(|(attr, value)| {
            matches!(attr, "class" | "id")
                && value.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
                    ["source", "src", "agency", "provider", "origin"]
                        .iter()
                        .any(|known| word.eq_ignore_ascii_case(known))
                })
        });
        // A link within the site leads to a section or a programme.
        let leads_home = placed.node.descendants().take(text::MAX_NODES).chain([placed.node]).any(|inner| {
            inner.attr("href").is_some_and(|href| {
                let host = scan
                    .url
                    .and_then(|url| url.join(href).ok())
                    .and_then(|url| url.host_str().map(str::to_owned));
                host.as_deref() == scan.url.and_then(|url| url.host_str())
            })
        });
        if leads_home {
            return None;
        }
        let whole = text::of(placed.node);
        if !is_named || text::weight(&whole) > 80 {
            return None;
        }
        let texts =
            placed.node.descendants().take(text::MAX_NODES).filter_map(|inner| inner.text()).map(text::line);
        let name = texts.filter(|part| date::read(part).is_none()).find_map(|part| {
            let part = credited(&part).unwrap_or(&part);
            if part.contains([':', '：', '/']) {
                return None;
            }
            checked(part).filter(|name| authors::is_plausible(name))
        })?;
        Some((name, whole))
    })
}

/// The wire behind the name of a byline near the headline: "By Ana Lund (WN)", "By Ana Lund, Westland Press".
fn byline(scan: &Scan<'_>) -> Option<(String, String)> {
    let at = scan.headline?;
    let below = scan.lines.get(at + 1..)?;
    let first = below.iter().position(|line| line.is_long)?;
    let lines = below.iter().take(first).take(BYLINES).chain(&below[first.saturating_sub(3)..first]);
    lines.filter(|line| line.raw().contains(['(', ','])).find_map(|line| {
        let text = line.text();
        let (people, behind) = text.split_once(['(', ','])?;
        let name = behind.split([')', ',', '|']).next()?.trim();
        let is_wire = is_acronym(name) && text.contains('(') || is_press(name);
        let is_byline = is_wire && !authors::worded(people).names.is_empty() && !is_foreign(scan, line.node);
        Some((checked(name).filter(|_| is_byline)?, text.to_owned()))
    })
}

/// Whether `name` is a few capitals and no title, office or country, which stand behind names too.
fn is_acronym(name: &str) -> bool {
    const OTHERS: [&str; 14] =
        ["MD", "RN", "JD", "QC", "KC", "MP", "MEP", "CEO", "CFO", "CTO", "US", "USA", "UK", "EU"];
    (2..=6).contains(&name.chars().count()) && name.chars().all(char::is_uppercase) && !OTHERS.contains(&name)
}

/// Whether `name` is of several words, the last of which says that it is a wire or a paper.
fn is_press(name: &str) -> bool {
    let is_name = name.split(' ').all(|word| word.starts_with(char::is_uppercase));
    let last = name.rsplit_once(' ').map(|(_, last)| last);
    is_name
        && matches!(
            last,
            Some("Press" | "News" | "Agency" | "Wire" | "Newswire" | "Service" | "Times" | "Post")
        )
}

/// Whether a line can reserve rights, told by its bytes.
fn may_reserve(raw: &str) -> bool {
    RESERVED.iter().any(|finder| finder.find(raw.as_bytes()).is_some())
}

fn copyright(scan: &Scan<'_>) -> Option<(String, String)> {
    text_lines(scan).filter(|line| may_reserve(line.raw())).find_map(|line| {
        let found = COPYRIGHT.captures(line.text())?;
        if is_foreign(scan, line.node) {
            return None;
        }
        let name = found.name("name")?.as_str().trim().trim_start_matches("The ");
        Some((checked(name)?, found.get(0)?.as_str().to_owned()))
    })
}

/// The lines from the headline to a little below the last line of running text.
fn text_lines<'s, 'd>(scan: &'s Scan<'d>) -> impl Iterator<Item = &'s TextLine<'d>> {
    let start = scan.headline.map_or(scan.lines.len(), |at| at + 1);
    let below = scan.lines.get(start..).unwrap_or_default();
    let mut last = 0;
    for (index, line) in below.iter().enumerate() {
        if line.is_long {
            if index > last + 25 && last > 0 {
                break;
            }
            last = index;
        }
    }
    below.iter().take(last + 6)
}

/// A name that can be a source's: short, with a letter, no address, no date.
fn checked(name: &str) -> Option<String> {
    let name = name
        .trim()
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ',' | ':' | '='));
    let fits = text::weight(name) <= MAX_LETTERS && name.chars().any(char::is_alphabetic);
    let is_address = name.contains("://") || name.contains('@') || name.starts_with("www.");
    (fits && !is_address && date::read(name).is_none()).then(|| name.to_owned())
}

/// Where `evidence` stands in `body`, in scalar values.
fn place(body: &str, evidence: &str) -> Option<Span> {
    let at = body.find(evidence)?;
    let start = u32::try_from(body[..at].chars().count()).ok()?;
    let length = u32::try_from(evidence.chars().count()).ok()?;
    Some(Span::new(start, start + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    fn origin(html: &str, body: &str) -> Option<(String, String)> {
        let document = Document::from_html(&format!("<h1>The ferry runs again</h1>{html}"));
        let mut scan = Scan::of(&document, None);
        scan.place_headline(Some("The ferry runs again"));
        decide(&scan, body, &[text::key("Harbour Gazette")]).map(|origin| (origin.name, origin.evidence))
    }

    fn name(body: &str) -> Option<String> {
        origin("", body).map(|(name, _)| name)
    }

    #[test]
    fn a_dateline_names_the_wire() {
        assert_eq!(
            origin("", "PORT CITY, Westland (WN) — The ferry left."),
            Some(("WN".into(), "PORT CITY, Westland (WN)".into()))
        );
        assert_eq!(name("(Wirenews) - The ferry left.").as_deref(), Some("Wirenews"));
        assert_eq!(name("ПОРТ, 29 июня. /ВЕСТЬ/. Паром вышел.").as_deref(), Some("ВЕСТЬ"));
        assert_eq!(name("ПОРТ, 21 мар - Весть Новости. Паром вышел.").as_deref(), Some("Весть Новости"));
        assert_eq!(name("(부산=바다통신) 김하나 기자 = 여객선이 떠났다.").as_deref(), Some("바다통신"));
        assert_eq!(name("海洋社平港3月21日电 渡轮早上离港。").as_deref(), Some("海洋社"));
        assert_eq!(name("(항구 3월 21일발 바다통신)여객선이 떠났다.").as_deref(), Some("바다통신"));
        assert_eq!(name("【港町3月21日発海洋通信】船は朝六時に出た。").as_deref(), Some("海洋通信"));
        assert_eq!(name("［港町　２１日　ウエスト］ - 船は朝六時に出た。").as_deref(), Some("ウエスト"));
        assert_eq!(name("【3月21日 WN】船は朝六時に出た。").as_deref(), Some("WN"));
        assert_eq!(name("Port City, March 21 (WNA) -- The ferry left.").as_deref(), Some("WNA"));
        assert_eq!(name("Hafen, 21. Mär (Wirenews) - Die Fähre fuhr.").as_deref(), Some("Wirenews"));
        assert_eq!(name("Hafen (WN) - Die Fähre fuhr.").as_deref(), Some("WN"));
        assert_eq!(name("Neu Hafen (wna/xy) - Die Fähre fuhr.").as_deref(), Some("wna/xy"));
        assert_eq!(name("[항구=바다통신 김하나 기자] 여객선이 떠났다.").as_deref(), Some("바다통신"));
        assert_eq!(name("PORT CITY, March 21. /WN/. The ferry left.").as_deref(), Some("WN"));
    }

    #[test]
    fn prose_in_brackets_is_no_dateline() {
        assert_eq!(name("The ferry (built in 1970) left at six."), None);
        assert_eq!(name("【港町＝山田太郎】船は朝六時に出た。"), None);
        assert_eq!(name("The Port Authority (PA) said the ferry left."), None);
        assert_eq!(name("The and/or clause was dropped."), None);
        for line in [
            "A stir in the harbour of Hafen (Kreis Hafen): the ferry left.",
            "Hafen (Westland) – The ferry left.",
            "Ana Lund (Westland Party) – The ferry left.",
            "Ana Lund (WP) – The ferry left.",
            "Body Condition Score (BCS): the ferry left.",
            "Ana Lund / Westland Post / The ferry left.",
            "You are here: Start 1 / WN 2 / Ferry",
            "【3月21日 更新】船は朝六時に出た。",
        ] {
            assert_eq!(name(line), None, "{line}");
        }
        assert_eq!(name("(3월 21일 오전) 여객선이 떠났다."), None);
    }

    #[test]
    fn a_byline_names_the_wire_behind_the_person() {
        let lede = format!("<p>{}</p>", "The ferry left the harbour at six in the morning. ".repeat(5));
        let of = |line: &str| origin(&format!("<p>{line}</p>{lede}"), "").map(|(name, _)| name);
        assert_eq!(of("By Ana Lund (WN)").as_deref(), Some("WN"));
        assert_eq!(of("By ANA LUND (Westland Press)").as_deref(), Some("Westland Press"));
        assert_eq!(of("By Ana Lund and Bo Ek, Westland Press").as_deref(), Some("Westland Press"));
        for line in [
            "By Ana Lund (Port City)",
            "By Ana Lund (MD)",
            "By Ana Lund, Political Editor",
            "By Ana Lund, MP",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn a_credit_line_names_the_source() {
        let lede = format!("<p>{}</p>", "The ferry left the harbour at six in the morning. ".repeat(5));
        assert_eq!(
            origin(&format!("{lede}<p>Source: Westland Wire</p>"), "").map(|(name, _)| name).as_deref(),
            Some("Westland Wire")
        );
        assert_eq!(
            origin(&format!("<div>来源：海洋社</div>{lede}"), "").map(|(name, _)| name).as_deref(),
            Some("海洋社")
        );
    }

    #[test]
    fn an_element_that_calls_itself_the_source_is_believed_near_the_headline() {
        let html = "<div class=\"src\"><span class=\"name\">Westland News</span><span class=\"time\">04-06-2025</span></div>";
        assert_eq!(origin(html, "").map(|(name, _)| name).as_deref(), Some("Westland News"));
    }

    #[test]
    fn the_publishers_own_name_is_no_origin() {
        assert_eq!(name("PORT CITY (Harbour Gazette) — The ferry left."), None);
    }

    #[test]
    fn the_evidence_is_placed_in_the_body() {
        let document = Document::from_html("<h1>The ferry runs again</h1>");
        let scan = Scan::of(&document, None);
        let body = "PORT CITY (WN) — The ferry left.";
        let origin = decide(&scan, body, &[]).unwrap();
        assert_eq!(origin.span.unwrap().slice(body), Some("PORT CITY (WN)"));
    }
}
