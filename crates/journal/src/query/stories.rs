//! Lists of stories that stay what they were when they began.

use dateline_wire::{EventKind, Sequence, StoryEvent, StoryState};
use jiff::Timestamp;
use rusqlite::{named_params, params};

use super::filter::View;
use super::reader::microseconds;
use super::walk::{Direction, Places, SearchMoment, Walk};
use super::{EventFilter, StoryCursor};
use crate::story_reader::story_event;
use crate::{JournalError, JournalReader, schema};

/// What has its turn in a list, of a table `s` of stories.
const ON_THE_WAY: &str = "s.state = :open AND (s.reported, s.id) < (:reported, :story) AND s.reported >= :since AND s.reported < :until";

/// The order of a list.
const ORDER: &str = "ORDER BY s.reported DESC, s.id DESC LIMIT :limit";

/// A page that is asked for.
struct StoryList<'f> {
    filter: &'f EventFilter,
    after: Option<&'f StoryCursor>,
    /// The last place of the log that there was when the list began.
    began: Sequence,
    limit: usize,
}

impl JournalReader {
    /// Up to `limit` stories that `filter` asks for and that have not ended in another, the last reported first, from the one after `after`
    /// on, as they were when the list began; and where the next page begins, if there is one. A story is asked for by what its
    /// event tells; its time is that of its last report. One that was told anew since is
    /// left out if its event of before is gone by the rules of retention.
    ///
    /// # Errors
    /// If the file cannot be read, or what it holds of one of them, or is of a version that doesn't find events by what they say.
    pub fn story_page(
        &self,
        filter: &EventFilter,
        after: Option<&StoryCursor>,
        limit: usize,
    ) -> Result<(Vec<StoryEvent>, Option<StoryCursor>), JournalError> {
        if !filter.is_empty() {
            self.check_search()?;
        }
        if self.version() < schema::STORIES {
            return Ok((Vec::new(), None));
        }
        let limit = limit.max(1);
        let (mut stories, began) = self.at_search_moment(|moment| {
            let began = after.map_or_else(|| moment.last_sequence(), |cursor| Ok(cursor.began))?;
            // One more tells whether there is another page.
            let list = StoryList { filter, after, began, limit: limit.saturating_add(1) };
            let mut stories = moment.stories_told_last(&list, self.version())?;
            if after.is_some() && self.version() >= schema::STORY_LISTS {
                stories.extend(moment.stories_told_before(&list)?);
                stories.sort_by(|one, other| place_of(other).cmp(&place_of(one)));
            }
            Ok((stories, began))
        })?;
        let are_more = stories.len() > limit;
        stories.truncate(limit);
        let last = stories.last().filter(|_| are_more);
        let next =
            last.map(|last| StoryCursor { reported: last.last_reported, story: last.story.clone(), began });
        Ok((stories, next))
    }
}

impl JournalReader {
    /// How many stories that have not ended in another were last reported at `since` or later.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn story_count(&self, since: Timestamp) -> Result<u64, JournalError> {
        if self.version() < schema::STORIES {
            return Ok(0);
        }
        self.read(|connection| {
            let count = connection
                .prepare_cached("SELECT count(*) FROM stories WHERE reported >= ?1 AND state = ?2")?
                .query_row(params![since.as_microsecond(), StoryState::Open.as_str()], |row| row.get(0))?;
            Ok(count)
        })
    }
}

/// By what a list is ordered.
fn place_of(story: &StoryEvent) -> (i64, &str) {
    (story.last_reported.as_microsecond(), story.story.as_str())
}

