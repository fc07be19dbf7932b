//! Whether an article is about the subject, whom it names, and why we say so.
//!
//! A subject is two sides and what they have to do with one another, and it is data: a folder of files that name the sides
//! in every script, the words of their dealings, and the weight of each rule. No name stands in this code.
//!
//! A text is folded ([`fold`]) so that one spelling is compared; one pass finds every name and word
//! ([`lexicon`], [`spelling`]); what counts is gathered sentence by sentence ([`analysis`], [`sentence`]); the rules ask
//! about sentences that name both sides ([`rules`]), signs say what else examples taught ([`signs`]), and their weighted sum is the
//! score. [`scan`] dismisses pages of an
//! archive by their bytes, before all this.

mod analysis;
mod entities;
mod error;
mod files;
mod fold;
mod lexicon;
mod rules;
mod scan;
mod sentence;
mod signs;
mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod topics;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use dateline_wire::{Judgement, Label, Relevance};

pub use error::{SubjectError, SubjectProblem};
use files::Data;
use lexicon::{Group, Lexicon, Name};
use rules::Weights;
pub use scan::Scanner;
use signs::Signs;
use topics::TopicGroups;

/// What a rule looks at, in a sentence: of one that reasons name and that is no sign.
pub fn rule_meaning(name: &str) -> Option<&'static str> {
    rules::Rule::from_name(name).map(rules::Rule::meaning)
}

/// A subject, read from its files and ready to judge; cheap to share behind an `Arc`, safe to use from many threads.
#[derive(Debug)]
pub struct Subject {
    name: String,
    sides: [String; 2],
    threshold: f64,
    borderline: f64,
    publish_borderline: bool,
    names: Vec<Name>,
    by_id: BTreeMap<String, u32>,
    groups: Vec<Group>,
    joints: Vec<String>,
    topics: Vec<TopicGroups>,
    lexicon: Arc<Lexicon>,
    weights: Weights,
    signs: Signs,
    /// Made when it is first asked for: only backfills need it, and it takes longer than all the rest.
    scanner: OnceLock<Scanner>,
}

impl Subject {
    /// The files that a subject is read from, by their names in its folder.
    pub const FILES: [&str; 6] = files::FILES;

    /// Reads a subject from its files: names (relative to the subject's folder) with their text.
    ///
    /// Wanted are `subject.toml`, `names.tsv`, `words.tsv` and `weights.tsv`; `gazetteer.tsv` adds names, `signs.tsv` what
    /// signs weigh; other files are left alone.
    ///
    /// # Errors
    /// [`SubjectError`] names of everything that is wrong the file, the line, and what would be right.
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self, SubjectError> {
        let data = Data::read(files).map_err(|problems| SubjectError { problems })?;
        let lexicon = Lexicon::new(data.terms, data.endings);
        let too_short = scan::naming_terms(&lexicon, &data.names)
            .filter(|term| !scan::can_be_sought(&term.spelling))
            .map(|term| {
                let what =
                    format!("`{}` is too short to look for in a page's bytes", term.spelling.literal());
                let remedy =
                    "give it a longer word, or put `~` in front so that it counts beside a clear name only";
                SubjectProblem::new("names.tsv", term.line, what, remedy)
            });
        let problems: Vec<SubjectProblem> = too_short.collect();
        if !problems.is_empty() {
            return Err(SubjectError { problems });
        }
        let by_id = data.names.iter().zip(0..).map(|(name, index)| (name.id.clone(), index)).collect();
        Ok(Self {
            name: data.name,
            sides: data.sides,
            threshold: data.threshold,
            borderline: data.borderline,
            publish_borderline: data.publish_borderline,
            names: data.names,
            by_id,
            groups: data.groups,
            joints: data.joints,
            topics: data.topics,
            lexicon: Arc::new(lexicon),
            weights: data.weights,
            signs: data.signs,
            scanner: OnceLock::new(),
        })
    }

    /// The subject's name, for logs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its two sides, for people.
    pub fn sides(&self) -> [&str; 2] {
        [&self.sides[0], &self.sides[1]]
    }

    /// Whether articles with this label are published: what is relevant and, if the subject says so, what is borderline.
    pub fn publishes(&self, label: Label) -> bool {
        match label {
            Label::Relevant => true,
            Label::Borderline => self.publish_borderline,
            Label::NotRelevant => false,
            // It is published without asking.
            Label::NotJudged => true,
        }
    }

    /// Judges one article. `language` is its BCP 47 tag where known; spans count into `title` and `body` as given.
    ///
    /// The cost is linear in the text's length.
    pub fn judge(&self, title: &str, body: &str, language: Option<&str>) -> Judgement {
        let language = language_of(title, body, language);
        let (title_text, body_text) = self.read(title, body, &language);
        let findings = rules::findings(&title_text, &body_text, &self.names);
        let mut reasons = rules::reasons(findings, &self.weights);
        reasons.extend(self.signs.reasons(self.signs.findings(&title_text, &body_text, &self.names)));
        let score = rules::score(&reasons);
        let label = match score {
            _ if score >= self.threshold => Label::Relevant,
            _ if score >= self.borderline => Label::Borderline,
            _ => Label::NotRelevant,
        };
        let topics = match label {
            Label::NotRelevant => Vec::new(),
            _ => topics::topics(&title_text, &body_text, &self.topics),
        };
        Judgement {
            relevance: Relevance {
                label,
                score: Some(score),
                reasons,
                passages: rules::passages(&body_text),
            },
            entities: entities::entities(
                (title, &title_text),
                (body, &body_text),
                &self.names,
                &self.by_id,
                &language,
            ),
            topics,
        }
    }

    /// What each rule sees in an article, and every pattern of signs, as a value from 0 to 1 before any weight: what weights are
    /// fitted on.
    pub fn evidence(&self, title: &str, body: &str, language: Option<&str>) -> Vec<(String, f64)> {
        let (title, body) = self.read(title, body, &language_of(title, body, language));
        let rules = rules::findings(&title, &body, &self.names);
        let patterns = signs::find(&title, &body, &self.names, |_| true);
        let rules = rules.into_iter().map(|finding| (finding.rule.name().to_owned(), finding.value));
        rules
            .chain(patterns.into_iter().map(|found| (self.signs.pattern_name(found.pattern), found.value)))
            .collect()
    }

    fn read(
        &self,
        title: &str,
        body: &str,
        language: &str,
    ) -> (analysis::TextAnalysis, analysis::TextAnalysis) {
        analysis::read(&self.lexicon, &self.names, &self.groups, &self.joints, title, body, language)
    }

    /// The byte scanner that dismisses pages which can't be about the subject, without parsing them.
    pub fn scanner(&self) -> Scanner {
        self.scanner.get_or_init(|| Scanner::new(Arc::clone(&self.lexicon), &self.names)).clone()
    }
}

/// The language to read a text in: that of its tag, else the one that its script tells.
fn language_of(title: &str, body: &str, tag: Option<&str>) -> String {
    let told = tag.and_then(|tag| tag.split(['-', '_']).next());
    told.map_or_else(|| spelling::language_of_script(title, body).to_owned(), str::to_ascii_lowercase)
}
