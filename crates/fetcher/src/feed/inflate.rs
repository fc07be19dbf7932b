//! A feed out of the gzip wrapping that a server forgot to declare.

use std::borrow::Cow;
use std::io::Read;

/// How large, in bytes, a feed may become that arrives compressed without a header that says so.
const MAX_INFLATED_BYTES: u64 = 32 * 1024 * 1024;

/// The document without the gzip wrapping that a server forgot to declare, or as it is.
pub(super) fn inflate(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.starts_with(&[0x1F, 0x8B, 0x08]) {
        return Cow::Borrowed(bytes);
    }
    let mut inflated = Vec::new();
    // What was inflated before an error is still the start of a feed.
    let _ = flate2::read::MultiGzDecoder::new(bytes).take(MAX_INFLATED_BYTES).read_to_end(&mut inflated);
    Cow::Owned(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWS: &str = "<rss><title>Порт открыт, корабли вернулись</title></rss>";

    #[test]
    fn a_compressed_feed_is_inflated_without_a_header_that_says_so() {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(NEWS.as_bytes()).unwrap();
        assert_eq!(inflate(&gzip.finish().unwrap()).as_ref(), NEWS.as_bytes());
    }
}
