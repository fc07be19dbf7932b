//! Asking for events, articles and stories.

use dateline_wire::{ArticleId, CloudEvent, EventKind, Sequence, StoryEvent, StoryId, StoryState};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Rows, named_params};
use serde::{Deserialize, Serialize};

use super::filter::View;
use super::{EventFilter, Facet, PageCursor};
use crate::reader::{event, is_withdrawn, unless_unreadable};
use crate::story_reader::{DISORDER, StoryCursor, story_event};
use crate::{JournalError, JournalReader, digest, schema};

/// How many revisions of one article are given: the latest.
const MAX_REVISIONS: usize = 100;

/// What events are made of, of a table `e`.
const EVENT: &str = "SELECT e.sequence, e.time, e.kind, e.id, e.key, e.traceparent, e.data, e.entry_digest";

/// The events that an expression finds, at their places.
const FOUND: &str = "FROM search s CROSS JOIN events e ON e.sequence = s.rowid \
     WHERE s.search MATCH :expression AND s.rowid > :after AND s.rowid <= :to";

/// All events at some places.
const ALL: &str = "FROM events e WHERE :expression IS NULL AND e.sequence > :after AND e.sequence <= :to";

/// Those that were committed in time.
const IN_TIME: &str = "AND e.time >= :since AND e.time < :until";

/// Revisions that nothing had replaced when the list began.
const LATEST: &str =
    "AND NOT EXISTS (SELECT 1 FROM replaced r WHERE r.sequence = e.sequence AND r.by <= :began)";

/// An article in its latest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundArticle {
    /// Its event.
    pub event: CloudEvent,
    /// The event of its withdrawal, if it was withdrawn since.
    pub withdrawal: Option<CloudEvent>,
}

/// Articles, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticlePage {
    /// Each in its latest revision.
    pub articles: Vec<FoundArticle>,
    /// Where the next page begins, if there may be one.
    pub next: Option<PageCursor>,
}

/// What is in the log of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleHistory {
    /// Its revisions, the latest first: the last hundred of those that are still in the log.
    pub revisions: Vec<CloudEvent>,
    /// Its withdrawals, the latest first.
    pub withdrawals: Vec<CloudEvent>,
    /// Whether it was withdrawn after its latest revision.
    pub is_withdrawn: bool,
    /// The story that it stands in now.
    pub story: Option<StoryId>,
}

/// Events that cannot be found by what they say yet: an older version stored them, and they are still to be gone over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SearchGap {
    /// The first of them.
    pub first: Sequence,
    /// The last.
    pub last: Sequence,
}

/// Which part of the log may hold what is asked for.
#[derive(Debug, Clone, Copy)]
struct Places {
    /// After this one.
    after: Sequence,
    /// Up to this one.
    to: Sequence,
    /// What was committed from this microsecond on.
    since: i64,
    /// And before this one.
    until: i64,
}

impl JournalReader {
    /// Up to `limit` events after `after` that `filter` asks for, in order. One that cannot be read is left out, and logged.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a version that doesn't find events by what they say.
    pub fn events_by(
        &self,
        filter: &EventFilter,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        self.check_search()?;
        let places = self.places(filter)?;
        let places = Places { after: after.max(places.after), ..places };
        self.events_at(filter, places, "ASC", limit)
    }

    /// Up to `limit` events that `filter` asks for, the newest first, from the one before `before` on. One that cannot be read is left
    /// out, and logged.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a version that doesn't find events by what they say.
    pub fn events_before(
        &self,
        filter: &EventFilter,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        self.check_search()?;
        let places = self.places(filter)?;
        let to = before.map_or(places.to, |before| places.to.min(Sequence(before.0.saturating_sub(1))));
        self.events_at(filter, Places { to, ..places }, "DESC", limit)
    }

