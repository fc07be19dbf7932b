//! What kind of page it is: an article, or one of the things that come in its place.

use dateline_wire::{Body, PageKind, ParagraphKind};

use super::cue::Cue;
use super::marks::Mark;
use super::run::Layout;
use crate::dom::{Document, local_name};
use crate::letter;

/// Length from which a body is an article whatever else stands on the page, in letters.
const ARTICLE: u32 = 600;

/// Length below which a page has nothing to say.
const NOTHING: u32 = 60;

/// Phrases of walls and of pages that are not there, in lower case. They count only on pages with little other text.
const WALLS: &[(&str, PageKind)] = &[
    ("are you a robot", PageKind::BotWall),
    ("you are human", PageKind::BotWall),
    ("you are a human", PageKind::BotWall),
    ("verify you are", PageKind::BotWall),
    ("unusual traffic", PageKind::BotWall),
    ("checking your browser", PageKind::BotWall),
    ("just a moment", PageKind::BotWall),
    ("security check", PageKind::BotWall),
    ("access denied", PageKind::BotWall),
    ("captcha", PageKind::BotWall),
    ("enable javascript", PageKind::BotWall),
    ("вы не робот", PageKind::BotWall),
    ("로봇이 아닙니다", PageKind::BotWall),
    ("ロボットではありません", PageKind::BotWall),
    ("we value your privacy", PageKind::CookieWall),
    ("before you continue", PageKind::CookieWall),
    ("accept all cookies", PageKind::CookieWall),
    ("use cookies", PageKind::CookieWall),
    ("uses cookies", PageKind::CookieWall),
    ("cookies akzeptieren", PageKind::CookieWall),
    ("accepter les cookies", PageKind::CookieWall),
    ("page not found", PageKind::NotFound),
    ("page can't be found", PageKind::NotFound),
    ("page cannot be found", PageKind::NotFound),
    ("page you requested", PageKind::NotFound),
    ("page you are looking for", PageKind::NotFound),
    ("page you're looking for", PageKind::NotFound),
    ("404 not found", PageKind::NotFound),
    ("error 404", PageKind::NotFound),
    ("страница не найдена", PageKind::NotFound),
    ("сторінку не знайдено", PageKind::NotFound),
    ("페이지를 찾을 수 없습니다", PageKind::NotFound),
    ("ページが見つかりません", PageKind::NotFound),
    ("页面不存在", PageKind::NotFound),
    ("找不到頁面", PageKind::NotFound),
];

/// Decides from the body found and from what else stands on the page.
pub(super) fn of(document: &Document, layout: &Layout, body: &Body) -> PageKind {
    // Beyond the length of an article, how long it is makes no difference.
    let letters = body.text.chars().filter(|c| letter::is_alphanumeric(*c));
    let length = letters.take(ARTICLE as usize).count() as u32;
    let letters: u32 = layout.runs.iter().map(|run| run.letters).sum();
    if length < ARTICLE && letters < 4 * ARTICLE {
        if let Some(wall) = wall(document, layout) {
            return wall;
        }
        if length < ARTICLE / 2 && asks_for_password(document) {
            return PageKind::Login;
        }
    }
    if length >= NOTHING && is_live_blog(layout, body) {
        return PageKind::LiveBlog;
    }
    if length >= ARTICLE {
        return PageKind::Article;
    }
    if length < ARTICLE && is_paywalled(layout) {
        return PageKind::PaywalledTeaser;
    }
    let linked: f32 =
        layout.runs.iter().filter(|run| run.linked > 0.8 && run.units >= 25.0).map(|run| run.units).sum();
    if length < ARTICLE / 2 {
        let media = |mark: Mark| layout.areas.iter().filter(|area| area.marks.has(mark)).count();
        let pictures = document.elements(local_name!("figure")).count();
        match () {
            () if document.elements(local_name!("video")).next().is_some() => return PageKind::Video,
            () if pictures >= 8 && media(Mark::Media) >= 4 => return PageKind::Gallery,
            () if linked > 4.0 * length.max(NOTHING) as f32 && h1_is_missing_or_short(layout) => {
                return PageKind::Index;
            }
            () => {}
        }
    }
    if length < NOTHING { PageKind::Empty } else { PageKind::Article }
}

/// The wall that title or text of a nearly empty page speaks of.
fn wall(document: &Document, layout: &Layout) -> Option<PageKind> {
    let title =
        document.elements(local_name!("title")).next().map(|node| node.text_content()).unwrap_or_default();
    let text = format!("{title}\n{}", layout.text).to_lowercase();
    let text = text.replace('\u{2019}', "'");
    WALLS.iter().find(|(phrase, _)| text.contains(phrase)).map(|(_, kind)| *kind)
}

fn asks_for_password(document: &Document) -> bool {
    document.elements(local_name!("input")).any(|node| node.attr("type") == Some("password"))
}

/// Whether something on a page with a short body asks for money to read on.
fn is_paywalled(layout: &Layout) -> bool {
    layout.runs.iter().any(|run| {
        run.cues.has(Cue::Paywall)
            && run.marks.union(layout.areas[run.area as usize].marks_above).has(Mark::Paywall)
    })
}

/// A running log: many headings or times in the body, each over few lines, or a box that calls itself live.
fn is_live_blog(layout: &Layout, body: &Body) -> bool {
    let headings = body.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Heading).count();
    let times = || layout.runs.iter().filter(|run| is_time_of_day(layout.str(run))).count();
    let is_enough = |times: usize| times >= 8 && (headings >= 5 || times * 4 >= body.paragraphs.len());
    body.paragraphs.len() >= 12 && is_enough(times())
}

/// `14:05`, `09.30`, with at most a word beside it.
fn is_time_of_day(text: &str) -> bool {
    if text.len() > 16 {
        return false;
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_number =
        |part: &str| matches!(part.len(), 1..=2) && part.bytes().all(|byte| byte.is_ascii_digit());
    first.split_once([':', '.']).is_some_and(|(hour, minute)| is_number(hour) && is_number(minute))
}

/// A front or section page has no headline, or one of a word or two.
fn h1_is_missing_or_short(layout: &Layout) -> bool {
    layout.runs.iter().find(|run| run.heading == 1).is_none_or(|run| run.units < 30.0)
}
