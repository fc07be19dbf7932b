//! What comes out of pages of our own making.

use dateline_parser::extract;
use dateline_wire::{Article, CutKind, Page, PageKind, ParagraphKind};

fn read(html: &str) -> Article {
    extract(&Page { url: None, content_type: None, bytes: html.as_bytes().to_vec(), received_at: None })
}

fn lines(article: &Article) -> Vec<&str> {
    article.body.text.lines().collect()
}

/// Paragraphs that read like a story, each different.
fn story(count: usize) -> String {
    (0..count)
        .map(|n| {
            format!(
                "<p>The ferry left the harbour at {n} o'clock, and by the evening some {} passengers had crossed to the \
                 island, the port authority said. It had waited for the wind to ease, as ferries do in autumn.</p>\n",
                200 + 17 * n
            )
        })
        .collect()
}

fn page(inside: &str) -> String {
    format!(
        "<!doctype html><html><head><title>Ferry runs again | Harbour News</title></head><body>\
         <nav><ul><li><a href=/>Home</a></li><li><a href=/sea>Sea</a></li><li><a href=/land>Land</a></li></ul></nav>\
         <main><article><h1>Ferry runs again</h1><div class=\"article-body\">{inside}</div></article></main>\
         <footer><p>Harbour News, Pier 3. All rights reserved.</p><a href=/privacy>Privacy</a></footer></body></html>"
    )
}

#[test]
fn the_story_comes_out_and_the_furniture_does_not() {
    let article = read(&page(&story(6)));
    assert_eq!(article.page_kind, PageKind::Article);
    assert_eq!(lines(&article).len(), 6, "{:#?}", lines(&article));
    assert!(!article.body.text.contains("Harbour News, Pier 3"));
}

#[test]
fn related_stories_inside_the_body_are_cut_and_accounted_for() {
    let teasers = "<div class=\"related-articles\"><h3>Related articles</h3><ul>\
        <li><a href=/1>Lighthouse gets a new lamp after forty years</a></li>\
        <li><a href=/2>Harbour master retires and takes up painting</a></li></ul></div>";
    let article = read(&page(&format!("{}{teasers}{}", story(4), story(9).split_off(800))));
    assert!(!article.body.text.contains("Lighthouse"), "{}", article.body.text);
    let cut = article.cuts.iter().find(|cut| cut.kind == CutKind::Related).unwrap();
    assert!(cut.pieces >= 2 && cut.chars > 60);
}

#[test]
fn inline_tags_add_no_space() {
    let article = read(&page(&format!(
        "<p>The <b>ferr</b>y’s captain, <a href=/c>Ada Lund</a>, said “<em>we sail</em>”, and so they did, with all hands.</p>{}",
        story(5)
    )));
    assert!(
        article.body.text.starts_with("The ferry’s captain, Ada Lund, said “we sail”, and so"),
        "{}",
        article.body.text
    );
}

#[test]
fn hard_wrapped_lines_are_joined_and_double_breaks_split() {
    let wrapped = "The ferry left the harbour at six in<br>\nthe morning, and the passengers, who had<br>\nwaited since Monday, were glad of it.<br><br>\
        By noon it had reached the island, where<br>\nthe mayor and a brass band were waiting<br>\nin the rain, as they had promised to.";
    let article = read(&page(&format!("<p>{wrapped}</p>{}", story(5))));
    let lines = lines(&article);
    assert_eq!(
        lines[0],
        "The ferry left the harbour at six in the morning, and the passengers, who had waited since Monday, were glad of it."
    );
    assert!(lines[1].starts_with("By noon it had reached the island, where the mayor"), "{lines:#?}");
}

#[test]
fn headings_lists_and_quotes_are_marked() {
    let inside = format!(
        "{}<h2>What the captain said</h2><blockquote><p>We waited for the wind to ease, and then we sailed, because people \
         had waited long enough.</p></blockquote>{}<ul><li>The first crossing took two hours and ten minutes.</li>\
         <li>The second crossing took an hour less, with the tide.</li></ul>{}",
        story(3),
        story(6).split_off(600),
        story(9).split_off(1200)
    );
    let article = read(&page(&inside));
    let kind_of = |text: &str| {
        let at = article
            .body
            .paragraphs
            .iter()
            .find(|p| p.span().slice(&article.body.text).unwrap().contains(text));
        at.map(|paragraph| paragraph.kind)
    };
    assert_eq!(kind_of("What the captain said"), Some(ParagraphKind::Heading));
    assert_eq!(kind_of("people had waited long"), Some(ParagraphKind::Quote));
    assert_eq!(kind_of("took two hours"), Some(ParagraphKind::ListItem));
    assert_eq!(kind_of("some 200 passengers"), Some(ParagraphKind::Text));
}

#[test]
fn no_text_comes_twice() {
    let article = read(&page(&format!("{}{}", story(5), story(5))));
    assert_eq!(lines(&article).len(), 5);
}

#[test]
fn a_story_that_exists_only_in_script_data_is_rescued() {
    let text: String = (0..8)
        .map(|n| {
            format!("The ferry made its crossing number {n} in the rain, and the band played on the pier.\\n")
        })
        .collect();
    let html = format!(
        "<html><head><script type=\"application/ld+json\">{{\"@type\": \"NewsArticle\", \"articleBody\": \"{text}\"}}</script>\
         </head><body><h1>Ferry runs again</h1><div id=app></div></body></html>"
    );
    let article = read(&html);
    assert_eq!(lines(&article).len(), 8, "{:#?}", lines(&article));
}

#[test]
fn a_story_that_only_a_script_would_show_is_rescued() {
    for (open, close) in [("<script type='text/template'>", "</script>"), ("<noscript>", "</noscript>")] {
        let html = format!(
            "<html><head><title>Ferry runs again</title></head><body><h1>Ferry runs again</h1><div id=app>{open}\n\
             {}{close}</div><p>Harbour News, Pier 3</p></body></html>",
            story(6)
        );
        assert_eq!(lines(&read(&html)).len(), 6, "{open} {:#?}", lines(&read(&html)));
    }
}

#[test]
fn markup_for_browsers_without_scripts_is_no_story_beside_one() {
    let notice = "<noscript><p>This page works better with scripts. Please switch them on in your browser.</p></noscript>";
    let article = read(&page(&format!("{}{notice}", story(5))));
    assert_eq!(lines(&article).len(), 5, "{:#?}", lines(&article));
}

