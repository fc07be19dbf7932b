//! The commonest words of the languages that most pages are written in.

/// Languages with words that stand in nearly every sentence of theirs and are rare in all others here.
const COMMON: &[(&str, &[&str])] = &[
    ("en", &["the", "and", "that", "with", "from", "have", "this", "which", "were", "they"]),
    ("de", &["und", "das", "nicht", "ist", "mit", "für", "auf", "eine", "auch", "dem"]),
    ("fr", &["les", "des", "dans", "une", "pour", "pas", "avec", "aux", "est", "cette"]),
    ("es", &["los", "las", "el", "y", "pero", "más", "está", "sus", "también", "han"]),
    ("pt", &["não", "uma", "com", "dos", "das", "são", "ao", "também", "pelo", "foi"]),
    ("it", &["il", "che", "della", "sono", "gli", "nel", "più", "dei", "di", "anche"]),
    ("nl", &["het", "een", "van", "niet", "zijn", "voor", "ook", "maar", "wordt", "naar"]),
    ("sv", &["och", "att", "är", "inte", "från", "också", "för", "som", "till", "på"]),
    ("pl", &["się", "jest", "że", "przez", "oraz", "nie", "który", "która", "tym", "został"]),
    ("tr", &["bir", "ve", "bu", "için", "olarak", "ile", "daha", "olan", "sonra", "kadar"]),
];

/// Of so many words one at least is a common one, in running text of the language.
const ONE_IN: usize = 20;

/// So many different ones must occur: a single one may be a name or a quotation.
const DIFFERENT: usize = 3;

/// Whether `sample` reads like the language `tag`. Where it does, no detector needs to be asked; where it doesn't, nothing
/// is said.
pub(super) fn confirms(tag: &str, sample: &str) -> bool {
    COMMON.iter().find(|(known, _)| *known == tag).is_some_and(|(_, common)| reads_like(common, sample))
}

/// The language that `sample` reads like, where it is one alone.
pub(super) fn only_confirmed(sample: &str) -> Option<&'static str> {
    let mut confirmed = COMMON.iter().filter(|(_, common)| reads_like(common, sample)).map(|(tag, _)| *tag);
    confirmed.next().filter(|_| confirmed.next().is_none())
}

fn reads_like(common: &[&str], sample: &str) -> bool {
    let (mut words, mut hits, mut seen) = (0, 0, 0_u32);
    for word in sample.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        words += 1;
        if let Some(at) = common.iter().position(|common| *common == word) {
            hits += 1;
            seen |= 1 << at;
        }
    }
    hits * ONE_IN >= words && seen.count_ones() as usize >= DIFFERENT
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "The ferry left the harbour at six, and two hundred people who were on the quay said that it was late.";
    const GERMAN: &str = "Die Fähre ist um sechs ausgelaufen und hat das Festland nicht erreicht, auch weil der Wind auf See drehte.";

    #[test]
    fn running_text_confirms_its_own_language_and_no_other() {
        assert!(confirms("en", ENGLISH));
        assert!(confirms("de", GERMAN));
        assert!(!confirms("en", GERMAN));
        assert!(!confirms("de", ENGLISH));
    }

    #[test]
    fn names_and_languages_without_a_list_confirm_nothing() {
        assert!(!confirms("en", "Harbour Gazette, The Strand, Port City"));
        assert!(!confirms("fi", "Lautta lähti satamasta kello kuusi aamulla."));
        assert!(!confirms("en", ""));
    }
}
