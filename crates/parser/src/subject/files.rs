//! The files of a subject: `subject.toml`, `names.tsv` and, where there is one, `gazetteer.tsv`, `words.tsv`, `weights.tsv` and, where there is
//! one, `signs.tsv`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

use super::SubjectError;
use super::lexicon::{Group, Name, Role, Sides, SpellingTarget, Term};
use super::rules::{Rule, Weights};
use super::signs::Signs;
use super::spelling::{Endings, Spelling};
use super::table::Table;

/// `subject.toml`, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: String,
    threshold: f64,
    /// From this score up to the threshold: borderline. The threshold itself where it is missing.
    borderline: Option<f64>,
    /// Whether borderline articles are published.
    #[serde(default)]
    publish_borderline: bool,
    sides: SideNames,
    endings: EndingTable,
    /// Words that join what is named in one breath: "and", "or".
    #[serde(default)]
    joints: Vec<String>,
    /// Groups of `words.tsv`, by what they do.
    words: WordRoles,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SideNames {
    a: String,
    b: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndingTable {
    #[serde(default)]
    cyrillic: Vec<String>,
    #[serde(default)]
    latin: Vec<String>,
    #[serde(default)]
    hangul: Vec<String>,
}

/// Which groups of words do what; a group may do several things.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordRoles {
    /// Words for what the sides do with one another.
    pub(crate) dealing: Vec<String>,
    /// Words of armed force: they make a conditional name count.
    pub(crate) force: Vec<String>,
    /// Words of other things that one side does without the other.
    pub(crate) aside: Vec<String>,
    /// Words that head a list of other stories.
    pub(crate) related: Vec<String>,
}

/// A subject's data, checked.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) name: String,
    pub(crate) sides: [String; 2],
    pub(crate) threshold: f64,
    pub(crate) borderline: f64,
    pub(crate) publish_borderline: bool,
    pub(crate) endings: Endings,
    pub(crate) names: Vec<Name>,
    /// What each group of words does.
    pub(crate) groups: Vec<Group>,
    pub(crate) terms: Vec<Term>,
    /// Words that join what is named in one breath, folded.
    pub(crate) joints: Vec<String>,
    pub(crate) weights: Weights,
    pub(crate) signs: Signs,
}

const HEAD: &str = "subject.toml";
const NAMES: &str = "names.tsv";
const GAZETTEER: &str = "gazetteer.tsv";
const WORDS: &str = "words.tsv";
const WEIGHTS: &str = "weights.tsv";
const SIGNS: &str = "signs.tsv";

/// The columns of `names.tsv` and `gazetteer.tsv` that hold no spellings.
const NAME_COLUMNS: [&str; 6] = ["id", "type", "side", "role", "qid", "note"];

/// The columns of `words.tsv` that hold no spellings.
const WORD_COLUMNS: [&str; 2] = ["group", "note"];

impl Data {
    /// Reads and checks the files.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(crate) fn read(files: &BTreeMap<String, String>) -> Result<Self, SubjectError> {
        let text = |file: &str| {
            files.get(file).map(String::as_str).ok_or_else(|| {
                let rest = [HEAD, NAMES, WORDS, WEIGHTS].join(", ");
                SubjectError::new(file, 0, "the file is missing", format!("a subject's folder holds {rest}"))
            })
        };
        let head = head(text(HEAD)?)?;
        let mut terms = Vec::new();
        let mut names = Vec::new();
        let mut known = HashMap::new();
        add_names(NAMES, text(NAMES)?, &mut known, &mut names, &mut terms)?;
        if let Some(gazetteer) = files.get(GAZETTEER) {
            add_names(GAZETTEER, gazetteer, &mut known, &mut names, &mut terms)?;
        }
        let (groups, group_names) = words(text(WORDS)?, &head.words, text(HEAD)?, &mut terms)?;
        let weights = weights(text(WEIGHTS)?)?;
        let fold_all = |written: &[String]| written.iter().map(|word| super::fold::fold(word)).collect();
        check_groups(text(WORDS)?, &head.words, files.get(SIGNS).map(String::as_str))?;
        let mut signs = Signs::new(group_names);
        if let Some(table) = files.get(SIGNS) {
            add_signs(table, &mut signs)?;
        }
        Ok(Self {
            name: head.name,
            sides: [head.sides.a, head.sides.b],
            threshold: head.threshold,
            borderline: head.borderline.unwrap_or(head.threshold),
            publish_borderline: head.publish_borderline,
            endings: Endings {
                cyrillic: fold_all(&head.endings.cyrillic),
                latin: fold_all(&head.endings.latin),
                // An empty particle would never end the chain of particles.
                hangul: fold_all(&head.endings.hangul)
                    .into_iter()
                    .filter(|ending: &String| !ending.is_empty())
                    .collect(),
            },
            names,
            groups,
            terms,
            joints: fold_all(&head.joints),
            weights,
            signs,
        })
    }
}

