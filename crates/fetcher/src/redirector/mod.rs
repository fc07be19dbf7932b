//! Links that lead to an article by way of a redirector which answers with a page of its own instead of a redirect.
//!
//! Some carry it in their query (`query`): those need no request. Of the others a table names the known shapes. Where the link itself carries the target (`carried`), no request is made; otherwise the
//! redirector's page is asked for like any other and its target read from it (`page`), if it holds one. A page that holds
//! none is no article and is not taken for one.

mod carried;
mod known;
mod page;
mod query;

use url::Url;

pub(crate) use known::{Redirector, of};

/// How many links in one another are unwrapped.
pub(crate) const MAX_UNWRAPPED: usize = 3;

/// The target that `url` itself carries, as a link of `redirector` or in its query.
pub(crate) fn carried(url: &Url, redirector: Option<&Redirector>) -> Option<Url> {
    redirector.and_then(|known| known.carried(url)).or_else(|| query::carried(url))
}

impl Redirector {
    /// The target that `url` itself carries.
    fn carried(&self, url: &Url) -> Option<Url> {
        carried::target(self.id(url)?).filter(|target| self.is_outward(target))
    }

    /// The target that its page `html` at `url` names.
    pub(crate) fn target_in(&self, html: &[u8], url: &Url) -> Option<Url> {
        page::target(self, html, url)
    }
}