#[test]
fn what_announces_an_advertisement_is_no_part_of_the_story() {
    for word in ["Advertisement", "— ADVERTISEMENT —", "Реклама", "[광고]", "広告"] {
        let html = page(&format!("{}<p>{word}</p>{}", story(3), story(3).replace("harbour", "port")));
        let article = read(&html);
        assert!(lines(&article).iter().all(|line| !line.contains(word)), "{word}: {:#?}", lines(&article));
        assert!(lines(&article).len() >= 5, "{word}: {:#?}", lines(&article));
    }
}

#[test]
fn a_line_of_signs_parts_the_story_and_nothing_else() {
    let [first, second, third] = ["harbour", "port", "bay"].map(|place| story(3).replace("harbour", place));
    let article = read(&page(&format!("<p>* * *</p>{first}<p>• • •</p>{second}<p>- -</p>{third}")));
    let signs: Vec<_> = lines(&article).into_iter().filter(|line| line.len() < 20).collect();
    assert_eq!(signs, ["• • •"], "{:#?}", lines(&article));
}

#[test]
fn a_cell_of_signs_parts_no_row() {
    let rows: String =
        (1..7).map(|n| format!("<tr><td>Pier {n}</td><td>---</td><td>{n} boats a day</td></tr>")).collect();
    let article = read(&page(&format!("{}<table>{rows}</table>", story(5))));
    assert!(lines(&article).contains(&"Pier 2\t2 boats a day"), "{:#?}", lines(&article));
    assert!(!article.body.text.contains("---"));
}

#[test]
fn the_byline_above_a_short_story_is_no_part_of_it() {
    let article = read(&page(&format!("<p>By Ada Lund and Jan van der Bos</p>{}", story(2))));
    assert_eq!(lines(&article).len(), 2, "{:#?}", lines(&article));
}

#[test]
fn a_byline_above_or_below_the_text_is_none_of_it_in_any_language() {
    for (line, author) in [
        ("Written by Ada Lund", "Ada Lund"),
        ("Text: Ada Lund", "Ada Lund"),
        ("Автор: Анна Лундина", "Анна Лундина"),
        ("김하나 기자 hana@news.example", "김하나"),
        ("记者 林小明", "林小明"),
        ("文・山田太郎", "山田太郎"),
        ("بقلم: آنا لوند", "آنا لوند"),
        ("Yazar: Ada Lund", "Ada Lund"),
        ("Текст: Анна Лундина, фото: Борис Далев", "Анна Лундина"),
        ("كتب- سامي حداد:", "سامي حداد"),
    ] {
        for inside in [format!("<p>{line}</p>{}", story(3)), format!("{}<p>{line}</p>", story(3))] {
            let article = read(&page(&inside));
            assert_eq!(article.authors, [author], "{line}");
            assert_eq!(lines(&article).len(), 3, "{line}: {:#?}", lines(&article));
            let metadata = article.cuts.iter().find(|cut| cut.kind == CutKind::Metadata);
            assert!(metadata.is_some_and(|cut| cut.pieces > 0), "{line}");
        }
    }
}

#[test]
fn what_signs_a_text_or_closes_it_is_none_of_it() {
    for (author, foot) in [
        ("佐藤花子", "<p>【佐藤花子】</p>"),
        ("林小美", "<p>（編輯：陳小和）1150512</p>"),
        ("김하나", "<p>hana@bada.example</p>"),
        ("김하나", "<p>hana@bada.example</p><p>(끝)</p>"),
        ("김하나", "<p>◎바다통신 hana@bada.example</p>"),
        ("김하나", "<p>촬영기자:정우진/영상편집:한별이</p>"),
        ("Ana Lund", "<p>(alu/wna)</p>"),
        ("王大明", "<p>（記者王大明／北港報導）</p>"),
    ] {
        let found = lines_by(&[author], &format!("{}{foot}", story(3)));
        assert_eq!(found.len(), 3, "{foot}: {found:#?}");
    }
    for line in ["(Applaus)", "(continued below, in the second part)", "Anmeldung: hafen@bada.example"] {
        let found = lines_by(&["Ana Lund"], &format!("{}<p>{line}</p>", story(3)));
        assert!(found.iter().any(|known| known == line), "{line}: {found:#?}");
    }
}

#[test]
fn lines_at_the_edges_of_a_text_that_only_look_like_a_signature_are_of_it() {
    for (author, foot) in [
        ("佐藤花子", "<p>（編集：一部省略）</p>"),
        ("林小美", "<p>（編輯：以上皆為化名）</p>"),
        ("Ana Lund", "<p>(yes)</p>"),
        (
            "Ana Lund",
            "<p>Anyone who saw the boats is asked to write to this address:</p><p>boats@bada.example</p>",
        ),
        ("佐藤花子", "<p>目撃した人は次の宛先まで連絡してほしいとしている：</p><p>boats@bada.example</p>"),
        ("김하나", "<p>■ 문의 hana@bada.example</p>"),
        ("김하나", "<p>문의처</p><p>hana@bada.example</p>"),
        ("김하나", "<p>◎접수 hana@bada.example</p>"),
        ("佐藤花子", "<p>◎申し込み hana@bada.example</p>"),
        ("Ana Lund", "<p>Director: Ada Dale</p><p>Camera: Bo Ek</p><p>Editor: Cem Dal</p>"),
        ("김하나", "<p>감독:한바다</p><p>촬영:정우진</p><p>편집:한별이</p>"),
        ("佐藤花子", "<p>監督：山田太郎</p><p>撮影：鈴木一郎</p><p>編集：高橋健</p>"),
    ] {
        let count = foot.matches("<p>").count();
        let found = lines_by(&[author], &format!("{}{foot}", story(3)));
        assert_eq!(found.len(), 3 + count, "{foot}: {found:#?}");
    }
    let asked = "<p>【佐藤花子】</p><p>港はいつ再開しますか。</p><p>【港長】</p><p>五月末までかかると考えています。</p>";
    assert_eq!(lines_by(&["佐藤花子"], &format!("{asked}{}", story(3))).len(), 7);
}

