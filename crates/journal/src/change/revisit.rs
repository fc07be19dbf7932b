//! Pages of published articles that are visited again: when, and what was found there.

use dateline_wire::{
    ArticleEvent, ArticleId, Entry, EntryRef, Event, EventId, RevisitState, Sequence, Source, Validators,
    WithdrawalEvent, WithdrawnArticle,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use url::Url;

use super::finish::{latest_revision, remember_article};
use super::story::{StoryUpdate, tell};
use crate::JournalError;
use crate::claims::{ClaimKey, EntryClaims};
use crate::digest::{self, ContentDigest};
use crate::ledger::{EventDraft, Ledger};
use crate::revision::FinalEvent;
use crate::writer::Change;

/// Where the page of a published article is visited again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisitPlan {
    /// The address that answered with the page.
    pub url: Url,
    /// What it gave to ask with next time.
    pub validators: Validators,
    /// When it is visited for the first time, if the article is new. One that is visited already stays due when it was.
    pub due: Timestamp,
}

/// What a visit to the page of a published article came to.
#[derive(Debug, Clone)]
pub struct RevisitCompletion {
    /// The article.
    pub article: ArticleId,
    /// The address that was visited.
    pub url: Url,
    /// What was found.
    pub finding: RevisitFinding,
    /// What a revision or a withdrawal changes of stories. It is made if there is one.
    pub stories: StoryUpdate,
    /// When the page is visited next; never again without.
    pub next: Option<Timestamp>,
    /// When it was found.
    pub at: Timestamp,
    /// `traceparent` of the visit.
    pub traceparent: String,
}

/// What a visit to the page of a published article found.
#[derive(Debug, Clone)]
pub enum RevisitFinding {
    /// The page is there and tells nothing that is to be published; these are the validators to ask with next time.
    Nothing(Validators),
    /// The page tells something else than before, or is back. The journal decides the revision, and whether it is one.
    Article {
        /// What it tells.
        event: Box<ArticleEvent>,
        /// The address that answered.
        url: Url,
        /// What that gave to ask with next time.
        validators: Validators,
    },
    /// The page is gone. The second time that this is found in a row, the article is withdrawn: the event's revision, and since when
    /// it is missing, are the journal's to say.
    Missing(Box<WithdrawalEvent>),
    /// The page could not be had, for a reason that says nothing about the article.
    Failed,
    /// The page was refused, by its server or by its host's robots.txt, which says nothing about the article either.
    Refused,
    /// The page was not asked for: its host is to be left alone.
    NotAsked,
}

/// What stands in the journal after a visit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RevisitEnd {
    /// The event that came of it, as it is stored, and its place.
    pub event: Option<(Sequence, Event)>,
}

impl Change for RevisitCompletion {
    type Done = (RevisitEnd, Option<i64>);

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let Some(RevisitRow { number, feed, mut state }) = row_of(ledger, &self.article)? else {
            return Ok((RevisitEnd::default(), None));
        };
        // Where its feed has led to another address meanwhile, what was found at the old one counts for nothing.
        let event = if state.url == self.url { self.take_in(ledger, feed, &mut state)? } else { None };
        match self.next {
            Some(next) => write(ledger, number, next, &state)?,
            None => drop(delete(ledger, number)?),
        }
        Ok((RevisitEnd { event }, Some(number)))
    }

    fn settle((_, number): &Self::Done, claims: &EntryClaims) {
        if let Some(number) = number {
            claims.release(ClaimKey::Revisit(*number));
        }
    }
}

impl RevisitCompletion {
    fn take_in(
        &self,
        ledger: &mut Ledger<'_>,
        feed: i64,
        state: &mut RevisitState,
    ) -> Result<Option<(Sequence, Event)>, JournalError> {
        match &self.finding {
            RevisitFinding::NotAsked => return Ok(None),
            RevisitFinding::Failed | RevisitFinding::Refused => {
                state.attempts = state.attempts.saturating_add(1);
                return Ok(None);
            }
            _ => state.attempts = 0,
        }
        match &self.finding {
            RevisitFinding::Missing(event) => match state.missing_since {
                None => {
                    state.missing_since = Some(self.at);
                    Ok(None)
                }
                Some(since) => self.withdraw(ledger, event, since),
            },
            RevisitFinding::Article { event, url, validators } => {
                state.missing_since = None;
                state.url.clone_from(url);
                state.validators.clone_from(validators);
                self.revise(ledger, feed, state.entry.id.as_str(), event)
            }
            RevisitFinding::Nothing(validators) => {
                state.missing_since = None;
                state.validators.clone_from(validators);
                Ok(None)
            }
            RevisitFinding::Failed | RevisitFinding::Refused | RevisitFinding::NotAsked => Ok(None),
        }
    }

