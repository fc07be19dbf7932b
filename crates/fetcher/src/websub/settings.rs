//! The `[websub]` table of the configuration, with its defaults.

use std::time::Duration;

use dateline_wire::duration;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::FetchSettingsError;

/// The `[websub]` table: whether and how feeds are subscribed to at their hubs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebSubSettings {
    /// Where hubs reach this daemon, e.g. `https://dateline.example/websub`. Nothing is subscribed to while it is empty.
    pub callback: String,
    /// The lease that hubs are asked for; they may grant another.
    #[serde(with = "duration")]
    pub lease: Duration,
    /// No hub is asked more often about one feed.
    #[serde(with = "duration")]
    pub min_interval: Duration,
}

impl Default for WebSubSettings {
    fn default() -> Self {
        Self {
            callback: String::new(),
            // What the recommendation calls a good default (section 8.2).
            lease: Duration::from_secs(10 * 24 * 3600),
            min_interval: Duration::from_secs(5 * 60),
        }
    }
}

impl WebSubSettings {
    /// The address under which every callback lies; `None` while there is to be none.
    ///
    /// # Errors
    /// If `callback` is something that callbacks can't lie under.
    pub fn callback_base(&self) -> Result<Option<Url>, FetchSettingsError> {
        if self.callback.is_empty() {
            return Ok(None);
        }
        let wrong = |why: &str| FetchSettingsError::Callback { why: why.to_owned() };
        let mut url = Url::parse(&self.callback).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(wrong("it is no http or https URL"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("hubs would be told its user name and password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has a query or a fragment"));
        }
        let folder = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&folder);
        Ok(Some(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(callback: &str) -> Result<Option<String>, String> {
        let settings = WebSubSettings { callback: callback.to_owned(), ..WebSubSettings::default() };
        let base = settings.callback_base().map_err(|error| error.to_string())?;
        Ok(base.map(String::from))
    }

    #[test]
    fn callbacks_lie_under_the_configured_address() {
        assert_eq!(base(""), Ok(None));
        let lies_under = Ok(Some("https://dateline.example/websub/".to_owned()));
        assert_eq!(base("https://dateline.example/websub"), lies_under);
        assert_eq!(base("https://dateline.example/websub/"), lies_under);
        assert_eq!(
            base("http://dateline.example:8080"),
            Ok(Some("http://dateline.example:8080/".to_owned()))
        );
    }

    #[test]
    fn what_no_hub_could_reach_or_should_know_is_refused_with_the_reason() {
        for (callback, says) in [
            ("dateline.example/websub", "relative URL"),
            ("ftp://dateline.example/", "no http"),
            ("https://me:pass@dateline.example/", "password"),
            ("https://dateline.example/?feed=1", "query"),
        ] {
            let error = base(callback).unwrap_err();
            assert!(error.contains("`callback` in [websub]") && error.contains(says), "{callback}: {error}");
        }
    }
}
