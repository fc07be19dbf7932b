//! x
pub(crate) mod date;
