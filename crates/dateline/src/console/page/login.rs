//! Who are you?

use maud::{Markup, html};

use crate::console::shown::visible;

/// The page; `refusal` is why it is shown again to whoever gave `name`, and `next` where it leads.
pub(crate) fn page(next: &str, name: &str, refusal: Option<&str>, takes_token: bool) -> Markup {
    // What is wrong is the password, as a rule.
    let is_named = !name.is_empty();
    html! {
        form.login.panel method="post" action="/login" {
            h1 { "Log in" }
            @if let Some(refusal) = refusal { p.notice role="alert" { (refusal) } }
            input type="hidden" name="next" value=(next);
            label for="name" { "Name" @if takes_token { " (none with the API’s token)" } }
            input #name type="text" name="name" autocomplete="username" maxlength="100" value=(visible(name, 100)) autofocus[!is_named];
            label for="password" { "Password" @if takes_token { " or token" } }
            input #password type="password" name="password" autocomplete="current-password" maxlength="1000" required autofocus[is_named];
            button.strong type="submit" { "Log in" }
        }
    }
}
