//! Language tags (BCP 47) as they are written.

/// The longest tag that RFC 5646, section 4.4.1, asks everybody to allow for.
const MAX_TAG_BYTES: usize = 35;

/// Whether `written` has the form of a language tag (RFC 5646), with the underscores that some write for hyphens.
pub fn is_tag(written: &str) -> bool {
    let is_subtag = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    !written.is_empty() && written.len() <= MAX_TAG_BYTES && written.split(['-', '_']).all(is_subtag)
}

/// The primary subtag in what pages and feeds write: "en-US", "en_GB", "RU", "kr", "zh-Hant-TW", "Japanese". Bokmål and
/// Nynorsk are both Norwegian.
pub fn primary(written: &str) -> Option<String> {
    let tag = written.trim().split(['-', '_', ',', ';', ' ']).next()?.to_ascii_lowercase();
    let tag = match tag.as_str() {
        // Country codes, codes of three letters and English names in the place of a language's tag.
        "kr" | "kor" | "korean" => "ko",
        "jp" | "jpn" | "japanese" => "ja",
        "cn" | "tw" | "hk" | "chi" | "zho" | "chinese" => "zh",
        "ua" | "ukr" | "ukrainian" => "uk",
        "rus" | "russian" => "ru",
        "eng" | "english" | "us" | "gb" => "en",
        "deu" | "ger" | "german" | "deutsch" => "de",
        "nb" | "nn" | "nor" => "no",
        other => other,
    };
    (matches!(tag.len(), 2 | 3) && tag.bytes().all(|byte| byte.is_ascii_lowercase())).then(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primary_subtag_is_found_in_what_people_write() {
        for (written, tag) in [
            ("en-US", "en"),
            (" RU ", "ru"),
            ("zh_Hant_TW", "zh"),
            ("kr", "ko"),
            ("Japanese", "ja"),
            ("en, fr", "en"),
            ("nn", "no"),
        ] {
            assert_eq!(primary(written).as_deref(), Some(tag), "{written}");
        }
        for written in ["", "-", "1", "website", "д"] {
            assert_eq!(primary(written), None, "{written}");
        }
    }

    #[test]
    fn a_tag_is_known_by_its_form() {
        assert!(["en", "en-US", "en_us", "zh-Hant-TW"].into_iter().all(is_tag));
        assert!(
            !["", "en US", "русский", "a-tag-that-is-far-too-long-to-be-one-at-all"].into_iter().any(is_tag)
        );
    }
}
