//! What stands on a page and is not the article's, as its markup says in any language: what no reader sees, and boxes that ask
//! for consent or for a name and password, or that hold what readers wrote.
//!
//! It is set apart before any forest is asked, since a long dialog looks like a story, and a short story beside it does not. But
//! a page also hides the story itself until a script shows it, or writes the class of a dialog on a wrapper of all. So a box
//! goes only where it holds neither the headline nor the article's own element, where text is left without it, and, when it
//! is only hidden, where it isn't the story by its length and place, nor its rest behind "read more".

use std::collections::HashSet;

use super::area::{Area, AreaId, Tag};
use super::cue;
use super::marks::{MarkupFamily, Separation};
use super::opener;
use super::run::{Layout, Run};
use super::wall;
use super::witness::{TextKey, Witness};

/// Text that must be left without the boxes, in units: a bulletin of a line.
const ENOUGH: f32 = 60.0;

/// Length from which a sentence counts as text, in units.
const SENTENCE: f32 = 25.0;

/// How many times as long as the visible text one must be that is hidden in the article, to be its greater part: a teaser
/// stands above the rest.
const GREATER_PART: f32 = 3.0;

/// Length of the longest box that asks for consent by its words alone, or for an address, in units.
const QUESTION: f32 = 900.0;

/// What asks about data on a device, in a box that is at most so many times as long.
const PARTS_OF_QUESTION: f32 = 2.5;

/// Length of the longest box around a form to log in, in units.
const INVITATION: f32 = 300.0;

/// Sets apart what the markup says is not the article's.
pub(super) fn set_apart(layout: &mut Layout, witness: &Witness) {
    let asks = boxes_that_ask(layout);
    let is_claimed = |area: &Area| area.marks.is_apart() || is_login_form(area) || is_address_form(area);
    if !asks.contains(&true) && !layout.areas.iter().any(is_claimed) {
        return;
    }
    let mut page = PageBoxes::of(layout, witness, &asks);
    page.give_back_rest();
    page.give_back_story();
    for kinds in [
        &HIDDEN[..],
        &[Separation::Comments, Separation::Login, Separation::Dialog],
        &[Separation::Consent, Separation::Cookie],
    ] {
        if page.seen() < ENOUGH && !(page.has_headline() && kinds.contains(&Separation::Consent)) {
            page.give_back(kinds);
        }
    }
    if page.seen() < ENOUGH {
        page.give_back_unasked(&asks);
    }
    let why = page.spread();
    layout.set_apart(|_, run| why[run.area as usize].map(|(why, _)| why));
}

/// The ways of not being seen, the surest first.
const HIDDEN: [Separation; 4] =
    [Separation::Hidden, Separation::Mute, Separation::Spoken, Separation::Styled];

fn is_login_form(area: &Area) -> bool {
    area.tag == Tag::Form && area.passwords > 0
}

/// A box around such a form, with what it says of it: what a name is good for, and what to do without one.
fn is_login_box(area: &Area) -> bool {
    area.passwords > 0 && area.units <= INVITATION
}

/// A form for an address to write to, with what is said about it; a page that is one form as a whole is none.
fn is_address_form(area: &Area) -> bool {
    area.tag == Tag::Form && area.addresses > 0 && area.units <= QUESTION
}

/// For each box, whether it asks for consent by its words: a line that speaks of cookies to its reader, or that is a good part of the
/// box and speaks of partners and data on the reader's device, and something to press.
fn boxes_that_ask(layout: &Layout) -> Vec<bool> {
    let mut asks = vec![false; layout.areas.len()];
    let is_asking = |run: &Run, area: AreaId| {
        let text = layout.str(run);
        let is_much = run.units * PARTS_OF_QUESTION >= layout.areas[area as usize].units;
        run.heading == 0
            && run.linked < 0.5
            && (cue::speaks_of_cookies(text) || is_much && cue::speaks_of_device_data(text))
            && speaks_of_house(text)
    };
    let is_box = |area: &AreaId| layout.areas[*area as usize].units <= QUESTION;
    let holds_control = |area: &AreaId| layout.areas[*area as usize].controls > 0;
    for run in &layout.runs {
        let pressed = layout.around(run.area).take_while(is_box).find(holds_control);
        if let Some(area) = pressed.filter(|area| !asks[*area as usize] && is_asking(run, *area)) {
            asks[area as usize] = true;
        }
    }
    asks
}

