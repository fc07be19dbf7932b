//! Which boxes a page's own style sheets hide, as far as a page of its own says so: `<style>` elements, no linked files.
//!
//! [`rule`] finds the rules of a sheet, [`selector`] reads which elements they are for, and [`StyleSheets`] asks them of an
//! element. It is a small reading of CSS that is silent where it is not sure: selectors of names, ids, classes, descendants and
//! children; sheets and media queries as a screen of a desk has them; of the declarations those that hide a box or show it.
//! What `:hover`, `:not()`, attributes or neighbours decide is not read, nor rules inside of rules. The cascade is followed:
//! importance, specificity, order.

mod rule;
mod selector;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::dom::{Document, Node, local_name};
use crate::memo::Memo;
use selector::{Selector, Specificity};

pub(crate) use rule::{applies_to_screen, telling_rules};

/// Rules of one page that are looked at, and of one class, id or element.
const MAX_RULES: usize = 4_000;
const MAX_RULES_OF_KEY: usize = 24;

/// Whether a declaration of a block hides its element, one way or another.
pub(crate) fn hides(declarations: &str) -> bool {
    if !HIDING.is_match(declarations) {
        return false;
    }
    let plain = without_spaces(declarations);
    Property::ALL.into_iter().any(|property| property.read(&plain) == Some(true))
}

/// Parts of what hides an element.
static HIDING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    automaton(&["none", "hidden", "collapse", "clip", "-999", "-10000", "opacity", "scale(0"])
});

/// Parts of what declarations say of whether their element is seen.
static TELLING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    automaton(&["display", "hidden", "visible", "clip", "-999", "-10000", "opacity", "scale(0"])
});

fn automaton(words: &[&str]) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .expect("a few short words make an automaton")
}

/// Whether declarations may say that their element is seen, or that it is not.
pub(crate) fn is_telling(declarations: &[u8]) -> bool {
    TELLING.is_match(declarations)
}

/// What hides a box, each decided by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    Display,
    Visibility,
    Place,
}

impl Property {
    const ALL: [Self; 3] = [Self::Display, Self::Visibility, Self::Place];

    /// Whether declarations in lower case and without spaces hide by this property, or show; `None` where they don't speak of it.
    fn read(self, plain: &str) -> Option<bool> {
        let says = |declaration: &str| plain.contains(declaration);
        let value = |name: &str| {
            let at = plain.match_indices(name).map(|(at, _)| at);
            let whole = at.filter(|at| *at == 0 || matches!(plain.as_bytes()[at - 1], b';' | b'/')).last()?;
            Some(&plain[whole + name.len()..])
        };
        match self {
            Self::Display => value("display:").map(|value| value.starts_with("none")),
            Self::Visibility => {
                value("visibility:").map(|value| value.starts_with("hidden") || value.starts_with("collapse"))
            }
            Self::Place => {
                let is_lifted = || says("position:absolute") || says("position:fixed");
                let is_flat = || {
                    ["height:0;", "height:0px", "max-height:0", "height:1px"]
                        .iter()
                        .any(|height| says(height))
                        || plain.ends_with("height:0")
                };
                let is_hidden = says("content-visibility:hidden")
                    || says("clip:rect(0")
                    || says("clip:rect(1px,1px,1px,1px)")
                    || says("clip-path:inset(50%")
                    || says("clip-path:inset(100%")
                    || ["left:-9999", "left:-10000", "left:-999em", "top:-9999", "top:-10000", "top:-999em"]
                        .iter()
                        .any(|far| says(far))
                    || says("text-indent:-9999")
                    || says("transform:scale(0)")
                    || value("opacity:").is_some_and(|value| value == "0" || value.starts_with("0;"))
                        && (is_lifted() || says("pointer-events:none") || is_flat())
                    || says("overflow:hidden") && is_flat() && !says("line-height:");
                is_hidden.then_some(true)
            }
        }
    }
}

fn without_spaces(declarations: &str) -> String {
    let longest = 2_000;
    declarations
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(longest)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// What one rule says of the elements that it is for.
struct Telling<'d> {
    selector: Selector<'d>,
    /// For each property, whether it hides, and whether that is important.
    says: [Option<(bool, bool)>; 3],
}

/// The style sheets of a page.
pub(crate) struct StyleSheets<'d> {
    rules: Vec<Telling<'d>>,
    /// The rules by the id, class or name that the element itself must have, written as in a selector.
    by_key: HashMap<Key<'d>, Vec<u32>>,
    /// The keys of those that hide: who has none of them is not hidden. And whether ids or names are among them.
    hiding: HashSet<Key<'d>>,
    hide_by_id: bool,
    hide_by_name: bool,
    /// The texts of the sheets, until a rule that hides has been found to be for an element: then those that show count, too.
    unread: Vec<&'d str>,
    /// Whether any class of an attribute is a key of one that hides.
    is_named: Memo<'d, bool>,
}

