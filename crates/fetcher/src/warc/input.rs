//! A buffered source that knows where it is, can look ahead, and can go back.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// How much is read at once. Large, since archives are read from end to end.
const BUFFER: usize = 256 << 10;

/// Bytes of a file with their offsets.
#[derive(Debug)]
pub(super) struct Input<R> {
    source: R,
    buffer: Box<[u8]>,
    /// What of the buffer holds bytes not yet consumed.
    start: usize,
    end: usize,
    /// The offset in the source of the next byte to be consumed.
    position: u64,
}

impl<R: Read + Seek> Input<R> {
    pub(super) fn at(mut source: R, position: u64) -> io::Result<Self> {
        source.seek(SeekFrom::Start(position))?;
        Ok(Self { source, buffer: vec![0; BUFFER].into(), start: 0, end: 0, position })
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Goes to `position`, which costs nothing where it is still buffered.
    pub(super) fn go_to(&mut self, position: u64) -> io::Result<()> {
        let buffer_offset = self.position - self.start as u64;
        let buffered = buffer_offset..=buffer_offset + self.end as u64;
        if buffered.contains(&position) {
            self.start = (position - buffer_offset) as usize;
        } else {
            self.source.seek(SeekFrom::Start(position))?;
            (self.start, self.end) = (0, 0);
        }
        self.position = position;
        Ok(())
    }

    /// The bytes ahead: at least `least` of them (which may not exceed the buffer), fewer only at the end of the source.
    pub(super) fn peek(&mut self, least: usize) -> io::Result<&[u8]> {
        while self.end - self.start < least {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }
}

impl<R: Read + Seek> Read for Input<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read + Seek> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.end - self.start);
        self.start += amount;
        self.position += amount as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_position_follows_what_was_consumed_and_one_can_go_back() {
        let bytes: Vec<u8> = (0..600_000_u32).map(|n| (n % 251) as u8).collect();
        let mut input = Input::at(Cursor::new(bytes.clone()), 0).unwrap();
        let mut read = vec![0; 500_000];
        input.read_exact(&mut read).unwrap();
        assert_eq!(input.position(), 500_000);
        input.go_to(7).unwrap();
        assert_eq!(input.peek(3).unwrap()[..3], bytes[7..10]);
        let mut rest = Vec::new();
        input.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, bytes[7..]);
        assert_eq!(input.position(), 600_000);
        assert!(input.peek(1).unwrap().is_empty());
    }
}
