//! Walls, and pages that are not there: what comes in place of an article and says so.
//!
//! The words for it occur in articles, too, and in the small print of pages. So they count where a wall says them: as the
//! title or a heading, or in what the page says first; a phrase in the midst of a story makes no wall.

use dateline_wire::PageKind;

use super::marks::Separation;
use super::run::{Layout, Run};
use crate::dom::{Document, local_name};

/// Length up to which a line can be what a wall says, in units.
const LINE: f32 = 160.0;

/// Text beside the words of the wall from which a page is more than a wall, in units.
const MORE: f32 = 60.0;

/// Phrases of walls and of pages that are not there, in lower case.
const WALLS: &[(&str, PageKind)] = &[
    ("are you a robot", PageKind::BotWall),
    ("you are human", PageKind::BotWall),
    ("you're human", PageKind::BotWall),
    ("you are a human", PageKind::BotWall),
    ("you're a human", PageKind::BotWall),
    ("you are not a robot", PageKind::BotWall),
    ("you're not a robot", PageKind::BotWall),
    ("verify you are", PageKind::BotWall),
    ("unusual traffic", PageKind::BotWall),
    ("checking your browser", PageKind::BotWall),
    ("just a moment", PageKind::BotWall),
    ("attention required", PageKind::BotWall),
    ("pardon our interruption", PageKind::BotWall),
    ("robot check", PageKind::BotWall),
    ("security check", PageKind::BotWall),
    ("access denied", PageKind::BotWall),
    ("access to this page has been denied", PageKind::BotWall),
    ("403 forbidden", PageKind::BotWall),
    ("captcha", PageKind::BotWall),
    ("enable javascript", PageKind::BotWall),
    ("вы не робот", PageKind::BotWall),
    ("ви не робот", PageKind::BotWall),
    ("проверка браузера", PageKind::BotWall),
    ("доступ ограничен", PageKind::BotWall),
    ("로봇이 아닙니다", PageKind::BotWall),
    ("ロボットではありません", PageKind::BotWall),
    ("安全验证", PageKind::BotWall),
    ("人机验证", PageKind::BotWall),
    ("we value your privacy", PageKind::CookieWall),
    ("your privacy choices", PageKind::CookieWall),
    ("before you continue", PageKind::CookieWall),
    ("accept all cookies", PageKind::CookieWall),
    ("use cookies", PageKind::CookieWall),
    ("uses cookies", PageKind::CookieWall),
    ("cookies akzeptieren", PageKind::CookieWall),
    ("accepter les cookies", PageKind::CookieWall),
    ("page not found", PageKind::NotFound),
    ("page can't be found", PageKind::NotFound),
    ("page cannot be found", PageKind::NotFound),
    ("page could not be found", PageKind::NotFound),
    ("page you requested", PageKind::NotFound),
    ("page you are looking for", PageKind::NotFound),
    ("page you're looking for", PageKind::NotFound),
    ("article not found", PageKind::NotFound),
    ("404 not found", PageKind::NotFound),
    ("error 404", PageKind::NotFound),
    ("404 error", PageKind::NotFound),
    ("страница не найдена", PageKind::NotFound),
    ("сторінку не знайдено", PageKind::NotFound),
    ("페이지를 찾을 수 없습니다", PageKind::NotFound),
    ("ページが見つかりません", PageKind::NotFound),
    ("页面不存在", PageKind::NotFound),
    ("找不到頁面", PageKind::NotFound),
];

/// The wall that a page with little text is, by its title, its headings and what it says first. `kept` are the runs of its body.
pub(super) fn of(document: &Document, layout: &Layout, kept: &[bool]) -> Option<PageKind> {
    let title = document.elements(local_name!("title")).next().map(|node| node.text_content());
    let says_title =
        || title.as_deref().unwrap_or_default().split(['|', '–', '—', '·', '-']).find_map(is_all);
    let runs = || layout.runs.iter().zip(kept);
    let heading = || runs().filter(|(run, _)| run.heading > 0).find_map(|(run, _)| is_all(layout.str(run)));
    if let Some(kind) = says_title().or_else(heading) {
        return Some(kind);
    }
    let body = || runs().filter(|(_, kept)| **kept).map(|(run, _)| run);
    let is_consent = |run: &Run| {
        let marks = layout.marks_around(run);
        marks.is(Separation::Consent) || marks.is(Separation::Cookie)
    };
    if body().next().is_some() && body().all(is_consent) {
        return Some(PageKind::CookieWall);
    }
    // Where there is a text of its own, the line is about something beside it.
    let own: f32 = body().filter(|run| phrase(layout.str(run)).is_none()).map(|run| run.units).sum();
    let is_said_first = |run: &Run| run.units <= LINE && run.linked < 0.5 && !is_framed(layout, run);
    let first =
        || layout.runs.iter().filter(|run| is_said_first(run)).find_map(|run| phrase(layout.str(run)));
    let begins = body().next().and_then(|run| phrase(layout.str(run)));
    match own < MORE {
        true => begins.or_else(first).map(|(_, kind)| kind),
        false => begins.filter(|_| !has_headline(layout)).map(|(_, kind)| kind),
    }
}

fn has_headline(layout: &Layout) -> bool {
    layout.runs.iter().any(|run| run.heading > 0)
}

/// Whether a run stands at the page's edge: what is said there is said of the site.
fn is_framed(layout: &Layout, run: &Run) -> bool {
    use super::area::Tag;
    layout.around(run.area).any(|area| matches!(layout.areas[area as usize].tag, Tag::Footer | Tag::Nav))
}

/// The wall that a line is about: the phrase is the greater part of it.
fn is_all(line: &str) -> Option<PageKind> {
    let line = line.trim();
    phrase(line).filter(|(phrase, _)| phrase.len() * 2 >= line.len()).map(|(_, kind)| kind)
}

fn phrase(line: &str) -> Option<(&'static str, PageKind)> {
    let line = line.to_lowercase().replace('\u{2019}', "'");
    WALLS.iter().find(|(phrase, _)| line.contains(phrase)).copied()
}
