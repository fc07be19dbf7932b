//! A text with what was found in it marked in place: names, passages, the evidence of reasons, whose text it is, what is copied, what
//! an edit changed. Marks overlap as they like: the text is cut wherever one begins or ends, and each piece says all that holds of it.

use dateline_journal::Passage;
use dateline_wire::{Paragraph, ParagraphKind, Place, Span};
use maud::{Markup, html};

use super::shown::{breakable, is_right_to_left, is_tag, visible, visible_piece};

/// The most of a text that is shown, in scalar values: some thirty pages.
pub(crate) const MAX_TEXT_CHARS: usize = 60_000;
/// The most marks that are shown in one text.
const MAX_MARKS: usize = 2_000;

/// What a mark says of its piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum MarkKind {
    /// A passage on the subject.
    Passage,
    /// Text that stands in an earlier article.
    Copied,
    /// Words that an edit changed.
    Edited,
    /// Words that say whose text it is.
    Origin,
    /// The evidence of a rule.
    Reason,
    /// A name.
    Name,
}

impl MarkKind {
    /// In the order in which switches stand.
    pub(crate) const ALL: [Self; 6] =
        [Self::Name, Self::Reason, Self::Passage, Self::Origin, Self::Copied, Self::Edited];

    /// The class of its pieces, and the id of its switch.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Passage => "passage",
            Self::Copied => "copied",
            Self::Edited => "edited",
            Self::Origin => "origin",
            Self::Reason => "reason",
            Self::Name => "name",
        }
    }

    /// What its switch is called.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Passage => "Passages",
            Self::Copied => "Copied",
            Self::Edited => "Edited",
            Self::Origin => "Origin",
            Self::Reason => "Reasons",
            Self::Name => "Names",
        }
    }
}

/// A mark on a span of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Where.
    pub(crate) span: Span,
    /// What kind.
    pub(crate) kind: MarkKind,
    /// What it says, for people.
    pub(crate) note: String,
}

/// The marks that a set of places in the title and the body come to: those of the title, and those of the body.
pub(crate) fn part(places: impl IntoIterator<Item = (Place, MarkKind, String)>) -> (Vec<Mark>, Vec<Mark>) {
    let (mut title, mut body) = (Vec::new(), Vec::new());
    for (place, kind, note) in places {
        match place {
            Place::Title(span) => title.push(Mark { span, kind, note }),
            Place::Body(span) => body.push(Mark { span, kind, note }),
        }
    }
    (title, body)
}

/// A text whose scalar values can be counted off.
struct Counted<'t> {
    text: &'t str,
    /// Where each scalar value begins, and the end.
    offsets: Vec<usize>,
    /// How a piece of it is made visible.
    shown: fn(&str, usize) -> String,
}

impl<'t> Counted<'t> {
    fn new(text: &'t str) -> Self {
        let offsets = text.char_indices().map(|(at, _)| at).take(MAX_TEXT_CHARS);
        let mut offsets: Vec<usize> = offsets.collect();
        let end =
            offsets.last().map_or(0, |last| last + text[*last..].chars().next().map_or(0, char::len_utf8));
        offsets.push(end);
        let shown = if is_right_to_left(text) { visible_piece } else { visible };
        Self { text, offsets, shown }
    }

    fn chars(&self) -> usize {
        self.offsets.len() - 1
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        let last = self.chars();
        let (start, end) = (start.min(last), end.min(last));
        if start < end { &self.text[self.offsets[start]..self.offsets[end]] } else { "" }
    }
}

/// One line of text with its marks.
pub(crate) fn line(text: &str, marks: &[Mark]) -> Markup {
    let counted = Counted::new(text);
    let marks: Vec<&Mark> = marks.iter().take(MAX_MARKS).collect();
    pieces(&counted, 0, counted.chars(), &marks)
}

/// A body with its marks, paragraph by paragraph.
pub(crate) fn body(text: &str, paragraphs: &[Paragraph], marks: &[Mark]) -> Markup {
    let counted = Counted::new(text);
    let mut marks: Vec<&Mark> = marks.iter().take(MAX_MARKS).collect();
    marks.sort_by_key(|mark| mark.span.start);
    let is_cut = text.len() > counted.offsets[counted.chars()];
    html! {
        @for paragraph in paragraphs.iter().filter(|paragraph| (paragraph.start as usize) < counted.chars()) {
            @let (start, end) = (paragraph.start as usize, paragraph.end as usize);
            @let here: Vec<&Mark> = marks
                .iter()
                .take_while(|mark| mark.span.start < paragraph.end)
                .filter(|mark| mark.span.end > paragraph.start)
                .copied()
                .collect();
            @let text = pieces(&counted, start, end, &here);
            @match paragraph.kind {
                ParagraphKind::Text => p { (text) },
                ParagraphKind::Heading => h3 { (text) },
                ParagraphKind::ListItem => p.item { (text) },
                ParagraphKind::Quote => blockquote { (text) },
                ParagraphKind::TableRow | ParagraphKind::Preformatted => p.plain { (text) },
            }
        }
        @if is_cut { p.note { "The text goes on; the raw event has all of it." } }
    }
}

