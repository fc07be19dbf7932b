//! Names and mail addresses as feeds write them into one line.

use super::document::Person;
use super::text::collapse;

/// What is longer, in bytes, is no name. Names of a feed are repeated in each of its entries.
const MAX_NAME_BYTES: usize = 256;

/// Reads `mail (name)` (RSS 2.0), `name (mail)`, `name <mail>` (RFC 5322), or either alone.
pub(super) fn parse(written: &str) -> Person {
    let written = collapse(written);
    let within = written.find(['(', '<']).and_then(|open| {
        let close = written.rfind([')', '>']).filter(|close| *close > open)?;
        Some((written[..open].trim(), written[open + 1..close].trim()))
    });
    let (outside, inside) = within.unwrap_or((&written, ""));
    match (mail(outside), mail(inside)) {
        (Some(email), _) => Person { name: name(inside), email: Some(email) },
        (None, Some(email)) => Person { name: name(outside), email: Some(email) },
        (None, None) => Person { name: name(&written), email: None },
    }
}

fn mail(text: &str) -> Option<String> {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (before, after) = text.split_once('@')?;
    (!before.is_empty() && !after.is_empty() && !text.contains(' ')).then(|| text.to_owned())
}

/// A name, if it may be one.
pub(super) fn name(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '"');
    (!text.is_empty() && text.len() <= MAX_NAME_BYTES).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(written: &str) -> (Option<String>, Option<String>) {
        let person = parse(written);
        (person.name, person.email)
    }

    fn both(name: &str, email: &str) -> (Option<String>, Option<String>) {
        (Some(name.to_owned()), Some(email.to_owned()))
    }

    #[test]
    fn a_name_and_a_mail_address_stand_in_either_order() {
        assert_eq!(parsed("desk@port.example (Ann Quay)"), both("Ann Quay", "desk@port.example"));
        assert_eq!(parsed("Ann Quay (desk@port.example)"), both("Ann Quay", "desk@port.example"));
        assert_eq!(parsed("\"Ann Quay\" <desk@port.example>"), both("Ann Quay", "desk@port.example"));
    }

    #[test]
    fn either_may_stand_alone() {
        assert_eq!(parsed("Анна Причал (порт)"), (Some("Анна Причал (порт)".to_owned()), None));
        assert_eq!(parsed("desk@port.example"), (None, Some("desk@port.example".to_owned())));
    }
}
