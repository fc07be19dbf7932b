//! Feeds that are asked sooner than planned, because the operator or their interval says so.

use dateline_wire::{FeedId, FeedState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::configure;
use crate::JournalError;
use crate::ledger::Ledger;
use crate::reader;
use crate::writer::Change;

/// What an operator wants of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollRequest {
    /// It is asked now, whatever was planned.
    Poll,
    /// It counts as gone (410) no more, and is asked now.
    Revive,
}

/// A feed that is to be asked at a moment.
pub(crate) struct RequestedPoll {
    pub(crate) feed: FeedId,
    pub(crate) request: PollRequest,
    pub(crate) at: Timestamp,
}

impl Change for RequestedPoll {
    /// Its state from now on.
    type Done = FeedState;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<FeedState, JournalError> {
        let mut state = reader::feed_state(ledger.connection, &self.feed)?
            .ok_or_else(|| JournalError::UnknownFeed(self.feed.clone()))?;
        match self.request {
            PollRequest::Poll => state.next_poll = self.at,
            PollRequest::Revive => state.revive(self.at),
        }
        configure::update(ledger.connection, &state)?;
        Ok(state)
    }
}

/// Feeds that are to be asked by a moment each.
pub(crate) struct PollLimits(pub(crate) Vec<(FeedId, Timestamp)>);

impl Change for PollLimits {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        for (feed, latest) in &self.0 {
            let known = reader::feed_state(ledger.connection, feed)?;
            if let Some(mut state) = known.filter(|state| state.next_poll > *latest) {
                state.next_poll = *latest;
                configure::update(ledger.connection, &state)?;
            }
        }
        Ok(())
    }
}
