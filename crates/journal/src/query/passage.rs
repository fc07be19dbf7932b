//! What of a text is shown for the words that it was found by.

use std::ops::Range;

use super::segment::{is_apostrophe, is_dense, is_ignored};
use super::terms::{MAX_TEXT_CHARS, terms_of};
use super::text_query::TextQuery;

/// Which part of a piece stands before its first word at most: one in so many.
const LEAD: usize = 4;

/// A piece of a text around words that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The piece as the text has it, from the beginning of a word to the end of one.
    pub text: String,
    /// Where the words stand in it, in bytes: in order, and apart from one another.
    pub words: Vec<Range<usize>>,
    /// Whether more of the text stands before it.
    pub is_begun: bool,
    /// Whether the text goes on behind it.
    pub goes_on: bool,
}

/// A term, and the place in the text that it was read from.
struct PlacedTerm {
    term: String,
    /// In bytes.
    place: Range<usize>,
    /// The same in characters.
    chars: Range<usize>,
}

impl Passage {
    /// The piece, of at most so many characters, in which most of the words asked for stand, and of several the first.
    pub(super) fn of(query: &TextQuery, text: &str, max_chars: usize) -> Option<Self> {
        let placed = placed_terms(text);
        let terms: Vec<&str> = placed.iter().map(|placed| placed.term.as_str()).collect();
        let bytes_of = |place: Range<usize>| placed[place.start].place.start..placed[place.end - 1].place.end;
        let first = fullest(query, &placed, &terms, max_chars - max_chars / LEAD)?;
        let (start, end) = bounds(text, bytes_of(first), max_chars);
        let shown = placed.partition_point(|term| term.place.start < start)
            ..placed.partition_point(|term| term.place.start < end);
        let mut words: Vec<Range<usize>> = Vec::new();
        for (_, place) in query.places(&terms[shown.clone()]) {
            let word = bytes_of(shown.start + place.start..shown.start + place.end);
            // A run that is placed as a whole may reach beyond the piece.
            if word.end > end {
                continue;
            }
            let word = word.start - start..word.end - start;
            match words.last_mut() {
                Some(last) if word.start <= last.end => last.end = last.end.max(word.end),
                _ => words.push(word),
            }
        }
        Some(Self {
            text: text[start..end].to_owned(),
            words,
            is_begun: !text[..start].trim().is_empty(),
            goes_on: !text[end..].trim().is_empty(),
        })
    }
}

/// The first place from which, within so many characters, most of the words asked for stand. Each place is taken in once and out once at
/// most: a long text may have all of the words everywhere.
fn fullest(
    query: &TextQuery,
    placed: &[PlacedTerm],
    terms: &[&str],
    max_chars: usize,
) -> Option<Range<usize>> {
    let mut left_behind = query.places(terms).peekable();
    let mut counts = vec![0_usize; query.word_count()];
    let (mut within, mut most, mut best) = (0, 0, None);
    for (unit, place) in query.places(terms) {
        within += usize::from(counts[unit] == 0);
        counts[unit] += 1;
        let end = placed[place.end - 1].chars.end;
        let is_far = |first: usize| first < place.start && placed[first].chars.start + max_chars < end;
        while let Some((unit, _)) = left_behind.next_if(|(_, first)| is_far(first.start)) {
            counts[unit] -= 1;
            within -= usize::from(counts[unit] == 0);
        }
        if within > most {
            (most, best) = (within, left_behind.peek().map(|(_, first)| first.clone()));
        }
        if within == counts.len() {
            break;
        }
    }
    best
}

/// Where a piece of at most so many characters begins and ends that has a word and a little before it.
fn bounds(text: &str, word: Range<usize>, max_chars: usize) -> (usize, usize) {
    let line = text[..word.start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..word.start];
    let earliest =
        before.char_indices().rev().take(max_chars / LEAD).last().map_or(before.len(), |(at, _)| at);
    // From the beginning of the line if that is near, else of a word; where nothing parts words, of a character.
    let start = match earliest {
        0 => line,
        _ => line + before[earliest..].find(char::is_whitespace).map_or(earliest, |at| earliest + at),
    };
    let start = start + text[start..].len() - text[start..].trim_start().len();
    let Some((cut, _)) = text[start..].char_indices().nth(max_chars) else {
        return (start, start + text[start..].trim_end().len());
    };
    let cut = start + cut;
    let end = match text[cut..].starts_with(char::is_whitespace) {
        true => cut,
        false => text[..cut].rfind(char::is_whitespace).filter(|end| *end >= word.end).unwrap_or(cut),
    };
    (start, start + text[start..end].trim_end().len())
}

