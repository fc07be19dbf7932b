//! A journal whose state a fleet takes over: what it knows, divided among the shards of the fleet.
//!
//! Before the fleet has anything of it, the file notes whose it will be, and no daemon by itself opens it from then on. So whatever breaks
//! off the adoption, what the journal knows is never worked on in two places; the note is taken back where the fleet surely has nothing.
//!
//! Rows go where they will be asked for: feeds and what they listed to the shard of the feed's address, what is known of articles to
//! those of their pages. Where the log doesn't have the event any more that tells a page's address, all shards of the web get the row, since
//! the file has only digests of addresses; digests of entries that are not listed any more go to all that have feeds.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dateline_wire::{ArticleEvent, ArticleId, FeedRef, FeedState, JournalId, RejectEvent, Sequence};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use url::Url;

use crate::commit_log::{HandedEntry, StateRecord};
use crate::ledger::Totals;
use crate::lock::Lock;
use crate::{JournalError, Options, connection, digest, identity, reader, schema, state_rows};

/// The table that only adopted journals have.
const NOTE: &str = "CREATE TABLE IF NOT EXISTS main.adopted (fleet TEXT NOT NULL) STRICT";

/// How the web is divided among the shards that a journal's state goes to.
pub trait ShardDivision {
    /// How many shards the web has, counted from 0.
    fn shards(&self) -> u32;

    /// The shard of a host.
    fn of_host(&self, host: &str) -> u32;

    /// The shard of a page.
    fn of_url(&self, url: &Url) -> u32 {
        self.of_host(url.host_str().unwrap_or_default())
    }
}

/// What a shard gets of a journal.
#[derive(Debug, Clone, PartialEq)]
pub enum AdoptedRecord {
    /// A row of its state.
    State(StateRecord),
    /// An entry that waits for its page, to be taken in as one that was handed over.
    Pending(Box<HandedEntry>),
}

/// How much a fleet was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AdoptedTotals {
    /// Feeds.
    pub feeds: u64,
    /// Entries that feeds have listed.
    pub entries: u64,
    /// Entries that wait for their pages.
    pub pending: u64,
    /// Articles whose last revision is known.
    pub articles: u64,
    /// Stories.
    pub stories: u64,
    /// Rows that went to every shard, since the log does not tell where their pages lie.
    pub everywhere: u64,
}

/// A journal that a fleet takes over. Nobody else writes it meanwhile.
pub struct AdoptedJournal {
    connection: Connection,
    path: PathBuf,
    id: JournalId,
    totals: Totals,
    // After the connection: they are let go of once nothing has the file open.
    _held: Arc<File>,
    _lock: Lock,
}

