//! Which side of the subject does something to the other, as a sentence says it.
//!
//! In some languages the order of words says so, in others their endings or the particles behind them; words such as *to*, *from* and *by* say it
//! in all. Where what is said is not plain, or says both, nothing is known. Only acts are looked at that are done by one to another
//! (`words.tsv`): who meets whom is all the same.

use std::collections::BTreeSet;
use std::ops::Range;

use dateline_wire::EntitySide;

use super::tables::StoryTables;

/// The act, and whether the second side does it to the first, in one number.
pub(super) type Deed = u16;

/// The greatest number of an act of which a deed can be told.
const MAX_ACT: u16 = u16::MAX >> 1;

/// Words between a name and the word before it that says what it is in the sentence: `by [the ministers of] Russia`.
const MAX_WORDS_BEFORE: usize = 4;
/// Words between a name and the particle that says it, behind what is named by it: `북한 [농업 대표단]이`.
const MAX_WORDS_BEHIND: usize = 3;
/// As many characters, where a script has no spaces between words.
const MAX_CHARS_BEHIND: usize = 8;

/// One of the two sides, where a sentence names it or who belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedSide {
    pub(super) is_second: bool,
    /// In bytes of the sentence.
    pub(super) place: Range<usize>,
}

impl NamedSide {
    pub(super) fn of(side: EntitySide, place: Range<usize>) -> Option<Self> {
        match side {
            EntitySide::A => Some(Self { is_second: false, place }),
            EntitySide::B => Some(Self { is_second: true, place }),
            EntitySide::Both => None,
        }
    }
}

/// What a name is to the acts of its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It does them, or what is done comes from it.
    Doer,
    /// They are done to it, for it or there.
    Target,
    /// Its place says it.
    Bare,
    /// Neither: it stands with another, or is spoken of.
    Beside,
}

/// The same deed the other way round.
pub(super) fn turned(deed: Deed) -> Deed {
    deed ^ 1
}

/// What one side does to the other in a sentence. `lower` is the sentence in lower case, of the same length.
pub(super) fn deeds(
    lower: &str,
    sides: &[NamedSide],
    language: &str,
    tables: &StoryTables,
) -> BTreeSet<Deed> {
    let both = [false, true].map(|second| sides.iter().any(|side| side.is_second == second));
    let mut deeds = BTreeSet::new();
    if both != [true, true] || !matches!(language, "en" | "ru" | "uk" | "ko" | "zh" | "ja") {
        return deeds;
    }
    let mut acts = tables.acts_at(lower, language);
    acts.retain(|(act, _)| *act <= MAX_ACT && tables.is_directed(*act));
    let roles: Vec<(&NamedSide, Role)> =
        sides.iter().map(|side| (side, role(lower, side, sides, &acts, language))).collect();
    for (act, place) in &acts {
        if let Some(second_does) = doer(&roles, place, language) {
            deeds.insert(act << 1 | u16::from(second_does));
        }
    }
    deeds
}

/// Whether the second side does the act at `act` to the first; nothing where that is not plain.
fn doer(roles: &[(&NamedSide, Role)], act: &Range<usize>, language: &str) -> Option<bool> {
    let named = |role: Role| roles.iter().filter(move |(_, other)| *other == role).map(|(side, _)| *side);
    // The side of all of these, if it is one.
    let one = |role: Role| {
        let first = named(role).next()?.is_second;
        Some(named(role).all(|side| side.is_second == first).then_some(first))
    };
    match (one(Role::Doer), one(Role::Target)) {
        (Some(doer), None) => {
            let doer = doer?;
            named(Role::Bare).any(|side| side.is_second != doer).then_some(doer)
        }
        (None, Some(target)) => {
            let doer = !target?;
            named(Role::Bare).any(|side| side.is_second == doer).then_some(doer)
        }
        (Some(doer), Some(target)) => doer.filter(|doer| target == Some(!doer)),
        (None, None) => {
            let before = named(Role::Bare).filter(|side| side.place.end <= act.start);
            let behind = named(Role::Bare).find(|side| side.place.start >= act.end);
            let (doer, target) = match language {
                // What an act is done to stands right before it.
                "ko" | "ja" => {
                    let target = before.clone().next_back()?;
                    (before.clone().rev().find(|side| side.is_second != target.is_second).or(behind)?, target)
                }
                _ => (before.clone().next_back()?, behind?),
            };
            (doer.is_second != target.is_second).then_some(doer.is_second)
        }
    }
}

