//! Other feeds, rules and settings while the engine runs, and feeds that are asked sooner than planned.

use std::collections::HashMap;
use std::sync::Arc;

use dateline_journal::{JournalError, PollRequest};
use dateline_wire::{FeedId, FeedState};

use super::Intake;
use crate::engine::command::EngineUpdate;
use crate::engine::extraction::Extraction;
use crate::engine::keep_to_intervals;

impl Intake {
    /// Has a feed asked now, as soon as its host's turn allows. One that a poll is under way for is being asked already; what comes of
    /// that decides.
    ///
    /// # Errors
    /// [`JournalError::UnknownFeed`] for a feed that is not polled; others if the journal cannot take it.
    pub(in crate::engine) async fn request_poll(
        &mut self,
        feed: FeedId,
        request: PollRequest,
    ) -> Result<(), JournalError> {
        if !self.feeds.contains_key(&feed) {
            return Err(JournalError::UnknownFeed(feed));
        }
        if !self.busy.contains(&feed) {
            let state = self.world.journal.request_poll(feed, request, self.clock.now()).await?;
            self.schedule(state);
        }
        Ok(())
    }

    /// Goes on with `update`. Feeds that the journal doesn't know are due at once; those that it knows, when they were to be.
    /// A feed that isn't configured any more is not polled again, and what was under way for it ends as it would have.
    ///
    /// # Errors
    /// If the journal cannot take the feeds now; then everything is as it was.
    pub(in crate::engine) async fn reload(&mut self, update: EngineUpdate) -> Result<(), JournalError> {
        let EngineUpdate {
            feeds,
            announcers,
            fetcher,
            subject,
            sites,
            agencies,
            story_tables,
            compares_anew,
            revisit,
            settings,
        } = update;
        let now = self.clock.now();
        let states: Vec<FeedState> = feeds.iter().map(|feed| FeedState::new(feed.published(), now)).collect();
        self.world.journal.configure_feeds(states.clone()).await?;

        self.schedule.set_pause(fetcher.pause_at_host());
        self.know_announcers(announcers);
        self.world.fetcher = fetcher;
        self.world.subject = subject;
        self.world.sites = sites;
        self.world.agencies = agencies;
        if self.world.story_tables.is_some() && story_tables.is_some() {
            self.world.story_tables = story_tables;
        }
        if compares_anew {
            self.commits.set_tables(self.world.comparison_tables());
        }
        self.world.revisit = revisit;
        self.next_visit = now;
        self.extraction = Arc::new(Extraction::new(&self.world, &settings, self.clock));
        self.settings = settings;
        let feeds: HashMap<FeedId, _> =
            feeds.into_iter().map(|feed| (feed.id().clone(), Arc::new(feed))).collect();
        for (id, feed) in std::mem::replace(&mut self.feeds, feeds) {
            match self.feeds.get(&id) {
                None => {
                    self.schedule.remove(&id);
                    self.states.remove(&id);
                    self.former_feeds.insert(id, feed);
                }
                // The journal has forgotten what it stored under the other address.
                Some(now) if now.published().url != feed.published().url => drop(self.states.remove(&id)),
                Some(_) => {}
            }
        }
        let mut waiting: Vec<FeedState> = Vec::new();
        for fresh in states {
            // What is under way for a feed puts it down again when it ends.
            if !self.busy.contains(&fresh.id) {
                let known = self.states.remove(&fresh.id);
                // Where the journal cannot be read now, the feed is asked as one that was never polled.
                let known = known.or_else(|| self.world.journal.feed(&fresh.id).ok().flatten());
                waiting.push(known.unwrap_or(fresh));
            }
        }
        let feeds = &self.feeds;
        let kept =
            keep_to_intervals(&self.world, waiting.iter_mut(), |id| feeds.get(id).map(Arc::as_ref)).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "that feeds are asked sooner from now on was not noted, and holds until the next start");
        }
        waiting.into_iter().for_each(|state| self.schedule(state));
        Ok(())
    }
}
