//! What the decision on a run is made from.
//!
//! Each run becomes one row of numbers: what it is like itself, what stands around it in the tree, beside it on the page,
//! and what the page says elsewhere. Nothing here knows a publisher, a language or a topic.

use super::area::{AreaId, Tag};
use super::block::Blocks;
use super::cue::Cue;
use super::frame::Frame;
use super::marks::MarkupFamily;
use super::run::{Layout, Run};
use super::witness::Witness;

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
    Pipes, Quoted, Dashed, Lower,
    Score, Times, Title, Description, InBody, HasBody, BodyShare,
    Tag0, Tag1, Tag2, Tag3, Depth, ListAbove, TableAbove, AsideAbove, HeaderAbove, FooterAbove, FormAbove, FigureAbove,
    ArticleAbove, MainAbove, NavAbove,
    Runs0, Runs1, Runs2, Runs3, Links0, Links1, Links2, Links3, Good0, Good1, Good2, Good3, Dense0, Dense1, Dense2, Dense3,
    Images0, Images1, Images2, MeanUnits1, MeanUnits2, Twins0, Twins1, Twins2,
    Up, Down, HostShare, IsTopHost, TopShare, Core1, Core2, Core3, FromStart, FromEnd, Place,
    AfterH1, FromH1, H1Up, TopH1, H1Count, LookShare, LookCount, LookUnits, LookLinked, LookDense, UnderCue,
    PrevUnits, PrevLinked, PrevScore, PrevSameHost, PrevSameLook, PrevHeading, PrevUp, PrevEnds, Prev2Score, Prev2Units,
    NextUnits, NextLinked, NextScore, NextSameHost, NextSameLook, NextHeading, NextUp, Next2Score, Next2Units,
    DenseNear, LinkedNear, DenseFar, LinkedFar,
    GroupRuns, GroupUnits, GroupLinked, GroupEnded, GroupDense, GroupUp, GroupTwins,
    BranchTag, BranchRuns, BranchUnits, BranchLinked, BranchEnded, BranchDense, BranchGood, BranchHeadings, BranchTwins,
    BranchTwinDense,
    SectionRuns, SectionUnits, SectionLinked, SectionDense, SectionPlace, SectionScore, SectionUp, SectionHeading,
    SinceSure, UntilSure, SinceSureUnits, UntilSureUnits, BetweenSure,
    PageRuns, PageGood, PageWide,
}

const MARKS: usize = NAMED.len();
const CUES: usize = MARKS + MarkupFamily::ALL.len();
const FIRST_CUES: usize = CUES + Cue::ALL.len();

/// How many columns there are.
pub(super) const WIDTH: usize = FIRST_CUES + Cue::ALL.len();

/// One row: as long as a byte can count, so that a column's number is always in it; behind the columns it is empty.
pub(super) type FeatureRow = [f32; 256];

/// The name of a column, for the table of weights and the training program.
pub(super) fn name(column: usize) -> String {
    match column {
        _ if column < MARKS => NAMED[column].to_owned(),
        _ if column < CUES => format!("Mark{:?}", MarkupFamily::ALL[column - MARKS]),
        _ if column < FIRST_CUES => format!("Cue{:?}", Cue::ALL[column - CUES]),
        _ => format!("First{:?}", Cue::ALL[column - FIRST_CUES]),
    }
}

/// Levels beyond which a distance in the tree is "far".
const FAR: u8 = 12;

/// Score from which a run is surely body.
const SURE: f32 = 0.7;

