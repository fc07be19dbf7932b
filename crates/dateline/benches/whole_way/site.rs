//! A news site of our own: a feed, and pages that weigh and look like the field's, in sentences that we wrote.
//!
//! Half of what pages weigh is script and style, most of their tags are navigation and teasers, the story is the
//! smaller part. Four layouts take turns. The same number gives the same page.

use std::fmt::Write;

/// How many layouts there are.
const LAYOUTS: usize = 4;
/// Every so many pages, one is about the subject that Dateline ships with.
const ON_SUBJECT_EVERY: usize = 3;

const PLACES: [&str; 12] = [
    "Harbourton",
    "Lower Weald",
    "Saint Anne",
    "Kestrel Bay",
    "Northmoor",
    "Old Mills",
    "Pine Ridge",
    "Quarry Hill",
    "Reed Island",
    "Stonebridge",
    "Thornfield",
    "West Quay",
];
const PEOPLE: [&str; 10] = [
    "Ada Marsh",
    "Jonas Weil",
    "Priya Raman",
    "Olga Lindt",
    "Tomás Rey",
    "Mei Tanaka",
    "Karl Brandt",
    "Ruth Amsel",
    "Ivo Petrak",
    "Lena Storm",
];
const THINGS: [&str; 10] = [
    "ferry",
    "library",
    "tram line",
    "covered market",
    "school kitchen",
    "water tower",
    "swimming pool",
    "night bus",
    "grain store",
    "sea wall",
];
const PLAIN: [&str; 10] = [
    "The {thing} of {place} opens again on Monday, {number} weeks later than the council had hoped, said {person}, who \
     has led the works since the spring.",
    "Nobody had counted on so much rain, and of the {number} workers who were hired in March only half could be kept \
     through the summer.",
    "“We could have built a new one for less,” {person} told the meeting in {place}, “but then it would stand somewhere \
     else, and people want it where it was.”",
    "Last year {number} thousand visitors used the {thing}, according to the town's own figures; this year it will be \
     fewer, because the road from {place} is closed until the autumn.",
    "A vote in the regional assembly is due in {number} days, and both sides expect it to be close.",
    "The bill comes to {number} million, a third of which the region pays, a third the town, and the rest a loan that \
     runs for twenty years.",
    "In {place}, where the {thing} was mended two winters ago, the repairs held until the first frost.",
    "{person}, an engineer who advised the council, called the plan sound but its calendar a work of fiction.",
    "Shopkeepers along the quay have lost about {number} per cent of their trade since the fences went up, their \
     association says.",
    "It is not the first delay: the contractor from {place} gave up in April, and the next one needed {number} weeks to \
     find the drawings.",
];
const ON_SUBJECT: [&str; 6] = [
    "A Russian delegation of {number} officials arrived in Pyongyang on Tuesday for talks with North Korea's foreign \
     ministry on transport and trade, the Russian embassy said.",
    "Moscow and Pyongyang agreed to raise the number of trains that cross the Tumen river to {number} a week, according \
     to the Russian transport ministry.",
    "North Korean workers are to build housing in Russia's Far East, the regional governor said after he had received \
     the ambassador of the DPRK; he spoke of {number} hundred people.",
    "Kim Jong Un sent a message to the Russian president on the anniversary of the treaty between the two countries, \
     North Korean state media reported.",
    "South Korea's defence ministry said that it had counted {number} ships between Rajin and Vladivostok since the \
     beginning of the year, and that some had carried shells.",
    "Direct flights between Moscow and Pyongyang, the first in decades, are sold out for {number} weeks, the airline said.",
];
const STYLE: &str = ".teaser-list>li{display:flex;margin:0 0 12px;padding:8px 0;border-bottom:1px solid #ddd}\
    .teaser-list a{color:#123;text-decoration:none;font-weight:600}@media(max-width:720px){.rail{display:none}}\
    .story p{line-height:1.6;margin:0 0 1em}.share button{border:0;background:#eee;border-radius:4px}";
const SCRIPT: &str = "(function(w,d){var q=w.queue=w.queue||[];function on(e,f){d.addEventListener(e,f,false)}\
    on('scroll',function(){q.push({t:Date.now(),y:w.scrollY,h:d.body.scrollHeight})});on('click',function(e){var a=e.target;\
    while(a&&a.nodeName!=='A')a=a.parentNode;if(a)q.push({t:Date.now(),to:a.href,from:location.pathname})});\
    w.measure=function(name,value){if(value>0&&name.length<64)q.push({n:name,v:value})}})(window,document);";

/// Numbers that look drawn and are not: a page depends on its number alone.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        // The constants of Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn sentence(&mut self, patterns: &[&str]) -> String {
        self.one_of(patterns)
            .replace("{thing}", self.one_of(&THINGS))
            .replace("{place}", self.one_of(&PLACES))
            .replace("{person}", self.one_of(&PEOPLE))
            .replace("{number}", &(self.below(80) + 3).to_string())
    }

    fn paragraph(&mut self, patterns: &[&str]) -> String {
        let sentences: Vec<String> = (0..2 + self.below(3)).map(|_| self.sentence(patterns)).collect();
        sentences.join(" ")
    }
}

