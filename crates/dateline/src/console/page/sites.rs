//! Rules for single sites: what there is, and a rule tried on a page, beside what is read without it.

use jiff::Timestamp;
use maud::{Markup, html};
use url::Url;

use super::question::Question;
use crate::api::site_rule::{ListedSiteRule, PageReading, SiteRuleTrialReport, TrialPageSource};
use crate::config::sites::SiteRuleDocument;
use crate::console::figures::{counted, language, moment, told_moment, word};
use crate::console::frame::Viewer;
use crate::console::shown::{is_tag, line, line_in, visible};

/// The most of a text that is shown, in scalar values.
const MAX_TEXT_CHARS: usize = 6_000;

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrialForm {
    /// The page's address.
    pub(crate) url: String,
    /// The page, where it was pasted.
    pub(crate) html: String,
    /// Whether it is fetched although a recording has it.
    pub(crate) refetch: bool,
    /// The rule.
    pub(crate) rule: SiteRuleDocument,
}

/// Where a rule is tried on the page at an address.
pub(crate) fn href(url: &Url) -> String {
    format!("/sites?url={}", super::query_value(url.as_str()))
}

/// The page.
pub(crate) fn page(
    rules: &[ListedSiteRule],
    form: &TrialForm,
    trial: Option<&SiteRuleTrialReport>,
    refusal: Option<(&str, &[String])>,
    notice: Option<&str>,
    viewer: &Viewer,
    now: Timestamp,
) -> Markup {
    html! {
        h1 { "Site rules" }
        p.lead { "For sites that no general rule reads right: CSS selectors that say where the text, the headline, the authors and the date stand. A rule is tried on a page first, beside what is read without it." }
        @if let Some(notice) = notice { p.notice role="status" { (notice) } }
        @if let Some((detail, errors)) = refusal {
            div.fault role="alert" {
                p { (visible(detail, 1_000)) }
                @if !errors.is_empty() { ul.plain { @for error in errors.iter().take(10) { li { (visible(error, 500)) } } } }
            }
        }
        div.columns {
            div {
                @if viewer.may_operate { (trial_form(form, trial.is_some())) } @else { (for_operators(viewer)) }
                @if let Some(trial) = trial { (compared(trial, now)) }
            }
            section.panel aria-labelledby="rules-title" {
                div.heading { h2 #rules-title { "Rules in force" } }
                @if rules.is_empty() { p.empty { "None: every page is read the general way." } }
                ul.rows { @for rule in rules { (rule_row(rule, viewer)) } }
            }
        }
        (super::other_forms(&[("JSON", "/v1/sites")], ""))
    }
}

fn for_operators(viewer: &Viewer) -> Markup {
    viewer.refusal(
        &html! { "Rules are tried and saved by whoever has the role " code { "operate" } "." },
        &html! { "Rules stand in each member’s sites file, and count from its next start." },
    )
}

/// Whether a rule is to go.
pub(crate) fn removal(name: &str) -> Markup {
    super::question::page(&Question {
        title: "Remove this rule?",
        about: line(name),
        consequence: "It leaves the sites file, and its pages are read the general way then.",
        action: "/sites/remove",
        field: Some(("rule", name)),
        yes: "Remove the rule",
        back: "/sites",
    })
}

fn rule_row(listed: &ListedSiteRule, viewer: &Viewer) -> Markup {
    let ListedSiteRule { name, status, .. } = listed;
    html! {
        li.reject-row {
            div {
                p.headline { a data-row href=(format!("/sites?rule={}", super::query_value(name))) { (line(name)) } }
                p.meta {
                    @match status {
                        Some(status) => {
                            (counted(status.pages, "page", "pages")) " since the start"
                            @for (part, pages) in &status.missing { " · " span.error { "no " (part) " on the last " (pages) } }
                        }
                        None => "no page since the start",
                    }
                }
            }
            @if viewer.may_operate {
                a.danger href=(format!("/sites/remove?rule={}", super::query_value(name))) aria-label=(format!("Remove the rule for {}", visible(name, 100))) { "Remove" }
            }
        }
    }
}

fn trial_form(form: &TrialForm, was_tried: bool) -> Markup {
    let TrialForm { url, html, refetch, rule } = form;
    let field = |name: &str, label: &str, value: Option<&str>, hint: &str| {
        html! {
            div.field {
                label for=(name) { (label) }
                input id=(name) type="text" name=(name) maxlength="1000" value=[value] placeholder=(hint) autocomplete="off" spellcheck="false";
            }
        }
    };
    html! {
        form.panel.fields.rule-fields method="post" action="/sites" {
            div.field.whole {
                label for="url" { "A page to try it on" }
                input #url type="url" name="url" maxlength="2000" value=(url) placeholder="https://news.example/world/1.html" autocomplete="off" required;
            }
            details.whole open[!html.is_empty()] {
                summary { "Its HTML, where it is neither recorded nor to be fetched" }
                label.hidden for="html" { "HTML of the page" }
                textarea #html name="html" rows="6" spellcheck="false" { (html) }
            }
            label.check.whole { input type="checkbox" name="refetch" checked[*refetch]; " Fetch it now, also where it is recorded" }
            (field("host", "Host, and those below it", Some(rule.host.as_str()).filter(|host| !host.is_empty()), "that of the page"))
            (field("path", "Paths (* for anything)", rule.path.as_deref(), "all"))
            (field("body", "Text", rule.body.as_deref(), "div.story-text"))
            (field("drop", "Leave out of the text", rule.drop.as_deref(), ".read-also, .subscribe"))
            (field("title", "Headline", rule.title.as_deref(), "h1.story-title"))
            (field("authors", "Authors", rule.authors.as_deref(), ".story-byline a"))
            (field("published", "Date", rule.published.as_deref(), "time.story-date"))
            div.actions.whole {
                button type="submit" { "Try" }
                @if was_tried { button.strong type="submit" formaction="/sites/save" { "Save the rule" } }
            }
        }
    }
}

fn compared(trial: &SiteRuleTrialReport, now: Timestamp) -> Markup {
    html! {
        p.note {
            @match trial.page_from {
                TrialPageSource::Request => "The page is the one that was pasted.",
                TrialPageSource::Recording => { "The page is from the recording" @if let Some(received) = trial.received_at { ", received " (moment(received, now)) } "." },
                TrialPageSource::Site => "The page was fetched now.",
            }
        }
        @if !trial.unmatched.is_empty() {
            p.notice role="status" { "Not found by the rule, and read the general way: " (visible(&trial.unmatched.join(", "), 100)) "." }
        }
        div.sides {
            (reading("ruled-title", "By the rule", trial.ruled.as_ref(), now))
            (reading("general-title", "Without a rule", Some(&trial.general), now))
        }
    }
}

fn reading(id: &str, title: &str, reading: Option<&PageReading>, now: Timestamp) -> Markup {
    html! {
        section.panel aria-labelledby=(id) {
            div.heading { h2 id=(id) { (title) } @if let Some(reading) = reading { span.chip { (word(&reading.page_kind)) } } }
            @match reading {
                None => p.empty { "The rule is not for this page: its host or path is another." },
                Some(reading) => {
                    @let tag = reading.language.as_deref();
                    dl.facts {
                        div { dt { "Headline" } dd { @match &reading.title { Some(title) => (line_in(title, tag)), None => span.soft { "none" } } } }
                        div { dt { "Authors" } dd { @if reading.authors.is_empty() { span.soft { "none" } } @else { (line(&reading.authors.join(", "))) } } }
                        div { dt { "Date" } dd { @match &reading.published { Some(date) => (told_moment(date, now)), None => span.soft { "none" } } } }
                        div { dt { "Text" } dd { (counted(reading.text_chars as u64, "character", "characters")) @if let Some(tag) = tag { ", " (language(tag)) } } }
                    }
                    div.text.small lang=[tag.filter(|tag| is_tag(tag))] dir="auto" tabindex="0" role="region" aria-label=(format!("Text: {title}")) {
                        @let shown: String = reading.text.chars().take(MAX_TEXT_CHARS).collect();
                        @for paragraph in shown.lines() { p { (visible(paragraph, MAX_TEXT_CHARS)) } }
                    }
                },
            }
        }
    }
}
