//! The visible byline: elements that call themselves one, and lines near the headline that read like one.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use dateline_wire::{Role, Source};

use super::{near, text_below};
use crate::dom::{Node, local_name};
use crate::meta::authors::{self, Byline};
use crate::meta::claims::Claims;
use crate::meta::scan::{self, PlacedElement, Scan, TextLine};
use crate::meta::text;

/// A byline is short, in letters of an alphabet.
const MAX_LETTERS: usize = 150;

/// The lines that one byline of several elements may take.
const ONE_BYLINE: usize = 4;

/// The authors that one line of links names behind its first.
const MAX_LINKED: usize = 5;

/// The lines behind the text where its author may still be named beside others named before.
const FOOT: usize = 12;

/// Class and id words of boxes whose people and dates belong to other stories or to readers.
static FOREIGN: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .build([
            "related",
            "recommend",
            "comment",
            "footer",
            "sidebar",
            "popular",
            "trending",
            "newsletter",
            "latest",
            "breadcrumb",
            "teaser",
            "preview",
            "promo",
            "most-",
            "mostread",
            "ranking",
            "read-more",
            "readmore",
            "widget",
            "caption",
            "image",
            "picture",
            "credit",
            "photo",
            "figure",
            "copyright",
            "news-list",
            "newslist",
            "list-item",
            "listing",
            "outbrain",
            "taboola",
            "card",
        ])
        .expect("the words are few and plain")
});

/// Of these words those that also say how an element looks: behind an author's word ("author-card", "byline__image") they
/// mean the author's own box; before one ("photo-author") the photographer.
const LOOKS: &[&str] = &["card", "image", "picture", "photo", "footer", "widget", "credit"];

/// Whether a class or id names a box of other stories, comments, pictures or navigation.
fn names_foreign(value: &str) -> bool {
    // Nearly all don't, so words are taken apart only where one may.
    FOREIGN.is_match(value) && value.split_ascii_whitespace().any(is_foreign_class)
}

fn is_foreign_class(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    FOREIGN.find_iter(&class).any(|found| {
        let (before, word) = (&class[..found.start()], &class[found.range()]);
        let is_look = LOOKS.contains(&word);
        match word {
            // The microformats of people: "vcard", "h-card".
            "card" if before.ends_with('v') || before.ends_with("h-") => false,
            // Builders of pages call each of their blocks a widget; a sidebar's are called so first.
            "widget" => before.is_empty(),
            _ => !(is_look && scan::speaks_of_author(before)),
        }
    })
}

/// Whether `node` stands in a box of other stories, comments, pictures or navigation that does not also hold the headline.
pub(in crate::meta) fn is_foreign<'d>(scan: &Scan<'d>, node: Node<'d>) -> bool {
    for above in std::iter::once(node).chain(node.ancestors()).take(30) {
        // What holds the headline too is the story's own.
        if scan.is_around_headline(above) {
            return false;
        }
        // The headline stands in an article, and this is another one.
        if above.is(&local_name!("article")) && scan.is_headline_in_article() && heads_elsewhere(scan, above)
        {
            return true;
        }
        // The page's own classes tell what kind of page it is.
        if above.is(&local_name!("body")) {
            return false;
        }
        let is_apart = above.name().is_some_and(|name| {
            matches!(
                *name,
                local_name!("nav")
                    | local_name!("footer")
                    | local_name!("figure")
                    | local_name!("figcaption")
            )
        });
        if is_apart {
            // An article has a footer of its own, which may stand above its text.
            let own = above.ancestors().find(|outer| outer.is(&local_name!("article")));
            return !above.is(&local_name!("footer"))
                || !own.is_some_and(|own| scan.is_around_headline(own) || opens_text(scan, above));
        }
        for (attr, value) in above.attributes() {
            if matches!(*attr, local_name!("class") | local_name!("id"))
                && scan.is_foreign_name(value, names_foreign)
            {
                return value != "footer" || !opens_text(scan, above);
            }
        }
    }
    false
}

/// Whether an article begins with a heading that leads elsewhere, as those of other stories do.
fn heads_elsewhere(scan: &Scan<'_>, article: Node<'_>) -> bool {
    const NODES: usize = 60;
    let is_heading = |node: &Node<'_>| {
        [local_name!("h1"), local_name!("h2"), local_name!("h3")].iter().any(|rank| node.is(rank))
    };
    let heading = article.descendants().take(NODES).find(is_heading);
    let mut links =
        heading.into_iter().flat_map(|heading| heading.descendants().chain(heading.ancestors().take(1)));
    links.any(|near| {
        near.is(&local_name!("a")) && near.attr("href").is_some_and(|href| scan.leads_elsewhere(href))
    })
}

