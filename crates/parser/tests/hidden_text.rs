//! Text that the page holds and no reader sees, and text that is only folded away.

mod ferry;

use ferry::{STORY, paragraphs, text};

const REST: [&str; 2] = [
    "The operator will pay back all tickets that were bought for the days of the storm, it said in a statement on Wednesday.",
    "Forecasters expect calm weather until Sunday, when another front is to cross the coast from the west with strong gusts.",
];

const PROMPT: &str = "Sign up today and receive our book of recipes at half the price, delivered to your door within three working days.";

/// A box of class `k` in the middle of the story.
fn inserted(style: &str) -> String {
    let (before, behind) = STORY.split_at(2);
    text(
        style,
        &format!(
            "<div class=wrap>{}<div class='k on' id=k><p>{PROMPT}</p></div>{}</div>",
            paragraphs(before),
            paragraphs(behind)
        ),
    )
}

#[test]
fn what_the_own_style_sheet_hides_is_no_part_of_the_text() {
    for style in [
        ".k{display:none}",
        ".k { color: red; visibility: hidden }",
        ".k{position:absolute;left:-9999px}",
        ".k{position:absolute;clip:rect(0 0 0 0);height:1px;overflow:hidden}",
        ".k{clip-path:inset(50%)}",
        ".k{position:fixed;opacity:0}",
        "h6,main > .wrap > .k{display:none}",
        "#k{display:none}",
        "@media screen{.k{display:none}}",
        "@media (min-width:1px){div.k.on{display:none}}",
    ] {
        assert_eq!(inserted(style), STORY.join("\n"), "{style}");
    }
}

#[test]
fn what_the_own_style_sheet_shows_is() {
    for style in [
        "@media print{.k{display:none}}",
        "@media (max-width:600px){.k{display:none}}",
        ".k{display:none}.k.on{display:block}",
        ".k + .k{display:none}",
        ".k:empty{display:none}",
        ".no-js .k{display:none}",
        "span.k{display:none}",
    ] {
        assert!(inserted(style).contains(PROMPT), "{style}");
    }
}

#[test]
fn a_story_that_the_style_sheet_hides_until_a_script_shows_it_is_read() {
    for style in
        [".s{display:none}", ".s{visibility:hidden}", "main{opacity:0;position:absolute}", "p{display:none}"]
    {
        assert_eq!(
            text(style, &format!("<div class=s>{}</div>", paragraphs(&STORY))),
            STORY.join("\n"),
            "{style}"
        );
    }
}

#[test]
fn of_two_copies_the_one_that_is_seen_is_read_once() {
    let copies = format!("<div class=m>{0}</div><div class=d>{0}</div>", paragraphs(&STORY));
    assert_eq!(text(".m{display:none}", &copies), STORY.join("\n"));
}

#[test]
fn the_rest_behind_what_opens_it_is_read() {
    let (story, rest) = (paragraphs(&STORY), paragraphs(&REST));
    let whole = [&STORY[..], &REST[..]].concat().join("\n");
    for body in [
        format!("{story}<div style='display:none'>{rest}</div><button>Read more</button>"),
        format!("{story}<button aria-expanded=false>Show full article</button><div hidden>{rest}</div>"),
        format!("{story}<div class=d-none>{rest}</div><a href='#rest'>Continue reading</a>"),
        format!("{story}<div class=r>{rest}</div><a href='javascript:void(0)'>Читать далее</a>"),
        format!("{story}<div class=r>{rest}</div><div class=b>展开全文</div>"),
        format!("{story}<input type=checkbox id=m><div class=r>{rest}</div><label for=m>続きを読む</label>"),
        format!("{story}<p class=r>{}</p><p class=r>{}</p><span>더보기</span>", REST[0], REST[1]),
    ] {
        assert_eq!(text(".r{display:none}", &body), whole, "{body}");
    }
}

#[test]
fn what_is_hidden_beside_other_buttons_is_not() {
    let (story, prompt) = (paragraphs(&STORY), paragraphs(&[PROMPT]));
    for body in [
        format!("{story}<div class=r>{prompt}</div><button>Subscribe</button>"),
        format!("{story}<div class=r>{prompt}</div><a href='/offer'>Read more</a>"),
        format!("<div class=r>{prompt}</div><button>More</button>{story}"),
    ] {
        let text = text(".r{display:none}", &body);
        assert!(!text.contains(PROMPT) && text.contains(STORY[3]), "{body}");
    }
}

#[test]
fn a_box_that_asks_about_data_on_the_readers_device_is_no_part_of_the_text_and_a_story_about_it_is() {
    for question in [
        "We and our partners store and access information on your device and process personal data for advertising.",
        "Wir und unsere Partner speichern Informationen auf Ihrem Gerät und verarbeiten personenbezogene Daten für Werbung.",
        "Nos partenaires et nous stockons des données personnelles sur votre appareil pour mesurer la publicité.",
        "Мы и наши партнёры храним сведения на вашем устройстве и обрабатываем персональные данные для рекламы.",
        "당사와 파트너는 귀하의 기기에 정보를 저장하고 광고를 위해 개인정보를 처리합니다.",
        "我们及合作伙伴会在您的设备上存储信息，并处理个人数据，用于广告和衡量。",
        "当社とパートナーはお使いの端末に情報を保存し、広告のために個人データを処理します。",
        "Biz ve ortaklarımız cihazınızda bilgi saklıyor, reklam için kişisel verileri işliyoruz.",
    ] {
        let buttons = "<button>1</button><button>2</button>";
        let asked =
            format!("<div><h2>?</h2><p>{question}</p>{buttons}</div><div>{}</div>", paragraphs(&STORY));
        assert_eq!(text("", &asked), STORY.join("\n"), "{question}");
        // Nothing to press, or a small part of what the box says.
        let told = format!("<div>{}<p>{question}</p></div>", paragraphs(&STORY));
        assert!(text("", &told).contains(question), "{question}");
        let told = format!("<div>{}<p>{question}</p>{buttons}</div>", paragraphs(&STORY));
        assert!(text("", &told).contains(question), "{question}");
    }
    let found = format!("{}<div hidden=until-found><p>{}</p></div>", paragraphs(&STORY), REST[0]);
    assert!(text("", &found).ends_with(REST[0]), "what a search on the page shows is text");
}
