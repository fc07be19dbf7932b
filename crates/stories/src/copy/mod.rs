//! Whose text an article repeats: verbatim, cut, with its paragraphs moved or others added, or inside a digest.
//!
//! Two reports of one event share phrases, and copies are edited, so similarity of the wholes says little; what counts is how much of the
//! one text stands in the other. Each text leaves a sketch of at most [`MAX_SKETCH`] sequences (`tokens`), which stay in memory for weeks
//! (`index`). A later text that shares enough of them with a sketch is compared with the text itself, word by word (`overlap`). Sequences
//! that stand in many texts (rights reserved, invitations to subscribe) count for nothing.
//!
//! Of a text that repeats another only what is its own is remembered, so that a copy of a copy leads to the first, unless it has that too.
//!
//! ```
//! use dateline_stories::copy::{CopyIndex, CopyText, EarlierText};
//! use dateline_wire::{ArticleId, CanonicalUrl};
//! use jiff::Timestamp;
//!
//! let id = |url: &str| ArticleId::of(&CanonicalUrl::of(&url.parse().unwrap()));
//! let first = "The ferry left the harbour at six in the morning, the first time since the storm tore its ramp away in autumn.";
//! let mut index = CopyIndex::default();
//! index.add(&id("https://a.example/1"), 1, Timestamp::UNIX_EPOCH, &CopyText::of(first), None);
//!
//! let later = CopyText::of(&format!("Good news for islanders! {first}"));
//! let read = |_: &ArticleId, _| Some(EarlierText { text: first.to_owned(), origins: Vec::new() });
//! let found = index.find(&id("https://b.example/2"), &later, read).unwrap();
//! assert_eq!(found.copy_of.article, id("https://a.example/1"));
//! assert!(found.copy_of.share > 0.8);
//! ```

mod index;
mod overlap;
mod tokens;

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::time::Duration;

use dateline_wire::{ArticleId, CopyOf, Origin, OriginKind};
use jiff::Timestamp;

use crate::compact_id::CompactId;
use crate::pack::Packed;
use index::{KnownText, SketchIndex};
use overlap::{Overlap, overlap};
use tokens::{Token, shingles, tokens, winnow};

/// The most sequences that are remembered of one text.
pub const MAX_SKETCH: usize = 60;

/// How long a text is remembered.
pub const MEMORY: Duration = Duration::from_secs(14 * 86_400);

/// How many texts are remembered at most: two weeks of 70,000 a day.
pub const MAX_TEXTS: usize = 1_000_000;

/// The narrowest window of winnowing.
const MIN_WINDOW: usize = 4;

/// The most sequences of a new text that are looked up.
const MAX_LOOKUPS: usize = 1000;

/// So many texts are compared word by word, those that share the most first.
const MAX_COMPARED: usize = 6;

/// By its sketch, at least this part of one of two texts is in the other before they are compared.
const MIN_ESTIMATE: f64 = 0.25;

/// A copy is a text of which at least this part is another's.
pub(crate) const MIN_SHARE: f64 = 0.55;

/// What is shared weighs at least this: a dozen words, ...
const MIN_WEIGHT: u32 = 24;
/// ... and where it weighs less than this, forty words, ...
const SHORT: u32 = 80;
/// ... at least this part is shared: two short reports of one event may have a sentence in common.
const MIN_SHARE_OF_SHORT: f64 = 0.7;

/// A text holds another whole, as a digest does, if at least this part of the other is in it, ...
const MIN_SHARE_OF_EARLIER: f64 = 0.8;
/// ... that weighs this much: sixty words, ...
const MIN_WEIGHT_INSIDE: u32 = 120;
/// ... and is this part of it.
const MIN_SHARE_INSIDE: f64 = 0.1;

/// A text of which more is another's is not remembered itself.
const MAX_SHARE_OF_OWN: f64 = 0.9;

/// A text that is itself a copy in part is named only if it explains so much more than the best that is none.
const MORE: f64 = 0.05;

/// A text made ready to be compared.
#[derive(Debug, Clone)]
pub struct CopyText {
    tokens: Vec<Token>,
    hashes: Vec<u64>,
}

/// A text that came before, as it stands in its article, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierText {
    /// The text.
    pub text: String,
    /// Whose it is.
    pub origins: Vec<Origin>,
}

/// What a text repeats.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// The article whose text it is, and how much of it.
    pub copy_of: CopyOf,
    /// Whose text that is.
    pub origins: Vec<Origin>,
}

/// What is remembered of a text: what [`CopyIndex::restore`] needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// The hashes of some of its sequences.
    pub hashes: Vec<u32>,
    /// How many it has.
    pub shingles: u32,
    /// The article that it repeats in part.
    pub copy_of: Option<ArticleId>,
}

