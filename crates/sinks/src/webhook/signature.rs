//! The signature of an event, as Standard Webhooks 1.0 have it (the specification of that name, "Signature scheme").

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// What a secret begins with, so that it is known for what it is.
const PREFIX: &str = "whsec_";
/// How many bytes a key has, by the specification: 24 to 64.
const MIN_KEY_BYTES: usize = 24;
const MAX_KEY_BYTES: usize = 64;

/// The keys that a webhook signs with: one, or, while it is being changed, the new and the old.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeys(Vec<Vec<u8>>);

/// Why a text is no secret of a webhook. It doesn't show the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SigningKeyError {
    /// There is none.
    #[error("the secret is empty")]
    Empty,
    /// It doesn't begin as secrets do.
    #[error("the secret does not begin with whsec_")]
    Prefix,
    /// What follows is no base64.
    #[error("what follows whsec_ is no base64")]
    Base64,
    /// The key has too few bytes, or too many.
    #[error("the key has {0} bytes, and needs 24 to 64")]
    Length(usize),
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} signing keys", self.0.len())
    }
}

impl SigningKeys {
    /// Reads secrets, separated by white space: `whsec_`, then the key in base64.
    ///
    /// # Errors
    /// What is wrong with the first that is none.
    pub fn parse(text: &str) -> Result<Self, SigningKeyError> {
        let keys = text.split_whitespace().map(key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(SigningKeyError::Empty) } else { Ok(Self(keys)) }
    }

    /// The value of `webhook-signature` for what is sent under `id` at `timestamp` (seconds since 1970): a signature with each key.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signatures = self.0.iter().map(|key| {
            // An HMAC takes keys of any length.
            let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).map(|mac| {
                mac.chain_update(id)
                    .chain_update(".")
                    .chain_update(timestamp.to_string())
                    .chain_update(".")
                    .chain_update(body)
                    .finalize()
                    .into_bytes()
            });
            format!("v1,{}", mac.map(|mac| BASE64_STANDARD.encode(mac)).unwrap_or_default())
        });
        signatures.collect::<Vec<_>>().join(" ")
    }
}

fn key(text: &str) -> Result<Vec<u8>, SigningKeyError> {
    let encoded = text.strip_prefix(PREFIX).ok_or(SigningKeyError::Prefix)?;
    let key = BASE64_STANDARD.decode(encoded).map_err(|_| SigningKeyError::Base64)?;
    match key.len() {
        MIN_KEY_BYTES..=MAX_KEY_BYTES => Ok(key),
        length => Err(SigningKeyError::Length(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the 32 bytes 0 to 31, and of 24 bytes 7.
    const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const OTHER: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";

    #[test]
    fn a_signature_is_the_one_that_the_specifications_own_library_makes() {
        // By `Webhook(SECRET).sign("0123.1", datetime.fromtimestamp(1774000000), '{"a":1}')` of standardwebhooks 1.1.0 for Python.
        let keys = SigningKeys::parse(SECRET).unwrap();
        assert_eq!(keys.sign("0123.1", 1_774_000_000, br#"{"a":1}"#), EXPECTED);
    }

    const EXPECTED: &str = "v1,sFQw7Z5sQUrAU33xT0UtIrmwuF/QsYrQGnYGYUje3X4=";

    #[test]
    fn while_a_key_is_changed_both_sign() {
        let keys = SigningKeys::parse(&format!("{OTHER}\n{SECRET}\n")).unwrap();
        let signed = keys.sign("0123.1", 1_774_000_000, br#"{"a":1}"#);
        let signatures: Vec<&str> = signed.split(' ').collect();
        assert_eq!((signatures.len(), signatures[1]), (2, EXPECTED));
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_shown() {
        for (text, error) in [
            (" ", SigningKeyError::Empty),
            ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", SigningKeyError::Prefix),
            ("whsec_???", SigningKeyError::Base64),
            ("whsec_AAEC", SigningKeyError::Length(3)),
        ] {
            assert_eq!(SigningKeys::parse(text), Err(error), "{text}");
        }
        assert_eq!(format!("{:?}", SigningKeys::parse(SECRET).unwrap()), "1 signing keys");
    }
}
