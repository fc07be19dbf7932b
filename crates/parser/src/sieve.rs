//! What html5ever need not see, taken out of the text in front of it.
//!
//! Most of a page's bytes are attributes that nobody here reads (`srcset`, `data-…`, event handlers), drawings, comments, and styles
//! but for the rules that hide something, and html5ever pays for each of them by the character. One scan over the tags leaves them out; it also cuts what
//! would cost more than its length: floods of attributes, which html5ever compares pairwise, and of `<`, each of which is a
//! token and an error to it.
//!
//! The scan follows the HTML standard, section 13.2.5, as far as finding the end of a tag, of a comment and of an element
//! without markup (`<script>` and its like) goes. Where it cannot be sure, it leaves the text alone.
//!
//! It doesn't use the scanner that feeds are read with ([`dateline_text::markup`]), and neither does `dom::reader`. That one reads
//! markup as its author meant it: a `<` ends a quoted value that was never closed. Here every byte must fall where a browser
//! puts it, or html5ever would see another page; and what is taken out are single attributes, in the one walk that finds the
//! tag's end, where tokens would have to be walked twice.

use html5ever::tendril::StrTendril;
use memchr::{memchr, memmem};

use crate::byte_set::{ByteSet, NO_SPACE, SPACES};
use crate::guard::MAX_ATTRIBUTES_OF_ONE;
use crate::style;

/// `<` in a row that are kept.
const MAX_BRACKETS: usize = 64;

/// Bytes up to which a drawing is taken for one; a longer one may be a page that forgot to close it.
const MAX_DRAWING: usize = 32 * 1024;

/// Which attributes are left in, floods aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SieveAttributes {
    /// Those that somebody here reads.
    Read,
    /// All.
    All,
}

/// The page without what is not read.
pub(crate) fn sieve(html: &str, attributes: SieveAttributes) -> StrTendril {
    let mut sieve = Sieve {
        html,
        attributes,
        bytes: html.as_bytes(),
        kept: StrTendril::new(),
        copied: 0,
        raw_until: 0,
        comments_from: 0,
        drawings_from: 0,
    };
    let mut at = 0;
    while let Some(offset) = memchr(b'<', &sieve.bytes[at..]) {
        at = sieve.markup(at + offset + 1);
    }
    sieve.kept.push_slice(&html[sieve.copied..]);
    sieve.kept
}

/// Attributes up to which script data that looks like a tag is left alone.
const MAX_ATTRIBUTES_OF_DATA: usize = 4 * MAX_ATTRIBUTES_OF_ONE;

/// Elements whose content is text, whatever it looks like.
const WITHOUT_MARKUP: [&[u8]; 9] =
    [b"script", b"textarea", b"title", b"noscript", b"iframe", b"xmp", b"noembed", b"noframes", b"plaintext"];

struct Sieve<'h> {
    html: &'h str,
    attributes: SieveAttributes,
    bytes: &'h [u8],
    kept: StrTendril,
    /// Up to where the page is either in `kept` or taken out.
    copied: usize,
    /// Up to where the text is that of an element without markup. Inside, only floods are cut, since within `<svg>` the
    /// parser reads even that as markup.
    raw_until: usize,
    /// Before that, no comment and no drawing ends; what was searched once is not searched again.
    comments_from: usize,
    drawings_from: usize,
}

