//! The console: what the daemon knows, as pages for people. Served at `/` of the API's address by whatever serves the API.
//!
//! Here are the pages alone, functions from what the API answers ([`crate::status`] and the events of `dateline_wire`) to markup. Who
//! may see them, and what is read for them, is in `api/console.rs`, beside the handlers of the API whose functions it calls.
//!
//! 1. What strangers wrote passes through [`shown`], which cuts it and makes visible what misleads; [`figures`] writes numbers and
//!    times. Markup is escaped where it is written (maud), so that a feed's `<script>` is a word like any other.
//! 2. [`plot`] draws, [`marked`] marks a text in place, [`difference`] compares revisions by words.
//! 3. [`bare_html`] writes a recorded page so that it can do nothing.
//! 4. [`page`] has a file for each page, which [`frame`] puts between menu and foot, with the style and the script of [`assets`].
//!
//! Every page is whole without its script, which adds keys and what changes by itself.

pub(crate) mod assets;
pub(crate) mod bare_html;
pub(crate) mod difference;
pub(crate) mod figures;
pub(crate) mod frame;
pub(crate) mod marked;
pub(crate) mod page;
pub(crate) mod plot;
pub(crate) mod shown;
