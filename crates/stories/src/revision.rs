//! What an edit changed: paragraphs added, removed and changed, and whether that is more than a counter or a list of links.
//!
//! Paragraphs are compared by their words: case, spacing and punctuation alone are no change. The longest sequence of paragraphs that
//! stayed in order stands; what lies between is paired by the words in common.

use std::collections::{HashMap, VecDeque};

use dateline_wire::{ChangeKind, Span, TextChange};

/// No more changes are told of one edit.
const MAX_CHANGES: usize = 100;

/// So many paragraphs of the new text are tried as what became of one of the old.
const MAX_TRIED: usize = 12;

/// Two paragraphs with this part of their words in common are one, edited.
const MIN_COMMON: f64 = 0.4;

/// A line of fewer words that is no sentence is a label, a counter or a link.
const MIN_WORDS: usize = 12;

/// The marks that end a sentence.
const ENDS: [char; 14] = ['.', '!', '?', '…', '”', '"', '»', '。', '！', '？', '」', '”', ':', ')'];

/// The words that a notice of a correction begins with, in lower case. How papers word it: their own pages of corrections.
const NOTICES: [&str; 32] = [
    "correction",
    "corrections",
    "corrected",
    "corrects",
    "clarification",
    "clarifies",
    "an earlier version",
    "a previous version",
    "this article has been corrected",
    "this story has been corrected",
    "editor's note",
    "editor’s note",
    "исправление",
    "исправлено",
    "уточнение",
    "в предыдущей версии",
    "поправка",
    "виправлення",
    "виправлено",
    "уточнення",
    "у попередній версії",
    "정정",
    "바로잡습니다",
    "[정정]",
    "更正",
    "勘误",
    "勘誤",
    "訂正",
    "お詫びと訂正",
    "korrektur",
    "correctif",
    "corrección",
];

/// A title and a text, paragraphs parted by line feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version<'v> {
    /// The headline; empty where there is none.
    pub title: &'v str,
    /// The body.
    pub text: &'v str,
}

/// What an edit comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
    /// What a reader is told otherwise than before; empty where that is nothing.
    pub changes: Vec<TextChange>,
    /// The notice of a correction that was added.
    pub correction: Option<Span>,
}

struct Paragraph<'t> {
    text: &'t str,
    span: Span,
    words: Vec<Word<'t>>,
}

struct Word<'t> {
    text: &'t str,
    span: Span,
}

/// What `after` says otherwise than `before`.
pub fn edit(before: Version<'_>, after: Version<'_>) -> Edit {
    let mut changes = Vec::new();
    if keys(&words(before.title, 0)) != keys(&words(after.title, 0)) {
        changes.push(TextChange {
            kind: ChangeKind::Title,
            before: Some(before.title.to_owned()).filter(|title| !title.is_empty()),
            after: Some(after.title.to_owned()).filter(|title| !title.is_empty()),
            spans: Vec::new(),
        });
    }
    let (old, new) = (paragraphs(before.text), paragraphs(after.text));
    let mut at = (0, 0);
    for anchor in anchors(&old, &new).into_iter().chain([(old.len(), new.len())]) {
        between(&old[at.0..anchor.0], &new[at.1..anchor.1], &mut changes);
        at = (anchor.0 + 1, anchor.1 + 1);
    }
    let known: Vec<&str> = old.iter().map(|paragraph| paragraph.text).collect();
    let notice = new.iter().find(|paragraph| is_notice(paragraph.text) && !known.contains(&paragraph.text));
    changes.truncate(MAX_CHANGES);
    Edit { changes, correction: notice.map(|paragraph| paragraph.span) }
}

