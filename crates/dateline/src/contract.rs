//! What subscribers rely on, as documents: made of the code, written to `schemas/`, and served by the API.

mod asyncapi;

use std::path::Path;
use std::{fs, io};

use dateline_publisher::Topics;
use dateline_wire::{EventKind, SchemaBase};
use serde_json::Value;

pub use self::asyncapi::asyncapi;
pub use crate::api::openapi;

/// A document of the contract.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractDocument {
    /// Its file in `schemas/`.
    pub file: String,
    /// What it says.
    pub content: Value,
}

impl ContractDocument {
    /// The document as it stands in its file.
    ///
    /// # Errors
    /// Never with what is in the documents.
    pub fn text(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(&self.content)? + "\n")
    }
}

/// Every document, as a daemon tells it that knows no address of its own.
pub fn documents() -> Vec<ContractDocument> {
    let base = SchemaBase::default();
    let schemas = EventKind::ALL.into_iter();
    let schemas =
        schemas.map(|kind| ContractDocument { file: kind.schema_file(), content: base.schema(kind) });
    let openapi = ContractDocument { file: "openapi.json".into(), content: openapi() };
    let asyncapi =
        ContractDocument { file: "asyncapi.json".into(), content: asyncapi("", &Topics::default()) };
    schemas.chain([openapi, asyncapi]).collect()
}

/// Writes every document to `folder`, which is made if it is missing.
///
/// # Errors
/// If the folder or a file in it cannot be written.
pub fn write_documents(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    documents().iter().try_for_each(|document| fs::write(folder.join(&document.file), document.text()?))
}
