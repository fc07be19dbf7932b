//! fetcher

pub mod feed;
pub mod warc;
