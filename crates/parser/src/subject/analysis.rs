//! A text as the subject reads it: who is named where, sentence by sentence, and what for.

use std::ops::Range;

use super::fold::FoldedText;
use super::lexicon::{Group, Lexicon, Name, Occurrence, Role, Sides, SpellingTarget, Strength};
use super::sentence::sentences;
use super::spelling::Script;

/// A name that counts, as bytes of the folded text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Its index among the subject's names.
    pub(crate) name: u32,
    /// It is one of three or more states side by side.
    pub(crate) listed: bool,
}

/// What a sentence holds.
#[derive(Debug, Clone)]
pub(crate) struct Sentence {
    /// Its place in the folded text.
    pub(crate) range: Range<usize>,
    /// How clearly it names each side, lists and credits left out.
    pub(crate) a: Strength,
    pub(crate) b: Strength,
    /// Its words for dealings, for force, and for what one side does alone.
    pub(crate) dealing: Vec<Range<usize>>,
    pub(crate) force: Vec<Range<usize>>,
    pub(crate) aside: Vec<Range<usize>>,
    /// Its groups of words that give signs, each once.
    pub(crate) groups: Vec<u16>,
    /// Its words of groups that topics name.
    pub(crate) topical: Vec<(u16, Range<usize>)>,
    /// Mentions of third parties.
    pub(crate) third: u32,
    /// It belongs to a list of other stories.
    pub(crate) foreign: bool,
    /// Its mentions, as indices into [`TextAnalysis::mentions`].
    pub(crate) mentions: Range<usize>,
    /// How closely the sides it names stand together, from 0 to 1: see [`bond`].
    pub(crate) bond: f64,
    /// Whether one clause names both sides and has a word for dealings or force.
    pub(crate) deals_in_clause: bool,
    /// How near the sides are named to one another, from 0 to 1: see [`nearness`].
    pub(crate) nearness: f64,
}

impl Sentence {
    /// How clearly it names both sides: 1 where both are clear, less where one or both need company, else 0.
    pub(crate) fn pair(&self) -> f64 {
        pair(self.a, self.b) * self.bond
    }
}

/// How clearly both sides are named, given how clearly each is.
pub(crate) fn pair(a: Strength, b: Strength) -> f64 {
    match (a, b) {
        (Strength::None, _) | (_, Strength::None) => 0.0,
        (Strength::Strong, Strength::Strong) => 1.0,
        (Strength::Weak, Strength::Weak) => 0.4,
        _ => 0.7,
    }
}

/// A text, read.
#[derive(Debug)]
pub(crate) struct TextAnalysis {
    pub(crate) folded: FoldedText,
    /// What counts as named, in order.
    pub(crate) mentions: Vec<Mention>,
    pub(crate) sentences: Vec<Sentence>,
}

/// Reads a title and a body together, since each may establish names that the other shortens.
pub(crate) fn read(
    lexicon: &Lexicon,
    names: &[Name],
    groups: &[Group],
    joints: &[String],
    title: &str,
    body: &str,
    language: &str,
) -> (TextAnalysis, TextAnalysis) {
    let texts = [FoldedText::of(title), FoldedText::of(body)];
    let mut found = lexicon.find([&texts[0], &texts[1]], Some(language));
    drop_names_of_others(&mut found, names);
    let clear = [select_clear(&found[0]), select_clear(&found[1])];
    let firsts = [firsts(&clear[0], names.len()), firsts(&clear[1], names.len())];
    let company = [0, 1].map(|at| company(&clear[at], &found[at], names));
    // A title may shorten what the body spells out; a body may shorten what the title or the text before spells out.
    let title_knows = |name: u32, _: usize| firsts[0][name as usize].or(firsts[1][name as usize]);
    let body_knows = |name: u32, at: usize| match firsts[1][name as usize] {
        Some(first) if first < at => Some(first + 1),
        _ => firsts[0][name as usize].map(|_| 0),
    };
    let mentions = [
        add_established(&clear[0], &found[0], title_knows, |_| {
            company.iter().any(|places| !places.is_empty())
        }),
        add_established(&clear[1], &found[1], body_knows, |hit| {
            !company[0].is_empty() || stand_near(&company[1], hit.start, hit.end)
        }),
    ];
    let [title, body] = texts;
    let [title_mentions, body_mentions] = mentions;
    let nobody = (Strength::None, Strength::None);
    let title = TextAnalysis::new(title, title_mentions, &found[0], names, groups, joints, nobody);
    let titled = title.sentences.iter().fold(nobody, |sides, sentence| most(sides, (sentence.a, sentence.b)));
    let body = TextAnalysis::new(body, body_mentions, &found[1], names, groups, joints, titled);
    (title, body)
}

