//! parser

mod fingerprint;
mod subject;

pub use fingerprint::fingerprint;
pub use subject::{Scanner, Subject, SubjectError};
