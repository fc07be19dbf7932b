//! `[revisit]`: when pages of published articles are visited again.

use std::time::Duration;

use dateline_wire::duration;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// More visits to one page would be a watch, for which a feed is the better place.
const MAX_VISITS: usize = 24;
/// A page that is visited later than this many days after its publication is an archive's.
const MAX_DAYS: u64 = 90;
/// A page that is visited sooner is the one that was just read.
const SHORTEST: Duration = Duration::from_secs(1);

/// When pages of published articles are visited again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RevisitSettings {
    /// How long after the article's publication, each longer than the one before. Never if there is none.
    #[serde(deserialize_with = "lengths")]
    pub after: Vec<Duration>,
}

impl Default for RevisitSettings {
    fn default() -> Self {
        const HOUR: Duration = Duration::from_secs(3600);
        Self { after: vec![HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR] }
    }
}

impl RevisitSettings {
    /// What is expected of `after` and isn't so.
    pub(super) fn problem(&self) -> Option<String> {
        let longest = Duration::from_secs(MAX_DAYS * 86_400);
        let grows = self.after.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = self.after.iter().all(|after| (SHORTEST..=longest).contains(after));
        (self.after.len() > MAX_VISITS || !grows || !fits).then(|| {
            format!(
                "expected at most {MAX_VISITS} durations from 1s to {MAX_DAYS}d, each longer than the one before, such as [\"1h\", \"7d\"]"
            )
        })
    }

    /// How long after its publication a page is visited for the last time; `None` where it never is.
    pub(crate) fn last(&self) -> Option<Duration> {
        self.after.last().copied()
    }

    /// When a page that was `published` then is visited next after `now`; `None` after the last visit.
    pub(crate) fn next(&self, published: Timestamp, now: Timestamp) -> Option<Timestamp> {
        self.after.iter().filter_map(|after| published.checked_add(*after).ok()).find(|visit| *visit > now)
    }

    /// When a page that a visit found gone at `now` is visited once more to see whether it still is: as long after as the first visit
    /// comes after the publication.
    pub(crate) fn confirmation(&self, now: Timestamp) -> Option<Timestamp> {
        self.after.first().and_then(|after| now.checked_add(*after).ok())
    }
}

fn lengths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
    #[derive(Deserialize)]
    struct Length(#[serde(with = "duration")] Duration);
    Ok(Vec::<Length>::deserialize(deserializer)?.into_iter().map(|Length(length)| length).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_that_the_clock_has_jumped_over_are_made_up_for_by_one() {
        let settings = RevisitSettings::default();
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        assert_eq!(settings.next(at(0), at(0)), Some(at(1)));
        assert_eq!(settings.next(at(0), at(1)), Some(at(6)));
        assert_eq!(settings.next(at(0), at(30)), Some(at(7 * 24)));
        assert_eq!(settings.next(at(0), at(-100)), Some(at(1)), "the clock was set back");
        assert_eq!(settings.next(at(0), at(7 * 24)), None);
        assert_eq!(RevisitSettings { after: Vec::new() }.next(at(0), at(0)), None);
    }

    #[test]
    fn lengths_that_do_not_grow_are_refused() {
        let read = |text: &str| toml::from_str::<RevisitSettings>(text).map(|read| read.problem().is_none());
        assert_eq!(read("after = []"), Ok(true));
        assert_eq!(read("after = [\"90s\", \"2h\"]"), Ok(true));
        for refused in
            ["after = [\"2h\", \"1h\"]", "after = [\"0s\"]", "after = [\"1ns\"]", "after = [\"91d\"]"]
        {
            assert_eq!(read(refused), Ok(false), "{refused}");
        }
        assert!(read("after = [5]").is_err());
    }
}
