//! One walk over the page that gathers what the witnesses are asked about.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::LazyLock;

use url::Url;

use super::text;
use crate::dom::{Document, Node, NodeId, local_name};
use crate::memo::Memo;
use crate::word_table::WordTable;

/// What is gathered of each kind, at most; a page with more is no article.
const MAX_EACH: usize = 500;

/// Lines that are kept, at most, and the bytes of each.
const MAX_LINES: usize = 4_000;
const MAX_LINE_BYTES: usize = 420;

/// A line longer than this, in letters of an alphabet, is running text.
const LONG: usize = 120;

/// So many bytes are more than [`LONG`] letters, of whatever script.
const ENOUGH: usize = 4 * (LONG + 1);

/// A `<meta>` element that says something.
#[derive(Debug, Clone, Copy)]
pub(super) struct MetaElement<'d> {
    /// Its `property`, `name` or `itemprop`, as written.
    pub(super) key: &'d str,
    pub(super) content: &'d str,
    /// Whether the key was an `itemprop`.
    pub(super) is_itemprop: bool,
    pub(super) node: Node<'d>,
}

/// A line of visible text: what stands between two block boundaries. Most lines are never looked at, so a line stays as it
/// was written until somebody reads it.
#[derive(Debug, Clone)]
pub(super) struct TextLine<'d> {
    /// As written, cut to a bound.
    raw: Cow<'d, str>,
    text: OnceCell<String>,
    /// The element that holds its first character.
    pub(super) node: Node<'d>,
    /// The last text node of it, where signatures stand.
    pub(super) last: &'d str,
    /// Whether it is as long as running text is.
    pub(super) is_long: bool,
    /// Whether it stands in an `<h1>`.
    pub(super) is_h1: bool,
}

impl TextLine<'_> {
    /// The text as a reader sees it, cut to a bound.
    pub(super) fn text(&self) -> &str {
        self.text.get_or_init(|| text::seen(&self.raw))
    }

    /// The text before its white space and its letters have their normal form: for cheap tests of what cannot be in it.
    pub(super) fn raw(&self) -> &str {
        &self.raw
    }
}

/// An element and the number of lines before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedElement<'d> {
    pub(super) node: Node<'d>,
    pub(super) line: usize,
}

/// A heading of the first rank.
#[derive(Debug)]
pub(super) struct Heading<'d> {
    pub(super) placed: PlacedElement<'d>,
    pub(super) text: String,
    /// Its texts, apart where an element of it is drawn apart; empty where it is all of one.
    pub(super) parts: Vec<String>,
}

/// What a page holds for the witnesses.
#[derive(Debug)]
pub(super) struct Scan<'d> {
    pub(super) url: Option<&'d Url>,
    pub(super) html_lang: Option<&'d str>,
    pub(super) title: Option<String>,
    pub(super) metas: Vec<MetaElement<'d>>,
    pub(super) canonical: Vec<&'d str>,
    pub(super) json_ld: Vec<Node<'d>>,
    pub(super) scripts: Vec<Node<'d>>,
    pub(super) times: Vec<PlacedElement<'d>>,
    pub(super) itemprops: Vec<PlacedElement<'d>>,
    /// Elements whose class, id or `rel` speaks of an author.
    pub(super) bylines: Vec<PlacedElement<'d>>,
    /// Elements whose class or id speaks of a source.
    pub(super) sources: Vec<PlacedElement<'d>>,
    pub(super) lines: Vec<TextLine<'d>>,
    /// The `<h1>`s.
    pub(super) headings: Vec<Heading<'d>>,
    /// The `<h2>`s, whose texts are read only where one may be the headline.
    pub(super) subheadings: Vec<PlacedElement<'d>>,
    /// The line of the headline, once it is known.
    pub(super) headline: Option<usize>,
    /// The element that holds the headline, and all that hold that.
    around: Vec<NodeId>,
    /// The first and the last line of running text below it, once somebody asked.
    pub(super) text_below: OnceCell<Option<(usize, usize)>>,
    /// How many more words are looked for in all lines.
    words_left: Cell<u32>,
    /// Whether a class or id names a box of others, as witnesses ask again and again.
    foreign: RefCell<Memo<'d, bool>>,
}

/// The words of names that are looked for in all lines of a page, at most: few pages ask for ten, and each costs a pass over the
/// lines.
const MAX_WORDS: u32 = 200;

