//! What a feed is given beyond its address.

use std::{borrow::Cow, sync::LazyLock, time::Duration};

use dateline_wire::Entry;
use http::{HeaderMap, HeaderValue};
use regex::Regex;

use crate::{PollSettings, transport::ProxyChoice};

/// How one feed, and the pages that it announces, are asked for and read, where that differs from what holds for all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeedOptions {
    /// How often the feed is asked.
    pub interval: PollInterval,
    /// Fields that go out with polls and requests for pages, to the server that the feed is configured at and to no other.
    pub headers: HeaderMap,
    /// Who asks, in place of `user_agent` in `[fetch]`. Its first word is what robots.txt is searched for.
    pub user_agent: Option<HeaderValue>,
    /// Which proxy is passed, in place of `proxy` in `[fetch]`.
    pub proxy: Option<ProxyChoice>,
    /// Whether robots.txt is asked before a page of the feed is.
    pub robots: RobotsRule,
    /// The language of its articles, a primary tag (BCP 47), in place of what their pages say.
    pub language: Option<String>,
    /// Where the text of its articles comes from.
    pub full_text: FullText,
    /// Which of its entries are looked at.
    pub entries: EntryFilter,
    /// Whether its articles are judged.
    pub judging: Judging,
}

impl FeedOptions {
    /// Those of a feed that is given none.
    pub fn none() -> &'static Self {
        static NONE: LazyLock<FeedOptions> = LazyLock::new(FeedOptions::default);
        &NONE
    }
}

/// How often a feed is asked, where that differs from `[poll]`. Both alike is a fixed interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PollInterval {
    /// It is not asked more often.
    pub min: Option<Duration>,
    /// It is not asked less often, while it answers.
    pub max: Option<Duration>,
}

impl PollInterval {
    /// `settings` with these bounds. Where only one is given and the other would contradict it, the one that is given holds.
    pub(crate) fn within(self, settings: &PollSettings) -> Cow<'_, PollSettings> {
        if self == Self::default() {
            return Cow::Borrowed(settings);
        }
        let min = self.min.unwrap_or_else(|| settings.min_interval.min(self.max.unwrap_or(Duration::MAX)));
        let max = self.max.unwrap_or(settings.max_interval).max(min);
        Cow::Owned(PollSettings { min_interval: min, max_interval: max, ..settings.clone() })
    }
}

/// Whether robots.txt is asked before a page is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RobotsRule {
    /// As `obey_robots` in `[fetch]` says.
    #[default]
    Obey,
    /// It isn't.
    Ignore,
}

/// Where the text of an article comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FullText {
    /// From its page, or from the feed where the page cannot be had or holds far less.
    #[default]
    Auto,
    /// From the feed; its page is not asked for.
    Feed,
    /// From its page, whatever the feed carries.
    Page,
}

/// Whether articles are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Judging {
    /// By the subject: those that are not about it are rejected.
    #[default]
    BySubject,
    /// They are published without being judged.
    Off,
}

/// Which entries of a feed are looked at, by patterns that are searched for in title and link.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    /// One of these has to be found, if there are any.
    pub keep: Vec<Regex>,
    /// None of these may be found.
    pub drop: Vec<Regex>,
}

impl EntryFilter {
    /// Why `entry` is not looked at; `None` where it is.
    pub fn objection(&self, entry: &Entry) -> Option<String> {
        let title = entry.title.as_deref().unwrap_or_default();
        let link = entry.link.as_ref().map_or("", |link| link.as_str());
        let found = |pattern: &&Regex| pattern.is_match(title) || pattern.is_match(link);
        if let Some(pattern) = self.drop.iter().find(found) {
            return Some(format!("its title or link matches {:?} in `drop` of its feed", pattern.as_str()));
        }
        let is_wanted = self.keep.is_empty() || self.keep.iter().any(|pattern| found(&pattern));
        (!is_wanted)
            .then(|| "neither its title nor its link matches a pattern in `keep` of its feed".to_owned())
    }

    /// The patterns as written.
    fn patterns(&self) -> impl Iterator<Item = (bool, &str)> {
        let keep = self.keep.iter().map(|pattern| (true, pattern.as_str()));
        keep.chain(self.drop.iter().map(|pattern| (false, pattern.as_str())))
    }
}

impl PartialEq for EntryFilter {
    fn eq(&self, other: &Self) -> bool {
        self.patterns().eq(other.patterns())
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::EntryId;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn one_bound_that_is_given_moves_the_other_out_of_its_way() {
        let settings = PollSettings::default();
        let bounds = |min: Option<u32>, max: Option<u32>| {
            let interval =
                PollInterval { min: min.map(|min| MINUTE * min), max: max.map(|max| MINUTE * max) };
            let settings = interval.within(&settings).into_owned();
            (settings.min_interval.as_secs() / 60, settings.max_interval.as_secs() / 60)
        };
        assert_eq!(bounds(None, None), (5, 360));
        assert_eq!(bounds(Some(10), Some(20)), (10, 20));
        assert_eq!(bounds(Some(30), Some(30)), (30, 30));
        assert_eq!(bounds(None, Some(2)), (2, 2));
        assert_eq!(bounds(Some(720), None), (720, 720));
    }

    #[test]
    fn an_entry_is_kept_and_dropped_by_title_and_link_and_dropping_goes_first() {
        let entry = |title: &str, link: &str| Entry {
            title: Some(title.to_owned()),
            link: Some(link.parse().unwrap()),
            ..Entry::new(EntryId::of_guid("1"))
        };
        let patterns =
            |patterns: &[&str]| patterns.iter().map(|pattern| Regex::new(pattern).unwrap()).collect();
        let filter = EntryFilter { keep: patterns(&["Ferry", "/world/"]), drop: patterns(&["/sport/"]) };
        let objection = |title, link| filter.objection(&entry(title, link));
        assert_eq!(objection("Ferry runs again", "https://news.example/1"), None);
        assert_eq!(objection("Bread", "https://news.example/world/1"), None);
        assert!(objection("Bread", "https://news.example/1").unwrap().contains("`keep`"));
        assert!(
            objection("Ferry race", "https://news.example/sport/1")
                .unwrap()
                .contains("\"/sport/\" in `drop`")
        );
        assert_eq!(EntryFilter::default().objection(&entry("Bread", "https://news.example/sport/1")), None);
    }
}
