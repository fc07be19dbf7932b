//! What the witnesses say, before anybody is believed.

use dateline_wire::{Credit, Source};

use super::authors::Byline;
use super::date::WrittenDate;
use super::text;

/// A value that somebody vouches for.
#[derive(Debug, Clone)]
pub(super) struct Claim<T> {
    pub(super) value: T,
    /// Where it was read.
    pub(super) source: Source,
    /// How much the witness is worth by itself; see docs/metadata.md for what each was measured to add.
    pub(super) weight: f32,
}

/// Everything that was claimed, in the order of the witnesses and, for each, of the page.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) titles: Vec<Claim<String>>,
    /// Each claim is one byline: all its authors together, cleaned.
    pub(super) authors: Vec<Claim<Vec<String>>>,
    /// What bylines say that people did.
    pub(super) credits: Vec<Credit>,
    /// Names that data calls those of organisations.
    pub(super) organisations: Vec<String>,
    pub(super) published: Vec<Claim<WrittenDate>>,
    pub(super) modified: Vec<Claim<WrittenDate>>,
    pub(super) languages: Vec<Claim<String>>,
    pub(super) publishers: Vec<Claim<String>>,
}

/// The claims of one kind that are kept, at most. No page has as many honest ones, and they are weighed against one another.
const MAX_EACH: usize = 40;

impl Claims {
    pub(super) fn title(&mut self, value: String, source: Source, weight: f32) {
        let says_something = value.chars().any(char::is_alphanumeric) && !text::is_placeholder(&value);
        if says_something && self.titles.len() < MAX_EACH {
            self.titles.push(Claim { value, source, weight });
        }
    }

    pub(super) fn authors(&mut self, value: Vec<String>, source: Source, weight: f32) {
        if !value.is_empty() && self.authors.len() < MAX_EACH {
            self.authors.push(Claim { value, source, weight });
        }
    }

    /// A byline as read: its authors, and what each is said to have done.
    pub(super) fn byline(&mut self, byline: Byline, source: Source, weight: f32) {
        let room = MAX_EACH.saturating_sub(self.credits.len());
        self.credits.extend(byline.credits.into_iter().take(room));
        self.authors(byline.names, source, weight);
    }

    pub(super) fn published(&mut self, value: Option<WrittenDate>, source: Source, weight: f32) {
        push(&mut self.published, value, source, weight);
    }

    pub(super) fn modified(&mut self, value: Option<WrittenDate>, source: Source, weight: f32) {
        push(&mut self.modified, value, source, weight);
    }

    pub(super) fn language(&mut self, value: &str, source: Source, weight: f32) {
        push(&mut self.languages, Some(value.to_owned()), source, weight);
    }

    pub(super) fn publisher(&mut self, value: String, source: Source, weight: f32) {
        let says_something = value.chars().any(char::is_alphanumeric) && !text::is_placeholder(&value);
        if says_something && value.chars().count() <= 80 {
            push(&mut self.publishers, Some(value), source, weight);
        }
    }
}

fn push<T>(claims: &mut Vec<Claim<T>>, value: Option<T>, source: Source, weight: f32) {
    if let Some(value) = value.filter(|_| claims.len() < MAX_EACH) {
        claims.push(Claim { value, source, weight });
    }
}
