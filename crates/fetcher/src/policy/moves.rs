//! Feeds that move: when a permanent redirect is believed.
//!
//! 301 and 308 mean for good (RFC 9110, sections 15.4.2 and 15.4.9), but servers send them by mistake, from captive portals
//! and from domains that were lost. So a move is believed only after several polls over days have seen it, and given up
//! again when the new address fails.

use dateline_wire::{FeedState, HealthKind};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::health::{HealthNotice, begin, end};
use crate::PollSettings;

/// After this many failures at the new address the configured one is asked again.
const GIVE_UP_AFTER: u32 = 3;

/// Where to ask for the feed: at the `configured` address, or the new one once the move is believed.
pub(crate) fn address<'a>(state: &'a FeedState, configured: &'a Url) -> &'a Url {
    match &state.moved_to {
        Some(moved_to) if state.conditions.contains(&HealthKind::Moved) => moved_to,
        _ => configured,
    }
}

/// Takes in that an answer came, by way of permanent redirects alone from `moved_to`, if any.
pub(super) fn answered(
    state: &mut FeedState,
    moved_to: Option<&Url>,
    now: Timestamp,
    settings: &PollSettings,
) -> Option<HealthNotice> {
    let settled = state.conditions.contains(&HealthKind::Moved);
    match moved_to {
        // The configured address answers again by itself, or the new one does as it should.
        None if settled => None,
        None => {
            forget(state);
            None
        }
        Some(target) if state.moved_to.as_ref() == Some(target) => {
            state.moved_polls = state.moved_polls.saturating_add(1);
            let since = *state.moved_since.get_or_insert(now);
            let held = now.duration_since(since);
            let long_enough = SignedDuration::try_from(settings.move_after).is_ok_and(|after| held >= after);
            let detail = format!(
                "moved from {} to {target}: seen by {} polls over {} hours",
                state.url,
                state.moved_polls,
                held.as_hours()
            );
            (state.moved_polls >= settings.move_polls && long_enough)
                .then(|| begin(state, HealthKind::Moved, detail))
                .flatten()
        }
        // A move to somewhere new starts from the configured address.
        Some(target) => {
            end(state, HealthKind::Moved);
            state.moved_to = Some(target.clone());
            state.moved_since = Some(now);
            state.moved_polls = 1;
            None
        }
    }
}

/// Takes in that the feed's last polls failed.
pub(super) fn failed(state: &mut FeedState) {
    if state.conditions.contains(&HealthKind::Moved) && state.failures >= GIVE_UP_AFTER {
        forget(state);
    }
}

fn forget(state: &mut FeedState) {
    end(state, HealthKind::Moved);
    state.moved_to = None;
    state.moved_since = None;
    state.moved_polls = 0;
}
