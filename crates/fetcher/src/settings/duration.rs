//! Lengths of time in settings: `"30s"`, `"5m"`, `"1h 30m"`, `"PT6H"`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Reads a length of time with its unit; a bare number has none and is refused.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let length = SignedDuration::deserialize(deserializer)?;
    Duration::try_from(length).map_err(|_| D::Error::custom("a length of time cannot be negative"))
}

/// Writes what [`deserialize`] reads.
pub fn serialize<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    SignedDuration::try_from(*length).unwrap_or(SignedDuration::MAX).serialize(serializer)
}
