-- What keeps a journal bounded over years: how far events are gone, when entries were last listed, and smaller rows for what has to
-- be remembered for ever.

-- The place up to which all events of the kind are deleted.
ALTER TABLE event_counts ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;

-- When the feed was last seen to list the entry, to within a day; 0 for what an older version announced.
ALTER TABLE entries ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;

-- Entries that their feed has not listed for long: 64 bits of who they are, 32 of what they said.
CREATE TABLE old_entries (
    key    INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL
) STRICT;

-- The latest revision of each published article, with a digest of its title and body. The id is the 128 bits that its text spells.
CREATE TABLE revisions (
    id       BLOB    PRIMARY KEY,
    revision INTEGER NOT NULL,
    digest   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO revisions (id, revision, digest)
    SELECT coalesce(unhex(id), CAST(id AS BLOB)), revision, digest FROM articles;
DROP TABLE articles;