impl Sieve<'_> {
    /// Takes out the bytes from `start` to `end`, which both stand beside ASCII characters.
    fn drop(&mut self, start: usize, end: usize) {
        if self.copied == 0 {
            // One that is too long for its text is refused where it is written.
            self.kept.reserve(u32::try_from(self.html.len()).unwrap_or_default());
        }
        self.kept.push_slice(&self.html[self.copied..start]);
        self.copied = end;
    }

    /// Reads what begins with the `<` before `at`; answers where to go on.
    fn markup(&mut self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(byte) if at < self.raw_until => match byte.is_ascii_alphabetic() {
                true => self.attributes(at, |_, _| true, MAX_ATTRIBUTES_OF_DATA),
                false => at,
            },
            Some(b'<') => self.brackets(at),
            Some(b'!') if self.bytes[at..].starts_with(b"!--") => self.comment(at),
            Some(byte) if byte.is_ascii_alphabetic() => self.tag(at),
            _ => at,
        }
    }

    fn brackets(&mut self, at: usize) -> usize {
        let end = at + self.bytes[at..].iter().take_while(|byte| **byte == b'<').count();
        if end - at > MAX_BRACKETS {
            self.drop(at, end - 1);
        }
        // The last one may open a tag.
        end - 1
    }

    fn comment(&mut self, at: usize) -> usize {
        if at < self.comments_from {
            return at;
        }
        let inside = &self.bytes[at + 1..];
        let ends = |close: &usize| inside[..*close].ends_with(b"--") || inside[..*close].ends_with(b"--!");
        match memchr::memchr_iter(b'>', inside).find(ends) {
            Some(close) => {
                let end = at + 1 + close + 1;
                self.drop(at - 1, end);
                end
            }
            None => {
                self.comments_from = self.bytes.len();
                at
            }
        }
    }

    fn tag(&mut self, start: usize) -> usize {
        let name_end = self.skip(start, &TAG_NAME_END);
        let name = &self.bytes[start..name_end];
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        let is_kept_whole = || [b"meta".as_slice(), b"link", b"time", b"html", b"body"].into_iter().any(is);
        let end = if self.attributes == SieveAttributes::All || is_kept_whole() {
            self.attributes(name_end, |_, _| true, MAX_ATTRIBUTES_OF_ONE)
        } else {
            self.attributes(name_end, is_read, MAX_ATTRIBUTES_OF_ONE)
        };
        let after = (end + 1).min(self.bytes.len());
        if is(b"style") {
            let close = self.closing(name, after, self.bytes.len());
            self.style(after, close);
            return close;
        }
        if is(b"svg") && self.bytes[end - 1] != b'/' && after >= self.drawings_from {
            return self.drawing(name, after);
        }
        if WITHOUT_MARKUP.into_iter().any(is) {
            self.raw_until = self.closing(name, after, self.bytes.len());
        }
        after
    }

    /// Leaves of a style sheet what says which boxes are hidden.
    fn style(&mut self, start: usize, end: usize) {
        let mut at = start;
        for rule in style::telling_rules(&self.html[start..end]) {
            self.drop(at, start + rule.start);
            at = start + rule.end;
        }
        self.drop(at, end);
    }

    fn drawing(&mut self, name: &[u8], start: usize) -> usize {
        let most = (start + MAX_DRAWING).min(self.bytes.len());
        let close = self.closing(name, start, most);
        let inside = &self.bytes[start..close];
        let has = |tag: &[u8]| memmem::find(inside, tag).is_some();
        if close == most || has(b"<div") || has(b"<p>") || has(b"<p ") || has(b"<svg") {
            self.drawings_from = close;
            return start;
        }
        self.drop(start, close);
        close
    }

    /// Where `</name` stands from `from` on; `most`, if nowhere before that.
    fn closing(&self, name: &[u8], from: usize, most: usize) -> usize {
        let close = |at: &usize| {
            let rest = &self.bytes[at + 2..];
            rest.len() >= name.len() && rest[..name.len()].eq_ignore_ascii_case(name)
        };
        let mut closes = memmem::find_iter(&self.bytes[from..most], b"</").map(|at| from + at);
        closes.find(close).unwrap_or(most)
    }

    /// Walks the attributes behind a tag's name and takes out those that are not read, or more than `most`; answers where
    /// the tag's `>` stands.
    fn attributes(&mut self, mut at: usize, is_read: impl Fn(&[u8], &[u8]) -> bool, most: usize) -> usize {
        let mut count = 0;
        loop {
            at = self.skip(at, &ATTRIBUTE_START);
            if at >= self.bytes.len() || self.bytes[at] == b'>' {
                return at;
            }
            let start = at;
            at = self.skip(at + 1, &ATTRIBUTE_NAME_END);
            let name = start..at;
            let mut value = at..at;
            let equals = self.skip(at, &NO_SPACE);
            if self.bytes.get(equals) == Some(&b'=') {
                at = self.skip(equals + 1, &NO_SPACE);
                let from = at;
                at = match self.bytes.get(at) {
                    Some(quote @ (b'"' | b'\'')) => {
                        let close = memchr(*quote, &self.bytes[at + 1..]);
                        close.map_or(self.bytes.len(), |offset| at + 1 + offset + 1)
                    }
                    _ => self.skip(at, &VALUE_END),
                };
                value = from..at;
            }
            count += 1;
            if count > most || !is_read(&self.bytes[name], &self.bytes[value]) {
                self.drop(start, at);
            }
        }
    }

    fn skip(&self, from: usize, stop: &ByteSet) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        stop.first_in(rest).map_or(self.bytes.len(), |offset| from + offset)
    }
}

/// What ends each part of a tag.
static TAG_NAME_END: ByteSet = ByteSet::of(SPACES).with(b"/>");
static ATTRIBUTE_START: ByteSet = ByteSet::of(SPACES).with(b"/").others();
static ATTRIBUTE_NAME_END: ByteSet = ByteSet::of(SPACES).with(b"/>=");
static VALUE_END: ByteSet = ByteSet::of(SPACES).with(b">");

