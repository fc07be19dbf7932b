//! The `Link` header field (RFC 8288, section 3), as far as relations and their targets go.

use http::{HeaderMap, header};

/// More links than this tell nothing about a feed's hub.
const MOST: usize = 64;

/// The targets of the links whose relation is `rel`, in order, as written.
pub(super) fn targets(headers: &HeaderMap, rel: &str) -> Vec<String> {
    let fields = headers.get_all(header::LINK).into_iter();
    let links = fields.filter_map(|value| value.to_str().ok()).flat_map(Links).take(MOST);
    links
        .filter(|link| link.relations.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(rel)))
        .map(|link| link.target)
        .collect()
}

struct Link {
    target: String,
    relations: String,
}

/// The links of one field value that are left to read.
struct Links<'v>(&'v str);

impl Iterator for Links<'_> {
    type Item = Link;

    fn next(&mut self) -> Option<Link> {
        let (_, after) = self.0.split_once('<')?;
        let (target, mut rest) = after.split_once('>')?;
        let mut relations = None;
        // Parameters follow up to a comma that stands outside quotes; the first `rel` counts (section 3.3).
        while let Some(parameter) = rest.trim_start().strip_prefix(';') {
            let (name, value, after) = parameter_of(parameter);
            if name.eq_ignore_ascii_case("rel") {
                relations.get_or_insert(value);
            }
            rest = after;
        }
        self.0 = rest;
        Some(Link { target: target.trim().to_owned(), relations: relations.unwrap_or_default() })
    }
}

/// Name and value of the parameter that `text` begins with, and what follows it.
fn parameter_of(text: &str) -> (&str, String, &str) {
    let end = text.find(['=', ';', ',']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some(value) = rest.strip_prefix('=').map(str::trim_start) else {
        return (name.trim(), String::new(), rest);
    };
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find([';', ',']).unwrap_or(value.len());
        return (name.trim(), value[..end].trim().to_owned(), &value[end..]);
    };
    let mut unquoted = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (name.trim(), unquoted, &quoted[at + 1..]),
            '\\' => unquoted.extend(letters.next().map(|(_, escaped)| escaped)),
            other => unquoted.push(other),
        }
    }
    (name.trim(), unquoted, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hubs(values: &[&str]) -> Vec<String> {
        let headers = values.iter().map(|value| (header::LINK, value.parse().unwrap()));
        targets(
            &headers.fold(HeaderMap::new(), |mut all, (name, value)| {
                all.append(name, value);
                all
            }),
            "hub",
        )
    }

    #[test]
    fn relations_are_found_in_one_field_or_several_quoted_or_not() {
        let hub = ["https://hub.example/".to_owned()];
        for field in [
            r#"<https://hub.example/>; rel="hub""#,
            r#"<https://news.example/rss>; rel="self", <https://hub.example/>; rel="hub""#,
            "<https://hub.example/>;rel=hub",
            r#"< https://hub.example/ > ; title="a, \"b\"; <c>" ; REL="alternate HUB"; rel=next"#,
        ] {
            assert_eq!(hubs(&[field]), hub, "{field}");
        }
        assert_eq!(hubs(&["<a>; rel=self", "<b>; rel=hub", "<c>; rel=hub"]), ["b", "c"]);
    }

    #[test]
    fn what_is_no_hub_is_none() {
        for field in ["", "<", "<a", "<a>", "<a>; rel", "<a>; rel=\"hub", "a; rel=hub", "<a>; rel=hubs"] {
            let expected: &[&str] = if field.ends_with("\"hub") { &["a"] } else { &[] };
            assert_eq!(hubs(&[field]), expected, "{field}");
        }
    }

    proptest! {
        #[test]
        fn any_field_is_read_to_its_end(field in "[<>;=\", \\\\a-z]{0,60}") {
            let _ = Links(&field).take(MOST).count();
        }
    }
}
