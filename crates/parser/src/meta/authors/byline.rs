//! A byline from data or markup, taken apart into names and what each is said to have done.

use std::borrow::Cow;

use dateline_text::date;
use dateline_wire::{Credit, Role};

use super::{distinct, east_asian, is_person, is_plausible, korean, words};
use crate::meta::text;

/// A name longer than this, in letters of an alphabet, is a sentence.
const MAX_LETTERS: usize = 70;

/// A byline longer than this, in letters of an alphabet, is a paragraph.
const MAX_BYLINE_LETTERS: usize = 400;

/// At most this many authors are believed.
const MAX_AUTHORS: usize = 20;

/// Stands for a bracket that said "photo" of the name before it.
const PICTURED: char = '\u{1}';

/// What a byline says.
#[derive(Debug, Default)]
pub(in crate::meta) struct Byline {
    /// The authors, in its order.
    pub(in crate::meta) names: Vec<String>,
    /// Those of whom it says what they did, authors or not.
    pub(in crate::meta) credits: Vec<Credit>,
}

/// The authors in a byline; see [`read`].
pub(in crate::meta) fn clean(byline: &str) -> Vec<String> {
    read(byline).names
}

/// Takes a byline apart: prefixes ("By", "Автор:", "記者"), roles, places, addresses and dates go, and those who took pictures,
/// edited or translated are no authors.
pub(in crate::meta) fn read(byline: &str) -> Byline {
    let byline = text::line(byline);
    let byline = byline.trim();
    if byline.is_empty()
        || byline.starts_with('@') && !byline.contains(' ')
        || text::weight(byline) > MAX_BYLINE_LETTERS
        || text::is_placeholder(byline)
    {
        return Byline::default();
    }
    let is_address = ["http://", "https://", "www."].iter().any(|start| byline.starts_with(start));
    if is_address || byline.contains(".com/") {
        return Byline::default();
    }
    let byline = byline.strip_prefix('〔').and_then(|inner| inner.strip_suffix('〕')).unwrap_or(byline);
    let byline = named_behind_address(byline).unwrap_or(byline);
    let byline = byline.strip_prefix("기자명").unwrap_or(byline);
    let reported = east_asian::reported(super::undated(byline));
    let reported = if reported.is_empty() { east_asian::dispatched(byline) } else { reported };
    if !reported.is_empty() {
        return Byline { names: distinct(reported), credits: Vec::new() };
    }
    let byline = without_place_and_date(without_source(byline));
    let byline = words::with_signs(byline);
    let is_dated = date::has_digit(&byline);
    let byline = without_noise(&without_brackets(&words::without_both(&byline)));
    let byline = parted(&byline);
    let parts = split(byline.trim());
    let turned: Option<Vec<String>> =
        parts.chunk_by(|_, next| next.joint == Joint::Comma).map(turned).collect();
    // "Ana and Bo" are two, and no family's name stands first.
    let are_joined = byline.split(' ').any(words::is_and);
    if let Some(names) = turned.filter(|_| !are_joined) {
        return Byline { names: distinct(names), credits: Vec::new() };
    }
    let mut read = Byline::default();
    let mut role = None;
    let are_placed = are_placed(&parts);
    // Before a part that says that it is a byline stands the section: "Harbour Affairs | by Ana Lund".
    let is_labelled = |part: &BylinePart| {
        words::after_prefix(&part.text).is_some() || words::role_before(&part.text).is_some()
    };
    let start = parts
        .iter()
        .position(|part| part.joint == Joint::Bar && words::begins_by(&part.text))
        .filter(|start| {
            let names_person = |part: &BylinePart| is_labelled(part) || super::has_given_name(&part.text);
            !parts[..*start].iter().any(names_person)
        })
        .unwrap_or_default();
    for (at, part) in parts.iter().enumerate().skip(start) {
        let before = at.checked_sub(1).map(|before| parts[before].text.as_str());
        let before = before.filter(|before| part.joint == Joint::Comma && is_person(before));
        if before.is_some_and(|before| are_placed || is_bureau(before, &part.text))
            || is_behind_role(&parts, at)
            || is_beside_person(&parts, at)
        {
            continue;
        }
        let said = words::role_before(&part.text);
        let text = said.map_or(part.text.as_str(), |(_, rest)| rest);
        role = match said {
            Some((role, _)) => Some(role),
            None if part.joint == Joint::Bar => None,
            None => role,
        };
        let is_pictured = text.contains(PICTURED) || korean::is_photographer(text);
        let role = if is_pictured { Some(Role::Photo) } else { role };
        if role.is_none_or(|role| role == Role::Text) && !is_named(&parts, at) {
            continue;
        }
        // Behind the last of several stands the place or the paper: "Ana Lund, Bo Ek - Sea Post".
        let text = before_house(if at > 0 { before_dash(text) } else { text });
        let names = names(text);
        read.credits
            .extend(names.iter().filter_map(|name| role.map(|role| Credit { name: name.clone(), role })));
        if role.is_none_or(|role| role == Role::Text) {
            read.names.extend(names);
        }
        if read.names.len() >= MAX_AUTHORS {
            break;
        }
    }
    if read.names.iter().any(|name| !is_nameless(name)) {
        read.names.retain(|name| !is_nameless(name));
    }
    // What is left of a date alone is its month and the words beside it: "15 de Abril de 2020". "April May" is a name.
    if is_dated {
        let is_between = |word: &str| matches!(word, "de" | "del" | "di" | "of" | "the");
        let is_of_date = |name: &str| {
            name.split(' ').any(is_between)
                && name.split(' ').all(|word| date::is_month(word) || is_between(word))
        };
        read.names.retain(|name| !is_of_date(name));
    }
    // What is left of a date beside a name is its month.
    if byline.contains('|') && read.names.len() > 1 {
        read.names.retain(|name| !date::is_month(name));
    }
    if is_dated {
        for name in &mut read.names {
            let month =
                name.rsplit_once(' ').filter(|(before, last)| before.contains(' ') && date::is_month(last));
            if let Some(end) = month.map(|(before, _)| before.len()) {
                name.truncate(end);
            }
        }
        read.names.retain(|name| !words::is_clock(name));
    }
    read.names = distinct(read.names);
    read
}

