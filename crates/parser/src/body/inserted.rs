//! What stands inside a line of text and is no part of it, where no box parts them: advertisements, and words for screen readers.

use dateline_wire::CutKind;

use super::cue::{Cue, Cues};
use super::marks::{MarkupFamilies, MarkupFamily, Separation};
use crate::dom::{Node, local_name};

/// Characters of the longest advertisement inside a line. What is longer is a story in an element with an odd name.
const LONGEST_ADVERT: usize = 300;

/// Characters of the longest text inside a line that is cut because nobody sees it. A longer one may be the story, before a
/// script shows it.
const LONGEST_UNSEEN: usize = 120;

/// Nodes that are looked at for its text.
const NODES: usize = 60;

/// What an inline element with these marks holds that is cut, and how many characters: `None` where it is a part of the line.
/// Names alone make no advertisement, since stories link shops and name sponsors; but networks insert theirs as `<ins>`, and
/// others label them in words.
pub(super) fn cut(node: Node<'_>, marks: MarkupFamilies) -> Option<(CutKind, usize)> {
    if is_unseen(marks) {
        let length = length(&text(node, LONGEST_UNSEEN)?);
        return (length <= LONGEST_UNSEEN).then_some((CutKind::Aside, length));
    }
    if !marks.has(MarkupFamily::Advert) {
        return None;
    }
    let text = text(node, LONGEST_ADVERT)?;
    let length = length(&text);
    let is_labelled = || Cues::of(text.trim_start()).starts(Cue::Advert);
    (length <= LONGEST_ADVERT && (node.is(&local_name!("ins")) || is_labelled()))
        .then_some((CutKind::Advertisement, length))
}

/// Whether no reader sees an inline element. What only screen readers pass over is there for the eye.
pub(super) fn is_unseen(marks: MarkupFamilies) -> bool {
    [Separation::Hidden, Separation::Spoken, Separation::Styled].into_iter().any(|why| marks.is(why))
}

/// The text in an element, unless it is surely longer than `most` characters.
fn text(node: Node<'_>, most: usize) -> Option<String> {
    let mut text = String::new();
    for (count, inside) in node.descendants().enumerate() {
        text.push_str(inside.text().unwrap_or_default());
        if count >= NODES || text.len() > most * 4 {
            return None;
        }
    }
    Some(text)
}

fn length(text: &str) -> usize {
    text.split_whitespace().map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1)
}
