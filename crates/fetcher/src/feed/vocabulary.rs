//! What the elements of the feed formats mean, by namespace, name and place.
//!
//! Sources: RSS 0.90 to 2.0.11 (RSS Advisory Board), RSS 1.0 and 1.1 with their Dublin Core, content and syndication
//! modules, Atom 0.3 and 1.0 (RFC 4287), the Channel Definition Format (W3C note of 1997), Media RSS 1.5, the podcast
//! namespaces of Apple and Google, FeedBurner's and Pheedo's `origLink`, sitemaps.org 0.9 and Google's news extension to it.

use super::document::Format;

/// The vocabulary that a namespace stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS in all its versions, Atom, CDF, sitemaps, and no namespace at all: one vocabulary, since feeds mix them.
    Core,
    DublinCore,
    DublinCoreTerms,
    Content,
    Media,
    Podcast,
    Syndication,
    News,
    Xhtml,
    Rdf,
    /// The extensions of services that put their own address in the place of an entry's.
    Tracker,
    Foreign,
}

/// Namespaces by name, in lower case, without scheme and without a closing `/` or `#`; publishers vary all of these.
const SPACES: [(&str, Space); 26] = [
    ("www.w3.org/2005/atom", Space::Core),
    ("purl.org/atom/ns", Space::Core),
    ("purl.org/rss/1.0", Space::Core),
    ("purl.org/net/rss1.1", Space::Core),
    ("my.netscape.com/rdf/simple/0.9", Space::Core),
    ("channel.netscape.com/rdf/simple/0.9", Space::Core),
    ("my.netscape.com/publish/formats/rss-0.91.dtd", Space::Core),
    ("backend.userland.com/rss", Space::Core),
    ("backend.userland.com/rss2", Space::Core),
    ("blogs.law.harvard.edu/tech/rss", Space::Core),
    ("cyber.law.harvard.edu/rss", Space::Core),
    ("www.sitemaps.org/schemas/sitemap/0.9", Space::Core),
    ("www.google.com/schemas/sitemap-news/0.9", Space::News),
    ("purl.org/dc/elements/1.0", Space::DublinCore),
    ("purl.org/dc/elements/1.1", Space::DublinCore),
    ("purl.org/dc/terms", Space::DublinCoreTerms),
    ("purl.org/rss/1.0/modules/content", Space::Content),
    ("purl.org/rss/1.0/modules/syndication", Space::Syndication),
    ("search.yahoo.com/mrss", Space::Media),
    ("www.itunes.com/dtds/podcast-1.0.dtd", Space::Podcast),
    ("www.google.com/schemas/play-podcasts/1.0", Space::Podcast),
    ("www.w3.org/1999/xhtml", Space::Xhtml),
    ("www.w3.org/tr/xhtml1", Space::Xhtml),
    ("www.w3.org/1999/02/22-rdf-syntax-ns", Space::Rdf),
    ("rssnamespace.org/feedburner/ext/1.0", Space::Tracker),
    ("www.pheedo.com/namespace/pheedo", Space::Tracker),
];

/// Prefixes that mean what they usually do where they are declared as something unknown, or not at all.
const PREFIXES: [(&str, Space); 17] = [
    ("atom", Space::Core),
    ("a10", Space::Core),
    ("rss", Space::Core),
    ("dc", Space::DublinCore),
    ("dcterms", Space::DublinCoreTerms),
    ("dct", Space::DublinCoreTerms),
    ("content", Space::Content),
    ("media", Space::Media),
    ("itunes", Space::Podcast),
    ("googleplay", Space::Podcast),
    ("sy", Space::Syndication),
    ("news", Space::News),
    ("xhtml", Space::Xhtml),
    ("xhtml2", Space::Xhtml),
    ("rdf", Space::Rdf),
    ("feedburner", Space::Tracker),
    ("pheedo", Space::Tracker),
];

