//! The page as runs of text: what a reader sees between two breaks.

use std::ops::Range;

use dateline_wire::CutKind;
use unicode_normalization::UnicodeNormalization;

use crate::dom::{Document, Node, local_name};
use crate::letter;
use crate::style::StyleSheets;

use super::area::{Area, AreaId, Tag, heading_level, is_inline, is_unread};
use super::cue::{self, Cues};
use super::inserted;
use super::marks::{Known, MarkupFamilies, Separation};
use super::opener;

/// Runs of one page that are looked at; a page with more is a list, and its end is not read.
const MAX_RUNS: usize = 6_000;

/// Bytes of the longest line that is looked at as the label of an advertisement.
const MAX_LABEL: usize = 60;

/// One run of text, and what can be said of it alone.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// Its place in [`Layout::text`], white space collapsed and trimmed.
    pub(super) text: Range<usize>,
    /// The box it stands in.
    pub(super) area: AreaId,
    /// What the inline elements in it say.
    pub(super) marks: MarkupFamilies,
    /// What its words say.
    pub(super) cues: Cues,
    /// Its length in letters of an alphabet: a Hangul syllable counts 2, a Han or kana character 3.
    pub(super) units: f32,
    /// The share of it that is link text, that is bold or italic.
    pub(super) linked: f32,
    pub(super) bold: f32,
    /// The share of it that is link text before anything else.
    pub(super) led: f32,
    /// Counts of characters.
    pub(super) links: u16,
    pub(super) clauses: u16,
    pub(super) sentences: u16,
    pub(super) digits: u16,
    pub(super) capitals: u16,
    pub(super) letters: u32,
    pub(super) wide: u32,
    pub(super) pipes: u16,
    /// Whether it ends as a sentence does.
    pub(super) ends: bool,
    /// Level of the heading it stands in, 0 for none.
    pub(super) heading: u8,
    /// Whether a line break inside its box, not the box's edge, stands before it.
    pub(super) after_break: bool,
    /// Hash of its text without spaces, to find what stands on a page twice.
    pub(super) hash: u64,
}

impl Run {
    /// Whether it reads like running text: long for its script, with punctuation, and not all links.
    pub(super) fn is_prose(&self) -> bool {
        self.linked < 0.4 && self.units >= 60.0 && (self.ends || self.clauses >= 2) && self.sentences > 0
            || self.linked < 0.3 && self.units >= 200.0
    }
}

/// A page cut into runs and boxes.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) text: String,
    pub(super) runs: Vec<Run>,
    pub(super) areas: Vec<Area>,
    /// What stood inside a line and is in no run: its kind, and its length in characters.
    pub(super) inserted: Vec<(CutKind, usize)>,
    /// Runs that are on the page and not the article's, and why.
    pub(super) apart: Vec<(Run, Separation)>,
    /// Lines of signs that part a text (`* * *`), which are no runs, one between two: the number of the run behind it, and its
    /// bytes.
    pub(super) separators: Vec<(usize, Range<usize>)>,
    /// What a reader presses to see the rest of a text: the numbers of the runs that stand behind each.
    pub(super) openers: Vec<usize>,
    /// Thematic breaks (`<hr>`), likewise.
    pub(super) rules: Vec<usize>,
    /// Links to a place on the page itself: the numbers of the runs that each stands in.
    pub(super) anchors: Vec<usize>,
}

impl Layout {
    /// All that stands on the page.
    pub(super) fn of(document: &Document) -> Self {
        let mut builder = Builder::new(document);
        builder.walk(document.body());
        builder.finish()
    }

    /// Sets the runs apart for which `why` has a reason, as if they did not stand on the page.
    pub(super) fn set_apart(&mut self, why: impl Fn(usize, &Run) -> Option<Separation>) {
        let reasons: Vec<Option<Separation>> =
            self.runs.iter().enumerate().map(|(index, run)| why(index, run)).collect();
        if reasons.iter().all(Option::is_none) {
            return;
        }
        let mut places = Vec::with_capacity(reasons.len());
        let mut left = 0;
        for reason in &reasons {
            places.push(left);
            left += usize::from(reason.is_none());
        }
        // A line of signs stays where a run behind it stays.
        self.separators.retain(|(run, _)| reasons.get(*run).is_some_and(Option::is_none));
        self.separators.iter_mut().for_each(|(run, _)| *run = places[*run]);
        let ends = places.len();
        let place = |run: &mut usize| *run = if *run < ends { places[*run] } else { left };
        self.openers.iter_mut().chain(&mut self.rules).chain(&mut self.anchors).for_each(place);
        for (run, reason) in std::mem::take(&mut self.runs).into_iter().zip(reasons) {
            match reason {
                Some(reason) => self.apart.push((run, reason)),
                None => self.runs.push(run),
            }
        }
        self.measure();
    }

