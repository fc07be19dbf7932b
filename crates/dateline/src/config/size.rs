//! Sizes in settings, read alike wherever they stand: `33554432`, or with a unit, `"32MiB"`, `"1 GB"`.

/// What a size is written as.
pub(super) const EXPECTED: &str = "a number of bytes, or a text with a unit such as \"16MiB\" or \"2 GB\"";

/// The units: those of 1024, and those of 1000.
const UNITS: [(&str, u64); 9] = [
    ("b", 1),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
];

/// Reads a whole number with its unit as bytes; `None` where it is none, or is more than fits.
pub(super) fn parse(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_whole_number_with_a_unit() {
        for (text, bytes) in [
            ("16MiB", 16 << 20),
            ("2 GB", 2_000_000_000),
            ("512kib", 512 << 10),
            (" 0B ", 0),
            ("1TiB", 1 << 40),
        ] {
            assert_eq!(parse(text), Some(bytes), "{text}");
        }
        for text in ["", "16", "MiB", "1.5GiB", "-1MiB", "16M", "16 MiB x", "99999999TiB"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
