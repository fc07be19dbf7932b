//! What becomes of the values that elements give.

use std::borrow::Cow;

use dateline_text::markup::StartTag;
use dateline_text::{date, language};
use url::Url;

use super::{TextCapture, XmlReader, XmlReading};
use crate::feed::document::{FeedFormat, FeedLink, FeedSource, Warning};
use crate::feed::link;
use crate::feed::pace;
use crate::feed::person;
use crate::feed::text;
use crate::feed::vocabulary::{self, FeedField};

/// How many links are kept of one entry or feed.
const MAX_LINKS: usize = 32;
/// How many links are kept of one document; each may grow by its base.
const MAX_ALL_LINKS: usize = 100_000;

impl<'t> XmlReader<'t> {
    /// Takes in what the tag of a feed or an entry says in attributes: RDF its identity, CDF its page and date, XML its
    /// language.
    pub(super) fn read_attributes(&mut self, tag: &StartTag<'t>) {
        let about = value(tag.attribute("about"));
        if self.entry.is_none() {
            self.read_language(tag.attribute("lang"));
        }
        if let Some(modified) = value(tag.attribute("lastmod")) {
            self.draft().offer_updated(0, modified);
        }
        if let Some(href) = tag.attribute("href") {
            self.add_link(&href, "alternate".to_owned(), None);
        }
        if let Some(entry) = self.entry.as_mut() {
            // RDF's identity of an item is the address of its page where that is one of the web (RSS 1.0, section 5.5).
            entry.guid_is_permalink = about.as_deref().is_some_and(link::is_web);
            entry.guid = about;
        }
    }

    /// Takes in a link whose address is an attribute (RFC 4287, section 4.2.7). A relation may be written as the address it
    /// has in IANA's registry.
    pub(super) fn read_link(&mut self, tag: &StartTag<'t>) {
        let Some(written) = tag.attribute("href") else {
            return;
        };
        let rel = value(tag.attribute("rel"));
        let relation = rel.as_deref().and_then(|rel| rel.rsplit('/').next()).filter(|rel| !rel.is_empty());
        let relation = relation.unwrap_or("alternate").to_ascii_lowercase();
        let href = self.add_link(&written, relation, value(tag.attribute("type")));
        // In RSS a link that names no relation is the entry's own, wherever its address stands.
        if rel.is_none() && self.format != Some(FeedFormat::Atom) {
            self.draft().written_link = href;
        }
    }

    /// Takes in the address of a text that stands elsewhere (RFC 4287, section 4.1.3.2), if it is a page.
    pub(super) fn read_source(&mut self, tag: &StartTag<'t>) {
        let is_page = tag.attribute("type").is_none_or(|kind| {
            let kind = kind.trim().to_ascii_lowercase();
            !kind.contains('/') || kind.starts_with("text/") || kind.contains("html")
        });
        let source = tag.attribute("src").filter(|_| is_page);
        let href = source
            .and_then(|source| link::resolve(&source, self.scopes.base()))
            .filter(|href| link::is_web(href));
        if let Some(href) = href {
            self.draft().content_link.get_or_insert(href);
        }
    }

    /// Adds a link; answers its resolved address.
    fn add_link(&mut self, written: &str, rel: String, media_type: Option<String>) -> Option<String> {
        let href = link::resolve(written, self.scopes.base())?;
        if self.links_seen < MAX_ALL_LINKS && self.draft().links.len() < MAX_LINKS {
            self.links_seen += 1;
            self.draft().links.push(FeedLink { href: href.clone(), rel, media_type });
        }
        Some(href)
    }

    /// Takes in a language tag (RFC 5646), if it looks like one; the first counts.
    fn read_language(&mut self, written: Option<Cow<'_, str>>) {
        if self.document.language.is_none() {
            self.document.language = value(written).filter(|tag| language::is_tag(tag));
        }
    }

    /// Takes in the address that the text of a link is.
    pub(super) fn accept_link(&mut self, written: &str) {
        if let Some(href) = self.add_link(written, "alternate".to_owned(), None) {
            self.draft().written_link = Some(href);
        }
    }

