//! What an answer says of itself in a number.

use std::fmt;

use http::StatusCode;

/// The status of an HTTP answer (RFC 9110, section 15), told with its words where it has any: `404 Not Found`, `499`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpStatus(pub u16);

impl HttpStatus {
    /// Gone for good (section 15.5.11).
    pub const GONE: Self = Self(410);

    /// The words that the registry of statuses has for it.
    pub fn words(self) -> Option<&'static str> {
        StatusCode::from_u16(self.0).ok()?.canonical_reason()
    }
}

impl fmt::Display for HttpStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.words().map_or(Ok(()), |words| write!(f, " {words}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_with_its_words() {
        assert_eq!(HttpStatus(404).to_string(), "404 Not Found");
        assert_eq!(HttpStatus::GONE.to_string(), "410 Gone");
        for unknown in [0, 299, 499, 999, 1000] {
            assert_eq!(HttpStatus(unknown).to_string(), unknown.to_string());
        }
    }
}
