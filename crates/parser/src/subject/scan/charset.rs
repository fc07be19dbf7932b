//! Pages that aren't UTF-8: read in every encoding in which they may have been meant.

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
    if memchr::memchr(0x1B, bytes).is_some() || bytes.iter().take(HEAD).any(|byte| *byte == 0) {
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

/// The readings of `bytes`, which aren't UTF-8: in the declared and the guessed encoding whatever it takes, in the others
/// where nothing is malformed.
pub(crate) fn readings(bytes: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    let sure: Vec<&'static Encoding> =
        if bytes.iter().take(HEAD).any(|byte| *byte == 0) || bytes.starts_with(b"\xFE\xFF") {
            vec![UTF_16LE, UTF_16BE]
        } else if memchr::memchr(0x1B, bytes).is_some() {
            vec![ISO_2022_JP]
        } else {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
            detector.feed(&bytes[..bytes.len().min(1 << 16)], true);
            declared(bytes).into_iter().chain([detector.guess(None, Utf8Detection::Allow)]).collect()
        };
    let others = LEGACY.into_iter().filter({
        let sure = sure.clone();
        move |encoding| !sure.contains(encoding)
    });
    let malformed_too = sure.into_iter().chain([UTF_8]).map(move |encoding| encoding.decode(bytes).0);
    malformed_too.chain(
        others
            .filter_map(move |encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes)),
    )
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
