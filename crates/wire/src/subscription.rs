//! Subscriptions at WebSub hubs (W3C WebSub, 2018), as the journal keeps them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{FeedId, Secret};

/// Who pushes a feed, and under which name (WebSub, section 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubLink {
    /// The hub (`rel="hub"`).
    pub hub: Url,
    /// The feed as its hub knows it (`rel="self"`).
    pub topic: Url,
}

/// What a poll or a push says about a feed's subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HubNews {
    /// Nothing: the feed was not read, or not to its end.
    #[default]
    Nothing,
    /// The feed names a hub.
    Announced(HubLink),
    /// The feed names no hub.
    Withdrawn,
    /// The hub pushed.
    Pushed,
}

/// What a subscription is protected by. The journal stores both, since a lease outlives the daemon; its file is its owner's alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionKeys {
    /// The last step of the callback's path, which only the hub is told.
    #[serde(serialize_with = "Secret::store")]
    pub token: Secret,
    /// What the hub signs with.
    #[serde(serialize_with = "Secret::store")]
    pub secret: Secret,
}

/// A feed's subscription at its hub. One JSON value in the journal; fields join with a serde default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The feed.
    pub feed: FeedId,
    /// Who pushes it.
    pub link: HubLink,
    /// Its keys; none until the hub is asked for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<SubscriptionKeys>,
    /// Until when the hub pushes, as it granted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_end: Option<Timestamp>,
    /// When to ask the hub: for the first time, again, or for a further lease.
    pub due: Timestamp,
    /// How often the hub was asked since it last granted something.
    #[serde(default)]
    pub requests: u32,
    /// Why it is not granted, if the hub said why or could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When the hub last pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_push: Option<Timestamp>,
}

/// Something that happens to a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscriptionStep {
    /// The hub is about to be asked; without an answer it is asked again when `due`.
    Asked {
        /// The keys that it is told.
        keys: SubscriptionKeys,
        /// When to ask again.
        due: Timestamp,
    },
    /// The hub could not be asked, or said no to the request.
    Failed {
        /// Why.
        reason: String,
    },
    /// The hub's host is to be left alone; nothing was asked.
    PutOff {
        /// When to ask.
        due: Timestamp,
    },
    /// The hub granted a lease, and asked whether we want it.
    Granted {
        /// When it ends.
        lease_end: Timestamp,
        /// When to ask for the next one.
        due: Timestamp,
    },
    /// The hub denied the subscription, or ended it.
    Denied {
        /// Why.
        reason: String,
        /// When to ask again.
        due: Timestamp,
    },
}

impl Subscription {
    /// A subscription to be asked for at `due`.
    pub fn new(feed: FeedId, link: HubLink, due: Timestamp) -> Self {
        Self { feed, link, keys: None, lease_end: None, due, requests: 0, last_error: None, last_push: None }
    }

    /// What it is after `step`.
    #[must_use]
    pub fn after(mut self, step: &SubscriptionStep) -> Self {
        match step.clone() {
            SubscriptionStep::Asked { keys, due } => {
                self.keys = Some(keys);
                self.due = due;
                self.requests = self.requests.saturating_add(1);
            }
            SubscriptionStep::Failed { reason } => self.last_error = Some(reason),
            SubscriptionStep::PutOff { due } => {
                self.requests = self.requests.saturating_sub(1);
                self.due = due;
            }
            SubscriptionStep::Granted { lease_end, due } => {
                self.lease_end = Some(lease_end);
                self.due = due;
                self.requests = 0;
                self.last_error = None;
            }
            SubscriptionStep::Denied { reason, due } => {
                self.lease_end = None;
                self.due = due;
                self.last_error = Some(reason);
            }
        }
        self
    }

    /// Whether the hub has promised to push at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.lease_end.is_some_and(|end| end > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription() -> Subscription {
        let url: Url = "https://news.example/rss".parse().unwrap();
        let link = HubLink { hub: "https://hub.example/".parse().unwrap(), topic: url.clone() };
        Subscription::new(FeedId::of(&url), link, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn keys_are_stored_and_never_shown() {
        let keys = SubscriptionKeys {
            token: Secret::from_random([0xab; 32]),
            secret: Secret::from_random([0xcd; 32]),
        };
        let asked = subscription().after(&SubscriptionStep::Asked { keys, due: Timestamp::UNIX_EPOCH });
        let shown = format!("{asked:?}");
        assert!(!shown.contains("abab") && !shown.contains("cdcd"), "{shown}");
        let stored = serde_json::to_string(&asked).unwrap();
        assert_eq!(serde_json::from_str::<Subscription>(&stored).unwrap(), asked);
    }

    #[test]
    fn a_grant_clears_what_went_wrong_and_a_denial_ends_the_lease() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let failed = subscription().after(&SubscriptionStep::Failed { reason: "status 500".into() });
        let granted = failed.after(&SubscriptionStep::Granted { lease_end: at(100), due: at(75) });
        assert_eq!((granted.last_error.as_ref(), granted.requests), (None, 0));
        assert!(granted.is_live(at(99)) && !granted.is_live(at(100)));
        let denied = granted.after(&SubscriptionStep::Denied { reason: "no".into(), due: at(90) });
        assert!(!denied.is_live(at(50)));
    }
}
