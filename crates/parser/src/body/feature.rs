//! What the decision on a run is made from.
//!
//! Each run becomes one row of numbers: what it is like itself, what stands around it in the tree, beside it on the page,
//! and what the page says elsewhere. Nothing here knows a publisher, a language or a topic.

use std::collections::{HashMap, HashSet};

use super::area::{AreaId, Tag};
use super::cue::Cue;
use super::marks::Mark;
use super::run::{Layout, Run};
use super::witness::{Witness, repeated};

macro_rules! features {
    ($($name:ident,)*) => {
        /// A column of the table. Marks and cues have their columns behind these.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub(super) enum Feature { $($name,)* }

        const NAMED: &[&str] = &[$(stringify!($name),)*];
    };
}

features! {
    Units, Linked, Links, Clauses, Sentences, Digits, Capitals, Bold, Ends, Letters, Wide, Heading, AfterBreak, Colon,
    Score, Repeated, Title, Description, InBody, HasBody, BodyShare,
    Tag0, Tag1, Tag2, Tag3, Depth, ListAbove, TableAbove, AsideAbove, HeaderAbove, FooterAbove, FormAbove, FigureAbove,
    ArticleAbove, MainAbove, NavAbove,
    Runs0, Runs1, Runs2, Runs3, Links0, Links1, Links2, Links3, Good0, Good1, Good2, Good3, Dense0, Dense1, Dense2, Dense3,
    Images0, Images1, Images2, MeanUnits1, MeanUnits2, Twins0, Twins1, Twins2,
    Up, Down, HostShare, IsTopHost, TopShare, Core1, Core2, Core3, FromStart, FromEnd, Place,
    AfterH1, FromH1, H1Up, TopH1, H1Count, LookShare, LookCount, LookUnits, LookLinked, LookDense, UnderCue,
    PrevUnits, PrevLinked, PrevScore, PrevSameHost, PrevSameLook, PrevHeading, PrevUp, PrevEnds, Prev2Score, Prev2Units,
    NextUnits, NextLinked, NextScore, NextSameHost, NextSameLook, NextHeading, NextUp, Next2Score, Next2Units,
    DenseNear, LinkedNear,
    PageRuns, PageGood, PageWide,
}

const MARKS: usize = NAMED.len();
const CUES: usize = MARKS + Mark::ALL.len();
const FIRST_CUES: usize = CUES + Cue::ALL.len();

/// How many columns there are.
pub(super) const WIDTH: usize = FIRST_CUES + Cue::ALL.len();

/// One row.
pub(super) type Row = [f32; WIDTH];

/// The name of a column, for the table of weights and the training program.
pub(super) fn name(column: usize) -> String {
    match column {
        _ if column < MARKS => NAMED[column].to_owned(),
        _ if column < CUES => format!("Mark{:?}", Mark::ALL[column - MARKS]),
        _ if column < FIRST_CUES => format!("Cue{:?}", Cue::ALL[column - CUES]),
        _ => format!("First{:?}", Cue::ALL[column - FIRST_CUES]),
    }
}

/// Levels beyond which a distance in the tree is "far".
const FAR: u8 = 12;

/// What is known of a page as a whole before any row is made.
pub(super) struct Scene<'p> {
    layout: &'p Layout,
    witness: &'p Witness,
    /// How surely each run is body, as far as is known: by [`glance`], then by the first model.
    scores: &'p [f32],
    /// Distance to the nearest box with each mark, by area.
    marks: Vec<[u8; Mark::ALL.len()]>,
    /// Body text in and below each box: units times score.
    good: Vec<f32>,
    /// Body text of the runs hosted directly, by area.
    hosted: Vec<f32>,
    /// The box that hosts most body text, the levels up from it to each box around it, and down again.
    top: AreaId,
    up: Vec<u8>,
    /// The same levels from the box of the headline.
    h1_up: Vec<u8>,
    /// Deepest boxes that hold 60, 80 and 95 % of the body text.
    cores: [AreaId; 3],
    twins: HashMap<(AreaId, u64), u32>,
    looks: HashMap<u64, Look>,
    repeated: HashSet<u64>,
    heard: &'p [Heard],
    body_share: f32,
    /// Runs since a heading that announces something else than the story.
    under_cue: Vec<f32>,
    h1: Option<usize>,
    h1_count: usize,
    first: usize,
    last: usize,
    wide: f32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Look {
    count: u32,
    units: f32,
    linked: f32,
    good: f32,
}

