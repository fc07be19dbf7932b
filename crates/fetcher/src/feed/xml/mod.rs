//! Feeds in XML: RSS, RDF, Atom, CDF and news sitemaps, read in one pass over their tokens.
//!
//! One reader serves all formats, since feeds mix them: RSS with Atom links, Atom with Dublin Core dates. Which element
//! gives which value is in [`super::vocabulary`]; here is how elements nest, also where they don't: an element that isn't
//! closed ends with its parent or where a sibling begins, and an end tag without a start is passed over. What an element
//! passes on to those inside is in [`scope`], how a text is written in [`construct`], what becomes of a value in
//! [`values`].

mod construct;
mod scope;
mod values;

use std::borrow::Cow;
use std::mem;
use std::time::Duration;

use dateline_text::markup::{self, MarkupScanner, MarkupToken, StartTag};
use dateline_text::reference;
use url::Url;

use super::document::{FeedDocument, FeedFormat, MAX_ENTRIES, Person};
use super::draft::Draft;
use super::entities::Entities;
use super::link;
use super::person;
use super::vocabulary::{self, Element, ElementPlace, FeedField};
use construct::TextForm;
use scope::{ScopeMark, Scopes};

/// How deep elements may nest. Feeds reach 10; what is deeper is passed over.
const MAX_DEPTH: usize = 256;

/// What the reader made of a document.
pub(super) enum XmlReading {
    /// It is a feed.
    Feed(Box<FeedDocument>),
    /// It is a web page.
    WebPage,
    /// It is neither; the name of its first element, if it has one.
    Unknown(Option<String>),
}

/// Reads a document in XML.
pub(super) fn read(text: &str, url: Option<&Url>) -> XmlReading {
    let mut reader = XmlReader::new(text, url);
    while let Some(token) = reader.scanner.next() {
        match token {
            MarkupToken::Open(tag) => reader.open(tag),
            MarkupToken::Close(name) => reader.close(name),
            MarkupToken::Text(text) => reader.text(text),
            MarkupToken::Literal(text) => reader.literal(text),
            MarkupToken::Doctype(declaration) => reader.entities.declare(declaration),
        }
    }
    reader.finish()
}

/// An element that is open.
struct OpenElement<'t> {
    name: &'t str,
    element: Element,
    /// Where its children stand.
    place: ElementPlace,
    outside: ScopeMark,
}

/// An element whose text is being gathered. It is the innermost of the open ones; the elements inside it are its text.
struct TextCapture<'t> {
    tag: StartTag<'t>,
    field: FeedField,
    form: TextForm,
    gathered: String,
    inner: Vec<&'t str>,
}

/// A person whose parts are being gathered, and the text that stands beside them.
#[derive(Default)]
struct PersonDraft {
    person: Person,
    text: String,
}

struct XmlReader<'t> {
    scanner: MarkupScanner<'t>,
    scopes: Scopes<'t>,
    entities: Entities<'t>,
    stack: Vec<OpenElement<'t>>,
    /// How many elements are open beyond [`MAX_DEPTH`].
    too_deep: usize,
    capture: Option<TextCapture<'t>>,
    persona: Option<PersonDraft>,
    feed: Draft,
    entry: Option<Draft>,
    update_period: Option<Duration>,
    update_frequency: Option<u32>,
    format: Option<FeedFormat>,
    first_element: Option<&'t str>,
    is_web_page: bool,
    /// Whether the last token was an empty `link` element that names nothing.
    follows_empty_link: bool,
    /// The address behind such an element, until a tag shows that it is whole.
    bare_link: Option<&'t str>,
    limited: bool,
    links_seen: usize,
    document: FeedDocument,
}

impl<'t> XmlReader<'t> {
    fn new(text: &'t str, url: Option<&Url>) -> Self {
        Self {
            scanner: MarkupScanner::new(text),
            scopes: Scopes::new(url),
            entities: Entities::default(),
            stack: Vec::new(),
            too_deep: 0,
            capture: None,
            persona: None,
            feed: Draft::default(),
            entry: None,
            update_period: None,
            update_frequency: None,
            format: None,
            first_element: None,
            is_web_page: false,
            follows_empty_link: false,
            bare_link: None,
            limited: false,
            links_seen: 0,
            document: FeedDocument::default(),
        }
    }

    fn place(&self) -> ElementPlace {
        self.stack.last().map_or(ElementPlace::Outside, |open| open.place)
    }

