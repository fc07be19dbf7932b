//! A story of four paragraphs, and what comes of a page with it.

use dateline_wire::Page;

pub(crate) const STORY: [&str; 4] = [
    "The ferry left the harbour at six in the morning, the first time since the storm closed the strait last week.",
    "Two hundred people had crossed by noon, the port authority said, and another three sailings are planned before nightfall.",
    "Mayor Ana Lund called the return of the ferry a relief for the island, whose shops had begun to run out of bread.",
    "Engineers worked through two nights to mend the ramp, which a barge had struck when its moorings broke in the wind.",
];

pub(crate) fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<p>{text}</p>")).collect()
}

/// The text of a page with this style sheet and body.
pub(crate) fn text(style: &str, body: &str) -> String {
    let html = format!(
        "<title>Ferry runs again after storm</title><style>{style}</style><main><h1>Ferry runs again after storm</h1>{body}</main>"
    );
    let page = Page { url: None, content_type: None, bytes: html.into(), received_at: None };
    dateline_parser::extract(&page).body.text
}
