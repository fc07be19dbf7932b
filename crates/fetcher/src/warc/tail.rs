//! The end of a recording that a crash may have left partial.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::GzDecoder;
use memchr::memmem;

use super::input::Input;

/// How much is searched at once, from the end towards the start.
const WINDOW: u64 = 1 << 20;
const GZIP: &[u8] = b"\x1f\x8b\x08";

/// Why records can't be appended to a file.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    /// Nothing in it looks like a record in gzip: it is something else, and is left alone.
    #[error("the file isn't empty and isn't a recording (WARC with each record in a gzip member of its own)")]
    NotARecording,
    /// It can't be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The length up to which `source` holds whole records: where to truncate it before appending.
///
/// Only the last records are read, however long the file is.
///
/// # Errors
/// If it holds something other than a recording, or can't be read.
pub fn repair_tail<R: Read + Seek>(mut source: R) -> Result<u64, TailError> {
    let length = source.seek(SeekFrom::End(0))?;
    if length == 0 {
        return Ok(0);
    }
    let mut partial_from_start = false;
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(WINDOW);
        // Members that begin in this window; their identification may reach two bytes into the one behind it.
        let mut window = vec![0; (end - start) as usize];
        source.seek(SeekFrom::Start(start))?;
        source.read_exact(&mut window)?;
        let mut overlap = Vec::new();
        source.by_ref().take(GZIP.len() as u64 - 1).read_to_end(&mut overlap)?;
        window.extend(overlap);
        if length < GZIP.len() as u64 && GZIP.starts_with(&window) {
            return Ok(0);
        }
        for at in memmem::rfind_iter(&window, GZIP) {
            let offset = start + at as u64;
            match member_end(&mut source, offset)? {
                Member::Whole(end) => return Ok(end),
                Member::Partial => partial_from_start = offset == 0,
                Member::NoRecord => {}
            }
        }
        end = start;
    }
    if partial_from_start { Ok(0) } else { Err(TailError::NotARecording) }
}

enum Member {
    /// A member that begins with a record and ends there.
    Whole(u64),
    /// A member that begins with a record and has no end.
    Partial,
    /// Bytes that look like a member by chance.
    NoRecord,
}

fn member_end<R: Read + Seek>(source: R, offset: u64) -> io::Result<Member> {
    let mut member = BufReader::new(GzDecoder::new(Input::at(source, offset)?));
    let mut first = [0; 5];
    match member.read_exact(&mut first) {
        Ok(()) if &first == b"WARC/" => {}
        // The file's first record may have been cut before its first line.
        Err(error) if offset == 0 && error.kind() == io::ErrorKind::UnexpectedEof => {
            return Ok(Member::Partial);
        }
        Ok(()) => return Ok(Member::NoRecord),
        Err(error) if is_damage(&error) => return Ok(Member::NoRecord),
        Err(error) => return Err(error),
    }
    match io::copy(&mut member, &mut io::sink()) {
        Ok(_) => Ok(Member::Whole(member.into_inner().into_inner().position())),
        Err(error) if is_damage(&error) => Ok(Member::Partial),
        Err(error) => Err(error),
    }
}

fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::{Record, RecordIds, RecordType, WarcWriter};
    use super::*;

    /// Three records and the offset at which each ends.
    fn recording() -> (Vec<u8>, Vec<u64>) {
        let mut ids = RecordIds::new([1; 16]);
        let mut writer = WarcWriter::new(Vec::new());
        let mut ends = Vec::new();
        for length in [10, 200_000, 3_000] {
            let block: Vec<u8> =
                (0..length).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            let record = Record::new(RecordType::Resource, &ids.next_id(), jiff::Timestamp::UNIX_EPOCH)
                .with_block("application/octet-stream", block);
            writer.append(&[record]).unwrap();
            ends.push(writer.get_ref().len() as u64);
        }
        (writer.into_inner(), ends)
    }

    #[test]
    fn a_whole_recording_is_kept_whole() {
        let (bytes, ends) = recording();
        assert_eq!(repair_tail(Cursor::new(bytes)).unwrap(), ends[2]);
        assert_eq!(repair_tail(Cursor::new([])).unwrap(), 0);
    }

    #[test]
    fn wherever_a_crash_cut_it_the_whole_records_before_are_kept() {
        let (bytes, ends) = recording();
        let step = bytes.len() / 400;
        for cut in (1..bytes.len()).step_by(step).chain(ends.iter().map(|end| *end as usize + 1)) {
            let cut = cut.min(bytes.len());
            let kept = ends.iter().copied().filter(|end| *end <= cut as u64).max().unwrap_or(0);
            assert_eq!(repair_tail(Cursor::new(&bytes[..cut])).unwrap(), kept, "cut at {cut}");
        }
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let text = b"data_dir = \"data\"\nfeeds = \"feeds.toml\"\n".repeat(100_000);
        assert!(matches!(repair_tail(Cursor::new(text)), Err(TailError::NotARecording)));
    }
}