/// `byline` without the source that Chinese pages write behind the author in the same line, and the link back that papers of portals end with:
/// "林小明返回海港网，查看更多".
fn without_source(byline: &str) -> &str {
    const SOURCES: &[&str] = &["来源", "來源", "出处", "出處", "返回"];
    let at = SOURCES.iter().filter_map(|source| byline.find(source)).filter(|at| *at > 0).min();
    at.map_or(byline, |at| byline[..at].trim_end())
}

/// `byline` without what stands between the name and the day, bars between all three: the place or the paper.
fn without_place_and_date(byline: &str) -> &str {
    let mut parts = byline.split(" | ");
    let (Some(name), Some(place), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return byline;
    };
    let is_day = day.starts_with(|c: char| c.is_ascii_digit()) && date::read(day).is_some();
    let is_place = is_person(place) || is_plausible(place);
    if is_day && is_person(name) && is_place && !words::is_reporter(place) { name } else { byline }
}

/// Whether each author of several that semicolons part has a place behind the name: "Ana Lund, Northhaven; Bo Ek, Westport".
fn are_placed(parts: &[BylinePart]) -> bool {
    let groups: Vec<&[BylinePart]> = parts.chunk_by(|_, next| next.joint == Joint::Comma).collect();
    let is_author = |group: &&[BylinePart]| {
        let [author, places @ ..] = group else { return false };
        is_person(&author.text) && words::role_before(&author.text).is_none() && places.len() <= 1
    };
    let is_bar = |group: &&[BylinePart]| group[0].joint == Joint::Bar;
    groups.len() > 1 && groups.iter().all(is_bar) && groups.iter().all(is_author)
}

/// `text` without the house that a person writes for, in a byline of capitals: "ANA LUND FOR HARBOUR POST".
fn before_house(text: &str) -> &str {
    let parted = text.split_once(" FOR ");
    parted.filter(|(name, _)| is_person(name)).map_or(text, |(name, _)| name)
}