fn head(text: &str) -> Result<Head, SubjectError> {
    let head: Head = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        SubjectError::new(
            HEAD,
            line,
            error.message(),
            "see the comments of the subject that comes with Dateline",
        )
    })?;
    if !(head.threshold > 0.0 && head.threshold < 1.0) {
        let line = text.find("threshold").map_or(1, |at| line_of(text, at));
        return Err(SubjectError::new(
            HEAD,
            line,
            "the threshold is out of range",
            "choose one between 0 and 1, such as 0.5",
        ));
    }
    if head.borderline.is_some_and(|borderline| !(borderline > 0.0 && borderline <= head.threshold)) {
        let line = text.find("borderline").map_or(1, |at| line_of(text, at));
        return Err(SubjectError::new(
            HEAD,
            line,
            "what is borderline does not begin between 0 and the threshold",
            "choose a number below the threshold, or remove the line",
        ));
    }
    Ok(head)
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Adds the names of `file`. In the gazetteer, a row whose id is `known` adds its spellings to that name.
fn add_names<'t>(
    file: &'t str,
    text: &'t str,
    known: &mut HashMap<&'t str, u32>,
    names: &mut Vec<Name>,
    terms: &mut Vec<Term>,
) -> Result<(), SubjectError> {
    let table = Table::parse(file, text, &["id", "type", "side"])?;
    for row in table.rows() {
        let id = table.cell(row, "id");
        if let (GAZETTEER, Some(name)) = (file, known.get(id)) {
            add_terms(&table, row, &NAME_COLUMNS, SpellingTarget::Name(*name), terms)?;
            continue;
        }
        if id.is_empty() || known.contains_key(id) {
            return Err(table.error(
                row,
                format!("the id `{id}` is empty or taken"),
                "give every row an id of its own",
            ));
        }
        let side = table.cell(row, "side");
        let sides = Sides::parse(side).ok_or_else(|| {
            table.error(
                row,
                format!("`{side}` names no side"),
                "write A or B (a or b for a weak sign), both, or -",
            )
        })?;
        let role = match table.cell(row, "role") {
            "" => Role::Plain,
            "state" => Role::State,
            "third" => Role::Third,
            "medium" => Role::Medium,
            other => {
                return Err(table.error(
                    row,
                    format!("`{other}` is no role"),
                    "write state, third or medium, or nothing",
                ));
            }
        };
        let kind = match table.cell(row, "type") {
            "" => {
                return Err(table.error(
                    row,
                    "the type is missing",
                    "write person, place, …, or - for what is no entity",
                ));
            }
            "-" => None,
            kind => Some(kind.to_owned()),
        };
        let name = names.len() as u32;
        known.insert(id, name);
        names.push(Name { id: id.to_owned(), kind, sides, role });
        add_terms(&table, row, &NAME_COLUMNS, SpellingTarget::Name(name), terms)?;
    }
    for row in table.rows() {
        let id = table.cell(row, "id");
        if let Some(unknown) = id.split('+').find(|part| !known.contains_key(part) && *part != id) {
            return Err(table.error(
                row,
                format!("`{unknown}` is no row's id"),
                "a `+` joins the ids of other rows",
            ));
        }
    }
    Ok(())
}