/// Drops the names that others bear, too, where title and body name somebody third and its side by nothing else: there they are the third
/// party's. What stands for a side on condition vouches for such names alone as do so, too. Somebody of the other side vouches for a person
/// whose name is clear by itself: who meets its minister is the envoy, and not his namesake. Names that need company are those of experts whom
/// texts on the other side quote.
fn drop_names_of_others(found: &mut [Vec<Occurrence>; 2], names: &[Name]) {
    let shared = |hit: &Occurrence| match hit.meaning {
        SpellingTarget::Name(name) => Some(&names[name as usize]).filter(|name| name.role == Role::Shared),
        SpellingTarget::Word(_) => None,
    };
    if !found.iter().flatten().any(|hit| shared(hit).is_some()) {
        return;
    }
    let clear = [select_clear(&found[0]), select_clear(&found[1])];
    let named = || clear.iter().flatten().map(|mention| &names[mention.name as usize]);
    if !named().any(|name| name.is_third() && !name.sides.conditional) {
        return;
    }
    let is_vouched_for = |shared: Sides| {
        named().any(|name| {
            let sides = name.sides;
            let same = sides.a.min(shared.a) > Strength::None || sides.b.min(shared.b) > Strength::None;
            same && !matches!(name.role, Role::Shared | Role::Medium)
                && (shared.conditional || !sides.conditional)
        })
    };
    let meets_other_side = |shared: &Name| {
        let is_of_other = |sides: Sides| match shared.sides.a {
            Strength::None => sides.a == Strength::Strong && sides.b == Strength::None,
            _ => sides.b == Strength::Strong && sides.a == Strength::None,
        };
        shared.is_person()
            && named().any(|name| name.is_person() && name.role == Role::Plain && is_of_other(name.sides))
    };
    for hits in found {
        hits.retain(|hit| {
            shared(hit)
                .is_none_or(|name| is_vouched_for(name.sides) || hit.is_clear() && meets_other_side(name))
        });
    }
}

/// The clear names, overlaps resolved: the leftmost first, the longest of those that start together.
fn select_clear(found: &[Occurrence]) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::new();
    for hit in found.iter().filter(|hit| hit.is_clear()) {
        if let SpellingTarget::Name(name) = hit.meaning
            && mentions.last().is_none_or(|last| last.end <= hit.start)
        {
            mentions.push(Mention { start: hit.start, end: hit.end, name, listed: false });
        }
    }
    mentions
}

/// Bytes between a name that needs company and one that gives it: a sentence or two, in any script.
const MAX_COMPANY_BYTES: usize = 400;

/// Where names stand that keep others company: those that stand for a side by themselves, and of those that need company two near
/// one another that stand for the two sides. A surname that others bear is none of them.
fn company(clear: &[Mention], found: &[Occurrence], names: &[Name]) -> Vec<usize> {
    let mut places: Vec<usize> = clear
        .iter()
        .filter(|mention| names[mention.name as usize].sides.names_one())
        .map(|mention| mention.start)
        .collect();
    let needy = || {
        found.iter().filter(|hit| hit.needs_company && !hit.ambiguous && !hit.surname).filter_map(|hit| {
            let SpellingTarget::Name(name) = hit.meaning else { return None };
            let sides = names[name as usize].sides;
            sides.names_one().then_some((hit.start, sides))
        })
    };
    if places.is_empty() {
        let of_a: Vec<usize> =
            needy().filter(|(_, sides)| sides.a > Strength::None).map(|(start, _)| start).collect();
        let of_b = needy().filter(|(_, sides)| sides.b > Strength::None).map(|(start, _)| start);
        places = of_b.filter(|start| stand_near(&of_a, *start, *start)).collect();
    }
    places
}

