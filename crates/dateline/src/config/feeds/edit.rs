//! Changes to the feeds file that leave its comments and its order as they are.

use std::io;
use std::path::{Path, PathBuf};

use dateline_wire::FeedId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};
use url::Url;

use super::super::document;
use super::super::error::ConfigError;

/// A feed that is to stand in the file.
#[derive(Debug, Clone)]
pub struct NewFeed {
    /// Its address, whole.
    pub url: Url,
    /// Its name.
    pub name: Option<String>,
    /// The group that gives it options.
    pub group: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// How often it is asked, as a duration such as `10m`.
    pub interval: Option<String>,
    /// What its articles are in, as a language tag.
    pub language: Option<String>,
    /// Where the text comes from: `auto`, `page` or `feed`.
    pub full_text: Option<String>,
    /// Whether its articles are judged: `on` or `off`.
    pub subject: Option<String>,
    /// Patterns of which an entry has to match one.
    pub keep: Vec<String>,
    /// Patterns of which an entry may match none.
    pub drop: Vec<String>,
}

impl NewFeed {
    /// One of which no more is said than its address.
    pub fn at(url: Url) -> Self {
        Self {
            url,
            name: None,
            group: None,
            tags: Vec::new(),
            interval: None,
            language: None,
            full_text: None,
            subject: None,
            keep: Vec::new(),
            drop: Vec::new(),
        }
    }
}

/// What is changed of a feed that stands in the file; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FeedEdits {
    /// What people call it; an empty name takes it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is sorted under, beside the tags of its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// How often it is asked, as a duration such as `10m`; an empty one lets it have its own rhythm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
}

/// What some editors put before a text in UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The feeds file while it is changed.
pub struct FeedsEdit {
    path: PathBuf,
    before: String,
    document: DocumentMut,
}

