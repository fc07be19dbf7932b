//! The whole state, once more for a log that has lost it.

use crate::JournalError;
use crate::ledger::Ledger;
use crate::state_rows;
use crate::writer::Change;

/// Notes which rows there are, for [`StatePart`] to bring them to the log.
pub(crate) struct StateNote;

impl Change for StateNote {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        match ledger.log {
            Some(log) => state_rows::note_all(ledger.connection, log.keeps_articles()),
            None => Ok(()),
        }
    }
}

/// Has the log get some of the rows that were noted, as they are now; none are left where it gets none.
pub(crate) struct StatePart {
    pub(crate) limit: u32,
}

impl Change for StatePart {
    type Done = usize;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<usize, JournalError> {
        if ledger.log.is_none() {
            return Ok(0);
        }
        ledger.draft.repeats_feeds = true;
        state_rows::pass_on_noted(ledger.connection, self.limit)
    }
}
