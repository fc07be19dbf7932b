//! What the words in class, id, role and the like say about an element.

use std::sync::LazyLock;

use crate::dom::{Node, local_name};
use crate::memo::Memo;
use crate::style;
use crate::word_table::WordTable;

/// A family of words that page makers use for the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs)]
pub(super) enum MarkupFamily {
    Body,
    Lead,
    Story,
    Title,
    Related,
    Advert,
    Share,
    Comments,
    Newsletter,
    Caption,
    Byline,
    Date,
    Tags,
    Navigation,
    Footer,
    Header,
    Sidebar,
    Widget,
    Paywall,
    Aside,
    Media,
    Legal,
    App,
    Hidden,
    List,
    Post,
}

impl MarkupFamily {
    pub(super) const ALL: [Self; 26] = [
        Self::Body,
        Self::Lead,
        Self::Story,
        Self::Title,
        Self::Related,
        Self::Advert,
        Self::Share,
        Self::Comments,
        Self::Newsletter,
        Self::Caption,
        Self::Byline,
        Self::Date,
        Self::Tags,
        Self::Navigation,
        Self::Footer,
        Self::Header,
        Self::Sidebar,
        Self::Widget,
        Self::Paywall,
        Self::Aside,
        Self::Media,
        Self::Legal,
        Self::App,
        Self::Hidden,
        Self::List,
        Self::Post,
    ];

    /// Whether it speaks for running text rather than against it.
    pub(super) fn is_for(self) -> bool {
        matches!(self, Self::Body | Self::Lead | Self::Story | Self::Title)
    }
}

/// What sets a box apart from the article, whatever its text says. [`super::apart`] decides whether it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Separation {
    /// No reader sees it: `hidden`, `display:none`, `visibility:hidden`, a dialog that is not open.
    Hidden = 48,
    /// Screen readers pass over it: `aria-hidden`.
    Mute,
    /// Only screen readers read it: the classes that style sheets use for that.
    Spoken,
    /// The page's own style sheet hides it, or the classes by which the common ones do, on every width of screen.
    Styled,
    /// A dialog that is open.
    Dialog,
    /// Asks for consent to cookies and the like.
    Consent,
    /// The word for cookies alone: biscuits have it, too.
    Cookie,
    /// Asks who is there.
    Login,
    /// What readers wrote.
    Comments,
    /// What stands on the page before.
    Copy,
}

/// A set of [`MarkupFamily`]s and [`Separation`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct MarkupFamilies(u64);

impl MarkupFamilies {
    pub(super) const NONE: Self = Self(0);

    /// The look of a box without a class.
    pub(super) const NO_LOOK: u64 = NO_CLASS;

    /// The bit behind those of the [`MarkupFamily`]s that says so of a box's microdata.
    const ARTICLE: u32 = 40;

    /// The bit of names that stand for nothing but an advertisement.
    const ADVERT: u32 = 41;

    pub(super) fn has(self, mark: MarkupFamily) -> bool {
        self.0 & (1 << mark as u32) != 0
    }

