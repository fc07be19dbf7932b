//! Whether there is room again, where there was none: found out by taking some, and giving it back.

use std::fs::File;
use std::path::Path;

use rustix::fs::{FallocateFlags, Mode, OFlags};
use rustix::io::Errno;

use crate::JournalError;
use crate::ledger::Ledger;
use crate::unfinished::folder_of;
use crate::writer::Change;

/// How much room is taken in the journal, in bytes: as much as an article with its state does.
const PROBE_BYTES: i32 = 64 << 10;

/// How much room is taken on its disk, in bytes: as much as a large group of changes does. With less there would be room for some, and none
/// for the next, by turns.
const DISK_PROBE_BYTES: u64 = 4 << 20;

/// Changes nothing, and finds no room where another change would find none.
pub(crate) struct RoomProbe;

impl Change for RoomProbe {
    type Done = ();

    const SHOWS_ROOM: bool = true;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let connection = ledger.connection;
        connection
            .prepare_cached(
                "INSERT INTO set_aside (time, kind, feed, reason, content) VALUES (0, 'room', '', '', zeroblob(?1))",
            )?
            .execute([PROBE_BYTES])?;
        let number = connection.last_insert_rowid();
        connection.prepare_cached("DELETE FROM set_aside WHERE number = ?1")?.execute([number])?;
        connection.path().map_or(Ok(()), |path| probe_disk(Path::new(path)))
    }
}

/// Takes room on the disk of the file at `path`, for a file without a name. What the journal takes is given out only as it is folded into its
/// file.
fn probe_disk(path: &Path) -> Result<(), JournalError> {
    let folder = folder_of(path);
    let file =
        rustix::fs::open(folder, OFlags::TMPFILE | OFlags::WRONLY, Mode::RUSR | Mode::WUSR).map(File::from);
    let taken =
        file.and_then(|file| rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, DISK_PROBE_BYTES));
    match taken {
        Err(Errno::NOSPC | Errno::DQUOT) => Err(JournalError::Full),
        // Not every disk can be asked like this.
        _ => Ok(()),
    }
}
