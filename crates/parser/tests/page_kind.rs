//! What a page is, when it is no article or not a whole one.

use dateline_parser::extract;
use dateline_wire::{Page, PageKind};

fn kind(html: &str) -> PageKind {
    extract(&Page { url: None, content_type: None, bytes: html.as_bytes().to_vec(), received_at: None })
        .page_kind
}

fn repeat(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

fn story(count: usize) -> String {
    repeat(count, |n| {
        format!(
            "<p>The ferry left the harbour at {n} o'clock, and by the evening some {} passengers had crossed to the island, \
             the port authority said. It had waited for the wind to ease.</p>",
            200 + 17 * n
        )
    })
}

#[test]
fn a_story_is_an_article() {
    assert_eq!(kind(&format!("<h1>Ferry runs again</h1><article>{}</article>", story(6))), PageKind::Article);
}

#[test]
fn a_short_bulletin_is_an_article_too() {
    assert_eq!(kind(&format!("<h1>Ferry runs again</h1><article>{}</article>", story(1))), PageKind::Article);
}

#[test]
fn a_list_of_teasers_is_an_index() {
    let teaser = |n| {
        format!(
            "<div class=card><a href=/{n}><h3>Story number {n} about the harbour and its ferries</h3></a></div>"
        )
    };
    assert_eq!(kind(&format!("<title>Harbour News</title>{}", repeat(40, teaser))), PageKind::Index);
}

#[test]
fn a_form_that_asks_for_a_password_is_a_login() {
    assert_eq!(
        kind("<h1>Welcome back</h1><form><input name=user><input type=password></form>"),
        PageKind::Login
    );
}

#[test]
fn a_box_to_log_in_beside_a_story_makes_no_login() {
    let html =
        format!("<form><input type=password></form><h1>Ferry runs again</h1><article>{}</article>", story(6));
    assert_eq!(kind(&html), PageKind::Article);
}

#[test]
fn a_page_that_asks_for_consent_is_a_cookie_wall() {
    let html = "<h1>We value your privacy</h1><p>We and our partners store data.</p><button>Accept</button>";
    assert_eq!(kind(html), PageKind::CookieWall);
}

#[test]
fn a_consent_bar_above_a_story_makes_no_wall() {
    let html = format!(
        "<div class=cookie-bar><p>This site uses cookies.</p></div><h1>Ferry runs again</h1><article>{}</article>",
        story(6)
    );
    assert_eq!(kind(&html), PageKind::Article);
}

#[test]
fn a_page_that_doubts_the_visitor_is_a_bot_wall() {
    assert_eq!(kind("<title>Just a moment...</title><h1>Checking your browser</h1>"), PageKind::BotWall);
}

#[test]
fn a_player_with_a_line_below_is_a_video() {
    assert_eq!(kind("<h1>Ferry sails</h1><video src=x></video><p>Watch.</p>"), PageKind::Video);
}

#[test]
fn pictures_with_captions_and_no_text_are_a_gallery() {
    let slide = |n| {
        format!(
            "<figure class=gallery-slide><img src={n}.jpg><figcaption>Pier {n} at dawn</figcaption></figure>"
        )
    };
    let html =
        format!("<h1>The harbour in twelve pictures</h1><div class=gallery>{}</div>", repeat(12, slide));
    assert_eq!(kind(&html), PageKind::Gallery);
}

#[test]
fn posts_under_times_of_day_are_a_live_blog() {
    let post = |n| {
        format!(
            "<div class=post><time>{}:{}5</time><h3>Crossing {n} is done</h3><p>The ferry reached the island with {} \
             passengers on board, and turned round for the next crossing, the port authority said.</p></div>",
            10 + n / 6,
            n % 6,
            100 + n
        )
    };
    let html = format!("<h1>Ferry day, as it happens</h1><main>{}</main>", repeat(14, post));
    assert_eq!(kind(&html), PageKind::LiveBlog);
}

#[test]
fn an_opening_above_an_offer_is_a_teaser_behind_a_paywall() {
    let html = format!(
        "<h1>Ferry runs again</h1><article>{}</article><div class=paywall><p>Subscribe to read on.</p></div>",
        story(1)
    );
    assert_eq!(kind(&html), PageKind::PaywalledTeaser);
}

#[test]
fn a_page_that_is_not_there_says_so_whatever_its_status() {
    assert_eq!(kind("<title>404 Not Found</title><h1>Page not found</h1><p>Sorry.</p>"), PageKind::NotFound);
}

#[test]
fn a_page_without_text_is_empty() {
    assert_eq!(kind("<html><body></body></html>"), PageKind::Empty);
}
