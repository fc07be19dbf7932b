//! What the elements of the feed formats mean, by namespace, name and place.
//!
//! Sources: RSS 0.90 to 2.0.11 (RSS Advisory Board), RSS 1.0 and 1.1 with their Dublin Core, content and syndication
//! modules, Atom 0.3 and 1.0 (RFC 4287), the Channel Definition Format (W3C note of 1997), Media RSS 1.5, the podcast
//! namespaces of Apple and Google, FeedBurner's and Pheedo's `origLink`, sitemaps.org 0.9 and Google's news extension to it.

use super::document::FeedFormat;

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
const SPACES: [(&str, Space); 28] = [
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
    ("news.yandex.ru", Space::Content),
    ("turbo.yandex.ru", Space::Content),
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
const PREFIXES: [(&str, Space); 19] = [
    ("atom", Space::Core),
    ("a10", Space::Core),
    ("rss", Space::Core),
    ("dc", Space::DublinCore),
    ("dcterms", Space::DublinCoreTerms),
    ("dct", Space::DublinCoreTerms),
    ("content", Space::Content),
    ("yandex", Space::Content),
    ("turbo", Space::Content),
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
pub(super) enum ElementPlace {
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
    Feed(Option<FeedFormat>),
    /// The root around a feed.
    Root(FeedFormat),
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
    Field(FeedField),
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
pub(super) enum FeedField {
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
    /// Where the entry was taken from.
    Source,
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

impl FeedField {
    /// Whether the value tells which entry it is, so that a part of it tells another.
    pub(super) fn is_identity(self) -> bool {
        matches!(self, Self::Link | Self::OriginalLink | Self::Guid)
    }

    /// Whether the value is one short line, so that an element of the format inside it means that its end tag is missing.
    pub(super) fn is_line(self) -> bool {
        !matches!(self, Self::Summary(_) | Self::Content(_))
    }
}

/// What the element `name` (in lower case) of `space` is at `place`.
pub(super) fn element(space: Space, name: &str, place: ElementPlace) -> Element {
    if matches!(space, Space::Core | Space::Rdf) {
        match name {
            "rss" => return Element::Root(FeedFormat::Rss),
            "rdf" => return Element::Root(FeedFormat::Rdf),
            "feed" => return Element::Feed(Some(FeedFormat::Atom)),
            "urlset" => return Element::Feed(Some(FeedFormat::NewsSitemap)),
            "channel" => return Element::Feed(None),
            "item" | "entry" => return Element::Entry,
            _ => {}
        }
    }
    match place {
        ElementPlace::Outside => match name {
            "html" => Element::Html,
            _ => Element::Other,
        },
        ElementPlace::Feed => in_feed(space, name),
        ElementPlace::Entry => in_entry(space, name),
        ElementPlace::Person => match name {
            "name" if space == Space::Core => Element::Field(FeedField::PersonName),
            "email" if space == Space::Core => Element::Field(FeedField::PersonEmail),
            _ => Element::Other,
        },
        ElementPlace::Sitemap if space == Space::Core && name == "url" => Element::Entry,
        ElementPlace::SkipHours if name == "hour" => Element::Field(FeedField::SkipHour),
        ElementPlace::SkipDays if name == "day" => Element::Field(FeedField::SkipDay),
        ElementPlace::Sitemap
        | ElementPlace::SkipHours
        | ElementPlace::SkipDays
        | ElementPlace::Elsewhere => Element::Other,
    }
}

fn in_feed(space: Space, name: &str) -> Element {
    let field = match (space, name) {
        (Space::Core, "link") => return Element::Link,
        (Space::Core, "author") => return Element::Person,
        (Space::Core, "skiphours") => return Element::SkipHours,
        (Space::Core, "skipdays") => return Element::SkipDays,
        (Space::Core, "title") => FeedField::Title(OWN),
        (Space::Core, "id" | "guid") => FeedField::Guid,
        (Space::Core, "description" | "tagline" | "subtitle" | "abstract") => FeedField::Summary(OWN),
        (Space::Core, "updated" | "modified" | "lastbuilddate") => FeedField::Updated(OWN),
        (Space::Core, "pubdate") => FeedField::Updated(MODULE),
        (Space::Core, "language") => FeedField::Language,
        (Space::Core, "ttl") => FeedField::Ttl,
        (Space::Core, "managingeditor") => FeedField::Author(OWN),
        (Space::DublinCore, "title") => FeedField::Title(MODULE),
        (Space::DublinCore, "description") => FeedField::Summary(MODULE),
        (Space::DublinCore, "date") => FeedField::Updated(MODULE),
        (Space::DublinCore, "language") => FeedField::Language,
        (Space::DublinCore, "creator") => FeedField::Author(MODULE),
        (Space::DublinCoreTerms, "modified") => FeedField::Updated(MODULE),
        (Space::Podcast, "author") => FeedField::Author(NEAR),
        (Space::Podcast, "summary" | "subtitle" | "description") => FeedField::Summary(NEAR),
        (Space::Syndication, "updateperiod") => FeedField::UpdatePeriod,
        (Space::Syndication, "updatefrequency") => FeedField::UpdateFrequency,
        (Space::Syndication, "updatebase") => FeedField::UpdateBase,
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
        (Space::Core, "title") => FeedField::Title(OWN),
        (Space::Core, "id" | "guid") => FeedField::Guid,
        (Space::Core, "loc") => FeedField::Link,
        (Space::Tracker, "origlink") => FeedField::OriginalLink,
        (Space::Core, "published" | "issued" | "pubdate") => FeedField::Published(OWN),
        (Space::Core, "updated" | "modified" | "lastmod") => FeedField::Updated(OWN),
        (Space::Core, "created") => FeedField::Published(NEAR),
        (Space::Core, "summary" | "description" | "abstract") => FeedField::Summary(OWN),
        (Space::Core, "content") => FeedField::Content(MODULE),
        (Space::Core, "fullitem") => FeedField::Content(NEAR),
        (Space::Core | Space::Xhtml, "body" | "div") => FeedField::Content(MODULE),
        (Space::Content, "encoded") => FeedField::Content(OWN),
        // What feeds give a search engine whole (help pages on news feeds and Turbo pages of Yandex).
        (Space::Content, "full-text" | "content") => FeedField::Content(NEAR),
        (Space::DublinCore, "title") => FeedField::Title(MODULE),
        (Space::DublinCore, "date") => FeedField::Published(MODULE),
        (Space::DublinCore, "description") => FeedField::Summary(MODULE),
        (Space::DublinCore, "creator" | "author") => FeedField::Author(MODULE),
        (Space::DublinCoreTerms, "issued") => FeedField::Published(MODULE),
        (Space::DublinCoreTerms, "created") => FeedField::Published(NEAR),
        (Space::DublinCoreTerms, "modified") => FeedField::Updated(MODULE),
        (Space::Media, "title") => FeedField::Title(NEAR),
        (Space::Media, "description" | "text") => FeedField::Summary(NEAR),
        (Space::Podcast, "title") => FeedField::Title(NEAR),
        (Space::Podcast, "author") => FeedField::Author(NEAR),
        (Space::Podcast, "summary" | "subtitle" | "description") => FeedField::Summary(NEAR),
        (Space::News, "title") => FeedField::Title(OWN),
        (Space::News, "publication_date") => FeedField::Published(OWN),
        (Space::News, "language") => FeedField::Language,
        (Space::News, "name") => FeedField::Publication,
        _ => return Element::Other,
    };
    Element::Field(field)
}
