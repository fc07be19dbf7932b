//! One record: named fields and a block of bytes.

use std::borrow::Cow;
use std::fmt;

use data_encoding::HEXLOWER;
use dateline_text::date;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use super::WarcFields;

/// The names of the fields that Dateline writes or reads (WARC 1.1, section 5).
pub mod field {
    #![allow(missing_docs)] // each constant is the name it holds
    pub const TYPE: &str = "WARC-Type";
    pub const RECORD_ID: &str = "WARC-Record-ID";
    pub const DATE: &str = "WARC-Date";
    pub const CONTENT_LENGTH: &str = "Content-Length";
    pub const CONTENT_TYPE: &str = "Content-Type";
    pub const CONCURRENT_TO: &str = "WARC-Concurrent-To";
    pub const BLOCK_DIGEST: &str = "WARC-Block-Digest";
    pub const PAYLOAD_DIGEST: &str = "WARC-Payload-Digest";
    pub const TARGET_URI: &str = "WARC-Target-URI";
    pub const REFERS_TO: &str = "WARC-Refers-To";
    pub const PROFILE: &str = "WARC-Profile";
    pub const FILENAME: &str = "WARC-Filename";
    pub const WARCINFO_ID: &str = "WARC-Warcinfo-ID";
    pub const SEGMENT_NUMBER: &str = "WARC-Segment-Number";
    pub const SEGMENT_ORIGIN_ID: &str = "WARC-Segment-Origin-ID";
}

/// What a record holds (WARC 1.1, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordType {
    /// What the file is and who wrote it.
    Warcinfo,
    /// An answer.
    Response,
    /// A file, without the protocol's wrapping.
    Resource,
    /// A request.
    Request,
    /// Something about another record.
    Metadata,
    /// An answer whose payload stands in another record.
    Revisit,
    /// The same content in another form.
    Conversion,
    /// A further piece of a record that was split.
    Continuation,
    /// A type that the standard doesn't know, to be passed over.
    Unknown,
}

impl RecordType {
    const WORDS: [(Self, &'static str); 8] = [
        (Self::Warcinfo, "warcinfo"),
        (Self::Response, "response"),
        (Self::Resource, "resource"),
        (Self::Request, "request"),
        (Self::Metadata, "metadata"),
        (Self::Revisit, "revisit"),
        (Self::Conversion, "conversion"),
        (Self::Continuation, "continuation"),
    ];

    /// The type that `word` names.
    pub fn from_word(word: &str) -> Self {
        let known = Self::WORDS.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(word));
        known.map_or(Self::Unknown, |(kind, _)| kind)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS.into_iter().find(|(kind, _)| *kind == self).map_or("unknown", |(_, word)| word)
    }
}

/// The `WARC-Record-ID`: a URI in angle brackets, here always `<urn:uuid:…>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordId(String);

impl RecordId {
    /// The id as it stands in the header, brackets included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a URI, without brackets, as events cite it.
    pub fn uri(&self) -> &str {
        self.0.trim_start_matches('<').trim_end_matches('>')
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes record ids: a series is fixed by its seed, so that a recording that is generated anew has the ids it had before,
/// and two series from different seeds never meet.
#[derive(Debug)]
pub struct RecordIds {
    seed: [u8; 16],
    made: u64,
}

impl RecordIds {
    /// The series of `seed`. A recording of the live web takes random bytes.
    pub fn new(seed: [u8; 16]) -> Self {
        Self { seed, made: 0 }
    }

    /// The next id: a version 8 UUID (RFC 9562, section 5.8) that holds 122 bits of SHA-256 over the seed and a counter.
    pub fn next_id(&mut self) -> RecordId {
        let hash = Sha256::new().chain_update(self.seed).chain_update(self.made.to_be_bytes()).finalize();
        self.made += 1;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex = HEXLOWER.encode(&bytes);
        RecordId(format!(
            "<urn:uuid:{}-{}-{}-{}-{}>",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        ))
    }
}

/// Where a record stands in its file: enough to come back to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordPlace {
    /// The offset in bytes of the gzip member that holds it, or of the record itself in a file that isn't compressed.
    pub offset: u64,
    /// How many records stand before it in that member: 0 wherever each record has its own, as it should.
    pub index: u32,
}

impl fmt::Display for RecordPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            0 => write!(f, "offset {}", self.offset),
            index => write!(f, "offset {}, record {index}", self.offset),
        }
    }
}