fn words(
    text: &str,
    roles: &WordRoles,
    head: &str,
    terms: &mut Vec<Term>,
) -> Result<(Vec<Group>, Vec<String>), SubjectError> {
    let table = Table::parse(WORDS, text, &["group"])?;
    let mut ids: Vec<&str> = Vec::new();
    for row in table.rows() {
        let id = table.cell(row, "group");
        let at = ids.iter().position(|known| *known == id).unwrap_or_else(|| {
            ids.push(id);
            ids.len() - 1
        });
        add_terms(&table, row, &WORD_COLUMNS, SpellingTarget::Word(at as u16), terms)?;
    }
    let mut groups = vec![Group::default(); ids.len()];
    type Mark = fn(&mut Group);
    let marks: [(&[String], Mark); 4] = [
        (&roles.dealing, |group| group.dealing = true),
        (&roles.force, |group| group.force = true),
        (&roles.aside, |group| group.aside = true),
        (&roles.related, |group| group.related = true),
    ];
    for (names, mark) in marks {
        for name in names {
            let Some(at) = ids.iter().position(|id| id == name) else {
                let line = head.find(&format!("\"{name}\"")).map_or(1, |at| line_of(head, at));
                let what = format!("`{name}` is no group of {WORDS}");
                return Err(SubjectError::new(
                    HEAD,
                    line,
                    what,
                    format!("the groups there are: {}", ids.join(", ")),
                ));
            };
            mark(&mut groups[at]);
        }
    }
    Ok((groups, ids.into_iter().map(str::to_owned).collect()))
}

/// Finds groups of words that count for nothing, as one with a mistyped name does: neither `subject.toml` nor a sign names them.
fn check_groups(text: &str, roles: &WordRoles, signs: Option<&str>) -> Result<(), SubjectError> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for names in [&roles.dealing, &roles.force, &roles.aside, &roles.related] {
        known.extend(names.iter().map(String::as_str));
    }
    if let Some(signs) = signs {
        let table = Table::parse(SIGNS, signs, &["sign", "with"])?;
        for row in table.rows() {
            known.extend([table.cell(row, "sign"), table.cell(row, "with")]);
        }
    }
    let table = Table::parse(WORDS, text, &["group"])?;
    for row in table.rows() {
        let group = table.cell(row, "group");
        if !known.contains(group) {
            let what = format!("the group `{group}` is unknown: neither {HEAD} nor {SIGNS} names it");
            return Err(table.error(
                row,
                what,
                format!("name it under [words] in {HEAD}, or write its name as there"),
            ));
        }
    }
    Ok(())
}

fn add_terms(
    table: &Table<'_>,
    row: &super::table::Row<'_>,
    reserved: &[&str],
    meaning: SpellingTarget,
    terms: &mut Vec<Term>,
) -> Result<(), SubjectError> {
    for (language, written) in table.spellings(row, reserved) {
        let spellings = Spelling::parse(written)
            .map_err(|what| table.error(row, what, "see the signs in the subject's README"))?;
        terms.extend(spellings.into_iter().map(|spelling| Term {
            spelling,
            meaning,
            language: language.to_owned(),
            line: row.line,
        }));
    }
    Ok(())
}

fn add_signs(text: &str, signs: &mut Signs) -> Result<(), SubjectError> {
    let table = Table::parse(SIGNS, text, &["where", "sign", "with", "weight"])?;
    for row in table.rows() {
        let weight = number(&table, row)?;
        let (zone, sign, with) = (table.cell(row, "where"), table.cell(row, "sign"), table.cell(row, "with"));
        signs.set(zone, sign, with, weight).map_err(|unknown| {
            let what = format!("`{unknown}` is no place, sign or group of words");
            table.error(row, what, "fit the file anew with tools/relevance/fit.py, or remove the row")
        })?;
    }
    Ok(())
}

/// The number in a row's column `weight`.
fn number(table: &Table<'_>, row: &super::table::Row<'_>) -> Result<f64, SubjectError> {
    let weight = table.cell(row, "weight");
    let number = weight.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| {
        table.error(row, format!("`{weight}` is no weight"), "write a number such as 1.25 or -0.5")
    })
}

fn weights(text: &str) -> Result<Weights, SubjectError> {
    let table = Table::parse(WEIGHTS, text, &["rule", "weight"])?;
    let mut weights = Weights::default();
    for row in table.rows() {
        let name = table.cell(row, "rule");
        let rule = Rule::from_name(name).ok_or_else(|| {
            let known: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
            table.error(
                row,
                format!("there is no rule `{name}`"),
                format!("the rules are: {}", known.join(", ")),
            )
        })?;
        weights.set(rule, number(&table, row)?);
    }
    Ok(weights)
}
