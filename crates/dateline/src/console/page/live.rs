//! Events as they come. The list begins with the last ones; the script lets it grow. What was before some moment is a list that stands.

use dateline_journal::{EventFilter, Facet};
use dateline_wire::{CloudEvent, EventKind, JournalId, Sequence};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use url::Url;

use super::articles::{Choice, chosen, form, pairs};
use crate::console::figures::{counted, moment, words};
use crate::console::shown::{host, line, visible};

/// The events that are shown.
pub(crate) struct LiveList<'l> {
    /// The last of them, newest first.
    pub(crate) rows: &'l [LiveRow],
    pub(crate) filter: &'l EventFilter,
    /// The place after which the list goes on as events come; `None` where all that is asked for is past.
    pub(crate) goes_on_after: Option<Sequence>,
    /// The place before which there may be more.
    pub(crate) older: Option<Sequence>,
    pub(crate) journal: &'l JournalId,
    pub(crate) now: Timestamp,
}

/// The page.
pub(crate) fn page(list: &LiveList<'_>) -> Markup {
    let LiveList { rows, filter, goes_on_after, older, journal, now } = list;
    let kind = filter.values(Facet::Kind).next();
    let query = filter.to_query();
    let more = if query.is_empty() { String::new() } else { format!("&{query}") };
    let stream = format!("/v1/events?follow=true&format=sse&journal={journal}{more}");
    let others: Vec<String> = pairs(filter)
        .into_iter()
        .filter(|(name, _)| name != "kind")
        .map(|(name, value)| format!("&{name}={}", super::query_value(&value)))
        .collect();
    let others = others.concat();
    let kinds: String = filter.values(Facet::Kind).map(|kind| format!("&kind={kind}")).collect();
    let lines = format!("/v1/events?after=earliest{kinds}");
    let forms: Vec<(&str, &str)> =
        lists_of(filter).iter().copied().chain([("JSON lines", lines.as_str())]).collect();
    html! {
        h1 { @if goes_on_after.is_some() { "Live" } @else { "Events" } }
        (form("/live", filter, &[Choice::Language, Choice::Verdict]))
        div.filters {
            nav aria-label="Kinds of event" {
                a.chip href=(format!("/live?{}", others.trim_start_matches('&'))) aria-current=[kind.is_none().then_some("true")] { "all" }
                @for each in EventKind::ALL {
                    a.chip href=(format!("/live?kind={}{others}", each.word())) aria-current=[(kind == Some(each.word())).then_some("true")] { (each.plural()) }
                }
            }
            @if goes_on_after.is_some() {
                button #hold type="button" hidden aria-pressed="false" { "Pause" }
                p #live-state.soft role="status" { "Reload to see what came since." }
            } @else {
                p.soft { "These are past. " a href="/live" { "Live" } }
            }
        }
        (chosen("/live", filter))
        @match goes_on_after {
            Some(last) => ol.rows.panel.live #live aria-label="Events, newest first" aria-live="polite" data-stream=(stream) data-after=(last) { @for event in *rows { (row(event, *now)) } },
            None => ol.rows.panel.live aria-label="Events, newest first" { @for event in *rows { (row(event, *now)) } },
        }
        @if rows.is_empty() { p.empty #live-empty { @if filter.is_empty() { "Nothing has happened yet." } @else { "No event is like that so far." } } }
        @if let Some(older) = older { nav.pages aria-label="Pages" { a rel="next" href=(format!("/live?before={older}{more}")) { "Older events" } } }
        (super::other_forms(&forms, others.trim_start_matches('&')))
    }
}

/// The other forms of the list of the one kind that a filter asks for, or of articles where it names none. A list has its kind by itself.
fn lists_of(filter: &EventFilter) -> &'static [(&'static str, &'static str)] {
    let mut kinds = filter.values(Facet::Kind);
    let kind = kinds.next().map_or(Some(EventKind::Article), EventKind::from_word);
    match kind.filter(|_| kinds.next().is_none()) {
        // Only what was rejected or withdrawn has a reason.
        Some(EventKind::Article) if filter.values(Facet::Reason).next().is_none() => {
            &[("Atom of the articles", "/v1/feed.atom"), ("CSV of the articles", "/v1/articles.csv")]
        }
        Some(EventKind::Story)
            if filter.values(Facet::Reason).chain(filter.values(Facet::Article)).next().is_none() =>
        {
            &[("CSV of the stories", "/v1/stories.csv")]
        }
        Some(EventKind::Reject) => &[("CSV of the rejects", "/v1/rejects.csv")],
        _ => &[],
    }
}

