//! What scripts differ in: whether spaces part their words.

/// Whether `c` belongs to a script that is read character by character: Han, kana, bopomofo or Hangul. A word's edge can't be seen
/// in the first three, and carries particles that editors change first in the last.
pub(crate) fn is_dense(c: char) -> bool {
    c >= '\u{1100}'
        && matches!(u32::from(c),
        0x1100..=0x11FF | 0x3040..=0x318F | 0x31A0..=0x31BF | 0x31F0..=0x31FF | 0x3400..=0x9FFF
        | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}
