//! The text of an article in the state that a page's scripts start from: `__NEXT_DATA__`, `window.__INITIAL_STATE__ = {…}` and
//! the like, where the page itself is drawn by the scripts.
//!
//! No framework's names are known here. State is JSON, as a script of its own, behind an assignment or as a string in
//! `JSON.parse("…")`, a stream of rows that scripts push piece by piece, or the strings of an object that is no JSON. The story is the longest string of markup in it, or the longest list of paragraphs: objects side by side
//! whose texts stand under the names that editors' blocks have, whole or in pieces, or elements as lists.

use memchr::{memchr, memchr2, memmem};
use serde_json::Value;

use super::run::ends_sentence;
use crate::dom::{Document, local_name};

/// Bytes of script data that are read in all, and of one script.
const MAX_STATE_BYTES: usize = 4 << 20;

/// Strings of JSON inside strings of JSON that are opened.
const MAX_INSIDE: usize = 3;

/// Levels of a value that are walked through.
const MAX_LEVELS: usize = 40;

/// Bytes from which a text is long enough for a story.
const STORY: usize = 500;

/// Paragraphs from which a list of texts is one.
const PARAGRAPHS: usize = 3;

/// Bytes of the shortest paragraph that speaks for a list: others are labels.
const PARAGRAPH: usize = 60;

/// Bytes of the longest paragraph that is put together from pieces: a longer one is a whole text without its breaks.
const LONGEST_LINE: usize = 6_000;

/// Pieces of a stream that one script pushes.
const MAX_PIECES: usize = 1_000;

/// The names under which blocks hold their text, and under which they hold more of themselves.
const TEXT_NAMES: [&str; 6] = ["text", "content", "html", "value", "body", "paragraph"];
const INNER_NAMES: [&str; 6] = ["data", "attributes", "children", "content", "model", "attrs"];

/// The longest story, as markup, in the state of the page's scripts.
pub(super) fn longest_text(document: &Document) -> Option<String> {
    let mut left = MAX_STATE_BYTES;
    let mut longest = String::new();
    // What several scripts push, one piece of a text each.
    let mut pushed = String::new();
    for node in document.elements(local_name!("script")) {
        let Some(script) = node.first_child().and_then(|child| child.text()) else { continue };
        if script.len() > left {
            continue;
        }
        left -= script.len();
        let pieces = pieces(script);
        if !pieces.is_empty() {
            pushed.push_str(&pieces);
            continue;
        }
        if script.len() < STORY {
            continue;
        }
        let before = longest.len();
        for value in values(script) {
            look_in(&value, MAX_LEVELS, MAX_INSIDE, &mut longest);
        }
        if longest.len() == before {
            literals(script, |text| look_in_string(text, MAX_LEVELS, MAX_INSIDE, &mut longest));
        }
    }
    look_in_rows(&pushed, &mut longest);
    (longest.len() >= STORY).then_some(longest)
}

/// The strings in the lists that a script pushes, as streams of state come: `push([1,"…"])`.
fn pieces(script: &str) -> String {
    const PUSH: &str = ".push([";
    let mut pieces = String::new();
    for at in memmem::find_iter(script.as_bytes(), PUSH).take(MAX_PIECES) {
        let Some(Value::Array(items)) = first_value(&script[at + PUSH.len() - 1..]) else { continue };
        if let [Value::Number(_), Value::String(piece)] = items.as_slice() {
            pieces.push_str(piece);
        }
    }
    pieces
}

/// Looks at a stream of rows, each `id:value`: JSON to the end of the line, or `T`, a length in bytes and that much text.
fn look_in_rows(stream: &str, longest: &mut String) {
    let mut values: Vec<Value> = Vec::new();
    let mut rest = stream;
    while let Some((id, behind)) = rest.split_once(':') {
        let is_id = id.len() <= 8 && id.trim_start().bytes().all(|byte| byte.is_ascii_hexdigit());
        let text = is_id.then(|| sized(behind)).flatten();
        if let Some((text, after)) = text {
            look_in_string(text, MAX_LEVELS, MAX_INSIDE, longest);
            rest = after;
            continue;
        }
        let (line, after) = behind.split_once('\n').unwrap_or((behind, ""));
        if is_id && line.starts_with(['[', '{', '"']) {
            values.extend(first_value(line));
        }
        rest = if is_id { after } else { rest.split_once('\n').map_or("", |(_, after)| after) };
    }
    // A row may be one paragraph of a text.
    look_in(&Value::Array(values), MAX_LEVELS, MAX_INSIDE, longest);
}

