//! What reading bytes and words needs, written once for feeds and pages.
//!
//! In the order in which data passes: bytes become text in their [`charset`]; the text is cut at its tags ([`markup`]); the
//! character references in it are resolved ([`mod@reference`]); and what it names is read: a moment ([`date`]), a [`language`] by
//! its tag; whom a line credits ([`mod@credit`]). [`json`] mends what is written next to markup and broken as often. [`media`] tells
//! what is no text at all; [`cut`] takes the beginning or the end of one. Everything here is a function of its arguments, never fails
//! on what strangers write, and looks at each byte a bounded number of times. What a feed or a page is, this crate doesn't know.
//!
//! ```
//! use dateline_text::charset::{self, Markup};
//! use dateline_text::markup::{MarkupScanner, MarkupToken};
//! use dateline_text::{date, language, reference};
//!
//! let bytes = b"<meta charset=windows-1251><html lang='ru-RU'><h1>\xcf\xee\xf0\xf2 &laquo;\xde\xe3&raquo;</h1>";
//! let text = charset::decode(bytes, Some("text/html"), Markup::Html).text;
//!
//! let mut heading = String::new();
//! let mut said = None;
//! for token in MarkupScanner::new(&text) {
//!     match token {
//!         MarkupToken::Open(tag) if tag.name == "html" => said = tag.attribute("lang"),
//!         MarkupToken::Text(text) => heading.push_str(&reference::resolve(text)),
//!         _ => {}
//!     }
//! }
//! assert_eq!(heading, "Порт «Юг»");
//! assert_eq!(date::read("18 июня 2025, 14:05 МСК").map(|date| date.to_string()).as_deref(), Some("2025-06-18T14:05+03:00"));
//! assert_eq!(said.and_then(|said| language::primary(&said)).as_deref(), Some("ru"));
//! ```

pub mod charset;
pub mod credit;
pub mod cut;
pub mod date;
pub mod json;
pub mod language;
pub mod markup;
pub mod media;
pub mod reference;
