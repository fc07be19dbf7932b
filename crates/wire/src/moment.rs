//! Points in time as a page gives them: never more precise than written.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A point in time as its source wrote it: the value, how precise it is, and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// RFC 3339, cut to the precision: `2025-03-21`, `2025-03-21T14:05+09:00`, `2025-03-21T14:05:09Z`. The offset is the
    /// one that was written; where none was, there is none here.
    pub value: String,
    /// How much of the value is known.
    pub precision: Precision,
    /// Where it was read.
    pub source: Source,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

/// The finest unit of a [`Moment`] that its source gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// The year is known: `2026`.
    Year,
    /// Year and month are: `2026-03`.
    Month,
    /// The day is: `2026-03-02`.
    Day,
    /// The minute is, with its offset from UTC where that is known.
    Minute,
    /// The second is, with its offset from UTC where that is known.
    Second,
}

/// Where on or around a page a value was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// JSON-LD (schema.org) in a script.
    JsonLd,
    /// `article:*` or `og:*` properties.
    OpenGraph,
    /// Any other `<meta>` element.
    Meta,
    /// `itemprop` attributes.
    Microdata,
    /// The `datetime` attribute of a `<time>` element.
    TimeElement,
    /// Script data other than JSON-LD.
    Script,
    /// Text that a reader of the page sees.
    Visible,
    /// The page's own address.
    Url,
    /// The feed that announced the page.
    Feed,
    /// What the operator's rule for the site points at.
    SiteRule,
}
