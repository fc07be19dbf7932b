//! The language of the text: what the page says, checked against the text itself.

mod common;

use dateline_text::language;
use whatlang::{Detector, Lang};

use super::claims::{Claim, Claims};
use super::scan::Scan;
use super::text;
use dateline_wire::Source;

/// How much of a text is looked at, in bytes: enough for certainty, little enough to cost nothing.
const SAMPLE: usize = 900;

/// Below this many letters (of an alphabet) a text is no evidence.
const ENOUGH: usize = 120;

/// The primary tag of the body's language.
pub(super) fn decide(scan: &Scan<'_>, claims: &Claims, title: &str, body: &str) -> Option<String> {
    let mut said: Vec<Claim<String>> = claims.languages.clone();
    if let Some(lang) = scan.html_lang {
        said.push(Claim { value: lang.to_owned(), source: Source::Meta, weight: 1.5 });
    }
    let said: Vec<(String, f32)> =
        said.iter().filter_map(|claim| Some((language::primary(&claim.value)?, claim.weight))).collect();
    let strongest = said
        .iter()
        .map(|(tag, _)| {
            (tag, said.iter().filter(|(other, _)| other == tag).map(|(_, weight)| weight).sum::<f32>())
        })
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(tag, _)| tag.clone());
    let sample =
        if text::weight(text::head(body, SAMPLE)) >= ENOUGH { text::head(body, SAMPLE) } else { title };
    let seen = by_script(sample).map(str::to_owned).or_else(|| by_words(sample, strongest.as_deref()));
    match (strongest, seen) {
        (Some(said), Some(seen)) if said != seen => {
            // Han alone doesn't tell a language that the detector doesn't know from one it does.
            Some(seen)
        }
        (said, seen) => seen.or(said),
    }
}

/// Scripts that one language writes: kana is Japanese, Hangul Korean, Han without either Chinese.
fn by_script(sample: &str) -> Option<&'static str> {
    if sample.is_ascii() {
        return None;
    }
    let (mut kana, mut hangul, mut han, mut other) = (0, 0, 0, 0);
    for c in sample.chars().filter(|c| c.is_alphabetic()) {
        if text::is_kana(c) {
            kana += 1;
        } else if text::is_hangul(c) {
            hangul += 1;
        } else if text::is_han(c) {
            han += 1;
        } else {
            other += 1;
        }
    }
    let dense = kana + hangul + han;
    // Latin names and terms stand in East Asian text; a dense character says as much as three letters.
    if dense * 3 < other || dense == 0 {
        return None;
    }
    if hangul * 4 > dense {
        Some("ko")
    } else if kana * 12 > dense {
        Some("ja")
    } else {
        Some("zh")
    }
}

/// Letters that only one of the closely related languages written in Cyrillic has.
fn by_words(sample: &str, said: Option<&str>) -> Option<String> {
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 20 {
        return None;
    }
    let cyrillic = sample.chars().filter(|c| matches!(c, '\u{0400}'..='\u{04ff}')).count();
    if cyrillic * 2 > letters {
        let count = |marks: &str| sample.chars().filter(|c| marks.contains(*c)).count();
        let ukrainian = count("іїєґІЇЄҐ");
        let russian = count("ыэъёЫЭЪЁ");
        let belarusian = count("ўЎ");
        let others = count("әғқңөұүһӘҒҚҢӨҰҮҺђјљњћџѓќЂЈЉЊЋЏЃЌ");
        if others * 50 < cyrillic {
            if belarusian * 3 > ukrainian.max(1) && belarusian * 100 > cyrillic {
                return Some("be".to_owned());
            }
            if ukrainian > russian * 2 {
                return Some("uk".to_owned());
            }
            if russian > ukrainian * 2 {
                return Some("ru".to_owned());
            }
        }
        // Other languages in Cyrillic are believed as said.
        if said.is_some() && others * 50 >= cyrillic {
            return None;
        }
    }
    if let Some(said) = said.filter(|said| letters >= ENOUGH && common::confirms(said, sample)) {
        return Some(said.to_owned());
    }
    if said.is_none()
        && letters >= ENOUGH
        && let Some(only) = common::only_confirmed(sample)
    {
        return Some(only.to_owned());
    }
    let detected = Detector::new().detect(sample)?;
    let tag = tag(detected.lang())?;
    // A word from the page outweighs a guess that isn't sure of itself.
    let is_sure = detected.is_reliable() && letters >= ENOUGH;
    (is_sure || said.is_none()).then(|| tag.to_owned())
}

/// The primary tag of a language that the detector knows.
fn tag(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Bel => "be",
        Lang::Bul => "bg",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Nld => "nl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Est => "et",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Aze => "az",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Pes => "fa",
        Lang::Urd => "ur",
        Lang::Hin => "hi",
        Lang::Ben => "bn",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tha => "th",
        Lang::Vie => "vi",
        Lang::Ind => "id",
        Lang::Tgl => "tl",
        Lang::Kat => "ka",
        Lang::Hye => "hy",
        Lang::Uzb => "uz",
        Lang::Tuk => "tk",
        Lang::Cat => "ca",
        Lang::Afr => "af",
        Lang::Zul => "zu",
        Lang::Epo => "eo",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    fn language(html_lang: &str, body: &str) -> Option<String> {
        let html = format!("<html lang=\"{html_lang}\"><body></body></html>");
        let document = Document::from_html(&html);
        decide(&Scan::of(&document, None), &Claims::default(), "", &body.repeat(6))
    }

    #[test]
    fn the_text_is_believed_over_a_template_that_says_otherwise() {
        assert_eq!(
            language("en", "Паром вышел из порта в шесть часов утра, сообщили в порту. ").as_deref(),
            Some("ru")
        );
        assert_eq!(
            language("ru", "Пором вийшов із порту о шостій годині ранку, повідомили в порту. ").as_deref(),
            Some("uk")
        );
        assert_eq!(
            language("en", "여객선이 아침 여섯 시에 항구를 떠났다고 항만 당국이 밝혔다. ").as_deref(),
            Some("ko")
        );
        assert_eq!(language("zh", "フェリーは朝六時に港を出発したと当局が発表した。").as_deref(), Some("ja"));
        assert_eq!(
            language("ja", "港務局表示，渡輪於早上六時離開港口，船上共有二百名乘客。").as_deref(),
            Some("zh")
        );
    }

    #[test]
    fn the_page_is_believed_where_there_is_little_text() {
        assert_eq!(language("de-AT", "").as_deref(), Some("de"));
        assert_eq!(language("KR", "").as_deref(), Some("ko"));
        assert_eq!(language("", ""), None);
    }

    #[test]
    fn names_in_another_script_do_not_change_the_language() {
        let body = "The ferry left the harbour at six in the morning, said the captain (金船長), and came back at noon. ";
        assert_eq!(language("", body).as_deref(), Some("en"));
    }
}