/// What a name is by the words around it.
fn role(
    lower: &str,
    side: &NamedSide,
    sides: &[NamedSide],
    acts: &[(u16, Range<usize>)],
    language: &str,
) -> Role {
    // What is looked at ends at the next name, and at an act.
    let since = sides.iter().map(|other| other.place.end).filter(|end| *end <= side.place.start).max();
    let until = sides.iter().map(|other| other.place.start).filter(|start| *start >= side.place.end).min();
    let until = until.unwrap_or(lower.len());
    let before = &lower[since.unwrap_or(0)..side.place.start];
    let is_first = since.is_none();
    match language {
        "ko" | "ja" => {
            let act = acts.iter().map(|(_, act)| act.start).filter(|act| *act >= side.place.end).min();
            let behind = &lower[side.place.end..until.min(act.unwrap_or(until))];
            let ends_in_act = act.is_some_and(|act| act < until);
            match language {
                "ko" => korean(behind, is_first, ends_in_act),
                _ => japanese(behind, is_first),
            }
        }
        "zh" => chinese(before),
        _ => {
            let act = acts.iter().map(|(_, act)| act.end).filter(|act| *act <= side.place.start).max();
            let before = &lower[since.unwrap_or(0).max(act.unwrap_or(0))..side.place.start];
            match (language, by_ending(lower, side)) {
                ("ru" | "uk", Some(role)) if preposition(before, language).is_none() => role,
                _ => preposition(before, language).unwrap_or(Role::Bare),
            }
        }
    }
}

/// What the nearest preposition before a name says.
fn preposition(before: &str, language: &str) -> Option<Role> {
    let clause = before.rsplit([',', ';', ':', '(', '—', '–']).next().unwrap_or(before);
    let words = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.rev().take(MAX_WORDS_BEFORE).find_map(|word| match language {
        "en" => match word {
            "by" | "from" => Some(Role::Doer),
            "to" | "for" | "into" | "in" | "at" | "toward" | "towards" | "against" => Some(Role::Target),
            "with" | "between" | "and" | "about" => Some(Role::Beside),
            "that" | "says" | "said" | "after" | "as" | "when" | "while" => Some(Role::Bare),
            _ => None,
        },
        _ => match word {
            "из" | "от" | "из-за" | "з" | "із" | "від" => Some(Role::Doer),
            "в" | "во" | "на" | "до" | "к" | "ко" | "для" | "против" | "проти" | "у" => {
                Some(Role::Target)
            }
            "с" | "со" | "між" | "между" | "и" | "і" | "й" | "та" | "о" | "об" | "про" => {
                Some(Role::Beside)
            }
            _ => None,
        },
    })
}

/// What the case of a name says in Russian and Ukrainian, where its ending leaves no doubt.
fn by_ending(lower: &str, side: &NamedSide) -> Option<Role> {
    let name = lower.get(side.place.clone())?;
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match () {
        () if ends(&["ия", "ія", "ква"]) => Some(Role::Doer),
        () if ends(&["ией", "ією", "вой", "вою", "еей", "еєю", "ном"]) => {
            Some(Role::Doer)
        }
        () if ends(&["ию", "ію", "ву", "ею", "ну", "ве", "ві"]) => Some(Role::Target),
        () => None,
    }
}

/// What the word right before a name says in Chinese.
fn chinese(before: &str) -> Role {
    match before.chars().next_back() {
        Some('由' | '从' | '自' | '被' | '受' | '获') => Role::Doer,
        Some('向' | '对' | '给' | '到' | '至' | '往' | '赴' | '在' | '抵') => Role::Target,
        Some('与' | '和' | '同' | '跟' | '、') => Role::Beside,
        _ => Role::Bare,
    }
}

/// What the particle behind a name, or behind what is named by it, says in Korean.
fn korean(behind: &str, is_first: bool, ends_in_act: bool) -> Role {
    let mut words = behind.split_inclusive(char::is_whitespace).take(MAX_WORDS_BEHIND + 1).peekable();
    let mut at_name = true;
    while let Some(word) = words.next() {
        let is_cut = words.peek().is_none() && ends_in_act && !word.ends_with(char::is_whitespace);
        let word = word.trim_end();
        let plain = word.trim_end_matches(['"', '\'', '”', '’', '.', '…', '·']);
        let (plain, pauses) = match plain.strip_suffix([',', '，']) {
            Some(plain) => (plain, true),
            None => (plain, false),
        };
        let has = |particles: &[&str]| {
            particles.iter().any(|particle| {
                plain.strip_suffix(particle).is_some_and(|stem| at_name || stem.chars().count() > 1)
            })
        };
        match () {
            // The word goes on with the act.
            () if is_cut => return Role::Bare,
            () if has(&["으로부터", "로부터", "에게서", "한테서", "측이", "측은"]) => {
                return Role::Doer;
            }
            () if has(&["에서"]) => return Role::Beside,
            () if has(&["와", "과", "하고"]) => return Role::Beside,
            () if has(&["에게", "한테", "에", "으로", "로", "을", "를"]) => return Role::Target,
            () if has(&["께서", "이", "가", "은", "는"]) => return Role::Doer,
            () if pauses && is_first => return Role::Doer,
            () if pauses => return Role::Bare,
            () => at_name = false,
        }
    }
    Role::Bare
}