/// What is known of a page as a whole before any row is made.
pub(super) struct PageContext<'p> {
    layout: &'p Layout,
    frame: &'p Frame,
    witness: &'p Witness,
    /// How surely each run is body, as far as is known: by [`glance`], then by the first model.
    scores: &'p [f32],
    /// Distance to the nearest box with each mark, by area.
    marks: Vec<[u8; MarkupFamily::ALL.len()]>,
    /// Length of the body text that each run is taken for. One endless run must not outweigh a page of paragraphs.
    good_of: Vec<f32>,
    /// Body text in and below each box: units times score.
    good: Vec<f32>,
    /// Body text of the runs hosted directly, by area.
    hosted: Vec<f32>,
    /// The box that hosts most body text, the levels up from it to each box around it, and down again.
    top: AreaId,
    up: Vec<u8>,
    /// The same levels from the box of the headline.
    h1_up: Vec<u8>,
    /// For each box, whether the deepest boxes that hold 60, 80 and 95 % of the body text are around it or it: a bit for each.
    in_cores: Vec<u8>,
    /// For each number of twins, and of looks, their sums.
    twins: Vec<BoxSiblings>,
    looks: Vec<BoxLook>,
    body_share: f32,
    blocks: Blocks,
    /// For each run, the nearest one before it, and behind it, that is surely body.
    sure_before: Vec<Option<usize>>,
    sure_behind: Vec<Option<usize>>,
    h1_count: usize,
    first: usize,
    last: usize,
    wide: f32,
}

/// Boxes of the same look under one parent.
#[derive(Debug, Clone, Copy, Default)]
struct BoxSiblings {
    count: u32,
    units: f32,
    good: f32,
}

#[derive(Debug, Clone, Copy, Default)]
struct BoxLook {
    count: u32,
    units: f32,
    linked: f32,
    good: f32,
}