    /// Up to `limit` events at `places` that `filter` asks for, in this direction.
    fn events_at(
        &self,
        filter: &EventFilter,
        places: Places,
        direction: &str,
        limit: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        let expression = filter.expression(View::Events);
        let (from, order) = match expression {
            Some(_) => (FOUND, "s.rowid"),
            None => (ALL, "e.sequence"),
        };
        self.read(|connection| {
            let sql = format!("{EVENT} {from} {IN_TIME} ORDER BY {order} {direction} LIMIT :limit");
            let mut select = connection.prepare_cached(&sql)?;
            let mut rows = select.query(named_params! {
                ":expression": expression,
                ":after": places.after.0,
                ":to": places.to.0,
                ":since": places.since,
                ":until": places.until,
                ":limit": count(limit),
            })?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                events.extend(unless_unreadable(event(row))?);
            }
            Ok(events)
        })
    }

    /// Up to `limit` articles that `filter` asks for, each in its latest revision, the newest first, from `cursor` on; no more than
    /// fit into `max_bytes` of memory, but one in any case. Of articles that are in the story now that the filter names, if it
    /// names one. One that cannot be read is left out, and logged.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a version that doesn't find events by what they say.
    pub fn articles(
        &self,
        filter: &EventFilter,
        cursor: Option<PageCursor>,
        limit: usize,
        max_bytes: usize,
    ) -> Result<ArticlePage, JournalError> {
        self.check_search()?;
        let limit = limit.max(1);
        let places = self.places(filter)?;
        let last = self.last_sequence()?;
        let cursor = cursor.unwrap_or(PageCursor { before: last.next(), began: last });
        let places = Places { to: places.to.min(Sequence(cursor.before.0.saturating_sub(1))), ..places };
        self.at_one_moment(|connection| {
            let mut collected =
                Collected { connection, articles: Vec::new(), last: None, bytes: 0, limit, max_bytes };
            match filter.values(Facet::Story).next() {
                Some(_) => collect_of_stories(&mut collected, filter, places)?,
                None => {
                    let expression = filter.expression(View::Articles);
                    let (from, order) = match expression {
                        Some(_) => (FOUND.to_owned(), "s.rowid"),
                        None => (format!("{ALL} AND e.kind = 'article'"), "e.sequence"),
                    };
                    let sql = format!("{EVENT} {from} {IN_TIME} {LATEST} ORDER BY {order} DESC");
                    let mut select = connection.prepare_cached(&sql)?;
                    let mut rows = select.query(named_params! {
                        ":expression": expression,
                        ":after": places.after.0,
                        ":to": places.to.0,
                        ":since": places.since,
                        ":until": places.until,
                        ":began": cursor.began.0,
                    })?;
                    collected.take(&mut rows)?;
                }
            }
            let next = collected.last.map(|before| PageCursor { before, began: cursor.began });
            Ok(ArticlePage { articles: collected.articles, next })
        })
    }

    /// How many of the newest `limit` articles that `filter` asks for were committed between each of `edges` and the next, the latest
    /// revision of each counting; and whether those are all since the first edge. Only places are read, no events. A clock that was set
    /// back may move some to a neighbour.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a version that doesn't find events by what they say.
    pub fn article_counts(
        &self,
        filter: &EventFilter,
        edges: &[Timestamp],
        limit: usize,
    ) -> Result<(Vec<u64>, bool), JournalError> {
        self.check_search()?;
        let places: Vec<Sequence> =
            edges.iter().map(|edge| self.place_at(*edge)).collect::<Result<_, _>>()?;
        let mut counts = vec![0; places.len().saturating_sub(1)];
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok((counts, true)) };
        let Some(expression) = filter.expression(View::Articles) else { return Ok((counts, false)) };
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT s.rowid FROM search s WHERE s.search MATCH :expression AND s.rowid > :after AND s.rowid <= :to \
                 AND NOT EXISTS (SELECT 1 FROM replaced r WHERE r.sequence = s.rowid) ORDER BY s.rowid DESC LIMIT :limit",
            )?;
            let mut rows = select.query(named_params! {
                ":expression": expression,
                ":after": first.0,
                ":to": last.0,
                ":limit": count(limit),
            })?;
            let mut found = 0;
            while let Some(row) = rows.next()? {
                found += 1;
                let place = Sequence(row.get(0)?);
                // The last edge that it stands after.
                let bucket = places.partition_point(|edge| *edge < place).saturating_sub(1);
                counts.get_mut(bucket).into_iter().for_each(|counted| *counted += 1);
            }
            Ok((counts, found < limit))
        })
    }

    /// What is in the log of an article; `None` where nothing is.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a version that doesn't find events by what they say.
    pub fn article_history(&self, article: &ArticleId) -> Result<Option<ArticleHistory>, JournalError> {
        self.check_search()?;
        let story = self.story_of(article)?;
        self.at_one_moment(|connection| {
            let revisions = events_of(connection, article, EventKind::Article, MAX_REVISIONS)?;
            let withdrawals = events_of(connection, article, EventKind::Withdrawal, MAX_REVISIONS)?;
            let is_withdrawn = is_withdrawn(connection, article)?;
            let is_known = !revisions.is_empty() || !withdrawals.is_empty();
            Ok(is_known.then_some(ArticleHistory { revisions, withdrawals, is_withdrawn, story }))
        })
    }

    /// Up to `limit` stories that `filter` asks for and that have not ended in another, the last reported first, from the one after
    /// `after` on. A story is asked for by what its event tells, and by label, topics and feeds of its articles; its time is that of
    /// its last report.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a version that doesn't find events by what they say.
    pub fn stories_by(
        &self,
        filter: &EventFilter,
        after: Option<&StoryCursor>,
        limit: usize,
    ) -> Result<Vec<StoryEvent>, JournalError> {
        if filter.is_empty() {
            return self.stories(after, limit);
        }
        self.check_search()?;
        let expression = filter.expression(View::Stories);
        // The list of places is made once, and each story on the way looked up in it: `+` keeps SQLite from going by that list, and
        // then sorting all.
        let which = match expression {
            Some(_) => "+sequence IN (SELECT rowid FROM search WHERE search MATCH :expression)",
            None => ":expression IS NULL",
        };
        self.read(|connection| {
            let sql = format!(
                "SELECT data FROM stories WHERE state = :open AND (reported, id) < (:reported, :story) AND reported >= :since \
                 AND reported < :until AND {which} ORDER BY reported DESC, id DESC LIMIT :limit"
            );
            let mut select = connection.prepare_cached(&sql)?;
            let mut rows = select.query(named_params! {
                ":expression": expression,
                ":open": StoryState::Open.as_str(),
                ":reported": after.map_or(i64::MAX, |cursor| cursor.reported.as_microsecond()),
                ":story": after.map_or("", |cursor| cursor.story.as_str()),
                ":since": microseconds(filter.since, i64::MIN),
                ":until": microseconds(filter.until, i64::MAX),
                ":limit": count(limit),
            })?;
            let mut stories = Vec::new();
            while let Some(row) = rows.next()? {
                stories.push(story_event(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
            }
            Ok(stories)
        })
    }

    /// The events that cannot be found by what they say yet, if there are some.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn search_gap(&self) -> Result<Option<SearchGap>, JournalError> {
        if self.version() < schema::SEARCH {
            return Ok(None);
        }
        self.read(|connection| {
            let gap = connection
                .prepare_cached("SELECT filled, until FROM search_gap")?
                .query_row([], |row| {
                    Ok(SearchGap { first: Sequence(row.get::<_, u64>(0)? + 1), last: Sequence(row.get(1)?) })
                })
                .optional()?;
            Ok(gap)
        })
    }

    fn check_search(&self) -> Result<(), JournalError> {
        match self.version() {
            schema::SEARCH.. => Ok(()),
            found => {
                Err(JournalError::OldSchema { path: self.path().to_owned(), found, needed: schema::SEARCH })
            }
        }
    }

    /// Which part of the log may hold what was committed in the time that is asked for.
    fn places(&self, filter: &EventFilter) -> Result<Places, JournalError> {
        let after = filter.since.map_or(Ok(Sequence::START), |since| self.place_before(since))?;
        // Twice the disorder: what stands after it was committed later by the disorder at least.
        let end = filter.until.map(|until| until.checked_add(DISORDER * 2).unwrap_or(Timestamp::MAX));
        Ok(Places {
            after,
            to: end.map_or(Ok(Sequence::MAX), |end| self.place_before(end))?,
            since: microseconds(filter.since, i64::MIN),
            until: microseconds(filter.until, i64::MAX),
        })
    }
}

