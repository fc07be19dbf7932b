-- What events are found by: the words of their texts, their language, feed, topics and so on.

-- The places of the events' terms: a row for each event, numbered by its sequence, written with the event and deleted with it. The terms
-- are those of crates/journal/src/query/terms.rs, parted by spaces; what is stored is only where each stands. The event of which a story
-- was told last keeps its row as long as the story is kept.
CREATE VIRTUAL TABLE search USING fts5(terms, content = '', contentless_delete = 1, tokenize = 'ascii');

-- The events of older versions that have no row there yet: those after `filled` up to `until`. No row once there are none.
CREATE TABLE search_gap (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    filled INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT;
INSERT INTO search_gap (one, filled, until) SELECT 1, 0, last_sequence FROM journal WHERE last_sequence > 0;

-- The place of the event of the latest revision; 0 where it is not known.
ALTER TABLE revisions ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;

-- The events of revisions that are not the latest, each with the place of a later one.
CREATE TABLE replaced (
    sequence INTEGER PRIMARY KEY,
    by       INTEGER NOT NULL
) STRICT;

-- The place of the event that the story was told with last; 0 where it is not known.
ALTER TABLE stories ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
DROP INDEX stories_by_time;
CREATE INDEX stories_by_time ON stories (reported, id, state, sequence);
CREATE INDEX stories_by_event ON stories (sequence);

-- What the article's story is found by, because this article is in it; NULL where that is to be read from the article's event.
ALTER TABLE story_articles ADD COLUMN terms TEXT;
