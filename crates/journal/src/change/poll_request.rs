//! A feed that is asked sooner than planned, because the operator says so.

use dateline_wire::{FeedId, FeedState};
use jiff::Timestamp;

use super::configure;
use crate::JournalError;
use crate::ledger::Ledger;
use crate::reader;
use crate::writer::Change;

/// What an operator wants of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
