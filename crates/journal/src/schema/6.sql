-- The last polls of each feed, as many as are worth showing.
CREATE TABLE polls (
    feed      INTEGER NOT NULL,
    time      INTEGER NOT NULL,
    status    INTEGER,
    error     TEXT,
    new       INTEGER NOT NULL,
    changed   INTEGER NOT NULL,
    next_poll INTEGER NOT NULL,
    PRIMARY KEY (feed, time)
) STRICT, WITHOUT ROWID;
