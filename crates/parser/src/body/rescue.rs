//! When the page itself holds next to nothing, the text may still be in its script data, or in markup that a script would show.

use std::borrow::Cow;

use dateline_wire::{Body, ParagraphKind};
use memchr::memmem;

use super::text::{self, Writer};
use super::witness::Witness;
use super::{decide, look, state};
use crate::dom::{Document, Node, local_name};
use crate::letter::{count_alphanumeric, count_alphanumeric_to};

/// Letters of a body from which it needs no rescue.
const ENOUGH: usize = 500;

/// Letters that script data must hold to be worth more than what the page shows.
const WORTH: usize = 500;

/// The body from the page's `articleBody`, where the page shows little and the script data much more. Never more than a
/// rescue: such data is often cut short, or an older wording of what stands on the page.
pub(super) fn from_script(witness: &Witness, shown: &Body) -> Option<Body> {
    let text = witness.article_body.as_deref()?;
    if !is_worth(text, shown, 2) {
        return None;
    }
    if let Some(markup) = as_markup(text) {
        let (layout, _) = look(&Document::from_html(&markup));
        return Some(text::write(&layout, &vec![true; layout.runs.len()]));
    }
    let mut writer = Writer::default();
    for line in text.split(['\n', '\r']) {
        writer.paragraph(line, ParagraphKind::Text);
    }
    Some(writer.finish())
}

/// A text that is markup, or markup with its signs escaped once more.
fn as_markup(text: &str) -> Option<Cow<'_, str>> {
    let has = |mark: &str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    match () {
        () if has("<p>") || has("<p ") || has("<br") => Some(Cow::Borrowed(text)),
        () if has("&lt;p&gt;") || has("&lt;p ") || has("&lt;br") => {
            Some(Cow::Owned(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")))
        }
        () => None,
    }
}

/// Bytes of markup for browsers without scripts, or for a script to show, that are read.
const MARKUP: usize = 1 << 20;

/// The body from markup that the page holds as text, in `<noscript>`, in a template among its scripts or in the state that its
/// scripts start from ([`state`]), read as a page of its own. It must hold far more than the page shows: beside the first paragraphs of a story it may be anything.
pub(super) fn from_markup(document: &Document, shown: &Body) -> Option<Body> {
    if count_alphanumeric_to(&shown.text, ENOUGH) >= ENOUGH {
        return None;
    }
    let texts = document
        .root()
        .descendants()
        .filter(|node| holds_markup(*node))
        .filter_map(|node| node.first_child()?.text());
    let is_markup = |text: &&str| {
        (WORTH..=MARKUP).contains(&text.len()) && memmem::find(text.as_bytes(), b"<p").is_some()
    };
    let longest = texts.filter(is_markup).max_by_key(|text| text.len()).map(Cow::Borrowed);
    let longest = longest.or_else(|| state::longest_text(document).map(Cow::Owned))?;
    let markup = Document::from_html(&longest);
    let (layout, witness) = look(&markup);
    let body = text::write(&layout, &decide::decide(&layout, &witness).0);
    is_worth(&body.text, shown, 5).then_some(body)
}

fn holds_markup(node: Node<'_>) -> bool {
    let is_template = |kind: &str| kind.contains("template") || kind.contains("html");
    node.is(&local_name!("noscript"))
        || node.is(&local_name!("script")) && node.attr("type").is_some_and(is_template)
}

/// Whether a text holds so much more than what the page shows, so many `times` as much, that it is the text.
fn is_worth(text: &str, shown: &Body, times: usize) -> bool {
    let seen = count_alphanumeric_to(&shown.text, ENOUGH);
    let held = || count_alphanumeric(text);
    seen < ENOUGH && held() >= WORTH.max(times * seen)
}
