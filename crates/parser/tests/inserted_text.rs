//! What stands in the middle of a story and is none of it: advertisements, pointers to other stories, the next story.

mod ferry;

use dateline_wire::Page;
use ferry::{STORY, paragraphs};

const OTHER: [&str; 3] = [
    "The keeper of the lighthouse on the northern rock retires in June after forty years in the service of the coast guard.",
    "He will be succeeded by a machine, the coast guard said, which had been tested since the spring without a failure.",
    "Visitors may climb the tower for the last time on Saturday, when a band from the village will play on the lawn.",
];

const OFFER: &str =
    "Hearing worse lately? This tiny device from a start-up changes the lives of thousands of seniors.";

fn text(body: &str) -> String {
    ferry::text("", body)
}

fn in_the_middle(inserted: &str) -> String {
    let (before, behind) = STORY.split_at(2);
    text(&format!("{}{inserted}{}", paragraphs(before), paragraphs(behind)))
}

#[test]
fn a_line_that_is_one_link_and_worded_as_a_headline_points_elsewhere_in_any_language() {
    for pointer in [
        "<a href=/n/7>Lighthouse keeper retires after forty years</a>",
        "<b><a href=/n/7>Lighthouse keeper retires after forty years</a></b>",
        "▶ <a href=/n/7>Lighthouse keeper retires after forty years</a>",
        "In other news: <a href=/n/7>Lighthouse keeper retires after forty years</a>",
        "Ранее по теме: <a href=/n/7>Смотритель маяка уходит на пенсию после сорока лет</a>",
        "За темою: <a href=/n/7>Доглядач маяка йде на пенсію після сорока років</a>",
        "함께 보면 좋은 기사: <a href=/n/7>등대지기 사십 년 만에 은퇴</a>",
        "另请参阅：<a href=/n/7>灯塔看守人服务四十年后退休</a>",
        "こちらも：<a href=/n/7>灯台守が四十年の勤務を終え引退</a>",
        "Lesetipp: <a href=/n/7>Leuchtturmwärter geht nach vierzig Jahren</a>",
        "Sur le même sujet : <a href=/n/7>Le gardien du phare prend sa retraite</a>",
        "Más información: <a href=/n/7>El farero se jubila tras cuarenta años</a>",
    ] {
        assert_eq!(in_the_middle(&format!("<p>{pointer}</p>")), STORY.join("\n"), "{pointer}");
    }
}

#[test]
fn a_line_with_a_link_that_is_a_sentence_or_a_name_stays() {
    for line in [
        "<p><a href=/s>The port authority published its statement on the ramp on Tuesday evening.</a></p>",
        "<p>See also how the <a href=/n/7>lighthouse keeper retired</a>, a story that the island followed with tears.</p>",
        "<p>Account: <a href=/k>@keeper</a></p>",
    ] {
        let plain: String =
            line.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
        let found: String = in_the_middle(line).split('\n').collect();
        assert!(found.contains(&plain), "{line}\n{found}");
    }
}

#[test]
fn a_box_that_is_called_or_labelled_an_advertisement_is_no_part_of_the_story() {
    for inserted in [
        format!("<div class=ad-slot><p>{OFFER}</p></div>"),
        format!("<div id=div-gpt-ad-123><p>{OFFER}</p></div>"),
        format!("<div aria-label=Advertisement><p>{OFFER}</p></div>"),
        format!("<div class=b7><span>Advertisement</span><p>{OFFER}</p></div>"),
        format!("<div>Реклама<br>{OFFER}</div>"),
        format!("<div><p>광고</p><p>{OFFER}</p></div>"),
    ] {
        assert_eq!(in_the_middle(&inserted), STORY.join("\n"), "{inserted}");
    }
}

