-- What a journal needs that was restored from a copy, while Kafka has events that the copy lacks.

-- The journal's id is its epoch, and changes when it is restored. The lineage stays, and says whose sequence Kafka holds.
ALTER TABLE journal ADD COLUMN lineage TEXT NOT NULL DEFAULT '';
UPDATE journal SET lineage = id;
-- Whether it was restored, and what Kafka has of it is not known yet.
ALTER TABLE journal ADD COLUMN reconciling INTEGER NOT NULL DEFAULT 0;

-- A digest of what the entry said that the event ends.
ALTER TABLE events ADD COLUMN entry_digest BLOB;

-- What happened while the journal is being reconciled, in order. It has no place in the log yet: Kafka's events come first.
CREATE TABLE held_outcomes (
    number       INTEGER PRIMARY KEY,
    feed         TEXT,
    entry        TEXT,
    kind         TEXT    NOT NULL,
    time         INTEGER NOT NULL,
    traceparent  TEXT    NOT NULL,
    link         TEXT,
    entry_digest BLOB,
    data         TEXT    NOT NULL
) STRICT;
CREATE INDEX held_outcomes_by_entry ON held_outcomes (feed, entry);

-- How entries ended that Kafka knows of and that are looked at once more: the same outcome is not told again. The reason is that of a
-- reject.
CREATE TABLE delivered_ends (
    feed     INTEGER NOT NULL,
    id       TEXT    NOT NULL,
    sequence INTEGER NOT NULL,
    event    TEXT    NOT NULL,
    reason   TEXT,
    PRIMARY KEY (feed, id)
) STRICT, WITHOUT ROWID;
