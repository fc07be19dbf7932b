//! Going through the events that a filter asks for: by the index as far as it knows the log, one by one from there on.

use std::ops::ControlFlow;

use dateline_wire::{ArticleId, CloudEvent, EventKind, Sequence};
use rusqlite::{Connection, Rows, named_params};

use super::filter::View;
use super::index::IndexProgress;
use super::terms::EventTerms;
use super::{EventFilter, Facet};
use crate::JournalError;
use crate::reader::{event, unless_unreadable};

/// What events are made of, of a table `e`.
const EVENT: &str = "SELECT e.sequence, e.time, e.kind, e.id, e.key, e.traceparent, e.data, e.entry_digest";

/// The events that an expression finds, at their places.
const FOUND: &str = "FROM search.event_terms s CROSS JOIN events e ON e.sequence = s.rowid \
     WHERE s.event_terms MATCH :expression AND s.rowid > :after AND s.rowid <= :to";

/// All events at some places.
const ALL: &str = "FROM events e WHERE :expression IS NULL AND e.sequence > :after AND e.sequence <= :to";

/// Those that were committed in time.
const IN_TIME: &str = "AND e.time >= :since AND e.time < :until";

/// Revisions that nothing had replaced when the list began.
const LATEST: &str =
    "AND NOT EXISTS (SELECT 1 FROM replaced r WHERE r.sequence = e.sequence AND r.by <= :began)";

/// Revisions whether they were replaced or not.
const ANY: &str = "AND :began IS NULL";

/// Which part of the log may hold what is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    /// After this one.
    pub(super) after: Sequence,
    /// Up to this one.
    pub(super) to: Sequence,
    /// What was committed from this microsecond on.
    pub(super) since: i64,
    /// And before this one.
    pub(super) until: i64,
}

/// In which direction the log is gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    OldestFirst,
    NewestFirst,
}

impl Direction {
    fn sql(self) -> &'static str {
        match self {
            Self::OldestFirst => "ASC",
            Self::NewestFirst => "DESC",
        }
    }
}

/// The log and the index as they are at one moment.
#[derive(Clone, Copy)]
pub(super) struct SearchMoment<'c> {
    pub(super) connection: &'c Connection,
    /// How far the index knows the log; `None` where there is no index, and no table of it may be named.
    pub(super) index: Option<IndexProgress>,
}

/// What is gone through.
#[derive(Clone, Copy)]
pub(super) struct Walk<'f> {
    pub(super) filter: &'f EventFilter,
    pub(super) view: View,
    pub(super) places: Places,
    pub(super) direction: Direction,
    /// Only what nothing had replaced up to this place.
    pub(super) began: Option<Sequence>,
}

