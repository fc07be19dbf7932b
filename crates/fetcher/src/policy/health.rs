//! What is the matter with a feed, told once when it begins and once when it is over.

use dateline_wire::{FeedState, FetchFailure, HealthKind};
use jiff::{SignedDuration, Timestamp};

use super::rhythm::RhythmChange;

/// A feed is silent after this many of its own intervals without anything new. If entries came by chance alone, a feed in
/// good health would be called silent once in e^10, that is once in 22,000 entries.
const SILENT_INTERVALS: f64 = 10.0;

/// No silence shorter than a long weekend is worth telling.
const LEAST_SILENCE: SignedDuration = SignedDuration::from_hours(4 * 24);

/// Something to tell about a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HealthNotice {
    pub(crate) kind: HealthKind,
    /// For people, with the figures that it follows from.
    pub(crate) detail: String,
}

/// Notes that `kind` holds from now on; tells it unless it held before.
pub(super) fn begin(state: &mut FeedState, kind: HealthKind, detail: String) -> Option<HealthNotice> {
    if state.conditions.contains(&kind) {
        return None;
    }
    state.conditions.push(kind);
    Some(HealthNotice { kind, detail })
}

/// Notes that `kind` no longer holds. Whether it did.
pub(super) fn end(state: &mut FeedState, kind: HealthKind) -> bool {
    let before = state.conditions.len();
    state.conditions.retain(|held| *held != kind);
    state.conditions.len() < before
}

fn recovered(detail: String) -> Option<HealthNotice> {
    Some(HealthNotice { kind: HealthKind::Recovered, detail })
}

/// The feed answers as it should.
pub(super) fn answers(state: &mut FeedState, now: Timestamp) -> Option<HealthNotice> {
    let since = state.failing_since.take();
    if !end(state, HealthKind::Dead) {
        return None;
    }
    let hours = since.map_or(0, |since| now.duration_since(since).as_hours());
    recovered(match state.retired {
        true => format!("answers again, {hours} hours after its server first said that it is gone"),
        false => format!("answers again after {} failures over {hours} hours", state.failures),
    })
}

/// The feed failed, once more.
pub(super) fn fails(
    state: &mut FeedState,
    failure: &FetchFailure,
    now: Timestamp,
    dead_after: SignedDuration,
) -> Option<HealthNotice> {
    let failing = now.duration_since(*state.failing_since.get_or_insert(now));
    if failing < dead_after {
        return None;
    }
    let detail = format!(
        "{} failures over {} hours without a success; the last: {failure}",
        state.failures,
        failing.as_hours()
    );
    begin(state, HealthKind::Dead, detail)
}

/// The feed has `new` entries.
pub(super) fn news(state: &mut FeedState, new: usize) -> Option<HealthNotice> {
    if new == 0 || !end(state, HealthKind::Silent) {
        return None;
    }
    recovered(format!("has {new} new entries after a silence"))
}

/// The feed was read, with `change`.
pub(super) fn read(
    state: &mut FeedState,
    change: RhythmChange,
    stuck_dates: bool,
    entries: usize,
) -> Vec<HealthNotice> {
    let mut told: Vec<HealthNotice> = news(state, change.new).into_iter().collect();
    if change.gap {
        let newest = state.newest_entry.map_or("unknown".to_owned(), |newest| newest.to_string());
        let detail = format!(
            "none of its {entries} entries was there at the last poll; the newest seen until then is dated {newest}"
        );
        told.extend(begin(state, HealthKind::Gap, detail));
    } else {
        end(state, HealthKind::Gap);
    }
    if stuck_dates {
        let detail = format!("the dates of its {entries} entries are all the same or impossible");
        told.extend(begin(state, HealthKind::StuckDates, detail));
    } else if entries > 0 && end(state, HealthKind::StuckDates) {
        told.extend(recovered("its entries have dates again".to_owned()));
    }
    told
}

/// The feed had nothing new. When it turns out to be silent, its validators go, so that the next poll sees for itself
/// whether "not modified" is true.
pub(super) fn nothing_new(state: &mut FeedState, now: Timestamp) -> Option<HealthNotice> {
    let (interval, since) = (state.entry_interval?, state.last_new_entry?);
    let quiet = now.duration_since(since);
    if quiet < LEAST_SILENCE || quiet.as_secs_f64() < SILENT_INTERVALS * interval {
        return None;
    }
    let detail = format!(
        "nothing new for {} hours, though it had an entry every {:.1} hours",
        quiet.as_hours(),
        interval / 3600.0
    );
    let told = begin(state, HealthKind::Silent, detail)?;
    state.validators = Default::default();
    state.body_sha256 = None;
    Some(told)
}
