//! Reading records as they are found in the wild: in gzip members of their own, many in one member, not compressed at all,
//! files laid end to end, and all of it damaged here and there.

use std::io::{self, BufRead, BufReader, Read, Seek};

use flate2::bufread::GzDecoder;
use memchr::memmem;

use super::{Fields, Place, Record, digest, field, input::Input};

/// The longest block that is read unless [`Reader::with_limit`] says otherwise. Crawl archives cut bodies at 1 to 5 MiB.
pub const DEFAULT_LIMIT: u64 = 64 << 20;
/// The longest header that is read. Real ones take about 1 KiB; the longest addresses make it 10.
const HEADER_LIMIT: u64 = 256 << 10;
/// Identification and method of a gzip member (RFC 1952, section 2.3.1).
const GZIP: &[u8] = b"\x1f\x8b\x08";
/// How every record of version 1.0 or 1.1 (and the drafts before, `WARC/0.18`) begins.
const VERSION: &[u8] = b"WARC/";
/// The same where records aren't compressed: at the start of a line.
const VERSION_LINE: &[u8] = b"\nWARC/";

/// What the file holds next.
#[derive(Debug)]
pub enum Item {
    /// A record.
    Record(Place, Record),
    /// Bytes that gave no record; reading goes on after them.
    Skipped(Skipped),
}

/// A record that could not be read, or bytes that are no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {damage}")]
pub struct Skipped {
    /// Where it begins.
    pub place: Place,
    /// What is wrong.
    pub damage: Damage,
}

/// Why a record could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Damage {
    /// The bytes don't begin as a record does.
    #[error("no WARC record begins here")]
    NoRecord,
    /// The header has no end, or no `Content-Length` that is a number.
    #[error("the record's header can't be read")]
    Header,
    /// The file ends inside the record.
    #[error("the file ends inside the record")]
    Truncated,
    /// The gzip member can't be decompressed, or its checksum doesn't match.
    #[error("the compressed data is damaged")]
    Compression,
    /// What follows the block is no record boundary.
    #[error("the block isn't as long as its header says")]
    Length,
    /// The block doesn't have the digest that its header states.
    #[error("the block doesn't match its digest")]
    Digest,
    /// The block is longer than the reader's limit.
    #[error("the block of {0} bytes is over the limit")]
    TooLarge(u64),
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
/// Damage costs the record it lies in: the reader reports it as [`Item::Skipped`] and goes on at the next place where a
/// record begins. Each block has then been checked by its gzip member's checksum, or else, where it states one, by its digest.
pub struct Reader<R: Read + Seek> {
    /// `None` only while a layer is exchanged for another.
    layer: Option<Layer<R>>,
    /// Where the next record stands, or, in the file, the last one stood.
    place: Place,
    /// Inside a member after damage, until a record begins.
    lost: bool,
    resume_after: Option<Place>,
    limit: u64,
}

/// How an attempt at a record failed.
enum Failure {
    Damage(Damage),
    /// The source itself failed.
    Io(io::Error),
}

impl From<Damage> for Failure {
    fn from(damage: Damage) -> Self {
        Self::Damage(damage)
    }
}

