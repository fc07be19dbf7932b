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
fn a_bulletin_of_one_sentence_is_an_article_in_scripts_of_few_letters() {
    for (title, sentence) in [
        ("【速報】北港沖で貨物船が座礁", "27日午前、北港沖で貨物船が座礁した。けが人はいない。"),
        ("快讯：北港轮渡恢复航行", "港务局27日宣布，北港轮渡当天上午恢复航行。"),
        ("[속보] 북항 여객선 운항 재개", "항만 당국은 27일 북항 여객선 운항을 재개했다고 밝혔다."),
    ] {
        let html = format!("<h1>{title}</h1><article><p>{sentence}</p></article>");
        assert_eq!(kind(&html), PageKind::Article, "{title}");
    }
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
fn a_page_that_wants_another_browser_is_a_bot_wall_and_a_notice_above_a_story_is_none() {
    for notice in [
        "Your browser is not supported. Please update it.",
        "Ihr Browser ist veraltet. Bitte laden Sie einen neueren.",
    ] {
        assert_eq!(
            kind(&format!("<title>Harbour News</title><p>{notice}</p>")),
            PageKind::BotWall,
            "{notice}"
        );
        let html = format!("<p>{notice}</p><h1>Ferry runs again</h1><article>{}</article>", story(6));
        assert_eq!(kind(&html), PageKind::Article, "{notice}");
    }
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
fn a_report_with_a_timetable_is_no_live_blog() {
    let times = repeat(7, |n| {
        format!("<p>{:02}:15 Leaves Northhaven</p><p>{:02}:55 Arrives at Westport</p>", 6 + 2 * n, 6 + 2 * n)
    });
    let html = format!(
        "<h1>Night ferry returns with a new timetable</h1><article>{}<h2>From Monday</h2>{times}</article>",
        story(3)
    );
    assert_eq!(kind(&html), PageKind::Article);
}

#[test]
fn parts_whose_headings_lead_to_their_own_place_on_the_page_make_no_list() {
    let part = |number: usize| {
        format!(
            "<section><h2><a href=#part-{number}>What the keeper of lighthouse {number} says</a></h2><p>The keeper lit the lamp that he had \
             waited for since spring {number}, and the whole of the coast came to look at it, the council said on Wednesday.</p></section>"
        )
    };
    let lede = "The ferry left the harbour at six in the morning, the first time since the storm, the port authority said on Wednesday.";
    let html = format!(
        "<title>Ferry runs again</title><article><h1>Ferry runs again</h1><p>{lede}</p></article>{}",
        (1..6).map(part).collect::<String>()
    );
    assert_eq!(kind(&html), PageKind::Article);
    assert_eq!(kind(&html.replace("href=#part-", "href=/part-")), PageKind::Index);
}

#[test]
fn cards_that_begin_with_their_link_or_end_with_one_to_more_make_a_list() {
    let told = "two hundred passengers had crossed to the island by the evening, the port authority said, more than on any day before.";
    let list = |item: &dyn Fn(usize) -> String| -> String { (1..9).map(item).collect() };
    let led = |number: usize| {
        format!(
            "<li><a href=/{number}>Ferry number {number} runs again after the storm</a> On day {number} {told}</li>"
        )
    };
    let more = |number: usize| {
        format!(
            "<div><p><strong>Ferry number {number} runs again</strong></p><p>On day {number} {told} <a href=/{number}>Continue reading</a></p></div>"
        )
    };
    for cards in [format!("<ul>{}</ul>", list(&led)), list(&more)] {
        let html = |below: &str| {
            format!("<title>Sea news | Harbour</title><main><h1>Sea news</h1>{below}{cards}</main>")
        };
        assert_eq!(kind(&html("")), PageKind::Index, "{cards}");
    }
    let digest = format!(
        "<title>The week at sea</title><main><h1>The week at sea</h1><p>21 March 2025</p><ul>{}</ul></main>",
        list(&led)
    );
    assert_eq!(kind(&digest), PageKind::Article);
}

#[test]
fn an_opening_above_an_offer_is_a_teaser_behind_a_paywall() {
    let html = format!(
        "<h1>Ferry runs again</h1><article>{}</article><div class=paywall><p>Subscribe to read on.</p></div>",
        story(1)
    );
    assert_eq!(kind(&html), PageKind::PaywalledTeaser);
    for offer in [
        "Sie möchten weiterlesen? Jetzt Abo abschließen.",
        "Jetzt Abo abschließen und weiterlesen.",
        "Den vollständigen Artikel lesen Sie mit einem Abonnement.",
        "로그인 후 계속 읽을 수 있습니다.",
        "此内容仅限会员阅读。",
    ] {
        let html = format!("<article><h1>Ferry runs again</h1>{}<p>{offer}</p></article>", story(1));
        assert_eq!(kind(&html), PageKind::PaywalledTeaser, "{offer}");
    }
}

#[test]
fn a_page_that_is_not_there_says_so_whatever_its_status() {
    assert_eq!(kind("<title>404 Not Found</title><h1>Page not found</h1><p>Sorry.</p>"), PageKind::NotFound);
}

#[test]
fn a_page_without_text_is_empty() {
    assert_eq!(kind("<html><body></body></html>"), PageKind::Empty);
}

/// A page of one sentence under a headline, in a language.
fn flash(title: &str, sentence: &str) -> String {
    format!(
        "<title>{title} | Harbour News</title><main><article><h1>{title}</h1><p>{sentence}</p></article></main>"
    )
}

#[test]
fn a_short_story_about_walls_is_a_story() {
    for (title, sentence) in [
        (
            "Regulator fines company over cookies",
            "The regulator fined a company that uses cookies without asking, and ordered it to delete the data within a month.",
        ),
        (
            "Inspectors turned away at plant",
            "Inspectors were told “access denied” at the gate of the plant on Tuesday, the agency said in a short statement.",
        ),
        (
            "Ministry portal down for a day",
            "The ministry’s portal showed “page not found” for most of Tuesday, and officials could not say when it would be back.",
        ),
        (
            "Security check finds eel at airport",
            "A security check at the airport found a live eel in a suitcase on Monday, and the flight left two hours late.",
        ),
        (
            "Капчу предложили отменить",
            "Исследователи назвали капчу «докажите, что вы не робот» устаревшей и предложили заменить её вопросом о погоде.",
        ),
        (
            "‘로봇이 아닙니다’ 악용한 해킹 발견",
            "업체는 ‘로봇이 아닙니다’ 확인 절차를 악용한 새로운 해킹 수법이 발견됐다고 화요일 밝혔다.",
        ),
        (
            "黑客利用虚假人机验证页面窃取密码",
            "该公司周二表示，黑客利用虚假的人机验证页面窃取密码，已有数十人受害。",
        ),
    ] {
        assert_eq!(kind(&flash(title, sentence)), PageKind::Article, "{title}");
    }
}

#[test]
fn a_sentence_that_names_a_day_makes_a_story_of_the_words_of_a_wall_and_one_on_the_site_does_not() {
    for (title, sentence) in [
        (
            "Enable JavaScript, the message that cost a bank millions",
            "A message that asked customers to enable JavaScript cost a bank in Westport millions on Tuesday, an inquiry found.",
        ),
        (
            "「私はロボットではありません」を破る人工知能",
            "「私はロボットではありません」という認証を人より速く解く人工知能を港湾大学が16日発表した。",
        ),
        (
            "Капча больше не спасает",
            "Университет порта сообщил в среду, что его программа решает любую captcha быстрее человека.",
        ),
        (
            "银行",
            "两周前出现的“异常流量”提示让西港银行损失了数百万，调查人员周二公布了结果，并要求银行赔偿所有受到影响的客户。",
        ),
    ] {
        assert_eq!(kind(&flash(title, sentence)), PageKind::Article, "{title}");
    }
    for (title, text) in [
        (
            "Wartungsarbeiten bei der Zeitung",
            "Die Seite ist wegen Wartungsarbeiten am Montag, 16. Juni 2025, bis 4 Uhr nicht da.",
        ),
        ("アクセスが拒否されました", "アクセスが拒否されました。ロボットでないことを確認してください。"),
        (
            "お知らせ",
            "海外から届いた異常流量のため、港湾新聞の編集部が3日間の調査を進め、新しい設備への入れ替えが終わるまで担当の者が交代で当たります。",
        ),
        (
            "Notice",
            "Scheduled maintenance takes place on Sunday, 16 June 2025, from two to six in the morning, and nothing is lost.",
        ),
    ] {
        assert_ne!(kind(&flash(title, text)), PageKind::Article, "{title}");
    }
}

#[test]
fn the_day_and_the_number_that_a_wall_stamps_make_no_story_of_it() {
    for stamped in [
        "Access denied on Monday, 16 June 2025, at 10:00:23 GMT, incident 18.2d351ab8.1718532023.",
        "Access denied on Monday morning while the rules for automated visits were being renewed.",
        "Too many requests since Wednesday from 203.0.113.7; the limit is lifted on Thursday.",
        "Página no encontrada el lunes 16 de junio de 2025 a las 10:00, código 8f1a2b3c-77d1.",
        "Activité inhabituelle depuis votre réseau constatée mardi 17 juin 2025 à 9 h 12, code 8f1a2b3c.",
        "Доступ ограничен в понедельник, 16 июня 2025 года, в 10:00:23, номер обращения 8f1a2b3c-77d1.",
        "2025年6月16日月曜日10時00分、アクセスが拒否されました。参照番号は8f1a2b3cです。",
        "월요일부터 비정상적인 트래픽이 감지되어 203.0.113.7 주소가 차단되었습니다.",
        "2025年6月16日星期一10:00:23检测到异常流量，请求编号8f1a2b3c。",
    ] {
        let page =
            |heading: &str| format!("<title>Harbour News</title><main>{heading}<p>{stamped}</p></main>");
        assert_ne!(kind(&page("")), PageKind::Article, "{stamped}");
        assert_ne!(kind(&page("<h1>Harbour News</h1>")), PageKind::Article, "{stamped}");
    }
    for (title, sentence) in [
        (
            "Harbour office turns forty boats away",
            "Access was denied on Monday, 16 June 2025, to forty boats, since the gates of the lock had jammed, the master said.",
        ),
        (
            "Hafenamt nimmt seine Rechner vom Netz",
            "Das Hafenamt entdeckte am Dienstag ungewöhnlichen Datenverkehr und schaltete die Rechner ab, teilte die Polizei mit.",
        ),
        (
            "비정상적인 접근에 뚫린 항만청",
            "항만청 전산망이 16일 월요일 비정상적인 접근으로 멈춰 여객선 12척이 출항하지 못했다고 경찰이 밝혔다.",
        ),
    ] {
        assert_eq!(kind(&flash(title, sentence)), PageKind::Article, "{title}");
    }
}

#[test]
fn a_wall_that_speaks_to_its_reader_is_a_wall_under_any_heading() {
    for (html, expected) in [
        (
            "<title>DDoS shield</title><h1>Checking your browser before accessing news.example</h1><p>Please wait a few seconds. Once \
          this check is complete, the site will open by itself, and you can read on.</p>",
            PageKind::BotWall,
        ),
        (
            "<title>Ой!</title><h1>Подтвердите, что запросы отправляли вы, а не робот</h1><p>Нам очень жаль, но запросы с вашего \
          устройства похожи на автоматические.</p>",
            PageKind::BotWall,
        ),
        ("<title>news.example</title><p>Please enable JS and disable any ad blocker</p>", PageKind::BotWall),
        (
            "<title>Seite nicht gefunden</title><h1>Seite nicht gefunden</h1><p>Die gewünschte Seite gibt es leider nicht mehr.</p>",
            PageKind::NotFound,
        ),
        (
            "<title>Page introuvable</title><h1>Erreur 404</h1><p>La page que vous recherchez est introuvable ou n’existe plus.</p>",
            PageKind::NotFound,
        ),
        (
            "<title>Oops!</title><h1>Oops! We can’t find that page.</h1><p>The page may have been moved or deleted. Try searching instead.</p>",
            PageKind::NotFound,
        ),
        ("<title>알림</title><p>삭제되거나 존재하지 않는 기사입니다.</p>", PageKind::NotFound),
        ("<title>記事</title><p>この記事は公開を終了しました。</p>", PageKind::NotFound),
    ] {
        assert_eq!(kind(html), expected, "{html}");
    }
}

#[test]
fn a_wall_in_plain_words_is_a_wall() {
    for text in [
        "<h1>One moment</h1><p>We are checking that you are a person and not a program. Please leave this window open.</p>",
        "<p>Votre navigateur est trop ancien ou JavaScript est désactivé. Activez-le puis rechargez la page pour continuer.</p>",
        "<p>Este contenido no está disponible en su región. Lamentamos las molestias.</p>",
        "<p>현재 사이트 점검 중입니다. 이용에 불편을 드려 죄송합니다. 점검 시간: 02:00 ~ 05:00</p>",
        "<p>يرجى تفعيل جافا سكريبت في متصفحك ثم إعادة تحميل الصفحة للمتابعة.</p>",
    ] {
        assert_ne!(
            kind(&format!("<title>Harbour News</title><div>{text}</div>")),
            PageKind::Article,
            "{text}"
        );
    }
    let told = "The ministry of transport closed its site for repairs on Friday, and visitors were told that JavaScript is disabled.";
    assert_eq!(kind(&flash("Ministry closes its site for two days", told)), PageKind::Article);
    for (headline, told) in [
        (
            "Ungewöhnliche Aktivität am Nordvulkan",
            "Forscher haben am Freitag eine ungewöhnliche Aktivität am Nordvulkan gemessen, teilte das Amt mit.",
        ),
        (
            "Actividad inusual en el volcán",
            "El servicio geológico detectó actividad inusual en el volcán y alejó a los vecinos el viernes.",
        ),
        (
            "Необычную активность заметили на вулкане",
            "Учёные заметили необычную активность на северном вулкане, сообщили в пятницу в институте.",
        ),
        (
            "Підозрілу активність помітили біля порту",
            "Поліція помітила підозрілу активність біля порту й затримала двох чоловіків, повідомили у п'ятницю.",
        ),
        (
            "해당 국가에서는 입국 금지",
            "외교부는 금요일 해당 국가에서는 우리 국민의 입국이 금지된다고 밝혔다.",
        ),
        ("정부 홈페이지 점검 나흘째", "정부는 홈페이지 점검 작업이 나흘째 이어지고 있다고 금요일 밝혔다."),
        (
            "JavaScript is required at every school",
            "The ministry said on Friday that JavaScript is required in every school's lessons from next year on.",
        ),
    ] {
        assert_eq!(kind(&flash(headline, told)), PageKind::Article, "{headline}");
    }
}

#[test]
fn an_offer_of_mail_that_costs_nothing_makes_no_teaser() {
    let paid = "<div class=paywall><p>This post is for paying subscribers. Subscribe to get new posts in full.</p><a href=/sub>Subscribe</a></div>";
    assert_eq!(
        kind(&format!("<h1>Ferry runs again</h1><article>{}{paid}</article>", story(3))),
        PageKind::PaywalledTeaser
    );
    let consent = "<title>Harbour News and its partners</title><main><h1>Harbour News and its partners</h1><div class=gdpr>\
                   <p>Our partners store information on devices and read it to choose advertisements.</p><a href=#ok>OK</a></div></main>";
    assert_ne!(kind(consent), PageKind::Article);
    let offer = "<div class=subscription-widget><p>Thanks for reading! Subscribe for free to receive new posts and support my work.</p></div>";
    assert_eq!(
        kind(&format!("<h1>Ferry runs again</h1><article>{}{offer}</article>", story(3))),
        PageKind::Article
    );
}

#[test]
fn cards_without_headings_make_an_index_too() {
    let opening = |n: usize| {
        format!(
            "The ferry number {n} left the harbour in the morning with {} passengers on board, the port authority said.",
            100 + 7 * n
        )
    };
    for card in [
        |n: usize, opening: String| {
            format!("<li><a href=/{n}>Ferry number {n} leaves the harbour on time</a><p>{opening}</p></li>")
        },
        |n: usize, opening: String| {
            format!(
                "<dl><dt><a href=/{n}>Ferry number {n} leaves the harbour on time</a></dt><dd>{opening}</dd></dl>"
            )
        },
        |n: usize, opening: String| {
            format!(
                "<table><tr><td><a href=/{n}>Ferry number {n} leaves the harbour on time</a></td><td>{opening}</td></tr></table>"
            )
        },
        |n: usize, opening: String| {
            format!(
                "<div><h2>Ferry number {n} leaves the harbour on time</h2><p>{opening} <a href=/{n}>Read more</a></p></div>"
            )
        },
    ] {
        let cards = repeat(8, |n| card(n, opening(n)));
        let html = format!("<title>Ferries | Harbour News</title><main><h1>Ferries</h1>{cards}</main>");
        assert_eq!(kind(&html), PageKind::Index, "{html}");
    }
    // A story in sections is none, and a story above such a list isn't, either.
    let sections = repeat(8, |n| format!("<div><h2>Day {n} of the storm</h2><p>{}</p></div>", opening(n)));
    assert_eq!(
        kind(&format!("<title>Eight days of storm</title><h1>Eight days of storm</h1>{sections}")),
        PageKind::Article
    );
    let list = repeat(8, |n| {
        format!("<li><a href=/{n}>Ferry number {n} leaves the harbour on time</a><p>{}</p></li>", opening(n))
    });
    let html = format!(
        "<title>Ferry runs again</title><article><h1>Ferry runs again</h1>{}</article><aside><ul>{list}</ul></aside>",
        story(6)
    );
    assert_eq!(kind(&html), PageKind::Article);
}

#[test]
fn a_text_that_is_paid_for_by_the_name_of_a_schema_is_a_teaser() {
    for value in ["false", "\"False\"", "\"http://schema.org/False\"", "\"https://schema.org/False\""] {
        let data = format!(
            "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":{value}}}</script>"
        );
        let html = format!("<head>{data}</head><h1>Ferry runs again</h1><article>{}</article>", story(2));
        assert_eq!(kind(&html), PageKind::PaywalledTeaser, "{value}");
    }
    let microdata = format!(
        "<h1>Ferry runs again</h1><article itemscope itemtype='https://schema.org/NewsArticle'>\
         <meta itemprop=isAccessibleForFree content=False>{}</article>",
        story(2)
    );
    assert_eq!(kind(&microdata), PageKind::PaywalledTeaser);
    assert_eq!(kind(&microdata.replace("content=False", "content=True")), PageKind::Article);
}

