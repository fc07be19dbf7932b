//! The text of an article in the state that a page's scripts start from: `__NEXT_DATA__`, `window.__INITIAL_STATE__ = {…}` and
//! the like, where the page itself is drawn by the scripts.
//!
//! No framework's names are known here. State is JSON, as a script of its own, behind an assignment or as a string in
//! `JSON.parse("…")`. The story is the longest string of markup in it, or the longest list of paragraphs: objects side by side
//! whose texts stand under the names that editors' blocks have.

use memchr::{memchr, memchr2, memmem};
use serde_json::Value;

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

/// The names under which blocks hold their text, and under which they hold more of themselves.
const TEXT_NAMES: [&str; 6] = ["text", "content", "html", "value", "body", "paragraph"];
const INNER_NAMES: [&str; 6] = ["data", "attributes", "children", "content", "model", "attrs"];

/// The longest story, as markup, in the state of the page's scripts.
pub(super) fn longest_text(document: &Document) -> Option<String> {
    let mut left = MAX_STATE_BYTES;
    let mut longest = String::new();
    for node in document.elements(local_name!("script")) {
        let Some(script) = node.first_child().and_then(|child| child.text()) else { continue };
        if script.len() > left || script.len() < STORY {
            continue;
        }
        left -= script.len();
        for value in values(script) {
            look_in(&value, MAX_LEVELS, MAX_INSIDE, &mut longest);
        }
    }
    (longest.len() >= STORY).then_some(longest)
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
    let texts: Vec<&str> = items.iter().filter_map(|item| text_of(item, 4)).collect();
    if texts.iter().filter(|text| text.len() >= PARAGRAPH).count() < PARAGRAPHS {
        return String::new();
    }
    let markup = |text: &&str| match memchr2(b'<', b'&', text.as_bytes()) {
        Some(_) => format!("<p>{text}</p>"),
        None => format!("<p>{}</p>", text.replace('\n', "<br><br>")),
    };
    texts.iter().map(markup).collect()
}

/// The text of one block.
fn text_of(block: &Value, levels: usize) -> Option<&str> {
    let Value::Object(fields) = block else { return None };
    let own = TEXT_NAMES.iter().find_map(|name| fields.get(*name).and_then(Value::as_str));
    own.filter(|text| !text.trim().is_empty()).or_else(|| {
        let inner = INNER_NAMES.iter().filter_map(|name| fields.get(*name));
        (levels > 0).then(|| inner.filter_map(|inner| text_of(inner, levels - 1)).next()).flatten()
    })
}
