//! What only its holders may know.

use std::fmt;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serializer};

/// A password, a token or a key. It can be read from a configuration and used, but it can be neither shown, logged nor
/// serialised: `Debug` doesn't tell it, and there is no `Display` or `Serialize`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Makes `text` a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A secret of 256 random bits, in hexadecimal.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(HEXLOWER.encode(&bytes))
    }

    /// The text itself, for whoever it is meant for.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Writes the text where it has to be kept: for a field of a type that only the journal stores.
    pub(crate) fn store<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_and_used_but_not_shown() {
        let secret: Secret = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(secret.reveal(), "hunter2");
        assert_eq!(format!("{secret:?}"), "Secret");
    }
}