/// The path of page `number`.
pub(crate) fn path(number: usize) -> String {
    format!("/story/{number}-the-{}.html", THINGS[number % THINGS.len()].replace(' ', "-"))
}

/// The feed that announces pages `numbers`.
pub(crate) fn feed(base: &str, numbers: std::ops::Range<usize>) -> String {
    let mut items = String::new();
    for number in numbers {
        let link = format!("{base}{}", path(number));
        let _ = write!(
            items,
            "<item><title>{}</title><link>{link}</link><guid>{link}</guid></item>",
            title(number)
        );
    }
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>The Quay</title><link>{base}/</link>{items}</channel></rss>"
    )
}

fn title(number: usize) -> String {
    let (thing, place) = (THINGS[number % THINGS.len()], PLACES[number / 3 % PLACES.len()]);
    if is_on_subject(number) {
        format!("Russia and North Korea talk of trains and trade, report {number}")
    } else {
        format!("The {thing} of {place} will open later than planned, report {number}")
    }
}

fn is_on_subject(number: usize) -> bool {
    number.is_multiple_of(ON_SUBJECT_EVERY)
}

/// Page `number`.
pub(crate) fn page(number: usize, base: &str) -> String {
    let mut dice = Dice(number as u64 * 7_919 + 17);
    let layout = number % LAYOUTS;
    let patterns: &[&str] = if is_on_subject(number) { &ON_SUBJECT } else { &PLAIN };
    let story: Vec<String> = (0..7 + dice.below(18)).map(|_| dice.paragraph(patterns)).collect();
    let mut page = head(number, layout, base, &mut dice);
    navigation(&mut page, layout, &mut dice);
    match layout {
        0 => semantic(&mut page, number, &story),
        1 => boxes(&mut page, number, &story, &mut dice),
        2 => tables(&mut page, number, &story),
        _ => state(&mut page, number, &story, &mut dice),
    }
    teasers(&mut page, &mut dice);
    comments(&mut page, &mut dice);
    for column in 0..5 {
        let _ = write!(page, "<ul class=\"footer-column c{column}\">");
        for link in 0..9 {
            let place = dice.one_of(&PLACES);
            let _ = write!(page, "<li><a href=\"/about/{column}/{link}\" rel=\"nofollow\">{place}</a></li>");
        }
        page.push_str("</ul>");
    }
    page.push_str("<p class=\"legal\">© The Quay. All rights reserved.</p></body></html>");
    page
}

fn head(number: usize, layout: usize, base: &str, dice: &mut Dice) -> String {
    let (title, link) = (title(number), format!("{base}{}", path(number)));
    let (author, day) = (PEOPLE[number % PEOPLE.len()], number % 28 + 1);
    let mut head = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | The Quay</title>\
         <link rel=\"canonical\" href=\"{link}\"><meta property=\"og:title\" content=\"{title}\">\
         <meta property=\"og:type\" content=\"article\"><meta property=\"og:site_name\" content=\"The Quay\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"description\" content=\"{}\">",
        dice.sentence(&PLAIN)
    );
    if layout != 2 {
        let _ = write!(
            head,
            "<script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\
             \"headline\":\"{title}\",\"datePublished\":\"2026-03-{day:02}T07:30:00+01:00\",\
             \"author\":[{{\"@type\":\"Person\",\"name\":\"{author}\"}}],\"mainEntityOfPage\":\"{link}\",\
             \"publisher\":{{\"@type\":\"Organization\",\"name\":\"The Quay\"}}}}</script>"
        );
    }
    for _ in 0..6 + dice.below(6) {
        let _ = write!(head, "<style>{}</style>", STYLE.repeat(1 + dice.below(6)));
    }
    for block in 0..14 + dice.below(14) {
        let _ = write!(
            head,
            "<script>window.block{block}={{\"slot\":\"s{block}\",\"seed\":{}}};{}</script>",
            dice.below(1_000_000),
            SCRIPT.repeat(1 + dice.below(5))
        );
    }
    head.push_str("</head>");
    head
}

fn navigation(page: &mut String, layout: usize, dice: &mut Dice) {
    let _ = write!(
        page,
        "<body class=\"layout-{layout}\"><header><div class=\"logo\"><a href=\"/\">The Quay</a></div><nav><ul>"
    );
    for section in 0..24 + dice.below(40) {
        let (place, thing) = (dice.one_of(&PLACES), dice.one_of(&THINGS));
        let _ = write!(
            page,
            "<li class=\"menu-item menu-item-{section}\"><a href=\"/section/{section}\" data-track=\"nav\"><span>{place}</span> \
             {thing}</a></li>"
        );
    }
    page.push_str("</ul></nav></header>");
}

