//! What strangers wrote, so that it can be shown: feeds and pages fill nearly every field, and mean what they like by it.
//!
//! Markup is escaped where it is written, by maud, without exception. What is left are texts that mislead without any markup: marks
//! that turn the direction of what follows (Unicode UAX #9, "Trojan Source"), control characters, links that run a script, and texts
//! of a megabyte where a headline is meant.

use std::sync::LazyLock;

use dateline_wire::FetchFailure;
use maud::{Markup, html};
use regex::{Captures, Regex};
use url::Url;

use crate::terminal::visible_line;

/// The most of a headline, name or message that is shown, in scalar values.
pub(crate) const MAX_LINE_CHARS: usize = 300;
/// The most of a word, in scalar values, within which no browser has to look for a place to break it.
const MAX_WORD_CHARS: usize = 100;
/// The most of an address that is shown, in scalar values.
const MAX_ADDRESS_CHARS: usize = 90;
/// The most of an address that leads somewhere, in bytes: a feed may list thirty entries with one of a megabyte each, and a page is small.
const MAX_LINK_BYTES: usize = 4 << 10;

/// The most marks on one letter that are shown: no language writes more, and a pile of them is drawn over what stands around it.
const MAX_MARKS_IN_A_ROW: usize = 4;

/// More marks without a width of their own in a row than are shown: those that are, and the others.
static PILES_OF_MARKS: LazyLock<Regex> = LazyLock::new(|| {
    let pile = format!(r"([\p{{Mn}}\p{{Me}}]{{{MAX_MARKS_IN_A_ROW}}})([\p{{Mn}}\p{{Me}}]+)");
    Regex::new(&pile).expect("the expression is constant")
});

/// Whether a text has letters that are written from right to left: Hebrew, Arabic, Syriac and their like.
pub(crate) fn is_right_to_left(text: &str) -> bool {
    text.contains(|character| matches!(character, '\u{590}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'))
}

/// Whether `character` counts as such a letter, or as one of the other direction, and is none (UAX #9, section 2.6). Among letters that are
/// written from right to left these belong to how people write; elsewhere they can only mislead.
fn is_implicit_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// A text of at most `max` scalar values with every mark made visible that would turn the direction of what follows, and every
/// control character. Line feeds and tabs are spaces. Marks that are piled up on a letter are counted.
pub(crate) fn visible(text: &str, max: usize) -> String {
    let shown = visible_piece(text, max);
    if !shown.contains(is_implicit_mark) || is_right_to_left(&shown) {
        return shown;
    }
    let mut named = String::with_capacity(shown.len() + 16);
    for character in shown.chars() {
        match is_implicit_mark(character) {
            true => named.push_str(&format!("⟨U+{:04X}⟩", u32::from(character))),
            false => named.push(character),
        }
    }
    named
}

/// The same of a piece of a text that is written from right to left: it keeps the marks that such letters have among them.
pub(crate) fn visible_piece(text: &str, max: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(max * 4));
    for (at, character) in text.chars().enumerate() {
        if at == max {
            shown.push('…');
            break;
        }
        shown.push(character);
    }
    let shown = visible_line(&shown).into_owned();
    if shown.is_ascii() {
        return shown;
    }
    let counted = |pile: &Captures<'_>| format!("{}⟨+{} marks⟩", &pile[1], pile[2].chars().count());
    PILES_OF_MARKS.replace_all(&shown, counted).into_owned()
}

/// A text that a browser lays out in time that grows with its length. Within a word it would grow with the square of that, up to minutes for
/// a page that is one word: so long ones have places where they may be broken.
pub(crate) fn breakable(text: &str) -> Markup {
    // Not before a mark that belongs to what stands before it.
    let stands_alone = |character: char| {
        character.is_ascii_graphic() || character.is_lowercase() || character.is_uppercase()
    };
    let (mut pieces, mut begin, mut letters) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        if character.is_whitespace() {
            letters = 0;
            continue;
        }
        if letters >= MAX_WORD_CHARS && stands_alone(character) {
            pieces.push(&text[begin..at]);
            (begin, letters) = (at, 0);
        }
        letters += 1;
    }
    html! { @for piece in pieces { (piece) wbr; } (&text[begin..]) }
}

/// A headline, name or message on a line of its own direction.
pub(crate) fn line(text: &str) -> Markup {
    html! { bdi { (visible(text, MAX_LINE_CHARS)) } }
}