/// Whether the story's text follows a box beside it, as it follows what some publishing software opens an article with and calls its
/// footer: no other text stands between the headline and the box, and the headline doesn't stand behind it.
fn opens_text(scan: &Scan<'_>, node: Node<'_>) -> bool {
    const SIBLINGS: usize = 8;
    const TEXT: usize = 200;
    const ABOVE: usize = 6;
    let is_text = |node: &Node<'_>| text::weight(&text::of(*node)) >= TEXT;
    let behind = std::iter::successors(node.next_sibling(), |node| node.next_sibling());
    let behind = behind.filter(|node| node.is_element()).take(SIBLINGS);
    let is_followed = behind.filter(|node| !node.is(&local_name!("aside"))).any(|node| is_text(&node));
    let is_listed = node.ancestors().take(ABOVE).any(|above| above.is(&local_name!("li")));
    is_followed
        && !is_listed
        && std::iter::once(node).chain(node.ancestors()).take(ABOVE).all(|level| {
            let before = std::iter::successors(level.previous_sibling(), |node| node.previous_sibling());
            let behind = std::iter::successors(level.next_sibling(), |node| node.next_sibling());
            let before: usize = before
                .filter(|node| node.is_element())
                .take(SIBLINGS)
                .map(|node| text::weight(&text::of(node)))
                .sum();
            before < TEXT && !behind.take(SIBLINGS).any(|node| scan.is_around_headline(node))
        })
}

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    marked(scan, claims);
    linked(scan, claims);
    worded(scan, claims);
    pen_named(scan, claims);
}

/// What the elements near the headline say that call themselves bylines, the first few.
pub(in super::super) fn said(scan: &Scan<'_>) -> Vec<String> {
    const MOST: usize = 4;
    let near = scan.bylines.iter().filter(|placed| near(scan, placed.line) && !is_foreign(scan, placed.node));
    let said = near.take(MOST).map(|placed| text::of(placed.node));
    said.filter(|said| !said.is_empty() && text::weight(said) <= MAX_LETTERS).collect()
}

/// Whether `node` stands behind a link to another story in a box that holds little more than both.
fn is_of_teaser(scan: &Scan<'_>, node: Node<'_>) -> bool {
    const ABOVE: usize = 3;
    const SIBLINGS: usize = 4;
    const NODES: usize = 8;
    const HEADLINE: usize = 20;
    const BOX: usize = 250;
    let is_headline = |link: Node<'_>| {
        let leads_elsewhere = link.attr("href").is_some_and(|href| scan.leads_elsewhere(href));
        leads_elsewhere && !leads_to_author(link) && text::weight(&text::of(link)) >= HEADLINE
    };
    std::iter::once(node).chain(node.ancestors()).take(ABOVE).any(|level| {
        let before = std::iter::successors(level.previous_sibling(), |node| node.previous_sibling());
        let mut links = before.take(SIBLINGS).flat_map(|before| {
            std::iter::once(before)
                .chain(before.descendants())
                .take(NODES)
                .filter(|inner| inner.is(&local_name!("a")))
        });
        let is_box = || level.parent().is_some_and(|parent| text::weight(&text::of(parent)) <= BOX);
        links.any(is_headline) && is_box()
    })
}