/// A passage with the words that it was found by, on a line of its own direction.
pub(crate) fn passage(passage: &Passage, language: Option<&str>) -> Markup {
    let shown = if is_right_to_left(&passage.text) { visible_piece } else { visible };
    let piece = |from: usize, to: usize| breakable(&shown(&passage.text[from..to], MAX_TEXT_CHARS));
    let befores = passage.words.iter().scan(0, |end, word| Some(std::mem::replace(end, word.end)));
    let last = passage.words.last().map_or(0, |word| word.end);
    html! {
        bdi lang=[language.filter(|tag| is_tag(tag))] {
            @if passage.is_begun { "…" }
            @for (before, word) in befores.zip(&passage.words) { (piece(before, word.start)) mark { (piece(word.start, word.end)) } }
            (piece(last, passage.text.len()))
            @if passage.goes_on { "…" }
        }
    }
}

/// The piece of a text from `start` up to `end`, cut wherever a mark begins or ends.
fn pieces(counted: &Counted<'_>, start: usize, end: usize, marks: &[&Mark]) -> Markup {
    let mut bounds: Vec<usize> = marks
        .iter()
        .flat_map(|mark| [mark.span.start as usize, mark.span.end as usize])
        .filter(|bound| start < *bound && *bound < end)
        .chain([start, end])
        .collect();
    bounds.sort_unstable();
    bounds.dedup();
    html! {
        @for bounds in bounds.windows(2) {
            @let text = breakable(&(counted.shown)(counted.slice(bounds[0], bounds[1]), MAX_TEXT_CHARS));
            @let holding: Vec<&&Mark> = marks
                .iter()
                .filter(|mark| (mark.span.start as usize) <= bounds[0] && bounds[1] <= mark.span.end as usize)
                .collect();
            @if holding.is_empty() {
                (text)
            } @else {
                span class=(classes(&holding)) title=[notes(&holding)] { (text) }
            }
        }
    }
}

fn classes(marks: &[&&Mark]) -> String {
    let mut kinds: Vec<MarkKind> = marks.iter().map(|mark| mark.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let classes: Vec<&str> = kinds.into_iter().map(MarkKind::class).collect();
    format!("m {}", classes.join(" "))
}

/// What the marks say, without that which says nothing more than its kind.
fn notes(marks: &[&&Mark]) -> Option<String> {
    let mut notes: Vec<&str> =
        marks.iter().map(|mark| mark.note.as_str()).filter(|note| !note.is_empty()).collect();
    notes.dedup();
    (!notes.is_empty()).then(|| visible(&notes.join("; "), 300))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: u32, end: u32, kind: MarkKind, note: &str) -> Mark {
        Mark { span: Span::new(start, end), kind, note: note.to_owned() }
    }

    #[test]
    fn marks_that_overlap_share_their_piece() {
        let marks = [mark(0, 9, MarkKind::Passage, ""), mark(4, 9, MarkKind::Name, "Moscow (place)")];
        assert_eq!(
            line("Out Moscow is", &marks).into_string(),
            "<span class=\"m passage\">Out </span><span class=\"m passage name\" title=\"Moscow (place)\">Mosco</span>w is"
        );
    }

    #[test]
    fn spans_count_scalar_values_and_may_reach_past_the_end() {
        let text = "🛬 Пхеньян";
        let marked = line(text, &[mark(2, 90, MarkKind::Name, "")]).into_string();
        assert_eq!(marked, "🛬 <span class=\"m name\">Пхеньян</span>");
        assert_eq!(line("", &[mark(0, 3, MarkKind::Name, "")]).into_string(), "");
    }

    #[test]
    fn a_text_is_never_markup_marked_or_not() {
        let marked = line("<b>x</b><i>", &[mark(3, 4, MarkKind::Name, "\"><script>")]).into_string();
        assert!(!marked.contains("<b>") && !marked.contains("<script>"), "{marked}");
    }

    #[test]
    fn marks_of_direction_stay_in_a_text_that_is_written_from_right_to_left() {
        let marked = |text: &str| line(text, &[mark(0, 1, MarkKind::Name, "")]).into_string();
        assert!(marked("א\u{200f}-").ends_with("</span>\u{200f}-"));
        assert!(marked("a\u{200f}-").ends_with("</span>⟨U+200F⟩-"));
    }

    #[test]
    fn a_passage_marks_the_words_that_it_was_found_by() {
        let found = Passage {
            text: "A <b>ferry\nsails".to_owned(),
            words: vec![5..10, 11..16],
            is_begun: false,
            goes_on: true,
        };
        assert_eq!(
            passage(&found, Some("en")).into_string(),
            "<bdi lang=\"en\">A &lt;b&gt;<mark>ferry</mark> <mark>sails</mark>…</bdi>"
        );
    }

    #[test]
    fn each_paragraph_is_what_the_page_marks_it_as() {
        let paragraphs = [
            Paragraph { start: 0, end: 3, kind: ParagraphKind::Heading },
            Paragraph { start: 4, end: 7, kind: ParagraphKind::Text },
        ];
        let shown = body("one\ntwo", &paragraphs, &[mark(2, 5, MarkKind::Passage, "")]).into_string();
        assert_eq!(
            shown,
            "<h3>on<span class=\"m passage\">e</span></h3><p><span class=\"m passage\">t</span>wo</p>"
        );
    }

    #[test]
    fn a_text_of_any_length_is_shown_in_bounded_room() {
        let text = "word ".repeat(1 << 20);
        let end = u32::try_from(text.len()).expect("a length");
        let paragraphs = [Paragraph { start: 0, end, kind: ParagraphKind::Text }];
        let marks: Vec<Mark> = (0..50_000).map(|at| mark(at * 5, at * 5 + 4, MarkKind::Name, "x")).collect();
        let shown = body(&text, &paragraphs, &marks).into_string();
        assert!(shown.len() < 300_000, "{}", shown.len());
        assert!(shown.contains("The text goes on"));
    }
}