/// What the particle behind a name, or behind what is named by it, says in Japanese.
fn japanese(behind: &str, is_first: bool) -> Role {
    let mut rest = behind.chars().take(MAX_CHARS_BEHIND).peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('は' | 'が' | 'も', _) => return Role::Doer,
            ('に', Some('よ')) => return Role::Doer,
            ('に' | 'へ' | 'を', _) => return Role::Target,
            ('か', Some('ら')) => return Role::Doer,
            ('と' | 'で', _) => return Role::Beside,
            ('、' | '，', _) if is_first => return Role::Doer,
            ('、' | '，' | '。', _) => return Role::Bare,
            _ => {}
        }
    }
    Role::Bare
}

#[cfg(test)]
mod tests {
    use super::super::tables::tests::shipped;
    use super::*;

    /// What is told by a sentence in which the first side stands in `[…]` and the second in `{…}`: the acts, with `>` where the first does them
    /// to the second, and `<` where the second does.
    fn told(language: &str, marked: &str, tables: &StoryTables) -> Vec<String> {
        let (mut sentence, mut sides, mut start) = (String::new(), Vec::new(), 0);
        for c in marked.chars() {
            match c {
                '[' | '{' => start = sentence.len(),
                ']' | '}' => sides.push(NamedSide { is_second: c == '}', place: start..sentence.len() }),
                c => sentence.push(c),
            }
        }
        let deeds = deeds(&sentence.to_lowercase(), &sides, language, tables);
        let way = |deed: &Deed| if deed & 1 == 0 { ">" } else { "<" };
        deeds.iter().map(|deed| format!("{}{}", tables.act_name(deed >> 1), way(deed))).collect()
    }

    #[test]
    fn who_does_something_to_whom_is_told_by_order_endings_particles_and_prepositions() {
        let tables = shipped();
        for (language, sentence, deed) in [
            ("en", "[Russia] ships wheat to {North Korea}", "supply>"),
            ("en", "Wheat was shipped to {North Korea} by [Russia] this week", "supply>"),
            ("en", "{North Korea} ships wheat to [Russia]", "supply<"),
            ("en", "{North Korea} was visited by ministers of [Russia], who saw a farm", "visit>"),
            ("en", "Engineers sent by {North Korea} to [Russia] will build bridges", "send<"),
            ("en", "An official said that [Russia] accused {North Korea} of late payments", "accuse>"),
            ("ru", "[Россия] поставила {КНДР} удобрения", "supply>"),
            ("ru", "Партию удобрений поставила в {КНДР} [Россия]", "supply>"),
            ("ru", "Удобрения из [России] отправлены в {КНДР}", "send>"),
            ("ru", "[Россию] посетила делегация {КНДР}", "visit<"),
            ("ru", "{Пхеньян} обвинил [Москву] в задержке оплаты", "accuse<"),
            ("uk", "[Росія] передала {КНДР} верстати", "supply>"),
            ("uk", "Партію верстатів {КНДР} передала [Росія]", "supply>"),
            ("ko", "[러시아]가 {북한}에 밀가루를 공급했다", "supply>"),
            ("ko", "{북한}에 [러시아]가 밀가루를 공급했다", "supply>"),
            ("ko", "{북한}, [러시아]에 밀가루 보내", "send<"),
            ("ko", "{북한} 대표단 [러시아] 방문", "visit<"),
            ("ko", "[러시아]를 {북한} 대표단이 방문했다", "visit<"),
            ("zh", "[俄罗斯]向{朝鲜}提供拖拉机", "supply>"),
            ("zh", "一批拖拉机由[俄罗斯]提供给{朝鲜}", "supply>"),
            ("zh", "{朝鲜}代表团访问[俄罗斯]", "visit<"),
            ("ja", "[ロシア]が{北朝鮮}に小麦粉を供与した", "supply>"),
            ("ja", "{北朝鮮}に[ロシア]が小麦粉を供与", "supply>"),
            ("ja", "{北朝鮮}代表団が[ロシア]を訪問", "visit<"),
        ] {
            let told = told(language, sentence, &tables);
            assert!(told.iter().any(|told| told == deed), "{sentence}: {told:?}");
            let (act, other) = deed.split_at(deed.len() - 1);
            let turned = format!("{act}{}", if other == ">" { "<" } else { ">" });
            assert!(!told.contains(&turned), "{sentence}: {told:?}");
        }
    }

    #[test]
    fn nothing_is_told_where_both_do_it_or_one_side_alone_is_named_or_it_is_not_plain() {
        let tables = shipped();
        for (language, sentence) in [
            ("en", "[Russia] and {North Korea} send a team to the games"),
            ("en", "[Russia] sends a team to the games"),
            ("en", "Officials of [Russia] met ministers of {North Korea}"),
            ("en", "{Kim} arrived in [Russia] and [Putin] promised to send grain to {North Korea}"),
            ("ru", "[Россия] и {КНДР} направят команду на игры"),
            ("ko", "[러시아]와 {북한}이 대표단을 파견했다"),
            ("zh", "[俄罗斯]与{朝鲜}派出代表团"),
            ("ja", "[ロシア]と{北朝鮮}が代表団を派遣"),
            ("sv", "[Ryssland] skickar vete till {Nordkorea}"),
        ] {
            let told = told(language, sentence, &tables);
            assert!(told.is_empty(), "{sentence}: {told:?}");
        }
    }
}