#[test]
fn a_caption_that_points_at_its_picture_is_no_part_of_the_story() {
    for caption in ["▲北港外海等候的散裝船。（圖／翻攝畫面）", "▲ 북항 전경. 사진=바다통신"]
    {
        let article = read(&page(&format!("{}<p>{caption}</p>{}", story(2), story(4).split_off(700))));
        assert!(!article.body.text.contains('▲'), "{caption}");
    }
    let listed = "▲북항 여객선 운항 재개 ▲등대 새 램프 설치 ▲어시장 재개장이 이번 주에 있다.";
    let article = read(&page(&format!("{}<p>{listed}</p>", story(3))));
    assert!(article.body.text.contains(listed));
    for listed in [
        "▲最佳服務獎：北港（圖書館長林小美）",
        "▲攝影組首獎：陳小和（題名：潮水，攝）",
        "▲사진=정우진(바다고)",
        "▲ 시민이 찍은 사진=12점",
        "▲A組（圖／文）優勝：林小美",
        "▲ 저작권 표시(ⓒ)를 지운 제품 12건",
        "▲[사진] 부문 정우진",
    ] {
        let article = read(&page(&format!("{}<p>{listed}</p><p>▲ 北港 북항</p>", story(3))));
        assert!(article.body.text.contains(listed), "{listed}");
    }
}

#[test]
fn a_footer_before_the_headline_names_nobody_who_wrote_below_it() {
    let footer = "<div class=footer><span class=author>Von Ana Lund</span></div>";
    let teaser = "<article><footer><span class=author>Von Ana Lund</span></footer>";
    for above in [footer.to_owned(), format!("{teaser}{}</article>", story(2))] {
        let html = format!(
            "<title>Ferry runs again</title>{above}<article><h1>Ferry runs again</h1>{}</article>",
            story(3)
        );
        assert!(read(&html).authors.is_empty(), "{above}");
    }
}

#[test]
fn a_closing_line_that_tells_of_what_others_offer_stays() {
    for line in [
        "Sign up for the hearing on the <a href=https://town.example/wall>town hall's site</a> by the end of the month.",
        "Sign up for the clean-up, the mayor wrote on Facebook on Friday evening.",
        "Melden Sie sich bis zum 5. Mai beim <a href=https://town.example>Hafenamt</a>, wenn Ihr Boot beschädigt wurde.",
        "Inscrivez-vous avant le 5 mai sur <a href=https://town.example>le site de la mairie</a> pour nettoyer le marché.",
        "Suscríbase al plan de ayuda en <a href=https://town.example>la web del municipio</a> antes del 5 de mayo.",
        "Iscriviti alla pulizia del mercato sul <a href=https://town.example>sito del comune</a> entro il 5 maggio.",
        "Присоединяйтесь к уборке рынка, призвали организаторы в Telegram.",
        "Únete a nuestra huelga, pedía <a href=https://town.example>el sindicato</a>.",
        "Über dieses Thema berichtete er um 14 Uhr im Rathaus, sagte die Hafenmeisterin.",
        "Über dieses Thema berichten Zeitungen in Schweden seit Jahren, sagte die Hafenmeisterin.",
        "特别声明中没有提到赔偿，港务处将在下周答复。",
    ] {
        assert_eq!(lines(&read(&page(&format!("{}<p>{line}</p>", story(3))))).len(), 4, "{line}");
    }
}

#[test]
fn a_lead_that_speaks_of_subscribers_or_of_a_reporter_stays_above_the_text() {
    for lead in [
        "Why papers write for subscribers only",
        "Le port est réservé aux abonnés du club",
        "Nur für Abonnenten: ein Modell für den Hafen",
        "유료회원 전용 선착장 논란",
        "Только для подписчиков: новый причал",
        "Reporting from the pier that the waves took",
        "Un quai réservé aux abonnés",
        "Subscribers only no more",
    ] {
        assert_eq!(lines(&read(&page(&format!("<p>{lead}</p>{}", story(8))))).len(), 9, "{lead}");
    }
}

#[test]
fn a_label_above_the_text_that_says_that_it_is_paid_for_is_none_of_it() {
    let article = read(&page(&format!("<p>Article réservé aux abonnés</p>{}", story(8))));
    assert_eq!(lines(&article).len(), 8, "{:#?}", lines(&article));
}

#[test]
fn an_article_on_the_law_of_data_stays_in_a_box_that_bears_its_name() {
    let law = "<p>The reform is to make consent to cookies simpler, so that readers are asked only once a year, the draft says.</p>\
               <p>Advertisers fear that partners may no longer keep data on a device; the ministry rejects that.</p>";
    let article = read(
        &page(&format!("<div class='gdpr consent'>{law}</div>"))
            .replace("Ferry runs again", "What the reform brings"),
    );
    assert_eq!((lines(&article).len(), article.page_kind), (2, PageKind::Article), "{:#?}", lines(&article));
    let asks = page(&format!("<div class='gdpr consent'>{law}<button>OK</button></div>{}", story(2)));
    assert_eq!(lines(&read(&asks)).len(), 2);
}

/// The lines of a page whose data names `authors`.
fn lines_by(authors: &[&str], inside: &str) -> Vec<String> {
    let authors: Vec<_> =
        authors.iter().map(|name| serde_json::json!({"@type": "Person", "name": name})).collect();
    let data = serde_json::json!({"@type": "NewsArticle", "author": authors});
    let html = format!("<script type=application/ld+json>{data}</script>{inside}");
    lines(&read(&page(&html))).iter().map(|line| line.to_string()).collect()
}

#[test]
fn lines_of_the_text_that_name_its_authors_stay() {
    for (author, line) in [
        ("林小明", "林小明：“您好，船长！”"),
        ("Anna Lund", "Anna Lund: „Vielen Dank!“"),
        ("Министерство транспорта", "Министерство транспорта сообщает:"),
        ("Ana Lund", "Ana Lund, come home"),
        ("Ana Lund", "Come home, Ana Lund"),
        ("Ana Lund", "— Ana Lund"),
        ("Ana Lund", "Ana Lund – five words more"),
        ("Ana Lund", "Ana Lund, teacher, Lyngholm"),
    ] {
        for inside in [format!("<p>{line}</p>{}", story(3)), format!("{}<p>{line}</p>", story(3))] {
            let found = lines_by(&[author], &inside);
            assert!(found.iter().any(|known| known == line), "{line}: {found:#?}");
        }
    }
    // Names alone below the text sign it.
    let found = lines_by(&["Ana Lund"], &format!("{}<p>Ana Lund</p>", story(3)));
    assert!(found.iter().any(|line| line == "Ana Lund"), "{found:#?}");
}

#[test]
fn the_name_alone_above_the_text_is_a_byline_unless_speakers_are_named_so() {
    let found = lines_by(&["Ana Lund", "Bo Ek"], &format!("<p>Ana Lund</p>{}", story(3)));
    assert_eq!(found.len(), 3, "{found:#?}");
    let found =
        lines_by(&["Ana Lund", "Bo Ek"], &format!("<p>Ana Lund</p>{}<p>Bo Ek</p>{}", story(2), story(3)));
    assert!(["Ana Lund", "Bo Ek"].iter().all(|name| found.iter().any(|line| line == name)), "{found:#?}");
}

