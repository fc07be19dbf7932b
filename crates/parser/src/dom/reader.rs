//! From text to the tree builder: plain markup by a scan of our own, all else by html5ever's tokenizer.
//!
//! html5ever's tokenizer goes through tags by the character, and costs more than the tree does. But nearly all tags of
//! nearly all pages are plain: names in lower case, values in quotes or without need of them, no character references but the usual ones.
//! Those, text likewise, and scripts are made into tokens here, from slices of the page. Whatever is not plain goes
//! to the tokenizer, with as much behind it as takes the tokenizer back to where text is text (HTML standard, section
//! 13.2.5.1, "data state"). What must be known for that is only where tags end, and whether the tree builder has just asked
//! for raw text, which the guard between tokenizer and builder notes. Where that point cannot be told, the tokenizer gets the
//! rest of the page.

use std::ops::Range;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, LocalName, QualName, TokenizerResult, local_name, ns};
use memchr::{memchr, memchr2, memmem};

use super::Document;
use super::sink::Sink;
use crate::byte_set::{ByteSet, NO_SPACE, SPACE, SPACES};
use crate::guard::{self, DepthGuard, may_hold_raw_text};
use crate::memo::Memo;

/// Reads a page whose line breaks are single line feeds.
pub(super) fn read(page: &StrTendril) -> Document {
    let mut reader = PageReader::new(page);
    let mut checked = 0;
    while reader.at < page.len() {
        if reader.at - checked >= guard::CHUNK {
            if reader.is_full() {
                break;
            }
            checked = reader.at;
        }
        reader.step();
    }
    reader.finish()
}

/// A page may begin with it, and it is no text.
const BYTE_ORDER_MARK: char = '\u{feff}';

struct PageReader<'p> {
    /// The page, of which tokens are slices that copy nothing.
    page: &'p StrTendril,
    text: &'p str,
    bytes: &'p [u8],
    tokenizer: Tokenizer<DepthGuard<Sink>>,
    queue: BufferQueue,
    /// Up to where the page is read. Between two steps, the tokenizer has nothing pending and is in the data state.
    at: usize,
    /// Bytes that may still be looked through for the end of raw text, before its element is known to hold any. Honest pages
    /// need their own length; others could have the same bytes looked through for each of a flood of tags.
    ahead: usize,
    /// The names of tags and attributes.
    names: Memo<'p, LocalName>,
    /// A stretch of the page without `&` and NUL, with one of them, or the page's end, behind it.
    plain: Range<usize>,
}

