//! Content codings: what a body is before and after compression (RFC 9110, section 8.4).

use std::io::{self, Read};

use bytes::Bytes;
use http::{HeaderMap, header};

/// The codings that [`decode_body`] undoes, as `Accept-Encoding` says it.
pub const ACCEPTED: &str = "gzip, deflate, br, zstd";

/// Undoing more codings than this serves no honest purpose.
const MAX_CODINGS: usize = 3;

/// How many members of a gzip body, or frames of a zstd body, are read. Servers that compress in blocks make one of every 64 KiB or so.
const MAX_MEMBERS: usize = 4096;

/// A body of more bytes is read on a thread for blocking work, so that nobody waits behind it.
const MAX_INLINE_BYTES: usize = 64 << 10;

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
    /// Whoever read it panicked, or the runtime is shutting down.
    #[error("the body was not read to its end: {0}")]
    Unfinished(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// How much of a body is wanted, in bytes after its codings are undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodedExtent {
    /// All of it; more than this is refused.
    Whole(usize),
    /// Its beginning, up to this; the rest isn't looked at.
    Start(usize),
}

/// The body without the codings that `Content-Encoding` names, at most `limit` bytes of it. Never takes much more memory
/// than that, whatever the body claims.
///
/// A body that begins as gzip or zstd is read as that, whatever it is called, and one that begins as text and isn't what it is called is
/// taken as it is: servers that set the field without compressing, or compress without setting it, are common, and other readers bear with
/// them. For the same reason a name that isn't registered as a coding counts for nothing.
///
/// # Errors
/// If a coding is unknown, the body isn't what its coding says, or it is larger than the limit.
pub fn decode_body(headers: &HeaderMap, body: &[u8], limit: usize) -> Result<Vec<u8>, CodingError> {
    undo(codings(headers)?, body, CodedExtent::Whole(limit))
}

/// Undoes the codings of `body` and hands it to `read`: here where that is little work, else on a thread for blocking work.
/// A coded body always goes there, however small it is as sent: 64 KB may hold 64 MiB, and that is known only afterwards. So
/// does one that is compressed without saying so, since readers of feeds decompress it themselves.
///
/// # Errors
/// As for [`decode_body`], or if `read` panics.
pub(crate) async fn read_body<T: Send + 'static>(
    headers: &HeaderMap,
    body: &Bytes,
    extent: CodedExtent,
    read: impl FnOnce(Vec<u8>) -> T + Send + 'static,
) -> Result<T, CodingError> {
    let codings = codings(headers)?;
    let is_compressed = !codings.is_empty() || begins_as(body).is_some();
    if !is_compressed && body.len() <= MAX_INLINE_BYTES {
        return undo(codings, body, extent).map(read);
    }
    let body = body.clone();
    tokio::task::spawn_blocking(move || undo(codings, &body, extent).map(read))
        .await
        .unwrap_or_else(|error| Err(CodingError::Unfinished(error.to_string())))
}

/// The codings that were applied, in that order.
fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, CodingError> {
    let mut codings = Vec::new();
    for value in headers.get_all(header::CONTENT_ENCODING) {
        for name in String::from_utf8_lossy(value.as_bytes()).split(',') {
            let name = name.split(';').next().unwrap_or(name);
            match name.trim().trim_matches('"').to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" => codings.push(Coding::Gzip),
                "deflate" => codings.push(Coding::Deflate),
                "br" => codings.push(Coding::Brotli),
                "zstd" => codings.push(Coding::Zstd),
                // The others of IANA's registry of content codings.
                other
                @ ("aes128gcm" | "compress" | "dcb" | "dcz" | "exi" | "pack200-gzip" | "x-compress") => {
                    return Err(CodingError::Unknown(other.to_owned()));
                }
                // "identity", and what is no coding: "utf-8", "binary", "none".
                _ => {}
            }
        }
    }
    if codings.len() > MAX_CODINGS {
        return Err(CodingError::Unknown(format!("{} codings on top of one another", codings.len())));
    }
    Ok(codings)
}

