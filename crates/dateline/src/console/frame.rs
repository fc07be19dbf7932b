//! What every page has: its head, the way to the others, the search, the keys, the foot.

use dateline_wire::JournalId;
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::shown::visible;

/// A part of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Live,
    Articles,
    Stories,
    Feeds,
    Rejects,
    Judge,
    Sites,
    Sinks,
}

impl Section {
    /// In the order of the menu.
    const ALL: [Self; 9] = [
        Self::Overview,
        Self::Live,
        Self::Articles,
        Self::Stories,
        Self::Feeds,
        Self::Rejects,
        Self::Judge,
        Self::Sites,
        Self::Sinks,
    ];

    /// The one whose page is at `path`.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.entry().1 == path)
    }

    /// Its name, its path, and the key that goes there after `g`.
    fn entry(self) -> (&'static str, &'static str, char) {
        match self {
            Self::Overview => ("Overview", "/", 'o'),
            Self::Live => ("Live", "/live", 'l'),
            Self::Articles => ("Articles", "/articles", 'a'),
            Self::Stories => ("Stories", "/stories", 's'),
            Self::Feeds => ("Feeds", "/feeds", 'f'),
            Self::Rejects => ("Rejects", "/rejects", 'r'),
            Self::Judge => ("Judge", "/judge", 'j'),
            Self::Sites => ("Sites", "/sites", 'w'),
            Self::Sinks => ("Sinks", "/sinks", 'k'),
        }
    }
}

/// What is around a page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The moment that is shown, by the daemon's clock.
    pub(crate) now: Timestamp,
    /// The journal that is shown.
    pub(crate) journal: JournalId,
    /// Whoever looks.
    pub(crate) viewer: Viewer,
}

/// Whoever looks, as far as pages depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Viewer {
    /// The name that was logged in with.
    pub(crate) name: Option<String>,
    /// Whether changes may be asked for.
    pub(crate) may_operate: bool,
    /// Whether the console can end that: not where a proxy says who it is.
    pub(crate) may_log_out: bool,
    /// Whether a log-in with the API's token would let changes be asked for.
    pub(crate) may_log_in: bool,
    /// Whether a fleet is shown, which nothing here changes.
    pub(crate) is_shown_fleet: bool,
}

impl Viewer {
    /// Why nothing is offered that changes something: what operators do elsewhere, and what leads there in a fleet.
    pub(crate) fn refusal(&self, by_operators: &Markup, in_fleet: &Markup) -> Markup {
        html! {
            p.empty {
                @if self.is_shown_fleet { "A member of a fleet shows what there is, and changes nothing. " (in_fleet) }
                @else if self.may_log_in { "Whatever changes something takes the API’s token: " a href="/login" { "log in with it" } " first." }
                @else { (by_operators) }
            }
        }
    }
}

impl Frame {
    /// A whole page.
    pub(crate) fn page(&self, here: Section, title: &str, main: &Markup) -> Markup {
        self.page_searched(here, title, "", main)
    }

    /// The same with what was searched for in the search box.
    pub(crate) fn page_searched(&self, here: Section, title: &str, searched: &str, main: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(title))
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header.top {
                        a.brand href="/" { "Dateline" }
                        (menu(Some(here)))
                        (search_box(searched))
                    }
                    main #main tabindex="-1" { (main) }
                    footer {
                        span { "Times are UTC; it is " time datetime=(format!("{:.0}", self.now)) { (crate::text::moment(self.now)) } }
                        span { a href="/journal" { "Journal" } " " code { (self.journal.as_str().get(..8).unwrap_or(self.journal.as_str())) } }
                        @if let Some(name) = &self.viewer.name {
                            form.inline method="post" action="/logout" {
                                span { "Logged in as " (visible(name, 40)) " " }
                                @if self.viewer.may_log_out { button.quiet type="submit" { "Log out" } }
                            }
                        }
                        @if self.viewer.may_log_in { span { "You may look; " a href="/login" { "log in" } " to change something" } }
                        button.quiet.keys #show-keys type="button" hidden { kbd { "?" } " shows the keys" }
                    }
                    (keys())
                }
            }
        }
    }
}

/// The way to each part.
fn menu(here: Option<Section>) -> Markup {
    html! {
        nav aria-label="Console" {
            ul {
                @for section in Section::ALL {
                    @let (name, path, key) = section.entry();
                    li { a href=(path) data-go=(key) aria-current=[(Some(section) == here).then_some("page")] { (name) } }
                }
            }
        }
    }
}

fn search_box(searched: &str) -> Markup {
    html! {
        form.search role="search" action="/search" aria-label="All of it" {
            label.hidden for="search" { "Search articles, or look up an address" }
            input #search type="search" name="q" value=(searched) maxlength="500"
                placeholder="Words, or an address" autocomplete="off";
            kbd aria-hidden="true" { "/" }
        }
    }
}

/// A page that says why there is nothing to show, with the way to what there is.
pub(crate) fn page_apart(title: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top { a.brand href="/" { "Dateline" } (menu(None)) (search_box("")) }
                main #main tabindex="-1" { (main) }
                (keys())
            }
        }
    }
}

/// A page of somebody who may not see more.
pub(crate) fn bare_page(title: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body {
                header.top { a.brand href="/" { "Dateline" } }
                main #main tabindex="-1" { (main) }
            }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (visible(title, 120)) " · Dateline" }
            link rel="icon" href=(assets::ICON.path()) type="image/svg+xml";
            link rel="stylesheet" href=(assets::STYLE.path());
            script src=(assets::SCRIPT.path()) defer {}
        }
    }
}

/// The keys, which the script shows when asked.
fn keys() -> Markup {
    let keys: [(&[&str], &str); 9] = [
        (&["j", "k"], "next and previous row"),
        (&["Enter"], "open the row"),
        (&["/"], "search"),
        (&["u"], "back to the list"),
        (&["p"], "pause the live list, and resume it"),
        (&["o"], "Rejects: the newest first, or the nearest to the threshold"),
        (&["r", "n", "b"], "Judge: relevant, not, borderline"),
        (&["j", "k", "u"], "Judge: skip, go back, undo the labels that were given there, the last first"),
        (&["?"], "these keys; Esc closes"),
    ];
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl {
                @for (keys, meaning) in keys {
                    div { dt { @for key in keys { kbd { (key) } " " } } dd { (meaning) } }
                }
                @for section in Section::ALL {
                    @let (name, _, key) = section.entry();
                    div { dt { kbd { "g" } " " kbd { (key) } } dd { (name) } }
                }
            }
            form method="dialog" { button type="submit" { "Close" } }
        }
    }
}