/// When what a filter asks for ends, if it does.
pub(crate) fn ends(filter: &EventFilter) -> Option<Timestamp> {
    let (_, until) = pairs(filter).into_iter().find(|(name, _)| name == "until")?;
    until.parse().ok()
}

/// One event in the list. The script writes the same.
pub(crate) struct LiveRow {
    kind: EventKind,
    time: Timestamp,
    href: String,
    /// What it is about,
    title: String,
    /// and where, why or how much.
    detail: String,
}

impl LiveRow {
    /// Of an event. Whatever was stored by whichever version: what cannot be read is left out.
    pub(crate) fn of(event: &CloudEvent) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Fields {
            title: Option<String>,
            url: Option<String>,
            article_count: u32,
            origin_count: u32,
            reason: Option<String>,
            kind: Option<String>,
            feed: Option<Feed>,
            entry: Option<Entry>,
        }
        #[derive(Deserialize)]
        struct Feed {
            url: String,
            name: Option<String>,
        }
        #[derive(Deserialize)]
        struct Entry {
            title: Option<String>,
        }
        let fields: Fields = serde_json::from_str(&event.data).unwrap_or_default();
        let address = fields.url.unwrap_or_default();
        let host = Url::parse(&address).map_or_else(|_| String::new(), |url| host(&url));
        let without_scheme = |url: &str| url.strip_prefix("https://").unwrap_or(url).to_owned();
        let key = &event.key;
        let reason = fields.reason.as_ref().map(words).unwrap_or_default();
        let both = |one: &str, other: &str| {
            [one, other].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
        };
        let (href, title, detail) = match event.kind {
            EventKind::Article => (format!("/articles/{key}"), fields.title, host),
            EventKind::Withdrawal => (format!("/articles/{key}"), Some(without_scheme(&address)), reason),
            EventKind::Reject => {
                let title = fields.entry.and_then(|entry| entry.title);
                (
                    format!("/rejects/{}", event.sequence),
                    title.or(Some(without_scheme(&address))),
                    both(&reason, &host),
                )
            }
            EventKind::Story => {
                let articles = counted(fields.article_count.into(), "article", "articles");
                let sources = counted(fields.origin_count.into(), "source", "sources");
                (format!("/stories/{key}"), fields.title, format!("{articles}, {sources}"))
            }
            EventKind::Health => {
                let name = fields.feed.map(|feed| feed.name.unwrap_or_else(|| without_scheme(&feed.url)));
                (format!("/feeds/{key}"), name, fields.kind.as_ref().map(words).unwrap_or_default())
            }
        };
        let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| "(without a title)".to_owned());
        Self { kind: event.kind, time: event.time, href, title, detail }
    }
}

fn row(event: &LiveRow, now: Timestamp) -> Markup {
    html! {
        li {
            (kind_and_link(event))
            span.soft { (moment(event.time, now)) }
        }
    }
}

/// What kind of event it is, and the way to what it is about.
pub(super) fn kind_and_link(event: &LiveRow) -> Markup {
    let kind = event.kind.word();
    html! {
        span.chip.kind.(kind) { (kind) }
        a data-row href=(event.href) {
            (line(&event.title))
            @if !event.detail.is_empty() { " " bdi.soft { (visible(&event.detail, 200)) } }
        }
    }
}
