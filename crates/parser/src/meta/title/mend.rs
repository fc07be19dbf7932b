//! The spelling of the visible headline, mended where another witness has whole what its markup cuts or runs together.
//!
//! A kicker or a series label ("STORM: …", "【特集】…") follows one rule: it stays where those who give it with the headline weigh
//! as much as those who give the rest as the whole, and goes where the latter weigh more.

use super::decide::TitleCandidate;
use super::headline::VisibleHeadline;
use super::words::words;
use crate::meta::text;

/// What is left of a headline without its kicker has so many letters.
const SHORTEST: usize = 15;

/// What stands between a kicker and the headline.
const ENDS_OF_KICKER: &[&str] =
    &[": ", "：", " | ", "｜", " – ", " — ", " - ", " / ", "】", "] ", "]", "》", "〉", ". "];

/// The visible headline as it is published.
pub(super) fn mended(visible: &VisibleHeadline, told: &[TitleCandidate]) -> String {
    if let Some(bare) = without_kicker(visible, told) {
        return bare.to_owned();
    }
    let headline = visible.text.as_str();
    let key = &visible.key;
    if let Some(whole) = continued(headline, told) {
        return whole.to_owned();
    }
    let spelled = words(headline).len();
    let same =
        || told.iter().filter(|candidate| candidate.key == *key).map(|candidate| candidate.title.as_str());
    let better = same().find(|other| {
        let runs_together = words(other).len() > spelled;
        runs_together
            || lost_quote(headline, other)
            || lost_colon(&visible.parts, headline, other)
            || headline.contains(" : ") && other.contains(": ") && !other.contains(" :")
    });
    // The sign of the link to a heading is none of it.
    better.unwrap_or(headline).trim_end_matches('¶').trim_end().to_owned()
}

/// The headline without its kicker or its label, as a witness gives it who gives it alone.
fn without_kicker<'t>(visible: &VisibleHeadline, told: &'t [TitleCandidate]) -> Option<&'t str> {
    let weight = |key: &str| -> f32 {
        told.iter().filter(|candidate| candidate.key == key).map(|candidate| candidate.weight).sum()
    };
    let whole = weight(&visible.key);
    let alone = |rest: &str| {
        let key = Some(text::key(rest)).filter(|_| text::weight(rest) >= SHORTEST)?;
        let told = told.iter().find(|candidate| candidate.key == key && candidate.key != visible.key)?;
        (weight(&key) > whole).then_some(told.title.as_str())
    };
    // The same headline behind another kicker: where both go, the headline is left.
    let behind_another = |rest: &str| {
        let key = Some(text::key(rest)).filter(|_| text::weight(rest) >= SHORTEST)?;
        told.iter().find_map(|candidate| {
            let rests = ENDS_OF_KICKER.iter().filter_map(|end| candidate.title.split_once(end));
            let headline = rests.map(|(_, rest)| rest.trim()).find(|rest| text::key(rest) == key)?;
            (candidate.key != visible.key && candidate.weight > whole).then_some(headline)
        })
    };
    // A headline may be several elements, and the kicker or the label before or behind it, too.
    let part = || {
        let parts = &visible.parts;
        let beginnings = (1..parts.len()).rev().map(|end| parts[..end].join(" "));
        let ends = (1..parts.len()).map(|start| parts[start..].join(" "));
        parts
            .iter()
            .find_map(|part| alone(part))
            .or_else(|| ends.chain(beginnings).find_map(|some| alone(&some)))
    };
    let cut = || {
        let rests = ENDS_OF_KICKER.iter().filter_map(|end| visible.text.split_once(end));
        rests.map(|(_, rest)| rest.trim()).find_map(alone)
    };
    let parted =
        || (1..visible.parts.len()).find_map(|from| behind_another(&visible.parts[from..].join(" ")));
    part().or_else(cut).or_else(parted)
}

/// The wording that goes on where the visible headline breaks off with dots.
fn continued<'t>(headline: &str, told: &'t [TitleCandidate]) -> Option<&'t str> {
    let begun = headline.trim_end().strip_suffix('…').or_else(|| headline.trim_end().strip_suffix("..."))?;
    let key = text::key(begun);
    // Who gives the dots, too, has what the headline has, and the site's name behind it.
    let has_dots = |candidate: &&TitleCandidate| candidate.title.starts_with(headline.trim_end());
    let longer = told
        .iter()
        .filter(|candidate| candidate.key.len() > key.len() && candidate.key.starts_with(&key))
        .filter(|candidate| !has_dots(candidate));
    let whole = longer.filter(|candidate| !candidate.title.ends_with(['…', '.']));
    whole.map(|candidate| candidate.title.as_str()).next()
}

/// Whether `other` has one quotation mark more, which `headline` lacks.
fn lost_quote(headline: &str, other: &str) -> bool {
    const MARKS: &[char] = &[
        '"', '“', '”', '„', '«', '»', '「', '」', '『', '』', '\'', '‘', '’', '（', '）', '(', ')', '【',
        '】', '《', '》', '[', ']',
    ];
    let marks = |text: &str| text.matches(MARKS).count();
    !is_balanced(headline) && is_balanced(other) && marks(other) == marks(headline) + 1
}

