//! Judging: one article after another, said to be about the subject or not, by key or by button.

use dateline_journal::{ArticleLabel, EventFilter, LabelValue};
use dateline_wire::{ArticleId, Relevance};
use jiff::Timestamp;
use maud::{Markup, html};

use super::rejects::extent_in_words;
use crate::api::judge_queue::JudgedKind;
use crate::api::label::{JudgedArticle, JudgedEvent};
use crate::api::near_rejects::NearExtent;
use crate::console::figures::{count, counted, language, moment, since, verdict};
use crate::console::frame::Viewer;
use crate::console::shown::{address, feed_name, is_tag, line, line_in, visible};

/// The most of a text that is shown, in scalar values.
const MAX_TEXT_CHARS: usize = 8_000;

/// The most labels that can be taken back one after another: all of them stand in an address.
const MAX_GIVEN: usize = 50;

/// A label that was given, for taking it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenLabel {
    /// Of what.
    pub(crate) article: ArticleId,
    /// Which it had before.
    pub(crate) was: Option<LabelValue>,
    /// When it was given, which tells it from what others said since.
    pub(crate) at: Timestamp,
}

impl GivenLabel {
    /// The one that a part of a parameter spells.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (given, at) = text.rsplit_once('.')?;
        let (article, was) = given.rsplit_once('.')?;
        let was = match was {
            "none" => None,
            word => Some(LabelValue::from_word(word)?),
        };
        let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
        Some(Self { article: ArticleId::from_stored(article), was, at })
    }

    fn to_text(&self) -> String {
        let Self { article, was, at } = self;
        format!("{article}.{}.{}", was.map_or("none", LabelValue::as_str), at.as_microsecond())
    }
}

/// The labels that were given one after another. The last stands last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GivenLabels(Vec<GivenLabel>);

impl GivenLabels {
    /// Those that a parameter spells, the last of them if there are too many; what means nothing is left out.
    pub(crate) fn of(text: &str) -> Self {
        let mut given: Vec<GivenLabel> =
            text.rsplit('*').take(MAX_GIVEN).filter_map(GivenLabel::of).collect();
        given.reverse();
        Self(given)
    }

    /// The parameter that spells them.
    pub(crate) fn to_text(&self) -> String {
        self.0.iter().map(GivenLabel::to_text).collect::<Vec<_>>().join("*")
    }

    /// The same and one more.
    #[must_use]
    pub(crate) fn and(mut self, given: GivenLabel) -> Self {
        self.0.push(given);
        let beyond = self.0.len().saturating_sub(MAX_GIVEN);
        Self(self.0.split_off(beyond))
    }

    /// The same where the last of `article` stands there again since `at`.
    #[must_use]
    pub(crate) fn restored(mut self, article: &ArticleId, at: Timestamp) -> Self {
        if let Some(given) = self.0.iter_mut().rfind(|given| given.article == *article) {
            given.at = at;
        }
        self
    }

    /// The last, and those before it.
    fn last(&self) -> Option<(&GivenLabel, Self)> {
        let (last, before) = self.0.split_last()?;
        Some((last, Self(before.to_vec())))
    }
}

/// The queue, and what is at hand of it.
pub(crate) struct Judging<'j> {
    /// Of what.
    pub(crate) kind: JudgedKind,
    /// Chosen by what.
    pub(crate) filter: &'j EventFilter,
    /// The article at hand; nothing where all are judged.
    pub(crate) judged: Option<&'j JudgedArticle>,
    /// Its id.
    pub(crate) article: Option<&'j ArticleId>,
    /// The neighbours in the queue.
    pub(crate) before: Option<&'j ArticleId>,
    /// The next.
    pub(crate) after: Option<&'j ArticleId>,
    /// How many are in the queue, and how many of them have no label yet.
    pub(crate) all: usize,
    /// How many the queue takes in at most: of what was published, the newest,
    pub(crate) most: usize,
    /// and of what was not, the nearest of this.
    pub(crate) extent: Option<NearExtent>,
    /// How many of them are left.
    pub(crate) left: usize,
    /// What was judged here, for taking it back.
    pub(crate) given: &'j GivenLabels,
}

/// Where the queue shows an article to whoever has `given` labels there.
pub(crate) fn href(
    kind: JudgedKind,
    filter: &EventFilter,
    item: Option<&ArticleId>,
    given: &GivenLabels,
) -> String {
    let mut query = format!("of={}", kind.word());
    let filter = filter.to_query();
    if !filter.is_empty() {
        query.push('&');
        query.push_str(&filter);
    }
    if let Some(item) = item {
        query.push_str("&item=");
        query.push_str(&super::query_value(item.as_str()));
    }
    if !given.0.is_empty() {
        query.push_str("&undo=");
        query.push_str(&super::query_value(&given.to_text()));
    }
    format!("/judge?{query}")
}

