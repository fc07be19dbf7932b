//! Reads feeds and fetches pages, as a guest that servers are glad to see.
//!
//! In the order in which data passes: the [`Schedule`] says which feed is due; [`Fetcher::poll`] asks for it through a
//! [`transport`], reads what comes ([`feed`]), and decides what follows: the feed's next state, with its validators and
//! its next poll, and what to tell about its health. An entry's page comes through [`Fetcher::page`]: if robots.txt lets it,
//! through its redirects, decompressed ([`coding`]). Both wait their turn at each host, so that no host is ever hurried,
//! whatever is asked of it, and both reach public addresses only. A feed that names a WebSub hub can be subscribed to there
//! ([`websub`]): what the hub pushes is read as a poll's answer is.
//!
//! The time of day is a parameter ([`Clock`]) and so is the network ([`transport::Transport`]): live, recorded to a
//! [`warc`], or answered from one, so that a recorded day replays as it was. What is decided is decided by functions of
//! values; nothing here stores anything.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use dateline_fetcher::{Clock, Feed, FetchSettings, Fetcher, PollSettings, transport::LiveTransport};
//! use dateline_wire::FeedState;
//!
//! # async fn poll() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = FetchSettings::default();
//! let live = Arc::new(LiveTransport::new(&settings)?);
//! let feed = Feed::new("https://news.example/feed.xml".parse()?, None, &settings.secret_query);
//! let fetcher = Fetcher::new(live, settings, PollSettings::default(), Clock::System, 7);
//!
//! let state = FeedState::new(feed.published(), Clock::System.now());
//! let outcome = fetcher.poll(&state, &feed).await;
//! println!("{:?}; again at {}", outcome.result, outcome.feed.next_poll);
//! for link in outcome.entries.iter().filter_map(|entry| entry.link.as_ref()) {
//!     match fetcher.page(link).await {
//!         Ok(fetched) => println!("{link}: {} bytes", fetched.page.bytes.len()),
//!         Err(error) => println!("{error}; again in {:?}", error.retry_in(1, Clock::System.now())),
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod address;
mod chance;
mod client;
pub mod clock;
pub mod coding;
mod contact;
pub mod feed;
mod fetcher;
mod memory;
mod page;
mod policy;
mod politeness;
mod poll;
mod push;
mod redirector;
mod refresh;
mod retry_after;
mod robots;
mod schedule;
mod settings;
mod sniff;
mod subscribe;
pub mod transport;
pub mod warc;
pub mod websub;

pub use chance::chance;
pub use client::Hop;
pub use clock::Clock;
pub use contact::{ContactGuard, ContactVerdict, HostWish};
pub use fetcher::Fetcher;
pub use memory::MemoryLease;
pub use page::{FetchedPage, PageError, PageFailure, PageVisit};
pub use policy::reason_for_next_poll;
pub use poll::{PollOutcome, PollResult};
pub use retry_after::retry_after;
pub use schedule::Schedule;
pub use settings::{
    Authorization, EntryFilter, Feed, FeedOptions, FetchSettings, FetchSettingsError, FullText, Judging,
    PollInterval, PollSettings, RobotsRule,
};
pub use sniff::other_than_html;
pub use subscribe::SubscribeError;
