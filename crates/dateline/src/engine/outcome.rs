//! From a page (or none) to the event that ends its entry. Pure: the same entry and page give the same event.

use std::sync::Arc;

use dateline_fetcher::{Feed, FeedOptions, FetchedPage, FullText, Judging};
use dateline_journal::{EntryCompletion, RejectedText, RevisitPlan, StoryUpdate};
use dateline_parser::{AppliedSiteRule, Extraction, SiteRules, Subject, extract, extract_by, fingerprint};
use dateline_stories::origin::{Agencies, Carrier, is_agency, origins};
use dateline_stories::site;
use dateline_wire::{
    Article, ArticleEvent, ArticleId, CanonicalUrl, Credit, Entry, EntryRef, Event, EventId, FeedId,
    Judgement, Moment, Page, PageKind, Precision, RecordingRef, RejectEvent, RejectReason, Relevance, Role,
    Source, Stage,
};
use jiff::Timestamp;
use url::Url;

use super::commit::CommitRequest;
use super::extraction::MissingPage;
use crate::traces::TraceContext;

/// How much longer than the page's the feed's own text must be to count as the richer one: a page's text runs a little shorter
/// or longer than the same text in a feed; a teaser is far shorter.
const RICHER: usize = 2;

/// An entry at the moment it ends, and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct EntryContext {
    /// The feed that announced it.
    pub(crate) feed_id: FeedId,
    /// The same as it is configured, if it still is.
    pub(crate) feed: Option<Arc<Feed>>,
    /// The entry.
    pub(crate) entry: Entry,
    /// The trace of its way.
    pub(crate) trace: TraceContext,
    /// When the last attempt at its page began.
    pub(crate) began: Timestamp,
    /// When its page, or the reason for having none, was there.
    pub(crate) at: Timestamp,
    /// When it was announced; absent where its feed has edited it since.
    pub(crate) announced: Option<Timestamp>,
}

impl EntryContext {
    /// The entry's end with `event`, ready to be committed. Whether its own page was read
    /// decides whether others with the same link are duplicates for a while, and where it is visited again.
    pub(super) fn finish(
        &self,
        event: Event,
        page_was_read: bool,
        revisit: Option<RevisitPlan>,
    ) -> CommitRequest {
        let completion = Box::new(EntryCompletion {
            feed: self.feed_id.clone(),
            entry: self.entry.id.clone(),
            event,
            page_was_read,
            revisit,
            stories: StoryUpdate::default(),
            at: self.at,
            traceparent: self.trace.to_string(),
        });
        CommitRequest::Finish { completion, announced: self.announced, began: self.began }
    }

    /// How the feed is read unlike others.
    fn options(&self) -> &FeedOptions {
        self.feed.as_deref().map_or_else(|| FeedOptions::none(), Feed::options)
    }

    /// The entry's link, for logs.
    pub(super) fn url(&self) -> &str {
        self.entry.link.as_ref().map_or("", |link| link.as_str())
    }
}

/// What pages are read and judged by.
#[derive(Debug, Clone, Copy)]
pub struct ReadingRules<'r> {
    /// Says what is relevant.
    pub subject: &'r Subject,
    /// Says how single sites are read.
    pub sites: &'r SiteRules,
    /// Says whose texts others carry.
    pub agencies: &'r Agencies,
}

/// From which score up the text of an article that is not published is kept: below it, nothing of the subject is in it, and nobody will
/// look.
const MIN_KEPT_SCORE: f64 = 0.02;

/// What an article came to.
#[derive(Debug)]
pub(crate) struct ArticleOutcome {
    /// The event.
    pub(crate) event: Event,
    /// The rule for its site that its page was read by.
    pub(crate) site_rule: Option<AppliedSiteRule>,
    /// Its text, where it was judged and comes near enough to be looked at by somebody, and the event doesn't hold it.
    pub(crate) rejected_text: Option<RejectedText>,
}

impl ArticleOutcome {
    /// An outcome of which no more is known.
    pub(crate) fn of(event: Event) -> Self {
        Self { event, site_rule: None, rejected_text: None }
    }
}

/// What a fetch came to: its page, or else what the feed carries, or else why there is neither.
pub(crate) fn of_fetch(
    context: &EntryContext,
    fetched: Result<FetchedPage, MissingPage>,
    rules: ReadingRules<'_>,
) -> ArticleOutcome {
    let (stage, reason, detail) = match fetched {
        Ok(fetched) if fetched.is_front_of_gone() => {
            (Stage::Extract, RejectReason::Index, "the link leads to the front page of its site".to_owned())
        }
        Ok(fetched) => return of_page(context, &fetched.page, fetched.record_id, rules),
        Err(missing) => (missing.stage(), missing.reason(), missing.detail()),
    };
    of_feed_text(context, rules).unwrap_or_else(|| {
        ArticleOutcome::of(Event::Reject(Box::new(reject(context, stage, reason, detail))))
    })
}

