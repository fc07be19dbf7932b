//! Other articles on a page, beside a flash or behind a story, and parts of the article's own that look like them.

use dateline_parser::extract;
use dateline_wire::{Article, Page, PageKind};

const HEADLINE: &str = "Ferry runs aground off the northern cape";
const FLASHES: [(&str, &str); 6] = [
    (
        "Most read",
        "A ferry ran aground off the northern cape on Monday. Nobody was hurt, the coast guard said.",
    ),
    (
        "Weitere Meldungen",
        "Vor dem Nordkap ist am Montag eine Fähre auf Grund gelaufen. Verletzt wurde niemand, sagte die Küstenwache.",
    ),
    (
        "Другие новости",
        "Паром сел на мель у северного мыса в понедельник. Никто не пострадал, сообщила береговая охрана.",
    ),
    ("많이 본 뉴스", "북쪽 곶 앞바다에서 월요일 여객선이 좌초했다. 다친 사람은 없다고 해안경비대가 밝혔다."),
    ("人気記事", "北の岬の沖で月曜日、客船が座礁した。けが人はいないと沿岸警備隊が発表した。"),
    ("热门新闻", "一艘客轮星期一在北角海域搁浅，海岸警卫队表示无人受伤。"),
];

fn read(body: &str) -> Article {
    let html = format!("<title>{HEADLINE} | Harbour News</title><body><nav><a href=/>Home</a></nav>{body}");
    extract(&Page { url: None, content_type: None, bytes: html.into_bytes(), received_at: None })
}

/// Three sentences about `of`.
fn story(of: &str) -> String {
    let line = |hour: usize| {
        format!(
            "<p>The {of} left the harbour at {hour} in the morning, the first time since the storm, and two hundred people had crossed by noon, \
             the port authority said on Wednesday.</p>"
        )
    };
    (6..9).map(line).collect()
}

fn cards(count: usize, of: &str) -> String {
    let card = |number: usize| {
        format!(
            "<div class=t><h3><a href=/{number}>Lighthouse number {number} has a new lamp at last</a></h3><p>The {of} of lighthouse {number} lit the \
             lamp that he had waited for since the spring, and the whole of the coast came to look at it, the council said.</p></div>"
        )
    };
    (1..=count).map(card).collect()
}

#[test]
fn a_flash_is_kept_and_not_the_longer_boxes_that_say_that_they_are_of_others() {
    for (heading, flash) in FLASHES {
        for own in [
            format!("<main><article><h1>{HEADLINE}</h1><p>{flash}</p></article></main>"),
            format!("<div class=entry><h1>{HEADLINE}</h1><div>{flash}</div></div>"),
            format!("<table><tr><td><h1>{HEADLINE}</h1><p>{flash}</p></td></tr></table>"),
        ] {
            for other in [
                format!("<div><h4>{heading}</h4>{}</div>", story("keeper")),
                format!("<aside>{}</aside>", story("keeper")),
                format!("<div class=sidebar><h3>What the coast talks about</h3>{}</div>", story("keeper")),
                format!("<div class=site-footer>{}</div>", story("keeper")),
                cards(2, "keeper"),
            ] {
                let article = read(&format!("{own}{other}"));
                assert_eq!(article.body.text, flash, "{own}{other}");
                assert_eq!(article.page_kind, PageKind::Article, "{own}{other}");
            }
        }
    }
}