#[test]
fn a_sentence_that_a_box_interrupts_is_one_sentence() {
    let (start, rest) = STORY[1].split_at(STORY[1].find("another").expect("it stands there"));
    for inserted in [format!("<div class=x1>{OFFER}</div>"), format!("<aside><p>{OFFER}</p></aside>")] {
        let (first, behind) = (STORY[0], paragraphs(&STORY[2..]));
        let in_one_box = format!("<p>{first}</p><div>{start}{inserted}{rest}</div>{behind}");
        assert_eq!(text(&in_one_box), STORY.join("\n"), "{inserted}");
        let in_two = format!("<p>{first}</p><p>{start}</p>{inserted}<p>{rest}</p>{behind}");
        assert_eq!(text(&in_two), STORY.join("\n"), "{inserted}");
    }
}

#[test]
fn what_a_text_itself_sets_between_its_lines_interrupts_nothing() {
    let lines = [
        "A sailor reads the board on the quay, which says for today",
        "no lorries before noon on any of the ships",
        "and goes back to his bunk, as he has done on all the days of the storm.",
    ];
    let body = |tag: &str| {
        format!("{}<p>{}</p><{tag}>{}</{tag}><p>{}</p>", paragraphs(&STORY), lines[0], lines[1], lines[2])
    };
    for tag in ["blockquote", "pre", "p"] {
        assert!(text(&body(tag)).contains(&lines.join("\n")), "{tag}");
    }
}

#[test]
fn a_story_behind_a_thematic_break_that_has_a_headline_or_a_day_is_another() {
    for heading in [
        "<hr><h1>Lighthouse keeper retires</h1>",
        "<hr><h2>Lighthouse keeper retires</h2><p>20 March 2025</p>",
        "<h2>Lighthouse keeper retires</h2><p>By Bo Ek</p>",
    ] {
        let found = text(&format!(
            "<p>By Ana Lund, 21 March 2025</p>{}{heading}{}",
            paragraphs(&STORY),
            paragraphs(&OTHER)
        ));
        assert!(found.ends_with(STORY[3]) && found.contains(STORY[0]), "{heading}\n{found}");
    }
}

#[test]
fn sections_of_a_story_are_no_other_stories() {
    for heading in ["<hr>", "<hr><h2>What comes next</h2>", "<h2>A rock without a keeper</h2>"] {
        let found = text(&format!(
            "<p>By Ana Lund, 21 March 2025</p>{}{heading}{}",
            paragraphs(&STORY),
            paragraphs(&OTHER)
        ));
        assert!(found.contains(STORY[3]) && found.contains(OTHER[2]), "{heading}");
    }
}

#[test]
fn both_sides_of_a_debate_are_parts_of_one_text() {
    let (first, second) =
        ("<h2>Yes, it helps</h2><p>By Ana Lund</p>", "<h2>No, it harms</h2><p>By Bo Ek</p>");
    for above in ["By Cy Dahl, 21 March 2025", "21 March 2025"] {
        let found = text(&format!(
            "<p>{above}</p><p>{}</p>{first}{}{second}{}",
            STORY[0],
            paragraphs(&STORY[1..]),
            paragraphs(&OTHER)
        ));
        assert!(found.contains(STORY[2]) && found.contains(OTHER[2]), "{above}\n{found}");
    }
}

#[test]
fn an_article_by_its_microdata_in_a_box_like_the_headlines_is_another_whatever_the_rank_of_its_heading() {
    let boxes = |kind: &str, own: &str, other: &str| {
        let html = format!(
            "<title>Ferry runs again after storm</title><div><div {kind}><h1>Ferry runs again after storm</h1>{own}{}</div>
             <div {kind}><h2>Lighthouse keeper retires</h2>{other}{}</div></div>",
            paragraphs(&STORY),
            paragraphs(&OTHER)
        );
        let page = Page { url: None, content_type: None, bytes: html.into(), received_at: None };
        dateline_parser::extract(&page).body.text
    };
    let item = "itemscope itemtype='https://schema.org/NewsArticle'";
    let found = boxes(item, "", "");
    assert!(found.contains(STORY[3]) && !found.contains(OTHER[0]), "{found}");
    // Blocks of one text look alike, too, and so do the days of a diary and the parts of a joint piece.
    for (own, other) in [
        ("<p>21 March 2025</p>", ""),
        ("", ""),
        ("<p>21 March 2025</p>", "<p>20 March 2025</p>"),
        ("<p>By Ana Lund</p>", "<p>By Bo Ek</p>"),
    ] {
        let found = boxes("class=block", own, other);
        assert!(found.contains(STORY[3]) && found.contains(OTHER[2]), "{own}\n{found}");
    }
}

