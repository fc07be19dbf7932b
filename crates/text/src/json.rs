//! JSON as templates and cut connections break it.

use std::iter::Peekable;
use std::str::Chars;

/// A text that a JSON parser may read where it couldn't read what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonRepair {
    /// The text.
    pub text: String,
    /// Whether the original ends before its brackets are closed. What it ended in the middle of is left out.
    pub is_cut: bool,
}

/// Levels that are followed: one more than serde_json reads. What is deeper is no document, and ends there.
const MAX_LEVELS: usize = 129;

/// The words of JSON (RFC 8259, section 3), ...
const JSON_WORDS: [&str; 3] = ["null", "true", "false"];
/// ... and what scripts write where they have no value.
const NO_VALUES: [&str; 4] = ["NaN", "Infinity", "undefined", "None"];
/// The longest of them.
const MAX_WORD_BYTES: usize = 9;

/// Mends, in one pass: line feeds and other control characters inside strings, backslashes that escape nothing, halves of
/// surrogate pairs, quotation marks within a string, strings in single ones, names without any, comments, commas before a closing bracket, behind an
/// opening one or another comma or left out between two objects, `NaN`, `True`, `.5` and the like, closing brackets too many or too few, and an end before the brackets are closed. What
/// follows the document is left out.
pub fn repair(json: &str) -> JsonRepair {
    let mut repair = Repair {
        out: String::with_capacity(json.len() + 16),
        open: Vec::new(),
        is_whole: false,
        last: ' ',
        safe: 0,
    };
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\'' => repair.string(c, &mut chars),
            c if c.is_ascii_alphabetic() || matches!(c, '_' | '$') => repair.word(c, &mut chars),
            '/' if chars.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in chars.by_ref().skip(1) {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '/' if chars.peek() == Some(&'/') => {
                chars.by_ref().find(|c| *c == '\n');
            }
            c => repair.outside(c),
        }
        if repair.is_whole || repair.open.len() > MAX_LEVELS {
            break;
        }
    }
    repair.finish()
}

struct Repair {
    out: String,
    /// The brackets that close what is open, the innermost last.
    open: Vec<char>,
    /// Whether the outermost bracket has been closed.
    is_whole: bool,
    /// The last character that is no white space; for a string its quotation mark.
    last: char,
    /// How much of `out` makes a document once `open` is closed: it ends behind a value or an opening bracket.
    safe: usize,
}

impl Repair {
    /// Takes in a character outside of strings.
    fn outside(&mut self, c: char) {
        if c.is_whitespace() {
            return self.out.push(' ');
        }
        match c {
            '{' | '[' => {
                if matches!(self.last, '}' | ']' | '"') {
                    self.out.push(',');
                }
                self.open.push(if c == '{' { '}' } else { ']' });
                self.out.push(c);
                self.safe = self.out.len();
            }
            '}' | ']' if self.open.contains(&c) => {
                self.drop_comma();
                while let Some(close) = self.open.pop() {
                    self.out.push(close);
                    if close == c {
                        break;
                    }
                }
                self.safe = self.out.len();
                self.is_whole = self.open.is_empty();
            }
            '}' | ']' => return,
            // What nothing stands before parts nothing.
            ',' if matches!(self.last, '{' | '[') => return,
            '+' if matches!(self.last, ':' | ',' | '[') => return,
            '.' if matches!(self.last, ':' | ',' | '[' | '-') => self.out.push_str("0."),
            ',' => {
                self.drop_comma();
                // A number or a word is whole once something follows.
                if !matches!(self.last, '"' | ':') {
                    self.safe = self.out.len();
                }
                self.out.push(',');
            }
            c => self.out.push(c),
        }
        self.last = c;
    }

