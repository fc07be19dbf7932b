//! One spelling of a name or word, as the subject's files write it, and whether it stands at a place in a text.
//!
//! | sign | where | means |
//! | --- | --- | --- |
//! | `~` | in front | ambiguous alone: counts only where a clear spelling of the same name stands in the title or before |
//! | `+` | in front | needs company: counts only near a name that stands for a side by itself, or for the other side in company |
//! | `=` | in front | counts only in this case: `=DPRK` |
//! | `@` | in front | counts only in a text of this column's language: `@러` |
//! | `^` | in front | a surname: counts as with `+`, and only in a text where it never stands beside another word in capitals |
//! | `*` | in front | may be the end of a longer word |
//! | `*` | at the end | may be the beginning of a longer word |
//! | `|` | after a stem | the word goes on with one of the endings declared for its script: `Путин|`, `Северн|ая Коре|я` |
//! | `-` | between letters | a hyphen, a space or nothing |
//!
//! What follows `|` in a word is the ending of the dictionary form; it is for the reader, any declared ending matches.

use super::fold::{FoldedText, fold};

/// The endings that may follow a stem, by script.
#[derive(Debug, Clone, Default)]
pub(crate) struct Endings {
    pub(crate) cyrillic: Vec<String>,
    pub(crate) latin: Vec<String>,
    /// Particles and suffixes that may follow any Hangul name, up to three in a row.
    pub(crate) hangul: Vec<String>,
}

impl Endings {
    fn allow(&self, rest: &str, script: Script) -> bool {
        match script {
            Script::Cyrillic => self.cyrillic.iter().any(|ending| ending == rest),
            Script::Latin => self.latin.iter().any(|ending| ending == rest),
            Script::Hangul => self.chain(rest, 3),
            _ => rest.is_empty(),
        }
    }

    fn chain(&self, rest: &str, left: u8) -> bool {
        rest.is_empty()
            || left > 0
                && self
                    .hangul
                    .iter()
                    .filter_map(|particle| rest.strip_prefix(particle.as_str()))
                    .any(|rest| self.chain(rest, left - 1))
    }
}

/// Scripts as far as the edges of words go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Latin,
    Cyrillic,
    Hangul,
    Han,
    Hiragana,
    Katakana,
    Digit,
    Other,
}

impl Script {
    /// The script of a folded character.
    pub(crate) fn of(c: char) -> Self {
        match u32::from(c) {
            0x30..=0x39 => Self::Digit,
            0x61..=0x7A | 0x41..=0x5A | 0xC0..=0x24F | 0x1E00..=0x1EFF => Self::Latin,
            0x400..=0x52F => Self::Cyrillic,
            0xAC00..=0xD7A3 => Self::Hangul,
            0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => Self::Han,
            0x3041..=0x309F => Self::Hiragana,
            0x30A1..=0x30FF => Self::Katakana,
            _ => Self::Other,
        }
    }

    /// Whether a word in this script goes on as long as its letters do: true but of Han, whose words show no edge, and of
    /// hiragana, which is grammar more often than name.
    fn has_word_edges(self) -> bool {
        matches!(self, Self::Latin | Self::Cyrillic | Self::Hangul | Self::Katakana | Self::Digit)
    }
}

/// What may stand behind a piece of a spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PieceBoundary {
    /// The word ends, but for Hangul's particles.
    Edge,
    /// A declared ending.
    Ending,
    /// Anything.
    Anything,
}

/// A spelling, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Spelling {
    /// Literal pieces in order, each with what may follow it.
    pieces: Vec<(String, PieceBoundary)>,
    /// It may start inside a word.
    pub(super) open_start: bool,
    /// Which bytes of the spelling end a letter in upper case, if case counts.
    cased: Option<Vec<bool>>,
    /// The spelling as it is written there, if case counts.
    written: Option<String>,
    /// It counts only once its name is established.
    pub(crate) ambiguous: bool,
    /// It counts only near a name that stands for a side by itself.
    pub(crate) needs_company: bool,
    /// It counts only in texts of its column's language.
    pub(crate) own_language: bool,
    /// It is a surname that others bear, too: it counts only where it stands without a given name or a title.
    pub(crate) surname: bool,
}

