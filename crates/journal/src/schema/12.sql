-- What people say of articles, and who is logged in.

-- The last label that somebody gave an article, with the text it was given for: the article's event may be let go, and a reject has none.
CREATE TABLE labels (
    article   TEXT    PRIMARY KEY,
    label     TEXT    NOT NULL,
    -- Who said so, and when.
    author    TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    -- The place of the event that was judged.
    sequence  INTEGER NOT NULL,
    score     REAL,
    url       TEXT,
    title     TEXT,
    language  TEXT,
    published TEXT,
    story     TEXT,
    copy_of   TEXT,
    -- Empty where it was not kept.
    text      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX labels_by_time ON labels (at);

-- Texts that were judged and not published, of the last ones that scored at all: to be read by whoever judges the judging.
CREATE TABLE rejected_texts (
    number   INTEGER PRIMARY KEY,
    article  TEXT    NOT NULL UNIQUE,
    title    TEXT,
    language TEXT,
    text     TEXT    NOT NULL
) STRICT;

-- Log-ins to the console that hold. What the browser shows stands nowhere, only its digest.
CREATE TABLE sessions (
    digest  BLOB    PRIMARY KEY,
    name    TEXT    NOT NULL,
    -- A digest of what the browser shows and what was logged in with: it ends when that is another.
    proof   BLOB    NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
