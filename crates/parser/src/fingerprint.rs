//! A body's fingerprint: near copies get near fingerprints.
//!
//! This is Charikar's simhash (STOC 2002) over shingles, with the parameters that Manku, Jain and Das Sarma found to
//! serve for web documents (WWW 2007): 64 bits, copies differing in up to 3 of them. A shingle is three words in scripts
//! that write spaces and four characters in Han, kana and Hangul, where a word's edge can't be seen (Han, kana) or carries
//! particles that editors change first (Hangul).

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// Words in a shingle of a script that writes spaces between words.
const WORDS: usize = 3;

/// Characters in a shingle of Han, kana or Hangul; about two words.
const CHARACTERS: usize = 4;

/// The 64-bit simhash of `text` as 16 hexadecimal digits.
///
/// Case, compatibility forms (fullwidth letters, presentation forms), punctuation and spacing don't matter; the order of
/// words matters only within a shingle. Fingerprints compare by Hamming distance. A text without letters or digits
/// gives sixteen zeros.
///
/// ```
/// use dateline_parser::fingerprint;
///
/// assert_eq!(fingerprint("The ferry left at noon."), fingerprint("THE FERRY LEFT, AT NOON"));
/// assert_eq!(fingerprint("…"), "0000000000000000");
/// ```
pub fn fingerprint(text: &str) -> String {
    let mut shingles: HashMap<u64, u32> = HashMap::new();
    for shingle in shingles_of(text) {
        *shingles.entry(shingle).or_default() += 1;
    }
    let mut votes = [0i64; 64];
    for (hash, count) in &shingles {
        // A shingle repeated throughout (a refrain, a table's header) must not outvote the rest.
        let weight = i64::from(count.ilog2()) + 1;
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if hash >> bit & 1 == 1 { weight } else { -weight };
        }
    }
    let bits =
        votes.iter().enumerate().filter(|(_, vote)| **vote > 0).fold(0u64, |bits, (bit, _)| bits | 1 << bit);
    format!("{bits:016x}")
}

/// The hash of every shingle, repeated ones repeated.
fn shingles_of(text: &str) -> Vec<u64> {
    let mut words: Vec<String> = Vec::new();
    let mut dense: Vec<char> = Vec::new();
    let mut in_word = false;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        if !c.is_alphanumeric() {
            in_word = false;
        } else if is_dense(c) {
            dense.push(c);
            in_word = false;
        } else {
            if !in_word {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(c);
            }
            in_word = true;
        }
    }
    let mut hashes = Vec::with_capacity(words.len() + dense.len());
    // A text shorter than one shingle is its own only shingle.
    hashes.extend(windows(&words, WORDS).map(|shingle| hash(shingle.join(" ").as_bytes())));
    hashes.extend(
        windows(&dense, CHARACTERS).map(|shingle| hash(shingle.iter().collect::<String>().as_bytes())),
    );
    hashes
}

/// `slice.windows(size)`, or the whole of a slice shorter than that, or nothing of an empty one.
fn windows<T>(slice: &[T], size: usize) -> impl Iterator<Item = &[T]> {
    let size = size.min(slice.len()).max(1);
    slice.windows(size)
}

/// Whether `c` belongs to a script that is shingled by characters: Han, kana, bopomofo or Hangul.
fn is_dense(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x11FF | 0x3040..=0x318F | 0x31A0..=0x31BF | 0x31F0..=0x31FF | 0x3400..=0x9FFF
        | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// FNV-1a, finished with the mixer of SplitMix64, since simhash reads every bit and FNV's low bits alone are weak.
fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (fnv ^ fnv >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: &str, b: &str) -> u32 {
        let bits = |text| u64::from_str_radix(&fingerprint(text), 16).unwrap();
        (bits(a) ^ bits(b)).count_ones()
    }

    const STORY: &str = "The harbour master said on Monday that the new ferry would sail three times a week, carrying \
        grain and timber to the island and coming back with salted fish. Forty passengers may travel on each crossing. \
        Tickets are sold at the old customs house, where a clerk keeps the list by hand. The first crossing took eleven \
        hours because of fog, and the captain promised that the next would be faster. Fishermen complained that the \
        wake damages their nets, but the council has not yet answered their letter.";

    #[test]
    fn a_near_copy_is_near_and_another_story_is_far() {
        let edited = STORY.replace("said on Monday", "told reporters Monday");
        let other = "Wheat futures fell for a third day after rain reached the plains, and brokers expect little change \
            before the ministry publishes its monthly estimate. Storage costs have risen, and two mills closed in spring. \
            Millers in the south buy abroad instead, where harvests were good and freight has become cheap again.";
        assert!(distance(STORY, &edited) <= 8, "{}", distance(STORY, &edited));
        assert!(distance(STORY, other) >= 18, "{}", distance(STORY, other));
    }

    #[test]
    fn scripts_without_spaces_have_near_copies_too() {
        let story = "港务局周一表示，新渡轮每周开三班，运送粮食和木材到岛上，回程装载咸鱼。每班可载四十名乘客，船票在旧海关楼出售。";
        let edited = story.replace("周一表示", "星期一说");
        let other = "小麦期货连续第三天下跌，经纪人预计在农业部公布月度估计之前不会有大的变化。南方的磨坊改从国外购买。";
        assert!(distance(story, &edited) <= 16, "{}", distance(story, &edited));
        assert!(distance(story, other) >= 18, "{}", distance(story, other));
    }

    #[test]
    fn composed_and_decomposed_text_are_the_same_text() {
        assert_eq!(
            fingerprint("북한 축구 й"),
            fingerprint("\u{1107}\u{116e}\u{11a8}\u{1112}\u{1161}\u{11ab} 축구 и\u{306}")
        );
    }

    #[test]
    fn nothing_to_read_gives_zeros() {
        assert_eq!(fingerprint(""), "0000000000000000");
        assert_eq!(fingerprint(" — \u{1f6ec} …"), "0000000000000000");
    }
}