fn undo(codings: Vec<Coding>, body: &[u8], extent: CodedExtent) -> Result<Vec<u8>, CodingError> {
    let (CodedExtent::Whole(limit) | CodedExtent::Start(limit)) = extent;
    let mut decoded: Option<Vec<u8>> = None;
    // The last coding named was applied last.
    for (left, coding) in codings.into_iter().enumerate().rev() {
        let input = decoded.as_deref().unwrap_or(body);
        // What is called gzip and isn't may be zlib, or was never compressed; so may be what is called zstd and isn't.
        let coding = match (begins_as(input), coding) {
            (Some(begun), _) => begun,
            (None, Coding::Gzip | Coding::Zstd) if is_zlib(input) => Coding::Deflate,
            (None, coding) => coding,
        };
        let has_begun = match coding {
            Coding::Gzip => input.starts_with(&GZIP_MAGIC),
            Coding::Zstd => is_zstd(input),
            Coding::Deflate | Coding::Brotli => !input.is_empty(),
        };
        if !has_begun {
            continue;
        }
        let is_cut = left == 0 && extent == CodedExtent::Start(limit);
        let output = match decode(coding, input, if is_cut { limit } else { limit.saturating_add(1) }) {
            // Servers that set the field without compressing are common.
            Err(CodingError::Broken { .. }) if is_plain(input) => continue,
            decoded => decoded?,
        };
        if output.len() > limit {
            return Err(CodingError::TooLarge(limit));
        }
        decoded = Some(output);
    }
    // A page that was compressed once more, or by somebody who did not say so.
    let most = if matches!(extent, CodedExtent::Start(_)) { limit } else { limit.saturating_add(1) };
    for _ in 0..MAX_CODINGS {
        let input = decoded.as_deref().unwrap_or(body);
        let Some(coding) = begins_as(input) else { break };
        let Ok(output) = decode(coding, input, most) else { break };
        if output.len() > limit {
            return Err(CodingError::TooLarge(limit));
        }
        decoded = Some(output);
    }
    match decoded {
        Some(mut decoded) => {
            decoded.truncate(limit);
            Ok(decoded)
        }
        None if body.len() > limit && extent == CodedExtent::Whole(limit) => {
            Err(CodingError::TooLarge(limit))
        }
        None => Ok(body[..body.len().min(limit)].to_vec()),
    }
}

/// What every member of a gzip body begins with (RFC 1952, section 2.3.1), the last byte its only method.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const GZIP_METHOD: u8 = 8;

/// Whether a body is gzip, whatever it is called.
fn is_gzip(body: &[u8]) -> bool {
    body.starts_with(&GZIP_MAGIC) && body.get(2) == Some(&GZIP_METHOD)
}

/// The coding of a body that begins as nothing else does, whatever it is called.
fn begins_as(body: &[u8]) -> Option<Coding> {
    match body {
        _ if is_gzip(body) => Some(Coding::Gzip),
        _ if is_zstd(body) => Some(Coding::Zstd),
        _ => None,
    }
}

/// Whether a body is zstd: a frame of it, or one that is skipped (RFC 8878, sections 3.1.1 and 3.1.2).
fn is_zstd(body: &[u8]) -> bool {
    matches!(body, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// What zlib data begins with (RFC 1950, section 2.2): its method and window, and flags that make a multiple of 31 of both.
const ZLIB_HEAD_BYTES: usize = 2;

/// Whether a body begins as zlib data does.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..]
        if method & 0x0f == GZIP_METHOD && method >> 4 <= 7 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31))
}

/// Whether a body begins as text: then it was never compressed. Compressed data holds control bytes or breaks UTF-8 before long; what is
/// too short to tell by that begins as markup or JSON.
fn is_plain(body: &[u8]) -> bool {
    const MAX_LOOKED_AT_BYTES: usize = 256;
    const MIN_TELLING_BYTES: usize = 32;
    let start = &body[..body.len().min(MAX_LOOKED_AT_BYTES)];
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let is_utf8 = match std::str::from_utf8(start) {
        Ok(_) => true,
        // The last character may be cut.
        Err(error) => error.error_len().is_none(),
    };
    let has_control = start.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace());
    !has_control && (text.starts_with(b"<") || is_utf8 && start.len() >= MIN_TELLING_BYTES)
        || text.starts_with(b"{\"")
}

/// The first `most` bytes of what `input` decompresses to.
fn decode(coding: Coding, input: &[u8], most: usize) -> Result<Vec<u8>, CodingError> {
    match coding {
        Coding::Gzip => gunzip(input, most),
        // Deflate is meant to be zlib (RFC 9110, section 8.4.1.2), but some servers send it bare.
        Coding::Deflate if is_zlib(input) => inflate(&input[ZLIB_HEAD_BYTES..], most, "deflate")
            .or_else(|_| inflate(input, most, "deflate"))
            .map(|inflated| inflated.bytes),
        Coding::Deflate => inflate(input, most, "deflate").map(|inflated| inflated.bytes),
        Coding::Brotli => read_to(most, "br", brotli::Decompressor::new(input, 1 << 14)),
        Coding::Zstd => unzstd(input, most),
    }
}

