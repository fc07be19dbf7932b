//! What a reader presses to see the rest of a text that the page holds already.

/// What it says, in lower case: all of it, but for signs, or its beginning.
const WORDS: &[&str] = &[
    "more",
    "read more",
    "show more",
    "see more",
    "view more",
    "read the full",
    "read full",
    "read the rest",
    "show full",
    "view full",
    "full article",
    "full story",
    "full text",
    "continue reading",
    "continue to read",
    "keep reading",
    "expand",
    "show all",
    "weiterlesen",
    "mehr lesen",
    "mehr anzeigen",
    "ganzen artikel",
    "ausklappen",
    "lire la suite",
    "lire plus",
    "voir plus",
    "afficher plus",
    "afficher la suite",
    "leer más",
    "seguir leyendo",
    "continuar leyendo",
    "ver más",
    "mostrar más",
    "leggi tutto",
    "continua a leggere",
    "mostra di più",
    "leia mais",
    "continuar lendo",
    "ver mais",
    "mostrar mais",
    "lees meer",
    "lees verder",
    "toon meer",
    "läs mer",
    "visa mer",
    "les mer",
    "læs mere",
    "czytaj dalej",
    "czytaj więcej",
    "pokaż więcej",
    "rozwiń",
    "devamını oku",
    "devamını göster",
    "daha fazla",
    "читать далее",
    "читать дальше",
    "читать полностью",
    "показать полностью",
    "показать весь",
    "показать ещё",
    "развернуть",
    "полный текст",
    "весь текст",
    "читати далі",
    "читати повністю",
    "читати більше",
    "показати повністю",
    "показати більше",
    "розгорнути",
    "더보기",
    "더 보기",
    "전체 보기",
    "전체보기",
    "펼치기",
    "계속 읽기",
    "展开",
    "展開",
    "点击展开",
    "點擊展開",
    "阅读全文",
    "閱讀全文",
    "查看全文",
    "阅读更多",
    "閱讀更多",
    "查看更多",
    "继续阅读",
    "繼續閱讀",
    "显示全部",
    "続きを読む",
    "続きをよむ",
    "続きを見る",
    "続きを表示",
    "もっと見る",
    "もっと読む",
    "全文を読む",
    "全文表示",
    "すべて表示",
    "xem thêm",
    "đọc tiếp",
    "baca selengkapnya",
    "selengkapnya",
    "อ่านต่อ",
    "อ่านเพิ่มเติม",
    "اقرأ المزيد",
    "ادامه مطلب",
    "और पढ़ें",
    "पूरा पढ़ें",
];

/// Bytes of the longest that is looked at.
const LONGEST: usize = 80;

/// Words that may follow in the same line ("Read more about …" points elsewhere).
const WORDS_BEHIND: usize = 2;
const LETTERS_BEHIND: usize = 6;

/// Whether texts, put together, say that there is more of the text.
pub(super) fn says<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let mut said = String::new();
    for text in texts {
        said.push_str(text.trim());
        if said.len() > LONGEST {
            return false;
        }
        said.push(' ');
    }
    is_opener(&said)
}

/// Whether a line says nothing but that there is more of the text.
pub(super) fn is_opener(line: &str) -> bool {
    if line.len() > LONGEST {
        return false;
    }
    let line = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    // Scripts without spaces go on with a word for the text: "展开全文".
    let is_dense = |word: &str| word.ends_with(|c| c >= '\u{2e80}');
    let is_said = |word: &&&str| {
        line.strip_prefix(**word).is_some_and(|behind| {
            let is_whole = !behind.starts_with(char::is_alphabetic);
            (is_whole || is_dense(word) && behind.chars().count() <= LETTERS_BEHIND)
                && behind.split_whitespace().count() <= WORDS_BEHIND
        })
    };
    !line.is_empty() && WORDS.iter().any(|word| is_said(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_the_rest_is_told_from_what_points_elsewhere() {
        for line in [
            "Read more",
            "READ MORE ▾",
            "Show full article",
            "Читать далее…",
            "展开全文",
            "▼続きを読む",
            "더보기",
            "Expand",
        ] {
            assert!(is_opener(line), "{line}");
        }
        for line in [
            "",
            "Read more about the ferry to the island",
            "Moreover",
            "Expanded ferry service",
            "Subscribe",
            "Share",
        ] {
            assert!(!is_opener(line), "{line}");
        }
    }
}
