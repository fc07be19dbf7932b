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
mod rule;
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

/// Length up to which a run that is all link is taken for an entry of a menu, in units.
const ENTRY: f32 = 60.0;

/// Score of a neighbour from which a run gets a second look although the first found nothing in it.
const NEAR: f32 = 0.3;

/// Which runs are body.
///
/// Both verdicts count alike: the second knows more, but where the first was wrong about a whole page, it follows it.
fn decide(layout: &Layout, witness: &Witness) -> Vec<bool> {
    let heard = feature::hear(layout, witness);
    let glance = feature::glance(layout);
    let scene = Scene::of(layout, witness, &heard, &glance);
    let first: Vec<f32> = (0..layout.runs.len())
        .map(|index| match is_entry(layout, &glance, index) {
            true => -2.0 * model::CERTAIN,
            false => model::first(&scene.row(index)),
        })
        .collect();
    let scores: Vec<f32> = first.iter().map(|verdict| model::score(*verdict)).collect();
    let scene = Scene::of(layout, witness, &heard, &scores);
    let verdicts: Vec<f32> = (0..first.len())
        .map(|index| match is_near(&scores, index, 1, NEAR) || scores[index] > 0.0 {
            true => (first[index] + model::second(&scene.row(index))) / 2.0,
            false => f32::NEG_INFINITY,
        })
        .collect();
    // On a page of an unusual build nothing is sure, and yet the likeliest text is the body.
    let telling = layout.runs.iter().zip(&verdicts).filter(|(run, _)| run.units >= TELLING);
    let surest = telling.map(|(_, verdict)| *verdict).fold(f32::NEG_INFINITY, f32::max);
    let enough = (surest - BEHIND).min(0.0);
    let mut kept: Vec<bool> = verdicts.into_iter().map(|verdict| verdict > enough).collect();
    rule::drop_headline(layout, &heard, &mut kept);
    rule::drop_refrains(layout, &mut kept);
    rule::drop_other_articles(layout, &heard, &mut kept);
    kept
}

/// Most runs are entries of menus, far from any text; no forest is asked about them.
fn is_entry(layout: &Layout, glance: &[f32], index: usize) -> bool {
    let run = &layout.runs[index];
    run.units < ENTRY && run.linked > 0.9 && !is_near(glance, index, 2, 0.0)
}

/// Whether a run or one of the `reach` before and behind it has more than `score`.
fn is_near(scores: &[f32], index: usize, reach: usize, score: f32) -> bool {
    let near = index.saturating_sub(reach)..(index + reach + 1).min(scores.len());
    scores[near].iter().any(|value| *value > score)
}

/// The table that a forest is learnt from: the columns' names, and for each run its text and its row. `scores` are what the
/// first forest made of the runs, for the second to learn from; without them the rows are the first forest's.
pub fn table(document: &Document, scores: Option<&[f32]>) -> (Vec<String>, Vec<(String, Vec<f32>)>) {
    let layout = Layout::of(document);
    let witness = Witness::of(document);
    let glance = feature::glance(&layout);
    let scores = scores.filter(|scores| scores.len() == glance.len()).unwrap_or(&glance);
    let heard = feature::hear(&layout, &witness);
    let scene = Scene::of(&layout, &witness, &heard, scores);
    let rows = layout.runs.iter().enumerate();
    let rows = rows.map(|(index, run)| (layout.str(run).to_owned(), scene.row(index).to_vec())).collect();
    ((0..feature::WIDTH).map(feature::name).collect(), rows)
}