const AUTHOR_WORDS: &[&str] = &[
    "author",
    "byline",
    "by-line",
    "writer",
    "reporter",
    "journalist",
    "autor",
    "auteur",
    "redakteur",
    "forfatter",
    "skribent",
    "columnist",
    "contributor",
    "creator",
    "verfasser",
    "giornalist",
    "redattor",
    "periodist",
    "dziennikarz",
    "toimittaja",
    "kirjoittaja",
    "szerzo",
    "yazar",
    "muhabir",
    "avtor",
    "penulis",
    "wartawan",
    "tacgia",
    "posted-by",
    "postedby",
];
/// Classes that speak of an author by themselves alone: parts of other words say nothing.
const OF_AUTHOR: &[&str] = &["by", "fn", "firma", "signature", "writeby", "writtenby"];
const SOURCE_WORDS: &[&str] = &["source", "src", "provider", "agency", "origin"];

/// The words above, authors' first.
static CUES: LazyLock<WordTable> =
    LazyLock::new(|| WordTable::of(AUTHOR_WORDS.iter().chain(SOURCE_WORDS).copied()));

/// What a class, an id and the like speak of.
#[derive(Debug, Clone, Copy, Default)]
struct ClassHints {
    author: bool,
    /// Whether one of its classes is a bare word for an author.
    by: bool,
    source: bool,
}

impl ClassHints {
    fn by(value: &str) -> Self {
        let mut said = Self {
            by: value
                .split_ascii_whitespace()
                .any(|class| OF_AUTHOR.iter().any(|word| class.eq_ignore_ascii_case(word))),
            ..Self::default()
        };
        for word in CUES.all_in(value) {
            said.author =
                word < AUTHOR_WORDS.len() && !(AUTHOR_WORDS[word] == "author" && speaks_of_rights(value));
            if said.author {
                break;
            }
            said.source = true;
        }
        said
    }
}

/// Whether what begins like an author is somebody's leave: "authorized".
fn speaks_of_rights(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    ["authoriz", "authoris", "authorit"].iter().any(|word| value.contains(word))
}

/// Whether a class or id speaks of an author.
pub(super) fn speaks_of_author(value: &str) -> bool {
    ClassHints::by(value).author
}

impl<'d> Scan<'d> {
    pub(super) fn of(document: &'d Document, url: Option<&'d Url>) -> Self {
        let mut scan = Self {
            url,
            html_lang: None,
            title: None,
            metas: Vec::new(),
            canonical: Vec::new(),
            json_ld: Vec::new(),
            scripts: Vec::new(),
            times: Vec::new(),
            itemprops: Vec::new(),
            bylines: Vec::new(),
            sources: Vec::new(),
            lines: Vec::with_capacity(256),
            headings: Vec::new(),
            subheadings: Vec::new(),
            headline: None,
            around: Vec::new(),
            text_below: OnceCell::new(),
            words_left: Cell::new(MAX_WORDS),
            foreign: RefCell::new(Memo::new(false)),
        };
        let mut line = OpenLine::default();
        let mut known = Memo::new(ClassHints::default());
        let root = document.root();
        let mut next = root.first_child();
        while let Some(node) = next {
            let descend = match node.text() {
                Some(text) => {
                    line.push(text, node);
                    false
                }
                None => scan.enter(node, &mut line, &mut known),
            };
            next = match node.first_child().filter(|_| descend) {
                Some(child) => Some(child),
                None => scan.leave(node, root, &mut line),
            };
        }
        line.close(&mut scan.lines);
        scan
    }

