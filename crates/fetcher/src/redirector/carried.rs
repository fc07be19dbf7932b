//! Targets that stand in a link's id: an address in a Protocol Buffers message, in base64.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use url::Url;

/// Longer ids carry no address that anybody could ask for.
const MAX_ID_BYTES: usize = 8 << 10;

/// Base64 for URLs without padding, whatever its last bits are.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The address that `id` carries: the first field of the message, at its top level, that is one.
pub(super) fn target(id: &str) -> Option<Url> {
    if id.len() > MAX_ID_BYTES {
        return None;
    }
    let message = BASE64.decode(id.trim_end_matches('=')).ok()?;
    MessageFields(&message).find_map(|text| {
        let text = std::str::from_utf8(text).ok()?;
        // What merely begins like one would be some other text.
        let is_address = text.starts_with("https://") || text.starts_with("http://");
        Url::parse(text)
            .ok()
            .filter(|url| is_address && url.has_host() && !text.contains(char::is_whitespace))
    })
}

/// The length-delimited fields of a message, by the Protocol Buffers encoding; it ends at the first thing that is none.
struct MessageFields<'m>(&'m [u8]);

impl<'m> Iterator for MessageFields<'m> {
    type Item = &'m [u8];

    fn next(&mut self) -> Option<&'m [u8]> {
        loop {
            let key = self.varint()?;
            match key & 7 {
                0 => drop(self.varint()?),
                1 => drop(self.bytes(8)?),
                2 => {
                    let length = usize::try_from(self.varint()?).ok()?;
                    return self.bytes(length);
                }
                5 => drop(self.bytes(4)?),
                _ => return None,
            }
        }
    }
}

impl<'m> MessageFields<'m> {
    fn bytes(&mut self, count: usize) -> Option<&'m [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes(1)?.first()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    /// An id as the table's source describes it: a number, the address, and the address of another version.
    fn id(address: &str, other: &str) -> String {
        let mut message = vec![0x08, 0x13, 0x22];
        for (text, key) in [(address, &[][..]), (other, &[0xd2, 0x01][..])] {
            message.extend_from_slice(key);
            let length = text.len();
            if length >= 0x80 {
                message.push((length & 0x7f) as u8 | 0x80);
                message.push((length >> 7) as u8);
            } else {
                message.push(length as u8);
            }
            message.extend_from_slice(text.as_bytes());
        }
        BASE64_URL_SAFE_NO_PAD.encode(message)
    }

    #[test]
    fn the_address_in_an_id_is_found_short_or_long_padded_or_not() {
        let long = format!("https://news.example/{}", "a".repeat(300));
        for address in ["https://news.example/ferry?x=1&y=2", "http://news.example/", &long] {
            for other in ["", "https://news.example/amp/ferry"] {
                let id = id(address, other);
                assert!(id.starts_with("CBMi"), "{id}");
                assert_eq!(target(&id).unwrap().as_str(), address);
                assert_eq!(target(&format!("{id}==")).unwrap().as_str(), address);
            }
        }
    }

    #[test]
    fn an_opaque_id_carries_nothing() {
        for text in ["AU_yqLMopaque", "ftp://news.example/", "https://", "https://news.example/a b", ""] {
            assert_eq!(target(&id(text, "")), None, "{text}");
        }
        for id in ["", "CBMi", "not base64!", "CBMi/+", &"A".repeat(MAX_ID_BYTES + 1)] {
            assert_eq!(target(id), None, "{id}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(message in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = target(&BASE64_URL_SAFE_NO_PAD.encode(message));
        }
    }
}
