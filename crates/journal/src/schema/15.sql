-- What retention waits for, and what was let go too early.

-- When a recording was last replayed into the journal: what it holds is no older than that to retention.
ALTER TABLE journal ADD COLUMN replayed INTEGER;

-- Which events a sink is for, as the query string that spells it.
ALTER TABLE sinks ADD COLUMN filter TEXT NOT NULL DEFAULT '';
-- When it last delivered something, or lacked nothing.
ALTER TABLE sinks ADD COLUMN worked INTEGER NOT NULL DEFAULT 0;
-- How many events were let go that it lacked, and when the last of them were. `missed` is the place of the last.
ALTER TABLE sinks ADD COLUMN missed_events INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN missed_at INTEGER NOT NULL DEFAULT 0;
UPDATE sinks SET worked = CAST(unixepoch('subsec') * 1000000 AS INTEGER);
