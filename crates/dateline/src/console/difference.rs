//! What an edit changed, word by word.

use std::time::{Duration, Instant};

use dateline_wire::{ChangeKind, TextChange};
use maud::{Markup, html};
use similar::{Algorithm, ChangeTag, TextDiff};

use super::figures::words;
use super::shown::visible;

/// How long one page looks for the least difference before it takes a larger one.
const PATIENCE: Duration = Duration::from_millis(50);
/// The most of one paragraph that is compared, in scalar values.
const MAX_COMPARED_CHARS: usize = 8_000;

/// The changes of one revision.
pub(crate) fn changes(changes: &[TextChange]) -> Markup {
    let deadline = Instant::now() + PATIENCE;
    html! {
        @for change in changes {
            div.change {
                span.chip { @match change.kind { ChangeKind::Title => "headline", _ => (words(&change.kind)) } }
                p { (difference(change.before.as_deref(), change.after.as_deref(), deadline)) }
            }
        }
    }
}

fn difference(before: Option<&str>, after: Option<&str>, deadline: Instant) -> Markup {
    let before = visible(before.unwrap_or_default(), MAX_COMPARED_CHARS);
    let after = visible(after.unwrap_or_default(), MAX_COMPARED_CHARS);
    let mut configuration = TextDiff::configure();
    configuration.algorithm(Algorithm::Patience).deadline(deadline);
    // Scripts without spaces between words are compared by characters.
    let spaced = |text: &str| text.chars().filter(|c| *c == ' ').count() * 15 >= text.chars().count();
    let found = match spaced(&before) || spaced(&after) {
        true => configuration.diff_words(&before, &after),
        false => configuration.diff_chars(&before, &after),
    };
    // Neighbours of one kind are one piece.
    let mut pieces: Vec<(ChangeTag, String)> = Vec::new();
    for change in found.iter_all_changes() {
        match pieces.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => pieces.push((change.tag(), change.value().to_owned())),
        }
    }
    html! {
        @for (tag, text) in pieces {
            @match tag {
                ChangeTag::Equal => (text),
                ChangeTag::Delete => del { (text) },
                ChangeTag::Insert => ins { (text) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(5);
        difference(Some(before), Some(after), deadline).into_string()
    }

    #[test]
    fn words_that_changed_are_shown_and_the_others_stand() {
        assert_eq!(
            shown("The bridge opens in May.", "The bridge opens in July."),
            "The bridge opens in <del>May.</del><ins>July.</ins>"
        );
    }

    #[test]
    fn a_script_without_spaces_is_compared_by_characters() {
        assert_eq!(shown("列车五月开通", "列车七月开通"), "列车<del>五</del><ins>七</ins>月开通");
    }

    #[test]
    fn what_was_added_or_removed_is_so_as_a_whole_and_never_markup() {
        assert_eq!(shown("", "<b>new</b> words"), "<ins>&lt;b&gt;new&lt;/b&gt; words</ins>");
        assert_eq!(shown("old words", ""), "<del>old words</del>");
    }
}
