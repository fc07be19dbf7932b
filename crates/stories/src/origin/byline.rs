//! Bylines: the source alone, or behind the people who wrote for it.

use dateline_wire::OriginKind;

use super::agency::{Agencies, Agency};
use super::group::{groups, pure};
use super::place::is_about_picture;
use super::{Line, Statement};

/// A byline is no longer than this, in bytes.
const MAX_BYTES: usize = 160;

/// Words that a byline begins with, in lower case.
const BY: [&str; 9] = ["by ", "von ", "par ", "por ", "di ", "door ", "av ", "af ", "автор:"];

/// What one of the first lines of a text says as a byline.
pub(super) fn read(agencies: &Agencies, line: Line<'_>, index: usize) -> Vec<Statement> {
    let text = line.text;
    let mut found = Vec::new();
    // "… Updated: 2016-07-15 06:50 (WIRE)", "… By Agencies(WIRE)": a line that a page shows above the text.
    for group in groups(text) {
        let is_stamped = is_stamp(group.lead) || has_by(group.lead);
        if is_stamped && group.tail.trim().is_empty() {
            let from = group.lead.rfind("By ").unwrap_or(group.lead.len());
            let names = pure(agencies, group.content, false);
            found.extend(
                names.iter().map(|agency| line.statement(&agency.name, OriginKind::Byline, from, group.end)),
            );
        }
    }
    if text.len() > MAX_BYTES
        || is_about_picture(text)
        || text.ends_with(['.', '?', '!', '。'])
        || !found.is_empty()
    {
        return found;
    }
    let lower = text.to_lowercase();
    let is_by = BY.iter().any(|by| lower.starts_with(by));
    for mention in agencies.mentions(text) {
        let (before, after) = (text[..mention.start].trim(), text[mention.end..].trim());
        let is_last = after.is_empty() || after.starts_with(['|', ',', '•', '/', '·']);
        let is_alone = is_by_alone(before);
        let is_behind = is_by && before.ends_with([',', '|', '/', '·']);
        // "Ana Lund, Westland News" opens a text.
        let is_signature = index == 0 && before.ends_with(',') && is_people(before.trim_end_matches(','));
        if mention.is_source() && is_last && (is_alone || is_behind || is_signature) {
            found.push(line.statement(&mention.agency.name, OriginKind::Byline, 0, mention.end));
        }
    }
    found
}

/// The sources that an element for bylines names: alone, or behind the people who wrote for them.
pub(super) fn of_element<'a>(agencies: &'a Agencies, said: &str) -> Vec<&'a Agency> {
    const MARKS: [char; 10] = [',', '|', '/', '·', '•', '(', '（', '-', '–', '—'];
    const ENDS: [char; 8] = [',', '|', '/', '·', '•', ')', '）', '\n'];
    if said.len() > MAX_BYTES || is_about_picture(said) {
        return Vec::new();
    }
    let mentions = agencies.mentions(said).into_iter().filter(|mention| {
        let (before, after) = (said[..mention.start].trim_end(), said[mention.end..].trim_start());
        let begins = before.is_empty() || is_by_alone(before) || before.ends_with(MARKS);
        mention.is_source() && begins && (after.is_empty() || after.starts_with(ENDS))
    });
    mentions.map(|mention| mention.agency).collect()
}

/// Whether `before` is nothing but the words that a byline begins with.
fn is_by_alone(before: &str) -> bool {
    let by = before.to_lowercase();
    BY.iter().any(|word| by == word.trim()) || by == "by the"
}

/// Whether `lead` ends with a time of day, or with a day behind the word for "updated".
fn is_stamp(lead: &str) -> bool {
    let lead = lead.trim_end();
    let mut last = lead.rsplit(' ');
    let word = last.next().unwrap_or_default();
    let is_time = word.split_once(':').is_some_and(|(hours, minutes)| {
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits(hours) && digits(&minutes[..minutes.len().min(2)])
    });
    let is_day = word.len() == 10 && word.bytes().filter(u8::is_ascii_digit).count() == 8;
    is_time || is_day
}

fn has_by(lead: &str) -> bool {
    lead.rfind("By ").is_some_and(|at| {
        let is_start = at == 0 || !lead[..at].ends_with(|c: char| c.is_alphanumeric());
        is_start && lead.len() - at < 60
    })
}

/// Whether `words` are the names of people: two to eight capitalised words.
fn is_people(words: &str) -> bool {
    let count = words.split_whitespace().count();
    let is_name = |word: &str| word.starts_with(char::is_uppercase) || word == "and" || word == "&";
    (2..=8).contains(&count) && words.split_whitespace().all(is_name)
}
