//! The body where the operator's rule for the site says which elements hold it, or which are none of it.
//!
//! What is selected is body unless something in it says that it isn't: boxes that call themselves furniture, short lines that
//! begin as prompts do, the headline, the byline, what stands there twice. The forests are not asked: a rule is for pages
//! that they read wrong.

use std::collections::BTreeMap;

use dateline_wire::{Body, Cut, CutKind, PageKind};

use super::cut;
use super::frame::Frame;
use super::run::{Layout, Run};
use super::witness::Witness;
use super::{Text, copy, rule, text};
use crate::dom::{Document, NodeId};
use crate::site::SiteReading;

/// Extractor and version where a rule says which elements hold the text.
const EXTRACTOR: &str = "dateline/1+site_rule";

/// Reads the body as a rule says; nothing where its selectors find no text, so that the general way decides.
pub(super) fn read(document: &Document, reading: &SiteReading) -> Option<Text> {
    let page = document.without(&reading.dropped);
    let tops = reading.body.iter().map(|id| page.node(*id));
    // What lies in an element to be dropped is no longer below the page.
    let tops = tops.filter(|top| top.ancestors().last() == Some(page.root()));
    let layout = Layout::of_tops(&page, tops);
    if layout.runs.is_empty() {
        return None;
    }
    let kept = clean(&layout, &Witness::of(document));
    let body = Body { extractor: EXTRACTOR.into(), ..text::write(&layout, &kept) };
    if body.text.is_empty() {
        return None;
    }
    let rest = Layout::of(&page.without(&reading.body));
    let cuts = [
        cut::account(&layout, &kept),
        cut::account(&rest, &vec![false; rest.runs.len()]),
        dropped(document, &reading.dropped).into_iter().collect(),
    ];
    Some(Text { body, cuts: sum(cuts.into_iter().flatten()), page_kind: PageKind::Article })
}

/// The account of what a rule drops.
pub(super) fn dropped(document: &Document, nodes: &[NodeId]) -> Option<Cut> {
    let layout = Layout::of_tops(document, nodes.iter().map(|id| document.node(*id)));
    let chars = layout.runs.iter().map(|run| layout.str(run).chars().count() as u32).sum();
    (!nodes.is_empty()).then_some(Cut { kind: CutKind::SiteRule, pieces: nodes.len() as u32, chars })
}

/// Which runs of a selection are body.
fn clean(layout: &Layout, witness: &Witness) -> Vec<bool> {
    let is_prompt = |run: &Run| !run.is_prose() && cut::kind_by_words(run).is_some();
    let mut kept: Vec<bool> =
        layout.runs.iter().map(|run| cut::kind_by_boxes(layout, run).is_none() && !is_prompt(run)).collect();
    let frame = Frame::of(layout, witness);
    rule::drop_announcements(layout, &mut kept);
    rule::drop_headline(layout, &frame.testimony, &mut kept);
    rule::drop_refrains(layout, &frame, &mut kept);
    rule::drop_byline(layout, &mut kept);
    copy::drop_copies(&frame, layout, &vec![0.0; kept.len()], &mut kept);
    kept
}

/// One entry for each kind.
fn sum(cuts: impl Iterator<Item = Cut>) -> Vec<Cut> {
    let mut sums: BTreeMap<CutKind, Cut> = BTreeMap::new();
    for cut in cuts {
        let sum = sums.entry(cut.kind).or_insert(Cut { pieces: 0, chars: 0, ..cut });
        sum.pieces = sum.pieces.saturating_add(cut.pieces);
        sum.chars = sum.chars.saturating_add(cut.chars);
    }
    sums.into_values().collect()
}