impl Space {
    /// The vocabulary of a namespace name, if it is a known one.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let name = name.trim();
        let name = name.strip_prefix("http://").or_else(|| name.strip_prefix("https://")).unwrap_or(name);
        let name = name.trim_end_matches(['/', '#']);
        if name.is_empty() {
            return Some(Self::Core);
        }
        SPACES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, space)| *space)
    }

    /// The vocabulary that a prefix usually stands for.
    pub(super) fn of_prefix(prefix: &str) -> Option<Self> {
        if prefix.is_empty() {
            return Some(Self::Core);
        }
        PREFIXES.iter().find(|(known, _)| known.eq_ignore_ascii_case(prefix)).map(|(_, space)| *space)
    }
}

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside of feed and entry, or in an element around them that says nothing itself.
    Outside,
    Feed,
    /// Between the pages of a sitemap.
    Sitemap,
    Entry,
    Person,
    SkipHours,
    SkipDays,
    /// In an element whose content isn't about the feed or the entry.
    Elsewhere,
}

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// The document's root, or the feed itself, or both, and the format that it shows.
    Feed(Option<Format>),
    /// The root around a feed.
    Root(Format),
    Entry,
    /// Something inside an entry that carries more about it: a media group, a news block.
    EntryPart,
    /// An element with the parts of a person.
    Person,
    SkipHours,
    SkipDays,
    /// A link, whose address is an attribute or its text.
    Link,
    /// An element whose text is a value.
    Field(Field),
    /// The root of a web page.
    Html,
    /// Anything else.
    Other,
}

/// How much a source of a value is worth beside others; the highest wins.
pub(super) type Rank = u8;

/// The format's own element.
pub(super) const OWN: Rank = 3;
/// A module's element for the same thing.
const MODULE: Rank = 2;
/// An element that means something near it.
const NEAR: Rank = 1;

/// A value that an element's text gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title(Rank),
    Link,
    /// The address of the page that a service has replaced by its own.
    OriginalLink,
    Guid,
    Published(Rank),
    Updated(Rank),
    Summary(Rank),
    Content(Rank),
    Author(Rank),
    PersonName,
    PersonEmail,
    Language,
    Ttl,
    SkipHour,
    SkipDay,
    UpdatePeriod,
    UpdateFrequency,
    UpdateBase,
    /// The name of the publication, in a news sitemap.
    Publication,
}

impl Field {
    /// Whether the value is one short line, so that an element of the format inside it means that its end tag is missing.
    pub(super) fn is_line(self) -> bool {
        !matches!(self, Self::Summary(_) | Self::Content(_))
    }
}

/// What the element `name` (in lower case) of `space` is at `place`.
pub(super) fn element(space: Space, name: &str, place: Place) -> Element {
    if matches!(space, Space::Core | Space::Rdf) {
        match name {
            "rss" => return Element::Root(Format::Rss),
            "rdf" => return Element::Root(Format::Rdf),
            "feed" => return Element::Feed(Some(Format::Atom)),
            "urlset" => return Element::Feed(Some(Format::NewsSitemap)),
            "channel" => return Element::Feed(None),
            "item" | "entry" => return Element::Entry,
            _ => {}
        }
    }
    match place {
        Place::Outside => match name {
            "html" => Element::Html,
            _ => Element::Other,
        },
        Place::Feed => in_feed(space, name),
        Place::Entry => in_entry(space, name),
        Place::Person => match name {
            "name" if space == Space::Core => Element::Field(Field::PersonName),
            "email" if space == Space::Core => Element::Field(Field::PersonEmail),
            _ => Element::Other,
        },
        Place::Sitemap if space == Space::Core && name == "url" => Element::Entry,
        Place::SkipHours if name == "hour" => Element::Field(Field::SkipHour),
        Place::SkipDays if name == "day" => Element::Field(Field::SkipDay),
        Place::Sitemap | Place::SkipHours | Place::SkipDays | Place::Elsewhere => Element::Other,
    }
}

