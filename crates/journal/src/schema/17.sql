-- How a webhook's receiver was doing when the sink last said so: how often it failed in a row, since when, and until when it is left alone.
-- A daemon that is killed leaves it alone for as long as it would have.
ALTER TABLE sinks ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN failing_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sinks ADD COLUMN resting_until INTEGER NOT NULL DEFAULT 0;