/// Whether what is opened is closed.
fn is_balanced(headline: &str) -> bool {
    let count = |mark: char| headline.matches(mark).count();
    let pairs = [
        ('“', '”'),
        ('«', '»'),
        ('「', '」'),
        ('『', '』'),
        ('（', '）'),
        ('(', ')'),
        ('【', '】'),
        ('《', '》'),
        ('[', ']'),
    ];
    // A German quotation opens below and closes with the mark that opens an English one.
    let is_german = headline.contains('„');
    let even = pairs.iter().all(|(open, close)| count(*open) == count(*close) || is_german && *open == '“');
    even && count('"').is_multiple_of(2)
}

/// Whether `other` keeps the sign between kicker and headline that two elements of a heading set apart without one.
fn lost_colon(parts: &[String], headline: &str, other: &str) -> bool {
    let [kicker, .., _] = parts else { return false };
    let behind = |title: &str| {
        let rest = title.get(kicker.trim_end().len()..)?;
        title.starts_with(kicker.trim_end()).then(|| rest.trim_start().chars().next()).flatten()
    };
    let is_sign = |c: Option<char>| c.is_some_and(|c| matches!(c, ':' | '：' | '|' | '｜' | '–' | '—' | '-'));
    is_sign(behind(other)) && !is_sign(behind(headline))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dateline_wire::Source;

    fn mend(visible: &str, parts: &[&str], told: &[&str]) -> String {
        let visible = VisibleHeadline {
            text: visible.to_owned(),
            key: text::key(visible),
            parts: parts.iter().map(|part| (*part).to_owned()).collect(),
        };
        let told: Vec<TitleCandidate> = told
            .iter()
            .map(|title| TitleCandidate {
                title: (*title).to_owned(),
                key: text::key(title),
                words: words(title),
                source: Source::OpenGraph,
                weight: 1.0,
            })
            .collect();
        mended(&visible, &told)
    }

    #[test]
    fn a_kicker_goes_where_somebody_gives_the_headline_without_it() {
        for visible in [
            "Storm: Ferry runs again at last",
            "【Storm】Ferry runs again at last",
            "Storm | Ferry runs again at last",
        ] {
            assert_eq!(mend(visible, &[], &["Ferry runs again at last"]), "Ferry runs again at last");
            assert_eq!(mend(visible, &[], &["You can cross again"]), visible);
        }
        let parts = ["Storm", "Ferry runs again at last", "Premium"];
        assert_eq!(
            mend("Storm Ferry runs again at last Premium", &parts, &["Ferry runs again at last"]),
            parts[1]
        );
        let parts = ["Ferry runs again", "at", "last", "Two hundred crossed by noon"];
        assert_eq!(mend(&parts.join(" "), &parts, &["Ferry runs again at last"]), "Ferry runs again at last");
    }

    #[test]
    fn a_kicker_in_an_element_of_its_own_goes_where_others_give_another() {
        let parts = ["After the storm", "How the channel was cleared of sand"];
        let told = "North coast: How the channel was cleared of sand";
        assert_eq!(mend(&parts.join(" "), &parts, &[told]), parts[1]);
        assert_eq!(mend(&parts.join(" "), &[], &[told]), parts.join(" "));
    }

    #[test]
    fn a_space_that_the_markup_leaves_before_a_colon_goes() {
        let told = "Storm: The ferry runs again";
        assert_eq!(mend("Storm : The ferry runs again", &[], &[told]), told);
        // As it is set in French.
        let french = "Tempête : le bac repart";
        assert_eq!(mend(french, &[], &[french]), french);
    }

    #[test]
    fn a_colon_that_the_markup_leaves_out_comes_back() {
        let visible = "Storm in the north Ferry runs again";
        let parts = ["Storm in the north", "Ferry runs again"];
        let told = "Storm in the north: Ferry runs again";
        assert_eq!(mend(visible, &parts, &[told]), told);
        assert_eq!(mend(visible, &[], &[told]), visible);
    }

    #[test]
    fn what_is_cut_off_is_made_whole() {
        assert_eq!(mend("The ferry runs ag…", &[], &["The ferry runs again"]), "The ferry runs again");
        assert_eq!(mend("The ferry ...", &[], &["The ferry runs again"]), "The ferry runs again");
        assert_eq!(
            mend("A ‘ferry’ runs \"again", &[], &["A ''ferry'' runs ''again''"]),
            "A ‘ferry’ runs \"again"
        );
        assert_eq!(mend("He said: “Never again", &[], &["He said: “Never again”"]), "He said: “Never again”");
        assert_eq!(
            mend("\"Nie wieder Er sagte", &[], &["\"Nie wieder\" Er sagte"]),
            "\"Nie wieder\" Er sagte"
        );
        assert_eq!(mend("Er sagte „nie wieder“", &[], &["Er sagte 'nie wieder'"]), "Er sagte „nie wieder“");
    }

    #[test]
    fn words_that_the_markup_runs_together_come_apart() {
        assert_eq!(
            mend("Storm in the northFerry runs", &[], &["Storm in the north – Ferry runs"]),
            "Storm in the north – Ferry runs"
        );
    }

    #[test]
    fn the_readers_spelling_is_kept() {
        assert_eq!(mend("KREMLIN'S FERRY RUNS", &[], &["Kremlin'S Ferry Runs"]), "KREMLIN'S FERRY RUNS");
    }
}
