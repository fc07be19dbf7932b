//! Asking a hub to push a feed (WebSub, section 5.1).

use std::time::Duration;

use dateline_wire::{HttpStatus, Subscription, SubscriptionKeys};
use http::HeaderMap;
use jiff::Timestamp;
use url::{Url, form_urlencoded};

use crate::{
    Fetcher, Hop,
    client::{RequestFailure, shown},
    transport::{Form, Purpose},
};

/// How much is kept of what a hub says about a refusal.
const MAX_REASON_CHARS: usize = 200;

/// Why a hub was not asked, or does not take the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// Its host is to be left alone; nothing was asked.
    #[error("the hub's host is to be left alone until {until}")]
    Resting {
        /// When its turn may come.
        until: Timestamp,
    },
    /// It says no.
    #[error("{hub} answers {status}{}{said}", if .said.is_empty() { "" } else { ": " })]
    Status {
        /// The hub, without credentials.
        hub: String,
        /// The status.
        status: HttpStatus,
        /// What it says for people.
        said: String,
    },
    /// No answer came, or its redirects lead nowhere.
    #[error("{hub}: {why}")]
    NoAnswer {
        /// The hub, without credentials.
        hub: String,
        /// What happened.
        why: String,
    },
}

/// What a hub says about a refusal, as far as it may be shown: hubs are known to repeat what they were sent.
fn reason_in(body: &[u8], keys: &SubscriptionKeys) -> String {
    /// Long enough that no key is cut in two within what is kept.
    const MAX_READ_BYTES: usize = 8 * MAX_REASON_CHARS;
    let said = String::from_utf8_lossy(&body[..body.len().min(MAX_READ_BYTES)]);
    let said = said.replace(keys.secret.reveal(), "…").replace(keys.token.reveal(), "…");
    said.trim().chars().filter(|letter| !letter.is_control()).take(MAX_REASON_CHARS).collect()
}

impl Fetcher {
    /// Asks the hub of `subscription` to push its topic to the callback under `base` that its `keys` make, for `lease`. The
    /// hub takes the request (202); whether it grants it, it tells at the callback. Redirects by 307 and 308 are followed
    /// (section 5.1.2), to public addresses only, in turn at each host.
    ///
    /// # Errors
    /// If the hub could not be asked or says no.
    pub async fn subscribe(
        &self,
        subscription: &Subscription,
        keys: &SubscriptionKeys,
        base: &Url,
        lease: Duration,
    ) -> Result<(), SubscribeError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("hub.callback", &format!("{base}{}", keys.token.reveal()))
            .append_pair("hub.mode", "subscribe")
            .append_pair("hub.topic", subscription.link.topic.as_str())
            .append_pair("hub.lease_seconds", &lease.as_secs().to_string())
            .append_pair("hub.secret", keys.secret.reveal())
            .finish();
        let form = Form(form.into());
        let mut hub = subscription.link.hub.clone();
        let mut hops: Vec<Hop> = Vec::new();
        loop {
            let no_answer = |failure: RequestFailure| match failure {
                RequestFailure::Resting { until } => SubscribeError::Resting { until },
                other => SubscribeError::NoAnswer { hub: shown(&hub), why: other.to_string() },
            };
            let response = self
                .client
                .exchange(&hub, Purpose::Hub, HeaderMap::new(), Some(form.clone()))
                .await
                .map_err(no_answer)?;
            match response.status {
                200..=299 => return Ok(()),
                307 | 308 => {}
                status => {
                    let said = reason_in(&response.body, keys);
                    return Err(SubscribeError::Status {
                        hub: shown(&hub),
                        status: HttpStatus(status),
                        said,
                    });
                }
            }
            if let Some(step) = self.client.redirect(&hub, &response, &hops) {
                let (hop, target) = step.map_err(no_answer)?;
                // The secret stays where it is safe.
                if hub.scheme() == "https" && target.scheme() != "https" {
                    let why = "it redirects to a hub without TLS".to_owned();
                    return Err(SubscribeError::NoAnswer { hub: shown(&hub), why });
                }
                hops.push(hop);
                hub = target;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::websub::new_keys;

    #[test]
    fn a_hub_that_repeats_what_it_was_sent_is_quoted_without_the_keys() {
        let keys = new_keys();
        let (token, secret) = (keys.token.reveal(), keys.secret.reveal());
        let body = format!("bad\nrequest: callback=/{token}&hub.secret={secret}{}", "x".repeat(500));
        let said = reason_in(body.as_bytes(), &keys);
        assert!(said.starts_with("badrequest: callback=/…&hub.secret=…xxx"), "{said}");
        assert_eq!(said.chars().count(), MAX_REASON_CHARS);
    }
}
