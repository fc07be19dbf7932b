//! From bytes to text: which charset a document is in, by the evidence in the order of its weight.
//!
//! 1. A byte order mark, or the zero bytes that UTF-16 and UTF-32 leave around the first `<`.
//! 2. Bytes beyond ASCII that are valid UTF-8, whatever is declared: text in another charset practically never passes that
//!    test, and wrong declarations are common. A few bytes that break it among many that pass are damage (a cut character, a
//!    stray byte of an advertisement) and change nothing.
//! 3. The `charset` of the HTTP header (RFC 7303, section 3.2).
//! 4. What the document declares: `<meta>` in HTML (HTML standard, 13.2.3.2), the XML declaration in both. XML that declares
//!    nothing is UTF-8 (XML 1.0, section 4.3.3), as far as its bytes allow.
//! 5. Statistics ([`chardetng`]).

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::{memchr, memmem};

use crate::markup::{MarkupScanner, MarkupToken};

/// Bytes in which a declaration is looked for. The HTML standard says 1024; pages put scripts before it.
const MAX_DECLARATION_BYTES: usize = 4096;

/// Bytes that the statistics look at: enough for a verdict, and bounded.
const MAX_SNIFFED_BYTES: usize = 256 * 1024;

/// The language that a document is written in, by whose rules it declares its charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// HTML, by `<meta>`.
    Html,
    /// XML, by its declaration; without one it is UTF-8. JSON, which has no declaration and is UTF-8, reads the same.
    Xml,
}

/// A document as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoding<'b> {
    /// The text, without a byte order mark. What is no text in the charset is U+FFFD.
    pub text: Cow<'b, str>,
    /// Whether there was such.
    pub damaged: bool,
}

/// Decodes a document. Never fails.
pub fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>, markup: Markup) -> Decoding<'b> {
    if let Some(text) = utf_32(bytes) {
        return Decoding { text: Cow::Owned(text), damaged: false };
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return marked(encoding, &bytes[mark..]);
    }
    if let Some(encoding) = unmarked_utf_16(bytes) {
        return decode_as(encoding, bytes);
    }
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        // ISO-2022-JP is pure ASCII with escape sequences, and nothing else uses them.
        if memchr(0x1b, bytes).is_none() || !bytes.is_ascii() {
            return Decoding { text: Cow::Borrowed(text), damaged: false };
        }
    }
    let declared = content_type
        .and_then(|value| charset_in(value.as_bytes(), markup))
        .or_else(|| declaration(bytes, markup));
    // Each byte is a letter in a charset of one byte; text that fits one of more bytes is in that.
    if let Some(fitting) = declared.filter(|encoding| !encoding.is_single_byte() && *encoding != UTF_8) {
        let decoding = decode_as(fitting, bytes);
        if !decoding.damaged {
            return decoding;
        }
    }
    let expected = match markup {
        Markup::Xml => declared.is_none_or(|encoding| encoding == UTF_8),
        Markup::Html => declared == Some(UTF_8),
    };
    if memchr(0x1b, bytes).is_none() && is_nearly_utf_8(bytes, if expected { 2 } else { 4 }) {
        return decode_as(UTF_8, bytes);
    }
    decode_as(declared.filter(|encoding| *encoding != UTF_8).unwrap_or_else(|| sniffed(bytes)), bytes)
}

fn decode_as<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Decoding<'b> {
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    Decoding { text, damaged }
}

/// A document behind a byte order mark. A careless editor leaves marks before text that isn't what they say; a cut end or a
/// bad byte doesn't make it so.
fn marked<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Decoding<'b> {
    let decoding = decode_as(encoding, bytes);
    if decoding.damaged && encoding == UTF_8 && !is_nearly_utf_8(bytes, 2) {
        return Decoding { damaged: true, ..decode_as(sniffed(bytes), bytes) };
    }
    decoding
}

