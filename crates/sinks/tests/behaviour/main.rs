//! Delivery to files and webhooks: a real disk, and a real server.

// Helpers of tests are tests, too: what cannot be is a failed test.
#![allow(clippy::unwrap_used)]

mod file;
mod support;
mod webhook;
