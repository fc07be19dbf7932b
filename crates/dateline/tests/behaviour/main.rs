//! What the program does as a whole: its commands, its HTTP side, and the engine over a web of a few pages under a virtual clock.

// Helpers of tests are tests, too: what cannot be is a failed test.
#![allow(clippy::unwrap_used)]

mod api;
mod archive;
mod console;
mod console_work;
mod contract;
mod copies;
mod engine;
mod feed_commands;
mod feed_options;
mod first_minutes;
mod mistakes;
mod monitoring;
mod program;
mod queries;
mod reload;
mod revisits;
mod served;
mod sinks;
mod site;
mod status;
mod stories;
mod story_commands;
mod traces;
mod twins;
mod webhooks;
mod websub;
mod world;