impl Spelling {
    /// Reads one spelling, giving one compiled form for each way its hyphens may be written.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(crate) fn parse(written: &str) -> Result<Vec<Self>, String> {
        let (mut ambiguous, mut needs_company, mut own_language) = (false, false, false);
        let (mut exact, mut open_start, mut surname) = (false, false, false);
        let mut rest = written.trim();
        loop {
            let flag = match rest.chars().next() {
                Some('~') => &mut ambiguous,
                Some('+') => &mut needs_company,
                Some('@') => &mut own_language,
                Some('=') => &mut exact,
                Some('*') => &mut open_start,
                Some('^') => &mut surname,
                _ => break,
            };
            if std::mem::replace(flag, true) {
                return Err(format!("`{written}` bears the same sign twice"));
            }
            rest = &rest[1..];
        }
        needs_company |= surname;
        let (core, open_end) = match rest.strip_suffix('*') {
            Some(core) => (core, true),
            None => (rest, false),
        };
        if core.is_empty() || core.contains(['*', '~', '+', '@', '=', '^']) {
            return Err(format!("`{written}` is no spelling"));
        }
        let joints: &[&str] = if core.contains('-') { &["-", " ", ""] } else { &["-"] };
        joints
            .iter()
            .map(|joint| {
                let variant = core.replace('-', joint);
                let mut pieces = Vec::new();
                let mut literal = String::new();
                let mut words = variant.split(' ').peekable();
                while let Some(word) = words.next() {
                    let (stem, inflected) = match word.split_once('|') {
                        Some((stem, _)) => (stem, true),
                        None => (word, false),
                    };
                    if stem.is_empty() {
                        return Err(format!("a word of `{written}` has no stem"));
                    }
                    literal.push_str(&fold(stem));
                    if inflected {
                        pieces.push((std::mem::take(&mut literal), PieceBoundary::Ending));
                    }
                    if words.peek().is_some() {
                        literal.push(' ');
                    }
                }
                if literal.is_empty() {
                    if let (true, Some(last)) = (open_end, pieces.last_mut()) {
                        last.1 = PieceBoundary::Anything;
                    }
                } else {
                    pieces.push((
                        literal,
                        if open_end { PieceBoundary::Anything } else { PieceBoundary::Edge },
                    ));
                }
                let written = exact.then(|| variant.replace('|', ""));
                let cased = written.as_deref().map(|written| {
                    let folded = FoldedText::of(written);
                    folded.upper(0, folded.text.len()).to_vec()
                });
                Ok(Self {
                    pieces,
                    open_start,
                    cased,
                    written,
                    ambiguous,
                    needs_company,
                    own_language,
                    surname,
                })
            })
            .collect()
    }

    /// The literal that a search must find before [`Spelling::stands_at`] is asked.
    pub(crate) fn literal(&self) -> &str {
        &self.pieces[0].0
    }

    /// The words of the spelling as literal pieces, each without what isn't certain to follow it, and whether letters may.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, bool)> {
        self.pieces.iter().flat_map(|(literal, after)| {
            let words = literal.split(' ').filter(|word| !word.is_empty());
            let last = literal.split(' ').next_back().unwrap_or_default();
            words.map(move |word| (word, word == last && *after != PieceBoundary::Edge))
        })
    }

    /// The case-sensitive form, if case counts.
    pub(crate) fn cased(&self) -> Option<&str> {
        self.written.as_deref()
    }

    /// If the spelling stands in `folded` at byte `start`, where its literal was found: the byte where it ends.
    pub(crate) fn stands_at(&self, folded: &FoldedText, start: usize, endings: &Endings) -> Option<usize> {
        let text = folded.text.as_str();
        let first = text[start..].chars().next()?;
        if !self.open_start && !starts_word(text, start, first) {
            return None;
        }
        let mut at = start;
        for (literal, after) in &self.pieces {
            at += text[at..].strip_prefix(literal.as_str()).map(|_| literal.len())?;
            let script = text[..at].chars().next_back().map_or(Script::Other, Script::of);
            let run = run_length(&text[at..], script);
            let rest = &text[at..at + run];
            match after {
                PieceBoundary::Anything if matches!(script, Script::Latin | Script::Cyrillic) => at += run,
                PieceBoundary::Anything => {}
                PieceBoundary::Ending if endings.allow(rest, script) => at += run,
                PieceBoundary::Edge if script == Script::Hangul && endings.allow(rest, script) => {}
                PieceBoundary::Edge if rest.is_empty() => {}
                _ => return None,
            }
        }
        if self.ambiguous && begins_given_name(folded, at) {
            return None;
        }
        if let Some(cased) = &self.cased {
            let there = folded.upper(start, at);
            if cased.iter().zip(there).any(|(wanted, found)| wanted != found) {
                return None;
            }
        }
        Some(at)
    }
}