#[test]
fn times_of_day_are_told_in_the_ways_of_many_languages() {
    let post = |time: &dyn Fn(usize) -> String| {
        repeat(12, |n| {
            format!(
                "<div><span>{}</span><h3>Post {n} of the day</h3><p>The ferry {n} left the harbour with {} passengers, the port said.</p></div>",
                time(n),
                100 + 13 * n
            )
        })
    };
    let ways: [&dyn Fn(usize) -> String; 4] = [
        &|n| format!("{}h{}", 8 + n, 10 + n),
        &|n| format!("오후 {}시 {}분", 1 + n % 11, 10 + n),
        &|n| format!("下午{}时{}分", 1 + n % 11, 10 + n),
        &|n| format!("{}:{} p.m.", 1 + n % 11, 10 + n),
    ];
    for way in ways {
        assert_eq!(kind(&format!("<h1>The day at the harbour</h1>{}", post(way))), PageKind::LiveBlog);
    }
    let dated = post(&|n| format!("18. Juni 2025, {}:05 Uhr", 10 + n));
    let declared = r#"<script type="application/ld+json">{"@type":"LiveBlogPosting"}</script>"#;
    assert_eq!(kind(&format!("{declared}<h1>The day at the harbour</h1>{dated}")), PageKind::LiveBlog);
    assert_ne!(
        kind(&format!("<h1>The day at the harbour</h1>{}{dated}", story(6))),
        PageKind::LiveBlog,
        "so are comments dated"
    );
}