/// Elements whose class, id or `rel` says so.
fn marked(scan: &Scan<'_>, claims: &mut Claims) {
    let mut groups: Vec<(Option<usize>, Byline)> = Vec::new();
    let below = scan.headline.and_then(|at| scan.lines.get(at + 1..)).unwrap_or_default();
    let end = text_below(scan).map(|(_, last)| scan.lines.len() - below.len() + last + FOOT);
    let mut covered: Option<Node<'_>> = None;
    for placed in &scan.bylines {
        let PlacedElement { node, line } = *placed;
        if covered.is_some_and(|outer| node.ancestors().take(12).any(|above| above == outer)) {
            continue;
        }
        if says_place(node) {
            continue;
        }
        if is_foreign(scan, node) || !near(scan, line) && is_of_teaser(scan, node) {
            continue;
        }
        // Far behind the text stand boxes on its author, and on those who write elsewhere.
        if !groups.is_empty() && end.is_some_and(|end| line > end) {
            break;
        }
        let mut byline = byline_in(node);
        // "Top Stories": words that the page also uses in lower case are no name.
        byline.names.retain(|name| !name.split(' ').all(|word| scan.is_common(word)));
        if byline.names.is_empty() {
            claims.byline(byline, Source::Visible, 0.0);
            continue;
        }
        covered = Some(node);
        groups.push((near(scan, line).then_some(line), byline));
        if groups.len() == 8 {
            break;
        }
    }
    if groups.is_empty() {
        claims.authors(only_author(scan).into_iter().collect(), Source::Visible, 1.0);
    }
    let first_near = groups.iter().find_map(|(line, _)| *line);
    let has_near = first_near.is_some();
    let mut together = Byline::default();
    for (line, byline) in groups {
        // One byline may be several elements, one below the other.
        let is_beside = line.zip(first_near).is_some_and(|(line, first)| line - first <= ONE_BYLINE);
        if is_beside || !has_near {
            together.names.extend(byline.names);
            together.credits.extend(byline.credits);
        }
    }
    let weight = if has_near { 2.5 } else { 1.5 };
    together.names = authors::distinct(together.names);
    // A page that marks a crowd marks the writers of other stories too.
    if together.names.len() <= 6 {
        claims.byline(together, Source::Visible, weight);
    }
}

/// The only person whom links beside the story call an author by `rel`: their box may stand in a sidebar. Comments and other stories name
/// others.
fn only_author(scan: &Scan<'_>) -> Option<String> {
    const OTHERS: [&str; 6] = ["comment", "related", "latest", "popular", "recommend", "teaser"];
    let is_author = |node: &Node<'_>| node.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("author"));
    let is_of_others = |node: &Node<'_>| {
        let is_apart = [local_name!("article"), local_name!("footer"), local_name!("nav")]
            .iter()
            .any(|name| node.is(name));
        let named = || node.class().is_some_and(|class| OTHERS.iter().any(|word| class.contains(word)));
        is_apart || named()
    };
    let links = scan.bylines.iter().map(|placed| placed.node).filter(is_author);
    let mut names = Vec::new();
    for link in links {
        let mut above = link.ancestors().take_while(|above| !scan.is_around_headline(*above));
        if above.any(|above| is_of_others(&above)) {
            return None;
        }
        names.extend(authors::clean(&text::of(link)).into_iter().filter(|name| authors::is_person(name)));
    }
    let names = authors::distinct(names);
    if names.len() == 1 { names.into_iter().next() } else { None }
}

/// The names in a byline element: its links where it has several, else its text.
fn byline_in(node: Node<'_>) -> Byline {
    let whole = text::of(node);
    if text::weight(&whole) > MAX_LETTERS {
        return Byline::default();
    }
    let mut byline = authors::read(&parts(node).join(" | "));
    let is_others =
        |name: &str| byline.credits.iter().any(|credit| credit.role != Role::Text && credit.name == name);
    let links = node
        .descendants()
        .take(text::MAX_NODES)
        .filter(|inner| inner.is(&local_name!("a")) || inner.attr("itemprop") == Some("name"))
        .map(text::of);
    let mut from_links: Vec<String> = links
        .flat_map(|link| authors::clean(&link))
        .filter(|name| authors::is_person(name) && !is_others(name))
        .collect();
    // A link to the section may stand before the byline that its element holds.
    if from_links.iter().any(|name| byline.names.contains(name)) {
        from_links.retain(|name| byline.names.contains(name));
    }
    let has_people = byline.names.iter().any(|name| authors::is_person(name));
    byline.names.retain(|name| authors::is_person(name) || has_people && authors::is_any_wire(name));
    let joined = || authors::joined_wire(&whole).map(|(_, joined)| joined);
    if !from_links.is_empty() {
        byline.names = authors::distinct(from_links);
    } else if let Some(joined) = joined().filter(|_| has_people) {
        joined.join(&mut byline.names);
    } else if byline.names.is_empty() && says_author(node) {
        // A pen name of one word is believed where the markup says that it is the author and nothing else.
        let pen_name = authors::clean(&whole).into_iter().find(|name| authors::is_pen_name(name));
        byline.names = pen_name.or_else(|| authors::pen_named(&whole)).into_iter().collect();
    }
    if byline.names.is_empty() && byline.credits.is_empty() {
        byline.names = authors::wires(&whole, true);
    }
    byline
}

