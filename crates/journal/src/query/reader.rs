//! Asking for events, articles and stories.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use dateline_wire::{ArticleId, CloudEvent, EventKind, Sequence, StoryId};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::filter::View;
use super::index::{self, IndexProgress};
use super::walk::{Direction, Places, SearchMoment, Walk};
use super::{EventFilter, Facet, PageCursor};
use crate::reader::is_withdrawn;
use crate::story_reader::DISORDER;
use crate::{JournalError, JournalReader, connection, digest, schema};

/// How many revisions of one article are given: the latest.
const MAX_REVISIONS: usize = 100;

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
    /// Where the next page begins, if there is one.
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

/// Events that cannot be found by what they say yet: they are older than the index, which has still to go over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SearchGap {
    /// The first of them.
    pub first: Sequence,
    /// The last.
    pub last: Sequence,
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
        self.events_at(filter, places, Direction::OldestFirst, limit)
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
        self.events_at(filter, Places { to, ..places }, Direction::NewestFirst, limit)
    }

    /// Up to `limit` of the events at the places `ranked` that `filter` asks for, in that order. One that is gone or cannot be read is left
    /// out.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a version that doesn't find events by what they say.
    pub fn events_ranked(
        &self,
        filter: &EventFilter,
        ranked: &[Sequence],
        limit: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        self.check_search()?;
        let within = self.places(filter)?;
        let is_within = |place: &Sequence| *place > within.after && *place <= within.to;
        let mut asked: HashSet<Sequence> = ranked.iter().copied().filter(is_within).collect();
        let mut events = Vec::new();
        let (Some(first), Some(last)) = (asked.iter().min().copied(), asked.iter().max().copied()) else {
            return Ok(events);
        };
        let places = Places { after: Sequence(first.0.saturating_sub(1)), to: last, ..within };
        let walk =
            Walk { filter, view: View::Events, places, direction: Direction::NewestFirst, began: None };
        self.at_search_moment(|moment| {
            if filter.expression(View::Events).is_some() {
                let mut found = HashSet::new();
                moment.walk_places(walk, |place| {
                    if asked.contains(&place) {
                        found.insert(place);
                    }
                    ControlFlow::Continue(())
                })?;
                asked = found;
            }
            for place in ranked.iter().filter(|place| asked.contains(place)) {
                if events.len() == limit {
                    break;
                }
                let event = moment.event(*place)?;
                events.extend(event.filter(|event| filter.admits_time(event.time)));
            }
            Ok(())
        })?;
        Ok(events)
    }

    /// Up to `limit` events at `places` that `filter` asks for, in this direction.
    fn events_at(
        &self,
        filter: &EventFilter,
        places: Places,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        let mut events = Vec::new();
        if limit == 0 {
            return Ok(events);
        }
        self.at_search_moment(|moment| {
            moment.walk(Walk { filter, view: View::Events, places, direction, began: None }, |event| {
                events.push(event);
                Ok(if events.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
            })
        })?;
        Ok(events)
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
        self.at_search_moment(|moment| {
            let mut collected =
                CollectedArticles { moment, articles: Vec::new(), last: None, bytes: 0, limit, max_bytes };
            let walk = Walk {
                filter,
                view: View::Articles,
                places,
                direction: Direction::NewestFirst,
                began: Some(cursor.began),
            };
            match filter.values(Facet::Story).next() {
                Some(_) => collect_of_stories(&mut collected, walk)?,
                None => moment.walk(walk, |event| collected.take(event))?,
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
        if filter.expression(View::Articles).is_none() {
            return Ok((counts, false));
        }
        let mut found = 0;
        let places_of_all = Places { after: *first, to: *last, since: i64::MIN, until: i64::MAX };
        self.at_search_moment(|moment| {
            let walk = Walk {
                filter,
                view: View::Articles,
                places: places_of_all,
                direction: Direction::NewestFirst,
                began: Some(Sequence::MAX),
            };
            moment.walk_places(walk, |place| {
                found += 1;
                // The last edge that it stands after.
                let bucket = places.partition_point(|edge| *edge < place).saturating_sub(1);
                counts.get_mut(bucket).into_iter().for_each(|counted| *counted += 1);
                if found < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
        })?;
        Ok((counts, found < limit))
    }

    /// What is in the log of an article; `None` where nothing is.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a version that doesn't find events by what they say.
    pub fn article_history(&self, article: &ArticleId) -> Result<Option<ArticleHistory>, JournalError> {
        self.check_search()?;
        let story = self.story_of(article)?;
        self.at_search_moment(|moment| {
            let revisions = moment.events_of(article, EventKind::Article, MAX_REVISIONS)?;
            let withdrawals = moment.events_of(article, EventKind::Withdrawal, MAX_REVISIONS)?;
            let is_withdrawn = is_withdrawn(moment.connection, article)?;
            let is_known = !revisions.is_empty() || !withdrawals.is_empty();
            Ok(is_known.then_some(ArticleHistory { revisions, withdrawals, is_withdrawn, story }))
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
        self.at_search_moment(|moment| {
            let unplaced = moment
                .connection
                .prepare_cached("SELECT filled, until FROM unplaced")?
                .query_row([], |row| {
                    Ok(SearchGap { first: Sequence(row.get::<_, u64>(0)? + 1), last: Sequence(row.get(1)?) })
                })
                .optional()?;
            let gap_until = moment.index.map_or(Sequence::START, |index| index.gap_until);
            let unindexed = (gap_until > Sequence::START)
                .then_some(SearchGap { first: Sequence::START.next(), last: gap_until });
            Ok(match (unplaced, unindexed) {
                (Some(one), Some(other)) => {
                    Some(SearchGap { first: one.first.min(other.first), last: one.last.max(other.last) })
                }
                (one, other) => one.or(other),
            })
        })
    }

    /// Does `work`, all of whose statements see log and index as they are when it begins.
    pub(super) fn at_search_moment<T>(
        &self,
        work: impl FnOnce(SearchMoment<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.read(|connection| {
            attach_index(connection, self.path());
            let transaction = connection.transaction()?;
            // The index is looked at first: the log that is seen then holds all that the index knows.
            let index = match has_index(&transaction) {
                true => IndexProgress::read(&transaction, self.id().as_str()).unwrap_or_else(|error| {
                    tracing::debug!(%error, "the search index is being made, or cannot be read");
                    None
                }),
                false => None,
            };
            let result = work(SearchMoment { connection: &transaction, index });
            transaction.finish()?;
            if index.is_none() && has_index(connection) {
                // One that is made anew is another file.
                connection.execute("DETACH DATABASE search", [])?;
            }
            result
        })
    }

    /// How far the index knows the log, if there is one of this journal.
    pub(super) fn index_progress(&self) -> Result<Option<IndexProgress>, JournalError> {
        self.at_search_moment(|moment| Ok(moment.index))
    }

    /// The places of `rows` rows of the index after the place `after` whose events are gone, and where the next rows begin, if there may be
    /// more. The event of which a story was told last has its row as long as the story is kept.
    pub(super) fn places_gone_from_index(
        &self,
        after: Sequence,
        rows: u64,
    ) -> Result<(Vec<Sequence>, Option<Sequence>), JournalError> {
        self.at_search_moment(|moment| {
            if moment.index.is_none() {
                return Ok((Vec::new(), None));
            }
            let mut select = moment.connection.prepare_cached(
                "SELECT t.id, NOT EXISTS (SELECT 1 FROM events e WHERE e.sequence = t.id) \
                 AND NOT EXISTS (SELECT 1 FROM stories s WHERE s.sequence = t.id) \
                 FROM search.event_terms_docsize t WHERE t.id > ?1 ORDER BY t.id LIMIT ?2",
            )?;
            let looked_at = select
                .query_map(params![after.0, rows], |row| Ok((Sequence(row.get(0)?), row.get(1)?)))?
                .collect::<Result<Vec<(Sequence, bool)>, _>>()?;
            let next = looked_at.last().map(|(place, _)| *place).filter(|_| looked_at.len() as u64 == rows);
            Ok((looked_at.iter().filter(|(_, is_gone)| *is_gone).map(|(place, _)| *place).collect(), next))
        })
    }

    pub(super) fn check_search(&self) -> Result<(), JournalError> {
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
struct CollectedArticles<'c> {
    moment: SearchMoment<'c>,
    articles: Vec<FoundArticle>,
    /// The place of the last, once one came for which there was no room.
    last: Option<Sequence>,
    bytes: usize,
    limit: usize,
    max_bytes: usize,
}

impl CollectedArticles<'_> {
    /// Takes an article, or says that the page is full: only one that has no room on it tells that there is another page.
    fn take(&mut self, event: CloudEvent) -> Result<ControlFlow<()>, JournalError> {
        if self.articles.len() == self.limit || self.bytes >= self.max_bytes {
            self.last = self.articles.last().map(|article| article.event.sequence);
            return Ok(ControlFlow::Break(()));
        }
        let article = ArticleId::from_stored(event.key.as_str());
        let withdrawal = match is_withdrawn(self.moment.connection, &article)? {
            true => self.moment.events_of(&article, EventKind::Withdrawal, 1)?.pop(),
            false => None,
        };
        let withdrawal = withdrawal.filter(|withdrawal| withdrawal.sequence > event.sequence);
        self.bytes += event.bytes();
        self.articles.push(FoundArticle { event, withdrawal });
        Ok(ControlFlow::Continue(()))
    }
}

/// Takes the articles that stand in the stories of a filter: few, so that each is asked whether it meets the rest of the filter.
fn collect_of_stories(collected: &mut CollectedArticles<'_>, walk: Walk<'_>) -> Result<(), JournalError> {
    let connection = collected.moment.connection;
    let mut candidates: Vec<u64> = Vec::new();
    for story in walk.filter.values(Facet::Story) {
        let mut articles =
            connection.prepare_cached("SELECT article FROM story_articles WHERE story = ?1")?;
        let mut rows = articles.query([story])?;
        while let Some(row) = rows.next()? {
            let place: Option<u64> = connection
                .prepare_cached("SELECT sequence FROM revisions WHERE id = ?1")?
                .query_row([digest::bits_of(&row.get::<_, String>(0)?)], |row| row.get(0))
                .optional()?;
            candidates
                .extend(place.filter(|place| *place > walk.places.after.0 && *place <= walk.places.to.0));
        }
    }
    candidates.sort_unstable_by(|a, b| b.cmp(a));
    for place in candidates {
        let places = Places { after: Sequence(place - 1), to: Sequence(place), ..walk.places };
        let moment = collected.moment;
        moment.walk(Walk { places, began: None, ..walk }, |event| collected.take(event))?;
        if collected.last.is_some() {
            break;
        }
    }
    Ok(())
}

/// Has a connection see the index too, if there is one and it doesn't yet. Without it the log itself is looked through.
fn attach_index(connection: &Connection, journal: &Path) {
    let path = index::path_of(journal);
    if has_index(connection) || !path.exists() {
        return;
    }
    if let Some(path) = connection::read_name(&path).to_str()
        && let Err(error) = connection.execute("ATTACH DATABASE ?1 AS search", [path])
    {
        tracing::debug!(%error, "the search index cannot be opened");
    }
}

fn has_index(connection: &Connection) -> bool {
    connection.is_readonly("search").is_ok()
}

pub(super) fn microseconds(time: Option<Timestamp>, otherwise: i64) -> i64 {
    time.map_or(otherwise, Timestamp::as_microsecond)
}
