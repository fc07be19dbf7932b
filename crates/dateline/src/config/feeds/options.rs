//! What a feed can be given beyond its address: the options, each read in one place.

use dateline_fetcher::Authorization;

use super::secret_source::{self, SecretAccess};
use super::table::{FileReader, Value};

/// The names of all options.
pub(super) const NAMES: [&str; 1] = ["auth"];

/// The options that stand in a table.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) auth: Option<Authorization>,
}

impl Options {
    /// Takes in the option called `name`. Whether there is such an option.
    pub(super) fn take(
        &mut self,
        file: &mut FileReader<'_>,
        name: &str,
        value: &Value<'_>,
        secrets: SecretAccess,
    ) -> bool {
        match name {
            "auth" => self.auth = auth(file, value, secrets),
            _ => return false,
        }
        true
    }
}

/// Who asks: `{ basic = SOURCE }`, whose secret is `user:password`, or `{ bearer = SOURCE }`.
fn auth(file: &mut FileReader<'_>, value: &Value<'_>, secrets: SecretAccess) -> Option<Authorization> {
    const EXPECTED: &str = "{ basic = … } or { bearer = … } with { env = \"NAME\" } or { file = \"PATH\" }";
    let Some(table) = value.get_ref().as_table().filter(|table| table.len() == 1) else {
        file.unexpected_secret("auth", value, EXPECTED);
        return None;
    };
    let (scheme, source) = table.iter().next()?;
    let (setting, read): (_, fn(&str) -> Option<Authorization>) = match scheme.get_ref().as_ref() {
        "basic" => ("auth.basic", Authorization::basic),
        "bearer" => ("auth.bearer", Authorization::bearer),
        _ => {
            file.unexpected_secret("auth", value, EXPECTED);
            return None;
        }
    };
    let secret = secret_source::read(file, setting, source, secrets)?;
    let authorization = read(secret.reveal());
    if authorization.is_none() {
        let what = format!("what `{setting}` names cannot be sent (it is not shown)");
        let remedy = "for `basic` write user:password, for `bearer` a token of visible ASCII without spaces";
        file.wrong(&source.span(), what, remedy);
    }
    authorization
}