/// Whether a hyphened given name follows at byte `at`, as in "Kim Yeon-chul": then the surname before it is that of somebody else.
fn begins_given_name(folded: &FoldedText, at: usize) -> bool {
    let rest = &folded.text[at..];
    let Some(name) = rest.strip_prefix(' ') else { return false };
    let letters = |text: &str| text.bytes().take(LONGEST_ENDING).take_while(u8::is_ascii_lowercase).count();
    let first = letters(name);
    let capital = folded.upper(at + 1, at + 2).first() == Some(&true);
    first > 1 && capital && name[first..].strip_prefix('-').is_some_and(|second| letters(second) > 1)
}

/// Whether the word from `start` to `end` has no word in capitals beside it, as a given name or a title would be, and is no
/// nickname: alone between quotation marks.
pub(crate) fn stands_alone(folded: &FoldedText, start: usize, end: usize) -> bool {
    let text = folded.text.as_str();
    let begins_upper = |at: usize| {
        let length = text[at..].chars().next().map_or(0, char::len_utf8);
        folded.upper(at, at + length).contains(&true)
    };
    let named_before = text[..start].strip_suffix(' ').is_some_and(|before| {
        let letters = before.chars().rev().take(LONGEST_ENDING).take_while(|c| c.is_alphabetic());
        let length: usize = letters.map(char::len_utf8).sum();
        length > 0 && begins_upper(before.len() - length)
    });
    let named_after = text[end..].starts_with(' ') && begins_upper(end + 1);
    let is_mark = |c: char| matches!(c, '"' | '\'' | '“' | '”' | '„' | '‘' | '’' | '«' | '»');
    let is_quoted = text[..start].ends_with(is_mark) && text[end..].starts_with(is_mark);
    !named_before && !named_after && !is_quoted
}

/// Whether a word that begins with `first` may begin at byte `at`.
fn starts_word(text: &str, at: usize, first: char) -> bool {
    text[..at].chars().next_back().is_none_or(|before| !goes_on(before, first))
}

/// Whether the word of the character `before` goes on with `c`.
#[inline]
pub(super) fn goes_on(before: char, c: char) -> bool {
    match (before, c) {
        // Nearly every letter of a text is one of these, and need not be looked up.
        ('a'..='z', 'a'..='z') | ('а'..='я', 'а'..='я') | ('가'..='힣', '가'..='힣') => return true,
        (_, '\u{4E00}'..='\u{9FFF}') => return false,
        _ => {}
    }
    let script = Script::of(c);
    script.has_word_edges() && continues(before, script)
}

/// Characters looked at behind a spelling; longer than any ending, so that endless "words" cost nothing.
const LONGEST_ENDING: usize = 32;

/// How many bytes of `rest` go on in the word of a character of `script` before it.
fn run_length(rest: &str, script: Script) -> usize {
    if !script.has_word_edges() {
        return 0;
    }
    rest.chars().take(LONGEST_ENDING).take_while(|c| continues(*c, script)).map(char::len_utf8).sum()
}

/// Whether `c` belongs to the same word as a neighbour of `script`.
fn continues(c: char, script: Script) -> bool {
    let own = Script::of(c);
    own == script || script == Script::Digit && own == Script::Other && c.is_numeric()
}

