//! Where the next record begins, after damage.

use std::io::{self, BufRead, Read, Seek};

use flate2::bufread::GzDecoder;
use memchr::memmem;

use super::{GZIP, damage::RecordFailure, parse::VERSION};
use crate::warc::input::Input;

/// How a record begins where records aren't compressed: at the start of a line.
const VERSION_LINE: &[u8] = b"\nWARC/";

/// Inside a member, at the start of a line: passes over lines until the next one begins a record. `false` at the end of the
/// member.
pub(super) fn find_version_line(member: &mut impl BufRead) -> Result<bool, RecordFailure> {
    let mut at_line_start = true;
    loop {
        let ahead = member.fill_buf()?;
        if ahead.is_empty() {
            return Ok(false);
        }
        // A version line that straddles the buffer's end is missed: that costs one more record of a member that is
        // damaged and oddly packed, and nothing else.
        if at_line_start && ahead.starts_with(VERSION) {
            return Ok(true);
        }
        let line = memchr::memchr(b'\n', ahead);
        at_line_start = line.is_some();
        let passed = line.map_or(ahead.len(), |end| end + 1);
        member.consume(passed);
    }
}

/// Goes to the next place in the file where a record seems to begin, compressed or not, or else to its end.
pub(super) fn find_record<R: Read + Seek>(input: &mut Input<R>) -> io::Result<()> {
    loop {
        let ahead = input.peek(64 << 10)?;
        let length = ahead.len();
        let member = memmem::find(ahead, GZIP);
        let line = memmem::find(&ahead[..member.unwrap_or(length)], VERSION_LINE);
        if let Some(at) = line {
            input.consume(at + 1);
            return Ok(());
        }
        if let Some(at) = member {
            input.consume(at);
            if begins_record(input)? {
                return Ok(());
            }
            input.consume(1);
            continue;
        }
        if length < 64 << 10 {
            input.consume(length);
            return Ok(());
        }
        input.consume(length - VERSION_LINE.len());
    }
}

/// Whether the gzip member ahead begins with a record; three bytes alone occur by chance in any compressed data.
fn begins_record<R: Read + Seek>(input: &mut Input<R>) -> io::Result<bool> {
    let position = input.position();
    let mut first = [0; VERSION.len()];
    let read = GzDecoder::new(&mut *input).read_exact(&mut first);
    input.go_to(position)?;
    match read.map_err(RecordFailure::from) {
        Err(RecordFailure::Io(error)) => Err(error),
        Err(RecordFailure::Damage(_)) => Ok(false),
        Ok(()) => Ok(first == VERSION),
    }
}