/// Whether a part follows what a person named before is there: "Ana Lund | Business reporter, Harbour Radio".
fn is_behind_role(parts: &[BylinePart], at: usize) -> bool {
    let [.., person, role] = &parts[..at] else { return false };
    parts[at].joint == Joint::Comma
        && role.joint != Joint::Comma
        && words::is_role(&role.text)
        && !words::is_role(&person.text)
        && is_person(&person.text)
}

/// Whether a part is, behind a bar or a slash, what the person named before it is or writes for: "Ana Lund / Harbour City Reporter",
/// "Ana Lund | El Sol de Puerto Norte".
fn is_beside_person(parts: &[BylinePart], at: usize) -> bool {
    const PAPERS: [&str; 12] = [
        "El Sol ",
        "El Diario ",
        "El Heraldo ",
        "El Correo ",
        "La Voz ",
        "La Prensa ",
        "La Gaceta ",
        "La Tribuna ",
        "Diario de ",
        "Diario del ",
        "La Gazzetta ",
        "Il Giornale ",
    ];
    let Some(before) = at.checked_sub(1).map(|before| &parts[before].text) else { return false };
    let text = &parts[at].text;
    let is_apart = parts[at].joint != Joint::Comma && is_person(before) && !words::is_role(before);
    let is_post = || {
        let post = words::without_role(text);
        words::is_role(text) && text.split(' ').count() > 2 && !super::has_given_name(post)
    };
    is_apart && (is_post() || PAPERS.iter().any(|paper| text.starts_with(paper)))
}

/// Whether what stands behind a name is a station or paper by its letters and the place of its bureau, a part of a station's
/// name with a number, what papers are called, or where somebody is: "NDF Northhaven", "P1 Islands", "Harbour Gazette", "à Nordhavre".
fn is_bureau(person: &str, part: &str) -> bool {
    const OF_HOUSE: &[&str] = &[
        "do ",
        "da ",
        "dos ",
        "das ",
        "of ",
        "vom ",
        "beim ",
        "à ",
        "in ",
        "aus ",
        "from ",
        "из ",
        "в ",
        "специально для ",
        "спеціально для ",
        "special to ",
        "Special to ",
    ];
    const POSTS: &[&str] = &[
        "envoyé",
        "correspondant",
        "correspondent",
        "korrespondent",
        "corresponsal",
        "corrispondente",
        "correspondente",
        "inviat",
        "enviad",
        "собственный корр",
        "спецкор",
        "собкор",
    ];
    const PAPERS: &[&str] = &[
        "Gazette",
        "Herald",
        "Tribune",
        "Chronicle",
        "Courier",
        "Journal",
        "Times",
        "Magazine",
        "Zeitung",
        "Anzeiger",
        "Rundschau",
        "Tageblatt",
        "Nachrichten",
        "Gazeta",
        "Dziennik",
        "Gazzetta",
    ];
    let is_paper = || part.rsplit_once(' ').is_some_and(|(_, last)| PAPERS.contains(&last));
    // A post that goes on with where somebody holds it.
    let is_post = || part.contains(' ') && POSTS.iter().any(|post| part.starts_with(post));
    if OF_HOUSE.iter().any(|word| part.starts_with(word)) || is_paper() || is_post() {
        return true;
    }
    let Some((first, rest)) = part.split_once(' ') else { return false };
    let is_capital = |word: &str| word.chars().count() > 1 && word.chars().all(char::is_uppercase);
    // "LUND Anne" is how some write a person.
    let is_letters =
        is_capital(first) && (3..=4).contains(&first.chars().count()) && !person.split(' ').any(is_capital);
    let is_numbered = first.starts_with(char::is_alphabetic) && first.ends_with(|c: char| c.is_ascii_digit());
    (is_letters || is_numbered) && rest.chars().any(char::is_lowercase)
}

/// The name in brackets behind an address of mail, as RSS 2.0 writes authors: "ana@news.example (Ana Lund)".
fn named_behind_address(byline: &str) -> Option<&str> {
    let (address, name) = byline.strip_suffix(')')?.split_once('(')?;
    let is_address = address.contains('@') && !address.trim().contains(' ');
    (is_address && name.chars().any(char::is_alphabetic) && !name.contains('@')).then_some(name)
}

