//! Who are you?

use maud::{Markup, html};

use crate::console::shown::{visible, with_commands};

/// What can be logged in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogInOffer {
    /// A name and a password.
    User,
    /// These, or the API's token.
    UserOrToken,
    /// The API's token alone.
    Token,
    /// Neither is configured.
    Nothing,
}

/// The page; `refusal` is why it is shown again to whoever gave `name`, and `next` where it leads.
pub(crate) fn page(next: &str, name: &str, refusal: Option<&str>, offer: LogInOffer) -> Markup {
    // What is wrong is the password, as a rule.
    let is_named = !name.is_empty();
    let (is_by_name, secret, hint) = match offer {
        LogInOffer::User => (true, "Password", ""),
        LogInOffer::UserOrToken => (true, "Password or token", " (none with the API’s token)"),
        LogInOffer::Token => (false, "The API’s token", ""),
        LogInOffer::Nothing => return nothing(),
    };
    html! {
        form.login.panel method="post" action="/login" {
            h1 { "Log in" }
            @if let Some(refusal) = refusal { p.notice role="alert" { (refusal) } }
            input type="hidden" name="next" value=(next);
            @if is_by_name {
                label for="name" { "Name" (hint) }
                input #name type="text" name="name" autocomplete="username" maxlength="100" value=(visible(name, 100)) autofocus[!is_named];
            } @else {
                p.note { "The API’s token is what " code { "DATELINE_API__TOKEN" } " or " code { "token_file" } " in [api] gives the daemon. " code { "dateline user add" } " makes users, who log in by name." }
            }
            label for="password" { (secret) }
            input #password type="password" name="password" autocomplete="current-password" maxlength="1000" required autofocus[is_named || !is_by_name];
            button.strong type="submit" { "Log in" }
        }
    }
}

/// What to do where nobody can log in.
fn nothing() -> Markup {
    html! {
        div.login.panel {
            h1 { "Nobody logs in here yet" }
            p { (with_commands("There are no users, and the API has no token: `dateline user add` makes a user, and a token in `DATELINE_API__TOKEN`, or in `token_file` of `[api]`, logs in, too.", 500)) }
            p { a.button href="/" { "To the overview" } }
        }
    }
}