/// What this program says, of at most `max` scalar values, with what stands between backticks as something to type.
pub(crate) fn with_commands(text: &str, max: usize) -> Markup {
    let text = visible(text, max);
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

/// The same in its language, for voices and fonts.
pub(crate) fn line_in(text: &str, language: Option<&str>) -> Markup {
    html! { bdi lang=[language.filter(|tag| is_tag(tag))] { (visible(text, MAX_LINE_CHARS)) } }
}

/// Whether `tag` has the shape of a language tag (BCP 47).
pub(crate) fn is_tag(tag: &str) -> bool {
    (2..=35).contains(&tag.len())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && tag != "und"
}

/// Whether an address is short enough to lead somewhere, also as a part of an address of the console's own.
pub(crate) fn may_lead(address: &str) -> bool {
    address.len() <= MAX_LINK_BYTES
}

/// A link to a page of somebody else's, which learns nothing of where it was followed. What is no `http` or `https`, or too long, is shown
/// and leads nowhere.
pub(crate) fn outside_link(address: &str, label: Markup) -> Markup {
    let is_of_page = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    html! {
        @if !is_of_page {
            span.outside title="no address of a page" { (label) }
        } @else if !may_lead(address) {
            span.outside title=(format!("an address of {} bytes, which is too long to lead anywhere", address.len())) { (label) }
        } @else {
            a.outside href=(address) rel="noreferrer noopener" target="_blank" { (label) }
        }
    }
}

/// The beginning of an address, without `https`. A line is broken before a point of its host, or behind what ends a part of its path, rather
/// than within a word: browsers know of few such places by themselves.
fn short_address(address: &str) -> Markup {
    let short = visible(address.strip_prefix("https://").unwrap_or(address), MAX_ADDRESS_CHARS);
    let host = short.find("://").map_or(0, |at| at + "://".len());
    let path = short[host..].find(['/', '?', '#']).map_or(short.len(), |at| host + at);
    let (mut pieces, mut begin) = (Vec::new(), 0);
    for (at, _) in short.char_indices().skip(1) {
        let before = short[..at].chars().next_back();
        let may_break = match at < path {
            true => at > host && short[at..].starts_with('.'),
            false => at > path && matches!(before, Some('/' | '?' | '&' | '=')),
        };
        if may_break {
            pieces.push(&short[begin..at]);
            begin = at;
        }
    }
    html! { bdi { @for piece in pieces { (piece) wbr; } (&short[begin..]) } }
}

/// An address as a link to it.
pub(crate) fn address(address: &str) -> Markup {
    outside_link(address, short_address(address))
}

/// What people call a feed, or where it is.
pub(crate) fn feed_name(name: Option<&str>, url: &str) -> Markup {
    name.map_or_else(|| short_address(url), line)
}

/// The host of an address as the name of its site.
pub(crate) fn site_name(address: &Url) -> Markup {
    short_address(&host(address))
}

/// What went wrong in the words of its cause: without the number that the system has for it beside them.
pub(crate) fn cause(error: &str) -> Markup {
    html! { bdi { (with_commands(&without_system_number(error), MAX_LINE_CHARS)) } }
}

fn without_system_number(error: &str) -> String {
    let number = error.rfind(" (os error ").and_then(|begin| {
        let end = begin + error[begin..].find(')')? + 1;
        Some(begin..end)
    });
    match number {
        Some(number) => format!("{}{}", &error[..number.start], &error[number.end..]),
        None => error.to_owned(),
    }
}

/// What went wrong with a feed or a page, without its address, which stands beside it.
pub(crate) fn failure(failure: &FetchFailure, url: &str) -> Markup {
    cause(&failure.beside(url))
}

/// The same of a text that tells it.
pub(crate) fn failure_in(detail: &str, url: &str) -> Markup {
    failure(&detail.into(), url)
}

/// The host of an address; the address itself where it has none.
pub(crate) fn host(address: &Url) -> String {
    let host = address.host_str().unwrap_or(address.as_str());
    visible(host.strip_prefix("www.").unwrap_or(host), MAX_ADDRESS_CHARS)
}

#[cfg(test)]
mod tests {
    use dateline_wire::HttpStatus;

    use super::*;

    #[test]
    fn a_mark_that_turns_the_direction_is_shown_and_does_nothing() {
        assert_eq!(visible("invoice\u{202e}fdp.exe", 40), "invoice⟨U+202E⟩fdp.exe");
        assert_eq!(visible("a\u{2066}b\u{2069}\0c\u{85}d", 40), "a⟨U+2066⟩b⟨U+2069⟩⟨U+0000⟩c⟨U+0085⟩d");
        assert_eq!(visible("one\ntwo", 40), "one two");
        assert_eq!(visible("1\u{200f}-\u{61c}2\u{200e}", 40), "1⟨U+200F⟩-⟨U+061C⟩2⟨U+200E⟩");
        // Where they are part of how a language is written they stay.
        assert_eq!(visible("מוסקבה (TASS)\u{200f}", 40), "מוסקבה (TASS)\u{200f}");
    }

    #[test]
    fn marks_that_are_piled_up_are_counted_and_those_of_languages_stay() {
        let pile = format!("K{}", "\u{301}\u{316}\u{489}".repeat(60));
        assert_eq!(visible(&pile, 300), "K\u{301}\u{316}\u{489}\u{301}⟨+176 marks⟩");
        for word in ["Việt Nam", "בְּרֵאשִׁ֖ית", "ที่นี้", "हिन्दी", "e\u{323}\u{302}"]
        {
            assert_eq!(visible(word, 300), word);
        }
    }

    #[test]
    fn what_went_wrong_is_told_in_the_words_of_its_cause() {
        let told = |error: &str| cause(error).into_string();
        assert_eq!(
            told("cannot connect to 10.0.0.1: Connection refused (os error 111)"),
            "<bdi>cannot connect to 10.0.0.1: Connection refused</bdi>"
        );
        assert_eq!(told("no answer (os error"), "<bdi>no answer (os error</bdi>");
        assert!(told("<b> (os error 1)").contains("&lt;b&gt;"));
    }

    #[test]
    fn a_text_without_end_is_cut() {
        assert_eq!(visible("Пхеньян", 4), "Пхен…");
        assert!(line(&"A".repeat(1 << 20)).into_string().len() < 400);
    }

    #[test]
    fn a_word_without_end_has_places_to_be_broken_and_a_mark_stays_with_its_letter() {
        assert_eq!(breakable("a text of words").into_string(), "a text of words");
        let broken = breakable(&format!("one {} two", "A".repeat(250))).into_string();
        let lengths = broken.split("<wbr>").map(str::len).collect::<Vec<_>>();
        assert_eq!(lengths, [4 + 100, 100, 50 + 4]);
        assert_eq!(broken.replace("<wbr>", ""), format!("one {} two", "A".repeat(250)));
        let accented = breakable(&"e\u{301}".repeat(120)).into_string();
        assert!(accented.contains("<wbr>e\u{301}") && !accented.contains("<wbr>\u{301}"), "{accented}");
        assert_eq!(breakable("<b>").into_string(), "&lt;b&gt;");
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(
            line("<img src=x onerror=alert(1)>").into_string(),
            "<bdi>&lt;img src=x onerror=alert(1)&gt;</bdi>"
        );
        let link = address("https://news.example/?q=\"onmouseover=alert(1)").into_string();
        assert!(!link.contains("\"onmouseover"), "{link}");
    }

    #[test]
    fn what_is_to_be_typed_is_told_from_what_is_said() {
        let shown = with_commands("run `dateline check <x>`, then wait", 100).into_string();
        assert_eq!(shown, "run <code>dateline check &lt;x&gt;</code>, then wait");
        assert_eq!(with_commands("nothing", 100).into_string(), "nothing");
    }

    #[test]
    fn only_addresses_of_pages_are_links() {
        for address_of in [
            "javascript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//",
            "file:///etc/passwd",
        ] {
            let shown = address(address_of).into_string();
            assert!(!shown.contains("href"), "{shown}");
        }
        let shown = address("https://news.example/1").into_string();
        assert!(shown.contains(r#"href="https://news.example/1" rel="noreferrer noopener""#), "{shown}");
        let long = address(&format!("https://news.example/{}", "q".repeat(1 << 20))).into_string();
        assert!(!long.contains("href") && long.len() < 500, "{long}");
    }

    #[test]
    fn an_address_is_broken_where_its_parts_end() {
        let broken = |address: &str| short_address(address).into_string().replace("<wbr>", "|");
        assert_eq!(broken("https://a.news.example/x/feed.xml"), "<bdi>a|.news|.example/|x/|feed.xml</bdi>");
        assert_eq!(
            broken("http://news.example?a=1&b=2#.c"),
            "<bdi>http://news|.example?|a=|1&amp;|b=|2#.c</bdi>"
        );
        assert_eq!(broken("https://пример.рф/а/б"), "<bdi>пример|.рф/|а/|б</bdi>");
        assert_eq!(broken("news.example/"), "<bdi>news|.example/</bdi>");
        assert_eq!(broken(""), "<bdi></bdi>");
    }

    #[test]
    fn a_feed_without_a_name_is_called_by_its_address_and_its_error_does_not_repeat_that() {
        let url = "https://news.example/rss";
        assert_eq!(feed_name(None, url).into_string(), "<bdi>news<wbr>.example/<wbr>rss</bdi>");
        assert_eq!(feed_name(Some("News"), url).into_string(), "<bdi>News</bdi>");
        let long = format!("https://news.example/?{}", "q".repeat(500));
        assert!(feed_name(None, &long).into_string().len() < 140);
        assert_eq!(
            failure_in("status 503 from https://news.example/rss", url).into_string(),
            "<bdi>answered 503 Service Unavailable</bdi>"
        );
        assert_eq!(failure_in("gone (410)", url).into_string(), "<bdi>answered 410 Gone</bdi>");
        let elsewhere = FetchFailure {
            address: Some("https://cdn.example/rss".to_owned()),
            ..FetchFailure::of_status(HttpStatus(404))
        };
        assert_eq!(
            failure(&elsewhere, url).into_string(),
            "<bdi>https://cdn.example/rss: answered 404 Not Found</bdi>"
        );
        assert_eq!(
            failure_in("https://news.example/rss: no answer", url).into_string(),
            "<bdi>no answer</bdi>"
        );
    }

    #[test]
    fn a_language_is_named_only_where_it_is_one() {
        assert_eq!(line_in("평양", Some("ko")).into_string(), r#"<bdi lang="ko">평양</bdi>"#);
        assert_eq!(line_in("x", Some("\" onload=\"")).into_string(), "<bdi>x</bdi>");
    }
}