#[test]
fn a_front_page_is_an_index_however_long_its_lead() {
    let cards = repeat(6, |n| {
        format!(
            "<div><h3><a href=/{n}>Story {n} of the harbour</a></h3><p>The ferry {n} left the harbour in the morning with a load of coal.</p></div>"
        )
    });
    let html = format!(
        "<title>Harbour News</title><main><h1><a href=/lead>Ferry runs again</a></h1>{}{cards}</main>",
        story(3)
    );
    let at = |url: &str| {
        let url = Some(url.parse().unwrap());
        extract(&Page { url, content_type: None, bytes: html.as_bytes().to_vec(), received_at: None })
            .page_kind
    };
    assert_eq!(at("https://news.example/"), PageKind::Index);
    assert_eq!(at("https://news.example/2025/06/ferry-runs-again.html"), PageKind::Article);
}

#[test]
fn cards_that_no_box_holds_together_make_an_index() {
    let terms = repeat(6, |n| {
        format!(
            "<dt><a href=/{n}>Story {n} of the harbour and its ferries</a></dt><dd>The ferry {n} left the harbour in the morning with a load of coal.</dd>"
        )
    });
    let flat = terms.replace("dt>", "h3>").replace("dd>", "p>");
    for list in [format!("<dl>{terms}</dl>"), flat] {
        assert_eq!(kind(&format!("<title>Search</title><h1>Results</h1>{list}")), PageKind::Index, "{list}");
    }
}