/// What the witnesses say of one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub(super) title: u8,
    is_description: bool,
    in_body: bool,
}

/// Asks the witnesses about every run. A title is short and a link is no lede, so that not everything is compared.
pub(super) fn hear(layout: &Layout, witness: &Witness) -> Vec<Heard> {
    let has_body = witness.has_body();
    let ask = |run: &Run| {
        let text = layout.str(run);
        Heard {
            title: if run.units < 300.0 { witness.is_title(text) } else { 0 },
            is_description: run.linked < 0.9 && run.units >= 30.0 && witness.is_description(text),
            in_body: has_body && run.units >= 8.0 && witness.body_holds(text),
        }
    };
    layout.runs.iter().map(ask).collect()
}

/// The first guess at each run, before anything is known of the page: running text, outside of what calls itself furniture.
/// Links count against it twice, since teasers are prose with a link in it.
pub(super) fn glance(layout: &Layout) -> Vec<f32> {
    const FURNITURE: [(Mark, f32); 7] = [
        (Mark::Comments, 0.6),
        (Mark::Related, 0.6),
        (Mark::Sidebar, 0.6),
        (Mark::Footer, 0.6),
        (Mark::Legal, 0.6),
        (Mark::Advert, 0.6),
        (Mark::Hidden, 0.4),
    ];
    let guess = |run: &Run| {
        if !run.is_prose() {
            return 0.0;
        }
        let marks = layout.marks_around(run);
        let plain = (1.0 - run.linked) * (1.0 - run.linked);
        let in_list = layout.areas[run.area as usize].tag == Tag::Item;
        let mut start = if in_list { 0.6 * plain } else { plain };
        if run.cues.has(Cue::Copyright) && run.units < 400.0 {
            start *= 0.2;
        }
        FURNITURE
            .into_iter()
            .filter(|(mark, _)| marks.has(*mark))
            .fold(start, |score, (_, factor)| score * factor)
    };
    layout.runs.iter().map(guess).collect()
}

impl<'p> Scene<'p> {
    pub(super) fn of(
        layout: &'p Layout,
        witness: &'p Witness,
        heard: &'p [Heard],
        scores: &'p [f32],
    ) -> Self {
        let count = layout.areas.len();
        let mut scene = Self {
            layout,
            witness,
            scores,
            marks: Vec::new(),
            good: vec![0.0; count],
            hosted: vec![0.0; count],
            top: 0,
            up: Vec::new(),
            h1_up: Vec::new(),
            cores: [0; 3],
            twins: HashMap::new(),
            looks: HashMap::new(),
            repeated: repeated(layout.runs.iter().filter(|run| run.units >= 20.0).map(|run| run.hash)),
            heard,
            body_share: 0.0,
            under_cue: under_cue(layout),
            h1: None,
            h1_count: 0,
            first: 0,
            last: 0,
            wide: 0.0,
        };
        scene.weigh();
        scene.marks = mark_distances(layout, &scene.good);
        scene.find_top();
        scene.compare();
        scene.ask_witness();
        scene
    }

    /// Length of the body text that a run is taken for. One endless run must not outweigh a page of paragraphs.
    fn good_of(&self, index: usize) -> f32 {
        self.layout.runs[index].units.min(800.0) * self.scores[index]
    }

    /// The box whose child the run's box is, or the run's box itself where that holds several runs.
    fn host(&self, run: &Run) -> AreaId {
        let area = &self.layout.areas[run.area as usize];
        if area.own_runs > 1 { run.area } else { area.parent }
    }

    fn look(&self, run: &Run) -> u64 {
        let own = self.layout.areas[run.area as usize].look;
        own.wrapping_mul(31) ^ self.layout.areas[self.host(run) as usize].look
    }