/// The page.
pub(crate) fn page(judging: &Judging<'_>, now: Timestamp, viewer: &Viewer) -> Markup {
    let Judging { kind, filter, judged, article, before, after, all, most, extent, left, given } = judging;
    let to = |item: Option<&ArticleId>| href(*kind, filter, item, given);
    html! {
        h1 { "Judge" }
        nav.filters aria-label="What is judged" {
            @for (other, name) in [(JudgedKind::Rejects, "Not published"), (JudgedKind::Articles, "Published")] {
                a.chip href=(href(other, filter, None, &GivenLabels::default())) aria-current=[(other == *kind).then_some("true")] { (name) }
            }
            span.soft {
                (count(*left)) " of " (counted(*all as u64, "article", "articles")) " without a label, the nearest to the threshold first. They are "
                @match extent {
                    Some(extent) => { "those whose text is kept, " (count(*most)) " at most, of " (extent_in_words(extent, now)) },
                    None => { "of the newest " (count(*most)) " that were published" },
                }
                @if !filter.is_empty() { ", and as you ask" } "."
            }
        }
        (super::articles::chosen("/judge", filter))
        @if let Some((last, before)) = given.last() {
            form.notice.undo method="post" action=(format!("/judge/{}/undo", super::query_value(last.article.as_str()))) role="status" {
                input type="hidden" name="given" value=(last.to_text());
                input type="hidden" name="back" value=(href(*kind, filter, Some(&last.article), &before));
                span {
                    @match before.0.len() { 0 => "The label is kept. ", others => { "The label is kept, and " (count(others)) " before it. " } }
                }
                button.quiet type="submit" data-key="u" { "Undo" } " " kbd aria-hidden="true" { "u" }
            }
        }
        @match (judged, article) {
            (Some(judged), Some(article)) => {
                article.read.judged {
                    div.columns.wide.woven {
                        div.text-side { (text_of(judged, now)) }
                        div.beside {
                            section.panel.answer aria-labelledby="label-title" {
                                div.heading { h2 #label-title { "Is it about the subject?" } }
                                (buttons(article, judged.label.as_ref(), &to(Some(article)), &to(after.or(Some(article))), viewer))
                                @if let Some(label) = &judged.label {
                                    p.note { (line(&label.author)) " said so " (since(Some(label.at), now)) "." }
                                }
                                nav.pages aria-label="The queue" {
                                    @if let Some(before) = before { a rel="prev" href=(to(Some(before))) data-key="k" { "Back " kbd aria-hidden="true" { "k" } } }
                                    @if let Some(after) = after { a rel="next" href=(to(Some(after))) data-key="j" { "Skip " kbd aria-hidden="true" { "j" } } }
                                }
                            }
                            section.panel aria-labelledby="judgement-title" {
                                @let relevance = relevance(judged);
                                div.heading { h2 #judgement-title { "What the subject says" } @if let Some(relevance) = relevance { (verdict(relevance.label, relevance.score)) } }
                                @if let Some(relevance) = relevance {
                                    @let title = match &judged.event { JudgedEvent::Article(event) => event.content.title.as_deref(), JudgedEvent::Reject(_) => None };
                                    (super::article::reasons(&relevance.reasons, title, &judged.text))
                                }
                            }
                        }
                    }
                }
            }
            _ => div.panel {
                p { "Nothing here waits for a label." }
                p.note { "Labels are exported with " code { "dateline labels export" } ", in the form that " code { "tools/relevance/fit.py" } " reads." }
            }
        }
        (super::other_forms(&[("JSON of all labels", "/v1/labels")], ""))
    }
}

fn relevance(judged: &JudgedArticle) -> Option<&Relevance> {
    match &judged.event {
        JudgedEvent::Article(event) => Some(&event.relevance),
        JudgedEvent::Reject(event) => event.relevance.as_ref(),
    }
}

fn text_of(judged: &JudgedArticle, now: Timestamp) -> Markup {
    let tag = judged.language.as_deref().filter(|tag| is_tag(tag));
    let own_page = match &judged.event {
        JudgedEvent::Article(event) => format!("/articles/{}", event.article),
        JudgedEvent::Reject(_) => format!("/rejects/{}", judged.sequence),
    };
    let (feed, at) = match &judged.event {
        JudgedEvent::Article(event) => (event.feed.as_ref(), Some(event.received_at)),
        JudgedEvent::Reject(event) => {
            (event.feed.as_ref(), event.entry.as_ref().and_then(|entry| entry.published))
        }
    };
    html! {
        header {
            p.kicker {
                @if let Some(feed) = feed { b { (feed_name(feed.name.as_deref(), feed.url.as_str())) } }
                @if let Some(tag) = &judged.language { " · " (language(tag)) }
                @if let Some(at) = at { " · " (moment(at, now)) ", " (since(Some(at), now)) }
            }
            h2.title { (line_in(judged.title().unwrap_or("(without a title)"), judged.language.as_deref())) }
            @if let Some(url) = judged.url() { p.address { (address(url)) } }
        }
        (kept_text(&judged.text, tag))
        p.raw { a href=(own_page) { "All about it" } }
    }
}

/// The paragraphs of a text, as far as they are shown.
fn visible_paragraphs(text: &str) -> Vec<String> {
    let mut left = MAX_TEXT_CHARS;
    let mut shown = Vec::new();
    for paragraph in text.lines().filter(|paragraph| !paragraph.trim().is_empty()) {
        if left == 0 {
            break;
        }
        shown.push(visible(paragraph, left));
        left = left.saturating_sub(paragraph.chars().count());
    }
    shown
}

/// The text of what was judged, as far as it is kept.
pub(crate) fn kept_text(text: &str, tag: Option<&str>) -> Markup {
    let paragraphs = visible_paragraphs(text);
    html! {
        @if paragraphs.is_empty() {
            p.empty { "The text was not kept: nothing of the subject was found in it, or it was rejected long ago." }
        } @else {
            div.text lang=[tag] dir="auto" { @for paragraph in &paragraphs { p { (paragraph) } } }
        }
    }
}

/// The three labels as buttons; the one that the article has is pressed, and no other is replaced. `back` is the page that they stand on, `then`
/// the one that follows.
pub(crate) fn buttons(
    article: &ArticleId,
    label: Option<&ArticleLabel>,
    back: &str,
    then: &str,
    viewer: &Viewer,
) -> Markup {
    let value = label.map(|label| label.value);
    html! {
        @if viewer.may_operate {
            form.labels method="post" action=(format!("/judge/{}", super::query_value(article.as_str()))) {
                @if let Some(label) = label { input type="hidden" name="replaced" value=(label.at.as_microsecond()); }
                input type="hidden" name="back" value=(back);
                input type="hidden" name="then" value=(then);
                @for (label, name, key) in [
                    (LabelValue::Relevant, "Relevant", "r"),
                    (LabelValue::Not, "Not", "n"),
                    (LabelValue::Borderline, "Borderline", "b"),
                ] {
                    button.(label.as_str()) type="submit" name="label" value=(label.as_str()) data-key=(key)
                        aria-pressed=(if value == Some(label) { "true" } else { "false" }) {
                        (name) " " kbd aria-hidden="true" { (key) }
                    }
                }
            }
        } @else if let Some(value) = value {
            p { "Somebody has said: " b { (value.as_str()) } "." }
        } @else {
            (viewer.refusal(
                &html! { "Labels are given by whoever has the role " code { "operate" } "." },
                &html! { "Labels are given at a daemon by itself." },
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_taken_back_from_the_last_to_the_first() {
        let article = |id: &str| ArticleId::from_stored(id);
        let label = |id: &str, was, at| GivenLabel {
            article: article(id),
            was,
            at: Timestamp::from_microsecond(at).unwrap(),
        };
        let given = GivenLabels::default().and(label("a1", None, 7)).and(label(
            "a2",
            Some(LabelValue::Borderline),
            8,
        ));
        assert_eq!(given.to_text(), "a1.none.7*a2.borderline.8");
        let read = GivenLabels::of(&given.to_text());
        assert_eq!(read, given);
        let (last, before) = read.last().unwrap();
        assert_eq!(*last, label("a2", Some(LabelValue::Borderline), 8));
        assert_eq!(before.last(), Some((&label("a1", None, 7), GivenLabels::default())));
        assert_eq!(before.restored(&article("a1"), Timestamp::UNIX_EPOCH).to_text(), "a1.none.0");
        assert_eq!(GivenLabels::of("<script>.maybe.1*a1*a1.none*a1.none.x*").0, []);
    }

    #[test]
    fn an_address_has_room_for_the_last_labels_alone() {
        let many = (0..MAX_GIVEN + 1).fold(GivenLabels::default(), |given, at| {
            let article = ArticleId::from_stored(at.to_string());
            given.and(GivenLabel { article, was: None, at: Timestamp::UNIX_EPOCH })
        });
        assert_eq!((many.0.len(), many.0[0].article.as_str()), (MAX_GIVEN, "1"));
        // One that somebody has written longer is read no further.
        let read = GivenLabels::of(&format!("a0.none.0*{}", many.to_text()));
        assert_eq!(read, many);
    }
}