#[test]
fn a_site_that_rests_or_closes_itself_to_a_country_shows_no_article() {
    for (title, text) in [
        (
            "Технические работы",
            "Сайт временно недоступен. Приносим извинения за неудобства, зайдите, пожалуйста, позже.",
        ),
        (
            "Too Many Requests",
            "You have sent too many requests in a short time. Please wait a moment and try again.",
        ),
        (
            "Unavailable",
            "This content is not available in your country. We are sorry for the inconvenience this causes you.",
        ),
        (
            "访问验证",
            "别离开，为了更好的访问体验，请进行验证，通过后即可继续访问网页。请按住滑块，拖动到最右边。",
        ),
        (
            "Weiterlesen mit Werbung",
            "Besuchen Sie unsere Seite wie gewohnt mit Werbung und Tracking. Ihre Zustimmung ist jederzeit widerrufbar.",
        ),
    ] {
        let html = format!("<title>{title}</title><h1>{title}</h1><p>{text}</p>");
        assert_ne!(kind(&html), PageKind::Article, "{title}");
    }
    let told = flash(
        "Harbour bank closes its counters",
        "The bank's site was temporarily unavailable on Tuesday, and clients lined up on the quay, the port said.",
    );
    assert_eq!(kind(&told), PageKind::Article);
}