    /// Sums up what the boxes hold.
    fn measure(&mut self) {
        for area in &mut self.areas {
            (area.own_runs, area.runs, area.units, area.link_units) = (0, 0, 0.0, 0.0);
        }
        for run in &self.runs {
            let area = &mut self.areas[run.area as usize];
            area.own_runs += 1;
            area.runs += 1;
            area.units += run.units;
            area.link_units += run.units * run.linked;
        }
        for index in (1..self.areas.len()).rev() {
            let area = &self.areas[index];
            let (parent, runs, units, links) = (area.parent as usize, area.runs, area.units, area.link_units);
            let above = &mut self.areas[parent];
            above.runs += runs;
            above.units += units;
            above.link_units += links;
        }
    }

    /// What stands in `tops`, each a box that says nothing of itself.
    pub(super) fn of_tops<'d>(document: &'d Document, tops: impl Iterator<Item = Node<'d>>) -> Self {
        let mut builder = Builder::new(document);
        builder.open_area(document.root(), 0);
        for top in tops {
            builder.area = builder.layout.areas.len() as AreaId;
            builder.open_area(document.root(), 0);
            builder.walk_below(top);
        }
        builder.finish()
    }

    pub(super) fn str(&self, run: &Run) -> &str {
        &self.text[run.text.clone()]
    }

    /// The line of signs that parts a run from the one before.
    pub(super) fn separator_before(&self, run: usize) -> Option<&str> {
        let at = self.separators.binary_search_by_key(&run, |(behind, _)| *behind).ok()?;
        Some(&self.text[self.separators[at].1.clone()])
    }

    /// The box and everything around it, from the inside out.
    pub(super) fn around(&self, area: AreaId) -> impl Iterator<Item = AreaId> {
        let mut next = Some(area);
        std::iter::from_fn(move || {
            let area = next?;
            next = (area != 0).then(|| self.areas[area as usize].parent);
            Some(area)
        })
    }
}

/// What is gathered between two breaks.
#[derive(Default)]
struct PendingRun {
    start: usize,
    marks: MarkupFamilies,
    linked: usize,
    /// Bytes of link text that it begins with.
    led: usize,
    bold: usize,
    links: u16,
    /// Places in the text after which the page broke the line once.
    breaks: Vec<usize>,
    after_break: bool,
    space: bool,
}

/// The inline state, saved where an element begins and restored where it ends.
#[derive(Clone, Copy, Default)]
struct Inline {
    link: bool,
    bold: bool,
    marks: MarkupFamilies,
}

struct Builder<'d> {
    layout: Layout,
    classes: Known<'d>,
    styles: StyleSheets<'d>,
    pending: PendingRun,
    inline: Inline,
    area: AreaId,
    pre: bool,
    heading: u8,
}

/// What to restore at the end of an element.
struct EnclosingState<'d> {
    node: Node<'d>,
    inline: Inline,
    area: AreaId,
    pre: bool,
    heading: u8,
    is_block: bool,
}

impl<'d> Builder<'d> {
    fn new(document: &'d Document) -> Self {
        let layout = Layout {
            text: String::with_capacity(16 * 1024),
            runs: Vec::with_capacity(256),
            areas: Vec::with_capacity(512),
            inserted: Vec::new(),
            apart: Vec::new(),
            separators: Vec::new(),
            openers: Vec::new(),
            anchors: Vec::new(),
            rules: Vec::new(),
        };
        Self {
            layout,
            classes: Known::of_classes(),
            styles: StyleSheets::of(document),
            pending: PendingRun::default(),
            inline: Inline::default(),
            area: 0,
            pre: false,
            heading: 0,
        }
    }

    fn walk(&mut self, top: Node<'d>) {
        self.open_area(top, 0);
        self.walk_below(top);
    }