/// Whether the bytes beyond ASCII that are UTF-8 are at least `ratio` times as many as those that aren't. In text of other
/// charsets most aren't; in that which comes nearest, EUC-JP, four in seven are by accident. A character that the end of the
/// document cuts off doesn't count.
fn is_nearly_utf_8(bytes: &[u8], ratio: usize) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        good += chunk.valid().bytes().filter(|byte| !byte.is_ascii()).count();
        let is_cut = chunks.peek().is_none()
            && std::str::from_utf8(chunk.invalid()).is_err_and(|e| e.error_len().is_none());
        bad += if is_cut { 0 } else { chunk.invalid().len() };
    }
    good > 0 && bad * ratio <= good
}

fn sniffed(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(MAX_SNIFFED_BYTES)], true);
    detector.guess(None, Utf8Detection::Allow)
}

/// The charset that the document itself declares.
fn declaration(bytes: &[u8], markup: Markup) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(MAX_DECLARATION_BYTES)];
    let in_meta = || if markup == Markup::Html { in_meta(head) } else { None };
    in_meta().or_else(|| in_xml_declaration(head))
}

/// Elements in which a `<meta>` isn't the page's.
const SKIPPED: [&str; 4] = ["script", "style", "title", "noscript"];

/// The charset of the first `<meta>` that names one, in an attribute of that name or in a media type.
fn in_meta(head: &[u8]) -> Option<&'static Encoding> {
    // Whatever the charset, markup is ASCII.
    let head = String::from_utf8_lossy(head);
    let mut scanner = MarkupScanner::new(&head);
    while let Some(token) = scanner.next() {
        let MarkupToken::Open(tag) = token else { continue };
        if let Some(skipped) = SKIPPED.iter().find(|name| tag.name.eq_ignore_ascii_case(name)) {
            scanner.skip_element(skipped);
        } else if tag.name.eq_ignore_ascii_case("meta") {
            let plain = tag.attribute("charset").map(|label| format!("charset={label}"));
            let is_media_type = |content: &str| {
                tag.attribute("http-equiv").is_some()
                    || content.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/"))
            };
            let said = plain.or_else(|| {
                tag.attribute("content").map(Cow::into_owned).filter(|content| is_media_type(content))
            });
            if let Some(encoding) = said.and_then(|said| charset_in(said.as_bytes(), Markup::Html)) {
                return Some(encoding);
            }
        }
    }
    None
}

/// The `encoding` of an XML declaration (XML 1.0, section 4.3.3), even where something stands before it.
fn in_xml_declaration(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[memmem::find(head, b"<?xml")?..];
    let declaration = &head[..memchr(b'>', head)?];
    let value = &declaration[memmem::find(declaration, b"encoding")? + b"encoding".len()..];
    let open = value.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let value = &value[open + 1..];
    let close = value.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    named(&value[..close])
}

/// The charset named behind the word `charset` and an equals sign, as in a media type (RFC 9110, section 8.3.2) and a `<meta>`.
fn charset_in(text: &[u8], markup: Markup) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    let after = &lower[memmem::find(&lower, b"charset")? + b"charset".len()..];
    let value = after.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|byte| b" \t\r\n\"';/>".contains(byte)).unwrap_or(value.len());
    let encoding = named(&value[..end])?;
    // The web's templates say ISO-8859-1 for want of knowing.
    let is_for_want = markup == Markup::Html && encoding == WINDOWS_1252 && value[..end] != *b"windows-1252";
    (!is_for_want).then_some(encoding)
}