/// Whether an element in or beside a byline calls itself the place where its author is: "author-location".
fn says_place(node: Node<'_>) -> bool {
    const PLACES: &[&str] =
        &["location", "ubicacion", "author-place", "author-city", "byline-place", "byline-city"];
    node.class()
        .is_some_and(|class| PLACES.iter().any(|place| class.contains(place)) && !class.contains("name"))
}

fn says_author(node: Node<'_>) -> bool {
    let mut around = std::iter::once(node).chain(node.descendants().take(6));
    around.any(|inner| {
        inner.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("author"))
            || inner.class().is_some_and(|class| {
                class.split_ascii_whitespace().any(|class| matches!(class, "author" | "fn" | "author-name"))
            })
    })
}

/// The texts below `node`, apart where an element sets them apart, but a label together with what it stands before.
fn parts(node: Node<'_>) -> Vec<String> {
    let mut parts = vec![String::new()];
    let is_placed = |inner: Node<'_>| inner.ancestors().take_while(|above| *above != node).any(says_place);
    for inner in node.descendants().take(text::MAX_NODES).filter(|inner| !is_placed(*inner)) {
        match inner.text() {
            Some(text) => parts.last_mut().map(|last| last.push_str(text)).unwrap_or_default(),
            None => parts.push(String::new()),
        }
    }
    let mut joined: Vec<String> = Vec::new();
    for part in parts.iter().map(|part| text::line(part)).filter(|part| !part.is_empty()) {
        match joined.last_mut().filter(|last| last.ends_with([':', '：', '=']) || authors::is_label(last)) {
            Some(label) => label.extend([" ", part.as_str()]),
            None => joined.push(part),
        }
    }
    joined
}

/// Links near the headline that lead to an author's page.
fn linked(scan: &Scan<'_>, claims: &mut Claims) {
    let Some(at) = scan.headline else { return };
    let start = at.saturating_sub(8);
    let end = (at + 12).min(scan.lines.len());
    let mut names = Vec::new();
    for index in start..end {
        let node = scan.lines[index].node;
        let around =
            std::iter::once(node).chain(node.ancestors().take(2)).find(|near| near.is(&local_name!("a")));
        let Some(link) = around.or_else(|| link_within(&scan.lines[index])) else { continue };
        if !leads_to_author(link) || !near(scan, index) || is_foreign(scan, link) || is_of_menu(link) {
            continue;
        }
        let links = std::iter::once(link).chain(links_behind(link));
        let called = links.flat_map(|link| authors::clean(&text::of(link)));
        // A profile may be the reader's.
        let is_sure = link.attr("href").is_some_and(|href| href.contains("/aut"));
        names.extend(
            called.filter(|name| authors::is_person(name) && (is_sure || !authors::is_bare_word(name))),
        );
    }
    claims.authors(authors::distinct(names), Source::Visible, 2.0);
}

/// The link to an author that ends a short line behind a colon, in a box for such: the place that somebody writes from, a label. What a line says of somebody
/// in words, with such a link, is of another: "The new novel by NAME".
fn link_within<'d>(line: &TextLine<'d>) -> Option<Node<'d>> {
    const NODES: usize = 12;
    if line.is_long || text::weight(line.text()) > MAX_LETTERS {
        return None;
    }
    let mut links = line.node.descendants().take(NODES).filter(|inner| inner.is(&local_name!("a")));
    links.find(|link| {
        let before = line.text().strip_suffix(&text::of(*link)).map(str::trim_end);
        let is_author = link.attr("href").is_some_and(|href| href.contains("/author"));
        let is_placed = std::iter::once(line.node).chain(line.node.ancestors().take(2)).any(|near| {
            near.class().is_some_and(|class| {
                ["place", "location", "author", "byline", "writer"].iter().any(|word| class.contains(word))
            })
        });
        is_author && is_placed && before.is_some_and(|before| before.ends_with([':', '：']))
    })
}

