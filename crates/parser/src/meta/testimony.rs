//! What a page offers for its headline, its authors and its time, believed or not: for whoever asks why.

use dateline_wire::Source;

use super::Witnesses;
use super::claims::Claim;

/// What one witness says.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it says: a headline, names separated by commas, or a moment.
    pub text: String,
    /// Where it was read.
    pub source: Source,
    /// How much the witness is worth by itself.
    pub weight: f32,
}

/// What all witnesses say, in the order in which they were heard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Testimony {
    /// What is called the headline, with whatever stands beside it, such as the name of the site.
    pub titles: Vec<Statement>,
    /// Bylines, each with all its authors.
    pub authors: Vec<Statement>,
    /// When it was published.
    pub published: Vec<Statement>,
    /// When it was modified.
    pub modified: Vec<Statement>,
}

impl Witnesses<'_> {
    /// What was heard of the headline, the authors and the time.
    pub fn testimony(&self) -> Testimony {
        fn statements<T>(claims: &[Claim<T>], text: impl Fn(&T) -> String) -> Vec<Statement> {
            let of = |claim: &Claim<T>| Statement {
                text: text(&claim.value),
                source: claim.source,
                weight: claim.weight,
            };
            claims.iter().map(of).collect()
        }
        Testimony {
            titles: statements(&self.claims.titles, String::clone),
            authors: statements(&self.claims.authors, |names| names.join(", ")),
            published: statements(&self.claims.published, ToString::to_string),
            modified: statements(&self.claims.modified, ToString::to_string),
        }
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::Page;

    use super::*;
    use crate::dom::Document;

    #[test]
    fn every_witness_is_heard_with_what_it_says_and_where() {
        let html =
            "<title>Ferry runs again | Harbour Gazette</title><meta property='og:title' content='Ferry back'>
            <meta name=author content='Desk'><h1>Ferry runs again</h1><div class=byline>By Ana Lund</div>
            <time datetime=2025-06-04>4 June 2025</time><p>The ferry left the harbour at six.</p>";
        let page = Page { url: None, content_type: None, bytes: html.into(), received_at: None };
        let document = Document::parse(&page);
        let testimony = Witnesses::of(&document, &page).testimony();
        let says = |statements: &[Statement], text: &str, source| {
            statements.iter().any(|said| said.text == text && said.source == source)
        };
        assert!(says(&testimony.titles, "Ferry back", Source::OpenGraph), "{testimony:?}");
        assert!(says(&testimony.authors, "Desk", Source::Meta), "{testimony:?}");
        assert!(says(&testimony.authors, "Ana Lund", Source::Visible), "{testimony:?}");
        assert!(says(&testimony.published, "2025-06-04", Source::TimeElement), "{testimony:?}");
    }
}
