//! What `tools/train` learns from, and how it tries what it has learnt.

use dateline_wire::Body;

use super::feature::{self, PageContext};
use super::frame::Frame;
use super::{decide, look, rescue, text};
use crate::dom::Document;

/// The table that a forest is learnt from: the columns' names, and for each run its text and its row, which is empty where the
/// forest would not be asked. `scores` are what the first forest made of the runs, for the second to learn from; without them
/// the rows are the first forest's.
pub fn table(document: &Document, scores: Option<&[f32]>) -> (Vec<String>, Vec<(String, Vec<f32>)>) {
    let (layout, witness) = look(document);
    let frame = Frame::of(&layout, &witness);
    let glance = feature::glance(&layout);
    let scores = scores.filter(|scores| scores.len() == glance.len());
    let scene = PageContext::of(&layout, &frame, &witness, scores.unwrap_or(&glance));
    let is_asked = |index: usize| match scores {
        Some(scores) => decide::is_second_asked(scores, index),
        None => !decide::is_entry(&layout, &glance, index),
    };
    let row =
        |index: usize| if is_asked(index) { scene.row(index)[..feature::WIDTH].to_vec() } else { Vec::new() };
    let rows = layout.runs.iter().enumerate().map(|(index, run)| (layout.str(run).to_owned(), row(index)));
    ((0..feature::WIDTH).map(feature::name).collect(), rows.collect())
}

/// The body as it would be read if the forests judged as given: `scores` from the first, `verdicts` of both, for each run that
/// [`table`] lists. `None` where there is not one for each.
pub fn read_as_judged(document: &Document, scores: &[f32], verdicts: &[f32]) -> Option<Body> {
    let (layout, witness) = look(document);
    if scores.len() != layout.runs.len() || verdicts.len() != layout.runs.len() {
        return None;
    }
    let frame = Frame::of(&layout, &witness);
    let scene = PageContext::of(&layout, &frame, &witness, scores);
    let body = text::write(&layout, &decide::choose(&layout, &frame, &scene, verdicts));
    Some(rescue::from_script(&witness, &body).unwrap_or(body))
}
