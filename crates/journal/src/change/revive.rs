//! A feed that is gone, asked again because the operator says so.

use dateline_wire::{FeedId, FeedState};
use jiff::Timestamp;

use super::configure;
use crate::JournalError;
use crate::ledger::Ledger;
use crate::reader;
use crate::writer::Change;

/// A feed to be asked at `next_poll`, gone or not.
pub(crate) struct FeedRevival {
    pub(crate) feed: FeedId,
    pub(crate) next_poll: Timestamp,
}

impl Change for FeedRevival {
    /// Its state from now on.
    type Done = FeedState;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<FeedState, JournalError> {
        let mut state = reader::feed_state(ledger.connection, &self.feed)?
            .ok_or_else(|| JournalError::UnknownFeed(self.feed.clone()))?;
        state.revive(self.next_poll);
        configure::update(ledger.connection, &state)?;
        Ok(state)
    }
}
