//! The files of a subject: `subject.toml`, `names.tsv` and, where there is one, `gazetteer.tsv`, `words.tsv`, `weights.tsv` and, where there is
//! one, `signs.tsv`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

use super::SubjectProblem;
use super::lexicon::{Group, Name, Role, Sides, SpellingTarget, Term};
use super::rules::{Rule, Weights};
use super::signs::Signs;
use super::spelling::{Endings, Spelling};
use super::table::Table;
use super::topics::TopicGroups;
use crate::toml_reading::{self, TomlProblem};

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
    /// What articles may be about, by the groups of words that tell it.
    #[serde(default)]
    topics: BTreeMap<String, Vec<String>>,
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
    /// What articles may be about.
    pub(crate) topics: Vec<TopicGroups>,
    pub(crate) weights: Weights,
    pub(crate) signs: Signs,
}

/// Every file that a subject is read from.
pub(crate) const FILES: [&str; 6] = [GAZETTEER, NAMES, SIGNS, HEAD, WEIGHTS, WORDS];

const HEAD: &str = "subject.toml";
const NAMES: &str = "names.tsv";
const GAZETTEER: &str = "gazetteer.tsv";
const WORDS: &str = "words.tsv";
const WEIGHTS: &str = "weights.tsv";
const SIGNS: &str = "signs.tsv";

/// The columns of `names.tsv` and `gazetteer.tsv` that hold no spellings.
const NAME_COLUMNS: [&str; 6] = ["id", "type", "side", "role", "qid", "note"];

/// Those of them that must be there.
const NAME_KEYS: [&str; 3] = ["id", "type", "side"];

/// The columns of `words.tsv` that hold no spellings.
const WORD_COLUMNS: [&str; 2] = ["group", "note"];

impl Data {
    /// Reads and checks the files.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn read(files: &BTreeMap<String, String>) -> Result<Self, Vec<SubjectProblem>> {
        let mut problems = Vec::new();
        for file in [HEAD, NAMES, WORDS, WEIGHTS] {
            if !files.contains_key(file) {
                let rest = [HEAD, NAMES, WORDS, WEIGHTS].join(", ");
                let remedy = format!("a subject's folder holds {rest}");
                problems.push(SubjectProblem::new(file, 0, "the file is missing", remedy));
            }
        }
        let text = |file: &str| files.get(file).map(String::as_str);
        let mut table = |file, required: &[&str]| Table::parse(file, text(file)?, required, &mut problems);
        let names_tables = [table(NAMES, &NAME_KEYS), table(GAZETTEER, &NAME_KEYS)];
        let words_table = table(WORDS, &["group"]);
        let weights_table = table(WEIGHTS, &["rule", "weight"]);
        let signs_table = table(SIGNS, &["where", "sign", "with", "weight"]);

        let mut terms = Vec::new();
        let mut names = Vec::new();
        let mut known = HashMap::new();
        for table in names_tables.iter().flatten() {
            add_names(table, &mut known, &mut names, &mut terms, &mut problems);
        }
        let head = text(HEAD).and_then(|text| head(text, &mut problems));
        let (mut groups, mut group_names) = (Vec::new(), Vec::new());
        if let Some(table) = &words_table {
            (groups, group_names) = words(table, &mut terms, &mut problems);
            if let Some(head) = &head {
                let text = text(HEAD).unwrap_or_default();
                // A name that is mistyped in one of the two files is told once.
                if mark_groups(head, text, &group_names, &mut groups, &mut problems) {
                    check_groups(table, head, signs_table.as_ref(), &mut groups, &mut problems);
                }
            }
        }
        let weights = weights_table.map(|table| weights(&table, &mut problems)).unwrap_or_default();
        let topics = head.iter().flat_map(|head| &head.topics).map(|(id, names)| {
            let groups = names.iter().filter_map(|name| group_names.iter().position(|known| known == name));
            TopicGroups { id: id.clone(), groups: groups.map(|at| at as u16).collect() }
        });
        let topics = topics.collect();
        let mut signs = Signs::new(group_names);
        if let Some(table) = &signs_table {
            add_signs(table, &mut signs, &mut problems);
        }
        // Without a problem there is a head.
        let Some(head) = head.filter(|_| problems.is_empty()) else { return Err(problems) };
        let fold_all = |written: &[String]| written.iter().map(|word| super::fold::fold(word)).collect();
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
            topics,
            weights,
            signs,
        })
    }
}

