//! Named fields: the header of a record, and the `application/warc-fields` blocks of warcinfo and metadata records.

use std::fmt::Write as _;

/// Named fields in the order they stand in the file (WARC 1.1, section 4). Names are compared without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WarcFields(Vec<(String, String)>);

impl WarcFields {
    /// The media type of a block that holds named fields.
    pub const MEDIA_TYPE: &'static str = "application/warc-fields";

    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of the first field of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Appends a field. Line breaks in the value become spaces, since they would end it.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        let mut value = value.into();
        if value.contains(['\r', '\n']) {
            value = value.replace(['\r', '\n'], " ");
        }
        self.0.push((name.to_owned(), value));
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.push(name, value);
        self
    }

    /// Reads fields line by line up to the end or the first empty line. A line that starts with white space continues the
    /// value before it; a line without a colon says nothing and is passed over. Bytes that are no UTF-8 are replaced.
    pub fn parse(text: &[u8]) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            let content = line.trim();
            if content.is_empty() {
                break;
            }
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut() {
                    value.push(' ');
                    value.push_str(content);
                }
            } else if let Some((name, value)) = content.split_once(':') {
                fields.push((name.trim_end().to_owned(), value.trim_start().to_owned()));
            }
        }
        Self(fields)
    }

    /// The fields as lines, each ended by CR LF.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.0 {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let fields = WarcFields::new().with("software", "dateline/0.1").with("description", "a day: 1");
        assert_eq!(WarcFields::parse(fields.to_text().as_bytes()), fields);
    }

    #[test]
    fn names_ignore_case_and_folded_lines_continue_a_value() {
        let fields = WarcFields::parse(
            b"WARC-Type:response\r\nwarc-target-uri: https://news.example/\r\n  a\r\n\r\nX: 1",
        );
        assert_eq!(fields.get("WARC-TYPE"), Some("response"));
        assert_eq!(fields.get("WARC-Target-URI"), Some("https://news.example/ a"));
        assert_eq!(fields.get("X"), None);
    }

    #[test]
    fn a_value_cannot_smuggle_in_another_field() {
        let fields = WarcFields::new().with("a", "1\r\nb: 2");
        assert_eq!(WarcFields::parse(fields.to_text().as_bytes()).get("b"), None);
    }
}