#[test]
fn a_lede_keeps_the_text_that_stands_outside_of_its_box() {
    let lede = "The ferry left the harbour on Wednesday, the first time since the storm, the port authority said in a statement.";
    let text = story("ferry");
    for head in [
        format!("<article><h1>{HEADLINE}</h1><p>{lede}</p></article>"),
        format!("<div class=lead><h1>{HEADLINE}</h1><p>{lede}</p></div>"),
        format!("<header><h1>{HEADLINE}</h1><p>{lede}</p></header>"),
    ] {
        for behind in [
            format!("<div class=text>{text}</div>"),
            format!("<div class=text><h2>What the keeper says</h2>{text}</div>"),
            format!("<div class='content no-sidebar'>{text}</div>"),
            format!(
                "<div class=text><aside><h3>About us</h3><p>We print on Fridays.</p></aside>{text}</div>"
            ),
            format!(
                "<div class=text><div class=rel><h3><a href=/7>Lighthouse has a new lamp at last</a></h3></div>{text}</div>"
            ),
            format!(
                "<h4>Most read</h4><ul><li><a href=/7>A new lamp</a></li></ul><div class=text>{text}</div>"
            ),
            text.replace("<p>", "<details open><summary>What the keeper says</summary><p>")
                .replace("</p>", "</p></details>"),
            text.replace("<p>", "<div class=card><h3>What the keeper says</h3><p>")
                .replace("</p>", "</p></div>"),
            text.replace("<p>", "<div><h2><a href=/dossier>The dossier</a></h2><p>")
                .replace("</p>", "</p></div>"),
        ] {
            let found = read(&format!("{head}{behind}")).body.text;
            for hour in 6..9 {
                assert!(
                    found.contains(&format!("The ferry left the harbour at {hour}")),
                    "{head}{behind}: {found}"
                );
            }
        }
    }
}

#[test]
fn the_text_of_a_page_for_which_its_headlines_box_is_only_the_head_stays() {
    let lede = "The authority tells each month how many ferries left the harbour, and how many people crossed to the islands.";
    let page = format!(
        "<main><header><h1>{HEADLINE}</h1><p>{lede}</p></header><section><article><h2>How the crossings of the month of March went</h2>{}\
         </article></section></main>",
        story("ferry")
    );
    assert!(read(&page).body.text.contains("The ferry left the harbour at 8"));
}

#[test]
fn what_introduces_a_list_of_articles_makes_no_article_of_it() {
    let page = format!(
        "<div class=intro><h1>{HEADLINE}</h1><p>All that the harbour talks about, told by those who write for it on both shores.</p></div>{}",
        cards(6, "keeper")
    );
    assert_eq!(read(&page).page_kind, PageKind::Index);
}

#[test]
fn a_second_story_in_a_box_of_its_own_goes_in_whatever_element() {
    let (own, other) = (story("ferry"), story("keeper"));
    let title = "Lighthouse on the northern rock has a new lamp";
    for page in [
        format!(
            "<ul class=s><li><h1>{HEADLINE}</h1>{own}</li></ul><ul class=s><li><h1>{title}</h1>{other}</li></ul>"
        ),
        format!(
            "<table><tr><td><h1>{HEADLINE}</h1>{own}</td></tr></table><table><tr><td><h1>{title}</h1>{other}</td></tr></table>"
        ),
        format!(
            "<div class=entry><h1>{HEADLINE}</h1><p>12 March 2025</p>{own}</div><div class='entry older'><h2>{title}</h2><p>11 March 2025</p>{other}</div>"
        ),
        format!(
            "<div class=full><h1>{HEADLINE}</h1><p>By Ana Lund</p>{own}</div><div class=rest><h2>{title}</h2><p>By Bo Ek</p>{other}</div>"
        ),
        format!(
            "<div class=full><h1>{HEADLINE}</h1>{own}</div><div class=rest><h3><a href=/lamp>{title}</a></h3>{other}</div>"
        ),
    ] {
        let found = read(&page).body.text;
        assert!(found.contains("The ferry left") && !found.contains("The keeper left"), "{page}");
    }
    // Sections look the same but for their headings.
    for heading in ["<h2>What the keeper says</h2>", "<h2>What comes next</h2><p>9 September 2025</p>"] {
        let page = format!(
            "<div class=part><h1>{HEADLINE}</h1><p>12 March 2025</p>{own}</div><div class=part>{heading}{other}</div>"
        );
        assert!(read(&page).body.text.contains("The keeper left the harbour at 8"), "{heading}");
    }
}