/// `subject.toml`, where it can be read; what is wrong with it goes to `problems`.
fn head(text: &str, problems: &mut Vec<SubjectProblem>) -> Option<Head> {
    let mut wrong = |line, what: &str, remedy: &str| {
        problems.push(SubjectProblem::new(HEAD, line, what, remedy));
    };
    let (head, unsuited) = toml_reading::read::<Head>(text);
    for TomlProblem { at, what } in unsuited {
        wrong(line_of(text, at), &what, "see the comments of the subject that comes with Dateline");
    }
    let head = head?;
    let line = |setting: &str| text.find(setting).map_or(1, |at| line_of(text, at));
    if !(head.threshold > 0.0 && head.threshold < 1.0) {
        wrong(line("threshold"), "the threshold is out of range", "choose one between 0 and 1, such as 0.5");
    }
    if head.borderline.is_some_and(|borderline| !(borderline > 0.0 && borderline <= head.threshold)) {
        wrong(
            line("borderline"),
            "what is borderline does not begin between 0 and the threshold",
            "choose a number below the threshold, or remove the line",
        );
    }
    Some(head)
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Adds the names of `table`. In the gazetteer, a row whose id is `known` adds its spellings to that name.
fn add_names<'t>(
    table: &Table<'t>,
    known: &mut HashMap<&'t str, u32>,
    names: &mut Vec<Name>,
    terms: &mut Vec<Term>,
    problems: &mut Vec<SubjectProblem>,
) {
    for row in table.rows() {
        let id = table.cell(row, "id");
        if let (GAZETTEER, Some(name)) = (table.file(), known.get(id)) {
            add_terms(table, row, &NAME_COLUMNS, SpellingTarget::Name(*name), terms, problems);
            continue;
        }
        let mut wrong = |what: String, remedy| problems.push(table.problem(row, what, remedy));
        if id.is_empty() || known.contains_key(id) {
            wrong(format!("the id `{id}` is empty or taken"), "give every row an id of its own");
            continue;
        }
        // Known even where the rest of its row is wrong: other rows may join it.
        let name = names.len() as u32;
        known.insert(id, name);
        let side = table.cell(row, "side");
        let sides = Sides::parse(side);
        if sides.is_none() {
            wrong(format!("`{side}` names no side"), "write A or B (a or b for a weak sign), both, or -");
        }
        let role = match table.cell(row, "role") {
            "" => Some(Role::Plain),
            "state" => Some(Role::State),
            "third" => Some(Role::Third),
            "medium" => Some(Role::Medium),
            "shared" => Some(Role::Shared),
            other => {
                wrong(format!("`{other}` is no role"), "write state, third, medium or shared, or nothing");
                None
            }
        };
        if role == Some(Role::Shared) && sides == Some(Sides::default()) {
            wrong(
                "a name that others bear, too, stands for no side".to_owned(),
                "write the side that it may stand for, or no role",
            );
        }
        let kind = match table.cell(row, "type") {
            "" => {
                wrong("the type is missing".to_owned(), "write person, place, …, or - for what is no entity");
                None
            }
            "-" => None,
            kind => Some(kind.to_owned()),
        };
        if let (Some(sides), Some(role)) = (sides, role) {
            let wikidata = Some(table.cell(row, "qid")).filter(|qid| !qid.is_empty()).map(str::to_owned);
            names.push(Name { id: id.to_owned(), kind, sides, role, wikidata, labels: labels(table, row) });
        }
        add_terms(table, row, &NAME_COLUMNS, SpellingTarget::Name(name), terms, problems);
    }
    for row in table.rows() {
        let id = table.cell(row, "id");
        if let Some(unknown) = id.split('+').find(|part| !known.contains_key(part) && *part != id) {
            problems.push(table.problem(
                row,
                format!("`{unknown}` is no row's id"),
                "a `+` joins the ids of other rows",
            ));
        }
    }
}

/// What the row's name is called: the first spelling of each language that needs no introduction, as it is written there.
fn labels(table: &Table<'_>, row: &super::table::Row<'_>) -> Vec<(String, String)> {
    let mut labels: Vec<(String, String)> = Vec::new();
    for (language, written) in table.spellings(row, &NAME_COLUMNS) {
        let is_short = written.starts_with(['~', '@', '^']);
        if is_short || labels.iter().any(|(known, _)| known == language) {
            continue;
        }
        let label = written.trim_start_matches(['+', '=', '*']).trim_end_matches('*').replace('|', "");
        labels.push((language.to_owned(), label));
    }
    labels
}

/// The groups of words, which do nothing yet, and their names.
fn words(
    table: &Table<'_>,
    terms: &mut Vec<Term>,
    problems: &mut Vec<SubjectProblem>,
) -> (Vec<Group>, Vec<String>) {
    let mut ids: Vec<&str> = Vec::new();
    for row in table.rows() {
        let id = table.cell(row, "group");
        let at = ids.iter().position(|known| *known == id).unwrap_or_else(|| {
            ids.push(id);
            ids.len() - 1
        });
        add_terms(table, row, &WORD_COLUMNS, SpellingTarget::Word(at as u16), terms, problems);
    }
    (vec![Group::default(); ids.len()], ids.into_iter().map(str::to_owned).collect())
}

