//! Who are you?

use maud::{Markup, html};

/// The page; `refusal` is why it is shown again, and `next` where it leads.
pub(crate) fn page(next: &str, refusal: Option<&str>, takes_token: bool) -> Markup {
    html! {
        form.login.panel method="post" action="/login" {
            h1 { "Log in" }
            @if let Some(refusal) = refusal { p.notice role="alert" { (refusal) } }
            input type="hidden" name="next" value=(next);
            label for="name" { "Name" @if takes_token { " (none with the API’s token)" } }
            input #name type="text" name="name" autocomplete="username" maxlength="100" autofocus;
            label for="password" { "Password" @if takes_token { " or token" } }
            input #password type="password" name="password" autocomplete="current-password" maxlength="1000" required;
            button.strong type="submit" { "Log in" }
        }
    }
}