    /// Takes note of an element; whether what is below it is visible text or more elements.
    fn enter(&mut self, node: Node<'d>, line: &mut OpenLine<'d>, known: &mut Memo<'d, ClassHints>) -> bool {
        let Some(name) = node.name() else { return true };
        match *name {
            local_name!("html") => self.html_lang = node.attr("lang").or_else(|| node.attr("xml:lang")),
            local_name!("title") => {
                // An SVG has titles too; the page's own comes first.
                if self.title.is_none() {
                    self.title = Some(text::headline(&text::of(node))).filter(|title| !title.is_empty());
                }
                return false;
            }
            local_name!("meta") => self.meta(node),
            local_name!("link") => {
                let is_canonical = node.attr("rel").is_some_and(|rel| {
                    rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("canonical"))
                });
                if let Some(href) = node.attr("href").filter(|_| is_canonical) {
                    push(&mut self.canonical, href);
                }
                return false;
            }
            local_name!("script") => {
                let kind = node.attr("type").unwrap_or_default();
                if kind
                    .trim()
                    .get(..19)
                    .is_some_and(|start| start.eq_ignore_ascii_case("application/ld+json"))
                {
                    push(&mut self.json_ld, node);
                } else if node.attr("src").is_none() {
                    push(&mut self.scripts, node);
                }
                return false;
            }
            local_name!("style")
            | local_name!("noscript")
            | local_name!("template")
            | local_name!("svg")
            | local_name!("iframe")
            | local_name!("select")
            | local_name!("textarea") => return false,
            local_name!("h1") => {
                line.close(&mut self.lines);
                let placed = PlacedElement { node, line: self.lines.len() };
                if let Some(heading) = heading(placed) {
                    push(&mut self.headings, heading);
                }
                line.in_h1 = true;
            }
            local_name!("h2") => {
                line.close(&mut self.lines);
                let placed = PlacedElement { node, line: self.lines.len() };
                push(&mut self.subheadings, placed);
            }
            local_name!("time") => {
                let placed = PlacedElement { node, line: self.lines.len() };
                push(&mut self.times, placed);
                line.space();
            }
            // Microformats write a moment as the title of an abbreviation.
            local_name!("abbr")
                if node
                    .attr("title")
                    .is_some_and(|title| title.starts_with(|c: char| c.is_ascii_digit())) =>
            {
                let placed = PlacedElement { node, line: self.lines.len() };
                push(&mut self.times, placed);
                line.space_before(node);
            }
            local_name!("br") => line.close(&mut self.lines),
            _ if is_inline(node) => line.space_before(node),
            _ => line.close(&mut self.lines),
        }
        self.cues(node, known);
        true
    }

    fn leave(&mut self, node: Node<'d>, root: Node<'d>, line: &mut OpenLine<'d>) -> Option<Node<'d>> {
        let mut node = node;
        loop {
            if node.is_element() {
                if node.is(&local_name!("h1")) {
                    line.close(&mut self.lines);
                    line.in_h1 = false;
                } else if is_inline(node) {
                    line.space_before(node);
                } else {
                    line.close(&mut self.lines);
                }
            }
            if let Some(next) = node.next_sibling() {
                return Some(next);
            }
            node = node.parent().filter(|parent| *parent != root)?;
        }
    }

    fn meta(&mut self, node: Node<'d>) {
        let Some(content) = node.attr("content").filter(|content| !text::is_blank(content)) else { return };
        let plain = node.attr("property").or_else(|| node.attr("name")).or_else(|| node.attr("http-equiv"));
        if let Some(key) = plain {
            push(&mut self.metas, MetaElement { key, content, is_itemprop: false, node });
        }
        if let Some(key) = node.attr("itemprop") {
            push(&mut self.metas, MetaElement { key, content, is_itemprop: true, node });
        }
    }

    fn cues(&mut self, node: Node<'d>, known: &mut Memo<'d, ClassHints>) {
        let placed = PlacedElement { node, line: self.lines.len() };
        let mut said = ClassHints::default();
        for (name, value) in node.attributes() {
            let speaks = match *name {
                local_name!("class") | local_name!("id") | local_name!("rel") => true,
                local_name!("href") | local_name!("title") | local_name!("src") | local_name!("alt") => false,
                local_name!("itemprop") if !node.is(&local_name!("meta")) => {
                    push(&mut self.itemprops, placed);
                    false
                }
                // RDFa gives a moment as the content of a property.
                local_name!("property") if value.contains("date") && !node.is(&local_name!("meta")) => {
                    push(&mut self.times, placed);
                    false
                }
                local_name!("property") => !node.is(&local_name!("meta")),
                _ => &**name == "data-testid",
            };
            // An author's word settles what the element is.
            if speaks && !said.author {
                let new = known.get(value, ClassHints::by);
                said.author = new.author || *name == local_name!("class") && new.by;
                said.source |= new.source;
            }
        }
        if said.author {
            push(&mut self.bylines, placed);
        } else if said.source {
            push(&mut self.sources, placed);
        }
    }

    /// What `names_foreign` says of a class or id.
    pub(super) fn is_foreign_name(
        &self,
        value: &'d str,
        names_foreign: impl FnOnce(&'d str) -> bool,
    ) -> bool {
        self.foreign.borrow_mut().get(value, names_foreign)
    }

    /// Whether a word stands in lower case somewhere on the page, so that it is no name. Of a script without cases no word does.
    pub(super) fn is_common(&self, word: &str) -> bool {
        let lower = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let left = self.words_left.get();
        if lower == word || lower.is_empty() || left == 0 {
            return false;
        }
        self.words_left.set(left - 1);
        let finder = memchr::memmem::Finder::new(&lower);
        let is_word = |text: &str, at: usize| {
            let before = text[..at].chars().next_back();
            let behind = text[at + lower.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric)
                && !behind.is_some_and(char::is_alphanumeric)
                && !is_in_address(text, at)
        };
        self.lines.iter().any(|line| finder.find_iter(line.raw.as_bytes()).any(|at| is_word(&line.raw, at)))
    }

    /// Whether a link leads to another page than the one it stands on.
    pub(super) fn leads_elsewhere(&self, href: &str) -> bool {
        let Some(own) = self.url else { return true };
        let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
        own.join(href.trim()).is_ok_and(|to| path(&to) != path(own) || to.host_str() != own.host_str())
    }

    /// How the text begins: the first line of running text below the headline, else the first of the body.
    pub(super) fn lede<'t>(&'t self, body: &'t str) -> &'t str {
        let below = self.headline.and_then(|at| self.lines.get(at + 1..)).unwrap_or_default();
        let first = below.iter().find(|line| line.is_long).map(TextLine::text);
        first.or_else(|| body.lines().find(|line| text::weight(line) > LONG)).unwrap_or_default()
    }

    /// Finds the line of the headline, so that witnesses can look around it.
    pub(super) fn place_headline(&mut self, title: Option<&str>) {
        self.headline = title.and_then(|title| self.find_headline(title));
        let home = self.headline.and_then(|line| self.lines.get(line)).map(|line| line.node);
        self.around =
            home.into_iter().flat_map(|home| home.ancestors().chain([home])).map(Node::id).collect();
        self.text_below = OnceCell::new();
    }

    /// Whether `node` holds the headline.
    pub(super) fn is_around_headline(&self, node: Node<'_>) -> bool {
        self.around.contains(&node.id())
    }

    /// Whether the headline stands in an `<article>`.
    pub(super) fn is_headline_in_article(&self) -> bool {
        let home = self.headline.and_then(|line| self.lines.get(line)).map(|line| line.node);
        home.is_some_and(|home| home.ancestors().any(|above| above.is(&local_name!("article"))))
    }

    /// The line in which the headline stands: an `<h1>` that says `title`, else the first line that does.
    fn find_headline(&self, title: &str) -> Option<usize> {
        let wanted = text::key(title);
        if wanted.is_empty() {
            return None;
        }
        let heading = self.headings.iter().find_map(|heading| {
            let key = text::key(&heading.text);
            is_alike(&key, &wanted).then(|| (heading.placed.line, key == wanted))
        });
        // A heading that says just this comes before one of a higher rank that says it with something added.
        let subheading = || {
            let mut lines = self.subheadings.iter().map(|placed| placed.line);
            lines.find(|line| self.lines.get(*line).is_some_and(|line| text::has_key(&line.raw, &wanted)))
        };
        let heading = match heading {
            Some((line, false)) => subheading().or(Some(line)),
            heading => heading.map(|(line, _)| line),
        };
        heading
            .or_else(|| {
                // Only a line of about the title's length can be it.
                let about = title.len() / 2..=title.len() * 2;
                let keys = self.lines.iter().enumerate().filter_map(|(at, line)| {
                    let may_be = about.contains(&line.raw.trim().len());
                    may_be.then(|| (at, text::key(&line.raw)))
                });
                let alike: Vec<(usize, String)> = keys.filter(|(_, key)| is_alike(key, &wanted)).collect();
                // A path to the page may end in its headline.
                alike.iter().find(|(_, key)| *key == wanted).or(alike.first()).map(|(at, _)| *at)
            })
            .or_else(|| {
                // A page whose visible headline is worded otherwise still has one place for it.
                let mut headings = self.headings.iter().filter(|heading| text::weight(&heading.text) > 20);
                headings.next().filter(|_| headings.next().is_none()).map(|heading| heading.placed.line)
            })
    }
}

/// A heading as a reader sees it, with a space where one of its elements that is drawn apart begins or ends; `None` where it
/// shows no text.
pub(super) fn heading(placed: PlacedElement<'_>) -> Option<Heading<'_>> {
    let mut whole = String::new();
    let mut parts: Vec<String> = Vec::new();
    let mut owner = None;
    for inner in placed.node.descendants().take(text::MAX_NODES) {
        let Some(part) = inner.text().map(|part| text::head(part, MAX_LINE_BYTES)) else { continue };
        if whole.len() >= 2 * MAX_LINE_BYTES {
            break;
        }
        let apart = inner
            .ancestors()
            .take_while(|above| *above != placed.node)
            .find(|above| !is_inline(*above) || above.is(&local_name!("small")) || above.class().is_some());
        let is_new = owner.replace(apart).is_none_or(|owner| owner != apart);
        // Only where two words would run together; a decorated initial is part of its word.
        let ends_small = whole.ends_with(|c: char| c.is_lowercase() || c.is_numeric());
        let begins = part.starts_with(|c: char| c.is_uppercase() || matches!(c, '"' | '“' | '„' | '«'));
        if is_new && ends_small && begins {
            whole.push(' ');
        }
        whole.push_str(part);
        match parts.last_mut().filter(|_| !is_new) {
            Some(last) => last.push_str(part),
            None => parts.push(part.to_owned()),
        }
    }
    let mut parts: Vec<String> =
        parts.iter().map(|part| text::headline(part)).filter(|part| !part.is_empty()).collect();
    if parts.len() == 1 {
        parts.clear();
    }
    let text = text::headline(&whole);
    (!text.is_empty()).then_some(Heading { placed, text, parts })
}

/// Whether two keys say the same, one perhaps with something added.
fn is_alike(key: &str, wanted: &str) -> bool {
    key == wanted
        || (key.len() * 2 > wanted.len() && wanted.contains(key))
        || (wanted.len() * 2 > key.len() && key.contains(wanted))
}

fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() < MAX_EACH {
        list.push(item);
    }
}

/// The element around all of a line: what an inline element at its beginning says of itself says nothing of the rest.
pub(super) fn around<'d>(line: &TextLine<'d>) -> Node<'d> {
    let mut around = line.node;
    while is_inline(around)
        && text::of(around).len() < line.text().len()
        && let Some(outer) = around.parent()
    {
        around = outer;
    }
    around
}

