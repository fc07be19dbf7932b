//! One article: its text with what was found in it marked in place, and beside it all that was decided about it, with the evidence.

use dateline_journal::ArticleLabel;
use dateline_parser::rule_meaning;
use dateline_wire::{Article, ArticleEvent, Entity, JoinReason, Place, Reason, Source, Span, StoryEvent};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::console::difference;
use crate::console::figures::{
    counted, language, moment, number, signed, since, told_moment, verdict, word, words,
};
use crate::console::frame::Viewer;
use crate::console::marked::{self, Mark, MarkKind};
use crate::console::plot::weight;
use crate::console::shown::{address, feed_name, is_tag, line, line_in, site_name, visible};
use crate::rivals::place;

/// The most pieces of evidence that are shown of one reason.
const MAX_PIECES: usize = 4;
/// The most of one piece of evidence, in scalar values.
const MAX_PIECE_CHARS: usize = 90;
/// The most names that are listed.
const MAX_NAMES: usize = 60;

/// What is known of an article.
pub(crate) struct ArticleView<'a> {
    /// Its latest event.
    pub(crate) event: &'a ArticleEvent,
    /// The story that it stands in now.
    pub(crate) story: Option<&'a StoryEvent>,
    /// The article that it copies.
    pub(crate) source: Option<&'a ArticleEvent>,
    /// Its earlier revisions that are still there, newest first.
    pub(crate) earlier: &'a [ArticleEvent],
    /// Whether it was withdrawn since.
    pub(crate) is_withdrawn: bool,
    /// What somebody has said of it.
    pub(crate) label: Option<&'a ArticleLabel>,
    /// Whoever looks.
    pub(crate) viewer: &'a Viewer,
}

/// The page.
pub(crate) fn page(view: &ArticleView<'_>, now: Timestamp) -> Markup {
    let event = view.event;
    let content = &event.content;
    let (in_title, in_body) = marks(event);
    let tag = content.language.as_deref().filter(|tag| is_tag(tag));
    html! {
        p.crumbs { a href="/articles" data-up { "Articles" } }
        @if view.is_withdrawn { p.notice { "Its site does not have this article any more: it was withdrawn." } }
        article.read {
            header {
                p.kicker {
                    b { (publisher(content)) }
                    @if let Some(tag) = &content.language { " · " (language(tag)) }
                    @if let Some(published) = &content.published { " · " (told_moment(&published.value, now)) }
                    " · received " (since(Some(event.received_at), now))
                    @if event.revision > 1 { " · " a href="#revisions" { "revision " (event.revision) } }
                }
                h1 lang=[tag] dir="auto" {
                    @match &content.title { Some(title) => (marked::line(title, &in_title)), None => "(without a title)" }
                }
                @if !content.authors.is_empty() { p.authors { "By " @for (at, author) in content.authors.iter().take(12).enumerate() { @if at > 0 { ", " } (line(author)) } } }
                @if let Some(url) = content.canonical_url.as_ref().or(content.url.as_ref()) { p.address { (address(url.as_str())) } }
            }
            div.columns.wide.woven {
                div {
                    div.text-side {
                        (switches(&in_title, &in_body))
                        div.text lang=[tag] dir="auto" {
                            @if content.body.text.is_empty() { p.note { "Published without its text, as a reference to the article that it copies." } }
                            (marked::body(&content.body.text, &content.body.paragraphs, &in_body))
                        }
                    }
                    (revisions(view, now))
                    (reading(event, now))
                    (provenance(event, now))
                }
                div.beside {
                    (judgement(view))
                    (whose(view))
                    (story(view))
                    (names(&event.entities))
                    (super::other_forms(&[("JSON with all its revisions", &format!("/v1/articles/{}", event.article)), ("its witnesses as JSON", &format!("/v1/articles/{}/witnesses", event.article))], ""))
                }
            }
        }
    }
}