impl AdoptedJournal {
    /// The journal at `path`, brought to the current schema.
    ///
    /// # Errors
    /// If there is none, a daemon uses it, or it cannot be written.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        if !connection::look_at(path)? {
            return Err(JournalError::Missing { path: path.to_owned() });
        }
        let lock = Lock::acquire(path)?;
        let (connection, _held) = connection::of_locked(path, &lock, &Options::default())?;
        let version = schema::check(&connection, path)?;
        let totals = Totals::read(&connection, version)?;
        let id = connection::journal_id(&connection)?;
        Ok(Self { connection, path: path.to_owned(), id, totals, _held, _lock: lock })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its id.
    pub fn id(&self) -> &JournalId {
        &self.id
    }

    /// Its last event. Shards count on from there.
    pub fn last_sequence(&self) -> Sequence {
        self.totals.last_sequence
    }

    /// Whether Kafka lacks an event of it as far as it knows, or it was restored and isn't reconciled with Kafka yet.
    pub fn is_ahead_of_kafka(&self) -> bool {
        self.totals.is_reconciling || self.totals.relay_position < self.totals.last_sequence
    }

    /// The fleet that it notes as its owner.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn owner(&self) -> Result<Option<String>, JournalError> {
        owner(&self.connection)
    }

    /// Notes that a fleet owns what it knows, or, without one, that none does.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_owner(&self, fleet: Option<&str>) -> Result<(), JournalError> {
        let transaction = self.connection.unchecked_transaction()?;
        transaction.execute_batch(NOTE)?;
        transaction.execute("DELETE FROM main.adopted", [])?;
        if let Some(fleet) = fleet {
            transaction.execute("INSERT INTO main.adopted (fleet) VALUES (?1)", [fleet])?;
        }
        Ok(transaction.commit()?)
    }

    /// Hands what it knows to `give`, each record with its shard. The shard behind those of the web gets the stories, with the articles that came since
    /// `stories_since`; without that moment nobody gets them.
    ///
    /// # Errors
    /// If the file cannot be read, or `give` fails.
    pub fn divide<E: From<JournalError>>(
        &self,
        division: &dyn ShardDivision,
        stories_since: Option<Timestamp>,
        mut give: impl FnMut(u32, AdoptedRecord) -> Result<(), E>,
    ) -> Result<AdoptedTotals, E> {
        let homes = Homes::of(&self.connection, division)?;
        let places = Places::of(&self.connection, division)?;
        let mut tally = AdoptedTotals::default();
        let web = || 0..division.shards();
        // Feeds that a shard has to know without polling them.
        let mut strangers: HashSet<(i64, u32)> = HashSet::new();
        let mut entries_of: HashMap<u32, u64> = HashMap::new();
        let state = AdoptedRecord::State;

        state_rows::each(&self.connection, "feeds", "1", |row| {
            tally.feeds += 1;
            homes.by_id(&row.first).map_or(Ok(()), |feed| give(feed.shard, state(row.record)))
        })?;
        state_rows::each(&self.connection, "entries", "1", |row| {
            let Some(feed) = homes.by_number(&row.first) else { return Ok(()) };
            tally.entries += 1;
            *entries_of.entry(feed.shard).or_default() += 1;
            give(feed.shard, state(row.record))
        })?;
        for number in numbers(&self.connection, "SELECT number FROM pending ORDER BY number")? {
            let Some((home, handed)) = self.waiting(&homes, number)? else { continue };
            let shard = handed.entry.link.as_ref().map_or(home, |link| division.of_url(link));
            tally.pending += 1;
            give(shard, AdoptedRecord::Pending(Box::new(handed)))?;
        }
        let with_feeds: BTreeSet<u32> = homes.by_id.values().map(|feed| feed.shard).collect();
        state_rows::each(&self.connection, "old_entries", "1", |row| {
            with_feeds.iter().try_for_each(|shard| give(*shard, state(row.record.clone())))
        })?;
        for (table, known) in
            [("revisions", &places.articles), ("identities", &places.identities), ("links", &places.links)]
        {
            state_rows::each(&self.connection, table, "1", |row| {
                tally.articles += u64::from(table == "revisions");
                match PlaceKey::of(&row.first).and_then(|key| known.get(&key)) {
                    Some(shards) => {
                        shards.iter().try_for_each(|shard| give(*shard, state(row.record.clone())))
                    }
                    None => {
                        tally.everywhere += 1;
                        web().try_for_each(|shard| give(shard, state(row.record.clone())))
                    }
                }
            })?;
        }
        state_rows::each(&self.connection, "revisits", "1", |row| {
            let (host, feed): (String, i64) = self
                .connection
                .prepare_cached("SELECT host, feed FROM revisits WHERE article = ?1")
                .and_then(|mut select| select.query_row([&row.first], |row| Ok((row.get(0)?, row.get(1)?))))
                .map_err(JournalError::from)?;
            let shard = division.of_host(&host);
            strangers.insert((feed, shard));
            give(shard, state(row.record))
        })?;
        for (number, shard) in strangers {
            if let Some(feed) = homes.by_number.get(&number).filter(|feed| feed.shard != shard) {
                give(shard, state(feed.as_stranger()?))?;
            }
        }
        for shard in web() {
            let entries = entries_of.get(&shard).copied().unwrap_or_default();
            give(shard, state(self.journal_row(entries)))?;
        }
        if let Some(since) = stories_since {
            tally.stories = self.give_stories(since, |record| give(division.shards(), state(record)))?;
        }
        Ok(tally)
    }

    /// Gives the stories that were reported since a moment and the articles that came since; how many stories those are.
    fn give_stories<E: From<JournalError>>(
        &self,
        since: Timestamp,
        mut give: impl FnMut(StateRecord) -> Result<(), E>,
    ) -> Result<u64, E> {
        let since = since.as_microsecond();
        let told = format!("t.reported >= {since}");
        let mut stories = 0;
        let recent = format!("t.kind = 'article' AND t.time >= {since}");
        state_rows::each(&self.connection, "events", &recent, |row| give(row.record))?;
        let of_recent =
            format!("t.sequence IN (SELECT sequence FROM events t WHERE {recent} AND t.sequence > 0)");
        state_rows::each(&self.connection, "revisions", &of_recent, |row| give(row.record))?;
        state_rows::each(&self.connection, "stories", &told, |row| {
            stories += 1;
            give(row.record)
        })?;
        let of_told = format!("t.story IN (SELECT id FROM stories t WHERE {told})");
        state_rows::each(&self.connection, "story_articles", &of_told, |row| give(row.record))?;
        give(self.journal_row(0))?;
        Ok(stories)
    }

    /// The row of a shard's journal that goes on after this one's last event: so no id is made twice in which a place stands.
    fn journal_row(&self, entries: u64) -> StateRecord {
        let row = json!({ "last_sequence": self.totals.last_sequence.0, "entries": entries });
        StateRecord { key: "[\"journal\",1]".to_owned(), value: Some(row.to_string()) }
    }

    /// A pending entry as one that is handed over, with the shard of its feed.
    fn waiting(&self, homes: &Homes, number: i64) -> Result<Option<(u32, HandedEntry)>, JournalError> {
        let pending = reader::pending(&self.connection, number)?;
        let Some(feed) = homes.by_id.get(pending.feed.as_str()) else { return Ok(None) };
        let digest = self
            .connection
            .prepare_cached("SELECT digest FROM entries WHERE feed = ?1 AND id = ?2")?
            .query_row(params![feed.number, pending.entry.id.as_str()], |row| row.get(0))?;
        let handed = HandedEntry {
            feed: pending.feed,
            feed_url: feed.state.url.clone(),
            entry: pending.entry,
            digest,
            edition: pending.edition,
            first_seen: pending.first_seen,
            due: pending.due,
            attempts: pending.attempts,
        };
        Ok(Some((feed.shard, handed)))
    }
}

