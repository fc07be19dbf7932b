//! What a page is like before any of it is judged: the same for both verdicts, and found once.

use std::collections::HashMap;

use super::area::AreaId;
use super::cue::Cue;
use super::run::{Layout, Run};
use super::witness::{TextKey, Witness};

/// The standing facts of a page. Numbers of kin count from 0 in the order of the page.
pub(super) struct Frame {
    /// For each run, what the witnesses say of it.
    pub(super) testimony: Vec<Testimony>,
    /// For each run, the box whose child its box is, or its box itself where that holds several runs.
    pub(super) host: Vec<AreaId>,
    /// For each run, its look: runs of one look stand in boxes that look the same, and play the same part.
    pub(super) look: Vec<u32>,
    /// For each box, its twins: boxes under the same parent that look the same.
    pub(super) twins: Vec<u32>,
    /// For each run, how often its text stands on the page.
    pub(super) times: Vec<u32>,
    /// For each run, the length of all text before it, in units.
    pub(super) offset: Vec<f32>,
    /// For each run, how many runs ago something else than the story was announced.
    pub(super) under_cue: Vec<f32>,
    /// The headline's run.
    pub(super) h1: Option<usize>,
}

impl Frame {
    pub(super) fn of(layout: &Layout, witness: &Witness) -> Self {
        let testimony = hear(layout, witness);
        let host: Vec<AreaId> = layout.runs.iter().map(|run| host(layout, run)).collect();
        let look_of = |(run, host): (&Run, &AreaId)| {
            let own = layout.areas[run.area as usize].look;
            own.wrapping_mul(31) ^ layout.areas[*host as usize].look
        };
        let times = number(layout.runs.iter().map(|run| run.hash));
        let mut counts = vec![0; times.len()];
        times.iter().for_each(|text| counts[*text as usize] += 1);
        let mut end = 0.0;
        let mut start_of = |run: &Run| {
            end += run.units;
            end - run.units
        };
        Self {
            h1: headline(layout, &testimony),
            look: number(layout.runs.iter().zip(&host).map(look_of)),
            twins: number(layout.areas.iter().map(|area| (area.parent, area.look))),
            times: times.iter().map(|text| counts[*text as usize]).collect(),
            offset: layout.runs.iter().map(&mut start_of).collect(),
            under_cue: under_cue(layout),
            testimony,
            host,
        }
    }
}

/// Numbers what is equal alike.
fn number<T: std::hash::Hash + Eq>(things: impl Iterator<Item = T>) -> Vec<u32> {
    let mut known = HashMap::with_capacity(things.size_hint().0);
    let step = |thing| {
        let next = known.len() as u32;
        *known.entry(thing).or_insert(next)
    };
    things.map(step).collect()
}

fn host(layout: &Layout, run: &Run) -> AreaId {
    let area = &layout.areas[run.area as usize];
    if area.own_runs > 1 { run.area } else { area.parent }
}

/// The first `<h1>` that is the title, or else any heading that is, or else the first `<h1>`.
fn headline(layout: &Layout, testimony: &[Testimony]) -> Option<usize> {
    let find = |is_it: &dyn Fn(&Run, &Testimony) -> bool| {
        layout.runs.iter().zip(testimony).position(|(run, testimony)| is_it(run, testimony))
    };
    find(&|run, testimony| run.heading == 1 && testimony.title == 2)
        .or_else(|| find(&|run, testimony| run.heading > 0 && testimony.title == 2))
        .or_else(|| find(&|run, _| run.heading == 1))
}

/// What the witnesses say of one run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Testimony {
    /// How far it is the title ([`Witness::is_title`]), and whether it is that of the page's head.
    pub(super) title: u8,
    pub(super) is_title_of_head: bool,
    pub(super) is_description: bool,
    pub(super) in_body: bool,
}

/// Asks the witnesses about every run. A title is short and a link is no lede, so that not everything is compared.
fn hear(layout: &Layout, witness: &Witness) -> Vec<Testimony> {
    let has_body = witness.has_body();
    let mut text = TextKey::default();
    let ask = |run: &Run| {
        let written = layout.str(run);
        let letters = run.letters as usize + usize::from(run.digits);
        let may_be_title = run.units < 300.0 && (!written.is_ascii() || witness.may_be_title(letters));
        let may_be_description = run.linked < 0.9 && run.units >= 30.0;
        let may_be_in_body = has_body && run.units >= 8.0;
        if !(may_be_title || may_be_description || may_be_in_body) {
            return Testimony::default();
        }
        text.read(written, if may_be_title { usize::MAX } else { 120 });
        let title = if may_be_title { witness.is_title(&text) } else { 0 };
        Testimony {
            title,
            is_title_of_head: title == 2 && witness.is_title_of_head(&text),
            is_description: may_be_description && witness.is_description(&text),
            in_body: may_be_in_body && witness.body_holds(&text),
        }
    };
    layout.runs.iter().map(ask).collect()
}

/// For each run, how many runs ago a heading (or a short line standing for one) announced related stories, comments,
/// a newsletter, advertising or an application; 40 for long ago or never.
fn under_cue(layout: &Layout) -> Vec<f32> {
    const ANNOUNCES: [Cue; 6] =
        [Cue::Related, Cue::Comments, Cue::Newsletter, Cue::Advert, Cue::App, Cue::Follow];
    let mut since = 40.0_f32;
    let step = |run: &Run| {
        let is_title = run.heading > 0 || run.units < 40.0 && !run.ends;
        if is_title && ANNOUNCES.into_iter().any(|cue| run.cues.has(cue)) {
            since = 0.0;
        } else if run.heading > 0 {
            since = 40.0;
        } else {
            since = (since + 1.0).min(40.0);
        }
        since
    };
    layout.runs.iter().map(step).collect()
}