fn publisher(content: &Article) -> Markup {
    html! {
        @match (&content.publisher, content.canonical_url.as_ref().or(content.url.as_ref())) {
            (Some(publisher), _) => (line(publisher)),
            (None, Some(url)) => (site_name(url)),
            (None, None) => "publisher not known",
        }
    }
}

/// Everything that was found in the text, of the title and of the body.
fn marks(event: &ArticleEvent) -> (Vec<Mark>, Vec<Mark>) {
    let content = &event.content;
    let body = |spans: &[Span], kind: MarkKind, note: &str| -> Vec<_> {
        spans.iter().map(|span| (Place::Body(*span), kind, note.to_owned())).collect()
    };
    let mut found = Vec::new();
    for entity in &event.entities {
        let name = entity.label.as_deref().unwrap_or(&entity.surface);
        let note = format!("{name} ({})", words(&entity.kind));
        found.extend(entity.spans.iter().map(|place| (*place, MarkKind::Name, note.clone())));
    }
    for Reason { rule, weight, spans } in &event.relevance.reasons {
        let note = format!("{weight:+.2} {}", words(rule));
        found.extend(spans.iter().map(|place| (*place, MarkKind::Reason, note.clone())));
    }
    found.extend(body(&event.relevance.passages, MarkKind::Passage, ""));
    for origin in &content.origins {
        found.extend(body(
            origin.span.as_slice(),
            MarkKind::Origin,
            &format!("whose text it is: {}", origin.name),
        ));
    }
    if let Some(copy) = &event.copy_of {
        found.extend(body(&copy.spans, MarkKind::Copied, "stands in an earlier article"));
    }
    for change in &event.changes {
        found.extend(body(&change.spans, MarkKind::Edited, "other than in the revision before"));
    }
    found.extend(body(event.correction.as_slice(), MarkKind::Edited, "a notice of a correction"));
    marked::part(found)
}

/// A switch for each kind of mark that there is.
fn switches(in_title: &[Mark], in_body: &[Mark]) -> Markup {
    let count = |kind| in_title.iter().chain(in_body).filter(|mark| mark.kind == kind).count();
    let counts: Vec<(MarkKind, usize)> =
        MarkKind::ALL.into_iter().map(|kind| (kind, count(kind))).filter(|(_, marks)| *marks > 0).collect();
    html! {
        @if !counts.is_empty() {
            fieldset.switches {
                legend.hidden { "What is marked in the text" }
                @for (kind, marks) in counts {
                    label.switch.(kind.class()) {
                        input type="checkbox" checked[matches!(kind, MarkKind::Name | MarkKind::Passage | MarkKind::Copied | MarkKind::Origin)] data-mark=(kind.class());
                        span { (kind.title()) " " small { (marks) } }
                    }
                }
            }
        }
    }
}