/// Whether a line speaks to its reader, or of the site that it stands on.
fn speaks_of_house(line: &str) -> bool {
    const HOUSE: [&str; 26] = [
        "utilizamos cookies",
        "usamos cookies",
        "utilizziamo cookie",
        "utilizamos os cookies",
        "this site",
        "this website",
        "our site",
        "our website",
        "этот сайт",
        "на сайте",
        "наш сайт",
        "当サイト",
        "本サイト",
        "このサイト",
        "본 사이트",
        "本网站",
        "موقعنا",
        "هذا الموقع",
        "האתר שלנו",
        "באתר זה",
        "เว็บไซต์นี้",
        "trang web này",
        "हमारी वेबसाइट",
        "ιστότοπό μας",
        "sitemiz",
        "bu site",
    ];
    let lower = line.to_lowercase();
    wall::speaks_to_reader(line) || HOUSE.iter().any(|house| lower.contains(house))
}

/// A page, and what sets its boxes apart.
struct PageBoxes<'p> {
    layout: &'p Layout,
    witness: &'p Witness,
    /// For each run, its length if it is text that a story could consist of, or 0.
    plain: Vec<f32>,
    /// For each box, the sum of that in it and below it.
    prose: Vec<f32>,
    /// For each box, whether it holds a headline, or an element that is made for the article.
    headline: Vec<bool>,
    article: Vec<bool>,
    /// For each box, why it is set apart, if it is.
    why: Vec<Option<Separation>>,
}

impl<'p> PageBoxes<'p> {
    fn of(layout: &'p Layout, witness: &'p Witness, asks: &[bool]) -> Self {
        let count = layout.areas.len();
        let mut page = Self {
            layout,
            witness,
            plain: layout.runs.iter().map(|run| plain(layout, run)).collect(),
            prose: vec![0.0; count],
            headline: vec![false; count],
            article: layout.areas.iter().map(is_for_article).collect(),
            why: Vec::new(),
        };
        let mut key = TextKey::default();
        for (run, plain) in layout.runs.iter().zip(&page.plain) {
            page.prose[run.area as usize] += plain;
            if run.heading == 1 {
                key.read(layout.str(run), usize::MAX);
                page.headline[run.area as usize] |= witness.is_title_of_head(&key);
            }
        }
        let mut holds_article = page.article.clone();
        for index in (1..count).rev() {
            let parent = layout.areas[index].parent as usize;
            page.prose[parent] += page.prose[index];
            page.headline[parent] |= page.headline[index];
            holds_article[parent] |= holds_article[index];
        }
        let before = page.prose_before();
        page.why = (0..count)
            .map(|index| page.claim(index, holds_article[index], before[index], asks[index]))
            .collect();
        page.article = holds_article;
        page
    }