    pub(super) fn add(&mut self, mark: MarkupFamily) {
        self.0 |= 1 << mark as u32;
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Its [`MarkupFamily`]s.
    pub(super) fn families(self) -> impl Iterator<Item = MarkupFamily> {
        let mut left = self.0 & ((1 << Self::ARTICLE) - 1);
        std::iter::from_fn(move || {
            let family = MarkupFamily::ALL.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(*family)
        })
    }

    /// Whether it has no [`MarkupFamily`].
    pub(super) fn is_empty(self) -> bool {
        self.0 & ((1 << Self::ARTICLE) - 1) == 0
    }

    /// Whether its microdata says that it holds an article.
    pub(super) fn is_article(self) -> bool {
        self.0 & (1 << Self::ARTICLE) != 0
    }

    /// Whether its name can stand for nothing but an advertisement.
    pub(super) fn is_advert(self) -> bool {
        self.0 & (1 << Self::ADVERT) != 0
    }

    pub(super) fn is(self, apart: Separation) -> bool {
        self.0 & (1 << apart as u32) != 0
    }

    pub(super) fn set(&mut self, apart: Separation) {
        self.0 |= 1 << apart as u32;
    }

    /// Whether anything sets it apart.
    pub(super) fn is_apart(self) -> bool {
        self.0 >> Separation::Hidden as u32 != 0
    }

    /// Reads an element's attributes; the second value hashes its classes without digits, so that boxes which look the
    /// same hash the same.
    pub(super) fn of<'d>(node: Node<'d>, known: &mut Known<'d>) -> (Self, u64) {
        let mut marks = Self::NONE;
        let mut look = NO_CLASS;
        if node.is(&local_name!("dialog")) {
            marks.set(if node.attr("open").is_some() { Separation::Dialog } else { Separation::Hidden });
        }
        if node.name().is_some_and(|name| &**name == "amp-consent") {
            marks.set(Separation::Consent);
        }
        for (name, value) in node.attributes() {
            match *name {
                local_name!("class") => {
                    let (said, class) = known.get(value, |value| (Self::of_class(value), look_of(value)));
                    marks = marks.union(said);
                    look = class;
                }
                local_name!("role") if matches!(value.trim(), "dialog" | "alertdialog") => {
                    marks.set(Separation::Dialog);
                }
                local_name!("id")
                | local_name!("role")
                | local_name!("itemprop")
                | local_name!("property")
                | local_name!("aria-label") => marks = marks.union(Self::read(value)),
                local_name!("href")
                | local_name!("src")
                | local_name!("alt")
                | local_name!("title")
                | local_name!("rel")
                | local_name!("type") => {}
                local_name!("aria-modal") if is_true(value) => marks.set(Separation::Dialog),
                local_name!("popover") => marks.set(Separation::Hidden),
                local_name!("action") if value.to_ascii_lowercase().contains("consent") => {
                    marks.set(Separation::Consent);
                }
                local_name!("itemtype") if value.trim_end().ends_with("/Comment") => {
                    marks.set(Separation::Comments);
                }
                local_name!("itemtype")
                    if value.trim_end().ends_with("Article") || value.trim_end().ends_with("Posting") =>
                {
                    marks.0 |= 1 << Self::ARTICLE;
                }
                local_name!("hidden") => {
                    marks.add(MarkupFamily::Hidden);
                    if !value.trim().eq_ignore_ascii_case("until-found") {
                        marks.set(Separation::Hidden);
                    }
                }
                local_name!("aria-hidden") if is_true(value) => {
                    marks.add(MarkupFamily::Hidden);
                    marks.set(Separation::Mute);
                }
                local_name!("style") if style::hides(value) => {
                    marks.add(MarkupFamily::Hidden);
                    marks.set(Separation::Hidden);
                }
                _ => match &**name {
                    // What AMP shows to those who may not read on (amp-access and amp-subscriptions of the AMP project).
                    "amp-access" if value.trim_start().starts_with("NOT") => marks.set(Separation::Hidden),
                    "subscriptions-section" if value.trim() == "content-not-granted" => {
                        marks.set(Separation::Hidden);
                    }
                    "data-testid"
                    | "data-component"
                    | "data-component-name"
                    | "data-type"
                    | "data-module"
                    | "data-block" => marks = marks.union(Self::read(value)),
                    _ => {}
                },
            }
        }
        (marks, look)
    }

    /// What the classes in `value` say, as names and to the style sheets that know them.
    fn of_class(value: &str) -> Self {
        let mut marks = Self::read(value);
        let classes = || value.split_ascii_whitespace().take(MAX_CLASSES);
        // A dialog of Bootstrap that nothing has opened yet.
        let has = |class: &str| classes().any(|other| other == class);
        let is_closed = || has("modal") && has("fade") && !has("in") && !has("show");
        if classes().any(hides_everywhere) && !classes().any(shows_again) || is_closed() {
            marks.set(Separation::Styled);
        }
        marks
    }

