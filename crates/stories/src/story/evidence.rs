//! What speaks for and against two reports telling one happening.

use super::deed::{Deed, turned};
use super::profile::Profile;
use super::tables::StoryTables;
use super::weighing::Likeness;

macro_rules! signs {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// Something that two reports have, or lack, in common.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Sign { $($(#[doc = $doc])+ $variant,)+ }

        impl Sign {
            /// Every sign, in the order in which they speak.
            pub(super) const ALL: &[Sign] = &[$(Sign::$variant,)+];

            /// How many there are.
            pub(super) const COUNT: usize = Sign::ALL.len();

            /// Its name in `weights.tsv` and in reasons.
            pub(super) fn as_str(self) -> &'static str {
                match self { $(Sign::$variant => $name,)+ }
            }
        }
    };
}

signs! {
    /// Always 1: how unlikely it is that two reports tell one happening.
    Always = "always",
    /// The words they share, the rarer the more; in one language alone.
    Wording = "wording",
    /// The same of their titles and first sentences, which tell what is new.
    Opening = "opening",
    /// The same of their titles, where both have one.
    Title = "title",
    /// Both have a title.
    Titled = "titled",
    /// Both are in one language of Cyrillic letters, whose stems run together sooner.
    Cyrillic = "cyrillic",
    /// Both are in one language of Han, kana or Hangul, where pairs of characters are compared.
    Dense = "dense",
    /// Whom and what they name, what is told and how much of it: names, acts and numbers together.
    Facts = "facts",
    /// Whom and what they name.
    Entities = "entities",
    /// What is told.
    Acts = "acts",
    /// The numbers they share.
    Numbers = "numbers",
    /// Both name a day, wherever, and it is the same.
    NamedDay = "named_day",
    /// How long the shorter is.
    Length = "length",
    /// Both name a day at the beginning, and it is the same.
    SameDay = "same_day",
    /// Both name a day at the beginning, and neither names the other's anywhere; or, where a date is not known, another weekday.
    OtherDay = "other_day",
    /// One begins with an act that contradicts what the other begins with: somebody arrives, and leaves.
    OtherAct = "other_act",
    /// One begins with something that one side does to the other, the other with the same the other way round.
    Turned = "turned",
    /// The days between their publication, on a logarithmic scale that is full at two months.
    Gap = "gap",
    /// The days beyond three between their publication; full at a month.
    LongGap = "long_gap",
    /// The day of publication of one is not known.
    Undated = "undated",
    /// How much each resembles those around it anyway: in a crowd of like reports, likeness says less.
    Crowd = "crowd",
}

impl Sign {
    /// The sign of this name.
    pub(super) fn from_word(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|sign| sign.as_str() == name)
    }
}

/// What each sign weighs, between reports of one language and across languages; 0 where nothing is said.
#[derive(Debug, Clone)]
pub(super) struct SignWeights([Vec<f32>; 2]);

impl Default for SignWeights {
    fn default() -> Self {
        Self([vec![0.0; Sign::ALL.len()], vec![0.0; Sign::ALL.len()]])
    }
}

impl SignWeights {
    pub(super) fn set(&mut self, sign: Sign, across: bool, weight: f32) {
        self.0[usize::from(across)][sign as usize] = weight;
    }

    fn get(&self, sign: Sign, across: bool) -> f32 {
        self.0[usize::from(across)][sign as usize]
    }
}

/// What a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum FactKind {
    Word,
    Entity,
    Act,
    Number,
}

/// A report as it is compared: its profile, and how much it resembles those around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compared<'p> {
    pub(super) profile: &'p Profile,
    /// In its own language, and across.
    pub(super) crowd: [f32; 2],
}

