//! Whether a push was signed by the hub that knows the secret (WebSub, section 7.1).

use data_encoding::HEXLOWER_PERMISSIVE;
use dateline_wire::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// The field that carries the signature.
pub(super) const FIELD: &str = "x-hub-signature";

/// Whether `signature`, the value of `X-Hub-Signature`, is that of exactly `body` under `secret`, by one of the four methods
/// that the recommendation names. SHA-1 is among them and is what most hubs sign with; as an HMAC it still holds.
///
/// The comparison takes the same time wherever the first difference is.
pub fn is_signed_with(secret: &Secret, signature: &str, body: &[u8]) -> bool {
    let Some((method, digits)) = signature.trim().split_once('=') else { return false };
    let Ok(given) = HEXLOWER_PERMISSIVE.decode(digits.as_bytes()) else { return false };
    let key = secret.reveal().as_bytes();
    match method.to_ascii_lowercase().as_str() {
        "sha1" => verifies::<Hmac<Sha1>>(key, body, &given),
        "sha256" => verifies::<Hmac<Sha256>>(key, body, &given),
        "sha384" => verifies::<Hmac<Sha384>>(key, body, &given),
        "sha512" => verifies::<Hmac<Sha512>>(key, body, &given),
        _ => false,
    }
}

fn verifies<M: Mac + KeyInit>(key: &[u8], body: &[u8], given: &[u8]) -> bool {
    // An HMAC takes keys of any length.
    <M as KeyInit>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(body).verify_slice(given).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The HMACs of this body under the secret of 32 bytes 0x07, computed with Python's `hmac`.
    const BODY: &[u8] = b"<rss version='2.0'/>";

    fn secret() -> Secret {
        Secret::from_random([7; 32])
    }

    const SIGNATURES: [&str; 4] = [
        "sha1=f3b515aedf6aa85e2ffbe19f77196e4a430ee425",
        "sha256=8b0e6c06111e5d90186ea891c9ef0c1a4129a45f8ec98e96e5e6fe0dcbbfb99b",
        "sha384=560bf1c77eeb12e91acb684e9abffbb48091f516604106e2b0c3974baa4ce419d10e1a00d23c206d39618d0e4994b99b",
        "sha512=6a8b731aabde1c57fff4cd88bb1b52396c0f9010dad19b5ad561aa31151ae42b0cacc84e8daad8cb1a658889f4db2847cbd578a8c808fbfc8039bf86a64c5e0f",
    ];

    #[test]
    fn all_four_methods_are_understood() {
        for signature in SIGNATURES {
            assert!(is_signed_with(&secret(), signature, BODY), "{signature}");
            assert!(is_signed_with(&secret(), &signature.to_uppercase(), BODY), "{signature}");
        }
    }

    #[test]
    fn one_bit_of_body_secret_or_signature_makes_it_another() {
        for signature in SIGNATURES {
            assert!(!is_signed_with(&secret(), signature, b"<rss version='2.1'/>"));
            assert!(!is_signed_with(&Secret::from_random([6; 32]), signature, BODY));
            let last = if signature.ends_with('0') { "1" } else { "0" };
            let other = format!("{}{last}", &signature[..signature.len() - 1]);
            assert!(!is_signed_with(&secret(), &other, BODY));
        }
    }

    #[test]
    fn what_is_no_signature_signs_nothing() {
        let cut = &SIGNATURES[1][..39];
        for signature in ["", "sha1", "sha1=", "md5=00", "=", "sha256=zz", cut] {
            assert!(!is_signed_with(&secret(), signature, BODY), "{signature}");
        }
    }
}