/// Has each of the groups, which are called `names`, do what `subject.toml`, whose text is `head`, says. Whether it names none that isn't
/// there.
fn mark_groups(
    Head { words: roles, topics, .. }: &Head,
    head: &str,
    names: &[String],
    groups: &mut [Group],
    problems: &mut Vec<SubjectProblem>,
) -> bool {
    let before = problems.len();
    type Mark = fn(&mut Group);
    let marks: [(&[String], Mark); 4] = [
        (&roles.dealing, |group| group.dealing = true),
        (&roles.force, |group| group.force = true),
        (&roles.aside, |group| group.aside = true),
        (&roles.related, |group| group.related = true),
    ];
    let topical: Mark = |group| group.topical = true;
    let topics = topics.values().map(|names| (names.as_slice(), topical));
    let marks = marks.into_iter().chain(topics);
    for (name, mark) in marks.flat_map(|(names, mark)| names.iter().map(move |name| (name, mark))) {
        match names.iter().position(|known| known == name) {
            Some(at) => mark(&mut groups[at]),
            None => {
                let line = head.find(&format!("\"{name}\"")).map_or(1, |at| line_of(head, at));
                let what = format!("`{name}` is no group of {WORDS}");
                let remedy = format!("the groups there are: {}", names.join(", "));
                problems.push(SubjectProblem::new(HEAD, line, what, remedy));
            }
        }
    }
    problems.len() == before
}

/// Finds groups of words that count for nothing, as one with a mistyped name does: neither `subject.toml` nor a sign names them. Marks those
/// that only topics name.
fn check_groups(
    table: &Table<'_>,
    Head { words: roles, .. }: &Head,
    signs: Option<&Table<'_>>,
    groups: &mut [Group],
    problems: &mut Vec<SubjectProblem>,
) {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for names in [&roles.dealing, &roles.force, &roles.aside, &roles.related] {
        known.extend(names.iter().map(String::as_str));
    }
    for (signs, row) in signs.iter().flat_map(|signs| signs.rows().iter().map(move |row| (signs, row))) {
        known.extend([signs.cell(row, "sign"), signs.cell(row, "with")]);
    }
    let mut ids: Vec<&str> = Vec::new();
    for row in table.rows() {
        let group = table.cell(row, "group");
        if ids.contains(&group) {
            continue;
        }
        let marked = &mut groups[ids.len()];
        ids.push(group);
        marked.topic_only = marked.topical && !known.contains(group);
        if !known.contains(group) && !marked.topical {
            let what = format!("the group `{group}` is unknown: neither {HEAD} nor {SIGNS} names it");
            let remedy = format!("name it under [words] in {HEAD}, or write its name as there");
            problems.push(table.problem(row, what, remedy));
        }
    }
}

fn add_terms(
    table: &Table<'_>,
    row: &super::table::Row<'_>,
    reserved: &[&str],
    meaning: SpellingTarget,
    terms: &mut Vec<Term>,
    problems: &mut Vec<SubjectProblem>,
) {
    for (language, written) in table.spellings(row, reserved) {
        match Spelling::parse(written) {
            Ok(spellings) => terms.extend(spellings.into_iter().map(|spelling| Term {
                spelling,
                meaning,
                language: language.to_owned(),
                line: row.line,
            })),
            Err(what) => problems.push(table.problem(row, what, "see the signs in the subject's README")),
        }
    }
}

fn add_signs(table: &Table<'_>, signs: &mut Signs, problems: &mut Vec<SubjectProblem>) {
    // A group that was renamed may stand in many rows.
    let mut told = BTreeSet::new();
    for row in table.rows() {
        let Some(weight) = number(table, row, problems) else { continue };
        let (zone, sign, with) = (table.cell(row, "where"), table.cell(row, "sign"), table.cell(row, "with"));
        if let Err(unknown) = signs.set(zone, sign, with, weight)
            && told.insert(unknown.to_owned())
        {
            let what = format!("`{unknown}` is no place, sign or group of words");
            let remedy = "fit the file anew with tools/relevance/fit.py, or remove the row";
            problems.push(table.problem(row, what, remedy));
        }
    }
}

/// The number in a row's column `weight`.
fn number(table: &Table<'_>, row: &super::table::Row<'_>, problems: &mut Vec<SubjectProblem>) -> Option<f64> {
    let weight = table.cell(row, "weight");
    let number = weight.parse::<f64>().ok().filter(|number| number.is_finite());
    if number.is_none() {
        let what = format!("`{weight}` is no weight");
        problems.push(table.problem(row, what, "write a number such as 1.25 or -0.5"));
    }
    number
}

fn weights(table: &Table<'_>, problems: &mut Vec<SubjectProblem>) -> Weights {
    let mut weights = Weights::default();
    for row in table.rows() {
        let name = table.cell(row, "rule");
        let Some(rule) = Rule::from_name(name) else {
            let known: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
            let remedy = format!("the rules are: {}", known.join(", "));
            problems.push(table.problem(row, format!("there is no rule `{name}`"), remedy));
            continue;
        };
        if let Some(weight) = number(table, row, problems) {
            weights.set(rule, weight);
        }
    }
    weights
}