/// The terms of a text in their order: those of a word are all placed where the word stands, pairs of characters each where it stands.
fn placed_terms(text: &str) -> Vec<PlacedTerm> {
    let mut placed = Vec::new();
    let mut chars = text.char_indices().enumerate().take(MAX_TEXT_CHARS).peekable();
    while let Some((start, (from, first))) = chars.next() {
        let is_run_dense = is_dense(first);
        if !is_run_dense && !is_of_word(first) {
            continue;
        }
        let mut ends = vec![from + first.len_utf8()];
        while let Some((_, (at, char))) = chars.next_if(|(_, (_, char))| match is_run_dense {
            true => is_dense(*char),
            false => !is_dense(*char) && (is_of_word(*char) || is_apostrophe(*char)),
        }) {
            ends.push(at + char.len_utf8());
        }
        let end = from + text[from..ends[ends.len() - 1]].trim_end_matches(is_apostrophe).len();
        let first_term = placed.len();
        let chars_end = start + text[from..end].chars().count();
        terms_of(&text[from..end], |term| {
            placed.push(PlacedTerm { term: term.to_owned(), place: from..end, chars: start..chars_end });
        });
        // Characters that are composed when they are looked for (Hangul of several parts) stand where their run does.
        if is_run_dense && placed.len() - first_term == ends.len() {
            for (at, term) in placed[first_term..].iter_mut().enumerate() {
                term.place =
                    at.checked_sub(1).map_or(from, |before| ends[before])..ends[(at + 1).min(ends.len() - 1)];
                term.chars = start + at..chars_end.min(start + at + 2);
            }
        }
    }
    placed
}

