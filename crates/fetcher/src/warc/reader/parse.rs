//! One record, from its version line to the end of its block.

use std::io::{self, BufRead, Read};

use super::damage::{Damage, RecordFailure};
use crate::warc::{Record, WarcFields, digest, field};

/// The longest header that is read. Real ones take about 1 KiB; the longest addresses make it 10.
const HEADER_LIMIT: u64 = 256 << 10;
/// How every record of version 1.0 or 1.1 (and the drafts before, `WARC/0.18`) begins.
pub(super) const VERSION: &[u8] = b"WARC/";

pub(super) fn skip_line_ends(source: &mut impl BufRead) -> io::Result<()> {
    loop {
        let ahead = source.fill_buf()?;
        let ends = ahead.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if ends == 0 {
            return Ok(());
        }
        source.consume(ends);
    }
}

/// Reads a record from its version line to the end of its block.
pub(super) fn read_record(source: &mut impl BufRead, limit: u64) -> Result<Record, RecordFailure> {
    let mut header = Vec::new();
    let mut limited = source.by_ref().take(HEADER_LIMIT);
    limited.read_until(b'\n', &mut header)?;
    if !header.starts_with(VERSION) {
        return Err(if VERSION.starts_with(&header) { Damage::Truncated } else { Damage::NoRecord }.into());
    }
    let fields_at = header.len();
    loop {
        let line_at = header.len();
        limited.read_until(b'\n', &mut header)?;
        match &header[line_at..] {
            b"\r\n" | b"\n" => break,
            [.., b'\n'] => {}
            _ if limited.limit() == 0 => return Err(Damage::Header.into()),
            _ => return Err(Damage::Truncated.into()),
        }
    }
    let fields = WarcFields::parse(&header[fields_at..]);
    let length = fields.get(field::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let length = length.ok_or(Damage::Header)?;
    let mut limited = source.take(length);
    if length > limit {
        let skipped = io::copy(&mut limited, &mut io::sink())?;
        return Err(if skipped == length { Damage::TooLarge(length) } else { Damage::Truncated }.into());
    }
    // The header may promise more than the file holds, so memory is taken as bytes come.
    let mut block = Vec::with_capacity(length.min(1 << 20) as usize);
    limited.read_to_end(&mut block)?;
    if block.len() as u64 != length {
        return Err(Damage::Truncated.into());
    }
    Ok(Record { fields, block })
}

/// The record, if its block has the digest it states or states none that can be checked.
pub(super) fn checked(record: Record) -> Result<Record, RecordFailure> {
    let stated = record.fields.get(field::BLOCK_DIGEST);
    match stated.and_then(|stated| digest::matches(stated, &record.block)) {
        Some(false) => Err(Damage::Digest.into()),
        Some(true) | None => Ok(record),
    }
}
