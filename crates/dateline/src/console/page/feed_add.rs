//! Adding feeds: one by its address, with a look at what it would bring; many from a list of another reader.

use jiff::Timestamp;
use maud::{Markup, html};
use url::Url;

use crate::api::opml::ImportReport;
use crate::console::figures::{count, counted, language, moment, since, told_moment, verdict, words};
use crate::console::frame::Viewer;
use crate::console::shown::{address, failure_in, feed_name, line, line_in, visible};
use crate::feed_finding::FeedVerdict;
use crate::feed_preview::{FeedPreview, PreviewedEntry, PreviewedOutcome};

/// The most feeds of a list that are named.
const MAX_NAMED: usize = 200;

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub(crate) struct AdditionForm {
    /// The address.
    pub(crate) url: String,
    /// What people call it.
    pub(crate) name: String,
    /// The group that gives it options; empty for none.
    pub(crate) group: String,
    /// Its tags, between commas.
    pub(crate) tags: String,
    /// How often it is asked; empty for its own rhythm.
    pub(crate) interval: String,
    /// What its articles are in; empty for what their pages say.
    pub(crate) language: String,
    /// Where the text comes from; empty for what its group says.
    pub(crate) full_text: String,
    /// Whether its articles are judged; empty for what its group says.
    pub(crate) subject: String,
    /// Patterns, one a line, of which an entry has to match one.
    pub(crate) keep: String,
    /// Patterns, one a line, of which an entry may match none.
    pub(crate) drop: String,
}

impl AdditionForm {
    /// Whether it says more than most feeds need.
    fn has_further_options(&self) -> bool {
        [&self.language, &self.full_text, &self.subject, &self.keep, &self.drop]
            .into_iter()
            .any(|text| !text.trim().is_empty())
    }

    /// The same as hidden fields, under another address.
    fn hidden(&self) -> Markup {
        let Self { url: _, name, group, tags, interval, language, full_text, subject, keep, drop } = self;
        html! {
            @for (field, value) in [("name", name), ("group", group), ("tags", tags), ("interval", interval), ("language", language),
                ("full_text", full_text), ("subject", subject), ("keep", keep), ("drop", drop)] {
                input type="hidden" name=(field) value=(value);
            }
        }
    }
}

/// The page: the form, why it didn't work, or what the feed would bring.
pub(crate) fn page(
    form: &AdditionForm,
    groups: &[String],
    preview: Option<&FeedPreview>,
    refusal: Option<(&str, &[String])>,
    viewer: &Viewer,
    now: Timestamp,
) -> Markup {
    html! {
        p.crumbs { a href="/feeds" data-up { "Feeds" } }
        h1 { "Add a feed" }
        p.lead { "By its own address, or by that of a site that names its feed. What it would bring is shown before anything is saved. "
            a href="/feeds/import" { "Or import a list (OPML)" } "." }
        @if let Some((detail, errors)) = refusal {
            div.fault role="alert" {
                p { (visible(detail, 1_000)) }
                @if !errors.is_empty() { ul.plain { @for error in errors.iter().take(10) { li { (visible(error, 500)) } } } }
            }
        }
        @if viewer.may_operate {
            (addition_form(form, groups, preview.is_some_and(|preview| preview.url.is_some())))
        } @else {
            (for_operators(viewer))
        }
        @if let Some(preview) = preview { (previewed(form, preview, now)) }
    }
}

fn for_operators(viewer: &Viewer) -> Markup {
    viewer.refusal(
        &html! { "Feeds are added by whoever has the role " code { "operate" } ", where a daemon has a configuration: not in the demo." },
        &html! { code { "dateline feed add" } " and " code { "dateline feed import" } " reach its feeds, on any machine with a member’s configuration." },
    )
}

