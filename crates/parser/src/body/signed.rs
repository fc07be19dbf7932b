//! Bylines that stand in the text as paragraphs of their own, told once the authors are known: the text itself is what names some.

use std::collections::HashSet;

use dateline_wire::{Body, Cut, CutKind, ParagraphKind};

use super::Text;
use super::run::units;
use super::text::Writer;
use crate::meta;

/// How many lines above the text, and below it, a byline may take, each of so many units at most.
const HEAD: usize = 3;
const FOOT: usize = 2;
const LINE: f32 = 120.0;

/// Drops the lines before the first sentence and behind the last that only name `authors`.
pub(crate) fn drop_bylines(text: &mut Text, authors: &[String]) {
    if authors.is_empty() {
        return;
    }
    let body = &text.body;
    // Each paragraph is a line.
    let lines: Vec<(&str, ParagraphKind)> =
        body.text.split('\n').zip(&body.paragraphs).map(|(line, paragraph)| (line, paragraph.kind)).collect();
    let is_short = |(_, (line, _)): &(usize, &(&str, ParagraphKind))| units(line, LINE) < LINE;
    let is_byline = |(_, (line, kind)): &(usize, &(&str, ParagraphKind))| {
        *kind == ParagraphKind::Text && meta::is_byline_of(line, authors)
    };
    let head = lines.iter().enumerate().take(HEAD).take_while(is_short).filter(is_byline);
    let foot = lines.iter().enumerate().rev().take(FOOT).take_while(is_byline);
    let dropped: HashSet<usize> = head.chain(foot).map(|(index, _)| index).collect();
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