/// The frames of a zstd body, one after another. What follows the last whole one is passed over, as with gzip.
fn unzstd(input: &[u8], most: usize) -> Result<Vec<u8>, CodingError> {
    let broken = |error: io::Error| CodingError::Broken { coding: "zstd", why: error.to_string() };
    let mut whole = Vec::new();
    let mut rest = input;
    for _ in 0..MAX_MEMBERS {
        if whole.len() >= most || !is_zstd(rest) {
            break;
        }
        let mut decoder = zstd::stream::read::Decoder::with_buffer(rest).map_err(broken)?.single_frame();
        // RFC 9659: a window of at most 8 MB may be asked of whoever decodes.
        decoder.window_log_max(23).map_err(broken)?;
        decoder.by_ref().take((most - whole.len()) as u64).read_to_end(&mut whole).map_err(broken)?;
        rest = decoder.finish();
    }
    Ok(whole)
}

/// The members of a gzip body, one after another. Whatever follows the last whole one is passed over, as browsers and gzip
/// itself do: some servers pad. As in browsers, a checksum that is wrong or missing costs nothing either, where the compressed data comes
/// to its end: some servers write none.
fn gunzip(input: &[u8], most: usize) -> Result<Vec<u8>, CodingError> {
    const TRAILER_BYTES: usize = 8;
    let mut whole = Vec::new();
    let mut rest = input;
    for _ in 0..MAX_MEMBERS {
        if whole.len() >= most || !rest.starts_with(&GZIP_MAGIC) {
            break;
        }
        let broken = || CodingError::Broken { coding: "gzip", why: "its head ends too early".to_owned() };
        let data = gzip_data(rest).ok_or_else(broken)?;
        let inflated = inflate(data, most - whole.len(), "gzip")?;
        whole.extend_from_slice(&inflated.bytes);
        rest = data.get(inflated.read + TRAILER_BYTES..).unwrap_or_default();
    }
    Ok(whole)
}

/// What stands behind the head of a gzip member (RFC 1952, section 2.3).
fn gzip_data(member: &[u8]) -> Option<&[u8]> {
    const HEAD_BYTES: usize = 10;
    let flags = *member.get(3)?;
    let mut rest = member.get(HEAD_BYTES..)?;
    if flags & 4 != 0 {
        let length = usize::from(u16::from_le_bytes([*rest.first()?, *rest.get(1)?]));
        rest = rest.get(2 + length..)?;
    }
    // A name, and a comment, each with its end.
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = rest.get(memchr::memchr(0, rest)? + 1..)?;
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}

/// What DEFLATE data became.
struct Inflated {
    bytes: Vec<u8>,
    /// The bytes that were read, to the end of the data or until there were enough.
    read: usize,
}

/// The first `most` bytes of what DEFLATE data (RFC 1951) becomes.
fn inflate(input: &[u8], most: usize, coding: &'static str) -> Result<Inflated, CodingError> {
    const STEP_BYTES: usize = 32 << 10;
    let broken = |why: String| CodingError::Broken { coding, why };
    let mut state = flate2::Decompress::new(false);
    let mut bytes = Vec::new();
    loop {
        let read = usize::try_from(state.total_in()).unwrap_or(usize::MAX);
        if bytes.len() >= most {
            bytes.truncate(most);
            return Ok(Inflated { bytes, read });
        }
        bytes.reserve(STEP_BYTES.min(most - bytes.len()).max(1));
        let before = (bytes.len(), read);
        let rest = input.get(read..).unwrap_or_default();
        let status = state
            .decompress_vec(rest, &mut bytes, flate2::FlushDecompress::None)
            .map_err(|error| broken(error.to_string()))?;
        let read = usize::try_from(state.total_in()).unwrap_or(usize::MAX);
        match status {
            flate2::Status::StreamEnd => {
                bytes.truncate(most);
                return Ok(Inflated { bytes, read });
            }
            _ if (bytes.len(), read) == before => return Err(broken("it ends too early".to_owned())),
            _ => {}
        }
    }
}

