//! How long something is kept: `"30d"`, `"2w"`, `"36h"`, `"forever"`.

use std::fmt;
use std::time::Duration;

use dateline_wire::duration;
use serde::{Deserialize, Deserializer, de};

/// The word for what is never let go.
const FOREVER: &str = "forever";
/// The shortest time that something is kept: whoever writes 0 may mean the contrary.
const SHORTEST: Duration = Duration::from_secs(3_600);
/// What is written.
const EXPECTED: &str = "a duration of 1h or more, such as 36h, 30d or 2w; or forever";

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
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = KeepFor;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<KeepFor, E> {
                if text.trim() == FOREVER {
                    return Ok(KeepFor::Ever);
                }
                match duration::parse(text) {
                    Ok(length) if length >= SHORTEST => Ok(KeepFor::Time(length)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_str(Visitor)
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
        for text in ["", "30", "1y", "-3d", "soon", "0s", "59m", "99999999999999h"] {
            let error = read(text).unwrap_err();
            assert!(error.contains("30d") && error.contains("forever"), "{text}: {error}");
        }
    }
}
