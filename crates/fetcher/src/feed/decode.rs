//! From bytes to text: which charset a feed is in.
//!
//! The order is that of RFC 7303, section 3.2: a byte order mark speaks first, then the `charset` of the HTTP header,
//! then the XML declaration. Then come the two things that servers do in spite of it: a feed that names another charset
//! but is valid UTF-8 with characters beyond ASCII is UTF-8 (a text in another charset is that by accident hardly ever),
//! and a feed that names none, or one whose bytes it doesn't keep to, is sniffed.

use std::borrow::Cow;
use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::document::Warning;

/// How much of a document is looked at for its XML declaration; those seen are under 100 bytes long.
const DECLARATION_REACH: usize = 1024;
/// How much of a document is looked at to guess its charset. More does not change the guess.
const SNIFF_REACH: usize = 64 * 1024;
/// How large a feed may become that arrives compressed without a header that says so.
const INFLATED_MAX: u64 = 32 * 1024 * 1024;

/// A document as text, with what was wrong with its bytes.
pub(super) struct Decoded<'b> {
    pub(super) text: Cow<'b, str>,
    pub(super) warning: Option<Warning>,
}

/// The document without the gzip wrapping that a server forgot to declare, or as it is.
pub(super) fn inflate(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.starts_with(&[0x1F, 0x8B, 0x08]) {
        return Cow::Borrowed(bytes);
    }
    let mut inflated = Vec::new();
    // What was inflated before an error is still the start of a feed.
    let _ = flate2::read::MultiGzDecoder::new(bytes).take(INFLATED_MAX).read_to_end(&mut inflated);
    Cow::Owned(inflated)
}

/// Decodes a document.
pub(super) fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Decoded<'b> {
    if let Some(text) = utf_32(bytes) {
        return Decoded { text: Cow::Owned(text), warning: None };
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return with(encoding, &bytes[mark..]).unwrap_or_else(|text| {
            // A mark that only a careless editor left: its bytes are not what it says.
            with(sniffed(&bytes[mark..]), &bytes[mark..]).unwrap_or(Decoded { text, warning: CHARSET })
        });
    }
    if let Some(encoding) = unmarked_utf_16(bytes) {
        return with(encoding, bytes).unwrap_or_else(|text| Decoded { text, warning: CHARSET });
    }
    let utf_8 = std::str::from_utf8(bytes).ok();
    let named = content_type.and_then(http_charset).or_else(|| declared(bytes));
    match (named, utf_8) {
        (_, Some(text)) if !bytes.is_ascii() => Decoded { text: Cow::Borrowed(text), warning: None },
        // Escape sequences of a seven-bit charset are ASCII too.
        (Some(encoding), _) if encoding != UTF_8 => {
            with(encoding, bytes).unwrap_or_else(|text| Decoded { text, warning: CHARSET })
        }
        (_, Some(text)) => Decoded { text: Cow::Borrowed(text), warning: None },
        (None, None) => with(sniffed(bytes), bytes).unwrap_or_else(|text| Decoded { text, warning: CHARSET }),
        (Some(_), None) => nearly_utf_8(bytes),
    }
}

const CHARSET: Option<Warning> = Some(Warning::Charset);

/// The document in `encoding`; as an error what remains when the bytes it doesn't know are replaced.
fn with<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Decoded<'b>, Cow<'b, str>> {
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    if damaged { Err(text) } else { Ok(Decoded { text, warning: None }) }
}

/// A document that says it is UTF-8 and isn't quite. One cut or one foreign byte among many good characters is damage;
/// otherwise the name is wrong.
fn nearly_utf_8(bytes: &[u8]) -> Decoded<'_> {
    let text = String::from_utf8_lossy(bytes);
    let lost = text.matches('\u{FFFD}').count();
    let good = text.chars().filter(|c| !c.is_ascii()).count() - lost;
    if good > lost {
        return Decoded { text, warning: CHARSET };
    }
    let (text, _) = sniffed(bytes).decode_without_bom_handling(bytes);
    Decoded { text, warning: CHARSET }
}

fn sniffed(bytes: &[u8]) -> &'static Encoding {
    let start = &bytes[..bytes.len().min(SNIFF_REACH)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(start, true);
    detector.guess(None, Utf8Detection::Allow)
}

/// The `charset` parameter of a media type (RFC 9110, section 8.3.2).
fn http_charset(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(|c| c == '"' || c == '\'');
        name.trim().eq_ignore_ascii_case("charset").then(|| label(value)).flatten()
    })
}

