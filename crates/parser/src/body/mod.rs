//! The text of the article: which runs of text on the page are its body, and what was cut away near it.
//!
//! A page is cut into runs ([`run`]): what a reader sees between two breaks, each standing in a box ([`area`]) whose class,
//! id and role say something ([`marks`]), with words that say something ([`cue`]); advertisements inside a line are left out
//! ([`inserted`]). The head of the page is heard as a witness ([`witness`]). What the markup says is not the article's is set
//! apart ([`apart`]), with second copies of the whole ([`copy`]). Each run left becomes a row of numbers
//! ([`feature`]), which knows the piece of the page that it belongs to ([`block`]), and is decided on twice ([`decide`],
//! [`model`]): first from a guess at where the body is, then knowing the first verdict on every other run. What is about
//! the page as a whole is left to rules ([`rule`], [`consent`], [`copy`],
//! [`neighbour`], [`flash`], [`paywall`]). What is kept is written out as paragraphs ([`text`]), what is
//! not is accounted for ([`cut`]), and the page's kind follows from both ([`kind`], [`wall`], [`list`]).
//! Where a page shows next to nothing, its scripts may hold the text ([`rescue`], [`state`]).
//! Where the operator's rule for a site says what holds the text, [`selected`] reads it. Bylines left in the text go once the
//! authors are known ([`signed`]).

mod apart;
mod area;
mod block;
mod consent;
mod copy;
mod cue;
mod cut;
mod decide;
mod feature;
mod flash;
mod frame;
mod inserted;
mod kind;
mod list;
mod marks;
mod model;
mod neighbour;
mod opener;
mod paywall;
mod rescue;
mod rule;
mod run;
mod selected;
mod signed;
mod state;
mod table;
mod text;
mod wall;
mod witness;

use dateline_wire::{Body, Cut, PageKind};
use url::Url;

use crate::dom::Document;
use crate::site::{SiteReading, SiteRulePart};
use run::Layout;
use witness::Witness;

pub(crate) use signed::drop_bylines;
pub use table::{read_as_judged, table};

/// Extractor and version, as it stands in [`Body::extractor`].
pub const EXTRACTOR: &str = "dateline/1";

/// What the page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub body: Body,
    /// What stood near it.
    pub cuts: Vec<Cut>,
    /// What kind of page it is.
    pub page_kind: PageKind,
}

/// Reads the body of the page that was found at `url`.
pub fn read(document: &Document, url: Option<&Url>) -> Text {
    let (layout, witness) = look(document);
    let (kept, frame) = decide::decide(&layout, &witness);
    let shown = text::write(&layout, &kept);
    let rescued = rescue::from_script(&witness, &shown).or_else(|| rescue::from_markup(document, &shown));
    let body = rescued.unwrap_or(shown);
    let page =
        kind::PageFacts { document, url, witness: &witness, layout: &layout, frame: &frame, kept: &kept };
    let page_kind = kind::of(&page, &body);
    Text { cuts: cut::account(&layout, &kept), body, page_kind }
}

/// The page without what its markup sets apart, and what its head says.
fn look(document: &Document) -> (Layout, Witness) {
    let mut layout = Layout::of(document);
    let witness = Witness::of(document);
    apart::set_apart(&mut layout, &witness);
    copy::set_apart(&mut layout);
    (layout, witness)
}

/// Reads the body as the operator's rule for the site says, and the general way where it leaves that open.
/// A selection without text is noted as not matched.
pub(crate) fn read_by(document: &Document, url: Option<&Url>, reading: &mut SiteReading) -> Text {
    selected::read(document, reading).unwrap_or_else(|| {
        if !reading.body.is_empty() {
            reading.unmatched.insert(0, SiteRulePart::Body);
        }
        let mut text = read(&document.without(&reading.dropped), url);
        text.cuts.extend(selected::dropped(document, &reading.dropped));
        text
    })
}