    /// The draft that values belong to: that of the entry, outside of entries that of the feed.
    fn draft(&mut self) -> &mut Draft {
        self.entry.as_mut().unwrap_or(&mut self.feed)
    }

    fn open(&mut self, tag: StartTag<'t>) {
        self.end_bare_link();
        if self.capture.is_some() && self.open_in_text(&tag) {
            return;
        }
        if self.stack.len() >= MAX_DEPTH {
            self.limited = true;
            self.too_deep += usize::from(!tag.empty);
            return;
        }
        let outside = self.scopes.enter(&tag);
        let element = self.scopes.element(&tag, self.place());
        self.first_element.get_or_insert(tag.name);
        let place = self.begin(element, &tag);
        self.stack.push(OpenElement { name: tag.name, element, place, outside });
        if tag.empty {
            let is_bare_link = matches!(element, Element::Link) && self.capture.is_some();
            self.unwind(self.stack.len() - 1);
            self.follows_empty_link = is_bare_link;
        }
    }

    fn close(&mut self, name: &'t str) {
        self.end_bare_link();
        if self.capture.is_some() && self.close_in_text(name) {
            return;
        }
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(depth) = self.stack.iter().rposition(|open| open.name == name) else {
            self.scanner.malformed = true;
            return;
        };
        self.scanner.malformed |= depth + 1 < self.stack.len();
        self.unwind(depth);
    }

    /// Takes in the address behind an empty `link` element, now that a tag follows it.
    fn end_bare_link(&mut self) {
        self.follows_empty_link = false;
        if let Some(raw) = self.bare_link.take() {
            let address = self.entities.expand(raw);
            self.accept_link(&address);
        }
    }

    /// Ends the open elements from `depth` inwards.
    fn unwind(&mut self, depth: usize) {
        if let Some(capture) = self.capture.take() {
            self.accept(capture);
        }
        while self.stack.len() > depth {
            let Some(open) = self.stack.pop() else {
                break;
            };
            match open.element {
                Element::Entry => self.end_entry(),
                Element::Person => self.end_person(),
                _ => {}
            }
            self.scopes.leave(open.outside);
        }
    }

    /// Begins an element; answers where its children stand.
    fn begin(&mut self, element: Element, tag: &StartTag<'t>) -> ElementPlace {
        let place = self.place();
        match element {
            Element::Root(format) => {
                self.show(format, tag);
                ElementPlace::Outside
            }
            Element::Feed(format) => {
                // A channel that has no `rss` around it and names its page in an attribute is CDF's.
                let channel = if tag.attribute("href").is_some() { FeedFormat::Cdf } else { FeedFormat::Rss };
                self.show(format.unwrap_or(channel), tag);
                self.read_attributes(tag);
                if self.format == Some(FeedFormat::NewsSitemap) {
                    ElementPlace::Sitemap
                } else {
                    ElementPlace::Feed
                }
            }
            Element::Entry => {
                self.end_entry();
                self.show(
                    if markup::local(tag.name) == "entry" { FeedFormat::Atom } else { FeedFormat::Rss },
                    tag,
                );
                self.entry = Some(Draft::default());
                self.read_attributes(tag);
                ElementPlace::Entry
            }
            Element::EntryPart => ElementPlace::Entry,
            Element::Person => {
                self.persona = Some(PersonDraft::default());
                ElementPlace::Person
            }
            Element::SkipHours => ElementPlace::SkipHours,
            Element::SkipDays => ElementPlace::SkipDays,
            Element::Link if tag.attribute("href").is_some() || tag.attribute("rel").is_some() => {
                self.read_link(tag);
                ElementPlace::Elsewhere
            }
            Element::Link => self.gather(FeedField::Link, tag),
            Element::Field(field @ FeedField::Content(_)) => {
                self.read_source(tag);
                self.gather(field, tag)
            }
            Element::Field(field) => self.gather(field, tag),
            // Atom's element of this name holds a feed; RSS's holds a name, and the feed's address as an attribute.
            Element::Other if place == ElementPlace::Entry && is_source(tag) => {
                self.gather(FeedField::Source, tag)
            }
            Element::Html => {
                self.is_web_page |= self.format.is_none();
                ElementPlace::Outside
            }
            Element::Other if place == ElementPlace::Outside => ElementPlace::Outside,
            Element::Other => ElementPlace::Elsewhere,
        }
    }