    fn revise(
        &self,
        ledger: &mut Ledger<'_>,
        feed: i64,
        entry: &str,
        event: &ArticleEvent,
    ) -> Result<Option<(Sequence, Event)>, JournalError> {
        let latest = latest_revision(ledger, &self.article)?;
        // Unchanged, it would be a reject; that is none of a visit's news.
        let unused = EventId::of_parts(&["unused"]);
        let result = FinalEvent::of(Event::Article(Box::new(event.clone())), latest, unused);
        let Some(FinalEvent { event, latest: Some(latest), .. }) = result else { return Ok(None) };
        let entry_digest: Option<ContentDigest> = ledger
            .connection
            .prepare_cached("SELECT digest FROM entries WHERE feed = ?1 AND id = ?2")?
            .query_row(params![feed, entry], |row| row.get(0))
            .optional()?;
        let draft = EventDraft { entry_digest, ..EventDraft::of(&event, self.at, &self.traceparent) };
        let stored = ledger.append(&draft)?;
        let place = (!ledger.totals.is_reconciling).then_some(stored.sequence);
        if let Event::Article(article) = &event {
            remember_article(ledger, article, &latest, place)?;
        }
        if place.is_some() {
            tell(ledger, &self.stories, self.at, &self.traceparent)?;
        }
        Ok(Some((stored.sequence, event)))
    }

    /// What the article's latest revision said that it is found by; nothing where the log has it no more.
    fn last_said(&self, ledger: &Ledger<'_>) -> Result<WithdrawnArticle, JournalError> {
        let data: Option<String> = ledger
            .connection
            .prepare_cached(
                "SELECT e.data FROM events e JOIN revisions r ON r.sequence = e.sequence WHERE r.id = ?1 AND e.kind = 'article'",
            )?
            .query_row([digest::bits_of(self.article.as_str())], |row| row.get(0))
            .optional()?;
        let event = data.and_then(|data| serde_json::from_str::<ArticleEvent>(&data).ok());
        Ok(event.map(WithdrawnArticle::from).unwrap_or_default())
    }

    fn withdraw(
        &self,
        ledger: &mut Ledger<'_>,
        event: &WithdrawalEvent,
        since: Timestamp,
    ) -> Result<Option<(Sequence, Event)>, JournalError> {
        let latest = latest_revision(ledger, &self.article)?;
        let Some(latest) = latest.filter(|latest| !latest.is_withdrawn) else { return Ok(None) };
        let mut event = event.clone();
        event.missing_since = since;
        event.set_revision(latest.number);
        event.said = self.last_said(ledger)?;
        let event = Event::Withdrawal(Box::new(event));
        let stored = ledger.append(&EventDraft::of(&event, self.at, &self.traceparent))?;
        remember_withdrawal(ledger, &self.article)?;
        if !ledger.totals.is_reconciling {
            tell(ledger, &self.stories, self.at, &self.traceparent)?;
        }
        Ok(Some((stored.sequence, event)))
    }
}

/// Has visits due no later than `latest`: where the clock was set back, they would otherwise be due after all others.
pub(crate) struct RevisitLimit {
    pub(crate) latest: Timestamp,
}

impl Change for RevisitLimit {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        ledger
            .connection
            .prepare_cached("UPDATE revisits SET due = ?1 WHERE due > ?1")?
            .execute([self.latest.as_microsecond()])?;
        Ok(())
    }
}

/// Has the page of an article visited again that was just published in `revision`.
pub(super) fn await_visit(
    ledger: &Ledger<'_>,
    (feed, at): (i64, Timestamp),
    (article, revision): (&ArticleId, u32),
    plan: &RevisitPlan,
    entry: &str,
) -> Result<(), JournalError> {
    let entry: Entry =
        serde_json::from_str(entry).map_err(JournalError::json("what is stored could not be read"))?;
    let RevisitPlan { url, validators, due } = plan;
    match row_of(ledger, article)? {
        Some(RevisitRow { number, state, .. }) => {
            let state = RevisitState {
                url: url.clone(),
                validators: validators.clone(),
                attempts: 0,
                missing_since: None,
                entry,
                ..state
            };
            let due = due_of(ledger, number)?;
            write(ledger, number, due, &state)
        }
        None if revision == 1 => {
            let state = RevisitState {
                url: url.clone(),
                validators: validators.clone(),
                published: at,
                attempts: 0,
                missing_since: None,
                entry,
            };
            insert(ledger, feed, article, *due, &state)
        }
        None => Ok(()),
    }
}

