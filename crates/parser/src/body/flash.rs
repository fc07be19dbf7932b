//! A flash, an article of a sentence or two, beside longer boxes.
//!
//! A forest takes the longer boxes for the text. So the headline's own box is looked at first: where it holds one to three sentences, and all that
//! was kept stands elsewhere and is said by its markup or its heading to be none of the article's, the flash is kept alone. A lede whose sections
//! stand in boxes of their own looks the same, but for what those boxes say.

use std::collections::HashSet;

use super::area::{Area, AreaId, Tag};
use super::frame::Frame;
use super::list;
use super::marks::MarkupFamily;
use super::neighbour::{self, HEADLINE, MAX_BEHIND, encloses, is_sentence};
use super::run::{Layout, Run};

/// Sentences of a flash, at most.
const MAX_FLASH: usize = 3;

/// Runs of other boxes that are looked at.
const MAX_OTHERS: usize = 40;

/// Sentences in one box beside the article's, or below one heading of other stories, at most: a text of more stands there itself.
const MAX_BESIDE: usize = 3;

/// Paragraphs of the opening of another article, at most, and the length of its headline, at least, in units.
const MAX_OPENING: usize = 2;
const CARD_HEADLINE: f32 = 24.0;

/// Headings of boxes that hold other articles or speak of the paper itself, whole and in lower case.
const OTHERS: &[&str] = &[
    "more",
    "more news",
    "more stories",
    "other news",
    "in other news",
    "latest news",
    "latest",
    "top stories",
    "most read",
    "most popular",
    "about us",
    "mehr",
    "mehr nachrichten",
    "weitere nachrichten",
    "weitere meldungen",
    "weitere artikel",
    "aktuelle nachrichten",
    "meistgelesen",
    "über uns",
    "autres actualités",
    "autres articles",
    "à la une",
    "les plus lus",
    "dernières nouvelles",
    "qui sommes-nous",
    "más noticias",
    "otras noticias",
    "lo más leído",
    "últimas noticias",
    "quiénes somos",
    "mais notícias",
    "outras notícias",
    "mais lidas",
    "quem somos",
    "altre notizie",
    "i più letti",
    "chi siamo",
    "meer nieuws",
    "meest gelezen",
    "over ons",
    "więcej wiadomości",
    "najczęściej czytane",
    "o nas",
    "diğer haberler",
    "hakkımızda",
    "другие новости",
    "ещё новости",
    "последние новости",
    "главные новости",
    "новости по теме",
    "самое читаемое",
    "о нас",
    "о газете",
    "о редакции",
    "інші новини",
    "ще новини",
    "останні новини",
    "головні новини",
    "про нас",
    "про газету",
    "про редакцію",
    "다른 뉴스",
    "다른 기사",
    "주요 뉴스",
    "주요뉴스",
    "최신 뉴스",
    "최신기사",
    "많이 본 뉴스",
    "인기기사",
    "회사소개",
    "회사 소개",
    "신문사 소개",
    "その他のニュース",
    "ほかのニュース",
    "最新ニュース",
    "最新記事",
    "新着記事",
    "人気記事",
    "本紙について",
    "当サイトについて",
    "会社概要",
    "其他新闻",
    "其他新聞",
    "更多新闻",
    "更多新聞",
    "最新新闻",
    "最新新聞",
    "热门新闻",
    "熱門新聞",
    "关于我们",
    "關於我們",
    "关于本报",
    "關於本報",
];

/// Keeps the flash below the headline, and nothing of the boxes beside it, where these are all of others.
pub(super) fn keep(layout: &Layout, frame: &Frame, headline: usize, kept: &mut [bool]) {
    let Some(own) = neighbour::flash_box(layout, headline) else { return };
    let is_own = |run: &Run| encloses(layout, own, run.area);
    let is_flash = |index: &usize| is_own(&layout.runs[*index]) && is_sentence(&layout.runs[*index]);
    let flash: Vec<usize> = (headline + 1..kept.len()).filter(is_flash).take(MAX_FLASH + 1).collect();
    if !(1..=MAX_FLASH).contains(&flash.len()) || layout.runs[headline].linked > 0.5 {
        return;
    }
    let others = (0..kept.len()).filter(|index| kept[*index] && !is_own(&layout.runs[*index]));
    let others: Vec<usize> = others.take(MAX_OTHERS + 1).collect();
    let are_others =
        (1..=MAX_OTHERS).contains(&others.len()) && are_of_others(layout, own, headline, &others);
    // On the front page of a section, what introduces it is no story.
    let is_front = || list::has_cards(layout, frame) && !neighbour::is_dated(layout, headline);
    if are_others && !is_front() {
        others.into_iter().for_each(|index| kept[index] = false);
        flash.into_iter().for_each(|index| kept[index] = true);
    }
}