/// Why it is about the subject.
fn judgement(view: &ArticleView<'_>) -> Markup {
    let ArticleEvent { content, relevance, .. } = view.event;
    let event = view.event;
    html! {
        section.panel aria-labelledby="judgement-title" {
            div.heading { h2 #judgement-title { "About the subject" } (verdict(relevance.label, relevance.score)) }
            @if !event.topics.is_empty() {
                ul.chips { @for topic in event.topics.iter().take(12) { li { a.chip href=(format!("/articles?topic={}", super::query_value(&topic.id))) { (visible(&words(&topic.id), 40)) } } } }
            }
            (reasons(&relevance.reasons, content.title.as_deref(), &content.body.text))
            @let own_page = format!("/articles/{}", event.article);
            (super::judge::buttons(&event.article, view.label, &own_page, &own_page, view.viewer))
        }
    }
}

/// What spoke for and against, the weightiest first, each with the words of `title` and `text` that it is about.
pub(crate) fn reasons(reasons: &[Reason], title: Option<&str>, text: &str) -> Markup {
    const OPEN: usize = 7;
    const MAX_REASONS: usize = 60;
    let mut ordered: Vec<&Reason> = reasons.iter().collect();
    ordered.sort_by(|one, other| other.weight.abs().total_cmp(&one.weight.abs()));
    ordered.truncate(MAX_REASONS);
    let largest = ordered.first().map_or(0.0, |reason| reason.weight.abs());
    let (first, rest) = ordered.split_at(ordered.len().min(OPEN));
    let listed = |reasons: &[&Reason]| {
        html! {
            ul.reasons {
                @for reason in reasons {
                    li {
                        span.rule title=(visible(&reason.rule, 80)) { (rule_in_words(&reason.rule)) } b.number { (signed(reason.weight)) }
                        (weight(reason.weight, largest))
                        @let pieces = pieces(&reason.spans, title, text);
                        @if !pieces.is_empty() { p.evidence { @for piece in &pieces { "“" bdi { (piece) } "” " } } }
                    }
                }
            }
        }
    };
    html! {
        @if first.is_empty() { p.empty { "No rule spoke." } }
        (listed(first))
        @if !rest.is_empty() { details { summary { (rest.len()) " more, each of less weight" } (listed(rest)) } }
    }
}

/// What a rule looks at. A sign is called by what it is made of, and where that stands.
fn rule_in_words(rule: &str) -> String {
    const ZONES: [(&str, &str); 4] = [
        ("title: ", "in the title"),
        ("lead: ", "in the first two sentences"),
        ("rest: ", "further down"),
        ("pair: ", "where both sides are named"),
    ];
    match rule {
        "prior" => return "Before anything is read".to_owned(),
        "other_signs" => return "All other signs together".to_owned(),
        _ => {}
    }
    if let Some(meaning) = rule_meaning(rule) {
        return meaning.trim_end_matches('.').to_owned();
    }
    let sign = ZONES.iter().find_map(|(zone, place)| Some((rule.strip_prefix(zone)?, place)));
    match sign {
        Some((pattern, place)) => {
            let signs: Vec<String> = pattern.split(" + ").map(sign_in_words).collect();
            format!("{} {place}", signs.join(" and "))
        }
        None => visible(&words(&rule), 80),
    }
}

/// A sign: one that names give, or a group of words.
fn sign_in_words(sign: &str) -> String {
    let told = match sign {
        "A" => "the first side",
        "B" => "the second side",
        "a" => "a weak name of the first side",
        "b" => "a weak name of the second side",
        "AB" => "a name of both sides",
        "A?" => "what may name the first side",
        "B?" => "what may name the second side",
        "third" => "a third party",
        "listed" => "a side in a list",
        "A:person" => "a person of the first side",
        "B:person" => "a person of the second side",
        "third:person" => "a person of a third party",
        group => return format!("“{}”", visible(&words(&group), 80)),
    };
    told.to_owned()
}

fn pieces(spans: &[Place], title: Option<&str>, text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for place in spans {
        let found = match place {
            Place::Title(span) => title.and_then(|title| span.slice(title)),
            Place::Body(span) => span.slice(text),
        };
        let Some(piece) = found.map(|piece| visible(piece, MAX_PIECE_CHARS)) else { continue };
        if !pieces.contains(&piece) {
            pieces.push(piece);
        }
        if pieces.len() == MAX_PIECES {
            break;
        }
    }
    pieces
}

/// Whose text it is, and whose it repeats.
fn whose(view: &ArticleView<'_>) -> Markup {
    let event = view.event;
    html! {
        section.panel aria-labelledby="whose-title" {
            div.heading { h2 #whose-title { "Whose text" } }
            @if event.content.origins.is_empty() && event.copy_of.is_none() { p { "It names no other source: its publisher’s own text, as far as is known." } }
            @for origin in event.content.origins.iter().take(8) {
                p { b { (line(&origin.name)) } ", by its " (word(&origin.kind)) ": “" (line(&origin.evidence)) "”" }
            }
            @if let Some(copy) = &event.copy_of {
                p {
                    b { (format!("{:.0} %", copy.share * 100.0)) } " of it is the text of "
                    a href=(format!("/articles/{}", copy.article)) {
                        @match view.source {
                            Some(source) => { (line_in(source.content.title.as_deref().unwrap_or("an earlier article"), source.content.language.as_deref())) },
                            None => "an earlier article",
                        }
                    }
                    @if let Some(source) = view.source { ", " (publisher(&source.content)) }
                }
            }
            @if let Some(story) = view.story {
                @let copies: Vec<_> = story.articles.iter().filter(|other| other.copy_of.as_ref() == Some(&event.article)).collect();
                @if !copies.is_empty() {
                    p { "Copied by " @for (at, copy) in copies.iter().take(12).enumerate() {
                        @if at > 0 { ", " } a href=(format!("/articles/{}", copy.article)) { (line(copy.publisher.as_deref().unwrap_or("another"))) }
                    } }
                }
            }
        }
    }
}

/// The story that it tells, and why it is in that.
fn story(view: &ArticleView<'_>) -> Markup {
    let event = view.event;
    html! {
        @if let Some(story) = view.story {
            section.panel aria-labelledby="story-title" {
                div.heading { h2 #story-title { "Story" } }
                p { a href=(format!("/stories/{}", story.story)) { (line(story.title.as_deref().unwrap_or("(without a title)"))) } }
                p.meta { (counted(story.article_count.into(), "article", "articles")) " · " (counted(story.origin_count.into(), "source", "sources")) }
                @if event.story.as_ref() != Some(&story.story) { p.note { "It came in another story, and a later article moved it here." } }
                @if event.joined_by.is_empty() {
                    p.note { "It began its story: nothing known told the same." }
                } @else {
                    details {
                        summary { "Why it joined: " (signed(event.joined_by.iter().map(|reason| reason.weight).sum()))  ", above 0" }
                        p.note { "Compared with " a href=(format!("/articles/{}", event.joined_by[0].with)) { "the most similar report" } "." }
                        (join_reasons(&event.joined_by))
                    }
                }
            }
        }
    }
}

/// The signs by which a report joined a story, with what says so.
pub(crate) fn join_reasons(reasons: &[JoinReason]) -> Markup {
    const MAX_SIGNS: usize = 20;
    let largest = reasons.iter().map(|reason| reason.weight.abs()).fold(0.0, f64::max);
    html! {
        ul.reasons {
            @for reason in reasons.iter().take(MAX_SIGNS) {
                li {
                    span.rule { (visible(&words(&reason.sign), 60)) } b.number { (signed(reason.weight)) }
                    (weight(reason.weight, largest))
                    @if !reason.evidence.is_empty() { p.evidence { @for piece in reason.evidence.iter().take(8) { (line(piece)) " " } } }
                }
            }
        }
    }
}

/// Whom and what it names.
fn names(entities: &[Entity]) -> Markup {
    html! {
        section.panel aria-labelledby="names-title" {
            div.heading { h2 #names-title { "Names" } }
            @if entities.is_empty() { p.empty { "None that the subject knows." } }
            ul.chips {
                @for entity in entities.iter().take(MAX_NAMES) {
                    li { a.chip href=(super::entity_href(&entity.id)) title=(visible(&words(&entity.kind), 40)) {
                        (line(entity.label.as_deref().unwrap_or(&entity.surface))) " " b { (entity.spans.len()) }
                    } }
                }
            }
            @if entities.len() > MAX_NAMES { p.note { (entities.len() - MAX_NAMES) " more in the raw event." } }
        }
    }
}

/// What was read where, in short, with the way to all of it.
fn reading(event: &ArticleEvent, now: Timestamp) -> Markup {
    let content = &event.content;
    let source = |source: &Option<Source>| match source {
        Some(source) => html! { span.soft { (place(*source)) } },
        None => html! {},
    };
    let (pieces, chars) =
        content.cuts.iter().fold((0, 0), |(pieces, chars), cut| (pieces + cut.pieces, chars + cut.chars));
    html! {
        section.panel.later aria-labelledby="reading-title" {
            div.heading { h2 #reading-title { "Read from the page" } a href=(format!("/articles/{}/reading", event.article)) { "All witnesses" @if event.recording.is_some() { ", and the page" } } }
            dl.facts {
                div { dt { "Title" } dd { @match (&content.title, &content.title_source) { (None, _) => "the page has none", (Some(_), None) => "where it stood is not known", (Some(_), found) => (source(found)) } } }
                div { dt { "Authors" } dd {
                    @if content.authors.is_empty() { "the page names none" } @else { (line(&content.authors.iter().take(12).map(String::as_str).collect::<Vec<_>>().join(", "))) ", " (source(&content.authors_source)) }
                } }
                div { dt { "Published" } dd { @match &content.published {
                    Some(moment) => { (told_moment(&moment.value, now)) ", to the " (word(&moment.precision)) ", " (source(&Some(moment.source))) },
                    None => "the page does not say",
                } } }
                div { dt { "Text" } dd { (counted(content.body.text.chars().count() as u64, "character", "characters")) } }
                div { dt { "Cut away" } dd { @if pieces == 0 { "nothing" } @else { (counted(pieces.into(), "piece", "pieces")) ", " (number(chars)) " characters" } } }
            }
        }
    }
}

/// What each revision changed.
fn revisions(view: &ArticleView<'_>, now: Timestamp) -> Markup {
    let event = view.event;
    html! {
        @if event.revision > 1 {
            section.panel.later #revisions aria-labelledby="revisions-title" {
                div.heading { h2 #revisions-title { "Revisions" } }
                @for revision in std::iter::once(event).chain(view.earlier) {
                    @if revision.revision > 1 {
                        h3 { "Revision " (revision.revision) ", " (moment(revision.received_at, now)) }
                        @if revision.changes.is_empty() { p.note { "The one before is not known any more, so nothing can be compared." } }
                        (difference::changes(&revision.changes))
                    } @else {
                        h3 { "First, " (moment(revision.received_at, now)) }
                    }
                }
            }
        }
    }
}

/// Where it came from, and what subscribers get of it.
fn provenance(event: &ArticleEvent, now: Timestamp) -> Markup {
    html! {
        section.panel.later aria-labelledby="from-title" {
            div.heading { h2 #from-title { "Where it came from" } }
            dl.facts {
                @if let Some(feed) = &event.feed { div { dt { "Feed" } dd { a href=(format!("/feeds/{}", feed.id)) { (feed_name(feed.name.as_deref(), feed.url.as_str())) } } } }
                @if let Some(title) = event.entry.as_ref().and_then(|entry| entry.title.as_deref()) { div { dt { "Entry" } dd { (line(title)) } } }
                @if let Some(published) = event.entry.as_ref().and_then(|entry| entry.published) { div { dt { "Feed’s date" } dd { (moment(published, now)) } } }
                div { dt { "Received" } dd { (moment(event.received_at, now)) } }
                @if let Some(recording) = &event.recording { div { dt { "Recording" } dd { code { (visible(&recording.record_id, 80)) } } } }
                @if let Some(fingerprint) = &event.fingerprint { div { dt { "Fingerprint" } dd { code { (visible(fingerprint, 32)) } } } }
                div { dt { "Event" } dd { code { (visible(event.id.as_str(), 80)) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_by_what_it_looks_at() {
        assert_eq!(rule_in_words("title_pair"), "The title names both sides");
        assert_eq!(
            rule_in_words("lead: A + trade_deal"),
            "the first side and “trade deal” in the first two sentences"
        );
        assert_eq!(rule_in_words("rest: B:person"), "a person of the second side further down");
        assert_eq!(rule_in_words("other_signs"), "All other signs together");
        assert_eq!(rule_in_words("of another version"), "of another version");
    }
}
