//! What a hub posts to a callback.

use bytes::Bytes;
use dateline_wire::Subscription;
use http::HeaderMap;

use super::signature::{FIELD, is_signed_with};

/// The content that a hub posted.
#[derive(Debug, Clone)]
pub struct PushContent {
    /// The fields of its request. They are not signed, and only say how to read the body.
    pub headers: HeaderMap,
    /// The body, as received.
    pub body: Bytes,
}

impl PushContent {
    /// Whether it was signed by the hub that knows the secret of `subscription`. What carries several signatures, or one that
    /// is no text, was not.
    pub fn is_signed_for(&self, subscription: &Subscription) -> bool {
        let mut signatures = self.headers.get_all(FIELD).iter();
        let (Some(signature), None) = (signatures.next(), signatures.next()) else { return false };
        match (&subscription.keys, signature.to_str()) {
            (Some(keys), Ok(signature)) => is_signed_with(&keys.secret, signature, &self.body),
            _ => false,
        }
    }
}
