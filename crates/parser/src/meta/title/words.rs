//! How much of two headlines is the same.

use super::decide::MAX_LETTERS;
use crate::letter;
use crate::meta::text;

/// Words in lower case; of a dense script each character.
pub(super) fn words(title: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    for c in title.chars().take(MAX_LETTERS) {
        let is_dense = text::is_dense(c);
        let is_letter = letter::is_alphanumeric(c);
        if is_dense || !is_letter {
            words.push(String::new());
        }
        if is_letter {
            letter::push_lowercase(words.last_mut().expect("there is always one"), c);
        }
        if is_dense {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words that both have in the same order, as a share of all words of both: 1 where they say the same, 0 where nothing.
pub(super) fn agreement(one: &[String], other: &[String]) -> f32 {
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    if one == other {
        return 1.0;
    }
    // The longest common subsequence, one row at a time; both are bounded by the length of a headline.
    let mut row = vec![0_u16; other.len() + 1];
    for word in one {
        let mut diagonal = 0;
        for (at, second) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == second { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    2.0 * f32::from(row[other.len()]) / (one.len() + other.len()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_counts_words_in_the_same_order() {
        let of = |one: &str, other: &str| agreement(&words(one), &words(other));
        assert_eq!(of("The ferry runs", "the ‘ferry’ runs"), 1.0);
        assert_eq!(of("The ferry runs", "A boat sank"), 0.0);
        assert_eq!(of("ferry runs", "runs ferry"), 0.5);
        assert_eq!(of("渡輪啟航", "渡輪停航"), 0.75);
    }
}