/// The value of every sign between two reports that share so much.
pub(super) fn evidence(
    a: Compared<'_>,
    b: Compared<'_>,
    likeness: &Likeness,
    tables: &StoryTables,
) -> [f32; Sign::COUNT] {
    let across = a.profile.language != b.profile.language;
    let shorter = a.profile.words.min(b.profile.words).max(10) as f32;
    let titled = !across && a.profile.is_titled() && b.profile.is_titled();
    let script = if across { None } else { Some(Script::of(a.profile.language.as_str())) };
    let [a_lead, b_lead] = [a, b].map(|report| report.profile.lead_days());
    let dated = a_lead.len() > 0 && b_lead.len() > 0;
    let same_day = dated && shares(a.profile.lead_days(), || b.profile.lead_days());
    let weekdays = [a.profile.lead_weekdays, b.profile.lead_weekdays];
    let other_weekday = weekdays[0] != 0 && weekdays[1] != 0 && weekdays[0] & weekdays[1] == 0;
    let other_day = match dated {
        true => !shares(a_lead, || b.profile.days()) && !shares(b_lead, || a.profile.days()),
        false => other_weekday,
    };
    let apart = a.profile.published.zip(b.profile.published).map(|(a, b)| days_apart(a, b));
    let truth = |holds: bool| f32::from(u8::from(holds));
    let value = |sign: Sign| match sign {
        Sign::Always => 1.0,
        Sign::Wording => likeness.wording,
        Sign::Opening if across => 0.0,
        Sign::Opening => likeness.opening,
        Sign::Title if titled => likeness.title,
        Sign::Title => 0.0,
        Sign::Titled => truth(titled),
        Sign::Cyrillic => truth(script == Some(Script::Cyrillic)),
        Sign::Dense => truth(script == Some(Script::Dense)),
        Sign::Length => (shorter.ln() - 4.0) / 3.0,
        Sign::NamedDay => truth(shares(a.profile.days(), || b.profile.days())),
        Sign::Facts => likeness.facts,
        Sign::Entities => likeness.entities,
        Sign::Acts => likeness.acts,
        Sign::Numbers => likeness.numbers,
        Sign::SameDay => truth(same_day),
        Sign::OtherDay => truth(other_day),
        Sign::OtherAct => truth(contradicts(a.profile, b.profile, tables)),
        Sign::Turned => truth(is_turned(a.profile, b.profile)),
        Sign::Gap => apart.map_or(0.0, |days| (days.ln_1p() / 4.0).min(1.0)),
        Sign::LongGap => apart.map_or(0.0, |days| ((days - 3.0) / 30.0).clamp(0.0, 1.0)),
        Sign::Undated => truth(apart.is_none()),
        Sign::Crowd => (a.crowd[usize::from(across)] + b.crowd[usize::from(across)]) / 2.0,
    };
    let mut values = [0.0; Sign::COUNT];
    for (sign, place) in Sign::ALL.iter().zip(&mut values) {
        *place = value(*sign);
    }
    values
}

/// Whether some day stands in both lists.
fn shares<D: Iterator<Item = u16>>(mut days: impl Iterator<Item = u16>, others: impl Fn() -> D) -> bool {
    days.any(|day| others().any(|other| other == day))
}

/// How a language is written, as far as it matters to how sooner or later two texts share words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Cyrillic,
    Dense,
    Other,
}

impl Script {
    fn of(language: &str) -> Self {
        match language {
            "ru" | "uk" | "be" | "bg" | "mk" | "sr" | "kk" | "ky" | "mn" | "tg" => Self::Cyrillic,
            "ko" | "zh" | "ja" => Self::Dense,
            _ => Self::Other,
        }
    }
}

/// Two reports with less than this in common, by words, title or facts, tell two happenings whatever else is known of them: that both have
/// a title, are short and are of one day is true of most. Where they share a number, the weightiest thing that they share is left out of it:
/// numbers are shared by chance.
const MIN_LIKENESS: f32 = 0.1;

/// The weighted sum of the signs: above 0 the two tell one happening.
pub(super) fn score(a: Compared<'_>, b: Compared<'_>, likeness: &Likeness, tables: &StoryTables) -> f32 {
    let across = a.profile.language != b.profile.language;
    let values = evidence(a, b, likeness, tables);
    let sum: f32 =
        Sign::ALL.iter().zip(values).map(|(sign, value)| value * tables.weights.get(*sign, across)).sum();
    let most = match likeness.numbers > 0.0 {
        true => likeness.beyond_one,
        false => likeness.wording.max(likeness.title).max(likeness.facts),
    };
    if most < MIN_LIKENESS { sum.min(most - MIN_LIKENESS) } else { sum }
}

/// What each sign adds to the score of two reports, without those that add nothing.
pub(super) fn contributions(
    a: Compared<'_>,
    b: Compared<'_>,
    likeness: &Likeness,
    tables: &StoryTables,
) -> Vec<(Sign, f32, f32)> {
    let across = a.profile.language != b.profile.language;
    let values = evidence(a, b, likeness, tables);
    let weighed = |(sign, value): (&Sign, f32)| (*sign, value, value * tables.weights.get(*sign, across));
    Sign::ALL.iter().zip(values).map(weighed).filter(|(_, _, weight)| weight.abs() >= 0.0005).collect()
}

/// Whether one begins with an act that contradicts one the other begins with, and not with that itself.
fn contradicts(a: &Profile, b: &Profile, tables: &StoryTables) -> bool {
    let holds = |profile: &Profile, act: u16| profile.lead_acts().any(|own| own == act);
    let one_way = |a: &Profile, b: &Profile| {
        a.lead_acts().any(|act| {
            tables
                .against(act)
                .is_some_and(|against| holds(b, against) && !holds(a, against) && !holds(b, act))
        })
    };
    one_way(a, b) || one_way(b, a)
}

/// Whether one begins with something that one side does to the other, and the other with the same the other way round, and neither with both.
fn is_turned(a: &Profile, b: &Profile) -> bool {
    let has = |profile: &Profile, deed: Deed| profile.deeds().any(|own| own == deed);
    a.deeds().any(|deed| {
        let turned = turned(deed);
        has(b, turned) && !has(b, deed) && !has(a, turned)
    })
}

fn days_apart(a: jiff::civil::Date, b: jiff::civil::Date) -> f32 {
    let days = |date| dateline_text::date::days_since_epoch(date);
    days(a).abs_diff(days(b)) as f32
}
