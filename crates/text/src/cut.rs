//! The beginning and the end of a text, measured in bytes, without cutting a character.

/// The first `bytes` of `text`, or fewer, so that no character is cut.
///
/// ```
/// assert_eq!(dateline_text::cut::head("日本", 4), "日");
/// ```
pub fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The last `bytes` of `text`, or fewer, so that no character is cut.
///
/// ```
/// assert_eq!(dateline_text::cut::tail("日本", 4), "本");
/// ```
pub fn tail(text: &str, bytes: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_its_characters() {
        assert_eq!([head("ab", 5), head("ab", 2), head("日本", 4), head("日本", 2)], ["ab", "ab", "日", ""]);
        assert_eq!([tail("ab", 5), tail("ab", 2), tail("日本", 4), tail("日本", 2)], ["ab", "ab", "本", ""]);
    }
}
