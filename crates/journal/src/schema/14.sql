-- What a story was told with before it was told anew: lists of stories that began before that go on with it. By the place of the event that
-- replaces it; the places are those of `events`, the rest is what `stories` had.
CREATE TABLE replaced_stories (
    by       INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    id       TEXT NOT NULL,
    state    TEXT NOT NULL,
    reported INTEGER NOT NULL
) STRICT;