    /// What `value` says.
    fn read(value: &str) -> Self {
        let mut marks = Self::NONE;
        // Beyond that, an attribute is data, or an attack.
        let bytes = &value.as_bytes()[..value.len().min(512)];
        let (mut words_from, mut apart_from) = (0, 0);
        let mut before = 0;
        for at in 0..bytes.len() {
            let rank = RANKS[usize::from(bytes[at])];
            let starts_word = rank > std::mem::replace(&mut before, rank);
            if !starts_word {
                continue;
            }
            if at >= words_from
                && let Some((index, length)) = WORDS.longest_at(bytes, at)
            {
                words_from = at + length;
                let (word, mark, whole) = TABLE[index];
                if !whole || ends_word(bytes, words_from) {
                    marks.add(mark);
                    // Behind a digit it is a part of a number that a machine made.
                    let is_alone = !at.checked_sub(1).is_some_and(|at| bytes[at].is_ascii_digit());
                    marks.0 |= u64::from(is_alone && ADVERT_NAMES.contains(&word)) << Self::ADVERT;
                }
            }
            if at >= apart_from
                && let Some((index, length)) = APART_WORDS.longest_at(bytes, at)
            {
                apart_from = at + length;
                let (_, apart, whole) = APART[index];
                if !whole || ends_word(bytes, apart_from) {
                    marks.set(apart);
                }
            }
        }
        marks
    }
}

/// 0 for what is no letter, 1 for a lower-case letter, 2 for an upper-case one: a word begins where this rises.
static RANKS: [u8; 256] = {
    let mut ranks = [0; 256];
    let mut letter = b'a';
    while letter <= b'z' {
        ranks[letter as usize] = 1;
        ranks[letter.to_ascii_uppercase() as usize] = 2;
        letter += 1;
    }
    ranks
};

/// Whether the word before `end` ends there, but for an "s" of its own.
fn ends_word(bytes: &[u8], end: usize) -> bool {
    bytes.get(end).is_none_or(|next| {
        !next.is_ascii_alphabetic() || (next.is_ascii_uppercase() && bytes[end - 1].is_ascii_lowercase())
    }) || (bytes.get(end) == Some(&b's') && bytes.get(end + 1).is_none_or(|next| !next.is_ascii_lowercase()))
}

/// What the classes of a page say, and their looks.
pub(super) type Known<'d> = Memo<'d, (MarkupFamilies, u64)>;

impl Known<'_> {
    pub(super) fn of_classes() -> Self {
        Self::new((MarkupFamilies::NONE, NO_CLASS))
    }
}

/// The look of an element without class: where the hash (FNV-1a) begins.
const NO_CLASS: u64 = 0xcbf2_9ce4_8422_2325;

