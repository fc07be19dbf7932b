//! Whether an article is about the subject, whom it names, and why we say so.
//!
//! A subject is data: a folder of files that name its two sides in every script, the words of their dealings, and
//! the weights of the rules.

mod error;

use std::collections::BTreeMap;

use dateline_wire::{Judgement, Label, Relevance};

pub use error::SubjectError;

/// A subject, read from its files and ready to judge; cheap to share behind an `Arc`, safe to use from many threads.
#[derive(Debug)]
pub struct Subject {
    name: String,
}

impl Subject {
    /// Reads a subject from its files: names (relative to the subject's folder) with their text.
    ///
    /// # Errors
    /// [`SubjectError`] names the file, the line, what is wrong and what would be right.
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self, SubjectError> {
        if !files.contains_key("subject.toml") {
            return Err(SubjectError::new(
                "subject.toml",
                0,
                "the file is missing",
                "every subject needs one",
            ));
        }
        Ok(Self { name: String::new() })
    }

    /// The subject's name, for logs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Judges one article. `language` is its BCP 47 tag where known; spans count into `title` and `body` as given.
    pub fn judge(&self, _title: &str, _body: &str, _language: Option<&str>) -> Judgement {
        Judgement {
            relevance: Relevance {
                label: Label::NotRelevant,
                score: 0.0,
                reasons: Vec::new(),
                passages: Vec::new(),
            },
            entities: Vec::new(),
        }
    }

    /// The byte scanner that dismisses pages which can't be about the subject, without parsing them.
    pub fn scanner(&self) -> Scanner {
        Scanner {}
    }
}

/// Looks for the subject's names in a page's bytes.
#[derive(Debug, Clone)]
pub struct Scanner {}

impl Scanner {
    /// Whether the page may name a side of the subject; `false` only when it surely names neither, in any encoding or escape.
    pub fn names_subject(&self, _bytes: &[u8]) -> bool {
        true
    }
}