/// Whether one of the places `company`, which are in order, is near enough to what stands from `start` to `end` to keep it company.
fn stand_near(company: &[usize], start: usize, end: usize) -> bool {
    let next = company.partition_point(|at| at + MAX_COMPANY_BYTES < start);
    company.get(next).is_some_and(|at| *at <= end + MAX_COMPANY_BYTES)
}

/// Where each name is first mentioned.
fn firsts(mentions: &[Mention], names: usize) -> Vec<Option<usize>> {
    let mut firsts = vec![None; names];
    for mention in mentions {
        firsts[mention.name as usize].get_or_insert(mention.start);
    }
    firsts
}

/// Adds the ambiguous names that are established, `known` telling since where: the latest established has the name; and those
/// that need company and are `in_company`.
fn add_established(
    clear: &[Mention],
    found: &[Occurrence],
    known: impl Fn(u32, usize) -> Option<usize>,
    in_company: impl Fn(&Occurrence) -> bool,
) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::with_capacity(clear.len());
    let mut next_clear = clear.iter().copied().peekable();
    let mut short: Option<(Mention, usize)> = None;
    let mut shorts: Vec<Mention> = Vec::new();
    for hit in found.iter().filter(|hit| !hit.is_clear()) {
        if hit.needs_company && !in_company(hit) {
            continue;
        }
        let SpellingTarget::Name(name) = hit.meaning else { continue };
        let since = if hit.ambiguous { known(name, hit.start) } else { Some(0) };
        let Some(since) = since else { continue };
        let mention = Mention { start: hit.start, end: hit.end, name, listed: false };
        match &mut short {
            Some((chosen, at)) if hit.start < chosen.end => {
                if hit.start == chosen.start && hit.end == chosen.end && since > *at {
                    (*chosen, *at) = (mention, since);
                }
            }
            _ => shorts.extend(short.replace((mention, since)).map(|(mention, _)| mention)),
        }
    }
    shorts.extend(short.map(|(mention, _)| mention));
    for short in shorts {
        while let Some(mention) = next_clear.next_if(|clear| clear.start <= short.start) {
            mentions.push(mention);
        }
        let free_before = mentions.last().is_none_or(|last| last.end <= short.start);
        if free_before && next_clear.peek().is_none_or(|next| short.end <= next.start) {
            mentions.push(short);
        }
    }
    mentions.extend(next_clear);
    mentions
}

