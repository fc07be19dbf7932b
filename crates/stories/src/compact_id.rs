//! Ids as they are kept in memory by the million.

use std::borrow::Cow;

/// An id; one of 32 lower-case hexadecimal digits, as articles and stories have, in its sixteen bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum CompactId {
    Digits([u8; 16]),
    Text(Box<str>),
}

impl CompactId {
    pub(crate) fn of(id: &str) -> Self {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 16];
        let (pairs, rest) = id.as_bytes().as_chunks::<2>();
        let is_whole = pairs.len() == bytes.len() && rest.is_empty();
        let read = bytes.iter_mut().zip(pairs).all(|(byte, [high, low])| {
            let value = digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low);
            *byte = value.unwrap_or_default();
            value.is_some()
        });
        if is_whole && read { Self::Digits(bytes) } else { Self::Text(id.into()) }
    }

    /// The id as it was written.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Digits(bytes) => {
                let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
                bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect::<String>().into()
            }
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    /// Whether it is the empty id, which nothing has.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_out_as_it_was_written() {
        for id in [
            "0123456789abcdef0123456789abcdef",
            "0123456789ABCDEF0123456789abcdef",
            "a",
            "",
            "线",
            &"0".repeat(33),
        ] {
            assert_eq!(CompactId::of(id).text(), id);
        }
        assert!(matches!(CompactId::of(&"0".repeat(32)), CompactId::Digits(_)));
    }
}