impl From<io::Error> for Failure {
    /// The decompressor reports damage as "invalid" and a missing end as "unexpected end"; the source reports neither.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Damage(Damage::Compression),
            io::ErrorKind::UnexpectedEof => Self::Damage(Damage::Truncated),
            _ => Self::Io(error),
        }
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Reads `source` from its start.
    ///
    /// # Errors
    /// If the source can't be read.
    pub fn new(source: R) -> io::Result<Self> {
        Self::from_place(source, Place::default())
    }

    /// Reads the record at `place` and those after it.
    ///
    /// # Errors
    /// If the source can't be read.
    pub fn from_place(source: R, place: Place) -> io::Result<Self> {
        let layer = Some(Layer::File(Input::at(source, place.offset)?));
        let resume_after = place.index.checked_sub(1).map(|index| Place { index, ..place });
        Ok(Self { layer, place: Place::default(), lost: false, resume_after, limit: DEFAULT_LIMIT })
    }

    /// Reads what comes after the record (or skipped bytes) at `place`.
    ///
    /// # Errors
    /// If the source can't be read.
    pub fn after_place(source: R, place: Place) -> io::Result<Self> {
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
    pub fn next_item(&mut self) -> io::Result<Option<Item>> {
        loop {
            let Some(item) = self.read_item()? else { return Ok(None) };
            let place = match &item {
                Item::Record(place, _) => *place,
                Item::Skipped(skipped) => skipped.place,
            };
            if self.resume_after.is_none_or(|after| place > after) {
                return Ok(Some(item));
            }
        }
    }

    fn read_item(&mut self) -> io::Result<Option<Item>> {
        loop {
            let layer = self.layer.take().ok_or_else(|| io::Error::other("an earlier read failed"))?;
            match layer {
                Layer::File(mut input) => {
                    skip_line_ends(&mut input)?;
                    self.place = Place { offset: input.position(), index: 0 };
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
                            Err(Failure::Io(error)) => return Err(error),
                            // The start of the damage is reported already: go on behind it.
                            Err(Failure::Damage(_)) => {
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
    fn report_from_file(&mut self, read: Result<Record, Failure>, mut input: Input<R>) -> io::Result<Item> {
        let place = self.place;
        let item = match read {
            Ok(record) => Item::Record(place, record),
            Err(Failure::Io(error)) => return Err(error),
            Err(Failure::Damage(damage)) => {
                // The next record is behind a block that was merely too long, but may be inside one that lied.
                if !matches!(damage, Damage::TooLarge(_) | Damage::Digest) {
                    input.go_to(place.offset + 1)?;
                    find_record(&mut input)?;
                }
                Item::Skipped(Skipped { place, damage })
            }
        };
        self.layer = Some(Layer::File(input));
        Ok(item)
    }

    fn read_from_member(&mut self, mut member: BufReader<GzDecoder<Input<R>>>) -> io::Result<Item> {
        let place = self.place;
        let read = read_record(&mut member, self.limit);
        // The checksum is verified when the end of the member is reached.
        let ended = match &read {
            Ok(_) | Err(Failure::Damage(Damage::TooLarge(_))) => skip_line_ends(&mut member)
                .and_then(|()| Ok(member.fill_buf()?.is_empty()))
                .map_err(Failure::from),
            // The member has a sound end of its own inside the record: it is whole, and the header lied about its length.
            Err(Failure::Damage(Damage::Truncated)) => Ok(member.fill_buf().is_ok_and(<[u8]>::is_empty)),
            Err(_) => Ok(false),
        };
        let read = match (read, ended) {
            (_, Err(failure)) => Err(failure),
            (Ok(record), Ok(true)) => {
                self.layer = Some(Layer::File(member.into_inner().into_inner()));
                return Ok(Item::Record(place, record));
            }
            (Ok(record), Ok(false)) => checked(record),
            (Err(Failure::Damage(Damage::Truncated)), Ok(true)) => Err(Damage::Length.into()),
            (Err(failure), Ok(_)) => Err(failure),
        };
        match read {
            Ok(record) => {
                self.place.index += 1;
                self.layer = Some(Layer::Member(Box::new(member)));
                Ok(Item::Record(place, record))
            }
            Err(Failure::Io(error)) => Err(error),
            Err(Failure::Damage(damage)) => {
                if matches!(damage, Damage::Compression | Damage::Truncated) {
                    self.layer = Some(Layer::File(self.leave_member(member)?));
                } else {
                    self.lost = true;
                    self.place.index += 1;
                    self.layer = Some(Layer::Member(Box::new(member)));
                }
                Ok(Item::Skipped(Skipped { place, damage }))
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

fn skip_line_ends(source: &mut impl BufRead) -> io::Result<()> {
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
fn read_record(source: &mut impl BufRead, limit: u64) -> Result<Record, Failure> {
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
    let fields = Fields::parse(&header[fields_at..]);
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
fn checked(record: Record) -> Result<Record, Failure> {
    let stated = record.fields.get(field::BLOCK_DIGEST);
    match stated.and_then(|stated| digest::matches(stated, &record.block)) {
        Some(false) => Err(Damage::Digest.into()),
        Some(true) | None => Ok(record),
    }
}

/// Inside a member, at the start of a line: passes over lines until the next one begins a record. `false` at the end of the
/// member.
fn find_version_line(member: &mut impl BufRead) -> Result<bool, Failure> {
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
fn find_record<R: Read + Seek>(input: &mut Input<R>) -> io::Result<()> {
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
    match read.map_err(Failure::from) {
        Err(Failure::Io(error)) => Err(error),
        Err(Failure::Damage(_)) => Ok(false),
        Ok(()) => Ok(first == VERSION),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::super::{RecordIds, RecordType, Writer};
    use super::*;

    /// Records with blocks of text that doesn't repeat, and the offset at which each begins.
    fn recording(lengths: &[usize]) -> (Vec<u8>, Vec<u64>) {
        let mut ids = RecordIds::new([3; 16]);
        let mut writer = Writer::new(Vec::new());
        let mut offsets = Vec::new();
        for (index, length) in lengths.iter().enumerate() {
            let mut text = format!("block {index} ");
            let mut word: u32 = 1;
            while text.len() < *length {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(&format!("{word:x} "));
            }
            offsets.push(writer.get_ref().len() as u64);
            let record = Record::new(RecordType::Resource, &ids.next_id(), jiff::Timestamp::UNIX_EPOCH)
                .with_block("text/plain", text.into_bytes());
            writer.append(&[record]).unwrap();
        }
        (writer.into_inner(), offsets)
    }

    /// The number of each block read, and what was skipped.
    fn read(bytes: &[u8]) -> (Vec<usize>, Vec<(u64, Damage)>) {
        read_from(Reader::new(Cursor::new(bytes)).unwrap())
    }

    fn read_from(mut reader: Reader<Cursor<&[u8]>>) -> (Vec<usize>, Vec<(u64, Damage)>) {
        let (mut blocks, mut skipped) = (Vec::new(), Vec::new());
        while let Some(item) = reader.next_item().unwrap() {
            match item {
                Item::Record(_, record) => {
                    let text = String::from_utf8(record.block).unwrap();
                    blocks.push(text.split(' ').nth(1).unwrap().parse().unwrap());
                }
                Item::Skipped(damage) => skipped.push((damage.place.offset, damage.damage)),
            }
        }
        (blocks, skipped)
    }

    fn plain(bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut text).unwrap();
        text
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    const LENGTHS: [usize; 4] = [100, 400_000, 5_000, 60_000];

    #[test]
    fn records_are_read_compressed_one_by_one_or_all_together_or_not_at_all() {
        let (bytes, _) = recording(&LENGTHS);
        let plain = plain(&bytes);
        for form in [bytes.clone(), plain.clone(), gzip(&plain)] {
            assert_eq!(read(&form), (vec![0, 1, 2, 3], vec![]));
        }
    }

    #[test]
    fn files_laid_end_to_end_are_read_as_one_whatever_their_forms() {
        let (bytes, _) = recording(&LENGTHS);
        let plain = plain(&bytes);
        let all = [bytes.clone(), plain.clone(), gzip(&plain), b"\r\n".to_vec(), bytes].concat();
        assert_eq!(read(&all), ([0, 1, 2, 3].repeat(4), vec![]));
    }

    #[test]
    fn a_flipped_bit_costs_its_record_alone_and_its_offset_is_named() {
        let (bytes, offsets) = recording(&LENGTHS);
        for at in (offsets[1] + 20..offsets[2] - 1).step_by(1 + LENGTHS[1] / 60) {
            let mut damaged = bytes.clone();
            damaged[at as usize] ^= 0x10;
            let (blocks, skipped) = read(&damaged);
            assert_eq!(blocks, [0, 2, 3], "flipped at {at}");
            assert!(
                matches!(skipped[..], [(offset, _)] if offset == offsets[1]),
                "flipped at {at}: {skipped:?}"
            );
        }
    }

    #[test]
    fn a_flipped_bit_in_a_record_that_is_not_compressed_shows_in_its_digest() {
        let (bytes, _) = recording(&LENGTHS);
        let mut plain = plain(&bytes);
        let at = memmem::find(&plain, b"block 1 ").unwrap();
        plain[at + 5_000] ^= 1;
        let (blocks, skipped) = read(&plain);
        assert_eq!(blocks, [0, 2, 3]);
        assert_eq!(skipped.iter().map(|(_, damage)| *damage).collect::<Vec<_>>(), [Damage::Digest]);
    }

    #[test]
    fn a_truncated_file_gives_what_is_whole_and_says_where_it_breaks() {
        let (bytes, offsets) = recording(&LENGTHS);
        let cut = &bytes[..bytes.len() - 100];
        assert_eq!(read(cut), (vec![0, 1, 2], vec![(offsets[3], Damage::Truncated)]));
        let plain = plain(&bytes);
        let (blocks, skipped) = read(&plain[..plain.len() - 100]);
        assert_eq!((blocks, skipped[0].1, skipped.len()), (vec![0, 1, 2], Damage::Truncated, 1));
    }

    #[test]
    fn a_header_that_lies_about_its_length_costs_its_record_alone() {
        let (bytes, _) = recording(&[100, 300, 200]);
        let text = String::from_utf8(plain(&bytes)).unwrap();
        let second = text.match_indices("Content-Length: ").nth(1).unwrap().0;
        // The first digit is replaced, which makes it shorter, longer, or no number.
        for lie in ["Content-Length: 1", "Content-Length: 9", "Content-Length: x", "Content-Length: -"] {
            let lying = [&text[..second], lie, &text[second + lie.len()..]].concat();
            let mut forms = vec![lying.clone().into_bytes()];
            // One that swallows what follows can't be undone where all stand in one gzip member.
            if !lie.ends_with('9') {
                forms.push(gzip(lying.as_bytes()));
            }
            for form in forms {
                let (blocks, skipped) = read(&form);
                assert_eq!(blocks, [0, 2], "{lie}");
                assert_eq!(skipped.len(), 1, "{lie}");
            }
        }
    }

    #[test]
    fn a_block_over_the_limit_is_passed_over_and_the_next_one_read() {
        let (bytes, offsets) = recording(&LENGTHS);
        let reader = Reader::new(Cursor::new(&*bytes)).unwrap().with_limit(300_000);
        let (blocks, skipped) = read_from(reader);
        assert_eq!(blocks, [0, 2, 3]);
        assert!(
            matches!(skipped[..], [(at, Damage::TooLarge(length))] if at == offsets[1] && length > 300_000)
        );
    }

    #[test]
    fn reading_goes_on_after_any_place_in_any_form() {
        let (bytes, _) = recording(&LENGTHS);
        let plain = plain(&bytes);
        for form in [bytes.clone(), plain.clone(), gzip(&plain)] {
            let mut reader = Reader::new(Cursor::new(&*form)).unwrap();
            let mut number = 0;
            while let Some(Item::Record(place, _)) = reader.next_item().unwrap() {
                let here = read_from(Reader::from_place(Cursor::new(&*form), place).unwrap()).0;
                let after = read_from(Reader::after_place(Cursor::new(&*form), place).unwrap()).0;
                assert_eq!(here, (number..4).collect::<Vec<_>>());
                assert_eq!(after, (number + 1..4).collect::<Vec<_>>());
                number += 1;
            }
            assert_eq!(number, 4);
        }
    }

    #[test]
    fn what_is_no_archive_is_skipped_once() {
        assert_eq!(read(b"<!doctype html>\n<p>WARC/1.1"), (vec![], vec![(0, Damage::NoRecord)]));
        assert_eq!(read(&gzip(b"<p>text</p>\n<p>more</p>")), (vec![], vec![(0, Damage::NoRecord)]));
        assert_eq!(read(b""), (vec![], vec![]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(mut bytes in proptest::collection::vec(any::<u8>(), 0..2000), at in 0_usize..2000) {
            let (whole, _) = recording(&[50, 80]);
            let at = at.min(bytes.len());
            bytes.splice(at..at, whole);
            let mut reader = Reader::new(Cursor::new(bytes)).unwrap();
            while reader.next_item().unwrap().is_some() {}
        }

        #[test]
        fn damage_anywhere_costs_at_most_the_records_it_touches(at in any::<proptest::sample::Index>(), with in any::<[u8; 8]>()) {
            let (mut bytes, offsets) = recording(&[2_000, 2_000, 2_000, 2_000, 2_000]);
            let at = at.index(bytes.len() - with.len());
            bytes[at..at + with.len()].copy_from_slice(&with);
            let untouched: Vec<usize> = (0..5)
                .filter(|index| {
                    let end = offsets.get(index + 1).copied().unwrap_or(bytes.len() as u64) as usize;
                    end <= at || offsets[*index] as usize >= at + with.len()
                })
                .collect();
            let blocks = read(&bytes).0;
            prop_assert!(untouched.iter().all(|index| blocks.contains(index)), "{blocks:?} lacks some of {untouched:?}");
        }
    }
}
