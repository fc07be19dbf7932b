//! Reading how ways out beside Kafka are doing.

use dateline_wire::Sequence;
use rusqlite::params;

use crate::change::{STATE_COLUMNS, SinkId, SinkState, UndeliveredEvent, read_sink_state};
use crate::reader::timestamp;
use crate::{JournalError, JournalReader, schema};

/// How many events a sink could not deliver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UndeliveredCounts {
    /// Those that are tried again.
    pub waiting: u64,
    /// Those that were given up.
    pub dead: u64,
}

impl JournalReader {
    /// Every sink that was ever opened, by id, and how many events it could not deliver.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn sinks(&self) -> Result<Vec<(SinkState, UndeliveredCounts)>, JournalError> {
        let columns = match self.version() {
            ..schema::SINKS => return Ok(Vec::new()),
            schema::SINKS..schema::SINK_WAITS => {
                "s.id, s.position, s.delivered, s.disabled, s.missed, 0, 0, 0, 0, 0"
            }
            schema::SINK_WAITS..schema::SINK_OUTAGES => {
                "s.id, s.position, s.delivered, s.disabled, s.missed, s.missed_events, s.missed_at, 0, 0, 0"
            }
            _ => STATE_COLUMNS,
        };
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!(
                "SELECT {columns}, count(u.sequence) - count(u.dead), count(u.dead) \
                 FROM sinks s LEFT JOIN undelivered u ON u.sink = s.id GROUP BY s.id ORDER BY s.id",
            ))?;
            let rows = select.query_map([], |row| {
                Ok((read_sink_state(row)?, UndeliveredCounts { waiting: row.get(10)?, dead: row.get(11)? }))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The events that a sink could not deliver and tries again, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn waiting(&self, sink: &SinkId) -> Result<Vec<UndeliveredEvent>, JournalError> {
        self.undelivered(sink, "dead IS NULL", usize::MAX)
    }

    /// Up to `limit` events that a sink has given up, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn dead_letters(&self, sink: &SinkId, limit: usize) -> Result<Vec<UndeliveredEvent>, JournalError> {
        self.undelivered(sink, "dead IS NOT NULL", limit)
    }

    fn undelivered(
        &self,
        sink: &SinkId,
        which: &str,
        limit: usize,
    ) -> Result<Vec<UndeliveredEvent>, JournalError> {
        if self.version() < schema::SINKS {
            return Ok(Vec::new());
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!(
                "SELECT sequence, event, key, attempts, since, due, error, dead FROM undelivered \
                 WHERE sink = ?1 AND {which} ORDER BY sequence LIMIT ?2"
            ))?;
            let rows = select.query_map(params![sink.as_str(), limit], |row| {
                Ok(UndeliveredEvent {
                    sequence: Sequence(row.get(0)?),
                    event: row.get(1)?,
                    key: row.get(2)?,
                    attempts: row.get(3)?,
                    since: timestamp(row.get(4)?),
                    due: timestamp(row.get(5)?),
                    error: row.get(6)?,
                    dead: row.get::<_, Option<i64>>(7)?.map(timestamp),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