#[test]
fn a_byline_that_says_a_place_or_a_house_goes_from_above_the_text_and_from_below_a_standfirst() {
    let lede =
        "<p>The ferry sails again, two weeks after the storm took the pier and the timetable with it.</p>";
    let day = "<p>21 March 2025</p>";
    for line in [
        "Ana Lund, Puerto Norte",
        "Ana Lund (Tarrow)",
        "Ana Lund – Tarrow",
        "바다뉴스 김하나 기자",
        "[바다뉴스 김하나 기자]",
        "부산=김하나 기자",
    ] {
        for above in [
            format!("<p>{line}</p>"),
            format!("{lede}<p>{line}</p>"),
            format!("{lede}{day}<p>{line}</p>"),
            format!("{lede}<p>{line}</p>{day}"),
        ] {
            let found = lines_by(&["Ana Lund", "김하나"], &format!("{above}{}", story(3)));
            let expected = if above.starts_with(lede) { 4 } else { 3 };
            assert_eq!(found.len(), expected, "{above}: {found:#?}");
        }
    }
    for line in [
        "Ana Lund, teacher",
        "Ana Lund, Reporter",
        "Ana Lund – five words more of it",
        "바다뉴스 김하나 기자가 현장을 찾았다",
    ] {
        let found = lines_by(&["Ana Lund", "김하나"], &format!("<p>{line}</p>{}", story(3)));
        assert!(found.iter().any(|found| found == line), "{found:#?}");
    }
    let within = format!("{}<p>Ana Lund, Puerto Norte</p>{}", story(2), story(5).split_off(500));
    assert!(lines_by(&["Ana Lund"], &within).iter().any(|line| line == "Ana Lund, Puerto Norte"));
}

#[test]
fn spans_cover_the_body_in_order() {
    let article = read(&page(&story(7)));
    let paragraphs = &article.body.paragraphs;
    let slices: Vec<&str> = paragraphs.iter().map(|p| p.span().slice(&article.body.text).unwrap()).collect();
    assert_eq!(slices.join("\n"), article.body.text);
}

#[test]
fn a_short_headline_is_no_paragraph() {
    let article =
        read(&format!("<html><body><article><h1>Ferry runs again</h1>{}</article></body></html>", story(5)));
    assert_eq!(lines(&article).len(), 5, "{:#?}", lines(&article));
}

#[test]
fn a_headline_in_a_plain_line_is_no_paragraph_and_a_sentence_that_is_the_title_is() {
    let of = |first: &str| {
        let html = format!("<title>{first} | Harbour News</title><div><p>{first}</p>{}</div>", story(4));
        read(&html).body.text.starts_with(first)
    };
    assert!(!of("The ferry runs again after the storm of the century"));
    assert!(of("The ferry to the islands runs again after the storm of the century."));
}

#[test]
fn a_newsletter_box_in_the_story_is_cut() {
    let offer = "<aside class=newsletter><p>Get the harbour's news every morning, with the tides and the timetable, before \
                 the first ferry leaves.</p></aside>";
    let article = read(&page(&format!("{}{offer}{}", story(3), story(6).split_off(600))));
    assert!(lines(&article).iter().all(|line| !line.contains("every morning")), "{:#?}", lines(&article));
}

#[test]
fn a_table_of_results_in_the_story_is_kept() {
    let row = |n: usize| format!("<tr><td>{n}</td><td>Crew {n}</td><td>2:{n}0</td></tr>");
    let table: String = (1..6).map(row).collect();
    let article = read(&page(&format!("{}<table>{table}</table>{}", story(3), story(6).split_off(600))));
    assert!(lines(&article).iter().any(|line| line.contains("Crew 4")), "{:#?}", lines(&article));
}

#[test]
fn a_prompt_that_stands_between_paragraphs_again_and_again_is_cut() {
    let prompt = "<p>Your settings keep us from showing you what stands here, so please allow outside content if you want to see \
                  it on this page.</p>";
    let inside: String =
        (0..4).map(|n| format!("{}{prompt}", story(3 * n + 3).split_off(story(3 * n).len()))).collect();
    let article = read(&page(&inside));
    assert!(lines(&article).iter().all(|line| !line.contains("outside content")), "{:#?}", lines(&article));
}

#[test]
fn a_lede_that_is_shown_twice_comes_once() {
    let lede = "The ferry to the islands sailed again on Monday, for the first time since the storm of last week, with the \
                mayor and a brass band on board.";
    let inside = format!("<p>{lede}</p>{}", story(5));
    let html = page(&inside).replace("</h1>", &format!("</h1><div class=summary><b>{lede}</b></div>"));
    let article = read(&html);
    assert_eq!(article.body.text.matches("brass band").count(), 1, "{:#?}", lines(&article));
}

#[test]
fn a_paragraph_that_stands_twice_comes_once_and_a_short_refrain_as_often_as_it_is_said() {
    let korean = [
        "린드홀름 시의회는 주 케이블의 부식을 이유로 올여름 내내 옛 항구 다리의 차량 통행을 금지하기로 화요일 의결했다.",
        "주민들은 이달 말까지 이의를 제기할 수 있으며 보행자는 나룻배를 이용하게 된다고 시는 밝혔다.",
        "기술자들은 보수 비용을 예산에 책정된 금액의 두 배인 약 400만 크로나로 보고 있다고 설명했다.",
    ];
    let paragraphs = |lines: &[&str]| lines.iter().map(|line| format!("<p>{line}</p>")).collect::<String>();
    for order in [[0, 1, 1, 2], [0, 1, 2, 1]] {
        let text = paragraphs(&order.map(|at| korean[at]));
        let article = read(&page(&text));
        assert_eq!(article.body.text.matches(korean[1]).count(), 1, "{:#?}", lines(&article));
    }
    let refrain = "그래도 배는 아침 여섯 시에 떠난다.";
    let text = paragraphs(&[korean[0], refrain, korean[1], refrain, korean[2], refrain]);
    assert_eq!(read(&page(&text)).body.text.matches(refrain).count(), 3);
}

#[test]
fn a_question_that_a_series_of_answers_repeats_is_kept_however_long() {
    let short = "What do you take along when you cross in autumn?";
    let long = "“What do you take along when you cross in autumn, with the wind against you, and what do you leave at home because \
                there is no use for it on board?”";
    let prompt = "What if you had all of our stories in one place, every morning at six, in our newsletter, which costs nothing and \
                  can be ended at any time?";
    for (question, times) in [(short, 4), (long, 4), (prompt, 0)] {
        let inside: String = (0..4)
            .map(|n| format!("<p>{question}</p>{}", story(3 * n + 3).split_off(story(3 * n).len())))
            .collect();
        let article = read(&page(&inside));
        assert_eq!(article.body.text.matches(question).count(), times, "{:#?}", lines(&article));
    }
}