#[test]
fn a_story_about_those_who_are_asked_to_pay_is_no_teaser() {
    let lead = "The oldest paper of the harbour lets everyone read its stories free of charge from July, its editor said on Monday.";
    let told = "Until now visitors were asked to subscribe to continue reading after three articles a month.";
    let notice = "Aby przeczytać całość, wykup dostęp.";
    let page = |last: &str| {
        kind(&format!(
            "<h1>Harbour paper opens its archive</h1><article><p>{lead}</p><p>{last}</p></article>"
        ))
    };
    assert_eq!(page(told), PageKind::Article);
    assert_eq!(page(notice), PageKind::PaywalledTeaser);
    assert_eq!(
        page("The rest of this article is only available to subscribers of the harbour paper."),
        PageKind::PaywalledTeaser
    );
}

#[test]
fn the_words_of_a_button_make_a_teaser_and_within_a_storys_sentence_none() {
    let german = [
        "Der Hafenbote lässt ab Juli alle seine Texte umsonst lesen, sagte der Chefredakteur am Montag im Rathaus.",
        "Er hoffe auf neue Leser, fügte er hinzu, und auf mehr Anzeigen der Läden am Kai.",
    ];
    let russian = [
        "«Портовый вестник» с июля открывает все тексты бесплатно, сообщил в понедельник его главный редактор.",
        "По его словам, газета надеется на новых читателей и на рекламу лавок на набережной.",
    ];
    let korean = [
        "항구신문이 7월부터 모든 글을 무료로 공개한다고 편집국장이 월요일 시청에서 밝혔다.",
        "그는 새 독자와 부두 상점의 광고가 늘기를 바란다고 덧붙였다.",
    ];
    let page = |story: &[&str], last: &str| {
        let story: String = story.iter().map(|line| format!("<p>{line}</p>")).collect();
        let html = format!("<h1>Harbour paper opens its archive</h1><article>{story}<p>{last}</p></article>");
        extract(&Page { url: None, content_type: None, bytes: html.into_bytes(), received_at: None })
    };
    for (story, notice) in [
        (&german, "Jetzt Abo abschließen und weiterlesen"),
        (&german, "Kostenlos testen und weiterlesen"),
        (&russian, "Подпишитесь, чтобы прочесть полностью"),
        (&russian, "Чтобы прочитать целиком, оформите подписку."),
        (&korean, "로그인 후 전체 보기"),
        (&korean, "로그인 후 전체 기사를 볼 수 있습니다."),
        (&korean, "구독하시면 기사 전문을 보실 수 있습니다."),
    ] {
        let article = page(story, notice);
        assert_eq!(article.page_kind, PageKind::PaywalledTeaser, "{notice}");
        assert!(!article.body.text.contains(notice), "{notice}");
    }
    for (story, told) in [
        (&german, "Viele Leser sagen, sie wollten erst testen und weiterlesen."),
        (&german, "Sie wolle das Kapitel abschließen und weiterlesen, sagte die Schülerin."),
        (&russian, "Судья попросил перерыв, чтобы прочесть целиком приговор."),
        (&russian, "Книгу он взял в отпуск, чтобы прочитать целиком."),
        (&korean, "이용자들은 로그인 후 전체 서비스를 다시 이용할 수 있게 됐다."),
        (&korean, "도서관에서는 옛 신문의 기사 전문을 볼 수 있다고 설명했다."),
        (&korean, "이 신문은 누리집에서 누구나 전체 기사를 볼 수 있게 하고 있다."),
    ] {
        for story in [vec![story[0], story[1]], vec![story[0], told, story[1]]] {
            let last = if story.len() == 2 { told } else { story[1] };
            let article = page(&story, last);
            assert_eq!(article.page_kind, PageKind::Article, "{told}");
            assert!(article.body.text.contains(told), "{told}");
        }
    }
}

