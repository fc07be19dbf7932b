//! Feeds that a hub pushes (W3C WebSub, 2018): subscribed to, verified, signed, renewed; still polled, but rarely.
//!
//! In the order in which it happens: a poll finds that a feed names its hub (`announcement`), and the journal keeps that as
//! a subscription to be asked for. [`Fetcher::subscribe`](crate::Fetcher::subscribe) asks the hub, through the same
//! transport, address guard and politeness as any request. The hub asks back whether we meant it: [`HubMessage`]. It then
//! posts what is new; what carries a valid [`signature`](is_signed_with) is read by
//! [`Fetcher::read_push`](crate::Fetcher::read_push) as a poll's answer would be. [`Leases`] says which feeds are pushed, so
//! that polls of these can be rare.
//!
//! Every callback has a path of its own that nobody can guess, and every hub a secret of its own to sign with; content
//! without a valid signature is not read at all.

mod announcement;
mod hub_message;
mod keys;
mod leases;
mod link_field;
mod push_content;
mod settings;
mod signature;
mod terms;

pub(crate) use announcement::announcement;
pub use hub_message::{HubMessage, HubReply};
pub use keys::new_keys;
pub use leases::Leases;
pub use push_content::PushContent;
pub use settings::WebSubSettings;
pub use signature::is_signed_with;
pub use terms::ask_again;
