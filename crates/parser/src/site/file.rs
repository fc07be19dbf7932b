//! The rules file: `[[site]]` tables, checked whole.

use std::collections::HashMap;
use std::fmt;

use scraper::Selector;
use serde::Deserialize;
use toml::Spanned;
use url::Host;

use super::{PathPattern, SiteRule, SiteRules};
use crate::toml_reading::{self, TomlProblem};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    site: Vec<SiteRuleTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteRuleTable {
    host: Spanned<String>,
    path: Option<Spanned<String>>,
    body: Option<Spanned<String>>,
    drop: Option<Spanned<String>>,
    title: Option<Spanned<String>>,
    authors: Option<Spanned<String>>,
    published: Option<Spanned<String>>,
}

/// What is wrong with one line of a rules file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRuleProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, the selector included where one is.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

/// A rules file can't be used: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRulesError {
    /// The file's name, as given to [`SiteRules::parse`].
    pub file: String,
    /// At least one, in the order of the file.
    pub problems: Vec<SiteRuleProblem>,
}

impl fmt::Display for SiteRulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, SiteRuleProblem { line, what, remedy }) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{line}: {what}; {remedy}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for SiteRulesError {}

impl SiteRules {
    /// Reads a rules file; `file` is its name in errors.
    ///
    /// # Errors
    /// If the text is no TOML of that form, a host, path or selector is none, a rule says nothing, or two are for the same pages.
    pub fn parse(file: &str, text: &str) -> Result<Self, SiteRulesError> {
        let (tables, wrong) = toml_reading::read::<File>(text);
        let mut reader = Reader { text, is_whole: wrong.is_empty(), problems: Vec::new() };
        for TomlProblem { at, what } in wrong {
            reader.problem(at, what, "see the examples in the shipped file");
        }
        let rules = tables.map(|tables| reader.rules(tables)).unwrap_or_default();
        reader.problems.sort_by_key(|problem| problem.line);
        match reader.problems.is_empty() {
            true => Ok(Self { rules }),
            false => Err(SiteRulesError { file: file.to_owned(), problems: reader.problems }),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    /// Whether nothing that did not suit was left out.
    is_whole: bool,
    problems: Vec<SiteRuleProblem>,
}

impl Reader<'_> {
    fn rules(&mut self, file: File) -> Vec<SiteRule> {
        let mut lines: HashMap<String, usize> = HashMap::new();
        let mut rules = Vec::with_capacity(file.site.len());
        for table in file.site {
            let at = table.host.span().start;
            let Some(rule) = self.rule(table) else { continue };
            let line = self.line(at);
            match lines.get(&rule.name) {
                Some(first) => {
                    let what = format!("`{}` has a rule already in line {first}", rule.name);
                    self.problem(at, what, "make one rule of both");
                }
                None => {
                    lines.insert(rule.name.clone(), line);
                    rules.push(rule);
                }
            }
        }
        rules
    }

    /// The rule of a table; nothing where its host or path is none. Selectors that are none are noted and left out.
    fn rule(&mut self, table: SiteRuleTable) -> Option<SiteRule> {
        let at = table.host.span().start;
        let parts = [&table.body, &table.drop, &table.title, &table.authors, &table.published];
        if self.is_whole && parts.iter().all(|part| part.is_none()) {
            let what = format!("the rule for `{}` says nothing", table.host.as_ref());
            self.problem(at, what, "give at least one of body, drop, title, authors, published");
        }
        let host = self.host(&table.host);
        let path = match &table.path {
            Some(path) => Some(self.path(path)?),
            None => None,
        };
        let host = host?;
        let name = format!("{host}{}", table.path.as_ref().map_or("", |path| path.as_ref().as_str()));
        Some(SiteRule {
            name,
            host,
            path,
            body: self.selector("body", table.body),
            drop: self.selector("drop", table.drop),
            title: self.selector("title", table.title),
            authors: self.selector("authors", table.authors),
            published: self.selector("published", table.published),
        })
    }

    fn host(&mut self, host: &Spanned<String>) -> Option<String> {
        match Host::parse(host.as_ref()) {
            Ok(host) => Some(host.to_string()),
            Err(_) => {
                let what = format!("`{}` is not a host", host.as_ref());
                self.problem(host.span().start, what, "write the name alone, as in news.example");
                None
            }
        }
    }

    fn path(&mut self, path: &Spanned<String>) -> Option<PathPattern> {
        let pattern = PathPattern::new(path.as_ref());
        if pattern.is_none() {
            let what = format!("the path `{}` does not begin with a slash", path.as_ref());
            self.problem(path.span().start, what, "write it as in /world/*");
        }
        pattern
    }

    fn selector(&mut self, key: &str, text: Option<Spanned<String>>) -> Option<Selector> {
        let text = text?;
        match Selector::parse(text.as_ref()) {
            Ok(selector) => Some(selector),
            Err(error) => {
                // The last line of the library's message is the part that tells.
                let error = error.to_string();
                let cause = error.lines().last().unwrap_or_default();
                let what = format!("`{}` in {key} is not a CSS selector: {cause}", text.as_ref());
                self.problem(text.span().start, what, "write it as in `div.story > p`");
                None
            }
        }
    }

    fn problem(&mut self, at: usize, what: String, remedy: &str) {
        let line = self.line(at);
        self.problems.push(SiteRuleProblem { line, what, remedy: remedy.to_owned() });
    }

    /// The line of a byte of the file, from 1.
    fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        let error = SiteRules::parse("sites.toml", text).unwrap_err();
        error.to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_with_line_and_selector() {
        let found = errors(
            "[[site]]\nhost = 'https://news.example/'\nbody = 'main'\n\
             [[site]]\nhost = 'a.example'\nbody = 'div..story'\ntitle = 'h1['\n\
             [[site]]\nhost = 'b.example'\npath = 'world'\nbody = 'main'\n\
             [[site]]\nhost = 'c.example'\n",
        );
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(found[0].starts_with("sites.toml:2: `https://news.example/` is not a host; "));
        assert!(found[1].starts_with("sites.toml:6: `div..story` in body is not a CSS selector: "));
        assert!(found[2].starts_with("sites.toml:7: `h1[` in title is not a CSS selector: "));
        assert!(found[3].starts_with("sites.toml:10: the path `world` does not begin with a slash; "));
        assert!(found[4].starts_with("sites.toml:13: the rule for `c.example` says nothing; "));
    }

    #[test]
    fn what_does_not_suit_is_said_with_what_else_is_wrong() {
        let found = errors(
            "[[site]]\nhost = 'a.example'\nbody = 'div..story'\ntitel = 'h1'\n\
             [[site]]\nhost = 3\nbody = 'main'\n\
             [[site]]\nhost = 'b.example'\nbody = 3\ntitle = 'h1'\ndrop = 'h1['\n",
        );
        let begins = ["3: `div..story`", "4: unknown field `titel`", "6: `host`: invalid type: integer `3`"];
        let begins = begins.into_iter().chain(["10: `body`: invalid type: integer `3`", "12: `h1[` in drop"]);
        assert_eq!(found.len(), 5, "{found:#?}");
        for (line, begin) in found.iter().zip(begins) {
            assert!(line.starts_with(&format!("sites.toml:{begin}")), "{begin}: {line}");
        }
    }

    #[test]
    fn two_rules_for_the_same_pages_are_refused_with_both_lines() {
        let found =
            errors("[[site]]\nhost = 'a.example'\nbody = 'p'\n[[site]]\nhost = 'A.example'\nbody = 'div'\n");
        assert_eq!(found, ["sites.toml:5: `a.example` has a rule already in line 2; make one rule of both"]);
    }

    #[test]
    fn a_key_that_is_none_is_named_with_its_line() {
        let found = errors("[[site]]\nhost = 'a.example'\nbdy = 'p'\n");
        assert!(found[0].starts_with("sites.toml:3: unknown field `bdy`"), "{found:?}");
    }
}
