//! Bylines that stand in the text as paragraphs of their own, told once the authors are known: the text itself is what names some.

use std::collections::HashSet;

use dateline_wire::{Body, Cut, CutKind, ParagraphKind};

use super::Text;
use super::run::units;
use super::text::Writer;
use crate::meta::{self, BylineLine};

/// How many lines above the text, and below it, a byline may take, each of so many units at most.
const HEAD: usize = 3;
const FOOT: usize = 3;
const LINE: f32 = 120.0;

/// What sentences end with.
const ENDS: [char; 16] =
    ['.', '。', '!', '！', '?', '？', '…', '"', '”', '“', '」', '』', '»', ')', '）', '؟'];

/// Drops the lines before the first sentence and behind the last that only say that `authors` wrote it. Their names alone are a byline
/// only as the first line. Below a heading, or where others like it stand further in, such a line is of a part of the text.
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
    let is_short = |index: &usize| is_text(index) && units(lines[*index].0, LINE) < LINE;
    let head = (0..lines.len().min(HEAD)).take_while(is_short);
    let head = head.filter(|index| {
        let closes = meta::closes_text(lines[*index].0);
        !closes && (is_worded(index) || *index == 0 && byline(0).is_some())
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
    let dropped: HashSet<usize> = head.chain(foot).collect();
    if (0..lines.len()).any(|index| !dropped.contains(&index) && byline(index).is_some()) {
        return;
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