impl<'p> PageReader<'p> {
    fn new(page: &'p StrTendril) -> Self {
        let builder = TreeBuilder::new(Sink::new(page.len()), TreeBuilderOpts::default());
        let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
        Self {
            page,
            text: page,
            bytes: page.as_bytes(),
            tokenizer: Tokenizer::new(DepthGuard::new(builder), options),
            queue: BufferQueue::default(),
            at: if page.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 },
            ahead: 2 * page.len(),
            names: Memo::new(local_name!("")),
            plain: 0..0,
        }
    }

    fn is_full(&self) -> bool {
        self.tokenizer.sink.tree().sink.is_full()
    }

    fn finish(self) -> Document {
        self.tokenizer.end();
        self.tokenizer.sink.into_tree().sink.finish_document(self.at < self.page.len())
    }

    /// Reads the text up to the next tag, or a tag.
    fn step(&mut self) {
        let rest = &self.bytes[self.at..];
        if rest[0] != b'<' {
            let text = &rest[..memchr(b'<', rest).unwrap_or(rest.len())];
            let plain = self.plain_length(self.at..self.at + text.len());
            if plain < text.len()
                && let Some(resolved) =
                    resolved(&self.text[self.at..self.at + text.len()], TextPlace::Content)
            {
                self.at += text.len();
                return self.emit(Token::CharacterTokens(resolved));
            }
            if plain > 0 {
                self.characters(self.at + plain);
            }
            if plain < text.len() {
                self.leave_to_tokenizer();
            }
        } else if !self.read_plain_tag() {
            self.leave_to_tokenizer();
        }
    }

    /// Reads the tag that begins here, if it is plain, and the raw text behind it.
    fn read_plain_tag(&mut self) -> bool {
        let Some((tag, end)) = self.plain_tag(self.at) else { return false };
        if tag.kind == TagKind::EndTag || !may_hold_raw_text(&tag.name) {
            self.at = end;
            self.emit(Token::TagToken(tag));
            return true;
        }
        // The tokenizer must see a start tag to know the end of what it begins. It need not, where that end is plain too.
        let name = tag.name.clone();
        if self.ahead == 0 {
            return false;
        }
        let close = closing(self.bytes, name.as_bytes(), end);
        self.ahead = self.ahead.saturating_sub(close.unwrap_or(self.bytes.len()) - end);
        let Some(close) = close else { return false };
        let Some((end_tag, after)) = self.plain_tag(close) else { return false };
        if !is_plain_raw_text(&name, &self.bytes[end..close]) {
            return false;
        }
        self.at = end;
        self.emit(Token::TagToken(tag));
        // Within drawings and formulas, it holds markup as others do.
        if self.tokenizer.sink.raw_text().is_some() {
            if close > end {
                self.characters(close);
            }
            self.at = after;
            self.emit(Token::TagToken(end_tag));
        }
        true
    }

    /// Makes what stands before `end` one token of text.
    fn characters(&mut self, end: usize) {
        let text = self.slice(self.at, end);
        self.at = end;
        self.emit(Token::CharacterTokens(text));
    }

    fn slice(&self, start: usize, end: usize) -> StrTendril {
        self.page.subtendril(start as u32, (end - start) as u32)
    }

    /// Hands a token to the tree builder. That it may ask for raw text in return, the guard notes.
    fn emit(&self, token: Token) {
        let _: TokenSinkResult<_> = self.tokenizer.sink.process_token(token, 1);
    }

    /// The tag that begins with the `<` at `at` and where it ends, if it is plain.
    fn plain_tag(&mut self, at: usize) -> Option<(Tag, usize)> {
        let is_end = self.byte(at + 1)? == b'/';
        let start = at + 1 + usize::from(is_end);
        let mut at = self.name_end(start)?;
        let mut tag = Tag {
            kind: if is_end { TagKind::EndTag } else { TagKind::StartTag },
            name: self.names.get(&self.text[start..at], LocalName::from),
            self_closing: false,
            attrs: Vec::new(),
            had_duplicate_attributes: false,
        };
        loop {
            at = self.skip_spaces(at);
            match self.byte(at)? {
                b'>' => return Some((tag, at + 1)),
                b'/' if self.byte(at + 1)? == b'>' => {
                    tag.self_closing = true;
                    return Some((tag, at + 2));
                }
                _ => at = self.plain_attribute(at, &mut tag)?,
            }
        }
    }

    /// Reads the attribute at `at` into `tag`; answers where it ends.
    fn plain_attribute(&mut self, start: usize, tag: &mut Tag) -> Option<usize> {
        let mut at = self.name_end(start)?;
        let name = self.names.get(&self.text[start..at], LocalName::from);
        let mut value = StrTendril::new();
        if self.byte(at)? == b'=' {
            let (from, to, end) = match self.byte(at + 1)? {
                quote @ (b'"' | b'\'') => {
                    let from = at + 2;
                    let to = from + memchr(quote, &self.bytes[from..])?;
                    (from, to, to + 1)
                }
                _ => {
                    let from = at + 1;
                    let to = from + VALUE_END.first_in(&self.bytes[from..])?;
                    (from, to, to)
                }
            };
            if from == to && from == end {
                return None;
            }
            value = match self.plain_length(from..to) == to - from {
                true => self.slice(from, to),
                false => resolved(&self.text[from..to], TextPlace::Attribute)?,
            };
            at = end;
        } else if self.byte(self.skip_spaces(at))? == b'=' {
            return None;
        }
        if tag.attrs.iter().any(|known| known.name.local == name) {
            tag.had_duplicate_attributes = true;
        } else {
            if tag.attrs.is_empty() {
                tag.attrs = self.tokenizer.sink.tree().sink.take_spare();
            }
            tag.attrs.push(Attribute { name: QualName::new(None, ns!(), name), value });
        }
        Some(at)
    }

    /// How far a text goes without a character reference or NUL. One search answers for many texts.
    fn plain_length(&mut self, text: Range<usize>) -> usize {
        if !(self.plain.start..=self.plain.end).contains(&text.start) {
            let end = memchr2(b'&', 0, &self.bytes[text.start..]);
            self.plain = text.start..end.map_or(self.bytes.len(), |offset| text.start + offset);
        }
        self.plain.end.min(text.end) - text.start
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Where the name that starts at `start` ends: a letter and what else names are made of, in lower case.
    fn name_end(&self, start: usize) -> Option<usize> {
        let name = self.bytes.get(start..)?;
        let length = NO_PLAIN_NAME.first_in(name)?;
        let ends = matches!(name[length], b'>' | b'/' | b'=') || is_space(name[length]);
        (name[0].is_ascii_lowercase() && ends).then_some(start + length)
    }

    fn skip_spaces(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + NO_SPACE.first_in(rest).unwrap_or(rest.len())
    }

    /// Gives the tokenizer what stands here: text, if any, and the markup behind it, to the end of that.
    fn leave_to_tokenizer(&mut self) {
        let mut at = self.at;
        loop {
            let Some(offset) = memchr(b'<', &self.bytes[at..]) else { return self.feed(self.bytes.len()) };
            at += offset + 1;
            let rest = &self.bytes[at..];
            let is =
                |start: &[u8]| rest.len() >= start.len() && rest[..start.len()].eq_ignore_ascii_case(start);
            match rest {
                [b'/', letter, ..] | [letter, ..] if letter.is_ascii_alphabetic() => {
                    self.feed(end_of_tag(self.bytes, at));
                    return self.read_raw_text();
                }
                // Comments that are still here have no end, and whether `<![CDATA[` has one depends on the tree.
                _ if is(b"!--") || is(b"![cdata[") => return self.feed(self.bytes.len()),
                [b'!' | b'?' | b'/', ..] => {
                    let end = memchr(b'>', rest).map_or(self.bytes.len(), |offset| at + offset + 1);
                    return self.feed(end);
                }
                // No markup, and the text goes on.
                _ => {}
            }
        }
    }

    /// Feeds the page up to `end` to the tokenizer, in pieces, as long as the tree isn't full.
    fn feed(&mut self, end: usize) {
        while self.at < end {
            let mut most = end.min(self.at + guard::CHUNK);
            while !self.page.is_char_boundary(most) {
                most += 1;
            }
            self.queue.push_back(self.slice(self.at, most));
            self.at = most;
            while let TokenizerResult::Script(_) | TokenizerResult::EncodingIndicator(_) =
                self.tokenizer.feed(&self.queue)
            {}
            if self.is_full() {
                return;
            }
        }
    }

    /// Reads on, as long as the tree builder wants text in which nothing is markup but the end tag.
    fn read_raw_text(&mut self) {
        let start = self.at;
        let mut is_commented = false;
        while let Some(name) = self.tokenizer.sink.raw_text() {
            let Some(close) = closing(self.bytes, name.as_bytes(), self.at) else {
                return self.feed(self.bytes.len());
            };
            // A comment in script data can hide the end tag. The tokenizer knows.
            is_commented |= has_comment(&self.bytes[start.max(self.at.saturating_sub(3))..close]);
            if is_commented && self.bytes[close + 2 + name.len()] != b'>' {
                return self.feed(self.bytes.len());
            }
            if start == self.at && close > start && is_plain_raw_text(&name, &self.bytes[start..close]) {
                self.characters(close);
            }
            self.feed(end_of_tag(self.bytes, close + 2));
        }
    }
}

