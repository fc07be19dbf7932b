//! Writing records, each in its own gzip member, so that a reader can start at any of them (WARC 1.1, annex D).

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};

use super::{Record, digest, field};

/// Appends records to `W`.
///
/// The bytes depend on the records alone: gzip headers carry neither a time nor the name of an operating system.
#[derive(Debug)]
pub struct WarcWriter<W> {
    sink: W,
}

impl<W: Write> WarcWriter<W> {
    /// A writer that appends to `sink`.
    pub fn new(sink: W) -> Self {
        Self { sink }
    }

    /// Appends the records in one `write_all`, so that a crash leaves at most one of them partial. Returns the number of bytes
    /// they take.
    ///
    /// # Errors
    /// As the sink fails. Some of the bytes may then have been written.
    pub fn append(&mut self, records: &[Record]) -> io::Result<u64> {
        let mut bytes = Vec::new();
        for record in records {
            encode(record, &mut bytes)?;
        }
        self.sink.write_all(&bytes)?;
        Ok(bytes.len() as u64)
    }

    /// The sink.
    pub fn get_ref(&self) -> &W {
        &self.sink
    }

    /// Gives the sink back.
    pub fn into_inner(self) -> W {
        self.sink
    }
}

/// Appends `record` to `bytes` as one gzip member.
fn encode(record: &Record, bytes: &mut Vec<u8>) -> io::Result<()> {
    // 255 is "unknown" in the operating system field of RFC 1952, section 2.3.1.
    let mut member = GzBuilder::new().mtime(0).operating_system(255).write(bytes, Compression::default());
    member.write_all(b"WARC/1.1\r\n")?;
    member.write_all(record.fields.to_text().as_bytes())?;
    write!(member, "{}: {}\r\n", field::BLOCK_DIGEST, digest::sha1_of(&record.block))?;
    write!(member, "{}: {}\r\n\r\n", field::CONTENT_LENGTH, record.block.len())?;
    member.write_all(&record.block)?;
    member.write_all(b"\r\n\r\n")?;
    member.finish()?;
    Ok(())
}