impl SearchMoment<'_> {
    pub(super) fn indexed(&self) -> Sequence {
        self.index.unwrap_or(IndexProgress::NONE).indexed
    }

    /// Hands each event that is asked for to `take`, in order, until it has enough.
    pub(super) fn walk(
        &self,
        walk: Walk<'_>,
        mut take: impl FnMut(CloudEvent) -> Result<ControlFlow<()>, JournalError>,
    ) -> Result<(), JournalError> {
        let Some(expression) = walk.filter.expression(walk.view) else {
            return self.go(&walk, None, |rows| each(rows, &mut take)).map(drop);
        };
        let [known, tail] = self.parts(walk);
        let mut look = |walk: &Walk<'_>, is_known: bool| {
            if walk.places.after >= walk.places.to {
                return Ok(ControlFlow::Continue(()));
            }
            match is_known {
                true => self.go(walk, Some(&expression), |rows| each(rows, &mut take)),
                false => self.go(walk, None, |rows| {
                    each(rows, &mut |event| match walk.asks_for(event.kind, &event.data) {
                        true => take(event),
                        false => Ok(ControlFlow::Continue(())),
                    })
                }),
            }
        };
        let parts = match walk.direction {
            Direction::OldestFirst => [(known, true), (tail, false)],
            Direction::NewestFirst => [(tail, false), (known, true)],
        };
        for (part, is_known) in parts {
            if look(&part, is_known)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// What the index knows of what is gone through, and what it doesn't know yet.
    fn parts<'f>(&self, walk: Walk<'f>) -> [Walk<'f>; 2] {
        let indexed = self.indexed();
        let Places { after, to, .. } = walk.places;
        [
            Walk { places: Places { to: to.min(indexed), ..walk.places }, ..walk },
            Walk { places: Places { after: after.max(indexed), ..walk.places }, ..walk },
        ]
    }

    /// Hands the place of each event that a filter with terms asks for to `take`, the newest first, whenever it was committed, until it has
    /// enough. No event that the index knows is read.
    pub(super) fn walk_places(
        &self,
        walk: Walk<'_>,
        mut take: impl FnMut(Sequence) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let Some(expression) = walk.filter.expression(walk.view) else { return Ok(()) };
        let [known, tail] = self.parts(walk);
        let mut is_enough = false;
        self.walk(tail, |event| {
            let flow = take(event.sequence);
            is_enough = flow.is_break();
            Ok(flow)
        })?;
        if is_enough || self.index.is_none() {
            return Ok(());
        }
        let mut select = self.connection.prepare_cached(
            "SELECT s.rowid FROM search.event_terms s WHERE s.event_terms MATCH :expression AND s.rowid > :after \
             AND s.rowid <= :to AND NOT EXISTS (SELECT 1 FROM replaced r WHERE r.sequence = s.rowid) ORDER BY s.rowid DESC",
        )?;
        let mut rows = select.query(named_params! {
            ":expression": expression,
            ":after": known.places.after.0,
            ":to": known.places.to.0,
        })?;
        while let Some(row) = rows.next()? {
            if take(Sequence(row.get(0)?)).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The event at a place, unless it is gone or cannot be read.
    pub(super) fn event(&self, place: Sequence) -> Result<Option<CloudEvent>, JournalError> {
        let mut select =
            self.connection.prepare_cached(&format!("{EVENT} FROM events e WHERE e.sequence = ?1"))?;
        let mut rows = select.query([place.0])?;
        match rows.next()? {
            Some(row) => unless_unreadable(event(row)),
            None => Ok(None),
        }
    }

    /// The last events of a kind about an article, the latest first.
    pub(super) fn events_of(
        &self,
        article: &ArticleId,
        kind: EventKind,
        limit: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        let mut filter = EventFilter::of_kind(kind);
        filter.insert(Facet::Article, article.as_str());
        let places = Places { after: Sequence::START, to: Sequence::MAX, since: i64::MIN, until: i64::MAX };
        let direction = Direction::NewestFirst;
        let mut events = Vec::new();
        self.walk(Walk { filter: &filter, view: View::Events, places, direction, began: None }, |event| {
            events.push(event);
            Ok(if events.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(events)
    }

    fn go<T>(
        &self,
        walk: &Walk<'_>,
        expression: Option<&str>,
        work: impl FnOnce(&mut Rows<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let (from, order) = match expression {
            Some(_) => (FOUND, "s.rowid"),
            None => (ALL, "e.sequence"),
        };
        let kind = match (expression, walk.view.kind()) {
            (None, Some(kind)) => format!("AND e.kind = '{kind}'", kind = kind.word()),
            // The expression names it.
            _ => String::new(),
        };
        let latest = if walk.began.is_some() { LATEST } else { ANY };
        let direction = walk.direction.sql();
        let sql = format!("{EVENT} {from} {IN_TIME} {kind} {latest} ORDER BY {order} {direction}");
        let mut select = self.connection.prepare_cached(&sql)?;
        let mut rows = select.query(named_params! {
            ":expression": expression,
            ":after": walk.places.after.0,
            ":to": walk.places.to.0,
            ":since": walk.places.since,
            ":until": walk.places.until,
            ":began": walk.began.map(|began| began.0),
        })?;
        work(&mut rows)
    }
}

impl Walk<'_> {
    /// Whether an event is asked for, but for its time. Of one that cannot be read, the kind alone is known.
    pub(super) fn asks_for(&self, kind: EventKind, data: &str) -> bool {
        let terms = EventTerms::of(kind, data).unwrap_or_else(|_| EventTerms::of_kind(kind));
        self.filter.admits_terms(self.view, &terms)
    }
}

fn each(
    rows: &mut Rows<'_>,
    take: &mut impl FnMut(CloudEvent) -> Result<ControlFlow<()>, JournalError>,
) -> Result<ControlFlow<()>, JournalError> {
    while let Some(row) = rows.next()? {
        if let Some(event) = unless_unreadable(event(row))?
            && take(event)?.is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}
