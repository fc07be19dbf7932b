//! Delivery to a real broker, whose address is in `KAFKA_TEST_BROKER`; without one these tests are skipped and say so.

// Helpers of tests are tests, too: what cannot be is a failed test.
#![allow(clippy::unwrap_used)]

mod delivery;
mod harness;
mod kills;
mod outage;
#[allow(dead_code)] // The journal's own tests use the rest.
#[path = "../../../journal/tests/behaviour/harness/mod.rs"]
mod outcomes;
mod restored;
mod tombstones;
mod topic_tail;
mod witness;
