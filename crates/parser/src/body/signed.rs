//! Bylines that stand in the text as paragraphs of their own, told once the authors are known: the text itself is what names some.

use std::collections::HashSet;

use dateline_wire::{Body, Cut, CutKind, ParagraphKind};

use super::run::units;
use super::text::Writer;
use super::{Text, rule};
use crate::meta::{self, BylineLine};

/// How many lines above the text, and below it, a byline may take, each of so many units at most.
const HEAD: usize = 3;
const FOOT: usize = 3;
const LINE: f32 = 120.0;

/// Length from which a sentence may be a standfirst above the byline, in units.
const STANDFIRST: f32 = 60.0;

/// What sentences end with.
const ENDS: [char; 16] =
    ['.', '。', '!', '！', '?', '？', '…', '"', '”', '“', '」', '』', '»', ')', '）', '؟'];

/// Drops the lines before the first sentence and behind the last that only say that `authors` wrote it. Their names alone, or with a place or
/// a house beside them, are a byline only as the first line, or the first below a standfirst. Below a heading, or where others like it stand
/// further in, such a line is of a part of the text.
pub(crate) fn drop_bylines(text: &mut Text, authors: &[String]) {
    if authors.is_empty() {
        return;
    }
    let body = &text.body;
    // Each paragraph is a line.
    let lines: Vec<(&str, ParagraphKind)> =
        body.text.split('\n').zip(&body.paragraphs).map(|(line, paragraph)| (line, paragraph.kind)).collect();
    let is_text = |index: &usize| lines[*index].1 == ParagraphKind::Text;
    let byline = |index: usize| meta::byline_of(lines[index].0, authors).filter(|_| is_text(&index));
    let is_worded = |index: &usize| byline(*index) == Some(BylineLine::Worded);
    let is_short_line = |index: usize, most: f32| units(lines[index].0, most) < most;
    let is_short = |index: &usize| is_text(index) && is_short_line(*index, LINE);
    // A standfirst may stand above the byline, and the day between them or below.
    let is_day = |index: usize| lines.get(index).is_some_and(|(line, _)| rule::is_date_line(line));
    let has_standfirst = lines.len() > HEAD
        && is_text(&0)
        && byline(0).is_none()
        && !is_short_line(0, STANDFIRST)
        && lines[0].0.ends_with(ENDS);
    let start = match has_standfirst {
        true => 1 + usize::from(is_day(1)),
        false => 0,
    };
    let is_item = |index: usize| lines.get(index).is_some_and(|(_, kind)| *kind == ParagraphKind::ListItem);
    let is_lone_item = |index: usize| is_item(index) && !is_item(index + 1);
    let is_of_head = |index: &usize| {
        is_short(index) || *index == start && is_lone_item(*index) && is_short_line(*index, LINE)
    };
    let head = (start..lines.len().min(HEAD)).take_while(is_of_head);
    let head = head.filter(|index| {
        let line = lines[*index].0;
        let is_placed = || *index == start && meta::is_placed_byline(line, authors);
        let is_bare = || *index == start && meta::byline_of(line, authors).is_some();
        let is_byline = || is_worded(index) || is_bare();
        is_placed() || !meta::closes_text(line) && is_byline()
    });
    // What a line before announces is of the text: "Write to this address:".
    let is_announced = |index: usize| {
        index > 0 && !is_worded(&(index - 1)) && {
            let before = lines[index - 1].0.trim_end();
            before.ends_with([':', '：']) || lines[index].0.contains('@') && !before.ends_with(ENDS)
        }
    };
    let foot = (0..lines.len()).rev().take(FOOT);
    let foot = foot.take_while(|index| is_worded(index) && !is_announced(*index));
    let mut dropped: HashSet<usize> = head.chain(foot).collect();
    if (0..lines.len()).any(|index| !dropped.contains(&index) && byline(index).is_some()) {
        return;
    }
    if has_standfirst && dropped.contains(&start) {
        dropped.extend([start - 1, start + 1].into_iter().filter(|index| *index > 0 && is_day(*index)));
    }
    if dropped.is_empty() || dropped.len() >= lines.len() || lines.len() != body.paragraphs.len() {
        return;
    }
    let (mut writer, mut chars) = (Writer::default(), 0);
    for (index, (line, kind)) in lines.iter().enumerate() {
        match dropped.contains(&index) {
            true => chars += line.chars().count() as u32,
            false => writer.written(line, *kind),
        }
    }
    let cut = Cut { kind: CutKind::Metadata, pieces: dropped.len() as u32, chars };
    text.body = Body { extractor: text.body.extractor.clone(), ..writer.finish() };
    match text.cuts.iter_mut().find(|known| known.kind == CutKind::Metadata) {
        Some(known) => {
            known.pieces += cut.pieces;
            known.chars = known.chars.saturating_add(cut.chars);
        }
        None => {
            text.cuts.push(cut);
            text.cuts.sort_by_key(|cut| cut.kind);
        }
    }
}
