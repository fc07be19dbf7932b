//! TOML into a type, with everything that doesn't suit it: what is wrong is left out, and the rest read again.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer, Error};

/// How much of one text is told to be wrong.
const MAX_PROBLEMS: usize = 100;

/// One thing that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TomlProblem {
    /// The byte at which it stands.
    pub(crate) at: usize,
    /// What is wrong.
    pub(crate) what: String,
}

/// Reads `text`: as much of it as makes a `T`, if that is enough for one, and what is wrong with the rest, in no particular order.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> (Option<T>, Vec<TomlProblem>) {
    let (mut root, syntax) = DeTable::parse_recoverable(text);
    if !syntax.is_empty() {
        let mut problems: Vec<TomlProblem> =
            syntax.iter().take(MAX_PROBLEMS).map(|error| problem(error, None)).collect();
        // What follows on the line of a slip follows from it.
        problems.dedup_by_key(|problem| text.bytes().take(problem.at).filter(|byte| *byte == b'\n').count());
        return (None, problems);
    }
    let mut problems = Vec::new();
    // The places of the tables from which something was left out.
    let mut changed: Vec<Range<usize>> = Vec::new();
    while problems.len() < MAX_PROBLEMS {
        let error = match T::deserialize(Deserializer::from(root.clone())) {
            Ok(read) => return (Some(read), problems),
            Err(error) => error,
        };
        // What the whole lacks stands nowhere.
        let place = error.span().unwrap_or(root.span());
        let at = Some(place.start).filter(|_| place != root.span());
        let whole = root.span();
        let taken = at.and_then(|at| take_out(root.as_mut(), &whole, at));
        // What a table lacks may be what was left out of it, under another name or with another value.
        if !(is_of_something_missing(&error) && changed.contains(&place)) {
            problems.push(problem(&error, taken.as_ref().map(|taken| taken.key.as_str())));
        }
        match taken {
            Some(taken) => changed.push(taken.table),
            None => break,
        }
    }
    (None, problems)
}

/// serde words what is missing as "missing field `x`" (`serde::de::Error::missing_field`).
fn is_of_something_missing(error: &Error) -> bool {
    error.message().starts_with("missing field `")
}

/// What was left out.
struct LeftOut {
    /// Its key, or that of the list that it was an element of.
    key: String,
    /// The place of the table that it was in; its own, where it was an element.
    table: Range<usize>,
}

/// What `error` says, of the value of `key` where it doesn't name one itself.
fn problem(error: &Error, key: Option<&str>) -> TomlProblem {
    let message = error.message().replace('\n', ": ");
    let what = match key.filter(|_| message.starts_with("invalid ")) {
        Some(key) => format!("`{key}`: {message}"),
        None => message,
    };
    TomlProblem { at: error.span().map_or(0, |span| span.start), what }
}

/// Takes out of `table`, whose place is `place`, what stands at a byte: the smallest part that has a key or is an element.
fn take_out(table: &mut DeTable<'_>, place: &Range<usize>, at: usize) -> Option<LeftOut> {
    // The place of a table is that of its heading, so what stands in it is looked for first.
    for (key, value) in table.iter_mut() {
        let own = value.span();
        let found = match value.as_mut() {
            DeValue::Table(inner) => take_out(inner, &own, at),
            DeValue::Array(elements) => take_out_element(elements, key.get_ref(), at),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    let is_meant =
        |key: &Spanned<_>, value: &Spanned<_>| key.span().contains(&at) || value.span().contains(&at);
    let key = table.iter().find(|(key, value)| is_meant(key, value)).map(|(key, _)| key.clone())?;
    table.remove(&key);
    Some(LeftOut { key: key.get_ref().to_string(), table: place.clone() })
}

fn take_out_element(elements: &mut DeArray<'_>, list: &str, at: usize) -> Option<LeftOut> {
    for element in elements.iter_mut() {
        let own = element.span();
        if let DeValue::Table(inner) = element.as_mut()
            && let Some(found) = take_out(inner, &own, at)
        {
            return Some(found);
        }
    }
    let meant = elements.iter().position(|element| element.span().contains(&at))?;
    let place = elements[meant].span();
    let others = std::mem::replace(elements, DeArray::new())
        .into_iter()
        .enumerate()
        .filter(|(place, _)| *place != meant);
    *elements = others.map(|(_, element)| element).collect();
    Some(LeftOut { key: list.to_owned(), table: place })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Harbour {
        name: String,
        #[serde(default)]
        ships: Vec<Ship>,
        #[serde(default)]
        quays: BTreeMap<String, Vec<String>>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Ship {
        name: Spanned<String>,
        length: Option<f64>,
    }

    fn told(text: &str) -> (Option<Harbour>, Vec<String>) {
        let (read, problems) = read(text);
        let line = |at| text[..at].matches('\n').count() + 1;
        (read, problems.iter().map(|problem| format!("{}: {}", line(problem.at), problem.what)).collect())
    }

    #[test]
    fn everything_that_does_not_suit_is_told_and_the_rest_is_read() {
        let (read, problems) = told(
            "nam = 'x'\nname = 'Port'\n[[ships]]\nname = 3\nlength = 'long'\n[[ships]]\nname = 'Ferry'\nlenght = 5\n\
             [quays]\nnorth = ['a', 7]\nsouth = 'b'\n",
        );
        assert_eq!(problems.len(), 6, "{problems:#?}");
        for begin in [
            "1: unknown field `nam`",
            "4: `name`: invalid type: integer `3`",
            "5: `length`: invalid type",
            "8: unknown field `lenght`",
            "10: `north`: invalid type",
            "11: `south`: invalid type",
        ] {
            assert!(
                problems.iter().any(|told| told.starts_with(begin)),
                "{begin} is missing in {problems:#?}"
            );
        }
        let read = read.unwrap();
        assert_eq!((read.ships.len(), &read.quays["north"]), (1, &vec!["a".to_owned()]));
    }

    #[test]
    fn what_is_missing_is_told_once_and_not_where_it_was_wrong() {
        assert_eq!(told("[[ships]]\nlength = 3\n").1, ["1: missing field `name`", "1: missing field `name`"]);
        for wrong in ["name = 7\n", "nam = 'Port'\n"] {
            let (read, problems) = told(wrong);
            assert!(read.is_none() && problems.len() == 1, "{problems:?}");
        }
        assert_eq!(told("name = = 7\n").1.len(), 1);
    }

    #[test]
    fn a_text_in_which_all_is_wrong_ends() {
        let text: String = (0..1_000).map(|number| format!("x{number} = 1\n")).collect();
        assert_eq!(told(&text).1.len(), MAX_PROBLEMS);
    }
}
