//! Which runs are body: the two forests' verdicts, and what the page as a whole makes of them.

use super::feature::{self, PageContext};
use super::frame::Frame;
use super::run::Layout;
use super::witness::Witness;
use super::{consent, copy, model, neighbour, paywall, rule};

/// How far the least sure run of a body may stay behind the surest one of its page, as a logit.
const BEHIND: f32 = 1.0;

/// Half the width, in logits, of the band of verdicts in which a run is neither surely body nor surely none. It is narrower than
/// [`model::CERTAIN`]: two verdicts that agree say more than one.
const UNSURE: f32 = 2.0;

/// Length of a run whose verdict speaks for its page, in units.
const TELLING: f32 = 40.0;

/// Length up to which a run that is all link is taken for an entry of a menu, in units.
const ENTRY: f32 = 60.0;

/// Score of a neighbour from which a run gets a second look although the first found nothing in it.
const NEAR: f32 = 0.3;

/// Which runs are body, and what the page is like.
///
/// Both verdicts count alike: the second knows more, but where the first was wrong about a whole page, it follows it.
pub(super) fn decide(layout: &Layout, witness: &Witness) -> (Vec<bool>, Frame) {
    let frame = Frame::of(layout, witness);
    let glance = feature::glance(layout);
    let scene = PageContext::of(layout, &frame, witness, &glance);
    let asked: Vec<usize> =
        (0..layout.runs.len()).filter(|index| !is_entry(layout, &glance, *index)).collect();
    let mut first = vec![-2.0 * model::CERTAIN; layout.runs.len()];
    let heard = model::first(asked.iter().map(|index| scene.row(*index)));
    asked.into_iter().zip(heard).for_each(|(index, verdict)| first[index] = verdict);
    let scores: Vec<f32> = first.iter().map(|verdict| model::score(*verdict)).collect();
    let scene = PageContext::of(layout, &frame, witness, &scores);
    let asked: Vec<usize> = (0..first.len()).filter(|index| is_second_asked(&scores, *index)).collect();
    let mut verdicts = vec![f32::NEG_INFINITY; first.len()];
    let heard = model::second(asked.iter().map(|index| scene.row(*index)));
    asked.into_iter().zip(heard).for_each(|(index, second)| verdicts[index] = (first[index] + second) / 2.0);
    let kept = choose(layout, &frame, &scene, &verdicts);
    (kept, frame)
}

/// Which runs are body, their verdicts known.
pub(super) fn choose(layout: &Layout, frame: &Frame, scene: &PageContext, verdicts: &[f32]) -> Vec<bool> {
    // On a page of an unusual build nothing is sure, and yet the likeliest text is the body.
    let telling = layout.runs.iter().zip(verdicts).filter(|(run, _)| run.units >= TELLING);
    let surest = telling.map(|(_, verdict)| *verdict).fold(f32::NEG_INFINITY, f32::max);
    let enough = (surest - BEHIND).min(break_even(layout, verdicts));
    let mut kept: Vec<bool> = verdicts.iter().map(|verdict| *verdict > enough).collect();
    rule::keep_tables(scene, layout, &mut kept);
    rule::keep_first_rank(layout, &frame.testimony, &mut kept);
    rule::drop_furniture(scene, layout, &mut kept);
    rule::drop_insertions(layout, &mut kept);
    rule::drop_advert_boxes(layout, &mut kept);
    rule::drop_announcements(layout, &mut kept);
    consent::drop_lines(layout, |index| frame.testimony[index].title > 0, &mut kept);
    rule::drop_pointers(layout, &mut kept);
    rule::drop_pointing_captions(layout, &mut kept);
    rule::drop_headline(layout, &frame.testimony, &mut kept);
    rule::drop_headline_without_heading(layout, &frame.testimony, &mut kept);
    rule::drop_refrains(layout, frame, &mut kept);
    rule::drop_byline(layout, &mut kept);
    rule::drop_head_lines(layout, &mut kept);
    copy::drop_copies(frame, layout, verdicts, &mut kept);
    copy::drop_previews(layout, &mut kept);
    neighbour::drop_other_articles(layout, frame, &mut kept);
    paywall::drop_notices(layout, &mut kept);
    rule::drop_closing_lines(layout, &mut kept);
    kept
}

/// The verdict from which a run is worth keeping, 0 or below.
///
/// A text is judged by what it misses and by what it holds too much, as F1 does. Expected F1 rises with every run that is
/// likelier body than half of what F1 is: on a page where all is sure a run must be as likely as not, and where the best choice
/// of runs would still be half wrong, less is enough.
fn break_even(layout: &Layout, verdicts: &[f32]) -> f32 {
    let chance = |verdict: f32| (0.5 + verdict / (2.0 * UNSURE)).clamp(0.0, 1.0);
    let mut runs: Vec<(f32, f32)> =
        layout.runs.iter().zip(verdicts).map(|(run, verdict)| (chance(*verdict), run.units)).collect();
    runs.retain(|(chance, _)| *chance > 0.0);
    runs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let wanted: f32 = runs.iter().map(|(chance, units)| chance * units).sum();
    let (mut held, mut taken, mut best) = (0.0, 0.0, 0.0_f32);
    for (chance, units) in runs {
        held += chance * units;
        taken += units;
        best = best.max(2.0 * held / (taken + wanted).max(1.0));
    }
    (best - 1.0).min(0.0) * UNSURE
}

/// Most runs are entries of menus, far from any text; no forest is asked about them.
pub(super) fn is_entry(layout: &Layout, glance: &[f32], index: usize) -> bool {
    let run = &layout.runs[index];
    run.units < ENTRY && run.linked > 0.9 && !is_near(glance, index, 2, 0.0)
}

/// Whether the second forest is asked about a run: where the first found something in it, or near it.
pub(super) fn is_second_asked(scores: &[f32], index: usize) -> bool {
    scores[index] > 0.0 || is_near(scores, index, 1, NEAR)
}

/// Whether a run or one of the `reach` before and behind it has more than `score`.
fn is_near(scores: &[f32], index: usize, reach: usize, score: f32) -> bool {
    let near = index.saturating_sub(reach)..(index + reach + 1).min(scores.len());
    scores[near].iter().any(|value| *value > score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    #[test]
    fn less_is_enough_where_nothing_is_sure() {
        let layout =
            Layout::of(&Document::from_html("<p>The ferry left.<p>The ferry came.<p>The ferry sank."));
        let doubtful = -0.5;
        assert!(break_even(&layout, &[6.0, 6.0, doubtful]) > doubtful);
        assert!(break_even(&layout, &[0.2, 0.2, doubtful]) < doubtful);
        assert_eq!(break_even(&layout, &[6.0, 6.0, f32::NEG_INFINITY]), 0.0);
    }
}