/// Whether raw text is nothing but its characters.
fn is_plain_raw_text(element: &LocalName, text: &[u8]) -> bool {
    let is_plain = match *element {
        local_name!("title") | local_name!("textarea") => memchr(b'&', text).is_none(),
        local_name!("plaintext") => false,
        _ => true,
    };
    is_plain && memchr(0, text).is_none() && !has_comment(text)
}

fn has_comment(text: &[u8]) -> bool {
    memmem::find(text, b"<!--").is_some()
}

/// Where the end tag `</name` stands, from `from` on.
fn closing(bytes: &[u8], name: &[u8], from: usize) -> Option<usize> {
    let is_it = |at: &usize| {
        let rest = &bytes[at + 2..];
        let ends = |byte: &u8| is_space(*byte) || matches!(byte, b'/' | b'>');
        rest.len() > name.len() && rest[..name.len()].eq_ignore_ascii_case(name) && ends(&rest[name.len()])
    };
    memmem::find_iter(&bytes[from..], b"</").map(|at| from + at).find(is_it)
}

/// Where the tag ends whose name begins at `name`: behind the first `>` that is in no quoted value.
fn end_of_tag(bytes: &[u8], name: usize) -> usize {
    let skip = |from: usize, stop: &dyn Fn(u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| stop(*byte)).unwrap_or(rest.len())
    };
    let mut at = skip(name, &|byte| is_space(byte) || matches!(byte, b'/' | b'>'));
    loop {
        at = skip(at, &|byte| !is_space(byte) && byte != b'/');
        match bytes.get(at) {
            None => return bytes.len(),
            Some(b'>') => return at + 1,
            Some(_) => {}
        }
        at = skip(at + 1, &|byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='));
        let equals = skip(at, &|byte| !is_space(byte));
        if bytes.get(equals) != Some(&b'=') {
            continue;
        }
        at = skip(equals + 1, &|byte| !is_space(byte));
        at = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let close = memchr(*quote, &bytes[at + 1..]);
                close.map_or(bytes.len(), |offset| at + 1 + offset + 1)
            }
            _ => skip(at, &|byte| is_space(byte) || byte == b'>'),
        };
    }
}

