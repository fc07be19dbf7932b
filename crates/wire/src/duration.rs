//! Lengths of time in settings, read alike wherever they stand: `"30s"`, `"5m"`, `"1h 30m"`, `"7d"`, `"2w"`, `"PT6H"`.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserializer, Serialize, Serializer, de};

/// What a length of time is written as.
pub const EXPECTED: &str = "a duration such as 30s, 5m, 1h 30m, 7d";
/// The longest length of time that a setting may have: a hundred years, so that no sum of moments overflows.
pub const MAX_LENGTH: Duration = Duration::from_secs(876_000 * 3_600);

/// Why a text is no length of time that a setting may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationError {
    /// It is none. A bare number has no unit, a month or a year no length of its own.
    Unreadable,
    /// It is negative, or longer than [`MAX_LENGTH`].
    OutOfBounds,
}

impl fmt::Display for DurationError {
    /// What is expected.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str(EXPECTED),
            Self::OutOfBounds => f.write_str("a duration of 0s to 876000h"),
        }
    }
}

impl std::error::Error for DurationError {}

/// Reads a length of time: numbers with units, of which `d` is 24 hours and `w` seven days; or ISO 8601 (`PT6H`).
///
/// # Errors
/// If it is none, negative, or of more than a hundred years.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    // A span knows days and weeks; a duration also takes what no calendar holds, and says so by its size.
    let length = match text.parse::<Span>() {
        Ok(span) => span.to_duration(SpanRelativeTo::days_are_24_hours()),
        Err(_) => text.parse::<SignedDuration>(),
    };
    let length = Duration::try_from(length.map_err(|_| DurationError::Unreadable)?);
    length.ok().filter(|length| *length <= MAX_LENGTH).ok_or(DurationError::OutOfBounds)
}

/// The length as a setting has it: `9h`, `1h 30m`.
pub fn written(length: Duration) -> String {
    format!("{:#}", SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX))
}

/// Reads what [`parse`] does.
///
/// # Errors
/// As for [`parse`].
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Visitor;

    impl de::Visitor<'_> for Visitor {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(EXPECTED)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
            parse(text).map_err(|error| E::custom(format_args!("`{text}`: expected {error}")))
        }
    }

    deserializer.deserialize_str(Visitor)
}

/// Writes what [`deserialize`] reads.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    SignedDuration::try_from(*length).unwrap_or(SignedDuration::MAX).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_from_nanoseconds_to_weeks_is_read() {
        let second = Duration::from_secs(1);
        for (text, length) in [
            ("0s", Duration::ZERO),
            ("500ms", second / 2),
            ("30s", 30 * second),
            ("1h 30m", 5_400 * second),
            ("1.5h", 5_400 * second),
            (" 7d ", 604_800 * second),
            ("2w", 1_209_600 * second),
            ("1d 12h", 129_600 * second),
            ("PT6H", 21_600 * second),
            ("P1D", 86_400 * second),
            ("876000h", MAX_LENGTH),
        ] {
            assert_eq!(parse(text), Ok(length), "{text}");
        }
    }

    #[test]
    fn what_has_no_length_and_what_no_moment_can_be_reached_by_is_refused() {
        for text in ["", "30", "1y", "2mo", "soon", "h", "99999999999999d", "\u{1b}5s"] {
            assert_eq!(parse(text), Err(DurationError::Unreadable), "{text}");
        }
        for text in ["-3d", "-1s", "876001h", "36501d", "99999999999999h"] {
            assert_eq!(parse(text), Err(DurationError::OutOfBounds), "{text}");
        }
    }

    #[test]
    fn a_length_is_written_as_people_read_it() {
        for (seconds, text) in [(32_400, "9h"), (90, "1m 30s"), (0, "0s"), (21_600, "6h")] {
            assert_eq!(written(Duration::from_secs(seconds)), text);
        }
    }
}
