//! What bytes are, where that shows in the bytes themselves.

/// The first bytes of what is neither a page nor any other text, and of feeds, though many servers call it HTML.
const FIRST_BYTES: [(&[u8], &str); 10] = [
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"<rss", "application/rss+xml"),
    (b"<feed", "application/atom+xml"),
    (b"{\\rtf", "application/rtf"),
    (b"WARC/1.", "application/warc"),
];

/// How much is looked at to tell text from other bytes.
const MAX_LOOKED_AT_BYTES: usize = 4096;
/// Text holds fewer control characters than one in so many bytes: a page has hardly any, of random bytes every tenth is one.
const CONTROLS_ONE_IN: usize = 32;

/// How far from its start the head of a PDF may stand, in bytes (ISO 32000-1, annex H, implementation note 13).
const MAX_BEFORE_PDF_BYTES: usize = 1024;

/// The media type that the first bytes after white space and a byte order mark give away.
pub fn by_first_bytes(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let known = FIRST_BYTES.iter().find(|(first, _)| text.starts_with(first)).map(|(_, what)| *what);
    known.or_else(|| is_pdf_after_other_lines(bytes).then_some("application/pdf"))
}

/// Whether a PDF begins after lines that belong to nothing, and in which no tag stands.
fn is_pdf_after_other_lines(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(MAX_BEFORE_PDF_BYTES)];
    let mut lines = start.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines.by_ref().take_while(|line| !line.contains(&b'<')).any(|line| line.starts_with(b"%PDF-"))
}

/// Whether the bytes are no text, in whatever charset: too many control characters, without being UTF-16, which shows by its byte
/// order mark or by markup at its start.
pub fn is_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(MAX_LOOKED_AT_BYTES)];
    let is_utf16 =
        [&b"\xff\xfe"[..], b"\xfe\xff", b"<\0", b"\0<"].iter().any(|first| start.starts_with(first));
    // Tab, line feed, form feed, carriage return; the shifts and escapes of ISO 2022.
    let is_control = |byte: &&u8| {
        matches!(**byte, 0..=0x1f | 0x7f)
            && !matches!(**byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x0e | 0x0f | 0x1b)
    };
    !is_utf16 && start.iter().filter(is_control).count() * CONTROLS_ONE_IN > start.len()
}

/// Whether the bytes are other bytes written in letters and digits (base64, hexadecimal): no tag, nothing but their characters, and no
/// word as short as words are.
pub fn is_encoded(bytes: &[u8]) -> bool {
    /// Longer than words in any language that is written with Latin letters.
    const MIN_WORD_BYTES: usize = 40;
    let start = &bytes[..bytes.len().min(MAX_LOOKED_AT_BYTES)];
    let is_of_code = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_ \t\r\n".contains(byte);
    let mut words = start.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).peekable();
    let mut count = 0;
    while let Some(word) = words.next() {
        // The last one is what was left.
        if word.len() < MIN_WORD_BYTES && (words.peek().is_some() || count == 0) {
            return false;
        }
        count += 1;
    }
    count > 0 && start.iter().all(is_of_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_known_by_their_first_bytes() {
        assert_eq!(by_first_bytes(b"%PDF-1.7\n%\xe2\xe3"), Some("application/pdf"));
        assert_eq!(by_first_bytes(b"\xef\xbb\xbf\n <rss version='2.0'>"), Some("application/rss+xml"));
        assert_eq!(by_first_bytes(b"WARC/1.1\r\nWARC-Type: warcinfo\r\n"), Some("application/warc"));
        assert_eq!(by_first_bytes(b"a line of junk\r\n%PDF-1.4\n1 0 obj"), Some("application/pdf"));
        for page in [&b"<p>Ours\n%PDF-1.4 is how it begins.</p>"[..], b"A PDF begins with %PDF-1.4"] {
            assert_eq!(by_first_bytes(page), None);
        }
        assert_eq!(by_first_bytes(b"<!doctype html>"), None);
        assert_eq!(by_first_bytes(b""), None);
    }

    #[test]
    fn bytes_that_are_written_in_letters_are_no_text() {
        let line = "VGhlIGZlcnJ5IGxlZnQgdGhlIGhhcmJvdXIgYXQgc2l4IGluIHRoZSBtb3JuaW5nLg==";
        for code in [line, &format!("{line}\n{line}\nVGhl\n"), &"0f".repeat(3_000)] {
            assert!(is_encoded(code.as_bytes()), "{code}");
        }
        let address = "https://news.example/a/very/long/address/of/one/article.html";
        for text in ["", " \n", "Ferry", "The ferry left the harbour", address, "<p>", &format!("The {line}")]
        {
            assert!(!is_encoded(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn text_is_text_in_any_charset_and_random_bytes_are_none() {
        let utf16: Vec<u8> = "<p>Port</p>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for text in [&b""[..], b"<p>plain\r\n\twords</p>", b"\xcf\xee\xf0\xf2", b"\x1b$B9A\x1b(B", &utf16] {
            assert!(!is_binary(text), "{text:?}");
        }
        // Every byte there is, in an order of no meaning.
        let random: Vec<u8> = (0..512u32).map(|n| (n * 97 % 256) as u8).collect();
        assert!(is_binary(&random) && is_binary(&random[..64]));
        assert!(is_binary(b"\x7fELF\x02\x01\x01\0\0\0\0\0"));
    }
}
