//! Microdata: `itemprop` attributes on visible elements (and on `<meta>` beside them).

use dateline_wire::Source;

use crate::dom::{Node, local_name};
use crate::meta::authors;
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::Scan;
use crate::meta::text;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    let metas = scan.metas.iter().filter(|meta| meta.is_itemprop).map(|meta| meta.node);
    let nodes = scan.itemprops.iter().map(|placed| placed.node).chain(metas);
    let (mut people, mut houses): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut published: Vec<date::WrittenDate> = Vec::new();
    for node in nodes {
        let Some(properties) = node.attr("itemprop") else { continue };
        for property in properties.split_ascii_whitespace() {
            match property {
                "headline" if is_of_article(node) => claims.title(value(node), Source::Microdata, 1.0),
                "datePublished" if is_of_article(node) => {
                    published.extend(date::read(&value(node)));
                }
                "dateModified" if is_of_article(node) => {
                    claims.modified(date::read(&value(node)), Source::Microdata, 3.0);
                }
                "author" | "creator" if is_of_article(node) => {
                    let is_house = node.attr("itemtype").is_some_and(|kind| kind.ends_with("Organization"));
                    if is_house { houses.extend(name(node)) } else { people.extend(name(node)) }
                }
                "inLanguage" if is_of_article(node) => claims.language(&value(node), Source::Microdata, 1.0),
                "publisher" if is_of_article(node) => {
                    claims.publisher(
                        name(node).into_iter().next().unwrap_or_default(),
                        Source::Microdata,
                        1.0,
                    );
                }
                _ => {}
            }
        }
    }
    published.dedup();
    // Lists of other articles carry dates too; where the page gives several, each is worth little.
    let weight = if published.len() == 1 { 4.0 } else { 1.0 };
    for written in published {
        claims.published(Some(written), Source::Microdata, weight);
    }
    claims.organisations.extend(houses.iter().cloned());
    claims.authors(authors::distinct(people), Source::Microdata, 3.0);
    claims.authors(authors::distinct(houses), Source::Microdata, 1.0);
}

/// The content of a property: the attribute that carries it, else its text.
fn value(node: Node<'_>) -> String {
    // What an abbreviation stands for is its title.
    let title = node.attr("title").filter(|_| node.is(&local_name!("abbr")));
    match node.attr("content").or_else(|| node.attr("datetime")).or(title) {
        Some(value) => text::attribute(value),
        None => text::headline(&text::of(node)),
    }
}

/// The names in an author or publisher, which is a plain text or an item with a `name`.
fn name(node: Node<'_>) -> Vec<String> {
    let inner = node.descendants().take(text::MAX_NODES).find(|inner| {
        inner
            .attr("itemprop")
            .is_some_and(|property| property.split_ascii_whitespace().any(|word| word == "name"))
    });
    authors::clean(&value(inner.unwrap_or(node)))
}

/// Whether the item that `node` describes is the article: the nearest item is an article (or there is none), and it is not
/// itself a part of something else, such as a comment or a list of other articles.
fn is_of_article(node: Node<'_>) -> bool {
    let mut items = node.ancestors().filter(|above| above.attr("itemscope").is_some());
    let Some(item) = items.next() else { return true };
    let kind = item.attr("itemtype").unwrap_or_default();
    let is_article = kind.ends_with("Article")
        || kind.ends_with("BlogPosting")
        || kind.ends_with("CreativeWork")
        || kind.ends_with("WebPage")
        || kind.is_empty();
    is_article
        && !item.is(&local_name!("li"))
        && item.attr("itemprop").is_none_or(|property| {
            property == "mainEntity" || property == "mainEntityOfPage" || property == "blogPost"
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    fn published(html: &str) -> Vec<f32> {
        let document = Document::from_html(html);
        let mut claims = Claims::default();
        testify(&Scan::of(&document, None), &mut claims);
        claims.published.iter().map(|claim| claim.weight).collect()
    }

    #[test]
    fn one_date_is_the_articles_and_several_are_anybodys() {
        let date = "<div itemscope itemtype='https://schema.org/NewsArticle'><time itemprop=datePublished datetime=2025-03-21>";
        assert_eq!(published(date), [4.0]);
        assert_eq!(published(&format!("{date}</time></div>{}", date.replace("21", "22"))), [1.0, 1.0]);
    }

    #[test]
    fn an_abbreviation_stands_for_its_title() {
        assert_eq!(
            published("<abbr itemprop=datePublished title='2025-03-21T08:00:00-07:00'>08:00</abbr>"),
            [4.0]
        );
    }

    #[test]
    fn the_people_of_a_comment_are_not_the_articles() {
        let html = "<div itemscope itemtype='https://schema.org/NewsArticle'><span itemprop=author>Ana Lund</span>
            <div itemprop=comment itemscope itemtype='https://schema.org/Comment'><span itemprop=author>Bo Ek</span></div></div>";
        let document = Document::from_html(html);
        let mut claims = Claims::default();
        testify(&Scan::of(&document, None), &mut claims);
        assert_eq!(
            claims.authors.iter().map(|claim| claim.value.clone()).collect::<Vec<_>>(),
            [["Ana Lund"]]
        );
    }
}
