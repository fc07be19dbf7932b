//! The journals of the shards that are worked on here, for whoever looks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dateline_fleet::Shard;
use dateline_journal::JournalReader;

/// The journals of the shards that are worked on.
#[derive(Default)]
pub(super) struct HeldJournals {
    table: Mutex<JournalTable>,
}

#[derive(Default)]
struct JournalTable {
    /// How many there have been. A shard that comes back has another number.
    last: u64,
    readers: BTreeMap<(Shard, u64), JournalReader>,
}

/// Has a journal be looked up for as long as it lives.
pub(super) struct HeldJournal {
    journals: Arc<HeldJournals>,
    key: (Shard, u64),
}

impl HeldJournals {
    /// Has the journal of `shard` be looked up.
    pub(super) fn hold(self: &Arc<Self>, shard: Shard, reader: JournalReader) -> HeldJournal {
        let mut table = self.lock();
        table.last += 1;
        let key = (shard, table.last);
        table.readers.insert(key, reader);
        HeldJournal { journals: self.clone(), key }
    }

    /// All of them, by their shards.
    pub(super) fn all(&self) -> Vec<(Shard, JournalReader)> {
        self.lock().readers.iter().map(|((shard, _), reader)| (*shard, reader.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, JournalTable> {
        // It is changed by calls that don't panic between two changes.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for HeldJournal {
    fn drop(&mut self) {
        self.journals.lock().readers.remove(&self.key);
    }
}