/// The language whose script this text shows, as far as script tells: kana, Hangul and Han do; else `und`.
pub(crate) fn language_of_script(title: &str, body: &str) -> &'static str {
    /// Characters that suffice to tell.
    const SAMPLE: usize = 2_000;
    let (mut kana, mut hangul, mut han, mut letters) = (0, 0, 0, 0);
    for c in title.chars().chain(body.chars()).filter(|c| c.is_alphabetic()).take(SAMPLE) {
        letters += 1;
        match Script::of(c) {
            Script::Hiragana | Script::Katakana => kana += 1,
            Script::Hangul => hangul += 1,
            Script::Han => han += 1,
            _ => {}
        }
    }
    // A fifth is far more than quotations bring, and less than any text of its own has (a Japanese one: kana).
    match letters / 5 {
        fifth if hangul > fifth => "ko",
        _ if kana * 10 > letters => "ja",
        fifth if han > fifth => "zh",
        _ => "und",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(spelling: &str, text: &str) -> Option<String> {
        let endings = Endings {
            cyrillic: ["", "а", "у", "ой", "ая", "я", "и", "ю"].map(str::to_owned).to_vec(),
            latin: ["", "s"].map(str::to_owned).to_vec(),
            hangul: ["은", "의", "과", "군", "에서"].map(str::to_owned).to_vec(),
        };
        let folded = FoldedText::of(text);
        Spelling::parse(spelling).unwrap().iter().find_map(|spelling| {
            folded.text.match_indices(spelling.literal()).find_map(|(start, _)| {
                let end = spelling.stands_at(&folded, start, &endings)?;
                folded.span(start, end).slice(text).map(str::to_owned)
            })
        })
    }

    #[test]
    fn a_closed_spelling_stands_as_a_whole_word_only() {
        assert_eq!(stands("Rova", "in ROVA."), Some("ROVA".into()));
        assert_eq!(stands("Rova", "Provan"), None);
        assert_eq!(stands("Rova", "Rovan"), None);
        assert_eq!(stands("Rova", "R2rova"), Some("rova".into()));
    }

    #[test]
    fn a_stem_takes_declared_endings_in_every_word() {
        assert_eq!(stands("Северн|ая Ров|а", "из Северной Рову!"), Some("Северной Рову".into()));
        assert_eq!(stands("Северн|ая Ров|а", "из Северной Ровер"), None);
    }

    #[test]
    fn hangul_takes_particles_but_leaves_them_out_of_the_name() {
        assert_eq!(stands("로바", "로바군에서 왔다"), Some("로바".into()));
        assert_eq!(stands("로바", "로바산에 올랐다"), None);
        assert_eq!(stands("로바", "크로바"), None);
        assert_eq!(stands("로바*", "로바산에"), Some("로바".into()));
    }

    #[test]
    fn katakana_ends_where_it_ends_and_han_anywhere() {
        assert_eq!(stands("ローバ", "ローバの首都"), Some("ローバ".into()));
        assert_eq!(stands("ローバ", "プローバ"), None);
        assert_eq!(stands("露坂", "対露坂協議"), Some("露坂".into()));
    }

    #[test]
    fn hyphens_are_written_as_people_write_them() {
        for text in ["Ro Ba-mi", "Ro Ba Mi", "Ro Bami", "RO BA\u{2011}MI"] {
            assert_eq!(stands("Ro Ba-mi", text).as_deref(), Some(text));
        }
    }

    #[test]
    fn case_counts_where_the_spelling_says_so() {
        assert_eq!(stands("=ROV", "the ROV said"), Some("ROV".into()));
        assert_eq!(stands("=ROV", "the rov said"), None);
    }

    #[test]
    fn an_ambiguous_surname_before_another_given_name_is_somebody_elses() {
        assert_eq!(stands("~Rova", "Rova went").as_deref(), Some("Rova"));
        assert_eq!(stands("~Rova", "said Rova Yeon-chul"), None);
        assert_eq!(stands("~Rova", "a Rova well-known").as_deref(), Some("Rova"));
    }

    #[test]
    fn a_surname_stands_alone_where_no_word_in_capitals_is_beside_it() {
        let alone = |text: &str| {
            let folded = FoldedText::of(text);
            let start = folded.text.find("rova").unwrap();
            stands_alone(&folded, start, start + "rova".len())
        };
        assert!(
            alone("what Rova wants")
                && alone("Rova")
                && alone("Orlo-Rova talks")
                && alone("leader Rova's gift")
        );
        assert!(!alone("a man called “Rova” rang") && alone("“Rova wants more,” she said"));
        assert!(!alone("Ila Rova won") && !alone("said Rova Min") && !alone("Оля Rova"));
    }

    #[test]
    fn what_is_no_spelling_is_refused() {
        for wrong in ["", "~", "**", "~~a", "a*b", "|a"] {
            assert!(Spelling::parse(wrong).is_err(), "{wrong}");
        }
    }
}