/// The texts that new ones are compared with.
#[derive(Debug, Clone, Default)]
pub struct CopyIndex {
    index: SketchIndex,
}

impl CopyText {
    /// Reads the words of `text`.
    pub fn of(text: &str) -> Self {
        let tokens = tokens(text);
        let hashes = shingles(&tokens);
        Self { tokens, hashes }
    }

    /// The sequences that begin outside what it repeats.
    fn own_hashes(&self, copy: &CopyOf) -> Vec<u64> {
        let mut spans = copy.spans.iter().peekable();
        let is_own = |token: &Token| {
            while spans.next_if(|span| span.end <= token.start).is_some() {}
            spans.peek().is_none_or(|span| token.start < span.start)
        };
        let own = self.tokens.iter().map(is_own);
        self.hashes.iter().zip(own).filter(|(_, is_own)| *is_own).map(|(hash, _)| *hash).collect()
    }
}

/// The sketch of `hashes`: winnowed by a window that leaves at most `most`, as places.
fn winnowed(hashes: &[u64], most: usize) -> Vec<usize> {
    let mut window = MIN_WINDOW.max((2 * hashes.len()).div_ceil(most.max(1)));
    loop {
        let kept = winnow(hashes, window);
        if kept.len() <= most || window > hashes.len() {
            return kept;
        }
        window += window / 4 + 1;
    }
}

impl CopyIndex {
    /// How many texts are remembered.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes what is remembered, for [`CopyIndex::unpack`].
    ///
    /// # Errors
    /// Those of `output`.
    pub fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.index.pack(output)
    }

    /// Reads what [`CopyIndex::pack`] has written. Bytes that are others give an index that makes no sense, or an error.
    ///
    /// # Errors
    /// Those of `input`.
    pub fn unpack(input: &mut impl Read) -> io::Result<Self> {
        Ok(Self { index: SketchIndex::unpack(input)? })
    }

    /// The memory it takes, in bytes, without what the allocator adds.
    pub fn bytes(&self) -> usize {
        self.index.bytes()
    }

    /// The text that `text` of `article` repeats, if it is mostly another's. `read` gives the text of an article in one of its revisions, as
    /// long as it can be had.
    pub fn find(
        &self,
        article: &ArticleId,
        text: &CopyText,
        mut read: impl FnMut(&ArticleId, u32) -> Option<EarlierText>,
    ) -> Option<Copy> {
        let places = winnowed(&text.hashes, MAX_LOOKUPS);
        let hashes: Vec<u32> = places.iter().map(|place| short(text.hashes[*place])).collect();
        let (hits, is_common) = self.index.hits(&hashes);
        let own = CompactId::of(article.as_str());
        let mut candidates: Vec<(f64, &KnownText)> = hits
            .iter()
            .filter_map(|hits| {
                let known = self.index.text(hits.number)?;
                // An edit is no copy, and neither is the original of one.
                if known.article == own || known.copy_of.as_deref() == Some(&own) {
                    return None;
                }
                let sampled = f64::from(known.sketch) / f64::from(known.shingles.max(1));
                let of_later = f64::from(hits.hits) / (text.hashes.len() as f64 * sampled).max(1.0);
                let of_earlier = f64::from(hits.hits) / f64::from(known.sketch.max(1));
                let is_enough = of_later.max(of_earlier) >= MIN_ESTIMATE;
                is_enough.then_some((of_later.min(1.0) + of_earlier.min(1.0), known))
            })
            .collect();
        // The sort is stable, so that of equals the first stays first.
        candidates.sort_by(|one, other| other.0.total_cmp(&one.0));
        let lines = common_lines(text, &places, &is_common);
        let mut best: Option<(Overlap, &KnownText, EarlierText)> = None;
        for (_, known) in candidates.into_iter().take(MAX_COMPARED) {
            let known_article = ArticleId::from_stored(known.article.text());
            let Some(earlier) = read(&known_article, known.revision) else { continue };
            let found = overlap(&text.tokens, &tokens(&earlier.text), |line| lines.contains(&line));
            if is_copy(&found)
                && best.as_ref().is_none_or(|best| is_better((&found, known), (&best.0, best.1)))
            {
                best = Some((found, known, earlier));
            }
        }
        let (found, known, earlier) = best?;
        let copy_of = CopyOf {
            article: ArticleId::from_stored(known.article.text()),
            revision: known.revision,
            share: found.share,
            spans: found.spans,
        };
        Some(Copy { copy_of, origins: earlier.origins })
    }

    /// Remembers a text that came at `at`, unless it is nearly all another's: of a copy what is its own. What is remembered is given back, for [`CopyIndex::restore`].
    pub fn add(
        &mut self,
        article: &ArticleId,
        revision: u32,
        at: Timestamp,
        text: &CopyText,
        copy: Option<&CopyOf>,
    ) -> Option<Sketch> {
        if copy.is_some_and(|copy| copy.share > MAX_SHARE_OF_OWN) {
            return None;
        }
        let own = match copy {
            Some(copy) => Cow::Owned(text.own_hashes(copy)),
            None => Cow::Borrowed(&text.hashes),
        };
        if own.is_empty() {
            return None;
        }
        let hashes = winnowed(&own, MAX_SKETCH).into_iter().map(|place| short(own[place])).collect();
        let shingles = u32::try_from(own.len()).unwrap_or(u32::MAX);
        let sketch = Sketch { hashes, shingles, copy_of: copy.map(|copy| copy.article.clone()) };
        self.restore(article, revision, at, &sketch);
        Some(sketch)
    }

    /// Remembers a text by its sketch. Texts are to come in the order in which they came first.
    pub fn restore(&mut self, article: &ArticleId, revision: u32, at: Timestamp, sketch: &Sketch) {
        let now = at.as_second();
        let oldest = now.saturating_sub(MEMORY.as_secs().cast_signed());
        self.index.forget(|text, count| text.seconds < oldest || count >= MAX_TEXTS);
        let text = KnownText {
            article: CompactId::of(article.as_str()),
            revision,
            seconds: now,
            shingles: sketch.shingles,
            sketch: u32::try_from(sketch.hashes.len()).unwrap_or(u32::MAX),
            copy_of: sketch.copy_of.as_ref().map(|copied| Box::new(CompactId::of(copied.as_str()))),
        };
        self.index.add(text, &sketch.hashes);
    }
}

