//! The keys of a subscription: what makes its callback unguessable, and what its hub signs with (WebSub, section 5.1).

use dateline_wire::{Secret, SubscriptionKeys};

/// New keys, from the system's randomness.
pub fn new_keys() -> SubscriptionKeys {
    SubscriptionKeys {
        token: Secret::from_random(rand::random()),
        secret: Secret::from_random(rand::random()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_new_each_time() {
        let (one, other) = (new_keys(), new_keys());
        assert_ne!(one.token, other.token);
        assert_ne!(one.secret, other.secret);
        assert_ne!(one.token, one.secret);
    }
}
