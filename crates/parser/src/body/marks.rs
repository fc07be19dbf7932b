//! What the words in class, id, role and the like say about an element.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::dom::{Node, local_name};
use crate::memo::Memo;

/// A family of words that page makers use for the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs)]
pub(super) enum Mark {
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

impl Mark {
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
pub(super) enum Apart {
    /// No reader sees it: `hidden`, `display:none`, `visibility:hidden`, a dialog that is not open.
    Hidden = 48,
    /// Screen readers pass over it: `aria-hidden`.
    Mute,
    /// Only screen readers read it: the classes that style sheets use for that.
    Spoken,
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

/// A set of [`Mark`]s and [`Apart`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Marks(u64);

impl Marks {
    pub(super) const NONE: Self = Self(0);

    /// The look of a box without a class.
    pub(super) const NO_LOOK: u64 = NO_CLASS;

    /// The bit behind those of the [`Mark`]s that says so of a box's microdata.
    const ARTICLE: u32 = 40;

    pub(super) fn has(self, mark: Mark) -> bool {
        self.0 & (1 << mark as u32) != 0
    }

    pub(super) fn add(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u32;
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has no [`Mark`].
    pub(super) fn is_empty(self) -> bool {
        self.0 & ((1 << Self::ARTICLE) - 1) == 0
    }

    /// Whether its microdata says that it holds an article.
    pub(super) fn is_article(self) -> bool {
        self.0 & (1 << Self::ARTICLE) != 0
    }

    pub(super) fn is(self, apart: Apart) -> bool {
        self.0 & (1 << apart as u32) != 0
    }

    fn set(&mut self, apart: Apart) {
        self.0 |= 1 << apart as u32;
    }

    /// Whether anything sets it apart.
    pub(super) fn is_apart(self) -> bool {
        self.0 >> Apart::Hidden as u32 != 0
    }

    /// Reads an element's attributes; the second value hashes its classes without digits, so that boxes which look the
    /// same hash the same.
    pub(super) fn of<'d>(node: Node<'d>, known: &mut Known<'d>) -> (Self, u64) {
        let mut marks = Self::NONE;
        let mut look = NO_CLASS;
        if node.is(&local_name!("dialog")) {
            marks.set(if node.attr("open").is_some() { Apart::Dialog } else { Apart::Hidden });
        }
        for (name, value) in node.attrs() {
            match name {
                "class" => {
                    let (said, class) = known.get(value, |value| (Self::read(value), look_of(value)));
                    marks = marks.union(said);
                    look = class;
                }
                "role" if matches!(value.trim(), "dialog" | "alertdialog") => marks.set(Apart::Dialog),
                "aria-modal" if is_true(value) => marks.set(Apart::Dialog),
                "id"
                | "role"
                | "itemprop"
                | "data-testid"
                | "data-component"
                | "data-component-name"
                | "data-type"
                | "data-module"
                | "aria-label"
                | "data-block"
                | "property" => marks = marks.union(Self::read(value)),
                "itemtype" if value.trim_end().ends_with("/Comment") => marks.set(Apart::Comments),
                "itemtype"
                    if value.trim_end().ends_with("Article") || value.trim_end().ends_with("Posting") =>
                {
                    marks.0 |= 1 << Self::ARTICLE;
                }
                "hidden" => {
                    marks.add(Mark::Hidden);
                    if !value.trim().eq_ignore_ascii_case("until-found") {
                        marks.set(Apart::Hidden);
                    }
                }
                "aria-hidden" if is_true(value) => {
                    marks.add(Mark::Hidden);
                    marks.set(Apart::Mute);
                }
                "style" if hides(value) => {
                    marks.add(Mark::Hidden);
                    marks.set(Apart::Hidden);
                }
                _ => {}
            }
        }
        (marks, look)
    }

