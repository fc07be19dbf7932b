//! The rules of a style sheet (CSS Syntax 3, section 5): selectors, and the declarations behind them.

use std::ops::Range;

use crate::byte_set::ByteSet;

/// Bytes of the longest sheet that is read: longer ones are those of whole frameworks, and cost as much as the page.
const MAX_SHEET: usize = 16 * 1024;

/// Blocks around a rule that are remembered; sheets have two.
const MAX_GROUPS: usize = 16;

/// Width and height of the screen that media queries are asked for, in pixels.
const WIDTH: f32 = 1280.0;
const HEIGHT: f32 = 800.0;

/// Pixels of an `em` or `rem` in a media query.
const EM: f32 = 16.0;

/// Where the rules stand that say whether something is seen: nowhere, if none of them hides anything.
pub(crate) fn telling_rules(css: &str) -> Vec<Range<usize>> {
    let mut rules = Vec::new();
    let mut hides = false;
    if css.len() <= MAX_SHEET && super::is_telling(css.as_bytes()) {
        each_range(css, |selectors, block| {
            let declarations = &css[block.clone()];
            if super::is_telling(declarations.as_bytes()) {
                hides = hides || super::hides(declarations);
                rules.push(selectors.start..block.end + 1);
            }
        });
    }
    if hides { rules } else { Vec::new() }
}

/// Calls `visit` with selectors and declarations of each rule that holds on a screen, in their order.
pub(super) fn each<'c>(css: &'c str, mut visit: impl FnMut(&'c str, &'c str)) {
    each_range(css, |selectors, block| visit(&css[selectors], &css[block]));
}

fn each_range(css: &str, mut visit: impl FnMut(Range<usize>, Range<usize>)) {
    let bytes = css.as_bytes();
    // Whether what stands in each open block holds.
    let mut groups: Vec<bool> = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(sign) = next_sign(bytes, at) {
        at = sign + 1;
        match bytes[sign] {
            b'{' => {
                let prelude = start..sign;
                match group(&css[prelude.clone()]) {
                    Prelude::Group(holds) if groups.len() < MAX_GROUPS => {
                        groups.push(holds && groups.last() != Some(&false));
                    }
                    other => {
                        let Some((end, is_plain)) = block_end(bytes, at) else { return };
                        if other == Prelude::Rule && is_plain && groups.last() != Some(&false) {
                            visit(prelude, at..end);
                        }
                        at = end + 1;
                    }
                }
            }
            b'}' => {
                groups.pop();
            }
            _ => {}
        }
        start = at;
    }
}

/// What stands before a brace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prelude {
    /// Selectors.
    Rule,
    /// A condition on the rules inside, and whether it holds.
    Group(bool),
    /// Anything else.
    Other,
}

fn group(prelude: &str) -> Prelude {
    if memchr::memchr(b'@', prelude.as_bytes()).is_none() {
        return Prelude::Rule;
    }
    let prelude = without_comments(prelude);
    let Some(at_rule) = prelude.trim().strip_prefix('@') else { return Prelude::Rule };
    let end = at_rule.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(at_rule.len());
    let (name, condition) = at_rule.split_at(end);
    match () {
        () if name.eq_ignore_ascii_case("media") => Prelude::Group(applies_to_screen(condition)),
        () if name.eq_ignore_ascii_case("layer") => Prelude::Group(true),
        () if name.eq_ignore_ascii_case("supports") => {
            Prelude::Group(!condition.to_ascii_lowercase().contains("not"))
        }
        () => Prelude::Other,
    }
}

/// Whether a list of media queries holds on a screen of a desk; what is not known does not hold.
pub(crate) fn applies_to_screen(media: &str) -> bool {
    let media = media.trim().to_ascii_lowercase();
    media.is_empty() || media.split(',').any(|query| query.split(" and ").all(|part| holds(part.trim())))
}

fn holds(part: &str) -> bool {
    let part = part.strip_prefix("only ").unwrap_or(part).trim();
    let Some(feature) = part.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return matches!(part, "all" | "screen");
    };
    let Some((name, value)) = feature.split_once(':') else { return false };
    let Some(pixels) = pixels(value.trim()) else { return false };
    match name.trim() {
        "min-width" => WIDTH >= pixels,
        "max-width" => WIDTH <= pixels,
        "min-height" => HEIGHT >= pixels,
        "max-height" => HEIGHT <= pixels,
        _ => false,
    }
}

fn pixels(value: &str) -> Option<f32> {
    let digits = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let number: f32 = number.parse().ok()?;
    match unit {
        "px" | "" => Some(number),
        "em" | "rem" => Some(number * EM),
        _ => None,
    }
}

/// The next brace or semicolon that stands in no comment, string or bracket.
fn next_sign(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += SIGNS.first_in(bytes.get(at..)?)?;
        match bytes[at] {
            b'{' | b'}' | b';' => return Some(at),
            _ => at = behind(bytes, at)?,
        }
    }
}

/// Where the block that was opened before `at` ends, and whether no other block stands in it.
fn block_end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let (mut open, mut is_plain) = (1_usize, true);
    loop {
        at += SIGNS.first_in(bytes.get(at..)?)?;
        match bytes[at] {
            b'{' => {
                open += 1;
                is_plain = false;
                at += 1;
            }
            b'}' if open == 1 => return Some((at, is_plain)),
            b'}' => {
                open -= 1;
                at += 1;
            }
            _ => at = behind(bytes, at)?,
        }
    }
}

/// What parts rules, or hides such as do.
static SIGNS: ByteSet = ByteSet::of(b"{};/\"'\\");

/// Behind the byte, comment, string or escaped sign that stands at `at`.
fn behind(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes[at] {
        b'/' if bytes.get(at + 1) == Some(&b'*') => {
            memchr::memmem::find(&bytes[at + 2..], b"*/").map(|end| at + 2 + end + 2)
        }
        quote @ (b'"' | b'\'') => {
            let mut end = at + 1;
            loop {
                match *bytes.get(end)? {
                    b'\\' => end += 2,
                    byte if byte == quote || byte == b'\n' => return Some(end + 1),
                    _ => end += 1,
                }
            }
        }
        b'\\' => Some(at + 2),
        _ => Some(at + 1),
    }
}

/// A text without its comments.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
    }
    plain.push_str(rest);
    plain
}
