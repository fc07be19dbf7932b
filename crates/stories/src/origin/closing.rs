//! Credits that close a text: "(WIRE)", "WIRE - OTHER", "— WIRE", an address of the wire's.

use dateline_wire::OriginKind;

use super::agency::{Agencies, AgencyKind};
use super::group::{groups, pure};
use super::place::is_about_picture;
use super::{Line, Statement};

/// A line that holds nothing but credits is no longer than this, in bytes.
const MAX_BYTES: usize = 80;

/// The marks that end a sentence.
const ENDS: [char; 12] = ['.', '!', '?', '”', '"', '’', '»', '。', '！', '？', '」', ')'];

/// What one of the last lines of a text says.
pub(super) fn read(agencies: &Agencies, line: Line<'_>) -> Vec<Statement> {
    let text = line.text;
    let whole = text.trim_matches(|c: char| c.is_whitespace() || "-–—―/|•·©[](){}（）【】.".contains(c));
    if text.len() <= MAX_BYTES {
        let names = pure(agencies, whole, true);
        if !names.is_empty() {
            return names
                .iter()
                .map(|agency| line.statement(&agency.name, OriginKind::Credit, 0, text.len()))
                .collect();
        }
    }
    let mut found = Vec::new();
    for group in groups(text) {
        let lead = group.lead.trim_end();
        let is_sentence = lead.ends_with(ENDS) || is_initials(lead);
        let is_last = group.tail.trim().trim_matches(['.', '。', '#']).is_empty();
        if is_last && is_sentence && !is_about_picture(lead.rsplit(['.', '。']).next().unwrap_or_default()) {
            let names = pure(agencies, group.content, true);
            let from = lead.len();
            found.extend(
                names.iter().map(|agency| line.statement(&agency.name, OriginKind::Credit, from, group.end)),
            );
        }
    }
    for mention in agencies.mentions(text) {
        let (before, after) = (text[..mention.start].trim_end(), text[mention.end..].trim());
        if !mention.is_source() || !after.trim_matches(['.', '#', ')']).is_empty() && !after.starts_with(',')
        {
            continue;
        }
        // "… he said. — WIRE", "… he said./WIRE"
        let dash = before.trim_end_matches(['-', '–', '—', '―', '/']);
        let is_dashed = dash.len() < before.len()
            && dash.trim_end().ends_with(ENDS)
            && after.is_empty()
            && text.len() > MAX_BYTES;
        // "someone@wire.example": reporters of agencies sign with their address.
        let is_address = before.ends_with('@')
            && mention.agency.kind == AgencyKind::Agency
            && mention.agency.owns(&text[mention.start..mention.end]);
        if is_dashed || is_address {
            let from = before.rfind([' ', '\u{a0}']).map_or(0, |at| at + 1).min(mention.start);
            found.push(line.statement(&mention.agency.name, OriginKind::Credit, from, mention.end));
        }
    }
    found
}

/// Whether a line begins with nothing but the initials of editors: "jm/dm".
fn is_initials(lead: &str) -> bool {
    !lead.is_empty()
        && lead.len() <= 12
        && lead.split(['/', ' ', ',']).all(|part| part.len() <= 4 && part.chars().all(char::is_lowercase))
}