    /// What `value` says.
    fn read(value: &str) -> Self {
        let mut marks = Self::NONE;
        // Beyond that, an attribute is data, or an attack.
        let bytes = &value.as_bytes()[..value.len().min(512)];
        for found in WORDS.find_iter(bytes) {
            let (_, mark, whole) = TABLE[found.pattern().as_usize()];
            if is_word(bytes, found.range(), whole) {
                marks.add(mark);
            }
        }
        for found in APART_WORDS.find_iter(bytes) {
            let (_, apart, whole) = APART[found.pattern().as_usize()];
            if is_word(bytes, found.range(), whole) {
                marks.set(apart);
            }
        }
        marks
    }
}

/// Whether a word that was found stands for itself. Words end where letters end, and where a lower-case letter meets an
/// upper-case one.
fn is_word(bytes: &[u8], found: Range<usize>, whole: bool) -> bool {
    let (start, end) = (found.start, found.end);
    let starts = start == 0
        || !bytes[start - 1].is_ascii_alphabetic()
        || (bytes[start].is_ascii_uppercase() && bytes[start - 1].is_ascii_lowercase());
    let ends = || {
        bytes.get(end).is_none_or(|next| {
            !next.is_ascii_alphabetic() || (next.is_ascii_uppercase() && bytes[end - 1].is_ascii_lowercase())
        }) || (bytes.get(end) == Some(&b's')
            && bytes.get(end + 1).is_none_or(|next| !next.is_ascii_lowercase()))
    };
    starts && (!whole || ends())
}

/// What the classes of a page say, and their looks.
pub(super) type Known<'d> = Memo<'d, (Marks, u64)>;

impl Known<'_> {
    pub(super) fn of_classes() -> Self {
        Self::new((Marks::NONE, NO_CLASS))
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

fn hides(style: &str) -> bool {
    let plain: String = style.chars().filter(|c| !c.is_whitespace()).take(200).collect();
    plain.contains("display:none") || plain.contains("visibility:hidden")
}

/// Word, what it stands for, and whether it must end there (or may go on: `relat` in `related`, `relation`).
const TABLE: &[(&str, Mark, bool)] = &[
    ("articlebody", Mark::Body, false),
    ("article-body", Mark::Body, false),
    ("article_body", Mark::Body, false),
    ("article-content", Mark::Body, false),
    ("articlecontent", Mark::Body, false),
    ("article_content", Mark::Body, false),
    ("article-text", Mark::Body, false),
    ("articletext", Mark::Body, false),
    ("article__body", Mark::Body, false),
    ("article__content", Mark::Body, false),
    ("article__text", Mark::Body, false),
    ("article-detail", Mark::Body, false),
    ("story-body", Mark::Body, false),
    ("storybody", Mark::Body, false),
    ("story-content", Mark::Body, false),
    ("story-text", Mark::Body, false),
    ("story__body", Mark::Body, false),
    ("entry-content", Mark::Body, false),
    ("post-content", Mark::Body, false),
    ("post-body", Mark::Body, false),
    ("postcontent", Mark::Body, false),
    ("post__content", Mark::Body, false),
    ("post__text", Mark::Body, false),
    ("news-text", Mark::Body, false),
    ("newstext", Mark::Body, false),
    ("news-content", Mark::Body, false),
    ("news_body", Mark::Body, false),
    ("news-body", Mark::Body, false),
    ("newsbody", Mark::Body, false),
    ("body-text", Mark::Body, false),
    ("bodytext", Mark::Body, false),
    ("bodycopy", Mark::Body, false),
    ("body-copy", Mark::Body, false),
    ("body", Mark::Body, true),
    ("content-body", Mark::Body, false),
    ("richtext", Mark::Body, false),
    ("rich-text", Mark::Body, false),
    ("fulltext", Mark::Body, false),
    ("full-text", Mark::Body, false),
    ("maintext", Mark::Body, false),
    ("main-text", Mark::Body, false),
    ("paragraph", Mark::Body, false),
    ("text", Mark::Body, true),
    ("txt", Mark::Body, true),
    ("prose", Mark::Body, true),
    ("wysiwyg", Mark::Body, true),
    ("lead", Mark::Lead, true),
    ("lede", Mark::Lead, true),
    ("dek", Mark::Lead, true),
    ("standfirst", Mark::Lead, false),
    ("subtitle", Mark::Lead, false),
    ("sub-title", Mark::Lead, false),
    ("subtitulo", Mark::Lead, false),
    ("subheadline", Mark::Lead, false),
    ("subhead", Mark::Lead, false),
    ("sub-head", Mark::Lead, false),
    ("summary", Mark::Lead, false),
    ("excerpt", Mark::Lead, false),
    ("intro", Mark::Lead, false),
    ("teaser-text", Mark::Lead, false),
    ("abstract", Mark::Lead, true),
    ("chapo", Mark::Lead, false),
    ("bajada", Mark::Lead, true),
    ("entradilla", Mark::Lead, true),
    ("ingress", Mark::Lead, true),
    ("vorspann", Mark::Lead, true),
    ("perex", Mark::Lead, true),
    ("announce", Mark::Lead, false),
    ("anons", Mark::Lead, true),
    ("description", Mark::Lead, true),
    ("highlights", Mark::Lead, true),
    ("key-points", Mark::Lead, false),
    ("keypoints", Mark::Lead, false),
    ("article", Mark::Story, true),
    ("story", Mark::Story, true),
    ("post", Mark::Story, true),
    ("entry", Mark::Story, true),
    ("content", Mark::Story, true),
    ("main", Mark::Story, true),
    ("detail", Mark::Story, true),
    ("single", Mark::Story, true),
    ("news", Mark::Story, true),
    ("view", Mark::Story, true),
    ("title", Mark::Title, true),
    ("headline", Mark::Title, true),
    ("heading", Mark::Title, true),
    ("relat", Mark::Related, false),
    ("relacionad", Mark::Related, false),
    ("recommend", Mark::Related, false),
    ("recirc", Mark::Related, false),
    ("readmore", Mark::Related, false),
    ("read-more", Mark::Related, false),
    ("read_more", Mark::Related, false),
    ("readalso", Mark::Related, false),
    ("read-also", Mark::Related, false),
    ("read-next", Mark::Related, false),
    ("readnext", Mark::Related, false),
    ("seealso", Mark::Related, false),
    ("see-also", Mark::Related, false),
    ("also", Mark::Related, true),
    ("more", Mark::Related, true),
    ("latest", Mark::Related, true),
    ("popular", Mark::Related, false),
    ("trending", Mark::Related, false),
    ("most-read", Mark::Related, false),
    ("mostread", Mark::Related, false),
    ("most-viewed", Mark::Related, false),
    ("next", Mark::Related, true),
    ("prev", Mark::Related, false),
    ("similar", Mark::Related, false),
    ("suggest", Mark::Related, false),
    ("teaser", Mark::Related, false),
    ("card", Mark::Related, true),
    ("promo", Mark::Related, false),
    ("outbrain", Mark::Related, false),
    ("taboola", Mark::Related, false),
    ("interlink", Mark::Related, false),
    ("rec", Mark::Related, true),
    ("feed", Mark::Related, true),
    ("ranking", Mark::Related, true),
    ("crosslink", Mark::Related, false),
    ("ad", Mark::Advert, true),
    ("adv", Mark::Advert, true),
    ("advert", Mark::Advert, false),
    ("adsbygoogle", Mark::Advert, false),
    ("adslot", Mark::Advert, false),
    ("banner", Mark::Advert, false),
    ("sponsor", Mark::Advert, false),
    ("dfp", Mark::Advert, true),
    ("gpt", Mark::Advert, true),
    ("commercial", Mark::Advert, true),
    ("product", Mark::Advert, true),
    ("shop", Mark::Advert, true),
    ("affiliate", Mark::Advert, false),
    ("buy", Mark::Advert, true),
    ("share", Mark::Share, false),
    ("sharing", Mark::Share, true),
    ("social", Mark::Share, false),
    ("sns", Mark::Share, true),
    ("follow", Mark::Share, false),
    ("addthis", Mark::Share, false),
    ("bookmark", Mark::Share, false),
    ("facebook", Mark::Share, false),
    ("twitter", Mark::Share, false),
    ("whatsapp", Mark::Share, false),
    ("telegram", Mark::Share, false),
    ("print", Mark::Share, true),
    ("comment", Mark::Comments, false),
    ("disqus", Mark::Comments, false),
    ("discuss", Mark::Comments, false),
    ("reply", Mark::Comments, true),
    ("respond", Mark::Comments, true),
    ("replies", Mark::Comments, true),
    ("reaction", Mark::Comments, false),
    ("rating", Mark::Comments, true),
    ("vote", Mark::Comments, true),
    ("poll", Mark::Comments, true),
    ("newsletter", Mark::Newsletter, false),
    ("signup", Mark::Newsletter, false),
    ("sign-up", Mark::Newsletter, false),
    ("mailing", Mark::Newsletter, false),
    ("mailchimp", Mark::Newsletter, false),
    ("optin", Mark::Newsletter, true),
    ("caption", Mark::Caption, false),
    ("credit", Mark::Caption, false),
    ("photo", Mark::Caption, false),
    ("image", Mark::Caption, false),
    ("img", Mark::Caption, true),
    ("picture", Mark::Caption, true),
    ("figure", Mark::Caption, true),
    ("legend", Mark::Caption, true),
    ("copyright", Mark::Legal, false),
    ("byline", Mark::Byline, false),
    ("author", Mark::Byline, false),
    ("autor", Mark::Byline, false),
    ("bio", Mark::Byline, true),
    ("writer", Mark::Byline, true),
    ("reporter", Mark::Byline, true),
    ("contributor", Mark::Byline, false),
    ("editor", Mark::Byline, true),
    ("profile", Mark::Byline, true),
    ("source", Mark::Byline, true),
    ("date", Mark::Date, true),
    ("time", Mark::Date, true),
    ("timestamp", Mark::Date, false),
    ("datetime", Mark::Date, false),
    ("published", Mark::Date, false),
    ("updated", Mark::Date, true),
    ("meta", Mark::Date, true),
    ("postmeta", Mark::Date, false),
    ("info", Mark::Date, true),
    ("views", Mark::Date, true),
    ("tag", Mark::Tags, true),
    ("taglist", Mark::Tags, false),
    ("tagcloud", Mark::Tags, false),
    ("topic", Mark::Tags, false),
    ("categor", Mark::Tags, false),
    ("keyword", Mark::Tags, false),
    ("label", Mark::Tags, true),
    ("rubric", Mark::Tags, false),
    ("kicker", Mark::Tags, true),
    ("section", Mark::Tags, true),
    ("theme", Mark::Tags, true),
    ("nav", Mark::Navigation, true),
    ("navbar", Mark::Navigation, false),
    ("navi", Mark::Navigation, false),
    ("menu", Mark::Navigation, false),
    ("breadcrumb", Mark::Navigation, false),
    ("crumb", Mark::Navigation, false),
    ("pagination", Mark::Navigation, false),
    ("pager", Mark::Navigation, true),
    ("toolbar", Mark::Navigation, false),
    ("tabs", Mark::Navigation, true),
    ("search", Mark::Navigation, true),
    ("toc", Mark::Navigation, true),
    ("skip", Mark::Navigation, true),
    ("footer", Mark::Footer, false),
    ("foot", Mark::Footer, true),
    ("bottom", Mark::Footer, true),
    ("header", Mark::Header, false),
    ("masthead", Mark::Header, false),
    ("top", Mark::Header, true),
    ("sidebar", Mark::Sidebar, false),
    ("side", Mark::Sidebar, true),
    ("aside", Mark::Sidebar, true),
    ("complementary", Mark::Sidebar, true),
    ("rail", Mark::Sidebar, true),
    ("right", Mark::Sidebar, true),
    ("sticky", Mark::Sidebar, true),
    ("widget", Mark::Widget, false),
    ("module", Mark::Widget, true),
    ("plugin", Mark::Widget, true),
    ("embed", Mark::Widget, false),
    ("tweet", Mark::Post, true),
    ("instagram", Mark::Post, false),
    ("bluesky", Mark::Post, false),
    ("tiktok", Mark::Post, false),
    ("fb-post", Mark::Post, false),
    ("modal", Mark::Widget, false),
    ("popup", Mark::Widget, false),
    ("overlay", Mark::Widget, false),
    ("tooltip", Mark::Widget, false),
    ("cookie", Mark::Widget, false),
    ("consent", Mark::Widget, false),
    ("gdpr", Mark::Widget, false),
    ("notification", Mark::Widget, false),
    ("alert", Mark::Widget, true),
    ("ticker", Mark::Widget, true),
    ("paywall", Mark::Paywall, false),
    ("subscri", Mark::Paywall, false),
    ("premium", Mark::Paywall, true),
    ("login", Mark::Paywall, false),
    ("register", Mark::Paywall, true),
    ("regwall", Mark::Paywall, false),
    ("piano", Mark::Paywall, true),
    ("abo", Mark::Paywall, true),
    ("donat", Mark::Paywall, false),
    ("member", Mark::Paywall, false),
    ("offer", Mark::Paywall, true),
    ("box", Mark::Aside, true),
    ("infobox", Mark::Aside, false),
    ("factbox", Mark::Aside, false),
    ("fact", Mark::Aside, true),
    ("pullquote", Mark::Aside, false),
    ("pull-quote", Mark::Aside, false),
    ("callout", Mark::Aside, false),
    ("note", Mark::Aside, true),
    ("inset", Mark::Aside, true),
    ("insert", Mark::Aside, true),
    ("inline", Mark::Aside, true),
    ("cta", Mark::Aside, true),
    ("correction", Mark::Aside, false),
    ("video", Mark::Media, false),
    ("player", Mark::Media, false),
    ("gallery", Mark::Media, false),
    ("slide", Mark::Media, false),
    ("carousel", Mark::Media, false),
    ("swiper", Mark::Media, false),
    ("media", Mark::Media, true),
    ("audio", Mark::Media, false),
    ("podcast", Mark::Media, false),
    ("thumb", Mark::Media, false),
    ("disclaimer", Mark::Legal, false),
    ("legal", Mark::Legal, true),
    ("terms", Mark::Legal, true),
    ("privacy", Mark::Legal, false),
    ("about", Mark::Legal, true),
    ("boilerplate", Mark::Legal, false),
    ("feedback", Mark::Legal, true),
    ("contact", Mark::Legal, true),
    ("app", Mark::App, true),
    ("download", Mark::App, false),
    ("install", Mark::App, true),
    ("appstore", Mark::App, false),
    ("hidden", Mark::Hidden, true),
    ("sr-only", Mark::Hidden, false),
    ("visually-hidden", Mark::Hidden, false),
    ("screen-reader", Mark::Hidden, false),
    ("noprint", Mark::Hidden, true),
    ("hide", Mark::Hidden, true),
    ("list", Mark::List, true),
    ("item", Mark::List, true),
    ("grid", Mark::List, true),
    ("links", Mark::List, true),
    ("archive", Mark::List, true),
];

/// What sets a box apart, as [`TABLE`]. Consent tools are known by the names that their scripts give to what they insert.
const APART: &[(&str, Apart, bool)] = &[
    ("sr-only", Apart::Spoken, true),
    ("sronly", Apart::Spoken, true),
    ("visually-hidden", Apart::Spoken, true),
    ("visuallyhidden", Apart::Spoken, true),
    ("hidden-visually", Apart::Spoken, true),
    ("screen-reader", Apart::Spoken, false),
    ("screenreader", Apart::Spoken, false),
    ("a11y-hidden", Apart::Spoken, true),
    ("element-invisible", Apart::Spoken, true),
    ("consent", Apart::Consent, false),
    ("cookieconsent", Apart::Consent, false),
    ("gdpr", Apart::Consent, false),
    ("ccpa", Apart::Consent, false),
    ("onetrust", Apart::Consent, false),
    ("ot-sdk", Apart::Consent, false),
    ("optanon", Apart::Consent, false),
    ("usercentrics", Apart::Consent, false),
    ("uc-banner", Apart::Consent, false),
    ("didomi", Apart::Consent, false),
    ("cookiebot", Apart::Consent, false),
    ("cybot", Apart::Consent, false),
    ("truste", Apart::Consent, true),
    ("trustarc", Apart::Consent, false),
    ("qc-cmp", Apart::Consent, false),
    ("cmpbox", Apart::Consent, false),
    ("sp_message", Apart::Consent, false),
    ("fc-consent", Apart::Consent, false),
    ("iubenda", Apart::Consent, false),
    ("klaro", Apart::Consent, true),
    ("osano", Apart::Consent, false),
    ("termly", Apart::Consent, false),
    ("cookieyes", Apart::Consent, false),
    ("cky", Apart::Consent, true),
    ("cmplz", Apart::Consent, true),
    ("borlabs", Apart::Consent, false),
    ("tarteaucitron", Apart::Consent, false),
    ("axeptio", Apart::Consent, false),
    ("privacy-preference", Apart::Consent, false),
    ("privacy-center", Apart::Consent, false),
    ("privacy-centre", Apart::Consent, false),
    ("privacy-manager", Apart::Consent, false),
    ("privacy-banner", Apart::Consent, false),
    ("privacy-notice", Apart::Consent, false),
    ("privacy-popup", Apart::Consent, false),
    ("privacy-modal", Apart::Consent, false),
    ("cookie", Apart::Cookie, false),
    ("login", Apart::Login, false),
    ("log-in", Apart::Login, true),
    ("signin", Apart::Login, false),
    ("sign-in", Apart::Login, true),
    ("auth", Apart::Login, true),
    ("registration", Apart::Login, true),
    ("comment", Apart::Comments, true),
    ("commentlist", Apart::Comments, false),
    ("commentform", Apart::Comments, false),
    ("commentarea", Apart::Comments, false),
    ("disqus", Apart::Comments, false),
];

static APART_WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(APART.iter().map(|(word, ..)| *word)));
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(TABLE.iter().map(|(word, ..)| *word)));

/// Every class of every element passes here, and the alphabet is small enough for tables.
fn automaton(words: impl Iterator<Item = &'static str>) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .expect("a table of a few hundred short words makes an automaton")
}