/// A record, read or to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its header. `Content-Length` and the block's digest are the writer's business.
    pub fields: WarcFields,
    /// Its block, at most as long as the reader's limit.
    pub block: Vec<u8>,
}

impl Record {
    /// A record to be written.
    pub fn new(kind: RecordType, id: &RecordId, date: Timestamp) -> Self {
        let fields = WarcFields::new()
            .with(field::TYPE, kind.word())
            .with(field::RECORD_ID, id.as_str())
            .with(field::DATE, date.to_string());
        Self { fields, block: Vec::new() }
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push(name, value);
        self
    }

    /// The same with this block of this media type.
    #[must_use]
    pub fn with_block(mut self, media_type: &str, block: Vec<u8>) -> Self {
        self.fields.push(field::CONTENT_TYPE, media_type);
        self.block = block;
        self
    }

    /// What it holds.
    pub fn kind(&self) -> RecordType {
        self.fields.get(field::TYPE).map_or(RecordType::Unknown, RecordType::from_word)
    }

    /// Its id as a URI, without the angle brackets.
    pub fn id(&self) -> Option<&str> {
        self.fields.get(field::RECORD_ID).map(without_brackets)
    }

    /// When it was captured. A date of a year, a month, a day or a minute, as WARC 1.1 allows (section 5.4), is the moment at
    /// which that begins; one that is written in another way is read as dates in feeds are, if it is one of the web's time.
    pub fn date(&self) -> Option<Timestamp> {
        let written = self.fields.get(field::DATE)?.trim();
        let bare = written.strip_suffix(['Z', 'z']).filter(|bare| bare.len() <= DAY_BYTES).unwrap_or(written);
        let rest = match bare.len() {
            4 => "-01-01T00:00:00Z",
            7 => "-01T00:00:00Z",
            DAY_BYTES => "T00:00:00Z",
            _ => "",
        };
        let whole = match bare.strip_suffix('Z') {
            Some(minute) if minute.len() == 16 => format!("{minute}:00Z"),
            _ => format!("{}{rest}", to_nanoseconds(bare)),
        };
        let specified = whole.parse().ok().filter(|date| *date >= Timestamp::UNIX_EPOCH);
        specified.or_else(|| date::read_field(written).filter(|date| date.as_second() >= WEB_BEGINS))
    }

    /// The address it is about. Early writers put it in angle brackets.
    pub fn target(&self) -> Option<Url> {
        Url::parse(without_brackets(self.fields.get(field::TARGET_URI)?)).ok()
    }

    /// The record that a field such as `WARC-Concurrent-To` points to, as a URI.
    pub fn reference(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(without_brackets)
    }

    /// Whether the block is an HTTP message (`application/http`, any case, with or without `msgtype`).
    pub fn is_http(&self) -> bool {
        let media_type = self.fields.get(field::CONTENT_TYPE).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/http")
    }
}

/// `2025-06-18`.
const DAY_BYTES: usize = 10;

/// 1990-01-01, in seconds since 1970: nothing on the web is older.
const WEB_BEGINS: i64 = 631_152_000;

/// `written` without the digits of its fraction of a second behind the ninth.
fn to_nanoseconds(written: &str) -> Cow<'_, str> {
    const MAX_DIGITS: usize = 9;
    let Some((until, fraction)) = written.split_once(['.', ',']) else { return Cow::Borrowed(written) };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if digits <= MAX_DIGITS {
        return Cow::Borrowed(written);
    }
    Cow::Owned(format!("{until}.{}{}", &fraction[..MAX_DIGITS], &fraction[digits..]))
}

