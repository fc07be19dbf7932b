//! What went wrong, and what to do.

use maud::{Markup, html};

use crate::console::figures::capitalised;
use crate::console::shown::with_commands;

/// A failure as a page; `way_on` is a path, and what it is called.
pub(crate) fn page(title: &str, detail: &str, errors: &[String], way_on: (&str, &str)) -> Markup {
    html! {
        div.problem role="alert" {
            h1 { (title) }
            // An address at the beginning stays as it is written.
            @let sentence = if detail.starts_with("http") { detail.to_owned() } else { capitalised(detail) };
            p { (with_commands(sentence.trim_end_matches('.'), 2_000)) "." }
            @if !errors.is_empty() {
                ul { @for error in errors.iter().take(50) { li { (with_commands(error, 500)) } } }
            }
            p.actions { a.button href=(way_on.0) { (way_on.1) } }
        }
    }
}
