//! The rules that speak for and against relevance: what each looks at, as a value from 0 to 1.
//!
//! A rule knows sentences that name the two sides, words for their dealings, and places in the text; which names and words
//! those are, and how much each rule weighs, is the subject's data.

use std::collections::BTreeMap;

use dateline_wire::{Place, Reason, Span};

use super::analysis::{Sentence, TextAnalysis, pair};
use super::lexicon::{Name, Role, Strength};

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// A rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Rule { $($(#[doc = $doc])+ $variant,)+ }

        impl Rule {
            /// Every rule, in the order in which they speak.
            pub(crate) const ALL: &[Rule] = &[$(Rule::$variant,)+];

            /// The rule's name in `weights.tsv` and in reasons.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Rule::$variant => $name,)+ }
            }

            /// What it looks at, in a sentence.
            pub(crate) fn meaning(self) -> &'static str {
                match self { $(Rule::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

rules! {
    /// Always 1: how unlikely relevance is before anything is read.
    Prior = "prior",
    /// The title names both sides.
    TitlePair = "title_pair",
    /// The title names a side and has a word for dealings or force.
    TitleDealing = "title_dealing",
    /// The title names one side, one of the first three sentences the other, with a word for dealings or force.
    TitleLead = "title_lead",
    /// The title and the first two sentences together name both sides, and none of them does.
    Opening = "opening",
    /// A sentence names both sides and has a word for dealings.
    Dealing = "dealing",
    /// A sentence names both sides and has a word of force.
    Force = "force",
    /// How many sentences name both sides, on a logarithmic scale that is full at eight.
    Count = "count",
    /// A side is named only as one of a list of states, by share of such mentions.
    Listed = "listed",
    /// The share of third parties among all that is named.
    Third = "third",
    /// The title names a third party and not both sides.
    TitleThird = "title_third",
    /// No sentence names both sides.
    NoPair = "no_pair",
    /// A side is not named at all.
    OneSided = "one_sided",
    /// The share of sentences with words for what one side does alone, or that liken something to the sides.
    Aside = "aside",
    /// The share of the side that is named less often among all that is named of sides and third parties.
    Minor = "minor",
    /// A third party is named more often than one of the sides.
    ThirdOver = "third_over",
    /// One sentence alone names both sides, and the title does not.
    Alone = "alone",
    /// How early that sentence comes.
    AloneEarly = "alone_early",
    /// One sentence of several names both sides, and no other, nor the title, names either.
    Island = "island",
    /// How near the sides are named to one another in the sentence where they are nearest.
    Near = "near",
    /// Title and text name both sides and no third party, by the share of sentences that have words for dealings or force.
    TwoDealing = "two_dealing",
    /// Title and text name both sides in at most four sentences.
    BriefBoth = "brief_both",
    /// A clause names both sides and has a word for dealings or force.
    Clause = "clause",
    /// Of the sentences that name both sides, the share in which one clause does, with a word for dealings or force.
    ClauseShare = "clause_share",
}

impl Rule {
    /// The rule of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }
}

/// A weight for each rule; 0 where the subject gives none.
#[derive(Debug, Clone)]
pub(crate) struct Weights(Vec<f64>);

impl Default for Weights {
    fn default() -> Self {
        Self(vec![0.0; Rule::ALL.len()])
    }
}

impl Weights {
    pub(crate) fn set(&mut self, rule: Rule, weight: f64) {
        self.0[rule as usize] = weight;
    }

    pub(crate) fn get(&self, rule: Rule) -> f64 {
        self.0[rule as usize]
    }
}

/// What a rule found: how much of it, and where.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    /// From 0 to 1.
    pub(crate) value: f64,
    pub(crate) spans: Vec<Place>,
}

/// Sentences of a flash at most: what so few name, they are about.
const FLASH: usize = 4;

/// Spans a reason shows; the rest is more of the same.
const MOST_SPANS: usize = 8;

/// Asks every rule; those that found nothing stay silent.
pub(crate) fn findings(title: &TextAnalysis, body: &TextAnalysis, names: &[Name]) -> Vec<Finding> {
    let view = View::new(title, body, names);
    Rule::ALL
        .iter()
        .filter_map(|rule| {
            let (value, mut spans) = view.ask(*rule);
            spans.truncate(MOST_SPANS);
            (value > 0.0).then_some(Finding { rule: *rule, value, spans })
        })
        .collect()
}

/// The reasons that `findings` give, in the rules' order.
pub(crate) fn reasons(findings: Vec<Finding>, weights: &Weights) -> Vec<Reason> {
    findings
        .into_iter()
        .map(|finding| Reason {
            rule: finding.rule.name().to_owned(),
            weight: round(weights.get(finding.rule) * finding.value),
            spans: finding.spans,
        })
        .filter(|reason| reason.weight != 0.0)
        .collect()
}

/// The score of an article with these reasons, from 0 to 1.
pub(crate) fn score(reasons: &[Reason]) -> f64 {
    let sum: f64 = reasons.iter().map(|reason| reason.weight).sum();
    round(1.0 / (1.0 + (-sum).exp()))
}

/// Four decimals: more would promise what the rules don't hold, and platforms' last bits may differ.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// The two texts as rules look at them.
struct View<'r> {
    title: &'r TextAnalysis,
    body: &'r TextAnalysis,
    names: &'r [Name],
    /// The body's sentences that belong to the article.
    own: Vec<&'r Sentence>,
    title_sides: (Strength, Strength),
}

