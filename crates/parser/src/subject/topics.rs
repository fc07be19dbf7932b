//! What an article on the subject is about: topics, which are groups of words, and where those stand.

use dateline_wire::{ArticleTopic, Place};

use super::analysis::{Sentence, TextAnalysis};

/// A topic: its id, and the groups of words that tell it.
#[derive(Debug, Clone)]
pub(crate) struct TopicGroups {
    pub(crate) id: String,
    pub(crate) groups: Vec<u16>,
}

/// Sentences of the body in which one word tells a topic, as in the title.
const LEAD: usize = 2;

/// Words further down that tell a topic.
const MIN_WORDS: usize = 2;

/// Spans that a topic shows.
const MAX_SPANS: usize = 8;

/// The topics of an article: those with a word in the title or in the lead, or with two in sentences that name both sides. The one with the
/// most words comes first.
pub(crate) fn topics(title: &TextAnalysis, body: &TextAnalysis, topics: &[TopicGroups]) -> Vec<ArticleTopic> {
    let mut found: Vec<(usize, ArticleTopic)> = Vec::new();
    for topic in topics {
        let words = |sentence: &Sentence, place: &dyn Fn(usize, usize) -> Place| {
            let words = sentence.topical.iter().filter(|(group, _)| topic.groups.contains(group));
            let mut spans: Vec<Place> = words.map(|(_, word)| place(word.start, word.end)).collect();
            spans.dedup();
            spans
        };
        let in_title = |start, end| Place::Title(title.folded.span(start, end));
        let in_body = |start, end| Place::Body(body.folded.span(start, end));
        let mut spans: Vec<Place> =
            title.sentences.iter().flat_map(|sentence| words(sentence, &in_title)).collect();
        let mut is_told = !spans.is_empty();
        for (at, sentence) in body.sentences.iter().filter(|sentence| !sentence.foreign).enumerate() {
            if at < LEAD || sentence.pair() > 0.0 {
                let more = words(sentence, &in_body);
                is_told |= at < LEAD && !more.is_empty();
                spans.extend(more);
            }
        }
        if is_told || spans.len() >= MIN_WORDS {
            let count = spans.len();
            spans.truncate(MAX_SPANS);
            found.push((count, ArticleTopic { id: topic.id.clone(), spans }));
        }
    }
    // Of equals the one that the subject names first.
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    found.into_iter().map(|(_, topic)| topic).collect()
}