    fn walk_below(&mut self, top: Node<'d>) {
        let mut open: Vec<EnclosingState<'d>> = Vec::with_capacity(64);
        let mut next = top.first_child();
        loop {
            let Some(node) = next else {
                let Some(closed) = open.pop() else { break };
                if closed.is_block {
                    self.break_run(false);
                    self.area = closed.area;
                }
                (self.inline, self.pre, self.heading) = (closed.inline, closed.pre, closed.heading);
                next = closed.node.next_sibling();
                continue;
            };
            if self.layout.runs.len() >= MAX_RUNS {
                break;
            }
            next = node.next_sibling();
            if let Some(text) = node.text() {
                self.push_text(text);
            } else if let Some(name) = node.name() {
                match *name {
                    local_name!("br") => self.line_break(),
                    local_name!("hr") => {
                        self.break_run(false);
                        self.layout.rules.push(self.layout.runs.len());
                    }
                    local_name!("img") => self.layout.areas[self.area as usize].images += 1,
                    local_name!("button") | local_name!("input") => self.count_control(node),
                    _ if is_unread(name) && !is_shadow_root(node) => {}
                    _ => {
                        let mut is_block = !is_inline(name);
                        let marks = if is_block { MarkupFamilies::NONE } else { self.inline_marks(node) };
                        if let Some(inserted) = inserted::cut(node, marks) {
                            self.layout.inserted.push(inserted);
                            continue;
                        }
                        // A long text that nobody sees is a box of its own, wherever it stands.
                        is_block |= inserted::is_unseen(marks);
                        open.push(EnclosingState {
                            node,
                            inline: self.inline,
                            area: self.area,
                            pre: self.pre,
                            heading: self.heading,
                            is_block,
                        });
                        if is_block {
                            self.break_run(false);
                            self.enter_block(node);
                            self.inline.link |= node.is(&local_name!("a"));
                        } else {
                            self.enter_inline(node, marks);
                        }
                        next = node.first_child();
                    }
                }
            }
        }
        self.break_run(false);
    }

    fn count_control(&mut self, node: Node<'_>) {
        self.note_opener(node);
        let area = &mut self.layout.areas[self.area as usize];
        match node.attr("type") {
            Some("hidden") => {}
            kind => {
                area.controls += 1;
                area.passwords += u32::from(kind == Some("password"));
                area.addresses += u32::from(kind == Some("email"));
            }
        }
    }

    /// What an element and the page's style sheets say of it, and its look.
    fn marks_of(&mut self, node: Node<'d>) -> (MarkupFamilies, u64) {
        let (mut marks, look) = MarkupFamilies::of(node, &mut self.classes);
        if self.styles.hide(node) {
            marks.set(Separation::Styled);
        }
        (marks, look)
    }

    /// What an inline element says of itself; the others have no names.
    fn inline_marks(&mut self, node: Node<'d>) -> MarkupFamilies {
        match node.name() {
            Some(
                &(local_name!("a")
                | local_name!("b")
                | local_name!("cite")
                | local_name!("em")
                | local_name!("i")
                | local_name!("ins")
                | local_name!("small")
                | local_name!("span")
                | local_name!("strong")
                | local_name!("time")),
            ) => self.marks_of(node).0,
            _ => MarkupFamilies::NONE,
        }
    }

    fn enter_block(&mut self, node: Node<'d>) {
        let parent = self.area;
        self.area = self.layout.areas.len() as AreaId;
        self.open_area(node, parent);
        self.inline.marks = MarkupFamilies::NONE;
        self.pre |= node.is(&local_name!("pre"));
        self.heading = self.heading.max(heading_level(node));
    }

    /// Notes a button, or a link that leads nowhere, that opens the rest of a text by what it says.
    fn note_opener(&mut self, node: Node<'_>) {
        let is_here =
            |href: &str| href.is_empty() || href.starts_with('#') || href.starts_with("javascript:");
        if node.attr("href").is_none_or(|href| is_here(href.trim()))
            && opener::says(
                node.attr("aria-label").into_iter().chain(node.descendants().take(8).filter_map(Node::text)),
            )
        {
            self.layout.openers.push(self.layout.runs.len());
        }
    }