impl SearchMoment<'_> {
    fn last_sequence(&self) -> Result<Sequence, JournalError> {
        let last = self
            .connection
            .prepare_cached("SELECT last_sequence FROM journal")?
            .query_row([], |row| row.get(0))?;
        Ok(Sequence(last))
    }

    /// The stories of a page of which nothing was told since the list began.
    fn stories_told_last(&self, list: &StoryList<'_>, version: u32) -> Result<Vec<StoryEvent>, JournalError> {
        let as_it_was = match version {
            schema::SEARCH.. => "+s.sequence <= :began",
            // It isn't known by which event a story was told last.
            _ => ":began IS NOT NULL",
        };
        // A story that was told last before its events were let go is there without its event.
        let in_tail = "SELECT sequence, data FROM stories WHERE sequence > :indexed AND sequence <= :began";
        self.stories_of(list, "s.data FROM stories s", as_it_was, in_tail)
    }

    /// The stories of a page that were told anew since the list began, as they were told when it began.
    fn stories_told_before(&self, list: &StoryList<'_>) -> Result<Vec<StoryEvent>, JournalError> {
        let in_tail = "SELECT s.sequence, e.data FROM replaced_stories s CROSS JOIN events e ON e.sequence = s.sequence \
             WHERE s.by > :began AND s.sequence <= :began AND s.sequence > :indexed";
        self.stories_of(
            list,
            "e.data FROM replaced_stories s CROSS JOIN events e ON e.sequence = s.sequence",
            "s.by > :began AND s.sequence <= :began",
            in_tail,
        )
    }

    /// The stories of a page from one table. `in_tail` selects those of it that the index doesn't know yet: they are looked at one by one.
    fn stories_of(
        &self,
        list: &StoryList<'_>,
        stories: &str,
        as_it_was: &str,
        in_tail: &str,
    ) -> Result<Vec<StoryEvent>, JournalError> {
        let expression = list.filter.expression(View::Stories);
        // The lists of places are made once, and each story on the way looked up in them: `+` keeps SQLite from going by those lists, and
        // then sorting all.
        let is_asked_for = match (&expression, self.index) {
            (None, _) => ":expression IS NULL AND :tail IS NULL",
            (Some(_), Some(_)) => {
                "(+s.sequence IN (SELECT rowid FROM search.event_terms WHERE event_terms MATCH :expression) \
                 OR +s.sequence IN (SELECT value FROM json_each(:tail)))"
            }
            (Some(_), None) => {
                ":expression IS NOT NULL AND +s.sequence IN (SELECT value FROM json_each(:tail))"
            }
        };
        let tail = match expression {
            Some(_) => Some(serde_json::json!(self.asked_for_in_tail(list, in_tail)?).to_string()),
            None => None,
        };
        let (reported, story) = list
            .after
            .map_or((i64::MAX, ""), |cursor| (cursor.reported.as_microsecond(), cursor.story.as_str()));
        let sql = format!("SELECT {stories} WHERE {ON_THE_WAY} AND {as_it_was} AND {is_asked_for} {ORDER}");
        let mut select = self.connection.prepare_cached(&sql)?;
        let mut rows = select.query(named_params! {
            ":expression": expression,
            ":tail": tail,
            ":began": list.began.0,
            ":open": StoryState::Open.as_str(),
            ":reported": reported,
            ":story": story,
            ":since": microseconds(list.filter.since, i64::MIN),
            ":until": microseconds(list.filter.until, i64::MAX),
            ":limit": i64::try_from(list.limit).unwrap_or(i64::MAX),
        })?;
        let mut stories = Vec::new();
        while let Some(row) = rows.next()? {
            stories.push(story_event(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
        }
        Ok(stories)
    }

    /// The places of the stories that `select` gives and that are asked for.
    fn asked_for_in_tail(&self, list: &StoryList<'_>, select: &str) -> Result<Vec<u64>, JournalError> {
        let places = Places { after: self.indexed(), to: list.began, since: i64::MIN, until: i64::MAX };
        let direction = Direction::OldestFirst;
        let walk = Walk { filter: list.filter, view: View::Stories, places, direction, began: None };
        let mut select = self.connection.prepare_cached(select)?;
        let mut rows =
            select.query(named_params! { ":indexed": self.indexed().0, ":began": list.began.0 })?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let data = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            if walk.asks_for(EventKind::Story, data) {
                found.push(row.get(0)?);
            }
        }
        Ok(found)
    }
}
