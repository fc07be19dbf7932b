//! Why a feed is asked again when it is, for people.

use std::time::Duration;

use dateline_wire::{FeedState, HealthKind};
use jiff::SignedDuration;

use super::{bounds, rhythm};
use crate::{Feed, PollSettings};

/// What the time of the next poll of `feed`, whose state is `state`, follows from.
pub fn reason_for_next_poll(feed: &Feed, state: &FeedState, settings: &PollSettings) -> String {
    let settings = feed.options().interval.within(settings);
    if state.last_poll.is_none() {
        return "it was never asked".to_owned();
    }
    if state.retired {
        return "its server says that it is gone (410): it is asked once a week".to_owned();
    }
    let (min, max) = bounds(&settings);
    if state.failures > 0 {
        let cap = settings.max_backoff.max(min);
        return format!(
            "it failed {}: the pause doubles from {} up to {}",
            match state.failures {
                1 => "once".to_owned(),
                failures => format!("{failures} times in a row"),
            },
            length(min),
            length(cap)
        );
    }
    if min == max {
        return format!("it is asked every {}, as configured", length(min));
    }
    let mut reasons = Vec::new();
    if state.conditions.contains(&HealthKind::Gap) {
        reasons.push("entries came and went unseen, so it is asked as often as is allowed".to_owned());
    }
    if let Some(interval) = state.entry_interval.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    {
        reasons.push(format!("it has an entry every {}", length(interval)));
    }
    if let Some(lossless) = rhythm::lossless(state) {
        reasons.push(format!("its entries stay listed for {}", length(lossless * 2)));
    }
    for (seconds, what) in [(state.hints.ttl, "ttl"), (state.hints.update_period, "update period")] {
        if let Some(seconds) = seconds {
            reasons.push(format!("it announces a {what} of {}", length(Duration::from_secs(seconds.into()))));
        }
    }
    reasons.push(format!("it is asked every {} to {}", length(min), length(max)));
    reasons.join("; ")
}

/// A length of time to the minute, or to the second where it is shorter.
fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    let rounded = if seconds >= 60 { seconds - seconds % 60 } else { seconds };
    format!("{:#}", SignedDuration::from_secs(i64::try_from(rounded).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use dateline_wire::SecretQuery;
    use jiff::Timestamp;

    use super::*;
    use crate::{FeedOptions, PollInterval};

    #[test]
    fn the_next_poll_is_explained_by_what_decides_it() {
        let feed = Feed::new("https://news.example/rss".parse().unwrap(), None, &SecretQuery::default());
        let new = FeedState::new(feed.published(), Timestamp::UNIX_EPOCH);
        let asked = FeedState { last_poll: Some(Timestamp::UNIX_EPOCH), ..new.clone() };
        let why =
            |feed: &Feed, state: &FeedState| reason_for_next_poll(feed, state, &PollSettings::default());
        assert_eq!(why(&feed, &new), "it was never asked");
        let gone = FeedState { retired: true, ..asked.clone() };
        assert!(why(&feed, &gone).contains("once a week"));
        let failing = FeedState { failures: 3, ..asked.clone() };
        assert_eq!(why(&feed, &failing), "it failed 3 times in a row: the pause doubles from 5m up to 24h");
        let busy = FeedState { entry_interval: Some(7_290.0), window: Some(36_000), ..asked.clone() };
        assert_eq!(
            why(&feed, &busy),
            "it has an entry every 2h 1m; its entries stay listed for 10h; it is asked every 5m to 6h"
        );
        let hour = Some(Duration::from_secs(3600));
        let interval = PollInterval { min: hour, max: hour };
        let fixed = feed.with_options(FeedOptions { interval, ..FeedOptions::default() });
        assert_eq!(why(&fixed, &busy), "it is asked every 1h, as configured");
    }
}
