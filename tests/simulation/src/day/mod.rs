//! A day of a small web of our own making: the stories of `tests/fixtures/day/stories.toml`, told by many sites in the shapes,
//! formats and charsets of the field, among pages that are hostile or broken. [`record()`] has the real engine live through it
//! and records what passes.

mod feeds;
mod hostile;
mod read;
mod record;
mod shapes;

use std::{path::Path, time::Duration};

use bytes::Bytes;
use dateline_fetcher::{
    Clock,
    transport::{Request, Response, Transport, TransportError},
};
use encoding_rs::Encoding;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use feeds::{FeedFormat, Listed};
use shapes::Shape;

pub use read::readable;
pub use record::record;

/// When the day begins.
pub const MORNING: &str = "2026-03-02T06:00:00Z";
/// How long it lasts.
pub const DAY: Duration = Duration::from_secs(24 * 3600);

/// A story, whoever tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct Story {
    id: String,
    language: String,
    title: String,
    author: String,
    published: Timestamp,
    /// What a person says about it.
    pub relevant: bool,
    paragraphs: Vec<String>,
}

impl Story {
    /// The paragraph that joins it when it is edited.
    fn closing(&self) -> &'static str {
        match self.language.as_str() {
            "ru" => "Текст дополнен: стороны подтвердили сказанное.",
            "ko" => "양측이 이를 확인했다는 내용을 추가했다.",
            _ => "This report was updated to add that both sides have confirmed it.",
        }
    }
}

/// The file of stories.
#[derive(Debug, Deserialize)]
struct Stories {
    story: Vec<Story>,
}

/// A site: one feed and the pages it announces.
#[derive(Debug)]
struct Site {
    host: &'static str,
    feed: &'static str,
    format: FeedFormat,
    shape: Shape,
    charset: &'static str,
    /// Which stories it tells.
    stories: &'static [&'static str],
    /// How many minutes after the wire.
    later: i64,
    /// What happens to its feed.
    fate: Fate,
}

/// What happens to a feed in the course of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nothing.
    Steady,
    /// It is overloaded until noon.
    BusyTill12,
    /// It has moved for good.
    Moved,
    /// It is gone.
    Gone,
    /// It refuses connections now and then.
    Flaky,
    /// It lists the hostile pages.
    Hostile,
}

const EN: &[&str] = &["rail-link", "timber", "library", "passing-mention", "missile-test", "shipment"];
const RU: &[&str] = &["poezd", "vizit", "biblioteka", "gruz", "sudno"];
const UK: &[&str] = &["robitnyky", "snaryady", "muzei"];
const KO: &[&str] = &["cheoldo", "daepyodan", "doseogwan", "nodong"];
const ZH: &[&str] = &["tielu", "youlun", "tushuguan"];
const JA: &[&str] = &["ressha", "houbun", "toshokan"];

/// A site with nothing unusual about it.
const fn site(
    host: &'static str,
    feed: &'static str,
    format: FeedFormat,
    shape: Shape,
    stories: &'static [&'static str],
) -> Site {
    Site { host, feed, format, shape, charset: "utf-8", stories, later: 0, fate: Fate::Steady }
}

const SITES: [Site; 17] = [
    site("wire.example", "/en.xml", FeedFormat::Rss, Shape::Wire, EN),
    Site { charset: "windows-1251", ..site("vest.example", "/rss", FeedFormat::Atom, Shape::Wire, RU) },
    site("dzvin.example", "/feed", FeedFormat::Rss, Shape::Wire, UK),
    Site { charset: "euc-kr", ..site("hangang.example", "/rss.xml", FeedFormat::Rss, Shape::Wire, KO) },
    Site {
        charset: "gb18030",
        ..site("changjiang.example", "/feed.json", FeedFormat::Json, Shape::Wire, ZH)
    },
    Site { charset: "shift_jis", ..site("minato.example", "/index.rdf", FeedFormat::Rdf, Shape::Wire, JA) },
    Site { later: 35, ..site("quick.example", "/feed.xml", FeedFormat::Rss, Shape::Aggregator, EN) },
    Site { later: 70, ..site("notes.example", "/atom.xml", FeedFormat::Atom, Shape::Blog, EN) },
    Site { later: 20, ..site("daily.example", "/rss", FeedFormat::Rss, Shape::Paper, EN) },
    Site {
        later: 25,
        charset: "koi8-r",
        ..site("obzor.example", "/feed", FeedFormat::Rss, Shape::Paper, RU)
    },
    Site { later: 15, ..site("portal.example", "/news.xml", FeedFormat::Rss, Shape::Portal, KO) },
    Site { later: 40, ..site("utsushi.example", "/feed", FeedFormat::Atom, Shape::Portal, JA) },
    Site { later: 50, ..site("oglyad.example", "/rss", FeedFormat::Rss, Shape::Aggregator, UK) },
    Site {
        later: 5,
        fate: Fate::BusyTill12,
        ..site("huibian.example", "/rss", FeedFormat::Rss, Shape::Portal, ZH)
    },
    Site { later: 5, fate: Fate::Moved, ..site("old.example", "/rss", FeedFormat::Rss, Shape::Blog, RU) },
    Site {
        later: 10,
        fate: Fate::Flaky,
        ..site("flaky.example", "/rss", FeedFormat::Atom, Shape::Aggregator, KO)
    },
    Site { fate: Fate::Hostile, ..site("odd.example", "/feed.xml", FeedFormat::Rss, Shape::Wire, &[]) },
];
/// A feed that nobody keeps any more.
const GONE: Site =
    Site { fate: Fate::Gone, ..site("gone.example", "/rss", FeedFormat::Rss, Shape::Wire, &[]) };