impl TextAnalysis {
    fn new(
        folded: FoldedText,
        mut mentions: Vec<Mention>,
        found: &[Occurrence],
        names: &[Name],
        groups: &[Group],
        joints: &[String],
        titled: (Strength, Strength),
    ) -> Self {
        mark_lists(&folded.text, &mut mentions, names, joints);
        let words: Vec<(Range<usize>, u16)> = found
            .iter()
            .filter_map(|hit| match hit.meaning {
                SpellingTarget::Word(group) => Some((hit.start..hit.end, group)),
                SpellingTarget::Name(_) => None,
            })
            .collect();
        let (mut next_word, mut next_mention) = (0, 0);
        let mut read: Vec<Sentence> = Vec::new();
        let mut headings = Vec::new();
        for range in sentences(&folded.text) {
            let mut sentence = Sentence {
                a: Strength::None,
                b: Strength::None,
                dealing: Vec::new(),
                force: Vec::new(),
                aside: Vec::new(),
                groups: Vec::new(),
                topical: Vec::new(),
                third: 0,
                foreign: false,
                mentions: next_mention..next_mention,
                bond: 1.0,
                deals_in_clause: false,
                nearness: 0.0,
                range,
            };
            while let Some((place, index)) =
                words.get(next_word).filter(|(place, _)| place.start < sentence.range.end)
            {
                next_word += 1;
                let group = groups[usize::from(*index)];
                if group.topical {
                    sentence.topical.push((*index, place.clone()));
                }
                if !group.topic_only && !sentence.groups.contains(index) {
                    sentence.groups.push(*index);
                }
                if group.dealing {
                    sentence.dealing.push(place.clone());
                }
                if group.force {
                    sentence.force.push(place.clone());
                }
                if group.aside {
                    sentence.aside.push(place.clone());
                }
                if group.related && opens(&folded.text, &sentence.range, place.start) {
                    headings.push((read.len(), place.end));
                }
            }
            while mentions.get(next_mention).is_some_and(|mention| mention.start < sentence.range.end) {
                next_mention += 1;
            }
            sentence.mentions.end = next_mention;
            read.push(sentence);
        }
        for sentence in &mut read {
            sentence.weigh(&mentions[sentence.mentions.clone()], names);
        }
        let clear: Vec<(Strength, Strength)> = read.iter().map(|sentence| (sentence.a, sentence.b)).collect();
        for at in 0..read.len() {
            // A report spreads over sentences: the blow in one, the weapon in the next, whose it was in a third or in the title.
            let around = |reach: usize| at.saturating_sub(reach)..(at + 1 + reach).min(clear.len());
            let near = around(NEAR_SENTENCES);
            let members = &mentions[read[at].mentions.clone()];
            if read[near.clone()].iter().any(|sentence| !sentence.force.is_empty()) {
                let clear = clear[near].iter().fold(titled, |sides, sentence| most(sides, *sentence));
                let around =
                    read[around(CONDITIONAL_SENTENCES)].iter().map(|sentence| sentence.mentions.clone());
                let conditional = conditional_sides(around.flat_map(|range| &mentions[range]), names);
                read[at].weigh_conditional(members, names, most(clear, conditional));
            }
            read[at].bond = bond(&folded.text, members, names, joints);
            let gaps = gaps(members, names);
            read[at].nearness = nearness(&folded.text, &gaps);
            read[at].deals_in_clause = deals_in_clause(&folded.text, &read[at], &gaps);
        }
        for (at, end) in headings {
            mark_foreign(&folded.text, &mut read, at, end);
        }
        Self { folded, mentions, sentences: read }
    }
}

impl Sentence {
    /// Weighs what is mentioned and stands for a side whatever is around it.
    fn weigh(&mut self, mentions: &[Mention], names: &[Name]) {
        for mention in mentions {
            let name = &names[mention.name as usize];
            self.third += u32::from(name.is_third());
            if !mention.listed && !name.sides.conditional && name.role != Role::Medium {
                (self.a, self.b) = (self.a.max(name.sides.a), self.b.max(name.sides.b));
            }
        }
    }

    /// Adds what stands for a side on condition that the other is named nearby, `others` being how clearly each is there.
    fn weigh_conditional(&mut self, mentions: &[Mention], names: &[Name], others: (Strength, Strength)) {
        for mention in mentions.iter().filter(|mention| !mention.listed) {
            let sides = names[mention.name as usize].sides;
            if sides.conditional && others.1 > Strength::None {
                self.a = self.a.max(sides.a);
            }
            if sides.conditional && others.0 > Strength::None {
                self.b = self.b.max(sides.b);
            }
        }
    }
}

/// Sentences before and behind in which a name that stands for its side on condition may have the other side and words of force.
const NEAR_SENTENCES: usize = 1;

/// Sentences before and behind in which two names that stand for a side each on condition stand for them together: where a rocket struck, and
/// what was read on its wreckage.
const CONDITIONAL_SENTENCES: usize = 3;

