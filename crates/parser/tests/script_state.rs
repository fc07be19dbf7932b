//! Stories that a page holds only in the data of its scripts, in the shapes that page builders and editors write.

use dateline_wire::Page;
use serde_json::{Value, json};

const STORY: [&str; 6] = [
    "The ferry left the harbour at six in the morning, the first time since the storm closed the strait last week.",
    "Two hundred people had crossed by noon, the port authority said, and another three sailings are planned.",
    "Mayor Ana Lund called the return of the ferry a relief for the island, whose shops had begun to run out of bread.",
    "Engineers worked through two nights to mend the ramp, which a barge had struck when its moorings broke.",
    "The operator will pay back all tickets that were bought for the days of the storm, it said in a statement.",
    "Forecasters expect calm weather until Sunday, when another front is to cross the coast from the west.",
];

fn text(scripts: &str) -> String {
    let html =
        format!("<title>Ferry runs again</title><div id=root><div class=spin>Loading</div></div>{scripts}");
    let page = Page { url: None, content_type: None, bytes: html.into(), received_at: None };
    dateline_parser::extract(&page).body.text
}

fn pushed(pieces: &[&str]) -> String {
    let script = |piece: &&str| format!("<script>self.__f.push([1,{}])</script>", json!(piece));
    pieces.iter().map(script).collect()
}

fn markup() -> String {
    STORY.map(|line| format!("<p>{line}</p>")).concat()
}

#[test]
fn a_stream_that_scripts_push_in_pieces_is_read() {
    let element = |line: &str| json!(["$", "p", null, { "children": [&line[..20], ["$", "em", null, { "children": &line[20..] }]] }]);
    let elements = format!("8:{}\n", json!([["$", "div", null, { "children": STORY.map(element) }]]));
    let rows: String =
        STORY.iter().enumerate().map(|(at, line)| format!("{at:x}:{}\n", element(line))).collect();
    let markup = markup();
    let sized = format!("9:T{:x},{markup}a:[\"$\",\"div\",null,{{}}]\n", markup.len());
    let inner = format!("7:{}\n", json!(["$", "div", null, { "html": { "__html": markup } }]));
    for stream in [elements, rows, sized, inner] {
        assert_eq!(text(&pushed(&[&stream])), STORY.join("\n"), "{stream}");
        let (one, other) = stream.split_at(stream.len() / 2);
        assert_eq!(text(&pushed(&[one, other])), STORY.join("\n"), "{stream}");
    }
}

#[test]
fn paragraphs_that_editors_keep_in_pieces_are_put_together() {
    let pieces = |line: &str| -> Value {
        json!([{ "type": "text", "text": &line[..30] }, { "type": "text", "text": &line[30..], "marks": [{ "type": "bold" }] }])
    };
    let linked = |line: &str| -> Value {
        json!([{ "text": &line[..30] }, { "type": "link", "children": [{ "text": &line[30..40] }] }, { "text": &line[40..] }])
    };
    for state in [
        json!({ "doc": { "type": "doc", "content": STORY.map(|line| json!({ "type": "paragraph", "content": pieces(line) })) } }),
        json!({ "root": { "children": STORY.map(|line| json!({ "type": "paragraph", "children": linked(line) })) } }),
        json!({ "body": STORY.map(|line| json!({ "_type": "block", "children": pieces(line) })) }),
        json!({ "body": json!({ "content": STORY.map(|line| json!({ "content": pieces(line) })) }).to_string() }),
        json!([{ "data": 1 }, [2, 3, 4], STORY[0], STORY[1], STORY[2], STORY[3], STORY[4], STORY[5]]),
    ] {
        assert_eq!(
            text(&format!("<script type='application/json'>{state}</script>")),
            STORY.join("\n"),
            "{state}"
        );
    }
}

#[test]
fn strings_of_scripts_that_are_no_json_are_read_as_javascript_means_them() {
    let markup = markup();
    let escaped = json!(markup).to_string().replace("<p>", "\\u003cp\\u003e");
    for script in [
        format!("window.page = {{title: \"Ferry\", body: {}, n: 1}};", json!(markup)),
        format!("var a = {{ html: '{markup}' }};"),
        format!("x(function(){{return {{body:{escaped}}}}}())"),
        format!("window.s=JSON.parse('{}')", json!({ "body": markup })),
    ] {
        assert_eq!(text(&format!("<script>{script}</script>")), STORY.join("\n"), "{script}");
    }
}

#[test]
fn what_scripts_hold_besides_a_story_on_the_page_is_left_alone() {
    let other = STORY.map(|line| format!("<p>{}</p>", line.replace("ferry", "tram"))).concat();
    let page = format!(
        "<main><h1>Ferry runs again</h1>{}</main>{}",
        markup(),
        pushed(&[&format!("1:{}\n", json!(other))])
    );
    assert_eq!(text(&page), STORY.join("\n"));
}
