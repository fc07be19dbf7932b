//! A web in memory, and the engine living in it.
//!
//! A [`Plan`] follows from a seed and a [`Scale`]: which feeds there are, what they announce when, what is edited, moved,
//! announced twice, and what goes wrong from when to when. A [`Web`] answers requests as the plan says at the moment they
//! come, and keeps a log. [`simulate`] lets the real engine, with a real journal, live in it under a virtual clock, restarts
//! it while the clock jumps, and gives a [`Report`], whose [`Report::violations`] are what must never happen:
//!
//! - an entry that was visible in an answer that arrived ends in no event, or in more than its editions explain;
//! - a host is asked more often, or by more at once, than the limits allow, or while it asked to be left alone;
//! - more is under way than the engine's bounds;
//! - an edit of a published page that was seen before and after it is told by none or several revisions, or a page that two visits found
//!   gone by no withdrawal or several;
//! - what is told about a feed's health isn't what its trouble explains, where a plan gives each feed one ([`Trouble`]).
//!
//! [`day`] is another web: a small one with pages as people write them, whose recording is kept under `tests/fixtures`.
//!
//! The same seed gives the same plan, the same requests and the same events, so a seed is all that a failure has to tell.

mod check;
pub mod day;
mod plan;
mod render;
mod run;
mod trouble;
mod web;

pub use check::Report;
pub use plan::{Plan, Scale};
pub use run::{Extent, Simulation, SimulationError, simulate, subject};
pub use trouble::Trouble;
pub use web::Web;