/// Where character references stand: behind one that has no end, other rules hold in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextPlace {
    Content,
    Attribute,
}

/// The references that nearly all others are, and what they stand for.
const REFERENCES: [(&str, char); 14] = [
    ("amp", '&'),
    ("quot", '"'),
    ("nbsp", '\u{a0}'),
    ("lt", '<'),
    ("gt", '>'),
    ("apos", '\''),
    ("rsquo", '’'),
    ("lsquo", '‘'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("laquo", '«'),
    ("raquo", '»'),
];

/// A text with its character references resolved; `None` where one is none of the plain ones (HTML standard, section 13.2.5.72).
fn resolved(text: &str, place: TextPlace) -> Option<StrTendril> {
    if memchr(0, text.as_bytes()).is_some() {
        return None;
    }
    let mut pieces = text.split('&');
    let mut resolved = StrTendril::from_slice(pieces.next()?);
    for piece in pieces {
        let is_in_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'#';
        let end = piece.bytes().position(|byte| !is_in_name(byte));
        let (name, rest) = piece.split_at(end.unwrap_or(piece.len()));
        match rest.strip_prefix(';') {
            Some(rest) if !name.is_empty() => {
                resolved.push_char(referred(name)?);
                resolved.push_slice(rest);
            }
            // "a & b", and the parameters of an address.
            _ if name.is_empty() && end.is_some()
                || place == TextPlace::Attribute && rest.starts_with('=') && !name.contains('#') =>
            {
                resolved.push_char('&');
                resolved.push_slice(piece);
            }
            _ => return None,
        }
    }
    Some(resolved)
}

/// What a reference stands for: one of [`REFERENCES`], or a number of a character that is seen.
fn referred(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return REFERENCES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
    };
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    let is_plain = |number: &u32| matches!(number, 0x20..=0x7e | 0xa0..=0xd7ff | 0xe000..=0xfdcf);
    number.ok().filter(is_plain).and_then(char::from_u32)
}

fn is_space(byte: u8) -> bool {
    SPACE.has(byte)
}