#[test]
fn an_advertisement_in_mid_sentence_is_cut_and_the_sentence_stays_one() {
    let inserted = "<ins class=\"adsbygoogle ad-slot\">Shoes at half price</ins>";
    let labelled = "<span class=ad>Advertisement: <b>shoes</b> at half price</span>";
    for advert in [inserted, labelled] {
        let line = format!(
            "<p>The harbour will open again,{advert} said the master of the port on Monday, in <ins>May</ins>.</p>"
        );
        let article = read(&page(&format!("{line}{}", story(4))));
        let first = lines(&article)[0];
        assert_eq!(first, "The harbour will open again, said the master of the port on Monday, in May.");
        assert!(article.cuts.iter().any(|cut| cut.kind == CutKind::Advertisement), "{:?}", article.cuts);
    }
}

#[test]
fn what_only_bears_the_name_of_an_advertisement_in_a_sentence_stays() {
    let line = "<p>The race, named after its <span class=sponsor-name>Harbour Brewery</span>, starts on Monday at the new pier.</p>";
    let article = read(&page(&format!("{line}{}", story(4))));
    assert!(lines(&article)[0].contains("Harbour Brewery"), "{:#?}", lines(&article));
}

#[test]
fn two_to_five_copies_for_widths_of_screen_give_the_text_once() {
    for count in [2, 7] {
        let copy = |width: &str| {
            format!(
                "<div class=\"{width}\"><article><h1>Ferry runs again</h1>{}</article></div>",
                story(count)
            )
        };
        let widths = ["desktop", "tablet", "mobile", "print", "amp"];
        for number in 2..=widths.len() {
            let copies: String = widths[..number].iter().map(|width| copy(width)).collect();
            let article = read(&format!(
                "<html><head><title>Ferry runs again</title></head><body>{copies}</body></html>"
            ));
            assert_eq!(lines(&article).len(), count, "{number}: {:#?}", lines(&article));
        }
    }
}

#[test]
fn what_the_markup_hides_is_no_part_of_the_story() {
    let text = "<p>Скидки до конца недели получат все, кто придёт в гавань с этим талоном, сообщила касса порта.</p>";
    for open in [
        "<div hidden>",
        "<div style='display: none'>",
        "<div aria-hidden=true>",
        "<dialog>",
        "<div class=sr-only>",
        "<div style='DISPLAY: None'>",
        "<div style='position:absolute; left:-9999px'>",
        "<div style='position:absolute;clip:rect(0,0,0,0)'>",
        "<div style='height:0;overflow:hidden'>",
        "<div class='promo d-none'>",
        "<div class=hidden>",
        "<div class=is-hidden>",
        "<div class='d-none d-print-block'>",
        "<div popover id=voucher>",
        "<div class='modal fade'>",
        "<div class='modal fade' tabindex=-1><div class=modal-dialog>",
        "<div style='opacity:0;height:0'>",
        "<div style='opacity: 0; pointer-events: none'>",
        "<div style='content-visibility: hidden'>",
    ] {
        let close = if open.starts_with("<dialog") { "</dialog>" } else { "</div>" };
        let article = read(&page(&format!("{}{open}{text}{close}", story(5))));
        assert!(!article.body.text.contains("Скидки"), "{open}: {:#?}", lines(&article));
        assert_eq!(lines(&article).len(), 5, "{open}");
    }
}

#[test]
fn a_double_for_those_who_do_not_see_the_page_is_told_once() {
    let own = story(5);
    let double = story(2);
    for open in [
        "<div class=visually-hidden>",
        "<div class=sr-only>",
        "<div aria-hidden=true>",
        "<div hidden>",
        "<div style='position:absolute;clip-path:inset(50%)'>",
        "<div style='position:absolute;left:-9999px'>",
    ] {
        for inside in [format!("{open}{double}</div>{own}"), format!("{own}{open}{double}</div>")] {
            let article = read(&page(&inside));
            assert_eq!(lines(&article), lines(&read(&page(&own))), "{open}");
        }
    }
}

#[test]
fn a_story_that_is_hidden_until_a_script_shows_it_is_read() {
    for wrapper in
        ["style='visibility:hidden'", "aria-hidden=true", "hidden", "class=hidden", "class='hide js-show'"]
    {
        let html = page(&story(5)).replace("<main>", &format!("<main {wrapper}>"));
        assert_eq!(lines(&read(&html)).len(), 5, "{wrapper}");
    }
}

#[test]
fn what_only_fades_in_and_a_dialog_that_is_open_are_seen() {
    for open in [
        "<div style='opacity:0; transition: opacity .5s'>",
        "<div class='modal fade in'>",
        "<div class='modal fade show'>",
        "<div class='modals fade'>",
    ] {
        let article = read(&page(&format!("{}{open}{}</div>", story(2), story(5).split_off(500))));
        assert!(article.body.text.contains("at 4 o'clock"), "{open}: {:#?}", lines(&article));
    }
}

#[test]
fn what_a_style_sheet_shows_from_some_width_on_is_seen() {
    for class in ["d-none d-md-block", "hidden lg:block", "hide show-for-medium", "unhidden"] {
        let article = read(&page(&format!(
            "{}<div class='{class}'>{}</div>",
            story(4),
            story(5).split_off(story(4).len())
        )));
        assert_eq!(lines(&article).len(), 5, "{class}: {:#?}", lines(&article));
    }
}

#[test]
fn what_asks_for_consent_is_no_part_of_the_story_by_whatever_tool_and_in_whatever_language() {
    let asks = "<p>Мы и наши партнёры храним на вашем устройстве данные, чтобы показывать подходящую рекламу, и просим на это \
                вашего согласия.</p><p>Изменить выбор можно в любое время по ссылке внизу страницы.</p><button>OK</button>";
    for (open, close) in [
        ("<div class='cc-window cc-banner'>", "</div>"),
        ("<amp-consent id=c>", "</amp-consent>"),
        ("<form action='/consent/accept' method=post>", "</form>"),
        ("<div id=sp_message_container_7><div class=message>", "</div></div>"),
        ("<div id=cookie-law-info-bar>", "</div>"),
    ] {
        for html in [
            page(&story(2)).replace("<main>", &format!("{open}{asks}{close}<main>")),
            page(&story(2)).replace("</main>", &format!("</main>{open}{asks}{close}")),
        ] {
            let article = read(&html);
            assert!(!article.body.text.contains("партнёры"), "{open}: {:#?}", lines(&article));
            assert_eq!(lines(&article).len(), 2, "{open}");
        }
    }
}