/// Refuses a journal that a fleet owns.
pub(crate) fn refuse_adopted(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    match owner(connection)? {
        Some(fleet) => Err(JournalError::Adopted { path: path.to_owned(), fleet }),
        None => Ok(()),
    }
}

pub(crate) fn owner(connection: &Connection) -> Result<Option<String>, JournalError> {
    let is_noted = "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'adopted')";
    if !connection.query_row(is_noted, [], |row| row.get::<_, bool>(0))? {
        return Ok(None);
    }
    Ok(connection.query_row("SELECT fleet FROM main.adopted", [], |row| row.get(0)).optional()?)
}

fn numbers(connection: &Connection, select: &str) -> Result<Vec<i64>, JournalError> {
    let mut select = connection.prepare(select)?;
    Ok(select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// A feed and its shard.
struct FeedHome {
    number: i64,
    state: FeedState,
    shard: u32,
}

impl FeedHome {
    /// Its row in a shard that has pages of it and doesn't poll it.
    fn as_stranger(&self) -> Result<StateRecord, JournalError> {
        let FeedState { id, url, .. } = &self.state;
        let feed = FeedRef { id: id.clone(), url: url.clone(), name: None, tags: Vec::new() };
        let state = serde_json::to_string(&FeedState::new(&feed, Timestamp::MAX))
            .map_err(JournalError::json("a feed's state could not be written as JSON"))?;
        let row = json!({
            "id": id.as_str(), "active": 0, "retired": 0, "failures": 0,
            "next_poll": Timestamp::MAX.as_microsecond(), "state": state,
        });
        Ok(StateRecord { key: json!(["feeds", id.as_str()]).to_string(), value: Some(row.to_string()) })
    }
}

/// The shards of all feeds.
struct Homes {
    by_number: HashMap<i64, std::rc::Rc<FeedHome>>,
    by_id: HashMap<String, std::rc::Rc<FeedHome>>,
}

impl Homes {
    fn of(connection: &Connection, division: &dyn ShardDivision) -> Result<Self, JournalError> {
        let mut homes = Self { by_number: HashMap::new(), by_id: HashMap::new() };
        let mut feeds = connection.prepare("SELECT number, id, state FROM feeds")?;
        let mut feeds = feeds.query([])?;
        while let Some(row) = feeds.next()? {
            let (number, id): (i64, String) = (row.get(0)?, row.get(1)?);
            let state: FeedState = serde_json::from_str(row.get_ref(2)?.as_str().unwrap_or_default())
                .map_err(JournalError::json("the state of a feed could not be read"))
                .map_err(|error| error.of_row(|| format!("the feed {id}")))?;
            let shard = division.of_url(state.url.as_url());
            let home = std::rc::Rc::new(FeedHome { number, state, shard });
            homes.by_number.insert(number, home.clone());
            homes.by_id.insert(id, home);
        }
        Ok(homes)
    }

    fn by_number(&self, number: &Value) -> Option<&FeedHome> {
        match number {
            Value::Integer(number) => self.by_number.get(number).map(AsRef::as_ref),
            _ => None,
        }
    }

    fn by_id(&self, id: &Value) -> Option<&FeedHome> {
        match id {
            Value::Text(id) => self.by_id.get(id).map(AsRef::as_ref),
            _ => None,
        }
    }
}

/// What tells a row of articles, identities or links.
#[derive(Debug, PartialEq, Eq, Hash)]
enum PlaceKey {
    Bits(Vec<u8>),
    Key(i64),
}

impl PlaceKey {
    fn of(column: &Value) -> Option<Self> {
        match column {
            Value::Blob(bits) => Some(Self::Bits(bits.clone())),
            Value::Text(id) => Some(Self::of_id(id)),
            Value::Integer(key) => Some(Self::Key(*key)),
            Value::Null | Value::Real(_) => None,
        }
    }

    fn of_id(id: &str) -> Self {
        Self::Bits(digest::bits_of(id))
    }
}

/// The shards of the pages that the log tells of.
#[derive(Default)]
struct Places {
    articles: HashMap<PlaceKey, Vec<u32>>,
    identities: HashMap<PlaceKey, Vec<u32>>,
    links: HashMap<PlaceKey, Vec<u32>>,
}

impl Places {
    fn of(connection: &Connection, division: &dyn ShardDivision) -> Result<Self, JournalError> {
        let mut places = Self::default();
        let mut events = connection
            .prepare("SELECT kind, data FROM events WHERE kind IN ('article', 'reject') ORDER BY sequence")?;
        let mut events = events.query([])?;
        while let Some(row) = events.next()? {
            let (kind, data) = (row.get_ref(0)?, row.get_ref(1)?);
            let data = data.as_str().unwrap_or_default();
            // What an older version wrote and this one cannot read tells nothing: its rows go everywhere.
            if kind.as_str() == Ok("article") {
                let Ok(article) = serde_json::from_str::<ArticleEvent>(data) else { continue };
                places.take_article(&article, division);
            } else if let Ok(RejectEvent { article, url, entry, .. }) = serde_json::from_str(data) {
                let link = entry.and_then(|entry| entry.link);
                places.take_links(article.as_ref(), [link.as_ref(), url.as_ref()], division);
            }
        }
        Ok(places)
    }

    fn take_article(&mut self, article: &ArticleEvent, division: &dyn ShardDivision) {
        let content = &article.content;
        let link = article.entry.as_ref().and_then(|entry| entry.link.as_ref());
        let page = content.url.as_ref().or(link).or(content.canonical_url.as_ref());
        if let Some(page) = page {
            let shard = division.of_url(page);
            note(&mut self.articles, PlaceKey::of_id(article.article.as_str()), shard);
            for key in identity::keys_of(article) {
                note(&mut self.identities, PlaceKey::Key(key), shard);
            }
        }
        self.take_links(Some(&article.article), [link, content.url.as_ref()], division);
    }

    /// The links of a page, each in the shard where it would be asked for, and the article's id in theirs.
    fn take_links(
        &mut self,
        article: Option<&ArticleId>,
        links: [Option<&Url>; 2],
        division: &dyn ShardDivision,
    ) {
        for link in links.into_iter().flatten() {
            let shard = division.of_url(link);
            note(&mut self.links, PlaceKey::of_id(&digest::of_link(link)), shard);
            if let Some(article) = article {
                note(&mut self.links, PlaceKey::of_id(article.as_str()), shard);
            }
        }
    }
}

fn note(places: &mut HashMap<PlaceKey, Vec<u32>>, key: PlaceKey, shard: u32) {
    let shards = places.entry(key).or_default();
    if !shards.contains(&shard) {
        shards.push(shard);
    }
}
