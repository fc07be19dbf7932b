//! What a robots.txt says to us (RFC 9309, section 2.2).

use std::time::Duration;

use memchr::memmem;
use url::Url;

/// The rules of the groups that are meant for one crawler.
///
/// ```text
/// User-agent: dateline        a group: one or more names …
/// Disallow: /archive/         … and what holds for them
/// Crawl-delay: 5
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    /// The pause between two requests that the groups ask for. Not part of the RFC, but common.
    pub(crate) crawl_delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    allow: bool,
    /// Normalised; `*` stands for anything, a last `$` for the end.
    pattern: Vec<u8>,
}

/// The name that robots.txt files call a crawler by: the start of its `User-Agent`, as far as it is letters, `_` and `-`
/// (section 2.2.1).
pub(crate) fn product_token(user_agent: &str) -> &str {
    let end = user_agent.bytes().position(|byte| !is_token(byte)).unwrap_or(user_agent.len());
    &user_agent[..end]
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'-'
}

/// The name of a line in lower case, its usual misspellings mended (as Google's robots.txt parser, which is public, does).
fn key(written: &[u8]) -> Vec<u8> {
    let key = written.trim_ascii().to_ascii_lowercase();
    match key.as_slice() {
        b"useragent" | b"user agent" | b"user_agent" => b"user-agent".to_vec(),
        b"dissallow" | b"dissalow" | b"disalow" | b"diasllow" | b"disallaw" => b"disallow".to_vec(),
        _ => key,
    }
}

impl Rules {
    /// Reads `text` for the crawler named `product`: all groups for it together, or, without any, those for `*`. What
    /// isn't understood is skipped.
    pub(crate) fn read(text: &[u8], product: &str) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut ours: Option<Rules> = None;
        let mut everybodys = Rules::default();
        // Whom the current group is for, and whether its names are complete.
        let (mut for_us, mut for_all, mut in_rules) = (false, false, true);
        for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
            let line = line.split(|byte| *byte == b'#').next().unwrap_or_default();
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let key = key(&line[..colon]);
            let value = line[colon + 1..].trim_ascii();
            match key.as_slice() {
                b"user-agent" => {
                    if std::mem::take(&mut in_rules) {
                        (for_us, for_all) = (false, false);
                    }
                    let name =
                        &value[..value.iter().position(|byte| !is_token(*byte)).unwrap_or(value.len())];
                    for_all |= value.starts_with(b"*");
                    if !name.is_empty() && name.eq_ignore_ascii_case(product.as_bytes()) {
                        for_us = true;
                        ours.get_or_insert_default();
                    }
                }
                b"allow" | b"disallow" => {
                    in_rules = true;
                    // An empty pattern matches nothing (section 2.2.2).
                    if !value.is_empty() {
                        let rule = || Rule { allow: key == b"allow", pattern: normalised(value, false) };
                        if let (true, Some(ours)) = (for_us, &mut ours) {
                            ours.rules.push(rule());
                        }
                        if for_all {
                            everybodys.rules.push(rule());
                        }
                    }
                }
                b"crawl-delay" => {
                    in_rules = true;
                    let delay = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                    let delay = delay.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                    if let (true, Some(ours)) = (for_us, &mut ours) {
                        ours.crawl_delay = ours.crawl_delay.max(delay);
                    }
                    if for_all {
                        everybodys.crawl_delay = everybodys.crawl_delay.max(delay);
                    }
                }
                _ => {}
            }
        }
        ours.unwrap_or(everybodys)
    }

    /// Whether `url` may be fetched: the longest rule that matches decides, at equal length the one that allows; what no
    /// rule matches is allowed (section 2.2.2).
    pub(crate) fn allow(&self, url: &Url) -> bool {
        if url.path() == "/robots.txt" {
            return true;
        }
        let path = match url.query() {
            Some(query) => normalised(format!("{}?{query}", url.path()).as_bytes(), true),
            None => normalised(url.path().as_bytes(), true),
        };
        self.rules
            .iter()
            .filter(|rule| matches(&rule.pattern, &path))
            .map(|rule| (rule.pattern.len(), rule.allow))
            .max()
            .is_none_or(|(_, allow)| allow)
    }
}

/// `text` so that equal paths are equal bytes: escapes of unreserved characters undone, other escapes in upper case, bytes
/// outside ASCII escaped. In a path, as opposed to a pattern, `*` and `$` stand for themselves and are escaped.
fn normalised(text: &[u8], is_path: bool) -> Vec<u8> {
    let mut normal = Vec::with_capacity(text.len());
    let escape = |normal: &mut Vec<u8>, byte: u8| normal.extend(format!("%{byte:02X}").bytes());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        let escaped = (byte == b'%').then(|| text.get(at..at + 2)).flatten().and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            u8::from_str_radix(digits, 16).ok()
        });
        match escaped {
            Some(meant) => {
                at += 2;
                if meant.is_ascii_alphanumeric() || b"-._~".contains(&meant) {
                    normal.push(meant);
                } else {
                    escape(&mut normal, meant);
                }
            }
            None if !byte.is_ascii() || (is_path && matches!(byte, b'*' | b'$')) => escape(&mut normal, byte),
            None => normal.push(byte),
        }
    }
    normal
}

