//! The log of one shard's journal.

use std::sync::mpsc::{SyncSender, sync_channel};

use dateline_journal::{CommitLog, JournalError, LoggedTransaction};
use dateline_wire::EventKind;
use url::Url;

use crate::committer::ShardTransaction;
use crate::record_size;
use crate::shard::{Shard, ShardMap};
use crate::tenure::Term;

/// Has the transactions of one shard's journal committed to Kafka, in one term of it.
#[derive(Debug)]
pub(crate) struct ShardLog {
    pub(crate) shard: Shard,
    pub(crate) term: Term,
    pub(crate) map: ShardMap,
    pub(crate) max_record_bytes: usize,
    pub(crate) queue: SyncSender<ShardTransaction>,
}

impl CommitLog for ShardLog {
    fn is_elsewhere(&self, page: &Url) -> bool {
        self.map.of_url(page) != self.shard
    }

    fn keeps_articles(&self) -> bool {
        self.shard == self.map.stories()
    }

    fn commit(&self, mut transaction: LoggedTransaction) -> Result<(), JournalError> {
        let lost = || JournalError::LogLost("the member's session has ended".to_owned());
        if self.shard == self.map.stories() {
            // Its articles were published by their shards.
            transaction.events.retain(|event| event.kind == EventKind::Story);
        }
        record_size::fit(&mut transaction, self.max_record_bytes);
        let (reply, answer) = sync_channel(1);
        let job = ShardTransaction { shard: self.shard, term: self.term, transaction, reply };
        self.queue.send(job).map_err(|_| lost())?;
        answer.recv().unwrap_or_else(|_| Err(lost()))
    }
}