    /// For each box, the length of the text before it that nothing sets apart.
    fn prose_before(&self) -> Vec<f32> {
        let mut before: Vec<Option<f32>> = vec![None; self.layout.areas.len()];
        let mut sum = 0.0;
        for (run, plain) in self.layout.runs.iter().zip(&self.plain) {
            before[run.area as usize].get_or_insert(sum);
            if !self.layout.areas[run.area as usize].marks_above.is_apart() {
                sum += plain;
            }
        }
        for index in (1..before.len()).rev() {
            let parent = self.layout.areas[index].parent as usize;
            before[parent] = match (before[parent], before[index]) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        before.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// Why a box is set apart by what it says of itself.
    fn claim(&self, index: usize, holds_article: bool, before: f32, asks: bool) -> Option<Separation> {
        let area = &self.layout.areas[index];
        let marks = area.marks;
        if let Some(hidden) = HIDDEN.into_iter().find(|why| marks.is(*why)) {
            return Some(hidden);
        }
        if self.headline[index] {
            return None;
        }
        let is_most = 2.0 * self.prose[index] > self.prose[0];
        let asks_consent = marks.is(Separation::Consent)
            || marks.is(Separation::Cookie) && (!is_most || area.controls > 0)
            || asks;
        let asks_login = is_login_form(area)
            || is_login_box(area) && !is_most
            || marks.is(Separation::Login) && area.controls > 0;
        let asks_address = is_address_form(area) && !is_most;
        let is_behind = before >= ENOUGH && area.tag != Tag::Main && !marks.has(MarkupFamily::Body);
        match () {
            () if marks.is(Separation::Comments) && is_behind => Some(Separation::Comments),
            () if holds_article => None,
            () if asks_consent => Some(Separation::Consent),
            () if marks.is(Separation::Dialog) => Some(Separation::Dialog),
            () if asks_login || asks_address => Some(Separation::Login),
            () => None,
        }
    }

    /// For each box that is set apart, by itself or by one around it, why, and the outermost box that is.
    fn spread(&self) -> Vec<Option<(Separation, AreaId)>> {
        let mut spread: Vec<Option<(Separation, AreaId)>> = Vec::with_capacity(self.why.len());
        for (index, why) in self.why.iter().enumerate() {
            let above = match index {
                0 => None,
                _ => spread[self.layout.areas[index].parent as usize],
            };
            spread.push(above.or(why.map(|why| (why, index as AreaId))));
        }
        spread
    }

    fn seen(&self) -> f32 {
        let why = self.spread();
        let seen =
            self.layout.runs.iter().zip(&self.plain).filter(|(run, _)| why[run.area as usize].is_none());
        seen.map(|(_, plain)| plain).sum()
    }

    fn has_headline(&self) -> bool {
        let why = self.spread();
        self.layout.runs.iter().any(|run| run.heading == 1 && why[run.area as usize].is_none())
    }

    fn give_back(&mut self, kinds: &[Separation]) {
        for why in &mut self.why {
            *why = why.filter(|why| !kinds.contains(why));
        }
    }

    /// Gives back boxes that bear the name of consent, stand in an element made for the article, and ask nothing: there is nothing to
    /// press, and no line speaks of the reader's own cookies. An article on the law of data has such names.
    fn give_back_unasked(&mut self, asks: &[bool]) {
        let layout = self.layout;
        let is_article = |index: usize| {
            let mut around = layout.around(index as AreaId).skip(1);
            around.any(|above| is_for_article(&layout.areas[above as usize]))
        };
        for index in 0..self.why.len() {
            let asks = asks[index] || layout.areas[index].controls > 0;
            if self.why[index] == Some(Separation::Consent) && !asks && is_article(index) {
                self.why[index] = None;
            }
        }
    }

    /// Gives back hidden text that goes on where the story is cut short, beside what opens it: "read more".
    fn give_back_rest(&mut self) {
        let layout = self.layout;
        let spread = self.spread();
        let hidden = |index: usize| {
            let (why, outermost) = spread[layout.runs[index].area as usize]?;
            HIDDEN.contains(&why).then_some(outermost)
        };
        let mut at = 0;
        while at < layout.runs.len() {
            let Some(_) = hidden(at) else {
                at += 1;
                continue;
            };
            let end =
                (at..layout.runs.len()).find(|index| hidden(*index).is_none()).unwrap_or(layout.runs.len());
            let length: f32 = self.plain[at..end].iter().sum();
            if length >= ENOUGH && self.is_opened(at, end) && self.goes_on(at, &spread) {
                (at..end).filter_map(hidden).for_each(|area| self.why[area as usize] = None);
            }
            at = end;
        }
    }

    /// Whether what opens a text stands right before or behind the runs from `start` to `end`.
    fn is_opened(&self, start: usize, end: usize) -> bool {
        const BESIDE: usize = 2;
        let layout = self.layout;
        let beside = start.saturating_sub(BESIDE)..=(end + 1).min(layout.runs.len());
        let is_beside = |at: &usize| beside.contains(at) && (*at <= start || *at >= end);
        let runs = (start.saturating_sub(BESIDE)..start).chain(end..(end + BESIDE).min(layout.runs.len()));
        layout.openers.iter().any(is_beside) || runs.map(|index| &layout.runs[index]).any(is_opener(layout))
    }

    /// Whether text that is seen stands before a hidden run in the box around its own, or in the one around that.
    fn goes_on(&self, start: usize, spread: &[Option<(Separation, AreaId)>]) -> bool {
        let layout = self.layout;
        let Some((_, outermost)) = spread[layout.runs[start].area as usize] else { return false };
        let hosts: Vec<AreaId> = layout.around(outermost).skip(1).take(2).collect();
        let before: f32 = (0..start)
            .filter(|index| spread[layout.runs[*index].area as usize].is_none())
            .filter(|index| layout.around(layout.runs[*index].area).any(|around| hosts.contains(&around)))
            .map(|index| self.plain[index])
            .sum();
        before >= ENOUGH
    }

    /// Gives back what is hidden and yet the story: what holds the only headline, what script data holds as the article's body,
    /// and what is longer than all that is seen and stands where the story does.
    fn give_back_story(&mut self) {
        let spread = self.spread();
        let layout = self.layout;
        let runs = || layout.runs.iter().zip(&self.plain);
        let is_seen = |run: &Run| spread[run.area as usize].is_none();
        let texts: HashSet<u64> = runs().filter(|(run, _)| is_seen(run)).map(|(run, _)| run.hash).collect();
        let seen: f32 = runs().filter(|(run, _)| is_seen(run)).map(|(_, plain)| plain).sum();
        // By the box that holds a hidden one: paragraphs may be hidden one by one.
        let mut hidden = vec![0.0; layout.areas.len()];
        let mut in_body = vec![0.0; layout.areas.len()];
        let mut headline = vec![false; layout.areas.len()];
        let mut key = TextKey::default();
        for (run, plain) in runs().filter(|(run, _)| !texts.contains(&run.hash)) {
            let Some((why, outermost)) = spread[run.area as usize] else { continue };
            if !HIDDEN.contains(&why) {
                continue;
            }
            headline[outermost as usize] |= run.heading == 1 && self.headline[run.area as usize];
            let parent = layout.areas[outermost as usize].parent as usize;
            hidden[parent] += plain;
            if *plain > 0.0 && self.witness.has_body() {
                key.read(layout.str(run), 120);
                in_body[parent] += if self.witness.body_holds(&key) { *plain } else { 0.0 };
            }
        }
        let is_story = |index: usize| {
            let area = &layout.areas[index];
            let parent = area.parent as usize;
            let is_dialog = area.marks.is(Separation::Dialog) || area.marks.is(Separation::Consent);
            let above = &layout.areas[parent];
            let is_inside = above.marks_above.has(MarkupFamily::Body)
                || layout.around(area.parent).any(|around| is_for_article(&layout.areas[around as usize]));
            headline[index]
                || !is_dialog
                    && (in_body[parent] >= ENOUGH && 2.0 * in_body[parent] > hidden[parent]
                        || hidden[parent] > seen
                            && (self.article[index] || area.marks.has(MarkupFamily::Body))
                        || hidden[parent] > GREATER_PART * seen && is_inside)
        };
        let story: Vec<bool> = (0..layout.areas.len())
            .map(|index| self.why[index].is_some_and(|why| HIDDEN.contains(&why)) && is_story(index))
            .collect();
        for (why, _) in self.why.iter_mut().zip(story).filter(|(_, is_story)| *is_story) {
            *why = None;
        }
    }
}

/// Whether a run says that there is more of the text, and leads nowhere.
fn is_opener(layout: &Layout) -> impl Fn(&Run) -> bool + '_ {
    |run| run.linked < 0.5 && opener::is_opener(layout.str(run))
}

fn is_for_article(area: &Area) -> bool {
    matches!(area.tag, Tag::Article | Tag::Main)
}

/// The length of a run, if a story could consist of it: a sentence, or more, that is not all link and not the page's frame.
fn plain(layout: &Layout, run: &Run) -> f32 {
    const FRAME: [MarkupFamily; 4] =
        [MarkupFamily::Footer, MarkupFamily::Navigation, MarkupFamily::Legal, MarkupFamily::Sidebar];
    let marks = layout.areas[run.area as usize].marks_above;
    let is_text = run.linked < 0.4 && run.heading == 0 && run.units >= SENTENCE && run.sentences > 0;
    let is_frame = || {
        FRAME.into_iter().any(|mark| marks.has(mark))
            || layout
                .around(run.area)
                .any(|area| matches!(layout.areas[area as usize].tag, Tag::Footer | Tag::Nav))
    };
    if is_text && !is_frame() { run.units } else { 0.0 }
}