fn is_of_word(char: char) -> bool {
    char.is_alphanumeric() || is_ignored(char) || unicode_normalization::char::is_combining_mark(char)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::EventFilter;

    /// The passage with brackets around its words, and dots where the text goes on.
    fn marked(query: &str, text: &str, max_chars: usize) -> Option<String> {
        let mut filter = EventFilter::default();
        filter.set("q", query).unwrap();
        let passage = filter.passage(text, max_chars)?;
        assert!(passage.text.chars().count() <= max_chars, "{passage:?}");
        let mut marked = if passage.is_begun { "…".to_owned() } else { String::new() };
        let mut at = 0;
        for word in &passage.words {
            marked.extend([&passage.text[at..word.start], "[", &passage.text[word.clone()], "]"]);
            at = word.end;
        }
        marked.push_str(&passage.text[at..]);
        marked.push_str(if passage.goes_on { "…" } else { "" });
        Some(marked)
    }

    #[test]
    fn every_form_of_a_word_is_marked() {
        assert_eq!(
            marked("Пхеньян министр", "Министры говорили в Пхеньяне, о чём — не сказано.", 200).unwrap(),
            "[Министры] говорили в [Пхеньяне], о чём — не сказано."
        );
        assert_eq!(
            marked("ferr*", "Two “ferries’ crews”: one Ferry.", 200).unwrap(),
            "Two “[ferries]’ crews”: one [Ferry]."
        );
    }

    #[test]
    fn scripts_without_spaces_are_marked_by_the_character() {
        assert_eq!(
            marked("정상회담", "북러정상회담에서 합의했다.", 200).unwrap(),
            "북러[정상회담]에서 합의했다."
        );
        assert_eq!(
            marked("貨車", "最初の貨車が国境を越えた。", 200).unwrap(),
            "最初の[貨車]が国境を越えた。"
        );
        assert_eq!(marked("ロシア", "ﾛｼｱの船", 200).unwrap(), "[ﾛｼｱ]の船");
    }

    #[test]
    fn a_long_text_is_cut_at_words_around_the_place_that_has_most_of_them() {
        let text = format!(
            "{}The oil went by sea. {}A tanker took oil to Rajin. {}",
            "a ".repeat(90),
            "b ".repeat(90),
            "c ".repeat(90)
        );
        let passage = marked("tanker oil", &text, 60).unwrap();
        assert_eq!(passage, "…b b b b b b A [tanker] took [oil] to Rajin. c c c c c c c c c c…");
        assert_eq!(marked("oil", &text, 30).unwrap(), "…a The [oil] went by sea. b b b b…");
    }

    #[test]
    fn a_passage_begins_with_its_line_where_that_is_near() {
        assert_eq!(
            marked("oil", "One line.\nTheir oil went.\nAnother.", 60).unwrap(),
            "…Their [oil] went.\nAnother."
        );
    }

    #[test]
    fn words_in_a_row_are_one_mark_and_words_elsewhere_none() {
        assert_eq!(
            marked("\"rail link\"", "A link. The rail link.", 60).unwrap(),
            "A link. The [rail link]."
        );
        assert_eq!(marked("rail -link", "The rail link.", 60).unwrap(), "The [rail] link.");
        assert_eq!(marked("ferry", "No ship here.", 60), None);
        assert_eq!(EventFilter::default().passage("No words.", 60), None);
    }

    #[test]
    fn the_words_that_a_piece_was_chosen_for_stand_in_it_beside_what_comes_before_them() {
        // "oil " and "tanker" are ten characters, and a quarter of the piece may stand before them.
        for between in 0..=17 {
            let text = format!("{}oil {}tanker {}", "a ".repeat(50), "b ".repeat(between), "c ".repeat(50));
            let passage = marked("oil tanker", &text, 60).unwrap();
            assert!(passage.contains("[oil]") && passage.contains("[tanker]"), "{passage}");
        }
    }

    #[test]
    fn words_before_the_fullest_place_are_marked_too() {
        assert_eq!(
            marked("oil tanker rajin", "Oil by tanker, and in the night more oil, to Rajin.", 60).unwrap(),
            "[Oil] by [tanker], and in the night more [oil], to [Rajin]."
        );
    }

    #[test]
    fn a_text_without_spaces_and_one_of_any_length_stay_within_bounds() {
        assert!(
            marked("貨車", &format!("{}貨車{}", "山".repeat(500), "川".repeat(500)), 40)
                .unwrap()
                .contains("[貨車]")
        );
        assert!(marked("oil", &format!("{}oil", "x".repeat(300)), 40).is_none());
        assert!(marked("oil", &"oil ".repeat(60_000), 40).is_some());
    }

    #[test]
    fn a_long_text_that_has_each_of_many_phrases_everywhere_is_gone_through_once() {
        let phrases: Vec<String> = (1..=31).map(|length| "山".repeat(length)).collect();
        let text = format!("{}川", "山".repeat(20_000));
        assert!(marked(&format!("{} 川", phrases.join(" ")), &text, 200).is_some());
    }

    /// Letters of one and of several bytes, marks and jamo that are composed, what is taken apart into several, and what parts words.
    const PIECES: [&str; 30] = [
        "a",
        "ferry",
        "İ",
        "ß",
        "ё",
        "и\u{306}",
        "ﬁ",
        "½",
        "㎏",
        "㍿",
        "Ⅳ",
        "e\u{301}",
        "\u{301}",
        "\u{5b0}",
        "שלום",
        "مرحبا",
        "\u{640}",
        "山",
        "川",
        "ﾛ",
        "ﾊﾞ",
        "가",
        "\u{1112}\u{1161}\u{11ab}",
        "ไทย",
        "👩\u{200d}🚀",
        "\u{200b}",
        "'",
        "’",
        " ",
        "\n",
    ];

    proptest! {
        #[test]
        fn of_whatever_characters_a_text_is_its_words_are_marked_in_order_and_within_bounds(
            text in prop::collection::vec(prop::sample::select(&PIECES), 0..80),
            words in prop::collection::vec(prop::sample::select(&PIECES), 1..6),
            is_phrase: bool,
            max_chars in 0..60_usize,
        ) {
            let query = if is_phrase { format!("\"{}\"", words.concat()) } else { words.concat() };
            let mut filter = EventFilter::default();
            // What has no letter asks for nothing.
            let is_asked = filter.set("q", &query).is_ok();
            let text = text.concat();
            let Some(passage) = filter.passage(&text, max_chars).filter(|_| is_asked) else { return Ok(()) };
            prop_assert!(text.contains(&passage.text) && passage.text.chars().count() <= max_chars);
            let mut end = 0;
            for word in passage.words {
                prop_assert!(end <= word.start && word.start < word.end && passage.text.get(word.clone()).is_some());
                end = word.end;
            }
        }
    }
}
