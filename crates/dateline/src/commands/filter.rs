//! The options that choose events, articles or stories: the parameters of the API.

use clap::Args;
use dateline_journal::{EventFilter, Facet, FilterError};

use crate::failure::Failure;

/// Which events, articles or stories. One value of each option that is given is enough; all options count together.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which")]
pub struct FilterArguments {
    /// What was committed from then on, in lists of stories what was last reported: a day in UTC, or a moment such as
    /// 2026-03-01T08:00:00Z.
    #[arg(long, value_name = "DAY|MOMENT")]
    since: Option<String>,
    /// And before then.
    #[arg(long, value_name = "DAY|MOMENT")]
    until: Option<String>,
    /// In this language, such as `ko`.
    #[arg(long, value_name = "TAG")]
    language: Vec<String>,
    /// With this verdict: `relevant`, `borderline`, `not_relevant` or `not_judged`.
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
    /// Naming this person, body or place, by its id in the gazetteer or its item in Wikidata.
    #[arg(long, value_name = "ID")]
    entity: Vec<String>,
    /// On this topic of the subject, by its id.
    #[arg(long, value_name = "ID")]
    topic: Vec<String>,
    /// Announced by this feed, by its id or its address.
    #[arg(long, value_name = "ID|URL")]
    feed: Vec<String>,
    /// Published by this site or paper, by its name or the host of its pages.
    #[arg(long, value_name = "NAME|HOST")]
    publisher: Vec<String>,
    /// Whose text is this wire's or paper's.
    #[arg(long, value_name = "NAME")]
    origin: Vec<String>,
    /// Of this story, by its id.
    #[arg(long, value_name = "ID")]
    story: Vec<String>,
}

impl FilterArguments {
    /// The filter that they come to, with these words if there are some.
    ///
    /// # Errors
    /// If a value means nothing.
    pub(super) fn filter(&self, words: Option<&str>) -> Result<EventFilter, Failure> {
        self.read(words).map_err(|error| Failure::Other(error.to_string()))
    }

    fn read(&self, words: Option<&str>) -> Result<EventFilter, FilterError> {
        let mut filter = EventFilter::default();
        let single = [("since", self.since.as_deref()), ("until", self.until.as_deref()), ("q", words)];
        for (name, value) in single {
            if let Some(value) = value {
                filter.set(name, value)?;
            }
        }
        for (facet, values) in [
            (Facet::Language, &self.language),
            (Facet::Label, &self.label),
            (Facet::Entity, &self.entity),
            (Facet::Topic, &self.topic),
            (Facet::Feed, &self.feed),
            (Facet::Publisher, &self.publisher),
            (Facet::Origin, &self.origin),
            (Facet::Story, &self.story),
        ] {
            values.iter().try_for_each(|value| filter.add(facet, value))?;
        }
        Ok(filter)
    }
}
