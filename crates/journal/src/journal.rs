//! The journal as the daemon holds it.

use std::path::Path;
use std::sync::Arc;

use dateline_wire::{
    ArticleId, CloudEvent, EntryId, Envelope, EventKind, FeedId, FeedState, HubLink, JournalId, Sequence,
    Subscription, SubscriptionStep,
};
use jiff::Timestamp;
use tokio::sync::watch;
use url::Url;

use crate::change::{
    ArticleLabel, Delay, DeliveredImport, EntryCompletion, EntryCounts, EntryEnd, EntryHandover, FeedChanges,
    FeedConfiguration, FinishEntry, HandedEntries, HeldOutcomes, HostWishNote, HostWishRow, LabelCondition,
    LabelReceipt, LabelRemoval, Labelling, MirrorUpdate, OtherLabel, Placement, PollCommit, PollLimits,
    PollRequest, PositionChange, Postponement, Reconciliation, Redelivery, RejectedText, ReplayNote,
    RequestedPoll, RevisitCompletion, RevisitEnd, RevisitLimit, RoomProbe, SessionEnd, SessionStart,
    SetAsideEntry, SetAsideFeed, SetAsideRevisit, SinkEnabling, SinkId, SinkOpening, SinkProgress, SinkState,
    SinkStep, SourceChange, StoredSession, StoryChange, StoryUpdate, SubscriptionChange, TextKeeping,
};
use crate::change::{TakenReport, TakenReports};
use crate::claims::{ClaimKey, EntryClaims};
use crate::commit_log::HandedEntry;
use crate::lock::{FilePlace, Lock, refuse_vacated};
use crate::query::{IndexBell, IndexFollower, IndexStep, SearchIndex};
use crate::reader::{JournalReader, PendingBatch, RevisitBatch, SeenLink};
use crate::status::JournalStatus;
use crate::unfinished::make_folder_of;
use crate::writer::{Change, JournalWriter};
use crate::{JournalError, Options, Writing, adoption, connection};

/// The durable state of one daemon. Cheap to clone; the file is closed when the last clone goes.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    // Before what it works with, so that it ends first.
    _follower: Option<IndexFollower>,
    /// None where the file is a cache, which is not searched.
    index: Option<Arc<SearchIndex>>,
    // Before the writer, so that the writer's connection is the last to close: it then folds the write-ahead log into the
    // file, which a connection that only reads cannot do.
    reader: JournalReader,
    writer: JournalWriter,
    claims: Arc<EntryClaims>,
    claims_per_host: usize,
    /// Whether the file can be made anew from a log.
    is_cache: bool,
    // After all that has the file open.
    lock: Arc<Lock>,
}

impl Journal {
    /// Opens the journal at `path`, or makes one there, directories included, and brings it to the current schema.
    ///
    /// # Errors
    /// If another process has it open, if a newer version wrote it, if it is no journal, or if it cannot be written.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, JournalError> {
        let path = path.as_ref();
        if !path.exists() {
            refuse_vacated(path)?;
        }
        make_folder_of(path)?;
        let lock = Arc::new(Lock::acquire(path)?);
        let (connection, held) = connection::of_locked(path, &lock, &options)?;
        adoption::refuse_adopted(&connection, path)?;
        let reader = JournalReader::of_held(path, options.busy_timeout, Some(held))?;
        let claims = Arc::new(EntryClaims::default());
        let bell = Arc::new(IndexBell::default());
        let writer =
            JournalWriter::start(path, connection, lock.clone(), claims.clone(), bell.clone(), &options)?;
        let index = match options.commit_log {
            None => Some(Arc::new(SearchIndex::of(path, options.durability))),
            Some(_) => None,
        };
        let follow = |index: &Arc<SearchIndex>| IndexFollower::start(index.clone(), reader.clone(), bell);
        let _follower = index.as_ref().map(follow).transpose()?;
        let claims_per_host = options.claims_per_host;
        let is_cache = options.commit_log.is_some();
        let inner = Inner { _follower, index, writer, reader, claims, claims_per_host, is_cache, lock };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Hands a change in and waits until it is durable.
    pub(crate) async fn submit<C: Change>(&self, change: C) -> Result<C::Done, JournalError> {
        self.inner.writer.submit(change).await
    }