/// `byline` with a bar where another label begins, and one sign behind each: "Text: Ana Lund | Fotos: Bo Ek".
pub(super) fn parted(byline: &str) -> Cow<'_, str> {
    if !byline.contains(words::SIGNS) {
        return Cow::Borrowed(byline);
    }
    let mut parted = String::new();
    let mut from = 0;
    let starts = std::iter::once(0).chain(byline.match_indices(' ').map(|(at, _)| at + 1));
    for at in starts.filter(|at| *at < byline.len()) {
        let Some((label, rest)) = words::label(&byline[at..]).filter(|_| at >= from) else { continue };
        // "김하나 기자 / …": what stands behind a name is no label of the next.
        if at > 0 && label.chars().any(text::is_hangul) && words::is_reporter(label) {
            continue;
        }
        parted.push_str(byline[from..at].trim_end_matches(['.', ' ', ',', ';']));
        if at > 0 {
            parted.push_str(" | ");
        }
        parted.push_str(label);
        parted.push_str(if label.chars().any(text::is_dense) { "：" } else { ": " });
        from = byline.len() - rest.len();
    }
    // Most lines hold no label.
    if from == 0 {
        return Cow::Borrowed(byline);
    }
    parted.push_str(&byline[from..]);
    Cow::Owned(parted)
}

/// Whether a name is a role, or of wires that are not named.
fn is_nameless(name: &str) -> bool {
    words::is_role(name)
        || matches!(
            name.to_lowercase().as_str(),
            "wire"
                | "wires"
                | "agencies"
                | "agenturen"
                | "agences"
                | "agencias"
                | "agências"
                | "agenzie"
                | "агентства"
                | "ajanslar"
        )
}

/// Whether the part at `at` can be a name. Where one part says that it is a reporter's, those that don't are desks and papers,
/// unless they are names joined to it.
fn is_named(parts: &[BylinePart], at: usize) -> bool {
    let part = &parts[at];
    let has_reporter = parts.iter().any(|part| words::is_reporter(&part.text));
    if !has_reporter || words::is_reporter(&part.text) || !part.text.chars().any(text::is_dense) {
        return true;
    }
    let is_joined = |at: usize| parts.get(at).is_some_and(|part| part.joint == Joint::Comma);
    let next = parts.get(at + 1).is_some_and(|next| words::is_reporter(&next.text)) || is_joined(at + 2);
    let before = at > 0 && is_joined(at);
    let name = part.text.rsplit(['=', '＝']).next().unwrap_or_default().trim();
    let is_name = match name.chars().all(text::is_hangul) {
        true => korean::is_whole_name(name),
        false => east_asian::is_name(name),
    };
    (before || next && is_joined(at + 1)) && is_name
}

/// What stands between one part of a byline and the part before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// A comma, or a word that joins names.
    Comma,
    /// A slash, which stands before another name or a place.
    Slash,
    /// A bar, a semicolon, a point in the middle: something else begins.
    Bar,
}

#[derive(Debug)]
struct BylinePart {
    text: String,
    joint: Joint,
}