/// Whether a sentence has no word for dealings or force.
fn is_idle(sentence: &Sentence) -> bool {
    sentence.dealing.is_empty() && sentence.force.is_empty()
}

type Answer = (f64, Vec<Place>);

impl<'r> View<'r> {
    fn new(title: &'r TextAnalysis, body: &'r TextAnalysis, names: &'r [Name]) -> Self {
        let own = body.sentences.iter().filter(|sentence| !sentence.foreign).collect();
        let title_sides =
            title.sentences.iter().fold((Strength::None, Strength::None), |(a, b), sentence| {
                (a.max(sentence.a), b.max(sentence.b))
            });
        Self { title, body, names, own, title_sides }
    }

    fn ask(&self, rule: Rule) -> Answer {
        match rule {
            Rule::Prior => (1.0, Vec::new()),
            Rule::TitlePair => (pair(self.title_sides.0, self.title_sides.1), self.title_sides_spans()),
            Rule::TitleDealing => self.title_dealing(),
            Rule::TitleLead => self.title_lead(),
            Rule::Opening => self.opening(),
            Rule::Dealing => self.best(|sentence| !sentence.dealing.is_empty()),
            Rule::Force => self.best(|sentence| !sentence.force.is_empty()),
            Rule::Count => ((self.pairs_sum().ln_1p() / 9f64.ln()).min(1.0), self.pair_spans()),
            Rule::Listed => self.listed(),
            Rule::Third => self.third(),
            Rule::TitleThird => self.title_third(),
            Rule::NoPair => (f64::from(u8::from(self.pairs_sum() == 0.0)), Vec::new()),
            Rule::OneSided => self.one_sided(),
            Rule::Aside => self.aside(),
            Rule::Minor => self.minor(),
            Rule::ThirdOver => self.third_over(),
            Rule::Alone => self.alone(),
            Rule::AloneEarly => self.alone_early(),
            Rule::Island => self.island(),
            Rule::Near => self.near(),
            Rule::TwoDealing => self.two_dealing(),
            Rule::BriefBoth => self.brief_both(),
            Rule::Clause => self.best(|sentence| sentence.deals_in_clause),
            Rule::ClauseShare => self.clause_share(),
        }
    }

    fn in_title(&self, start: usize, end: usize) -> Place {
        Place::Title(self.title.folded.span(start, end))
    }

    fn in_body(&self, start: usize, end: usize) -> Place {
        Place::Body(self.body.folded.span(start, end))
    }

    fn title_sides_spans(&self) -> Vec<Place> {
        self.title
            .mentions
            .iter()
            .filter(|mention| self.names[mention.name as usize].sides.names_one() && !mention.listed)
            .map(|mention| self.in_title(mention.start, mention.end))
            .collect()
    }

    fn title_dealing(&self) -> Answer {
        let words =
            self.title.sentences.iter().flat_map(|sentence| sentence.dealing.iter().chain(&sentence.force));
        let spans: Vec<Place> = words.map(|word| self.in_title(word.start, word.end)).collect();
        let named = self.title_sides.0.max(self.title_sides.1);
        if named == Strength::None || spans.is_empty() { (0.0, Vec::new()) } else { (1.0, spans) }
    }