/// The story that sites edit, and how long after they first told it.
const EDITED: [&str; 3] = ["rail-link", "gruz", "daepyodan"];
const EDITED_AFTER: SignedDuration = SignedDuration::from_hours(3);

/// The page that its site edits without a word in its feed, and how long after it was told.
const QUIETLY_EDITED: (&str, &str) = ("daily.example", "timber");
const QUIETLY_EDITED_AFTER: SignedDuration = SignedDuration::from_hours(2);
/// The page that its site takes down, and how long after it was told.
const WITHDRAWN: (&str, &str) = ("notes.example", "shipment");
const WITHDRAWN_AFTER: SignedDuration = SignedDuration::from_hours(3);

/// What a site answers.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    fields: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Answer {
    fn new(status: u16, media_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, fields: vec![("content-type", media_type.to_owned())], body: body.into() }
    }

    fn html(charset: &str, body: Vec<u8>) -> Self {
        Self::new(200, &format!("text/html; charset={charset}"), body)
    }

    fn redirect(target: &str) -> Self {
        Self { status: 301, fields: vec![("location", target.to_owned())], body: Bytes::new() }
    }
}

/// The sites of the day, as a transport.
#[derive(Debug)]
pub struct Day {
    stories: Vec<Story>,
    clock: Clock,
}

