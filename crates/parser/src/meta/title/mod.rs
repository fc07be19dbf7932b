//! The headline: what each witness calls it, without the name of the site ([`site`]), and which wording is believed
//! ([`decide()`]).

mod decide;
mod site;

pub(super) use decide::decide;
