//! What an article was read from: the recorded page, and for each field who says what and whom the extraction believed.

use dateline_wire::{Article, ArticleEvent, Cut, CutKind, Source};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::api::recorded::WitnessReport;
use crate::console::figures::{capitalised, counted, language, number, told_moment, word};
use crate::console::shown::{address, line, line_in, visible};
use crate::rivals::{Rival, place};

/// The most that is listed of what was not believed of one field.
const MAX_RIVALS: usize = 12;

/// The page.
pub(crate) fn page(event: &ArticleEvent, witnesses: &WitnessReport, now: Timestamp) -> Markup {
    let content = &event.content;
    html! {
        p.crumbs { a href=(format!("/articles/{}", event.article)) data-up { "The article" } }
        h1 { "How it was read" }
        p.lead {
            (line_in(content.title.as_deref().unwrap_or("(without a title)"), content.language.as_deref()))
            @if event.revision > 1 { ", revision " (event.revision) }
        }
        div.columns.even {
            section.panel aria-labelledby="page-title" {
                div.heading { h2 #page-title { "The page as it came" } }
                @if let Some(url) = &content.url {
                    p.address { (address(url.as_str())) }
                    p { a href=(super::sites::href(url)) { "Try a site rule on it" } }
                }
                @if witnesses.is_recorded {
                    iframe.recorded title="The recorded page" src=(format!("/v1/articles/{}/page", event.article)) sandbox="" loading="lazy" referrerpolicy="no-referrer" {}
                    p.note { "Its text and structure alone, as recorded: no scripts, no pictures, no links, nothing from the network." }
                } @else {
                    p.empty {
                        @if event.recording.is_some() { "It was recorded, in a file that this daemon does not have: it knows the one that it writes itself (--record)." }
                        @else { "It was not recorded: pages are kept while the daemon runs with --record. What it was read as stands beside." }
                    }
                }
            }
            div {
                (field("Title", content.title.as_deref().map(|title| line_in(title, content.language.as_deref())), content.title_source,
                    witnesses.agreeing.as_ref().map(|agreeing| agreeing.title.as_slice()), &titles(content, witnesses)))
                @let authors = content.authors.iter().take(12).map(|author| visible(author, 80)).collect::<Vec<_>>().join(", ");
                (field("Authors", (!authors.is_empty()).then(|| line(&authors)), content.authors_source,
                    witnesses.agreeing.as_ref().map(|agreeing| agreeing.authors.as_slice()),
                    witnesses.not_believed.as_ref().map_or(&[], |rivals| &rivals.authors)))
                (field("Published", content.published.as_ref().map(|moment| html! { (told_moment(&moment.value, now)) ", to the " (word(&moment.precision)) }),
                    content.published.as_ref().map(|moment| moment.source),
                    witnesses.agreeing.as_ref().map(|agreeing| agreeing.published.as_slice()),
                    witnesses.not_believed.as_ref().map_or(&[], |rivals| &rivals.published)))
                (rest(content, now))
                (cuts(&content.cuts))
                (super::other_forms(&[("JSON", &format!("/v1/articles/{}/witnesses", event.article))], ""))
            }
        }
    }
}

/// What is known of other titles: all where the page is recorded, else the one that the event tells.
fn titles(content: &Article, witnesses: &WitnessReport) -> Vec<Rival> {
    if let Some(rivals) = &witnesses.not_believed {
        return rivals.titles.clone();
    }
    let other = content.title_alternative.iter();
    other
        .map(|other| Rival {
            text: other.text.clone(),
            source: other.source,
            why: "the page has it for shares or searches".to_owned(),
        })
        .collect()
}

/// One field: what was believed, who says the same, and what else was said.
fn field(
    name: &str,
    believed: Option<Markup>,
    source: Option<Source>,
    agreeing: Option<&[Source]>,
    rivals: &[Rival],
) -> Markup {
    let also: Vec<Source> =
        agreeing.unwrap_or_default().iter().copied().filter(|also| Some(*also) != source).collect();
    html! {
        section.panel.witnesses {
            h2 { (name) }
            @match believed {
                Some(believed) => {
                    p.believed { (believed) }
                    p.meta {
                        @if let Some(source) = source { "Believed " (place(source)) }
                        @if !also.is_empty() { "; the same " @for (at, source) in also.iter().enumerate() { @if at > 0 { ", " } (place(*source)) } }
                        "."
                    }
                },
                None => p.empty { "The page does not say, or nothing that it says is to be believed." },
            }
            @if !rivals.is_empty() {
                ul.rivals {
                    @for rival in rivals.iter().take(MAX_RIVALS) {
                        li { (line(&rival.text)) p.meta { (capitalised(place(rival.source))) "; not believed: " (rival.why) "." } }
                    }
                }
                @if rivals.len() > MAX_RIVALS { p.note { (rivals.len() - MAX_RIVALS) " more." } }
            } @else if agreeing.is_some() {
                p.note { "Nothing on the page says otherwise." }
            }
        }
    }
}

/// The other fields, which have one witness each.
fn rest(content: &Article, now: Timestamp) -> Markup {
    html! {
        section.panel {
            h2 { "The rest" }
            dl.facts {
                @for credit in content.credits.iter().take(12) { div { dt { (word(&credit.role)) } dd { (line(&credit.name)) } } }
                @if let Some(modified) = &content.modified { div { dt { "Modified" } dd { (told_moment(&modified.value, now)) ", " (place(modified.source)) } } }
                div { dt { "Language" } dd { @match &content.language { Some(tag) => (language(tag)), None => "not known" } } }
                div { dt { "Text" } dd {
                    (counted(content.body.text.chars().count() as u64, "character", "characters")) " in "
                    (counted(content.body.paragraphs.len() as u64, "paragraph", "paragraphs")) ", by " code { (visible(&content.body.extractor, 60)) }
                } }
            }
        }
    }
}

/// What stood near the text and is no part of it, and why.
fn cuts(cuts: &[Cut]) -> Markup {
    html! {
        section.panel {
            h2 { "Cut away from around the text" }
            @if cuts.is_empty() { p.empty { "Nothing." } }
            dl.facts {
                @for cut in cuts.iter().take(20) {
                    div {
                        dt { (word(&cut.kind)) }
                        dd { (why(cut.kind)) " " span.soft { (counted(cut.pieces.into(), "piece", "pieces")) ", " (number(cut.chars)) " characters" } }
                    }
                }
            }
        }
    }
}

/// Why a piece is no part of the text.
fn why(kind: CutKind) -> &'static str {
    match kind {
        CutKind::Related => "Links to other stories, or their text.",
        CutKind::Advertisement => "Advertisements and sponsored links.",
        CutKind::Tags => "Lists of tags, topics and sections.",
        CutKind::AppPrompt => "Requests to install an application.",
        CutKind::Comments => "Readers’ comments, and the box to write one.",
        CutKind::Caption => "Captions and credits of pictures.",
        CutKind::Paywall => "Requests to subscribe or pay.",
        CutKind::Newsletter => "Sign-ups for a newsletter.",
        CutKind::Share => "Invitations to share.",
        CutKind::Metadata => "Byline, date, breadcrumbs: told as fields instead.",
        CutKind::Aside => "Boxes about the author, the publisher, or beside the story.",
        CutKind::Navigation => "The site’s navigation, head and foot.",
        CutKind::SiteRule => "What the rule for the site leaves out.",
    }
}
