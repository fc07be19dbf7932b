-- The subscriptions at hubs, one a feed. The state is JSON and holds the keys; what is asked for stands beside it in columns.
CREATE TABLE subscriptions (
    feed  INTEGER PRIMARY KEY,
    due   INTEGER NOT NULL,
    token TEXT    UNIQUE,
    state TEXT    NOT NULL
) STRICT;
CREATE INDEX subscriptions_by_due ON subscriptions (due);
