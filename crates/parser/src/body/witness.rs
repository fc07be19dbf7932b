//! What the page's head says about its text: the title, the description, and the `articleBody` of its script data.
//!
//! They are witnesses, not truths: an `articleBody` is often cut short or an older wording, a description another text.

use memchr::memmem;

use crate::dom::{Document, Node, local_name};
use crate::letter;

/// Bytes of script data that are searched for an `articleBody`, over the whole page.
const SCRIPT_SEARCHED: usize = 4 << 20;

/// Shortest text, in bytes of letters and digits, whose presence in a witness means something.
const TELLING: usize = 16;

/// What a page's head says the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Declared {
    #[default]
    Nothing,
    Article,
    LiveBlog,
    /// A list of other pages, whatever articles are on it.
    List,
}

/// The statements found, each reduced to its letters and digits.
#[derive(Debug, Default)]
pub(super) struct Witness {
    /// The titles in the head, and the first headlines of the page.
    titles: Vec<String>,
    headlines: Vec<String>,
    descriptions: Vec<String>,
    body: String,
    /// What the head says the page is.
    pub(super) declared: Declared,
    /// Whether the head says that its text is paid for.
    pub(super) is_paid: bool,
    /// The `articleBody` as it was written, escapes resolved.
    pub(super) article_body: Option<String>,
}

impl Witness {
    pub(super) fn of(document: &Document) -> Self {
        let mut witness = Self::default();
        let mut searched = 0;
        let mut h1 = 0;
        for node in document.root().descendants() {
            match node.name() {
                Some(&local_name!("title")) if witness.titles.is_empty() && witness.headlines.is_empty() => {
                    add(&mut witness.titles, &node.text_content());
                }
                Some(&local_name!("h1")) if h1 < 3 => {
                    h1 += 1;
                    add(&mut witness.headlines, &node.text_content());
                }
                Some(&local_name!("meta")) => witness.meta(node),
                Some(&local_name!("script")) if searched < SCRIPT_SEARCHED => {
                    if let Some(text) = node.first_child().and_then(Node::text) {
                        searched += text.len();
                        witness.script(node, text);
                    }
                }
                _ => {}
            }
        }
        witness.body = squeeze(witness.article_body.as_deref().unwrap_or_default());
        witness
    }

    fn meta(&mut self, node: Node<'_>) {
        let Some(content) = node.attr("content") else { return };
        let name = node.attr("property").or_else(|| node.attr("name")).unwrap_or_default();
        match name {
            "og:title" | "twitter:title" => add(&mut self.titles, content),
            "description" | "og:description" | "twitter:description" => {
                let text = squeeze(content);
                if text.len() >= TELLING && !self.descriptions.contains(&text) {
                    self.descriptions.push(text);
                }
            }
            "og:type" if content.trim().eq_ignore_ascii_case("article") => self.declare(Declared::Article),
            "article:published_time" => self.declare(Declared::Article),
            "article:content_tier" | "og:article:content_tier" => {
                self.is_paid |= content.trim().eq_ignore_ascii_case("locked")
            }
            _ => {}
        }
        let item = node.attr("itemprop").unwrap_or_default();
        self.is_paid |= item == "isAccessibleForFree" && content.trim().eq_ignore_ascii_case("false");
    }

    fn declare(&mut self, declared: Declared) {
        self.declared = self.declared.max(declared);
    }

