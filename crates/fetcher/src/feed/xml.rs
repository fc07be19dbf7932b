//! Feeds in XML: RSS, RDF, Atom, CDF and news sitemaps, read in one pass over their tokens.
//!
//! One reader serves all formats, since feeds mix them: RSS with Atom links, Atom with Dublin Core dates. Which element
//! gives which value is in [`super::vocabulary`]; here is how elements nest, also where they don't. An element that isn't
//! closed ends with its parent, or where a sibling begins; an end tag without a start is passed over.

use std::borrow::Cow;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use url::Url;

use super::date;
use super::document::{FeedDocument, Format, Link, Person, ReadEntry, Warning};
use super::draft::Draft;
use super::entities::Entities;
use super::link;
use super::markup::{self, Scanner, Tag, Token};
use super::pace;
use super::person;
use super::text;
use super::vocabulary::{self, Element, Field, Place, Space};

/// How deep elements may nest. Feeds reach 10; what is deeper is passed over.
const DEPTH_MAX: usize = 256;
/// How many entries are read; news sitemaps end at 1,000 and sitemaps at 50,000.
const ENTRIES_MAX: usize = 50_000;
/// How many links one entry or feed may have.
const LINKS_MAX: usize = 256;
/// How many namespace declarations may be in force at once.
const BINDINGS_MAX: usize = 512;

/// What the reader made of a document.
pub(super) enum Outcome {
    /// It is a feed.
    Feed(FeedDocument),
    /// It is a web page.
    WebPage,
    /// It is neither; the name of its first element, if it has one.
    Unknown(Option<String>),
}

/// Reads a document in XML.
pub(super) fn read(text: &str, url: Option<&Url>) -> Outcome {
    let mut reader = Reader::new(text, url);
    while let Some(token) = reader.scanner.next() {
        match token {
            Token::Open(tag) => reader.open(tag),
            Token::Close(name) => reader.close(name),
            Token::Text(text) => reader.text(text),
            Token::Literal(text) => reader.literal(text),
            Token::Doctype(declaration) => reader.entities.declare(declaration),
        }
    }
    reader.finish()
}

/// An element that is open.
struct Open<'t> {
    name: &'t str,
    /// Where its children stand.
    place: Place,
    element: Element,
    /// How many namespace bindings and bases were in force outside of it.
    bindings: usize,
    bases: usize,
}

/// A namespace declaration in force.
struct Binding<'t> {
    prefix: &'t str,
    space: Option<Space>,
    /// The name as written, to know the root's namespace again.
    name: Cow<'t, str>,
}

/// How the text of an element is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As HTML, escaped once; elements inside are meant as HTML too.
    Html,
    /// As text that means itself.
    Plain,
    /// As elements of XHTML.
    Markup,
    /// In base64 (Atom 0.3).
    Base64,
}