/// Sentences of a text of some length, in a part of it.
fn sentences(hours: std::ops::Range<usize>) -> String {
    let line = |hour| {
        format!(
            "<p>The ferry left the harbour at {hour} in the morning with two hundred people and their bicycles, the port authority said.</p>"
        )
    };
    hours.map(line).collect()
}

#[test]
fn a_longer_text_in_a_column_an_aside_or_below_a_short_heading_is_no_other_article() {
    let lede = "The ferry runs again, the port authority said on Wednesday.";
    for rest in [
        format!("<div class=right><h2>What happened</h2>{}</div>", sentences(1..9)),
        format!(
            "<div class=content-right><h2>What happened</h2>{}<h3>What comes next</h3>{}</div>",
            sentences(1..4),
            sentences(4..9)
        ),
        format!("<div class=sticky-story><h2>The crossing</h2>{}</div>", sentences(1..9)),
        format!("<section><h2>Latest</h2>{}</section>", sentences(1..9)),
        format!("<div><h2>More</h2>{}</div>", sentences(1..9)),
        format!("<aside><h2>The interview</h2>{}</aside>", sentences(1..9)),
    ] {
        for head in ["article", "div"] {
            let page = format!("<div><{head}><h1>{HEADLINE}</h1><p>{lede}</p></{head}>{rest}</div>");
            let found = read(&page).body.text;
            for hour in 1..9 {
                assert!(found.contains(&format!("The ferry left the harbour at {hour}")), "{page}: {found}");
            }
        }
    }
}

#[test]
fn the_parts_of_a_digest_stay_though_their_headings_lead_elsewhere() {
    let titles = [
        "Harbour council votes for a second ferry",
        "Bakers strike over the price of flour",
        "Old lighthouse gets a new lamp at last",
    ];
    let intro = format!("<div class=intro><h1>{HEADLINE}</h1><p>12 May 2026</p>{}</div>", story("ferry"));
    let part = |of: &str, at: usize| {
        format!("<h2><a href=https://sea.example/{at}>{}</a></h2>{}", titles[at], story(of))
    };
    let boxed = |at: usize| format!("<div class=part>{}</div>", part("steamer", at));
    for parts in [
        (0..3).map(boxed).collect::<String>(),
        (0..3).map(|at| part("steamer", at)).collect(),
        format!("{}<h2>What else the day brings to the coast</h2>{}", part("steamer", 0), story("barge")),
    ] {
        let page = format!("<div>{intro}{parts}</div>");
        let found = read(&page).body.text;
        let last = if parts.contains("barge") { "barge" } else { "steamer" };
        assert!(
            found.contains("The ferry left") && found.contains(&format!("The {last} left")),
            "{page}: {found}"
        );
    }
}

#[test]
fn the_parts_of_a_live_report_and_of_a_layout_stay() {
    let update = |at: usize| {
        format!(
            "<div class=post><h3>What the harbour master said at noon, part {at}</h3><p>12 March 2025, {at}:00</p>{}</div>",
            story("barge")
        )
    };
    let updates: String = (9..12).map(update).collect();
    for page in [
        format!(
            "<div><div class=intro><h1>{HEADLINE}</h1><p>12 March 2025</p>{}</div>{updates}</div>",
            story("ferry")
        ),
        format!(
            "<ul><li><h1>{HEADLINE}</h1>{}</li></ul><ul><li><h1>The money</h1>{}</li></ul>",
            story("ferry"),
            story("barge")
        ),
        format!(
            "<table><tr><td><h1>{HEADLINE}</h1>{}</td></tr></table><table><tr><td><h1>What comes next</h1>{}</td></tr></table>",
            story("ferry"),
            story("barge")
        ),
    ] {
        let found = read(&page).body.text;
        assert!(found.contains("The ferry left") && found.contains("The barge left"), "{page}: {found}");
    }
}