    fn enter_inline(&mut self, node: Node<'_>, marks: MarkupFamilies) {
        match node.name() {
            Some(&local_name!("a")) => {
                self.note_opener(node);
                self.layout.areas[self.area as usize].controls += u32::from(is_button(node));
                if node.attr("href").is_some_and(|href| href.trim_start().starts_with('#')) {
                    self.layout.anchors.push(self.layout.runs.len());
                }
                self.inline.link = true;
                self.pending.links = self.pending.links.saturating_add(1);
            }
            Some(&(local_name!("b") | local_name!("strong") | local_name!("em") | local_name!("i"))) => {
                self.inline.bold = true;
            }
            _ => {}
        }
        self.inline.marks = self.inline.marks.union(marks);
    }

    fn open_area(&mut self, node: Node<'d>, parent: AreaId) {
        let (own, look) = self.marks_of(node);
        let marks = own.union(self.inline.marks);
        let (depth, above) = match self.layout.areas.get(parent as usize) {
            Some(parent) => (parent.depth + 1, parent.marks_above),
            None => (0, MarkupFamilies::NONE),
        };
        let tag = node.name().map_or(Tag::Section, Tag::of);
        self.layout.areas.push(Area {
            parent,
            tag,
            depth,
            marks,
            marks_above: above.union(marks),
            look: look ^ (tag as u64) << 3 ^ u64::from(heading_level(node)),
            is_named: look != MarkupFamilies::NO_LOOK,
            own_runs: 0,
            runs: 0,
            units: 0.0,
            link_units: 0.0,
            images: 0,
            controls: 0,
            passwords: 0,
            addresses: 0,
        });
    }

    fn push_text(&mut self, text: &str) {
        let pending = &mut self.pending;
        let out = &mut self.layout.text;
        let before = out.len();
        if self.pre {
            for line in text.split_inclusive('\n') {
                out.push_str(line.trim_end());
                if line.ends_with('\n') && out.len() > pending.start {
                    pending.breaks.push(out.len());
                    out.push(' ');
                }
            }
        } else {
            let inner = text.trim_ascii();
            if inner.is_empty() {
                pending.space |= !text.is_empty();
                return;
            }
            let starts_with_space = text.as_bytes().first().is_some_and(u8::is_ascii_whitespace);
            if (pending.space || starts_with_space) && out.len() > pending.start && !out.ends_with(' ') {
                out.push(' ');
            }
            if is_spaced_plainly(inner.as_bytes()) {
                out.push_str(inner);
            } else {
                for (number, word) in inner.split_ascii_whitespace().enumerate() {
                    if number > 0 {
                        out.push(' ');
                    }
                    out.push_str(word);
                }
            }
            pending.space = text.as_bytes().last().is_some_and(u8::is_ascii_whitespace);
        }
        let added = out.len() - before;
        if added > 0 {
            pending.marks = pending.marks.union(self.inline.marks);
            if self.inline.link {
                pending.led += if before == pending.start + pending.led { added } else { 0 };
                pending.linked += added;
            }
            if self.inline.bold {
                pending.bold += added;
            }
        }
    }

    /// One `<br>` breaks a line; a second one right after it ends the run.
    fn line_break(&mut self) {
        let at = self.layout.text.trim_end().len();
        if at <= self.pending.start {
            return;
        }
        if self.pending.breaks.last().is_some_and(|last| *last >= at) {
            self.break_run(true);
        } else {
            self.layout.text.truncate(at);
            self.pending.breaks.push(at);
            self.layout.text.push(' ');
            self.pending.space = false;
        }
    }

    /// Ends the run, if there is text in it.
    fn break_run(&mut self, by_line: bool) {
        let start = self.pending.start;
        let mut pending = std::mem::take(&mut self.pending);
        if start == self.layout.text.len() {
            (self.pending.start, self.pending.after_break) = (start, by_line);
            return;
        }
        let end = self.layout.text.trim_end().len().max(start);
        pending.breaks.retain(|at| *at < end);
        if self.lines_are_paragraphs(&pending, end) {
            let length = (end - start).max(1);
            let mut from = start;
            for at in std::mem::take(&mut pending.breaks).into_iter().chain([end]) {
                // Links and bold are known for the whole only, and taken as spread over it.
                let share = (at - from) as f32 / length as f32;
                let piece = PendingRun {
                    linked: (pending.linked as f32 * share) as usize,
                    bold: (pending.bold as f32 * share) as usize,
                    links: pending.links,
                    marks: pending.marks,
                    after_break: pending.after_break || from > start,
                    ..PendingRun::default()
                };
                self.push_run(&piece, from, at);
                from = at;
            }
        } else {
            self.push_run(&pending, start, end);
        }
        self.pending.after_break = by_line;
        self.pending.start = self.layout.text.len();
        if self.pending.start > 0 && !self.layout.text.ends_with('\n') {
            self.layout.text.push('\n');
            self.pending.start += 1;
        }
    }