/// Has the page of an article visited `due` that a restored journal learns of from Kafka, which had it `at`: as though the journal had
/// published it itself. Its page was read if it has a title of its own.
pub(super) fn await_visit_of_delivered(
    ledger: &Ledger<'_>,
    (feed, at): (i64, Timestamp),
    article: &ArticleEvent,
    due: Timestamp,
) -> Result<(), JournalError> {
    let content = &article.content;
    let (Some(url), Some(entry)) = (&content.url, &article.entry) else { return Ok(()) };
    match row_of(ledger, &article.article)? {
        // Its page was read since: visits are counted from the publication all the same.
        Some(RevisitRow { number, state, .. }) if at < state.published => {
            write(ledger, number, due, &RevisitState { published: at, ..state })
        }
        None if article.revision == 1 && content.title_source != Some(Source::Feed) => {
            let EntryRef { id, guid, link, title, published } = entry.clone();
            let entry = Entry { guid, link, title, published, ..Entry::new(id) };
            let state = RevisitState {
                url: url.clone(),
                validators: Validators::default(),
                published: at,
                attempts: 0,
                missing_since: None,
                entry,
            };
            insert(ledger, feed, &article.article, due, &state)
        }
        _ => Ok(()),
    }
}

fn insert(
    ledger: &Ledger<'_>,
    feed: i64,
    article: &ArticleId,
    due: Timestamp,
    state: &RevisitState,
) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO revisits (article, feed, due, host, link, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            article.as_str(),
            feed,
            due.as_microsecond(),
            host(state),
            link(state),
            json(state)?
        ])?;
    Ok(())
}

/// Has the page of a published article visited where it was just seen as it was: it may have moved.
pub(super) fn seen_at(
    ledger: &Ledger<'_>,
    article: &ArticleId,
    plan: &RevisitPlan,
) -> Result<(), JournalError> {
    let Some(RevisitRow { number, state, .. }) = row_of(ledger, article)? else { return Ok(()) };
    let RevisitPlan { url, validators, .. } = plan.clone();
    let state = RevisitState { url, validators, attempts: 0, missing_since: None, ..state };
    let due = due_of(ledger, number)?;
    write(ledger, number, due, &state)
}

/// Notes that an article was withdrawn after its latest revision.
pub(super) fn remember_withdrawal(ledger: &Ledger<'_>, article: &ArticleId) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached("UPDATE revisions SET withdrawn = 1 WHERE id = ?1")?
        .execute([digest::bits_of(article.as_str())])?;
    Ok(())
}

struct RevisitRow {
    number: i64,
    feed: i64,
    state: RevisitState,
}

fn row_of(ledger: &Ledger<'_>, article: &ArticleId) -> Result<Option<RevisitRow>, JournalError> {
    let row: Option<(i64, i64, String)> = ledger
        .connection
        .prepare_cached("SELECT number, feed, state FROM revisits WHERE article = ?1")?
        .query_row([article.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((number, feed, state)) = row else { return Ok(None) };
    match serde_json::from_str(&state) {
        Ok(state) => Ok(Some(RevisitRow { number, feed, state })),
        Err(error) => {
            set_aside(ledger, number, &error.to_string())?;
            Ok(None)
        }
    }
}

fn due_of(ledger: &Ledger<'_>, number: i64) -> Result<Timestamp, JournalError> {
    let due = ledger
        .connection
        .prepare_cached("SELECT due FROM revisits WHERE number = ?1")?
        .query_row([number], |row| row.get(0))?;
    Ok(crate::reader::timestamp(due))
}

fn write(ledger: &Ledger<'_>, number: i64, due: Timestamp, state: &RevisitState) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached("UPDATE revisits SET due = ?2, host = ?3, link = ?4, state = ?5 WHERE number = ?1")?
        .execute(params![number, due.as_microsecond(), host(state), link(state), json(state)?])?;
    Ok(())
}

fn delete(ledger: &Ledger<'_>, number: i64) -> Result<usize, JournalError> {
    Ok(ledger.connection.prepare_cached("DELETE FROM revisits WHERE number = ?1")?.execute([number])?)
}

fn host(state: &RevisitState) -> &str {
    state.url.host_str().unwrap_or_default()
}

fn link(state: &RevisitState) -> String {
    digest::of_link(&state.url)
}

fn json(state: &RevisitState) -> Result<String, JournalError> {
    serde_json::to_string(state).map_err(JournalError::json("a visit could not be written as JSON"))
}

/// A row that cannot be read, out of the way of the others: its page is not visited any more.
pub(crate) struct SetAsideRevisit {
    pub(crate) number: i64,
}

impl Change for SetAsideRevisit {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        set_aside(ledger, self.number, "its state is no JSON, or not that of a visit")
    }
}

fn set_aside(ledger: &Ledger<'_>, number: i64, why: &str) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO set_aside (time, kind, feed, entry, reason, content) \
             SELECT r.due, 'revisit', coalesce(f.id, r.feed), r.article, ?2, r.state \
             FROM revisits r LEFT JOIN feeds f ON f.number = r.feed WHERE r.number = ?1",
        )?
        .execute(params![number, why])?;
    delete(ledger, number)?;
    tracing::error!(
        number,
        why,
        "a visit cannot be read: it is set aside, and the page is not visited again"
    );
    Ok(())
}
