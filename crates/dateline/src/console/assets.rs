//! What pages need beside themselves: a style, a script, a picture. They lie in the program, and nothing is asked of anybody else.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A file that goes with the pages.
pub(crate) struct Asset {
    name: &'static str,
    /// What it is.
    pub(crate) content_type: &'static str,
    /// What it holds.
    pub(crate) content: &'static str,
    digest: LazyLock<String>,
}

macro_rules! asset {
    ($file:literal, $type:literal) => {
        Asset {
            name: $file,
            content_type: $type,
            content: include_str!(concat!("assets/", $file)),
            digest: LazyLock::new(|| {
                HEXLOWER.encode(&Sha256::digest(include_str!(concat!("assets/", $file)))[..6])
            }),
        }
    };
}

/// How pages look.
pub(crate) static STYLE: Asset = asset!("style.css", "text/css; charset=utf-8");
/// Keys, the live list and what else a page does of itself.
pub(crate) static SCRIPT: Asset = asset!("script.js", "text/javascript; charset=utf-8");
/// The picture in the tab.
pub(crate) static ICON: Asset = asset!("icon.svg", "image/svg+xml");

impl Asset {
    /// Where it is. The path changes with the content, so that it may be kept for as long as anybody likes.
    pub(crate) fn path(&self) -> String {
        format!("/console/{}/{}", *self.digest, self.name)
    }

    /// The asset at a path's end, whichever version was asked for.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name)
    }

    /// Whether `digest` is that of its content.
    pub(crate) fn is(&self, digest: &str) -> bool {
        *self.digest == digest
    }
}