#[test]
fn a_box_to_log_in_is_no_part_of_the_story_with_all_that_it_says() {
    let form = "<form action=/login><input name=user><input type=password><button>Log in</button></form>";
    let says = format!(
        "<p>Log in to follow this topic and to keep stories for later on all your devices.</p>{form}<p>Forgot your password? We send you a new one.</p>"
    );
    for html in [
        page(&story(4)).replace("</main>", &format!("<div class=box>{says}</div></main>")),
        page(&format!(
            "{}<div>{says}</div><p>The last boat of the day was full to the rail, its mate said in the evening.</p>",
            story(3)
        )),
    ] {
        let article = read(&html);
        assert_eq!(lines(&article).len(), 4, "{:#?}", lines(&article));
        assert!(!article.body.text.contains("Log in") && !article.body.text.contains("Forgot"));
    }
    let flash = read(&page(&format!(
        "<p>The ferry left the harbour again at six o'clock, the port authority said.</p>{form}"
    )));
    assert_eq!(lines(&flash).len(), 1);
}

#[test]
fn what_readers_wrote_is_no_part_of_the_story_whoever_runs_the_comments() {
    let comment =
        "<p>제가 그 항구 옆에서 삼십 년을 살았는데 아무도 우리에게 물어본 적이 없어요, 위원회답네요.</p>";
    for attribute in ["id=coral_thread", "class=u_cbox_list", "id=hyvor-talk-view", "class=cmt_list"] {
        let html = page(&story(4))
            .replace("</main>", &format!("</main><div {attribute}><div><b>user1</b>{comment}</div></div>"));
        let article = read(&html);
        assert_eq!(lines(&article).len(), 4, "{attribute}: {:#?}", lines(&article));
    }
}

#[test]
fn copies_whose_letters_are_put_together_differently_are_copies() {
    let accents = "<p>Le café du port a rouvert lundi à l’aube, après onze années de silence, a déclaré la maire aux pêcheurs réunis.</p>\
                   <p>Les travaux ont coûté neuf millions de couronnes, et la première péniche est arrivée dès l’après-midi.</p>";
    let apart = accents.replace('é', "e\u{301}").replace('à', "a\u{300}");
    let article = read(&page(&format!("<div class=desktop>{accents}</div><div class=mobile>{apart}</div>")));
    assert_eq!(lines(&article).len(), 2, "{:#?}", lines(&article));
}

#[test]
fn a_line_that_only_points_to_another_story_is_no_part_of_this_one() {
    for line in [
        "[관련기사] <a href=/1>올해 폭풍철 예년보다 일찍 시작한다고 기상청이 전망</a>",
        "Read more: <a href=/1>Lighthouse gets a new lamp after forty years</a>",
    ] {
        let article = read(&page(&format!("{}<p>{line}</p>{}", story(2), story(9).split_off(800))));
        assert!(!article.body.text.contains("<a") && !article.body.text.contains("lamp"), "{line}");
        assert!(!article.body.text.contains("폭풍철"), "{line}");
    }
}

#[test]
fn lines_in_which_a_paper_speaks_of_itself_below_the_story_are_no_part_of_it() {
    for line in [
        "Подписывайтесь на наш канал в <a href=https://t.example/x>Telegram</a>, чтобы узнавать новости первыми.",
        "【免责声明】本文仅代表作者本人观点，与本网站无关。",
        "© 2025 Harbour News. All rights reserved, on land and at sea.",
        "Подписывайтесь на наш канал в Дзене, чтобы не пропустить новости.",
        "Get the latest stories straight to your inbox with our <a href=/letter>newsletter</a>",
        "特别声明：以上内容由用户上传并发布，本平台仅提供信息存储服务。",
        "Dieses Thema im Programm: Über dieses Thema berichtete die Hafenschau am 12. Mai um 14:00 Uhr.",
        "کد خبر 1234567",
        "کد خبر: ۱۲۳۴۵۶۷",
    ] {
        let article = read(&page(&format!("{}<p>{line}</p>", story(3))));
        assert_eq!(lines(&article).len(), 3, "{line}: {:#?}", lines(&article));
    }
    let told =
        "Copyright law was the subject of the harbour's longest trial, which ended on Friday after a year.";
    let article = read(&page(&format!(
        "{}<p>Follow us, the captain said, and they did.</p><p>{told}</p>{}",
        story(2),
        story(1)
    )));
    assert!(article.body.text.contains(told) && article.body.text.contains("Follow us"));
}

#[test]
fn what_asks_in_words_for_consent_or_for_an_address_is_no_part_of_the_story() {
    for asks in [
        "<div class=c-note><p>Мы используем файлы cookie, чтобы сайт работал лучше. Продолжая, вы соглашаетесь с этим.</p>\
         <button>Понятно</button></div>",
        "<section><p>Utilizamos cookies propias y de terceros para analizar el tráfico y mostrar publicidad.</p>\
         <a href=# role=button>Aceptar</a></section>",
        "<div class=x7><p>当サイトでは、利便性の向上とアクセス解析のためにクッキーを使用しています。</p><button>同意する</button></div>",
        "<form action=/nl><h3>Morning tide</h3><p>Five stories of the day at seven, written by the night desk.</p>\
         <input type=email><button>Go</button><small>You agree to the terms of the harbour.</small></form>",
        "<div id=onesignal-slidedown><p>May the harbour send notifications of the latest sailings to this device?</p></div>",
        "<section amp-access=\"NOT subscriber\"><p>Whoever pays two coins a week never misses a sailing again.</p></section>",
    ] {
        let article = read(&page(&format!("{}{asks}{}", story(2), story(9).split_off(800))));
        for words in
            ["cookie", "クッキー", "night desk", "terms of the harbour", "latest sailings", "two coins"]
        {
            assert!(!article.body.text.contains(words), "{words}: {}", article.body.text);
        }
    }
    let about =
        "<p>The harbour office was fined because its site set cookies before it asked, a court found.</p>";
    let article = read(&page(&format!("{about}{}<button>Share</button>", story(1))));
    assert!(article.body.text.contains("set cookies before it asked"));
}

