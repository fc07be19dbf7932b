//! When the page itself holds next to nothing, the text may still be in its script data.

use dateline_wire::{Body, ParagraphKind};

use super::text::Writer;
use super::witness::Witness;
use crate::letter;

/// Letters of a body from which it needs no rescue.
const ENOUGH: usize = 500;

/// Letters that script data must hold to be worth more than what the page shows.
const WORTH: usize = 500;

/// The body from the page's `articleBody`, where the page shows little and the script data much more. Never more than a
/// rescue: such data is often cut short, or an older wording of what stands on the page.
pub(super) fn from_script(witness: &Witness, shown: &Body) -> Option<Body> {
    let text = witness.article_body.as_deref()?;
    let (held, seen) = (letter::count_alphanumeric(text), letter::count_alphanumeric(&shown.text));
    if seen >= ENOUGH || held < WORTH || held < 2 * seen {
        return None;
    }
    let mut writer = Writer::default();
    for line in text.split(['\n', '\r']) {
        writer.paragraph(line, ParagraphKind::Text);
    }
    Some(writer.finish())
}
