-- What events are found by stands in a file of its own, which is written beside the journal's and not in its transactions:
-- crates/journal/src/query/index.rs.
DROP TABLE search;

-- Events of older versions of which it is not known yet whether they tell their article or story last: those after `filled` up to `until`.
ALTER TABLE search_gap RENAME TO unplaced;

ALTER TABLE story_articles DROP COLUMN terms;
