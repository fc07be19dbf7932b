//! The account of what was cut away.

use std::collections::BTreeMap;

use dateline_wire::{Cut, CutKind};

use super::area::Tag;
use super::cue::Cue;
use super::marks::{MarkupFamily, Separation};
use super::run::{Layout, Run};

/// Counts the runs that were not kept, by what they seem to be, those that were set apart, and what is in no run.
pub(super) fn account(layout: &Layout, kept: &[bool]) -> Vec<Cut> {
    let mut cuts: BTreeMap<CutKind, (u32, u32)> = BTreeMap::new();
    let mut count = |kind: CutKind, length: usize| {
        let (pieces, chars) = cuts.entry(kind).or_default();
        *pieces += 1;
        *chars = chars.saturating_add(length as u32);
    };
    for (run, _) in layout.runs.iter().zip(kept).filter(|(_, kept)| !**kept) {
        count(kind(layout, run), layout.str(run).chars().count());
    }
    for (run, why) in &layout.apart {
        let kind = if *why == Separation::Comments { CutKind::Comments } else { kind(layout, run) };
        count(kind, layout.str(run).chars().count());
    }
    for (kind, length) in layout.inserted.iter().filter(|(_, length)| *length > 0) {
        count(*kind, *length);
    }
    cuts.into_iter().map(|(kind, (pieces, chars))| Cut { kind, pieces, chars }).collect()
}

/// What a run that is no body is, by the nearest thing around it that says so: its words, then the boxes from the inside
/// out, then its shape.
fn kind(layout: &Layout, run: &Run) -> CutKind {
    kind_by_words(run).or_else(|| kind_by_boxes(layout, run)).unwrap_or_else(|| match run {
        _ if run.linked > 0.8 && run.units >= 25.0 => CutKind::Related,
        _ if run.linked > 0.5 => CutKind::Navigation,
        _ if run.cues.has(Cue::Byline) || run.cues.has(Cue::Time) || run.digits > 3 && run.units < 60.0 => {
            CutKind::Metadata
        }
        _ => CutKind::Aside,
    })
}

/// What a run seems to be by the words it begins with.
pub(super) fn kind_by_words(run: &Run) -> Option<CutKind> {
    const BY_CUE: [(Cue, CutKind); 5] = [
        (Cue::App, CutKind::AppPrompt),
        (Cue::Newsletter, CutKind::Newsletter),
        (Cue::Advert, CutKind::Advertisement),
        (Cue::Paywall, CutKind::Paywall),
        (Cue::Photo, CutKind::Caption),
    ];
    BY_CUE.into_iter().find(|(cue, _)| run.cues.starts(*cue)).map(|(_, kind)| kind)
}

/// What a run seems to be by the nearest box around it that says so.
pub(super) fn kind_by_boxes(layout: &Layout, run: &Run) -> Option<CutKind> {
    for area in layout.around(run.area) {
        let area = &layout.areas[area as usize];
        let said = || BY_MARK.into_iter().find(|(mark, _)| area.marks.has(*mark));
        if let Some((_, kind)) = if area.marks.is_empty() { None } else { said() } {
            return Some(kind);
        }
        match area.tag {
            Tag::Nav | Tag::Header | Tag::Footer => return Some(CutKind::Navigation),
            Tag::Figure | Tag::Caption => return Some(CutKind::Caption),
            Tag::Aside => return Some(CutKind::Aside),
            _ => {}
        }
    }
    None
}

const BY_MARK: [(MarkupFamily, CutKind); 17] = [
    (MarkupFamily::Advert, CutKind::Advertisement),
    (MarkupFamily::App, CutKind::AppPrompt),
    (MarkupFamily::Newsletter, CutKind::Newsletter),
    (MarkupFamily::Paywall, CutKind::Paywall),
    (MarkupFamily::Comments, CutKind::Comments),
    (MarkupFamily::Share, CutKind::Share),
    (MarkupFamily::Related, CutKind::Related),
    (MarkupFamily::Caption, CutKind::Caption),
    (MarkupFamily::Tags, CutKind::Tags),
    (MarkupFamily::Byline, CutKind::Metadata),
    (MarkupFamily::Date, CutKind::Metadata),
    (MarkupFamily::Navigation, CutKind::Navigation),
    (MarkupFamily::Footer, CutKind::Navigation),
    (MarkupFamily::Header, CutKind::Navigation),
    (MarkupFamily::Legal, CutKind::Aside),
    (MarkupFamily::Aside, CutKind::Aside),
    (MarkupFamily::Sidebar, CutKind::Aside),
];
