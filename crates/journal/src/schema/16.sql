-- What events say of who made them (`source`): that of their own time, whatever is configured since. From its first place on, up to the next.
CREATE TABLE sources (
    first  INTEGER PRIMARY KEY,
    source TEXT NOT NULL
) STRICT;
