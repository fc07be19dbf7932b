//! How long something is kept: `"30d"`, `"2w"`, `"36h"`, `"forever"`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::{Deserialize, Deserializer, de::Error};

/// The word for what is never let go.
const FOREVER: &str = "forever";

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepFor {
    /// Always.
    Ever,
    /// For so long.
    Time(Duration),
}

impl KeepFor {
    /// So many days of 24 hours.
    pub const fn days(days: u64) -> Self {
        Self::Time(Duration::from_secs(days * 86_400))
    }

    /// How long, where it ends.
    pub fn limit(self) -> Option<Duration> {
        match self {
            Self::Ever => None,
            Self::Time(time) => Some(time),
        }
    }
}

impl<'de> Deserialize<'de> for KeepFor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim() == FOREVER {
            return Ok(Self::Ever);
        }
        let refused = || {
            D::Error::custom(format!(
                "`{text}`: a length of time is meant, such as 30d, 2w or 36h, or {FOREVER}"
            ))
        };
        let span: Span = text.trim().parse().map_err(|_| refused())?;
        // A month or a year has no length of its own.
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| refused())?;
        Duration::try_from(length).map(Self::Time).map_err(|_| refused())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<KeepFor, String> {
        KeepFor::deserialize(serde_json::Value::from(text)).map_err(|error| error.to_string())
    }

    #[test]
    fn days_and_weeks_are_understood_and_forever() {
        assert_eq!(read("30d"), Ok(KeepFor::days(30)));
        assert_eq!(read("2w"), Ok(KeepFor::days(14)));
        assert_eq!(read("36h"), Ok(KeepFor::Time(Duration::from_secs(36 * 3_600))));
        assert_eq!(read("forever"), Ok(KeepFor::Ever));
    }

    #[test]
    fn what_has_no_length_is_refused_with_what_is_meant() {
        for text in ["", "30", "1y", "-3d", "soon"] {
            let error = read(text).unwrap_err();
            assert!(error.contains("30d") && error.contains("forever"), "{text}: {error}");
        }
    }
}