    fn title_lead(&self) -> Answer {
        let (a, b) = self.title_sides;
        if pair(a, b) > 0.0 || a.max(b) == Strength::None {
            return (0.0, Vec::new());
        }
        let value =
            |sentence: &Sentence| if b > Strength::None { pair(sentence.a, b) } else { pair(a, sentence.b) };
        let best = self.own.iter().take(3).max_by(|x, y| value(x).total_cmp(&value(y)));
        match best {
            Some(sentence) if value(sentence) > 0.0 => {
                let mut spans = self.title_sides_spans();
                spans.push(self.in_body(sentence.range.start, sentence.range.end));
                (value(sentence), spans)
            }
            _ => (0.0, Vec::new()),
        }
    }

    fn opening(&self) -> Answer {
        let lead = || self.own.iter().take(2);
        let (a, b) = lead().fold(self.title_sides, |(a, b), sentence| (a.max(sentence.a), b.max(sentence.b)));
        let told_at_once = pair(self.title_sides.0, self.title_sides.1) > 0.0
            || lead().any(|sentence| sentence.pair() > 0.0);
        if told_at_once {
            return (0.0, Vec::new());
        }
        let named = lead().filter(|sentence| sentence.a.max(sentence.b) > Strength::None);
        let mut spans = self.title_sides_spans();
        spans.extend(named.map(|sentence| self.in_body(sentence.range.start, sentence.range.end)));
        (pair(a, b), spans)
    }

    /// The clearest pair among the sentences that are as `wanted`.
    fn best(&self, wanted: impl Fn(&Sentence) -> bool) -> Answer {
        let best = self
            .own
            .iter()
            .filter(|sentence| sentence.pair() > 0.0 && wanted(sentence))
            // Of equals the first: `max_by` would take the last.
            .rev()
            .max_by(|x, y| x.pair().total_cmp(&y.pair()));
        best.map_or((0.0, Vec::new()), |sentence| {
            (sentence.pair(), vec![self.in_body(sentence.range.start, sentence.range.end)])
        })
    }

    fn pairs_sum(&self) -> f64 {
        self.own.iter().map(|sentence| sentence.pair()).sum()
    }

    fn pair_spans(&self) -> Vec<Place> {
        let pairs = self.own.iter().filter(|sentence| sentence.pair() > 0.0);
        pairs.map(|sentence| self.in_body(sentence.range.start, sentence.range.end)).collect()
    }

    fn near(&self) -> Answer {
        let pairs = self.own.iter().filter(|sentence| sentence.pair() > 0.0);
        // Of equals the first: `max_by` would take the last.
        let nearest = pairs.rev().max_by(|x, y| x.nearness.total_cmp(&y.nearness));
        nearest.map_or((0.0, Vec::new()), |sentence| {
            (sentence.nearness, vec![self.in_body(sentence.range.start, sentence.range.end)])
        })
    }

    fn clause_share(&self) -> Answer {
        let pairs = || self.own.iter().filter(|sentence| sentence.pair() > 0.0);
        let spans: Vec<Place> = pairs()
            .filter(|sentence| sentence.deals_in_clause)
            .map(|sentence| self.in_body(sentence.range.start, sentence.range.end))
            .collect();
        (spans.len() as f64 / pairs().count().max(1) as f64, spans)
    }

    fn listed(&self) -> Answer {
        let sided = || {
            self.body.mentions.iter().filter(|mention| self.names[mention.name as usize].sides.names_one())
        };
        let listed: Vec<Place> = sided()
            .filter(|mention| mention.listed)
            .map(|mention| self.in_body(mention.start, mention.end))
            .collect();
        (listed.len() as f64 / sided().count().max(1) as f64, listed)
    }

    fn third(&self) -> Answer {
        let third: u32 = self.own.iter().map(|sentence| sentence.third).sum();
        let all: usize = self.own.iter().map(|sentence| sentence.mentions.len()).sum();
        (f64::from(third) / all.max(1) as f64, Vec::new())
    }

    fn title_third(&self) -> Answer {
        if pair(self.title_sides.0, self.title_sides.1) > 0.0 {
            return (0.0, Vec::new());
        }
        let spans: Vec<Place> = self
            .title
            .mentions
            .iter()
            .filter(|mention| self.names[mention.name as usize].is_third())
            .map(|mention| self.in_title(mention.start, mention.end))
            .collect();
        (f64::from(u8::from(!spans.is_empty())), spans)
    }