/// What says of a run outside of the headline's own box that it is none of the article's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OtherSign {
    /// An element at the edge of the page, or a box that calls itself one.
    Edge,
    /// An `<aside>`, or an element that is shown like one: questions and answers stand in several.
    Aside(AreaId),
    /// A heading that leads to what stands below it.
    LinkedHeading(usize),
    /// A box that is named as one beside the text: columns of a text are, too.
    SideBox(AreaId),
    /// A heading as stands above other stories: "Latest" stands in a live report, too.
    HeadingOfOthers(usize),
    /// A heading that is told like the headline: those in a live report are, too.
    Headline(usize),
    /// A headline in another element for an article.
    Article,
}

/// Whether all runs are signed as those of others.
fn are_of_others(layout: &Layout, own: AreaId, headline: usize, others: &[usize]) -> bool {
    let signs: Option<Vec<OtherSign>> =
        others.iter().map(|index| sign_of_others(layout, own, headline, *index)).collect();
    let headline_of = |sign: &OtherSign| match sign {
        OtherSign::Headline(heading) => Some(*heading),
        _ => None,
    };
    signs.is_some_and(|signs| {
        let mut asides = signs.iter().filter(|sign| matches!(sign, OtherSign::Aside(_)));
        let is_one_aside = asides.next().is_none_or(|first| asides.all(|aside| aside == first));
        let count = |sign: OtherSign, counts: &dyn Fn(&Run) -> bool| {
            let alike = others.iter().zip(&signs).filter(|(_, other)| **other == sign);
            alike.filter(|(index, _)| counts(&layout.runs[**index])).count()
        };
        // What stands beside a text is short, and so is an opening; a longer text is the article's.
        let is_short = |sign: &OtherSign| match sign {
            OtherSign::LinkedHeading(_) => count(*sign, &|_| true) <= MAX_OPENING,
            OtherSign::Aside(_) | OtherSign::SideBox(_) | OtherSign::HeadingOfOthers(_) => {
                count(*sign, &is_sentence) <= MAX_BESIDE
            }
            OtherSign::Edge | OtherSign::Headline(_) | OtherSign::Article => true,
        };
        let headlines: HashSet<usize> = signs.iter().filter_map(headline_of).collect();
        is_one_aside && headlines.len() <= MAX_BEHIND && signs.iter().all(is_short)
    })
}

fn sign_of_others(layout: &Layout, own: AreaId, headline: usize, index: usize) -> Option<OtherSign> {
    let run = &layout.runs[index];
    let boxes = || layout.around(run.area).take_while(|around| !encloses(layout, *around, own));
    let area = |around: AreaId| &layout.areas[around as usize];
    let is_edge = |around: AreaId| {
        let area = area(around);
        matches!(area.tag, Tag::Footer | Tag::Nav)
            || area.marks.has(MarkupFamily::Footer)
            || area.marks.has(MarkupFamily::Legal)
    };
    if boxes().any(is_edge) {
        return Some(OtherSign::Edge);
    }
    if let Some(aside) = boxes().filter(|around| area(*around).tag == Tag::Aside).last() {
        return Some(OtherSign::Aside(aside));
    }
    let heading = (headline + 1..=index).rev().find(|before| {
        let before = &layout.runs[*before];
        before.heading > 0 && !encloses(layout, own, before.area)
    })?;
    // It heads the run where nothing else stands in the boxes that only one of them is in.
    let head = &layout.runs[heading];
    let is_apart = |around: &AreaId| !encloses(layout, *around, run.area) && !encloses(layout, *around, own);
    let mut wrappers = layout.around(head.area).take_while(is_apart);
    let shares_box = || boxes().any(|around| encloses(layout, around, head.area));
    let is_flat = || boxes().all(|around| area(around).runs == 1);
    if wrappers.any(|around| area(around).runs > 1) || !shares_box() && !is_flat() {
        return None;
    }
    // Where the headline stands in no element for an article, one behind it is that of its text.
    let is_other_article = |around: AreaId| {
        neighbour::is_article(layout, around) && neighbour::is_article(layout, own) && head.units >= HEADLINE
    };
    let is_side_box = |around: &AreaId| {
        let looks_alike =
            |other: &Area| (other.parent, other.look) == (area(*around).parent, area(*around).look);
        area(*around).marks.has(MarkupFamily::Sidebar)
            && layout.areas.iter().filter(|other| looks_alike(other)).count() == 1
    };
    let shared = || boxes().filter(|around| encloses(layout, *around, head.area));
    let is_direct = layout.around(head.area).take_while(is_apart).count() == 1;
    let side_box = shared().find(is_side_box);
    match () {
        () if shared().any(is_other_article) => Some(OtherSign::Article),
        () if neighbour::is_told_like(layout, headline, heading) => Some(OtherSign::Headline(heading)),
        () if is_heading_of_others(layout.str(head)) => Some(OtherSign::HeadingOfOthers(heading)),
        () if side_box.is_some() => side_box.map(OtherSign::SideBox),
        () if is_direct && head.units >= CARD_HEADLINE && list::leads_elsewhere(layout, heading) => {
            Some(OtherSign::LinkedHeading(heading))
        }
        () => None,
    }
}

fn is_heading_of_others(line: &str) -> bool {
    let line = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    OTHERS.contains(&line.as_str())
}