/// What a page came to that was fetched.
pub(crate) fn of_page(
    context: &EntryContext,
    page: &Page,
    record_id: Option<String>,
    rules: ReadingRules<'_>,
) -> ArticleOutcome {
    let Extraction { mut article, bylines, site_rule } = extract_by(page, rules.sites);
    if context.options().full_text != FullText::Page
        && let Some(own) = feed_text(context)
    {
        prefer_richer(&mut article, own);
    }
    complete_from_feed(&mut article, context);
    ArticleOutcome { site_rule, ..judged(context, (article, &bylines), record_id, rules) }
}

/// What an entry came to whose page cannot be had, but whose feed carries its text; `None` where it doesn't.
fn of_feed_text(context: &EntryContext, rules: ReadingRules<'_>) -> Option<ArticleOutcome> {
    if context.options().full_text == FullText::Page {
        return None;
    }
    let mut article = feed_text(context).filter(|article| article.page_kind == PageKind::Article)?;
    article.authors.clone_from(&context.entry.authors);
    article.authors_source = (!article.authors.is_empty()).then_some(Source::Feed);
    complete_from_feed(&mut article, context);
    Some(judged(context, (article, &[]), None, rules))
}

/// The event for an entry that was not published, with the `reason` and the same in `detail` for people.
pub(crate) fn reject(
    context: &EntryContext,
    stage: Stage,
    reason: RejectReason,
    detail: impl Into<String>,
) -> RejectEvent {
    debug_assert!(reason.stages().contains(&stage), "{stage} does not give {reason}");
    RejectEvent {
        id: EventId::of_parts(&[
            "reject",
            context.feed_id.as_str(),
            context.entry.id.as_str(),
            &context.at.to_string(),
        ]),
        article: None,
        url: context.entry.link.clone(),
        stage,
        reason,
        detail: detail.into(),
        feed: context.feed.as_ref().map(|feed| feed.published().clone()),
        entry: Some(entry_ref(&context.entry)),
        relevance: None,
    }
}

fn judged(
    context: &EntryContext,
    (mut article, bylines): (Article, &[String]),
    record_id: Option<String>,
    rules: ReadingRules<'_>,
) -> ArticleOutcome {
    let ReadingRules { subject, agencies, .. } = rules;
    let id = article_url(&article, &context.entry).map(|url| ArticleId::of(&CanonicalUrl::of(url)));
    let rejected = |stage, reason, detail: String, relevance: Option<Relevance>| {
        let mut event = reject(context, stage, reason, detail);
        event.article.clone_from(&id);
        event.relevance = relevance;
        ArticleOutcome::of(Event::Reject(Box::new(event)))
    };
    let Some(article_id) = id.clone() else {
        return rejected(
            Stage::Feed,
            RejectReason::NoLink,
            "the entry has no link to tell it by".to_owned(),
            None,
        );
    };
    if let Some((reason, detail)) = no_article(&article) {
        return rejected(Stage::Extract, reason, detail, None);
    }
    let title = article.title.as_deref().unwrap_or_default();
    let judgement = match context.options().judging {
        Judging::BySubject => subject.judge(title, &article.body.text, article.language.as_deref()),
        Judging::Off => {
            Judgement { relevance: Relevance::not_judged(), entities: Vec::new(), topics: Vec::new() }
        }
    };
    if !subject.publishes(judgement.relevance.label) {
        let score = judgement.relevance.score.unwrap_or_default();
        let detail = format!("scored {score:.3} for {}", subject.name());
        let rejected = rejected(Stage::Judge, RejectReason::NotRelevant, detail, Some(judgement.relevance));
        let text = || RejectedText {
            article: article_id,
            title: article.title,
            language: article.language,
            text: article.body.text,
        };
        return ArticleOutcome { rejected_text: (score >= MIN_KEPT_SCORE).then(text), ..rejected };
    }
    name_publisher_and_origins(&mut article, bylines, context, agencies);
    let event = ArticleEvent {
        fingerprint: Some(fingerprint(&article.body.text)),
        feed: context.feed.as_ref().map(|feed| feed.published().clone()),
        entry: Some(entry_ref(&context.entry)),
        recording: record_id.map(|record_id| RecordingRef { record_id }),
        ..ArticleEvent::new(article_id, article, judgement, context.at)
    };
    ArticleOutcome::of(Event::Article(Box::new(event)))
}

/// Says who published the article and whose text it is. Where the page doesn't name its publisher, its site does.
fn name_publisher_and_origins(
    article: &mut Article,
    bylines: &[String],
    context: &EntryContext,
    agencies: &Agencies,
) {
    let host = article_url(article, &context.entry).and_then(Url::host_str).map(str::to_owned);
    let carrier = Carrier {
        text: &article.body.text,
        page: &article.origins,
        bylines,
        authors: &article.authors,
        feed_source: context.entry.source.as_deref(),
        publisher: article.publisher.as_deref(),
        host: host.as_deref(),
    };
    article.origins = origins(agencies, &carrier);
    credit_agencies(article, agencies);
    if article.publisher.is_none() {
        article.publisher = host.as_deref().map(site::of_host);
    }
}

