//! The values of a TOML file one by one, so that everything that is wrong with it is told at once: line, setting, what was read
//! and what is expected.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use dateline_wire::duration::{self, DurationError};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{closest, line_of};
use super::error::{ConfigError, Origin};

/// How much of a value that is wrong is shown.
const MAX_SHOWN_CHARS: usize = 60;

/// A value and where it stands.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// Whether the text of a value may hold a secret, as addresses do: a user name and a password, or a key.
pub(super) fn may_hold_secret(text: &str) -> bool {
    text.contains('@') || (text.contains("://") && text.contains('?'))
}

/// A file while it is read, with what is wrong in it.
pub(super) struct FileReader<'t> {
    path: &'t Path,
    text: &'t str,
    errors: Vec<ConfigError>,
}

impl<'t> FileReader<'t> {
    /// A reader of the file at `path`, whose content is `text`.
    pub(super) fn new(path: &'t Path, text: &'t str) -> Self {
        Self { path, text, errors: Vec::new() }
    }

    /// The file.
    pub(super) fn path(&self) -> &'t Path {
        self.path
    }

    /// The line, from 1, on which `span` starts.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        line_of(self.text, span)
    }

    /// Notes that something is wrong at `span`.
    pub(super) fn wrong(&mut self, span: &Range<usize>, what: impl Into<String>, remedy: impl Into<String>) {
        let error = ConfigError::at_line(self.path, self.line(span), what).with_remedy(remedy);
        self.errors.push(error);
    }

    /// Notes that `setting` is not what is `expected`, and shows what it is, unless that may hold a secret.
    pub(super) fn unexpected(&mut self, setting: &str, value: &Value<'_>, expected: &str) {
        let source = self.text.get(value.span()).unwrap_or_default();
        if may_hold_secret(source) {
            return self.unexpected_secret(setting, value, expected);
        }
        let first_line = source.lines().next().unwrap_or_default();
        let shown: String = first_line.chars().take(MAX_SHOWN_CHARS).collect();
        let more = if shown.len() < source.len() { "…" } else { "" };
        self.wrong(&value.span(), format!("`{setting}` is {shown}{more}"), format!("expected {expected}"));
    }

    /// Notes that the value of `setting`, which may hold a secret, is not what is `expected`, and doesn't show it.
    pub(super) fn unexpected_secret(&mut self, setting: &str, value: &Value<'_>, expected: &str) {
        let what = format!("`{setting}` is something else (not shown, since it may be a secret)");
        self.wrong(&value.span(), what, format!("expected {expected}"));
    }

    /// Notes that nothing `known` is called `name`.
    pub(super) fn unknown(&mut self, span: &Range<usize>, name: &str, known: &[&str]) {
        let remedy = match closest(name, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        self.wrong(span, format!("unknown setting `{name}`"), remedy);
    }

    /// The text that `value` is.
    pub(super) fn text<'v>(
        &mut self,
        setting: &str,
        value: &'v Value<'_>,
        expected: &str,
    ) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.unexpected(setting, value, expected);
        }
        text
    }

    /// The truth value that `value` is.
    pub(super) fn flag(&mut self, setting: &str, value: &Value<'_>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.unexpected(setting, value, "true or false");
        }
        flag
    }

    /// The length of time that `value` is, of a second or more; `expected` says what it may be.
    pub(super) fn duration(&mut self, setting: &str, value: &Value<'_>, expected: &str) -> Option<Duration> {
        let read = value.get_ref().as_str().map(duration::parse);
        match read {
            Some(Ok(length)) if length >= Duration::from_secs(1) => return Some(length),
            Some(Err(DurationError::OutOfBounds)) => {
                self.unexpected(setting, value, "a duration of 1s to 876000h")
            }
            _ => self.unexpected(setting, value, &format!("{expected}, of a second or more")),
        }
        None
    }

    /// The text that `value` is: something, on one line. It is shown as it stands.
    pub(super) fn line_of_text<'v>(
        &mut self,
        setting: &str,
        value: &'v Value<'_>,
        expected: &str,
    ) -> Option<&'v str> {
        let is_line = |text: &&str| !text.trim().is_empty() && !text.contains(char::is_control);
        let text = value.get_ref().as_str().filter(is_line);
        if text.is_none() {
            self.unexpected(setting, value, expected);
        }
        text
    }

    /// The table that `value` is.
    pub(super) fn table<'v, 'd>(
        &mut self,
        setting: &str,
        value: &'v Value<'d>,
        expected: &str,
    ) -> Option<&'v DeTable<'d>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.unexpected(setting, value, expected);
        }
        table
    }

    /// The tables that stand in the file under `[[name]]`.
    pub(super) fn tables<'v, 'd>(
        &mut self,
        name: &str,
        value: &'v Value<'d>,
    ) -> Vec<(Range<usize>, &'v DeTable<'d>)> {
        let expected = format!("tables that begin with [[{name}]]");
        let Some(array) = value.get_ref().as_array() else {
            self.unexpected(name, value, &expected);
            return Vec::new();
        };
        let tables =
            array.iter().filter_map(|value| Some((value.span(), self.table(name, value, &expected)?)));
        tables.collect()
    }

    /// What is wrong, in the order of the file.
    pub(super) fn into_errors(mut self) -> Vec<ConfigError> {
        let line = |error: &ConfigError| match error.origin {
            Origin::File(_, line) => line,
            Origin::Variable(_) | Origin::Request => None,
        };
        self.errors.sort_by_key(line);
        self.errors
    }
}
