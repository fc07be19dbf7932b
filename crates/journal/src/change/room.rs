//! Whether there is room again, where there was none: found out by taking some, and giving it back in the same transaction.

use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

/// How much room is taken, in bytes: as much as an article with its state does.
const PROBE_BYTES: i32 = 64 << 10;

/// Changes nothing, and finds no room where another change would find none.
pub(crate) struct RoomProbe;

impl Change for RoomProbe {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let connection = ledger.connection;
        connection
            .prepare_cached(
                "INSERT INTO set_aside (time, kind, feed, reason, content) VALUES (0, 'room', '', '', zeroblob(?1))",
            )?
            .execute([PROBE_BYTES])?;
        let number = connection.last_insert_rowid();
        connection.prepare_cached("DELETE FROM set_aside WHERE number = ?1")?.execute([number])?;
        Ok(())
    }
}