/// Splits at what stands between names.
fn split(byline: &str) -> Vec<BylinePart> {
    let mut parts = vec![BylinePart { text: String::new(), joint: Joint::Bar }];
    let is_dense = byline.chars().any(text::is_dense);
    // Korean joins names with a point; in Chinese the same point stands within the name of a foreigner.
    let is_korean = byline.chars().any(text::is_hangul);
    let byline: Vec<&str> = byline.split(' ').collect();
    for (index, word) in byline.iter().enumerate() {
        let next = byline.get(index + 1).copied();
        let is_pictured = *word == "사진" && next.is_some_and(korean::is_whole_name);
        if index >= 2 && (is_pictured || words::begins_role(word, next)) {
            let last = parts.last_mut().expect("there is always one");
            last.text.truncate(last.text.trim_end_matches(['.', ' ']).len());
            parts.push(BylinePart { text: String::new(), joint: Joint::Bar });
        }
        if index > 0 && words::is_and(word) && !is_before_place(&byline, index) {
            parts.push(BylinePart { text: String::new(), joint: Joint::Comma });
            continue;
        }
        let last = parts.last_mut().expect("there is always one");
        if index > 0 && !last.text.is_empty() {
            last.text.push(' ');
        }
        let word = match words::glued(&byline, index) {
            Some(name) => {
                parts.push(BylinePart { text: String::new(), joint: Joint::Comma });
                name
            }
            None => word,
        };
        let mut before = None;
        for (at, c) in word.char_indices() {
            let next = word[at + c.len_utf8()..].chars().next();
            let is_within = |c: Option<char>| c.is_some_and(text::is_katakana);
            let is_foreign_name = is_within(before) && is_within(next);
            before = Some(c);
            let joint = match c {
                ',' | '&' | '、' | '，' | '،' => Some(Joint::Comma),
                '·' | 'ㆍ' | '∙' | '‧' if is_korean => Some(Joint::Comma),
                '・' | '･' if is_dense && !is_foreign_name => Some(Joint::Comma),
                '/' | '／' | '\\' => Some(Joint::Slash),
                ';' | '|' | '；' | '؛' | '•' | '｜' | '●' | '■' => Some(Joint::Bar),
                _ => None,
            };
            match joint {
                Some(joint) => parts.push(BylinePart { text: String::new(), joint }),
                None => parts.last_mut().expect("there is always one").text.push(c),
            }
        }
    }
    for part in &mut parts {
        part.text = part.text.trim().to_owned();
    }
    parts.retain(|part| !part.text.is_empty());
    parts
}

/// Whether the word at `at`, which joins names in one language and stands before places in another ("en"), is followed by one
/// word that ends the part: a place.
fn is_before_place(words: &[&str], at: usize) -> bool {
    words[at] == "en"
        && at >= 2
        && words.get(at + 1).is_some_and(|next| next.starts_with(char::is_uppercase))
        && (words.get(at + 2).is_none() || words[at + 1].ends_with(','))
}

/// A name whose family name stands first and apart: "Lund, Ana".
fn turned(parts: &[BylinePart]) -> Option<String> {
    let [family, given] = parts else { return None };
    let is_word = |text: &str| {
        !text.contains([' ', '.', ':', '@', PICTURED])
            && text.chars().filter(|c| c.is_alphabetic()).count() > 1
            && text.starts_with(char::is_uppercase)
            && !text.chars().any(text::is_dense)
            && !words::is_role(text)
    };
    // "Lund, A. B.": letters alone are a given name's.
    let is_initials = |text: &str| {
        text.split(' ')
            .all(|word| word.ends_with('.') && word.chars().filter(|c| c.is_alphabetic()).count() == 1)
    };
    let is_given =
        is_initials(&given.text) || is_word(&given.text) && given.text.chars().any(char::is_lowercase);
    (given.joint == Joint::Comma
        && is_word(&family.text)
        && is_given
        && words::role_before(&family.text).is_none())
    .then(|| format!("{} {}", given.text, family.text))
}

/// The names in one part of a byline, without what stands around them.
fn names(part: &str) -> Vec<String> {
    let part = part.trim_matches(|c: char| {
        c.is_whitespace() || c == PICTURED || "-–—:：﹕·*\"“”=>»_~︱丨[]()（）【】［］".contains(c)
    });
    let parts = if part.chars().any(text::is_hangul) {
        korean::names(part)
    } else if part.chars().any(text::is_han) {
        east_asian::names(part)
    } else {
        let part = words::behind_verb(words::without_furniture(undashed(part)));
        match dashed(part) {
            Some(names) => names,
            None => vec![without_place(part).to_owned()],
        }
    };
    parts.iter().filter_map(|part| name(part)).collect()
}

