//! What went wrong, and what to do.

use maud::{Markup, html};

use crate::console::shown::visible;

/// A failure as a page.
pub(crate) fn page(title: &str, detail: &str, errors: &[String]) -> Markup {
    html! {
        div.problem role="alert" {
            h1 { (title) }
            p { (visible(detail, 2_000)) }
            @if !errors.is_empty() {
                ul { @for error in errors.iter().take(50) { li { (visible(error, 500)) } } }
            }
            p { a href="/" { "To the overview" } }
        }
    }
}