/// What ends a value without quotes, and what stands in no plain name.
static VALUE_END: ByteSet = ByteSet::of(SPACES).with(b">");
static NO_PLAIN_NAME: ByteSet = ByteSet::of(b"abcdefghijklmnopqrstuvwxyz0123456789-_:.").others();

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dom::Node;

    /// The page as html5ever's own tokenizer makes it.
    fn by_tokenizer(html: &str) -> Document {
        let page = StrTendril::from_slice(html);
        let mut reader = PageReader::new(&page);
        reader.feed(page.len());
        reader.finish()
    }

    fn outline(document: &Document) -> Vec<String> {
        let line = |node: Node<'_>| {
            let attributes: Vec<_> = node.attrs().collect();
            format!("{} {node:?} {attributes:?}", node.ancestors().count())
        };
        document.root().descendants().map(line).collect()
    }

    fn assert_same(html: &str) {
        let ours = outline(&read(&StrTendril::from_slice(html)));
        assert_eq!(ours, outline(&by_tokenizer(html)), "{html}");
    }

    #[test]
    fn plain_pages_are_read_as_the_tokenizer_reads_them() {
        for html in [
            "<!DOCTYPE html><html lang=en><head><title>Ferry &amp; port</title></head><body class='a b'>text</body></html>",
            "\u{feff}<p>one<p id=x hidden>two <b>three</b></p><br/><img src=\"/a b\" alt=''>",
            "<p a=1 a=2 b = c d= e>x<P CLASS=X>y</P ><div\n\tid='q'\n>z</div x=y>",
            "<p>R&uuml;ckkehr &am <b>a&ltb</b> &#x41;&<i>c</i>&amp",
            "a & b &amp &#x; &#; &amp;lt; &#55296; &#65534; &ampere; &nbsp;&#160;&mdash;&copy; &#+39;",
            "<a href='?a=1&amp;b=2&#38;c&d'>l</a><a title='&notit; &quot;x&quot; &'>m</a><a title='&#=;&=&amp=&amp;='>n</a>",
            "<a href='?a=1&amp#b=2&copy#c'>k</a><a href='?a=1&b=2&copy=3'>l</a><a href=x/>m</a><a href=>n</a><a href=\"\">o</a><a =b>p",
        ] {
            assert_same(html);
        }
    }

    #[test]
    fn raw_text_ends_where_the_tokenizer_says() {
        for html in [
            "<script>if (a < b && c) { d('</p>') }</script><p>x",
            "<script><!-- <script> </script> --></script><p>x",
            "<script><!-- <script> </script a='--></script>'><p>x",
            "<SCRIPT>a</sCript \n b='>'>x<style>p > a {}</styles></style>y",
            "<textarea>\n<p>&amp;</textarea><title>a</title ><xmp>&amp;<b></xmp>z",
            "<svg><title><b>x</b></title><script>1<2</script></svg><p>y",
            "<noscript><p>a</p></noscript><iframe src=x><b></iframe><plaintext><p></plaintext>",
            "<script>never </scripted ends",
            "<svg><title><i>a</title><style>b</style></svg><title>c</title><textarea></textarea>d",
            "<select><textarea>a</textarea></select><noframes>b</noframes><frameset><noframes>c</noframes>",
        ] {
            assert_same(html);
        }
    }

    #[test]
    fn what_is_no_tag_is_text_or_nothing() {
        for html in [
            "a < b <3 <<i>c</i>",
            "a</>b</ x>c<?php >d",
            "a<!x>b<![if IE]>c<![CDATA[d]]>e<!-- f",
            "<",
            "</",
            "a<b",
        ] {
            assert_same(html);
        }
    }

    proptest! {
        #[test]
        fn whatever_the_page_the_tree_is_the_tokenizers(pieces in prop::collection::vec(prop::sample::select(vec![
            "<p>", "</p>", "<p class=a>", "<div id='b' hidden>", "</div>", "<b>", "</b>", "<table>", "<tr>", "<td>", "</table>",
            "<script>", "</script>", "<script type=x>", "<!--", "-->", "<title>", "</title>", "<textarea>", "</textarea>",
            "<svg>", "</svg>", "<math>", "<select>", "<option>", "</select>", "<br/>", "<br / >", "<a href=\"x\">", "</a>", "<a href='?a&amp;b'>",
            "&amp;", "&am", "&", ";", "&nbsp;", "&#39;", "&#x2019;", "&#0;", "&#128;", "&notit;", "&lt", "<a href='/?a&b=c&copy=d&quot;'>", "#", "<", ">", "/", "=", "\"", "'", " ", "\n", "x", "text ", "\u{0}", "界", "<![CDATA[", "]]>", "<!doctype html>",
            "<pre>", "<A HREF=y>", "<p\n", "a=1", "<body c=d>", "</body>", "<template>", "</template>", "<plaintext>", "<noscript>", "</noscript>",
        ]), 0..40)) {
            assert_same(&pieces.concat());
        }
    }
}
