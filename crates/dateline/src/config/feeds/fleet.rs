//! Feeds files taken apart into their tables, as a fleet keeps them, and put together again.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use dateline_wire::{FeedId, SecretQuery};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};
use url::Url;

use super::super::document;
use super::super::error::{ConfigError, Origin};
use super::super::secret_source::SecretAccess;
use super::{ListedFeed, parse};

/// What names standard input in place of a file.
const STANDARD_INPUT: &str = "-";

/// The feeds of a fleet as tables by names: `group/00000` for the first group, `feed/ID` for a feed.
pub type FeedTables = BTreeMap<String, String>;

/// What differs between two sets of feeds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FeedTableDifference {
    /// The ids of those that come.
    pub added: Vec<FeedId>,
    /// Of those that go.
    pub removed: Vec<FeedId>,
    /// Of those that have other options, or are paused or resumed.
    pub changed: Vec<FeedId>,
    /// How many groups come, go, or have other options.
    pub groups: usize,
}

impl FeedTableDifference {
    /// Between `before` and `after`.
    pub fn between(before: &FeedTables, after: &FeedTables) -> Self {
        let mut difference = Self::default();
        let mut note = |name: &str, of: fn(&mut Self) -> &mut Vec<FeedId>| match name.strip_prefix("feed/") {
            Some(id) => of(&mut difference).push(FeedId::from_stored(id)),
            None => difference.groups += 1,
        };
        for (name, table) in after {
            match before.get(name) {
                None => note(name, |difference| &mut difference.added),
                Some(known) if known != table => note(name, |difference| &mut difference.changed),
                Some(_) => {}
            }
        }
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        gone.for_each(|name| note(name, |difference| &mut difference.removed));
        difference
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The tables of feeds files, as if they were one, and the feeds in them. A path `-` is standard input.
///
/// # Errors
/// Everything that is wrong with them, each with its file.
pub fn tables_of_files(
    paths: &[PathBuf],
    secret_query: &SecretQuery,
) -> Result<(FeedTables, Vec<ListedFeed>), Vec<ConfigError>> {
    let read = |path: &PathBuf| {
        let text = match path.as_os_str() == STANDARD_INPUT {
            true => std::io::read_to_string(std::io::stdin().lock())
                .map_err(|error| ConfigError::in_file(path, format!("cannot be read: {error}")))?,
            false => document::read(path)?,
        };
        let parsed: Result<DocumentMut, _> = text.parse();
        let parsed = parsed.map_err(|error| ConfigError::in_file(path, error.to_string()));
        Ok((path.clone(), text, parsed?))
    };
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match read(path) {
            Ok(file) => files.push(file),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut homes: HashMap<FeedId, &Path> = HashMap::new();
    let (mut text, mut starts) = (String::new(), Vec::new());
    for (path, file, parsed) in &files {
        for (id, url) in feeds_in(parsed) {
            if let Some(other) = homes.insert(id, path).filter(|other| other != path) {
                let what = format!("{} stands in {}, too", secret_query.public(&url), other.display());
                errors.push(ConfigError::in_file(path, what).with_remedy("remove one of the two"));
            }
        }
        starts.push((text.lines().count(), path.clone()));
        text += file;
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let joined = Path::new("");
    let listed = parse(joined, &text, secret_query, SecretAccess::Without).map_err(|errors| {
        errors
            .into_iter()
            .map(|error| ConfigError { origin: home_of(error.origin, &starts), ..error })
            .collect::<Vec<_>>()
    })?;
    Ok((tables_of(&text)?, listed))
}

/// The tables of the feeds file whose content is `text`, which is found right.
///
/// # Errors
/// If it is no TOML after all.
pub fn tables_of(text: &str) -> Result<FeedTables, Vec<ConfigError>> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        vec![ConfigError { origin: Origin::Request, what: error.to_string(), remedy: None }]
    })?;
    let mut tables = FeedTables::new();
    let mut take = |kind: &str, name: &dyn Fn(usize, &Table) -> Option<String>| {
        let found =
            document.remove(kind).and_then(|item| item.into_array_of_tables().ok()).unwrap_or_default();
        for (number, table) in found.into_iter().enumerate() {
            if let Some(name) = name(number, &table) {
                tables.insert(format!("{kind}/{name}"), text_of(kind, table));
            }
        }
    };
    take("group", &|number, _| Some(format!("{number:05}")));
    take("feed", &|_, table| Some(FeedId::of(&address_in(table)?).to_string()));
    Ok(tables)
}

/// The feeds file that consists of these tables.
pub fn text_of_tables(tables: &FeedTables) -> String {
    tables.values().flat_map(|table| [table.as_str(), "\n"]).collect()
}

/// A table as it stands in a file, without the comments above it.
fn text_of(kind: &str, mut table: Table) -> String {
    table.decor_mut().clear();
    table.set_position(None);
    let (mut document, mut one) = (DocumentMut::new(), ArrayOfTables::new());
    one.push(table);
    document.insert(kind, Item::ArrayOfTables(one));
    document.to_string()
}

fn feeds_in(document: &DocumentMut) -> impl Iterator<Item = (FeedId, Url)> {
    let tables = document.get("feed").and_then(Item::as_array_of_tables).into_iter().flatten();
    tables.filter_map(address_in).map(|url| (FeedId::of(&url), url))
}

fn address_in(table: &Table) -> Option<Url> {
    table.get("url").and_then(Item::as_str).and_then(|text| Url::parse(text).ok())
}

/// Where a line of joined files stands in its own. `starts` are the lines before each file.
fn home_of(origin: Origin, starts: &[(usize, PathBuf)]) -> Origin {
    let line = match &origin {
        Origin::File(_, line) => line.unwrap_or(1),
        _ => return origin,
    };
    match starts.iter().rev().find(|(start, _)| *start < line) {
        Some((start, path)) => Origin::File(path.clone(), Some(line - start)),
        None => origin,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const GROUP: &str = "[[group]]\nname = \"slow\"\ninterval = \"2h\"\n";
    const FIRST: &str =
        "# The first.\n[[feed]]\nurl = \"https://a.example/rss\" # by hand\ngroup = \"slow\"\n";
    const SECOND: &str =
        "feed = [{ url = \"https://b.example/rss\", headers = { Accept = \"text/xml\" } }]\n";

    fn read(texts: &[&str]) -> Result<(FeedTables, Vec<ListedFeed>), Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let write = |(number, text): (usize, &&str)| {
            let path = folder.path().join(format!("{number}.toml"));
            fs::write(&path, text).unwrap();
            path
        };
        let paths: Vec<PathBuf> = texts.iter().enumerate().map(write).collect();
        let named =
            |error: ConfigError| error.to_string().replace(&format!("{}/", folder.path().display()), "");
        tables_of_files(&paths, &SecretQuery::default())
            .map_err(|errors| errors.into_iter().map(named).collect())
    }

    #[test]
    fn feeds_files_are_one_and_their_tables_make_the_same_feeds() {
        let (tables, listed) = read(&[GROUP, FIRST]).unwrap();
        let urls = |listed: &[ListedFeed]| -> Vec<String> {
            listed.iter().map(|listed| listed.feed.published().url.to_string()).collect()
        };
        assert_eq!(urls(&listed), ["https://a.example/rss"]);
        let text = text_of_tables(&tables);
        assert!(
            text.contains(GROUP) && text.contains("# by hand") && !text.contains("# The first."),
            "{text}"
        );
        let again = parse(Path::new("x"), &text, &SecretQuery::default(), SecretAccess::Without);
        let again = again.unwrap_or_else(|_| panic!("{text}"));
        assert_eq!(urls(&again), urls(&listed));
        assert_eq!(again[0].feed.options().interval, listed[0].feed.options().interval);
        assert_eq!(tables_of(&text).unwrap(), tables);
        let inline = text_of_tables(&read(&[SECOND]).unwrap().0);
        assert!(inline.starts_with("[[feed]]\nurl = \"https://b.example/rss\""), "{inline}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_own_file_and_line() {
        let wrong = |texts: &[&str]| read(texts).map(drop).unwrap_err();
        let told = wrong(&[GROUP, "[[feed]]\nurl = 'news.example'\n"]);
        assert!(told[0].starts_with("1.toml:2: "), "{told:?}");
        assert_eq!(
            wrong(&[GROUP, FIRST, "[[feed]]\nurl = 'https://a.example/rss#x'\n"]),
            ["2.toml: https://a.example/rss#x stands in 1.toml, too; remove one of the two"]
        );
        assert!(wrong(&["[[feed]\n"])[0].starts_with("0.toml: "));
    }

    #[test]
    fn a_difference_names_what_comes_goes_and_changes() {
        let before = read(&[GROUP, FIRST, "[[feed]]\nurl = 'https://b.example/rss'\n"]).unwrap().0;
        let after = read(&[
            FIRST.replace("group = \"slow\"", "enabled = false").as_str(),
            "[[feed]]\nurl = 'https://c.example/rss'\n",
        ])
        .unwrap()
        .0;
        let id = |url: &str| vec![FeedId::of(&url.parse().unwrap())];
        let expected = FeedTableDifference {
            added: id("https://c.example/rss"),
            removed: id("https://b.example/rss"),
            changed: id("https://a.example/rss"),
            groups: 1,
        };
        assert_eq!(FeedTableDifference::between(&before, &after), expected);
        assert!(FeedTableDifference::between(&after, &after).is_empty());
    }
}
