//! Reading records as they are found in the wild: in gzip members of their own, many in one member, not compressed at all,
//! files laid end to end, and all of it damaged here and there.

mod damage;
mod parse;
mod search;

use std::io::{self, BufRead, BufReader, Read, Seek};

use flate2::bufread::GzDecoder;

use super::{Record, RecordPlace, input::Input};
use damage::RecordFailure;
pub use damage::{Damage, DamagedRecord};
use parse::{checked, read_record, skip_line_ends};
use search::{find_record, find_version_line};

/// The longest block that is read unless [`WarcReader::with_limit`] says otherwise. Crawl archives cut bodies at 1 to 5 MiB.
pub const DEFAULT_LIMIT: u64 = 64 << 20;
/// Identification and method of a gzip member (RFC 1952, section 2.3.1).
const GZIP: &[u8] = b"\x1f\x8b\x08";

/// What the file holds next.
#[derive(Debug)]
pub enum WarcItem {
    /// A record.
    Record(RecordPlace, Record),
    /// Bytes that gave no record; reading goes on after them.
    DamagedRecord(DamagedRecord),
}

/// Where the next bytes come from.
enum Layer<R: Read + Seek> {
    /// The file itself.
    File(Input<R>),
    /// The gzip member at the current place.
    Member(Box<BufReader<GzDecoder<Input<R>>>>),
}

/// Reads one record after another, in memory bounded by the limit on a block.
///
/// Damage costs the record it lies in: the reader reports it as [`WarcItem::DamagedRecord`] and goes on at the next place where a
/// record begins. Each block has then been checked by its gzip member's checksum, or else, where it states one, by its digest.
pub struct WarcReader<R: Read + Seek> {
    /// `None` only while a layer is exchanged for another.
    layer: Option<Layer<R>>,
    /// Where the next record stands, or, in the file, the last one stood.
    place: RecordPlace,
    /// Inside a member after damage, until a record begins.
    lost: bool,
    resume_after: Option<RecordPlace>,
    limit: u64,
}

impl<R: Read + Seek> WarcReader<R> {
    /// Reads `source` from its start.
    ///
    /// # Errors
    /// If the source can't be read.
    pub fn new(source: R) -> io::Result<Self> {
        Self::from_place(source, RecordPlace::default())
    }

    /// Reads the record at `place` and those after it.
    ///
    /// # Errors
    /// If the source can't be read.
    pub fn from_place(source: R, place: RecordPlace) -> io::Result<Self> {
        let layer = Some(Layer::File(Input::at(source, place.offset)?));
        let resume_after = place.index.checked_sub(1).map(|index| RecordPlace { index, ..place });
        Ok(Self { layer, place: RecordPlace::default(), lost: false, resume_after, limit: DEFAULT_LIMIT })
    }

    /// Reads what comes after the record (or skipped bytes) at `place`.
    ///
    /// # Errors
    /// If the source can't be read.
    pub fn after_place(source: R, place: RecordPlace) -> io::Result<Self> {
        let mut reader = Self::from_place(source, place)?;
        reader.resume_after = Some(place);
        Ok(reader)
    }

    /// The same with another limit on the length of a block, in bytes.
    #[must_use]
    pub fn with_limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    /// How much of the file has been consumed, in bytes.
    pub fn position(&self) -> u64 {
        match &self.layer {
            Some(Layer::File(input)) => input.position(),
            Some(Layer::Member(member)) => member.get_ref().get_ref().position(),
            None => 0,
        }
    }

    /// The next record or damage; `None` at the end.
    ///
    /// # Errors
    /// If the source can't be read. Damage to its content is no error.
    pub fn next_item(&mut self) -> io::Result<Option<WarcItem>> {
        loop {
            let Some(item) = self.read_item()? else { return Ok(None) };
            let place = match &item {
                WarcItem::Record(place, _) => *place,
                WarcItem::DamagedRecord(skipped) => skipped.place,
            };
            if self.resume_after.is_none_or(|after| place > after) {
                return Ok(Some(item));
            }
        }
    }