    /// Takes in the value that a finished element gives.
    pub(super) fn accept(&mut self, capture: TextCapture<'t>) {
        let TextCapture { tag, field, form, gathered, .. } = capture;
        let Some(body) = form.body(&gathered) else {
            return;
        };
        match field {
            FeedField::Title(rank) => {
                let title = form.line(&body);
                // A title of nothing but a picture is one, but any other is better.
                let rank = if title.is_empty() { 0 } else { rank };
                self.draft().title.offer(rank, title);
            }
            FeedField::Link => self.accept_link(&body),
            FeedField::OriginalLink => {
                let href = original(&body, self.scopes.base());
                let draft = self.draft();
                draft.original_link = draft.original_link.take().or(href);
            }
            FeedField::Guid => {
                let permalink = tag.attribute("ispermalink");
                let permalink = permalink.is_none_or(|says| !says.trim().eq_ignore_ascii_case("false"));
                let draft = self.draft();
                if draft.guid.is_none() {
                    draft.guid = Some(body);
                    draft.guid_is_permalink = permalink;
                }
            }
            FeedField::Published(rank) => self.draft().offer_published(rank, body),
            FeedField::Updated(rank) => self.draft().offer_updated(rank, body),
            FeedField::Summary(rank) => {
                let draft = self.draft();
                // Of two summaries the second is the text.
                if let Some(other) = draft.summary.offer(rank, body).filter(|_| rank == vocabulary::OWN) {
                    draft.content.offer(0, other);
                }
            }
            FeedField::Content(rank) => {
                self.draft().content.offer(rank, form.html(body));
            }
            FeedField::Author(rank) => {
                let person = person::parse(&form.line(&body));
                self.draft().add_author(rank, person);
            }
            FeedField::Source => {
                let url = tag.attribute("url").and_then(|url| Url::parse(url.trim()).ok());
                let source = FeedSource { name: form.line(&body), url };
                let draft = self.draft();
                draft.source = draft.source.take().or(Some(source).filter(|source| !source.name.is_empty()));
            }
            FeedField::PersonName => {
                if let Some(persona) = self.persona.as_mut() {
                    persona.person.name = person::name(&form.line(&body));
                }
            }
            FeedField::PersonEmail => {
                if let Some(persona) = self.persona.as_mut() {
                    persona.person.email = person::name(&form.line(&body));
                }
            }
            FeedField::Language => self.read_language(Some(Cow::Owned(body))),
            FeedField::Ttl => self.document.ttl = pace::ttl(&body),
            FeedField::SkipHour => pace::skip_hour(&body, &mut self.document.skip_hours),
            FeedField::SkipDay => pace::skip_day(&body, &mut self.document.skip_days),
            FeedField::UpdatePeriod => self.update_period = pace::period(&body),
            FeedField::UpdateFrequency => self.update_frequency = body.parse().ok(),
            FeedField::UpdateBase => self.document.update_base = date::read_field(&body),
            FeedField::Publication => {
                self.feed.title.offer(0, text::collapse(&body));
            }
        }
    }

    /// The document, once all its tokens are read.
    pub(super) fn finish(mut self) -> XmlReading {
        let truncated = !self.stack.is_empty();
        // Half an address is another one.
        self.capture = self.capture.take().filter(|capture| !capture.field.is_identity());
        self.unwind(0);
        self.end_entry();
        let format = match self.format {
            // Elements of a feed on a web page make it none, unless they hold entries.
            Some(format) if !self.is_web_page || !self.document.entries.is_empty() => format,
            _ if self.is_web_page => return XmlReading::WebPage,
            _ => return XmlReading::Unknown(self.first_element.map(str::to_owned)),
        };
        let Self { mut feed, mut document, .. } = self;
        let named = |rel: &'static str| {
            let links = feed.links.iter().filter(move |link| link.rel == rel);
            links.map(|link| link.href.clone())
        };
        document.self_link = named("self").next();
        document.hubs = named("hub").collect();
        document.format = format;
        document.link = feed.page();
        document.title = feed.title.take();
        document.description = feed.summary.take();
        document.updated = feed.updated_at();
        document.update_period = pace::between_updates(self.update_period, self.update_frequency);
        if format == FeedFormat::Atom {
            document.inherit_authors(&feed.authors);
        }
        document.links = feed.links;
        let found = [
            (self.scanner.malformed, Warning::Malformed),
            (truncated, Warning::Truncated),
            (self.limited, Warning::Limit),
        ];
        document.warnings.extend(found.into_iter().filter(|(found, _)| *found).map(|(_, warning)| warning));
        XmlReading::Feed(Box::new(document))
    }
}

/// An attribute's value, if it says anything.
fn value(attribute: Option<Cow<'_, str>>) -> Option<String> {
    attribute.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The address of the page that a service which counts readers replaced by its own: a word such as "undefined" is none, nor is the front page.
fn original(written: &str, base: Option<&Url>) -> Option<String> {
    let is_address = link::is_web(written.trim()) || written.trim().starts_with('/');
    let href = link::resolve(written, base).filter(|href| is_address && link::is_web(href))?;
    let is_page = Url::parse(&href).is_ok_and(|url| url.path() != "/" || url.query().is_some());
    is_page.then_some(href)
}