    fn weigh(&mut self) {
        let (mut letters, mut wide) = (0, 0);
        for (index, run) in self.layout.runs.iter().enumerate() {
            let good = self.good_of(index);
            self.good[run.area as usize] += good;
            let host = self.host(run);
            self.hosted[host as usize] += good;
            letters += run.letters;
            wide += run.wide;
        }
        for index in (1..self.good.len()).rev() {
            let good = self.good[index];
            self.good[self.layout.areas[index].parent as usize] += good;
        }
        self.wide = wide as f32 / letters.max(1) as f32;
    }

    fn find_top(&mut self) {
        let top = (0..self.hosted.len())
            .fold(0, |best, at| if self.hosted[at] > self.hosted[best] { at } else { best });
        self.top = top as AreaId;
        self.up = levels_from(self.layout, self.top);
        for (core, share) in self.cores.iter_mut().zip([0.6, 0.8, 0.95]) {
            let enough = share * self.good[0];
            let deepest = self.good.iter().rposition(|good| *good >= enough && *good > 0.0);
            *core = deepest.unwrap_or(0) as AreaId;
        }
        let runs = &self.layout.runs;
        let counts = |index: &usize| {
            self.scores[*index] > 0.4
                && runs[*index].units >= 40.0
                && self.is_inside(runs[*index].area, self.top)
        };
        let first = (0..runs.len()).find(counts).unwrap_or(0);
        let last = (0..runs.len()).rev().find(counts).unwrap_or(0);
        (self.first, self.last) = (first, last);
    }

    fn is_inside(&self, area: AreaId, outer: AreaId) -> bool {
        area >= outer && self.layout.around(area).any(|around| around == outer)
    }

    fn compare(&mut self) {
        for area in &self.layout.areas {
            if area.runs > 0 {
                *self.twins.entry((area.parent, area.look)).or_default() += 1;
            }
        }
        for (index, run) in self.layout.runs.iter().enumerate() {
            let good = self.good_of(index);
            let look = self.looks.entry(self.look(run)).or_default();
            look.count += 1;
            look.units += run.units;
            look.linked += run.units * run.linked;
            look.good += good;
        }
        let titled = |index: &usize| self.layout.runs[*index].heading == 1 && self.heard[*index].title == 2;
        let h1 = |run: &Run| run.heading == 1;
        self.h1 = (0..self.layout.runs.len()).find(titled).or_else(|| self.layout.runs.iter().position(h1));
        self.h1_count = self.layout.runs.iter().filter(|run| h1(run)).count();
        self.h1_up = match self.h1 {
            Some(h1) => levels_from(self.layout, self.layout.runs[h1].area),
            None => vec![FAR; self.layout.areas.len()],
        };
    }

    fn ask_witness(&mut self) {
        let held = (0..self.heard.len()).filter(|index| self.heard[*index].in_body);
        let held: f32 = held.map(|index| self.good_of(index)).sum();
        self.body_share = held / self.good[0].max(1.0);
    }