    fn script(&mut self, node: Node<'_>, text: &str) {
        let is_json = node.attr("type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
        if !is_json {
            return;
        }
        for rest in values(text, "\"@type\"") {
            let rest = rest.trim_start_matches(['[', ' ']).trim_start_matches('"');
            match &rest[..rest.find('"').unwrap_or(0)] {
                "LiveBlogPosting" => self.declare(Declared::LiveBlog),
                "ItemList" | "CollectionPage" | "SearchResultsPage" => self.declare(Declared::List),
                kind if kind.ends_with("Article") || kind.ends_with("Posting") => {
                    self.declare(Declared::Article)
                }
                _ => {}
            }
        }
        for rest in values(text, "\"isAccessibleForFree\"") {
            let value = rest.trim_start_matches('"');
            let value = value
                .rsplit_once("schema.org/")
                .filter(|(before, _)| before.len() <= 12)
                .map_or(value, |(_, value)| value);
            self.is_paid |= value.get(..5).is_some_and(|value| value.eq_ignore_ascii_case("false"));
        }
        for rest in values(text, "\"articleBody\"") {
            let Some(value) = json_string(rest) else { continue };
            if self.article_body.as_ref().is_none_or(|known| known.len() < value.len()) {
                self.article_body = Some(value);
            }
        }
    }

    /// Whether a text of so many letters and digits, all ASCII, can be a title or a part of one.
    pub(super) fn may_be_title(&self, letters: usize) -> bool {
        let mut titles = self.titles.iter().chain(&self.headlines);
        titles.any(|title| title.len() == letters || letters >= TELLING && title.len() > letters)
    }

    /// How far a text is the title: 0 not at all, 1 it is a part of one, 2 it is one. A short text is one or it is not: a
    /// word or two occur in many titles.
    pub(super) fn is_title(&self, text: &TextKey) -> u8 {
        let titles = self.titles.iter().chain(&self.headlines);
        titles.map(|title| weigh_title(title, text)).max().unwrap_or(0)
    }

    /// Whether a text is the title that the page's head gives, or there is none.
    pub(super) fn is_title_of_head(&self, text: &TextKey) -> bool {
        self.titles.is_empty() || self.titles.iter().any(|title| weigh_title(title, text) == 2)
    }

    /// Whether a text is the page's description, or begins as it does, or is a part of it.
    pub(super) fn is_description(&self, text: &TextKey) -> bool {
        let text = text.first(120);
        text.len() >= TELLING
            && self.descriptions.iter().any(|known| {
                let most = text.len().min(known.len()).min(80);
                known.is_char_boundary(most) && text.starts_with(&known[..most]) || holds(known, text)
            })
    }

    /// Whether script data holds a body.
    pub(super) fn has_body(&self) -> bool {
        self.body.len() >= 8 * TELLING
    }

    /// Whether the body in the script data holds the text.
    pub(super) fn body_holds(&self, text: &TextKey) -> bool {
        let text = text.first(60);
        text.len() >= TELLING / 2 && holds(&self.body, text)
    }
}

/// The text from each value of a name in JSON on.
fn values<'t>(json: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    memmem::find_iter(json.as_bytes(), name)
        .filter_map(|at| Some(json[at + name.len()..].trim_start().strip_prefix(':')?.trim_start()))
}

fn add(titles: &mut Vec<String>, text: &str) {
    let title = squeeze(text);
    if !title.is_empty() {
        titles.push(title);
    }
}

fn weigh_title(title: &str, text: &TextKey) -> u8 {
    let text = text.first(usize::MAX);
    match () {
        () if text.is_empty() => 0,
        () if title == text => 2,
        () if text.len() >= TELLING && title.len() > text.len() && holds(title, text) => {
            1 + u8::from(text.len() * 10 >= title.len() * 7)
        }
        () => 0,
    }
}

/// As [`str::contains`]; the preparations for a search that is fast in a long text cost more than a short one.
fn holds(text: &str, part: &str) -> bool {
    const SHORT: usize = 400;
    let (text, part) = (text.as_bytes(), part.as_bytes());
    match part.first() {
        _ if text.len() < part.len() => false,
        Some(first) if text.len() <= SHORT => memchr::memchr_iter(*first, &text[..=text.len() - part.len()])
            .any(|at| text[at..].starts_with(part)),
        _ => memmem::find(text, part).is_some(),
    }
}

/// Letters and digits only, in lower case.
fn squeeze(text: &str) -> String {
    let mut squeezed = TextKey::default();
    squeezed.read(text, usize::MAX);
    squeezed.text
}

/// The letters and digits of a text, in lower case: what the statements are compared with.
#[derive(Debug, Default)]
pub(super) struct TextKey {
    text: String,
    /// Bytes that the first 60, and the first 120, letters and digits have become.
    ends: [usize; 2],
}

impl TextKey {
    /// Reads another text in place of the last, or the first `most` letters and digits of it.
    pub(super) fn read(&mut self, text: &str, most: usize) {
        self.text.clear();
        self.ends = [usize::MAX; 2];
        if text.is_ascii() {
            self.text = letter::squeezed_ascii(text, most, std::mem::take(&mut self.text));
            // Each is one byte.
            self.ends = [60, 120].map(|end| if self.text.len() > end { end } else { usize::MAX });
            return;
        }
        self.text.reserve(text.len().min(most));
        let letters = text.chars().filter(|c| letter::is_alphanumeric(*c)).take(most);
        for (count, c) in letters.enumerate() {
            match count {
                60 => self.ends[0] = self.text.len(),
                120 => self.ends[1] = self.text.len(),
                _ => {}
            }
            letter::push_lowercase(&mut self.text, c);
        }
    }

    /// What has become of the first `most` letters and digits: 60, 120, or all that were read.
    fn first(&self, most: usize) -> &str {
        let end = match most {
            60 => self.ends[0],
            120 => self.ends[1],
            _ => usize::MAX,
        };
        &self.text[..end.min(self.text.len())]
    }
}

/// The JSON string at the start of `text`, escapes resolved. Raw line breaks inside are accepted, as browsers' data has them.
fn json_string(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?;
    let bytes = inner.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            break;
        }
        at += 2;
    }
    let literal: String = text[..at + 2].chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    serde_json::from_str(&literal).ok()
}
