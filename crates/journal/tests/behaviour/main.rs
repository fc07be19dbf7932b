//! The journal on a disk: what it takes, keeps, gives back, forgets, and survives.

// Helpers of tests are tests, too: what cannot be is a failed test.
#![allow(clippy::unwrap_used)]

mod backup;
mod commit_log;
mod file;
mod harness;
mod labels;
mod life;
mod moved;
mod properties;
mod retention;
mod revisits;
mod search;
mod sinks;
mod sources;
mod subscriptions;
mod there_and_back;
mod unreadable;