fn leads_to_author(link: Node<'_>) -> bool {
    const PATHS: &[&str] = &[
        "/author/",
        "/authors/",
        "/autor/",
        "/autores/",
        "/autori/",
        "/autoren/",
        "/auteur/",
        "/auteurs/",
        "/signataires/",
        "/people/",
        "/profile/",
        "/by/",
        "/journalist",
        "/reporter",
        "/columnist",
        "/staff/",
        "/expert/",
        "/experts/",
        "/editors/",
        "/contributor/",
        "/contributors/",
        "/writer/",
        "/writers/",
    ];
    link.attr("href").is_some_and(|href| {
        let href = href.to_ascii_lowercase();
        PATHS.iter().any(|path| href.contains(path))
    })
}

/// Whether a link is an item of a list that is longer than any byline.
fn is_of_menu(link: Node<'_>) -> bool {
    let item = link.ancestors().take(2).find(|above| above.is(&local_name!("li")));
    let list = item.and_then(|item| item.parent());
    list.is_some_and(|list| {
        list.children().filter(|child| child.is(&local_name!("li"))).nth(MAX_LINKED - 1).is_some()
    })
}

/// The links to other authors right behind one, with no more than a sign or a short word between them.
fn links_behind(link: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    /// Letters of the longest text between two authors: " and ".
    const MAX_JOINT: usize = 6;
    let is_joint = |node: &Node<'_>| node.text().is_some_and(|text| text.trim().len() <= MAX_JOINT);
    std::iter::successors(link.next_sibling(), |node| node.next_sibling())
        .filter(move |node| !is_joint(node))
        .map_while(|node| (node.is(&local_name!("a")) && leads_to_author(node)).then_some(node))
        .take(MAX_LINKED)
}

/// Lines near the headline that begin with "By" or end with "reporter", in the languages of the field.
fn worded(scan: &Scan<'_>, claims: &mut Claims) {
    let Some(at) = scan.headline else { return };
    let start = at.saturating_sub(4);
    let end = (at + 12).min(scan.lines.len());
    let mut wires = Vec::new();
    for index in (at + 1..end).chain(start..at) {
        let line = &scan.lines[index];
        if line.is_long || text::weight(line.text()) > MAX_LETTERS || !near(scan, index) {
            continue;
        }
        let mut byline = authors::worded(line.text());
        // A label in an element of its own stands above the name.
        if byline.names.is_empty()
            && line.text().ends_with([':', '：'])
            && authors::is_label(line.text().trim_end_matches([':', '：']))
        {
            let next = scan.lines.get(index + 1).filter(|next| !next.is_long && near(scan, index + 1));
            byline =
                next.map(|next| authors::worded(&[line.text(), next.text()].join(" "))).unwrap_or_default();
        }
        // Beside those who took the pictures, the one who wrote the text is told by a label.
        let says_text = || authors::says_text(line.text());
        if !byline.names.is_empty() && (says_text() || !is_foreign(scan, scan::around(line))) {
            return claims.byline(byline, Source::Visible, 2.0);
        }
        if wires.is_empty() && byline.credits.is_empty() {
            let names = authors::wires(line.text(), false);
            let are_common = names.iter().any(|name| scan.is_common(name));
            if !names.is_empty() && !are_common && !is_foreign(scan, scan::around(line)) {
                wires = names;
            }
        }
    }
    claims.authors(wires, Source::Visible, 1.0);
}

/// Pen names of one word, where the line near the headline says that it is a byline and ends or goes on with a date.
fn pen_named(scan: &Scan<'_>, claims: &mut Claims) {
    let Some(at) = scan.headline else { return };
    let lines = scan.lines.iter().enumerate().skip(at.saturating_sub(4)).take(16);
    let mut short = lines.filter(|(index, line)| !line.is_long && near(scan, *index));
    let name = short.find_map(|(_, line)| {
        let name = authors::pen_named(line.text())?;
        (!is_foreign(scan, scan::around(line))).then_some(name)
    });
    claims.authors(name.into_iter().collect(), Source::Visible, 1.0);
}

#[cfg(test)]
mod tests {
    use dateline_wire::Credit;

    use super::super::tests::claims;
    use super::*;
    use crate::dom::Document;

    fn names(html: &str) -> Vec<String> {
        claims(testify, html).authors.into_iter().flat_map(|claim| claim.value).collect()
    }

    /// The authors that are told of a page whose headline is known.
    fn names_below_headline(html: &str) -> Vec<String> {
        let document = Document::from_html(html);
        let mut scan = Scan::of(&document, None);
        scan.place_headline(Some("Ferry runs again after the storm"));
        let mut claims = Claims::default();
        testify(&scan, &mut claims);
        claims.authors.into_iter().flat_map(|claim| claim.value).collect()
    }

