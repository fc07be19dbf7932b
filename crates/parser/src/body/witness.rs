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

/// The statements found, each reduced to its letters and digits.
#[derive(Debug, Default)]
pub(super) struct Witness {
    titles: Vec<String>,
    descriptions: Vec<String>,
    body: String,
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
                Some(&local_name!("title")) if witness.titles.is_empty() => {
                    witness.title(&node.text_content())
                }
                Some(&local_name!("h1")) if h1 < 3 => {
                    h1 += 1;
                    witness.title(&node.text_content());
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

    fn title(&mut self, text: &str) {
        let title = squeeze(text);
        if !title.is_empty() {
            self.titles.push(title);
        }
    }

    fn meta(&mut self, node: Node<'_>) {
        let Some(content) = node.attr("content") else { return };
        let name = node.attr("property").or_else(|| node.attr("name")).unwrap_or_default();
        match name {
            "og:title" | "twitter:title" => self.title(content),
            "description" | "og:description" | "twitter:description" => {
                let text = squeeze(content);
                if text.len() >= TELLING && !self.descriptions.contains(&text) {
                    self.descriptions.push(text);
                }
            }
            _ => {}
        }
    }

    fn script(&mut self, node: Node<'_>, text: &str) {
        let is_json = node.attr("type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
        if !is_json {
            return;
        }
        for at in memmem::find_iter(text.as_bytes(), b"\"articleBody\"") {
            let rest = text[at + "\"articleBody\"".len()..].trim_start();
            let Some(rest) = rest.strip_prefix(':').map(str::trim_start) else { continue };
            let Some(value) = json_string(rest) else { continue };
            if self.article_body.as_ref().is_none_or(|known| known.len() < value.len()) {
                self.article_body = Some(value);
            }
        }
    }

    /// How far a text is the title: 0 not at all, 1 it is a part of one, 2 it is one. A short text is one or it is not: a
    /// word or two occur in many titles.
    pub(super) fn is_title(&self, text: &Squeezed) -> u8 {
        let text = text.first(usize::MAX);
        let weigh = |title: &String| match () {
            () if text.is_empty() => 0,
            () if title == text => 2,
            () if text.len() >= TELLING && title.len() > text.len() && holds(title, text) => {
                1 + u8::from(text.len() * 10 >= title.len() * 7)
            }
            () => 0,
        };
        self.titles.iter().map(weigh).max().unwrap_or(0)
    }

    /// Whether a text is the page's description, or begins as it does, or is a part of it.
    pub(super) fn is_description(&self, text: &Squeezed) -> bool {
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
    pub(super) fn body_holds(&self, text: &Squeezed) -> bool {
        let text = text.first(60);
        text.len() >= TELLING / 2 && holds(&self.body, text)
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
    let mut squeezed = Squeezed::default();
    squeezed.read(text, usize::MAX);
    squeezed.text
}

/// The letters and digits of a text, in lower case: what the statements are compared with.
#[derive(Debug, Default)]
pub(super) struct Squeezed {
    text: String,
    /// Bytes that the first 60, and the first 120, letters and digits have become.
    ends: [usize; 2],
}

impl Squeezed {
    /// Reads another text in place of the last, or the first `most` letters and digits of it.
    pub(super) fn read(&mut self, text: &str, most: usize) {
        self.text.clear();
        self.ends = [usize::MAX; 2];
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