/// Elements that don't break a line.
fn is_inline(node: Node<'_>) -> bool {
    let Some(name) = node.name() else { return false };
    matches!(
        *name,
        local_name!("a")
            | local_name!("abbr")
            | local_name!("b")
            | local_name!("bdi")
            | local_name!("cite")
            | local_name!("code")
            | local_name!("data")
            | local_name!("del")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("img")
            | local_name!("ins")
            | local_name!("label")
            | local_name!("mark")
            | local_name!("meta")
            | local_name!("q")
            | local_name!("s")
            | local_name!("small")
            | local_name!("span")
            | local_name!("strong")
            | local_name!("sub")
            | local_name!("sup")
            | local_name!("time")
            | local_name!("u")
            | local_name!("wbr")
    )
}

/// A line that is still being read.
#[derive(Default)]
struct OpenLine<'d> {
    /// As written; borrowed from the document as long as it is one piece.
    text: Cow<'d, str>,
    /// Whether a space stands between what was read and what may come.
    space: bool,
    node: Option<Node<'d>>,
    last: &'d str,
    in_h1: bool,
    /// Its weight, or something above [`LONG`].
    weight: usize,
}

impl<'d> OpenLine<'d> {
    fn push(&mut self, text: &'d str, node: Node<'d>) {
        if text::is_blank(text) {
            self.space();
            return;
        }
        if self.node.is_none() {
            self.node = node.parent();
        }
        self.last = text;
        if self.weight <= LONG {
            self.weight += text::weight(text::head(text, ENOUGH));
        }
        let room = MAX_LINE_BYTES.saturating_sub(self.text.len() + usize::from(self.space));
        let part = text::head(text, room);
        if self.text.is_empty() {
            self.text = Cow::Borrowed(part);
        } else if !part.is_empty() {
            let text = self.text.to_mut();
            text.extend(self.space.then_some(' '));
            text.push_str(part);
        }
        self.space = false;
    }

    fn space(&mut self) {
        self.space |= !self.text.is_empty() && !self.text.ends_with(' ');
    }

    /// Inline elements with a class are drawn apart (`Source<span class=date>…`); bare ones are emphasis inside words.
    fn space_before(&mut self, node: Node<'d>) {
        if !self.space && !self.text.is_empty() && node.class().is_some() {
            self.space();
        }
    }

    fn close(&mut self, lines: &mut Vec<TextLine<'d>>) {
        let node = self.node.take().filter(|_| lines.len() < MAX_LINES);
        let raw = std::mem::take(&mut self.text);
        if let Some(node) = node {
            let is_long = self.weight > LONG;
            lines.push(TextLine {
                raw,
                text: OnceCell::new(),
                last: self.last,
                node,
                is_long,
                is_h1: self.in_h1,
            });
        }
        self.space = false;
        self.weight = 0;
    }
}
/// Whether what stands at `at` in a text is a part of an address of mail or web, which is in lower case whatever it names.
fn is_in_address(text: &str, at: usize) -> bool {
    let start = text[..at].rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let end = text[at..].find(char::is_whitespace).map_or(text.len(), |space| at + space);
    text.get(start..end).is_some_and(|word| word.contains(['@', '/']) || word.starts_with("www."))
}