    /// Takes in a word: a name without quotation marks, one of JSON's own, or what a script writes for one or for no value.
    fn word(&mut self, first: char, chars: &mut Peekable<Chars<'_>>) {
        let mut word = String::from(first);
        while word.len() <= MAX_WORD_BYTES
            && let Some(c) = chars.next_if(char::is_ascii_alphanumeric)
        {
            word.push(c);
        }
        let is_key = self.open.last() == Some(&'}') && matches!(self.last, '{' | ',');
        if is_key {
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '-')) {
                word.push(c);
            }
            self.out.push('"');
            self.out.push_str(&word);
            self.out.push('"');
            self.last = '"';
            return;
        }
        if ["True", "False"].contains(&word.as_str()) {
            word.make_ascii_lowercase();
        }
        if NO_VALUES.contains(&word.as_str()) {
            // "-Infinity", too.
            let written = self.out.trim_end_matches('-').len();
            self.out.truncate(written);
            word = "null".to_owned();
        }
        self.out.push_str(&word);
        self.last = first;
    }

    /// Takes in a string whose opening quotation mark, `quote`, has been read.
    fn string(&mut self, quote: char, chars: &mut Peekable<Chars<'_>>) {
        let is_key = self.open.last() == Some(&'}') && matches!(self.last, '{' | ',');
        self.out.push('"');
        self.last = '"';
        while let Some(c) = chars.next() {
            match c {
                c if c == quote && !ends_string(chars.clone()) => {
                    self.out.push_str(if quote == '"' { "\\\"" } else { "'" })
                }
                c if c == quote => {
                    self.out.push('"');
                    if !is_key {
                        self.safe = self.out.len();
                    }
                    return;
                }
                '\\' => match chars.next() {
                    Some('u') => self.unicode(chars),
                    Some(escaped @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
                        self.out.push('\\');
                        self.out.push(escaped);
                    }
                    Some(other) if !other.is_control() => self.out.push(other),
                    Some(_) => self.out.push(' '),
                    None => return,
                },
                // Within single quotation marks it needs an escape that it hasn't.
                '"' => self.out.push_str("\\\""),
                c if c.is_control() => self.out.push(' '),
                c => self.out.push(c),
            }
        }
    }

    /// Takes in what stands behind `\u` (RFC 8259, section 7).
    fn unicode(&mut self, chars: &mut Peekable<Chars<'_>>) {
        let mut units = vec![hex(chars)];
        if matches!(units[0], Some(0xD800..0xDC00)) {
            let mut ahead = chars.clone();
            if ahead.next() == Some('\\')
                && ahead.next() == Some('u')
                && let low @ Some(0xDC00..0xE000) = hex(&mut ahead)
            {
                units.push(low);
                *chars = ahead;
            }
        }
        let units: Vec<u16> = units.into_iter().map(|unit| unit.unwrap_or(0xD800)).collect();
        for c in char::decode_utf16(units) {
            match c.unwrap_or(char::REPLACEMENT_CHARACTER) {
                quoted @ ('"' | '\\') => self.out.extend(['\\', quoted]),
                c if c.is_control() => self.out.push(' '),
                c => self.out.push(c),
            }
        }
    }

    fn drop_comma(&mut self) {
        let text = self.out.trim_end().len();
        let kept = self.out[..text].trim_end_matches(',').len();
        if kept < text {
            self.out.truncate(kept);
        }
    }

    fn finish(mut self) -> JsonRepair {
        let is_cut = !self.open.is_empty();
        if is_cut {
            self.out.truncate(self.safe);
            self.out.extend(self.open.iter().rev());
        }
        JsonRepair { text: self.out, is_cut }
    }
}

/// Whether a quotation mark before `rest` ends its string: what follows is the document's, and no more of the text that
/// somebody put in without escapes.
fn ends_string(mut rest: Peekable<Chars<'_>>) -> bool {
    let skip_space = |rest: &mut Peekable<Chars<'_>>| while rest.next_if(|c| c.is_whitespace()).is_some() {};
    skip_space(&mut rest);
    match rest.next() {
        Some(',') => {
            skip_space(&mut rest);
            let value = |c: &char| c.is_ascii_digit() || "\"'{[]},-/".contains(*c);
            let mut words = JSON_WORDS.iter().chain(&NO_VALUES);
            rest.peek().is_none_or(value)
                || words.any(|word| starts_with(rest.clone(), word))
                || is_bare_name(rest)
        }
        // A comment, and no path: "<a href="/harbour">".
        Some('/') => matches!(rest.peek(), Some('/' | '*')),
        Some(c) => ":}]{[".contains(c),
        None => true,
    }
}

/// Whether `rest` begins with a name that has no quotation marks, and its colon.
fn is_bare_name(mut rest: Peekable<Chars<'_>>) -> bool {
    let is_of_name = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-');
    let mut length = 0;
    while rest.next_if(is_of_name).is_some() {
        length += 1;
    }
    length > 0 && rest.next() == Some(':')
}

fn starts_with(mut rest: Peekable<Chars<'_>>, word: &str) -> bool {
    word.chars().all(|c| rest.next_if_eq(&c).is_some()) && rest.peek().is_none_or(|c| !c.is_alphanumeric())
}