/// How much two texts tell in the same words, from 0 to 1: the part of the one that stands in the other, or of the other in the one,
/// whichever is more. An abridged text agrees with the whole.
pub fn agreement(one: &CopyText, other: &CopyText) -> f64 {
    let is_same =
        || one.tokens.iter().map(|token| token.hash).eq(other.tokens.iter().map(|token| token.hash));
    if !one.tokens.is_empty() && is_same() {
        return 1.0;
    }
    let found = overlap(&one.tokens, &other.tokens, |_| false);
    found.share.max(found.share_of_earlier)
}

/// Adds to the `origins` of a copy those of the text that it repeats, but the publisher itself, unless it is a digest of which most is
/// something else.
pub fn inherit(origins: &mut Vec<Origin>, copy: &Copy, is_publisher: impl Fn(&str) -> bool) {
    if copy.copy_of.share < MIN_SHARE {
        return;
    }
    for origin in &copy.origins {
        if !is_publisher(&origin.name) && !origins.iter().any(|known| known.name == origin.name) {
            let evidence = format!("{} in {}", origin.evidence, copy.copy_of.article);
            origins.push(Origin { name: origin.name.clone(), kind: OriginKind::Copy, evidence, span: None });
        }
    }
}

/// The half of a hash that is remembered.
fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The lines of `text` most of whose sequences everybody prints.
fn common_lines(text: &CopyText, places: &[usize], is_common: &[bool]) -> Vec<u32> {
    let mut counts: Vec<(u32, i32)> = Vec::new();
    for (place, is_common) in places.iter().zip(is_common) {
        let line = text.tokens[*place].line;
        let vote = if *is_common { 1 } else { -1 };
        match counts.last_mut() {
            Some(last) if last.0 == line => last.1 += vote,
            _ => counts.push((line, vote)),
        }
    }
    counts.into_iter().filter(|(_, votes)| *votes > 0).map(|(line, _)| line).collect()
}

fn is_copy(found: &Overlap) -> bool {
    let least = if found.weight < SHORT { MIN_SHARE_OF_SHORT } else { MIN_SHARE };
    found.share >= least && found.weight >= MIN_WEIGHT || holds_whole(found)
}

/// Whether a digest holds the earlier text whole.
fn holds_whole(found: &Overlap) -> bool {
    found.share_of_earlier >= MIN_SHARE_OF_EARLIER
        && found.weight >= MIN_WEIGHT_INSIDE
        && found.share >= MIN_SHARE_INSIDE
}

/// Whether a copy of `one` is a better answer than one of `other`.
fn is_better(one: (&Overlap, &KnownText), other: (&Overlap, &KnownText)) -> bool {
    let sum = |found: &Overlap| found.share + found.share_of_earlier;
    match (one.1.copy_of.is_some(), other.1.copy_of.is_some()) {
        (true, false) => one.0.share > other.0.share + MORE,
        (false, true) => one.0.share + MORE >= other.0.share,
        _ => sum(one.0) > sum(other.0),
    }
}

#[cfg(test)]
mod tests;