fn in_feed(space: Space, name: &str) -> Element {
    let field = match (space, name) {
        (Space::Core, "link") => return Element::Link,
        (Space::Core, "author") => return Element::Person,
        (Space::Core, "skiphours") => return Element::SkipHours,
        (Space::Core, "skipdays") => return Element::SkipDays,
        (Space::Core, "title") => Field::Title(OWN),
        (Space::Core, "id" | "guid") => Field::Guid,
        (Space::Core, "description" | "tagline" | "subtitle" | "abstract") => Field::Summary(OWN),
        (Space::Core, "updated" | "modified" | "lastbuilddate") => Field::Updated(OWN),
        (Space::Core, "pubdate") => Field::Updated(MODULE),
        (Space::Core, "language") => Field::Language,
        (Space::Core, "ttl") => Field::Ttl,
        (Space::Core, "managingeditor") => Field::Author(OWN),
        (Space::DublinCore, "title") => Field::Title(MODULE),
        (Space::DublinCore, "description") => Field::Summary(MODULE),
        (Space::DublinCore, "date") => Field::Updated(MODULE),
        (Space::DublinCore, "language") => Field::Language,
        (Space::DublinCore, "creator") => Field::Author(MODULE),
        (Space::DublinCoreTerms, "modified") => Field::Updated(MODULE),
        (Space::Podcast, "author") => Field::Author(NEAR),
        (Space::Podcast, "summary" | "subtitle" | "description") => Field::Summary(NEAR),
        (Space::Syndication, "updateperiod") => Field::UpdatePeriod,
        (Space::Syndication, "updatefrequency") => Field::UpdateFrequency,
        (Space::Syndication, "updatebase") => Field::UpdateBase,
        _ => return Element::Other,
    };
    Element::Field(field)
}

fn in_entry(space: Space, name: &str) -> Element {
    let field = match (space, name) {
        (Space::Core, "link") => return Element::Link,
        (Space::Core, "author") => return Element::Person,
        (Space::Media, "group" | "content") | (Space::News, "news" | "publication") => {
            return Element::EntryPart;
        }
        (Space::Core, "title") => Field::Title(OWN),
        (Space::Core, "id" | "guid") => Field::Guid,
        (Space::Core, "loc") => Field::Link,
        (Space::Tracker, "origlink") => Field::OriginalLink,
        (Space::Core, "published" | "issued" | "pubdate") => Field::Published(OWN),
        (Space::Core, "updated" | "modified" | "lastmod") => Field::Updated(OWN),
        (Space::Core, "created") => Field::Published(NEAR),
        (Space::Core, "summary" | "description" | "abstract") => Field::Summary(OWN),
        (Space::Core, "content") => Field::Content(MODULE),
        (Space::Core, "fullitem") => Field::Content(NEAR),
        (Space::Core | Space::Xhtml, "body" | "div") => Field::Content(MODULE),
        (Space::Content, "encoded") => Field::Content(OWN),
        (Space::DublinCore, "title") => Field::Title(MODULE),
        (Space::DublinCore, "date") => Field::Published(MODULE),
        (Space::DublinCore, "description") => Field::Summary(MODULE),
        (Space::DublinCore, "creator" | "author") => Field::Author(MODULE),
        (Space::DublinCoreTerms, "issued") => Field::Published(MODULE),
        (Space::DublinCoreTerms, "created") => Field::Published(NEAR),
        (Space::DublinCoreTerms, "modified") => Field::Updated(MODULE),
        (Space::Media, "title") => Field::Title(NEAR),
        (Space::Media, "description" | "text") => Field::Summary(NEAR),
        (Space::Podcast, "title") => Field::Title(NEAR),
        (Space::Podcast, "author") => Field::Author(NEAR),
        (Space::Podcast, "summary" | "subtitle" | "description") => Field::Summary(NEAR),
        (Space::News, "title") => Field::Title(OWN),
        (Space::News, "publication_date") => Field::Published(OWN),
        (Space::News, "language") => Field::Language,
        (Space::News, "name") => Field::Publication,
        _ => return Element::Other,
    };
    Element::Field(field)
}
