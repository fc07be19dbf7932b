//! Lines that credit the source of a text: "Source: …".

/// No label of a credit line is longer, in bytes.
pub const MAX_LABEL_BYTES: usize = 40;

/// The words that a credit line begins with, in lower case, a colon behind them.
const LABELS: &[&str] = &[
    "source",
    "sources",
    "quelle",
    "quellen",
    "fuente",
    "fonte",
    "kilde",
    "källa",
    "bron",
    "kaynak",
    "źródło",
    "zdroj",
    "източник",
    "источник",
    "источники",
    "джерело",
    "джерела",
    "по материалам",
    "за матеріалами",
    "出典",
    "出所",
    "来源",
    "來源",
    "稿源",
    "消息来源",
    "新闻来源",
    "출처",
    "자료",
];

/// The name behind "Source:" and its like, where `line` begins with such a label.
pub fn credited(line: &str) -> Option<&str> {
    let (label, name) = line.split_once([':', '：'])?;
    let label = label.trim().trim_start_matches(['(', '（', '[']).trim();
    let is_credit = label.len() <= MAX_LABEL_BYTES && LABELS.contains(&label.to_lowercase().as_str());
    is_credit.then(|| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_credits_what_stands_behind_it() {
        assert_eq!(credited("Source: Westland Wire"), Some("Westland Wire"));
        assert_eq!(credited("（来源：海洋社）"), Some("海洋社）"));
        assert_eq!(credited("The source said: nothing"), None);
    }
}
