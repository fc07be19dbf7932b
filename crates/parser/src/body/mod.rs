//! The text of the article: which runs of text on the page are its body, and what was cut away near it.
//!
//! A page is cut into runs ([`run`]): what a reader sees between two breaks, each standing in a box ([`area`]) whose class,
//! id and role say something ([`marks`]), with words that say something ([`cue`]). The head of the page is heard as a
//! witness ([`witness`]). Each run becomes a row of numbers ([`feature`]) and is decided on twice ([`model`]): first from a
//! guess at where the body is, then knowing the first verdict on every other run. What is kept is written out as paragraphs
//! ([`text`]), what is not is accounted for ([`cut`]), and the page's kind follows from both ([`kind`]).

mod area;
mod cue;
mod cut;
mod feature;
mod kind;
mod marks;
mod model;
mod rescue;
mod run;
mod text;
mod witness;

use dateline_wire::{Body, Cut, PageKind};

use crate::dom::Document;
use feature::Scene;
use run::Layout;
use witness::Witness;

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

/// Reads the body.
pub fn read(document: &Document) -> Text {
    let layout = Layout::of(document);
    let witness = Witness::of(document);
    let kept = decide(&layout, &witness);
    let body = text::write(&layout, &kept);
    let body = rescue::from_script(&witness, &body).unwrap_or(body);
    let page_kind = kind::of(document, &layout, &body);
    Text { cuts: cut::account(&layout, &kept), body, page_kind }
}

/// How far the least sure run of a body may stay behind the surest one of its page, as a logit.
const BEHIND: f32 = 2.0;

/// Length of a run whose verdict speaks for its page, in units.
const TELLING: f32 = 40.0;

/// Score of a neighbour from which a run gets a second look although the first found nothing in it.
const NEAR: f32 = 0.3;

/// Which runs are body.
fn decide(layout: &Layout, witness: &Witness) -> Vec<bool> {
    let glance = feature::glance(layout);
    let first = first_scores(layout, &Scene::of(layout, witness, &glance));
    let scene = Scene::of(layout, witness, &first);
    let verdicts: Vec<f32> = (0..first.len())
        .map(|index| match is_worth_a_look(&first, index) {
            true => model::second(&scene.row(index)),
            false => f32::NEG_INFINITY,
        })
        .collect();
    // On a page of an unusual build nothing is sure, and yet the likeliest text is the body.
    let telling = layout.runs.iter().zip(&verdicts).filter(|(run, _)| run.units >= TELLING);
    let surest = telling.map(|(_, verdict)| *verdict).fold(f32::NEG_INFINITY, f32::max);
    let enough = (surest - BEHIND).min(0.0);
    verdicts.into_iter().map(|verdict| verdict > enough).collect()
}

fn first_scores(layout: &Layout, scene: &Scene<'_>) -> Vec<f32> {
    (0..layout.runs.len()).map(|index| model::first(&scene.row(index))).collect()
}

/// Seven runs in eight are menus and the like, far from any text; the second verdict is not asked about them.
fn is_worth_a_look(first: &[f32], index: usize) -> bool {
    let near = index.saturating_sub(1)..(index + 2).min(first.len());
    first[index] > 0.0 || first[near].iter().any(|score| *score > NEAR)
}

/// The table that a forest is learnt from: the columns' names, and for each run its text and its row. `scores` are what the
/// first forest made of the runs, for the second to learn from; without them the rows are the first forest's.
pub fn table(document: &Document, scores: Option<&[f32]>) -> (Vec<String>, Vec<(String, Vec<f32>)>) {
    let layout = Layout::of(document);
    let witness = Witness::of(document);
    let glance = feature::glance(&layout);
    let scores = scores.filter(|scores| scores.len() == glance.len()).unwrap_or(&glance);
    let scene = Scene::of(&layout, &witness, scores);
    let rows = layout.runs.iter().enumerate();
    let rows = rows.map(|(index, run)| (layout.str(run).to_owned(), scene.row(index).to_vec())).collect();
    ((0..feature::WIDTH).map(feature::name).collect(), rows)
}
