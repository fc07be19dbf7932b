-- How many events there are, a row for each kind, so that another kind needs no other column.
CREATE TABLE event_counts (
    kind   TEXT    PRIMARY KEY,
    events INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO event_counts (kind, events)
    SELECT 'article', articles FROM journal
    UNION ALL SELECT 'reject', rejects FROM journal
    UNION ALL SELECT 'health', health FROM journal;
ALTER TABLE journal DROP COLUMN articles;
ALTER TABLE journal DROP COLUMN rejects;
ALTER TABLE journal DROP COLUMN health;

-- Rows that could not be read, out of the way of the others: what they were, of which feed and entry, and as they were.
CREATE TABLE set_aside (
    number  INTEGER PRIMARY KEY,
    time    INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    feed    TEXT    NOT NULL,
    entry   TEXT,
    reason  TEXT    NOT NULL,
    content ANY
) STRICT;