    /// Notes what format the document shows itself to be in; the outermost element speaks.
    fn show(&mut self, format: FeedFormat, tag: &StartTag<'t>) {
        if self.format.is_none() {
            self.format = Some(format);
            self.scopes.adopt(tag);
        }
    }

    /// Starts to gather the text of an element.
    fn gather(&mut self, field: FeedField, tag: &StartTag<'t>) -> ElementPlace {
        let form = TextForm::of(tag);
        self.capture =
            Some(TextCapture { tag: *tag, field, form, gathered: String::new(), inner: Vec::new() });
        self.place()
    }

    /// A tag while text is gathered; answers whether it belongs to that text.
    fn open_in_text(&mut self, tag: &StartTag<'t>) -> bool {
        let element = self.scopes.element(tag, self.place());
        let Some(capture) = self.capture.as_mut() else {
            return false;
        };
        // These are elements of the formats and not of HTML: in a text they show that its end tag is missing.
        let is_sibling = match element {
            Element::Entry | Element::Feed(_) => true,
            Element::Field(FeedField::Guid | FeedField::Published(_) | FeedField::Updated(_)) => true,
            Element::Other | Element::Html => false,
            _ => capture.field.is_line(),
        };
        if is_sibling && capture.inner.is_empty() && capture.form != TextForm::Markup {
            self.scanner.malformed = true;
            self.unwind(self.stack.len().saturating_sub(1));
            return false;
        }
        tag.write_to(&mut capture.gathered);
        if !tag.empty && capture.inner.len() < MAX_DEPTH {
            capture.inner.push(tag.name);
        }
        true
    }

    /// An end tag while text is gathered; answers whether it belongs to that text.
    fn close_in_text(&mut self, name: &'t str) -> bool {
        let Some(capture) = self.capture.as_mut() else {
            return false;
        };
        if let Some(depth) = capture.inner.iter().rposition(|inner| *inner == name) {
            capture.inner.truncate(depth);
            capture.gathered.push_str("</");
            capture.gathered.push_str(markup::local(name));
            capture.gathered.push('>');
            return true;
        }
        let ends_it = self.stack.iter().any(|open| open.name == name);
        self.scanner.malformed |= !ends_it;
        !ends_it
    }

    fn text(&mut self, raw: &'t str) {
        // Written as HTML, where `link` holds nothing: "<link/>https://…".
        let is_address = || link::is_web(raw.trim_start()) && !raw.trim().contains(char::is_whitespace);
        if mem::take(&mut self.follows_empty_link) && self.draft().written_link.is_none() && is_address() {
            self.bare_link = Some(raw);
        }
        if self.capture.as_ref().is_some_and(|capture| capture.form == TextForm::Markup) {
            self.append(Cow::Borrowed(raw));
        } else if self.capture.is_some() || self.persona.is_some() {
            let text = self.entities.expand(raw);
            self.append(text);
        }
    }

    fn literal(&mut self, raw: &'t str) {
        if self.capture.as_ref().is_some_and(|capture| capture.form == TextForm::Markup) {
            let mut escaped = String::with_capacity(raw.len());
            reference::escape_to(raw, &mut escaped);
            self.append(Cow::Owned(escaped));
        } else {
            self.append(Cow::Borrowed(raw));
        }
    }

    fn append(&mut self, text: Cow<'_, str>) {
        let in_person = self.place() == ElementPlace::Person;
        match (&mut self.capture, &mut self.persona) {
            (Some(capture), _) => capture.gathered.push_str(&text),
            (None, Some(persona)) if in_person => persona.text.push_str(&text),
            _ => {}
        }
    }

    fn end_entry(&mut self) {
        let Some(entry) = self.entry.take() else {
            return;
        };
        if self.document.entries.len() < MAX_ENTRIES {
            let entry = entry.into_entry(self.scopes.base());
            self.document.entries.push(entry);
        } else {
            self.limited = true;
        }
    }

    fn end_person(&mut self) {
        let Some(PersonDraft { mut person, text }) = self.persona.take() else {
            return;
        };
        if person == Person::default() {
            person = person::parse(&text);
        }
        if person != Person::default() {
            self.draft().add_author(vocabulary::OWN, person);
        }
    }
}

/// Whether an element names the source that an entry of RSS was taken from (RSS 2.0, `<source>` sub-element of `<item>`).
fn is_source(tag: &StartTag<'_>) -> bool {
    markup::local(tag.name).eq_ignore_ascii_case("source") && tag.attribute("url").is_some()
}