fn without_brackets(value: &str) -> &str {
    value.trim().trim_start_matches('<').trim_end_matches('>')
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_seed_gives_the_same_ids_again_and_another_seed_gives_others() {
        let series = |seed| {
            let mut ids = RecordIds::new([seed; 16]);
            (0..100).map(|_| ids.next_id().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(series(1), series(1));
        let distinct: HashSet<_> = series(1).into_iter().chain(series(2)).collect();
        assert_eq!(distinct.len(), 200);
    }

    #[test]
    fn an_id_is_a_version_8_uuid() {
        let id = RecordIds::new([7; 16]).next_id();
        let uuid = id.uri().strip_prefix("urn:uuid:").unwrap();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'8');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]));
    }

    #[test]
    fn a_date_of_any_precision_is_the_moment_at_which_it_begins() {
        for (written, begins) in [
            ("2025", "2025-01-01T00:00:00Z"),
            ("2025-06", "2025-06-01T00:00:00Z"),
            ("2025-06-18", "2025-06-18T00:00:00Z"),
            ("2025-06-18T07:30Z", "2025-06-18T07:30:00Z"),
            ("2025-06-18T07:30:09Z", "2025-06-18T07:30:09Z"),
            ("2025-06-18T07:30:09.5Z", "2025-06-18T07:30:09.5Z"),
            ("2025-06-18T07:30:09.123456789Z", "2025-06-18T07:30:09.123456789Z"),
            ("2025-06-18T07:30:09.123456789012Z", "2025-06-18T07:30:09.123456789Z"),
            ("2025-06-18T07:30:09,5Z", "2025-06-18T07:30:09.5Z"),
            ("2025-06-18T16:30+09:00", "2025-06-18T07:30:00Z"),
            ("2025-06-18T16:30:09+09:00", "2025-06-18T07:30:09Z"),
            ("2025-06-18T02:30:09.25-05:00", "2025-06-18T07:30:09.25Z"),
            ("2025-06-18T07:30:09+00:00", "2025-06-18T07:30:09Z"),
            ("2025-06-18T16:30:09+0900", "2025-06-18T07:30:09Z"),
            ("2025-06-18T07:30:60Z", "2025-06-18T07:30:59Z"),
            // As no version of the format has it, and as programs write it.
            ("2025-06-18t07:30:09z", "2025-06-18T07:30:09Z"),
            ("2025-06-18 07:30:09Z", "2025-06-18T07:30:09Z"),
            ("2025-06-18 07:30:09", "2025-06-18T07:30:09Z"),
            ("2025-06-18T07:30:09", "2025-06-18T07:30:09Z"),
            ("2025-06-18T07:30", "2025-06-18T07:30:00Z"),
            ("2025-06-18T07Z", "2025-06-18T07:00:00Z"),
            ("2025-06-18Z", "2025-06-18T00:00:00Z"),
            ("20250618073009", "2025-06-18T07:30:09Z"),
            ("20250618T073009Z", "2025-06-18T07:30:09Z"),
            ("20250618", "2025-06-18T00:00:00Z"),
            ("Wed, 18 Jun 2025 07:30:09 GMT", "2025-06-18T07:30:09Z"),
            (" 2025-06-18T07:30:09Z ", "2025-06-18T07:30:09Z"),
        ] {
            let fields = WarcFields::new().with(field::DATE, written);
            assert_eq!(Record { fields, block: Vec::new() }.date(), begins.parse().ok(), "{written}");
        }
        for none in ["", "2025-13", "2025-06-31", "25", "0000", "2025-06-18T25:00Z", "yesterday", "20251"] {
            let fields = WarcFields::new().with(field::DATE, none);
            assert_eq!(Record { fields, block: Vec::new() }.date(), None, "{none}");
        }
    }

    #[test]
    fn an_address_may_stand_in_angle_brackets() {
        let fields = WarcFields::new().with(field::TARGET_URI, "<https://news.example/1>");
        let record = Record { fields, block: Vec::new() };
        assert_eq!(record.target().unwrap().as_str(), "https://news.example/1");
    }
}
