//! How far the relay has delivered: a copy, for `status` and for retention. The truth stands in Kafka.

use dateline_wire::Sequence;

use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

pub(crate) struct PositionChange(pub(crate) Sequence);

impl Change for PositionChange {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        ledger.totals.relay_position = self.0;
        Ok(())
    }
}
