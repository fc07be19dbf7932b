//! Reads feeds and fetches pages, as a guest that servers are glad to see.
//!
//! In the order in which data passes: the [`Schedule`] says which feed is due; [`Fetcher::poll`] asks for it through a
//! [`transport`], reads what comes ([`feed`]), and decides when to ask again; an entry's page comes through
//! [`Fetcher::page`]. Both wait their turn at each host, so that no host is ever hurried, whatever is asked of it. The time
//! of day is a parameter ([`Clock`]) and so is the network ([`transport::Transport`]): a recorded day replays as it was.

mod address;
mod chance;
mod client;
pub mod clock;
pub mod coding;
pub mod feed;
mod fetcher;
mod page;
mod policy;
mod politeness;
mod poll;
mod refresh;
mod retry_after;
mod robots;
mod schedule;
mod settings;
mod sniff;
pub mod transport;
pub mod warc;

pub use client::Hop;
pub use clock::Clock;
pub use fetcher::Fetcher;
pub use page::{FetchedPage, PageError, PageFailure};
pub use poll::{PollOutcome, PollResult};
pub use schedule::Schedule;
pub use settings::{FetchSettings, PollSettings, SettingsError, duration};