    /// Whether single line breaks separate paragraphs here (most lines end as sentences do) or only wrap lines.
    fn lines_are_paragraphs(&self, pending: &PendingRun, end: usize) -> bool {
        if pending.breaks.is_empty() || self.pre {
            return false;
        }
        let text = &self.layout.text;
        // A label is a line of its own.
        let first = &text[pending.start..pending.breaks[0]];
        if first.len() <= MAX_LABEL && cue::announces_advert(first) {
            return true;
        }
        let mut from = pending.start;
        let (mut ended, mut lines) = (0, 0);
        for &at in pending.breaks.iter().chain([&end]) {
            let line = text[from..at].trim();
            if !line.is_empty() {
                lines += 1;
                ended += usize::from(ends_sentence(line));
            }
            from = at;
        }
        ended * 3 >= lines * 2
    }

    fn push_run(&mut self, pending: &PendingRun, start: usize, end: usize) {
        let text = &self.layout.text[start..end];
        let start = start + (text.len() - text.trim_start().len());
        let text = text.trim();
        let counts = Counts::of(text);
        if counts.letters + u32::from(counts.digits) == 0 {
            self.push_separator(start..start + text.len());
            return;
        }
        let bytes = text.len().max(1) as f32;
        self.layout.runs.push(Run {
            text: start..start + text.len(),
            area: self.area,
            marks: pending.marks,
            cues: Cues::of(text),
            units: counts.units,
            linked: (pending.linked as f32 / bytes).min(1.0),
            led: (pending.led as f32 / bytes).min(1.0),
            bold: (pending.bold as f32 / bytes).min(1.0),
            links: pending.links,
            clauses: counts.clauses,
            sentences: counts.sentences,
            digits: counts.digits,
            capitals: counts.capitals,
            letters: counts.letters,
            wide: counts.wide,
            pipes: counts.pipes,
            ends: ends_sentence(text),
            heading: self.heading,
            after_break: pending.after_break,
            hash: counts.hash,
        });
    }

    /// Notes a line without letters, if it parts a text. In a table it stands for a figure that is not known.
    fn push_separator(&mut self, line: Range<usize>) {
        let is_cell = self
            .layout
            .around(self.area)
            .take(2)
            .any(|area| matches!(self.layout.areas[area as usize].tag, Tag::Cell | Tag::Item));
        let run = self.layout.runs.len();
        let is_first = self.layout.separators.last().is_none_or(|(behind, _)| *behind != run);
        if is_first && !is_cell && is_separator(&self.layout.text[line.clone()]) {
            self.layout.separators.push((run, line));
        }
    }

    fn finish(mut self) -> Layout {
        let layout = &mut self.layout;
        for index in (1..layout.areas.len()).rev() {
            let area = &layout.areas[index];
            let (parent, images, controls, passwords, addresses) =
                (area.parent as usize, area.images, area.controls, area.passwords, area.addresses);
            let above = &mut layout.areas[parent];
            above.images += images;
            above.controls += controls;
            above.passwords += passwords;
            above.addresses += addresses;
        }
        layout.measure();
        self.layout
    }
}

/// Whether nothing but single spaces stands between the words of a text. Looks at all of it, many bytes at once.
fn is_spaced_plainly(text: &[u8]) -> bool {
    let is_odd = |(byte, next): (&u8, &u8)| *byte < b' ' || *byte == b' ' && *next == b' ';
    !text.iter().zip(&text[1..]).fold(false, |odd, pair| odd | is_odd(pair))
}

/// The length of a text in units, of which no more than about `most` are counted.
pub(super) fn units(text: &str, most: f32) -> f32 {
    let mut sum = 0_u32;
    for c in text.chars().filter(|c| letter::is_alphanumeric(*c)) {
        sum += match c {
            _ if c.is_ascii() => 1,
            '\u{ac00}'..='\u{d7af}' => 2,
            '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => 3,
            _ => 1,
        };
        if sum as f32 >= most {
            break;
        }
    }
    sum as f32
}