fn byline(number: usize) -> String {
    format!("By {}", PEOPLE[number % PEOPLE.len()])
}

/// As the standard means it: `article`, `h1`, `time`.
fn semantic(page: &mut String, number: usize, story: &[String]) {
    let day = number % 28 + 1;
    let _ = write!(
        page,
        "<main><article><h1>{}</h1><div class=\"byline\">{}</div><time datetime=\"2026-03-{day:02}T07:30:00+01:00\">{day} March \
         2026</time><figure><img src=\"/image/{number}.jpg\" alt=\"\"><figcaption>A picture of the works. Photo: The \
         Quay</figcaption></figure><div class=\"story\">",
        title(number),
        byline(number)
    );
    for paragraph in story {
        let _ = writeln!(page, "<p>{paragraph}</p>");
    }
    page.push_str("</div></article></main>");
}

/// Boxes within boxes, told apart by their classes alone, with what is inserted between paragraphs.
fn boxes(page: &mut String, number: usize, story: &[String], dice: &mut Dice) {
    let _ = write!(
        page,
        "<div id=\"wrap\"><div class=\"col col-8\"><div class=\"headline\"><h1><span>{}</span></h1></div><div class=\"meta\"><span \
         class=\"author\">{}</span></div><div class=\"article-body js-body\">",
        title(number),
        byline(number)
    );
    for (place, paragraph) in story.iter().enumerate() {
        let _ = write!(page, "<div class=\"text\"><p class=\"p-{place}\">{paragraph}</p></div>");
        if place % 4 == 2 {
            let teaser = dice.sentence(&PLAIN);
            let _ = write!(
                page,
                "<div class=\"ad-slot\" data-slot=\"{place}\"><span>Advertisement</span></div><div class=\"read-more\"><a \
                 href=\"/story/{place}\">Read more: {teaser}</a></div>"
            );
        }
    }
    page.push_str("</div></div></div>");
}

/// As pages were laid out twenty years ago.
fn tables(page: &mut String, number: usize, story: &[String]) {
    let _ = write!(
        page,
        "<table width=\"100%\"><tr><td class=\"left\"><a href=\"/archive\">Archive</a></td><td class=\"content\"><font \
         size=\"5\"><b>{}</b></font><br><i>{} - {}.03.2026</i><br><br>",
        title(number),
        byline(number),
        number % 28 + 1
    );
    for paragraph in story {
        let _ = writeln!(page, "{paragraph}<br><br>");
    }
    page.push_str("</td></tr></table>");
}

/// As frameworks render it: the page, and once more everything as the state that the page is made from.
fn state(page: &mut String, number: usize, story: &[String], dice: &mut Dice) {
    let _ = write!(
        page,
        "<div id=\"root\"><main data-reactroot=\"\"><section><h1 class=\"css-{}\">{}</h1>",
        dice.below(99_999),
        title(number)
    );
    let _ = write!(page, "<p class=\"css-author\">{}</p>", byline(number));
    for paragraph in story {
        let _ = write!(
            page,
            "<p class=\"css-{} e1x{}\" data-block=\"paragraph\">{paragraph}</p>",
            dice.below(99_999),
            dice.below(99)
        );
    }
    let blocks: Vec<String> = story
        .iter()
        .map(|text| format!("{{\"type\":\"paragraph\",\"text\":\"{}\"}}", text.replace('"', "\\\"")))
        .collect();
    let _ = write!(
        page,
        "</section></main></div><script id=\"__STATE__\" type=\"application/json\">{{\"story\":{{\"id\":{number},\"blocks\":[{}]}}}}\
         </script>",
        blocks.join(",")
    );
}

fn teasers(page: &mut String, dice: &mut Dice) {
    for list in 0..3 {
        let _ = write!(
            page,
            "<aside class=\"related rail\"><h3>More from {}</h3><ul class=\"teaser-list\">",
            dice.one_of(&PLACES)
        );
        for teaser in 0..10 + dice.below(12) {
            let text = dice.sentence(&PLAIN);
            let _ = write!(
                page,
                "<li class=\"teaser\"><div class=\"thumb\"><img src=\"/thumb/{list}/{teaser}.jpg\" alt=\"\" loading=\"lazy\"></div>\
                 <div class=\"info\"><span class=\"label\">{}</span><a href=\"/story/{list}{teaser}\">{text}</a></div></li>",
                dice.one_of(&THINGS)
            );
        }
        page.push_str("</ul></aside>");
    }
}

fn comments(page: &mut String, dice: &mut Dice) {
    page.push_str("<section id=\"comments\" class=\"comments\"><h3>Comments</h3>");
    for _ in 0..dice.below(14) {
        let (person, text) = (dice.one_of(&PEOPLE), dice.sentence(&PLAIN));
        let _ = write!(
            page,
            "<div class=\"comment\"><span class=\"user\">{person}</span><p>{text}</p><button>Reply</button></div>"
        );
    }
    page.push_str("</section>");
}
