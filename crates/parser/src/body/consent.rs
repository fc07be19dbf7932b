//! What asks for consent in plain paragraphs, without a box, a button or a name.
//!
//! Such a line begins as the house speaks of its own cookies. A text about cookies says more of them than that: its title, or another of its
//! lines. Then nothing is dropped, and neither is what somebody is quoted with.

use super::area::Tag;
use super::cue;
use super::run::{Layout, Run};
use super::wall;

/// Text that must be left, in units.
const ENOUGH: f32 = 60.0;

/// Length of the longest line that asks, in units.
const LONGEST: f32 = 900.0;

/// Bytes from which on no formula goes on.
const LONGEST_FORMULA: usize = 64;

/// What a baker says, too.
const BAKED: &str = "we use cookie";

/// What a house begins to speak of its cookies with, in lower case.
const FORMULAS: &[&str] = &[
    BAKED,
    "we use technologies",
    "we value your privacy",
    "we and our ",
    "this site uses",
    "this website uses",
    "our site uses",
    "our website uses",
    "by continuing to use this",
    "by using this site",
    "wir verwenden cookie",
    "wir nutzen cookie",
    "wir setzen cookie",
    "wir und unsere",
    "diese website verwendet",
    "diese webseite verwendet",
    "diese seite verwendet",
    "diese website nutzt",
    "diese seite nutzt",
    "unsere website verwendet",
    "nous utilisons des cookie",
    "nous utilisons les cookie",
    "nous et nos",
    "ce site utilise",
    "notre site utilise",
    "en poursuivant votre navigation",
    "utilizamos cookie",
    "usamos cookie",
    "nosotros y nuestros",
    "este sitio utiliza",
    "este sitio web utiliza",
    "esta web utiliza",
    "este site utiliza",
    "este site usa",
    "nós e os nossos",
    "utilizziamo i cookie",
    "utilizziamo cookie",
    "noi e i nostri",
    "questo sito utilizza",
    "wij gebruiken cookie",
    "we gebruiken cookie",
    "deze website gebruikt",
    "deze site gebruikt",
    "używamy plików cookie",
    "ta strona używa",
    "nasza strona używa",
    "bu site çerez",
    "мы используем файлы cookie",
    "мы используем cookie",
    "мы используем куки",
    "этот сайт использует",
    "наш сайт использует",
    "сайт использует файлы cookie",
    "на сайте используются",
    "ми використовуємо файли cookie",
    "ми використовуємо cookie",
    "цей сайт використовує",
    "наш сайт використовує",
    "본 사이트는",
    "이 사이트는",
    "저희 사이트는",
    "본 웹사이트는",
    "이 웹사이트는",
    "当サイトでは",
    "当サイトは",
    "当ウェブサイト",
    "本サイトでは",
    "このサイトでは",
    "本网站使用",
    "本站使用",
    "我们使用",
    "本網站使用",
    "我們使用",
];

/// What the line behind it speaks of, in lower case.
const CHOICES: &[&str] = &[
    "preference",
    "consent",
    "settings",
    "einwilligung",
    "einstellungen",
    "consentement",
    "paramètres",
    "consentimiento",
    "configuración",
    "consentimento",
    "consenso",
    "toestemming",
    "zgod",
    "согласи",
    "настройк",
    "згод",
    "налаштуван",
    "동의",
    "설정",
    "同意",
    "設定",
    "设置",
    "設置",
];

/// What says that the choice stays open, where nothing else need speak to the reader.
const AT_ANY_TIME: &[&str] = &["언제든", "いつでも", "随时", "隨時"];

/// What other lines of a text about consent speak of, in lower case. In other languages the word is also that for what two states agree on.
const CONSENT: &[&str] = &["consent", "einwilligung", "toestemming"];

/// Drops lines that ask for consent to the house's own cookies, and the line behind each that says how to choose.
pub(super) fn drop_lines(layout: &Layout, is_title: impl Fn(usize) -> bool, kept: &mut [bool]) {
    let asks = |index: &usize| is_asking(layout, &layout.runs[*index]);
    let asking: Vec<usize> = (0..kept.len()).filter(|index| kept[*index]).filter(asks).collect();
    if asking.is_empty() {
        return;
    }
    let is_choice = |index: usize| {
        let run = &layout.runs[index];
        let lower = layout.str(run).to_lowercase();
        run.heading == 0
            && run.units <= LONGEST
            && CHOICES.iter().any(|choice| lower.contains(choice))
            && (wall::speaks_to_reader(&lower) || AT_ANY_TIME.iter().any(|word| lower.contains(word)))
    };
    let mut left = kept.to_vec();
    for index in asking {
        left[index] = false;
        if kept.get(index + 1) == Some(&true) && is_choice(index + 1) {
            left[index + 1] = false;
        }
    }
    let is_about = |index: usize| {
        let line = layout.str(&layout.runs[index]);
        let speaks_of_consent = || {
            let lower = line.to_lowercase();
            CONSENT.iter().any(|word| lower.contains(word)) && !wall::speaks_to_reader(&lower)
        };
        (is_title(index) || left[index]) && (cue::speaks_of_cookies(line) || speaks_of_consent())
    };
    let units: f32 = layout.runs.iter().zip(&left).filter(|(_, left)| **left).map(|(run, _)| run.units).sum();
    if units >= ENOUGH && !(0..left.len()).any(is_about) {
        kept.copy_from_slice(&left);
    }
}

/// Whether a line begins as a house speaks of its own cookies. Without the word, what a story tells of partners and devices reads the same.
fn is_asking(layout: &Layout, run: &Run) -> bool {
    let line = layout.str(run);
    let end = (0..=line.len().min(LONGEST_FORMULA)).rev().find(|at| line.is_char_boundary(*at));
    let is_formula = || {
        let start = line[..end.unwrap_or_default()].to_lowercase();
        let formula = FORMULAS.iter().find(|formula| start.starts_with(**formula));
        // Of what is baked nobody speaks to the reader or with the site.
        formula.is_some_and(|formula| *formula != BAKED || is_of_house(line))
    };
    run.heading == 0
        && run.units <= LONGEST
        && run.linked < 0.5
        && is_formula()
        && cue::speaks_of_cookies(line)
        && !layout.around(run.area).any(|area| layout.areas[area as usize].tag == Tag::Quote)
}

fn is_of_house(line: &str) -> bool {
    let lower = line.to_lowercase().replace("cookie", "");
    wall::speaks_of_site(&lower) || ["you", "traffic", "device"].iter().any(|word| lower.contains(word))
}