    #[test]
    fn a_footer_above_the_text_holds_the_byline() {
        let text = "<p>The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had \
            crossed by noon, the port authority said on Wednesday.</p>".repeat(2);
        let footer = "<p>Submitted by Ana Lund on Tue, 05/12/2026 - 08:20</p></footer>";
        assert!(
            names(&format!("<article><footer>{footer}<div>{text}</div></article>"))
                .contains(&"Ana Lund".to_owned())
        );
        assert!(names(&format!("<article><footer>{footer}</article><div>{text}</div>")).is_empty());
        let boxed = "<div class=footer><p><span class=author>Von Ana Lund</span></p></div>";
        assert!(names(&format!("<div>{boxed}<div>{text}</div></div>")).contains(&"Ana Lund".to_owned()));
        assert!(names(&format!("<div>{boxed}</div>")).is_empty());
        let story = format!("<h1>Ferry runs again</h1>{text}");
        let teaser =
            format!("<article><footer><span class=author>Von Ana Lund</span></footer>{text}</article>");
        for others in [
            format!("<div>{story}</div>{boxed}<div>{text}</div>"),
            format!("<div>{story}{boxed}<div>{text}</div></div>"),
            format!("<article>{story}</article>{teaser}"),
        ] {
            assert!(names(&others).is_empty(), "{others}");
        }
    }

    #[test]
    fn a_place_in_a_byline_or_before_its_link_is_no_name() {
        let html =
            "<div><p class=author-name>Ana Lund Vidal</p><p class=author-location>Puerto Norte</p></div>";
        assert_eq!(names(html), ["Ana Lund Vidal"]);
        let html = "<div class=places>ميناء الشمال: <span><a href=/author/1>ليلى منصور</a></span></div>";
        assert_eq!(names(html), ["ليلى منصور"]);
        for line in
            ["Le roman d'<a href=/auteurs/x>Anne Lund</a>", "Interview with <a href=/author/x>Ana Lund</a>"]
        {
            assert!(names(&format!("<p class=sub>{line}</p>")).is_empty(), "{line}");
        }
    }

    #[test]
    fn elements_that_call_themselves_bylines_are_heard() {
        assert_eq!(names("<span class=article-author>Ana Lund</span>"), ["Ana Lund"]);
        assert_eq!(names("<div class=byline><b>Ana Lund</b><i>Harbour reporter</i></div>"), ["Ana Lund"]);
    }

    #[test]
    fn what_elements_call_an_author_differs_by_language_and_vocabulary() {
        for html in [
            "<div class=avtor>Ana Lund</div>",
            "<div class=giornalista>Ana Lund</div>",
            "<div class=toimittaja>Ana Lund</div>",
            "<div class=signature>Ana Lund</div>",
            "<div class=vcard><span class=fn>Ana Lund</span></div>",
            "<span property='schema:author'>Ana Lund</span>",
            "<span rel='sioc:has_creator'><span property='foaf:name'>Ana Lund</span></span>",
        ] {
            assert_eq!(names(html), ["Ana Lund"], "{html}");
        }
        assert_eq!(names("<span class='author vcard'><a rel=author href=/u/1>sailor</a></span>"), ["sailor"]);
        assert!(names("<span class=author>November</span>").is_empty());
    }

    #[test]
    fn a_wire_stays_in_the_byline_of_a_person() {
        assert_eq!(names("<p class=author>Ana Lund, WNA</p>")[..2], ["Ana Lund", "WNA"]);
    }

