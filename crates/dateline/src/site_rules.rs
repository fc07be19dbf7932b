//! How the operator's rules for single sites do, since the daemon started: a rule whose selectors find nothing any more is for a
//! site that has changed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use dateline_parser::{AppliedSiteRule, SiteRulePart};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is counted of every rule.
#[derive(Debug, Default)]
pub(crate) struct SiteRuleCounts {
    rules: Mutex<BTreeMap<String, RuleCount>>,
    pub(crate) selections: Family<SelectionLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct SelectionLabels {
    rule: String,
    part: &'static str,
    result: &'static str,
}

#[derive(Debug, Default)]
struct RuleCount {
    pages: u64,
    /// For each part, on how many pages in a row, up to the last one, it was not found.
    missing: BTreeMap<SiteRulePart, u64>,
}

/// How one rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SiteRuleStatus {
    /// Its host, followed by its path where it has one.
    pub rule: String,
    /// Pages that were read by it since the start.
    pub pages: u64,
    /// The parts that its selectors did not find on the last page, and on how many pages in a row.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<String, u64>,
}

impl SiteRuleCounts {
    pub(crate) fn count(&self, applied: &AppliedSiteRule) {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let count = rules.entry(applied.rule.clone()).or_default();
        count.pages += 1;
        for part in &applied.asked {
            let is_missing = applied.unmatched.contains(part);
            if is_missing {
                *count.missing.entry(*part).or_default() += 1;
            } else {
                count.missing.remove(part);
            }
            let result = if is_missing { "unmatched" } else { "matched" };
            let labels = SelectionLabels { rule: applied.rule.clone(), part: part.as_str(), result };
            self.selections.get_or_create(&labels).inc();
        }
    }

    pub(crate) fn status(&self) -> Vec<SiteRuleStatus> {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let status = |(rule, count): (&String, &RuleCount)| SiteRuleStatus {
            rule: rule.clone(),
            pages: count.pages,
            missing: count.missing.iter().map(|(part, pages)| (part.as_str().to_owned(), *pages)).collect(),
        };
        rules.iter().map(status).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_counts_as_missing_from_the_last_page_on_which_it_was_found() {
        let counts = SiteRuleCounts::default();
        let page = |unmatched: &[SiteRulePart]| AppliedSiteRule {
            rule: "news.example".into(),
            asked: vec![SiteRulePart::Body, SiteRulePart::Title],
            unmatched: unmatched.to_vec(),
        };
        for unmatched in [&[SiteRulePart::Body][..], &[], &[SiteRulePart::Body], &[SiteRulePart::Body]] {
            counts.count(&page(unmatched));
        }
        let status = counts.status();
        assert_eq!(status[0].pages, 4);
        assert_eq!(status[0].missing, BTreeMap::from([("body".to_owned(), 2)]));
    }
}