/// The sides that `mentions` stand for on condition; none where a third party is named, too.
fn conditional_sides<'m>(
    mentions: impl Iterator<Item = &'m Mention>,
    names: &[Name],
) -> (Strength, Strength) {
    let mut found = (Strength::None, Strength::None);
    for mention in mentions {
        let name = &names[mention.name as usize];
        if name.sides.conditional {
            found = most(found, (name.sides.a, name.sides.b));
        } else if name.is_third() {
            return (Strength::None, Strength::None);
        }
    }
    found
}

/// How clearly each side is named by both of two texts together.
fn most(one: (Strength, Strength), other: (Strength, Strength)) -> (Strength, Strength) {
    (one.0.max(other.0), one.1.max(other.1))
}

/// Whom a name names, as far as it says so by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Party {
    A,
    B,
    Both,
    Third,
}

impl Party {
    fn of(name: &Name) -> Option<Self> {
        let Sides { a, b, conditional } = name.sides;
        match (a > Strength::None, b > Strength::None) {
            _ if conditional || name.role == Role::Medium => None,
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::A),
            (false, true) => Some(Self::B),
            (false, false) => (name.role != Role::Plain).then_some(Self::Third),
        }
    }
}

/// The bond of sides that are named with third parties between them wherever they are named: "from Borland, Cray and Ardland".
const PARTED: f64 = 0.5;

/// The bond of sides one of which is named in one breath with a third party: "Cray and Borland send Ardland".
const JOINED_TO_THIRD: f64 = 0.75;

/// How closely the sides stand together among the names of a sentence: fully where one follows the other.
fn bond(text: &str, mentions: &[Mention], names: &[Name], joints: &[String]) -> f64 {
    let parties = mentions
        .iter()
        .filter(|mention| !mention.listed)
        .filter_map(|mention| Some((Party::of(&names[mention.name as usize])?, mention)));
    let mut before: Option<(Party, &Mention)> = None;
    let (mut named, mut direct, mut joined_to_third) = ((false, false), false, false);
    for (party, mention) in parties {
        named.0 |= party == Party::A;
        named.1 |= party == Party::B;
        direct |= party == Party::Both;
        if let Some((earlier, first)) = before {
            match (earlier.min(party), earlier.max(party)) {
                (Party::A, Party::B) => direct = true,
                (Party::A | Party::B, Party::Third) => {
                    let gap = text.get(first.end..mention.start).unwrap_or_default();
                    joined_to_third |= joins(gap, joints);
                }
                _ => {}
            }
        }
        before = Some((party, mention));
    }
    match named {
        (true, true) if !direct => PARTED,
        (true, true) if joined_to_third => JOINED_TO_THIRD,
        _ => 1.0,
    }
}

/// What stands between the two sides wherever one follows the other; an empty place where one word names both.
fn gaps(mentions: &[Mention], names: &[Name]) -> Vec<Range<usize>> {
    let mut gaps = Vec::new();
    let mut before: Option<(Party, usize)> = None;
    for mention in mentions.iter().filter(|mention| !mention.listed) {
        let Some(party) = Party::of(&names[mention.name as usize]) else { continue };
        match before {
            _ if party == Party::Both => gaps.push(mention.end..mention.end),
            Some((Party::A, end)) if party == Party::B && end <= mention.start => {
                gaps.push(end..mention.start)
            }
            Some((Party::B, end)) if party == Party::A && end <= mention.start => {
                gaps.push(end..mention.start)
            }
            _ => {}
        }
        before = Some((party, mention.end));
    }
    gaps
}

/// Bytes between two names beyond which they are not near at all: half of a long sentence.
const FAR_BYTES: usize = 120;

/// How near the sides come to one another: 1 side by side, 0 at [`FAR_BYTES`] and beyond.
fn nearness(text: &str, gaps: &[Range<usize>]) -> f64 {
    let nearest = gaps.iter().map(|gap| text[gap.clone()].len()).min().unwrap_or(FAR_BYTES);
    1.0 - nearest.min(FAR_BYTES) as f64 / FAR_BYTES as f64
}

