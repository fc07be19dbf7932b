//! What of a member's configuration has to be the same with all members, in a form that is told and compared: a host is to find one way of being
//! asked, an article one way of being read, whoever holds its shard.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::Settings;
use crate::config::shared::is_read;

/// How many bytes of a digest are told: they tell mistakes apart, not forgeries.
const TOLD_BYTES: usize = 8;

/// A digest of each part, by what it is called in the configuration.
pub(super) fn digests(settings: &Settings) -> BTreeMap<String, String> {
    let Settings { fetch, poll, stories, revisit, kafka, schemas, engine, .. } = settings;
    // Addresses, certificates and proxies are a machine's own.
    let manners = (
        (&fetch.user_agent, fetch.obey_robots, fetch.per_host_delay, fetch.per_host_concurrency),
        (fetch.max_crawl_delay, fetch.max_retry_after, fetch.max_body_bytes, fetch.max_redirects),
        &fetch.secret_query,
    );
    let mut told = BTreeMap::new();
    let mut tell = |part: &str, text: &[u8]| drop(told.insert(part.to_owned(), digest(text)));
    tell("[fetch]", format!("{manners:?}").as_bytes());
    tell("[poll]", format!("{poll:?}").as_bytes());
    tell("[stories]", format!("{stories:?}").as_bytes());
    tell("[revisit]", format!("{revisit:?}").as_bytes());
    tell("[schemas]", format!("{schemas:?}").as_bytes());
    tell("[engine]", format!("{:?}", engine.refetch_after).as_bytes());
    tell("[kafka]", format!("{:?}", (&kafka.topics, kafka.max_record_bytes)).as_bytes());
    for (part, path) in [
        ("subject", &settings.subject),
        ("sites", &settings.sites),
        ("agencies", &settings.agencies),
        ("story_tables", &settings.story_tables),
    ] {
        tell(part, &content(path));
    }
    told
}

fn digest(text: &[u8]) -> String {
    Sha256::digest(text).iter().take(TOLD_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// A file, whatever it is called, or those of a folder that are read, in the order of their names; nothing where there is none.
fn content(path: &Path) -> Vec<u8> {
    let Ok(entries) = fs::read_dir(path) else { return fs::read(path).unwrap_or_default() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.file_name().and_then(|name| name.to_str()).is_some_and(is_read));
    files.sort();
    let read = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().as_encoded_bytes();
        [name, b"\0", &fs::read(file).unwrap_or_default(), b"\0"].concat()
    };
    files.iter().flat_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_the_same_with_all_members_is_told_and_what_is_a_machines_own_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let sites = folder.path().join("sites.toml");
        fs::write(&sites, "a").unwrap();
        let settings = Settings { sites: sites.clone(), ..Settings::default() };
        let before = digests(&settings);
        let differing = |other: &Settings| -> Vec<String> {
            let told = digests(other);
            before.keys().filter(|part| told[*part] != before[*part]).cloned().collect()
        };
        let mut other = settings.clone();
        other.data_dir = "elsewhere".into();
        other.fetch.extra_ca = vec!["ca.pem".into()];
        other.fleet.member = "another".into();
        assert!(differing(&other).is_empty());
        other.fetch.per_host_delay *= 2;
        other.stories.enabled = !other.stories.enabled;
        assert_eq!(differing(&other), ["[fetch]", "[stories]"]);
        // The same text in a file of another name, and what nothing is read from, make no difference.
        let mut other = settings.clone();
        other.sites = folder.path().join("rules.toml");
        fs::write(&other.sites, "a").unwrap();
        let tables = folder.path().join("tables");
        fs::create_dir(&tables).unwrap();
        other.subject = tables.clone();
        let with_tables = digests(&other);
        fs::write(tables.join("README.md"), "c").unwrap();
        assert_eq!(digests(&other), with_tables);
        assert_eq!(with_tables["sites"], before["sites"]);
        fs::write(tables.join("names.tsv"), "c").unwrap();
        assert_ne!(digests(&other)["subject"], with_tables["subject"]);
        fs::write(&sites, "b").unwrap();
        assert_eq!(differing(&settings), ["sites"]);
    }
}