impl FeedsEdit {
    /// Opens the file at `path`, which [`read`](super::read) takes.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn open(path: &Path) -> Result<Self, ConfigError> {
        Self::of_text(path, document::read(path)?)
    }

    /// The same of `before`, the content of a feeds file that is called `path` where something is told of it.
    ///
    /// # Errors
    /// If it is no TOML.
    pub(super) fn of_text(path: &Path, before: String) -> Result<Self, ConfigError> {
        let document = before
            .parse()
            .map_err(|error| ConfigError::in_file(path, format!("cannot be changed: {error}")))?;
        Ok(Self { path: path.to_owned(), before, document })
    }

    /// Adds a feed at the end. Whether feeds stand in the file as `[[feed]]` tables.
    pub(super) fn add(&mut self, new: NewFeed) -> bool {
        let mut table = Table::new();
        table.insert("url", new.url.as_str().into());
        let texts = [
            ("name", new.name),
            ("group", new.group),
            ("interval", new.interval),
            ("language", new.language),
            ("full_text", new.full_text),
            ("subject", new.subject),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                table.insert(name, value.into());
            }
        }
        for (name, values) in [("tags", new.tags), ("keep", new.keep), ("drop", new.drop)] {
            if !values.is_empty() {
                table.insert(name, Value::from_iter(values).into());
            }
        }
        table.decor_mut().set_prefix("\n");
        // What a table's place is among others follows from the order of the file.
        let feeds = self.document.entry("feed").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let tables = feeds.as_array_of_tables_mut();
        let are_tables = tables.is_some();
        if let Some(feeds) = tables {
            feeds.push(table);
        }
        are_tables
    }

    /// Takes the feed out. Whether it stood there as a `[[feed]]` table.
    pub(super) fn remove(&mut self, id: &FeedId) -> bool {
        let Some(feeds) = self.tables() else { return false };
        let Some(place) = feeds.iter().position(|table| is(table, id)) else { return false };
        let above = feeds.get(place).and_then(comment_of_others);
        feeds.remove(place);
        // What stands above a table and apart from it is about the file, and stays.
        if let Some(above) = above {
            match feeds.get_mut(place) {
                Some(next) => {
                    let own =
                        next.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or("\n").to_owned();
                    next.decor_mut().set_prefix(format!("{above}{own}"));
                }
                None => {
                    let own = self.document.trailing().as_str().unwrap_or_default().to_owned();
                    self.document.set_trailing(format!("{above}{own}"));
                }
            }
        }
        true
    }

    /// Has the feed polled, or not. Whether it stands there as a `[[feed]]` table.
    pub(super) fn set_enabled(&mut self, id: &FeedId, enabled: bool) -> bool {
        let Some(table) = self.tables().and_then(|feeds| feeds.iter_mut().find(|table| is(table, id))) else {
            return false;
        };
        match table.get_mut("enabled").and_then(Item::as_value_mut) {
            // Nothing is said where nothing has to be, but what is said of it stays.
            Some(value) if enabled && !has_comment(value) => drop(table.remove("enabled")),
            Some(value) => {
                // A comment behind it stays.
                let decor = value.decor().clone();
                *value = enabled.into();
                *value.decor_mut() = decor;
            }
            None if enabled => {}
            None => drop(table.insert("enabled", enabled.into())),
        }
        true
    }

    /// Changes a feed where it stands. Whether it stands there as a `[[feed]]` table.
    pub(super) fn change(&mut self, id: &FeedId, edits: FeedEdits) -> bool {
        let Some(table) = self.tables().and_then(|feeds| feeds.iter_mut().find(|table| is(table, id))) else {
            return false;
        };
        let FeedEdits { name, tags, interval } = edits;
        let text = |text: String| (!text.is_empty()).then(|| Value::from(text));
        let tags = tags.map(|tags| (!tags.is_empty()).then(|| Value::from_iter(tags)));
        for (key, value) in [("name", name.map(text)), ("tags", tags), ("interval", interval.map(text))] {
            match value {
                None => {}
                Some(None) => drop(table.remove(key)),
                Some(Some(mut value)) => match table.get_mut(key).and_then(Item::as_value_mut) {
                    Some(there) => {
                        // A comment behind it stays.
                        *value.decor_mut() = there.decor().clone();
                        *there = value;
                    }
                    None => drop(table.insert(key, value.into())),
                },
            }
        }
        true
    }

    /// The file's text as it is now.
    pub(crate) fn text(&self) -> String {
        let text = self.document.to_string();
        // The document knows neither; whoever edits it by hand has an editor that does.
        let mark = self.before.strip_prefix(BYTE_ORDER_MARK).map_or("", |_| BYTE_ORDER_MARK);
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
        match self.before.contains("\r\n") {
            true => format!("{mark}{}", text.replace("\r\n", "\n").replace('\n', "\r\n")),
            false => format!("{mark}{text}"),
        }
    }

    /// The file's text as it was.
    pub(super) fn before(&self) -> &str {
        &self.before
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts `text` in the file.
    pub(super) fn write(&self, text: &str) -> io::Result<()> {
        document::write(&self.path, text)
    }

    fn tables(&mut self) -> Option<&mut ArrayOfTables> {
        self.document.get_mut("feed")?.as_array_of_tables_mut()
    }
}

/// Whether `table` is the feed.
fn is(table: &Table, id: &FeedId) -> bool {
    let url = table.get("url").and_then(Item::as_str).and_then(|text| Url::parse(text).ok());
    url.is_some_and(|url| FeedId::of(&url) == *id)
}

/// Whether a comment stands behind a value.
fn has_comment(value: &Value) -> bool {
    value.decor().suffix().and_then(|suffix| suffix.as_str()).is_some_and(|suffix| suffix.contains('#'))
}