fn look_of(class: &str) -> u64 {
    let bytes = class.bytes().filter(|byte| !byte.is_ascii_digit());
    bytes.fold(NO_CLASS, |look, byte| (look ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}

/// Classes of one element that are looked at: beyond that, it is data, or an attack.
const MAX_CLASSES: usize = 60;

/// Classes by which the common style sheets (Bootstrap, Tailwind, Bulma, Foundation and their like) hide a box.
fn hides_everywhere(class: &str) -> bool {
    const NAMES: [&str; 12] = [
        "hidden",
        "hide",
        "is-hidden",
        "u-hidden",
        "u-hide",
        "d-none",
        "display-none",
        "displaynone",
        "invisible",
        "is-invisible",
        "print-only",
        "only-print",
    ];
    NAMES.iter().any(|name| class.eq_ignore_ascii_case(name))
}

/// Classes by which the same style sheets show it again from some width of screen on: `d-md-block`, `md:flex`, `show-for-large`.
fn shows_again(class: &str) -> bool {
    const WIDTHS: [&str; 8] = ["xs", "sm", "md", "lg", "xl", "xxl", "2xl", "3xl"];
    let of_bootstrap = || {
        let (width, shown) =
            class.strip_prefix("d-").and_then(|rest| rest.split_once('-')).unwrap_or_default();
        WIDTHS.contains(&width) && shown != "none"
    };
    let of_tailwind = || {
        let (width, shown) = class.split_once(':').unwrap_or_default();
        WIDTHS.contains(&width) && shown != "hidden"
    };
    of_bootstrap() || of_tailwind() || class.starts_with("show-") || class.starts_with("visible-")
}

/// Of the words for advertisements, those that name nothing else: a product may be what a text is about.
const ADVERT_NAMES: [&str; 7] = ["ad", "adv", "advert", "adsbygoogle", "adslot", "dfp", "gpt"];

/// Word, what it stands for, and whether it must end there (or may go on: `relat` in `related`, `relation`).
const TABLE: &[(&str, MarkupFamily, bool)] = &[
    ("articlebody", MarkupFamily::Body, false),
    ("article-body", MarkupFamily::Body, false),
    ("article_body", MarkupFamily::Body, false),
    ("article-content", MarkupFamily::Body, false),
    ("articlecontent", MarkupFamily::Body, false),
    ("article_content", MarkupFamily::Body, false),
    ("article-text", MarkupFamily::Body, false),
    ("articletext", MarkupFamily::Body, false),
    ("article__body", MarkupFamily::Body, false),
    ("article__content", MarkupFamily::Body, false),
    ("article__text", MarkupFamily::Body, false),
    ("article-detail", MarkupFamily::Body, false),
    ("story-body", MarkupFamily::Body, false),
    ("storybody", MarkupFamily::Body, false),
    ("story-content", MarkupFamily::Body, false),
    ("story-text", MarkupFamily::Body, false),
    ("story__body", MarkupFamily::Body, false),
    ("entry-content", MarkupFamily::Body, false),
    ("post-content", MarkupFamily::Body, false),
    ("post-body", MarkupFamily::Body, false),
    ("postcontent", MarkupFamily::Body, false),
    ("post__content", MarkupFamily::Body, false),
    ("post__text", MarkupFamily::Body, false),
    ("news-text", MarkupFamily::Body, false),
    ("newstext", MarkupFamily::Body, false),
    ("news-content", MarkupFamily::Body, false),
    ("news_body", MarkupFamily::Body, false),
    ("news-body", MarkupFamily::Body, false),
    ("newsbody", MarkupFamily::Body, false),
    ("body-text", MarkupFamily::Body, false),
    ("bodytext", MarkupFamily::Body, false),
    ("bodycopy", MarkupFamily::Body, false),
    ("body-copy", MarkupFamily::Body, false),
    ("body", MarkupFamily::Body, true),
    ("content-body", MarkupFamily::Body, false),
    ("richtext", MarkupFamily::Body, false),
    ("rich-text", MarkupFamily::Body, false),
    ("fulltext", MarkupFamily::Body, false),
    ("full-text", MarkupFamily::Body, false),
    ("maintext", MarkupFamily::Body, false),
    ("main-text", MarkupFamily::Body, false),
    ("paragraph", MarkupFamily::Body, false),
    ("text", MarkupFamily::Body, true),
    ("txt", MarkupFamily::Body, true),
    ("prose", MarkupFamily::Body, true),
    ("wysiwyg", MarkupFamily::Body, true),
    ("lead", MarkupFamily::Lead, true),
    ("lede", MarkupFamily::Lead, true),
    ("dek", MarkupFamily::Lead, true),
    ("standfirst", MarkupFamily::Lead, false),
    ("subtitle", MarkupFamily::Lead, false),
    ("sub-title", MarkupFamily::Lead, false),
    ("subtitulo", MarkupFamily::Lead, false),
    ("subheadline", MarkupFamily::Lead, false),
    ("subhead", MarkupFamily::Lead, false),
    ("sub-head", MarkupFamily::Lead, false),
    ("summary", MarkupFamily::Lead, false),
    ("excerpt", MarkupFamily::Lead, false),
    ("intro", MarkupFamily::Lead, false),
    ("teaser-text", MarkupFamily::Lead, false),
    ("abstract", MarkupFamily::Lead, true),
    ("chapo", MarkupFamily::Lead, false),
    ("bajada", MarkupFamily::Lead, true),
    ("entradilla", MarkupFamily::Lead, true),
    ("ingress", MarkupFamily::Lead, true),
    ("vorspann", MarkupFamily::Lead, true),
    ("perex", MarkupFamily::Lead, true),
    ("announce", MarkupFamily::Lead, false),
    ("anons", MarkupFamily::Lead, true),
    ("description", MarkupFamily::Lead, true),
    ("highlights", MarkupFamily::Lead, true),
    ("key-points", MarkupFamily::Lead, false),
    ("keypoints", MarkupFamily::Lead, false),
    ("article", MarkupFamily::Story, true),
    ("story", MarkupFamily::Story, true),
    ("post", MarkupFamily::Story, true),
    ("entry", MarkupFamily::Story, true),
    ("content", MarkupFamily::Story, true),
    ("main", MarkupFamily::Story, true),
    ("detail", MarkupFamily::Story, true),
    ("single", MarkupFamily::Story, true),
    ("news", MarkupFamily::Story, true),
    ("view", MarkupFamily::Story, true),
    ("title", MarkupFamily::Title, true),
    ("headline", MarkupFamily::Title, true),
    ("heading", MarkupFamily::Title, true),
    ("relat", MarkupFamily::Related, false),
    ("relacionad", MarkupFamily::Related, false),
    ("recommend", MarkupFamily::Related, false),
    ("recirc", MarkupFamily::Related, false),
    ("readmore", MarkupFamily::Related, false),
    ("read-more", MarkupFamily::Related, false),
    ("read_more", MarkupFamily::Related, false),
    ("readalso", MarkupFamily::Related, false),
    ("read-also", MarkupFamily::Related, false),
    ("read-next", MarkupFamily::Related, false),
    ("readnext", MarkupFamily::Related, false),
    ("seealso", MarkupFamily::Related, false),
    ("see-also", MarkupFamily::Related, false),
    ("also", MarkupFamily::Related, true),
    ("more", MarkupFamily::Related, true),
    ("latest", MarkupFamily::Related, true),
    ("popular", MarkupFamily::Related, false),
    ("trending", MarkupFamily::Related, false),
    ("most-read", MarkupFamily::Related, false),
    ("mostread", MarkupFamily::Related, false),
    ("most-viewed", MarkupFamily::Related, false),
    ("next", MarkupFamily::Related, true),
    ("prev", MarkupFamily::Related, false),
    ("similar", MarkupFamily::Related, false),
    ("suggest", MarkupFamily::Related, false),
    ("teaser", MarkupFamily::Related, false),
    ("card", MarkupFamily::Related, true),
    ("promo", MarkupFamily::Related, false),
    ("outbrain", MarkupFamily::Related, false),
    ("taboola", MarkupFamily::Related, false),
    ("interlink", MarkupFamily::Related, false),
    ("rec", MarkupFamily::Related, true),
    ("feed", MarkupFamily::Related, true),
    ("ranking", MarkupFamily::Related, true),
    ("crosslink", MarkupFamily::Related, false),
    ("ad", MarkupFamily::Advert, true),
    ("adv", MarkupFamily::Advert, true),
    ("advert", MarkupFamily::Advert, false),
    ("adsbygoogle", MarkupFamily::Advert, false),
    ("adslot", MarkupFamily::Advert, false),
    ("banner", MarkupFamily::Advert, false),
    ("sponsor", MarkupFamily::Advert, false),
    ("dfp", MarkupFamily::Advert, true),
    ("gpt", MarkupFamily::Advert, true),
    ("commercial", MarkupFamily::Advert, true),
    ("product", MarkupFamily::Advert, true),
    ("shop", MarkupFamily::Advert, true),
    ("affiliate", MarkupFamily::Advert, false),
    ("buy", MarkupFamily::Advert, true),
    ("share", MarkupFamily::Share, false),
    ("sharing", MarkupFamily::Share, true),
    ("social", MarkupFamily::Share, false),
    ("sns", MarkupFamily::Share, true),
    ("follow", MarkupFamily::Share, false),
    ("addthis", MarkupFamily::Share, false),
    ("bookmark", MarkupFamily::Share, false),
    ("facebook", MarkupFamily::Share, false),
    ("twitter", MarkupFamily::Share, false),
    ("whatsapp", MarkupFamily::Share, false),
    ("telegram", MarkupFamily::Share, false),
    ("print", MarkupFamily::Share, true),
    ("comment", MarkupFamily::Comments, false),
    ("disqus", MarkupFamily::Comments, false),
    ("discuss", MarkupFamily::Comments, false),
    ("reply", MarkupFamily::Comments, true),
    ("respond", MarkupFamily::Comments, true),
    ("replies", MarkupFamily::Comments, true),
    ("reaction", MarkupFamily::Comments, false),
    ("rating", MarkupFamily::Comments, true),
    ("vote", MarkupFamily::Comments, true),
    ("poll", MarkupFamily::Comments, true),
    ("newsletter", MarkupFamily::Newsletter, false),
    ("signup", MarkupFamily::Newsletter, false),
    ("sign-up", MarkupFamily::Newsletter, false),
    ("mailing", MarkupFamily::Newsletter, false),
    ("mailchimp", MarkupFamily::Newsletter, false),
    ("optin", MarkupFamily::Newsletter, true),
    ("caption", MarkupFamily::Caption, false),
    ("credit", MarkupFamily::Caption, false),
    ("photo", MarkupFamily::Caption, false),
    ("image", MarkupFamily::Caption, false),
    ("img", MarkupFamily::Caption, true),
    ("picture", MarkupFamily::Caption, true),
    ("figure", MarkupFamily::Caption, true),
    ("legend", MarkupFamily::Caption, true),
    ("copyright", MarkupFamily::Legal, false),
    ("byline", MarkupFamily::Byline, false),
    ("author", MarkupFamily::Byline, false),
    ("autor", MarkupFamily::Byline, false),
    ("bio", MarkupFamily::Byline, true),
    ("writer", MarkupFamily::Byline, true),
    ("reporter", MarkupFamily::Byline, true),
    ("contributor", MarkupFamily::Byline, false),
    ("editor", MarkupFamily::Byline, true),
    ("profile", MarkupFamily::Byline, true),
    ("source", MarkupFamily::Byline, true),
    ("date", MarkupFamily::Date, true),
    ("time", MarkupFamily::Date, true),
    ("timestamp", MarkupFamily::Date, false),
    ("datetime", MarkupFamily::Date, false),
    ("published", MarkupFamily::Date, false),
    ("updated", MarkupFamily::Date, true),
    ("meta", MarkupFamily::Date, true),
    ("postmeta", MarkupFamily::Date, false),
    ("info", MarkupFamily::Date, true),
    ("views", MarkupFamily::Date, true),
    ("tag", MarkupFamily::Tags, true),
    ("taglist", MarkupFamily::Tags, false),
    ("tagcloud", MarkupFamily::Tags, false),
    ("topic", MarkupFamily::Tags, false),
    ("categor", MarkupFamily::Tags, false),
    ("keyword", MarkupFamily::Tags, false),
    ("label", MarkupFamily::Tags, true),
    ("rubric", MarkupFamily::Tags, false),
    ("kicker", MarkupFamily::Tags, true),
    ("section", MarkupFamily::Tags, true),
    ("theme", MarkupFamily::Tags, true),
    ("nav", MarkupFamily::Navigation, true),
    ("navbar", MarkupFamily::Navigation, false),
    ("navi", MarkupFamily::Navigation, false),
    ("menu", MarkupFamily::Navigation, false),
    ("breadcrumb", MarkupFamily::Navigation, false),
    ("crumb", MarkupFamily::Navigation, false),
    ("pagination", MarkupFamily::Navigation, false),
    ("pager", MarkupFamily::Navigation, true),
    ("toolbar", MarkupFamily::Navigation, false),
    ("tabs", MarkupFamily::Navigation, true),
    ("search", MarkupFamily::Navigation, true),
    ("toc", MarkupFamily::Navigation, true),
    ("skip", MarkupFamily::Navigation, true),
    ("footer", MarkupFamily::Footer, false),
    ("foot", MarkupFamily::Footer, true),
    ("bottom", MarkupFamily::Footer, true),
    ("header", MarkupFamily::Header, false),
    ("masthead", MarkupFamily::Header, false),
    ("top", MarkupFamily::Header, true),
    ("sidebar", MarkupFamily::Sidebar, false),
    ("side", MarkupFamily::Sidebar, true),
    ("aside", MarkupFamily::Sidebar, true),
    ("complementary", MarkupFamily::Sidebar, true),
    ("rail", MarkupFamily::Sidebar, true),
    ("right", MarkupFamily::Sidebar, true),
    ("sticky", MarkupFamily::Sidebar, true),
    ("widget", MarkupFamily::Widget, false),
    ("module", MarkupFamily::Widget, true),
    ("plugin", MarkupFamily::Widget, true),
    ("embed", MarkupFamily::Widget, false),
    ("tweet", MarkupFamily::Post, true),
    ("instagram", MarkupFamily::Post, false),
    ("bluesky", MarkupFamily::Post, false),
    ("tiktok", MarkupFamily::Post, false),
    ("fb-post", MarkupFamily::Post, false),
    ("modal", MarkupFamily::Widget, false),
    ("popup", MarkupFamily::Widget, false),
    ("overlay", MarkupFamily::Widget, false),
    ("tooltip", MarkupFamily::Widget, false),
    ("cookie", MarkupFamily::Widget, false),
    ("consent", MarkupFamily::Widget, false),
    ("gdpr", MarkupFamily::Widget, false),
    ("notification", MarkupFamily::Widget, false),
    ("alert", MarkupFamily::Widget, true),
    ("ticker", MarkupFamily::Widget, true),
    ("paywall", MarkupFamily::Paywall, false),
    ("subscri", MarkupFamily::Paywall, false),
    ("premium", MarkupFamily::Paywall, true),
    ("login", MarkupFamily::Paywall, false),
    ("register", MarkupFamily::Paywall, true),
    ("regwall", MarkupFamily::Paywall, false),
    ("piano", MarkupFamily::Paywall, true),
    ("abo", MarkupFamily::Paywall, true),
    ("donat", MarkupFamily::Paywall, false),
    ("member", MarkupFamily::Paywall, false),
    ("offer", MarkupFamily::Paywall, true),
    ("box", MarkupFamily::Aside, true),
    ("infobox", MarkupFamily::Aside, false),
    ("factbox", MarkupFamily::Aside, false),
    ("fact", MarkupFamily::Aside, true),
    ("pullquote", MarkupFamily::Aside, false),
    ("pull-quote", MarkupFamily::Aside, false),
    ("callout", MarkupFamily::Aside, false),
    ("note", MarkupFamily::Aside, true),
    ("inset", MarkupFamily::Aside, true),
    ("insert", MarkupFamily::Aside, true),
    ("inline", MarkupFamily::Aside, true),
    ("cta", MarkupFamily::Aside, true),
    ("correction", MarkupFamily::Aside, false),
    ("video", MarkupFamily::Media, false),
    ("player", MarkupFamily::Media, false),
    ("gallery", MarkupFamily::Media, false),
    ("slide", MarkupFamily::Media, false),
    ("carousel", MarkupFamily::Media, false),
    ("swiper", MarkupFamily::Media, false),
    ("media", MarkupFamily::Media, true),
    ("audio", MarkupFamily::Media, false),
    ("podcast", MarkupFamily::Media, false),
    ("thumb", MarkupFamily::Media, false),
    ("disclaimer", MarkupFamily::Legal, false),
    ("legal", MarkupFamily::Legal, true),
    ("terms", MarkupFamily::Legal, true),
    ("privacy", MarkupFamily::Legal, false),
    ("about", MarkupFamily::Legal, true),
    ("boilerplate", MarkupFamily::Legal, false),
    ("feedback", MarkupFamily::Legal, true),
    ("contact", MarkupFamily::Legal, true),
    ("app", MarkupFamily::App, true),
    ("download", MarkupFamily::App, false),
    ("install", MarkupFamily::App, true),
    ("appstore", MarkupFamily::App, false),
    ("hidden", MarkupFamily::Hidden, true),
    ("sr-only", MarkupFamily::Hidden, false),
    ("visually-hidden", MarkupFamily::Hidden, false),
    ("screen-reader", MarkupFamily::Hidden, false),
    ("noprint", MarkupFamily::Hidden, true),
    ("hide", MarkupFamily::Hidden, true),
    ("list", MarkupFamily::List, true),
    ("item", MarkupFamily::List, true),
    ("grid", MarkupFamily::List, true),
    ("links", MarkupFamily::List, true),
    ("archive", MarkupFamily::List, true),
];

/// What sets a box apart, as [`TABLE`]. Consent tools are known by the names that their scripts give to what they insert.
const APART: &[(&str, Separation, bool)] = &[
    ("sr-only", Separation::Spoken, true),
    ("sronly", Separation::Spoken, true),
    ("visually-hidden", Separation::Spoken, true),
    ("visuallyhidden", Separation::Spoken, true),
    ("hidden-visually", Separation::Spoken, true),
    ("screen-reader", Separation::Spoken, false),
    ("screenreader", Separation::Spoken, false),
    ("a11y-hidden", Separation::Spoken, true),
    ("element-invisible", Separation::Spoken, true),
    ("offscreen", Separation::Spoken, true),
    ("off-screen", Separation::Spoken, true),
    ("consent", Separation::Consent, false),
    ("cookieconsent", Separation::Consent, false),
    ("gdpr", Separation::Consent, false),
    ("ccpa", Separation::Consent, false),
    ("fc-consent-root", Separation::Consent, false),
    ("onetrust", Separation::Consent, false),
    ("ot-sdk", Separation::Consent, false),
    ("optanon", Separation::Consent, false),
    ("usercentrics", Separation::Consent, false),
    ("uc-banner", Separation::Consent, false),
    ("didomi", Separation::Consent, false),
    ("cookiebot", Separation::Consent, false),
    ("cybot", Separation::Consent, false),
    ("truste", Separation::Consent, true),
    ("trustarc", Separation::Consent, false),
    ("qc-cmp", Separation::Consent, false),
    ("qccmp", Separation::Consent, false),
    ("cmpbox", Separation::Consent, false),
    ("sp_message", Separation::Consent, false),
    ("fc-consent", Separation::Consent, false),
    ("iubenda", Separation::Consent, false),
    ("klaro", Separation::Consent, true),
    ("osano", Separation::Consent, false),
    ("termly", Separation::Consent, false),
    ("cookieyes", Separation::Consent, false),
    ("cky", Separation::Consent, true),
    ("cmplz", Separation::Consent, true),
    ("borlabs", Separation::Consent, false),
    ("tarteaucitron", Separation::Consent, false),
    ("axeptio", Separation::Consent, false),
    ("cc-window", Separation::Consent, true),
    ("cc-banner", Separation::Consent, true),
    ("cookie-law", Separation::Consent, false),
    ("cookiefirst", Separation::Consent, false),
    ("cookie-script", Separation::Consent, false),
    ("evidon", Separation::Consent, false),
    ("ketch", Separation::Consent, true),
    ("sibbo", Separation::Consent, true),
    ("sp-message", Separation::Consent, false),
    ("sp_veil", Separation::Consent, false),
    ("message-component", Separation::Consent, true),
    ("privacy-wall", Separation::Consent, false),
    ("privacy-settings", Separation::Consent, false),
    ("privacysettings", Separation::Consent, false),
    ("data-protection-notice", Separation::Consent, false),
    ("privacy-preference", Separation::Consent, false),
    ("privacy-center", Separation::Consent, false),
    ("privacy-centre", Separation::Consent, false),
    ("privacy-manager", Separation::Consent, false),
    ("privacy-banner", Separation::Consent, false),
    ("privacy-notice", Separation::Consent, false),
    ("privacy-popup", Separation::Consent, false),
    ("privacy-modal", Separation::Consent, false),
    ("cookie", Separation::Cookie, false),
    ("onesignal", Separation::Dialog, false),
    ("webpush", Separation::Dialog, false),
    ("web-push", Separation::Dialog, false),
    ("push-notification", Separation::Dialog, false),
    ("push-prompt", Separation::Dialog, false),
    ("pushcrew", Separation::Dialog, false),
    ("pushengage", Separation::Dialog, false),
    ("izooto", Separation::Dialog, false),
    ("adblock", Separation::Dialog, false),
    ("ad-blocker", Separation::Dialog, false),
    ("login", Separation::Login, false),
    ("log-in", Separation::Login, true),
    ("signin", Separation::Login, false),
    ("sign-in", Separation::Login, true),
    ("auth", Separation::Login, true),
    ("registration", Separation::Login, true),
    ("comment", Separation::Comments, true),
    ("commentlist", Separation::Comments, false),
    ("commentform", Separation::Comments, false),
    ("commentarea", Separation::Comments, false),
    ("disqus", Separation::Comments, false),
    ("coral", Separation::Comments, true),
    ("livefyre", Separation::Comments, false),
    ("viafoura", Separation::Comments, false),
    ("spotim", Separation::Comments, false),
    ("spot-im", Separation::Comments, true),
    ("openweb", Separation::Comments, true),
    ("hyvor", Separation::Comments, false),
    ("commento", Separation::Comments, false),
    ("hypercomments", Separation::Comments, false),
    ("isso-thread", Separation::Comments, true),
    ("remark42", Separation::Comments, false),
    ("giscus", Separation::Comments, true),
    ("utterances", Separation::Comments, true),
    ("cackle", Separation::Comments, false),
    ("cbox_module", Separation::Comments, false),
    ("u_cbox", Separation::Comments, false),
    ("cmt_list", Separation::Comments, false),
    ("cmt_area", Separation::Comments, false),
];

static WORDS: LazyLock<WordTable> = LazyLock::new(|| WordTable::of(TABLE.iter().map(|(word, ..)| *word)));
static APART_WORDS: LazyLock<WordTable> =
    LazyLock::new(|| WordTable::of(APART.iter().map(|(word, ..)| *word)));