    /// Who makes changes.
    pub fn writing(&self) -> Writing {
        self.inner.writer.writing()
    }

    /// Whether the last change found no room. Whoever wants to know whether that is over without making one asks it to
    /// [look](Journal::look_after_files).
    pub fn is_full(&self) -> bool {
        self.inner.writer.is_full()
    }

    /// Where the journal's file is by now. One that isn't where it was takes no changes, until it is there again. A cache is never
    /// missed.
    pub fn file_place(&self) -> FilePlace {
        if self.inner.is_cache { FilePlace::Kept } else { self.inner.lock.place() }
    }

    /// Whether there is something about its files to [look after](Journal::look_after_files).
    pub fn needs_care(&self) -> bool {
        self.is_full() || self.file_place() != FilePlace::Kept || !self.inner.lock.is_signed()
    }

    /// Has the journal find out whether there is room again, rescue what it holds where its file was removed, and make its lock file anew
    /// where that was. Nothing is changed, and nobody waits for it.
    pub fn look_after_files(&self) {
        self.inner.writer.submit_unawaited(RoomProbe);
    }

    /// Reads without writing; can be handed to whoever only looks.
    pub fn reader(&self) -> &JournalReader {
        &self.inner.reader
    }

    /// Makes `feeds` the configured set: adds those it doesn't know, keeps the state of those it knows, and deactivates
    /// the rest. One that is gone (410) and comes back to the set is [revived](FeedState::revive). A state that cannot be read is
    /// set aside and replaced.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room; others if the file cannot be written.
    pub async fn configure_feeds(&self, feeds: Vec<FeedState>) -> Result<FeedChanges, JournalError> {
        let unreadable = self.inner.reader.unreadable_feeds()?;
        let fresh: Vec<FeedState> =
            feeds.iter().filter(|feed| unreadable.contains_key(feed.id.as_str())).cloned().collect();
        let changes = self.inner.writer.submit(FeedConfiguration(feeds)).await?;
        for fresh in fresh {
            let why = unreadable.get(fresh.id.as_str()).cloned().unwrap_or_default();
            self.inner.writer.submit(SetAsideFeed { fresh, why, at: Timestamp::now() }).await?;
        }
        Ok(changes)
    }

    /// Has `feed` asked at `at`, as `request` says, and gives its state.
    ///
    /// # Errors
    /// [`JournalError::UnknownFeed`] for a feed that was never configured, [`JournalError::Full`] when there is no room,
    /// others if its state cannot be read or the file cannot be written.
    pub async fn request_poll(
        &self,
        feed: FeedId,
        request: PollRequest,
        at: Timestamp,
    ) -> Result<FeedState, JournalError> {
        self.inner.writer.submit(RequestedPoll { feed, request, at }).await
    }

    /// Has each of these feeds asked by its moment, if it was to be asked later.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room; others if a state cannot be read or the file cannot be written.
    pub async fn limit_polls(&self, latest: Vec<(FeedId, Timestamp)>) -> Result<(), JournalError> {
        self.inner.writer.submit(PollLimits(latest)).await
    }

    /// Commits what a poll found: the feed's state, its unknown and edited entries as pending, and its events.
    ///
    /// # Errors
    /// [`JournalError::UnknownFeed`] for a feed that was never configured, [`JournalError::Full`] when there is no room,
    /// others if the file cannot be written. The journal is then as before: the poll may be committed again, or made
    /// again with the validators from before it.
    pub async fn commit_poll(&self, poll: PollCommit) -> Result<EntryCounts, JournalError> {
        self.inner.writer.submit(poll).await
    }

