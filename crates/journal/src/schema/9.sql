-- Ways out beside Kafka: webhooks and files.

-- How far each has come: everything up to its position is delivered, passed over by its filter, or stands in `undelivered`.
CREATE TABLE sinks (
    id        TEXT    PRIMARY KEY,
    -- A digest of where it delivers to.
    target    TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0,
    -- When its receiver said that it wants no more (410).
    disabled  INTEGER,
    -- The place up to which events were let go that it lacked.
    missed    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Events that a sink could not deliver: to be tried again, or given up (dead letters).
CREATE TABLE undelivered (
    sink     TEXT    NOT NULL,
    sequence INTEGER NOT NULL,
    event    TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it was tried first, and when it is tried next.
    since    INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    -- When it was given up.
    dead     INTEGER,
    PRIMARY KEY (sink, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX undelivered_by_sequence ON undelivered (sequence);