/// Signs that part the clauses of a sentence, and the members of a list.
const CLAUSE_SIGNS: [char; 13] = [',', ';', ':', '(', ')', '—', '–', '，', '；', '：', '、', '（', '）'];

/// Whether a clause names both sides and has a word for dealings or force.
fn deals_in_clause(text: &str, sentence: &Sentence, gaps: &[Range<usize>]) -> bool {
    let is_parted = |from: usize, to: usize| text[from..to].contains(CLAUSE_SIGNS);
    gaps.iter().filter(|gap| !is_parted(gap.start, gap.end)).any(|gap| {
        sentence.dealing.iter().chain(&sentence.force).any(|word| {
            let (from, to) = if word.start >= gap.end {
                (gap.end, word.start)
            } else {
                (word.end.min(gap.start), gap.start)
            };
            !is_parted(from, to)
        })
    })
}

/// Whether what stands between two names joins them: signs and at most one word that is a joint.
fn joins(gap: &str, joints: &[String]) -> bool {
    let word = gap.trim_matches(|c: char| !c.is_alphanumeric());
    let has_sign = gap.contains([',', '-', '/', '、', '，', '&']);
    if word.is_empty() { has_sign } else { joints.iter().any(|joint| joint == word) }
}

/// Bytes between two states of a list: a comma and a short "and".
const LIST_GAP: usize = 8;

/// How many states make a list.
const LIST_LENGTH: usize = 3;

/// Marks the mentions that are members of a list of states.
fn mark_lists(text: &str, mentions: &mut [Mention], names: &[Name], joints: &[String]) {
    let states: Vec<usize> =
        (0..mentions.len()).filter(|at| names[mentions[*at].name as usize].role == Role::State).collect();
    let mut run: Vec<usize> = Vec::new();
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for at in states {
        let follows = run.last().is_some_and(|last| {
            let gap = text.get(mentions[*last].end..mentions[at].start).unwrap_or_default();
            let has_sign = gap.chars().any(|c| matches!(c, ',' | '、' | '-' | '/' | '，' | ';'));
            gap.len() <= LIST_GAP
                && !gap.contains(['.', '\n'])
                && (has_sign || joins(gap, joints) || is_short_and_unspaced(gap.trim()))
        });
        if !follows {
            runs.push(std::mem::take(&mut run));
        }
        run.push(at);
    }
    runs.push(run);
    for run in runs {
        let mut distinct: Vec<&str> =
            run.iter().map(|at| &text[mentions[*at].start..mentions[*at].end]).collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() >= LIST_LENGTH {
            for at in run {
                mentions[at].listed = true;
            }
        }
    }
}

/// Whether `gap` is nothing, or a few signs of a script that puts no spaces: a title, a case.
fn is_short_and_unspaced(gap: &str) -> bool {
    gap.chars().count() <= 3
        && !gap.chars().any(|c| matches!(Script::of(c), Script::Latin | Script::Cyrillic | Script::Digit))
}

/// Whether byte `at` opens the sentence: nothing but signs before it.
fn opens(text: &str, sentence: &Range<usize>, at: usize) -> bool {
    at >= sentence.start && !text[sentence.start..at].chars().any(char::is_alphanumeric)
}

/// A line at most this long, in characters, that ends without a stop may be the title of another story.
const LONGEST_TITLE: usize = 140;

/// Marks what a heading of related stories announces: the rest of its line, or, alone on its line, the titles below it.
fn mark_foreign(text: &str, sentences: &mut [Sentence], at: usize, heading_end: usize) {
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |length| from + length);
    let mut end = line_end(heading_end);
    if !text[heading_end..end].chars().any(char::is_alphanumeric) {
        while end < text.len() {
            let next = line_end(end + 1);
            let line = text[end + 1..next].trim();
            let is_title = line.chars().count() <= LONGEST_TITLE && !line.ends_with(['.', '。']);
            if !is_title {
                break;
            }
            end = next;
        }
    }
    for sentence in sentences[at..].iter_mut().take_while(|sentence| sentence.range.start < end) {
        sentence.foreign = true;
    }
}
