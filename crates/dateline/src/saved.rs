//! Saved pages and feeds: a file or standard input, compressed with gzip or not.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// The most that a saved file may decompress to. Anything larger is no page.
const MAX_BYTES: u64 = 256 << 20;
/// How every gzip member starts (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Reads a file, or standard input for `-`, decompressing what is gzip by its content, whatever its name.
///
/// # Errors
/// If it cannot be read, is damaged gzip, or is larger than 256 MiB.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        bytes
    } else {
        fs::read(path)?
    };
    let bytes = if bytes.starts_with(&GZIP_MAGIC) { decompress(&bytes)? } else { bytes };
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 256 MiB"));
    }
    Ok(bytes)
}

fn decompress(compressed: &[u8]) -> io::Result<Vec<u8>> {
    // The last four bytes of a member give its length, modulo 2^32 (section 2.3.1); strangers may lie, so it is only a hint.
    let hint = compressed.last_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
    let mut bytes = Vec::with_capacity(hint.min(compressed.len().saturating_mul(16)));
    MultiGzDecoder::new(compressed).take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_told_by_content_and_members_are_joined() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        fs::write(&path, [gzip("<p>one</p>"), gzip("<p>two</p>")].concat()).unwrap();
        assert_eq!(read(&path).unwrap(), b"<p>one</p><p>two</p>");
        fs::write(&path, "<p>plain</p>").unwrap();
        assert_eq!(read(&path).unwrap(), b"<p>plain</p>");
    }

    #[test]
    fn damaged_gzip_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html.gz");
        let whole = gzip("<p>a page that is cut off in the middle</p>");
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(read(&path).is_err());
    }
}
