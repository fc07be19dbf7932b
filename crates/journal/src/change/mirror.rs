//! What a whole fleet knows, followed in one journal for people to look at: the events of all shards, and those rows of their state that
//! are shown.

use dateline_wire::{CloudEvent, Event};
use rusqlite::params;

use super::finish::remember_article;
use super::reconcile::event_of;
use super::revisit::remember_withdrawal;
use super::story::remember_story;
use crate::JournalError;
use crate::commit_log::StateRecord;
use crate::digest;
use crate::ledger::Ledger;
use crate::revision::LatestRevision;
use crate::writer::Change;

/// What came of a fleet, in the order in which it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MirrorUpdate {
    /// Events of whichever journals. They get places of their own here.
    pub events: Vec<CloudEvent>,
    /// Rows of tables that are [shown](MirrorUpdate::shows). Rows of feeds count before those that name them.
    pub rows: Vec<StateRecord>,
}

impl MirrorUpdate {
    /// Whether rows of `table` are shown: feeds, entries that wait for their pages, and what stands in which story.
    pub fn shows(table: &str) -> bool {
        MirroredTable::of(table).is_some()
    }
}

impl Change for MirrorUpdate {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        for event in &self.events {
            let event = CloudEvent { sequence: ledger.totals.last_sequence.next(), ..event.clone() };
            ledger.insert(&event)?;
            remember(ledger, &event)?;
        }
        // Kafka has them: they come from there.
        ledger.totals.relay_position = ledger.totals.last_sequence;
        let mut rows = self.rows.iter().filter_map(MirroredRow::of).collect::<Vec<_>>();
        rows.sort_by_key(|row| row.table);
        rows.iter().try_for_each(|row| row.write(ledger))
    }
}

fn remember(ledger: &Ledger<'_>, event: &CloudEvent) -> Result<(), JournalError> {
    let place = Some(event.sequence);
    match event_of(Some(event.kind), &event.data) {
        Ok(Event::Article(article)) => {
            let digest = digest::of_article(&article.content);
            let latest = LatestRevision { number: article.revision, digest, is_withdrawn: false };
            remember_article(ledger, &article, &latest, place)
        }
        Ok(Event::Withdrawal(withdrawal)) => remember_withdrawal(ledger, &withdrawal.article),
        Ok(Event::Story(story)) => remember_story(ledger, &story, &event.data, place),
        Ok(Event::Reject(_) | Event::Health(_)) => Ok(()),
        Err(error) => {
            tracing::warn!(id = event.id, %error, "an event of the fleet is listed, and not looked up: it is of another version");
            Ok(())
        }
    }
}

/// A table whose rows are shown, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MirroredTable {
    Feeds,
    Pending,
    StoryArticles,
}

impl MirroredTable {
    fn of(name: &str) -> Option<Self> {
        match name {
            "feeds" => Some(Self::Feeds),
            "pending" => Some(Self::Pending),
            "story_articles" => Some(Self::StoryArticles),
            _ => None,
        }
    }
}

/// A row that is shown.
struct MirroredRow<'r> {
    table: MirroredTable,
    /// The parts of its key after the table: one, or the feed and the entry.
    key: [String; 2],
    value: Option<&'r str>,
}

impl<'r> MirroredRow<'r> {
    fn of(record: &'r StateRecord) -> Option<Self> {
        let mut parts = serde_json::from_str::<Vec<String>>(&record.key).ok()?.into_iter();
        let table = MirroredTable::of(&parts.next()?)?;
        let key = [parts.next()?, parts.next().unwrap_or_default()];
        Some(Self { table, key, value: record.value.as_deref() })
    }

    fn write(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let Self { table, key: [first, second], value } = self;
        let run = |sql: &str, given: &[&dyn rusqlite::ToSql]| {
            Ok::<_, JournalError>(ledger.connection.prepare_cached(sql)?.execute(given)?)
        };
        match (table, value) {
            (MirroredTable::Feeds, Some(value)) => {
                run(
                    "INSERT INTO feeds (id, active, retired, failures, next_poll, state) \
                     VALUES (?1 ->> 'id', ?1 ->> 'active', ?1 ->> 'retired', ?1 ->> 'failures', ?1 ->> 'next_poll', ?1 ->> 'state') \
                     ON CONFLICT (id) DO UPDATE SET active = excluded.active, retired = excluded.retired, failures = excluded.failures, \
                     next_poll = excluded.next_poll, state = excluded.state",
                    params![value],
                )?;
            }
            (MirroredTable::Feeds, None) => {
                run("UPDATE feeds SET active = 0 WHERE id = ?1", params![first])?;
            }
            (MirroredTable::Pending, value) => {
                let gone = run(
                    "DELETE FROM pending WHERE feed = (SELECT number FROM feeds WHERE id = ?1) AND id = ?2",
                    params![first, second],
                )?;
                let mut come = 0;
                if let Some(value) = value {
                    // Of what it says only what waits is shown, so that its edition is of no account.
                    let seen = run(
                        "INSERT OR IGNORE INTO entries (feed, id, digest, edition, first_seen, listed) \
                         SELECT number, ?2, zeroblob(16), 1, ?3 ->> 'due', ?3 ->> 'due' FROM feeds WHERE id = ?1",
                        params![first, second, value],
                    )?;
                    come = run(
                        "INSERT INTO pending (feed, id, due, attempts, reason, host, link, entry) \
                         SELECT number, ?2, ?3 ->> 'due', ?3 ->> 'attempts', ?3 ->> 'reason', ?3 ->> 'host', ?3 ->> 'link', ?3 ->> 'entry' \
                         FROM feeds WHERE id = ?1",
                        params![first, second, value],
                    )?;
                    ledger.totals.entries += seen as u64;
                }
                ledger.totals.pending = (ledger.totals.pending + come as u64)
                    .checked_sub(gone as u64)
                    .ok_or(JournalError::Miscounted)?;
            }
            (MirroredTable::StoryArticles, Some(value)) => {
                run(
                    "INSERT INTO story_articles (article, story, data) VALUES (?1, ?2 ->> 'story', ?2 ->> 'data') \
                     ON CONFLICT (article) DO UPDATE SET story = excluded.story, data = excluded.data",
                    params![first, value],
                )?;
            }
            (MirroredTable::StoryArticles, None) => {
                run("DELETE FROM story_articles WHERE article = ?1", params![first])?;
            }
        }
        Ok(())
    }
}
