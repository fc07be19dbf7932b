//! No text twice: which of two copies is the story's.
//!
//! Pages hold the lede again above the picture, the whole story again for another width of screen. A story repeats itself,
//! too: the question of a series of interviews, the step of a recipe. What tells them apart is how much is repeated in one
//! go, and whether the copies look alike.

use std::collections::HashMap;

use super::frame::Frame;
use super::run::Layout;

/// Length from which a sequence of texts that stood on the page before is a copy, in units.
const COPY: f32 = 300.0;

/// Mean length of the texts in such a sequence, in units: plans and recipes repeat whole days and steps, in short lines.
const LINE: f32 = 80.0;

/// Length from which a single text in another dress is a copy, in units.
const TELLING: f32 = 40.0;

/// Earlier occurrences of a text that a sequence is compared with.
const COMPARED: usize = 4;

/// Drops copies. Of a text that stands in boxes of different looks the surest one stays.
pub(super) fn drop_copies(frame: &Frame, layout: &Layout, verdicts: &[f32], kept: &mut [bool]) {
    let runs = &layout.runs;
    let order: Vec<usize> = (0..runs.len()).filter(|index| kept[*index]).collect();
    let mut places: HashMap<u64, Vec<usize>> = HashMap::with_capacity(order.len());
    let mut at = 0;
    while at < order.len() {
        let earlier = places.get(&runs[order[at]].hash).map_or(&[][..], Vec::as_slice);
        let copied = |from: usize| {
            let same = (0..at - from).take_while(|step| {
                order.get(at + step).is_some_and(|to| runs[*to].hash == runs[order[from + step]].hash)
            });
            same.count()
        };
        let length = |count: usize| order[at..at + count].iter().map(|index| runs[*index].units).sum::<f32>();
        let longest = earlier.iter().take(COMPARED).map(|from| copied(*from)).max().unwrap_or(0);
        if length(longest) >= COPY.max(LINE * longest as f32) {
            order[at..at + longest].iter().for_each(|index| kept[*index] = false);
            at += longest;
        } else {
            places.entry(runs[order[at]].hash).or_default().push(at);
            at += 1;
        }
    }
    for places in places.values().filter(|places| places.len() > 1) {
        let indices = || places.iter().map(|place| order[*place]);
        let first = order[places[0]];
        let alike = indices().all(|index| frame.look[index] == frame.look[first]);
        if runs[first].units < TELLING || alike {
            continue;
        }
        let surest =
            indices().fold(first, |best, index| if verdicts[index] > verdicts[best] { index } else { best });
        indices().filter(|index| *index != surest).for_each(|index| kept[index] = false);
    }
}
