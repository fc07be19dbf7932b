//! fetcher

pub mod feed;
