//! Advertisements that stand inside a line of text, where no box parts them from it.

use super::cue::{Cue, Cues};
use super::marks::{Mark, Marks};
use crate::dom::{Node, local_name};

/// Characters of the longest advertisement inside a line. What is longer is a story in an element with an odd name.
const LONGEST: usize = 300;

/// Nodes that are looked at for its text.
const NODES: usize = 60;

/// How many characters of advertisement an inline element with these marks holds: `None` where it is none. Names alone are not
/// enough, since stories link shops and name sponsors; but networks insert theirs as `<ins>`, and others label them in words.
pub(super) fn advert(node: Node<'_>, marks: Marks) -> Option<usize> {
    if !marks.has(Mark::Advert) {
        return None;
    }
    let mut text = String::new();
    for (count, inside) in node.descendants().enumerate() {
        text.push_str(inside.text().unwrap_or_default());
        if count >= NODES || text.len() > LONGEST * 4 {
            return None;
        }
    }
    let length =
        text.split_whitespace().map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1);
    let is_labelled = || Cues::of(text.trim_start()).starts(Cue::Advert);
    (length <= LONGEST && (node.is(&local_name!("ins")) || is_labelled())).then_some(length)
}