/// The articles of a page as they are read.
struct Collected<'c> {
    connection: &'c Connection,
    articles: Vec<FoundArticle>,
    /// The place of the last, once there is no room for more.
    last: Option<Sequence>,
    bytes: usize,
    limit: usize,
    max_bytes: usize,
}

impl Collected<'_> {
    /// Takes rows until the page is full.
    fn take(&mut self, rows: &mut Rows<'_>) -> Result<(), JournalError> {
        while self.last.is_none()
            && let Some(row) = rows.next()?
        {
            let Some(event) = unless_unreadable(event(row))? else { continue };
            let article = ArticleId::from_stored(event.key.as_str());
            let withdrawal = match is_withdrawn(self.connection, &article)? {
                true => events_of(self.connection, &article, EventKind::Withdrawal, 1)?.pop(),
                false => None,
            };
            let withdrawal = withdrawal.filter(|withdrawal| withdrawal.sequence > event.sequence);
            self.bytes += event.bytes();
            let place = event.sequence;
            self.articles.push(FoundArticle { event, withdrawal });
            if self.articles.len() == self.limit || self.bytes >= self.max_bytes {
                self.last = Some(place);
            }
        }
        Ok(())
    }
}

/// Takes the articles that stand in the stories of a filter: few, so that each is asked whether it meets the rest of the filter.
fn collect_of_stories(
    collected: &mut Collected<'_>,
    filter: &EventFilter,
    places: Places,
) -> Result<(), JournalError> {
    let connection = collected.connection;
    let mut candidates: Vec<u64> = Vec::new();
    for story in filter.values(Facet::Story) {
        let mut articles =
            connection.prepare_cached("SELECT article FROM story_articles WHERE story = ?1")?;
        let mut rows = articles.query([story])?;
        while let Some(row) = rows.next()? {
            let place: Option<u64> = connection
                .prepare_cached("SELECT sequence FROM revisions WHERE id = ?1")?
                .query_row([digest::bits_of(&row.get::<_, String>(0)?)], |row| row.get(0))
                .optional()?;
            candidates.extend(place.filter(|place| *place > places.after.0 && *place <= places.to.0));
        }
    }
    candidates.sort_unstable_by(|a, b| b.cmp(a));
    let expression = filter.expression(View::Articles);
    let from = if expression.is_some() { FOUND } else { ALL };
    let mut select = connection.prepare_cached(&format!("{EVENT} {from} {IN_TIME}"))?;
    for place in candidates {
        let mut rows = select.query(named_params! {
            ":expression": expression,
            ":after": place - 1,
            ":to": place,
            ":since": places.since,
            ":until": places.until,
        })?;
        collected.take(&mut rows)?;
        if collected.last.is_some() {
            break;
        }
    }
    Ok(())
}

/// The last events of a kind about an article, the latest first.
fn events_of(
    connection: &Connection,
    article: &ArticleId,
    kind: EventKind,
    limit: usize,
) -> Result<Vec<CloudEvent>, JournalError> {
    let (kind, article) = (Facet::Kind.term(kind.word()), Facet::Article.term(article.as_str()));
    let mut select =
        connection.prepare_cached(&format!("{EVENT} {FOUND} ORDER BY s.rowid DESC LIMIT :limit"))?;
    let mut rows = select.query(named_params! {
        ":expression": format!("\"{article}\" AND \"{kind}\""),
        ":after": 0,
        ":to": Sequence::MAX.0,
        ":limit": count(limit),
    })?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.extend(unless_unreadable(event(row))?);
    }
    Ok(events)
}

fn microseconds(time: Option<Timestamp>, otherwise: i64) -> i64 {
    time.map_or(otherwise, Timestamp::as_microsecond)
}

/// A limit as SQLite takes it.
fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