/// What stands above `table` and is not about it: all up to the last blank line before its own comment.
fn comment_of_others(table: &Table) -> Option<String> {
    let prefix = table.decor().prefix()?.as_str()?;
    let (above, _) = prefix.rsplit_once("\n\n")?;
    (!above.trim().is_empty()).then(|| format!("{above}\n"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const FILE: &str = "# The feeds.\n\n# The first.\n[[feed]]\nurl = \"https://a.example/rss\" # by hand\n\n\
                        [[group]]\nname = \"slow\"\n\n# The second.\n[[feed]]\nname = \"B\"\nurl = \"https://b.example/rss\"\n\
                        enabled = true # since May\n# The end.\n";

    /// The file after `change`.
    fn after(change: impl FnOnce(&mut FeedsEdit)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds.toml");
        fs::write(&path, FILE).unwrap();
        let mut edit = FeedsEdit::open(&path).unwrap();
        change(&mut edit);
        edit.save().unwrap();
        let after = fs::read_to_string(&path).unwrap();
        edit.undo().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), FILE);
        after
    }

    fn id(url: &str) -> FeedId {
        FeedId::of(&url.parse().unwrap())
    }

    #[test]
    fn a_feed_is_added_behind_the_others() {
        let added = after(|edit| {
            edit.add(NewFeed {
                name: Some("The \"C\"".to_owned()),
                group: Some("slow".to_owned()),
                tags: vec!["asia".to_owned()],
                drop: vec!["^Sport".to_owned()],
                ..NewFeed::at("https://c.example/rss?q=%22".parse().unwrap())
            });
        });
        let (before, new) = added.split_at(added.find("\n[[feed]]\nurl = \"https://c.").unwrap());
        assert_eq!(before.replace("# The end.\n", ""), FILE.replace("# The end.\n", ""));
        assert!(
            new.contains("name = 'The \"C\"'\ngroup = \"slow\"\ntags = [\"asia\"]\ndrop = [\"^Sport\"]\n"),
            "{new}"
        );
    }

    #[test]
    fn a_feed_is_changed_where_it_stands_and_its_comments_stay() {
        let file = FILE.replace("name = \"B\"\n", "name = \"B\" # the second\ninterval = \"1h\"\n");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds.toml");
        fs::write(&path, &file).unwrap();
        let mut edit = FeedsEdit::open(&path).unwrap();
        let edits = FeedEdits {
            name: Some("Bee".into()),
            tags: Some(vec!["x".into(), "y".into()]),
            interval: Some(String::new()),
        };
        assert!(edit.change(&id("https://b.example/rss"), edits));
        assert!(!edit.change(&id("https://other.example/rss"), FeedEdits::default()));
        let expected = file
            .replace("name = \"B\" # the second\ninterval = \"1h\"\n", "name = \"Bee\" # the second\n")
            .replace("true # since May\n", "true # since May\ntags = [\"x\", \"y\"]\n");
        assert_eq!(edit.text(), expected);
    }

    #[test]
    fn a_feed_is_removed_with_its_own_comment_and_no_other() {
        let removed = after(|edit| assert!(edit.remove(&id("https://a.example/rss"))));
        assert!(removed.contains("# The feeds.\n") && !removed.contains("# The first."), "{removed}");
        assert!(removed.contains("[[group]]\nname = \"slow\"\n"), "{removed}");
        assert!(removed.contains("# The second.\n[[feed]]\nname = \"B\"\n"), "{removed}");
        after(|edit| assert!(!edit.remove(&id("https://other.example/rss"))));
    }

    #[test]
    fn a_feed_is_paused_and_resumed_where_it_stands() {
        let a = id("https://a.example/rss");
        let paused = after(|edit| assert!(edit.set_enabled(&a, false)));
        let expected = FILE.replace("# by hand\n", "# by hand\nenabled = false\n");
        assert_eq!(paused, expected);
        let b = id("https://b.example/rss");
        let paused = after(|edit| assert!(edit.set_enabled(&b, false)));
        assert_eq!(paused, FILE.replace("true # since May", "false # since May"));
        assert_eq!(after(|edit| assert!(edit.set_enabled(&b, true))), FILE);
        assert_eq!(after(|edit| assert!(edit.set_enabled(&a, true))), FILE);
        let back = after(|edit| {
            assert!(edit.set_enabled(&a, false));
            assert!(edit.set_enabled(&a, true));
        });
        assert_eq!(back, FILE);
    }

    #[test]
    fn a_file_of_another_system_keeps_its_line_ends_and_its_mark() {
        let path = Path::new("feeds.toml");
        let file = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
        let mut edit = FeedsEdit::of_text(path, file.clone()).unwrap();
        assert_eq!(edit.text(), file);
        assert!(edit.set_enabled(&id("https://a.example/rss"), false));
        edit.add(NewFeed::at("https://c.example/rss".parse().unwrap()));
        let text = edit.text();
        assert!(text.starts_with('\u{feff}') && text.contains("https://c.example/rss\"\r\n"), "{text:?}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
        assert!(text.contains("enabled = false\r\n"), "{text:?}");
    }
}