fn name(part: &str) -> Option<String> {
    let part = words::without_suffix(words::without_prefix(part));
    if words::is_nobody(part) {
        return None;
    }
    let part = words::without_role(part);
    let part = words::without_degrees(part).trim_end_matches([',', ':']);
    // "ТАСС Анна Лундина": for whom, and who.
    let behind_wire =
        part.split_once(' ').filter(|(wire, person)| words::is_known_wire(wire) && is_person(person));
    let part = behind_wire.map_or(part, |(_, person)| person);
    // The point of "Jr." is part of the name.
    let is_junior = [" Jr.", " Sr."].iter().any(|end| part.ends_with(end));
    let part = if is_junior { part } else { part.trim_end_matches('.').trim().trim_end_matches([',', ':']) };
    let part = words::undoubled(part);
    let letters = part.chars().filter(|c| c.is_alphabetic()).count();
    let is_name = letters >= 2
        && text::weight(part) <= MAX_LETTERS
        && !words::is_nobody(part)
        && !words::is_of_widget(part)
        && !words::is_clock(part)
        && !east_asian::is_title(part);
    is_name.then(|| part.to_owned())
}

/// The person in `part` beside whom a dash sets one word apart: a place, a desk.
fn undashed(part: &str) -> &str {
    let Some((first, second)) = [" - ", " – ", " — "].iter().find_map(|dash| part.split_once(dash))
    else {
        return part;
    };
    let is_person = |part: &str| is_person(part) && !words::is_role(part);
    let is_word = |part: &str| !part.trim().contains(' ') || words::is_role(part);
    match (is_person(first), is_person(second)) {
        (true, false) if is_word(second) => first,
        (false, true) if is_word(first) => second,
        _ => part,
    }
}

/// The person before a dash, where a person stands there.
fn before_dash(part: &str) -> &str {
    let dash = [" - ", " – ", " — "].iter().find_map(|dash| part.split_once(dash));
    dash.map(|(before, _)| before)
        .filter(|before| is_person(before) && dashed(part).is_none())
        .unwrap_or(part)
}

