//! What a reload changed, for whoever asked and for the log.

use std::collections::HashMap;

use dateline_fetcher::Feed;
use dateline_wire::{FeedId, FeedRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::counted;

/// What a reload changed, for whoever asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReloadReport {
    /// The feeds.
    pub feeds: FeedDifference,
    /// Whether the subject is another.
    pub subject_changed: bool,
    /// Whether the rules for single sites are others.
    pub sites_changed: bool,
    /// Whether the table of agencies is another.
    pub agencies_changed: bool,
    /// Whether the tables that stories are told by are others.
    #[serde(default)]
    pub story_tables_changed: bool,
    /// The settings that were applied, by full name.
    pub applied: Vec<String>,
    /// The settings that are other than those the daemon works with, and count only once it is restarted.
    pub needs_restart: Vec<String>,
}

/// How two sets of feeds differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedDifference {
    /// How many are polled now.
    pub total: usize,
    /// Those that are polled from now on.
    pub added: Vec<FeedRef>,
    /// Those that are not polled any more.
    pub removed: Vec<FeedRef>,
    /// Those that are polled otherwise, or called otherwise.
    pub changed: Vec<FeedRef>,
}

impl FeedDifference {
    /// What is otherwise `after` than `before`.
    pub(super) fn between(before: &[Feed], after: &[Feed]) -> Self {
        let by_id = |feeds: &'_ [Feed]| -> HashMap<FeedId, Feed> {
            feeds.iter().map(|feed| (feed.id().clone(), feed.clone())).collect()
        };
        let (old, new) = (by_id(before), by_id(after));
        let published = |feeds: &[Feed], wanted: &dyn Fn(&Feed) -> bool| {
            feeds.iter().filter(|feed| wanted(feed)).map(|feed| feed.published().clone()).collect()
        };
        Self {
            total: after.len(),
            added: published(after, &|feed| !old.contains_key(feed.id())),
            removed: published(before, &|feed| !new.contains_key(feed.id())),
            changed: published(after, &|feed| old.get(feed.id()).is_some_and(|before| before != feed)),
        }
    }
}

impl ReloadReport {
    /// What is read as a whole, what it is called, and whether it is another now.
    fn parts(&self) -> [(&'static str, bool); 4] {
        [
            ("subject", self.subject_changed),
            ("sites", self.sites_changed),
            ("agencies", self.agencies_changed),
            ("story tables", self.story_tables_changed),
        ]
    }

    /// Whether nothing is other than before.
    fn is_empty(&self) -> bool {
        let FeedDifference { total: _, added, removed, changed } = &self.feeds;
        [added, removed, changed].into_iter().all(Vec::is_empty)
            && self.parts().iter().all(|(_, changed)| !changed)
            && self.applied.is_empty()
            && self.needs_restart.is_empty()
    }

    /// Says so in the log.
    pub(super) fn log(&self) {
        let lists = [
            ("a feed is polled from now on", &self.feeds.added),
            ("a feed is not polled any more", &self.feeds.removed),
            ("a feed is configured otherwise", &self.feeds.changed),
        ];
        for (what, feeds) in lists {
            for feed in feeds {
                tracing::info!(feed = feed.url.as_str(), "{what}");
            }
        }
        let parts: Vec<&str> =
            self.parts().iter().filter(|(_, changed)| *changed).map(|(part, _)| *part).collect();
        tracing::info!(
            feeds = self.feeds.total,
            added = self.feeds.added.len(),
            removed = self.feeds.removed.len(),
            changed = self.feeds.changed.len(),
            also = (!parts.is_empty()).then(|| parts.join(", ")),
            settings = (!self.applied.is_empty()).then(|| self.applied.join(" ")),
            "the configuration was reloaded"
        );
        if !self.needs_restart.is_empty() {
            tracing::warn!(
                settings = self.needs_restart.join(" "),
                "settings have changed that need a restart"
            );
        }
    }

    /// The report as lines for people.
    pub fn to_text(&self) -> String {
        if self.is_empty() {
            return format!(
                "Reloaded: nothing has changed ({}).\n",
                counted(self.feeds.total as u64, "feed")
            );
        }
        let FeedDifference { total, added, removed, changed } = &self.feeds;
        let mut text = format!(
            "Reloaded: {}, of which {} added and {} changed; {} removed.\n",
            counted(*total as u64, "feed"),
            added.len(),
            changed.len(),
            removed.len()
        );
        for (word, feeds) in [("added", added), ("removed", removed), ("changed", changed)] {
            for feed in feeds {
                let name = feed.name.as_deref().map(|name| format!("  {name}")).unwrap_or_default();
                text.push_str(&format!("  {word:<8} {}{name}\n", feed.url));
            }
        }
        for (part, _) in self.parts().iter().filter(|(_, changed)| *changed) {
            text.push_str(&format!("  {part:<8} changed\n"));
        }
        for setting in &self.applied {
            text.push_str(&format!("  applied  {setting}\n"));
        }
        for setting in &self.needs_restart {
            text.push_str(&format!("  needs a restart: {setting}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::SecretQuery;

    use super::*;

    fn feed(url: &str, name: Option<&str>) -> Feed {
        Feed::new(url.parse().unwrap(), name.map(str::to_owned), &SecretQuery::default())
    }

    #[test]
    fn feeds_are_told_apart_by_address_and_a_new_name_is_a_change() {
        let [a, b, c] =
            ["https://a.example/", "https://b.example/", "https://c.example/"].map(|url| feed(url, None));
        let renamed = feed("https://b.example/", Some("B"));
        let difference = FeedDifference::between(&[a.clone(), b], &[renamed.clone(), c.clone()]);
        let of = |feed: &Feed| vec![feed.published().clone()];
        assert_eq!(
            difference,
            FeedDifference { total: 2, added: of(&c), removed: of(&a), changed: of(&renamed) }
        );
    }
}
