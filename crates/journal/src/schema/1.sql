-- Times are microseconds since 1970-01-01T00:00:00Z.

-- One row: who this journal is, and totals that would be slow to count.
CREATE TABLE journal (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    id             TEXT    NOT NULL,
    created        INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL DEFAULT 0,
    articles       INTEGER NOT NULL DEFAULT 0,
    rejects        INTEGER NOT NULL DEFAULT 0,
    health         INTEGER NOT NULL DEFAULT 0,
    entries        INTEGER NOT NULL DEFAULT 0,
    pending        INTEGER NOT NULL DEFAULT 0,
    relay_position INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Every feed that was ever configured. The state is JSON; what is asked for stands beside it in columns.
CREATE TABLE feeds (
    number    INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    active    INTEGER NOT NULL,
    retired   INTEGER NOT NULL,
    failures  INTEGER NOT NULL,
    next_poll INTEGER NOT NULL,
    state     TEXT    NOT NULL
) STRICT;

-- Every entry that was ever announced, with a digest of what it said, so that an edit is told from a repetition.
CREATE TABLE entries (
    feed       INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    digest     BLOB    NOT NULL,
    edition    INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    PRIMARY KEY (feed, id)
) STRICT, WITHOUT ROWID;

-- The entries that wait for an outcome, in the order in which they were announced.
CREATE TABLE pending (
    number   INTEGER PRIMARY KEY,
    feed     INTEGER NOT NULL,
    id       TEXT    NOT NULL,
    due      INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    reason   TEXT,
    host     TEXT    NOT NULL,
    link     TEXT,
    entry    TEXT    NOT NULL,
    UNIQUE (feed, id)
) STRICT;
CREATE INDEX pending_by_due ON pending (due, number, host, link);

-- The log. Rows are never changed.
CREATE TABLE events (
    sequence    INTEGER PRIMARY KEY,
    time        INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    traceparent TEXT    NOT NULL,
    data        TEXT    NOT NULL
) STRICT;
CREATE INDEX events_by_kind ON events (kind, sequence);

-- The latest revision of each published article, with a digest of its title and body.
CREATE TABLE articles (
    id       TEXT    PRIMARY KEY,
    revision INTEGER NOT NULL,
    digest   BLOB    NOT NULL,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The links whose page was reached, by the id that an article at that link would have, and what came of it last.
CREATE TABLE links (
    id       TEXT    PRIMARY KEY,
    time     INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