/// An element whose text is being gathered.
struct Capture<'t> {
    name: &'t str,
    field: Field,
    form: Form,
    value: String,
    /// The elements open inside it.
    inner: Vec<&'t str>,
    /// The attributes that say more about the value.
    tag: Tag<'t>,
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    /// Bases in force, the innermost last; the first is the document's own address.
    bases: Vec<Url>,
    bindings: Vec<Binding<'t>>,
    stack: Vec<Open<'t>>,
    /// Elements open beyond [`DEPTH_MAX`].
    too_deep: usize,
    capture: Option<Capture<'t>>,
    entities: Entities<'t>,
    format: Option<Format>,
    html: bool,
    first_element: Option<&'t str>,
    /// The namespace of the root element, which means the format's own whatever it is called.
    root_space: Option<Cow<'t, str>>,
    feed: Draft,
    entry: Option<Draft>,
    person: Option<(Person, String)>,
    update_period: Option<Duration>,
    update_frequency: Option<u32>,
    document: FeedDocument,
    limited: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, url: Option<&Url>) -> Self {
        Self {
            scanner: Scanner::new(text),
            bases: url.cloned().into_iter().collect(),
            bindings: Vec::new(),
            stack: Vec::new(),
            too_deep: 0,
            capture: None,
            entities: Entities::default(),
            format: None,
            html: false,
            first_element: None,
            root_space: None,
            feed: Draft::default(),
            entry: None,
            person: None,
            update_period: None,
            update_frequency: None,
            document: FeedDocument::default(),
            limited: false,
        }
    }

    fn place(&self) -> Place {
        self.stack.last().map_or(Place::Outside, |open| open.place)
    }

    fn base(&self) -> Option<&Url> {
        self.bases.last()
    }

    /// The draft that values at `place` belong to.
    fn draft(&mut self) -> &mut Draft {
        self.entry.as_mut().unwrap_or(&mut self.feed)
    }

    // Tags.

    fn open(&mut self, tag: Tag<'t>) {
        if self.capture.is_some() && self.open_inside(&tag) {
            return;
        }
        if self.stack.len() >= DEPTH_MAX {
            self.limited = true;
            if !tag.empty {
                self.too_deep += 1;
            }
            return;
        }
        let (bindings, bases) = (self.bindings.len(), self.bases.len());
        self.declare_bindings(&tag);
        let mut lower = [0; 24];
        let element = self.element_of(&tag, &mut lower, self.place());
        self.first_element.get_or_insert(tag.name);
        let place = self.enter(element, &tag);
        let open = Open { name: tag.name, place, element, bindings, bases };
        if !tag.empty {
            self.stack.push(open);
        } else {
            if self.capture.as_ref().is_some_and(|capture| std::ptr::eq(capture.name, tag.name)) {
                self.end_capture();
            }
            self.leave(&open);
        }
    }

    /// What a tag means at `place`.
    fn element_of(&self, tag: &Tag<'t>, lower: &mut [u8; 24], place: Place) -> Element {
        let (prefix, local) = tag.name.rsplit_once(':').unwrap_or(("", tag.name));
        let Some(lower) = lower.get_mut(..local.len()) else {
            return Element::Other;
        };
        lower.copy_from_slice(local.as_bytes());
        lower.make_ascii_lowercase();
        let Ok(name) = std::str::from_utf8(lower) else {
            return Element::Other;
        };
        vocabulary::element(self.space(prefix), name, place)
    }

    fn space(&self, prefix: &str) -> Space {
        let Some(binding) = self.bindings.iter().rev().find(|binding| binding.prefix == prefix) else {
            return Space::of_prefix(prefix).unwrap_or(Space::Foreign);
        };
        if let Some(space) = binding.space {
            return space;
        }
        match &self.root_space {
            Some(root) if *root == binding.name => Space::Core,
            // Before there is a feed, any namespace may be the one it is written in.
            None => Space::Core,
            _ => Space::of_prefix(prefix).filter(|_| !prefix.is_empty()).unwrap_or(Space::Foreign),
        }
    }

    /// Takes in the namespaces and the base that a tag declares.
    fn declare_bindings(&mut self, tag: &Tag<'t>) {
        for (name, value) in tag.attributes() {
            if let Some(declared) = name.strip_prefix("xmlns") {
                let prefix = declared.strip_prefix(':').unwrap_or(declared);
                if self.bindings.len() < BINDINGS_MAX {
                    let name = markup::unescape(value);
                    self.bindings.push(Binding { prefix, space: Space::of_name(&name), name });
                }
            } else if name == "xml:base" {
                let written = markup::unescape(value);
                let base = match self.base() {
                    Some(outer) => outer.join(written.trim()).ok(),
                    None => Url::parse(written.trim()).ok(),
                };
                self.bases.extend(base);
            }
        }
    }

    /// Begins an element; answers where its children stand.
    fn enter(&mut self, element: Element, tag: &Tag<'t>) -> Place {
        let place = self.place();
        match element {
            Element::Root(format) => {
                self.begin(format, tag);
                Place::Outside
            }
            Element::Feed(format) => {
                let channel = if tag.attribute("href").is_some() { Format::Cdf } else { Format::Rss };
                self.begin(format.unwrap_or(channel), tag);
                self.about_page(tag);
                if let Some(modified) = value(tag.attribute("lastmod")) {
                    self.feed.offer_updated(0, modified);
                }
                if self.document.language.is_none() {
                    self.document.language = language(tag.attribute("lang"));
                }
                Place::Feed
            }
            Element::Entry => {
                self.end_entry();
                self.begin(if tag.name == "entry" { Format::Atom } else { Format::Rss }, tag);
                let mut entry = Draft::default();
                entry.guid = value(tag.attribute("about"));
                if let Some(modified) = value(tag.attribute("lastmod")) {
                    entry.offer_updated(0, modified);
                }
                self.entry = Some(entry);
                self.about_page(tag);
                Place::Entry
            }
            Element::EntryPart => Place::Entry,
            Element::Person => {
                self.person = Some((Person::default(), String::new()));
                Place::Person
            }
            Element::SkipHours => Place::SkipHours,
            Element::SkipDays => Place::SkipDays,
            Element::LinkElement => {
                if tag.attribute("href").is_some() || tag.attribute("rel").is_some() {
                    self.link_element(tag);
                    Place::Elsewhere
                } else {
                    self.begin_capture(Field::Link, tag);
                    place
                }
            }
            Element::Field(field) => {
                self.begin_capture(field, tag);
                place
            }
            Element::Html => {
                self.html |= self.format.is_none();
                Place::Outside
            }
            Element::Other if place == Place::Outside => Place::Outside,
            Element::Other => Place::Elsewhere,
        }
    }

    /// Notes what format the document shows itself to be in; the outermost element speaks.
    fn begin(&mut self, format: Format, tag: &Tag<'t>) {
        if self.format.is_some() {
            return;
        }
        self.format = Some(format);
        let prefix = tag.name.rsplit_once(':').map_or("", |(prefix, _)| prefix);
        let binding = self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
        self.root_space = Some(binding.map_or(Cow::Borrowed(""), |binding| binding.name.clone()));
    }

    /// CDF names the page of a channel or an item in an attribute.
    fn about_page(&mut self, tag: &Tag<'t>) {
        if let Some(href) = tag.attribute("href") {
            self.add_link(&href, "alternate".to_owned(), None);
        }
    }

    fn close(&mut self, name: &'t str) {
        if self.capture.is_some() && self.close_inside(name) {
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

    /// Closes the elements from `depth` inwards.
    fn unwind(&mut self, depth: usize) {
        while self.stack.len() > depth {
            if let Some(open) = self.stack.pop() {
                self.leave(&open);
            }
        }
    }

    /// Ends an element.
    fn leave(&mut self, open: &Open<'t>) {
        match open.element {
            Element::Entry => self.end_entry(),
            Element::Person => self.end_person(),
            _ => {}
        }
        self.bindings.truncate(open.bindings);
        self.bases.truncate(open.bases);
    }

    fn end_entry(&mut self) {
        let Some(entry) = self.entry.take() else {
            return;
        };
        if self.document.entries.len() >= ENTRIES_MAX {
            self.limited = true;
            return;
        }
        let entry = entry.into_entry(self.bases.last());
        self.document.entries.push(entry);
    }

    fn end_person(&mut self) {
        let Some((mut person, text)) = self.person.take() else {
            return;
        };
        if person == Person::default() {
            person = person::parse(&text);
        }
        if person != Person::default() {
            self.draft().add_author(vocabulary::OWN, person);
        }
    }

    // Links.

    fn link_element(&mut self, tag: &Tag<'t>) {
        let rel = tag
            .attribute("rel")
            .map_or_else(|| "alternate".to_owned(), |rel| rel.trim().to_ascii_lowercase());
        let rel = rel.rsplit('/').next().filter(|rel| !rel.is_empty()).unwrap_or("alternate").to_owned();
        let Some(written) = tag.attribute("href") else {
            return;
        };
        let href = self.add_link(&written, rel, value(tag.attribute("type")));
        // In RSS a link that names no relation is the entry's own, wherever its address stands.
        if tag.attribute("rel").is_none() && self.format != Some(Format::Atom) {
            self.draft().written_link = href;
        }
    }

    /// Adds a link; answers its resolved address.
    fn add_link(&mut self, written: &str, rel: String, media_type: Option<String>) -> Option<String> {
        let href = link::resolve(written, self.base())?;
        let links = &mut self.draft().links;
        if links.len() < LINKS_MAX {
            links.push(Link { href: href.clone(), rel, media_type });
        }
        Some(href)
    }

    // Text.

    fn begin_capture(&mut self, field: Field, tag: &Tag<'t>) {
        let form = form(tag);
        self.capture =
            Some(Capture { name: tag.name, field, form, value: String::new(), inner: Vec::new(), tag: *tag });
    }

    /// A tag inside of an element whose text is gathered; answers whether it belongs to that text.
    fn open_inside(&mut self, tag: &Tag<'t>) -> bool {
        let mut lower = [0; 24];
        let element = self.element_of(tag, &mut lower, self.place());
        let Some(capture) = self.capture.as_mut() else {
            return false;
        };
        // These are elements of the formats and not of HTML: inside a text they show that its end tag is missing.
        let sibling = match element {
            Element::Entry | Element::Feed(_) => true,
            Element::Field(Field::Guid | Field::Published(_) | Field::Updated(_)) => true,
            Element::Other | Element::Html => false,
            _ => capture.field.is_line(),
        };
        if sibling && capture.inner.is_empty() && capture.form != Form::Markup {
            self.scanner.malformed = true;
            self.end_capture();
            let depth = self.stack.len() - 1;
            self.unwind(depth);
            return false;
        }
        tag.write_to(&mut capture.value);
        if !tag.empty && capture.inner.len() < DEPTH_MAX {
            capture.inner.push(tag.name);
        }
        true
    }

    /// An end tag while text is gathered; answers whether it belongs to that text.
    fn close_inside(&mut self, name: &'t str) -> bool {
        let Some(capture) = self.capture.as_mut() else {
            return false;
        };
        if let Some(depth) = capture.inner.iter().rposition(|inner| *inner == name) {
            capture.inner.truncate(depth);
            capture.value.push_str("</");
            capture.value.push_str(markup::local(name));
            capture.value.push('>');
            return true;
        }
        if capture.name == name || self.stack.iter().any(|open| open.name == name) {
            self.end_capture();
            return false;
        }
        self.scanner.malformed = true;
        true
    }

    fn text(&mut self, raw: &'t str) {
        let in_person = self.place() == Place::Person;
        if let Some(capture) = self.capture.as_mut() {
            match capture.form {
                Form::Markup => capture.value.push_str(raw),
                _ => capture.value.push_str(&self.entities.expand(raw)),
            }
        } else if let Some((_, text)) = self.person.as_mut().filter(|_| in_person) {
            text.push_str(&self.entities.expand(raw));
        }
    }

    fn literal(&mut self, raw: &'t str) {
        let in_person = self.place() == Place::Person;
        if let Some(capture) = self.capture.as_mut() {
            match capture.form {
                Form::Markup => markup::escape_to(raw, &mut capture.value),
                _ => capture.value.push_str(raw),
            }
        } else if let Some((_, text)) = self.person.as_mut().filter(|_| in_person) {
            text.push_str(raw);
        }
    }

    fn end_capture(&mut self) {
        if let Some(capture) = self.capture.take() {
            self.accept(capture);
        }
    }

    /// Takes in the value that a finished element gives.
    fn accept(&mut self, capture: Capture<'t>) {
        let Capture { field, form, tag, .. } = capture;
        let Some(written) = body(capture.value, form) else {
            return;
        };
        match field {
            Field::Title(rank) => {
                let title = line(&written, form);
                // A title of nothing but a picture is one, but any other is better.
                let rank = if title.is_empty() { 0 } else { rank };
                self.draft().title.offer(rank, title);
            }
            Field::Link => {
                if let Some(href) = self.add_link(&written, "alternate".to_owned(), None) {
                    self.draft().written_link = Some(href);
                }
            }
            Field::Guid => {
                let permalink = tag
                    .attribute("ispermalink")
                    .is_none_or(|says| !says.trim().eq_ignore_ascii_case("false"));
                let draft = self.draft();
                if draft.guid.is_none() {
                    draft.guid = Some(written);
                    draft.guid_is_permalink = permalink;
                }
            }
            Field::Published(rank) => self.draft().offer_published(rank, written),
            Field::Updated(rank) => self.draft().offer_updated(rank, written),
            Field::Summary(rank) => {
                let draft = self.draft();
                // Of two summaries the second is the text.
                if let Some(other) = draft.summary.offer(rank, written).filter(|_| rank == vocabulary::OWN) {
                    draft.content.offer(0, other);
                }
            }
            Field::Content(rank) => {
                let content = if form == Form::Plain { escaped(&written) } else { written };
                self.draft().content.offer(rank, content);
            }
            Field::Author(rank) => {
                let person = person::parse(&line(&written, form));
                self.draft().add_author(rank, person);
            }
            Field::PersonName | Field::PersonEmail => {
                let value = Some(line(&written, form));
                if let Some((person, _)) = self.person.as_mut() {
                    if field == Field::PersonName { person.name = value } else { person.email = value }
                }
            }
            Field::Language => {
                if self.document.language.is_none() {
                    self.document.language = language(Some(Cow::Owned(written)));
                }
            }
            Field::Ttl => self.document.ttl = pace::ttl(&written),
            Field::SkipHour => pace::skip_hour(&written, &mut self.document.skip_hours),
            Field::SkipDay => pace::skip_day(&written, &mut self.document.skip_days),
            Field::UpdatePeriod => self.update_period = pace::period(&written),
            Field::UpdateFrequency => self.update_frequency = written.parse().ok(),
            Field::UpdateBase => self.document.update_base = date::parse(&written),
            Field::Publication => {
                self.feed.title.offer(1, text::collapse(&written));
            }
        }
    }

    /// The document, once all its tokens are read.
    fn finish(mut self) -> Outcome {
        let truncated = !self.stack.is_empty();
        self.end_capture();
        self.unwind(0);
        self.end_entry();
        let Some(format) = self.format else {
            return match self.first_element {
                _ if self.html => Outcome::WebPage,
                name => Outcome::Unknown(name.map(str::to_owned)),
            };
        };
        let Self { mut feed, mut document, .. } = self;
        document.format = format;
        document.link = feed.page();
        document.self_link = feed.links.iter().find(|link| link.rel == "self").map(|link| link.href.clone());
        document.hubs =
            feed.links.iter().filter(|link| link.rel == "hub").map(|link| link.href.clone()).collect();
        document.title = feed.title.take();
        document.description = feed.summary.take();
        document.updated = feed.updated_at();
        document.update_period = pace::between_updates(self.update_period, self.update_frequency);
        if format == Format::Atom {
            inherit_authors(&mut document.entries, &feed.authors);
        }
        document.links = feed.links;
        let warnings = [
            (self.scanner.malformed, Warning::Malformed),
            (truncated, Warning::Truncated),
            (self.limited, Warning::Limit),
        ];
        document
            .warnings
            .extend(warnings.into_iter().filter(|(found, _)| *found).map(|(_, warning)| warning));
        Outcome::Feed(document)
    }
}

/// An entry of Atom without authors has those of its feed (RFC 4287, section 4.2.1).
fn inherit_authors(entries: &mut [ReadEntry], authors: &[Person]) {
    for entry in entries.iter_mut().filter(|entry| entry.authors.is_empty()) {
        entry.authors = authors.to_vec();
    }
}

/// How an element says that its text is written: `type` in both versions of Atom, `mode` in the older.
fn form(tag: &Tag<'_>) -> Form {
    let mode = tag.attribute("mode").unwrap_or_default().trim().to_ascii_lowercase();
    if mode == "base64" {
        return Form::Base64;
    }
    let kind = tag.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    let name = markup::local(tag.name);
    match kind.as_str() {
        "text" | "text/plain" => Form::Plain,
        kind if kind.contains("xhtml") || kind.ends_with("+xml") || kind.ends_with("/xml") => Form::Markup,
        "" if name.eq_ignore_ascii_case("body") || name.eq_ignore_ascii_case("div") => Form::Markup,
        kind if ["image/", "audio/", "video/", "application/octet-stream"]
            .iter()
            .any(|binary| kind.starts_with(binary)) =>
        {
            Form::Base64
        }
        _ => Form::Html,
    }
}

/// The text of an element, decoded and trimmed; `None` if it is empty or no text.
fn body(gathered: String, form: Form) -> Option<String> {
    let text = match form {
        Form::Base64 => base64_text(&gathered)?,
        Form::Markup => return trimmed(without_wrapper(gathered.trim())),
        Form::Html | Form::Plain => gathered,
    };
    trimmed(&text)
}

fn trimmed(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    (!text.is_empty()).then(|| text.to_owned())
}

/// XHTML without the `div` that Atom demands around it (RFC 4287, section 3.1.1.3).
fn without_wrapper(markup: &str) -> &str {
    let inner = || {
        let rest = markup.strip_prefix("<div")?.strip_suffix("</div>")?;
        let (attributes, inner) = rest.split_once('>')?;
        let one =
            !inner.contains("</div>") || inner.matches("<div").count() == inner.matches("</div>").count();
        (one && !attributes.ends_with('/')).then_some(inner)
    };
    inner().unwrap_or(markup)
}

fn base64_text(written: &str) -> Option<String> {
    let packed: Vec<u8> = written.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    String::from_utf8(BASE64_STANDARD.decode(packed).ok()?).ok()
}

/// A value of one line as plain text.
fn line(written: &str, form: Form) -> String {
    match form {
        Form::Plain => text::collapse(written),
        _ => text::from_html(written),
    }
}

fn escaped(plain: &str) -> String {
    let mut html = String::with_capacity(plain.len());
    markup::escape_to(plain, &mut html);
    html
}

fn value(attribute: Option<Cow<'_, str>>) -> Option<String> {
    attribute.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// A language tag, if it looks like one.
fn language(written: Option<Cow<'_, str>>) -> Option<String> {
    value(written).filter(|tag| {
        tag.len() <= 35 && tag.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    })
}
