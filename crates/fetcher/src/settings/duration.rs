//! Lengths of time in settings: `"30s"`, `"5m"`, `"1h 30m"`, `"PT6H"`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// The longest length of time that a setting may have: a hundred years, so that no sum of moments overflows.
const MAX_LENGTH: Duration = Duration::from_secs(876_000 * 3_600);

/// Reads a length of time with its unit; a bare number has none and is refused, as is one
/// of more than 100 years.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let length = SignedDuration::deserialize(deserializer)?;
    let length =
        Duration::try_from(length).map_err(|_| D::Error::custom("a length of time cannot be negative"))?;
    if length > MAX_LENGTH {
        return Err(D::Error::custom("a length of time has 876000h (100 years) at most"));
    }
    Ok(length)
}

/// Writes what [`deserialize`] reads.
pub fn serialize<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    SignedDuration::try_from(*length).unwrap_or(SignedDuration::MAX).serialize(serializer)
}