/// The paragraphs that stayed, in order: the longest growing sequence of equal ones.
fn anchors(old: &[Paragraph<'_>], new: &[Paragraph<'_>]) -> Vec<(usize, usize)> {
    let mut places: HashMap<Vec<String>, VecDeque<usize>> = HashMap::new();
    for (at, paragraph) in new.iter().enumerate() {
        places.entry(keys(&paragraph.words)).or_default().push_back(at);
    }
    let pairs: Vec<(usize, usize)> = old
        .iter()
        .enumerate()
        .filter_map(|(at, paragraph)| Some((at, places.get_mut(&keys(&paragraph.words))?.pop_front()?)))
        .collect();
    // Of each length, the pair that ends the best sequence so long; and for each pair, the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < pair.1);
        previous.push(length.checked_sub(1).map(|last| ends[last]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut chain: Vec<(usize, usize)> = Vec::new();
    let mut next = ends.last().copied();
    while let Some(index) = next {
        chain.push(pairs[index]);
        next = previous[index];
    }
    chain.reverse();
    chain
}

/// What became of the paragraphs between two that stayed.
fn between(old: &[Paragraph<'_>], new: &[Paragraph<'_>], changes: &mut Vec<TextChange>) {
    let mut at = 0;
    for before in old {
        let tried = new[at..].iter().take(MAX_TRIED);
        let found = tried.clone().position(|after| common(before, after) >= MIN_COMMON);
        match found {
            Some(place) => {
                changes.extend(new[at..at + place].iter().filter_map(added));
                changes.extend(changed(before, &new[at + place]));
                at += place + 1;
            }
            None if is_told(before) => changes.push(TextChange {
                kind: ChangeKind::Removed,
                before: Some(before.text.to_owned()),
                after: None,
                spans: Vec::new(),
            }),
            None => {}
        }
    }
    changes.extend(new[at..].iter().filter_map(added));
}

fn added(paragraph: &Paragraph<'_>) -> Option<TextChange> {
    is_told(paragraph).then(|| TextChange {
        kind: ChangeKind::Added,
        before: None,
        after: Some(paragraph.text.to_owned()),
        spans: vec![paragraph.span],
    })
}

fn changed(before: &Paragraph<'_>, after: &Paragraph<'_>) -> Option<TextChange> {
    let (old, new) = (keys(&before.words), keys(&after.words));
    let is_counter = !is_told(after) && !is_told(before);
    if old == new || is_counter {
        return None;
    }
    let head = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let rest = old.len().min(new.len()) - head;
    let tail =
        old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(one, other)| one == other).count();
    let words = &after.words[head..after.words.len() - tail];
    let span =
        words.first().zip(words.last()).map(|(first, last)| Span::new(first.span.start, last.span.end));
    Some(TextChange {
        kind: ChangeKind::Changed,
        before: Some(before.text.to_owned()),
        after: Some(after.text.to_owned()),
        // Where words are only gone, the place that they are gone from.
        spans: vec![span.unwrap_or_else(|| {
            let place = after.words.get(head).map_or(after.span.end, |word| word.span.start);
            Span::new(place, place)
        })],
    })
}

/// Whether a paragraph tells something, by its length or by ending as a sentence does.
fn is_told(paragraph: &Paragraph<'_>) -> bool {
    paragraph.words.len() >= MIN_WORDS
        || paragraph.text.trim_end().ends_with(ENDS) && paragraph.words.len() >= 3
}

/// The part of the words of the shorter paragraph that the other has too.
fn common(one: &Paragraph<'_>, other: &Paragraph<'_>) -> f64 {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for key in keys(&one.words) {
        *counts.entry(key).or_default() += 1;
    }
    let shared = keys(&other.words).into_iter().filter(|key| {
        counts.get_mut(key).is_some_and(|count| {
            let is_left = *count > 0;
            *count = count.saturating_sub(1);
            is_left
        })
    });
    let all = one.words.len().max(other.words.len()).max(1);
    shared.count() as f64 / all as f64
}

fn is_notice(text: &str) -> bool {
    let lower = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[').to_lowercase();
    NOTICES.iter().any(|notice| lower.starts_with(notice))
}

fn keys(words: &[Word<'_>]) -> Vec<String> {
    words.iter().map(|word| word.text.to_lowercase()).collect()
}

fn paragraphs(text: &str) -> Vec<Paragraph<'_>> {
    let mut at = 0;
    text.split('\n')
        .map(|line| {
            let length = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
            let start = at;
            at += length.saturating_add(1);
            Paragraph {
                text: line,
                span: Span::new(start, start.saturating_add(length)),
                words: words(line, start),
            }
        })
        .filter(|paragraph| !paragraph.words.is_empty())
        .collect()
}

/// The words of a line that begins at scalar value `at`; characters where words cannot be told.
fn words(line: &str, at: u32) -> Vec<Word<'_>> {
    let mut found: Vec<Word<'_>> = Vec::new();
    let mut open: Option<(usize, u32)> = None;
    let mut place = at;
    let mut end = |open: &mut Option<(usize, u32)>, byte: usize, place: u32| {
        if let Some((from, start)) = open.take() {
            found.push(Word { text: &line[from..byte], span: Span::new(start, place) });
        }
    };
    for (byte, c) in line.char_indices() {
        let is_dense = crate::script::is_dense(c);
        if !c.is_alphanumeric() || is_dense {
            end(&mut open, byte, place);
        }
        if c.is_alphanumeric() && open.is_none() {
            open = Some((byte, place));
        }
        place += 1;
    }
    end(&mut open, line.len(), place);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "The ferry left the harbour at six on Monday.\nForty people were on board, the port said.\nIt will sail again on Friday.";

    fn of(title: (&str, &str), text: (&str, &str)) -> Edit {
        edit(Version { title: title.0, text: text.0 }, Version { title: title.1, text: text.1 })
    }

    fn told(after: &str) -> Vec<(ChangeKind, Vec<String>)> {
        let changes = of(("Ferry runs", "Ferry runs"), (BEFORE, after)).changes;
        let shown = |change: &TextChange| {
            change.spans.iter().map(|span| span.slice(after).unwrap_or("(outside)").to_owned()).collect()
        };
        changes.iter().map(|change| (change.kind, shown(change))).collect()
    }

    #[test]
    fn a_changed_word_is_shown_in_its_paragraph() {
        let after = BEFORE.replace("Forty people", "Fifty people");
        assert_eq!(told(&after), [(ChangeKind::Changed, vec!["Fifty".to_owned()])]);
    }

    #[test]
    fn added_and_removed_paragraphs_are_told() {
        let after = "The ferry left the harbour at six on Monday.\nFishermen had complained about the noise.\nIt will sail again on Friday.";
        let kinds: Vec<ChangeKind> = told(after).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [ChangeKind::Removed, ChangeKind::Added]);
    }

    #[test]
    fn spacing_counters_and_links_are_no_change() {
        assert_eq!(told(&BEFORE.replace(", the port", " — the port")), []);
        assert_eq!(told(&format!("{BEFORE}\nMore about ferries")), []);
        assert_eq!(of(("Ferry runs", "Ferry  runs!"), (BEFORE, BEFORE)), Edit::default());
        let counted = |number: &str| format!("{BEFORE}\nViews {number}");
        assert_eq!(of(("", ""), (&counted("12"), &counted("340"))).changes, []);
    }

    #[test]
    fn another_title_is_told() {
        let change = of(("Ferry runs", "Ferry sinks"), (BEFORE, BEFORE)).changes;
        assert_eq!(change[0].kind, ChangeKind::Title);
        assert_eq!(change[0].after.as_deref(), Some("Ferry sinks"));
    }

    #[test]
    fn a_notice_of_a_correction_is_known() {
        for notice in [
            "Correction: an earlier version gave another day.",
            "바로잡습니다. 요일이 틀렸습니다.",
            "更正：早前版本日期有误。",
        ] {
            let after = format!("{BEFORE}\n{notice}");
            let found = of(("", ""), (BEFORE, &after)).correction.unwrap();
            assert_eq!(found.slice(&after), Some(notice));
            assert_eq!(of(("", ""), (&after, &after)).correction, None);
        }
    }

    #[test]
    fn floods_of_paragraphs_end() {
        let many: String = (0..5_000).map(|n| format!("Line {n} says nothing new today.\n")).collect();
        let others: String =
            (0..5_000).map(|n| format!("Other {n} has nothing else to add here.\n")).collect();
        assert_eq!(of(("", ""), (&many, &others)).changes.len(), MAX_CHANGES);
    }
}