/// The text of a row that gives its length, and what follows.
fn sized(row: &str) -> Option<(&str, &str)> {
    let (length, rest) = row.strip_prefix('T')?.split_once(',')?;
    let length = usize::from_str_radix(length, 16).ok()?;
    rest.split_at_checked(length)
}

/// Calls `visit` with each long string that a script writes down, as JavaScript means it: state need not be JSON.
fn literals(script: &str, mut visit: impl FnMut(&str)) {
    let bytes = script.as_bytes();
    let mut from = 0;
    while let Some(at) = memchr::memchr3(b'"', b'\'', b'`', &bytes[from..]).map(|at| from + at) {
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != bytes[at] && (bytes[end] != b'\n' || bytes[at] == b'`') {
            end += 1 + usize::from(bytes[end] == b'\\');
        }
        if end < bytes.len() && bytes[end] == bytes[at] && end - at > STORY {
            visit(&unescaped(&script[at + 1..end]));
        }
        from = end + 1;
        if from >= bytes.len() {
            break;
        }
    }
}

/// A string without the escapes of JavaScript.
fn unescaped(literal: &str) -> String {
    let mut plain = String::with_capacity(literal.len());
    let mut pieces = literal.split('\\');
    plain.push_str(pieces.next().unwrap_or_default());
    let mut is_escaped = false;
    for piece in pieces {
        if is_escaped {
            // Behind an escaped stroke stands plain text.
            plain.push_str(piece);
            is_escaped = false;
            continue;
        }
        let digits = |from: usize, to: usize| {
            piece.get(from..to).and_then(|digits| u32::from_str_radix(digits, 16).ok())
        };
        let (sign, length) = match piece.chars().next() {
            None => {
                is_escaped = true;
                (Some('\\'), 0)
            }
            Some('n') => (Some('\n'), 1),
            Some('t' | 'r') => (Some(' '), 1),
            Some('u') => (digits(1, 5).and_then(char::from_u32), 5),
            Some('x') => (digits(1, 3).and_then(char::from_u32), 3),
            Some(other) => (Some(other), other.len_utf8()),
        };
        plain.extend(sign);
        plain.push_str(piece.get(length..).unwrap_or_default());
    }
    plain
}

/// The values that a script consists of or assigns: what stands behind the first `=` before a brace or bracket, and strings that
/// are parsed.
fn values(script: &str) -> Vec<Value> {
    const PARSE: &str = "JSON.parse(";
    let trimmed = script.trim();
    if trimmed.starts_with(['{', '[']) {
        return first_value(trimmed).into_iter().collect();
    }
    let parsed = memmem::find_iter(script.as_bytes(), PARSE).filter_map(|at| {
        let inside = script[at + PARSE.len()..].trim_start();
        inside.starts_with('"').then(|| first_value(inside)).flatten()
    });
    let assigned = assignments(script).filter_map(first_value);
    parsed.take(MAX_INSIDE).chain(assigned.take(MAX_INSIDE)).collect()
}

/// The text behind each `=` that is followed by a brace or bracket.
fn assignments(script: &str) -> impl Iterator<Item = &str> {
    const LOOKED_AT: usize = 200;
    let mut from = 0;
    let next = move || {
        from += memchr(b'=', script.as_bytes().get(from..)?)? + 1;
        Some(script[from..].trim_start())
    };
    std::iter::from_fn(next)
        .take(LOOKED_AT)
        .filter(|rest| rest.starts_with(['{', '[']) && rest.len() >= STORY)
}

/// The JSON value that a text begins with, whatever follows it.
fn first_value(text: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()
}

/// Looks for what is longer than `longest` in a value.
fn look_in(value: &Value, levels: usize, inside: usize, longest: &mut String) {
    if levels == 0 {
        return;
    }
    match value {
        Value::String(text) => look_in_string(text, levels, inside, longest),
        Value::Array(items) => {
            let story = paragraphs(items);
            if story.len() > longest.len() {
                *longest = story;
            }
            items.iter().for_each(|item| look_in(item, levels - 1, inside, longest));
        }
        Value::Object(fields) => {
            fields.values().for_each(|field| look_in(field, levels - 1, inside, longest));
        }
        _ => {}
    }
}

