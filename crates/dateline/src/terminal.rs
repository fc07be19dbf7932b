//! Texts as a terminal may be given them. What strangers wrote in a feed or on a page, and names that came with an import, may hold
//! characters that act there rather than being shown: they move the cursor, change colours, answer for the user, or turn the direction of
//! what follows (Unicode UAX #9, "Trojan Source"). All that is printed for people or logged passes through here.

use std::borrow::Cow;
use std::io::{self, Write};

/// Whether `character` acts rather than being shown: the controls of C0 and C1, the embeddings, overrides and isolates of UAX #9
/// (sections 2.1 to 2.4), and what ends a line or a paragraph by itself.
pub(crate) fn is_acting(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// A text of several lines in which every acting character but line feeds and tabs is named.
pub(crate) fn visible_text(text: &str) -> Cow<'_, str> {
    replaced(
        text,
        |character| is_acting(character) && !matches!(character, '\n' | '\t'),
        |character, shown| {
            shown.push_str(&named(character));
        },
    )
}

/// The same of a name, title or message that stands on one line: what would end that is a space.
pub(crate) fn visible_line(text: &str) -> Cow<'_, str> {
    replaced(text, is_acting, |character, shown| match character {
        '\n' | '\r' | '\t' => shown.push(' '),
        other => shown.push_str(&named(other)),
    })
}

/// JSON that means the same, in which every acting character but line feeds and tabs, with which it is laid out, is escaped (RFC 8259,
/// section 7). Others than those can only stand within its texts.
pub(crate) fn visible_json(json: &str) -> Cow<'_, str> {
    replaced(
        json,
        |character| is_acting(character) && !matches!(character, '\n' | '\r' | '\t'),
        |character, shown| {
            shown.push_str(&format!("\\u{:04x}", u32::from(character)));
        },
    )
}

fn named(character: char) -> String {
    format!("⟨U+{:04X}⟩", u32::from(character))
}

fn replaced(
    text: &str,
    is_wanted: impl Fn(char) -> bool,
    replace: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    if !text.contains(&is_wanted) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_wanted(character) { replace(character, &mut shown) } else { shown.push(character) }
    }
    shown.into()
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineForm {
    /// As text.
    Plain,
    /// As text with colours, which escape sequences of the program's own make. Others are escaped by `tracing_subscriber`, which writes
    /// them.
    Coloured,
    /// As JSON.
    Json,
}

/// Whole lines of a log on their way to `output`.
pub(crate) struct VisibleLines<W> {
    output: W,
    form: LineForm,
}

impl<W> VisibleLines<W> {
    /// Lines of this `form`.
    pub(crate) fn new(output: W, form: LineForm) -> Self {
        Self { output, form }
    }
}

impl<W: Write> Write for VisibleLines<W> {
    /// Takes all of `bytes`, which are a line as a rule.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let shown = match self.form {
            LineForm::Plain => visible_text(&text),
            LineForm::Json => visible_json(&text),
            LineForm::Coloured => replaced(
                &text,
                |character| is_acting(character) && !matches!(character, '\n' | '\t' | '\u{1b}'),
                |character, shown| shown.push_str(&named(character)),
            ),
        };
        self.output.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "News\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}fdp.exe\r\nok: all is well";

    #[test]
    fn what_acts_on_a_terminal_is_named_and_does_nothing() {
        let shown = visible_line(HOSTILE);
        assert_eq!(shown, "News⟨U+001B⟩]0;owned⟨U+0007⟩⟨U+009B⟩2J⟨U+202E⟩fdp.exe  ok: all is well");
        assert!(!visible_text(HOSTILE).contains(['\u{1b}', '\r', '\u{9b}', '\u{202e}']));
        assert_eq!(visible_text("one\n\ttwo 평양 Пхеньян"), "one\n\ttwo 평양 Пхеньян");
    }

    #[test]
    fn json_means_the_same_and_holds_nothing_that_acts() {
        let json = serde_json::to_string_pretty(&serde_json::json!({ "title": HOSTILE })).unwrap();
        let shown = visible_json(&json);
        assert!(!shown.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap()["title"], HOSTILE);
    }

    #[test]
    fn log_lines_are_shown_in_each_form() {
        let written = |form| {
            let mut output = Vec::new();
            VisibleLines::new(&mut output, form)
                .write_all("\u{1b}[33mWARN\u{1b}[0m a\u{202e}b\n".as_bytes())
                .unwrap();
            String::from_utf8(output).unwrap()
        };
        assert_eq!(written(LineForm::Coloured), "\u{1b}[33mWARN\u{1b}[0m a⟨U+202E⟩b\n");
        assert_eq!(written(LineForm::Plain), "⟨U+001B⟩[33mWARN⟨U+001B⟩[0m a⟨U+202E⟩b\n");
        assert_eq!(written(LineForm::Json), "\\u001b[33mWARN\\u001b[0m a\\u202eb\n");
    }
}
