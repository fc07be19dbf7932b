//! How Dateline behaves on the wire, against real servers. Every line of docs/behaviour.md names a test from here or a unit
//! test.

// Helpers of tests are tests, too: what cannot be is a failed test.
#![allow(clippy::unwrap_used)]

mod addresses;
mod backing_off;
mod bounds;
mod codings;
mod feed_options;
mod http2;
mod kept_connections;
mod moving;
mod nginx;
mod pages;
mod politeness;
mod proxies;
mod retry_after;
mod revisits;
mod robots;
mod soak;
mod support;
mod timing;
mod tls;
mod validators;
mod websub;
