-- Pages of published articles are visited again, and articles whose page is gone are withdrawn.

-- Whether the article was withdrawn after its latest revision.
ALTER TABLE revisions ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;

-- The published articles whose page is visited again, until their last visit. The state is JSON; what is asked for stands beside it in
-- columns. The link is the id that an article at the page's address would have.
CREATE TABLE revisits (
    number  INTEGER PRIMARY KEY,
    article TEXT    NOT NULL UNIQUE,
    feed    INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    host    TEXT    NOT NULL,
    link    TEXT    NOT NULL,
    state   TEXT    NOT NULL
) STRICT;
CREATE INDEX revisits_by_due ON revisits (due, number, host, link);