/// Four hexadecimal digits, as far as they are there.
fn hex(chars: &mut Peekable<Chars<'_>>) -> Option<u16> {
    let mut unit = 0;
    for _ in 0..4 {
        let digit = chars.next_if(char::is_ascii_hexdigit)?.to_digit(16)?;
        unit = unit << 4 | u16::try_from(digit).ok()?;
    }
    Some(unit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn read(broken: &str) -> Option<Value> {
        serde_json::from_str(&repair(broken).text).ok()
    }

    #[test]
    fn what_templates_break_is_mended() {
        for (broken, meant) in [
            ("{\"a\": \"x\ny\tz\"}", json!({"a": "x y z"})),
            ("{\"a\": [1, 2,], \"b\": 3,}", json!({"a": [1, 2], "b": 3})),
            ("[{\"a\": 1} {\"b\": 2} [3]]", json!([{"a": 1}, {"b": 2}, [3]])),
            (
                "{\"a\": NaN, \"b\": -Infinity, \"c\": [undefined, true, -1e5]}",
                json!({"a": null, "b": null, "c": [null, true, -1e5]}),
            ),
            ("{\"a\": 1,, \"b\": 2}", json!({"a": 1, "b": 2})),
            ("{, \"a\": [, 1, 2]}", json!({"a": [1, 2]})),
            ("{a: 1, b_2: {c-d: [true]}, $e: 'x'}", json!({"a": 1, "b_2": {"c-d": [true]}, "$e": "x"})),
            (
                "{\"a\": True, \"b\": [False, None], \"c\": [+1, .5, -.5]}",
                json!({"a": true, "b": [false, null], "c": [1, 0.5, -0.5]}),
            ),
            ("{/* made */ \"a\": 1 // by hand\n}", json!({"a": 1})),
            ("{\"a\": \"it\\'s // no comment\"}", json!({"a": "it's // no comment"})),
            ("{\"a\": [{\"b\": 1]}", json!({"a": [{"b": 1}]})),
            ("{\"a\": [1]], \"b\": {\"c\": 2]}}", json!({"a": [1], "b": {"c": 2}})),
            ("{'a': 'x \"y\" z', 'b': ['it\\'s']}", json!({"a": "x \"y\" z", "b": ["it's"]})),
            (
                "{\"a\": \"The \"old\", rusty bridge\", \"b\": \"It \"fell\"\"}",
                json!({"a": "The \"old\", rusty bridge", "b": "It \"fell\""}),
            ),
            (
                "{'a': 'the town's bridge', 'b': [\"x\", true]}",
                json!({"a": "the town's bridge", "b": ["x", true]}),
            ),
            ("{\"a\": \"trailing\",\n}", json!({"a": "trailing"})),
            (
                "{\"a\": \"<a href=\"/sea\">Sea</a>\", \"b\": \"x\" /* y */, \"c\": 1}",
                json!({"a": "<a href=\"/sea\">Sea</a>", "b": "x", "c": 1}),
            ),
            ("{\"a\": 1} <!-- cached {\"b\": 2} -->", json!({"a": 1})),
            ("{\"a\": \"\\ud83d!\", \"b\": \"\\ude80\"}", json!({"a": "\u{FFFD}!", "b": "\u{FFFD}"})),
            ("{\"a\": \"\\ud83d\\ude80 \\u0022 \\u12\"}", json!({"a": "🚀 \" \u{FFFD}"})),
        ] {
            assert_eq!(read(broken), Some(meant), "{broken}");
            assert!(!repair(broken).is_cut, "{broken}");
        }
    }

    #[test]
    fn what_is_cut_off_keeps_its_whole_values() {
        for (cut, meant) in [
            ("{\"a\": [{\"b\": \"x\"}, {\"b\": \"y", json!({"a": [{"b": "x"}, {}]})),
            ("{\"a\": 1, \"b\": 23", json!({"a": 1})),
            ("{\"a\": 1, \"b\"", json!({"a": 1})),
            ("{\"a\": 1, \"b\":", json!({"a": 1})),
            ("{\"a\": \"x\", ", json!({"a": "x"})),
            ("{\"a\": [true, fal", json!({"a": [true]})),
            ("{\"a\": \"x\\", json!({})),
        ] {
            assert_eq!(read(cut), Some(meant), "{cut}");
            assert!(repair(cut).is_cut, "{cut}");
        }
    }

    #[test]
    fn levels_without_end_are_not_followed() {
        for bracket in ["[", "{\"a\":"] {
            let repair = repair(&bracket.repeat(1_000_000));
            assert!(repair.text.len() < 2_000);
            assert_eq!(read(&repair.text), None);
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[ -~\n\té界🚀]{0,12}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"]{1,3}", inner, 0..4)
                    .prop_map(|map| map.into_iter().collect::<Value>()),
            ]
        })
    }

    proptest! {
        #[test]
        fn sound_json_means_the_same(value in values()) {
            let text = value.to_string();
            let mended: Value = serde_json::from_str(&repair(&text).text).unwrap();
            let plain = |text: &str| text.replace("\\n", " ").replace("\\t", " ");
            prop_assert_eq!(plain(&mended.to_string()), plain(&text));
        }

        #[test]
        fn sound_json_cut_anywhere_is_sound_again(value in values(), share in 0.0..1.0_f64) {
            let text = json!({ "a": value }).to_string();
            let cut: String = text.chars().take(1 + (share * (text.chars().count() - 1) as f64) as usize).collect();
            prop_assert!(read(&cut).is_some(), "{}", cut);
        }
    }
}