#[test]
fn a_heading_of_the_first_rank_between_paragraphs_heads_a_section() {
    let (before, behind) = STORY.split_at(2);
    let found = text(&format!(
        "<p>21 March 2025</p>{}<h1>How the ramp was mended</h1>{}",
        paragraphs(before),
        paragraphs(behind)
    ));
    assert!(found.contains("\nHow the ramp was mended\n"), "{found}");
    let prompt = text(&format!(
        "<p>21 March 2025</p>{}<h1>Subscribe to our newsletter</h1>{}",
        paragraphs(before),
        paragraphs(behind)
    ));
    assert!(!prompt.contains("Subscribe"), "{prompt}");
    // Where it is the page's first, it is the headline, whatever the page calls itself.
    let html = format!(
        "<title>Harbour Gazette</title><article><p>{}</p><h1>How the ramp was mended</h1>{}</article>",
        before[0],
        paragraphs(behind)
    );
    let page = Page { url: None, content_type: None, bytes: html.into(), received_at: None };
    assert!(!dateline_parser::extract(&page).body.text.contains("How the ramp was mended"));
}

#[test]
fn sections_in_boxes_of_their_own_behind_a_short_lede_stay() {
    let lede = STORY[0];
    for (open, close) in [
        ("<main><h1>Ferry runs again after storm</h1>", "</main>"),
        ("<main class=hero><h1>Ferry runs again after storm</h1>", ""),
    ] {
        for wrapper in ["div class=block", "section", "div class=product-review"] {
            let end = wrapper.split(' ').next().unwrap_or_default();
            let sections: String = OTHER
                .iter()
                .map(|words| format!("<{wrapper}><h3>What is known</h3><p>{words}</p></{end}>"))
                .collect();
            let html =
                format!("<title>Ferry runs again after storm</title>{open}<p>{lede}</p>{sections}{close}");
            let page = Page { url: None, content_type: None, bytes: html.into(), received_at: None };
            let found = dateline_parser::extract(&page).body.text;
            assert!(OTHER.iter().all(|words| found.contains(words)), "{wrapper}\n{found}");
        }
    }
}

#[test]
fn announcements_of_advertisements_are_left_out_in_every_script() {
    for word in
        ["إعلان", "פרסומת", "โฆษณา", "Quảng cáo", "विज्ञापन", "რეკლამა", "ΔΙΑΦΗΜΙΣΗ", "REKLAM", "تبلیغات"]
    {
        let found = in_the_middle(&format!("<p>{word}</p>"));
        assert!(!found.contains(word), "{word}");
        assert!(STORY.iter().all(|paragraph| found.contains(paragraph)), "{word}");
    }
}

#[test]
fn questions_about_cookies_are_left_out_in_every_script() {
    for question in [
        "نستخدم ملفات تعريف الارتباط لتحسين تجربتك على موقعنا.",
        "Χρησιμοποιούμε cookies για την καλύτερη εμπειρία στον ιστότοπό μας.",
        "Sitemizde size daha iyi hizmet sunabilmek için çerezler kullanıyoruz.",
        "เว็บไซต์นี้ใช้คุกกี้เพื่อให้คุณได้รับประสบการณ์ที่ดีที่สุด",
    ] {
        let found = text(&format!("{}<div><p>{question}</p><button>OK</button></div>", paragraphs(&STORY)));
        assert!(!found.contains(question), "{question}");
    }
}