fn look_in_string(text: &str, levels: usize, inside: usize, longest: &mut String) {
    let is_markup = || memmem::find(text.as_bytes(), b"<p").is_some();
    if text.len() <= longest.len().max(STORY) {
        return;
    }
    if text.trim_start().starts_with(['{', '[']) && inside > 0 {
        if let Some(value) = first_value(text.trim_start()) {
            look_in(&value, levels - 1, inside - 1, longest);
        }
    } else if is_markup() {
        *longest = text.to_owned();
    }
}

/// The paragraphs that the items of a list hold, as markup, if they make a story.
fn paragraphs(items: &[Value]) -> String {
    let texts: Vec<String> = items.iter().filter_map(|item| text_of(item, 4)).collect();
    if texts.iter().filter(|text| text.len() >= PARAGRAPH).count() < PARAGRAPHS {
        return String::new();
    }
    let markup = |text: &String| match memchr2(b'<', b'&', text.as_bytes()) {
        Some(_) => format!("<p>{text}</p>"),
        None => format!("<p>{}</p>", text.replace('\n', "<br><br>")),
    };
    texts.iter().map(markup).collect()
}

/// The text of one block: its own, that of an inner block, or that of its pieces put together.
fn text_of(block: &Value, levels: usize) -> Option<String> {
    let fields = match block {
        Value::Object(fields) => fields,
        Value::String(text) => return is_sentence(text).then(|| text.clone()),
        Value::Array(element) => return element_text(element),
        _ => return None,
    };
    let own = TEXT_NAMES.iter().find_map(|name| fields.get(*name).and_then(Value::as_str));
    if let Some(own) = own.filter(|text| !text.trim().is_empty()) {
        return Some(own.to_owned());
    }
    let inner = || INNER_NAMES.iter().filter_map(|name| fields.get(*name));
    inner().find_map(|inner| match inner {
        Value::Array(pieces) => joined(pieces, 3),
        inner if levels > 0 && inner.is_object() => text_of(inner, levels - 1),
        _ => None,
    })
}

/// Whether a string that stands in a list by itself reads as a paragraph.
fn is_sentence(text: &str) -> bool {
    text.len() >= PARAGRAPH && ends_sentence(text.trim_end()) && !text.contains("://")
}

/// The text of an element as a list: a sign, its name, a key, and its properties with what is in it.
fn element_text(element: &[Value]) -> Option<String> {
    const BLOCKS: [&str; 9] = ["p", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "pre"];
    let [Value::String(sign), Value::String(name), _, Value::Object(properties), ..] = element else {
        return None;
    };
    (sign == "$" && BLOCKS.contains(&name.as_str())).then(|| within(properties.get("children")?, 4)).flatten()
}

/// What stands in an element, in one line.
fn within(value: &Value, levels: usize) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if levels > 0 => match items.as_slice() {
            [Value::String(sign), Value::String(_), _, Value::Object(properties), ..] if sign == "$" => {
                within(properties.get("children")?, levels - 1)
            }
            items => Some(items.iter().filter_map(|item| within(item, levels - 1)).collect()),
        },
        _ => None,
    }
}

/// Pieces of one line put together: each has a text of its own, or is a link or the like around such pieces. A list of blocks is none.
fn joined(pieces: &[Value], levels: usize) -> Option<String> {
    let mut line = String::new();
    for piece in pieces {
        let text = match piece {
            Value::Object(fields) => {
                fields.get("text").or_else(|| fields.get("value")).and_then(Value::as_str).map_or_else(
                    || {
                        let inner =
                            INNER_NAMES.iter().find_map(|name| fields.get(*name).and_then(Value::as_array));
                        inner.filter(|_| levels > 0).and_then(|inner| joined(inner, levels - 1))
                    },
                    |text| Some(text.to_owned()),
                )?
            }
            Value::String(text) => text.clone(),
            _ => return None,
        };
        line.push_str(&text);
    }
    (!line.trim().is_empty() && line.len() <= LONGEST_LINE).then_some(line)
}
