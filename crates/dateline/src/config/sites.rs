//! The operator's rules for single sites: a file of its own, whose meaning the parser knows.

use std::io;
use std::path::{Path, PathBuf};

use dateline_parser::SiteRules;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use super::document;
use super::error::ConfigError;

/// Reads the rules in `file`; none where there is no such file.
///
/// # Errors
/// If the file cannot be read, and everything that is wrong in it: line, selector, remedy.
pub fn read(file: &Path) -> Result<SiteRules, Vec<ConfigError>> {
    parse(file, &text(file).map_err(|error| vec![error])?)
}

/// The text of `file`; empty where there is no such file.
pub(super) fn text(file: &Path) -> Result<String, ConfigError> {
    if file.exists() { document::read(file) } else { Ok(String::new()) }
}

/// The rules in `text`, the content of `file`.
pub(super) fn parse(file: &Path, text: &str) -> Result<SiteRules, Vec<ConfigError>> {
    SiteRules::parse(&file.to_string_lossy(), text).map_err(|error| {
        let problems = error.problems.into_iter();
        problems
            .map(|problem| ConfigError::in_table(file, problem.line, problem.what, problem.remedy))
            .collect()
    })
}

/// A rule as it stands in the file. What is absent or empty is read the general way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SiteRuleDocument {
    /// The host; the rule holds for every host below it, too.
    pub host: String,
    /// The paths it is for, in which `*` stands for anything; all of them without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A CSS selector of the elements that hold the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Of what is none of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop: Option<String>,
    /// Of the headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Of the bylines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<String>,
    /// Of the date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
}

impl SiteRuleDocument {
    /// Its name: its host, followed by its path where it has one.
    pub fn name(&self) -> String {
        format!("{}{}", self.host, self.path.as_deref().unwrap_or_default())
    }

    /// The values by their keys, the host first; what is empty is absent.
    fn values(&self) -> [(&'static str, Option<&str>); 7] {
        let given = |value| Option::<&String>::map(value, |text| text.trim()).filter(|text| !text.is_empty());
        [
            ("host", Some(self.host.trim())),
            ("path", given(self.path.as_ref())),
            ("body", given(self.body.as_ref())),
            ("drop", given(self.drop.as_ref())),
            ("title", given(self.title.as_ref())),
            ("authors", given(self.authors.as_ref())),
            ("published", given(self.published.as_ref())),
        ]
    }

    fn of(table: &Table) -> Self {
        let text = |key| table.get(key).and_then(Item::as_str).map(str::to_owned);
        Self {
            host: text("host").unwrap_or_default(),
            path: text("path"),
            body: text("body"),
            drop: text("drop"),
            title: text("title"),
            authors: text("authors"),
            published: text("published"),
        }
    }
}

/// The rules file while it is changed. Its comments and its order stay as they are.
pub struct SitesEdit {
    path: PathBuf,
    /// What stood in it; `None` where there was no file.
    before: Option<String>,
    document: DocumentMut,
}

impl SitesEdit {
    /// Opens the file at `path`; one that isn't there is empty.
    ///
    /// # Errors
    /// If it cannot be read, or is no TOML.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let before = path.exists().then(|| document::read(path)).transpose()?;
        let document = before
            .as_deref()
            .unwrap_or_default()
            .parse()
            .map_err(|error| ConfigError::in_file(path, format!("cannot be changed: {error}")))?;
        Ok(Self { path: path.to_owned(), before, document })
    }

    /// A file that isn't there and is never written.
    pub fn empty() -> Self {
        Self { path: "the rule".into(), before: None, document: DocumentMut::new() }
    }

    /// The rules that stand there, in the file's order.
    pub fn rules(&self) -> Vec<SiteRuleDocument> {
        let tables = self.document.get("site").and_then(Item::as_array_of_tables);
        tables.map(|tables| tables.iter().map(SiteRuleDocument::of).collect()).unwrap_or_default()
    }

