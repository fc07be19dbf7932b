//! A text as a sequence of words, or of characters where words cannot be told, and the sequences of a few of them.

use std::collections::VecDeque;

use crate::script::is_dense;

/// What a word weighs; a character of a script without spaces weighs 1. So a sequence of three words is as good as one of six
/// characters.
const WORD: u32 = 2;

/// What a sequence weighs: three words, or six characters.
const SHINGLE: u32 = 6;

/// No more of a text is compared, in words and characters.
const MAX_TOKENS: usize = 40_000;

/// A word or a character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) hash: u64,
    /// Where it stands, in scalar values.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) weight: u32,
    /// The line it stands in.
    pub(super) line: u32,
}

/// The words and characters of `text`. Case, width and punctuation don't count.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 6);
    let mut word: Option<Token> = None;
    let mut line = 0;
    for (at, c) in (0..).zip(text.chars()) {
        let is_letter = if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() };
        if is_letter && !is_dense(c) {
            let open = word.get_or_insert(Token { hash: SEED, start: at, end: at, weight: WORD, line });
            match c {
                // Nearly all letters, which have one small letter each.
                '\0'..='\x7f' => open.hash = step(open.hash, u64::from(c.to_ascii_lowercase())),
                'а'..='я' => open.hash = step(open.hash, u64::from(c)),
                c => {
                    for folded in narrow(c).to_lowercase() {
                        open.hash = step(open.hash, u64::from(folded));
                    }
                }
            }
            open.end = at + 1;
        } else {
            tokens.extend(word.take());
            if is_letter {
                tokens.push(Token {
                    hash: step(SEED, u64::from(c)),
                    start: at,
                    end: at + 1,
                    weight: 1,
                    line,
                });
            }
            line += u32::from(c == '\n');
        }
        if tokens.len() >= MAX_TOKENS {
            break;
        }
    }
    tokens.extend(word.take());
    for token in &mut tokens {
        token.hash = mixed(token.hash);
    }
    tokens
}

/// Letters and digits of full width are those of ordinary width.
fn narrow(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// The hash of each sequence, by where it begins.
pub(super) fn shingles(tokens: &[Token]) -> Vec<u64> {
    let mut hashes = Vec::with_capacity(tokens.len());
    for start in 0..tokens.len() {
        let mut weight = 0;
        let mut hash = SEED;
        for token in &tokens[start..] {
            hash = step(hash, token.hash);
            weight += token.weight;
            if weight >= SHINGLE {
                break;
            }
        }
        if weight < SHINGLE {
            break;
        }
        hashes.push(mixed(hash));
    }
    hashes
}

/// The weight of some tokens.
pub(super) fn weight(tokens: &[Token]) -> u32 {
    tokens.iter().map(|token| token.weight).sum()
}

/// The places of `hashes` that winnowing keeps (Schleimer, Wilkerson and Aiken, SIGMOD 2003): in each window of `window` the least, of
/// equals the last. What a wide window keeps, a narrow one keeps too, so that sketches of texts of different lengths compare.
pub(super) fn winnow(hashes: &[u64], window: usize) -> Vec<usize> {
    let window = window.clamp(1, hashes.len().max(1));
    let mut kept = Vec::new();
    // Places whose hashes grow; the first is the least of the window.
    let mut least: VecDeque<usize> = VecDeque::new();
    for (at, hash) in hashes.iter().enumerate() {
        while least.back().is_some_and(|last| hashes[*last] >= *hash) {
            least.pop_back();
        }
        least.push_back(at);
        while least.front().is_some_and(|first| first + window <= at) {
            least.pop_front();
        }
        if at + 1 >= window && kept.last() != least.front() {
            kept.extend(least.front());
        }
    }
    kept
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// One step of FNV-1a over whole values.
fn step(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
}

/// The mixer of SplitMix64: winnowing reads the order of hashes, so every bit must be good.
fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_punctuation_do_not_count() {
        let hashes = |text: &str| tokens(text).iter().map(|token| token.hash).collect::<Vec<_>>();
        assert_eq!(hashes("The FERRY, left!"), hashes("the ferry left"));
        assert_eq!(hashes("ＡＢＣ１２"), hashes("abc12"));
        assert_eq!(tokens("여객선 left").len(), 4);
    }

    #[test]
    fn what_a_wide_window_keeps_a_narrow_one_keeps_too() {
        let text: String = (0..400).map(|n| format!("w{} ", n * 7919 % 1000)).collect();
        let hashes = shingles(&tokens(&text));
        let narrow = winnow(&hashes, 4);
        let wide = winnow(&hashes, 20);
        assert!(wide.len() < narrow.len() / 2);
        assert!(wide.iter().all(|at| narrow.contains(at)));
    }
}