    /// Commits the outcome of an entry together with its event.
    ///
    /// An article that the journal doesn't know becomes revision 1; one whose title and body are those of its latest
    /// revision becomes a reject of the stage "duplicate"; any other becomes the next revision.
    ///
    /// # Errors
    /// [`JournalError::NotPending`] for an entry that has ended already, [`JournalError::Full`] when there is no room,
    /// others if the file cannot be written. After an error the entry is still in the caller's hands: to be finished
    /// again, or [released](Self::release).
    pub async fn finish(&self, finish: EntryCompletion) -> Result<EntryEnd, JournalError> {
        let change = FinishEntry { finish, claims: self.inner.claims.clone() };
        let (finished, _) = self.inner.writer.submit(change).await?;
        Ok(finished)
    }

    /// Changes stories by articles that stand in the log already.
    ///
    /// # Errors
    /// If the journal has no room, or fails.
    pub async fn tell_stories(&self, update: StoryUpdate, at: Timestamp) -> Result<(), JournalError> {
        self.inner.writer.submit(StoryChange { update, at }).await
    }

    /// Gives an entry back until `due`, because its page may be had then. Only a page that was asked for counts as an attempt.
    ///
    /// # Errors
    /// As for [`finish`](Self::finish).
    pub async fn postpone(
        &self,
        feed: FeedId,
        entry: EntryId,
        due: Timestamp,
        delay: Delay,
    ) -> Result<(), JournalError> {
        self.inner.writer.submit(Postponement { feed, entry, due, delay }).await.map(|_| ())
    }

    /// Hands a pending entry over to the journal that reads the page at `link`, to which its own page sends.
    ///
    /// # Errors
    /// As for [`finish`](Self::finish).
    pub async fn hand_over(&self, feed: FeedId, entry: EntryId, link: Url) -> Result<(), JournalError> {
        self.inner.writer.submit(EntryHandover { feed, entry, link }).await.map(|_| ())
    }

    /// Takes in entries that others handed over, which wait here from now on; `until` is the place after the last of them among all
    /// that are handed over to this journal, and is committed with them.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room; others if they cannot be committed.
    pub async fn take_handed_over(
        &self,
        entries: Arc<[HandedEntry]>,
        until: i64,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.inner.writer.submit(HandedEntries { entries, until, at }).await
    }

    /// Takes in what other journals published, in its order, with what it changes of stories: all of it or nothing. `until` is the place after
    /// the last among all that is handed over to this journal, and is committed with it.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room; others if it cannot be committed.
    pub async fn take_reports(&self, reports: Arc<[TakenReport]>, until: i64) -> Result<(), JournalError> {
        self.inner.writer.submit(TakenReports { reports, until }).await
    }

    /// Notes what a host wishes, for whoever takes this journal over. One without a [`CommitLog`](crate::CommitLog) is not taken over, and
    /// notes nothing.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room; others if it cannot be committed.
    pub async fn note_host_wish(&self, wish: HostWishRow, at: Timestamp) -> Result<(), JournalError> {
        self.inner.writer.submit(HostWishNote { wish, at }).await
    }