impl Day {
    /// The day told by the stories in the file at `path`, beginning now by `clock`.
    ///
    /// # Errors
    /// If the file can't be read or holds something else.
    pub fn open(path: &Path, clock: Clock) -> std::io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        let stories: Stories = toml::from_str(&text).map_err(std::io::Error::other)?;
        Ok(Self { stories: stories.story, clock })
    }

    /// The addresses of all feeds.
    pub fn feeds() -> Vec<String> {
        SITES.iter().chain([&GONE]).map(|site| format!("https://{}{}", site.host, site.feed)).collect()
    }

    fn story(&self, id: &str) -> Option<&Story> {
        self.stories.iter().find(|story| story.id == id)
    }

    fn answer(&self, request: &Request, now: Timestamp) -> Result<Answer, TransportError> {
        let not_found = Answer { status: 404, ..Answer::html("utf-8", b"<h1>Not found</h1>".to_vec()) };
        let host = request.url.host_str().unwrap_or_default();
        let path = request.url.path();
        let moved = SITES.iter().find(|site| host == format!("new.{}", site.host));
        let Some(site) = SITES.iter().chain([&GONE]).find(|site| site.host == host).or(moved) else {
            return Ok(not_found);
        };
        if path == "/robots.txt" {
            return Ok(Answer::new(200, "text/plain", "User-agent: *\nDisallow: /admin/\n"));
        }
        if path == site.feed {
            return self.feed(site, moved.is_some(), now);
        }
        let name = path.trim_start_matches('/').trim_end_matches(".html");
        if site.fate == Fate::Hostile {
            return hostile::page(name);
        }
        let Some(story) = self.story(name).filter(|story| site.stories.contains(&story.id.as_str())) else {
            return Ok(not_found);
        };
        let page = (site.host, story.id.as_str());
        let age = now.duration_since(told_at(site, story));
        if page == WITHDRAWN && age >= WITHDRAWN_AFTER {
            return Ok(Answer { status: 410, ..not_found });
        }
        let edited = is_edited(site, story, now) || page == QUIETLY_EDITED && age >= QUIETLY_EDITED_AFTER;
        let others: Vec<&Story> = site
            .stories
            .iter()
            .filter(|id| **id != story.id)
            .filter_map(|id| self.story(id))
            .take(3)
            .collect();
        let html = shapes::page(site.shape, site.charset, story, &others, edited);
        let encoding = Encoding::for_label(site.charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        let (bytes, _, _) = encoding.encode(&html);
        Ok(Answer::html(site.charset, bytes.into_owned()))
    }

    fn feed(&self, site: &Site, at_new_address: bool, now: Timestamp) -> Result<Answer, TransportError> {
        use dateline_fetcher::transport::FailureKind;
        let hour = now.to_zoned(jiff::tz::TimeZone::UTC).hour();
        match site.fate {
            Fate::Gone => return Ok(Answer { status: 410, ..Answer::html("utf-8", Vec::new()) }),
            Fate::BusyTill12 if hour < 12 => {
                let mut answer = Answer { status: 503, ..Answer::html("utf-8", Vec::new()) };
                answer.fields.push(("retry-after", "3600".to_owned()));
                return Ok(answer);
            }
            Fate::Moved if !at_new_address => {
                return Ok(Answer::redirect(&format!("https://new.{}{}", site.host, site.feed)));
            }
            Fate::Flaky if hour % 3 == 0 => {
                return Err(TransportError::new(FailureKind::Connect, "connection refused"));
            }
            _ => {}
        }
        let odd: Vec<Story> = match site.fate {
            Fate::Hostile => hostile::NAMES.iter().map(|name| odd_story(name)).collect(),
            _ => Vec::new(),
        };
        let told = site.stories.iter().filter_map(|id| self.story(id)).chain(&odd);
        let mut entries: Vec<Listed<'_>> = told
            .filter(|story| told_at(site, story) <= now)
            .map(|story| Listed {
                story,
                title: match is_edited(site, story, now) {
                    true => format!("{} (updated)", story.title),
                    false => story.title.clone(),
                },
                link: format!("https://{}/{}.html", site.host, story.id),
                at: told_at(site, story),
            })
            .collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        let url = format!("https://{}{}", site.host, site.feed);
        Ok(Answer::new(200, site.format.media_type(), site.format.write(&url, &entries)))
    }
}

fn told_at(site: &Site, story: &Story) -> Timestamp {
    story.published.checked_add(SignedDuration::from_mins(site.later)).unwrap_or(story.published)
}

fn is_edited(site: &Site, story: &Story, now: Timestamp) -> bool {
    EDITED.contains(&story.id.as_str()) && now.duration_since(told_at(site, story)) >= EDITED_AFTER
}

/// The story that the feed claims a hostile page to hold.
fn odd_story(name: &str) -> Story {
    Story {
        id: name.to_owned(),
        language: "en".to_owned(),
        title: format!("Russia and North Korea: the {name} affair"),
        author: "Nobody".to_owned(),
        published: MORNING.parse().unwrap_or_default(),
        relevant: false,
        paragraphs: vec!["A story that its page doesn't tell.".to_owned()],
    }
}

impl Transport for Day {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let answer = self.answer(&request, self.clock.now());
            // Every host is a little slower or faster than the next, so that answers interleave.
            let host = request.url.host_str().unwrap_or_default();
            let elapsed = Duration::from_millis(40 + 7 * (host.bytes().map(u64::from).sum::<u64>() % 50));
            tokio::time::sleep(elapsed).await;
            let Answer { status, fields, body } = answer?;
            let mut headers: HeaderMap = fields
                .iter()
                .filter_map(|(name, value)| {
                    Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
                })
                .collect();
            let etag = format!(
                "\"{:x}\"",
                body.iter().fold(17_u64, |hash, byte| hash.wrapping_mul(31) ^ u64::from(*byte))
            );
            let unchanged = status == 200
                && request.headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag.as_str());
            headers.insert(
                header::ETAG,
                HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\"")),
            );
            let (status, body) = if unchanged { (304, Bytes::new()) } else { (status, body) };
            Ok(Response {
                status,
                headers,
                body,
                received_at: self.clock.now(),
                head_after: Duration::ZERO,
                elapsed,
                record_id: None,
            })
        })
    }
}