/// Where the hash of a text (FNV-1a) begins, and what it is multiplied by.
const NO_TEXT: u64 = 0xcbf2_9ce4_8422_2325;
const HASH_PRIME: u64 = 0x0000_0100_0000_01b3;

/// Characters of a text by kind, counted in one pass.
#[derive(Default)]
struct Counts {
    units: f32,
    clauses: u16,
    sentences: u16,
    digits: u16,
    capitals: u16,
    letters: u32,
    wide: u32,
    /// What parts the pieces of a line.
    pipes: u16,
    hash: u64,
}

/// What an ASCII character adds to the counts, in eight bits for each kind that begin where the constants below say.
const KINDS: [u64; 128] = {
    let mut kinds = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte] = match byte as u8 {
            b' ' => 1 << SPACES,
            b'a'..=b'z' => 1 << LETTERS,
            b'A'..=b'Z' => 1 << LETTERS | 1 << CAPITALS,
            b'0'..=b'9' => 1 << DIGITS,
            b',' | b';' | b':' => 1 << CLAUSES,
            b'|' | b'/' => 1 << PIPES,
            b'.' | b'!' | b'?' => 1 << SENTENCES,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};
const SPACES: u32 = 0;
const LETTERS: u32 = 8;
const CAPITALS: u32 = 16;
const DIGITS: u32 = 24;
const CLAUSES: u32 = 32;
const PIPES: u32 = 40;
const SENTENCES: u32 = 48;

impl Counts {
    fn of(text: &str) -> Self {
        if text.is_ascii() { Self::of_ascii(text.as_bytes()) } else { Self::of_any(text) }
    }

    /// The same of a text of which each byte is a character, without a branch for each.
    fn of_ascii(text: &[u8]) -> Self {
        let mut counts = Self { hash: NO_TEXT, ..Self::default() };
        let mut narrow = 0;
        // As many as one of the counts can hold.
        for part in text.chunks(usize::from(u8::MAX)) {
            let mut sums = 0;
            for byte in part {
                sums += KINDS[usize::from(*byte % 128)];
                let with_it = (counts.hash ^ u64::from(*byte)).wrapping_mul(HASH_PRIME);
                counts.hash = if *byte == b' ' { counts.hash } else { with_it };
            }
            let count = |kind: u32| (sums >> kind) as u8;
            let add = |sum: &mut u16, kind: u32| *sum = sum.saturating_add(u16::from(count(kind)));
            add(&mut counts.capitals, CAPITALS);
            add(&mut counts.digits, DIGITS);
            add(&mut counts.clauses, CLAUSES);
            add(&mut counts.pipes, PIPES);
            add(&mut counts.sentences, SENTENCES);
            counts.letters += u32::from(count(LETTERS));
            narrow += [SPACES, LETTERS, DIGITS].map(|kind| u32::from(count(kind))).iter().sum::<u32>();
        }
        counts.units = narrow as f32;
        counts
    }

    fn of_any(text: &str) -> Self {
        let mut counts = Self { hash: NO_TEXT, ..Self::default() };
        let (mut narrow, mut hangul, mut han) = (0_u32, 0_u32, 0_u32);
        let mut is_decomposed = false;
        for c in text.chars() {
            if c == ' ' {
                narrow += 1;
                continue;
            }
            is_decomposed |=
                matches!(c, '\u{300}'..='\u{36f}' | '\u{1100}'..='\u{11ff}' | '\u{3099}' | '\u{309a}');
            counts.hash = (counts.hash ^ u64::from(c)).wrapping_mul(HASH_PRIME);
            match c {
                'a'..='z' => {
                    narrow += 1;
                    counts.letters += 1;
                }
                'A'..='Z' => {
                    narrow += 1;
                    counts.letters += 1;
                    counts.capitals = counts.capitals.saturating_add(1);
                }
                '0'..='9' => {
                    narrow += 1;
                    counts.digits = counts.digits.saturating_add(1);
                }
                ',' | ';' | ':' | '、' | '，' | '；' | '：' => {
                    counts.clauses = counts.clauses.saturating_add(1);
                }
                '|' | '/' | '·' | '•' => counts.pipes = counts.pipes.saturating_add(1),
                '.' | '!' | '?' | '。' | '！' | '？' | '…' | '।' => {
                    counts.sentences = counts.sentences.saturating_add(1);
                }
                '\u{ac00}'..='\u{d7af}' => {
                    hangul += 1;
                    counts.letters += 1;
                }
                '\u{3040}'..='\u{30ff}'
                | '\u{3400}'..='\u{9fff}'
                | '\u{f900}'..='\u{faff}'
                | '\u{20000}'..='\u{3ffff}' => {
                    han += 1;
                    counts.letters += 1;
                }
                _ if c < '\u{80}' => {}
                _ if letter::is_alphanumeric(c) => {
                    narrow += 1;
                    counts.letters += 1;
                    if letter::is_uppercase(c) {
                        counts.capitals = counts.capitals.saturating_add(1);
                    }
                }
                _ => {}
            }
        }
        counts.units = narrow as f32 + 2.0 * hangul as f32 + 3.0 * han as f32;
        counts.wide = hangul + han;
        if is_decomposed {
            // Two copies of a text are one, however their letters are put together.
            let composed = text.nfc().filter(|c| *c != ' ');
            counts.hash = composed.fold(NO_TEXT, |hash, c| (hash ^ u64::from(c)).wrapping_mul(HASH_PRIME));
        }
        counts
    }
}

