//! Log-ins to the console that outlast the daemon.

use jiff::Timestamp;
use rusqlite::params;

use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

/// A log-in that holds. Nothing of it is secret: what the browser shows cannot be found from the digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// A digest of what the browser shows.
    pub digest: [u8; 32],
    /// Whose it is.
    pub name: String,
    /// A digest of what the browser shows together with what was logged in with.
    pub proof: [u8; 32],
    /// When it ends.
    pub expires: Timestamp,
}

/// Keeps a session, and forgets those that have ended by `now`.
pub(crate) struct SessionStart {
    pub(crate) session: StoredSession,
    pub(crate) now: Timestamp,
}

impl Change for SessionStart {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let StoredSession { digest, name, proof, expires } = &self.session;
        let connection = &ledger.connection;
        connection
            .prepare_cached("DELETE FROM sessions WHERE expires <= ?1")?
            .execute([self.now.as_microsecond()])?;
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO sessions (digest, name, proof, expires) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![digest, name, proof, expires.as_microsecond()])?;
        Ok(())
    }
}

/// Forgets a session.
pub(crate) struct SessionEnd(pub(crate) [u8; 32]);

impl Change for SessionEnd {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        ledger.connection.prepare_cached("DELETE FROM sessions WHERE digest = ?1")?.execute([self.0])?;
        Ok(())
    }
}
