//! What can be wrong with a record.

use std::io;

use crate::warc::RecordPlace;

/// A record that could not be read, or bytes that are no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {damage}")]
pub struct DamagedRecord {
    /// Where it begins.
    pub place: RecordPlace,
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

/// How an attempt at a record failed.
pub(super) enum RecordFailure {
    Damage(Damage),
    /// The source itself failed.
    Io(io::Error),
}

impl From<Damage> for RecordFailure {
    fn from(damage: Damage) -> Self {
        Self::Damage(damage)
    }
}

impl From<io::Error> for RecordFailure {
    /// The decompressor reports damage as "invalid" and a missing end as "unexpected end"; the source reports neither.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Damage(Damage::Compression),
            io::ErrorKind::UnexpectedEof => Self::Damage(Damage::Truncated),
            _ => Self::Io(error),
        }
    }
}
