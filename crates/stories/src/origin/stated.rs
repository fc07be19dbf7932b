//! Statements in words: "Source: WIRE", "Copyright 2025 WIRE", "This article originally appeared on SITE."

use std::sync::LazyLock;

use dateline_text::credit::credited;
use dateline_wire::OriginKind;
use memchr::memmem::Finder;
use regex::Regex;

use super::agency::{Agencies, AgencyKind};
use super::place::is_about_picture;
use super::{Line, Statement};

/// The longest name that is taken as it is written, in scalar values.
const MAX_NAME: usize = 45;

/// One of these stands in each line that is read further.
static CUES: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
    let cues = [
        "opyright",
        "OPYRIGHT",
        "©",
        "ⓒ",
        "(c)",
        "(C)",
        "저작권자",
        "riginal",
        "irst ",
        "epublished",
        "eprinted",
        "zuerst",
        "belongs to",
    ];
    cues.iter().map(|cue| Finder::new(*cue).into_owned()).collect()
});

/// "Copyright © 2016 NAME. All rights reserved", "<저작권자(c) NAME, 무단 전재-재배포 금지>".
static COPYRIGHT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:[Cc]opyright|COPYRIGHT|저작권자|©|ⓒ)\s*(?:©|ⓒ|\([cC]\))?\s*(?:[0-9]{4}(?:\s*[-–]\s*[0-9]{4})?,?\s+)?(?:[Bb]y\s+|[Tt]he\s+)*(?P<name>[^©ⓒ()<>.,;:0-9|\n]{2,60}?)(?P<end>\s*(?:[.,]|[0-9]{4}|[Aa]ll [Rr]ights|무단|>|$))",
    )
    .expect("the pattern is constant")
});

/// Words of a copyright line that say more than a picture's credit does.
static YEAR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:[Cc]opyright|COPYRIGHT|©|\([cC]\))\s*(?:©|\([cC]\))?\s*[0-9]{4}")
        .expect("the pattern is constant")
});

/// "This article originally appeared on NAME." and its like: the words that stand before the name.
static FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let english = r"(?:This|The|A version of this) (?:article|story|report|piece|post|column|interview|essay|op-ed|commentary|analysis)(?: was| has been| is)? (?:(?:originally |first )?(?:appeared|published|posted|ran|reprinted|republished|produced|written|distributed)(?: first| originally)?)(?: here)? (?:on|in|by|at|from|with permission from)";
    let read = r"Read the (?:original|full) (?:article|story|post|piece) (?:on|at|from|in)";
    let german = r"(?:Den Originalartikel gibt es (?:auf|bei|hier auf)|Dieser (?:Artikel|Beitrag|Text) (?:ist |erschien |wurde )(?:zuerst|ursprünglich)(?: erschienen| veröffentlicht)? (?:auf|bei|in|im))";
    let french = r"(?:Cet article (?:a été publié|est paru|est initialement paru|a d'abord été publié) (?:sur|dans|par))";
    let spanish =
        r"(?:Este artículo (?:fue publicado|se publicó|apareció) (?:originalmente |primero )?(?:en|por))";
    Regex::new(&format!(r"(?:{english}|{read}|{german}|{french}|{spanish}) (?:the )?(?P<name>[^.;()\n]{{2,60}}?)(?: and (?:is|was|has)|[.,;()]|$| on [A-Z0-9]| in [0-9])"))
        .expect("the pattern is constant")
});

/// "… published in this site belongs to NAME".
static BELONGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:in|on) this (?:site|website|page) belongs? to (?P<name>[^.;(),\n]{2,60})")
        .expect("the pattern is constant")
});

/// Legal forms at the end of a company's name.
const FORMS: [&str; 12] = [
    ", Inc",
    " Inc",
    " LLC",
    ", LLC",
    " Ltd",
    " Limited",
    " Corp",
    " Corporation",
    " Co",
    " GmbH",
    " Information",
    " Pty",
];

/// What `line` states, which is one of the last where `is_closing`.
pub(super) fn read(agencies: &Agencies, line: Line<'_>, is_closing: bool) -> Vec<Statement> {
    let text = line.text;
    let mut found = Vec::new();
    if let Some(behind) = credited(text).filter(|_| !is_about_picture(text)) {
        let end = text.len();
        let known = agencies.mentions(behind);
        let sources =
            known.iter().filter(|mention| mention.is_exact && mention.agency.kind != AgencyKind::Picture);
        found.extend(sources.map(|mention| line.statement(&mention.agency.name, OriginKind::Credit, 0, end)));
    }
    if !CUES.iter().any(|cue| cue.find(text.as_bytes()).is_some()) {
        return found;
    }
    for words in FIRST.captures_iter(text) {
        if let Some(name) = words.name("name") {
            let name = named(agencies, name.as_str(), true);
            let all = words.get(0).map_or(0..0, |all| all.range());
            found.extend(
                name.map(|name| line.statement(&name, OriginKind::FirstPublished, all.start, all.end)),
            );
        }
    }
    let is_reserved =
        text.contains("ights reserved") || text.contains("ights Reserved") || text.contains("무단");
    for words in COPYRIGHT.captures_iter(text).chain(BELONGS.captures_iter(text)) {
        let (Some(all), Some(name)) = (words.get(0), words.name("name")) else { continue };
        let is_year_behind = words
            .name("end")
            .is_some_and(|end| end.as_str().trim().starts_with(|c: char| c.is_ascii_digit()));
        let has_year = YEAR.is_match(all.as_str());
        // A picture's credit has the sign too, with nothing reserved and often with the year behind the name.
        let is_text = is_reserved || has_year && !is_year_behind && is_closing || words.name("end").is_none();
        if is_text && !is_about_picture(all.as_str()) {
            let name = named(agencies, name.as_str(), is_reserved && has_year || text.contains("무단"));
            found.extend(
                name.map(|name| line.statement(&name, OriginKind::Copyright, all.start(), all.end())),
            );
        }
    }
    found
}

/// The name of the source that `words` are, or begin with; where none is known and `may_be_new`, the words without their legal form.
fn named(agencies: &Agencies, words: &str, may_be_new: bool) -> Option<String> {
    let words = words.trim().trim_end_matches(['>', '-', ' ']);
    if let Some(mention) = agencies
        .mentions(words)
        .first()
        .filter(|mention| mention.is_exact && words[..mention.start].len() <= 4)
    {
        return (mention.agency.kind != AgencyKind::Picture).then(|| mention.agency.name.clone());
    }
    let name = FORMS.iter().fold(words, |name, form| name.strip_suffix(form).unwrap_or(name)).trim();
    let is_name = name.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
        && name.chars().count() <= MAX_NAME
        && !["All", "This", "These", "Our", "No", "Any"]
            .contains(&name.split(' ').next().unwrap_or_default());
    (may_be_new && is_name).then(|| name.to_owned())
}