/// Says which authors are agencies, where the page doesn't and the table of agencies does.
fn credit_agencies(article: &mut Article, agencies: &Agencies) {
    let credits = &mut article.credits;
    for name in article.authors.iter().filter(|name| is_agency(agencies, name)) {
        if !credits.iter().any(|credit| credit.name == *name) {
            credits.push(Credit { name: name.clone(), role: Role::Agency });
        }
    }
}

/// The address that the article is known by.
fn article_url<'a>(article: &'a Article, entry: &'a Entry) -> Option<&'a Url> {
    article.canonical_url.as_ref().or(article.url.as_ref()).or(entry.link.as_ref())
}

/// Why the page holds no article, if it holds none.
fn no_article(article: &Article) -> Option<(RejectReason, String)> {
    let reason = match article.page_kind {
        PageKind::Article if article.body.text.is_empty() => RejectReason::Empty,
        PageKind::Article => return None,
        PageKind::Index => RejectReason::Index,
        PageKind::Login => RejectReason::Login,
        PageKind::CookieWall => RejectReason::CookieWall,
        PageKind::BotWall => RejectReason::BotWall,
        PageKind::Video => RejectReason::Video,
        PageKind::Gallery => RejectReason::Gallery,
        PageKind::LiveBlog => RejectReason::LiveBlog,
        PageKind::PaywalledTeaser => RejectReason::PaywalledTeaser,
        PageKind::NotFound => RejectReason::NotFound,
        PageKind::Empty => RejectReason::Empty,
    };
    let found = article.body.text.chars().count();
    Some((reason, format!("the page holds no article of its own ({found} characters of text)")))
}

/// The text that the feed itself carries, read like a page. Where no page is asked for, a summary counts as one: many feeds have no
/// other place for their text.
fn feed_text(context: &EntryContext) -> Option<Article> {
    let entry = &context.entry;
    let summary = entry.summary.as_deref().filter(|_| context.options().full_text == FullText::Feed);
    let html = entry.content.as_deref().or(summary)?;
    let page = Page {
        url: entry.link.clone(),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        bytes: format!("<!doctype html><article>{html}</article>").into_bytes(),
        received_at: None,
    };
    let mut article = extract(&page);
    // What stands inside the text is the feed's to say: title and date come from the entry's own fields.
    article.canonical_url = None;
    article.title = None;
    article.title_source = None;
    article.title_alternative = None;
    article.published = None;
    article.modified = None;
    Some(article)
}

/// Takes the feed's text where the page has none, or only a teaser of it.
fn prefer_richer(article: &mut Article, own: Article) {
    let poorer = own.body.text.len() > article.body.text.len().saturating_mul(RICHER);
    if own.page_kind == PageKind::Article && poorer {
        article.page_kind = PageKind::Article;
        article.body = own.body;
        article.language = own.language.or(article.language.take());
        if !own.origins.is_empty() {
            article.origins = own.origins;
        }
        article.cuts = own.cuts;
    }
}

/// What the page doesn't say and the feed does, and what the operator says of it.
fn complete_from_feed(article: &mut Article, context: &EntryContext) {
    let entry = &context.entry;
    if let Some(language) = &context.options().language {
        article.language = Some(language.clone());
    }
    if article.title.is_none() {
        article.title.clone_from(&entry.title);
        article.title_source = entry.title.is_some().then_some(Source::Feed);
    }
    if article.published.is_none() {
        article.published = entry.published.map(|published| Moment {
            value: published.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            precision: Precision::Second,
            source: Source::Feed,
        });
    }
}

fn entry_ref(entry: &Entry) -> EntryRef {
    EntryRef {
        id: entry.id.clone(),
        guid: entry.guid.clone(),
        link: entry.link.clone(),
        title: entry.title.clone(),
        published: entry.published,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_whom_the_table_knows_as_an_agency_is_credited_as_one() {
        let table = "name\tkind\tdomains\tnames\tshort\n\
                     Wirenews\tagency\t\tWirenews;海洋通信\t\n\
                     Gazette\tpress\t\tHarbour Gazette\t";
        let agencies = Agencies::parse(table).unwrap();
        let page = Page { url: None, content_type: None, bytes: Vec::new(), received_at: None };
        let mut article = extract(&page);
        article.authors = ["Ana Lund", "Wirenews", "海洋通信", "Harbour Gazette"].map(str::to_owned).into();
        article.credits = vec![Credit { name: "Wirenews".to_owned(), role: Role::Editor }];
        credit_agencies(&mut article, &agencies);
        let credits: Vec<(&str, Role)> =
            article.credits.iter().map(|credit| (&*credit.name, credit.role)).collect();
        assert_eq!(credits, [("Wirenews", Role::Editor), ("海洋通信", Role::Agency)]);
    }
}
