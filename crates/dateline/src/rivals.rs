//! What a page offers for its title, its authors and its time besides what was believed, and why that was not.

use dateline_parser::meta::{Statement, Testimony};
use dateline_wire::{Article, Source};
use schemars::JsonSchema;
use serde::Serialize;

/// What was not believed, by field.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Rivals {
    /// Other headlines.
    pub(crate) titles: Vec<Rival>,
    /// Other bylines, each with all its authors.
    pub(crate) authors: Vec<Rival>,
    /// Other times of publication.
    pub(crate) published: Vec<Rival>,
}

/// Something that a page offers and that was not believed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Rival {
    /// What it says.
    pub(crate) text: String,
    /// Where it was read.
    pub(crate) source: Source,
    /// Why it was not believed.
    pub(crate) why: String,
}

impl Rivals {
    /// What of `testimony` is not in `article`.
    pub(crate) fn of(testimony: &Testimony, article: &Article) -> Self {
        let title = article.title.as_deref().unwrap_or_default();
        let authors = article.authors.join(", ");
        let published = article.published.as_ref().map(|moment| moment.value.as_str()).unwrap_or_default();
        Self {
            titles: rivals(&testimony.titles, title, article.title_source),
            authors: rivals(&testimony.authors, &authors, article.authors_source),
            published: rivals(
                &testimony.published,
                published,
                article.published.as_ref().map(|moment| moment.source),
            ),
        }
    }
}

/// Where else a page says what was believed, each place once.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Agreement {
    /// The headline.
    pub(crate) title: Vec<Source>,
    /// The authors.
    pub(crate) authors: Vec<Source>,
    /// The time of publication.
    pub(crate) published: Vec<Source>,
}

impl Agreement {
    /// Where `testimony` says what `article` does.
    pub(crate) fn of(testimony: &Testimony, article: &Article) -> Self {
        let agreeing = |statements: &[Statement], believed: Option<&str>| {
            let mut sources = Vec::new();
            let Some(believed) = believed.map(key).filter(|believed| !believed.is_empty()) else {
                return sources;
            };
            for said in statements.iter().filter(|said| key(&said.text) == believed) {
                if !sources.contains(&said.source) {
                    sources.push(said.source);
                }
            }
            sources
        };
        let authors = article.authors.join(", ");
        let published = article.published.as_ref().map(|moment| moment.value.as_str());
        Self {
            title: agreeing(&testimony.titles, article.title.as_deref()),
            authors: agreeing(&testimony.authors, Some(&authors)),
            published: agreeing(&testimony.published, published),
        }
    }
}

/// What two texts have in common that say the same.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What of `statements` is other than `believed`, which was read in `source`; each once, with the sum of the weights behind it.
fn rivals(statements: &[Statement], believed: &str, source: Option<Source>) -> Vec<Rival> {
    let chosen = key(believed);
    let behind = |wanted: &str| -> f32 {
        statements.iter().filter(|said| key(&said.text) == wanted).map(|said| said.weight).sum()
    };
    let mut told: Vec<String> = Vec::new();
    let mut rivals = Vec::new();
    for said in statements {
        let own = key(&said.text);
        if own == chosen || told.contains(&own) {
            continue;
        }
        let weights = (behind(&own), behind(&chosen));
        let why = if chosen.is_empty() {
            "too little speaks for it".to_owned()
        } else if own.contains(&chosen) {
            "the same, with more beside it".to_owned()
        } else if chosen.contains(&own) {
            "the same, with less".to_owned()
        } else if source == Some(Source::SiteRule) {
            "the rule for the site comes first".to_owned()
        } else if weights.0 < weights.1 {
            format!("less speaks for it, {:.1} against {:.1}", weights.0, weights.1)
        } else if source == Some(Source::Visible) {
            "what a reader of the page sees comes first".to_owned()
        } else {
            format!("it speaks for itself with {:.1}, but less agrees with it", weights.0)
        };
        rivals.push(Rival { text: said.text.clone(), source: said.source, why });
        told.push(own);
    }
    rivals
}

/// Where a value was read, in words.
pub(crate) fn place(source: Source) -> &'static str {
    match source {
        Source::JsonLd => "from its JSON-LD",
        Source::OpenGraph => "from its Open Graph properties",
        Source::Meta => "from a <meta> or <title> element",
        Source::Microdata => "from its microdata",
        Source::TimeElement => "from a <time> element",
        Source::Script => "from the data of a script",
        Source::Visible => "as a reader of the page sees it",
        Source::Url => "from its address",
        Source::Feed => "from the feed",
        Source::SiteRule => "by the rule for its site",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, source: Source, weight: f32) -> Statement {
        Statement { text: text.into(), source, weight }
    }

    #[test]
    fn what_agrees_is_no_rival_and_each_rival_has_its_reason() {
        let statements = [
            said("Ferry runs again", Source::Visible, 2.0),
            said("FERRY RUNS AGAIN", Source::JsonLd, 1.0),
            said("Ferry runs again | Harbour Gazette", Source::Meta, 1.0),
            said("Ferry back", Source::OpenGraph, 1.0),
            said("ferry back!", Source::Meta, 0.5),
        ];
        let rivals = rivals(&statements, "Ferry runs again", Some(Source::Visible));
        let told: Vec<(&str, &str)> =
            rivals.iter().map(|rival| (rival.text.as_str(), rival.why.as_str())).collect();
        assert_eq!(
            told,
            [
                ("Ferry runs again | Harbour Gazette", "the same, with more beside it"),
                ("Ferry back", "less speaks for it, 1.5 against 3.0"),
            ]
        );
    }
}