/// The form: a look is always offered, saving once there was one.
fn addition_form(form: &AdditionForm, groups: &[String], may_save: bool) -> Markup {
    html! {
        form.panel.fields method="post" action="/feeds/preview" {
            div.field.whole {
                label for="url" { "Address" }
                input #url type="url" name="url" required maxlength="2000" value=(form.url) placeholder="https://news.example/" autocomplete="off" autofocus[form.url.is_empty()];
            }
            div.field {
                label for="name" { "Name" }
                input #name type="text" name="name" maxlength="200" value=(form.name) placeholder="What people call it" autocomplete="off";
            }
            div.field {
                label for="tags" { "Tags, between commas" }
                input #tags type="text" name="tags" maxlength="400" value=(form.tags) autocomplete="off";
            }
            @if !groups.is_empty() {
                div.field {
                    label for="group" { "Group" }
                    select #group name="group" {
                        option value="" { "none; its host may belong to one" }
                        @for group in groups { option value=(group) selected[*group == form.group] { (visible(group, 60)) } }
                    }
                }
            }
            div.field {
                label for="interval" { "Poll every" }
                input #interval type="text" name="interval" maxlength="40" value=(form.interval) placeholder="its own rhythm; or 10m, 1h" autocomplete="off";
            }
            details.whole open[form.has_further_options()] {
                summary { "More options" }
                div.fields {
                    div.field {
                        label for="feed-language" { "Language of its articles" }
                        input #feed-language type="text" name="language" maxlength="35" value=(form.language) placeholder="what their pages say; or ko, ru" autocomplete="off";
                    }
                    (choice("full_text", "Text from", &form.full_text, &[("", "page, or feed where that has more"), ("page", "the page alone"), ("feed", "the feed alone")]))
                    (choice("subject", "Judged by the subject", &form.subject, &[("", "yes"), ("off", "no: publish all of it")]))
                    (patterns("keep", "Keep only entries whose title or link matches", &form.keep))
                    (patterns("drop", "Leave out entries whose title or link matches", &form.drop))
                }
                p.note { "Patterns are regular expressions, one a line. What a feed needs to log in stands in a group of the feeds file, so that no secret passes through here." }
            }
            div.actions.whole {
                button type="submit" { "Preview" }
                @if may_save { button.strong type="submit" formaction="/feeds/add" { "Add the feed" } }
            }
        }
    }
}

fn choice(name: &str, label: &str, chosen: &str, choices: &[(&str, &str)]) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (value, meaning) in choices { option value=(value) selected[*value == chosen] { (meaning) } }
            }
        }
    }
}

fn patterns(name: &str, label: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            textarea id=(name) name=(name) rows="2" maxlength="4000" spellcheck="false" { (value) }
        }
    }
}