/// What a rule is found by.
type Key<'d> = (KeyKind, &'d str);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum KeyKind {
    Id,
    Class,
    Name,
}

impl<'d> StyleSheets<'d> {
    /// The sheets of a page.
    pub(crate) fn of(document: &'d Document) -> Self {
        let is_for_screen = |node: &Node<'d>| node.attr("media").is_none_or(applies_to_screen);
        let styles = document.made(local_name!("style")).filter(is_for_screen);
        let texts: Vec<&str> = styles.filter_map(|node| node.first_child()?.text()).collect();
        let mut sheets = Self {
            rules: Vec::new(),
            by_key: HashMap::new(),
            hiding: HashSet::new(),
            hide_by_id: false,
            hide_by_name: false,
            unread: Vec::new(),
            is_named: Memo::new(false),
        };
        for css in &texts {
            rule::each(css, |selectors, declarations| {
                if hides(declarations) {
                    selector::each(selectors, |selector| {
                        sheets.hiding.insert(selector.key());
                    });
                }
            });
        }
        sheets.unread = texts;
        let has = |wanted| sheets.hiding.iter().any(|(kind, _)| *kind == wanted);
        (sheets.hide_by_id, sheets.hide_by_name) = (has(KeyKind::Id), has(KeyKind::Name));
        sheets
    }

    /// Reads all rules, in their order.
    fn read_all(&mut self) {
        for css in std::mem::take(&mut self.unread) {
            rule::each(css, |selectors, declarations| {
                let says = read(declarations);
                if says.iter().any(Option::is_some) {
                    selector::each(selectors, |selector| self.add(selector, says));
                }
            });
        }
    }

    fn add(&mut self, selector: Selector<'d>, says: [Option<(bool, bool)>; 3]) {
        if self.rules.len() >= MAX_RULES {
            return;
        }
        let key = selector.key();
        let of_key = self.by_key.entry(key).or_default();
        if of_key.len() < MAX_RULES_OF_KEY {
            of_key.push(self.rules.len() as u32);
            self.rules.push(Telling { selector, says });
        }
    }

    /// Whether they hide an element as such, not by one around it.
    pub(crate) fn hide(&mut self, node: Node<'d>) -> bool {
        if self.hiding.is_empty() {
            return false;
        }
        let class = node.class().unwrap_or_default();
        let hiding = &self.hiding;
        let classes =
            || class.split_ascii_whitespace().take(MAX_CLASSES).map(|class| (KeyKind::Class, class));
        let id = || node.attr("id").map(|id| (KeyKind::Id, id.trim()));
        let name = || node.name().map(|name| (KeyKind::Name, &**name));
        let is_hiding = |key: Option<Key<'d>>| key.is_some_and(|key| hiding.contains(&key));
        let is_named = self.is_named.get(class, |_| classes().any(|key| hiding.contains(&key)));
        let is_other = || self.hide_by_id && is_hiding(id()) || self.hide_by_name && is_hiding(name());
        if !is_named && !is_other() {
            return false;
        }
        self.read_all();
        let mut rules: Vec<u32> = Vec::new();
        let of_keys = classes().chain(id()).chain(name()).filter_map(|key| self.by_key.get(&key));
        of_keys.for_each(|of_key| rules.extend(of_key));
        rules.retain(|rule| self.rules[*rule as usize].selector.matches(node));
        if rules.is_empty() {
            return false;
        }
        let own = node.attr("style").map(without_spaces).unwrap_or_default();
        Property::ALL.into_iter().enumerate().any(|(at, property)| {
            let of_sheets = rules.iter().filter_map(|rule| {
                let telling = &self.rules[*rule as usize];
                let (is_hidden, is_important) = telling.says[at]?;
                Some(((is_important, telling.selector.specificity(), *rule), is_hidden))
            });
            let strongest = of_sheets.max_by_key(|(weight, _): &((bool, Specificity, u32), bool)| *weight);
            strongest.is_some_and(|((is_important, ..), is_hidden)| {
                is_hidden && (is_important || property.read(&own) != Some(false))
            })
        })
    }
}

/// Classes of one element that are looked at: beyond that, it is data, or an attack.
const MAX_CLASSES: usize = 60;