#[test]
fn a_headline_of_nothing_but_a_walls_words_is_a_storys_where_a_day_and_several_sentences_stand_below() {
    let told = [
        "Officials at the northern harbour said on Tuesday that two freighters had been turned back before dawn.",
        "The captains had waited for three days for a pilot, and left without their cargo, a union of dockers said.",
    ];
    let walls = [
        "The security team has been told of this attempt, which was made from a data centre abroad.",
        "The newsroom writes to everybody who asks for a licence, and its answers take two working days.",
    ];
    let page = |title: &str, text: &[&str]| {
        let text: String = text.iter().map(|line| format!("<p>{line}</p>")).collect();
        kind(&format!("<title>{title} | Harbour Post</title><h1>{title}</h1>{text}"))
    };
    let day = ["16 June 2025"];
    for title in ["Access denied", "Are you a robot?", "Page not found", "Seite nicht gefunden"] {
        assert_eq!(page(title, &[&day[..], &told].concat()), PageKind::Article, "{title}");
        assert_ne!(page(title, &[&day[..], &told[..1]].concat()), PageKind::Article, "{title}");
        assert_eq!(page(title, &told), PageKind::Article, "one of them names a day: {title}");
        let undated = told.map(|line| line.replace("on Tuesday ", ""));
        assert_ne!(page(title, &undated.each_ref().map(String::as_str)), PageKind::Article, "{title}");
        assert_ne!(page(title, &walls), PageKind::Article, "{title}");
        let asked = "Please wait a few seconds while the browser that sent the request is checked.";
        assert_ne!(page(title, &[day[0], told[0], asked]), PageKind::Article, "{title}");
    }
}