/// The charset of that name. A document whose ASCII can be read is not in UTF-16, whatever it says.
fn named(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label_no_replacement(label.trim_ascii())?;
    let is_readable = encoding.is_ascii_compatible() || encoding == ISO_2022_JP;
    Some(if is_readable { encoding } else { UTF_8 })
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
    use encoding_rs::{BIG5, EUC_JP, EUC_KR, GB18030, KOI8_R, SHIFT_JIS, WINDOWS_1251};
    use proptest::prelude::*;

    use super::*;

    const RUSSIAN: &str =
        "<p>Паром вышел из порта в шесть утра и вернулся только к вечеру, когда стих ветер.";
    const KOREAN: &str = "<p>여객선은 아침 여섯 시에 항구를 떠나 바람이 잦아든 저녁에야 돌아왔다.";
    const JAPANESE: &str = "<p>フェリーは朝六時に港を出て、風がやんだ夕方になってようやく戻った。";
    const CHINESE: &str = "<p>渡轮早上六点离港,直到傍晚风停了才回来。乘客们在码头上等了一整天。";
    const TRADITIONAL: &str = "<p>渡輪早上六點離港,直到傍晚風停了才回來。乘客們在碼頭上等了一整天。";
    const NEWS: &str = "<rss><title>Порт открыт, корабли вернулись</title></rss>";

    fn page(bytes: &[u8], content_type: Option<&str>) -> String {
        decode(bytes, content_type, Markup::Html).text.into_owned()
    }

    fn feed(bytes: &[u8], content_type: Option<&str>) -> String {
        decode(bytes, content_type, Markup::Xml).text.into_owned()
    }

    fn encoded(name: &str, text: &str) -> Vec<u8> {
        Encoding::for_label(name.as_bytes()).unwrap().encode(text).0.into_owned()
    }

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
            assert_eq!(page(&encoding.encode(text).0, Some(&header)), text);
            assert_eq!(feed(&encoding.encode(text).0, Some(&header)), text);
        }
    }

    #[test]
    fn the_page_names_the_charset() {
        for (text, encoding, label) in legacy() {
            for declared in [
                format!("<meta http-equiv=Content-Type content='text/html; charset={label}'>{text}"),
                format!("<!-- made by hand --><title>charset=x</title><META CHARSET={label}/>{text}"),
                format!("<?xml version='1.0' encoding='{label}'?><html>{text}"),
            ] {
                assert_eq!(page(&encoding.encode(&declared).0, Some("text/html")), declared);
            }
        }
    }

    #[test]
    fn what_a_comment_or_a_script_names_is_not_the_charset() {
        for (text, encoding, label) in legacy() {
            let (text, other) = (text.repeat(4), if label == "koi8-r" { "euc-kr" } else { "koi8-r" });
            for hidden in [
                format!("<!-- <meta charset={other}> -->{text}"),
                format!("<!--><meta charset={label}><!-- <meta charset={other}> -->{text}"),
                format!("<script>'<meta charset={other}>'</script>{text}"),
                format!("<metadata charset={other}>{text}"),
                format!("<meta name=description content='how charset={other} is written'>{text}"),
            ] {
                assert_eq!(page(&encoding.encode(&hidden).0, None), hidden);
            }
        }
    }

    #[test]
    fn a_charset_that_nobody_names_is_found_by_statistics() {
        for (text, encoding, _) in legacy() {
            let text = text.repeat(4);
            assert_eq!(page(&encoding.encode(&text).0, None), text, "{}", encoding.name());
            assert_eq!(feed(&encoding.encode(&text).0, None), text, "{}", encoding.name());
        }
    }

    #[test]
    fn a_byte_order_mark_speaks_before_all_others() {
        let mut bytes = b"\xEF\xBB\xBF".to_vec();
        bytes.extend_from_slice(NEWS.as_bytes());
        assert_eq!(feed(&bytes, Some("text/xml; charset=windows-1251")), NEWS);
        let wide: Vec<u8> = "\u{FEFF}<a>в</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(feed(&wide, None), "<a>в</a>");
        assert_eq!(page(&wide, Some("text/html; charset=koi8-r")), "<a>в</a>");
    }

    #[test]
    fn a_mark_before_what_it_does_not_mean_is_passed_over() {
        let mut bytes = b"\xEF\xBB\xBF".to_vec();
        bytes.extend_from_slice(&encoded("windows-1251", &RUSSIAN.repeat(4)));
        assert_eq!(page(&bytes, None), RUSSIAN.repeat(4));
    }

    #[test]
    fn the_header_speaks_before_the_declaration() {
        let bytes = encoded("windows-1251", &format!("<?xml version='1.0' encoding='koi8-r'?>{NEWS}"));
        assert!(feed(&bytes, Some("application/xml; charset=\"windows-1251\"")).ends_with(NEWS));
    }

    #[test]
    fn the_declaration_speaks_where_the_header_is_silent() {
        for name in ["windows-1251", "koi8-r"] {
            let document = format!("<?xml version=\"1.0\" encoding=\"{name}\"?>{NEWS}");
            assert_eq!(feed(&encoded(name, &document), Some("text/xml")), document);
        }
        let korean = "<?xml version=\"1.0\" encoding=\"euc-kr\"?><title>항구가 열렸다</title>";
        assert_eq!(feed(&encoded("euc-kr", korean), None), korean);
        let japanese = "<?xml version=\"1.0\" encoding=\"iso-2022-jp\"?><title>港が開いた</title>";
        assert_eq!(feed(&encoded("iso-2022-jp", japanese), None), japanese);
    }

    #[test]
    fn valid_utf_8_is_utf_8_whatever_it_is_called() {
        let document = format!("<?xml version='1.0' encoding='iso-8859-1'?>{NEWS}");
        assert_eq!(feed(document.as_bytes(), Some("text/xml; charset=windows-1252")), document);
        assert_eq!(page(RUSSIAN.as_bytes(), Some("text/html; charset=windows-1251")), RUSSIAN);
    }

    #[test]
    fn a_declaration_of_utf_8_that_the_bytes_contradict_is_not_believed() {
        for (text, encoding, label) in legacy() {
            let bytes = encoding.encode(&text.repeat(4)).0.into_owned();
            assert_eq!(page(&bytes, Some("text/html; charset=utf-8")), text.repeat(4), "{label}");
            assert_eq!(feed(&bytes, Some("text/xml; charset=utf-8")), text.repeat(4), "{label}");
        }
    }

    #[test]
    fn a_bad_byte_does_not_change_the_charset_whatever_is_declared() {
        for text in [RUSSIAN, KOREAN, JAPANESE, CHINESE, "<p>The “ferry” left, the port said – at six."]
        {
            for declared in [
                None,
                Some("text/html"),
                Some("text/html; charset=utf-8"),
                Some("text/html; charset=windows-1251"),
            ] {
                for at in [3, text.len()] {
                    let mut bytes = text.as_bytes().to_vec();
                    bytes.insert(at, 0xA0);
                    for markup in [Markup::Html, Markup::Xml] {
                        let decoding = decode(&bytes, declared, markup);
                        assert!(decoding.damaged, "{text} {declared:?}");
                        assert_eq!(decoding.text.replace('\u{FFFD}', ""), text, "{declared:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_character_cut_at_the_end_does_not_change_the_charset() {
        for text in ["<p>The harbour’", "<p>Reopened – the port…"] {
            let cut = &text.as_bytes()[..text.len() - 1];
            assert!(page(cut, None).starts_with("<p>"), "{text}");
            assert!(!feed(cut, None).contains('â'), "{text}");
        }
        assert!(
            !page(&"<p>Reopened – the port…".as_bytes()[.."<p>Reopened – the port…".len() - 1], None)
                .contains('â')
        );
    }

    #[test]
    fn a_cut_unit_does_not_change_the_charset_of_wide_text() {
        let mut wide: Vec<u8> = format!("\u{FEFF}{NEWS}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        wide.pop();
        assert!(feed(&wide, None).starts_with("<rss><title>Порт"));
    }

    #[test]
    fn text_in_wide_units_is_read_without_a_mark() {
        let wide: Vec<u8> = NEWS.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(feed(&wide, None), NEWS);
        let wider: Vec<u8> = NEWS.chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
        assert_eq!(feed(&wider, None), NEWS);
    }

    proptest! {
        #[test]
        fn any_bytes_are_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for markup in [Markup::Html, Markup::Xml] {
                let _ = decode(&bytes, None, markup);
            }
        }

        #[test]
        fn text_in_utf_8_is_itself_whatever_is_declared(text in "[a-zа-яё가-힣一-三 ]{1,60}", label in "utf-8|koi8-r|windows-1251|big5") {
            let header = format!("text/html; charset={label}");
            prop_assert_eq!(page(text.as_bytes(), Some(&header)), text.clone());
            prop_assert_eq!(feed(text.as_bytes(), None), text);
        }
    }
}
