-- Stories: what was told of each last, and which article stands in which.

-- A row for each story, with the JSON of its last event.
CREATE TABLE stories (
    id       TEXT    NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    -- When its last article was received.
    reported INTEGER NOT NULL,
    data     TEXT    NOT NULL
) STRICT;
CREATE INDEX stories_by_time ON stories (reported, id);

-- A row for each article that a story was told with, numbered in the order in which they came, with what is kept of it as JSON.
CREATE TABLE story_articles (
    number  INTEGER PRIMARY KEY,
    article TEXT    NOT NULL UNIQUE,
    story   TEXT    NOT NULL,
    data    TEXT    NOT NULL
) STRICT;
CREATE INDEX story_articles_by_story ON story_articles (story, number);