    #[test]
    fn a_pen_name_of_one_word_is_heard_behind_a_label_and_before_a_date() {
        for line in [
            "<p>Posted by sailor</p>",
            "<p>Geschrieben von <a href=/userinfo?uid=6>sailor</a> am 21.03.2025 22:30 (15 x gelesen)</p>",
            "<p>Gespeichert von <span>sailor</span> am 21. März 2025 - 18:55</p>",
            "<p>Posted by sailor @ 12:00 am</p>",
            "<p>von sailor am 21.03.2025</p>",
            "<p>21.03.2025 13:30 von sailor</p>",
            "<div class='left author'>Author: <a href=/u/58><b>sailor</b></a> am 21.03.2025, 13:36 Uhr</div>",
        ] {
            assert_eq!(names(line)[..1], ["sailor"], "{line}");
        }
        for line in [
            "<p>von morgen</p>",
            "<p>Posted by the harbour</p>",
            "<p>Posted by admin</p>",
            "<p>By Wednesday 21 March 2025</p>",
            "<p>by sea on 21 March 2025 to the islands</p>",
            "<p>Posted in News</p>",
        ] {
            assert!(names(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn the_storys_own_footer_may_hold_its_byline_and_those_of_comments_and_of_the_page_do_not() {
        let by = "<footer><span class='author vcard'><a rel=author href=/u/1>Ana Lund</a></span></footer>";
        let headline = "<h1>Ferry runs again after the storm</h1>";
        assert_eq!(
            names_below_headline(&format!("<article>{headline}<p>It left.</p>{by}</article>")),
            ["Ana Lund"]
        );
        assert!(
            names_below_headline(&format!("<article>{headline}<p>It left.</p></article>{by}")).is_empty()
        );
        assert!(
            names_below_headline(&format!(
                "<article>{headline}<p>It left.</p><article>{by}</article></article>"
            ))
            .is_empty()
        );
    }

    #[test]
    fn a_label_before_a_byline_in_its_line_is_no_box() {
        assert_eq!(
            names(
                "<div><span class=trending>New!</span> <span>| By </span><span>Ana Lund</span> | 21 March 2025</div>"
            ),
            ["Ana Lund"]
        );
    }

    #[test]
    fn links_to_authors_pages_beside_one_another_are_all_heard() {
        let page = |links: &str| format!("<h1>Ferry runs again after the storm</h1><div>{links}</div>");
        let (ana, bo) = ("<a href=/autor/ana>Ana Lund</a>", "<a href=/autor/bo>Bo Ek</a>");
        for joint in ["", " ", ", ", " and "] {
            assert_eq!(names(&page(&[ana, joint, bo].concat())), ["Ana Lund", "Bo Ek"], "{joint}");
        }
        assert_eq!(names(&page(&format!("{ana}<a href=/harbour>Old Harbour</a>{bo}"))), ["Ana Lund"]);
    }

    #[test]
    fn a_box_of_credits_names_the_writer_by_a_label() {
        let html = "<h1>Ferry runs again after the storm</h1><ul class=credits><li>Words by Ana Lund</li><li>Photography by Bo Ek</li></ul>";
        assert_eq!(names(html), ["Ana Lund"]);
    }

    #[test]
    fn menus_teasers_and_other_articles_name_the_authors_of_others() {
        let menu = |items: usize| {
            let item = |at: usize| format!("<li><a href=/author/{at}>Harbour Nights</a></li>");
            format!("<ul>{}</ul>", (0..items).map(item).collect::<String>())
        };
        assert!(names(&menu(6)).is_empty());
        assert_eq!(names("<ul><li><a href=/author/lund>Ana Lund</a></li></ul>"), ["Ana Lund"]);
        let far = "<p>Share</p>".repeat(40);
        let title = "<a href=https://sea.example/b>Old lighthouse gets a new lamp</a>";
        let teaser = format!("<div><div>{title}</div><span class=story-author>Bo Ek</span></div>");
        assert!(names(&format!("{far}{teaser}")).is_empty());
        // Behind the text, which stands in the same element, a link to another story may stand before the byline.
        let text = "<p>The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had \
            crossed by noon, the port authority said on Wednesday.</p>".repeat(2);
        let own = format!("<div>{text}<p>{title}</p><span class=story-author>Ana Lund</span></div>");
        assert_eq!(names(&format!("{far}{own}")), ["Ana Lund"]);
    }

    #[test]
    fn another_article_with_a_heading_that_leads_to_it_has_an_author_of_its_own() {
        let story = "<article><h1>Ferry runs again after the storm</h1><p>It left.</p></article>";
        let by = "<span class=entry-author>Bo Ek</span>";
        let other =
            format!("<article><h2><a href=https://sea.example/b>Old lighthouse</a></h2>{by}</article>");
        assert!(names_below_headline(&format!("{story}{other}")).is_empty());
        assert_eq!(
            names_below_headline(&format!("{story}<article><h2>The author</h2>{by}</article>")),
            ["Bo Ek"]
        );
    }

    #[test]
    fn the_only_person_whom_links_call_the_author_is_one_wherever_the_link_stands() {
        let side = |links: &str| format!("<div class=sidebar>{links}</div>");
        let (ana, bo) = ("<a rel=author href=/u/1>Ana Lund</a>", "<a rel=author href=/u/2>Bo Ek</a>");
        assert_eq!(names(&side(ana)), ["Ana Lund"]);
        assert!(names(&side(&[ana, bo].concat())).is_empty());
        assert!(names("<span class=authorized>Ana Lund</span>").is_empty());
    }

    #[test]
    fn a_link_to_the_section_in_a_byline_is_no_author() {
        let html = "<p class=byline><a href=/harbour>Harbour Affairs</a> <span>by <a href=/u/1>Ana Lund</a></span></p>";
        assert_eq!(names(html)[..1], ["Ana Lund"]);
    }

    #[test]
    fn links_to_an_authors_page_are_heard() {
        assert_eq!(names("<p><a href=/authors/lund>Ana Lund</a></p>"), ["Ana Lund"]);
    }

    #[test]
    fn lines_that_read_like_a_byline_are_heard() {
        assert_eq!(names("<p>By Ana Lund and Bo Ek</p>"), ["Ana Lund", "Bo Ek"]);
    }

    #[test]
    fn the_authors_own_card_is_no_other_storys() {
        assert_eq!(names("<span class='author vcard'><a href=/u/1>Ana Lund</a></span>"), ["Ana Lund"]);
        assert_eq!(names("<div class=author-card><a href=/u/1>Ana Lund</a></div>"), ["Ana Lund"]);
        assert_eq!(names("<div class=page-builder-widget><p>By Ana Lund</p></div>"), ["Ana Lund"]);
        for class in ["comment-author vcard", "photo-author", "card author", "widget"] {
            assert!(
                names(&format!("<div><div class='{class}'><p>By Bo Ek</p></div></div>")).is_empty(),
                "{class}"
            );
        }
    }

    #[test]
    fn a_byline_shares_its_line_with_date_and_section() {
        for line in [
            "By Ana Lund | 21 March 2025 | 3 comments",
            "By Ana Lund 21 March 2025",
            "By Ana Lund on March 21, 2025",
            "Harbour · By Ana Lund · Published 21 March 2025",
            "Geschrieben von Ana Lund am 21. März 2025",
            "Auteur : Ana Lund",
            "Publicado por Ana Lund",
        ] {
            assert_eq!(names(&format!("<p>{line}</p>")), ["Ana Lund"], "{line}");
        }
        assert!(names("<p>By March 21 the ferry had sunk</p>").is_empty());
        assert!(names("<p>World News | 21 March 2025</p>").is_empty());
    }

    #[test]
    fn those_who_took_the_pictures_are_named_beside_the_authors() {
        let found = claims(
            testify,
            "<div class=byline><span>Text: </span><a href=/u/1>Ana Lund</a> <span>Fotos:</span> <a href=/u/2>Bo Ek</a></div>",
        );
        assert!(found.authors.iter().all(|claim| claim.value == ["Ana Lund"]) && !found.authors.is_empty());
        let photo = Credit { name: "Bo Ek".to_owned(), role: Role::Photo };
        assert!(found.credits.contains(&photo));
    }

    #[test]
    fn a_byline_may_say_where_its_people_are() {
        assert_eq!(names("<p class=byline>By Ana Lund in Seoul</p>")[..1], ["Ana Lund"]);
        assert_eq!(
            names("<p class=byline>By Ana Lund in Seoul and Bo Ek in Harbour City</p>")[..2],
            ["Ana Lund", "Bo Ek"]
        );
        assert_eq!(names("<p class=byline>부산=김하나·박두리 기자</p>")[..2], ["김하나", "박두리"]);
    }

    #[test]
    fn buttons_photographers_and_other_stories_writers_are_not() {
        assert!(names("<div class=author-follow>Follow us</div>").is_empty());
        for words in ["Top Stories", "World News", "A A A", "Sponsored Content", "News"] {
            let html = format!("<div class=author>{words}</div><p>One of the top sponsored stories.</p>");
            assert!(names(&html).is_empty(), "{words}");
        }
        assert!(names("<figure><span class=author>Bo Ek</span></figure>").is_empty());
        assert!(names("<div class=related><span class=author>Bo Ek</span></div>").is_empty());
    }
}
