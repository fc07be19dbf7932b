//! The room that a journal takes on its disk, and how it is given back.
//!
//! SQLite keeps pages that nothing uses for later. Where the file is in the mode "incremental vacuum" they can be given back to the
//! system a few at a time; a file that was made before that mode is brought into it once.

use std::path::Path;

use rusqlite::Connection;

use crate::JournalError;

/// How many pages (of 4 KiB) may stay unused: a few days' events, so that the file doesn't shrink and grow by turns.
const MAX_SPARE_PAGES: u64 = 4_096;

/// A file that holds more than this is not brought into the mode: that copies it, while nothing else is done.
const MAX_COPIED_BYTES: u64 = 1 << 30;

/// What a new journal takes on its disk while it is made, in bytes: itself, and a transaction as large.
const NEW_JOURNAL_BYTES: u64 = 1 << 20;
/// What one that is there takes when it is opened: the index of its write-ahead log (SQLite's WAL-index format), and a page of that.
const OPENED_BYTES: u64 = (32 << 10) + (4 << 10);

/// SQLite's number for the mode.
const INCREMENTAL: u32 = 2;

/// How much room a file takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Space {
    page_bytes: u64,
    pages: u64,
    unused_pages: u64,
}

impl Space {
    /// What the file holds, without what it keeps for later.
    pub(crate) fn used_bytes(self) -> u64 {
        self.pages.saturating_sub(self.unused_pages) * self.page_bytes
    }

    /// How many pages are to be given back: what goes beyond a sixteenth of the file, and beyond [`MAX_SPARE_PAGES`].
    pub(crate) fn spare_pages(self) -> u64 {
        self.unused_pages.saturating_sub(MAX_SPARE_PAGES.max(self.pages / 16))
    }
}

/// Refuses a disk on which no journal can be made at `path`, or the one that is there not be opened.
pub(crate) fn refuse_full_disk(path: &Path) -> Result<(), JournalError> {
    let needed = if path.exists() { OPENED_BYTES } else { NEW_JOURNAL_BYTES };
    let folder = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let disk = folder.ancestors().find_map(|folder| rustix::fs::statvfs(folder).ok());
    // Some say nothing of their size.
    let is_full =
        disk.is_some_and(|disk| disk.f_blocks > 0 && disk.f_bavail.saturating_mul(disk.f_frsize) < needed);
    if is_full { Err(JournalError::Full) } else { Ok(()) }
}

/// How much room the file takes now, the open transaction included.
pub(crate) fn of(connection: &Connection) -> Result<Space, JournalError> {
    let read = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    Ok(Space {
        page_bytes: read("page_size")?,
        pages: read("page_count")?,
        unused_pages: read("freelist_count")?,
    })
}

/// Gives up to `pages` unused pages back, and says how many: 0 where the file isn't in the mode.
pub(crate) fn give_back(connection: &Connection, pages: u64) -> Result<u64, JournalError> {
    let before = of(connection)?.pages;
    // Each step of the statement gives one page back.
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut steps = vacuum.query([])?;
    while steps.next()?.is_some() {}
    Ok(before.saturating_sub(of(connection)?.pages))
}

/// Has a file that is being made give space back. Of no effect on one that has tables.
pub(crate) fn prepare(connection: &Connection) -> Result<(), JournalError> {
    Ok(connection.pragma_update(None, "auto_vacuum", INCREMENTAL)?)
}

/// Brings a file of an older version into the mode, which copies what it holds. Where that cannot be done now, the file works as it did:
/// it keeps unused pages, and uses them first.
pub(crate) fn migrate(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    if connection.pragma_query_value(None, "auto_vacuum", |row| row.get::<_, u32>(0))? == INCREMENTAL {
        return Ok(());
    }
    let path = path.display();
    let bytes = of(connection)?.used_bytes();
    if bytes > MAX_COPIED_BYTES {
        tracing::warn!(
            %path, bytes,
            "the journal keeps the room of what it deletes for itself: it holds too much to be copied at a start. Once it holds less \
             than 1 GiB, the next start gives that room back"
        );
        return Ok(());
    }
    tracing::info!(%path, bytes, "the journal is copied once, so that it can give back room later");
    prepare(connection)?;
    let copied = connection
        .execute_batch("VACUUM")
        .and_then(|()| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    match copied {
        Ok(()) => tracing::info!(%path, "the journal was copied"),
        Err(error) => tracing::warn!(
            %path, %error,
            "the journal could not be copied, and keeps the room of what it deletes for itself. That takes as much room again as it \
             holds, beside it and in SQLITE_TMPDIR; the next start tries again"
        ),
    }
    Ok(())
}
