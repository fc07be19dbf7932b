//! WARC, the format of web archives (ISO 28500; the text of version 1.1 is on iipc.github.io/warc-specifications).
//!
//! A file is a sequence of [`Record`]s: [`WarcFields`] and a block of bytes, by custom each in a gzip member of its own, so that
//! a reader can start at any of them and damage to one costs no other. [`WarcWriter`] writes them so; [`WarcReader`] reads them
//! however they were written, by whom, and whatever has happened to them since. [`http`] reads and writes the messages in the
//! blocks of request and response records.
//!
//! The `warc` crate reads a block of any stated length into memory, decompresses a file as one stream, so that
//! the first flipped bit ends it, and knows no offsets to come back to. Archives of strangers need all three.
//!
//! ```
//! use std::io::Cursor;
//! use dateline_fetcher::warc::{WarcFields, WarcItem, WarcReader, Record, RecordIds, RecordType, WarcWriter};
//!
//! let mut ids = RecordIds::new([0; 16]);
//! let about = WarcFields::new().with("software", "dateline").to_text().into_bytes();
//! let record = Record::new(RecordType::Warcinfo, &ids.next_id(), "2025-03-21T00:00:00Z".parse()?)
//!     .with_block(WarcFields::MEDIA_TYPE, about.clone());
//! let mut writer = WarcWriter::new(Vec::new());
//! writer.append(&[record])?;
//!
//! let mut reader = WarcReader::new(Cursor::new(writer.into_inner()))?;
//! let Some(WarcItem::Record(place, record)) = reader.next_item()? else { panic!("a record was written") };
//! assert_eq!((place.offset, record.block), (0, about));
//! assert!(reader.next_item()?.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod digest;
mod fields;
pub mod http;
mod input;
mod reader;
mod record;
mod tail;
mod writer;

pub use fields::WarcFields;
pub use reader::{DEFAULT_LIMIT, Damage, DamagedRecord, WarcItem, WarcReader};
pub use record::{Record, RecordId, RecordIds, RecordPlace, RecordType, field};
pub use tail::{TailError, repair_tail};
pub use writer::WarcWriter;