/// The first guess at each run, before anything is known of the page: running text, outside of what calls itself furniture.
/// Links count against it twice, since teasers are prose with a link in it.
pub(super) fn glance(layout: &Layout) -> Vec<f32> {
    const FURNITURE: [(MarkupFamily, f32); 7] = [
        (MarkupFamily::Comments, 0.6),
        (MarkupFamily::Related, 0.6),
        (MarkupFamily::Sidebar, 0.6),
        (MarkupFamily::Footer, 0.6),
        (MarkupFamily::Legal, 0.6),
        (MarkupFamily::Advert, 0.6),
        (MarkupFamily::Hidden, 0.4),
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

impl<'p> PageContext<'p> {
    pub(super) fn of(layout: &'p Layout, frame: &'p Frame, witness: &'p Witness, scores: &'p [f32]) -> Self {
        let count = layout.areas.len();
        let mut scene = Self {
            layout,
            frame,
            witness,
            scores,
            marks: Vec::new(),
            good_of: layout
                .runs
                .iter()
                .zip(scores)
                .map(|(run, score)| run.units.min(800.0) * score)
                .collect(),
            good: vec![0.0; count],
            hosted: vec![0.0; count],
            top: 0,
            up: Vec::new(),
            h1_up: Vec::new(),
            in_cores: vec![0; count],
            twins: vec![BoxSiblings::default(); kinds(&frame.twins)],
            looks: vec![BoxLook::default(); kinds(&frame.look)],
            body_share: 0.0,
            blocks: Blocks::default(),
            sure_before: Vec::new(),
            sure_behind: Vec::new(),
            h1_count: 0,
            first: 0,
            last: 0,
            wide: 0.0,
        };
        scene.weigh();
        scene.marks = mark_distances(layout, &scene.good);
        scene.find_top();
        scene.compare();
        scene.cut();
        scene.ask_witness();
        scene
    }

    fn weigh(&mut self) {
        let (mut letters, mut wide) = (0, 0);
        for (index, run) in self.layout.runs.iter().enumerate() {
            let good = self.good_of[index];
            self.good[run.area as usize] += good;
            self.hosted[self.frame.host[index] as usize] += good;
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
        for (bit, share) in [0.6, 0.8, 0.95].into_iter().enumerate() {
            let enough = share * self.good[0];
            let deepest = self.good.iter().rposition(|good| *good >= enough && *good > 0.0);
            self.in_cores[deepest.unwrap_or(0)] |= 1 << bit;
        }
        for index in 1..self.in_cores.len() {
            self.in_cores[index] |= self.in_cores[self.layout.areas[index].parent as usize];
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
        for (index, (area, good)) in self.layout.areas.iter().zip(&self.good).enumerate() {
            if area.runs > 0 {
                let twins = &mut self.twins[self.frame.twins[index] as usize];
                twins.count += 1;
                twins.units += area.units;
                twins.good += good;
            }
        }
        for (index, run) in self.layout.runs.iter().enumerate() {
            let good = self.good_of[index];
            let look = &mut self.looks[self.frame.look[index] as usize];
            look.count += 1;
            look.units += run.units;
            look.linked += run.units * run.linked;
            look.good += good;
        }
        self.h1_count = self.layout.runs.iter().filter(|run| run.heading == 1).count();
        self.h1_up = match self.frame.h1 {
            Some(h1) => levels_from(self.layout, self.layout.runs[h1].area),
            None => vec![FAR; self.layout.areas.len()],
        };
    }

    /// Cuts the page into its blocks, and finds for each run the nearest ones that are surely body.
    fn cut(&mut self) {
        let runs = &self.layout.runs;
        self.blocks = Blocks::of(self.layout, self.top, |index| self.good_of[index]);
        let is_sure = |index: &usize| self.scores[*index] >= SURE && runs[*index].units >= 40.0;
        let mut near = None;
        for index in 0..runs.len() {
            self.sure_before.push(near);
            near = Some(index).filter(is_sure).or(near);
        }
        near = None;
        self.sure_behind = vec![None; runs.len()];
        for index in (0..runs.len()).rev() {
            self.sure_behind[index] = near;
            near = Some(index).filter(is_sure).or(near);
        }
    }

    fn ask_witness(&mut self) {
        let held = (0..self.frame.testimony.len()).filter(|index| self.frame.testimony[*index].in_body);
        let held: f32 = held.map(|index| self.good_of[index]).sum();
        self.body_share = held / self.good[0].max(1.0);
    }

    /// Whether the run at `index` is in a table of data, short cells without links, that hangs on the main box itself.
    pub(super) fn is_in_data_table(&self, index: usize) -> bool {
        const CELLS: u32 = 6;
        const CELL: f32 = 80.0;
        let group = self.blocks.group[self.layout.runs[index].area as usize];
        let area = &self.layout.areas[group as usize];
        area.runs >= CELLS
            && area.units < CELL * area.runs as f32
            && area.link_units < 0.2 * area.units
            && self.up[group as usize] <= 1
    }

    /// Whether a box around the run, and no wrapper of the whole page, calls itself what never is a story.
    pub(super) fn is_furniture(&self, run: &Run) -> bool {
        let marks = self.marks[run.area as usize];
        let says = |mark: MarkupFamily| run.marks.has(mark) || marks[mark as usize] < FAR;
        let around = || self.layout.around(run.area).map(|area| self.layout.areas[area as usize].tag);
        says(MarkupFamily::Newsletter) || says(MarkupFamily::App) || around().any(|tag| tag == Tag::Footer)
    }

    /// The row of the run at `index`.
    pub(super) fn row(&self, index: usize) -> FeatureRow {
        use Feature::*;
        let layout = self.layout;
        let run = &layout.runs[index];
        let text = layout.str(run);
        let mut row = [0.0; 256];
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
        set(Pipes, f32::from(run.pipes));
        set(Quoted, flag(text.starts_with(['"', '“', '«', '„', '「', '\'', '‘'])));
        set(Dashed, flag(text.starts_with(['-', '–', '—', '•', '*', '>'])));
        set(Lower, flag(text.starts_with(char::is_lowercase)));
        set(Times, self.frame.times[index] as f32);
        set(Title, f32::from(self.frame.testimony[index].title));
        set(Description, flag(self.frame.testimony[index].is_description));
        set(InBody, flag(self.frame.testimony[index].in_body));
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
                let twins = self.twins[self.frame.twins[id as usize] as usize];
                set([Twins0, Twins1, Twins2][level], twins.count as f32);
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

        let host = self.frame.host[index];
        let up = self.up[run.area as usize];
        let crossing = layout.around(self.top).nth(usize::from(up)).unwrap_or(0);
        set(Up, f32::from(up));
        set(Down, f32::from(area.depth.saturating_sub(layout.areas[crossing as usize].depth)));
        set(HostShare, self.hosted[host as usize] / whole);
        set(IsTopHost, flag(host == self.top));
        set(TopShare, self.hosted[self.top as usize] / whole);
        for (bit, feature) in [Core1, Core2, Core3].into_iter().enumerate() {
            set(feature, f32::from(self.in_cores[run.area as usize] >> bit & 1));
        }
        let clamp = |from: usize| (index as f32 - from as f32).clamp(-40.0, 40.0);
        set(FromStart, clamp(self.first));
        set(FromEnd, clamp(self.last));
        set(Place, index as f32 / layout.runs.len().max(1) as f32);
        set(AfterH1, self.frame.h1.map_or(0.5, |h1| flag(index > h1)));
        set(FromH1, self.frame.h1.map_or(-40.0, clamp));
        set(H1Up, f32::from(self.h1_up[run.area as usize]));
        set(TopH1, f32::from(self.h1_up[self.top as usize]));
        set(H1Count, self.h1_count as f32);
        set(UnderCue, self.frame.under_cue[index]);
        let look = self.looks[self.frame.look[index] as usize];
        set(LookShare, look.good / whole);
        set(LookCount, look.count as f32);
        set(LookUnits, look.units / look.count.max(1) as f32);
        set(LookLinked, look.linked / look.units.max(1.0));
        set(LookDense, look.good / look.units.max(1.0));

        let beside = |offset: isize| {
            let at = index.checked_add_signed(offset)?;
            Some((layout.runs.get(at)?, self.scores[at]))
        };
        let same = |kin: &[u32], other: usize| flag(kin[other] == kin[index]);
        if let Some((prev, score)) = beside(-1) {
            set(PrevUnits, prev.units);
            set(PrevLinked, prev.linked);
            set(PrevScore, score);
            set(PrevSameHost, same(&self.frame.host, index - 1));
            set(PrevSameLook, same(&self.frame.look, index - 1));
            set(PrevHeading, f32::from(prev.heading));
            set(PrevUp, f32::from(self.up[prev.area as usize]));
            set(PrevEnds, flag(prev.ends));
        }
        if let Some((next, score)) = beside(1) {
            set(NextUnits, next.units);
            set(NextLinked, next.linked);
            set(NextScore, score);
            set(NextSameHost, same(&self.frame.host, index + 1));
            set(NextSameLook, same(&self.frame.look, index + 1));
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
        let (dense, linked) = self.shares_around(index, 4);
        set(DenseNear, dense);
        set(LinkedNear, linked);
        self.set_blocks(index, &mut row);
        let mut set = |feature: Feature, value: f32| row[feature as usize] = value;

        set(PageRuns, layout.runs.len() as f32);
        set(PageGood, self.good[0]);
        set(PageWide, self.wide);

        for mark in MarkupFamily::ALL {
            let distance = if run.marks.has(mark) { 0 } else { self.marks[run.area as usize][mark as usize] };
            row[MARKS + mark as usize] = f32::from(distance);
        }
        for cue in Cue::ALL {
            row[CUES + cue as usize] = flag(run.cues.has(cue));
            row[FIRST_CUES + cue as usize] = flag(run.cues.starts(cue));
        }
        row
    }

    /// Of the text of a run and the `reach` before and behind it, the share that is body and the share that is links.
    fn shares_around(&self, index: usize, reach: usize) -> (f32, f32) {
        let near = index.saturating_sub(reach)..(index + reach + 1).min(self.layout.runs.len());
        let (mut units, mut links, mut good) = (0.0_f32, 0.0, 0.0);
        for (run, good_of) in self.layout.runs[near.clone()].iter().zip(&self.good_of[near]) {
            units += run.units;
            links += run.units * run.linked;
            good += good_of;
        }
        (good / units.max(1.0), links / units.max(1.0))
    }

    /// The columns of the blocks that the run at `index` belongs to.
    fn set_blocks(&self, index: usize, row: &mut FeatureRow) {
        use Feature::*;
        let layout = self.layout;
        let run = &layout.runs[index];
        let mut set = |feature: Feature, value: f32| row[feature as usize] = value;
        let (dense, linked) = self.shares_around(index, 12);
        set(DenseFar, dense);
        set(LinkedFar, linked);

        let whole = self.good[0].max(1.0);
        let group = self.blocks.group[run.area as usize];
        let area = &layout.areas[group as usize];
        let length = area.units.max(1.0);
        set(GroupRuns, area.runs as f32);
        set(GroupUnits, area.units);
        set(GroupLinked, area.link_units / length);
        set(GroupEnded, self.blocks.ended[group as usize] / length);
        set(GroupDense, self.good[group as usize] / length);
        set(GroupUp, f32::from(self.up[group as usize]));
        set(GroupTwins, self.twins[self.frame.twins[group as usize] as usize].count as f32);

        let branch = self.blocks.branch[run.area as usize];
        let area = &layout.areas[branch as usize];
        let length = area.units.max(1.0);
        set(BranchTag, f32::from(area.tag as u8));
        set(BranchRuns, area.runs as f32);
        set(BranchUnits, area.units);
        set(BranchLinked, area.link_units / length);
        set(BranchEnded, self.blocks.ended[branch as usize] / length);
        set(BranchDense, self.good[branch as usize] / length);
        set(BranchGood, self.good[branch as usize] / whole);
        set(BranchHeadings, self.blocks.headings[branch as usize] as f32);
        let twins = self.twins[self.frame.twins[branch as usize] as usize];
        set(BranchTwins, twins.count as f32);
        set(BranchTwinDense, twins.good / twins.units.max(1.0));

        let number = self.blocks.section[index] as usize;
        let section = self.blocks.sections[number];
        let heading = &layout.runs[section.first];
        set(SectionRuns, section.runs as f32);
        set(SectionUnits, section.units);
        set(SectionLinked, section.linked / section.units.max(1.0));
        set(SectionDense, section.good / section.units.max(1.0));
        set(SectionPlace, (index - section.first) as f32);
        set(SectionScore, self.scores[section.first]);
        set(SectionUp, f32::from(self.up[heading.area as usize]));
        set(SectionHeading, f32::from(heading.heading));

        let (before, behind) = (self.sure_before[index], self.sure_behind[index]);
        let most = 400.0;
        let length_to =
            |from: usize, to: usize| (self.frame.offset[to] - self.frame.offset[from]).min(8000.0);
        set(SinceSure, before.map_or(most, |before| ((index - before) as f32).min(most)));
        set(UntilSure, behind.map_or(most, |behind| ((behind - index) as f32).min(most)));
        set(SinceSureUnits, before.map_or(8000.0, |before| length_to(before, index)));
        set(UntilSureUnits, behind.map_or(8000.0, |behind| length_to(index, behind)));
        let host = &self.frame.host;
        let between = before.zip(behind).map_or(0, |(before, behind)| {
            let is_one = host[before] == host[behind];
            1 + u8::from(is_one) + u8::from(is_one && host[before] == host[index])
        });
        set(BetweenSure, f32::from(between));
    }
}

/// How many numbers there are, when they count from 0.
fn kinds(numbers: &[u32]) -> usize {
    numbers.iter().max().map_or(0, |most| *most as usize + 1)
}

fn flag(yes: bool) -> f32 {
    f32::from(u8::from(yes))
}

/// For each box and mark, the levels up to the nearest box with it: 1 for the box itself, [`FAR`] for none. A mark that
/// speaks against running text counts for nothing on a box that holds most of the page's: then it names a wrapper.
fn mark_distances(layout: &Layout, good: &[f32]) -> Vec<[u8; MarkupFamily::ALL.len()]> {
    let most = good[0] * 0.5;
    let mut distances: Vec<[u8; MarkupFamily::ALL.len()]> = Vec::with_capacity(layout.areas.len());
    for (index, area) in layout.areas.iter().enumerate() {
        let mut row = match distances.get(area.parent as usize) {
            Some(above) => *above,
            None => [FAR; MarkupFamily::ALL.len()],
        };
        row.iter_mut().for_each(|distance| *distance = (*distance + 1).min(FAR));
        let is_wrapper = good[index] > most && good[index] > 0.0;
        for mark in area.marks.families().filter(|mark| mark.is_for() || !is_wrapper) {
            row[mark as usize] = 1;
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
