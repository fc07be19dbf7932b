//! The `dateline` program: it binds the crates that do the work.
//!
//! [`cli`] says what can be asked and [`commands`] does it, one module a command. Most commands are a few lines around
//! another crate. `run` is the daemon: [`config`] is read, the [`daemon`] starts the [`engine`] (feeds in, events into the
//! journal), the relay to Kafka, subscriptions at hubs ([`websub`]), and the [`api`], and stops them together; [`reload`] has them go on
//! with a configuration that was read anew. [`status`]
//! and [`metrics`] tell how it is going, [`traces`] what became of each entry; [`console`] shows it all as pages.
//!
//! The engine knows neither the network nor the time: both are the fetcher's, which takes them as parameters. So the same
//! engine that runs live also runs over a recorded day or a simulated month.
//!
//! ```
//! use dateline::batch::{self, BatchAnswer};
//!
//! let mut answers = Vec::new();
//! let upper = |line: &[u8]| BatchAnswer { line: line.to_ascii_uppercase(), failed: false };
//! let tally = batch::run(&b"one\ntwo\n"[..], &mut answers, std::num::NonZero::<usize>::MIN, upper)?;
//! assert_eq!((answers.as_slice(), tally.lines), (&b"ONE\nTWO\n"[..], 2));
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod api;
pub mod api_client;
pub mod batch;
mod bounded_reading;
pub mod cli;
pub mod commands;
pub mod config;
mod console;
pub mod contained;
pub mod contract;
pub mod daemon;
mod demo;
pub mod disk;
pub mod engine;
mod event_placement;

pub mod failure;
pub mod faults;
pub mod feed_discovery;
mod feed_finding;
mod feed_preview;
mod fleet_member;
mod fleet_status;
mod groundwork;
mod local_key;
pub mod logs;
pub mod metrics;
pub mod proxies;
pub mod recorded_pages;
pub mod reload;
pub mod replay;
pub mod retention;
mod rivals;
pub mod run_record;
pub mod saved;
pub mod schema_registry;
mod service_manager;
mod shipped;
pub mod site_rules;
pub mod status;
mod table;
mod terminal;
mod text;
pub mod traces;
pub mod websub;