    /// Mentions of each side, and of each third party by its name.
    fn tally(&self) -> ((usize, usize), BTreeMap<u32, usize>) {
        let (mut sides, mut thirds) = ((0, 0), BTreeMap::new());
        let own = self.own.iter().flat_map(|sentence| &self.body.mentions[sentence.mentions.clone()]);
        for mention in self.title.mentions.iter().chain(own) {
            let name = &self.names[mention.name as usize];
            if name.is_third() {
                *thirds.entry(mention.name).or_default() += 1;
            }
            if !name.sides.conditional && name.role != Role::Medium {
                sides.0 += usize::from(name.sides.a > Strength::None);
                sides.1 += usize::from(name.sides.b > Strength::None);
            }
        }
        (sides, thirds)
    }

    fn minor(&self) -> Answer {
        let ((a, b), thirds) = self.tally();
        let all = a + b + thirds.values().sum::<usize>();
        (a.min(b) as f64 / all.max(1) as f64, Vec::new())
    }

    fn third_over(&self) -> Answer {
        let ((a, b), thirds) = self.tally();
        let over = thirds.values().any(|third| *third > a.min(b));
        (f64::from(u8::from(over)), Vec::new())
    }

    fn alone(&self) -> Answer {
        let spans = self.pair_spans();
        let alone = spans.len() == 1 && pair(self.title_sides.0, self.title_sides.1) == 0.0;
        if alone { (1.0, spans) } else { (0.0, Vec::new()) }
    }

    /// What opens a report is its news; further down such a sentence is background.
    fn alone_early(&self) -> Answer {
        let (alone, spans) = self.alone();
        let at = self.own.iter().position(|sentence| sentence.pair() > 0.0).unwrap_or_default();
        (alone * (1.0 - at as f64 / self.own.len().max(1) as f64), spans)
    }

    fn island(&self) -> Answer {
        let names_side = |sentence: &&&Sentence| sentence.a.max(sentence.b) > Strength::None;
        let untitled = self.title_sides.0.max(self.title_sides.1) == Strength::None;
        let spans = self.pair_spans();
        let island = untitled
            && self.own.len() > 1
            && spans.len() == 1
            && self.own.iter().filter(names_side).count() == 1;
        if island { (1.0, spans) } else { (0.0, Vec::new()) }
    }

    /// How clearly title and text name both sides, wherever they do.
    fn both(&self) -> f64 {
        let (a, b) =
            self.own.iter().fold(self.title_sides, |(a, b), sentence| (a.max(sentence.a), b.max(sentence.b)));
        pair(a, b)
    }

    fn two_dealing(&self) -> Answer {
        if self.title.sentences.iter().chain(self.own.iter().copied()).any(|sentence| sentence.third > 0) {
            return (0.0, Vec::new());
        }
        let busy = self.own.iter().filter(|sentence| !is_idle(sentence));
        let spans: Vec<Place> =
            busy.map(|sentence| self.in_body(sentence.range.start, sentence.range.end)).collect();
        (self.both() * spans.len() as f64 / self.own.len().max(1) as f64, spans)
    }

    fn brief_both(&self) -> Answer {
        (if self.own.len() <= FLASH { self.both() } else { 0.0 }, Vec::new())
    }

    fn one_sided(&self) -> Answer {
        let all = || self.title.sentences.iter().chain(self.own.iter().copied());
        let a = all().any(|sentence| sentence.a > Strength::None);
        let b = all().any(|sentence| sentence.b > Strength::None);
        (f64::from(u8::from(!(a && b))), Vec::new())
    }

    fn aside(&self) -> Answer {
        let spans: Vec<Place> = self
            .own
            .iter()
            .filter_map(|sentence| sentence.aside.first())
            .map(|word| self.in_body(word.start, word.end))
            .collect();
        (spans.len() as f64 / self.own.len().max(1) as f64, spans)
    }
}

/// The passages of the body on the subject: sentences that name both sides, neighbours of one paragraph joined.
pub(crate) fn passages(body: &TextAnalysis) -> Vec<Span> {
    let mut passages: Vec<std::ops::Range<usize>> = Vec::new();
    for sentence in body.sentences.iter().filter(|sentence| !sentence.foreign && sentence.pair() > 0.0) {
        match passages.last_mut() {
            Some(last) if body.folded.text[last.end..sentence.range.start].trim_matches(' ').is_empty() => {
                last.end = sentence.range.end;
            }
            _ => passages.push(sentence.range.clone()),
        }
    }
    passages.into_iter().map(|range| body.folded.span(range.start, range.end)).collect()
}