    /// The row of the run at `index`.
    pub(super) fn row(&self, index: usize) -> Row {
        use Feature::*;
        let layout = self.layout;
        let run = &layout.runs[index];
        let text = layout.str(run);
        let mut row = [0.0; WIDTH];
        let mut set = |feature: Feature, value: f32| row[feature as usize] = value;
        let length = run.units.max(1.0);
        let letters = run.letters.max(1) as f32;

        set(Units, run.units);
        set(Linked, run.linked);
        set(Links, f32::from(run.links));
        set(Clauses, f32::from(run.clauses));
        set(Sentences, f32::from(run.sentences));
        set(Digits, f32::from(run.digits) / length);
        set(Capitals, f32::from(run.capitals) / letters);
        set(Bold, run.bold);
        set(Ends, flag(run.ends));
        set(Letters, letters / text.len().max(1) as f32);
        set(Wide, run.wide as f32 / letters);
        set(Heading, f32::from(run.heading));
        set(AfterBreak, flag(run.after_break));
        set(Colon, flag(text.ends_with([':', '：'])));
        set(Score, self.scores[index]);
        set(Repeated, flag(self.repeated.contains(&run.hash)));
        set(Title, f32::from(self.heard[index].title));
        set(Description, flag(self.heard[index].is_description));
        set(InBody, flag(self.heard[index].in_body));
        set(HasBody, flag(self.witness.has_body()));
        set(BodyShare, self.body_share);

        let whole = self.good[0].max(1.0);
        let area = &layout.areas[run.area as usize];
        set(Depth, f32::from(area.depth));
        let mut around = layout.around(run.area).map(|id| (id, &layout.areas[id as usize]));
        let tags = [Tag0, Tag1, Tag2, Tag3];
        let levels = [
            (Runs0, Links0, Good0, Dense0),
            (Runs1, Links1, Good1, Dense1),
            (Runs2, Links2, Good2, Dense2),
            (Runs3, Links3, Good3, Dense3),
        ];
        for (level, (id, area)) in around.by_ref().take(4).enumerate() {
            set(tags[level], f32::from(area.tag as u8));
            let (runs, links, good, dense) = levels[level];
            set(runs, area.runs as f32);
            set(links, area.link_units / area.units.max(1.0));
            set(good, self.good[id as usize] / whole);
            set(dense, self.good[id as usize] / area.units.max(1.0));
            if level < 3 {
                set([Images0, Images1, Images2][level], area.images as f32);
                let twins = self.twins.get(&(area.parent, area.look)).copied().unwrap_or(0);
                set([Twins0, Twins1, Twins2][level], twins as f32);
            }
            if level == 1 || level == 2 {
                set([MeanUnits1, MeanUnits2][level - 1], area.units / area.runs.max(1) as f32);
            }
        }
        for (level, id) in layout.around(run.area).enumerate() {
            let above = match layout.areas[id as usize].tag {
                Tag::List | Tag::Item => ListAbove,
                Tag::Table | Tag::Cell => TableAbove,
                Tag::Aside => AsideAbove,
                Tag::Header => HeaderAbove,
                Tag::Footer => FooterAbove,
                Tag::Form => FormAbove,
                Tag::Figure | Tag::Caption => FigureAbove,
                Tag::Article => ArticleAbove,
                Tag::Main => MainAbove,
                Tag::Nav => NavAbove,
                _ => continue,
            };
            set(above, (level + 1) as f32);
        }

        let host = self.host(run);
        let up = self.up[run.area as usize];
        let crossing = layout.around(self.top).nth(usize::from(up)).unwrap_or(0);
        set(Up, f32::from(up));
        set(Down, f32::from(area.depth.saturating_sub(layout.areas[crossing as usize].depth)));
        set(HostShare, self.hosted[host as usize] / whole);
        set(IsTopHost, flag(host == self.top));
        set(TopShare, self.hosted[self.top as usize] / whole);
        for (feature, core) in [Core1, Core2, Core3].into_iter().zip(self.cores) {
            set(feature, flag(self.is_inside(run.area, core)));
        }
        let clamp = |from: usize| (index as f32 - from as f32).clamp(-40.0, 40.0);
        set(FromStart, clamp(self.first));
        set(FromEnd, clamp(self.last));
        set(Place, index as f32 / layout.runs.len().max(1) as f32);
        set(AfterH1, self.h1.map_or(0.5, |h1| flag(index > h1)));
        set(FromH1, self.h1.map_or(-40.0, clamp));
        set(H1Up, f32::from(self.h1_up[run.area as usize]));
        set(TopH1, f32::from(self.h1_up[self.top as usize]));
        set(H1Count, self.h1_count as f32);
        set(UnderCue, self.under_cue[index]);
        let look = self.looks.get(&self.look(run)).copied().unwrap_or_default();
        set(LookShare, look.good / whole);
        set(LookCount, look.count as f32);
        set(LookUnits, look.units / look.count.max(1) as f32);
        set(LookLinked, look.linked / look.units.max(1.0));
        set(LookDense, look.good / look.units.max(1.0));

        let beside = |offset: isize| {
            let at = index.checked_add_signed(offset)?;
            Some((layout.runs.get(at)?, self.scores[at]))
        };
        if let Some((prev, score)) = beside(-1) {
            set(PrevUnits, prev.units);
            set(PrevLinked, prev.linked);
            set(PrevScore, score);
            set(PrevSameHost, flag(self.host(prev) == host));
            set(PrevSameLook, flag(self.look(prev) == self.look(run)));
            set(PrevHeading, f32::from(prev.heading));
            set(PrevUp, f32::from(self.up[prev.area as usize]));
            set(PrevEnds, flag(prev.ends));
        }
        if let Some((next, score)) = beside(1) {
            set(NextUnits, next.units);
            set(NextLinked, next.linked);
            set(NextScore, score);
            set(NextSameHost, flag(self.host(next) == host));
            set(NextSameLook, flag(self.look(next) == self.look(run)));
            set(NextHeading, f32::from(next.heading));
            set(NextUp, f32::from(self.up[next.area as usize]));
        }
        if let Some((run, score)) = beside(-2) {
            set(Prev2Score, score);
            set(Prev2Units, run.units);
        }
        if let Some((run, score)) = beside(2) {
            set(Next2Score, score);
            set(Next2Units, run.units);
        }
        let near = index.saturating_sub(4)..(index + 5).min(layout.runs.len());
        let units: f32 = layout.runs[near.clone()].iter().map(|run| run.units).sum();
        let links: f32 = layout.runs[near.clone()].iter().map(|run| run.units * run.linked).sum();
        set(DenseNear, near.map(|index| self.good_of(index)).sum::<f32>() / units.max(1.0));
        set(LinkedNear, links / units.max(1.0));

        set(PageRuns, layout.runs.len() as f32);
        set(PageGood, self.good[0]);
        set(PageWide, self.wide);

        for mark in Mark::ALL {
            let distance = if run.marks.has(mark) { 0 } else { self.marks[run.area as usize][mark as usize] };
            row[MARKS + mark as usize] = f32::from(distance);
        }
        for cue in Cue::ALL {
            row[CUES + cue as usize] = flag(run.cues.has(cue));
            row[FIRST_CUES + cue as usize] = flag(run.cues.starts(cue));
        }
        row
    }
}

