//! Pages of single sites, read by their operator's rules.

#![allow(clippy::unwrap_used)] // also in the helpers of the tests: a failure is theirs

use dateline_parser::{Extraction, SiteRulePart, SiteRules, extract, extract_by};
use dateline_wire::{CutKind, Page, Source};

const PAGE: &str = "<!doctype html><title>Ferry service resumes | Gazette</title><h1>Ferry service resumes</h1>
    <h2 class=real>Ferry runs again after the storm</h2><span class=who>By Ana Lund and Bo Ek</span><i class=when>4 June 2025</i>
    <div class=box><p>The ferry left the harbour at six in the morning, the first time since the storm.</p>
      <div class=partner>Our partners sail the fjords from forty crowns a day, meals included.</div>
      <figure><figcaption>The ferry at its berth. Photo: B. Ek</figcaption></figure>
      <p>By noon, two hundred people had crossed, the port authority said on Wednesday.</p></div>
    <div class=box2><p>In the town hall, the council spoke about the price of bread for three hours on Tuesday evening.</p></div>";

fn read(rule: &str) -> Extraction {
    let rules =
        SiteRules::parse("sites.toml", &format!("[[site]]\nhost = 'gazette.example'\n{rule}")).unwrap();
    extract_by(&page("https://www.gazette.example/1"), &rules)
}

fn page(url: &str) -> Page {
    Page { url: url.parse().ok(), content_type: None, bytes: PAGE.into(), received_at: None }
}

#[test]
fn what_body_selects_is_the_text_without_what_is_dropped_and_what_calls_itself_a_caption() {
    let article = read("body = '.box'\ndrop = '.partner'").article;
    assert_eq!(
        article.body.text,
        "The ferry left the harbour at six in the morning, the first time since the storm.\n\
         By noon, two hundred people had crossed, the port authority said on Wednesday."
    );
    assert_eq!(article.body.extractor, "dateline/1+site_rule");
    let cut = |kind| article.cuts.iter().find(|cut| cut.kind == kind).map(|cut| cut.pieces);
    assert_eq!((cut(CutKind::SiteRule), cut(CutKind::Caption)), (Some(1), Some(1)));
    assert!(article.cuts.iter().map(|cut| cut.chars).sum::<u32>() > 200, "what is outside is counted, too");
}

#[test]
fn a_rule_without_a_body_only_drops() {
    let article = read("drop = '.partner, .box2'").article;
    assert!(article.body.text.starts_with("The ferry left"), "{}", article.body.text);
    assert!(!article.body.text.contains("partners") && !article.body.text.contains("town hall"));
    assert_eq!(article.body.extractor, "dateline/1");
}

#[test]
fn what_a_rule_points_at_is_believed_before_everybody_else_and_named_as_the_source() {
    let article = read("title = '.real'\nauthors = '.who'\npublished = '.when'").article;
    assert_eq!(article.title.as_deref(), Some("Ferry runs again after the storm"));
    assert_eq!(article.title_alternative.map(|other| other.text).as_deref(), Some("Ferry service resumes"));
    assert_eq!(article.authors, ["Ana Lund", "Bo Ek"]);
    let published = article.published.unwrap();
    assert_eq!(published.value, "2025-06-04");
    let sources = [article.title_source, article.authors_source, Some(published.source)];
    assert_eq!(sources, [Some(Source::SiteRule); 3]);
}

#[test]
fn where_the_selectors_find_nothing_the_general_way_takes_over_and_the_parts_are_told() {
    let Extraction { article, site_rule, .. } = read("body = '.story'\ntitle = '.headline'\ndrop = '.gone'");
    assert_eq!(article, extract(&page("https://www.gazette.example/1")));
    let applied = site_rule.unwrap();
    assert_eq!(applied.rule, "gazette.example");
    assert_eq!(applied.unmatched, [SiteRulePart::Body, SiteRulePart::Title]);
}

#[test]
fn a_selection_that_holds_no_text_is_none() {
    let Extraction { article, site_rule, .. } = read("body = '.partner'\ndrop = '.box'");
    assert_eq!(article.body.extractor, "dateline/1");
    assert_eq!(site_rule.unwrap().unmatched, [SiteRulePart::Body]);
}

#[test]
fn pages_of_other_hosts_and_of_no_address_know_no_rule() {
    let rules =
        SiteRules::parse("sites.toml", "[[site]]\nhost = 'gazette.example'\nbody = '.box2'\n").unwrap();
    for url in ["https://other.example/1", ""] {
        let extraction = extract_by(&page(url), &rules);
        assert_eq!((extraction.article, extraction.site_rule), (extract(&page(url)), None));
    }
}
