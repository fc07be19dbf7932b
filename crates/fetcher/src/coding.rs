//! Content codings: what a body is before and after compression (RFC 9110, section 8.4).

use std::io::{self, Read};

use http::{HeaderMap, header};

/// The codings that [`decode_body`] undoes, as `Accept-Encoding` says it.
pub const ACCEPTED: &str = "gzip, deflate, br, zstd";

/// Undoing more codings than this serves no honest purpose.
const MAX_CODINGS: usize = 3;

/// Why a body cannot be decompressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodingError {
    /// It was sent in a coding that was not asked for.
    #[error("unknown content coding {0:?}")]
    Unknown(String),
    /// It is not what its coding says, or ends too early.
    #[error("broken {coding} body: {why}")]
    Broken {
        /// The coding.
        coding: &'static str,
        /// What the decoder says.
        why: String,
    },
    /// It decompresses to more than the limit.
    #[error("the body decompresses to more than {0} bytes")]
    TooLarge(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The body without the codings that `Content-Encoding` names, at most `limit` bytes of it. Never takes much more memory
/// than that, whatever the body claims.
///
/// A body that is called gzip but doesn't begin as one is taken as it is: servers that set the field without compressing
/// are common, and other readers of feeds bear with them.
pub fn decode_body(headers: &HeaderMap, body: &[u8], limit: usize) -> Result<Vec<u8>, CodingError> {
    let codings = codings(headers)?;
    let mut decoded: Option<Vec<u8>> = None;
    // The last coding named was applied last.
    for coding in codings.into_iter().rev() {
        let input = decoded.as_deref().unwrap_or(body);
        if input.is_empty() || (coding == Coding::Gzip && !input.starts_with(&[0x1f, 0x8b])) {
            continue;
        }
        decoded = Some(decode(coding, input, limit)?);
    }
    match decoded {
        Some(decoded) => Ok(decoded),
        None if body.len() > limit => Err(CodingError::TooLarge(limit)),
        None => Ok(body.to_vec()),
    }
}

fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, CodingError> {
    let mut codings = Vec::new();
    for value in headers.get_all(header::CONTENT_ENCODING) {
        for name in String::from_utf8_lossy(value.as_bytes()).split(',') {
            match name.trim().to_ascii_lowercase().as_str() {
                "" | "identity" | "none" | "utf-8" => {}
                "gzip" | "x-gzip" => codings.push(Coding::Gzip),
                "deflate" => codings.push(Coding::Deflate),
                "br" => codings.push(Coding::Brotli),
                "zstd" => codings.push(Coding::Zstd),
                other => return Err(CodingError::Unknown(other.chars().take(40).collect())),
            }
        }
    }
    if codings.len() > MAX_CODINGS {
        return Err(CodingError::Unknown(format!("{} codings on top of one another", codings.len())));
    }
    Ok(codings)
}

fn decode(coding: Coding, input: &[u8], limit: usize) -> Result<Vec<u8>, CodingError> {
    match coding {
        Coding::Gzip => read_to(limit, "gzip", flate2::read::MultiGzDecoder::new(input)),
        // Deflate is meant to be zlib (RFC 9110, section 8.4.1.2), but some servers send it bare.
        Coding::Deflate => match read_to(limit, "deflate", flate2::read::ZlibDecoder::new(input)) {
            Err(CodingError::Broken { .. }) => {
                read_to(limit, "deflate", flate2::read::DeflateDecoder::new(input))
            }
            decided => decided,
        },
        Coding::Brotli => read_to(limit, "br", brotli::Decompressor::new(input, 1 << 14)),
        Coding::Zstd => {
            let broken = |error: io::Error| CodingError::Broken { coding: "zstd", why: error.to_string() };
            let mut decoder = zstd::stream::read::Decoder::with_buffer(input).map_err(broken)?;
            // RFC 9659: a window of at most 8 MB may be asked of whoever decodes.
            decoder.window_log_max(23).map_err(broken)?;
            read_to(limit, "zstd", decoder)
        }
    }
}

fn read_to(limit: usize, coding: &'static str, decoder: impl Read) -> Result<Vec<u8>, CodingError> {
    let mut whole = Vec::new();
    decoder
        .take(limit as u64 + 1)
        .read_to_end(&mut whole)
        .map_err(|error| CodingError::Broken { coding, why: error.to_string() })?;
    if whole.len() > limit { Err(CodingError::TooLarge(limit)) } else { Ok(whole) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn coded(coding: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, coding.parse().unwrap())])
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_of_several_gzip_members_is_read_whole() {
        let body = [gzip(b"The ferry "), gzip(b"was late.")].concat();
        assert_eq!(decode_body(&coded("gzip"), &body, 100).unwrap(), b"The ferry was late.");
    }

    #[test]
    fn exactly_the_limit_passes_and_one_byte_more_does_not() {
        let body = gzip(&[b'x'; 100]);
        assert_eq!(decode_body(&coded("gzip"), &body, 100).map(|body| body.len()), Ok(100));
        assert_eq!(decode_body(&coded("gzip"), &body, 99), Err(CodingError::TooLarge(99)));
        assert_eq!(decode_body(&HeaderMap::new(), &[b'x'; 100], 99), Err(CodingError::TooLarge(99)));
    }

    #[test]
    fn a_tower_of_codings_is_refused() {
        assert!(matches!(decode_body(&coded("gzip,gzip,gzip,gzip"), b"", 9), Err(CodingError::Unknown(_))));
    }

    proptest! {
        #[test]
        fn whatever_bytes_come_no_more_than_the_limit_goes_out(
            body in prop::collection::vec(any::<u8>(), 0..300),
            coding in prop::sample::select(vec!["gzip", "deflate", "br", "zstd", "gzip, br", "zstd, gzip"]),
            limit in 0usize..200,
        ) {
            if let Ok(decoded) = decode_body(&coded(coding), &body, limit) {
                prop_assert!(decoded.len() <= limit);
            }
        }

        #[test]
        fn what_was_compressed_comes_back(body in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(decode_body(&coded("gzip"), &gzip(&body), 300).unwrap(), body.clone());
            let zstd = zstd::encode_all(&body[..], 1).unwrap();
            prop_assert_eq!(decode_body(&coded("zstd"), &zstd, 300).unwrap(), body);
        }
    }
}