#[test]
fn the_opening_of_a_paragraph_that_stands_whole_below_is_told_once() {
    let broken = "The ferry left the harbour at 0 o'clock, and by the evening some 200 passengers had…";
    let article = read(&page(&format!("<div class=preview><p>{broken}</p></div>{}", story(4))));
    assert!(!article.body.text.contains('…'), "{}", article.body.text);
    let kept = read(&page(&format!(
        "{}<p>And then, as ferries do when the autumn is long, it sailed…</p>",
        story(4)
    )));
    assert!(kept.body.text.contains('…'), "what stands nowhere else stays");
}

/// A page that scripts draw.
fn drawn(script: &str) -> Article {
    read(&format!("<title>Ferry runs again</title><div id=app></div>{script}"))
}

#[test]
fn a_story_that_stands_in_the_state_of_the_scripts_is_rescued_whatever_framework_wrote_it() {
    let markup = serde_json::to_string(&format!("<div>{}</div>", story(4))).unwrap();
    let state = format!(
        "{{\"page\":{{\"story\":{{\"headline\":\"Ferry runs again\",\"content\":{markup}}},\"more\":[]}}}}"
    );
    let escaped = state.replace('<', "\\u003C").replace('>', "\\u003E");
    let blocks: Vec<serde_json::Value> = story(4)
        .split("</p>")
        .map(|text| text.trim().trim_start_matches("<p>"))
        .filter(|text| !text.is_empty())
        .map(|text| serde_json::json!({"type": "paragraph", "data": {"text": text}}))
        .collect();
    let blocks =
        serde_json::json!({"props": {"blocks": blocks, "tags": ["sea", "land", "wind"]}}).to_string();
    for script in [
        format!("<script type=application/json>{escaped}</script>"),
        format!("<script>window.__STATE__ = {escaped};window.go=1</script>"),
        format!("<script>var s=JSON.parse({});</script>", serde_json::to_string(&escaped).unwrap()),
        format!("<script type=application/json>{blocks}</script>"),
    ] {
        let article = drawn(&script);
        assert_eq!(article.page_kind, PageKind::Article, "{script}");
        assert_eq!(lines(&article).len(), 4, "{script}: {:#?}", lines(&article));
    }
    for script in
        ["<script>a={", "<script>JSON.parse(\"[[[", "<script type=application/json>[\"<p", "<script>=[=[=["]
    {
        assert_eq!(drawn(&script.repeat(300)).page_kind, PageKind::Empty, "{script}");
    }
}

#[test]
fn script_data_may_hold_the_story_as_markup_escaped_or_not() {
    let escaped = story(4).replace('<', "&lt;").replace('>', "&gt;");
    for text in [story(4), escaped] {
        let data = serde_json::json!({"@type": "NewsArticle", "articleBody": text})
            .to_string()
            .replace("</", "<\\/");
        let article = drawn(&format!("<script type=application/ld+json>{data}</script>"));
        assert_eq!(lines(&article).len(), 4, "{:#?}", lines(&article));
        assert!(!article.body.text.contains('<') && !article.body.text.contains("&lt;"));
    }
}

#[test]
fn a_shadow_tree_that_is_written_down_is_seen() {
    let article = read(&page(&format!(
        "<ferry-text><template shadowrootmode=open>{}</template></ferry-text>",
        story(4)
    )));
    assert_eq!(lines(&article).len(), 4);
}

#[test]
fn lines_above_the_story_that_say_when_and_how_long_to_read_are_no_part_of_it() {
    for lines_above in [
        "<p>Published: 21 March 2025, 08:00 GMT</p><p>3 min read</p>",
        "<p>Aktualisiert: 21.03.2025, 10:12 Uhr</p><p>Lesezeit: 3 Min.</p>",
        "<p>입력 2025.03.21. 08:00</p><p>수정 2025.03.21. 10:12</p>",
        "<p>Фото: Пётр Далев / Вести порта</p>",
        "<p>출처: 항구일보</p>",
        "<p>4 hours ago</p>",
    ] {
        let article = read(&page(&format!("{lines_above}{}", story(3))));
        assert_eq!(lines(&article).len(), 3, "{lines_above}: {:#?}", lines(&article));
    }
    let diary = "<p>3 May 2025</p><p>We left the harbour at six in the morning, and the island came in sight at noon.</p>";
    let article = read(&page(&format!("{diary}{}", diary.replace("3 May", "4 May"))));
    assert!(article.body.text.contains("3 May 2025") && article.body.text.contains("4 May 2025"));
    let article = read(&page(&format!(
        "<p>On 21 March 2025 it was the day of all the ferrymen of the sound.</p>{}",
        story(3)
    )));
    assert_eq!(lines(&article).len(), 4);
}

#[test]
fn paragraphs_in_the_cell_of_a_layout_are_no_row_of_a_table() {
    let short = |n: usize| {
        format!("The ferry number {n} left the harbour at {n} o'clock, the port authority said on Tuesday.")
    };
    let lines_of = |joint: &str, open: &str, close: &str| {
        let text: Vec<String> = (1..6).map(|n| format!("{open}{}{close}", short(n))).collect();
        let html = format!(
            "<title>Ferry runs again</title><h1>Ferry runs again</h1><table><tr><td><div>{}</div></td></tr></table>",
            text.join(joint)
        );
        lines(&read(&html)).len()
    };
    assert_eq!(lines_of("", "<p>", "</p>"), 5);
    assert_eq!(lines_of("<br><br>", "", ""), 5);
    let rows: String = (0..4).map(|n| format!("<tr><td>Pier {n}</td><td>{n}:15</td></tr>")).collect();
    let article = read(&page(&format!("{}<table>{rows}</table>", story(4))));
    assert!(article.body.text.contains("Pier 2\t2:15"), "{}", article.body.text);
}

#[test]
fn a_standfirst_that_is_also_the_title_for_sharing_stays() {
    let above = "<h1>Storm closes northern harbour</h1><h2>Six boats pulled ashore by volunteers</h2>";
    let html = format!(
        "<meta property=og:title content='Six boats pulled ashore by volunteers'><title>Storm closes northern harbour</title><article>{above}{}</article>",
        story(4)
    );
    assert_eq!(lines(&read(&html))[0], "Six boats pulled ashore by volunteers");
}

#[test]
fn who_signs_a_letter_or_a_comment_has_not_written_the_article() {
    for class in ["comment", "leserbriefe", "opiniones", ""] {
        let other = format!(
            "<div class='{class}'><article><footer>By Bo Ek - March 9, 2025 05:06</footer><p>Good.</p></article></div>"
        );
        let article =
            read(&format!("<title>Ferry runs again</title><h1>Ferry runs again</h1>{}{other}", story(4)));
        assert!(article.authors.is_empty() && article.published.is_none(), "{class}");
    }
}