#[test]
fn the_days_until_which_a_site_rests_make_no_story() {
    for (title, told) in [
        (
            "Scheduled maintenance",
            [
                "Scheduled maintenance takes place on Sunday, 16 June 2025, from two to six in the morning, and nothing is lost.",
                "All editions of the publisher will be back by Monday morning, and subscribers lose none of what they paid for.",
            ],
        ),
        (
            "Wartungsarbeiten",
            [
                "Wegen Wartungsarbeiten geht am Montag, 16. Juni 2025, von zwei bis vier Uhr in der Nacht nichts.",
                "Die Technik arbeitet daran, dass bis Dienstag alles wieder so geht, wie Leserinnen es gewohnt sind.",
            ],
        ),
    ] {
        let text = told.map(|line| format!("<p>{line}</p>")).concat();
        let html = format!("<title>{title} | Harbour Post</title><h1>{title}</h1>{text}");
        assert_ne!(kind(&html), PageKind::Article, "{title}");
    }
}

#[test]
fn a_headline_that_holds_the_words_of_a_wall_is_a_storys_where_a_sentence_below_tells_something() {
    let en = "Officials at the northern harbour said on Tuesday that two freighters had been turned back before dawn.";
    for (title, sentence) in [
        ("Captcha farms", en),
        ("Too many requests, too few pilots", en),
        ("Attention required at sea", en),
        ("Why you need to verify you are human", en),
        ("Under maintenance: the old crane", en),
        (
            "Wartungsarbeiten am Leuchtturm",
            "Die Hafenbehörde teilte am Dienstag mit, dass zwei Frachter vor Tagesanbruch abgewiesen worden seien.",
        ),
        (
            "Page introuvable du journal de bord",
            "Les autorités du port ont annoncé mardi que deux cargos avaient été refoulés avant l'aube.",
        ),
        (
            "Puerto temporalmente no disponible",
            "Las autoridades dijeron el martes que dos cargueros y su escolta fueron devueltos antes del amanecer.",
        ),
        (
            "Технические работы в порту",
            "Портовые власти сообщили во вторник, что два сухогруза были развёрнуты до рассвета.",
        ),
        ("비정상적인 접근 차단한 항만", "항만 당국은 화요일 새벽 화물선 두 척이 회항했다고 밝혔다."),
    ] {
        assert_eq!(
            kind(&format!("<title>{title}</title><h1>{title}</h1><p>{sentence}</p>")),
            PageKind::Article
        );
        assert_eq!(kind(&flash(title, sentence)), PageKind::Article, "{title}");
    }
    for (title, text) in [
        ("Access denied", en),
        ("Error: page not found", en),
        (
            "Harbour Post is under maintenance",
            "The site is being updated. It will be back at eight in the morning, with all of its articles.",
        ),
        (
            "시스템 점검 안내",
            "보다 나은 서비스를 위해 시스템 점검을 실시하고 있습니다. 이용에 불편을 드려 죄송합니다.",
        ),
        (
            "Доступ ограничен",
            "Доступ к информационному ресурсу ограничен на основании Федерального закона от 27 июля 2006 года.",
        ),
    ] {
        assert_ne!(
            kind(&format!("<title>{title}</title><h1>{title}</h1><p>{text}</p>")),
            PageKind::Article,
            "{title}"
        );
    }
}

#[test]
fn a_short_article_above_links_to_others_is_an_article_at_whatever_address() {
    let links =
        repeat(4, |n| format!("<li><a href=/{n}.html>Ferry number {n} leaves the harbour on time</a></li>"));
    let text = repeat(2, |n| {
        format!("<p>The storm closed the harbour for {n} days, the port authority said on Tuesday.</p>")
    });
    for (url, heading) in [
        ("https://news.example/news/storm-harbour", "Storm closes harbour"),
        ("https://news.example/people/ana-lund", "Умерла Анна Лунд"),
    ] {
        let html = format!("<main><h1>{heading}</h1>{text}<h3>Read also</h3><ul>{links}</ul></main>");
        let url = Some(url.parse().unwrap());
        let page = Page { url, content_type: None, bytes: html.into_bytes(), received_at: None };
        assert_eq!(extract(&page).page_kind, PageKind::Article, "{heading}");
    }
}
