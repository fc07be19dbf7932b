//! A question before what cannot be taken back at once. It is a page, since it is asked without scripts, too.

use maud::{Markup, html};

/// What is asked.
pub(crate) struct Question<'q> {
    /// In a line, and of what.
    pub(crate) title: &'q str,
    pub(crate) about: Markup,
    /// What comes of it.
    pub(crate) consequence: &'q str,
    /// Where a yes is sent, and what goes with it.
    pub(crate) action: &'q str,
    pub(crate) field: Option<(&'q str, &'q str)>,
    /// What the button for it says.
    pub(crate) yes: &'q str,
    /// Where a no leads.
    pub(crate) back: &'q str,
}

/// The page.
pub(crate) fn page(question: &Question<'_>) -> Markup {
    let Question { title, about, consequence, action, field, yes, back } = question;
    html! {
        div.panel.problem {
            h1 { (title) }
            p { b { (about) } }
            p { (consequence) }
            form.actions method="post" action=(action) {
                @if let Some((name, value)) = field { input type="hidden" name=(name) value=(value); }
                button.danger type="submit" { (yes) }
                a.button href=(back) { "Leave it" }
            }
        }
    }
}