fn read_to(most: usize, coding: &'static str, decoder: impl Read) -> Result<Vec<u8>, CodingError> {
    let mut whole = Vec::new();
    decoder
        .take(most as u64)
        .read_to_end(&mut whole)
        .map_err(|error| CodingError::Broken { coding, why: error.to_string() })?;
    Ok(whole)
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
    fn what_follows_a_whole_gzip_member_is_passed_over() {
        for padding in [&b"\r\n"[..], &[0; 512], b"<!-- cached -->"] {
            let body = [&gzip(b"The ferry was late.")[..], padding].concat();
            assert_eq!(decode_body(&coded("gzip"), &body, 100).unwrap(), b"The ferry was late.");
        }
        let whole = gzip(b"The ferry was late.");
        for end in [&b""[..], &[0; 4], &[1; 8]] {
            let body = [&whole[..whole.len() - 8], end].concat();
            assert_eq!(decode_body(&coded("gzip"), &body, 100).unwrap(), b"The ferry was late.");
        }
        let cut = &whole[..25];
        assert!(matches!(decode_body(&coded("gzip"), cut, 100), Err(CodingError::Broken { .. })));
    }

    #[test]
    fn a_name_that_is_no_coding_counts_for_nothing() {
        for name in ["identity", "none", "binary", "utf-8", "8bit", "windows-1251"] {
            assert_eq!(decode_body(&coded(name), b"The ferry", 100).unwrap(), b"The ferry", "{name}");
        }
        assert_eq!(decode_body(&coded("compress"), b"?", 9), Err(CodingError::Unknown("compress".into())));
    }

    #[test]
    fn a_body_is_what_it_begins_as_where_that_is_not_what_it_is_called() {
        let page = b"<!doctype html><p>The ferry was late.";
        let zlib = {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(page).unwrap();
            encoder.finish().unwrap()
        };
        for (called, sent) in [
            ("deflate", gzip(page)),
            ("br", gzip(page)),
            ("identity", gzip(page)),
            ("gzip, gzip", gzip(page)),
            ("gzip", gzip(&gzip(page))),
            ("\"gzip\"", gzip(page)),
            ("br", page.to_vec()),
            ("zstd", page.to_vec()),
            ("deflate", page.to_vec()),
            ("deflate", zlib.clone()),
            // Without its checksum, and without its frame.
            ("deflate", zlib[..zlib.len() - 4].to_vec()),
            ("deflate", zlib[2..zlib.len() - 4].to_vec()),
        ] {
            assert_eq!(decode_body(&coded(called), &sent, 100).as_deref(), Ok(&page[..]), "{called}");
        }
        let bomb = gzip(&gzip(&[b'x'; 1000]));
        assert_eq!(decode_body(&HeaderMap::new(), &bomb, 999), Err(CodingError::TooLarge(999)));
    }

    #[test]
    fn a_gzip_head_may_hold_a_name_and_more() {
        let plain = gzip(b"The ferry was late.");
        let mut head = plain[..10].to_vec();
        head[3] = 2 | 4 | 8 | 16;
        head.extend([3, 0, 1, 2, 3]);
        head.extend(b"page.html\0made by hand\0xx");
        let body = [&head, &plain[10..]].concat();
        assert_eq!(decode_body(&coded("gzip"), &body, 100).unwrap(), b"The ferry was late.");
        for end in 0..head.len() {
            assert!(decode_body(&coded("gzip"), &body[..end], 100).is_err() || end < 2, "{end}");
        }
    }

    #[test]
    fn the_start_of_a_body_is_had_however_large_it_is() {
        let mut large = b"User-agent: *\n".repeat(100);
        let start = |headers: &HeaderMap, body: &[u8]| {
            undo(codings(headers).unwrap(), body, CodedExtent::Start(14)).unwrap()
        };
        assert_eq!(start(&HeaderMap::new(), &large), b"User-agent: *\n");
        assert_eq!(start(&coded("gzip"), &gzip(&large)), b"User-agent: *\n");
        large.truncate(10);
        assert_eq!(start(&coded("gzip"), &gzip(&large)), b"User-agent");
    }

    /// Where `read_body` reads.
    async fn thread_of(headers: &HeaderMap, body: Vec<u8>) -> std::thread::ThreadId {
        let here = |_| std::thread::current().id();
        read_body(headers, &body.into(), CodedExtent::Whole(64 << 20), here).await.unwrap()
    }

    #[tokio::test]
    async fn a_body_is_read_elsewhere_where_it_is_large_or_may_be_once_its_coding_is_undone() {
        let here = std::thread::current().id();
        assert_eq!(thread_of(&HeaderMap::new(), vec![b' '; 1 << 10]).await, here);
        assert_ne!(thread_of(&HeaderMap::new(), vec![b' '; 1 << 20]).await, here);
        let bomb = gzip(&vec![b' '; 1 << 20]);
        assert!(bomb.len() < MAX_INLINE_BYTES);
        assert_ne!(thread_of(&coded("gzip"), bomb.clone()).await, here);
        assert_ne!(thread_of(&HeaderMap::new(), bomb).await, here);
    }

    #[tokio::test]
    async fn a_reader_that_panics_fails_the_body_alone() {
        let panics = |_| -> u8 { panic!("a body that breaks its reader") };
        let failed = read_body(&coded("gzip"), &gzip(b"x").into(), CodedExtent::Whole(9), panics).await;
        assert!(matches!(failed, Err(CodingError::Unfinished(_))));
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