/// Whether `pattern` matches the start of `path`, in time linear in both: each piece between stars is looked for behind the
/// one before, and finding the first place loses no match.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix(b"$") {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split(|byte| *byte == b'*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if to_the_end && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match memmem::find(rest, piece) {
            Some(found) => rest = &rest[found + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(robots: &str, path: &str) -> bool {
        let url = Url::parse("https://news.example").unwrap().join(path).unwrap();
        Rules::read(robots.as_bytes(), "Dateline").allow(&url)
    }

    #[test]
    fn the_name_is_the_start_of_the_user_agent() {
        assert_eq!(product_token("Dateline/0.1 (+https://example.org/contact)"), "Dateline");
        assert_eq!(product_token("News-Reader 2"), "News-Reader");
        assert_eq!(product_token(""), "");
    }

    #[test]
    fn groups_for_us_count_together_and_those_for_all_only_without_any() {
        let robots = "User-agent: *\nDisallow: /every\n\nUser-agent: other\nUser-Agent: DATELINE/2\nDisallow: /a\n\
                      Sitemap: https://news.example/map.xml\n\nUser-agent: dateline\nDisallow: /b # and below\n";
        assert!(allows(robots, "/every"));
        assert!(!allows(robots, "/a"));
        assert!(!allows(robots, "/b/c"));
        assert!(!allows("User-agent: *\nDisallow: /every", "/every"));
        assert!(!allows("Useragent: *\nDissallow: /every", "/every"), "a usual misspelling");
        assert!(allows("User-agent: datelinebot\nDisallow: /", "/"), "another name is another crawler");
        assert!(
            allows("User-agent: *\nDisallow: /\n\nUser-agent: dateline\n", "/"),
            "an empty group allows all"
        );
    }

    #[test]
    fn the_longest_rule_decides_and_allow_wins_a_draw() {
        let robots = "user-agent: *\ndisallow: /news\nallow: /news/open\nallow: /draw\ndisallow: /draw";
        assert!(!allows(robots, "/news/1"));
        assert!(allows(robots, "/news/open/1"));
        assert!(allows(robots, "/draw"));
        assert!(allows(robots, "/else"));
        assert!(allows("user-agent: *\ndisallow:", "/"), "an empty rule matches nothing");
        assert!(allows("user-agent: *\ndisallow: /", "/robots.txt"));
    }

    #[test]
    fn stars_stand_for_anything_and_a_dollar_for_the_end() {
        for (pattern, path, matched) in [
            ("/*.php", "/index.php?x", true),
            ("/*.php$", "/index.php?x", false),
            ("/*.php$", "/a.php/b.php", true),
            ("/fish*", "/fish", true),
            ("/a*b*c$", "/a-b-b-c-c", true),
            ("/a*b*c$", "/a-c-b", false),
            ("*/print/", "/x/print/1", true),
            ("/exact$", "/exact", true),
            ("/exact$", "/exactly", false),
            ("/dollar%24", "/dollar$", true),
            ("/star%2A", "/star*", true),
            ("/star%2A", "/stars", false),
            ("print", "/print", false),
            ("/**", "/", true),
        ] {
            let robots = format!("user-agent: *\ndisallow: {pattern}");
            assert_eq!(!allows(&robots, path), matched, "{pattern} {path}");
        }
    }

    #[test]
    fn escapes_and_other_scripts_are_compared_by_their_bytes() {
        // The pairs of RFC 9309, section 2.2.2.
        for (pattern, path) in [
            ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
            ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar"),
            ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
            ("/foo/bar/%e3%83%84", "/foo/bar/ツ"),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        ] {
            assert!(!allows(&format!("user-agent: *\ndisallow: {pattern}"), path), "{pattern} {path}");
        }
    }

    #[test]
    fn a_crawl_delay_is_read_whatever_its_neighbours() {
        let delay = |robots: &str| Rules::read(robots.as_bytes(), "Dateline").crawl_delay;
        assert_eq!(delay("User-agent: *\nCrawl-delay: 2.5\nDisallow: /x"), Some(Duration::from_millis(2500)));
        assert_eq!(delay("\u{feff}User-agent:dateline\r\nCRAWL-DELAY:10\r\n"), Some(Duration::from_secs(10)));
        for nonsense in ["-1", "soon", "NaN", "inf", "1e400", ""] {
            assert_eq!(delay(&format!("User-agent: *\nCrawl-delay: {nonsense}")), None, "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(robots in prop::collection::vec(any::<u8>(), 0..400), path in "/[ -~]{0,40}") {
            let url = Url::parse("https://news.example").unwrap().join(&path);
            let rules = Rules::read(&robots, "Dateline");
            if let Ok(url) = url {
                rules.allow(&url);
            }
        }

        #[test]
        fn a_pattern_matches_itself(path in "/[a-z0-9/?=&.]{0,30}", tail in "[a-z]{0,5}") {
            let longer = format!("{path}{tail}");
            let exact = format!("{path}$");
            prop_assert!(matches(path.as_bytes(), longer.as_bytes()));
            prop_assert_eq!(matches(exact.as_bytes(), longer.as_bytes()), tail.is_empty());
        }
    }
}
