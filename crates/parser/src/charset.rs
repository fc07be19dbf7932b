//! From bytes to text: which charset a page is in, by the evidence in the order of its weight.
//!
//! A byte order mark decides. Then bytes that are valid UTF-8 beyond ASCII are UTF-8, whatever is declared: text of another
//! charset practically never passes that test, and wrong declarations are common. Then the HTTP header, then the page's own
//! `<meta>` (looked for in its first bytes, HTML standard 13.2.3.2), and at last statistics ([`chardetng`]). A declaration of
//! UTF-8 that the bytes contradict counts for nothing.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memmem;

/// Bytes in which a `<meta>` that names the charset is looked for. The standard says 1024; pages put scripts before it.
const META_WITHIN: usize = 4096;

/// Bytes that the statistics look at: enough for a verdict, and bounded.
const SNIFFED: usize = 256 * 1024;

/// The text of a page. Never fails: what is no text in the charset becomes U+FFFD.
pub fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Cow<'b, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // ISO-2022-JP is pure ASCII with escape sequences, and nothing else uses them.
        if memchr::memchr(0x1b, bytes).is_none() {
            return Cow::Borrowed(text);
        }
    }
    encoding_of(bytes, content_type).decode_without_bom_handling(bytes).0
}

fn encoding_of(bytes: &[u8], content_type: Option<&str>) -> &'static Encoding {
    let header = content_type.and_then(|value| label_after_charset(value.as_bytes()));
    let declared = header.or_else(|| in_meta(&bytes[..bytes.len().min(META_WITHIN)]));
    match declared {
        Some(encoding) if encoding != UTF_8 => encoding,
        Some(_) if mostly_utf8(bytes) => UTF_8,
        _ => sniff(bytes),
    }
}

/// A page that breaks in a few places (a cut character at the end, a stray byte in an advertisement) is still UTF-8.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let mut broken = 0_usize;
    let mut high = 0_usize;
    for chunk in bytes.utf8_chunks() {
        high += chunk.valid().bytes().filter(|byte| *byte >= 0x80).count();
        broken += chunk.invalid().len();
    }
    broken * 20 <= high
}

fn sniff(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(SNIFFED)], true);
    detector.guess(None, Utf8Detection::Allow)
}

fn in_meta(head: &[u8]) -> Option<&'static Encoding> {
    let lower = head.to_ascii_lowercase();
    memmem::find_iter(&lower, b"<meta").find_map(|at| {
        let tag = &lower[at..];
        let tag = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
        label_after_charset(tag)
    })
}

/// The encoding named after the word `charset` and an equals sign.
fn label_after_charset(text: &[u8]) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    let after = &lower[memmem::find(&lower, b"charset")? + "charset".len()..];
    let value = after.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|byte| b" \t\r\n\"';/>".contains(byte)).unwrap_or(value.len());
    let encoding = Encoding::for_label(&value[..end])?;
    // The page could be read up to here as ASCII, so it is no UTF-16; and the web says ISO-8859-1 for want of knowing.
    match encoding {
        _ if encoding == UTF_16LE || encoding == UTF_16BE => Some(UTF_8),
        _ if encoding == WINDOWS_1252 && value[..end] != *b"windows-1252" => None,
        _ => Some(encoding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, EUC_JP, EUC_KR, GB18030, KOI8_R, SHIFT_JIS, WINDOWS_1251};

    const RUSSIAN: &str =
        "<p>Паром вышел из порта в шесть утра и вернулся только к вечеру, когда стих ветер.";
    const KOREAN: &str = "<p>여객선은 아침 여섯 시에 항구를 떠나 바람이 잦아든 저녁에야 돌아왔다.";
    const JAPANESE: &str = "<p>フェリーは朝六時に港を出て、風がやんだ夕方になってようやく戻った。";
    const CHINESE: &str = "<p>渡轮早上六点离港,直到傍晚风停了才回来。乘客们在码头上等了一整天。";
    const TRADITIONAL: &str = "<p>渡輪早上六點離港,直到傍晚風停了才回來。乘客們在碼頭上等了一整天。";

    fn legacy() -> [(&'static str, &'static Encoding, &'static str); 7] {
        [
            (RUSSIAN, WINDOWS_1251, "windows-1251"),
            (RUSSIAN, KOI8_R, "koi8-r"),
            (KOREAN, EUC_KR, "euc-kr"),
            (JAPANESE, SHIFT_JIS, "shift_jis"),
            (JAPANESE, EUC_JP, "euc-jp"),
            (CHINESE, GB18030, "gb2312"),
            (TRADITIONAL, BIG5, "big5"),
        ]
    }

    #[test]
    fn the_header_names_the_charset() {
        for (text, encoding, label) in legacy() {
            let header = format!("text/html; charset=\"{label}\"");
            assert_eq!(decode(&encoding.encode(text).0, Some(&header)), text);
        }
    }

    #[test]
    fn the_page_names_the_charset() {
        for (text, encoding, label) in legacy() {
            let page = format!("<meta http-equiv=Content-Type content='text/html; charset={label}'>{text}");
            assert_eq!(decode(&encoding.encode(&page).0, Some("text/html")), page);
        }
    }

    #[test]
    fn nobody_names_the_charset() {
        for (text, encoding, _) in legacy() {
            let text = text.repeat(4);
            assert_eq!(decode(&encoding.encode(&text).0, None), text, "{}", encoding.name());
        }
    }

    #[test]
    fn utf8_is_recognised_against_a_wrong_declaration() {
        assert_eq!(decode(RUSSIAN.as_bytes(), Some("text/html; charset=windows-1251")), RUSSIAN);
    }

    #[test]
    fn a_declaration_of_utf8_that_the_bytes_contradict_is_not_believed() {
        let text = RUSSIAN.repeat(4);
        assert_eq!(decode(&WINDOWS_1251.encode(&text).0, Some("text/html; charset=utf-8")), text);
    }

    #[test]
    fn utf8_that_is_cut_or_broken_in_one_place_stays_utf8() {
        let mut bytes = RUSSIAN.repeat(4).into_bytes();
        bytes.pop();
        assert!(decode(&bytes, Some("text/html; charset=utf-8")).starts_with(RUSSIAN));
    }

    #[test]
    fn a_byte_order_mark_decides() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(RUSSIAN.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(decode(&bytes, Some("text/html; charset=koi8-r")), RUSSIAN);
    }
}
