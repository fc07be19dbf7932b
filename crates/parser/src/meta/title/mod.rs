//! The headline: what data calls it, without the name of the site ([`site`]), what a reader sees as one ([`headline`]), its
//! spelling mended where others have it whole ([`mend`]), and which wording is believed ([`decide()`]).

mod decide;
mod headline;
mod mend;
mod site;
mod words;

pub use decide::Headline;
pub(super) use decide::decide;