#[test]
fn a_section_with_a_day_behind_the_element_of_the_headline_stays_and_a_story_with_a_days_headline_goes() {
    let story = |of: &str| {
        let line = |hour: usize| {
            format!(
                "<p>The {of} left the harbour at {hour} in the morning, the first time since the storm, and two hundred people had crossed \
                 by noon, the port authority said on Wednesday.</p>"
            )
        };
        (6..9).map(line).collect::<String>()
    };
    let page = |own_day: &str, behind: &str| {
        let html = format!(
            "<title>Ferry runs again after the storm</title><main><article><h1>Ferry runs again after the storm</h1>{own_day}{}</article></main>\
             {behind}",
            story("ferry")
        );
        read(&html).body.text
    };
    for (own, heading, day) in [
        ("12 March 2025", "What comes next", "9 September 2025"),
        ("12 March 2025", "The first ferry to the outer islands since 1931", "4 May 1931"),
        ("12 March 2025", "Where the new piers will stand from the autumn on", "9 September 2025"),
        ("12. März 2025", "Wie es weitergeht", "9. März 2025"),
        ("12 марта 2025", "Что дальше", "9 сентября 2025"),
        ("2025년 3월 12일", "앞으로의 일정", "2025년 3월 9일"),
        ("2025年3月12日", "今後の予定", "2025年9月9日"),
    ] {
        for own_day in [String::new(), format!("<p>{own}</p>")] {
            for element in ["div", "section"] {
                let section =
                    format!("<{element}><h2>{heading}</h2><p>{day}</p>{}</{element}>", story("steamer"));
                let found = page(&own_day, &section);
                assert!(found.contains("The ferry left") && found.contains("The steamer left"), "{section}");
            }
        }
    }
    let own_day = "<p>12 March 2025</p>";
    for other in [
        "<div><h2>Lighthouse on the northern cape has a new lamp</h2><p>11 March 2025</p>STORY</div>",
        "<div><h2>Lighthouse on the northern cape has a new lamp</h2><p>By Bo Ek</p>STORY</div>",
        "<div class=next><h2>A new lamp</h2><p>11 March 2025</p>STORY</div>",
        "<div><h2><a href=/lamp>A new lamp</a></h2><p>11 March 2025</p>STORY</div>",
        "<h2>Lighthouse on the northern cape has a new lamp</h2><p>11 March 2025</p>STORY",
    ] {
        let found = page(own_day, &other.replace("STORY", &story("keeper")));
        assert!(found.contains("The ferry left") && !found.contains("The keeper left"), "{other}");
    }
}

#[test]
fn a_plain_line_that_asks_for_consent_is_no_part_of_the_story_and_one_in_a_text_about_cookies_is() {
    for (asking, choice) in [
        (
            "This website uses cookies to improve your experience.",
            "You can change your preferences at any time.",
        ),
        (
            "We and our 214 partners store cookies on your device.",
            "You may withdraw your consent at any time.",
        ),
        (
            "Wir verwenden Cookies, um Inhalte und Anzeigen zu personalisieren.",
            "Ihre Einwilligung können Sie jederzeit widerrufen.",
        ),
        (
            "En poursuivant votre navigation, vous acceptez l'utilisation de cookies.",
            "Vous pouvez retirer votre consentement à tout moment.",
        ),
        (
            "Utilizamos cookies propias y de terceros para analizar el tráfico.",
            "Puede retirar su consentimiento cuando quiera.",
        ),
        (
            "На сайте используются файлы cookie и сервисы аналитики.",
            "Вы можете отозвать согласие в любое время.",
        ),
        (
            "이 웹사이트는 더 나은 경험을 위해 쿠키를 사용합니다.",
            "동의는 언제든지 설정에서 철회할 수 있습니다.",
        ),
        ("当サイトでは、利便性向上のためにCookieを使用しています。", "設定はいつでも変更できます。"),
        ("本网站使用Cookie来改善您的浏览体验。", "您可以随时更改您的设置。"),
    ] {
        let (own, lines) = (story(4), format!("<p>{asking}</p><p>{choice}</p>"));
        let head = "<h1>Ferry runs again</h1>";
        for page in [
            format!("<main><article>{head}{own}</article></main>{lines}"),
            format!("<div>{lines}{head}{own}</div>"),
            format!("<article>{head}{own}{lines}</article>"),
        ] {
            let text = read(&page).body.text;
            assert!(!text.contains(asking) && !text.contains(choice), "{page}: {text}");
            assert!(text.contains("harbour"), "{page}: {text}");
        }
        let quoted = format!("<article>{head}{own}<p>“{asking}”</p>{own}</article>");
        assert!(read(&quoted).body.text.contains(asking), "{quoted}");
        let about = format!(
            "<article>{head}{own}<p>{asking}</p><p>The court did not ask which cookies it had meant.</p></article>"
        );
        assert!(read(&about).body.text.contains(asking), "{about}");
    }
    // What stands behind such a line is the article's, and two states that agree say what readers do.
    for (asking, lede) in [
        (
            "Мы используем файлы cookie.",
            "Министры двух стран в среду согласились открыть комиссию по торговле.",
        ),
        ("본 사이트는 쿠키를 사용합니다.", "양국 외교장관은 수요일 공동위원회를 설치하기로 동의했다."),
        (
            "当サイトではクッキーを使用しています。",
            "両国の外相は水曜日、合同委員会を設置することで同意した。",
        ),
        ("本网站使用Cookie来改善体验。", "两国外长星期三在北京同意设立联合委员会。"),
        (
            "This site uses cookies.",
            "The council gave its consent to the opening of the building site on Tuesday, the mayor said.",
        ),
    ] {
        let page =
            format!("<article><h1>Ferry runs again</h1><p>{asking}</p><p>{lede}</p>{}</article>", story(4));
        assert!(read(&page).body.text.contains(lede), "{page}");
    }
    let told = "This website uses cookies, says a banner on nearly every page, and hardly anybody reads on.";
    let page = format!(
        "<article><h1>The banner that nobody reads</h1><p>{told}</p>{}<p>Engineers want consent to be stored once and for all.</p></article>",
        story(4)
    );
    assert!(read(&page).body.text.contains(told));
    let baked = "We use cookies from the bakery on the quay for the crust, the cook of the ferry said, and butter from the farm.";
    let page = format!("<article><h1>Ferry has a new cook</h1>{}<p>{baked}</p></article>", story(4));
    assert!(read(&page).body.text.contains(baked));
}