/// The `encoding` of the XML declaration (XML 1.0, section 4.3.3).
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(DECLARATION_REACH)];
    let start = &start[start.windows(5).position(|window| window == b"<?xml")?..];
    let declaration = &start[..start.iter().position(|byte| *byte == b'>')?];
    let value = &declaration[declaration.windows(8).position(|window| window == b"encoding")? + 8..];
    let open = value.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let value = &value[open + 1..];
    let close = value.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    label(std::str::from_utf8(&value[..close]).ok()?)
}

/// The charset of that name. A document whose ASCII can be read is not in UTF-16, whatever it says.
fn label(name: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label_no_replacement(name.trim().as_bytes())?;
    (encoding.is_ascii_compatible() || encoding == encoding_rs::ISO_2022_JP).then_some(encoding)
}

/// UTF-16 without a mark, by the zero bytes around its first `<` (XML 1.0, appendix F).
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, b'<', 0, _, ..] => Some(UTF_16BE),
        [b'<', 0, _, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// UTF-32, which browsers and so encoding_rs have dropped, by its mark or the zero bytes around its first `<`.
fn utf_32(bytes: &[u8]) -> Option<String> {
    let read: fn([u8; 4]) -> u32 = match bytes {
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, b'<', ..] => u32::from_be_bytes,
        [0xFF, 0xFE, 0, 0, ..] | [b'<', 0, 0, 0, ..] => u32::from_le_bytes,
        _ => return None,
    };
    let units = bytes.chunks_exact(4).map(|unit| read([unit[0], unit[1], unit[2], unit[3]]));
    let text = units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(text.filter(|c| *c != '\u{FEFF}').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], content_type: Option<&str>) -> String {
        decode(bytes, content_type).text.into_owned()
    }

    fn encoded(name: &str, text: &str) -> Vec<u8> {
        Encoding::for_label(name.as_bytes()).unwrap().encode(text).0.into_owned()
    }

    const NEWS: &str = "<rss><title>Порт открыт, корабли вернулись</title></rss>";

    #[test]
    fn a_byte_order_mark_speaks_before_the_header() {
        let mut bytes = b"\xEF\xBB\xBF".to_vec();
        bytes.extend_from_slice(NEWS.as_bytes());
        assert_eq!(text(&bytes, Some("text/xml; charset=windows-1251")), NEWS);
        let wide: Vec<u8> = "\u{FEFF}<a>в</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&wide, None), "<a>в</a>");
    }

    #[test]
    fn the_header_speaks_before_the_declaration() {
        let bytes = encoded("windows-1251", &format!("<?xml version='1.0' encoding='koi8-r'?>{NEWS}"));
        assert!(text(&bytes, Some("application/xml; charset=\"windows-1251\"")).ends_with(NEWS));
    }

    #[test]
    fn the_declaration_speaks_where_the_header_is_silent() {
        for name in ["windows-1251", "koi8-r"] {
            let feed = format!("<?xml version=\"1.0\" encoding=\"{name}\"?>{NEWS}");
            assert_eq!(text(&encoded(name, &feed), Some("text/xml")), feed);
        }
        let korean = "<?xml version=\"1.0\" encoding=\"euc-kr\"?><title>항구가 열렸다</title>";
        assert_eq!(text(&encoded("euc-kr", korean), None), korean);
        let japanese = "<?xml version=\"1.0\" encoding=\"iso-2022-jp\"?><title>港が開いた</title>";
        assert_eq!(text(&encoded("iso-2022-jp", japanese), None), japanese);
    }

    #[test]
    fn valid_utf_8_is_utf_8_whatever_it_is_called() {
        let feed = format!("<?xml version='1.0' encoding='iso-8859-1'?>{NEWS}");
        assert_eq!(text(feed.as_bytes(), Some("text/xml; charset=windows-1252")), feed);
    }

    #[test]
    fn a_feed_that_names_no_charset_is_sniffed() {
        assert_eq!(text(&encoded("windows-1251", NEWS), None), NEWS);
    }

    #[test]
    fn one_foreign_byte_does_not_change_the_charset() {
        let mut bytes = NEWS.as_bytes().to_vec();
        bytes.insert(12, 0xA0);
        let decoded = decode(&bytes, Some("text/xml; charset=utf-8"));
        assert!(decoded.text.contains("открыт, корабли вернулись"));
        assert_eq!(decoded.warning, Some(Warning::Charset));
    }

    #[test]
    fn text_in_wide_units_is_read_without_a_mark() {
        let wide: Vec<u8> = NEWS.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&wide, None), NEWS);
        let wider: Vec<u8> = NEWS.chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
        assert_eq!(text(&wider, None), NEWS);
    }

    #[test]
    fn a_compressed_feed_is_inflated_without_a_header_that_says_so() {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(NEWS.as_bytes()).unwrap();
        assert_eq!(inflate(&gzip.finish().unwrap()).as_ref(), NEWS.as_bytes());
    }
}