    fn read_item(&mut self) -> io::Result<Option<WarcItem>> {
        loop {
            let layer = self.layer.take().ok_or_else(|| io::Error::other("an earlier read failed"))?;
            match layer {
                Layer::File(mut input) => {
                    skip_line_ends(&mut input)?;
                    self.place = RecordPlace { offset: input.position(), index: 0 };
                    let ahead = input.peek(GZIP.len())?;
                    if ahead.is_empty() {
                        self.layer = Some(Layer::File(input));
                        return Ok(None);
                    }
                    if ahead.starts_with(GZIP) {
                        self.lost = false;
                        let member = BufReader::with_capacity(32 << 10, GzDecoder::new(input));
                        self.layer = Some(Layer::Member(Box::new(member)));
                        continue;
                    }
                    let read = read_record(&mut input, self.limit).and_then(|record| {
                        let ends = matches!(input.peek(1)?, [] | [b'\r' | b'\n', ..]);
                        if ends { checked(record) } else { Err(Damage::Length.into()) }
                    });
                    return self.report_from_file(read, input).map(Some);
                }
                Layer::Member(mut member) => {
                    if self.lost {
                        match find_version_line(&mut member) {
                            Ok(true) => self.lost = false,
                            Ok(false) => {
                                self.layer = Some(Layer::File(member.into_inner().into_inner()));
                                continue;
                            }
                            Err(RecordFailure::Io(error)) => return Err(error),
                            // The start of the damage is reported already: go on behind it.
                            Err(RecordFailure::Damage(_)) => {
                                self.layer = Some(Layer::File(self.leave_member(*member)?));
                                continue;
                            }
                        }
                    }
                    return self.read_from_member(*member).map(Some);
                }
            }
        }
    }

    /// Reports what was read in a file that isn't compressed, and after damage goes to the next place to read at.
    fn report_from_file(
        &mut self,
        read: Result<Record, RecordFailure>,
        mut input: Input<R>,
    ) -> io::Result<WarcItem> {
        let place = self.place;
        let item = match read {
            Ok(record) => WarcItem::Record(place, record),
            Err(RecordFailure::Io(error)) => return Err(error),
            Err(RecordFailure::Damage(damage)) => {
                // The next record is behind a block that was merely too long, but may be inside one that lied.
                if !matches!(damage, Damage::TooLarge(_) | Damage::Digest) {
                    input.go_to(place.offset + 1)?;
                    find_record(&mut input)?;
                }
                WarcItem::DamagedRecord(DamagedRecord { place, damage })
            }
        };
        self.layer = Some(Layer::File(input));
        Ok(item)
    }

    fn read_from_member(&mut self, mut member: BufReader<GzDecoder<Input<R>>>) -> io::Result<WarcItem> {
        let place = self.place;
        let read = read_record(&mut member, self.limit);
        // The checksum is verified when the end of the member is reached.
        let ended = match &read {
            Ok(_) | Err(RecordFailure::Damage(Damage::TooLarge(_))) => skip_line_ends(&mut member)
                .and_then(|()| Ok(member.fill_buf()?.is_empty()))
                .map_err(RecordFailure::from),
            // The member has a sound end of its own inside the record: it is whole, and the header lied about its length.
            // A decoder that found no end even of the member's own header says "end" from the second time on.
            Err(RecordFailure::Damage(Damage::Truncated)) => {
                let begun = member.get_ref().header().is_some();
                Ok(begun && member.fill_buf().is_ok_and(<[u8]>::is_empty))
            }
            Err(_) => Ok(false),
        };
        let read = match (read, ended) {
            (_, Err(failure)) => Err(failure),
            (Ok(record), Ok(true)) => {
                self.layer = Some(Layer::File(member.into_inner().into_inner()));
                return Ok(WarcItem::Record(place, record));
            }
            (Ok(record), Ok(false)) => checked(record),
            (Err(RecordFailure::Damage(Damage::Truncated)), Ok(true)) => Err(Damage::Length.into()),
            (Err(failure), Ok(_)) => Err(failure),
        };
        match read {
            Ok(record) => {
                self.place.index += 1;
                self.layer = Some(Layer::Member(Box::new(member)));
                Ok(WarcItem::Record(place, record))
            }
            Err(RecordFailure::Io(error)) => Err(error),
            Err(RecordFailure::Damage(damage)) => {
                if matches!(damage, Damage::Compression | Damage::Truncated) {
                    self.layer = Some(Layer::File(self.leave_member(member)?));
                } else {
                    self.lost = true;
                    self.place.index += 1;
                    self.layer = Some(Layer::Member(Box::new(member)));
                }
                Ok(WarcItem::DamagedRecord(DamagedRecord { place, damage }))
            }
        }
    }

    /// Gives up a member that can't be decompressed: where it ends can't be known, so the next record is searched from its
    /// second byte on.
    fn leave_member(&mut self, member: BufReader<GzDecoder<Input<R>>>) -> io::Result<Input<R>> {
        let mut input = member.into_inner().into_inner();
        input.go_to(self.place.offset + 1)?;
        find_record(&mut input)?;
        Ok(input)
    }
}

#[cfg(test)]
mod tests;
