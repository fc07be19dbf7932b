//! The question that a hub asks back, and its answer (WebSub, sections 5.2 and 5.3).

use dateline_wire::{Subscription, SubscriptionStep};
use jiff::Timestamp;
use url::form_urlencoded;

use super::{
    settings::WebSubSettings,
    terms::{LONGEST_PAUSE, later, lease},
};

/// How much is kept of what a hub says about a denial.
const LONGEST_REASON: usize = 200;

/// What a hub tells with a GET of the callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HubMessage {
    /// It will push `topic`, if we meant to ask for that.
    Subscribe {
        /// What it will push.
        topic: String,
        /// What to answer.
        challenge: String,
        /// For how many seconds, if it says so.
        lease_seconds: Option<u64>,
    },
    /// It will not push `topic` any more, if we meant to ask for that.
    Unsubscribe {
        /// What it will not push.
        topic: String,
    },
    /// It will not push `topic`, whatever was asked for.
    Denied {
        /// What it will not push.
        topic: String,
        /// Why, if it says so.
        reason: Option<String>,
    },
}

/// What a hub is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HubReply {
    /// 200 with this text, once the step is committed.
    Confirm(String, SubscriptionStep),
    /// 200, once the step is committed.
    Note(SubscriptionStep),
    /// 404: that is not wanted.
    Refuse,
}

impl HubMessage {
    /// What `query`, the query of the request, says; `None` if that is nothing a hub says.
    pub fn read(query: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let topic = field("hub.topic")?;
        match field("hub.mode")?.as_str() {
            "subscribe" => Some(Self::Subscribe {
                topic,
                challenge: field("hub.challenge")?,
                lease_seconds: field("hub.lease_seconds").and_then(|seconds| seconds.parse().ok()),
            }),
            "unsubscribe" => Some(Self::Unsubscribe { topic }),
            "denied" => Some(Self::Denied { topic, reason: field("hub.reason") }),
            _ => None,
        }
    }

    /// What to answer about `subscription`, the one that the callback belongs to. Only what was asked for is confirmed; that
    /// a subscription end is never asked for: it is left to run out.
    pub fn reply(&self, subscription: &Subscription, settings: &WebSubSettings, now: Timestamp) -> HubReply {
        let ours = |topic: &str| topic == subscription.link.topic.as_str();
        match self {
            Self::Subscribe { topic, challenge, lease_seconds } if ours(topic) => {
                let token = subscription.keys.as_ref().map_or("", |keys| keys.token.reveal());
                let (lease_end, due) = lease(settings, *lease_seconds, token, now);
                HubReply::Confirm(challenge.clone(), SubscriptionStep::Granted { lease_end, due })
            }
            Self::Denied { topic, reason } if ours(topic) => {
                let mut reason = reason
                    .as_deref()
                    .map_or("the hub denied it".to_owned(), |reason| format!("the hub denied it: {reason}"));
                reason.retain(|letter| !letter.is_control());
                reason = reason.chars().take(LONGEST_REASON).collect();
                HubReply::Note(SubscriptionStep::Denied { reason, due: later(now, LONGEST_PAUSE) })
            }
            _ => HubReply::Refuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::{FeedId, HubLink};
    use url::Url;

    use super::*;

    const TOPIC: &str = "https://news.example/rss?a=1&b=2";

    fn reply(mode: &str, topic: &str, more: &str) -> Option<HubReply> {
        let topic: String = form_urlencoded::byte_serialize(topic.as_bytes()).collect();
        let intent = HubMessage::read(&format!("hub.mode={mode}&hub.topic={topic}&{more}"))?;
        let url = Url::parse(TOPIC).unwrap();
        let link = HubLink { hub: "https://hub.example/".parse().unwrap(), topic: url.clone() };
        let subscription = Subscription::new(FeedId::of(&url), link, Timestamp::UNIX_EPOCH);
        Some(intent.reply(&subscription, &WebSubSettings::default(), Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn a_topic_that_was_asked_for_is_confirmed_with_the_challenge_and_the_lease() {
        let more = "hub.challenge=a%20b%3C&hub.lease_seconds=86400";
        let Some(HubReply::Confirm(challenge, SubscriptionStep::Granted { lease_end, due })) =
            reply("subscribe", TOPIC, more)
        else {
            panic!("not confirmed")
        };
        assert_eq!((challenge.as_str(), lease_end.as_second()), ("a b<", 86_400));
        assert!(due < lease_end);
    }

    #[test]
    fn another_topic_and_an_end_that_nobody_asked_for_are_refused() {
        assert_eq!(reply("subscribe", "https://news.example/rss", "hub.challenge=a"), Some(HubReply::Refuse));
        assert_eq!(reply("unsubscribe", TOPIC, "hub.challenge=a"), Some(HubReply::Refuse));
        assert_eq!(reply("denied", "https://other.example/", ""), Some(HubReply::Refuse));
        assert_eq!(reply("subscribe", TOPIC, ""), None, "no challenge");
        assert_eq!(reply("publish", TOPIC, "hub.challenge=a"), None);
    }

    #[test]
    fn a_denial_is_noted_with_its_reason_and_asked_about_again_a_day_later() {
        let long = format!("hub.reason=full%0A{}", "x".repeat(500));
        let Some(HubReply::Note(SubscriptionStep::Denied { reason, due })) = reply("denied", TOPIC, &long)
        else {
            panic!("not noted")
        };
        assert!(reason.starts_with("the hub denied it: fullxxx") && reason.len() == LONGEST_REASON);
        assert_eq!(due.as_second(), 24 * 3600);
    }
}