fn previewed(form: &AdditionForm, preview: &FeedPreview, now: Timestamp) -> Markup {
    html! {
        @if !preview.candidates.is_empty() {
            section.panel aria-labelledby="candidates-title" {
                div.heading { h2 #candidates-title { "The site names several feeds" } }
                ul.rows {
                    @for candidate in preview.candidates.iter().take(50) {
                        li.reject-row {
                            div { (address(candidate.as_str())) }
                            form.inline method="post" action="/feeds/preview" {
                                input type="hidden" name="url" value=(candidate.as_str());
                                (form.hidden())
                                button type="submit" aria-label=(format!("Preview {}", visible(candidate.as_str(), 100))) { "Preview" }
                            }
                        }
                    }
                }
            }
        }
        @if let (Some(url), Some(found)) = (&preview.url, preview.verdict) {
            section.panel aria-labelledby="preview-title" {
                div.heading { h2 #preview-title { "What it would bring" } span.chip.(class_of(found)) { (found.word()) } }
                p { (address(url.as_str())) ": " (line(&preview.detail)) }
                @if !preview.options.is_empty() { p.note { "With " (words(&preview.options.join(", "))) ", as this form or its group says." } }
                @if !preview.tags.is_empty() { ul.chips aria-label="Tags" { @for tag in preview.tags.iter().take(20) { li { span.chip { (visible(tag, 40)) } } } } }
                @if preview.entries.len() < preview.entry_count { p.note { "The newest " (preview.entries.len()) " of " (count(preview.entry_count)) " entries." } }
                ol.rows { @for entry in &preview.entries { (entry_row(entry, now)) } }
            }
        }
    }
}

fn class_of(found: FeedVerdict) -> &'static str {
    match found {
        FeedVerdict::Ok => "good",
        FeedVerdict::Stale | FeedVerdict::Empty | FeedVerdict::PutOff => "fair",
        FeedVerdict::Failed | FeedVerdict::Gone => "bad",
    }
}

fn entry_row(entry: &PreviewedEntry, now: Timestamp) -> Markup {
    let PreviewedEntry { title, link, published, outcome } = entry;
    html! {
        li.article-row {
            div {
                p.headline { (line(title.as_deref().unwrap_or("(without a title)"))) }
                p.meta {
                    @if let Some(link) = link { (address(link.as_str())) } @else { "without a link" }
                    @if let Some(published) = published { " · " (moment(*published, now)) ", " (since(Some(*published), now)) }
                }
                @if let Some(outcome) = outcome { (outcome_of(outcome, title.as_deref(), link.as_ref().map_or("", Url::as_str), now)) }
            }
            div.aside {
                @match outcome {
                    Some(PreviewedOutcome { label: Some(label), score, .. }) => (verdict(*label, *score)),
                    Some(PreviewedOutcome { reason: Some(reason), .. }) => span.chip { (words(reason)) },
                    Some(_) => {},
                    None => span.soft { "not read" },
                }
            }
        }
    }
}

fn outcome_of(outcome: &PreviewedOutcome, entry_title: Option<&str>, link: &str, now: Timestamp) -> Markup {
    let PreviewedOutcome {
        is_published,
        detail,
        title,
        authors,
        language: tag,
        published,
        text,
        text_chars,
        ..
    } = outcome;
    html! {
        p.meta {
            @if *is_published { b { "would be published" } } @else { "would not be published: " (failure_in(detail, link)) }
            @if let Some(tag) = tag { " · " (language(tag)) }
            @if *text_chars > 0 { " · " (counted(*text_chars as u64, "character", "characters")) }
            @if let Some(published) = published { " · dated " (told_moment(published, now)) }
        }
        @if let Some(title) = title.as_deref().filter(|title| Some(*title) != entry_title) { p.meta { "On the page: " (line_in(title, tag.as_deref())) } }
        @if !authors.is_empty() { p.meta { "By " (line(&authors.join(", "))) } }
        @if !text.is_empty() { details { summary { "Its text" } p.excerpt dir="auto" { (visible(text, 800)) } } }
    }
}

/// The page for lists.
pub(crate) fn import_page(
    list: &str,
    report: Option<&ImportReport>,
    refusal: Option<(&str, &[String])>,
    viewer: &Viewer,
) -> Markup {
    let may_save = report.is_some_and(|report| report.reload.is_none() && !report.added.is_empty());
    html! {
        p.crumbs { a href="/feeds" data-up { "Feeds" } }
        h1 { "Import feeds" }
        p.lead { "A list as other readers write it (OPML). Its folders and categories become tags. What it would change is shown before anything is saved." }
        @if let Some((detail, errors)) = refusal {
            div.fault role="alert" {
                p { (visible(detail, 1_000)) }
                @if !errors.is_empty() { ul.plain { @for error in errors.iter().take(10) { li { (visible(error, 500)) } } } }
            }
        }
        @match report {
            Some(report) if report.reload.is_some() => {
                p.notice role="status" { (counted(report.added.len() as u64, "feed is added", "feeds are added")) ". " a href="/feeds" { "To the feeds" } }
            }
            _ if !viewer.may_operate => (for_operators(viewer)),
            _ => form.panel.fields method="post" action="/feeds/import" {
                div.field.whole {
                    label for="opml" { "The list" }
                    textarea #opml name="opml" rows="8" required spellcheck="false" placeholder="<opml version=\"2.0\">…" { (list) }
                    // Shown by the script, which reads the file into the text.
                    label.file hidden { "or a file: " input type="file" accept=".opml,.xml,text/x-opml,application/xml,text/xml" data-into="opml"; }
                }
                div.actions.whole {
                    button type="submit" { "Compare" }
                    @if may_save { button.strong type="submit" formaction="/feeds/import/save" { "Add " (counted(report.map_or(0, |report| report.added.len()) as u64, "feed", "feeds")) } }
                }
            },
        }
        @if let Some(report) = report { (difference(report)) }
        (super::other_forms(&[("OPML of the feeds", "/v1/opml")], ""))
    }
}

fn difference(report: &ImportReport) -> Markup {
    html! {
        section.panel aria-labelledby="difference-title" {
            div.heading { h2 #difference-title { "What it changes" } }
            ul.chips {
                li { span.chip.good { (count(report.added.len())) " new" } }
                li { span.chip { (count(report.known)) " there already, and stay as they are" } }
                @if !report.skipped.is_empty() { li { span.chip.fair { (count(report.skipped.len())) " passed over" } } }
            }
            @if report.added.is_empty() { p.empty { "Nothing: every feed of it is there already." } }
            ol.rows {
                @for feed in report.added.iter().take(MAX_NAMED) {
                    li.reject-row {
                        div {
                            p.headline { (feed_name(feed.name.as_deref(), feed.url.as_str())) }
                            p.meta { (address(feed.url.as_str())) @for tag in feed.tags.iter().take(8) { " · " (visible(tag, 60)) } }
                        }
                    }
                }
            }
            @if report.added.len() > MAX_NAMED { p.note { "And " (count(report.added.len() - MAX_NAMED)) " more." } }
            @if !report.skipped.is_empty() {
                details { summary { "Passed over, since they are no addresses of the web" }
                    ul.plain { @for text in &report.skipped { li { bdi { (visible(text, 200)) } } } } }
            }
        }
    }
}