    /// Has `rule` stand there: in the place of the one of its host and path, or at the end.
    pub fn put(&mut self, rule: &SiteRuleDocument) {
        let name = rule.name();
        let sites = self.document.entry("site").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let Some(sites) = sites.as_array_of_tables_mut() else { return };
        let place =
            sites.iter().position(|table| SiteRuleDocument::of(table).name().eq_ignore_ascii_case(&name));
        let Some(table) = place.and_then(|place| sites.get_mut(place)) else {
            let mut table = Table::new();
            for (key, value) in rule.values() {
                if let Some(value) = value {
                    table.insert(key, value.into());
                }
            }
            // What stands at the end, as the examples of the shipped file do, stays before it.
            let end = self.document.trailing().as_str().unwrap_or_default().to_owned();
            self.document.set_trailing("");
            table.decor_mut().set_prefix(format!("{end}\n"));
            if let Some(sites) = self.document.get_mut("site").and_then(Item::as_array_of_tables_mut) {
                sites.push(table);
            }
            return;
        };
        for (key, value) in rule.values() {
            match (value, table.get_mut(key).and_then(Item::as_value_mut)) {
                (None, _) => drop(table.remove(key)),
                (Some(value), Some(there)) => {
                    // A comment behind it stays.
                    let decor = there.decor().clone();
                    *there = Value::from(value);
                    *there.decor_mut() = decor;
                }
                (Some(value), None) => drop(table.insert(key, value.into())),
            }
        }
    }

    /// Takes the rule of this name out. Whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let sites = self.document.get_mut("site").and_then(Item::as_array_of_tables_mut);
        let Some(sites) = sites else { return false };
        let place = sites.iter().position(|table| SiteRuleDocument::of(table).name() == name);
        if let Some(place) = place {
            sites.remove(place);
        }
        place.is_some()
    }

    /// The rules as they are now.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn parsed(&self) -> Result<SiteRules, Vec<ConfigError>> {
        parse(&self.path, &self.document.to_string())
    }

    /// Writes the file as it is now.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self) -> io::Result<()> {
        document::write(&self.path, &self.document.to_string())
    }

    /// Writes the file as it was.
    ///
    /// # Errors
    /// What the system says.
    pub fn undo(&self) -> io::Result<()> {
        match &self.before {
            Some(before) => document::write(&self.path, before),
            None => std::fs::remove_file(&self.path),
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# By hand.\n\n# The gazette.\n[[site]]\nhost = \"gazette.example\" # since May\nbody = \"div.tale\"\n";

    fn rule(host: &str, body: &str) -> SiteRuleDocument {
        SiteRuleDocument { host: host.into(), body: Some(body.into()), ..SiteRuleDocument::default() }
    }

    #[test]
    fn a_rule_is_put_in_its_place_and_comments_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sites.toml");
        std::fs::write(&path, FILE).unwrap();
        let mut edit = SitesEdit::open(&path).unwrap();
        edit.put(&SiteRuleDocument { title: Some("h1".into()), ..rule("gazette.example", "main") });
        edit.put(&SiteRuleDocument { path: Some("/world/*".into()), ..rule("news.example", "article") });
        assert!(edit.parsed().is_ok());
        edit.save().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = FILE.replace("\"div.tale\"", "\"main\"") + "title = \"h1\"\n";
        assert_eq!(
            text,
            format!(
                "{changed}\n[[site]]\nhost = \"news.example\"\npath = \"/world/*\"\nbody = \"article\"\n"
            )
        );
        assert!(edit.remove("news.example/world/*") && !edit.remove("news.example"));
        edit.undo().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), FILE);
    }

    #[test]
    fn what_a_file_of_comments_says_stays_in_front() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sites.toml");
        std::fs::write(&path, "# Rules.\n# [[site]]\n").unwrap();
        let mut edit = SitesEdit::open(&path).unwrap();
        edit.put(&rule("news.example", "main"));
        edit.save().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "# Rules.\n# [[site]]\n\n[[site]]\nhost = \"news.example\"\nbody = \"main\"\n");
    }

    #[test]
    fn a_file_that_is_not_there_is_made_and_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sites.toml");
        let mut edit = SitesEdit::open(&path).unwrap();
        edit.put(&rule("news.example", "div["));
        assert!(edit.parsed().unwrap_err()[0].to_string().contains("div["));
        edit.save().unwrap();
        assert_eq!(SitesEdit::open(&path).unwrap().rules(), [rule("news.example", "div[")]);
        edit.undo().unwrap();
        assert!(!path.exists());
    }
}