/// For each property, whether declarations hide or show, and whether with importance.
fn read(declarations: &str) -> [Option<(bool, bool)>; 3] {
    let plain = without_spaces(declarations);
    Property::ALL.map(|property| {
        let is_important = || match property {
            Property::Display => is_important(&plain, "display:"),
            Property::Visibility => is_important(&plain, "visibility:"),
            Property::Place => false,
        };
        property.read(&plain).map(|hides| (hides, is_important()))
    })
}

fn is_important(plain: &str, name: &str) -> bool {
    let value = plain.rfind(name).map(|at| plain[at..].split(';').next().unwrap_or_default());
    value.is_some_and(|value| value.contains("!important"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids of what the sheets of a page hide.
    fn hidden(html: &str) -> Vec<String> {
        let document = Document::from_html(html);
        let mut sheets = StyleSheets::of(&document);
        let nodes = document.root().descendants().filter(|node| node.attr("id").is_some());
        nodes
            .filter(|node| sheets.hide(*node))
            .filter_map(|node| node.attr("id").map(str::to_owned))
            .collect()
    }

    const PAGE: &str = "<body class=page><main><div id=a class='x on'><p id=b class=y>t</p></div><div id=c class=z>t</div></main>";

    #[test]
    fn simple_selectors_hide_what_they_are_for() {
        for (css, what) in [
            (".x{display:none}", &["a"][..]),
            ("div.z { Display : NONE !important }", &["c"]),
            ("#b{visibility:hidden}", &["b"]),
            ("h6, .q > p, .y{display:none}", &["b"]),
            ("main .y{display:none}", &["b"]),
            ("main > .y{display:none}", &[]),
            ("main > .x > .y{display:none}", &["b"]),
            (".page div{display:none}", &["a", "c"]),
            ("span.y{display:none}", &[]),
            (".x.on{position:absolute;left:-9999px}.x.off{display:none}", &["a"]),
            ("/* .z{display:none} */ .x{/*}*/display:none}", &["a"]),
            (".b:before{content:'}{'} .z{clip-path:inset(50%)}", &["c"]),
            (".xx{display:none}", &[]),
            ("body{display:none}", &[]),
        ] {
            assert_eq!(hidden(&format!("<style>{css}</style>{PAGE}")), what, "{css}");
        }
    }

    #[test]
    fn what_is_not_read_hides_nothing() {
        for css in [
            ".x:empty{display:none}",
            "div:not(.z){display:none}",
            ".x + .z{display:none}",
            ".x[id]{display:none}",
            ".no-js .x{display:none}",
            "@keyframes x{from{visibility:hidden}}",
            "@font-face{src:url(x);display:none}",
            ".q{.x{display:none}}",
            ".x{--display:none;border-display:none}",
            ".x{display:none",
        ] {
            assert_eq!(hidden(&format!("<style>{css}</style>{PAGE}")), [""; 0], "{css}");
        }
    }

    #[test]
    fn the_strongest_rule_decides() {
        for (css, is_hidden) in [
            (".x{display:none}.x{display:block}", false),
            (".x{display:block}.x{display:none}", true),
            (".x{display:none}div.x.on{display:block}.x{display:none}", false),
            (".x{display:none!important}div.x.on{display:block}", true),
            ("main .x{display:none}#a{display:flex}", false),
            (".x{display:none}.on{display:block}", false),
            (".x{display:none}.x:hover{display:block}", true),
        ] {
            assert_eq!(hidden(&format!("<style>{css}</style>{PAGE}")).len() == 1, is_hidden, "{css}");
        }
        assert!(hidden("<style>.x{display:none}</style><p id=a class=x style='display: block'>t").is_empty());
    }

    #[test]
    fn media_are_those_of_a_screen_at_a_desk() {
        for (media, is_hidden) in [
            ("@media screen", true),
            ("@media all and (min-width: 320px)", true),
            ("@media only screen and (min-width:40em)", true),
            ("@media print, screen", true),
            ("@supports (display:grid)", true),
            ("@layer base", true),
            ("@media print", false),
            ("@media not screen", false),
            ("@media (max-width:600px)", false),
            ("@media (width <= 600px)", false),
            ("@media (min-width:768px) and (max-width:1023px)", false),
            ("@media (prefers-color-scheme:dark)", false),
            ("@container (min-width:10px)", false),
        ] {
            let page = format!("<style>{media}{{.x{{display:none}}}}</style>{PAGE}");
            assert_eq!(hidden(&page).len() == 1, is_hidden, "{media}");
        }
        assert!(hidden(&format!("<style media=print>.x{{display:none}}</style>{PAGE}")).is_empty());
    }
}
