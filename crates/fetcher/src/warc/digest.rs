//! Digests as they stand in record headers: `sha1:` and the hash in base 32, by the custom of the field.

use data_encoding::{BASE32, HEXLOWER_PERMISSIVE};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// The labelled SHA-1 of `bytes`, which every WARC tool knows how to check. It guards against damage, not against malice.
pub(crate) fn sha1_of(bytes: &[u8]) -> String {
    format!("sha1:{}", BASE32.encode(&Sha1::digest(bytes)))
}

/// Whether `bytes` have the labelled digest: SHA-1 or SHA-256, in base 32 or hexadecimal. `None` for any other, which can't
/// be checked here.
pub(crate) fn matches(label: &str, bytes: &[u8]) -> Option<bool> {
    let (algorithm, value) = label.split_once(':')?;
    let stated = decode(value.trim())?;
    match algorithm.trim().to_ascii_lowercase().as_str() {
        "sha1" | "sha-1" => Some(stated == Sha1::digest(bytes)[..]),
        "sha256" | "sha-256" => Some(stated == Sha256::digest(bytes)[..]),
        _ => None,
    }
}

/// A hash of 20 or 32 bytes in hexadecimal (40 or 64 digits) or base 32 (32 or, padded, 56).
fn decode(value: &str) -> Option<Vec<u8>> {
    match value.len() {
        40 | 64 => HEXLOWER_PERMISSIVE.decode(value.as_bytes()).ok(),
        _ => BASE32.decode(value.to_ascii_uppercase().as_bytes()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_matches_its_bytes_and_no_others() {
        let label = sha1_of(b"a page");
        assert_eq!(matches(&label, b"a page"), Some(true));
        assert_eq!(matches(&label, b"a pagf"), Some(false));
    }

    #[test]
    fn the_empty_block_has_the_digest_that_other_tools_write() {
        assert_eq!(sha1_of(b""), "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
        let hexadecimal = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(matches(hexadecimal, b""), Some(true));
    }

    #[test]
    fn an_unknown_algorithm_proves_nothing() {
        assert_eq!(matches("md5:d41d8cd98f00b204e9800998ecf8427e", b""), None);
        assert_eq!(matches("nonsense", b""), None);
    }
}