fn flag(yes: bool) -> f32 {
    f32::from(u8::from(yes))
}

/// For each box and mark, the levels up to the nearest box with it: 1 for the box itself, [`FAR`] for none. A mark that
/// speaks against running text counts for nothing on a box that holds most of the page's: then it names a wrapper.
fn mark_distances(layout: &Layout, good: &[f32]) -> Vec<[u8; Mark::ALL.len()]> {
    let most = good[0] * 0.5;
    let mut distances: Vec<[u8; Mark::ALL.len()]> = Vec::with_capacity(layout.areas.len());
    for (index, area) in layout.areas.iter().enumerate() {
        let mut row = match distances.get(area.parent as usize) {
            Some(above) => above.map(|distance| distance.saturating_add(1).min(FAR)),
            None => [FAR; Mark::ALL.len()],
        };
        if !area.marks.is_empty() {
            let is_wrapper = good[index] > most && good[index] > 0.0;
            for mark in Mark::ALL {
                if area.marks.has(mark) && (mark.is_for() || !is_wrapper) {
                    row[mark as usize] = 1;
                }
            }
        }
        distances.push(row);
    }
    distances
}

/// For each box, the levels up from `from` to the nearest box around both.
fn levels_from(layout: &Layout, from: AreaId) -> Vec<u8> {
    let mut levels: Vec<Option<u8>> = vec![None; layout.areas.len()];
    for (level, area) in layout.around(from).enumerate() {
        levels[area as usize] = Some(level.min(usize::from(FAR)) as u8);
    }
    for index in 1..levels.len() {
        if levels[index].is_none() {
            levels[index] = levels[layout.areas[index].parent as usize];
        }
    }
    levels.into_iter().map(|level| level.unwrap_or(FAR)).collect()
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
