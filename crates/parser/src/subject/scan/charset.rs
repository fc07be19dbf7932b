//! Pages that aren't UTF-8: read in every encoding in which they may have been meant.
//!
//! `dateline_text::charset` answers another question: the one encoding a document is in, with the header of its exchange at hand. Here a
//! wrong answer would dismiss a page for good, there is no header, and nearly every page must be told to be UTF-8 at the speed of
//! memory; so all readings count that give letters, and the two share the detector (`chardetng`) and no more.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_2022_JP, ISO_8859_5, KOI8_R, SHIFT_JIS, UTF_8,
    UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
};

/// The legacy encodings of news pages. Those of one family that differ in few letters stand for each other.
const LEGACY: [&Encoding; 11] = [
    WINDOWS_1251,
    KOI8_R,
    IBM866,
    ISO_8859_5,
    EUC_KR,
    SHIFT_JIS,
    EUC_JP,
    GB18030,
    BIG5,
    WINDOWS_1250,
    WINDOWS_1252,
];

/// Bytes looked at for a declared encoding: four times what HTML demands, since pages declare late.
const HEAD: usize = 4096;

/// Whether `bytes` are UTF-8, but for damage too slight to come from another encoding.
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    if memchr::memchr(0x1B, bytes).is_some() || memchr::memchr(0, &bytes[..bytes.len().min(HEAD)]).is_some() {
        return false;
    }
    if simdutf8::basic::from_utf8(bytes).is_ok() {
        return true;
    }
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|byte| !byte.is_ascii()).count();
        bad += chunk.invalid().len();
    }
    // In legacy text nearly every letter is malformed as UTF-8.
    bad * 20 <= good
}

/// The readings of `bytes`, which aren't UTF-8, in the declared and the guessed encoding, whatever that takes.
pub(crate) fn sure_decodings(bytes: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    sure(bytes).into_iter().chain([UTF_8]).map(move |encoding| encoding.decode(bytes).0)
}

/// The readings in the other encodings in which nothing is malformed.
pub(crate) fn other_decodings(bytes: &[u8]) -> impl Iterator<Item = DecodedBytes<'_>> {
    let sure = sure(bytes);
    let beyond_ascii = beyond_ascii(bytes);
    LEGACY.into_iter().filter(move |encoding| !sure.contains(encoding)).filter_map(move |encoding| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&beyond_ascii)?;
        Some(DecodedBytes { bytes, encoding, beyond_ascii: text.into_owned() })
    })
}

/// A page in an encoding in which it may have been meant.
#[derive(Debug)]
pub(crate) struct DecodedBytes<'b> {
    bytes: &'b [u8],
    encoding: &'static Encoding,
    beyond_ascii: String,
}

impl<'b> DecodedBytes<'b> {
    /// What isn't ASCII, with what stands around it: all that this reading adds to the others, and little of most pages.
    pub(crate) fn beyond_ascii(&self) -> &str {
        &self.beyond_ascii
    }

    /// The whole page.
    pub(crate) fn text(&self) -> Cow<'b, str> {
        self.encoding.decode(self.bytes).0
    }
}

/// The stretches of bytes that aren't ASCII, with as many around them as belong to the same word or character.
fn beyond_ascii(bytes: &[u8]) -> Vec<u8> {
    /// Longer than any word, and long enough that a stretch begins with a whole character.
    const AROUND: usize = 64;
    let (mut stretches, mut taken, mut at) = (Vec::new(), 0, 0);
    while let Some(next) = bytes[at..].iter().position(|byte| !byte.is_ascii()) {
        let first = at + next;
        let start = first.saturating_sub(AROUND).max(taken);
        if start > taken {
            stretches.push(b' ');
        }
        let high = bytes[first..].iter().take_while(|byte| !byte.is_ascii()).count();
        at = first + high;
        let end = bytes.len().min(at + AROUND);
        stretches.extend_from_slice(&bytes[start..end]);
        taken = end;
    }
    stretches
}

/// The encodings that bytes which aren't UTF-8 are most likely in.
fn sure(bytes: &[u8]) -> Vec<&'static Encoding> {
    if memchr::memchr(0, &bytes[..bytes.len().min(HEAD)]).is_some() || bytes.starts_with(b"\xFE\xFF") {
        return vec![UTF_16LE, UTF_16BE];
    }
    if memchr::memchr(0x1B, bytes).is_some() {
        return vec![ISO_2022_JP];
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(1 << 16)], true);
    declared(bytes).into_iter().chain([detector.guess(None, Utf8Detection::Allow)]).collect()
}

/// The encoding that the page's head declares.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(HEAD)];
    memchr::memmem::find_iter(head, b"charset=")
        .chain(memchr::memmem::find_iter(head, b"encoding="))
        .find_map(|at| {
            let label = &head[at..];
            let label = &label[memchr::memchr(b'=', label)? + 1..];
            let label: Vec<u8> = label
                .iter()
                .copied()
                .skip_while(|byte| matches!(byte, b'"' | b'\'' | b' '))
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'))
                .collect();
            Encoding::for_label(&label).filter(|encoding| *encoding != UTF_8)
        })
}
