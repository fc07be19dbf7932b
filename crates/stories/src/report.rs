//! An article as a report of something that happened.

use dateline_wire::Entity;
use jiff::civil::Date;
use url::Url;

/// What is known of an article when it is asked whose text it is and what it tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The article's id, which its story and its copies are known by.
    pub id: String,
    /// The headline; empty where there is none.
    pub title: String,
    /// The body, paragraphs parted by line feeds.
    pub text: String,
    /// The BCP 47 primary tag of its language, where known.
    pub language: Option<String>,
    /// The day of its publication, in the place where it was published, where known.
    pub published: Option<Date>,
    /// Where it was published.
    pub url: Option<Url>,
    /// Whom and what it names, as the subject knows them; empty where nobody asked.
    pub entities: Vec<Entity>,
}