/// The people whom a dash joins, as Vietnamese papers write it: "An Lâm - Bảo Kế".
fn dashed(part: &str) -> Option<Vec<String>> {
    let is_vietnamese = |c: char| matches!(c, '\u{1ea0}'..='\u{1ef9}' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư');
    if part.is_ascii() || !part.contains(is_vietnamese) {
        return None;
    }
    let names: Vec<&str> =
        [" - ", " – "].iter().find(|dash| part.contains(**dash)).map(|dash| part.split(dash))?.collect();
    let are_people = names.len() <= 4 && names.iter().all(|name| is_person(name) && !words::is_role(name));
    are_people.then(|| names.into_iter().map(str::to_owned).collect())
}

/// `part` without the place that a correspondent writes from: "Anna Berg in Seoul".
fn without_place(part: &str) -> &str {
    const BEFORE_PLACES: &[&str] =
        &["in", "at", "from", "aus", "à", "en", "desde", "em", "i", "fra", "från", "из", "в", "у", "з", "із"];
    let is_capital = part.chars().all(|c| !c.is_lowercase());
    let is_prefixed = words::without_prefix(part) != part;
    let mut at = 0;
    for (index, word) in part.split(' ').enumerate() {
        let is_preposition = match is_capital {
            true => word.len() > 1 && BEFORE_PLACES.contains(&word.to_lowercase().as_str()),
            false => BEFORE_PLACES.contains(&word),
        };
        // "Institute for …" is a body, "By … for …" and "Ana Lund for The …" a person.
        let is_paper = || {
            let before = part[..at].trim_end();
            index == 2
                && word.eq_ignore_ascii_case("for")
                && part[at + word.len()..].to_ascii_lowercase().starts_with(" the ")
                && is_person(before)
        };
        let lower = word.to_lowercase();
        let is_for =
            is_prefixed && matches!(lower.as_str(), "for" | "für" | "pour" | "voor" | "of") || is_paper();
        let place = part.get(at + word.len() + 1..).unwrap_or_default();
        let place = place.strip_prefix("the ").unwrap_or(place);
        let is_place = place.split(' ').count() <= 3 && place.split(' ').all(words::begins_name);
        if index >= 2 && (is_preposition || is_for) && is_place {
            return part[..at].trim_end();
        }
        at += word.len() + 1;
    }
    part
}

/// Brackets hold addresses, papers and places, unless they hold everything. One that says that somebody took pictures leaves
/// its mark.
fn without_brackets(byline: &str) -> String {
    let pairs = [
        ('(', ')'),
        ('[', ']'),
        ('（', '）'),
        ('【', '】'),
        ('［', '］'),
        ('<', '>'),
        ('〈', '〉'),
        ('〔', '〕'),
    ];
    let mut current = byline.to_owned();
    for (open, close) in pairs.into_iter().filter(|(open, _)| byline.contains(*open)) {
        let inner = current.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(inner) = inner.filter(|inner| !inner.contains(open)) {
            current = inner.to_owned();
            continue;
        }
        while let Some(start) = current.find(open) {
            let Some(length) = current[start..].find(close) else { break };
            let inner = &current[start + open.len_utf8()..start + length];
            // "Anne Lund (avec AFP)".
            let inner =
                inner.split_once(' ').filter(|(and, _)| words::is_and(and)).map_or(inner, |(_, rest)| rest);
            let left = match () {
                () if words::is_picture(inner) => PICTURED.to_string(),
                // "Ana Lund (dpa)": both wrote it.
                () if is_person(current[..start].trim_end()) && is_agency(inner.trim()) => {
                    format!(", {},", inner.trim())
                }
                () => " ".to_owned(),
            };
            current.replace_range(start..start + length + close.len_utf8(), &left);
        }
    }
    current
}

/// Whether what stands in brackets behind a person is the wire that they write for.
fn is_agency(bracket: &str) -> bool {
    bracket.chars().count() > 2 && words::is_wire(bracket)
}

/// `byline` with a bar in place of what is never part of a name: addresses of mail and web, handles, dates and times. Digits
/// within a word are a pen name's ("sailor7").
fn without_noise(byline: &str) -> String {
    if !byline.contains(|c: char| c.is_ascii_digit() || c == '@') && !byline.contains("://") {
        return byline.to_owned();
    }
    let chars: Vec<char> = byline.chars().collect();
    let mut kept: Vec<char> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let is_of_word = kept.last().is_some_and(char::is_ascii_alphabetic);
        let end = match c {
            '@' => {
                while kept.last().is_some_and(|c| c.is_ascii_alphanumeric() || "._%+-".contains(*c)) {
                    kept.pop();
                }
                run(&chars, at + 1, |c| c.is_alphanumeric() || "._-".contains(c))
            }
            ':' if chars[at..].starts_with(&[':', '/', '/']) => {
                while kept.last().is_some_and(char::is_ascii_alphabetic) {
                    kept.pop();
                }
                run(&chars, at, |c| !c.is_whitespace())
            }
            // "바다뉴스1": a digit that no date begins with.
            c if c.is_ascii_digit()
                && kept.last().is_some_and(|last| text::is_hangul(*last))
                && ends_word(&chars, at + 1) =>
            {
                kept.push(c);
                at += 1;
                continue;
            }
            c if c.is_ascii_digit() && is_of_word => {
                let end = run(&chars, at, |c| c.is_ascii_digit());
                kept.extend(&chars[at..end]);
                at = end;
                continue;
            }
            c if c.is_ascii_digit() => {
                let end = run(&chars, at, |c| c.is_ascii_digit() || "-./:年月日년월일".contains(c));
                // The time stands behind the day.
                let goes_on =
                    chars.get(end) == Some(&' ') && chars.get(end + 1).is_some_and(char::is_ascii_digit);
                if goes_on {
                    run(&chars, end + 1, |c| c.is_ascii_digit() || "-./:年月日년월일".contains(c))
                } else {
                    end
                }
            }
            c => {
                kept.push(c);
                at += 1;
                continue;
            }
        };
        kept.extend([' ', '|', ' ']);
        at = end;
    }
    kept.into_iter().collect()
}

/// Whether no letter, digit or sign of a date goes on at `at`.
fn ends_word(chars: &[char], at: usize) -> bool {
    chars.get(at).is_none_or(|next| matches!(next, ' ' | ',' | '·' | ')'))
}

/// Where the run of characters like these ends that begins at `from`.
fn run(chars: &[char], from: usize, is_like: impl Fn(char) -> bool) -> usize {
    from + chars[from..].iter().take_while(|c| is_like(**c)).count()
}