/// Whether anybody reads an attribute. What is not known here is kept.
fn is_read(name: &[u8], value: &[u8]) -> bool {
    match name {
        b"class" | b"href" | b"id" | b"src" | b"title" | b"alt" | b"rel" => true,
        b"style" => style::is_telling(value),
        [b'd', b'a', b't', b'a', b'-', data @ ..] => {
            matches!(data, b"testid" | b"component" | b"component-name" | b"type" | b"module" | b"block")
        }
        [b'a', b'r', b'i', b'a', b'-', said @ ..] => matches!(said, b"label" | b"hidden" | b"modal"),
        b"srcset" | b"sizes" | b"width" | b"height" | b"target" | b"loading" | b"decoding"
        | b"fetchpriority" | b"tabindex" | b"viewbox" | b"viewBox" | b"fill" | b"border" | b"align"
        | b"valign" | b"bgcolor" | b"color" | b"cellpadding" | b"cellspacing" | b"maxlength"
        | b"autocomplete" | b"placeholder" | b"integrity" | b"crossorigin" | b"nonce" | b"async"
        | b"defer" | b"allow" | b"frameborder" | b"scrolling" => false,
        _ => !is_handler(name),
    }
}

/// `onclick`, `onload` and the like: `on` and letters.
fn is_handler(name: &[u8]) -> bool {
    name.len() > 4 && name.starts_with(b"on") && name.iter().all(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::{Document, local_name};

    fn sieve(html: &str) -> String {
        super::sieve(html, SieveAttributes::Read).into()
    }

    #[test]
    fn attributes_that_nobody_reads_are_left_out() {
        assert_eq!(
            sieve("<a class=x data-track='{\">\"}' href=/y onclick=z()>t</a>"),
            "<a class=x  href=/y >t</a>"
        );
        assert_eq!(sieve("<p style='color: red'>a<p style=display:none>b"), "<p >a<p style=display:none>b");
        assert_eq!(sieve("<time data-when=5>now</time>"), "<time data-when=5>now</time>");
        let whole = "<a class=x data-track='{}' href=/y onclick=z()>t</a>";
        assert_eq!(&*super::sieve(whole, SieveAttributes::All), whole);
    }

    #[test]
    fn drawings_styles_and_comments_are_left_out() {
        assert_eq!(sieve("a<!-- <p> -->b<!-->c"), "abc");
        assert_eq!(
            sieve("<style>p > a { }</style>x<svg class=i><path/></svg>y"),
            "<style></style>x<svg class=i></svg>y"
        );
        assert_eq!(
            sieve(
                "<style>p{color:red}@media screen{.x{display:none}.y{margin:0}}.x.on{display:block}</style>x"
            ),
            "<style>.x{display:none}.x.on{display:block}</style>x"
        );
        assert_eq!(sieve("<svg><div>text</div></svg>"), "<svg><div>text</div></svg>");
    }

    #[test]
    fn script_data_is_not_touched() {
        let html = "<script>var a = \"<b data-x='1' \"; b <!-- c\n</script><p>text";
        assert_eq!(sieve(html), html);
    }

    #[test]
    fn attributes_are_cut_where_they_get_too_many() {
        let flood: String = (0..5000).map(|n| format!(" a{n}='>{n}'")).collect();
        let page = Document::from_html(&format!("<p id=first{flood}>text</p><p id=second>more"));
        let kept: Vec<_> = page.elements(local_name!("p")).map(|node| node.attrs().count()).collect();
        assert_eq!(kept, [MAX_ATTRIBUTES_OF_ONE, 1]);
        assert_eq!(page.body().text_content(), "textmore");
    }

    #[test]
    fn a_run_of_brackets_is_cut_short_and_what_follows_stays() {
        let page = Document::from_html(&format!("<p>before {}<b>bold</b> after", "<".repeat(100_000)));
        assert_eq!(page.elements(local_name!("b")).next().unwrap().text_content(), "bold");
        let text = page.body().text_content();
        assert!(text.starts_with("before <") && text.ends_with(" after") && text.len() < 200, "{text}");
    }

    #[test]
    fn a_flood_hides_in_no_element_without_markup() {
        let flood: String = (0..20_000).map(|n| format!(" a{n}")).collect();
        for (open, close) in
            [("<svg><title>", ""), ("<svg><script>", "</script>"), ("<!-- --!>", ""), ("<svg>", "<p></svg>")]
        {
            let page = Document::from_html(&format!("{open}<i{flood}>text{close}"));
            let most = page.root().descendants().map(|node| node.attrs().count()).max();
            assert!(most <= Some(MAX_ATTRIBUTES_OF_ONE), "{open}");
        }
    }

    #[test]
    fn what_is_cut_short_is_left_to_the_parser() {
        for html in [
            "<a href='x>y' b = c/>text",
            "<a b",
            "<a b='",
            "<a data-x='",
            "a < b",
            "<",
            "<!-- open",
            "<style",
            "<svg",
            "<svg>",
        ] {
            let page = sieve(html);
            assert!(html.starts_with(&*page), "{html} became {page}");
        }
    }
}
