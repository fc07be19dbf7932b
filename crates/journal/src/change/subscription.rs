//! Subscriptions at hubs: who pushes a feed, as its polls tell, and how far asking for it has come.

use dateline_wire::{FeedId, HubLink, HubNews, Subscription, SubscriptionStep};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::set_aside::set_subscription_aside;
use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

/// A step of a feed's subscription, if that is still the one at `link`.
pub(crate) struct SubscriptionChange {
    pub(crate) feed: FeedId,
    pub(crate) link: HubLink,
    pub(crate) step: SubscriptionStep,
}

impl Change for SubscriptionChange {
    /// The subscription after the step; `None` where the feed names another hub by now.
    type Done = Option<Subscription>;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let feed = ledger.feed_number(&self.feed)?;
        match stored(ledger, feed)? {
            Some(known) if known.link == self.link => {
                let stepped = known.after(&self.step);
                store(ledger, feed, &stepped)?;
                Ok(Some(stepped))
            }
            _ => Ok(None),
        }
    }
}

/// Takes in what a poll or a push says about the subscription of `feed`.
pub(super) fn take_news(
    ledger: &Ledger<'_>,
    (number, feed): (i64, &FeedId),
    news: &HubNews,
    at: Timestamp,
) -> Result<(), JournalError> {
    match news {
        HubNews::Nothing => {}
        HubNews::Announced(link) => {
            if stored(ledger, number)?.is_none_or(|known| known.link != *link) {
                store(ledger, number, &Subscription::new(feed.clone(), link.clone(), at))?;
            }
        }
        HubNews::Withdrawn => {
            ledger
                .connection
                .prepare_cached("DELETE FROM subscriptions WHERE feed = ?1")?
                .execute([number])?;
        }
        HubNews::Pushed => {
            if let Some(known) = stored(ledger, number)? {
                store(ledger, number, &Subscription { last_push: Some(at), ..known })?;
            }
        }
    }
    Ok(())
}

fn stored(ledger: &Ledger<'_>, feed: i64) -> Result<Option<Subscription>, JournalError> {
    let state: Option<String> = ledger
        .connection
        .prepare_cached("SELECT state FROM subscriptions WHERE feed = ?1")?
        .query_row([feed], |row| row.get(0))
        .optional()?;
    let Some(state) = state else { return Ok(None) };
    match serde_json::from_str(&state) {
        Ok(subscription) => Ok(Some(subscription)),
        Err(error) => set_subscription_aside(ledger, feed, &error.to_string()).map(|()| None),
    }
}

fn store(ledger: &Ledger<'_>, feed: i64, subscription: &Subscription) -> Result<(), JournalError> {
    let state = serde_json::to_string(subscription)
        .map_err(JournalError::json("a subscription could not be written as JSON"))?;
    let token = subscription.keys.as_ref().map(|keys| keys.token.reveal());
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO subscriptions (feed, due, token, state) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (feed) DO UPDATE SET due = ?2, token = ?3, state = ?4",
        )?
        .execute(params![feed, subscription.due.as_microsecond(), token, state])?;
    Ok(())
}