    /// Gives an entry back as it was, without a word in the file: work on it was broken off.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn release(&self, feed: &FeedId, entry: &EntryId) -> Result<(), JournalError> {
        if let Some(number) = self.inner.reader.pending_number(feed, entry.as_str())? {
            self.inner.claims.release(ClaimKey::Entry(number));
        }
        Ok(())
    }

    /// Hands out up to `limit` entries that are due: longest due first, each to one caller at a time, never two with one
    /// link at a time, and no more of one host at a time than [`Options::claims_per_host`]. Where some are left
    /// ([`PendingBatch::are_left`]), or one that ended [waits](EntryEnd::waits), it is worth asking again once one has ended.
    /// An entry that cannot be read is set aside, and ends as a reject.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn pending(&self, now: Timestamp, limit: usize) -> Result<PendingBatch, JournalError> {
        let (batch, unreadable) =
            self.inner.reader.claim(&self.inner.claims, now, limit, self.inner.claims_per_host)?;
        for number in unreadable {
            // Nobody waits for it: where it cannot be done now, it is found again with the next claim.
            self.inner.writer.submit_unawaited(SetAsideEntry { number, at: now });
        }
        Ok(batch)
    }

    /// Hands out up to `limit` pages of published articles that are due to be visited again: longest due first, each to one caller at a
    /// time, one of each host at a time, and none of a host at which an entry waits for its page or has it read: first visits come
    /// first. One that cannot be read is set aside. None is handed out while the journal is
    /// [being reconciled](Self::is_reconciling).
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn revisits_due(&self, now: Timestamp, limit: usize) -> Result<RevisitBatch, JournalError> {
        let (batch, unreadable) = self.inner.reader.claim_revisits(&self.inner.claims, now, limit)?;
        for number in unreadable {
            // Nobody waits for it: where it cannot be done now, it is found again with the next claim.
            self.inner.writer.submit_unawaited(SetAsideRevisit { number });
        }
        Ok(batch)
    }

    /// Commits what a visit found, with the event that comes of it: the article's next revision, if it tells something else or was
    /// withdrawn; its withdrawal, if a second visit finds it gone; mostly none.
    ///
    /// # Errors
    /// As for [`finish`](Self::finish).
    pub async fn finish_revisit(&self, revisit: RevisitCompletion) -> Result<RevisitEnd, JournalError> {
        self.inner.writer.submit(revisit).await.map(|(end, _)| end)
    }

    /// Has visits that are due after `latest` due then.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room; others if the file cannot be written.
    pub async fn limit_revisits(&self, latest: Timestamp) -> Result<(), JournalError> {
        self.inner.writer.submit(RevisitLimit { latest }).await
    }

    /// Notes of some of the events that an older version stored whether they tell their article or story last: the oldest of those of
    /// which that isn't known. Whether there are more. Each call takes milliseconds; until there are none, what is
    /// [asked for](crate::EventFilter) may be incomplete, as [`JournalReader::search_gap`] says.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room; others if the file cannot be written. The call can be made again.
    pub async fn place_events(&self) -> Result<bool, JournalError> {
        Ok(self.inner.writer.submit(Placement).await?.are_left)
    }

    /// Has the search index know all that is in the log now, instead of following it by and by. What it doesn't know is found all the
    /// same, more slowly.
    ///
    /// # Errors
    /// If the index cannot be written, or the log cannot be read.
    pub fn index_all(&self) -> Result<(), JournalError> {
        let Some(index) = &self.inner.index else { return Ok(()) };
        loop {
            match index.step(&self.inner.reader)? {
                IndexStep::Behind | IndexStep::Filling => {}
                IndexStep::Complete => return Ok(()),
            }
        }
    }

    /// Has the index let go some of what it knows of events that are gone.
    pub(crate) fn forget_in_index(&self, after: Sequence) -> Result<Option<Sequence>, JournalError> {
        self.inner.index.as_ref().map_or(Ok(None), |index| index.forget(&self.inner.reader, after))
    }

    /// What the search index holds in bytes.
    pub(crate) fn index_bytes(&self) -> Result<u64, JournalError> {
        self.inner.index.as_ref().map_or(Ok(0), |index| index.used_bytes())
    }

    /// What journal and search index hold in bytes, without the room that they keep for later.
    pub(crate) fn used_bytes(&self) -> Result<u64, JournalError> {
        Ok(self.inner.reader.used_bytes()? + self.index_bytes()?)
    }

    /// Commits a step of the subscription that `feed` has at `link`, and gives it as it is then: `None`, and nothing is
    /// changed, where the feed names another hub by now, or none.
    ///
    /// # Errors
    /// [`JournalError::UnknownFeed`] for a feed that was never configured, [`JournalError::Full`] when there is no room,
    /// others if the file cannot be written.
    pub async fn step_subscription(
        &self,
        feed: FeedId,
        link: HubLink,
        step: SubscriptionStep,
    ) -> Result<Option<Subscription>, JournalError> {
        self.inner.writer.submit(SubscriptionChange { feed, link, step }).await
    }

    /// See [`JournalReader::subscriptions_due`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn subscriptions_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Subscription>, JournalError> {
        self.inner.reader.subscriptions_due(now, limit)
    }

    /// See [`JournalReader::subscription_at`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn subscription_at(&self, token: &str) -> Result<Option<Subscription>, JournalError> {
        self.inner.reader.subscription_at(token)
    }

    /// Takes in what came of a fleet that this journal mirrors. For a journal that nothing else writes to.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room; others if the file cannot be written. The call can be made again.
    pub async fn mirror(&self, update: MirrorUpdate) -> Result<(), JournalError> {
        self.inner.writer.submit(update).await
    }

    /// Notes how far the relay has delivered. Only a copy: losing it loses nothing.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub async fn set_relay_position(&self, position: Sequence) -> Result<(), JournalError> {
        self.inner.writer.submit(PositionChange(position)).await
    }

    /// Has the journal know a sink, and gives its state, with how many events were let go already before where it begins; 0 where it
    /// goes on. What it lacks is kept for it from then on, as [`Retention`](crate::Retention) says.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room, others if the file cannot be written.
    pub async fn open_sink(&self, opening: SinkOpening) -> Result<(SinkState, u64), JournalError> {
        self.inner.writer.submit(opening).await
    }

    /// Has all events from now on say what `envelope` says, and gives that, with what those before say of who made them.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room, others if the file cannot be written.
    pub async fn take_source(&self, envelope: Envelope) -> Result<Envelope, JournalError> {
        if self.reader().source()?.as_deref() != Some(&*envelope.source) {
            self.inner.writer.submit(SourceChange(envelope.source.clone())).await?;
        }
        Ok(Envelope { earlier: self.reader().earlier_sources()?, ..envelope })
    }

    /// Notes that a recording is replayed into the journal `at` this moment of the world outside the recording. Events and stories then
    /// count as no older, since their own times are those of the recording.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room, others if the file cannot be written.
    pub async fn note_replay(&self, at: Timestamp) -> Result<(), JournalError> {
        self.inner.writer.submit(ReplayNote(at)).await
    }

    /// Commits what a sink has done since it last said so.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room, others if the file cannot be written. Nothing is noted then; the same may be
    /// committed again.
    pub async fn step_sink(&self, id: SinkId, progress: SinkProgress) -> Result<(), JournalError> {
        self.inner.writer.submit(SinkStep { id, progress }).await
    }

    /// Has what a sink has given up tried again from `at` on: the event with the id `event`, or all; gives how many they are, and
    /// `None` where there is no such sink.
    ///
    /// # Errors
    /// As for [`step_sink`](Self::step_sink).
    pub async fn redeliver(
        &self,
        id: SinkId,
        event: Option<String>,
        at: Timestamp,
    ) -> Result<Option<u64>, JournalError> {
        self.inner.writer.submit(Redelivery { id, event, at }).await
    }

    /// Enables a sink whose receiver had said that it wants no more. Whether there is such a sink.
    ///
    /// # Errors
    /// As for [`step_sink`](Self::step_sink).
    pub async fn enable_sink(&self, id: SinkId) -> Result<bool, JournalError> {
        self.inner.writer.submit(SinkEnabling(id)).await
    }

    /// Gives an article a label, in place of the one it has, where that is as `condition` says.
    ///
    /// # Errors
    /// [`JournalError::Full`] when there is no room, others if the file cannot be written.
    pub async fn label(
        &self,
        label: ArticleLabel,
        condition: LabelCondition,
    ) -> Result<Result<LabelReceipt, OtherLabel>, JournalError> {
        self.inner.writer.submit(Labelling { label, condition }).await
    }

    /// Takes an article's label away, where that is as `condition` says. Whether it had one.
    ///
    /// # Errors
    /// As for [`label`](Self::label).
    pub async fn remove_label(
        &self,
        article: ArticleId,
        condition: LabelCondition,
    ) -> Result<Result<bool, OtherLabel>, JournalError> {
        self.inner.writer.submit(LabelRemoval { article, condition }).await
    }

    /// Keeps the text of an article that was judged and not published, for whoever looks at it later. Nobody waits for that, and the
    /// last 5,000 are kept.
    pub fn keep_rejected_text(&self, text: RejectedText) {
        self.inner.writer.submit_unawaited(TextKeeping(text));
    }

    /// Keeps a log-in, and forgets those that have ended by `now`.
    ///
    /// # Errors
    /// As for [`label`](Self::label).
    pub async fn keep_session(&self, session: StoredSession, now: Timestamp) -> Result<(), JournalError> {
        self.inner.writer.submit(SessionStart { session, now }).await
    }

    /// Forgets the log-in with this digest.
    ///
    /// # Errors
    /// As for [`label`](Self::label).
    pub async fn end_session(&self, digest: [u8; 32]) -> Result<(), JournalError> {
        self.inner.writer.submit(SessionEnd(digest)).await
    }

    /// Whether the journal was restored from a copy, and what Kafka has of it is not known yet. Until it is, outcomes are held:
    /// entries end, but what they end as gets no place in the log.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_reconciling(&self) -> Result<bool, JournalError> {
        self.inner.reader.is_reconciling()
    }

    /// Takes in events that Kafka has and that a restored journal lacks, the next ones in order; those that it has are passed over.
    /// `next_visit` says when the page of an article is visited next that was published at a moment, if it still is. Gives the last event
    /// that the journal has then.
    ///
    /// # Errors
    /// As for [`finish`](Self::finish).
    pub async fn import_delivered(
        &self,
        events: Vec<CloudEvent>,
        next_visit: impl Fn(Timestamp) -> Option<Timestamp>,
    ) -> Result<Sequence, JournalError> {
        let planned = events.into_iter().map(|event| {
            let visit = next_visit(event.time);
            (event, visit)
        });
        self.inner.writer.submit(DeliveredImport(planned.collect())).await
    }

    /// Ends what a restore began: Kafka has the events up to `position`, and those that were held follow. Of no effect on a journal
    /// that isn't [being reconciled](Self::is_reconciling). Where the journal has no events up to `position`, they count as gone.
    ///
    /// # Errors
    /// As for [`finish`](Self::finish).
    pub async fn reconcile(&self, position: Sequence) -> Result<HeldOutcomes, JournalError> {
        self.inner.writer.submit(Reconciliation { position }).await
    }

    /// The place of the last durable event, as it grows.
    pub fn watch(&self) -> watch::Receiver<Sequence> {
        self.inner.writer.durable()
    }

    /// See [`JournalReader::id`].
    pub fn id(&self) -> &JournalId {
        self.inner.reader.id()
    }

    /// See [`JournalReader::lineage`].
    pub fn lineage(&self) -> &JournalId {
        self.inner.reader.lineage()
    }

    /// See [`JournalReader::feeds`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn feeds(&self) -> Result<Vec<FeedState>, JournalError> {
        self.inner.reader.feeds()
    }

    /// See [`JournalReader::feed`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn feed(&self, id: &FeedId) -> Result<Option<FeedState>, JournalError> {
        self.inner.reader.feed(id)
    }

    /// See [`JournalReader::backlog`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn backlog(&self) -> Result<u64, JournalError> {
        self.inner.reader.backlog()
    }

    /// See [`JournalReader::events_after`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events_after(
        &self,
        after: Sequence,
        limit: usize,
        kind: Option<EventKind>,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        self.inner.reader.events_after(after, limit, kind)
    }

    /// See [`JournalReader::events_within`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events_within(
        &self,
        after: Sequence,
        limit: usize,
        max_bytes: usize,
    ) -> Result<Vec<CloudEvent>, JournalError> {
        self.inner.reader.events_within(after, limit, max_bytes)
    }

    /// See [`JournalReader::last_sequence`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn last_sequence(&self) -> Result<Sequence, JournalError> {
        self.inner.reader.last_sequence()
    }

    /// See [`JournalReader::relay_position`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn relay_position(&self) -> Result<Sequence, JournalError> {
        self.inner.reader.relay_position()
    }

    /// See [`JournalReader::seen_link`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn seen_link(&self, link: &Url) -> Result<Option<SeenLink>, JournalError> {
        self.inner.reader.seen_link(link)
    }

    /// See [`JournalReader::status`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn status(&self) -> Result<JournalStatus, JournalError> {
        self.inner.reader.status()
    }
}