/// Whether a line is nothing but one sign again and again, as typists part a text, or the sign that is made for that.
fn is_separator(line: &str) -> bool {
    const TIMES: usize = 3;
    const SIGNS: [char; 10] = ['*', '_', '-', '–', '—', '~', '=', '#', '•', '·'];
    let signs = || line.chars().filter(|c| !c.is_whitespace());
    match signs().next() {
        Some('⁂') => signs().count() == 1,
        Some(sign) => SIGNS.contains(&sign) && signs().count() >= TIMES && signs().all(|other| other == sign),
        None => false,
    }
}

/// Whether an element is a template that browsers show as what it stands in (HTML, 4.12.3, declarative shadow trees).
fn is_shadow_root(node: Node<'_>) -> bool {
    node.attr("shadowrootmode").is_some()
}

/// Whether a text ends as a sentence does, closing quotes and brackets left aside.
pub(super) fn ends_sentence(text: &str) -> bool {
    unquoted(text).ends_with(['.', '!', '?', '。', '！', '？', '…', '।', '．', '♦'])
}

/// Whether a text ends as a question does.
pub(super) fn ends_question(text: &str) -> bool {
    unquoted(text).ends_with(['?', '？', '؟'])
}

fn unquoted(text: &str) -> &str {
    text.trim_end_matches(['"', '\'', '”', '’', '»', '“', ')', ']', '」', '』', '）', '›', ' ', '\u{a0}'])
}

impl Layout {
    /// Everything said about a run: by its own inline elements and by all boxes around it.
    pub(super) fn marks_around(&self, run: &Run) -> MarkupFamilies {
        run.marks.union(self.areas[run.area as usize].marks_above)
    }
}

/// Whether a link says that it is a button.
fn is_button(link: Node<'_>) -> bool {
    link.attr("role").is_some_and(|role| role.eq_ignore_ascii_case("button"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_counted_as_any_other_text_is() {
        let all: String = (0..128_u8).map(char::from).collect();
        for text in
            ["", "The Ferry, 14:05 | left; it's late? No! 3/4.", &all, &all.repeat(20), &"9 a,".repeat(300)]
        {
            let (one, other) = (Counts::of_ascii(text.as_bytes()), Counts::of_any(text));
            let counts = |counts: &Counts| {
                let Counts { units, clauses, sentences, digits, capitals, letters, wide, pipes, hash } =
                    *counts;
                (units, (clauses, sentences, digits, capitals), (letters, wide, pipes), hash)
            };
            assert_eq!(counts(&one), counts(&other), "{text}");
        }
    }

    #[test]
    fn white_space_in_a_text_is_a_space() {
        let text = |html: &str| {
            let layout = Layout::of(&Document::from_html(html));
            layout.runs.iter().map(|run| layout.str(run).to_owned()).collect::<Vec<_>>()
        };
        for html in ["<p> a b<b> c </b>d", "<p>a\n b<b>\tc</b>  d\n", "<p>a  b <b>c</b> <i> </i>d"] {
            assert_eq!(text(html), ["a b c d"], "{html}");
        }
    }
}
